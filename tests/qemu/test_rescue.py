"""Rescues from the first byte of the boot stick to the last byte of the flash chip."""

import unittest

import drives
import rescue_by_keys
from cases import DEAD, NAME, Bridge, Case, Machine, result_line
from doors import DoorTests, StickDoor
from machine import ide_disk


class RescueCase(Case):
    def prepare(self, position="sm", chip="SST39SF010A", size="128K", channels="secondary",
                native=False, **options):
        """A dead drive at `position` and a stick with the firmware for it."""
        self.new = self.firmware("new.bin", size=size)
        self.flash = self.dead_firmware("flash.bin", size=size)
        self.old = drives.content(self.flash)
        self.stick = self.stick_with({"FIRMWARE/NEW.BIN": self.new})
        return Bridge(drives.drive(position, self.flash, chip, **{**DEAD, **options}),
                      channels=channels, native=native)

    def flash_words(self, port):
        return ("job=flash", f"port={port}", "file=FIRMWARE\\NEW.BIN", f'identity="{NAME}"')

    def assert_rescued(self, result, port, backup=True):
        new = drives.content(self.new)
        self.assertEqual(result.group("job", "port", "state", "bytes", "crc32", "err"),
                         ("flash", str(port), "VERIFIED", str(len(new)), drives.crc32(self.new),
                          "00000000"))
        self.assertEqual(drives.content(self.flash), new)
        self.assertEqual(self.stick.backups(), {"BK000001.BIN": self.old} if backup else {})
        self.assertIn(result_line(result), self.stick.log())
        self.assert_stick_sound(self.stick)


class UsbUnderBiosTest(DoorTests, Case):
    """Parallel flash at the legacy ports."""

    def door(self):
        return StickDoor(self)


class UnattendedTest(RescueCase):
    def test_parallel_flash_as_primary_slave(self):
        """Both channels at the legacy ports: COM1 is shadowed by QEMU's rounding, so the screen is
        on COM2."""
        bridge = self.prepare(position="ps", channels="both")
        result, _, _ = self.run_job(self.stick, bridge, *self.flash_words(2), "serial=com2",
                                    "backup=no", com=2)
        self.assert_rescued(result, 2, backup=False)

    def test_serial_flash_at_native_addresses(self):
        bridge = self.prepare(position="ps", chip="W25X10", channels="both",
                              native=True)
        result, log, _ = self.run_job(self.stick, bridge, *self.flash_words(6), "backup=no")
        self.assertRegex(log, r"port=6 .* base=[1-9A-F][0-9A-F]{3} ")
        self.assert_rescued(result, 6, backup=False)

    def test_serial_flash_of_engine_73(self):
        bridge = self.prepare(chip="MX25L1005", engine=73)
        result, _, _ = self.run_job(self.stick, bridge, *self.flash_words(3), "backup=no")
        self.assert_rescued(result, 3, backup=False)

    def test_page_write_flash(self):
        bridge = self.prepare(chip="SST29EE010")
        result, _, _ = self.run_job(self.stick, bridge, *self.flash_words(3), "backup=no")
        self.assert_rescued(result, 3, backup=False)

    def test_beside_a_hard_disk_on_another_controller(self):
        disk = self.image_file("disk.img", 1 << 20)
        before = drives.sha256(disk)
        bridge = self.prepare(channels="both", native=True)
        result, log, _ = self.run_job(self.stick, bridge, *self.flash_words(7), kind="pc",
                                      disks=ide_disk(disk))
        self.assertRegex(log, r"port=7 ")
        self.assert_rescued(result, 7)
        self.assertEqual(drives.sha256(disk), before)

    def test_backup_changes_nothing(self):
        bridge = self.prepare()
        result, _, _ = self.run_job(self.stick, bridge, "job=backup", "port=3")
        self.assertEqual(result.group("job", "bytes", "err"), ("backup", "131072", "00000000"))
        self.assertEqual(drives.content(self.flash), self.old)
        self.assertEqual(self.stick.backups(), {"BK000001.BIN": self.old})
        self.assert_stick_sound(self.stick)

    def test_verify_says_that_the_chip_differs(self):
        bridge = self.prepare()
        result, _, _ = self.run_job(self.stick, bridge, "job=verify", "port=3",
                                    "file=FIRMWARE\\NEW.BIN")
        self.assertNotEqual(result.group("state"), "VERIFIED")
        self.assertNotEqual(result.group("err"), "00000000")
        self.assertEqual(drives.content(self.flash), self.old)

    def test_restore_writes_a_backup_back(self):
        bridge = self.prepare()
        original = self.firmware("original.bin", revision="BYX0")
        self.stick.write("BK000001.BIN", drives.content(original))
        result, _, _ = self.run_job(self.stick, bridge, "job=restore", "port=3",
                                    "file=BK000001.BIN", "identity=any")
        self.assertEqual(result.group("state"), "VERIFIED")
        self.assertEqual(drives.content(self.flash), drives.content(original))
        self.assertEqual(self.stick.backups(), {"BK000001.BIN": drives.content(original),
                                                "BK000002.BIN": self.old})
        self.assert_stick_sound(self.stick)


class KeysTest(RescueCase):
    def test_rescue_by_pressing_keys(self):
        bridge = self.prepare()
        with Machine(stick=self.stick, bridge=bridge) as pc:
            result = rescue_by_keys.rescue(pc, file="NEW.BIN", name=NAME)
            pc.screen.press("enter")
            self.assertRegex(pc.screen.wait_text("healthy"), f"3 Secondary master.*{NAME}")
            pc.power_off()
        self.assert_rescued(result, 3)


if __name__ == "__main__":
    unittest.main()
