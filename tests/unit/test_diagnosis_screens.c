/* From what is seen to what is recommended, played by keys on the host: boxes, blinking, cables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/ata_bus.h"
#include "tests/support/bench_script.h"
#include "tests/support/play.h"

static struct play play;
static unsigned vendor_commands;

/* Whatever is asked and answered here, no vendor command may go out. */
static void watch(void *context, uint64_t now_us, unsigned channel, unsigned reg, bool write,
                  uint16_t value)
{
    (void)context;
    (void)now_us;
    (void)channel;
    if (write && reg == ATA_REG_COMMAND && (value == 0x80 || value == 0x00 || value == 0x01))
        vendor_commands++;
}

static int set_up(void **state)
{
    (void)state;
    play_open(&play);
    play_insert_stick(&play, true);
    vendor_commands = 0;
    bench_set_trace(play.bench, watch, NULL);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    assert_int_equal(vendor_commands, 0);
    assert_int_equal(bench_flash_changes(play.bench), 0);
    play_close(&play);
    return 0;
}

static void attach_healthy(const char *position, const char *options)
{
    bench_attach_healthy(play.bench, position, "PLEXTOR", "DVDR PX-716A", "1.11", options);
}

static bool log_holds(const char *text)
{
    return play_stick_file_holds(&play, "ODDRESC.LOG", text);
}

/* From the main screen: save the log, then restart. */
#define STEPS_SAVE_AND_END                                                                         \
    {"F8 log", KEY_F8, NULL, NULL}, {"Home End scroll", 'S', NULL, NULL},                          \
        {"saved as ODDRESC.LOG", KEY_ESC, NULL, NULL}, STEPS_END

static void a_drive_out_of_a_box_is_not_flashed(void **state)
{
    static const struct play_step steps[] = {
        {"healthy", '3', NULL, NULL},
        {"tell what is wrong with it", KEY_ENTER, NULL, NULL},
        {"What brings you here?", '1', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"The box is broken, not the drive", 0, NULL, NULL},
        {"Don't flash it: there is nothing to cure", KEY_ENTER, NULL, NULL},
        {"You said: it came out of an external box.", 0, NULL, NULL},
        {"don't flash it. Another box", KEY_F6, NULL, NULL},
        {"Flash it all the same?", KEY_ENTER, NULL, NULL}, /* the careful answer */
        {"Port 3: what", 'D', NULL, NULL},
        {"You said: it came out of an external box.", KEY_ESC, NULL, NULL},
        STEPS_SAVE_AND_END,
    };

    (void)state;
    attach_healthy("sm", "");
    PLAY(&play, "", steps);
    assert_true(log_holds("port 3: the user says: it came out of a box that died"));
    assert_true(log_holds("port 3: verdict=healthy findings=none step=ask-history"));
    assert_true(log_holds("port 3: verdict=healthy findings=from-a-box step=box-is-broken"));
}

static void unplug(struct play *played)
{
    bench_do(played->bench, "unplug sm");
}

static void plug(struct play *played)
{
    bench_do(played->bench, "plug sm");
}

static void what_was_said_goes_with_the_drive(void **state)
{
    static const struct play_step steps[] = {
        {"healthy", '3', NULL, NULL},
        {"tell what is wrong with it", KEY_ENTER, NULL, NULL},
        {"What brings you here?", '1', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"The box is broken", KEY_ESC, NULL, NULL},
        {"You said: it came out", 0, NULL, unplug},
        {"Port 3: what it looks like, and what to do next", 'R', NULL, NULL},
        {"check power, cable and jumper", 0, NULL, plug},
        {"tell what is wrong with it", 0, NULL, NULL},
        STEPS_END,
    };

    (void)state;
    attach_healthy("sm", "");
    PLAY(&play, "", steps);
    bench_do(play.bench, "float 1 00"); /* an adapter's empty cable reads 00 */
    PLAY(&play, "", steps);
}

/* Quicker than anybody looks: the cable is never seen empty. */
static void exchange(struct play *played)
{
    bench_do(played->bench, "detach sm");
    bench_attach_healthy(played->bench, "sm", "OTHER", "CD-RW 52X", "2.0", "");
}

