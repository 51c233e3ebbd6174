#include "drivers/pci.h"

#include "kernel/lib/string.h"

enum {
    CONFIG_ADDRESS = 0xCF8,
    CONFIG_DATA = 0xCFC,
    CONFIG_ENABLE_BIT = 31,

    BUSES = 256,
    DEVICES = 32,
    FUNCTIONS = 8,

    HEADER_MANY_FUNCTIONS = 0x80,
    HEADER_BRIDGE = 0x01,
    CLASS_STORAGE = 0x01
};

/* One bit per bus that is known to exist. */
struct buses {
    uint8_t known[BUSES / 8];
};

struct walk {
    const struct ports *ports;
    struct buses buses;
    struct pci_function *found;
    unsigned count, limit;
};

static void point_at(const struct ports *ports, const struct pci_function *function, uint8_t offset)
{
    uint32_t address = (uint32_t)1 << CONFIG_ENABLE_BIT | (uint32_t)function->bus << 16 |
                       (uint32_t)(function->device & 0x1F) << 11 |
                       (uint32_t)(function->function & 7) << 8 | (offset & 0xFC);

    ports->out32(ports->context, CONFIG_ADDRESS, address);
}

uint8_t pci_read8(const struct ports *ports, const struct pci_function *function, uint8_t offset)
{
    point_at(ports, function, offset);
    return ports->in8(ports->context, (uint16_t)(CONFIG_DATA + (offset & 3)));
}

uint16_t pci_read16(const struct ports *ports, const struct pci_function *function, uint8_t offset)
{
    point_at(ports, function, offset);
    return ports->in16(ports->context, (uint16_t)(CONFIG_DATA + (offset & 2)));
}

uint32_t pci_read32(const struct ports *ports, const struct pci_function *function, uint8_t offset)
{
    point_at(ports, function, offset);
    return ports->in32(ports->context, CONFIG_DATA);
}

void pci_write8(const struct ports *ports, const struct pci_function *function, uint8_t offset,
                uint8_t value)
{
    point_at(ports, function, offset);
    ports->out8(ports->context, (uint16_t)(CONFIG_DATA + (offset & 3)), value);
}

void pci_write16(const struct ports *ports, const struct pci_function *function, uint8_t offset,
                 uint16_t value)
{
    point_at(ports, function, offset);
    ports->out16(ports->context, (uint16_t)(CONFIG_DATA + (offset & 2)), value);
}

/* Reads the ids of the function that bus, device, function name. False: nobody there. */
static bool exists(const struct ports *ports, struct pci_function *function)
{
    function->vendor_id = pci_read16(ports, function, PCI_VENDOR_ID);
    return function->vendor_id != 0xFFFF && function->vendor_id != 0x0000;
}

bool pci_present(const struct ports *ports)
{
    uint32_t before = ports->in32(ports->context, CONFIG_ADDRESS);
    struct pci_function function = {0};
    bool latched;

    ports->out32(ports->context, CONFIG_ADDRESS, (uint32_t)1 << CONFIG_ENABLE_BIT);
    latched = ports->in32(ports->context, CONFIG_ADDRESS) == (uint32_t)1 << CONFIG_ENABLE_BIT;
    if (!latched) {
        ports->out32(ports->context, CONFIG_ADDRESS, before);
        return false;
    }
    for (unsigned device = 0; device < DEVICES; device++) {
        function.device = (uint8_t)device;
        if (exists(ports, &function))
            return true;
    }
    return false;
}

static void read_header(const struct ports *ports, struct pci_function *function)
{
    uint32_t class = pci_read32(ports, function, PCI_REVISION);

    function->device_id = pci_read16(ports, function, PCI_DEVICE_ID);
    function->command = pci_read16(ports, function, PCI_COMMAND);
    function->revision = (uint8_t) class;
    function->prog_if = (uint8_t)(class >> 8);
    function->subclass = (uint8_t)(class >> 16);
    function->class_code = (uint8_t)(class >> 24);
    for (unsigned i = 0; i < 6; i++)
        function->bar[i] = pci_read32(ports, function, (uint8_t)(PCI_BAR0 + 4 * i));
}

/* One function that exists: a bridge makes its secondary bus known, storage is stored. */
static void visit(struct walk *walk, struct pci_function *function, uint8_t header_type)
{
    if ((header_type & 0x7F) == HEADER_BRIDGE) {
        uint8_t bus = pci_read8(walk->ports, function, PCI_SECONDARY_BUS);

        walk->buses.known[bus / 8] |= (uint8_t)(1u << bus % 8);
        return;
    }
    if ((header_type & 0x7F) != 0)
        return;
    read_header(walk->ports, function);
    if (function->class_code == CLASS_STORAGE && walk->count < walk->limit)
        walk->found[walk->count++] = *function;
}

static void walk_device(struct walk *walk, unsigned bus, unsigned device)
{
    unsigned functions = 1;

    for (unsigned i = 0; i < functions; i++) {
        struct pci_function function = {
            .bus = (uint8_t)bus, .device = (uint8_t)device, .function = (uint8_t)i};
        uint8_t header_type;

        if (!exists(walk->ports, &function)) {
            if (i == 0)
                return;
            continue;
        }
        header_type = pci_read8(walk->ports, &function, PCI_HEADER_TYPE);
        /* Old single-function devices answer for all eight numbers: believe the header (6.2.1). */
        if (i == 0 && (header_type & HEADER_MANY_FUNCTIONS) != 0)
            functions = FUNCTIONS;
        visit(walk, &function, header_type);
    }
}

unsigned pci_find_storage(const struct ports *ports, struct pci_function *found, unsigned limit)
{
    struct walk walk = {.ports = ports, .found = found, .limit = limit};
    struct buses walked = {{0}};

    walk.buses.known[0] = 1; /* bus 0 */
    for (unsigned round = 0; round < BUSES; round++) {
        unsigned bus = 0;

        while (bus < BUSES &&
               ((walk.buses.known[bus / 8] & ~walked.known[bus / 8]) >> bus % 8 & 1) == 0)
            bus++;
        if (bus == BUSES)
            break;
        walked.known[bus / 8] |= (uint8_t)(1u << bus % 8);
        for (unsigned device = 0; device < DEVICES; device++)
            walk_device(&walk, bus, device);
    }
    return walk.count;
}
