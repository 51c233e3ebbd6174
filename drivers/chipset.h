/*
 * What is particular to single IDE controllers: which bits switch a channel on and off or float its
 * pins, what hides a whole controller, and what is reported of it as a place to rescue drives at.
 * Every row with its source: PROTOCOL.md, "Chipsets". A chip that no source documents stays
 * CHIPSET_NOT_KNOWN; nothing is guessed.
 */
#ifndef DRIVERS_CHIPSET_H
#define DRIVERS_CHIPSET_H

#include <stdbool.h>
#include <stdint.h>

#include "boot/platform.h"
#include "drivers/ide.h"
#include "kernel/error.h"

/* What the chipset's own bits say of a channel. */
enum chipset_state {
    CHIPSET_NOT_KNOWN, /* no bit is documented */
    CHIPSET_ON,
    CHIPSET_OFF,     /* ports are not decoded: firmware setup "disabled", often on purpose */
    CHIPSET_FLOATING /* ports decode, pins are tri-stated (bay eject): looks like a dead drive */
};

/* Reads the bits of the channel's controller; changes nothing. */
enum chipset_state chipset_read(const struct ports *ports, const struct ide_channel *channel);

/*
 * The bits behind chipset_read() and the command register as text for the user and the log: "PCI
 * 00:07.1 register 43 = 00, bit 7 must be 1". Bits that are as they must be are only named when all
 * are: "... bit 7 is 1". "" when none is documented.
 */
void chipset_describe(const struct ports *ports, const struct ide_channel *channel, char *text,
                      size_t size);

/* Configuration bytes that were changed, with what they were: to be put back. */
enum { CHIPSET_CHANGES = 16 };
struct chipset_changes {
    struct {
        struct pci_function function;
        uint8_t offset, was;
    } bytes[CHIPSET_CHANGES];
    unsigned count;
};

/*
 * Switches a channel on: command register, then the chipset's own bit (byte-wide
 * read-modify-write), then reads all back; chip and command are noted in `changes` before they are
 * changed. A floating channel is joined again only by this call, too: the drive on it must have
 * power (PROTOCOL.md). A channel that does not decode is only made to decode: whether it floats as
 * well is seen and asked afterwards. Updates channel->decoding and channel->chipset of every
 * channel of the same controller in `found`. Errors, all with everything as it was: ERR_UNSUPPORTED
 * (no bit known, nothing to do), ERR_REFUSED (somebody else answers at the same ports), ERR_DEVICE
 * (the bits do not take), ERR_FULL.
 */
err_t chipset_switch_on(const struct ports *ports, struct ide_found *found,
                        struct ide_channel *channel, struct chipset_changes *changes);

/* Puts everything back, newest first, and forgets it. Updates the channels in `found`. */
void chipset_restore(const struct ports *ports, struct ide_found *found,
                     struct chipset_changes *changes);

/* A controller that the firmware hid: reported, never unhidden. */
struct chipset_hidden {
    struct pci_function bridge; /* where the bit is */
    char what[40];              /* "IDE controller 00:1F.1" */
    char where[40];             /* "register F2, bit 1" */
};
enum { CHIPSET_HIDDEN = 4 };

/* Looks at the bridges of this machine. Returns how many were found, at most CHIPSET_HIDDEN. */
unsigned chipset_find_hidden(const struct ports *ports, struct chipset_hidden *hidden);

/* What users report of vendor mode behind a controller. PROTOCOL.md, "Controllers that work". */
enum chipset_report {
    REPORT_NONE,
    REPORT_WORKS,
    REPORT_MIXED,
    REPORT_FAILS,
    REPORT_TAKES_NO_PACKETS /* a RAID firmware sits between us and the drive */
};
/* One row of a table; of an ITE IT8212 its mode is read. */
enum chipset_report chipset_report(const struct ports *ports,
                                   const struct pci_function *controller);

#endif
