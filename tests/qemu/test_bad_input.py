"""Everything that can be wrong around a rescue, on a whole machine."""

import unittest

import drives
import rescue_by_keys
from big_stick import BigStick
from cases import DEAD, NAME, Bridge, Case, Machine
from machine import KERNEL, LOG_PORT, ide_disk

FLASH = ("job=flash", "port=3", "file=FIRMWARE\\NEW.BIN", f'identity="{NAME}"')
CRITICAL = "The chip is being changed now"
# By then something was written: the last look at the drive, before the first erase, is over.
PROGRAMMING = r"(?m)^ +programming "


class BadInputCase(Case):
    def drive(self):
        """A dead drive as secondary master."""
        self.flash = self.dead_firmware("flash.bin")
        self.old = drives.content(self.flash)
        return Bridge(drives.drive("sm", self.flash, **DEAD))

    def assert_untouched(self, result):
        self.assertEqual(result.group("state"), "NOT_STARTED")
        self.assertNotEqual(result.group("err"), "00000000")
        self.assertEqual(drives.content(self.flash), self.old)


class StickTest(BadInputCase):
    def command_line(self, *words):
        return " ".join((f"log={LOG_PORT:#x}", *words))

    def test_no_disk_at_all(self):
        with Machine(kernel=KERNEL, append=self.command_line(), bridge=self.drive()) as pc:
            pc.screen.wait_text("Drives", "no stick")
            pc.screen.press("f7")
            pc.screen.wait_text("There is no volume that can be read")
            pc.screen.press("f5")
            pc.log.wait_line("0 volumes")
            pc.screen.press("esc")
            pc.screen.wait_text("Drives")

    def test_job_without_a_stick(self):
        with Machine(kernel=KERNEL, append=self.command_line(*FLASH), bridge=self.drive()) as pc:
            result = self.result(pc)
            pc.power_off()
        self.assert_untouched(result)

    def test_backup_without_a_stick_stays_in_memory(self):
        with Machine(kernel=KERNEL, append=self.command_line("job=backup", "port=3"),
                     bridge=self.drive()) as pc:
            self.result(pc)
            pc.screen.wait_text("in memory until you leave")

    def test_empty_stick(self):
        stick = self.stick_with()
        for name in stick.files():
            if not name.endswith("/") and name.lower() != "ldlinux.sys":
                stick.remove(name)
        with Machine(stick=stick, kernel=KERNEL, append=self.command_line(*FLASH),
                     bridge=self.drive()) as pc:
            result = self.result(pc)
            pc.power_off()
        self.assert_untouched(result)
        self.assert_stick_sound(stick)

    def test_stick_that_is_no_file_system(self):
        stick = self.stick_with()
        with open(stick.path, "r+b") as image:
            image.write(bytes(4 << 20))
        with Machine(stick=stick, kernel=KERNEL, append=self.command_line(*FLASH),
                     bridge=self.drive()) as pc:
            result = self.result(pc)
            pc.power_off()
        self.assert_untouched(result)

    def test_stick_pulled_while_flashing(self):
        """After the confirmation the stick is not needed: the flash completes and is verified."""
        new = self.firmware("new.bin")
        stick = self.stick_with({"FIRMWARE/NEW.BIN": new}, FLASH)
        with Machine(stick=stick, bridge=self.drive()) as pc:
            pc.screen.wait_text(CRITICAL, seconds=180)
            pc.pull_stick()
            result = pc.log.wait_line("RESULT job=flash .*", 300).group(0)
            pc.screen.wait_text("not saved: The stick is gone", seconds=120)
            pc.power_off()
        self.assertIn("state=VERIFIED", result)
        self.assertEqual(drives.content(self.flash), drives.content(new))
        self.assertEqual(stick.backups(), {"BK000001.BIN": self.old})
        self.assert_stick_sound(stick)


