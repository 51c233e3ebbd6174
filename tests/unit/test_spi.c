/* SPI chips behind vendor mode: transfers one by one, and whole chips on the bench, both engines.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "drivers/spi.h"
#include "tests/drive/drive.h"
#include "tests/support/bench_script.h"
#include "tests/support/mtk_bench.h"
#include "tests/support/trace_bus.h"

/* ---- transfers ------------------------------------------------------------------------------- */

struct scene {
    struct trace_bus bus;
    struct ata_device device;
    struct mtk mtk;
    struct flash_method method;
};

static struct scene scene;
static char expected[TRACE_TEXT];

static const struct chip *chip_named(const char *name)
{
    for (size_t i = 0; i < chip_count; i++) {
        if (strcmp(chips[i].name, name) == 0)
            return &chips[i];
    }
    fail_msg("no %s", name);
    return NULL;
}

static void open_scene(uint8_t mode, const char *chip)
{
    trace_bus_open(&scene.bus, &scene.device, 0xA0, mode);
    mtk_open(&scene.mtk, &scene.method, &scene.device);
    assert_int_equal(mtk_look(&scene.mtk), mode);
    scene.mtk.chip = chip_named(chip);
    trace_bus_clear(&scene.bus);
    mtk_forget(&scene.mtk);
    expected[0] = '\0';
}

static void expect(const char *text)
{
    strcat(expected, text);
}

static void expect_fill(uint32_t address, uint8_t data)
{
    sprintf(expected + strlen(expected), "6=A0 4=%02X 5=%02X 3=%02X 7=01 6=A0 7?%02X ",
            (unsigned)(address & 0xFF), (unsigned)(address >> 8), data, scene.bus.status);
}

static void expect_fetch(uint32_t address, uint8_t data)
{
    sprintf(expected + strlen(expected), "6=A0 4=%02X 5=%02X 7=00 6=A0 7?%02X 3?%02X ",
            (unsigned)(address & 0xFF), (unsigned)(address >> 8), scene.bus.status, data);
}

static void expect_run(uint8_t f, uint8_t c, uint8_t l, uint8_t h)
{
    sprintf(expected + strlen(expected),
            "6=A0 1=%02X 2=%02X 3=00 4=%02X 5=%02X 7=04 6=A0 7?%02X 6=A0 7=05 6=A0 7?%02X ", f, c,
            l, h, scene.bus.status, scene.bus.status);
}

static void assert_expected(void)
{
    assert_string_equal(trace_bus_text(&scene.bus), expected);
}

static void test_rems(void **state)
{
    static const uint8_t answer[] = {0xC2, 0x11};
    static const uint8_t rems[] = {0x90, 0, 0, 0};
    uint8_t id[2];

    (void)state;
    open_scene(0x72, "MX25L2005");
    trace_bus_data(&scene.bus, answer, 2);
    assert_int_equal(spi_read_rems(&scene.mtk, true, id), 0);
    assert_memory_equal(id, answer, 2);
    for (uint32_t i = 0; i < 4; i++)
        expect_fill(0x8800 + i, rems[i]);
    expect_run(0x04, 0x00, 0x02, 0x00);
    expect("~200000 ");
    expect_fetch(0x8804, 0xC2);
    expect_fetch(0x8805, 0x11);
    assert_expected();
}

/* Engine 73: the odd counts, and those of the rule. */
static void test_rems_of_engine_73(void **state)
{
    static const uint8_t rems[] = {0x90, 0, 0, 0};
    uint8_t id[2];

    (void)state;
    for (int odd = 0; odd < 2; odd++) {
        open_scene(0x73, "MX25L2005");
        assert_int_equal(spi_read_rems(&scene.mtk, odd == 1, id), 0);
        for (uint32_t i = 0; i < 4; i++)
            expect_fill(i, rems[i]);
        if (odd == 1)
            expect_run(0x01, 0x00, 0x03, 0x00);
        else
            expect_run(0x00, 0x04, 0x00, 0x02);
        expect("~200000 ");
        expect_fetch(0x0004, 0xFF);
        expect_fetch(0x0005, 0xFF);
        assert_expected();
    }
}

/* Engine 73 gives nothing for the odd counts: those of the rule are tried, and what they give
 * counts.
 */
