/* Little-endian numbers at any address, as disk structures hold them. */
#ifndef KERNEL_LIB_LITTLE_ENDIAN_H
#define KERNEL_LIB_LITTLE_ENDIAN_H

#include <stdint.h>

static inline uint16_t little16(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] | bytes[1] << 8);
}

static inline uint32_t little32(const uint8_t *bytes)
{
    return little16(bytes) | (uint32_t)little16(bytes + 2) << 16;
}

static inline uint64_t little64(const uint8_t *bytes)
{
    return little32(bytes) | (uint64_t)little32(bytes + 4) << 32;
}

static inline void put_little16(uint8_t *bytes, uint16_t value)
{
    bytes[0] = (uint8_t)value;
    bytes[1] = (uint8_t)(value >> 8);
}

static inline void put_little32(uint8_t *bytes, uint32_t value)
{
    put_little16(bytes, (uint16_t)value);
    put_little16(bytes + 2, (uint16_t)(value >> 16));
}

#endif