class FileTest(BadInputCase):
    def refused(self, content, reason, words=FLASH):
        """A job with this file must not start, and say why."""
        stick = self.stick_with()
        stick.write("FIRMWARE/NEW.BIN", content)
        result, log, picture = self.run_job(stick, self.drive(), *words)
        self.assert_untouched(result)
        self.assert_stick_sound(stick)
        self.assertIn(reason, " ".join(picture.split()) + log)

    def good(self, **options):
        return drives.content(self.firmware("good.bin", **options))

    def test_empty_file(self):
        self.refused(b"", "It is empty.")

    def test_one_byte_short(self):
        self.refused(self.good()[:-1], "has exactly 128, 256, 512 or 1024 KiB")

    def test_one_byte_long(self):
        self.refused(self.good() + b"\xff", "has exactly 128, 256, 512 or 1024 KiB")

    def test_sizes_that_no_chip_has(self):
        self.refused(self.good()[:0x10000], "has exactly 128, 256, 512 or 1024 KiB")

    def test_two_mebibytes(self):
        self.refused(self.good() * 16, "The file is too big to be a firmware")

    def test_right_size_of_another_chip(self):
        self.refused(self.good(size="256K"), "The file's size does not fit the flash chip")

    def test_first_bytes_of_banks(self):
        for damage, reason in (("bad_first_byte", "Its first byte is not 02."),
                               ("bank_vector", "One of its banks does not start")):
            with self.subTest(damage):
                self.refused(self.good(damage=damage), reason)

    def test_erased_chip_as_file(self):
        self.refused(self.good(damage="all_ff"), "a dump of an erased chip")

    def test_without_identity(self):
        self.refused(self.good(damage="no_template"), "File and drive do not belong together")

    def test_another_model_than_the_job_says(self):
        self.refused(self.good(product="DVDRW SHW-160P6S"), "File and drive do not belong together")

    def test_flash_job_without_identity_word(self):
        self.refused(self.good(), "Something that is needed was not given",
                     [word for word in FLASH if not word.startswith("identity")])

    def test_file_that_is_not_there(self):
        self.refused(self.good(), "It was not found",
                     [*FLASH[:2], "file=FIRMWARE\\OTHER.BIN", FLASH[3]])

    def test_three_gibibytes(self):
        stick = BigStick(self.folder)
        self.assert_stick_sound(stick)
        words = (*FLASH[:2], "file=HUGE.BIN", FLASH[3])
        with Machine(stick=stick, kernel=KERNEL, bridge=self.drive(),
                     append=" ".join((f"log={LOG_PORT:#x}", *words))) as pc:
            result = self.result(pc)
            pc.log.wait_line("The file is too big to be a firmware")
            pc.power_off()
        self.assert_untouched(result)


class TargetTest(BadInputCase):
    def test_a_disk_is_never_a_target(self):
        """A disk on the simulated cable, which counts vendor commands."""
        self.firmware("new.bin")
        stick = self.stick_with({"FIRMWARE/NEW.BIN": self.path("new.bin")}, FLASH)
        bridge = Bridge("attach sm disk model=PRECIOUS")
        with Machine(stick=stick, bridge=bridge) as pc:
            result = self.result(pc)
            status = bridge.command("status")
            pc.power_off()
        self.assertEqual(result.group("state"), "NOT_STARTED")
        self.assertRegex(status, r"vendor=0\b")
        self.assertRegex(status, r"keys=0\b")
        self.assertRegex(status, r"writes=0\b")

    def test_qemus_disk_is_never_a_target(self):
        self.firmware("new.bin")
        stick = self.stick_with({"FIRMWARE/NEW.BIN": self.path("new.bin")})
        disk = self.image_file("disk.img", 1 << 20)
        before = drives.sha256(disk)
        result, _, _ = self.run_job(stick, None, *(w.replace("port=3", "port=1") for w in FLASH),
                                    kind="pc", disks=ide_disk(disk))
        self.assertEqual(result.group("state"), "NOT_STARTED")
        self.assertEqual(drives.sha256(disk), before)

    def test_two_drives_on_one_cable(self):
        bridge = self.drive()
        other = self.firmware("other.bin", product="DVDRW SHW-160P6S")
        other_before = drives.content(other)
        bridge.attach += (drives.drive("ss", other),)
        stick = self.stick_with({"FIRMWARE/NEW.BIN": self.firmware("new.bin")})
        result, _, _ = self.run_job(stick, bridge, *FLASH)
        self.assert_untouched(result)
        self.assertEqual(drives.content(other), other_before)

    def test_nothing_on_the_port(self):
        stick = self.stick_with({"FIRMWARE/NEW.BIN": self.firmware("new.bin")})
        result, _, _ = self.run_job(stick, Bridge(), *FLASH)
        self.assertEqual(result.group("state"), "NOT_STARTED")

    def test_port_that_does_not_exist(self):
        stick = self.stick_with({"FIRMWARE/NEW.BIN": self.firmware("new.bin")})
        result, _, _ = self.run_job(stick, self.drive(), *(w.replace("port=3", "port=99")
                                                           for w in FLASH))
        self.assert_untouched(result)


