/*
 * boot/bios/clock.c against a simulated 8254 and 8259A (Intel data sheets) and a BIOS that counts
 * ticks: the time told must be the time that passed, over BIOS calls of any length.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "tests/support/fake_bios.h"

#include "boot/bios/clock.c"

/* The machine's true state. Time is counted in input pulses of the timer. */
static struct {
    uint64_t now;
    bool frozen; /* the timer stands still */
    uint16_t latch;
    bool latch_high;
    bool pending; /* tick requested at the interrupt controller */
    bool interrupts;
    uint8_t rtc_century, rtc_year, rtc_month, rtc_day, rtc_hour, rtc_minute, rtc_second;
    bool rtc_missing;
} pc;

static uint32_t ticks(void)
{
    return real_read32(BDA_TICKS);
}

static void set_ticks(uint32_t value)
{
    memcpy(real_memory(BDA_TICKS), &value, sizeof(value));
}

static void deliver_tick(void)
{
    if (pc.pending && pc.interrupts) {
        pc.pending = false;
        set_ticks(ticks() + 1 == TICKS_PER_DAY ? 0 : ticks() + 1);
    }
}

static void pass(uint64_t counts)
{
    while (counts > 0) {
        uint64_t to_turn = TURN - pc.now % TURN;
        uint64_t step = counts < to_turn ? counts : to_turn;

        pc.now += step;
        counts -= step;
        if (step == to_turn && !pc.frozen) {
            pc.pending = true;
            deliver_tick();
        }
    }
}

static uint8_t pc_in8(void *context, uint16_t port)
{
    (void)context;
    pass(1);
    if (port == PIC_COMMAND)
        return pc.pending ? 0x41 : 0x40;
    assert_int_equal(port, TIMER_CHANNEL_0);
    pc.latch_high = !pc.latch_high;
    return (uint8_t)(pc.latch_high ? pc.latch : pc.latch >> 8);
}

static void pc_out8(void *context, uint16_t port, uint8_t value)
{
    (void)context;
    pass(1);
    if (port == TIMER_CONTROL && value == TIMER_LATCH_0 && !pc.frozen) {
        pc.latch = (uint16_t)(0 - pc.now % TURN);
        pc.latch_high = false;
    }
}

static const struct ports pc_ports = {.in8 = pc_in8, .out8 = pc_out8};

/* INT 1Ah; everything else just takes time (the test lets it pass around the clock's hooks). */
static void real_int(uint8_t number, struct real_registers *registers)
{
    uint8_t function = (uint8_t)(registers->eax >> 8);

    assert_int_equal(number, 0x1A);
    registers->eflags = pc.rtc_missing ? REAL_CARRY : 0;
    if (function == 0x04) {
        registers->ecx = (uint32_t)pc.rtc_century << 8 | pc.rtc_year;
        registers->edx = (uint32_t)pc.rtc_month << 8 | pc.rtc_day;
    } else {
        assert_int_equal(function, 0x02);
        registers->ecx = (uint32_t)pc.rtc_hour << 8 | pc.rtc_minute;
        registers->edx = (uint32_t)pc.rtc_second << 8;
    }
}

static void bios_call(uint64_t counts, uint64_t tail_without_interrupts)
{
    clock_before_bios();
    pc.interrupts = true;
    deliver_tick();
    pass(counts);
    pc.interrupts = false;
    pass(tail_without_interrupts);
    clock_after_bios();
}

static uint64_t true_us(uint64_t start)
{
    return (pc.now - start) * 1000000 / 1193182;
}

static int reset_pc(void **state)
{
    (void)state;
    memset(&pc, 0, sizeof(pc));
    memset(low_memory, 0, sizeof(low_memory));
    pc.now = 12345;
    clock_open(&pc_ports);
    return 0;
}

static void assert_true_time(uint64_t start)
{
    uint64_t told = clock_now_us(NULL);

    assert_in_range(told, true_us(start) - 20, true_us(start) + 20);
}

static void test_polling(void **state)
{
    uint64_t start = pc.now;
    uint64_t last = 0;
    unsigned seed = 1;

    (void)state;
    for (int i = 0; i < 5000; i++) {
        uint64_t now = clock_now_us(NULL);

        assert_true(now >= last);
        last = now;
        seed = seed * 1103515245 + 12345;
        pass(seed >> 16 & 0x7FFF);
        assert_true_time(start);
    }
    assert_true(last > 20000000);
}

