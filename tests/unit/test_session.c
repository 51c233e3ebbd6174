/* The session's own logic over a flash method that is an array. */
#define ERROR_MODULE MODULE_NONE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernel/session.h"
#include "tests/support/fake_flash.h"
#include "tests/support/test_host.h"

enum { CHIP = 0x10000, BANK = 0x4000, SECTOR = 0x1000 };

/* One drive, one person, one file. */
struct scene {
    struct fake_flash flash;
    struct test_host host;
    struct session *session;
    uint8_t file[CHIP], other[CHIP], old[CHIP];
};

static uint64_t clock_us(void *context)
{
    struct scene *scene = context;

    return scene->flash.clock_us;
}

/* Bytes that look like nothing, and a jump where each bank starts. */
static void fill(uint8_t *bytes, uint32_t seed)
{
    for (uint32_t i = 0; i < CHIP; i++) {
        seed = seed * 1664525u + 1013904223u;
        bytes[i] = (uint8_t)(seed >> 24);
        if (i / 0x800 % 4 == 3) {
            bytes[i] = 0xFF; /* blank parts, as in real files */
        }
    }
    for (uint32_t bank = 0; bank < CHIP; bank += BANK) {
        bytes[bank] = 0x02;
    }
}

static void use_file(struct session *session, const uint8_t *bytes)
{
    firmware_inspect(&session->file, bytes, CHIP);
    session->file.damage = FIRMWARE_SOUND; /* no standard size, but a sound file for this chip */
    session->file.bank_size = BANK;
    session->file.has_identity = true;
    strcpy(session->file.product, "DVD TEST");
    strcpy(session->file.revision, "R002");
}

static struct scene *open_scene_with(uint32_t sector_size)
{
    struct scene *scene = calloc(1, sizeof *scene);

    assert_non_null(scene);
    fake_flash_open(&scene->flash, CHIP, sector_size);
    fill(scene->file, 1);
    fill(scene->other, 2);
    fill(scene->old, 3);
    memcpy(scene->flash.cells, scene->old, CHIP);
    test_host_open(&scene->host, clock_us, scene);
    scene->host.product = "DVD TEST";
    scene->host.revision = "R002";
    scene->session = &scene->host.session;
    scene->session->job = SESSION_FLASH;
    scene->session->method = &scene->flash.method;
    use_file(scene->session, scene->file);
    return scene;
}

static struct scene *open_scene(void)
{
    return open_scene_with(SECTOR);
}

static void close_scene(struct scene *scene)
{
    test_host_close(&scene->host);
    free(scene);
}

static unsigned count_calls(const struct scene *scene, enum fake_call call)
{
    unsigned count = 0;

    for (unsigned i = 0; i < scene->flash.call_count; i++) {
        count += scene->flash.calls[i].call == call;
    }
    return count;
}

/* Runs, and checks what must hold after every session whatever happened. */
static enum session_result run(struct scene *scene)
{
    struct session *session = scene->session;
    err_t error = session_run(session);

    assert_int_equal(error, session->error);
    assert_false(scene->host.backwards);
    assert_false(scene->host.held);
    assert_false(session->critical);
    if (session->result == RESULT_VERIFIED) {
        assert_memory_equal(scene->flash.cells, session->file.bytes, CHIP);
        assert_int_equal(session->bytes, CHIP);
        assert_int_equal(error, 0);
    }
    if (error != 0 && session->changed) {
        assert_int_equal(count_calls(scene, FAKE_LEAVE), 0);
    }
    assert_int_not_equal(session->result, RESULT_COUNT);
    return session->result;
}

static void test_a_plain_flash(void **state)
{
    struct scene *scene = open_scene();
    struct session *session = scene->session;

    (void)state;
    assert_int_equal(run(scene), RESULT_VERIFIED);
    assert_true(session->lean);
    assert_true(session->changed);
    assert_true(session->left);
    assert_true(session->identified_after);
    assert_true(session->after_matches);
    assert_int_equal(session->warnings, WARN_DRIVE_UNKNOWN);
    assert_int_equal(scene->host.saved_size, CHIP);
    assert_memory_equal(scene->host.saved, scene->old, CHIP);
    assert_string_equal(session->backup_name, "BK000001.BIN");
    assert_int_equal(scene->host.asked[ASK_CONFIRM], 1);
    assert_int_equal(scene->host.asked[ASK_STOP], 0);
    assert_int_equal(scene->host.holds, 1);
    assert_int_equal(session->progress.overall_done, SESSION_OVERALL);
    assert_int_equal(session->progress.pages_again, 0);
    close_scene(scene);
}

/* What each change leaves behind: a first byte that could start the drive only before the first
 * change and after the last. */
static void check_order(struct scene *scene, bool sectors)
{
    const struct fake_flash *flash = &scene->flash;
    unsigned first_erase = 0;
    unsigned last_program = 0;

    for (unsigned i = 0; i < flash->call_count; i++) {
        const struct fake_call_record *call = &flash->calls[i];
        bool erase = call->call == FAKE_ERASE_SECTOR || call->call == FAKE_ERASE_CHIP;

        if (erase && first_erase == 0) {
            first_erase = i;
        }
        if (call->call == FAKE_PROGRAM) {
            last_program = i;
        }
    }
    assert_int_not_equal(first_erase, 0);
    assert_int_equal(flash->calls[first_erase].address, 0);
    assert_int_equal(flash->calls[last_program].address, 0);
    for (unsigned i = first_erase; i < last_program; i++) {
        const struct fake_call_record *call = &flash->calls[i];

        if (call->call == FAKE_PROGRAM) {
            assert_false(call->address == 0 && call->size > 0);
        }
        if (sectors && i > first_erase && i < first_erase + CHIP / BANK) {
            assert_int_equal(call->address, (i - first_erase) * BANK);
        }
    }
}

