/* Any bytes as a packed stream: zlib and we unpack the same, or both refuse. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "boot/bios/unpack/inflate.c"

enum { LIMIT = 40000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t ours[LIMIT], theirs[LIMIT];
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)data,
                       .avail_in = (uInt)size,
                       .next_out = theirs,
                       .avail_out = LIMIT};
    size_t our_size = 0;
    bool good, expected;

    if (inflateInit2(&stream, -15) != Z_OK)
        abort();
    expected = inflate(&stream, Z_FINISH) == Z_STREAM_END;
    inflateEnd(&stream);
    good = inflate_stream(data, size, ours, LIMIT, &our_size);
    if (good != expected)
        abort();
    if (good && (our_size != stream.total_out || memcmp(ours, theirs, our_size) != 0))
        abort();
    return 0;
}
