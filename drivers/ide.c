#include "drivers/ide.h"

#include "drivers/chipset.h"
#include "kernel/lib/string.h"
#include "kernel/lib/text.h"

enum {
    SUBCLASS_IDE = 0x01,
    CHANNELS_PER_CONTROLLER = 2,
    UNDECODED = 0xFF,
    NATIVE_PRIMARY = 0x01, /* prog-if */
    NATIVE_SECONDARY = 0x04,
    BUS_MASTER = 0x80,
    BUS_MASTER_BAR = 4,
    BUS_MASTER_CHANNEL = 8, /* distance of the two register sets */
    BUS_MASTER_START = 0x01,
    BUS_MASTER_CAPABLE = 0x60, /* status bits 5 and 6: what firmware noted of the two drives */
    BUS_MASTER_EVENTS = 0x06   /* status bits 1 and 2: error, interrupt; written 1 to clear */
};

static const struct {
    const char *where;
    uint16_t command_base, control_base;
} legacy[CHANNELS_PER_CONTROLLER] = {{"Primary", 0x1F0, 0x3F6}, {"Secondary", 0x170, 0x376}};

/* Where a channel of a native-mode controller has its registers. */
struct layout {
    uint8_t command_bar;
    uint8_t control_bar;
    uint8_t control_offset; /* inside control_bar */
    bool single;
};

static const struct layout standard_layout[] = {{0, 1, 2, false}, {2, 3, 2, false}};

/* PROTOCOL.md, "Controllers": two SATA ports and one PATA cable, each with one block of 16 ports.
 */
static const struct layout vt6421_layout[] = {
    {0, 0, 0x0A, true}, {1, 1, 0x0A, true}, {2, 2, 0x0A, false}};

/* Controllers whose native-mode registers do not lie as the specification says. */
static const struct odd_controller {
    uint16_t vendor_id, device_id;
    const struct layout *layout;
    uint8_t count;
} odd_controllers[] = {{0x1106, 0x3249, vt6421_layout, 3}};

/* Controllers with one device per channel: SATA ports behind standard registers. */
static const struct {
    uint16_t vendor_id, device_id;
} single_controllers[] = {{0x1106, 0x0591}, {0x1106, 0x3149}, {0x1106, 0x5337},
                          {0x1106, 0x5372}, {0x1106, 0x7372}, {0x10B9, 0x5287}};

static const struct odd_controller *odd_controller(const struct pci_function *controller)
{
    for (unsigned i = 0; i < sizeof odd_controllers / sizeof odd_controllers[0]; i++) {
        if (odd_controllers[i].vendor_id == controller->vendor_id &&
            odd_controllers[i].device_id == controller->device_id)
            return &odd_controllers[i];
    }
    return NULL;
}

static bool is_single(const struct pci_function *controller)
{
    for (unsigned i = 0; i < sizeof single_controllers / sizeof single_controllers[0]; i++) {
        if (single_controllers[i].vendor_id == controller->vendor_id &&
            single_controllers[i].device_id == controller->device_id)
            return true;
    }
    return false;
}

/* The port base in an I/O BAR; 0: empty, memory, or beyond the 64 K ports there are. `mask` takes
 * the low bits away. */
static uint16_t io_bar(const struct pci_function *controller, unsigned index, uint32_t mask)
{
    uint32_t bar = controller->bar[index];

    if ((bar & 1) == 0 || (bar & ~mask) > 0xFFFF)
        return 0;
    return (uint16_t)(bar & ~mask);
}

void ide_read_chipset(const struct ports *ports, struct ide_channel *channel)
{
    bool lets_through = (channel->controller.command & PCI_COMMAND_IO) != 0;

    channel->chipset = (uint8_t)chipset_read(ports, channel);
    channel->report = (uint8_t)chipset_report(ports, &channel->controller);
    /* Bits may lie; ports that nobody decodes read FF. */
    if (lets_through && channel->chipset == CHIPSET_OFF &&
        ports->in8(ports->context, channel->control_base) != UNDECODED)
        channel->chipset = CHIPSET_NOT_KNOWN;
    channel->decoding = lets_through && channel->chipset != CHIPSET_OFF;
}

static void bind_controller(const struct ports *ports, struct ide_channel *channel,
                            const struct pci_function *controller, uint8_t index)
{
    channel->has_pci = true;
    channel->controller = *controller;
    channel->controller_channel = index;
    ide_read_chipset(ports, channel);
}

/* A controller says that legacy channel `index` is its own. The first that decodes it is believed.
 */
