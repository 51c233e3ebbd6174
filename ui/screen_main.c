/* The main screen: every place where a drive may be, and what to do next. */
#include "ui/screens.h"

#include "kernel/lib/string.h"
#include "kernel/lib/text.h"
#include "ui/guide.h"
#include "ui/rescue.h"
#include "ui/screen_controller.h"

enum {
    LIST_ROW = 2,    /* frame of the list */
    LIST_ROWS = 6,   /* items that are visible */
    PANEL_ROWS = 10, /* frame of the panel, with its lines */
    ITEM_COLUMN = 3, /* the bar */
    ITEM_WIDTH = 76,
    NAME_COLUMN = 39, /* model and revision */
    NAME_WIDTH = 22,
    STATE_COLUMN = 62,
    STATE_WIDTH = 15,
    PANEL_COLUMN = 3,
    PANEL_WIDTH = 74,
    FILE_WIDTH = 52
};

/* The port's state in the list: the verdict, or how long something lasts. */
static void state_text(const struct app *app, const struct port *port, char *text, size_t size)
{
    uint64_t now_us = app_now_us(app);

    if (port->verdict == VERDICT_PROBING && port->probe_bound_us > now_us)
        text_format(text, size, WORD_MAIN_LOOKING,
                    (unsigned)((port->probe_bound_us - now_us) / 1000000 + 1));
    else if (port->verdict == VERDICT_STUCK_BUSY && port->busy_since_us)
        text_format(text, size, "%s, " WORD_MAIN_BUSY_FOR, words_verdict(port->verdict),
                    (unsigned)((now_us - port->busy_since_us) / 1000000));
    else
        text_copy(text, size, words_verdict(port->verdict));
}

static uint8_t state_style(enum verdict verdict)
{
    switch (verdict) {
    case VERDICT_HEALTHY:
    case VERDICT_VENDOR_MODE:
        return STYLE_GOOD;
    case VERDICT_IDENTITY_DAMAGED:
    case VERDICT_BOOT_CODE:
    case VERDICT_STUCK_BUSY:
    case VERDICT_NO_IDENTITY:
    case VERDICT_UNKNOWN:
        return STYLE_WARN;
    default:
        return STYLE_TEXT;
    }
}

/* The raw status for the list; ports that are switched off were not read. */
static void status_text(const struct port *port, char *text, size_t size)
{
    uint8_t status = port->evidence.status;

    if (port->verdict == VERDICT_CHANNEL_OFF)
        text_copy(text, size, "--");
    else
        text_format(text, size, "%02X %s", status,
                    status & ATA_STATUS_BSY && status != 0xFF ? "BSY" : "");
}

static void draw_port(struct app *app, unsigned index, unsigned row)
{
    const struct port *port = &app->machine.ports[index];
    uint8_t style =
        menu_list_bar(&app->cells, &app->ports, index, row, ITEM_COLUMN - 1, ITEM_WIDTH);
    char state[40], status[8];

    state_text(app, port, state, sizeof state);
    status_text(port, status, sizeof status);
    cells_format(&app->cells, row, ITEM_COLUMN, ITEM_WIDTH, style, "%3u %-18.18s %4X  %s",
                 port->number, port->where, port->channel->command_base, status);
    cells_text(&app->cells, row, NAME_COLUMN, NAME_WIDTH, style, port->name);
    cells_text(&app->cells, row, port->name[0] ? STATE_COLUMN : NAME_COLUMN,
               port->name[0] ? STATE_WIDTH : NAME_WIDTH + STATE_WIDTH,
               style == STYLE_TEXT ? state_style(port->verdict) : style, state);
}

/* The finding that matters most, and how many more there are. */
static void draw_findings(struct cells *cells, unsigned row, uint32_t findings)
{
    char text[PANEL_WIDTH + 1];
    unsigned more = 0;

    if (!findings)
        return;
    for (uint32_t rest = findings & (findings - 1); rest; rest &= rest - 1)
        more++;
    text_copy(text, sizeof text, words_finding(findings & -findings));
    if (more)
        text_format(text, sizeof text, WORD_MAIN_ALSO, words_finding(findings & -findings), more);
    menu_keys_text(cells, row, PANEL_COLUMN, STYLE_WARN, STYLE_STRONG, text);
}

