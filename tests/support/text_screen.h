/* A screen that tests can read: a sink that keeps what it was sent. */
#ifndef TESTS_SUPPORT_TEXT_SCREEN_H
#define TESTS_SUPPORT_TEXT_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

#include "boot/platform.h"

struct text_screen {
    struct cell cells[SCREEN_ROWS][SCREEN_COLUMNS];
    uint8_t rows;
    unsigned puts, cells_sent, flushes, beeps;
    unsigned outside; /* cells that were sent for places outside the screen */
    unsigned cursor_row, cursor_column;
};

/* A blank screen of 24 or 25 rows. */
void text_screen_open(struct text_screen *screen, uint8_t rows);
struct screen_sink text_screen_sink(struct text_screen *screen);

/* Row `row` as text: code page 437 lines become + - |, other signs that are no ASCII '*'; blanks at
 * the end are cut. */
void text_screen_row(const struct cell cells[SCREEN_ROWS][SCREEN_COLUMNS], unsigned row,
                     char line[SCREEN_COLUMNS + 1]);

/* The row that holds `text`, or -1. */
int text_screen_find(const struct cell cells[SCREEN_ROWS][SCREEN_COLUMNS], const char *text);

/* Writes the screen as UTF-8 text to build/screens/NAME.txt, for people to look at. */
void text_screen_save(const struct cell cells[SCREEN_ROWS][SCREEN_COLUMNS], const char *name);

#endif
