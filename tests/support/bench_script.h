/* Short ways to set the scene on a simulated bench in a unit test. Failures fail the test. */
#ifndef TESTS_SUPPORT_BENCH_SCRIPT_H
#define TESTS_SUPPORT_BENCH_SCRIPT_H

#include <stdint.h>

#include "tests/drive/bench.h"

/* Carries out one bench command (tests/drive/README.md), formatted like printf; it must be "ok". */
void bench_do(struct bench *bench, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Attaches a drive at `position` ("pm") that holds a valid 256 KiB firmware image with this
 * identity, and waits until it answers. `options`: more words for the attach command. */
void bench_attach_healthy(struct bench *bench, const char *position, const char *vendor,
                          const char *product, const char *revision, const char *options);

/* Attaches a drive with an empty flash chip that shows `face`, and waits until it does. */
void bench_attach_dead(struct bench *bench, const char *position, const char *face,
                       const char *options);

#endif