/* Lengths from nothing to many turns, with interrupts off at the end for up to a turn, and ticks
 * pending from before: random, but each result is checked. */
static void test_bios_calls(void **state)
{
    uint64_t start = pc.now;
    uint64_t last = 0;
    unsigned seed = 7;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        uint64_t now;

        seed = seed * 1103515245 + 12345;
        bios_call(i % 3 == 0 ? (seed >> 8) % (5 * TURN) : seed >> 24, seed >> 20 & 0x3FF);
        pass(seed >> 17 & 0x7FFF);
        now = clock_now_us(NULL);
        assert_true(now >= last);
        last = now;
        assert_true_time(start);
    }
}

/* At every phase of the counter, so that a turn-over falls between any two readings. */
static void test_turn_over_at_every_moment(void **state)
{
    (void)state;
    for (unsigned before = 0; before < 60; before++) {
        for (unsigned length = 0; length < 3; length++) {
            uint64_t start;

            reset_pc(NULL);
            start = pc.now;
            pass(TURN - pc.now % TURN - before);
            bios_call(length * TURN, 3);
            assert_true_time(start);
            bios_call(length, 0);
            assert_true_time(start);
        }
    }
}

static void test_midnight(void **state)
{
    uint64_t start = pc.now;

    (void)state;
    set_ticks(TICKS_PER_DAY - 2);
    bios_call(10 * TURN, 0);
    assert_true_time(start);
    assert_in_range(ticks(), 7, 9);
}

static void test_wait(void **state)
{
    uint64_t start = pc.now;

    (void)state;
    clock_wait_us(NULL, 250000);
    assert_in_range(true_us(start), 250000, 250050);
}

/* Without a running timer a wait ends all the same. */
static void test_a_timer_that_stands_still(void **state)
{
    uint64_t before;

    (void)state;
    pc.frozen = true;
    before = clock_now_us(NULL);
    clock_wait_us(NULL, 1000000);
    assert_true(clock_now_us(NULL) - before >= 1000000);
}

static void set_rtc(uint8_t century, uint8_t year, uint8_t month, uint8_t day)
{
    pc.rtc_century = century;
    pc.rtc_year = year;
    pc.rtc_month = month;
    pc.rtc_day = day;
    pc.rtc_hour = 0x23;
    pc.rtc_minute = 0x59;
    pc.rtc_second = 0x08;
}

static void test_date(void **state)
{
    struct calendar_time time;

    (void)state;
    set_rtc(0x20, 0x26, 0x12, 0x31);
    clock_date(NULL, &time);
    assert_int_equal(time.year, 2026);
    assert_int_equal(time.month, 12);
    assert_int_equal(time.day, 31);
    assert_int_equal(time.hour, 23);
    assert_int_equal(time.minute, 59);
    assert_int_equal(time.second, 8);
}

static void test_nonsense_is_no_date(void **state)
{
    static const uint8_t nonsense[][4] = {
        {0x00, 0x00, 0x00, 0x00}, {0x20, 0x26, 0x13, 0x01}, {0x20, 0x26, 0x00, 0x01},
        {0x20, 0x26, 0x01, 0x32}, {0x20, 0x2A, 0x01, 0x01}, {0xFF, 0xFF, 0xFF, 0xFF},
        {0x19, 0x79, 0x01, 0x01}, {0x21, 0x08, 0x01, 0x01},
    };
    struct calendar_time time;

    (void)state;
    for (unsigned i = 0; i < sizeof(nonsense) / sizeof(nonsense[0]); i++) {
        set_rtc(nonsense[i][0], nonsense[i][1], nonsense[i][2], nonsense[i][3]);
        time.year = 1;
        clock_date(NULL, &time);
        assert_int_equal(time.year, 0);
    }
    set_rtc(0x20, 0x26, 0x01, 0x01);
    pc.rtc_missing = true;
    clock_date(NULL, &time);
    assert_int_equal(time.year, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_polling, reset_pc),
        cmocka_unit_test_setup(test_bios_calls, reset_pc),
        cmocka_unit_test_setup(test_turn_over_at_every_moment, reset_pc),
        cmocka_unit_test_setup(test_midnight, reset_pc),
        cmocka_unit_test_setup(test_wait, reset_pc),
        cmocka_unit_test_setup(test_a_timer_that_stands_still, reset_pc),
        cmocka_unit_test_setup(test_date, reset_pc),
        cmocka_unit_test_setup(test_nonsense_is_no_date, reset_pc),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
