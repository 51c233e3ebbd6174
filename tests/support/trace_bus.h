/*
 * An ATA bus that writes down every access as text, with answers from a script: for tests of exact
 * register sequences.
 *
 * A write is "R=VV", a read "R?VV", a wait "~US", one blank after each; waits in a row are added
 * up. Writing 2A's dangerous neighbour (LBA low = 2E, command 80: erases a whole chip) fails the
 * test at once.
 */
#ifndef TESTS_SUPPORT_TRACE_BUS_H
#define TESTS_SUPPORT_TRACE_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/ata_bus.h"

enum { TRACE_SCRIPT = 64, TRACE_TEXT = 1 << 16 };

struct trace_bus {
    uint8_t status;                 /* what the status registers show ... */
    uint8_t statuses[TRACE_SCRIPT]; /* ... once these have been shown */
    unsigned status_count, status_next;
    uint8_t data[TRACE_SCRIPT]; /* what LBA low shows after the read commands, in order; then FF */
    unsigned data_count, data_next;
    uint64_t now_us; /* each access costs 1 µs */

    bool quiet; /* count only */
    char text[TRACE_TEXT];
    size_t used;
    uint32_t waited_us; /* the waits in a row so far */
    uint64_t accesses;
    uint8_t lba_low;

    unsigned idle_calls, idle_stop_at; /* the idle function gives up at that call; 0: never */
};

extern const struct ata_bus_ops trace_bus_ops; /* its `bus` is a struct trace_bus */

/* A fresh bus that shows `status`, and a device with the idle function on it. */
void trace_bus_open(struct trace_bus *bus, struct ata_device *device, uint8_t select,
                    uint8_t status);

/* Forgets what was written down. */
void trace_bus_clear(struct trace_bus *bus);

/* What was written down since, with the last wait. */
const char *trace_bus_text(struct trace_bus *bus);

/* The next statuses / data bytes. */
void trace_bus_statuses(struct trace_bus *bus, const uint8_t *statuses, unsigned count);
void trace_bus_data(struct trace_bus *bus, const uint8_t *data, unsigned count);

#endif
