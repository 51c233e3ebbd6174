/*
 * Plugs that move while the machine runs, on the simulated bench: two cables, a good drive, a dead
 * one, and others that hands may confuse with them. Every write is counted per cable.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "drivers/ata_port.h"
#include "kernel/swap.h"
#include "tests/drive/disk.h"
#include "tests/drive/drive.h"
#include "tests/support/bench_script.h"
#include "tests/support/sim_ports.h"

enum { STEP_US = 1000, SECOND = 1000000 };

struct pc {
    struct bench *bench;
    struct sim_ports sim;
    struct platform platform;
    struct machine machine;
    struct ata_port_bus buses[IDE_CHANNELS];
    struct donors donors;
    struct swap swap;
    unsigned writes[BENCH_CHANNELS];   /* of any register */
    unsigned commands[BENCH_CHANNELS]; /* that are not a probe's */
    unsigned resets[BENCH_CHANNELS];
};

static void watch(void *context, uint64_t now_us, unsigned channel, unsigned reg, bool write,
                  uint16_t value)
{
    struct pc *pc = context;

    (void)now_us;
    if (!write)
        return;
    pc->writes[channel]++;
    pc->resets[channel] += reg == ATA_REG_DEVICE_CONTROL && (value & ATA_CONTROL_SRST) != 0;
    pc->commands[channel] += reg == ATA_REG_COMMAND && value != ATA_IDENTIFY_DEVICE &&
                             value != ATA_IDENTIFY_PACKET_DEVICE && value != 0xA0;
}

static void forget_writes(struct pc *pc)
{
    memset(pc->writes, 0, sizeof pc->writes);
    memset(pc->resets, 0, sizeof pc->resets);
}

static void start(struct pc *pc)
{
    memset(pc, 0, sizeof *pc);
    pc->bench = bench_new(5);
    sim_ports_open(&pc->sim, pc->bench);
    sim_ports_platform(&pc->sim, &pc->platform);
    bench_set_trace(pc->bench, watch, pc);
}

static void boot(struct pc *pc)
{
    ide_find(&pc->sim.ports, &pc->machine.ide);
    ata_port_bind(&pc->machine.ide, pc->buses, &pc->platform);
    probe_open(&pc->machine, NULL);
    while (probe_step(&pc->machine))
        bench_advance(pc->bench, 20);
}

static void stop(struct pc *pc)
{
    assert_int_equal(pc->commands[0], 0);
    assert_int_equal(pc->commands[1], 0);
    bench_free(pc->bench);
}

static struct port *port(struct pc *pc, unsigned number)
{
    return probe_port(&pc->machine, number);
}

static void good_drive(struct pc *pc, const char *position)
{
    bench_attach_healthy(pc->bench, position, "SONY", "CD-RW  CRX225E", "QYS1",
                         "name=good serial=A0012");
}

static void dead_drive(struct pc *pc, const char *face)
{
    bench_attach_dead(pc->bench, "shelf", face, "name=dead");
}

/* A second good drive, on the shelf: it was built at another place, on which nobody looked. */
static void other_drive(struct pc *pc)
{
    bench_attach_healthy(pc->bench, "ps", "OTHER", "DVD TEST 1234", "AB01", "name=other");
    bench_do(pc->bench, "attach shelf disk name=spare");
    bench_do(pc->bench, "swap ps spare");
    bench_do(pc->bench, "detach ps");
}

static void open_swap(struct pc *pc, unsigned number, enum swap_variant variant)
{
    assert_int_equal(swap_allowed(port(pc, number), variant), SWAP_ALLOWED);
    assert_true(swap_open(&pc->swap, &pc->machine, port(pc, number), variant, &pc->donors, NULL));
    assert_int_equal(pc->swap.state, SWAP_READY);
}

static void park(struct pc *pc)
{
    assert_true(swap_park(&pc->swap));
    forget_writes(pc);
}

/* A good drive at secondary master, parked; a dead one with this face on the shelf. */
static void parked(struct pc *pc, const char *face)
{
    start(pc);
    good_drive(pc, "sm");
    dead_drive(pc, face);
    boot(pc);
    open_swap(pc, 3, SWAP_CABLE);
    park(pc);
    assert_int_equal(pc->swap.state, SWAP_GOING);
}

/* Time passes. Until the probe begins nothing may be written anywhere. */
static void pass(struct pc *pc, uint64_t us)
{
    uint64_t end = bench_now_us(pc->bench) + us;

    while (bench_now_us(pc->bench) < end) {
        enum swap_state state = swap_step(&pc->swap);

        if (state != SWAP_PROBING && state != SWAP_OVER)
            assert_int_equal(pc->writes[0] + pc->writes[1], 0);
        bench_advance(pc->bench, STEP_US);
    }
}

static void expect_state(struct pc *pc, enum swap_state state)
{
    if (pc->swap.state != state)
        fail_msg("state %d, expected %d, status %02X", pc->swap.state, state, pc->swap.status);
}

