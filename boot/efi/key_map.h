/* Keys as the firmware names them. */
#ifndef BOOT_EFI_KEY_MAP_H
#define BOOT_EFI_KEY_MAP_H

#include <stdint.h>

/* The key (boot/platform.h) for a scan code and a character in Unicode (UEFI 2.10, 12.3.3 and
 * table B.1); KEY_NONE when we have no use for it. */
uint16_t key_map(uint16_t scan, uint16_t character);

#endif
