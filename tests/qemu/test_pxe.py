"""Booting from the network: files come from a TFTP server, results go back to it."""

import os
import unittest

import drives
import rescue_by_keys
from cases import DEAD, NAME, RESULT, Bridge, Case, result_line
from doors import Door, DoorTests
from machine import KERNEL, LOG_PORT, Machine
from netlab import NetLab, dnsmasq_lines, proxy_dnsmasq_lines, readme_lines
from stick import run, with_sbin

# How each firmware's machine is made: SeaBIOS boots through the ROM of QEMU's card (iPXE) and
# PXELINUX. OVMF gets a card without ROM, so that its own driver and PXE client (edk2) are at work.
CARDS = {"bios": "e1000", "x64": "virtio-net-pci,romfile=", "ia32": "virtio-net-pci,romfile="}

# The card's ROM under UEFI: iPXE stands in for the firmware's PXE client.
IPXE_X64 = "virtio-net-pci"

# A DHCP server that knows nothing of booting, as in a router, and one that starts boot.ipxe.
ADDRESSES = dnsmasq_lines()[0]
IPXE_SCRIPT = [ADDRESSES, "dhcp-boot=boot.ipxe"]

# Some routers name themselves as the server to boot from, with nothing there to boot.
MISLEADING_ROUTER = [ADDRESSES, "dhcp-boot=,,192.168.10.254"]


class PxeDoor(Door):
    """The server of a NetLab. Jobs are those of our one machine, by its card's address."""

    def __init__(self, case, firmware="bios", card=None, **options):
        super().__init__(case, firmware)
        self.lab = case.enterContext(NetLab(case.path("lab"), card or CARDS[firmware], **options))
        self.job()

    def put(self, name, path):
        self.lab.write(f"FIRMWARE/{name}", drives.content(path))
        self.lab.index("# for the tests", f"FIRMWARE/{name}")
        return f"FIRMWARE/{name}"

    def job(self, *words):
        self.lab.job(f"log={LOG_PORT:#x}", *words)

    def machine(self):
        return {"network": self.lab, "firmware": self.firmware}

    def backups(self):
        return self.lab.backups()

    def log(self):
        content = self.lab.upload("ODDRESC.LOG")
        return None if content is None else content.decode("ascii")


class PxeBiosTest(DoorTests, Case):
    def door(self):
        return PxeDoor(self)


class PxeX64Test(DoorTests, Case):
    def door(self):
        return PxeDoor(self, "x64")


