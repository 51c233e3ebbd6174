"""make bench: figures, no verdicts. Sizes, modelled session times, time to the first screen.

Time to the first screen is measured beside memtest86+ (the Debian package) on the same stick image,
with the same SYSLINUX, in the same QEMU machine. The clock starts when SYSLINUX has loaded the
kernel and prints "ok" behind its "Loading ..." line, and stops when the last thing that belongs to
the program's first full screen stands in VGA text memory. Both are read out of guest memory through
QMP, as fast as QEMU answers; the gap between two looks is printed as the resolution.
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
from stick import BUILD, IMAGE, Stick

MEMTEST = "/boot/memtest86+ia32.bin"
BUDGET = os.path.join(BUILD, "simulation", "sim_budget")
KERNEL_BUDGET = 128 * 1024
ROUNDS = 5
DEADLINE = 60
CONFIG = "DEFAULT it\nPROMPT 0\nLABEL it\n  LINUX {}\n"


def first_screen_ms(stick, mark):
    """Milliseconds from the loader's "ok" to `mark` on the screen, and the longest gap between two
    looks in between."""
    with Machine("q35", stick=stick) as pc:
        handed_over = last = None
        gap = 0.0
        deadline = time.monotonic() + DEADLINE
        while time.monotonic() < deadline:
            text = "\n".join(pc.vga_text())
            now = time.monotonic()
            if handed_over:
                gap = max(gap, now - last)
            elif "... ok" in text or mark in text:
                handed_over = now
            last = now
            if handed_over and mark in text:
                return (now - handed_over) * 1000, gap * 1000
    raise Timeout(f"{mark!r} did not appear within {DEADLINE} s; the screen was:\n{text}")


def compare_first_screens(folder):
    ours = Stick(folder, name="ours.img")
    theirs = Stick(folder, name="memtest.img")
    ours.write("syslinux.cfg", CONFIG.format("oddrescue.krn"))
    with open(MEMTEST, "rb") as file:
        theirs.write("memtest.krn", file.read())
    theirs.write("syslinux.cfg", CONFIG.format("memtest.krn"))
    times = {"oddrescue": [], "memtest86+": []}
    gaps = []
    for _ in range(ROUNDS):
        for name, stick, mark in (("oddrescue", ours, "F10"), ("memtest86+", theirs, "<ESC>")):
            took, gap = first_screen_ms(stick, mark)
            times[name].append(took)
            gaps.append(gap)
    print(f"time from the loader's hand-over to the first full screen ({ROUNDS} rounds, QEMU q35, "
          "TCG)")
    for name, values in times.items():
        print(f"  {name:11} median {statistics.median(values):6.0f} ms   "
              f"{min(values):.0f} .. {max(values):.0f} ms")
    print(f"  longest gap between two looks at the screen: {max(gaps):.0f} ms")


def show_sizes():
    size = os.path.getsize(KERNEL)
    print(f"kernel file   {size:7} bytes, {100 * size // KERNEL_BUDGET} % of the budget of "
          f"{KERNEL_BUDGET}; memtest86+ {os.path.getsize(MEMTEST)} bytes")
    print(f"USB image     {os.path.getsize(IMAGE):7} bytes")


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
