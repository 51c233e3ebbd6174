/*
 * What is saved: backups and the log, at the place that files are saved to (ui/places.h). What
 * could not be saved is remembered, with the reason, so that it can be offered again.
 */
#ifndef UI_SAVES_H
#define UI_SAVES_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/error.h"
#include "ui/places.h"

enum { SAVES_TEXT = 80, SAVES_WHERE = 40 };

struct saves {
    struct places *places;
    uint32_t saved_lines; /* lines of the log that were saved already */
    uint32_t log_serial;  /* of the volume that they are on */
    char log_disk[sizeof((struct block_device *)0)->name]; /* and its disk */
    bool backup_waits; /* a backup is in memory only, and will be gone */
    bool checked;      /* the newest backup was read back from where it is, and equal */
    err_t log_error;   /* of the last try, 0 = it is saved or nobody tried */
    char backup_where[SAVES_WHERE]; /* the newest backup's place, in a sentence */
    char log_where[SAVES_WHERE];
    char why[SAVES_TEXT]; /* of the last error, a sentence without a full stop */
    /* The floppy drive that the last error came from, "" = it was no floppy; and which floppy. */
    char floppy[sizeof((struct block_device *)0)->name];
    uint32_t floppy_serial, floppy_crc32;
};

void saves_open(struct saves *saves, struct places *places);

/*
 * Saves `bytes` as the next free BK######.BIN in the root folder; name[13] gets it. After an error
 * of the medium the disks are asked for again and one more try is made. Errors: ERR_NO_MEDIA (no
 * place), and those of volume_create().
 */
err_t saves_backup(struct saves *saves, const uint8_t *bytes, uint32_t size, char name[13]);

/* Adds the log's new lines to ODDRESC.LOG, the last of them saying what for and when. Errors as
 * above. */
err_t saves_log(struct saves *saves, const char *what);

#endif
