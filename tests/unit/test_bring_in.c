/*
 * From the main screen to a drive that is alive again, although the PC could not have started with
 * it: hot swap and late cable as a person goes through them, hands and all.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/drive/disk.h"
#include "tests/drive/drive.h"
#include "tests/support/bench_script.h"
#include "tests/support/play.h"

enum { SIZE = 0x40000 };

#define PRODUCT "LTR-48125S"

static struct play play;
static uint8_t *image;

/* A stick with GOOD.BIN. */
static int set_up(void **state)
{
    (void)state;
    play_open(&play);
    image = play_firmware(SIZE, "LITE-ON", PRODUCT, "1S07");
    play_insert_stick(&play, true);
    fat_image_put(&play.stick, "GOOD.BIN", image, SIZE);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    play_close(&play);
    free(image);
    return 0;
}

static void good_drive(void)
{
    bench_attach_healthy(play.bench, "sm", "SONY", "CD-RW  CRX225E", "QYS1", "name=good");
}

/* Erased, so that it hangs and its chip listens. */
static void dead_drive(const char *place, const char *options)
{
    bench_attach_dead(play.bench, place, "hang", options);
}

static void expect_flashed(unsigned channel, unsigned position)
{
    size_t size;
    const uint8_t *cells = bench_flash(play.bench, channel, position, &size);

    assert_int_equal(size, SIZE);
    assert_memory_equal(cells, image, SIZE);
    assert_int_equal(bench_drive(play.bench, channel, position)->phase, SIM_PHASE_READY);
}

/* ---- hands ----------------------------------------------------------------------------------- */

static void pull(struct play *player)
{
    bench_do(player->bench, "bounce sm ms=60");
    bench_do(player->bench, "unplug sm");
}

static void plug_dead(struct play *player)
{
    bench_do(player->bench, "swap sm dead");
    bench_do(player->bench, "plug sm");
    bench_do(player->bench, "bounce sm ms=200");
}

static void plug(struct play *player)
{
    bench_do(player->bench, "plug sm");
    bench_do(player->bench, "bounce sm ms=200");
}

static void plug_disk(struct play *player)
{
    bench_do(player->bench, "swap sm disk");
    bench_do(player->bench, "plug sm");
}

static void picture(struct play *player)
{
    text_screen_save(player->screen.cells, "bring_in_choice");
}

/* Up to the moment when the cable is let go; `ready` is what the last page before it says. */
#define STEPS_TO_HANDS(ready)                                                                      \
    {"Port 3: what", 'w', NULL, NULL}, {"How is the drive connected", KEY_ENTER, NULL, picture},   \
        {"step 1 of 5", KEY_ENTER, NULL, NULL}, {"step 2 of 5", KEY_ENTER, NULL, NULL},            \
    {                                                                                              \
        ready, KEY_ENTER, NULL, NULL                                                               \
    }

/* A drive that never said what it is: the questions, the plain intro, the flash. */
#define STEPS_RESCUE                                                                               \
    {"Is it an optical drive?", '2', NULL, NULL}, {NULL, KEY_ENTER, NULL, NULL},                   \
        {"way 1 of", KEY_ENTER, NULL, NULL}, {"It listens: status 70", KEY_ENTER, NULL, NULL},     \
        {"GOOD.BIN", KEY_ENTER, NULL, NULL}, {"Enter take this file", KEY_ENTER, NULL, NULL},      \
        {"look once more", KEY_ENTER, "YES", NULL},                                                \
    {                                                                                              \
        "VERIFIED", KEY_ENTER, NULL, NULL                                                          \
    }

/* ---- the ways -------------------------------------------------------------------------------- */

