"""Floppies: copies of the image that users write, freshly formatted ones, and ones that nobody
formatted; and a BIOS extension that makes a sector of a floppy bad."""

import os

from stick import BUILD, Stick, run, with_sbin

IMAGE = os.path.join(BUILD, "images", "oddrescue-floppy.img")
SIZE = 1474560
TRACK = 18
HEADS = 2


class Floppy(Stick):
    """The boot floppy: one volume, no partition table."""

    def __init__(self, directory, name="floppy.img", image=IMAGE):
        super().__init__(directory, image, name)

    def partition(self):
        return 0, SIZE

    def free(self):
        """Free bytes."""
        words = self._mtools("mdir", "::").decode().strip().split("\n")[-1]
        return int("".join(c for c in words if c.isdigit()))


def unformatted(directory, name="blank.img"):
    """A floppy with nothing on it."""
    path = os.path.join(directory, name)
    with open(path, "wb") as image:
        image.truncate(SIZE)
    return path


def formatted(directory, name="second.img", serial="2B1D0002"):
    """An empty floppy, as another system formats it."""
    path = unformatted(directory, name + ".new")
    run("mkfs.fat", "-F", "12", "-i", serial, "-n", "SECOND", path, env=with_sbin())
    return Floppy(directory, name, path)


def bad_sector_rom(directory, sector, times, drive=0):
    """
    A BIOS extension (option ROM) behind which reads of this sector of a floppy fail `times` times,
    255 for ever. QEMU's floppy controller itself never fails to read: it gives zeros.
    """
    cylinder, rest = divmod(sector, TRACK * HEADS)
    head, place = divmod(rest, TRACK)
    rom = os.path.join(directory, "bad-sector")
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bad_sector.S")
    symbols = {"CYLINDER": cylinder, "HEAD": head, "SECTOR": place + 1, "DRIVE": drive,
               "TIMES": times}
    words = ",".join(f"--defsym,{name}={value}" for name, value in symbols.items())
    run("gcc", "-m32", "-c", f"-Wa,{words}", source, "-o", rom + ".o")
    run("ld", "-m", "elf_i386", "-Ttext=0", "--oformat", "binary", rom + ".o", "-o", rom + ".rom")
    with open(rom + ".rom", "r+b") as file:
        content = bytearray(file.read())
        assert len(content) <= 512
        content += bytes(512 - len(content))
        content[-1] = -sum(content[:-1]) & 0xFF
        file.seek(0)
        file.write(content)
    return ["-option-rom", rom + ".rom"]
