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
import random
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
from stick import BUILD, ROOT
from terminal import Terminal

BENCH_CONTROL = os.path.join(ROOT, "tests", "drive", "bench-control.py")
BRIDGE = os.path.join(BUILD, "drive-bridge")
KERNEL = os.path.join(BUILD, "oddrescue.krn")
LOG_PORT = 0xE9
BIOS_DEBUG_PORT = 0x402
# The order of booting; what a network's own words say comes first.
BOOT_NETWORK, BOOT_FLOPPY, BOOT_STICK = range(3)

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


def _any_processor():
    """One of the processors that this process may use. QEMU and its bridge take turns at every port
    access: on one processor that is a change of processes, on two it is waking the other one up,
    which takes longer."""
    return random.choice(sorted(os.sched_getaffinity(0)))


def _on(processor):
    """For preexec_fn: the child dies with its parent and runs there; None: anywhere."""
    def prepare():
        _die_with_parent()
        if processor is not None:
            os.sched_setaffinity(0, {processor})
    return prepare


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
    """Lines on a port, and when each of them was complete."""

    def __init__(self, sock):
        self._times = []
        super().__init__(sock)

    def _arrived(self, got):
        self._times += [time.monotonic()] * got.count(b"\n")

    def lines(self):
        return self.text().split("\n")[:-1]

    def find(self, pattern):
        """The first whole line that matches, as a match object, or None."""
        return next((m for m in (re.search(pattern, line) for line in self.lines()) if m), None)

    def seconds_between(self, first, second):
        """The host's seconds from the first line that matches `first` to the first that matches
        `second`; both must have come."""
        lines = self.lines()
        at = [next(number for number, line in enumerate(lines) if re.search(pattern, line))
              for pattern in (first, second)]
        return self._times[at[1]] - self._times[at[0]]

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

    def __init__(self, *attach, channels="secondary", native=False, seed=1, slow=1,
                 legacy=False, chipset=None):
        """
        native   at addresses of the firmware's choice; under UEFI always, but with `legacy`
        chipset  whose make the controller is, and which channels it has off or floating:
                 "via,secondary=off" (tests/drive/README.md); None: nobody's
        """
        self.chipset = chipset
        self.attach, self.channels, self.native, self.seed = attach, channels, native, seed
        self.slow, self.legacy = slow, legacy
        self.process = None
        self.processor = None
        self._path = None

    def start(self, directory, uefi=False):
        """Starts the process; returns the socket for QEMU. UEFI firmware gives addresses
        of its own choice to every controller and drives it if it says that it is one."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM)
        self._path = os.path.join(directory, "bench")
        self.processor = _any_processor()
        words = [BRIDGE, "--fd", str(theirs.fileno()), "--control", self._path,
                 "--channels", self.channels, "--seed", str(self.seed),
                 "--slow", str(self.slow)]
        if uefi and not self.legacy:
            words.append("--native-at-once")
        elif self.native:
            words.append("--native")
        if self.chipset:
            words += ["--chipset", self.chipset]
        for command in self.attach:
            words += ["--attach", command]
        with open(os.path.join(directory, "bridge.txt"), "wb") as output:
            self.process = subprocess.Popen(words, pass_fds=[theirs.fileno()], stdout=output,
                                            stdin=subprocess.DEVNULL, stderr=output,
                                            preexec_fn=_on(self.processor))
        theirs.close()
        return ours

    def command(self, *lines):
        """Bench commands, one line each; returns their answers. A command that the bench refuses, or
        a "wait" in vain, is an AssertionError."""
        done = subprocess.run([sys.executable, BENCH_CONTROL, self._path, *lines], check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            raise AssertionError(f"bench: {lines}: {done.stdout}")
        return done.stdout.rstrip("\n")

    def device(self, place):
        """What the bench says of the device at a position, or of a name, as a dictionary; "place",
        "kind" and "name" are its first three words. Empty when there is none."""
        for line in self.command("status").split("\n"):
            words = line.split()
            if len(words) > 2 and place in (words[0], words[2]):
                return {"place": words[0], "kind": words[1], "name": words[2],
                        **dict(word.split("=", 1) for word in words[3:])}
        return {}

    def wait(self, place, seconds=20, **words):
        """Waits until the device shows these words: wait("sm", phase="vendor")."""
        wanted = " ".join(f"{key}={value}" for key, value in words.items())
        return self.command(f"wait {place} {wanted} within={round(seconds * 1000)}")

    def stop(self, seconds=20):
        """Waits for the process, which ends by itself when QEMU does; returns its exit status."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return None


