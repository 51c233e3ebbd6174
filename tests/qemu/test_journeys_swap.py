"""The PC hangs at its start with the dead drive attached: it is brought in afterwards, from power-on
to a drive that answers. The hands are those of the bench."""

import unittest
import wave

import drives
import rescue_by_keys
from floppy import Floppy
from journey import HandsJourney
from machine import LOG_PORT
from test_post import PROBED, STARTED, post_seconds

TITLE = "Bring the drive in while the PC runs"
LATE_CABLE = "It has power. I plug its flat data cable in now"
LATE_POWER = "Its flat data cable is in. I give it power now"
HOT_SWAP = "A good drive is there in its place. I move the flat data cable now"
DONOR = "LITE-ON/DVD-ROM_DDU1621/S1.6"


class SwapCase(HandsJourney):
    def patient(self, position="shelf", **options):
        """Its firmware hangs from power-on, but does not shut the door."""
        return super().patient(position, **{"personality": "normal", "crash": "hang",
                                            "gate": "open", **options})

    def donor(self, position="sm", name="donor"):
        return drives.drive(position, self.path(f"{name}.bin"), firmware=DONOR, name=name)

    def choose_way(self, answer):
        """From the main screen to the first page of that way."""
        self.press("w")
        self.see_title(TITLE)
        self.choose(answer)

    def read_the_pages(self):
        """What is needed, what is dangerous, what is there: up to the moment of letting go."""
        self.see("step 1 of 5", "it is so")
        self.press("enter")
        self.see("step 2 of 5", "I understand the risk")
        self.press("enter")
        shown = self.see("step 3 of 5", "my hands are ready")
        self.press("enter")
        return shown

    def heard(self, since):
        """The bench did something; it was heard."""
        self.assertGreater(self.pc.screen.terminal.bells, since)

    def plug_in(self, told, *commands):
        """The hand's part: the instruction stands there, the plug goes in with bouncing contacts, and
        somebody is seen. The firmware that hangs is not waited for."""
        self.see(told)
        bells = self.pc.screen.terminal.bells
        self.hands(*commands)
        self.see("Hands off now")
        self.heard(bells)
        self.see("it hangs, don't wait")
        self.press("enter")

    def go_on_with_it(self, port=3):
        """From "a drive arrived" to the page that says that it listens."""
        self.see("A drive arrived.", f"Port {port} says: unclear",
                 "It was busy all the time, and you did not wait longer")
        self.press("enter")
        rescue_by_keys.answer_until(self.pc, "Ask the chip to listen", 60,
                                    lambda title: self.picture())
        self.press("enter")
        self.see_title("It listens")


class HotSwapTest(SwapCase):
    def test_from_a_post_that_hangs_to_a_drive_that_answers(self):
        self.set_up_files()
        stuck, lines = post_seconds(self.patient("sm"))
        self.assertGreater(stuck, 25)
        self.assertFalse(any("DVD/CD" in line for line in lines))
        with self.switch_on(self.donor(), self.patient(), stick=self.stick) as pc:
            self.see_verdict(3, "healthy")
            started = pc.bios.seconds_between(STARTED, PROBED)
            print(f"POST with the drive that hangs: {stuck:.1f} s, with a good one: {started:.1f} s")
            self.assertLess(started * 3, stuck)
            self.assertTrue(any("DVD-ROM DDU1621" in line for line in pc.bios.lines()))
            rescue_by_keys.choose_file(pc, "FIRMWARE", "NEW.BIN")
            self.choose_way(HOT_SWAP)
            self.assertIn("DDU1621", self.read_the_pages())
            # Second thoughts: the good drive is good, and stays so, whatever is asked for.
            self.see("NOW pull the flat DATA cable off the GOOD drive")
            self.press("esc")
            self.see("Drives")
            self.see_verdict(3, "healthy")
            for key in ("f6", "f5"):
                self.press(key)
                self.see("This is the good drive", "DDU1621")
                self.press("esc")
                self.see("Drives")
            self.choose_way(HOT_SWAP)
            self.read_the_pages()
            self.see("NOW pull the flat DATA cable off the GOOD drive")
            bells = pc.screen.terminal.bells
            self.hands("bounce sm ms=300", "at 150 move donor shelf")
            self.plug_in("It is off. Plug the flat DATA cable into the DEAD drive",
                         "move patient sm bounce=400")
            self.heard(bells)
            self.go_on_with_it()
            self.flash_and_see()
            self.assert_never_asked("donor")
            pc.power_off()
        self.assert_rescued()


