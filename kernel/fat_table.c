/* FAT: the file allocation table, chains, free clusters. */
#define ERROR_MODULE MODULE_FAT_TABLE

#include "kernel/fat.h"

#include "kernel/lib/little_endian.h"

bool fat_is_cluster(const struct volume *volume, uint32_t value)
{
    return value >= FAT_FIRST_CLUSTER && value - FAT_FIRST_CLUSTER < volume->cluster_count;
}

/* Byte of the FAT where the entry starts. */
static uint32_t entry_offset(const struct volume *volume, uint32_t cluster)
{
    if (volume->type == FAT32)
        return cluster * 4;
    return volume->type == FAT16 ? cluster * 2 : cluster + cluster / 2;
}

bool fat_straddles(const struct volume *volume, uint32_t cluster)
{
    return volume->type == FAT12 &&
           entry_offset(volume, cluster) % volume->sector_size == volume->sector_size - 1;
}

/*
 * The copies of the FAT are written last to first: the first one, which everybody reads, changes
 * only when a complete copy of the change is on the disk. With mirroring off there is one.
 */
err_t fat_flush(struct volume *volume)
{
    uint32_t sector = volume->table_changed;
    const uint8_t *bytes;

    if (sector == UINT32_MAX)
        return 0;
    volume->table_changed = UINT32_MAX;
    bytes = volume->table + (sector - volume->table_sector) * volume->sector_size;
    for (uint32_t copy = volume->fat_copies; copy-- > 0;) {
        err_t error;

        if (!volume->mirrored && copy != volume->active_fat)
            continue;
        error =
            fat_write(volume, volume->fat_start + copy * volume->fat_sectors + sector, 1, bytes);
        if (error) {
            volume->table_count = 0;
            return error;
        }
    }
    return 0;
}

/* Brings the FAT's sector `sector` and its neighbours into memory, from the first copy that can be
 * read. */
static err_t load(struct volume *volume, uint32_t sector)
{
    uint32_t room = FAT_TABLE_BYTES / volume->sector_size;
    uint32_t start = sector - sector % room;
    uint32_t count = volume->fat_sectors - start < room ? volume->fat_sectors - start : room;
    uint32_t copies = volume->mirrored ? volume->fat_copies : 1;
    err_t first_error = 0;
    err_t error;

    if (volume->table_count && volume->table_sector == start)
        return 0;
    error = fat_flush(volume);
    if (error)
        return error;
    volume->table_count = 0;
    for (uint32_t copy = 0; copy < copies; copy++) {
        uint32_t place = (copy + volume->active_fat) * volume->fat_sectors + start;

        error = fat_read(volume, volume->fat_start + place, count, volume->table);
        if (!error) {
            volume->table_sector = start;
            volume->table_count = count;
            return 0;
        }
        if (!first_error)
            first_error = error;
        if (error_class(error) != ERR_IO)
            break;
    }
    return first_error;
}

/* Loads the entry's sector; `*bytes` points to the entry. A FAT12 fits into memory whole, so both
 * halves of an entry are there. */
static err_t find(struct volume *volume, uint32_t cluster, uint8_t **bytes)
{
    uint32_t offset = entry_offset(volume, cluster);
    err_t error = load(volume, offset / volume->sector_size);

    *bytes = volume->table + (offset - volume->table_sector * volume->sector_size);
    return error;
}

/* The highest values (bad, end of chain) look the same for all types. */
static uint32_t widen(uint32_t value, uint32_t all_bits)
{
    return value >= (all_bits & ~8u) ? value | (FAT_END & ~all_bits) : value;
}

err_t fat_get(struct volume *volume, uint32_t cluster, uint32_t *value)
{
    uint8_t *bytes;
    err_t error = find(volume, cluster, &bytes);

    if (error)
        return error;
    if (volume->type == FAT32)
        *value = little32(bytes) & FAT_END;
    else if (volume->type == FAT16)
        *value = widen(little16(bytes), 0xFFFF);
    else
        *value = widen((uint32_t)little16(bytes) >> (cluster & 1 ? 4 : 0) & 0xFFF, 0xFFF);
    return 0;
}

/* Where the bits of a FAT12 entry lie in its two bytes, as a little-endian word. */
static uint16_t mask12(uint32_t cluster)
{
    return cluster & 1 ? 0xFFF0 : 0x0FFF;
}

static uint16_t bits12(uint32_t cluster, uint32_t value)
{
    return (uint16_t)(cluster & 1 ? value << 4 : value & 0xFFF);
}

static err_t write_byte(struct volume *volume, uint32_t sector, uint8_t *byte, uint8_t value)
{
    if (*byte == value)
        return 0;
    *byte = value;
    volume->table_changed = sector;
    return fat_flush(volume);
}

/*
 * A FAT12 entry in two sectors, to be made free or an end. Setting the high part to ones first
 * makes the values in between ends, bad or reserved ones (FF0..FFF for an odd cluster, F00..FFF for
 * an even one), which point nowhere: see stays_taken().
 */
static err_t set_straddling(struct volume *volume, uint32_t cluster, uint8_t *bytes, uint32_t value)
{
    uint32_t sector = entry_offset(volume, cluster) / volume->sector_size;
    uint16_t mask = mask12(cluster);
    uint16_t word = (uint16_t)((little16(bytes) & ~mask) | bits12(cluster, value));
    err_t error = fat_flush(volume);

    if (!error)
        error = write_byte(volume, sector + 1, bytes + 1, bytes[1] | (uint8_t)(mask >> 8));
    if (!error)
        error = write_byte(volume, sector, bytes, (uint8_t)word);
    if (!error)
        error = write_byte(volume, sector + 1, bytes + 1, (uint8_t)(word >> 8));
    return error;
}

