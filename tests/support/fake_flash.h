/*
 * A flash method over an array, for tests of the session's own logic: cells that only programming
 * clears and only erasing sets, a list of everything that was called, and a few ways to go wrong.
 */
#ifndef TESTS_SUPPORT_FAKE_FLASH_H
#define TESTS_SUPPORT_FAKE_FLASH_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/flash.h"

enum { FAKE_FLASH_MAX = 0x100000, FAKE_CALLS = 20000 };

enum fake_call {
    FAKE_ENTER,
    FAKE_CHECK,
    FAKE_IDENTIFY,
    FAKE_USE_CHIP,
    FAKE_READ,
    FAKE_PROGRAM,
    FAKE_ERASE_SECTOR,
    FAKE_ERASE_CHIP,
    FAKE_UNPROTECT,
    FAKE_LEAVE
};

struct fake_call_record {
    enum fake_call call;
    uint32_t address, size;
    bool full;
};

/* Everything starts at 0 = works. */
struct fake_flash {
    struct flash_method method;
    struct chip chip; /* what identify finds */
    uint8_t cells[FAKE_FLASH_MAX];
    bool inside; /* in vendor mode */

    struct fake_call_record calls[FAKE_CALLS]; /* changes and mode calls; reads are only counted */
    unsigned call_count;
    unsigned reads_full, reads_lean, changes;

    bool refuses_entry;
    unsigned entries_refused; /* that many next entries fail */
    bool unknown_chip;        /* no table row */
    bool other_chip_on_reentry;
    unsigned lost_after_changes; /* vendor mode ends at that change; 0 = never */
    bool lean_reads_stale;       /* lean reads repeat the byte before */
    bool lean_writes_fail;       /* lean programming is told good, nothing happens */
    unsigned lies_at;            /* that program call does nothing and says good */
    bool lies_always;
    uint32_t stuck_address;
    uint8_t stuck_clear;       /* bits at stuck_address that always read 0 */
    unsigned flip_every;       /* every n-th read call has one wrong bit */
    uint32_t unstable_address; /* with unstable: that byte reads differently each time */
    bool unstable;
    bool lean_hides; /* lean reads show hidden_value at hidden_address and a wrong bit at the other
                      */
    uint32_t hidden_address, lean_wrong_address;
    uint8_t hidden_value;
    bool alternating; /* the byte at unstable_address is wrong at every second reading, the first
                         one included */
    bool alternated;
    unsigned timeouts;           /* that many next reads time out */
    unsigned dead_after_changes; /* nothing answers any more from that change on; 0 = never */
    bool dead;
    bool erase_fails;
    bool protected_for_ever;
    unsigned aborts; /* that many next changes are cut short with ERR_ABORTED */
    unsigned read_counter;
    uint32_t clock_us; /* grows by about what the calls would take */
};

/* A parallel chip of `size` bytes with `sector_size` sectors (0: none), erased, vendor mode off. */
void fake_flash_open(struct fake_flash *flash, uint32_t size, uint32_t sector_size);

#endif
