/*
 * Cables and who drives them (ATA/ATAPI-6 9.1, 9.16 and the electrical facts of parallel ATA):
 *
 * - Both positions see every write; only the selected one obeys commands, except EXECUTE DEVICE
 *   DIAGNOSTIC.
 * - A device 0 that saw no device 1 at its last power-on or RESET- answers for it: its own
 *   registers, but status 00. A slave that is plugged later is talked over until the next RESET-.
 *   It is the firmware that remembers: a drive whose firmware does not run answers as long as
 *   nobody else is there.
 * - Nobody answers for an absent device 0: the bus floats.
 * - A drive in vendor mode pulls the bus although the other position is selected.
 * - Where several drive the bus, a 0 wins. That is a model: outputs that fight settle somewhere in
 *   between.
 * - A connector the wrong way round meets pin n with pin 41-n: the drive's RESET- (1) with the
 *   host's ground (40), and the drive's grounds 2, 19, 22, 24, 26, 30, 40 with the host's DASP-,
 *   two grounds, DD0 (17), DD1 (15), DD3 (11) and RESET- (1). So RESET- is active for everybody on
 *   the cable and the floating bus reads with bits 0, 1 and 3 low.
 */
#include "tests/drive/bench_parts.h"
#include "tests/drive/drive_parts.h"

enum { LISTEN_US = 450000, BOUNCE_SHORTEST_US = 20, BOUNCE_LONGEST_US = 3000 };
enum { REVERSED_GROUNDED = 0x0B };

void bench_cable_moved(struct bench *bench)
{
    for (unsigned channel = 0; channel < BENCH_CHANNELS; channel++) {
        bench->lineup[channel].known = false;
    }
}

/* The address of a device: its jumper, or its connector. */
static unsigned address(const struct bench_device *device, unsigned position)
{
    return device->jumper == BENCH_JUMPER_CABLE ? position : device->jumper - BENCH_JUMPER_MASTER;
}

static void line_up(struct bench *bench, unsigned channel)
{
    struct bench_lineup *lineup = &bench->lineup[channel];
    const struct bench_place *places = bench->places[channel];

    *lineup = (struct bench_lineup){.known = true};
    for (unsigned i = 0; i < BENCH_POSITIONS; i++) {
        lineup->reversed = lineup->reversed ||
                           (places[i].device != NULL && places[i].plugged && places[i].reversed);
    }
    for (unsigned i = 0; i < BENCH_POSITIONS; i++) {
        struct bench_device *device = places[i].device;
        bool there = device != NULL && places[i].plugged && bench_powered(device);

        if (there && !bench->isolated[channel] && !lineup->reversed) {
            lineup->devices[i] = device;
            lineup->address[i] = address(device, i);
            lineup->taken[lineup->address[i]] = true;
        }
    }
}

const struct bench_lineup *bench_cable_lineup(struct bench *bench, unsigned channel)
{
    if (!bench->lineup[channel].known) {
        line_up(bench, channel);
    }
    return &bench->lineup[channel];
}

void bench_cable_listen(struct bench *bench, struct bench_device *device)
{
    device->listens_until_us = bench->now_us + LISTEN_US;
    device->sees_slave = false;
}

void bench_cable_look(struct bench *bench)
{
    for (unsigned channel = 0; channel < BENCH_CHANNELS; channel++) {
        const struct bench_lineup *lineup = bench_cable_lineup(bench, channel);

        for (unsigned i = 0; i < BENCH_POSITIONS && lineup->taken[1]; i++) {
            struct bench_device *device = lineup->devices[i];

            if (device != NULL && bench->now_us <= device->listens_until_us) {
                device->sees_slave = true;
            }
        }
    }
}

void bench_cable_bounce(struct bench *bench, struct bench_place *place, uint32_t accesses,
                        uint64_t us)
{
    place->contact = (struct bench_contact){
        .accesses = accesses, .until_us = bench->now_us + us, .next_us = bench->now_us};
}

/* How the pins of a place touch now. */
static enum bench_touch touch(struct bench *bench, struct bench_contact *contact)
{
    if (contact->accesses != 0) {
        contact->accesses--;
        return sim_random_below(&bench->random, 2) == 0 ? BENCH_TOUCH_OPEN : BENCH_TOUCH_MADE;
    }
    if (bench->now_us >= contact->until_us) {
        return BENCH_TOUCH_MADE;
    }
    while (contact->next_us <= bench->now_us) {
        contact->touch = (enum bench_touch)sim_random_below(&bench->random, 3);
        contact->line = (uint8_t)sim_random_below(&bench->random, 8);
        contact->next_us +=
            BOUNCE_SHORTEST_US +
            sim_random_below(&bench->random, BOUNCE_LONGEST_US - BOUNCE_SHORTEST_US);
    }
    return contact->touch;
}

