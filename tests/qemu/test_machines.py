"""Old machines, odd machines, and machines with other people's disks in them."""

import unittest

import drives
from cases import DEAD, NAME, RESULT, Bridge, Case, Machine
from doors import probed
from floppy import Floppy
from machine import LOG_PORT, ide_cdrom, ide_disk
from rescue_by_keys import choose_port, confirm, to_confirm
from stick import Stick
from test_boot import MENU, wait_vga

OLD = {"cpu": "486", "memory": 8}


class OldMachineTest(Case):
    """A 486 with 8 MiB."""

    def test_probe_without_pci(self):
        """Booted from a floppy: the drives behind the ISA bus are found and left alone."""
        floppy = Floppy(self.folder)
        floppy.job(f"log={LOG_PORT:#x}", "job=probe")
        disk = self.image_file("disk.img", 1 << 20)
        before = drives.sha256(disk)
        with Machine("isapc", floppies=(floppy,),
                     disks=[*ide_disk(disk, model="OLD-DISK"), *ide_cdrom()], **OLD) as pc:
            self.assertEqual(self.result(pc).group("job", "state", "err"),
                             ("probe", "UNCHANGED", "00000000"))
            found = probed(pc.log.text())
            pc.power_off()
        self.assertEqual({port: found[port][1:3] for port in found},
                         {1: ("01F0", "disk"), 2: ("01F0", "nothing"),
                          3: ("0170", "healthy"), 4: ("0170", "nothing")})
        self.assertEqual(drives.sha256(disk), before)
        self.assertRegex(floppy.log(), r"RESULT job=probe port=0 state=UNCHANGED")
        self.assert_stick_sound(floppy)

    def rescue(self, kind, port, **bridge):
        stick, new = Stick(self.folder), self.firmware()
        flash = self.dead_firmware()
        old = drives.content(flash)
        stick.write("FIRMWARE/NEW.BIN", drives.content(new))
        result, _, _ = self.run_job(stick, Bridge(drives.drive("sm", flash, **DEAD), **bridge),
                                    "job=flash", f"port={port}", "file=FIRMWARE\\NEW.BIN",
                                    f'identity="{NAME}"', kind=kind, **OLD)
        self.assertEqual(result.group("job", "state", "crc32", "err"),
                         ("flash", "VERIFIED", drives.crc32(new), "00000000"))
        self.assertEqual(drives.content(flash), drives.content(new))
        self.assertEqual(list(stick.backups().values()), [old])
        self.assert_stick_sound(stick)

    def test_rescue_at_the_legacy_ports(self):
        self.rescue("q35", 3)

    def test_rescue_on_a_card(self):
        """Beside the board's own controller."""
        self.rescue("pc", 7, channels="both", native=True)


class MissingPartsTest(Case):
    """No serial port, no screen, no keyboard, and nothing of all that."""

    def job_stick(self):
        stick = Stick(self.folder)
        new = self.firmware()
        stick.write("FIRMWARE/NEW.BIN", drives.content(new))
        stick.job("job=flash", "port=3", "file=FIRMWARE\\NEW.BIN", f'identity="{NAME}"',
                  "after=poweroff")
        return stick, new

    def test_no_serial_port(self):
        with Machine(stick=Stick(self.folder), com=None) as pc:
            wait_vga(pc, *MENU, "stick: ODDRESCUE")
            pc.send_keys("f1")
            wait_vga(pc, "Help", gone=("Primary slave ",))

    def test_no_screen(self):
        with Machine(stick=Stick(self.folder), vga=False) as pc:
            pc.screen.wait_text(*MENU, "stick: ODDRESCUE")
            pc.screen.press("?")
            pc.screen.wait_gone("Primary slave ")
            pc.screen.wait_text("Help")

    def test_no_keyboard(self):
        """Keys come from the terminal; the screen shows what they do."""
        for kind in ("pc", "q35"):
            with self.subTest(kind), \
                    Machine(kind, stick=Stick(self.folder), keyboard=False) as pc:
                wait_vga(pc, *MENU, "stick: ODDRESCUE")
                pc.screen.press("f1")
                wait_vga(pc, "Help", gone=("Primary slave ",))
                pc.screen.press("esc")
                wait_vga(pc, *MENU)

    def test_nothing_to_see_and_nothing_to_press(self):
        """The job is done, saved, and the machine switches itself off."""
        stick, new = self.job_stick()
        flash = self.dead_firmware()
        old = drives.content(flash)
        with Machine(stick=stick, bridge=Bridge(drives.drive("sm", flash, **DEAD)), com=None,
                     vga=False, keyboard=False) as pc:
            pc.wait_exit(300)
        self.assertEqual(drives.content(flash), drives.content(new))
        self.assertEqual(list(stick.backups().values()), [old])
        self.assertRegex(stick.log(), r"RESULT job=flash port=3 state=VERIFIED .* err=00000000")
        self.assert_stick_sound(stick)


