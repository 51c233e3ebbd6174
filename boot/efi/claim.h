/*
 * Taking the IDE controllers and the serial ports away from the firmware's drivers. Nothing else is
 * taken: keyboard, screen, stick and network go on working. Nothing is ever connected again; the
 * program ends by a reset.
 */
#ifndef BOOT_EFI_CLAIM_H
#define BOOT_EFI_CLAIM_H

#include "boot/efi/services.h"

/*
 * For every PCI function of class 01/01: lets the firmware's drivers go, switches I/O decoding on
 * again and bus mastering off, and keeps drivers from coming back. A controller that leads to
 * `boot` (the disk that we were started from) is left to the firmware: without it that disk would
 * be gone.
 */
void claim_ide(const struct services *services, struct device_path boot);

/*
 * For the PC's serial ports that the firmware uses as a terminal: lets it go, because a program's
 * own terminal on the same wire and the firmware's would garble each other. `baud` gets the speed
 * of each of `count` ports, starting with COM1, that was in use.
 */
void claim_serial(const struct services *services, uint32_t *baud, unsigned count);

#endif