static void test_bank_starts_go_first_and_come_last(void **state)
{
    struct scene *scene = open_scene();
    const struct fake_call_record *last;
    unsigned banks = CHIP / BANK;

    (void)state;
    assert_int_equal(run(scene), RESULT_VERIFIED);
    check_order(scene, true);
    /* The last calls that change: first bytes of banks 3, 2, 1, 0; before them what follows those
     * bytes, in the same order; then LEAVE. */
    last = &scene->flash.calls[scene->flash.call_count - 1];
    assert_int_equal(last->call, FAKE_LEAVE);
    for (unsigned i = 0; i < banks; i++) {
        assert_int_equal(last[-1 - (int)i].address, i * BANK);
        assert_int_equal(last[-1 - (int)i].size, 1);
        assert_int_equal(last[-1 - (int)(i + banks)].address, i * BANK + 1);
        assert_int_equal(last[-1 - (int)(i + banks)].size, 255);
    }
    close_scene(scene);
}

static void test_chip_erase_does_the_rest_when_it_is_faster(void **state)
{
    struct scene *scene = open_scene();

    (void)state;
    assert_int_equal(run(scene), RESULT_VERIFIED);
    assert_int_equal(count_calls(scene, FAKE_ERASE_SECTOR), CHIP / BANK);
    assert_int_equal(count_calls(scene, FAKE_ERASE_CHIP), 1);
    close_scene(scene);

    scene = open_scene();
    scene->flash.chip.chip_erase_ms = 60000;
    assert_int_equal(run(scene), RESULT_VERIFIED);
    assert_int_equal(count_calls(scene, FAKE_ERASE_SECTOR), CHIP / SECTOR);
    assert_int_equal(count_calls(scene, FAKE_ERASE_CHIP), 0);
    check_order(scene, true);
    close_scene(scene);
}

static void test_chips_without_sectors(void **state)
{
    struct scene *scene = open_scene_with(0);

    (void)state;
    assert_int_equal(run(scene), RESULT_VERIFIED);
    assert_int_equal(count_calls(scene, FAKE_ERASE_CHIP), 1);
    check_order(scene, false);
    close_scene(scene);
}

static void test_pages_that_erase_themselves_are_written_whole(void **state)
{
    struct scene *scene = open_scene_with(0);

    (void)state;
    scene->flash.chip.program = CHIP_PROGRAM_PAGE;
    scene->flash.chip.page_size = 128;
    assert_int_equal(run(scene), RESULT_VERIFIED);
    for (unsigned i = 0; i < scene->flash.call_count; i++) {
        const struct fake_call_record *call = &scene->flash.calls[i];

        if (call->call == FAKE_PROGRAM) {
            assert_int_equal(call->size, 128);
            assert_int_equal(call->address % 128, 0);
        }
    }
    assert_int_equal(scene->flash.calls[scene->flash.call_count - 2].address, 0);
    close_scene(scene);
}

static void test_the_same_content_is_left_alone(void **state)
{
    struct scene *scene = open_scene();

    (void)state;
    memcpy(scene->flash.cells, scene->file, CHIP);
    assert_int_equal(run(scene), RESULT_VERIFIED);
    assert_false(scene->session->changed);
    assert_int_equal(scene->flash.changes, 0);
    assert_true(scene->session->warnings & WARN_REVERTS);
    assert_int_equal(scene->host.asked[ASK_CONFIRM], 0);
    close_scene(scene);
}

static void test_lean_reads_that_disagree_are_not_used(void **state)
{
    struct scene *scene = open_scene();

    (void)state;
    scene->flash.lean_reads_stale = true;
    assert_int_equal(run(scene), RESULT_VERIFIED);
    assert_false(scene->session->lean);
    assert_int_equal(scene->flash.reads_lean, 1);
    close_scene(scene);
}

static void test_lean_writes_that_fail_fall_back_for_good(void **state)
{
    struct scene *scene = open_scene();
    unsigned lean_programs = 0;

    (void)state;
    scene->flash.lean_writes_fail = true;
    assert_int_equal(run(scene), RESULT_VERIFIED);
    assert_false(scene->session->lean);
    for (unsigned i = 0; i < scene->flash.call_count; i++) {
        lean_programs += scene->flash.calls[i].call == FAKE_PROGRAM && !scene->flash.calls[i].full;
    }
    assert_int_equal(lean_programs, 1);
    close_scene(scene);
}

static void test_a_blank_chip_proves_lean_access_later(void **state)
{
    struct scene *scene = open_scene();

    (void)state;
    memset(scene->flash.cells, 0xFF, CHIP);
    assert_int_equal(run(scene), RESULT_VERIFIED);
    assert_true(scene->session->lean);
    assert_true(scene->flash.reads_lean > 0);
    close_scene(scene);
}

