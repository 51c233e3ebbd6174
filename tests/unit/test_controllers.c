/* The whole program on the host beside controllers that are switched off, float, hide, or have no
 * IDE registers: what a user sees of them and can do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "kernel/lib/text.h"
#include "tests/support/bench_script.h"
#include "tests/support/play.h"
#include "ui/menu.h"
#include "ui/words.h"

static struct play play;

static int set_up(void **state)
{
    (void)state;
    play_open(&play);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    play_close(&play);
    return 0;
}

/* A controller in legacy mode, with the bench's cables. */
static struct sim_pci_function *add(uint32_t ids)
{
    struct sim_pci_function *function = sim_ports_add(&play.ports, 0, 7, 1, ids, 0x01018A);
    struct sim_pci_function *first = sim_ports_add(&play.ports, 0, 7, 0, 0x12340000, 0x060100);

    sim_ports_config(first, 0x0E, 1, 0x80);
    function->cable[0] = 0;
    function->cable[1] = 1;
    return function;
}

static struct sim_pci_function *seen_function; /* what `act` looks at */

static void is_on(struct play *playing)
{
    (void)playing;
    assert_int_equal(seen_function->config[0x40], 0x03);
}

static void keep_picture(struct play *playing)
{
    text_screen_save(playing->screen.cells, "screen_channel");
}

/* ---- channels ---- */

static void channel_is_switched_on_by_the_user_and_off_at_the_end(void **state)
{
    static const struct play_step steps[] = {
        {"channel off", '3', NULL, NULL},
        {"status not read", 0, NULL, NULL},
        {"170  --     channel off", 0, NULL, NULL},
        {"Port 3: what", KEY_ENTER, NULL, NULL},
        {"register 40 = 02, bit 0 must be 1", '1', NULL, keep_picture},
        {NULL, KEY_ENTER, NULL, NULL},
        {"healthy", 0, NULL, is_on},
        STEPS_END,
    };

    (void)state;
    seen_function = add(0x11060571);
    sim_ports_gate(seen_function, 0, (struct sim_gate){0x40, 0x02, 0x02}, 0x02);
    sim_ports_gate(seen_function, 1, (struct sim_gate){0x40, 0x01, 0x01}, 0x00);
    bench_attach_healthy(play.bench, "sm", "SIMCORP", "DVD TEST", "0001", "");
    PLAY(&play, "", steps);
    assert_int_equal(seen_function->config[0x40], 0x02);
    assert_true(play.rebooted || play.step == play.step_count);
}

static void channel_stays_off_without_a_yes(void **state)
{
    static const struct play_step steps[] = {
        {"channel off", '3', NULL, NULL},
        {"Port 3: what", KEY_ENTER, NULL, NULL},
        {"The channel is switched off", KEY_ESC, NULL, NULL},
        {"Port 3: what", KEY_ENTER, NULL, NULL},
        {"The channel is switched off", KEY_ENTER, NULL, NULL}, /* the bar is on "leave it" */
        {"Port 3: what", 0, NULL, NULL},
        STEPS_END,
    };

    (void)state;
    seen_function = add(0x11060571);
    sim_ports_gate(seen_function, 0, (struct sim_gate){0x40, 0x02, 0x02}, 0x02);
    sim_ports_gate(seen_function, 1, (struct sim_gate){0x40, 0x01, 0x01}, 0x00);
    bench_attach_healthy(play.bench, "sm", "SIMCORP", "DVD TEST", "0001", "");
    PLAY(&play, "", steps);
    assert_int_equal(play.ports.config_writes, 0);
    assert_int_equal(play.ports.status_reads[1], 0); /* the drive never saw us */
}

static void channel_without_known_bits_is_explained(void **state)
{
    static const struct play_step steps[] = {
        {"channel off", '1', NULL, NULL},
        {"Port 1: what", KEY_ENTER, NULL, NULL},
        {"The channel is switched off", '1', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"Nobody has published", KEY_ENTER, NULL, NULL},
        STEPS_END,
    };

    (void)state;
    sim_ports_gate(add(0x1022209A), 0, (struct sim_gate){0x40, 0x02, 0x02}, 0x00); /* CS5536 */
    PLAY(&play, "", steps);
    assert_int_equal(play.ports.config_writes, 0);
}

