"""The kernel file: what it says of itself, and what happens when it arrives damaged."""

import gzip
import os
import re
import struct
import subprocess
import sys
import unittest
import zlib

from cases import Case, Machine
from machine import BUILD, KERNEL
from stick import ROOT, Stick
from test_boot import MENU, wait_vga

sys.path.insert(0, os.path.join(ROOT, "boot", "bios", "unpack"))
from seal import seal  # pylint: disable=wrong-import-position

OBJECTS = os.path.join(BUILD, "bios")
KERNEL_LIMIT = 128 * 1024
PAYLOAD = 0x248  # the header's payload_offset and payload_length

# Instructions and registers that came after the 486 (Intel SDM volume 2; objdump's names). CPUID is
# among them: only late 486 have it.
NEWER_THAN_486 = re.compile(
    r"^(f?cmov\w+|f?u?comip?|fcomip?|cpuid|rdtsc\w*|rdmsr|wrmsr|rdpmc|cmpxchg8b|rsm|nop[wl]|sysenter|"
    r"sysexit|syscall|sysret|endbr\d+|prefetch\w*|[lms]fence|movnti|clflush|ud[01]|fxsave|fxrstor|"
    r"popcnt|lzcnt|tzcnt|movbe|crc32[bwl]?|xgetbv)\b|%[xyz]?mm\d")


class KernelFileTest(unittest.TestCase):
    """The file itself, by the boot protocol's documentation."""

    def setUp(self):
        with open(KERNEL, "rb") as file:
            self.kernel = file.read()

    def test_is_small_enough(self):
        self.assertLessEqual(len(self.kernel), KERNEL_LIMIT)

    def test_header(self):
        sectors, = struct.unpack_from("<B", self.kernel, 0x1F1)
        paragraphs, = struct.unpack_from("<I", self.kernel, 0x1F4)
        boot_flag, = struct.unpack_from("<H", self.kernel, 0x1FE)
        version, = struct.unpack_from("<H", self.kernel, 0x206)
        flags, = struct.unpack_from("<B", self.kernel, 0x211)
        entry, = struct.unpack_from("<I", self.kernel, 0x214)
        memory, = struct.unpack_from("<I", self.kernel, 0x260)
        self.assertEqual(boot_flag, 0xAA55)
        self.assertEqual(self.kernel[0x202:0x206], b"HdrS")
        self.assertGreaterEqual(version, 0x0204)
        self.assertTrue(flags & 1, "LOADED_HIGH")
        self.assertEqual(entry, 0x100000)
        self.assertEqual((sectors + 1) * 512 + paragraphs * 16, len(self.kernel))
        self.assertGreater(memory, paragraphs * 16)
        payload, payload_size = struct.unpack_from("<II", self.kernel, 0x248)
        unpacked = gzip.decompress(
            self.kernel[(sectors + 1) * 512 + payload:][:payload_size])
        with open(os.path.join(OBJECTS, "kernel.bin"), "rb") as file:
            self.assertEqual(unpacked, file.read())
        jump = 0x202 + self.kernel[0x201]
        self.assertGreaterEqual(jump, 0x264, "the code must not begin inside the header")
        self.assertEqual(self.kernel[0x200], 0xEB)

    def test_checksum(self):
        """"The image checksum": the CRC of the whole file, not inverted at the end, is zero."""
        self.assertEqual(zlib.crc32(self.kernel) ^ 0xFFFFFFFF, 0)

    def objects(self):
        return [os.path.join(folder, name) for folder, _, names in os.walk(OBJECTS)
                for name in names if name.endswith(".o")]

    def instructions(self, *options):
        out = subprocess.run(["objdump", "-d", "--no-show-raw-insn", *options, *self.objects()],
                             stdout=subprocess.PIPE, check=True).stdout.decode()
        return [line.split("\t", 1)[1] for line in out.split("\n") if "\t" in line]

    def test_runs_on_a_486(self):
        found = self.instructions()
        self.assertGreater(len(found), 10000)
        newer = sorted({line for line in found if NEWER_THAN_486.search(line)})
        self.assertEqual(newer, [])

    def test_the_486_test_can_fail(self):
        for line in ("cmove  %eax,%ebx", "cpuid", "rdtsc", "movaps %xmm0,%xmm1", "nopl   0x0(%eax)",
                     "fcmovb %st(1),%st", "movq   %mm0,(%eax)", "endbr32"):
            self.assertRegex(line, NEWER_THAN_486)
        for line in ("mov    %eax,%ebx", "bswap  %eax", "pause", "nop", "comm"):
            self.assertNotRegex(line, NEWER_THAN_486)


