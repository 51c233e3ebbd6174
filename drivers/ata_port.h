/* The ATA bus seam over real ports. */
#ifndef DRIVERS_ATA_PORT_H
#define DRIVERS_ATA_PORT_H

#include "boot/platform.h"
#include "drivers/ata_bus.h"
#include "drivers/ide.h"

struct ata_port_bus {
    struct platform *platform; /* ports and clock */
    uint16_t command_base;
    uint16_t control_base;
};

extern const struct ata_bus_ops ata_port_ops; /* its `bus` is a struct ata_port_bus */

/* Gives every channel that ide_find() listed a bus over the platform's ports. `buses` must live as
 * long as `found`. */
void ata_port_bind(struct ide_found *found, struct ata_port_bus buses[IDE_CHANNELS],
                   struct platform *platform);

#endif
