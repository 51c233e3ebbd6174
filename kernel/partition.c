/*
 * Where volumes may lie on a disk: MBR with logical partitions, GPT, or no table at all.
 *
 * Source: UEFI specification 2.10, 5.2 "LBA 0 Format" and 5.3 "GUID Partition Table Disk Layout",
 * cited as [UEFI]; the chain of extended partitions is the convention of all systems since DOS 3.3.
 */
#define ERROR_MODULE MODULE_VOLUME

#include "kernel/volume.h"

#include "kernel/fat.h"
#include "kernel/lib/crc32.h"
#include "kernel/lib/little_endian.h"
#include "kernel/lib/string.h"

enum {
    TABLE = 446,
    TABLE_ENTRIES = 4,
    TABLE_ENTRY_SIZE = 16,
    TABLE_SIGNATURE = 510,
    TYPE_PROTECTIVE = 0xEE,

    LOGICAL_MOST = 64,     /* links of all chains of one disk that are followed */
    GPT_ENTRIES_MOST = 512 /* 128 are usual; more are not looked at */
};

/* [UEFI] table 5.5, GPT header, and table 5.6, GPT entry: offsets. */
enum {
    GPT_HEADER_SIZE = 12,
    GPT_HEADER_CRC32 = 16,
    GPT_MY_LBA = 24,
    GPT_FIRST_USABLE = 40,
    GPT_LAST_USABLE = 48,
    GPT_ENTRY_LBA = 72,
    GPT_ENTRY_COUNT = 80,
    GPT_ENTRY_SIZE = 84,
    GPT_ENTRIES_CRC32 = 88,
    GPT_HEADER_LEAST = 92,

    GPT_ENTRY_TYPE = 0,
    GPT_ENTRY_FIRST = 32,
    GPT_ENTRY_LAST = 40,
    GPT_ENTRY_ATTRIBUTES = 48,
    GPT_ENTRY_LEAST = 128,
    GPT_LEGACY_BOOTABLE = 4
};

/* A disk that is looked through, and what was found on it so far. */
struct search {
    struct block_device *disk;
    struct partition *found;
    unsigned limit, count;
    bool boot_sector_seen; /* one of the found partitions has a FAT boot sector */
    unsigned links;
    uint8_t sector[FAT_SECTOR_LARGEST];
};

/* One entry of an MBR or of a link of the extended chain. */
struct table_entry {
    uint8_t flag, type;
    uint32_t start, count;
};

static err_t read_sector(struct search *search, uint64_t lba)
{
    struct block_device *disk = search->disk;
    err_t error;

    if (disk->sector_count && lba >= disk->sector_count)
        return ERR(ERR_BAD_VOLUME);
    error = disk->read(disk->context, lba, 1, search->sector);
    /* A change of medium that is only our first access; the next read shows the new one. */
    if (error_class(error) == ERR_MEDIA_CHANGED)
        error = disk->read(disk->context, lba, 1, search->sector);
    return error;
}

/* Tables may point anywhere: that is no error of the disk. */
static err_t only_disk_errors(err_t error)
{
    return error_class(error) == ERR_BAD_VOLUME ? 0 : error;
}

static bool has_signature(const struct search *search)
{
    return little16(search->sector + TABLE_SIGNATURE) == 0xAA55;
}

static void take_table(const struct search *search, struct table_entry table[TABLE_ENTRIES])
{
    for (unsigned i = 0; i < TABLE_ENTRIES; i++) {
        const uint8_t *bytes = search->sector + TABLE + i * TABLE_ENTRY_SIZE;

        table[i].flag = bytes[0];
        table[i].type = bytes[4];
        table[i].start = little32(bytes + 8);
        table[i].count = little32(bytes + 12);
    }
}

static bool is_extended(uint8_t type)
{
    return type == 0x05 || type == 0x0F || type == 0x85;
}

/* FAT12, FAT16, FAT32 (CHS and LBA), their hidden twins, and the EFI system partition. */
static bool is_fat_type(uint8_t type)
{
    static const uint8_t types[] = {0x01, 0x04, 0x06, 0x0B, 0x0C, 0x0E, 0x11,
                                    0x14, 0x16, 0x1B, 0x1C, 0x1E, 0xEF};

    for (unsigned i = 0; i < sizeof types; i++) {
        if (types[i] == type)
            return true;
    }
    return false;
}

/*
 * Whether a partition starts on the disk. Its end may lie behind the end that firmware without EDD
 * reports (8 GB, 504 MB); fat_read() and fat_write() stop there.
 */
static bool on_disk(const struct search *search, uint64_t start, uint64_t count)
{
    uint64_t size = search->disk->sector_count;

    return start > 0 && count > 0 && (!size || start < size);
}

