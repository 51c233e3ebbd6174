"""From the power switch to the menu: loaders, machines, keyboards, restart, the exception screen."""

import os
import struct
import time
import unittest

from cases import Case, Machine
from machine import KERNEL, Timeout, ide_disk
from qmp import QmpError
from stick import IMAGE, Stick

MENU = ("ODDRescue", "Drives", "Primary master", "F1 help")

def wait_vga(pc, *texts, seconds=60, gone=()):
    """Waits until all of `texts`, and none of `gone`, stand in VGA text memory."""
    deadline = time.monotonic() + seconds
    shown = ""
    while time.monotonic() < deadline:
        shown = "\n".join(pc.vga_text())
        if all(t in shown for t in texts) and not any(t in shown for t in gone):
            return shown
    raise Timeout(f"{texts!r} not on the VGA screen within {seconds} s, but:\n{shown}")


class BootTest(Case):
    def stick(self):
        return Stick(self.folder)

    def test_usb_stick(self):
        for kind in ("pc", "q35"):
            with self.subTest(kind), Machine(kind, stick=self.stick()) as pc:
                wait_vga(pc, *MENU, "stick: ODDRESCUE")

    def test_ide_disk_on_a_486_without_pci_and_with_8_mib(self):
        disk = ide_disk(self.stick().path)
        with Machine("isapc", cpu="486", memory=8, disks=disk) as pc:
            wait_vga(pc, *MENU, "ODDRESCUE")

    def test_kernel_alone_on_a_486_with_8_mib(self):
        with Machine("isapc", cpu="486", memory=8, kernel=KERNEL) as pc:
            wait_vga(pc, *MENU, "no stick")

    def test_ramdisk_beside_the_kernel(self):
        """The loader puts it where the arena would be: nothing may be lost of either."""
        ramdisk = self.image_file("ramdisk", 2 << 20)
        with Machine("pc", memory=16, kernel=KERNEL, initrd=ramdisk) as pc:
            wait_vga(pc, *MENU)

    def test_without_a_display_adapter(self):
        with Machine("pc", stick=self.stick(), options=["-vga", "none"]) as pc:
            pc.screen.wait_text(*MENU)

    def test_the_terminal_shows_what_the_screen_shows(self):
        with Machine("pc", stick=self.stick()) as pc:
            pc.screen.wait_text(*MENU, "nothing there", "stick: ODDRESCUE")
            shown = wait_vga(pc, *MENU, "nothing there", "stick: ODDRESCUE").split("\n")
            mirrored = pc.screen.settled_picture().split("\n")
            for row, text in enumerate(shown[:24]):
                # The VGA's code page has signs below 20h that Python leaves as control characters.
                plain = "".join(" " if ord(c) < 32 or c in "►↑↓←→" else c for c in text)
                other = "".join(" " if c in "►↑↓←→" else c for c in mirrored[row])
                self.assertEqual(other.rstrip(), plain.rstrip(), f"row {row}")


