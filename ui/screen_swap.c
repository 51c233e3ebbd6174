/* Bringing a drive in while the PC runs: what is needed, what is dangerous, then one instruction at
 * a time, with the raw status live (kernel/swap.h). */
#include "ui/drawing.h"
#include "ui/guide.h"
#include "ui/screens.h"

#include "kernel/lib/string.h"
#include "kernel/lib/text.h"

enum {
    COLUMN = 3,
    WIDTH = 74,
    FIRST_ROW = 2,
    DRAWING_ROW = 4,
    NOTE_ROW = DRAWING_ROW + DRAWING_ROWS,
    FRAME_ROW = NOTE_ROW + 2,
    ENTRIES = 4,
    FRAME_ROWS = ENTRIES + 4,
    SECOND_US = 1000000,
    TENTH_US = 100000
};

/* ---- drawing --------------------------------------------------------------------------------- */

static const char *where_of(const struct swap_view *view)
{
    return view->port->where;
}

/* A channel with one place only is a SATA port; one with two may be either, and is drawn as IDE. */
static bool is_sata(const struct swap_view *view)
{
    return view->port->channel->single;
}

/* The shortest name by which the good drive is known. */
static const char *good_name(const struct drive_name *name)
{
    return name->product[0] ? name->product : name->model;
}

static void draw_needs(struct cells *cells, const struct swap_view *view)
{
    unsigned rows =
        menu_wrap(cells, FIRST_ROW, COLUMN, WIDTH, 14, STYLE_TEXT, words_swap_needs(view->variant));

    drawing_back(cells, FIRST_ROW + rows + 1, COLUMN, view->variant == SWAP_LATE_POWER,
                 is_sata(view));
}

static void draw_safety(struct cells *cells, const struct swap_view *view)
{
    unsigned row = FIRST_ROW;

    cells_text(cells, row, COLUMN, WIDTH, STYLE_WARN, WORD_SWAP_SAFE_TITLE);
    cells_text(cells, row += 2, COLUMN, WIDTH, STYLE_HEADING, WORD_SWAP_SAFE_YOU);
    row += 1 + menu_wrap(cells, row + 1, COLUMN, WIDTH, 6, STYLE_TEXT, WORD_SWAP_SAFE_PERSON);
    cells_text(cells, ++row, COLUMN, WIDTH, STYLE_HEADING, WORD_SWAP_SAFE_PARTS);
    row += 1 + menu_wrap(cells, row + 1, COLUMN, WIDTH, 10, STYLE_TEXT, WORD_SWAP_SAFE_HARDWARE);
    if (view->variant == SWAP_LATE_POWER)
        menu_wrap(cells, row, COLUMN, WIDTH, 2, STYLE_WARN, WORD_SWAP_SAFE_POWER);
}

static unsigned seconds_until(uint64_t time_us, uint64_t now_us)
{
    return time_us > now_us ? (unsigned)((time_us - now_us + SECOND_US - 1) / SECOND_US) : 0;
}

/* When the wait that the probe is in ends. */
static uint64_t bound_of(const struct port *port)
{
    uint64_t bound = port->probe_bound_us;

    if (port->neighbour && port->neighbour->probe_bound_us > bound)
        bound = port->neighbour->probe_bound_us;
    return bound;
}

static void draw_refused(struct cells *cells, const struct swap_view *view, uint64_t now_us)
{
    char text[96];

    if (view->refusal != SWAP_STILL_PROBING)
        cells_text(cells, FIRST_ROW, COLUMN, WIDTH, STYLE_WARN, WORD_SWAP_REFUSED);
    menu_wrap(cells, FIRST_ROW + 2, COLUMN, WIDTH, 12, STYLE_TEXT,
              words_swap_refusal(view->refusal));
    if (view->refusal == SWAP_STILL_PROBING)
        text_format(text, sizeof text, WORD_SWAP_LOOKS, view->port->number,
                    seconds_until(bound_of(view->port), now_us));
    else
        text_format(text, sizeof text, WORD_SWAP_IS, view->port->number,
                    words_verdict(view->port->verdict), view->port->name[0] ? ", " : "",
                    view->port->name);
    cells_text(cells, FIRST_ROW + 15, COLUMN, WIDTH, STYLE_TEXT, text);
}

