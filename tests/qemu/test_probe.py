"""Probing devices that nobody here wrote: QEMU's own ide-hd and ide-cd."""

import unittest

import drives
from cases import Bridge, Case, Machine
from doors import probed
from machine import KERNEL, LOG_PORT, ide_cdrom, ide_disk

COMMAND_LINE = f"job=probe log={LOG_PORT:#x}"


class ProbeTest(Case):
    def probe(self, kind, append=COMMAND_LINE, **options):
        """Runs job=probe; returns {port: (where, base, verdict, name)}."""
        if "stick" not in options:
            options.update(kernel=KERNEL, append=append)
        with Machine(kind, **options) as pc:
            result = pc.log.wait_line(r"RESULT job=probe .* err=00000000", 120)
            self.assertIn("state=UNCHANGED", result.group(0))
            return probed(pc.log.text())

    def disks_and_drives(self):
        disk = self.image_file("disk.img", 1 << 20)
        medium = self.image_file("medium.iso", 1 << 20)
        words = (ide_disk(disk, bus="ide.0", model="RESCUE-TEST-DISK") +
                 ide_cdrom(medium, bus="ide.1", model="RESCUE-TEST-CD"))
        return (disk, medium), words

    def check(self, kind, **options):
        images, words = self.disks_and_drives()
        before = [drives.sha256(path) for path in images]
        found = self.probe(kind, disks=words, **options)
        self.assertEqual([found[n][1] for n in (1, 2, 3, 4)], ["01F0", "01F0", "0170", "0170"])
        self.assertEqual([found[n][0] for n in (1, 2, 3, 4)],
                         ["Primary master", "Primary slave", "Secondary master",
                          "Secondary slave"])
        self.assertEqual([found[n][2] for n in (1, 2, 3, 4)],
                         ["disk", "nothing", "healthy", "nothing"])
        self.assertTrue(found[1][3].startswith("RESCUE-TEST-DISK"), found[1])
        # What INQUIRY says; the model given to QEMU only stands in IDENTIFY PACKET DEVICE.
        self.assertTrue(found[3][3].startswith("QEMU DVD-ROM"), found[3])
        self.assertEqual([drives.sha256(path) for path in images], before)

    def test_pc(self):
        self.check("pc")

    def test_isapc_without_pci_on_a_486_with_8_mib(self):
        self.check("isapc", cpu="486", memory=8)

    def test_both_positions_of_one_cable(self):
        disk = self.image_file("disk.img", 1 << 20)
        found = self.probe("pc", disks=ide_disk(disk, bus="ide.0", unit=0) +
                           ide_cdrom(bus="ide.0", unit=1))
        self.assertEqual([found[n][2] for n in (1, 2)], ["disk", "healthy"])

    def test_findings_and_next_steps_stand_in_the_log(self):
        disk = self.image_file("disk.img", 1 << 20)
        words = (ide_disk(disk, bus="ide.0", unit=0) + ide_cdrom(bus="ide.0", unit=1) +
                 ide_cdrom(self.image_file("medium.iso", 1 << 20), bus="ide.1", unit=0))
        with Machine("pc", kernel=KERNEL, append=COMMAND_LINE, disks=words) as pc:
            pc.log.wait_line(r"RESULT job=probe .* err=00000000", 120)
            log = pc.log.text()
        self.assertIn("port=1 verdict=disk findings=two-drives step=leave-it", log)
        self.assertIn("port=2 verdict=healthy findings=beside-disk,controller-works "
                      "step=ask-history", log)
        self.assertIn("port=3 verdict=healthy findings=controller-works step=ask-history", log)
        self.assertIn("port=4 verdict=nothing findings=none step=check-plugs", log)
        # QEMU's own drive, empty and with a disc.
        self.assertRegex(log, r"port 2: TEST UNIT READY \w+ status \w+ error \w+ sense 2/3A/")
        self.assertRegex(log, r"port 3: TEST UNIT READY 00000000 status 50 error 00")

    def test_a_drive_as_slave_alone(self):
        found = self.probe("pc", disks=ide_cdrom(bus="ide.1", unit=1))
        self.assertEqual(found[4][2], "healthy")
        # QEMU lets the registers of a master that is not there echo, unlike a real cable; whatever
        # that is taken for, it must not be a drive with a name.
        self.assertEqual(found[3][3], "")

    def test_nothing_at_all(self):
        found = self.probe("pc")
        self.assertEqual([found[n][2] for n in (1, 2, 3, 4)], ["nothing"] * 4)

    def test_configuration_file_on_the_stick(self):
        disk = self.image_file("disk.img", 1 << 20)
        stick = self.stick_with(job=("job=probe",))
        found = self.probe("pc", stick=stick, disks=ide_disk(disk, bus="ide.1"))
        self.assertEqual([found[n][2] for n in (1, 2, 3, 4)],
                         ["nothing", "nothing", "disk", "nothing"])

    def test_native_addresses_beside_the_legacy_ports(self):
        """A healthy drive on an add-on controller is port 5, the PC's own channels stay 1 to 4."""
        flash = self.firmware()
        found = self.probe("pc", disks=ide_cdrom(bus="ide.1"),
                           bridge=Bridge(drives.drive("pm", flash), channels="both", native=True))
        self.assertEqual(found[3][2], "healthy")
        self.assertEqual(found[5][2:], ("healthy", "DVD RW DRU-710A BYX3"))
        self.assertGreaterEqual(int(found[5][1], 16), 0x1000)

    def test_ahci_is_named(self):
        with Machine("q35", kernel=KERNEL, append=COMMAND_LINE) as pc:
            pc.log.wait_line("controller without IDE registers: 8086:2922 class 01/06")
            pc.log.wait_line("RESULT job=probe .* err=00000000", 120)


if __name__ == "__main__":
    unittest.main()
