/* SPI flash chips behind vendor mode. drivers/PROTOCOL.md, "SPI flash". */
#define ERROR_MODULE MODULE_SPI

#include "drivers/spi.h"

#include "drivers/ata.h"

/* Commands of the chips; the erase commands are data (kernel/chips.c). */
enum {
    SPI_WRSR = 0x01,
    SPI_PROGRAM = 0x02,
    SPI_READ = 0x03,
    SPI_WRDI = 0x04,
    SPI_RDSR = 0x05,
    SPI_WREN = 0x06,
    SPI_RDID_15 = 0x15,
    SPI_EWSR = 0x50,
    SPI_REMS = 0x90,
    SPI_RDID = 0x9F,
    SPI_RES = 0xAB,
    SPI_AUTO_INCREMENT = 0xAF
};

enum {
    SPI_PAGE = 256,        /* the address bits below it are 0 in the reads of the known tools */
    SPI_HEADER = 4,        /* command and three address bytes */
    STATUS_RESULT = 0x0001 /* where RDSR's result is, in both engines */
};

enum {
    REMS_US = 200000,   /* between the REMS transfer and the look at its result */
    ENABLE_US = 100000, /* for WEL to be seen after 06 */
    STATUS_WRITE_US = 500000,
    ERASE_LOOK_US = 1000, /* between two looks at an erase */
    PROGRAM_LEAST_US = 1000,
    FF_RUN = 16 /* FF bytes in a row that are worth ending an auto-increment run */
};

static void put_header(uint8_t header[SPI_HEADER], uint8_t command, uint32_t address)
{
    header[0] = command;
    header[1] = (uint8_t)(address >> 16);
    header[2] = (uint8_t)(address >> 8);
    header[3] = (uint8_t)address;
}

static err_t send(struct mtk *mtk, const uint8_t *bytes, unsigned size, bool full)
{
    return mtk_spi_transfer(mtk, bytes, size, NULL, 0, full);
}

static err_t send_command(struct mtk *mtk, uint8_t command, bool full)
{
    return send(mtk, &command, 1, full);
}

err_t spi_write_disable(struct mtk *mtk)
{
    return send_command(mtk, SPI_WRDI, true);
}

/* ---- who are you ---------------------------------------------------------------------------- */

err_t spi_read_rems(struct mtk *mtk, bool odd_counts, uint8_t id[2])
{
    /* "Send 256, receive 768" by engine 73's own rule; the tool that has flashed such drives sends
     * it for 4 and 2. */
    static const uint8_t odd[4] = {0x01, 0x00, 0x03, 0x00};
    static const uint8_t rems[SPI_HEADER] = {SPI_REMS, 0, 0, 0};
    err_t error = mtk_spi_fill(mtk, 0, rems, sizeof rems, true);

    if (error == 0 && odd_counts && mtk->mode == MTK_SPI_73)
        mtk_spi_counts_raw(mtk, odd, true);
    else if (error == 0)
        error = mtk_spi_counts(mtk, sizeof rems, 2, true);
    if (error == 0)
        error = mtk_spi_run(mtk, true);
    if (error == 0)
        error = mtk_pause(mtk, REMS_US);
    if (error == 0)
        error = mtk_spi_fetch(mtk, sizeof rems, id, 2, true);
    return error;
}

err_t spi_read_rdid(struct mtk *mtk, uint8_t id[4])
{
    static const uint8_t rdid = SPI_RDID;

    return mtk_spi_transfer(mtk, &rdid, 1, id, 4, true);
}

err_t spi_read_rdid_15(struct mtk *mtk, uint8_t id[2])
{
    static const uint8_t rdid = SPI_RDID_15;

    return mtk_spi_transfer(mtk, &rdid, 1, id, 2, true);
}

err_t spi_read_res(struct mtk *mtk, uint8_t id[2])
{
    static const uint8_t res[SPI_HEADER] = {SPI_RES, 0, 0, 0};

    return mtk_spi_transfer(mtk, res, sizeof res, id, 2, true);
}

/* ---- status register ------------------------------------------------------------------------ */

