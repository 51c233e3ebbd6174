#define ERROR_MODULE MODULE_UI
#include "ui/job_runner.h"

#include "kernel/lib/string.h"
#include "kernel/lib/text.h"
#include "ui/screens.h"
#include "ui/session_host.h"

/* Somebody who presses Esc is asked what he means; a noisy serial line must not hold a job up. */
enum { PATIENCE_US = 30000000 };

/* An error that was retried this often is not one of a bad moment. */
enum { RETRIES = 2 };

static const char *kind_word(enum job_kind kind)
{
    static const char *const words[] = {
        [JOB_NONE] = "none",     [JOB_PROBE] = "probe", [JOB_BACKUP] = "backup",
        [JOB_VERIFY] = "verify", [JOB_FLASH] = "flash", [JOB_RESTORE] = "restore",
    };
    return words[kind];
}

/* The RESULT line of a job that had no session. */
static void result_line(struct app *app, enum session_result result, uint64_t started_us,
                        err_t error)
{
    text_format(app->note, sizeof app->note,
                "RESULT job=%s port=%u state=%s bytes=0 crc32=00000000 ms=%u err=%08x",
                kind_word(app->job.kind), app->job.port, session_result_word(result),
                (unsigned)((app_now_us(app) - started_us) / 1000), (unsigned)error);
    if (error)
        log_line(&app->log, "job", "%s", words_error(error));
    log_line(&app->log, "job", "%s", app->note);
}

/* Keeps the main screen alive while a probe runs. Esc gives it up. */
static bool idle(void *context, uint8_t status)
{
    struct app *app = context;

    (void)status;
    screen_main_draw(app);
    cells_refresh(&app->cells);
    return keys_action(app_key(app, 0)) == KEY_ESC;
}

static err_t finish_probe(struct app *app, struct port *port)
{
    err_t error;

    app->working = true;
    port->device.idle = idle;
    port->device.idle_context = app;
    error = probe_finish(&app->machine, port);
    port->device.idle = NULL;
    app->working = false;
    return error;
}

static void log_port(struct app *app, const struct port *port)
{
    struct diagnosis diagnosis;
    char text[176];

    log_line(&app->log, "probe",
             "port=%u where=\"%s\" base=%04X status=%02X verdict=%s name=\"%s\"", port->number,
             port->where, port->channel->command_base, port->evidence.status,
             words_verdict_key(port->verdict), port->name);
    app_diagnose(app, port, &diagnosis);
    app_diagnosis_line(&diagnosis, text, sizeof text);
    log_line(&app->log, "probe", "port=%u %s", port->number, text);
}

static void run_probe(struct app *app)
{
    uint64_t started_us = app_now_us(app);
    err_t error = 0;

    for (unsigned i = 0; i < app->machine.port_count && !error; i++) {
        struct port *port = &app->machine.ports[i];

        if (app->job.port && app->job.port != port->number)
            continue;
        error = finish_probe(app, port);
        log_port(app, port);
    }
    if (app->job.port && !probe_port(&app->machine, app->job.port))
        error = ERR(ERR_NO_DEVICE);
    result_line(app, RESULT_UNCHANGED, started_us, error);
}

/* The file, from the place that we came from or any other. */
static err_t load_file(struct app *app)
{
    err_t error = ERR(ERR_NO_MEDIA);
    struct chosen_file *file = &app->file;
    uint32_t size;

    for (unsigned i = 0; i < app->places.count; i++) {
        struct volume *volume = &app->places.volumes[i];

        error = app_load(app, volume, app->job.file, app->job.file, app->file_buffers[0],
                         FIRMWARE_LARGEST, &size);
        if (error_class(error) == ERR_NOT_FOUND)
            continue;
        if (!error) {
            app->file_buffer = 0;
            firmware_inspect(&file->firmware, app->file_buffers[0], size);
            text_copy(file->firmware.path, sizeof file->firmware.path, app->job.file);
        } else {
            char why[SAVES_TEXT];

            places_error_text(&app->places, volume, error, false, why, sizeof why);
            log_line(&app->log, "job", "%s: %s", app->job.file, why);
        }
        return error;
    }
    return app->places.server_error ? app->places.server_error : error;
}

/*
 * The backup was not saved. A server may answer at the next try, a medium that is full will not:
 * then nothing is written, unless the job says backup=no.
 */
static enum session_answer unsaved(struct session_run *run)
{
    enum error_class class = error_class(run->session.save_error);
    bool may_pass = class == ERR_NO_ANSWER || class == ERR_TIMEOUT || class == ERR_IO ||
                    class == ERR_NO_MEDIA || class == ERR_MEDIA_CHANGED;