class DamagedKernelTest(Case):
    DAMAGED = ("ODDRescue can't start", "damaged while it was loaded", "Ctrl-Alt-Del")

    def setUp(self):
        super().setUp()
        with open(KERNEL, "rb") as file:
            self.kernel = file.read()
        self.setup = (self.kernel[0x1F1] + 1) * 512
        offset, self.payload_size = struct.unpack_from("<II", self.kernel, PAYLOAD)
        self.payload = self.setup + offset

    def kernel_with(self, content):
        with open(self.path("damaged.krn"), "wb") as file:
            file.write(content)
        return self.path("damaged.krn")

    def flipped(self, at, bit=0):
        content = bytearray(self.kernel)
        content[at] ^= 1 << bit
        return bytes(content)

    def assert_says(self, content, *texts, **options):
        with Machine("pc", kernel=self.kernel_with(content), **options) as pc:
            shown = wait_vga(pc, *texts, "Ctrl-Alt-Del restarts this PC.")
            pc.screen.wait_text(*texts)
            self.assertLessEqual(max(len(line) for line in shown.split("\n")), 79)
            return shown

    def test_one_bit_of_the_packed_kernel(self):
        for at in (self.payload + 10, self.payload + self.payload_size // 2,
                   self.payload + self.payload_size - 1):
            with self.subTest(hex(at)):
                self.assert_says(self.flipped(at, at % 8), *self.DAMAGED)

    def test_one_bit_of_what_unpacks_it(self):
        """In a text, which nothing but the checksum can notice."""
        self.assert_says(self.flipped(self.kernel.index(b"memtest86+"), 3), *self.DAMAGED)

    def test_the_end_is_missing(self):
        content = self.kernel[:-4096] + bytes(4096)
        self.assert_says(content, *self.DAMAGED)

    def test_from_a_stick(self):
        stick = Stick(self.folder)
        stick.write("oddrescue.krn", self.flipped(self.payload + 20000))
        with Machine("q35", stick=stick) as pc:
            wait_vga(pc, *self.DAMAGED)
            pc.screen.wait_text(*self.DAMAGED)

    def test_on_a_486_without_pci(self):
        with Machine("isapc", cpu="486", memory=8,
                     kernel=self.kernel_with(self.flipped(self.payload + 20000))) as pc:
            wait_vga(pc, *self.DAMAGED)

    def test_restart_after_the_message(self):
        with Machine("pc", kernel=self.kernel_with(self.flipped(self.payload + 99))) as pc:
            wait_vga(pc, *self.DAMAGED)
            pc.send_keys("ctrl", "alt", "delete")
            pc.qmp.wait_event("RESET")

    def test_memory_that_loses_bits(self):
        """What was loaded is whole, but what comes out of it is not what was packed."""
        sum_of_kernel = self.payload + self.payload_size - 8
        content = self.flipped(sum_of_kernel, 4)
        shown = self.assert_says(seal(content), "ODDRescue can't start", "damaged in memory",
                                 "memtest86+")
        self.assertNotIn("while it was loaded", shown)

    def test_an_initrd_in_the_way(self):
        """QEMU puts it at the end of memory, however far down it reaches."""
        ramdisk = self.image_file("ramdisk", (8 << 20) - 0x130000)
        with Machine("isapc", cpu="486", memory=8, kernel=KERNEL, initrd=ramdisk) as pc:
            wait_vga(pc, "ODDRescue can't start", "initrd", "Ctrl-Alt-Del")

    def test_an_initrd_that_just_fits(self):
        ramdisk = self.image_file("ramdisk", 4 << 20)
        with Machine("isapc", cpu="486", memory=8, kernel=KERNEL, initrd=ramdisk) as pc:
            wait_vga(pc, *MENU)


if __name__ == "__main__":
    unittest.main()
