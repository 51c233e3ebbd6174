/* The simulated flash chips against their data sheets: commands, polling, times, torn states,
 * faults. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/drive/flash_chip.h"

/* One chip with its surroundings. */
struct fixture {
    struct sim_faults faults;
    struct sim_random random;
    struct sim_chip *chip;
    uint64_t now;
    unsigned changes;
    unsigned cut_at; /* power fails at this change; 0 = never */
};

static bool changed(void *context)
{
    struct fixture *f = context;

    f->changes++;
    return f->changes == f->cut_at;
}

static void setup_chip(struct fixture *f, const char *name, uint64_t seed)
{
    memset(f, 0, sizeof *f);
    f->random.state = seed;
    f->chip = sim_chip_new(sim_chip_find(name), &f->faults, &f->random);
    assert_non_null(f->chip);
    f->chip->change = changed;
    f->chip->change_context = f;
}

static void teardown_chip(struct fixture *f)
{
    sim_chip_free(f->chip);
}

/* ---- parallel helpers ------------------------------------------------------------------------ */

static uint8_t get(struct fixture *f, uint32_t address)
{
    return sim_chip_read(f->chip, f->now, address);
}

static void put(struct fixture *f, uint32_t address, uint8_t data)
{
    sim_chip_write(f->chip, f->now, address, data);
}

static void unlock(struct fixture *f)
{
    put(f, 0x5555, 0xAA);
    put(f, 0x2AAA, 0x55);
}

static void command(struct fixture *f, uint8_t data)
{
    unlock(f);
    put(f, 0x5555, data);
}

static void program(struct fixture *f, uint32_t address, uint8_t data)
{
    command(f, 0xA0);
    put(f, address, data);
}

static void erase(struct fixture *f, uint32_t address, uint8_t data)
{
    command(f, 0x80);
    unlock(f);
    put(f, address, data);
}

static void wait(struct fixture *f, uint64_t us)
{
    f->now += us;
}

/* ---- serial helpers -------------------------------------------------------------------------- */

static uint8_t reply[600];

/* Sends `count` bytes and clocks `more`; reply[] holds all bytes of the output line. */
static size_t spi(struct fixture *f, const uint8_t *bytes, size_t count, size_t more)
{
    uint8_t mosi[600] = {0};

    memcpy(mosi, bytes, count);
    memset(reply, 0xFF, sizeof reply);
    return sim_chip_transfer(f->chip, f->now, mosi, count + more, reply);
}

static void spi1(struct fixture *f, uint8_t opcode)
{
    spi(f, &opcode, 1, 0);
}

static uint8_t spi_status(struct fixture *f)
{
    uint8_t opcode = 0x05;

    assert_int_equal(spi(f, &opcode, 1, 1), 1);
    return reply[1];
}

static void spi_address(struct fixture *f, uint8_t opcode, uint32_t address)
{
    uint8_t bytes[4] = {opcode, (uint8_t)(address >> 16), (uint8_t)(address >> 8),
                        (uint8_t)address};

    spi(f, bytes, 4, 0);
}

static void spi_program(struct fixture *f, uint32_t address, const uint8_t *data, size_t count)
{
    uint8_t bytes[600] = {0x02, (uint8_t)(address >> 16), (uint8_t)(address >> 8),
                          (uint8_t)address};

    memcpy(bytes + 4, data, count);
    spi1(f, 0x06);
    spi(f, bytes, 4 + count, 0);
}

/* ---- all chips ------------------------------------------------------------------------------- */

static void the_chips_of_the_plan_exist(void **state)
{
    static const char *const names[] = {"SST39SF020A", "SST39VF080", "Am29F040B", "W49F020",
                                        "SST29EE020A", "MX25L2005",  "W25X20",    "SST25VF040",
                                        "AT25F2048",   "MX25L8005",  "MX25L1005", "SST39SF010A",
                                        "TESTP8K",     "TESTS8K"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_non_null(sim_chip_find(names[i]));
    }
    assert_null(sim_chip_find("SST39SF020"));
}

static void the_table_is_consistent(void **state)
{
    size_t count = 0;
    const struct sim_chip_type *types = sim_chip_list(&count);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        const struct sim_chip_type *type = &types[i];

        assert_int_equal(type->size & (type->size - 1), 0);
        assert_int_equal(type->size % type->bank_size, 0);
        assert_true(type->page_size >= 1 && type->page_size <= SIM_CHIP_PAGE_MAX);
        assert_true(type->program_us > 0);
        bool whole = false;
        for (unsigned e = 0; e < SIM_CHIP_ERASES && type->erases[e].opcode != 0; e++) {
            assert_true(type->erases[e].us > 0);
            assert_int_equal(type->size % (type->erases[e].size != 0 ? type->erases[e].size : 1),
                             0);
            whole = whole || type->erases[e].size == 0;
        }
        assert_true(whole);
        assert_ptr_equal(sim_chip_find(type->name), type);
    }
}