class MidFlashTest(BadInputCase):
    def start(self, *words):
        self.new = self.firmware("new.bin")
        self.stick = self.stick_with({"FIRMWARE/NEW.BIN": self.new}, (*FLASH, *words))
        self.bridge = self.drive()
        return Machine(stick=self.stick, bridge=self.bridge)

    def test_drive_unplugged_and_rescued_by_the_next_run(self):
        with self.start() as pc:
            pc.screen.wait_match(PROGRAMMING, 180)
            self.bridge.command("unplug sm")
            result = self.result(pc)
            pc.power_off()
        self.assertIn(result.group("state"), ("UNKNOWN", "PARTIAL"))
        self.assertNotEqual(result.group("err"), "00000000")
        self.assertNotEqual(drives.content(self.flash), drives.content(self.new))
        self.assertEqual(self.stick.backups(), {"BK000001.BIN": self.old})
        again = Bridge(drives.drive("sm", self.flash, **DEAD))
        result, _, _ = self.run_job(self.stick, again, *FLASH)
        self.assertEqual(result.group("state"), "VERIFIED")
        self.assertEqual(drives.content(self.flash), drives.content(self.new))
        self.assert_stick_sound(self.stick)

    def test_escape_and_ctrl_alt_del_only_ask(self):
        """A key in the critical phase brings up a question; "go on" completes the flash."""
        with self.start("backup=no") as pc:
            pc.screen.wait_text(CRITICAL, seconds=180)
            for press in (lambda: pc.screen.press("esc"),
                          lambda: pc.send_keys("ctrl", "alt", "delete")):
                press()
                pc.screen.wait_text("Really stop?")
                pc.screen.press("esc")
                pc.screen.wait_gone("Really stop?")
            result = self.result(pc)
            self.assertEqual([e for e in pc.qmp.events if e["event"] == "RESET"], [])
            pc.power_off()
        self.assertEqual(result.group("state"), "VERIFIED")
        self.assertEqual(drives.content(self.flash), drives.content(self.new))

    def test_stopping_on_purpose_is_not_called_verified(self):
        with self.start("backup=no") as pc:
            pc.screen.wait_match(PROGRAMMING, 180)
            pc.screen.press("esc")
            pc.screen.wait_text("Really stop?")
            pc.screen.press("2", "enter")
            result = self.result(pc)
            pc.power_off()
        self.assertEqual(result.group("state"), "PARTIAL")
        self.assertNotEqual(drives.content(self.flash), drives.content(self.new))


class EscapeTest(BadInputCase):
    """ESC and Ctrl-Alt-Del before anything was confirmed: nothing changes, the menu comes back."""

    def setUp(self):
        super().setUp()
        self.stick = self.stick_with({"FIRMWARE/NEW.BIN": self.firmware("new.bin")})

    def test_escape_on_every_screen_on_the_way(self):
        with Machine(stick=self.stick, bridge=self.drive()) as pc:
            rescue_by_keys.choose_port(pc, 3)
            for key, title in (("f1", "Help"), ("d", "Why do you think so?"), ("f8", "Log"),
                               ("f7", "Choose the firmware file")):
                pc.screen.press(key)
                pc.screen.wait_text(title)
                pc.screen.press("esc")
                pc.screen.wait_text("Port 3: what it looks like")
            rescue_by_keys.choose_file(pc, "FIRMWARE", "NEW.BIN")
            rescue_by_keys.to_confirm(pc)
            pc.screen.press("esc")
            pc.screen.wait_text("NOT_STARTED")
            pc.screen.press("enter")
            pc.screen.wait_text("Drives")
            pc.power_off()
        self.assertEqual(drives.content(self.flash), self.old)
        self.assert_stick_sound(self.stick)

    def test_ctrl_alt_del_on_the_main_screen_asks(self):
        with Machine(stick=self.stick, bridge=self.drive()) as pc:
            rescue_by_keys.choose_port(pc, 3)
            pc.send_keys("ctrl", "alt", "delete")
            pc.screen.wait_text("Restart the PC?")
            pc.screen.press("esc")
            pc.screen.wait_text("Port 3: what it looks like")
            self.assertEqual([e for e in pc.qmp.events if e["event"] == "RESET"], [])


if __name__ == "__main__":
    unittest.main()
