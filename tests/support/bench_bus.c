#include "tests/support/bench_bus.h"

#include <string.h>

static void pass(struct bench_bus *bus, uint64_t us)
{
    bench_advance(bus->bench, us);
    if (bus->hands != NULL) {
        bus->hands(bus->hands_context);
    }
}

static void access(struct bench_bus *bus)
{
    bus->accesses++;
    pass(bus, bus->access_us);
}

static uint8_t bus_read(void *context, enum ata_reg reg)
{
    struct bench_bus *bus = context;

    access(bus);
    return (uint8_t)bench_read(bus->bench, bus->channel, reg);
}

static void bus_write(void *context, enum ata_reg reg, uint8_t value)
{
    struct bench_bus *bus = context;

    access(bus);
    bench_write(bus->bench, bus->channel, reg, value);
}

static void bus_read_data(void *context, uint16_t *words, size_t count)
{
    struct bench_bus *bus = context;

    for (size_t i = 0; i < count; i++) {
        access(bus);
        words[i] = bench_read(bus->bench, bus->channel, BENCH_REG_DATA);
    }
}

static void bus_write_data(void *context, const uint16_t *words, size_t count)
{
    struct bench_bus *bus = context;

    for (size_t i = 0; i < count; i++) {
        access(bus);
        bench_write(bus->bench, bus->channel, BENCH_REG_DATA, words[i]);
    }
}

static uint64_t bus_now_us(void *context)
{
    struct bench_bus *bus = context;

    return bench_now_us(bus->bench);
}

static void bus_wait_us(void *context, uint32_t us)
{
    struct bench_bus *bus = context;

    pass(bus, us);
}

const struct ata_bus_ops bench_bus_ops = {
    .read = bus_read,
    .write = bus_write,
    .read_data = bus_read_data,
    .write_data = bus_write_data,
    .now_us = bus_now_us,
    .wait_us = bus_wait_us,
};

void bench_bus_open(struct bench_bus *bus, struct bench *bench, unsigned channel)
{
    *bus = (struct bench_bus){.bench = bench, .channel = channel, .access_us = 1};
}

void bench_bus_device(struct bench_bus *bus, unsigned position, struct ata_device *device)
{
    memset(device, 0, sizeof *device);
    device->ops = &bench_bus_ops;
    device->bus = bus;
    device->select = position == 0 ? ATA_DEVICE_MASTER : ATA_DEVICE_SLAVE;
}
