"""UEFI: which of the machine's devices the program takes, and which it leaves to the firmware."""

import unittest

from cases import Case
from machine import Machine, ide_cdrom, ide_disk

MENU = ("Drives", "Port 1:")


class ControllerTest(Case):
    def test_a_controller_is_taken_and_answers(self):
        """The firmware's driver lets go; the ports stay on, bus mastering goes off."""
        disk = self.image_file("disk.img", 1 << 20)
        with Machine("pc", firmware="x64", stick=self.stick_with(), disks=ide_disk(disk)) as pc:
            line = pc.log.wait_line(r"boot: IDE controller 00:01\.1: asking .* ports on "
                                    r"\((?P<command>[0-9A-F]{4})\)\.", seconds=180)
            pc.log.wait_line("probe: port 1: status 50")
        self.assertEqual(int(line.group("command"), 16) & 0x0005, 0x0001)

    def test_the_controller_of_the_boot_disk_stays_with_the_firmware(self):
        """Started from a hard disk: its files can be read, the drive on the other cable probed."""
        disk = self.stick_with(job=["job=probe"])
        with Machine("pc", firmware="x64", disks=[*ide_disk(disk.path), *ide_cdrom()]) as pc:
            pc.log.wait_line(r"boot: IDE controller 00:01\.1: we were started from it",
                             seconds=180)
            pc.log.wait_line(r"places: hard disk 1, 66 MB: partition at 2048")
            result = self.result(pc)
            pc.log.wait_line(r"probe: port 1: .*")
            pc.power_off()
        self.assertEqual(result.group("job", "err"), ("probe", "00000000"))
        self.assertIn("QEMU HARDDISK", pc.log.text())
        self.assertIn("QEMU DVD-ROM", pc.log.text())
        self.assertIn("RESULT job=probe", disk.log())
        self.assert_stick_sound(disk)


class StickTest(Case):
    def test_size(self):
        """What the firmware tells of a disk lies where this build looks for it."""
        for firmware in ("x64", "ia32"):
            with self.subTest(firmware), \
                    Machine(firmware=firmware, stick=self.stick_with()) as pc:
                pc.log.wait_line(r"places: USB disk 1, 66 MB: partition at 2048", seconds=180)

    def test_a_stick_comes_back(self):
        """Pulled and put in again it is another device for the firmware, and the same for us."""
        stick = self.stick_with()
        with Machine(firmware="x64", stick=stick) as pc:
            pc.screen.wait_text(*MENU, "stick: ODDRESCUE", seconds=180)
            pc.pull_stick()
            pc.screen.press("f7")
            pc.screen.wait_text("F5", "look again")
            pc.screen.press("f5")
            pc.log.wait_line("places: 0 volumes")
            pc.plug_stick(stick, "again")
            found = False
            for _ in range(60):
                pc.screen.press("f5")
                if pc.screen.settled_picture(quiet=1).count("FIRMWARE"):
                    found = True
                    break
            self.assertTrue(found, pc.screen.picture())


if __name__ == "__main__":
    unittest.main()