static void parallel_ids(void **state)
{
    static const struct {
        const char *name;
        uint8_t manufacturer, device;
    } cases[] = {
        {"SST39SF010A", 0xBF, 0xB5}, {"SST39SF020A", 0xBF, 0xB6}, {"SST39SF040", 0xBF, 0xB7},
        {"SST39VF080", 0xBF, 0xD8},  {"Am29F040B", 0x01, 0xA4},   {"Am29F080B", 0x01, 0xD5},
        {"W49F020", 0xDA, 0x8C},     {"SST29EE020A", 0xBF, 0x10}, {"W29C020", 0xDA, 0x45}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fixture f;

        setup_chip(&f, cases[i].name, 1);
        f.chip->cells[0] = 0x02;
        f.chip->cells[1] = 0x33;
        assert_int_equal(get(&f, 0), 0x02);
        command(&f, 0x90);
        assert_int_equal(get(&f, 0), cases[i].manufacturer);
        assert_int_equal(get(&f, 1), cases[i].device);
        command(&f, 0xF0);
        assert_int_equal(get(&f, 0), 0x02);
        assert_int_equal(get(&f, 1), 0x33);
        assert_int_equal(f.changes, 0);
        teardown_chip(&f);
    }
}

static void continuation_code_comes_first(void **state)
{
    struct fixture f;
    uint8_t rdid = 0x9F;

    (void)state;
    setup_chip(&f, "EN29F010", 1);
    command(&f, 0x90);
    assert_int_equal(get(&f, 0x000), 0x7F);
    assert_int_equal(get(&f, 0x100), 0x1C);
    assert_int_equal(get(&f, 0x001), 0x20);
    teardown_chip(&f);
    setup_chip(&f, "Pm25LV010A", 1);
    assert_int_equal(spi(&f, &rdid, 1, 3), 1);
    assert_memory_equal(reply + 1, "\x7F\x9D\x7C", 3);
    teardown_chip(&f);
}

static void single_f0_leaves_id_mode_except_on_page_load_parts(void **state)
{
    struct fixture f;

    (void)state;
    setup_chip(&f, "SST39SF020A", 1);
    command(&f, 0x90);
    put(&f, 0, 0xF0);
    assert_int_equal(get(&f, 0), 0xFF);
    teardown_chip(&f);
    setup_chip(&f, "SST29EE020A", 1);
    command(&f, 0x90);
    put(&f, 0, 0xF0);
    assert_int_equal(get(&f, 0), 0xBF);
    teardown_chip(&f);
}

static void each_part_compares_its_own_address_bits(void **state)
{
    struct fixture f;

    (void)state;
    setup_chip(&f, "Am29F040B", 1); /* A10-A0 */
    put(&f, 0x555, 0xAA);
    put(&f, 0x2AA, 0x55);
    put(&f, 0x7FD55, 0x90);
    assert_int_equal(get(&f, 0), 0x01);
    teardown_chip(&f);
    setup_chip(&f, "SST39SF020A", 1); /* A14-A0 */
    put(&f, 0x555, 0xAA);
    put(&f, 0x2AA, 0x55);
    put(&f, 0x555, 0x90);
    assert_int_equal(get(&f, 0), 0xFF);
    put(&f, 0x3D555, 0xAA); /* A15 and up are not compared */
    put(&f, 0x2AAAA, 0x55);
    put(&f, 0x1D555, 0x90);
    assert_int_equal(get(&f, 0), 0xBF);
    teardown_chip(&f);
}

static void broken_sequences_do_nothing(void **state)
{
    struct fixture f;

    (void)state;
    setup_chip(&f, "SST39SF020A", 1);
    put(&f, 0x5555, 0xAA);
    put(&f, 0x5555, 0x55);
    put(&f, 0x5555, 0x90);
    put(&f, 0x5555, 0xAA);
    put(&f, 0x2AAA, 0xAA);
    put(&f, 0x5555, 0xA0);
    put(&f, 0x1000, 0x00);
    command(&f, 0x80);
    put(&f, 0x5555, 0xAA);
    put(&f, 0x1000, 0x30);
    unlock(&f);
    put(&f, 0x1000, 0x90);   /* not at 5555 */
    erase(&f, 0x1000, 0x10); /* chip erase must be addressed to 5555 */
    assert_int_equal(get(&f, 0), 0xFF);
    assert_int_equal(f.changes, 0);
    teardown_chip(&f);
}

/* ---- parallel programming -------------------------------------------------------------------- */

static void program_only_clears_bits(void **state)
{
    struct fixture f;

    (void)state;
    setup_chip(&f, "SST39SF020A", 1);
    program(&f, 0x12345, 0x5A);
    wait(&f, 14);
    assert_int_equal(get(&f, 0x12345), 0x5A);
    program(&f, 0x12345, 0xA7);
    wait(&f, 14);
    assert_int_equal(get(&f, 0x12345), 0x02);
    assert_int_equal(f.changes, 2);
    teardown_chip(&f);
}

static void polling_bits_while_programming(void **state)
{
    struct fixture f;

    (void)state;
    setup_chip(&f, "SST39SF020A", 1);
    program(&f, 0x100, 0x3C);
    uint8_t first = get(&f, 0x100);
    uint8_t second = get(&f, 0x100);

    assert_int_equal(first & 0x80, 0x80); /* complement of bit 7 */
    assert_int_equal((first ^ second) & 0x40, 0x40);
    wait(&f, 13);
    assert_true(sim_chip_busy(f.chip, f.now));
    assert_int_not_equal(get(&f, 0x100), 0x3C);
    wait(&f, 1);
    assert_int_equal(get(&f, 0x100), 0x3C);
    assert_int_equal(get(&f, 0x100), 0x3C);
    teardown_chip(&f);
}

static void commands_are_ignored_while_busy(void **state)
{
    struct fixture f;

    (void)state;
    setup_chip(&f, "SST39SF020A", 1);
    program(&f, 0x100, 0x00);
    program(&f, 0x101, 0x00);
    command(&f, 0x90);
    wait(&f, 14);
    assert_int_equal(get(&f, 0), 0xFF);
    assert_int_equal(get(&f, 0x100), 0x00);
    assert_int_equal(get(&f, 0x101), 0xFF);
    assert_int_equal(f.changes, 1);
    teardown_chip(&f);
}

