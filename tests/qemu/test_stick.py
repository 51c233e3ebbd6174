"""Sticks as people make them: the image, filled by Linux; reformatted; not made bootable at all.

Everything that is done to them here is done by Debian's kernel and programs in a virtual PC, by the
lines that README.md gives.
"""

import glob
import os
import re
import struct
import types
import unittest

import debian_linux
import drives
from cases import DEAD, NAME, Bridge, Case, result_line
from machine import LOG_PORT, Machine, ide_disk
from stick import IMAGE, Stick

MBR_CODE = "/usr/lib/syslinux/mbr/mbr.bin"
# mtools converts names from and to code page 850, through modules of the C library.
CODE_PAGE = {path: path for pattern in ("IBM850.so", "gconv-modules*")
             for path in glob.glob(f"/usr/lib/*-linux-gnu/gconv/{pattern}") if os.path.isfile(path)}
PROGRAMS = ("sfdisk", "mkfs.fat", "syslinux", "mtools", "mcopy", "mattrib", "mmove")

FILL = """
mount -t vfat /dev/sda1 /mnt
{commands}
umount /mnt
"""

# The lines of README.md, "sda" for the stick.
REFORMAT = """
mount /dev/sda1 /mnt && cp -r /mnt /tmp/stick && umount /mnt
echo 'start=2048, type=c, bootable' | sfdisk --wipe always --wipe-partitions always /dev/sda
mkfs.fat -F 32 -n ODDRESCUE /dev/sda1
mount /dev/sda1 /mnt && cp -r /tmp/stick/* /mnt && umount /mnt
syslinux --install /dev/sda1
dd if=/usr/lib/syslinux/mbr/mbr.bin of=/dev/sda bs=440 count=1 conv=notrunc
"""


def cylinder_head_sector(entry):
    head, sector, cylinder = entry
    return (cylinder | (sector & 0xC0) << 2), head, sector & 0x3F


