/* The network card through the PXE API that booted us. */
#ifndef BOOT_BIOS_PXE_H
#define BOOT_BIOS_PXE_H

#include <stdint.h>

#include "kernel/dhcp.h"
#include "kernel/network.h"

struct pxe {
    struct network network;
    struct dhcp_lease lease;
    uint32_t entry; /* of the API, segment << 16 | offset; 0 = not found */
};

/*
 * Looks for the PXE API, asks it for the DHCP server's packets and opens its UDP service. Returns
 * `pxe->network`, or NULL when there is no API, or it knows no address of ours.
 *
 * To be called only after a boot from the network whose loader left the API alive (PXELINUX:
 * `keeppxe`): the remains of a PXE driver that was shut down look alive, and a call would hang.
 *
 * `command_line` is the kernel's: PXELINUX writes BOOT_IMAGE=, our own file's name, in front.
 * `network.boot_file` is then that file and not the loader's. Source: "Preboot Execution
 * Environment (PXE) Specification" 2.1, sections 3.3.3 (PXENV_GET_CACHED_INFO), 3.3.5 (UDP API),
 * 4.4 (finding the API).
 */
struct network *pxe_open(struct pxe *pxe, const char *command_line);

#endif