static void put_entry(const struct volume *volume, uint32_t cluster, uint8_t *bytes, uint32_t value)
{
    if (volume->type == FAT32) /* the four high bits are not ours ([FAT] "FAT Data Structure") */
        put_little32(bytes, (little32(bytes) & ~(uint32_t)FAT_END) | value);
    else if (volume->type == FAT16)
        put_little16(bytes, (uint16_t)value);
    else
        put_little16(bytes,
                     (uint16_t)((little16(bytes) & ~mask12(cluster)) | bits12(cluster, value)));
}

err_t fat_set(struct volume *volume, uint32_t cluster, uint32_t value)
{
    uint32_t sector = entry_offset(volume, cluster) / volume->sector_size;
    uint8_t *bytes;
    err_t error = find(volume, cluster, &bytes);

    if (error)
        return error;
    if (fat_straddles(volume, cluster))
        return set_straddling(volume, cluster, bytes, value);
    if (volume->table_changed != sector) {
        error = fat_flush(volume);
        if (error)
            return error;
    }
    put_entry(volume, cluster, bytes, value);
    volume->table_changed = sector;
    return 0;
}

err_t fat_next(struct volume *volume, uint32_t cluster, uint32_t *next)
{
    uint32_t value;
    err_t error;

    if (!fat_is_cluster(volume, cluster))
        return ERR(ERR_BAD_VOLUME);
    error = fat_get(volume, cluster, &value);
    if (error)
        return error;
    if (!fat_is_cluster(volume, value) && value <= FAT_BAD)
        return ERR(ERR_BAD_VOLUME);
    *next = value > FAT_BAD ? 0 : value;
    return 0;
}

/* A chain that runs in a circle is found as Brent does it: by coming back to a cluster that is
 * remembered at every power of two. */
err_t fat_check_chain(struct volume *volume, uint32_t first, uint32_t size)
{
    uint32_t bytes = fat_cluster_bytes(volume);
    uint32_t needed = size / bytes + (size % bytes != 0);
    uint32_t remembered = 0;
    uint32_t count = 0;
    uint32_t cluster = first;

    while (cluster) {
        err_t error;

        if (!(count & (count - 1)))
            remembered = cluster;
        error = fat_next(volume, cluster, &cluster);
        if (error)
            return error;
        if (cluster == remembered)
            return ERR(ERR_BAD_VOLUME);
        count++;
    }
    return count < needed ? ERR(ERR_BAD_VOLUME) : 0;
}

/*
 * On a FAT12 volume that has a cluster F00, an even straddling entry can't be freed without a
 * moment in which it may point into another file. It is kept, with its successor as the chain's
 * end: two lost clusters, which only another system's file can cost (fat_plan() never takes such a
 * cluster).
 */
static bool stays_taken(const struct volume *volume, uint32_t cluster)
{
    return fat_straddles(volume, cluster) && !(cluster & 1) && fat_is_cluster(volume, 0xF00);
}

err_t fat_free_chain(struct volume *volume, uint32_t first)
{
    uint32_t cluster = first;
    bool behind_kept = false;

    for (uint32_t left = volume->cluster_count; cluster && left > 0; left--) {
        uint32_t next;
        err_t error = fat_next(volume, cluster, &next);

        if (error)
            return error;
        if (stays_taken(volume, cluster)) {
            behind_kept = true;
        } else {
            error = fat_set(volume, cluster, behind_kept ? FAT_END : FAT_FREE);
            if (error)
                return error;
            if (!behind_kept && volume->free_count < volume->cluster_count)
                volume->free_count++;
            behind_kept = false;
        }
        cluster = next;
    }
    return fat_flush(volume);
}

err_t fat_next_free(struct volume *volume, uint32_t *cluster, bool upwards)
{
    uint32_t last = volume->cluster_count + FAT_FIRST_CLUSTER - 1;

    for (uint32_t left = volume->cluster_count; left > 0; left--) {
        uint32_t value;
        err_t error;

        if (upwards)
            *cluster = *cluster >= last ? FAT_FIRST_CLUSTER : *cluster + 1;
        else
            *cluster = *cluster <= FAT_FIRST_CLUSTER ? last : *cluster - 1;
        /* An entry in two sectors can't be set in one write: a cut could make it point anywhere. */
        if (fat_straddles(volume, *cluster))
            continue;
        error = fat_get(volume, *cluster, &value);
        if (error || value == FAT_FREE)
            return error;
    }
    return ERR(ERR_FULL);
}

err_t fat_plan(struct volume *volume, uint32_t count, struct fat_plan *plan)
{
    uint32_t cluster =
        fat_is_cluster(volume, volume->next_free) ? volume->next_free : FAT_FIRST_CLUSTER - 1;

    plan->count = count;
    for (uint32_t found = 0; found < count; found++) {
        err_t error = fat_next_free(volume, &cluster, true);

        if (error)
            return error;
        if (found == 0)
            plan->first = cluster;
        else if (cluster == plan->first)
            return ERR(ERR_FULL);
    }
    plan->last = cluster;
    return 0;
}

err_t fat_free_bytes(struct volume *volume, uint64_t *bytes)
{
    uint32_t last = volume->cluster_count + FAT_FIRST_CLUSTER - 1;
    uint32_t count = 0;
    err_t error = fat_begin(volume);

    for (uint32_t cluster = FAT_FIRST_CLUSTER; !error && cluster <= last; cluster++) {
        uint32_t value;

        error = fat_get(volume, cluster, &value);
        if (!error && value == FAT_FREE)
            count++;
    }
    if (error)
        return error;
    volume->free_count = count;
    *bytes = (uint64_t)count * fat_cluster_bytes(volume);
    return 0;
}