static void sector_block_and_chip_erase(void **state)
{
    struct fixture f;

    (void)state;
    setup_chip(&f, "SST39VF080", 1);
    memset(f.chip->cells, 0, f.chip->type->size);
    erase(&f, 0x12345, 0x30);
    assert_int_equal(get(&f, 0x12345) & 0x80, 0);
    wait(&f, 17999);
    assert_true(sim_chip_busy(f.chip, f.now));
    wait(&f, 1);
    assert_int_equal(get(&f, 0x12000), 0xFF);
    assert_int_equal(get(&f, 0x12FFF), 0xFF);
    assert_int_equal(get(&f, 0x11FFF), 0x00);
    assert_int_equal(get(&f, 0x13000), 0x00);
    erase(&f, 0x2ABCD, 0x50);
    wait(&f, 18000);
    assert_int_equal(get(&f, 0x20000), 0xFF);
    assert_int_equal(get(&f, 0x2FFFF), 0xFF);
    assert_int_equal(get(&f, 0x30000), 0x00);
    erase(&f, 0x5555, 0x10);
    wait(&f, 69999);
    assert_true(sim_chip_busy(f.chip, f.now));
    wait(&f, 1);
    assert_int_equal(get(&f, 0), 0xFF);
    assert_int_equal(get(&f, 0xFFFFF), 0xFF);
    assert_int_equal(f.changes, 3);
    teardown_chip(&f);
}

static void parts_without_sectors_erase_only_as_a_whole(void **state)
{
    struct fixture f;

    (void)state;
    setup_chip(&f, "W49F020", 1);
    memset(f.chip->cells, 0, f.chip->type->size);
    erase(&f, 0x1000, 0x30);
    wait(&f, 1000000);
    assert_int_equal(get(&f, 0x1000), 0x00);
    assert_int_equal(f.changes, 0);
    erase(&f, 0x5555, 0x10);
    wait(&f, 100000);
    assert_int_equal(get(&f, 0x1000), 0xFF);
    teardown_chip(&f);
}

static void am29f_collects_sectors_for_50_us(void **state)
{
    struct fixture f;

    (void)state;
    setup_chip(&f, "Am29F040B", 1);
    memset(f.chip->cells, 0, f.chip->type->size);
    erase(&f, 0x00000, 0x30);
    wait(&f, 40);
    assert_int_equal(get(&f, 0) & 0x08, 0x00); /* DQ3: time-out still running */
    put(&f, 0x20000, 0x30);
    wait(&f, 51);
    assert_int_equal(get(&f, 0) & 0x08, 0x08);
    put(&f, 0x30000, 0x30); /* too late */
    wait(&f, 2000000);
    assert_int_equal(get(&f, 0x00000), 0xFF);
    assert_int_equal(get(&f, 0x2FFFF), 0xFF);
    assert_int_equal(get(&f, 0x10000), 0x00);
    assert_int_equal(get(&f, 0x30000), 0x00);
    teardown_chip(&f);
}

static void other_data_within_the_time_out_takes_the_erase_back(void **state)
{
    struct fixture f;

    (void)state;
    setup_chip(&f, "Am29F040B", 1);
    memset(f.chip->cells, 0x11, f.chip->type->size);
    erase(&f, 0x10000, 0x30);
    put(&f, 0x10000, 0xF0);
    assert_int_equal(get(&f, 0x10000), 0x11);
    wait(&f, 2000000);
    assert_int_equal(get(&f, 0x10000), 0x11);
    teardown_chip(&f);
}

static void page_load_erases_and_writes_a_page(void **state)
{
    struct fixture f;

    (void)state;
    setup_chip(&f, "SST29EE020A", 1);
    memset(f.chip->cells, 0x00, f.chip->type->size);
    command(&f, 0xA0);
    for (uint32_t i = 0; i < 100; i++) {
        put(&f, 0x1080 + i, (uint8_t)i);
        wait(&f, 150); /* each byte starts the window anew */
    }
    assert_int_equal(f.changes, 0);
    wait(&f, 49);
    assert_int_equal(f.chip->cells[0x1080], 0x00);
    assert_true(sim_chip_busy(f.chip, f.now));
    assert_int_equal(f.changes, 0);
    wait(&f, 1);
    assert_int_equal(get(&f, 0x1080 + 99) & 0x80, 0x80);
    assert_int_equal(f.changes, 1);
    wait(&f, 5000);
    for (uint32_t i = 0; i < 128; i++) {
        assert_int_equal(get(&f, 0x1080 + i), i < 100 ? i : 0xFF);
    }
    assert_int_equal(get(&f, 0x107F), 0x00);
    assert_int_equal(get(&f, 0x1100), 0x00);
    teardown_chip(&f);
}

static void page_load_is_protected_without_the_sequence(void **state)
{
    struct fixture f;

    (void)state;
    setup_chip(&f, "SST29EE020A", 1);
    put(&f, 0x1000, 0x00);
    wait(&f, 10000);
    assert_int_equal(get(&f, 0x1000), 0xFF);
    program(&f, 0x1000, 0x12);
    wait(&f, 199);
    put(&f, 0x1001, 0x34); /* still within the window */
    wait(&f, 200);
    put(&f, 0x1002, 0x56); /* the page is being written */
    wait(&f, 6000);
    assert_int_equal(get(&f, 0x1000), 0x12);
    assert_int_equal(get(&f, 0x1001), 0x34);
    assert_int_equal(get(&f, 0x1002), 0xFF);
    assert_int_equal(f.changes, 1);
    teardown_chip(&f);
}

