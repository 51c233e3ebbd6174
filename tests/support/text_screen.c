#include "tests/support/text_screen.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

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

/* One code page 437 sign as ASCII and as UTF-8. */
static const struct sign {
    uint8_t code;
    char ascii;
    const char *utf8;
} signs[] = {{0xC4, '-', "\u2500"}, {0xB3, '|', "\u2502"}, {0xDA, '+', "\u250C"},
             {0xBF, '+', "\u2510"}, {0xC0, '+', "\u2514"}, {0xD9, '+', "\u2518"},
             {0x10, '>', "\u25BA"}, {0x18, '^', "\u2191"}, {0x19, 'v', "\u2193"},
             {0xB1, '.', "\u2592"}, {0xDB, '#', "\u2588"}, {0xFA, '.', "\u00B7"},
             {0xFB, '*', "\u221A"}};

static const struct sign *sign_of(uint8_t code)
{
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
        if (signs[i].code == code)
            return &signs[i];
    }
    return NULL;
}

void text_screen_row(const struct cell cells[SCREEN_ROWS][SCREEN_COLUMNS], unsigned row,
                     char line[SCREEN_COLUMNS + 1])
{
    unsigned length = 0;

    for (unsigned i = 0; i < SCREEN_COLUMNS; i++) {
        uint8_t code = cells[row][i].character;
        const struct sign *sign = sign_of(code);

        line[i] = sign ? sign->ascii : code >= ' ' && code < 0x7F ? (char)code : '*';
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
            uint8_t code = cells[row][i].character;
            const struct sign *sign = sign_of(code);

            if (sign)
                fputs(sign->utf8, file);
            else
                fputc(code >= ' ' && code < 0x7F ? code : '?', file);
        }
        fputc('\n', file);
    }
    fclose(file);
}