class LateTest(SwapCase):
    """The PC starts with an empty cable."""

    def test_cable_plugged_late_with_the_boot_floppy(self):
        """The file comes from the floppy, the backup goes there."""
        self.set_up_files()
        self.stick = Floppy(self.folder)
        self.stick.write("FIRMWARE/NEW.BIN", drives.content(self.new))
        self.stick.job(f"log={LOG_PORT:#x}")
        with self.switch_on(self.patient(), floppies=(self.stick,)) as pc:
            self.see_verdict(3, "nothing there")
            rescue_by_keys.choose_file(pc, "FIRMWARE", "NEW.BIN")
            self.press("enter")
            self.picture()
            self.choose("The PC hangs when this drive is attached: bring it in now")
            self.see_title(TITLE)
            self.choose(LATE_CABLE)
            self.read_the_pages()
            self.plug_in("NOW plug the flat DATA cable into the DEAD drive",
                         "move patient sm bounce=400")
            self.go_on_with_it()
            self.flash_and_see()
            pc.power_off()
        self.assert_rescued()

    def late_power(self, port, **options):
        """Cable first, power later; up to where the drive listens."""
        self.set_up_files()
        position = "sm"
        with self.switch_on(self.patient(position, power="off"), stick=self.stick, **options) as pc:
            self.see_verdict(port, "nothing there")
            self.choose_way(LATE_POWER)
            self.read_the_pages()
            self.plug_in("NOW give the DEAD drive its power", "power patient on")
            self.go_on_with_it(port)
            self.choose("Back to the list")
            self.see_verdict(port, "vendor mode")
            device = self.device("patient")
            self.assertEqual((device["programs"], device["erases"]), ("0", "0"), device)
            pc.power_off()
        self.assertEqual(drives.content(self.flash), self.old)

    def test_power_given_late(self):
        """The beep is heard from the PC's own speaker."""
        sound = self.path("speaker.wav")
        self.late_power(3, options=("-audiodev", f"wav,id=speaker,path={sound}",
                                    "-machine", "pcspk-audiodev=speaker"))
        with wave.open(sound) as recorded:
            self.assertGreater(len(set(recorded.readframes(recorded.getnframes()))), 1,
                               "nothing but silence")

    def test_power_given_late_under_uefi(self):
        self.late_power(5, firmware="x64")


class SecondDeviceTest(SwapCase):
    """What else is on the cable would hear every command, or lose its own data."""

    def test_a_cable_with_a_second_device_is_not_let_go(self):
        self.set_up_files()
        with self.switch_on(self.donor(), "attach ss disk model=PRECIOUS name=disk",
                            self.patient(), stick=self.stick) as pc:
            self.see_verdict(3, "healthy")
            self.choose_way(HOT_SWAP)
            self.press("enter", "enter")
            self.see("This cable can't be used as it is", "A hard disk (or another drive",
                     "its plug must never be pulled while it runs")
            self.press("esc", "esc", "esc")
            self.see_verdict(3, "healthy")
            # The disk goes: it is believed once the cable was seen empty. A second drive comes.
            self.hands("move disk shelf", "move donor shelf")
            self.press("r")
            self.see_verdict(3, "nothing there")
            self.hands("move donor sm", self.donor("ss", "second"))
            self.press("r")
            self.see_verdict(4, "healthy")
            self.choose_way(HOT_SWAP)
            self.press("enter", "enter")
            self.see("This cable can't be used as it is", "Two drives are on this cable")
            self.assert_disk_untouched("disk")
            for name in ("donor", "second"):
                self.assert_never_asked(name)
            pc.power_off()


if __name__ == "__main__":
    unittest.main()
