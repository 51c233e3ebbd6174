/* A flash method over an array. */
#define ERROR_MODULE MODULE_NONE
#include "tests/support/fake_flash.h"

#include <string.h>

static struct fake_flash *of(struct flash_method *method)
{
    return method->device;
}

static void record(struct fake_flash *flash, enum fake_call call, uint32_t address, uint32_t size,
                   bool full)
{
    if (flash->call_count < FAKE_CALLS) {
        flash->calls[flash->call_count++] =
            (struct fake_call_record){.call = call, .address = address, .size = size, .full = full};
    }
}

static err_t outside(struct fake_flash *flash)
{
    flash->method.status = flash->dead ? 0x7F : 0x51;
    return flash->dead ? ERR(ERR_TIMEOUT) : ERR(ERR_VENDOR_LOST);
}

/* Common to all changes: does something stand in the way? */
static err_t before_change(struct fake_flash *flash)
{
    if (flash->dead || !flash->inside) {
        return outside(flash);
    }
    if (flash->aborts != 0) {
        flash->aborts--;
        return ERR(ERR_ABORTED);
    }
    flash->changes++;
    if (flash->lost_after_changes != 0 && flash->changes == flash->lost_after_changes) {
        flash->inside = false;
        return outside(flash);
    }
    if (flash->dead_after_changes != 0 && flash->changes == flash->dead_after_changes) {
        flash->dead = true;
        return outside(flash);
    }
    return 0;
}

static err_t enter(struct flash_method *method)
{
    struct fake_flash *flash = of(method);

    record(flash, FAKE_ENTER, 0, 0, false);
    if (flash->dead || flash->refuses_entry || flash->entries_refused != 0) {
        flash->entries_refused -= flash->entries_refused != 0;
        method->status = flash->dead ? 0x7F : 0x80;
        return ERR(ERR_VENDOR_REFUSED);
    }
    flash->inside = true;
    method->status = 0x70;
    return 0;
}

static err_t check(struct flash_method *method)
{
    return of(method)->inside && !of(method)->dead ? 0 : outside(of(method));
}

static err_t identify(struct flash_method *method, struct flash_identity *identity)
{
    struct fake_flash *flash = of(method);
    bool again = flash->call_count > 2;

    record(flash, FAKE_IDENTIFY, 0, 0, false);
    memset(identity, 0, sizeof *identity);
    identity->bus = flash->chip.bus;
    identity->jedec_manufacturer = flash->chip.manufacturer;
    identity->jedec_device = flash->chip.device;
    if (again && flash->other_chip_on_reentry) {
        identity->jedec_device++;
    }
    if (flash->unknown_chip) {
        return ERR(ERR_CHIP_UNKNOWN);
    }
    identity->candidate_count = 1;
    identity->candidates[0] = &flash->chip;
    return 0;
}

static err_t use_chip(struct flash_method *method, const struct chip *chip)
{
    record(of(method), FAKE_USE_CHIP, 0, chip->size, false);
    return 0;
}

static uint8_t cell(const struct fake_flash *flash, uint32_t address)
{
    uint8_t value = flash->cells[address];

    return address == flash->stuck_address ? (uint8_t)(value & ~flash->stuck_clear) : value;
}

static err_t read(struct flash_method *method, uint32_t address, void *bytes, uint32_t size,
                  bool full)
{
    struct fake_flash *flash = of(method);
    uint8_t *to = bytes;

    flash->read_counter++;
    flash->clock_us += size * (full ? 7 : 4);
    if (flash->dead || !flash->inside) {
        return outside(flash);
    }
    if (flash->timeouts != 0) {
        flash->timeouts--;
        return ERR(ERR_TIMEOUT);
    }
    *(full ? &flash->reads_full : &flash->reads_lean) += 1;
    for (uint32_t i = 0; i < size; i++) {
        to[i] = cell(flash, address + i);
        if (flash->unstable && address + i == flash->unstable_address) {
            to[i] = (uint8_t)(flash->read_counter * 2654435761u >> 24);
        }
    }
    if (flash->alternating && flash->unstable_address - address < size) {
        flash->alternated = !flash->alternated;
        to[flash->unstable_address - address] ^= flash->alternated;
    }
    if (!full && flash->lean_hides && flash->hidden_address - address < size) {
        to[flash->hidden_address - address] = flash->hidden_value;
    }
    if (!full && flash->lean_hides && flash->lean_wrong_address - address < size) {
        to[flash->lean_wrong_address - address] ^= 0x01;
    }
    if (!full && flash->lean_reads_stale) {
        memmove(to + 1, to, size - 1);
    }
    if (flash->flip_every != 0 && flash->read_counter % flash->flip_every == 0) {
        to[size / 2] ^= 0x10;
    }
    return 0;
}

