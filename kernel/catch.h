/*
 * The power-cycle catch: the intro again and again, at a pace that hits the short time after
 * power-on in which the chip listens, for as long as the user wants. PROTOCOL.md, "When the door is
 * open". BSY is not waited for: a crashed drive holds it for ever.
 *
 * What is never done: a vendor command to a disk. While BSY is set a device ignores what is written
 * to its registers (ATA/ATAPI-6, BSY bit of the status register). Whoever shows BSY = 0 after the
 * bus was empty, or was not looked at, is asked who it is before the next intro.
 */
#ifndef KERNEL_CATCH_H
#define KERNEL_CATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "drivers/ata.h"
#include "drivers/mtk.h"
#include "kernel/donor.h"
#include "kernel/log.h"
#include "kernel/port.h"
#include "kernel/trail.h"

enum {
    CATCH_PACE_US = 25000, /* from one intro to the next */
    CATCH_SLOW_US = 500000,
    CATCH_SETTLE_US = 1500000, /* from the first 70/72/73 to the first question to the chip */
    CATCH_ASK_US = 3000000     /* "who are you?" never takes longer */
};

enum catch_state {
    CATCH_TRYING,
    CATCH_ASKING,   /* somebody is there without BSY: who is it? (bounded by CATCH_ASK_US) */
    CATCH_SETTLING, /* it listens; CATCH_SETTLE_US, the mode being looked at meanwhile */
    CATCH_CAUGHT,   /* it still listens after that */
    CATCH_DISK,     /* a disk came onto the cable: stopped for good */
    CATCH_DONOR,    /* the good drive came back: stopped for good */
    CATCH_SECOND    /* a second drive came onto the cable: stopped for good */
};

/* The question "who are you?", to both positions of the cable, one after the other. */
struct catch_question {
    struct port who;     /* a copy of the place; its evidence is what was answered */
    bool beside;         /* the other position is asked now */
    uint8_t command;     /* IDENTIFY DEVICE or IDENTIFY PACKET DEVICE */
    bool reacted;        /* BSY was seen after the command */
    uint64_t asked_us;   /* when the command was sent */
    uint16_t words[256]; /* of the own position, to tell it from the other */
    struct ata_identify identify;
};

struct catch
{
    struct port *port;
    const struct donors *donors;
    struct log *log;
    struct flash_method method;
    struct mtk mtk;
    enum catch_state state;
    bool quiet;           /* set by the caller: looks, but neither intro nor question */
    bool slow;            /* set by the caller: intros only each CATCH_SLOW_US */
    uint8_t status;       /* raw, now */
    uint32_t tries;       /* intros */
    uint32_t settles;     /* times it listened and lost the mode again */
    uint8_t calm;         /* the last one without BSY */
    bool stranger;        /* nobody knows who is there: to be asked before an intro without BSY */
    bool chewing;         /* a firmware took an intro for a command (D1): slow until it is gone */
    uint64_t looked_us;   /* last look */
    uint64_t next_us;     /* when the next intro is due */
    uint64_t still_us;    /* without BSY since then; 0 = it is not */
    uint64_t settled_us;  /* CATCH_SETTLING: when it ends */
    uint64_t deadline_us; /* CATCH_ASKING: when it ends */
    uint64_t beside_us;   /* when the other position is looked at next */
    uint8_t beside_status, beside_own; /* what it showed, and what the drive in question did then */
    unsigned beside_odd;               /* looks in a row that saw somebody else there */
    unsigned mode_looks;               /* looks in a row that saw vendor mode */
    struct catch_question question;
    struct strip strip; /* .returns: how often it was switched on */
    struct trail trail;
};

/* Sends nothing. `donors` may be NULL. */
void catch_open(struct catch *catch, struct port *port, const struct donors *donors,
                struct log *log);

/* Whether the last look saw a bus that nobody drives. */
bool catch_is_empty(const struct catch *catch);

/*
 * Does a little: at most one intro or one look. To be called at least every 10 ms; 1 ms is better,
 * the door may be open for some tens of ms only. Returns the state.
 */
enum catch_state catch_step(struct catch *catch);

#endif
