/*
 * What the boot loader hands over: the fields of struct boot_params that are used ("The Linux/x86
 * Boot Protocol" and "zero page" in the kernel documentation).
 */
#ifndef BOOT_BIOS_PARAMETERS_H
#define BOOT_BIOS_PARAMETERS_H

#include <stdint.h>

#include "boot/bios/layout.h"

enum { RAMDISK_IMAGE = 0x218, RAMDISK_SIZE = 0x21C, COMMAND_LINE_POINTER = 0x228 };

struct boot_parameters {
    char command_line[COMMAND_LINE_MAX + 1];
    uint32_t initrd; /* linear address, 0 = none */
    uint32_t initrd_size;
};

/* Copies the parameters at linear address `zero_page`: what they point to may be overwritten then.
 */
void parameters_take(struct boot_parameters *parameters, uint32_t zero_page);

#endif
