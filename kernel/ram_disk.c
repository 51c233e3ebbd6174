/* A disk in memory. */
#define ERROR_MODULE MODULE_RAM_DISK

#include "kernel/ram_disk.h"

#include "kernel/lib/string.h"
#include "kernel/lib/text.h"

enum { SECTOR_SIZE = 512 };

/* The memory of some sectors; NULL when they are outside the disk. */
static uint8_t *sectors(const struct ram_disk *disk, uint64_t lba, uint32_t count)
{
    uint64_t end = disk->device.sector_count;

    if (lba > end || count > end - lba)
        return NULL;
    return disk->bytes + (size_t)lba * SECTOR_SIZE;
}

static err_t read_sectors(void *context, uint64_t lba, uint32_t count, void *buffer)
{
    const uint8_t *bytes = sectors(context, lba, count);

    if (!bytes)
        return ERR(ERR_ARGUMENT);
    memcpy(buffer, bytes, (size_t)count * SECTOR_SIZE);
    return 0;
}

static err_t write_sectors(void *context, uint64_t lba, uint32_t count, const void *buffer)
{
    uint8_t *bytes = sectors(context, lba, count);

    if (!bytes)
        return ERR(ERR_ARGUMENT);
    memcpy(bytes, buffer, (size_t)count * SECTOR_SIZE);
    return 0;
}

void ram_disk_open(struct ram_disk *disk, void *bytes, size_t size)
{
    memset(disk, 0, sizeof *disk);
    disk->bytes = bytes;
    disk->device.context = disk;
    disk->device.sector_size = SECTOR_SIZE;
    disk->device.sector_count = size / SECTOR_SIZE;
    disk->device.read = read_sectors;
    disk->device.write = write_sectors;
    text_copy(disk->device.name, sizeof disk->device.name, "FAT image in memory");
}
