/*
 * The screen: 80x25 character cells in memory. Everything is drawn here first; sinks (VGA text
 * memory, a serial terminal, ...) only ever get the cells that changed.
 *
 * Row 24, the last one, may be missing on a terminal with 24 rows: nothing essential goes there.
 */
#ifndef UI_CELLS_H
#define UI_CELLS_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include "boot/platform.h"

enum { CELLS_SINKS = PLATFORM_SINKS + 1, CELLS_CURSOR_HIDDEN = SCREEN_ROWS };

struct cells {
    struct cell wanted[SCREEN_ROWS][SCREEN_COLUMNS];
    struct cell shown[SCREEN_ROWS][SCREEN_COLUMNS];
    struct screen_sink sinks[CELLS_SINKS];
    bool fresh[CELLS_SINKS]; /* sink that has not been drawn on yet: gets every cell */
    unsigned sink_count;
    unsigned cursor_row, cursor_column; /* cursor_row CELLS_CURSOR_HIDDEN: no cursor */
    unsigned shown_row, shown_column;
};

/* Blank cells, no sinks, hidden cursor. */
void cells_open(struct cells *cells);

/* Adds a copy of `sink`; it gets the whole screen at the next refresh. False: no room for it. */
bool cells_add_sink(struct cells *cells, const struct screen_sink *sink);

/* Takes the sink with this context out again. */
void cells_remove_sink(struct cells *cells, const void *context);

/* Blanks all cells and hides the cursor. */
void cells_clear(struct cells *cells);

/* Sets `width` cells from row/column on. What lies outside the screen is left out, here and below.
 */
void cells_fill(struct cells *cells, unsigned row, unsigned column, unsigned width,
                uint8_t character, uint8_t attribute);

/* Writes `text` (code page 437), cut at `width`. Returns the columns used. */
unsigned cells_text(struct cells *cells, unsigned row, unsigned column, unsigned width,
                    uint8_t attribute, const char *text);

/* The same with a format as in text_format(). */
unsigned cells_format(struct cells *cells, unsigned row, unsigned column, unsigned width,
                      uint8_t attribute, const char *format, ...)
    __attribute__((format(printf, 6, 7)));

/* Where the cursor stands after the next refresh; row CELLS_CURSOR_HIDDEN hides it. */
void cells_cursor(struct cells *cells, unsigned row, unsigned column);

/* Sends what changed since the last refresh to every sink. */
void cells_refresh(struct cells *cells);

/* Beeps on every sink that can. */
void cells_beep(struct cells *cells);

#endif
