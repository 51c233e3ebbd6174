/* Configuration mechanism 1 and the walk over its buses, on simulated ports. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "drivers/pci.h"
#include "tests/support/sim_ports.h"

struct machine {
    struct bench *bench;
    struct sim_ports sim;
};

static void start(struct machine *machine)
{
    machine->bench = bench_new(1);
    sim_ports_open(&machine->sim, machine->bench);
}

static struct sim_pci_function *add_bridge(struct sim_ports *sim, uint8_t bus, uint8_t device,
                                           uint8_t secondary)
{
    struct sim_pci_function *bridge = sim_ports_add(sim, bus, device, 0, 0x80861234, 0x060400);

    sim_ports_config(bridge, 0x0E, 1, 0x01);
    sim_ports_config(bridge, 0x19, 1, secondary);
    return bridge;
}

static void test_a_machine_without_pci(void **state)
{
    struct machine machine;
    struct pci_function found[4];

    (void)state;
    start(&machine);
    assert_false(pci_present(&machine.sim.ports));
    assert_int_equal(pci_find_storage(&machine.sim.ports, found, 4), 0);
    bench_free(machine.bench);
}

/* CF8 keeps what is written, but no function answers: some other hardware lives there. */
static void test_a_latch_at_cf8_is_not_pci(void **state)
{
    struct machine machine;

    (void)state;
    start(&machine);
    machine.sim.pci = true;
    assert_false(pci_present(&machine.sim.ports));
    bench_free(machine.bench);
}

static void test_functions_and_headers(void **state)
{
    struct machine machine;
    struct sim_pci_function *function;
    struct pci_function found[4];

    (void)state;
    start(&machine);
    sim_ports_add(&machine.sim, 0, 0, 0, 0x80861237, 0x060000);
    function = sim_ports_add(&machine.sim, 0, 31, 0, 0x80867000, 0x060100);
    sim_ports_config(function, 0x0E, 1, 0x80); /* many functions */
    function = sim_ports_add(&machine.sim, 0, 31, 5, 0x80867010, 0x010180);
    sim_ports_config(function, 0x04, 2, 0x0285);
    sim_ports_config(function, 0x08, 1, 0x03);
    sim_ports_config(function, 0x20, 4, 0xC001);
    assert_true(pci_present(&machine.sim.ports));
    assert_int_equal(pci_find_storage(&machine.sim.ports, found, 4), 1);
    assert_int_equal(found[0].bus, 0);
    assert_int_equal(found[0].device, 31);
    assert_int_equal(found[0].function, 5);
    assert_int_equal(found[0].vendor_id, 0x8086);
    assert_int_equal(found[0].device_id, 0x7010);
    assert_int_equal(found[0].class_code, 1);
    assert_int_equal(found[0].subclass, 1);
    assert_int_equal(found[0].prog_if, 0x80);
    assert_int_equal(found[0].revision, 3);
    assert_int_equal(found[0].command, 0x0285);
    assert_int_equal(found[0].bar[4], 0xC001);
    bench_free(machine.bench);
}

/* Function numbers above 0 of a device whose header says "one function" are its echoes. */
static void test_single_function_devices_are_not_asked_for_more(void **state)
{
    struct machine machine;
    struct pci_function found[4];

    (void)state;
    start(&machine);
    sim_ports_add(&machine.sim, 0, 3, 0, 0x11110001, 0x010180);
    sim_ports_add(&machine.sim, 0, 3, 1, 0x11110001, 0x010180);
    assert_int_equal(pci_find_storage(&machine.sim.ports, found, 4), 1);
    bench_free(machine.bench);
}

static void test_buses_behind_bridges(void **state)
{
    struct machine machine;
    struct pci_function found[4];

    (void)state;
    start(&machine);
    add_bridge(&machine.sim, 0, 1, 200);
    add_bridge(&machine.sim, 200, 5, 3); /* a lower number behind a higher one */
    sim_ports_add(&machine.sim, 3, 7, 0, 0x11063249, 0x010180);
    sim_ports_add(&machine.sim, 200, 6, 0, 0x10950680, 0x010185);
    sim_ports_add(&machine.sim, 77, 6, 0, 0x10950649, 0x01018F); /* no bridge leads there */
    assert_int_equal(pci_find_storage(&machine.sim.ports, found, 4), 2);
    assert_int_equal(found[0].device_id, 0x0680);
    assert_int_equal(found[1].device_id, 0x3249);
    bench_free(machine.bench);
}

static void test_bridges_in_a_circle_end(void **state)
{
    struct machine machine;
    struct pci_function found[4];

    (void)state;
    start(&machine);
    add_bridge(&machine.sim, 0, 1, 1);
    add_bridge(&machine.sim, 1, 1, 0);
    add_bridge(&machine.sim, 1, 2, 1);
    assert_int_equal(pci_find_storage(&machine.sim.ports, found, 4), 0);
    assert_true(machine.sim.accesses < 1000);
    bench_free(machine.bench);
}

static void test_no_more_than_asked_for(void **state)
{
    struct machine machine;
    struct pci_function found[3];

    (void)state;
    start(&machine);
    for (uint8_t i = 0; i < 4; i++)
        sim_ports_add(&machine.sim, 0, i, 0, 0x11110000u + i, 0x010180);
    memset(found, 0xEE, sizeof found);
    assert_int_equal(pci_find_storage(&machine.sim.ports, found, 2), 2);
    assert_int_equal(found[1].device_id, 1);
    assert_int_equal(found[2].device_id, 0xEEEE);
    bench_free(machine.bench);
}

static void test_reads_and_writes_of_all_widths(void **state)
{
    struct machine machine;
    struct sim_pci_function *function;
    struct pci_function place = {.device = 9};

    (void)state;
    start(&machine);
    function = sim_ports_add(&machine.sim, 0, 9, 0, 0x11112222, 0x010180);
    memset(function->writable + 0x40, 0xFF, 8);
    sim_ports_config(function, 0x40, 4, 0x44332211);
    assert_int_equal(pci_read32(&machine.sim.ports, &place, 0x40), 0x44332211);
    assert_int_equal(pci_read16(&machine.sim.ports, &place, 0x42), 0x4433);
    assert_int_equal(pci_read8(&machine.sim.ports, &place, 0x43), 0x44);
    pci_write8(&machine.sim.ports, &place, 0x41, 0xAA);
    pci_write16(&machine.sim.ports, &place, 0x42, 0xBBCC);
    assert_int_equal(pci_read32(&machine.sim.ports, &place, 0x40), 0xBBCCAA11);
    place.device = 10;
    assert_int_equal(pci_read32(&machine.sim.ports, &place, 0x40), 0xFFFFFFFF);
    bench_free(machine.bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_machine_without_pci),
        cmocka_unit_test(test_a_latch_at_cf8_is_not_pci),
        cmocka_unit_test(test_functions_and_headers),
        cmocka_unit_test(test_single_function_devices_are_not_asked_for_more),
        cmocka_unit_test(test_buses_behind_bridges),
        cmocka_unit_test(test_bridges_in_a_circle_end),
        cmocka_unit_test(test_no_more_than_asked_for),
        cmocka_unit_test(test_reads_and_writes_of_all_widths),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
