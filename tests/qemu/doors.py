"""What every way of booting must prove: that it probes what others wrote, and that it rescues.

A door is a way into the PC: how it boots, where its files come from, where results go. One cell
class of a test file names its door and inherits the proofs:

    class UsbX64Test(DoorTests, Case):
        def door(self):
            return StickDoor(self, firmware="x64")
"""

import re

import drives
from cases import DEAD, NAME, Bridge, result_line
from machine import LOG_PORT, Machine, ide_cdrom, ide_disk
from stick import Stick

PROBE = (r'port=(?P<port>\d+) where="(?P<where>[^"]*)" base=(?P<base>[0-9A-F]{4}) '
         r'status=(?P<status>[0-9A-F]{2}) verdict=(?P<verdict>\S+) name="(?P<name>[^"]*)"')


def probed(log):
    """What job=probe found: {port: (where, base, verdict, name)}."""
    return {int(m.group("port")): m.group("where", "base", "verdict", "name")
            for m in re.finditer(PROBE, log)}


class Door:
    """What a cell needs to know. `case` gives a folder and assertions."""

    # The PC for QEMU's own disks has a PIIX controller at the legacy ports: on board, or as words.
    own_ide_pc = {"kind": "pc"}
    own_ide_words, own_ide_bus = (), "ide"
    # The PC for the simulated drive, which is secondary master on the bridge's controller.
    bridge_pc = {"kind": "q35"}
    channels, port = "secondary", 3

    def __init__(self, case, firmware="bios"):
        self.case, self.firmware = case, firmware
        if firmware != "bios":
            # UEFI puts the bridge's channels at addresses of its choice; they follow the PC's own.
            self.channels, self.port = "both", 7
            # The ia32 firmware runs on no machine but q35, which has no IDE controller of its own.
            self.own_ide_pc = {"kind": "q35"}
            self.own_ide_words, self.own_ide_bus = ("-device", "piix3-ide,id=own"), "own"

    def put(self, name, path):
        """Makes the file at `path` one that can be flashed; returns how a job calls it."""
        raise NotImplementedError

    def job(self, *words):
        """Makes these the words of the job."""
        raise NotImplementedError

    def machine(self):
        """Options for Machine."""
        raise NotImplementedError

    def backups(self):
        """The backups that came back: {name: bytes}."""
        raise NotImplementedError

    def log(self):
        """The text of the log that came back, or None."""
        raise NotImplementedError

    def check(self):
        """Asserts that what was written to is still sound."""


class StickDoor(Door):
    """The USB stick, under BIOS and UEFI: everything comes from it and goes to it."""

    def __init__(self, case, firmware="bios"):
        super().__init__(case, firmware)
        self.stick = Stick(case.folder)
        self.job()

    def put(self, name, path):
        self.stick.write(f"FIRMWARE/{name}", drives.content(path))
        return f"FIRMWARE\\{name}"

    def job(self, *words):
        self.stick.job(f"log={LOG_PORT:#x}", *words)

    def machine(self):
        return {"stick": self.stick, "firmware": self.firmware}

    def backups(self):
        return self.stick.backups()

    def log(self):
        return self.stick.log()

    def check(self):
        self.case.assert_stick_sound(self.stick)


class DoorTests:
    """The two proofs. Mix into a Case that has door()."""

    # From the power switch to the end of the job; both jobs take a minute on an idle machine.
    SECONDS = 600

    def door(self):
        raise NotImplementedError

    def test_probe(self):
        """A disk and a drive that nobody here wrote are found, named and left alone."""
        door = self.door()
        disk = self.image_file("disk.img", 1 << 20)
        medium = self.image_file("medium.iso", 1 << 20)
        before = [drives.sha256(path) for path in (disk, medium)]
        bus = door.own_ide_bus
        words = [*door.own_ide_words,
                 *ide_disk(disk, bus=f"{bus}.0", model="RESCUE-TEST-DISK"),
                 *ide_cdrom(medium, bus=f"{bus}.1", model="RESCUE-TEST-CD")]
        door.job("job=probe")
        with Machine(disks=words, **{**door.own_ide_pc, **door.machine()}) as pc:
            result = self.result(pc, self.SECONDS)
            self.assertEqual(result.group("job", "state", "err"),
                             ("probe", "UNCHANGED", "00000000"))
            found = probed(pc.log.text())
            pc.power_off()
        self.assertEqual([found[n][:3] for n in (1, 2, 3, 4)],
                         [("Primary master", "01F0", "disk"), ("Primary slave", "01F0", "nothing"),
                          ("Secondary master", "0170", "healthy"),
                          ("Secondary slave", "0170", "nothing")])
        self.assertTrue(found[1][3].startswith("RESCUE-TEST-DISK"), found[1])
        # What INQUIRY says; the model given to QEMU only stands in IDENTIFY PACKET DEVICE.
        self.assertTrue(found[3][3].startswith("QEMU DVD-ROM"), found[3])
        self.assertEqual([drives.sha256(path) for path in (disk, medium)], before)
        self.assertIn(result_line(result), door.log())
        door.check()

    def test_rescue(self):
        """A dead drive: backed up, flashed, compared, restarted, without a person."""
        door = self.door()
        new = self.firmware("new.bin")
        flash = self.dead_firmware("flash.bin")
        old = drives.content(flash)
        file = door.put("NEW.BIN", new)
        door.job("job=flash", f"port={door.port}", f"file={file}", f'identity="{NAME}"')
        bridge = Bridge(drives.drive("sm", flash, **DEAD), channels=door.channels)
        with Machine(bridge=bridge, **{**door.bridge_pc, **door.machine()}) as pc:
            result = self.result(pc, self.SECONDS)
            found = probed(pc.log.text())
            pc.power_off()
        self.assertEqual(found[door.port][2], "no-identity")
        self.assertEqual(result.group("job", "port", "state", "bytes", "crc32", "err"),
                         ("flash", str(door.port), "VERIFIED", "131072", drives.crc32(new),
                          "00000000"))
        self.assertEqual(drives.content(flash), drives.content(new))
        self.assertEqual(list(door.backups().values()), [old])
        self.assertIn(result_line(result), door.log())
        door.check()
