/* FAT: the boot sector, sectors of the volume, FSInfo. */
#define ERROR_MODULE MODULE_FAT

#include "kernel/fat.h"

#include "kernel/lib/arena.h"
#include "kernel/lib/crc32.h"
#include "kernel/lib/little_endian.h"
#include "kernel/lib/string.h"
#include "kernel/lib/text.h"

/* Offsets in the boot sector ([FAT] "Boot Sector and BPB"). */
enum {
    BOOT_SECTOR_SIZE = 11,
    BOOT_CLUSTER_SIZE = 13,
    BOOT_RESERVED = 14,
    BOOT_COPIES = 16,
    BOOT_ROOT_ENTRIES = 17,
    BOOT_TOTAL16 = 19,
    BOOT_FAT_SIZE16 = 22,
    BOOT_TOTAL32 = 32,
    BOOT_FAT_SIZE32 = 36,
    BOOT_FLAGS32 = 40,
    BOOT_VERSION32 = 42,
    BOOT_ROOT_CLUSTER = 44,
    BOOT_INFO = 48,
    BOOT_EXTENSION16 = 36, /* drive number, flags, 29, volume id, label */
    BOOT_EXTENSION32 = 64,
    EXTENSION_FLAGS = 1, /* bit 0: not properly unmounted (Windows NT) */
    EXTENSION_SIGNATURE = 2,
    EXTENSION_SERIAL = 3,
    EXTENSION_LABEL = 7,
    LABEL_LENGTH = 11,
    BOOT_SIGNATURE = 510
};

/* FSInfo ([FAT] "FAT32 FSInfo Sector Structure and Backup Boot Sector"). */
enum { INFO_LEAD = 0, INFO_STRUCTURE = 484, INFO_FREE = 488, INFO_NEXT = 492, INFO_TRAIL = 508 };

#define INFO_LEAD_SIGNATURE      0x41615252u
#define INFO_STRUCTURE_SIGNATURE 0x61417272u
#define INFO_TRAIL_SIGNATURE     0xAA550000u

static bool is_power_of_two(uint32_t value)
{
    return value && !(value & (value - 1));
}

/* The fields that all types share. Sums are 64 bits wide: every field may hold anything. */
static bool common_fields(struct volume *volume, const uint8_t *bytes, uint32_t disk_sector_size,
                          uint64_t room)
{
    uint32_t fat16 = little16(bytes + BOOT_FAT_SIZE16);
    uint32_t total16 = little16(bytes + BOOT_TOTAL16);
    uint32_t root_bytes = little16(bytes + BOOT_ROOT_ENTRIES) * (uint32_t)ENTRY_SIZE;
    uint64_t data_start;

    volume->sector_size = little16(bytes + BOOT_SECTOR_SIZE);
    volume->sectors_per_cluster = bytes[BOOT_CLUSTER_SIZE];
    volume->fat_start = little16(bytes + BOOT_RESERVED);
    volume->fat_copies = bytes[BOOT_COPIES];
    volume->fat_sectors = fat16 ? fat16 : little32(bytes + BOOT_FAT_SIZE32);
    volume->total_sectors = total16 ? total16 : little32(bytes + BOOT_TOTAL32);
    if (!block_size_known(volume->sector_size) || volume->sector_size < disk_sector_size ||
        !is_power_of_two(volume->sectors_per_cluster) || !volume->fat_start ||
        !volume->fat_copies || !volume->fat_sectors)
        return false;
    volume->disk_sectors = volume->sector_size / disk_sector_size;
    if (room && volume->total_sectors > room / volume->disk_sectors)
        return false;
    volume->root_sectors = (root_bytes + volume->sector_size - 1) / volume->sector_size;
    data_start = volume->fat_start + (uint64_t)volume->fat_copies * volume->fat_sectors +
                 volume->root_sectors;
    if (data_start >= volume->total_sectors)
        return false;
    volume->data_start = (uint32_t)data_start;
    volume->root_start = volume->data_start - volume->root_sectors;
    volume->cluster_count =
        (uint32_t)(volume->total_sectors - data_start) / volume->sectors_per_cluster;
    return volume->cluster_count > 0;
}

