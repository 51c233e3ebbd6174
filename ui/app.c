/* The program: what all screens share, and how it starts. */
#define ERROR_MODULE MODULE_UI
#include "ui/app.h"

#include "kernel/lib/string.h"
#include "kernel/lib/text.h"
#include "ui/job_runner.h"
#include "ui/screens.h"

enum { LOG_SIZE = 64 * 1024, CONFIG_LIMIT = 4096, POLL_US = 1000 };

#define CONFIG_NAME "ODDRESC.CFG"

uint64_t app_now_us(const struct app *app)
{
    return app->platform->now_us(app->platform->context);
}

static void forget(struct app *app, const struct port *port)
{
    app->said_optical &= ~app_port_bit(port);
    app->said_alone &= ~app_port_bit(port);
}

/* Probing goes on. What the user saw on a cable is no longer known when its end was seen empty:
 * another drive may come back. */
static void probe(struct app *app)
{
    probe_step(&app->machine);
    for (unsigned i = 0; i < app->machine.port_count; i++) {
        const struct port *port = &app->machine.ports[i];
        uint8_t status = port->evidence.status;

        if (status == 0x7F || status == 0xFF)
            forget(app, port);
    }
}

uint16_t app_key(struct app *app, uint32_t wait_us)
{
    uint64_t started_us = app_now_us(app);

    for (;;) {
        uint16_t key = keys_read(&app->keys);

        if (key != KEY_NONE)
            return key;
        if (app->probing && !app->working)
            probe(app);
        if (app_now_us(app) - started_us >= wait_us)
            return KEY_NONE;
        app->platform->wait_us(app->platform->context, POLL_US);
    }
}

void app_reboot(struct app *app)
{
    console_drain(&app->console);
    app->ended = true;
    app->platform->reboot(app->platform->context);
}

/* The keys that mean the same everywhere. Returns what is left for the screen. */
static uint16_t serve(struct app *app, enum help_topic topic, uint16_t key)
{
    static const char *const answers[] = {WORD_NO, WORD_END_REBOOT};

    if (key == KEY_F1) {
        screen_help(app, topic);
        return KEY_NONE;
    }
    if (key == KEY_F1 + 7 && !app->reading_log) {
        screen_log(app);
        return KEY_NONE;
    }
    if (key != KEY_CTRL_ALT_DEL || app->working)
        return key == KEY_CTRL_ALT_DEL ? KEY_ESC : key;
    if (topic == HELP_END)
        return KEY_NONE;
    if (screen_choice(app, WORD_RESET_TITLE, WORD_RESET_TEXT, answers, 2, 0, HELP_END) == 1)
        app_reboot(app);
    return app->ended ? KEY_ESC : KEY_NONE;
}

uint16_t app_action(struct app *app, enum help_topic topic, uint32_t wait_us)
{
    return serve(app, topic, keys_action(app_key(app, wait_us)));
}

uint16_t app_typed(struct app *app, enum help_topic topic, uint32_t wait_us)
{
    return serve(app, topic, app_key(app, wait_us));
}

void app_page(struct app *app, const char *title, const char *footer)
{
    char stick[48], right[64];

    stick_title(&app->stick, stick, sizeof stick);
    text_format(right, sizeof right, "%s   %s", app->platform->firmware_name, stick);
    menu_page(&app->cells, title, right, footer);
}

struct port *app_port(struct app *app)
{
    return app->ports.chosen < app->machine.port_count ? &app->machine.ports[app->ports.chosen]
                                                       : NULL;
}

uint32_t app_port_bit(const struct port *port)
{
    return 1u << (port->number % 32);
}

void app_look_again(struct app *app, struct port *port)
{
    forget(app, port);
    probe_start(&app->machine, port, true);
}

bool app_have_target(struct app *app)
{
    const char *answers[STICK_VOLUMES + 1];
    char names[STICK_VOLUMES][64];
    struct stick *stick = &app->stick;
    unsigned chosen;

    if (stick->count == 0)
        stick_scan(stick, true); /* it may have been put in meanwhile */
    if (stick_target(stick) || stick->count == 0 || stick->nowhere || app->patience_us)
        return stick_target(stick) != NULL;
    for (unsigned i = 0; i < stick->count; i++) {
        char name[24];

        stick_volume_name(&stick->volumes[i], name, sizeof name);
        text_format(names[i], sizeof names[i], "%s (%s)", name, stick->volumes[i].disk->name);
        answers[i] = names[i];
    }
    answers[stick->count] = WORD_SAVE_NONE;
    chosen = screen_choice(app, WORD_SAVE_TITLE, WORD_SAVE_TEXT, answers, stick->count + 1,
                           stick->count, HELP_QUESTION);
    stick_choose(stick, chosen);
    stick->nowhere = chosen == stick->count;
    return stick_target(stick) != NULL;
}

