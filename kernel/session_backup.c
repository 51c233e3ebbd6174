/* The old content: read twice, compared, saved. */
#define ERROR_MODULE MODULE_SESSION_BACKUP
#include "kernel/session_work.h"

#include "kernel/lib/crc32.h"
#include "kernel/lib/string.h"
#include "kernel/lib/text.h"

enum {
    SETTLE_READS = 8, /* of a page that did not read alike, until two running do */
    SAVE_ATTEMPTS = 16
};

static err_t read_first(struct session *session)
{
    uint32_t step = session->work->page_size;

    for (uint32_t at = 0; at < session->chip->size; at += step) {
        err_t error = session_read(session, at, session->backup + at, step, !session->lean);

        if (error == 0) {
            error = session_tick(session, at + step, at);
        }
        if (error != 0) {
            return error;
        }
    }
    return 0;
}

/* Reads a page again and again until two reads running agree, and keeps that. */
static err_t settle(struct session *session, uint32_t at)
{
    struct session_work *work = session->work;

    for (unsigned i = 0; i < SETTLE_READS; i++) {
        err_t error;

        memcpy(session->backup + at, work->page, work->page_size);
        error = session_read(session, at, work->page, work->page_size, true);
        if (error != 0) {
            return error;
        }
        if (memcmp(session->backup + at, work->page, work->page_size) == 0) {
            return 0;
        }
    }
    log_line(session->log, "backup", "%06x: no two reads agree", (unsigned)at);
    return ERR(ERR_UNSTABLE);
}

/* The second reading. `*again`: the lean sequence was caught, all of it must be read anew. */
static err_t read_second(struct session *session, bool *again)
{
    struct session_work *work = session->work;
    uint32_t size = session->chip->size;

    *again = false;
    for (uint32_t at = 0; at < size; at += work->page_size) {
        err_t error = session_read(session, at, work->page, work->page_size, !session->lean);

        if (error == 0 && memcmp(work->page, session->backup + at, work->page_size) != 0) {
            session->progress.read_errors++;
            log_line(session->log, "backup", "%06x: two reads differ", (unsigned)at);
            if (session->lean) {
                session_refute_lean(session, at);
                *again = true;
                return 0;
            }
            error = settle(session, at);
        }
        if (error == 0) {
            error = session_tick(session, size + at + work->page_size, at);
        }
        if (error != 0) {
            return error;
        }
    }
    return 0;
}

static err_t read_twice(struct session *session)
{
    bool again = false;
    err_t error;

    /* Again once at most for the lean sequence, which is out of use then, and as often as the drive
     * was away meanwhile and found again: both readings are those of one stay. */
    do {
        unsigned meetings = session->work->meetings;

        error = read_first(session);
        if (error == 0) {
            error = read_second(session, &again);
        }
        again = again || session->work->meetings != meetings;
    } while (error == 0 && again);
    return error;
}

/* Saves; as long as that fails the user is asked. */
static err_t save(struct session *session)
{
    const struct session_host *host = session->host;

    for (unsigned i = 0; i < SAVE_ATTEMPTS; i++) {
        uint64_t from_us = host->now_us(host->context);
        enum session_answer answer;

        session->save_error = host->save_backup(host->context, session->backup,
                                                session->backup_size, session->backup_name);
        session_looked_away(session, host->now_us(host->context) - from_us);
        if (session->save_error == 0) {
            log_line(session->log, "backup", "saved as %s: %u bytes, crc32 %08x",
                     session->backup_name, (unsigned)session->backup_size,
                     (unsigned)session->backup_crc32);
            return 0;
        }
        session->backup_name[0] = '\0';
        log_line(session->log, "backup", "not saved, err %08x", (unsigned)session->save_error);
        answer = session_ask(session, ASK_BACKUP_UNSAVED);
        if (answer == ANSWER_YES) {
            return session->job == SESSION_BACKUP ? session->save_error : 0;
        }
        if (answer != ANSWER_RETRY) {
            break;
        }
    }
    return session->save_error;
}

static void describe(struct session *session)
{
    struct firmware *old = &session->old;

    for (uint32_t at = 0; at < session->chip->size; at += session->work->page_size) {
        session_know(session, at, session->backup + at);
    }
    session->backup_size = session->chip->size;
    session->backup_crc32 = crc32_update(0, session->backup, session->backup_size);
    firmware_inspect(old, session->backup, session->backup_size);
    if (session->file.bank_size != 0) {
        old->bank_size = session->file.bank_size;
    }
    log_line(session->log, "backup", "old content: '%s' '%s' '%s' %s, damage %u", old->vendor,
             old->product, old->revision, old->date, old->damage);
}

err_t session_backup(struct session *session)
{
    err_t error;

    session->backup = arena_take(session->arena, session->chip->size);
    if (session->backup == NULL) {
        return ERR(ERR_NO_MEMORY);
    }
    session_phase(session, PHASE_BACKUP, 2 * session->chip->size);
    error = read_twice(session);
    if (error != 0) {
        log_line(session->log, "backup", "failed, err %08x", (unsigned)error);
        session->backup = NULL;
        return error;
    }
    session->backup_equal = true;
    session->bytes = session->chip->size;
    describe(session);
    return save(session);
}
