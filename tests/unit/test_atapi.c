/*
 * Command packets: the simulated bench for what a sane or faulty drive does, and a device played
 * from a script for what no drive should do.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "drivers/ata.h"
#include "drivers/atapi.h"
#include "tests/support/bench_bus.h"
#include "tests/support/bench_script.h"

/* ---- a device that follows a script ---------------------------------------------------------- */

struct request {
    uint8_t status, reason;
    uint16_t count; /* bytes */
    uint16_t looks; /* times this is shown without being served before the next one comes; 0: until
                       served */
};

enum { SCRIPT_MAX = 8 };

struct script {
    uint64_t now;
    struct request after_command, requests[SCRIPT_MAX];
    unsigned at;      /* next request; the last one stays */
    unsigned last;    /* index of the last one */
    bool got_command; /* A0 came */
    unsigned packet_words, words_left, words_moved;
    uint8_t packet[12];
    uint8_t written[4096];
    unsigned bytes_written;
    unsigned looks;
    uint8_t next_byte;
    unsigned commands;
};

static struct request *current(struct script *script)
{
    if (!script->got_command)
        return NULL;
    if (script->packet_words < 6)
        return &script->after_command;
    return &script->requests[script->at];
}

static void next(struct script *script)
{
    if (script->at < script->last)
        script->at++;
    script->words_left = (script->requests[script->at].count + 1u) / 2;
    script->looks = 0;
}

static uint8_t script_read(void *context, enum ata_reg reg)
{
    struct script *script = context;
    struct request *request = current(script);

    script->now++;
    if (request == NULL)
        return reg == ATA_REG_ALT_STATUS || reg == ATA_REG_STATUS ? 0x50 : 0;
    switch (reg) {
    case ATA_REG_ALT_STATUS:
    case ATA_REG_STATUS:
        if (request->looks != 0 && ++script->looks > request->looks) {
            next(script);
            request = current(script);
        }
        return request->status;
    case ATA_REG_INTERRUPT_REASON:
        return request->reason;
    case ATA_REG_LBA_MID:
        return (uint8_t)request->count;
    case ATA_REG_LBA_HIGH:
        return (uint8_t)(request->count >> 8);
    case ATA_REG_ERROR:
        return 0x54;
    default:
        return 0;
    }
}

static void script_write(void *context, enum ata_reg reg, uint8_t value)
{
    struct script *script = context;

    script->now++;
    if (reg == ATA_REG_COMMAND && value == 0xA0) {
        script->commands++;
        script->got_command = true;
        script->packet_words = 0;
    }
}

static void script_read_data(void *context, uint16_t *words, size_t count)
{
    struct script *script = context;

    for (size_t i = 0; i < count; i++) {
        script->now++;
        assert_true(script->packet_words == 6 && script->words_left > 0);
        words[i] = (uint16_t)(script->next_byte | (script->next_byte + 1) << 8);
        script->next_byte = (uint8_t)(script->next_byte + 2);
        script->words_moved++;
        if (--script->words_left == 0)
            next(script);
    }
}

static void script_write_data(void *context, const uint16_t *words, size_t count)
{
    struct script *script = context;

    for (size_t i = 0; i < count; i++) {
        script->now++;
        if (script->packet_words < 6) {
            memcpy(script->packet + 2 * script->packet_words, &words[i], 2);
            if (++script->packet_words == 6) {
                script->words_left = (script->requests[script->at].count + 1u) / 2;
                script->looks = 0;
            }
            continue;
        }
        assert_true(script->words_left > 0);
        memcpy(script->written + script->bytes_written, &words[i], 2);
        script->bytes_written += 2;
        if (--script->words_left == 0)
            next(script);
    }
}

static uint64_t script_now(void *context)
{
    return ((struct script *)context)->now;
}

static void script_wait(void *context, uint32_t us)
{
    ((struct script *)context)->now += us;
}

static const struct ata_bus_ops script_ops = {script_read,       script_write, script_read_data,
                                              script_write_data, script_now,   script_wait};

static const struct request wants_packet = {.status = 0x58, .reason = 0x01, .count = 0};
static const struct request all_good = {.status = 0x50, .reason = 0x03, .count = 0};

struct played {
    struct script script;
    struct ata_device device;
    struct packet_device packet;
    struct packet_result result;
};

