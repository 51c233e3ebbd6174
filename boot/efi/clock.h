/*
 * The clock: the processor's time stamp counter. The firmware has no clock finer than a second;
 * Stall() can wait but not tell the time.
 */
#ifndef BOOT_EFI_CLOCK_H
#define BOOT_EFI_CLOCK_H

#include "boot/efi/hold.h"
#include "boot/platform.h"

struct clock {
    uint32_t ticks_per_us;
    uint64_t ticks; /* since clock_open() */
    uint64_t last;  /* last reading */
};

/* Measures the counter's speed: takes 30 ms. */
void clock_open(struct clock *clock, const struct services *services);

/* µs since clock_open(), monotone. */
uint64_t clock_now_us(struct clock *clock);

/* Waits at least `us` µs. */
void clock_wait_us(struct clock *clock, uint32_t us);

/* Date and time (8.3, GetTime()); year 0 when the firmware does not know or tells nonsense. */
void clock_date(struct hold *hold, struct calendar_time *time);

#endif
