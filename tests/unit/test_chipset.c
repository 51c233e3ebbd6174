/* Chipset bits on simulated configuration spaces: what is read, what is changed, what is put back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "drivers/chipset.h"
#include "tests/support/bench_script.h"
#include "tests/support/sim_ports.h"

struct pc {
    struct bench *bench;
    struct sim_ports sim;
    struct ide_found found;
    struct chipset_changes changes;
};

static void start(struct pc *pc)
{
    memset(pc, 0, sizeof *pc);
    pc->bench = bench_new(1);
    sim_ports_open(&pc->sim, pc->bench);
}

static void stop(struct pc *pc)
{
    bench_free(pc->bench);
}

/* A controller in legacy mode at 00:07.1 whose configuration bytes can all be written. */
static struct sim_pci_function *add(struct pc *pc, uint32_t ids)
{
    struct sim_pci_function *function = sim_ports_add(&pc->sim, 0, 7, 1, ids, 0x010180);
    struct sim_pci_function *first = sim_ports_add(&pc->sim, 0, 7, 0, 0x12340000, 0x060100);

    sim_ports_config(first, 0x0E, 1, 0x80);
    memset(function->writable + 0x40, 0xFF, 0xC0);
    return function;
}

static enum chipset_state state_of(struct pc *pc, unsigned channel)
{
    ide_find(&pc->sim.ports, &pc->found);
    return (enum chipset_state)pc->found.channels[channel].chipset;
}

/* One row of each class: which bits of which byte switch channel 0 and 1. mask 0: nobody knows. */
static const struct row_case {
    uint32_t ids;
    uint8_t revision;
    struct sim_gate gate[2];
} row_cases[] = {
    {0x80867010, 0, {{0x41, 0x80, 0x80}, {0x43, 0x80, 0x80}}}, /* PIIX3 */
    {0x808624CB, 0, {{0x41, 0x80, 0x80}, {0x43, 0x80, 0x80}}}, /* ICH4 */
    {0x10559130, 0, {{0x41, 0x80, 0x80}, {0x43, 0x80, 0x80}}}, /* SLC90E66 */
    {0x17F31010, 0, {{0x41, 0x80, 0x80}, {0x41, 0x20, 0x20}}}, /* RDC R1010 */
    {0x12838212, 0, {{0x41, 0x80, 0x80}, {0x41, 0x20, 0x20}}}, /* IT8212 */
    {0x12838213, 0, {{0x41, 0x80, 0x80}, {0, 0, 0}}},          /* IT8213: one channel */
    {0x11060571, 0, {{0x40, 0x02, 0x02}, {0x40, 0x01, 0x01}}}, /* VIA */
    {0x11063164, 0, {{0x40, 0x02, 0x02}, {0x40, 0x01, 0x01}}}, /* VT6410: off after power-on */
    {0x1106C409, 0, {{0x40, 0x02, 0x02}, {0, 0, 0}}},          /* VX855 */
    {0x11060415, 0, {{0, 0, 0}, {0, 0, 0}}},                   /* VT6415: no such bits */
    {0x11065324, 0, {{0, 0, 0}, {0, 0, 0}}},                   /* CX700: sources disagree */
    {0x10227411, 0, {{0x40, 0x02, 0x02}, {0x40, 0x01, 0x01}}}, /* AMD-766 */
    {0x10DE0065, 0, {{0x50, 0x02, 0x02}, {0x50, 0x01, 0x01}}}, /* nForce2 */
    {0x10024376, 0, {{0x48, 0x01, 0x00}, {0x48, 0x08, 0x00}}}, /* ATI: inverted */
    {0x1022780C, 0, {{0x48, 0x01, 0x00}, {0x48, 0x08, 0x00}}}, /* Hudson */
    {0x10395513, 0, {{0x4A, 0x02, 0x02}, {0x4A, 0x04, 0x04}}}, /* SiS */
    {0x11660211, 0, {{0, 0, 0}, {0, 0, 0}}},                   /* ServerWorks: no bits known */
    {0x10780002, 0, {{0x60, 0x01, 0x01}, {0x60, 0x02, 0x02}}}, /* CS5520 */
    {0x100BD001, 0, {{0x43, 0x08, 0x08}, {0x47, 0x08, 0x08}}}, /* NS87410 */
    {0x1045C621, 0, {{0x45, 0x80, 0x00}, {0x40, 0x08, 0x00}}}, /* Opti: inverted */
    {0x1045D568, 0, {{0, 0, 0}, {0x40, 0x08, 0x00}}},          /* FireStar: primary always on */
    {0x0E11AE33, 0, {{0x80, 0x01, 0x01}, {0x80, 0x02, 0x02}}}, /* TriFlex */
    {0x10AD0105, 0, {{0x40, 0x01, 0x01}, {0x40, 0x10, 0x10}}}, /* SL82C105 */
    {0x10950640, 2, {{0, 0, 0}, {0x51, 0x08, 0x08}}},          /* CMD640 */
    {0x10950643, 0, {{0, 0, 0}, {0x51, 0x08, 0x08}}},          /* CMD643 */
    {0x10950646, 2, {{0, 0, 0}, {0x51, 0x08, 0x08}}},          /* CMD646 before revision 3 */
    {0x10950646, 3, {{0x51, 0x04, 0x04}, {0x51, 0x08, 0x08}}}, /* CMD646 from revision 3 on */
    {0x10950649, 0, {{0x51, 0x04, 0x04}, {0x51, 0x08, 0x08}}}, /* CMD649 */
    {0x105A4D33, 0, {{0x50, 0x02, 0x02}, {0x50, 0x04, 0x04}}}, /* PDC20246 */
    {0x105A4D30, 0, {{0x51, 0x10, 0x10}, {0x51, 0x20, 0x20}}}, /* PDC20267 */
    {0x11030004, 3, {{0x50, 0x04, 0x04}, {0x54, 0x04, 0x04}}}, /* HPT370 */
    {0x11030007, 1, {{0, 0, 0}, {0x54, 0x04, 0x04}}},          /* HPT371: no primary channel */
    {0x11910005, 0, {{0x4A, 0x02, 0x02}, {0x4A, 0x04, 0x04}}}, /* ATP850UF */
    {0x11910006, 0, {{0, 0, 0}, {0, 0, 0}}},                   /* ATP860 with an even id */
    {0x11910007, 0, {{0x4A, 0x02, 0x02}, {0x4A, 0x04, 0x04}}}, /* ATP860R */
};