/* Looks into the partition's first sector and keeps it if it may be FAT. */
static err_t consider(struct search *search, const struct partition *partition, bool fat_by_type)
{
    struct volume volume;
    bool is_fat;
    err_t error;

    if (search->count >= search->limit)
        return 0;
    error = read_sector(search, partition->start);
    if (error && error_class(error) != ERR_IO)
        return only_disk_errors(error);
    memset(&volume, 0, sizeof volume);
    is_fat = !error &&
             fat_boot_sector(&volume, search->sector, search->disk->sector_size, partition->count);
    if (is_fat || fat_by_type)
        search->found[search->count++] = *partition;
    search->boot_sector_seen |= is_fat;
    return 0;
}

static err_t consider_entry(struct search *search, const struct table_entry *entry, uint64_t base)
{
    struct partition partition = {.start = base + entry->start,
                                  .count = entry->count,
                                  .type = entry->type,
                                  .active = entry->flag == 0x80};

    if (entry->type == 0 || entry->type == TYPE_PROTECTIVE || is_extended(entry->type) ||
        entry->start == 0 || !on_disk(search, partition.start, partition.count))
        return 0;
    return consider(search, &partition, is_fat_type(entry->type));
}

/*
 * Follows the links of an extended partition: each holds one logical partition, counted from the
 * link, and the place of the next link, counted from the extended partition's start.
 */
static err_t list_logical(struct search *search, uint64_t start)
{
    uint64_t link = start;

    while (search->links++ < LOGICAL_MOST) {
        struct table_entry table[TABLE_ENTRIES];
        err_t error = read_sector(search, link);

        if (error)
            return only_disk_errors(error);
        if (!has_signature(search))
            return 0;
        take_table(search, table);
        error = consider_entry(search, &table[0], link);
        if (error)
            return error;
        if (!is_extended(table[1].type) || table[1].start == 0)
            return 0;
        link = start + table[1].start;
    }
    return 0;
}

static err_t list_mbr(struct search *search, const struct table_entry table[TABLE_ENTRIES])
{
    for (unsigned i = 0; i < TABLE_ENTRIES; i++) {
        err_t error = consider_entry(search, &table[i], 0);

        if (error)
            return error;
    }
    for (unsigned i = 0; i < TABLE_ENTRIES; i++) {
        err_t error = 0;

        if (is_extended(table[i].type) && on_disk(search, table[i].start, table[i].count))
            error = list_logical(search, table[i].start);
        if (error)
            return error;
    }
    return 0;
}

/* What is needed of a GPT header that was found good. */
struct gpt {
    uint64_t entry_lba, first_usable, last_usable;
    uint32_t entry_count, entry_size, entries_crc32;
};

/* Checks the header in search->sector as [UEFI] 5.3.2 demands, its entries excepted. */
static bool take_gpt_header(struct search *search, uint64_t lba, struct gpt *gpt)
{
    uint8_t *bytes = search->sector;
    uint32_t size = little32(bytes + GPT_HEADER_SIZE);
    uint32_t crc32 = little32(bytes + GPT_HEADER_CRC32);

    if (memcmp(bytes, "EFI PART", 8) != 0 || size < GPT_HEADER_LEAST ||
        size > search->disk->sector_size || little64(bytes + GPT_MY_LBA) != lba)
        return false;
    put_little32(bytes + GPT_HEADER_CRC32, 0);
    if (crc32_update(0, bytes, size) != crc32)
        return false;
    gpt->entry_lba = little64(bytes + GPT_ENTRY_LBA);
    gpt->first_usable = little64(bytes + GPT_FIRST_USABLE);
    gpt->last_usable = little64(bytes + GPT_LAST_USABLE);
    gpt->entry_count = little32(bytes + GPT_ENTRY_COUNT);
    gpt->entry_size = little32(bytes + GPT_ENTRY_SIZE);
    gpt->entries_crc32 = little32(bytes + GPT_ENTRIES_CRC32);
    /* 128 x 2^n; one that is larger than the smallest sector has never been seen */
    return (gpt->entry_size == 128 || gpt->entry_size == 256 || gpt->entry_size == 512) &&
           gpt->entry_count > 0 && gpt->entry_count <= GPT_ENTRIES_MOST && gpt->entry_lba > 1;
}

static err_t entries_are_good(struct search *search, const struct gpt *gpt, bool *good)
{
    uint32_t left = gpt->entry_count * gpt->entry_size;
    uint32_t crc32 = 0;

    for (uint64_t lba = gpt->entry_lba; left > 0; lba++) {
        uint32_t part = left < search->disk->sector_size ? left : search->disk->sector_size;
        err_t error = read_sector(search, lba);

        if (error)
            return error;
        crc32 = crc32_update(crc32, search->sector, part);
        left -= part;
    }
    *good = crc32 == gpt->entries_crc32;
    return 0;
}

