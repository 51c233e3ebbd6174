/* Any bytes as the two packets of a network boot; the first byte says where the second begins. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/dhcp.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct dhcp_lease *lease)
{
    const char *end = memchr(lease->boot_file, '\0', sizeof(lease->boot_file));
    static const uint8_t direct[4];

    if (end == NULL)
        abort();
    for (const char *c = lease->boot_file; c < end; c++) {
        if ((uint8_t)*c < ' ' || *c == 0x7F)
            abort();
    }
    if (memcmp(dhcp_route(lease, lease->address), direct, 4) != 0)
        abort(); /* ourselves are in our own network */
}

/* Lets a packet of any length be read from memory that ends where it ends. */
static void read_copy(struct dhcp_lease *lease, const uint8_t *packet, size_t size)
{
    struct dhcp_lease before = *lease;
    uint8_t *copy = malloc(size > 0 ? size : 1);

    if (copy == NULL)
        abort();
    memcpy(copy, packet, size);
    if (!dhcp_read(lease, copy, size) && memcmp(lease, &before, sizeof(before)) != 0)
        abort(); /* said no, and changed something */
    check(lease);
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct dhcp_lease lease;
    size_t first = size < 1 ? 0 : data[0] * (size - 1) / 255;

    memset(&lease, 0, sizeof(lease));
    if (size > 0) {
        read_copy(&lease, data + 1, first);
        read_copy(&lease, data + 1 + first, size - 1 - first);
    }
    return 0;
}
