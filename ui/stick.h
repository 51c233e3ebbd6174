/*
 * The stick: the volumes that the machine's firmware shows, which of them is ours, and what is
 * saved on it. Ours is the one that holds this program's files; nothing is ever saved elsewhere
 * unless the user chose the place.
 */
#ifndef UI_STICK_H
#define UI_STICK_H

#include <stdbool.h>
#include <stdint.h>

#include "boot/platform.h"
#include "kernel/log.h"
#include "kernel/volume.h"

enum { STICK_VOLUMES = 6, STICK_NONE = STICK_VOLUMES };

struct stick {
    struct platform *platform;
    struct log *log;
    struct volume volumes[STICK_VOLUMES]; /* ours first */
    unsigned count;
    bool scanned;
    bool nowhere;        /* the user wants nothing saved on these volumes */
    bool ours;           /* volumes[0] holds our files */
    unsigned target;     /* the volume that files are saved to, STICK_NONE */
    uint32_t chosen;     /* serial of the volume that the user chose for that, 0 = none */
    err_t error;         /* why a disk could not be read, when there is no volume */
    uint64_t free_bytes; /* of the target */
    bool free_known;
    struct arena memory;  /* what the volumes need; emptied by every scan */
    uint32_t saved_lines; /* lines of the log that are on the stick already */
};

/* Takes its memory from the platform's arena. Error: ERR_NO_MEMORY. */
err_t stick_open(struct stick *stick, struct platform *platform, struct log *log);

/* Looks through all partitions of all disks, after asking the platform for them again when `rescan`
 * is set. */
void stick_scan(struct stick *stick, bool rescan);

/* The volume that files are saved to; NULL when there is none. */
struct volume *stick_target(struct stick *stick);

/* Makes volume `index` the one that files are saved to, now and after later scans. */
void stick_choose(struct stick *stick, unsigned index);

/* The volume's name and its size or free room, for the user. */
void stick_volume_name(const struct volume *volume, char *text, size_t size);
void stick_size_text(uint64_t bytes, char *text, size_t size);

/* The title line's words: which stick, how much room. */
void stick_title(const struct stick *stick, char *text, size_t size);

/*
 * Saves `bytes` as the next free BK######.BIN in the root folder; name[13] gets it. After an error
 * of the medium the disks are asked for again and one more try is made. Errors: ERR_NO_MEDIA (no
 * stick), and those of volume_create().
 */
err_t stick_save_backup(struct stick *stick, const uint8_t *bytes, uint32_t size, char name[13]);

/* Adds the log's new lines to ODDRESC.LOG, the last of them saying what for and when. Errors as
 * above. */
err_t stick_save_log(struct stick *stick, const char *what);

/*
 * Loads the file `path` of `volume` whole: at most `limit` bytes; `*size` gets the file's size.
 * Errors: ERR_TOO_BIG (nothing is read), ERR_NOT_FOUND, those of volume_read().
 */
err_t stick_load(struct volume *volume, const char *path, uint8_t *bytes, uint32_t limit,
                 uint32_t *size);

#endif
