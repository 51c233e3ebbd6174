/* The ATA bus seam over real ports. */
#ifndef DRIVERS_ATA_PORT_H
#define DRIVERS_ATA_PORT_H

#include "boot/platform.h"
#include "drivers/ata_bus.h"

struct ata_port_bus {
    struct platform *platform; /* ports and clock */
    uint16_t command_base;
    uint16_t control_base;
};

extern const struct ata_bus_ops ata_port_ops; /* its `bus` is a struct ata_port_bus */

#endif
