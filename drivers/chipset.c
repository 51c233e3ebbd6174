#define ERROR_MODULE MODULE_CHIPSET
#include "drivers/chipset.h"

#include "drivers/chipset_table.h"
#include "kernel/lib/string.h"
#include "kernel/lib/text.h"

enum {
    PROG_IF_SAYS = 0x40, /* bits 5 and 4 are valid: primary, secondary switched on */
    PROG_IF_PRIMARY = 0x20,
    PROG_IF_NATIVE_PRIMARY = 0x01,
    PROG_IF_NATIVE_SECONDARY = 0x04,

    /* An empty channel's status, PROTOCOL.md, "Looking at a cable". */
    STATUS_NONE = 0x00,
    STATUS_D7_LOW = 0x7F,
    STATUS_FLOATS = 0xFF
};

/* ALi M5229: locks before the programming interface; the pads are in the ISA bridge. */
enum {
    ALI_LOCK_1 = 0x43,
    ALI_LOCK_1_BITS = 0x70,
    ALI_LOCK_2 = 0x4D,
    ALI_LOCK_2_BITS = 0x80,
    ALI_WRITABLE = 0x50,
    ALI_WRITABLE_BIT = 0x02,
    ALI_PADS = 0x58,
    ALI_PADS_PRIMARY = 0x04
};

/* SiS: when register 54 is the 962's, bit 30 makes its registers those of a 5513. */
enum { SIS_MAP = 0x57, SIS_MAP_5513 = 0x40, SIS_ID_MASKED = 0x80, SIS_962 = 0x5518 };

/* Promise Ultra: byte 1F of the bus-master block floats the cables. */
enum { PROMISE_BAR = 4, PROMISE_CONTROL = 0x1F, PROMISE_FLOAT = 0x08 };

/* One channel's bits on this very machine. */
struct chipset_place {
    struct chipset_bits decode, join, release;
    struct pci_function join_at; /* the function that `join` and `release` are in */
    bool read_only;              /* `decode` is only read */
    bool ali;                    /* `decode` lies behind ALi's locks */
    uint16_t promise;            /* port of PROMISE_CONTROL, or 0 */
};

/* Finds a function of this id on bus 0. */
static bool find_bridge(const struct ports *ports, uint16_t vendor_id, uint16_t device_id,
                        struct pci_function *bridge)
{
    for (uint8_t i = 0; i < 32; i++) {
        *bridge = (struct pci_function){.device = i};
        if (pci_read16(ports, bridge, PCI_VENDOR_ID) == vendor_id &&
            pci_read16(ports, bridge, PCI_DEVICE_ID) == device_id)
            return true;
    }
    return false;
}

/* Chips that share an id, or that need a second look. */
static enum chipset_rule_name rule_name(const struct ports *ports,
                                        const struct pci_function *controller)
{
    const struct chipset_row *row = chipset_row(controller->vendor_id, controller->device_id);
    enum chipset_rule_name name = row ? (enum chipset_rule_name)row->rule : RULE_NONE;
    uint8_t map;

    switch (name) {
    case RULE_CMD: /* the first CMD646 have no switch for the primary channel */
        return controller->device_id == 0x0646 && controller->revision < 3 ? RULE_CMD_SECONDARY
                                                                           : name;
    case RULE_HPT370: /* HPT366 and 368: one function per channel, both bits in both */
        if (controller->device_id != 0x0004 || controller->revision > 2)
            return name;
        return controller->function == 0 ? RULE_HPT366 : RULE_HPT366_SECOND;
    case RULE_SIS:
        map = pci_read8(ports, controller, SIS_MAP);
        if ((controller->device_id == SIS_962 || (map & SIS_ID_MASKED) != 0) &&
            (map & SIS_MAP_5513) == 0)
            return RULE_NONE;
        return name;
    default:
        return name;
    }
}

static bool is_promise(enum chipset_rule_name name)
{
    return name == RULE_PROMISE_246 || name == RULE_PROMISE_262;
}