/* Reads one of the two GPTs. A sector that can't be read makes it a bad one, as a wrong sum does.
 */
static err_t read_gpt(struct search *search, uint64_t lba, struct gpt *gpt, bool *good)
{
    err_t error = read_sector(search, lba);

    *good = false;
    if (!error && take_gpt_header(search, lba, gpt))
        error = entries_are_good(search, gpt, good);
    return error_class(error) == ERR_IO ? 0 : only_disk_errors(error);
}

/* The primary GPT, or the backup in the disk's last sector ([UEFI] 5.3.2). */
static err_t find_gpt(struct search *search, struct gpt *gpt, bool *good)
{
    err_t error = read_gpt(search, 1, gpt, good);

    if (!error && !*good && search->disk->sector_count > 2)
        error = read_gpt(search, search->disk->sector_count - 1, gpt, good);
    return error;
}

static bool is_used(const uint8_t *entry)
{
    for (unsigned i = 0; i < 16; i++) {
        if (entry[GPT_ENTRY_TYPE + i])
            return true;
    }
    return false;
}

static err_t list_gpt(struct search *search, const struct gpt *gpt)
{
    uint32_t per_sector = search->disk->sector_size / gpt->entry_size;

    for (uint32_t i = 0; i < gpt->entry_count && search->count < search->limit; i++) {
        const uint8_t *entry = search->sector + i % per_sector * gpt->entry_size;
        struct partition partition = {.type = PARTITION_GPT};
        uint64_t last;
        err_t error = read_sector(search, gpt->entry_lba + i / per_sector);

        if (error)
            return error;
        partition.start = little64(entry + GPT_ENTRY_FIRST);
        last = little64(entry + GPT_ENTRY_LAST);
        if (!is_used(entry) || partition.start < gpt->first_usable || last > gpt->last_usable ||
            last < partition.start)
            continue;
        partition.count = last - partition.start + 1;
        partition.active = entry[GPT_ENTRY_ATTRIBUTES] & GPT_LEGACY_BOOTABLE;
        if (on_disk(search, partition.start, partition.count))
            error = consider(search, &partition, false);
        if (error)
            return error;
    }
    return 0;
}

/* Boot code has other bytes where an MBR has flags, and text where it has types. */
static bool is_mbr(const struct search *search, const struct table_entry table[TABLE_ENTRIES])
{
    for (unsigned i = 0; i < TABLE_ENTRIES; i++) {
        if (table[i].flag & 0x7F)
            return false;
    }
    return has_signature(search);
}

static err_t list_tables(struct search *search, const struct table_entry table[TABLE_ENTRIES])
{
    for (unsigned i = 0; i < TABLE_ENTRIES; i++) {
        struct gpt gpt;
        bool good;
        err_t error;

        if (table[i].type != TYPE_PROTECTIVE)
            continue;
        error = find_gpt(search, &gpt, &good);
        if (error)
            return error;
        if (good)
            return list_gpt(search, &gpt);
        break;
    }
    return list_mbr(search, table);
}

/*
 * The whole disk as a volume. A disk that was formatted without a table and got one later may still
 * have the old boot sector's fields in front of it, so a table wins when a FAT volume is found
 * through it.
 */
static err_t search_disk(struct search *search)
{
    struct table_entry table[TABLE_ENTRIES];
    struct volume volume;
    bool is_fat;
    err_t error = read_sector(search, 0);

    if (error)
        return only_disk_errors(error);
    memset(&volume, 0, sizeof volume);
    is_fat = fat_boot_sector(&volume, search->sector, search->disk->sector_size,
                             search->disk->sector_count);
    take_table(search, table);
    if (is_mbr(search, table))
        error = list_tables(search, table);
    if (is_fat && !search->boot_sector_seen && search->limit > 0) {
        search->found[0] = (struct partition){.count = search->disk->sector_count};
        search->count = 1;
        return 0;
    }
    return error;
}

unsigned partition_list(struct block_device *disk, struct partition *found, unsigned limit,
                        err_t *error)
{
    struct search search = {.disk = disk, .found = found, .limit = limit};

    if (disk->sector_size < 512 || disk->sector_size > FAT_SECTOR_LARGEST ||
        (disk->sector_size & (disk->sector_size - 1))) {
        *error = ERR(ERR_UNSUPPORTED);
        return 0;
    }
    *error = search_disk(&search);
    return search.count;
}
