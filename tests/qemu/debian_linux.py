"""Debian's own kernel as a witness: what does an operating system see on the bench?

The kernel package is downloaded and unpacked under build/, not installed; the initramfs is
busybox and the few modules that a PATA controller with an optical drive needs. Everything is kept
for the next run.
"""

import glob
import os
import re
import shutil
import subprocess

from stick import BUILD, run

FOLDER = os.path.join(BUILD, "linux")
WANTED_MODULES = ("sr_mod", "sd_mod", "ata_generic")
OPTIONS = {"ata_generic": "all_generic_ide=1"}

# No interrupt comes through the bridge. irqpoll makes the kernel look at every device on each timer
# tick; for that the tick must be the plain periodic one of the PIC.
COMMAND_LINE = ("console=ttyS0,115200 irqpoll noapic nolapic nohz=off highres=off panic=-1 "
                "ignore_loglevel")

INIT = """#!/bin/busybox sh
/bin/busybox mkdir -p /proc /sys
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sysfs /sys
{insmod}
for block in /sys/block/sr* /sys/block/sd*; do
    [ -e "$block/device/model" ] || continue
    read -r vendor < $block/device/vendor
    read -r model < $block/device/model
    read -r revision < $block/device/rev
    echo "WITNESS ${{block##*/}} [$vendor] [$model] [$revision]"
done
echo "WITNESS end"
/bin/busybox poweroff -f
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


def _modules(tree):
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

    for name in WANTED_MODULES:
        add(name)
    return [(name, files[name]) for name in order]


def _make_initramfs(modules, target):
    root = target + ".root"
    shutil.rmtree(root, ignore_errors=True)
    for folder in ("bin", "modules", "dev"):
        os.makedirs(os.path.join(root, folder))
    shutil.copy("/bin/busybox", os.path.join(root, "bin"))
    commands = []
    for name, path in modules:
        shutil.copy(path, os.path.join(root, "modules"))
        commands.append(f"/bin/busybox insmod /modules/{os.path.basename(path)} "
                        f"{OPTIONS.get(name, '')}")
    init = os.path.join(root, "init")
    with open(init, "w") as file:
        file.write(INIT.format(insmod="\n".join(commands)))
    os.chmod(init, 0o755)
    names = "\n".join(os.path.relpath(os.path.join(folder, name), root)
                      for folder, folders, files in os.walk(root) for name in folders + files)
    with open(target + ".part", "wb") as output:
        subprocess.run(["cpio", "-o", "-H", "newc", "--quiet", "-R", "0:0"], cwd=root, check=True,
                       input=names.encode(), stdout=output)
    shutil.rmtree(root)
    os.rename(target + ".part", target)


def prepare():
    """Returns the paths of kernel and initramfs."""
    tree = _unpack()
    kernel, = glob.glob(os.path.join(tree, "boot", "vmlinuz-*"))
    initramfs = os.path.join(FOLDER, "initramfs.cpio")
    if not os.path.exists(initramfs) or os.path.getmtime(initramfs) < os.path.getmtime(__file__):
        _make_initramfs(_modules(tree), initramfs)
    return kernel, initramfs


def witness(machine, seconds=180):
    """Waits for the end of the list: {"sr0": (vendor, model, revision), ...}."""
    machine.screen.wait(lambda: b"WITNESS end" in machine.screen.data, seconds,
                        "Linux's list of drives")
    found = re.findall(r"^WITNESS (\w+) \[(.*?)\] \[(.*?)\] \[(.*?)\]", machine.screen.text(),
                       re.MULTILINE)
    return {name: tuple(words) for name, *words in found}
