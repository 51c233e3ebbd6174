/* A disk as the boot platform shows it: sectors that can be read and written. */
#ifndef KERNEL_BLOCK_H
#define KERNEL_BLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/error.h"

struct block_device {
    void *context;
    char name[40];         /* for the user: "USB disk 80", "KINGSTON" */
    uint32_t sector_size;  /* bytes: 512, 1024, 2048 or 4096 */
    uint64_t sector_count; /* 0 = unknown */
    bool removable;
    bool boot;              /* we were loaded from it */
    uint64_t bad_lba;       /* after ERR_IO: the first sector that could not be read or written */
    uint64_t weak_lba;      /* the last one that could, but only when it was tried again */
    uint32_t weak_count;    /* how often that happened */
    uint32_t track_sectors; /* transfers that end at a multiple of it are fast; 0 = all are */

    /*
     * Moves `count` sectors at `lba`. Errors: ERR_IO, ERR_NO_MEDIA, ERR_MEDIA_CHANGED,
     * ERR_WRITE_PROTECTED (write), ERR_ARGUMENT (outside the disk). After ERR_MEDIA_CHANGED the
     * next call works on the new medium.
     */
    err_t (*read)(void *context, uint64_t lba, uint32_t count, void *buffer);
    err_t (*write)(void *context, uint64_t lba, uint32_t count, const void *buffer);
};

/* Whether sectors of so many bytes can be used. */
bool block_size_known(uint32_t bytes);

/* Names the disk for the user: `what` it is ("USB disk 80") and its size, which must be known. */
void block_name(struct block_device *disk, const char *what);

#endif
