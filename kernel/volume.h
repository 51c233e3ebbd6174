/* Volumes: partitions on a disk (MBR, GPT, none), and the FAT file system on them. Paths use '\' or
 * '/'. */
#ifndef KERNEL_VOLUME_H
#define KERNEL_VOLUME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot/platform.h"
#include "kernel/block.h"
#include "kernel/error.h"

enum { VOLUME_NAME_MAX = 255, VOLUME_PATH_MAX = 512, VOLUMES_PER_DISK = 8 };

/* Where a volume lies on its disk. */
struct partition {
    uint64_t start; /* sectors */
    uint64_t count; /* sectors */
    uint8_t type; /* MBR type, 0 = superfloppy, EE-like 0xEF/0x0C guesses for GPT are not made: 0xFE
                     = GPT */
    bool active;
};

/*
 * Lists the partitions that may hold a FAT file system: GPT entries, MBR primary and logical ones,
 * or the whole disk (superfloppy) when sector 0 is a FAT boot sector. Returns how many were stored.
 * Errors of the disk go to `error`.
 */
unsigned partition_list(struct block_device *disk, struct partition *found, unsigned limit,
                        err_t *error);

enum fat_type { FAT_NONE, FAT12 = 12, FAT16 = 16, FAT32 = 32 };

/* An open FAT volume. */
struct volume {
    struct block_device *disk;
    struct partition partition;
    enum fat_type type;
    char label[12];
    uint32_t sector_size;
    uint32_t sectors_per_cluster;
    uint32_t cluster_count;
    uint32_t fat_start, fat_sectors, fat_copies; /* sectors, relative to the partition */
    uint32_t root_start, root_sectors;           /* FAT12/16 */
    uint32_t root_cluster;                       /* FAT32 */
    uint32_t data_start;
    uint32_t info_sector; /* FAT32 FSInfo, 0 = none */
    uint32_t next_free;   /* hint */
    uint32_t serial;      /* volume id */
    uint64_t total_sectors;
    uint8_t active_fat; /* FAT32 with mirroring off */
    bool mirrored;
    uint8_t *window; /* one sector of cache, taken from the arena */
    uint32_t window_sector;
    bool window_valid;
    void (*date)(void *context, struct calendar_time *time);
    void *date_context;
};

struct file_info {
    char name[VOLUME_NAME_MAX +
              1]; /* long name if there is one, code page 437, unknown letters '_' */
    char short_name[13];
    uint32_t size; /* bytes */
    bool folder;
    bool read_only;
    bool hidden;
    struct calendar_time time;
};

/* Opens the FAT volume in `partition`. Errors: ERR_BAD_VOLUME, ERR_IO, ERR_NO_MEDIA, ERR_NO_MEMORY.
 */
err_t volume_open(struct volume *volume, struct block_device *disk,
                  const struct partition *partition, struct arena *arena);

/* Calls `each` for every entry of the folder `path` ("" or "\" = root) until it returns false. '.'
 * and '..' are left out. */
err_t volume_list(struct volume *volume, const char *path,
                  bool (*each)(void *context, const struct file_info *info), void *context);

/* Looks a path up (long or short names, case ignored). ERR_NOT_FOUND. */
err_t volume_stat(struct volume *volume, const char *path, struct file_info *info);

/*
 * Reads `size` bytes from `offset`; `*moved` gets how many there were. `progress` (may be NULL) is
 * called between clusters with bytes so far and returns false to stop (ERR_ABORTED).
 */
err_t volume_read(struct volume *volume, const char *path, uint32_t offset, void *bytes,
                  uint32_t size, uint32_t *moved, bool (*progress)(void *context, uint32_t done),
                  void *context);

/*
 * Writes a whole new file in an existing folder (8.3 name, made upper-case). Order: data clusters,
 * then FAT, then the folder entry, then FSInfo, so that a power cut leaves at most lost clusters.
 * Read back and compared before success is told. Errors: ERR_EXISTS, ERR_FULL, ERR_WRITE_PROTECTED,
 * ERR_BAD_NAME, ERR_IO, ERR_VERIFY, ERR_NOT_FOUND (folder).
 */
err_t volume_create(struct volume *volume, const char *path, const void *bytes, uint32_t size);

/* Replaces a file's content (new chain first, entry switched in one sector write, old chain freed
 * last); creates it if missing. */
err_t volume_replace(struct volume *volume, const char *path, const void *bytes, uint32_t size);

/* Adds bytes at the end of a file; creates it if missing. */
err_t volume_append(struct volume *volume, const char *path, const void *bytes, uint32_t size);

/* Free bytes (counted in the FAT). */
err_t volume_free_bytes(struct volume *volume, uint64_t *bytes);

#endif
