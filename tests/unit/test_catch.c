/* The power-cycle catch on the bench: hands switch and plug by a script with times, the catch is
 * stepped as a screen does it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "kernel/catch.h"
#include "tests/drive/disk.h"
#include "tests/drive/drive.h"
#include "tests/support/bench_script.h"
#include "tests/support/rescue.h"

enum { FLASH_SIZE = 0x40000, STEP_US = 1000 };

struct scene {
    struct bench *bench;
    struct rescue rescue;
    struct donors donors;
    struct catch catch;
    unsigned outros, other_accesses;
    uint64_t opened_us;
    uint64_t longest_asking_us;
};

/* What a hand does, and when: ms after the catch began. */
struct hand {
    uint32_t at_ms;
    const char *command;
};

static void watch(void *context, uint64_t now_us, unsigned channel, unsigned reg, bool write,
                  uint16_t value)
{
    struct scene *scene = context;

    (void)now_us;
    scene->other_accesses += channel != 0;
    if (write && reg == ATA_REG_COMMAND)
        scene->outros += value == 0x81;
}

/* A drive whose firmware starts and crashes: BSY, door shut, `options` may say otherwise. */
static void attach_crashing(struct scene *scene, const char *position, const char *options)
{
    static uint8_t image[FLASH_SIZE] = {0x02, 0x01, 0x00};
    char path[] = "/tmp/oddrescue-crash-XXXXXX";
    int file = mkstemp(path);

    assert_true(file >= 0);
    assert_int_equal(write(file, image, sizeof image), sizeof image);
    close(file);
    bench_do(scene->bench, "attach %s drive power=off crash=hang gate=closed %s", position,
             options);
    bench_do(scene->bench, "load %s %s", position, path);
    unlink(path);
    bench_do(scene->bench, "power %s on", position);
    bench_advance(scene->bench, 1000000);
}

static void open_bench(struct scene *scene)
{
    memset(scene, 0, sizeof *scene);
    scene->bench = bench_new(1);
    assert_non_null(scene->bench);
}

/* Probes the bench as it is and begins the catch at primary master (0) or slave (1). */
static void open_catch(struct scene *scene, unsigned position)
{
    rescue_open(&scene->rescue, scene->bench, position);
    rescue_probe(&scene->rescue);
    bench_set_trace(scene->bench, watch, scene);
    catch_open(&scene->catch, scene->rescue.session->port, &scene->donors, &scene->rescue.host.log);
    scene->opened_us = bench_now_us(scene->bench);
}

static void close_scene(struct scene *scene)
{
    assert_int_equal(scene->other_accesses, 0);
    rescue_close(&scene->rescue);
    bench_free(scene->bench);
}

static bool is_over(enum catch_state state)
{
    return state >= CATCH_CAUGHT;
}

/* Steps the catch every `step_us` while the hands do what the script says, until it is over or
 * `limit_ms` have passed. */
static enum catch_state play(struct scene *scene, const struct hand *hands, unsigned count,
                             uint32_t step_us, uint32_t limit_ms)
{
    uint64_t start_us = bench_now_us(scene->bench), asking_us = 0;
    unsigned done = 0;

    while (bench_now_us(scene->bench) - start_us < (uint64_t)limit_ms * 1000) {
        uint64_t now_us = bench_now_us(scene->bench);

        while (done < count && now_us - start_us >= (uint64_t)hands[done].at_ms * 1000)
            bench_do(scene->bench, "%s", hands[done++].command);
        if (is_over(catch_step(&scene->catch)))
            break;
        asking_us = scene->catch.state != CATCH_ASKING ? 0 : asking_us ? asking_us : now_us;
        if (asking_us && now_us - asking_us > scene->longest_asking_us)
            scene->longest_asking_us = now_us - asking_us;
        bench_advance(scene->bench, step_us);
    }
    assert_true(scene->longest_asking_us <= CATCH_ASK_US + 2 * step_us);
    return scene->catch.state;
}
#define PLAY(scene, hands, step_us, limit_ms)                                                      \
    play(scene, hands, sizeof(hands) / sizeof(hands)[0], step_us, limit_ms)

static struct drive *patient(struct scene *scene)
{
    return bench_drive(scene->bench, 0, scene->rescue.position);
}

