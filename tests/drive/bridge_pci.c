#include "tests/drive/bridge_pci.h"

#include <string.h>

enum {
    CONFIG_VENDOR = 0x00,
    CONFIG_DEVICE = 0x02,
    CONFIG_COMMAND = 0x04,
    CONFIG_REVISION = 0x08,
    CONFIG_PROGRAMMING_INTERFACE = 0x09,
    CONFIG_SUBCLASS = 0x0A,
    CONFIG_CLASS = 0x0B,
    CONFIG_BASE_ADDRESS = 0x10,
    CONFIG_INTERRUPT_LINE = 0x3C,
    CONFIG_INTERRUPT_PIN = 0x3D
};

enum { COMMAND_IO = 0x01 };
enum { CLASS_STORAGE = 0x01, SUBCLASS_IDE = 0x01, SUBCLASS_OTHER = 0x80 };
enum { COMMAND_BLOCK_SIZE = 8, CONTROL_BLOCK_SIZE = 4, CONTROL_BLOCK_ALT_STATUS = 2 };
enum { BASE_ADDRESSES = 4 };
enum { CHANNEL_FLAGS = 0x70 }; /* of prog-if, where a chipset has them */

/* An id that no real controller has, so that no operating system applies a quirk to it. */
enum { VENDOR_ID = 0x1234, DEVICE_ID = 0x01DE };

static void put(uint8_t *bytes, uint32_t value, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        bytes[i] = (uint8_t)(value >> (8 * i));
}

static unsigned base_register(unsigned index)
{
    return CONFIG_BASE_ADDRESS + 4 * index;
}

/* The class code depends on the mode and, in disguised native mode, on the command register. */
static void update_class(struct bridge_pci *pci)
{
    bool decoding = pci->config[CONFIG_COMMAND] & COMMAND_IO;
    bool ide = pci->mode != BRIDGE_NATIVE || decoding;
    pci->config[CONFIG_CLASS] = CLASS_STORAGE;
    pci->config[CONFIG_SUBCLASS] = ide ? SUBCLASS_IDE : SUBCLASS_OTHER;
    pci->config[CONFIG_PROGRAMMING_INTERFACE] &= CHANNEL_FLAGS;
    pci->config[CONFIG_PROGRAMMING_INTERFACE] |=
        pci->mode == BRIDGE_COMPATIBLE ? 0x8A : (ide ? 0x8F : 0x00);
}

static enum sim_channel_state channel_state(const struct bridge_pci *pci, unsigned channel)
{
    return pci->chipset ? sim_chipset_state(pci->chipset, pci->config, channel) : SIM_CHANNEL_ON;
}

/* After every change of the configuration space. */
static void apply(struct bridge_pci *pci)
{
    update_class(pci);
    for (unsigned channel = 0; channel < BENCH_CHANNELS; channel++)
        bench_isolate(pci->bench, channel, channel_state(pci, channel) == SIM_CHANNEL_FLOATING);
}

static void reset_config(struct bridge_pci *pci)
{
    memset(pci->config, 0, sizeof pci->config);
    put(pci->config + CONFIG_VENDOR, VENDOR_ID, 2);
    put(pci->config + CONFIG_DEVICE, DEVICE_ID, 2);
    pci->config[CONFIG_REVISION] = 1;
    pci->config[CONFIG_INTERRUPT_PIN] = 1;
    for (unsigned i = 0; i < BASE_ADDRESSES; i++)
        if (pci->channel[i / 2])
            pci->config[base_register(i)] = 1; /* I/O space */
    if (pci->chipset_words)
        pci->chipset = sim_chipset_setup(pci->chipset_words, pci->config, pci->writable);
    apply(pci);
}