static uint8_t with_bits(uint8_t byte, const struct sim_gate *gate, bool on)
{
    uint8_t wanted = on ? gate->on : gate->on ^ gate->mask;

    return (uint8_t)((byte & ~gate->mask) | wanted);
}

static void test_every_class_of_row_is_read(void **state)
{
    (void)state;
    for (unsigned i = 0; i < sizeof row_cases / sizeof row_cases[0]; i++) {
        for (unsigned channel = 0; channel < 2; channel++) {
            const struct sim_gate *gate = &row_cases[i].gate[channel];
            struct pc pc;
            struct sim_pci_function *function;

            start(&pc);
            function = add(&pc, row_cases[i].ids);
            sim_ports_config(function, 0x08, 1, row_cases[i].revision);
            for (unsigned on = 0; on < 2; on++) {
                function->config[gate->offset] =
                    with_bits(function->config[gate->offset], gate, on);
                assert_int_equal(state_of(&pc, channel), gate->mask == 0 ? CHIPSET_NOT_KNOWN
                                                         : on            ? CHIPSET_ON
                                                                         : CHIPSET_OFF);
                assert_int_equal(pc.found.channels[channel].decoding, on || gate->mask == 0);
            }
            assert_int_equal(pc.sim.config_writes, 0);
            stop(&pc);
        }
    }
}

/* Each channel alone: exactly its bits change, everything comes back. */
static void test_every_class_of_row_is_switched_on_and_restored(void **state)
{
    (void)state;
    for (unsigned i = 0; i < sizeof row_cases / sizeof row_cases[0]; i++) {
        for (unsigned channel = 0; channel < 2; channel++) {
            const struct sim_gate *gate = &row_cases[i].gate[channel];
            uint8_t before[256], wanted[256];
            struct pc pc;
            struct sim_pci_function *function;
            err_t error;

            start(&pc);
            function = add(&pc, row_cases[i].ids);
            sim_ports_config(function, 0x08, 1, row_cases[i].revision);
            for (unsigned j = 0; j < 2; j++)
                function->config[row_cases[i].gate[j].offset] = with_bits(
                    function->config[row_cases[i].gate[j].offset], &row_cases[i].gate[j], false);
            memcpy(before, function->config, sizeof before);
            memcpy(wanted, before, sizeof wanted);
            ide_find(&pc.sim.ports, &pc.found);
            error = chipset_switch_on(&pc.sim.ports, &pc.found, &pc.found.channels[channel],
                                      &pc.changes);
            if (gate->mask == 0) {
                assert_int_equal(error_class(error), ERR_UNSUPPORTED);
                assert_int_equal(pc.sim.config_writes, 0);
            } else {
                assert_int_equal(error, 0);
                wanted[gate->offset] = with_bits(wanted[gate->offset], gate, true);
                assert_int_equal(pc.sim.config_writes, 1);
                assert_int_equal(pc.found.channels[channel].chipset, CHIPSET_ON);
                assert_true(pc.found.channels[channel].decoding);
            }
            assert_memory_equal(function->config, wanted, sizeof wanted);
            chipset_restore(&pc.sim.ports, &pc.found, &pc.changes);
            assert_int_equal(pc.changes.count, 0);
            assert_memory_equal(function->config, before, sizeof before);
            stop(&pc);
        }
    }
}

static void test_command_register_and_bit(void **state)
{
    struct pc pc;
    struct sim_pci_function *function;
    char text[160];

    (void)state;
    start(&pc);
    function = add(&pc, 0x80867111);
    sim_ports_config(function, 0x04, 2, 0x0400);
    ide_find(&pc.sim.ports, &pc.found);
    chipset_describe(&pc.sim.ports, &pc.found.channels[1], text, sizeof text);
    assert_string_equal(text, "PCI 00:07.1 register 04 = 00, bit 0 must be 1; "
                              "00:07.1 register 43 = 00, bit 7 must be 1");
    assert_int_equal(
        chipset_switch_on(&pc.sim.ports, &pc.found, &pc.found.channels[1], &pc.changes), 0);
    assert_int_equal(function->config[0x04], 0x01);
    assert_int_equal(function->config[0x05], 0x04); /* INTX-disable stays as it is */
    assert_int_equal(function->config[0x41], 0x00);
    assert_int_equal(function->config[0x43], 0x80);
    assert_true(pc.found.channels[1].decoding);
    assert_false(pc.found.channels[0].decoding); /* the chipset's own bit is still off */
    assert_int_equal(pc.changes.count, 2);
    assert_int_equal(pc.changes.bytes[0].offset, 0x04);
    chipset_describe(&pc.sim.ports, &pc.found.channels[1], text, sizeof text);
    assert_string_equal(text, "PCI 00:07.1 register 43 = 80, bit 7 is 1");
    chipset_restore(&pc.sim.ports, &pc.found, &pc.changes);
    assert_int_equal(function->config[0x04], 0x00);
    assert_int_equal(function->config[0x43], 0x00);
    stop(&pc);
}

