/*
 * Probing on the simulated bench, through simulated ports and PCI. The trace of every access is the
 * witness for what was not sent.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "drivers/ata_port.h"
#include "drivers/chipset.h"
#include "drivers/mtk.h"
#include "kernel/probe.h"
#include "tests/support/bench_script.h"
#include "tests/support/sim_ports.h"

/* What went over one cable. */
struct seen {
    unsigned commands[256]; /* by command byte */
    unsigned resets;        /* writes that set SRST */
    unsigned writes;        /* of all registers but device */
    unsigned data_writes;
};

struct pc {
    struct bench *bench;
    struct sim_ports sim;
    struct platform platform;
    struct machine machine;
    struct ata_port_bus buses[IDE_CHANNELS];
    struct seen seen[BENCH_CHANNELS];
};

static void watch(void *context, uint64_t now_us, unsigned channel, unsigned reg, bool write,
                  uint16_t value)
{
    struct seen *seen = &((struct pc *)context)->seen[channel];

    (void)now_us;
    if (!write)
        return;
    seen->writes += reg != ATA_REG_DEVICE;
    seen->data_writes += reg == ATA_REG_DATA;
    if (reg == ATA_REG_COMMAND)
        seen->commands[value & 0xFF]++;
    if (reg == ATA_REG_DEVICE_CONTROL)
        seen->resets += (value & ATA_CONTROL_SRST) != 0;
}

/* A 486 without PCI, its bench empty. */
static void start(struct pc *pc)
{
    memset(pc, 0, sizeof *pc);
    pc->bench = bench_new(3);
    sim_ports_open(&pc->sim, pc->bench);
    sim_ports_platform(&pc->sim, &pc->platform);
    bench_set_trace(pc->bench, watch, pc);
}

/* What the program does when it starts. */
static void boot(struct pc *pc)
{
    ide_find(&pc->sim.ports, &pc->machine.ide);
    ata_port_bind(&pc->machine.ide, pc->buses, &pc->platform);
    probe_open(&pc->machine, NULL);
}

/* Only these commands may ever be sent by a probe. */
static void expect_gentle(const struct pc *pc)
{
    for (unsigned channel = 0; channel < BENCH_CHANNELS; channel++) {
        for (unsigned command = 0; command < 256; command++) {
            if (command != ATA_IDENTIFY_DEVICE && command != ATA_IDENTIFY_PACKET_DEVICE &&
                command != 0xA0)
                assert_int_equal(pc->seen[channel].commands[command], 0);
        }
        /* A packet is six words; nothing else is written to the data port. */
        assert_true(pc->seen[channel].data_writes <= 6 * pc->seen[channel].commands[0xA0]);
    }
}

/* Probes until all is known; returns how long that took, µs of virtual time. */
static uint64_t probe_all(struct pc *pc)
{
    uint64_t begin = bench_now_us(pc->bench);

    while (probe_step(&pc->machine)) {
        bench_advance(pc->bench, 20);
        assert_true(bench_now_us(pc->bench) - begin < PROBE_LONGEST_US + 1000000);
    }
    expect_gentle(pc);
    return bench_now_us(pc->bench) - begin;
}

static void idle_for(struct pc *pc, uint64_t us)
{
    uint64_t begin = bench_now_us(pc->bench);

    while (bench_now_us(pc->bench) - begin < us) {
        probe_step(&pc->machine);
        bench_advance(pc->bench, 1000);
    }
    expect_gentle(pc);
}

static struct port *port(struct pc *pc, unsigned number)
{
    struct port *found = probe_port(&pc->machine, number);

    assert_non_null(found);
    return found;
}

static void expect(struct pc *pc, unsigned number, enum verdict verdict)
{
    if (port(pc, number)->verdict != verdict)
        fail_msg("port %u: verdict %d, expected %d, status %02X", number, port(pc, number)->verdict,
                 verdict, port(pc, number)->evidence.status);
}

/* ---- nothing there --------------------------------------------------------------------------- */

static void test_ports_1_to_4_exist_on_every_machine(void **state)
{
    static const char *const names[] = {"Primary master", "Primary slave", "Secondary master",
                                        "Secondary slave"};
    struct pc pc;

    (void)state;
    start(&pc);
    boot(&pc);
    assert_int_equal(pc.machine.port_count, 4);
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(port(&pc, i + 1)->number, i + 1);
        assert_string_equal(port(&pc, i + 1)->where, names[i]);
        expect(&pc, i + 1, VERDICT_PROBING);
    }
    assert_null(probe_port(&pc.machine, 0));
    assert_null(probe_port(&pc.machine, 5));
    bench_free(pc.bench);
}

static void test_empty_channels_cost_less_than_a_second(void **state)
{
    static const uint8_t floats[] = {0x7F, 0xFF, 0x00};

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        struct pc pc;

        start(&pc);
        bench_do(pc.bench, "float 0 %02X", floats[i]);
        bench_do(pc.bench, "float 1 %02X", floats[i]);
        boot(&pc);
        assert_true(probe_all(&pc) < 1000000);
        for (unsigned number = 1; number <= 4; number++) {
            expect(&pc, number, VERDICT_NOTHING);
            assert_int_equal(error_class(port_vendor_allowed(port(&pc, number))), ERR_NO_DEVICE);
        }
        assert_int_equal(pc.seen[0].commands[ATA_IDENTIFY_PACKET_DEVICE], 0);
        assert_int_equal(pc.seen[0].resets, 0);
        bench_free(pc.bench);
    }
}