static void draw_cables(struct cells *cells, const struct swap_view *view, enum swap_state state)
{
    const struct swap *swap = view->swap;
    bool cable = view->variant == SWAP_CABLE, late = view->variant == SWAP_LATE_POWER;
    struct drawing_cables what = {.end = late ? DRAWING_AT_DEAD : DRAWING_OFF,
                                  .hand = late ? DRAWING_PLUG_POWER : DRAWING_PLUG,
                                  .power = !late,
                                  .sata = is_sata(view)};
    char good[24];

    text_format(good, sizeof good, WORD_DRAWING_GOOD, good_name(&swap->donor));
    if (cable)
        what.good = good;
    if (state == SWAP_GOING) {
        what.end = DRAWING_AT_GOOD;
        what.hand = DRAWING_PULL;
        if (view->again && swap->left != SWAP_SAME_DRIVE)
            what.good = WORD_DRAWING_WRONG;
    } else if (state != SWAP_COMING) {
        what.end = DRAWING_AT_DEAD;
        what.hand = DRAWING_NOTHING;
        what.power = true;
    }
    drawing_cables(cells, DRAWING_ROW, COLUMN, &what);
}

static void draw_ready(struct cells *cells, const struct swap_view *view)
{
    char text[160];
    bool cable = view->variant == SWAP_CABLE;

    if (cable)
        text_format(text, sizeof text, WORD_SWAP_GOOD, view->port->name, view->port->number,
                    where_of(view));
    else
        text_format(text, sizeof text, WORD_SWAP_EMPTY, view->port->number, where_of(view));
    menu_wrap(cells, FIRST_ROW, COLUMN, WIDTH, 2, STYLE_STRONG, text);
    drawing_cables(cells, DRAWING_ROW, COLUMN,
                   &(struct drawing_cables){.good = cable ? WORD_DRAWING_GOOD_HERE : NULL,
                                            .end = cable ? DRAWING_AT_GOOD
                                                   : view->variant == SWAP_LATE_POWER
                                                       ? DRAWING_AT_DEAD
                                                       : DRAWING_OFF,
                                            .power = view->variant != SWAP_LATE_POWER,
                                            .sata = is_sata(view)});
    menu_wrap(cells, NOTE_ROW + 1, COLUMN, WIDTH, 3, STYLE_TEXT,
              cable ? WORD_SWAP_GOOD_SAFE : WORD_SWAP_EMPTY_SAFE);
    if (view->note)
        menu_wrap(cells, NOTE_ROW + 5, COLUMN, WIDTH, 2, STYLE_WARN, view->note);
}

static void draw_countdown(struct cells *cells, const struct swap *swap, unsigned row,
                           uint64_t now_us)
{
    unsigned left = seconds_until(swap->deadline_us, now_us);

    if (swap->state == SWAP_SETTLING)
        cells_format(cells, row, COLUMN, WIDTH, STYLE_STRONG, WORD_SWAP_SETTLES, left);
    else if (swap->state == SWAP_PROBING)
        cells_format(cells, row, COLUMN, WIDTH, STYLE_STRONG, WORD_SWAP_PROBES,
                     seconds_until(bound_of(swap->port), now_us), left);
    else if (swap->bounces)
        cells_format(cells, row, COLUMN, WIDTH, STYLE_TEXT, WORD_SWAP_BOUNCES,
                     (unsigned)swap->bounces);
}

static void draw_entry(struct cells *cells, unsigned row, const struct trail_entry *entry)
{
    uint64_t lasted = entry->until_us - entry->from_us;
    unsigned used;

    used = cells_format(cells, row, COLUMN, WIDTH, STYLE_TEXT, WORD_SWAP_ENTRY,
                        (unsigned)(entry->from_us / SECOND_US),
                        (unsigned)(entry->from_us / TENTH_US % 10), entry->status,
                        words_status(entry->status));
    cells_format(cells, row, COLUMN + used, WIDTH - used, STYLE_TEXT, WORD_SWAP_LASTED,
                 (unsigned)(lasted / SECOND_US), (unsigned)(lasted / TENTH_US % 10));
}

static void draw_seen(struct cells *cells, const struct swap *swap, uint64_t now_us)
{
    const struct trail *trail = &swap->trail;
    unsigned first = trail->count > ENTRIES ? trail->count - ENTRIES : 0;

    menu_frame(cells, FRAME_ROW, FRAME_ROWS, WORD_SWAP_SEEN);
    cells_format(cells, FRAME_ROW + 1, COLUMN, WIDTH, STYLE_STRONG, "%s %02X  %s", WORD_STATUS,
                 swap->status, words_status(swap->status));
    for (unsigned i = first; i < trail->count; i++)
        draw_entry(cells, FRAME_ROW + 2 + i - first, &trail->entries[i]);
    draw_countdown(cells, swap, FRAME_ROW + FRAME_ROWS - 2, now_us);
}

