/*
 * IDE controllers and their channels: which ports a channel answers at, and whether it is switched
 * on. PCI IDE Controller Specification 1.0; "PCI IDE" prog-if bits: bit 0/2 native mode of
 * primary/secondary. Sources of what is particular: PROTOCOL.md, "Controllers".
 */
#ifndef DRIVERS_IDE_H
#define DRIVERS_IDE_H

#include <stdbool.h>
#include <stdint.h>

#include "boot/platform.h"
#include "drivers/ata_bus.h"
#include "drivers/pci.h"

enum { IDE_CHANNELS = 16, IDE_CONTROLLERS = 8 };

/* One cable. Filled by ide_find(). */
struct ide_channel {
    char where[28];        /* "Primary", "Secondary", "1106:3249/0" */
    uint16_t command_base; /* ports */
    uint16_t control_base; /* port of alternate status / device control */
    bool legacy;           /* 1F0/3F6 or 170/376 */
    bool decoding; /* PCI command register and chipset let I/O through (always true without PCI) */
    bool has_pci;
    bool single; /* one position only (a SATA port): there is no slave */
    struct pci_function controller;
    uint8_t controller_channel; /* 0, 1 or 2 */
    uint8_t report;             /* enum chipset_report, read with it */
    uint8_t chipset; /* enum chipset_state, drivers/chipset.h: read by whoever finds the channels */

    const struct ata_bus_ops *ops; /* drivers/ata_port.c, or a simulated bus */
    void *bus;
};

/* Controllers that can't be used with registers, for the user's information (AHCI, RAID class...).
 */
struct ide_found {
    struct ide_channel channels[IDE_CHANNELS];
    unsigned channel_count;
    struct pci_function other[IDE_CONTROLLERS]; /* class 01/06 and other storage */
    unsigned other_count;
    bool pci;
};

/*
 * Finds every channel: PCI class 01/01 functions in legacy and native mode. The first two channels
 * are always the legacy ones, 1F0 and 170, whether a controller claims them or not (ports 1-4 are
 * numbered as users know them); add-on channels follow. Writes nothing to a drive. Stops bus
 * mastering on the channels it lists. `ops` and `bus` are left empty.
 */
void ide_find(const struct ports *ports, struct ide_found *found);

/* Reads what the chipset says of a channel, and whether it decodes by that and by its command
 * register. Bits that say "off" while somebody answers at the ports are not believed (alternate
 * status is read once). Changes nothing. */
void ide_read_chipset(const struct ports *ports, struct ide_channel *channel);

/* Clears the start bits and pending events of a controller's bus mastering: a transfer that
 * firmware left running would write into our memory. */
void ide_stop_bus_mastering(const struct ports *ports, const struct pci_function *controller);

#endif
