/* The program: what all screens share, and how it starts. */
#define ERROR_MODULE MODULE_UI
#include "ui/app.h"

#include "kernel/lib/string.h"
#include "kernel/lib/text.h"
#include "ui/job_runner.h"
#include "ui/screen_controller.h"
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

static void forget_history(struct app *app, const struct port *port)
{
    app->said_box &= ~app_port_bit(port);
    app->said_blinks &= ~app_port_bit(port);
}

void app_forget(struct app *app, const struct port *port)
{
    forget(app, port);
    forget_history(app, port);
}

void app_say_history(struct app *app, const struct port *port, bool from_a_box, bool blinks)
{
    char *of = app->said_of[port->number - 1];

    forget_history(app, port);
    app->said_box |= from_a_box ? app_port_bit(port) : 0;
    app->said_blinks |= blinks ? app_port_bit(port) : 0;
    text_copy(of, sizeof app->said_of[0], port->name);
}

/* Another drive than the one that it was said of: its cable was not seen empty in between. */
static bool is_other_drive(const struct app *app, const struct port *port)
{
    return port->name[0] != '\0' && strcmp(port->name, app->said_of[port->number - 1]) != 0;
}

void app_diagnose(const struct app *app, const struct port *port, struct diagnosis *diagnosis)
{
    uint32_t bit = app_port_bit(port);
    const struct history history = {.from_a_box = (app->said_box & bit) != 0,
                                    .blinks = (app->said_blinks & bit) != 0,
                                    .is_donor = donors_have(&app->donors, port)};

    diagnose(port, &history, diagnosis);
}

void app_diagnosis_line(const struct diagnosis *diagnosis, char *text, size_t size)
{
    char findings[96] = "";
    size_t length = 0;

    for (unsigned i = 0; i < FINDING_COUNT; i++) {
        uint32_t bit = diagnosis->findings & 1u << i;

        if (!bit)
            continue;
        text_format(findings + length, sizeof findings - length, "%s%s", length ? "," : "",
                    words_finding_key(bit));
        length = strlen(findings);
    }
    text_format(text, size, "verdict=%s findings=%s step=%s", words_verdict_key(diagnosis->verdict),
                length ? findings : "none", words_step_key(diagnosis->step));
}

/* The log tells what is thought of a port whenever that changes. */
static void tell_diagnosis(struct app *app, const struct port *port)
{
    struct diagnosis *told = &app->told[port->number - 1], now;
    char text[176];

    app_diagnose(app, port, &now);
    if (now.verdict == VERDICT_PROBING ||
        (now.verdict == told->verdict && now.findings == told->findings && now.step == told->step))
        return;
    *told = now;
    app_diagnosis_line(&now, text, sizeof text);
    log_line(&app->log, "diagnosis", "port %u: %s", port->number, text);
}

/* Probing goes on. What the user saw on a cable is no longer known when its end was seen empty:
 * another drive may come back. */
static void probe(struct app *app)
{
    probe_step(&app->machine);
    for (unsigned i = 0; i < app->machine.port_count; i++) {
        const struct port *port = &app->machine.ports[i];
        uint8_t status = port->evidence.status;
        bool empty = ata_status_is_open(status) || port->verdict == VERDICT_NOTHING;

        if (empty)
            forget(app, port);
        if (empty || is_other_drive(app, port))
            forget_history(app, port);
        tell_diagnosis(app, port);
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
        if (app->attend)
            app->attend(app->attended);
        if (app_now_us(app) - started_us >= wait_us)
            return KEY_NONE;
        app->platform->wait_us(app->platform->context, POLL_US);
    }
}

void app_leave(struct app *app)
{
    if (app->chipset.count != 0) {
        log_line(&app->log, "ui", "%u bytes of controllers put back", app->chipset.count);
        chipset_restore(app->platform->ports, &app->machine.ide, &app->chipset);
    }
    console_drain(&app->console);
}

