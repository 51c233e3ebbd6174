/*
 * Volumes: where files are. Partitions on a disk (MBR, GPT, none) with the FAT file system on them,
 * and the server that this machine was booted from (kernel/network_volume.h).
 *
 * A path is folders and a name with '\' or '/' between them, any depth, always from the root. Every
 * part may be a short or a long name, case of ASCII letters ignored. Only short names are unique
 * when long names hold letters that code page 437 lacks: a long name that fits two entries is
 * ERR_NOT_FOUND, so a picker builds its paths out of file_info.short_name.
 *
 * Before each of the volume_ calls the medium is looked at: when it is not the one that was opened,
 * the call fails with ERR_MEDIA_CHANGED and the volume has to be opened again.
 *
 * What is told here of FAT holds for a network volume where kernel/network_volume.h does not tell
 * otherwise.
 */
#ifndef KERNEL_VOLUME_H
#define KERNEL_VOLUME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot/platform.h"
#include "kernel/block.h"
#include "kernel/error.h"

enum {
    VOLUME_NAME_MAX = 255,
    VOLUME_KEY_MAX = 63, /* the name to open a file by */
    VOLUME_PATH_MAX = 512,
    VOLUME_LABEL_MAX = 15,
    VOLUMES_PER_DISK = 8
};

/* The size of a file on a server that tells no sizes, in volume_list() only. */
#define VOLUME_SIZE_UNKNOWN UINT32_MAX

/* Bytes that volume_open() takes from the arena, at most. */
enum { VOLUME_MEMORY = 45 * 1024 };

/* Where a volume lies on its disk. */
struct partition {
    uint64_t start; /* sectors of the disk */
    uint64_t count; /* sectors of the disk; 0 = unknown (superfloppy on a disk of unknown size) */
    uint8_t type;   /* MBR type byte; 0 = superfloppy, PARTITION_GPT = GPT entry */
    bool active;    /* MBR: boot flag; GPT: "legacy BIOS bootable" */
};

enum { PARTITION_SUPERFLOPPY = 0, PARTITION_GPT = 0xFE };

/*
 * Lists the partitions that may hold a FAT file system, in the order of their table: GPT entries,
 * MBR primary and logical ones, or the whole disk (superfloppy) when sector 0 is a FAT boot sector.
 * MBR entries with a FAT type are listed even when their boot sector is broken (volume_open() then
 * says so), all others only when their first sector is a FAT boot sector.
 *
 * Stores at most `limit` of them in `found` and returns how many. `*error` gets 0 or why the disk
 * could not be read: ERR_IO, ERR_NO_MEDIA, ERR_MEDIA_CHANGED, ERR_UNSUPPORTED (sector size). Needs
 * about 5 KiB of stack (no arena). Source: UEFI specification 2.10, 5.2 (MBR) and 5.3 (GPT).
 */
unsigned partition_list(struct block_device *disk, struct partition *found, unsigned limit,
                        err_t *error);

enum fat_type { FAT_NONE, FAT12 = 12, FAT16 = 16, FAT32 = 32 };

struct volume_ops;
struct network_volume;

/*
 * An open volume. May be copied. The fields from `partition` to `check` are those of FAT; sectors
 * are the volume's own, counted from its boot sector.
 */
struct volume {
    const struct volume_ops *ops;
    struct block_device *disk;        /* NULL: a network volume */
    struct network_volume *network;   /* NULL: a FAT volume */
    char label[VOLUME_LABEL_MAX + 1]; /* network: the server's address */
    uint32_t serial; /* volume id, to know the volume again; network: of the server, never 0 */

    struct partition partition;
    enum fat_type type;    /* FAT_NONE: a network volume, or not open */
    uint32_t sector_size;  /* bytes */
    uint32_t disk_sectors; /* of the disk in one sector of the volume: 1, 2, 4 or 8 */
    uint32_t sectors_per_cluster;
    uint32_t cluster_count;
    uint32_t fat_start, fat_sectors, fat_copies; /* first FAT, sectors of one FAT, how many FATs */
    uint32_t root_start, root_sectors;           /* FAT12/16 */
    uint32_t root_cluster;                       /* FAT32 */
    uint32_t data_start;
    uint32_t info_sector; /* FAT32 FSInfo, 0 = none */
    uint32_t next_free;   /* hint */
    uint32_t free_count;  /* free clusters by FSInfo or the last count, UINT32_MAX = unknown */
    uint64_t total_sectors;
    uint32_t boot_crc32; /* of the boot sector, to know the medium again */
    uint8_t active_fat;  /* FAT32 with mirroring off */
    bool mirrored;
    bool dirty; /* was not properly unmounted, or had disk errors: to be shown, nothing else */

    uint8_t *window; /* one sector of a folder or of a file's end */
    uint32_t window_sector;
    bool window_valid;
    uint8_t *table;                     /* some sectors of the FAT, at most one of them changed */
    uint32_t table_sector, table_count; /* counted inside the FAT; count 0 = nothing loaded */
    uint32_t table_changed;             /* sector inside the FAT, UINT32_MAX = none */
    uint8_t *chunk;                     /* to write from */
    uint8_t *check;                     /* to read back into */

