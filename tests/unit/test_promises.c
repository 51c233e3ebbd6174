/*
 * The promises made to the user, one test each, on the simulated bench. The witness is the trace of
 * every register access and the content of the flash chip itself.
 */
#define ERROR_MODULE MODULE_NONE
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
#include "tests/support/power_cut.h"
#include "tests/support/rescue.h"

enum { SIZE = 0x20000, BANK = 0x10000 };

/* A rescue with a witness. */
struct trial {
    struct rescue rescue;
    struct session *session;
    uint8_t old[SIZE], file[SIZE];

    unsigned commands[256]; /* written to the command register of the primary cable */
    unsigned resets;        /* SRST */
    uint8_t lba_low;        /* as written last */
    bool destroyed;         /* 80 with 2E in LBA low */

    uint64_t changes_at_confirm;
    unsigned vendor_at_question; /* vendor commands before ASK_IS_OPTICAL or ASK_ALONE */
    unsigned reads_at_confirm;
    unsigned saves_at_confirm;
    bool not_held; /* something was changed and Ctrl-Alt-Del would have worked */

    bool check_order;
    uint64_t changes_seen;
    unsigned order_broken, orders_checked;
    uint32_t again_in_program;
};

static uint8_t *cells_of(struct rescue *rescue)
{
    uint32_t size;

    return (uint8_t *)(uintptr_t)rescue_cells(rescue, &size);
}

/* A bank may begin with its jump only when all that must come before it is there: every other byte,
 * and the banks behind it. */
static void check_order(struct trial *trial)
{
    const uint8_t *cells = cells_of(&trial->rescue);

    for (uint32_t bank = 0; bank < SIZE; bank += BANK) {
        if (cells[bank] != 0x02) {
            continue;
        }
        trial->orders_checked++;
        for (uint32_t i = 0; i < SIZE; i++) {
            bool may_be_missing = i % BANK == 0 && i < bank;

            if (cells[i] != trial->file[i] && !may_be_missing) {
                trial->order_broken++;
                return;
            }
        }
    }
}

static void watch(void *context, uint64_t now_us, unsigned channel, unsigned reg, bool write,
                  uint16_t value)
{
    struct trial *trial = context;

    (void)now_us;
    if (!write || channel != 0) {
        return;
    }
    if (reg == ATA_REG_LBA_LOW) {
        trial->lba_low = (uint8_t)value;
    }
    if (reg == ATA_REG_COMMAND) {
        trial->commands[value & 0xFF]++;
        trial->destroyed = trial->destroyed || ((value & 0xFF) == 0x80 && trial->lba_low == 0x2E);
    }
    if (reg == ATA_REG_DEVICE_CONTROL && (value & ATA_CONTROL_SRST) != 0) {
        trial->resets++;
    }
    if (trial->check_order && trial->session->phase == PHASE_PROGRAM &&
        bench_flash_changes(trial->rescue.bench) != trial->changes_seen) {
        trial->changes_seen = bench_flash_changes(trial->rescue.bench);
        check_order(trial);
    }
}

static struct trial *trial_of(void *context)
{
    return (struct trial *)((char *)context - offsetof(struct trial, rescue));
}

static unsigned vendor_commands(const struct trial *trial)
{
    unsigned count = 0;

    for (unsigned command = 0x80; command <= 0x8F; command++) {
        count += trial->commands[command];
    }
    return count + trial->commands[0x00] + trial->commands[0x01] + trial->commands[0x04];
}

static void on_question(void *context, enum session_question question)
{
    struct trial *trial = trial_of(context);

    if (question == ASK_CONFIRM) {
        trial->changes_at_confirm = bench_flash_changes(trial->rescue.bench);
        trial->reads_at_confirm = trial->commands[0x00];
        trial->saves_at_confirm = trial->rescue.host.saves;
        assert_memory_equal(cells_of(&trial->rescue), trial->old, SIZE);
        assert_false(trial->session->critical);
    }
    if (question == ASK_IS_OPTICAL || question == ASK_ALONE) {
        trial->vendor_at_question += vendor_commands(trial);
    }
}

static void on_tick(void *context)
{
    struct trial *trial = trial_of(context);
    const struct session *session = trial->session;

    trial->not_held = trial->not_held || (session->changed && session->phase <= PHASE_VERIFY &&
                                          !trial->rescue.host.held);
    if (session->phase == PHASE_PROGRAM) {
        trial->again_in_program = session->progress.pages_again;
    }
}