static void test_a_write_that_lies_is_found_and_repeated(void **state)
{
    (void)state;
    for (unsigned at = 6; at < 200; at += 7) {
        struct scene *scene = open_scene();

        scene->flash.lies_at = at;
        assert_int_equal(run(scene), RESULT_VERIFIED);
        assert_int_equal(scene->session->progress.pages_again, 1);
        close_scene(scene);
    }
}

static void test_a_chip_that_takes_nothing_is_partial(void **state)
{
    struct scene *scene = open_scene();

    (void)state;
    scene->flash.lies_always = true;
    assert_int_equal(run(scene), RESULT_PARTIAL);
    assert_int_equal(error_class(scene->session->error), ERR_PROGRAM);
    assert_int_equal(scene->host.asked[ASK_FAILED], 1);
    close_scene(scene);
}

static void test_a_stuck_bit_is_partial(void **state)
{
    struct scene *scene = open_scene();

    (void)state;
    scene->flash.stuck_address = 0x5123;
    scene->file[0x5123] = 0xA5;
    scene->flash.stuck_clear = 0x20;
    use_file(scene->session, scene->file);
    assert_int_equal(run(scene), RESULT_PARTIAL);
    assert_int_equal(error_class(scene->session->error), ERR_PROGRAM);
    assert_true(scene->flash.inside);
    /* Its sector was erased again, a bounded number of times. */
    assert_in_range(count_calls(scene, FAKE_ERASE_SECTOR), CHIP / BANK + 1, CHIP / BANK + 4);
    close_scene(scene);
}

static void test_an_erase_that_fails_leaves_the_old_content(void **state)
{
    struct scene *scene = open_scene();

    (void)state;
    scene->flash.erase_fails = true;
    assert_int_equal(run(scene), RESULT_UNCHANGED);
    assert_int_equal(error_class(scene->session->error), ERR_ERASE);
    close_scene(scene);
}

static void test_a_protected_chip_is_unchanged(void **state)
{
    struct scene *scene = open_scene();

    (void)state;
    scene->flash.protected_for_ever = true;
    assert_int_equal(run(scene), RESULT_UNCHANGED);
    assert_int_equal(error_class(scene->session->error), ERR_PROTECTED);
    close_scene(scene);
}

static void test_lost_vendor_mode_is_entered_again(void **state)
{
    (void)state;
    for (unsigned at = 1; at < 180; at += 9) {
        struct scene *scene = open_scene();

        scene->flash.lost_after_changes = at;
        assert_int_equal(run(scene), RESULT_VERIFIED);
        assert_int_equal(count_calls(scene, FAKE_ENTER), 2);
        close_scene(scene);
    }
}

static void test_another_chip_after_that_is_not_written(void **state)
{
    struct scene *scene = open_scene();
    unsigned changes;

    (void)state;
    scene->flash.lost_after_changes = 20;
    scene->flash.other_chip_on_reentry = true;
    assert_int_equal(run(scene), RESULT_UNKNOWN);
    assert_int_equal(error_class(scene->session->error), ERR_MISMATCH);
    changes = scene->flash.changes;
    assert_int_equal(changes, 20);
    close_scene(scene);
}

static void test_a_drive_pulled_in_mid_flight_is_unknown(void **state)
{
    struct scene *scene = open_scene();

    (void)state;
    scene->flash.dead_after_changes = 30;
    assert_int_equal(run(scene), RESULT_UNKNOWN);
    assert_int_not_equal(scene->session->error, 0);
    assert_int_equal(scene->host.asked[ASK_FAILED], 1);
    close_scene(scene);
}

/* The drive comes back while the user thinks. */
static void plug_again(void *context, enum session_question question)
{
    struct scene *scene = context;

    if (question == ASK_FAILED) {
        scene->flash.dead = false;
        scene->flash.dead_after_changes = 0;
        scene->flash.inside = false;
        scene->flash.stuck_clear = 0;
        scene->flash.lies_always = false;
    }
}

static void test_retry_after_it_came_back(void **state)
{
    struct scene *scene = open_scene();

    (void)state;
    scene->flash.dead_after_changes = 30;
    scene->host.on_question = plug_again;
    test_host_answer(&scene->host, ASK_FAILED, ANSWER_RETRY);
    assert_int_equal(run(scene), RESULT_VERIFIED);
    assert_int_equal(scene->session->again, 1);
    close_scene(scene);
}

static void test_retry_of_failed_sectors_only(void **state)
{
    struct scene *scene = open_scene();
    unsigned programs;

    (void)state;
    scene->flash.stuck_address = 0x5123;
    scene->flash.stuck_clear = 0x20;
    scene->file[0x5123] = 0xA5;
    use_file(scene->session, scene->file);
    scene->host.on_question = plug_again;
    test_host_answer(&scene->host, ASK_FAILED, ANSWER_SAVE_LOG);
    test_host_answer(&scene->host, ASK_FAILED, ANSWER_RETRY_FAILED);
    assert_int_equal(run(scene), RESULT_VERIFIED);
    assert_int_equal(scene->host.asked[ASK_FAILED], 2);
    programs = count_calls(scene, FAKE_PROGRAM);
    assert_true(programs > 0);
    close_scene(scene);
}

/* A cell loses a bit after its page was compared, when the drive could start already. */
static void lose_a_bit(void *context)
{
    struct scene *scene = context;

    if (scene->session->phase == PHASE_VERIFY && scene->host.ticks[PHASE_VERIFY] == 1) {
        scene->flash.cells[0x9100] &= 0x7F;
    }
}

