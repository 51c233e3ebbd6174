/*
 * Addresses and selectors that assembly and C share.
 *
 * Conventional memory, once the loader's parameters have been copied away:
 *   0000 interrupt vectors, BIOS data     8000 low part of the kernel
 *   A000 stack of BIOS calls              BFF0 diskette parameter table
 *   C000 scratch for BIOS calls
 *  10000 transfer buffers, one of the hard disks and one of each floppy drive: all in one 64 KiB
 *        page of the DMA controller, which no transfer may leave
 */
#ifndef BOOT_BIOS_LAYOUT_H
#define BOOT_BIOS_LAYOUT_H

#define LOW_STACK_TOP    0xBFF0
#define LOW_SCRATCH      0xC000
#define LOW_SCRATCH_SIZE 0x1000
#define LOW_BUFFER       0x10000
#define LOW_BUFFER_SIZE  0x8000

#define LOW_DISKETTE_TABLE     0xBFF0
#define LOW_FLOPPY_BUFFERS     0x18000
#define LOW_FLOPPY_BUFFER_SIZE 0x4000 /* for each of two drives */

/* Where a kernel that can't be unpacked says so, in real mode. */
#define FAILURE_CODE 0x8000
#define FAILURE_TEXT 0x9000

#define SELECTOR_CODE32 0x08
#define SELECTOR_DATA32 0x10
#define SELECTOR_CODE16 0x18
#define SELECTOR_DATA16 0x20

#define VECTOR_DISKETTE_TABLE 0x78 /* interrupt 1Eh */

/* BIOS data area (IBM PC/AT Technical Reference, segment 40h). */
#define BDA_EQUIPMENT     0x410
#define BDA_SHIFT_FLAGS   0x417
#define BDA_TICKS         0x46C
#define BDA_RESET_FLAG    0x472
#define BDA_LAST_ROW      0x484
#define BDA_KEYBOARD_TYPE 0x496
#define BDA_PRINT_SCREEN  0x500

/* C functions that assembly calls with their only argument in EAX, whatever the C compiler's
 * options say. */
#define CALLED_WITH_EAX __attribute__((regparm(1)))

#define KERNEL_STACK_SIZE 0x10000
#define COMMAND_LINE_MAX  2047 /* characters */

#endif
