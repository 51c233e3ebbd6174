/*
 * Every fault that the simulated drive knows, through a whole session: the result word must be the
 * right one, and it must be true. The chip is compared with file and old content behind the
 * session's back.
 */
#define ERROR_MODULE MODULE_NONE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/drive/fault.h"
#include "tests/support/bench_script.h"
#include "tests/support/rescue.h"

enum { LARGEST = 0x100000 };

/* What the drive is before: dead (flash does not begin with 02) or running an older firmware, with
 * vendor mode open because eject was held. */
enum start { DEAD, RUNNING };

/* Whether the drive answered INQUIRY after the restart, and as the file says. */
enum after { NOT_ASKED, SILENT, OTHER, AS_FILE };

struct row {
    const char *fault; /* bench command; the test's name */
    const char *chip;
    unsigned engine;
    uint32_t size;
    enum start start;
    enum session_result result;
    enum error_class error;
    enum after after;
};

#define PARALLEL   "SST39SF010A", 0x70, 0x20000
#define SERIAL     "MX25L1005", 0x72, 0x20000
#define NO_SECTORS "W49F020", 0x70, 0x40000
#define BY_PAGES   "SST29EE020A", 0x70, 0x40000

static const struct row rows[] = {
    /* nothing to talk to */
    {"no_drive_00", PARALLEL, DEAD, RESULT_NOT_STARTED, ERR_NO_DEVICE, NOT_ASKED},
    {"no_drive_7f", PARALLEL, DEAD, RESULT_NOT_STARTED, ERR_NO_DEVICE, NOT_ASKED},
    {"no_drive_ff", PARALLEL, DEAD, RESULT_NOT_STARTED, ERR_NO_DEVICE, NOT_ASKED},
    /* firmware that hangs: vendor mode does not need it */
    {"bsy_forever", PARALLEL, DEAD, RESULT_VERIFIED, ERR_NONE, SILENT},
    {"bsy_forever", PARALLEL, RUNNING, RESULT_VERIFIED, ERR_NONE, SILENT},
    {"reset_hangs", PARALLEL, RUNNING, RESULT_VERIFIED, ERR_NONE, SILENT},
    {"slave_answers_for_master", PARALLEL, DEAD, RESULT_VERIFIED, ERR_NONE, AS_FILE},
    {"greedy", PARALLEL, DEAD, RESULT_VERIFIED, ERR_NONE, AS_FILE},
    /* packets that go wrong: the flash is not reached by packets */
    {"drq_never", PARALLEL, RUNNING, RESULT_VERIFIED, ERR_NONE, SILENT},
    {"drq_never busy=1", PARALLEL, RUNNING, RESULT_VERIFIED, ERR_NONE, SILENT},
    {"wrong_ireason_dir", PARALLEL, RUNNING, RESULT_VERIFIED, ERR_NONE, SILENT},
    {"short_burst", PARALLEL, RUNNING, RESULT_VERIFIED, ERR_NONE, AS_FILE},
    {"odd_byte_count", PARALLEL, RUNNING, RESULT_VERIFIED, ERR_NONE, AS_FILE},
    {"identify_garbage", PARALLEL, RUNNING, RESULT_VERIFIED, ERR_NONE, AS_FILE},
    {"identify_aborted_but_packet_works", PARALLEL, RUNNING, RESULT_VERIFIED, ERR_NONE, AS_FILE},
    {"unit_attention_first", PARALLEL, RUNNING, RESULT_VERIFIED, ERR_NONE, AS_FILE},
    {"not_ready_then_ready", PARALLEL, RUNNING, RESULT_VERIFIED, ERR_NONE, AS_FILE},
    {"sense_lost", PARALLEL, RUNNING, RESULT_VERIFIED, ERR_NONE, AS_FILE},
    /* bytes are right, the drive says something else: both are told */
    {"comes_back_as_other_model", PARALLEL, RUNNING, RESULT_VERIFIED, ERR_NONE, OTHER},
    {"version_unchanged_after_ok", PARALLEL, RUNNING, RESULT_VERIFIED, ERR_NONE, OTHER},
    {"eeprom_bad", PARALLEL, RUNNING, RESULT_VERIFIED, ERR_NONE, AS_FILE},
    /* the way in */
    {"intro_f2", SERIAL, DEAD, RESULT_VERIFIED, ERR_NONE, AS_FILE},
    {"intro_f2 times=20", SERIAL, DEAD, RESULT_NOT_STARTED, ERR_VENDOR_REFUSED, NOT_ASKED},
    {"intro_52", SERIAL, DEAD, RESULT_NOT_STARTED, ERR_VENDOR_REFUSED, NOT_ASKED},
    {"intro_ignored", PARALLEL, DEAD, RESULT_VERIFIED, ERR_NONE, AS_FILE},
    {"intro_ignored times=20", PARALLEL, DEAD, RESULT_NOT_STARTED, ERR_VENDOR_REFUSED, NOT_ASKED},
    {"id_0000_once", PARALLEL, DEAD, RESULT_VERIFIED, ERR_NONE, AS_FILE},
    {"id_ffff_once", PARALLEL, DEAD, RESULT_VERIFIED, ERR_NONE, AS_FILE},
    {"id_0000_once", SERIAL, DEAD, RESULT_VERIFIED, ERR_NONE, AS_FILE},
    {"id_ffff_once", SERIAL, DEAD, RESULT_VERIFIED, ERR_NONE, AS_FILE},
    {"id_late ms=2500", SERIAL, DEAD, RESULT_VERIFIED, ERR_NONE, AS_FILE},
    {"id_garbled", PARALLEL, DEAD, RESULT_VERIFIED, ERR_NONE, AS_FILE},
    /* registers that do not keep what was written: at once, in the backup, while programming, in
     * the last comparison */
    {"address_lost", PARALLEL, DEAD, RESULT_VERIFIED, ERR_NONE, AS_FILE},
    {"address_lost", SERIAL, DEAD, RESULT_VERIFIED, ERR_NONE, AS_FILE},
    {"address_lost after=100000", PARALLEL, DEAD, RESULT_VERIFIED, ERR_NONE, AS_FILE},
    {"address_lost after=300000", PARALLEL, DEAD, RESULT_VERIFIED, ERR_NONE, AS_FILE},
    {"address_lost after=300000", SERIAL, DEAD, RESULT_VERIFIED, ERR_NONE, AS_FILE},
    {"address_lost after=450000", PARALLEL, DEAD, RESULT_VERIFIED, ERR_NONE, AS_FILE},
    {"address_lost after=520000", PARALLEL, DEAD, RESULT_VERIFIED, ERR_NONE, AS_FILE},
    /* lost in the backup (nothing sent yet), while programming, and for good */
    {"vendor_mode_lost after=100000", PARALLEL, DEAD, RESULT_VERIFIED, ERR_NONE, AS_FILE},
    {"vendor_mode_lost after=300000", PARALLEL, DEAD, RESULT_VERIFIED, ERR_NONE, AS_FILE},
    {"vendor_mode_lost after=300000 status=128", SERIAL, DEAD, RESULT_VERIFIED, ERR_NONE, AS_FILE},
    {"vendor_mode_lost after=100000 gate=0", PARALLEL, DEAD, RESULT_NOT_STARTED, ERR_VENDOR_REFUSED,
     NOT_ASKED},
    {"vendor_mode_lost after=300000 gate=0", PARALLEL, DEAD, RESULT_UNKNOWN, ERR_VENDOR_REFUSED,
     NOT_ASKED},
    /* the chip does not take what it is given */
    {"write_error_at n=50", PARALLEL, DEAD, RESULT_PARTIAL, ERR_ERASE, NOT_ASKED},
    {"write_error_at n=5", SERIAL, DEAD, RESULT_PARTIAL, ERR_DEVICE, NOT_ASKED},
    {"write_lies_at n=50", PARALLEL, DEAD, RESULT_VERIFIED, ERR_NONE, AS_FILE},
    {"write_lies_at n=50 on=1", PARALLEL, DEAD, RESULT_PARTIAL, ERR_PROGRAM, NOT_ASKED},
    {"write_lies_at n=5", SERIAL, DEAD, RESULT_VERIFIED, ERR_NONE, AS_FILE},
    {"write_lies_at n=5 on=1", SERIAL, DEAD, RESULT_PARTIAL, ERR_PROGRAM, NOT_ASKED},
    {"write_lies_at n=5", BY_PAGES, DEAD, RESULT_VERIFIED, ERR_NONE, AS_FILE},
    {"write_torn_at n=50", PARALLEL, DEAD, RESULT_VERIFIED, ERR_NONE, AS_FILE},
    {"write_torn_at n=5", SERIAL, DEAD, RESULT_VERIFIED, ERR_NONE, AS_FILE},
    {"write_torn_at n=5", BY_PAGES, DEAD, RESULT_VERIFIED, ERR_NONE, AS_FILE},
    {"erase_partial n=1", PARALLEL, DEAD, RESULT_VERIFIED, ERR_NONE, AS_FILE},
    {"erase_partial n=3", PARALLEL, DEAD, RESULT_VERIFIED, ERR_NONE, AS_FILE},
    {"erase_partial n=1 on=1", PARALLEL, DEAD, RESULT_PARTIAL, ERR_PROGRAM, NOT_ASKED},
    {"erase_partial n=2", SERIAL, DEAD, RESULT_VERIFIED, ERR_NONE, AS_FILE},
    {"erase_partial n=1", NO_SECTORS, DEAD, RESULT_PARTIAL, ERR_PROGRAM, NOT_ASKED},
    {"stuck_bit address=16385 bit=7 value=0", PARALLEL, DEAD, RESULT_PARTIAL, ERR_PROGRAM,
     NOT_ASKED},
    {"stuck_bit address=0 bit=1 value=0", PARALLEL, DEAD, RESULT_PARTIAL, ERR_PROGRAM, NOT_ASKED},
    {"stuck_bit address=0 bit=1 value=1", PARALLEL, DEAD, RESULT_VERIFIED, ERR_NONE, AS_FILE},
    {"stuck_bit address=16385 bit=7 value=0", SERIAL, DEAD, RESULT_PARTIAL, ERR_PROGRAM, NOT_ASKED},
    {"worn_sector address=20480", PARALLEL, DEAD, RESULT_PARTIAL, ERR_ERASE, NOT_ASKED},
    {"worn_sector address=20480 never=0", PARALLEL, DEAD, RESULT_PARTIAL, ERR_PROGRAM, NOT_ASKED},
    {"worn_sector address=20480 never=0", SERIAL, DEAD, RESULT_PARTIAL, ERR_PROGRAM, NOT_ASKED},
    {"slow_erase", PARALLEL, DEAD, RESULT_VERIFIED, ERR_NONE, AS_FILE},
    {"slow_erase", SERIAL, DEAD, RESULT_VERIFIED, ERR_NONE, AS_FILE},
    /* reading goes wrong now and then */
    {"verify_flip", PARALLEL, DEAD, RESULT_VERIFIED, ERR_NONE, AS_FILE},
    {"verify_flip seed=7 every=20000", SERIAL, DEAD, RESULT_VERIFIED, ERR_NONE, AS_FILE},
    /* the drive's power fails and the machine's does not */
    {"power_cut_at n=40", PARALLEL, DEAD, RESULT_UNKNOWN, ERR_NO_DEVICE, NOT_ASKED},
};

enum { ROWS = sizeof rows / sizeof rows[0] };

static uint8_t old_image[LARGEST], new_image[LARGEST];

static void start(struct rescue *rescue, const struct row *row)
{
    struct bench *bench = bench_new(5);
    uint32_t size;

    assert_non_null(bench);
    rescue_image(old_image, row->size, false, "DVD TEST", "OLD1", 1);
    rescue_image(new_image, row->size, true, "DVD TEST", "NEW2", 2);
    if (row->start == DEAD) {
        memset(old_image, 0xFF, 256);
    }
    bench_do(bench, "attach pm drive chip=%s engine=%02x power=off", row->chip, row->engine);
    rescue_open(rescue, bench, 0);
    memcpy((uint8_t *)(uintptr_t)rescue_cells(rescue, &size), old_image, row->size);
    rescue_file(rescue, new_image, row->size, 0x10000);
    bench_do(bench, "eject pm hold");
    bench_do(bench, "power pm on");
    bench_advance(bench, 3000000);
    bench_do(bench, "eject pm release");
    bench_do(bench, "fault pm %s", row->fault);
    rescue_probe(rescue);
}

static void end(struct rescue *rescue)
{
    rescue_close(rescue);
    bench_free(rescue->bench);
}

/* The word against the cells themselves. */
static void check_truth(const struct rescue *rescue, uint32_t expected_size)
{
    const struct session *session = rescue->session;
    uint32_t size;
    const uint8_t *cells = rescue_cells(rescue, &size);

    assert_int_equal(size, expected_size);
    if (session->result == RESULT_VERIFIED) {
        assert_memory_equal(cells, session->file.bytes, size);
        assert_int_equal(session->bytes, size);
    }
    if (session->result == RESULT_UNCHANGED || session->result == RESULT_NOT_STARTED) {
        assert_memory_equal(cells, old_image, size);
    }
    if (session->result == RESULT_NOT_STARTED) {
        assert_int_equal(bench_flash_changes(rescue->bench), 0);
    }
    assert_false(rescue->host.backwards);
    assert_false(rescue->host.held);
}

static void explain(const struct rescue *rescue)
{
    printf("%.*s", (int)rescue->host.log.used, rescue->host.log.text);
}

static void test_fault(void **state)
{
    const struct row *row = *state;
    struct rescue rescue;
    struct session *session;
    bool as_expected;

    start(&rescue, row);
    session = rescue.session;
    (void)rescue_run(&rescue);
    as_expected = session->result == row->result && error_class(session->error) == row->error;
    if (!as_expected) {
        explain(&rescue);
    }
    check_truth(&rescue, row->size);
    assert_string_equal(session_result_word(session->result), session_result_word(row->result));
    assert_int_equal(error_class(session->error), row->error);
    assert_int_equal(session->left, row->after != NOT_ASKED);
    assert_int_equal(session->identified_after, row->after == OTHER || row->after == AS_FILE);
    assert_int_equal(session->after_matches, row->after == AS_FILE);
    if (strncmp(row->fault, "address_lost", 12) == 0) {
        assert_false(session->lean);
    }
    end(&rescue);
}

/* No fault of the simulated drive is left out. */
static void test_every_fault_has_a_row(void **state)
{
    (void)state;
    for (unsigned fault = 0; fault < SIM_FAULT_COUNT; fault++) {
        const char *name = sim_fault_name((enum sim_fault)fault);
        bool found = false;

        for (unsigned i = 0; i < ROWS; i++) {
            size_t length = strlen(name);

            found = found || (strncmp(rows[i].fault, name, length) == 0 &&
                              (rows[i].fault[length] == ' ' || rows[i].fault[length] == '\0'));
        }
        if (!found) {
            fail_msg("no row for %s", name);
        }
    }
}

