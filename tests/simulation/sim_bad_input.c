/* What people bring and do that should not be: damaged and wrong files, disks, two drives, plugs
 * pulled, keys pressed. */
#define ERROR_MODULE MODULE_NONE
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
#include "tests/firmware/firmware_maker.h"
#include "tests/support/bench_script.h"
#include "tests/support/rescue.h"

enum { LARGEST = 0x200000, SIZE = 0x20000 };

static uint8_t old_image[SIZE], file[LARGEST];

static uint8_t *cells_of(const struct rescue *rescue)
{
    uint32_t size;

    return (uint8_t *)(uintptr_t)rescue_cells(rescue, &size);
}

/* A dead drive with a 128 KiB chip at primary master, vendor mode open. */
static void start(struct rescue *rescue)
{
    struct bench *bench = bench_new(3);

    assert_non_null(bench);
    rescue_image(old_image, SIZE, true, "DVD TEST", "OLD1", 1);
    rescue_image(file, SIZE, true, "DVD TEST", "NEW2", 2);
    old_image[0] = 0xFF;
    bench_do(bench, "attach pm drive chip=SST39SF010A power=off");
    rescue_open(rescue, bench, 0);
    memcpy(cells_of(rescue), old_image, SIZE);
    rescue_file(rescue, file, SIZE, 0x10000);
    bench_do(bench, "power pm on");
    bench_advance(bench, 3000000);
}

static void end(struct rescue *rescue)
{
    assert_false(rescue->host.held);
    assert_false(rescue->host.backwards);
    rescue_close(rescue);
    bench_free(rescue->bench);
}

/* Refused before vendor mode was even asked for. */
static void expect_refused(struct rescue *rescue, enum error_class error)
{
    uint64_t intros = bench_drive(rescue->bench, 0, 0)->intros;

    assert_int_equal(rescue_run(rescue), RESULT_NOT_STARTED);
    assert_int_equal(error_class(rescue->session->error), error);
    assert_int_equal(bench_drive(rescue->bench, 0, 0)->intros, intros);
    assert_int_equal(rescue->host.asked[ASK_CONFIRM], 0);
    assert_memory_equal(cells_of(rescue), old_image, SIZE);
}

static void test_damaged_files(void **state)
{
    static const enum sim_firmware_damage damages[] = {
        SIM_DAMAGE_BAD_FIRST_BYTE, SIM_DAMAGE_BANK_VECTOR, SIM_DAMAGE_TRUNCATED,
        SIM_DAMAGE_ALL_FF,         SIM_DAMAGE_ALL_ZERO,    SIM_DAMAGE_HALF_ERASED};

    (void)state;
    for (unsigned i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        struct sim_firmware_recipe recipe;
        struct rescue rescue;
        size_t size;

        start(&rescue);
        sim_firmware_recipe(&recipe, SIZE);
        recipe.damage = damages[i];
        size = sim_firmware_make(&recipe, file, sizeof file);
        rescue_file(&rescue, file, (uint32_t)size, 0x10000);
        rescue_probe(&rescue);
        expect_refused(&rescue, damages[i] == SIM_DAMAGE_TRUNCATED ? ERR_WRONG_SIZE : ERR_BAD_FILE);
        assert_int_not_equal(rescue.session->refused, FIRMWARE_SOUND);
        end(&rescue);
    }
}

static void test_a_damaged_slim_dump(void **state)
{
    struct sim_firmware_recipe recipe;
    struct rescue rescue;

    (void)state;
    start(&rescue);
    sim_firmware_recipe(&recipe, 0x100000);
    recipe.layout = SIM_LAYOUT_SLIM;
    recipe.internal = "VS08000001";
    recipe.damage = SIM_DAMAGE_SLIM_TAIL;
    assert_int_equal(sim_firmware_make(&recipe, file, sizeof file), 0x100000);
    rescue_file(&rescue, file, 0x100000, 0x10000);
    rescue_probe(&rescue);
    expect_refused(&rescue, ERR_BAD_FILE);
    assert_int_equal(rescue.session->refused, FIRMWARE_SLIM_TAIL);
    end(&rescue);
}

/* Sound files of other size classes: refused when the chip's size is known, before any change. */
static void test_sound_files_of_the_wrong_size(void **state)
{
    static const uint32_t sizes[] = {0x40000, 0x80000, 0x100000};

    (void)state;
    for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct rescue rescue;

        start(&rescue);
        rescue_image(file, sizes[i], true, "DVD TEST", "NEW2", 2);
        rescue_file(&rescue, file, sizes[i], 0x10000);
        rescue_probe(&rescue);
        assert_int_equal(rescue_run(&rescue), RESULT_NOT_STARTED);
        assert_int_equal(error_class(rescue.session->error), ERR_WRONG_SIZE);
        assert_int_equal(rescue.host.asked[ASK_CONFIRM], 0);
        assert_int_equal(bench_flash_changes(rescue.bench), 0);
        end(&rescue);
    }
}