/* Newest first: ALi's locks must not close before what they guard is as it was. */
static void test_ali_is_unlocked_and_locked_again(void **state)
{
    struct pc pc;
    struct sim_pci_function *function;
    uint8_t before[256];

    (void)state;
    start(&pc);
    function = add(&pc, 0x10B95229);
    function->writable[0x09] = 0xFF;
    sim_ports_config(function, 0x09, 1, 0xE0); /* told by bits 5 and 4: only the primary is on */
    sim_ports_config(function, 0x43, 1, 0x71);
    sim_ports_config(function, 0x4D, 1, 0x80);
    sim_ports_config(function, 0x50, 1, 0x01);
    memcpy(before, function->config, sizeof before);
    assert_int_equal(state_of(&pc, 0), CHIPSET_ON);
    assert_int_equal(state_of(&pc, 1), CHIPSET_OFF);
    assert_int_equal(
        chipset_switch_on(&pc.sim.ports, &pc.found, &pc.found.channels[1], &pc.changes), 0);
    assert_int_equal(function->config[0x09], 0xF0);
    assert_int_equal(function->config[0x43], 0x01);
    assert_int_equal(function->config[0x4D], 0x00);
    assert_int_equal(function->config[0x50], 0x03);
    assert_int_equal(pc.changes.bytes[pc.changes.count - 1].offset, 0x09);
    chipset_restore(&pc.sim.ports, &pc.found, &pc.changes);
    assert_memory_equal(function->config, before, sizeof before);
    sim_ports_config(function, 0x09, 1, 0x80); /* bit 6 clear: the others mean nothing */
    assert_int_equal(state_of(&pc, 1), CHIPSET_NOT_KNOWN);
    stop(&pc);
}

/* Any other chip: the same bits are believed, but nobody knows how they are written. */
static void test_prog_if_of_an_unknown_chip(void **state)
{
    struct pc pc;
    struct sim_pci_function *function;

    (void)state;
    start(&pc);
    function = add(&pc, 0x12345678);
    assert_int_equal(state_of(&pc, 0), CHIPSET_NOT_KNOWN);
    sim_ports_config(function, 0x09, 1, 0xE0);
    assert_int_equal(state_of(&pc, 0), CHIPSET_ON);
    assert_int_equal(state_of(&pc, 1), CHIPSET_OFF);
    sim_ports_config(function, 0x04, 2, 0);
    ide_find(&pc.sim.ports, &pc.found);
    assert_int_equal(error_class(chipset_switch_on(&pc.sim.ports, &pc.found, &pc.found.channels[1],
                                                   &pc.changes)),
                     ERR_UNSUPPORTED);
    assert_int_equal(pc.sim.config_writes, 0);
    stop(&pc);
}

static void test_bits_that_must_not_be_written(void **state)
{
    struct pc pc;
    struct sim_pci_function *function;

    (void)state;
    start(&pc);
    function = add(&pc, 0x1022209A); /* CS5536: 32-bit writes only */
    assert_int_equal(state_of(&pc, 0), CHIPSET_OFF);
    assert_int_equal(error_class(chipset_switch_on(&pc.sim.ports, &pc.found, &pc.found.channels[0],
                                                   &pc.changes)),
                     ERR_UNSUPPORTED);
    sim_ports_config(function, 0x00, 4, 0x2361197B); /* JMicron, function 1 */
    assert_int_equal(state_of(&pc, 0), CHIPSET_OFF);
    assert_int_equal(error_class(chipset_switch_on(&pc.sim.ports, &pc.found, &pc.found.channels[0],
                                                   &pc.changes)),
                     ERR_UNSUPPORTED);
    assert_int_equal(pc.sim.config_writes, 0);
    assert_int_equal(pc.changes.count, 0);
    stop(&pc);
}

/* The 962's registers are a 5513's only while bit 30 of register 54 says so. */
static void test_sis_mapping(void **state)
{
    static const struct {
        uint16_t device_id;
        uint8_t map;
        enum chipset_state expected;
    } cases[] = {{0x5513, 0x00, CHIPSET_OFF},
                 {0x5513, 0x80, CHIPSET_NOT_KNOWN},
                 {0x5513, 0xC0, CHIPSET_OFF},
                 {0x5518, 0x00, CHIPSET_NOT_KNOWN},
                 {0x5518, 0x40, CHIPSET_OFF}};
    struct pc pc;
    struct sim_pci_function *function;

    (void)state;
    start(&pc);
    function = add(&pc, 0x10395513);
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        sim_ports_config(function, 0x02, 2, cases[i].device_id);
        sim_ports_config(function, 0x57, 1, cases[i].map);
        assert_int_equal(state_of(&pc, 0), cases[i].expected);
    }
    assert_int_equal(pc.sim.config_writes, 0);
    stop(&pc);
}

/* HPT366: a function for each channel, the bits of both in both. */
static void test_hpt366(void **state)
{
    struct pc pc;
    struct sim_pci_function *functions[2];

    (void)state;
    start(&pc);
    for (uint8_t i = 0; i < 2; i++) {
        functions[i] = sim_ports_add(&pc.sim, 0, 9, i, 0x11030004, 0x01018F);
        functions[i]->config[0x0E] = 0x80;
        functions[i]->config[0x08] = 1;
        functions[i]->config[0x50] = 0x10;
        sim_ports_config(functions[i], 0x10, 4, 0xD001u + 0x100u * i);
        sim_ports_config(functions[i], 0x14, 4, 0xD011u + 0x100u * i);
    }
    assert_int_equal(state_of(&pc, 2), CHIPSET_ON);
    assert_int_equal(state_of(&pc, 3), CHIPSET_OFF);
    stop(&pc);
}

