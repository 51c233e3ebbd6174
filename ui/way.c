#include "ui/way.h"

#include "kernel/lib/text.h"
#include "ui/screens.h"

enum {
    HANDS_ROW = 2,
    FRAME_ROW = WAY_LAST_ROW + 1,
    FRAME_ROWS = 9,
    STRIP_WIDTH = 60, /* a minute in each of two rows */
    REDRAW_US = APP_TICK_US / 2,
    BEEP_EVERY_US = 300000,
    BEEPS_CAUGHT = 3,
    LASTING_US = 60000, /* longer than contacts bounce or noise lasts, shorter than a hand */
    TENTH_US = 100000
};

/* ---- what is seen ---------------------------------------------------------------------------- */

/* Tenths of a second until then, begun ones counted; 0 when it is past (drawing takes time, too).
 */
static unsigned tenths_until(const struct way_view *view, uint64_t until_us)
{
    uint64_t now_us = app_now_us(view->app);

    return until_us > now_us ? (unsigned)((until_us - now_us - 1) / TENTH_US + 1) : 0;
}

/* What the catch does just now, and what that means. */
static void now_text(const struct way_view *view, char *text, size_t size)
{
    const struct catch *catch = &view->catch;
    unsigned tenths = tenths_until(view, catch->settled_us);

    if (catch->state == CATCH_SETTLING)
        text_format(text, size, WORD_WAY_SETTLING, tenths / 10, tenths % 10);
    else if (catch->state == CATCH_ASKING)
        text_format(text, size, WORD_WAY_ASKING, tenths_until(view, catch->deadline_us) / 10 + 1);
    else
        text_copy(text, size, words_way_now(catch));
}

static void draw_strip(struct cells *cells, const struct strip *strip, unsigned row)
{
    for (unsigned i = 0; i < strip->length; i++) {
        char sign = strip->signs[i];

        cells_fill(cells, row + i / STRIP_WIDTH, WAY_COLUMN + i % STRIP_WIDTH, 1, (uint8_t)sign,
                   sign == STRIP_CAUGHT  ? STYLE_GOOD
                   : sign == STRIP_EMPTY ? STYLE_TEXT
                                         : STYLE_STRONG);
    }
}

static void draw_seen(const struct way_view *view)
{
    struct cells *cells = &view->app->cells;
    const struct catch *catch = &view->catch;
    char text[2 * WAY_WIDTH];

    menu_frame(cells, FRAME_ROW, FRAME_ROWS, WORD_WAY_FRAME);
    cells_format(cells, FRAME_ROW + 1, WAY_COLUMN, WAY_WIDTH, STYLE_STRONG, "%s %02X  %s",
                 WORD_STATUS, catch->status, words_status(catch->status));
    now_text(view, text, sizeof text);
    menu_wrap(cells, FRAME_ROW + 2, WAY_COLUMN, WAY_WIDTH, 2,
              catch->state == CATCH_SETTLING || catch->state == CATCH_CAUGHT ? STYLE_GOOD
                                                                             : STYLE_TEXT,
              text);
    cells_format(cells, FRAME_ROW + 4, WAY_COLUMN, WAY_WIDTH, STYLE_TEXT,
                 WORD_WAY_TRIES "   " WORD_WAY_RETURNS, (unsigned)catch->tries,
                 (unsigned)view->returns);
    cells_text(cells, FRAME_ROW + 5, WAY_COLUMN, WAY_WIDTH, STYLE_FRAME, WORD_WAY_STRIP);
    draw_strip(cells, &catch->strip, FRAME_ROW + 6);
}

void way_draw_hands(const struct way_view *view, const char *text)
{
    struct cells *cells = &view->app->cells;

    cells_fill(cells, HANDS_ROW, WAY_COLUMN, WAY_WIDTH, ' ', STYLE_CHOSEN);
    cells_fill(cells, HANDS_ROW, WAY_COLUMN, 1, SIGN_CHOSEN, STYLE_CHOSEN);
    cells_text(cells, HANDS_ROW, WAY_COLUMN + 2, WAY_WIDTH - 2, STYLE_CHOSEN, text);
}

void way_draw(const struct way_view *view)
{
    char right[32];

    text_format(right, sizeof right, WORD_WAY_RIGHT, (unsigned)view->way + 1, (unsigned)WAY_COUNT,
                view->port->number);
    menu_page(&view->app->cells, words_way(view->way), right, words_way_footer(view->way));
    view->draw(view);
    draw_seen(view);
}

/* ---- a turn ---------------------------------------------------------------------------------- */

/* Whether the bus has gone empty or come back: an empty cable picks up noise, contacts bounce. */
static bool bus_changed(struct way_view *view, uint64_t now_us)
{
    bool empty = catch_is_empty(&view->catch);

    if (empty == view->was_empty)
        view->odd_us = 0;
    else if (view->odd_us == 0)
        view->odd_us = now_us;
    if (view->odd_us == 0 || now_us - view->odd_us < LASTING_US)
        return false;
    view->was_empty = empty;
    view->odd_us = 0;
    if (!empty) {
        view->returned_us = now_us;
        view->returns++;
    }
    return true;
}

