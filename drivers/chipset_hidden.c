/*
 * Controllers that firmware hid: their functions do not answer at all, only a bit in a bridge tells
 * that they exist. They have no addresses and firmware may have locked them, so they are reported
 * only. PROTOCOL.md, "Chipsets".
 */
#include "drivers/chipset.h"

#include "kernel/lib/string.h"
#include "kernel/lib/text.h"

enum { DEVICES = 32, FUNCTIONS = 8, HEADER_MANY_FUNCTIONS = 0x80 };

/* Intel from ICH6 on: the LPC bridge points at a block of memory; "function disable" is in it. */
enum { RCBA = 0xF0, RCBA_ENABLED = 0x01, RCBA_MASK = 0xFFFFC000, FUNCTION_DISABLE = 0x3418 };

/* A bit that hides a controller. */
struct hiding_bit {
    uint8_t offset; /* byte of configuration space; 0: "function disable" */
    uint8_t bit;
    uint8_t hidden;           /* the bit's value then */
    uint8_t device, function; /* where the controller is; device 0: not always the same */
    const char *name;
};

static const struct hiding_bit ich[] = {{0xF2, 1, 1, 0x1F, 1, "IDE"}};
static const struct hiding_bit ich5[] = {{0xF2, 1, 1, 0x1F, 1, "IDE"},
                                         {0xF2, 2, 1, 0x1F, 2, "SATA"}};
static const struct hiding_bit ich6[] = {{0, 1, 1, 0x1F, 1, "IDE"}, {0, 2, 1, 0x1F, 2, "SATA"}};
static const struct hiding_bit ich8[] = {{0, 2, 1, 0x1F, 2, "SATA"}};
static const struct hiding_bit amd[] = {{0x48, 1, 0, 0, 1, "IDE"}};
static const struct hiding_bit nvidia[] = {{0xE9, 6, 1, 0, 0, "IDE"}, {0xEA, 6, 1, 0, 0, "SATA"}};
static const struct hiding_bit ati[] = {{0xAD, 0, 0, 0x12, 0, "SATA"}};
static const struct hiding_bit via[] = {{0x50, 3, 1, 0x0F, 0, "SATA"}};

/* The bridges that hold such bits; device ids from `first` to `last`. */
static const struct hiding_bridge {
    uint16_t vendor_id, first, last;
    const struct hiding_bit *bits;
    uint8_t count;
} bridges[] = {
    {0x8086, 0x2410, 0x2410, ich, 1},    {0x8086, 0x2420, 0x2420, ich, 1},
    {0x8086, 0x2440, 0x2440, ich, 1},    {0x8086, 0x244C, 0x244C, ich, 1},
    {0x8086, 0x2450, 0x2450, ich, 1},    {0x8086, 0x2480, 0x2480, ich, 1},
    {0x8086, 0x248C, 0x248C, ich, 1},    {0x8086, 0x24C0, 0x24C0, ich, 1},
    {0x8086, 0x24CC, 0x24CC, ich, 1},    {0x8086, 0x24D0, 0x24D0, ich5, 2},
    {0x8086, 0x25A1, 0x25A1, ich5, 2},   {0x8086, 0x2640, 0x2642, ich6, 2},
    {0x8086, 0x2670, 0x2670, ich6, 2},   {0x8086, 0x27B0, 0x27BD, ich6, 2},
    {0x8086, 0x2810, 0x2815, ich8, 1},   {0x8086, 0x2910, 0x2919, ich8, 1},
    {0x8086, 0x3A14, 0x3A1A, ich8, 1},   {0x1022, 0x7468, 0x7468, amd, 1},
    {0x10DE, 0x0050, 0x0051, nvidia, 2}, {0x10DE, 0x0368, 0x0368, nvidia, 2},
    {0x1002, 0x4385, 0x4385, ati, 1},    {0x1106, 0x3227, 0x3227, via, 1},
};