static void test_channel_that_is_switched_off(void **state)
{
    struct pc pc;
    struct sim_pci_function *function;
    struct chipset_changes changes = {.count = 0};

    (void)state;
    start(&pc);
    function = sim_ports_add(&pc.sim, 0, 1, 0, 0x80867010, 0x010180);
    sim_ports_config(function, 0x40, 4, 0x80008000);
    function->cable[0] = 0;
    function->cable[1] = 1;
    sim_ports_config(function, 0x04, 2, 0);
    bench_attach_dead(pc.bench, "sm", "silent", "");
    boot(&pc);
    probe_all(&pc);
    expect(&pc, 3, VERDICT_CHANNEL_OFF);
    assert_int_equal(pc.seen[1].writes + pc.sim.status_reads[1], 0);
    assert_int_equal(
        chipset_switch_on(&pc.sim.ports, &pc.machine.ide, port(&pc, 3)->channel, &changes), 0);
    probe_start(&pc.machine, port(&pc, 3), true);
    probe_all(&pc);
    expect(&pc, 3, VERDICT_NO_IDENTITY);
    bench_free(pc.bench);
}

/* ---- healthy drives and disks ---------------------------------------------------------------- */

static void test_healthy_drive(void **state)
{
    struct pc pc;

    (void)state;
    start(&pc);
    bench_attach_healthy(pc.bench, "sm", "SIMCORP", "DVD TEST 1234", "AB01", "");
    boot(&pc);
    assert_true(probe_all(&pc) < 4000000);
    expect(&pc, 3, VERDICT_HEALTHY);
    assert_string_equal(port(&pc, 3)->name, "DVD TEST 1234 AB01");
    assert_string_equal(port(&pc, 3)->evidence.inquiry.vendor, "SIMCORP");
    assert_int_equal(port(&pc, 3)->evidence.signature, ATA_SIGNATURE_PACKET);
    assert_true(port(&pc, 3)->evidence.echo);
    expect(&pc, 4, VERDICT_NOTHING);
    assert_int_equal(port_alone(port(&pc, 3)), ALONE_YES);
    assert_int_equal(port_vendor_allowed(port(&pc, 3)), 0);
    assert_int_equal(pc.seen[1].resets, 1);
    assert_int_equal(pc.seen[0].resets, 0);
    bench_free(pc.bench);
}

static void test_drive_jumpered_slave_without_a_master(void **state)
{
    struct pc pc;

    (void)state;
    start(&pc);
    bench_attach_healthy(pc.bench, "ps", "SIMCORP", "DVD TEST 1234", "AB01", "");
    boot(&pc);
    probe_all(&pc);
    expect(&pc, 1, VERDICT_NOTHING);
    expect(&pc, 2, VERDICT_HEALTHY);
    assert_int_equal(port_alone(port(&pc, 2)), ALONE_YES);
    bench_free(pc.bench);
}

static void test_slow_drive_gets_its_time(void **state)
{
    struct pc pc;

    (void)state;
    start(&pc);
    bench_attach_healthy(pc.bench, "pm", "SIMCORP", "DVD TEST 1234", "AB01", "personality=slow");
    boot(&pc);
    assert_true(probe_all(&pc) < 31000000);
    expect(&pc, 1, VERDICT_HEALTHY);
    bench_free(pc.bench);
}

static void test_disk_is_locked_away_and_so_is_its_neighbour(void **state)
{
    struct pc pc;
    char answer[4096];

    (void)state;
    start(&pc);
    bench_do(pc.bench, "attach pm disk model=BENCH_DISK_9000 name=victim");
    bench_attach_dead(pc.bench, "ps", "silent", "");
    boot(&pc);
    probe_all(&pc);
    expect(&pc, 1, VERDICT_DISK);
    assert_true(port(&pc, 1)->disk_forever);
    assert_non_null(strstr(port(&pc, 1)->name, "BENCH DISK 9000"));
    expect(&pc, 2, VERDICT_NO_IDENTITY);
    assert_int_equal(error_class(port_vendor_allowed(port(&pc, 1))), ERR_REFUSED);
    assert_int_equal(error_class(port_vendor_allowed(port(&pc, 2))), ERR_REFUSED);
    assert_true(bench_command(pc.bench, "status", answer, sizeof answer));
    assert_non_null(strstr(answer, "vendor=0"));
    assert_non_null(strstr(answer, "keys=0"));
    bench_free(pc.bench);
}

static void test_disk_is_forgotten_only_when_the_cable_was_empty(void **state)
{
    struct pc pc;

    (void)state;
    start(&pc);
    bench_do(pc.bench, "attach pm disk");
    bench_advance(pc.bench, 1000000);
    boot(&pc);
    probe_all(&pc);
    expect(&pc, 1, VERDICT_DISK);
    probe_start(&pc.machine, port(&pc, 1), false);
    assert_true(port(&pc, 1)->disk_forever);
    probe_all(&pc);
    assert_true(port(&pc, 1)->disk_forever);
    bench_do(pc.bench, "unplug pm");
    probe_start(&pc.machine, port(&pc, 1), false);
    probe_all(&pc);
    expect(&pc, 1, VERDICT_NOTHING);
    assert_false(port(&pc, 1)->disk_forever);
    bench_free(pc.bench);
}

static void test_two_drives_on_one_cable(void **state)
{
    struct pc pc;

    (void)state;
    start(&pc);
    bench_attach_healthy(pc.bench, "sm", "SIMCORP", "DVD TEST 1234", "AB01", "");
    bench_attach_dead(pc.bench, "ss", "abort", "");
    boot(&pc);
    probe_all(&pc);
    expect(&pc, 3, VERDICT_HEALTHY);
    expect(&pc, 4, VERDICT_NO_IDENTITY);
    assert_int_equal(port_alone(port(&pc, 4)), ALONE_NO);
    assert_int_equal(error_class(port_vendor_allowed(port(&pc, 4))), ERR_REFUSED);
    bench_free(pc.bench);
}

