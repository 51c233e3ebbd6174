/* MediaTek vendor mode: registers, intro, outro, byte primitives, SPI engine. See
 * drivers/PROTOCOL.md; the section names stand at each function. */
#define ERROR_MODULE MODULE_MTK

#include "drivers/mtk.h"

#include <stddef.h>

#include "drivers/ata.h"

/* Commands ("Commands"). */
enum {
    COMMAND_READ_BYTE = 0x00,
    COMMAND_WRITE_BYTE = 0x01,
    COMMAND_SPI_LOAD = 0x04,
    COMMAND_SPI_START = 0x05,
    COMMAND_INTRO = 0x80,
    COMMAND_OUTRO = 0x81,
    COMMAND_DEVICE_RESET = 0x08, /* ATA/ATAPI-6, 8.7 */

    INTRO_PARAMETER = 0x2A
};

/* Waits, µs ("Intro", "Outro", "Timing"). */
enum {
    INTRO_SELECT_US = 250000,
    INTRO_SETTLE_US = 2000,
    INTRO_READ_US = 1000,
    INTRO_ANSWER_US = 500000,
    OUTRO_US = 350000,
    RESTART_US = 1500000,
    COMMAND_US = 500000
};

/* Screen and keys may cost more than the work in between. */
enum { IDLE_EVERY_US = 10000, PAUSE_SLICE_US = 10000 };

/* Looks at the status that a command costs before the clock is asked; the clock can be slower than
 * the drive. */
enum { QUICK_LOOKS = 16 };

/* "Lean sequence": that many commands in a row prove a drive prompt. */
enum { PROMPT_PROOF = 65536 };

static void put(struct mtk *mtk, enum ata_reg reg, uint8_t value)
{
    mtk->device->ops->write(mtk->device->bus, reg, value);
    mtk->accesses++;
}

static uint8_t get(struct mtk *mtk, enum ata_reg reg)
{
    mtk->accesses++;
    return mtk->device->ops->read(mtk->device->bus, reg);
}

static uint8_t get_status(struct mtk *mtk)
{
    uint8_t status = get(mtk, ATA_REG_STATUS);

    mtk->device->last_status = status;
    mtk->method->status = status;
    return status;
}

err_t mtk_check_driven(struct mtk *mtk)
{
    uint8_t status = mtk->device->last_status;

    if (status != 0x00 && !ata_status_is_undriven(mtk->device, status))
        return 0;
    mtk->method->emptied = true;
    mtk->method->status = status;
    mtk_forget(mtk);
    return ERR(ERR_VENDOR_LOST);
}

err_t mtk_pause(struct mtk *mtk, uint32_t us)
{
    err_t error = 0;

    while (us > 0 && error == 0) {
        uint32_t slice = us < PAUSE_SLICE_US ? us : PAUSE_SLICE_US;

        error = ata_pause(mtk->device, slice);
        if (error == 0)
            error = mtk_check_driven(mtk);
        us -= slice;
    }
    return error;
}

static void select_drive(struct mtk *mtk)
{
    put(mtk, ATA_REG_DEVICE, mtk->device->select);
    mtk->bank = 0;
}

void mtk_forget(struct mtk *mtk)
{
    mtk->lba_mid = -1;
    mtk->lba_high = -1;
    mtk->bank = -1;
}

void mtk_open(struct mtk *mtk, struct flash_method *method, struct ata_device *device)
{
    *mtk = (struct mtk){.device = device, .method = method};
    mtk_forget(mtk);
    method->ops = &mtk_flash_ops;
    method->device = mtk;
    method->status = device->last_status;
}

enum mtk_mode mtk_mode_of_status(uint8_t status)
{
    switch (status) {
    case MTK_PARALLEL:
        return MTK_PARALLEL;
    case MTK_SPI_72:
        return MTK_SPI_72;
    case MTK_SPI_73:
        return MTK_SPI_73;
    default:
        return MTK_NONE;
    }
}

err_t mtk_idle(struct mtk *mtk)
{
    struct ata_device *device = mtk->device;
    uint64_t now = mtk_now_us(mtk);

    if (device->idle == NULL || now - mtk->idle_us < IDLE_EVERY_US)
        return 0;
    mtk->idle_us = now;
    return device->idle(device->idle_context, device->last_status) ? ERR(ERR_ABORTED) : 0;
}

