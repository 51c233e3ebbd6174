/*
 * Keys from the bytes that a terminal sends: DEC VT100 and VT220, xterm, rxvt, PuTTY, the Linux
 * console, and the escape conventions of BIOS console redirection (Microsoft, "Standardizing Out of
 * Band Management Console Output and Terminal Emulation (VT-UTF8 and VT100+)").
 */
#ifndef DRIVERS_VT100_INPUT_H
#define DRIVERS_VT100_INPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "drivers/serial.h"

/* Not a key: the user pressed Ctrl-L, the screen shall be sent anew. */
enum { VT100_INPUT_REDRAW = 0xFFFF };

enum vt100_input_state {
    VT100_GROUND,
    VT100_ESCAPE,    /* after ESC */
    VT100_CSI,       /* after ESC [ */
    VT100_CSI_LINUX, /* after ESC [ [ */
    VT100_SS3        /* after ESC O */
};

enum { VT100_PARAMETERS = 2 };

struct vt100_input {
    enum vt100_input_state state;
    uint64_t byte_us; /* when the last byte was read */
    uint16_t parameter[VT100_PARAMETERS];
    uint8_t parameter_count;
    bool after_cr; /* a LF that follows CR is the same Enter key */
    int held;      /* a byte to be looked at again, plus 1; 0 = none */
    uint8_t rows;  /* the terminal reported that it has so many; set to 0 when noted */
};

/*
 * The next key that came in, VT100_INPUT_REDRAW, or KEY_NONE; never waits. An ESC that nothing
 * follows for 100 ms is the ESC key: terminals send their sequences in one go, and network consoles
 * that cut them deliver the rest sooner. Once a sequence has begun its rest may take a second: what
 * is late (a slow screen was drawn in between) must not be taken for digits that somebody typed.
 */
uint16_t vt100_input_read(struct vt100_input *input, struct serial *serial, uint64_t now_us);

#endif
