/*
 * The guided recovery: one way in after the other, one instruction per screen. Order and reasons:
 * kernel/plan.h. Each way is a screen of its own that comes back with one of these words.
 */
#ifndef UI_GUIDE_H
#define UI_GUIDE_H

#include "kernel/plan.h"
#include "kernel/swap.h"
#include "ui/app.h"

enum way_result {
    WAY_LISTENS,  /* the drive is in vendor mode, the port was probed: flash or back up */
    WAY_ARRIVED,  /* a drive was brought in and probed: start again with the plain intro */
    WAY_NEXT,     /* it did not work: next way */
    WAY_NO_POWER, /* the user does not touch the drive's power: the next way that needs no hand at
                     it */
    WAY_STOPPED   /* the user left */
};

/* What screen_choice() returns for Esc where Esc is none of the answers. */
enum { GUIDE_ESC = 99 };

/* From the main screen, for a drive that is there: all ways from the first on, then the flash. */
void guide_run(struct app *app, struct port *port);

/* From the main screen, for a drive that is not connected because the PC would hang: which cable,
 * how to bring it in, then guide_run() for it. */
void guide_bring_in(struct app *app, struct port *port);

/* The ways. */
enum way_result screen_intro(struct app *app, struct port *port);
enum way_result screen_eject(struct app *app, struct port *port);
enum way_result screen_catch(struct app *app, struct port *port);

/* Safety words first, then step by step; *arrived is the port that the drive answers at. */
enum way_result screen_swap(struct app *app, struct port *port, enum swap_variant variant,
                            struct port **arrived);

#endif
