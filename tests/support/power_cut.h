/*
 * Power that fails at chosen moments of a rescue, and the next run after each.
 *
 * One session runs; at each chosen moment the process forks, the child lets power fail there and
 * then does what a user would do: switch on, try the plain way in, if that is refused hold eject
 * while switching on, flash again. It must end VERIFIED with the chip holding the file and the
 * drive answering with the file's identity. Where sectors can be erased, a cut while programming
 * must leave the plain way in open.
 *
 * ODDRESCUE_POINTS=N (for slow builds) tries at most N changes of "every change", and N of 1000
 * seeded moments.
 */
#ifndef TESTS_SUPPORT_POWER_CUT_H
#define TESTS_SUPPORT_POWER_CUT_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/chips.h"

struct power_cut_scenario {
    const char *chip;
    unsigned engine; /* status of vendor mode, hexadecimal 70, 72, 73 */
    uint32_t size, bank_size;
    const struct chip *toy; /* NULL: the chip is in the product's table */
    bool sparse;            /* images mostly FF */
    bool has_sectors;
};

/* Cmocka assertions inside. Every access that changes the flash, one after the other. */
void power_cut_at_every_change(const struct power_cut_scenario *scenario);

/* `wanted` moments: half of them flash changes, half any access (reading, waiting, restarting). */
void power_cut_at_seeded_moments(const struct power_cut_scenario *scenario, unsigned wanted,
                                 uint64_t seed);

#endif