static void test_rems_falls_back_to_the_rule(void **state)
{
    static const uint8_t answers[] = {
        0xFF, 0xFF, 0xC2, 0x11, 0xFF, 0xFF, 0xFF, 0xFF, 0x00, /* REMS twice, RDID, RDSR */
        0xFF, 0xFF, 0xC2, 0x11, 0xFF, 0xFF, 0xFF, 0xFF, 0x00,
    };
    struct flash_identity identity;

    (void)state;
    open_scene(0x73, "MX25L2005");
    trace_bus_data(&scene.bus, answers, sizeof answers);
    assert_int_equal(mtk_flash_ops.identify(&scene.method, &identity), 0);
    assert_int_equal(identity.candidate_count, 1);
    assert_string_equal(identity.candidates[0]->name, "MX25L2005");
    assert_int_equal(identity.jedec_manufacturer, 0xC2);
    assert_true(identity.status_register_valid);
    assert_int_equal(scene.bus.data_next, sizeof answers);
}

/* 90 and 9F name different makers: both are offered, the person chooses. */
static void test_contradicting_ids_are_both_offered(void **state)
{
    static const uint8_t answers[] = {
        0xEF, 0x13, 0xC2, 0x20, 0x14, 0x00, 0x00, 0xEF, 0x13, 0xC2, 0x20, 0x14, 0x00, 0x00,
    };
    struct flash_identity identity;

    (void)state;
    open_scene(0x72, "MX25L2005");
    trace_bus_data(&scene.bus, answers, sizeof answers);
    assert_int_equal(mtk_flash_ops.identify(&scene.method, &identity), 0);
    assert_int_equal(identity.candidate_count, 2);
    assert_string_equal(identity.candidates[0]->vendor, "Macronix");
    assert_string_equal(identity.candidates[1]->vendor, "Winbond");
}

/* The result is at 0001 in both engines. */
static void test_read_status(void **state)
{
    static const uint8_t answer[] = {0x8C};
    uint8_t status = 0;

    (void)state;
    open_scene(0x72, "MX25L2005");
    trace_bus_data(&scene.bus, answer, 1);
    assert_int_equal(spi_read_status(&scene.mtk, true, &status), 0);
    assert_int_equal(status, 0x8C);
    expect_fill(0x8800, 0x05);
    expect_run(0x01, 0x00, 0x01, 0x00);
    expect_fetch(0x0001, 0x8C);
    assert_expected();

    open_scene(0x73, "MX25L2005");
    assert_int_equal(spi_read_status(&scene.mtk, true, &status), 0);
    expect_fill(0x0000, 0x05);
    expect_run(0x00, 0x01, 0x00, 0x01);
    expect_fetch(0x0001, 0xFF);
    assert_expected();
}

static void expect_status(uint8_t status)
{
    expect_fill(0x8800, 0x05);
    expect_run(0x01, 0x00, 0x01, 0x00);
    expect_fetch(0x0001, status);
}

static void expect_command(uint8_t command)
{
    expect_fill(0x8800, command);
    expect_run(0x01, 0x00, 0x00, 0x00);
}

/* Status bits are looked at by mask: bits 6 and 7 mean nothing here. */
static void test_chip_erase_transfers(void **state)
{
    static const uint8_t statuses[] = {0xC0, 0xC0, 0xC2, 0xC3, 0xC0};

    (void)state;
    open_scene(0x72, "AT25F2048");
    trace_bus_data(&scene.bus, statuses, sizeof statuses);
    assert_int_equal(spi_erase_chip(&scene.mtk), 0);
    expect_status(0xC0); /* protected? */
    expect_command(0x06);
    expect_status(0xC0);
    expect_status(0xC2); /* WEL */
    expect_command(0x62);
    expect_status(0xC3);
    expect("~1000 ");
    expect_status(0xC0);
    assert_expected();
}

