/*
 * Parallel flash chips behind vendor mode (status 70): JEDEC command cycles by single bytes on the
 * chip's own bus. drivers/PROTOCOL.md, "Parallel flash".
 *
 * All functions need mtk->mode == MTK_PARALLEL; all but parallel_read_id() need mtk->chip. Errors
 * of the byte primitives (mtk.h) come through everywhere.
 */
#ifndef DRIVERS_PARALLEL_H
#define DRIVERS_PARALLEL_H

#include <stdbool.h>
#include <stdint.h>

#include "drivers/mtk.h"

/* Asks the chip once for its id and takes it out of the id mode again. */
err_t parallel_read_id(struct mtk *mtk, uint16_t *manufacturer, uint16_t *device);

err_t parallel_read(struct mtk *mtk, uint32_t address, uint8_t *bytes, uint32_t size, bool full);

/* Errors: ERR_ERASE (busy past twice the data sheet's maximum), ERR_UNSUPPORTED (no sectors). */
err_t parallel_erase_sector(struct mtk *mtk, uint32_t address);
err_t parallel_erase_chip(struct mtk *mtk);

/*
 * Bytes in descending order, each polled until it reads back right, repeated up to 16 times; FF is
 * not programmed. Page-write parts: whole pages in descending order. Errors: ERR_PROGRAM,
 * ERR_ARGUMENT (page-write part and not whole pages).
 */
err_t parallel_program(struct mtk *mtk, uint32_t address, const uint8_t *bytes, uint32_t size,
                       bool full);

#endif
