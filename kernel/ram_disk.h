/* A disk in memory: a FAT image that the boot loader loaded as initrd. */
#ifndef KERNEL_RAM_DISK_H
#define KERNEL_RAM_DISK_H

#include <stddef.h>
#include <stdint.h>

#include "kernel/block.h"

struct ram_disk {
    struct block_device device; /* to be given to partition_list() and volume_open() */
    uint8_t *bytes;
};

/*
 * Makes a disk of 512-byte sectors out of `size` bytes; bytes behind the last whole sector are not
 * part of it. What is written stays in memory and is gone when the machine restarts. Errors of the
 * disk: ERR_ARGUMENT (outside the disk).
 */
void ram_disk_open(struct ram_disk *disk, void *bytes, size_t size);

#endif
