/*
 * What the parts of the FAT file system share: fat_volume.c (boot sector, sectors), fat_table.c
 * (the FAT, free clusters), fat_name.c (names), fat_folder.c (entries and paths), fat_file.c
 * (reading), fat_write.c (writing). The rest of the kernel uses kernel/volume.h, which tells what
 * the functions marked "volume_..." do.
 *
 * Source everywhere: Microsoft, "FAT32 File System Specification", version 1.03, cited as [FAT]
 * with the heading.
 */
#ifndef KERNEL_FAT_H
#define KERNEL_FAT_H

#include "kernel/volume.h"

enum {
    FAT_TABLE_BYTES =
        8192, /* the whole FAT of a FAT12 volume (6129 bytes) in sectors of any size */
    FAT_CHUNK_BYTES = 16384, /* one write: whole sectors of any size */
    FAT_RUN_BYTES = 65536,   /* one read into the caller's buffer */
    FAT_SECTOR_LARGEST = 4096
};

/* Values of a FAT entry, widened to 28 bits for all types ([FAT] "FAT Data Structure"). */
enum { FAT_FREE = 0, FAT_FIRST_CLUSTER = 2, FAT_BAD = 0x0FFFFFF7, FAT_END = 0x0FFFFFFF };

/* A folder entry ([FAT] "FAT Directory Structure"): offsets and bits. */
enum {
    ENTRY_SIZE = 32,
    ENTRY_NAME = 0,
    ENTRY_ATTRIBUTES = 11,
    ENTRY_CASE = 12, /* reserved for Windows NT: lower-case name 08, extension 10 */
    ENTRY_CREATED_TIME = 14,
    ENTRY_CREATED_DATE = 16,
    ENTRY_ACCESS_DATE = 18,
    ENTRY_CLUSTER_HIGH = 20,
    ENTRY_WRITE_TIME = 22,
    ENTRY_WRITE_DATE = 24,
    ENTRY_CLUSTER_LOW = 26,
    ENTRY_FILE_SIZE = 28,

    ENTRY_END = 0x00,     /* first byte: this and all further entries are free */
    ENTRY_DELETED = 0xE5, /* first byte */
    ENTRY_IS_E5 = 0x05,   /* first byte: the name starts with E5 */

    ATTRIBUTE_READ_ONLY = 0x01,
    ATTRIBUTE_HIDDEN = 0x02,
    ATTRIBUTE_LABEL = 0x08,
    ATTRIBUTE_FOLDER = 0x10,
    ATTRIBUTE_ARCHIVE = 0x20,
    ATTRIBUTE_LONG_NAME = 0x0F,
    ATTRIBUTE_MASK = 0x3F
};

/* ---- fat_volume.c: the boot sector, and sectors of the volume ---------------------------------
 */

/*
 * Fills the geometry fields of `volume` from a boot sector. `disk_sector_size` in bytes; `room` in
 * sectors of the disk, 0 = unknown. False when this is no FAT boot sector or a field is impossible.
 */
bool fat_boot_sector(struct volume *volume, const uint8_t *bytes, uint32_t disk_sector_size,
                     uint64_t room);

/* Looks whether the medium is still the opened one, and forgets all cached sectors.
 * ERR_MEDIA_CHANGED. */
err_t fat_begin(struct volume *volume);

/* Reads `count` sectors. ERR_BAD_VOLUME outside the volume, or the disk's errors. */
err_t fat_read(struct volume *volume, uint32_t sector, uint32_t count, void *bytes);

/* Writes `count` sectors (FAT_CHUNK_BYTES at most), reads them back and compares (ERR_VERIFY). */
err_t fat_write(struct volume *volume, uint32_t sector, uint32_t count, const void *bytes);

/* Brings one sector into volume->window. */
err_t fat_window(struct volume *volume, uint32_t sector);

/* Reads the hints of FSInfo into next_free and free_count / writes them back. Nothing for FAT12/16.
 */
err_t fat_info_read(struct volume *volume);
err_t fat_info_write(struct volume *volume);

uint32_t fat_cluster_bytes(const struct volume *volume);
uint32_t fat_cluster_sector(const struct volume *volume, uint32_t cluster);

/* ---- fat_table.c: the file allocation table ---------------------------------------------------
 */

bool fat_is_cluster(const struct volume *volume, uint32_t value);

/* One entry, widened to 28 bits. `cluster` is 0..cluster_count + 1. */
err_t fat_get(struct volume *volume, uint32_t cluster, uint32_t *value);

/* Changes one entry. What is on the disk changes in the order of the calls, one sector at a time,
 * the last at fat_flush(). */
err_t fat_set(struct volume *volume, uint32_t cluster, uint32_t value);
err_t fat_flush(struct volume *volume);

/* The cluster after `cluster`, 0 at the chain's end. ERR_BAD_VOLUME when it is none. */
err_t fat_next(struct volume *volume, uint32_t cluster, uint32_t *next);

/* Whether the entry lies in two sectors (FAT12 only), so that it can't be changed in one write. */
bool fat_straddles(const struct volume *volume, uint32_t cluster);

