/* Bringing a drive in, played by keys and by hands; and the drawings, to look at. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/ata_port.h"
#include "tests/drive/drive.h"
#include "tests/support/bench_script.h"
#include "tests/support/play.h"
#include "ui/drawing.h"
#include "ui/guide.h"
#include "ui/screens.h"

/* What screen_swap() is called with, and what came of it. */
static struct play play;
static struct app app;
static char log_text[16384];
static unsigned number;
static enum swap_variant variant;
static enum way_result result;
static struct port *arrived;

static int set_up(void **state)
{
    (void)state;
    play_open(&play);
    number = 3;
    variant = SWAP_CABLE;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    play_close(&play);
    return 0;
}

/* The program as it is when its main screen leads here: ports are found and probed. */
static void bring_in(struct play *player)
{
    struct platform *platform = &player->platform;

    memset(&app, 0, sizeof app);
    app.platform = platform;
    cells_open(&app.cells);
    cells_add_sink(&app.cells, &platform->sinks[0]);
    keys_add(&app.keys, &platform->keys[0]);
    log_open(&app.log, log_text, sizeof log_text, platform->now_us, platform->context);
    ide_find(platform->ports, &app.machine.ide);
    ata_port_bind(&app.machine.ide, app.buses, platform);
    probe_open(&app.machine, &app.log);
    while (probe_step(&app.machine))
        bench_advance(player->bench, 20);
    app.probing = true;
    result = screen_swap(&app, probe_port(&app.machine, number), variant, &arrived);
    assert_false(app.working);
    assert_null(app.attend);
}

#define BRING_IN(steps) play_part(&play, bring_in, steps, sizeof(steps) / sizeof(steps)[0])

static void good_drive(const char *position)
{
    bench_attach_healthy(play.bench, position, "SONY", "CD-RW  CRX225E", "QYS1", "name=good");
}

static void dead_drive(const char *face)
{
    bench_attach_dead(play.bench, "shelf", face, "name=dead");
}

/* ---- hands ----------------------------------------------------------------------------------- */

static void save(struct play *player, const char *name)
{
    text_screen_save(player->screen.cells, name);
}

static void pull(struct play *player)
{
    save(player, "swap_going");
    bench_do(player->bench, "unplug sm");
}

static void plug_dead(struct play *player)
{
    save(player, "swap_coming");
    bench_do(player->bench, "swap sm dead");
    bench_do(player->bench, "plug sm");
    bench_do(player->bench, "bounce sm 30");
}

static void plug_dead_power(struct play *player)
{
    save(player, "swap_power");
    bench_do(player->bench, "power sm on");
}

static void plug_good(struct play *player)
{
    bench_do(player->bench, "plug sm");
}

static void plug_disk(struct play *player)
{
    bench_do(player->bench, "swap sm disk");
    bench_do(player->bench, "plug sm");
}

static void plug_dead_as_slave(struct play *player)
{
    bench_do(player->bench, "detach sm");
    bench_do(player->bench, "swap ss dead");
}

static void plug_on_the_wrong_cable(struct play *player)
{
    bench_do(player->bench, "swap pm dead");
}

static void unplug_there(struct play *player)
{
    save(player, "swap_wrong_cable");
    bench_do(player->bench, "unplug pm");
}

static void save_needs(struct play *player)
{
    save(player, "swap_needs");
}

static void save_safety(struct play *player)
{
    save(player, "swap_safety");
}

static void save_ready(struct play *player)
{
    save(player, "swap_ready");
}

static void save_settling(struct play *player)
{
    save(player, "swap_settling");
}

static void save_probing(struct play *player)
{
    save(player, "swap_probing");
}

static void save_over(struct play *player)
{
    save(player, "swap_over");
}

static void save_failed(struct play *player)
{
    save(player, "swap_failed");
}

static void save_refused(struct play *player)
{
    save(player, "swap_refused");
}

