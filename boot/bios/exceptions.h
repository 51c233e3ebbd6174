/* Processor exceptions: a screen to be photographed instead of a restart. */
#ifndef BOOT_BIOS_EXCEPTIONS_H
#define BOOT_BIOS_EXCEPTIONS_H

#include <stdint.h>

#include "boot/platform.h"

/* What LIDT takes. */
struct idt_pointer {
    uint16_t limit;
    uint32_t base;
} __attribute__((packed));

/* Catches exceptions from now on; they are shown on the screens that `platform` has at that time.
 */
void exceptions_open(const struct platform *platform);

/* The table, for the way back from real mode. */
struct idt_pointer exceptions_idt(void);

/* Stops with the exception screen when the stack has run over. */
void exceptions_check_stack(void);

#endif
