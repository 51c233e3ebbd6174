/* A drive that runs: what is wrong with it? Most answers end with "don't flash". */
#include "ui/screens.h"

#include "kernel/lib/text.h"
#include "ui/rescue.h"

enum answer { OUT_OF_A_BOX, BLINKS, SYSTEM, JUST_LOOKING, ON_PURPOSE, ANSWERS };

static bool is_box_known(const struct app *app, const struct port *port)
{
    return port->verdict == VERDICT_HEALTHY && (app->said_box & app_port_bit(port));
}

void screen_history_flash(struct app *app, struct port *port)
{
    static const char *const answers[] = {WORD_BOX_FLASH_NO, WORD_BOX_FLASH_YES};

    if (is_box_known(app, port)) {
        if (screen_choice(app, WORD_BOX_FLASH_TITLE, WORD_BOX_FLASH_TEXT, answers, 2, 0,
                          HELP_HISTORY) != 1)
            return;
        log_line(&app->log, "ui", "port %u: a flash is wanted although the box was the fault",
                 port->number);
    }
    rescue_run(app, port, SESSION_FLASH);
}

/* Keeps what the user said; one answer replaces the other. */
static void note(struct app *app, const struct port *port, enum answer answer)
{
    static const char *const words[ANSWERS] = {
        "it came out of a box that died", "it blinks and refuses every disc",
        "an operating system does not show it", "just looking",
        "wrong firmware, or another one wanted"};

    app_say_history(app, port, answer == OUT_OF_A_BOX, answer == BLINKS);
    log_line(&app->log, "ui", "port %u: the user says: %s", port->number, words[answer]);
}

static void follow(struct app *app, struct port *port, enum answer answer)
{
    note(app, port, answer);
    switch (answer) {
    case OUT_OF_A_BOX:
        screen_step(app, port, STEP_BOX_IS_BROKEN);
        break;
    case BLINKS:
        screen_step(app, port, STEP_CURE_BLINK);
        break;
    case SYSTEM:
        screen_message(app, WORD_SYSTEM_TITLE, WORD_SYSTEM_TEXT);
        break;
    case ON_PURPOSE:
        screen_history_flash(app, port);
        break;
    default:
        screen_evidence(app, port);
    }
}

void screen_history(struct app *app, struct port *port)
{
    static const char *const answers[ANSWERS] = {WORD_HISTORY_BOX, WORD_HISTORY_BLINKS,
                                                 WORD_HISTORY_SYSTEM, WORD_HISTORY_LOOK,
                                                 WORD_HISTORY_FLASH};
    struct diagnosis diagnosis;
    char text[320];
    unsigned first, chosen;

    app_diagnose(app, port, &diagnosis);
    first = diagnosis.findings & FINDING_REFUSES_DISC ? BLINKS : JUST_LOOKING;
    text_format(text, sizeof text, WORD_HISTORY_TEXT, port->name);
    chosen = screen_choice_at(app, WORD_HISTORY_TITLE, text, answers, ANSWERS, ANSWERS, first,
                              HELP_HISTORY);
    if (chosen < ANSWERS)
        follow(app, port, chosen);
}
