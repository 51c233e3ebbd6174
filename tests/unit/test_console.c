/* Serial lines: who gets them, what a late log line is told, moving and closing the screen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/sim_uart.h"
#include "ui/console.h"

struct fixture {
    struct sim_uart uart;
    struct platform *platform;
    struct console console;
    struct cells cells;
    struct keys keys;
    struct log log;
    struct job job;
    char text[4096];
};

static struct fixture fixture;

static uint64_t no_clock(void *context)
{
    (void)context;
    return 0;
}

static int set_up(void **state)
{
    (void)state;
    memset(&fixture, 0, sizeof fixture);
    sim_uart_open(&fixture.uart, SIM_UART_16550A, SERIAL_COM1);
    cells_open(&fixture.cells);
    log_open(&fixture.log, fixture.text, sizeof fixture.text, no_clock, NULL);
    job_defaults(&fixture.job);
    console_open(&fixture.console, &fixture.uart.platform);
    return 0;
}

static void apply(const char *words)
{
    job_defaults(&fixture.job);
    job_parse(&fixture.job, words, (uint32_t)strlen(words), false);
    console_apply(&fixture.console, &fixture.job, &fixture.cells, &fixture.keys, &fixture.log);
}

/* What has left on the line, the transmitter's FIFO given time to empty. */
static bool sent(const char *text)
{
    size_t length = strlen(text);

    sim_uart_pass(&fixture.uart, 100000);
    for (size_t i = 0; i + length <= fixture.uart.sent_count; i++) {
        if (memcmp(fixture.uart.sent + i, text, length) == 0)
            return true;
    }
    return false;
}

static void screen_is_on_com1_by_default(void **state)
{
    (void)state;
    apply("");
    assert_int_equal(fixture.console.screen_at, LINE_COM1);
    assert_int_equal(fixture.cells.sink_count, 1);
    assert_int_equal(fixture.keys.count, 1);
    assert_int_equal(sim_uart_baud(&fixture.uart), 115200);
    cells_text(&fixture.cells, 5, 5, 20, 0x07, "hello_terminal");
    cells_refresh(&fixture.cells);
    console_drain(&fixture.console);
    assert_true(sent("hello_terminal"));
}

static void no_port_is_no_harm(void **state)
{
    (void)state;
    sim_uart_open(&fixture.uart, SIM_UART_NONE, SERIAL_COM1);
    apply("");
    assert_int_equal(fixture.console.screen_at, LINE_OFF);
    assert_int_equal(fixture.cells.sink_count, 0);
    assert_int_equal(fixture.keys.count, 0);
    console_drain(&fixture.console);
}

static void log_line_gets_what_was_logged_before(void **state)
{
    (void)state;
    log_line(&fixture.log, "test", "first");
    log_line(&fixture.log, "test", "second");
    apply("log=com1");
    assert_true(sent("[0.000] test: first\r\n[0.000] test: second\r\n"));
    log_line(&fixture.log, "test", "third");
    assert_true(sent("[0.000] test: third\r\n"));
}

static void log_and_screen_never_share_a_line(void **state)
{
    (void)state;
    apply("log=com1");
    assert_int_equal(fixture.console.log_at, LINE_COM1);
    assert_int_equal(fixture.console.screen_at, LINE_OFF);
    assert_int_equal(fixture.cells.sink_count, 0);
}

static void configuration_can_switch_the_screen_off(void **state)
{
    (void)state;
    apply("");
    assert_int_equal(fixture.cells.sink_count, 1);
    apply("serial=off");
    assert_int_equal(fixture.cells.sink_count, 0);
    assert_int_equal(fixture.keys.count, 0);
    assert_int_equal(fixture.console.screen_at, LINE_OFF);
}

static void configuration_can_change_the_rate(void **state)
{
    (void)state;
    apply("");
    apply("serial=com1,9600");
    assert_int_equal(sim_uart_baud(&fixture.uart), 9600);
    assert_int_equal(fixture.cells.sink_count, 1);
    assert_int_equal(fixture.keys.count, 1);
}

/* Whoever has the PC's own console on a serial line sees ours there too, without a word for it. */
static void firmwares_rate_counts_unless_one_is_given(void **state)
{
    (void)state;
    fixture.uart.platform.serial_baud[0] = 38400;
    fixture.uart.platform.serial_baud[1] = 1200;
    apply("");
    assert_int_equal(sim_uart_baud(&fixture.uart), 38400);
    apply("serial=com1,ascii");
    assert_int_equal(sim_uart_baud(&fixture.uart), 38400);
    apply("serial=com1,57600");
    assert_int_equal(sim_uart_baud(&fixture.uart), 57600);
    apply("log=com1");
    assert_int_equal(sim_uart_baud(&fixture.uart), 38400);
}

static void frames_can_be_ascii(void **state)
{
    (void)state;
    apply("");
    cells_fill(&fixture.cells, 5, 5, 3, 0xC4, 0x07);
    cells_refresh(&fixture.cells);
    console_drain(&fixture.console);
    assert_true(sent("\xE2\x94\x80\xE2\x94\x80"));
    assert_false(sent("---"));
    apply("serial=com1,ascii");
    cells_refresh(&fixture.cells);
    console_drain(&fixture.console);
    assert_true(sent("---"));
}

static void log_takes_the_line_from_the_screen(void **state)
{
    (void)state;
    apply("");
    apply("log=com1");
    assert_int_equal(fixture.cells.sink_count, 0);
    assert_int_equal(fixture.keys.count, 0);
    assert_int_equal(fixture.console.log_at, LINE_COM1);
}

static void same_settings_open_nothing_twice(void **state)
{
    size_t before;

    (void)state;
    log_line(&fixture.log, "test", "once");
    apply("log=com1");
    before = fixture.uart.sent_count;
    apply("log=com1");
    assert_int_equal(fixture.uart.sent_count, before);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(screen_is_on_com1_by_default, set_up),
        cmocka_unit_test_setup(no_port_is_no_harm, set_up),
        cmocka_unit_test_setup(log_line_gets_what_was_logged_before, set_up),
        cmocka_unit_test_setup(log_and_screen_never_share_a_line, set_up),
        cmocka_unit_test_setup(configuration_can_switch_the_screen_off, set_up),
        cmocka_unit_test_setup(configuration_can_change_the_rate, set_up),
        cmocka_unit_test_setup(firmwares_rate_counts_unless_one_is_given, set_up),
        cmocka_unit_test_setup(frames_can_be_ascii, set_up),
        cmocka_unit_test_setup(log_takes_the_line_from_the_screen, set_up),
        cmocka_unit_test_setup(same_settings_open_nothing_twice, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