static void play(struct played *played, const struct request *requests, unsigned count)
{
    memset(played, 0, sizeof *played);
    played->script.after_command = wants_packet;
    memcpy(played->script.requests, requests, count * sizeof *requests);
    played->script.last = count - 1;
    played->device = (struct ata_device){
        .ops = &script_ops, .bus = &played->script, .select = ATA_DEVICE_MASTER};
    atapi_open(&played->packet, &played->device);
}

static const uint8_t some_packet[12] = {0x3C, 2, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9};

static void go(struct played *played, enum packet_direction direction, void *data, uint32_t size)
{
    played->packet.ops->packet(&played->packet, some_packet, direction, data, size, 1000000,
                               &played->result);
}

static void expect_count_up(const uint8_t *bytes, unsigned from, unsigned count, unsigned first)
{
    for (unsigned i = 0; i < count; i++)
        assert_int_equal(bytes[from + i], (uint8_t)(first + i));
}

static void test_no_data(void **state)
{
    struct played played;

    (void)state;
    play(&played, (struct request[]){all_good}, 1);
    go(&played, PACKET_NONE, NULL, 0);
    assert_int_equal(played.result.error, 0);
    assert_int_equal(played.result.status, 0x50);
    assert_int_equal(played.result.interrupt_reason, 0x03);
    assert_int_equal(played.result.moved, 0);
    assert_memory_equal(played.script.packet, some_packet, 12);
    assert_true(played.result.time_us > 0 && played.result.time_us <= played.script.now);
}

static void test_many_bursts_and_odd_counts(void **state)
{
    struct request requests[] = {{0x58, 0x02, 7, 0},
                                 {0x58, 0x02, 300, 0},
                                 {0x58, 0x02, 1, 0},
                                 {0x58, 0x02, 10, 0},
                                 all_good};
    struct played played;
    uint8_t data[320];

    (void)state;
    memset(data, 0xEE, sizeof data);
    play(&played, requests, 5);
    go(&played, PACKET_IN, data, sizeof data);
    assert_int_equal(played.result.error, 0);
    assert_int_equal(played.result.moved, 318);
    expect_count_up(data, 0, 7, 0); /* the eighth byte of the fourth word is filler */
    expect_count_up(data, 7, 300, 8);
    expect_count_up(data, 307, 1, 308);
    expect_count_up(data, 308, 10, 310);
    assert_int_equal(data[318], 0xEE);
}

static void test_surplus_is_drained_and_never_overruns(void **state)
{
    struct request requests[] = {{0x58, 0x02, 100, 0}, {0x58, 0x02, 2000, 0}, all_good};
    struct played played;
    uint8_t data[131];

    (void)state;
    data[130] = 0xEE;
    play(&played, requests, 3);
    go(&played, PACKET_IN, data, 130);
    assert_int_equal(played.result.error, 0);
    assert_int_equal(played.result.moved, 130);
    assert_int_equal(played.script.words_moved, 1050);
    expect_count_up(data, 0, 130, 0);
    assert_int_equal(data[130], 0xEE);
}

static void test_endless_surplus_is_given_up(void **state)
{
    struct played played;
    uint8_t data[16];

    (void)state;
    play(&played, (struct request[]){{0x58, 0x02, 0x8000, 0}}, 1);
    go(&played, PACKET_IN, data, sizeof data);
    assert_int_equal(error_class(played.result.error), ERR_PROTOCOL);
    assert_true(played.script.words_moved <= 3 * 0x4000);
}

static void test_less_data_than_asked(void **state)
{
    struct request requests[] = {{0x58, 0x02, 5, 0}, all_good};
    struct played played;
    uint8_t data[64] = {0};

    (void)state;
    play(&played, requests, 2);
    go(&played, PACKET_IN, data, sizeof data);
    assert_int_equal(played.result.error, 0);
    assert_int_equal(played.result.moved, 5);
}

static void test_data_out_with_an_odd_end(void **state)
{
    struct request requests[] = {{0x58, 0x00, 64, 0}, {0x58, 0x00, 5, 0}, all_good};
    struct played played;
    uint8_t data[69];

    (void)state;
    for (unsigned i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i + 9);
    play(&played, requests, 3);
    go(&played, PACKET_OUT, data, sizeof data);
    assert_int_equal(played.result.error, 0);
    assert_int_equal(played.result.moved, 69);
    assert_int_equal(played.script.bytes_written, 70);
    assert_memory_equal(played.script.written, data, 69);
    assert_int_equal(played.script.written[69], 0);
}