/* Until the swap is over, within the bound that is shown. Returns the time it took. */
static uint64_t finish(struct pc *pc)
{
    uint64_t begin = bench_now_us(pc->bench);

    while (swap_step(&pc->swap) != SWAP_OVER) {
        if (pc->swap.deadline_us != 0)
            assert_true(bench_now_us(pc->bench) <= pc->swap.deadline_us + SECOND / 10);
        assert_true(bench_now_us(pc->bench) - begin < SWAP_PROBE_US + 10 * SECOND);
        bench_advance(pc->bench, STEP_US);
    }
    return bench_now_us(pc->bench) - begin;
}

static void expect_outcome(struct pc *pc, enum swap_outcome outcome)
{
    finish(pc);
    if (pc->swap.outcome != outcome)
        fail_msg("outcome %d, expected %d, status %02X", pc->swap.outcome, outcome,
                 pc->swap.status);
}

/* ---- the way it should go -------------------------------------------------------------------- */

static void test_dead_drive_is_brought_in(void **state)
{
    static const struct {
        const char *face;
        enum verdict verdict;
    } faces[] = {{"hang", VERDICT_STUCK_BUSY},
                 {"silent", VERDICT_NO_IDENTITY},
                 {"abort", VERDICT_NO_IDENTITY},
                 {"garbage", VERDICT_IDENTITY_DAMAGED},
                 {"boot", VERDICT_BOOT_CODE}};

    (void)state;
    for (unsigned i = 0; i < sizeof faces / sizeof faces[0]; i++) {
        struct pc pc;

        parked(&pc, faces[i].face);
        pass(&pc, 5 * SECOND);
        expect_state(&pc, SWAP_GOING);
        bench_do(pc.bench, "unplug sm");
        pass(&pc, SWAP_GONE_US + SECOND / 20);
        expect_state(&pc, SWAP_COMING);
        pass(&pc, 20 * SECOND);
        expect_state(&pc, SWAP_COMING);
        bench_do(pc.bench, "swap sm dead");
        bench_do(pc.bench, "plug sm");
        pass(&pc, SWAP_BACK_US + SECOND / 20);
        expect_state(&pc, SWAP_SETTLING);
        assert_int_equal(pc.swap.deadline_us / SECOND,
                         (bench_now_us(pc.bench) + SWAP_SETTLE_US) / SECOND);
        pass(&pc, SWAP_SETTLE_US - SECOND / 10);
        expect_state(&pc, SWAP_SETTLING);
        expect_outcome(&pc, SWAP_ARRIVED);
        assert_ptr_equal(pc.swap.port, port(&pc, 3));
        assert_int_equal(port(&pc, 3)->verdict, faces[i].verdict);
        assert_int_equal(port_vendor_allowed(port(&pc, 3)), 0);
        assert_int_equal(pc.writes[0], 0);
        assert_int_equal(pc.swap.bounces, 0);
        assert_true(donors_have(&pc.donors, port(&pc, 3)) == false);
        assert_int_equal(pc.donors.count, 1);
        stop(&pc);
    }
}

static void test_a_drive_that_hangs_is_not_reset_and_its_time_is_bounded(void **state)
{
    struct pc pc;

    (void)state;
    parked(&pc, "hang");
    bench_do(pc.bench, "unplug sm");
    pass(&pc, SECOND);
    bench_do(pc.bench, "swap sm dead");
    bench_do(pc.bench, "plug sm");
    assert_true(finish(&pc) < 40 * SECOND);
    assert_int_equal(pc.swap.outcome, SWAP_ARRIVED);
    assert_int_equal(pc.resets[1], 0);
    stop(&pc);
}

static void test_a_busy_drive_need_not_be_waited_for(void **state)
{
    struct pc pc;

    (void)state;
    parked(&pc, "hang");
    bench_do(pc.bench, "unplug sm");
    pass(&pc, SECOND);
    bench_do(pc.bench, "swap sm dead");
    bench_do(pc.bench, "plug sm");
    swap_skip_busy(&pc.swap); /* too early: nothing happens */
    pass(&pc, 6 * SECOND);
    expect_state(&pc, SWAP_PROBING);
    swap_skip_busy(&pc.swap);
    assert_true(finish(&pc) < SECOND);
    assert_int_equal(pc.swap.outcome, SWAP_ARRIVED);
    /* Not said to hang, but it can be asked to listen. */
    assert_int_equal(port(&pc, 3)->verdict, VERDICT_UNKNOWN);
    assert_int_equal(port_vendor_allowed(port(&pc, 3)), 0);
    stop(&pc);
}