static void test_a_repair_makes_the_drive_unstartable_first(void **state)
{
    struct scene *scene = open_scene();
    const struct fake_call_record *last = NULL;
    unsigned first_erase = 0;

    (void)state;
    scene->file[0x9100] = 0x80;
    use_file(scene->session, scene->file);
    scene->host.on_tick = lose_a_bit;
    assert_int_equal(run(scene), RESULT_VERIFIED);
    assert_int_equal(scene->host.asked[ASK_FAILED], 0);
    for (unsigned i = 0; i < scene->flash.call_count; i++) {
        const struct fake_call_record *call = &scene->flash.calls[i];

        if (call->call == FAKE_PROGRAM) {
            last = call;
        }
        /* After the first byte of bank 0 was written: the repair. */
        if (call->call == FAKE_ERASE_SECTOR && last != NULL && first_erase == 0) {
            first_erase = i;
            assert_int_equal(last->address, 0);
            assert_int_equal(last->size, 1);
            assert_int_equal(call->address, 0);
        }
    }
    assert_int_not_equal(first_erase, 0);
    assert_int_equal(last->address, 0);
    assert_int_equal(last->size, 1);
    close_scene(scene);
}

static void test_restoring_the_backup_is_unchanged(void **state)
{
    struct scene *scene = open_scene();

    (void)state;
    scene->flash.lies_always = true;
    scene->host.on_question = plug_again;
    test_host_answer(&scene->host, ASK_FAILED, ANSWER_RESTORE_BACKUP);
    assert_int_equal(run(scene), RESULT_UNCHANGED);
    assert_memory_equal(scene->flash.cells, scene->old, CHIP);
    assert_int_equal(error_class(scene->session->error), ERR_PROGRAM);
    close_scene(scene);
}

static void choose_other_file(void *context, enum session_question question)
{
    struct scene *scene = context;

    if (question != ASK_FAILED) {
        return;
    }
    plug_again(context, question);
    use_file(scene->session, scene->other);
    if (scene->host.asked[ASK_FAILED] == 1) {
        scene->session->file.damage = FIRMWARE_BANK_START;
    }
}

/* The drive is looked at once more then: not for as long as the backup took. */
static void note_figures(void *context, enum session_question question)
{
    struct scene *scene = context;

    if (question == ASK_CONFIRM) {
        assert_int_equal(scene->session->progress.left_ms, UINT32_MAX);
        assert_int_equal(scene->session->progress.banks, 0);
    }
}

static void test_figures_of_a_step_end_with_it(void **state)
{
    struct scene *scene = open_scene();

    (void)state;
    scene->host.on_question = note_figures;
    assert_int_equal(run(scene), RESULT_VERIFIED);
    assert_int_equal(scene->host.asked[ASK_CONFIRM], 1);
    close_scene(scene);
}

static void test_another_file_passes_the_same_checks(void **state)
{
    struct scene *scene = open_scene();

    (void)state;
    scene->flash.lies_always = true;
    scene->host.on_question = choose_other_file;
    test_host_answer(&scene->host, ASK_FAILED, ANSWER_OTHER_FILE); /* damaged: asked again */
    test_host_answer(&scene->host, ASK_FAILED, ANSWER_OTHER_FILE);
    assert_int_equal(run(scene), RESULT_VERIFIED);
    assert_memory_equal(scene->flash.cells, scene->other, CHIP);
    assert_int_equal(scene->host.asked[ASK_FAILED], 2);
    assert_int_equal(scene->host.asked[ASK_CONFIRM], 2);
    close_scene(scene);
}

static void refuse_other_file(void *context, enum session_question question)
{
    struct scene *scene = context;

    if (question == ASK_FAILED && scene->host.asked[ASK_FAILED] == 1) {
        choose_other_file(context, question);
    }
}

static void test_a_refused_file_is_never_written(void **state)
{
    struct scene *scene = open_scene();

    (void)state;
    scene->flash.lies_always = true;
    scene->host.on_question = refuse_other_file;
    test_host_answer(&scene->host, ASK_FAILED, ANSWER_OTHER_FILE);
    test_host_answer(&scene->host, ASK_FAILED, ANSWER_RETRY);
    assert_int_equal(run(scene), RESULT_VERIFIED);
    assert_memory_equal(scene->flash.cells, scene->file, CHIP);
    close_scene(scene);
}

static void test_a_file_that_changed_in_memory_is_not_written(void **state)
{
    struct scene *scene = open_scene();

    (void)state;
    scene->file[0x777] ^= 1;
    assert_int_equal(run(scene), RESULT_UNCHANGED);
    assert_int_equal(error_class(scene->session->error), ERR_BAD_FILE);
    assert_int_equal(scene->flash.changes, 0);
    close_scene(scene);
}

static void test_flipped_reads_are_told_from_wrong_cells(void **state)
{
    struct scene *scene = open_scene();

    (void)state;
    scene->flash.flip_every = 97;
    assert_int_equal(run(scene), RESULT_VERIFIED);
    assert_true(scene->session->progress.read_errors > 0);
    assert_memory_equal(scene->host.saved, scene->old, CHIP);
    close_scene(scene);
}

