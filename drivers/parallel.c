/* Parallel flash chips behind vendor mode. drivers/PROTOCOL.md, "Parallel flash". */
#define ERROR_MODULE MODULE_PARALLEL

#include "drivers/parallel.h"

#include "drivers/ata.h"

/* Command cycles. */
enum {
    UNLOCK_1_ADDRESS = 0x5555,
    UNLOCK_1 = 0xAA,
    UNLOCK_2_ADDRESS = 0x2AAA,
    UNLOCK_2 = 0x55,

    CYCLE_READ_ID = 0x90,
    CYCLE_RESET = 0xF0,
    CYCLE_PROGRAM = 0xA0,
    CYCLE_ERASE_SETUP = 0x80,
    CYCLE_ERASE_CHIP = 0x10
};

enum { BANK_MASK = 0xF0000 };

enum {
    ID_SETTLE_US = 10000,    /* AT29C data sheets: 10 ms after entering and leaving id mode */
    ERASE_LOOK_US = 1000,    /* between two looks at an erase: the shortest takes 18 ms */
    PAGE_LOAD_END_US = 300,  /* page-write parts start to write 100..300 us after the last load */
    PAGE_LOOK_US = 100,      /* between two looks at a page write of 3..10 ms */
    PROGRAM_QUICK_LOOKS = 8, /* reads of a programmed byte before the clock is asked */
    PROGRAM_LEAST_US = 100,  /* least bound for one byte: slow clocks have coarse ticks */
    PROGRAM_REPEATS = 16,    /* as the known tools do */
    IDLE_BYTES = 256         /* bytes read between two calls of the idle function */
};

/* The three cycles that start a command. Chips do not decode the address bits above A14 in them, so
 * the lean sequence leaves the bank register at the bank that is worked on. */
static err_t command_cycles(struct mtk *mtk, uint32_t bank, uint8_t command, bool full)
{
    err_t error = mtk_write_byte(mtk, bank | UNLOCK_1_ADDRESS, UNLOCK_1, full);

    if (error == 0)
        error = mtk_write_byte(mtk, bank | UNLOCK_2_ADDRESS, UNLOCK_2, full);
    if (error == 0)
        error = mtk_write_byte(mtk, bank | UNLOCK_1_ADDRESS, command, full);
    return error;
}

/* Ends any command or failed cycle: back to reading the array. */
static err_t reset_chip(struct mtk *mtk)
{
    return command_cycles(mtk, 0, CYCLE_RESET, true);
}

err_t parallel_read_id(struct mtk *mtk, uint16_t *manufacturer, uint16_t *device)
{
    uint8_t first = 0, second = 0;
    err_t error = command_cycles(mtk, 0, CYCLE_READ_ID, true);

    if (error == 0)
        error = mtk_pause(mtk, ID_SETTLE_US);
    if (error == 0)
        error = mtk_read_byte(mtk, 0, &first, true);
    if (error == 0)
        error = mtk_read_byte(mtk, 1, &second, true);
    if (error == 0)
        error = reset_chip(mtk);
    if (error == 0)
        error = mtk_pause(mtk, ID_SETTLE_US);
    *manufacturer = first;
    *device = second;
    return error;
}

err_t parallel_read(struct mtk *mtk, uint32_t address, uint8_t *bytes, uint32_t size, bool full)
{
    err_t error = 0;
    uint32_t i;

    for (i = 0; i < size && error == 0; i++) {
        if (i % IDLE_BYTES == 0)
            error = mtk_idle(mtk);
        if (error == 0)
            error = mtk_read_byte(mtk, address + i, &bytes[i], full);
    }
    return error;
}

/* ---- waiting for the chip ------------------------------------------------------------------- */

/* While a chip erases or writes a page, DQ6 changes with every read; three equal reads = done. */
static err_t is_toggling(struct mtk *mtk, uint32_t address, bool *toggling)
{
    uint8_t first = 0, second = 0, third = 0;
    err_t error = mtk_read_byte(mtk, address, &first, true);

    if (error == 0)
        error = mtk_read_byte(mtk, address, &second, true);
    if (error == 0)
        error = mtk_read_byte(mtk, address, &third, true);
    *toggling = first != second || second != third;
    return error;
}

/* Waits until the chip is no longer busy. `stuck` is set when it is still busy after `bound_us`. */
static err_t wait_ready(struct mtk *mtk, uint32_t address, uint32_t look_us, uint64_t bound_us,
                        bool *stuck)
{
    uint64_t deadline = mtk_now_us(mtk) + bound_us;
    bool toggling = true;
    bool late = false;
    err_t error;

    *stuck = false;
    for (;;) {
        error = is_toggling(mtk, address, &toggling);
        if (error != 0 || !toggling)
            return error;
        if (late) {
            *stuck = true;
            return reset_chip(mtk);
        }
        late = mtk_now_us(mtk) >= deadline;
        error = mtk_pause(mtk, look_us);
        if (error != 0)
            return error;
    }
}

/* ---- erase ---------------------------------------------------------------------------------- */

static err_t erase(struct mtk *mtk, uint32_t bank, uint32_t address, uint8_t cycle,
                   uint32_t bound_ms)
{
    bool stuck = false;
    err_t error = command_cycles(mtk, bank, CYCLE_ERASE_SETUP, true);

    if (error == 0)
        error = mtk_write_byte(mtk, bank | UNLOCK_1_ADDRESS, UNLOCK_1, true);
    if (error == 0)
        error = mtk_write_byte(mtk, bank | UNLOCK_2_ADDRESS, UNLOCK_2, true);
    if (error == 0)
        error = mtk_write_byte(mtk, address, cycle, true);
    /* Twice the maximum: it holds for a chip within its number of erase cycles, not for an old one.
     */
    if (error == 0)
        error = wait_ready(mtk, address, ERASE_LOOK_US, (uint64_t)bound_ms * 2000u, &stuck);
    if (error == 0 && stuck)
        error = ERR(ERR_ERASE);
    return error;
}

