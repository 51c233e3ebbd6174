/*
 * A PCI IDE controller without bus mastering: configuration space and port decoding in front of a
 * bench. PCI Local Bus Specification 2.2 (configuration space), PCI IDE Controller Specification
 * 1.0 (class code, base addresses 0..3: command block and control block of each channel).
 */
#ifndef TESTS_DRIVE_BRIDGE_PCI_H
#define TESTS_DRIVE_BRIDGE_PCI_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/drive/bench.h"
#include "tests/drive/chipset_model.h"

enum bridge_mode {
    /*
     * Programming interface 8A: compatibility mode. The base address registers still take what the
     * firmware writes (that is how QEMU learns where to send accesses): SeaBIOS always writes
     * 1F0/3F4/170/374 there.
     */
    BRIDGE_COMPATIBLE,
    /*
     * Native mode (8F) at addresses of the firmware's choice. The class code reads 01/80 ("other
     * storage") until I/O decoding is switched on, because SeaBIOS maps anything of class 01/01 at
     * the legacy ports; 01/01 from then on.
     */
    BRIDGE_NATIVE,
    /* Native mode, class 01/01 from the start: what UEFI firmware's own IDE driver takes. */
    BRIDGE_NATIVE_AT_ONCE
};

struct bridge_pci {
    uint8_t config[256];
    uint8_t writable[256];
    enum bridge_mode mode;
    bool channel[BENCH_CHANNELS]; /* has base addresses */
    struct bench *bench;
    const char *chipset_words;         /* NULL: a controller of nobody's make */
    const struct sim_chipset *chipset; /* the same */
    uint64_t reads, writes;            /* register accesses that reached a cable */
};

/* `chipset`: words for sim_chipset_setup(), NULL: none. Returns false when they are not understood.
 */
bool bridge_pci_open(struct bridge_pci *pci, struct bench *bench, enum bridge_mode mode,
                     bool primary, bool secondary, const char *chipset);

/* RST#: configuration space and both cables. */
void bridge_pci_reset(struct bridge_pci *pci);

/* Configuration space; `size` 1, 2 or 4 bytes, inside the 256 bytes. */
uint32_t bridge_pci_config_read(const struct bridge_pci *pci, uint32_t address, uint32_t size);
void bridge_pci_config_write(struct bridge_pci *pci, uint32_t address, uint32_t size,
                             uint32_t value);

/* The same for the "config" command of the control socket: also where the guest could not write. */
void bridge_pci_config_set(struct bridge_pci *pci, uint8_t address, uint8_t value);

/*
 * I/O space. A channel that the chipset has switched off is nobody's. Wide accesses to a data
 * register are so many words; wide accesses elsewhere are taken apart into bytes. Ports that belong
 * to no channel read as ones and ignore writes: QEMU sends them too, because it rounds the windows
 * up to 16 bytes.
 */
uint64_t bridge_pci_port_read(struct bridge_pci *pci, uint64_t port, uint32_t size);
void bridge_pci_port_write(struct bridge_pci *pci, uint64_t port, uint32_t size, uint64_t value);

#endif