/* Both devices take register writes, whichever is selected: signatures first, echo afterwards. */
static void test_both_signatures_are_read_before_anything_is_written(void **state)
{
    struct pc pc;

    (void)state;
    start(&pc);
    bench_attach_healthy(pc.bench, "pm", "SIMCORP", "DVD TEST 1234", "AB01", "");
    bench_do(pc.bench, "attach ps disk");
    bench_attach_dead(pc.bench, "sm", "silent", "");
    bench_attach_healthy(pc.bench, "ss", "SIMCORP", "DVD TEST 1234", "AB01", "");
    boot(&pc);
    probe_all(&pc);
    assert_int_equal(port(&pc, 1)->evidence.signature, ATA_SIGNATURE_PACKET);
    assert_int_equal(port(&pc, 2)->evidence.signature, ATA_SIGNATURE_DISK);
    assert_int_equal(port(&pc, 3)->evidence.signature, ATA_SIGNATURE_PACKET);
    assert_int_equal(port(&pc, 4)->evidence.signature, ATA_SIGNATURE_PACKET);
    assert_false(
        port(&pc, 2)->evidence.asked_packet); /* a disk is asked the disks' question only */
    expect(&pc, 2, VERDICT_DISK);
    bench_free(pc.bench);
}

/* ---- disc, names, garbled data --------------------------------------------------------------- */

static void test_drive_is_asked_for_its_disc(void **state)
{
    const struct packet_result *ready;
    struct pc pc;

    (void)state;
    start(&pc);
    bench_attach_healthy(pc.bench, "sm", "SIMCORP", "DVD TEST 1234", "AB01", "");
    boot(&pc);
    probe_all(&pc);
    ready = &port(&pc, 3)->evidence.ready_result;
    assert_true(port(&pc, 3)->evidence.asked_ready);
    assert_true(ready->sense_valid);
    assert_int_equal(ready->sense_key, 0x02);
    assert_int_equal(ready->asc, 0x3A);
    expect(&pc, 3, VERDICT_HEALTHY);
    bench_do(pc.bench, "insert sm blank");
    bench_advance(pc.bench, 20000000);
    probe_start(&pc.machine, port(&pc, 3), false);
    probe_all(&pc);
    assert_true(port(&pc, 3)->evidence.asked_ready);
    assert_false(ready->error != 0 && ready->asc == 0x3A);
    expect(&pc, 3, VERDICT_HEALTHY);
    bench_free(pc.bench);
}

static void test_boot_code_and_dead_drives_are_not_asked_for_a_disc(void **state)
{
    static const char *const faces[] = {"silent", "abort", "garbage", "boot"};

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        struct pc pc;

        start(&pc);
        bench_attach_dead(pc.bench, "pm", faces[i], "");
        boot(&pc);
        probe_all(&pc);
        assert_false(port(&pc, 1)->evidence.asked_ready);
        bench_free(pc.bench);
    }
}

static void test_another_name_is_noticed_unless_the_cable_was_seen_empty(void **state)
{
    struct pc pc;

    (void)state;
    start(&pc);
    bench_attach_healthy(pc.bench, "pm", "SIMCORP", "DVD TEST 1234", "AB01", "");
    boot(&pc);
    probe_all(&pc);
    assert_false(port(&pc, 1)->evidence.other_name);
    probe_start(&pc.machine, port(&pc, 1), false);
    probe_all(&pc);
    assert_false(port(&pc, 1)->evidence.other_name);
    bench_do(pc.bench, "detach pm");
    bench_attach_healthy(pc.bench, "pm", "SIMCORP", "CD OTHER", "ZZ", "");
    probe_start(&pc.machine, port(&pc, 1), false);
    probe_all(&pc);
    assert_true(port(&pc, 1)->evidence.other_name);
    assert_string_equal(port(&pc, 1)->name_before, "DVD TEST 1234 AB01");
    bench_do(pc.bench, "detach pm");
    probe_start(&pc.machine, port(&pc, 1), false);
    probe_all(&pc);
    expect(&pc, 1, VERDICT_NOTHING);
    bench_attach_healthy(pc.bench, "pm", "SIMCORP", "DVD TEST 1234", "AB01", "");
    probe_start(&pc.machine, port(&pc, 1), false);
    probe_all(&pc);
    assert_false(port(&pc, 1)->evidence.other_name);
    bench_free(pc.bench);
}

/* A bus whose data lines are driven by two drives: every block of data comes out a bit different.
 */
static struct ata_bus_ops spoilt_ops;
static const struct ata_bus_ops *good_ops;
static unsigned blocks;

static void spoilt_read_data(void *bus, uint16_t *words, size_t count)
{
    good_ops->read_data(bus, words, count);
    if (count > 30)
        words[30] = (uint16_t)(words[30] & ~(0x0101u << (blocks % 8)));
    blocks++;
}

static void spoil(struct pc *pc)
{
    struct ide_channel *channel = &pc->machine.ide.channels[0];

    good_ops = channel->ops;
    spoilt_ops = *good_ops;
    spoilt_ops.read_data = spoilt_read_data;
    channel->ops = &spoilt_ops;
    blocks = 6; /* bits 6 and 14 first: "PP" becomes two control characters */
}

/* And once at the position that it answers for. */
enum { ASKED_TWICE = 2 + 1 };

