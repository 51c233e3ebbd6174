#define ERROR_MODULE MODULE_UI
#include "ui/saves.h"

#include "kernel/lib/string.h"
#include "kernel/lib/text.h"
#include "ui/words.h"

enum {
    BACKUP_LAST = 999999,
    /* A server lists only what it can be asked for: names that turn out to be taken are passed
     * over. */
    BACKUP_NAMES = 16
};

#define LOG_NAME "ODDRESC.LOG"

void saves_open(struct saves *saves, struct places *places)
{
    memset(saves, 0, sizeof *saves);
    saves->places = places;
}

/* Whether the medium itself failed, so that asking for the disks again may help. */
static bool medium_failed(const struct volume *volume, err_t error)
{
    enum error_class class = error_class(error);

    return !volume->network && (class == ERR_IO || class == ERR_NO_MEDIA ||
                                class == ERR_MEDIA_CHANGED || class == ERR_BAD_VOLUME);
}

static void tell(struct saves *saves, const char *what, const struct volume *volume)
{
    const struct places_waiting *waiting = &saves->places->waiting;
    char text[SCREEN_COLUMNS], name[SAVES_WHERE];

    if (!waiting->tell || !volume)
        return;
    places_name(saves->places, volume, name, sizeof name);
    text_format(text, sizeof text,
                places_kind(saves->places, volume) == PLACE_FLOPPY ? WORD_BUSY_SAVING_FLOPPY
                                                                   : WORD_BUSY_SAVING,
                what, name);
    waiting->tell(waiting->context, text);
}

/* Takes note of why, in words that name the place, and of the floppy that it was. */
static err_t failed(struct saves *saves, err_t error)
{
    const struct places *places = saves->places;
    const struct volume *volume = places_target(saves->places);
    const char *drive = "";

    places_error_text(places, volume, error, true, saves->why, sizeof saves->why);
    if (!volume) {
        drive = places_floppy_drive(places);
        if (drive[0])
            places_floppy_text(places, drive, saves->why, sizeof saves->why);
    } else if (places_kind(places, volume) == PLACE_FLOPPY) {
        drive = volume->disk->name;
        saves->floppy_serial = volume->serial;
        saves->floppy_crc32 = volume->boot_crc32;
    }
    text_copy(saves->floppy, sizeof saves->floppy, drive);
    return error;
}

/*
 * Saves, and once more after a look at the disks when the medium itself failed: it may have been
 * exchanged or put back. The first reason is kept when nothing is there afterwards.
 */
static err_t save(struct saves *saves, err_t (*attempt)(struct saves *saves, void *context),
                  void *context)
{
    const struct volume *volume = places_target(saves->places);
    err_t error;

    if (!volume)
        return failed(saves, ERR(ERR_NO_MEDIA));
    error = attempt(saves, context);
    if (!error)
        return 0;
    failed(saves, error);
    if (!medium_failed(volume, error))
        return error;
    places_scan(saves->places, SCAN_DISKS);
    if (!places_target(saves->places))
        return error;
    error = attempt(saves, context);
    return error ? failed(saves, error) : 0;
}

/* ---- backups ---- */

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

struct backup {
    const uint8_t *bytes;
    uint32_t size;
    char *name;
};

static err_t create_backup(struct saves *saves, void *context)
{
    const struct backup *backup = context;
    struct volume *volume = places_target(saves->places);
    uint32_t number = 0;
    err_t error;

    tell(saves, WORD_BUSY_BACKUP, volume);
    error = volume_list(volume, "", note_backup, &number);
    for (unsigned i = 0; i < BACKUP_NAMES && !error; i++) {
        if (++number > BACKUP_LAST)
            return ERR(ERR_FULL);
        text_format(backup->name, 13, "BK%06u.BIN", (unsigned)number);
        error = volume_create(volume, backup->name, backup->bytes, backup->size);
        if (error_class(error) != ERR_EXISTS)
            return error;
        error = 0;
    }
    return error ? error : ERR(ERR_EXISTS);
}

/* Runs before anything is said about the backup: the words on the screen follow from it. */
static void note_saved(struct saves *saves, const char *name, uint32_t size)
{
    const struct volume *volume = places_target(saves->places);

    places_name(saves->places, volume, saves->backup_where, sizeof saves->backup_where);
    saves->checked = !volume->network || !volume->network->unreadable;
    log_line(saves->places->log, "places", "%s saved on %s, %u bytes, %s", name,
             saves->backup_where, (unsigned)size,
             saves->checked ? "read back and equal" : "could not be read back");
}

err_t saves_backup(struct saves *saves, const uint8_t *bytes, uint32_t size, char name[13])
{
    struct backup backup = {bytes, size, name};
    err_t error = save(saves, create_backup, &backup);

    if (error) {
        name[0] = '\0';
        log_line(saves->places->log, "places", "backup not saved: error %08X: %s", (unsigned)error,
                 saves->why);
        return error;
    }
    note_saved(saves, name, size);
    places_count_free(saves->places);
    return 0;
}

/* ---- the log ---- */

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

/* Whether the volume has the lines that were saved: sticks written with one image share their id,
 * and are told apart by their disks. */
static bool has_lines(const struct saves *saves, const struct volume *volume)
{
    return saves->saved_lines && saves->log_serial == volume->serial &&
           strcmp(saves->log_disk, places_disk_name(volume)) == 0;
}

/* A place that has none of the lines yet gets all of them. */
static err_t append_log(struct saves *saves, void *context)
{
    struct log *log = saves->places->log;
    struct volume *volume = places_target(saves->places);
    uint32_t lines = log->line_count;
    size_t start = 0;
    err_t error;

    (void)context;
    tell(saves, WORD_BUSY_LOG, volume);
    if (has_lines(saves, volume))
        start = newest(log, lines - saves->saved_lines);
    error = volume_append(volume, LOG_NAME, log->text + start, (uint32_t)(log->used - start));
    if (error)
        return error;
    saves->saved_lines = lines;
    saves->log_serial = volume->serial;
    text_copy(saves->log_disk, sizeof saves->log_disk, places_disk_name(volume));
    places_name(saves->places, volume, saves->log_where, sizeof saves->log_where);
    return 0;
}

err_t saves_log(struct saves *saves, const char *what)
{
    struct places *places = saves->places;
    struct platform *platform = places->platform;
    struct calendar_time time = {0};
    err_t error;

    places_log_weak_sectors(places);
    platform->date(platform->context, &time);
    log_line(places->log, "places", "saving the log, %s, %04u-%02u-%02u %02u:%02u", what, time.year,
             time.month, time.day, time.hour, time.minute);
    error = save(saves, append_log, NULL);
    saves->log_error = error;
    if (error)
        log_line(places->log, "places", "log not saved: error %08X: %s", (unsigned)error,
                 saves->why);
    else
        places_count_free(places);
    return error;
}