static void test_floating_pins(void **state)
{
    struct pc pc;
    struct sim_pci_function *function;
    char text[160];

    (void)state;
    start(&pc);
    function = add(&pc, 0x808624CA); /* ICH4-M */
    sim_ports_config(function, 0x41, 1, 0x80);
    sim_ports_config(function, 0x43, 1, 0x80);
    sim_ports_config(function, 0x56, 1, 0xF4); /* secondary: tri-state; the rest is others' */
    assert_int_equal(state_of(&pc, 0), CHIPSET_ON);
    assert_int_equal(state_of(&pc, 1), CHIPSET_FLOATING);
    assert_true(pc.found.channels[1].decoding);
    chipset_describe(&pc.sim.ports, &pc.found.channels[1], text, sizeof text);
    assert_string_equal(text, "PCI 00:07.1 register 56 = F4, bits 3-2 must be 0");
    chipset_describe(&pc.sim.ports, &pc.found.channels[0], text, sizeof text);
    assert_string_equal(text, "PCI 00:07.1 register 41 = 80, bit 7 is 1");
    assert_int_equal(error_class(chipset_switch_on(&pc.sim.ports, &pc.found, &pc.found.channels[0],
                                                   &pc.changes)),
                     ERR_UNSUPPORTED);
    assert_int_equal(
        chipset_switch_on(&pc.sim.ports, &pc.found, &pc.found.channels[1], &pc.changes), 0);
    assert_int_equal(function->config[0x56], 0xF0);
    assert_int_equal(pc.found.channels[1].chipset, CHIPSET_ON);
    chipset_restore(&pc.sim.ports, &pc.found, &pc.changes);
    assert_int_equal(function->config[0x56], 0xF4);
    assert_int_equal(pc.found.channels[1].chipset, CHIPSET_FLOATING);
    stop(&pc);
}

/* A channel that is off and floats is first only made to decode: joining is another question. */
static void test_a_switched_off_channel_is_not_joined_unasked(void **state)
{
    struct pc pc;
    struct sim_pci_function *function;

    (void)state;
    start(&pc);
    function = add(&pc, 0x808627DF); /* ICH7 */
    sim_ports_config(function, 0x56, 1, 0x01);
    sim_ports_config(function, 0x04, 2, 0);
    assert_int_equal(state_of(&pc, 0), CHIPSET_OFF);
    for (unsigned bit = 0; bit < 2; bit++) {
        assert_int_equal(
            chipset_switch_on(&pc.sim.ports, &pc.found, &pc.found.channels[0], &pc.changes), 0);
        assert_int_equal(pc.found.channels[0].chipset, CHIPSET_FLOATING);
        assert_true(pc.found.channels[0].decoding);
        assert_int_equal(function->config[0x56], 0x01);
        /* And once more with only the command register off. */
        sim_ports_config(function, 0x04, 2, 0);
        ide_find(&pc.sim.ports, &pc.found);
        assert_false(pc.found.channels[0].decoding);
    }
    stop(&pc);
}

static void test_hpt_float_and_reset(void **state)
{
    struct pc pc;
    struct sim_pci_function *function;

    (void)state;
    start(&pc);
    function = add(&pc, 0x11030005);
    sim_ports_config(function, 0x50, 1, 0x04);
    sim_ports_config(function, 0x54, 1, 0x04);
    sim_ports_config(function, 0x57, 1, 0x80);
    sim_ports_config(function, 0x59, 1, 0x80);
    assert_int_equal(state_of(&pc, 0), CHIPSET_ON);
    assert_int_equal(state_of(&pc, 1), CHIPSET_FLOATING);
    assert_int_equal(
        chipset_switch_on(&pc.sim.ports, &pc.found, &pc.found.channels[1], &pc.changes), 0);
    assert_int_equal(function->config[0x57], 0x00);
    assert_int_equal(function->config[0x59], 0x00);
    assert_int_equal(pc.changes.bytes[0].offset, 0x57); /* joined before reset is let go */
    sim_ports_config(function, 0x59, 1, 0x40);          /* only the primary's reset is held */
    assert_int_equal(state_of(&pc, 0), CHIPSET_FLOATING);
    assert_int_equal(state_of(&pc, 1), CHIPSET_ON);
    assert_int_equal(pc.changes.count, 2);
    stop(&pc);
}

/* The M5229 of revision C3 has its pads switched in the M1533. */
static void test_ali_pads(void **state)
{
    struct pc pc;
    struct sim_pci_function *function, *bridge;

    (void)state;
    start(&pc);
    function = add(&pc, 0x10B95229);
    bridge = sim_ports_add(&pc.sim, 0, 2, 0, 0x10B91533, 0x060100);
    sim_ports_config(bridge, 0x58, 1, 0x4B); /* primary's pads off */
    bridge->writable[0x58] = 0xFF;
    assert_int_equal(state_of(&pc, 0), CHIPSET_NOT_KNOWN); /* other revisions: not described */
    sim_ports_config(function, 0x08, 1, 0xC2);
    assert_int_equal(state_of(&pc, 0), CHIPSET_FLOATING);
    sim_ports_config(function, 0x08, 1, 0xC3);
    assert_int_equal(state_of(&pc, 0), CHIPSET_FLOATING);
    assert_int_equal(state_of(&pc, 1), CHIPSET_NOT_KNOWN);
    assert_int_equal(
        chipset_switch_on(&pc.sim.ports, &pc.found, &pc.found.channels[0], &pc.changes), 0);
    assert_int_equal(bridge->config[0x58], 0x4F);
    chipset_restore(&pc.sim.ports, &pc.found, &pc.changes);
    assert_int_equal(bridge->config[0x58], 0x4B);
    stop(&pc);
}

static void test_promise_float_is_seen_only(void **state)
{
    struct pc pc;
    struct sim_pci_function *function;
    char text[160];

    (void)state;
    start(&pc);
    function = add(&pc, 0x105A4D30);
    sim_ports_config(function, 0x51, 1, 0x30);
    sim_ports_config(function, 0x20, 4, 0xC001);
    function->bus_master[0x1F] = 0x08;
    assert_int_equal(state_of(&pc, 0), CHIPSET_FLOATING);
    chipset_describe(&pc.sim.ports, &pc.found.channels[0], text, sizeof text);
    assert_non_null(strstr(text, "port C01F bit 3"));
    assert_int_equal(error_class(chipset_switch_on(&pc.sim.ports, &pc.found, &pc.found.channels[0],
                                                   &pc.changes)),
                     ERR_UNSUPPORTED);
    assert_int_equal(function->bus_master[0x1F], 0x08);
    assert_int_equal(pc.sim.config_writes, 0);
    function->bus_master[0x1F] = 0xFF; /* nobody answers there */
    assert_int_equal(state_of(&pc, 0), CHIPSET_ON);
    stop(&pc);
}