static void what_was_said_is_not_said_of_another_drive(void **state)
{
    static const struct play_step steps[] = {
        {"healthy", '3', NULL, NULL},
        {"tell what is wrong with it", KEY_ENTER, NULL, NULL},
        {"What brings you here?", '1', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"The box is broken", KEY_ESC, NULL, NULL},
        {"You said: it came out", 'R', NULL, exchange},
        {"CD-RW 52X", 0, NULL, NULL},
        {"Another drive than before is here", 0, NULL, NULL},
        {"tell what is wrong with it", KEY_ENTER, NULL, NULL},
        {"CD-RW 52X 2.0.", '2', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"It blinks and refuses", KEY_ESC, NULL, NULL},
        {"You said: its light blinks", 'D', NULL, NULL},
        {"You said: its light blinks", '6', NULL, NULL},
        {"DVDR PX-716A 1.11", KEY_ESC, NULL, NULL}, /* the name before */
        STEPS_END,
    };

    (void)state;
    attach_healthy("sm", "");
    PLAY(&play, "", steps);
}

static void an_answer_can_be_taken_back(void **state)
{
    static const struct play_step steps[] = {
        {"healthy", '3', NULL, NULL},
        {"tell what is wrong with it", KEY_ENTER, NULL, NULL},
        {"What brings you here?", '1', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"The box is broken", '2', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"What brings you here?", '2', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"It blinks and refuses every disc", 0, NULL, NULL},
        {"Never write another unit's EEPROM", KEY_ESC, NULL, NULL},
        {"You said: its light blinks", 0, NULL, NULL},
        {"read what cures the blinking", 0, NULL, NULL},
        STEPS_END,
    };

    (void)state;
    attach_healthy("sm", "personality=blinker");
    PLAY(&play, "", steps);
}

static void a_system_that_does_not_show_it(void **state)
{
    static const struct play_step steps[] = {
        {"healthy", '3', NULL, NULL},
        {"tell what is wrong with it", KEY_ENTER, NULL, NULL},
        {"What brings you here?", '3', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"The drive is not the reason", 0, NULL, NULL},
        {"UpperFilters and LowerFilters", KEY_ENTER, NULL, NULL},
        {"tell what is wrong with it", KEY_ENTER, NULL, NULL},
        {"What brings you here?", '4', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"what speaks for it (page 1 of 6)", KEY_PAGE_DOWN, NULL, NULL},
        {"status over time (page 2 of 6)", '6', NULL, NULL},
        {"cable and controller (page 6 of 6)", KEY_LEFT, NULL, NULL},
        {"IDENTIFY, words 128 to 255", KEY_HOME, NULL, NULL},
        {"no disc is in it", KEY_ESC, NULL, NULL},
        STEPS_END,
    };

    (void)state;
    attach_healthy("sm", "");
    PLAY(&play, "", steps);
}

static void nothing_there_leads_to_the_plugs(void **state)
{
    static const struct play_step steps[] = {
        {"nothing there", '3', NULL, NULL},
        {"check power, cable and jumper", KEY_ENTER, NULL, NULL},
        {"the jumper stands on MA", '1', NULL, plug},
        {NULL, KEY_ENTER, NULL, NULL},
        {"healthy", 0, NULL, NULL},
        STEPS_END,
    };

    (void)state;
    attach_healthy("sm", "");
    bench_do(play.bench, "unplug sm");
    PLAY(&play, "", steps);
}

static void two_on_one_cable_must_be_parted_first(void **state)
{
    static const struct play_step steps[] = {
        {"answers, no identity", '3', NULL, NULL},
        {"A hard disk is on the same cable", 0, NULL, NULL},
        {"PC off, unplug the other one", KEY_ENTER, NULL, NULL},
        {"only the sick drive stays on", KEY_ESC, NULL, NULL},
        STEPS_SAVE_AND_END,
    };

    (void)state;
    bench_attach_dead(play.bench, "sm", "abort", "");
    bench_do(play.bench, "attach ss disk");
    PLAY(&play, "", steps);
    assert_true(log_holds("port 3: verdict=two-drives findings=beside-disk step=unplug-one"));
}

static void an_unattended_probe_tells_finding_and_step(void **state)
{
    (void)state;
    attach_healthy("ss", "");
    play_run(&play, "job=probe after=reboot", NULL, 0);
    assert_true(log_holds("port=4 verdict=healthy findings=slave-alone step=ask-history"));
    assert_true(log_holds("port=1 verdict=nothing findings=none step=check-plugs"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_drive_out_of_a_box_is_not_flashed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_said_goes_with_the_drive, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_was_said_is_not_said_of_another_drive, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_answer_can_be_taken_back, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_system_that_does_not_show_it, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_there_leads_to_the_plugs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(two_on_one_cable_must_be_parted_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_unattended_probe_tells_finding_and_step, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