static void hot_swap_ends_verified(void **state)
{
    static const struct play_step steps[] = {
        {"CRX225E", '3', NULL, NULL},
        STEPS_TO_HANDS("The good drive is there"),
        {"NOW pull the flat DATA cable", 0, NULL, pull},
        {"It is off", 0, NULL, plug_dead},
        {"A drive arrived", KEY_ENTER, NULL, NULL},
        STEPS_RESCUE,
        {PRODUCT, 0, NULL, NULL},
        STEPS_END,
    };

    (void)state;
    good_drive();
    dead_drive("shelf", "name=dead");
    PLAY(&play, "", steps);
    expect_flashed(1, 0);
    assert_true(play_stick_file_holds(&play, "ODDRESC.LOG", "good drive 'SONY' 'CD-RW  CRX225E'"));
    assert_true(play_stick_file_holds(&play, "ODDRESC.LOG", "port 3: arrived"));
    /* The good drive lies on the shelf, untouched. */
    bench_do(play.bench, "swap sm good");
    assert_int_equal(bench_drive(play.bench, 1, 0)->intros, 0);
    assert_int_equal(bench_drive(play.bench, 1, 0)->vendor_commands, 0);
}

/* Who does not wait for the half minute after which a drive is said to hang gets no verdict, but
 * is led on. */
static void impatience_is_no_dead_end(void **state)
{
    static const struct play_step steps[] = {
        {"Secondary master", '3', NULL, NULL},
        STEPS_TO_HANDS("empty, as it should be"),
        {"NOW plug the flat DATA cable", 0, NULL, plug},
        {"this answer within 2", KEY_ENTER, NULL, NULL},
        {"A drive arrived", KEY_ENTER, NULL, NULL},
        STEPS_RESCUE,
        {PRODUCT, 0, NULL, NULL},
        STEPS_END,
    };

    (void)state;
    dead_drive("sm", "plugged=no");
    PLAY(&play, "", steps);
    expect_flashed(1, 0);
}

static void late_cable_ends_verified(void **state)
{
    static const struct play_step steps[] = {
        {"Secondary master", '3', NULL, NULL},
        STEPS_TO_HANDS("empty, as it should be"),
        {"NOW plug the flat DATA cable", 0, NULL, plug},
        {"A drive arrived", KEY_ENTER, NULL, NULL},
        STEPS_RESCUE,
        {PRODUCT, 0, NULL, NULL},
        STEPS_END,
    };

    (void)state;
    dead_drive("sm", "plugged=no");
    PLAY(&play, "", steps);
    expect_flashed(1, 0);
}

/* The hand takes the good drive again, then a disk, then the right one. */
static void wrong_drives_are_not_flashed(void **state)
{
    static const struct play_step steps[] = {
        {"CRX225E", '3', NULL, NULL},
        STEPS_TO_HANDS("The good drive is there"),
        {"NOW pull the flat DATA cable", 0, NULL, pull},
        {"It is off", 0, NULL, plug},
        {"That is the good drive again", KEY_ESC, NULL, NULL},
        {"Port 3: what", KEY_F1 + 5, NULL, NULL},
        {"This is the good drive (CD-RW  CRX225E QYS1)", KEY_ENTER, NULL, NULL},
        STEPS_TO_HANDS("The good drive is there"),
        {"NOW pull the flat DATA cable", 0, NULL, pull},
        {"It is off", 0, NULL, plug_disk},
        {"A hard disk came", KEY_ENTER, NULL, NULL},
        {"Pull the DATA plug", 0, NULL, pull},
        {"It is off", 0, NULL, plug_dead},
        {"A drive arrived", KEY_ENTER, NULL, NULL},
        STEPS_RESCUE,
        {PRODUCT, 0, NULL, NULL},
        STEPS_END,
    };

    (void)state;
    good_drive();
    dead_drive("shelf", "name=dead");
    bench_do(play.bench, "attach shelf disk model=MAXTOR name=disk");
    PLAY(&play, "", steps);
    expect_flashed(1, 0);
    bench_do(play.bench, "swap sm good");
    assert_int_equal(bench_drive(play.bench, 1, 0)->intros, 0);
    bench_do(play.bench, "swap sm disk");
    assert_int_equal(bench_disk(play.bench, 1, 0)->vendor_commands, 0);
    assert_int_equal(bench_disk(play.bench, 1, 0)->vendor_keys, 0);
}

int main(void)
{
#define TEST(function) cmocka_unit_test_setup_teardown(function, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(hot_swap_ends_verified),
        TEST(impatience_is_no_dead_end),
        TEST(late_cable_ends_verified),
        TEST(wrong_drives_are_not_flashed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