static void assert_untouched_disk(const struct disk *disk)
{
    assert_non_null(disk);
    assert_int_equal(disk->vendor_commands, 0);
    assert_int_equal(disk->vendor_keys, 0);
}

/* ---- catching -------------------------------------------------------------------------------- */

static const struct hand off_and_on[] = {{1000, "power pm off"}, {3000, "power pm on"}};

static void catches_through_windows_of_many_widths(void **state)
{
    static const struct {
        const char *options;
        uint32_t step_us;
    } windows[] = {{"window=150", 1000}, {"window=150", 10000}, {"window=50", 10000},
                   {"window=30", 1000},  {"window=30", 10000},  {"window=12", 1000}};

    (void)state;
    for (unsigned i = 0; i < sizeof windows / sizeof windows[0]; i++) {
        struct scene scene;

        open_bench(&scene);
        attach_crashing(&scene, "pm", windows[i].options);
        open_catch(&scene, 0);
        assert_int_equal(scene.catch.port->verdict, VERDICT_STUCK_BUSY);
        assert_int_equal(PLAY(&scene, off_and_on, windows[i].step_us, 20000), CATCH_CAUGHT);
        assert_int_equal(scene.catch.status, 0x70);
        assert_int_equal(scene.catch.strip.returns, 1);
        assert_int_equal(scene.catch.settles, 0);
        assert_true(bench_now_us(scene.bench) - scene.opened_us >= 3000000 + CATCH_SETTLE_US);
        assert_int_equal(patient(&scene)->phase, SIM_PHASE_VENDOR);
        assert_int_equal(patient(&scene)->destroyed, 0);
        close_scene(&scene);
    }
}

static void pace_is_held_and_an_empty_bus_gets_nothing(void **state)
{
    static const struct hand off[] = {{5000, "power pm off"}};
    struct scene scene;
    uint32_t tries;

    (void)state;
    open_bench(&scene);
    attach_crashing(&scene, "pm", "");
    open_catch(&scene, 0);
    assert_int_equal(PLAY(&scene, off, STEP_US, 5000), CATCH_TRYING);
    tries = scene.catch.tries;
    assert_in_range(tries, 5000 / 27, 5000 / 25 + 1);
    /* One that came before the first look at an empty bus may be in between. */
    assert_int_equal(PLAY(&scene, off, STEP_US, 60000), CATCH_TRYING);
    assert_in_range(scene.catch.tries, tries, tries + 1 + 5000 / 25);
    tries = scene.catch.tries;
    assert_int_equal(play(&scene, NULL, 0, STEP_US, 300000), CATCH_TRYING);
    assert_int_equal(scene.catch.tries, tries);
    close_scene(&scene);
}

static void wrong_firmware_that_runs_is_caught_at_power_on(void **state)
{
    struct scene scene;

    (void)state;
    open_bench(&scene);
    bench_attach_healthy(scene.bench, "pm", "SIMCORP", "DVD TEST 1234", "AB01", "window=150");
    open_catch(&scene, 0);
    assert_int_equal(scene.catch.port->verdict, VERDICT_HEALTHY);
    assert_int_equal(PLAY(&scene, off_and_on, STEP_US, 20000), CATCH_CAUGHT);
    close_scene(&scene);
}

/* It is asked who it is, then asked to listen; its own answers make no stranger of it. */
static void running_firmware_is_asked_once_who_it_is(void **state)
{
    struct scene scene;

    (void)state;
    open_bench(&scene);
    bench_attach_healthy(scene.bench, "pm", "SIMCORP", "DVD TEST 1234", "AB01", "");
    open_catch(&scene, 0);
    assert_int_equal(play(&scene, NULL, 0, STEP_US, 5000), CATCH_TRYING);
    assert_true(scene.catch.tries > 150);
    close_scene(&scene);
}

