/* Time from the 8254 and the real-time clock. */
#include "boot/bios/clock.h"

#include "boot/bios/layout.h"
#include "boot/bios/real.h"

enum { TIMER_CHANNEL_0 = 0x40, TIMER_CONTROL = 0x43 };
enum { TIMER_LATCH_0 = 0x00, TIMER_0_RATE_GENERATOR = 0x34 };
enum { PIC_COMMAND = 0x20, PIC_READ_REQUESTS = 0x0A, PIC_TIMER_REQUEST = 0x01 };

enum {
    TURN = 0x10000,          /* counts in one turn of the timer */
    TICKS_PER_DAY = 0x1800B0 /* at which the BIOS starts from 0 again */
};

/* 1,193,182 counts a second, as a fraction of a µs in lowest terms. */
enum { COUNTS_NUMERATOR = 596591, COUNTS_DENOMINATOR = 500000 };

/*
 * A timer that stands still (none, or its clock gated by the chipset) would stop every wait for
 * ever. It is given up after this many equal readings, and each reading then counts as the three
 * port accesses that it takes, about 1 µs each on the bus these ports live on.
 */
enum { STILL_LIMIT = 5000, COUNTS_PER_READING = 3 };

/* There is one timer, and the BIOS calls that disturb it come from everywhere. */
static struct {
    const struct ports *ports;
    uint64_t counts; /* since clock_open() */
    uint16_t last;   /* last reading */
    unsigned still;
    uint32_t ticks_before;
    bool pending_before;
} clock;

static uint16_t read_counter(void)
{
    const struct ports *ports = clock.ports;
    uint8_t low;

    ports->out8(ports->context, TIMER_CONTROL, TIMER_LATCH_0);
    low = ports->in8(ports->context, TIMER_CHANNEL_0);
    return (uint16_t)(ports->in8(ports->context, TIMER_CHANNEL_0) << 8 | low);
}

/* Whether the timer's interrupt waits at the controller (8259A data sheet, OCW3). */
static bool tick_pending(void)
{
    const struct ports *ports = clock.ports;

    ports->out8(ports->context, PIC_COMMAND, PIC_READ_REQUESTS);
    return (ports->in8(ports->context, PIC_COMMAND) & PIC_TIMER_REQUEST) != 0;
}

/* Adds what the counter, which counts down, ran since the last reading: less than a turn. */
static void advance_to(uint16_t counter)
{
    if (counter != clock.last)
        clock.still = 0;
    else if (clock.still < STILL_LIMIT)
        clock.still++;
    else
        clock.counts += COUNTS_PER_READING;
    clock.counts += (uint16_t)(clock.last - counter);
    clock.last = counter;
}

void clock_open(const struct ports *ports)
{
    clock.ports = ports;
    clock.counts = 0;
    clock.still = 0;
    ports->out8(ports->context, TIMER_CONTROL, TIMER_0_RATE_GENERATOR);
    ports->out8(ports->context, TIMER_CHANNEL_0, 0);
    ports->out8(ports->context, TIMER_CHANNEL_0, 0);
    clock.last = read_counter();
}

uint64_t clock_now_us(void *context)
{
    (void)context;
    advance_to(read_counter());
    return clock.counts * COUNTS_DENOMINATOR / COUNTS_NUMERATOR;
}

void clock_wait_us(void *context, uint32_t us)
{
    uint64_t start = clock_now_us(context);

    while (clock_now_us(context) - start < us)
        ;
}

/* Reads the counter, and whether a tick waits, at a moment when it did not turn over in between. */
static bool read_consistently(uint16_t *counter)
{
    bool pending = false;

    for (int attempt = 0; attempt < 3; attempt++) {
        uint16_t before = read_counter();

        pending = tick_pending();
        *counter = read_counter();
        if (*counter <= before)
            break;
    }
    return pending;
}

void clock_before_bios(void)
{
    uint16_t counter;

    clock.pending_before = read_consistently(&counter);
    clock.ticks_before = real_read32(BDA_TICKS);
    advance_to(counter);
}

/*
 * The BIOS counted one tick per turn, but for a tick that was already waiting before the call and
 * one that waits now.
 */
void clock_after_bios(void)
{
    uint16_t before = clock.last;
    uint16_t counter;
    bool pending = read_consistently(&counter);
    uint32_t turns = real_read32(BDA_TICKS) - clock.ticks_before;

    if (turns > UINT32_MAX / 2)
        turns += TICKS_PER_DAY; /* midnight passed */
    turns += pending;
    if (turns > 0 && clock.pending_before)
        turns--;
    if (turns > 0 && counter > before)
        turns--; /* advance_to() takes a counter that ran upwards as a turn-over itself */
    clock.counts += (uint64_t)turns * TURN;
    advance_to(counter);
}

/* Two BCD digits, or -1 when they are none or over `limit`. */
static int from_bcd(uint8_t value, int limit)
{
    int number = (value >> 4) * 10 + (value & 15);

    return (value >> 4) > 9 || (value & 15) > 9 || number > limit ? -1 : number;
}

/* INT 1Ah AH=`function` (IBM PC/AT Technical Reference): false without a running clock. */
static bool ask_clock(uint8_t function, struct real_registers *registers)
{
    *registers = (struct real_registers){.eax = (uint32_t)function << 8};
    real_int(0x1A, registers);
    return (registers->eflags & REAL_CARRY) == 0;
}

void clock_date(void *context, struct calendar_time *time)
{
    struct real_registers date, now, again;
    int century, year, month, day, hour, minute, second;

    (void)context;
    *time = (struct calendar_time){.year = 0};
    for (int attempt = 0; attempt < 2; attempt++) {
        if (!ask_clock(0x04, &date) || !ask_clock(0x02, &now) || !ask_clock(0x04, &again))
            return;
        if (date.edx == again.edx)
            break; /* else midnight fell between the calls */
    }
    century = from_bcd((uint8_t)(date.ecx >> 8), 21);
    year = from_bcd((uint8_t)date.ecx, 99);
    month = from_bcd((uint8_t)(date.edx >> 8), 12);
    day = from_bcd((uint8_t)date.edx, 31);
    hour = from_bcd((uint8_t)(now.ecx >> 8), 23);
    minute = from_bcd((uint8_t)now.ecx, 59);
    second = from_bcd((uint8_t)(now.edx >> 8), 59);
    if (century < 0 || year < 0 || month < 1 || day < 1 || hour < 0 || minute < 0 || second < 0)
        return;
    year += century * 100;
    if (year < 1980 || year > 2107)
        return;
    *time = (struct calendar_time){(uint16_t)year, (uint8_t)month,  (uint8_t)day,
                                   (uint8_t)hour,  (uint8_t)minute, (uint8_t)second};
}
