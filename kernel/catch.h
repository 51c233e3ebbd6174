/*
 * The power-cycle catch: the intro again and again, at a pace that hits the short time after
 * power-on in which the chip listens, for as long as the user wants. PROTOCOL.md, "When the door is
 * open". BSY is not waited for: a crashed drive holds it for ever.
 *
 * What is never done: a vendor command to a disk. While BSY is set a device ignores what is written
 * to its registers (ATA/ATAPI-6, BSY bit of the status register), and a drive that came back
 * without BSY is asked who it is before the next intro.
 */
#ifndef KERNEL_CATCH_H
#define KERNEL_CATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "drivers/mtk.h"
#include "kernel/donor.h"
#include "kernel/log.h"
#include "kernel/port.h"
#include "kernel/trail.h"

enum {
    CATCH_PACE_US = 25000,    /* from one intro to the next */
    CATCH_SETTLE_US = 1500000 /* from the first 70/72/73 to the first question to the chip */
};

enum catch_state {
    CATCH_TRYING,
    CATCH_ASKING,   /* somebody came back without BSY: who is it? (bounded by 3 s) */
    CATCH_SETTLING, /* it listens; CATCH_SETTLE_US, the mode being looked at meanwhile */
    CATCH_CAUGHT,   /* it still listens after that */
    CATCH_DISK,     /* a disk came onto the cable: stopped for good */
    CATCH_DONOR     /* the good drive came back: stopped for good */
};

struct catch
{
    struct port *port;
    const struct donors *donors;
    struct log *log;
    struct flash_method method;
    struct mtk mtk;
    enum catch_state state;
    uint8_t status;         /* raw, now */
    uint8_t answer;         /* raw, after the newest intro */
    uint32_t tries;         /* intros */
    uint32_t settles;       /* times it listened and lost the mode again */
    bool emptied;           /* the bus was seen empty since the last answer to "who are you?" */
    uint64_t next_us;       /* when the next intro is due */
    uint64_t settled_us;    /* CATCH_SETTLING: when it ends */
    uint64_t deadline_us;   /* CATCH_ASKING: when it ends */
    uint64_t last_alive_us; /* last time the bus was driven; for "switched on N times" */
    struct ata_identify identify;
    struct strip strip;
    struct trail trail;
};

/* Sends nothing. `donors` may be NULL. */
void catch_open(struct catch *catch, struct port *port, const struct donors *donors,
                struct log *log);

/* Does a little: at most one intro or one look. To be called at least every 10 ms. Returns the
 * state. */
enum catch_state catch_step(struct catch *catch);

#endif