/* Its door is shut at power-on, too: only eject opens it, while the catch goes on. */
static void eject_opens_a_window_that_is_too_short(void **state)
{
    static const struct hand hands[] = {{1000, "power pm off"}, {2000, "power pm on"},
                                        {5000, "power pm off"}, {6000, "eject pm hold"},
                                        {7000, "power pm on"},  {17000, "eject pm release"}};
    struct scene scene;

    (void)state;
    open_bench(&scene);
    attach_crashing(&scene, "pm", "window=0");
    open_catch(&scene, 0);
    assert_int_equal(PLAY(&scene, hands, STEP_US, 6900), CATCH_TRYING);
    assert_int_equal(scene.catch.strip.returns, 1);
    assert_int_equal(PLAY(&scene, hands, STEP_US, 20000), CATCH_CAUGHT);
    close_scene(&scene);
}

static void slave_is_caught_too(void **state)
{
    static const struct hand hands[] = {{1000, "power ps off"}, {3000, "power ps on"}};
    struct scene scene;

    (void)state;
    open_bench(&scene);
    attach_crashing(&scene, "ps", "window=50");
    open_catch(&scene, 1);
    assert_int_equal(PLAY(&scene, hands, STEP_US, 20000), CATCH_CAUGHT);
    close_scene(&scene);
}

static void a_drive_that_listens_needs_no_intro(void **state)
{
    struct scene scene;

    (void)state;
    open_bench(&scene);
    bench_attach_dead(scene.bench, "pm", "silent", "signature=no");
    open_catch(&scene, 0);
    assert_int_equal(play(&scene, NULL, 0, STEP_US, 10000), CATCH_CAUGHT);
    assert_int_equal(scene.catch.tries, 1);

    catch_open(&scene.catch, scene.catch.port, NULL, &scene.rescue.host.log);
    assert_int_equal(play(&scene, NULL, 0, STEP_US, 10000), CATCH_CAUGHT);
    assert_int_equal(scene.catch.tries, 0);
    close_scene(&scene);
}

/* A firmware that works on the refusal of an intro is not hammered, until its power was off. */
static void d1_slows_the_intros_down(void **state)
{
    static const struct hand again[] = {{100, "power pm off"}, {1000, "power pm on"}};
    struct scene scene;
    struct drive *drive;
    uint32_t tries;

    (void)state;
    open_bench(&scene);
    attach_crashing(&scene, "pm", "");
    open_catch(&scene, 0);
    drive = patient(&scene);
    drive->status = 0xD1;
    assert_int_equal(play(&scene, NULL, 0, STEP_US, 1000), CATCH_TRYING);
    tries = scene.catch.tries;
    assert_int_equal(play(&scene, NULL, 0, STEP_US, 5000), CATCH_TRYING);
    assert_in_range(scene.catch.tries - tries, 9, 11);
    assert_int_equal(PLAY(&scene, again, STEP_US, 10000), CATCH_CAUGHT);
    close_scene(&scene);
}

/* A caller may only want to look, and to ask by the full sequence, slowly, when the user says so.
 */
static void quiet_only_looks_and_slow_is_slow(void **state)
{
    struct scene scene;

    (void)state;
    open_bench(&scene);
    attach_crashing(&scene, "pm", "");
    open_catch(&scene, 0);
    scene.catch.quiet = true;
    assert_int_equal(PLAY(&scene, off_and_on, STEP_US, 5000), CATCH_TRYING);
    assert_int_equal(scene.catch.tries, 0);
    assert_int_equal(scene.catch.strip.returns, 1);
    scene.catch.quiet = false;
    scene.catch.slow = true;
    assert_int_equal(play(&scene, NULL, 0, STEP_US, 1600), CATCH_TRYING);
    assert_in_range(scene.catch.tries, 3, 4);
    assert_int_equal(patient(&scene)->intros, 0); /* its door is shut */
    close_scene(&scene);
}

/* ---- odd answers ----------------------------------------------------------------------------- */

static void f2_gets_an_outro_and_another_intro(void **state)
{
    struct scene scene;

    (void)state;
    open_bench(&scene);
    attach_crashing(&scene, "pm", "chip=MX25L2005 engine=72");
    bench_do(scene.bench, "fault pm intro_f2");
    open_catch(&scene, 0);
    assert_int_equal(PLAY(&scene, off_and_on, STEP_US, 20000), CATCH_CAUGHT);
    assert_int_equal(scene.catch.status, 0x72);
    assert_int_equal(scene.outros, 1);
    close_scene(&scene);
}

