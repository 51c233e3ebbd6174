/*
 * The 32-bit entry of the kernel file: unpacks the kernel and goes there, or says on the screen why
 * not.
 */
#include "boot/bios/layout.h"

#define UNPACK_STACK_SIZE 0x4000

    .section .start, "ax"
    .code32
    .globl  unpack_start

/* ESI = parameters of the boot loader, flat segments, interrupts off. */
unpack_start:
    cld
    movl    $stack_top, %esp
    pushl   %esi
    movl    %esi, %eax
    call    unpack
    popl    %esi
    jmp     start

/* The kernel, packed (boot/bios/bios.mk). */
    .section .payload, "a"
    .incbin "kernel.gz"

/*
 * _Noreturn void failure_enter(void): copied to FAILURE_CODE, with the text at FAILURE_TEXT, this
 * goes down to real mode and shows the text there. The PC then waits to be restarted, with
 * interrupts on, so that Ctrl-Alt-Del works.
 */
    .text
    .code32
    .globl  failure_enter, failure_code, failure_code_end
failure_enter:
    lgdt    gdt_pointer
    lidt    real_idt
    ljmp    $SELECTOR_CODE16, $FAILURE_CODE

    .code16
failure_code:
    movw    $SELECTOR_DATA16, %ax
    movw    %ax, %ds
    movw    %ax, %es
    movw    %ax, %fs
    movw    %ax, %gs
    movw    %ax, %ss
    movl    %cr0, %eax
    andb    $0xFE, %al
    movl    %eax, %cr0
    ljmp    $0, $(FAILURE_CODE + 1f - failure_code)
1:  xorw    %ax, %ax
    movw    %ax, %ds
    movw    %ax, %es
    movw    %ax, %ss
    movl    $LOW_STACK_TOP, %esp
    sti
    movw    $0x0003, %ax            /* 80x25 text; a BIOS takes it for mode 7 where there is no colour */
    int     $0x10
    movw    $FAILURE_TEXT, %si
    call    say
3:  hlt
    jmp     3b

#include "boot/bios/say.inc"
failure_code_end:

    .section .rodata
    .balign 8
gdt:
    .quad   0
    .quad   0
    .quad   0
    .quad   0x00009A000000FFFF      /* 18 code, 16 bit, 64 KiB at 0 */
    .quad   0x000092000000FFFF      /* 20 data, 64 KiB at 0 */
gdt_pointer:
    .word   . - gdt - 1
    .long   gdt
real_idt:
    .word   0x3FF
    .long   0

    .bss
    .balign 16
    .skip   UNPACK_STACK_SIZE
stack_top:
