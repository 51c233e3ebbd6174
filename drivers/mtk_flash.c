/* The flash method "MediaTek vendor mode": enters the mode, finds out which chip is there, hands
 * the work to parallel.c or spi.c. */
#define ERROR_MODULE MODULE_MTK_FLASH

#include "drivers/mtk.h"

#include <stddef.h>

#include "drivers/ata.h"
#include "drivers/parallel.h"
#include "drivers/spi.h"

/* PROTOCOL.md, "Asking for the id": after status 72/73 the known tools wait 1000..1500 ms, and ask
 * again after 1000 ms when the id is 0000 or FFFF. */
enum { ID_SETTLE_US = 1000000, ID_AGAIN_US = 1000000, ID_ASKS = 3 };

enum { CHECK_US = 20000 };

/* Largest chip that each way can address: four bank bits; three address bytes. */
enum { LARGEST_PARALLEL = 0x100000, LARGEST_SPI = 0x1000000 };

static struct mtk *mtk_of(struct flash_method *method)
{
    return method->device;
}

static bool is_spi(const struct mtk *mtk)
{
    return mtk->mode == MTK_SPI_72 || mtk->mode == MTK_SPI_73;
}

/* ---- in and out ----------------------------------------------------------------------------- */

/* One intro, whatever the drive shows now. F2 is 72 with BSY: an outro and a second intro cure it.
 */
static err_t intro(struct mtk *mtk)
{
    err_t error = mtk_try_intro(mtk);

    if (error_class(error) != ERR_VENDOR_REFUSED || mtk->device->last_status != MTK_STATUS_BUSY_72)
        return error;
    error = mtk_outro(mtk);
    return error != 0 ? error : mtk_try_intro(mtk);
}

static err_t flash_enter(struct flash_method *method)
{
    struct mtk *mtk = mtk_of(method);

    (void)mtk_look(mtk);
    return mtk->mode != MTK_NONE ? 0 : intro(mtk);
}

static err_t flash_check(struct flash_method *method)
{
    struct mtk *mtk = mtk_of(method);
    enum mtk_mode mode = mtk->mode;
    err_t error;

    if (mode == MTK_NONE)
        return ERR(ERR_VENDOR_LOST);
    if (mtk_look(mtk) == (uint8_t)mode)
        return 0;
    error = mtk_check_driven(mtk);
    if (error != 0)
        return error;
    error = ata_wait(mtk->device, ATA_REG_STATUS, 0xFF, (uint8_t)mode, CHECK_US);
    method->status = mtk->device->last_status;
    if (error == 0)
        mtk->mode = mode;
    return error_class(error) == ERR_TIMEOUT ? ERR(ERR_VENDOR_LOST) : error;
}

static err_t flash_leave(struct flash_method *method)
{
    return mtk_outro(mtk_of(method));
}

/* ---- who is the chip ------------------------------------------------------------------------ */

static bool is_sane(uint16_t manufacturer, uint16_t device)
{
    return !(manufacturer == 0x00 && device == 0x00) && !(manufacturer == 0xFF && device == 0xFF);
}

/* Adds the rows with this id. Returns whether some were found and the maker is known for sure. */
static bool add_rows(struct flash_identity *identity, enum chip_id_command command,
                     uint16_t manufacturer, uint16_t device)
{
    const unsigned room = sizeof identity->candidates / sizeof identity->candidates[0];
    bool exact = true;
    unsigned count =
        chips_by_id(command, manufacturer, device, identity->candidates + identity->candidate_count,
                    room - identity->candidate_count, &exact);

    identity->candidate_count += count;
    return count > 0 && exact;
}

static err_t ask_parallel(struct mtk *mtk, struct flash_identity *identity, bool *known)
{
    err_t error = parallel_read_id(mtk, &identity->jedec_manufacturer, &identity->jedec_device);

    identity->bus = CHIP_PARALLEL;
    if (error == 0 && is_sane(identity->jedec_manufacturer, identity->jedec_device))
        *known = add_rows(identity, CHIP_ID_JEDEC_90, identity->jedec_manufacturer,
                          identity->jedec_device);
    return error;
}

/* Engine 73 is asked with the counts that have been seen to work first; where they give nothing
 * that the table knows, with those of its rule. */
static err_t ask_rems(struct mtk *mtk, struct flash_identity *identity)
{
    const struct chip *row;
    uint8_t id[2] = {0, 0};
    err_t error = spi_read_rems(mtk, true, id);

    if (error == 0 && mtk->mode == MTK_SPI_73 &&
        chips_by_id(CHIP_ID_REMS_90, id[0], id[1], &row, 1, NULL) == 0)
        error = spi_read_rems(mtk, false, id);
    identity->jedec_manufacturer = id[0];
    identity->jedec_device = id[1];
    return error;
}