class ImageTest(Case):
    """The image as partitioning tools and file system checkers see it."""

    def test_file_system_is_sound(self):
        status, said = Stick(self.folder).fsck()
        self.assertEqual(status, 0, said)

    def test_partition_table(self):
        with open(IMAGE, "rb") as image:
            record = image.read(512)
            size = image.seek(0, os.SEEK_END)
        entries = [record[446 + 16 * n:462 + 16 * n] for n in range(4)]
        start, count = struct.unpack_from("<II", entries[0], 8)
        self.assertEqual(record[510:], b"\x55\xAA")
        self.assertEqual(entries[0][0], 0x80)
        self.assertIn(entries[0][4], (0x06, 0x0E))
        self.assertEqual(start % 2048, 0)
        self.assertLessEqual((start + count) * 512, size)
        self.assertEqual(entries[1:], [bytes(16)] * 3)

    def test_cluster_count_is_far_from_the_limits(self):
        """Microsoft FAT specification, "FAT type determination": 4,085 to 65,524 are FAT16."""
        stick = Stick(self.folder)
        offset, _ = stick.partition()
        with open(stick.path, "rb") as image:
            image.seek(offset)
            sector = image.read(512)
        per_cluster, reserved, fats, root = struct.unpack_from("<BHBH", sector, 0x0D)
        total, = struct.unpack_from("<I", sector, 0x20)
        fat_sectors, = struct.unpack_from("<H", sector, 0x16)
        clusters = (total - reserved - fats * fat_sectors - root * 32 // 512) // per_cluster
        self.assertGreater(clusters, 4085 + 1000)
        self.assertLess(clusters, 65525 - 1000)

    def test_files(self):
        stick = Stick(self.folder)
        names = {name.upper() for name in stick.files()}
        self.assertLessEqual({"LDLINUX.C32", "ODDRESCUE.KRN", "SYSLINUX.CFG", "README.TXT",
                              "ODDRESC.CFG", "FIRMWARE/"}, names)
        with open(KERNEL, "rb") as file:
            self.assertEqual(stick.read("oddrescue.krn"), file.read())


class KeyboardTest(Case):
    def help_and_back(self, pc):
        wait_vga(pc, *MENU)
        pc.send_keys("f1")
        wait_vga(pc, "Help", gone=("Primary slave ",))
        pc.send_keys("esc")
        wait_vga(pc, *MENU)

    def test_ps2_keyboard(self):
        with Machine("q35", stick=Stick(self.folder)) as pc:
            self.help_and_back(pc)

    def test_at_keyboard_of_a_486(self):
        with Machine("isapc", cpu="486", memory=8, kernel=KERNEL) as pc:
            self.help_and_back(pc)

    def test_usb_keyboard_without_a_keyboard_controller(self):
        with Machine("q35,i8042=off", stick=Stick(self.folder),
                     options=["-device", "usb-kbd,bus=usb.0"]) as pc:
            self.help_and_back(pc)

    def test_arrow_keys(self):
        """The grey arrows send E0h before their scan code; the panel follows the choice."""
        with Machine("pc", kernel=KERNEL) as pc:
            wait_vga(pc, *MENU, "Port 1:")
            pc.send_keys("down")
            wait_vga(pc, "Port 2:")
            pc.send_keys("kp_8")
            wait_vga(pc, "Port 1:")


class RestartTest(Case):
    def resets(self, pc):
        return [event for event in pc.qmp.events if event["event"] == "RESET"]

    def test_ctrl_alt_del_asks_instead_of_restarting(self):
        with Machine("pc", stick=Stick(self.folder)) as pc:
            wait_vga(pc, *MENU)
            pc.send_keys("ctrl", "alt", "delete")
            wait_vga(pc, "Restart the PC")
            pc.send_keys("esc")
            wait_vga(pc, *MENU, gone=("Restart the PC",))
            self.assertEqual(self.resets(pc), [])

    def test_ctrl_alt_del_on_a_usb_keyboard(self):
        with Machine("q35,i8042=off", stick=Stick(self.folder),
                     options=["-device", "usb-kbd,bus=usb.0"]) as pc:
            wait_vga(pc, *MENU)
            pc.send_keys("ctrl", "alt", "delete")
            wait_vga(pc, "Restart the PC")
            self.assertEqual(self.resets(pc), [])

    def restart(self, kind, **options):
        with Machine(kind, **options) as pc:
            wait_vga(pc, *MENU)
            pc.send_keys("f10")
            wait_vga(pc, "Restart the PC")
            pc.send_keys("down")
            pc.send_keys("ret")
            pc.qmp.wait_event("RESET")
            wait_vga(pc, gone=("Restart the PC",))

    def test_restart_by_the_keyboard_controller(self):
        self.restart("isapc", cpu="486", memory=8, kernel=KERNEL)

    def test_restart_without_a_keyboard_controller(self):
        self.restart("q35,i8042=off", stick=Stick(self.folder),
                     options=["-device", "usb-kbd,bus=usb.0"])

    def test_power_off_through_apm(self):
        with Machine("pc", kernel=KERNEL) as pc:
            wait_vga(pc, *MENU)
            pc.send_keys("f10")
            wait_vga(pc, "Switch the PC off")
            pc.send_keys("3")
            pc.send_keys("ret")
            pc.wait_exit()
            self.assertEqual(pc.process.returncode, 0)


class ExceptionTest(Case):
    SCREEN = ("invalid instruction", "photograph", "EIP 001", "CR2", "Stack:", "exception 06",
              "End of the report.")

    def test_exception_screen(self):
        for kind, options in (("pc", {}), ("isapc", {"cpu": "486", "memory": 8})):
            with self.subTest(kind), Machine(kind, kernel=KERNEL, append="crash=ud2",
                                             **options) as pc:
                shown = wait_vga(pc, *self.SCREEN)
                self.assertIn("it is not lost", shown)

    def test_in_the_middle_of_the_program_and_on_the_terminal_too(self):
        """A non-maskable interrupt is an exception that comes from outside."""
        with Machine("pc", stick=Stick(self.folder)) as pc:
            wait_vga(pc, *MENU, "stick: ODDRESCUE")
            pc.screen.wait_text(*MENU)
            for _ in range(20):
                pc.qmp.execute("inject-nmi")
                try:
                    wait_vga(pc, "hardware error", seconds=3)
                    break
                except Timeout:
                    pass  # it came while the BIOS ran, which has a handler of its own
            wait_vga(pc, "hardware error", "exception 02", gone=("Primary slave",))
            pc.screen.wait_text("hardware error", "exception 02", "it is not lost")

    def test_keys_and_time_do_not_restart_it(self):
        with Machine("pc", kernel=KERNEL, append="quiet crash=ud2") as pc:
            before = wait_vga(pc, *self.SCREEN)
            pc.send_keys("ctrl", "alt", "delete")
            pc.send_keys("ret")
            with self.assertRaises(QmpError):
                pc.qmp.wait_event("RESET", seconds=2)
            self.assertEqual("\n".join(pc.vga_text()), before)

    def test_other_words_do_not_crash(self):
        with Machine("pc", kernel=KERNEL, append="crash=ud23 xcrash=ud2") as pc:
            wait_vga(pc, *MENU)


if __name__ == "__main__":
    unittest.main()
