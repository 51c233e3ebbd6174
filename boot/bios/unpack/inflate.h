/* Unpacking "deflate" streams (RFC 1951), for the compressed kernel. */
#ifndef BOOT_BIOS_UNPACK_INFLATE_H
#define BOOT_BIOS_UNPACK_INFLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Unpacks the stream in `packed[packed_size]` into `bytes[limit]` and sets `size` to the number of
 * bytes that came out. Reads and writes nothing outside of the two, whatever the stream says.
 * Bytes behind the end of the stream are ignored. Returns false when the stream is damaged, does
 * not end, or holds more than `limit` bytes; what was written by then is not to be used.
 */
bool inflate_stream(const uint8_t *packed, size_t packed_size, uint8_t *bytes, size_t limit,
                    size_t *size);

#endif