/* ---- serial ---------------------------------------------------------------------------------- */

static void serial_ids(void **state)
{
    static const uint8_t rems[4] = {0x90}, rems_swapped[4] = {0x90, 0, 0, 1};
    static const uint8_t rdid = 0x9F, rdid_atmel = 0x15, res[4] = {0xAB};
    struct fixture f;

    (void)state;
    setup_chip(&f, "MX25L2005", 1);
    assert_int_equal(spi(&f, rems, 4, 4), 4);
    assert_memory_equal(reply + 4, "\xC2\x11\xC2\x11", 4);
    spi(&f, rems_swapped, 4, 2);
    assert_memory_equal(reply + 4, "\x11\xC2", 2);
    spi(&f, &rdid, 1, 3);
    assert_memory_equal(reply + 1, "\xC2\x20\x12", 3);
    spi(&f, res, 4, 1);
    assert_int_equal(reply[4], 0x11);
    teardown_chip(&f);

    setup_chip(&f, "W25X20", 1);
    spi(&f, &rdid, 1, 3);
    assert_memory_equal(reply + 1, "\xEF\x30\x12", 3);
    spi(&f, rems, 4, 2);
    assert_memory_equal(reply + 4, "\xEF\x11", 2);
    teardown_chip(&f);

    setup_chip(&f, "SST25VF040", 1);
    spi(&f, rems, 4, 2);
    assert_memory_equal(reply + 4, "\xBF\x44", 2);
    assert_int_equal(spi(&f, &rdid, 1, 3), 4); /* not driven */
    assert_memory_equal(reply + 1, "\xFF\xFF\xFF", 3);
    teardown_chip(&f);

    setup_chip(&f, "AT25F2048", 1);
    spi(&f, &rdid_atmel, 1, 2);
    assert_memory_equal(reply + 1, "\x1F\x63", 2);
    assert_int_equal(spi(&f, rems, 4, 2), 6);
    assert_int_equal(spi(&f, &rdid, 1, 3), 4);
    teardown_chip(&f);
}

static void page_program_wraps_and_clears_bits(void **state)
{
    struct fixture f;
    uint8_t data[300];

    (void)state;
    setup_chip(&f, "MX25L2005", 1);
    memset(f.chip->cells + 0x100, 0xF0, 256);
    for (unsigned i = 0; i < sizeof data; i++) {
        data[i] = (uint8_t)(i + 1);
    }
    spi_program(&f, 0x1F0, data, 32); /* 16 bytes at the end, 16 at the beginning of the page */
    assert_int_equal(spi_status(&f) & 0x01, 0x01);
    wait(&f, 1399);
    assert_int_equal(spi_status(&f) & 0x01, 0x01);
    wait(&f, 1);
    assert_int_equal(spi_status(&f), 0x00);
    assert_int_equal(f.chip->cells[0x1F0], 0xF0 & 1);
    assert_int_equal(f.chip->cells[0x1FF], 0xF0 & 16);
    assert_int_equal(f.chip->cells[0x100], 0xF0 & 17);
    assert_int_equal(f.chip->cells[0x200], 0xFF);
    spi_program(&f, 0x300, data, 300); /* only the last 256 count */
    wait(&f, 1400);
    assert_int_equal(f.chip->cells[0x300], (uint8_t)(256 + 1));
    assert_int_equal(f.chip->cells[0x300 + 43], (uint8_t)(299 + 1));
    assert_int_equal(f.chip->cells[0x300 + 44], 45);
    teardown_chip(&f);
}

static void nothing_changes_without_write_enable(void **state)
{
    struct fixture f;
    static const uint8_t page[5] = {0x02, 0, 0, 0, 0x00};

    (void)state;
    setup_chip(&f, "MX25L2005", 1);
    spi(&f, page, 5, 0);
    spi_address(&f, 0x20, 0);
    spi1(&f, 0xC7);
    assert_int_equal(f.changes, 0);
    spi1(&f, 0x06);
    assert_int_equal(spi_status(&f), 0x02);
    spi1(&f, 0x04);
    assert_int_equal(spi_status(&f), 0x00);
    spi1(&f, 0xC7);
    assert_int_equal(f.changes, 0);
    spi1(&f, 0x06);
    spi1(&f, 0x20); /* sector erase without an address */
    assert_int_equal(f.changes, 0);
    assert_int_equal(spi_status(&f), 0x02);
    teardown_chip(&f);
}

static void busy_serial_part_answers_only_read_status(void **state)
{
    struct fixture f;
    static const uint8_t read[4] = {0x03}, rdid = 0x9F;

    (void)state;
    setup_chip(&f, "MX25L2005", 1);
    memset(f.chip->cells, 0, f.chip->type->size);
    spi1(&f, 0x06);
    spi1(&f, 0xC7);
    assert_int_equal(spi(&f, read, 4, 4), 8);
    assert_int_equal(spi(&f, &rdid, 1, 3), 4);
    spi1(&f, 0x06);
    assert_int_equal(spi_status(&f), 0x01);
    wait(&f, 1800000);
    assert_int_equal(spi(&f, read, 4, 4), 4);
    assert_memory_equal(reply + 4, "\xFF\xFF\xFF\xFF", 4);
    assert_int_equal(spi_status(&f), 0x00);
    teardown_chip(&f);
}