/* What the programming interface tells of a channel, of any maker. */
static void resolve_prog_if(const struct ports *ports, const struct pci_function *controller,
                            unsigned channel, struct chipset_place *place)
{
    uint8_t bit = (uint8_t)(PROG_IF_PRIMARY >> channel);

    if ((pci_read8(ports, controller, PCI_PROG_IF) & PROG_IF_SAYS) == 0)
        return;
    place->decode = (struct chipset_bits){PCI_PROG_IF, bit, bit};
    place->read_only = !place->ali;
}

static void resolve_ali_pads(const struct ports *ports, const struct pci_function *controller,
                             unsigned channel, struct chipset_place *place)
{
    uint8_t bit = (uint8_t)(ALI_PADS_PRIMARY << channel);

    if (controller->revision != 0xC2 && controller->revision != 0xC3)
        return;
    if (find_bridge(ports, controller->vendor_id, 0x1533, &place->join_at))
        place->join = (struct chipset_bits){ALI_PADS, bit, bit};
}

static void resolve(const struct ports *ports, const struct pci_function *controller,
                    unsigned channel, struct chipset_place *place)
{
    enum chipset_rule_name name = rule_name(ports, controller);
    const struct chipset_rule *rule = chipset_rule(name);

    memset(place, 0, sizeof *place);
    place->join_at = *controller;
    if (channel >= CHIPSET_CHANNELS)
        return;
    place->decode = rule->decode[channel];
    place->join = rule->join[channel];
    place->release = rule->release[channel];
    place->ali = name == RULE_ALI;
    /* JMicron's registers are only written through function 0. */
    place->read_only = name == RULE_CS5536 || (name == RULE_JMICRON && controller->function != 0);
    if (name == RULE_NONE || place->ali)
        resolve_prog_if(ports, controller, channel, place);
    if (place->ali)
        resolve_ali_pads(ports, controller, channel, place);
    if (is_promise(name) && (controller->bar[PROMISE_BAR] & 1) != 0 &&
        (controller->command & PCI_COMMAND_IO) != 0)
        place->promise = (uint16_t)((controller->bar[PROMISE_BAR] & 0xFFE0) + PROMISE_CONTROL);
}

/* Whether bits have their working value; those that do not exist have. */
static bool bits_are_on(const struct ports *ports, const struct pci_function *function,
                        const struct chipset_bits *bits)
{
    return bits->mask == 0 || (pci_read8(ports, function, bits->offset) & bits->mask) == bits->on;
}

static bool promise_floats(const struct ports *ports, const struct chipset_place *place)
{
    uint8_t control;

    if (place->promise == 0)
        return false;
    control = ports->in8(ports->context, place->promise);
    return control != 0xFF && (control & PROMISE_FLOAT) != 0;
}

static enum chipset_state read_place(const struct ports *ports,
                                     const struct pci_function *controller,
                                     const struct chipset_place *place)
{
    if (!bits_are_on(ports, controller, &place->decode))
        return CHIPSET_OFF;
    if (!bits_are_on(ports, &place->join_at, &place->join) ||
        !bits_are_on(ports, &place->join_at, &place->release) || promise_floats(ports, place))
        return CHIPSET_FLOATING;
    return place->decode.mask != 0 ? CHIPSET_ON : CHIPSET_NOT_KNOWN;
}

enum chipset_state chipset_read(const struct ports *ports, const struct ide_channel *channel)
{
    struct chipset_place place;

    if (!channel->has_pci)
        return CHIPSET_NOT_KNOWN;
    resolve(ports, &channel->controller, channel->controller_channel, &place);
    return read_place(ports, &channel->controller, &place);
}

/* ---- in words ---- */

/* "bit 7" or "bits 3-2"; returns the lowest bit's number. */
static unsigned name_bits(uint8_t mask, char *text, size_t size)
{
    unsigned low = 0, high = 7;

    while ((mask >> low & 1) == 0)
        low++;
    while ((mask >> high & 1) == 0)
        high--;
    text_format(text, size, high == low ? "bit %u" : "bits %u-%u", high, low);
    return low;
}

