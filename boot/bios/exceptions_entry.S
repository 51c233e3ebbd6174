/*
 * Entries of the 32 exceptions (Intel 486 Programmer's Reference Manual, "Exceptions and
 * interrupts"). Each leaves a struct exception_frame on the stack.
 */
    .text
    .code32

/* Exceptions 8, 10 to 14 and 17 come with an error code; the others get a 0 in its place. */
#define WITH_ERROR_CODE (1 << 8 | 1 << 10 | 1 << 11 | 1 << 12 | 1 << 13 | 1 << 14 | 1 << 17)

    .globl  exception_entries
    .balign 16
exception_entries:
    .set    vector, 0
    .rept   32
    .balign 16
    .if     (WITH_ERROR_CODE >> vector) & 1
    .else
    pushl   $0
    .endif
    pushl   $vector
    jmp     common
    .set    vector, vector + 1
    .endr

common:
    pushal
    movl    %cr2, %eax
    pushl   %eax
    cld
    movl    %esp, %eax
    call    exception_caught
1:  hlt
    jmp     1b