/* A drive at primary master. `options` of the attach command; `old_product` is what its old
 * firmware names; `runs`: that firmware is sound, else the flash does not begin with a jump. */
static struct trial *start(const char *options, const char *old_product, bool runs)
{
    struct trial *trial = calloc(1, sizeof *trial);
    struct bench *bench = bench_new(9);

    assert_non_null(trial);
    assert_non_null(bench);
    rescue_image(trial->old, SIZE, true, old_product, "OLD1", 1);
    rescue_image(trial->file, SIZE, true, "DVD TEST", "NEW2", 2);
    if (!runs) {
        trial->old[0] = 0xFF;
    }
    bench_do(bench, "attach pm drive chip=SST39SF010A power=off %s", options);
    rescue_open(&trial->rescue, bench, 0);
    trial->session = trial->rescue.session;
    memcpy(cells_of(&trial->rescue), trial->old, SIZE);
    rescue_file(&trial->rescue, trial->file, SIZE, BANK);
    bench_do(bench, "eject pm hold");
    bench_do(bench, "power pm on");
    bench_advance(bench, 3000000);
    bench_do(bench, "eject pm release");
    bench_set_trace(bench, watch, trial);
    trial->rescue.host.on_question = on_question;
    trial->rescue.host.on_tick = on_tick;
    return trial;
}

static enum session_result run(struct trial *trial)
{
    rescue_probe(&trial->rescue);
    return rescue_run(&trial->rescue);
}

/* What holds whatever happens. */
static void finish(struct trial *trial)
{
    assert_false(trial->destroyed);
    assert_false(trial->not_held);
    assert_false(trial->rescue.host.held);
    assert_false(trial->rescue.host.backwards);
    rescue_close(&trial->rescue);
    bench_free(trial->rescue.bench);
    free(trial);
}

static void promise_1_nothing_is_changed_before_you_confirm(void **state)
{
    struct trial *trial = start("", "DVD TEST", true);

    (void)state;
    assert_int_equal(run(trial), RESULT_VERIFIED);
    assert_int_equal(trial->rescue.host.asked[ASK_CONFIRM], 1);
    assert_int_equal(trial->changes_at_confirm, 0);
    assert_true(bench_flash_changes(trial->rescue.bench) > 0);
    /* What the confirm screen needs is there. */
    assert_non_null(trial->session->port);
    assert_string_equal(trial->session->chip->name, "SST39SF010A");
    assert_string_equal(trial->session->file.product, "DVD TEST");
    assert_int_not_equal(trial->session->file.crc32, 0);
    assert_int_equal(trial->rescue.host.warnings_shown, 0);
    finish(trial);

    trial = start("", "DVD TEST", true);
    test_host_answer(&trial->rescue.host, ASK_CONFIRM, ANSWER_NO);
    assert_int_equal(run(trial), RESULT_NOT_STARTED);
    assert_int_equal(bench_flash_changes(trial->rescue.bench), 0);
    assert_memory_equal(cells_of(&trial->rescue), trial->old, SIZE);
    finish(trial);

    /* The drive says it is another model: a key is not enough. */
    trial = start("", "CD OTHER", true);
    assert_int_equal(run(trial), RESULT_VERIFIED);
    assert_true(trial->rescue.host.warnings_shown & WARN_OTHER_MODEL);
    assert_true(trial->rescue.host.warnings_shown & WARN_NEEDS_NAME);
    finish(trial);

    /* It says nothing, but its old content does. */
    trial = start("", "CD OTHER", false);
    assert_int_equal(run(trial), RESULT_VERIFIED);
    assert_true(trial->rescue.host.warnings_shown & WARN_DRIVE_UNKNOWN);
    assert_true(trial->rescue.host.warnings_shown & WARN_OLD_DIFFERENT_MODEL);
    finish(trial);
}

/* The stick dies at the confirmation. */
static void pull_stick(void *context, enum session_question question)
{
    on_question(context, question);
    if (question == ASK_CONFIRM) {
        ((struct rescue *)context)->host.save_failures = 1000;
    }
}

