/* Disks of the firmware (13.9, Block I/O Protocol). */
#ifndef BOOT_EFI_DISK_H
#define BOOT_EFI_DISK_H

#include "boot/efi/clock.h"
#include "boot/efi/hold.h"
#include "boot/platform.h"

struct disks;

struct disk {
    struct block_device block;
    struct disks *disks;
    EFI_HANDLE handle;
    UINT32 media_id;
    uint64_t answered_us; /* when a transfer came through last; 0 = never */
};

struct disks {
    const struct services *services;
    struct hold *hold;
    struct clock *clock;
    struct device_path boot; /* of what we were started from; empty = not known */
    uint8_t *buffer;         /* all transfers go through it */
    struct disk disk[PLATFORM_DISKS];
    unsigned count;
};

/* Prepares the list, which is empty at first. `boot` must stay where it is. */
void disks_open(struct disks *disks, const struct services *services, struct hold *hold,
                struct clock *clock, struct device_path boot);

/* Asks the firmware for all its disks with a medium; touches none. Optical drives are left out. */
void disks_scan(struct disks *disks);

#endif
