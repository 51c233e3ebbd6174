/* Calls of the BIOS from the 32-bit kernel, and the conventional memory that they work on. */
#ifndef BOOT_BIOS_REAL_H
#define BOOT_BIOS_REAL_H

#include <stdbool.h>
#include <stdint.h>

/* The order is that in which boot/bios/real_entry.S pops and pushes them. */
struct real_registers {
    uint32_t edi, esi, ebp, esp; /* esp is not used */
    uint32_t ebx, edx, ecx, eax;
    uint16_t gs, fs, es, ds;
    uint32_t eflags; /* in: only carry is taken; out: all */
};

enum { REAL_CARRY = 0x0001, REAL_ZERO = 0x0040 };

/*
 * Puts the low part of the kernel in its place and hooks the keyboard intercept (INT 15h AH=4Fh).
 * To be called once, when nothing of the loader below 128 KiB is needed any more.
 */
void real_open(void);

/*
 * Calls BIOS interrupt `number` in real mode with `registers`, which get what it returned. The
 * clock is kept right however long it takes.
 */
void real_int(uint8_t number, struct real_registers *registers);

/*
 * Calls a real-mode function of firmware by a far call, `target` = segment << 16 | offset.
 * `arguments` are `count` words (at most 8) as they lie on its stack, the one pushed last first;
 * the function leaves them there (C calling convention).
 */
void real_call(uint32_t target, const uint16_t *arguments, unsigned count,
               struct real_registers *registers);

/* How often Ctrl-Alt-Del was pressed since the last call. */
unsigned real_resets_pressed(void);

/* Memory at a linear address; the C compiler must not know where it points. */
static inline void *real_memory(uint32_t address)
{
    void *at = (void *)(uintptr_t)address;

    __asm__("" : "+r"(at));
    return at;
}

/* Reads from and writes to the BIOS data area and other firmware memory. */
static inline uint8_t real_read8(uint32_t address)
{
    return *(volatile uint8_t *)real_memory(address);
}

static inline uint16_t real_read16(uint32_t address)
{
    return *(volatile uint16_t *)real_memory(address);
}

static inline uint32_t real_read32(uint32_t address)
{
    return *(volatile uint32_t *)real_memory(address);
}

static inline void real_write8(uint32_t address, uint8_t value)
{
    *(volatile uint8_t *)real_memory(address) = value;
}

static inline void real_write16(uint32_t address, uint16_t value)
{
    *(volatile uint16_t *)real_memory(address) = value;
}

static inline void real_write32(uint32_t address, uint32_t value)
{
    *(volatile uint32_t *)real_memory(address) = value;
}

#endif