uint64_t mtk_now_us(const struct mtk *mtk)
{
    return mtk->device->ops->now_us(mtk->device->bus);
}

/* ---- intro, outro -------------------------------------------------------------------------- */

uint8_t mtk_look(struct mtk *mtk)
{
    uint8_t status;

    mtk_forget(mtk);
    select_drive(mtk);
    status = get_status(mtk);
    mtk->mode = mtk_mode_of_status(status);
    return status;
}

static void send_intro(struct mtk *mtk)
{
    mtk_forget(mtk);
    select_drive(mtk);
    put(mtk, ATA_REG_LBA_LOW, INTRO_PARAMETER);
    put(mtk, ATA_REG_COMMAND, COMMAND_INTRO);
}

/* The intro was refused: nobody on the cable keeps its parameter for a later command. */
static void clear_parameter(struct mtk *mtk)
{
    if ((mtk->device->last_status & ATA_STATUS_BSY) == 0)
        put(mtk, ATA_REG_LBA_LOW, 0);
}

static bool is_intro_answer(uint8_t status)
{
    return mtk_mode_of_status(status) != MTK_NONE || status == MTK_STATUS_BUSY_72 ||
           status == MTK_STATUS_SLIM_52;
}

/* Whoever drives the bus after it was empty may be anybody, a disk too: no intro then. */
static err_t pause_before_intro(struct mtk *mtk)
{
    for (uint32_t us = 0; us < INTRO_SELECT_US; us += PAUSE_SLICE_US) {
        err_t error = ata_pause(mtk->device, PAUSE_SLICE_US);

        mtk->method->status = mtk->device->last_status;
        if (error != 0)
            return error;
        if (ata_status_is_open(mtk->method->status)) {
            mtk->method->emptied = true;
            return ERR(ERR_NO_DEVICE);
        }
    }
    return 0;
}

err_t mtk_try_intro(struct mtk *mtk)
{
    uint64_t deadline;
    err_t error;

    mtk->mode = MTK_NONE;
    select_drive(mtk);
    error = pause_before_intro(mtk);
    if (error != 0)
        return error;
    send_intro(mtk);
    error = ata_pause(mtk->device, INTRO_SETTLE_US);
    deadline = mtk_now_us(mtk) + INTRO_ANSWER_US;
    while (error == 0 && !is_intro_answer(mtk_look(mtk)) && mtk_now_us(mtk) < deadline)
        error = ata_pause(mtk->device, INTRO_READ_US);
    if (error == 0 && mtk->mode == MTK_NONE) {
        clear_parameter(mtk);
        error = ERR(ERR_VENDOR_REFUSED);
    }
    return error;
}

uint8_t mtk_intro(struct mtk *mtk)
{
    (void)mtk_try_intro(mtk);
    return mtk->device->last_status;
}

uint8_t mtk_intro_quick(struct mtk *mtk, bool *sent)
{
    uint8_t status = mtk_look(mtk);

    *sent = false;
    /* The answer to the last intro may have come after the last look. */
    if (mtk->mode != MTK_NONE)
        return status;
    put(mtk, ATA_REG_LBA_LOW, INTRO_PARAMETER);
    if ((status & ATA_STATUS_BSY) != 0 && (get_status(mtk) & ATA_STATUS_BSY) == 0) {
        put(mtk, ATA_REG_LBA_LOW, 0);
        return mtk_look(mtk);
    }
    put(mtk, ATA_REG_COMMAND, COMMAND_INTRO);
    *sent = true;
    status = mtk_look(mtk);
    if (mtk->mode == MTK_NONE)
        clear_parameter(mtk);
    return status;
}

void mtk_outro_begin(struct mtk *mtk)
{
    select_drive(mtk);
    put(mtk, ATA_REG_COMMAND, COMMAND_OUTRO);
    select_drive(mtk);
    put(mtk, ATA_REG_COMMAND, COMMAND_DEVICE_RESET);
    mtk_forget(mtk);
    mtk->mode = MTK_NONE;
}