static void test_empty_and_huge_files(void **state)
{
    struct rescue rescue;

    (void)state;
    start(&rescue);
    rescue_file(&rescue, file, 0, 0x10000);
    rescue_probe(&rescue);
    expect_refused(&rescue, ERR_BAD_FILE);
    end(&rescue);

    start(&rescue);
    rescue_file(&rescue, NULL, 0xC0000000u, 0x10000);
    rescue_probe(&rescue);
    expect_refused(&rescue, ERR_WRONG_SIZE);
    end(&rescue);
}

static void test_a_disk_as_target(void **state)
{
    struct bench *bench = bench_new(3);
    struct rescue rescue;
    const struct disk *disk;

    (void)state;
    assert_non_null(bench);
    bench_do(bench, "attach pm disk");
    bench_advance(bench, 10000000);
    rescue_image(file, SIZE, true, "DVD TEST", "NEW2", 2);
    rescue_open(&rescue, bench, 0);
    rescue_file(&rescue, file, SIZE, 0x10000);
    rescue_probe(&rescue);
    assert_int_equal(rescue.session->port->verdict, VERDICT_DISK);
    for (int job = SESSION_BACKUP; job <= SESSION_RESTORE; job++) {
        rescue.session->job = (enum session_job)job;
        assert_int_equal(rescue_run(&rescue), RESULT_NOT_STARTED);
        assert_int_equal(error_class(rescue.session->error), ERR_REFUSED);
    }
    disk = bench_disk(bench, 0, 0);
    assert_int_equal(disk->vendor_commands, 0);
    assert_int_equal(disk->vendor_keys, 0);
    assert_int_equal(disk->writes, 0);
    assert_int_equal(rescue.host.asked[ASK_IS_OPTICAL], 0);
    end(&rescue);
}

static void test_two_drives_on_one_cable(void **state)
{
    static const char *const seconds[] = {"drive chip=SST39SF010A",
                                          "drive chip=MX25L2005 engine=72", "disk"};

    (void)state;
    for (unsigned i = 0; i < sizeof seconds / sizeof seconds[0]; i++) {
        struct rescue rescue;

        start(&rescue);
        bench_do(rescue.bench, "attach ps %s", seconds[i]);
        bench_advance(rescue.bench, 10000000);
        rescue_probe(&rescue);
        /* Two dead drives look like one that answers twice: then a person has to look. */
        test_host_answer(&rescue.host, ASK_ALONE, ANSWER_NO);
        expect_refused(&rescue, ERR_REFUSED);
        end(&rescue);
    }
}

static void test_an_empty_position(void **state)
{
    struct bench *bench = bench_new(3);
    struct rescue rescue;

    (void)state;
    assert_non_null(bench);
    rescue_image(file, SIZE, true, "DVD TEST", "NEW2", 2);
    rescue_open(&rescue, bench, 0);
    rescue_file(&rescue, file, SIZE, 0x10000);
    rescue_probe(&rescue);
    assert_int_equal(rescue_run(&rescue), RESULT_NOT_STARTED);
    assert_int_equal(error_class(rescue.session->error), ERR_NO_DEVICE);
    end(&rescue);
}

/* ---- plugs ---------------------------------------------------------------------------------- */

static enum session_phase pull_phase;
static unsigned pull_tick;
static bool pulled;

static void pull(void *context)
{
    struct rescue *rescue = context;

    if (!pulled && rescue->session->phase == pull_phase &&
        rescue->host.ticks[pull_phase] == pull_tick) {
        pulled = true;
        bench_do(rescue->bench, "unplug pm");
    }
}

static void plug_again(void *context, enum session_question question)
{
    if (question == ASK_FAILED) {
        bench_do(((struct rescue *)context)->bench, "plug pm");
    }
}

/* Whether a result word is true of the cells. */
static void expect_true(const struct rescue *rescue)
{
    enum session_result result = rescue->session->result;

    if (result == RESULT_VERIFIED) {
        assert_memory_equal(cells_of(rescue), file, SIZE);
    }
    if (result == RESULT_NOT_STARTED || result == RESULT_UNCHANGED) {
        assert_memory_equal(cells_of(rescue), old_image, SIZE);
    }
}

