/* Parallel chips behind vendor mode: command cycles one by one, and whole chips on the bench. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "drivers/parallel.h"
#include "tests/drive/drive.h"
#include "tests/support/bench_script.h"
#include "tests/support/mtk_bench.h"
#include "tests/support/trace_bus.h"

/* ---- cycles ---------------------------------------------------------------------------------- */

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

static void open_scene(const char *chip)
{
    trace_bus_open(&scene.bus, &scene.device, 0xA0, 0x70);
    mtk_open(&scene.mtk, &scene.method, &scene.device);
    assert_int_equal(mtk_look(&scene.mtk), 0x70);
    scene.mtk.chip = chip_named(chip);
    trace_bus_clear(&scene.bus);
    mtk_forget(&scene.mtk);
    expected[0] = '\0';
}

static void expect(const char *text)
{
    strcat(expected, text);
}

static void expect_write(uint32_t address, uint8_t data)
{
    sprintf(expected + strlen(expected), "6=A0 4=%02X 5=%02X 6=%02X 3=%02X 7=01 6=A0 7?70 ",
            (unsigned)(address & 0xFF), (unsigned)(address >> 8 & 0xFF),
            (unsigned)(0xA0 | address >> 16), data);
}

static void expect_read(uint32_t address, uint8_t data)
{
    sprintf(expected + strlen(expected), "6=A0 4=%02X 5=%02X 6=%02X 7=00 6=A0 7?70 3?%02X ",
            (unsigned)(address & 0xFF), (unsigned)(address >> 8 & 0xFF),
            (unsigned)(0xA0 | address >> 16), data);
}

static void expect_unlock(uint8_t command)
{
    expect_write(0x5555, 0xAA);
    expect_write(0x2AAA, 0x55);
    expect_write(0x5555, command);
}

static void assert_expected(void)
{
    assert_string_equal(trace_bus_text(&scene.bus), expected);
}

static void test_id_cycles(void **state)
{
    static const uint8_t id[] = {0xBF, 0xB6};
    uint16_t manufacturer = 0, device = 0;

    (void)state;
    open_scene("SST39SF020A");
    trace_bus_data(&scene.bus, id, sizeof id);
    assert_int_equal(parallel_read_id(&scene.mtk, &manufacturer, &device), 0);
    assert_int_equal(manufacturer, 0xBF);
    assert_int_equal(device, 0xB6);
    expect_unlock(0x90);
    expect("~10000 ");
    expect_read(0, 0xBF);
    expect_read(1, 0xB6);
    expect_unlock(0xF0);
    expect("~10000 ");
    assert_expected();
}

/* DQ6 toggles twice, then three equal reads. */
static void test_sector_erase_cycles(void **state)
{
    static const uint8_t reads[] = {0x00, 0x40, 0x00, 0xFF, 0xFF, 0xFF};

    (void)state;
    open_scene("SST39SF020A");
    trace_bus_data(&scene.bus, reads, sizeof reads);
    assert_int_equal(parallel_erase_sector(&scene.mtk, 0x2A123), 0);
    expect_unlock(0x80);
    expect_write(0x5555, 0xAA);
    expect_write(0x2AAA, 0x55);
    expect_write(0x2A000, 0x30);
    for (int i = 0; i < 3; i++)
        expect_read(0x2A000, reads[i]);
    expect("~1000 ");
    for (int i = 0; i < 3; i++)
        expect_read(0x2A000, 0xFF);
    assert_expected();
}

/* Two equal reads may be chance: the third one tells. */
static void test_two_equal_reads_are_not_enough(void **state)
{
    static const uint8_t reads[] = {0x40, 0x40, 0x00, 0xFF, 0xFF, 0xFF};

    (void)state;
    open_scene("SST39SF020A");
    trace_bus_data(&scene.bus, reads, sizeof reads);
    assert_int_equal(parallel_erase_sector(&scene.mtk, 0), 0);
    assert_int_equal(scene.bus.data_next, sizeof reads);
}

static void test_chip_erase_cycles(void **state)
{
    (void)state;
    open_scene("W49F020");
    assert_int_equal(parallel_erase_chip(&scene.mtk), 0);
    expect_unlock(0x80);
    expect_unlock(0x10);
    for (int i = 0; i < 3; i++)
        expect_read(0x5555, 0xFF);
    assert_expected();
    assert_int_equal(error_class(parallel_erase_sector(&scene.mtk, 0)), ERR_UNSUPPORTED);
}