static void test_sector_erase_command(void **state)
{
    static const uint8_t statuses[] = {0x00, 0x02, 0x00};
    static const uint8_t command[] = {0x20, 0x01, 0x20, 0x00};

    (void)state;
    open_scene(0x72, "MX25L2005(C)/2006E");
    trace_bus_data(&scene.bus, statuses, sizeof statuses);
    assert_int_equal(spi_erase_sector(&scene.mtk, 0x12ABC), 0);
    expect_status(0x00);
    expect_command(0x06);
    expect_status(0x02);
    for (uint32_t i = 0; i < 4; i++)
        expect_fill(0x8800 + i, command[i]);
    expect_run(0x04, 0x00, 0x00, 0x00);
    expect_status(0x00);
    assert_expected();
}

static void test_read_transfer(void **state)
{
    static const uint8_t answer[] = {0x11, 0x22};
    static const uint8_t command[] = {0x03, 0x03, 0x45, 0x00};
    uint8_t bytes[2];

    (void)state;
    open_scene(0x72, "MX25L2005");
    trace_bus_data(&scene.bus, answer, 2);
    assert_int_equal(spi_read(&scene.mtk, 0x34510, bytes, 2, true), 0);
    assert_memory_equal(bytes, answer, 2);
    for (uint32_t i = 0; i < 4; i++)
        expect_fill(0x8800 + i, command[i]);
    expect_run(0x04, 0x00, 0x00, 0x01);
    expect_fetch(0x8814, 0x11);
    expect_fetch(0x8815, 0x22);
    assert_expected();
}

static void test_write_enable_that_does_not_take(void **state)
{
    (void)state;
    open_scene(0x72, "AT25F2048");
    scene.bus.quiet = true;
    memset(scene.bus.data, 0, TRACE_SCRIPT);
    scene.bus.data_count = 1; /* status 00 once, FF ever after: protect bits, WIP */
    assert_int_equal(error_class(spi_erase_chip(&scene.mtk)), ERR_DEVICE);
    assert_true(scene.bus.now_us < 1000000);
}

/* ---- whole chips on the bench ---------------------------------------------------------------- */

static struct mtk_bench b;
static uint8_t image[1 << 20], copy[1 << 20];

static void open_bench(const char *sim, unsigned engine, const char *options)
{
    mtk_bench_open(&b, sim, engine, options);
    mtk_bench_start(&b);
}

static void fill(uint32_t size, unsigned seed)
{
    srand(seed);
    for (uint32_t i = 0; i < size; i++)
        image[i] = rand() % 4 == 0 || i / 300 % 5 == 1 ? 0xFF : (uint8_t)rand();
}

static void rescue(const char *sim, unsigned engine, const char *name, uint32_t kib)
{
    const struct flash_method_ops *ops = &mtk_flash_ops;
    const uint32_t size = kib * 1024, part = 2048;
    const uint32_t places[] = {0, size / 2 - part / 2 + 100, size - part};

    open_bench(sim, engine, "");
    assert_string_equal(b.mtk.chip->name, name);
    assert_int_equal(b.mtk.chip->size, size);
    assert_int_equal(b.identity.bus, CHIP_SPI);
    assert_true(b.identity.status_register_valid);
    memset(mtk_bench_cells(&b), 0x00, size);
    assert_int_equal(ops->unprotect(&b.method), 0);
    assert_int_equal(ops->erase_chip(&b.method), 0);
    for (uint32_t i = 0; i < size; i++)
        assert_int_equal(mtk_bench_cells(&b)[i], 0xFF);
    fill(size, kib);
    for (int i = 0; i < 3; i++) {
        uint32_t at = places[i];
        bool full = i == 0;

        assert_int_equal(ops->program(&b.method, at, image + at, part, full), 0);
        assert_false(b.method.program_compared);
        assert_memory_equal(mtk_bench_cells(&b) + at, image + at, part);
        assert_int_equal(ops->read(&b.method, at, copy, part, full), 0);
        assert_memory_equal(copy, image + at, part);
        assert_int_equal(ops->read(&b.method, at, copy, part, !full), 0);
        assert_memory_equal(copy, image + at, part);
    }
    if (b.mtk.chip->sector_opcode != 0) {
        uint32_t start, bytes;

        assert_true(chip_sector(b.mtk.chip, size - 1, &start, &bytes));
        assert_int_equal(ops->erase_sector(&b.method, size - 1), 0);
        for (uint32_t i = size - part; i < size; i++)
            assert_int_equal(mtk_bench_cells(&b)[i], i < start ? image[i] : 0xFF);
    }
    mtk_bench_close(&b);
}

