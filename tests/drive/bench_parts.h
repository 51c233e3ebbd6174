/* What the bench's own files share. */
#ifndef TESTS_DRIVE_BENCH_PARTS_H
#define TESTS_DRIVE_BENCH_PARTS_H

#include <stdio.h>

#include "tests/drive/bench.h"
#include "tests/drive/disk.h"
#include "tests/drive/drive.h"

enum { BENCH_DEVICES = 16, BENCH_PATH = 512 };

/* One drive or disk, on a cable or on the shelf. */
struct bench_device {
    bool used;
    struct drive *drive;
    struct disk *disk;
    char name[24];
    char backing[BENCH_PATH]; /* file that keeps flash or disk contents, "" = none */
};

struct bench_place {
    struct bench_device *device; /* NULL: nothing there */
    bool plugged;                /* data cable */
    uint32_t bounces;            /* accesses during which the contacts still bounce */
};

struct bench {
    uint64_t now_us;
    struct sim_random random;
    struct bench_place places[BENCH_CHANNELS][BENCH_POSITIONS];
    struct bench_device devices[BENCH_DEVICES];
    uint8_t float_value[BENCH_CHANNELS];

    bench_trace_fn *trace;
    void *trace_context;
    FILE *trace_file;

    uint64_t accesses;
    uint64_t changes, cut_at;
    bool cut_now;
    bench_cut_fn *cut;
    void *cut_context;
};

/* bench.c: told by every flash chip. */
bool bench_count_change(void *context);

/* bench.c: carries the power cut out when its moment has come. */
void bench_check_power(struct bench *bench);

/* bench.c: what a power switch and the RESET- line do to one device. */
void bench_power(struct bench *bench, struct bench_device *device, bool on);
bool bench_powered(const struct bench_device *device);

/* bench_files.c: whole files; bench_load_file() returns malloc'ed bytes or NULL. */
uint8_t *bench_load_file(const char *path, size_t *size);
bool bench_save_file(const char *path, const uint8_t *bytes, size_t size);
bool bench_flush_device(struct bench *bench, const struct bench_device *device);

#endif
