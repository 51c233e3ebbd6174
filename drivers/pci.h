/* PCI configuration space, mechanism 1 (PCI 2.1, 3.7.4.1). */
#ifndef DRIVERS_PCI_H
#define DRIVERS_PCI_H

#include <stdbool.h>
#include <stdint.h>

#include "boot/platform.h"

struct pci_function {
    uint8_t bus, device, function;
    uint16_t vendor_id, device_id;
    uint8_t class_code, subclass, prog_if, revision;
    uint16_t command; /* as found */
    uint32_t bar[6];
};

/* Whether this machine answers configuration mechanism 1 at all (a 486 without PCI does not). */
bool pci_present(const struct ports *ports);

uint8_t pci_read8(const struct ports *ports, const struct pci_function *function, uint8_t offset);
uint16_t pci_read16(const struct ports *ports, const struct pci_function *function, uint8_t offset);
uint32_t pci_read32(const struct ports *ports, const struct pci_function *function, uint8_t offset);
void pci_write8(const struct ports *ports, const struct pci_function *function, uint8_t offset,
                uint8_t value);
void pci_write16(const struct ports *ports, const struct pci_function *function, uint8_t offset,
                 uint16_t value);

/*
 * Walks all functions (buses by bridges' secondary numbers or 0..255, bounded) and stores those of
 * class 01 (mass storage). Returns how many were stored, at most `limit`.
 */
unsigned pci_find_storage(const struct ports *ports, struct pci_function *found, unsigned limit);

#endif