static void slim_52_is_shown_and_tried_on(void **state)
{
    static const struct hand hands[] = {{1000, "power pm off"},
                                        {2000, "power pm on"},
                                        {8000, "power pm off"},
                                        {8001, "clear pm"},
                                        {9000, "power pm on"}};
    struct scene scene;
    uint32_t tries;

    (void)state;
    open_bench(&scene);
    attach_crashing(&scene, "pm", "chip=MX25L2005 engine=72");
    bench_do(scene.bench, "fault pm intro_52");
    open_catch(&scene, 0);
    assert_int_equal(PLAY(&scene, hands, STEP_US, 7000), CATCH_TRYING);
    assert_int_equal(scene.catch.status, 0x52);
    tries = scene.catch.tries;
    assert_int_equal(play(&scene, NULL, 0, STEP_US, 500), CATCH_TRYING);
    assert_true(scene.catch.tries > tries);
    assert_int_equal(PLAY(&scene, hands, STEP_US, 20000), CATCH_CAUGHT);
    close_scene(&scene);
}

static void mode_that_is_lost_while_settling_is_asked_for_again(void **state)
{
    static const struct hand hands[] = {{0, "fault pm vendor_mode_lost after=0 status=0x80"}};
    struct scene scene;

    (void)state;
    open_bench(&scene);
    bench_attach_dead(scene.bench, "pm", "silent", "signature=no");
    open_catch(&scene, 0);
    while (scene.catch.state != CATCH_SETTLING) {
        catch_step(&scene.catch);
        bench_advance(scene.bench, STEP_US);
    }
    bench_advance(scene.bench, 600000);
    bench_do(scene.bench, "%s", hands[0].command);
    bench_write(scene.bench, 0, ATA_REG_COMMAND, 0x00); /* the command that loses it */
    assert_int_equal(catch_step(&scene.catch), CATCH_TRYING);
    assert_int_equal(scene.catch.settles, 1);
    assert_int_equal(scene.catch.status, 0x80);
    assert_int_equal(play(&scene, NULL, 0, STEP_US, 10000), CATCH_CAUGHT);
    assert_true(test_host_logged(&scene.rescue.host, "it left the mode again, status 80"));
    close_scene(&scene);
}

/* ---- strangers ------------------------------------------------------------------------------- */

static void a_disk_that_is_plugged_gets_no_vendor_command(void **state)
{
    static const struct hand hands[] = {{1000, "unplug pm"},
                                        {1001, "swap pm disk"},
                                        {1001, "unplug pm"},
                                        {2000, "bounce pm 40"},
                                        {2000, "plug pm"}};
    struct scene scene;

    (void)state;
    open_bench(&scene);
    bench_do(scene.bench, "attach shelf disk name=disk");
    attach_crashing(&scene, "pm", "");
    open_catch(&scene, 0);
    assert_int_equal(PLAY(&scene, hands, STEP_US, 20000), CATCH_DISK);
    assert_untouched_disk(bench_disk(scene.bench, 0, 0));
    assert_true(scene.catch.port->disk_forever);
    /* For good. */
    assert_int_equal(play(&scene, NULL, 0, STEP_US, 1000), CATCH_DISK);
    close_scene(&scene);
}

/* BSY while it spins up, which a crashed drive shows too: what is sent then does not reach it. */
static void a_disk_that_gets_its_power_gets_no_vendor_command(void **state)
{
    struct scene scene;

    (void)state;
    for (unsigned late_us = 0; late_us < 3000; late_us += 101) {
        open_bench(&scene);
        bench_do(scene.bench, "attach shelf disk name=disk power=off");
        attach_crashing(&scene, "pm", "");
        open_catch(&scene, 0);
        (void)play(&scene, NULL, 0, STEP_US, 100);
        bench_do(scene.bench, "swap pm disk");
        (void)play(&scene, NULL, 0, STEP_US, 500);
        bench_advance(scene.bench, late_us);
        bench_do(scene.bench, "power pm on");
        assert_int_equal(play(&scene, NULL, 0, STEP_US, 30000), CATCH_DISK);
        assert_untouched_disk(bench_disk(scene.bench, 0, 0));
        close_scene(&scene);
    }
}

