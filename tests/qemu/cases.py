"""What the whole-machine tests share: a folder, a stick, a drive to rescue, and jobs."""

import os
import re
import tempfile
import unittest

import drives
from machine import LOG_PORT, Bridge, Machine
from stick import Stick

# On the screen the line may be wrapped.
RESULT = (r"^ *RESULT\s+job=(?P<job>\w+)\s+port=(?P<port>\d+)\s+state=(?P<state>\w+)\s+"
          r"bytes=(?P<bytes>\d+)\s+crc32=(?P<crc32>[0-9a-f]{8})\s+ms=(?P<ms>\d+)\s+"
          r"err=(?P<err>[0-9a-f]{8})")


def result_line(match):
    """The RESULT line as it stands in logs."""
    return " ".join(match.group(0).split())


# The firmware that tests rescue drives with; the words of its identity as a user reads them.
IDENTITY = {"vendor": "SONY", "product": "DVD RW DRU-710A", "revision": "BYX3"}
NAME = IDENTITY["product"]

# A drive whose firmware was torn: its processor starts and crashes. The registers work, nobody
# answers behind them, and the chip's vendor commands stay open.
DEAD = {"crash": "silent", "gate": "open"}


class Case(unittest.TestCase):
    """A test with a folder of its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="oddrescue-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def firmware(self, name="new.bin", **options):
        return drives.firmware(self.folder, name, **{**IDENTITY, **options})

    def dead_firmware(self, name="flash.bin", **options):
        """Half erased: what an interrupted flash of an older revision leaves."""
        return self.firmware(name, **{"revision": "BYX1", "damage": "half_erased", **options})

    def image_file(self, name, size, content=b"not to be touched "):
        """A disk image with something in every sector's place."""
        with open(self.path(name), "wb") as file:
            file.write((content * (size // len(content) + 1))[:size])
        return self.path(name)

    def stick_with(self, files=(), job=()):
        """A stick with files {name: path of the content} and words for ODDRESC.CFG."""
        stick = Stick(self.folder)
        for name, path in dict(files).items():
            stick.write(name, drives.content(path))
        stick.job(f"log={LOG_PORT:#x}", *job)
        return stick

    def assert_stick_sound(self, stick):
        status, said = stick.fsck()
        self.assertEqual(status, 0, said)

    def result(self, pc, seconds=300):
        """Waits for the screen that ends a job: everything is saved by then. Returns its RESULT
        line as a match object; the log must hold the very same line."""
        shown = pc.screen.wait_match("(?m)" + RESULT, seconds)
        pc.log.wait_line(re.escape(result_line(shown)), seconds=10)
        return shown

    def run_job(self, stick, bridge, *words, seconds=300, **options):
        """Boots the stick, lets its job end, switches off. Returns the RESULT line's match, the log
        and the last screen."""
        stick.job(f"log={LOG_PORT:#x}", *words)
        with Machine(stick=stick, bridge=bridge, **options) as pc:
            result = self.result(pc, seconds)
            picture = pc.screen.settled_picture()
            pc.power_off()
            return result, pc.log.text(), picture


__all__ = ["Bridge", "Case", "DEAD", "IDENTITY", "Machine", "NAME", "RESULT",
           "result_line"]
