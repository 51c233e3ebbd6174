/*
 * What the screens of the ways in share: the catch runs behind them, its raw status and what that
 * means are on the screen all the time, and it beeps when something changes, for a user whose eyes
 * are on a switch.
 */
#ifndef UI_WAY_H
#define UI_WAY_H

#include "kernel/catch.h"
#include "ui/guide.h"

/* Rows 2 to WAY_LAST_ROW are the screen's own; below stands what is seen. */
enum { WAY_COLUMN = 3, WAY_WIDTH = 74, WAY_LAST_ROW = 12 };

struct way_view {
    struct app *app;
    struct port *port;
    enum way way;
    enum help_topic topic;
    /* Draws the rows above; the page itself and what is seen are drawn by way_draw(). */
    void (*draw)(const struct way_view *view);
    struct catch catch;
    bool was_empty;       /* the bus; a change that does not last is none */
    uint64_t odd_us;      /* it looks otherwise since then; 0: it does not */
    uint32_t returns;     /* how often somebody drove it again */
    uint64_t returned_us; /* when somebody drove the bus again; 0: not yet */
    unsigned beeps;       /* still to come */
    uint64_t beep_us;     /* when the next one is due */
};

/* Opens the catch for `port`, which goes on from here until way_close(), under help and log, too.
 * It only looks until view->catch.quiet is cleared. */
void way_open(struct way_view *view, struct app *app, struct port *port, enum way way,
              enum help_topic topic, void (*draw)(const struct way_view *view));

/* Draws the screen and waits a moment for a key. */
uint16_t way_turn(struct way_view *view);

/* What the hands are to do now, as a bar over the page. */
void way_draw_hands(const struct way_view *view, const char *text);

/* The screen as it is now. */
void way_draw(const struct way_view *view);

/* Whether the catch has come to its end, good or bad. */
bool way_is_over(const struct way_view *view);

/* Leaves: tells why when the catch stopped for good, probes a drive that listens (without a reset).
 * `result` is what stands when the catch did not end by itself. */
enum way_result way_close(struct way_view *view, enum way_result result);

/*
 * A way in which the user switches the drive's power while the PC runs: the safety words, then the
 * catch asks without a break until it ends, N or Esc. `draw` as in struct way_view.
 */
enum way_result way_switch_power(struct app *app, struct port *port, enum way way,
                                 enum help_topic topic, void (*draw)(const struct way_view *view));

/*
 * A way that begins with the PC's next start: told, and left to the user. The bar stands on `first`
 * (0: end this program; 1: next way).
 */
enum way_result way_at_start(struct app *app, const char *title, const char *text, unsigned first,
                             enum help_topic topic);

#endif
