"""Other people's boot loaders, each with the very lines that README.md tells users to write.

Each one must pass its words on, win with them over ODDRESC.CFG, and end on our screen. The loaders
are Debian's; nothing is installed on any disk.
"""

import os
import shutil
import struct
import unittest

import drives
from cases import DEAD, NAME, Bridge, Case, Machine
from floppy import Floppy, formatted
from machine import KERNEL, LOG_PORT, ide_cdrom
from netlab import NetLab
from stick import BUILD, Stick, run
from test_boot import wait_vga

GRUB = "/usr/lib/grub"
EFI_X64 = os.path.join(BUILD, "oddx64.efi")
IPXE = "/boot/ipxe.lkrn"
BOOT_CODE_SIZE = 440
WORDS = f"log={LOG_PORT:#x} job=probe"


def grub(folder, platform, *modules):
    """A GRUB that reads grub.cfg from the volume that holds it; returns the path of the image."""
    early = os.path.join(folder, "early.cfg")
    image = os.path.join(folder, f"grub-{platform}")
    with open(early, "w", encoding="ascii") as file:
        file.write("search --file --set=root /grub.cfg\nnormal ($root)/grub.cfg\n")
    run("grub-mkimage", "-O", platform, "-p", "/grub", "-c", early, "-o", image,
        "normal", "configfile", "part_msdos", "fat", "search", "echo", *modules)
    return image


class LoaderCase(Case):
    """`stick` is what most loaders are put on; its own job must not run."""

    def setUp(self):
        super().setUp()
        self.stick = Stick(self.folder)
        self.stick.job(f"log={LOG_PORT:#x}", "job=verify", "port=3", "file=NOTHING.BIN")

    def image(self):
        """A FAT image to be loaded as initrd, with a firmware file on it."""
        image = formatted(self.folder, "image.img")
        image.write("NEW.BIN", drives.content(self.firmware()))
        return image.path

    def boot(self, kind="pc", image=False, **options):
        """Boots the stick, or what `options` say. The job of the loader's words must run, not that
        of the stick, and our screen must show its end. `image`: what image() gave must be there."""
        options = {"stick": self.stick, **options}
        words = ["-device", "piix3-ide,id=own"] if kind == "q35" else []
        words += ide_cdrom(bus="own.1" if kind == "q35" else "ide.1")
        with Machine(kind, disks=words, **options) as pc:
            pc.log.wait_line(r"RESULT ", 300)
            line = pc.log.wait_line(r"RESULT job=(\w+) port=\d+ state=(\w+) .* err=(\w+)")
            self.assertEqual(line.groups(), ("probe", "UNCHANGED", "00000000"))
            self.assertIn("QEMU DVD-ROM", pc.log.text())
            if image:
                self.assertRegex(pc.log.text(), r'FAT12 "SECOND"')
            if options.get("firmware", "bios") == "bios":
                wait_vga(pc, "ODDRescue", "RESULT", "job=probe")
            else:
                pc.screen.wait_text("ODDRescue", "RESULT", "job=probe")


class QemuTest(LoaderCase):
    def test_kernel(self):
        self.boot(kernel=KERNEL, append=WORDS, stick=None)

    def test_initrd(self):
        self.boot(kernel=KERNEL, append=WORDS, initrd=self.image(), image=True)

    def test_rescue_with_nothing_but_an_initrd(self):
        """No stick, no network: the file to flash is in memory, the log on the screen only."""
        flash = self.dead_firmware()
        bridge = Bridge(drives.drive("sm", flash, **DEAD))
        with Machine(kernel=KERNEL, initrd=self.image(), bridge=bridge,
                     append=f'log={LOG_PORT:#x} job=flash port=3 file=NEW.BIN backup=no '
                            f'identity="{NAME}"') as pc:
            result = self.result(pc, 300)
            self.assertEqual(result.group("job", "state", "err"), ("flash", "VERIFIED", "00000000"))
            pc.power_off()
        self.assertEqual(drives.content(flash), drives.content(self.path("new.bin")))


class SyslinuxTest(LoaderCase):
    def configure(self, *lines):
        self.stick.write("syslinux.cfg", "\n".join(["DEFAULT it", "LABEL it", *lines, ""]))

    def test_append(self):
        self.configure("  LINUX oddrescue.krn", f"  APPEND {WORDS}")
        self.boot()

    def test_initrd(self):
        self.stick.write("image.img", drives.content(self.image()))
        self.configure("  LINUX oddrescue.krn", "  INITRD image.img", f"  APPEND {WORDS}")
        self.boot(image=True)

    def test_memdisk(self):
        """The boot floppy's image as a floppy that there is not."""
        with open("/usr/lib/syslinux/memdisk", "rb") as file:
            self.stick.write("memdisk", file.read())
        floppy = Floppy(self.folder)
        floppy.job(f"log={LOG_PORT:#x}", "job=probe")
        self.stick.write("floppy.img", drives.content(floppy.path))
        self.configure("  LINUX memdisk", "  INITRD floppy.img", "  APPEND floppy")
        self.boot()