err_t mtk_outro(struct mtk *mtk)
{
    err_t error;

    mtk_outro_begin(mtk);
    error = ata_pause(mtk->device, OUTRO_US);
    if (error == 0)
        error = ata_wait(mtk->device, ATA_REG_ALT_STATUS, ATA_STATUS_BSY, 0, RESTART_US);
    mtk->method->status = mtk->device->last_status;
    return error_class(error) == ERR_ABORTED ? error : 0;
}

/* ---- bytes --------------------------------------------------------------------------------- */

/* The wait was long: from now on the clock is asked. Whatever comes after a bus that nobody drives
 * may be another drive. */
static err_t wait_done(struct mtk *mtk)
{
    struct ata_watch watch;
    err_t error = mtk_check_driven(mtk);
    int look;

    mtk->prompt = 0;
    for (look = 0; look < QUICK_LOOKS && error == 0; look++) {
        if (get_status(mtk) == (uint8_t)mtk->mode)
            return 0;
        error = mtk_check_driven(mtk);
    }
    ata_watch_start(mtk->device, &watch, COMMAND_US);
    while (error == 0) {
        if (get_status(mtk) == (uint8_t)mtk->mode)
            return 0;
        error = mtk_check_driven(mtk);
        if (error == 0)
            error = ata_watch_turn(mtk->device, &watch);
    }
    if (error_class(error) != ERR_TIMEOUT)
        return error;
    mtk_forget(mtk);
    if (mtk->device->last_status == (uint8_t)(mtk->mode | ATA_STATUS_BSY))
        return ERR(ERR_TIMEOUT);
    return ERR(ERR_VENDOR_LOST);
}

err_t mtk_done(struct mtk *mtk)
{
    if (get_status(mtk) != (uint8_t)mtk->mode)
        return wait_done(mtk);
    if (mtk->prompt < PROMPT_PROOF)
        mtk->prompt++;
    return 0;
}

bool mtk_is_prompt(const struct mtk *mtk)
{
    return mtk->prompt >= PROMPT_PROOF;
}

static bool address_fits(const struct mtk *mtk, uint32_t address)
{
    /* Four bank bits fit below the DEV bit of the device register; the SPI buffer has no bank. */
    return address < (mtk->mode == MTK_PARALLEL ? 0x100000u : 0x10000u);
}

static void put_address_full(struct mtk *mtk, uint32_t address)
{
    select_drive(mtk);
    put(mtk, ATA_REG_LBA_MID, (uint8_t)address);
    put(mtk, ATA_REG_LBA_HIGH, (uint8_t)(address >> 8));
    if (mtk->mode == MTK_PARALLEL)
        put(mtk, ATA_REG_DEVICE, (uint8_t)(mtk->device->select | address >> 16));
    mtk_forget(mtk);
}

static void put_address_lean(struct mtk *mtk, uint32_t address)
{
    int16_t mid = (int16_t)(address & 0xFF);
    int16_t high = (int16_t)(address >> 8 & 0xFF);
    int16_t bank = (int16_t)(address >> 16);

    if (mtk->bank != bank) {
        put(mtk, ATA_REG_DEVICE, (uint8_t)(mtk->device->select | bank));
        mtk->bank = bank;
    }
    if (mtk->lba_mid != mid) {
        put(mtk, ATA_REG_LBA_MID, (uint8_t)mid);
        mtk->lba_mid = mid;
    }
    if (mtk->lba_high != high) {
        put(mtk, ATA_REG_LBA_HIGH, (uint8_t)high);
        mtk->lba_high = high;
    }
}

static void put_address(struct mtk *mtk, uint32_t address, bool full)
{
    if (full)
        put_address_full(mtk, address);
    else
        put_address_lean(mtk, address);
}

/* Command, then the wait; the full sequence selects the drive in between, as the known tools do. */
static err_t run_command(struct mtk *mtk, uint8_t command, bool full)
{
    put(mtk, ATA_REG_COMMAND, command);
    if (full)
        select_drive(mtk);
    return mtk_done(mtk);
}

err_t mtk_read_byte(struct mtk *mtk, uint32_t address, uint8_t *byte, bool full)
{
    err_t error;

    if (!address_fits(mtk, address))
        return ERR(ERR_ARGUMENT);
    put_address(mtk, address, full);
    error = run_command(mtk, COMMAND_READ_BYTE, full);
    if (error == 0)
        *byte = get(mtk, ATA_REG_LBA_LOW);
    return error;
}

