/* In which order the ways in are tried, and which of them a place can be offered at all. Pure. */
#ifndef KERNEL_PLAN_H
#define KERNEL_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/diagnose.h"

/* Gentle ones first; the order is that in which they are offered. */
enum way {
    WAY_INTRO,      /* ask the chip to listen, once */
    WAY_EJECT,      /* the same with the eject button held when the drive gets its power */
    WAY_CATCH,      /* ask without a break while the drive is switched off and on */
    WAY_LATE_CABLE, /* start the PC without the ribbon, plug it now */
    WAY_HOT_SWAP,   /* start the PC with a good drive, move the ribbon now */
    WAY_LATE_POWER, /* start the PC without the drive's power, plug it now: a live power plug */
    WAY_SWITCH_ON,  /* channel off in the firmware setup, switched on here */
    WAY_COUNT
};

/* What is known when a way is chosen. */
struct plan {
    uint32_t tried;  /* bit = enum way */
    bool brought_in; /* the drive came by late cable, late power or hot swap in this run */
};

/* Whether the way can be offered at this place as it is now. */
bool plan_fits(enum way way, const struct port *port, const struct plan *plan);

/* The next way that fits and was not tried; WAY_COUNT: none is left (then: what remains to be
 * done without this program, words_plan_end()). */
enum way plan_next(const struct port *port, const struct plan *plan);

#endif