static void check_erase(const char *name, uint8_t opcode, uint32_t size)
{
    struct fixture f;

    setup_chip(&f, name, 1);
    memset(f.chip->cells, 0, f.chip->type->size);
    f.chip->status = 0;
    uint32_t start = size != 0 ? size : 0; /* the second unit */
    uint32_t end = size != 0 ? 2 * size : f.chip->type->size;

    spi1(&f, 0x06);
    if (size != 0) {
        spi_address(&f, opcode, start + 5);
    } else {
        spi1(&f, opcode);
    }
    assert_int_equal(f.changes, 1);
    wait(&f, 20000000);
    assert_int_equal(spi_status(&f) & 1, 0);
    for (uint32_t i = 0; i < f.chip->type->size; i++) {
        assert_int_equal(f.chip->cells[i], i >= start && i < end ? 0xFF : 0x00);
    }
    teardown_chip(&f);
}

static void erase_opcodes_of_each_family(void **state)
{
    (void)state;
    check_erase("MX25L2005", 0x20, 0x1000);
    check_erase("MX25L2005", 0x52, 0x10000);
    check_erase("MX25L2005", 0xD8, 0x10000);
    check_erase("MX25L2005", 0x60, 0);
    check_erase("W25X20", 0x20, 0x1000);
    check_erase("W25X20", 0xD8, 0x10000);
    check_erase("W25X20", 0xC7, 0);
    check_erase("SST25VF040", 0x20, 0x1000);
    check_erase("SST25VF040", 0x52, 0x8000);
    check_erase("SST25VF040", 0x60, 0);
    check_erase("AT25F2048", 0x52, 0x10000);
    check_erase("AT25F2048", 0x62, 0);
    check_erase("Pm25LV010A", 0xD7, 0x1000);
    check_erase("TESTS8K", 0x20, 0x400);
}

static void foreign_erase_opcodes_do_nothing(void **state)
{
    static const struct {
        const char *name;
        uint8_t opcode;
    } cases[] = {{"SST25VF040", 0xC7}, {"AT25F2048", 0xC7}, {"AT25F2048", 0x60}, {"W25X20", 0x60}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct fixture f;

        setup_chip(&f, cases[i].name, 1);
        f.chip->status = 0;
        spi1(&f, 0x06);
        spi1(&f, cases[i].opcode);
        assert_int_equal(f.changes, 0);
        teardown_chip(&f);
    }
}

static void block_protection_protects(void **state)
{
    static const uint8_t unlock_status[2] = {0x01, 0x00}, lock[2] = {0x01, 0x84};
    uint8_t zero = 0;
    struct fixture f;

    (void)state;
    setup_chip(&f, "MX25L2005", 1);
    spi1(&f, 0x06);
    spi(&f, lock, 2, 0); /* SRP, BP0: upper quarter */
    wait(&f, 5000);
    assert_int_equal(spi_status(&f), 0x84);
    spi_program(&f, 0x30000, &zero, 1);
    wait(&f, 2000);
    assert_int_equal(f.chip->cells[0x30000], 0xFF);
    spi_program(&f, 0x2FFFF, &zero, 1);
    wait(&f, 2000);
    assert_int_equal(f.chip->cells[0x2FFFF], 0x00);
    spi1(&f, 0x06);
    spi1(&f, 0xC7);
    assert_int_equal(spi_status(&f), 0x84);
    assert_int_equal(f.chip->cells[0x2FFFF], 0x00);
    spi1(&f, 0x06);
    spi_address(&f, 0xD8, 0x20000); /* the unprotected block */
    wait(&f, 1000000);
    assert_int_equal(f.chip->cells[0x2FFFF], 0xFF);

    f.chip->wp_low = true; /* SRP set and WP# low: refused */
    spi1(&f, 0x06);
    spi(&f, unlock_status, 2, 0);
    wait(&f, 5000);
    assert_int_equal(spi_status(&f) & 0x8C, 0x84);
    f.chip->wp_low = false;
    sim_chip_power_off(f.chip, f.now); /* survives a power cycle */
    sim_chip_power_on(f.chip);
    assert_int_equal(spi_status(&f), 0x84);
    spi1(&f, 0x06);
    spi(&f, unlock_status, 2, 0);
    assert_int_equal(spi_status(&f) & 0x01, 0x01);
    wait(&f, 5000);
    assert_int_equal(spi_status(&f), 0x00);
    teardown_chip(&f);
}

static void sst_is_protected_at_power_on_and_needs_ewsr(void **state)
{
    static const uint8_t clear[2] = {0x01, 0x00};
    uint8_t zero = 0;
    struct fixture f;

    (void)state;
    setup_chip(&f, "SST25VF040", 1);
    assert_int_equal(spi_status(&f), 0x0C);
    spi_program(&f, 0, &zero, 1);
    assert_int_equal(f.changes, 0);
    spi1(&f, 0x06);
    spi(&f, clear, 2, 0); /* WREN does not do it */
    assert_int_equal(spi_status(&f) & 0x0C, 0x0C);
    spi1(&f, 0x50);
    spi1(&f, 0x04);
    spi(&f, clear, 2, 0); /* EWSR counts only for the next command */
    assert_int_equal(spi_status(&f) & 0x0C, 0x0C);
    assert_int_equal(f.changes, 0);
    spi1(&f, 0x50);
    spi(&f, clear, 2, 0);
    assert_int_equal(spi_status(&f), 0x00);
    assert_int_equal(f.changes, 1);
    sim_chip_power_off(f.chip, f.now);
    sim_chip_power_on(f.chip);
    assert_int_equal(spi_status(&f), 0x0C);
    teardown_chip(&f);
}

