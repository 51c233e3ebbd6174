/*
 * boot/bios/pxe.c against a PXE API of this test, as the PXE specification 2.1 describes it: found
 * by interrupt or by its place in memory, or not at all, broken, or refusing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define FAKE_BIOS_FAR_CALLS
#include "tests/support/fake_bios.h"

#include "boot/bios/pxe.c"

enum { PXENV_AT = 0x9C000, PXE_AT = 0x9C040, ENTRY = 0x9C480160, OLD_ENTRY = 0x9C480000 };

/* The machine's PXE driver. */
static struct {
    bool answers_interrupt;
    uint16_t fail_function, fail_status;
    bool fail_without_status;
    uint8_t ack[600], reply[600];
    uint16_t ack_size, reply_size;
    unsigned calls[0x80];
    bool udp_open;
    uint8_t open_address[4];
    uint32_t called;
    struct udp_write written;
    uint8_t sent[2000];
    uint16_t waiting; /* bytes of the datagram that arrived; 0 = none */
    uint16_t waiting_port;
} api;

static struct pxe pxe;

static const uint8_t server[4] = {192, 168, 10, 1};

static void real_int(uint8_t number, struct real_registers *registers)
{
    assert_int_equal(number, 0x1A);
    assert_int_equal(registers->eax & 0xFFFF, 0x5650);
    registers->eflags = 0;
    if (!api.answers_interrupt)
        return; /* a BIOS that does not know the function and changes nothing */
    registers->eax = 0x564E;
    registers->es = PXENV_AT >> 4;
    registers->ebx = PXENV_AT & 15;
}

static void get_cached_info(void *block)
{
    struct cached_info info;
    const uint8_t *packet;

    memcpy(&info, block, sizeof(info));
    packet = info.packet_type == 2 ? api.ack : api.reply;
    info.size = info.packet_type == 2 ? api.ack_size : api.reply_size;
    memcpy(real_memory(info.segment * 16u + info.offset), packet,
           info.size < sizeof(api.ack) ? info.size : sizeof(api.ack));
    memcpy(block, &info, sizeof(info));
}

static void udp_open_call(void *block)
{
    struct udp_open open;

    memcpy(&open, block, sizeof(open));
    assert_false(api.udp_open); /* there is only one */
    api.udp_open = true;
    memcpy(api.open_address, open.address, 4);
}

static void udp_write_call(void *block)
{
    memcpy(&api.written, block, sizeof(api.written));
    assert_true(api.udp_open);
    memcpy(api.sent, real_memory(api.written.segment * 16u + api.written.offset), api.written.size);
}

/* Returns false when nothing arrived for that port. */
static bool udp_read_call(void *block)
{
    struct udp_read read;

    memcpy(&read, block, sizeof(read));
    assert_true(api.udp_open);
    assert_memory_equal(read.destination, api.open_address, 4);
    if (api.waiting == 0 || (read.port[0] << 8 | read.port[1]) != api.waiting_port)
        return false;
    if (api.waiting <= read.size) { /* a lying driver says more than fits */
        for (unsigned i = 0; i < api.waiting; i++)
            real_write8(read.segment * 16u + read.offset + i, (uint8_t)i);
    }
    read.size = api.waiting;
    memcpy(read.source, server, 4);
    read.source_port[0] = 0x12;
    read.source_port[1] = 0x34;
    memcpy(block, &read, sizeof(read));
    api.waiting = 0;
    return true;
}

static void real_call(uint32_t target, const uint16_t *arguments, unsigned count,
                      struct real_registers *registers)
{
    uint16_t function = arguments[0], status = 0;
    void *block = real_memory(arguments[2] * 16u + arguments[1]);

    assert_int_equal(count, 3);
    /* What !PXE takes from the stack PXENV+ takes from registers. */
    assert_int_equal(registers->ebx & 0xFFFF, function);
    assert_int_equal(registers->es, arguments[2]);
    assert_int_equal(registers->edi & 0xFFFF, arguments[1]);
    assert_in_range(function, 1, 0x7F);
    api.called = target;
    api.calls[function]++;
    if (function == api.fail_function) {
        status = api.fail_status;
    } else if (function == GET_CACHED_INFO) {
        get_cached_info(block);
    } else if (function == UDP_OPEN) {
        udp_open_call(block);
    } else if (function == UDP_CLOSE) {
        status = api.udp_open ? 0 : 0x48;
        api.udp_open = false;
    } else if (function == UDP_WRITE) {
        udp_write_call(block);
    } else if (function == UDP_READ) {
        status = udp_read_call(block) ? 0 : 1;
    } else {
        fail();
    }
    registers->eax = status != 0 || (api.fail_without_status && function == api.fail_function);
    memcpy(block, &status, sizeof(status));
}