err_t mtk_write_byte(struct mtk *mtk, uint32_t address, uint8_t byte, bool full)
{
    if (!address_fits(mtk, address))
        return ERR(ERR_ARGUMENT);
    put_address(mtk, address, full);
    /* Always: after a read the register holds what was read. */
    put(mtk, ATA_REG_LBA_LOW, byte);
    return run_command(mtk, COMMAND_WRITE_BYTE, full);
}

void mtk_begin_write(struct mtk *mtk, uint32_t address, uint8_t byte)
{
    put_address_lean(mtk, address);
    put(mtk, ATA_REG_LBA_LOW, byte);
    put(mtk, ATA_REG_COMMAND, COMMAND_WRITE_BYTE);
}

/* ---- SPI engine ---------------------------------------------------------------------------- */

static uint32_t spi_buffer(const struct mtk *mtk)
{
    return mtk->mode == MTK_SPI_72 ? 0x8800u : 0x0000u;
}

err_t mtk_spi_fill(struct mtk *mtk, unsigned offset, const uint8_t *bytes, unsigned size, bool full)
{
    err_t error = 0;
    unsigned i;

    if (offset > MTK_SPI_BUFFER || size > MTK_SPI_BUFFER - offset)
        return ERR(ERR_ARGUMENT);
    for (i = 0; i < size && error == 0; i++)
        error = mtk_write_byte(mtk, spi_buffer(mtk) + offset + i, bytes[i], full);
    return error;
}

err_t mtk_spi_fetch(struct mtk *mtk, unsigned offset, uint8_t *bytes, unsigned size, bool full)
{
    err_t error = 0;
    unsigned i;

    if (offset > MTK_SPI_BUFFER || size > MTK_SPI_BUFFER - offset)
        return ERR(ERR_ARGUMENT);
    for (i = 0; i < size && error == 0; i++)
        error = mtk_read_byte(mtk, spi_buffer(mtk) + offset + i, &bytes[i], full);
    return error;
}

void mtk_spi_counts_raw(struct mtk *mtk, const uint8_t counts[4], bool full)
{
    if (full || mtk->bank != 0)
        select_drive(mtk);
    put(mtk, ATA_REG_FEATURES, counts[0]);
    put(mtk, ATA_REG_SECTOR_COUNT, counts[1]);
    put(mtk, ATA_REG_LBA_LOW, 0);
    put(mtk, ATA_REG_LBA_MID, counts[2]);
    put(mtk, ATA_REG_LBA_HIGH, counts[3]);
    mtk->lba_mid = counts[2];
    mtk->lba_high = counts[3];
}

err_t mtk_spi_counts(struct mtk *mtk, unsigned sent, unsigned received, bool full)
{
    uint8_t sent_low = (uint8_t)sent, sent_high = (uint8_t)(sent >> 8);
    uint8_t received_low = (uint8_t)received, received_high = (uint8_t)(received >> 8);
    const uint8_t little[4] = {sent_low, sent_high, received_low, received_high};
    const uint8_t big[4] = {sent_high, sent_low, received_high, received_low};

    if (sent > MTK_SPI_BUFFER || received > MTK_SPI_BUFFER - sent)
        return ERR(ERR_ARGUMENT);
    mtk_spi_counts_raw(mtk, mtk->mode == MTK_SPI_72 ? little : big, full);
    return 0;
}

err_t mtk_spi_run(struct mtk *mtk, bool full)
{
    err_t error = run_command(mtk, COMMAND_SPI_LOAD, full);

    if (error != 0)
        return error;
    if (full)
        select_drive(mtk);
    return run_command(mtk, COMMAND_SPI_START, full);
}

err_t mtk_spi_transfer(struct mtk *mtk, const uint8_t *sent, unsigned sent_size, uint8_t *received,
                       unsigned received_size, bool full)
{
    err_t error = mtk_spi_fill(mtk, 0, sent, sent_size, full);

    if (error == 0)
        error = mtk_spi_counts(mtk, sent_size, received_size, full);
    if (error == 0)
        error = mtk_spi_run(mtk, full);
    if (error == 0)
        error = mtk_spi_fetch(mtk, sent_size, received, received_size, full);
    return error;
}
