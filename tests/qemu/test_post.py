"""The PC that hangs at POST with a dead drive attached, for real: SeaBIOS's own waiting, measured.
With the drive attached, and with a good one instead of it, test_journeys_swap.py measures it.

Only SeaBIOS runs here, up to the moment when it would boot; times are the host's, between the lines
that SeaBIOS writes to its debug port.
"""

import os
import tempfile
import unittest

import drives
from machine import Bridge, Machine

STARTED = r"^SeaBIOS "
PROBED = r"^All threads complete"


def post_seconds(*attach, seconds=150, **options):
    """How long SeaBIOS needs from its first line until all drives are probed, and its lines."""
    with Machine(bridge=Bridge(*attach, **options)) as pc:
        pc.bios.wait_line(PROBED, seconds)
        return pc.bios.seconds_between(STARTED, PROBED), pc.bios.lines()


class PostTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.flash = os.path.join(folder.name, "flash.bin")

    def test_a_channel_that_is_switched_off_does_not_stall_post(self):
        """J2's gentlest way: the firmware setup's "None" where it switches the channel off."""
        stuck, lines = post_seconds(
            drives.drive("sm", self.flash, personality="hangs"), chipset="via,secondary=off")
        self.assertLess(stuck, 25)
        self.assertFalse(any("DVD/CD" in line for line in lines))


if __name__ == "__main__":
    unittest.main()
