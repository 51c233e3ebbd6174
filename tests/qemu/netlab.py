"""A network of the test's own: a PXE server with real dnsmasq and real in.tftpd, and a cable.

    with NetLab(folder) as lab, Machine(network=lab) as pc:
        pc.screen.wait_text("server 192.168.10.1")
        lab.stop_tftp()

All of it lives in a network namespace (and a user namespace when the tests are not run by root), so
that nothing of the machine that runs the tests is touched or needed. The configuration lines are
those that images/pxe/README.TXT tells users to write.
"""

import ctypes
import os
import re
import shutil
import signal
import subprocess
import time

from stick import BUILD, ROOT, run

HERE = os.path.dirname(os.path.abspath(__file__))
PXE_FOLDER = os.path.join(BUILD, "images", "pxe")
README = os.path.join(ROOT, "images", "pxe", "README.TXT")
SERVER = "192.168.10.1"
SERVER_6 = "fd00:10::1"
TAP = "tap0"
MAC = "52:54:00:12:34:56"
DHCP_PORT, TFTP_PORT = 67, 69

_LIBC = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1


def _die_with_parent():
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def readme_lines(title):
    """The indented lines of README.TXT behind the paragraph that ends with `title`."""
    with open(README, encoding="ascii") as file:
        _, found, rest = file.read().partition(title + "\n\n")
    if not found:
        raise AssertionError(f"{README} has no {title!r}")
    return [line.strip() for line in rest.partition("\n\n")[0].split("\n")]


def dnsmasq_lines():
    return readme_lines("/etc/dnsmasq.conf:")


def proxy_dnsmasq_lines():
    return readme_lines("/etc/dnsmasq.conf, instead of the lines above:")


def tftpd_options():
    """What the line TFTP_OPTIONS="..." hands to in.tftpd."""
    for line in readme_lines("/etc/default/tftpd-hpa:"):
        found = re.fullmatch(r'TFTP_OPTIONS="(.*)"', line)
        if found:
            return found.group(1).split()
    raise AssertionError(f"{README} tells no TFTP_OPTIONS")


