/*
 * Any bytes as a disk: everything is listed, looked up, read, and written to, as a curious user
 * would do it. Bounded, so that a hang is a finding.
 *
 * The input's first two bytes choose the sector size, whether the disk tells its size, and what is
 * written; then a list of (sector, bytes) patches follows for a disk of DISK_SECTORS sectors of
 * zeros: "ss ss 512 bytes" each. That keeps seeds of a whole volume small
 * (tests/fuzz/make_fat_seeds.py).
 */
#define ERROR_MODULE MODULE_BOOT

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/lib/arena.h"
#include "kernel/volume.h"

enum {
    UNIT = 512,
    DISK_UNITS = 8192, /* 4 MiB */
    DEPTH = 3,
    ENTRIES = 40, /* looked at per folder */
    BUFFER = 20000
};

struct fuzz_disk {
    struct block_device device;
    uint8_t bytes[DISK_UNITS * UNIT];
    unsigned calls;
};

static struct fuzz_disk disk;
static uint8_t memory[VOLUME_MEMORY] __attribute__((aligned(16)));
static uint8_t buffer[BUFFER];

/* Every volume call may read the whole disk some times over; more calls than that are a hang. */
static void count_call(void)
{
    if (++disk.calls > 2000000) {
        fprintf(stderr, "runs without end\n");
        abort();
    }
}

static err_t check_range(uint64_t lba, uint32_t count)
{
    uint64_t sectors = sizeof disk.bytes / disk.device.sector_size;

    count_call();
    return lba > sectors || count > sectors - lba ? ERR(ERR_ARGUMENT) : 0;
}

static err_t disk_read(void *context, uint64_t lba, uint32_t count, void *to)
{
    err_t error = check_range(lba, count);

    (void)context;
    if (!error)
        memcpy(to, disk.bytes + lba * disk.device.sector_size,
               (size_t)count * disk.device.sector_size);
    return error;
}

static err_t disk_write(void *context, uint64_t lba, uint32_t count, const void *from)
{
    err_t error = check_range(lba, count);

    (void)context;
    if (!error)
        memcpy(disk.bytes + lba * disk.device.sector_size, from,
               (size_t)count * disk.device.sector_size);
    return error;
}

struct visit {
    struct volume *volume;
    char path[VOLUME_PATH_MAX];
    unsigned depth, entries;
    char file[VOLUME_PATH_MAX]; /* the last file seen */
};

static bool visit_entry(void *context, const struct file_info *info);

static void visit_folder(struct visit *visit)
{
    volume_list(visit->volume, visit->path, visit_entry, visit);
}

static void visit_file(struct visit *visit, const char *path, const struct file_info *info)
{
    uint32_t moved = 0;

    volume_read(visit->volume, path, 0, buffer, sizeof buffer, &moved, NULL, NULL);
    if (moved > sizeof buffer)
        abort();
    volume_read(visit->volume, path, info->size / 2, buffer, 700, &moved, NULL, NULL);
    if (moved > 700)
        abort();
    strcpy(visit->file, path);
}

static bool visit_entry(void *context, const struct file_info *info)
{
    struct visit *visit = context;
    struct file_info again;
    struct visit below = {.volume = visit->volume, .depth = visit->depth + 1};

    if (strlen(info->name) > VOLUME_NAME_MAX || strlen(info->short_name) > 12)
        abort();
    if (strlen(visit->path) + 14 > sizeof below.path)
        return false;
    snprintf(below.path, sizeof below.path, "%s/%s", visit->path, info->short_name);
    volume_stat(visit->volume, info->name, &again);
    if (!info->folder)
        visit_file(visit, below.path, info);
    else if (below.depth < DEPTH)
        visit_folder(&below);
    if (below.file[0])
        strcpy(visit->file, below.file);
    return ++visit->entries < ENTRIES;
}

/* What was written must be there, and stay there while something else is written. */
static void create_and_check(struct volume *volume, const char *path, uint32_t size)
{
    uint32_t moved;

    memset(buffer, 0x5A, sizeof buffer);
    if (volume_create(volume, path, buffer, size))
        return;
    memset(buffer, 0, sizeof buffer);
    if (volume_read(volume, path, 0, buffer, sizeof buffer, &moved, NULL, NULL) || moved != size)
        abort();
    for (uint32_t i = 0; i < size; i++) {
        if (buffer[i] != 0x5A)
            abort();
    }
}

static void use_volume(const struct partition *partition, uint8_t choice)
{
    struct arena arena = {.base = memory, .size = sizeof memory};
    struct volume volume = {.date = NULL};
    struct visit visit = {.volume = &volume};
    uint64_t free_bytes;

    if (volume_open(&volume, &disk.device, partition, &arena))
        return;
    visit_folder(&visit);
    volume_free_bytes(&volume, &free_bytes);
    create_and_check(&volume, "FUZZ.BIN", choice * 70u);
    if (visit.file[0]) {
        volume_append(&volume, visit.file, buffer, choice * 3u);
        volume_replace(&volume, visit.file, buffer, choice * 50u);
    }
    for (unsigned i = 0; i < choice % 32u; i++) {
        char name[32];

        snprintf(name, sizeof name, "%s%u.X", choice & 0x80 ? "SUB/" : "", i);
        volume_create(&volume, name, buffer, i);
    }
    visit.entries = 0;
    visit_folder(&visit);
}

/* Builds the disk. */
static void build(const uint8_t *data, size_t size)
{
    memset(disk.bytes, 0, sizeof disk.bytes);
    while (size > 2) {
        unsigned unit = (data[0] | (unsigned)data[1] << 8) % DISK_UNITS;
        size_t part = size - 2 < UNIT ? size - 2 : UNIT;

        memcpy(disk.bytes + unit * UNIT, data + 2, part);
        data += 2 + part;
        size -= 2 + part;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct partition found[VOLUMES_PER_DISK];
    err_t error;
    unsigned count;

    if (size < 4)
        return 0;
    memset(&disk.device, 0, sizeof disk.device);
    disk.device.sector_size = 512u << (data[0] & 3);
    if (!(data[0] & 4))
        disk.device.sector_count = sizeof disk.bytes / disk.device.sector_size;
    disk.device.read = disk_read;
    disk.device.write = disk_write;
    disk.calls = 0;
    build(data + 2, size - 2);
    count = partition_list(&disk.device, found, VOLUMES_PER_DISK, &error);
    if (count > VOLUMES_PER_DISK)
        abort();
    for (unsigned i = 0; i < count; i++)
        use_volume(&found[i], data[1]);
    return 0;
}