static void test_bits_that_do_not_take(void **state)
{
    struct pc pc;
    struct sim_pci_function *function;

    (void)state;
    start(&pc);
    function = add(&pc, 0x80867010);
    sim_ports_config(function, 0x04, 2, 0);
    function->writable[0x43] = 0;
    ide_find(&pc.sim.ports, &pc.found);
    assert_int_equal(error_class(chipset_switch_on(&pc.sim.ports, &pc.found, &pc.found.channels[1],
                                                   &pc.changes)),
                     ERR_DEVICE);
    assert_int_equal(function->config[0x04], 0); /* what had taken is put back */
    assert_int_equal(pc.found.channels[1].controller.command, 0);
    assert_int_equal(pc.changes.count, 0);
    assert_false(pc.found.channels[1].decoding);
    function->writable[0x43] = 0xFF;
    function->writable[0x04] = 0;
    assert_int_equal(error_class(chipset_switch_on(&pc.sim.ports, &pc.found, &pc.found.channels[1],
                                                   &pc.changes)),
                     ERR_DEVICE);
    assert_int_equal(function->config[0x43], 0);
    stop(&pc);
}

static void test_no_room_to_remember(void **state)
{
    struct pc pc;

    (void)state;
    start(&pc);
    add(&pc, 0x80867010);
    pc.changes.count = CHIPSET_CHANGES - 4;
    ide_find(&pc.sim.ports, &pc.found);
    assert_int_equal(error_class(chipset_switch_on(&pc.sim.ports, &pc.found, &pc.found.channels[1],
                                                   &pc.changes)),
                     ERR_FULL);
    assert_int_equal(pc.sim.config_writes, 0);
    stop(&pc);
}

/* The command register switches both channels on: not while another controller has one of them. */
static void test_ports_of_another_controller(void **state)
{
    struct pc pc;
    struct sim_pci_function *first, *second;

    (void)state;
    start(&pc);
    first = sim_ports_add(&pc.sim, 0, 1, 0, 0x80867010, 0x010180);
    memset(first->writable + 0x40, 0xFF, 0xC0);
    sim_ports_config(first, 0x41, 1, 0x80); /* has the primary channel, not the secondary */
    second = sim_ports_add(&pc.sim, 0, 2, 0, 0x11060571, 0x010180);
    memset(second->writable + 0x40, 0xFF, 0xC0);
    sim_ports_config(second, 0x40, 1, 0x03);
    sim_ports_config(second, 0x04, 2, 0);
    ide_find(&pc.sim.ports, &pc.found);
    assert_int_equal(pc.found.channels[0].controller.device_id, 0x7010);
    /* Both are off on the secondary: the first one found is offered. */
    assert_int_equal(pc.found.channels[1].controller.device_id, 0x7010);
    sim_ports_config(first, 0x00, 4, 0x00011234); /* no bits: no longer a candidate */
    sim_ports_config(first, 0x09, 1, 0x84);       /* its secondary is native, without ports */
    ide_find(&pc.sim.ports, &pc.found);
    assert_int_equal(pc.found.channels[1].controller.device_id, 0x0571);
    assert_int_equal(error_class(chipset_switch_on(&pc.sim.ports, &pc.found, &pc.found.channels[1],
                                                   &pc.changes)),
                     ERR_REFUSED);
    assert_int_equal(pc.sim.config_writes, 0);
    sim_ports_config(second, 0x40, 1, 0x01); /* its own primary is off: no collision */
    ide_find(&pc.sim.ports, &pc.found);
    assert_int_equal(
        chipset_switch_on(&pc.sim.ports, &pc.found, &pc.found.channels[1], &pc.changes), 0);
    assert_true(pc.found.channels[1].decoding);
    stop(&pc);
}

/* Controllers that are off or use other ports are in nobody's way. */
static void test_ports_that_are_free(void **state)
{
    struct pc pc;
    struct sim_pci_function *first, *second;

    (void)state;
    start(&pc);
    first = sim_ports_add(&pc.sim, 0, 1, 0, 0x00011234, 0x010184); /* only its primary is legacy */
    second = sim_ports_add(&pc.sim, 0, 2, 0, 0x00021234, 0x010180);
    sim_ports_config(first, 0x04, 2, 0);
    sim_ports_config(second, 0x04, 2, 0);
    ide_find(&pc.sim.ports, &pc.found);
    assert_int_equal(pc.found.channels[0].controller.device, 1);
    assert_int_equal(pc.found.channels[1].controller.device, 2);
    assert_int_equal(
        chipset_switch_on(&pc.sim.ports, &pc.found, &pc.found.channels[1], &pc.changes), 0);
    chipset_restore(&pc.sim.ports, &pc.found, &pc.changes);
    sim_ports_config(first, 0x04, 2, 1);  /* on, at the legacy ports */
    sim_ports_config(second, 0x09, 1, 5); /* off, at ports of its own */
    sim_ports_config(second, 0x10, 4, 0xD001);
    sim_ports_config(second, 0x14, 4, 0xD011);
    ide_find(&pc.sim.ports, &pc.found);
    assert_int_equal(
        chipset_switch_on(&pc.sim.ports, &pc.found, &pc.found.channels[2], &pc.changes), 0);
    assert_true(pc.found.channels[2].decoding);
    stop(&pc);
}

/* Another controller answers where the PCI one is off by its bits, or the bits lie (OVMF leaves
 * those of QEMU's PIIX clear, and QEMU decodes all the same): what answers is there. */
