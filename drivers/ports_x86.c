/* IN, OUT, INSW, OUTSW and a device's memory. */
#include "drivers/ports_x86.h"

static uint8_t real_in8(void *context, uint16_t port)
{
    uint8_t value;

    (void)context;
    __asm__ volatile("inb %w1, %b0" : "=a"(value) : "Nd"(port) : "memory");
    return value;
}

static uint16_t real_in16(void *context, uint16_t port)
{
    uint16_t value;

    (void)context;
    __asm__ volatile("inw %w1, %w0" : "=a"(value) : "Nd"(port) : "memory");
    return value;
}

static uint32_t real_in32(void *context, uint16_t port)
{
    uint32_t value;

    (void)context;
    __asm__ volatile("inl %w1, %0" : "=a"(value) : "Nd"(port) : "memory");
    return value;
}

static void real_out8(void *context, uint16_t port, uint8_t value)
{
    (void)context;
    __asm__ volatile("outb %b0, %w1" : : "a"(value), "Nd"(port) : "memory");
}

static void real_out16(void *context, uint16_t port, uint16_t value)
{
    (void)context;
    __asm__ volatile("outw %w0, %w1" : : "a"(value), "Nd"(port) : "memory");
}

static void real_out32(void *context, uint16_t port, uint32_t value)
{
    (void)context;
    __asm__ volatile("outl %0, %w1" : : "a"(value), "Nd"(port) : "memory");
}

static void real_in16_block(void *context, uint16_t port, uint16_t *words, size_t count)
{
    (void)context;
    __asm__ volatile("rep insw" : "+D"(words), "+c"(count) : "d"(port) : "memory");
}

static void real_out16_block(void *context, uint16_t port, const uint16_t *words, size_t count)
{
    (void)context;
    __asm__ volatile("rep outsw" : "+S"(words), "+c"(count) : "d"(port) : "memory");
}

/* The BIOS kernel runs without paging, UEFI maps memory one to one (UEFI 2.3.2, 2.3.4): an address
 * on the bus is a pointer, below 4 GiB in every build of ours. */
static uint32_t real_memory32(void *context, uint64_t address)
{
    (void)context;
    if (address > UINT32_MAX - 3)
        return UINT32_MAX;
    return *(const volatile uint32_t *)(uintptr_t)address;
}

const struct ports ports_x86 = {
    .in8 = real_in8,
    .in16 = real_in16,
    .in32 = real_in32,
    .out8 = real_out8,
    .out16 = real_out16,
    .out32 = real_out32,
    .in16_block = real_in16_block,
    .out16_block = real_out16_block,
    .memory32 = real_memory32,
};