static void put16(uint32_t at, uint16_t value)
{
    memcpy(real_memory(at), &value, sizeof(value));
}

static void put32(uint32_t at, uint32_t value)
{
    memcpy(real_memory(at), &value, sizeof(value));
}

/* Makes the bytes of a structure add up to 0. */
static void seal(uint32_t at, unsigned length, unsigned checksum_at)
{
    uint8_t sum = 0;

    real_write8(at + checksum_at, 0);
    for (unsigned i = 0; i < length; i++)
        sum = (uint8_t)(sum + real_read8(at + i));
    real_write8(at + checksum_at, (uint8_t)-sum);
}

static void put_pxe(uint32_t at)
{
    memset(real_memory(at), 0, 0x58);
    memcpy(real_memory(at), "!PXE", 4);
    real_write8(at + 4, 0x58);
    put32(at + 16, ENTRY);
    seal(at, 0x58, 5);
}

static void put_pxenv(uint16_t version, uint8_t length)
{
    memset(real_memory(PXENV_AT), 0, 0x30);
    memcpy(real_memory(PXENV_AT), "PXENV+", 6);
    put16(PXENV_AT + 6, version);
    real_write8(PXENV_AT + 8, length);
    put32(PXENV_AT + 10, OLD_ENTRY);
    put32(PXENV_AT + 40, (uint32_t)PXE_AT << 12);
    seal(PXENV_AT, length, 9);
}

static void put_packet(uint8_t *packet, uint16_t *size, const char *file)
{
    static const uint8_t start[] = {2, 1, 6};
    static const uint8_t options[] = {99, 130, 83, 99,  1,   4,  255, 255, 255,
                                      0,  3,   4,  192, 168, 10, 254, 255};

    memset(packet, 0, 600);
    memcpy(packet, start, sizeof(start));
    memcpy(packet + 16, (const uint8_t[]){192, 168, 10, 58}, 4);
    memcpy(packet + 20, server, 4);
    memcpy(packet + 28, "\x52\x54\x00\x12\x34\x56", 6);
    strcpy((char *)packet + 108, file);
    memcpy(packet + 236, options, sizeof(options));
    *size = 236 + sizeof(options);
}

static int set_up(void **state)
{
    (void)state;
    memset(low_memory, 0, sizeof(low_memory));
    memset(&api, 0, sizeof(api));
    put16(BDA_MEMORY_KIB, PXENV_AT / 1024);
    api.answers_interrupt = true;
    api.udp_open = true; /* as a loader leaves it that does not close it */
    put_pxe(PXE_AT);
    put_pxenv(0x0201, 44);
    put_packet(api.ack, &api.ack_size, "odd/pxelinux.0");
    put_packet(api.reply, &api.reply_size, "odd/pxelinux.0");
    return 0;
}

static void test_found_by_interrupt(void **state)
{
    struct network *network = pxe_open(&pxe, "");

    (void)state;
    assert_ptr_equal(network, &pxe.network);
    assert_int_equal(api.called, ENTRY);
    assert_memory_equal(network->address, ((const uint8_t[]){192, 168, 10, 58}), 4);
    assert_memory_equal(network->server, server, 4);
    assert_memory_equal(network->mac, "\x52\x54\x00\x12\x34\x56", 6);
    assert_string_equal(network->boot_file, "odd/pxelinux.0");
    assert_int_equal(api.calls[UDP_CLOSE], 1);
    assert_true(api.udp_open);
    assert_memory_equal(api.open_address, network->address, 4);
}

static void test_an_old_api_is_entered_through_pxenv(void **state)
{
    (void)state;
    put_pxenv(0x0200, 40);
    assert_non_null(pxe_open(&pxe, ""));
    assert_int_equal(api.called, OLD_ENTRY);
    put_pxenv(0x0201, 42); /* claims !PXE, but has no room to point to it */
    assert_non_null(pxe_open(&pxe, ""));
    assert_int_equal(api.called, OLD_ENTRY);
}