#define STEPS_TO_HANDS                                                                             \
    {"step 1 of 5", KEY_ENTER, NULL, save_needs}, {"step 2 of 5", KEY_ENTER, NULL, save_safety},   \
    {                                                                                              \
        "step 3 of 5", KEY_ENTER, NULL, save_ready                                                 \
    }

/* ---- the whole path -------------------------------------------------------------------------- */

static void the_cable_moves_to_the_dead_drive(void **state)
{
    static const struct play_step steps[] = {
        STEPS_TO_HANDS,
        {"NOW pull the flat DATA cable off", 0, NULL, pull},
        {"It is off. Plug the flat DATA cable", 0, NULL, plug_dead},
        {"the reset comes in", 0, NULL, save_settling},
        {"all of them within", 0, NULL, save_probing},
        {"A drive arrived", KEY_ENTER, NULL, save_over},
    };

    (void)state;
    good_drive("sm");
    dead_drive("hang");
    BRING_IN(steps);
    assert_int_equal(result, WAY_ARRIVED);
    assert_ptr_equal(arrived, probe_port(&app.machine, 3));
    assert_int_equal(arrived->verdict, VERDICT_STUCK_BUSY);
    assert_int_equal(app.donors.count, 1);
    /* Off, something there, settled, probed, over. */
    assert_true(play.screen.beeps >= 4);
}

static void who_hangs_need_not_be_waited_for(void **state)
{
    static const struct play_step steps[] = {
        STEPS_TO_HANDS,
        {"NOW pull", 0, NULL, pull},
        {"It is off", 0, NULL, plug_dead},
        {"this answer within 2", KEY_ENTER, NULL, NULL},
        {"A drive arrived", KEY_ENTER, NULL, NULL},
    };

    (void)state;
    good_drive("sm");
    dead_drive("hang");
    BRING_IN(steps);
    assert_int_equal(result, WAY_ARRIVED);
    assert_int_equal(arrived->verdict, VERDICT_UNKNOWN);
}

static void the_cable_is_plugged_late(void **state)
{
    static const struct play_step steps[] = {
        STEPS_TO_HANDS,
        {"NOW plug the flat DATA cable into the DEAD", 0, NULL, plug_good},
        {"A drive arrived", KEY_ENTER, NULL, NULL},
    };

    (void)state;
    bench_attach_dead(play.bench, "sm", "silent", "plugged=no");
    variant = SWAP_LATE_CABLE;
    BRING_IN(steps);
    assert_int_equal(result, WAY_ARRIVED);
    assert_int_equal(arrived->verdict, VERDICT_NO_IDENTITY);
    assert_int_equal(app.donors.count, 0);
}

static void the_power_comes_late(void **state)
{
    static const struct play_step steps[] = {
        {"step 1 of 5", KEY_ENTER, NULL, NULL},
        {"A POWER plug that goes in live", KEY_ENTER, NULL, NULL},
        {"step 3 of 5", KEY_ENTER, NULL, NULL},
        {"NOW give the DEAD drive its power", 0, NULL, plug_dead_power},
        {"A drive arrived", KEY_ENTER, NULL, NULL},
    };

    (void)state;
    bench_attach_dead(play.bench, "sm", "silent", "power=off");
    variant = SWAP_LATE_POWER;
    BRING_IN(steps);
    assert_int_equal(result, WAY_ARRIVED);
}

static void help_and_log_do_not_hold_it_up(void **state)
{
    static const struct play_step steps[] = {
        STEPS_TO_HANDS,
        {"NOW pull", KEY_F1, NULL, pull},
        {"Help", KEY_ESC, NULL, NULL},
        {"Plug the flat DATA cable", KEY_F1 + 7, NULL, plug_dead},
        {"port 3: probing", KEY_ESC, NULL, NULL},
        {"A drive arrived", KEY_ENTER, NULL, NULL},
    };

    (void)state;
    good_drive("sm");
    dead_drive("silent");
    BRING_IN(steps);
    assert_int_equal(result, WAY_ARRIVED);
}

