#include "tests/support/sim_ports.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CONFIG_ADDRESS = 0xCF8, CONFIG_DATA = 0xCFC };

/* A port that belongs to a cable. */
struct target {
    int cable;
    unsigned reg;
};

static uint32_t config32(const struct sim_pci_function *function, unsigned offset)
{
    return function->config[offset] | (uint32_t)function->config[offset + 1] << 8 |
           (uint32_t)function->config[offset + 2] << 16 |
           (uint32_t)function->config[offset + 3] << 24;
}

/* The base in an I/O BAR, 0 when it has none. */
static unsigned bar_base(const struct sim_pci_function *function, unsigned index)
{
    uint32_t bar = config32(function, 0x10 + 4 * index);

    return (bar & 1) != 0 ? bar & 0xFFFC : 0;
}

static bool in_blocks(unsigned port, unsigned command, unsigned control, struct target *target)
{
    if (command != 0 && port >= command && port < command + 8) {
        target->reg = port - command;
        return true;
    }
    if (control != 0 && port == control) {
        target->reg = BENCH_REG_ALT_STATUS;
        return true;
    }
    return false;
}

static bool channel_decodes(const struct sim_pci_function *function, unsigned channel,
                            unsigned port, struct target *target)
{
    const struct sim_gate *gate = &function->gate[channel];
    unsigned command, control;
    bool native = (function->config[0x09] & (channel == 0 ? 1 : 4)) != 0;

    if ((function->config[gate->offset] & gate->mask) != gate->on)
        return false;
    if (function->chipset != NULL && channel < SIM_CHIPSET_CHANNELS &&
        sim_chipset_state(function->chipset, function->config, channel) == SIM_CHANNEL_OFF)
        return false;
    if (function->kind == SIM_VT6421) {
        command = bar_base(function, channel);
        control = command != 0 ? command + 0x0A : 0;
    } else if (channel > 1) {
        return false;
    } else if (native) {
        command = bar_base(function, 2 * channel);
        control = bar_base(function, 2 * channel + 1);
        control = control != 0 ? control + 2 : 0;
    } else {
        command = channel == 0 ? 0x1F0 : 0x170;
        control = command + 0x206;
    }
    return in_blocks(port, command, control, target);
}

/* Which cable answers at `port`; false: none. */
static bool find_cable(const struct sim_ports *sim, unsigned port, struct target *target)
{
    for (unsigned i = 0; i < sim->function_count; i++) {
        const struct sim_pci_function *function = &sim->functions[i];

        if (function->kind == SIM_NOT_IDE || (function->config[0x04] & 1) == 0)
            continue;
        for (unsigned channel = 0; channel < SIM_PCI_CHANNELS; channel++) {
            target->cable = function->cable[channel];
            if (target->cable != SIM_NO_CABLE && channel_decodes(function, channel, port, target))
                return true;
        }
    }
    for (int channel = 0; sim->isa_cables && channel < BENCH_CHANNELS; channel++) {
        unsigned command = channel == 0 ? 0x1F0 : 0x170;

        target->cable = channel;
        if (in_blocks(port, command, command + 0x206, target))
            return true;
    }
    return false;
}

/* The bus-master register at `port`, NULL when it is none. */
static uint8_t *bus_master(struct sim_ports *sim, unsigned port)
{
    for (unsigned i = 0; i < sim->function_count; i++) {
        struct sim_pci_function *function = &sim->functions[i];
        unsigned base = bar_base(function, 4);

        if (function->kind != SIM_NOT_IDE && (function->config[0x04] & 1) != 0 && base != 0 &&
            port >= base && port < base + sizeof function->bus_master)
            return &function->bus_master[port - base];
    }
    return NULL;
}

static struct sim_pci_function *addressed(struct sim_ports *sim)
{
    for (unsigned i = 0; i < sim->function_count; i++) {
        struct sim_pci_function *function = &sim->functions[i];
        uint32_t place = (uint32_t)function->bus << 16 | (uint32_t)function->device << 11 |
                         (uint32_t)function->function << 8;

        if ((sim->address & 0x80FFFF00u) == (0x80000000u | place))
            return function;
    }
    return NULL;
}

