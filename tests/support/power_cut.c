/* Power that fails at chosen moments of a rescue, and the next run after each. */
#define ERROR_MODULE MODULE_NONE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/drive/drive.h"
#include "tests/drive/random.h"
#include "tests/support/bench_script.h"
#include "tests/support/power_cut.h"
#include "tests/support/rescue.h"

enum { LARGEST = 0x100000, MOMENTS_MAX = 16384 };

/* What power fails at: flash changes, counted by the bench, or any register access. */
enum unit { AT_CHANGE, AT_ACCESS };

struct cut {
    const struct power_cut_scenario *scenario;
    struct rescue rescue;
    enum unit unit;
    uint64_t moments[MOMENTS_MAX]; /* ascending, 1-based */
    unsigned moment_count, next;
    uint64_t accesses;
    bool child;
    jmp_buf power_failed;
    unsigned tried, failed;
    unsigned plain; /* children that got in by the plain intro */
};

static uint8_t old_image[LARGEST], new_image[LARGEST];
static struct cut cut;

/* ---- one drive ------------------------------------------------------------------------------- */

static uint8_t *cells(const struct rescue *rescue)
{
    uint32_t size;

    return (uint8_t *)(uintptr_t)rescue_cells(rescue, &size);
}

/* A drive whose firmware starts and hangs, with vendor mode open because eject was held: flash with
 * a good first byte everywhere and one wrong bit. The hardest state to leave by a power cut. */
static void set_scene(const struct power_cut_scenario *scenario, struct rescue *rescue,
                      uint64_t seed)
{
    struct bench *bench = bench_new(seed);

    assert_non_null(bench);
    rescue_image(old_image, scenario->size, scenario->sparse, "DVD TEST", "OLD1", 11);
    rescue_image(new_image, scenario->size, scenario->sparse, "DVD TEST", "NEW2", 22);
    old_image[scenario->size / 2 + 3] ^= 0x10;
    bench_do(bench, "attach pm drive chip=%s engine=%02x power=off crash=hang gate=closed",
             scenario->chip, scenario->engine);
    rescue_open(rescue, bench, 0);
    memcpy(cells(rescue), old_image, scenario->size);
    rescue_file(rescue, new_image, scenario->size, scenario->bank_size);
    if (scenario->toy != NULL) {
        rescue_chip(rescue, scenario->toy);
    }
    bench_do(bench, "eject pm hold");
    bench_do(bench, "power pm on");
    bench_advance(bench, 2000000);
    bench_do(bench, "eject pm release");
}

static void clear_scene(struct rescue *rescue)
{
    rescue_close(rescue);
    bench_free(rescue->bench);
}

/* ---- the child: power failed, the next run -------------------------------------------------- */

static enum session_result run_again(struct bench *bench, const struct power_cut_scenario *scenario,
                                     struct rescue *rescue)
{
    rescue_open(rescue, bench, 0);
    rescue_file(rescue, new_image, scenario->size, scenario->bank_size);
    rescue->session->want_backup = false;
    if (scenario->toy != NULL) {
        rescue_chip(rescue, scenario->toy);
    }
    return rescue_run(rescue);
}

enum { BY_PLAIN_INTRO = 0, BY_EJECT = 1, NOT_RESCUED = 2, WAS_COMPLETE = 3 };

static int rescue_again(struct bench *bench, const struct power_cut_scenario *scenario, bool eject)
{
    struct rescue rescue;
    enum session_result result;
    bool good;

    bench_do(bench, "power pm off");
    bench_advance(bench, 2000000);
    bench_do(bench, eject ? "eject pm hold" : "eject pm release");
    bench_do(bench, "power pm on");
    bench_advance(bench, 5000000);
    bench_do(bench, "eject pm release");
    result = run_again(bench, scenario, &rescue);
    if (!eject && error_class(rescue.session->error) == ERR_VENDOR_REFUSED) {
        rescue_close(&rescue);
        return rescue_again(bench, scenario, true);
    }
    good = result == RESULT_VERIFIED && memcmp(cells(&rescue), new_image, scenario->size) == 0 &&
           rescue.session->after_matches;
    if (!good) {
        fprintf(stderr, "%s, err %08x\n%.*s", session_result_word(result),
                (unsigned)rescue.session->error, (int)rescue.host.log.used, rescue.host.log.text);
    }
    rescue_close(&rescue);
    return !good ? NOT_RESCUED : eject ? BY_EJECT : BY_PLAIN_INTRO;
}

static void on_cut(void *context)
{
    longjmp(((struct cut *)context)->power_failed, 1);
}

/* ---- the parent: forks at the chosen moments ------------------------------------------------ */

/* Judges what a child did. A drive with erasable sectors must be open to the plain way in wherever
 * programming was cut: its first byte comes last. */
static void collect(pid_t child, enum session_phase phase)
{
    int status = 0;
    bool must_be_plain = cut.scenario->has_sectors && phase == PHASE_PROGRAM;

    cut.tried++;
    if (waitpid(child, &status, 0) != child || !WIFEXITED(status) ||
        WEXITSTATUS(status) == NOT_RESCUED || (must_be_plain && WEXITSTATUS(status) == BY_EJECT)) {
        cut.failed++;
        fprintf(stderr, "%s: cut before %s %llu in phase %u: status %x\n", cut.scenario->chip,
                cut.unit == AT_CHANGE ? "change" : "access",
                (unsigned long long)cut.moments[cut.next], phase, (unsigned)status);
    } else if (WEXITSTATUS(status) == BY_PLAIN_INTRO) {
        cut.plain++;
    }
}

