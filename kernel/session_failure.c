/* The writing half of a session, and what happens when it fails: the drive stays in vendor mode,
 * the chip is looked at, the user is asked. */
#define ERROR_MODULE MODULE_SESSION_FAILURE
#include "kernel/session_work.h"

#include "kernel/lib/crc32.h"

enum { ROUNDS = 32, QUESTIONS = 64 };

static err_t write_planned(struct session *session)
{
    err_t error = session_erase(session);

    if (error == 0) {
        error = session_write(session);
    }
    if (error == 0) {
        error = session_verified(session);
    }
    return error;
}

/* One whole attempt. Pages that compared equal when they were written and differ at the end are
 * written once more where the chip can erase them alone. */
static err_t attempt(struct session *session, bool differences_only)
{
    const struct firmware *target = session->work->target;
    err_t error = 0;

    session->work->entries = 0;
    /* The bytes in memory must still be those that were checked and confirmed. */
    if (crc32_update(0, target->bytes, target->size) != target->crc32) {
        return ERR(ERR_BAD_FILE);
    }
    error = session_stay(session);
    if (error != 0) {
        return error;
    }
    session->work->written_bytes = target->bytes;
    if (differences_only) {
        error = session_plan_differences(session);
    } else {
        session_plan_all(session);
    }
    if (error == 0) {
        error = write_planned(session);
    }
    if (error_class(error) == ERR_VERIFY && session->work->sectors) {
        log_line(session->log, "flash", "repairing what differs");
        error = session_plan_differences(session);
        if (error == 0) {
            error = write_planned(session);
        }
    }
    return error;
}

/* The user chose another file: it passes the same checks and the same confirmation, or the one
 * before it counts again. */
static bool take_other_file(struct session *session)
{
    err_t error = session_check_file(session);

    if (error == 0) {
        error = session_confirm(session);
    }
    log_line(session->log, "flash", "other file, crc32 %08x, err %08x",
             (unsigned)session->file.crc32, (unsigned)error);
    if (error != 0) {
        session->file = session->work->accepted;
        return false;
    }
    session->work->accepted = session->file;
    return true;
}

/* Asks until the answer is something to do. False: stop. */
static bool choose_next(struct session *session, bool *differences_only)
{
    for (unsigned i = 0; i < QUESTIONS; i++) {
        *differences_only = false;
        switch (session_ask(session, ASK_FAILED)) {
        case ANSWER_YES:
        case ANSWER_RETRY:
            return true;
        case ANSWER_RETRY_FAILED:
            *differences_only = true;
            return true;
        case ANSWER_OTHER_FILE:
            if (take_other_file(session)) {
                session->work->target = &session->file;
                return true;
            }
            break;
        case ANSWER_RESTORE_BACKUP:
            if (session->backup_equal) {
                session->work->target = &session->old;
                return true;
            }
            break;
        case ANSWER_SAVE_LOG:
            break;
        case ANSWER_NO:
        case ANSWER_STOP:
            return false;
        }
    }
    return false;
}

err_t session_flash(struct session *session)
{
    bool differences_only = false;

    session_critical(session, true);
    session->work->target = &session->file;
    for (unsigned round = 0; round < ROUNDS; round++) {
        err_t error;

        session->result = RESULT_UNKNOWN;
        error = attempt(session, differences_only);
        if (error != 0) {
            session_assess(session);
            log_line(session->log, "flash", "failed, err %08x: %s", (unsigned)error,
                     session_result_word(session->result));
        }
        if (session->result == RESULT_VERIFIED) {
            session->error = 0;
            break;
        }
        if (session->work->target == &session->old && session->result == RESULT_UNCHANGED) {
            /* The old content is back; session->error still says why. */
            break;
        }
        session->error = error;
        if (!choose_next(session, &differences_only)) {
            break;
        }
        session->again++;
    }
    session_critical(session, false);
    return session->error;
}
