/* A drive in vendor mode on a simulated bench, ready for the flash method. Failures fail the test.
 */
#ifndef TESTS_SUPPORT_MTK_BENCH_H
#define TESTS_SUPPORT_MTK_BENCH_H

#include <stdint.h>

#include "drivers/mtk.h"
#include "tests/drive/bench.h"
#include "tests/support/bench_bus.h"

struct mtk_bench {
    struct bench *bench;
    struct bench_bus bus;
    struct ata_device device;
    struct mtk mtk;
    struct flash_method method;
    struct flash_identity identity;
    uint8_t lba_low;       /* written last */
    unsigned intros;       /* commands 80 */
    unsigned outros;       /* commands 81 */
    unsigned idle_calls;   /* of the idle function */
    unsigned idle_stop_at; /* it gives up at that call; 0: never */
};

/*
 * A new bench with a dead drive as primary master: an erased chip of that name behind engine 70, 72
 * or 73; `options`: more words for the attach command. From now on a command 80 with anything but
 * 2A fails the test.
 */
void mtk_bench_open(struct mtk_bench *mtk_bench, const char *chip, unsigned engine,
                    const char *options);

/* Enters, identifies (one candidate, known for sure), uses it. */
void mtk_bench_start(struct mtk_bench *mtk_bench);

/* The chip's cells. */
uint8_t *mtk_bench_cells(struct mtk_bench *mtk_bench);

void mtk_bench_close(struct mtk_bench *mtk_bench);

#endif
