/* The attach command: builds a drive or a disk from words. */
#ifndef TESTS_DRIVE_BENCH_ATTACH_H
#define TESTS_DRIVE_BENCH_ATTACH_H

#include "tests/drive/bench_parts.h"

enum { BENCH_ANSWER = 512 };

/*
 * Fills the free `device` from the words after "attach POS": kind and options
 * (tests/drive/README.md). On failure the reason is in `problem` (BENCH_ANSWER bytes) and the
 * device stays unused. `plugged` tells whether its data cable is in.
 */
bool bench_build(struct bench *bench, struct bench_device *device, char *const *words, size_t count,
                 char *problem, bool *plugged);

#endif
