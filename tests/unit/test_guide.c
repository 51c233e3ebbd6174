/* The guided recovery as a person goes through it: rescue_main() over a simulated PC and bench, a
 * script that reads the screen and presses keys, and hands that switch and hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/drive/disk.h"
#include "tests/drive/drive.h"
#include "tests/support/bench_script.h"
#include "tests/support/play.h"

enum { SIZE = 0x20000 };

static struct play play;
static uint8_t *image;

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
    free(image);
    image = NULL;
    return 0;
}

/* A stick with a sound file, GOOD.BIN, and a drive in `position` whose half written firmware hangs
 * at its start and shuts the door `window_ms` after power-on. */
static void hanging_drive(const char *position, unsigned window_ms)
{
    uint8_t *damaged = malloc(SIZE);
    char path[160];
    FILE *file;

    play_insert_stick(&play, true);
    image = play_firmware(SIZE, "SIMCORP", "CD-RW SIM5232", "AB01");
    fat_image_put(&play.stick, "GOOD.BIN", image, SIZE);
    assert_non_null(damaged);
    memcpy(damaged, image, SIZE);
    memset(damaged + SIZE / 2, 0xFF, SIZE / 2);
    damaged[SIZE - 1] = 0;
    snprintf(path, sizeof path, "%s/damaged.bin", play.stick.folder);
    file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(damaged, 1, SIZE, file), SIZE);
    fclose(file);
    free(damaged);
    bench_do(play.bench,
             "attach %s drive chip=SST39SF010A flash=%s crash=hang gate=closed window=%u name=it",
             position, path, window_ms);
    bench_advance(play.bench, 2000000);
}

static struct drive *patient(void)
{
    return bench_drive(play.bench, 1, 0);
}

static void assert_flashed(void)
{
    size_t size;
    const uint8_t *cells = bench_flash(play.bench, 1, 0, &size);

    assert_int_equal(size, SIZE);
    assert_memory_equal(cells, image, SIZE);
}

/* ---- hands ----------------------------------------------------------------------------------- */

static void off(struct play *player)
{
    bench_do(player->bench, "power it off");
}

static void on(struct play *player)
{
    bench_do(player->bench, "power it on");
}

static void off_for_long(struct play *player)
{
    bench_do(player->bench, "power it off");
    bench_advance(player->bench, 3000000);
}

/* As after ten seconds with the button held. */
static void open_door(struct play *player)
{
    bench_do(player->bench, "power it off");
    bench_do(player->bench, "eject it hold");
    bench_do(player->bench, "power it on");
    bench_advance(player->bench, 2000000);
    bench_do(player->bench, "eject it release");
}

static void hold(struct play *player)
{
    bench_do(player->bench, "eject it hold");
    bench_do(player->bench, "power it on");
}

static void picture(struct play *player, const char *name)
{
    text_screen_save(player->screen.cells, name);
}

static void picture_intro(struct play *player)
{
    picture(player, "guide-intro");
}

static void picture_choice(struct play *player)
{
    picture(player, "guide-eject-choice");
}

static void picture_power(struct play *player)
{
    picture(player, "guide-power");
}

static void picture_end(struct play *player)
{
    picture(player, "guide-end");
}

static void eject_off(struct play *player)
{
    picture(player, "guide-eject");
    off(player);
}

static void catch_on(struct play *player)
{
    picture(player, "guide-catch-off");
    on(player);
}

static void caught(struct play *player)
{
    picture(player, "guide-caught");
}

/* From the main screen to the first way. */
#define STEPS_TO_INTRO                                                                             \
    {"hangs, busy for", '3', NULL, NULL}, {"Port 3: what", KEY_ENTER, NULL, NULL},                 \
        {"Is it an optical drive?", '2', NULL, NULL},                                              \
    {                                                                                              \
        NULL, KEY_ENTER, NULL, NULL                                                                \
    }

/* From "It listens" to the main screen. */
#define STEPS_FLASH                                                                                \
    {"It listens: status 70", KEY_ENTER, NULL, NULL}, {"GOOD.BIN", KEY_ENTER, NULL, NULL},         \
        {"Enter take this file", KEY_ENTER, NULL, NULL},                                           \
        {"look once more", KEY_ENTER, "YES", NULL},                                                \
    {                                                                                              \
        "before      firmware hangs, status 80", KEY_ENTER, NULL, NULL                             \
    }