static void test_full_program_cycles(void **state)
{
    static const uint8_t bytes[] = {0x02, 0xFF, 0x34};
    static const uint8_t reads[] = {0xCB, 0x34, 0x02};

    (void)state;
    open_scene("SST39SF020A");
    trace_bus_data(&scene.bus, reads, sizeof reads);
    assert_int_equal(parallel_program(&scene.mtk, 0x10000, bytes, sizeof bytes, true), 0);
    expect_unlock(0xA0);
    expect_write(0x10002, 0x34);
    expect_read(0x10002, 0xCB); /* DQ7 complemented: busy */
    expect_read(0x10002, 0x34);
    expect_unlock(0xA0);
    expect_write(0x10000, 0x02);
    expect_read(0x10000, 0x02);
    assert_expected();
}

static void test_lean_program_cycles(void **state)
{
    static const uint8_t bytes[] = {0x12};
    static const uint8_t reads[] = {0x12, 0x12};

    (void)state;
    open_scene("SST39SF020A");
    trace_bus_data(&scene.bus, reads, sizeof reads);
    assert_int_equal(parallel_program(&scene.mtk, 0x1ABCD, bytes, 1, false), 0);
    expect("6=A1 4=55 5=55 3=AA 7=01 7?70 4=AA 5=2A 3=55 7=01 7?70 4=55 5=55 3=A0 7=01 7?70 ");
    expect("4=CD 5=AB 3=12 7=01 7?70 7=00 7?70 3?12 ");
    assert_expected();

    /* A prompt drive: only the last cycle is looked after. */
    trace_bus_clear(&scene.bus);
    expected[0] = '\0';
    scene.mtk.prompt = 65536;
    assert_int_equal(parallel_program(&scene.mtk, 0x1ABCC, bytes, 1, false), 0);
    expect("4=55 5=55 3=AA 7=01 4=AA 5=2A 3=55 7=01 4=55 5=55 3=A0 7=01 ");
    expect("4=CC 5=AB 3=12 7=01 7?70 7=00 7?70 3?12 ");
    assert_expected();
}

/* A byte that does not come: reset, repeat with the full sequence, sixteen times; then an error. */
static void test_a_byte_that_does_not_take(void **state)
{
    static const uint8_t bytes[] = {0x12};
    unsigned programs = 0, resets = 0;
    const char *at;

    (void)state;
    open_scene("SST39SF020A");
    scene.mtk.prompt = 65536;
    assert_int_equal(error_class(parallel_program(&scene.mtk, 0, bytes, 1, false)), ERR_PROGRAM);
    at = trace_bus_text(&scene.bus);
    for (; (at = strstr(at, "3=A0 7=01")) != NULL; at++)
        programs++;
    for (at = scene.bus.text; (at = strstr(at, "3=F0 7=01")) != NULL; at++)
        resets++;
    assert_int_equal(programs, 16);
    assert_int_equal(resets, 16);
    assert_false(mtk_is_prompt(&scene.mtk));
}

static void test_pages_must_be_whole(void **state)
{
    static uint8_t bytes[256];

    (void)state;
    open_scene("SST29EE020A");
    assert_int_equal(error_class(parallel_program(&scene.mtk, 0, bytes, 127, true)), ERR_ARGUMENT);
    assert_int_equal(error_class(parallel_program(&scene.mtk, 1, bytes, 128, true)), ERR_ARGUMENT);
    assert_int_equal(scene.bus.accesses, 0);
}

/* ---- whole chips on the bench ---------------------------------------------------------------- */

static struct mtk_bench b;
static uint8_t image[1 << 20], copy[1 << 20];

static void fill(uint32_t size, unsigned seed)
{
    srand(seed);
    for (uint32_t i = 0; i < size; i++)
        image[i] = rand() % 4 == 0 ? 0xFF : (uint8_t)rand();
}

/* Erases all, programs some pages at both ends and in the middle, reads both ways. */
static void rescue(const char *sim, const char *name, uint32_t kib)
{
    const struct flash_method_ops *ops = &mtk_flash_ops;
    const uint32_t size = kib * 1024, part = 2048;
    const uint32_t places[] = {0, size / 2 - part / 2, size - part};

    mtk_bench_open(&b, sim, 70, "");
    mtk_bench_start(&b);
    assert_string_equal(b.mtk.chip->name, name);
    assert_int_equal(b.mtk.chip->size, size);
    assert_int_equal(b.identity.bus, CHIP_PARALLEL);
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
        assert_int_equal(b.method.program_compared, b.mtk.chip->program == CHIP_PROGRAM_BYTE);
        assert_memory_equal(mtk_bench_cells(&b) + at, image + at, part);
        assert_int_equal(ops->read(&b.method, at, copy, part, full), 0);
        assert_memory_equal(copy, image + at, part);
        assert_int_equal(ops->read(&b.method, at, copy, part, !full), 0);
        assert_memory_equal(copy, image + at, part);
    }
    mtk_bench_close(&b);
}