static void a_slave_needs_a_word(void **state)
{
    static const struct play_step steps[] = {
        STEPS_TO_HANDS,
        {"NOW pull", 0, NULL, pull},
        {"nothing changes below? Press Enter", 0, NULL, plug_dead_as_slave},
        {"Plug the flat DATA cable", KEY_ENTER, NULL, NULL},
        {"A drive arrived", KEY_ENTER, NULL, NULL},
    };

    (void)state;
    good_drive("sm");
    dead_drive("silent");
    BRING_IN(steps);
    assert_int_equal(result, WAY_ARRIVED);
    assert_int_equal(arrived->number, 4);
}

static void the_wrong_plug_and_the_wrong_drive(void **state)
{
    static const struct play_step steps[] = {
        STEPS_TO_HANDS,
        {"NOW pull", 0, NULL, pull},
        {"Plug the flat DATA cable", 0, NULL, plug_good},
        {"That is the good drive again", KEY_ENTER, NULL, save_failed},
        {"Pull the DATA plug off", 0, NULL, pull},
        {"Plug the flat DATA cable", 0, NULL, plug_on_the_wrong_cable},
        {"wrong cable?", 0, NULL, unplug_there},
        {"nothing changes below?", 0, NULL, plug_disk},
        {"A hard disk came", KEY_ENTER, NULL, NULL},
        {"Pull the DATA plug off", 0, NULL, pull},
        {"Plug the flat DATA cable", 0, NULL, plug_dead},
        {"A drive arrived", 'A', NULL, NULL},
        {"Pull the DATA plug off", KEY_ENTER, NULL, NULL},
        {"A drive arrived", KEY_ENTER, NULL, NULL},
    };

    (void)state;
    good_drive("sm");
    dead_drive("silent");
    bench_do(play.bench, "attach shelf disk model=MAXTOR name=disk");
    BRING_IN(steps);
    assert_int_equal(result, WAY_ARRIVED);
    assert_int_equal(arrived->verdict, VERDICT_NO_IDENTITY);
}

static void a_healthy_drive_that_comes_is_doubted(void **state)
{
    static const struct play_step steps[] = {
        {"step 1 of 5", KEY_ENTER, NULL, NULL},
        {"step 2 of 5", KEY_ENTER, NULL, NULL},
        {"step 3 of 5", KEY_ENTER, NULL, NULL},
        {"NOW plug", 0, NULL, plug_good},
        {"answers like a healthy drive", KEY_ESC, NULL, NULL},
    };

    (void)state;
    good_drive("sm");
    bench_do(play.bench, "unplug sm");
    variant = SWAP_LATE_CABLE;
    BRING_IN(steps);
    assert_int_equal(result, WAY_STOPPED);
}

/* ---- the good drive is never worked on ------------------------------------------------------- */

static void bring_in_and_go_to_the_main_screen(struct play *player)
{
    bring_in(player);
    screen_main(&app);
}