static void test_garbled_identity_is_asked_for_twice(void **state)
{
    struct pc pc;

    (void)state;
    start(&pc);
    bench_attach_healthy(pc.bench, "pm", "SIMCORP", "PPPPPPPPPPPPPPPP", "PPPP", "");
    ide_find(&pc.sim.ports, &pc.machine.ide);
    ata_port_bind(&pc.machine.ide, pc.buses, &pc.platform);
    spoil(&pc);
    probe_open(&pc.machine, NULL);
    probe_all(&pc);
    assert_int_equal(pc.seen[0].commands[ATA_IDENTIFY_PACKET_DEVICE], ASKED_TWICE);
    assert_true(port(&pc, 1)->evidence.identify_unstable);
    bench_free(pc.bench);
}

static void test_a_name_that_is_gone_is_asked_for_twice_and_stable(void **state)
{
    struct pc pc;

    (void)state;
    start(&pc);
    bench_attach_dead(pc.bench, "pm", "garbage", "");
    boot(&pc);
    probe_all(&pc);
    expect(&pc, 1, VERDICT_IDENTITY_DAMAGED);
    assert_int_equal(pc.seen[0].commands[ATA_IDENTIFY_PACKET_DEVICE], ASKED_TWICE);
    assert_false(port(&pc, 1)->evidence.identify_unstable);
    bench_free(pc.bench);
}

/* ---- what was seen over time, and what the chipset says -------------------------------------- */

static void test_the_trail_tells_what_a_place_showed(void **state)
{
    const struct trail *trail;
    struct pc pc;

    (void)state;
    start(&pc);
    bench_attach_dead(pc.bench, "pm", "hang", "");
    boot(&pc);
    probe_all(&pc);
    trail = &port(&pc, 1)->trail;
    assert_int_equal(trail->count, 1);
    assert_int_equal(trail->entries[0].status, 0x80);
    assert_true(trail->entries[0].until_us - trail->entries[0].from_us > 30000000);
    bench_do(pc.bench, "unplug pm");
    idle_for(&pc, 5000000);
    expect(&pc, 1, VERDICT_NOTHING);
    assert_int_equal(trail->count, 2); /* looking again forgets nothing */
    assert_int_equal(trail_newest(trail)->status, 0x7F);
    bench_free(pc.bench);
}

static void test_a_channel_that_floats_is_said_to_float(void **state)
{
    struct pc pc;

    (void)state;
    start(&pc);
    boot(&pc);
    probe_all(&pc);
    expect(&pc, 1, VERDICT_NOTHING);
    port(&pc, 1)->channel->chipset = CHIPSET_FLOATING;
    probe_start(&pc.machine, port(&pc, 1), true);
    probe_all(&pc);
    expect(&pc, 1, VERDICT_CHANNEL_FLOATS);
    assert_int_equal(error_class(port_vendor_allowed(port(&pc, 1))), ERR_NO_DEVICE);
    port(&pc, 1)->channel->chipset = CHIPSET_ON;
    probe_start(&pc.machine, port(&pc, 1), true);
    probe_all(&pc);
    expect(&pc, 1, VERDICT_NOTHING);
    bench_free(pc.bench);
}

/* ---- dead drives ----------------------------------------------------------------------------- */

static void test_every_face_of_a_dead_drive(void **state)
{
    static const struct {
        const char *face;
        enum verdict verdict;
    } faces[] = {{"silent", VERDICT_NO_IDENTITY}, {"abort", VERDICT_NO_IDENTITY},
                 {"hang", VERDICT_STUCK_BUSY},    {"garbage", VERDICT_IDENTITY_DAMAGED},
                 {"zero", VERDICT_NOTHING},       {"boot", VERDICT_BOOT_CODE}};

    (void)state;
    for (unsigned position = 0; position < 2; position++) {
        for (unsigned i = 0; i < sizeof faces / sizeof faces[0]; i++) {
            struct pc pc;

            start(&pc);
            bench_attach_dead(pc.bench, position == 0 ? "pm" : "ps", faces[i].face, "");
            boot(&pc);
            probe_all(&pc);
            expect(&pc, 1 + position, faces[i].verdict);
            if (faces[i].verdict != VERDICT_NOTHING)
                assert_int_equal(port_vendor_allowed(port(&pc, 1 + position)), 0);
            assert_int_not_equal(port_alone(port(&pc, 1 + position)), ALONE_NO);
            bench_free(pc.bench);
        }
    }
}

static void test_drive_without_packet_signature(void **state)
{
    struct pc pc;

    (void)state;
    start(&pc);
    bench_attach_dead(pc.bench, "sm", "silent", "signature=no");
    boot(&pc);
    probe_all(&pc);
    assert_int_not_equal(port(&pc, 3)->evidence.signature, ATA_SIGNATURE_PACKET);
    expect(&pc, 3, VERDICT_NO_IDENTITY);
    bench_free(pc.bench);
}

static void test_stuck_drive_is_given_31_s_and_holds_nobody_up(void **state)
{
    struct pc pc;
    uint64_t begin;

    (void)state;
    start(&pc);
    bench_attach_dead(pc.bench, "pm", "hang", "");
    bench_attach_healthy(pc.bench, "sm", "SIMCORP", "DVD TEST 1234", "AB01", "");
    boot(&pc);
    begin = bench_now_us(pc.bench);
    idle_for(&pc, 4000000);
    expect(&pc, 3, VERDICT_HEALTHY);
    expect(&pc, 1, VERDICT_PROBING);
    assert_true(port(&pc, 1)->probe_bound_us > bench_now_us(pc.bench));
    assert_true(port(&pc, 1)->probe_bound_us <= begin + 32000000);
    assert_true(port(&pc, 1)->busy_since_us >= begin &&
                port(&pc, 1)->busy_since_us < begin + 10000);
    probe_all(&pc);
    assert_true(bench_now_us(pc.bench) - begin > 30900000);
    assert_true(bench_now_us(pc.bench) - begin < 32500000);
    expect(&pc, 1, VERDICT_STUCK_BUSY);
    assert_int_equal(pc.seen[0].resets, 0); /* gentle: a hung firmware gains nothing from SRST */
    for (unsigned command = 0; command < 256; command++)
        assert_int_equal(pc.seen[0].commands[command], 0);
    bench_free(pc.bench);
}