static void test_an_unreadable_chip_is_the_users_decision(void **state)
{
    struct scene *scene = open_scene();

    (void)state;
    scene->flash.unstable = true;
    scene->flash.unstable_address = 0x1234;
    test_host_answer(&scene->host, ASK_NO_BACKUP, ANSWER_NO);
    assert_int_equal(run(scene), RESULT_NOT_STARTED);
    assert_int_equal(error_class(scene->session->error), ERR_UNSTABLE);
    assert_int_equal(scene->flash.changes, 0);
    close_scene(scene);

    scene = open_scene();
    scene->flash.timeouts = 4; /* the proof of lean access, then the backup */
    assert_int_equal(run(scene), RESULT_VERIFIED);
    close_scene(scene);

    scene = open_scene();
    scene->flash.timeouts = 6;
    assert_int_equal(run(scene), RESULT_VERIFIED);
    assert_int_equal(scene->host.asked[ASK_NO_BACKUP], 1);
    assert_true(scene->host.warnings_shown & WARN_NO_BACKUP);
    close_scene(scene);
}

static void test_a_backup_that_can_not_be_saved(void **state)
{
    struct scene *scene = open_scene();

    (void)state;
    scene->host.save_failures = 2;
    test_host_answer(&scene->host, ASK_BACKUP_UNSAVED, ANSWER_RETRY);
    assert_int_equal(run(scene), RESULT_VERIFIED);
    assert_int_equal(scene->host.asked[ASK_BACKUP_UNSAVED], 2);
    assert_string_equal(scene->session->backup_name, "BK000001.BIN");
    close_scene(scene);

    scene = open_scene();
    scene->host.save_failures = 100;
    assert_int_equal(run(scene), RESULT_VERIFIED); /* yes: go on with the copy in memory */
    assert_string_equal(scene->session->backup_name, "");
    close_scene(scene);

    scene = open_scene();
    scene->host.save_failures = 100;
    test_host_answer(&scene->host, ASK_BACKUP_UNSAVED, ANSWER_NO);
    assert_int_equal(run(scene), RESULT_NOT_STARTED);
    assert_int_equal(error_class(scene->session->error), ERR_FULL);
    assert_int_equal(scene->flash.changes, 0);
    close_scene(scene);
}

static void test_files_are_refused_before_anything_is_sent(void **state)
{
    static const struct {
        enum firmware_damage damage;
        uint32_t size;
        enum error_class error;
        enum firmware_damage refused;
    } cases[] = {{FIRMWARE_EMPTY, 0, ERR_BAD_FILE, FIRMWARE_EMPTY},
                 {FIRMWARE_SIZE, CHIP, ERR_WRONG_SIZE, FIRMWARE_SIZE},
                 {FIRMWARE_SIZE, 0xC0000000u, ERR_WRONG_SIZE, FIRMWARE_SIZE},
                 {FIRMWARE_BLANK, CHIP, ERR_BAD_FILE, FIRMWARE_BLANK},
                 {FIRMWARE_FIRST_BYTE, CHIP, ERR_BAD_FILE, FIRMWARE_FIRST_BYTE},
                 {FIRMWARE_BANK_START, CHIP, ERR_BAD_FILE, FIRMWARE_BANK_START},
                 {FIRMWARE_SLIM_TAIL, CHIP, ERR_BAD_FILE, FIRMWARE_SLIM_TAIL},
                 {FIRMWARE_REBANKED, CHIP, ERR_BAD_FILE, FIRMWARE_REBANKED}};

    (void)state;
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scene *scene = open_scene();

        scene->session->file.damage = cases[i].damage;
        scene->session->file.size = cases[i].size;
        scene->session->method->status = 0x51;
        assert_int_equal(run(scene), RESULT_NOT_STARTED);
        /* The drive was not asked again: its status is what was seen last, not 00. */
        assert_int_equal(scene->session->progress.status, 0x51);
        assert_int_equal(error_class(scene->session->error), cases[i].error);
        assert_int_equal(scene->session->refused, cases[i].refused);
        assert_int_equal(scene->flash.call_count, 0);
        close_scene(scene);
    }
}

static void test_a_file_of_another_size_than_the_chip_is_refused(void **state)
{
    static const uint32_t sizes[] = {CHIP / 2, CHIP - 1, CHIP + 1, CHIP * 2};

    (void)state;
    for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct scene *scene = open_scene();

        scene->session->file.size = sizes[i];
        assert_int_equal(run(scene), RESULT_NOT_STARTED);
        assert_int_equal(error_class(scene->session->error), ERR_WRONG_SIZE);
        assert_int_equal(scene->flash.changes, 0);
        assert_int_equal(scene->host.asked[ASK_CONFIRM], 0);
        close_scene(scene);
    }
}

static void test_a_required_identity(void **state)
{
    static const struct {
        const char *required;
        bool in_file;
        enum session_result result;
    } cases[] = {{"DVD TEST", true, RESULT_VERIFIED},     {"dvd test", true, RESULT_VERIFIED},
                 {"DVD OTHER", true, RESULT_NOT_STARTED}, {"DVD TEST", false, RESULT_NOT_STARTED},
                 {"any", false, RESULT_VERIFIED},         {"", true, RESULT_NOT_STARTED}};

    (void)state;
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scene *scene = open_scene();

        scene->session->identity_required = true;
        strcpy(scene->session->identity, cases[i].required);
        scene->session->file.has_identity = cases[i].in_file;
        assert_int_equal(run(scene), cases[i].result);
        if (cases[i].result == RESULT_NOT_STARTED) {
            assert_int_equal(error_class(scene->session->error), ERR_MISMATCH);
            assert_int_equal(scene->flash.call_count, 0);
        }
        close_scene(scene);
    }
}

