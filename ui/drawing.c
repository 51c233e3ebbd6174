#include "ui/drawing.h"

#include "ui/menu.h"
#include "ui/words.h"

enum {
    PC_ROW = 1,
    PC_ROWS = 5,
    PC_WIDTH = 14,
    CABLE_ROW = 3,
    TURN = 36,  /* column where the cable turns up or down */
    DRIVE = 45, /* column of the drives' left side, where their sockets are */
    DRIVE_WIDTH = 29,
    DRIVE_ROWS = 4,
    GOOD_ROW = 0,
    DEAD_ROW = 4,
    ARROW = DRIVE - 3
};

enum line {
    FLAT = 0xCD, /* the data cable: a double line */
    UPRIGHT = 0xBA,
    TURN_UP = 0xBC,   /* from the left, up */
    TURN_DOWN = 0xBB, /* from the left, down */
    FROM_BELOW = 0xC9,
    FROM_ABOVE = 0xC8,
    THIN = 0xC4,
    THIN_UPRIGHT = 0xB3,
    THIN_CORNER = 0xC0,
    ARROW_RIGHT = 0x10,
    ARROW_LEFT = 0x11,
    SOCKET = 0xB0 /* nothing is plugged in */
};

static void sign(struct cells *cells, unsigned row, unsigned column, enum line line, uint8_t style)
{
    cells_fill(cells, row, column, 1, (uint8_t)line, style);
}

static void box(struct cells *cells, unsigned row, unsigned column, unsigned rows, unsigned width,
                const char *title)
{
    menu_box(cells, row, column, rows, width, STYLE_TEXT);
    cells_format(cells, row, column + 2, width - 4, STYLE_STRONG, " %s ", title);
}

/* A drive with its two sockets. `data`, `power`: whether a plug is in. */
static void drive(struct cells *cells, unsigned row, unsigned column, const char *title,
                  const struct drawing_cables *what, bool data, bool power, bool stays)
{
    unsigned left = column + DRIVE;

    box(cells, row, left, DRIVE_ROWS, DRIVE_WIDTH, title);
    sign(cells, row + 1, left, data ? (enum line)SIGN_BLOCK : SOCKET, STYLE_STRONG);
    cells_text(cells, row + 1, left + 2, DRIVE_WIDTH - 3, STYLE_TEXT,
               what->sata ? WORD_DRAWING_DATA_SATA : WORD_DRAWING_DATA);
    sign(cells, row + 2, left, power ? (enum line)SIGN_BLOCK : SOCKET, STYLE_STRONG);
    cells_format(cells, row + 2, left + 2, DRIVE_WIDTH - 3, STYLE_TEXT, "%s%s",
                 what->sata ? WORD_DRAWING_POWER_SATA : WORD_DRAWING_POWER,
                 stays ? WORD_DRAWING_STAYS : "");
}

static void pc(struct cells *cells, unsigned row, unsigned column, bool sata)
{
    box(cells, row + PC_ROW, column, PC_ROWS, PC_WIDTH, WORD_DRAWING_PC);
    cells_text(cells, row + CABLE_ROW, column + 2, PC_WIDTH - 3, STYLE_TEXT,
               sata ? WORD_DRAWING_SOCKET_SATA : WORD_DRAWING_SOCKET);
    sign(cells, row + CABLE_ROW, column + PC_WIDTH - 1, (enum line)SIGN_BLOCK, STYLE_STRONG);
    cells_text(cells, row + CABLE_ROW + 1, column + 2, PC_WIDTH - 3, STYLE_TEXT,
               WORD_DRAWING_LEAVE);
}

