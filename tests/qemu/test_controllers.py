"""What controllers say of themselves: channels switched off, AHCI, hidden functions."""

import unittest

from cases import Case, Machine
from doors import probed
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
        self.ahci("AHCI: optical drive at its port 1", "optical drives 1; other devices none",
                  kernel=KERNEL)

    def test_ahci_that_nobody_asked(self):
        """OVMF leaves devices alone that it does not boot from: they show themselves, unnamed."""
        for firmware in ("x64", "ia32"):
            with self.subTest(firmware):
                self.ahci("AHCI: unknown device at its port 1", "not asked yet 1", kernel=None,
                          firmware=firmware, stick=self.stick_with())

    def test_ahci_without_drives(self):
        with Machine("q35", kernel=KERNEL) as pc:
            pc.screen.wait_text("AHCI: nobody we can see")


if __name__ == "__main__":
    unittest.main()