static void test_the_cable_pulled_in_mid_flight(void **state)
{
    static const struct {
        enum session_phase phase;
        unsigned tick;
        enum session_result result;
    } cases[] = {{PHASE_BACKUP, 20, RESULT_NOT_STARTED},
                 {PHASE_BACKUP, 900, RESULT_NOT_STARTED},
                 {PHASE_ERASE, 1, RESULT_UNKNOWN},
                 {PHASE_PROGRAM, 1, RESULT_UNKNOWN},
                 {PHASE_PROGRAM, 200, RESULT_UNKNOWN},
                 {PHASE_VERIFY, 1, RESULT_WRITTEN_UNVERIFIED},
                 {PHASE_VERIFY, 300, RESULT_WRITTEN_UNVERIFIED}};

    (void)state;
    for (unsigned i = 0; i < 2 * sizeof cases / sizeof cases[0]; i++) {
        bool again = i % 2 != 0 && cases[i / 2].result != RESULT_NOT_STARTED;
        struct rescue rescue;

        start(&rescue);
        rescue_probe(&rescue);
        pull_phase = cases[i / 2].phase;
        pull_tick = cases[i / 2].tick;
        pulled = false;
        rescue.host.on_tick = pull;
        if (again) {
            rescue.host.on_question = plug_again;
            test_host_answer(&rescue.host, ASK_FAILED, ANSWER_RETRY);
        }
        assert_string_equal(session_result_word(rescue_run(&rescue)),
                            session_result_word(again ? RESULT_VERIFIED : cases[i / 2].result));
        assert_true(pulled);
        expect_true(&rescue);
        end(&rescue);
    }
}

/* ---- keys ----------------------------------------------------------------------------------- */

/* ESC and Ctrl-Alt-Del reach the session alike: progress() returns true. Each phase, one key, both
 * answers. */
static void test_keys_in_every_phase(void **state)
{
    static const struct {
        enum session_phase phase;
        enum session_result kept_on, stopped;
        unsigned questions;
    } cases[] = {{PHASE_PRECHECK, RESULT_NOT_STARTED, RESULT_NOT_STARTED, 0},
                 {PHASE_LOAD, RESULT_NOT_STARTED, RESULT_NOT_STARTED, 0},
                 {PHASE_BACKUP, RESULT_NOT_STARTED, RESULT_NOT_STARTED, 0},
                 {PHASE_ERASE, RESULT_VERIFIED, RESULT_PARTIAL, 1},
                 {PHASE_PROGRAM, RESULT_VERIFIED, RESULT_PARTIAL, 1},
                 {PHASE_VERIFY, RESULT_VERIFIED, RESULT_VERIFIED, 1},
                 {PHASE_RESTART, RESULT_VERIFIED, RESULT_VERIFIED, 0},
                 {PHASE_IDENTIFY, RESULT_VERIFIED, RESULT_VERIFIED, 0},
                 {PHASE_DONE, RESULT_VERIFIED, RESULT_VERIFIED, 0}};

    (void)state;
    for (unsigned i = 0; i < 2 * sizeof cases / sizeof cases[0]; i++) {
        bool stop = i % 2 != 0;
        struct rescue rescue;

        start(&rescue);
        rescue_probe(&rescue);
        rescue.host.escape_phase = cases[i / 2].phase;
        rescue.host.escape_tick = 1;
        test_host_answer(&rescue.host, ASK_STOP, stop ? ANSWER_YES : ANSWER_NO);
        assert_string_equal(
            session_result_word(rescue_run(&rescue)),
            session_result_word(stop ? cases[i / 2].stopped : cases[i / 2].kept_on));
        assert_int_equal(rescue.host.asked[ASK_STOP], cases[i / 2].questions);
        expect_true(&rescue);
        if (cases[i / 2].questions == 0 && rescue.session->result == RESULT_NOT_STARTED) {
            assert_int_equal(error_class(rescue.session->error), ERR_ABORTED);
            assert_int_equal(bench_flash_changes(rescue.bench), 0);
        }
        end(&rescue);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_damaged_files),
        cmocka_unit_test(test_a_damaged_slim_dump),
        cmocka_unit_test(test_sound_files_of_the_wrong_size),
        cmocka_unit_test(test_empty_and_huge_files),
        cmocka_unit_test(test_a_disk_as_target),
        cmocka_unit_test(test_two_drives_on_one_cable),
        cmocka_unit_test(test_an_empty_position),
        cmocka_unit_test(test_the_cable_pulled_in_mid_flight),
        cmocka_unit_test(test_keys_in_every_phase),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
