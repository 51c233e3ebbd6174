"""UEFI: the stick under x64 and ia32 firmware, and what the program owes to its firmware."""

import os
import re
import unittest

import drives
import rescue_by_keys
from cases import DEAD, NAME, RESULT, Bridge, Case, Machine
from doors import DoorTests, StickDoor, probed
from machine import BIOS_DEBUG_PORT, ide_cdrom, ide_disk
from picture import Font
from qmp import QmpError
from stick import BUILD

MENU = ("ODDRescue", "Drives", "Primary master", "F1 help")
RESTART = "Restart the PC"
CRITICAL = "The chip is being changed now"
PROGRAM = os.path.join(BUILD, "oddx64.efi")
STAND_IN = os.path.join(BUILD, "stand-in.efi")
CARELESS = os.path.join(BUILD, "careless.efi")
BRIDGE_ID = f"{0x1234}:{0x01DE}"  # as the recorder writes it
PIIX_ID = f"{0x8086}:{0x7010}"


class UsbX64Test(DoorTests, Case):
    def door(self):
        return StickDoor(self, "x64")


class UsbIa32Test(DoorTests, Case):
    def door(self):
        return StickDoor(self, "ia32")


class EfiCase(Case):
    """Sticks and machines with x64 firmware; simulated drives are secondary master."""

    def pc(self, stick=None, firmware="x64", **options):
        return Machine(stick=stick or self.stick_with(), firmware=firmware, **options)

    def stand_in_stick(self, *words, program=PROGRAM, files=(), job=()):
        """A stick on which the stand-in for the boot manager does what the words say."""
        stick = self.stick_with(files)
        # Everything on one port, in the order in which it happened.
        stick.job(f"log={BIOS_DEBUG_PORT:#x}", *job)
        stick.write("EFI/BOOT/BOOTX64.EFI", drives.content(STAND_IN))
        stick.write("PROGRAM.EFI", drives.content(program))
        stick.write("STANDIN.CFG", " ".join(words))
        return stick

    def dead_drive(self, **options):
        """A dead drive, and the file for it."""
        self.new = self.firmware("new.bin")
        self.flash = self.dead_firmware("flash.bin")
        self.old = drives.content(self.flash)
        return Bridge(drives.drive("sm", self.flash, **DEAD), **{"channels": "both", **options})

    def assert_flashed(self, stick):
        self.assertEqual(drives.content(self.flash), drives.content(self.new))
        self.assertEqual(stick.backups(), {"BK000001.BIN": self.old})
        self.assert_stick_sound(stick)


class ScreenTest(EfiCase):
    """Every mixture of screens and keyboards."""

    @classmethod
    def setUpClass(cls):
        case = cls("read_alphabet")
        case.setUp()
        try:
            cls.font = case.read_alphabet()
        finally:
            case.doCleanups()

    def read_alphabet(self):
        with self.pc(stick=self.stand_in_stick("alphabet")) as pc:
            pc.bios.wait_line("alphabet shown")
            return Font(pc)

    def help_and_back(self, pc, look, press):
        look(*MENU)
        press("f1")
        look("Help", "Esc back")
        press("esc")
        look(*MENU)

    def in_the_picture(self, pc):
        return lambda *texts: self.font.wait(pc, *texts)

    def test_the_terminal_shows_what_the_screen_shows(self):
        with self.pc() as pc:
            settled = (*MENU, "nothing there", "stick: ODDRESCUE")
            pc.screen.wait_text(*settled)
            # In one piece and in their places: the rows of the two screens, each as one text.
            mirrored = pc.screen.settled_picture().split("\n")[:24]
            self.font.wait(pc, "\n".join(line.rstrip() for line in mirrored))

    def test_signs_that_the_firmware_does_not_have(self):
        """Its console draws nothing for them."""
        with self.pc() as pc:
            pc.screen.wait_text(*MENU, "stick: ODDRESCUE")
            pc.screen.press("f7")
            pc.screen.wait_text("√ = size of a firmware")
            self.font.wait(pc, "* = size of a firmware")

    def test_screen_and_keyboard_without_a_serial_port(self):
        with self.pc(com=None) as pc:
            self.help_and_back(pc, self.in_the_picture(pc), pc.send_keys)

    def test_usb_keyboard(self):
        with self.pc(com=None, keyboard=False, usb_keyboard=True) as pc:
            self.help_and_back(pc, self.in_the_picture(pc), pc.send_keys)

    def test_no_graphics(self):
        with self.pc(vga=False) as pc:
            self.help_and_back(pc, pc.screen.wait_text, pc.screen.press)
            pc.send_keys("f1")
            pc.screen.wait_text("Help", "Esc back")

    def test_no_keyboard(self):
        with self.pc(keyboard=False) as pc:
            self.help_and_back(pc, pc.screen.wait_text, pc.screen.press)
            self.font.wait(pc, *MENU)

    def test_neither_graphics_nor_keyboard(self):
        with self.pc(vga=False, keyboard=False) as pc:
            self.help_and_back(pc, pc.screen.wait_text, pc.screen.press)

    def test_neither_on_ia32(self):
        with self.pc(firmware="ia32", vga=False, keyboard=False) as pc:
            self.help_and_back(pc, pc.screen.wait_text, pc.screen.press)


