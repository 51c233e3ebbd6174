/*
 * Device paths: the firmware's names of its devices (UEFI Specification 2.10, chapter 10). A path
 * is a list of nodes of foreign bytes; nothing here trusts their lengths.
 */
#ifndef BOOT_EFI_DEVICE_PATH_H
#define BOOT_EFI_DEVICE_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DEVICE_PATH_MAX = 1024 /* bytes; real ones have about a hundred */ };

/* The nodes in front of the end node; `size` 0 = there is no path, or a broken one. */
struct device_path {
    const uint8_t *nodes;
    size_t size; /* bytes */
};

enum device_kind { DEVICE_HARD_DISK, DEVICE_USB_DISK, DEVICE_FLOPPY, DEVICE_CD };

/* Finds the end of the path at `bytes` (may be NULL), which is looked for within `limit` bytes. */
struct device_path device_path_at(const void *bytes, size_t limit);

/* Whether `path` is `prefix` or a device behind it. An empty prefix is nobody's. */
bool device_path_starts_with(struct device_path path, struct device_path prefix);

/* What a disk hangs on. */
enum device_kind device_path_kind(struct device_path path);

/* The number of the serial port (0 = COM1) that a path ends in: the last ACPI node is PNP0501,
 * followed by nothing but a UART node. -1: it is none of a PC's own. */
int device_path_serial_port(struct device_path path);

#endif