err_t spi_read_status(struct mtk *mtk, bool full, uint8_t *status)
{
    static const uint8_t rdsr = SPI_RDSR;
    err_t error = mtk_spi_fill(mtk, 0, &rdsr, 1, full);

    if (error == 0)
        error = mtk_spi_counts(mtk, 1, 1, full);
    if (error == 0)
        error = mtk_spi_run(mtk, full);
    if (error == 0)
        error = mtk_read_byte(mtk, STATUS_RESULT, status, full);
    return error;
}

/* Waits for (status & mask) == value. `late` is set when `bound_us` passes first. */
static err_t wait_status(struct mtk *mtk, uint8_t mask, uint8_t value, uint32_t look_us,
                         uint64_t bound_us, bool full, bool *late)
{
    uint64_t deadline = mtk_now_us(mtk) + bound_us;
    uint8_t status = 0;
    bool over = false;
    err_t error;

    *late = false;
    for (;;) {
        error = spi_read_status(mtk, full, &status);
        if (error != 0 || (status & mask) == value)
            return error;
        if (over) {
            *late = true;
            return 0;
        }
        over = mtk_now_us(mtk) >= deadline;
        error = look_us > 0 ? mtk_pause(mtk, look_us) : mtk_idle(mtk);
        if (error != 0)
            return error;
    }
}

static err_t write_enable(struct mtk *mtk, bool full)
{
    bool late = false;
    err_t error = send_command(mtk, SPI_WREN, full);

    if (error == 0)
        error = wait_status(mtk, SPI_STATUS_WEL | SPI_STATUS_WIP, SPI_STATUS_WEL, 0, ENABLE_US,
                            full, &late);
    if (error == 0 && late)
        error = ERR(ERR_DEVICE);
    return error;
}

static err_t check_protection(struct mtk *mtk, bool full)
{
    uint8_t status = 0;
    err_t error = spi_read_status(mtk, full, &status);

    if (error == 0 && (status & mtk->chip->protect_mask) != 0)
        error = ERR(ERR_PROTECTED);
    return error;
}

err_t spi_unprotect(struct mtk *mtk)
{
    static const uint8_t wrsr[2] = {SPI_WRSR, 0x00};
    bool late = false;
    uint8_t status = 0;
    err_t error = spi_read_status(mtk, true, &status);

    if (error != 0 || (status & mtk->chip->protect_mask) == 0)
        return error;
    /* 50 shows in no status bit, so there is nothing to wait for. */
    error = mtk->chip->enable_by_ewsr ? send_command(mtk, SPI_EWSR, true) : write_enable(mtk, true);
    if (error == 0)
        error = send(mtk, wrsr, sizeof wrsr, true);
    if (error == 0)
        error = wait_status(mtk, SPI_STATUS_WIP, 0, ERASE_LOOK_US, STATUS_WRITE_US, true, &late);
    if (error == 0)
        error = check_protection(mtk, true);
    return error;
}

/* ---- read ----------------------------------------------------------------------------------- */

/* A whole page comes into the buffer; only the wanted bytes are fetched from it. */
static err_t read_page(struct mtk *mtk, uint32_t address, uint8_t *bytes, uint32_t size, bool full)
{
    uint8_t header[SPI_HEADER];
    err_t error;

    put_header(header, SPI_READ, address - address % SPI_PAGE);
    error = mtk_spi_fill(mtk, 0, header, SPI_HEADER, full);
    if (error == 0)
        error = mtk_spi_counts(mtk, SPI_HEADER, SPI_PAGE, full);
    if (error == 0)
        error = mtk_spi_run(mtk, full);
    if (error == 0)
        error = mtk_spi_fetch(mtk, SPI_HEADER + address % SPI_PAGE, bytes, size, full);
    return error;
}

static uint32_t up_to_page_end(uint32_t address, uint32_t size, uint32_t page)
{
    uint32_t room = page - address % page;

    return size < room ? size : room;
}

err_t spi_read(struct mtk *mtk, uint32_t address, uint8_t *bytes, uint32_t size, bool full)
{
    uint32_t done = 0, part;
    err_t error = 0;

    while (done < size && error == 0) {
        part = up_to_page_end(address + done, size - done, SPI_PAGE);
        error = mtk_idle(mtk);
        if (error == 0)
            error = read_page(mtk, address + done, bytes + done, part, full);
        done += part;
    }
    return error;
}