static void test_slave_behind_a_stuck_master_is_probed_first(void **state)
{
    struct pc pc;

    (void)state;
    start(&pc);
    bench_attach_dead(pc.bench, "pm", "hang", "");
    bench_attach_healthy(pc.bench, "ps", "SIMCORP", "DVD TEST 1234", "AB01", "");
    boot(&pc);
    idle_for(&pc, 4000000);
    assert_string_equal(port(&pc, 2)->evidence.inquiry.product, "DVD TEST 1234");
    probe_all(&pc);
    expect(&pc, 1, VERDICT_STUCK_BUSY);
    expect(&pc, 2, VERDICT_HEALTHY);
    assert_int_equal(error_class(port_vendor_allowed(port(&pc, 1))), ERR_REFUSED);
    assert_int_equal(pc.seen[0].resets, 0);
    bench_free(pc.bench);
}

static void test_reset_of_a_stuck_drive_only_when_asked_for(void **state)
{
    struct pc pc;

    (void)state;
    start(&pc);
    bench_attach_dead(pc.bench, "pm", "hang", "");
    boot(&pc);
    probe_all(&pc);
    expect(&pc, 1, VERDICT_STUCK_BUSY);
    probe_start(&pc.machine, port(&pc, 1), false);
    probe_all(&pc);
    assert_int_equal(pc.seen[0].resets, 0);
    probe_start(&pc.machine, port(&pc, 1), true);
    probe_all(&pc);
    assert_int_equal(pc.seen[0].resets, 1);
    expect(&pc, 1, VERDICT_STUCK_BUSY);
    bench_free(pc.bench);
}

/* ---- vendor mode ----------------------------------------------------------------------------- */

/* Brings the drive at `number` into vendor mode as a session would. */
static void enter_vendor_mode(struct pc *pc, unsigned number)
{
    struct flash_method method;
    struct mtk mtk;

    mtk_open(&mtk, &method, &port(pc, number)->device);
    mtk_intro(&mtk);
    assert_int_equal(mtk.mode, MTK_PARALLEL);
}

static void test_hands_off_a_drive_in_vendor_mode(void **state)
{
    for (unsigned number = 3; number <= 4; number++) {
        struct pc pc;

        (void)state;
        start(&pc);
        bench_attach_dead(pc.bench, number == 3 ? "sm" : "ss", "silent", "");
        boot(&pc);
        probe_all(&pc);
        enter_vendor_mode(&pc, number);
        memset(pc.seen, 0, sizeof pc.seen);
        probe_start(&pc.machine, port(&pc, number), true);
        assert_true(probe_all(&pc) < 100000);
        expect(&pc, number, VERDICT_VENDOR_MODE);
        assert_int_equal(pc.seen[1].writes, 0);
        assert_int_not_equal(port_alone(port(&pc, number)), ALONE_NO);
        assert_int_equal(port_vendor_allowed(port(&pc, number)), 0);
        idle_for(&pc, 5000000);
        assert_int_equal(pc.seen[1].writes, 0);
        expect(&pc, number, VERDICT_VENDOR_MODE);
        bench_free(pc.bench);
    }
}

/* What was known of the other position before vendor mode stays known; what never was is asked. */
static void test_other_position_beside_vendor_mode(void **state)
{
    struct pc pc;

    (void)state;
    start(&pc);
    bench_do(pc.bench, "float 1 00");
    bench_attach_dead(pc.bench, "ss", "silent", "");
    boot(&pc);
    probe_all(&pc);
    assert_int_equal(port(&pc, 3)->evidence.status, 0x00);
    assert_int_equal(port_alone(port(&pc, 4)), ALONE_YES);
    enter_vendor_mode(&pc, 4);
    memset(pc.seen, 0, sizeof pc.seen);
    for (unsigned i = 0; i < 2; i++) {
        probe_start(&pc.machine, port(&pc, 4), false);
        probe_all(&pc);
        expect(&pc, 4, VERDICT_VENDOR_MODE);
        assert_int_equal(port_alone(port(&pc, 4)), ALONE_YES);
    }
    boot(&pc); /* the program was started anew: it knows nothing from before */
    probe_all(&pc);
    expect(&pc, 4, VERDICT_VENDOR_MODE);
    assert_int_equal(port_alone(port(&pc, 4)), ALONE_UNSURE);
    bench_free(pc.bench);
}

static void test_drive_that_leaves_vendor_mode_is_noticed(void **state)
{
    struct pc pc;

    (void)state;
    start(&pc);
    bench_attach_dead(pc.bench, "sm", "silent", "");
    boot(&pc);
    probe_all(&pc);
    enter_vendor_mode(&pc, 3);
    memset(pc.seen, 0, sizeof pc.seen);
    probe_start(&pc.machine, port(&pc, 3), false);
    probe_all(&pc);
    expect(&pc, 3, VERDICT_VENDOR_MODE);
    bench_do(pc.bench, "power sm off");
    idle_for(&pc, 4000000);
    expect(&pc, 3, VERDICT_NOTHING);
    bench_do(pc.bench, "power sm on");
    idle_for(&pc, 6000000);
    expect(&pc, 3, VERDICT_NO_IDENTITY);
    bench_free(pc.bench);
}