static void test_no_byte_is_invented_for_a_greedy_device(void **state)
{
    struct request requests[] = {{0x58, 0x00, 64, 0}, {0x58, 0x00, 64, 0}, all_good};
    struct played played;
    uint8_t data[100] = {1};

    (void)state;
    play(&played, requests, 3);
    go(&played, PACKET_OUT, data, sizeof data);
    assert_int_equal(error_class(played.result.error), ERR_PROTOCOL);
    assert_int_equal(played.result.moved, 64);
    assert_int_equal(played.script.bytes_written, 64);
}

static void test_the_host_decides_the_direction(void **state)
{
    struct played played;
    uint8_t data[64] = {0};

    (void)state;
    play(&played, (struct request[]){{0x58, 0x00, 64, 0}}, 1);
    go(&played, PACKET_IN, data, sizeof data);
    assert_int_equal(error_class(played.result.error), ERR_PROTOCOL);
    play(&played, (struct request[]){{0x58, 0x02, 64, 0}}, 1);
    go(&played, PACKET_OUT, data, sizeof data);
    assert_int_equal(error_class(played.result.error), ERR_PROTOCOL);
    assert_int_equal(played.script.bytes_written, 0);
    play(&played, (struct request[]){{0x58, 0x02, 64, 0}}, 1);
    go(&played, PACKET_NONE, NULL, 0);
    assert_int_equal(error_class(played.result.error), ERR_PROTOCOL);
    assert_int_equal(played.result.interrupt_reason, 0x02);
}

static void test_request_that_becomes_valid_late(void **state)
{
    struct request requests[] = {
        {0x50, 0x01, 0, 40}, {0x58, 0x01, 0, 40}, {0x58, 0x02, 8, 0}, all_good};
    struct played played;
    uint8_t data[8];

    (void)state;
    play(&played, requests, 4);
    go(&played, PACKET_IN, data, sizeof data);
    assert_int_equal(played.result.error, 0);
    assert_int_equal(played.result.moved, 8);
}

static void test_no_packet_to_a_device_that_does_not_ask_for_one(void **state)
{
    struct played played;

    (void)state;
    play(&played, (struct request[]){all_good}, 1);
    played.script.after_command = (struct request){.status = 0x58, .reason = 0x02};
    go(&played, PACKET_NONE, NULL, 0);
    assert_int_equal(error_class(played.result.error), ERR_PROTOCOL);
    assert_int_equal(played.script.packet_words, 0);
    play(&played, (struct request[]){all_good}, 1);
    played.script.after_command = (struct request){.status = 0x50, .reason = 0x01};
    go(&played, PACKET_NONE, NULL, 0);
    assert_int_equal(error_class(played.result.error), ERR_TIMEOUT);
    assert_true(played.script.now >= 1000000 && played.script.now < 1100000);
}

static void test_first_error_is_kept_when_sense_fails(void **state)
{
    struct played played;

    (void)state;
    play(&played, (struct request[]){{0x51, 0x03, 0, 0}}, 1);
    go(&played, PACKET_NONE, NULL, 0);
    assert_int_equal(error_class(played.result.error), ERR_DEVICE);
    assert_int_equal(played.result.status, 0x51);
    assert_int_equal(played.result.error_register, 0x54);
    assert_false(played.result.sense_valid);
    assert_int_equal(played.result.sense_key, 5); /* from the error register */
    assert_int_equal(played.script.commands, 2);
    assert_int_equal(played.script.packet[0], 0x03);
}

static void test_busy_and_gone_devices_end(void **state)
{
    struct played played;

    (void)state;
    play(&played, (struct request[]){{0xD0, 0, 0, 0}}, 1);
    go(&played, PACKET_NONE, NULL, 0);
    assert_int_equal(error_class(played.result.error), ERR_TIMEOUT);
    assert_int_equal(played.result.status, 0xD0);
    play(&played, (struct request[]){{0x7F, 0x7F, 0x7F7F, 0}}, 1);
    go(&played, PACKET_NONE, NULL, 0);
    assert_int_equal(error_class(played.result.error), ERR_NO_DEVICE);
    play(&played, (struct request[]){{0xFF, 0xFF, 0xFFFF, 0}}, 1);
    go(&played, PACKET_NONE, NULL, 0);
    assert_int_equal(error_class(played.result.error), ERR_NO_DEVICE);
}