/* 9F: one manufacturer byte, or 7F and one; then a device number of one or two bytes. */
static bool add_rdid_rows(struct flash_identity *identity, const uint8_t id[4])
{
    if (id[0] != 0x7F)
        return add_rows(identity, CHIP_ID_RDID_9F, id[0], (uint16_t)(id[1] << 8 | id[2]));
    return add_rows(identity, CHIP_ID_RDID_9F, (uint16_t)(0x7F00 | id[1]),
                    (uint16_t)(id[2] << 8 | id[3])) ||
           add_rows(identity, CHIP_ID_RDID_9F, (uint16_t)(0x7F00 | id[1]), id[2]);
}

/* Chips that know neither 90 nor 9F. */
static err_t ask_old_spi(struct mtk *mtk, struct flash_identity *identity, bool *known)
{
    uint8_t id[2] = {0, 0};
    err_t error = spi_read_rdid_15(mtk, id);

    identity->rdid_15 = (uint16_t)(id[0] << 8 | id[1]);
    if (error == 0 && is_sane(id[0], id[1]))
        *known = add_rows(identity, CHIP_ID_RDID_15, id[0], id[1]);
    if (error != 0 || *known)
        return error;
    error = spi_read_res(mtk, id);
    identity->res = id[0];
    identity->res_pair = (uint16_t)(id[0] << 8 | id[1]);
    if (error == 0 && is_sane(id[0], id[1]))
        *known = add_rows(identity, CHIP_ID_RES_AB, id[0], id[1]) ||
                 add_rows(identity, CHIP_ID_RES_AB, 0, id[0]);
    return error;
}

/* 9F decides; 90 when 9F is not understood or says another maker; the old commands at last. */
static err_t ask_spi(struct mtk *mtk, struct flash_identity *identity, bool *known)
{
    uint8_t id[4] = {0, 0, 0, 0};
    bool rems_sane;
    err_t error = spi_write_disable(mtk);

    identity->bus = CHIP_SPI;
    if (error == 0)
        error = ask_rems(mtk, identity);
    rems_sane = is_sane(identity->jedec_manufacturer, identity->jedec_device);
    if (error == 0)
        error = spi_read_rdid(mtk, id);
    if (error != 0)
        return error;
    identity->rdid = (uint32_t)id[0] << 16 | (uint32_t)id[1] << 8 | id[2];
    if (is_sane(id[0], id[1]))
        *known = add_rdid_rows(identity, id);
    if (rems_sane && (!*known || (id[0] != 0x7F && id[0] != identity->jedec_manufacturer)))
        *known = add_rows(identity, CHIP_ID_REMS_90, identity->jedec_manufacturer,
                          identity->jedec_device) ||
                 *known;
    if (!*known)
        error = ask_old_spi(mtk, identity, known);
    if (error == 0)
        error = spi_read_status(mtk, true, &identity->status_register);
    identity->status_register_valid = error == 0;
    return error;
}

static err_t ask(struct mtk *mtk, struct flash_identity *identity, bool *known)
{
    *identity = (struct flash_identity){0};
    *known = false;
    if (mtk->mode == MTK_NONE)
        return ERR(ERR_VENDOR_LOST);
    return is_spi(mtk) ? ask_spi(mtk, identity, known) : ask_parallel(mtk, identity, known);
}

static bool same_answer(const struct flash_identity *a, const struct flash_identity *b)
{
    return a->jedec_manufacturer == b->jedec_manufacturer && a->jedec_device == b->jedec_device &&
           a->rdid == b->rdid && a->rdid_15 == b->rdid_15 && a->res_pair == b->res_pair &&
           a->candidate_count == b->candidate_count;
}

/* Asks until two answers in a row are alike and the table knows them; at most ID_ASKS pairs. */
static err_t ask_again_and_again(struct mtk *mtk, struct flash_identity *identity)
{
    struct flash_identity second;
    bool known, known_again;
    int i;
    err_t error = is_spi(mtk) ? mtk_pause(mtk, ID_SETTLE_US) : 0;

    for (i = 0; i < ID_ASKS && error == 0; i++) {
        if (i > 0)
            error = mtk_pause(mtk, ID_AGAIN_US);
        if (error == 0)
            error = ask(mtk, identity, &known);
        if (error == 0)
            error = ask(mtk, &second, &known_again);
        if (error != 0)
            return error;
        if (!same_answer(identity, &second))
            continue;
        if (known && known_again)
            return 0;
    }
    return error != 0 ? error : ERR(ERR_CHIP_UNKNOWN);
}

static bool is_known_maker(uint16_t manufacturer)
{
    size_t i;

    for (i = 0; i < chip_count && manufacturer != 0; i++) {
        if (chips[i].manufacturer == manufacturer || chips[i].manufacturer >> 8 == manufacturer)
            return true;
    }
    return false;
}

