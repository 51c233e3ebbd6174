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

static void draw_saved(struct cells *cells, unsigned row, const struct session *session,
                       err_t log_error)
{
    char text[100];

    text_copy(text, sizeof text, WORD_RESULT_LOG_SAVED);
    if (log_error)
        text_format(text, sizeof text, WORD_RESULT_LOG_UNSAVED, words_error(log_error));
    if (session->backup_name[0]) {
        menu_field(cells, row, COLUMN, WORD_RESULT_SAVED, session->backup_name);
        cells_text(cells, row, COLUMN + 26, 49, STYLE_STRONG, text);
    } else if (session->backup && session->job != SESSION_VERIFY) {
        menu_field(cells, row, COLUMN, WORD_RESULT_SAVED, WORD_RESULT_NOT_SAVED);
    } else {
        menu_field(cells, row, COLUMN, WORD_RESULT_SAVED, text);
    }
}

static void draw_proof(struct cells *cells, const struct session *session, const char *before,
                       err_t log_error)
{
    uint32_t tenths = (uint32_t)((session->ended_us - session->started_us) / 100000);
    char text[100];

    menu_frame(cells, PROOF_ROW, session->error ? 9 : 7, WORD_RESULT_PROOF);
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
    draw_saved(cells, PROOF_ROW + 5, session, log_error);
    if (!session->error)
        return;
    text_format(text, sizeof text, WORD_RESULT_CODE, words_error(session->error),
                (unsigned)session->error);
    menu_field(cells, PROOF_ROW + 6, COLUMN, WORD_RESULT_REASON, "");
    menu_wrap(cells, PROOF_ROW + 6, COLUMN + 12, TEXT_WIDTH - 12, 2, STYLE_STRONG, text);
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

void screen_result_draw(struct app *app, const struct session *session, const char *before,
                        err_t log_error)
{
    struct cells *cells = &app->cells;
    struct headline headline;
    bool unsaved = session->backup && !session->backup_name[0];
    unsigned row = 15, width;
    char line[120];

    make_headline(&headline, session);
    text_format(line, sizeof line, WORD_RESULT_TITLE, session->port ? session->port->number : 0u);
    app_page(app, line, unsaved ? WORD_RESULT_FOOTER_BACKUP : WORD_RESULT_FOOTER);
    text_format(line, sizeof line, " %s ", headline.word);
    width = cells_text(cells, 2, COLUMN, TEXT_WIDTH, headline.style, line);
    menu_wrap(cells, 2, COLUMN + width + 1, TEXT_WIDTH - width - 1, 2, STYLE_STRONG, headline.text);
    draw_proof(cells, session, before, log_error);
    if (session->refused != FIRMWARE_SOUND)
        row += draw_refusal(cells, row, session);
    menu_wrap(cells, row, COLUMN, TEXT_WIDTH, 3, STYLE_TEXT, headline.next);
    session_result_line(session, line, sizeof line);
    menu_wrap(cells, MENU_LAST_ROW - 1, 1, MENU_WIDTH, 2, STYLE_TEXT, line);
}

/* S: what is not on the stick yet. */
static err_t save_rest(struct app *app, struct session *session)
{
    if (session->backup && !session->backup_name[0] && app_have_target(app))
        session->save_error = stick_save_backup(&app->stick, session->backup, session->backup_size,
                                                session->backup_name);
    return app_save_log_once(app, "by hand");
}

/* A backup that is nowhere else is not dropped by one key. */
static bool may_leave(struct app *app, const struct session *session)
{
    static const char *const answers[] = {WORD_LEAVE_STAY, WORD_LEAVE_GO};

    return app->ended || !session->backup || session->backup_name[0] ||
           screen_choice(app, WORD_LEAVE_TITLE, WORD_LEAVE_TEXT, answers, 2, 0, HELP_RESULT) == 1;
}

void screen_result(struct app *app, struct session *session, const char *before, err_t log_error)
{
    for (;;) {
        uint16_t key;

        screen_result_draw(app, session, before, log_error);
        cells_refresh(&app->cells);
        key = app_action(app, HELP_RESULT, APP_TICK_US);
        if ((key == KEY_ENTER || key == KEY_ESC) && may_leave(app, session))
            return;
        if (key == 'S')
            log_error = save_rest(app, session);
        if (key == KEY_F1 + 9)
            screen_end(app);
        if (app->ended)
            return;
    }
}
