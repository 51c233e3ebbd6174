/*
 * The places that files come from and go to: the volumes of the disks that the machine's firmware
 * shows, a FAT image that the boot loader put into memory, and the server that the machine was
 * booted from. Which of them is ours, and which one files are saved to.
 *
 * Ours is the place that this program came from; nothing is ever saved elsewhere unless the user
 * chose the place.
 */
#ifndef UI_PLACES_H
#define UI_PLACES_H

#include <stdbool.h>
#include <stdint.h>

#include "boot/platform.h"
#include "kernel/job.h"
#include "kernel/log.h"
#include "kernel/network_volume.h"
#include "kernel/ram_disk.h"
#include "kernel/volume.h"

/* Of these, two are kept for the image in memory and the server. */
enum { PLACES = 8, PLACES_NONE = PLACES };

enum place_kind {
    PLACE_DISK, /* a stick, for the user */
    PLACE_FLOPPY,
    PLACE_MEMORY, /* read from, never saved to: it is gone with the power */
    PLACE_SERVER
};

enum places_scan {
    SCAN_KNOWN, /* the disks that are listed already */
    SCAN_DISKS, /* asks the platform for its disks again */
    SCAN_ALL    /* and the server for its files */
};

/* What places ask of the program around them. Both may be NULL. */
struct places_waiting {
    void *context;
    /* Something that may take a while begins. */
    void (*tell)(void *context, const char *what);
    /* Called while a server is waited for; false gives up. */
    bool (*keep_waiting)(void *context);
};

struct places {
    struct platform *platform;
    struct log *log;
    const struct job *job; /* boot=, upload= */
    struct places_waiting waiting;
    struct volume volumes[PLACES]; /* ours first */
    unsigned count;
    bool scanned;
    bool nowhere;    /* the user wants nothing saved on these volumes */
    bool ours;       /* volumes[0] is where this program came from */
    unsigned rank;   /* how sure that is */
    unsigned target; /* the volume that files are saved to, PLACES_NONE */
    err_t error;     /* why a disk could not be read */
    struct block_device *error_disk;
    uint64_t free_bytes; /* of the target */
    bool free_known;
    struct arena memory; /* what the disks' volumes need; emptied by every scan */

    /* What the user chose to save to: a volume, or a floppy drive with whatever is in it. */
    uint32_t chosen; /* serial, 0 = none */
    char chosen_disk[sizeof((struct block_device *)0)->name];
    char chosen_floppy[sizeof((struct block_device *)0)->name];

    bool network_asked;
    struct network *network; /* NULL: we were not booted from one */
    struct volume server;    /* ops NULL: not open */
    err_t server_error;      /* why it is not */
    struct arena server_memory;
    bool bad_upload; /* upload= was not understood */

    struct ram_disk image; /* the boot loader's FAT image; bytes NULL: none */
};

/* Takes its memory from the platform's arena. Error: ERR_NO_MEMORY. */
err_t places_open(struct places *places, struct platform *platform, const struct job *job,
                  struct log *log, const struct places_waiting *waiting);

/* Looks through all partitions of all disks, the image in memory, and the server. */
void places_scan(struct places *places, enum places_scan scan);

/* upload= has become known after the server was opened: opens it again. */
void places_upload_changed(struct places *places);

/* The volume that files are saved to; NULL when there is none. */
struct volume *places_target(struct places *places);

/* Makes volume `index` the one that files are saved to, now and after later scans. */
void places_choose(struct places *places, unsigned index);

/* A diskette or a stick that is about to die is worth a line in the log before it does. */
void places_log_weak_sectors(struct places *places);

/* Counts the free room of the target again, for the title line. */
void places_count_free(struct places *places);

enum place_kind places_kind(const struct places *places, const struct volume *volume);

/* The name of the disk that the volume lies on; "" = it is the server. */
const char *places_disk_name(const struct volume *volume);

/* Whether files can be saved on it: everywhere but in memory. */
bool places_keeps(const struct places *places, const struct volume *volume);

/* The volume on the floppy in the drive of that name; PLACES_NONE: none that can be read. */
unsigned places_on_floppy(const struct places *places, const char *drive);

/* The floppy drive that files are saved to although nothing that can be read is in it; "" = none.
 */
const char *places_floppy_drive(const struct places *places);

/* Why places->error_disk could not be read, in one sentence. */
void places_disk_text(const struct places *places, char *text, size_t size);

/* Why there is no volume in the floppy drive of that name, in one sentence. */
void places_floppy_text(const struct places *places, const char *drive, char *text, size_t size);

/* The place as it stands in a list: a label, a disk, "server 192.168.1.1". */
void places_label(const struct places *places, const struct volume *volume, char *text,
                  size_t size);

/* The same inside a sentence: "the stick" for the one that we came from. */
void places_name(const struct places *places, const struct volume *volume, char *text, size_t size);

/* The address of the server that files are saved to, or read from when none is open. */
void places_server_name(const struct places *places, char *text, size_t size);

/* Sizes for the user. */
void places_size_text(uint64_t bytes, char *text, size_t size);
void places_volume_size(const struct volume *volume, char *text, size_t size);

/* The title line's words: which place, how much room. */
void places_title(const struct places *places, char *text, size_t size);

/*
 * What went wrong at a place, in one sentence without a full stop: names the place, and the sector
 * that can't be read or (`writing`) written. `volume` NULL: there was no place at all.
 */
void places_error_text(const struct places *places, const struct volume *volume, err_t error,
                       bool writing, char *text, size_t size);

/*
 * Loads the file `path` of `volume` whole: at most `limit` bytes; `*size` gets the file's size.
 * `progress` as in volume_read(). Errors: ERR_TOO_BIG (nothing is read), ERR_NOT_FOUND, those of
 * volume_read().
 */
err_t places_load(struct volume *volume, const char *path, uint8_t *bytes, uint32_t limit,
                  uint32_t *size, bool (*progress)(void *context, uint32_t done), void *context);

#endif
