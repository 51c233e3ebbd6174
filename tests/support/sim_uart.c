#include "tests/support/sim_uart.h"

#include <string.h>

enum { RBR_THR, IER, IIR_FCR, LCR, MCR, LSR, MSR, SCRATCH };
enum { LOOP = 0x10, DIVISOR_ACCESS = 0x80 };

static uint64_t byte_us(const struct sim_uart *uart)
{
    return 10 * 1000000ull / sim_uart_baud(uart);
}

static void move_line(struct sim_uart *uart)
{
    while (uart->fifo_count > 0 && uart->now_us >= uart->shift_done_us && !uart->frozen) {
        if (uart->sent_count < sizeof(uart->sent))
            uart->sent[uart->sent_count++] = uart->fifo[0];
        uart->fifo_count--;
        memmove(uart->fifo, uart->fifo + 1, uart->fifo_count);
        uart->shift_done_us =
            (uart->shift_done_us + byte_us(uart) > uart->now_us ? uart->shift_done_us
                                                                : uart->now_us) +
            byte_us(uart);
    }
}

void sim_uart_pass(struct sim_uart *uart, uint64_t us)
{
    while (us > 0) {
        uint64_t step = us < 10 ? us : 10;

        uart->now_us += step;
        us -= step;
        move_line(uart);
    }
}

static uint64_t sim_now_us(void *context)
{
    sim_uart_pass(context, 1);
    return ((struct sim_uart *)context)->now_us;
}

/* DTR to DSR, RTS to CTS, OUT1 to RI, OUT2 to DCD. */
static uint8_t modem_status(const struct sim_uart *uart)
{
    uint8_t mcr = uart->mcr;

    if ((mcr & LOOP) == 0)
        return 0xB0;
    return (uint8_t)((mcr & 1) << 5 | (mcr & 2) << 3 | (mcr & 4) << 4 | (mcr & 8) << 4);
}

static bool has_fifo(const struct sim_uart *uart)
{
    return uart->kind == SIM_UART_16550A && (uart->fcr & 1) != 0;
}

static uint8_t sim_in8(void *context, uint16_t port)
{
    struct sim_uart *uart = context;

    sim_uart_pass(uart, 1);
    if (uart->kind == SIM_UART_NONE || port < uart->base || port > uart->base + SCRATCH)
        return 0xFF;
    switch (port - uart->base) {
    case RBR_THR:
        if (uart->lcr & DIVISOR_ACCESS)
            return uart->divisor_low;
        return uart->incoming_read < uart->incoming_count ? uart->incoming[uart->incoming_read++]
                                                          : 0;
    case IER:
        return uart->lcr & DIVISOR_ACCESS ? uart->divisor_high : uart->ier;
    case IIR_FCR:
        return has_fifo(uart) ? 0xC1 : 0x01;
    case LCR:
        return uart->lcr;
    case MCR:
        return uart->mcr;
    case LSR:
        return (uint8_t)((uart->incoming_read < uart->incoming_count ? 0x01 : 0) |
                         (uart->fifo_count == 0 ? 0x20 : 0));
    case MSR:
        return modem_status(uart);
    default:
        return 0;
    }
}

static void transmit(struct sim_uart *uart, uint8_t value)
{
    if (uart->fifo_count >= (has_fifo(uart) ? 16u : 1u)) {
        uart->overruns++;
        return;
    }
    if (uart->fifo_count == 0 && uart->shift_done_us < uart->now_us)
        uart->shift_done_us = uart->now_us;
    uart->fifo[uart->fifo_count++] = value;
}

static void sim_out8(void *context, uint16_t port, uint8_t value)
{
    struct sim_uart *uart = context;

    sim_uart_pass(uart, 1);
    switch (port - uart->base) {
    case RBR_THR:
        if (uart->lcr & DIVISOR_ACCESS)
            uart->divisor_low = value;
        else
            transmit(uart, value);
        break;
    case IER:
        if (uart->lcr & DIVISOR_ACCESS)
            uart->divisor_high = value;
        else
            uart->ier = value;
        break;
    case IIR_FCR:
        uart->fcr = value;
        break;
    case LCR:
        uart->lcr = value;
        break;
    case MCR:
        uart->mcr = value;
        break;
    }
}

void sim_uart_open(struct sim_uart *uart, enum sim_uart_kind kind, uint16_t base)
{
    memset(uart, 0, sizeof(*uart));
    uart->kind = kind;
    uart->base = base;
    uart->divisor_low = 1;
    uart->ports.context = uart;
    uart->ports.in8 = sim_in8;
    uart->ports.out8 = sim_out8;
    uart->platform.context = uart;
    uart->platform.ports = &uart->ports;
    uart->platform.now_us = sim_now_us;
}

void sim_uart_type(struct sim_uart *uart, const char *bytes)
{
    size_t count = strlen(bytes);

    if (uart->incoming_read == uart->incoming_count)
        uart->incoming_read = uart->incoming_count = 0;
    if (count > sizeof(uart->incoming) - uart->incoming_count)
        count = sizeof(uart->incoming) - uart->incoming_count;
    memcpy(uart->incoming + uart->incoming_count, bytes, count);
    uart->incoming_count += count;
}

unsigned sim_uart_baud(const struct sim_uart *uart)
{
    unsigned divisor = uart->divisor_low | uart->divisor_high << 8;

    return 115200 / (divisor ? divisor : 1);
}