/* ---- coming and going ------------------------------------------------------------------------ */

static void test_drive_that_is_plugged_late_is_found_without_a_reset(void **state)
{
    struct pc pc;

    (void)state;
    start(&pc);
    boot(&pc);
    probe_all(&pc);
    expect(&pc, 3, VERDICT_NOTHING);
    bench_attach_healthy(pc.bench, "sm", "SIMCORP", "DVD TEST 1234", "AB01", "");
    idle_for(&pc, 6000000);
    expect(&pc, 3, VERDICT_HEALTHY);
    assert_int_equal(pc.seen[1].resets, 0);
    bench_do(pc.bench, "unplug sm");
    idle_for(&pc, 4000000);
    expect(&pc, 3, VERDICT_NOTHING);
    assert_string_equal(port(&pc, 3)->name, "");
    bench_free(pc.bench);
}

/* Beside a slave. (A master answers for a missing slave, so a slave that comes can't be told.) */
static void test_second_drive_that_is_plugged_late_is_found(void **state)
{
    struct pc pc;

    (void)state;
    start(&pc);
    bench_attach_dead(pc.bench, "ss", "silent", "");
    boot(&pc);
    probe_all(&pc);
    assert_int_equal(port_alone(port(&pc, 4)), ALONE_YES);
    bench_attach_healthy(pc.bench, "sm", "SIMCORP", "DVD TEST 1234", "AB01", "");
    idle_for(&pc, 8000000);
    expect(&pc, 3, VERDICT_HEALTHY);
    assert_int_equal(port_alone(port(&pc, 4)), ALONE_NO);
    bench_free(pc.bench);
}

static void test_stuck_drive_that_wakes_up_is_noticed(void **state)
{
    struct pc pc;

    (void)state;
    start(&pc);
    bench_attach_dead(pc.bench, "pm", "silent", "");
    bench_do(pc.bench, "fault pm bsy_forever");
    boot(&pc);
    probe_all(&pc);
    expect(&pc, 1, VERDICT_STUCK_BUSY);
    bench_do(pc.bench, "clear pm");
    idle_for(&pc, 6000000);
    expect(&pc, 1, VERDICT_NO_IDENTITY);
    bench_free(pc.bench);
}

/* A drive that never settles must not be probed again and again for ever. */
static void test_healthy_drive_that_begins_to_hang_is_noticed(void **state)
{
    struct pc pc;

    (void)state;
    start(&pc);
    bench_attach_healthy(pc.bench, "pm", "SIMCORP", "DVD TEST 1234", "AB01", "");
    bench_do(pc.bench, "attach sm disk");
    bench_advance(pc.bench, 1000000);
    boot(&pc);
    probe_all(&pc);
    bench_do(pc.bench, "fault pm bsy_forever");
    bench_do(pc.bench, "fault sm bsy_forever");
    idle_for(&pc, 20000000); /* a drive may well be busy so long */
    expect(&pc, 1, VERDICT_HEALTHY);
    idle_for(&pc, 50000000);
    expect(&pc, 1, VERDICT_STUCK_BUSY);
    expect(&pc, 3, VERDICT_DISK);
    bench_free(pc.bench);
}

static void test_probes_that_nobody_asked_for_are_limited(void **state)
{
    struct pc pc;

    (void)state;
    start(&pc);
    boot(&pc);
    probe_all(&pc);
    for (unsigned i = 0; i < 60; i++) {
        bench_do(pc.bench, "float 0 %s", i % 2 == 0 ? "50" : "7F");
        idle_for(&pc, 4000000);
    }
    assert_true(pc.machine.probes[0].restarts >= 10);
    assert_true(pc.machine.probes[0].restarts <= 20);
    bench_free(pc.bench);
}

/* ---- faults ---------------------------------------------------------------------------------- */

static void test_every_fault_ends_with_a_verdict(void **state)
{
    static const struct {
        const char *fault;
        enum verdict verdict; /* VERDICT_PROBING: any */
    } faults[] = {
        {"no_drive_00", VERDICT_NOTHING},
        {"no_drive_7f", VERDICT_NOTHING},
        {"no_drive_ff", VERDICT_NOTHING},
        {"bsy_forever", VERDICT_STUCK_BUSY},
        {"slave_answers_for_master", VERDICT_HEALTHY},
        {"reset_hangs", VERDICT_STUCK_BUSY},
        {"drq_never", VERDICT_UNKNOWN},
        {"drq_never busy=1", VERDICT_STUCK_BUSY},
        {"wrong_ireason_dir", VERDICT_UNKNOWN},
        {"short_burst bytes=2", VERDICT_HEALTHY},
        {"odd_byte_count bytes=7", VERDICT_HEALTHY},
        {"identify_garbage", VERDICT_HEALTHY},
        {"identify_garbage fill=255", VERDICT_HEALTHY},
        {"identify_aborted_but_packet_works", VERDICT_HEALTHY},
        {"unit_attention_first times=4", VERDICT_HEALTHY},
        {"not_ready_then_ready", VERDICT_HEALTHY},
        {"sense_lost", VERDICT_HEALTHY},
        {"greedy", VERDICT_HEALTHY},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        struct pc pc;

        start(&pc);
        bench_attach_healthy(pc.bench, "sm", "SIMCORP", "DVD TEST 1234", "AB01", "");
        bench_do(pc.bench, "fault sm %s", faults[i].fault);
        boot(&pc);
        probe_all(&pc);
        if (port(&pc, 3)->verdict != faults[i].verdict)
            fail_msg("%s: verdict %d, expected %d", faults[i].fault, port(&pc, 3)->verdict,
                     faults[i].verdict);
        bench_free(pc.bench);
    }
}