static void test_ports_that_somebody_else_answers_at(void **state)
{
    struct pc pc;

    (void)state;
    start(&pc);
    add(&pc, 0x80867010);
    bench_do(pc.bench, "attach sm drive");
    bench_advance(pc.bench, 40000000);
    pc.sim.isa_cables = true;
    ide_find(&pc.sim.ports, &pc.found);
    assert_true(pc.found.channels[1].decoding);
    assert_int_equal(pc.found.channels[1].chipset, CHIPSET_NOT_KNOWN);
    assert_int_equal(error_class(chipset_switch_on(&pc.sim.ports, &pc.found, &pc.found.channels[1],
                                                   &pc.changes)),
                     ERR_REFUSED);
    assert_int_equal(pc.sim.config_writes, 0);
    stop(&pc);
}

static void test_a_drive_appears(void **state)
{
    struct pc pc;
    struct sim_pci_function *function;
    const struct sim_gate gate = {0x40, 0x01, 0x01};

    (void)state;
    start(&pc);
    function = add(&pc, 0x11060571);
    function->cable[1] = 1;
    sim_ports_gate(function, 1, gate, 0x00);
    bench_do(pc.bench, "attach sm drive");
    ide_find(&pc.sim.ports, &pc.found);
    assert_int_equal(pc.sim.ports.in8(&pc.sim, 0x177), 0xFF);
    assert_int_equal(
        chipset_switch_on(&pc.sim.ports, &pc.found, &pc.found.channels[1], &pc.changes), 0);
    assert_int_not_equal(pc.sim.ports.in8(&pc.sim, 0x177), 0xFF);
    chipset_restore(&pc.sim.ports, &pc.found, &pc.changes);
    assert_int_equal(pc.sim.ports.in8(&pc.sim, 0x177), 0xFF);
    stop(&pc);
}

/* ---- the bench's own models, written from the same sources by another hand ---- */

/* What the drive behind a channel of a model shows: FF when its ports are nobody's. */
static uint8_t status_at(struct pc *pc, unsigned channel)
{
    return pc->sim.ports.in8(&pc->sim, channel == 0 ? 0x1F7 : 0x177);
}

/* Switches `channel` of the model that `words` name on, and puts everything back. */
static void switch_model_on(const char *words, unsigned channel, enum chipset_state before)
{
    struct pc pc;
    struct sim_pci_function *function;
    uint8_t config[256];

    start(&pc);
    function = sim_ports_add_chipset(&pc.sim, 0, 7, 0, words);
    bench_do(pc.bench, "attach %s drive", channel == 0 ? "pm" : "sm");
    bench_advance(pc.bench, 40000000);
    memcpy(config, function->config, sizeof config);
    ide_find(&pc.sim.ports, &pc.found);
    assert_int_equal(pc.found.channels[channel].chipset, before);
    assert_int_equal(pc.found.channels[channel].decoding, before == CHIPSET_FLOATING);
    assert_true(before == CHIPSET_FLOATING || status_at(&pc, channel) == 0xFF);
    assert_int_equal(pc.sim.config_writes, 0);
    assert_int_equal(
        chipset_switch_on(&pc.sim.ports, &pc.found, &pc.found.channels[channel], &pc.changes), 0);
    assert_int_equal(sim_chipset_state(function->chipset, function->config, channel),
                     SIM_CHANNEL_ON);
    assert_int_not_equal(status_at(&pc, channel), 0xFF);
    chipset_restore(&pc.sim.ports, &pc.found, &pc.changes);
    assert_memory_equal(function->config, config, sizeof config);
    assert_int_equal(pc.found.channels[channel].chipset, before);
    stop(&pc);
}

static void test_every_model_of_the_bench(void **state)
{
    unsigned switched = 0;

    (void)state;
    for (size_t i = 0; sim_chipset_name(i) != NULL; i++) {
        for (unsigned channel = 0; channel < 2; channel++) {
            uint8_t config[256] = {0}, writable[256] = {0};
            char words[64];

            for (unsigned command = 0; command < 2; command++) {
                snprintf(words, sizeof words, "%s,%s=off%s", sim_chipset_name(i),
                         channel == 0 ? "primary" : "secondary", command ? ",command=off" : "");
                if (sim_chipset_setup(words, config, writable) == NULL)
                    continue; /* this channel has no such bit */
                switch_model_on(words, channel, CHIPSET_OFF);
                switched++;
            }
            snprintf(words, sizeof words, "%s,%s=float", sim_chipset_name(i),
                     channel == 0 ? "primary" : "secondary");
            if (sim_chipset_setup(words, config, writable) != NULL)
                switch_model_on(words, channel, CHIPSET_FLOATING);
        }
    }
    assert_true(switched >= 60);
}

static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u; /* Numerical Recipes, 7.1 */
    return *seed >> 8;
}

/* Configuration spaces that hold anything, with bits that take or not: reading writes nothing, a
 * failure leaves everything as it was, and restoring gives every byte back. */
static void test_whatever_is_in_configuration_space(void **state)
{
    uint32_t seed = 1;
    unsigned worked = 0;

    (void)state;
    for (unsigned round = 0; round < 3000; round++) {
        const uint32_t ids =
            row_cases[next_random(&seed) % (sizeof row_cases / sizeof *row_cases)].ids;
        struct pc pc;
        struct sim_pci_function *function;
        uint8_t before[256];
        char text[160];

        start(&pc);
        function = add(&pc, round % 8 == 0 ? 0x10B95229 : ids);
        function->config[0x08] = (uint8_t)next_random(&seed);
        function->config[0x04] = next_random(&seed) & 0x03;
        function->config[0x09] = 0x80 | (next_random(&seed) & 0x70);
        for (unsigned i = 0x40; i < 0x100; i++) {
            function->config[i] = (uint8_t)next_random(&seed);
            function->writable[i] = next_random(&seed) % 8 != 0 ? 0xFF : 0x00;
        }
        function->writable[0x09] = 0x70;
        memcpy(before, function->config, sizeof before);
        ide_find(&pc.sim.ports, &pc.found);
        for (unsigned channel = 0; channel < 2; channel++) {
            uint64_t writes = pc.sim.config_writes;
            uint8_t now[256];
            err_t error;

            memcpy(now, function->config, sizeof now);
            chipset_describe(&pc.sim.ports, &pc.found.channels[channel], text, sizeof text);
            assert_int_equal(pc.sim.config_writes, writes);
            error = chipset_switch_on(&pc.sim.ports, &pc.found, &pc.found.channels[channel],
                                      &pc.changes);
            if (error)
                assert_memory_equal(function->config, now, sizeof now);
            else
                assert_true(pc.found.channels[channel].decoding);
            worked += error == 0;
        }
        chipset_restore(&pc.sim.ports, &pc.found, &pc.changes);
        assert_memory_equal(function->config, before, sizeof before);
        stop(&pc);
    }
    assert_true(worked > 500);
}