/* An empty bus may float at 00 as well. */
static void a_disk_on_a_bus_that_floats_at_00(void **state)
{
    static const struct hand hands[] = {{1000, "swap pm disk"}, {8000, "power pm on"}};
    struct scene scene;

    (void)state;
    open_bench(&scene);
    bench_do(scene.bench, "float 0 00");
    bench_do(scene.bench, "attach shelf disk name=disk power=off");
    attach_crashing(&scene, "pm", "");
    open_catch(&scene, 0);
    assert_int_equal(PLAY(&scene, hands, STEP_US, 30000), CATCH_DISK);
    assert_untouched_disk(bench_disk(scene.bench, 0, 0));
    close_scene(&scene);
}

/* An empty cable may pick up noise, or keep the byte that was written last. */
static void a_disk_on_a_bus_that_shows_anything(void **state)
{
    static const char *const floats[] = {"noise", "echo"};
    struct scene scene;

    (void)state;
    for (unsigned i = 0; i < 40; i++) {
        open_bench(&scene);
        bench_do(scene.bench, "attach shelf disk name=disk");
        bench_advance(scene.bench, 5000000);
        bench_attach_dead(scene.bench, "pm", "silent", "signature=no");
        bench_do(scene.bench, "fault pm intro_ignored times=100000");
        open_catch(&scene, 0);
        assert_int_equal(play(&scene, NULL, 0, STEP_US, 3000), CATCH_TRYING);
        bench_do(scene.bench, "float 0 %s", floats[i % 2]);
        bench_do(scene.bench, "unplug pm");
        assert_false(is_over(play(&scene, NULL, 0, STEP_US, 200 + i)));
        bench_do(scene.bench, "swap pm disk");
        bench_do(scene.bench, "plug pm");
        assert_int_equal(play(&scene, NULL, 0, STEP_US, 10000), CATCH_DISK);
        assert_untouched_disk(bench_disk(scene.bench, 0, 0));
        close_scene(&scene);
    }
}

static void window_on_a_bus_that_shows_anything(void **state)
{
    static const char *const floats[] = {"00", "noise", "echo", "FF"};
    struct scene scene;

    (void)state;
    for (unsigned i = 0; i < sizeof floats / sizeof floats[0]; i++) {
        open_bench(&scene);
        attach_crashing(&scene, "pm", "window=60");
        open_catch(&scene, 0);
        bench_do(scene.bench, "float 0 %s", floats[i]);
        assert_int_equal(PLAY(&scene, off_and_on, STEP_US, 20000), CATCH_CAUGHT);
        close_scene(&scene);
    }
}

/* Somebody reads the help page meanwhile and moves the plug. */
static void plugs_that_move_while_nobody_looks(void **state)
{
    struct scene scene;

    (void)state;
    open_bench(&scene);
    bench_do(scene.bench, "attach shelf disk name=disk");
    bench_advance(scene.bench, 1000000);
    bench_attach_dead(scene.bench, "pm", "silent", "signature=no");
    bench_do(scene.bench, "fault pm intro_ignored times=100000");
    open_catch(&scene, 0);
    assert_int_equal(play(&scene, NULL, 0, STEP_US, 3000), CATCH_TRYING);
    assert_true(scene.catch.tries > 10);
    bench_do(scene.bench, "swap pm disk");
    bench_advance(scene.bench, 2000000);
    assert_int_equal(play(&scene, NULL, 0, STEP_US, 10000), CATCH_DISK);
    assert_untouched_disk(bench_disk(scene.bench, 0, 0));
    close_scene(&scene);
}

static void the_donor_is_left_alone(void **state)
{
    static const struct hand hands[] = {
        {1000, "swap pm patient"}, {1000, "power pm off"}, {4000, "swap pm donor"}};
    struct scene scene;
    struct drive_name name;

    (void)state;
    open_bench(&scene);
    bench_attach_healthy(scene.bench, "pm", "SONY", "CD-RW CRX225E", "QYN1", "name=donor");
    bench_do(scene.bench, "attach shelf drive name=patient");
    open_catch(&scene, 0);
    assert_true(drive_name_of(scene.catch.port, &name));
    assert_true(donors_add(&scene.donors, &name));
    assert_int_equal(PLAY(&scene, hands, STEP_US, 20000), CATCH_DONOR);
    assert_int_equal(bench_drive(scene.bench, 0, 0)->intros, 0);
    assert_int_equal(scene.catch.tries, 0);
    close_scene(&scene);
}

