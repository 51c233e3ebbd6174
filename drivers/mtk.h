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

/* Status byte of a drive in vendor mode. PROTOCOL.md, "Status". */
enum mtk_mode {
    MTK_NONE = 0,
    MTK_PARALLEL = 0x70,
    MTK_SPI_72 = 0x72, /* buffer at 8800, counts little-endian */
    MTK_SPI_73 = 0x73  /* buffer at 0000, counts big-endian */
};

/* Statuses that the intro can end with and that say more than "refused". */
enum {
    MTK_STATUS_BUSY_72 = 0xF2, /* 72 with BSY: outro and a second intro bring 72 */
    MTK_STATUS_SLIM_52 = 0x52  /* slim drives: found, but no way to go on is known */
};

struct mtk {
    struct ata_device *device;
    struct flash_method *method;
    enum mtk_mode mode;
    const struct chip *chip;
    /* Address registers as the drive holds them, for the lean sequence; -1 = unknown. */
    int16_t lba_mid, lba_high, bank;
    uint32_t prompt;       /* commands in a row that were done at the first look at the status */
    bool restarted_for_id; /* outro and intro were tried to get a sensible chip id */
    uint64_t idle_us;      /* last call of the idle function from mtk_idle() */
    uint64_t accesses;     /* port accesses, for the benchmark and the log */
};

/* Binds `method` to a drive. Sends nothing. */
void mtk_open(struct mtk *mtk, struct flash_method *method, struct ata_device *device);

/* What the raw status alone says: 70/72/73, or MTK_NONE. */
enum mtk_mode mtk_mode_of_status(uint8_t status);

/* The raw status after selecting the drive; mtk->mode follows it. Sends no command. */
uint8_t mtk_look(struct mtk *mtk);

/*
 * One intro (2A/80) with all its waits, then up to 500 ms for the status to become one that is
 * known. Does not wait for BSY to clear first: a crashed drive holds it for ever. Returns the raw
 * status; mtk->mode follows it. When the idle function gives up, the intro is not sent or not
 * waited for.
 * PROTOCOL.md, "Intro". The parameter 2E, which erases the chip, is never sent.
 */
uint8_t mtk_intro(struct mtk *mtk);

/*
 * The same registers without the waits, for the power-cycle catch; nothing when the drive already
 * shows the mode. A drive that showed BSY at first and does not right before the command is spared
 * the command: it became ready in between, and who it is may not be known. *sent says whether it
 * was sent.
 */
uint8_t mtk_intro_quick(struct mtk *mtk, bool *sent);

/* mtk_intro() with its outcome: ERR_VENDOR_REFUSED (raw status in method->status), ERR_NO_DEVICE
 * (the bus was empty before the intro could be sent), ERR_ABORTED. */
err_t mtk_try_intro(struct mtk *mtk);

/*
 * Outro: command 81, DEVICE RESET, 350 ms, then up to 1500 ms for the restarted firmware to clear
 * BSY; a drive that stays busy is no error here. ERR_ABORTED. PROTOCOL.md, "Outro".
 */
err_t mtk_outro(struct mtk *mtk);

/* Its commands without the waits. */
void mtk_outro_begin(struct mtk *mtk);

/* Forgets what the address registers hold: after anything else has written to the task file. */
void mtk_forget(struct mtk *mtk);

/*
 * One byte by the 16-bit (SPI buffer) or 24-bit (parallel bus) address primitives; `full` as in
 * kernel/flash.h. Errors: ERR_TIMEOUT (still busy after 500 ms), ERR_VENDOR_LOST (the status is
 * something else than the mode), ERR_ABORTED, ERR_ARGUMENT (address past 64 KiB / 1 MiB).
 * PROTOCOL.md, "Bytes".
 */
err_t mtk_read_byte(struct mtk *mtk, uint32_t address, uint8_t *byte, bool full);
err_t mtk_write_byte(struct mtk *mtk, uint32_t address, uint8_t byte, bool full);

/*
 * The first half of mtk_write_byte() in the lean sequence: writes registers and command, does not
 * look at the status. Only for a drive with mtk_is_prompt(); otherwise mtk_done() must follow.
 */
void mtk_begin_write(struct mtk *mtk, uint32_t address, uint8_t byte);

/* Waits until the command is done: the status shows the mode. Errors as mtk_read_byte(). */
err_t mtk_done(struct mtk *mtk);

/* Whether this drive has shown over 65,536 commands without a break that it is done before the
 * next port access. PROTOCOL.md, "Lean sequence". */
bool mtk_is_prompt(const struct mtk *mtk);

/*
 * The SPI engine in its parts: fill the transmit buffer, set the counts, run, fetch. `offset`
 * counts from the start of the transmit buffer; what comes in follows what was sent. Sent and
 * received bytes together are at most 260. Errors as mtk_read_byte(). PROTOCOL.md, "SPI engine".
 */
enum { MTK_SPI_BUFFER = 260 };
err_t mtk_spi_fill(struct mtk *mtk, unsigned offset, const uint8_t *bytes, unsigned size,
                   bool full);
err_t mtk_spi_counts(struct mtk *mtk, unsigned sent, unsigned received, bool full);
err_t mtk_spi_run(struct mtk *mtk, bool full);
err_t mtk_spi_fetch(struct mtk *mtk, unsigned offset, uint8_t *bytes, unsigned size, bool full);

/* The four count registers as given: features, sector count, LBA mid, LBA high. */
void mtk_spi_counts_raw(struct mtk *mtk, const uint8_t counts[4], bool full);

/* One whole SPI transaction: fills, runs, fetches what came after the sent bytes. */
err_t mtk_spi_transfer(struct mtk *mtk, const uint8_t *sent, unsigned sent_size, uint8_t *received,
                       unsigned received_size, bool full);

/*
 * Whether the status that was read last is that of a bus that somebody drives: an undriven one
 * reads a constant, or the byte that selected the position. ERR_VENDOR_LOST: nobody does;
 * method->emptied remembers it.
 */
err_t mtk_check_driven(struct mtk *mtk);

/* ata_pause() for a drive in vendor mode: ERR_VENDOR_LOST as soon as nobody drives the bus. */
err_t mtk_pause(struct mtk *mtk, uint32_t us);

/* Calls the idle function when the last call from here is 10 ms ago. ERR_ABORTED when it gives up.
 */
err_t mtk_idle(struct mtk *mtk);

/* Time on the drive's bus, µs. */
uint64_t mtk_now_us(const struct mtk *mtk);

extern const struct flash_method_ops mtk_flash_ops; /* drivers/mtk_flash.c */

#endif
