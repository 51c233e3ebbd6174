/*
 * A simulated 16550 (PC16550D data sheet) on a simulated clock: bytes take the time that they take
 * on the line, status bits tell the truth, loop-back mode connects the modem lines. Each port
 * access takes 1 µs. For tests of drivers/serial.c and what is above it.
 */
#ifndef TESTS_SUPPORT_SIM_UART_H
#define TESTS_SUPPORT_SIM_UART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot/platform.h"

enum sim_uart_kind {
    SIM_UART_16550A, /* FIFO of 16 bytes */
    SIM_UART_8250,   /* no FIFO, IIR never shows one */
    SIM_UART_NONE    /* nothing at the ports: all reads are FF */
};

struct sim_uart {
    enum sim_uart_kind kind;
    uint16_t base;
    struct platform platform; /* ports and clock to hand to the driver */
    struct ports ports;
    uint64_t now_us;
    bool frozen; /* the transmitter stopped (a UART of a switched-off redirection box) */

    uint8_t ier, fcr, lcr, mcr, divisor_low, divisor_high;
    uint8_t fifo[16];
    unsigned fifo_count;
    uint64_t shift_done_us; /* when the byte on the line is through */
    unsigned overruns;      /* bytes written without room: lost */

    uint8_t sent[65536];
    size_t sent_count;
    uint8_t incoming[512];
    size_t incoming_count, incoming_read;
};

void sim_uart_open(struct sim_uart *uart, enum sim_uart_kind kind, uint16_t base);

/* Lets time pass. */
void sim_uart_pass(struct sim_uart *uart, uint64_t us);

/* The other end types. */
void sim_uart_type(struct sim_uart *uart, const char *bytes);

/* Bit rate that the driver programmed. */
unsigned sim_uart_baud(const struct sim_uart *uart);

#endif