static void test_no_means_nothing_is_changed(void **state)
{
    struct scene *scene = open_scene();

    (void)state;
    test_host_answer(&scene->host, ASK_CONFIRM, ANSWER_NO);
    assert_int_equal(run(scene), RESULT_NOT_STARTED);
    assert_int_equal(error_class(scene->session->error), ERR_ABORTED);
    assert_int_equal(scene->flash.changes, 0);
    assert_int_equal(count_calls(scene, FAKE_UNPROTECT), 0);
    assert_int_equal(count_calls(scene, FAKE_LEAVE), 1);
    close_scene(scene);
}

static void test_a_drive_that_refuses(void **state)
{
    struct scene *scene = open_scene();

    (void)state;
    scene->flash.refuses_entry = true;
    assert_int_equal(run(scene), RESULT_NOT_STARTED);
    assert_int_equal(error_class(scene->session->error), ERR_VENDOR_REFUSED);
    close_scene(scene);
}

static void choose_chip(void *context, enum session_question question)
{
    struct scene *scene = context;

    if (question == ASK_CHIP) {
        scene->session->chip = &scene->flash.chip;
    }
}

static void test_an_unknown_chip_is_chosen_or_refused(void **state)
{
    struct scene *scene = open_scene();

    (void)state;
    scene->flash.unknown_chip = true;
    test_host_answer(&scene->host, ASK_CHIP, ANSWER_NO);
    assert_int_equal(run(scene), RESULT_NOT_STARTED);
    assert_int_equal(error_class(scene->session->error), ERR_CHIP_UNKNOWN);
    close_scene(scene);

    scene = open_scene();
    scene->flash.unknown_chip = true;
    scene->host.on_question = choose_chip;
    assert_int_equal(run(scene), RESULT_VERIFIED);
    assert_true(scene->host.warnings_shown & WARN_CHIP_BY_HAND);
    close_scene(scene);
}

static void test_escape_before_the_first_change_stops_at_once(void **state)
{
    static const enum session_phase phases[] = {PHASE_PRECHECK, PHASE_LOAD, PHASE_BACKUP};

    (void)state;
    for (unsigned i = 0; i < sizeof phases / sizeof phases[0]; i++) {
        struct scene *scene = open_scene();

        scene->host.escape_phase = phases[i];
        scene->host.escape_tick = 1;
        assert_int_equal(run(scene), RESULT_NOT_STARTED);
        assert_int_equal(error_class(scene->session->error), ERR_ABORTED);
        assert_int_equal(scene->host.asked[ASK_STOP], 0);
        assert_int_equal(scene->flash.changes, 0);
        close_scene(scene);
    }
}

static void test_escape_after_the_first_change_only_asks(void **state)
{
    static const enum session_phase phases[] = {PHASE_ERASE, PHASE_PROGRAM, PHASE_VERIFY};

    (void)state;
    for (unsigned i = 0; i < sizeof phases / sizeof phases[0]; i++) {
        struct scene *scene = open_scene();

        scene->flash.chip.chip_erase_ms = 60000;
        scene->host.escape_phase = phases[i];
        scene->host.escape_tick = 1;
        assert_int_equal(run(scene), RESULT_VERIFIED);
        assert_int_equal(scene->host.asked[ASK_STOP], 1);
        close_scene(scene);

        scene = open_scene();
        scene->flash.chip.chip_erase_ms = 60000;
        scene->host.escape_phase = phases[i];
        scene->host.escape_tick = 5;
        test_host_answer(&scene->host, ASK_STOP, ANSWER_YES);
        /* Stopped in the comparison: everything was written, and the second look proves it. */
        assert_int_equal(run(scene), phases[i] == PHASE_VERIFY ? RESULT_VERIFIED : RESULT_PARTIAL);
        assert_int_equal(scene->host.asked[ASK_STOP], 1);
        close_scene(scene);
    }
}

static void test_a_wait_cut_short_is_repeated(void **state)
{
    struct scene *scene = open_scene();

    (void)state;
    scene->flash.aborts = 3;
    assert_int_equal(run(scene), RESULT_VERIFIED);
    assert_int_equal(scene->host.asked[ASK_STOP], 3);
    close_scene(scene);

    scene = open_scene();
    scene->flash.aborts = 3;
    test_host_answer(&scene->host, ASK_STOP, ANSWER_YES);
    assert_int_equal(run(scene), RESULT_UNCHANGED);
    assert_int_equal(error_class(scene->session->error), ERR_ABORTED);
    close_scene(scene);
}

static void test_without_backup(void **state)
{
    struct scene *scene = open_scene();

    (void)state;
    scene->session->want_backup = false;
    assert_int_equal(run(scene), RESULT_VERIFIED);
    assert_true(scene->session->lean);
    assert_int_equal(scene->host.saves, 0);
    assert_true(scene->host.warnings_shown & WARN_NO_BACKUP);
    close_scene(scene);
}

