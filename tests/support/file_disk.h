/*
 * A disk image in a file as a block device, with everything that can happen to a stick while it is
 * written: power cut between two sectors, pulled out, exchanged, write-protected, worn, lying.
 *
 * Every sector write is remembered with what was there before, so that a test can cut at one
 * sector, look at the image with other programs, and go back (file_disk_undo).
 */
#ifndef TESTS_SUPPORT_FILE_DISK_H
#define TESTS_SUPPORT_FILE_DISK_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/block.h"

enum { FILE_DISK_NEVER = -1 };

struct file_disk_write {
    uint64_t lba;
    uint8_t *before; /* the sector's old content */
};

struct file_disk {
    struct block_device device; /* context points back to this struct */
    int file;

    /* Faults; counts are in sectors, also inside one call. FILE_DISK_NEVER = none. */
    long
        writes_left; /* this many are stored, the next one fails, and all later calls (power cut) */
    err_t cut_error; /* what they fail with: ERR_IO unless the test says otherwise */
    bool write_protected;
    bool removed;          /* every call fails with ERR_NO_MEDIA */
    bool changed;          /* the next call fails with ERR_MEDIA_CHANGED */
    bool forgets_writes;   /* says yes and stores nothing */
    int64_t bad_lba;       /* can't be read or written: ERR_IO */
    int64_t bad_write_lba; /* can't be written: ERR_IO */

    /* What happened. */
    unsigned long read_calls, write_calls, sectors_read, sectors_written;
    uint32_t largest_read; /* sectors of one call */
    struct file_disk_write *writes;
    unsigned long write_count, write_room;
};

/* Opens an image file; asserts (cmocka) that it can be opened. */
void file_disk_open(struct file_disk *disk, const char *path, uint32_t sector_size);
void file_disk_close(struct file_disk *disk);

/* Forgets the remembered writes, all counts and all faults: the image stays as it is now. */
void file_disk_settle(struct file_disk *disk);

/* Puts the image back to where it was at file_disk_open() or file_disk_settle(), and settles. */
void file_disk_undo(struct file_disk *disk);

/* Changes the image behind the product's back, in bytes. Not remembered. */
void file_disk_peek(struct file_disk *disk, uint64_t offset, void *bytes, uint32_t size);
void file_disk_poke(struct file_disk *disk, uint64_t offset, const void *bytes, uint32_t size);

#endif