class WayInTest(Case):
    """Other ways to the same server: its files are seen, and a log can be written."""

    def reach_server(self, door, folder=""):
        door.put("NEW.BIN", self.firmware())
        with Machine(**door.machine()) as pc:
            self.see_server(pc, folder)
            pc.screen.press("f8")
            pc.screen.wait_text("S save")
            pc.screen.press("s")
            pc.screen.wait_text("saved as ODDRESC.LOG")

    def see_server(self, pc, folder=""):
        pc.screen.wait_match(r"(BIOS|UEFI) +server 192\.168\.10\.1", 300)
        pc.log.wait_line(rf'files in "{folder}"')
        pc.log.wait_line(r"index.txt: 1 files")
        pc.screen.wait_text("nothing there")

    def test_ia32(self):
        door = PxeDoor(self, "ia32")
        self.reach_server(door)
        self.assertIn("UEFI", door.log())

    def test_ipxe_script_under_bios(self):
        door = PxeDoor(self, dnsmasq=[IPXE_SCRIPT])
        self.reach_server(door)
        self.assertIn("keeppxe", door.log())

    def test_ipxe_script_under_uefi(self):
        door = PxeDoor(self, "x64", IPXE_X64, dnsmasq=[IPXE_SCRIPT])
        self.reach_server(door)
        self.assertIn("UEFI", door.log())

    def test_proxy_dhcp_under_bios(self):
        door = PxeDoor(self, dnsmasq=[proxy_dnsmasq_lines(), MISLEADING_ROUTER])
        self.reach_server(door)
        self.assertIsNotNone(door.log())

    def test_proxy_dhcp_under_uefi(self):
        door = PxeDoor(self, "x64", dnsmasq=[proxy_dnsmasq_lines(), MISLEADING_ROUTER])
        self.reach_server(door)
        self.assertIsNotNone(door.log())

    def test_no_driver_left(self):
        """boot=network where no PXE driver is alive: nothing found, nothing hangs."""
        with Machine(kernel=KERNEL, append=f"boot=network log={LOG_PORT:#x}",
                     options=("-device", CARDS["bios"])) as pc:
            pc.screen.wait_match(r"Primary master .* nothing there")
            pc.log.wait_line(r"places: not started from a network")
            pc.screen.wait_match(r"BIOS +no ")
            self.assertIsNone(pc.log.find("^.*network:"))

    def test_folder_below_the_loader(self):
        """A server that has a pxelinux.0 of its own: our files lie in a folder below it."""
        door = PxeDoor(self)
        lab = door.lab
        door.put("NEW.BIN", self.firmware())
        os.mkdir(lab.path("oddrescue"))
        for name in ("oddrescue.krn", "FIRMWARE", "index.txt", "oddresc.cfg", "upload"):
            os.rename(lab.path(name), lab.path(f"oddrescue/{name}"))
        lines = readme_lines("and add to its pxelinux.cfg/default:")
        lab.write("pxelinux.cfg/default", "\n".join(["DEFAULT oddrescue", *lines]) + "\n")
        with Machine(**door.machine()) as pc:
            self.see_server(pc, "oddrescue/")

    def fat_image(self, lab):
        """A FAT image with a firmware file in it, on the server."""
        image = lab.path("files.img")
        run("mkfs.fat", "-C", "-n", "MYFILES", image, "1440", env=with_sbin())
        run("mmd", "-i", image, "::FIRMWARE")
        run("mcopy", "-i", image, self.firmware("image.bin"), "::FIRMWARE/IMAGE.BIN")
        os.chmod(image, 0o644)

    def choose_from_memory(self, pc):
        """F7, the second place, its folder, the file."""
        pc.screen.wait_match(r"(BIOS|UEFI) +server 192\.168\.10\.1", 300)
        pc.screen.wait_text("nothing there")
        pc.screen.press("f7")
        pc.screen.wait_text("Where is the file?", "FAT image in memory")
        pc.screen.press("down", "enter")
        pc.screen.wait_text("Choose the firmware file", "FIRMWARE")
        pc.screen.press("enter")
        pc.screen.wait_text("IMAGE.BIN")
        pc.screen.press("enter")
        pc.screen.wait_text(drives.crc32(self.path("image.bin")).upper())

    def test_initrd_by_pxelinux(self):
        door = PxeDoor(self)
        lab = door.lab
        self.fat_image(lab)
        menu = lab.read("pxelinux.cfg/default").decode()
        lab.write("pxelinux.cfg/default", f"{menu}    INITRD files.img\n")
        with Machine(**door.machine()) as pc:
            self.choose_from_memory(pc)

    def test_initrd_by_ipxe_under_uefi(self):
        door = PxeDoor(self, "x64", IPXE_X64, dnsmasq=[IPXE_SCRIPT])
        lab = door.lab
        self.fat_image(lab)
        lab.write("boot.ipxe", "\n".join(["#!ipxe", *readme_lines("in iPXE under UEFI")]) + "\n")
        with Machine(**door.machine()) as pc:
            self.choose_from_memory(pc)


