/* Records which boot services a program calls, in their order. */
#ifndef TESTS_QEMU_EFI_RECORDER_H
#define TESTS_QEMU_EFI_RECORDER_H

#include <efi.h>

/*
 * From now on each call of a boot service whose return address lies in the image at `base` writes
 * the byte 80h + (place of the service in the table) to the debug port, SetWatchdogTimer() also a
 * line "watchdog SECONDS", DisconnectController() of a PCI function a line "disconnect
 * VENDOR:DEVICE drivers N to N" (before and after). All calls are passed on. Tells the places of
 * the services that tests ask for as lines "service NAME PLACE".
 */
void recorder_install(EFI_BOOT_SERVICES *services, const void *base, uint64_t size);

#endif