class LeavingTest(EfiCase):
    def test_restart_restarts_the_machine(self):
        for firmware in ("x64", "ia32"):
            with self.subTest(firmware), self.pc(firmware=firmware) as pc:
                pc.screen.wait_text(*MENU)
                pc.screen.press("f10")
                pc.screen.wait_text(RESTART)
                self.assertEqual(pc.resets(), 0)
                pc.screen.press("down", "enter")
                pc.qmp.wait_event("RESET")
                # And comes up again, through the firmware.
                pc.screen.wait(lambda: pc.screen.data.count(b"BdsDxe: starting") == 2, 60,
                               "a second start")
                pc.screen.wait_gone(RESTART)
                pc.screen.wait_text(*MENU)

    def test_power_off(self):
        with self.pc() as pc:
            pc.screen.wait_text(*MENU)
            pc.screen.press("f10")
            pc.screen.wait_text("Switch the PC off")
            pc.screen.press("3", "enter")
            pc.wait_exit()
            self.assertEqual(pc.process.returncode, 0)

    def ctrl_alt_del_asks(self, **options):
        """The firmware's keyboard drivers reset the machine by themselves."""
        with self.pc(**options) as pc:
            pc.screen.wait_text(*MENU)
            pc.send_keys("ctrl", "alt", "delete")
            pc.screen.wait_text(RESTART)
            pc.screen.press("esc")
            pc.screen.wait_gone(RESTART)
            pc.screen.wait_text(*MENU)
            self.assertEqual(pc.resets(), 0)

    def test_ctrl_alt_del_asks(self):
        self.ctrl_alt_del_asks()

    def test_ctrl_alt_del_on_a_usb_keyboard_asks(self):
        self.ctrl_alt_del_asks(keyboard=False, usb_keyboard=True)


class WatchdogTest(EfiCase):
    SECONDS = 10

    def test_a_program_that_leaves_it_armed_is_reset(self):
        """The other tests would notice."""
        stick = self.stand_in_stick(f"watchdog={self.SECONDS}", program=CARELESS)
        with self.pc(stick=stick) as pc:
            pc.bios.wait_line("careless")
            self.assertEqual(pc.resets(), 0)
            pc.qmp.wait_event("RESET", seconds=6 * self.SECONDS)

    def test_a_rescue_takes_its_time(self):
        """By keys: the question stands for several watchdog periods, then the flash runs, with
        Ctrl-Alt-Del in the middle of it."""
        bridge = self.dead_drive()
        stick = self.stand_in_stick(f"watchdog={self.SECONDS}",
                                    files={"FIRMWARE/NEW.BIN": self.new})
        with self.pc(stick=stick, bridge=bridge) as pc:
            rescue_by_keys.choose_port(pc, 7)
            rescue_by_keys.choose_file(pc, "FIRMWARE", "NEW.BIN")
            rescue_by_keys.to_confirm(pc)
            with self.assertRaises(QmpError):
                pc.qmp.wait_event("RESET", seconds=3 * self.SECONDS)
            # Nor has the firmware tried: the program would have asked.
            pc.screen.wait_text("Flash: look once more")
            rescue_by_keys.confirm(pc)
            pc.screen.wait_text(CRITICAL)
            pc.send_keys("ctrl", "alt", "delete")
            pc.screen.wait_text("Really stop?")
            pc.send_keys("esc")
            pc.screen.wait_gone("Really stop?")
            result = pc.screen.wait_match("(?m)" + RESULT, 300)
            pc.screen.wait_text(NAME)
            self.assertEqual(result.group("state", "err"), ("VERIFIED", "00000000"))
            self.assertEqual(pc.resets(), 0)
            pc.power_off()
        self.assert_flashed(stick)


