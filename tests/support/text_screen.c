#include "tests/support/text_screen.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "kernel/lib/code_page.h"

enum { SHADE = 0xB1 };

void text_screen_open(struct text_screen *screen, uint8_t rows)
{
    memset(screen, 0, sizeof *screen);
    for (unsigned row = 0; row < SCREEN_ROWS; row++) {
        for (unsigned column = 0; column < SCREEN_COLUMNS; column++)
            screen->cells[row][column] = (struct cell){' ', 0x07};
    }
    screen->rows = rows;
}

static void put(void *context, unsigned row, unsigned column, const struct cell *cells,
                unsigned count)
{
    struct text_screen *screen = context;

    screen->puts++;
    screen->cells_sent += count;
    for (unsigned i = 0; i < count; i++) {
        if (row >= screen->rows || column + i >= SCREEN_COLUMNS)
            screen->outside++;
        else
            screen->cells[row][column + i] = cells[i];
    }
}

static void flush(void *context, unsigned row, unsigned column)
{
    struct text_screen *screen = context;

    screen->flushes++;
    screen->cursor_row = row;
    screen->cursor_column = column;
}

static void beep(void *context)
{
    ((struct text_screen *)context)->beeps++;
}

struct screen_sink text_screen_sink(struct text_screen *screen)
{
    return (struct screen_sink){
        .context = screen, .rows = screen->rows, .put = put, .flush = flush, .beep = beep};
}

/* As a terminal without special signs would show it; a bar's rest differs from its filled part. */
static char ascii_of(uint8_t character)
{
    return character == SHADE ? '.' : code_page_ascii(character);
}

static void put_utf8(uint16_t sign, FILE *file)
{
    if (sign < 0x80)
        fputc(sign, file);
    else if (sign < 0x800)
        fprintf(file, "%c%c", 0xC0 | sign >> 6, 0x80 | (sign & 0x3F));
    else
        fprintf(file, "%c%c%c", 0xE0 | sign >> 12, 0x80 | (sign >> 6 & 0x3F), 0x80 | (sign & 0x3F));
}

void text_screen_row(const struct cell cells[SCREEN_ROWS][SCREEN_COLUMNS], unsigned row,
                     char line[SCREEN_COLUMNS + 1])
{
    unsigned length = 0;

    for (unsigned i = 0; i < SCREEN_COLUMNS; i++) {
        line[i] = ascii_of(cells[row][i].character);
        if (line[i] != ' ')
            length = i + 1;
    }
    line[length] = '\0';
}

int text_screen_find(const struct cell cells[SCREEN_ROWS][SCREEN_COLUMNS], const char *text)
{
    char line[SCREEN_COLUMNS + 1];

    for (unsigned row = 0; row < SCREEN_ROWS; row++) {
        text_screen_row(cells, row, line);
        if (strstr(line, text))
            return (int)row;
    }
    return -1;
}

void text_screen_save(const struct cell cells[SCREEN_ROWS][SCREEN_COLUMNS], const char *name)
{
    char path[128];
    FILE *file;

    mkdir("build", 0777);
    mkdir("build/screens", 0777);
    snprintf(path, sizeof path, "build/screens/%s.txt", name);
    file = fopen(path, "w");
    if (!file)
        return;
    for (unsigned row = 0; row < SCREEN_ROWS; row++) {
        for (unsigned i = 0; i < SCREEN_COLUMNS; i++) {
            put_utf8(code_page_sign(cells[row][i].character), file);
        }
        fputc('\n', file);
    }
    fclose(file);
}