/* One beep when the bus went empty or came back, three when the drive listens. */
static void note_changes(struct way_view *view, enum catch_state before)
{
    uint64_t now_us = app_now_us(view->app);

    if (bus_changed(view, now_us) && view->beeps == 0)
        view->beeps = 1;
    if (view->catch.state == CATCH_SETTLING && before != CATCH_SETTLING)
        view->beeps = BEEPS_CAUGHT;
    else if (before == CATCH_SETTLING && view->catch.state == CATCH_TRYING)
        view->beeps = 1;
    if (view->beeps && now_us >= view->beep_us) {
        cells_beep(&view->app->cells);
        view->beeps--;
        view->beep_us = now_us + BEEP_EVERY_US;
    }
}

/* A step of the catch, whatever is on the screen: help and log, too. */
static void attend(void *context)
{
    struct way_view *view = context;
    enum catch_state before = view->catch.state;

    catch_step(&view->catch);
    note_changes(view, before);
}

void way_open(struct way_view *view, struct app *app, struct port *port, enum way way,
              enum help_topic topic, void (*draw)(const struct way_view *view))
{
    *view = (struct way_view){.app = app, .port = port, .way = way, .topic = topic, .draw = draw};
    catch_open(&view->catch, port, &app->donors, &app->log);
    view->catch.quiet = true;
    view->was_empty = catch_is_empty(&view->catch);
    app->attend = attend;
    app->attended = view;
}

uint16_t way_turn(struct way_view *view)
{
    way_draw(view);
    cells_refresh(&view->app->cells);
    return app_action(view->app, view->topic, REDRAW_US);
}

bool way_is_over(const struct way_view *view)
{
    return view->catch.state >= CATCH_CAUGHT;
}

enum way_result way_close(struct way_view *view, enum way_result result)
{
    struct app *app = view->app;

    app->attend = NULL;
    /* A question that was sent is waited for (kernel/catch.h has the bound): nothing is left behind
     * in the drive. */
    view->catch.quiet = true;
    while (catch_step(&view->catch) == CATCH_ASKING)
        app->platform->wait_us(app->platform->context, 1000);
    switch (view->catch.state) {
    case CATCH_CAUGHT:
        cells_beep(&app->cells);
        /* No reset: a drive that listens must go on listening. Such a cable is only looked at, so
         * that its probe ends at once. */
        probe_start(&app->machine, view->port, false);
        (void)probe_finish(&app->machine, view->port);
        return view->port->verdict == VERDICT_VENDOR_MODE ? WAY_LISTENS : WAY_NEXT;
    case CATCH_DISK:
        screen_message(app, WORD_WAY_STOPPED_TITLE, WORD_WAY_DISK);
        return WAY_STOPPED;
    case CATCH_DONOR:
        screen_message(app, WORD_WAY_STOPPED_TITLE, WORD_WAY_DONOR);
        return WAY_STOPPED;
    case CATCH_SECOND:
        screen_message(app, WORD_WAY_STOPPED_TITLE, WORD_REFUSED_TWO);
        return WAY_STOPPED;
    default:
        return result;
    }
}

/* What moving a drive's power may do to people and things; asked before, once per run. False: the
 * user does not want to. */
static bool power_is_understood(struct app *app)
{
    static const char *const answers[] = {WORD_POWER_YES, WORD_POWER_NO};

    if (!app->read_power_words)
        app->read_power_words = screen_choice(app, WORD_POWER_TITLE, WORD_POWER_TEXT, answers, 2, 1,
                                              HELP_QUESTION) == 0;
    return app->read_power_words;
}

enum way_result way_switch_power(struct app *app, struct port *port, enum way way,
                                 enum help_topic topic, void (*draw)(const struct way_view *view))
{
    struct way_view view;
    uint16_t key;

    if (!power_is_understood(app))
        return WAY_NO_POWER;
    way_open(&view, app, port, way, topic, draw);
    view.catch.quiet = false;
    do {
        key = way_turn(&view);
        if (key == 'N')
            return way_close(&view, WAY_NEXT);
    } while (key != KEY_ESC && !way_is_over(&view));
    return way_close(&view, WAY_STOPPED);
}

enum way_result way_at_start(struct app *app, const char *title, const char *text, unsigned first,
                             enum help_topic topic)
{
    static const char *const answers[] = {WORD_GUIDE_END_PROGRAM, WORD_GUIDE_NEXT_WAY};

    switch (screen_choice_at(app, title, text, answers, 2, GUIDE_ESC, first, topic)) {
    case 0:
        screen_end(app);
        return WAY_STOPPED;
    case 1:
        return WAY_NEXT;
    default:
        return WAY_STOPPED;
    }
}