static bool is_config_data(const struct sim_ports *sim, unsigned port)
{
    return sim->pci && port >= CONFIG_DATA && port < CONFIG_DATA + 4;
}

static uint8_t read_byte(struct sim_ports *sim, unsigned port)
{
    struct target target;
    uint8_t *master = bus_master(sim, port);

    if (is_config_data(sim, port)) {
        struct sim_pci_function *function = addressed(sim);

        return function == NULL ? 0xFF : function->config[(sim->address & 0xFC) + (port & 3)];
    }
    if (find_cable(sim, port, &target)) {
        sim->status_reads[target.cable] += target.reg >= BENCH_REG_STATUS;
        return (uint8_t)bench_read(sim->bench, (unsigned)target.cable, target.reg);
    }
    return master != NULL ? *master : 0xFF;
}

/* Pins that float after a change of the configuration space. */
static void apply_chipset(struct sim_ports *sim, const struct sim_pci_function *function)
{
    for (unsigned channel = 0; channel < SIM_CHIPSET_CHANNELS; channel++)
        if (function->chipset != NULL && function->cable[channel] != SIM_NO_CABLE)
            bench_isolate(sim->bench, (unsigned)function->cable[channel],
                          sim_chipset_state(function->chipset, function->config, channel) ==
                              SIM_CHANNEL_FLOATING);
}

static void write_config(struct sim_ports *sim, struct sim_pci_function *function, unsigned offset,
                         uint8_t value)
{
    if (function->chipset != NULL)
        sim_chipset_unlock(function->chipset, function->config, function->writable);
    function->config[offset] = (uint8_t)((function->config[offset] & ~function->writable[offset]) |
                                         (value & function->writable[offset]));
    apply_chipset(sim, function);
}

static void write_byte(struct sim_ports *sim, unsigned port, uint8_t value)
{
    struct target target;
    uint8_t *master = bus_master(sim, port);

    if (is_config_data(sim, port)) {
        struct sim_pci_function *function = addressed(sim);
        unsigned offset = (sim->address & 0xFC) + (port & 3);

        sim->config_writes++;
        if (function != NULL)
            write_config(sim, function, offset, value);
    } else if (find_cable(sim, port, &target)) {
        bench_write(sim->bench, (unsigned)target.cable, target.reg, value);
    } else if (master != NULL && (port & 3) == 2) {
        *master = (uint8_t)((*master & ~(value & 6) & ~0x60) | (value & 0x60));
    } else if (master != NULL) {
        *master = value;
    }
}

static struct sim_ports *access(void *context)
{
    struct sim_ports *sim = context;

    sim->accesses++;
    bench_advance(sim->bench, sim->access_us);
    return sim;
}

static uint8_t ports_in8(void *context, uint16_t port)
{
    return read_byte(access(context), port);
}

static uint16_t ports_in16(void *context, uint16_t port)
{
    struct sim_ports *sim = access(context);
    struct target target;

    if (find_cable(sim, port, &target) && target.reg == BENCH_REG_DATA)
        return bench_read(sim->bench, (unsigned)target.cable, BENCH_REG_DATA);
    return (uint16_t)(read_byte(sim, port) | read_byte(sim, port + 1u) << 8);
}

static uint32_t ports_in32(void *context, uint16_t port)
{
    struct sim_ports *sim = access(context);
    uint32_t value = 0;

    if (sim->pci && port == CONFIG_ADDRESS)
        return sim->address;
    for (unsigned i = 0; i < 4; i++)
        value |= (uint32_t)read_byte(sim, port + i) << (8 * i);
    return value;
}

static void ports_out8(void *context, uint16_t port, uint8_t value)
{
    write_byte(access(context), port, value);
}

static void ports_out16(void *context, uint16_t port, uint16_t value)
{
    struct sim_ports *sim = access(context);
    struct target target;

    if (find_cable(sim, port, &target) && target.reg == BENCH_REG_DATA) {
        bench_write(sim->bench, (unsigned)target.cable, BENCH_REG_DATA, value);
        return;
    }
    write_byte(sim, port, (uint8_t)value);
    write_byte(sim, port + 1u, (uint8_t)(value >> 8));
}