static void draw_note(struct cells *cells, const struct swap_view *view)
{
    const struct swap *swap = view->swap;
    bool hands = swap->state == SWAP_GOING || swap->state == SWAP_COMING;
    char text[112];

    if (swap->other && hands) {
        text_format(text, sizeof text, WORD_SWAP_OTHER, swap->other->number, swap->other->where,
                    swap->other_status);
        menu_wrap(cells, NOTE_ROW, COLUMN, WIDTH, 2, STYLE_BAD, text);
        return;
    }
    if (swap->state != SWAP_PROBING)
        cells_text(cells, NOTE_ROW, COLUMN, WIDTH, STYLE_WARN,
                   view->variant == SWAP_LATE_POWER ? WORD_SWAP_LEAVE_CABLE
                                                    : WORD_SWAP_LEAVE_POWER);
    if (hands)
        cells_text(cells, NOTE_ROW + 1, COLUMN, WIDTH, STYLE_TEXT,
                   swap_is_blind(swap) ? WORD_SWAP_BLIND : WORD_SWAP_NO_CHANGE);
}

static void draw_hands(struct cells *cells, const struct swap_view *view, uint64_t now_us)
{
    const struct swap *swap = view->swap;

    menu_wrap(cells, FIRST_ROW, COLUMN, WIDTH, 2, STYLE_STRONG,
              words_swap_doing(view->variant, swap->state, view->again));
    draw_cables(cells, view, swap->state);
    draw_note(cells, view);
    draw_seen(cells, swap, now_us);
}

/* The user had the wait for a busy drive cut short. */
static bool was_not_waited_for(const struct port *port)
{
    return port->verdict == VERDICT_UNKNOWN && port->evidence.status & ATA_STATUS_BSY;
}

static void draw_over(struct cells *cells, const struct swap_view *view, uint64_t now_us)
{
    const struct swap *swap = view->swap;
    const struct port *port = swap->port;
    bool came = swap->outcome == SWAP_ARRIVED;
    unsigned row = FIRST_ROW;
    char text[112];

    row += menu_wrap(cells, row, COLUMN, WIDTH, 5, came ? STYLE_GOOD : STYLE_WARN,
                     words_swap_outcome(swap->outcome));
    text_format(text, sizeof text, WORD_SWAP_IS, port->number, words_verdict(port->verdict),
                port->name[0] ? ", " : "", port->name);
    cells_text(cells, row + 1, COLUMN, WIDTH, STYLE_STRONG, text);
    if (came)
        menu_wrap(cells, row + 2, COLUMN, WIDTH, 3, STYLE_TEXT,
                  was_not_waited_for(port) ? WORD_SWAP_SKIPPED
                                           : words_verdict_meaning(port->verdict));
    if (came && port->verdict == VERDICT_HEALTHY)
        menu_wrap(cells, row + 6, COLUMN, WIDTH, 2, STYLE_WARN, WORD_SWAP_ALIVE);
    draw_seen(cells, swap, now_us);
}

static unsigned step_of(const struct swap_view *view)
{
    switch (view->page) {
    case SWAP_PAGE_NEEDS:
        return 1;
    case SWAP_PAGE_SAFETY:
        return 2;
    case SWAP_PAGE_READY:
        return 3;
    default:
        return view->swap->state <= SWAP_COMING ? 4 : 5;
    }
}

static const char *footer_of(const struct swap_view *view)
{
    switch (view->page) {
    case SWAP_PAGE_NEEDS:
        return WORD_SWAP_FOOTER_NEEDS;
    case SWAP_PAGE_SAFETY:
        return WORD_SWAP_FOOTER_SAFE;
    case SWAP_PAGE_READY:
        return view->refusal == SWAP_ALLOWED ? WORD_SWAP_FOOTER_READY : WORD_SWAP_FOOTER_REFUSED;
    case SWAP_PAGE_HANDS:
        return view->swap->state <= SWAP_COMING     ? WORD_SWAP_FOOTER_HANDS
               : view->swap->state == SWAP_SETTLING ? WORD_SWAP_FOOTER_WAIT
                                                    : WORD_SWAP_FOOTER_ASKS;
    default:
        return view->swap->outcome == SWAP_ARRIVED ? WORD_SWAP_FOOTER_CAME
                                                   : WORD_SWAP_FOOTER_FAILED;
    }
}

void screen_swap_draw(struct app *app, const struct swap_view *view)
{
    struct cells *cells = &app->cells;
    char right[32];

    text_format(right, sizeof right, WORD_SWAP_STEP, step_of(view), view->port->number);
    menu_page(cells, WORD_SWAP_TITLE, right, footer_of(view));
    switch (view->page) {
    case SWAP_PAGE_NEEDS:
        draw_needs(cells, view);
        break;
    case SWAP_PAGE_SAFETY:
        draw_safety(cells, view);
        break;
    case SWAP_PAGE_READY:
        if (view->refusal == SWAP_ALLOWED)
            draw_ready(cells, view);
        else
            draw_refused(cells, view, app_now_us(app));
        break;
    case SWAP_PAGE_HANDS:
        draw_hands(cells, view, app_now_us(app));
        break;
    case SWAP_PAGE_OVER:
        draw_over(cells, view, app_now_us(app));
        break;
    }
}

