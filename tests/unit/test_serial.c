/* drivers/serial.c on a simulated UART. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "drivers/serial.h"
#include "tests/support/sim_uart.h"

static struct sim_uart uart;
static struct serial serial;

static void test_detects_a_16550_and_sets_it_up(void **state)
{
    (void)state;
    sim_uart_open(&uart, SIM_UART_16550A, SERIAL_COM2);
    uart.ier = 0x0F;
    uart.mcr = 0x0B;
    assert_true(serial_open(&serial, &uart.platform, SERIAL_COM2, 9600));
    assert_int_equal(sim_uart_baud(&uart), 9600);
    assert_int_equal(uart.lcr, 0x03);
    assert_int_equal(uart.ier, 0);
    assert_int_equal(uart.mcr & 0x13, 0x03);
    assert_int_equal(serial.fifo, 16);
}

static void test_an_8250_has_no_fifo(void **state)
{
    (void)state;
    sim_uart_open(&uart, SIM_UART_8250, SERIAL_COM1);
    assert_true(serial_open(&serial, &uart.platform, SERIAL_COM1, 115200));
    assert_int_equal(serial.fifo, 1);
    assert_int_equal(serial_write(&serial, "hello", 5), 5);
    sim_uart_pass(&uart, 1000);
    assert_int_equal(uart.overruns, 0);
    assert_memory_equal(uart.sent, "hello", 5);
}

static void test_nothing_there(void **state)
{
    (void)state;
    sim_uart_open(&uart, SIM_UART_NONE, SERIAL_COM1);
    assert_false(serial_open(&serial, &uart.platform, SERIAL_COM1, 115200));
    assert_int_equal(serial_read(&serial), -1);
    sim_uart_open(&uart, SIM_UART_16550A, SERIAL_COM1);
    assert_false(serial_open(&serial, &uart.platform, SERIAL_COM2, 115200));
}

static void test_impossible_rates_are_refused(void **state)
{
    (void)state;
    sim_uart_open(&uart, SIM_UART_16550A, SERIAL_COM1);
    assert_false(serial_open(&serial, &uart.platform, SERIAL_COM1, 0));
    assert_false(serial_open(&serial, &uart.platform, SERIAL_COM1, 49));
    assert_false(serial_open(&serial, &uart.platform, SERIAL_COM1, 115201));
    assert_true(serial_open(&serial, &uart.platform, SERIAL_COM1, 57600));
    assert_int_equal(sim_uart_baud(&uart), 57600);
    assert_true(serial_open(&serial, &uart.platform, SERIAL_COM1, 50));
    assert_int_equal(sim_uart_baud(&uart), 50);
}

static void test_sends_everything_in_order_without_overrun(void **state)
{
    uint8_t bytes[1000];

    (void)state;
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (uint8_t)(i * 7);
    sim_uart_open(&uart, SIM_UART_16550A, SERIAL_COM1);
    assert_true(serial_open(&serial, &uart.platform, SERIAL_COM1, 9600));
    assert_int_equal(serial_write(&serial, bytes, sizeof(bytes)), sizeof(bytes));
    sim_uart_pass(&uart, 100000);
    assert_int_equal(uart.overruns, 0);
    assert_int_equal(uart.sent_count, sizeof(bytes));
    assert_memory_equal(uart.sent, bytes, sizeof(bytes));
}

static void test_a_stuck_transmitter_costs_its_bound_once(void **state)
{
    uint64_t before;

    (void)state;
    sim_uart_open(&uart, SIM_UART_16550A, SERIAL_COM1);
    assert_true(serial_open(&serial, &uart.platform, SERIAL_COM1, 115200));
    uart.frozen = true;
    before = uart.now_us;
    assert_int_equal(serial_write(&serial, "0123456789abcdefXYZ", 19), 16);
    assert_in_range(uart.now_us - before, 100000, 110000);
    before = uart.now_us;
    assert_int_equal(serial_write(&serial, "more", 4), 0);
    assert_in_range(uart.now_us - before, 0, 100);
    uart.frozen = false;
    sim_uart_pass(&uart, 10000);
    assert_int_equal(serial_write(&serial, "alive", 5), 5);
    sim_uart_pass(&uart, 10000);
    assert_memory_equal(uart.sent, "0123456789abcdefalive", 21);
}

static void test_reads_what_came_in(void **state)
{
    (void)state;
    sim_uart_open(&uart, SIM_UART_16550A, SERIAL_COM1);
    assert_true(serial_open(&serial, &uart.platform, SERIAL_COM1, 115200));
    /* The highest level: virtual machines fill the FIFO no further than that. */
    assert_int_equal(uart.fcr & 0xC0, 0xC0);
    assert_int_equal(serial_read(&serial), -1);
    sim_uart_type(&uart, "a\xFF");
    assert_int_equal(serial_read(&serial), 'a');
    assert_int_equal(serial_read(&serial), 0xFF);
    assert_int_equal(serial_read(&serial), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_detects_a_16550_and_sets_it_up),
        cmocka_unit_test(test_an_8250_has_no_fifo),
        cmocka_unit_test(test_nothing_there),
        cmocka_unit_test(test_impossible_rates_are_refused),
        cmocka_unit_test(test_sends_everything_in_order_without_overrun),
        cmocka_unit_test(test_a_stuck_transmitter_costs_its_bound_once),
        cmocka_unit_test(test_reads_what_came_in),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
