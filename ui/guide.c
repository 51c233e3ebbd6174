#include "ui/guide.h"

#include "kernel/lib/text.h"
#include "ui/rescue.h"
#include "ui/screens.h"
#include "ui/session_host.h"
#include "ui/way.h"

/* ---- one way --------------------------------------------------------------------------------- */

static enum way_result tell(struct app *app, enum way way)
{
    return way_at_start(app, words_way(way), words_way_at_start(way), 1, HELP_WAY_IN);
}

static enum way_result go(struct app *app, struct port *port, enum way way)
{
    log_line(&app->log, "guide", "port %u: %s", port->number, words_way(way));
    switch (way) {
    case WAY_INTRO:
        return screen_intro(app, port);
    case WAY_EJECT:
        return screen_eject(app, port);
    case WAY_CATCH:
        return screen_catch(app, port);
    default:
        return tell(app, way);
    }
}

/* ---- all ways -------------------------------------------------------------------------------- */

/* No way is left. True: begin again. */
static bool begin_again(struct app *app)
{
    static const char *const answers[] = {WORD_GUIDE_AGAIN, WORD_GUIDE_SAVE_LOG, WORD_GUIDE_BACK};

    for (;;) {
        switch (screen_choice(app, WORD_GUIDE_NO_MORE, WORD_GUIDE_REMAINS, answers, 3, 2,
                              HELP_WAY_IN)) {
        case 0:
            return true;
        case 1:
            if (app_save_log(app, "all ways were tried"))
                screen_message(app, WORD_GUIDE_SAVE_LOG, WORD_SAVED_LOG);
            break;
        default:
            return false;
        }
    }
}

/* Way after way, until the drive listens. The port is not probed in between: what the drive is was
 * found out before, the catch watches who comes and goes, and a drive that hangs would cost half a
 * minute each time. */
static enum way_result try_ways(struct app *app, struct port *port, struct plan *plan)
{
    for (;;) {
        enum way way = plan_next(port, plan);
        enum way_result result;

        if (way == WAY_COUNT) {
            if (!begin_again(app))
                return WAY_STOPPED;
            plan->tried = 0;
            continue;
        }
        plan->tried |= 1u << way;
        result = go(app, port, way);
        if (result == WAY_NO_POWER)
            plan->tried |= 1u << WAY_CATCH;
        else if (result != WAY_NEXT)
            return result;
        if (app->ended)
            return WAY_STOPPED;
    }
}

static void listens(struct app *app, struct port *port, const char *before)
{
    static const char *const answers[] = {WORD_GUIDE_FLASH, WORD_GUIDE_BACK_UP, WORD_GUIDE_LATER};
    char text[256];
    unsigned answer;

    text_format(text, sizeof text, WORD_GUIDE_LISTENS, port->evidence.status);
    answer = screen_choice_at(app, WORD_GUIDE_LISTENS_TITLE, text, answers, 3, 2, 0, HELP_WAY_IN);
    if (answer == 2)
        return;
    /* Its power may have gone while the question stood there. */
    if (port->verdict != VERDICT_VENDOR_MODE)
        screen_message(app, WORD_GUIDE_LISTENS_TITLE, WORD_GUIDE_LOST);
    else
        rescue_listening(app, port, answer == 0 ? SESSION_FLASH : SESSION_BACKUP, before);
}

static void run(struct app *app, struct port *port, struct plan *plan)
{
    char before[SESSION_BEFORE];
    enum way_result result;
    uint32_t changes;

    if (!rescue_allowed(app, port) || !rescue_ask_eyes(app, port))
        return;
    session_describe_port(port, before, sizeof before);
    changes = port->trail.changes;
    app->working = true;
    result = try_ways(app, port, plan);
    app->working = false;
    if (result == WAY_LISTENS)
        listens(app, port, before);
    else if (!app->ended && port->trail.changes != changes)
        probe_start(&app->machine, port, false);
}

/* ---- from outside ---------------------------------------------------------------------------- */

void guide_run(struct app *app, struct port *port)
{
    struct plan plan = {0};

    run(app, port, &plan);
}

/* How a drive can come in; the channel that is switched off in the setup is the last one. */
enum { LATE_CABLE, HOT_SWAP, LATE_POWER, SWITCH_ON, BRING_INS };

static unsigned first_choice(const struct port *port)
{
    if (port->verdict == VERDICT_CHANNEL_OFF || port->verdict == VERDICT_CHANNEL_FLOATS)
        return SWITCH_ON;
    return swap_allowed(port, SWAP_CABLE) == SWAP_ALLOWED ? HOT_SWAP : LATE_CABLE;
}

static enum way_result bring_in(struct app *app, struct port *port, unsigned choice,
                                struct port **arrived)
{
    static const enum swap_variant variants[] = {
        [LATE_CABLE] = SWAP_LATE_CABLE, [LATE_POWER] = SWAP_LATE_POWER, [HOT_SWAP] = SWAP_CABLE};

    if (choice != SWITCH_ON)
        return screen_swap(app, port, variants[choice], arrived);
    if (port->verdict != VERDICT_CHANNEL_OFF && port->verdict != VERDICT_CHANNEL_FLOATS)
        return tell(app, WAY_SWITCH_ON);
    /* What is on the channel then is probed, and stands in the list. */
    (void)screen_channel(app, port);
    return WAY_STOPPED;
}

/* The drive is here: the bar of the list stands on it, and a dead one goes on to the ways in. */
static void go_on_with(struct app *app, struct port *port)
{
    struct plan plan = {.brought_in = true};
    struct diagnosis diagnosis;

    app->ports.chosen = (unsigned)(port - app->machine.ports);
    app_diagnose(app, port, &diagnosis);
    if (diagnosis.step == STEP_GUIDE || diagnosis.step == STEP_LOOK_CLOSER)
        run(app, port, &plan);
    else if (diagnosis.step == STEP_BACK_UP_FLASH)
        rescue_run(app, port, SESSION_FLASH);
}

void guide_bring_in(struct app *app, struct port *port)
{
    static const char *const answers[BRING_INS] = {
        [LATE_CABLE] = WORD_BRING_LATE_CABLE,
        [HOT_SWAP] = WORD_BRING_HOT_SWAP,
        [LATE_POWER] = WORD_BRING_LATE_POWER,
        [SWITCH_ON] = WORD_BRING_SWITCH_ON,
    };
    unsigned choice = first_choice(port);
    struct port *arrived = port;
    enum way_result result;

    do {
        choice = screen_choice_at(app, WORD_BRING_TITLE, WORD_BRING_TEXT, answers, BRING_INS,
                                  GUIDE_ESC, choice, HELP_WAY_IN);
        if (choice == GUIDE_ESC)
            return;
        result = bring_in(app, port, choice, &arrived);
        choice = (choice + 1) % BRING_INS;
    } while (result == WAY_NEXT && !app->ended);
    if (result == WAY_ARRIVED)
        go_on_with(app, arrived);
}
