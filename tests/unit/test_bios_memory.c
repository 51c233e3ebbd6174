/* boot/bios/memory.c and keyboard_translate() against a BIOS of this test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "tests/support/fake_bios.h"

static unsigned real_resets_pressed(void)
{
    return 0;
}

#include "boot/bios/keyboard.c"
#include "boot/bios/memory.c"

/* What the fake BIOS knows. */
static struct {
    struct e820_entry map[40];
    unsigned count;
    bool ends_with_error; /* instead of EBX = 0 */
    bool endless;         /* never ends */
    bool has_e801, answers_in_cx;
    uint16_t e801_below, e801_above;
    bool has_88;
    uint16_t kib_88;
    unsigned calls;
} bios;

static bool answer_e820(struct real_registers *registers)
{
    uint32_t index = registers->ebx;

    assert_int_equal(registers->edx, 0x534D4150);
    assert_true(registers->ecx >= 20);
    if (bios.count == 0 || index >= bios.count)
        return false;
    memcpy(real_memory((uint32_t)registers->es * 16 + (registers->edi & 0xFFFF)), &bios.map[index],
           20);
    registers->eax = 0x534D4150;
    registers->ebx = index + 1;
    if (bios.endless)
        registers->ebx = 1;
    else if (index + 1 == bios.count && !bios.ends_with_error)
        registers->ebx = 0;
    return true;
}

static void real_int(uint8_t number, struct real_registers *registers)
{
    bool good = false;

    assert_int_equal(number, 0x15);
    bios.calls++;
    assert_in_range(bios.calls, 1, 200);
    if ((registers->eax & 0xFFFF) == 0xE820) {
        good = answer_e820(registers);
    } else if ((registers->eax & 0xFFFF) == 0xE801 && bios.has_e801) {
        registers->eax = registers->ebx = 0;
        if (bios.answers_in_cx) {
            registers->ecx = bios.e801_below;
            registers->edx = bios.e801_above;
        } else {
            registers->eax = bios.e801_below;
            registers->ebx = bios.e801_above;
        }
        good = true;
    } else if ((registers->eax & 0xFF00) == 0x8800 && bios.has_88) {
        registers->eax = bios.kib_88;
        good = true;
    }
    registers->eflags = good ? 0 : REAL_CARRY;
}

static int reset_bios(void **state)
{
    (void)state;
    memset(&bios, 0, sizeof(bios));
    return 0;
}

static void add(uint64_t base, uint64_t length, uint32_t type)
{
    bios.map[bios.count++] = (struct e820_entry){base, length, type};
}

static void assert_largest(uint32_t from, uint32_t limit, uint32_t start, uint32_t size)
{
    struct memory_map map;
    uint32_t found = 0;

    memory_ask_bios(&map);
    assert_int_equal(memory_largest(&map, from, limit, &found), size);
    if (size != 0)
        assert_int_equal(found, start);
}

static void test_e820(void **state)
{
    (void)state;
    add(0, 0x9FC00, 1);
    add(0x9FC00, 0x400, 2);
    add(0xF0000, 0x10000, 2);
    add(0x100000, 7 * MIB, 1);
    add(0xFFFC0000, 0x40000, 2);
    add(0x100000000ull, 0x100000000ull, 1); /* above 4 GiB: out of reach */
    assert_largest(0x120000, UINT32_MAX, 0x120000, 0x800000 - 0x120000);
    bios.ends_with_error = true;
    assert_largest(0x120000, UINT32_MAX, 0x120000, 0x800000 - 0x120000);
    assert_largest(0x120000, 4 * MIB, 0x120000, 4 * MIB);
    assert_largest(0x120001, UINT32_MAX, 0x120010, 0x800000 - 0x120010);
    assert_largest(0x800000, UINT32_MAX, 0, 0);
}