/*
 * [FAT] "FAT Type Determination": by the count of clusters. A boot sector without a 16-bit FAT size
 * can only be laid out as FAT32, whatever the count: small sticks made that way exist.
 */
static bool find_type(struct volume *volume, const uint8_t *bytes)
{
    if (!little16(bytes + BOOT_FAT_SIZE16))
        volume->type = FAT32;
    else if (volume->cluster_count < 4085)
        volume->type = FAT12;
    else
        volume->type = FAT16;
    if (volume->type == FAT32)
        return volume->cluster_count < 0x0FFFFFF5 && !volume->root_sectors &&
               !little16(bytes + BOOT_VERSION32);
    return volume->cluster_count < 65525 && volume->root_sectors;
}

/* A FAT that is too short for all clusters: those behind its end are not used, as other systems do
 * it. */
static bool clamp_to_fat(struct volume *volume)
{
    uint64_t entries = (uint64_t)volume->fat_sectors * volume->sector_size * 8 /
                       (volume->type == FAT12   ? 12
                        : volume->type == FAT16 ? 16
                                                : 32);

    if (entries <= FAT_FIRST_CLUSTER)
        return false;
    if (volume->cluster_count > entries - FAT_FIRST_CLUSTER)
        volume->cluster_count = (uint32_t)(entries - FAT_FIRST_CLUSTER);
    return true;
}

static bool fields_of_fat32(struct volume *volume, const uint8_t *bytes)
{
    uint32_t flags = little16(bytes + BOOT_FLAGS32);
    uint32_t info = little16(bytes + BOOT_INFO);

    volume->root_cluster = little32(bytes + BOOT_ROOT_CLUSTER);
    volume->info_sector = info < volume->fat_start ? info : 0;
    if (flags & 0x80) {
        volume->mirrored = false;
        volume->active_fat = flags & 0x0F;
    }
    return fat_is_cluster(volume, volume->root_cluster) && volume->active_fat < volume->fat_copies;
}

bool fat_boot_sector(struct volume *volume, const uint8_t *bytes, uint32_t disk_sector_size,
                     uint64_t room)
{
    const uint8_t *extension;

    if (little16(bytes + BOOT_SIGNATURE) != 0xAA55 || (bytes[0] != 0xEB && bytes[0] != 0xE9))
        return false;
    if (!common_fields(volume, bytes, disk_sector_size, room) || !find_type(volume, bytes) ||
        !clamp_to_fat(volume))
        return false;
    volume->mirrored = true;
    volume->active_fat = 0;
    volume->root_cluster = 0;
    volume->info_sector = 0;
    if (volume->type == FAT32 && !fields_of_fat32(volume, bytes))
        return false;
    extension = bytes + (volume->type == FAT32 ? BOOT_EXTENSION32 : BOOT_EXTENSION16);
    volume->dirty = extension[EXTENSION_FLAGS] & 1;
    if (extension[EXTENSION_SIGNATURE] == 0x29) {
        volume->serial = little32(extension + EXTENSION_SERIAL);
        if (memcmp(extension + EXTENSION_LABEL, "NO NAME    ", LABEL_LENGTH) != 0)
            text_field(volume->label, sizeof volume->label, extension + EXTENSION_LABEL,
                       LABEL_LENGTH);
    }
    return true;
}

/*
 * Reads the boot sector. A platform may report a change of medium that is only our first access, or
 * a stick that was pulled and is back: the next read shows what is there now.
 */
