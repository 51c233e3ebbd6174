"""The floppy: booted from, flashed from, and written to."""

import re
import unittest

import drives
import floppy
from cases import DEAD, NAME, Bridge, Case, Machine, result_line
from doors import Door, DoorTests
from floppy import Floppy
from machine import LOG_PORT, ide_disk


class FloppyDoor(Door):
    """Everything comes from the floppy in drive A: and goes to it."""

    def __init__(self, case):
        super().__init__(case)
        self.floppy = Floppy(case.folder)
        self.job()

    def put(self, name, path):
        self.floppy.write(f"FIRMWARE/{name}", drives.content(path))
        return f"FIRMWARE\\{name}"

    def job(self, *words):
        self.floppy.job(f"log={LOG_PORT:#x}", *words)

    def machine(self):
        return {"floppies": (self.floppy,)}

    def backups(self):
        return self.floppy.backups()

    def log(self):
        return self.floppy.log()

    def check(self):
        self.case.assert_stick_sound(self.floppy)


class FloppyTest(DoorTests, Case):
    def door(self):
        return FloppyDoor(self)


class ImageTest(Case):
    def test_parameters_are_those_of_every_144_floppy(self):
        """Microsoft FAT specification, BPB; the fields that BIOSes and drives look at."""
        with open(floppy.IMAGE, "rb") as image:
            boot = image.read()
        self.assertEqual(len(boot), floppy.SIZE)
        fields = {"bytes per sector": (11, 2, 512), "sectors per cluster": (13, 1, 1),
                  "reserved": (14, 2, 1), "FATs": (16, 1, 2), "root entries": (17, 2, 224),
                  "sectors": (19, 2, 2880), "media": (21, 1, 0xF0), "FAT size": (22, 2, 9),
                  "per track": (24, 2, 18), "heads": (26, 2, 2), "hidden": (28, 4, 0),
                  "drive": (36, 1, 0)}
        for name, (offset, size, value) in fields.items():
            self.assertEqual(int.from_bytes(boot[offset:offset + size], "little"), value, name)

    def test_a_firmware_file_of_1_mib_fits(self):
        disk = Floppy(self.folder)
        disk.write("FIRMWARE/NEW.BIN", bytes(1 << 20))
        self.assert_stick_sound(disk)


class BadFloppyCase(Case):
    """Flash jobs from floppies that give trouble. What is on the cable does not matter: nothing
    gets that far."""

    def prepare(self, size="128K"):
        self.new = self.firmware("new.bin", size=size)
        self.flash = self.dead_firmware("flash.bin", size=size)
        self.old = drives.content(self.flash)
        self.floppy = Floppy(self.folder)
        self.floppy.write("FIRMWARE/NEW.BIN", drives.content(self.new))
        self.floppy.job(f"log={LOG_PORT:#x}", "job=flash", "port=3", "file=FIRMWARE\\NEW.BIN",
                        f'identity="{NAME}"', "backup=no")
        return Bridge(drives.drive("sm", self.flash, **DEAD))


class BadSectorTest(BadFloppyCase):
    SECTOR = 100  # of the firmware file

    def boot(self, times):
        bridge = self.prepare()
        sector = self.floppy.sector_of("FIRMWARE/NEW.BIN") + self.SECTOR
        return sector, Machine(floppies=(self.floppy,), bridge=bridge,
                               options=floppy.bad_sector_rom(self.folder, sector, times))

    def test_a_sector_that_is_read_at_the_second_try(self):
        sector, machine = self.boot(times=1)
        with machine as pc:
            result = self.result(pc)
            pc.power_off()
        self.assertEqual(result.group("state", "err"), ("VERIFIED", "00000000"))
        self.assertEqual(drives.content(self.flash), drives.content(self.new))
        tried = re.search(r"floppy disk A: tried again 1 times, the last at sector (\d+)",
                          self.floppy.log())
        self.assertIn(int(tried.group(1)), range(sector - floppy.TRACK, sector + 1))
        self.assert_stick_sound(self.floppy)

    def test_a_sector_that_is_never_read(self):
        sector, machine = self.boot(times=255)
        with machine as pc:
            result = self.result(pc)
            picture = pc.screen.settled_picture()
            pc.power_off()
        self.assertEqual(result.group("state"), "NOT_STARTED")
        self.assertNotEqual(result.group("err"), "00000000")
        self.assertEqual(drives.content(self.flash), self.old)
        self.assertRegex(" ".join(picture.split()), f"ector {sector}\\b")
        self.assertRegex(self.floppy.log(), f"ector {sector}\\b")
        self.assert_stick_sound(self.floppy)


if __name__ == "__main__":
    unittest.main()
