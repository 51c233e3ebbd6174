/* A VT100 terminal as a screen and a source of keys. */
#include "drivers/vt100.h"

#include "kernel/lib/string.h"
#include "kernel/lib/code_page.h"
#include "kernel/lib/text.h"

enum { NOT_KNOWN = 255, ROWS_CERTAIN = 24, ALL_ROWS = (1 << SCREEN_ROWS) - 1 };

/*
 * A refresh may wait for the line, but the line shall never cost more than an eighth of the time:
 * it earns waiting time while others work, up to what a whole screen takes at 115200 baud.
 */
enum { CREDIT_SHARE = 8, CREDIT_LIMIT_US = 250000 };

/* Blanks at the end of a row are erased by one sequence when that is shorter than sending them. */
enum { ERASE_WORTH = 8 };

static void pend(struct vt100 *vt100, const char *format, unsigned a, unsigned b)
{
    char *room = (char *)vt100->pending + vt100->pending_count;
    size_t left = VT100_PENDING - vt100->pending_count;

    vt100->pending_count = (uint8_t)(vt100->pending_count + text_format(room, left, format, a, b));
}

static void pend_byte(struct vt100 *vt100, uint8_t byte)
{
    vt100->pending[vt100->pending_count++] = byte;
}

/* RFC 3629, for values below 10000h. */
static void pend_utf8(struct vt100 *vt100, uint16_t value)
{
    if (value < 0x80) {
        pend_byte(vt100, (uint8_t)value);
        return;
    }
    if (value < 0x800) {
        pend_byte(vt100, (uint8_t)(0xC0 | value >> 6));
    } else {
        pend_byte(vt100, (uint8_t)(0xE0 | value >> 12));
        pend_byte(vt100, (uint8_t)(0x80 | (value >> 6 & 0x3F)));
    }
    pend_byte(vt100, (uint8_t)(0x80 | (value & 0x3F)));
}

static void pend_character(struct vt100 *vt100, uint8_t character)
{
    if (vt100->charset == VT100_ASCII)
        pend_byte(vt100, (uint8_t)code_page_ascii(character));
    else
        pend_utf8(vt100, code_page_sign(character));
}

/*
 * Select graphic rendition (ECMA-48, 8.3.117). Black on light grey is sent as "reverse", so that it
 * is seen on a terminal without colours. VGA counts blue 1 and red 4, ECMA-48 the other way round.
 */
static void pend_attribute(struct vt100 *vt100, uint8_t attribute)
{
    static const char colour[] = "04261537";

    attribute &= 0x7F;
    if (vt100->attribute_known && vt100->attribute == attribute)
        return;
    vt100->attribute = attribute;
    vt100->attribute_known = true;
    pend(vt100, attribute & 0x08 ? "\x1B[0;1" : "\x1B[0", 0, 0);
    if ((attribute & 0x77) == 0x70)
        pend(vt100, ";7", 0, 0);
    else if ((attribute & 0x77) != 0x07)
        pend(vt100, ";3%c;4%c", (unsigned)colour[attribute & 7],
             (unsigned)colour[attribute >> 4 & 7]);
    pend_byte(vt100, 'm');
}

static void pend_position(struct vt100 *vt100, uint8_t row, uint8_t column)
{
    if (vt100->at_row == row && vt100->at_column == column)
        return;
    pend(vt100, "\x1B[%u;%uH", row + 1u, column + 1u);
    vt100->at_row = row;
    vt100->at_column = column;
}

static bool same_cell(const struct cell *a, const struct cell *b)
{
    return a->character == b->character && a->attribute == b->attribute;
}

/*
 * Set-up: UTF-8 on (ECMA-35), colours off, no wrap at the last column (a terminal of 24 rows would
 * scroll), no cursor, empty screen; then the cursor is sent to row 25 and the terminal asked where
 * it is (device status report): one with 24 rows answers 24.
 */
static void start(struct vt100 *vt100)
{
    if (vt100->charset == VT100_UTF8)
        pend(vt100, "\x1B%%G", 0, 0);
    pend(vt100, "\x1B[0m\x1B[?7l\x1B[?25l\x1B[2J\x1B[%u;%uH\x1B[6n", SCREEN_ROWS, SCREEN_COLUMNS);
    for (unsigned row = 0; row < SCREEN_ROWS; row++) {
        for (unsigned column = 0; column < SCREEN_COLUMNS; column++)
            vt100->shown[row][column] = (struct cell){' ', 0x07};
    }
    vt100->dirty_rows = ALL_ROWS;
    vt100->at_row = NOT_KNOWN;
    vt100->attribute = 0x07;
    vt100->attribute_known = true;
    vt100->cursor_shown = false;
    vt100->starting = false;
}

/* Whether everything from `column` on is a plain blank, and enough of it is not so yet. */
static bool erase_is_worth_it(const struct vt100 *vt100, unsigned row, unsigned column)
{
    static const struct cell blank = {' ', 0x07};
    unsigned differing = 0;

    for (; column < SCREEN_COLUMNS; column++) {
        if (!same_cell(&vt100->wanted[row][column], &blank))
            return false;
        differing += !same_cell(&vt100->shown[row][column], &blank);
    }
    return differing >= ERASE_WORTH;
}

static void draw_cell(struct vt100 *vt100, uint8_t row, uint8_t column)
{
    const struct cell *cell = &vt100->wanted[row][column];

    pend_position(vt100, row, column);
    pend_attribute(vt100, cell->attribute);
    if (erase_is_worth_it(vt100, row, column)) {
        pend(vt100, "\x1B[K", 0, 0);
        memcpy(&vt100->shown[row][column], cell, (SCREEN_COLUMNS - column) * sizeof(*cell));
        return;
    }
    pend_character(vt100, cell->character);
    vt100->shown[row][column] = *cell;
    vt100->at_column++;
    if (vt100->at_column == SCREEN_COLUMNS)
        vt100->at_row = NOT_KNOWN; /* terminals differ in where the cursor is now */
}

