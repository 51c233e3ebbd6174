"""Packs the kernel: pack.py KERNEL PACKED

gzip format (RFC 1952) with a header of ten bytes and no date, so that the same kernel gives the
same file.
"""
import sys
import zlib

GZIP = 16 + zlib.MAX_WBITS


def pack(kernel):
    packer = zlib.compressobj(9, zlib.DEFLATED, GZIP, 9)
    return packer.compress(kernel) + packer.flush()


def main(kernel, packed):
    with open(kernel, 'rb') as source, open(packed, 'wb') as target:
        target.write(pack(source.read()))


if __name__ == '__main__':
    main(*sys.argv[1:])