/* Adds "register 43 = 00, bit 7 must be 1" to `text`. */
static void describe_bits(const struct ports *ports, const struct pci_function *function,
                          const struct chipset_bits *bits, char *text, size_t size)
{
    size_t used = strlen(text);
    uint8_t value = pci_read8(ports, function, bits->offset);
    char which[12];
    unsigned low = name_bits(bits->mask, which, sizeof which);

    text_format(text + used, size - used, "%s%02X:%02X.%u register %02X = %02X, %s %s %u",
                used ? "; " : "PCI ", function->bus, function->device, function->function,
                bits->offset, value, which, (value & bits->mask) == bits->on ? "is" : "must be",
                bits->on >> low);
}

/* The same, if the bits do not have their working value. */
static void describe_wrong(const struct ports *ports, const struct pci_function *function,
                           const struct chipset_bits *bits, char *text, size_t size)
{
    if (!bits_are_on(ports, function, bits))
        describe_bits(ports, function, bits, text, size);
}

void chipset_describe(const struct ports *ports, const struct ide_channel *channel, char *text,
                      size_t size)
{
    static const struct chipset_bits command = {PCI_COMMAND, PCI_COMMAND_IO, PCI_COMMAND_IO};
    struct chipset_place place;

    text[0] = '\0';
    if (!channel->has_pci)
        return;
    resolve(ports, &channel->controller, channel->controller_channel, &place);
    describe_wrong(ports, &channel->controller, &command, text, size);
    describe_wrong(ports, &channel->controller, &place.decode, text, size);
    describe_wrong(ports, &place.join_at, &place.join, text, size);
    describe_wrong(ports, &place.join_at, &place.release, text, size);
    if (promise_floats(ports, &place))
        text_format(text, size, "port %04X bit 3 floats the pins", place.promise);
    if (text[0] == '\0' && place.decode.mask != 0)
        describe_bits(ports, &channel->controller, &place.decode, text, size);
}

/* ---- switching on ---- */

/* The most bytes that one call changes: the command register and ALi's four. */
enum { CHANGES_OF_ONE_CALL = 5 };

static void change(const struct ports *ports, const struct pci_function *function, uint8_t offset,
                   uint8_t mask, uint8_t on, struct chipset_changes *changes)
{
    uint8_t was = pci_read8(ports, function, offset);
    uint8_t wanted = (uint8_t)((was & ~mask) | on);

    if (wanted == was)
        return;
    changes->bytes[changes->count].function = *function;
    changes->bytes[changes->count].offset = offset;
    changes->bytes[changes->count++].was = was;
    pci_write8(ports, function, offset, wanted);
}

static void change_bits(const struct ports *ports, const struct pci_function *function,
                        const struct chipset_bits *bits, struct chipset_changes *changes)
{
    if (bits->mask != 0)
        change(ports, function, bits->offset, bits->mask, bits->on, changes);
}

static void restore_to(const struct ports *ports, struct chipset_changes *changes, unsigned count)
{
    while (changes->count > count) {
        changes->count--;
        pci_write8(ports, &changes->bytes[changes->count].function,
                   changes->bytes[changes->count].offset, changes->bytes[changes->count].was);
    }
}

/*
 * Whether the `index`th channel of a controller that is off would decode ports that another one
 * decodes already, once its command register lets I/O through.
 */
static bool would_collide(const struct ports *ports, const struct ide_found *found,
                          const struct pci_function *controller, unsigned index)
{
    static const uint8_t native[CHIPSET_CHANNELS] = {PROG_IF_NATIVE_PRIMARY,
                                                     PROG_IF_NATIVE_SECONDARY};
    const struct ide_channel *there = &found->channels[index];
    struct chipset_place place;

    if ((controller->prog_if & native[index]) != 0 || !there->has_pci || !there->decoding)
        return false;
    resolve(ports, controller, index, &place);
    return bits_are_on(ports, controller, &place.decode);
}

/* Whether something without PCI answers at legacy ports that no controller decodes. */
static bool is_answered(const struct ports *ports, const struct ide_channel *channel)
{
    uint8_t status;

    if (!channel->legacy)
        return false;
    status = ports->in8(ports->context, channel->control_base);
    return status != STATUS_NONE && status != STATUS_D7_LOW && status != STATUS_FLOATS;
}

static err_t may_switch_on(const struct ports *ports, const struct ide_found *found,
                           const struct ide_channel *channel, const struct chipset_place *place,
                           enum chipset_state state)
{
    bool command = (channel->controller.command & PCI_COMMAND_IO) != 0;

