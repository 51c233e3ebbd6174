/*
 * BIOS calls from the 32-bit kernel: down to real mode, through an interrupt vector, and up again
 * (Intel 486 Programmer's Reference Manual, "Switching back to real-address mode"). Interrupts are
 * on only while the BIOS runs; the interrupt controllers stay as the BIOS set them.
 */
#include "boot/bios/layout.h"

/* void real_transfer(void): registers and target are in the low part. */
    .text
    .code32
    .globl  real_transfer
real_transfer:
    pushal
    movl    %esp, saved_esp
    lidt    real_idt
    ljmp    $SELECTOR_CODE16, $down

up:
    movw    $SELECTOR_DATA32, %ax
    movw    %ax, %ds
    movw    %ax, %es
    movw    %ax, %fs
    movw    %ax, %gs
    movw    %ax, %ss
    movl    saved_esp, %esp
    lidt    real_return_idt
    movl    %ebp, real_result
    popal
    ret

    .section .low, "awx"
    .code16

down:
    movw    $SELECTOR_DATA16, %ax
    movw    %ax, %ds
    movw    %ax, %es
    movw    %ax, %fs
    movw    %ax, %gs
    movw    %ax, %ss
    movl    %cr0, %eax
    andb    $0xFE, %al
    movl    %eax, %cr0
    ljmp    $0, $real_mode

real_mode:
    xorw    %ax, %ax
    movw    %ax, %ds
    movw    %ax, %ss
    movl    $real_block, %esp
    popal
    popw    %gs
    popw    %fs
    popw    %es
    popw    %ds
    popfl                           /* interrupts still off: this stack ends here */
    movl    %cs:real_stack, %esp
    sti
    jmpw    *%cs:real_how

real_interrupt:                     /* an INT instruction, but through any pointer */
    pushfw
    cli
real_far_call:
    lcallw  *%cs:real_target
    pushfl
    cli
    cld
    pushw   %ds
    pushw   %es
    pushw   %fs
    pushw   %gs
    pushal
    movzwl  %sp, %ebp               /* what the call left, in the order of struct real_registers */
    xorw    %ax, %ax
    movw    %ax, %ds
    call    a20_enable              /* some BIOSes leave it off after a disk call */
    jc      stuck
    lgdtl   gdt_pointer             /* the BIOS may have used its own */
    movl    %cr0, %eax
    orb     $1, %al
    movl    %eax, %cr0
    ljmpl   $SELECTOR_CODE32, $up

/* Without A20 there is no way back to the kernel. */
stuck:
    movw    $stuck_text, %si
    call    say
1:  hlt
    jmp     1b

#include "boot/bios/say.inc"
#include "boot/bios/a20.inc"

/*
 * INT 15h, in front of the BIOS's own: keyboard intercept, AH=4Fh, AL=scan code (IBM PC/AT Technical
 * Reference). Carry cleared means that the BIOS shall forget the key.
 * Ctrl-Alt-Del is counted instead of obeyed: a restart in the middle of a flash would leave a torn
 * chip. Pause is dropped, because the BIOS would wait in its interrupt handler for another key.
 */
    .globl  keyboard_hook
keyboard_hook:
    cmpb    $0x4F, %ah
    jne     hook_pass
    cmpb    $0x53, %al              /* Del */
    je      hook_delete
    cmpb    $0x45, %al              /* Num Lock; Pause after E1h or with Ctrl */
    jne     hook_pass
    pushw   %ds
    pushw   $0
    popw    %ds
    testb   $0x01, BDA_KEYBOARD_TYPE /* last code was E1h */
    jnz     hook_swallow
    testb   $0x04, BDA_SHIFT_FLAGS
    jnz     hook_swallow
    popw    %ds
hook_pass:
    ljmpw   *%cs:keyboard_old

hook_delete:
    pushw   %ds
    pushw   $0
    popw    %ds
    testb   $0x04, BDA_SHIFT_FLAGS  /* Ctrl */
    jz      1f
    testb   $0x08, BDA_SHIFT_FLAGS  /* Alt */
    jz      1f
    incb    keyboard_resets
hook_swallow:
    popw    %ds
    pushw   %bp
    movw    %sp, %bp
    andb    $0xFE, 6(%bp)           /* carry in the flags that IRET takes */
    popw    %bp
    iretw
1:  popw    %ds
    jmp     hook_pass

stuck_text:
    .asciz  "\r\nThe BIOS switched the address line A20 off and it can't be switched on again.\r\n"

    .balign 8
low_gdt:
    .quad   0
    .quad   0x00CF9A000000FFFF      /* 08 code, 32 bit, 4 GiB */
    .quad   0x00CF92000000FFFF      /* 10 data, 4 GiB */
    .quad   0x00009A000000FFFF      /* 18 code, 16 bit, 64 KiB at 0 */
    .quad   0x000092000000FFFF      /* 20 data, 64 KiB at 0 */
low_gdt_end:
    .globl  low_gdt, low_gdt_end

gdt_pointer:
    .word   low_gdt_end - low_gdt - 1
    .long   low_gdt
    .word   0
real_idt:
    .word   0x3FF
    .long   0
    .globl  real_return_idt
real_return_idt:
    .word   0
    .long   0

    .balign 4
    .globl  real_block, real_target, real_stack, real_how, real_result
    .globl  real_interrupt, real_far_call, keyboard_old, keyboard_resets
real_block:                         /* struct real_registers */
    .skip   44
real_target:                        /* offset, segment */
    .long   0
real_stack:                         /* where the called function's arguments lie */
    .long   0
real_how:                           /* real_interrupt or real_far_call */
    .word   0
    .balign 4
real_result:                        /* where the registers are after the call */
    .long   0
saved_esp:
    .long   0
keyboard_old:
    .long   0
keyboard_resets:
    .byte   0