static void test_a_model_without_bits(void **state)
{
    struct pc pc;

    (void)state;
    start(&pc);
    sim_ports_add_chipset(&pc.sim, 0, 7, 0, "serverworks");
    ide_find(&pc.sim.ports, &pc.found);
    for (unsigned channel = 0; channel < 2; channel++) {
        assert_int_equal(pc.found.channels[channel].chipset, CHIPSET_NOT_KNOWN);
        assert_true(pc.found.channels[channel].decoding);
    }
    stop(&pc);
}

static void test_without_pci(void **state)
{
    struct pc pc;
    struct chipset_hidden hidden[CHIPSET_HIDDEN];
    char text[160] = "x";

    (void)state;
    start(&pc);
    assert_int_equal(state_of(&pc, 0), CHIPSET_NOT_KNOWN);
    assert_true(pc.found.channels[0].decoding);
    chipset_describe(&pc.sim.ports, &pc.found.channels[0], text, sizeof text);
    assert_string_equal(text, "");
    assert_int_equal(error_class(chipset_switch_on(&pc.sim.ports, &pc.found, &pc.found.channels[0],
                                                   &pc.changes)),
                     ERR_UNSUPPORTED);
    assert_int_equal(chipset_find_hidden(&pc.sim.ports, hidden), 0);
    stop(&pc);
}

static void test_text_that_does_not_fit(void **state)
{
    struct pc pc;
    struct sim_pci_function *function;
    char text[24];

    (void)state;
    start(&pc);
    function = add(&pc, 0x808624CA);
    sim_ports_config(function, 0x56, 1, 0x0F);
    sim_ports_config(function, 0x04, 2, 0);
    ide_find(&pc.sim.ports, &pc.found);
    chipset_describe(&pc.sim.ports, &pc.found.channels[1], text, sizeof text);
    assert_string_equal(text, "PCI 00:07.1 register 04");
    stop(&pc);
}

/* ---- hidden functions ---- */

/* A bridge whose byte at `offset` is `value`; what chipset_find_hidden() says of it. */
static unsigned hidden_by(struct pc *pc, uint32_t ids, uint8_t device, uint8_t offset,
                          uint8_t value, struct chipset_hidden *hidden)
{
    struct sim_pci_function *bridge = sim_ports_add(&pc->sim, 0, device, 0, ids, 0x060100);

    sim_ports_config(bridge, 0x0E, 1, 0x80);
    sim_ports_config(bridge, offset, 1, value);
    return chipset_find_hidden(&pc->sim.ports, hidden);
}

static void test_hidden_functions(void **state)
{
    static const struct {
        uint32_t ids;
        uint8_t device, offset, hides, shows;
        const char *what, *where;
    } cases[] = {
        {0x808624C0, 0x1F, 0xF2, 0x02, 0x04, "IDE controller 00:1F.1", "register F2, bit 1"},
        {0x808624D0, 0x1F, 0xF2, 0x04, 0x08, "SATA controller 00:1F.2", "register F2, bit 2"},
        {0x10227468, 0x07, 0x48, 0x00, 0x02, "IDE controller", "register 48, bit 1"},
        {0x10DE0050, 0x01, 0xE9, 0x40, 0x00, "IDE controller", "register E9, bit 6"},
        {0x10024385, 0x14, 0xAD, 0x00, 0x01, "SATA controller 00:12.0", "register AD, bit 0"},
        {0x11063227, 0x11, 0x50, 0x08, 0x00, "SATA controller 00:0F.0", "register 50, bit 3"},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct chipset_hidden hidden[CHIPSET_HIDDEN];
        struct pc pc;

        start(&pc);
        assert_int_equal(
            hidden_by(&pc, cases[i].ids, cases[i].device, cases[i].offset, cases[i].hides, hidden),
            1);
        assert_string_equal(hidden[0].what, cases[i].what);
        assert_string_equal(hidden[0].where, cases[i].where);
        assert_int_equal(hidden[0].bridge.device, cases[i].device);
        pc.sim.functions[0].config[cases[i].offset] = cases[i].shows;
        assert_int_equal(chipset_find_hidden(&pc.sim.ports, hidden), 0);
        assert_int_equal(pc.sim.config_writes, 0);
        stop(&pc);
    }
}

static void test_a_function_that_answers_is_not_hidden(void **state)
{
    struct chipset_hidden hidden[CHIPSET_HIDDEN];
    struct pc pc;

    (void)state;
    start(&pc);
    sim_ports_add(&pc.sim, 0, 0x1F, 1, 0x808624CB, 0x01018A);
    assert_int_equal(hidden_by(&pc, 0x808624C0, 0x1F, 0xF2, 0x02, hidden), 0);
    stop(&pc);
}

