/* Vendor mode: exact register sequences (drivers/PROTOCOL.md), what a status means, what a wait
 * that ends badly is called. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "drivers/mtk.h"
#include "tests/support/bench_script.h"
#include "tests/support/mtk_bench.h"
#include "tests/support/trace_bus.h"

struct scene {
    struct trace_bus bus;
    struct ata_device device;
    struct mtk mtk;
    struct flash_method method;
};

static struct scene scene;

static void open_scene(uint8_t select, uint8_t status)
{
    trace_bus_open(&scene.bus, &scene.device, select, status);
    mtk_open(&scene.mtk, &scene.method, &scene.device);
    assert_int_equal(scene.bus.accesses, 0);
}

/* In the mode, with nothing written down yet. */
static void open_mode(uint8_t mode)
{
    open_scene(0xA0, mode);
    assert_int_equal(mtk_look(&scene.mtk), mode);
    trace_bus_clear(&scene.bus);
    mtk_forget(&scene.mtk);
}

#define assert_trace(expected) assert_string_equal(trace_bus_text(&scene.bus), expected)

/* ---- intro and outro ------------------------------------------------------------------------- */

static void test_status_to_mode(void **state)
{
    (void)state;
    for (int status = 0; status < 256; status++) {
        enum mtk_mode mode = mtk_mode_of_status((uint8_t)status);

        if (status == 0x70 || status == 0x72 || status == 0x73)
            assert_int_equal(mode, status);
        else
            assert_int_equal(mode, MTK_NONE);
    }
}

static void test_intro_writes_what_it_should(void **state)
{
    (void)state;
    open_scene(0xA0, 0x70);
    assert_int_equal(mtk_intro(&scene.mtk), 0x70);
    assert_trace("6=A0 ~250000 6=A0 3=2A 7=80 ~2000 6=A0 7?70 ");
    assert_int_equal(scene.mtk.mode, MTK_PARALLEL);
    assert_int_equal(scene.method.status, 0x70);
    assert_true(scene.bus.idle_calls > 0);

    open_scene(0xB0, 0x73);
    assert_int_equal(mtk_intro(&scene.mtk), 0x73);
    assert_trace("6=B0 ~250000 6=B0 3=2A 7=80 ~2000 6=B0 7?73 ");
    assert_int_equal(scene.mtk.mode, MTK_SPI_73);
}

static void test_intro_waits_for_a_late_answer(void **state)
{
    static const uint8_t late[] = {0x80, 0xD0, 0x51, 0x00, 0x72};

    (void)state;
    open_scene(0xA0, 0x72);
    trace_bus_statuses(&scene.bus, late, sizeof late);
    assert_int_equal(mtk_intro(&scene.mtk), 0x72);
    assert_int_equal(scene.mtk.mode, MTK_SPI_72);
}

/* A crashed drive holds BSY for ever: the intro is sent all the same, and ends. */
static void test_intro_is_sent_in_spite_of_busy(void **state)
{
    (void)state;
    open_scene(0xA0, 0x80);
    assert_int_equal(mtk_intro(&scene.mtk), 0x80);
    assert_non_null(strstr(trace_bus_text(&scene.bus), "~250000 6=A0 3=2A 7=80 ~2000 "));
    assert_int_equal(scene.mtk.mode, MTK_NONE);
    assert_true(scene.bus.now_us < 1000000);
}

static void test_intro_gives_up_before_it_is_sent(void **state)
{
    (void)state;
    open_scene(0xA0, 0x80);
    scene.bus.idle_stop_at = 1;
    assert_int_equal(error_class(mtk_try_intro(&scene.mtk)), ERR_ABORTED);
    assert_null(strstr(trace_bus_text(&scene.bus), "7=80"));
}

static void test_quick_intro_has_no_waits(void **state)
{
    static const uint8_t statuses[] = {0x80, 0x80, 0x72};
    bool sent;

    (void)state;
    open_scene(0xB0, 0x72);
    trace_bus_statuses(&scene.bus, statuses, sizeof statuses);
    assert_int_equal(mtk_intro_quick(&scene.mtk, &sent), 0x72);
    assert_true(sent);
    assert_trace("6=B0 7?80 3=2A 7?80 7=80 6=B0 7?72 ");
    assert_int_equal(scene.mtk.mode, MTK_SPI_72);

    /* Already there: no second intro. */
    trace_bus_clear(&scene.bus);
    assert_int_equal(mtk_intro_quick(&scene.mtk, &sent), 0x72);
    assert_false(sent);
    assert_trace("6=B0 7?72 ");

    /* A drive that is not busy gets it at once. */
    open_scene(0xA0, 0x51);
    assert_int_equal(mtk_intro_quick(&scene.mtk, &sent), 0x51);
    assert_true(sent);
    assert_trace("6=A0 7?51 3=2A 7=80 6=A0 7?51 3=00 ");
}

