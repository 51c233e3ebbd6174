/* From the simulated bench through the probe to the diagnosis: what each kind of drive is said to
 * be, and each mistake with plugs and jumpers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/ata_port.h"
#include "kernel/diagnose.h"
#include "kernel/probe.h"
#include "tests/support/bench_script.h"
#include "tests/support/sim_ports.h"

#define GOOD  "firmware=SYNTH/SYNTH-ONE/1.00"
#define OTHER "firmware=OTHER/SYNTH-TWO-XYZ/2.75"

struct scene {
    const char *commands[3]; /* for the bench, on the primary cable */
    unsigned port;           /* that is looked at */
    enum verdict verdict;
    uint32_t findings;
    enum next_step step;
};

static const struct scene scenes[] = {
    /* what personalities look like */
    {{"attach pm drive " GOOD}, 1, VERDICT_HEALTHY, 0, STEP_ASK_HISTORY},
    {{"attach pm drive personality=slow " GOOD}, 1, VERDICT_HEALTHY, 0, STEP_ASK_HISTORY},
    {{"attach pm drive personality=blinker " GOOD}, 1, VERDICT_HEALTHY, 0, STEP_ASK_HISTORY},
    {{"attach pm drive personality=wrong"}, 1, VERDICT_HEALTHY, 0, STEP_ASK_HISTORY},
    {{"attach pm drive personality=hangs"}, 1, VERDICT_STUCK_BUSY, 0, STEP_GUIDE},
    {{"attach pm drive personality=boot"}, 1, VERDICT_BOOT_CODE, 0, STEP_BACK_UP_FLASH},
    {{"attach pm drive personality=garbage"},
     1,
     VERDICT_IDENTITY_DAMAGED,
     FINDING_MAY_BE_OTHER,
     STEP_GUIDE},
    {{"attach pm drive personality=silent"},
     1,
     VERDICT_NO_IDENTITY,
     FINDING_MAY_BE_OTHER,
     STEP_GUIDE},
    {{"attach pm disk"}, 1, VERDICT_DISK, 0, STEP_LEAVE_IT},
    {{"attach pm disk"}, 2, VERDICT_NOTHING, 0, STEP_CHECK_PLUGS},
    /* slaves */
    {{"attach ps drive " GOOD}, 2, VERDICT_HEALTHY, FINDING_SLAVE_ALONE, STEP_ASK_HISTORY},
    {{"attach ps drive personality=hangs"}, 2, VERDICT_STUCK_BUSY, FINDING_SLAVE_ALONE, STEP_GUIDE},
    {{"attach ps drive personality=silent"},
     2,
     VERDICT_NO_IDENTITY,
     FINDING_SLAVE_ALONE,
     STEP_SET_JUMPER},
    {{"attach ps drive personality=answers_for_master " GOOD},
     2,
     VERDICT_HEALTHY,
     FINDING_TWO_DRIVES | FINDING_MAY_BE_OTHER,
     STEP_ASK_HISTORY},
    /* two on the cable */
    {{"attach pm drive " GOOD, "attach ps drive " OTHER},
     1,
     VERDICT_HEALTHY,
     FINDING_TWO_DRIVES,
     STEP_ASK_HISTORY},
    {{"attach pm drive personality=hangs", "attach ps drive " OTHER},
     1,
     VERDICT_TWO_DRIVES,
     FINDING_TWO_DRIVES,
     STEP_UNPLUG_ONE},
    {{"attach pm disk", "attach ps drive personality=hangs"},
     2,
     VERDICT_TWO_DRIVES,
     FINDING_BESIDE_DISK,
     STEP_UNPLUG_ONE},
    /* pin 1 where pin 40 should be */
    {{"attach pm drive " GOOD, "plug pm reversed"},
     1,
     VERDICT_UNKNOWN,
     FINDING_PLUG_REVERSED,
     STEP_CHECK_PLUGS},
    {{"attach pm drive " GOOD, "float 0 FF", "plug pm reversed"},
     2,
     VERDICT_STUCK_BUSY,
     FINDING_PLUG_REVERSED,
     STEP_CHECK_PLUGS},
    {{"attach pm drive personality=hangs busy=F4"}, 1, VERDICT_STUCK_BUSY, 0, STEP_GUIDE},
    /* two at one position */
    {{"attach pm drive " GOOD, "attach ps drive jumper=master " OTHER},
     1,
     VERDICT_IDENTITY_DAMAGED,
     FINDING_TWO_MASTERS,
     STEP_SET_JUMPER},
    {{"attach pm drive jumper=slave " GOOD, "attach ps drive " OTHER},
     2,
     VERDICT_IDENTITY_DAMAGED,
     FINDING_TWO_MASTERS | FINDING_SLAVE_ALONE,
     STEP_SET_JUMPER},
    {{"attach pm disk", "attach ps drive jumper=master " GOOD}, 1, VERDICT_DISK, 0, STEP_LEAVE_IT},
    /* what a drive says of itself */
    {{"attach pm drive " GOOD, "fault pm identify_garbage"},
     1,
     VERDICT_HEALTHY,
     FINDING_TWO_MASTERS,
     STEP_ASK_HISTORY},
    {{"attach pm drive " GOOD, "fault pm unit_attention_first times=4"},
     1,
     VERDICT_HEALTHY,
     0,
     STEP_ASK_HISTORY},
    {{"attach pm drive " GOOD, "fault pm sense_lost"}, 1, VERDICT_HEALTHY, 0, STEP_ASK_HISTORY},
};