static void ports_out32(void *context, uint16_t port, uint32_t value)
{
    struct sim_ports *sim = access(context);

    if (sim->pci && port == CONFIG_ADDRESS) {
        sim->address = value;
        return;
    }
    for (unsigned i = 0; i < 4; i++)
        write_byte(sim, port + i, (uint8_t)(value >> (8 * i)));
}

static void ports_in16_block(void *context, uint16_t port, uint16_t *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        words[i] = ports_in16(context, port);
}

static void ports_out16_block(void *context, uint16_t port, const uint16_t *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ports_out16(context, port, words[i]);
}

void sim_ports_open(struct sim_ports *sim, struct bench *bench)
{
    memset(sim, 0, sizeof *sim);
    sim->bench = bench;
    sim->access_us = 1;
    sim->isa_cables = true;
    sim->ports = (struct ports){.context = sim,
                                .in8 = ports_in8,
                                .in16 = ports_in16,
                                .in32 = ports_in32,
                                .out8 = ports_out8,
                                .out16 = ports_out16,
                                .out32 = ports_out32,
                                .in16_block = ports_in16_block,
                                .out16_block = ports_out16_block};
}

void sim_ports_config(struct sim_pci_function *function, uint8_t offset, unsigned size,
                      uint32_t value)
{
    for (unsigned i = 0; i < size && offset + i < sizeof function->config; i++)
        function->config[offset + i] = (uint8_t)(value >> (8 * i));
}

void sim_ports_gate(struct sim_pci_function *function, unsigned channel, struct sim_gate gate,
                    uint8_t now)
{
    function->gate[channel] = gate;
    function->writable[gate.offset] |= gate.mask;
    function->config[gate.offset] =
        (uint8_t)((function->config[gate.offset] & ~gate.mask) | (now & gate.mask));
}

struct sim_pci_function *sim_ports_add(struct sim_ports *sim, uint8_t bus, uint8_t device,
                                       uint8_t function, uint32_t ids, uint32_t class)
{
    struct sim_pci_function *added = &sim->functions[sim->function_count];

    if (sim->function_count == SIM_PCI_FUNCTIONS) {
        fprintf(stderr, "sim_ports: no room for another PCI function\n");
        exit(EXIT_FAILURE);
    }
    sim->function_count++;
    sim->pci = true;
    sim->isa_cables = false;
    memset(added, 0, sizeof *added);
    added->bus = bus;
    added->device = device;
    added->function = function;
    sim_ports_config(added, 0x00, 2, ids >> 16);
    sim_ports_config(added, 0x02, 2, ids & 0xFFFF);
    sim_ports_config(added, 0x09, 1, class);
    sim_ports_config(added, 0x0A, 1, class >> 8);
    sim_ports_config(added, 0x0B, 1, class >> 16);
    added->config[0x04] = 0x01;
    added->writable[0x04] = 0x07;
    added->kind = class >> 8 == 0x0101 ? SIM_IDE : SIM_NOT_IDE;
    for (unsigned i = 0; i < SIM_PCI_CHANNELS; i++)
        added->cable[i] = SIM_NO_CABLE;
    return added;
}

struct sim_pci_function *sim_ports_add_chipset(struct sim_ports *sim, uint8_t bus, uint8_t device,
                                               uint8_t function, const char *words)
{
    struct sim_pci_function *added = sim_ports_add(sim, bus, device, function, 0, 0x01018A);

    added->chipset = sim_chipset_setup(words, added->config, added->writable);
    if (added->chipset == NULL) {
        fprintf(stderr, "sim_ports: no chipset %s\n", words);
        exit(EXIT_FAILURE);
    }
    added->cable[0] = 0;
    added->cable[1] = 1;
    apply_chipset(sim, added);
    return added;
}

static uint64_t platform_now(void *context)
{
    return bench_now_us(((struct sim_ports *)context)->bench);
}

static void platform_wait(void *context, uint32_t us)
{
    bench_advance(((struct sim_ports *)context)->bench, us);
}

void sim_ports_platform(struct sim_ports *sim, struct platform *platform)
{
    platform->context = sim;
    platform->ports = &sim->ports;
    platform->now_us = platform_now;
    platform->wait_us = platform_wait;
}
