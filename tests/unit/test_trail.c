/* Raw status over time: the trail of changes, and the strip of seconds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kernel/trail.h"

static void test_a_trail_without_a_look_is_empty(void **state)
{
    struct trail trail = {0};

    (void)state;
    assert_null(trail_newest(&trail));
}

static void test_a_status_that_stays_makes_its_entry_longer(void **state)
{
    struct trail trail = {0};

    (void)state;
    trail_note(&trail, 100, 0x80);
    trail_note(&trail, 250, 0x80);
    trail_note(&trail, 900, 0x80);
    assert_int_equal(trail.count, 1);
    assert_int_equal(trail.changes, 0);
    assert_int_equal(trail_newest(&trail)->status, 0x80);
    assert_int_equal(trail_newest(&trail)->from_us, 100);
    assert_int_equal(trail_newest(&trail)->until_us, 900);
    assert_int_equal(trail_newest(&trail)->looks, 3);
}

static void test_a_change_begins_a_new_entry(void **state)
{
    struct trail trail = {0};

    (void)state;
    trail_note(&trail, 100, 0x80);
    trail_note(&trail, 200, 0x50);
    trail_note(&trail, 300, 0x80);
    assert_int_equal(trail.count, 3);
    assert_int_equal(trail.changes, 2);
    assert_int_equal(trail.entries[0].until_us, 100);
    assert_int_equal(trail.entries[1].status, 0x50);
    assert_int_equal(trail_newest(&trail)->from_us, 300);
    assert_int_equal(trail_newest(&trail)->looks, 1);
}

static void test_the_oldest_entries_are_forgotten_and_still_counted(void **state)
{
    struct trail trail = {0};

    (void)state;
    for (unsigned i = 0; i < TRAIL_MAX + 5; i++)
        trail_note(&trail, 1000 + i, (uint8_t)i);
    assert_int_equal(trail.count, TRAIL_MAX);
    assert_int_equal(trail.changes, TRAIL_MAX + 4);
    for (unsigned i = 0; i < TRAIL_MAX; i++) {
        assert_int_equal(trail.entries[i].status, i + 5);
        assert_int_equal(trail.entries[i].from_us, 1005 + i);
    }
}

static void test_what_a_status_means_as_a_sign(void **state)
{
    static const struct {
        uint8_t status;
        char sign;
    } rows[] = {{0x70, 'V'}, {0x72, 'V'}, {0x73, 'V'}, {0xF2, 'F'}, {0x52, '5'},
                {0x7F, '-'}, {0xFF, '-'}, {0x80, 'B'}, {0xD0, 'B'}, {0xD1, 'B'},
                {0x90, 'B'}, {0x00, '0'}, {0x50, 'r'}, {0x51, 'r'}, {0xA0, 'B'}};

    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(strip_sign(rows[i].status), rows[i].sign);
}

static void expect(const struct strip *strip, const char *signs)
{
    assert_int_equal(strip->length, strlen(signs));
    assert_memory_equal(strip->signs, signs, strip->length);
}

static void test_one_sign_per_second_the_most_important_one(void **state)
{
    struct strip strip = {0};

    (void)state;
    strip_note(&strip, 5000000, 0x50);
    expect(&strip, "r");
    strip_note(&strip, 5200000, 0x80);
    expect(&strip, "B");
    strip_note(&strip, 5900000, 0x50);
    expect(&strip, "B");
    strip_note(&strip, 6000000, 0x50);
    expect(&strip, "Br");
    strip_note(&strip, 6000001, 0x70); /* for a moment only */
    strip_note(&strip, 6100000, 0x80);
    expect(&strip, "BV");
}

static void test_coming_back_is_more_than_being_busy(void **state)
{
    struct strip strip = {0};

    (void)state;
    strip_note(&strip, 1000000, 0x80);
    strip_note(&strip, 2100000, 0x7F);
    strip_note(&strip, 3100000, 0x7F);
    strip_note(&strip, 4100000, 0x80);
    expect(&strip, "B--+");
    assert_int_equal(strip.returns, 1);
    strip_note(&strip, 4200000, 0xFF); /* contacts bounce */
    strip_note(&strip, 4300000, 0x80);
    expect(&strip, "B--+");
    assert_int_equal(strip.returns, 2);
    strip_note(&strip, 5100000, 0x80);
    strip_note(&strip, 6100000, 0x7F);
    strip_note(&strip, 7100000, 0x72); /* back, and it listens: that is the news */
    expect(&strip, "B--+B-V");
    assert_int_equal(strip.returns, 3);
}

static void test_the_first_look_is_no_return(void **state)
{
    struct strip strip = {0};

    (void)state;
    strip_note(&strip, 0, 0x50);
    strip_note(&strip, 10, 0x50);
    expect(&strip, "r");
    assert_int_equal(strip.returns, 0);
}

static void test_seconds_without_a_look_stay_blank(void **state)
{
    struct strip strip = {0};

    (void)state;
    strip_note(&strip, 1000000, 0x50);
    strip_note(&strip, 4500000, 0x80);
    expect(&strip, "r  B");
    strip_note(&strip, 4999999, 0x50);
    expect(&strip, "r  B");
    strip_note(&strip, 5000000, 0x50);
    expect(&strip, "r  Br");
}

static void test_a_full_strip_moves_on(void **state)
{
    struct strip strip = {0};

    (void)state;
    for (unsigned i = 0; i < STRIP_SECONDS; i++)
        strip_note(&strip, 1000000ull * (i + 1), 0x50);
    assert_int_equal(strip.length, STRIP_SECONDS);
    strip_note(&strip, 1000000ull * (STRIP_SECONDS + 1), 0x80);
    assert_int_equal(strip.length, STRIP_SECONDS);
    assert_int_equal(strip.signs[STRIP_SECONDS - 1], 'B');
    assert_int_equal(strip.signs[STRIP_SECONDS - 2], 'r');
    strip_note(&strip, 1000000ull * 100000, 0x70); /* after a very long time */
    assert_int_equal(strip.length, STRIP_SECONDS);
    assert_int_equal(strip.signs[STRIP_SECONDS - 1], 'V');
    for (unsigned i = 0; i < STRIP_SECONDS - 1; i++)
        assert_int_equal(strip.signs[i], ' ');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_trail_without_a_look_is_empty),
        cmocka_unit_test(test_a_status_that_stays_makes_its_entry_longer),
        cmocka_unit_test(test_a_change_begins_a_new_entry),
        cmocka_unit_test(test_the_oldest_entries_are_forgotten_and_still_counted),
        cmocka_unit_test(test_what_a_status_means_as_a_sign),
        cmocka_unit_test(test_one_sign_per_second_the_most_important_one),
        cmocka_unit_test(test_coming_back_is_more_than_being_busy),
        cmocka_unit_test(test_the_first_look_is_no_return),
        cmocka_unit_test(test_seconds_without_a_look_stay_blank),
        cmocka_unit_test(test_a_full_strip_moves_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