static void test_a_backup_only_reads(void **state)
{
    struct scene *scene = open_scene();

    (void)state;
    scene->session->job = SESSION_BACKUP;
    memset(&scene->session->file, 0, sizeof scene->session->file);
    assert_int_equal(run(scene), RESULT_UNCHANGED);
    assert_int_equal(scene->session->error, 0);
    assert_memory_equal(scene->host.saved, scene->old, CHIP);
    assert_int_equal(scene->session->bytes, CHIP);
    assert_int_equal(scene->flash.changes, 0);
    assert_int_equal(scene->session->progress.overall_done, SESSION_OVERALL);
    close_scene(scene);

    scene = open_scene();
    scene->session->job = SESSION_BACKUP;
    scene->host.save_failures = 100;
    assert_int_equal(run(scene), RESULT_NOT_STARTED);
    assert_int_equal(error_class(scene->session->error), ERR_FULL);
    close_scene(scene);
}

static void test_a_comparison_only_reads(void **state)
{
    struct scene *scene = open_scene();

    (void)state;
    scene->session->job = SESSION_VERIFY;
    assert_int_equal(run(scene), RESULT_UNCHANGED);
    assert_int_equal(error_class(scene->session->error), ERR_VERIFY);
    assert_true(scene->session->differences > 0);
    assert_int_equal(scene->session->first_difference, 1);
    assert_int_equal(scene->flash.changes, 0);
    close_scene(scene);

    scene = open_scene();
    scene->session->job = SESSION_VERIFY;
    memcpy(scene->flash.cells, scene->file, CHIP);
    assert_int_equal(run(scene), RESULT_VERIFIED);
    assert_int_equal(scene->flash.changes, 0);
    close_scene(scene);
}

static void test_one_wrong_bit_anywhere_is_not_verified(void **state)
{
    (void)state;
    for (uint32_t at = 0; at < CHIP; at += 0x3FF) {
        struct scene *scene = open_scene();

        scene->session->job = SESSION_VERIFY;
        memcpy(scene->flash.cells, scene->file, CHIP);
        scene->flash.cells[at] ^= 0x08;
        assert_int_equal(run(scene), RESULT_UNCHANGED);
        assert_int_equal(scene->session->differences, 1);
        assert_int_equal(scene->session->first_difference, at);
        close_scene(scene);
    }
}

/* What the lean sequence said before it was caught counts no longer. */
static void test_a_lean_comparison_that_was_caught_starts_anew(void **state)
{
    struct scene *scene = open_scene();

    (void)state;
    scene->session->job = SESSION_VERIFY;
    memcpy(scene->flash.cells, scene->file, CHIP);
    scene->flash.cells[0x1234] ^= 0x40;
    scene->flash.lean_hides = true;
    scene->flash.hidden_address = 0x1234;
    scene->flash.hidden_value = scene->file[0x1234];
    scene->flash.lean_wrong_address = 0x9123;
    assert_int_equal(run(scene), RESULT_UNCHANGED);
    assert_int_equal(error_class(scene->session->error), ERR_VERIFY);
    assert_int_equal(scene->session->differences, 1);
    assert_int_equal(scene->session->first_difference, 0x1234);
    assert_true(scene->flash.reads_lean > 0);
    assert_false(scene->session->lean);
    close_scene(scene);
}

static void test_a_cell_that_can_not_decide_is_not_verified(void **state)
{
    struct scene *scene = open_scene();

    (void)state;
    scene->session->job = SESSION_VERIFY;
    memcpy(scene->flash.cells, scene->file, CHIP);
    scene->flash.alternating = true;
    scene->flash.unstable_address = 0x5678;
    assert_int_equal(run(scene), RESULT_UNCHANGED);
    assert_int_equal(scene->session->differences, 1);
    close_scene(scene);
}

static void test_a_restored_backup_may_be_damaged(void **state)
{
    struct scene *scene = open_scene();

    (void)state;
    scene->session->job = SESSION_RESTORE;
    memset(scene->file, 0xFF, CHIP / 2);
    use_file(scene->session, scene->file);
    scene->session->file.damage = FIRMWARE_FIRST_BYTE;
    assert_int_equal(run(scene), RESULT_VERIFIED);
    close_scene(scene);
}

static void test_a_silent_drive_after_the_restart_stays_verified(void **state)
{
    struct scene *scene = open_scene();

    (void)state;
    scene->host.identify_failures = 2;
    assert_int_equal(run(scene), RESULT_VERIFIED);
    assert_true(scene->session->identified_after);
    close_scene(scene);

    scene = open_scene();
    scene->host.identify_failures = 100;
    assert_int_equal(run(scene), RESULT_VERIFIED);
    assert_false(scene->session->identified_after);
    assert_int_equal(scene->host.identify_failures, 97);
    close_scene(scene);

    scene = open_scene();
    scene->host.revision = "R001";
    assert_int_equal(run(scene), RESULT_VERIFIED);
    assert_true(scene->session->identified_after);
    assert_false(scene->session->after_matches);
    close_scene(scene);
}

static void test_too_little_memory(void **state)
{
    static const size_t sizes[] = {0, 1024, 4096, CHIP / 2};

    (void)state;
    for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct scene *scene = open_scene();

        scene->host.arena.size = sizes[i];
        assert_int_equal(run(scene), RESULT_NOT_STARTED);
        assert_int_equal(error_class(scene->session->error), ERR_NO_MEMORY);
        close_scene(scene);
    }
}