static void test_chips_of_all_kinds(void **state)
{
    (void)state;
    rescue("SST39SF010A", "SST39SF010A", 128);
    rescue("SST39SF020A", "SST39SF020A", 256);
    rescue("SST39SF040", "SST39SF040", 512);
    rescue("SST39VF080", "SST39VF080", 1024);
    rescue("Am29F040B", "Am29F040/B", 512);
    rescue("Am29F080B", "Am29F080/B", 1024);
    rescue("W49F020", "W49F020", 256);
    rescue("SST29EE020A", "SST29EE020A", 256);
    rescue("W29C020", "W29C020(C)/W29C022", 256);
}

static void start(const char *sim)
{
    mtk_bench_open(&b, sim, 70, "");
    mtk_bench_start(&b);
}

static void test_sector_erase_leaves_the_neighbours(void **state)
{
    (void)state;
    start("SST39SF020A");
    memset(mtk_bench_cells(&b), 0x00, 0x40000);
    assert_int_equal(mtk_flash_ops.erase_sector(&b.method, 0x2A000), 0);
    for (uint32_t i = 0; i < 0x40000; i++)
        assert_int_equal(mtk_bench_cells(&b)[i], i >> 12 == 0x2A ? 0xFF : 0x00);
    mtk_bench_close(&b);
}

/* A slave answers to B0 and never sees A0. */
static void test_slave(void **state)
{
    (void)state;
    memset(&b, 0, sizeof b);
    b.bench = bench_new(1);
    bench_do(b.bench, "attach ps drive chip=SST39SF020A");
    bench_advance(b.bench, 1000000);
    bench_bus_open(&b.bus, b.bench, 0);
    bench_bus_device(&b.bus, 1, &b.device);
    mtk_open(&b.mtk, &b.method, &b.device);
    mtk_bench_start(&b);
    assert_string_equal(b.mtk.chip->name, "SST39SF020A");
    mtk_bench_close(&b);
}

static void test_id_is_asked_again(void **state)
{
    static const char *const faults[] = {"id_0000_once", "id_ffff_once", "id_0000_once times=4"};

    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        mtk_bench_open(&b, "SST39SF020A", 70, "");
        bench_do(b.bench, "fault pm %s", faults[i]);
        mtk_bench_start(&b);
        assert_string_equal(b.mtk.chip->name, "SST39SF020A");
        assert_true(b.idle_calls > 0);
        assert_int_equal(b.outros, 0);
        mtk_bench_close(&b);
    }
}

/* An id that never comes: intro again, then outro and intro; bounded; identity still filled. */
static void test_id_that_never_comes(void **state)
{
    err_t error;

    (void)state;
    mtk_bench_open(&b, "SST39SF020A", 70, "");
    bench_do(b.bench, "fault pm id_ffff_once times=1000");
    assert_int_equal(b.method.ops->enter(&b.method), 0);
    error = b.method.ops->identify(&b.method, &b.identity);
    assert_int_equal(error_class(error), ERR_CHIP_UNKNOWN);
    assert_int_equal(b.identity.jedec_manufacturer, 0xFF);
    assert_int_equal(b.identity.candidate_count, 0);
    assert_int_equal(b.intros, 3);
    assert_int_equal(b.outros, 1);
    assert_true(bench_now_us(b.bench) < 30000000);
    mtk_bench_close(&b);
}

static void test_id_late_and_garbled(void **state)
{
    (void)state;
    mtk_bench_open(&b, "SST39SF020A", 70, "");
    bench_do(b.bench, "fault pm id_late ms=1500");
    mtk_bench_start(&b);
    assert_int_equal(b.outros, 0);
    mtk_bench_close(&b);

    mtk_bench_open(&b, "SST39SF020A", 70, "");
    bench_do(b.bench, "fault pm id_garbled");
    mtk_bench_start(&b);
    assert_string_equal(b.mtk.chip->name, "SST39SF020A");
    assert_int_equal(b.outros, 1);
    mtk_bench_close(&b);
}

