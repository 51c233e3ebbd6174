/* What the bench's own files share. */
#ifndef TESTS_DRIVE_BENCH_PARTS_H
#define TESTS_DRIVE_BENCH_PARTS_H

#include <stdio.h>

#include "tests/drive/bench.h"
#include "tests/drive/disk.h"
#include "tests/drive/drive.h"

enum { BENCH_DEVICES = 16, BENCH_PATH = 512 };

/* Where a device takes its position from. */
enum bench_jumper { BENCH_JUMPER_CABLE, BENCH_JUMPER_MASTER, BENCH_JUMPER_SLAVE };

/* One drive or disk, on a cable or on the shelf. */
struct bench_device {
    bool used;
    struct drive *drive;
    struct disk *disk;
    char name[24];
    char backing[BENCH_PATH]; /* file that keeps flash or disk contents, "" = none */
    enum bench_jumper jumper;
    /* a master looks for its slave after power-on and RESET- only (DASP-, ATA/ATAPI-6 9.1) */
    uint64_t listens_until_us;
    bool sees_slave;
};

enum bench_touch {
    BENCH_TOUCH_MADE,
    BENCH_TOUCH_OPEN,     /* no pin touches */
    BENCH_TOUCH_ONE_SHORT /* all but one data pin */
};

/* The pins of a connector while it is being plugged. */
struct bench_contact {
    uint32_t accesses;          /* so many accesses still are uncertain */
    uint64_t until_us, next_us; /* until then they bounce; next change */
    enum bench_touch touch;
    uint8_t line; /* BENCH_TOUCH_ONE_SHORT: data line 0..7 */
};

/* One of the two connectors of a cable. */
struct bench_place {
    struct bench_device *device; /* NULL: nothing there */
    bool plugged;                /* data cable */
    bool reversed;               /* and the wrong way round */
    struct bench_contact contact;
};

/* Who is electrically on a cable, worked out once after every movement of a hand. */
struct bench_lineup {
    bool known;
    bool reversed;                                 /* a plug is in the wrong way round */
    struct bench_device *devices[BENCH_POSITIONS]; /* by connector; NULL: nobody */
    unsigned address[BENCH_POSITIONS];             /* of each of them */
    bool taken[BENCH_POSITIONS];                   /* by address: somebody has it */
};

/* What an undriven cable reads. */
enum bench_floating {
    BENCH_FLOATS_AT,    /* always the same */
    BENCH_FLOATS_ECHO,  /* what the host wrote last, to whatever register */
    BENCH_FLOATS_NOISE, /* bits at random */
};

enum { BENCH_QUEUE = 64, BENCH_QUEUE_LINE = 256 };

/* A command for later ("at"). */
struct bench_later {
    uint64_t at_us;
    char line[BENCH_QUEUE_LINE];
};

struct bench {
    uint64_t now_us;
    struct sim_random random;
    struct bench_place places[BENCH_CHANNELS][BENCH_POSITIONS];
    struct bench_device devices[BENCH_DEVICES];
    enum bench_floating floating[BENCH_CHANNELS];
    uint8_t float_value[BENCH_CHANNELS]; /* BENCH_FLOATS_AT */
    uint16_t held[BENCH_CHANNELS];       /* what the host wrote last */
    bool isolated[BENCH_CHANNELS];
    struct bench_lineup lineup[BENCH_CHANNELS];

    struct bench_later later[BENCH_QUEUE]; /* in the order of their times */
    size_t later_count;
    unsigned later_failed;                  /* commands of the queue that ended with an error */
    char later_error[BENCH_QUEUE_LINE * 2]; /* the first of them and what was wrong with it */

    bench_trace_fn *trace;
    void *trace_context;
    FILE *trace_file;

    uint64_t accesses;
    uint64_t changes, cut_at;
    bool cut_now;
    bench_cut_fn *cut;
    void *cut_context;
};

/* bench.c: told by every flash chip. */
bool bench_count_change(void *context);

/* bench.c: carries the power cut out when its moment has come. */
void bench_check_power(struct bench *bench);

/* bench_cable.c: who is on a cable and what they make of an access. */
uint16_t bench_cable_read(struct bench *bench, unsigned channel, unsigned reg);
void bench_cable_write(struct bench *bench, unsigned channel, unsigned reg, uint16_t value);

/* bench_cable.c: who is on a cable; something was moved or switched. */
const struct bench_lineup *bench_cable_lineup(struct bench *bench, unsigned channel);
void bench_cable_moved(struct bench *bench);

/* bench_cable.c: a master begins to listen for a slave; all masters look who is there now. */
void bench_cable_listen(struct bench *bench, struct bench_device *device);
void bench_cable_look(struct bench *bench);

/* bench_cable.c: the contacts of a place bounce from now on. */
void bench_cable_bounce(struct bench *bench, struct bench_place *place, uint32_t accesses,
                        uint64_t us);

/* bench_queue.c: commands for later. False: no room, or the line is too long. */
bool bench_queue_add(struct bench *bench, uint64_t at_us, const char *line);

/* bench_queue.c: carries out what is due until `now_us`, at its time. */
void bench_queue_run(struct bench *bench, uint64_t now_us);

/* bench.c: what a power switch and the RESET- line do to one device. */
void bench_power(struct bench *bench, struct bench_device *device, bool on);
bool bench_powered(const struct bench_device *device);
void bench_cable_reset(struct bench *bench, unsigned channel);

/* bench_files.c: whole files; bench_load_file() returns malloc'ed bytes or NULL. */
uint8_t *bench_load_file(const char *path, size_t *size);
bool bench_save_file(const char *path, const uint8_t *bytes, size_t size);
bool bench_flush_device(struct bench *bench, const struct bench_device *device);

#endif