static void test_a_drive_in_vendor_mode_is_left_in_it(void **state)
{
    struct pc pc;

    (void)state;
    start(&pc);
    good_drive(&pc, "sm");
    bench_attach_dead(pc.bench, "pm", "silent", "name=dead");
    /* Somebody got it to listen before: an intro by hand. */
    bench_write(pc.bench, 0, ATA_REG_LBA_LOW, 0x2A);
    bench_write(pc.bench, 0, ATA_REG_COMMAND, 0x80);
    bench_advance(pc.bench, 2000);
    assert_int_equal(bench_read(pc.bench, 0, ATA_REG_STATUS), 0x70);
    pc.commands[0] = 0;
    boot(&pc);
    open_swap(&pc, 3, SWAP_CABLE);
    park(&pc);
    bench_do(pc.bench, "unplug sm");
    pass(&pc, SECOND);
    bench_do(pc.bench, "unplug pm");
    bench_do(pc.bench, "swap sm dead");
    bench_do(pc.bench, "plug sm");
    expect_outcome(&pc, SWAP_ARRIVED);
    assert_int_equal(port(&pc, 3)->verdict, VERDICT_VENDOR_MODE);
    assert_int_equal(pc.resets[1], 0);
    /* What was seen at the slave's place belongs to the time of the good drive: ask. */
    assert_int_equal(port_alone(port(&pc, 3)), ALONE_UNSURE);
    stop(&pc);
}

static void test_the_good_drive_may_be_a_slave_and_the_dead_one_a_master(void **state)
{
    struct pc pc;

    (void)state;
    start(&pc);
    good_drive(&pc, "ss");
    bench_attach_dead(pc.bench, "shelf", "silent", "name=dead");
    boot(&pc);
    /* The user chose the empty place of the cable. */
    open_swap(&pc, 3, SWAP_CABLE);
    assert_ptr_equal(pc.swap.port, port(&pc, 4));
    park(&pc);
    bench_do(pc.bench, "unplug ss");
    pass(&pc, SECOND);
    expect_state(&pc, SWAP_COMING);
    bench_do(pc.bench, "detach ss");
    bench_do(pc.bench, "swap sm dead");
    expect_outcome(&pc, SWAP_ARRIVED);
    assert_ptr_equal(pc.swap.port, port(&pc, 3));
    stop(&pc);
}

/* A slave is not heard before it is selected: the user says that it is plugged in. */
static void test_a_slave_is_found_when_the_user_says_so(void **state)
{
    static const char *const faces[] = {"silent", "hang", "abort", "garbage"};

    (void)state;
    for (unsigned i = 0; i < sizeof faces / sizeof faces[0]; i++) {
        struct pc pc;

        parked(&pc, faces[i]);
        bench_do(pc.bench, "unplug sm");
        pass(&pc, SECOND);
        bench_do(pc.bench, "detach sm");
        bench_do(pc.bench, "swap ss dead");
        pass(&pc, 10 * SECOND);
        expect_state(&pc, SWAP_COMING);
        swap_look_now(&pc.swap);
        expect_state(&pc, SWAP_SETTLING);
        pass(&pc, SECOND);
        expect_state(&pc, SWAP_SETTLING);
        expect_outcome(&pc, SWAP_ARRIVED);
        assert_ptr_equal(pc.swap.port, port(&pc, 4));
        assert_int_equal(port_vendor_allowed(port(&pc, 4)), 0);
        stop(&pc);
    }
}

/* ---- hands ----------------------------------------------------------------------------------- */

static void test_contacts_that_bounce_are_counted_and_waited_for(void **state)
{
    struct pc pc;

    (void)state;
    parked(&pc, "silent");
    pass(&pc, SECOND);
    for (unsigned i = 0; i < 4; i++) {
        bench_do(pc.bench, "unplug sm");
        pass(&pc, SWAP_GONE_US / 2);
        bench_do(pc.bench, "plug sm");
        pass(&pc, SECOND / 10);
    }
    expect_state(&pc, SWAP_GOING);
    assert_int_equal(pc.swap.bounces, 4);
    bench_do(pc.bench, "unplug sm");
    pass(&pc, SECOND);
    bench_do(pc.bench, "swap sm dead");
    for (unsigned i = 0; i < 5; i++) {
        bench_do(pc.bench, "plug sm");
        pass(&pc, SWAP_BACK_US / 2);
        bench_do(pc.bench, "unplug sm");
        pass(&pc, SECOND / 50);
    }
    expect_state(&pc, SWAP_COMING);
    assert_int_equal(pc.swap.bounces, 9);
    bench_do(pc.bench, "plug sm");
    bench_do(pc.bench, "bounce sm 200");
    expect_outcome(&pc, SWAP_ARRIVED);
    assert_true(pc.swap.bounces > 10);
    assert_true(pc.swap.trail.changes > 20);
    /* What lasted can still be read in the trail: the good drive first. */
    assert_true(pc.swap.trail.count < TRAIL_MAX);
    assert_int_equal(pc.swap.trail.entries[0].status, 0x50);
    for (unsigned i = 0; i + 1 < pc.swap.trail.count; i++)
        assert_true(pc.swap.trail.entries[i].until_us - pc.swap.trail.entries[i].from_us >=
                    SWAP_LASTS_US);
    stop(&pc);
}

static void test_cable_that_is_pulled_again_while_it_settles(void **state)
{
    struct pc pc;

    (void)state;
    parked(&pc, "silent");
    bench_do(pc.bench, "unplug sm");
    pass(&pc, SECOND);
    bench_do(pc.bench, "swap sm dead");
    bench_do(pc.bench, "plug sm");
    pass(&pc, 2 * SECOND);
    expect_state(&pc, SWAP_SETTLING);
    bench_do(pc.bench, "unplug sm");
    pass(&pc, SECOND / 100);
    expect_state(&pc, SWAP_COMING);
    bench_do(pc.bench, "plug sm");
    pass(&pc, 3 * SECOND);
    expect_state(&pc, SWAP_SETTLING);
    expect_outcome(&pc, SWAP_ARRIVED);
    stop(&pc);
}