/* A maker that the table knows: then only the type is unknown, and one more outro would not help.
 */
static bool is_clear_answer(const struct flash_identity *identity)
{
    return is_known_maker(identity->jedec_manufacturer) ||
           is_known_maker((uint16_t)(identity->rdid >> 16));
}

/*
 * Reports of real drives: a wrong or empty id became right after one more intro, or after an outro
 * and an intro. The outro restarts the firmware, which may close the door: it comes last, once in a
 * drive's life here (the next time a person may choose the chip by hand), and not at all when the
 * answer is clear and the table just does not know it.
 */
static err_t flash_identify(struct flash_method *method, struct flash_identity *identity)
{
    struct mtk *mtk = mtk_of(method);
    err_t error = ask_again_and_again(mtk, identity);

    if (error == 0 || error_class(error) == ERR_ABORTED)
        return error;
    error = intro(mtk);
    if (error == 0)
        error = ask_again_and_again(mtk, identity);
    if (error == 0 || error_class(error) == ERR_ABORTED || is_clear_answer(identity) ||
        mtk->restarted_for_id)
        return error;
    mtk->restarted_for_id = true;
    error = mtk_outro(mtk);
    if (error == 0)
        error = intro(mtk);
    return error != 0 ? error : ask_again_and_again(mtk, identity);
}

static err_t flash_use_chip(struct flash_method *method, const struct chip *chip)
{
    struct mtk *mtk = mtk_of(method);

    if (chip == NULL || (chip->bus == CHIP_SPI) != is_spi(mtk))
        return ERR(ERR_ARGUMENT);
    if (chip->size > (chip->bus == CHIP_SPI ? LARGEST_SPI : LARGEST_PARALLEL))
        return ERR(ERR_UNSUPPORTED);
    mtk->chip = chip;
    method->reads_back = chip->bus == CHIP_PARALLEL && chip->program == CHIP_PROGRAM_BYTE;
    return 0;
}

/* ---- work on the chip ----------------------------------------------------------------------- */

static err_t check_range(const struct mtk *mtk, uint32_t address, uint32_t size)
{
    if (mtk->mode == MTK_NONE)
        return ERR(ERR_VENDOR_LOST);
    if (mtk->chip == NULL || (mtk->chip->bus == CHIP_SPI) != is_spi(mtk))
        return ERR(ERR_ARGUMENT);
    if (address > mtk->chip->size || size > mtk->chip->size - address)
        return ERR(ERR_ARGUMENT);
    return 0;
}

static err_t flash_read(struct flash_method *method, uint32_t address, void *bytes, uint32_t size,
                        bool full)
{
    struct mtk *mtk = mtk_of(method);
    err_t error = check_range(mtk, address, size);

    if (error != 0)
        return error;
    return is_spi(mtk) ? spi_read(mtk, address, bytes, size, full)
                       : parallel_read(mtk, address, bytes, size, full);
}

static err_t flash_erase_sector(struct flash_method *method, uint32_t address)
{
    struct mtk *mtk = mtk_of(method);
    err_t error = check_range(mtk, address, 1);

    if (error != 0)
        return error;
    return is_spi(mtk) ? spi_erase_sector(mtk, address) : parallel_erase_sector(mtk, address);
}

static err_t flash_erase_chip(struct flash_method *method)
{
    struct mtk *mtk = mtk_of(method);
    err_t error = check_range(mtk, 0, 0);

    if (error != 0)
        return error;
    return is_spi(mtk) ? spi_erase_chip(mtk) : parallel_erase_chip(mtk);
}

static err_t flash_program(struct flash_method *method, uint32_t address, const void *bytes,
                           uint32_t size, bool full)
{
    struct mtk *mtk = mtk_of(method);
    err_t error = check_range(mtk, address, size);

    method->program_compared = false;
    if (error != 0)
        return error;
    if (is_spi(mtk))
        return spi_program(mtk, address, bytes, size, full);
    error = parallel_program(mtk, address, bytes, size, full);
    method->program_compared = error == 0 && mtk->chip->program == CHIP_PROGRAM_BYTE;
    return error;
}

static err_t flash_unprotect(struct flash_method *method)
{
    struct mtk *mtk = mtk_of(method);
    err_t error = check_range(mtk, 0, 0);

    /* Parallel chips of the table have no protection that a command could clear. */
    return error == 0 && is_spi(mtk) ? spi_unprotect(mtk) : error;
}

const struct flash_method_ops mtk_flash_ops = {
    .name = "MediaTek vendor mode",
    .enter = flash_enter,
    .check = flash_check,
    .identify = flash_identify,
    .use_chip = flash_use_chip,
    .read = flash_read,
    .erase_sector = flash_erase_sector,
    .erase_chip = flash_erase_chip,
    .program = flash_program,
    .unprotect = flash_unprotect,
    .leave = flash_leave,
};
