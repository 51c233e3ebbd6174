/* How it ended, with the proof. */
#include "ui/screens.h"

#include "kernel/lib/string.h"
#include "kernel/lib/text.h"

enum { COLUMN = 3, TEXT_WIDTH = 74, PROOF_ROW = 5 };

/* The word in capitals and what it means. */
struct headline {
    const char *word;
    char text[100];
    const char *next;
    uint8_t style;
};

static void headline_backup(struct headline *headline, const struct session *session)
{
    bool saved = session->backup_name[0] != '\0';

    headline->word = saved ? WORD_RESULT_BACKUP : WORD_RESULT_KEPT;
    headline->style = saved ? STYLE_GOOD : STYLE_WARN;
    headline->next = WORD_RESULT_BACKUP_NEXT;
    text_copy(headline->text, sizeof headline->text,
              saved ? WORD_RESULT_BACKUP_TEXT : WORD_RESULT_KEPT_TEXT);
}

static void make_headline(struct headline *headline, const struct session *session)
{
    bool verified = session->result == RESULT_VERIFIED;

    if (session->job == SESSION_BACKUP && session->backup_equal) {
        headline_backup(headline, session);
        return;
    }
    if (session->job == SESSION_VERIFY && error_class(session->error) == ERR_VERIFY) {
        headline->word = WORD_RESULT_DIFFERS;
        headline->style = STYLE_WARN;
        headline->next = "";
        text_format(headline->text, sizeof headline->text, WORD_RESULT_DIFFERS_TEXT,
                    (unsigned)session->differences, (unsigned)session->first_difference);
        return;
    }
    headline->word = session_result_word(session->result);
    headline->style = verified ? STYLE_GOOD : session->changed ? STYLE_BAD : STYLE_WARN;
    headline->next = words_result_next(session->result);
    if (verified && session->changed && !session->identified_after)
        headline->next = WORD_RESULT_SILENT_NEXT;
    else if (verified && session->changed && session->file.has_identity && !session->after_matches)
        headline->next = WORD_RESULT_OTHER_NAME_NEXT;
    else if (verified && !session->changed)
        headline->next = session->job == SESSION_VERIFY ? "" : WORD_RESULT_SAME;
    text_copy(headline->text, sizeof headline->text, words_result_meaning(session->result));
}

/* What was saved, and where: two rows. */
static void draw_saved(struct cells *cells, unsigned row, const struct session *session,
                       const struct saves *saves)
{
    char text[100];

    text_copy(text, sizeof text, "-");
    if (session->backup_name[0])
        text_format(text, sizeof text, WORD_RESULT_ON, session->backup_name, saves->backup_where);
    else if (session->backup && session->job != SESSION_VERIFY)
        text_copy(text, sizeof text, WORD_RESULT_NOT_SAVED);
    menu_field(cells, row, COLUMN, WORD_RESULT_BACKUP_ROW, text);
    if (saves->log_error)
        text_format(text, sizeof text, WORD_RESULT_LOG_UNSAVED, saves->why);
    else
        text_format(text, sizeof text, WORD_RESULT_ON, WORD_RESULT_LOG_NAME, saves->log_where);
    menu_field(cells, row + 1, COLUMN, WORD_RESULT_LOG_ROW, text);
}

static void draw_proof(struct cells *cells, const struct session *session, const char *before,
                       const struct saves *saves)
{
    uint32_t tenths = (uint32_t)((session->ended_us - session->started_us) / 100000);
    char text[100];

    menu_frame(cells, PROOF_ROW, session->error ? 10 : 8, WORD_RESULT_PROOF);
    menu_field(cells, PROOF_ROW + 1, COLUMN, WORD_RESULT_BEFORE, before);
    text_copy(text, sizeof text, WORD_RESULT_SILENT);
    if (session->identified_after)
        text_format(text, sizeof text, "%s %s  %s", session->after.vendor, session->after.product,
                    session->after.revision);
    else if (session->port)
        text_format(text, sizeof text, "%s %02X, %s", WORD_STATUS, session->progress.status,
                    words_status(session->progress.status));
    menu_field(cells, PROOF_ROW + 2, COLUMN, WORD_RESULT_AFTER, text);
    text_format(
        text, sizeof text, "%u   " WORD_FILE_SUM " %08X", (unsigned)session->bytes,
        (unsigned)(session->job == SESSION_BACKUP ? session->backup_crc32 : session->file.crc32));
    menu_field(cells, PROOF_ROW + 3, COLUMN, WORD_RESULT_BYTES, text);
    text_format(text, sizeof text, "%u.%u s   " WORD_RESULT_AGAIN " %u", (unsigned)(tenths / 10),
                (unsigned)(tenths % 10), (unsigned)session->progress.pages_again);
    menu_field(cells, PROOF_ROW + 4, COLUMN, WORD_RESULT_TIME, text);
    draw_saved(cells, PROOF_ROW + 5, session, saves);
    if (!session->error)
        return;
    text_format(text, sizeof text, WORD_RESULT_CODE, words_error(session->error),
                (unsigned)session->error);
    menu_field(cells, PROOF_ROW + 7, COLUMN, WORD_RESULT_REASON, "");
    menu_wrap(cells, PROOF_ROW + 7, COLUMN + 12, TEXT_WIDTH - 12, 2, STYLE_STRONG, text);
}

