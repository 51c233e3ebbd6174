"""A whole PC in stock QEMU, with a bench of simulated drives behind a PCI IDE controller.

    with Machine("q35", stick=stick, bridge=Bridge("attach sm drive chip=SST39SF010A")) as pc:
        pc.screen.wait_text("Secondary master")
        pc.screen.press("3", "enter")
        pc.log.wait_line("RESULT .*")

Nothing here sleeps: whoever waits, waits for a condition and gives up at a deadline, with all that
was seen in the message. Deadlines only decide how long a failure takes.
"""

import ctypes
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

from qmp import Qmp, QmpError
from stick import BUILD, ROOT, run
from terminal import Terminal

BENCH_CONTROL = os.path.join(ROOT, "tests", "drive", "bench-control.py")
BRIDGE = os.path.join(BUILD, "drive-bridge")
KERNEL = os.path.join(BUILD, "oddrescue.krn")
LOG_PORT = 0xE9
BIOS_DEBUG_PORT = 0x402

# What an xterm sends (ctlseqs, "PC-Style Function Keys"; F1..F4 as VT100 PF keys).
KEYS = {
    "enter": "\r", "esc": "\x1b", "backspace": "\b", "tab": "\t", "space": " ",
    "up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D",
    "home": "\x1b[H", "end": "\x1b[F", "pageup": "\x1b[5~", "pagedown": "\x1b[6~",
    "f1": "\x1bOP", "f2": "\x1bOQ", "f3": "\x1bOR", "f4": "\x1bOS", "f5": "\x1b[15~",
    "f6": "\x1b[17~", "f7": "\x1b[18~", "f8": "\x1b[19~", "f9": "\x1b[20~", "f10": "\x1b[21~",
    "f11": "\x1b[23~", "f12": "\x1b[24~",
}

_LIBC = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1


def _die_with_parent():
    """A test that is killed leaves no machine behind."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class Timeout(AssertionError):
    """A condition that a test waited for did not come. Machine adds what there was instead."""


class Stream:
    """What arrives on a socket, collected by a thread that tells those who wait."""

    def __init__(self, sock):
        self._sock = sock
        self._changed = threading.Condition()
        self._closed = False
        self.data = b""
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        while True:
            try:
                got = self._sock.recv(65536)
            except OSError:
                got = b""
            with self._changed:
                if got:
                    self.data += got
                    self._arrived(got)
                else:
                    self._closed = True
                self._changed.notify_all()
            if not got:
                return

    def _arrived(self, got):
        """For subclasses; called with the lock held."""

    def send(self, data):
        self._sock.sendall(data)

    def text(self):
        return self.data.decode("ascii", "replace").replace("\r", "")

    def look(self):
        """What a failure message shows of this stream."""
        return "\n".join(self.text().split("\n")[-40:])

    def wait(self, find, seconds, what):
        """Returns find()'s first true result. Gives up early when the other side hung up."""
        with self._changed:
            found = find()
            deadline = time.monotonic() + seconds
            while not found:
                left = deadline - time.monotonic()
                if left <= 0 or self._closed:
                    why = "the machine ended" if self._closed else f"not within {seconds} s"
                    raise Timeout(f"{what}: {why}")
                self._changed.wait(left)
                found = find()
            return found

    def close(self):
        try:
            self._sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._sock.close()


class Log(Stream):
    """Lines on a port."""

    def lines(self):
        return self.text().split("\n")[:-1]

    def find(self, pattern):
        """The first whole line that matches, as a match object, or None."""
        return next((m for m in (re.search(pattern, line) for line in self.lines()) if m), None)

    def wait_line(self, pattern, seconds=60):
        return self.wait(lambda: self.find(pattern), seconds, f"a log line like {pattern!r}")


