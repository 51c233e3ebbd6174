"""make run: a PC with a bricked drive on its secondary IDE channel, and the rescue stick in it.

With a terminal, the PC's serial port is that terminal: the menu is yours. Without one the same
rescue is played through the serial screen, each screen is printed, and the exit status tells
whether the drive came back to life.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import termios

import drives
import rescue_by_keys
from cases import DEAD, IDENTITY, NAME, result_line
from machine import LOG_PORT, Bridge, Machine
from stick import BUILD, Stick

FILE = "710ABYX3.BIN"
HINT = f"""
In this PC a {NAME} hangs on the secondary IDE channel. Its firmware
was torn in the middle of a flash. A good file for it is on the stick:
    FIRMWARE\\{FILE}

  to rescue it   3, then F7 (file), then Enter and follow the screen
  no F-keys?     letters do as well: see the help, ?
  to quit        Ctrl-A, then X

The window should have 80 columns and 24 or 25 lines.
Press Enter to start the PC: """


def prepare(folder):
    """The stick, the good file and the dead drive's flash."""
    new = drives.firmware(folder, "good.bin", **IDENTITY)
    flash = drives.firmware(folder, "flash.bin", **{**IDENTITY, "revision": "BYX1"},
                            damage="half_erased")
    stick = Stick(folder)
    stick.write(f"FIRMWARE/{FILE}", drives.content(new))
    stick.job(f"log={LOG_PORT:#x}")
    return stick, new, flash


def bridge_for(flash):
    return Bridge(drives.drive("sm", flash, **DEAD))


def by_hand(stick, new, flash):
    """The user's terminal is the PC's serial port until QEMU ends."""
    input(HINT)
    saved = termios.tcgetattr(sys.stdin)
    try:
        with Machine(stick=stick, bridge=bridge_for(flash), serial="stdio,mux=on,signal=off") as pc:
            pc.process.wait()
            pc.bridge.stop()
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, saved)
        # Colours, cursor, line wrap and place as they were before the menu.
        print("\x1b[0m\x1b[?25h\x1b[?7h\x1b[999;1H", flush=True)
    keep = os.path.join(BUILD, "run")
    os.makedirs(keep, exist_ok=True)
    shutil.copy(flash, os.path.join(keep, "flash.bin"))
    subprocess.run(["cp", "--sparse=always", stick.path, os.path.join(keep, "stick.img")],
                   check=True)
    same = drives.content(flash) == drives.content(new)
    print("The drive's flash " + ("equals" if same else "does not hold") + " the good file.\n"
          "Kept: build/run/flash.bin (the flash), build/run/stick.img (the stick).")
    return 0


def by_itself(stick, new, flash):
    """Plays the rescue; 0 only if it worked."""
    with Machine(stick=stick, bridge=bridge_for(flash)) as pc:
        def show(title):
            print(f"\n==== {title} " + "=" * (74 - len(title)))
            print(pc.screen.settled_picture(), flush=True)

        result = rescue_by_keys.rescue(pc, FILE, NAME, show=show)
        pc.screen.press("enter")
        pc.screen.wait_match(f"3 Secondary master.*{NAME}.*healthy")
        show("the drive answers with its new name")
        pc.power_off()
    print("\n" + result_line(result))
    equal = drives.content(flash) == drives.content(new)
    print("the flash file equals the firmware file" if equal else
          "the flash file DIFFERS from the firmware file")
    return 0 if equal and result.group("state") == "VERIFIED" else 1


def main():
    folder = tempfile.mkdtemp(prefix="oddrescue-")
    try:
        parts = prepare(folder)
        return by_hand(*parts) if sys.stdin.isatty() and sys.stdout.isatty() else by_itself(*parts)
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    sys.exit(main())