/* ---- what happens ---------------------------------------------------------------------------- */

/* Goes on whatever is on the screen, help and log too. Everything that changes is heard. */
static void attend(void *context)
{
    struct swap_view *view = context;
    struct swap *swap = view->swap;
    enum swap_state state = swap->state;
    const struct port *other = swap->other;

    swap_step(swap);
    if (swap->state != state || swap->other != other)
        cells_beep(view->cells);
}

static uint16_t show(struct app *app, const struct swap_view *view)
{
    screen_swap_draw(app, view);
    cells_refresh(&app->cells);
    return app_action(app, HELP_SWAP, APP_TICK_US / 2);
}

/* The place where the good drive is, which may be the other one of the cable. */
static struct port *place_of(struct port *port, enum swap_variant variant)
{
    struct port *neighbour = port->neighbour;

    if (variant == SWAP_CABLE && neighbour && port->verdict != VERDICT_HEALTHY &&
        neighbour->verdict == VERDICT_HEALTHY)
        return neighbour;
    return port;
}

/* Remembers the good drive and lets go of the cable. False: not now, view->note says why. */
static bool let_go(struct app *app, struct swap_view *view)
{
    struct swap *swap = view->swap;

    view->note = NULL;
    if (!swap_open(swap, &app->machine, view->port, view->variant, &app->donors, &app->log))
        view->note = WORD_SWAP_FULL;
    else if (!swap_park(swap))
        view->note = WORD_SWAP_BUSY;
    return !view->note;
}

/* The pages before a plug is touched. Returns WAY_ARRIVED when the cable was let go. */
static enum way_result prepare(struct app *app, struct swap_view *view)
{
    struct port *chosen = view->port;

    for (;;) {
        uint16_t key;

        view->port = place_of(chosen, view->variant);
        view->refusal = swap_allowed(view->port, view->variant);
        key = show(app, view);
        if (key == 'N')
            return WAY_NEXT;
        if (key == KEY_ESC && view->page == SWAP_PAGE_NEEDS)
            return WAY_STOPPED;
        if (key == KEY_ESC)
            view->page--;
        if (!keys_is_ok(key))
            continue;
        if (view->page != SWAP_PAGE_READY)
            view->page++;
        else if (view->refusal == SWAP_ALLOWED && let_go(app, view))
            return WAY_ARRIVED;
        else if (view->refusal != SWAP_ALLOWED && view->refusal != SWAP_STILL_PROBING)
            app_look_again(app, view->port);
    }
}

/* Hands move plugs until the swap is over. WAY_ARRIVED: it is. */
static enum way_result watch_hands(struct app *app, struct swap_view *view)
{
    struct swap *swap = view->swap;

    view->page = SWAP_PAGE_HANDS;
    while (swap->state != SWAP_OVER) {
        uint16_t key = show(app, view);

        if (key == 'N' || key == KEY_ESC) {
            swap_stop(swap);
            return key == 'N' ? WAY_NEXT : WAY_STOPPED;
        }
        if (!keys_is_ok(key))
            continue;
        if (swap->state == SWAP_PROBING)
            swap_skip_busy(swap);
        else
            swap_look_now(swap);
    }
    return WAY_ARRIVED;
}

/* Who came? Returns false when the cable is watched once more, else *result is what the user
 * wants. */
static bool decide(struct app *app, struct swap_view *view, enum way_result *result)
{
    bool came = view->swap->outcome == SWAP_ARRIVED;

    view->page = SWAP_PAGE_OVER;
    for (;;) {
        uint16_t key = show(app, view);

        if (key == KEY_ESC || (key == 'N' && !came)) {
            *result = key == KEY_ESC ? WAY_STOPPED : WAY_NEXT;
            return true;
        }
        if (keys_is_ok(key) && came) {
            *result = WAY_ARRIVED;
            return true;
        }
        if (keys_is_ok(key) || key == 'A') {
            view->again = true;
            swap_again(view->swap);
            return false;
        }
    }
}

enum way_result screen_swap(struct app *app, struct port *port, enum swap_variant variant,
                            struct port **arrived)
{
    struct swap swap = {0};
    struct swap_view view = {.cells = &app->cells, .port = port, .variant = variant, .swap = &swap};
    enum way_result result = prepare(app, &view);

    *arrived = port;
    if (result != WAY_ARRIVED)
        return result;
    app->working = true;
    app->attend = attend;
    app->attended = &view;
    do
        result = watch_hands(app, &view);
    while (result == WAY_ARRIVED && !decide(app, &view, &result));
    app->attend = NULL;
    app->working = false;
    /* What the user saw with his eyes was true of another drive. */
    app_forget(app, port);
    if (port->neighbour)
        app_forget(app, port->neighbour);
    *arrived = swap.port;
    return result;
}
