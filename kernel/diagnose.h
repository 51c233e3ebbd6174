/*
 * Evidence -> verdict -> one recommended next step and its risk. Pure: what it says depends only on
 * what is in the structs, and all of that is shown to the user (ui/screen_evidence.c).
 */
#ifndef KERNEL_DIAGNOSE_H
#define KERNEL_DIAGNOSE_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/port.h"

/* What is to be said beside the verdict: the cable, the port, the drive's history. The lower the
 * bit, the more it matters. */
enum finding {
    FINDING_IS_DONOR = 1u << 0,         /* it is the good drive of a hot swap */
    FINDING_BESIDE_DISK = 1u << 1,      /* a disk is on the same cable */
    FINDING_TWO_DRIVES = 1u << 2,       /* both positions answer */
    FINDING_PLUG_REVERSED = 1u << 3,    /* the data plug may be in the wrong way round */
    FINDING_TWO_MASTERS = 1u << 4,      /* what one reads changes from look to look: may be */
    FINDING_NO_PACKETS = 1u << 5,       /* a RAID firmware sits in between */
    FINDING_BAD_CONTROLLER = 1u << 6,   /* vendor mode is reported to fail behind it */
    FINDING_CHANNEL_FLOATS = 1u << 7,   /* the chipset floats the pins */
    FINDING_FROM_A_BOX = 1u << 8,       /* the user: it came out of an external box */
    FINDING_BLINKS = 1u << 9,           /* the user: it blinks and takes no disc */
    FINDING_REFUSES_DISC = 1u << 10,    /* it says that it can't read the disc in it */
    FINDING_TROUBLE = 1u << 11,         /* it reports a defect, or hangs over a simple question */
    FINDING_SLAVE_ALONE = 1u << 12,     /* a slave without a master: jumper */
    FINDING_OTHER_NAME = 1u << 13,      /* another drive than at the look before */
    FINDING_MAY_BE_OTHER = 1u << 14,    /* one drive may answer for both positions */
    FINDING_CONTROLLER_WORKS = 1u << 15 /* vendor mode is reported to work behind it */
};
enum { FINDING_COUNT = 16 };

/* The one thing to do next. Its words: words_step(). */
enum next_step {
    STEP_WAIT,          /* probing */
    STEP_CHECK_PLUGS,   /* power, cable, jumper; or bring it in while the PC runs */
    STEP_SWITCH_ON,     /* the channel */
    STEP_LEAVE_IT,      /* protected */
    STEP_ASK_HISTORY,   /* healthy: what is wrong with it? Don't flash for an OS problem */
    STEP_BOX_IS_BROKEN, /* healthy, out of a box: don't flash */
    STEP_CURE_BLINK,    /* EEPROM: which cures there are; don't flash something else at random */
    STEP_BACK_UP_FLASH, /* it listens, or its boot code does */
    STEP_GUIDE,         /* the ways in */
    STEP_UNPLUG_ONE,    /* two on one cable */
    STEP_SET_JUMPER,    /* slave alone and unclear, two masters */
    STEP_OTHER_PORT,    /* controller that is reported to fail */
    STEP_DONOR,         /* this is the good drive: never flash it */
    STEP_LOOK_CLOSER,   /* unknown: here is what was seen */
    STEP_COUNT
};

/* What the next step may do to drive, PC or person. Its words: words_risk(). */
enum step_risk {
    RISK_NONE,  /* nothing is written, nothing is moved */
    RISK_POWER, /* plugs are touched with the power off */
    RISK_LIVE,  /* plugs or switches are moved while the PC runs */
    RISK_WRITE, /* the chip's content will be replaced, after a backup and a question */
    RISK_COUNT
};

/* What the user said, and what this program remembers of the place. */
struct history {
    bool from_a_box, blinks;
    bool is_donor;
};

struct diagnosis {
    enum verdict verdict; /* that of the port, or VERDICT_TWO_DRIVES */
    uint32_t findings;
    enum next_step step;
    enum step_risk risk;
};

/*
 * Never fails. `history` may be NULL. A drive that needs a way in and shares its cable is
 * VERDICT_TWO_DRIVES, whatever it looks like itself: nothing can be done to it before it is alone.
 */
void diagnose(const struct port *port, const struct history *history, struct diagnosis *diagnosis);

#endif
