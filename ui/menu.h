/*
 * What screens are made of: a page with title and footer, frames, wrapped text, lists, an input
 * line, a bar. Colours support the meaning; bold and reverse carry it on a monochrome screen.
 */
#ifndef UI_MENU_H
#define UI_MENU_H

#include <stdbool.h>
#include <stdint.h>

#include "ui/cells.h"

enum style {
    STYLE_TEXT = 0x07,
    STYLE_STRONG = 0x0F,
    STYLE_FRAME = 0x03,
    STYLE_HEADING = 0x0B,
    STYLE_TITLE = 0x1F,
    STYLE_FOOTER = 0x17,
    STYLE_KEY = 0x1F,
    STYLE_CHOSEN = 0x70,
    STYLE_GOOD = 0x0A,
    STYLE_WARN = 0x0E,
    STYLE_BAD = 0x4F
};

/* Code page 437 signs that screens use; they have names in Unicode, so every sink can show them. */
enum sign {
    SIGN_CHOSEN = 0x10, /* right-pointing triangle */
    SIGN_UP = 0x18,
    SIGN_DOWN = 0x19,
    SIGN_SHADE = 0xB1,
    SIGN_BLOCK = 0xDB,
    SIGN_DOT = 0xFA,
    SIGN_CHECK = 0xFB
};

enum { MENU_FOOTER_ROW = 23, MENU_LAST_ROW = 22, MENU_WIDTH = SCREEN_COLUMNS - 2 };

/* Clears the screen and draws the title bar (row 0) and the footer (row 23). In `footer`, {braces}
 * mark keys. */
void menu_page(struct cells *cells, const char *title, const char *right, const char *footer);

/* Text in which {braces} mark keys (drawn in `key`, the braces left out). Returns the columns used.
 */
unsigned menu_keys_text(struct cells *cells, unsigned row, unsigned column, uint8_t style,
                        uint8_t key, const char *text);

/* An empty frame, `rows` high and `width` wide with its lines. */
void menu_box(struct cells *cells, unsigned row, unsigned column, unsigned rows, unsigned width,
              uint8_t style);

/* A frame over columns 1..78, `rows` high with its two lines; `title` in the upper line. */
void menu_frame(struct cells *cells, unsigned row, unsigned rows, const char *title);

/*
 * Breaks `text` at blanks into lines of at most `width`, at most `rows` of them; '\n' ends a line.
 * Returns the rows used.
 */
unsigned menu_wrap(struct cells *cells, unsigned row, unsigned column, unsigned width,
                   unsigned rows, uint8_t style, const char *text);

/* Draws `label` at `column` and `value` (strong) 12 columns further on. */
void menu_field(struct cells *cells, unsigned row, unsigned column, const char *label,
                const char *value);

/* A list of `count` items of which `rows` are visible from `top` on. */
struct menu_list {
    unsigned count, chosen, top, rows;
};

/* Makes `chosen` valid and visible after `count` or `rows` changed. */
void menu_list_settle(struct menu_list *list);

/* Arrows, page keys, Home, End and the digits 1..9. Returns whether the key was one of these. */
bool menu_list_key(struct menu_list *list, uint16_t key);

/* Draws the item's bar (reverse and a sign when chosen) over `width` columns from `column` on.
 * Returns its style. */
uint8_t menu_list_bar(struct cells *cells, const struct menu_list *list, unsigned index,
                      unsigned row, unsigned column, unsigned width);

/* A line to type into. */
struct menu_input {
    char text[33];
    unsigned length;
};

/* Letters and Backspace. Returns whether the key was one of these. */
bool menu_input_key(struct menu_input *input, uint16_t key);

/* Draws the line as `width` columns and puts the cursor there. */
void menu_input_draw(struct cells *cells, const struct menu_input *input, unsigned row,
                     unsigned column, unsigned width);

/* A bar of `width` columns, filled done/total, with the per cent behind it. */
void menu_bar(struct cells *cells, unsigned row, unsigned column, unsigned width, uint32_t done,
              uint32_t total);

#endif