class Ovmf:
    """UEFI firmware of Debian's ovmf packages; boots a stick within five seconds."""

    FOLDER = "/usr/share/OVMF"
    # The ia32 build only exists with Secure Boot inside, which keeps its variables behind system
    # management mode. With fresh variables Secure Boot is off.
    BUILDS = {"x64": ("OVMF_CODE_4M.fd", "OVMF_VARS_4M.fd", "", []),
              "ia32": ("OVMF32_CODE_4M.secboot.fd", "OVMF32_VARS_4M.fd", ",smm=on",
                       ["-global", "driver=cfi.pflash01,property=secure,value=on"])}

    def __init__(self, name):
        self.code, self.variables, self.machine, self.words = self.BUILDS[name]

    def flash_words(self, directory):
        """QEMU words for the flash chip, with a copy of the variables of its own."""
        variables = os.path.join(directory, "variables.fd")
        shutil.copyfile(os.path.join(self.FOLDER, self.variables), variables)
        code = os.path.join(self.FOLDER, self.code)
        return [*self.words,
                "-drive", f"if=pflash,unit=0,format=raw,readonly=on,file={code}",
                "-drive", f"if=pflash,unit=1,format=raw,file={variables}"]


class Machine:
    """One virtual PC. Use as a context manager: everything is gone when the block ends."""

    def __init__(self, kind="q35", stick=None, bridge=None, disks=(), kernel=None, initrd=None,
                 append=None, memory=None, cpu=None, options=(), serial=None, com=1,
                 firmware="bios", sticks=(), floppies=(), network=None, vga=True, keyboard=True,
                 usb_keyboard=False, usb=None):
        """
        kind      q35, pc or isapc        firmware  bios (SeaBIOS), x64 or ia32 (OVMF)
        stick     a Stick (USB mass storage); `sticks` are further ones, never booted from
        floppies  images for A: and B: (objects with a path, or paths; None: an empty drive)
        network   what joins a network: `prefix`, words in front of QEMU's, and `words`, its own
        disks     -drive/-device words for other disks, see ide_disk() and ide_cdrom()
        kernel, initrd, append            QEMU's own Linux boot loader
        serial    a chardev instead of the Screen (make run: the user's terminal)
        com       which serial port the PC has, None: none
        vga, keyboard, usb_keyboard       which of them the PC has; keyboard: the one at port 60h
        usb       QEMU's name of the USB controller

        Booted is the first of these that there is: kernel, network, drive A:, stick.
        """
        self.kind, self.stick, self.bridge, self.disks = kind, stick, bridge, disks
        self.kernel, self.initrd, self.append = kernel, initrd, append
        self.ovmf = None if firmware == "bios" else Ovmf(firmware)
        self.memory = memory or (256 if self.ovmf else 64)
        self.cpu, self.options, self.serial, self.com = cpu, options, serial, com
        self.sticks, self.floppies, self.network = sticks, floppies, network
        self.vga, self.keyboard, self.usb_keyboard = vga, keyboard, usb_keyboard
        # On a busy host, OVMF sometimes waits half a minute for a transfer of QEMU's EHCI.
        self.usb = usb or ("usb-ehci" if firmware == "bios" else "qemu-xhci")
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
        machine = f"{self.kind},memory-backend=ram,accel=tcg"
        words = [*(self.network.prefix if self.network else ()),
                 "qemu-system-i386" if self.kind == "isapc" else "qemu-system-x86_64",
                 "-name", "oddrescue", "-nodefaults", "-no-user-config", "-display", "none", "-S",
                 "-m", f"{self.memory}M", "-rtc", "base=utc",
                 "-object", f"memory-backend-memfd,id=ram,size={self.memory}M,share=on",
                 "-machine", machine + ("" if self.keyboard else ",i8042=off") +
                 (self.ovmf.machine if self.ovmf else ""),
                 *qmp_words, "-mon", "chardev=qmp,mode=control",
                 *log_words, "-device", f"isa-debugcon,iobase={LOG_PORT:#x},chardev=log",
                 *bios_words, "-device", f"isa-debugcon,iobase={BIOS_DEBUG_PORT:#x},chardev=bios"]
        if self.ovmf:
            words += self.ovmf.flash_words(self.directory)
        if self.vga:
            words += ["-device", "isa-vga" if self.kind == "isapc" else "VGA"]
        screen, screen_words = self._screen_words()
        words += screen_words
        if self.cpu:
            words += ["-cpu", self.cpu]
        words += self._usb_words()
        words += self._floppy_words()
        for word, value in (("-kernel", self.kernel), ("-initrd", self.initrd),
                            ("-append", self.append)):
            if value:
                words += [word, value]
        if bridge_socket:
            words += ["-device", f"x-pci-proxy-dev,id=ide,fd={bridge_socket.fileno()}"]
        words += [*(self.network.words if self.network else ()), *self.disks, *self.options]
        return words, qmp, log, bios, screen

    def _screen_words(self):
        """The serial port: its socket, if it ends here, and QEMU's words."""
        if self.com is None:
            return None, []
        port = ["-device", f"isa-serial,index={self.com - 1},chardev=screen"]
        if self.serial:
            return None, ["-chardev", f"{self.serial},id=screen", *port]
        screen, words = self._channel("screen")
        return screen, [*words, *port]

    def _usb_words(self):
        """Sticks are called stick, stick1, stick2, ..."""
        words = []
        sticks = ([("stick", self.stick)] if self.stick else []) + \
            [(f"stick{number}", stick) for number, stick in enumerate(self.sticks, 1)]
        if sticks or self.usb_keyboard:
            words += ["-device", self.usb + ",id=usb"]
        if self.usb_keyboard:
            words += ["-device", "usb-kbd,bus=usb.0"]
        for name, stick in sticks:
            boots = name == "stick" and not self.kernel
            words += ["-drive", f"if=none,id={name}file,format=raw,file={stick.path}",
                      "-device", f"usb-storage,id={name},bus=usb.0,drive={name}file" +
                      (f",bootindex={BOOT_STICK}" if boots else "")]
        return words

    def _floppy_words(self):
        """Drives are called floppy0 (A:) and floppy1 (B:)."""
        words = []
        # kind pc and isapc have the controller on board.
        if self.floppies and self.kind == "q35":
            words += ["-device", "isa-fdc,id=fdc"]
        if self.floppies and not self.kernel:
            words += ["-global", f"isa-fdc.bootindexA={BOOT_FLOPPY}"]
        for unit, image in enumerate(self.floppies):
            drive = f"if=none,id=floppy{unit}"
            if image is not None:
                drive += f",format=raw,file={getattr(image, 'path', image)}"
            words += ["-drive", drive,
                      "-device", f"floppy,unit={unit},drive=floppy{unit},drive-type=144"]
        return words

    def _start(self):
        bridge_socket = self.bridge.start(self.directory, bool(self.ovmf)) if self.bridge else None
        if bridge_socket:
            self._sockets.append(bridge_socket)
        words, qmp, log, bios, screen = self._words(bridge_socket)
        with open(os.path.join(self.directory, "qemu.txt"), "wb") as output:
            self.process = subprocess.Popen(
                words, stdin=None if self.serial else subprocess.DEVNULL,
                stdout=None if self.serial else output, stderr=output,
                pass_fds=[s.fileno() for s in self._sockets],
                preexec_fn=_on(self.bridge.processor if self.bridge else None))
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

    def pull_stick(self, name="stick"):
        self.qmp.execute("device_del", id=name)
        self.qmp.wait_event("DEVICE_DELETED", device=name)

    def plug_stick(self, stick, name):
        """Puts another stick in, or the same one again under another name."""
        self.qmp.execute("blockdev-add", node_name=f"{name}file", driver="raw",
                         file={"driver": "file", "filename": stick.path})
        self.qmp.execute("device_add", driver="usb-storage", id=name, bus="usb.0",
                         drive=f"{name}file")

    def eject_floppy(self, unit=0):
        """Takes the floppy out of drive A: (0) or B: (1)."""
        self.qmp.execute("eject", device=f"floppy{unit}", force=True)

    def change_floppy(self, image, unit=0, write_protected=False):
        """Takes the floppy out, if there is one, and puts this one in."""
        self.qmp.execute("blockdev-change-medium", device=f"floppy{unit}", format="raw",
                         filename=getattr(image, "path", image),
                         read_only_mode="read-only" if write_protected else "read-write")

    def vga_text(self):
        """The 25 rows in VGA text memory."""
        path = os.path.join(self.directory, "vga")
        self.qmp.execute("pmemsave", val=0xB8000, size=4000, filename=path)
        with open(path, "rb") as file:
            cells = file.read()[::2].decode("cp437")
        return [cells[row * 80:row * 80 + 80].rstrip() for row in range(25)]

    def screenshot(self, path):
        """Saves the picture on the PC's own screen as PNG; returns its name."""
        picture = os.path.abspath(path) + ".png"
        self.qmp.execute("screendump", filename=picture, format="png")
        return picture

    def resets(self):
        """How often the machine was reset so far, by itself or by its program."""
        return len(self.qmp.events_named("RESET"))


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