static void test_dead_drive_that_answers_for_both_positions_needs_a_look_at_the_cable(void **state)
{
    struct pc pc;

    (void)state;
    start(&pc);
    bench_attach_dead(pc.bench, "sm", "silent", "");
    bench_do(pc.bench, "fault sm slave_answers_for_master");
    boot(&pc);
    probe_all(&pc);
    expect(&pc, 3, VERDICT_NO_IDENTITY);
    assert_int_equal(port_alone(port(&pc, 3)), ALONE_UNSURE);
    assert_int_equal(port_vendor_allowed(port(&pc, 3)), 0);
    bench_free(pc.bench);
}

/* A lone master that hangs, and whose host interface still answers for the missing slave: 00, and
 * registers that keep what is written. The bench has no such drive. */
struct hung {
    uint64_t now;
    uint8_t registers[ATA_REG_COUNT];
};

static uint8_t hung_read(void *context, enum ata_reg reg)
{
    struct hung *hung = context;

    hung->now += 10;
    if (reg == ATA_REG_STATUS || reg == ATA_REG_ALT_STATUS)
        return (hung->registers[ATA_REG_DEVICE] & 0x10) != 0 ? 0x00 : 0xD0;
    return hung->registers[reg];
}

static void hung_write(void *context, enum ata_reg reg, uint8_t value)
{
    struct hung *hung = context;

    hung->now += 10;
    assert_true(reg != ATA_REG_DEVICE_CONTROL || (value & ATA_CONTROL_SRST) == 0);
    if (reg < ATA_REG_STATUS)
        hung->registers[reg] = value;
}

static void hung_read_data(void *context, uint16_t *words, size_t count)
{
    (void)context;
    memset(words, 0, 2 * count);
}

static void hung_write_data(void *context, const uint16_t *words, size_t count)
{
    (void)context;
    (void)words;
    (void)count;
    fail_msg("data written to a drive that never asked for any");
}

static uint64_t hung_now(void *context)
{
    return ((struct hung *)context)->now;
}

static void hung_wait(void *context, uint32_t us)
{
    ((struct hung *)context)->now += us;
}

static void test_hung_master_that_answers_for_the_slave_can_still_be_rescued(void **state)
{
    static const struct ata_bus_ops ops = {hung_read,       hung_write, hung_read_data,
                                           hung_write_data, hung_now,   hung_wait};
    static struct machine machine;
    struct hung hung = {0};

    (void)state;
    memset(&machine, 0, sizeof machine);
    machine.ide.channel_count = 1;
    machine.ide.channels[0] = (struct ide_channel){.decoding = true, .ops = &ops, .bus = &hung};
    probe_open(&machine, NULL);
    assert_int_equal(probe_finish(&machine, &machine.ports[0]), 0);
    assert_int_equal(machine.ports[0].verdict, VERDICT_STUCK_BUSY);
    assert_int_equal(machine.ports[1].verdict, VERDICT_NOTHING);
    assert_int_equal(port_alone(&machine.ports[0]), ALONE_UNSURE);
    assert_int_equal(port_vendor_allowed(&machine.ports[0]), 0);
}

/* ---- controllers ----------------------------------------------------------------------------- */

static void test_add_on_ports_go_on_from_5(void **state)
{
    struct pc pc;
    struct sim_pci_function *function;

    (void)state;
    start(&pc);
    function = sim_ports_add(&pc.sim, 0, 9, 0, 0x11063249, 0x01018F);
    function->kind = SIM_VT6421;
    for (uint8_t i = 0; i < 3; i++)
        sim_ports_config(function, (uint8_t)(0x10 + 4 * i), 4, (0xD000u + 0x10u * i) | 1);
    function->cable[2] = 0;
    bench_attach_healthy(pc.bench, "ps", "SIMCORP", "DVD TEST 1234", "AB01", "");
    boot(&pc);
    assert_int_equal(pc.machine.port_count, 8); /* 4, two SATA ports, one cable */
    assert_string_equal(port(&pc, 5)->where, "1106:3249/0");
    assert_null(port(&pc, 5)->neighbour);
    assert_string_equal(port(&pc, 8)->where, "1106:3249/2 slave");
    probe_all(&pc);
    expect(&pc, 5, VERDICT_NOTHING);
    expect(&pc, 8, VERDICT_HEALTHY);
    bench_free(pc.bench);
}

static void test_ali_is_asked_once_when_nobody_is_there(void **state)
{
    struct pc pc;
    struct sim_pci_function *function;

    (void)state;
    start(&pc);
    function = sim_ports_add(&pc.sim, 0, 1, 0, 0x10B95229, 0x010180);
    function->cable[0] = 0;
    function->cable[1] = 1;
    bench_do(pc.bench, "float 0 FF");
    boot(&pc);
    probe_all(&pc);
    idle_for(&pc, 10000000);
    expect(&pc, 1, VERDICT_NOTHING);
    assert_int_equal(pc.sim.status_reads[0], 2); /* one per position */
    bench_free(pc.bench);
}

static void test_finish_runs_one_cable_to_its_end(void **state)
{
    struct pc pc;

    (void)state;
    start(&pc);
    bench_attach_dead(pc.bench, "pm", "hang", "");
    bench_attach_healthy(pc.bench, "sm", "SIMCORP", "DVD TEST 1234", "AB01", "");
    boot(&pc);
    assert_int_equal(probe_finish(&pc.machine, port(&pc, 4)), 0);
    expect(&pc, 3, VERDICT_HEALTHY);
    expect(&pc, 4, VERDICT_NOTHING);
    expect(&pc, 1, VERDICT_PROBING);
    assert_true(bench_now_us(pc.bench) < 8000000);
    assert_int_equal(probe_finish(&pc.machine, port(&pc, 1)), 0);
    expect(&pc, 1, VERDICT_STUCK_BUSY);
    bench_free(pc.bench);
}

