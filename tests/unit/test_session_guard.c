/*
 * Hands that move plugs while a session works or waits: whatever they do, nothing but the drive
 * that was confirmed is written to, and no disk gets a vendor command.
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
#include "tests/support/rescue.h"

enum { SIZE = 0x20000, BANK = 0x10000, HANDS = 8, OTHERS = 4 };

/* What a hand does, so long after the moment it is told to. */
struct move {
    uint64_t after_us;
    const char *command;
};

/* When hands begin: at the so-manieth progress call of a phase, or at the question below. */
struct plan {
    enum session_phase phase;
    unsigned tick;
    bool at_question;
    struct move moves[HANDS];
    /* The user takes so long for an answer, the so-manieth time that question is asked. */
    enum session_question question;
    unsigned time;
    uint64_t think_us;
};

struct scene {
    struct rescue rescue;
    struct session *session;
    const struct plan *plan;
    uint64_t began_us; /* of the plan; 0: not yet */
    unsigned moved;
    struct drive *patient;
    struct drive *others[OTHERS];
    struct disk *disk;
    uint8_t old[SIZE], file[SIZE];
    uint8_t before[OTHERS][SIZE];
    uint64_t intros_of_others; /* when the session began */
    struct drive *confirmed;
};

static struct scene *scene_of(void *context)
{
    return (struct scene *)((char *)context - offsetof(struct scene, rescue));
}

/* ---- hands ---- */

static void hands(void *context)
{
    struct scene *scene = context;
    const struct plan *plan = scene->plan;

    while (
        scene->began_us != 0 && scene->moved < HANDS && plan->moves[scene->moved].command != NULL &&
        bench_now_us(scene->rescue.bench) - scene->began_us >= plan->moves[scene->moved].after_us) {
        bench_do(scene->rescue.bench, "%s", plan->moves[scene->moved++].command);
    }
}

static void begin(struct scene *scene)
{
    if (scene->began_us == 0) {
        scene->began_us = bench_now_us(scene->rescue.bench);
        hands(scene);
    }
}

static void on_tick(void *context)
{
    struct scene *scene = scene_of(context);
    const struct plan *plan = scene->plan;

    if (!plan->at_question && scene->session->phase == plan->phase &&
        scene->rescue.host.ticks[plan->phase] >= plan->tick) {
        begin(scene);
    }
}

static void on_question(void *context, enum session_question question)
{
    struct scene *scene = scene_of(context);
    const struct plan *plan = scene->plan;

    if (question == plan->question && scene->rescue.host.asked[question] == plan->time) {
        if (plan->at_question) {
            begin(scene);
        }
        for (uint64_t us = 0; us < plan->think_us; us += 10000) {
            bench_advance(scene->rescue.bench, 10000);
            hands(scene);
        }
    }
    if (question == ASK_CONFIRM) {
        scene->confirmed = bench_drive(scene->rescue.bench, 0, 0);
    }
}

/* ---- the bench ---- */

static struct drive *put_on_bench(struct scene *scene, const char *name, const uint8_t *content,
                                  const char *options)
{
    struct bench *bench = scene->rescue.bench;
    struct drive *drive;

    bench_do(bench, "attach pm drive chip=SST39SF010A name=%s power=off %s", name, options);
    drive = bench_drive(bench, 0, 0);
    memcpy(drive->chip->cells, content, SIZE);
    bench_do(bench, "eject %s hold", name);
    bench_do(bench, "power %s on", name);
    bench_advance(bench, 3000000);
    bench_do(bench, "eject %s release", name);
    return drive;
}

static void raw_intro(struct bench *bench)
{
    bench_write(bench, 0, ATA_REG_DEVICE, ATA_DEVICE_MASTER);
    bench_write(bench, 0, ATA_REG_LBA_LOW, 0x2A);
    bench_write(bench, 0, ATA_REG_COMMAND, 0x80);
    bench_advance(bench, 100000);
    assert_int_equal(bench_read(bench, 0, ATA_REG_STATUS), 0x70);
}

