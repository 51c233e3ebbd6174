"""What people come with, from power-on to what they are told: drives that need no hands in the PC."""

import unittest

import drives
import rescue_by_keys
from cases import DEAD, NAME, Bridge
from journey import HandsJourney, Journey

FOREIGN = {"vendor": "SONY", "product": "DVD RW DRU-720A", "revision": "JY05"}


class NamelessTest(HandsJourney):
    """The BIOS lists the drive, but its name is garbage and no system can use it."""

    def test_from_a_garbled_name_to_the_right_one(self):
        self.set_up_files()
        with self.switch_on(self.patient(personality="normal", crash="garbage", gate="open"),
                            stick=self.stick) as pc:
            self.see_verdict(3, "identity damaged")
            self.press("d")
            self.see("page 1 of")
            for page in (2, 3):
                self.press("pagedown")
                seen = self.see(f"page {page} of")
            self.assertIn("FF FF FF FF", seen)
            self.press("esc")
            self.see("Drives")
            rescue_by_keys.choose_file(pc, "FIRMWARE", "NEW.BIN")
            self.press("enter")
            self.answer_eyes("Ask the chip to listen")
            self.press("enter")
            self.see_title("It listens")
            self.flash_and_see()
            pc.power_off()
        self.assert_rescued()


class BoxTest(Journey):
    """The drive was in a USB box that died: it is healthy, the box's bridge is not."""

    def test_a_drive_from_a_box_is_not_flashed(self):
        flash = self.firmware("flash.bin")
        before = drives.content(flash)
        stick = self.stick_with({"FIRMWARE/NEW.BIN": self.firmware("new.bin")})
        with self.switch_on(drives.drive("sm", flash, name="drive"), stick=stick) as pc:
            main = self.see_verdict(3, "healthy")
            self.assertIn("Next: tell what is wrong with it; it does not look like a flash", main)
            self.press("enter")
            self.assertIn(NAME, self.see_title("What is wrong with it?"))
            self.choose("It came out of an external USB or FireWire box that died")
            self.see_title("The box is broken, not the drive")
            self.see("Don't flash it: there is nothing to cure")
            self.choose("Back")
            # It stays said: on the main screen, and whoever wants to flash is asked again.
            self.see("Next: don't flash it. Another box, or inside a PC.")
            rescue_by_keys.choose_file(pc, "FIRMWARE", "NEW.BIN")
            self.press("f6")
            self.see_title("The box is broken, not the drive")
            self.press("esc")
            self.see("Drives")
            pc.log.wait_line("the user says: it came out of a box that died")
            self.assert_never_asked("drive")
            pc.power_off()
        self.assertEqual(drives.content(flash), before)

    def test_a_drive_that_blinks_is_told_what_the_blinking_means(self):
        """The EEPROM's check sum is wrong, as after a firmware of another family."""
        flash = self.firmware("flash.bin")
        before = drives.content(flash)
        with self.switch_on(
                drives.drive("sm", flash, personality="blinker", name="drive"),
                stick=self.stick_with()) as pc:
            self.see_verdict(3, "healthy")
            self.press("enter")
            self.see_title("What is wrong with it?")
            self.choose("Its light blinks and it refuses every disc")
            self.see("EEPROM", "another unit")
            self.assert_never_asked("drive")
            pc.power_off()
        self.assertEqual(drives.content(flash), before)


class WrongFileTest(Journey):
    """Which firmware is right? A 710A's file, and a dead drive that was a 720A."""

    def test_the_file_of_another_model_is_named_and_needs_the_name_typed(self):
        new = self.firmware("new.bin")
        flash = self.dead_firmware("flash.bin", **FOREIGN)
        before = drives.content(flash)
        stick = self.stick_with({"FIRMWARE/NEW.BIN": new})
        with self.switch_on(drives.drive("sm", flash, name="drive", **DEAD), stick=stick) as pc:
            self.see_verdict(3, "answers, no identity")
            rescue_by_keys.choose_file(pc, "FIRMWARE", "NEW.BIN", show=lambda title: self.picture())
            rescue_by_keys.to_confirm(pc, show=lambda title: self.picture())
            confirm = self.see_title("Flash: look once more")
            self.assertIn("holds now SONY DVD RW DRU-720A JY05", confirm)
            self.assertIn("says it is SONY DVD RW DRU-710A BYX3", confirm)
            self.assertIn("The chip holds the firmware of ANOTHER MODEL than the file's", confirm)
            self.assertRegex(confirm, "Type DRU-720A and press Enter to flash")
            # Neither Enter alone nor the file's name is an answer.
            for typed in ([], ["DRU-710A"]):
                self.press(*typed, "enter")
                pc.log.wait_line(f'typed "{"".join(typed)}" instead of "DRU-720A"')
                self.see("That is not it. Nothing was sent.")
                self.press(*["backspace"] * len("".join(typed)))
            self.press("esc")
            self.see("NOT_STARTED", seconds=120)
            device = self.device("drive")
            self.assertEqual((device["programs"], device["erases"]), ("0", "0"), device)
            pc.power_off()
        self.assertEqual(drives.content(flash), before)
        self.assertEqual(stick.backups(), {"BK000001.BIN": before})

    def test_a_job_for_another_model_is_refused(self):
        """Unattended nobody can type: what the file must be is said in the job."""
        flash = self.dead_firmware("flash.bin", **FOREIGN)
        before = drives.content(flash)
        stick = self.stick_with({"FIRMWARE/NEW.BIN": self.firmware("new.bin")})
        result, _, _ = self.run_job(stick, Bridge(drives.drive("sm", flash, **DEAD)), "job=flash",
                                    "port=3", "file=FIRMWARE\\NEW.BIN",
                                    f'identity="{FOREIGN["product"]}"')
        self.assertEqual(result.group("state"), "NOT_STARTED")
        self.assertEqual(drives.content(flash), before)


class NeighbourTest(Journey):
    """A good drive on the same cable was overwritten; the wrong port number hit the wrong drive."""

    def test_a_drive_beside_a_disk_is_not_flashed_and_the_disk_never(self):
        flash = self.firmware("flash.bin")
        before = drives.content(flash)
        stick = self.stick_with({"FIRMWARE/NEW.BIN": self.firmware("new.bin")})
        with self.switch_on(drives.drive("sm", flash, name="drive"),
                            "attach ss disk model=PRECIOUS name=disk", stick=stick) as pc:
            self.see_verdict(3, "healthy")
            self.see("on the same cable")
            rescue_by_keys.choose_file(pc, "FIRMWARE", "NEW.BIN")
            self.press("f6")
            self.see("This can't be done here", "Two drives answer on this cable")
            self.press("esc")
            self.see("Drives")
            self.see_verdict(4, "disk, protected")
            for key in ("f6", "f5"):
                self.press(key)
                self.see("It gets no vendor command, ever.")
                self.press("esc")
                self.see("Drives")
            self.assert_disk_untouched("disk")
            self.assert_never_asked("drive")
            pc.power_off()
        self.assertEqual(drives.content(flash), before)


if __name__ == "__main__":
    unittest.main()