class NetLab:
    """The namespace, the server in it, and the served folder `root`: a copy of build/images/pxe."""

    def __init__(self, folder, card="e1000", dnsmasq=None, tftp="tftpd", mac=MAC):
        """
        folder   where the served copy and the servers' own files go
        card     e1000, virtio-net-pci, ...
        dnsmasq  lists of lines, one per DHCP server; default: those of the README
        tftp     tftpd (reads and writes) or dnsmasq (only reads)
        """
        self.folder, self.card, self.tftp, self.mac = folder, card, tftp, mac
        self.dnsmasq = [dnsmasq_lines()] if dnsmasq is None else dnsmasq
        self.root = os.path.join(folder, "served")
        self.prefix = []
        self._namespace = self._tftpd = None
        self._dnsmasq = []

    # ---- what Machine wants to know

    @property
    def words(self):
        """QEMU words for the network card. It is what the machine boots from first."""
        return ["-netdev", f"tap,id=net,ifname={TAP},script=no,downscript=no",
                "-device", f"{self.card},netdev=net,mac={self.mac},bootindex=0"]

    # ---- starting and ending

    def __enter__(self):
        try:
            os.makedirs(self.folder, exist_ok=True)
            shutil.copytree(PXE_FOLDER, self.root)
            os.chmod(os.path.join(self.root, "upload"), 0o777)
            self._open_namespace()
            self._dnsmasq = [self._start_dnsmasq(i) for i in range(len(self.dnsmasq))]
            if self.tftp == "tftpd":
                self.start_tftp()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind, error, trace):
        if isinstance(error, AssertionError):
            error.args = (f"{error.args[0] if error.args else error}\n--- server ---\n"
                          f"{self.log()}",)
        self.close()

    def close(self):
        for process in [*self._dnsmasq, self._tftpd, self._namespace]:
            self._end(process)

    @staticmethod
    def _end(process):
        if process is not None and process.poll() is None:
            process.kill()
        if process is not None:
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe:
                    pipe.close()

    def _open_namespace(self):
        """A process holds the namespaces until its input ends."""
        words = ["unshare", "--net"]
        if os.getuid() != 0:
            words += ["--user", "--map-root-user"]
        self._namespace = subprocess.Popen([*words, "sh", "-c", "echo open; exec cat"],
                                           stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                           preexec_fn=_die_with_parent)
        if self._namespace.stdout.readline() != b"open\n":
            raise RuntimeError("no network namespace: is unshare allowed to users here?")
        self.prefix = ["nsenter", f"--target={self._namespace.pid}", "--net"]
        if os.getuid() != 0:
            self.prefix += ["--user", "--preserve-credentials"]
        for words in (["link", "set", "lo", "up"], ["tuntap", "add", TAP, "mode", "tap"],
                      ["address", "add", f"{SERVER}/24", "dev", TAP],
                      ["address", "add", f"{SERVER_6}/64", "dev", TAP, "nodad"],
                      ["link", "set", TAP, "up"]):
            self._run("ip", *words)

    def _run(self, *words):
        # Debian keeps ip and the servers where only root looks.
        return run(*self.prefix, "env", f"PATH={os.environ['PATH']}:/usr/sbin:/sbin", *words)

    def _start(self, name, *words):
        """Starts a server in the namespace; what it says goes into `name`.txt."""
        with open(os.path.join(self.folder, name + ".txt"), "ab") as output:
            return subprocess.Popen([*self.prefix, *words], stdin=subprocess.DEVNULL,
                                    stdout=output, stderr=output, preexec_fn=_die_with_parent)

    def _start_dnsmasq(self, number):
        # in.tftpd gives its rights away to a user; dnsmasq would too, but a namespace of one user
        # has none to give them to.
        options = ["port=0", f"interface={TAP}", "bind-interfaces", "user=root", "group=",
                   f"dhcp-leasefile={self.folder}/leases{number}", "log-dhcp", "log-facility=-",
                   "pid-file=", "no-ping"]
        if number == 0:
            # iPXE, the boot ROM of QEMU's cards, waits 13 s for an IPv6 router before it boots
            # by IPv4.
            options += ["enable-ra", f"dhcp-range={SERVER_6},ra-only"]
        if self.tftp == "dnsmasq" and number == 0:
            options += ["enable-tftp", f"tftp-root={self.root}"]
        configuration = os.path.join(self.folder, f"dnsmasq{number}.conf")
        with open(configuration, "w", encoding="ascii") as file:
            file.write("\n".join([*options, *self.dnsmasq[number]]) + "\n")
        process = self._start(f"dnsmasq{number}", "/usr/sbin/dnsmasq", "--keep-in-foreground",
                              f"--conf-file={configuration}")
        self._await_port(process, DHCP_PORT)
        return process

    def _as_one_user(self):
        """Words in front of in.tftpd in a namespace of one user: it can't become another one, so
        what root may and others may not is taken from it."""
        if os.getuid() == 0:
            return []
        library = os.path.join(self.folder, "one_user.so")
        run("gcc", "-shared", "-fPIC", "-o", library, os.path.join(HERE, "one_user.c"))
        return ["setpriv", "--bounding-set=-dac_override,-dac_read_search",
                "env", f"LD_PRELOAD={library}"]

    def start_tftp(self, *more):
        """Starts in.tftpd (again), with more options."""
        self._tftpd = self._start("tftpd", *self._as_one_user(), "/usr/sbin/in.tftpd",
                                  "--foreground", "--verbosity", "4",
                                  "--address", f"{SERVER}:{TFTP_PORT}", *more, *tftpd_options(),
                                  self.root)
        self._await_port(self._tftpd, TFTP_PORT)

    def replace_dnsmasq(self):
        """The server that gave the address, and only reads, makes way for one that writes."""
        for process in self._dnsmasq:
            self._end(process)
        self._dnsmasq = []
        self.start_tftp()

    def stop_tftp(self):
        """The server dies, and its children with it; nobody answers any more."""
        children = run("sh", "-c", f"ps -o pid= --ppid {self._tftpd.pid} || true").split()
        self._end(self._tftpd)
        for child in children:
            os.kill(int(child), signal.SIGKILL)

    def _await_port(self, process, port, seconds=30):
        """Waits until `process` listens on the UDP port."""
        deadline = time.monotonic() + seconds
        while not self._listens(process, port):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{process.args} does not listen on {port}:\n{self.log()}")
            time.sleep(0.01)

    @staticmethod
    def _listens(process, port):
        """Whether one of the sockets of the process is bound to the port (proc(5))."""
        sockets = set()
        try:
            for number in os.listdir(f"/proc/{process.pid}/fd"):
                sockets.add(os.readlink(f"/proc/{process.pid}/fd/{number}"))
            with open(f"/proc/{process.pid}/net/udp", encoding="ascii") as table:
                rows = [line.split() for line in table][1:]
        except OSError:
            return False
        return any(row[1].endswith(f":{port:04X}") and f"socket:[{row[9]}]" in sockets
                   for row in rows)

    # ---- the served folder

    def path(self, name):
        return os.path.join(self.root, name)

    def write(self, name, content):
        """Puts a file (bytes or str) into the served folder."""
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
        os.chmod(self.path(name), 0o644)

    def read(self, name):
        """The bytes of a file, or None when there is no such file."""
        try:
            with open(self.path(name), "rb") as file:
                return file.read()
        except FileNotFoundError:
            return None

    def job(self, *words):
        """The job file for our one machine."""
        self.write(f"oddresc.cfg/01-{self.mac.replace(':', '-')}",
                   "".join(f"{word}\n" for word in words))

    def index(self, *names):
        self.write("index.txt", "".join(f"{name}\n" for name in names))

    def upload(self, name):
        """What the machine uploaded as `name`, or None."""
        return self.read(f"upload/{self.mac.replace(':', '')}-{name}")

    def uploads(self):
        return sorted(os.listdir(self.path("upload")))

    def backups(self):
        """The BK######.BIN files that were uploaded: name -> content."""
        return {name: self.read(f"upload/{name}") for name in self.uploads()
                if re.search(r"-BK\d+\.BIN$", name)}

    def refuse_uploads(self, refuse=True):
        """Takes the right to write into the upload folder away from everybody."""
        os.chmod(self.path("upload"), 0o555 if refuse else 0o777)

    def log(self):
        """What the servers said, without the options in DHCP packets."""
        said = []
        for name in sorted(os.listdir(self.folder)):
            if name.endswith(".txt"):
                with open(os.path.join(self.folder, name), errors="replace") as file:
                    said += [line.rstrip() for line in file
                             if not re.search(r" (requested options|sent size): |RTR-", line)]
        return "\n".join(said)
