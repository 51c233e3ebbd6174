/* The file picker: volumes, folders, files. */
#define ERROR_MODULE MODULE_UI
#include "ui/screens.h"

#include "kernel/lib/string.h"
#include "kernel/lib/text.h"

enum {
    ENTRIES = 256,
    NAME_SHOWN = 44,
    LIST_ROW = 3,
    LIST_ROWS = MENU_LAST_ROW - LIST_ROW,
    COLUMN = 1,
    WIDTH = 78
};

#define FIRMWARE_FOLDER "FIRMWARE"

/* One line of a folder. */
struct entry {
    char name[NAME_SHOWN + 1];
    char short_name[VOLUME_KEY_MAX + 1];
    bool folder;
    uint32_t size;
    struct calendar_time time;
};

struct picker {
    struct app *app;
    struct volume *volume;
    char path[sizeof((struct firmware *)0)->path];
    struct entry *entries;
    unsigned count;
    bool more;
    err_t error;
    struct menu_list list; /* item 0 leads back */
};

static bool likely_firmware(const struct entry *entry)
{
    return !entry->folder && (entry->size == 0x20000 || entry->size == 0x40000 ||
                              entry->size == 0x80000 || entry->size == FIRMWARE_LARGEST);
}

/* The folder that our volumes have for firmware files, then other folders, then what may be
 * firmware, then the rest. */
static unsigned rank(const struct entry *entry)
{
    if (entry->folder)
        return text_equal_ignoring_case(entry->name, FIRMWARE_FOLDER) ? 0 : 1;
    return likely_firmware(entry) ? 2 : 3;
}

/* By name inside a rank. */
static bool comes_before(const struct entry *a, const struct entry *b)
{
    unsigned rank_a = rank(a), rank_b = rank(b);

    if (rank_a != rank_b)
        return rank_a < rank_b;
    for (unsigned i = 0; i < NAME_SHOWN; i++) {
        char letter_a = text_upper(a->name[i]), letter_b = text_upper(b->name[i]);

        if (letter_a != letter_b || letter_a == '\0')
            return (uint8_t)letter_a < (uint8_t)letter_b;
    }
    return false;
}

/* Puts an entry into its place. */
static bool add_entry(void *context, const struct file_info *info)
{
    struct picker *picker = context;
    struct entry entry = {.folder = info->folder, .size = info->size, .time = info->time};
    unsigned i = picker->count;

    if (info->hidden)
        return true;
    if (picker->count >= ENTRIES) {
        picker->more = true;
        return false;
    }
    text_copy(entry.name, sizeof entry.name, info->name);
    text_copy(entry.short_name, sizeof entry.short_name, info->short_name);
    for (; i > 0 && comes_before(&entry, &picker->entries[i - 1]); i--)
        picker->entries[i] = picker->entries[i - 1];
    picker->entries[i] = entry;
    picker->count++;
    return true;
}

static void read_folder(struct picker *picker)
{
    picker->count = 0;
    picker->more = false;
    app_busy(picker->app, WORD_BUSY_FOLDER);
    picker->error = volume_list(picker->volume, picker->path, add_entry, picker);
    picker->list = (struct menu_list){.count = picker->count + 1, .rows = LIST_ROWS};
    picker->list.chosen = picker->count > 0;
    if (picker->error)
        log_line(&picker->app->log, "ui", "folder \"%s\": error %08X", picker->path,
                 (unsigned)picker->error);
}

static void draw_entry(struct cells *cells, const struct menu_list *list, unsigned index,
                       const struct entry *entry)
{
    unsigned row = LIST_ROW + index - list->top;
    uint8_t style = menu_list_bar(cells, list, index, row, COLUMN, WIDTH);
    char size[16], date[16] = "";

    text_format(size, sizeof size, entry->size == VOLUME_SIZE_UNKNOWN ? "?" : "%u",
                (unsigned)entry->size);
    if (entry->time.year)
        text_format(date, sizeof date, "%04u-%02u-%02u", entry->time.year, entry->time.month,
                    entry->time.day);
    cells_format(cells, row, COLUMN + 2, WIDTH - 2, style, "%-44s %10s  %s", entry->name,
                 entry->folder ? WORD_FILES_FOLDER : size, date);
    if (likely_firmware(entry))
        cells_fill(cells, row, COLUMN + 71, 1, SIGN_CHECK,
                   style == STYLE_TEXT ? STYLE_GOOD : style);
}

static void draw_error(const struct picker *picker)
{
    const struct app *app = picker->app;
    char why[SAVES_TEXT], text[SAVES_TEXT + 20];

    places_error_text(&app->places, picker->volume, picker->error, false, why, sizeof why);
    text_format(text, sizeof text, WORD_RESULT_CODE, why, (unsigned)picker->error);
    cells_text(&picker->app->cells, MENU_LAST_ROW, COLUMN + 2, WIDTH - 2, STYLE_WARN, text);
}

