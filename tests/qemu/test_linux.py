"""Linux as a witness: no drive before the rescue, the file's drive after it."""

import unittest

import debian_linux
import drives
from cases import DEAD, IDENTITY, NAME, Bridge, Case, Machine


class LinuxTest(Case):
    @classmethod
    def setUpClass(cls):
        cls.kernel, cls.initramfs = debian_linux.prepare()

    def linux_sees(self, flash, native=False, **options):
        bridge = Bridge(drives.drive("sm", flash, **options), native=native)
        with Machine(bridge=bridge, kernel=self.kernel, initrd=self.initramfs,
                     append=debian_linux.COMMAND_LINE, memory=256) as pc:
            return debian_linux.witness(pc)

    def test_a_rescued_drive_is_a_drive_again(self):
        new = self.firmware()
        flash = self.dead_firmware("flash.bin")
        stick = self.stick_with({"FIRMWARE/NEW.BIN": new})
        self.assertEqual(self.linux_sees(flash, **DEAD), {})
        result, _, _ = self.run_job(stick, Bridge(drives.drive("sm", flash, **DEAD)), "job=flash",
                                    "port=3", "file=FIRMWARE\\NEW.BIN", f'identity="{NAME}"')
        self.assertEqual(result.group("state"), "VERIFIED")
        self.assertEqual(self.linux_sees(flash, **DEAD), {"sr0": tuple(IDENTITY.values())})

    def test_a_healthy_drive_at_native_addresses(self):
        """The bench itself, judged by somebody who knows drives and not us."""
        flash = self.firmware("healthy.bin", vendor="PLEXTOR", product="DVDR PX-716A",
                              revision="1.09")
        self.assertEqual(self.linux_sees(flash, native=True),
                         {"sr0": ("PLEXTOR", "DVDR PX-716A", "1.09")})


if __name__ == "__main__":
    unittest.main()
