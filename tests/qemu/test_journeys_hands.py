"""What people come with, from power-on to the result: drives that need a hand at a plug, a switch or
the eject button. The hands are those of the bench."""

import unittest

import drives
import rescue_by_keys
from journey import HandsJourney


class CatchTest(HandsJourney):
    """The old flasher said: Status = 80 should be 70."""

    # Each switching is one chance; a busy host may miss the 150 ms once.
    SWITCHINGS = 5

    def switch_until_it_listens(self):
        """The drive's power off, two seconds, on: as often as it takes."""
        screen = self.pc.screen
        for _ in range(self.SWITCHINGS):
            bells = screen.terminal.bells
            self.hands("power patient off")
            self.see("It is off. Count to two, then switch it ON")
            self.hands("at 2000 power patient on")
            screen.wait_gone("It is off. Count to two")
            # The change was heard, too.
            self.assertGreater(screen.terminal.bells, bells)
            if self.device("patient")["phase"] == "vendor":
                return
            screen.wait_match(r"It listens|status 80 ")
            if "It listens" in screen.picture():
                return
        self.fail("never caught")

    def test_from_way_to_way_until_the_power_cycle_catches_it(self):
        self.set_up_files()
        # Its power comes from a supply of its own, which is switched on when the PC has started.
        with self.switch_on(self.patient(power="off"), stick=self.stick) as pc:
            self.see_verdict(3, "nothing there")
            self.hands("power patient on")
            self.press("r")
            self.see_verdict(3, "firmware hangs")
            self.see("status 80", "Guide me")
            rescue_by_keys.choose_file(pc, "FIRMWARE", "NEW.BIN")
            self.press("enter")
            self.answer_eyes("Ask the chip to listen")
            self.press("enter")
            self.see("Asked: it stays busy, it should be 70, 72 or 73", seconds=120)
            self.press("n")
            self.see_title("Hold EJECT at power-on")
            self.choose("No: it gets its power together with the PC")
            self.see("End this program and switch the PC off")
            self.choose("Next way")
            self.see_title("Before you touch the drive's power")
            self.choose("I have read it: go on")
            self.see_title("Catch the drive at power-on")
            self.see("Switch the drive OFF. The PC stays on.")
            self.switch_until_it_listens()
            self.see_title("It listens")
            self.flash_and_see()
            pc.power_off()
        self.assert_rescued()


class EjectTest(HandsJourney):
    """A 720A was flashed as a 710A: that firmware runs on it, refuses, and shuts the door."""

    def test_the_eject_button_keeps_a_wrong_firmware_from_starting(self):
        self.set_up_files()
        self.flash = self.firmware("flash.bin", product="DVD RW DRU-710A")
        self.old = drives.content(self.flash)
        self.new = self.firmware("new.bin", product="DVD RW DRU-720A")
        self.stick.write("FIRMWARE/NEW.BIN", drives.content(self.new))
        # Nobody hits a window of one millisecond.
        with self.switch_on(self.patient(personality="wrong", accepts="720A", window=1),
                            stick=self.stick) as pc:
            self.see_verdict(3, "healthy")
            self.press("enter")
            self.see_title("What is wrong with it?")
            self.choose("It has the wrong firmware, or I want another one on it")
            self.see("Choose the firmware file", "FIRMWARE ")
            self.press("enter")
            self.see("Choose the firmware file", "NEW.BIN")
            self.press("enter")
            self.see("The file", "CRC-32")
            self.press("enter")
            self.see_title("Ask the chip to listen")
            self.press("enter")
            self.see("Asked: it does not listen", "A firmware runs and refuses")
            self.press("n")
            self.see_title("Hold EJECT at power-on")
            self.choose("Yes: by a switch, a power supply of its own, or its power plug")
            self.see_title("Before you touch the drive's power")
            self.choose("I have read it: go on")
            self.see("1. Switch the drive OFF. The PC stays on.")
            self.hands("power patient off")
            self.see("2. Press EJECT and hold it. 3. Switch the drive ON, keep holding.")
            bells = pc.screen.terminal.bells
            self.hands("eject patient hold", "at 2000 power patient on")
            self.see_title("It listens")
            self.assertGreater(pc.screen.terminal.bells, bells)
            self.hands("eject patient release")
            self.flash_and_see("DVD RW DRU-720A", ("ANOTHER MODEL than the file's",
                                                   "Type DRU-710A and press Enter"))
            pc.power_off()
        self.assert_rescued()


if __name__ == "__main__":
    unittest.main()
