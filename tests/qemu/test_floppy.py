"""The floppy: booted from, flashed from, and written to."""

import re
import unittest

import drives
import floppy
import rescue_by_keys
from cases import DEAD, NAME, RESULT, Bridge, Case, Machine, result_line
from doors import Door, DoorTests
from floppy import Floppy
from machine import LOG_PORT


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


class MissingFloppyTest(BadFloppyCase):
    def test_write_protected_boot_floppy(self):
        """All works but what would be written; the reason is told."""
        self.prepare()
        self.floppy.job(f"log={LOG_PORT:#x}", "job=probe")
        before = drives.content(self.floppy.path)
        with Machine(floppies=(f"{self.floppy.path},readonly=on",)) as pc:
            result = self.result(pc)
            pc.log.wait_line("log not saved: .*: Floppy disk A is write-protected")
            pc.power_off()
        self.assertEqual(result.group("state", "err"), ("UNCHANGED", "00000000"))
        self.assertEqual(drives.content(self.floppy.path), before)

    def test_taken_out_while_flashing(self):
        """After the confirmation the floppy is not needed: the flash completes."""
        bridge = self.prepare()
        with Machine(floppies=(self.floppy,), bridge=bridge) as pc:
            pc.screen.wait_text("The chip is being changed now", seconds=180)
            pc.eject_floppy()
            result = pc.log.wait_line("RESULT job=flash .*", 300).group(0)
            pc.screen.wait_text("o floppy is in the drive", seconds=120)
            pc.power_off()
        self.assertIn("state=VERIFIED", result)
        self.assertEqual(drives.content(self.flash), drives.content(self.new))
        self.assert_stick_sound(self.floppy)


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
        words = f"Sector {sector} of floppy disk A can't be read"
        with machine as pc:
            result = self.result(pc)
            pc.screen.press("f7")
            pc.screen.wait_text("Choose the firmware file", "FIRMWARE ")
            pc.screen.press("enter")
            pc.screen.wait_text("Choose the firmware file", "NEW.BIN")
            pc.screen.press("enter")
            self.assertRegex(" ".join(pc.screen.wait_text("can't be read").split()), words)
            pc.power_off()
        self.assertEqual(result.group("state"), "NOT_STARTED")
        self.assertNotEqual(result.group("err"), "00000000")
        self.assertEqual(drives.content(self.flash), self.old)
        self.assertRegex(self.floppy.log(), words)
        self.assert_stick_sound(self.floppy)


class SecondFloppyTest(Case):
    """The backup has no room beside the program and the firmware file."""

    ASKED = "Take the floppy out of the drive"

    def prepare(self, size="128K", chip="SST39SF010A"):
        self.new = self.firmware("new.bin", size=size)
        self.flash = self.dead_firmware("flash.bin", size=size)
        self.old = drives.content(self.flash)
        self.floppy = Floppy(self.folder)
        self.floppy.write("FIRMWARE/NEW.BIN", drives.content(self.new))
        self.floppy.job(f"log={LOG_PORT:#x}")
        room = self.floppy.free()
        if room >= len(self.old):
            self.floppy.write("FILLER.BIN", bytes(room - 64 * 1024))
        self.second = floppy.formatted(self.folder)
        return Bridge(drives.drive("sm", self.flash, chip, **DEAD))

    def ask_for_backup(self, pc):
        """From the main screen to the question for another floppy; returns the screen."""
        rescue_by_keys.choose_port(pc, 3)
        pc.screen.press("f5")
        rescue_by_keys.answer_until(pc, self.ASKED, 300)
        return pc.screen.settled_picture()

    def try_again(self, pc, words):
        """Says that another floppy is in; waits for what the program thinks of it."""
        pc.screen.press("enter")
        pc.screen.wait_text(words)

    def end(self, pc, seconds=300):
        """Waits for the result screen and leaves it; returns the RESULT line's match."""
        result = pc.screen.wait_match("(?m)" + RESULT, seconds)
        pc.screen.press("enter")
        pc.screen.wait_text("Drives")
        pc.power_off()
        return result

    def assert_saved(self, result, backups):
        self.assertEqual(result.group("err"), "00000000")
        self.assertEqual(self.floppy.backups(), {})
        self.assertEqual(backups.backups(), {"BK000001.BIN": self.old})
        self.assertIn(result_line(result), backups.log())
        self.assert_stick_sound(backups)
        self.assert_stick_sound(self.floppy)

    def test_every_wrong_floppy_and_then_a_right_one(self):
        bridge = self.prepare()
        full = floppy.formatted(self.folder, "full.img", "2B1D0003")
        full.write("FULL.BIN", bytes(full.free() - 2048))
        with Machine(floppies=(self.floppy,), bridge=bridge) as pc:
            self.assertIn("floppy disk A", self.ask_for_backup(pc))
            self.try_again(pc, "same floppy again")
            pc.eject_floppy()
            self.try_again(pc, "o floppy is in the drive")
            pc.change_floppy(floppy.unformatted(self.folder))
            self.try_again(pc, "is not formatted with FAT")
            pc.change_floppy(self.second, write_protected=True)
            self.try_again(pc, "is write-protected: close its small window")
            pc.change_floppy(full)
            self.try_again(pc, "This floppy has only 2 KiB free")
            pc.change_floppy(self.second)
            pc.screen.press("enter")
            result = self.end(pc)
        self.assertEqual(drives.content(self.flash), self.old)
        self.assert_saved(result, self.second)

    def test_second_drive(self):
        """The other floppy is in drive B:, and the user says so."""
        bridge = self.prepare()
        with Machine(floppies=(self.floppy, self.second), bridge=bridge) as pc:
            self.ask_for_backup(pc)
            pc.screen.press("2", "enter")
            pc.screen.wait_text("Where to save?", "SECOND")
            pc.screen.press("down", "enter")  # the bar stands on the first, which has no room
            result = self.end(pc)
        self.assertEqual(drives.content(self.flash), self.old)
        self.assert_saved(result, self.second)

    def test_rescue_of_a_whole_mebibyte(self):
        bridge = self.prepare("1M", "MX25L8005")
        with Machine(floppies=(self.floppy,), bridge=bridge) as pc:
            rescue_by_keys.choose_port(pc, 3)
            rescue_by_keys.choose_file(pc, "FIRMWARE", "NEW.BIN")
            rescue_by_keys.to_confirm(pc, wanted=self.ASKED, seconds=900)
            pc.change_floppy(self.second)
            pc.screen.press("enter")
            rescue_by_keys.answer_until(pc, "Flash: look once more")
            rescue_by_keys.confirm(pc)
            result = self.end(pc, seconds=900)
        self.assertEqual(result.group("state"), "VERIFIED")
        self.assertEqual(drives.content(self.flash), drives.content(self.new))
        self.assert_saved(result, self.second)


if __name__ == "__main__":
    unittest.main()