err_t parallel_erase_sector(struct mtk *mtk, uint32_t address)
{
    const struct chip *chip = mtk->chip;
    uint32_t start, size;

    if (!chip_sector(chip, address, &start, &size))
        return ERR(ERR_UNSUPPORTED);
    return erase(mtk, 0, start, chip->sector_opcode, chip->sector_erase_ms);
}

err_t parallel_erase_chip(struct mtk *mtk)
{
    return erase(mtk, 0, UNLOCK_1_ADDRESS, CYCLE_ERASE_CHIP, mtk->chip->chip_erase_ms);
}

/* ---- program -------------------------------------------------------------------------------- */

/* The cycles of one byte. On a prompt drive the looks at the status between the unlock cycles tell
 * nothing that the look after the last one does not. */
static err_t byte_cycles(struct mtk *mtk, uint32_t address, uint8_t byte, bool full)
{
    uint32_t bank = full ? 0 : address & BANK_MASK;
    err_t error = 0;

    if (full || !mtk_is_prompt(mtk)) {
        error = command_cycles(mtk, bank, CYCLE_PROGRAM, full);
    } else {
        mtk_begin_write(mtk, bank | UNLOCK_1_ADDRESS, UNLOCK_1);
        mtk_begin_write(mtk, bank | UNLOCK_2_ADDRESS, UNLOCK_2);
        mtk_begin_write(mtk, bank | UNLOCK_1_ADDRESS, CYCLE_PROGRAM);
    }
    if (error == 0)
        error = mtk_write_byte(mtk, address, byte, full);
    return error;
}

/* Reads until the byte is there. While the chip is busy DQ7 is the complement of the byte's, so an
 * equal byte means done. */
static err_t wait_byte(struct mtk *mtk, uint32_t address, uint8_t byte, bool full, bool *equal)
{
    uint32_t bound_us = 2 * mtk->chip->program_us;
    uint8_t read = 0;
    uint64_t deadline;
    bool late = false;
    err_t error = 0;
    int look;

    *equal = false;
    for (look = 0; look < PROGRAM_QUICK_LOOKS && !*equal && error == 0; look++) {
        error = mtk_read_byte(mtk, address, &read, full);
        *equal = error == 0 && read == byte;
    }
    deadline = mtk_now_us(mtk) + (bound_us > PROGRAM_LEAST_US ? bound_us : PROGRAM_LEAST_US);
    while (!*equal && error == 0 && !late) {
        late = mtk_now_us(mtk) >= deadline;
        error = mtk_read_byte(mtk, address, &read, full);
        *equal = error == 0 && read == byte;
    }
    return error;
}

static err_t program_byte(struct mtk *mtk, uint32_t address, uint8_t byte, bool full)
{
    bool equal = false;
    int repeat;
    err_t error;

    for (repeat = 0; repeat < PROGRAM_REPEATS; repeat++) {
        error = byte_cycles(mtk, address, byte, full);
        if (error == 0)
            error = wait_byte(mtk, address, byte, full, &equal);
        if (error != 0 || equal)
            return error;
        /* From here on with care: every cycle waited for, every register written. */
        mtk->prompt = 0;
        full = true;
        error = reset_chip(mtk);
        if (error != 0)
            return error;
    }
    return ERR(ERR_PROGRAM);
}

/* One page of a page-write part: all bytes within the load window (data sheets: 100 us from byte to
 * byte), then the chip erases and writes the page by itself. No idle function in between. */
static err_t program_page(struct mtk *mtk, uint32_t address, const uint8_t *bytes, bool full)
{
    uint32_t size = mtk->chip->page_size;
    bool stuck = false;
    uint32_t i;
    err_t error = command_cycles(mtk, full ? 0 : address & BANK_MASK, CYCLE_PROGRAM, full);

    for (i = 0; i < size && error == 0; i++)
        error = mtk_write_byte(mtk, address + i, bytes[i], full);
    if (error == 0)
        error = mtk_pause(mtk, PAGE_LOAD_END_US);
    if (error == 0)
        error = wait_ready(mtk, address + size - 1, PAGE_LOOK_US,
                           (uint64_t)mtk->chip->program_us * 2u, &stuck);
    if (error == 0 && stuck)
        error = ERR(ERR_PROGRAM);
    return error;
}

static err_t program_pages(struct mtk *mtk, uint32_t address, const uint8_t *bytes, uint32_t size,
                           bool full)
{
    uint32_t page = mtk->chip->page_size;
    uint32_t left = size;
    err_t error = 0;

    if (page == 0 || address % page != 0 || size % page != 0)
        return ERR(ERR_ARGUMENT);
    while (left > 0 && error == 0) {
        left -= page;
        error = program_page(mtk, address + left, bytes + left, full);
    }
    return error;
}

err_t parallel_program(struct mtk *mtk, uint32_t address, const uint8_t *bytes, uint32_t size,
                       bool full)
{
    uint32_t left = size;
    err_t error = 0;

    if (mtk->chip->program == CHIP_PROGRAM_PAGE)
        return program_pages(mtk, address, bytes, size, full);
    while (left > 0 && error == 0) {
        left--;
        if (bytes[left] != 0xFF)
            error = program_byte(mtk, address + left, bytes[left], full);
    }
    return error;
}