/* What is at the place of the patient goes to the shelf as it is. */
static void clear_table(struct bench *bench)
{
    bench_do(bench, "attach shelf drive name=spare");
    bench_do(bench, "swap pm spare");
    bench_do(bench, "detach spare");
}

enum { SIBLING, TWIN, RUNNER, BLANK };

/*
 * On the shelf: the sibling (same chip, vendor mode open, another firmware), the twin (the same
 * with the very file that is to be written), a runner (a healthy drive of another model, its vendor
 * mode closed) and a blank one in vendor mode; and a disk.
 */
static struct scene *open_scene(const struct plan *plan)
{
    struct scene *scene = calloc(1, sizeof *scene);
    struct bench *bench = bench_new(7);
    uint8_t *image = malloc(SIZE);

    assert_non_null(scene);
    assert_non_null(bench);
    assert_non_null(image);
    scene->plan = plan;
    rescue_image(scene->old, SIZE, false, "DVD TEST", "OLD1", 1);
    rescue_image(scene->file, SIZE, false, "DVD TEST", "NEW2", 2);
    scene->old[0] = 0xFF;
    rescue_open(&scene->rescue, bench, 0);
    scene->session = scene->rescue.session;

    rescue_image(image, SIZE, true, "DVD TEST", "SIB3", 3);
    scene->others[SIBLING] = put_on_bench(scene, "sibling", image, "");
    raw_intro(bench);
    bench_do(bench, "attach ps disk name=disk");
    scene->disk = bench_disk(bench, 0, 1);
    bench_do(bench, "swap pm disk");
    bench_advance(bench, 5000000);
    clear_table(bench);

    scene->others[TWIN] = put_on_bench(scene, "twin", scene->file, "");
    raw_intro(bench);
    clear_table(bench);

    rescue_image(image, SIZE, true, "CD OTHER", "RUN4", 4);
    bench_do(bench, "attach pm drive chip=SST39SF010A name=runner power=off");
    scene->others[RUNNER] = bench_drive(bench, 0, 0);
    memcpy(scene->others[RUNNER]->chip->cells, image, SIZE);
    bench_do(bench, "power pm on");
    bench_advance(bench, 3000000);
    clear_table(bench);

    memset(image, 0xFF, SIZE);
    scene->others[BLANK] = put_on_bench(scene, "blank", image, "");
    raw_intro(bench);
    clear_table(bench);

    scene->patient = put_on_bench(scene, "patient", scene->old, "");
    for (unsigned i = 0; i < OTHERS; i++) {
        memcpy(scene->before[i], scene->others[i]->chip->cells, SIZE);
        scene->intros_of_others += scene->others[i]->intros;
    }
    rescue_file(&scene->rescue, scene->file, SIZE, BANK);
    scene->rescue.host.on_tick = on_tick;
    scene->rescue.host.on_question = on_question;
    rescue_probe(&scene->rescue);
    scene->rescue.cables[0].hands = hands;
    scene->rescue.cables[0].hands_context = scene;
    mtk_open(&scene->rescue.mtk, &scene->rescue.method, &scene->session->port->device);
    free(image);
    return scene;
}

/* What must hold whatever hands did. */
static void check_others(struct scene *scene)
{
    for (unsigned i = 0; i < OTHERS; i++) {
        if (scene->others[i] != scene->confirmed) {
            assert_memory_equal(scene->others[i]->chip->cells, scene->before[i], SIZE);
        }
        assert_int_equal(scene->others[i]->destroyed, 0);
    }
    assert_int_equal(scene->disk->vendor_commands, 0);
    assert_int_equal(scene->disk->vendor_keys, 0);
    assert_int_equal(scene->disk->writes, 0);
    assert_int_equal(scene->patient->destroyed, 0);
    if (scene->session->result == RESULT_VERIFIED && scene->confirmed == scene->patient) {
        assert_memory_equal(scene->patient->chip->cells, scene->file, SIZE);
    }
    if (scene->session->result == RESULT_UNCHANGED ||
        scene->session->result == RESULT_NOT_STARTED) {
        assert_memory_equal(scene->patient->chip->cells, scene->old, SIZE);
    }
    assert_false(scene->rescue.host.held);
}

