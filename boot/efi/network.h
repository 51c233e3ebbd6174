/* The network card through the PXE Base Code Protocol of the boot that started us. */
#ifndef BOOT_EFI_NETWORK_H
#define BOOT_EFI_NETWORK_H

#include "boot/efi/hold.h"
#include "boot/efi/services.h"
#include "kernel/dhcp.h"
#include "kernel/network.h"

#include <efipxebc.h>

struct efi_network {
    struct network network;
    struct dhcp_lease lease;
    struct hold *hold;
    EFI_PXE_BASE_CODE_PROTOCOL *base_code;
};

/*
 * Looks for the card that we were loaded through, and what its DHCP server said. Returns
 * `found->network`, or NULL: booted from something else, or by IPv6 (says so on the console). Asks
 * nobody on the network. Source: UEFI Specification 2.10, 24.3 (EFI_PXE_BASE_CODE_PROTOCOL).
 */
struct network *network_find(struct efi_network *found, const struct services *services,
                             struct hold *hold);

#endif