static void draw_folder(struct picker *picker)
{
    struct cells *cells = &picker->app->cells;
    const struct menu_list *list = &picker->list;
    uint8_t style;
    char name[32];

    app_page(picker->app, WORD_FILES_TITLE, WORD_FILES_FOOTER);
    places_label(&picker->app->places, picker->volume, name, sizeof name);
    cells_format(cells, 1, COLUMN + 2, WIDTH - 2, STYLE_HEADING, "%s: \\%s", name, picker->path);
    cells_text(cells, 2, COLUMN, WIDTH, STYLE_FRAME, WORD_FILES_COLUMNS);
    if (list->top == 0) {
        style = menu_list_bar(cells, list, 0, LIST_ROW, COLUMN, WIDTH);
        cells_text(cells, LIST_ROW, COLUMN + 2, WIDTH - 2, style, WORD_FILES_UP);
    }
    for (unsigned i = list->top ? list->top : 1; i < list->count && i < list->top + list->rows; i++)
        draw_entry(cells, list, i, &picker->entries[i - 1]);
    if (picker->error)
        draw_error(picker);
    else
        cells_text(cells, MENU_LAST_ROW, COLUMN + 2, WIDTH - 2, STYLE_FRAME, WORD_FILES_LIKELY);
    if (!picker->error && picker->count == 0)
        menu_wrap(cells, LIST_ROW + 2, COLUMN + 2, WIDTH - 4, 3, STYLE_TEXT,
                  picker->volume->network ? WORD_FILES_EMPTY_SERVER : WORD_FILES_EMPTY);
    if (picker->more)
        cells_format(cells, 1, 42, 36, STYLE_WARN, WORD_FILES_MORE, (unsigned)ENTRIES);
}

/* path + name; false when that is too long. */
static bool join(const struct picker *picker, const struct entry *entry, char *path, size_t size)
{
    return text_format(path, size, "%s%s%s", picker->path, picker->path[0] ? "\\" : "",
                       entry->short_name) < size;
}

/* Leaves the folder. False at the root: there is nothing above it. */
static bool go_up(struct picker *picker)
{
    size_t length = strlen(picker->path);

    if (length == 0)
        return false;
    while (length > 0 && picker->path[length - 1] != '\\')
        length--;
    picker->path[length > 0 ? length - 1 : 0] = '\0';
    read_folder(picker);
    return true;
}

/* Reads and inspects a file; a file that is too big to be firmware is only described. */
static void load(struct picker *picker, const struct entry *entry, const char *path)
{
    struct app *app = picker->app;
    struct chosen_file file = {.time = entry->time};
    unsigned other = app->file_buffer ^ 1u;
    uint32_t size = 0;
    err_t error;

    text_copy(file.firmware.path, sizeof file.firmware.path, path);
    error = app_load(app, picker->volume, path, entry->name, app->file_buffers[other],
                     FIRMWARE_LARGEST, &size);
    log_line(&app->log, "ui", "file %s: %u bytes, error %08X", path, (unsigned)size,
             (unsigned)error);
    picker->error = error_class(error) == ERR_TOO_BIG ? 0 : error;
    if (picker->error)
        return;
    if (error) {
        file.firmware.size = size;
        file.firmware.damage = FIRMWARE_SIZE;
    } else {
        firmware_inspect(&file.firmware, app->file_buffers[other], size);
    }
    if (!screen_file(app, &file))
        return;
    app->file = file;
    app->file_buffer = other;
}

/* Enter on an item. Returns true when a file was taken. */
static bool open_entry(struct picker *picker, const struct entry *entry)
{
    char path[sizeof picker->path];
    const uint8_t *before = picker->app->file.firmware.bytes;

    if (!join(picker, entry, path, sizeof path)) {
        picker->error = ERR(ERR_BAD_NAME);
        return false;
    }
    if (!entry->folder) {
        load(picker, entry, path);
        return picker->app->file.firmware.bytes != before;
    }
    text_copy(picker->path, sizeof picker->path, path);
    read_folder(picker);
    return false;
}

/* Browses one volume. 1: a file was taken, 0: back, -1: the disks shall be looked at again. */
static int browse(struct picker *picker)
{
    read_folder(picker);
    for (;;) {
        uint16_t key;

        draw_folder(picker);
        cells_refresh(&picker->app->cells);
        key = app_action(picker->app, HELP_FILES, APP_TICK_US);
        if (menu_list_key(&picker->list, key))
            continue;
        if (key == KEY_F1 + 4)
            return -1;
        if (key == KEY_ESC || (keys_is_ok(key) && picker->list.chosen == 0)) {
            if (!go_up(picker))
                return 0;
        } else if (keys_is_ok(key) &&
                   open_entry(picker, &picker->entries[picker->list.chosen - 1])) {
            return 1;
        }
    }
}

bool screen_files(struct app *app)
{
    size_t mark = arena_mark(app->platform->arena);
    struct picker picker = {.app = app};
    unsigned index = 0;
    int outcome = 0;

    picker.entries = arena_take(app->platform->arena, ENTRIES * sizeof *picker.entries);
    if (!picker.entries) {
        screen_message(app, WORD_FILES_TITLE, WORD_NO_MEMORY);
        return false;
    }
    /* A single volume is opened at once; with several, Esc leads back to their list. */
    while (outcome != 1 && (app->places.count == 1 || screen_places(app, PLACES_READ, &index))) {
        picker.volume = &app->places.volumes[index < app->places.count ? index : 0];
        picker.path[0] = '\0';
        outcome = browse(&picker);
        if (outcome < 0) {
            places_scan(&app->places, SCAN_ALL);
            index = 0;
        } else if (outcome == 0 && app->places.count == 1) {
            break;
        }
    }
    arena_release(app->platform->arena, mark);
    return outcome == 1;
}
