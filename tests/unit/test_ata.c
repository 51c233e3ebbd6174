/* Task file level: waits, select, echo, signature, reset, IDENTIFY, against the simulated bench and
 * against registers that a script answers for. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "drivers/ata.h"
#include "tests/support/bench_bus.h"
#include "tests/support/bench_script.h"

/* ---- a register file whose status is a function of time ------------------------------------- */

struct fake {
    uint64_t now;
    uint8_t registers[ATA_REG_COUNT];
    uint8_t status_before, status_after;
    uint64_t change_us; /* status_after from here on */
    bool deaf;          /* registers do not keep what is written */
    unsigned status_reads, alt_reads, writes;
    uint8_t written[64][2];
    uint16_t fill; /* what the data port gives */
    unsigned idle_calls, idle_stop_after;
    uint64_t idle_last, idle_longest;
};

static uint8_t fake_read(void *context, enum ata_reg reg)
{
    struct fake *fake = context;

    fake->now++;
    if (reg == ATA_REG_STATUS)
        fake->status_reads++;
    if (reg == ATA_REG_ALT_STATUS)
        fake->alt_reads++;
    if (reg == ATA_REG_STATUS || reg == ATA_REG_ALT_STATUS)
        return fake->now >= fake->change_us ? fake->status_after : fake->status_before;
    return fake->registers[reg];
}

static void fake_write(void *context, enum ata_reg reg, uint8_t value)
{
    struct fake *fake = context;

    fake->now++;
    if (fake->writes < 64) {
        fake->written[fake->writes][0] = (uint8_t)reg;
        fake->written[fake->writes][1] = value;
    }
    fake->writes++;
    if (!fake->deaf)
        fake->registers[reg] = value;
}

static void fake_read_data(void *context, uint16_t *words, size_t count)
{
    struct fake *fake = context;

    fake->now += count;
    for (size_t i = 0; i < count; i++)
        words[i] = fake->fill;
}

static void fake_write_data(void *context, const uint16_t *words, size_t count)
{
    (void)words;
    ((struct fake *)context)->now += count;
}

static uint64_t fake_now(void *context)
{
    return ((struct fake *)context)->now;
}

static void fake_wait(void *context, uint32_t us)
{
    ((struct fake *)context)->now += us;
}

static const struct ata_bus_ops fake_ops = {fake_read,       fake_write, fake_read_data,
                                            fake_write_data, fake_now,   fake_wait};

static bool fake_idle(void *context, uint8_t status)
{
    struct fake *fake = context;

    (void)status;
    if (fake->now - fake->idle_last > fake->idle_longest)
        fake->idle_longest = fake->now - fake->idle_last;
    fake->idle_last = fake->now;
    fake->idle_calls++;
    return fake->idle_stop_after != 0 && fake->idle_calls >= fake->idle_stop_after;
}

static struct ata_device fake_device(struct fake *fake, uint8_t status)
{
    memset(fake, 0, sizeof *fake);
    fake->status_before = status;
    fake->status_after = status;
    fake->change_us = UINT64_MAX;
    return (struct ata_device){.ops = &fake_ops,
                               .bus = fake,
                               .select = ATA_DEVICE_MASTER,
                               .idle = fake_idle,
                               .idle_context = fake};
}

/* ---- waits ---------------------------------------------------------------------------------- */

static void test_wait_ends_when_the_status_comes(void **state)
{
    struct fake fake;
    struct ata_device device = fake_device(&fake, 0x80);

    (void)state;
    fake.status_after = 0x50;
    fake.change_us = 3000000;
    assert_int_equal(ata_wait(&device, ATA_REG_ALT_STATUS, 0x80, 0, 31000000), 0);
    assert_true(fake.now >= 3000000 && fake.now < 3002000);
    assert_int_equal(device.last_status, 0x50);
    assert_int_equal(fake.status_reads, 0);
}

static void test_wait_ends_at_its_bound(void **state)
{
    struct fake fake;
    struct ata_device device = fake_device(&fake, 0xD0);
    err_t error = ata_wait(&device, ATA_REG_STATUS, 0x80, 0, 31000000);

    (void)state;
    assert_int_equal(error_class(error), ERR_TIMEOUT);
    assert_int_equal(error_module(error), MODULE_ATA);
    assert_true(fake.now >= 31000000 && fake.now < 31010000);
    assert_int_equal(device.last_status, 0xD0);
}

