"""A data stick with a 3 GiB file that takes no room: its chain is real, its data are holes."""

import os
import struct

from stick import Stick, run, with_sbin

IMAGE_SIZE = 4 << 30
FILE_SIZE = 3 << 30
END_OF_CHAIN = 0x0FFFFFFF


def _lengthen(image, short_name, size):
    """Gives the only file of the root folder that many bytes (Microsoft FAT specification)."""
    image.seek(0)
    boot = image.read(90)
    per_cluster = boot[13]
    reserved, = struct.unpack_from("<H", boot, 14)
    fats = boot[16]
    fat_sectors, = struct.unpack_from("<I", boot, 36)
    root, = struct.unpack_from("<I", boot, 44)
    cluster_size = per_cluster * 512
    root_at = (reserved + fats * fat_sectors + (root - 2) * per_cluster) * 512
    image.seek(root_at)
    folder = image.read(cluster_size)
    entry = folder.index(short_name)
    high, = struct.unpack_from("<H", folder, entry + 20)
    low, = struct.unpack_from("<H", folder, entry + 26)
    first = high << 16 | low
    count = size // cluster_size
    chain = struct.pack(f"<{count}I", *range(first + 1, first + count), END_OF_CHAIN)
    for fat in range(fats):
        image.seek((reserved + fat * fat_sectors) * 512 + 4 * first)
        image.write(chain)
    image.seek(root_at + entry + 28)
    image.write(struct.pack("<I", size))
    # FSInfo: the counts are hints, and "not known" is an allowed value.
    image.seek(512 + 488)
    image.write(b"\xff" * 8)


class BigStick(Stick):
    """One FAT32 volume and no partition table ("superfloppy"); HUGE.BIN has 3 GiB."""

    def __init__(self, directory):
        # pylint: disable=super-init-not-called
        self.directory = directory
        self.path = os.path.join(directory, "big.img")
        with open(self.path, "wb") as image:
            image.truncate(IMAGE_SIZE)
        run("mkfs.fat", "-F", "32", self.path, env=with_sbin())
        self.write("HUGE.BIN", b"x")
        with open(self.path, "r+b") as image:
            _lengthen(image, b"HUGE    BIN", FILE_SIZE)

    def partition(self):
        return 0, IMAGE_SIZE