static void promise_2_after_that_the_stick_is_not_needed(void **state)
{
    struct trial *trial = start("", "DVD TEST", false);

    (void)state;
    trial->rescue.host.on_question = pull_stick;
    assert_int_equal(run(trial), RESULT_VERIFIED);
    assert_int_equal(trial->rescue.host.saves, trial->saves_at_confirm);
    assert_int_equal(trial->rescue.host.save_failures, 1000); /* nobody asked for it again */
    finish(trial);
}

static void promise_3_the_old_content_is_read_twice_and_saved(void **state)
{
    struct trial *trial = start("", "DVD TEST", false);

    (void)state;
    assert_int_equal(run(trial), RESULT_VERIFIED);
    assert_int_equal(trial->saves_at_confirm, 1);
    assert_true(trial->reads_at_confirm >= 2 * SIZE);
    assert_true(trial->session->backup_equal);
    assert_int_equal(trial->rescue.host.saved_size, SIZE);
    assert_memory_equal(trial->rescue.host.saved, trial->old, SIZE);
    finish(trial);

    /* Reads that never agree: the user is told and decides. */
    trial = start("", "DVD TEST", false);
    bench_do(trial->rescue.bench, "fault pm verify_flip every=50");
    test_host_answer(&trial->rescue.host, ASK_NO_BACKUP, ANSWER_NO);
    assert_int_equal(run(trial), RESULT_NOT_STARTED);
    assert_int_equal(trial->rescue.host.asked[ASK_NO_BACKUP], 1);
    assert_int_equal(trial->rescue.host.asked[ASK_CONFIRM], 0);
    assert_int_equal(bench_flash_changes(trial->rescue.bench), 0);
    finish(trial);
}

static void promise_4_pages_are_compared_and_bank_starts_come_last(void **state)
{
    struct trial *trial = start("", "DVD TEST", true);

    (void)state;
    trial->check_order = true;
    assert_int_equal(run(trial), RESULT_VERIFIED);
    assert_true(trial->orders_checked > 0);
    assert_int_equal(trial->order_broken, 0);
    finish(trial);

    /* A page that was not taken is found while programming, not at the end. */
    trial = start("", "DVD TEST", false);
    bench_do(trial->rescue.bench, "fault pm write_lies_at n=40 on=1");
    assert_int_equal(run(trial), RESULT_PARTIAL);
    assert_true(trial->again_in_program > 0);
    finish(trial);

    /* A byte that changes after its page was compared is found at the end. */
    trial = start("", "DVD TEST", false);
    trial->session->job = SESSION_VERIFY;
    memcpy(cells_of(&trial->rescue), trial->file, SIZE);
    memcpy(trial->old, trial->file, SIZE);
    cells_of(&trial->rescue)[SIZE - 1] ^= 1;
    assert_int_equal(run(trial), RESULT_UNCHANGED);
    assert_int_equal(error_class(trial->session->error), ERR_VERIFY);
    finish(trial);
}

static void promise_5_a_failure_leaves_the_drive_in_vendor_mode(void **state)
{
    struct trial *trial = start("", "DVD TEST", false);
    unsigned resets;

    (void)state;
    bench_do(trial->rescue.bench, "fault pm stuck_bit address=0x4010 bit=0 value=0");
    trial->file[0x4010] = 0xFF; /* the stuck bit matters */
    rescue_file(&trial->rescue, trial->file, SIZE, BANK);
    rescue_probe(&trial->rescue);
    resets = trial->resets;
    assert_int_equal(rescue_run(&trial->rescue), RESULT_PARTIAL);
    assert_int_equal(trial->rescue.host.asked[ASK_FAILED], 1);
    assert_int_equal(trial->commands[0x81], 0); /* no outro */
    assert_int_equal(trial->commands[0x08], 0); /* no DEVICE RESET */
    assert_int_equal(trial->resets, resets);
    assert_int_equal(bench_drive(trial->rescue.bench, 0, 0)->phase, SIM_PHASE_VENDOR);
    finish(trial);
}

static void promise_6_escape_only_asks_while_it_matters(void **state)
{
    static const enum session_phase phases[] = {PHASE_ERASE, PHASE_PROGRAM, PHASE_VERIFY};

    (void)state;
    for (unsigned i = 0; i < sizeof phases / sizeof phases[0]; i++) {
        struct trial *trial = start("", "DVD TEST", false);

        trial->rescue.host.escape_phase = phases[i];
        trial->rescue.host.escape_tick = 1;
        assert_int_equal(run(trial), RESULT_VERIFIED);
        assert_int_equal(trial->rescue.host.asked[ASK_STOP], 1);
        assert_int_equal(trial->rescue.host.holds, 1);
        finish(trial);
    }
}

