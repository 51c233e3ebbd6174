/*
 * The ATA bus seam (drivers/ata_bus.h) over one cable of the simulated bench, in virtual time.
 *
 * Every register access costs access_us of virtual time (1 µs: what an access over ISA-speed ports
 * takes), each data word as well; wait_us moves the bench's clock and costs nothing else.
 */
#ifndef TESTS_SUPPORT_BENCH_BUS_H
#define TESTS_SUPPORT_BENCH_BUS_H

#include <stdint.h>

#include "drivers/ata_bus.h"
#include "tests/drive/bench.h"

struct bench_bus {
    struct bench *bench;
    unsigned channel;   /* 0 primary, 1 secondary */
    uint32_t access_us; /* virtual time of one access */
    uint64_t accesses;  /* counted here, for figures and budgets */
    /* What hands do meanwhile: called whenever time has passed. NULL: nothing. */
    void (*hands)(void *context);
    void *hands_context;
};

extern const struct ata_bus_ops bench_bus_ops; /* its `bus` is a struct bench_bus */

/* Binds to a cable; access_us = 1. */
void bench_bus_open(struct bench_bus *bus, struct bench *bench, unsigned channel);

/* An ATA device at `position` (0 master, 1 slave) of that cable, without an idle function. */
void bench_bus_device(struct bench_bus *bus, unsigned position, struct ata_device *device);

#endif