bool bridge_pci_open(struct bridge_pci *pci, struct bench *bench, enum bridge_mode mode,
                     bool primary, bool secondary, const char *chipset)
{
    memset(pci, 0, sizeof *pci);
    pci->bench = bench;
    pci->chipset_words = chipset;
    pci->mode = mode;
    pci->channel[0] = primary;
    pci->channel[1] = secondary;
    put(pci->writable + CONFIG_COMMAND, 0x0407, 2);
    pci->writable[CONFIG_INTERRUPT_LINE] = 0xFF;
    for (unsigned i = 0; i < BASE_ADDRESSES; i++) {
        uint32_t size = i % 2 ? CONTROL_BLOCK_SIZE : COMMAND_BLOCK_SIZE;
        if (pci->channel[i / 2])
            put(pci->writable + base_register(i), ~(size - 1), 4);
    }
    reset_config(pci);
    return !chipset || pci->chipset;
}

void bridge_pci_reset(struct bridge_pci *pci)
{
    reset_config(pci);
    bench_hard_reset(pci->bench);
}

uint32_t bridge_pci_config_read(const struct bridge_pci *pci, uint32_t address, uint32_t size)
{
    uint32_t value = 0;
    for (uint32_t i = 0; i < size; i++)
        value |= (uint32_t)pci->config[address + i] << (8 * i);
    return value;
}

void bridge_pci_config_write(struct bridge_pci *pci, uint32_t address, uint32_t size,
                             uint32_t value)
{
    if (pci->chipset)
        sim_chipset_unlock(pci->chipset, pci->config, pci->writable);
    for (uint32_t i = 0; i < size; i++) {
        uint8_t mask = pci->writable[address + i];
        uint8_t *byte = &pci->config[address + i];
        *byte = (uint8_t)((*byte & ~mask) | ((uint8_t)(value >> (8 * i)) & mask));
    }
    apply(pci);
}

void bridge_pci_config_set(struct bridge_pci *pci, uint8_t address, uint8_t value)
{
    pci->config[address] = value;
    apply(pci);
}

/* Finds whose register a port is; returns false when it is nobody's. */
static bool decode(const struct bridge_pci *pci, uint64_t port, unsigned *channel, unsigned *reg)
{
    for (unsigned i = 0; i < BASE_ADDRESSES; i++) {
        uint32_t base = bridge_pci_config_read(pci, base_register(i), 4) & ~3u;
        uint32_t size = i % 2 ? CONTROL_BLOCK_SIZE : COMMAND_BLOCK_SIZE;
        if (!base || port < base || port - base >= size)
            continue;
        uint32_t offset = (uint32_t)(port - base);
        *channel = i / 2;
        *reg = i % 2 ? BENCH_REG_ALT_STATUS : offset;
        return (i % 2 == 0 || offset == CONTROL_BLOCK_ALT_STATUS) &&
               channel_state(pci, i / 2) != SIM_CHANNEL_OFF;
    }
    return false;
}

uint64_t bridge_pci_port_read(struct bridge_pci *pci, uint64_t port, uint32_t size)
{
    unsigned channel, reg;
    uint64_t value = 0;
    if (size > 1 && decode(pci, port, &channel, &reg) && reg == BENCH_REG_DATA) {
        for (uint32_t i = 0; i < size; i += 2, pci->reads++)
            value |= (uint64_t)bench_read(pci->bench, channel, reg) << (8 * i);
        return value;
    }
    for (uint32_t i = 0; i < size; i++) {
        uint8_t byte = 0xFF;
        if (decode(pci, port + i, &channel, &reg)) {
            byte = (uint8_t)bench_read(pci->bench, channel, reg);
            pci->reads++;
        }
        value |= (uint64_t)byte << (8 * i);
    }
    return value;
}

void bridge_pci_port_write(struct bridge_pci *pci, uint64_t port, uint32_t size, uint64_t value)
{
    unsigned channel, reg;
    if (size > 1 && decode(pci, port, &channel, &reg) && reg == BENCH_REG_DATA) {
        for (uint32_t i = 0; i < size; i += 2, pci->writes++)
            bench_write(pci->bench, channel, reg, (uint16_t)(value >> (8 * i)));
        return;
    }
    for (uint32_t i = 0; i < size; i++) {
        if (!decode(pci, port + i, &channel, &reg))
            continue;
        bench_write(pci->bench, channel, reg, (uint8_t)(value >> (8 * i)));
        pci->writes++;
    }
}
