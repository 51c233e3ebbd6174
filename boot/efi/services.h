/*
 * The firmware's tables, and lines on its console for the time before the first screen. UEFI names
 * and types are those of gnu-efi's headers; chapters are those of the UEFI Specification 2.10.
 */
#ifndef BOOT_EFI_SERVICES_H
#define BOOT_EFI_SERVICES_H

#include <efi.h>

#include "boot/efi/device_path.h"

/* What was said before the first screen, for the log. */
struct notes {
    char text[4096];
    size_t length;
};

struct services {
    struct notes *notes;
    EFI_HANDLE image;
    EFI_SYSTEM_TABLE *table;
    EFI_BOOT_SERVICES *boot;
};

extern EFI_GUID guid_loaded_image, guid_device_path, guid_pci_io, guid_block_io, guid_serial_io,
    guid_text_input_ex;

/* The interface of `protocol` on a handle, NULL when it has none (7.3.7). */
void *services_protocol(const struct services *services, EFI_HANDLE handle, EFI_GUID *protocol);

/* All handles with that protocol; NULL and 0 when there is none (7.3.15). To be given back with
 * FreePool(). */
EFI_HANDLE *services_handles(const struct services *services, EFI_GUID *protocol, UINTN *count);

/* Whether a driver works with that protocol of the handle (7.3.11). */
bool services_in_use(const struct services *services, EFI_HANDLE handle, EFI_GUID *protocol);

/* The device path of a handle, empty when it has none. */
struct device_path services_path(const struct services *services, EFI_HANDLE handle);

/*
 * Writes on the firmware's console, if there is one, and into the notes, as text_format() does;
 * '\n' ends a line. Before each step that can hang a line says which: what stands last on a frozen
 * screen is the culprit.
 */
void services_say(const struct services *services, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
