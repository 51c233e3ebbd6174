/*
 * A serial port: the 16550 UART and its ancestors (National Semiconductor PC16550D data sheet),
 * polled, 8 data bits, no parity, 1 stop bit.
 */
#ifndef DRIVERS_SERIAL_H
#define DRIVERS_SERIAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot/platform.h"

/* Base ports as the IBM PC/AT assigned them. */
enum { SERIAL_COM1 = 0x3F8, SERIAL_COM2 = 0x2F8, SERIAL_COM3 = 0x3E8, SERIAL_COM4 = 0x2E8 };

struct serial {
    const struct platform *platform; /* ports and clock */
    uint16_t base;
    uint8_t
        fifo; /* bytes that may be written when the transmitter is empty: 16, or 1 without FIFO */
    uint8_t room;  /* of these, how many are left */
    uint32_t baud; /* bits per second */
    bool stuck;    /* the transmitter stopped; bytes are dropped until it moves again */
};

/*
 * Looks for a UART at `base` and sets it up at `baud` bits per second (50..115200). Returns false
 * when none answers (loop-back test of the modem control lines) or when the rate is impossible.
 */
bool serial_open(struct serial *serial, const struct platform *platform, uint16_t base,
                 uint32_t baud);

/* Hands one byte to the transmitter if it has room; never waits. Returns whether it took it. */
bool serial_try_write(struct serial *serial, uint8_t byte);

/*
 * Sends all bytes, waiting for the line. When the transmitter makes no progress for 100 ms (a
 * hundred times what a byte takes at 9600 baud) the rest is dropped, and later calls don't wait
 * again before it moved. Returns how many bytes were sent.
 */
size_t serial_write(struct serial *serial, const void *bytes, size_t count);

/* The next received byte, or -1; never waits. */
int serial_read(struct serial *serial);

#endif