static void sst_programs_single_bytes_and_aai(void **state)
{
    static const uint8_t data[4] = {1, 2, 3, 4};
    static const uint8_t first[5] = {0xAF, 0x00, 0x10, 0x00, 0x11};
    static const uint8_t second[2] = {0xAF, 0x22};
    struct fixture f;

    (void)state;
    setup_chip(&f, "SST25VF040", 1);
    f.chip->status = 0;
    spi_program(&f, 0x100, data, 4);
    wait(&f, 14);
    assert_int_equal(f.chip->cells[0x100], 1);
    assert_int_equal(f.chip->cells[0x101], 0xFF);
    spi1(&f, 0x06);
    spi(&f, first, 5, 0);
    assert_int_equal(spi_status(&f), 0x43);
    spi(&f, second, 2, 0); /* too early */
    wait(&f, 14);
    spi(&f, second, 2, 0);
    wait(&f, 14);
    assert_int_equal(f.chip->cells[0x1000], 0x11);
    assert_int_equal(f.chip->cells[0x1001], 0x22);
    assert_int_equal(f.chip->cells[0x1002], 0xFF);
    assert_int_equal(spi(&f, (const uint8_t[]){0x03, 0, 0, 0}, 4, 1), 5); /* AAI: no reads */
    spi1(&f, 0x04);
    assert_int_equal(spi_status(&f), 0x00);
    assert_int_equal(spi(&f, (const uint8_t[]){0x03, 0, 0x10, 0}, 4, 1), 4);
    assert_int_equal(reply[4], 0x11);
    teardown_chip(&f);
}

/* ---- torn operations ------------------------------------------------------------------------- */

static void torn_byte_has_some_of_its_bits(void **state)
{
    unsigned none = 0, all = 0, some = 0;

    (void)state;
    for (uint64_t seed = 0; seed < 400; seed++) {
        struct fixture f;

        setup_chip(&f, "SST39SF020A", seed);
        f.chip->cells[0x10] = 0xF3;
        f.cut_at = 1;
        program(&f, 0x10, 0x93); /* clears bits 6 and 5 */
        sim_chip_power_off(f.chip, f.now);
        sim_chip_power_on(f.chip);
        uint8_t left = get(&f, 0x10);

        assert_int_equal(left & ~0xF3, 0);
        assert_int_equal(left & 0x93, 0x93);
        none += left == 0xF3;
        all += left == 0x93;
        some += left != 0xF3 && left != 0x93;
        teardown_chip(&f);
    }
    assert_true(none > 20 && all > 20 && some > 20);
}

static void torn_page_is_between_old_and_new(void **state)
{
    unsigned torn = 0;

    (void)state;
    for (uint64_t seed = 0; seed < 200; seed++) {
        struct fixture f;
        uint8_t data[256];
        unsigned done = 0;

        setup_chip(&f, "MX25L2005", seed);
        memset(data, 0x00, sizeof data);
        f.cut_at = 1;
        spi_program(&f, 0x400, data, sizeof data);
        sim_chip_power_off(f.chip, f.now);
        for (unsigned i = 0; i < 256; i++) {
            done += f.chip->cells[0x400 + i] == 0x00;
        }
        torn += done > 0 && done < 255;
        assert_int_equal(f.chip->cells[0x3FF], 0xFF);
        assert_int_equal(f.chip->cells[0x500], 0xFF);
        teardown_chip(&f);
    }
    assert_true(torn > 150);
}

static void torn_erase_never_clears_a_bit(void **state)
{
    unsigned halves = 0;

    (void)state;
    for (uint64_t seed = 0; seed < 100; seed++) {
        struct fixture f;
        unsigned old = 0, erased = 0;

        setup_chip(&f, "SST39SF020A", seed);
        memset(f.chip->cells, 0x42, f.chip->type->size);
        f.cut_at = 1;
        erase(&f, 0x3000, 0x30);
        sim_chip_power_off(f.chip, f.now);
        for (uint32_t i = 0x3000; i < 0x4000; i++) {
            assert_int_equal(f.chip->cells[i] & 0x42, 0x42);
            old += f.chip->cells[i] == 0x42;
            erased += f.chip->cells[i] == 0xFF;
        }
        assert_int_equal(f.chip->cells[0x2FFF], 0x42);
        assert_int_equal(f.chip->cells[0x4000], 0x42);
        halves += old > 100 && erased > 100;
        teardown_chip(&f);
    }
    assert_true(halves > 30);
}

static void torn_page_load_can_lose_the_old_page(void **state)
{
    unsigned lost = 0;

    (void)state;
    for (uint64_t seed = 0; seed < 100; seed++) {
        struct fixture f;

        setup_chip(&f, "SST29EE020A", seed);
        memset(f.chip->cells, 0x42, f.chip->type->size);
        f.cut_at = 1;
        command(&f, 0xA0);
        for (uint32_t i = 0; i < 128; i++) {
            put(&f, 0x800 + i, 0x18);
        }
        wait(&f, 300);
        assert_int_not_equal(get(&f, 0x800), 0x18);
        sim_chip_power_off(f.chip, f.now);
        unsigned right = 0;
        for (uint32_t i = 0x800; i < 0x880; i++) {
            right += f.chip->cells[i] == 0x18;
        }
        lost += right < 128;
        assert_int_equal(f.chip->cells[0x7FF], 0x42);
        assert_int_equal(f.chip->cells[0x880], 0x42);
        teardown_chip(&f);
    }
    assert_true(lost > 90);
}