static void cable(struct cells *cells, unsigned row, unsigned column, enum drawing_end end)
{
    unsigned turn = column + TURN, socket = column + DRIVE;
    unsigned to = row + (end == DRAWING_AT_GOOD ? GOOD_ROW : DEAD_ROW) + 1;
    unsigned between = end == DRAWING_AT_GOOD ? to + 1 : to - 1;

    cells_fill(cells, row + CABLE_ROW, column + PC_WIDTH, TURN - PC_WIDTH, FLAT, STYLE_TEXT);
    cells_text(cells, row + CABLE_ROW, column + PC_WIDTH + 2, TURN - PC_WIDTH - 4, STYLE_TEXT,
               WORD_DRAWING_CABLE);
    if (end == DRAWING_OFF) {
        sign(cells, row + CABLE_ROW, turn, (enum line)SIGN_BLOCK, STYLE_STRONG);
        return;
    }
    sign(cells, row + CABLE_ROW, turn, end == DRAWING_AT_GOOD ? TURN_UP : TURN_DOWN, STYLE_TEXT);
    sign(cells, between, turn, UPRIGHT, STYLE_TEXT);
    sign(cells, to, turn, end == DRAWING_AT_GOOD ? FROM_BELOW : FROM_ABOVE, STYLE_TEXT);
    cells_fill(cells, to, turn + 1, socket - turn - 1, FLAT, STYLE_TEXT);
}

/* From the free plug, or from the good drive, to the dead one's socket. */
static void arrow(struct cells *cells, unsigned row, unsigned column, unsigned from, unsigned to)
{
    unsigned at = column + ARROW;

    for (unsigned i = from; i < to; i++)
        sign(cells, row + i, at, THIN_UPRIGHT, STYLE_WARN);
    sign(cells, row + to, at, THIN_CORNER, STYLE_WARN);
    sign(cells, row + to, at + 1, THIN, STYLE_WARN);
    sign(cells, row + to, at + 2, ARROW_RIGHT, STYLE_WARN);
}

static void hand(struct cells *cells, unsigned row, unsigned column,
                 const struct drawing_cables *what)
{
    unsigned drive_row = what->end == DRAWING_AT_GOOD ? GOOD_ROW : DEAD_ROW;

    switch (what->hand) {
    case DRAWING_PULL:
        cells_format(cells, row + drive_row + 2, column + TURN + 2, DRIVE - TURN - 2, STYLE_WARN,
                     "%c " WORD_DRAWING_PULL, ARROW_LEFT);
        break;
    case DRAWING_PLUG:
        cells_fill(cells, row + CABLE_ROW, column + TURN + 1, ARROW - TURN - 1, THIN, STYLE_WARN);
        sign(cells, row + CABLE_ROW, column + ARROW, (enum line)0xBF, STYLE_WARN);
        arrow(cells, row, column, CABLE_ROW + 1, DEAD_ROW + 1);
        break;
    case DRAWING_PLUG_POWER:
        cells_format(cells, row + DEAD_ROW + 2, column + ARROW - sizeof WORD_DRAWING_PLUG + 1,
                     sizeof WORD_DRAWING_PLUG + 2, STYLE_WARN, WORD_DRAWING_PLUG " %c%c", THIN,
                     ARROW_RIGHT);
        break;
    case DRAWING_NOTHING:
        break;
    }
}

void drawing_cables(struct cells *cells, unsigned row, unsigned column,
                    const struct drawing_cables *what)
{
    pc(cells, row, column, what->sata);
    if (what->good)
        drive(cells, row + GOOD_ROW, column, what->good, what, what->end == DRAWING_AT_GOOD, true,
              true);
    drive(cells, row + DEAD_ROW, column, WORD_DRAWING_DEAD, what, what->end == DRAWING_AT_DEAD,
          what->power, what->hand != DRAWING_PLUG_POWER);
    cable(cells, row, column, what->end);
    hand(cells, row, column, what);
}

void drawing_back(struct cells *cells, unsigned row, unsigned column, bool power, bool sata)
{
    static const char *const lines[2][3] = {{WORD_BACK_1, WORD_BACK_2, WORD_BACK_3},
                                            {WORD_BACK_SATA_1, WORD_BACK_SATA_2, WORD_BACK_SATA_3}};
    static const char *const moved[2][2] = {{WORD_BACK_MOVE_DATA, WORD_BACK_MOVE_POWER},
                                            {WORD_BACK_SATA_MOVE_DATA, WORD_BACK_SATA_MOVE_POWER}};

    box(cells, row, column, DRAWING_BACK_ROWS, DRAWING_COLUMNS, WORD_BACK_TITLE);
    for (unsigned i = 0; i < 4; i++)
        cells_text(cells, row + 1 + i, column + 2, DRAWING_COLUMNS - 4,
                   i == 3 ? STYLE_STRONG : STYLE_TEXT,
                   i == 3 ? moved[sata][power] : lines[sata][i]);
}
