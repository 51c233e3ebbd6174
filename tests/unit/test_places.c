/*
 * Where files come from and where they go: floppies, further sticks, an image in memory, a server;
 * played through the whole program.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/bench_script.h"
#include "tests/support/play.h"

enum { SIZE = 0x40000 };

#define VENDOR   "LITE-ON"
#define PRODUCT  "LTR-48125S"
#define REVISION "1S07"

#define DRIVE_A "floppy disk A"
#define DRIVE_B "floppy disk B"
#define UPLOAD  "odd/upload/525400123456-"
#define FLASH   "job=flash port=3 file=GOOD.BIN identity=any"

static struct play play;
static uint8_t *image;

static int set_up(void **state)
{
    (void)state;
    play_open(&play);
    image = play_firmware(SIZE, VENDOR, PRODUCT, REVISION);
    play_attach_dead(&play, "sm", "");
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    play_close(&play);
    free(image);
    return 0;
}

/* ---- what lies about ---- */

static void put_on(const char *where, const char *name, const void *bytes, uint32_t size)
{
    fat_image_host_file(&play.stick, "put.tmp", bytes, size);
    fat_image_run(&play.stick, "mcopy -o -i %s put.tmp ::%s", where, name);
}

/* boot.img in drive A: GOOD.BIN and 100 KiB of room. */
static void boot_floppy(void)
{
    static uint8_t filler[1100 * 1024];

    play_make_image(&play, "boot.img", 1440, "-n BOOT", true);
    put_on("boot.img", "GOOD.BIN", image, SIZE);
    put_on("boot.img", "FILLER.BIN", filler, sizeof filler);
    play_make_image(&play, "empty.img", 1440, "-n EMPTY", false);
    play_insert(&play, 0, DRIVE_A, "boot.img");
}

static void insert_empty(struct play *player)
{
    play_insert(player, 0, DRIVE_A, "empty.img");
}

static void insert_nothing(struct play *player)
{
    play_insert(player, 0, DRIVE_A, NULL);
}

static void insert_unformatted(struct play *player)
{
    fat_image_run(&player->stick, "dd if=/dev/zero of=blank.img bs=1024 count=1440 2>&1");
    play_insert(player, 0, DRIVE_A, "blank.img");
}

static void insert_protected(struct play *player)
{
    play_insert(player, 0, DRIVE_A, "empty.img");
    player->drives[0].disk.write_protected = true;
}

static struct fake_tftp *server_with_firmware(void)
{
    struct fake_tftp *server = play_connect(&play, "odd/pxelinux.0");

    fake_tftp_text(server, "odd/index.txt", "# what there is\nGOOD.BIN\nmore/OTHER.BIN\n");
    fake_tftp_file(server, "odd/GOOD.BIN", image, SIZE);
    fake_tftp_file(server, "odd/more/OTHER.BIN", image, SIZE);
    return server;
}

static void assert_flashed(bool flashed)
{
    if (flashed)
        assert_true(bench_flash_changes(play.bench) > 0);
    else
        assert_int_equal(bench_flash_changes(play.bench), 0);
}

/* STEPS_TO_WORK where a folder stands before the file. */
#define STEPS_TO_WORK_FROM_SERVER                                                                  \
    {"answers, no identity", '3', NULL, NULL}, {"Port 3: what", KEY_F6, NULL, NULL},               \
        {"GOOD.BIN", KEY_DOWN, NULL, NULL}, {NULL, KEY_ENTER, NULL, NULL},                         \
        {"Enter take this file", KEY_ENTER, NULL, NULL},                                           \
        {"Is it alone on its cable?", '2', NULL, NULL}, {NULL, KEY_ENTER, NULL, NULL},             \
        {"Is it an optical drive?", '2', NULL, NULL},                                              \
    {                                                                                              \
        NULL, KEY_ENTER, NULL, NULL                                                                \
    }

/* ---- floppies ---- */