/* A master that gets its power beside a slave sees it and leaves it alone. (One that had its power
 * before answers for a slave, and a slave beside a master that saw none can't be seen at all.) */
static void a_second_drive_ends_it(void **state)
{
    static const struct hand optical[] = {{1000, "plug pm"}, {1000, "power pm on"}};
    struct scene scene;

    (void)state;
    open_bench(&scene);
    attach_crashing(&scene, "ps", "");
    bench_do(scene.bench, "attach pm drive face=silent plugged=no power=off");
    open_catch(&scene, 1);
    assert_int_equal(PLAY(&scene, optical, STEP_US, 20000), CATCH_SECOND);
    assert_int_equal(bench_drive(scene.bench, 0, 0)->intros, 0);
    close_scene(&scene);

    open_bench(&scene);
    bench_attach_dead(scene.bench, "ps", "silent", "signature=no");
    bench_do(scene.bench, "fault ps intro_ignored times=100000");
    bench_do(scene.bench, "attach pm disk plugged=no power=off");
    open_catch(&scene, 1);
    assert_int_equal(PLAY(&scene, optical, STEP_US, 20000), CATCH_DISK);
    assert_untouched_disk(bench_disk(scene.bench, 0, 0));
    assert_true(scene.catch.port->neighbour->disk_forever);
    close_scene(&scene);
}

/* ---- as long as the user wants --------------------------------------------------------------- */

static void power_cycles_are_counted_and_patience_has_no_end(void **state)
{
    struct scene scene;

    (void)state;
    open_bench(&scene);
    attach_crashing(&scene, "pm", "window=0");
    open_catch(&scene, 0);
    for (unsigned i = 1; i <= 20; i++) {
        assert_int_equal(PLAY(&scene, off_and_on, STEP_US, 4000), CATCH_TRYING);
        assert_int_equal(scene.catch.strip.returns, i);
    }
    bench_do(scene.bench, "unplug pm");
    assert_int_equal(play(&scene, NULL, 0, 10000, 600000), CATCH_TRYING);
    bench_do(scene.bench, "eject pm hold");
    bench_do(scene.bench, "power pm off");
    bench_do(scene.bench, "plug pm");
    bench_do(scene.bench, "power pm on");
    assert_int_equal(play(&scene, NULL, 0, STEP_US, 10000), CATCH_CAUGHT);
    close_scene(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(catches_through_windows_of_many_widths),
        cmocka_unit_test(pace_is_held_and_an_empty_bus_gets_nothing),
        cmocka_unit_test(wrong_firmware_that_runs_is_caught_at_power_on),
        cmocka_unit_test(running_firmware_is_asked_once_who_it_is),
        cmocka_unit_test(eject_opens_a_window_that_is_too_short),
        cmocka_unit_test(slave_is_caught_too),
        cmocka_unit_test(a_drive_that_listens_needs_no_intro),
        cmocka_unit_test(d1_slows_the_intros_down),
        cmocka_unit_test(quiet_only_looks_and_slow_is_slow),
        cmocka_unit_test(f2_gets_an_outro_and_another_intro),
        cmocka_unit_test(slim_52_is_shown_and_tried_on),
        cmocka_unit_test(mode_that_is_lost_while_settling_is_asked_for_again),
        cmocka_unit_test(a_disk_that_is_plugged_gets_no_vendor_command),
        cmocka_unit_test(a_disk_that_gets_its_power_gets_no_vendor_command),
        cmocka_unit_test(a_disk_on_a_bus_that_floats_at_00),
        cmocka_unit_test(a_disk_on_a_bus_that_shows_anything),
        cmocka_unit_test(window_on_a_bus_that_shows_anything),
        cmocka_unit_test(plugs_that_move_while_nobody_looks),
        cmocka_unit_test(the_donor_is_left_alone),
        cmocka_unit_test(a_second_drive_ends_it),
        cmocka_unit_test(power_cycles_are_counted_and_patience_has_no_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
