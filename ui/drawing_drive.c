#include "ui/drawing_drive.h"

#include "ui/menu.h"
#include "ui/words.h"

/* Lines in code page 437; every sink has these signs. */
#define H4  "\xC4\xC4\xC4\xC4"
#define H16 H4 H4 H4 H4
#define H36 H16 H16 H4

static void draw(struct cells *cells, unsigned row, unsigned column, const char *const lines[],
                 unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        cells_text(cells, row + i, column, DRAWING_DRIVE_WIDTH, STYLE_TEXT, lines[i]);
}

void drawing_drive_front(struct cells *cells, unsigned row, unsigned column)
{
    static const char *const lines[] = {
        "\xDA" H36 "\xBF",
        "\xB3 \xDA" H16 H16 "\xBF \xB3",
        "\xB3 \xB3                                \xB3 \xB3",
        "\xB3 \xC0" H16 H16 "\xD9 \xB3",
        "\xB3  o            *         [       ]  \xB3",
        "\xC0" H36 "\xD9",
    };

    draw(cells, row, column, lines, sizeof lines / sizeof lines[0]);
    cells_text(cells, row + 2, column + 16, 8, STYLE_TEXT, WORD_DRIVE_TRAY);
    cells_text(cells, row + 4, column + 5, 8, STYLE_TEXT, WORD_DRIVE_PHONES);
    cells_text(cells, row + 4, column + 18, 6, STYLE_TEXT, WORD_DRIVE_LED);
    cells_text(cells, row + 4, column + 28, 6, STYLE_STRONG, WORD_DRIVE_EJECT);
    cells_fill(cells, row + 6, column + 30, 1, SIGN_UP, STYLE_WARN);
    cells_text(cells, row + 7, column + 24, 16, STYLE_WARN, WORD_DRIVE_HOLD);
}

void drawing_drive_back(struct cells *cells, unsigned row, unsigned column,
                        enum drawing_drive_plug plug)
{
    static const char *const lines[] = {
        "\xDA" H36 "\xBF",
        "\xB3                                    \xB3",
        "\xB3 ::::  [:]:: [::::::::::] (o o o o) \xB3",
        "\xC0" H36 "\xD9",
    };
    static const struct {
        unsigned arrow, label;
    } columns[] = {[DRAWING_DRIVE_DATA] = {20, 16}, [DRAWING_DRIVE_POWER] = {31, 27}};

    draw(cells, row, column, lines, sizeof lines / sizeof lines[0]);
    cells_text(cells, row + 1, column + 2, 35, STYLE_TEXT, WORD_DRIVE_BACK);
    for (enum drawing_drive_plug i = DRAWING_DRIVE_DATA; i <= DRAWING_DRIVE_POWER; i++) {
        bool this_one = i == plug;

        cells_fill(cells, row + 4, column + columns[i].arrow, 1, this_one ? SIGN_UP : 'x',
                   this_one ? STYLE_WARN : STYLE_TEXT);
        cells_text(cells, row + 5, column + columns[i].label, 10,
                   this_one ? STYLE_WARN : STYLE_TEXT,
                   this_one ? WORD_DRIVE_THIS : WORD_DRIVE_LEAVE);
    }
}
