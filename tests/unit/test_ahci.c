/* AHCI controllers that are only looked at, on made-up registers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "drivers/ahci.h"

enum { ABAR = 0xFEBF1000, REGISTERS = 0x1100, GONE = 0xFFFFFFFF };

struct hba {
    uint32_t registers[REGISTERS / 4];
    unsigned reads, outside;
    struct ports ports;
    struct pci_function function;
};

static uint32_t memory32(void *context, uint64_t address)
{
    struct hba *hba = context;

    hba->reads++;
    if (address < ABAR || address - ABAR >= REGISTERS || address % 4 != 0) {
        hba->outside++;
        return GONE;
    }
    return hba->registers[(address - ABAR) / 4];
}

/* Any access to ports would call NULL and end the test. */
static void start(struct hba *hba)
{
    memset(hba, 0, sizeof *hba);
    hba->ports.context = hba;
    hba->ports.memory32 = memory32;
    hba->function.class_code = 0x01;
    hba->function.subclass = 0x06;
    hba->function.prog_if = 0x01;
    hba->function.command = PCI_COMMAND_MEMORY;
    hba->function.bar[5] = ABAR;
    hba->registers[0x00 / 4] = 0xC0001F05;
    hba->registers[0x0C / 4] = 0x3F;
}

static void set_port(struct hba *hba, unsigned port, uint32_t status, uint32_t signature)
{
    hba->registers[(0x100 + 0x80 * port + 0x28) / 4] = status;
    hba->registers[(0x100 + 0x80 * port + 0x24) / 4] = signature;
}

static void test_ports(void **state)
{
    struct hba hba;
    struct ahci_seen seen;

    (void)state;
    start(&hba);
    set_port(&hba, 0, 0x113, 0x00000101); /* a disk */
    set_port(&hba, 1, 0x113, 0xEB140101); /* an optical drive */
    set_port(&hba, 2, 0x000, 0xEB140101); /* what was there once */
    set_port(&hba, 3, 0x001, 0xEB140101); /* noise on the line, no link */
    set_port(&hba, 4, 0x004, 0xFFFFFFFF); /* switched off */
    set_port(&hba, 5, 0x123, 0xFFFFFFFF); /* did not say who it is */
    set_port(&hba, 6, 0x113, 0xEB140101); /* not in PI: no such port */
    ahci_look(&hba.ports, &hba.function, &seen);
    assert_true(seen.readable);
    assert_int_equal(seen.with_device, 0x23);
    assert_int_equal(seen.with_packet, 0x02);
    assert_int_equal(seen.unknown, 0x20);
    assert_false(seen.only_ahci);
    assert_int_equal(hba.outside, 0);
}

static void test_the_last_port(void **state)
{
    struct hba hba;
    struct ahci_seen seen;

    (void)state;
    start(&hba);
    hba.registers[0x0C / 4] = 0xFFFFFFFF;
    set_port(&hba, 31, 0x133, 0xEB140101);
    ahci_look(&hba.ports, &hba.function, &seen);
    assert_int_equal(seen.with_packet, 0x80000000);
    assert_int_equal(hba.outside, 0);
}

static void test_no_ide_mode(void **state)
{
    struct hba hba;
    struct ahci_seen seen;

    (void)state;
    start(&hba);
    hba.registers[0] |= 1u << 18;
    ahci_look(&hba.ports, &hba.function, &seen);
    assert_true(seen.only_ahci);
    assert_int_equal(seen.with_device, 0);
}

static void test_what_can_not_be_read_is_not_read(void **state)
{
    struct hba hba;
    struct ahci_seen seen;

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        start(&hba);
        set_port(&hba, 0, 0x113, 0xEB140101);
        if (i == 0)
            hba.function.command = PCI_COMMAND_IO;
        else if (i == 1)
            hba.function.bar[5] = 0;
        else if (i == 2)
            hba.function.bar[5] = 0xC001;
        else
            hba.ports.memory32 = NULL;
        memset(&seen, 0xFF, sizeof seen);
        ahci_look(&hba.ports, &hba.function, &seen);
        assert_false(seen.readable);
        assert_int_equal(seen.with_device, 0);
        assert_int_equal(seen.with_packet, 0);
        assert_int_equal(hba.reads, 0);
    }
}

/* Other SATA and RAID controllers have something else behind that address, where reading may do
 * things; Intel's RAID mode is AHCI. */
static void test_only_ahci_registers_are_read(void **state)
{
    static const struct {
        uint16_t vendor_id;
        uint8_t subclass, prog_if;
        bool looked_at;
    } cases[] = {{0x1095, 0x06, 0x01, true},
                 {0x1095, 0x06, 0x00, false},
                 {0x8086, 0x04, 0x00, true},
                 {0x1095, 0x04, 0x00, false},
                 {0x8086, 0x08, 0x02, false}};

    (void)state;
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct hba hba;
        struct ahci_seen seen;

        start(&hba);
        hba.function.vendor_id = cases[i].vendor_id;
        hba.function.subclass = cases[i].subclass;
        hba.function.prog_if = cases[i].prog_if;
        ahci_look(&hba.ports, &hba.function, &seen);
        assert_int_equal(seen.readable, cases[i].looked_at);
        assert_int_equal(hba.reads != 0, cases[i].looked_at);
    }
}

/* The controller is gone, or nothing is behind its address. */
static void test_nobody_answers(void **state)
{
    struct hba hba;
    struct ahci_seen seen;

    (void)state;
    start(&hba);
    memset(hba.registers, 0xFF, sizeof hba.registers);
    ahci_look(&hba.ports, &hba.function, &seen);
    assert_false(seen.readable);
    assert_int_equal(seen.with_device, 0);
    start(&hba);
    set_port(&hba, 0, GONE, GONE);
    ahci_look(&hba.ports, &hba.function, &seen);
    assert_int_equal(seen.with_device, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ports),
        cmocka_unit_test(test_the_last_port),
        cmocka_unit_test(test_no_ide_mode),
        cmocka_unit_test(test_what_can_not_be_read_is_not_read),
        cmocka_unit_test(test_only_ahci_registers_are_read),
        cmocka_unit_test(test_nobody_answers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
