#include "tests/support/mtk_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#include "drivers/ata_bus.h"
#include "tests/drive/drive.h"
#include "tests/support/bench_script.h"

static void watch(void *context, uint64_t now_us, unsigned channel, unsigned reg, bool write,
                  uint16_t value)
{
    struct mtk_bench *mtk_bench = context;

    (void)now_us;
    (void)channel;
    if (!write)
        return;
    if (reg == ATA_REG_LBA_LOW)
        mtk_bench->lba_low = (uint8_t)value;
    if (reg != ATA_REG_COMMAND)
        return;
    if (value == 0x80 && mtk_bench->lba_low != 0x2A)
        fail_msg("command 80 with %02X", mtk_bench->lba_low);
    mtk_bench->intros += value == 0x80;
    mtk_bench->outros += value == 0x81;
}

static bool idle(void *context, uint8_t status)
{
    struct mtk_bench *mtk_bench = context;

    (void)status;
    mtk_bench->idle_calls++;
    return mtk_bench->idle_calls == mtk_bench->idle_stop_at;
}

void mtk_bench_open(struct mtk_bench *mtk_bench, const char *chip, unsigned engine,
                    const char *options)
{
    memset(mtk_bench, 0, sizeof *mtk_bench);
    mtk_bench->bench = bench_new(1);
    assert_non_null(mtk_bench->bench);
    bench_do(mtk_bench->bench, "attach pm drive chip=%s engine=%u %s", chip, engine, options);
    bench_advance(mtk_bench->bench, 1000000);
    bench_set_trace(mtk_bench->bench, watch, mtk_bench);
    bench_bus_open(&mtk_bench->bus, mtk_bench->bench, 0);
    bench_bus_device(&mtk_bench->bus, 0, &mtk_bench->device);
    mtk_bench->device.idle = idle;
    mtk_bench->device.idle_context = mtk_bench;
    mtk_open(&mtk_bench->mtk, &mtk_bench->method, &mtk_bench->device);
}

void mtk_bench_start(struct mtk_bench *mtk_bench)
{
    struct flash_method *method = &mtk_bench->method;

    assert_int_equal(method->ops->enter(method), 0);
    assert_int_equal(method->ops->identify(method, &mtk_bench->identity), 0);
    assert_int_equal(mtk_bench->identity.candidate_count, 1);
    assert_int_equal(method->ops->use_chip(method, mtk_bench->identity.candidates[0]), 0);
}

uint8_t *mtk_bench_cells(struct mtk_bench *mtk_bench)
{
    return bench_drive(mtk_bench->bench, 0, 0)->chip->cells;
}

void mtk_bench_close(struct mtk_bench *mtk_bench)
{
    bench_free(mtk_bench->bench);
}
