/*
 * The processor's ports of a simulated PC: PCI configuration mechanism 1 with functions that a test
 * sets up, and IDE controllers whose channels lead to the cables of a bench. With it the whole
 * product runs on the host, from pci_present() to the drive.
 *
 * A fresh one is a 486 without PCI: the bench's cables answer at 1F0/3F6 and 170/376. What nobody
 * decodes reads FF.
 */
#ifndef TESTS_SUPPORT_SIM_PORTS_H
#define TESTS_SUPPORT_SIM_PORTS_H

#include <stdbool.h>
#include <stdint.h>

#include "boot/platform.h"
#include "tests/drive/bench.h"
#include "tests/drive/chipset_model.h"

enum { SIM_PCI_FUNCTIONS = 8, SIM_PCI_CHANNELS = 3, SIM_NO_CABLE = -1 };

/* How the I/O BARs of a function lead to channels. */
enum sim_controller {
    SIM_NOT_IDE,
    SIM_IDE,   /* PCI IDE Controller Specification: legacy or native by prog-if */
    SIM_VT6421 /* BAR0..2, 16 ports each, control at +0A */
};

/* A bit of configuration space that a channel needs: it decodes while (config[offset] & mask) ==
 * on. mask 0: it always does. */
struct sim_gate {
    uint8_t offset, mask, on;
};

struct sim_pci_function {
    uint8_t bus, device, function;
    uint8_t config[256];
    uint8_t writable[256]; /* bits that a write changes */
    enum sim_controller kind;
    int cable[SIM_PCI_CHANNELS]; /* bench channel behind channel i, or SIM_NO_CABLE */
    struct sim_gate gate[SIM_PCI_CHANNELS];
    const struct sim_chipset *chipset; /* NULL: none of the bench's models */
    uint8_t bus_master[32];            /* registers behind BAR4 */
};

struct sim_ports {
    struct bench *bench;
    uint32_t access_us; /* virtual time of one access */
    uint64_t accesses;
    uint64_t status_reads[BENCH_CHANNELS]; /* status and alternate status of each cable */
    bool pci;                              /* configuration mechanism 1 answers */
    bool isa_cables;  /* the cables answer at the legacy ports without any PCI function */
    uint32_t address; /* CF8 */
    uint64_t config_writes;
    struct sim_pci_function functions[SIM_PCI_FUNCTIONS];
    unsigned function_count;
    struct ports ports; /* its context is the struct sim_ports */
};

/* A machine without PCI; access_us = 1. */
void sim_ports_open(struct sim_ports *sim, struct bench *bench);

/*
 * Adds a PCI function (and switches PCI on, isa_cables off). `class` is class, subclass, prog-if as
 * one number: 0x010180. I/O decode is on. Fails the program when there is no room.
 */
struct sim_pci_function *sim_ports_add(struct sim_ports *sim, uint8_t bus, uint8_t device,
                                       uint8_t function, uint32_t ids, uint32_t class);

/* Sets bytes of the configuration space as firmware left them. `size` 1, 2 or 4. */
void sim_ports_config(struct sim_pci_function *function, uint8_t offset, unsigned size,
                      uint32_t value);

/* Makes bits of one byte of configuration space decide whether a channel decodes; they are writable
 * and set to `now`. */
void sim_ports_gate(struct sim_pci_function *function, unsigned channel, struct sim_gate gate,
                    uint8_t now);

/* Adds a controller in legacy mode before both cables, of the make and state that `words` name
 * (sim_chipset_setup()). Fails the program when they are not understood. */
struct sim_pci_function *sim_ports_add_chipset(struct sim_ports *sim, uint8_t bus, uint8_t device,
                                               uint8_t function, const char *words);

/* Gives `platform` these ports and the bench's clock; touches nothing else in it. The clock's
 * context is platform->context, which is set to `sim`. */
void sim_ports_platform(struct sim_ports *sim, struct platform *platform);

#endif