static uint64_t intros_of_others(const struct scene *scene)
{
    uint64_t intros = 0;

    for (unsigned i = 0; i < OTHERS; i++) {
        intros += scene->others[i]->intros;
    }
    return intros - scene->intros_of_others;
}

static void close_scene(struct scene *scene)
{
    check_others(scene);
    rescue_close(&scene->rescue);
    bench_free(scene->rescue.bench);
    free(scene);
}

static void answer(struct scene *scene, enum session_answer first, enum session_answer second)
{
    test_host_answer(&scene->rescue.host, ASK_FAILED, first);
    test_host_answer(&scene->rescue.host, ASK_FAILED, second);
    test_host_answer(&scene->rescue.host, ASK_FAILED, ANSWER_STOP);
}

/* ---- another drive comes while the chip is written ---- */

static const enum session_answer tries[] = {ANSWER_RETRY, ANSWER_RETRY_FAILED,
                                            ANSWER_RESTORE_BACKUP};

static void check_refused(const char *swap, enum error_class error)
{
    for (unsigned i = 0; i < sizeof tries / sizeof tries[0]; i++) {
        const struct plan plan = {
            .phase = PHASE_PROGRAM, .tick = 40, .moves = {{0, "unplug pm"}, {700000, swap}}};
        struct scene *scene = open_scene(&plan);

        answer(scene, tries[i], tries[i]);
        assert_int_equal(rescue_run(&scene->rescue), RESULT_UNKNOWN);
        assert_int_equal(error_class(scene->session->error), error);
        assert_int_equal(scene->rescue.host.asked[ASK_FAILED], 3);
        assert_int_equal(intros_of_others(scene), 0);
        close_scene(scene);
    }
}

static void test_a_disk_in_its_place_gets_nothing(void **state)
{
    (void)state;
    check_refused("swap pm disk", ERR_REFUSED);
}

static void test_a_healthy_drive_in_its_place_gets_no_intro(void **state)
{
    (void)state;
    check_refused("swap pm runner", ERR_OTHER_DRIVE);
}

static void test_a_drive_in_vendor_mode_in_its_place_is_told_by_its_chip(void **state)
{
    (void)state;
    check_refused("swap pm sibling", ERR_OTHER_DRIVE);
    check_refused("swap pm twin", ERR_OTHER_DRIVE);
    check_refused("swap pm blank", ERR_OTHER_DRIVE);
}

static void test_nobody_in_its_place(void **state)
{
    const struct plan plan = {.phase = PHASE_PROGRAM, .tick = 40, .moves = {{0, "unplug pm"}}};
    struct scene *scene = open_scene(&plan);

    (void)state;
    answer(scene, ANSWER_RETRY, ANSWER_STOP);
    assert_int_equal(rescue_run(&scene->rescue), RESULT_UNKNOWN);
    assert_int_equal(error_class(scene->session->error), ERR_NO_DEVICE);
    close_scene(scene);
}

/* The wrong plug, then the right one: the work is finished. */
static void test_the_right_drive_plugged_back_is_recognised(void **state)
{
    static const char *const swaps[] = {"swap pm disk", "swap pm runner", "swap pm sibling",
                                        "swap pm twin", "swap pm blank"};

    (void)state;
    for (unsigned i = 0; i < sizeof swaps / sizeof swaps[0]; i++) {
        const struct plan plan = {.phase = PHASE_PROGRAM,
                                  .tick = 40,
                                  .question = ASK_FAILED,
                                  .time = 2,
                                  .think_us = 20000000,
                                  .moves = {{0, "unplug pm"},
                                            {700000, swaps[i]},
                                            {15000000, "unplug pm"},
                                            {16000000, "swap pm patient"}}};
        struct scene *scene = open_scene(&plan);

        answer(scene, ANSWER_RETRY, ANSWER_RETRY);
        assert_int_equal(rescue_run(&scene->rescue), RESULT_VERIFIED);
        assert_int_equal(scene->rescue.host.asked[ASK_FAILED], 2);
        assert_int_equal(scene->rescue.host.asked[ASK_SAME_DRIVE], 0);
        close_scene(scene);
    }
}