/* ---- J3: "Status = 80 should be 70" ---------------------------------------------------------- */

static void status_80_ends_in_the_catch(void **state)
{
    static const struct play_step steps[] = {
        STEPS_TO_INTRO,
        {"way 1 of 7", KEY_ENTER, NULL, picture_intro},
        {"Asked: it stays busy, it should be 70, 72 or 73", 'n', NULL, NULL},
        {"Can you switch the power", KEY_ENTER, NULL, picture_choice},
        {"Before you touch", '1', NULL, picture_power},
        {NULL, KEY_ENTER, NULL, NULL},
        /* Without the button held: the window is missed by nobody, but this one is shut. */
        {"1. Switch the drive OFF", 'n', NULL, eject_off},
        {"It is off. Count to two", KEY_NONE, NULL, catch_on},
        {"It listens: hands off", KEY_NONE, NULL, caught},
        STEPS_FLASH,
        STEPS_END,
    };

    (void)state;
    hanging_drive("sm", 150);
    PLAY(&play, "", steps);
    assert_flashed();
    assert_int_equal(patient()->phase, SIM_PHASE_READY);
    /* Off; three for the mode, which came with the power; one for the end. */
    assert_int_equal(play.screen.beeps, 5);
    assert_true(play_stick_file_holds(&play, "ODDRESC.LOG", "Catch the drive at power-on"));
}

/* No window at all: only eject opens its door. */
static void eject_held_is_caught_on_the_way(void **state)
{
    static const struct play_step steps[] = {
        STEPS_TO_INTRO,
        {"way 1 of 7", 'n', NULL, NULL},
        {"Can you switch the power", KEY_ENTER, NULL, NULL},
        {"Before you touch", '1', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"1. Switch the drive OFF", KEY_NONE, NULL, off},
        {"3. Switch the drive ON", KEY_NONE, NULL, on}, /* forgot the button */
        {"Keep holding EJECT: 3 s", KEY_NONE, NULL, NULL},
        {"Let go. It did not listen", KEY_NONE, NULL, off},
        {"3. Switch the drive ON", KEY_NONE, NULL, hold},
        STEPS_FLASH,
        STEPS_END,
    };

    (void)state;
    hanging_drive("sm", 0);
    PLAY(&play, "", steps);
    assert_flashed();
}

static void a_drive_that_listens_at_once(void **state)
{
    static const struct play_step steps[] = {
        {"answers, no identity", '3', NULL, NULL},
        {"Port 3: what", KEY_ENTER, NULL, NULL},
        {"Is it alone on its cable?", '2', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"Is it an optical drive?", '2', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"way 1 of 7", KEY_ENTER, NULL, NULL},
        /* Esc: it goes on listening, and the list says so. */
        {"It listens: status 70", KEY_ESC, NULL, NULL},
        {"vendor mode, ready", KEY_NONE, NULL, NULL},
        STEPS_END,
    };

    (void)state;
    play_attach_dead(&play, "sm", "");
    PLAY(&play, "", steps);
    assert_int_equal(patient()->phase, SIM_PHASE_VENDOR);
    assert_int_equal(bench_flash_changes(play.bench), 0);
}

static void only_a_backup_is_asked_for(void **state)
{
    static const struct play_step steps[] = {
        STEPS_TO_INTRO,
        {"way 1 of 7", 'n', NULL, NULL},
        {"Can you switch the power", '3', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"Before you touch", '1', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"Switch the drive OFF. The PC", KEY_NONE, NULL, off},
        {"It is off. Count to two", KEY_NONE, NULL, on},
        {"It listens: status 70", '2', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"read twice, both times equal, and saved", KEY_ENTER, NULL, NULL},
        STEPS_END,
    };

    (void)state;
    hanging_drive("sm", 150);
    PLAY(&play, "", steps);
    assert_int_equal(bench_flash_changes(play.bench), 0);
}

/* ---- J2: the PC hangs with the drive attached ------------------------------------------------ */

