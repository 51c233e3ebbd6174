#include "tests/drive/bench.h"

#include <stdlib.h>
#include <string.h>

#include "tests/drive/bench_parts.h"

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
    uint64_t end = bench->now_us + us;

    bench_queue_run(bench, end);
    bench->now_us = end;
}

void bench_isolate(struct bench *bench, unsigned channel, bool isolated)
{
    bench->isolated[channel] = isolated;
    bench_cable_moved(bench);
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
    bool was_on = bench_powered(device);

    if (device->drive != NULL) {
        sim_drive_power(device->drive, bench->now_us, on);
    } else {
        sim_disk_power(device->disk, bench->now_us, on);
    }
    bench_cable_moved(bench);
    if (on && !was_on) {
        bench_cable_listen(bench, device);
    } else if (!on) {
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

static void trace_file(struct bench *bench, unsigned channel, unsigned reg, char kind,
                       uint16_t value)
{
    fprintf(bench->trace_file, "%llu %u %c%u %0*X\n", (unsigned long long)bench->now_us, channel,
            kind, reg, reg == BENCH_REG_DATA ? 4 : 2, (unsigned)value);
}

uint16_t bench_read(struct bench *bench, unsigned channel, unsigned reg)
{
    bench->accesses++;
    if (channel >= BENCH_CHANNELS || reg > BENCH_REG_ALT_STATUS) {
        return 0xFF;
    }
    uint16_t value = bench_cable_read(bench, channel, reg);

    if (bench->cut_now) {
        bench_check_power(bench);
        value = bench_cable_read(bench, channel, reg);
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
    bench_cable_write(bench, channel, reg, value);
    bench_check_power(bench);
}

void bench_cable_reset(struct bench *bench, unsigned channel)
{
    for (unsigned i = 0; i < BENCH_POSITIONS; i++) {
        struct bench_device *device = bench_cable_lineup(bench, channel)->devices[i];

        if (device == NULL) {
            continue;
        }
        if (device->drive != NULL) {
            sim_drive_hard_reset(device->drive, bench->now_us);
        } else {
            sim_disk_hard_reset(device->disk, bench->now_us);
        }
        bench_cable_listen(bench, device);
    }
    bench_cable_look(bench);
}

void bench_hard_reset(struct bench *bench)
{
    for (unsigned channel = 0; channel < BENCH_CHANNELS; channel++) {
        bench_cable_reset(bench, channel);
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
