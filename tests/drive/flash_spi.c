/* Serial parts: one transaction (CS# low to high) at a time, commands as the data sheets of the
 * table print them. */
#include <string.h>

#include "tests/drive/flash_parts.h"

enum {
    OP_WRSR = 0x01,
    OP_PROGRAM = 0x02,
    OP_READ = 0x03,
    OP_WRDI = 0x04,
    OP_RDSR = 0x05,
    OP_WREN = 0x06,
    OP_EWSR = 0x50,
    OP_REMS = 0x90,
    OP_RES = 0xAB,
    OP_AAI = 0xAF
};

enum { STATUS_WIP = 0x01, STATUS_WEL = 0x02, STATUS_AAI = 0x40, STATUS_SRP = 0x80 };

static uint8_t read_status(const struct sim_chip *chip)
{
    uint8_t value = chip->status;

    value |= chip->operation != SIM_OPERATION_NONE ? STATUS_WIP : 0;
    value |= chip->write_enabled ? STATUS_WEL : 0;
    value |= chip->aai ? STATUS_AAI : 0;
    return value;
}

/* First protected address. Level n of 2^bits-1: all, then half, a quarter ... from the top; 0
 * protects nothing. */
static uint32_t protected_from(const struct sim_chip *chip)
{
    unsigned all = chip->type->protect_levels == 3 ? 5 : 3;
    unsigned level = (chip->status >> 2) & (chip->type->protect_levels == 3 ? 7 : 3);

    if (level == 0) {
        return chip->type->size;
    }
    if (level >= all) {
        return 0;
    }
    return chip->type->size - (chip->type->size >> (all - level));
}

static uint32_t get_address(const struct sim_chip *chip, const uint8_t *mosi)
{
    uint32_t address = (uint32_t)mosi[1] << 16 | (uint32_t)mosi[2] << 8 | mosi[3];

    return address & (chip->type->size - 1);
}

/* Sends `bytes` again and again from index `from` on. */
static size_t drive_cycle(uint8_t *miso, size_t from, size_t count, const uint8_t *bytes,
                          size_t length)
{
    for (size_t i = from; i < count; i++) {
        miso[i] = bytes[(i - from) % length];
    }
    return from < count ? from : count;
}

/* 90 and, on SST, AB: manufacturer and device alternate; address bit 0 chooses which comes first.
 */
static size_t read_electronic_id(struct sim_chip *chip, uint64_t now_us, const uint8_t *mosi,
                                 size_t count, uint8_t *miso)
{
    uint8_t id[2] = {chip->type->manufacturer, chip->type->device};

    if (count >= 4 && (mosi[3] & 1) != 0) {
        id[0] = chip->type->device;
        id[1] = chip->type->manufacturer;
    }
    (void)sim_chip_id_wrong(chip, now_us, id);
    return drive_cycle(miso, 4, count, id, 2);
}

static size_t read_jedec_id(struct sim_chip *chip, uint64_t now_us, size_t count, uint8_t *miso)
{
    uint8_t id[3];
    uint8_t wrong[2];

    memcpy(id, chip->type->rdid, sizeof id);
    if (sim_chip_id_wrong(chip, now_us, wrong)) {
        id[0] = wrong[0];
        id[1] = id[2] = wrong[1];
    }
    return drive_cycle(miso, 1, count, id, chip->type->rdid_length);
}

static size_t read_data(struct sim_chip *chip, const uint8_t *mosi, size_t count, uint8_t *miso)
{
    if (count <= 4) {
        return count;
    }
    uint32_t address = get_address(chip, mosi);

    for (size_t i = 4; i < count; i++) {
        miso[i] = sim_chip_sense(chip, address);
        address = (address + 1) & (chip->type->size - 1);
    }
    return 4;
}

static void write_status(struct sim_chip *chip, uint64_t now_us, uint8_t value)
{
    bool enabled = chip->type->status_volatile ? chip->status_enabled : chip->write_enabled;

    if (!enabled || (chip->wp_low && (chip->status & STATUS_SRP) != 0)) {
        return;
    }
    chip->old_status = chip->status;
    chip->status = value & chip->type->status_write;
    chip->write_enabled = false;
    if (chip->type->status_us != 0) {
        chip->operation = SIM_OPERATION_STATUS;
        chip->stuck = false;
        chip->started_us = now_us;
        chip->until_us = now_us + chip->type->status_us;
    }
    sim_chip_changed(chip);
}

static void program_byte(struct sim_chip *chip, uint64_t now_us, uint32_t address, uint8_t data)
{
    if (address >= protected_from(chip)) {
        chip->write_enabled = false;
        chip->aai = false;
        return;
    }
    sim_chip_start_program(chip, now_us, address, data);
}

/* 02: the last page_size bytes count, and they wrap inside the page. Nothing happens when CS# rises
 * too early. */