class FirmwareCallsTest(EfiCase):
    """What the program asks of its firmware, as a recorder in the table of boot services sees it."""

    # Nothing of these touches a device.
    WHILE_FLASHING = {"RaiseTPL", "RestoreTPL", "Stall", "CheckEvent"}

    def places(self, recorded):
        return {name.decode(): int(place)
                for name, place in re.findall(rb"service (\w+) (\d+)\n", recorded)}

    def calls(self, recorded):
        """The calls in a stretch of the record, by their place in the table."""
        return [byte - 0x80 for byte in recorded if byte >= 0x80]

    def test_a_rescue_at_the_legacy_ports(self):
        bridge = self.dead_drive(channels="secondary", legacy=True)
        stick = self.stand_in_stick("legacy", "connect", "record",
                                    files={"FIRMWARE/NEW.BIN": self.new},
                                    job=("job=flash", "port=3", "file=FIRMWARE\\NEW.BIN",
                                         f'identity="{NAME}"'))
        with self.pc(stick=stick, bridge=bridge) as pc:
            # Before our program starts, the firmware's driver waits for the dead drive.
            pc.screen.wait_text(CRITICAL, seconds=600)
            pc.pull_stick()
            result = pc.bios.wait_line("RESULT job=flash .*", 300).group(0)
            pc.screen.wait_match(r"log +not saved: The stick is gone", 120)
            recorded = pc.bios.data
            found = probed(pc.bios.text())
            pc.power_off()
        self.assertEqual(found[3][:3], ("Secondary master", "0170", "no-identity"))
        self.assertIn("port=3 state=VERIFIED", result)
        self.assert_flashed(stick)

        places = self.places(recorded)
        ours = recorded.partition(b"starting\n")[2]
        self.assertEqual(self.calls(ours)[0], places["SetWatchdogTimer"])
        self.assertTrue(ours[1:].startswith(b"watchdog 0\n"), ours[:40])
        self.assertIn(f"disconnect {BRIDGE_ID} drivers 1 to 0\n".encode(), ours)
        self.assertNotIn(places["ConnectController"], self.calls(ours))
        flashing = re.search(rb"flash: asking for confirmation.*flash: restarted", ours,
                             re.DOTALL).group(0)
        self.assertLess(1000, len(self.calls(flashing)))
        self.assertLessEqual(set(self.calls(flashing)),
                             {places[name] for name in self.WHILE_FLASHING})

    def test_disks_that_the_firmware_drives_are_taken_from_it(self):
        disk = self.image_file("disk.img", 1 << 20)
        before = drives.sha256(disk)
        stick = self.stand_in_stick("connect", "record", job=("job=probe",))
        with self.pc(kind="pc", stick=stick,
                     disks=ide_disk(disk) + ide_cdrom(bus="ide.1")) as pc:
            pc.bios.wait_line("RESULT job=probe .* err=00000000", 120)
            recorded, found = pc.bios.data, probed(pc.bios.text())
            said = pc.screen.text()
        self.assertIn(f"disconnect {PIIX_ID} drivers 1 to 0\n".encode(), recorded)
        self.assertRegex(said, r"IDE controller 00:01\.1: asking the firmware to let go\.\.\. "
                               r"ports on")
        self.assertEqual([found[n][2] for n in (1, 2, 3, 4)],
                         ["disk", "nothing", "healthy", "nothing"])
        self.assertEqual(drives.sha256(disk), before)


if __name__ == "__main__":
    unittest.main()
