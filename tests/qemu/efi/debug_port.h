/* Text on the port that QEMU hands to the test: what the applications here have to tell. */
#ifndef TESTS_QEMU_EFI_DEBUG_PORT_H
#define TESTS_QEMU_EFI_DEBUG_PORT_H

#include <stdint.h>

/* machine.py: BIOS_DEBUG_PORT. The firmware itself is silent there. */
#define DEBUG_PORT 0x402

static inline void debug_byte(uint8_t byte)
{
    __asm__ volatile("outb %0, %1" : : "a"(byte), "Nd"((uint16_t)DEBUG_PORT));
}

static inline void debug_text(const char *text)
{
    while (*text)
        debug_byte((uint8_t)*text++);
}

static inline void debug_number(uint64_t number)
{
    if (number >= 10)
        debug_number(number / 10);
    debug_byte((uint8_t)('0' + number % 10));
}

#endif