/* Makes the bytes for the next cell that differs; false when none does. */
static bool draw_next_cell(struct vt100 *vt100)
{
    for (uint8_t row = 0; row < vt100->rows; row++) {
        if ((vt100->dirty_rows & 1u << row) == 0)
            continue;
        for (uint8_t column = 0; column < SCREEN_COLUMNS; column++) {
            if (!same_cell(&vt100->wanted[row][column], &vt100->shown[row][column])) {
                draw_cell(vt100, row, column);
                return true;
            }
        }
        vt100->dirty_rows &= ~(1u << row);
    }
    return false;
}

/* Puts the cursor where it shall be; false when it is. */
static bool place_cursor(struct vt100 *vt100)
{
    bool visible = vt100->cursor_row < vt100->rows;

    if (visible)
        pend_position(vt100, vt100->cursor_row, vt100->cursor_column);
    if (visible != vt100->cursor_shown)
        pend(vt100, visible ? "\x1B[?25h" : "\x1B[?25l", 0, 0);
    vt100->cursor_shown = visible;
    return vt100->pending_count > 0;
}

/* Fills `pending` with the next bytes to send; false when the terminal shows what it should. */
static bool make_next(struct vt100 *vt100)
{
    vt100->pending_count = vt100->pending_sent = 0;
    if (vt100->starting) {
        start(vt100);
        return true;
    }
    if (vt100->bell) {
        vt100->bell = false;
        pend_byte(vt100, '\a');
        return true;
    }
    return draw_next_cell(vt100) || place_cursor(vt100);
}

/* Sends while the transmitter has room; true when nothing is left to send. */
static bool send(struct vt100 *vt100)
{
    for (;;) {
        while (vt100->pending_sent < vt100->pending_count) {
            if (!serial_try_write(vt100->serial, vt100->pending[vt100->pending_sent]))
                return false;
            vt100->pending_sent++;
        }
        if (!make_next(vt100))
            return true;
    }
}

static uint64_t now_us(const struct vt100 *vt100)
{
    return vt100->platform->now_us(vt100->platform->context);
}

static void vt100_put(void *context, unsigned row, unsigned column, const struct cell *cells,
                      unsigned count)
{
    struct vt100 *vt100 = context;

    if (row >= SCREEN_ROWS || column >= SCREEN_COLUMNS)
        return;
    if (count > SCREEN_COLUMNS - column)
        count = SCREEN_COLUMNS - column;
    memcpy(&vt100->wanted[row][column], cells, count * sizeof(*cells));
    vt100->dirty_rows |= 1u << row;
}

static void vt100_flush(void *context, unsigned row, unsigned column)
{
    struct vt100 *vt100 = context;
    uint64_t start_us = now_us(vt100);
    uint64_t earned = (start_us - vt100->credit_since_us) / CREDIT_SHARE;
    uint64_t credit = earned < CREDIT_LIMIT_US ? earned : CREDIT_LIMIT_US;

    vt100->cursor_row = (uint8_t)(row < SCREEN_ROWS ? row : SCREEN_ROWS);
    vt100->cursor_column = (uint8_t)(column < SCREEN_COLUMNS ? column : SCREEN_COLUMNS - 1);
    while (!send(vt100) && now_us(vt100) - start_us < credit)
        ;
    credit -= now_us(vt100) - start_us < credit ? now_us(vt100) - start_us : credit;
    vt100->credit_since_us = now_us(vt100) - credit * CREDIT_SHARE;
}

static void vt100_beep(void *context)
{
    ((struct vt100 *)context)->bell = true;
}

static uint16_t vt100_read_key(void *context)
{
    struct vt100 *vt100 = context;
    uint16_t key = vt100_input_read(&vt100->input, vt100->serial, now_us(vt100));

    if (key == VT100_INPUT_REDRAW) {
        vt100->starting = true;
        key = KEY_NONE;
    }
    if (vt100->input.rows != 0) {
        vt100->rows = vt100->input.rows < SCREEN_ROWS ? ROWS_CERTAIN : SCREEN_ROWS;
        vt100->dirty_rows = ALL_ROWS;
        vt100->input.rows = 0;
    }
    send(vt100);
    return key;
}

void vt100_open(struct vt100 *vt100, struct serial *serial, const struct platform *platform,
                enum vt100_charset charset)
{
    memset(vt100, 0, sizeof(*vt100));
    vt100->serial = serial;
    vt100->platform = platform;
    vt100->charset = charset;
    vt100->rows = ROWS_CERTAIN;
    vt100->starting = true;
    vt100->cursor_row = SCREEN_ROWS;
    vt100->credit_since_us = now_us(vt100);
    for (unsigned row = 0; row < SCREEN_ROWS; row++) {
        for (unsigned column = 0; column < SCREEN_COLUMNS; column++)
            vt100->wanted[row][column] = (struct cell){' ', 0x07};
    }
}

struct screen_sink vt100_sink(struct vt100 *vt100)
{
    struct screen_sink sink = {
        .context = vt100,
        .rows = SCREEN_ROWS,
        .put = vt100_put,
        .flush = vt100_flush,
        .beep = vt100_beep,
    };

    return sink;
}

struct key_source vt100_keys(struct vt100 *vt100)
{
    struct key_source source = {.context = vt100, .read = vt100_read_key};

    return source;
}

bool vt100_drain(struct vt100 *vt100, uint32_t limit_us)
{
    uint64_t start_us = now_us(vt100);

    do {
        if (send(vt100))
            return true;
    } while (now_us(vt100) - start_us < limit_us);
    return false;
}
