#define ERROR_MODULE MODULE_UI
#include "ui/session_host.h"

#include "kernel/lib/string.h"
#include "kernel/lib/text.h"

/* A serial terminal takes some ms for what changes; five redraws a second are enough for an eye. */
enum { REDRAW_US = 200000 };

/* Help and log are views of the running work, never screens that wait: a wait in here would be one
 * in the middle of a chip's command. */
static void serve_key(struct session_run *run, uint16_t key)
{
    enum progress_view view = run->view;

    if (key == KEY_F1)
        run->view = view == VIEW_HELP ? VIEW_WORK : VIEW_HELP;
    else if (key == KEY_F1 + 7)
        run->view = view == VIEW_LOG ? VIEW_WORK : VIEW_LOG;
    else if (key == KEY_ESC && view != VIEW_WORK)
        run->view = VIEW_WORK;
    else if (key == KEY_ESC || key == KEY_CTRL_ALT_DEL)
        run->escape = true;
    if (run->view != view)
        run->drawn_us = 0;
}

/* Redraws when it is time or a new phase began, and hears keys. */
static void breathe(struct session_run *run)
{
    struct app *app = run->app;
    uint64_t now_us = app_now_us(app);

    serve_key(run, keys_action(app_key(app, 0)));
    if (now_us - run->drawn_us < REDRAW_US && run->session.phase == run->drawn_phase)
        return;
    run->drawn_us = now_us;
    run->drawn_phase = run->session.phase;
    screen_progress_draw(app, &run->session, run->view);
    cells_refresh(&app->cells);
}

static bool host_progress(void *context, const struct session *session)
{
    struct session_run *run = context;
    bool escape;

    (void)session;
    breathe(run);
    escape = run->escape;
    run->escape = false;
    return escape;
}

/* A wait inside a driver. While the chip is being changed a wait is never cut short: the key is
 * kept for the session, which asks. */
static bool host_idle(void *context, uint8_t status)
{
    struct session_run *run = context;

    run->session.progress.status = status;
    breathe(run);
    if (run->session.critical || !run->escape)
        return false;
    run->escape = false;
    return true;
}

static enum session_answer host_ask(void *context, struct session *session,
                                    enum session_question question)
{
    struct session_run *run = context;
    enum session_answer answer;

    answer = run->answer(run, question);
    log_line(&run->app->log, "ui", "%s: %s", words_question(question)->title, words_answer(answer));
    (void)session;
    run->escape = false;
    run->drawn_us = 0;
    return answer;
}

static err_t host_save_backup(void *context, const uint8_t *bytes, uint32_t size, char name[13])
{
    struct session_run *run = context;

    return app_save_backup(run->app, bytes, size, name);
}

/* The whole probe once more: what the drive says then is what the main screen shows, too. */
static err_t host_identify(void *context, struct session *session, struct inquiry *inquiry)
{
    struct session_run *run = context;
    struct port *port = session->port;
    err_t error;

    probe_start(&run->app->machine, port, true);
    error = probe_finish(&run->app->machine, port);
    if (error)
        return error;
    if (port->evidence.inquiry.length == 0)
        return port->evidence.inquiry_error ? port->evidence.inquiry_error : ERR(ERR_NO_DEVICE);
    *inquiry = port->evidence.inquiry;
    return 0;
}

static void host_hold(void *context, bool hold)
{
    const struct platform *platform = ((struct session_run *)context)->app->platform;

    if (platform->hold)
        platform->hold(platform->context, hold);
}

static uint64_t host_now_us(void *context)
{
    return app_now_us(((struct session_run *)context)->app);
}

void session_describe_port(const struct port *port, char *text, size_t size)
{
    text_format(text, size, "%s%s%s, " WORD_STATUS " %02X", port->name, port->name[0] ? ", " : "",
                words_verdict(port->verdict), port->evidence.status);
}

struct session_run *session_run_open(struct app *app, struct port *port, enum session_job job,
                                     enum session_answer (*answer)(struct session_run *run,
                                                                   enum session_question question))
{
    struct session_run *run = arena_take(app->platform->arena, sizeof *run);

    if (!run)
        return NULL;
    run->app = app;
    run->answer = answer;
    run->host = (struct session_host){.context = run,
                                      .progress = host_progress,
                                      .ask = host_ask,
                                      .save_backup = host_save_backup,
                                      .identify = host_identify,
                                      .hold = host_hold,
                                      .now_us = host_now_us};
    mtk_open(&run->mtk, &run->method, &port->device);
    run->session.job = job;
    run->session.port = port;
    run->session.method = &run->method;
    run->session.host = &run->host;
    run->session.log = &app->log;
    run->session.donors = &app->donors;
    run->session.arena = app->platform->arena;
    run->session.want_backup = true;
    if (job != SESSION_BACKUP)
        run->session.file = app->file.firmware;
    session_describe_port(port, run->before, sizeof run->before);
    return run;
}

void session_run_go(struct session_run *run)
{
    struct app *app = run->app;
    struct ata_device *device = &run->session.port->device;
    char line[128];

    app->working = true;
    device->idle = host_idle;
    device->idle_context = run;
    (void)session_run(&run->session);
    device->idle = NULL;
    app->working = false;
    session_result_line(&run->session, line, sizeof line);
    log_line(&app->log, "job", "%s", line);
}