static void draw_panel_port(struct app *app, const struct port *port, unsigned row)
{
    struct cells *cells = &app->cells;
    struct diagnosis diagnosis;
    char text[PANEL_WIDTH + 16]; /* with the braces around keys */

    app_diagnose(app, port, &diagnosis);
    text_format(text, sizeof text, WORD_MAIN_PANEL, port->number);
    menu_frame(cells, row, PANEL_ROWS, text);
    if (port->verdict == VERDICT_CHANNEL_OFF)
        cells_text(cells, row + 1, PANEL_COLUMN, PANEL_WIDTH, STYLE_TEXT, WORD_CHANNEL_NOT_READ);
    else
        cells_format(cells, row + 1, PANEL_COLUMN, PANEL_WIDTH, STYLE_TEXT, "%s %02X: %s",
                     WORD_STATUS, port->evidence.status, words_status(port->evidence.status));
    menu_wrap(cells, row + 2, PANEL_COLUMN, PANEL_WIDTH, 3, STYLE_TEXT,
              words_verdict_meaning(diagnosis.verdict));
    draw_findings(cells, row + 5, diagnosis.findings);
    cells_text(cells, row + 6, PANEL_COLUMN, 6, STYLE_STRONG, WORD_MAIN_NEXT);
    cells_text(cells, row + 6, PANEL_COLUMN + 6, PANEL_WIDTH - 6, STYLE_STRONG,
               words_step(diagnosis.step));
    cells_text(cells, row + 7, PANEL_COLUMN, 6, STYLE_TEXT, WORD_MAIN_RISK);
    cells_text(cells, row + 7, PANEL_COLUMN + 6, PANEL_WIDTH - 6, STYLE_TEXT,
               words_risk(diagnosis.risk));
    text_format(text, sizeof text, WORD_MAIN_KEYS, words_step_enter(diagnosis.step));
    menu_keys_text(cells, row + 8, PANEL_COLUMN, STYLE_TEXT, STYLE_STRONG, text);
}

/* A row of a controller that has no ports for us. */
static void draw_controller(struct app *app, unsigned index, unsigned row)
{
    uint8_t style =
        menu_list_bar(&app->cells, &app->ports, index, row, ITEM_COLUMN - 1, ITEM_WIDTH);

    screen_controller_draw_item(app, index - app->machine.port_count, row, ITEM_COLUMN, style);
}

/* The visible part of the list in its frame. Returns how many items that are. */
static unsigned draw_list(struct app *app)
{
    struct cells *cells = &app->cells;
    struct menu_list *list = &app->ports;
    unsigned shown;

    list->count = app->machine.port_count + screen_controller_count(app);
    list->rows = LIST_ROWS;
    menu_list_settle(list);
    shown = list->count > LIST_ROWS ? LIST_ROWS : list->count;
    menu_frame(cells, LIST_ROW, (shown ? shown : 1) + 3, WORD_MAIN_FRAME);
    cells_text(cells, LIST_ROW + 1, ITEM_COLUMN - 1, ITEM_WIDTH, STYLE_FRAME, WORD_MAIN_COLUMNS);
    for (unsigned i = 0; i < shown; i++) {
        unsigned index = list->top + i;

        if (index < app->machine.port_count)
            draw_port(app, index, LIST_ROW + 2 + i);
        else
            draw_controller(app, index, LIST_ROW + 2 + i);
    }
    if (list->top + shown < list->count)
        cells_format(cells, LIST_ROW + 2 + shown, 60, 18, STYLE_FRAME, " " WORD_MAIN_MORE " ",
                     list->count - list->top - shown);
    return shown;
}

static void draw_file_line(struct app *app, unsigned row)
{
    const struct firmware *firmware = &app->file.firmware;
    char file[FILE_WIDTH + 1];
    size_t length = strlen(firmware->path), shown = sizeof WORD_MAIN_FILE - 3 + length;

    /* A long path loses its beginning: the file's own name stays. */
    text_format(file, sizeof file, firmware->bytes ? WORD_MAIN_FILE : WORD_MAIN_NO_FILE,
                firmware->path + (shown > FILE_WIDTH ? shown - FILE_WIDTH : 0));
    menu_keys_text(&app->cells, row, PANEL_COLUMN, STYLE_TEXT, STYLE_STRONG, file);
    menu_keys_text(&app->cells, row, PANEL_COLUMN + FILE_WIDTH + 2, STYLE_TEXT, STYLE_STRONG,
                   WORD_MAIN_PLACE);
}