static void test_cable_that_is_pulled_while_it_is_probed(void **state)
{
    struct pc pc;

    (void)state;
    parked(&pc, "hang");
    bench_do(pc.bench, "unplug sm");
    pass(&pc, SECOND);
    bench_do(pc.bench, "swap sm dead");
    bench_do(pc.bench, "plug sm");
    pass(&pc, 6 * SECOND);
    expect_state(&pc, SWAP_PROBING);
    bench_do(pc.bench, "unplug sm");
    expect_outcome(&pc, SWAP_NOBODY);
    /* Plugged again before the user answers: it is seen at once. */
    bench_do(pc.bench, "plug sm");
    forget_writes(&pc);
    swap_again(&pc.swap);
    expect_state(&pc, SWAP_COMING);
    expect_outcome(&pc, SWAP_ARRIVED);
    stop(&pc);
}

static void test_the_good_drive_plugged_back_is_known(void **state)
{
    struct pc pc;

    (void)state;
    parked(&pc, "silent");
    bench_do(pc.bench, "unplug sm");
    pass(&pc, SECOND);
    bench_do(pc.bench, "plug sm");
    expect_outcome(&pc, SWAP_SAME_DRIVE);
    assert_true(donors_have(&pc.donors, port(&pc, 3)));
    /* And now the right one. */
    swap_again(&pc.swap);
    forget_writes(&pc);
    expect_state(&pc, SWAP_GOING);
    bench_do(pc.bench, "unplug sm");
    pass(&pc, SECOND);
    bench_do(pc.bench, "swap sm dead");
    bench_do(pc.bench, "plug sm");
    expect_outcome(&pc, SWAP_ARRIVED);
    stop(&pc);
}

static void test_the_good_drive_that_never_left_is_known(void **state)
{
    struct pc pc;

    (void)state;
    parked(&pc, "silent");
    pass(&pc, 60 * SECOND);
    expect_state(&pc, SWAP_GOING);
    swap_look_now(&pc.swap);
    expect_outcome(&pc, SWAP_SAME_DRIVE);
    stop(&pc);
}

static void test_power_of_the_good_drive_switched_by_mistake(void **state)
{
    struct pc pc;

    (void)state;
    parked(&pc, "silent");
    bench_do(pc.bench, "power sm off");
    pass(&pc, SECOND);
    expect_state(&pc, SWAP_COMING);
    bench_do(pc.bench, "power sm on");
    expect_outcome(&pc, SWAP_SAME_DRIVE);
    stop(&pc);
}

static void test_power_cut_of_the_dead_drive(void **state)
{
    struct pc pc;

    (void)state;
    parked(&pc, "hang");
    bench_do(pc.bench, "unplug sm");
    pass(&pc, SECOND);
    bench_do(pc.bench, "swap sm dead");
    bench_do(pc.bench, "plug sm");
    pass(&pc, 2 * SECOND);
    expect_state(&pc, SWAP_SETTLING);
    bench_do(pc.bench, "power sm off");
    pass(&pc, SECOND);
    expect_state(&pc, SWAP_COMING);
    bench_do(pc.bench, "power sm on");
    expect_outcome(&pc, SWAP_ARRIVED);
    stop(&pc);
}

static void test_a_disk_is_only_named(void **state)
{
    struct pc pc;

    (void)state;
    parked(&pc, "silent");
    bench_do(pc.bench, "attach shelf disk model=MAXTOR name=disk");
    bench_do(pc.bench, "unplug sm");
    pass(&pc, SECOND);
    bench_do(pc.bench, "swap sm disk");
    bench_do(pc.bench, "plug sm");
    expect_outcome(&pc, SWAP_DISK);
    assert_true(port(&pc, 3)->disk_forever);
    assert_int_equal(bench_disk(pc.bench, 1, 0)->vendor_commands, 0);
    assert_int_equal(swap_allowed(port(&pc, 3), SWAP_CABLE), SWAP_HAS_DISK);
    /* It goes, the right one comes: the place is free again. */
    swap_again(&pc.swap);
    forget_writes(&pc);
    bench_do(pc.bench, "unplug sm");
    pass(&pc, SECOND);
    expect_state(&pc, SWAP_COMING);
    bench_do(pc.bench, "swap sm dead");
    bench_do(pc.bench, "plug sm");
    expect_outcome(&pc, SWAP_ARRIVED);
    assert_false(port(&pc, 3)->disk_forever);
    assert_int_equal(port_vendor_allowed(port(&pc, 3)), 0);
    stop(&pc);
}

