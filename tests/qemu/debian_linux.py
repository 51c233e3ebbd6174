"""Debian's own kernel, as a witness of what it sees on the bench, and to do with a stick what
people do.

The kernel package is downloaded and unpacked under build/, not installed; the initramfs is
busybox, the few modules that are needed, and programs of this machine. Everything is kept for the
next run.
"""

import glob
import os
import re
import shutil
import subprocess

from stick import BUILD, run, with_sbin

FOLDER = os.path.join(BUILD, "linux")
# A PATA controller with an optical drive.
DRIVES = ("sr_mod", "sd_mod", "ata_generic")
# QEMU's own disks with the file systems of sticks.
STICKS = ("sd_mod", "ata_piix", "vfat", "nls_cp437", "nls_ascii")
OPTIONS = {"ata_generic": "all_generic_ide=1"}

CONSOLE = "console=ttyS0,115200 panic=-1"
# No interrupt comes through the bridge. irqpoll makes the kernel look at every device on each timer
# tick; for that the tick must be the plain periodic one of the PIC.
COMMAND_LINE = f"{CONSOLE} irqpoll noapic nolapic nohz=off highres=off ignore_loglevel"

INIT = """#!/bin/sh
export PATH=/bin
mkdir -p /proc /sys /dev /tmp /mnt
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
{insmod}
(
set -e
{script}
)
echo "LINUX end $?"
poweroff -f
"""

LIST_DRIVES = """
for block in /sys/block/sr* /sys/block/sd*; do
    [ -e "$block/device/model" ] || continue
    read -r vendor < $block/device/vendor
    read -r model < $block/device/model
    read -r revision < $block/device/rev
    echo "WITNESS ${block##*/} [$vendor] [$model] [$revision]"
done
"""


def _packages_name():
    """The package that Debian's linux-image-amd64 stands for today."""
    def ask():
        done = subprocess.run(["apt-cache", "depends", "linux-image-amd64"], check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        return re.search(r"Depends: (linux-image-\S+)", done.stdout)
    found = ask()
    if not found:
        run(*([] if os.geteuid() == 0 else ["sudo"]), "apt-get", "update", "-q")
        found = ask()
    if not found:
        raise RuntimeError("apt knows no linux-image-amd64")
    return found.group(1)


def _unpack():
    """Downloads and unpacks the package once; returns the folder it was unpacked to."""
    tree = os.path.join(FOLDER, "tree")
    if not glob.glob(os.path.join(tree, "boot", "vmlinuz-*")):
        shutil.rmtree(FOLDER, ignore_errors=True)
        os.makedirs(FOLDER)
        # As root apt would drop privileges and complain that it can't write here.
        run("apt-get", "-o", "APT::Sandbox::User=root", "download", _packages_name(), cwd=FOLDER)
        package, = glob.glob(os.path.join(FOLDER, "*.deb"))
        run("dpkg-deb", "-x", package, tree + ".part")
        os.unlink(package)
        os.rename(tree + ".part", tree)
    return tree


def _modules(tree, wanted):
    """Paths of the wanted modules and all they depend on, in loading order."""
    files = {}
    for path in glob.glob(os.path.join(tree, "lib", "modules", "*", "kernel", "**", "*.ko"),
                          recursive=True):
        files[os.path.basename(path)[:-3].replace("-", "_")] = path
    order = []

    def add(name):
        if name not in files:
            raise RuntimeError(f"the kernel package has no module {name}")
        with open(files[name], "rb") as module:
            depends = re.search(rb"\0depends=([^\0]*)\0", module.read()).group(1).decode()
        for other in filter(None, depends.split(",")):
            add(other.replace("-", "_"))
        if name not in order:
            order.append(name)

    for name in wanted:
        add(name)
    return [(name, files[name]) for name in order]


def _add_program(root, name):
    """Copies a program of this machine, and the libraries that it is linked with."""
    path = shutil.which(name, path=with_sbin()["PATH"])
    shutil.copy(path, os.path.join(root, "bin", name))
    for library in re.findall(r"(/\S+) \(0x", run("ldd", path).decode()):
        os.makedirs(root + os.path.dirname(library), exist_ok=True)
        shutil.copy(library, root + library)


def _pack(root, target):
    names = "\n".join(os.path.relpath(os.path.join(folder, name), root)
                      for folder, folders, files in os.walk(root) for name in folders + files)
    with open(target, "wb") as output:
        subprocess.run(["cpio", "-o", "-H", "newc", "--quiet", "-R", "0:0"], cwd=root, check=True,
                       input=names.encode(), stdout=output)


def _make_initramfs(modules, script, programs, files, target):
    root = target + ".root"
    shutil.rmtree(root, ignore_errors=True)
    for folder in ("bin", "modules"):
        os.makedirs(os.path.join(root, folder))
    shutil.copy("/bin/busybox", os.path.join(root, "bin"))
    applets = set(run("/bin/busybox", "--list").decode().split())
    for applet in applets - {"busybox", *programs}:
        os.symlink("busybox", os.path.join(root, "bin", applet))
    for program in programs:
        _add_program(root, program)
    commands = []
    for name, path in modules:
        shutil.copy(path, os.path.join(root, "modules"))
        commands.append(f"insmod /modules/{os.path.basename(path)} {OPTIONS.get(name, '')}")
    for name, source in dict(files).items():
        os.makedirs(os.path.dirname(root + name), exist_ok=True)
        shutil.copy(source, root + name)
    init = os.path.join(root, "init")
    with open(init, "w") as file:
        file.write(INIT.format(insmod="\n".join(commands), script=script))
    os.chmod(init, 0o755)
    _pack(root, target + ".part")
    shutil.rmtree(root)
    os.rename(target + ".part", target)


def prepare(target=None, modules=DRIVES, script=LIST_DRIVES, programs=(), files=()):
    """
    Returns the paths of a kernel and of an initramfs that loads `modules` and runs `script`, with
    `programs` of this machine and `files` {name inside: path}. Without a `target` it is kept.
    """
    tree = _unpack()
    kernel, = glob.glob(os.path.join(tree, "boot", "vmlinuz-*"))
    initramfs = target or os.path.join(FOLDER, "initramfs.cpio")
    if target or not os.path.exists(initramfs) or \
            os.path.getmtime(initramfs) < os.path.getmtime(__file__):
        _make_initramfs(_modules(tree, modules), script, programs, files, initramfs)
    return kernel, initramfs


def wait_end(machine, seconds=300):
    """Waits for the end of the script, which must succeed; returns all that Linux said."""
    def find():
        return re.search(r"^LINUX end (\d+)", machine.screen.text(), re.MULTILINE)
    status = machine.screen.wait(find, seconds, "Linux's last word").group(1)
    assert status == "0", f"the script ended with {status}"
    return machine.screen.text()


def witness(machine):
    """The list of drives: {"sr0": (vendor, model, revision), ...}."""
    found = re.findall(r"^WITNESS (\w+) \[(.*?)\] \[(.*?)\] \[(.*?)\]", wait_end(machine),
                       re.MULTILINE)
    return {name: tuple(words) for name, *words in found}
