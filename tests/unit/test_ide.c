/* Which channels a machine has, and where: legacy, native, add-on cards, channels switched off. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "drivers/ata.h"
#include "drivers/ata_port.h"
#include "drivers/chipset.h"
#include "drivers/ide.h"
#include "tests/support/bench_script.h"
#include "tests/support/sim_ports.h"

struct pc {
    struct bench *bench;
    struct sim_ports sim;
    struct platform platform;
    struct ide_found found;
    struct ata_port_bus buses[IDE_CHANNELS];
};

static void start(struct pc *pc)
{
    memset(pc, 0, sizeof *pc);
    pc->bench = bench_new(1);
    sim_ports_open(&pc->sim, pc->bench);
    sim_ports_platform(&pc->sim, &pc->platform);
}

static void find(struct pc *pc)
{
    ide_find(&pc->sim.ports, &pc->found);
    ata_port_bind(&pc->found, pc->buses, &pc->platform);
}

/* A controller in native mode with its BARs at base, base+10, base+20, base+30, bus master base+40.
 */
static struct sim_pci_function *add_native(struct pc *pc, uint8_t device, uint32_t ids,
                                           uint16_t base)
{
    struct sim_pci_function *function = sim_ports_add(&pc->sim, 0, device, 0, ids, 0x01018F);

    for (uint8_t i = 0; i < 5; i++)
        sim_ports_config(function, (uint8_t)(0x10 + 4 * i), 4, (base + 0x10u * i) | 1);
    return function;
}

static void expect_legacy(const struct ide_found *found)
{
    assert_true(found->channel_count >= 2);
    assert_string_equal(found->channels[0].where, "Primary");
    assert_int_equal(found->channels[0].command_base, 0x1F0);
    assert_int_equal(found->channels[0].control_base, 0x3F6);
    assert_true(found->channels[0].legacy);
    assert_string_equal(found->channels[1].where, "Secondary");
    assert_int_equal(found->channels[1].command_base, 0x170);
    assert_int_equal(found->channels[1].control_base, 0x376);
    assert_true(found->channels[1].legacy);
}

/* Asks the master on a channel who it is, through real port numbers. */
static err_t identify(struct pc *pc, unsigned channel)
{
    struct ata_device device = {.ops = pc->found.channels[channel].ops,
                                .bus = pc->found.channels[channel].bus,
                                .select = ATA_DEVICE_MASTER};
    uint16_t words[256];

    ata_quiet(&device);
    return ata_identify(&device, ATA_IDENTIFY_PACKET_DEVICE, words, ATA_IDENTIFY_BOUND_US);
}

static void test_without_pci_the_legacy_ports_remain(void **state)
{
    struct pc pc;

    (void)state;
    start(&pc);
    bench_attach_healthy(pc.bench, "sm", "SIMCORP", "DVD TEST", "0001", "");
    find(&pc);
    assert_false(pc.found.pci);
    assert_int_equal(pc.found.channel_count, 2);
    expect_legacy(&pc.found);
    assert_true(pc.found.channels[0].decoding && pc.found.channels[1].decoding);
    assert_int_equal(identify(&pc, 1), 0);
    assert_int_equal(error_class(identify(&pc, 0)), ERR_NO_DEVICE);
    bench_free(pc.bench);
}

static void test_controller_in_legacy_mode(void **state)
{
    struct pc pc;
    struct sim_pci_function *function;

    (void)state;
    start(&pc);
    function = sim_ports_add(&pc.sim, 0, 1, 0, 0x80867010, 0x010180);
    sim_ports_config(function, 0x40, 4, 0x80008000);
    sim_ports_config(function, 0x10, 4, 0x9991); /* must be passed over in legacy mode */
    function->cable[0] = 0;
    function->cable[1] = 1;
    bench_attach_healthy(pc.bench, "pm", "SIMCORP", "DVD TEST", "0001", "");
    find(&pc);
    assert_true(pc.found.pci);
    assert_int_equal(pc.found.channel_count, 2);
    expect_legacy(&pc.found);
    assert_true(pc.found.channels[0].has_pci);
    assert_int_equal(pc.found.channels[1].controller_channel, 1);
    assert_int_equal(identify(&pc, 0), 0);
    bench_free(pc.bench);
}

static void test_controller_in_native_mode(void **state)
{
    struct pc pc;
    struct sim_pci_function *function;

    (void)state;
    start(&pc);
    function = add_native(&pc, 4, 0x10950680, 0xE000);
    function->cable[0] = 0;
    function->cable[1] = 1;
    bench_attach_healthy(pc.bench, "sm", "SIMCORP", "DVD TEST", "0001", "");
    find(&pc);
    assert_int_equal(pc.found.channel_count, 4);
    expect_legacy(&pc.found);
    assert_false(pc.found.channels[0].has_pci);
    assert_string_equal(pc.found.channels[2].where, "1095:0680/0");
    assert_int_equal(pc.found.channels[2].command_base, 0xE000);
    assert_int_equal(pc.found.channels[2].control_base, 0xE012);
    assert_false(pc.found.channels[2].legacy);
    assert_int_equal(pc.found.channels[3].command_base, 0xE020);
    assert_int_equal(pc.found.channels[3].control_base, 0xE032);
    assert_int_equal(identify(&pc, 3), 0);
    bench_free(pc.bench);
}