void screen_main_draw(struct app *app)
{
    struct cells *cells = &app->cells;
    unsigned shown, panel;

    app_page(app, WORD_PRODUCT, WORD_MAIN_FOOTER);
    shown = draw_list(app);
    /* The panel stays where it is while ports are found. */
    panel = LIST_ROW + LIST_ROWS + 3;
    if (app->note[0])
        menu_wrap(cells, MENU_LAST_ROW - 1, 1, MENU_WIDTH, 2, STYLE_STRONG, app->note);
    else if (shown)
        draw_file_line(app, MENU_LAST_ROW - 1);
    if (shown && app_port(app)) {
        draw_panel_port(app, app_port(app), panel);
    } else if (shown) {
        screen_controller_draw_panel(app, app->ports.chosen - app->machine.port_count, panel,
                                     PANEL_ROWS);
    } else {
        menu_frame(cells, panel, PANEL_ROWS, WORD_MAIN_START_TITLE);
        menu_wrap(cells, panel + 1, PANEL_COLUMN, PANEL_WIDTH, 3, STYLE_TEXT,
                  app->probing ? WORD_MAIN_NO_PORTS : WORD_MAIN_START);
    }
}

/* Enter: the one step that is recommended for the port. */
static void go_on(struct app *app, struct port *port)
{
    struct diagnosis diagnosis;

    app_diagnose(app, port, &diagnosis);
    switch (diagnosis.step) {
    case STEP_SWITCH_ON:
        (void)screen_channel(app, port);
        break;
    case STEP_ASK_HISTORY:
        screen_history(app, port);
        break;
    case STEP_BACK_UP_FLASH:
        rescue_run(app, port, SESSION_FLASH);
        break;
    case STEP_GUIDE:
        guide_run(app, port);
        break;
    case STEP_WAIT:
    case STEP_LEAVE_IT:
        screen_evidence(app, port);
        break;
    default:
        screen_step(app, port, diagnosis.step);
    }
}

static void act(struct app *app, uint16_t key)
{
    struct port *port = app_port(app);

    if (key == KEY_F1 + 6)
        screen_files(app);
    else if (key == KEY_F1 + 9 || key == KEY_ESC)
        screen_end(app);
    else if (key == 'S')
        (void)screen_place_to_save(app);
    else if (!port) /* a controller: a drive may have come or gone there */
        screen_controller_look(app);
    else if (key == KEY_ENTER)
        go_on(app, port);
    else if (key == 'D')
        screen_evidence(app, port);
    else if (key == 'R')
        app_look_again(app, port);
    else if (key == 'W')
        guide_bring_in(app, port);
    else if (key == KEY_F1 + 4)
        rescue_run(app, port, SESSION_BACKUP);
    else if (key == KEY_F1 + 5)
        screen_history_flash(app, port);
    else if (key == KEY_F1 + 8)
        rescue_run(app, port, SESSION_VERIFY);
}

static bool has_no_patient(const struct port *port)
{
    return port->verdict == VERDICT_NOTHING || port->verdict == VERDICT_DISK;
}

/* As long as nobody pressed a key, the bar leaves an empty place or a disk for the first drive that
 * is found: the panel below then speaks of the drive that the user came with. */
static void find_patient(struct app *app)
{
    const struct machine *machine = &app->machine;

    if (!app_port(app) || !has_no_patient(app_port(app)))
        return;
    for (unsigned i = 0; i < machine->port_count; i++) {
        const struct port *port = &machine->ports[i];

        if (port->verdict != VERDICT_PROBING && !has_no_patient(port)) {
            app->ports.chosen = i;
            return;
        }
    }
}

void screen_main(struct app *app)
{
    bool touched = false;

    while (!app->ended) {
        uint16_t key;

        if (!touched)
            find_patient(app);
        screen_main_draw(app);
        cells_refresh(&app->cells);
        key = app_action(app, HELP_MAIN, APP_TICK_US);
        if (app->ended)
            return;
        if (key != KEY_NONE) {
            touched = true;
            app->note[0] = '\0';
        }
        if (!menu_list_key(&app->ports, key))
            act(app, key);
    }
}