/* ---- while a question is on the screen ---- */

/* A byte in the middle of the file that needs its highest bit. */
static unsigned address_of_bit_7(const struct scene *scene)
{
    unsigned address = SIZE / 2 + 1000;

    while (!(scene->file[address] & 0x80)) {
        address++;
    }
    return address;
}

static void test_moved_at_the_failure_question(void **state)
{
    static const char *const swaps[] = {"swap pm disk", "swap pm runner", "swap pm sibling",
                                        "swap pm twin"};

    (void)state;
    for (unsigned i = 0; i < sizeof swaps / sizeof swaps[0]; i++) {
        const struct plan plan = {.at_question = true,
                                  .question = ASK_FAILED,
                                  .time = 1,
                                  .moves = {{0, "unplug pm"}, {900000, swaps[i]}},
                                  .think_us = 5000000};
        struct scene *scene = open_scene(&plan);

        bench_do(scene->rescue.bench, "fault pm stuck_bit address=%u bit=7 value=0",
                 address_of_bit_7(scene));
        answer(scene, ANSWER_RETRY, ANSWER_STOP);
        assert_int_not_equal(rescue_run(&scene->rescue), RESULT_VERIFIED);
        assert_int_equal(scene->rescue.host.asked[ASK_FAILED], 2);
        assert_int_equal(intros_of_others(scene), 0);
        close_scene(scene);
    }
}

/* An hour at the confirm screen, and the plug is elsewhere: the answer was given for what the
 * screen showed. */
static void test_moved_at_the_confirm_screen(void **state)
{
    static const char *const swaps[] = {"swap pm disk", "swap pm runner", "swap pm sibling",
                                        "swap pm twin", "swap pm blank"};

    (void)state;
    for (unsigned i = 0; i < sizeof swaps / sizeof swaps[0]; i++) {
        const struct plan plan = {.at_question = true,
                                  .question = ASK_CONFIRM,
                                  .time = 1,
                                  .moves = {{0, "unplug pm"}, {900000, swaps[i]}},
                                  .think_us = 10000000};
        struct scene *scene = open_scene(&plan);

        assert_int_equal(rescue_run(&scene->rescue), RESULT_UNCHANGED);
        assert_int_not_equal(scene->session->error, 0);
        assert_int_equal(bench_flash_changes(scene->rescue.bench), 0);
        scene->confirmed = scene->patient;
        close_scene(scene);
    }
}

/* "No" ends vendor mode only where vendor mode still shows. */
static void test_no_sends_no_outro_to_a_disk(void **state)
{
    const struct plan plan = {.at_question = true,
                              .question = ASK_CONFIRM,
                              .time = 1,
                              .moves = {{0, "unplug pm"}, {900000, "swap pm disk"}},
                              .think_us = 10000000};
    struct scene *scene = open_scene(&plan);

    (void)state;
    scene->session->port->verdict = VERDICT_BOOT_CODE; /* a firmware ran: it would be restarted */
    test_host_answer(&scene->rescue.host, ASK_CONFIRM, ANSWER_NO);
    assert_int_equal(rescue_run(&scene->rescue), RESULT_NOT_STARTED);
    assert_false(scene->session->left);
    close_scene(scene);
}

/* ---- before the first vendor command ---- */

static void move_before_the_session(struct scene *scene, const char *swap)
{
    bench_do(scene->rescue.bench, "unplug pm");
    bench_advance(scene->rescue.bench, 700000);
    bench_do(scene->rescue.bench, "%s", swap);
}