class OtherDisksTest(Case):
    """Which of many disks is ours, and what happens to the others."""

    def sticks(self):
        """Two sticks made from the same image. Only the first one's job is to be done."""
        ours, other = Stick(self.folder), Stick(self.folder, name="other.img")
        ours.job(f"log={LOG_PORT:#x}", "job=probe")
        other.job(f"log={LOG_PORT:#x}", "job=backup", "port=3")
        return ours, other

    def assert_ours(self, pc, ours, *others):
        before = [drives.sha256(getattr(disk, "path", disk)) for disk in others]
        self.assertEqual(self.result(pc).group("job", "state", "err"),
                         ("probe", "UNCHANGED", "00000000"))
        pc.power_off()
        self.assertRegex(ours.log(), r"RESULT job=probe")
        self.assert_stick_sound(ours)
        self.assertEqual([drives.sha256(getattr(disk, "path", disk)) for disk in others], before)

    def test_a_second_stick_with_our_files(self):
        for firmware in ("bios", "x64"):
            with self.subTest(firmware):
                ours, other = self.sticks()
                with Machine(stick=ours, sticks=(other,), firmware=firmware) as pc:
                    self.assert_ours(pc, ours, other)

    def test_a_second_stick_that_the_firmware_finds_first(self):
        for firmware in ("bios", "x64"):
            with self.subTest(firmware):
                ours, other = self.sticks()
                words = ["-device", "usb-ehci,id=usb"]
                for name, stick, index in (("first", other, 5), ("second", ours, 0)):
                    words += ["-drive", f"if=none,id={name}file,format=raw,file={stick.path}",
                              "-device", f"usb-storage,id={name},bus=usb.0,drive={name}file,"
                              f"bootindex={index}"]
                with Machine(options=words, firmware=firmware) as pc:
                    self.assert_ours(pc, ours, other)

    def test_a_hard_disk_with_our_files(self):
        """Somebody wrote the image onto a hard disk; this time the stick was booted."""
        ours, other = self.sticks()
        with Machine("pc", stick=ours, disks=ide_disk(other.path)) as pc:
            self.assert_ours(pc, ours, other)

    def test_a_floppy_beside_a_stick_with_our_files(self):
        """A BIOS does not tell where it booted from: the floppy's own configuration does."""
        floppy, other = Floppy(self.folder), Stick(self.folder, name="other.img")
        floppy.job(f"log={LOG_PORT:#x}", "job=probe")
        other.job(f"log={LOG_PORT:#x}", "job=backup", "port=3")
        with Machine("pc", floppies=(floppy,), sticks=(other,)) as pc:
            self.assert_ours(pc, floppy, other)

    def test_file_and_backup_on_the_other_of_two_equal_sticks(self):
        """By keys: F7 and S offer both; the backup goes where the person said, and only there."""
        ours, other = Stick(self.folder), Stick(self.folder, name="other.img")
        new, flash = self.firmware(), self.dead_firmware()
        old = drives.content(flash)
        ours.job(f"log={LOG_PORT:#x}")
        other.write("FIRMWARE/NEW.BIN", drives.content(new))
        with Machine(stick=ours, sticks=(other,),
                     bridge=Bridge(drives.drive("sm", flash, **DEAD))) as pc:
            choose_port(pc, 3)
            pc.screen.press("f7")
            pc.screen.wait_match(r"Where is the file\?[^$]*where we came from")
            pc.screen.press("down", "enter")
            pc.screen.wait_text("Choose the firmware file", "FIRMWARE")
            pc.screen.press("enter")
            pc.screen.wait_text("Choose the firmware file", "NEW.BIN")
            pc.screen.press("enter")
            pc.screen.wait_text("The file", "CRC-32")
            pc.screen.press("enter")
            pc.screen.wait_text("Drives", "NEW.BIN")
            pc.screen.press("s")
            pc.screen.wait_text("Where to save?", "is saved to now")
            pc.screen.press("down", "enter")
            pc.screen.wait_text("Drives", "NEW.BIN")
            to_confirm(pc)
            confirm(pc)
            result = pc.screen.wait_match("(?m)" + RESULT, 300)
            self.assertEqual(result.group("state"), "VERIFIED")
            pc.power_off()
        self.assertEqual(drives.content(flash), drives.content(new))
        self.assertEqual(list(other.backups().values()), [old])
        self.assertEqual(ours.backups(), {})
        for stick in (ours, other):
            self.assert_stick_sound(stick)


if __name__ == "__main__":
    unittest.main()