/* It could be a disk that has just got ready. */
static void test_quick_intro_spares_who_just_got_ready(void **state)
{
    static const uint8_t statuses[] = {0x80, 0x50};
    bool sent = true;

    (void)state;
    open_scene(0xA0, 0x50);
    trace_bus_statuses(&scene.bus, statuses, sizeof statuses);
    assert_int_equal(mtk_intro_quick(&scene.mtk, &sent), 0x50);
    assert_false(sent);
    assert_trace("6=A0 7?80 3=2A 7?50 3=00 6=A0 7?50 ");
}

static void test_enter_takes_a_drive_as_it_is(void **state)
{
    (void)state;
    open_scene(0xA0, 0x70);
    assert_int_equal(scene.method.ops->enter(&scene.method), 0);
    assert_trace("6=A0 7?70 ");
}

static void test_enter_refused_names_the_status(void **state)
{
    (void)state;
    open_scene(0xA0, 0x51);
    assert_int_equal(error_class(scene.method.ops->enter(&scene.method)), ERR_VENDOR_REFUSED);
    assert_int_equal(scene.method.status, 0x51);

    open_scene(0xA0, 0x52);
    assert_int_equal(error_class(scene.method.ops->enter(&scene.method)), ERR_VENDOR_REFUSED);
    assert_int_equal(scene.method.status, MTK_STATUS_SLIM_52);
    assert_null(strstr(trace_bus_text(&scene.bus), "7=81"));
}

/* No disk at the other position gets its next command with the intro's parameter. */
static void test_a_refused_intro_leaves_no_parameter(void **state)
{
    const char *text;

    (void)state;
    open_scene(0xA0, 0x51);
    assert_int_equal(error_class(mtk_try_intro(&scene.mtk)), ERR_VENDOR_REFUSED);
    text = trace_bus_text(&scene.bus);
    assert_non_null(strstr(text, "3=2A"));
    assert_string_equal(text + strlen(text) - 5, "3=00 ");

    open_scene(0xA0, 0x80); /* it would not take the zero either */
    assert_int_equal(error_class(mtk_try_intro(&scene.mtk)), ERR_VENDOR_REFUSED);
    assert_null(strstr(trace_bus_text(&scene.bus), "3=00"));
}

/* F2: outro and a second intro. */
static void test_enter_cures_f2(void **state)
{
    static const uint8_t statuses[] = {0x00, 0xF2};

    (void)state;
    open_scene(0xA0, 0x72);
    trace_bus_statuses(&scene.bus, statuses, sizeof statuses);
    assert_int_equal(scene.method.ops->enter(&scene.method), 0);
    assert_trace("6=A0 7?00 6=A0 ~250000 6=A0 3=2A 7=80 ~2000 6=A0 7?F2 "
                 "6=A0 7=81 6=A0 7=08 ~350000 "
                 "6=A0 ~250000 6=A0 3=2A 7=80 ~2000 6=A0 7?72 ");
    assert_int_equal(scene.mtk.mode, MTK_SPI_72);
}

static void test_outro_ends_with_a_busy_drive_too(void **state)
{
    (void)state;
    open_mode(0x70);
    scene.bus.status = 0xD0;
    assert_int_equal(scene.method.ops->leave(&scene.method), 0);
    assert_non_null(strstr(trace_bus_text(&scene.bus), "6=A0 7=81 6=A0 7=08 ~"));
    assert_in_range(scene.bus.now_us, 1850000, 2000000);
    assert_int_equal(scene.mtk.mode, MTK_NONE);
}

static void test_check_only_looks(void **state)
{
    static const uint8_t slow[] = {0xF0, 0xF0, 0x70};

    (void)state;
    open_mode(0x70);
    assert_int_equal(scene.method.ops->check(&scene.method), 0);
    assert_trace("6=A0 7?70 ");
    trace_bus_statuses(&scene.bus, slow, sizeof slow);
    assert_int_equal(scene.method.ops->check(&scene.method), 0);
    assert_int_equal(scene.mtk.mode, MTK_PARALLEL);
    trace_bus_clear(&scene.bus);
    scene.bus.status = 0x51;
    assert_int_equal(error_class(scene.method.ops->check(&scene.method)), ERR_VENDOR_LOST);
    assert_null(strchr(trace_bus_text(&scene.bus) + strlen("6=A0 "), '='));
    assert_int_equal(scene.method.status, 0x51);
}

