/*
 * The network card as the boot firmware drives it (PXE): UDP datagrams, nothing more. TFTP
 * (kernel/tftp.h) stands on it; boot/bios and boot/efi implement it; tests play it.
 */
#ifndef KERNEL_NETWORK_H
#define KERNEL_NETWORK_H

#include <stdint.h>

#include "kernel/error.h"

enum {
    NETWORK_BOOT_FILE_MAX = 128,
    NETWORK_PAYLOAD_MAX = 1472 /* bytes of a datagram: Ethernet's 1500 without IP and UDP headers */
};

struct network {
    void *context;
    uint8_t mac[6];
    uint8_t address[4]; /* ours, as 192, 168, 1, 5 */
    uint8_t server[4];  /* where the boot file came from; all 0 = not known */
    char boot_file[NETWORK_BOOT_FILE_MAX + 1]; /* its name on the server, "" = not known */

    /*
     * Sends `size` (at most NETWORK_PAYLOAD_MAX) bytes from our port `from` to a host. Errors:
     * ERR_IO (card or firmware), ERR_NO_ANSWER (host is unknown: ARP went unanswered).
     */
    err_t (*send)(void *context, uint16_t from, const uint8_t address[4], uint16_t port,
                  const void *bytes, uint16_t size);
    /*
     * Takes one datagram that arrived for our port `to`, never waits longer than about 20 ms.
     * `address` and `port` get the sender. A datagram that is longer than `limit` is cut. Errors:
     * ERR_TIMEOUT (nothing arrived), ERR_IO.
     */
    err_t (*receive)(void *context, uint16_t to, uint8_t address[4], uint16_t *port, void *bytes,
                     uint16_t limit, uint16_t *size);
};

#endif