static void plug_it(struct play *player)
{
    bench_do(player->bench, "plug it");
    bench_do(player->bench, "bounce it 30");
}

static void pull_good(struct play *player)
{
    bench_do(player->bench, "unplug good");
}

static void swap_it(struct play *player)
{
    bench_do(player->bench, "swap sm it");
    bench_do(player->bench, "plug it");
    bench_do(player->bench, "bounce it 30");
}

static void picture_bring(struct play *player)
{
    picture(player, "guide-bring-in");
}

#define STEPS_EYES                                                                                 \
    {"Is it an optical drive?", '2', NULL, NULL},                                                  \
    {                                                                                              \
        NULL, KEY_ENTER, NULL, NULL                                                                \
    }

/* The plug goes in, the drive hangs, its power is switched: VERIFIED. */
static void late_cable_leads_to_the_ways(void **state)
{
    static const struct play_step steps[] = {
        {"nothing there", '3', NULL, NULL},
        {"check power, cable and jumper", KEY_ENTER, NULL, NULL},
        {"Nothing answers here", '2', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"How is the drive connected", KEY_ENTER, NULL, picture_bring},
        {"step 1 of 5", KEY_ENTER, NULL, NULL},
        {"step 2 of 5", KEY_ENTER, NULL, NULL},
        {"step 3 of 5", KEY_ENTER, NULL, NULL},
        {"step 4 of 5", KEY_NONE, NULL, plug_it},
        {"A drive arrived", KEY_ENTER, NULL, NULL},
        STEPS_EYES,
        {"way 1 of 7", 'n', NULL, NULL},
        {"Can you switch the power", '3', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"Before you touch", '1', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"way 3 of 7", KEY_NONE, NULL, off},
        {"It is off. Count to two", KEY_NONE, NULL, on},
        STEPS_FLASH,
        STEPS_END,
    };

    (void)state;
    hanging_drive("sm", 150);
    bench_do(play.bench, "unplug it");
    PLAY(&play, "", steps);
    assert_flashed();
}

/* It came in by a swap: no way that begins with another start of the PC is offered after that. */
static void hot_swap_leads_to_the_ways(void **state)
{
    static const struct play_step steps[] = {
        {"healthy", '3', NULL, NULL},
        {"Port 3: what", 'w', NULL, NULL},
        {"How is the drive connected", KEY_ENTER, NULL, NULL},
        {"step 1 of 5", 'n', NULL, NULL}, /* another way, and back */
        {"How is the drive connected", '2', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"step 1 of 5", KEY_ENTER, NULL, NULL},
        {"step 2 of 5", KEY_ENTER, NULL, NULL},
        {"step 3 of 5", KEY_ENTER, NULL, NULL},
        {"NOW pull the flat DATA cable off", KEY_NONE, NULL, pull_good},
        {"It is off. Plug the flat DATA cable", KEY_NONE, NULL, swap_it},
        {"A drive arrived", KEY_ENTER, NULL, NULL},
        STEPS_EYES,
        {"way 1 of 7", 'n', NULL, NULL},
        {"Can you switch the power", '3', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"Before you touch", '1', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"way 3 of 7", 'n', NULL, NULL},
        {"These were all ways", KEY_ESC, NULL, NULL},
        STEPS_END,
    };

    (void)state;
    hanging_drive("shelf", 150);
    bench_attach_healthy(play.bench, "sm", "SONY", "CD-RW  CRX225E", "QYS1", "name=good");
    PLAY(&play, "", steps);
    assert_int_equal(bench_flash_changes(play.bench), 0);
    assert_true(patient()->intros == 0); /* its door was shut all the time */
}

/* Without PCI no channel can be off: it is told what to do. */
static void a_channel_that_is_to_be_hidden_is_told(void **state)
{
    static const struct play_step steps[] = {
        {"nothing there", '3', NULL, NULL},
        {"check power, cable and jumper", 'w', NULL, NULL},
        {"How is the drive connected", '4', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"Hide the drive from the PC's start", '2', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"How is the drive connected", KEY_ESC, NULL, NULL},
        STEPS_END,
    };

    (void)state;
    PLAY(&play, "", steps);
}

