/* The whole program on the host, played by keys and by unattended jobs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/drive/drive.h"
#include "tests/support/bench_script.h"
#include "tests/support/play.h"

enum { SIZE = 0x40000 };

#define VENDOR   "LITE-ON"
#define PRODUCT  "LTR-48125S"
#define REVISION "1S07"

static struct play play;
static uint8_t *image;

static int set_up(void **state)
{
    (void)state;
    play_open(&play);
    image = play_firmware(SIZE, VENDOR, PRODUCT, REVISION);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    play_close(&play);
    free(image);
    return 0;
}

static void stick_with_firmware(bool ours)
{
    play_insert_stick(&play, ours);
    fat_image_put(&play.stick, "GOOD.BIN", image, SIZE);
}

/* The cells of the chip, by way of the bench. Free them. */
static uint8_t *flash_of(const char *position)
{
    char path[128];
    uint8_t *bytes = malloc(SIZE);
    FILE *file;

    snprintf(path, sizeof path, "%s/flash.bin", play.stick.folder[0] ? play.stick.folder : "/tmp");
    bench_do(play.bench, "dump %s %s", position, path);
    file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fread(bytes, 1, SIZE, file), SIZE);
    fclose(file);
    remove(path);
    return bytes;
}

static void assert_flash_is(const char *position, const uint8_t *expected)
{
    uint8_t *bytes = flash_of(position);

    assert_memory_equal(bytes, expected, SIZE);
    free(bytes);
}

static void assert_flash_is_blank(const char *position)
{
    uint8_t *bytes = flash_of(position);

    for (unsigned i = 0; i < SIZE; i++)
        assert_int_equal(bytes[i], 0xFF);
    free(bytes);
}

static void rescue_by_keys_is_verified(void **state)
{
    static const struct play_step steps[] = {
        STEPS_TO_WORK,
        {"look once more", KEY_ENTER, "YES", NULL},
        {"VERIFIED", KEY_ENTER, NULL, NULL},
        {"healthy", 0, NULL, NULL},
        STEPS_END,
    };

    (void)state;
    stick_with_firmware(true);
    play_attach_dead(&play, "sm", "");
    PLAY(&play, "", steps);
    assert_flash_is("sm", image);
    assert_true(play_stick_file_holds(&play, "ODDRESC.LOG",
                                      "RESULT job=flash port=3 state=VERIFIED bytes=262144"));
    assert_true(play_stick_file_holds(&play, "BK000001.BIN", "\xFF\xFF\xFF\xFF"));
    assert_true(play_stick_file_holds(&play, "ODDRESC.LOG", PRODUCT));
    fat_image_is_clean(&play.stick);
}

static void first_screen_before_first_access(void **state)
{
    static const struct play_step steps[] = {STEPS_END};

    (void)state;
    PLAY(&play, "", steps);
    assert_true(play.accessed);
    assert_true(play.first_access_flushes >= 1);
}

static void nothing_is_flashed_without_the_word(void **state)
{
    static const struct play_step steps[] = {
        STEPS_TO_WORK,
        {"look once more", KEY_ENTER, "yess", NULL},
        {"That is not it", KEY_ENTER, NULL, NULL},
        {NULL, KEY_ESC, NULL, NULL},
        {"NOT_STARTED", KEY_ENTER, NULL, NULL},
        STEPS_END,
    };

    (void)state;
    stick_with_firmware(true);
    play_attach_dead(&play, "sm", "");
    PLAY(&play, "", steps);
    assert_flash_is_blank("sm");
    assert_int_equal(bench_flash_changes(play.bench), 0);
}

static void unattended_flash_is_verified(void **state)
{
    (void)state;
    stick_with_firmware(true);
    play_attach_dead(&play, "sm", "");
    play_run(&play, "job=flash port=3 file=GOOD.BIN identity=\"" PRODUCT "\" after=reboot", NULL,
             0);
    assert_true(play.rebooted);
    assert_flash_is("sm", image);
    assert_true(play_stick_file_holds(&play, "ODDRESC.LOG",
                                      "RESULT job=flash port=3 state=VERIFIED bytes=262144"));
    fat_image_is_clean(&play.stick);
}

