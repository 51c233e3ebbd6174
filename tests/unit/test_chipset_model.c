/*
 * The bench's chipsets and the program's: two tables by two hands. Whatever the model has off or
 * floating must be read as such, be switched on with a drive behind it answering, and be put back.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "drivers/chipset.h"
#include "tests/drive/chipset_model.h"
#include "tests/support/bench_script.h"
#include "tests/support/sim_ports.h"

static const uint16_t status_port[SIM_CHIPSET_CHANNELS] = {0x1F7, 0x177};
static const char *const channel_names[SIM_CHIPSET_CHANNELS] = {"primary", "secondary"};

struct pc {
    struct bench *bench;
    struct sim_ports sim;
    struct sim_pci_function *controller;
    struct ide_found found;
    struct chipset_changes changes;
};

/* A PC with a silent drive as master of both cables. */
static void start(struct pc *pc, const char *words)
{
    memset(pc, 0, sizeof *pc);
    pc->bench = bench_new(1);
    bench_attach_dead(pc->bench, "pm", "silent", "");
    bench_attach_dead(pc->bench, "sm", "silent", "");
    sim_ports_open(&pc->sim, pc->bench);
    pc->controller = sim_ports_add_chipset(&pc->sim, 0, 7, 1, words);
    sim_ports_config(sim_ports_add(&pc->sim, 0, 7, 0, 0x12340000, 0x060100), 0x0E, 1, 0x80);
    ide_find(&pc->sim.ports, &pc->found);
}

static void stop(struct pc *pc)
{
    bench_free(pc->bench);
}

static uint8_t status(struct pc *pc, unsigned channel)
{
    return pc->sim.ports.in8(&pc->sim, status_port[channel]);
}

/* Which states a chipset of the model knows for a channel. */
static bool knows(const char *name, unsigned channel, const char *state)
{
    uint8_t config[SIM_CONFIG_SIZE] = {0}, writable[SIM_CONFIG_SIZE] = {0};
    char words[64];

    snprintf(words, sizeof words, "%s,%s=%s", name, channel_names[channel], state);
    return sim_chipset_setup(words, config, writable) != NULL;
}

static void check_on(const char *name)
{
    struct pc pc;

    start(&pc, name);
    for (unsigned channel = 0; channel < SIM_CHIPSET_CHANNELS; channel++) {
        bool has_bit = knows(name, channel, "off");

        assert_int_equal(status(&pc, channel), 0x50);
        assert_int_equal(chipset_read(&pc.sim.ports, &pc.found.channels[channel]),
                         has_bit ? CHIPSET_ON : CHIPSET_NOT_KNOWN);
    }
    stop(&pc);
}

static void check_joined(const char *name, unsigned channel, const char *state, uint8_t dead,
                         enum chipset_state wanted)
{
    uint8_t before[SIM_CONFIG_SIZE];
    char words[64];
    struct pc pc;

    snprintf(words, sizeof words, "%s,%s=%s", name, channel_names[channel], state);
    start(&pc, words);
    memcpy(before, pc.controller->config, sizeof before);
    assert_int_equal(status(&pc, channel), dead);
    assert_int_equal(status(&pc, 1 - channel), 0x50);
    assert_int_equal(chipset_read(&pc.sim.ports, &pc.found.channels[channel]), wanted);
    err_t error =
        chipset_switch_on(&pc.sim.ports, &pc.found, &pc.found.channels[channel], &pc.changes);
    if (error != 0) {
        fail_msg("%s: not switched on: %08x", words, (unsigned)error);
    }
    assert_int_equal(status(&pc, channel), 0x50);
    assert_int_equal(status(&pc, 1 - channel), 0x50);
    chipset_restore(&pc.sim.ports, &pc.found, &pc.changes);
    assert_memory_equal(pc.controller->config, before, sizeof before);
    assert_int_equal(status(&pc, channel), dead);
    stop(&pc);
}

static void test_both_tables_say_the_same(void **state)
{
    const char *name;
    unsigned rows = 0, off = 0, floating = 0;

    (void)state;
    for (; (name = sim_chipset_name(rows)) != NULL; rows++) {
        check_on(name);
        for (unsigned channel = 0; channel < SIM_CHIPSET_CHANNELS; channel++) {
            if (knows(name, channel, "off")) {
                check_joined(name, channel, "off", 0xFF, CHIPSET_OFF);
                off++;
            }
            if (knows(name, channel, "float")) {
                check_joined(name, channel, "float", 0x7F, CHIPSET_FLOATING);
                floating++;
            }
        }
    }
    assert_true(rows >= 20 && off >= 37 && floating == 4);
}

static void test_command_register_is_off(void **state)
{
    struct pc pc;

    (void)state;
    start(&pc, "via,command=off");
    assert_int_equal(status(&pc, 0), 0xFF);
    assert_int_equal(
        chipset_switch_on(&pc.sim.ports, &pc.found, &pc.found.channels[0], &pc.changes), 0);
    assert_int_equal(status(&pc, 0), 0x50);
    stop(&pc);
}

static void test_locks_of_the_model(void **state)
{
    struct pc pc;

    (void)state;
    start(&pc, "ali,secondary=off");
    uint8_t *config = pc.controller->config;
    uint8_t was = config[0x09];

    pc.sim.ports.out32(&pc.sim, 0xCF8, 0x80003908);
    pc.sim.ports.out8(&pc.sim, 0xCFD, 0xFA); /* locked */
    assert_int_equal(config[0x09], was);
    config[0x43] = 0;
    config[0x4D] = 0;
    config[0x50] = 2;
    pc.sim.ports.out8(&pc.sim, 0xCFD, 0xFA);
    assert_int_equal(config[0x09], 0xFA);
    assert_int_equal(status(&pc, 1), 0x50);
    stop(&pc);
}

static void test_words_that_are_not_understood(void **state)
{
    static const char *const words[] = {"",
                                        "none",
                                        "via,tertiary=off",
                                        "via,primary",
                                        "via,primary=maybe",
                                        "via,primary=float",
                                        "cmd640,primary=off",
                                        "serverworks,secondary=off",
                                        "via,3F=00",
                                        "via,40=100",
                                        "via,40=xx",
                                        "via,command=on"};
    uint8_t config[SIM_CONFIG_SIZE], writable[SIM_CONFIG_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        memset(config, 0, sizeof config);
        memset(writable, 0, sizeof writable);
        if (sim_chipset_setup(words[i], config, writable) != NULL) {
            fail_msg("%s was taken", words[i]);
        }
    }
    assert_non_null(sim_chipset_setup("via,40=C8", config, writable));
    assert_int_equal(config[0x40], 0xC8);
    assert_int_equal(sim_chipset_state(sim_chipset_setup("via,40=02", config, writable), config, 1),
                     SIM_CHANNEL_OFF);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_both_tables_say_the_same),
        cmocka_unit_test(test_command_register_is_off),
        cmocka_unit_test(test_locks_of_the_model),
        cmocka_unit_test(test_words_that_are_not_understood),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
