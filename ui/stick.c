#define ERROR_MODULE MODULE_UI
#include "ui/stick.h"

#include "kernel/lib/string.h"
#include "kernel/lib/text.h"
#include "ui/words.h"

enum {
    /* FAT32 with more clusters is not counted through for the title line: reading its table
     * through the BIOS would take seconds. */
    COUNTED_CLUSTERS = 0x20000,
    BACKUP_LAST = 999999
};

#define LOG_NAME "ODDRESC.LOG"

err_t stick_open(struct stick *stick, struct platform *platform, struct log *log)
{
    memset(stick, 0, sizeof *stick);
    stick->platform = platform;
    stick->log = log;
    stick->target = STICK_NONE;
    stick->memory.size = STICK_VOLUMES * VOLUME_MEMORY;
    stick->memory.base = arena_take(platform->arena, stick->memory.size);
    return stick->memory.base ? 0 : ERR(ERR_NO_MEMORY);
}

/* Whether the volume holds this program: its kernel, its configuration or its loader's. */
static bool is_ours(struct volume *volume)
{
    static const char *const names[] = {"ODDRESCUE.KRN", "ODDRESC.KRN", "ODDRESC.CFG",
                                        "SYSLINUX.CFG"};
    struct file_info info;

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (volume_stat(volume, names[i], &info) == 0 && !info.folder)
            return true;
    }
    return false;
}

/* Puts our volume first. Windows are reached through pointers, so volumes may be moved. */
static void prefer_ours(struct stick *stick, unsigned index)
{
    struct volume ours = stick->volumes[index];

    for (unsigned i = index; i > 0; i--)
        stick->volumes[i] = stick->volumes[i - 1];
    stick->volumes[0] = ours;
    stick->ours = true;
}

static void scan_disk(struct stick *stick, struct block_device *disk)
{
    struct partition partitions[VOLUMES_PER_DISK];
    err_t error = 0;
    unsigned count = partition_list(disk, partitions, VOLUMES_PER_DISK, &error);

    if (error) {
        log_line(stick->log, "stick", "%s: error %08X", disk->name, (unsigned)error);
        stick->error = error;
    }
    for (unsigned i = 0; i < count && stick->count < STICK_VOLUMES; i++) {
        struct volume *volume = &stick->volumes[stick->count];
        size_t mark = arena_mark(&stick->memory);

        memset(volume, 0, sizeof *volume);
        volume->date = stick->platform->date;
        volume->date_context = stick->platform->context;
        error = volume_open(volume, disk, &partitions[i], &stick->memory);
        if (error) {
            arena_release(&stick->memory, mark);
            continue;
        }
        stick->count++;
        log_line(stick->log, "stick", "%s: partition at %u, FAT%u \"%s\"", disk->name,
                 (unsigned)partitions[i].start, (unsigned)volume->type, volume->label);
        if (!stick->ours && is_ours(volume))
            prefer_ours(stick, stick->count - 1);
    }
}

static void count_free(struct stick *stick)
{
    struct volume *volume = stick_target(stick);

    stick->free_known = volume && volume->cluster_count <= COUNTED_CLUSTERS &&
                        volume_free_bytes(volume, &stick->free_bytes) == 0;
}

/* A diskette or a stick that is about to die is worth a line before it does. */
static void log_weak_sectors(struct stick *stick)
{
    for (unsigned i = 0; i < stick->platform->disk_count; i++) {
        struct block_device *disk = stick->platform->disks[i];

        if (disk->weak_count > 0)
            log_line(stick->log, "stick", "%s: tried again %u times, the last at sector %u",
                     disk->name, (unsigned)disk->weak_count, (unsigned)disk->weak_lba);
        disk->weak_count = 0;
    }
}

void stick_scan(struct stick *stick, bool rescan)
{
    struct platform *platform = stick->platform;

    log_weak_sectors(stick);
    if (rescan && platform->rescan_disks)
        platform->rescan_disks(platform->context);
    stick->count = 0;
    stick->ours = false;
    stick->nowhere = false;
    stick->error = 0;
    stick->target = STICK_NONE;
    arena_release(&stick->memory, 0);
    for (unsigned i = 0; i < platform->disk_count && stick->count < STICK_VOLUMES; i++)
        scan_disk(stick, platform->disks[i]);
    if (stick->ours)
        stick->target = 0;
    for (unsigned i = 0; i < stick->count && stick->chosen && stick->target == STICK_NONE; i++) {
        if (stick->volumes[i].serial == stick->chosen)
            stick->target = i;
    }
    count_free(stick);
    stick->scanned = true;
    log_line(stick->log, "stick", "%u volumes, %s", stick->count,
             stick->ours ? "the first is ours" : "none of them is ours");
}

struct volume *stick_target(struct stick *stick)
{
    return stick->target < stick->count ? &stick->volumes[stick->target] : NULL;
}

void stick_choose(struct stick *stick, unsigned index)
{
    if (index >= stick->count)
        return;
    stick->target = index;
    stick->chosen = stick->volumes[index].serial;
    count_free(stick);
}

void stick_volume_name(const struct volume *volume, char *text, size_t size)
{
    const char *name = volume->label[0] ? volume->label : volume->disk->name;

    text_copy(text, size, name[0] ? name : WORD_VOLUME_UNNAMED);
}