static void test_chips_of_all_kinds(void **state)
{
    (void)state;
    for (unsigned engine = 72; engine <= 73; engine++) {
        rescue("MX25L1005", engine, "MX25L1005(C)/1006E", 128);
        rescue("MX25L2005", engine, "MX25L2005(C)/2006E", 256);
        rescue("MX25L8005", engine, "MX25L8005/8006E/8008E/V8005", 1024);
        rescue("W25X20", engine, "W25X20", 256);
        rescue("W25X40", engine, "W25X40", 512);
        rescue("SST25VF020", engine, "SST25VF020/LF020A", 256);
        rescue("SST25VF040", engine, "SST25VF040/LF040A", 512);
        rescue("AT25F1024", engine, "AT25F1024(A)", 128);
        rescue("AT25F2048", engine, "AT25F2048", 256);
        rescue("Pm25LV010A", engine, "Pm25LV010A", 128);
    }
}

/* One byte that starts a bank, as its own program command. */
static void test_single_bytes(void **state)
{
    static const char *const names[] = {"MX25L2005", "SST25VF040", "AT25F2048"};
    const uint8_t first = 0x02;

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        for (int full = 0; full < 2; full++) {
            open_bench(names[i], 72, "");
            assert_int_equal(mtk_flash_ops.unprotect(&b.method), 0);
            assert_int_equal(mtk_flash_ops.program(&b.method, 0x10000, &first, 1, full), 0);
            assert_int_equal(mtk_bench_cells(&b)[0x10000], 0x02);
            assert_int_equal(mtk_bench_cells(&b)[0x10001], 0xFF);
            mtk_bench_close(&b);
        }
    }
}

/* On a byte-programmed chip the first byte of the range is the last to change. */
static void test_first_byte_is_last(void **state)
{
    uint8_t bytes[64];
    uint64_t total;

    (void)state;
    memset(bytes, 0x5A, sizeof bytes);
    for (int full = 0; full < 2; full++) {
        uint64_t before;

        open_bench("SST25VF040", 72, "");
        assert_int_equal(mtk_flash_ops.unprotect(&b.method), 0);
        before = bench_flash_changes(b.bench);
        assert_int_equal(mtk_flash_ops.program(&b.method, 0, bytes, sizeof bytes, full), 0);
        total = bench_flash_changes(b.bench) - before;
        assert_int_equal(total, sizeof bytes);
        mtk_bench_close(&b);

        /* Power fails at the last change: everything but the first byte is there. */
        open_bench("SST25VF040", 72, "");
        assert_int_equal(mtk_flash_ops.unprotect(&b.method), 0);
        bench_set_power_cut(b.bench, bench_flash_changes(b.bench) + total, NULL, NULL);
        assert_int_not_equal(mtk_flash_ops.program(&b.method, 0, bytes, sizeof bytes, full), 0);
        for (size_t i = 1; i < sizeof bytes; i++)
            assert_int_equal(mtk_bench_cells(&b)[i], 0x5A);
        mtk_bench_close(&b);
    }
}

static void test_protect_bits(void **state)
{
    static const uint8_t byte = 0x12;

    (void)state;
    open_bench("MX25L2005", 72, "protect=8C");
    assert_int_equal(b.identity.status_register & 0x0C, 0x0C);
    assert_int_equal(error_class(mtk_flash_ops.erase_chip(&b.method)), ERR_PROTECTED);
    assert_int_equal(error_class(mtk_flash_ops.erase_sector(&b.method, 0)), ERR_PROTECTED);
    assert_int_equal(error_class(mtk_flash_ops.program(&b.method, 0, &byte, 1, true)),
                     ERR_PROTECTED);
    assert_int_equal(mtk_bench_cells(&b)[0], 0xFF);
    assert_int_equal(mtk_flash_ops.unprotect(&b.method), 0);
    assert_int_equal(mtk_flash_ops.program(&b.method, 0, &byte, 1, true), 0);
    assert_int_equal(mtk_bench_cells(&b)[0], 0x12);
    mtk_bench_close(&b);
}

