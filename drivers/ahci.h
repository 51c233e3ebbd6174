/*
 * AHCI controllers, only looked at: is an optical drive behind one, so that its owner can be told
 * what to switch? Serial ATA AHCI 1.3.1, clause 3. Reads; never writes, commands or resets.
 */
#ifndef DRIVERS_AHCI_H
#define DRIVERS_AHCI_H

#include <stdbool.h>
#include <stdint.h>

#include "boot/platform.h"
#include "drivers/pci.h"

enum { AHCI_PORTS = 32 };

struct ahci_seen {
    bool readable;        /* ABAR is memory that we can reach, and decoding is on */
    uint32_t with_device; /* one bit per port: PxSSTS.DET = 3 */
    uint32_t with_packet; /* signature EB140101 */
    uint32_t unknown;     /* nobody asked the device yet who it is: no signature came (3.3.9) */
    bool only_ahci;       /* CAP.SAM: it has no IDE mode at all */
};

/* Looks at the controller. Not readable: its class promises no AHCI registers, or
 * `ports->memory32` is NULL. */
void ahci_look(const struct ports *ports, const struct pci_function *controller,
               struct ahci_seen *seen);

#endif