static void the_good_drive_is_refused_everywhere(void **state)
{
    static const struct play_step steps[] = {
        STEPS_TO_HANDS,
        {"NOW pull", KEY_ENTER, NULL, NULL}, /* says that it is plugged in; it is not */
        {"That is the good drive again", KEY_ESC, NULL, NULL},
        {"Primary master", '3', NULL, NULL},
        {"Port 3: what", KEY_F1 + 5, NULL, NULL},
        {"This is the good drive (CD-RW  CRX225E QYS1)", KEY_ENTER, NULL, NULL},
        {"Port 3: what", KEY_F1 + 4, NULL, NULL},
        {"This is the good drive", KEY_ENTER, NULL, NULL},
        {"Port 3: what", KEY_F1 + 8, NULL, NULL},
        {"This is the good drive", KEY_ENTER, NULL, NULL},
        {"Port 3: what", KEY_F1 + 9, NULL, NULL},
        {"Nothing is running", '2', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
    };

    (void)state;
    good_drive("sm");
    dead_drive("silent");
    play_part(&play, bring_in_and_go_to_the_main_screen, steps, sizeof steps / sizeof steps[0]);
    assert_int_equal(bench_drive(play.bench, 1, 0)->vendor_commands, 0);
    assert_int_equal(bench_drive(play.bench, 1, 0)->intros, 0);
}

/* ---- the ways out ---------------------------------------------------------------------------- */

static void esc_goes_back_page_by_page(void **state)
{
    static const struct play_step steps[] = {
        {"step 1 of 5", KEY_ENTER, NULL, NULL}, {"step 2 of 5", KEY_ENTER, NULL, NULL},
        {"step 3 of 5", KEY_ESC, NULL, NULL},   {"step 2 of 5", KEY_ESC, NULL, NULL},
        {"step 1 of 5", KEY_ESC, NULL, NULL},
    };

    (void)state;
    good_drive("sm");
    BRING_IN(steps);
    assert_int_equal(result, WAY_STOPPED);
    assert_int_equal(app.donors.count, 0);
}

static void n_leads_on_from_every_page(void **state)
{
    static const struct play_step needs[] = {{"step 1 of 5", 'n', NULL, NULL}};
    static const struct play_step safety[] = {{"step 1 of 5", KEY_ENTER, NULL, NULL},
                                              {"step 2 of 5", 'n', NULL, NULL}};
    static const struct play_step ready[] = {{"step 1 of 5", KEY_ENTER, NULL, NULL},
                                             {"step 2 of 5", KEY_ENTER, NULL, NULL},
                                             {"step 3 of 5", 'n', NULL, NULL}};
    static const struct play_step going[] = {STEPS_TO_HANDS, {"NOW pull", 'n', NULL, NULL}};

    (void)state;
    good_drive("sm");
    BRING_IN(needs);
    assert_int_equal(result, WAY_NEXT);
    BRING_IN(safety);
    assert_int_equal(result, WAY_NEXT);
    BRING_IN(ready);
    assert_int_equal(result, WAY_NEXT);
    BRING_IN(going);
    assert_int_equal(result, WAY_NEXT);
    assert_int_equal(arrived->number, 3);
}

static void esc_while_the_cable_is_off(void **state)
{
    static const struct play_step steps[] = {STEPS_TO_HANDS,
                                             {"NOW pull", 0, NULL, pull},
                                             {"Plug the flat DATA cable", KEY_ESC, NULL, NULL}};

    (void)state;
    good_drive("sm");
    BRING_IN(steps);
    assert_int_equal(result, WAY_STOPPED);
    while (probe_step(&app.machine))
        bench_advance(play.bench, 20);
    assert_int_equal(probe_port(&app.machine, 3)->verdict, VERDICT_NOTHING);
}

static void what_the_user_said_is_forgotten(void **state)
{
    static const struct play_step steps[] = {STEPS_TO_HANDS, {"NOW pull", KEY_ESC, NULL, NULL}};

    (void)state;
    good_drive("sm");
    BRING_IN(steps);
    app.said_alone = app.said_optical = ~0u;
    app_forget(&app, probe_port(&app.machine, 3));
    assert_int_equal(app.said_alone & app_port_bit(probe_port(&app.machine, 3)), 0);
}

/* ---- refusals -------------------------------------------------------------------------------- */

static void refused(const char *text)
{
    const struct play_step steps[] = {
        {"step 1 of 5", KEY_ENTER, NULL, NULL}, {"step 2 of 5", KEY_ENTER, NULL, NULL},
        {text, KEY_ENTER, NULL, save_refused}, /* looks again, and says it again */
        {"being looked at", 0, NULL, NULL},     {text, 'n', NULL, NULL},
    };

    BRING_IN(steps);
    assert_int_equal(result, WAY_NEXT);
    assert_int_equal(app.donors.count, 0);
}

static void a_cable_without_a_good_drive(void **state)
{
    (void)state;
    refused("Nobody is on this cable");
}

static void a_sick_drive_is_no_donor(void **state)
{
    (void)state;
    bench_attach_dead(play.bench, "sm", "silent", "");
    refused("is not a healthy one that says its name");
}

static void a_second_drive_on_the_cable(void **state)
{
    (void)state;
    good_drive("sm");
    bench_attach_healthy(play.bench, "ss", "OTHER", "DVD TEST 1234", "AB01", "");
    refused("Two drives are on this cable");
}

static void a_disk_on_the_cable(void **state)
{
    (void)state;
    good_drive("sm");
    bench_do(play.bench, "attach ss disk model=MAXTOR");
    refused("A hard disk");
}

static void a_late_cable_that_is_not_empty(void **state)
{
    (void)state;
    good_drive("sm");
    variant = SWAP_LATE_CABLE;
    refused("Somebody answers on this cable already");
}

/* ---- nothing is cut -------------------------------------------------------------------------- */

static void every_page_holds_its_last_words(void **state)
{
    static const struct {
        enum swap_variant variant;
        enum swap_page page;
        const char *last;
    } pages[] = {
        {SWAP_CABLE, SWAP_PAGE_NEEDS, "before or afterwards."},
        {SWAP_LATE_CABLE, SWAP_PAGE_NEEDS, "before or afterwards."},
        {SWAP_LATE_POWER, SWAP_PAGE_NEEDS, "start this program again."},
        {SWAP_CABLE, SWAP_PAGE_SAFETY, "supply."},
        {SWAP_LATE_POWER, SWAP_PAGE_SAFETY, "second supply with a switch is better."},
    };
    static struct ide_channel channel;
    static struct port port = {.number = 3, .channel = &channel};
    static struct swap swap;

    (void)state;
    memset(&app, 0, sizeof app);
    app.platform = &play.platform;
    cells_open(&app.cells);
    cells_add_sink(&app.cells, &play.platform.sinks[0]);
    for (unsigned i = 0; i < sizeof pages / sizeof pages[0]; i++) {
        struct swap_view view = {
            .port = &port, .swap = &swap, .variant = pages[i].variant, .page = pages[i].page};

        screen_swap_draw(&app, &view);
        cells_refresh(&app.cells);
        if (text_screen_find(play.screen.cells, pages[i].last) < 0)
            fail_msg("page %u: \"%s\" is not on it", i, pages[i].last);
        if (pages[i].page == SWAP_PAGE_NEEDS)
            assert_true(text_screen_find(play.screen.cells, "pin 1 ^") >= 0);
    }
    for (unsigned i = 0; i < 2; i++) {
        struct swap_view view = {
            .port = &port, .swap = &swap, .variant = i == 0 ? SWAP_CABLE : SWAP_LATE_POWER};

        channel.single = true;
        screen_swap_draw(&app, &view);
        cells_refresh(&app.cells);
        text_screen_save(play.screen.cells, i == 0 ? "swap_needs_sata" : "swap_needs_sata_power");
        assert_true(text_screen_find(play.screen.cells, "in only one way") >= 0);
        assert_true(text_screen_find(play.screen.cells, "pin 1 ^") < 0);
    }
    for (enum swap_refusal refusal = SWAP_ALLOWED + 1; refusal < SWAP_REFUSALS; refusal++) {
        struct swap_view view = {
            .port = &port, .swap = &swap, .page = SWAP_PAGE_READY, .refusal = refusal};
        const char *words = words_swap_refusal(refusal);

        screen_swap_draw(&app, &view);
        cells_refresh(&app.cells);
        assert_true(strlen(words) > 20);
        assert_true(text_screen_find(play.screen.cells, strrchr(words, ' ') + 1) >= 0);
    }
}

/* ---- drawings -------------------------------------------------------------------------------- */

static void lines_of_the_back_fit(void **state)
{
    static const char *const lines[] = {WORD_BACK_1,
                                        WORD_BACK_2,
                                        WORD_BACK_3,
                                        WORD_BACK_MOVE_DATA,
                                        WORD_BACK_MOVE_POWER,
                                        WORD_BACK_SATA_1,
                                        WORD_BACK_SATA_2,
                                        WORD_BACK_SATA_3,
                                        WORD_BACK_SATA_MOVE_DATA,
                                        WORD_BACK_SATA_MOVE_POWER};

    (void)state;
    for (unsigned i = 0; i < sizeof lines / sizeof lines[0]; i++)
        assert_in_range(strlen(lines[i]), 1, DRAWING_COLUMNS - 4);
}

static void drawings_fit_and_show_the_plug(void **state)
{
    static struct cells cells;
    static const struct drawing_cables what[] = {
        {"GOOD: CD-RW  CRX225E", DRAWING_AT_GOOD, DRAWING_PULL, true, false},
        {"GOOD: CD-RW  CRX225E", DRAWING_OFF, DRAWING_PLUG, true, false},
        {"GOOD: CD-RW  CRX225E", DRAWING_AT_DEAD, DRAWING_NOTHING, true, false},
        {NULL, DRAWING_OFF, DRAWING_PLUG, true, false},
        {NULL, DRAWING_AT_DEAD, DRAWING_PLUG_POWER, false, false},
        {"GOOD: CD-RW  CRX225E", DRAWING_AT_GOOD, DRAWING_PULL, true, true},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof what / sizeof what[0]; i++) {
        struct text_screen screen;
        char name[32];

        cells_open(&cells);
        text_screen_open(&screen, SCREEN_ROWS);
        struct screen_sink sink = text_screen_sink(&screen);
        cells_add_sink(&cells, &sink);
        drawing_cables(&cells, 1, 3, &what[i]);
        cells_refresh(&cells);
        snprintf(name, sizeof name, "drawing_%u", i);
        text_screen_save(screen.cells, name);
        assert_true(text_screen_find(screen.cells, "DEAD drive") >= 0);
        assert_int_equal(text_screen_find(screen.cells, "GOOD: CD-RW  CRX225E") >= 0,
                         what[i].good != NULL);
        assert_int_equal(text_screen_find(screen.cells, "PULL") >= 0, what[i].hand == DRAWING_PULL);
        assert_int_equal(text_screen_find(screen.cells, "SATA") >= 0, what[i].sata);
        assert_int_equal(text_screen_find(screen.cells, "40 pins") >= 0, !what[i].sata);
        assert_int_equal(text_screen_find(screen.cells, "PLUG IN") >= 0,
                         what[i].hand == DRAWING_PLUG_POWER);
        for (unsigned row = 0; row < SCREEN_ROWS; row++) {
            for (unsigned column = 0; column < SCREEN_COLUMNS; column++) {
                bool inside = row >= 1 && row < 1 + DRAWING_ROWS && column >= 3 &&
                              column < 3 + DRAWING_COLUMNS;

                if (!inside)
                    assert_int_equal(screen.cells[row][column].character, ' ');
            }
        }
    }
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(the_cable_moves_to_the_dead_drive),
        TEST(who_hangs_need_not_be_waited_for),
        TEST(the_cable_is_plugged_late),
        TEST(the_power_comes_late),
        TEST(help_and_log_do_not_hold_it_up),
        TEST(a_slave_needs_a_word),
        TEST(the_wrong_plug_and_the_wrong_drive),
        TEST(a_healthy_drive_that_comes_is_doubted),
        TEST(the_good_drive_is_refused_everywhere),
        TEST(esc_goes_back_page_by_page),
        TEST(n_leads_on_from_every_page),
        TEST(esc_while_the_cable_is_off),
        TEST(what_the_user_said_is_forgotten),
        TEST(a_cable_without_a_good_drive),
        TEST(a_sick_drive_is_no_donor),
        TEST(a_second_drive_on_the_cable),
        TEST(a_disk_on_the_cable),
        TEST(a_late_cable_that_is_not_empty),
        TEST(every_page_holds_its_last_words),
        TEST(lines_of_the_back_fit),
        TEST(drawings_fit_and_show_the_plug),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
