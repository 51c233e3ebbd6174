/*
 * SPI flash chips behind vendor mode (status 72 or 73): the chips' own commands through the drive's
 * transfer engine. drivers/PROTOCOL.md, "SPI flash".
 *
 * All functions need an SPI mode in mtk->mode; those that erase, program or unprotect need
 * mtk->chip. Errors of the engine (mtk.h) come through everywhere.
 */
#ifndef DRIVERS_SPI_H
#define DRIVERS_SPI_H

#include <stdbool.h>
#include <stdint.h>

#include "drivers/mtk.h"

enum {
    SPI_STATUS_WIP = 0x01, /* write in progress */
    SPI_STATUS_WEL = 0x02  /* write enable latch */
};

/* 04: ends an auto-increment run that a lost vendor mode left open; otherwise it only clears WEL.
 */
err_t spi_write_disable(struct mtk *mtk);

/* 90: manufacturer and device. `odd_counts`: engine 73 with the counts of the known tool instead of
 * those that its rule gives; no effect on engine 72. */
err_t spi_read_rems(struct mtk *mtk, bool odd_counts, uint8_t id[2]);

/* 9F: the first four bytes. 15 (AT25F): the first two. AB: the first two. */
err_t spi_read_rdid(struct mtk *mtk, uint8_t id[4]);
err_t spi_read_rdid_15(struct mtk *mtk, uint8_t id[2]);
err_t spi_read_res(struct mtk *mtk, uint8_t id[2]);

/* 05: the chip's status register. */
err_t spi_read_status(struct mtk *mtk, bool full, uint8_t *status);

err_t spi_read(struct mtk *mtk, uint32_t address, uint8_t *bytes, uint32_t size, bool full);

/* Errors: ERR_PROTECTED (block-protect bits set), ERR_ERASE (busy past twice the data sheet's
 * maximum), ERR_UNSUPPORTED (no sectors), ERR_DEVICE (write enable does not take). */
err_t spi_erase_sector(struct mtk *mtk, uint32_t address);
err_t spi_erase_chip(struct mtk *mtk);

/*
 * Page-programmed chips: ascending, page by page, FF at both ends of a page left out.
 * Byte-programmed chips: the first byte of the range last, FF left out; the lean sequence uses the
 * chip's auto-increment command where it has one. Errors: ERR_PROTECTED, ERR_PROGRAM (busy past the
 * bound), ERR_DEVICE.
 */
err_t spi_program(struct mtk *mtk, uint32_t address, const uint8_t *bytes, uint32_t size,
                  bool full);

/* Clears the block-protect bits. ERR_PROTECTED when they stay. */
err_t spi_unprotect(struct mtk *mtk);

#endif