/* ---- erase ---------------------------------------------------------------------------------- */

static err_t erase(struct mtk *mtk, const uint8_t *command, unsigned size, uint32_t bound_ms)
{
    bool late = false;
    err_t error = check_protection(mtk, true);

    if (error == 0)
        error = write_enable(mtk, true);
    if (error == 0)
        error = send(mtk, command, size, true);
    /* Twice the maximum: it holds for a chip within its number of erase cycles, not for an old one.
     */
    if (error == 0)
        error = wait_status(mtk, SPI_STATUS_WIP, 0, ERASE_LOOK_US, (uint64_t)bound_ms * 2000u, true,
                            &late);
    if (error == 0 && late)
        error = ERR(ERR_ERASE);
    return error;
}

err_t spi_erase_sector(struct mtk *mtk, uint32_t address)
{
    uint8_t command[SPI_HEADER];
    uint32_t start, size;

    if (!chip_sector(mtk->chip, address, &start, &size))
        return ERR(ERR_UNSUPPORTED);
    put_header(command, mtk->chip->sector_opcode, start);
    return erase(mtk, command, sizeof command, mtk->chip->sector_erase_ms);
}

err_t spi_erase_chip(struct mtk *mtk)
{
    return erase(mtk, &mtk->chip->chip_opcode, 1, mtk->chip->chip_erase_ms);
}

/* ---- program -------------------------------------------------------------------------------- */

static err_t wait_programmed(struct mtk *mtk, bool full)
{
    uint64_t bound_us = 2 * (uint64_t)mtk->chip->program_us;
    bool late = false;
    err_t error =
        wait_status(mtk, SPI_STATUS_WIP, 0, 0,
                    bound_us > PROGRAM_LEAST_US ? bound_us : PROGRAM_LEAST_US, full, &late);

    if (error == 0 && late)
        error = ERR(ERR_PROGRAM);
    return error;
}

/* Leaves out the FF bytes at both ends. */
static void trim(const uint8_t *bytes, uint32_t *from, uint32_t *to)
{
    while (*from < *to && bytes[*from] == 0xFF)
        (*from)++;
    while (*to > *from && bytes[*to - 1] == 0xFF)
        (*to)--;
}

/*
 * The buffer takes the next page's bytes while the chip is still busy with the last one; 06 and 05
 * need only the first two bytes of the buffer, which the header overwrites afterwards.
 */
static err_t program_page(struct mtk *mtk, uint32_t address, const uint8_t *bytes, unsigned size,
                          bool full, bool busy)
{
    uint8_t header[SPI_HEADER];
    err_t error = mtk_spi_fill(mtk, SPI_HEADER, bytes, size, full);

    if (error == 0 && busy)
        error = wait_programmed(mtk, full);
    if (error == 0)
        error = write_enable(mtk, full);
    put_header(header, SPI_PROGRAM, address);
    if (error == 0)
        error = mtk_spi_fill(mtk, 0, header, SPI_HEADER, full);
    if (error == 0)
        error = mtk_spi_counts(mtk, SPI_HEADER + size, 0, full);
    if (error == 0)
        error = mtk_spi_run(mtk, full);
    if (error == 0 && full)
        error = wait_programmed(mtk, full);
    return error;
}

static err_t program_pages(struct mtk *mtk, uint32_t address, const uint8_t *bytes, uint32_t size,
                           bool full)
{
    uint32_t page = mtk->chip->page_size;
    uint32_t done, part, from, to;
    bool busy = false;
    err_t error = 0;

    if (page == 0 || page > SPI_PAGE)
        return ERR(ERR_ARGUMENT);
    for (done = 0; done < size && error == 0; done += part) {
        part = up_to_page_end(address + done, size - done, page);
        from = done;
        to = done + part;
        trim(bytes, &from, &to);
        if (from == to)
            continue;
        error = program_page(mtk, address + from, bytes + from, to - from, full, busy);
        busy = !full;
    }
    if (error == 0 && busy)
        error = wait_programmed(mtk, full);
    return error;
}