/* Checks a whole chain of a file of `size` bytes before it is freed. ERR_BAD_VOLUME. */
err_t fat_check_chain(struct volume *volume, uint32_t first, uint32_t size);

/* Frees a chain. */
err_t fat_free_chain(struct volume *volume, uint32_t first);

/* volume_free_bytes(). */
err_t fat_free_bytes(struct volume *volume, uint64_t *bytes);

/*
 * Free clusters that were chosen: the next `count` ones from `first` on, the last is `last`.
 * Nothing is written, so a walk over them (fat_next_free) finds the same ones again.
 */
struct fat_plan {
    uint32_t first, last, count;
};

/* Chooses `count` > 0 free clusters. ERR_FULL. */
err_t fat_plan(struct volume *volume, uint32_t count, struct fat_plan *plan);

/* Moves `*cluster` to the next free one upwards, or downwards, around the volume's ends. */
err_t fat_next_free(struct volume *volume, uint32_t *cluster, bool upwards);

/* ---- fat_name.c: names ------------------------------------------------------------------------
 */

/* A long name while its entries are read ([FAT] "FAT Long Directory Entries"). */
struct fat_long_name {
    char text[VOLUME_NAME_MAX + 1];
    uint8_t checksum;
    uint8_t missing; /* entries still to come */
    bool started;
};

void fat_long_name_add(struct fat_long_name *name, const uint8_t *entry);

/* Whether the name is complete and belongs to this short entry. */
bool fat_long_name_fits(const struct fat_long_name *name, const uint8_t *entry);

/* The short name as text; `cased` = with the lower case that Windows NT marks. */
void fat_short_text(const uint8_t *entry, bool cased, char text[13]);

/* Makes the 11 bytes of a folder entry of "name.ext". False when it is no 8.3 name. */
bool fat_short_name(const char *text, uint8_t name[11]);

/* ---- fat_folder.c: folder entries and paths ---------------------------------------------------
 */

enum { FOLDER_ENTRIES_MOST = 65536 /* [FAT] "FAT Directory Structure": 2 MiB */ };

/* A place in a folder. */
struct fat_walk {
    uint32_t cluster; /* 0: root of FAT12/16 */
    uint32_t sector;
    uint32_t offset; /* bytes in the sector */
    uint32_t number; /* of the entry */
    bool ended;
};

/* A file or folder, and where its entry lies. */
struct fat_entry {
    struct file_info info;
    uint32_t cluster; /* first one */
    uint32_t sector, offset;
};

/* Folders are named by their first cluster, the root by fat_root(). */
uint32_t fat_root(const struct volume *volume);
err_t fat_walk_start(struct volume *volume, uint32_t folder, struct fat_walk *walk);

/* The raw entry at the walk's place, in volume->window until the next call of anything; NULL at the
 * folder's end. */
err_t fat_walk_slot(struct volume *volume, const struct fat_walk *walk, uint8_t **slot);
err_t fat_walk_step(struct volume *volume, struct fat_walk *walk);

/* The next file or folder ('.' and '..' too), and steps behind it. `*found` false at the end. */
err_t fat_walk_entry(struct volume *volume, struct fat_walk *walk, struct fat_entry *entry,
                     bool *found);

/* Finds a name in a folder. ERR_NOT_FOUND. */
err_t fat_find(struct volume *volume, uint32_t folder, const char *name, struct fat_entry *entry);

/* Splits a path: finds the folder, copies the last part into `name` ("" for the root itself).
 * ERR_NOT_FOUND, ERR_BAD_NAME (too long). */
err_t fat_path(struct volume *volume, const char *path, uint32_t *folder,
               char name[VOLUME_NAME_MAX + 1]);

/* Follows a whole path. The root gives an entry with an empty name. */
err_t fat_lookup(struct volume *volume, const char *path, struct fat_entry *entry);

/* volume_stat() and volume_list(). */
err_t fat_stat(struct volume *volume, const char *path, struct file_info *info);
err_t fat_list(struct volume *volume, const char *path,
               bool (*each)(void *context, const struct file_info *info), void *context);

/* ---- fat_file.c: reading ----------------------------------------------------------------------
 */

/* A place in a chain, read forward. */
struct fat_stream {
    uint32_t cluster; /* 0: none reached yet */
    uint32_t first;
    uint32_t index;    /* of `cluster` in the chain */
    uint32_t position; /* bytes */
};

/* Reads `size` > 0 bytes at the stream's place with one read of the disk; `*moved` (> 0) gets how
 * many. */
err_t fat_stream_read(struct volume *volume, struct fat_stream *stream, void *bytes, uint32_t size,
                      uint32_t *moved);

/* volume_read(). */
err_t fat_read_file(struct volume *volume, const char *path, uint32_t offset, void *bytes,
                    uint32_t size, uint32_t *moved, bool (*progress)(void *context, uint32_t done),
                    void *context);

/* ---- fat_write.c: writing ---------------------------------------------------------------------
 */

/* volume_create(), volume_replace() and volume_append(). */
err_t fat_write_file(struct volume *volume, const char *path, enum volume_write_mode mode,
                     const void *bytes, uint32_t size);

#endif
