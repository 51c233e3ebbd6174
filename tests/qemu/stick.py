"""A USB stick: a copy of the image, read and written with mtools, judged by fsck.fat."""

import os
import re
import struct
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, "build")
IMAGE = os.path.join(BUILD, "images", "oddrescue-usb.img")


def run(*words, **options):
    """Runs a tool; an exception carries what it said when it fails."""
    done = subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False, **options)
    if done.returncode:
        said = done.stdout.decode(errors="replace")
        raise RuntimeError(f"{' '.join(words)} ended with {done.returncode}:\n{said}")
    return done.stdout


def with_sbin():
    """The environment with the folders where Debian keeps the tools for file systems."""
    return dict(os.environ, PATH=os.environ["PATH"] + ":/usr/sbin:/sbin")


class Stick:
    """The image of a stick in `directory`, at first a copy of the image that users write."""

    def __init__(self, directory, image=IMAGE, name="stick.img"):
        self.directory = directory
        self.path = os.path.join(directory, name)
        run("cp", "--sparse=always", "--reflink=auto", image, self.path)
        os.chmod(self.path, 0o644)

    def partition(self):
        """Offset and size in bytes of the first partition in the MBR."""
        with open(self.path, "rb") as image:
            image.seek(446)
            entry = image.read(16)
        start, sectors = struct.unpack("<II", entry[8:16])
        return start * 512, sectors * 512

    def _mtools(self, tool, *words):
        offset, _ = self.partition()
        environment = dict(os.environ, MTOOLS_SKIP_CHECK="1", MTOOLSRC="/dev/null")
        return run(tool, "-i", f"{self.path}@@{offset}", *words, env=environment)

    def write(self, name, content):
        """Puts `content` (bytes or str) into the file `name`, e.g. FIRMWARE/X.BIN."""
        source = os.path.join(self.directory, "copy-in")
        with open(source, "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
        self._mtools("mcopy", "-o", source, f"::{name}")

    def read(self, name):
        """The bytes of the file `name`, or None when there is no such file."""
        target = os.path.join(self.directory, "copy-out")
        if os.path.exists(target):
            os.unlink(target)
        try:
            self._mtools("mcopy", "-n", f"::{name}", target)
        except RuntimeError:
            return None
        with open(target, "rb") as file:
            return file.read()

    def remove(self, *names):
        self._mtools("mdel", *(f"::{name}" for name in names))

    def files(self, folder=""):
        """Names in a folder (the root by default), as mtools shows them."""
        out = self._mtools("mdir", "-b", f"::{folder}").decode(errors="replace")
        return [line[3:] if line.startswith("::/") else line for line in out.split("\n") if line]

    def sector_of(self, name):
        """The first sector of a file on a FAT12 or FAT16 volume, counted from the stick's start."""
        cluster = int(re.search(r"<(\d+)", self._mtools("mshowfat", f"::{name}").decode()).group(1))
        start, _ = self.partition()
        with open(self.path, "rb") as image:
            image.seek(start)
            per_cluster, reserved, fats, entries, _, _, fat_size = \
                struct.unpack("<BHBHHBH", image.read(512)[13:24])
        return (start // 512 + reserved + fats * fat_size + entries * 32 // 512 +
                (cluster - 2) * per_cluster)

    def backups(self):
        """The BK######.BIN files in the root: name -> content."""
        return {name: self.read(name) for name in self.files()
                if name.upper().startswith("BK") and name.upper().endswith(".BIN")}

    def log(self):
        content = self.read("ODDRESC.LOG")
        return None if content is None else content.decode("ascii", "replace")

    def job(self, *words):
        """Writes ODDRESC.CFG with one word per line."""
        self.write("ODDRESC.CFG", "".join(f"{word}\r\n" for word in words))

    def fsck(self):
        """What fsck.fat -n says, as (exit status, text). 0 = no error found."""
        offset, size = self.partition()
        volume = self.path
        if offset:
            volume = os.path.join(self.directory, "volume")
            run("dd", f"if={self.path}", f"of={volume}", "bs=1M", f"skip={offset}",
                f"count={size}", "iflag=skip_bytes,count_bytes", "conv=sparse", "status=none")
        done = subprocess.run(["fsck.fat", "-n", volume], stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, check=False, env=with_sbin())
        return done.returncode, done.stdout.decode(errors="replace")