static void floating_pins_are_joined_only_after_the_question_about_power(void **state)
{
    static const struct play_step steps[] = {
        {"channel let go", '3', NULL, NULL},
        {"Port 3: what", KEY_ENTER, NULL, NULL},
        {"HAS POWER", KEY_ESC, NULL, NULL},
        {"Port 3: what", KEY_ENTER, NULL, NULL},
        {"register 56 = 04, bits 3-2 must be 0", '1', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"healthy", 0, NULL, NULL},
        STEPS_END,
    };
    struct sim_pci_function *function;

    (void)state;
    function = add(0x808624CA); /* ICH4-M */
    sim_ports_config(function, 0x40, 4, 0x80008000);
    sim_ports_gate(function, 1, (struct sim_gate){0x56, 0x0C, 0x00}, 0x04);
    bench_attach_healthy(play.bench, "sm", "SIMCORP", "DVD TEST", "0001", "");
    PLAY(&play, "", steps);
    assert_int_equal(function->config[0x56], 0x04);
}

/* An unattended job looks, says so, and switches nothing. */
static void job_reports_a_channel_that_is_off(void **state)
{
    static const struct play_step steps[] = {{"RESULT job=probe", 0, NULL, NULL}, STEPS_END};

    (void)state;
    play_insert_stick(&play, true);
    seen_function = add(0x11060571);
    sim_ports_gate(seen_function, 0, (struct sim_gate){0x40, 0x02, 0x02}, 0x02);
    sim_ports_gate(seen_function, 1, (struct sim_gate){0x40, 0x01, 0x01}, 0x00);
    PLAY(&play, "job=probe", steps);
    assert_int_equal(play.ports.config_writes, 0);
    assert_true(play_stick_file_holds(&play, "ODDRESC.LOG", "verdict=channel-off"));
    assert_true(play_stick_file_holds(&play, "ODDRESC.LOG",
                                      "Secondary: PCI 00:07.1 register 40 = 02, bit 0 must be 1"));
}

/* ---- controllers without ports ---- */

static uint32_t ahci_registers(void *context, uint64_t address)
{
    (void)context;
    switch (address) {
    case 0xFEBF1000: /* CAP */
        return 0xC0041F05;
    case 0xFEBF100C: /* PI */
        return 0x3F;
    case 0xFEBF1128: /* SSTS of ports 0, 1 and 3 */
    case 0xFEBF11A8:
    case 0xFEBF12A8:
        return 0x113;
    case 0xFEBF11A4: /* SIG of ports 1 and 3 */
    case 0xFEBF12A4:
        return 0xEB140101;
    case 0xFED1C000 + 0x3418: /* function disable: PATA */
        return 0x02;
    default:
        return 0;
    }
}

static void keep_ahci_picture(struct play *playing)
{
    text_screen_save(playing->screen.cells, "screen_controller_ahci");
}

static void keep_hidden_picture(struct play *playing)
{
    text_screen_save(playing->screen.cells, "screen_controller_hidden");
}

static void ahci_and_hidden_controllers_stand_in_the_list(void **state)
{
    static const struct play_step steps[] = {
        {"AHCI: optical drives at ports 1 and 3", '5', NULL, NULL},
        {"Controller: Intel 8086:2922, PCI 00:1F.2", 0, NULL, keep_ahci_picture},
        {"Ports with an optical drive: 1 and 3. With another device: 0.", 0, NULL, NULL},
        {"cards don't help.", 0, NULL, NULL},
        {"it has no IDE mode at all", KEY_ENTER, NULL, NULL}, /* looks again */
        {"IDE controller 00:1F.1", KEY_DOWN, NULL, NULL},
        {"8086:27B8 at PCI 00:1F.0 tells", 0, NULL, keep_hidden_picture},
        {"RCBA register 3418, bit 1", 0, NULL, NULL},
        STEPS_END,
    };
    struct sim_pci_function *function;

    (void)state;
    function = sim_ports_add(&play.ports, 0, 0x1F, 0, 0x808627B8, 0x060100);
    sim_ports_config(function, 0x0E, 1, 0x80);
    sim_ports_config(function, 0xF0, 4, 0xFED1C001);
    function = sim_ports_add(&play.ports, 0, 0x1F, 2, 0x80862922, 0x010601);
    sim_ports_config(function, 0x04, 2, 0x0002);
    sim_ports_config(function, 0x24, 4, 0xFEBF1000);
    play.ports.ports.memory32 = ahci_registers;
    PLAY(&play, "", steps);
    assert_int_equal(play.ports.config_writes, 0);
}