static bool stop(void *context, uint8_t status)
{
    (void)context;
    (void)status;
    return true;
}

static void test_finish_can_be_given_up(void **state)
{
    struct pc pc;

    (void)state;
    start(&pc);
    bench_attach_dead(pc.bench, "pm", "hang", "");
    boot(&pc);
    port(&pc, 1)->device.idle = stop;
    assert_int_equal(error_class(probe_finish(&pc.machine, port(&pc, 1))), ERR_ABORTED);
    expect(&pc, 1, VERDICT_PROBING);
    bench_free(pc.bench);
}

/* One byte in a hundred of noise is 70, 72 or 73, half of them have BSY, and data of noise look
 * like a lost name. Nobody is there to be asked, and nobody is. */
static void test_noise_is_nobody_known(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 100; i++) {
        struct pc pc;

        start(&pc);
        bench_do(pc.bench, "float 0 noise");
        for (unsigned discarded = 0; discarded < i; discarded++)
            bench_read(pc.bench, 0, ATA_REG_STATUS);
        boot(&pc);
        assert_true(probe_all(&pc) < 1000000);
        expect(&pc, 1, VERDICT_UNKNOWN);
        expect(&pc, 2, VERDICT_UNKNOWN);
        assert_int_equal(pc.seen[0].resets, 0);
        assert_int_equal(pc.seen[0].commands[ATA_IDENTIFY_DEVICE], 0);
        bench_free(pc.bench);
    }
}

/* Contacts that bounce longer than the first look; then the drive is found. */
static void test_drive_behind_bouncing_contacts_is_found_in_the_end(void **state)
{
    struct pc pc;

    (void)state;
    start(&pc);
    bench_attach_healthy(pc.bench, "pm", "LITE-ON", "DVD SOHD-167T", "9S13", "");
    bench_do(pc.bench, "bounce pm ms=1500");
    boot(&pc);
    probe_all(&pc);
    idle_for(&pc, 5000000);
    expect(&pc, 1, VERDICT_HEALTHY);
    bench_free(pc.bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ports_1_to_4_exist_on_every_machine),
        cmocka_unit_test(test_empty_channels_cost_less_than_a_second),
        cmocka_unit_test(test_channel_that_is_switched_off),
        cmocka_unit_test(test_healthy_drive),
        cmocka_unit_test(test_drive_jumpered_slave_without_a_master),
        cmocka_unit_test(test_slow_drive_gets_its_time),
        cmocka_unit_test(test_disk_is_locked_away_and_so_is_its_neighbour),
        cmocka_unit_test(test_disk_is_forgotten_only_when_the_cable_was_empty),
        cmocka_unit_test(test_two_drives_on_one_cable),
        cmocka_unit_test(test_both_signatures_are_read_before_anything_is_written),
        cmocka_unit_test(test_drive_is_asked_for_its_disc),
        cmocka_unit_test(test_boot_code_and_dead_drives_are_not_asked_for_a_disc),
        cmocka_unit_test(test_another_name_is_noticed_unless_the_cable_was_seen_empty),
        cmocka_unit_test(test_garbled_identity_is_asked_for_twice),
        cmocka_unit_test(test_a_name_that_is_gone_is_asked_for_twice_and_stable),
        cmocka_unit_test(test_the_trail_tells_what_a_place_showed),
        cmocka_unit_test(test_a_channel_that_floats_is_said_to_float),
        cmocka_unit_test(test_every_face_of_a_dead_drive),
        cmocka_unit_test(test_drive_without_packet_signature),
        cmocka_unit_test(test_stuck_drive_is_given_31_s_and_holds_nobody_up),
        cmocka_unit_test(test_slave_behind_a_stuck_master_is_probed_first),
        cmocka_unit_test(test_reset_of_a_stuck_drive_only_when_asked_for),
        cmocka_unit_test(test_hands_off_a_drive_in_vendor_mode),
        cmocka_unit_test(test_other_position_beside_vendor_mode),
        cmocka_unit_test(test_drive_that_leaves_vendor_mode_is_noticed),
        cmocka_unit_test(test_drive_that_is_plugged_late_is_found_without_a_reset),
        cmocka_unit_test(test_second_drive_that_is_plugged_late_is_found),
        cmocka_unit_test(test_stuck_drive_that_wakes_up_is_noticed),
        cmocka_unit_test(test_healthy_drive_that_begins_to_hang_is_noticed),
        cmocka_unit_test(test_probes_that_nobody_asked_for_are_limited),
        cmocka_unit_test(test_every_fault_ends_with_a_verdict),
        cmocka_unit_test(test_dead_drive_that_answers_for_both_positions_needs_a_look_at_the_cable),
        cmocka_unit_test(test_hung_master_that_answers_for_the_slave_can_still_be_rescued),
        cmocka_unit_test(test_add_on_ports_go_on_from_5),
        cmocka_unit_test(test_ali_is_asked_once_when_nobody_is_there),
        cmocka_unit_test(test_finish_runs_one_cable_to_its_end),
        cmocka_unit_test(test_finish_can_be_given_up),
        cmocka_unit_test(test_noise_is_nobody_known),
        cmocka_unit_test(test_drive_behind_bouncing_contacts_is_found_in_the_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
