"""Booting from the network: files come from a TFTP server, results go back to it."""

import unittest

import drives
from cases import Case
from doors import Door, DoorTests
from machine import LOG_PORT
from netlab import NetLab

# How each firmware's machine is made: SeaBIOS boots through the ROM of QEMU's card (iPXE) and
# PXELINUX. OVMF gets a card without ROM, so that its own driver and PXE client (edk2) are at work.
CARDS = {"bios": "e1000", "x64": "virtio-net-pci,romfile=", "ia32": "virtio-net-pci,romfile="}


class PxeDoor(Door):
    """The server of a NetLab. Jobs are those of our one machine, by its card's address."""

    def __init__(self, case, firmware="bios", **options):
        super().__init__(case)
        self.firmware = firmware
        self.lab = case.enterContext(NetLab(case.path("lab"), card=CARDS[firmware], **options))
        if firmware != "bios":
            # As for a stick: addresses of the firmware's choice, no controller on board.
            self.channels, self.port = "both", 7
            self.own_ide_pc = {"kind": "q35"}
            self.own_ide_words, self.own_ide_bus = ("-device", "piix3-ide,id=own"), "own"

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


if __name__ == "__main__":
    unittest.main()
