/*
 * The 80x25 screen and the keyboard on a terminal at a serial port: DEC VT100 and its heirs
 * (ECMA-48 control sequences; xterm, PuTTY, screen, minicom, the Linux console).
 *
 * Nothing here waits for a slow line for long: the screen keeps what shall be seen and what the
 * terminal shows, and sends differences when the transmitter has room, at every refresh and at
 * every look for a key. A terminal that falls behind skips what was already overwritten.
 */
#ifndef DRIVERS_VT100_H
#define DRIVERS_VT100_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot/platform.h"
#include "drivers/serial.h"
#include "drivers/vt100_input.h"

enum vt100_charset {
    VT100_UTF8, /* frames and arrows as Unicode, as terminals of today expect */
    VT100_ASCII /* frames from + - |, for terminals that know nothing else */
};

enum { VT100_PENDING = 64 };

struct vt100 {
    struct serial *serial;
    const struct platform *platform; /* clock */
    enum vt100_charset charset;
    uint8_t rows; /* 24 until the terminal reports that it has more */

    /* Output. */
    struct cell wanted[SCREEN_ROWS][SCREEN_COLUMNS];
    struct cell shown[SCREEN_ROWS][SCREEN_COLUMNS];
    uint32_t dirty_rows; /* bit n: row n may differ */
    bool starting;       /* the terminal needs its set-up sequence */
    bool bell;
    uint8_t cursor_row, cursor_column; /* where it shall stand; row >= SCREEN_ROWS: hidden */
    uint8_t at_row, at_column;         /* where the terminal has it; row 255: not known */
    uint8_t attribute;                 /* that the terminal writes with */
    bool attribute_known, cursor_shown;
    uint8_t pending[VT100_PENDING]; /* made but not sent */
    uint8_t pending_count, pending_sent;
    uint64_t credit_since_us; /* a refresh may wait an eighth of the time since then */

    struct vt100_input input;
};

/*
 * Starts a terminal on an open serial port. Its set-up (colours off, clear, no wrap, a question for
 * its size) is sent with the first refresh.
 */
void vt100_open(struct vt100 *vt100, struct serial *serial, const struct platform *platform,
                enum vt100_charset charset);

/*
 * The terminal as a screen and as a source of keys. The sink takes all 25 rows; the last one is
 * drawn only on a terminal that has it. Ctrl-L at the terminal draws everything again.
 */
struct screen_sink vt100_sink(struct vt100 *vt100);
struct key_source vt100_keys(struct vt100 *vt100);

/* Sends all that is outstanding, at most `limit_us` µs long: before a reboot or power off. Returns
 * whether everything was sent. */
bool vt100_drain(struct vt100 *vt100, uint32_t limit_us);

#endif
