/* Why do you think so? The facts behind a verdict, in pages. */
#include "ui/screens.h"

#include "kernel/lib/text.h"
#include "ui/evidence.h"

enum { FRAME_ROW = 2, FRAME_ROWS = 21 };

static const struct {
    const char *title;
    evidence_page_fn *draw;
} pages[] = {{WORD_EV_PAGE_SUMMARY, evidence_summary}, {WORD_EV_PAGE_TRAIL, evidence_trail},
             {WORD_EV_PAGE_ANSWERS, evidence_answers}, {WORD_EV_PAGE_LOW, evidence_words_low},
             {WORD_EV_PAGE_HIGH, evidence_words_high}, {WORD_EV_PAGE_CABLE, evidence_cable}};

enum { PAGES = sizeof pages / sizeof pages[0] };

void screen_evidence_draw(struct app *app, const struct port *port, unsigned page)
{
    char text[76];

    app_page(app, WORD_EVIDENCE_TITLE, WORD_EVIDENCE_FOOTER);
    text_format(text, sizeof text, WORD_EVIDENCE_FRAME, port->number, pages[page].title, page + 1,
                (unsigned)PAGES);
    menu_frame(&app->cells, FRAME_ROW, FRAME_ROWS, text);
    pages[page].draw(app, port);
}

unsigned screen_evidence_pages(void)
{
    return PAGES;
}

/* The page after this key. */
static unsigned turn(unsigned page, uint16_t key)
{
    switch (key) {
    case KEY_RIGHT:
    case KEY_DOWN:
    case KEY_PAGE_DOWN:
        return page + 1 < PAGES ? page + 1 : page;
    case KEY_LEFT:
    case KEY_UP:
    case KEY_PAGE_UP:
        return page > 0 ? page - 1 : 0;
    case KEY_HOME:
        return 0;
    case KEY_END:
        return PAGES - 1;
    default:
        return key >= '1' && key < '1' + PAGES ? (unsigned)(key - '1') : page;
    }
}

void screen_evidence(struct app *app, struct port *port)
{
    unsigned page = 0;

    for (;;) {
        uint16_t key;

        screen_evidence_draw(app, port, page);
        cells_refresh(&app->cells);
        key = app_action(app, HELP_EVIDENCE, APP_TICK_US);
        if (key == KEY_ESC || keys_is_ok(key))
            return;
        if (key == 'R')
            app_look_again(app, port);
        page = turn(page, key);
    }
}
