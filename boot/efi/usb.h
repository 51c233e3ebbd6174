/*
 * USB sticks that the firmware found and left alone. A firmware that boots quickly gives drivers
 * only to the devices that it boots from: a second stick, or one that is pulled and put in again,
 * gets none.
 */
#ifndef BOOT_EFI_USB_H
#define BOOT_EFI_USB_H

#include "boot/efi/services.h"

/* Lets the firmware's drivers take every USB disk that none of them has: only those, because
 * connecting everything hangs some machines. */
void usb_connect_disks(const struct services *services);

/*
 * Whether the device behind a handle answers; true as well when it is none on USB. A driver of the
 * firmware that reads from a stick pulled a moment ago can hang for minutes; half a second is what
 * this may cost.
 */
bool usb_answers(const struct services *services, EFI_HANDLE handle);

#endif
