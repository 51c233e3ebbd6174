/*
 * Disks of the BIOS (INT 13h): by logical block with the enhanced functions ("BIOS Enhanced Disk
 * Drive Specification", EDD), by cylinder, head and sector without them.
 */
#ifndef BOOT_BIOS_DISK_H
#define BOOT_BIOS_DISK_H

#include <stdbool.h>
#include <stdint.h>

#include "boot/platform.h"

struct bios_disk {
    struct block_device block;
    uint8_t number;                     /* 00.. floppies, 80.. others */
    bool enhanced;                      /* functions 41h to 48h */
    bool medium_known;                  /* something was read from the medium that is in it */
    uint16_t cylinders, heads, sectors; /* geometry; sectors per track */
    uint32_t buffer, buffer_size;       /* in conventional memory */
    uint64_t ahead_lba;                 /* floppies: sectors that were read but not asked for yet */
    uint32_t ahead_count, ahead_at;     /* how many, and their address */
};

struct bios_disks {
    struct bios_disk disk[PLATFORM_DISKS];
    unsigned count;
};

/* Asks the BIOS for all its disks; touches no medium. Optical drives are left out. */
void disks_scan(struct bios_disks *disks);

#endif
