/* Getting a dead drive to listen: the intro, once or again and again, with the raw status live. */
#include "ui/screens.h"

#include "drivers/mtk.h"
#include "kernel/lib/string.h"
#include "kernel/lib/text.h"

enum {
    COLUMN = 3,
    WIDTH = 74,
    FRAME_ROW = 11,
    STRIP_WIDTH = 60,
    STRIP_LENGTH = sizeof((struct way_in *)0)->strip,
    ASK_EVERY_US = 25000, /* PROTOCOL.md, "When the door is open" */
    SECOND_US = 1000000
};

/* Statuses of a firmware that runs. PROTOCOL.md, "Status". */
enum { ANSWER_READY = 0x50, ANSWER_ABORTED = 0x51 };

static const char *answer_text(const struct way_in *way_in, char *text, size_t size)
{
    if (!way_in->asked)
        text_copy(text, size, WORD_WAY_IN_BEFORE);
    else if (way_in->done)
        text_format(text, size, WORD_WAY_IN_DONE, way_in->answer);
    else if (way_in->answer == MTK_STATUS_SLIM_52)
        text_copy(text, size, WORD_WAY_IN_52);
    else if (way_in->answer == ANSWER_READY || way_in->answer == ANSWER_ABORTED)
        text_format(text, size, WORD_WAY_IN_RUNS, way_in->answer);
    else
        text_format(text, size, WORD_WAY_IN_REFUSED, way_in->answer);
    return text;
}

static void draw_seen(struct cells *cells, const struct way_in *way_in)
{
    char text[140];
    unsigned start = 0;

    menu_frame(cells, FRAME_ROW, 9, WORD_WAY_IN_FRAME);
    cells_format(cells, FRAME_ROW + 1, COLUMN, WIDTH, STYLE_STRONG, "%s %02X  %s", WORD_STATUS,
                 way_in->status, words_status(way_in->status));
    menu_wrap(cells, FRAME_ROW + 2, COLUMN, WIDTH, 2, way_in->done ? STYLE_GOOD : STYLE_TEXT,
              answer_text(way_in, text, sizeof text));
    cells_format(cells, FRAME_ROW + 4, COLUMN, WIDTH, STYLE_TEXT,
                 WORD_WAY_IN_TRIES "   " WORD_WAY_IN_SEEN, (unsigned)way_in->tries,
                 (unsigned)way_in->returns);
    cells_text(cells, FRAME_ROW + 5, COLUMN, WIDTH, STYLE_FRAME, WORD_WAY_IN_STRIP);
    for (unsigned row = 0; row < 2; row++, start += STRIP_WIDTH) {
        for (unsigned i = start; i < start + STRIP_WIDTH && i < way_in->strip_length; i++)
            cells_fill(cells, FRAME_ROW + 6 + row, COLUMN + i - start, 1, (uint8_t)way_in->strip[i],
                       STYLE_STRONG);
    }
}

void screen_way_in_draw(struct app *app, const struct way_in *way_in)
{
    struct cells *cells = &app->cells;
    char port[24];

    text_format(port, sizeof port, WORD_PORT, way_in->port->number);
    menu_page(cells, WORD_WAY_IN_TITLE, port,
              way_in->done     ? WORD_WAY_IN_FOOTER_DONE
              : way_in->asking ? WORD_WAY_IN_FOOTER_ASKING
                               : WORD_WAY_IN_FOOTER);
    menu_wrap(cells, 2, COLUMN, WIDTH, 3, STYLE_TEXT, WORD_WAY_IN_TEXT);
    menu_wrap(cells, 5, COLUMN, WIDTH, 6, STYLE_TEXT, WORD_WAY_IN_HARD);
    draw_seen(cells, way_in);
    if (way_in->asking)
        menu_keys_text(cells, FRAME_ROW + 10, COLUMN, STYLE_STRONG, STYLE_WARN, WORD_WAY_IN_ASKING);
}

static bool bus_empty(uint8_t status)
{
    return status == 0x7F || status == 0xFF;
}

/* Takes note of the raw status: the strip, and the power coming back. */
static void look(struct way_in *way_in, uint8_t status, uint64_t now_us, uint64_t *second_us)
{
    char sign = bus_empty(status)                        ? '-'
                : mtk_mode_of_status(status) != MTK_NONE ? 'V'
                : status & ATA_STATUS_BSY                ? 'B'
                                                         : 'r';

    way_in->returns += bus_empty(way_in->status) && !bus_empty(status);
    way_in->status = status;
    if (now_us < *second_us)
        return;
    *second_us = now_us + SECOND_US;
    if (way_in->strip_length == STRIP_LENGTH) {
        memmove(way_in->strip, way_in->strip + 1, STRIP_LENGTH - 1);
        way_in->strip_length--;
    }
    way_in->strip[way_in->strip_length++] = sign;
}

/* One intro and what it leads to. */
static void ask(struct app *app, struct way_in *way_in, struct mtk *mtk, bool quick)
{
    bool sent;

    way_in->answer = quick ? mtk_intro_quick(mtk, &sent) : mtk_intro(mtk);
    way_in->asked = true;
    way_in->tries++;
    if (mtk->mode == MTK_NONE) {
        if (!quick)
            log_line(&app->log, "way in", "port %u: intro, status %02X", way_in->port->number,
                     way_in->answer);
        return;
    }
    if (quick)
        way_in->answer = mtk_intro(mtk);
    if (mtk->mode == MTK_NONE)
        return;
    way_in->done = true;
    way_in->asking = false;
    cells_beep(&app->cells);
    log_line(&app->log, "way in", "port %u: it listens, status %02X, after %u tries",
             way_in->port->number, way_in->answer, (unsigned)way_in->tries);
}

/* Serves one key. Returns true when the screen is left. */
static bool serve(struct app *app, struct way_in *way_in, struct mtk *mtk, uint16_t key,
                  bool *backup)
{
    if (key == KEY_ESC && way_in->asking) {
        way_in->asking = false;
        return false;
    }
    if (key == KEY_ESC)
        return true;
    if (way_in->done && (keys_is_ok(key) || key == KEY_F1 + 5 || key == KEY_F1 + 4)) {
        *backup = key == KEY_F1 + 4;
        return true;
    }
    if (way_in->done)
        return false;
    if (key == 'A')
        way_in->asking = !way_in->asking;
    else if (keys_is_ok(key) && !way_in->asking)
        ask(app, way_in, mtk, false);
    return false;
}

bool screen_way_in(struct app *app, struct port *port, bool *backup)
{
    struct way_in way_in = {.port = port, .status = port->evidence.status};
    struct flash_method method;
    struct mtk mtk;
    uint64_t second_us = 0;
    uint16_t key;

    mtk_open(&mtk, &method, &port->device);
    app->working = true;
    do {
        if (way_in.asking)
            ask(app, &way_in, &mtk, true);
        look(&way_in, mtk_look(&mtk), app_now_us(app), &second_us);
        screen_way_in_draw(app, &way_in);
        cells_refresh(&app->cells);
        key = app_action(app, HELP_WAY_IN, way_in.asking ? ASK_EVERY_US : APP_TICK_US);
    } while (!serve(app, &way_in, &mtk, key, backup));
    /* No reset: a drive that listens must go on listening. Such a cable is only looked at, so that
     * its probe ends at once and what comes next finds the new verdict. */
    probe_start(&app->machine, port, false);
    if (way_in.done)
        (void)probe_finish(&app->machine, port);
    app->working = false;
    return way_in.done && key != KEY_ESC;
}