static void full_boot_floppy_asks_for_another_one(void **state)
{
    static const struct play_step steps[] = {
        STEPS_TO_WORK,
        {"There is no room left on floppy disk A", 0, NULL, NULL},
        {"The boot floppy is not needed again", KEY_ENTER, NULL, NULL},
        {"It is the same floppy again", KEY_ENTER, NULL, insert_nothing},
        {"floppy disk A: nothing to save to", 0, NULL, NULL},
        {"No floppy is in the drive (floppy disk A)", KEY_ENTER, NULL, insert_unformatted},
        {"Floppy disk A is not formatted", KEY_ENTER, NULL, insert_protected},
        {"Floppy disk A is write-protected", KEY_ENTER, NULL, insert_empty},
        {"look once more", 0, NULL, NULL},
        {"on floppy disk A, checked", KEY_ENTER, "YES", NULL},
        {"VERIFIED", 0, NULL, NULL},
        {"ODDRESC.LOG on floppy disk A", KEY_ENTER, NULL, NULL},
        STEPS_END,
    };

    (void)state;
    boot_floppy();
    PLAY(&play, "boot=floppy", steps);
    assert_true(play_image_file_holds(&play, "empty.img", "BK000001.BIN", "\xFF\xFF\xFF\xFF"));
    assert_true(play_image_file_holds(&play, "empty.img", "ODDRESC.LOG", "state=VERIFIED"));
    assert_true(play_image_file_holds(&play, "empty.img", "ODDRESC.LOG", "ODDRescue"));
    assert_false(play_image_file_holds(&play, "boot.img", "ODDRESC.LOG", "ODDRescue"));
    fat_image_run(&play.stick, "fsck.fat -n empty.img && fsck.fat -n boot.img");
}

