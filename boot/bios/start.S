/* The 32-bit entry: own descriptor table, own stack, clean memory, then C. */
#include "boot/bios/layout.h"

    .section .start, "ax"
    .code32
    .globl  start

/* ESI = parameters of the boot loader, flat segments, interrupts off. */
start:
    cli
    cld
    lgdt    early_gdt_pointer
    ljmp    $SELECTOR_CODE32, $1f
1:  movw    $SELECTOR_DATA32, %ax
    movw    %ax, %ds
    movw    %ax, %es
    movw    %ax, %fs
    movw    %ax, %gs
    movw    %ax, %ss
    movl    $stack_top, %esp
    movl    $bss_start, %edi
    movl    $bss_end, %ecx
    subl    %edi, %ecx
    shrl    $2, %ecx
    xorl    %eax, %eax
    rep stosl
    movl    %esi, %eax
    call    bios_main
2:  hlt
    jmp     2b

/* The table lies in the low part, which is not in its place yet: use its copy in the file. */
early_gdt_pointer:
    .word   early_gdt_limit
    .long   early_gdt

/* First in the zeroed memory: a stack that runs over leaves the kernel's data alone and reaches
 * `stack_limit` first, whose value is checked. */
    .section .stack, "aw", @nobits
    .balign 16
    .globl  stack_limit
stack_limit:
    .skip   KERNEL_STACK_SIZE
stack_top:
