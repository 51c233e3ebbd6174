#!/usr/bin/env python3
"""Makes the seeds of fuzz_fat (tests/fuzz/seeds/fat) with mkfs.fat, mtools and sfdisk.

A seed is two bytes of choices and then the sectors of a 4 MiB disk that are not all zeros, each with
its number in front (16 bits, little-endian), as fuzz_fat.c says.
"""
import os
import subprocess
import sys
import tempfile

SECTOR = 512
DISK = 8192 * SECTOR


def run(command, folder):
    environment = dict(os.environ, MTOOLS_SKIP_CHECK="1", LC_ALL="C.UTF-8",
                       PATH=os.environ["PATH"] + ":/usr/sbin:/sbin")
    subprocess.run(command, shell=True, check=True, cwd=folder, env=environment,
                   stdout=subprocess.DEVNULL)


def format_and_fill(folder, name, size, options):
    run(f"truncate -s {size} {name} && mkfs.fat -i 11223344 {options} {name}", folder)
    run(f"printf 0123456789 > a && head -c 3000 /dev/zero | tr '\\0' x > b && "
        f"mcopy -i {name} a ::PLAIN.TXT && mcopy -i {name} b '::A long name of a file.bin' && "
        f"mmd -i {name} ::SUB ::SUB/DEEP && mcopy -i {name} b ::SUB/DEEP/INNER.BIN && "
        f"mdel -i {name} ::PLAIN.TXT && mcopy -i {name} a ::Ünïcode.txt && "
        f"mlabel -i {name} ::SEED", folder)


def seed(folder, name, choices):
    with open(os.path.join(folder, name), "rb") as file:
        disk = file.read()
    assert len(disk) == DISK, len(disk)
    out = bytearray(choices)
    for number in range(DISK // SECTOR):
        sector = disk[number * SECTOR:(number + 1) * SECTOR]
        if any(sector):
            out += number.to_bytes(2, "little") + sector
    return bytes(out)


def main(target):
    os.makedirs(target, exist_ok=True)
    volumes = {
        "fat12": (0, "-F 12 -s 4 -r 64"), "fat16": (0, "-F 16 -s 1 -r 64"),
        "fat32": (0, "-F 32 -s 1"), "fat12-4k": (3, "-F 12 -S 4096 -s 1 -r 128"),
        "fat16-unknown-size": (4, "-F 16 -s 1 -r 64"),
    }
    tables = {
        "mbr": "label: dos\nstart=64, size=3000, type=6\n2: start=3100, size=4000, type=f\n"
               "5: start=3200, size=2000, type=1\n",
        "gpt": "label: gpt\nstart=64, size=3000, type=uefi\n",
    }
    with tempfile.TemporaryDirectory() as folder:
        for name, (choice, options) in volumes.items():
            # mtools takes no FAT32 volume with so few clusters: it is formatted and left empty
            if name == "fat32":
                run(f"truncate -s {DISK} {name} && mkfs.fat -i 11223344 {options} {name}", folder)
            else:
                format_and_fill(folder, name, DISK, options)
            write(target, name, seed(folder, name, [choice, 0x25]))
        for name, script in tables.items():
            with open(os.path.join(folder, "script"), "w", encoding="ascii") as file:
                file.write(script)
            run(f"truncate -s {DISK} {name} && sfdisk -q {name} < script", folder)
            format_and_fill(folder, "part", 3000 * SECTOR, "-F 12 -s 4 -r 64")
            run(f"dd if=part of={name} bs=512 seek=64 conv=notrunc 2>&1 && rm part", folder)
            write(target, name, seed(folder, name, [0, 0x93]))


def write(target, name, content):
    with open(os.path.join(target, name), "wb") as file:
        file.write(content)


main(sys.argv[1] if len(sys.argv) > 1 else
     os.path.join(os.path.dirname(os.path.abspath(__file__)), "seeds", "fat"))
