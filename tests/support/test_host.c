/* The person in front of a session, for tests. */
#define ERROR_MODULE MODULE_NONE
#include "tests/support/test_host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool progress(void *context, const struct session *session)
{
    static const struct session_progress none;
    struct test_host *host = context;
    const struct session_progress *now = &session->progress;
    uint64_t now_us = host->now_us(host->context);
    struct session_progress *last = &host->last;

    if (memcmp(last, &none, sizeof none) != 0 &&
        (now->overall_done < last->overall_done || now->overall_done > now->overall_total ||
         (now->phase == last->phase && now->total == last->total && now->done < last->done &&
          now->done != 0) ||
         now->done > now->total)) {
        host->backwards = true;
    }
    *last = *now;
    if (now_us - host->last_progress_us > host->longest_gap_us) {
        host->longest_gap_us = now_us - host->last_progress_us;
    }
    host->last_progress_us = now_us;
    host->ticks[now->phase]++;
    if (host->on_tick != NULL) {
        host->on_tick(host->context);
    }
    return host->escape_tick != 0 && now->phase == host->escape_phase &&
           host->ticks[now->phase] == host->escape_tick;
}

static enum session_answer ask(void *context, struct session *session,
                               enum session_question question)
{
    struct test_host *host = context;
    unsigned time = host->asked[question]++;

    if (question == ASK_CONFIRM) {
        host->warnings_shown = session->warnings;
    }
    if (host->on_question != NULL) {
        host->on_question(host->context, question);
    }
    host->last_progress_us = host->now_us(host->context);
    if (host->answer_count[question] == 0) {
        return question == ASK_STOP ? ANSWER_NO : question == ASK_FAILED ? ANSWER_STOP : ANSWER_YES;
    }
    if (time >= host->answer_count[question]) {
        time = host->answer_count[question] - 1;
    }
    return host->answers[question][time];
}

static err_t save_backup(void *context, const uint8_t *bytes, uint32_t size, char name[13])
{
    struct test_host *host = context;

    if (host->save_failures != 0) {
        host->save_failures--;
        return ERR(ERR_FULL);
    }
    free(host->saved);
    host->saved = malloc(size);
    if (host->saved == NULL) {
        return ERR(ERR_NO_MEMORY);
    }
    memcpy(host->saved, bytes, size);
    host->saved_size = size;
    snprintf(name, 13, "BK%06u.BIN", ++host->saves);
    return 0;
}

static err_t identify(void *context, struct session *session, struct inquiry *inquiry)
{
    struct test_host *host = context;

    (void)session;
    if (host->identify != NULL) {
        return host->identify(host->context, inquiry);
    }
    if (host->identify_failures != 0) {
        host->identify_failures--;
        return ERR(ERR_TIMEOUT);
    }
    memset(inquiry, 0, sizeof *inquiry);
    snprintf(inquiry->product, sizeof inquiry->product, "%s",
             host->product != NULL ? host->product : "");
    snprintf(inquiry->revision, sizeof inquiry->revision, "%s",
             host->revision != NULL ? host->revision : "");
    return 0;
}

static void hold(void *context, bool held)
{
    struct test_host *host = context;

    host->held = held;
    host->holds += held;
}

static uint64_t now_us(void *context)
{
    struct test_host *host = context;

    return host->now_us(host->context);
}

void test_host_open(struct test_host *host, uint64_t (*clock)(void *), void *context)
{
    enum { LOG_SIZE = 64 << 10 };

    memset(host, 0, sizeof *host);
    host->now_us = clock;
    host->context = context;
    host->host = (struct session_host){.context = host,
                                       .progress = progress,
                                       .ask = ask,
                                       .save_backup = save_backup,
                                       .identify = identify,
                                       .hold = hold,
                                       .now_us = now_us};
    host->arena.base = calloc(1, TEST_ARENA);
    host->arena.size = host->arena.base != NULL ? TEST_ARENA : 0;
    log_open(&host->log, malloc(LOG_SIZE), LOG_SIZE, clock, context);
    host->session.host = &host->host;
    host->session.log = &host->log;
    host->session.arena = &host->arena;
    host->session.want_backup = true;
    host->last_progress_us = clock(context);
}

void test_host_close(struct test_host *host)
{
    free(host->saved);
    free(host->log.text);
    free(host->arena.base);
}

void test_host_answer(struct test_host *host, enum session_question question,
                      enum session_answer answer)
{
    if (host->answer_count[question] < TEST_ANSWERS) {
        host->answers[question][host->answer_count[question]++] = answer;
    }
}

bool test_host_logged(const struct test_host *host, const char *text)
{
    size_t length = strlen(text);

    for (size_t i = 0; i + length <= host->log.used; i++) {
        if (memcmp(host->log.text + i, text, length) == 0) {
            return true;
        }
    }
    return false;
}