static void power_off_after_the_operation_tears_nothing(void **state)
{
    struct fixture f;

    (void)state;
    setup_chip(&f, "SST39SF020A", 3);
    memset(f.chip->cells, 0, f.chip->type->size);
    erase(&f, 0x3000, 0x30);
    wait(&f, 18000);
    sim_chip_power_off(f.chip, f.now);
    for (uint32_t i = 0x3000; i < 0x4000; i++) {
        assert_int_equal(f.chip->cells[i], 0xFF);
    }
    teardown_chip(&f);
}

/* ---- faults ---------------------------------------------------------------------------------- */

static void set_fault(struct fixture *f, const char *name, char *first, char *second)
{
    char *parameters[2] = {first, second};

    assert_true(sim_fault_set_by_name(&f->faults, name, parameters,
                                      first == NULL ? 0 : (second == NULL ? 1 : 2)));
}

static void wrong_id_once(void **state)
{
    static const uint8_t rems[4] = {0x90};
    struct fixture f;

    (void)state;
    setup_chip(&f, "SST39SF020A", 1);
    set_fault(&f, "id_ffff_once", NULL, NULL);
    command(&f, 0x90);
    assert_int_equal(get(&f, 0), 0xFF);
    assert_int_equal(get(&f, 1), 0xFF);
    command(&f, 0xF0);
    command(&f, 0x90);
    assert_int_equal(get(&f, 0), 0xBF);
    teardown_chip(&f);
    setup_chip(&f, "MX25L2005", 1);
    set_fault(&f, "id_0000_once=2", NULL, NULL);
    for (unsigned i = 0; i < 3; i++) {
        spi(&f, rems, 4, 2);
        assert_int_equal(reply[4], i < 2 ? 0x00 : 0xC2);
    }
    teardown_chip(&f);
}

static void write_faults_hit_the_nth_program(void **state)
{
    static const char *const names[] = {"write_lies_at", "write_torn_at"};
    struct fixture f;

    (void)state;
    for (unsigned n = 0; n < 2; n++) {
        unsigned wrong = 0;

        setup_chip(&f, "SST39SF020A", 5);
        set_fault(&f, names[n], "n=3", NULL);
        for (uint32_t i = 0; i < 5; i++) {
            program(&f, i, 0x00);
            wait(&f, 14);
            assert_false(sim_chip_busy(f.chip, f.now));
            wrong += get(&f, i) != 0x00;
        }
        assert_int_equal(wrong, 1);
        assert_int_not_equal(get(&f, 2), 0x00);
        teardown_chip(&f);
    }
    setup_chip(&f, "SST39SF020A", 5);
    set_fault(&f, "write_lies_at", "n=3", "on=1");
    for (uint32_t i = 0; i < 5; i++) {
        program(&f, i, 0x00);
        wait(&f, 14);
        assert_int_equal(get(&f, i), i < 2 ? 0x00 : 0xFF);
    }
    teardown_chip(&f);
}

static void write_error_never_ends(void **state)
{
    struct fixture f;

    (void)state;
    setup_chip(&f, "SST39SF020A", 5);
    set_fault(&f, "write_error_at", NULL, NULL);
    program(&f, 0x10, 0x00);
    wait(&f, 60000000);
    assert_true(sim_chip_busy(f.chip, f.now));
    assert_int_equal(get(&f, 0x10) & 0x20, 0);
    put(&f, 0, 0xF0);
    assert_true(sim_chip_busy(f.chip, f.now));
    sim_chip_power_off(f.chip, f.now);
    sim_chip_power_on(f.chip);
    assert_int_equal(get(&f, 0x10), 0xFF);
    teardown_chip(&f);

    setup_chip(&f, "Am29F040B", 5); /* DQ5 tells, and a reset command helps */
    set_fault(&f, "write_error_at", NULL, NULL);
    program(&f, 0x10, 0x00);
    wait(&f, 1000);
    assert_int_equal(get(&f, 0x10) & 0x20, 0x20);
    put(&f, 0, 0xF0);
    assert_int_equal(get(&f, 0x10), 0xFF);
    teardown_chip(&f);
}

static void worn_sector(void **state)
{
    struct fixture f;

    (void)state;
    setup_chip(&f, "SST39SF020A", 5);
    memset(f.chip->cells, 0, f.chip->type->size);
    set_fault(&f, "worn_sector", "address=0x5123", "never=0");
    erase(&f, 0x4000, 0x30);
    wait(&f, 18000);
    assert_int_equal(get(&f, 0x4000), 0xFF);
    erase(&f, 0x5000, 0x30);
    wait(&f, 18000);
    assert_int_equal(get(&f, 0x5000), 0xF0);
    assert_int_equal(get(&f, 0x5001), 0xFF);
    set_fault(&f, "worn_sector", "address=0x5123", NULL);
    erase(&f, 0x5555, 0x10);
    wait(&f, 60000000);
    assert_true(sim_chip_busy(f.chip, f.now));
    teardown_chip(&f);
}