err_t app_save_log_once(struct app *app, const char *what)
{
    if (!app_have_target(app))
        return app->stick.error ? app->stick.error : ERR(ERR_NO_MEDIA);
    return stick_save_log(&app->stick, what);
}

bool app_save_log(struct app *app, const char *what)
{
    static const char *const answers[] = {WORD_SAVE_RETRY, WORD_SAVE_LATER};
    char text[160];

    for (;;) {
        err_t error = app_save_log_once(app, what);

        if (!error)
            return true;
        text_format(text, sizeof text, WORD_RESULT_CODE ".", words_error(error), (unsigned)error);
        if (screen_choice(app, WORD_SAVE_FAILED, text, answers, 2, 1, HELP_QUESTION) != 0)
            return false;
        stick_scan(&app->stick, true);
    }
}

/* What is drawn on before anything is known: a full screen within the first milliseconds. */
static void show(struct app *app)
{
    screen_main_draw(app);
    cells_refresh(&app->cells);
}

static void find_ports(struct app *app)
{
    struct ide_found *found = &app->machine.ide;

    ide_find(app->platform->ports, found);
    ata_port_bind(found, app->buses, app->platform);
    probe_open(&app->machine, &app->log);
    for (unsigned i = 0; i < found->other_count; i++)
        log_line(&app->log, "ui", "controller without IDE registers: %04X:%04X class %02X/%02X",
                 found->other[i].vendor_id, found->other[i].device_id, found->other[i].class_code,
                 found->other[i].subclass);
    app->probing = true;
}

/* ODDRESC.CFG on our volume; what the command line said stays. */
static void read_config(struct app *app)
{
    struct volume *volume = app->stick.ours ? stick_target(&app->stick) : NULL;
    uint8_t *text = app->file_buffers[1];
    uint32_t size;

    if (!volume || stick_load(volume, CONFIG_NAME, text, CONFIG_LIMIT, &size))
        return;
    job_parse(&app->job, (const char *)text, size, true);
    log_line(&app->log, "job", CONFIG_NAME " read, %u bytes", (unsigned)size);
    console_apply(&app->console, &app->job, &app->cells, &app->keys, &app->log);
}

/* Memory, screen, keys, log: all that does not touch hardware. False: too little memory. */
static bool set_up(struct app *app, struct platform *platform)
{
    char *log = arena_take(platform->arena, LOG_SIZE);

    app->platform = platform;
    cells_open(&app->cells);
    for (unsigned i = 0; i < platform->sink_count; i++)
        cells_add_sink(&app->cells, &platform->sinks[i]);
    for (unsigned i = 0; i < platform->key_source_count; i++)
        keys_add(&app->keys, &platform->keys[i]);
    job_defaults(&app->job);
    job_parse(&app->job, platform->command_line, (uint32_t)strlen(platform->command_line), false);
    console_open(&app->console, platform);
    if (!log)
        return false;
    log_open(&app->log, log, LOG_SIZE, platform->now_us, platform->context);
    app->file_buffers[0] = arena_take(platform->arena, FIRMWARE_LARGEST);
    app->file_buffers[1] = arena_take(platform->arena, FIRMWARE_LARGEST);
    return app->file_buffers[0] && app->file_buffers[1] &&
           stick_open(&app->stick, platform, &app->log) == 0;
}

/* What the boot code has to tell, line by line. */
static void log_notes(struct app *app, const char *notes)
{
    while (notes && *notes) {
        unsigned length = 0;

        while (notes[length] && notes[length] != '\n')
            length++;
        log_line(&app->log, "boot", "%.*s", (int)length, notes);
        notes += length + (notes[length] == '\n');
    }
}

void rescue_main(struct platform *platform)
{
    struct app *app = arena_take(platform->arena, sizeof *app);

    if (!app)
        return;
    if (!set_up(app, platform)) {
        screen_message(app, WORD_PRODUCT, WORD_NO_MEMORY);
        return;
    }
    show(app);
    log_line(&app->log, "ui", WORD_PRODUCT ", %s, \"%s\"", platform->firmware_name,
             platform->command_line);
    log_notes(app, platform->notes);
    console_apply(&app->console, &app->job, &app->cells, &app->keys, &app->log);
    find_ports(app);
    show(app);
    stick_scan(&app->stick, platform->disk_count == 0);
    read_config(app);
    if (app->job.bad_word[0])
        log_line(&app->log, "job", WORD_JOB_BAD_WORD, app->job.bad_word);
    if (app->job.kind != JOB_NONE)
        job_run(app);
    if (!app->ended)
        screen_main(app);
    console_drain(&app->console);
}