    if (may_pass && run->unsaved++ < RETRIES)
        return ANSWER_RETRY;
    log_line(&run->app->log, "job", "%s", WORD_JOB_UNSAVED);
    return ANSWER_NO;
}

/*
 * A job with a matching identity= stands for what a person would confirm. What only eyes on the
 * machine can know is taken as said by whoever wrote the port's number; two devices that both show
 * themselves are refused by the session without a question.
 */
static enum session_answer job_answers(struct session_run *run, enum session_question question)
{
    const struct question_words *words = words_question(question);
    const char *const answers[] = {words->no, words->yes};

    switch (question) {
    case ASK_IS_OPTICAL:
    case ASK_ALONE:
    case ASK_CONFIRM:
        return ANSWER_YES;
    case ASK_STOP:
        run->stopped =
            screen_choice(run->app, words->title, words->text, answers, 2, 0, HELP_QUESTION) == 1;
        return run->stopped ? ANSWER_YES : ANSWER_NO;
    case ASK_BACKUP_UNSAVED:
        return unsaved(run);
    case ASK_FAILED:
        if (!run->stopped && run->failures++ < RETRIES)
            return run->failures == 1 ? ANSWER_RETRY_FAILED : ANSWER_RETRY;
        return ANSWER_STOP;
    default:
        return ANSWER_NO;
    }
}

static enum session_job session_of(enum job_kind kind)
{
    switch (kind) {
    case JOB_BACKUP:
        return SESSION_BACKUP;
    case JOB_VERIFY:
        return SESSION_VERIFY;
    case JOB_RESTORE:
        return SESSION_RESTORE;
    default:
        return SESSION_FLASH;
    }
}

/* Everything that must be there before a session makes sense. */
static err_t prepare(struct app *app, struct port **port)
{
    err_t error = job_check(&app->job);

    if (error)
        return error;
    *port = probe_port(&app->machine, app->job.port);
    if (!*port)
        return ERR(ERR_NO_DEVICE);
    error = finish_probe(app, *port);
    log_port(app, *port);
    if (error)
        return error;
    return app->job.kind == JOB_BACKUP ? 0 : load_file(app);
}

/* What comes after the job. Returns with app->ended set when the machine shall restart. */
static void finish(struct app *app)
{
    struct platform *platform = app->platform;

    if (app->job.after == AFTER_MENU)
        return;
    app_leave(app);
    if (app->job.after == AFTER_REBOOT)
        app_reboot(app);
    else if (platform->power_off)
        platform->power_off(platform->context);
}

/* The log goes where the backup went; a server that did not answer is asked again. What is not
 * saved does not change what the job's result is. */
static err_t save_log(struct app *app)
{
    err_t error = app_save_log_once(app, "after a job");

    for (unsigned i = 0; i < RETRIES && error_class(error) == ERR_NO_ANSWER; i++)
        error = app_save_log_once(app, "after a job");
    return error;
}

/* Runs the session and shows its result; false when there was no memory for it. */
static bool run_session(struct app *app, struct port *port)
{
    struct session_run *run = session_run_open(app, port, session_of(app->job.kind), job_answers);

    if (!run)
        return false;
    run->session.want_backup = app->job.backup;
    run->session.identity_required = app->job.identity[0] != '\0';
    text_copy(run->session.identity, sizeof run->session.identity, app->job.identity);
    session_run_go(run);
    (void)save_log(app);
    app->patience_us = 0;
    screen_result_draw(app, &run->session, run->before);
    cells_refresh(&app->cells);
    finish(app);
    if (!app->ended)
        screen_result(app, &run->session, run->before);
    return true;
}

/* A job with a session. False: it never came to that, and the RESULT line is in app->note. */
static bool run_job(struct app *app)
{
    uint64_t started_us = app_now_us(app);
    size_t mark = arena_mark(app->platform->arena);
    struct port *port = NULL;
    err_t error = prepare(app, &port);

    if (!error && !run_session(app, port))
        error = ERR(ERR_NO_MEMORY);
    arena_release(app->platform->arena, mark);
    if (error)
        result_line(app, RESULT_NOT_STARTED, started_us, error);
    return !error;
}

/* Behind the RESULT line: without a place for it, nobody expects the log to be saved. */
static void note_unsaved_log(struct app *app)
{
    size_t length = strlen(app->note);

    text_copy(app->note + length, sizeof app->note - length, WORD_JOB_LOG_UNSAVED);
}

void job_run(struct app *app)
{
    app->patience_us = PATIENCE_US;
    if (app->job.kind == JOB_PROBE && !job_check(&app->job))
        run_probe(app);
    else if (run_job(app))
        return;
    if (save_log(app) && (app->places.count > 0 || app->places.network))
        note_unsaved_log(app);
    app->patience_us = 0;
    screen_main_draw(app);
    cells_refresh(&app->cells);
    finish(app);
}
