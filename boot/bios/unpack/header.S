/*
 * The boot header and the real-mode set-up, "The Linux/x86 Boot Protocol" version 2.10 (kernel
 * documentation, Documentation/arch/x86/boot.rst). A loader puts this part anywhere below 640 KiB
 * and the rest of the file at 1 MiB, fills the fields that are its own, and enters 512 bytes from
 * here. Loaders that use the 32-bit protocol copy the header and enter `unpack_start` directly.
 */
#include "boot/bios/layout.h"

#define LOADED_HIGH 0x01

    .section .setup, "ax"
    .code16

/* Not a boot sector: says so, as a person may have written the kernel itself onto a disk. */
    ljmp    $0x07C0, $sector
sector:
    movw    %cs, %ax
    movw    %ax, %ds
    movw    $not_bootable, %si
    call    say
halt:
    hlt
    jmp     halt

#include "boot/bios/say.inc"

not_bootable:
    .asciz  "This is a kernel file: it needs a boot loader.\r\n"

    .org    0x1F1
    .byte   setup_sectors_less_one  /* setup_sects, without this one */
    .word   0                       /* root_flags */
    .long   loaded_paragraphs       /* syssize */
    .word   0                       /* ram_size */
    .word   0xFFFF                  /* vid_mode: leave the screen as it is */
    .word   0                       /* root_dev */
    .word   0xAA55                  /* boot_flag */
    .byte   0xEB, setup - (. + 1)   /* jump */
    .ascii  "HdrS"                  /* header */
    .word   0x020A                  /* version */
    .long   0                       /* realmode_swtch */
    .word   0x1000                  /* start_sys_seg */
    .word   version - 0x200         /* kernel_version */
    .byte   0                       /* type_of_loader: by the loader */
    .byte   LOADED_HIGH             /* loadflags */
    .word   0x8000                  /* setup_move_size */
    .long   LOADED_BASE             /* code32_start */
    .long   0                       /* ramdisk_image: by the loader */
    .long   0                       /* ramdisk_size: by the loader */
    .long   0                       /* bootsect_kludge */
    .word   0                       /* heap_end_ptr: by the loader */
    .byte   0                       /* ext_loader_ver: by the loader */
    .byte   0                       /* ext_loader_type: by the loader */
    .long   0                       /* cmd_line_ptr: by the loader */
    .long   0x7FFFFFFF              /* initrd_addr_max */
    .long   0x1000                  /* kernel_alignment */
    .byte   0                       /* relocatable_kernel: no */
    .byte   12                      /* min_alignment: 4 KiB */
    .word   0                       /* xloadflags */
    .long   COMMAND_LINE_MAX        /* cmdline_size */
    .long   0                       /* hardware_subarch: PC */
    .quad   0                       /* hardware_subarch_data */
    .long   payload_offset          /* in gzip format: what runs in the end */
    .long   payload_length
    .quad   0                       /* setup_data: by the loader */
    .long   LOADED_BASE, 0          /* pref_address */
    .long   memory_size             /* init_size: nothing of the loader's may lie in this */

/* Here with CS = our segment + 20h, interrupts as the loader left them, a usable stack. */
setup:
    cld
    movw    %cs, %ax
    subw    $0x20, %ax
    movw    %ax, %ds
    pushw   %ax
    pushw   $in_own_segment
    lretw                           /* CS = DS: offsets are now those of this file */
in_own_segment:
    sti
    call    a20_enable
    jc      no_a20
    cli
    xorl    %esi, %esi
    movw    %cs, %si
    shll    $4, %esi                /* the parameters, as the 32-bit protocol hands them over */
    addl    %esi, gdt_pointer + 2
    lgdtl   gdt_pointer
    movl    %cr0, %eax
    orb     $1, %al
    movl    %eax, %cr0
    jmp     1f
1:  movw    $SELECTOR_DATA32, %ax
    movw    %ax, %ds
    movw    %ax, %es
    movw    %ax, %ss
    ljmpl   $SELECTOR_CODE32, $LOADED_BASE

no_a20:
    movw    $a20_stuck, %si
    call    say
    jmp     halt

#include "boot/bios/a20.inc"

a20_stuck:
    .asciz  "The address line A20 can't be switched on: ODDRescue can't run here.\r\n"
version:
    .asciz  "ODDRescue"

    .balign 8
gdt:
    .quad   0
    .quad   0x00CF9A000000FFFF      /* code, 4 GiB */
    .quad   0x00CF92000000FFFF      /* data, 4 GiB */
gdt_pointer:
    .word   . - gdt - 1
    .long   gdt
