/*
 * MediaTek vendor mode: the chip's own flash commands behind the ATA task file. Every value:
 * drivers/PROTOCOL.md.
 */
#ifndef DRIVERS_MTK_H
#define DRIVERS_MTK_H

#include <stdbool.h>
#include <stdint.h>

#include "drivers/ata_bus.h"
#include "kernel/error.h"
#include "kernel/flash.h"

/* Status byte of a drive in vendor mode. */
enum mtk_mode {
    MTK_NONE = 0,
    MTK_PARALLEL = 0x70,
    MTK_SPI_72 = 0x72, /* buffer at 8800, counts little-endian */
    MTK_SPI_73 = 0x73  /* buffer at 0000, counts big-endian */
};

struct mtk {
    struct ata_device *device;
    struct flash_method *method;
    enum mtk_mode mode;
    const struct chip *chip;
    /* Address registers as the drive holds them, for the lean sequence; -1 = unknown. */
    int16_t lba_mid, lba_high, bank;
    int16_t data;      /* LBA low */
    uint64_t accesses; /* port accesses, for the benchmark and the log */
};

/* Binds `method` to a drive. Sends nothing. */
void mtk_open(struct mtk *mtk, struct flash_method *method, struct ata_device *device);

/* What the raw status alone says: 70/72/73, or MTK_NONE. */
enum mtk_mode mtk_mode_of_status(uint8_t status);

/*
 * One intro (2A/80), full settle time. For the power-cycle catch use mtk_intro_quick(), which
 * writes the same registers without the waits. Return the raw status after it; mtk->mode follows
 * it. Never send 2E (erases the chip).
 */
uint8_t mtk_intro(struct mtk *mtk);
uint8_t mtk_intro_quick(struct mtk *mtk);

/* Outro: command 81, DEVICE RESET, settle. */
err_t mtk_outro(struct mtk *mtk);

/* One byte by the 16-bit (SPI buffer) or 24-bit (parallel bus) address primitives; `full` as in
 * kernel/flash.h. */
err_t mtk_read_byte(struct mtk *mtk, uint32_t address, uint8_t *byte, bool full);
err_t mtk_write_byte(struct mtk *mtk, uint32_t address, uint8_t byte, bool full);

/* One SPI transaction: sends, then receives into `received`. At most 260 bytes in all directions
 * together. */
err_t mtk_spi_transfer(struct mtk *mtk, const uint8_t *sent, unsigned sent_size, uint8_t *received,
                       unsigned received_size);

#endif
