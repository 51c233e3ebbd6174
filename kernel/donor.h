/*
 * Drives that are known by name, to be told apart when plugs move: the good drive that helps a PC
 * through its start (the donor) must never be flashed, and what comes back after a plug was moved
 * must be recognised.
 */
#ifndef KERNEL_DONOR_H
#define KERNEL_DONOR_H

#include <stdbool.h>

#include "kernel/firmware.h"
#include "kernel/port.h"

/* What a drive says of itself; blank = it says nothing. */
struct drive_name {
    char vendor[9], product[17], revision[5]; /* INQUIRY */
    char model[41], serial[21], firmware[9];  /* IDENTIFY [PACKET] DEVICE, words 27, 10, 23 */
};

enum { DONORS = 4 };

/* The good drives of this run. All zero: none. */
struct donors {
    struct drive_name names[DONORS];
    unsigned count;
};

/* What the drive in `port` said when it was probed. False: nothing sane. */
bool drive_name_of(const struct port *port, struct drive_name *name);

/* Same drive, as far as names tell: all that both say is equal, and both say a product. */
bool drive_name_equal(const struct drive_name *a, const struct drive_name *b);

/* Remembers a good drive (again: no change). False: no room, or it has no name. */
bool donors_add(struct donors *donors, const struct drive_name *name);

/* Whether the drive in `port` is one of them by its name. */
bool donors_have(const struct donors *donors, const struct port *port);

/*
 * Whether a flash content that was read from a chip names the product and revision of a donor: a
 * donor that got into vendor mode unseen (its power was switched while a dead drive was waited for)
 * has no name but this. Never true for firmware without an identity, nor for one that can't start
 * (its first byte is no jump): a donor's ran.
 */
bool donors_hold(const struct donors *donors, const struct firmware *content);

#endif