static err_t read_boot_sector(struct volume *volume)
{
    struct block_device *disk = volume->disk;
    err_t error = disk->read(disk->context, volume->partition.start, 1, volume->window);

    volume->window_valid = false;
    if (error_class(error) == ERR_MEDIA_CHANGED)
        error = disk->read(disk->context, volume->partition.start, 1, volume->window);
    return error;
}

err_t fat_begin(struct volume *volume)
{
    err_t error = read_boot_sector(volume);

    volume->table_count = 0;
    volume->table_changed = UINT32_MAX;
    if (error)
        return error;
    if (crc32_update(0, volume->window, volume->disk->sector_size) != volume->boot_crc32)
        return ERR(ERR_MEDIA_CHANGED);
    return 0;
}

static uint64_t place(const struct volume *volume, uint32_t sector)
{
    return volume->partition.start + (uint64_t)sector * volume->disk_sectors;
}

/* Whether the sectors are in the volume, and on as much of the disk as can be reached. */
static bool inside(const struct volume *volume, uint32_t sector, uint32_t count)
{
    uint64_t end = volume->disk->sector_count;

    return sector <= volume->total_sectors && count <= volume->total_sectors - sector &&
           (!end || place(volume, sector + count) <= end);
}

err_t fat_read(struct volume *volume, uint32_t sector, uint32_t count, void *bytes)
{
    struct block_device *disk = volume->disk;

    if (!inside(volume, sector, count))
        return ERR(ERR_BAD_VOLUME);
    return disk->read(disk->context, place(volume, sector), count * volume->disk_sectors, bytes);
}

err_t fat_write(struct volume *volume, uint32_t sector, uint32_t count, const void *bytes)
{
    struct block_device *disk = volume->disk;
    err_t error;

    /* The boot sector is never ours to write. */
    if (sector == 0 || !inside(volume, sector, count))
        return ERR(ERR_BAD_VOLUME);
    error = disk->write(disk->context, place(volume, sector), count * volume->disk_sectors, bytes);
    if (!error)
        error = fat_read(volume, sector, count, volume->check);
    if (error)
        return error;
    if (memcmp(volume->check, bytes, (size_t)count * volume->sector_size) != 0)
        return ERR(ERR_VERIFY);
    return 0;
}

err_t fat_window(struct volume *volume, uint32_t sector)
{
    err_t error;

    if (volume->window_valid && volume->window_sector == sector)
        return 0;
    volume->window_valid = false;
    error = fat_read(volume, sector, 1, volume->window);
    if (error)
        return error;
    volume->window_sector = sector;
    volume->window_valid = true;
    return 0;
}

static bool is_info(const uint8_t *bytes)
{
    return little32(bytes + INFO_LEAD) == INFO_LEAD_SIGNATURE &&
           little32(bytes + INFO_STRUCTURE) == INFO_STRUCTURE_SIGNATURE &&
           little32(bytes + INFO_TRAIL) == INFO_TRAIL_SIGNATURE;
}

err_t fat_info_read(struct volume *volume)
{
    err_t error;

    if (!volume->info_sector)
        return 0;
    error = fat_window(volume, volume->info_sector);
    if (error && error_class(error) != ERR_IO)
        return error;
    if (error || !is_info(volume->window)) { /* only hints: a volume does without */
        volume->info_sector = 0;
        return 0;
    }
    volume->free_count = little32(volume->window + INFO_FREE);
    volume->next_free = little32(volume->window + INFO_NEXT);
    if (volume->free_count > volume->cluster_count)
        volume->free_count = UINT32_MAX;
    return 0;
}

err_t fat_info_write(struct volume *volume)
{
    err_t error;

    if (!volume->info_sector)
        return 0;
    error = fat_window(volume, volume->info_sector);
    if (error)
        return error;
    put_little32(volume->window + INFO_FREE, volume->free_count);
    put_little32(volume->window + INFO_NEXT, volume->next_free);
    error = fat_write(volume, volume->info_sector, 1, volume->window);
    volume->window_valid = !error;
    return error;
}

