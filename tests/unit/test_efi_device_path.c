/* boot/efi/device_path.c: paths as the firmware writes them, and broken ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "boot/efi/device_path.c"

/* Nodes as UEFI 2.10 chapter 10 defines them, written from there. */
#define ACPI(number, uid)     0x02, 0x01, 12, 0, 0xD0, 0x41, (number)&0xFF, (number) >> 8, uid, 0, 0, 0
#define PCI(device, function) 0x01, 0x01, 6, 0, function, device
#define USB(port)             0x03, 0x05, 6, 0, port, 0
#define ATA(channel, device)  0x03, 0x01, 8, 0, channel, device, 0, 0
#define UART                  0x03, 0x0E, 19, 0, 0, 0, 0, 0, 0x00, 0xC2, 0x01, 0, 0, 0, 0, 0, 8, 1, 1
#define VENDOR_TERMINAL       0x03, 0x0A, 20, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
#define CD_MEDIA              0x04, 0x02, 24, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
#define END                   0x7F, 0xFF, 4, 0

#define ROOT          ACPI(0x0A03, 0)
#define ISA_BRIDGE    PCI(0x1F, 0)
#define SERIAL(uid)   ACPI(0x0501, uid)
#define FLOPPY(drive) ACPI(0x0604, drive)

#define PATH(name, ...)                                                                            \
    static const uint8_t name##_bytes[] = {__VA_ARGS__};                                           \
    struct device_path name = device_path_at(name##_bytes, sizeof name##_bytes)

static void test_ends_where_its_end_node_is(void **state)
{
    PATH(stick, ROOT, PCI(1, 0), USB(2), END, USB(3), END);
    PATH(nothing, END);

    (void)state;
    assert_int_equal(stick.size, 12 + 6 + 6);
    assert_ptr_equal(stick.nodes, stick_bytes);
    assert_int_equal(nothing.size, 0);
    assert_int_equal(device_path_at(NULL, 1024).size, 0);
}

static void test_broken_paths_are_empty(void **state)
{
    PATH(endless, ROOT, PCI(1, 0));
    PATH(cut, ROOT, 0x7F, 0xFF);
    PATH(zero, ROOT, 0x01, 0x01, 0, 0, END);
    PATH(short_node, ROOT, 0x01, 0x01, 3, 0, END);
    PATH(too_long, ROOT, 0x01, 0x01, 0xFF, 0xFF, END);
    PATH(instance, ROOT, 0x7F, 0x01, 4, 0);

    (void)state;
    assert_int_equal(endless.size, 0);
    assert_int_equal(cut.size, 0);
    assert_int_equal(zero.size, 0);
    assert_int_equal(short_node.size, 0);
    assert_int_equal(too_long.size, 0);
    assert_int_equal(instance.size, 0);
    assert_int_equal(device_path_serial_port(endless), -1);
    assert_int_equal(device_path_kind(endless), DEVICE_HARD_DISK);
}

/* Every length of a good path's beginning, and every single changed byte: nothing outside is read
 * (the sanitizer watches). */
static void test_any_bytes_are_survived(void **state)
{
    static const uint8_t good[] = {ROOT, ISA_BRIDGE, SERIAL(1), UART, VENDOR_TERMINAL, END};

    (void)state;
    for (size_t size = 0; size <= sizeof good; size++) {
        uint8_t *copy = malloc(size + (size == 0));
        struct device_path path;

        assert_non_null(copy);
        memcpy(copy, good, size);
        path = device_path_at(copy, size);
        assert_int_equal(path.size, size == sizeof good ? sizeof good - 4 : 0);
        for (size_t at = 0; at < size; at++) {
            for (unsigned value = 0; value < 256; value++) {
                copy[at] = (uint8_t)value;
                path = device_path_at(copy, size);
                assert_true(path.size <= size);
                device_path_kind(path);
                device_path_serial_port(path);
            }
            copy[at] = good[at];
        }
        free(copy);
    }
}

static void test_a_device_lies_behind_its_controller(void **state)
{
    PATH(controller, ROOT, PCI(1, 1), END);
    PATH(other, ROOT, PCI(1, 2), END);
    PATH(disk, ROOT, PCI(1, 1), ATA(0, 0), END);
    PATH(partition, ROOT, PCI(1, 1), ATA(0, 0), USB(1), END);
    PATH(nothing, END);

    (void)state;
    assert_true(device_path_starts_with(disk, controller));
    assert_true(device_path_starts_with(partition, disk));
    assert_true(device_path_starts_with(disk, disk));
    assert_false(device_path_starts_with(disk, other));
    assert_false(device_path_starts_with(controller, disk));
    assert_false(device_path_starts_with(disk, nothing));
    assert_false(device_path_starts_with(nothing, disk));
    assert_false(device_path_starts_with(nothing, nothing));
}

static void test_kinds_of_disks(void **state)
{
    PATH(hard_disk, ROOT, PCI(1, 1), ATA(0, 0), END);
    PATH(stick, ROOT, PCI(1, 0), USB(2), END);
    PATH(behind_hub, ROOT, PCI(1, 0), USB(2), USB(1), END);
    PATH(floppy, ROOT, ISA_BRIDGE, FLOPPY(0), END);
    PATH(cd, ROOT, PCI(1, 0), USB(2), CD_MEDIA, END);
    PATH(serial, ROOT, ISA_BRIDGE, SERIAL(0), UART, END);

    (void)state;
    assert_int_equal(device_path_kind(hard_disk), DEVICE_HARD_DISK);
    assert_int_equal(device_path_kind(stick), DEVICE_USB_DISK);
    assert_int_equal(device_path_kind(behind_hub), DEVICE_USB_DISK);
    assert_int_equal(device_path_kind(floppy), DEVICE_FLOPPY);
    assert_int_equal(device_path_kind(cd), DEVICE_CD);
    assert_int_equal(device_path_kind(serial), DEVICE_HARD_DISK);
}

static void test_serial_ports_of_a_pc(void **state)
{
    PATH(com1, ROOT, ISA_BRIDGE, SERIAL(0), UART, END);
    PATH(com2, ROOT, ISA_BRIDGE, SERIAL(1), UART, END);
    PATH(without_uart, ROOT, ISA_BRIDGE, SERIAL(1), END);
    PATH(expanded, ROOT, ISA_BRIDGE, 0x02, 0x02, 19, 0, 0xD0, 0x41, 0x01, 0x05, 1, 0, 0, 0, 0, 0, 0,
         0, 0, 0, 0, UART, END);
    PATH(card, ROOT, PCI(3, 0), UART, END);
    PATH(terminal, ROOT, ISA_BRIDGE, SERIAL(0), UART, VENDOR_TERMINAL, END);
    PATH(behind, ROOT, ISA_BRIDGE, SERIAL(0), UART, PCI(3, 0), END);
    PATH(huge_number, ROOT, 0x02, 0x01, 12, 0, 0xD0, 0x41, 0x01, 0x05, 0, 0, 0, 0x80, UART, END);

    (void)state;
    assert_int_equal(device_path_serial_port(com1), 0);
    assert_int_equal(device_path_serial_port(com2), 1);
    assert_int_equal(device_path_serial_port(without_uart), 1);
    assert_int_equal(device_path_serial_port(expanded), 1);
    assert_int_equal(device_path_serial_port(card), -1);
    assert_int_equal(device_path_serial_port(terminal), -1);
    assert_int_equal(device_path_serial_port(behind), -1);
    assert_int_equal(device_path_serial_port(huge_number), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ends_where_its_end_node_is),
        cmocka_unit_test(test_broken_paths_are_empty),
        cmocka_unit_test(test_any_bytes_are_survived),
        cmocka_unit_test(test_a_device_lies_behind_its_controller),
        cmocka_unit_test(test_kinds_of_disks),
        cmocka_unit_test(test_serial_ports_of_a_pc),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