static void test_protect_bits_that_stay(void **state)
{
    (void)state;
    open_bench("MX25L2005", 72, "protect=8C wp=low");
    assert_int_equal(error_class(mtk_flash_ops.unprotect(&b.method)), ERR_PROTECTED);
    assert_int_equal(error_class(mtk_flash_ops.erase_chip(&b.method)), ERR_PROTECTED);
    mtk_bench_close(&b);
}

/* Nothing that identify sends changes cells or the status register. */
static void test_identify_changes_nothing(void **state)
{
    static const char *const names[] = {"MX25L2005", "W25X20", "SST25VF040", "AT25F2048"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        open_bench(names[i], 73, "");
        assert_int_equal(bench_flash_changes(b.bench), 0);
        mtk_bench_close(&b);
    }
}

static void test_id_is_asked_again(void **state)
{
    (void)state;
    for (unsigned engine = 72; engine <= 73; engine++) {
        mtk_bench_open(&b, "SST25VF040", engine, "");
        bench_do(b.bench, "fault pm id_ffff_once times=2");
        mtk_bench_start(&b);
        assert_string_equal(b.mtk.chip->name, "SST25VF040/LF040A");
        assert_int_equal(b.outros, 0);
        mtk_bench_close(&b);
    }
}

static void test_settle_before_the_id(void **state)
{
    uint64_t before;

    (void)state;
    mtk_bench_open(&b, "MX25L2005", 72, "");
    assert_int_equal(b.method.ops->enter(&b.method), 0);
    before = bench_now_us(b.bench);
    b.idle_calls = 0;
    assert_int_equal(b.method.ops->identify(&b.method, &b.identity), 0);
    assert_in_range(bench_now_us(b.bench) - before, 1400000, 1500000);
    assert_true(b.idle_calls >= 70);
    mtk_bench_close(&b);
}

static void test_worn_sector_is_an_error(void **state)
{
    (void)state;
    open_bench("MX25L2005", 72, "");
    bench_do(b.bench, "fault pm worn_sector address=4096");
    assert_int_equal(error_class(mtk_flash_ops.erase_sector(&b.method, 4096)), ERR_ERASE);
    mtk_bench_close(&b);
}

static void test_program_that_never_ends(void **state)
{
    static const uint8_t bytes[300] = {1, 2, 3};

    (void)state;
    for (int full = 0; full < 2; full++) {
        open_bench("MX25L2005", 72, "");
        bench_do(b.bench, "fault pm write_error_at n=1");
        assert_int_equal(error_class(mtk_flash_ops.program(&b.method, 0, bytes, 300, full)),
                         ERR_PROGRAM);
        mtk_bench_close(&b);
    }
}

static void test_vendor_mode_lost_on_the_way(void **state)
{
    (void)state;
    open_bench("MX25L2005", 73, "");
    bench_do(b.bench, "fault pm vendor_mode_lost after=2000 status=80");
    assert_int_equal(error_class(mtk_flash_ops.read(&b.method, 0, copy, 4096, false)),
                     ERR_VENDOR_LOST);
    mtk_bench_close(&b);
}

/* Vendor mode ends in the middle of an auto-increment run: the chip still waits for its next byte
 * and knows no other command. The way back in must end that. */
static void test_lost_in_auto_increment(void **state)
{
    const uint32_t size = 2048;

    (void)state;
    fill(size, 3);
    open_bench("SST25VF040", 72, "");
    assert_int_equal(mtk_flash_ops.unprotect(&b.method), 0);
    bench_do(b.bench, "fault pm vendor_mode_lost after=2000");
    assert_int_equal(error_class(mtk_flash_ops.program(&b.method, 0, image, size, false)),
                     ERR_VENDOR_LOST);
    bench_do(b.bench, "clear pm");
    mtk_bench_start(&b);
    assert_string_equal(b.mtk.chip->name, "SST25VF040/LF040A");
    assert_int_equal(mtk_flash_ops.unprotect(&b.method), 0);
    assert_int_equal(mtk_flash_ops.erase_sector(&b.method, 0), 0);
    assert_int_equal(mtk_flash_ops.program(&b.method, 0, image, size, false), 0);
    assert_memory_equal(mtk_bench_cells(&b), image, size);
    mtk_bench_close(&b);
}

