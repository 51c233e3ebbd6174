/* What is on the chip now: the comparison that alone may say VERIFIED, and the search for the right
 * word after a failure. */
#define ERROR_MODULE MODULE_SESSION_VERIFY
#include "kernel/session_work.h"

/* Compares the whole chip once. `*again`: the lean sequence was caught in between, so what compared
 * equal before counts no longer. */
static err_t compare_all(struct session *session, bool *again)
{
    struct session_work *work = session->work;
    bool lean = session->lean;

    session->bytes = 0;
    session->differences = 0;
    session->first_difference = 0;
    for (uint32_t at = 0; at < session->chip->size; at += work->page_size) {
        uint32_t differences;
        err_t error =
            session_compare(session, at, work->target->bytes + at, work->page_size, &differences);

        if (error != 0) {
            return error;
        }
        if (differences != 0 && session->differences == 0) {
            session->first_difference = at;
            while (work->page[session->first_difference - at] ==
                   work->target->bytes[session->first_difference]) {
                session->first_difference++;
            }
        }
        session->differences += differences;
        session->bytes += work->page_size;
        *again = lean && !session->lean;
        if (*again) {
            return 0;
        }
        error = session_tick(session, at + work->page_size, at);
        if (error != 0) {
            return error;
        }
    }
    return 0;
}

err_t session_verified(struct session *session)
{
    struct session_work *work = session->work;
    bool again = false;
    err_t error;

    if (work->target->size != session->chip->size) {
        return ERR(ERR_WRONG_SIZE);
    }
    session_phase(session, PHASE_VERIFY, session->chip->size);
    do {
        error = compare_all(session, &again);
    } while (error == 0 && again);
    log_line(session->log, "verify", "%u bytes compared, %u differ, first %06x, err %08x",
             (unsigned)session->bytes, (unsigned)session->differences,
             (unsigned)session->first_difference, (unsigned)error);
    if (error != 0) {
        return error;
    }
    if (session->differences != 0 || session->bytes != session->chip->size) {
        return ERR(ERR_VERIFY);
    }
    session->result = work->target == &session->file ? RESULT_VERIFIED : RESULT_UNCHANGED;
    return 0;
}

/* Is every byte the target's, is every byte the old content's? */
static err_t compare_with_both(struct session *session, bool *as_target, bool *as_old)
{
    struct session_work *work = session->work;

    *as_target = true;
    *as_old = session->backup_equal;
    session_phase(session, PHASE_VERIFY, session->chip->size);
    for (uint32_t at = 0; at < session->chip->size && (*as_target || *as_old);
         at += work->page_size) {
        uint32_t differences = 0;
        err_t error = 0;

        if (*as_target) {
            error = session_compare(session, at, work->target->bytes + at, work->page_size,
                                    &differences);
            *as_target = differences == 0;
        }
        if (error == 0 && *as_old) {
            error =
                session_compare(session, at, session->backup + at, work->page_size, &differences);
            *as_old = differences == 0;
        }
        if (error == 0) {
            error = session_tick(session, at + work->page_size, at);
        }
        if (error != 0) {
            return error;
        }
    }
    return 0;
}

void session_assess(struct session *session)
{
    bool as_target, as_old;
    err_t error;

    if (!session->changed) {
        session->result = RESULT_UNCHANGED;
        return;
    }
    session->result = session->work->written ? RESULT_WRITTEN_UNVERIFIED : RESULT_UNKNOWN;
    error = compare_with_both(session, &as_target, &as_old);
    if (error != 0) {
        log_line(session->log, "flash", "the chip can't be read again, err %08x", (unsigned)error);
        return;
    }
    if (as_old) {
        session->result = RESULT_UNCHANGED;
    } else if (!as_target) {
        session->result = RESULT_PARTIAL;
    } else if (session_verified(session) != 0) {
        session->result = session->differences != 0 ? RESULT_PARTIAL : RESULT_WRITTEN_UNVERIFIED;
    }
}