/* ---- out of every screen --------------------------------------------------------------------- */

static void n_leads_through_all_ways_to_what_remains(void **state)
{
    static const struct play_step steps[] = {
        STEPS_TO_INTRO,
        {"way 1 of 7", 'n', NULL, NULL},
        {"Can you switch the power", '2', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"Switch the PC on. Keep holding", '2', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"Before you touch", '1', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"way 3 of 7", 'N', NULL, NULL},
        {"Plug the flat cable in later", '2', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"Let a good drive start the PC", '2', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"Give the drive its power later", '2', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        /* No PCI in this machine: no channel to be switched off. */
        {"These were all ways", '2', NULL, picture_end},
        {NULL, KEY_ENTER, NULL, NULL},
        {"saved as ODDRESC.LOG", KEY_ENTER, NULL, NULL},
        {"These were all ways", '1', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"way 1 of 7", KEY_ESC, NULL, NULL},
        STEPS_END,
    };

    (void)state;
    hanging_drive("sm", 150);
    PLAY(&play, "", steps);
    assert_int_equal(bench_flash_changes(play.bench), 0);
    assert_true(play_stick_file_holds(&play, "ODDRESC.LOG", "Let a good drive start the PC"));
}

/* N goes on from the questions, too; whoever leaves the power alone is not asked for it again. */
static void n_leads_past_the_power(void **state)
{
    static const struct play_step steps[] = {
        STEPS_TO_INTRO,
        {"way 1 of 7", 'n', NULL, NULL},
        {"Can you switch the power", '1', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"Before you touch", 'n', NULL, NULL},
        {"Plug the flat cable in later", 'n', NULL, NULL},
        {"Let a good drive start the PC", KEY_ESC, NULL, NULL},
        STEPS_END,
    };

    (void)state;
    hanging_drive("sm", 150);
    PLAY(&play, "", steps);
    assert_int_equal(bench_flash_changes(play.bench), 0);
}

/* The power goes while the question stands there what to do with the drive that listens. */
static void a_drive_lost_at_the_last_question_is_said(void **state)
{
    static const struct play_step steps[] = {
        STEPS_TO_INTRO,
        {"way 1 of 7", KEY_ENTER, NULL, open_door},
        {"It listens: status 70", KEY_NONE, NULL, off_for_long},
        {"It listens: status 70", KEY_NONE, NULL, off_for_long},
        {"It listens: status 70", KEY_NONE, NULL, on},
        {"It listens: status 70", KEY_ENTER, NULL, NULL},
        {"It listened, but it does not any more", KEY_ENTER, NULL, NULL},
        {"hangs, busy for", KEY_NONE, NULL, NULL},
        STEPS_END,
    };

    (void)state;
    hanging_drive("sm", 150);
    PLAY(&play, "", steps);
    assert_int_equal(bench_flash_changes(play.bench), 0);
}

static void esc_leaves_from_everywhere(void **state)
{
    static const struct play_step steps[] = {
        STEPS_TO_INTRO,
        {"way 1 of 7", KEY_ESC, NULL, NULL},
        {"hangs, busy for", KEY_ENTER, NULL, NULL},
        {"way 1 of 7", KEY_CTRL_ALT_DEL, NULL, NULL},
        {"hangs, busy for", KEY_ENTER, NULL, NULL},
        {"way 1 of 7", 'n', NULL, NULL},
        {"Can you switch the power", KEY_ESC, NULL, NULL},
        {"hangs, busy for", KEY_ENTER, NULL, NULL},
        {"way 1 of 7", 'n', NULL, NULL},
        {"Can you switch the power", '3', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"Before you touch", KEY_ESC, NULL, NULL}, /* the power is left alone: next way */
        {"Plug the flat cable in later", KEY_ESC, NULL, NULL},
        {"hangs, busy for", KEY_ENTER, NULL, NULL},
        {"way 1 of 7", 'n', NULL, NULL},
        {"Can you switch the power", '3', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"Before you touch", '1', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"way 3 of 7", KEY_F1, NULL, NULL},
        {"From the moment it gets its power", KEY_ESC, NULL, NULL},
        {"way 3 of 7", KEY_F8, NULL, NULL},
        {"PgUp PgDn", KEY_ESC, NULL, NULL},
        {"way 3 of 7", KEY_ESC, NULL, NULL},
        STEPS_END,
    };

    (void)state;
    hanging_drive("sm", 150);
    PLAY(&play, "", steps);
    assert_int_equal(bench_flash_changes(play.bench), 0);
}

/* ---- strangers ------------------------------------------------------------------------------- */

static void plug_disk(struct play *player)
{
    bench_do(player->bench, "swap sm disk");
}

static void a_disk_in_its_place_ends_the_guide(void **state)
{
    static const struct play_step steps[] = {
        STEPS_TO_INTRO,
        {"way 1 of 7", 'n', NULL, NULL},
        {"Can you switch the power", '1', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"Before you touch", '1', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"1. Switch the drive OFF", KEY_NONE, NULL, off},
        {"3. Switch the drive ON", KEY_NONE, NULL, plug_disk},
        {"A hard disk is on this cable now", KEY_ENTER, NULL, NULL},
        {"disk, protected", KEY_NONE, NULL, NULL},
        STEPS_END,
    };
    const struct disk *disk;

    (void)state;
    bench_do(play.bench, "attach shelf disk name=disk");
    hanging_drive("sm", 150);
    PLAY(&play, "", steps);
    disk = bench_disk(play.bench, 1, 0);
    assert_non_null(disk);
    assert_int_equal(disk->vendor_commands, 0);
    assert_int_equal(disk->vendor_keys, 0);
}

static void good_one_back(struct play *player)
{
    bench_do(player->bench, "swap sm good");
    bench_do(player->bench, "plug good");
}

static void the_good_drive_back_in_its_place_ends_the_guide(void **state)
{
    static const struct play_step steps[] = {
        {"healthy", '3', NULL, NULL},
        {"Port 3: what", 'w', NULL, NULL},
        {"How is the drive connected", KEY_ENTER, NULL, NULL},
        {"step 1 of 5", KEY_ENTER, NULL, NULL},
        {"step 2 of 5", KEY_ENTER, NULL, NULL},
        {"step 3 of 5", KEY_ENTER, NULL, NULL},
        {"NOW pull the flat DATA cable off", KEY_NONE, NULL, pull_good},
        {"It is off. Plug the flat DATA cable", KEY_NONE, NULL, swap_it},
        {"A drive arrived", KEY_ENTER, NULL, NULL},
        STEPS_EYES,
        {"way 1 of 7", 'n', NULL, NULL},
        {"Can you switch the power", '3', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"Before you touch", '1', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"Switch the drive OFF. The PC", KEY_NONE, NULL, off},
        {"It is off. Count to two", KEY_NONE, NULL, good_one_back},
        {"The good drive is on this cable again", KEY_ENTER, NULL, NULL},
        STEPS_END,
    };

    (void)state;
    hanging_drive("shelf", 150);
    bench_attach_healthy(play.bench, "sm", "SONY", "CD-RW  CRX225E", "QYS1", "name=good");
    PLAY(&play, "", steps);
    assert_int_equal(patient()->intros, 0); /* this one is the good drive now */
    assert_int_equal(patient()->phase, SIM_PHASE_READY);
}

#define GUIDE_TEST(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        GUIDE_TEST(status_80_ends_in_the_catch),
        GUIDE_TEST(eject_held_is_caught_on_the_way),
        GUIDE_TEST(a_drive_that_listens_at_once),
        GUIDE_TEST(late_cable_leads_to_the_ways),
        GUIDE_TEST(hot_swap_leads_to_the_ways),
        GUIDE_TEST(a_channel_that_is_to_be_hidden_is_told),
        GUIDE_TEST(n_leads_through_all_ways_to_what_remains),
        GUIDE_TEST(n_leads_past_the_power),
        GUIDE_TEST(a_drive_lost_at_the_last_question_is_said),
        GUIDE_TEST(esc_leaves_from_everywhere),
        GUIDE_TEST(a_disk_in_its_place_ends_the_guide),
        GUIDE_TEST(the_good_drive_back_in_its_place_ends_the_guide),
        GUIDE_TEST(only_a_backup_is_asked_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