/* A clear answer that the table does not know: the drive stays where it is. */
static void test_unknown_type_of_a_known_maker(void **state)
{
    static const uint8_t answers[24] = {0xBF, 0x77, 0xBF, 0x77, 0xBF, 0x77, 0xBF, 0x77,
                                        0xBF, 0x77, 0xBF, 0x77, 0xBF, 0x77, 0xBF, 0x77,
                                        0xBF, 0x77, 0xBF, 0x77, 0xBF, 0x77, 0xBF, 0x77};
    struct flash_identity identity;

    (void)state;
    open_scene("SST39SF020A");
    trace_bus_data(&scene.bus, answers, sizeof answers);
    assert_int_equal(error_class(mtk_flash_ops.identify(&scene.method, &identity)),
                     ERR_CHIP_UNKNOWN);
    assert_int_equal(identity.jedec_manufacturer, 0xBF);
    assert_int_equal(identity.jedec_device, 0x77);
    assert_int_equal(scene.bus.data_next, sizeof answers);
    assert_null(strstr(trace_bus_text(&scene.bus), "7=81"));
    assert_int_equal(scene.mtk.mode, MTK_PARALLEL);
}

/* The outro that may cost the mode is tried once, not at each new attempt. */
static void test_restart_for_the_id_only_once(void **state)
{
    (void)state;
    mtk_bench_open(&b, "SST39SF020A", 70, "");
    bench_do(b.bench, "fault pm id_garbled times=1000");
    assert_int_equal(b.method.ops->enter(&b.method), 0);
    for (int i = 0; i < 3; i++)
        assert_int_equal(error_class(b.method.ops->identify(&b.method, &b.identity)),
                         ERR_CHIP_UNKNOWN);
    assert_int_equal(b.identity.jedec_manufacturer, 0x02);
    assert_int_equal(b.outros, 1);
    mtk_bench_close(&b);
}

/* A drive that forgets its address registers: the lean sequence reads nonsense, the full one does
 * not. */
static void test_lost_address_registers_show(void **state)
{
    (void)state;
    start("SST39SF020A");
    fill(0x40000, 7);
    memcpy(mtk_bench_cells(&b), image, 0x40000);
    bench_do(b.bench, "fault pm address_lost");
    assert_int_equal(mtk_flash_ops.read(&b.method, 0x12300, copy, 256, false), 0);
    assert_memory_not_equal(copy, image + 0x12300, 256);
    assert_int_equal(mtk_flash_ops.read(&b.method, 0x12300, copy, 256, true), 0);
    assert_memory_equal(copy, image + 0x12300, 256);
    assert_int_equal(mtk_flash_ops.erase_sector(&b.method, 0x12000), 0);
    assert_int_equal(mtk_flash_ops.program(&b.method, 0x12300, image + 0x12300, 256, true), 0);
    assert_memory_equal(mtk_bench_cells(&b) + 0x12300, image + 0x12300, 256);
    mtk_bench_close(&b);
}

/* 7F first: rows are offered, but nobody claims to know. */
static void test_continuation_code_asks_the_person(void **state)
{
    err_t error;

    (void)state;
    mtk_bench_open(&b, "EN29F010", 70, "");
    assert_int_equal(b.method.ops->enter(&b.method), 0);
    error = b.method.ops->identify(&b.method, &b.identity);
    assert_int_equal(error_class(error), ERR_CHIP_UNKNOWN);
    assert_int_equal(b.identity.jedec_manufacturer, 0x7F);
    assert_int_equal(b.identity.candidate_count, 1);
    assert_string_equal(b.identity.candidates[0]->name, "EN29F010");
    assert_int_equal(b.outros, 0);
    mtk_bench_close(&b);
}

static void test_slow_erase_is_waited_for(void **state)
{
    (void)state;
    start("Am29F040B");
    bench_do(b.bench, "fault pm slow_erase factor=8");
    memset(mtk_bench_cells(&b), 0x00, 0x10000);
    assert_int_equal(mtk_flash_ops.erase_sector(&b.method, 0), 0);
    assert_int_equal(mtk_flash_ops.read(&b.method, 0xFFFF, copy, 1, true), 0);
    assert_int_equal(copy[0], 0xFF);
    mtk_bench_close(&b);
}

