/* PCI configuration space, mechanism 1 (PCI 2.1, 3.7.4.1). */
#ifndef DRIVERS_PCI_H
#define DRIVERS_PCI_H

#include <stdbool.h>
#include <stdint.h>

#include "boot/platform.h"

/* Offsets in the header (PCI 2.1, 6.1). */
enum pci_offset {
    PCI_VENDOR_ID = 0x00,
    PCI_DEVICE_ID = 0x02,
    PCI_COMMAND = 0x04,
    PCI_REVISION = 0x08, /* then prog-if, subclass, class */
    PCI_PROG_IF = 0x09,
    PCI_HEADER_TYPE = 0x0E,
    PCI_BAR0 = 0x10,
    PCI_SECONDARY_BUS = 0x19 /* of a bridge: header type 1 */
};

enum { PCI_COMMAND_IO = 0x0001, PCI_COMMAND_MEMORY = 0x0002, PCI_COMMAND_MASTER = 0x0004 };

struct pci_function {
    uint8_t bus, device, function;
    uint16_t vendor_id, device_id;
    uint8_t class_code, subclass, prog_if, revision;
    uint16_t command; /* as found */
    uint32_t bar[6];
};

/* Whether this machine answers configuration mechanism 1 at all (a 486 without PCI does not) and
 * has at least one function on bus 0. */
bool pci_present(const struct ports *ports);

/* `offset` in bytes; 16- and 32-bit accesses must be aligned. */
uint8_t pci_read8(const struct ports *ports, const struct pci_function *function, uint8_t offset);
uint16_t pci_read16(const struct ports *ports, const struct pci_function *function, uint8_t offset);
uint32_t pci_read32(const struct ports *ports, const struct pci_function *function, uint8_t offset);
void pci_write8(const struct ports *ports, const struct pci_function *function, uint8_t offset,
                uint8_t value);
void pci_write16(const struct ports *ports, const struct pci_function *function, uint8_t offset,
                 uint16_t value);

/*
 * Walks the functions of bus 0 and of every bus that a bridge leads to (each bus once, whatever the
 * bridges say) and stores those of class 01 (mass storage), lower buses first. Changes nothing.
 * Returns how many were stored, at most `limit`.
 */
unsigned pci_find_storage(const struct ports *ports, struct pci_function *found, unsigned limit);

#endif
