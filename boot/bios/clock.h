/*
 * The clock: timer channel 0 as the BIOS has it (18.2 turns a second), read between its ticks
 * (Intel 8254 data sheet).
 */
#ifndef BOOT_BIOS_CLOCK_H
#define BOOT_BIOS_CLOCK_H

#include <stdint.h>

#include "boot/platform.h"

/* Puts channel 0 into mode 2 with the BIOS's divisor: its counter can then be read as time. */
void clock_open(const struct ports *ports);

/* µs since clock_open(), monotone. Must be called at least every 54 ms, else whole turns of the
 * counter are lost; waiting and BIOS calls take care of that themselves. */
uint64_t clock_now_us(void *context);

/* Waits at least `us` µs. */
void clock_wait_us(void *context, uint32_t us);

/* Around a BIOS call: the turns that the BIOS counted meanwhile are added. */
void clock_before_bios(void);
void clock_after_bios(void);

/* Date and time of the real-time clock (INT 1Ah); year 0 when there is none or it tells nonsense.
 */
void clock_date(void *context, struct calendar_time *time);

#endif
