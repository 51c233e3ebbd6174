/*
 * Stands in for boot/bios/real.h when a file of boot/bios is compiled into a host test:
 * conventional memory is an array, and the test answers the BIOS calls. Include it before the file
 * under test.
 */
#ifndef TESTS_SUPPORT_FAKE_BIOS_H
#define TESTS_SUPPORT_FAKE_BIOS_H

#define BOOT_BIOS_REAL_H /* not the real one */

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct real_registers {
    uint32_t edi, esi, ebp, esp;
    uint32_t ebx, edx, ecx, eax;
    uint16_t gs, fs, es, ds;
    uint32_t eflags;
};

enum { REAL_CARRY = 0x0001, REAL_ZERO = 0x0040 };

/* Up to the video memory. */
static uint8_t low_memory[0xA0000];

/* The test's BIOS. */
static void real_int(uint8_t number, struct real_registers *registers);
#ifdef FAKE_BIOS_FAR_CALLS
static void real_call(uint32_t target, const uint16_t *arguments, unsigned count,
                      struct real_registers *registers);

static inline void real_write8(uint32_t address, uint8_t value)
{
    assert(address < sizeof(low_memory));
    low_memory[address] = value;
}
#endif

static inline void *real_memory(uint32_t address)
{
    assert(address < sizeof(low_memory));
    return low_memory + address;
}

static inline uint8_t real_read8(uint32_t address)
{
    return *(uint8_t *)real_memory(address);
}

static inline uint16_t real_read16(uint32_t address)
{
    uint16_t value;

    memcpy(&value, real_memory(address), sizeof(value));
    return value;
}

static inline void real_write32(uint32_t address, uint32_t value)
{
    memcpy(real_memory(address), &value, sizeof(value));
}

static inline uint32_t real_read32(uint32_t address)
{
    uint32_t value;

    memcpy(&value, real_memory(address), sizeof(value));
    return value;
}

#endif