    /* The caller's, set before the volume is opened. */
    void (*date)(void *context, struct calendar_time *time); /* may be NULL */
    void *date_context;
    /* Called while a server is waited for, many times in a second, and before each part of a file's
     * data that goes to a disk; false ends the call with ERR_ABORTED, and a file on a disk is as it
     * was. May be NULL. */
    bool (*keep_waiting)(void *context);
    void *waiting_context;
};

struct file_info {
    char name[VOLUME_NAME_MAX + 1]; /* to show: long name if there is one, code page 437, '_' for
                                       other letters */
    char short_name[VOLUME_KEY_MAX + 1]; /* to open: unique in its folder */
    uint32_t size;                       /* bytes */
    bool folder;
    bool read_only;
    bool hidden;
    struct calendar_time time; /* last write */
};

enum volume_write_mode {
    VOLUME_CREATE,  /* a new file */
    VOLUME_REPLACE, /* instead of what is there */
    VOLUME_APPEND   /* behind what is there */
};

/* What a kind of volume can do; the functions below tell what each of them means. */
struct volume_ops {
    err_t (*list)(struct volume *volume, const char *path,
                  bool (*each)(void *context, const struct file_info *info), void *context);
    err_t (*stat)(struct volume *volume, const char *path, struct file_info *info);
    err_t (*read)(struct volume *volume, const char *path, uint32_t offset, void *bytes,
                  uint32_t size, uint32_t *moved, bool (*progress)(void *context, uint32_t done),
                  void *context);
    err_t (*write)(struct volume *volume, const char *path, enum volume_write_mode mode,
                   const void *bytes, uint32_t size);
    err_t (*free_bytes)(struct volume *volume, uint64_t *bytes);
};

/*
 * Opens the FAT volume in `partition`. The caller's fields (at the end of the struct) stay as they
 * are; all others are filled. Takes at most
 * VOLUME_MEMORY bytes of the arena, nothing when it fails. Errors: ERR_BAD_VOLUME, ERR_UNSUPPORTED
 * (sector size), ERR_IO, ERR_NO_MEDIA, ERR_NO_MEMORY.
 */
err_t volume_open(struct volume *volume, struct block_device *disk,
                  const struct partition *partition, struct arena *arena);

/*
 * Calls `each` for every file and folder in the folder `path` ("" or "\" = root) until it returns
 * false. '.' and '..' are left out. `each` may call other functions on the same volume. Errors:
 * ERR_NOT_FOUND, ERR_BAD_VOLUME, errors of the disk.
 */
err_t volume_list(struct volume *volume, const char *path,
                  bool (*each)(void *context, const struct file_info *info), void *context);

/* Looks a path up. The root is a folder with an empty name. Errors as volume_list(). */
err_t volume_stat(struct volume *volume, const char *path, struct file_info *info);

/*
 * Reads up to `size` bytes from byte `offset` of a file into `bytes`; `*moved` gets how many there
 * were (0 at the file's end, and valid after an error too). `progress` (may be NULL) is called
 * after every 64 KiB or less with the bytes so far and returns false to stop (ERR_ABORTED). Errors:
 * ERR_NOT_FOUND (a folder too), ERR_BAD_VOLUME (chain broken or shorter than the file), errors of
 * the disk.
 */
err_t volume_read(struct volume *volume, const char *path, uint32_t offset, void *bytes,
                  uint32_t size, uint32_t *moved, bool (*progress)(void *context, uint32_t done),
                  void *context);

/*
 * Writing. The folder must exist; a new name must be 8.3 (it is made upper-case). Every sector is
 * read back and compared before success is told.
 *
 * All three write a whole new chain into free clusters and then make the file's folder entry point
 * to it by one sector write; append copies what is there, too. Order: data, FAT (last cluster of
 * the chain first, last copy of the FAT first), folder entry, then freeing of the old chain (first
 * cluster first), FSInfo. So a power cut, a pulled stick or a write error at any sector leaves the
 * file as it was or as it shall be, and at most lost clusters, copies of the FAT that differ in
 * those, and an FSInfo count that is off by those.
 *
 * Errors: ERR_FULL (volume, or a folder that can't grow), ERR_WRITE_PROTECTED, ERR_NO_MEDIA,
 * ERR_MEDIA_CHANGED, ERR_IO, ERR_VERIFY (the medium did not keep what was written), ERR_BAD_NAME,
 * ERR_NOT_FOUND (folder), ERR_EXISTS (create: anything; else: a folder of that name), ERR_REFUSED
 * (file is marked read-only), ERR_TOO_BIG (over 4 GiB - 1), ERR_BAD_VOLUME (found before anything
 * was written).
 */

/* Writes a new file. */
err_t volume_create(struct volume *volume, const char *path, const void *bytes, uint32_t size);

/* Replaces a file's content; creates the file if it is missing. */
err_t volume_replace(struct volume *volume, const char *path, const void *bytes, uint32_t size);

/* Adds bytes at the end of a file; creates it if missing. Meant for logs: costs a copy and room for
 * it. */
err_t volume_append(struct volume *volume, const char *path, const void *bytes, uint32_t size);

/* Free bytes, counted in the FAT. A server can't be asked: ERR_UNSUPPORTED. */
err_t volume_free_bytes(struct volume *volume, uint64_t *bytes);

#endif
