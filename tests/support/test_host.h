/*
 * The person in front of a session, for tests: answers questions by a table, presses ESC at a
 * chosen moment, keeps the backup, and watches that progress never runs backwards.
 */
#ifndef TESTS_SUPPORT_TEST_HOST_H
#define TESTS_SUPPORT_TEST_HOST_H

#include "kernel/session.h"

enum { TEST_QUESTIONS = ASK_FAILED + 1, TEST_ANSWERS = 8, TEST_ARENA = 4 << 20 };

struct test_host {
    struct session_host host;
    struct session session;
    struct arena arena;
    struct log log;

    /* Answers to the 1st, 2nd, ... time a question is asked; the last one given counts for all
     * further ones. Default: yes to everything but ASK_STOP (no) and ASK_FAILED (stop). */
    enum session_answer answers[TEST_QUESTIONS][TEST_ANSWERS];
    unsigned answer_count[TEST_QUESTIONS];
    unsigned asked[TEST_QUESTIONS];
    uint32_t warnings_shown; /* at ASK_CONFIRM */

    /* ESC: at the `escape_tick`-th progress call of that phase (0: never). */
    enum session_phase escape_phase;
    unsigned escape_tick;
    unsigned ticks[PHASE_COUNT];

    struct session_progress last;
    bool backwards; /* progress ran backwards or past its end */
    bool held;      /* hold(true) without hold(false) */
    unsigned holds;
    uint64_t longest_gap_us; /* between two progress calls, questions aside */
    uint64_t last_progress_us;

    unsigned save_failures; /* that many next saves fail with ERR_FULL */
    unsigned saves;
    uint8_t *saved; /* NULL = none; freed by test_host_close() */
    uint32_t saved_size;

    unsigned identify_failures; /* that many next identify calls fail */
    const char *product, *revision;
    err_t (*identify)(void *context, struct inquiry *inquiry); /* replaces the two above */
    void (*on_question)(void *context, enum session_question question);
    void (*on_tick)(void *context);
    void *context; /* of the three above and of the clock */
    uint64_t (*now_us)(void *context);
};

/* A host with a fresh arena, log and session; the caller sets job, method, file, port. */
void test_host_open(struct test_host *host, uint64_t (*now_us)(void *), void *context);
void test_host_close(struct test_host *host);

/* The next answer to `question` after those given before. */
void test_host_answer(struct test_host *host, enum session_question question,
                      enum session_answer answer);

/* Whether the log holds a text. */
bool test_host_logged(const struct test_host *host, const char *text);

#endif