void stick_size_text(uint64_t bytes, char *text, size_t size)
{
    uint32_t kib = (uint32_t)(bytes >> 10);

    if (bytes >> 10 > UINT32_MAX || kib >= 10u << 20)
        text_format(text, size, "%u GiB", (unsigned)(bytes >> 30));
    else if (kib >= 1u << 20)
        text_format(text, size, "%u.%u GiB", (unsigned)(kib >> 20),
                    (unsigned)((kib & 0xFFFFF) * 10 >> 20));
    else if (kib >= 10u << 10)
        text_format(text, size, "%u MiB", (unsigned)(kib >> 10));
    else
        text_format(text, size, "%u KiB", (unsigned)kib);
}

void stick_title(const struct stick *stick, char *text, size_t size)
{
    const struct volume *volume = &stick->volumes[stick->target];
    char name[24], room[16];

    if (!stick->scanned) {
        text_copy(text, size, WORD_STICK_LOOKING);
    } else if (stick->target < stick->count) {
        stick_volume_name(volume, name, sizeof name);
        stick_size_text(stick->free_known ? stick->free_bytes
                                          : (uint64_t)volume->cluster_count *
                                                volume->sectors_per_cluster * volume->sector_size,
                        room, sizeof room);
        if (stick->free_known)
            text_format(text, size, WORD_STICK_FREE, name, room);
        else
            text_format(text, size, WORD_STICK_SIZE, name, room);
    } else if (stick->count) {
        text_format(text, size, WORD_OTHER_VOLUMES, stick->count);
    } else {
        text_copy(text, size, WORD_NO_STICK);
    }
}

/* Whether the medium itself failed, so that asking for the disks again may help. */
static bool medium_failed(err_t error)
{
    enum error_class class = error_class(error);

    return class == ERR_IO || class == ERR_NO_MEDIA || class == ERR_MEDIA_CHANGED ||
           class == ERR_BAD_VOLUME;
}

/* The highest number of the BK######.BIN files seen so far. */
static bool note_backup(void *context, const struct file_info *info)
{
    uint32_t *highest = context, number = 0;
    const char *name = info->short_name;

    if (text_upper(name[0]) != 'B' || text_upper(name[1]) != 'K' || strlen(name) != 12)
        return true;
    for (unsigned i = 2; i < 8; i++) {
        if (name[i] < '0' || name[i] > '9')
            return true;
        number = number * 10 + (uint32_t)(name[i] - '0');
    }
    if (number > *highest)
        *highest = number;
    return true;
}

static err_t create_backup(struct stick *stick, const uint8_t *bytes, uint32_t size, char name[13])
{
    struct volume *volume = stick_target(stick);
    uint32_t highest = 0;
    err_t error;

    if (!volume)
        return ERR(ERR_NO_MEDIA);
    error = volume_list(volume, "", note_backup, &highest);
    if (error)
        return error;
    if (highest >= BACKUP_LAST)
        return ERR(ERR_FULL);
    text_format(name, 13, "BK%06u.BIN", (unsigned)(highest + 1));
    return volume_create(volume, name, bytes, size);
}

err_t stick_save_backup(struct stick *stick, const uint8_t *bytes, uint32_t size, char name[13])
{
    err_t error = create_backup(stick, bytes, size, name);

    if (medium_failed(error)) {
        stick_scan(stick, true);
        error = create_backup(stick, bytes, size, name);
    }
    if (error) {
        name[0] = '\0';
        log_line(stick->log, "stick", "backup not saved: error %08X", (unsigned)error);
        return error;
    }
    count_free(stick);
    log_line(stick->log, "stick", "%s saved, %u bytes, read back and equal", name, (unsigned)size);
    return 0;
}

/* First byte of the newest `lines` lines. */
static size_t newest(const struct log *log, uint32_t lines)
{
    size_t offset = log->used;

    while (lines > 0 && offset > log->kept_head) {
        offset--;
        while (offset > log->kept_head && log->text[offset - 1] != '\n')
            offset--;
        lines--;
    }
    return offset;
}

static err_t append_log(struct stick *stick)
{
    struct log *log = stick->log;
    struct volume *volume = stick_target(stick);
    uint32_t lines = log->line_count;
    size_t start = stick->saved_lines ? newest(log, lines - stick->saved_lines) : 0;
    err_t error;

    if (!volume)
        return ERR(ERR_NO_MEDIA);
    error = volume_append(volume, LOG_NAME, log->text + start, (uint32_t)(log->used - start));
    if (!error)
        stick->saved_lines = lines;
    return error;
}

err_t stick_save_log(struct stick *stick, const char *what)
{
    struct calendar_time time = {0};
    err_t error;

    log_weak_sectors(stick);
    stick->platform->date(stick->platform->context, &time);
    log_line(stick->log, "stick", "saving the log, %s, %04u-%02u-%02u %02u:%02u", what, time.year,
             time.month, time.day, time.hour, time.minute);
    error = append_log(stick);
    if (medium_failed(error)) {
        stick_scan(stick, true);
        error = append_log(stick);
    }
    if (error)
        log_line(stick->log, "stick", "log not saved: error %08X", (unsigned)error);
    else
        count_free(stick);
    return error;
}

err_t stick_load(struct volume *volume, const char *path, uint8_t *bytes, uint32_t limit,
                 uint32_t *size)
{
    struct file_info info;
    uint32_t moved = 0;
    err_t error = volume_stat(volume, path, &info);

    *size = 0;
    if (error)
        return error;
    if (info.folder)
        return ERR(ERR_NOT_FOUND);
    *size = info.size;
    if (info.size > limit)
        return ERR(ERR_TOO_BIG);
    error = volume_read(volume, path, 0, bytes, info.size, &moved, NULL, NULL);
    if (!error && moved != info.size)
        error = ERR(ERR_IO);
    return error;
}