class GrubBiosTest(LoaderCase):
    """GRUB 2 on a disk: boot.img in the first sector, the rest between it and the partition."""

    def install(self, *lines):
        core = grub(self.folder, "i386-pc", "biosdisk", "linux", "linux16")
        with open(os.path.join(GRUB, "i386-pc", "boot.img"), "rb") as file:
            boot = file.read()
        self.assertEqual(struct.unpack_from("<Q", boot, 0x5C), (1,), "where boot.img finds core")
        content = drives.content(core)
        self.assertLess(512 + len(content), self.stick.partition()[0])
        with open(self.stick.path, "r+b") as disk:
            disk.write(boot[:BOOT_CODE_SIZE])
            disk.seek(512)
            disk.write(content)
        self.stick.write("grub.cfg", "\n".join([*lines, "boot", ""]))

    def test_linux(self):
        self.install(f"linux /oddrescue.krn {WORDS}")
        self.boot()

    def test_linux16(self):
        """The 16-bit entry of the same file."""
        self.install(f"linux16 /oddrescue.krn {WORDS}")
        self.boot()

    def test_initrd(self):
        self.stick.write("image.img", drives.content(self.image()))
        self.install(f"linux /oddrescue.krn {WORDS}", "initrd /image.img")
        self.boot(image=True)


class GrubUefiTest(LoaderCase):
    def install(self, *lines):
        core = grub(self.folder, "x86_64-efi", "linux", "chain")
        self.stick.write("EFI/BOOT/BOOTX64.EFI", drives.content(core))
        self.stick.write("oddx64.efi", drives.content(EFI_X64))
        self.stick.write("grub.cfg", "\n".join([*lines, "boot", ""]))

    def test_chainloader(self):
        self.install(f"chainloader /oddx64.efi {WORDS}")
        self.boot("q35", firmware="x64")

    def test_chainloader_with_initrd(self):
        self.stick.write("image.img", drives.content(self.image()))
        self.install(f"chainloader /oddx64.efi initrd=/image.img {WORDS}")
        self.boot("q35", firmware="x64", image=True)

    def test_the_kernel_for_bios_machines_says_what_is_wrong(self):
        """GRUB starts it, but there is no BIOS that it could call."""
        self.install(f"linux /oddrescue.krn {WORDS}")
        with Machine("q35", firmware="x64", stick=self.stick) as pc:
            pc.screen.wait_text("needs a BIOS", "chainloader /oddx64.efi", seconds=120)


class IpxeTest(LoaderCase):
    """iPXE, with a script; files come by TFTP."""

    def script(self, *lines):
        return "\n".join(["#!ipxe", *lines, "boot", ""])

    def bios(self, *lines, image=False):
        served = self.path("served")
        os.mkdir(served)
        shutil.copy(KERNEL, served)
        if image:
            shutil.copy(self.image(), served)
        with open(self.path("script"), "w", encoding="ascii") as file:
            file.write(self.script("dhcp", *lines))
        # Debian's iPXE does not find its script in a machine of 64 MiB.
        self.boot(kernel=IPXE, initrd=self.path("script"), stick=None, memory=256, image=image,
                  options=["-netdev", f"user,id=net,tftp={served}", "-device",
                           "e1000,netdev=net,romfile="])

    def uefi(self, program, *lines):
        image = self.image()
        with NetLab(self.path(program + "-lab"), card="virtio-net-pci,romfile=",
                    dnsmasq=[["dhcp-range=192.168.10.50,192.168.10.99,255.255.255.0,1h",
                              "dhcp-match=set:ipxe,175", f"dhcp-boot=tag:!ipxe,{program}",
                              "dhcp-boot=tag:ipxe,script.ipxe"]]) as lab:
            lab.write(program, drives.content(os.path.join("/usr/lib/ipxe", program)))
            lab.write("script.ipxe", self.script(*lines))
            lab.write("image.img", drives.content(image))
            self.boot("q35", firmware="x64", stick=None, network=lab, image=True)

    def test_kernel(self):
        self.bios(f"kernel tftp://10.0.2.2/oddrescue.krn {WORDS}")

    def test_initrd(self):
        self.bios(f"kernel tftp://10.0.2.2/oddrescue.krn {WORDS}",
                  "initrd tftp://10.0.2.2/image.img", image=True)

    def test_uefi(self):
        """With drivers of its own, and with the firmware's."""
        for program in ("ipxe.efi", "snponly.efi"):
            with self.subTest(program):
                self.uefi(program, f"kernel oddx64.efi initrd=image.img {WORDS}",
                          "initrd image.img")


if __name__ == "__main__":
    unittest.main()