static void promise_7_a_power_cut_leaves_a_drive_that_can_be_flashed(void **state)
{
    static const struct power_cut_scenario toy = {
        "TESTP8K", 0x70, 0x2000, 0x800, &rescue_toy_parallel, true, true};

    (void)state;
    power_cut_at_seeded_moments(&toy, 24, 77);
}

static void promise_8_one_drive_per_cable(void **state)
{
    struct trial *trial = start("", "DVD TEST", false);

    (void)state;
    bench_attach_healthy(trial->rescue.bench, "ps", "SONY", "CD-RW CRX225E", "QYB2", "");
    assert_int_equal(run(trial), RESULT_NOT_STARTED);
    assert_int_equal(error_class(trial->session->error), ERR_REFUSED);
    assert_int_equal(vendor_commands(trial), 0);
    assert_int_equal(trial->rescue.host.asked[ASK_ALONE], 0); /* no answer could allow it */
    finish(trial);

    trial = start("", "DVD TEST", false);
    bench_do(trial->rescue.bench, "attach ps disk");
    bench_advance(trial->rescue.bench, 5000000);
    assert_int_equal(run(trial), RESULT_NOT_STARTED);
    assert_int_equal(error_class(trial->session->error), ERR_REFUSED);
    assert_int_equal(vendor_commands(trial), 0);
    assert_int_equal(bench_disk(trial->rescue.bench, 0, 1)->vendor_commands, 0);
    finish(trial);

    /* Where registers can't tell, a person looks; no is no. */
    trial = start("", "DVD TEST", false);
    bench_do(trial->rescue.bench, "fault pm slave_answers_for_master");
    test_host_answer(&trial->rescue.host, ASK_ALONE, ANSWER_NO);
    assert_int_equal(run(trial), RESULT_NOT_STARTED);
    assert_int_equal(trial->rescue.host.asked[ASK_ALONE], 1);
    assert_int_equal(trial->vendor_at_question, 0);
    assert_int_equal(vendor_commands(trial), 0);
    finish(trial);
}

static void promise_9_a_device_without_a_name_is_asked_about_first(void **state)
{
    struct trial *trial = start("signature=no face=silent", "DVD TEST", false);

    (void)state;
    test_host_answer(&trial->rescue.host, ASK_IS_OPTICAL, ANSWER_NO);
    assert_int_equal(run(trial), RESULT_NOT_STARTED);
    assert_int_equal(trial->rescue.host.asked[ASK_IS_OPTICAL], 1);
    assert_int_equal(trial->vendor_at_question, 0);
    assert_int_equal(vendor_commands(trial), 0);
    finish(trial);

    trial = start("signature=no face=silent", "DVD TEST", false);
    assert_int_equal(run(trial), RESULT_VERIFIED);
    assert_int_equal(trial->rescue.host.asked[ASK_IS_OPTICAL], 1);
    assert_int_equal(trial->vendor_at_question, 0);
    finish(trial);

    /* One that said what it is, is not asked about. */
    trial = start("", "DVD TEST", true);
    assert_int_equal(run(trial), RESULT_VERIFIED);
    assert_int_equal(trial->rescue.host.asked[ASK_IS_OPTICAL], 0);
    finish(trial);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(promise_1_nothing_is_changed_before_you_confirm),
        cmocka_unit_test(promise_2_after_that_the_stick_is_not_needed),
        cmocka_unit_test(promise_3_the_old_content_is_read_twice_and_saved),
        cmocka_unit_test(promise_4_pages_are_compared_and_bank_starts_come_last),
        cmocka_unit_test(promise_5_a_failure_leaves_the_drive_in_vendor_mode),
        cmocka_unit_test(promise_6_escape_only_asks_while_it_matters),
        cmocka_unit_test(promise_7_a_power_cut_leaves_a_drive_that_can_be_flashed),
        cmocka_unit_test(promise_8_one_drive_per_cable),
        cmocka_unit_test(promise_9_a_device_without_a_name_is_asked_about_first),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
