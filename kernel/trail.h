/*
 * The raw status of one place over time: what changed when (for "why do you think so?"), and a
 * strip of signs, one per second (for someone who watches while hands move plugs and switches).
 */
#ifndef KERNEL_TRAIL_H
#define KERNEL_TRAIL_H

#include <stdbool.h>
#include <stdint.h>

enum { TRAIL_MAX = 16, STRIP_SECONDS = 120 };

/* One status for as long as it lasted. */
struct trail_entry {
    uint8_t status;
    uint64_t from_us, until_us; /* first and last look that saw it */
    uint32_t looks;
};

/* The newest TRAIL_MAX statuses, oldest first. All zero is a trail without a look. */
struct trail {
    struct trail_entry entries[TRAIL_MAX];
    unsigned count;
    uint32_t changes; /* also those that were forgotten */
};

/* Adds a look. A status that stays makes the newest entry longer. */
void trail_note(struct trail *trail, uint64_t now_us, uint8_t status);

/* The newest entry; NULL: nobody looked yet. */
const struct trail_entry *trail_newest(const struct trail *trail);

/* What a status means to somebody who watches, as one sign; the order is that of importance. */
enum strip_sign {
    STRIP_CAUGHT = 'V',  /* 70, 72, 73: vendor mode */
    STRIP_AGAIN = 'F',   /* F2: vendor mode, wants another intro */
    STRIP_SLIM = '5',    /* 52 */
    STRIP_BACK = '+',    /* somebody drives the bus again after it was empty */
    STRIP_EMPTY = '-',   /* 7F, FF: nobody drives the bus */
    STRIP_BUSY = 'B',    /* BSY: starting, or hanging */
    STRIP_ZERO = '0',    /* 00: just reset, or nobody */
    STRIP_RUNNING = 'r', /* anything else: a firmware runs, or the registers stand still */
    STRIP_UNSEEN = ' '   /* nobody looked in that second */
};

/* Never STRIP_BACK or STRIP_UNSEEN: one look does not show these. */
enum strip_sign strip_sign(uint8_t status);

/* One sign per second, the newest last: the most important one that was seen within it. */
struct strip {
    char signs[STRIP_SECONDS];
    unsigned length;
    uint64_t second_us; /* start of the second that is collected; length 0: no look yet */
    uint8_t status;     /* last look */
    uint32_t returns;   /* how often somebody drove the bus again */
};

/* Adds a look. Seconds without one get STRIP_UNSEEN. */
void strip_note(struct strip *strip, uint64_t now_us, uint8_t status);

#endif