/* Why the file was refused. Returns the rows used. */
static unsigned draw_refusal(struct cells *cells, unsigned row, const struct session *session)
{
    const struct firmware *file = &session->file;
    char text[100];

    if (session->refused != FIRMWARE_SIZE || file->damage != FIRMWARE_SOUND || !session->chip ||
        file->size == session->chip->size)
        return menu_wrap(cells, row, COLUMN, TEXT_WIDTH, 3, STYLE_WARN,
                         words_damage(session->refused));
    text_format(text, sizeof text, WORD_RESULT_OTHER_CHIP, (unsigned)(file->size >> 10),
                (unsigned)(session->chip->size >> 10));
    return menu_wrap(cells, row, COLUMN, TEXT_WIDTH, 3, STYLE_WARN, text);
}

void screen_result_draw(struct app *app, const struct session *session, const char *before)
{
    struct cells *cells = &app->cells;
    struct headline headline;
    bool unsaved = (session->backup && !session->backup_name[0]) || app->saves.log_error;
    unsigned row = 15, width; /* below the frame at its highest */
    char line[120];

    make_headline(&headline, session);
    text_format(line, sizeof line, WORD_RESULT_TITLE, session->port ? session->port->number : 0u);
    app_page(app, line, unsaved ? WORD_RESULT_FOOTER_UNSAVED : WORD_RESULT_FOOTER);
    text_format(line, sizeof line, " %s ", headline.word);
    width = cells_text(cells, 2, COLUMN, TEXT_WIDTH, headline.style, line);
    menu_wrap(cells, 2, COLUMN + width + 1, TEXT_WIDTH - width - 1, 2, STYLE_STRONG, headline.text);
    draw_proof(cells, session, before, &app->saves);
    if (session->refused != FIRMWARE_SOUND)
        row += draw_refusal(cells, row, session);
    menu_wrap(cells, row, COLUMN, TEXT_WIDTH, 3, STYLE_TEXT, headline.next);
    session_result_line(session, line, sizeof line);
    menu_wrap(cells, MENU_LAST_ROW - 1, 1, MENU_WIDTH, 2, STYLE_TEXT, line);
}

/* S: what is not saved yet. Returns whether all of it is now. */
static bool save_rest(struct app *app, struct session *session)
{
    if (session->backup && !session->backup_name[0])
        session->save_error =
            app_save_backup(app, session->backup, session->backup_size, session->backup_name);
    app->saves.backup_waits = session->backup && !session->backup_name[0];
    return app_save_log_once(app, "by hand") == 0 && !app->saves.backup_waits;
}

/* A backup that is nowhere else is not dropped by one key. */
static bool may_leave(struct app *app, struct session *session)
{
    static const char *const answers[] = {WORD_LEAVE_STAY, WORD_LEAVE_SAVE, WORD_SAVE_ELSEWHERE,
                                          WORD_LEAVE_GO};

    if (app->ended || !app->saves.backup_waits)
        return true;
    switch (screen_choice(app, WORD_LEAVE_TITLE, WORD_LEAVE_TEXT, answers, 4, 0, HELP_SAVING)) {
    case 1:
        return save_rest(app, session);
    case 2:
        return screen_place_to_save(app) && save_rest(app, session);
    case 3:
        return true;
    default:
        return false;
    }
}

static void act(struct app *app, struct session *session, uint16_t key)
{
    if (key == 'S')
        (void)save_rest(app, session);
    else if (key == 'O' && screen_place_to_save(app))
        (void)save_rest(app, session);
    else if (key == KEY_F1 + 9 && may_leave(app, session))
        screen_end(app);
}

void screen_result(struct app *app, struct session *session, const char *before)
{
    bool left = false;

    app->saves.backup_waits = session->backup && !session->backup_name[0];
    while (!left && !app->ended) {
        uint16_t key;

        screen_result_draw(app, session, before);
        cells_refresh(&app->cells);
        key = app_action(app, HELP_RESULT, APP_TICK_US);
        left = (key == KEY_ENTER || key == KEY_ESC) && may_leave(app, session);
        if (!left)
            act(app, session, key);
    }
    app->saves.backup_waits = false;
}