static void test_one_channel_legacy_one_native(void **state)
{
    struct pc pc;
    struct sim_pci_function *function;

    (void)state;
    start(&pc);
    function = add_native(&pc, 4, 0x10950680, 0xE000);
    sim_ports_config(function, 0x09, 1, 0x8E); /* bit 0 clear: primary legacy */
    find(&pc);
    assert_int_equal(pc.found.channel_count, 3);
    assert_true(pc.found.channels[0].has_pci);
    assert_false(pc.found.channels[1].has_pci);
    assert_int_equal(pc.found.channels[2].command_base, 0xE020);
    bench_free(pc.bench);
}

/* BAR empty, memory BAR, control BAR empty: that channel does not exist. */
static void test_native_channels_without_ports_are_absent(void **state)
{
    static const struct {
        uint8_t offset;
        uint32_t value;
    } spoilt[] = {{0x10, 0x00000000}, {0x10, 0x00000001}, {0x10, 0xFEBF0000},
                  {0x10, 0xFFFFFFFF}, {0x14, 0x00000000}, {0x14, 0x00000001}};

    (void)state;
    for (unsigned i = 0; i < sizeof spoilt / sizeof spoilt[0]; i++) {
        struct pc pc;
        struct sim_pci_function *function;

        start(&pc);
        function = add_native(&pc, 4, 0x10950680, 0xE000);
        sim_ports_config(function, spoilt[i].offset, 4, spoilt[i].value);
        find(&pc);
        assert_int_equal(pc.found.channel_count, 3);
        assert_int_equal(pc.found.channels[2].command_base, 0xE020);
        bench_free(pc.bench);
    }
}

static void test_legacy_ports_are_claimed_once(void **state)
{
    struct pc pc;
    struct sim_pci_function *first, *second;

    (void)state;
    start(&pc);
    first = sim_ports_add(&pc.sim, 0, 1, 0, 0x80867010, 0x010180);
    second = sim_ports_add(&pc.sim, 0, 2, 0, 0x11060571, 0x010180);
    sim_ports_config(first, 0x40, 4, 0x80008000);
    sim_ports_config(second, 0x40, 1, 0x03);
    find(&pc);
    assert_int_equal(pc.found.channel_count, 2);
    assert_int_equal(pc.found.channels[0].controller.device_id, 0x7010);
    sim_ports_config(first, 0x04, 2, 0); /* the first one is switched off */
    find(&pc);
    assert_int_equal(pc.found.channels[0].controller.device_id, 0x0571);
    assert_true(pc.found.channels[0].decoding);
    sim_ports_config(second, 0x04, 2, 0);
    find(&pc);
    assert_int_equal(pc.found.channels[0].controller.device_id, 0x7010);
    assert_false(pc.found.channels[0].decoding);
    bench_free(pc.bench);
}

static void test_two_functions_at_one_address_are_one_channel(void **state)
{
    struct pc pc;

    (void)state;
    start(&pc);
    add_native(&pc, 4, 0x10950680, 0xE000);
    add_native(&pc, 5, 0x10950680, 0xE000);
    find(&pc);
    assert_int_equal(pc.found.channel_count, 4);
    bench_free(pc.bench);
}

/* A controller that decodes by its command register, but not by the chipset's own bit. */
static void test_legacy_ports_go_to_who_decodes_them(void **state)
{
    struct pc pc;
    struct sim_pci_function *first;

    (void)state;
    start(&pc);
    first = sim_ports_add(&pc.sim, 0, 1, 0, 0x80867010, 0x010180);
    sim_ports_config(first, 0x40, 4, 0x80000000); /* secondary only */
    sim_ports_add(&pc.sim, 0, 2, 0, 0x12345678, 0x010180);
    find(&pc);
    assert_int_equal(pc.found.channels[0].controller.device_id, 0x5678);
    assert_int_equal(pc.found.channels[0].chipset, CHIPSET_NOT_KNOWN);
    assert_int_equal(pc.found.channels[1].controller.device_id, 0x7010);
    assert_int_equal(pc.found.channels[1].chipset, CHIPSET_ON);
    assert_true(pc.found.channels[0].decoding && pc.found.channels[1].decoding);
    bench_free(pc.bench);
}

