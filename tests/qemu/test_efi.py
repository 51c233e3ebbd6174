"""UEFI: the stick under x64 and ia32 firmware."""

import unittest

from cases import Case
from doors import DoorTests, StickDoor


class UsbX64Test(DoorTests, Case):
    def door(self):
        return StickDoor(self, "x64")


class UsbIa32Test(DoorTests, Case):
    def door(self):
        return StickDoor(self, "ia32")


if __name__ == "__main__":
    unittest.main()