static void erase(struct fake_flash *flash, uint32_t start, uint32_t size)
{
    memset(flash->cells + start, 0xFF, size);
    flash->clock_us += 20000;
}

static err_t erase_sector(struct flash_method *method, uint32_t address)
{
    struct fake_flash *flash = of(method);
    uint32_t size = flash->chip.regions[0].sector_size;
    err_t error;

    record(flash, FAKE_ERASE_SECTOR, address, size, false);
    error = before_change(flash);
    if (error == 0 && flash->erase_fails) {
        error = ERR(ERR_ERASE);
    }
    if (error == 0) {
        erase(flash, address / size * size, size);
    }
    return error;
}

static err_t erase_chip(struct flash_method *method)
{
    struct fake_flash *flash = of(method);
    err_t error;

    record(flash, FAKE_ERASE_CHIP, 0, flash->chip.size, false);
    error = before_change(flash);
    if (error == 0 && flash->erase_fails) {
        error = ERR(ERR_ERASE);
    }
    if (error == 0) {
        erase(flash, 0, flash->chip.size);
    }
    return error;
}

static err_t program(struct flash_method *method, uint32_t address, const void *bytes,
                     uint32_t size, bool full)
{
    struct fake_flash *flash = of(method);
    const uint8_t *from = bytes;
    bool self_erasing =
        flash->chip.bus == CHIP_PARALLEL && flash->chip.program == CHIP_PROGRAM_PAGE;
    err_t error;

    record(flash, FAKE_PROGRAM, address, size, full);
    error = before_change(flash);
    flash->clock_us += size * (full ? 49 : 30);
    if (error != 0) {
        return error;
    }
    if (flash->lies_always || flash->changes == flash->lies_at ||
        (!full && flash->lean_writes_fail)) {
        return 0;
    }
    for (uint32_t i = 0; i < size; i++) {
        flash->cells[address + i] = self_erasing ? from[i] : flash->cells[address + i] & from[i];
    }
    return 0;
}

static err_t unprotect(struct flash_method *method)
{
    struct fake_flash *flash = of(method);

    record(flash, FAKE_UNPROTECT, 0, 0, false);
    return flash->protected_for_ever ? ERR(ERR_PROTECTED) : 0;
}

static err_t leave(struct flash_method *method)
{
    struct fake_flash *flash = of(method);

    record(flash, FAKE_LEAVE, 0, 0, false);
    flash->inside = false;
    method->status = flash->dead ? 0x7F : 0x50;
    return flash->dead ? ERR(ERR_TIMEOUT) : 0;
}

static const struct flash_method_ops fake_ops = {.name = "fake flash",
                                                 .enter = enter,
                                                 .check = check,
                                                 .identify = identify,
                                                 .use_chip = use_chip,
                                                 .read = read,
                                                 .erase_sector = erase_sector,
                                                 .erase_chip = erase_chip,
                                                 .program = program,
                                                 .unprotect = unprotect,
                                                 .leave = leave};

void fake_flash_open(struct fake_flash *flash, uint32_t size, uint32_t sector_size)
{
    memset(flash, 0, sizeof *flash);
    memset(flash->cells, 0xFF, size);
    flash->method.ops = &fake_ops;
    flash->method.device = flash;
    flash->chip = (struct chip){.vendor = "Test",
                                .name = "FAKE",
                                .bus = CHIP_PARALLEL,
                                .manufacturer = 0xBF,
                                .device = 0xB6,
                                .size = size,
                                .program = CHIP_PROGRAM_BYTE,
                                .page_size = 1,
                                .chip_opcode = 0x10,
                                .program_us = 20,
                                .sector_erase_ms = 25,
                                .chip_erase_ms = 100};
    if (sector_size != 0) {
        flash->chip.sector_opcode = 0x30;
        flash->chip.regions[0].sector_size = sector_size;
        flash->chip.regions[0].count = (uint16_t)(size / sector_size);
    }
}