static void claim_legacy(const struct ports *ports, struct ide_found *found,
                         const struct pci_function *controller, uint8_t index)
{
    struct ide_channel claimed = found->channels[index];

    bind_controller(ports, &claimed, controller, index);
    if (!found->channels[index].has_pci || (claimed.decoding && !found->channels[index].decoding))
        found->channels[index] = claimed;
}

static void add_native(const struct ports *ports, struct ide_found *found,
                       const struct pci_function *controller, uint8_t index,
                       const struct layout *layout)
{
    uint16_t command = io_bar(controller, layout->command_bar, 7);
    uint16_t control = io_bar(controller, layout->control_bar, 3);
    struct ide_channel *channel;

    if (command == 0 || control == 0 || found->channel_count == IDE_CHANNELS)
        return;
    for (unsigned i = 0; i < found->channel_count; i++) {
        if (found->channels[i].command_base == command)
            return; /* two functions at one address can't both be right: keep the first */
    }
    channel = &found->channels[found->channel_count++];
    memset(channel, 0, sizeof *channel);
    channel->command_base = command;
    channel->control_base = (uint16_t)(control + layout->control_offset);
    bind_controller(ports, channel, controller, index);
    channel->single = layout->single || is_single(controller);
    text_format(channel->where, sizeof channel->where, "%04x:%04x/%u", controller->vendor_id,
                controller->device_id, index);
}

void ide_stop_bus_mastering(const struct ports *ports, const struct pci_function *controller)
{
    const struct odd_controller *odd = odd_controller(controller);
    unsigned channels = odd != NULL ? odd->count : CHANNELS_PER_CONTROLLER;
    uint16_t base = io_bar(controller, BUS_MASTER_BAR, 0x0F);

    if (base == 0 || (controller->command & PCI_COMMAND_IO) == 0 ||
        (controller->prog_if & BUS_MASTER) == 0)
        return;
    for (unsigned i = 0; i < channels; i++) {
        uint16_t registers = (uint16_t)(base + i * BUS_MASTER_CHANNEL);
        uint8_t command = ports->in8(ports->context, registers);
        uint8_t status = ports->in8(ports->context, (uint16_t)(registers + 2));

        if (command != 0xFF)
            ports->out8(ports->context, registers, command & (uint8_t)~BUS_MASTER_START);
        if (status != 0xFF)
            ports->out8(ports->context, (uint16_t)(registers + 2),
                        (status & BUS_MASTER_CAPABLE) | BUS_MASTER_EVENTS);
    }
}

static void add_controller(const struct ports *ports, struct ide_found *found,
                           const struct pci_function *controller)
{
    static const uint8_t native_bit[CHANNELS_PER_CONTROLLER] = {NATIVE_PRIMARY, NATIVE_SECONDARY};
    const struct odd_controller *odd = odd_controller(controller);

    ide_stop_bus_mastering(ports, controller);
    if (odd != NULL) {
        for (uint8_t i = 0; i < odd->count; i++)
            add_native(ports, found, controller, i, &odd->layout[i]);
        return;
    }
    for (uint8_t i = 0; i < CHANNELS_PER_CONTROLLER; i++) {
        if ((controller->prog_if & native_bit[i]) == 0)
            claim_legacy(ports, found, controller, i);
        else
            add_native(ports, found, controller, i, &standard_layout[i]);
    }
}

static void add_legacy_channels(struct ide_found *found)
{
    for (unsigned i = 0; i < CHANNELS_PER_CONTROLLER; i++) {
        struct ide_channel *channel = &found->channels[i];

        text_copy(channel->where, sizeof channel->where, legacy[i].where);
        channel->command_base = legacy[i].command_base;
        channel->control_base = legacy[i].control_base;
        channel->legacy = true;
        channel->decoding = true;
        channel->controller_channel = (uint8_t)i;
    }
    found->channel_count = CHANNELS_PER_CONTROLLER;
}

void ide_find(const struct ports *ports, struct ide_found *found)
{
    struct pci_function storage[IDE_CHANNELS];
    unsigned count;

    memset(found, 0, sizeof *found);
    add_legacy_channels(found);
    found->pci = pci_present(ports);
    if (!found->pci)
        return;
    count = pci_find_storage(ports, storage, IDE_CHANNELS);
    for (unsigned i = 0; i < count; i++) {
        if (storage[i].subclass == SUBCLASS_IDE)
            add_controller(ports, found, &storage[i]);
        else if (found->other_count < IDE_CONTROLLERS)
            found->other[found->other_count++] = storage[i];
    }
}