/* A plug that wobbles in its socket, or a bus that reads 00, is no proof that the disk has gone. */
static void test_a_disk_is_forgotten_only_when_the_cable_is_empty(void **state)
{
    static const char *const hands[] = {"bounce sm ms=3000", "unplug sm"};

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct pc pc;

        start(&pc);
        bench_do(pc.bench, "float 1 00");
        good_drive(&pc, "sm");
        boot(&pc);
        open_swap(&pc, 3, SWAP_CABLE);
        park(&pc);
        bench_do(pc.bench, "attach shelf disk model=MAXTOR name=disk");
        bench_do(pc.bench, "unplug sm");
        pass(&pc, SECOND);
        bench_do(pc.bench, "swap sm disk");
        bench_do(pc.bench, "plug sm");
        expect_outcome(&pc, SWAP_DISK);
        swap_again(&pc.swap);
        forget_writes(&pc);
        bench_do(pc.bench, "%s", hands[i]);
        pass(&pc, 2 * SECOND);
        assert_true(port(&pc, 3)->disk_forever);
        stop(&pc);
    }
}

static void test_two_at_once(void **state)
{
    struct pc pc;

    (void)state;
    parked(&pc, "silent");
    other_drive(&pc);
    bench_do(pc.bench, "unplug sm");
    pass(&pc, SECOND);
    bench_do(pc.bench, "swap sm dead");
    bench_do(pc.bench, "swap ss other");
    /* They know of each other only when they start together. */
    bench_do(pc.bench, "power sm off");
    bench_do(pc.bench, "power ss off");
    bench_do(pc.bench, "plug sm");
    bench_do(pc.bench, "power sm on");
    bench_do(pc.bench, "power ss on");
    expect_outcome(&pc, SWAP_TWO);
    stop(&pc);
}

static void test_another_healthy_drive_is_not_the_good_one(void **state)
{
    struct pc pc;

    (void)state;
    parked(&pc, "silent");
    other_drive(&pc);
    bench_do(pc.bench, "unplug sm");
    pass(&pc, SECOND);
    bench_do(pc.bench, "swap sm other");
    bench_do(pc.bench, "plug sm");
    expect_outcome(&pc, SWAP_ARRIVED);
    assert_int_equal(port(&pc, 3)->verdict, VERDICT_HEALTHY);
    /* Another name than before is no wonder: the cable was empty. */
    assert_false(port(&pc, 3)->evidence.other_name);
    stop(&pc);
}

/* Of the same make and revision: the serial number tells. */
static void test_a_twin_of_the_good_drive_is_not_the_good_one(void **state)
{
    struct pc pc;

    (void)state;
    parked(&pc, "silent");
    bench_attach_healthy(pc.bench, "ps", "SONY", "CD-RW  CRX225E", "QYS1",
                         "name=twin serial=A0013");
    bench_do(pc.bench, "unplug sm");
    pass(&pc, SECOND);
    bench_do(pc.bench, "detach sm");
    bench_do(pc.bench, "move twin sm");
    bench_do(pc.bench, "plug sm");
    expect_outcome(&pc, SWAP_ARRIVED);
    assert_int_equal(port(&pc, 3)->verdict, VERDICT_HEALTHY);
    stop(&pc);
}

static void test_nobody_comes_in_spite_of_what_the_user_says(void **state)
{
    struct pc pc;

    (void)state;
    parked(&pc, "silent");
    bench_do(pc.bench, "unplug sm");
    pass(&pc, SECOND);
    swap_look_now(&pc.swap);
    expect_outcome(&pc, SWAP_NOBODY);
    stop(&pc);
}

/* ---- other cables ---------------------------------------------------------------------------- */

static void test_plug_on_the_other_cable_is_noticed_and_not_touched(void **state)
{
    struct pc pc;

    (void)state;
    parked(&pc, "silent");
    bench_do(pc.bench, "unplug sm");
    pass(&pc, SECOND);
    assert_null(pc.swap.other);
    bench_do(pc.bench, "swap pm dead");
    pass(&pc, SECOND);
    expect_state(&pc, SWAP_COMING);
    assert_ptr_equal(pc.swap.other, port(&pc, 1));
    assert_int_equal(pc.swap.other_status, 0x50);
    /* Taken off again, and plugged where it should be. */
    bench_do(pc.bench, "unplug pm");
    pass(&pc, SECOND);
    assert_null(pc.swap.other);
    bench_do(pc.bench, "swap sm dead");
    bench_do(pc.bench, "plug sm");
    expect_outcome(&pc, SWAP_ARRIVED);
    assert_int_equal(pc.writes[0], 0);
    stop(&pc);
}

static void test_drive_pulled_from_the_other_cable_is_noticed(void **state)
{
    struct pc pc;

    (void)state;
    start(&pc);
    good_drive(&pc, "sm");
    bench_do(pc.bench, "attach pm disk model=MAXTOR");
    boot(&pc);
    open_swap(&pc, 3, SWAP_CABLE);
    park(&pc);
    pass(&pc, SECOND);
    assert_null(pc.swap.other);
    bench_do(pc.bench, "unplug pm");
    pass(&pc, SECOND);
    expect_state(&pc, SWAP_GOING);
    assert_ptr_equal(pc.swap.other, port(&pc, 1));
    assert_int_equal(pc.swap.other_status, 0x7F);
    stop(&pc);
}