void app_reboot(struct app *app)
{
    app_leave(app);
    app->ended = true;
    app->platform->reboot(app->platform->context);
}

/* The keys that mean the same everywhere. Returns what is left for the screen. */
static uint16_t serve(struct app *app, enum help_topic topic, uint16_t key)
{
    static const char *const answers[] = {WORD_NO, WORD_END_REBOOT};
    const char *text = app->saves.backup_waits ? WORD_RESET_BACKUP : WORD_RESET_TEXT;

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
    if (screen_choice(app, WORD_RESET_TITLE, text, answers, 2, 0, HELP_END) == 1)
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
    char place[48], right[64];

    places_title(&app->places, place, sizeof place);
    text_format(right, sizeof right, "%s   %s", app->platform->firmware_name, place);
    menu_page(&app->cells, title, right, footer);
}

/* ---- what takes a while ---- */

static void draw_busy(struct app *app, const char *text)
{
    cells_fill(&app->cells, MENU_LAST_ROW, 0, SCREEN_COLUMNS, ' ', STYLE_CHOSEN);
    cells_text(&app->cells, MENU_LAST_ROW, 1, MENU_WIDTH, STYLE_CHOSEN, text);
    cells_refresh(&app->cells);
}

void app_busy(struct app *app, const char *what)
{
    text_copy(app->busy, sizeof app->busy, what);
    app->busy_since_us = app_now_us(app);
    app->busy_shown = 0;
    draw_busy(app, what);
}

static void tell(void *context, const char *what)
{
    app_busy(context, what);
}

static bool is_escape(struct app *app)
{
    return keys_action(keys_read(&app->keys)) == KEY_ESC;
}

static void draw_seconds(struct app *app, uint32_t seconds)
{
    char text[SCREEN_COLUMNS];

    app->busy_shown = seconds;
    text_format(text, sizeof text, WORD_BUSY_SECONDS, app->busy, (unsigned)seconds);
    draw_busy(app, text);
}

static uint32_t busy_seconds(const struct app *app)
{
    return (uint32_t)((app_now_us(app) - app->busy_since_us) / 1000000);
}

/* A server or a slow disk is waited for: the seconds run, Esc gives up. */
static bool keep_waiting(void *context)
{
    struct app *app = context;
    uint32_t seconds = busy_seconds(app);

    if (seconds != app->busy_shown)
        draw_seconds(app, seconds);
    return !is_escape(app);
}

/* A file that is being read. */
struct loading {
    struct app *app;
    const char *name;
    const uint32_t *size;
};

static bool show_loading(void *context, uint32_t done)
{
    const struct loading *loading = context;
    struct app *app = loading->app;
    uint32_t size = *loading->size;

    text_format(app->busy, sizeof app->busy, WORD_BUSY_READING_SHARE, loading->name,
                (unsigned)(size ? (uint64_t)done * 100 / size : 100));
    draw_seconds(app, busy_seconds(app));
    return !is_escape(app);
}