/* ---- bytes ----------------------------------------------------------------------------------- */

static void test_full_bytes_parallel(void **state)
{
    static const uint8_t data[] = {0x5A};
    uint8_t byte = 0;

    (void)state;
    open_mode(0x70);
    trace_bus_data(&scene.bus, data, 1);
    assert_int_equal(mtk_read_byte(&scene.mtk, 0xF1234, &byte, true), 0);
    assert_int_equal(byte, 0x5A);
    assert_trace("6=A0 4=34 5=12 6=AF 7=00 6=A0 7?70 3?5A ");
    trace_bus_clear(&scene.bus);
    assert_int_equal(mtk_write_byte(&scene.mtk, 0x05555, 0xAA, true), 0);
    assert_trace("6=A0 4=55 5=55 6=A0 3=AA 7=01 6=A0 7?70 ");
}

static void test_full_bytes_serial(void **state)
{
    static const uint8_t data[] = {0xC2};
    uint8_t byte = 0;

    (void)state;
    open_mode(0x72);
    trace_bus_data(&scene.bus, data, 1);
    assert_int_equal(mtk_read_byte(&scene.mtk, 0x8804, &byte, true), 0);
    assert_int_equal(byte, 0xC2);
    assert_trace("6=A0 4=04 5=88 7=00 6=A0 7?72 3?C2 ");
    assert_int_equal(scene.bus.accesses, 7);
    trace_bus_clear(&scene.bus);
    assert_int_equal(mtk_write_byte(&scene.mtk, 0x8800, 0x9F, true), 0);
    assert_trace("6=A0 4=00 5=88 3=9F 7=01 6=A0 7?72 ");
}

static void test_lean_read_costs_four_accesses(void **state)
{
    uint8_t byte;

    (void)state;
    open_mode(0x70);
    assert_int_equal(mtk_read_byte(&scene.mtk, 0x31210, &byte, false), 0);
    assert_trace("6=A3 4=10 5=12 7=00 7?70 3?FF ");
    trace_bus_clear(&scene.bus);
    assert_int_equal(mtk_read_byte(&scene.mtk, 0x31211, &byte, false), 0);
    assert_trace("4=11 7=00 7?70 3?FF ");
    trace_bus_clear(&scene.bus);
    assert_int_equal(mtk_read_byte(&scene.mtk, 0x31311, &byte, false), 0);
    assert_trace("5=13 7=00 7?70 3?FF ");
    trace_bus_clear(&scene.bus);
    assert_int_equal(mtk_read_byte(&scene.mtk, 0x41311, &byte, false), 0);
    assert_trace("6=A4 7=00 7?70 3?FF ");
}

/* After a read LBA low holds what was read: the data byte of a write is written always. */
static void test_lean_write_always_writes_the_data(void **state)
{
    uint8_t byte;

    (void)state;
    open_mode(0x70);
    assert_int_equal(mtk_write_byte(&scene.mtk, 0x00010, 0x33, false), 0);
    trace_bus_clear(&scene.bus);
    assert_int_equal(mtk_read_byte(&scene.mtk, 0x00010, &byte, false), 0);
    assert_int_equal(mtk_write_byte(&scene.mtk, 0x00010, 0x33, false), 0);
    assert_trace("7=00 7?70 3?FF 3=33 7=01 7?70 ");
}

static void test_addresses_that_do_not_fit(void **state)
{
    uint8_t byte;

    (void)state;
    open_mode(0x70);
    assert_int_equal(error_class(mtk_read_byte(&scene.mtk, 0x100000, &byte, true)), ERR_ARGUMENT);
    assert_int_equal(error_class(mtk_write_byte(&scene.mtk, 0x100000, 0, false)), ERR_ARGUMENT);
    open_mode(0x73);
    assert_int_equal(error_class(mtk_read_byte(&scene.mtk, 0x10000, &byte, true)), ERR_ARGUMENT);
    assert_int_equal(scene.bus.accesses, 0);
}