static void job_from_the_configuration_file(void **state)
{
    static const char config[] = "job=flash port=3\r\nfile=GOOD.BIN\r\nidentity=any\r\n"
                                 "after=reboot\r\nbackup=no\r\n";

    (void)state;
    stick_with_firmware(true);
    fat_image_put(&play.stick, "ODDRESC.CFG", config, sizeof config - 1);
    play_attach_dead(&play, "sm", "");
    play_run(&play, "", NULL, 0);
    assert_true(play.rebooted);
    assert_flash_is("sm", image);
}

static void unattended_flash_without_identity_is_refused(void **state)
{
    static const struct play_step steps[] = {
        {"RESULT job=flash port=3 state=NOT_STARTED", 0, NULL, NULL}, STEPS_END};

    (void)state;
    stick_with_firmware(true);
    play_attach_dead(&play, "sm", "");
    PLAY(&play, "job=flash port=3 file=GOOD.BIN", steps);
    assert_int_equal(bench_flash_changes(play.bench), 0);
    assert_true(play_stick_file_holds(&play, "ODDRESC.LOG", "state=NOT_STARTED"));
}

static void unattended_flash_of_another_model_is_refused(void **state)
{
    static const struct play_step steps[] = {{"NOT_STARTED", KEY_ENTER, NULL, NULL}, STEPS_END};

    (void)state;
    stick_with_firmware(true);
    play_attach_dead(&play, "sm", "");
    PLAY(&play, "job=flash port=3 file=GOOD.BIN identity=\"OTHER DRIVE\"", steps);
    assert_int_equal(bench_flash_changes(play.bench), 0);
}

static void power_off_that_fails_ends_in_the_menu(void **state)
{
    static const struct play_step steps[] = {{"RESULT job=probe", 0, NULL, NULL}, STEPS_END};

    (void)state;
    play_insert_stick(&play, true);
    PLAY(&play, "job=probe after=poweroff", steps);
    assert_true(play.powered_off);
    assert_false(play.rebooted);
}

static void probe_job_lists_every_port(void **state)
{
    (void)state;
    play_insert_stick(&play, true);
    bench_do(play.bench, "attach pm disk model=QEMU_HARDDISK");
    bench_attach_healthy(play.bench, "sm", VENDOR, PRODUCT, REVISION, "");
    play_run(&play, "job=probe after=reboot", NULL, 0);
    assert_true(play_stick_file_holds(&play, "ODDRESC.LOG", "port=1 where=\"Primary master\""));
    assert_true(play_stick_file_holds(&play, "ODDRESC.LOG", "verdict=disk"));
    assert_true(play_stick_file_holds(&play, "ODDRESC.LOG", "verdict=healthy"));
    assert_true(play_stick_file_holds(&play, "ODDRESC.LOG", "port=4 "));
    assert_true(play_stick_file_holds(&play, "ODDRESC.LOG", "err=00000000"));
}

static void backup_job_saves_the_chip(void **state)
{
    uint32_t size;
    uint8_t *saved;

    (void)state;
    play_insert_stick(&play, true);
    fat_image_put(&play.stick, "BK000041.BIN", "old", 3);
    play_attach_dead(&play, "sm", "");
    play_run(&play, "job=backup port=3 after=reboot", NULL, 0);
    saved = fat_image_get(&play.stick, "BK000042.BIN", &size);
    assert_non_null(saved);
    assert_int_equal(size, SIZE);
    free(saved);
    fat_image_holds(&play.stick, "BK000041.BIN", "old", 3);
    assert_int_equal(bench_flash_changes(play.bench), 0);
}

static void no_stick_says_so(void **state)
{
    static const struct play_step steps[] = {
        {"no stick", KEY_F7, NULL, NULL},
        {"There is no volume that can be read", KEY_ESC, NULL, NULL},
        STEPS_END,
    };

    (void)state;
    PLAY(&play, "", steps);
}

