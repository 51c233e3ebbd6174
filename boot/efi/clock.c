/* Time stamp counter and GetTime(). */
#include "boot/efi/clock.h"

enum { MEASUREMENTS = 3, MEASURED_US = 10000 };

/* RDTSC (Intel Software Developer's Manual, volume 2): every processor that UEFI runs on has it. */
static uint64_t read_counter(void)
{
    uint32_t low, high;

    __asm__ volatile("rdtsc" : "=a"(low), "=d"(high) : : "memory");
    return (uint64_t)high << 32 | low;
}

/*
 * Stall() waits at least as long as it is asked to (7.5): no measurement finds the counter slower
 * than it is, the smallest was disturbed least, and waits of ours never come out too short.
 */
static uint32_t measure(const struct services *services)
{
    uint64_t least = UINT64_MAX;

    for (unsigned i = 0; i < MEASUREMENTS; i++) {
        uint64_t start = read_counter(), took;

        services->boot->Stall(MEASURED_US);
        took = read_counter() - start;
        least = took < least ? took : least;
    }
    return (uint32_t)(least / MEASURED_US) + 1;
}

void clock_open(struct clock *clock, const struct services *services)
{
    clock->ticks_per_us = measure(services);
    clock->ticks = 0;
    clock->last = read_counter();
}

uint64_t clock_now_us(struct clock *clock)
{
    uint64_t now = read_counter();

    if (now > clock->last) /* else firmware set the counter back */
        clock->ticks += now - clock->last;
    clock->last = now;
    return clock->ticks / clock->ticks_per_us;
}

void clock_wait_us(struct clock *clock, uint32_t us)
{
    uint64_t start = clock_now_us(clock);

    while (clock_now_us(clock) - start < us)
        __asm__ volatile("pause");
}

void clock_date(struct hold *hold, struct calendar_time *time)
{
    EFI_TIME now = {0};
    EFI_STATUS status;

    hold_pause(hold);
    status = hold->services->table->RuntimeServices->GetTime(&now, NULL);
    hold_resume(hold);
    *time = (struct calendar_time){.year = 0};
    if (EFI_ERROR(status) || now.Year < 1980 || now.Year > 2107 || now.Month < 1 ||
        now.Month > 12 || now.Day < 1 || now.Day > 31 || now.Hour > 23 || now.Minute > 59 ||
        now.Second > 59)
        return;
    *time = (struct calendar_time){now.Year, now.Month, now.Day, now.Hour, now.Minute, now.Second};
}