err_t app_load(struct app *app, struct volume *volume, const char *path, const char *name,
               uint8_t *bytes, uint32_t limit, uint32_t *size)
{
    struct loading loading = {.app = app, .name = name, .size = size};
    char text[SCREEN_COLUMNS];

    text_format(text, sizeof text, WORD_BUSY_READING, name);
    app_busy(app, text);
    return places_load(volume, path, bytes, limit, size, show_loading, &loading);
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

/* ---- saving ---- */

/* Finds a place to save to: it may have come meanwhile, or the user chooses one. */
static void find_target(struct app *app)
{
    struct places *places = &app->places;
    unsigned index = 0;

    if (places_target(places))
        return;
    if (places->count == 0 || places->server_error)
        places_scan(places, SCAN_DISKS);
    if (places_target(places) || places->count == 0 || places->nowhere || app->patience_us)
        return;
    if (screen_places(app, PLACES_SAVE, &index))
        places_choose(places, index);
    else
        places->nowhere = true;
}

err_t app_save_backup(struct app *app, const uint8_t *bytes, uint32_t size, char name[13])
{
    find_target(app);
    return saves_backup(&app->saves, bytes, size, name);
}

err_t app_save_log_once(struct app *app, const char *what)
{
    find_target(app);
    return saves_log(&app->saves, what);
}

/* What must be done before another try: only a stick is likely to be missing. */
static const char *retry_word(struct app *app)
{
    const struct volume *target = places_target(&app->places);

    return !target || places_kind(&app->places, target) == PLACE_DISK ? WORD_SAVE_STICK
                                                                      : WORD_SAVE_RETRY;
}

bool app_save_log(struct app *app, const char *what)
{
    const char *answers[] = {WORD_SAVE_RETRY, WORD_SAVE_ELSEWHERE, WORD_SAVE_LATER};
    char text[160];

    for (;;) {
        err_t error = app_save_log_once(app, what);

        if (!error)
            return true;
        text_format(text, sizeof text, WORD_RESULT_CODE ".", app->saves.why, (unsigned)error);
        answers[0] = retry_word(app);
        switch (screen_choice(app, WORD_SAVE_FAILED, text, answers, 3, 2, HELP_SAVING)) {
        case 0:
            places_scan(&app->places, SCAN_DISKS);
            break;
        case 1:
            screen_place_to_save(app);
            break;
        default:
            return false;
        }
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
    screen_controller_look(app);
    app->probing = true;
}

static void take_config(struct app *app, const char *from, uint32_t size)
{
    job_parse(&app->job, (const char *)app->file_buffers[1], size, true);
    log_line(&app->log, "job", "%s read, %u bytes", from, (unsigned)size);
}

static void read_config_file(struct app *app, struct volume *volume)
{
    uint32_t size = 0;

    if (places_load(volume, CONFIG_NAME, app->file_buffers[1], CONFIG_LIMIT, &size, NULL, NULL) ==
        0)
        take_config(app, CONFIG_NAME, size);
}

static void read_config_of_server(struct app *app, struct volume *volume)
{
    uint32_t size = 0;
    err_t error = network_config(volume, (char *)app->file_buffers[1], CONFIG_LIMIT, &size);

    if (error)
        log_line(&app->log, "job", "no job file from the server: error %08X", (unsigned)error);
    else
        take_config(app, "the server's job file", size);
}

/* The settings of the image that the loader brought along, then those of the place that we came
 * from. What the command line said stays; so does what an earlier one said. */
static void read_config(struct app *app)
{
    struct places *places = &app->places;
    bool upload = app->job.upload[0] != '\0';

    for (unsigned i = 0; i < places->count; i++) {
        if (places_kind(places, &places->volumes[i]) == PLACE_MEMORY)
            read_config_file(app, &places->volumes[i]);
    }
    if (places->ours && places->volumes[0].network)
        read_config_of_server(app, &places->volumes[0]);
    else if (places->ours)
        read_config_file(app, &places->volumes[0]);
    if (!upload && app->job.upload[0])
        places_upload_changed(places);
    if (places->bad_upload)
        text_format(app->job.bad_word, sizeof app->job.bad_word, "upload=%s", app->job.upload);
    console_apply(&app->console, &app->job, &app->cells, &app->keys, &app->log);
}

/* Memory, screen, keys, log: all that does not touch hardware. False: too little memory. */
static bool set_up(struct app *app, struct platform *platform)
{
    const struct places_waiting waiting = {app, tell, keep_waiting};
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
           places_open(&app->places, platform, &app->job, &app->log, &waiting) == 0;
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
    saves_open(&app->saves, &app->places);
    places_scan(&app->places, platform->disk_count == 0 ? SCAN_DISKS : SCAN_KNOWN);
    read_config(app);
    if (app->job.bad_word[0])
        log_line(&app->log, "job", WORD_JOB_BAD_WORD, app->job.bad_word);
    if (app->job.kind != JOB_NONE)
        job_run(app);
    if (!app->ended)
        screen_main(app);
    app_leave(app);
}