static void test_found_in_memory(void **state)
{
    (void)state;
    api.answers_interrupt = false;
    assert_non_null(pxe_open(&pxe, ""));
    assert_int_equal(api.called, ENTRY);
    api.answers_interrupt = true;
    real_write8(PXENV_AT + 20, 1); /* its sum is wrong now */
    assert_non_null(pxe_open(&pxe, ""));
    assert_int_equal(api.called, ENTRY);
}

static void test_found_at_the_very_end_of_memory(void **state)
{
    (void)state;
    api.answers_interrupt = false;
    memset(real_memory(PXE_AT), 0, 4);
    memcpy(real_memory(0x9FFF0), "!PXE\x58", 5); /* would reach into the video memory */
    assert_null(pxe_open(&pxe, ""));
    put_pxe(0x9FFA0);
    assert_non_null(pxe_open(&pxe, ""));
}

static void test_no_api(void **state)
{
    (void)state;
    api.answers_interrupt = false;
    memset(real_memory(PXE_AT), 0, 4);
    assert_null(pxe_open(&pxe, ""));
    put_pxe(PXE_AT);
    real_write8(PXE_AT + 9, 1); /* wrong sum */
    assert_null(pxe_open(&pxe, ""));
    memset(real_memory(PXE_AT), 0, 0x58);
    memcpy(real_memory(PXE_AT), "!PXE", 4); /* no length: the sum of nothing is 0 */
    assert_null(pxe_open(&pxe, ""));
    put_pxe(0x9BFF0); /* below what the BIOS took away: left by a driver that is gone */
    assert_null(pxe_open(&pxe, ""));
    assert_int_equal(api.called, 0);
}

static void test_no_packet_or_no_address(void **state)
{
    (void)state;
    api.fail_function = GET_CACHED_INFO;
    api.fail_status = 0x51;
    assert_null(pxe_open(&pxe, ""));
    api.fail_status = 0;
    api.fail_without_status = true;
    assert_null(pxe_open(&pxe, ""));
    api.fail_function = 0;
    api.ack_size = 4000; /* more than the buffer that was offered */
    assert_null(pxe_open(&pxe, ""));
    put_packet(api.ack, &api.ack_size, "x");
    memset(api.ack + 16, 0, 4);
    memset(api.reply + 16, 0, 4);
    assert_null(pxe_open(&pxe, ""));
}

static void test_udp_does_not_open(void **state)
{
    (void)state;
    api.fail_function = UDP_OPEN;
    api.fail_status = 0x60;
    assert_null(pxe_open(&pxe, ""));
}

static void test_the_reply_of_a_boot_server_names_the_file(void **state)
{
    (void)state;
    put_packet(api.ack, &api.ack_size, "");
    memset(api.ack + 20, 0, 4);
    assert_non_null(pxe_open(&pxe, ""));
    assert_string_equal(pxe.network.boot_file, "odd/pxelinux.0");
    api.reply_size = 10; /* none */
    put_packet(api.ack, &api.ack_size, "pxelinux.0");
    assert_non_null(pxe_open(&pxe, ""));
    assert_string_equal(pxe.network.boot_file, "pxelinux.0");
}

static void check_own_file(const char *line, const char *expected)
{
    assert_non_null(pxe_open(&pxe, line));
    assert_string_equal(pxe.network.boot_file, expected);
}

static void test_our_own_file_name(void **state)
{
    char line[300] = "BOOT_IMAGE=";

    (void)state;
    check_own_file("BOOT_IMAGE=oddrescue.krn keeppxe", "odd/oddrescue.krn");
    check_own_file("BOOT_IMAGE=tools/odd/oddrescue.krn", "odd/tools/odd/oddrescue.krn");
    check_own_file("BOOT_IMAGE=", "odd/pxelinux.0");
    check_own_file("BOOT_IMAGE=/oddrescue.krn", "odd/pxelinux.0");
    check_own_file("BOOT_IMAGE=10.0.0.1::oddrescue.krn", "odd/pxelinux.0");
    check_own_file("BOOT_IMAGE=http://10.0.0.1/oddrescue.krn", "odd/pxelinux.0");
    check_own_file("keeppxe BOOT_IMAGE=oddrescue.krn", "odd/pxelinux.0");
    memset(line + 11, 'k', 125); /* one too many behind "odd/" */
    check_own_file(line, "odd/pxelinux.0");
    line[11 + 124] = '\0';
    assert_non_null(pxe_open(&pxe, line));
    assert_int_equal(strlen(pxe.network.boot_file), NETWORK_BOOT_FILE_MAX);
}

