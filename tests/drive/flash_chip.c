#include "tests/drive/flash_chip.h"

#include <stdlib.h>
#include <string.h>

#include "tests/drive/flash_parts.h"

struct sim_chip *sim_chip_new(const struct sim_chip_type *type, struct sim_faults *faults,
                              struct sim_random *random)
{
    struct sim_chip *chip = calloc(1, sizeof *chip);

    if (chip == NULL) {
        return NULL;
    }
    chip->type = type;
    chip->faults = faults;
    chip->random = random;
    chip->cells = malloc(type->size);
    chip->old = malloc(type->size);
    if (chip->cells == NULL || chip->old == NULL) {
        sim_chip_free(chip);
        return NULL;
    }
    memset(chip->cells, 0xFF, type->size);
    sim_chip_power_on(chip);
    return chip;
}

void sim_chip_free(struct sim_chip *chip)
{
    if (chip != NULL) {
        free(chip->cells);
        free(chip->old);
        free(chip);
    }
}

/* A byte that was on its way from `old` to `target` (bits being cleared) when power failed. */
static uint8_t torn_program(struct sim_random *random, uint8_t old, uint8_t target)
{
    return (uint8_t)(old & ~((old & ~target) & sim_random_byte(random)));
}

/* Every byte is old, or has some more bits set, or is erased; how far it got differs from cut to
 * cut. */
static void tear_erase(struct sim_chip *chip, const struct sim_range *range)
{
    uint32_t erased = sim_random_below(chip->random, 257);
    uint32_t touched = erased + sim_random_below(chip->random, 257 - erased);

    for (uint32_t i = range->start; i < range->start + range->length; i++) {
        uint8_t chance = sim_random_byte(chip->random);

        if (chance >= touched) {
            chip->cells[i] = chip->old[i];
        } else if (chance >= erased) {
            chip->cells[i] = chip->old[i] | sim_random_byte(chip->random);
        } else {
            chip->cells[i] = 0xFF;
        }
    }
}

/* `from` is the state before any bit was cleared: the old bytes, or FF in a page that was erased
 * first. */
static void tear_page(struct sim_chip *chip, const struct sim_range *range, const uint8_t *from)
{
    bool prefix = sim_random_below(chip->random, 2) == 0;
    uint32_t torn = sim_random_below(chip->random, range->length);

    for (uint32_t i = 0; i < range->length; i++) {
        uint8_t *cell = &chip->cells[range->start + i];
        bool done = prefix ? i < torn : sim_random_below(chip->random, 2) == 0;

        if (i == torn) {
            *cell = torn_program(chip->random, from[i], *cell);
        } else if (!done) {
            *cell = from[i];
        }
    }
}

static void tear_page_load(struct sim_chip *chip)
{
    uint8_t blank[SIM_CHIP_PAGE_MAX];

    if (sim_random_below(chip->random, 2) == 0) {
        tear_erase(chip, &chip->ranges[0]);
        return;
    }
    memset(blank, 0xFF, sizeof blank);
    tear_page(chip, &chip->ranges[0], blank);
}

/* A cell that can't leave its value. */
static void apply_stuck_bit(struct sim_chip *chip)
{
    const struct sim_fault_state *fault = &chip->faults->state[SIM_FAULT_STUCK_BIT];
    uint8_t bit = (uint8_t)(1u << (fault->value[1] & 7));

    if (!fault->on || fault->value[0] >= chip->type->size) {
        return;
    }
    if (fault->value[2] != 0) {
        chip->cells[fault->value[0]] |= bit;
    } else {
        chip->cells[fault->value[0]] &= (uint8_t)~bit;
    }
}

/* Leaves the running operation half done. */
static void tear(struct sim_chip *chip)
{
    const struct sim_range *range = &chip->ranges[0];

    switch (chip->operation) {
    case SIM_OPERATION_PROGRAM:
        chip->cells[range->start] =
            torn_program(chip->random, chip->old[range->start], chip->cells[range->start]);
        break;
    case SIM_OPERATION_PAGE:
        tear_page(chip, range, &chip->old[range->start]);
        break;
    case SIM_OPERATION_PAGE_LOAD:
        tear_page_load(chip);
        break;
    case SIM_OPERATION_ERASE:
        for (unsigned i = 0; i < chip->range_count; i++) {
            tear_erase(chip, &chip->ranges[i]);
        }
        break;
    case SIM_OPERATION_STATUS:
        if (sim_random_below(chip->random, 2) == 0) {
            chip->status = chip->old_status;
        }
        break;
    case SIM_OPERATION_NONE:
        break;
    }
    chip->operation = SIM_OPERATION_NONE;
    apply_stuck_bit(chip);
}