/* A time-out is an error, and the two kinds of it have different names. */
static void test_slow_is_not_lost(void **state)
{
    uint8_t byte = 0x77;

    (void)state;
    open_mode(0x72);
    scene.bus.quiet = true;
    scene.bus.status = 0xF2;
    assert_int_equal(error_class(mtk_read_byte(&scene.mtk, 0x8800, &byte, true)), ERR_TIMEOUT);
    assert_int_equal(byte, 0x77);
    assert_true(scene.bus.now_us > 500000 && scene.bus.now_us < 700000);
    assert_int_equal(scene.method.status, 0xF2);

    for (unsigned status = 0; status < 256; status++) {
        if (status == 0x72 || status == 0xF2)
            continue;
        scene.bus.status = (uint8_t)status;
        assert_int_equal(error_class(mtk_write_byte(&scene.mtk, 0x8800, 0, false)),
                         ERR_VENDOR_LOST);
        assert_int_equal(scene.method.status, status);
    }
}

static void test_a_slow_command_is_waited_for(void **state)
{
    uint8_t busy[40];
    uint8_t byte;

    (void)state;
    open_mode(0x70);
    memset(busy, 0xF0, sizeof busy);
    trace_bus_statuses(&scene.bus, busy, sizeof busy);
    assert_int_equal(mtk_read_byte(&scene.mtk, 0, &byte, true), 0);
}

static void test_a_wait_can_be_given_up(void **state)
{
    uint8_t byte;

    (void)state;
    open_mode(0x70);
    scene.bus.quiet = true;
    scene.bus.status = 0xF0;
    scene.bus.idle_stop_at = 3;
    assert_int_equal(error_class(mtk_read_byte(&scene.mtk, 0, &byte, true)), ERR_ABORTED);
    assert_int_equal(scene.bus.idle_calls, 3);
}

static void test_prompt_is_proven_and_lost(void **state)
{
    static const uint8_t once_late[] = {0xF0};
    uint8_t byte;

    (void)state;
    open_mode(0x70);
    scene.bus.quiet = true;
    for (unsigned i = 0; i < 65536; i++) {
        assert_false(mtk_is_prompt(&scene.mtk));
        assert_int_equal(mtk_read_byte(&scene.mtk, i, &byte, false), 0);
    }
    assert_true(mtk_is_prompt(&scene.mtk));
    trace_bus_statuses(&scene.bus, once_late, 1);
    assert_int_equal(mtk_read_byte(&scene.mtk, 0, &byte, false), 0);
    assert_false(mtk_is_prompt(&scene.mtk));
}

/* ---- SPI engine ------------------------------------------------------------------------------ */

static void run_counts(uint8_t mode, unsigned sent, unsigned received, const char *expected)
{
    open_mode(mode);
    assert_int_equal(mtk_spi_counts(&scene.mtk, sent, received, true), 0);
    assert_int_equal(mtk_spi_run(&scene.mtk, true), 0);
    assert_trace(expected);
}

static void test_spi_counts_of_both_engines(void **state)
{
    (void)state;
    run_counts(0x72, 4, 256, "6=A0 1=04 2=00 3=00 4=00 5=01 7=04 6=A0 7?72 6=A0 7=05 6=A0 7?72 ");
    run_counts(0x72, 260, 0, "6=A0 1=04 2=01 3=00 4=00 5=00 7=04 6=A0 7?72 6=A0 7=05 6=A0 7?72 ");
    run_counts(0x72, 1, 1, "6=A0 1=01 2=00 3=00 4=01 5=00 7=04 6=A0 7?72 6=A0 7=05 6=A0 7?72 ");
    run_counts(0x73, 4, 256, "6=A0 1=00 2=04 3=00 4=01 5=00 7=04 6=A0 7?73 6=A0 7=05 6=A0 7?73 ");
    run_counts(0x73, 260, 0, "6=A0 1=01 2=04 3=00 4=00 5=00 7=04 6=A0 7?73 6=A0 7=05 6=A0 7?73 ");
    run_counts(0x73, 1, 1, "6=A0 1=00 2=01 3=00 4=00 5=01 7=04 6=A0 7?73 6=A0 7=05 6=A0 7?73 ");
}

static void test_spi_buffer_bounds(void **state)
{
    static uint8_t bytes[MTK_SPI_BUFFER + 1];

    (void)state;
    open_mode(0x72);
    scene.bus.quiet = true;
    assert_int_equal(error_class(mtk_spi_counts(&scene.mtk, 261, 0, true)), ERR_ARGUMENT);
    assert_int_equal(error_class(mtk_spi_counts(&scene.mtk, 5, 256, true)), ERR_ARGUMENT);
    assert_int_equal(error_class(mtk_spi_fill(&scene.mtk, 4, bytes, 257, true)), ERR_ARGUMENT);
    assert_int_equal(error_class(mtk_spi_fetch(&scene.mtk, 261, bytes, 0, true)), ERR_ARGUMENT);
    assert_int_equal(scene.bus.accesses, 0);
    assert_int_equal(mtk_spi_fill(&scene.mtk, 4, bytes, 256, true), 0);
}

