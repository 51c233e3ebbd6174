/*
 * Cables and who drives them (ATA/ATAPI-6 9.16 and the electrical facts of parallel ATA):
 *
 * - Both positions see every write; only the selected one obeys commands, except EXECUTE DEVICE
 *   DIAGNOSTIC.
 * - A lone device 0 answers for an absent device 1: its own registers, but status 00.
 * - Nobody answers for an absent device 0: the bus floats.
 * - A drive in vendor mode pulls the bus although the other position is selected: both values
 *   meet, a 0 wins.
 */
#include "tests/drive/bench.h"

#include <stdlib.h>
#include <string.h>

#include "tests/drive/bench_parts.h"
#include "tests/drive/drive_parts.h"

struct bench *bench_new(uint64_t seed)
{
    struct bench *bench = calloc(1, sizeof *bench);

    if (bench != NULL) {
        bench->random.state = seed;
        memset(bench->float_value, 0x7F, sizeof bench->float_value);
    }
    return bench;
}

void bench_free(struct bench *bench)
{
    if (bench == NULL) {
        return;
    }
    for (unsigned i = 0; i < BENCH_DEVICES; i++) {
        sim_drive_free(bench->devices[i].drive);
        sim_disk_free(bench->devices[i].disk);
    }
    if (bench->trace_file != NULL) {
        fclose(bench->trace_file);
    }
    free(bench);
}

uint64_t bench_now_us(const struct bench *bench)
{
    return bench->now_us;
}

void bench_advance(struct bench *bench, uint64_t us)
{
    bench->now_us += us;
}

bool bench_loads_page(struct bench *bench)
{
    for (size_t i = 0; i < BENCH_DEVICES; i++) {
        struct drive *drive = bench->devices[i].used ? bench->devices[i].drive : NULL;

        if (drive != NULL && drive->chip != NULL) {
            sim_chip_settle(drive->chip, bench->now_us);
            if (drive->chip->loading) {
                return true;
            }
        }
    }
    return false;
}

bool bench_count_change(void *context)
{
    struct bench *bench = context;

    bench->changes++;
    if (bench->changes == bench->cut_at) {
        bench->cut_now = true;
    }
    return bench->cut_now;
}

bool bench_powered(const struct bench_device *device)
{
    return device->drive != NULL ? device->drive->phase != SIM_PHASE_OFF : device->disk->powered;
}

void bench_power(struct bench *bench, struct bench_device *device, bool on)
{
    if (device->drive != NULL) {
        sim_drive_power(device->drive, bench->now_us, on);
    } else {
        sim_disk_power(device->disk, bench->now_us, on);
    }
    if (!on) {
        bench_flush_device(bench, device);
    }
}

/* When the mains fail everything on the bench goes off at once. */
void bench_check_power(struct bench *bench)
{
    if (!bench->cut_now) {
        return;
    }
    bench->cut_now = false;
    bench->cut_at = 0;
    for (unsigned i = 0; i < BENCH_DEVICES; i++) {
        if (bench->devices[i].used) {
            bench_power(bench, &bench->devices[i], false);
        }
    }
    if (bench->cut != NULL) {
        bench->cut(bench->cut_context);
    }
}

/* The device at a place if it is electrically there. */
static struct bench_device *connected(struct bench_place *place)
{
    struct bench_device *device = place->device;

    return device != NULL && place->plugged && bench_powered(device) ? device : NULL;
}

/* Contacts that still bounce: half of the accesses don't get through. */
static bool contact_lost(struct bench *bench, struct bench_place *place)
{
    if (place->bounces == 0) {
        return false;
    }
    place->bounces--;
    return sim_random_below(&bench->random, 2) == 0;
}

static unsigned device_bit(const struct bench_device *device)
{
    uint8_t value = device->drive != NULL ? device->drive->device : device->disk->device;

    return (value & DEVICE_DEV) != 0 ? 1 : 0;
}

static uint16_t read_device(struct bench *bench, struct bench_device *device, unsigned reg)
{
    return device->drive != NULL ? sim_drive_read(device->drive, bench->now_us, reg)
                                 : sim_disk_read(device->disk, bench->now_us, reg);
}

static bool answers_both(const struct bench_device *device)
{
    return device->drive != NULL &&
           sim_fault_on(&device->drive->faults, SIM_FAULT_SLAVE_ANSWERS_FOR_MASTER);
}

/* Device 0 alone, device 1 selected. */
static uint16_t read_for_absent(struct bench *bench, struct bench_device *master, unsigned reg)
{
    if (reg == REG_STATUS || reg == REG_CONTROL) {
        return 0x00;
    }
    return read_device(bench, master, reg);
}

static uint16_t read_pair(struct bench *bench, struct bench_device *const pair[2], unsigned reg)
{
    unsigned selected = device_bit(pair[1]);
    struct bench_device *other = pair[1 - selected];
    uint16_t value = read_device(bench, pair[selected], reg);

    if (other->drive != NULL && sim_drive_disturbs(other->drive)) {
        value &= sim_drive_read(other->drive, bench->now_us, reg);
    }
    return value;
}

