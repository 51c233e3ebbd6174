#include "ui/cells.h"

#include "kernel/lib/string.h"
#include "kernel/lib/text.h"

enum { PLAIN = 0x07 };

/* Two changed runs with fewer unchanged cells between them are sent as one: moving a terminal's
 * cursor takes up to eight bytes, a character one. */
enum { RUN_GAP = 6 };

void cells_open(struct cells *cells)
{
    memset(cells, 0, sizeof *cells);
    cells_clear(cells);
    memcpy(cells->shown, cells->wanted, sizeof cells->shown);
    cells->shown_row = CELLS_CURSOR_HIDDEN;
}

bool cells_add_sink(struct cells *cells, const struct screen_sink *sink)
{
    if (cells->sink_count >= CELLS_SINKS)
        return false;
    cells->sinks[cells->sink_count] = *sink;
    cells->fresh[cells->sink_count] = true;
    cells->sink_count++;
    return true;
}

void cells_remove_sink(struct cells *cells, const void *context)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < cells->sink_count; i++) {
        if (cells->sinks[i].context == context)
            continue;
        cells->sinks[kept] = cells->sinks[i];
        cells->fresh[kept] = cells->fresh[i];
        kept++;
    }
    cells->sink_count = kept;
}

void cells_clear(struct cells *cells)
{
    for (unsigned row = 0; row < SCREEN_ROWS; row++)
        cells_fill(cells, row, 0, SCREEN_COLUMNS, ' ', PLAIN);
    cells_cursor(cells, CELLS_CURSOR_HIDDEN, 0);
}

/* How many of `width` cells from `column` on lie on the screen. */
static unsigned visible(unsigned row, unsigned column, unsigned width)
{
    if (row >= SCREEN_ROWS || column >= SCREEN_COLUMNS)
        return 0;
    return width > SCREEN_COLUMNS - column ? SCREEN_COLUMNS - column : width;
}

void cells_fill(struct cells *cells, unsigned row, unsigned column, unsigned width,
                uint8_t character, uint8_t attribute)
{
    width = visible(row, column, width);
    for (unsigned i = 0; i < width; i++)
        cells->wanted[row][column + i] = (struct cell){character, attribute};
}

unsigned cells_text(struct cells *cells, unsigned row, unsigned column, unsigned width,
                    uint8_t attribute, const char *text)
{
    unsigned used = 0;

    width = visible(row, column, width);
    while (used < width && text[used] != '\0') {
        cells->wanted[row][column + used] = (struct cell){(uint8_t)text[used], attribute};
        used++;
    }
    return used;
}

unsigned cells_format(struct cells *cells, unsigned row, unsigned column, unsigned width,
                      uint8_t attribute, const char *format, ...)
{
    char text[SCREEN_COLUMNS + 1];
    va_list arguments;

    va_start(arguments, format);
    text_format_list(text, sizeof text, format, arguments);
    va_end(arguments);
    return cells_text(cells, row, column, width, attribute, text);
}

void cells_cursor(struct cells *cells, unsigned row, unsigned column)
{
    cells->cursor_row = row;
    cells->cursor_column = column;
}

static bool cell_changed(const struct cells *cells, bool fresh, unsigned row, unsigned column)
{
    const struct cell *wanted = &cells->wanted[row][column], *shown = &cells->shown[row][column];

    return fresh || wanted->character != shown->character || wanted->attribute != shown->attribute;
}

/* Sends the changed runs of one row to one sink. Returns whether there were any. */
static bool refresh_row(struct cells *cells, const struct screen_sink *sink, bool fresh,
                        unsigned row)
{
    unsigned column = 0;
    bool any = false;

    while (column < SCREEN_COLUMNS) {
        unsigned end, gap = 0;

        if (!cell_changed(cells, fresh, row, column)) {
            column++;
            continue;
        }
        end = column + 1;
        for (unsigned i = end; i < SCREEN_COLUMNS && gap <= RUN_GAP; i++) {
            gap++;
            if (cell_changed(cells, fresh, row, i)) {
                end = i + 1;
                gap = 0;
            }
        }
        sink->put(sink->context, row, column, &cells->wanted[row][column], end - column);
        any = true;
        column = end;
    }
    return any;
}

void cells_refresh(struct cells *cells)
{
    bool cursor_moved =
        cells->cursor_row != cells->shown_row ||
        (cells->cursor_row < SCREEN_ROWS && cells->cursor_column != cells->shown_column);

    for (unsigned i = 0; i < cells->sink_count; i++) {
        const struct screen_sink *sink = &cells->sinks[i];
        bool any = cursor_moved || cells->fresh[i];

        for (unsigned row = 0; row < SCREEN_ROWS && row < sink->rows; row++)
            any |= refresh_row(cells, sink, cells->fresh[i], row);
        cells->fresh[i] = false;
        if (any)
            sink->flush(sink->context, cells->cursor_row, cells->cursor_column);
    }
    memcpy(cells->shown, cells->wanted, sizeof cells->shown);
    cells->shown_row = cells->cursor_row;
    cells->shown_column = cells->cursor_column;
}

void cells_beep(struct cells *cells)
{
    for (unsigned i = 0; i < cells->sink_count; i++) {
        if (cells->sinks[i].beep)
            cells->sinks[i].beep(cells->sinks[i].context);
    }
}