class ImageTest(Case):
    """What is true of the image before anybody touches it."""

    def setUp(self):
        super().setUp()
        with open(IMAGE, "rb") as image:
            self.record = image.read(512)
            self.size = os.fstat(image.fileno()).st_size
            image.seek(struct.unpack_from("<I", self.record, 446 + 8)[0] * 512)
            self.boot = image.read(512)

    def test_partition_table(self):
        """UEFI Specification 2.10, 5.2.1; old BIOSes start by cylinder, head and sector."""
        active, *first, kind, c, d, e, start, count = struct.unpack_from("<8B2I", self.record, 446)
        self.assertEqual(self.record[510:], b"\x55\xAA")
        self.assertEqual(active, 0x80)
        self.assertEqual(kind, 0x0E)
        self.assertEqual(self.record[462:510], bytes(48))
        self.assertEqual((start + count) * 512, self.size)
        heads, track = struct.unpack_from("<HH", self.boot, 26)[0], \
            struct.unpack_from("<H", self.boot, 24)[0]
        for entry, lba in ((first, start), ((c, d, e), start + count - 1)):
            cylinder, head, sector = cylinder_head_sector(entry)
            self.assertEqual((cylinder * heads + head) * track + sector - 1, lba)
        # Whole cylinders: BIOSes guess the geometry from where the partition ends.
        self.assertEqual((start + count) % (heads * track), 0)

    def test_number_of_clusters_is_clear_of_the_limits(self):
        """Microsoft FAT specification, "FAT type determination": 4,085 and 65,525; systems differ
        by a few there, so nobody should be near."""
        per_cluster, = struct.unpack_from("<B", self.boot, 13)
        reserved, fats, entries, total16 = struct.unpack_from("<HBHH", self.boot, 14)
        fat_size, = struct.unpack_from("<H", self.boot, 22)
        total32, = struct.unpack_from("<I", self.boot, 32)
        data = (total16 or total32) - reserved - fats * fat_size - entries * 32 // 512
        self.assertIn(data // per_cluster, range(4085 + 1000, 65525 - 1000))
        self.assertEqual(struct.unpack_from("<I", self.boot, 28)[0],
                         struct.unpack_from("<I", self.record, 446 + 8)[0], "hidden sectors")


class MadeStickTest(Case):
    def linux(self, stick, script, files=()):
        """Linux in a virtual PC does this to the stick, as /dev/sda."""
        kernel, initramfs = debian_linux.prepare(
            self.path("initramfs.cpio"), debian_linux.STICKS, "set -x\n" + script, PROGRAMS,
            {MBR_CODE: MBR_CODE, **CODE_PAGE, **dict(files)})
        with Machine("pc", kernel=kernel, initrd=initramfs, memory=512,
                     append=debian_linux.CONSOLE, disks=ide_disk(stick.path)) as pc:
            said = debian_linux.wait_end(pc)
            pc.wait_exit()
        self.assertNotRegex(said, r"(?i)fat-fs.*error|i/o error")
        return said

    def settings(self, *words):
        """A file to be copied to the stick as ODDRESC.CFG."""
        with open(self.path("settings"), "w") as file:
            file.write("".join(f"{word}\n" for word in (f"log={LOG_PORT:#x}", *words)))
        return self.path("settings")

    def boots(self, stick, firmware, words=("probe", "UNCHANGED"), kind="pc", **options):
        """The stick boots, its job runs, and the log comes back to it."""
        before = stick.log() or ""
        with Machine(kind, stick=stick, firmware=firmware, **options) as pc:
            result = self.result(pc, 600)
            pc.power_off()
        self.assertEqual(result.group("job", "state", "err"), (*words, "00000000"))
        added = stick.log()[len(before):]
        self.assertIn(result_line(result), added)
        self.assertIn("UEFI" if firmware != "bios" else "BIOS", added.split("\n")[0])
        self.assert_stick_sound(stick)

    def test_files_copied_by_linux(self):
        """Long names, sub-folders and lower case as Linux writes them."""
        stick = Stick(self.folder)
        new = self.firmware()
        flash = self.dead_firmware()
        settings = self.settings("job=flash", "port=3", 'file="FIRMWARE/From my Drive/Dvd Writer'
                                 ' 710a (new).bin"', f'identity="{NAME}"', "backup=no")
        self.linux(stick, FILL.format(commands="""
            mkdir "/mnt/FIRMWARE/From my Drive"
            cp /new.bin "/mnt/FIRMWARE/From my Drive/Dvd Writer 710a (new).bin"
            cp /oddresc.cfg /mnt/oddresc.cfg"""), {"/new.bin": new, "/oddresc.cfg": settings})
        self.assert_stick_sound(stick)
        self.boots(stick, "bios", ("flash", "VERIFIED"), kind="q35",
                   bridge=Bridge(drives.drive("sm", flash, **DEAD)))
        self.assertEqual(drives.content(flash), drives.content(new))
        self.linux(stick, FILL.format(commands="cp /oddresc.cfg /mnt/oddresc.cfg"),
                   {"/oddresc.cfg": self.settings("job=probe")})
        self.boots(stick, "x64")

    def test_reformatted_as_fat32(self):
        stick = Stick(self.folder)
        with open(stick.path, "r+b") as image:
            image.truncate(256 << 20)
        self.linux(stick, REFORMAT + FILL.format(commands="cp /oddresc.cfg /mnt/ODDRESC.CFG"),
                   {"/oddresc.cfg": self.settings("job=probe")})
        self.assert_is_fat32(stick)
        for firmware in ("bios", "x64"):
            with self.subTest(firmware):
                self.boots(stick, firmware)

    def assert_is_fat32(self, stick):
        with open(stick.path, "rb") as image:
            record = image.read(512)
            image.seek(stick.partition()[0])
            boot = image.read(512)
        self.assertEqual(record[446 + 4], 0x0C)
        self.assertEqual(boot[82:90], b"FAT32   ")
        reserved, fats = struct.unpack_from("<HB", boot, 14)
        fat_size, = struct.unpack_from("<I", boot, 36)
        total, = struct.unpack_from("<I", boot, 32)
        self.assertGreaterEqual((total - reserved - fats * fat_size) // boot[13], 65525)

    def test_files_on_any_fat_stick_are_enough_for_uefi(self):
        """Nothing installed, no partition table: a stick as it comes from the shop."""
        stick = Stick(self.folder)
        self.linux(stick, """
            mount -t vfat /dev/sda1 /mnt && cp -r /mnt /tmp/files && umount /mnt
            dd if=/dev/zero of=/dev/sda bs=1M count=4
            mkfs.fat -I -F 32 /dev/sda
            mount -t vfat /dev/sda /mnt && cp -r /tmp/files/* /mnt
            cp /oddresc.cfg /mnt/ODDRESC.CFG && umount /mnt""",
                   {"/oddresc.cfg": self.settings("job=probe")})
        stick.partition = lambda: (0, os.path.getsize(stick.path))
        self.boots(stick, "x64")


class WornStickTest(Case):
    """One sector of the firmware file can't be read (QEMU's blkdebug)."""

    def boot(self, firmware, once):
        """Runs a flash job that needs the sector; returns the sector, the job's state, the log."""
        stick = self.stick_with({"FIRMWARE/NEW.BIN": self.firmware("new.bin")},
                                ("job=flash", "port=3", "file=FIRMWARE\\NEW.BIN", "identity=any"))
        sector = stick.sector_of("FIRMWARE/NEW.BIN") + 100
        with open(self.path("blkdebug"), "w") as file:
            file.write(f'[inject-error]\nevent = "read_aio"\nerrno = "5"\nsector = "{sector}"\n'
                       f'once = "{once}"\n')
        worn = types.SimpleNamespace(path=f"blkdebug:{self.path('blkdebug')}:{stick.path}")
        # At QEMU's xHCI, OVMF reads nothing more from a stick after its first bad sector.
        with Machine("pc", stick=worn, firmware=firmware, usb="usb-ehci") as pc:
            result = self.result(pc)
            pc.power_off()
        self.assert_stick_sound(stick)
        return sector, result.group("state"), stick.log()

    def test_a_sector_that_is_never_read(self):
        for firmware in ("bios", "x64"):
            with self.subTest(firmware):
                sector, state, log = self.boot(firmware, once="off")
                self.assertEqual(state, "NOT_STARTED")
                self.assertIn(f"Sector {sector} of the stick can't be read", log)

    def test_a_sector_that_is_read_at_the_second_try(self):
        sector, _, log = self.boot("bios", once="on")
        self.assertNotIn("can't be read", log)
        tried = re.search(r"tried again \d+ times, the last at sector (\d+)", log)
        self.assertLessEqual(sector - int(tried.group(1)), 64)


if __name__ == "__main__":
    unittest.main()