void sim_chip_power_off(struct sim_chip *chip, uint64_t now_us)
{
    sim_chip_settle(chip, now_us);
    tear(chip);
    chip->loading = false;
}

void sim_chip_power_on(struct sim_chip *chip)
{
    chip->operation = SIM_OPERATION_NONE;
    chip->stuck = false;
    chip->step = 0;
    chip->id_mode = false;
    chip->program_next = false;
    chip->loading = false;
    chip->write_enabled = false;
    chip->status_enabled = false;
    chip->aai = false;
    if (chip->type->status_volatile) {
        chip->status = chip->type->status_power_on;
    }
}

/* The byte load window of a page load part is over: the page is written now. */
static void commit_load(struct sim_chip *chip)
{
    chip->loading = false;
    sim_chip_start_page(chip, chip->load_until_us, chip->load_page, chip->load, chip->load_given,
                        true);
}

void sim_chip_settle(struct sim_chip *chip, uint64_t now_us)
{
    if (chip->loading && now_us >= chip->load_until_us) {
        commit_load(chip);
    }
    if (chip->operation != SIM_OPERATION_NONE && now_us >= chip->until_us) {
        chip->operation = SIM_OPERATION_NONE;
    }
}

bool sim_chip_busy(struct sim_chip *chip, uint64_t now_us)
{
    sim_chip_settle(chip, now_us);
    return chip->loading || chip->operation != SIM_OPERATION_NONE;
}

void sim_chip_changed(struct sim_chip *chip)
{
    if (chip->change != NULL && chip->change(chip->change_context)) {
        chip->until_us = SIM_NEVER;
    }
}

static void begin(struct sim_chip *chip, enum sim_operation operation, uint64_t start_us,
                  uint64_t duration_us)
{
    chip->operation = operation;
    chip->started_us = start_us;
    chip->until_us = start_us + duration_us;
    chip->stuck = false;
    chip->toggle = 0;
    apply_stuck_bit(chip);
}

/* Lets the operation that was just begun never end. */
static void hang(struct sim_chip *chip)
{
    chip->until_us = SIM_NEVER;
    chip->stuck = true;
}

/* The faults of programming, once per byte or page. */
static void spoil_program(struct sim_chip *chip)
{
    const struct sim_range *range = &chip->ranges[0];
    bool error = sim_fault_at(chip->faults, SIM_FAULT_WRITE_ERROR_AT);
    bool lie = sim_fault_at(chip->faults, SIM_FAULT_WRITE_LIES_AT);
    bool torn = sim_fault_at(chip->faults, SIM_FAULT_WRITE_TORN_AT);

    if (error || lie) {
        memcpy(&chip->cells[range->start], &chip->old[range->start], range->length);
    }
    if (error) {
        hang(chip);
    }
    if (torn) {
        enum sim_operation operation = chip->operation;

        tear(chip);
        chip->operation = operation;
    }
}

void sim_chip_start_program(struct sim_chip *chip, uint64_t now_us, uint32_t address, uint8_t data)
{
    address &= chip->type->size - 1;
    chip->ranges[0] = (struct sim_range){address, 1};
    chip->range_count = 1;
    chip->old[address] = chip->cells[address];
    chip->cells[address] &= data;
    chip->last_data = data;
    chip->programs++;
    begin(chip, SIM_OPERATION_PROGRAM, now_us, chip->type->program_us);
    spoil_program(chip);
    sim_chip_changed(chip);
}

void sim_chip_start_page(struct sim_chip *chip, uint64_t start_us, uint32_t page,
                         const uint8_t *data, const bool *given, bool erase)
{
    uint32_t size = chip->type->page_size;

    page &= chip->type->size - size;
    chip->ranges[0] = (struct sim_range){page, size};
    chip->range_count = 1;
    memcpy(&chip->old[page], &chip->cells[page], size);
    if (erase) {
        memset(&chip->cells[page], 0xFF, size);
    }
    for (uint32_t i = 0; i < size; i++) {
        if (given[i]) {
            chip->cells[page + i] &= data[i];
        }
    }
    chip->programs++;
    begin(chip, erase ? SIM_OPERATION_PAGE_LOAD : SIM_OPERATION_PAGE, start_us,
          chip->type->program_us);
    spoil_program(chip);
    sim_chip_changed(chip);
}