/* After a failure power is kept, the user mends what can be mended, and goes on. */
static void mend(void *context, enum session_question question)
{
    struct rescue *rescue = context;

    if (question == ASK_FAILED && rescue->host.asked[ASK_FAILED] == 1) {
        bench_do(rescue->bench, "clear pm");
        bench_do(rescue->bench, "power pm off");
        bench_advance(rescue->bench, 1000000);
        bench_do(rescue->bench, "eject pm hold");
        bench_do(rescue->bench, "power pm on");
        bench_advance(rescue->bench, 3000000);
        bench_do(rescue->bench, "eject pm release");
    }
}

/* Every fault that ended badly, once more with a retry in the same session. */
static void test_retry_after(void **state)
{
    static const enum session_answer answers[] = {ANSWER_RETRY, ANSWER_RETRY_FAILED,
                                                  ANSWER_RESTORE_BACKUP};
    const struct row *row = *state;

    for (unsigned i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        struct rescue rescue;
        enum session_result wanted =
            answers[i] == ANSWER_RESTORE_BACKUP ? RESULT_UNCHANGED : RESULT_VERIFIED;

        start(&rescue, row);
        rescue.host.on_question = mend;
        test_host_answer(&rescue.host, ASK_FAILED, answers[i]);
        test_host_answer(&rescue.host, ASK_FAILED, ANSWER_STOP);
        if (rescue_run(&rescue) != wanted) {
            explain(&rescue);
        }
        check_truth(&rescue, row->size);
        assert_string_equal(session_result_word(rescue.session->result),
                            session_result_word(wanted));
        end(&rescue);
    }
}

/* "retry after" or "" before fault, chip and start. */
static void add(struct CMUnitTest *test, char name[120], const char *prefix, const struct row *row,
                CMUnitTestFunction function)
{
    snprintf(name, 120, "%s%s, %s, %s", prefix, row->fault, row->chip,
             row->start == DEAD ? "dead" : "running");
    *test = (struct CMUnitTest){
        .name = name, .test_func = function, .initial_state = (void *)(uintptr_t)row};
}

int main(void)
{
    static struct CMUnitTest tests[2 * ROWS + 1];
    static char names[2 * ROWS][120];
    size_t count = 0;

    for (unsigned i = 0; i < ROWS; i++) {
        add(&tests[count], names[count], "", &rows[i], test_fault);
        count++;
        if (rows[i].result == RESULT_PARTIAL || rows[i].result == RESULT_UNKNOWN) {
            add(&tests[count], names[count], "retry after ", &rows[i], test_retry_after);
            count++;
        }
    }
    tests[count] = (struct CMUnitTest)cmocka_unit_test(test_every_fault_has_a_row);
    count++;
    return _cmocka_run_group_tests("faults", tests, count, NULL, NULL);
}
