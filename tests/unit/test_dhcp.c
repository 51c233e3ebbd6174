/* DHCP packets, as RFC 2131 and RFC 2132 describe them: good, odd and broken ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernel/dhcp.h"

/* A packet that is put together option by option. */
struct packet {
    uint8_t bytes[DHCP_PACKET_MAX];
    size_t size;
};

static const uint8_t mac[6] = {0x52, 0x54, 0, 0x12, 0x34, 0x56};

static struct packet new_packet(void)
{
    static const uint8_t cookie[4] = {99, 130, 83, 99};
    struct packet packet = {.bytes = {2, 1, 6}, .size = 240};

    memcpy(packet.bytes + 28, mac, sizeof(mac));
    memcpy(packet.bytes + 236, cookie, sizeof(cookie));
    return packet;
}

static void field(struct packet *packet, size_t at, uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
    memcpy(packet->bytes + at, (const uint8_t[]){a, b, c, d}, 4);
}

static void option(struct packet *packet, uint8_t code, uint8_t length, const void *bytes)
{
    packet->bytes[packet->size] = code;
    packet->bytes[packet->size + 1] = length;
    memcpy(packet->bytes + packet->size + 2, bytes, length);
    packet->size += 2 + length;
}

static void address_option(struct packet *packet, uint8_t code, uint8_t a, uint8_t b, uint8_t c,
                           uint8_t d)
{
    option(packet, code, 4, (const uint8_t[]){a, b, c, d});
}

static void end(struct packet *packet)
{
    packet->bytes[packet->size++] = 255;
}

/* Reads a copy that ends where the packet ends, so that the sanitizer sees every byte too many. */
static bool read_packet(struct dhcp_lease *lease, const struct packet *packet)
{
    uint8_t *copy = malloc(packet->size > 0 ? packet->size : 1);
    bool good;

    assert_non_null(copy);
    memcpy(copy, packet->bytes, packet->size);
    good = dhcp_read(lease, copy, packet->size);
    free(copy);
    return good;
}

static void assert_address(const uint8_t got[4], uint8_t a, uint8_t b, uint8_t c, uint8_t d)
{
    assert_memory_equal(got, ((const uint8_t[]){a, b, c, d}), 4);
}

static void test_an_ordinary_answer(void **state)
{
    struct packet packet = new_packet();
    struct dhcp_lease lease = {0};

    (void)state;
    field(&packet, 16, 192, 168, 10, 77);
    field(&packet, 20, 192, 168, 10, 1);
    strcpy((char *)packet.bytes + 108, "oddrescue/pxelinux.0");
    option(&packet, 53, 1, "\5");
    packet.bytes[packet.size++] = 0; /* padding between options */
    address_option(&packet, 1, 255, 255, 255, 0);
    option(&packet, 3, 8, "\xC0\xA8\x0A\xFE\xC0\xA8\x0A\xFD");
    address_option(&packet, 54, 192, 168, 10, 2);
    end(&packet);
    assert_true(read_packet(&lease, &packet));
    assert_memory_equal(lease.mac, mac, 6);
    assert_address(lease.address, 192, 168, 10, 77);
    assert_address(lease.mask, 255, 255, 255, 0);
    assert_address(lease.router, 192, 168, 10, 254);
    assert_address(lease.server, 192, 168, 10, 1);
    assert_string_equal(lease.boot_file, "oddrescue/pxelinux.0");
}

static void test_a_renewed_address_is_the_clients_own(void **state)
{
    struct packet packet = new_packet();
    struct dhcp_lease lease = {0};

    (void)state;
    field(&packet, 12, 10, 0, 0, 9);
    assert_true(read_packet(&lease, &packet));
    assert_address(lease.address, 10, 0, 0, 9);
}

/* What an option of that code says the server is. */
static void check_server_option(uint8_t code, const char *text, size_t length, bool good)
{
    struct packet packet = new_packet();
    struct dhcp_lease lease = {0};

    option(&packet, code, (uint8_t)length, text);
    address_option(&packet, 54, 1, 2, 3, 4);
    end(&packet);
    assert_true(read_packet(&lease, &packet));
    if (good)
        assert_address(lease.server, 192, 168, 5, 9);
    else
        assert_address(lease.server, 1, 2, 3, 4);
}

