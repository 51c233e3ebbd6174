/* Phases, progress and questions: how the session keeps its host alive. */
#define ERROR_MODULE MODULE_SESSION
#include "kernel/session_work.h"

/* Shares of the overall bar, about the time each phase takes on a parallel chip. */
static const uint8_t shares[PHASE_COUNT] = {
    [PHASE_BACKUP] = 18, [PHASE_ERASE] = 6,   [PHASE_PROGRAM] = 62,
    [PHASE_VERIFY] = 12, [PHASE_RESTART] = 1, [PHASE_IDENTIFY] = 1};

static uint64_t now_us(const struct session *session)
{
    return session->host->now_us(session->host->context);
}

/* Whether the job goes through the phase at all. */
static bool has_phase(const struct session *session, enum session_phase phase)
{
    switch (session->job) {
    case SESSION_BACKUP:
        return phase == PHASE_BACKUP;
    case SESSION_VERIFY:
        return phase == PHASE_VERIFY;
    case SESSION_FLASH:
    case SESSION_RESTORE:
        break;
    }
    return true;
}

/* What is left of the bar is shared out among the phases that are left: it never runs backwards,
 * however often work is repeated. */
static void share_out(struct session *session, enum session_phase phase)
{
    struct session_work *work = session->work;
    uint32_t left = 0;

    for (unsigned i = phase; i < PHASE_COUNT; i++) {
        left += has_phase(session, (enum session_phase)i) ? shares[i] : 0;
    }
    work->overall_base = session->progress.overall_done;
    work->overall_span = left == 0 || !has_phase(session, phase)
                             ? 0
                             : (SESSION_OVERALL - work->overall_base) * shares[phase] / left;
    if (phase == PHASE_DONE && session->error == 0) {
        work->overall_base = SESSION_OVERALL;
    }
    session->progress.overall_done = work->overall_base;
}

void session_phase(struct session *session, enum session_phase phase, uint32_t total)
{
    struct session_progress *progress = &session->progress;

    session->phase = phase;
    session->phases |= (uint16_t)(1u << phase);
    session->work->phase_started_us = now_us(session);
    progress->phase = phase;
    progress->done = 0;
    progress->total = total;
    progress->overall_total = SESSION_OVERALL;
    progress->bytes_per_second = 0;
    progress->left_ms = UINT32_MAX;
    progress->banks = 0;
    share_out(session, phase);
    if (session->host->progress(session->host->context, session)) {
        session->work->escape = true;
    }
}

static uint32_t clamp(uint64_t value)
{
    return value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
}

static void measure(struct session *session)
{
    struct session_progress *progress = &session->progress;
    const struct session_work *work = session->work;
    uint64_t now = now_us(session);
    uint64_t phase_us = now - work->phase_started_us;
    uint64_t elapsed_us = now - session->started_us - work->asking_us;

    if (progress->total != 0) {
        progress->overall_done = work->overall_base + (uint32_t)((uint64_t)work->overall_span *
                                                                 progress->done / progress->total);
    }
    if (phase_us != 0) {
        progress->bytes_per_second = clamp((uint64_t)progress->done * 1000000 / phase_us);
    }
    progress->elapsed_ms = clamp(elapsed_us / 1000);
    /* Below one per cent the estimate would jump about. */
    if (progress->overall_done < SESSION_OVERALL / 100) {
        progress->left_ms = UINT32_MAX;
    } else {
        progress->left_ms = clamp(elapsed_us / 1000 * (SESSION_OVERALL - progress->overall_done) /
                                  progress->overall_done);
    }
}

err_t session_tick(struct session *session, uint32_t done, uint32_t address)
{
    struct session_progress *progress = &session->progress;

    if (done > progress->done) {
        progress->done = done < progress->total ? done : progress->total;
    }
    progress->status = session->method->status;
    if (session->chip != NULL && session->file.bank_size != 0) {
        progress->banks =
            (session->chip->size + session->file.bank_size - 1) / session->file.bank_size;
        progress->bank = address / session->file.bank_size;
    }
    measure(session);
    if (session->host->progress(session->host->context, session)) {
        session->work->escape = true;
    }
    if (session->work->escape && session_wants_stop(session)) {
        return ERR(ERR_ABORTED);
    }
    return 0;
}

enum session_answer session_ask(struct session *session, enum session_question question)
{
    uint64_t asked_us = now_us(session);
    enum session_answer answer = session->host->ask(session->host->context, session, question);
    uint64_t took_us = now_us(session) - asked_us;

    session->work->asking_us += took_us;
    session->work->phase_started_us += took_us;
    session_looked_away(session, took_us);
    return answer;
}

bool session_wants_stop(struct session *session)
{
    session->work->escape = false;
    if (session->critical && session_ask(session, ASK_STOP) != ANSWER_YES) {
        return false;
    }
    return true;
}

void session_critical(struct session *session, bool critical)
{
    if (session->critical == critical) {
        return;
    }
    session->critical = critical;
    session->progress.critical = critical;
    if (session->host->hold != NULL) {
        session->host->hold(session->host->context, critical);
    }
}
