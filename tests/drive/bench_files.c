#include <stdlib.h>
#include <string.h>

#include "tests/drive/bench_parts.h"

enum { FILE_LIMIT = 64 * 1024 * 1024 };

uint8_t *bench_load_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = NULL;

    if (file == NULL) {
        return NULL;
    }
    if (fseek(file, 0, SEEK_END) == 0) {
        long length = ftell(file);

        rewind(file);
        if (length >= 0 && length <= FILE_LIMIT) {
            *size = (size_t)length;
            bytes = malloc(*size + 1);
        }
    }
    if (bytes != NULL && fread(bytes, 1, *size, file) != *size) {
        free(bytes);
        bytes = NULL;
    }
    fclose(file);
    return bytes;
}

bool bench_save_file(const char *path, const uint8_t *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");

    if (file == NULL) {
        return false;
    }
    bool good = fwrite(bytes, 1, size, file) == size;

    return fclose(file) == 0 && good;
}

bool bench_flush_device(struct bench *bench, const struct bench_device *device)
{
    if (device->backing[0] == '\0') {
        return true;
    }
    if (device->drive != NULL) {
        sim_chip_settle(device->drive->chip, bench->now_us);
        return bench_save_file(device->backing, device->drive->chip->cells,
                               device->drive->chip->type->size);
    }
    return bench_save_file(device->backing, device->disk->bytes,
                           (size_t)device->disk->sectors * SIM_DISK_SECTOR);
}

bool bench_flush(struct bench *bench)
{
    bool good = true;

    for (unsigned i = 0; i < BENCH_DEVICES; i++) {
        if (bench->devices[i].used) {
            good = bench_flush_device(bench, &bench->devices[i]) && good;
        }
    }
    return good;
}
