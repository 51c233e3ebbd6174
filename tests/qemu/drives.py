"""Firmware images and bench commands for the drives that the tests put on the cable."""

import hashlib
import os
import zlib

from stick import BUILD, run

MAKE_FIRMWARE = os.path.join(BUILD, "make-firmware")


def firmware(folder, name, **options):
    """Makes a firmware image (sparse, 128 KiB unless told otherwise); returns its path."""
    path = os.path.join(folder, name)
    words = {"size": "128K", "fill": "sparse", **options}
    run(MAKE_FIRMWARE, *(f"{key}={value}" for key, value in words.items()), path)
    return path


def drive(position, flash, chip="SST39SF010A", **options):
    """The bench command that attaches a drive whose flash lives in the file `flash`."""
    words = "".join(f" {key}={value}" for key, value in options.items())
    return f"attach {position} drive chip={chip} flash={flash}{words}"


def content(path):
    with open(path, "rb") as file:
        return file.read()


def crc32(path):
    return f"{zlib.crc32(content(path)):08x}"


def sha256(path):
    return hashlib.sha256(content(path)).hexdigest()