static void test_wait_of_no_time_looks_all_the_same(void **state)
{
    struct fake fake;
    struct ata_device device = fake_device(&fake, 0x50);

    (void)state;
    assert_int_equal(ata_wait(&device, ATA_REG_STATUS, 0xFF, 0x50, 0), 0);
    assert_int_equal(error_class(ata_wait(&device, ATA_REG_STATUS, 0xFF, 0x70, 0)), ERR_TIMEOUT);
}

static void test_idle_is_called_every_20_ms(void **state)
{
    struct fake fake;
    struct ata_device device = fake_device(&fake, 0x80);

    (void)state;
    ata_wait(&device, ATA_REG_ALT_STATUS, 0x80, 0, 2000000);
    assert_true(fake.idle_calls >= 100);
    assert_true(fake.idle_longest <= 20000);
    fake.idle_longest = 0;
    assert_int_equal(ata_pause(&device, 500000), 0);
    assert_true(fake.idle_longest <= 20000);
}

static void test_idle_can_give_up(void **state)
{
    struct fake fake;
    struct ata_device device = fake_device(&fake, 0x80);

    (void)state;
    fake.idle_stop_after = 3;
    assert_int_equal(error_class(ata_wait(&device, ATA_REG_ALT_STATUS, 0x80, 0, 31000000)),
                     ERR_ABORTED);
    assert_true(fake.now < 100000);
    fake.idle_calls = 0;
    assert_int_equal(error_class(ata_pause(&device, 31000000)), ERR_ABORTED);
    assert_true(fake.now < 200000);
}

/* An idle function that takes long (a stick being written) must not make a ready device late. */
static bool slow_idle(void *context, uint8_t status)
{
    struct fake *fake = context;

    (void)status;
    fake->now += 5000000;
    return false;
}

static void test_slow_idle_does_not_make_a_ready_device_late(void **state)
{
    struct fake fake;
    struct ata_device device = fake_device(&fake, 0x80);

    (void)state;
    device.idle = slow_idle;
    fake.status_after = 0x50;
    fake.change_us = 100000;
    assert_int_equal(ata_wait(&device, ATA_REG_STATUS, 0x80, 0, 1000000), 0);
}

/* ---- registers ------------------------------------------------------------------------------ */

static void test_select_waits_400_ns_and_spares_the_status_register(void **state)
{
    struct fake fake;
    struct ata_device device = fake_device(&fake, 0x50);

    (void)state;
    ata_select(&device);
    assert_int_equal(fake.writes, 1);
    assert_int_equal(fake.written[0][0], ATA_REG_DEVICE);
    assert_int_equal(fake.written[0][1], 0xA0);
    assert_int_equal(fake.alt_reads, 4);
    assert_int_equal(fake.status_reads, 0);
}

static void test_ff_is_read_only_once(void **state)
{
    struct fake fake;
    struct ata_device device = fake_device(&fake, 0xFF);

    (void)state;
    ata_select(&device);
    assert_int_equal(fake.alt_reads, 1);
    ata_quiet(&device);
    assert_int_equal(fake.alt_reads, 2);
    assert_int_equal(fake.status_reads, 0);
}

static void test_quiet_sets_nien_selects_again_and_reads_status_once(void **state)
{
    struct fake fake;
    struct ata_device device = fake_device(&fake, 0x50);

    (void)state;
    ata_quiet(&device);
    assert_int_equal(fake.writes, 2);
    assert_int_equal(fake.written[0][0], ATA_REG_DEVICE_CONTROL);
    assert_int_equal(fake.written[0][1], 0x0A);
    assert_int_equal(fake.written[1][0], ATA_REG_DEVICE);
    assert_int_equal(fake.status_reads, 1);
}

static void test_reset_keeps_nien_and_selects_again(void **state)
{
    struct fake fake;
    struct ata_device device = fake_device(&fake, 0x50);

    (void)state;
    device.select = ATA_DEVICE_SLAVE;
    ata_soft_reset(&device);
    assert_int_equal(fake.writes, 3);
    assert_int_equal(fake.written[0][1], 0x0E);
    assert_int_equal(fake.written[1][1], 0x0A);
    assert_int_equal(fake.written[2][0], ATA_REG_DEVICE);
    assert_int_equal(fake.written[2][1], 0xB0);
    assert_true(fake.now >= 5);
}

static void test_echo(void **state)
{
    struct fake fake;
    struct ata_device device = fake_device(&fake, 0x50);

    (void)state;
    assert_true(ata_registers_echo(&device));
    fake.deaf = true;
    assert_false(ata_registers_echo(&device));
}

static void test_echo_writes_nothing_while_busy(void **state)
{
    struct fake fake;
    struct ata_device device = fake_device(&fake, 0xD0);

    (void)state;
    assert_false(ata_registers_echo(&device));
    assert_int_equal(fake.writes, 1); /* the select */
}

static enum ata_signature signature_of(uint8_t count, uint8_t low, uint8_t mid, uint8_t high)
{
    struct fake fake;
    struct ata_device device = fake_device(&fake, 0x00);
    uint8_t raw[4], expected[4] = {count, low, mid, high};
    enum ata_signature signature;

    fake.registers[ATA_REG_SECTOR_COUNT] = count;
    fake.registers[ATA_REG_LBA_LOW] = low;
    fake.registers[ATA_REG_LBA_MID] = mid;
    fake.registers[ATA_REG_LBA_HIGH] = high;
    signature = ata_signature(&device, raw);
    assert_memory_equal(raw, expected, 4);
    return signature;
}

static void test_signatures(void **state)
{
    (void)state;
    assert_int_equal(signature_of(1, 1, 0x14, 0xEB), ATA_SIGNATURE_PACKET);
    assert_int_equal(signature_of(0, 0, 0x14, 0xEB), ATA_SIGNATURE_PACKET);
    assert_int_equal(signature_of(1, 1, 0x00, 0x00), ATA_SIGNATURE_DISK);
    assert_int_equal(signature_of(1, 1, 0x3C, 0xC3), ATA_SIGNATURE_DISK);
    assert_int_equal(signature_of(0, 0, 0, 0), ATA_SIGNATURE_NONE);
    assert_int_equal(signature_of(0x7F, 0x7F, 0x7F, 0x7F), ATA_SIGNATURE_NONE);
    assert_int_equal(signature_of(0xFF, 0xFF, 0xFF, 0xFF), ATA_SIGNATURE_NONE);
    assert_int_equal(signature_of(1, 1, 0xAA, 0x55), ATA_SIGNATURE_OTHER);
    assert_int_equal(signature_of(5, 9, 0x00, 0x00), ATA_SIGNATURE_OTHER);
}

/* ---- IDENTIFY ------------------------------------------------------------------------------- */

static err_t identify_with(uint8_t before, uint8_t after, uint64_t change_us, uint64_t *took)
{
    struct fake fake;
    struct ata_device device = fake_device(&fake, before);
    uint16_t words[256];
    err_t error;

    fake.status_after = after;
    fake.change_us = change_us;
    error = ata_identify(&device, ATA_IDENTIFY_PACKET_DEVICE, words, ATA_IDENTIFY_BOUND_US);
    *took = fake.now;
    return error;
}

static void test_identify_ends_whatever_the_device_does(void **state)
{
    uint64_t took;

    (void)state;
    assert_int_equal(error_class(identify_with(0xFF, 0xFF, 0, &took)), ERR_NO_DEVICE);
    assert_true(took < 100);
    assert_int_equal(error_class(identify_with(0x7F, 0x7F, 0, &took)), ERR_NO_DEVICE);
    assert_int_equal(error_class(identify_with(0x80, 0x80, 0, &took)), ERR_PROTOCOL);
    assert_int_equal(error_class(identify_with(0x58, 0x58, 0, &took)), ERR_PROTOCOL);
    assert_int_equal(error_class(identify_with(0x50, 0x50, 0, &took)), ERR_TIMEOUT); /* silent */
    assert_true(took > 400000 && took < 600000);
    assert_int_equal(error_class(identify_with(0x50, 0x51, 20, &took)), ERR_DEVICE);
    assert_int_equal(error_class(identify_with(0x50, 0xD0, 8, &took)), ERR_TIMEOUT); /* hangs */
    assert_true(took >= ATA_IDENTIFY_BOUND_US && took < ATA_IDENTIFY_BOUND_US + 10000);
    assert_int_equal(error_class(identify_with(0x50, 0xFF, 20, &took)), ERR_NO_DEVICE);
    assert_int_equal(identify_with(0x50, 0x58, 20, &took), 0);
}

static void test_identify_text_is_swapped_cut_and_bounded(void **state)
{
    uint16_t words[256] = {0};
    char text[41];

    (void)state;
    memcpy(&words[27], "OSYND DVR  WRD-U17A0    ", 24); /* pairs swapped */
    for (unsigned i = 27 + 10; i < 27 + 20; i++)
        words[i] = 0x2020;
    ata_identify_text(words, 27, 40, text);
    assert_string_equal(text, "SONY DVD RW DRU-710A");
    ata_identify_text(words, 250, 40, text);
    assert_string_equal(text, "");
    ata_identify_text(words, 4000000000u, 2, text);
    assert_string_equal(text, "");
    ata_identify_text(words, 0, 4000000000u, text);
    assert_string_equal(text, "");
}

/* ---- on the bench --------------------------------------------------------------------------- */

static void test_healthy_drive_on_the_bench(void **state)
{
    struct bench *bench = bench_new(1);
    struct bench_bus bus;
    struct ata_device device;
    uint16_t words[256];
    uint8_t raw[4];
    char model[41];

    (void)state;
    bench_attach_healthy(bench, "sm", "SIMCORP", "DVD TEST 1234", "AB01", "");
    bench_bus_open(&bus, bench, 1);
    bench_bus_device(&bus, 0, &device);
    ata_quiet(&device);
    assert_true(ata_registers_echo(&device));
    ata_soft_reset(&device);
    assert_int_equal(ata_pause(&device, ATA_RESET_SETTLE_US), 0);
    assert_int_equal(ata_wait(&device, ATA_REG_ALT_STATUS, 0x80, 0, ATA_RESET_BOUND_US), 0);
    assert_int_equal(ata_signature(&device, raw), ATA_SIGNATURE_PACKET);
    assert_int_equal(
        error_class(ata_identify(&device, ATA_IDENTIFY_DEVICE, words, ATA_IDENTIFY_BOUND_US)),
        ERR_DEVICE);
    assert_int_equal(
        ata_identify(&device, ATA_IDENTIFY_PACKET_DEVICE, words, ATA_IDENTIFY_BOUND_US), 0);
    assert_int_equal(words[0] >> 14, 2);
    ata_identify_text(words, 27, 40, model);
    assert_non_null(strstr(model, "DVD TEST 1234"));
    bench_free(bench);
}

static void test_disk_on_the_bench(void **state)
{
    struct bench *bench = bench_new(1);
    struct bench_bus bus;
    struct ata_device device;
    uint16_t words[256];
    uint8_t raw[4];

    (void)state;
    bench_do(bench, "attach ps disk model=BENCH_DISK");
    bench_advance(bench, 20000000);
    bench_bus_open(&bus, bench, 0);
    bench_bus_device(&bus, 1, &device);
    ata_quiet(&device);
    ata_soft_reset(&device);
    assert_int_equal(ata_pause(&device, ATA_RESET_SETTLE_US), 0);
    assert_int_equal(ata_wait(&device, ATA_REG_ALT_STATUS, 0x80, 0, ATA_RESET_BOUND_US), 0);
    assert_int_equal(ata_signature(&device, raw), ATA_SIGNATURE_DISK);
    assert_int_equal(ata_identify(&device, ATA_IDENTIFY_DEVICE, words, ATA_IDENTIFY_BOUND_US), 0);
    assert_int_equal(words[0] & 0x8000, 0);
    bench_free(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wait_ends_when_the_status_comes),
        cmocka_unit_test(test_wait_ends_at_its_bound),
        cmocka_unit_test(test_wait_of_no_time_looks_all_the_same),
        cmocka_unit_test(test_idle_is_called_every_20_ms),
        cmocka_unit_test(test_idle_can_give_up),
        cmocka_unit_test(test_slow_idle_does_not_make_a_ready_device_late),
        cmocka_unit_test(test_select_waits_400_ns_and_spares_the_status_register),
        cmocka_unit_test(test_ff_is_read_only_once),
        cmocka_unit_test(test_quiet_sets_nien_selects_again_and_reads_status_once),
        cmocka_unit_test(test_reset_keeps_nien_and_selects_again),
        cmocka_unit_test(test_echo),
        cmocka_unit_test(test_echo_writes_nothing_while_busy),
        cmocka_unit_test(test_signatures),
        cmocka_unit_test(test_identify_ends_whatever_the_device_does),
        cmocka_unit_test(test_identify_text_is_swapped_cut_and_bounded),
        cmocka_unit_test(test_healthy_drive_on_the_bench),
        cmocka_unit_test(test_disk_on_the_bench),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