static void test_the_server_from_options(void **state)
{
    (void)state;
    check_server_option(66, "192.168.5.9", 11, true);
    check_server_option(66, "192.168.5.9\0", 12, true);
    check_server_option(150, "\xC0\xA8\5\x9", 4, true);
    check_server_option(150, "\xC0\xA8\5\x9\1\2\3\4", 8, true);
    check_server_option(150, "\xC0\xA8\5", 3, false);
    check_server_option(66, "server.example", 14, false);
    check_server_option(66, "192.168.5", 9, false);
    check_server_option(66, "192.168.5.", 10, false);
    check_server_option(66, "192.168.5.256", 13, false);
    check_server_option(66, "192.168.5.0009", 14, false);
    check_server_option(66, "192.168.5.9.1", 13, false);
    check_server_option(66, "192.168.5.9 ", 12, false);
    check_server_option(66, ".192.168.5.9", 12, false);
    check_server_option(66, "0.0.0.0", 7, false);
    check_server_option(66, "\0\0", 2, false);
}

static void test_siaddr_is_stronger_than_options(void **state)
{
    struct packet packet = new_packet();
    struct dhcp_lease lease = {0};

    (void)state;
    field(&packet, 20, 10, 1, 1, 1);
    option(&packet, 66, 8, "10.2.2.2");
    end(&packet);
    assert_true(read_packet(&lease, &packet));
    assert_address(lease.server, 10, 1, 1, 1);
}

static void test_the_boot_file_from_an_option(void **state)
{
    struct packet packet = new_packet();
    struct dhcp_lease lease = {0};

    (void)state;
    option(&packet, 67, 11, "oddx64.efi\0");
    end(&packet);
    assert_true(read_packet(&lease, &packet));
    assert_string_equal(lease.boot_file, "oddx64.efi");
}

static void test_options_in_the_name_fields(void **state)
{
    struct packet packet = new_packet();
    struct dhcp_lease lease = {0};

    (void)state;
    option(&packet, 52, 1, "\3");
    end(&packet);
    memcpy(packet.bytes + 108,
           "\x43\x05"
           "a/b.0\xFF",
           8);
    memcpy(packet.bytes + 44, "\x03\x04\x0A\x00\x00\x01\xFF", 7);
    assert_true(read_packet(&lease, &packet));
    assert_string_equal(lease.boot_file, "a/b.0");
    assert_address(lease.router, 10, 0, 0, 1);
}

static void test_names_in_overloaded_fields_are_not_taken_for_names(void **state)
{
    struct packet packet = new_packet();
    struct dhcp_lease lease = {0};

    (void)state;
    option(&packet, 52, 1, "\1");
    end(&packet);
    memset(packet.bytes + 108, 'A', 128); /* one option of 65 bytes that runs out of the field */
    assert_true(read_packet(&lease, &packet));
    assert_string_equal(lease.boot_file, "");
}

static void test_a_file_name_that_fills_its_field(void **state)
{
    struct packet packet = new_packet();
    struct dhcp_lease lease = {0};

    (void)state;
    memset(packet.bytes + 108, 'x', 128);
    assert_true(read_packet(&lease, &packet));
    assert_int_equal(strlen(lease.boot_file), 128);
}

static void test_a_file_name_with_control_characters_is_none(void **state)
{
    struct packet packet = new_packet();
    struct dhcp_lease lease = {0};

    (void)state;
    strcpy((char *)packet.bytes + 108, "a\x1B[2J");
    assert_true(read_packet(&lease, &packet));
    assert_string_equal(lease.boot_file, "");
}

static void test_a_name_too_long_for_us_is_none(void **state)
{
    struct packet packet = new_packet();
    struct dhcp_lease lease = {0};
    char name[200];

    (void)state;
    memset(name, 'n', sizeof(name));
    option(&packet, 67, sizeof(name), name);
    end(&packet);
    assert_true(read_packet(&lease, &packet));
    assert_string_equal(lease.boot_file, "");
}

/* A router gives the address and names itself; a proxy DHCP server names the file and, by its
 * server identifier only, itself. */