static void test_spi_transfer_puts_bytes_in_their_places(void **state)
{
    static const uint8_t sent[] = {0x9F};
    static const uint8_t answer[] = {0xC2, 0x20};
    uint8_t received[2];

    (void)state;
    open_mode(0x73);
    trace_bus_data(&scene.bus, answer, sizeof answer);
    assert_int_equal(mtk_spi_transfer(&scene.mtk, sent, 1, received, 2, false), 0);
    assert_memory_equal(received, answer, 2);
    assert_trace("6=A0 4=00 5=00 3=9F 7=01 7?73 "
                 "1=00 2=01 3=00 4=00 5=02 7=04 7?73 7=05 7?73 "
                 "4=01 5=00 7=00 7?73 3?C2 4=02 7=00 7?73 3?20 ");
}

/* ---- on the bench ---------------------------------------------------------------------------- */

static void test_catch_loop_across_power_up(void **state)
{
    struct mtk_bench b;
    bool caught = false, sent;

    (void)state;
    mtk_bench_open(&b, "SST39SF020A", 70, "");
    bench_do(b.bench, "power pm off");
    for (int i = 0; i < 200 && !caught; i++) {
        if (i == 100)
            bench_do(b.bench, "power pm on");
        caught = mtk_mode_of_status(mtk_intro_quick(&b.mtk, &sent)) != MTK_NONE;
        assert_true(!caught || i >= 100);
        bench_advance(b.bench, 20000);
    }
    assert_true(caught);
    assert_true(b.intros >= 100);
    mtk_bench_close(&b);
}

static void test_f2_and_52_on_the_bench(void **state)
{
    struct mtk_bench b;

    (void)state;
    mtk_bench_open(&b, "MX25L2005", 72, "");
    bench_do(b.bench, "fault pm intro_f2");
    assert_int_equal(b.method.ops->enter(&b.method), 0);
    assert_int_equal(b.mtk.mode, MTK_SPI_72);
    assert_int_equal(b.outros, 1);
    assert_int_equal(b.intros, 2);
    mtk_bench_close(&b);

    mtk_bench_open(&b, "MX25L2005", 72, "");
    bench_do(b.bench, "fault pm intro_52");
    assert_int_equal(error_class(b.method.ops->enter(&b.method)), ERR_VENDOR_REFUSED);
    assert_int_equal(b.method.status, 0x52);
    mtk_bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_status_to_mode),
        cmocka_unit_test(test_intro_writes_what_it_should),
        cmocka_unit_test(test_intro_waits_for_a_late_answer),
        cmocka_unit_test(test_intro_is_sent_in_spite_of_busy),
        cmocka_unit_test(test_intro_gives_up_before_it_is_sent),
        cmocka_unit_test(test_quick_intro_has_no_waits),
        cmocka_unit_test(test_quick_intro_spares_who_just_got_ready),
        cmocka_unit_test(test_enter_takes_a_drive_as_it_is),
        cmocka_unit_test(test_enter_refused_names_the_status),
        cmocka_unit_test(test_a_refused_intro_leaves_no_parameter),
        cmocka_unit_test(test_enter_cures_f2),
        cmocka_unit_test(test_outro_ends_with_a_busy_drive_too),
        cmocka_unit_test(test_check_only_looks),
        cmocka_unit_test(test_full_bytes_parallel),
        cmocka_unit_test(test_full_bytes_serial),
        cmocka_unit_test(test_lean_read_costs_four_accesses),
        cmocka_unit_test(test_lean_write_always_writes_the_data),
        cmocka_unit_test(test_addresses_that_do_not_fit),
        cmocka_unit_test(test_slow_is_not_lost),
        cmocka_unit_test(test_a_slow_command_is_waited_for),
        cmocka_unit_test(test_a_wait_can_be_given_up),
        cmocka_unit_test(test_prompt_is_proven_and_lost),
        cmocka_unit_test(test_spi_counts_of_both_engines),
        cmocka_unit_test(test_spi_buffer_bounds),
        cmocka_unit_test(test_spi_transfer_puts_bytes_in_their_places),
        cmocka_unit_test(test_catch_loop_across_power_up),
        cmocka_unit_test(test_f2_and_52_on_the_bench),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
