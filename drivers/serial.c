/* 16550 UART, polled. Register names are those of the PC16550D data sheet. */
#include "drivers/serial.h"

enum serial_register {
    SERIAL_DATA = 0, /* RBR, THR; divisor latch low */
    SERIAL_IER = 1,  /* interrupt enable; divisor latch high */
    SERIAL_FCR = 2,  /* FIFO control (write) */
    SERIAL_IIR = 2,  /* interrupt identification (read) */
    SERIAL_LCR = 3,  /* line control */
    SERIAL_MCR = 4,  /* modem control */
    SERIAL_LSR = 5,  /* line status */
    SERIAL_MSR = 6   /* modem status */
};

enum {
    LCR_8N1 = 0x03,
    LCR_DIVISOR = 0x80,
    MCR_DTR_RTS = 0x03,
    MCR_LOOP = 0x10,
    /* With a trigger level of 14 bytes: we look without interrupts, but virtual machines fill the
     * receiver no further than to that level. */
    FCR_ENABLE_AND_CLEAR = 0xC7,
    IIR_FIFO = 0xC0, /* both bits: a FIFO that works; one bit: the 16550 whose FIFO doesn't */
    LSR_DATA_READY = 0x01,
    LSR_TRANSMITTER_EMPTY = 0x20,
    NOTHING_THERE = 0xFF
};

enum { SERIAL_CLOCK = 115200, FIFO_BYTES = 16, STUCK_US = 100000 };

static uint8_t get(const struct serial *serial, enum serial_register reg)
{
    const struct ports *ports = serial->platform->ports;

    return ports->in8(ports->context, (uint16_t)(serial->base + reg));
}

static void set(const struct serial *serial, enum serial_register reg, uint8_t value)
{
    const struct ports *ports = serial->platform->ports;

    ports->out8(ports->context, (uint16_t)(serial->base + reg), value);
}

/*
 * In loop-back mode the UART connects its modem control outputs to its modem status inputs: DTR to
 * DSR, RTS to CTS, OUT1 to RI, OUT2 to DCD. Two complementary patterns can't come from a floating
 * bus.
 */
static bool loop_back_works(const struct serial *serial)
{
    uint8_t first, second;

    if (get(serial, SERIAL_LSR) == NOTHING_THERE)
        return false;
    set(serial, SERIAL_MCR, MCR_LOOP | 0x0A); /* RTS, OUT2 */
    first = get(serial, SERIAL_MSR) & 0xF0;   /* CTS, DCD */
    set(serial, SERIAL_MCR, MCR_LOOP | 0x05); /* DTR, OUT1 */
    second = get(serial, SERIAL_MSR) & 0xF0;  /* DSR, RI */
    return first == 0x90 && second == 0x60;
}

bool serial_open(struct serial *serial, const struct platform *platform, uint16_t base,
                 uint32_t baud)
{
    uint32_t divisor;

    serial->platform = platform;
    serial->base = base;
    serial->baud = baud;
    serial->fifo = 1;
    serial->room = 0;
    serial->stuck = false;
    if (baud < 50 || baud > SERIAL_CLOCK || !loop_back_works(serial))
        return false;
    divisor = (SERIAL_CLOCK + baud / 2) / baud;
    set(serial, SERIAL_IER, 0);
    set(serial, SERIAL_LCR, LCR_DIVISOR | LCR_8N1);
    set(serial, SERIAL_DATA, (uint8_t)divisor);
    set(serial, SERIAL_IER, (uint8_t)(divisor >> 8));
    set(serial, SERIAL_LCR, LCR_8N1);
    set(serial, SERIAL_FCR, FCR_ENABLE_AND_CLEAR);
    if ((get(serial, SERIAL_IIR) & IIR_FIFO) == IIR_FIFO)
        serial->fifo = FIFO_BYTES;
    else
        set(serial, SERIAL_FCR, 0);
    set(serial, SERIAL_MCR, MCR_DTR_RTS);
    return true;
}

bool serial_try_write(struct serial *serial, uint8_t byte)
{
    if (serial->room == 0) {
        if ((get(serial, SERIAL_LSR) & LSR_TRANSMITTER_EMPTY) == 0)
            return false;
        serial->room = serial->fifo;
    }
    serial->room--;
    serial->stuck = false;
    set(serial, SERIAL_DATA, byte);
    return true;
}

size_t serial_write(struct serial *serial, const void *bytes, size_t count)
{
    const struct platform *platform = serial->platform;
    const uint8_t *at = bytes;
    uint64_t moved_us = platform->now_us(platform->context);
    size_t sent = 0;

    while (sent < count) {
        if (serial_try_write(serial, at[sent])) {
            sent++;
            moved_us = platform->now_us(platform->context);
            continue;
        }
        if (serial->stuck || platform->now_us(platform->context) - moved_us >= STUCK_US) {
            serial->stuck = true;
            break;
        }
    }
    return sent;
}

int serial_read(struct serial *serial)
{
    uint8_t status = get(serial, SERIAL_LSR);

    if (status == NOTHING_THERE || (status & LSR_DATA_READY) == 0)
        return -1;
    return get(serial, SERIAL_DATA);
}