/* One byte: 06, 02 with one byte, wait. */
static err_t program_byte(struct mtk *mtk, uint32_t address, uint8_t byte, bool full)
{
    uint8_t command[SPI_HEADER + 1];
    err_t error = full ? write_enable(mtk, full) : send_command(mtk, SPI_WREN, full);

    put_header(command, SPI_PROGRAM, address);
    command[SPI_HEADER] = byte;
    if (error == 0)
        error = send(mtk, command, sizeof command, full);
    if (error == 0)
        error = wait_programmed(mtk, full);
    return error;
}

static err_t program_bytes(struct mtk *mtk, uint32_t address, const uint8_t *bytes, uint32_t size,
                           bool full)
{
    uint32_t left = size;
    err_t error = 0;

    while (left > 0 && error == 0) {
        left--;
        if (bytes[left] != 0xFF)
            error = program_byte(mtk, address + left, bytes[left], full);
    }
    return error;
}

/* Lets the rest of a byte's program time pass; most of it went by while the buffer was filled. */
static void pass_until(struct mtk *mtk, uint64_t time_us)
{
    uint64_t now = mtk_now_us(mtk);

    if (now < time_us)
        mtk->device->ops->wait_us(mtk->device->bus, (uint32_t)(time_us - now));
}

/*
 * AF: the first transfer names the address, each further one brings the next byte; the chip needs
 * its longest byte time after each (SST25VF040 data sheet: no status read needed then). 04 ends it.
 */
static err_t auto_increment(struct mtk *mtk, uint32_t address, const uint8_t *bytes, uint32_t size)
{
    uint8_t command[SPI_HEADER + 1];
    uint64_t ready_us = 0;
    uint32_t i;
    err_t error = write_enable(mtk, false);

    put_header(command, SPI_AUTO_INCREMENT, address);
    for (i = 0; i < size && error == 0; i++) {
        unsigned sent = i == 0 ? SPI_HEADER + 1 : 2;

        command[sent - 1] = bytes[i];
        error = mtk_spi_fill(mtk, 0, command, sent, false);
        if (error == 0)
            error = mtk_spi_counts(mtk, sent, 0, false);
        pass_until(mtk, ready_us);
        if (error == 0)
            error = mtk_spi_run(mtk, false);
        ready_us = mtk_now_us(mtk) + mtk->chip->program_us;
    }
    pass_until(mtk, ready_us);
    if (error == 0)
        error = send_command(mtk, SPI_WRDI, false);
    if (error == 0)
        error = wait_programmed(mtk, false);
    return error;
}

/* End of the run of bytes that starts at `from`: before the next FF_RUN FF bytes, or at `to`. */
static uint32_t run_end(const uint8_t *bytes, uint32_t from, uint32_t to)
{
    uint32_t end = from, blank = 0, i;

    for (i = from; i < to && blank < FF_RUN; i++) {
        blank = bytes[i] == 0xFF ? blank + 1 : 0;
        if (blank == 0)
            end = i + 1;
    }
    return end;
}

/* All but the first byte by auto-increment, then the first byte. */
static err_t program_runs(struct mtk *mtk, uint32_t address, const uint8_t *bytes, uint32_t size)
{
    uint32_t from = 1, end;
    err_t error = 0;

    while (from < size && error == 0) {
        if (bytes[from] == 0xFF) {
            from++;
            continue;
        }
        end = run_end(bytes, from, size);
        error = auto_increment(mtk, address + from, bytes + from, end - from);
        from = end;
    }
    if (error == 0)
        error = program_bytes(mtk, address, bytes, size > 0 ? 1 : 0, false);
    return error;
}

err_t spi_program(struct mtk *mtk, uint32_t address, const uint8_t *bytes, uint32_t size, bool full)
{
    err_t error = check_protection(mtk, full);

    if (error != 0)
        return error;
    if (mtk->chip->program == CHIP_PROGRAM_PAGE)
        return program_pages(mtk, address, bytes, size, full);
    if (mtk->chip->auto_increment && !full)
        return program_runs(mtk, address, bytes, size);
    return program_bytes(mtk, address, bytes, size, full);
}
