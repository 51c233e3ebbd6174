"""What controllers say of themselves: channels switched off, AHCI, hidden functions."""

import unittest

import drives
import rescue_by_keys
from cases import NAME, RESULT, Bridge, Case, Machine
from doors import probed
from journey import Journey
from machine import KERNEL, LOG_PORT, ide_cdrom

COMMAND_LINE = f"job=probe log={LOG_PORT:#x}"


class ControllersTest(Case):
    def probe(self, kind, **options):
        """Runs job=probe; returns {port: (where, base, verdict, name)} and the log."""
        if "stick" not in options:
            options.update(kernel=KERNEL, append=COMMAND_LINE)
        with Machine(kind, **options) as pc:
            pc.log.wait_line(r"RESULT job=probe .* err=00000000", 120)
            return probed(pc.log.text()), pc.log.text()

    def test_bits_that_seabios_sets(self):
        """SeaBIOS switches both channels of QEMU's PIIX on, by the bits that we read."""
        found, log = self.probe("pc", disks=ide_cdrom(bus="ide.1"))
        self.assertEqual(found[3][2], "healthy")
        for name, register in (("Primary", "41"), ("Secondary", "43")):
            self.assertRegex(log, rf"{name}: PCI 00:01\.1 register {register} = [89A-F].,"
                                  r" bit 7 is 1")

    def test_bits_that_lie(self):
        """OVMF leaves these bits clear, and QEMU's PIIX decodes all the same: who answers is
        there."""
        stick = self.stick_with(job=(f"log={LOG_PORT:#x}", "job=probe"))
        found, log = self.probe("pc", stick=stick, firmware="x64", disks=ide_cdrom(bus="ide.1"))
        self.assertEqual([found[n][2] for n in (1, 2, 3, 4)],
                         ["nothing", "nothing", "healthy", "nothing"])
        self.assertRegex(log, r"Secondary: PCI 00:01\.1 register 43 = 00, bit 7 must be 1")

    def ahci(self, row, ports, **options):
        with Machine("q35", disks=ide_cdrom(bus="ide.1"), **options) as pc:
            pc.screen.wait_text(row, seconds=120)
            pc.screen.press("5")
            pc.screen.wait_text("Controller: Intel 8086:2922, PCI 00:1F.2", ports, "VT6421")

    def test_ahci(self):
        """QEMU's own controller: the optical drive that SeaBIOS asked is seen, not touched."""
        self.ahci("AHCI: optical drive at its port 1", "Ports with an optical drive: 1. With another device: none.",
                  kernel=KERNEL)

    def test_ahci_that_nobody_asked(self):
        """OVMF leaves devices alone that it does not boot from: they show themselves, unnamed."""
        for firmware in ("x64", "ia32"):
            with self.subTest(firmware):
                self.ahci("AHCI: unknown device at its port 1", "Not asked yet: 1.", kernel=None,
                          firmware=firmware, stick=self.stick_with())

    def test_ahci_without_drives(self):
        with Machine("q35", kernel=KERNEL) as pc:
            pc.screen.wait_text("AHCI: nobody we can see")


class ChannelTest(Case):
    """Channels that the chipset has off or lets float, switched on by keys and put back."""

    # The end of the program can be looked at before the machine is gone.
    STAY = ("-action", "shutdown=pause")

    def switched_on(self, chipset, register, before, after, answer, port="3", **options):
        bridge = Bridge(drives.drive("sm", self.firmware()), chipset=chipset)
        with Machine("q35", bridge=bridge, options=self.STAY, **options) as pc:
            pc.screen.wait_text(f"{port} ", answer[0], seconds=120)
            pc.screen.press(port)
            pc.screen.wait_text(f"Port {port}: what")
            pc.screen.press("enter")
            pc.screen.wait_text(*answer[1:])
            self.assertEqual(bridge.command(f"config {register}"), f"ok {before}")
            pc.screen.press("1", "enter")
            pc.screen.wait_text(f"Port {port}: what", NAME, "healthy")
            self.assertEqual(bridge.command(f"config {register}"), f"ok {after}")
            pc.screen.press("f10")
            pc.screen.wait_text("Switch")
            pc.screen.press("3", "enter")
            pc.qmp.wait_event("SHUTDOWN")
            self.assertEqual(bridge.command(f"config {register}"), f"ok {before}")

    OFF = ("channel off", "The channel is switched off", "must be 1", "put back")
    FLOATS = ("channel let go", "HAS POWER", "must be 0", "put back")

    def test_switched_off(self):
        """SeaBIOS leaves VIA's bits alone; POST and probe pass the drive by until a key says yes."""
        self.switched_on("via,secondary=off", "40", "02", "03", self.OFF, kernel=KERNEL)

    def test_switched_off_under_uefi(self):
        self.switched_on("via,secondary=off", "40", "02", "03", self.OFF, port="5",
                         firmware="x64", stick=self.stick_with())

    def test_floating(self):
        self.switched_on("ich,secondary=float", "56", "04", "00", self.FLOATS, kernel=KERNEL)

    def test_a_job_switches_nothing(self):
        bridge = Bridge(drives.drive("sm", self.firmware()), chipset="sis,secondary=off")
        with Machine("q35", bridge=bridge, kernel=KERNEL, append=COMMAND_LINE) as pc:
            pc.log.wait_line(r"RESULT job=probe .* err=00000000", 120)
            self.assertEqual(bridge.command("config 4A"), "ok 02")
            found = probed(pc.log.text())
            pc.log.wait_line(r"Secondary: PCI .* register 4A = 02, bit 2 must be 1")
        self.assertEqual(found[3][2], "channel-off")


class SetupNoneTest(Journey):
    """The PC hangs with the dead drive attached; its owner sets the channel to "None"."""

    def test_the_drive_is_reached_and_rescued_without_moving_a_plug(self):
        new, flash = self.firmware("new.bin"), self.dead_firmware("flash.bin")
        stick = self.stick_with({"FIRMWARE/NEW.BIN": new})
        patient = drives.drive("sm", flash, name="patient", crash="hang", gate="open")
        bridge = Bridge(patient, chipset="via,secondary=off")
        with self.switch_on(bridge=bridge, stick=stick) as pc:
            main = self.see_verdict(3, "channel off")
            self.assertIn("status not read: nobody listens at these ports", main)
            post = pc.bios.seconds_between(r"^SeaBIOS ", r"^All threads complete")
            self.press("enter")
            self.see_title("The channel is switched off")
            self.choose("Switch it on and look")
            self.see("Port 3: what it looks like")
            self.see_verdict(3, "firmware hangs")
            rescue_by_keys.choose_file(pc, "FIRMWARE", "NEW.BIN")
            rescue_by_keys.to_confirm(pc)
            rescue_by_keys.confirm(pc)
            result = pc.screen.wait_match("(?m)" + RESULT, 300)
            self.assertEqual(result.group("state", "crc32", "err"),
                             ("VERIFIED", drives.crc32(new), "00000000"))
            pc.power_off()
        self.assertLess(post, 25, "the drive stalled POST although its channel is off")
        self.assertEqual(drives.content(flash), drives.content(new))


if __name__ == "__main__":
    unittest.main()
