/* Power cuts through whole sessions: seeded moments on a serial 128 KiB chip and on 1 MiB chips. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/support/power_cut.h"
#include "tests/support/rescue.h"

static void test_seeded_moments_on_a_serial_chip(void **state)
{
    static const struct power_cut_scenario drive = {"MX25L1005", 0x72, 0x20000, 0x10000,
                                                    NULL,        true, true};

    (void)state;
    power_cut_at_seeded_moments(&drive, 760, 200);
}

static void test_seeded_moments_on_1_mib(void **state)
{
    static const struct power_cut_scenario drives[] = {
        {"SST39VF080", 0x70, 0x100000, 0x10000, NULL, true, true},
        {"MX25L8005", 0x72, 0x100000, 0x10000, NULL, true, true}};

    (void)state;
    power_cut_at_seeded_moments(&drives[0], 60, 300);
    power_cut_at_seeded_moments(&drives[1], 30, 400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_seeded_moments_on_a_serial_chip),
        cmocka_unit_test(test_seeded_moments_on_1_mib),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