static void slow_and_partial_erase(void **state)
{
    struct fixture f;

    (void)state;
    setup_chip(&f, "SST39SF020A", 5);
    memset(f.chip->cells, 0, f.chip->type->size);
    set_fault(&f, "slow_erase", "factor=3", NULL);
    set_fault(&f, "erase_partial", "n=2", NULL);
    erase(&f, 0x1000, 0x30);
    wait(&f, 3 * 18000 - 1);
    assert_true(sim_chip_busy(f.chip, f.now));
    wait(&f, 1);
    assert_int_equal(get(&f, 0x1FFF), 0xFF);
    erase(&f, 0x2000, 0x30);
    wait(&f, 3 * 18000);
    assert_int_equal(get(&f, 0x27FF), 0xFF);
    assert_int_equal(get(&f, 0x2800), 0x00);
    teardown_chip(&f);
}

static void stuck_bit(void **state)
{
    char *high[3] = {"address=0x40", "bit=3", "value=1"};
    struct fixture f;

    (void)state;
    setup_chip(&f, "SST39SF020A", 5);
    set_fault(&f, "stuck_bit", "address=0x40", "bit=3");
    erase(&f, 0x0000, 0x30);
    wait(&f, 18000);
    assert_int_equal(get(&f, 0x40), 0xF7);
    assert_true(sim_fault_set_by_name(&f.faults, "stuck_bit", high, 3));
    program(&f, 0x40, 0x00);
    wait(&f, 14);
    assert_int_equal(get(&f, 0x40), 0x08);
    f.cut_at = f.changes + 1; /* also when an erase is torn */
    f.chip->cells[0x40] = 0x00;
    erase(&f, 0x0000, 0x30);
    sim_chip_power_off(f.chip, f.now);
    assert_int_equal(f.chip->cells[0x40] & 0x08, 0x08);
    teardown_chip(&f);
}

static void verify_flip_changes_reads_not_cells(void **state)
{
    struct fixture f;
    unsigned wrong = 0;

    (void)state;
    setup_chip(&f, "SST39SF020A", 5);
    set_fault(&f, "verify_flip", "seed=7", "every=100");
    for (uint32_t i = 0; i < 20000; i++) {
        wrong += get(&f, i) != 0xFF;
        assert_int_equal(f.chip->cells[i], 0xFF);
    }
    assert_true(wrong > 100 && wrong < 400);
    teardown_chip(&f);
}

static void fault_names_and_parameters(void **state)
{
    struct sim_faults faults = {0};
    char *bad[1] = {"colour=3"};

    (void)state;
    for (unsigned i = 0; i < SIM_FAULT_COUNT; i++) {
        assert_non_null(sim_fault_name((enum sim_fault)i));
        assert_true(sim_fault_set_by_name(&faults, sim_fault_name((enum sim_fault)i), NULL, 0));
        assert_true(sim_fault_on(&faults, (enum sim_fault)i));
    }
    sim_fault_clear(&faults);
    assert_false(sim_fault_set_by_name(&faults, "no_such_fault", NULL, 0));
    assert_false(sim_fault_set_by_name(&faults, "slow_erase", bad, 1));
    assert_false(sim_fault_set_by_name(&faults, "slow_erase=much", NULL, 0));
    assert_false(sim_fault_set_by_name(&faults, "no_drive_00=1", NULL, 0));
    for (unsigned i = 0; i < SIM_FAULT_COUNT; i++) {
        assert_false(sim_fault_on(&faults, (enum sim_fault)i));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_chips_of_the_plan_exist),
        cmocka_unit_test(the_table_is_consistent),
        cmocka_unit_test(parallel_ids),
        cmocka_unit_test(continuation_code_comes_first),
        cmocka_unit_test(single_f0_leaves_id_mode_except_on_page_load_parts),
        cmocka_unit_test(each_part_compares_its_own_address_bits),
        cmocka_unit_test(broken_sequences_do_nothing),
        cmocka_unit_test(program_only_clears_bits),
        cmocka_unit_test(polling_bits_while_programming),
        cmocka_unit_test(commands_are_ignored_while_busy),
        cmocka_unit_test(sector_block_and_chip_erase),
        cmocka_unit_test(parts_without_sectors_erase_only_as_a_whole),
        cmocka_unit_test(am29f_collects_sectors_for_50_us),
        cmocka_unit_test(other_data_within_the_time_out_takes_the_erase_back),
        cmocka_unit_test(page_load_erases_and_writes_a_page),
        cmocka_unit_test(page_load_is_protected_without_the_sequence),
        cmocka_unit_test(serial_ids),
        cmocka_unit_test(page_program_wraps_and_clears_bits),
        cmocka_unit_test(nothing_changes_without_write_enable),
        cmocka_unit_test(busy_serial_part_answers_only_read_status),
        cmocka_unit_test(erase_opcodes_of_each_family),
        cmocka_unit_test(foreign_erase_opcodes_do_nothing),
        cmocka_unit_test(block_protection_protects),
        cmocka_unit_test(sst_is_protected_at_power_on_and_needs_ewsr),
        cmocka_unit_test(sst_programs_single_bytes_and_aai),
        cmocka_unit_test(torn_byte_has_some_of_its_bits),
        cmocka_unit_test(torn_page_is_between_old_and_new),
        cmocka_unit_test(torn_erase_never_clears_a_bit),
        cmocka_unit_test(torn_page_load_can_lose_the_old_page),
        cmocka_unit_test(power_off_after_the_operation_tears_nothing),
        cmocka_unit_test(wrong_id_once),
        cmocka_unit_test(write_faults_hit_the_nth_program),
        cmocka_unit_test(write_error_never_ends),
        cmocka_unit_test(worn_sector),
        cmocka_unit_test(slow_and_partial_erase),
        cmocka_unit_test(stuck_bit),
        cmocka_unit_test(verify_flip_changes_reads_not_cells),
        cmocka_unit_test(fault_names_and_parameters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
