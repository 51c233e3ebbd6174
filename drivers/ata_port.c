#include "drivers/ata_port.h"

static uint16_t address(const struct ata_port_bus *bus, enum ata_reg reg)
{
    if (reg == ATA_REG_ALT_STATUS) /* the same place for ATA_REG_DEVICE_CONTROL */
        return bus->control_base;
    return (uint16_t)(bus->command_base + reg);
}

static uint8_t port_read(void *context, enum ata_reg reg)
{
    struct ata_port_bus *bus = context;
    const struct ports *ports = bus->platform->ports;

    return ports->in8(ports->context, address(bus, reg));
}

static void port_write(void *context, enum ata_reg reg, uint8_t value)
{
    struct ata_port_bus *bus = context;
    const struct ports *ports = bus->platform->ports;

    ports->out8(ports->context, address(bus, reg), value);
}

/* 16-bit accesses only: 32-bit PIO is broken on several controllers (PROTOCOL.md, "Data port"). */
static void port_read_data(void *context, uint16_t *words, size_t count)
{
    struct ata_port_bus *bus = context;
    const struct ports *ports = bus->platform->ports;

    ports->in16_block(ports->context, bus->command_base, words, count);
}

static void port_write_data(void *context, const uint16_t *words, size_t count)
{
    struct ata_port_bus *bus = context;
    const struct ports *ports = bus->platform->ports;

    ports->out16_block(ports->context, bus->command_base, words, count);
}

static uint64_t port_now_us(void *context)
{
    struct platform *platform = ((struct ata_port_bus *)context)->platform;

    return platform->now_us(platform->context);
}

static void port_wait_us(void *context, uint32_t us)
{
    struct platform *platform = ((struct ata_port_bus *)context)->platform;

    platform->wait_us(platform->context, us);
}

const struct ata_bus_ops ata_port_ops = {
    .read = port_read,
    .write = port_write,
    .read_data = port_read_data,
    .write_data = port_write_data,
    .now_us = port_now_us,
    .wait_us = port_wait_us,
};

void ata_port_bind(struct ide_found *found, struct ata_port_bus buses[IDE_CHANNELS],
                   struct platform *platform)
{
    for (unsigned i = 0; i < found->channel_count; i++) {
        struct ide_channel *channel = &found->channels[i];

        buses[i] = (struct ata_port_bus){.platform = platform,
                                         .command_base = channel->command_base,
                                         .control_base = channel->control_base};
        channel->ops = &ata_port_ops;
        channel->bus = &buses[i];
    }
}