class Screen(Stream):
    """The serial mirror of the screen, and its keyboard."""

    def __init__(self, sock):
        self.terminal = Terminal()
        super().__init__(sock)

    def _arrived(self, got):
        self.terminal.feed(got)

    def picture(self):
        with self._changed:
            return self.terminal.text()

    def settled_picture(self, quiet=0.15, seconds=5):
        """The picture once the line was quiet for a while: no screen is half drawn then. A screen
        that never rests is taken as it is."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while time.monotonic() < deadline:
                arrived = len(self.data)
                if not self._changed.wait_for(lambda: len(self.data) != arrived, quiet):
                    break
            return self.terminal.text()

    def wait_text(self, *texts, seconds=60):
        """Waits until all of `texts` stand on the screen at the same time."""
        def find():
            shown = self.terminal.text()
            return shown if all(t in shown for t in texts) else None
        return self.wait(find, seconds, f"{texts!r} on the screen")

    def wait_match(self, pattern, seconds=60):
        def find():
            return re.search(pattern, self.terminal.text())
        return self.wait(find, seconds, f"{pattern!r} on the screen")

    def wait_gone(self, text, seconds=60):
        return self.wait(lambda: text not in self.terminal.text(), seconds,
                         f"{text!r} to leave the screen")

    def press(self, *keys):
        """Presses keys by name, or types a text."""
        for key in keys:
            self.send(KEYS.get(key, key).encode("latin-1"))


class Bridge:
    """The simulated drives: options of build/drive-bridge, and its control socket while it runs."""

    def __init__(self, *attach, channels="secondary", native=False, seed=1, slow=1):
        self.attach, self.channels, self.native, self.seed = attach, channels, native, seed
        self.slow = slow
        self.process = None
        self._path = None

    def start(self, directory):
        """Starts the process; returns the file descriptor for QEMU."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        self._path = os.path.join(directory, "bench")
        words = [BRIDGE, "--fd", str(theirs.fileno()), "--control", self._path,
                 "--channels", self.channels, "--seed", str(self.seed),
                 "--slow", str(self.slow)]
        if self.native:
            words.append("--native")
        for command in self.attach:
            words += ["--attach", command]
        with open(os.path.join(directory, "bridge.txt"), "wb") as output:
            self.process = subprocess.Popen(words, pass_fds=[theirs.fileno()], stdout=output,
                                            stdin=subprocess.DEVNULL, stderr=output,
                                            preexec_fn=_die_with_parent)
        theirs.close()
        return ours

    def command(self, line):
        """One bench command; returns its answer, raises when the bench says error."""
        return run(sys.executable, BENCH_CONTROL, self._path, line).decode().rstrip("\n")

    def stop(self, seconds=20):
        """Waits for the process, which ends by itself when QEMU does; returns its exit status."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return None


class Machine:
    """One virtual PC. Use as a context manager: everything is gone when the block ends."""

    def __init__(self, kind="q35", stick=None, bridge=None, disks=(), kernel=None, initrd=None,
                 append=None, memory=64, cpu=None, options=(), serial=None, com=1):
        """
        kind    q35, pc or isapc          stick   a Stick to boot from (USB 2.0 mass storage)
        disks   -drive/-device words for other disks, see ide_disk() and ide_cdrom()
        kernel, initrd, append            QEMU's own Linux boot loader
        serial  a chardev instead of the Screen (make run: the user's terminal)
        com     which serial port the PC has
        """
        self.kind, self.stick, self.bridge, self.disks = kind, stick, bridge, disks
        self.kernel, self.initrd, self.append = kernel, initrd, append
        self.memory, self.cpu, self.options, self.serial = memory, cpu, options, serial
        self.com = com
        self.directory = None
        self.process = self.qmp = self.screen = self.log = self.bios = None
        self._sockets = []

    # ---- starting and ending

    def __enter__(self):
        self.directory = tempfile.mkdtemp(prefix="oddrescue-")
        try:
            self._start()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, kind, error, trace):
        if isinstance(error, AssertionError):
            error.args = (f"{error.args[0] if error.args else error}\n{self._report()}",)
        self._end()

    def _channel(self, name):
        """A character device of QEMU, as (our socket, QEMU's words)."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        self._sockets.append(theirs)
        return ours, ["-chardev", f"socket,id={name},fd={theirs.fileno()}"]

    def _words(self, bridge_socket):
        qmp, qmp_words = self._channel("qmp")
        log, log_words = self._channel("log")
        bios, bios_words = self._channel("bios")
        words = ["qemu-system-i386" if self.kind == "isapc" else "qemu-system-x86_64",
                 "-name", "oddrescue", "-nodefaults", "-no-user-config", "-display", "none", "-S",
                 "-m", f"{self.memory}M", "-rtc", "base=utc",
                 "-object", f"memory-backend-memfd,id=ram,size={self.memory}M,share=on",
                 "-machine", f"{self.kind},memory-backend=ram,accel=tcg",
                 "-device", "isa-vga" if self.kind == "isapc" else "VGA",
                 *qmp_words, "-mon", "chardev=qmp,mode=control",
                 *log_words, "-device", f"isa-debugcon,iobase={LOG_PORT:#x},chardev=log",
                 *bios_words, "-device", f"isa-debugcon,iobase={BIOS_DEBUG_PORT:#x},chardev=bios"]
        if self.serial:
            words += ["-chardev", f"{self.serial},id=screen"]
            screen = None
        else:
            screen, screen_words = self._channel("screen")
            words += screen_words
        words += ["-device", f"isa-serial,index={self.com - 1},chardev=screen"]
        if self.cpu:
            words += ["-cpu", self.cpu]
        if self.stick:
            words += ["-device", "usb-ehci,id=usb",
                      "-drive", f"if=none,id=stickfile,format=raw,file={self.stick.path}",
                      "-device", "usb-storage,id=stick,bus=usb.0,drive=stickfile" +
                      ("" if self.kernel else ",bootindex=0")]
        for word, value in (("-kernel", self.kernel), ("-initrd", self.initrd),
                            ("-append", self.append)):
            if value:
                words += [word, value]
        if bridge_socket:
            words += ["-device", f"x-pci-proxy-dev,id=ide,fd={bridge_socket.fileno()}"]
        words += [*self.disks, *self.options]
        return words, qmp, log, bios, screen

    def _start(self):
        bridge_socket = self.bridge.start(self.directory) if self.bridge else None
        if bridge_socket:
            self._sockets.append(bridge_socket)
        words, qmp, log, bios, screen = self._words(bridge_socket)
        with open(os.path.join(self.directory, "qemu.txt"), "wb") as output:
            self.process = subprocess.Popen(
                words, stdin=None if self.serial else subprocess.DEVNULL,
                stdout=None if self.serial else output, stderr=output,
                pass_fds=[s.fileno() for s in self._sockets], preexec_fn=_die_with_parent)
        for sock in self._sockets:
            sock.close()
        self.log, self.bios = Log(log), Log(bios)
        self.screen = Screen(screen) if screen else None
        try:
            self.qmp = Qmp(qmp)
        except QmpError as error:
            raise RuntimeError(f"QEMU does not start: {error}\n{self._report()}") from error
        self.qmp.execute("cont")

    def _read_output(self, name):
        try:
            with open(os.path.join(self.directory, name), errors="replace") as file:
                return file.read().strip()
        except OSError:
            return ""

    def _report(self):
        """All that helps to understand a failure."""
        parts = [("screen", self.screen.picture() if self.screen else ""),
                 ("log", self.log.look() if self.log else ""),
                 ("SeaBIOS", self.bios.look() if self.bios and not self.log.data else ""),
                 ("QEMU", self._read_output("qemu.txt")),
                 ("bridge", self._read_output("bridge.txt")),
                 ("picture", self._failure_picture())]
        return "\n".join(f"--- {title} ---\n{text}" for title, text in parts if text)

    def _failure_picture(self):
        """Where the VGA picture at the time of a failure was saved."""
        folder = os.path.join(BUILD, "qemu-failures")
        os.makedirs(folder, exist_ok=True)
        try:
            return self.screenshot(os.path.join(folder, os.path.basename(self.directory)))
        except (AttributeError, QmpError):
            return ""

    def _end(self):
        if self.qmp and self.process.poll() is None:
            try:
                self.qmp.execute("quit", seconds=5)
            except QmpError:
                pass
        if self.process:
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.bridge and self.bridge.process:
            self.bridge.stop()
        for thing in (self.qmp, self.screen, self.log, self.bios):
            if thing:
                thing.close()
        shutil.rmtree(self.directory, ignore_errors=True)

    def power_off(self):
        """Switches the PC off from outside; flash files and stick can be read afterwards."""
        if self.process.poll() is None:
            self.qmp.execute("quit")
        self.wait_exit()

    def wait_exit(self, seconds=60):
        """Waits until the PC is off, whoever switched it off; returns the bridge's exit status."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired as error:
            raise Timeout(f"the PC is still on after {seconds} s") from error
        return self.bridge.stop() if self.bridge else 0

    # ---- what else one can do to a PC

    def send_keys(self, *qcodes, hold_ms=100):
        """Keys of the PC's own keyboard, pressed together ('ctrl', 'alt', 'delete', ...)."""
        self.qmp.execute("send-key", hold_time=hold_ms,
                         keys=[{"type": "qcode", "data": code} for code in qcodes])

    def pull_stick(self):
        self.qmp.execute("device_del", id="stick")
        self.qmp.wait_event("DEVICE_DELETED")

    def vga_text(self):
        """The 25 rows in VGA text memory."""
        path = os.path.join(self.directory, "vga")
        self.qmp.execute("pmemsave", val=0xB8000, size=4000, filename=path)
        with open(path, "rb") as file:
            cells = file.read()[::2].decode("cp437")
        return [cells[row * 80:row * 80 + 80].rstrip() for row in range(25)]

    def screenshot(self, path):
        """Saves the VGA picture: PNG when ImageMagick is there, else PPM. Returns its name."""
        picture = path + ".ppm"
        self.qmp.execute("screendump", filename=os.path.abspath(picture))
        if not shutil.which("convert"):
            return picture
        subprocess.run(["convert", picture, path + ".png"], check=True)
        os.unlink(picture)
        return path + ".png"


def ide_disk(path, bus="ide.0", unit=0, model=None):
    """QEMU words for one of its own IDE disks."""
    name = f"disk{bus.replace('.', '')}{unit}"
    extra = f",model={model}" if model else ""
    return ["-drive", f"if=none,id={name},format=raw,file={path}",
            "-device", f"ide-hd,drive={name},bus={bus},unit={unit}{extra}"]


def ide_cdrom(path=None, bus="ide.1", unit=0, model=None):
    """QEMU words for one of its own ATAPI drives, empty unless `path` is given."""
    name = f"cd{bus.replace('.', '')}{unit}"
    extra = f",model={model}" if model else ""
    words = ["-drive", f"if=none,id={name},media=cdrom" +
             (f",format=raw,readonly=on,file={path}" if path else "")]
    return words + ["-device", f"ide-cd,drive={name},bus={bus},unit={unit}{extra}"]