    if (state == CHIPSET_OFF ? place->read_only : command && state != CHIPSET_FLOATING)
        return ERR(ERR_UNSUPPORTED);
    if (state == CHIPSET_FLOATING && command)
        return place->join.mask == 0 ? ERR(ERR_UNSUPPORTED) : 0;
    for (unsigned i = 0; !command && i < CHIPSET_CHANNELS; i++) {
        if (would_collide(ports, found, &channel->controller, i))
            return ERR(ERR_REFUSED);
    }
    return is_answered(ports, channel) ? ERR(ERR_REFUSED) : 0;
}

static void set_decode(const struct ports *ports, const struct pci_function *controller,
                       const struct chipset_place *place, struct chipset_changes *changes)
{
    change(ports, controller, PCI_COMMAND, PCI_COMMAND_IO, PCI_COMMAND_IO, changes);
    if (bits_are_on(ports, controller, &place->decode))
        return;
    if (place->ali) {
        change(ports, controller, ALI_WRITABLE, ALI_WRITABLE_BIT, ALI_WRITABLE_BIT, changes);
        change(ports, controller, ALI_LOCK_1, ALI_LOCK_1_BITS, 0, changes);
        change(ports, controller, ALI_LOCK_2, ALI_LOCK_2_BITS, 0, changes);
    }
    change_bits(ports, controller, &place->decode, changes);
}

/* Every channel as it is now: others of the same controller may have changed, too. */
static void look_again(const struct ports *ports, struct ide_found *found)
{
    for (unsigned i = 0; i < found->channel_count; i++) {
        struct ide_channel *channel = &found->channels[i];

        if (!channel->has_pci)
            continue;
        channel->controller.command = pci_read16(ports, &channel->controller, PCI_COMMAND);
        channel->controller.prog_if = pci_read8(ports, &channel->controller, PCI_PROG_IF);
        ide_read_chipset(ports, channel);
    }
}

err_t chipset_switch_on(const struct ports *ports, struct ide_found *found,
                        struct ide_channel *channel, struct chipset_changes *changes)
{
    const struct pci_function controller = channel->controller;
    const unsigned before = changes->count;
    const bool joining = channel->decoding;
    struct chipset_place place;
    enum chipset_state state;
    err_t error;

    if (!channel->has_pci)
        return ERR(ERR_UNSUPPORTED);
    resolve(ports, &controller, channel->controller_channel, &place);
    state = read_place(ports, &controller, &place);
    error = may_switch_on(ports, found, channel, &place, state);
    if (error)
        return error;
    if (before + CHANGES_OF_ONE_CALL > CHIPSET_CHANGES)
        return ERR(ERR_FULL);
    if (joining) {
        change_bits(ports, &place.join_at, &place.join, changes);
        change_bits(ports, &place.join_at, &place.release, changes);
    } else {
        set_decode(ports, &controller, &place, changes);
    }
    look_again(ports, found);
    /* A channel that decodes now may still float: that is another question to the user. */
    if (joining ? channel->chipset != CHIPSET_FLOATING : channel->decoding) {
        ide_stop_bus_mastering(ports, &channel->controller);
        return 0;
    }
    restore_to(ports, changes, before);
    look_again(ports, found);
    return ERR(ERR_DEVICE);
}

void chipset_restore(const struct ports *ports, struct ide_found *found,
                     struct chipset_changes *changes)
{
    restore_to(ports, changes, 0);
    look_again(ports, found);
}

/* ---- reports ---- */

enum chipset_report chipset_report(const struct ports *ports, const struct pci_function *controller)
{
    const struct chipset_row *row = chipset_row(controller->vendor_id, controller->device_id);

    /* ITE IT8212: bit 0 of register 50 = its own firmware runs, which passes no packets. */
    if (controller->vendor_id == 0x1283 && controller->device_id == 0x8212 &&
        (pci_read8(ports, controller, 0x50) & 0x01) != 0)
        return REPORT_TAKES_NO_PACKETS;
    return row ? (enum chipset_report)row->report : REPORT_NONE;
}
