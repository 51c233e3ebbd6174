/* After a failure: what happened, what the chip holds now, what can be done. */
#include "ui/screens.h"

#include "drivers/mtk.h"
#include "kernel/lib/text.h"

enum { CHOICES = 6 };

static unsigned offer(const struct session *session, const char *words[CHOICES],
                      enum session_answer answers[CHOICES])
{
    unsigned count = 0;

    words[count] = WORD_FAILED_RETRY_FAILED;
    answers[count++] = ANSWER_RETRY_FAILED;
    words[count] = WORD_FAILED_RETRY;
    answers[count++] = ANSWER_RETRY;
    words[count] = WORD_FAILED_OTHER;
    answers[count++] = ANSWER_OTHER_FILE;
    if (session->backup) {
        words[count] = WORD_FAILED_RESTORE;
        answers[count++] = ANSWER_RESTORE_BACKUP;
    }
    words[count] = WORD_FAILED_SAVE_LOG;
    answers[count++] = ANSWER_SAVE_LOG;
    words[count] = WORD_FAILED_STOP;
    answers[count++] = ANSWER_STOP;
    return count;
}

/* A drive that went away promises nothing: neither power nor vendor mode. */
static const char *what_now(const struct session *session)
{
    if (mtk_mode_of_status(session->progress.status) == MTK_NONE)
        return WORD_FAILED_GONE;
    return WORD_FAILED_NEXT;
}

enum session_answer screen_failed(struct app *app, struct session *session)
{
    const char *words[CHOICES];
    enum session_answer answers[CHOICES];
    unsigned count = offer(session, words, answers), chosen;
    char text[480];

    text_format(text, sizeof text, WORD_RESULT_CODE ".\n\n" WORD_FAILED_CHIP ": %s, %s\n\n%s",
                words_error(session->error), (unsigned)session->error,
                session_result_word(session->result), words_result_meaning(session->result),
                what_now(session));
    do {
        chosen = screen_choice(app, WORD_FAILED_TITLE, text, words, count, count - 1, HELP_RESULT);
    } while (answers[chosen] == ANSWER_OTHER_FILE && !screen_files(app));
    if (answers[chosen] == ANSWER_SAVE_LOG)
        app_save_log(app, "after a failure");
    if (answers[chosen] == ANSWER_OTHER_FILE)
        session->file = app->file.firmware;
    return answers[chosen];
}
