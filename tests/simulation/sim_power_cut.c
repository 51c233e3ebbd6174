/* Power cuts through whole sessions: every change on the toy chips, seeded moments on 128 KiB chips
 * and on chips that can't erase sectors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/power_cut.h"
#include "tests/support/rescue.h"

static void test_every_change_of_a_parallel_toy(void **state)
{
    static const struct power_cut_scenario toy = {
        "TESTP8K", 0x70, 0x2000, 0x800, &rescue_toy_parallel, true, true};

    (void)state;
    power_cut_at_every_change(&toy);
}

static void test_every_change_of_a_serial_toy(void **state)
{
    static const struct power_cut_scenario toys[] = {
        {"TESTS8K", 0x72, 0x2000, 0x800, &rescue_toy_spi, false, true},
        {"TESTS8K", 0x73, 0x2000, 0x800, &rescue_toy_spi, false, true}};

    (void)state;
    power_cut_at_every_change(&toys[0]);
    power_cut_at_every_change(&toys[1]);
}

static void test_seeded_moments_on_a_parallel_chip(void **state)
{
    static const struct power_cut_scenario drive = {"SST39SF010A", 0x70, 0x20000, 0x10000,
                                                    NULL,          true, true};

    (void)state;
    power_cut_at_seeded_moments(&drive, 1150, 100);
}

/* Chips that can't do better than "bank 0 last": every one still comes back. */
static void test_chips_without_sectors(void **state)
{
    static const struct power_cut_scenario drives[] = {
        {"W49F020", 0x70, 0x40000, 0x10000, NULL, true, false},
        {"SST29EE020A", 0x70, 0x40000, 0x10000, NULL, true, false}};

    (void)state;
    power_cut_at_seeded_moments(&drives[0], 60, 500);
    power_cut_at_seeded_moments(&drives[1], 60, 600);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_change_of_a_parallel_toy),
        cmocka_unit_test(test_every_change_of_a_serial_toy),
        cmocka_unit_test(test_seeded_moments_on_a_parallel_chip),
        cmocka_unit_test(test_chips_without_sectors),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