static void unattended_flash_needs_room_for_the_backup(void **state)
{
    static const struct play_step steps[] = {
        {"NOT_STARTED", 0, NULL, NULL},
        {"ODDRESC.LOG on floppy disk A", KEY_ENTER, NULL, NULL},
        {"only in memory", '4', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        STEPS_END,
    };

    (void)state;
    boot_floppy();
    PLAY(&play, "boot=floppy " FLASH, steps);
    assert_flashed(false);
    assert_true(play_image_file_holds(&play, "boot.img", "ODDRESC.LOG", "nothing is written"));
    assert_true(play_image_file_holds(&play, "boot.img", "ODDRESC.LOG", "state=NOT_STARTED"));
}

static void bad_sector_is_named(void **state)
{
    static const struct play_step steps[] = {
        {"Port 1: what", KEY_F7, NULL, NULL},
        {"GOOD.BIN", KEY_ENTER, NULL, NULL},
        {"Sector 200 of floppy disk A can't be read (code", KEY_ESC, NULL, NULL},
        {"File: none chosen", 0, NULL, NULL},
        STEPS_END,
    };

    (void)state;
    boot_floppy();
    play.drives[0].disk.bad_lba = 200;
    PLAY(&play, "boot=floppy", steps);
}

static void both_floppy_drives_are_listed(void **state)
{
    static const struct play_step steps[] = {
        {"floppy disk A, 67 KiB free", KEY_F7, NULL, NULL},
        {"Where is the file?", 0, NULL, NULL},
        {"floppy disk B", KEY_DOWN, NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"floppy disk B: \\", 0, NULL, NULL},
        {"IN_B.BIN", KEY_ESC, NULL, NULL},
        {"where we came from", KEY_ESC, NULL, NULL},
        STEPS_END,
    };

    (void)state;
    boot_floppy();
    put_on("empty.img", "IN_B.BIN", image, SIZE);
    play_insert(&play, 1, DRIVE_B, "empty.img");
    PLAY(&play, "boot=floppy", steps);
}

/* ---- sticks ---- */

static void two_sticks(void)
{
    play_insert_stick(&play, true);
    play_make_image(&play, "second.img", 16384, "-F 16 -n SECOND", true);
    play_insert(&play, 0, "USB disk 81", "second.img");
}

static void the_booted_stick_wins(void **state)
{
    static const struct play_step steps[] = {{"stick: SECOND", 0, NULL, NULL}, STEPS_END};

    (void)state;
    two_sticks();
    play.drives[0].disk.device.boot = true;
    PLAY(&play, "", steps);
}

/* The disk that we came from is not crowded out by others that are listed before it. */
static void the_booted_stick_is_found_behind_many_volumes(void **state)
{
    static const struct play_step steps[] = {{"stick: SECOND", 0, NULL, NULL}, STEPS_END};

    (void)state;
    two_sticks();
    fat_image_run(&play.stick,
                  "truncate -s 40M many.img && (echo label: gpt;"
                  " for i in 1 2 3 4 5 6 7 8; do echo size=4M; done) | sfdisk many.img &&"
                  " for i in 0 1 2 3 4 5 6 7; do"
                  " mkfs.fat --offset $((2048 + i * 8192)) many.img 4096 || exit 1; done");
    play_insert(&play, 0, "hard disk 80", "many.img");
    play_insert(&play, 1, "USB disk 81", "second.img");
    play.drives[1].disk.device.boot = true;
    play_pull_stick(&play);
    PLAY(&play, "", steps);
}

static void the_loaders_word_tells_floppy_from_stick(void **state)
{
    static const struct play_step on_floppy[] = {{"floppy disk A, 1", 0, NULL, NULL}, STEPS_END};
    static const struct play_step on_stick[] = {{"stick: RESCUE", 0, NULL, NULL}, STEPS_END};

    (void)state;
    play_insert_stick(&play, true);
    play_make_image(&play, "boot.img", 1440, "-n BOOT", true);
    play_insert(&play, 0, DRIVE_A, "boot.img");
    PLAY(&play, "boot=floppy", on_floppy);
    PLAY(&play, "boot=disk", on_stick);
}

static void another_place_can_be_chosen(void **state)
{
    static const struct play_step steps[] = {
        {"stick: RESCUE", 's', NULL, NULL},
        {"Where to save?", 0, NULL, NULL},
        {"is saved to now", KEY_DOWN, NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"stick: SECOND", KEY_F8, NULL, NULL},
        {"lines 1 to", 'S', NULL, NULL},
        {"saved as ODDRESC.LOG", KEY_ESC, NULL, NULL},
        STEPS_END,
    };

    (void)state;
    two_sticks();
    PLAY(&play, "", steps);
    assert_true(play_image_file_holds(&play, "second.img", "ODDRESC.LOG", "ODDRescue"));
    assert_false(play_stick_file_holds(&play, "ODDRESC.LOG", "ODDRescue"));
}

#define LOG_BEGIN "ui: ODDRescue"

static void check_only_the_first_twin(struct play *player)
{
    assert_true(play_image_file_holds(player, "first.img", "ODDRESC.LOG", LOG_BEGIN));
    assert_false(play_image_file_holds(player, "second.img", "ODDRESC.LOG", LOG_BEGIN));
}

/* Sticks that were written with the same image have the same volume id. */
static void twins_are_not_mixed_up(void **state)
{
    static const struct play_step steps[] = {
        {"stick: RESCUE", 's', NULL, NULL},
        {"Where to save?", 0, NULL, NULL},
        {"is saved to now", KEY_DOWN, NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"stick: FIRST", 's', NULL, NULL},
        {"Where to save?", KEY_F5, NULL, NULL},
        {"is saved to now", KEY_ESC, NULL, NULL},
        {"F10 end", KEY_F8, NULL, NULL},
        {"lines 1 to", 'S', NULL, NULL},
        {"saved as ODDRESC.LOG", 0, NULL, check_only_the_first_twin},
        {NULL, KEY_ESC, NULL, NULL},
        {"F10 end", 's', NULL, NULL},
        {"is saved to now", KEY_DOWN, NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"stick: SECOND", KEY_F8, NULL, NULL},
        {"S save", 'S', NULL, NULL},
        {"saved as ODDRESC.LOG", KEY_ESC, NULL, NULL},
        STEPS_END,
    };

    (void)state;
    play_insert_stick(&play, true);
    play_make_image(&play, "first.img", 16384, "-F 16 -n FIRST -i 0DD5C0DE", true);
    play_make_image(&play, "second.img", 16384, "-F 16 -n SECOND -i 0DD5C0DE", true);
    play_insert(&play, 0, "USB disk 81", "first.img");
    play_insert(&play, 1, "USB disk 82", "second.img");
    PLAY(&play, "", steps);
    assert_true(play_image_file_holds(&play, "second.img", "ODDRESC.LOG", LOG_BEGIN));
}

/* Sticks written from one image can't be told apart by their number. */
static void choosing_ours_again_among_equal_sticks(void **state)
{
    static const struct play_step steps[] = {
        {"stick: RESCUE", 's', NULL, NULL},
        {"is saved to now", KEY_DOWN, NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"F10 end", 's', NULL, NULL},
        {"is saved to now", KEY_UP, NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"F10 end", 's', NULL, NULL},
        {"Where to save?", KEY_ESC, NULL, NULL},
        {"F10 end", KEY_F8, NULL, NULL},
        {"lines 1 to", 'S', NULL, NULL},
        {"saved as ODDRESC.LOG", KEY_ESC, NULL, NULL},
        STEPS_END,
    };

    (void)state;
    play_insert_stick(&play, true);
    fat_image_run(&play.stick, "cp disk.img second.img");
    play_insert(&play, 0, "USB disk 81", "second.img");
    PLAY(&play, "", steps);
    assert_true(play_stick_file_holds(&play, "ODDRESC.LOG", "ODDRescue"));
    assert_false(play_image_file_holds(&play, "second.img", "ODDRESC.LOG", "ODDRescue"));
}

/* ---- the image in memory ---- */

static uint8_t *loaded_image(const char *config)
{
    uint32_t size;
    uint8_t *bytes;

    play_make_image(&play, "initrd.img", 1440, "-n LOADED", false);
    put_on("initrd.img", "GOOD.BIN", image, SIZE);
    if (config)
        put_on("initrd.img", "ODDRESC.CFG", config, (uint32_t)strlen(config));
    bytes = fat_image_host_read(&play.stick, "initrd.img", &size);
    assert_non_null(bytes);
    play.platform.initrd = bytes;
    play.platform.initrd_size = size;
    return bytes;
}

static void image_in_memory_is_read_and_never_saved_to(void **state)
{
    static const struct play_step steps[] = {
        {"NOT_STARTED", 0, NULL, NULL},
        {"no stick, floppy or server to save to", KEY_ENTER, NULL, NULL},
        {"only in memory", '4', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"F10 end", 's', NULL, NULL},
        {"There is no volume that can be read", KEY_ESC, NULL, NULL},
        {"F10 end", KEY_F10, NULL, NULL},
        {"nowhere to save yet", 0, NULL, NULL},
        {"is not saved: no stick", '2', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
    };
    uint8_t *before = malloc(1440 * 1024), *bytes = loaded_image(FLASH);

    (void)state;
    memcpy(before, bytes, 1440 * 1024);
    PLAY(&play, "", steps);
    assert_memory_equal(before, bytes, 1440 * 1024);
    assert_flashed(false);
    free(before);
    free(bytes);
}

static void image_in_memory_brings_the_job(void **state)
{
    uint8_t *bytes = loaded_image(FLASH " after=reboot");

    (void)state;
    play_make_image(&play, "second.img", 16384, "-F 16 -n SECOND", true);
    play_insert(&play, 0, "USB disk 80", "second.img");
    play_run(&play, "", NULL, 0);
    assert_true(play.rebooted);
    assert_flashed(true);
    assert_true(play_image_file_holds(&play, "second.img", "ODDRESC.LOG", "state=VERIFIED"));
    free(bytes);
}

/* ---- the server ---- */

static void rescue_from_a_server(void **state)
{
    static const struct play_step steps[] = {
        {"server 192.168.10.1", 0, NULL, NULL},
        STEPS_TO_WORK_FROM_SERVER,
        {"on server 192.168.10.1, checked", KEY_ENTER, "YES", NULL},
        {"VERIFIED", 0, NULL, NULL},
        {"BK000001.BIN on server 192.168.10.1", 0, NULL, NULL},
        {"ODDRESC.LOG on server 192.168.10.1", KEY_ENTER, NULL, NULL},
        STEPS_END,
    };
    uint8_t *blank = malloc(SIZE);

    (void)state;
    server_with_firmware();
    PLAY(&play, "boot=network", steps);
    memset(blank, 0xFF, SIZE);
    assert_true(fake_tftp_holds(play.server, UPLOAD "BK000001.BIN", blank, SIZE));
    assert_true(play_server_file_holds(&play, UPLOAD "ODDRESC.LOG", "state=VERIFIED"));
    assert_flashed(true);
    free(blank);
}

static void job_of_this_machine_from_the_server(void **state)
{
    struct fake_tftp *server = server_with_firmware();

    (void)state;
    fake_tftp_text(server, "odd/oddresc.cfg/01-52-54-00-12-34-56", FLASH "\nafter=reboot\n");
    fake_tftp_file(server, UPLOAD "BK000001.BIN", "older", 5);
    play_run(&play, "", NULL, 0);
    assert_true(play.rebooted);
    assert_flashed(true);
    assert_true(fake_tftp_holds(server, UPLOAD "BK000001.BIN", "older", 5));
    assert_non_null(fake_tftp_find(server, UPLOAD "BK000002.BIN"));
    assert_true(play_server_file_holds(&play, UPLOAD "ODDRESC.LOG", "state=VERIFIED"));
}

static void job_file_may_name_another_server_for_uploads(void **state)
{
    struct fake_tftp *server = server_with_firmware();

    (void)state;
    fake_tftp_text(server, "odd/oddresc.cfg/default",
                   "job=backup port=3 upload=192.168.10.1/lab after=reboot");
    play_run(&play, "boot=network", NULL, 0);
    assert_true(play.rebooted);
    assert_non_null(fake_tftp_find(server, "lab/525400123456-BK000001.BIN"));
    assert_null(fake_tftp_find(server, UPLOAD "BK000001.BIN"));
}

static void bad_upload_word_stops_a_job(void **state)
{
    static const struct play_step steps[] = {{"state=NOT_STARTED", 0, NULL, NULL}, STEPS_END};
    struct fake_tftp *server = server_with_firmware();

    (void)state;
    fake_tftp_text(server, "odd/oddresc.cfg/default", FLASH " upload=nowhere.example");
    PLAY(&play, "", steps);
    assert_flashed(false);
    assert_true(play_server_file_holds(&play, UPLOAD "ODDRESC.LOG",
                                       "not understood: upload=nowhere.example"));
}

/* What nobody can read back is not called checked. */
static void server_that_shows_no_uploads_is_told_apart(void **state)
{
    static const struct play_step steps[] = {
        STEPS_TO_WORK_FROM_SERVER,
        {"look once more", 0, NULL, NULL},
        {"sent to server 192.168.10.1", KEY_ENTER, "YES", NULL},
        {"VERIFIED", 0, NULL, NULL},
        {"BK000001.BIN on server 192.168.10.1", KEY_ENTER, NULL, NULL},
        STEPS_END,
    };

    (void)state;
    server_with_firmware()->reads_hidden = true;
    PLAY(&play, "boot=network", steps);
}

static void let_write(struct play *player)
{
    player->server->writes_refused = false;
    player->server->room = 0;
}

static void let_write_little(struct play *player)
{
    player->server->writes_refused = false;
    player->server->room = 1000;
}

static void server_that_refuses_is_offered_again(void **state)
{
    static const struct play_step steps[] = {
        STEPS_TO_WORK_FROM_SERVER,
        {"Server 192.168.10.1 refused it", KEY_ENTER, NULL, let_write_little},
        {"There is no room left on server 192.168.10.1", '3', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"only in this PC's memory", KEY_ENTER, "YES", NULL},
        {"VERIFIED", 0, NULL, NULL},
        {"in memory until you leave", 'S', NULL, let_write},
        {"BK000002.BIN on server", KEY_ENTER, NULL, NULL},
        STEPS_END,
    };

    (void)state;
    server_with_firmware()->writes_refused = true;
    PLAY(&play, "boot=network", steps);
    assert_true(play_server_file_holds(&play, UPLOAD "ODDRESC.LOG", "state=VERIFIED"));
}

/* Where no stick is missing, nobody is told to put one back. */
static void let_write_without_a_stick(struct play *player)
{
    assert_int_equal(text_screen_find(player->screen.cells, "put the stick back"), -1);
    let_write(player);
}

static void log_that_a_server_refuses_is_offered_again(void **state)
{
    static const struct play_step steps[] = {
        {"answers, no identity", KEY_F1 + 7, NULL, NULL},       {"Log", 'S', NULL, NULL},
        {"1  Try again", '1', NULL, let_write_without_a_stick}, {NULL, KEY_ENTER, NULL, NULL},
        {"saved as ODDRESC.LOG", KEY_ESC, NULL, NULL},          STEPS_END,
    };

    (void)state;
    server_with_firmware()->writes_refused = true;
    PLAY(&play, "boot=network", steps);
    assert_true(play_server_file_holds(&play, UPLOAD "ODDRESC.LOG", "server 192.168.10.1"));
}

static void backup_goes_to_a_stick_when_the_server_refuses(void **state)
{
    static const struct play_step steps[] = {
        {"server 192.168.10.1", 0, NULL, NULL},
        {"answers, no identity", '3', NULL, NULL},
        {"Port 3: what", KEY_F5, NULL, NULL},
        {"Is it alone on its cable?", '2', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"Is it an optical drive?", '2', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"refused it", '2', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"Where to save?", KEY_END, NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
        {"SAVED", 0, NULL, NULL},
        {"BK000001.BIN on RESCUE", KEY_ENTER, NULL, NULL},
        STEPS_END,
    };

    (void)state;
    play_insert_stick(&play, false);
    server_with_firmware()->writes_refused = true;
    PLAY(&play, "boot=network", steps);
    assert_true(play_stick_file_holds(&play, "BK000001.BIN", "\xFF\xFF\xFF\xFF"));
}

static void silent_server_says_so(void **state)
{
    static const struct play_step steps[] = {
        {"Asking server 192.168.10.1", 0, NULL, NULL},
        {"s, Esc gives up", 0, NULL, NULL},
        {"server 192.168.10.1 does not answer", KEY_F7, NULL, NULL},
        {"Server 192.168.10.1 does not answer (code", KEY_ESC, NULL, NULL},
        STEPS_END,
    };

    (void)state;
    server_with_firmware()->silent = true;
    PLAY(&play, "boot=network", steps);
}

static void job_of_a_silent_server_says_why(void **state)
{
    static const struct play_step steps[] = {
        {"RESULT job=flash port=3 state=NOT_STARTED", 0, NULL, NULL},
        {"The log is not saved: F8, then S.", 0, NULL, NULL},
        {"err=1f", KEY_F10, NULL, NULL},
        {"is not saved: Server 192.168.10.1 does not", '2', NULL, NULL},
        {NULL, KEY_ENTER, NULL, NULL},
    };

    (void)state;
    server_with_firmware()->silent = true;
    PLAY(&play, "boot=network " FLASH, steps);
    assert_flashed(false);
}

static void empty_drives_are_told_in_the_list(void **state)
{
    static const struct play_step steps[] = {
        {"Port 1: what", KEY_F7, NULL, NULL},
        {"Where is the file?", 0, NULL, NULL},
        {"No floppy is in the drive (floppy disk B) (code", KEY_ESC, NULL, NULL},
        STEPS_END,
    };

    (void)state;
    two_sticks();
    play_insert(&play, 1, DRIVE_B, NULL);
    PLAY(&play, "", steps);
}

static void waiting_for_a_server_can_be_given_up(void **state)
{
    static const struct play_step steps[] = {
        {"1 s, Esc gives up", KEY_ESC, NULL, NULL},
        {"server 192.168.10.1 does not answer", 0, NULL, NULL},
        STEPS_END,
    };
    uint64_t started_us = bench_now_us(play.bench);

    (void)state;
    server_with_firmware()->silent = true;
    PLAY(&play, "boot=network", steps);
    assert_true(bench_now_us(play.bench) - started_us < 10000000);
}

/* Nobody is there to answer questions: the job ends by itself, and its result is the truth. */
static void unattended_job_outlives_its_server(void **state)
{
    struct fake_tftp *server = server_with_firmware();
    uint64_t started_us = bench_now_us(play.bench);

    (void)state;
    fake_tftp_text(server, "odd/oddresc.cfg/default", FLASH "\nafter=reboot\n");
    server->writes_refused = true;
    play_run(&play, "boot=network", NULL, 0);
    assert_true(play.rebooted);
    assert_flashed(false);
    assert_int_equal(fake_tftp_count(server, "odd/upload/"), 0);
    assert_true(bench_now_us(play.bench) - started_us < 600000000);
}

static void unattended_flash_without_backup_outlives_its_server(void **state)
{
    struct fake_tftp *server = server_with_firmware();

    (void)state;
    fake_tftp_text(server, "odd/oddresc.cfg/default", FLASH "\nbackup=no after=reboot\n");
    server->writes_refused = true;
    play_run(&play, "boot=network", NULL, 0);
    assert_true(play.rebooted);
    assert_flashed(true);
}

static void folders_of_the_server_can_be_browsed(void **state)
{
    static const struct play_step steps[] = {
        {"answers, no identity", KEY_F7, NULL, NULL},
        {"GOOD.BIN", 0, NULL, NULL},
        {"folder", KEY_ENTER, NULL, NULL},
        {"OTHER.BIN", KEY_ENTER, NULL, NULL},
        {"Enter take this file", KEY_ENTER, NULL, NULL},
        {"OTHER.BIN", 0, NULL, NULL},
        STEPS_END,
    };

    (void)state;
    server_with_firmware();
    PLAY(&play, "boot=network", steps);
}

#define PLACES_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PLACES_TEST(full_boot_floppy_asks_for_another_one),
        PLACES_TEST(unattended_flash_needs_room_for_the_backup),
        PLACES_TEST(bad_sector_is_named),
        PLACES_TEST(both_floppy_drives_are_listed),
        PLACES_TEST(the_booted_stick_wins),
        PLACES_TEST(the_booted_stick_is_found_behind_many_volumes),
        PLACES_TEST(the_loaders_word_tells_floppy_from_stick),
        PLACES_TEST(another_place_can_be_chosen),
        PLACES_TEST(twins_are_not_mixed_up),
        PLACES_TEST(choosing_ours_again_among_equal_sticks),
        PLACES_TEST(image_in_memory_is_read_and_never_saved_to),
        PLACES_TEST(image_in_memory_brings_the_job),
        PLACES_TEST(rescue_from_a_server),
        PLACES_TEST(job_of_this_machine_from_the_server),
        PLACES_TEST(job_file_may_name_another_server_for_uploads),
        PLACES_TEST(bad_upload_word_stops_a_job),
        PLACES_TEST(server_that_shows_no_uploads_is_told_apart),
        PLACES_TEST(server_that_refuses_is_offered_again),
        PLACES_TEST(log_that_a_server_refuses_is_offered_again),
        PLACES_TEST(backup_goes_to_a_stick_when_the_server_refuses),
        PLACES_TEST(silent_server_says_so),
        PLACES_TEST(job_of_a_silent_server_says_why),
        PLACES_TEST(empty_drives_are_told_in_the_list),
        PLACES_TEST(waiting_for_a_server_can_be_given_up),
        PLACES_TEST(unattended_job_outlives_its_server),
        PLACES_TEST(unattended_flash_without_backup_outlives_its_server),
        PLACES_TEST(folders_of_the_server_can_be_browsed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
