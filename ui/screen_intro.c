/* The gentlest way in: the chip is asked to listen, three times by the full sequence. */
#include "ui/way.h"

#include "ui/screens.h"

/* A drive may let the first intro pass unnoticed. What follows the last one is its answer. */
enum { INTROS = 3, ANSWER_US = 400000 };

struct asking {
    struct way_view view;
    bool asked;       /* at least once, and it is over */
    uint32_t before;  /* tries before Enter */
    uint64_t last_us; /* when the last intro was sent */
};

static void draw(const struct way_view *view)
{
    const struct asking *asking = (const struct asking *)view;
    struct cells *cells = &view->app->cells;
    unsigned row = 2;

    way_draw_hands(view, view->catch.state == CATCH_SETTLING ? WORD_WAY_HANDS_OFF
                         : view->catch.quiet                 ? WORD_INTRO_DO
                                                             : WORD_INTRO_NOW);
    row += 2;
    row += menu_wrap(cells, row, WAY_COLUMN, WAY_WIDTH, 5, STYLE_TEXT, WORD_INTRO_TEXT) + 1;
    if (asking->asked)
        menu_wrap(cells, row, WAY_COLUMN, WAY_WIDTH, 2, STYLE_WARN,
                  words_intro_refused(&view->catch));
}

static void begin(struct asking *asking)
{
    struct catch *catch = &asking->view.catch;

    asking->before = catch->tries;
    asking->asked = false;
    catch->slow = true;
    catch->quiet = false;
}

/* All intros were sent and had their time, or nobody is there to get them. */
static bool is_asked(struct asking *asking)
{
    const struct catch *catch = &asking->view.catch;
    uint64_t now_us = app_now_us(asking->view.app);

    if (catch->quiet || catch->state != CATCH_TRYING)
        return false;
    if (catch->tries - asking->before < INTROS) {
        asking->last_us = now_us;
        return catch_is_empty(catch);
    }
    return now_us - asking->last_us >= ANSWER_US;
}

enum way_result screen_intro(struct app *app, struct port *port)
{
    struct asking asking = {.asked = false};
    struct way_view *view = &asking.view;
    uint16_t key;

    way_open(view, app, port, WAY_INTRO, HELP_WAY_IN, draw);
    do {
        key = way_turn(view);
        if (is_asked(&asking)) {
            asking.asked = view->catch.quiet = true;
            log_line(&app->log, "guide", "port %u: intro, status %02X", port->number,
                     view->catch.status);
        }
        if (keys_is_ok(key) && view->catch.quiet)
            begin(&asking);
        if (key == 'N')
            return way_close(view, WAY_NEXT);
    } while (key != KEY_ESC && !way_is_over(view));
    return way_close(view, WAY_STOPPED);
}