static unsigned selected_bit(const struct bench_device *device)
{
    uint8_t value = device->drive != NULL ? device->drive->device : device->disk->device;

    return (value & DEVICE_DEV) != 0 ? 1 : 0;
}

static uint16_t read_device(struct bench *bench, struct bench_device *device, unsigned reg)
{
    return device->drive != NULL ? sim_drive_read(device->drive, bench->now_us, reg)
                                 : sim_disk_read(device->disk, bench->now_us, reg);
}

/* Whether the device at a connector takes itself for the selected one. */
static bool selected(const struct bench_lineup *lineup, unsigned position)
{
    const struct bench_device *device = lineup->devices[position];
    unsigned own = lineup->address[position];

    if (selected_bit(device) == own) {
        return true;
    }
    return device->drive != NULL && !lineup->taken[1 - own] &&
           sim_drive_answers_both(device->drive);
}

/* Whether it answers for an absent device 1. */
static bool answers_for_absent(const struct bench_lineup *lineup, unsigned position)
{
    const struct bench_device *device = lineup->devices[position];
    bool remembers = device->drive == NULL || sim_drive_runs(device->drive);

    return lineup->address[position] == 0 && !(remembers ? device->sees_slave : lineup->taken[1]);
}

/* What it puts on the bus. False: nothing. */
static bool device_drives(struct bench *bench, const struct bench_lineup *lineup, unsigned position,
                          unsigned reg, uint16_t *value)
{
    struct bench_device *device = lineup->devices[position];

    if (!selected(lineup, position)) {
        bool for_absent = answers_for_absent(lineup, position);
        bool disturbs = device->drive != NULL && sim_drive_disturbs(device->drive) &&
                        lineup->taken[1 - lineup->address[position]];

        if (for_absent && (reg == REG_STATUS || reg == REG_CONTROL)) {
            *value = 0x00;
            return true;
        }
        if (!for_absent && !disturbs) {
            return false;
        }
    }
    *value = read_device(bench, device, reg);
    return true;
}

/* What nobody drives: 16 bits wide for the data register. */
static uint16_t undriven(struct bench *bench, unsigned channel, unsigned reg)
{
    uint16_t value = (uint16_t)(bench->float_value[channel] * 0x0101u);

    if (bench->floating[channel] == BENCH_FLOATS_ECHO) {
        value = bench->held[channel];
    } else if (bench->floating[channel] == BENCH_FLOATS_NOISE) {
        value = (uint16_t)sim_random_next(&bench->random);
    }
    if (bench_cable_lineup(bench, channel)->reversed) {
        value &= (uint16_t)~REVERSED_GROUNDED;
    }
    return reg == REG_DATA ? value : value & 0xFF;
}

uint16_t bench_cable_read(struct bench *bench, unsigned channel, unsigned reg)
{
    const struct bench_lineup *lineup = bench_cable_lineup(bench, channel);
    uint16_t floating = undriven(bench, channel, reg), all = 0xFFFF;
    bool driven = false;

    for (unsigned i = 0; i < BENCH_POSITIONS; i++) {
        struct bench_contact *contact = &bench->places[channel][i].contact;
        enum bench_touch pins =
            lineup->devices[i] != NULL ? touch(bench, contact) : BENCH_TOUCH_OPEN;
        uint16_t value;

        if (pins == BENCH_TOUCH_OPEN || !device_drives(bench, lineup, i, reg, &value)) {
            continue;
        }
        if (pins == BENCH_TOUCH_ONE_SHORT) {
            uint16_t line = (uint16_t)(1u << contact->line);

            value = (uint16_t)((value & ~line) | (floating & line));
        }
        all &= value;
        driven = true;
    }
    return driven ? all : floating;
}

void bench_cable_write(struct bench *bench, unsigned channel, unsigned reg, uint16_t value)
{
    const struct bench_lineup *lineup = bench_cable_lineup(bench, channel);

    bench->held[channel] =
        reg == REG_DATA ? value : (uint16_t)((bench->held[channel] & 0xFF00) | (value & 0xFF));
    for (unsigned i = 0; i < BENCH_POSITIONS; i++) {
        struct bench_device *device = lineup->devices[i];
        struct bench_contact *contact = &bench->places[channel][i].contact;
        enum bench_touch pins = device != NULL ? touch(bench, contact) : BENCH_TOUCH_OPEN;
        uint16_t arriving = value;

        if (pins == BENCH_TOUCH_OPEN) {
            continue;
        }
        if (pins == BENCH_TOUCH_ONE_SHORT) { /* an open input reads as 1 */
            arriving |= (uint16_t)(1u << contact->line);
        }
        bool meant = selected(lineup, i);

        if (device->drive != NULL) {
            sim_drive_write(device->drive, bench->now_us, reg, arriving, meant);
        } else {
            sim_disk_write(device->disk, bench->now_us, reg, arriving, meant);
        }
    }
}
