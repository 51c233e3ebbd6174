/* The log in memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "kernel/log.h"

static uint64_t now;

static uint64_t clock_us(void *context)
{
    (void)context;
    return now;
}

static void test_the_form_of_a_line(void **state)
{
    char buffer[4096];
    struct log log;

    (void)state;
    log_open(&log, buffer, sizeof buffer, clock_us, NULL);
    now = 33918000;
    log_line(&log, "flash", "bank %d sector %05x erased", 7, 0x70000);
    now = 4000001005999;
    log_line(&log, "x", "%s", "");
    assert_int_equal(log.line_count, 2);
    assert_int_equal(log.dropped, 0);
    buffer[log.used] = '\0';
    assert_string_equal(buffer, "[33.918] flash: bank 7 sector 70000 erased\n[4000001.005] x: \n");
    log_line(NULL, "x", "nobody listens");
}

static void test_long_lines_are_cut(void **state)
{
    char buffer[4096];
    char text[400];
    struct log log;

    (void)state;
    now = 0;
    log_open(&log, buffer, sizeof buffer, clock_us, NULL);
    memset(text, 'y', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    log_line(&log, "long", "%s", text);
    assert_int_equal(log.used, 161);
    assert_int_equal(buffer[160], '\n');
    assert_int_equal(buffer[159], 'y');
    log_line(&log, text, "module too long");
    assert_int_equal(log.used, 322);
}

static void test_one_call_is_one_line(void **state)
{
    char buffer[4096];
    struct log log;

    (void)state;
    now = 0;
    log_open(&log, buffer, sizeof buffer, clock_us, NULL);
    log_line(&log, "a", "evil\nname\r\x1b[2J");
    assert_int_equal(log.used, strlen("[0.000] a: evil.name..[2J") + 1);
    assert_ptr_equal(memchr(buffer, '\n', log.used), buffer + log.used - 1);
}

static char sent[4096];

static void out(void *context, const char *line, size_t length)
{
    strncat((char *)context, line, length);
}

static void test_lines_go_out_as_they_come(void **state)
{
    char buffer[4096];
    struct log log;

    (void)state;
    now = 1000;
    log_open(&log, buffer, sizeof buffer, clock_us, NULL);
    log.out = out;
    log.out_context = sent;
    log_line(&log, "a", "one");
    log_line(&log, "b", "two");
    assert_string_equal(sent, "[0.001] a: one\n[0.001] b: two\n");
}

/* First lines and newest lines stay, in order, whole; one line tells of the gap. */
static void test_a_full_log_drops_its_middle(void **state)
{
    char buffer[2048];
    struct log log;
    unsigned last = 0;
    unsigned gaps = 0;
    unsigned lines = 0;
    const char *at = buffer;

    (void)state;
    now = 0;
    log_open(&log, buffer, sizeof buffer, clock_us, NULL);
    for (unsigned i = 1; i <= 1000; i++) {
        log_line(&log, "n", "%u %.*s", i, (int)(i * 7 % 90),
                 "..........................................................................."
                 "...............");
        assert_true(log.used <= sizeof buffer);
        assert_int_equal(buffer[log.used - 1], '\n');
    }
    assert_memory_equal(buffer, "[0.000] n: 1 ", 13);
    while (at < buffer + log.used) {
        unsigned number;

        if (*at == '(') {
            gaps++;
        } else {
            assert_int_equal(sscanf(at, "[0.000] n: %u", &number), 1);
            assert_true(number > last);
            assert_true(number == last + 1 || (gaps == 1 && at == buffer + log.kept_head));
            last = number;
        }
        lines++;
        at = memchr(at, '\n', (size_t)(buffer + log.used - at));
        assert_non_null(at);
        at++;
    }
    assert_int_equal(last, 1000);
    assert_int_equal(gaps, 1);
    assert_true(lines > 10);
    assert_true(log.dropped > 0);
    assert_true(log.kept_head > 0 && log.kept_head <= sizeof buffer / 4 + 64);
}

static void test_tiny_buffers(void **state)
{
    (void)state;
    for (size_t size = 0; size < 700; size += 13) {
        char buffer[700];
        struct log log;

        memset(buffer, '#', sizeof buffer);
        log_open(&log, buffer, size, clock_us, NULL);
        for (unsigned i = 0; i < 60; i++) {
            log_line(&log, "t", "line %u %.*s", i, (int)(i * 3),
                     "--------------------------------------------------------------------------"
                     "--------------------------------------------------------------------------"
                     "-----------------------------------------");
            assert_true(log.used <= size);
        }
        assert_int_equal(size < sizeof buffer ? buffer[size] : '#', '#');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_form_of_a_line),
        cmocka_unit_test(test_long_lines_are_cut),
        cmocka_unit_test(test_one_call_is_one_line),
        cmocka_unit_test(test_lines_go_out_as_they_come),
        cmocka_unit_test(test_a_full_log_drops_its_middle),
        cmocka_unit_test(test_tiny_buffers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