static void test_more_hidden_functions_than_room(void **state)
{
    struct {
        struct chipset_hidden hidden[CHIPSET_HIDDEN];
        uint8_t behind[sizeof(struct chipset_hidden)];
    } room;
    struct pc pc;

    (void)state;
    start(&pc);
    memset(&room, 0xA5, sizeof room);
    assert_int_equal(hidden_by(&pc, 0x10DE0050, 1, 0xE9, 0x40, room.hidden), 1);
    sim_ports_config(&pc.sim.functions[0], 0xEA, 1, 0x40);
    assert_int_equal(hidden_by(&pc, 0x10227468, 7, 0x48, 0x00, room.hidden), 3);
    assert_int_equal(hidden_by(&pc, 0x11063227, 0x11, 0x50, 0x08, room.hidden), 4);
    assert_int_equal(hidden_by(&pc, 0x808624C0, 0x1F, 0xF2, 0x02, room.hidden), 4);
    assert_string_equal(room.hidden[3].what, "SATA controller 00:0F.0");
    for (unsigned i = 0; i < sizeof room.behind; i++)
        assert_int_equal(room.behind[i], 0xA5);
    stop(&pc);
}

static uint32_t function_disable;

static uint32_t fake_memory32(void *context, uint64_t address)
{
    (void)context;
    return address == 0xFED1C000 + 0x3418 ? function_disable : 0xFFFFFFFF;
}

static void test_hidden_behind_rcba(void **state)
{
    struct chipset_hidden hidden[CHIPSET_HIDDEN];
    struct pc pc;
    struct sim_pci_function *bridge;

    (void)state;
    start(&pc);
    bridge = sim_ports_add(&pc.sim, 0, 0x1F, 0, 0x808627B8, 0x060100);
    sim_ports_config(bridge, 0x0E, 1, 0x80);
    sim_ports_config(bridge, 0xF0, 4, 0xFED1C001);
    function_disable = 0x00000006;
    assert_int_equal(chipset_find_hidden(&pc.sim.ports, hidden), 0); /* no way to memory */
    pc.sim.ports.memory32 = fake_memory32;
    assert_int_equal(chipset_find_hidden(&pc.sim.ports, hidden), 2);
    assert_string_equal(hidden[0].what, "IDE controller 00:1F.1");
    assert_string_equal(hidden[0].where, "RCBA register 3418, bit 1");
    assert_string_equal(hidden[1].what, "SATA controller 00:1F.2");
    function_disable = 0x00000004;
    assert_int_equal(chipset_find_hidden(&pc.sim.ports, hidden), 1);
    sim_ports_config(bridge, 0xF0, 4, 0xFED1C000); /* the block is switched off */
    assert_int_equal(chipset_find_hidden(&pc.sim.ports, hidden), 0);
    sim_ports_config(bridge, 0xF0, 4, 0xFED20001); /* nothing answers there */
    assert_int_equal(chipset_find_hidden(&pc.sim.ports, hidden), 0);
    stop(&pc);
}

static void test_reports(void **state)
{
    struct pc pc;
    struct sim_pci_function *function;
    static const struct {
        uint32_t ids;
        enum chipset_report report;
    } cases[] = {{0x80867111, REPORT_WORKS}, {0x11063249, REPORT_WORKS}, {0x80863A20, REPORT_MIXED},
                 {0x10953112, REPORT_FAILS}, {0x10DE0759, REPORT_FAILS}, {0x12345678, REPORT_NONE},
                 {0x12838212, REPORT_NONE}};

    (void)state;
    start(&pc);
    function = add(&pc, 0);
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct pci_function controller = {.device = 7,
                                                .function = 1,
                                                .vendor_id = (uint16_t)(cases[i].ids >> 16),
                                                .device_id = (uint16_t)cases[i].ids};

        assert_int_equal(chipset_report(&pc.sim.ports, &controller), cases[i].report);
        sim_ports_config(function, 0x50, 1, cases[i].ids == 0x12838212);
    }
    sim_ports_config(function, 0x50, 1, 1); /* IT8212: its own firmware is in between */
    assert_int_equal(chipset_report(&pc.sim.ports, &(struct pci_function){.device = 7,
                                                                          .function = 1,
                                                                          .vendor_id = 0x1283,
                                                                          .device_id = 0x8212}),
                     REPORT_TAKES_NO_PACKETS);
    assert_int_equal(pc.sim.config_writes, 0);
    stop(&pc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_class_of_row_is_read),
        cmocka_unit_test(test_every_class_of_row_is_switched_on_and_restored),
        cmocka_unit_test(test_command_register_and_bit),
        cmocka_unit_test(test_ali_is_unlocked_and_locked_again),
        cmocka_unit_test(test_prog_if_of_an_unknown_chip),
        cmocka_unit_test(test_bits_that_must_not_be_written),
        cmocka_unit_test(test_sis_mapping),
        cmocka_unit_test(test_hpt366),
        cmocka_unit_test(test_floating_pins),
        cmocka_unit_test(test_a_switched_off_channel_is_not_joined_unasked),
        cmocka_unit_test(test_hpt_float_and_reset),
        cmocka_unit_test(test_ali_pads),
        cmocka_unit_test(test_promise_float_is_seen_only),
        cmocka_unit_test(test_bits_that_do_not_take),
        cmocka_unit_test(test_no_room_to_remember),
        cmocka_unit_test(test_ports_of_another_controller),
        cmocka_unit_test(test_ports_that_are_free),
        cmocka_unit_test(test_ports_that_somebody_else_answers_at),
        cmocka_unit_test(test_a_drive_appears),
        cmocka_unit_test(test_every_model_of_the_bench),
        cmocka_unit_test(test_whatever_is_in_configuration_space),
        cmocka_unit_test(test_a_model_without_bits),
        cmocka_unit_test(test_without_pci),
        cmocka_unit_test(test_text_that_does_not_fit),
        cmocka_unit_test(test_hidden_functions),
        cmocka_unit_test(test_a_function_that_answers_is_not_hidden),
        cmocka_unit_test(test_more_hidden_functions_than_room),
        cmocka_unit_test(test_hidden_behind_rcba),
        cmocka_unit_test(test_reports),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
