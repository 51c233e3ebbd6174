/*
 * Any bytes as a firmware file. The input is spread over an image of a standard size when it says
 * so in its first byte, because almost no random file has such a size.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/firmware.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const uint8_t *bytes, uint32_t size)
{
    struct firmware firmware = {.path = ""};
    uint32_t address = 0;
    uint32_t last = 0;

    firmware_inspect(&firmware, bytes, size);
    if (firmware.damage == FIRMWARE_SOUND && (size < 0x20000 || bytes[0] != 0x02)) {
        abort();
    }
    if (firmware.has_identity &&
        (firmware.product[0] == '\0' || firmware.identity_offset > size - 36)) {
        abort();
    }
    if (firmware.bad_offset >= size && size != 0) {
        abort();
    }
    for (unsigned i = 0; firmware_bank_start(&firmware, i, &address); i++) {
        if (address >= size || (i != 0 && address <= last)) {
            abort();
        }
        last = address;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint32_t sizes[] = {0x20000, 0x40000, 0x80000, 0x100000};
    static uint8_t image[FIRMWARE_LARGEST];
    uint32_t whole;

    if (size < 4 || data[0] >= 0x80) {
        check(data, (uint32_t)size);
        return 0;
    }
    /* Byte 0 chooses the size, byte 1 the bytes between; the rest lies where banks start and where
     * names and code are looked for. */
    whole = sizes[data[0] % 4];
    memset(image, data[1], whole);
    for (uint32_t bank = 0; bank < whole; bank += 0x10000) {
        image[bank] = (data[0] & 0x40) != 0 ? 0x02 : data[1];
    }
    data += 2;
    size -= 2;
    memcpy(image + 0x4000, data, size < 0x8000 ? size : 0x8000);
    if (size <= 64) {
        memcpy(image + 0xFFF8, data, size < 8 ? size : 8);
        memcpy(image + whole - size, data, size);
    }
    check(image, whole);
    return 0;
}