static bool stop_now(void *context, uint8_t status)
{
    (void)context;
    (void)status;
    return true;
}

static void test_user_can_stop_a_packet(void **state)
{
    struct played played;

    (void)state;
    play(&played, (struct request[]){{0xD0, 0, 0, 0}}, 1);
    played.device.idle = stop_now;
    go(&played, PACKET_NONE, NULL, 0);
    assert_int_equal(error_class(played.result.error), ERR_ABORTED);
    assert_true(played.script.now < 100000);
}

static void test_too_much_for_one_command(void **state)
{
    struct played played;
    uint8_t byte;

    (void)state;
    play(&played, (struct request[]){all_good}, 1);
    played.packet.transfer_limit = 0;
    go(&played, PACKET_IN, &byte, 1);
    assert_int_equal(error_class(played.result.error), ERR_ARGUMENT);
    assert_int_equal(played.script.commands, 0);
}

/* ---- on the bench ---------------------------------------------------------------------------- */

struct seat {
    struct bench *bench;
    struct bench_bus bus;
    struct ata_device device;
    struct packet_device packet;
    struct packet_result result;
    struct inquiry inquiry;
};

static void sit(struct seat *seat)
{
    memset(seat, 0, sizeof *seat);
    seat->bench = bench_new(7);
    bench_attach_healthy(seat->bench, "ps", "SIMCORP", "DVD TEST 1234", "AB01", "");
    bench_bus_open(&seat->bus, seat->bench, 0);
    bench_bus_device(&seat->bus, 1, &seat->device);
    atapi_open(&seat->packet, &seat->device);
    ata_quiet(&seat->device);
}

static void test_inquiry_on_the_bench(void **state)
{
    static const char *const faults[] = {"", "short_burst bytes=2", "odd_byte_count bytes=7",
                                         "unit_attention_first times=3"};

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        struct seat seat;

        sit(&seat);
        if (faults[i][0] != '\0')
            bench_do(seat.bench, "fault ps %s", faults[i]);
        packet_inquiry(&seat.packet, &seat.inquiry, &seat.result);
        assert_int_equal(seat.result.error, 0);
        assert_string_equal(seat.inquiry.vendor, "SIMCORP");
        assert_string_equal(seat.inquiry.product, "DVD TEST 1234");
        assert_string_equal(seat.inquiry.revision, "AB01");
        assert_true(inquiry_is_sane(&seat.inquiry));
        bench_free(seat.bench);
    }
}

static void test_unit_ready_on_the_bench(void **state)
{
    struct seat seat;

    (void)state;
    sit(&seat);
    bench_do(seat.bench, "insert ps blank");
    packet_test_unit_ready(&seat.packet, &seat.result);
    assert_true(seat.result.error == 0 || seat.result.sense_key != 6);
    bench_do(seat.bench, "insert ps none");
    bench_do(seat.bench, "clear ps");
    packet_test_unit_ready(&seat.packet, &seat.result);
    assert_int_equal(error_class(seat.result.error), ERR_DEVICE);
    assert_true(seat.result.sense_valid);
    assert_int_equal(seat.result.sense_key, 2);
    assert_int_equal(seat.result.asc, 0x3A); /* medium not present */
    bench_free(seat.bench);
}

static void test_unit_attention_is_bounded(void **state)
{
    struct seat seat;

    (void)state;
    sit(&seat);
    bench_do(seat.bench, "fault ps unit_attention_first times=1000");
    packet_test_unit_ready(&seat.packet, &seat.result);
    assert_int_equal(error_class(seat.result.error), ERR_DEVICE);
    assert_int_equal(seat.result.sense_key, 6);
    bench_free(seat.bench);
}

static void test_faulty_drives_on_the_bench(void **state)
{
    struct seat seat;

    (void)state;
    sit(&seat);
    bench_do(seat.bench, "fault ps wrong_ireason_dir");
    packet_inquiry(&seat.packet, &seat.inquiry, &seat.result);
    assert_int_equal(error_class(seat.result.error), ERR_PROTOCOL);
    assert_int_equal(seat.inquiry.length, 0);
    bench_do(seat.bench, "clear ps");
    assert_int_equal(seat.packet.ops->reset(&seat.packet), 0);
    packet_inquiry(&seat.packet, &seat.inquiry, &seat.result);
    assert_int_equal(seat.result.error, 0);

    bench_do(seat.bench, "fault ps drq_never");
    packet_inquiry(&seat.packet, &seat.inquiry, &seat.result);
    assert_int_equal(error_class(seat.result.error), ERR_TIMEOUT);
    assert_true(seat.result.time_us >= INQUIRY_TIMEOUT_US);
    assert_true(seat.result.time_us < INQUIRY_TIMEOUT_US + 10000);
    bench_free(seat.bench);
}

