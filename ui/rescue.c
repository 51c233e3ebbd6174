#include "ui/rescue.h"

#include "kernel/lib/text.h"
#include "ui/guide.h"
#include "ui/screens.h"
#include "ui/session_host.h"

/* A yes-or-no question of the session; the careful answer is chosen at first. */
static bool yes(struct app *app, enum session_question question)
{
    const struct question_words *words = words_question(question);
    const char *const answers[] = {words->no, words->yes};

    return screen_choice(app, words->title, words->text, answers, 2, 0, HELP_QUESTION) == 1;
}

/* The same, asked once per port: what the user saw with his eyes stays true until the port is
 * looked at again. */
static bool said(struct app *app, const struct port *port, uint32_t *who,
                 enum session_question question)
{
    uint32_t bit = app_port_bit(port);

    if (!(*who & bit)) {
        if (yes(app, question))
            *who |= bit;
        log_line(&app->log, "ui", "port %u: %s %s", port->number, words_question(question)->title,
                 *who & bit ? WORD_YES : WORD_NO);
    }
    return (*who & bit) != 0;
}

/* The drive itself showed that it takes packets: no disk does. */
static bool said_by_itself(const struct evidence *evidence)
{
    return evidence->signature == ATA_SIGNATURE_PACKET || evidence->identify_packet_valid ||
           (evidence->asked_inquiry && evidence->inquiry_error == 0);
}

bool rescue_allowed(struct app *app, const struct port *port)
{
    char text[400];

    if (donors_have(&app->donors, port)) {
        text_format(text, sizeof text, WORD_REFUSED_DONOR, port->name);
        screen_message(app, WORD_REFUSED_TITLE, text);
        return false;
    }
    if (!port_vendor_allowed(port))
        return true;
    if (port->disk_forever || port->verdict == VERDICT_DISK)
        screen_message(app, WORD_REFUSED_TITLE, WORD_REFUSED_DISK);
    else if (port->verdict == VERDICT_PROBING)
        screen_message(app, WORD_REFUSED_TITLE, WORD_REFUSED_PROBING);
    else if (port_alone(port) == ALONE_NO)
        screen_message(app, WORD_REFUSED_TITLE, WORD_REFUSED_TWO);
    else
        screen_message(app, WORD_REFUSED_TITLE, WORD_REFUSED_PORT);
    return false;
}

static enum session_answer person_answers(struct session_run *run, enum session_question question)
{
    struct app *app = run->app;
    struct port *port = run->session.port;

    switch (question) {
    case ASK_IS_OPTICAL:
        return said(app, port, &app->said_optical, question) ? ANSWER_YES : ANSWER_NO;
    case ASK_ALONE:
        return said(app, port, &app->said_alone, question) ? ANSWER_YES : ANSWER_NO;
    case ASK_CHIP:
        return screen_chip(app, &run->session);
    case ASK_CONFIRM:
        return screen_confirm(app, &run->session);
    case ASK_BACKUP_UNSAVED:
        return screen_unsaved(app, &run->session);
    case ASK_FAILED:
        return screen_failed(app, &run->session);
    default:
        return yes(app, question) ? ANSWER_YES : ANSWER_NO;
    }
}

/* `before`: what the port looked like before the way in changed it, "" = what it looks like now. */
static void run_session(struct app *app, struct port *port, enum session_job job,
                        const char *before)
{
    size_t mark;
    struct session_run *run;
    bool refused = false;

    if (!rescue_allowed(app, port))
        return;
    if (job != SESSION_BACKUP && !app->file.firmware.bytes && !screen_files(app))
        return;
    mark = arena_mark(app->platform->arena);
    run = session_run_open(app, port, job, person_answers);
    if (run) {
        if (before[0])
            text_copy(run->before, sizeof run->before, before);
        session_run_go(run);
        refused = error_class(run->session.error) == ERR_VENDOR_REFUSED && !run->session.changed;
        if (!refused) {
            (void)app_save_log_once(app, "after a job");
            screen_result(app, &run->session, run->before);
        }
    } else {
        screen_message(app, WORD_REFUSED_TITLE, WORD_NO_MEMORY);
    }
    arena_release(app->platform->arena, mark);
    if (refused)
        guide_run(app, port);
}

void rescue_run(struct app *app, struct port *port, enum session_job job)
{
    run_session(app, port, job, "");
}

void rescue_listening(struct app *app, struct port *port, enum session_job job, const char *before)
{
    run_session(app, port, job, before);
}

bool rescue_ask_eyes(struct app *app, struct port *port)
{
    /* A drive in vendor mode shows the same at both positions and forgets what it said: what is
     * known before counts afterwards. */
    if (port_alone(port) == ALONE_YES)
        app->said_alone |= app_port_bit(port);
    if (said_by_itself(&port->evidence))
        app->said_optical |= app_port_bit(port);
    return said(app, port, &app->said_alone, ASK_ALONE) &&
           said(app, port, &app->said_optical, ASK_IS_OPTICAL);
}