static void test_a_proxy_names_file_and_server(void **state)
{
    struct packet router = new_packet(), proxy = new_packet();
    struct dhcp_lease lease = {0};

    (void)state;
    field(&router, 16, 192, 168, 1, 33);
    field(&router, 20, 192, 168, 1, 254);
    address_option(&router, 1, 255, 255, 255, 0);
    end(&router);
    strcpy((char *)proxy.bytes + 108, "pxelinux.0");
    address_option(&proxy, 54, 192, 168, 1, 2);
    end(&proxy);
    assert_true(read_packet(&lease, &router));
    assert_address(lease.server, 192, 168, 1, 254);
    assert_true(read_packet(&lease, &proxy));
    assert_address(lease.address, 192, 168, 1, 33);
    assert_address(lease.mask, 255, 255, 255, 0);
    assert_address(lease.server, 192, 168, 1, 2);
    assert_string_equal(lease.boot_file, "pxelinux.0");
    assert_true(read_packet(&lease, &router)); /* tells nothing of a file: changes nothing of it */
    assert_address(lease.server, 192, 168, 1, 2);
}

static void test_bootp_without_options(void **state)
{
    struct packet packet = new_packet();
    struct dhcp_lease lease = {0};

    (void)state;
    field(&packet, 16, 10, 0, 0, 5);
    field(&packet, 20, 10, 0, 0, 1);
    packet.size = 236;
    assert_true(read_packet(&lease, &packet));
    assert_address(lease.address, 10, 0, 0, 5);
    assert_address(lease.server, 10, 0, 0, 1);
}

static void test_what_is_no_answer_changes_nothing(void **state)
{
    struct packet packet = new_packet();
    struct dhcp_lease lease = {0}, before = {0};

    (void)state;
    field(&packet, 16, 10, 0, 0, 5);
    for (size_t i = 0; i < 3; i++) {
        struct packet other = packet;

        other.bytes[i]++; /* a request; another kind of card; an address of another length */
        assert_false(read_packet(&lease, &other));
    }
    packet.size = 235;
    assert_false(read_packet(&lease, &packet));
    packet.size = 0;
    assert_false(read_packet(&lease, &packet));
    assert_memory_equal(&lease, &before, sizeof(lease));
}

/* A packet that ends anywhere is read without looking behind its end. */
static void test_cut_packets(void **state)
{
    struct packet packet = new_packet();

    (void)state;
    address_option(&packet, 1, 255, 255, 255, 0);
    option(&packet, 66, 11, "192.168.5.9");
    option(&packet, 67, 10, "pxelinux.0");
    option(&packet, 52, 1, "\3");
    memset(packet.bytes + 44, 0xFE, 192); /* options that run out of their fields */
    for (size_t size = packet.size; size > 0; size--) {
        struct dhcp_lease lease = {0};

        packet.size = size;
        assert_int_equal(read_packet(&lease, &packet), size >= 236);
    }
}

static void test_route(void **state)
{
    struct dhcp_lease lease = {
        .address = {192, 168, 10, 7}, .mask = {255, 255, 255, 0}, .router = {192, 168, 10, 254}};
    struct dhcp_lease no_mask = {.address = {192, 168, 10, 7}, .router = {192, 168, 10, 254}};

    (void)state;
    assert_address(dhcp_route(&lease, (const uint8_t[]){192, 168, 10, 1}), 0, 0, 0, 0);
    assert_address(dhcp_route(&lease, (const uint8_t[]){192, 168, 11, 1}), 192, 168, 10, 254);
    assert_address(dhcp_route(&lease, (const uint8_t[]){10, 0, 0, 1}), 192, 168, 10, 254);
    assert_address(dhcp_route(&no_mask, (const uint8_t[]){10, 0, 0, 1}), 0, 0, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_ordinary_answer),
        cmocka_unit_test(test_a_renewed_address_is_the_clients_own),
        cmocka_unit_test(test_the_server_from_options),
        cmocka_unit_test(test_siaddr_is_stronger_than_options),
        cmocka_unit_test(test_the_boot_file_from_an_option),
        cmocka_unit_test(test_options_in_the_name_fields),
        cmocka_unit_test(test_names_in_overloaded_fields_are_not_taken_for_names),
        cmocka_unit_test(test_a_file_name_that_fills_its_field),
        cmocka_unit_test(test_a_file_name_with_control_characters_is_none),
        cmocka_unit_test(test_a_name_too_long_for_us_is_none),
        cmocka_unit_test(test_a_proxy_names_file_and_server),
        cmocka_unit_test(test_bootp_without_options),
        cmocka_unit_test(test_what_is_no_answer_changes_nothing),
        cmocka_unit_test(test_cut_packets),
        cmocka_unit_test(test_route),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