/* ---- cables that read 00 --------------------------------------------------------------------- */

static void test_cable_that_reads_00_when_empty(void **state)
{
    struct pc pc;

    (void)state;
    start(&pc);
    bench_do(pc.bench, "float 1 00");
    good_drive(&pc, "sm");
    dead_drive(&pc, "silent");
    boot(&pc);
    open_swap(&pc, 3, SWAP_CABLE);
    park(&pc);
    bench_do(pc.bench, "unplug sm");
    pass(&pc, SECOND);
    expect_state(&pc, SWAP_COMING);
    bench_do(pc.bench, "swap sm dead");
    bench_do(pc.bench, "plug sm");
    expect_outcome(&pc, SWAP_ARRIVED);
    stop(&pc);
}

/* Buses that nobody pulls anywhere: the empty one keeps what was written last, or picks up noise.
 */
static void test_cable_that_floats(void **state)
{
    static const char *const floats[] = {"echo", "noise"};

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct pc pc;

        parked(&pc, "hang");
        bench_do(pc.bench, "float 1 %s", floats[i]);
        pass(&pc, 2 * SECOND);
        expect_state(&pc, SWAP_GOING);
        bench_do(pc.bench, "unplug sm");
        pass(&pc, SECOND);
        expect_state(&pc, SWAP_COMING);
        pass(&pc, 20 * SECOND);
        expect_state(&pc, SWAP_COMING);
        bench_do(pc.bench, "swap sm dead");
        bench_do(pc.bench, "plug sm");
        bench_do(pc.bench, "bounce sm ms=100");
        expect_outcome(&pc, SWAP_ARRIVED);
        stop(&pc);
    }
}

/* A good drive that sleeps shows 00 all the time: its going is told from that by 7F only. */
static void test_good_drive_that_sleeps(void **state)
{
    struct pc pc;

    (void)state;
    start(&pc);
    good_drive(&pc, "sm");
    dead_drive(&pc, "silent");
    boot(&pc);
    open_swap(&pc, 3, SWAP_CABLE);
    bench_do(pc.bench, "fault sm no_drive_00");
    park(&pc);
    assert_int_equal(pc.swap.parked_status, 0x00);
    pass(&pc, 30 * SECOND);
    expect_state(&pc, SWAP_GOING);
    bench_do(pc.bench, "unplug sm");
    pass(&pc, SECOND);
    expect_state(&pc, SWAP_COMING);
    bench_do(pc.bench, "swap sm dead");
    bench_do(pc.bench, "plug sm");
    expect_outcome(&pc, SWAP_ARRIVED);
    stop(&pc);
}

/* A packet device that was just reset shows 00: on a bus that reads 7F when empty that is
 * somebody. */
static void test_drive_that_shows_00(void **state)
{
    struct pc pc;

    (void)state;
    parked(&pc, "silent");
    other_drive(&pc);
    bench_do(pc.bench, "unplug sm");
    pass(&pc, SECOND);
    bench_do(pc.bench, "swap sm other");
    bench_do(pc.bench, "plug sm");
    pass(&pc, SECOND / 10);
    assert_int_equal(pc.swap.status, 0x00);
    pass(&pc, SECOND);
    expect_state(&pc, SWAP_SETTLING);
    expect_outcome(&pc, SWAP_ARRIVED);
    stop(&pc);
}

/* ---- late ------------------------------------------------------------------------------------ */

static void test_late_cable(void **state)
{
    struct pc pc;

    (void)state;
    start(&pc);
    bench_attach_dead(pc.bench, "sm", "hang", "plugged=no");
    boot(&pc);
    open_swap(&pc, 3, SWAP_LATE_CABLE);
    park(&pc);
    expect_state(&pc, SWAP_COMING);
    pass(&pc, 30 * SECOND);
    expect_state(&pc, SWAP_COMING);
    bench_do(pc.bench, "plug sm");
    bench_do(pc.bench, "bounce sm 50");
    pass(&pc, 2 * SECOND);
    expect_state(&pc, SWAP_SETTLING);
    expect_outcome(&pc, SWAP_ARRIVED);
    assert_int_equal(port(&pc, 3)->verdict, VERDICT_STUCK_BUSY);
    assert_int_equal(pc.donors.count, 0);
    assert_int_equal(pc.writes[0], 0);
    stop(&pc);
}

static void test_late_cable_on_a_bus_that_floats(void **state)
{
    static const char *const floats[] = {"echo", "noise"};

    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct pc pc;

        start(&pc);
        bench_do(pc.bench, "float 1 %s", floats[i]);
        bench_attach_dead(pc.bench, "sm", "hang", "plugged=no");
        boot(&pc);
        open_swap(&pc, 3, SWAP_LATE_CABLE);
        park(&pc);
        pass(&pc, 10 * SECOND);
        expect_state(&pc, SWAP_COMING);
        bench_do(pc.bench, "plug sm");
        expect_outcome(&pc, SWAP_ARRIVED);
        stop(&pc);
    }
}