uint32_t fat_cluster_bytes(const struct volume *volume)
{
    return volume->sectors_per_cluster * volume->sector_size;
}

uint32_t fat_cluster_sector(const struct volume *volume, uint32_t cluster)
{
    return volume->data_start + (cluster - FAT_FIRST_CLUSTER) * volume->sectors_per_cluster;
}

/* [FAT] "FAT Data Structure": the second entry's high bits say "clean" and "no disk errors". */
static err_t look_for_dirt(struct volume *volume)
{
    uint32_t good = volume->type == FAT32 ? 0x0C000000 : 0xC000;
    uint32_t value;
    err_t error = fat_get(volume, 1, &value);

    if (!error && volume->type != FAT12 && (value & good) != good)
        volume->dirty = true;
    return error;
}

/* The label that users see is an entry in the root folder; the one in the boot sector may be old.
 */
static err_t look_for_label(struct volume *volume)
{
    struct fat_walk walk;
    uint8_t *slot;
    err_t error = fat_walk_start(volume, fat_root(volume), &walk);

    while (!error) {
        error = fat_walk_slot(volume, &walk, &slot);
        if (error || !slot || slot[ENTRY_NAME] == ENTRY_END)
            break;
        if (slot[ENTRY_NAME] != ENTRY_DELETED &&
            (slot[ENTRY_ATTRIBUTES] & ATTRIBUTE_MASK & ~ATTRIBUTE_ARCHIVE) == ATTRIBUTE_LABEL) {
            text_field(volume->label, sizeof volume->label, slot, LABEL_LENGTH);
            break;
        }
        error = fat_walk_step(volume, &walk);
    }
    return error;
}

static err_t take_memory(struct volume *volume, struct arena *arena)
{
    volume->window = arena_take(arena, FAT_SECTOR_LARGEST);
    volume->table = arena_take(arena, FAT_TABLE_BYTES);
    volume->chunk = arena_take(arena, FAT_CHUNK_BYTES);
    volume->check = arena_take(arena, FAT_CHUNK_BYTES);
    if (!volume->window || !volume->table || !volume->chunk || !volume->check)
        return ERR(ERR_NO_MEMORY);
    return 0;
}

static err_t open_volume(struct volume *volume, struct arena *arena)
{
    struct block_device *disk = volume->disk;
    err_t error;

    if (!block_size_known(disk->sector_size))
        return ERR(ERR_UNSUPPORTED);
    error = take_memory(volume, arena);
    if (!error)
        error = read_boot_sector(volume);
    if (error)
        return error;
    if (!fat_boot_sector(volume, volume->window, disk->sector_size, volume->partition.count))
        return ERR(ERR_BAD_VOLUME);
    volume->boot_crc32 = crc32_update(0, volume->window, disk->sector_size);
    error = fat_info_read(volume);
    if (!error)
        error = look_for_dirt(volume);
    if (!error)
        error = look_for_label(volume);
    return error;
}

static const struct volume_ops fat_ops = {.list = fat_list,
                                          .stat = fat_stat,
                                          .read = fat_read_file,
                                          .write = fat_write_file,
                                          .free_bytes = fat_free_bytes};

err_t volume_open(struct volume *volume, struct block_device *disk,
                  const struct partition *partition, struct arena *arena)
{
    size_t mark = arena_mark(arena);
    struct volume opened = {.ops = &fat_ops,
                            .disk = disk,
                            .partition = *partition,
                            .free_count = UINT32_MAX,
                            .table_changed = UINT32_MAX,
                            .date = volume->date,
                            .date_context = volume->date_context,
                            .keep_waiting = volume->keep_waiting,
                            .waiting_context = volume->waiting_context};
    err_t error;

    *volume = opened;
    error = open_volume(volume, arena);
    if (error) {
        arena_release(arena, mark);
        volume->type = FAT_NONE;
    }
    return error;
}
