/* CRC-32 as in IEEE 802.3 and zip (reflected 04C11DB7, start and end FFFFFFFF). */
#ifndef KERNEL_LIB_CRC32_H
#define KERNEL_LIB_CRC32_H

#include <stddef.h>
#include <stdint.h>

/* Start with crc = 0; feed pieces in order; the last result is the CRC. */
uint32_t crc32_update(uint32_t crc, const void *bytes, size_t size);

#endif
