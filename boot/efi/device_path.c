/* Reading device paths. */
#include "boot/efi/device_path.h"

#include "kernel/lib/little_endian.h"
#include "kernel/lib/string.h"

enum { NODE_HEADER = 4 };

/* Types and sub-types (UEFI 2.10, 10.3). */
enum { TYPE_ACPI = 0x02, ACPI_NODE = 0x01, ACPI_EXPANDED_NODE = 0x02 };
enum {
    TYPE_MESSAGING = 0x03,
    MESSAGING_USB = 0x05,
    MESSAGING_UART = 0x0E,
    MESSAGING_USB_CLASS = 0x0F,
    MESSAGING_USB_WWID = 0x10
};
enum { TYPE_MEDIA = 0x04, MEDIA_CD = 0x02 };
enum { TYPE_END = 0x7F, END_ENTIRE = 0xFF };

/* ACPI ids: "PNP" in five-bit letters is 41D0h, the number stands in the upper half (10.3.3). */
enum { ACPI_HID = 4, ACPI_UID = 8, ACPI_SIZE = 12, ACPI_EXPANDED_SIZE = 16 };
#define ACPI_SERIAL_PORT 0x050141D0u
#define ACPI_FLOPPY      0x060441D0u

/* Length of the node at `offset`, 0 when it does not fit in `size` bytes. */
static size_t node_length(const uint8_t *bytes, size_t size, size_t offset)
{
    size_t length;

    if (offset > size || size - offset < NODE_HEADER)
        return 0;
    length = little16(bytes + offset + 2);
    return length < NODE_HEADER || length > size - offset ? 0 : length;
}

struct device_path device_path_at(const void *bytes, size_t limit)
{
    struct device_path path = {bytes, 0};
    size_t offset = 0, length;

    if (bytes == NULL)
        return path;
    while ((length = node_length(bytes, limit, offset)) != 0) {
        if (path.nodes[offset] == TYPE_END && path.nodes[offset + 1] == END_ENTIRE) {
            path.size = offset;
            break;
        }
        offset += length;
    }
    return path;
}

bool device_path_starts_with(struct device_path path, struct device_path prefix)
{
    return prefix.size != 0 && path.size >= prefix.size &&
           memcmp(path.nodes, prefix.nodes, prefix.size) == 0;
}

static bool is_acpi(const uint8_t *node, size_t length)
{
    return node[0] == TYPE_ACPI &&
           ((node[1] == ACPI_NODE && length >= ACPI_SIZE) ||
            (node[1] == ACPI_EXPANDED_NODE && length >= ACPI_EXPANDED_SIZE));
}

/* Kind that one node alone tells. */
static enum device_kind node_kind(const uint8_t *node, size_t length, enum device_kind before)
{
    if (node[0] == TYPE_MESSAGING && (node[1] == MESSAGING_USB || node[1] == MESSAGING_USB_CLASS ||
                                      node[1] == MESSAGING_USB_WWID))
        return DEVICE_USB_DISK;
    if (is_acpi(node, length) && little32(node + ACPI_HID) == ACPI_FLOPPY)
        return DEVICE_FLOPPY;
    if (node[0] == TYPE_MEDIA && node[1] == MEDIA_CD)
        return DEVICE_CD;
    return before;
}

enum device_kind device_path_kind(struct device_path path)
{
    enum device_kind kind = DEVICE_HARD_DISK;
    size_t length;

    for (size_t at = 0; (length = node_length(path.nodes, path.size, at)) != 0; at += length)
        kind = node_kind(path.nodes + at, length, kind);
    return kind;
}

/* The UID of an ACPI node; the expanded one has it behind the HID as well (10.3.3). */
static int serial_number(const uint8_t *node, size_t length)
{
    uint32_t number;

    if (!is_acpi(node, length) || little32(node + ACPI_HID) != ACPI_SERIAL_PORT)
        return -1;
    number = little32(node + ACPI_UID);
    return number > 255 ? -1 : (int)number;
}

int device_path_serial_port(struct device_path path)
{
    int port = -1;
    size_t length;

    for (size_t at = 0; (length = node_length(path.nodes, path.size, at)) != 0; at += length) {
        const uint8_t *node = path.nodes + at;

        if (node[0] != TYPE_MESSAGING || node[1] != MESSAGING_UART)
            port = serial_number(node, length);
    }
    return port;
}