static const struct hiding_bridge *hiding_bridge(const struct pci_function *function)
{
    for (unsigned i = 0; i < sizeof bridges / sizeof bridges[0]; i++) {
        if (bridges[i].vendor_id == function->vendor_id &&
            bridges[i].first <= function->device_id && function->device_id <= bridges[i].last)
            return &bridges[i];
    }
    return NULL;
}

/* Reads the bit; false: it can't be read. */
static bool read_bit(const struct ports *ports, const struct pci_function *bridge,
                     const struct hiding_bit *bit, uint8_t *value)
{
    uint32_t block;

    if (bit->offset != 0) {
        *value = pci_read8(ports, bridge, bit->offset) >> bit->bit & 1;
        return true;
    }
    block = pci_read32(ports, bridge, RCBA);
    if (ports->memory32 == NULL || (block & RCBA_ENABLED) == 0)
        return false;
    block = ports->memory32(ports->context, (block & RCBA_MASK) + FUNCTION_DISABLE);
    *value = block >> bit->bit & 1;
    return block != 0xFFFFFFFF;
}

/* A function that answers is not hidden, whatever the bit says. */
static bool answers(const struct ports *ports, const struct pci_function *bridge,
                    const struct hiding_bit *bit)
{
    struct pci_function function = {.bus = bridge->bus,
                                    .device = bit->device ? bit->device : bridge->device,
                                    .function = bit->function};

    return pci_read16(ports, &function, PCI_VENDOR_ID) != 0xFFFF;
}

static void note(const struct pci_function *bridge, const struct hiding_bit *bit,
                 struct chipset_hidden *hidden)
{
    hidden->bridge = *bridge;
    if (bit->device != 0)
        text_format(hidden->what, sizeof hidden->what, "%s controller %02X:%02X.%u", bit->name,
                    bridge->bus, bit->device, bit->function);
    else
        text_format(hidden->what, sizeof hidden->what, "%s controller", bit->name);
    if (bit->offset != 0)
        text_format(hidden->where, sizeof hidden->where, "register %02X, bit %u", bit->offset,
                    bit->bit);
    else
        text_format(hidden->where, sizeof hidden->where, "RCBA register %04X, bit %u",
                    FUNCTION_DISABLE, bit->bit);
}

static unsigned look_at_bridge(const struct ports *ports, const struct pci_function *bridge,
                               struct chipset_hidden *hidden, unsigned limit)
{
    const struct hiding_bridge *kind = hiding_bridge(bridge);
    unsigned count = 0;

    for (unsigned i = 0; kind != NULL && i < kind->count; i++) {
        const struct hiding_bit *bit = &kind->bits[i];
        uint8_t value;

        if (count < limit && read_bit(ports, bridge, bit, &value) && value == bit->hidden &&
            (kind->bits == nvidia || !answers(ports, bridge, bit)))
            note(bridge, bit, &hidden[count++]);
    }
    return count;
}

unsigned chipset_find_hidden(const struct ports *ports, struct chipset_hidden *hidden)
{
    unsigned count = 0;

    if (!pci_present(ports))
        return 0;
    for (uint8_t device = 0; device < DEVICES; device++) {
        unsigned functions = 1;

        for (uint8_t i = 0; i < functions; i++) {
            struct pci_function bridge = {.device = device, .function = i};

            bridge.vendor_id = pci_read16(ports, &bridge, PCI_VENDOR_ID);
            bridge.device_id = pci_read16(ports, &bridge, PCI_DEVICE_ID);
            if (i == 0 && bridge.vendor_id != 0xFFFF &&
                (pci_read8(ports, &bridge, PCI_HEADER_TYPE) & HEADER_MANY_FUNCTIONS) != 0)
                functions = FUNCTIONS;
            count += look_at_bridge(ports, &bridge, hidden + count, CHIPSET_HIDDEN - count);
        }
    }
    return count;
}
