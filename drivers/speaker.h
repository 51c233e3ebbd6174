/* The PC speaker: timer channel 2 and the gate in port 61 (IBM PC/AT Technical Reference). */
#ifndef DRIVERS_SPEAKER_H
#define DRIVERS_SPEAKER_H

#include <stdbool.h>
#include <stdint.h>

#include "boot/platform.h"

struct speaker {
    const struct platform *platform; /* ports and clock */
    bool sounding;
    uint64_t until_us;
};

/* Starts a tone of `hertz` (19..20000) for `milliseconds` and returns at once. */
void speaker_start(struct speaker *speaker, uint32_t hertz, uint32_t milliseconds);

/* Ends the tone when its time is over; to be called often. */
void speaker_poll(struct speaker *speaker);

#endif
