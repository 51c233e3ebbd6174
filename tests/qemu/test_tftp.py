"""The network volume on real UDP sockets against real servers: in.tftpd and dnsmasq. No QEMU."""

import os
import random
import shutil
import subprocess
import tempfile
import unittest

from netlab import NetLab, SERVER, dnsmasq_lines
from stick import BUILD

CLIENT = os.path.join(BUILD, "tftp-client")
SECONDS = 300  # a machine that is busy with other tests; the client itself ends sooner
# kernel/error.h, enum error_class
GOOD, FULL, NOT_FOUND, EXISTS = 0x00, 0x12, 0x13, 0x14
NO_ANSWER, REFUSED = 0x1F, 0x20


def noise(size, seed=1):
    return random.Random(seed).randbytes(size)


class Bench(unittest.TestCase):
    """A folder of the test's own; subclasses say which server."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="oddrescue-")
        self.addCleanup(shutil.rmtree, self.folder)
        # in.tftpd gives its rights away and has to come through here all the same.
        os.chmod(self.folder, 0o755)

    def lab(self, *arguments, **words):
        return self.enterContext(NetLab(self.folder, *arguments, **words))

    def local(self, name, content=None):
        """A file on our side: its path, after writing it when there is a content."""
        path = os.path.join(self.folder, name)
        if content is not None:
            with open(path, "wb") as file:
                file.write(content)
        return path

    def client(self, lab, *words, boot_file="pxelinux.0", upload="", drop=0):
        """Runs the client; returns its error classes (of opening first) and all that it said."""
        done = subprocess.run([*lab.prefix, CLIENT, SERVER, boot_file, upload, str(drop), *words],
                              capture_output=True, text=True, timeout=SECONDS, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr + lab.log())
        errors = [int(line.split()[1], 16) >> 24 for line in done.stdout.splitlines()
                  if line.startswith("error ")]
        return errors, done.stdout

    def expect(self, lab, expected, *words, **more):
        """Runs the client, which must succeed in opening and end each command like this."""
        errors, said = self.client(lab, *words, **more)
        self.assertEqual(errors, [GOOD, *expected], said + lab.log())
        return said

    def read_all(self, lab, sizes, drop=0):
        """Files of these sizes: listed, measured, read byte for byte."""
        for size in sizes:
            lab.write(f"FIRMWARE/F{size}.BIN", noise(size, size))
        lab.index("FIRMWARE/MISSING.BIN", *(f"FIRMWARE/F{size}.BIN" for size in sizes))
        words = ["list", "", "list", "FIRMWARE", "get", "FIRMWARE/MISSING.BIN", "/dev/null"]
        for size in sizes:
            words += ["stat", f"firmware\\f{size}.bin",
                      "get", f"FIRMWARE/F{size}.BIN", self.local(f"got{size}")]
        said = self.expect(lab, [GOOD, GOOD, NOT_FOUND, *[GOOD] * (2 * len(sizes))], *words,
                           drop=drop)
        self.assertIn("folder FIRMWARE 0\n", said)
        for size in sizes:
            self.assertEqual(said.count(f"file F{size}.BIN {size}\n"), 2, said)
            with open(self.local(f"got{size}"), "rb") as file:
                self.assertEqual(file.read(), noise(size, size), f"{size} bytes")


SIZES = [0, 1, 511, 512, 513, 1407, 1408, 1409, 131072, 1048576]


class Tftpd(Bench):
    """in.tftpd of tftp-hpa, with the options of the README."""

    def test_files_are_read(self):
        self.read_all(self.lab(), SIZES)

    def test_files_are_read_through_losses(self):
        self.read_all(self.lab(), [1408, 65536], drop=60)

    def test_without_options(self):
        lab = self.lab()
        lab.stop_tftp()
        lab.start_tftp(*(word for option in ("blksize", "tsize", "timeout")
                         for word in ("--refuse", option)))
        lab.write("LARGE.BIN", noise(70000))
        said = self.expect(lab, [GOOD, GOOD, GOOD], "stat", "LARGE.BIN",
                           "get", "LARGE.BIN", self.local("got"),
                           "create", "BK000001.BIN", self.local("backup", noise(70000)))
        self.assertIn("file LARGE.BIN 70000\n", said)
        with open(self.local("got"), "rb") as file:
            self.assertEqual(file.read(), noise(70000))
        self.assertEqual(lab.upload("BK000001.BIN"), noise(70000))

    def save(self, drop):
        lab = self.lab()
        sizes = [0, 1, 1408, 131072, 1048576] if drop == 0 else [131072]
        for number, size in enumerate(sizes, 1):
            name = f"BK{number:06}.BIN"
            local = self.local("backup", noise(size, number))
            said = self.expect(lab, [GOOD, EXISTS], "create", name, local, "create", name, local,
                               drop=drop)
            self.assertIn(f"{name}: {size} bytes written, read back and equal", said)
            self.assertEqual(lab.upload(name), noise(size, number))
        return lab, sizes

    def test_backups_are_saved(self):
        lab, sizes = self.save(0)
        said = self.expect(lab, [GOOD, GOOD], "list", "", "get", "BK000004.BIN",
                           self.local("back"))
        for number, size in enumerate(sizes, 1):
            self.assertIn(f"file BK{number:06}.BIN {size}\n", said)
        with open(self.local("back"), "rb") as file:
            self.assertEqual(file.read(), noise(131072, 4))

    def test_a_backup_is_saved_through_losses(self):
        self.save(60)

    def test_the_log_grows(self):
        lab = self.lab()
        first, second = self.local("1", b"first\n"), self.local("2", b"second\n")
        self.expect(lab, [GOOD, GOOD], "append", "ODDRESC.LOG", first,
                    "append", "ODDRESC.LOG", second)
        self.assertEqual(lab.upload("ODDRESC.LOG"), b"first\nsecond\n")
        # A later run of the program goes on behind what is there.
        self.expect(lab, [GOOD], "append", "ODDRESC.LOG", first)
        self.assertEqual(lab.upload("ODDRESC.LOG"), b"first\nsecond\nfirst\n")
        self.expect(lab, [GOOD], "replace", "ODDRESC.LOG", second)
        self.assertEqual(lab.upload("ODDRESC.LOG"), b"second\n")

    def test_no_folder_for_uploads(self):
        lab = self.lab()
        os.rmdir(lab.path("upload"))
        said = self.expect(lab, [REFUSED], "create", "BK000001.BIN",
                           self.local("backup", noise(5000)))
        self.assertIn('the server says 1 "File not found"', said)

    def test_no_right_to_write(self):
        lab = self.lab()
        lab.refuse_uploads()
        self.addCleanup(lab.refuse_uploads, False)
        said = self.expect(lab, [REFUSED], "create", "BK000001.BIN",
                           self.local("backup", noise(5000)))
        self.assertRegex(said, r'upload/525400123456-BK000001.BIN: error 20.*the server says \d+ "')
        self.assertEqual(lab.uploads(), [])

    def test_nobody_may_read_uploads(self):
        """Existing files can't be seen there: none is overwritten."""
        lab = self.lab()
        lab.write("upload/525400123456-BK000001.BIN", b"older")
        rules = self.local("rules", b"aG ^upload/\n")
        lab.stop_tftp()
        lab.start_tftp("--map-file", rules)
        said = self.expect(lab, [GOOD], "create", "BK000001.BIN",
                           self.local("backup", noise(5000)))
        self.assertIn("lets nobody read them", said)
        self.assertEqual(lab.upload("BK000001.BIN"), b"older")
        self.assertEqual(lab.upload("BK000001-20261121-110201-1.BIN"), noise(5000))

    def test_another_server_and_folder_for_uploads(self):
        lab = self.lab()
        os.mkdir(lab.path("lab"))
        os.chmod(lab.path("lab"), 0o777)
        self.expect(lab, [GOOD], "create", "BK000001.BIN", self.local("backup", noise(5000)),
                    upload=f"{SERVER}:69/lab")
        self.assertEqual(lab.read("lab/525400123456-BK000001.BIN"), noise(5000))

    def test_the_boot_files_folder(self):
        lab = self.lab()
        lab.write("rescue/v1/index.txt", "A.BIN\n")
        lab.write("rescue/v1/A.BIN", b"here")
        said = self.expect(lab, [GOOD, GOOD], "list", "", "get", "A.BIN", self.local("got"),
                           boot_file="/rescue/v1/oddx64.efi")
        self.assertIn("file A.BIN 4\n", said)

    def test_job_files(self):
        lab = self.lab()
        os.remove(lab.path("oddresc.cfg/default"))
        self.expect(lab, [NOT_FOUND], "config", self.local("job"))
        for name in ("default", "C0A8", "C0A80A05", "01-52-54-00-12-34-56"):
            lab.write(f"oddresc.cfg/{name}", f"# {name}\n")
            self.expect(lab, [GOOD], "config", self.local("job"))
            with open(self.local("job"), encoding="ascii") as file:
                self.assertEqual(file.read(), f"# {name}\n")

    def test_a_server_that_is_gone(self):
        lab = self.lab()
        lab.stop_tftp()
        errors, said = self.client(lab, "list", "")
        self.assertEqual(errors, [NO_ANSWER], said)


class Dnsmasq(Bench):
    """dnsmasq's own TFTP, which only reads."""

    def test_files_are_read(self):
        self.read_all(self.lab(tftp="dnsmasq"), SIZES)

    def test_files_are_read_through_losses(self):
        self.read_all(self.lab(tftp="dnsmasq"), [1408, 65536], drop=60)

    def test_small_blocks(self):
        self.read_all(self.lab(tftp="dnsmasq", dnsmasq=[[*dnsmasq_lines(), "tftp-no-blocksize"]]),
                      [512, 70000])

    def test_writing_is_refused(self):
        lab = self.lab(tftp="dnsmasq")
        said = self.expect(lab, [REFUSED, GOOD], "create", "BK000001.BIN",
                           self.local("backup", noise(5000)), "list", "")
        self.assertIn("the server says", said)
        self.assertEqual(lab.uploads(), [])


if __name__ == "__main__":
    unittest.main()