/* Called before every register access. */
static void on_access(void *context, uint64_t now, unsigned channel, unsigned reg, bool write,
                      uint16_t value)
{
    struct bench *bench = cut.rescue.bench;
    uint64_t count;

    (void)context, (void)now, (void)channel, (void)reg, (void)write, (void)value;
    cut.accesses++;
    count = cut.unit == AT_CHANGE ? bench_flash_changes(bench) + 1 : cut.accesses;
    while (!cut.child && cut.next < cut.moment_count && cut.moments[cut.next] <= count) {
        pid_t child;

        fflush(NULL);
        child = fork();
        if (child == 0) {
            cut.child = true;
            bench_set_trace(bench, NULL, NULL);
            if (cut.unit == AT_ACCESS) {
                bench_do(bench, "power pm off");
                longjmp(cut.power_failed, 1);
            }
            bench_set_power_cut(bench, cut.moments[cut.next], on_cut, &cut);
            return;
        }
        assert_true(child > 0);
        collect(child, cut.rescue.session->phase);
        cut.next++;
    }
}

/* Runs the session with the moments set; returns how many children failed. */
static unsigned run_with_cuts(uint64_t seed)
{
    cut.tried = cut.failed = cut.plain = cut.next = 0;
    cut.accesses = 0;
    cut.child = false;
    set_scene(cut.scenario, &cut.rescue, seed);
    bench_set_trace(cut.rescue.bench, on_access, NULL);
    if (setjmp(cut.power_failed) != 0) {
        /* The very last change may have come to its end: then the drive is whole, and its firmware
         * closes the plain way in. */
        bool complete = memcmp(cells(&cut.rescue), new_image, cut.scenario->size) == 0;
        int how = rescue_again(cut.rescue.bench, cut.scenario, false);

        _exit(complete && how == BY_EJECT ? WAS_COMPLETE : how);
    }
    if (rescue_run(&cut.rescue) != RESULT_VERIFIED || cut.child) {
        fprintf(stderr, "%s: the session did not end as it should\n", cut.scenario->chip);
        if (cut.child) {
            _exit(NOT_RESCUED);
        }
        cut.failed++;
    }
    clear_scene(&cut.rescue);
    return cut.failed;
}

/* How many changes and accesses the session has, without cuts. */
static void measure(const struct power_cut_scenario *scenario, uint64_t seed, uint64_t *changes,
                    uint64_t *accesses)
{
    cut.scenario = scenario;
    cut.moment_count = 0;
    set_scene(scenario, &cut.rescue, seed);
    bench_set_trace(cut.rescue.bench, on_access, NULL);
    cut.accesses = 0;
    assert_int_equal(rescue_run(&cut.rescue), RESULT_VERIFIED);
    *changes = bench_flash_changes(cut.rescue.bench);
    *accesses = cut.accesses;
    clear_scene(&cut.rescue);
}

/* `whole`, or less in a slow build. */
static unsigned limited(unsigned whole, bool in_thousand)
{
    const char *text = getenv("ODDRESCUE_POINTS");
    uint64_t limit = text != NULL ? strtoul(text, NULL, 10) : UINT32_MAX;

    if (in_thousand && text != NULL) {
        limit = 1 + limit * whole / 1000;
    }
    return limit < whole ? (unsigned)limit : whole;
}

static int ascending(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

/* Every change, or evenly spread ones when there is a limit: always the first and the last. */
static void choose_all(uint64_t total)
{
    unsigned limit = limited(MOMENTS_MAX, false);

    assert_true(total > 1 && total <= MOMENTS_MAX);
    cut.unit = AT_CHANGE;
    cut.moment_count = total < limit ? (unsigned)total : limit;
    for (unsigned i = 0; i < cut.moment_count; i++) {
        cut.moments[i] = 1 + (total - 1) * i / (cut.moment_count - 1);
    }
}

static void choose_by_seed(enum unit unit, uint64_t total, unsigned wanted, uint64_t seed)
{
    struct sim_random random = {.state = seed};

    cut.unit = unit;
    cut.moment_count = limited(wanted, true);
    for (unsigned i = 0; i < cut.moment_count; i++) {
        cut.moments[i] = 1 + sim_random_next(&random) % total;
    }
    qsort(cut.moments, cut.moment_count, sizeof cut.moments[0], ascending);
}

void power_cut_at_every_change(const struct power_cut_scenario *scenario)
{
    uint64_t changes, accesses;

    measure(scenario, 1, &changes, &accesses);
    choose_all(changes);
    assert_int_equal(run_with_cuts(1), 0);
    assert_int_equal(cut.tried, cut.moment_count);
    printf("%s: %u of %llu changes cut, %u rescued by the plain intro, the rest with eject\n",
           scenario->chip, cut.tried, (unsigned long long)changes, cut.plain);
}

void power_cut_at_seeded_moments(const struct power_cut_scenario *scenario, unsigned wanted,
                                 uint64_t seed)
{
    uint64_t changes, accesses;

    measure(scenario, seed, &changes, &accesses);
    choose_by_seed(AT_CHANGE, changes, wanted / 2, seed);
    assert_int_equal(run_with_cuts(seed), 0);
    assert_int_equal(cut.tried, cut.moment_count);
    choose_by_seed(AT_ACCESS, accesses, wanted - wanted / 2, seed + 1);
    assert_int_equal(run_with_cuts(seed), 0);
    assert_int_equal(cut.tried, cut.moment_count);
}