static void test_pieces_that_overlap_are_cut(void **state)
{
    (void)state;
    add(0x100000, 15 * MIB, 1);
    add(0x400000, 0x100000, 2);   /* in the middle */
    add(0xE00000, 0x1000000, 3);  /* over the end */
    add(0x200000, UINT64_MAX, 1); /* a length that wraps */
    add(0x30000000, UINT64_MAX, 2);
    add(UINT64_MAX - 3, 2, 1); /* rounding its start up would wrap */
    assert_largest(0x120000, UINT32_MAX, 0x1E00000, 0x30000000 - 0x1E00000);
}

static void test_an_endless_map_ends(void **state)
{
    (void)state;
    add(0x100000, 7 * MIB, 1);
    add(0x800000, MIB, 2);
    bios.endless = true;
    assert_largest(0x120000, UINT32_MAX, 0x120000, 0x800000 - 0x120000);
}

static void test_e801(void **state)
{
    (void)state;
    bios.has_e801 = true;
    bios.e801_below = 15 * 1024;
    bios.e801_above = 48 * 16;
    assert_largest(0x120000, UINT32_MAX, 16 * MIB, 48 * MIB);
    bios.answers_in_cx = true;
    assert_largest(0x120000, UINT32_MAX, 16 * MIB, 48 * MIB);
    bios.e801_above = 0;
    assert_largest(0x120000, UINT32_MAX, 0x120000, 16 * MIB - 0x120000);
}

static void test_88(void **state)
{
    (void)state;
    bios.has_88 = true;
    bios.kib_88 = 7 * 1024;
    assert_largest(0x120000, UINT32_MAX, 0x120000, 8 * MIB - 0x120000);
}

static void test_no_answer_at_all(void **state)
{
    (void)state;
    assert_largest(0x120000, UINT32_MAX, 0, 0);
}

static void test_a_ramdisk_is_kept_out(void **state)
{
    struct memory_map map;
    uint32_t start = 0;

    (void)state;
    add(0x100000, 15 * MIB, 1);
    memory_ask_bios(&map);
    memory_add(&map, 0xE00000, 0x123456, false);
    memory_add(&map, 0, 0, false); /* no ramdisk */
    assert_int_equal(memory_largest(&map, 0x120000, UINT32_MAX, &start), 0xE00000 - 0x120000);
    assert_int_equal(start, 0x120000);
}

/* AX of INT 16h as the IBM BIOS Interface Technical Reference lists it for 101-key keyboards. */
static void test_keys(void **state)
{
    static const uint16_t cases[][2] = {
        {0x1E61, 'a'},           {0x1C0D, KEY_ENTER},     {0xE00D, KEY_ENTER},
        {0x011B, KEY_ESC},       {0x0E08, KEY_BACKSPACE}, {0x0F09, KEY_TAB},
        {0x0E7F, KEY_BACKSPACE}, {0x4800, KEY_UP},        {0x48E0, KEY_UP},
        {0x50E0, KEY_DOWN},      {0x4BE0, KEY_LEFT},      {0x4D00, KEY_RIGHT},
        {0x47E0, KEY_HOME},      {0x4FE0, KEY_END},       {0x49E0, KEY_PAGE_UP},
        {0x5100, KEY_PAGE_DOWN}, {0x52E0, KEY_INSERT},    {0x53E0, KEY_DELETE},
        {0x3B00, KEY_F1},        {0x4400, KEY_F1 + 9},    {0x8500, KEY_F1 + 10},
        {0x8600, KEY_F12},       {0xE02F, '/'},           {0x352F, '/'},
        {0x1E00, KEY_NONE},      {0x0000, KEY_NONE},      {0x00E0, KEY_NONE},
        {0x0084, KEY_NONE},      {0x5E00, KEY_NONE},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(keyboard_translate(cases[i][0]), cases[i][1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_e820, reset_bios),
        cmocka_unit_test_setup(test_pieces_that_overlap_are_cut, reset_bios),
        cmocka_unit_test_setup(test_an_endless_map_ends, reset_bios),
        cmocka_unit_test_setup(test_e801, reset_bios),
        cmocka_unit_test_setup(test_88, reset_bios),
        cmocka_unit_test_setup(test_no_answer_at_all, reset_bios),
        cmocka_unit_test_setup(test_a_ramdisk_is_kept_out, reset_bios),
        cmocka_unit_test(test_keys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