static void program(struct sim_chip *chip, uint64_t now_us, const uint8_t *mosi, size_t count)
{
    uint8_t data[SIM_CHIP_PAGE_MAX];
    bool given[SIM_CHIP_PAGE_MAX] = {false};
    uint32_t size = chip->type->page_size;

    if (count < 5 || !chip->write_enabled) {
        return;
    }
    uint32_t address = get_address(chip, mosi);

    chip->write_enabled = false;
    if (chip->type->program == SIM_PROGRAM_BYTE_AAI) {
        program_byte(chip, now_us, address, mosi[4]);
        return;
    }
    if (address >= protected_from(chip)) {
        return;
    }
    for (size_t i = 4; i < count; i++) {
        uint32_t offset = (uint32_t)(address + i - 4) & (size - 1);

        data[offset] = mosi[i];
        given[offset] = true;
    }
    sim_chip_start_page(chip, now_us, address & ~(size - 1), data, given, false);
}

/* AF: the first one carries the address, the next ones only data, until WRDI. */
static void auto_increment(struct sim_chip *chip, uint64_t now_us, const uint8_t *mosi,
                           size_t count)
{
    if (chip->type->program != SIM_PROGRAM_BYTE_AAI || !chip->write_enabled) {
        return;
    }
    if (!chip->aai) {
        if (count < 5) {
            return;
        }
        chip->aai = true;
        chip->aai_address = get_address(chip, mosi);
        mosi += 3;
    } else if (count < 2) {
        return;
    }
    program_byte(chip, now_us, chip->aai_address, mosi[1]);
    chip->aai_address++;
    if (chip->aai_address >= chip->type->size) {
        chip->aai = false;
        chip->write_enabled = false;
    }
}

/* An erase opcode of this part. Chip erase is refused while anything is protected. */
static void erase(struct sim_chip *chip, uint64_t now_us, const uint8_t *mosi, size_t count)
{
    for (unsigned i = 0; i < SIM_CHIP_ERASES; i++) {
        const struct sim_erase *erase = &chip->type->erases[i];

        if (erase->opcode != mosi[0] || erase->opcode == 0 || !chip->write_enabled) {
            continue;
        }
        if (erase->size != 0 && count != 4) {
            return;
        }
        uint32_t size = erase->size != 0 ? erase->size : chip->type->size;
        uint32_t start = erase->size != 0 ? get_address(chip, mosi) & ~(size - 1) : 0;

        chip->write_enabled = false;
        if (start + size <= protected_from(chip)) {
            sim_chip_start_erase(chip, now_us, erase, start, false);
        }
        return;
    }
}

/* Commands that only read; returns false for others. */
static bool read_command(struct sim_chip *chip, uint64_t now_us, const uint8_t *mosi, size_t count,
                         uint8_t *miso, size_t *driven)
{
    uint8_t status = read_status(chip);

    if (mosi[0] == OP_RDSR) {
        *driven = drive_cycle(miso, 1, count, &status, 1);
    } else if (chip->operation != SIM_OPERATION_NONE || chip->aai) {
        return false;
    } else if (mosi[0] == OP_READ) {
        *driven = read_data(chip, mosi, count, miso);
    } else if (mosi[0] == chip->type->rdid_opcode && chip->type->rdid_length != 0) {
        *driven = read_jedec_id(chip, now_us, count, miso);
    } else if ((mosi[0] == OP_REMS && chip->type->rems) ||
               (mosi[0] == OP_RES && chip->type->res_is_rems)) {
        *driven = read_electronic_id(chip, now_us, mosi, count, miso);
    } else if (mosi[0] == OP_RES && chip->type->res != 0) {
        *driven = drive_cycle(miso, 4, count, &chip->type->res, 1);
    } else {
        return false;
    }
    return true;
}

static void write_command(struct sim_chip *chip, uint64_t now_us, const uint8_t *mosi, size_t count)
{
    switch (mosi[0]) {
    case OP_WREN:
        chip->write_enabled = count == 1;
        break;
    case OP_WRDI:
        chip->write_enabled = false;
        chip->aai = false;
        break;
    case OP_WRSR:
        if (count == 2) {
            write_status(chip, now_us, mosi[1]);
        }
        break;
    case OP_PROGRAM:
        program(chip, now_us, mosi, count);
        break;
    case OP_AAI:
        auto_increment(chip, now_us, mosi, count);
        break;
    default:
        erase(chip, now_us, mosi, count);
        break;
    }
}

size_t sim_chip_transfer(struct sim_chip *chip, uint64_t now_us, const uint8_t *mosi, size_t count,
                         uint8_t *miso)
{
    size_t driven = count;

    sim_chip_settle(chip, now_us);
    if (count == 0 || read_command(chip, now_us, mosi, count, miso, &driven) ||
        chip->operation != SIM_OPERATION_NONE) {
        return driven;
    }
    if (chip->aai && mosi[0] != OP_AAI && mosi[0] != OP_WRDI) {
        return driven;
    }
    write_command(chip, now_us, mosi, count);
    chip->status_enabled = mosi[0] == OP_EWSR && chip->type->status_volatile;
    return driven;
}
