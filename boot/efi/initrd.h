/* The FAT image that a boot loader brought along. */
#ifndef BOOT_EFI_INITRD_H
#define BOOT_EFI_INITRD_H

#include "boot/efi/services.h"

/*
 * Loads the initial ramdisk into memory of its own; `*size` gets its bytes. Returns NULL when there
 * is none; when it can't be loaded it says so.
 *
 * Two ways, those of Linux's EFI stub (Linux, Documentation/admin-guide/efi-stub.rst): the loader
 * offers it by the Load File 2 Protocol (UEFI 2.10, 13.2) on the device path
 * LINUX_EFI_INITRD_MEDIA_GUID, or the command line names a file on the device that we were loaded
 * from, initrd=NAME (iPXE shows what it downloaded as files of such a device).
 */
uint8_t *initrd_load(const struct services *services, const char *command_line, size_t *size);

#endif