static void test_whoever_came_since_the_probe_is_asked_first(void **state)
{
    static const struct {
        const char *swap;
        enum error_class error;
    } cases[] = {{"swap pm disk", ERR_REFUSED}, {"swap pm runner", ERR_OTHER_DRIVE}};
    static const struct plan plan = {.phase = PHASE_DONE, .tick = 1000};

    (void)state;
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct scene *scene = open_scene(&plan);

        move_before_the_session(scene, cases[i].swap);
        assert_int_equal(rescue_run(&scene->rescue), RESULT_NOT_STARTED);
        assert_int_equal(error_class(scene->session->error), cases[i].error);
        assert_int_equal(intros_of_others(scene), 0);
        close_scene(scene);
    }
}

/* A drive hung there when it was probed; the disk that took its place is busy, too, but only for as
 * long as it takes to start. */
static void test_a_disk_that_starts_where_a_drive_hung(void **state)
{
    static const struct plan plan = {.phase = PHASE_DONE, .tick = 1000};
    struct scene *scene = open_scene(&plan);
    struct port *port = scene->session->port;

    (void)state;
    port->verdict = VERDICT_STUCK_BUSY;
    port->busy_since_us = bench_now_us(scene->rescue.bench);
    bench_advance(scene->rescue.bench, 40000000);
    bench_do(scene->rescue.bench, "power disk off");
    move_before_the_session(scene, "swap pm disk");
    bench_do(scene->rescue.bench, "power disk on");
    assert_int_equal(rescue_run(&scene->rescue), RESULT_NOT_STARTED);
    assert_int_equal(error_class(scene->session->error), ERR_REFUSED);
    close_scene(scene);
}

/* ---- contacts ---- */

static void test_a_glitch_is_not_the_end(void **state)
{
    static const struct {
        enum session_phase phase;
        unsigned tick;
        const char *command;
    } cases[] = {{PHASE_BACKUP, 30, "bounce pm 3"},   {PHASE_BACKUP, 700, "bounce pm 40"},
                 {PHASE_PROGRAM, 20, "bounce pm 1"},  {PHASE_PROGRAM, 60, "bounce pm 5"},
                 {PHASE_PROGRAM, 90, "bounce pm 60"}, {PHASE_VERIFY, 100, "bounce pm 60"}};

    (void)state;
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct plan plan = {
            .phase = cases[i].phase, .tick = cases[i].tick, .moves = {{0, cases[i].command}}};
        struct scene *scene = open_scene(&plan);

        answer(scene, ANSWER_STOP, ANSWER_STOP);
        assert_int_equal(rescue_run(&scene->rescue), RESULT_VERIFIED);
        assert_int_equal(scene->rescue.host.asked[ASK_FAILED], 0);
        assert_int_equal(scene->rescue.host.asked[ASK_SAME_DRIVE], 0);
        close_scene(scene);
    }
}

static void test_a_ribbon_that_comes_back_soon_is_not_the_end(void **state)
{
    static const enum session_phase phases[] = {PHASE_BACKUP, PHASE_PROGRAM, PHASE_VERIFY};

    (void)state;
    for (unsigned i = 0; i < sizeof phases / sizeof phases[0]; i++) {
        const struct plan plan = {
            .phase = phases[i],
            .tick = 30,
            .moves = {{0, "unplug pm"}, {800000, "plug pm"}, {800000, "bounce pm 30"}}};
        struct scene *scene = open_scene(&plan);

        assert_int_equal(rescue_run(&scene->rescue), RESULT_VERIFIED);
        /* When all is written every drive with this file looks like ours. */
        assert_int_equal(scene->rescue.host.asked[ASK_SAME_DRIVE], phases[i] == PHASE_VERIFY);
        close_scene(scene);
    }
}

/* The backup is of one drive: two halves of two drives are none. */
static void test_a_backup_is_that_of_one_drive(void **state)
{
    const struct plan plan = {.phase = PHASE_BACKUP,
                              .tick = 100,
                              .moves = {{0, "unplug pm"}, {700000, "swap pm sibling"}}};
    struct scene *scene = open_scene(&plan);

    (void)state;
    scene->session->job = SESSION_BACKUP;
    (void)rescue_run(&scene->rescue);
    if (scene->session->result == RESULT_UNCHANGED) {
        assert_memory_equal(scene->rescue.host.saved, scene->before[SIBLING], SIZE);
    }
    close_scene(scene);
}

