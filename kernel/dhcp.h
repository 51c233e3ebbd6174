/* What a DHCP server told a machine that boots from the network. */
#ifndef KERNEL_DHCP_H
#define KERNEL_DHCP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/network.h"

/* All addresses as they are written: 192, 168, 1, 5. 0.0.0.0 and "" = not told. */
struct dhcp_lease {
    uint8_t mac[6];
    uint8_t address[4]; /* ours */
    uint8_t mask[4];
    uint8_t router[4]; /* of our network, to all others */
    uint8_t server[4]; /* from which the boot file comes */
    char boot_file[NETWORK_BOOT_FILE_MAX + 1];
};

enum { DHCP_PACKET_MAX = 1500 };

/*
 * Adds what a server's answer (DHCPACK, proxy DHCP offer, PXE reply) of `size` bytes tells to
 * `lease`; what it does not tell stays, so the packets of one boot are read one after the other,
 * the later ones about the boot file last. Returns false, and changes nothing, when the bytes are
 * no answer of a DHCP or BOOTP server to an Ethernet card.
 * Source: RFC 2131 section 2 and 4.1, RFC 2132 sections 2, 3.3, 3.5, 9.3 to 9.5, 9.7, RFC 5859.
 */
bool dhcp_read(struct dhcp_lease *lease, const uint8_t *packet, size_t size);

/* Where a datagram for `address` has to be sent to first: the router, or 0.0.0.0 when the host is
 * in our own network or no router is known. */
const uint8_t *dhcp_route(const struct dhcp_lease *lease, const uint8_t address[4]);

#endif