class RefusalTest(Case):
    """The server does not take what it is sent: said clearly, kept, offered again."""

    def rescue_until(self, door, pc, wanted):
        """By keys, to the question or screen `wanted`."""
        pc.screen.wait_match(r"(BIOS|UEFI) +server 192\.168\.10\.1", 300)
        rescue_by_keys.choose_port(pc, door.port)
        rescue_by_keys.choose_file(pc, "FIRMWARE", "NEW.BIN")
        rescue_by_keys.to_confirm(pc, wanted=wanted)

    def prepare(self, door):
        self.new = self.firmware("new.bin")
        self.flash = self.dead_firmware("flash.bin")
        self.old = drives.content(self.flash)
        door.put("NEW.BIN", self.new)
        bridge = Bridge(drives.drive("sm", self.flash, **DEAD), channels=door.channels)
        return Machine(bridge=bridge, **{**door.bridge_pc, **door.machine()})

    def to_result(self, pc):
        result = pc.screen.wait_match("(?m)" + RESULT, 300)
        self.assertEqual(result.group("state", "err"), ("VERIFIED", "00000000"))
        return result

    def test_refused_then_allowed(self):
        """The folder is not writable; somebody mends that; the backup is saved before the flash."""
        door = PxeDoor(self)
        with self.prepare(door) as pc:
            door.lab.refuse_uploads()
            self.rescue_until(door, pc, "The backup is not saved yet")
            pc.screen.wait_text("Server 192.168.10.1 refused it", "Try again")
            self.assertEqual(door.lab.uploads(), [])
            door.lab.refuse_uploads(False)
            pc.screen.press("1", "enter")
            pc.screen.wait_text("Flash: look once more")
            pc.power_off()
        self.assertEqual(list(door.backups().values()), [self.old])
        self.assertEqual(drives.content(self.flash), self.old)

    def test_dies_after_the_backup(self):
        """Nobody answers any more while the drive is flashed: the flash goes on, the log waits."""
        door = PxeDoor(self, "x64")
        with self.prepare(door) as pc:
            self.rescue_until(door, pc, "Flash: look once more")
            door.lab.stop_tftp()
            rescue_by_keys.confirm(pc)
            result = self.to_result(pc)
            pc.screen.wait_match(r"log +not saved: ", 120)
            before = door.log()
            self.assertTrue(before is None or result_line(result) not in before)
            door.lab.start_tftp()
            pc.screen.press("s")
            pc.screen.wait_text("ODDRESC.LOG on server", seconds=120)
            pc.power_off()
        self.assertIn(result_line(result), door.log())
        self.assertEqual(list(door.backups().values()), [self.old])
        self.assertEqual(drives.content(self.flash), drives.content(self.new))

    def test_server_that_only_reads(self):
        """dnsmasq's own TFTP: the user goes on with the backup in memory, and is asked again."""
        door = PxeDoor(self, tftp="dnsmasq")
        with self.prepare(door) as pc:
            self.rescue_until(door, pc, "The backup is not saved yet")
            pc.screen.wait_text("Server 192.168.10.1 refused it", "Go on; keep it in memory")
            pc.log.wait_line(r'-BK000001\.BIN.* the server says 4 "unsupported request')
            pc.screen.press("4", "enter")
            pc.screen.wait_match("(?m)" + RESULT)
            pc.screen.wait_match(r"backup +not saved; in memory")
            pc.screen.press("enter")
            pc.screen.wait_text("The backup is only in memory", "Save it now")
            self.assertEqual(door.lab.uploads(), [])
            door.lab.replace_dnsmasq()
            pc.screen.press("2", "enter")
            pc.screen.wait_text("Drives")
            pc.power_off()
        self.assertEqual(list(door.backups().values()), [self.old])
        self.assertIn("RESULT job=flash", door.log())

    def pull_and_plug(self, door):
        """The network cable is pulled, the log can't be saved; plugged in again, it can."""
        with Machine(**door.machine()) as pc:
            pc.screen.wait_match(r"(BIOS|UEFI) +server 192\.168\.10\.1", 300)
            pc.screen.wait_text("nothing there")
            pc.qmp.execute("set_link", name="net", up=False)
            pc.screen.press("f8")
            pc.screen.wait_text("S save")
            pc.screen.press("s")
            pc.screen.wait_text("It could not be saved", "Try again",
                                "Server 192.168.10.1 does not answer", seconds=120)
            pc.qmp.execute("set_link", name="net", up=True)
            pc.screen.press("1", "enter")
            pc.screen.wait_text("saved as ODDRESC.LOG", seconds=120)
        self.assertIn("ODDRESC.LOG: error", door.log())

    def test_cable_pulled_under_bios(self):
        self.pull_and_plug(PxeDoor(self))

    def test_cable_pulled_under_uefi(self):
        self.pull_and_plug(PxeDoor(self, "x64"))

    def test_unattended_job(self):
        """A job that wants a backup and can't save it changes nothing."""
        door = PxeDoor(self)
        machine = self.prepare(door)
        door.job("job=flash", f"port={door.port}", "file=FIRMWARE/NEW.BIN", f'identity="{NAME}"')
        door.lab.refuse_uploads()
        with machine as pc:
            result = self.result(pc, 300)
            self.assertEqual(result.group("job", "state"), ("flash", "NOT_STARTED"))
            self.assertNotEqual(result.group("err"), "00000000")
            pc.power_off()
        self.assertEqual(drives.content(self.flash), self.old)


if __name__ == "__main__":
    unittest.main()