static void test_late_power_waits_for_a_slow_start(void **state)
{
    struct pc pc;

    (void)state;
    start(&pc);
    bench_attach_healthy(pc.bench, "sm", "OTHER", "DVD TEST 1234", "AB01", "personality=slow");
    bench_do(pc.bench, "power sm off");
    boot(&pc);
    open_swap(&pc, 3, SWAP_LATE_POWER);
    park(&pc);
    pass(&pc, 5 * SECOND);
    expect_state(&pc, SWAP_COMING);
    bench_do(pc.bench, "power sm on");
    expect_outcome(&pc, SWAP_ARRIVED);
    assert_int_equal(port(&pc, 3)->verdict, VERDICT_HEALTHY);
    stop(&pc);
}

static void test_late_drive_that_is_plugged_before_the_watch_begins(void **state)
{
    struct pc pc;

    (void)state;
    start(&pc);
    bench_attach_dead(pc.bench, "sm", "silent", "plugged=no");
    boot(&pc);
    open_swap(&pc, 3, SWAP_LATE_CABLE);
    bench_do(pc.bench, "plug sm");
    park(&pc);
    expect_outcome(&pc, SWAP_ARRIVED);
    stop(&pc);
}

/* ---- ALi ------------------------------------------------------------------------------------- */

static void test_ali_is_not_asked_while_empty(void **state)
{
    struct pc pc;
    struct sim_pci_function *function;
    uint64_t reads;

    (void)state;
    start(&pc);
    function = sim_ports_add(&pc.sim, 0, 1, 0, 0x10B95229, 0x010180);
    function->cable[0] = 0;
    function->cable[1] = 1;
    bench_do(pc.bench, "float 0 FF");
    bench_do(pc.bench, "float 1 FF");
    good_drive(&pc, "sm");
    dead_drive(&pc, "silent");
    boot(&pc);
    open_swap(&pc, 3, SWAP_CABLE);
    park(&pc);
    reads = pc.sim.status_reads[0];
    pass(&pc, SECOND);
    assert_false(swap_is_blind(&pc.swap));
    assert_true(pc.sim.status_reads[0] == reads); /* empty before: not asked at all */
    bench_do(pc.bench, "unplug sm");
    pass(&pc, SECOND / 100);
    expect_state(&pc, SWAP_COMING);
    assert_true(swap_is_blind(&pc.swap));
    reads = pc.sim.status_reads[1];
    pass(&pc, 10 * SECOND);
    assert_true(pc.sim.status_reads[1] == reads);
    bench_do(pc.bench, "swap sm dead");
    bench_do(pc.bench, "plug sm");
    pass(&pc, 10 * SECOND);
    expect_state(&pc, SWAP_COMING);
    swap_look_now(&pc.swap);
    expect_outcome(&pc, SWAP_ARRIVED);
    stop(&pc);
}

/* ---- what is refused ------------------------------------------------------------------------- */

static void test_cables_that_can_not_be_used(void **state)
{
    struct pc pc;

    (void)state;
    start(&pc);
    good_drive(&pc, "sm");
    ide_find(&pc.sim.ports, &pc.machine.ide);
    ata_port_bind(&pc.machine.ide, pc.buses, &pc.platform);
    probe_open(&pc.machine, NULL);
    assert_int_equal(swap_allowed(port(&pc, 3), SWAP_CABLE), SWAP_STILL_PROBING);
    boot(&pc);
    assert_int_equal(swap_allowed(port(&pc, 1), SWAP_CABLE), SWAP_NO_DONOR);
    assert_int_equal(swap_allowed(port(&pc, 1), SWAP_LATE_CABLE), SWAP_ALLOWED);
    assert_int_equal(swap_allowed(port(&pc, 3), SWAP_LATE_CABLE), SWAP_NOT_EMPTY);
    assert_int_equal(swap_allowed(port(&pc, 4), SWAP_LATE_POWER), SWAP_NOT_EMPTY);
    assert_int_equal(swap_allowed(port(&pc, 3), SWAP_CABLE), SWAP_ALLOWED);
    stop(&pc);

    start(&pc);
    good_drive(&pc, "sm");
    bench_attach_dead(pc.bench, "ss", "silent", "");
    bench_attach_dead(pc.bench, "pm", "silent", "");
    boot(&pc);
    assert_int_equal(swap_allowed(port(&pc, 3), SWAP_CABLE), SWAP_SECOND);
    assert_int_equal(swap_allowed(port(&pc, 4), SWAP_CABLE), SWAP_SECOND);
    assert_int_equal(swap_allowed(port(&pc, 1), SWAP_CABLE), SWAP_DONOR_SICK);
    stop(&pc);

    start(&pc);
    good_drive(&pc, "sm");
    bench_do(pc.bench, "attach ss disk model=MAXTOR");
    boot(&pc);
    for (unsigned number = 3; number <= 4; number++) {
        assert_int_equal(swap_allowed(port(&pc, number), SWAP_CABLE), SWAP_HAS_DISK);
        assert_int_equal(swap_allowed(port(&pc, number), SWAP_LATE_CABLE), SWAP_HAS_DISK);
    }
    port(&pc, 1)->verdict = VERDICT_CHANNEL_OFF;
    assert_int_equal(swap_allowed(port(&pc, 1), SWAP_CABLE), SWAP_CHANNEL_OFF);
    port(&pc, 1)->verdict = VERDICT_CHANNEL_FLOATS;
    assert_int_equal(swap_allowed(port(&pc, 2), SWAP_LATE_CABLE), SWAP_CHANNEL_OFF);
    stop(&pc);
}