struct pc {
    struct bench *bench;
    struct sim_ports sim;
    struct platform platform;
    struct machine machine;
    struct ata_port_bus buses[IDE_CHANNELS];
};

static void set_the_scene(struct pc *pc, const struct scene *scene)
{
    memset(pc, 0, sizeof *pc);
    pc->bench = bench_new(3);
    sim_ports_open(&pc->sim, pc->bench);
    sim_ports_platform(&pc->sim, &pc->platform);
    for (unsigned i = 0; i < 3 && scene->commands[i]; i++)
        bench_do(pc->bench, "%s", scene->commands[i]);
    bench_advance(pc->bench, 3000000); /* the PC starts */
    ide_find(&pc->sim.ports, &pc->machine.ide);
    ata_port_bind(&pc->machine.ide, pc->buses, &pc->platform);
    probe_open(&pc->machine, NULL);
}

/* Until the probe is over; never a verdict before, and a bound for it in sight all the time. */
static void look(struct pc *pc, const struct port *port)
{
    while (probe_step(&pc->machine)) {
        if (port->verdict == VERDICT_PROBING && port->probe_bound_us != 0)
            assert_true(port->probe_bound_us + 1000000 > bench_now_us(pc->bench));
        bench_advance(pc->bench, 20);
    }
}

static void check(const struct scene *scene, const struct port *port, unsigned round)
{
    struct diagnosis diagnosis;

    diagnose(port, NULL, &diagnosis);
    if (diagnosis.verdict != scene->verdict || diagnosis.findings != scene->findings ||
        diagnosis.step != scene->step)
        fail_msg("%s, look %u: verdict %d findings %X step %d", scene->commands[0], round,
                 diagnosis.verdict, (unsigned)diagnosis.findings, diagnosis.step);
}

static void test_every_scene_is_told_right_at_each_look(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof scenes / sizeof scenes[0]; i++) {
        struct pc pc;
        const struct port *port;

        set_the_scene(&pc, &scenes[i]);
        port = probe_port(&pc.machine, scenes[i].port);
        look(&pc, port);
        check(&scenes[i], port, 1);
        probe_start(&pc.machine, probe_port(&pc.machine, scenes[i].port), true);
        look(&pc, port);
        check(&scenes[i], port, 2);
        bench_free(pc.bench);
    }
}

/* 30 s of BSY are a slow start, 31 s are a hang, and nobody says so before. */
static void test_a_slow_starter_is_not_called_dead_before_its_time(void **state)
{
    static const struct scene slow = {.commands = {"attach pm drive personality=slow " GOOD}};
    struct pc pc;
    const struct port *port;
    uint64_t begin;

    (void)state;
    set_the_scene(&pc, &slow);
    port = probe_port(&pc.machine, 1);
    begin = bench_now_us(pc.bench);
    while (probe_step(&pc.machine) && bench_now_us(pc.bench) - begin < 26000000) {
        assert_int_equal(port->verdict, VERDICT_PROBING);
        assert_true(port->probe_bound_us <= begin + 33000000);
        bench_advance(pc.bench, 200);
    }
    look(&pc, port);
    assert_int_equal(port->verdict, VERDICT_HEALTHY);
    bench_free(pc.bench);
}

static void test_a_disc_that_is_there_is_told_from_one_that_is_refused(void **state)
{
    static const struct scene scene = {.commands = {"attach pm drive " GOOD, "insert pm blank"}};
    struct pc pc;
    struct port *port;

    (void)state;
    set_the_scene(&pc, &scene);
    port = probe_port(&pc.machine, 1);
    look(&pc, port);
    assert_true(port->evidence.asked_ready);
    assert_int_equal(port->evidence.ready_result.error, 0);
    bench_free(pc.bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_scene_is_told_right_at_each_look),
        cmocka_unit_test(test_a_slow_starter_is_not_called_dead_before_its_time),
        cmocka_unit_test(test_a_disc_that_is_there_is_told_from_one_that_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
