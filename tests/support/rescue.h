/*
 * One whole rescue against the simulated bench: bus, vendor mode, session and a person, with the
 * bench's virtual time as the clock. What the product does on a real machine, without a screen.
 */
#ifndef TESTS_SUPPORT_RESCUE_H
#define TESTS_SUPPORT_RESCUE_H

#include <stdbool.h>
#include <stdint.h>

#include "drivers/mtk.h"
#include "kernel/probe.h"
#include "kernel/session.h"
#include "tests/drive/bench.h"
#include "tests/support/bench_bus.h"
#include "tests/support/test_host.h"

struct rescue {
    struct bench *bench;
    unsigned position; /* on the primary cable */
    struct bench_bus bus;
    struct ata_device device;
    struct mtk mtk;
    struct flash_method method;
    struct test_host host;
    struct session *session;
    struct machine machine; /* after rescue_probe() */
    struct bench_bus cables[BENCH_CHANNELS];
};

/* Binds a fresh session (SESSION_FLASH) to the drive at primary master (0) or slave (1). Nothing is
 * sent. */
void rescue_open(struct rescue *rescue, struct bench *bench, unsigned position);
void rescue_close(struct rescue *rescue);

/* The file to write; `bank_size` other than 64 KiB makes it a sound file of a toy chip. */
void rescue_file(struct rescue *rescue, const uint8_t *bytes, uint32_t size, uint32_t bank_size);

/* The toy chips of the bench, which are in no table: chosen by hand. */
extern const struct chip rescue_toy_parallel, rescue_toy_spi;
void rescue_chip(struct rescue *rescue, const struct chip *chip);

/* Probes all cables as the program does when it starts, and gives the session its port. */
void rescue_probe(struct rescue *rescue);

/* The session, nothing else. */
enum session_result rescue_run(struct rescue *rescue);

/* What the flash chip really holds; no driver in between. */
const uint8_t *rescue_cells(const struct rescue *rescue, uint32_t *size);

/* A synthetic image for `size`; different seeds give different contents and revisions. */
void rescue_image(uint8_t *image, uint32_t size, bool sparse, const char *product,
                  const char *revision, uint64_t seed);

#endif