static uint16_t read_cable(struct bench *bench, unsigned channel, unsigned reg)
{
    struct bench_place *places = bench->places[channel];
    uint16_t floating = bench->float_value[channel];
    struct bench_device *pair[2];

    if (reg == REG_DATA) {
        floating = (uint16_t)(floating * 0x0101u);
    }
    for (unsigned i = 0; i < BENCH_POSITIONS; i++) {
        pair[i] = connected(&places[i]);
        if (pair[i] != NULL && places[i].bounces != 0 && contact_lost(bench, &places[i])) {
            return floating;
        }
    }
    if (pair[0] != NULL && pair[1] != NULL) {
        return read_pair(bench, pair, reg);
    }
    if (pair[0] != NULL) {
        return device_bit(pair[0]) == 0 || answers_both(pair[0])
                   ? read_device(bench, pair[0], reg)
                   : read_for_absent(bench, pair[0], reg);
    }
    if (pair[1] != NULL && (device_bit(pair[1]) == 1 || answers_both(pair[1]))) {
        return read_device(bench, pair[1], reg);
    }
    return floating;
}

static void write_cable(struct bench *bench, unsigned channel, unsigned reg, uint16_t value)
{
    for (unsigned i = 0; i < BENCH_POSITIONS; i++) {
        struct bench_place *place = &bench->places[channel][i];
        struct bench_device *device = connected(place);

        if (device == NULL || contact_lost(bench, place)) {
            continue;
        }
        bool selected = device_bit(device) == i || answers_both(device);

        if (device->drive != NULL) {
            sim_drive_write(device->drive, bench->now_us, reg, value, selected);
        } else {
            sim_disk_write(device->disk, bench->now_us, reg, value, selected);
        }
    }
}

static void trace_file(struct bench *bench, unsigned channel, unsigned reg, char kind,
                       uint16_t value)
{
    fprintf(bench->trace_file, "%llu %u %c%u %0*X\n", (unsigned long long)bench->now_us, channel,
            kind, reg, reg == REG_DATA ? 4 : 2, (unsigned)value);
}

uint16_t bench_read(struct bench *bench, unsigned channel, unsigned reg)
{
    bench->accesses++;
    if (channel >= BENCH_CHANNELS || reg > BENCH_REG_ALT_STATUS) {
        return 0xFF;
    }
    uint16_t value = read_cable(bench, channel, reg);

    if (bench->cut_now) {
        bench_check_power(bench);
        value = read_cable(bench, channel, reg);
    }
    if (bench->trace_file != NULL) {
        trace_file(bench, channel, reg, 'r', value);
    }
    return value;
}

void bench_write(struct bench *bench, unsigned channel, unsigned reg, uint16_t value)
{
    bench->accesses++;
    if (channel >= BENCH_CHANNELS || reg > BENCH_REG_ALT_STATUS) {
        return;
    }
    if (bench->trace != NULL) {
        bench->trace(bench->trace_context, bench->now_us, channel, reg, true, value);
    }
    if (bench->trace_file != NULL) {
        trace_file(bench, channel, reg, 'w', value);
    }
    write_cable(bench, channel, reg, value);
    bench_check_power(bench);
}

void bench_hard_reset(struct bench *bench)
{
    for (unsigned channel = 0; channel < BENCH_CHANNELS; channel++) {
        for (unsigned i = 0; i < BENCH_POSITIONS; i++) {
            struct bench_device *device = connected(&bench->places[channel][i]);

            if (device == NULL) {
                continue;
            }
            if (device->drive != NULL) {
                sim_drive_hard_reset(device->drive, bench->now_us);
            } else {
                sim_disk_reset(device->disk, bench->now_us);
            }
        }
    }
}

struct drive *bench_drive(struct bench *bench, unsigned channel, unsigned position)
{
    if (channel >= BENCH_CHANNELS || position >= BENCH_POSITIONS ||
        bench->places[channel][position].device == NULL) {
        return NULL;
    }
    return bench->places[channel][position].device->drive;
}

const uint8_t *bench_flash(struct bench *bench, unsigned channel, unsigned position, size_t *size)
{
    struct drive *drive = bench_drive(bench, channel, position);

    if (drive == NULL) {
        return NULL;
    }
    sim_chip_settle(drive->chip, bench->now_us);
    *size = drive->chip->type->size;
    return drive->chip->cells;
}

struct disk *bench_disk(struct bench *bench, unsigned channel, unsigned position)
{
    if (channel >= BENCH_CHANNELS || position >= BENCH_POSITIONS ||
        bench->places[channel][position].device == NULL) {
        return NULL;
    }
    return bench->places[channel][position].device->disk;
}

void bench_set_trace(struct bench *bench, bench_trace_fn *trace, void *context)
{
    bench->trace = trace;
    bench->trace_context = context;
}

uint64_t bench_accesses(const struct bench *bench)
{
    return bench->accesses;
}

uint64_t bench_flash_changes(const struct bench *bench)
{
    return bench->changes;
}

void bench_set_power_cut(struct bench *bench, uint64_t access, bench_cut_fn *cut, void *context)
{
    bench->cut_at = access;
    bench->cut = cut;
    bench->cut_context = context;
}