static void raid_and_others_are_explained(void **state)
{
    static const struct play_step steps[] = {
        {"RAID: no IDE registers", '5', NULL, NULL},
        {"Controller: Promise 105A:3373", 0, NULL, NULL},
        {"works in RAID mode", KEY_DOWN, NULL, NULL},
        {"SATA: no IDE registers", 0, NULL, NULL},
        {"Controller: Silicon Image 1095:3132", 0, NULL, NULL},
        {"It has no IDE registers that this program knows", KEY_DOWN, NULL, NULL},
        {"Controller: Intel 8086:2822", 0, NULL, NULL},
        {"RAID: optical drives at ports 1 and 3", 0, NULL, NULL},
        {"Ports with an optical drive: 1 and 3. With another device: 0.", 0, NULL, NULL},
        {"switch SATA from AHCI or RAID", KEY_DOWN, NULL, NULL},
        {"Controller: JMicron 197B:2363", 0, NULL, NULL},
        {"hides it in", KEY_DOWN, NULL, NULL},
        {"Controller: unknown maker 1AF4:1001", 0, NULL, NULL},
        {"Connect the drive to an IDE port", 0, NULL, NULL},
        STEPS_END,
    };

    struct sim_pci_function *function;

    (void)state;
    sim_ports_add(&play.ports, 0, 1, 0, 0x105A3373, 0x010400);
    function = sim_ports_add(&play.ports, 0, 2, 0, 0x10953132, 0x010600); /* its own registers */
    sim_ports_config(function, 0x04, 2, 0x0002);
    sim_ports_config(function, 0x24, 4, 0xFEBF1000);
    function = sim_ports_add(&play.ports, 0, 3, 0, 0x80862822, 0x010400); /* AHCI inside */
    sim_ports_config(function, 0x04, 2, 0x0002);
    sim_ports_config(function, 0x24, 4, 0xFEBF1000);
    play.ports.ports.memory32 = ahci_registers;
    sim_ports_add(&play.ports, 0, 4, 0, 0x197B2363, 0x010601);
    sim_ports_add(&play.ports, 0, 5, 0, 0x1AF41001, 0x010000);
    PLAY(&play, "", steps);
}

/* ---- words ---- */

static unsigned lines_of(const char *text, unsigned width)
{
    static struct cells scratch;

    cells_open(&scratch);
    return menu_wrap(&scratch, 0, 0, width, 100, 0x07, text);
}

static void words_fit(void **state)
{
    static const char longest[] = "PCI 00:1F.1 register 04 = 00, bit 0 must be 1; "
                                  "00:1F.1 register 43 = 00, bit 7 must be 1";
    char text[1000];

    (void)state;
    text_format(text, sizeof text, WORD_CHANNEL_OFF_TEXT, "Secondary", longest);
    assert_true(lines_of(text, 74) <= 12);
    text_format(text, sizeof text, WORD_CHANNEL_FLOATS_TEXT, "Secondary", longest);
    assert_true(lines_of(text, 74) <= 12);
    assert_true(lines_of(WORD_AHCI_NEXT, 68) <= 4);
    assert_true(lines_of(WORD_AHCI_NEXT_CARD, 68) <= 4);
    assert_true(lines_of(WORD_JMICRON_NEXT, 68) <= 4);
    assert_true(strlen(WORD_SEEN_MANY) <= 28);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(channel_is_switched_on_by_the_user_and_off_at_the_end,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(channel_stays_off_without_a_yes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(channel_without_known_bits_is_explained, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            floating_pins_are_joined_only_after_the_question_about_power, set_up, tear_down),
        cmocka_unit_test_setup_teardown(job_reports_a_channel_that_is_off, set_up, tear_down),
        cmocka_unit_test_setup_teardown(ahci_and_hidden_controllers_stand_in_the_list, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(raid_and_others_are_explained, set_up, tear_down),
        cmocka_unit_test(words_fit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