static void test_channel_that_is_switched_off_can_be_switched_on(void **state)
{
    struct pc pc;
    struct sim_pci_function *function;
    struct chipset_changes changes = {.count = 0};

    (void)state;
    start(&pc);
    function = add_native(&pc, 4, 0x10950680, 0xE000);
    function->cable[0] = 0;
    bench_attach_healthy(pc.bench, "pm", "SIMCORP", "DVD TEST", "0001", "");
    sim_ports_config(function, 0x04, 2, 0x0400); /* no I/O; INTX-disable as firmware left it */
    function->bus_master[0] = 0x09;
    find(&pc);
    assert_false(pc.found.channels[2].decoding);
    assert_int_equal(chipset_switch_on(&pc.sim.ports, &pc.found, &pc.found.channels[2], &changes),
                     0);
    assert_true(pc.found.channels[2].decoding && pc.found.channels[3].decoding);
    assert_int_equal(function->config[0x04], 0x01);
    assert_int_equal(function->config[0x05], 0x04);
    assert_int_equal(function->bus_master[0], 0x08); /* a transfer that was waiting is stopped */
    assert_int_equal(identify(&pc, 2), 0);
    chipset_restore(&pc.sim.ports, &pc.found, &changes);
    assert_int_equal(function->config[0x04], 0x00);
    bench_free(pc.bench);
}

static void test_bus_mastering_is_stopped(void **state)
{
    struct pc pc;
    struct sim_pci_function *function;

    (void)state;
    start(&pc);
    function = add_native(&pc, 4, 0x10950680, 0xE000);
    function->bus_master[0] = 0x09; /* running, to memory */
    function->bus_master[2] = 0x67;
    function->bus_master[8] = 0x01;
    function->bus_master[10] = 0x06;
    find(&pc);
    assert_int_equal(function->bus_master[0], 0x08);
    assert_int_equal(function->bus_master[2], 0x61); /* events cleared, the drives' bits kept */
    assert_int_equal(function->bus_master[8], 0x00);
    assert_int_equal(function->bus_master[10], 0x00);
    bench_free(pc.bench);
}

static void test_vt6421(void **state)
{
    struct pc pc;
    struct sim_pci_function *function;

    (void)state;
    start(&pc);
    function = add_native(&pc, 9, 0x11063249, 0xD000);
    function->kind = SIM_VT6421;
    function->cable[2] = 1;
    bench_attach_healthy(pc.bench, "sm", "SIMCORP", "DVD TEST", "0001", "");
    find(&pc);
    assert_int_equal(pc.found.channel_count, 5);
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(pc.found.channels[2 + i].command_base, 0xD000 + 0x10 * i);
        assert_int_equal(pc.found.channels[2 + i].control_base, 0xD00A + 0x10 * i);
        assert_int_equal(pc.found.channels[2 + i].single, i < 2);
    }
    assert_int_equal(identify(&pc, 4), 0);
    bench_free(pc.bench);
}

static void test_sata_ports_have_no_slave(void **state)
{
    struct pc pc;

    (void)state;
    start(&pc);
    add_native(&pc, 4, 0x11063149, 0xE000);
    find(&pc);
    assert_true(pc.found.channels[2].single && pc.found.channels[3].single);
    assert_false(pc.found.channels[0].single);
    bench_free(pc.bench);
}

static void test_controllers_without_registers_are_named(void **state)
{
    struct pc pc;

    (void)state;
    start(&pc);
    sim_ports_add(&pc.sim, 0, 31, 0, 0x80862922, 0x010601); /* AHCI */
    sim_ports_add(&pc.sim, 0, 30, 0, 0x105A3373, 0x010400); /* RAID */
    find(&pc);
    assert_int_equal(pc.found.channel_count, 2);
    assert_int_equal(pc.found.other_count, 2);
    assert_int_equal(pc.found.other[0].subclass, 4);
    assert_int_equal(pc.found.other[1].subclass, 6);
    bench_free(pc.bench);
}

static void test_more_controllers_than_room(void **state)
{
    struct pc pc;

    (void)state;
    start(&pc);
    for (uint8_t i = 0; i < 8; i++)
        add_native(&pc, i, 0x10950680, (uint16_t)(0x8000 + 0x100 * i));
    find(&pc);
    assert_int_equal(pc.found.channel_count, IDE_CHANNELS);
    bench_free(pc.bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_pci_the_legacy_ports_remain),
        cmocka_unit_test(test_controller_in_legacy_mode),
        cmocka_unit_test(test_controller_in_native_mode),
        cmocka_unit_test(test_one_channel_legacy_one_native),
        cmocka_unit_test(test_native_channels_without_ports_are_absent),
        cmocka_unit_test(test_legacy_ports_are_claimed_once),
        cmocka_unit_test(test_two_functions_at_one_address_are_one_channel),
        cmocka_unit_test(test_legacy_ports_go_to_who_decodes_them),
        cmocka_unit_test(test_channel_that_is_switched_off_can_be_switched_on),
        cmocka_unit_test(test_bus_mastering_is_stopped),
        cmocka_unit_test(test_vt6421),
        cmocka_unit_test(test_sata_ports_have_no_slave),
        cmocka_unit_test(test_controllers_without_registers_are_named),
        cmocka_unit_test(test_more_controllers_than_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