static void test_the_result_line(void **state)
{
    struct session session;
    struct port port;
    char line[160];

    (void)state;
    memset(&session, 0, sizeof session);
    memset(&port, 0, sizeof port);
    port.number = 1;
    session.job = SESSION_FLASH;
    session.port = &port;
    session.result = RESULT_VERIFIED;
    session.bytes = 131072;
    session.file.crc32 = 0x0F3A99C1;
    session.started_us = 5000;
    session.ended_us = 10437999;
    session_result_line(&session, line, sizeof line);
    assert_string_equal(line, "RESULT job=flash port=1 state=VERIFIED bytes=131072 crc32=0f3a99c1 "
                              "ms=10432 err=00000000");
    session.job = SESSION_BACKUP;
    session.result = RESULT_UNCHANGED;
    session.backup_crc32 = 0xABCDEF01;
    session.error = 0x02051234;
    session_result_line(&session, line, sizeof line);
    assert_string_equal(line, "RESULT job=backup port=1 state=UNCHANGED bytes=131072 "
                              "crc32=abcdef01 ms=10432 err=02051234");
}

static void test_the_result_starts_as_unknown(void **state)
{
    struct session session;

    (void)state;
    memset(&session, 0, sizeof session);
    assert_int_equal(session.result, RESULT_UNKNOWN);
    assert_string_equal(session_result_word(RESULT_UNKNOWN), "UNKNOWN");
    assert_string_equal(session_result_word(RESULT_NOT_STARTED), "NOT_STARTED");
    assert_string_equal(session_result_word(RESULT_UNCHANGED), "UNCHANGED");
    assert_string_equal(session_result_word(RESULT_PARTIAL), "PARTIAL");
    assert_string_equal(session_result_word(RESULT_WRITTEN_UNVERIFIED), "WRITTEN_UNVERIFIED");
    assert_string_equal(session_result_word(RESULT_VERIFIED), "VERIFIED");
    assert_string_equal(session_result_word(RESULT_COUNT), "UNKNOWN");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_plain_flash),
        cmocka_unit_test(test_bank_starts_go_first_and_come_last),
        cmocka_unit_test(test_chip_erase_does_the_rest_when_it_is_faster),
        cmocka_unit_test(test_chips_without_sectors),
        cmocka_unit_test(test_pages_that_erase_themselves_are_written_whole),
        cmocka_unit_test(test_the_same_content_is_left_alone),
        cmocka_unit_test(test_lean_reads_that_disagree_are_not_used),
        cmocka_unit_test(test_lean_writes_that_fail_fall_back_for_good),
        cmocka_unit_test(test_a_blank_chip_proves_lean_access_later),
        cmocka_unit_test(test_a_write_that_lies_is_found_and_repeated),
        cmocka_unit_test(test_a_chip_that_takes_nothing_is_partial),
        cmocka_unit_test(test_a_stuck_bit_is_partial),
        cmocka_unit_test(test_an_erase_that_fails_leaves_the_old_content),
        cmocka_unit_test(test_a_protected_chip_is_unchanged),
        cmocka_unit_test(test_lost_vendor_mode_is_entered_again),
        cmocka_unit_test(test_another_chip_after_that_is_not_written),
        cmocka_unit_test(test_a_drive_pulled_in_mid_flight_is_unknown),
        cmocka_unit_test(test_retry_after_it_came_back),
        cmocka_unit_test(test_retry_of_failed_sectors_only),
        cmocka_unit_test(test_a_repair_makes_the_drive_unstartable_first),
        cmocka_unit_test(test_restoring_the_backup_is_unchanged),
        cmocka_unit_test(test_figures_of_a_step_end_with_it),
        cmocka_unit_test(test_another_file_passes_the_same_checks),
        cmocka_unit_test(test_a_refused_file_is_never_written),
        cmocka_unit_test(test_a_file_that_changed_in_memory_is_not_written),
        cmocka_unit_test(test_flipped_reads_are_told_from_wrong_cells),
        cmocka_unit_test(test_an_unreadable_chip_is_the_users_decision),
        cmocka_unit_test(test_a_backup_that_can_not_be_saved),
        cmocka_unit_test(test_files_are_refused_before_anything_is_sent),
        cmocka_unit_test(test_a_file_of_another_size_than_the_chip_is_refused),
        cmocka_unit_test(test_a_required_identity),
        cmocka_unit_test(test_no_means_nothing_is_changed),
        cmocka_unit_test(test_a_drive_that_refuses),
        cmocka_unit_test(test_an_unknown_chip_is_chosen_or_refused),
        cmocka_unit_test(test_escape_before_the_first_change_stops_at_once),
        cmocka_unit_test(test_escape_after_the_first_change_only_asks),
        cmocka_unit_test(test_a_wait_cut_short_is_repeated),
        cmocka_unit_test(test_without_backup),
        cmocka_unit_test(test_a_backup_only_reads),
        cmocka_unit_test(test_a_comparison_only_reads),
        cmocka_unit_test(test_one_wrong_bit_anywhere_is_not_verified),
        cmocka_unit_test(test_a_lean_comparison_that_was_caught_starts_anew),
        cmocka_unit_test(test_a_cell_that_can_not_decide_is_not_verified),
        cmocka_unit_test(test_a_restored_backup_may_be_damaged),
        cmocka_unit_test(test_a_silent_drive_after_the_restart_stays_verified),
        cmocka_unit_test(test_too_little_memory),
        cmocka_unit_test(test_the_result_line),
        cmocka_unit_test(test_the_result_starts_as_unknown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
