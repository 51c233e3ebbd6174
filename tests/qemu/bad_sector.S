/*
 * BIOS extension for tests: reads of one sector of a floppy fail, CRC error, as often as TIMES says
 * (255: always). Assembled by floppy.py, which defines DRIVE, CYLINDER, HEAD, SECTOR and TIMES.
 * (Option ROM header: BIOS Boot Specification 1.01, 2.2; INT 13h: IBM BIOS Interface Technical
 * Reference.)
 */
        .code16
        .text
        .globl _start

        /* Intra-application communication area of the BIOS data (4F0h), since a ROM can't be
         * written: the old vector, and how often the sector will fail still. */
        .set    OLD_VECTOR, 0x4F0
        .set    LEFT, 0x4F4
        .set    VECTOR, 0x13 * 4
        .set    CRC_ERROR, 0x10
        .set    ALWAYS, 255

_start:
        .byte   0x55, 0xAA
        .byte   1                       /* blocks of 512 bytes */
        jmp     init

        .org    0x18
        .word   0, 0                    /* no PCI data, no Plug and Play header */

init:
        pushl   %eax
        pushw   %ds
        xorw    %ax, %ax
        movw    %ax, %ds
        movl    VECTOR, %eax
        movl    %eax, OLD_VECTOR
        movw    $handler, VECTOR
        movw    %cs, VECTOR + 2
        movb    $TIMES, LEFT
        popw    %ds
        popl    %eax
        lretw

handler:
        pushw   %ds
        pushw   %ax
        cmpb    $2, %ah                 /* read sectors */
        jne     go_on
        cmpb    $DRIVE, %dl
        jne     go_on
        cmpb    $HEAD, %dh
        jne     go_on
        cmpb    $CYLINDER, %ch
        jne     go_on
        cmpb    $SECTOR, %cl            /* starts behind it? */
        ja      go_on
        addb    %cl, %al                /* ends before it? */
        cmpb    $SECTOR, %al
        jbe     go_on
        xorw    %ax, %ax
        movw    %ax, %ds
        cmpb    $0, LEFT
        je      go_on
        cmpb    $ALWAYS, LEFT
        je      fail
        decb    LEFT
fail:
        popw    %ax
        popw    %ds
        movw    $CRC_ERROR << 8, %ax    /* no sector was moved */
        pushw   %bp
        movw    %sp, %bp
        orw     $1, 6(%bp)              /* carry in the caller's flags */
        popw    %bp
        iretw
go_on:
        popw    %ax
        popw    %ds
        subw    $4, %sp                 /* to the old handler, as by a far return */
        pushw   %bp
        movw    %sp, %bp
        pushw   %ds
        pushl   %eax
        xorw    %ax, %ax
        movw    %ax, %ds
        movl    OLD_VECTOR, %eax
        movl    %eax, 2(%bp)
        popl    %eax
        popw    %ds
        popw    %bp
        lretw