static void test_data_out_on_the_bench(void **state)
{
    static const uint8_t write_buffer[12] = {0x3B, 0x0A, 0, 0, 0, 0, 0, 1, 0};
    static const uint8_t read_buffer[12] = {0x3C, 0x0A, 0, 0, 0, 0, 0, 1, 0};
    struct seat seat;
    uint8_t sent[256], back[256] = {0};

    (void)state;
    for (unsigned i = 0; i < sizeof sent; i++)
        sent[i] = (uint8_t)(i * 7 + 3);
    sit(&seat);
    packet_test_unit_ready(&seat.packet, &seat.result); /* takes the unit attention away */
    seat.packet.ops->packet(&seat.packet, write_buffer, PACKET_OUT, sent, sizeof sent, 1000000,
                            &seat.result);
    assert_int_equal(seat.result.error, 0);
    assert_int_equal(seat.result.moved, sizeof sent);
    seat.packet.ops->packet(&seat.packet, read_buffer, PACKET_IN, back, sizeof back, 1000000,
                            &seat.result);
    assert_int_equal(seat.result.error, 0);
    assert_memory_equal(sent, back, sizeof sent);
    bench_free(seat.bench);
}

/* ---- names ----------------------------------------------------------------------------------- */

static void test_short_and_damaged_inquiry(void **state)
{
    struct inquiry inquiry = {.length = 20};

    (void)state;
    memcpy(inquiry.raw, "\x05\x80\x00\x32\x5B\0\0\0SONY    DVD RW DRU-710A BYX3", 36);
    inquiry_parse(&inquiry);
    assert_string_equal(inquiry.vendor, "SONY");
    assert_string_equal(inquiry.product, "DVD");
    assert_string_equal(inquiry.revision, "");
    assert_false(inquiry_is_sane(&inquiry));
    inquiry.length = 255; /* more than there is */
    inquiry_parse(&inquiry);
    assert_string_equal(inquiry.product, "DVD RW DRU-710A");
    assert_string_equal(inquiry.revision, "BYX3");
    assert_true(inquiry_is_sane(&inquiry));
    inquiry.raw[20] = 0x1F;
    assert_false(inquiry_is_sane(&inquiry));
    memset(inquiry.raw + 8, 0xFF, 28);
    assert_false(inquiry_is_sane(&inquiry));
    memset(inquiry.raw + 8, ' ', 28);
    inquiry_parse(&inquiry);
    assert_false(inquiry_is_sane(&inquiry));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_data),
        cmocka_unit_test(test_many_bursts_and_odd_counts),
        cmocka_unit_test(test_surplus_is_drained_and_never_overruns),
        cmocka_unit_test(test_endless_surplus_is_given_up),
        cmocka_unit_test(test_less_data_than_asked),
        cmocka_unit_test(test_data_out_with_an_odd_end),
        cmocka_unit_test(test_no_byte_is_invented_for_a_greedy_device),
        cmocka_unit_test(test_the_host_decides_the_direction),
        cmocka_unit_test(test_request_that_becomes_valid_late),
        cmocka_unit_test(test_no_packet_to_a_device_that_does_not_ask_for_one),
        cmocka_unit_test(test_first_error_is_kept_when_sense_fails),
        cmocka_unit_test(test_busy_and_gone_devices_end),
        cmocka_unit_test(test_user_can_stop_a_packet),
        cmocka_unit_test(test_too_much_for_one_command),
        cmocka_unit_test(test_inquiry_on_the_bench),
        cmocka_unit_test(test_unit_ready_on_the_bench),
        cmocka_unit_test(test_unit_attention_is_bounded),
        cmocka_unit_test(test_faulty_drives_on_the_bench),
        cmocka_unit_test(test_data_out_on_the_bench),
        cmocka_unit_test(test_short_and_damaged_inquiry),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
