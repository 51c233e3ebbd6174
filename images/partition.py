"""Writes an empty disk image: boot code, and a partition table with one active FAT16 partition.

usage: partition.py IMAGE BOOT_CODE SECTORS PARTITION_START HEADS SECTORS_PER_TRACK SIGNATURE
Sizes are in sectors of 512 bytes, SIGNATURE is the disk signature in hexadecimal.
"""
import struct
import sys

SECTOR = 512
BOOT_CODE_MAX = 440
ACTIVE = 0x80
FAT16_LBA = 0x0E  # FAT16, to be addressed by logical block


def cylinder_head_sector(lba, heads, track):
    """The three bytes of a partition entry; 1023/254/63 where the address does not fit."""
    cylinder, rest = divmod(lba, heads * track)
    head, sector = divmod(rest, track)
    if cylinder > 1023:
        cylinder, head, sector = 1023, 254, 62
    return bytes([head, (cylinder >> 2 & 0xC0) | (sector + 1), cylinder & 0xFF])


def partition_entry(start, count, heads, track):
    return (bytes([ACTIVE]) + cylinder_head_sector(start, heads, track)
            + bytes([FAT16_LBA]) + cylinder_head_sector(start + count - 1, heads, track)
            + struct.pack('<II', start, count))


def master_boot_record(code, start, count, heads, track, signature):
    if len(code) > BOOT_CODE_MAX:
        raise ValueError('boot code has %d bytes, over %d' % (len(code), BOOT_CODE_MAX))
    record = code.ljust(BOOT_CODE_MAX, b'\0') + struct.pack('<IH', signature, 0)
    record += partition_entry(start, count, heads, track) + bytes(3 * 16)
    return record + b'\x55\xAA'


def main(image, boot_code, sectors, start, heads, track, signature):
    with open(boot_code, 'rb') as source:
        code = source.read()
    with open(image, 'wb') as out:
        out.write(master_boot_record(code, int(start), int(sectors) - int(start), int(heads),
                                     int(track), int(signature, 16)))
        out.truncate(int(sectors) * SECTOR)


if __name__ == '__main__':
    main(*sys.argv[1:])