static void put_back(struct play *player)
{
    play_put_stick_back(player);
}

static void late_stick_is_found(void **state)
{
    static const struct play_step steps[] = {
        {"no stick", KEY_F7, NULL, NULL},    {"There is no volume", KEY_F5, NULL, put_back},
        {"GOOD.BIN", KEY_ENTER, NULL, NULL}, {"Enter take this file", KEY_ENTER, NULL, NULL},
        {"File: GOOD.BIN", 0, NULL, NULL},   STEPS_END,
    };

    (void)state;
    stick_with_firmware(true);
    play_pull_stick(&play);
    PLAY(&play, "", steps);
}

static void foreign_stick_is_not_written_unasked(void **state)
{
    static const struct play_step steps[] = {
        {"answers, no identity", '3', NULL, NULL},
        {"Port 3: what", KEY_F5, NULL, NULL},
        {"Is it alone on its cable?", '2', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"Is it an optical drive?", '2', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"Where to save?", KEY_ESC, NULL, NULL},
        {"The backup is not saved yet", '3', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"READ", KEY_ENTER, NULL, NULL},
        {"only in memory", '4', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        STEPS_END,
    };

    (void)state;
    play_insert_stick(&play, false);
    play_attach_dead(&play, "sm", "");
    PLAY(&play, "", steps);
    assert_int_equal(play.disk.sectors_written, 0);
}

static void pull(struct play *player)
{
    play_pull_stick(player);
}

static void stick_pulled_in_mid_flash_does_not_matter(void **state)
{
    static const struct play_step steps[] = {
        STEPS_TO_WORK,
        {"look once more", KEY_ENTER, "YES", NULL},
        {"programming", 0, NULL, pull},
        {"VERIFIED", 'S', NULL, put_back},
        {"ODDRESC.LOG on the stick", KEY_ENTER, NULL, NULL},
        STEPS_END,
    };

    (void)state;
    stick_with_firmware(true);
    play_attach_dead(&play, "sm", "");
    PLAY(&play, "", steps);
    assert_flash_is("sm", image);
    assert_true(play_stick_file_holds(&play, "ODDRESC.LOG", "state=VERIFIED"));
    fat_image_is_clean(&play.stick);
}

static void keys_in_mid_flash_only_ask(void **state)
{
    static const struct play_step steps[] = {
        STEPS_TO_WORK,
        {"look once more", KEY_ENTER, "YES", NULL},
        {"programming", KEY_CTRL_ALT_DEL, NULL, NULL},
        {"Really stop?", KEY_ESC, NULL, NULL},
        {"programming", KEY_ESC, NULL, NULL},
        {"Really stop?", KEY_ENTER, NULL, NULL},
        {"VERIFIED", KEY_ENTER, NULL, NULL},
        STEPS_END,
    };

    (void)state;
    stick_with_firmware(true);
    play_attach_dead(&play, "sm", "");
    PLAY(&play, "", steps);
    assert_flash_is("sm", image);
    assert_true(play.rebooted == false);
}

static void help_and_log_do_not_hold_the_work_up(void **state)
{
    static const struct play_step steps[] = {
        STEPS_TO_WORK,
        {"look once more", KEY_ENTER, "YES", NULL},
        {"programming", KEY_F1, NULL, NULL},
        {"The bar is the whole job", KEY_ESC, NULL, NULL},
        {"programming", KEY_F8, NULL, NULL},
        {"the work goes on", 0, NULL, NULL},
        {"VERIFIED", KEY_ENTER, NULL, NULL},
        STEPS_END,
    };

    (void)state;
    stick_with_firmware(true);
    play_attach_dead(&play, "sm", "");
    PLAY(&play, "", steps);
    assert_flash_is("sm", image);
    assert_false(play_stick_file_holds(&play, "ODDRESC.LOG", "Really stop?"));
}

/* Whoever is asked "Really stop?" and says yes means it: the job must not try again by itself. */
static void job_that_a_person_stops_stays_stopped(void **state)
{
    static const struct play_step steps[] = {
        {"programming", KEY_ESC, NULL, NULL},
        {"Really stop?", '2', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"You stopped it", KEY_ENTER, NULL, NULL},
        STEPS_END,
    };
    uint8_t *bytes;

    (void)state;
    stick_with_firmware(true);
    play_attach_dead(&play, "sm", "");
    PLAY(&play, "job=flash port=3 file=GOOD.BIN identity=any", steps);
    assert_false(play_stick_file_holds(&play, "ODDRESC.LOG", "state=VERIFIED"));
    bytes = flash_of("sm");
    assert_memory_not_equal(bytes, image, SIZE);
    free(bytes);
}

static void ctrl_alt_del_outside_restarts_after_a_question(void **state)
{
    static const struct play_step steps[] = {
        {"F10 end", KEY_CTRL_ALT_DEL, NULL, NULL},
        {"Restart the PC?", KEY_ESC, NULL, NULL},
        {"F10 end", KEY_CTRL_ALT_DEL, NULL, NULL},
        {"Restart the PC?", '2', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
    };

    (void)state;
    PLAY(&play, "", steps);
    assert_true(play.rebooted);
}

static void bad_files_are_refused_with_the_reason(void **state)
{
    static const struct play_step steps[] = {
        {"Port 1: what", KEY_F7, NULL, NULL},
        {"HUGE.BIN", KEY_END, NULL, NULL}, /* ZERO.BIN */
        {NULL, KEY_ENTER, NULL, NULL},
        {"It is empty.", KEY_ESC, NULL, NULL},
        {"HUGE.BIN", KEY_UP, NULL, NULL}, /* WRONG.BIN */
        {NULL, KEY_ENTER, NULL, NULL},
        {"exactly 128, 256, 512 or 1024 KiB", KEY_ESC, NULL, NULL},
        {"HUGE.BIN", KEY_UP, NULL, NULL}, /* ODDRESC.CFG */
        {NULL, KEY_UP, NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"2097152 bytes", KEY_ESC, NULL, NULL},
        {"HUGE.BIN", KEY_HOME, NULL, NULL},
        {NULL, KEY_DOWN, NULL, NULL}, /* BLANK.BIN, size of a firmware */
        {NULL, KEY_ENTER, NULL, NULL},
        {"a dump of an erased chip", KEY_ESC, NULL, NULL},
        {"HUGE.BIN", KEY_ESC, NULL, NULL},
        {"File: none chosen", 0, NULL, NULL},
        STEPS_END,
    };
    uint8_t *bytes = malloc(0x200000);

    (void)state;
    memset(bytes, 0xFF, 0x200000);
    play_insert_stick(&play, true);
    fat_image_put(&play.stick, "ZERO.BIN", bytes, 0);
    fat_image_put(&play.stick, "WRONG.BIN", bytes, 1000);
    fat_image_put(&play.stick, "HUGE.BIN", bytes, 0x200000);
    fat_image_put(&play.stick, "BLANK.BIN", bytes, SIZE);
    fat_image_run(&play.stick, "mdel -i disk.img ::SYSLINUX.CFG");
    fat_image_put(&play.stick, "ODDRESC.CFG", "#\n", 2);
    free(bytes);
    PLAY(&play, "", steps);
}

static void a_disk_is_never_a_target(void **state)
{
    static const struct play_step steps[] = {
        {"disk, protected", '1', NULL, NULL},
        {"Port 1: what", KEY_F6, NULL, NULL},
        {"This can't be done here", KEY_ENTER, NULL, NULL},
        {"Port 1: what", KEY_F5, NULL, NULL},
        {"This can't be done here", KEY_ENTER, NULL, NULL},
        STEPS_END,
    };

    (void)state;
    stick_with_firmware(true);
    bench_do(play.bench, "attach pm disk");
    PLAY(&play, "", steps);
}

static void two_drives_on_a_cable_are_refused(void **state)
{
    static const struct play_step steps[] = {
        {"answers, no identity", '3', NULL, NULL},
        {"Port 3: what", KEY_F6, NULL, NULL},
        {"Two drives answer on this cable", KEY_ENTER, NULL, NULL},
        STEPS_END,
    };

    (void)state;
    stick_with_firmware(true);
    play_attach_dead(&play, "sm", "");
    bench_attach_healthy(play.bench, "ss", VENDOR, PRODUCT, REVISION, "");
    PLAY(&play, "", steps);
    assert_int_equal(bench_flash_changes(play.bench), 0);
}

/* The panel speaks of the drive that the user came with, not of an empty place. */
static void the_bar_begins_on_the_first_drive(void **state)
{
    static const struct play_step steps[] = {
        {"answers, no identity", 0, NULL, NULL},
        {"Port 3: what", 0, NULL, NULL},
        STEPS_END,
    };

    (void)state;
    stick_with_firmware(true);
    play_attach_dead(&play, "sm", "");
    PLAY(&play, "", steps);
}

static void the_bar_stays_where_a_key_put_it(void **state)
{
    static const struct play_step steps[] = {
        {"Port 1: what", '2', NULL, NULL},
        {"answers, no identity", 0, NULL, NULL},
        {"Port 2: what", 0, NULL, NULL},
        STEPS_END,
    };

    (void)state;
    stick_with_firmware(true);
    play_attach_dead(&play, "sm", "");
    PLAY(&play, "", steps);
}

static void power_off(struct play *player)
{
    bench_do(player->bench, "power sm off");
}

static void power_cut_in_mid_flash_promises_no_power(void **state)
{
    static const struct play_step steps[] = {
        STEPS_TO_WORK,
        {"look once more", KEY_ENTER, "YES", NULL},
        {"programming", 0, NULL, power_off},
        {"The drive does not listen any more", KEY_ENTER, NULL, NULL},
        {"UNKNOWN", KEY_ENTER, NULL, NULL},
        STEPS_END,
    };

    (void)state;
    stick_with_firmware(true);
    play_attach_dead(&play, "sm", "");
    PLAY(&play, "", steps);
}

static void eject_trick(struct play *player)
{
    bench_do(player->bench, "power sm off");
    bench_do(player->bench, "eject sm hold");
    bench_do(player->bench, "power sm on");
    bench_advance(player->bench, 2000000);
}

/* The case "Status = 80 should be 70": firmware starts, hangs and shuts the door. */
static void hanging_drive_listens_after_eject_at_power_on(void **state)
{
    static const struct play_step steps[] = {
        {"firmware hangs", '3', NULL, NULL},
        {"Port 3: what", KEY_ENTER, NULL, NULL},
        {"Is it an optical drive?", '2', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"Ask the chip to listen", KEY_ENTER, NULL, NULL},
        {"should be 70, 72 or 73", KEY_ENTER, NULL, eject_trick},
        {"It listens: status 70", KEY_ENTER, NULL, NULL},
        {"GOOD.BIN", KEY_ENTER, NULL, NULL},
        {"Enter take this file", KEY_ENTER, NULL, NULL},
        {"look once more", KEY_ENTER, "YES", NULL},
        {"VERIFIED", KEY_ENTER, NULL, NULL},
        STEPS_END,
    };
    uint8_t *damaged = malloc(SIZE);
    char path[160];
    FILE *file;

    (void)state;
    stick_with_firmware(true);
    memcpy(damaged, image, SIZE);
    memset(damaged + SIZE / 2, 0xFF, SIZE / 2);
    damaged[SIZE - 1] = 0;
    snprintf(path, sizeof path, "%s/damaged.bin", play.stick.folder);
    file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(damaged, 1, SIZE, file), SIZE);
    fclose(file);
    free(damaged);
    bench_do(play.bench, "attach sm drive flash=%s crash=hang gate=closed", path);
    bench_advance(play.bench, 2000000);
    PLAY(&play, "", steps);
    assert_flash_is("sm", image);
}

static void help_and_log_are_everywhere(void **state)
{
    static const struct play_step steps[] = {
        {"F10 end", '?', NULL, NULL},
        {"The list shows every place", KEY_ESC, NULL, NULL},
        {"F10 end", 'l', NULL, NULL},
        {"lines 1 to", 's', NULL, NULL},
        {"saved as ODDRESC.LOG", KEY_BACKSPACE, NULL, NULL},
        {"F10 end", 'd', NULL, NULL},
        {"Port 1: what speaks for it", KEY_F1, NULL, NULL},
        {"These are the facts", KEY_ESC, NULL, NULL},
        {"Port 1: what speaks for it", KEY_ESC, NULL, NULL},
        STEPS_END,
    };

    (void)state;
    play_insert_stick(&play, true);
    PLAY(&play, "", steps);
    assert_true(play_stick_file_holds(&play, "ODDRESC.LOG", "ODDRescue"));
}

static void log_is_added_to_never_replaced(void **state)
{
    (void)state;
    play_insert_stick(&play, true);
    fat_image_put(&play.stick, "ODDRESC.LOG", "an older log\n", 13);
    play_run(&play, "job=probe after=reboot", NULL, 0);
    play_run(&play, "job=probe after=reboot", NULL, 0);
    assert_true(play_stick_file_holds(&play, "ODDRESC.LOG", "an older log\n"));
    assert_true(play_stick_file_holds(&play, "ODDRESC.LOG", "RESULT job=probe"));
    fat_image_is_clean(&play.stick);
}

static void write_protected_stick_is_told(void **state)
{
    static const struct play_step steps[] = {
        {"F10 end", KEY_F8, NULL, NULL},
        {"lines 1 to", 'S', NULL, NULL},
        {"The stick is write-protected", KEY_ESC, NULL, NULL},
        {"lines 1 to", KEY_ESC, NULL, NULL},
        STEPS_END,
    };

    (void)state;
    play_insert_stick(&play, true);
    play.disk.write_protected = true;
    PLAY(&play, "", steps);
}

static void too_little_memory_is_told(void **state)
{
    static const struct play_step steps[] = {{"too little memory", KEY_ENTER, NULL, NULL}};

    (void)state;
    play.arena.size = 1 << 20;
    PLAY(&play, "", steps);
}

#define APP_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        APP_TEST(first_screen_before_first_access),
        APP_TEST(rescue_by_keys_is_verified),
        APP_TEST(nothing_is_flashed_without_the_word),
        APP_TEST(unattended_flash_is_verified),
        APP_TEST(job_from_the_configuration_file),
        APP_TEST(unattended_flash_without_identity_is_refused),
        APP_TEST(unattended_flash_of_another_model_is_refused),
        APP_TEST(the_bar_begins_on_the_first_drive),
        APP_TEST(the_bar_stays_where_a_key_put_it),
        APP_TEST(power_cut_in_mid_flash_promises_no_power),
        APP_TEST(power_off_that_fails_ends_in_the_menu),
        APP_TEST(probe_job_lists_every_port),
        APP_TEST(backup_job_saves_the_chip),
        APP_TEST(no_stick_says_so),
        APP_TEST(late_stick_is_found),
        APP_TEST(foreign_stick_is_not_written_unasked),
        APP_TEST(stick_pulled_in_mid_flash_does_not_matter),
        APP_TEST(keys_in_mid_flash_only_ask),
        APP_TEST(help_and_log_do_not_hold_the_work_up),
        APP_TEST(job_that_a_person_stops_stays_stopped),
        APP_TEST(ctrl_alt_del_outside_restarts_after_a_question),
        APP_TEST(bad_files_are_refused_with_the_reason),
        APP_TEST(a_disk_is_never_a_target),
        APP_TEST(two_drives_on_a_cable_are_refused),
        APP_TEST(hanging_drive_listens_after_eject_at_power_on),
        APP_TEST(help_and_log_are_everywhere),
        APP_TEST(log_is_added_to_never_replaced),
        APP_TEST(write_protected_stick_is_told),
        APP_TEST(too_little_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
