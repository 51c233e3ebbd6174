/*
 * The JEDEC command set of parallel parts (JESD21-C 3.5 as the data sheets of the table print it):
 * every command is opened by AA at 5555 and 55 at 2AAA, of which each part compares only its low
 * address bits.
 */
#include <string.h>

#include "tests/drive/flash_parts.h"

/* Steps of the decoder. */
enum { IDLE, GOT_AA, GOT_55, SETUP, SETUP_AA, SETUP_55 };

enum { UNLOCK_FIRST = 0x5555, UNLOCK_SECOND = 0x2AAA, RESET = 0xF0, ERASE_SECTOR = 0x30 };

/* Polling bits: DQ7 = complement of the data, DQ6 toggles, DQ5 = took too long, DQ3 = sector
 * time-out over. */
enum { DQ7 = 0x80, DQ6 = 0x40, DQ5 = 0x20, DQ3 = 0x08 };

static uint8_t polling_bits(struct sim_chip *chip, uint64_t now_us)
{
    uint8_t value = (uint8_t)(~chip->last_data & (DQ7 | 0x07));

    chip->toggle ^= DQ6;
    value |= chip->toggle;
    if (chip->operation == SIM_OPERATION_ERASE && chip->type->window_us != 0 &&
        now_us >= chip->window_until_us) {
        value |= DQ3;
    }
    if (chip->type->dq5 && chip->stuck) {
        value |= DQ5;
    }
    return value;
}

static uint8_t read_id(const struct sim_chip *chip, uint32_t address)
{
    if (chip->id_wrong) {
        return chip->id_wrong_bytes[address & 1];
    }
    switch (address & 0x1FF) {
    case 0x000:
        return chip->type->continuation ? 0x7F : chip->type->manufacturer;
    case 0x100:
        return chip->type->manufacturer;
    case 0x001:
    case 0x101:
        return chip->type->device;
    default:
        return 0x00;
    }
}

uint8_t sim_chip_read(struct sim_chip *chip, uint64_t now_us, uint32_t address)
{
    if (chip->loading || chip->operation != SIM_OPERATION_NONE) {
        sim_chip_settle(chip, now_us);
        if (chip->loading || chip->operation != SIM_OPERATION_NONE) {
            return polling_bits(chip, now_us);
        }
    }
    if (chip->id_mode) {
        return read_id(chip, address);
    }
    return sim_chip_sense(chip, address & (chip->type->size - 1));
}

static const struct sim_erase *find_erase(const struct sim_chip *chip, uint8_t command)
{
    for (unsigned i = 0; i < SIM_CHIP_ERASES; i++) {
        if (chip->type->erases[i].opcode == command && command != 0) {
            return &chip->type->erases[i];
        }
    }
    return NULL;
}

/* A cycle while an operation runs: ignored, but for the sector time-out and the reset after a
 * failure. */
static void write_while_busy(struct sim_chip *chip, uint64_t now_us, uint32_t address, uint8_t data)
{
    bool window = chip->operation == SIM_OPERATION_ERASE && now_us < chip->window_until_us;

    if (window && data == ERASE_SECTOR) {
        const struct sim_erase *erase = find_erase(chip, ERASE_SECTOR);

        if (erase != NULL) {
            sim_chip_start_erase(chip, now_us, erase, address, true);
        }
    } else if (window) {
        sim_chip_cancel_erase(chip);
    } else if (chip->stuck && chip->type->dq5 && data == RESET) {
        chip->operation = SIM_OPERATION_NONE;
    }
}

static void load_byte(struct sim_chip *chip, uint64_t now_us, uint32_t address, uint8_t data)
{
    uint32_t size = chip->type->page_size;

    if (!chip->loading) {
        chip->loading = true;
        chip->load_page = address & (chip->type->size - 1) & ~(size - 1);
        memset(chip->load_given, 0, sizeof chip->load_given);
        chip->toggle = 0;
    }
    chip->load[address & (size - 1)] = data;
    chip->load_given[address & (size - 1)] = true;
    chip->last_data = data;
    chip->load_until_us = now_us + chip->type->window_us;
}

/* Third cycle, after AA and 55. */
static void command(struct sim_chip *chip, uint64_t now_us, uint8_t data)
{
    chip->step = IDLE;
    switch (data) {
    case 0x90:
        chip->id_mode = true;
        chip->id_wrong = sim_chip_id_wrong(chip, now_us, chip->id_wrong_bytes);
        break;
    case RESET:
        chip->id_mode = false;
        break;
    case 0xA0:
        chip->program_next = true;
        break;
    case 0x80:
        chip->step = SETUP;
        break;
    default:
        break;
    }
}

/* Sixth cycle: the erase itself. Chip erase is addressed to 5555, sector and block erase to the
 * sector. */
static void erase_command(struct sim_chip *chip, uint64_t now_us, uint32_t address, bool first,
                          uint8_t data)
{
    const struct sim_erase *erase = find_erase(chip, data);

    chip->step = IDLE;
    if (erase != NULL && (erase->size != 0 || first)) {
        chip->id_mode = false;
        sim_chip_start_erase(chip, now_us, erase, address, false);
    }
}

static void decode(struct sim_chip *chip, uint64_t now_us, uint32_t address, uint8_t data)
{
    bool first = (address & chip->type->unlock) == (UNLOCK_FIRST & chip->type->unlock);
    bool second = (address & chip->type->unlock) == (UNLOCK_SECOND & chip->type->unlock);

    switch (chip->step) {
    case GOT_AA:
        chip->step = second && data == 0x55 ? GOT_55 : IDLE;
        break;
    case GOT_55:
        if (first) {
            command(chip, now_us, data);
        } else {
            chip->step = IDLE;
        }
        break;
    case SETUP:
        chip->step = first && data == 0xAA ? SETUP_AA : IDLE;
        break;
    case SETUP_AA:
        chip->step = second && data == 0x55 ? SETUP_55 : IDLE;
        break;
    case SETUP_55:
        erase_command(chip, now_us, address, first, data);
        break;
    default:
        chip->step = first && data == 0xAA ? GOT_AA : IDLE;
        break;
    }
}

void sim_chip_write(struct sim_chip *chip, uint64_t now_us, uint32_t address, uint8_t data)
{
    sim_chip_settle(chip, now_us);
    if (chip->loading) {
        load_byte(chip, now_us, address, data);
        return;
    }
    if (chip->operation != SIM_OPERATION_NONE) {
        write_while_busy(chip, now_us, address, data);
        return;
    }
    if (chip->program_next) {
        chip->program_next = false;
        chip->id_mode = false;
        if (chip->type->program == SIM_PROGRAM_PAGE_LOAD) {
            load_byte(chip, now_us, address, data);
        } else {
            sim_chip_start_program(chip, now_us, address, data);
        }
        return;
    }
    if (data == RESET && chip->type->single_reset && chip->step != GOT_55) {
        chip->id_mode = false;
        chip->step = IDLE;
        return;
    }
    decode(chip, now_us, address, data);
}