/* ---- power ---- */

static void test_power_off_and_on_in_mid_flight(void **state)
{
    const struct plan plan = {.phase = PHASE_PROGRAM,
                              .tick = 40,
                              .moves = {{0, "power pm off"}, {900000, "power pm on"}}};
    struct scene *scene = open_scene(&plan);

    (void)state;
    assert_int_equal(rescue_run(&scene->rescue), RESULT_VERIFIED);
    close_scene(scene);
}

/* A drive that was flashed with the very file before, and the patient is as good as done: the chips
 * are equal, and only the user can tell. */
static void test_a_twin_at_the_end_is_asked_about(void **state)
{
    const struct plan plan = {
        .phase = PHASE_VERIFY, .tick = 100, .moves = {{0, "unplug pm"}, {700000, "swap pm twin"}}};
    struct scene *scene = open_scene(&plan);

    (void)state;
    test_host_answer(&scene->rescue.host, ASK_SAME_DRIVE, ANSWER_NO);
    answer(scene, ANSWER_RETRY, ANSWER_RESTORE_BACKUP);
    assert_int_equal(rescue_run(&scene->rescue), RESULT_WRITTEN_UNVERIFIED);
    assert_int_equal(error_class(scene->session->error), ERR_OTHER_DRIVE);
    assert_int_equal(scene->rescue.host.asked[ASK_SAME_DRIVE], 3);
    close_scene(scene);
}

/* Erased, not yet written, no backup: nothing tells the drives apart, so the user is asked, and
 * "no" is the end of it. */
static void test_what_can_not_be_told_is_asked(void **state)
{
    for (unsigned yes = 0; yes < 2; yes++) {
        const struct plan plan = {.phase = PHASE_PROGRAM,
                                  .tick = 1,
                                  .moves = {{0, "power pm off"}, {900000, "power pm on"}}};
        struct scene *scene = open_scene(&plan);

        (void)state;
        scene->session->want_backup = false;
        test_host_answer(&scene->rescue.host, ASK_SAME_DRIVE, yes ? ANSWER_YES : ANSWER_NO);
        assert_int_equal(rescue_run(&scene->rescue), yes ? RESULT_VERIFIED : RESULT_UNKNOWN);
        assert_int_equal(scene->rescue.host.asked[ASK_SAME_DRIVE], 1);
        if (!yes) {
            assert_int_equal(error_class(scene->session->error), ERR_OTHER_DRIVE);
        }
        close_scene(scene);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_disk_in_its_place_gets_nothing),
        cmocka_unit_test(test_a_healthy_drive_in_its_place_gets_no_intro),
        cmocka_unit_test(test_a_drive_in_vendor_mode_in_its_place_is_told_by_its_chip),
        cmocka_unit_test(test_nobody_in_its_place),
        cmocka_unit_test(test_the_right_drive_plugged_back_is_recognised),
        cmocka_unit_test(test_moved_at_the_failure_question),
        cmocka_unit_test(test_moved_at_the_confirm_screen),
        cmocka_unit_test(test_no_sends_no_outro_to_a_disk),
        cmocka_unit_test(test_whoever_came_since_the_probe_is_asked_first),
        cmocka_unit_test(test_a_disk_that_starts_where_a_drive_hung),
        cmocka_unit_test(test_a_glitch_is_not_the_end),
        cmocka_unit_test(test_a_ribbon_that_comes_back_soon_is_not_the_end),
        cmocka_unit_test(test_a_backup_is_that_of_one_drive),
        cmocka_unit_test(test_power_off_and_on_in_mid_flight),
        cmocka_unit_test(test_a_twin_at_the_end_is_asked_about),
        cmocka_unit_test(test_what_can_not_be_told_is_asked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
