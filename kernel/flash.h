/*
 * The method seam: one way to reach a drive's flash memory. The session (kernel/session.c) works on
 * this only; MediaTek vendor mode (drivers/mtk.c with parallel.c and spi.c) implements it,
 * packet-command methods can later.
 */
#ifndef KERNEL_FLASH_H
#define KERNEL_FLASH_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/chips.h"
#include "kernel/error.h"

/* What the flash chip said of itself, and what table rows that fits. */
struct flash_identity {
    enum chip_bus bus;
    uint16_t jedec_manufacturer, jedec_device; /* parallel 90 / SPI REMS */
    uint32_t rdid;     /* SPI 9F: manufacturer<<16 | device word; 0 = not asked */
    uint8_t res;       /* SPI AB; 0 = not asked */
    uint16_t res_pair; /* SPI AB: first two bytes, for the chips that give manufacturer, device */
    uint16_t rdid_15;  /* SPI 15 (AT25F): manufacturer, device; 0 = not asked */
    unsigned candidate_count;
    const struct chip *candidates[8];
    bool status_register_valid;
    uint8_t status_register; /* SPI */
};

struct flash_method;

struct flash_method_ops {
    const char *name; /* "MediaTek vendor mode" */

    /* The plain way in. Errors: ERR_VENDOR_REFUSED (raw status in method->status), ERR_ABORTED.
     * Changes nothing on the drive's chip. */
    err_t (*enter)(struct flash_method *method);
    /* Is it (still) in the mode? Looks only. ERR_VENDOR_LOST if not. */
    err_t (*check)(struct flash_method *method);
    /* Asks the chip's id, with retries. ERR_CHIP_UNKNOWN when no row fits: identity is filled all
     * the same. */
    err_t (*identify)(struct flash_method *method, struct flash_identity *identity);
    /* Names the chip that the following calls work on (after identify, or chosen by hand). */
    err_t (*use_chip)(struct flash_method *method, const struct chip *chip);
    /*
     * Reads. `full` = the full register sequence for every byte; otherwise address registers that
     * did not change are not written again. Errors: ERR_TIMEOUT, ERR_VENDOR_LOST, ERR_ABORTED.
     * Who proves the lean sequence on a drive should compare a page of bank 0 and one of the last
     * bank: only the second one tries the bank bits.
     */
    err_t (*read)(struct flash_method *method, uint32_t address, void *bytes, uint32_t size,
                  bool full);
    /* Erases the sector that holds `address` / the whole chip; waits for the end; does not verify.
     * The whole chip is much quicker than all of its sectors one by one: once the sectors of the
     * bank starts are erased, it is the way to erase the rest. ERR_ERASE when the chip stays busy
     * past its bound, ERR_PROTECTED, ERR_UNSUPPORTED when it has no sectors. */
    err_t (*erase_sector)(struct flash_method *method, uint32_t address);
    err_t (*erase_chip)(struct flash_method *method);
    /*
     * Programs `size` bytes at `address` (inside one page for page-programmed chips; a self-erasing
     * page part needs a whole page). Skips FF bytes where the chip allows it. Bytes are written in
     * *descending* address order on byte-programmed chips, so that the first byte of the range is
     * the last one to change. Waits for the end of each cycle; does not verify: a parallel chip's
     * bytes are polled until they read back right, which is a first check and no more.
     * A range of several pages is split here; on SPI chips the lean sequence then fills the buffer
     * with the next page while the chip is busy with the last one.
     * Errors: ERR_ARGUMENT (not whole pages of a self-erasing page part), ERR_PROGRAM,
     * ERR_PROTECTED, ERR_TIMEOUT, ERR_VENDOR_LOST, ERR_ABORTED.
     */
    err_t (*program)(struct flash_method *method, uint32_t address, const void *bytes,
                     uint32_t size, bool full);
    /* Clears block-protect bits where the chip has them. ERR_PROTECTED when they stay. */
    err_t (*unprotect)(struct flash_method *method);
    /* Ends the mode and restarts the drive's firmware. */
    err_t (*leave)(struct flash_method *method);
};

struct flash_method {
    const struct flash_method_ops *ops;
    void *device;    /* struct mtk, ... */
    uint8_t status;  /* raw status register seen last */
    bool reads_back; /* program() ends well only when it has read every byte that it programmed back
                        from the chip and found it right (set by use_chip) */
    /* Set by program(): every byte of the range that is not FF was read back right on the spot. The
     * caller may leave the next comparison of the range to the final one. */
    bool program_compared;
    /*
     * Set by every call that sees a status of a bus that nobody drives; it ends with
     * ERR_VENDOR_LOST then. Stays set until the caller has made sure who is there now.
     */
    bool emptied;
};

#endif
