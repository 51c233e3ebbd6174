"""Writes the two checksums at the end of the kernel file: seal.py UNSEALED KERNEL

The first is the CRC-32 of all that lies at 1 MiB up to it: boot/bios/unpack/unpack.c checks that it
arrived whole. The second makes the CRC of the whole file zero ("The Linux/x86 Boot Protocol", "The
image checksum": initial remainder FFFFFFFF, not inverted at the end).
"""
import struct
import sys
import zlib

SETUP_SECTORS = 0x1F1


def seal(kernel):
    body = kernel[:-8]
    setup = (body[SETUP_SECTORS] + 1) * 512
    body += struct.pack('<I', zlib.crc32(body[setup:]))
    # zlib inverts its result: without that, a remainder appended to its message leaves zero.
    return body + struct.pack('<I', zlib.crc32(body) ^ 0xFFFFFFFF)


def main(unsealed, kernel):
    with open(unsealed, 'rb') as source, open(kernel, 'wb') as target:
        target.write(seal(source.read()))


if __name__ == '__main__':
    main(*sys.argv[1:])
