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
    uint32_t rdid; /* SPI 9F: manufacturer<<16 | device word; 0 = not asked */
    uint8_t res;   /* SPI AB; 0 = not asked */
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
     */
    err_t (*read)(struct flash_method *method, uint32_t address, void *bytes, uint32_t size,
                  bool full);
    /* Erases the sector that starts at `address` / the whole chip; waits for the end; does not
     * verify. */
    err_t (*erase_sector)(struct flash_method *method, uint32_t address);
    err_t (*erase_chip)(struct flash_method *method);
    /*
     * Programs `size` bytes at `address` (inside one page for page-programmed chips; a self-erasing
     * page part needs a whole page). Skips FF bytes where the chip allows it. Bytes are written in
     * *descending* address order on byte-programmed chips, so that the first byte of the range is
     * the last one to change. Waits for the end of each cycle; does not verify.
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
    void *device;   /* struct mtk, ... */
    uint8_t status; /* raw status register seen last */
};

#endif
