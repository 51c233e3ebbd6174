/* The last look before the flash. */
#include "ui/screens.h"

#include "kernel/lib/string.h"
#include "kernel/lib/text.h"

enum { COLUMN = 3, INPUT_ROW = 21, TEXT_WIDTH = 74, LAST_WORD_MINIMUM = 3 };

/* The last word of a name: what people call the drive ("DVD RW DRU-710A": DRU-710A). */
static void last_word(const char *name, char *word, size_t size)
{
    size_t length = strlen(name), start = length;

    while (start > 0 && name[start - 1] != ' ')
        start--;
    text_copy(word, size, length - start >= LAST_WORD_MINIMUM ? name + start : name);
}

void screen_confirm_word(const struct session *session, char *word, size_t size)
{
    const struct port *port = session->port;

    if (!(session->warnings & WARN_NEEDS_NAME))
        text_copy(word, size, WORD_CONFIRM_YES);
    else if (port && port->evidence.inquiry.length && port->verdict == VERDICT_HEALTHY)
        last_word(port->evidence.inquiry.product, word, size);
    else if (session->old.has_identity)
        last_word(session->old.product, word, size);
    else if (session->file.has_identity)
        last_word(session->file.product, word, size);
    else
        text_copy(word, size, session->chip ? session->chip->name : WORD_CONFIRM_YES);
    if (word[0] == '\0')
        text_copy(word, size, WORD_CONFIRM_YES);
}

static void draw_drive(struct cells *cells, const struct session *session,
                       const struct saves *saves)
{
    const struct port *port = session->port;
    const struct chip *chip = session->chip;
    char text[80];

    menu_frame(cells, 2, 7, WORD_CONFIRM_DRIVE);
    text_format(text, sizeof text, "%s, %04X   %s", port->where, port->channel->command_base,
                port->name[0] ? port->name : WORD_CONFIRM_NAMELESS);
    menu_field(cells, 3, COLUMN, WORD_CONFIRM_WHERE, text);
    if (chip)
        text_format(text, sizeof text, "%s %s, %u KiB   %s", chip->vendor, chip->name,
                    (unsigned)(chip->size >> 10),
                    session->backup_equal ? WORD_CONFIRM_READ_TWICE : "");
    menu_field(cells, 4, COLUMN, WORD_CONFIRM_CHIP, chip ? text : "?");
    text_copy(text, sizeof text, WORD_FILE_NO_NAME);
    if (session->old.has_identity)
        text_format(text, sizeof text, "%s %s  %s", session->old.vendor, session->old.product,
                    session->old.revision);
    menu_field(cells, 5, COLUMN, WORD_CONFIRM_OLD, text);
    if (session->backup_name[0])
        text_format(text, sizeof text,
                    saves->checked ? WORD_CONFIRM_BACKUP : WORD_CONFIRM_UNCHECKED,
                    session->backup_name, (unsigned)session->backup_crc32, saves->backup_where);
    else if (session->backup)
        text_format(text, sizeof text, WORD_CONFIRM_IN_MEMORY, (unsigned)session->backup_crc32);
    else
        text_copy(text, sizeof text, WORD_CONFIRM_NO_BACKUP);
    menu_field(cells, 6, COLUMN, WORD_CONFIRM_SAVED, text);
    text_format(text, sizeof text, "%02X  %s", session->progress.status,
                words_status(session->progress.status));
    menu_field(cells, 7, COLUMN, WORD_STATUS, text);
}

static void draw_file(struct cells *cells, const struct session *session,
                      const struct calendar_time *time)
{
    const struct firmware *file = &session->file;
    size_t length;
    char text[80];

    menu_frame(cells, 9, 5, WORD_CONFIRM_FILE);
    menu_field(cells, 10, COLUMN, WORD_FILE_NAME, file->path);
    length = text_format(text, sizeof text, WORD_FILE_BYTES ", " WORD_FILE_SUM " %08X",
                         (unsigned)file->size, (unsigned)file->crc32);
    if (time->year)
        text_format(text + length, sizeof text - length, ", %04u-%02u-%02u", time->year,
                    time->month, time->day);
    menu_field(cells, 11, COLUMN, WORD_FILE_SIZE, text);
    text_copy(text, sizeof text, WORD_FILE_NO_NAME);
    if (file->has_identity)
        text_format(text, sizeof text, "%s %s  %s  %s", file->vendor, file->product, file->revision,
                    file->date);
    menu_field(cells, 12, COLUMN, WORD_FILE_SAYS, text);
}

/* Warnings that ask for the name come first and strong. Returns the rows used. */
static unsigned draw_warnings(struct cells *cells, unsigned row, unsigned rows, uint32_t warnings)
{
    unsigned used = 0;

    for (unsigned pass = 0; pass < 2; pass++) {
        for (uint32_t bit = 1; bit && used < rows; bit <<= 1) {
            bool heavy = (bit & WARN_NEEDS_NAME) != 0;

            if (!(warnings & bit) || heavy != (pass == 0) || !words_warning(bit)[0])
                continue;
            cells_format(cells, row + used, COLUMN, TEXT_WIDTH, heavy ? STYLE_BAD : STYLE_WARN,
                         " ! %s ", words_warning(bit));
            used++;
        }
    }
    return used;
}

void screen_confirm_draw(struct app *app, const struct session *session,
                         const struct menu_input *input, bool wrong)
{
    struct cells *cells = &app->cells;
    char word[33], text[SCREEN_COLUMNS];
    unsigned column;

    text_format(text, sizeof text, WORD_CONFIRM_PAGE, session->port->number);
    app_page(app, text, WORD_CONFIRM_FOOTER);
    draw_drive(cells, session, &app->saves);
    draw_file(cells, session, &app->file.time);
    if (draw_warnings(cells, 14, 4, session->warnings) == 0)
        cells_text(cells, 14, COLUMN, TEXT_WIDTH, STYLE_GOOD, WORD_CONFIRM_AGREES);
    menu_wrap(cells, 18, COLUMN, TEXT_WIDTH, 2, STYLE_TEXT, WORD_CONFIRM_LAST);
    screen_confirm_word(session, word, sizeof word);
    text_format(text, sizeof text, WORD_CONFIRM_TYPE, word);
    column = COLUMN + cells_text(cells, INPUT_ROW, COLUMN, 60, STYLE_STRONG, text) + 1;
    menu_input_draw(cells, input, INPUT_ROW, column, (unsigned)strlen(word) + 1);
    if (wrong)
        cells_text(cells, INPUT_ROW + 1, COLUMN, TEXT_WIDTH, STYLE_WARN, WORD_CONFIRM_WRONG);
}

enum session_answer screen_confirm(struct app *app, const struct session *session)
{
    struct menu_input input = {.length = 0};
    bool wrong = false;
    char word[33];

    screen_confirm_word(session, word, sizeof word);
    for (;;) {
        uint16_t key;

        screen_confirm_draw(app, session, &input, wrong);
        cells_refresh(&app->cells);
        key = app_typed(app, HELP_CONFIRM, APP_TICK_US);
        if (key == KEY_ESC)
            return ANSWER_NO;
        if (menu_input_key(&input, key)) {
            wrong = false;
        } else if (key == KEY_ENTER) {
            if (text_equal_ignoring_case(input.text, word))
                return ANSWER_YES;
            log_line(&app->log, "ui", "typed \"%s\" instead of \"%s\"", input.text, word);
            wrong = true;
            input = (struct menu_input){.length = 0};
        }
    }
}