static void test_worn_sector_is_an_error(void **state)
{
    uint64_t before;

    (void)state;
    start("SST39SF020A");
    bench_do(b.bench, "fault pm worn_sector address=8192");
    before = bench_now_us(b.bench);
    assert_int_equal(error_class(mtk_flash_ops.erase_sector(&b.method, 8192)), ERR_ERASE);
    assert_in_range(bench_now_us(b.bench) - before, 50000, 200000);
    mtk_bench_close(&b);
}

static void test_erase_can_be_given_up(void **state)
{
    (void)state;
    start("Am29F040B");
    b.idle_calls = 0;
    b.idle_stop_at = 5;
    assert_int_equal(error_class(mtk_flash_ops.erase_chip(&b.method)), ERR_ABORTED);
    mtk_bench_close(&b);
}

static void test_failed_writes(void **state)
{
    static const uint8_t bytes[4] = {1, 2, 3, 4};

    (void)state;
    /* Once: the byte is repeated. */
    start("SST39SF020A");
    bench_do(b.bench, "fault pm write_lies_at n=2");
    assert_int_equal(mtk_flash_ops.program(&b.method, 0, bytes, 4, false), 0);
    assert_memory_equal(mtk_bench_cells(&b), bytes, 4);
    /* For good. */
    bench_do(b.bench, "clear pm");
    bench_do(b.bench, "fault pm write_lies_at n=2 on=1");
    assert_int_equal(error_class(mtk_flash_ops.program(&b.method, 32, bytes, 4, true)),
                     ERR_PROGRAM);
    assert_false(b.method.program_compared);
    bench_do(b.bench, "clear pm");
    bench_do(b.bench, "fault pm stuck_bit address=64 bit=0 value=0");
    assert_int_equal(error_class(mtk_flash_ops.program(&b.method, 64, bytes, 1, true)),
                     ERR_PROGRAM);
    mtk_bench_close(&b);
}

/* A program cycle that never ends: the reset cycle (DQ5 parts) makes the repeat possible. */
static void test_hung_program_cycle_is_reset(void **state)
{
    static const uint8_t bytes[4] = {1, 2, 3, 4};

    (void)state;
    start("Am29F040B");
    bench_do(b.bench, "fault pm write_error_at n=1");
    assert_int_equal(mtk_flash_ops.program(&b.method, 16, bytes, 4, false), 0);
    assert_memory_equal(mtk_bench_cells(&b) + 16, bytes, 4);
    mtk_bench_close(&b);
}

static void test_vendor_mode_lost_on_the_way(void **state)
{
    (void)state;
    start("SST39SF020A");
    bench_do(b.bench, "fault pm vendor_mode_lost after=1000");
    assert_int_equal(error_class(mtk_flash_ops.read(&b.method, 0, copy, 4096, false)),
                     ERR_VENDOR_LOST);
    assert_int_equal(error_class(mtk_flash_ops.check(&b.method)), ERR_VENDOR_LOST);
    bench_do(b.bench, "clear pm");
    assert_int_equal(mtk_flash_ops.enter(&b.method), 0);
    assert_int_equal(mtk_flash_ops.read(&b.method, 0, copy, 4096, false), 0);
    mtk_bench_close(&b);
}

static void test_pulled_plug(void **state)
{
    (void)state;
    start("SST39SF020A");
    bench_do(b.bench, "unplug pm");
    assert_int_equal(error_class(mtk_flash_ops.read(&b.method, 0, copy, 16, false)),
                     ERR_VENDOR_LOST);
    assert_int_equal(b.method.status, 0x7F);
    mtk_bench_close(&b);
}

static void test_ranges_are_checked(void **state)
{
    static const struct chip too_big = {.bus = CHIP_PARALLEL, .size = 0x200000};
    uint64_t before;

    (void)state;
    start("SST39SF020A");
    before = b.bus.accesses;
    assert_int_equal(error_class(mtk_flash_ops.read(&b.method, 0x40000, copy, 1, true)),
                     ERR_ARGUMENT);
    assert_int_equal(error_class(mtk_flash_ops.read(&b.method, 0x3FFFF, copy, 2, true)),
                     ERR_ARGUMENT);
    assert_int_equal(error_class(mtk_flash_ops.program(&b.method, 1, copy, 0xFFFFFFFF, true)),
                     ERR_ARGUMENT);
    assert_int_equal(error_class(mtk_flash_ops.erase_sector(&b.method, 0x40000)), ERR_ARGUMENT);
    assert_int_equal(error_class(mtk_flash_ops.use_chip(&b.method, &too_big)), ERR_UNSUPPORTED);
    assert_int_equal(error_class(mtk_flash_ops.use_chip(&b.method, NULL)), ERR_ARGUMENT);
    assert_int_equal(
        error_class(mtk_flash_ops.use_chip(&b.method, chip_named("MX25L2005(C)/2006E"))),
        ERR_ARGUMENT);
    assert_int_equal(b.bus.accesses, before);
    mtk_bench_close(&b);
}

