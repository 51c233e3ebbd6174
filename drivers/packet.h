/*
 * The packet seam: ATAPI methods and the diagnosis send command packets without knowing how they
 * travel. IDE PIO implements it (drivers/atapi.c); other transports can.
 */
#ifndef DRIVERS_PACKET_H
#define DRIVERS_PACKET_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/error.h"

enum packet_direction { PACKET_NONE, PACKET_IN, PACKET_OUT };

/* What came back, all of it. */
struct packet_result {
    err_t error; /* 0: status good */
    uint8_t status;
    uint8_t error_register;
    uint8_t interrupt_reason; /* as read last */
    bool sense_valid;
    uint8_t sense_key, asc, ascq;
    uint32_t moved; /* bytes of the data phase */
    uint32_t time_us;
};

struct packet_device;

struct packet_ops {
    /*
     * Sends a 12-byte packet and moves up to `size` bytes in the direction that the *host* chose;
     * when the device's interrupt reason disagrees the transfer stops with ERR_PROTOCOL. On CHECK
     * CONDITION the sense is fetched.
     */
    void (*packet)(struct packet_device *device, const uint8_t packet[12],
                   enum packet_direction direction, void *data, uint32_t size, uint32_t timeout_us,
                   struct packet_result *result);
    err_t (*reset)(struct packet_device *device);
};

struct packet_device {
    const struct packet_ops *ops;
    void *transport;
    uint32_t transfer_limit; /* bytes per command */
};

#endif