static void test_a_long_read_can_be_given_up(void **state)
{
    (void)state;
    open_bench("MX25L2005", 72, "");
    b.idle_calls = 0;
    b.idle_stop_at = 3;
    assert_int_equal(error_class(mtk_flash_ops.read(&b.method, 0, copy, 0x40000, true)),
                     ERR_ABORTED);
    mtk_bench_close(&b);
}

static void test_toy_chip_by_hand(void **state)
{
    static const struct chip toy = {.name = "TESTS8K",
                                    .bus = CHIP_SPI,
                                    .size = 8192,
                                    .program = CHIP_PROGRAM_PAGE,
                                    .page_size = 256,
                                    .regions = {{1024, 8}},
                                    .sector_opcode = 0x20,
                                    .chip_opcode = 0xC7,
                                    .program_us = 5000,
                                    .sector_erase_ms = 200,
                                    .chip_erase_ms = 2000};

    (void)state;
    mtk_bench_open(&b, "TESTS8K", 72, "");
    assert_int_equal(b.method.ops->enter(&b.method), 0);
    assert_int_equal(b.method.ops->use_chip(&b.method, &toy), 0);
    memset(mtk_bench_cells(&b), 0, 8192);
    assert_int_equal(b.method.ops->erase_sector(&b.method, 5 * 1024 + 7), 0);
    for (uint32_t i = 0; i < 8192; i++)
        assert_int_equal(mtk_bench_cells(&b)[i], i / 1024 == 5 ? 0xFF : 0);
    mtk_bench_close(&b);
}

/* ---- figures --------------------------------------------------------------------------------- */

static void test_accesses_per_byte(void **state)
{
    const uint32_t size = 4096;
    uint64_t before;

    (void)state;
    open_bench("MX25L2005", 72, "");
    memset(image, 0x55, size);
    before = b.bus.accesses;
    assert_int_equal(mtk_flash_ops.read(&b.method, 0, copy, size, true), 0);
    assert_true(b.bus.accesses - before < 8 * size);
    before = b.bus.accesses;
    assert_int_equal(mtk_flash_ops.read(&b.method, 0, copy, size, false), 0);
    assert_true(b.bus.accesses - before < 5 * size);
    /* The buffer is filled while the chip is busy: a page costs little more than its 1.4 ms. */
    before = bench_now_us(b.bench);
    assert_int_equal(mtk_flash_ops.program(&b.method, 0, image, size, false), 0);
    assert_true(bench_now_us(b.bench) - before < size / 256 * 1400 * 5 / 4);
    mtk_bench_close(&b);

    open_bench("SST25VF040", 72, "");
    assert_int_equal(mtk_flash_ops.unprotect(&b.method), 0);
    before = bench_now_us(b.bench);
    assert_int_equal(mtk_flash_ops.program(&b.method, 0, image, size, false), 0);
    assert_true(bench_now_us(b.bench) - before < 26 * size);
    mtk_bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rems),
        cmocka_unit_test(test_rems_of_engine_73),
        cmocka_unit_test(test_rems_falls_back_to_the_rule),
        cmocka_unit_test(test_contradicting_ids_are_both_offered),
        cmocka_unit_test(test_read_status),
        cmocka_unit_test(test_chip_erase_transfers),
        cmocka_unit_test(test_sector_erase_command),
        cmocka_unit_test(test_read_transfer),
        cmocka_unit_test(test_write_enable_that_does_not_take),
        cmocka_unit_test(test_chips_of_all_kinds),
        cmocka_unit_test(test_single_bytes),
        cmocka_unit_test(test_first_byte_is_last),
        cmocka_unit_test(test_protect_bits),
        cmocka_unit_test(test_protect_bits_that_stay),
        cmocka_unit_test(test_identify_changes_nothing),
        cmocka_unit_test(test_id_is_asked_again),
        cmocka_unit_test(test_settle_before_the_id),
        cmocka_unit_test(test_worn_sector_is_an_error),
        cmocka_unit_test(test_program_that_never_ends),
        cmocka_unit_test(test_vendor_mode_lost_on_the_way),
        cmocka_unit_test(test_lost_in_auto_increment),
        cmocka_unit_test(test_a_long_read_can_be_given_up),
        cmocka_unit_test(test_toy_chip_by_hand),
        cmocka_unit_test(test_accesses_per_byte),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