/* A chip that no table knows: given by the caller, with its own geometry. */
static void test_toy_chip_by_hand(void **state)
{
    static const struct chip toy = {.name = "TESTP8K",
                                    .bus = CHIP_PARALLEL,
                                    .size = 8192,
                                    .program = CHIP_PROGRAM_BYTE,
                                    .page_size = 1,
                                    .regions = {{1024, 8}},
                                    .sector_opcode = 0x30,
                                    .chip_opcode = 0x10,
                                    .program_us = 20,
                                    .sector_erase_ms = 25,
                                    .chip_erase_ms = 100};

    (void)state;
    mtk_bench_open(&b, "TESTP8K", 70, "");
    assert_int_equal(b.method.ops->enter(&b.method), 0);
    assert_int_equal(b.method.ops->use_chip(&b.method, &toy), 0);
    memset(mtk_bench_cells(&b), 0, 8192);
    assert_int_equal(b.method.ops->erase_sector(&b.method, 5 * 1024 + 7), 0);
    for (uint32_t i = 0; i < 8192; i++)
        assert_int_equal(mtk_bench_cells(&b)[i], i / 1024 == 5 ? 0xFF : 0);
    mtk_bench_close(&b);
}

/* ---- figures --------------------------------------------------------------------------------- */

static uint64_t cost(bool full, bool program, uint32_t size)
{
    uint64_t before = b.bus.accesses;

    if (program)
        assert_int_equal(mtk_flash_ops.program(&b.method, 0x10000, image, size, full), 0);
    else
        assert_int_equal(mtk_flash_ops.read(&b.method, 0x10000, copy, size, full), 0);
    return b.bus.accesses - before;
}

static void test_accesses_per_byte(void **state)
{
    const uint32_t size = 4096;

    (void)state;
    start("SST39SF020A");
    memset(image, 0x55, size);
    assert_int_equal(cost(true, false, size), 8 * size);
    /* 4 per byte, and one register per 256 bytes. */
    assert_in_range(cost(false, false, size), 4 * size, 4 * size + size / 256 + 2);
    /* 14 us of chip time, at 1 us per access, is part of these. */
    assert_true(cost(false, true, size) <= 35 * size + 8);
    b.mtk.prompt = 65536;
    assert_int_equal(mtk_flash_ops.erase_sector(&b.method, 0x10000), 0);
    b.mtk.prompt = 65536;
    assert_true(cost(false, true, size) <= 32 * size + 8);
    mtk_bench_close(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_id_cycles),
        cmocka_unit_test(test_sector_erase_cycles),
        cmocka_unit_test(test_two_equal_reads_are_not_enough),
        cmocka_unit_test(test_chip_erase_cycles),
        cmocka_unit_test(test_full_program_cycles),
        cmocka_unit_test(test_lean_program_cycles),
        cmocka_unit_test(test_a_byte_that_does_not_take),
        cmocka_unit_test(test_pages_must_be_whole),
        cmocka_unit_test(test_chips_of_all_kinds),
        cmocka_unit_test(test_sector_erase_leaves_the_neighbours),
        cmocka_unit_test(test_slave),
        cmocka_unit_test(test_id_is_asked_again),
        cmocka_unit_test(test_id_that_never_comes),
        cmocka_unit_test(test_id_late_and_garbled),
        cmocka_unit_test(test_unknown_type_of_a_known_maker),
        cmocka_unit_test(test_restart_for_the_id_only_once),
        cmocka_unit_test(test_lost_address_registers_show),
        cmocka_unit_test(test_continuation_code_asks_the_person),
        cmocka_unit_test(test_slow_erase_is_waited_for),
        cmocka_unit_test(test_worn_sector_is_an_error),
        cmocka_unit_test(test_erase_can_be_given_up),
        cmocka_unit_test(test_failed_writes),
        cmocka_unit_test(test_hung_program_cycle_is_reset),
        cmocka_unit_test(test_vendor_mode_lost_on_the_way),
        cmocka_unit_test(test_pulled_plug),
        cmocka_unit_test(test_ranges_are_checked),
        cmocka_unit_test(test_toy_chip_by_hand),
        cmocka_unit_test(test_accesses_per_byte),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
