/*
 * Bringing a drive in while the machine runs: park the cable, watch it go empty and come alive
 * again, only then reset and probe, and say who came. Nothing is written to the cable between
 * parking and the reset; other cables are only looked at (alternate status), never touched.
 * PROTOCOL.md, "Bringing a drive in".
 */
#ifndef KERNEL_SWAP_H
#define KERNEL_SWAP_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/donor.h"
#include "kernel/log.h"
#include "kernel/probe.h"
#include "kernel/trail.h"

enum swap_variant {
    SWAP_CABLE, /* both drives have power; the ribbon moves from the good one to the dead one */
    SWAP_LATE_CABLE, /* the dead drive has power, its ribbon is plugged now */
    SWAP_LATE_POWER  /* the ribbon is on, the dead drive gets its power now */
};

enum {
    SWAP_LASTS_US = 50000,    /* what is seen for a shorter time does not stay in the trail */
    SWAP_GONE_US = 300000,    /* undriven for so long without a break: it is off */
    SWAP_BACK_US = 500000,    /* driven for so long without a break: contacts have settled */
    SWAP_SETTLE_US = 3000000, /* from then to the reset: the drive's own power-on */
    SWAP_PROBE_US = PROBE_LONGEST_US /* no reset and probe takes longer; shown as a countdown */
};

enum swap_state {
    SWAP_READY,  /* opened, nothing parked yet */
    SWAP_GOING,  /* parked: waiting for the cable to go empty */
    SWAP_COMING, /* empty: waiting for somebody */
    SWAP_SETTLING,
    SWAP_PROBING,
    SWAP_OVER
};

enum swap_outcome {
    SWAP_UNDECIDED,
    SWAP_ARRIVED,    /* somebody new, not a disk, alone: port->verdict says what it looks like */
    SWAP_SAME_DRIVE, /* a good drive of this run is (still or again) there */
    SWAP_DISK,       /* a disk came: nothing is done to it */
    SWAP_TWO,        /* two answer */
    SWAP_NOBODY,     /* nobody answered the probe */
    SWAP_STOPPED
};

/* Why a cable can't be used for it, before anything is done. */
enum swap_refusal {
    SWAP_ALLOWED,
    SWAP_NO_DONOR,   /* SWAP_CABLE: nobody is there */
    SWAP_DONOR_SICK, /* SWAP_CABLE: it is not a healthy optical drive with a name */
    SWAP_SECOND,     /* a second device is on the cable, or may be */
    SWAP_HAS_DISK,   /* a disk is on the cable */
    SWAP_NOT_EMPTY,  /* SWAP_LATE_*: somebody is there already */
    SWAP_CHANNEL_OFF,
    SWAP_STILL_PROBING,
    SWAP_REFUSALS
};

/* What another cable shows, to notice a plug at the wrong place. */
struct swap_other {
    bool watched;
    uint8_t before; /* status at the beginning */
    uint8_t now;
    uint64_t odd_since_us; /* shows something else than at the beginning since then; 0: does not */
};

struct swap {
    struct machine *machine;
    struct port *port; /* the place that is watched; after SWAP_ARRIVED: where it answers */
    struct donors *donors;
    struct log *log;
    enum swap_variant variant;
    enum swap_state state;
    enum swap_outcome outcome;
    enum swap_outcome left;  /* who was there before swap_again() */
    struct drive_name donor; /* SWAP_CABLE */
    uint8_t status;          /* raw, now */
    uint8_t parked_status;   /* as it was when the cable was parked */
    uint8_t empty_status;    /* what the empty cable reads */
    uint32_t restless;    /* bit per look, newest lowest: another status than at the one before */
    bool told;            /* the user said that the drive is plugged in */
    uint64_t since_us;    /* the cable has been empty (GOING) or driven (COMING) since then
                             without a break; 0: it is not */
    uint64_t deadline_us; /* of SETTLING and PROBING: for the countdown; else 0 */
    uint32_t bounces;     /* how often it came or went and did not stay so */
    struct port *other;   /* a port on another cable that changed meanwhile, NULL: none */
    uint8_t other_status;
    struct swap_other others[IDE_CHANNELS];
    uint64_t others_us; /* last look at them */
    struct trail trail; /* without what contacts show while they bounce */
    struct strip strip;
};

/* Whether the cable of `port` can be used; either position of it will do. */
enum swap_refusal swap_allowed(const struct port *port, enum swap_variant variant);

/*
 * Only after swap_allowed(). Remembers the donor (SWAP_CABLE) in `donors`; sends nothing. False:
 * there were DONORS good drives in this run already.
 */
bool swap_open(struct swap *swap, struct machine *machine, struct port *port,
               enum swap_variant variant, struct donors *donors, struct log *log);

/*
 * nIEN set and the drive selected, then nothing is written any more. From here on the plug may be
 * moved. False: a command is in flight, or nobody answers (SWAP_CABLE); nothing was changed and
 * the plug must stay.
 */
bool swap_park(struct swap *swap);

/* Whether the cable is not looked at any more: it is empty, and this controller must not be asked
 * then (PROTOCOL.md, "ALi"). Only swap_look_now() leads on. */
bool swap_is_blind(const struct swap *swap);

/* Does a little; to be called at least every 20 ms. Returns the state. The background probing of
 * the machine must rest meanwhile. */
enum swap_state swap_step(struct swap *swap);

/*
 * The user says that the drive is plugged in now, whatever the cable shows: a slave is not heard
 * before it is selected, and a drive that was just reset may read like an empty cable. Goes on to
 * settling and the probe. Only in SWAP_GOING and SWAP_COMING.
 */
void swap_look_now(struct swap *swap);

/* The user does not want to wait for a busy drive any longer (SWAP_PROBING). */
void swap_skip_busy(struct swap *swap);

/* After an outcome that did not bring the drive: watches the cable again, for what is there to go
 * and another one to come. */
void swap_again(struct swap *swap);

/* The user gives up or says that it does not work. Whatever is on the cable now is probed again
 * without a reset. */
void swap_stop(struct swap *swap);

#endif