/* The faults of erasing; the range was just set to FF. */
static void spoil_erase(struct sim_chip *chip, const struct sim_range *range)
{
    const struct sim_fault_state *worn = &chip->faults->state[SIM_FAULT_WORN_SECTOR];

    if (sim_fault_at(chip->faults, SIM_FAULT_ERASE_PARTIAL)) {
        uint32_t done = range->length / 2;

        memcpy(&chip->cells[range->start + done], &chip->old[range->start + done],
               range->length - done);
    }
    if (!worn->on || worn->value[0] < range->start ||
        worn->value[0] - range->start >= range->length) {
        return;
    }
    /* the smallest erase unit around the worn address keeps a part of its zeros */
    uint32_t unit = chip->type->erases[0].size != 0 ? chip->type->erases[0].size : chip->type->size;
    struct sim_range sector = {worn->value[0] & ~(unit - 1), unit};

    for (uint32_t i = sector.start; i < sector.start + sector.length; i++) {
        chip->cells[i] = (uint8_t)(chip->old[i] | ((i & 7) == 0 ? 0xF0 : 0xFF));
    }
    if (worn->value[1] != 0) {
        hang(chip);
    }
}

void sim_chip_start_erase(struct sim_chip *chip, uint64_t now_us, const struct sim_erase *erase,
                          uint32_t address, bool add)
{
    uint32_t size = erase->size != 0 ? erase->size : chip->type->size;
    uint64_t duration = erase->us;
    uint64_t window = size != chip->type->size ? chip->type->window_us : 0;

    if (sim_fault_on(chip->faults, SIM_FAULT_SLOW_ERASE)) {
        duration *= chip->faults->state[SIM_FAULT_SLOW_ERASE].value[0];
    }
    if (!add) {
        chip->range_count = 0;
    }
    if (chip->range_count == SIM_CHIP_ERASE_LIST) {
        return;
    }
    struct sim_range *range = &chip->ranges[chip->range_count++];

    *range = (struct sim_range){address & (chip->type->size - 1) & ~(size - 1), size};
    memcpy(&chip->old[range->start], &chip->cells[range->start], size);
    memset(&chip->cells[range->start], 0xFF, size);
    chip->last_data = 0xFF; /* data polling shows bit 7 as 0 until it is done */
    chip->erases++;
    begin(chip, SIM_OPERATION_ERASE, now_us, window + duration * chip->range_count);
    chip->window_until_us = now_us + window;
    spoil_erase(chip, range);
    sim_chip_changed(chip);
}

void sim_chip_cancel_erase(struct sim_chip *chip)
{
    for (unsigned i = 0; i < chip->range_count; i++) {
        memcpy(&chip->cells[chip->ranges[i].start], &chip->old[chip->ranges[i].start],
               chip->ranges[i].length);
    }
    chip->operation = SIM_OPERATION_NONE;
}

void sim_chip_erase_all(struct sim_chip *chip, uint64_t now_us)
{
    struct sim_erase whole = {0x10, 0, 100000};

    sim_chip_settle(chip, now_us);
    tear(chip);
    sim_chip_start_erase(chip, now_us, &whole, 0, false);
}

bool sim_chip_id_wrong(struct sim_chip *chip, uint64_t now_us, uint8_t wrong[2])
{
    if (chip->id_garbled) {
        wrong[0] = 0x02;
        wrong[1] = 0x1C;
    } else if (now_us < chip->id_ready_us ||
               sim_fault_first(chip->faults, SIM_FAULT_ID_0000_ONCE)) {
        wrong[0] = wrong[1] = 0x00;
    } else if (sim_fault_first(chip->faults, SIM_FAULT_ID_FFFF_ONCE)) {
        wrong[0] = wrong[1] = 0xFF;
    } else {
        return false;
    }
    return true;
}

uint8_t sim_chip_sense(struct sim_chip *chip, uint32_t address)
{
    struct sim_fault_state *flip = &chip->faults->state[SIM_FAULT_VERIFY_FLIP];
    uint8_t value = chip->cells[address];

    chip->reads++;
    if (flip->on && flip->value[1] != 0) {
        struct sim_random chance = {((uint64_t)flip->value[0] << 32) + flip->seen++};

        if (sim_random_below(&chance, flip->value[1]) == 0) {
            value ^= (uint8_t)(1u << sim_random_below(&chance, 8));
        }
    }
    return value;
}
