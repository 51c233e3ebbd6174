"""make bench: figures, no verdicts. Sizes, modelled session times, time to the first screen.

Time to the first screen is measured beside memtest86+ (the Debian package) on the same stick image,
with the same SYSLINUX, in the same QEMU machine. The clock starts when SYSLINUX has loaded the
kernel and prints "ok" behind its "Loading ..." line, and stops when the last thing that belongs to
the program's first full screen stands in VGA text memory. Both are read out of guest memory through
QMP, as fast as QEMU answers; the gap between two looks is printed as the resolution. Under UEFI it
runs from the firmware's line "starting Boot..." to our screen's last row, both on the serial line.
"""

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from machine import KERNEL, Machine, Timeout
from stick import BUILD, IMAGE, Stick, run

MEMTEST = "/boot/memtest86+ia32.bin"
BUDGET = os.path.join(BUILD, "simulation", "sim_budget")
FLOPPY = os.path.join(BUILD, "images", "oddrescue-floppy.img")
LARGEST_FIRMWARE = 1 << 20
KERNEL_BUDGET = 128 * 1024
ROUNDS = 5
DEADLINE = 60
CONFIG = "DEFAULT it\nPROMPT 0\nLABEL it\n  LINUX {}\n"


class Watch:
    """Looks at a machine as fast as it answers; notes when two things showed, and its own gaps."""

    def __init__(self, look):
        self.look = look
        self.gap = 0.0

    def between_ms(self, first, last):
        """Milliseconds from when first(text) was true to when last(text) was."""
        started = before = None
        deadline = time.monotonic() + DEADLINE
        while time.monotonic() < deadline:
            text = self.look()
            now = time.monotonic()
            if started:
                self.gap = max(self.gap, (now - before) * 1000)
            elif first(text) or last(text):
                started = now
            before = now
            if started and last(text):
                return (now - started) * 1000
        raise Timeout(f"no first screen within {DEADLINE} s, but:\n{text}")


def bios_first_screen(mark, **options):
    """From SYSLINUX's "ok" to `mark` in VGA text memory."""
    with Machine(**options) as pc:
        watch = Watch(lambda: "\n".join(pc.vga_text()))
        return watch.between_ms(lambda text: "... ok" in text, lambda text: mark in text), watch.gap


def uefi_first_screen(firmware, stick):
    """From the firmware's "starting Boot0001" to our footer, both on the serial line."""
    with Machine(stick=stick, firmware=firmware) as pc:
        watch = Watch(lambda: pc.screen.data)
        return watch.between_ms(lambda data: b"BdsDxe: starting" in data,
                                lambda data: b"F10" in data), watch.gap


def compare_first_screens(folder):
    ours = Stick(folder, name="ours.img")
    theirs = Stick(folder, name="memtest.img")
    ours.write("syslinux.cfg", CONFIG.format("oddrescue.krn"))
    with open(MEMTEST, "rb") as file:
        theirs.write("memtest.krn", file.read())
    theirs.write("syslinux.cfg", CONFIG.format("memtest.krn"))
    doors = {
        "BIOS, USB stick": lambda: bios_first_screen("F10", stick=ours),
        "  memtest86+": lambda: bios_first_screen("<ESC>", stick=theirs),
        "BIOS, floppy": lambda: bios_first_screen("F10", kind="pc", floppies=(FLOPPY,)),
        "UEFI x64": lambda: uefi_first_screen("x64", ours),
        "UEFI ia32": lambda: uefi_first_screen("ia32", ours),
    }
    found = {door: [] for door in doors}
    for _ in range(ROUNDS):
        for door, measure in doors.items():
            found[door].append(measure())
    print(f"time from the loader's hand-over to the first full screen ({ROUNDS} rounds, QEMU, TCG)")
    for door, values in found.items():
        times = [took for took, _ in values]
        gap = max(gap for _, gap in values)
        print(f"  {door:16} median {statistics.median(times):6.0f} ms   {min(times):.0f} .. "
              f"{max(times):.0f} ms   longest gap between two looks {gap:.0f} ms")


def free_room(image, partition):
    """Bytes free in an image's volume, as mtools count them."""
    offset = "@@1M" if partition else ""
    said = run("mdir", "-i", image + offset, "::",
               env=dict(os.environ, MTOOLS_SKIP_CHECK="1", MTOOLSRC="/dev/null")).decode()
    return int(re.search(r"([\d\s]+) bytes free", said).group(1).replace(" ", ""))


def show_sizes():
    size = os.path.getsize(KERNEL)
    print(f"BIOS kernel     {size:8} bytes, {100 * size // KERNEL_BUDGET} % of the budget of "
          f"{KERNEL_BUDGET}; memtest86+ {os.path.getsize(MEMTEST)} bytes")
    for name in ("oddx64.efi", "oddia32.efi"):
        print(f"{name:15} {os.path.getsize(os.path.join(BUILD, name)):8} bytes")
    print(f"USB image       {os.path.getsize(IMAGE):8} bytes, {free_room(IMAGE, True)} free")
    free = free_room(FLOPPY, False)
    print(f"floppy          {os.path.getsize(FLOPPY):8} bytes, {free} free, "
          f"{free - LARGEST_FIRMWARE} beside a firmware file of 1 MiB")


def show_model():
    """What the simulation figures out; all it says when it fails."""
    done = subprocess.run([BUDGET], check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    said = done.stdout.decode(errors="replace")
    print("\n".join(re.findall(r"^figure: (.*)", said, re.MULTILINE)) or said)
    if done.returncode:
        print(said)
    return done.returncode


def main():
    print("== sizes")
    show_sizes()
    print("\n== modelled sessions (virtual time, port accesses counted on the simulated drive)")
    failed = show_model()
    print("\n== first screen", flush=True)
    folder = tempfile.mkdtemp(prefix="oddrescue-")
    try:
        compare_first_screens(folder)
    finally:
        shutil.rmtree(folder)
    return failed


if __name__ == "__main__":
    sys.exit(main())