static void test_send(void **state)
{
    struct network *network = pxe_open(&pxe, "");

    (void)state;
    assert_int_equal(network->send(network->context, 0x1234, server, 69, "hello", 5), 0);
    assert_int_equal(api.written.size, 5);
    assert_memory_equal(api.sent, "hello", 5);
    assert_memory_equal(api.written.address, server, 4);
    assert_memory_equal(api.written.gateway, "\0\0\0\0", 4);
    assert_memory_equal(api.written.source_port, "\x12\x34", 2);
    assert_memory_equal(api.written.port, "\0\x45", 2);
    assert_int_equal(network->send(network->context, 1, (const uint8_t[]){8, 8, 8, 8}, 69, "x", 1),
                     0);
    assert_memory_equal(api.written.gateway, ((const uint8_t[]){192, 168, 10, 254}), 4);
}

static void test_send_errors(void **state)
{
    struct network *network = pxe_open(&pxe, "");
    static const uint8_t big[NETWORK_PAYLOAD_MAX + 1];

    (void)state;
    assert_int_equal(network->send(network->context, 1, server, 69, big, NETWORK_PAYLOAD_MAX), 0);
    assert_int_equal(
        error_class(network->send(network->context, 1, server, 69, big, NETWORK_PAYLOAD_MAX + 1)),
        ERR_ARGUMENT);
    api.fail_function = UDP_WRITE;
    api.fail_status = 0x11;
    assert_int_equal(error_class(network->send(network->context, 1, server, 69, "x", 1)),
                     ERR_NO_ANSWER);
    api.fail_status = 1;
    assert_int_equal(error_class(network->send(network->context, 1, server, 69, "x", 1)), ERR_IO);
    api.fail_status = 0;
    api.fail_without_status = true;
    assert_int_equal(error_class(network->send(network->context, 1, server, 69, "x", 1)), ERR_IO);
}

static void test_receive(void **state)
{
    struct network *network = pxe_open(&pxe, "");
    uint8_t from[4], bytes[100];
    uint16_t port, size;

    (void)state;
    assert_int_equal(
        error_class(network->receive(network->context, 5000, from, &port, bytes, 100, &size)),
        ERR_TIMEOUT);
    api.waiting = 60;
    api.waiting_port = 5000;
    assert_int_equal(
        error_class(network->receive(network->context, 5001, from, &port, bytes, 100, &size)),
        ERR_TIMEOUT);
    assert_int_equal(network->receive(network->context, 5000, from, &port, bytes, 100, &size), 0);
    assert_int_equal(size, 60);
    assert_int_equal(port, 0x1234);
    assert_memory_equal(from, server, 4);
    for (unsigned i = 0; i < size; i++)
        assert_int_equal(bytes[i], i);
}

static void test_receive_cuts_and_distrusts(void **state)
{
    struct network *network = pxe_open(&pxe, "");
    uint8_t from[4], bytes[40];
    uint16_t port, size;

    (void)state;
    api.waiting = 60;
    api.waiting_port = 5000;
    assert_int_equal(network->receive(network->context, 5000, from, &port, bytes, 40, &size), 0);
    assert_int_equal(size, 40);
    api.waiting = 3000; /* more than the buffer that it was given */
    assert_int_equal(
        error_class(network->receive(network->context, 5000, from, &port, bytes, 40, &size)),
        ERR_TIMEOUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_found_by_interrupt, set_up),
        cmocka_unit_test_setup(test_an_old_api_is_entered_through_pxenv, set_up),
        cmocka_unit_test_setup(test_found_in_memory, set_up),
        cmocka_unit_test_setup(test_found_at_the_very_end_of_memory, set_up),
        cmocka_unit_test_setup(test_no_api, set_up),
        cmocka_unit_test_setup(test_no_packet_or_no_address, set_up),
        cmocka_unit_test_setup(test_udp_does_not_open, set_up),
        cmocka_unit_test_setup(test_the_reply_of_a_boot_server_names_the_file, set_up),
        cmocka_unit_test_setup(test_our_own_file_name, set_up),
        cmocka_unit_test_setup(test_send, set_up),
        cmocka_unit_test_setup(test_send_errors, set_up),
        cmocka_unit_test_setup(test_receive, set_up),
        cmocka_unit_test_setup(test_receive_cuts_and_distrusts, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