static void test_there_is_room_for_four_good_drives(void **state)
{
    struct pc pc;

    (void)state;
    start(&pc);
    good_drive(&pc, "sm");
    boot(&pc);
    pc.donors.count = DONORS;
    assert_false(swap_open(&pc.swap, &pc.machine, port(&pc, 3), SWAP_CABLE, &pc.donors, NULL));
    stop(&pc);
}

static void test_nothing_is_parked_while_a_command_is_in_flight(void **state)
{
    struct pc pc;

    (void)state;
    start(&pc);
    good_drive(&pc, "sm");
    boot(&pc);
    open_swap(&pc, 3, SWAP_CABLE);
    bench_do(pc.bench, "fault sm bsy_forever");
    forget_writes(&pc);
    assert_false(swap_park(&pc.swap));
    assert_int_equal(pc.swap.state, SWAP_READY);
    assert_int_equal(pc.writes[1], 1); /* the selection */
    bench_do(pc.bench, "clear sm");
    assert_true(swap_park(&pc.swap));
    stop(&pc);
}

static void test_stopping_finds_out_what_is_there(void **state)
{
    struct pc pc;

    (void)state;
    parked(&pc, "silent");
    bench_do(pc.bench, "unplug sm");
    pass(&pc, SECOND);
    bench_do(pc.bench, "swap sm dead");
    bench_do(pc.bench, "plug sm");
    pass(&pc, SECOND / 10);
    swap_stop(&pc.swap);
    assert_int_equal(pc.swap.state, SWAP_OVER);
    assert_int_equal(pc.swap.outcome, SWAP_STOPPED);
    assert_int_equal(port(&pc, 3)->verdict, VERDICT_PROBING);
    while (probe_step(&pc.machine))
        bench_advance(pc.bench, STEP_US);
    assert_int_equal(port(&pc, 3)->verdict, VERDICT_NO_IDENTITY);
    assert_int_equal(pc.resets[1], 0);
    stop(&pc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dead_drive_is_brought_in),
        cmocka_unit_test(test_a_drive_that_hangs_is_not_reset_and_its_time_is_bounded),
        cmocka_unit_test(test_a_busy_drive_need_not_be_waited_for),
        cmocka_unit_test(test_a_drive_in_vendor_mode_is_left_in_it),
        cmocka_unit_test(test_the_good_drive_may_be_a_slave_and_the_dead_one_a_master),
        cmocka_unit_test(test_a_slave_is_found_when_the_user_says_so),
        cmocka_unit_test(test_contacts_that_bounce_are_counted_and_waited_for),
        cmocka_unit_test(test_cable_that_is_pulled_again_while_it_settles),
        cmocka_unit_test(test_cable_that_is_pulled_while_it_is_probed),
        cmocka_unit_test(test_the_good_drive_plugged_back_is_known),
        cmocka_unit_test(test_the_good_drive_that_never_left_is_known),
        cmocka_unit_test(test_power_of_the_good_drive_switched_by_mistake),
        cmocka_unit_test(test_power_cut_of_the_dead_drive),
        cmocka_unit_test(test_a_disk_is_only_named),
        cmocka_unit_test(test_a_disk_is_forgotten_only_when_the_cable_is_empty),
        cmocka_unit_test(test_two_at_once),
        cmocka_unit_test(test_another_healthy_drive_is_not_the_good_one),
        cmocka_unit_test(test_a_twin_of_the_good_drive_is_not_the_good_one),
        cmocka_unit_test(test_nobody_comes_in_spite_of_what_the_user_says),
        cmocka_unit_test(test_plug_on_the_other_cable_is_noticed_and_not_touched),
        cmocka_unit_test(test_drive_pulled_from_the_other_cable_is_noticed),
        cmocka_unit_test(test_cable_that_reads_00_when_empty),
        cmocka_unit_test(test_cable_that_floats),
        cmocka_unit_test(test_good_drive_that_sleeps),
        cmocka_unit_test(test_drive_that_shows_00),
        cmocka_unit_test(test_late_cable),
        cmocka_unit_test(test_late_cable_on_a_bus_that_floats),
        cmocka_unit_test(test_late_power_waits_for_a_slow_start),
        cmocka_unit_test(test_late_drive_that_is_plugged_before_the_watch_begins),
        cmocka_unit_test(test_ali_is_not_asked_while_empty),
        cmocka_unit_test(test_cables_that_can_not_be_used),
        cmocka_unit_test(test_there_is_room_for_four_good_drives),
        cmocka_unit_test(test_nothing_is_parked_while_a_command_is_in_flight),
        cmocka_unit_test(test_stopping_finds_out_what_is_there),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
