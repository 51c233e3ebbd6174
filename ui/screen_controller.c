#include "ui/screen_controller.h"

#include "kernel/lib/string.h"
#include "kernel/lib/text.h"

enum {
    PANEL_COLUMN = 3,
    PANEL_WIDTH = 74,
    PLACE_WIDTH = 36, /* of a row: where the controller is, then what is seen there */
    SEEN_WIDTH = 38,
    SUBCLASS_RAID = 0x04, /* PCI class 01 */
    SUBCLASS_SATA = 0x06,
    PROG_IF_AHCI = 0x01
};

/* What a row is about. */
enum kind { KIND_OTHER, KIND_SATA, KIND_RAID, KIND_AHCI };

static enum kind kind_of(const struct pci_function *other)
{
    switch (other->subclass) {
    case SUBCLASS_SATA:
        return other->prog_if == PROG_IF_AHCI ? KIND_AHCI : KIND_SATA;
    case SUBCLASS_RAID:
        return KIND_RAID;
    default:
        return KIND_OTHER;
    }
}

/* Something that a controller row tells: a controller that was found, or a hidden one. */
static const struct pci_function *other_of(const struct app *app, unsigned index)
{
    return index < app->machine.ide.other_count ? &app->machine.ide.other[index] : NULL;
}

static const struct chipset_hidden *hidden_of(const struct app *app, unsigned index)
{
    index -= app->machine.ide.other_count;
    return index < app->hidden_count ? &app->hidden[index] : NULL;
}

unsigned screen_controller_count(const struct app *app)
{
    return app->machine.ide.other_count + app->hidden_count;
}

/* ---- looking ---- */

static void log_ahci(struct app *app, const struct pci_function *controller,
                     const struct ahci_seen *seen)
{
    log_line(&app->log, "ahci",
             "%02X:%02X.%u %s, devices at ports %08X, optical drives at %08X, unknown %08X%s",
             controller->bus, controller->device, controller->function,
             seen->readable ? "looked at" : "can't be looked at", (unsigned)seen->with_device,
             (unsigned)seen->with_packet, (unsigned)seen->unknown,
             seen->only_ahci ? ", has no IDE mode" : "");
}

static void look_at_ahci(struct app *app)
{
    const struct ide_found *found = &app->machine.ide;

    for (unsigned i = 0; i < found->other_count; i++) {
        struct ahci_seen seen;

        ahci_look(app->platform->ports, &found->other[i], &seen);
        if (memcmp(&seen, &app->ahci[i], sizeof seen) != 0)
            log_ahci(app, &found->other[i], &seen);
        app->ahci[i] = seen;
    }
}

/* What each controller is, once; chipset bits of channels, as they were found. */
static void log_controllers(struct app *app)
{
    const struct ide_found *found = &app->machine.ide;
    char text[128];

    for (unsigned i = 0; i < found->channel_count; i++) {
        chipset_describe(app->platform->ports, &found->channels[i], text, sizeof text);
        if (text[0])
            log_line(&app->log, "chipset", "%s: %s", found->channels[i].where, text);
    }
    for (unsigned i = 0; i < found->other_count; i++)
        log_line(&app->log, "ui", "controller without IDE registers: %04X:%04X class %02X/%02X",
                 found->other[i].vendor_id, found->other[i].device_id, found->other[i].class_code,
                 found->other[i].subclass);
    for (unsigned i = 0; i < app->hidden_count; i++)
        log_line(&app->log, "chipset", "%s is hidden: PCI %02X:%02X.%u %s", app->hidden[i].what,
                 app->hidden[i].bridge.bus, app->hidden[i].bridge.device,
                 app->hidden[i].bridge.function, app->hidden[i].where);
}

void screen_controller_look(struct app *app)
{
    if (!app->probing) { /* the first look */
        app->hidden_count = chipset_find_hidden(app->platform->ports, app->hidden);
        log_controllers(app);
    }
    look_at_ahci(app);
}

/* ---- in the list ---- */

static unsigned count_bits(uint32_t bits)
{
    unsigned count = 0;

    for (; bits; bits &= bits - 1)
        count++;
    return count;
}

/* "1", "1 and 3", "0, 1 and 3" */
static void port_numbers(uint32_t ports, char *text, size_t size)
{
    unsigned left = count_bits(ports);

    text[0] = '\0';
    for (unsigned port = 0; port < AHCI_PORTS; port++) {
        size_t used = strlen(text);

        if ((ports >> port & 1) == 0)
            continue;
        left--;
        text_format(text + used, size - used, "%u%s", port,
                    left > 1    ? ", "
                    : left == 1 ? " " WORD_AND " "
                                : "");
    }
}

static void numbers_or_none(uint32_t ports, char *text, size_t size)
{
    if (ports)
        port_numbers(ports, text, size);
    else
        text_copy(text, size, WORD_AHCI_NONE);
}

/* A text with port numbers, for one port or several. */
static void count_text(uint32_t ports, const char *one, const char *many, char *text, size_t size)
{
    char numbers[24];

    port_numbers(ports, numbers, sizeof numbers);
    text_format(text, size, (ports & (ports - 1)) == 0 ? one : many, numbers);
}

/* Who is seen behind an AHCI controller, for the list. */
static void devices_text(const struct ahci_seen *seen, char *text, size_t size)
{
    if (seen->with_packet)
        count_text(seen->with_packet, WORD_SEEN_ONE, WORD_SEEN_MANY, text, size);
    else if (seen->unknown)
        count_text(seen->unknown, WORD_SEEN_UNKNOWN, WORD_SEEN_UNKNOWNS, text, size);
    else
        text_copy(text, size, seen->with_device ? WORD_SEEN_OTHERS : WORD_SEEN_NOBODY);
}

static void seen_text(const struct pci_function *other, const struct ahci_seen *seen, char *text,
                      size_t size)
{
    static const char *const modes[] = {
        [KIND_SATA] = "SATA", [KIND_RAID] = "RAID", [KIND_AHCI] = "AHCI"};
    char devices[SEEN_WIDTH + 1] = WORD_SEEN_NO_REGISTERS;
    enum kind kind = kind_of(other);

    if (seen->readable)
        devices_text(seen, devices, sizeof devices);
    if (kind == KIND_OTHER)
        text_copy(text, size, WORD_OTHER_LIST);
    else
        text_format(text, size, "%s: %s", modes[kind], devices);
}

void screen_controller_draw_item(struct app *app, unsigned index, unsigned row, unsigned column,
                                 uint8_t style)
{
    const struct pci_function *other = other_of(app, index);
    const struct chipset_hidden *hidden = hidden_of(app, index);
    char seen[SEEN_WIDTH + 1];

    if (hidden) {
        cells_format(&app->cells, row, column, PLACE_WIDTH, style, "  - %s", hidden->what);
        cells_text(&app->cells, row, column + PLACE_WIDTH, SEEN_WIDTH, style, WORD_HIDDEN_LIST);
    }
    if (!other)
        return;
    cells_format(&app->cells, row, column, PLACE_WIDTH, style, "  - PCI %02X:%02X.%u  %04X:%04X",
                 other->bus, other->device, other->function, other->vendor_id, other->device_id);
    seen_text(other, &app->ahci[index], seen, sizeof seen);
    cells_text(&app->cells, row, column + PLACE_WIDTH, SEEN_WIDTH, style, seen);
}

/* ---- the panel ---- */

static const char *other_meaning(enum kind kind)
{
    switch (kind) {
    case KIND_AHCI:
        return WORD_AHCI_MEANING;
    case KIND_RAID:
        return WORD_RAID_MEANING;
    default:
        return WORD_OTHER_MEANING;
    }
}

/* JMicron's chips with a port for an IDE cable beside SATA: one function in AHCI or RAID mode, two
 * in IDE mode. PROTOCOL.md, "Chipsets". */
static bool has_hidden_cable(const struct pci_function *other)
{
    static const uint16_t devices[] = {0x2361, 0x2363, 0x2365, 0x2366, 0x2368, 0x2369};

    for (unsigned i = 0; i < sizeof devices / sizeof devices[0]; i++) {
        if (other->vendor_id == 0x197B && other->device_id == devices[i])
            return true;
    }
    return false;
}

static const char *other_next(const struct pci_function *other, const struct ahci_seen *seen)
{
    enum kind kind = kind_of(other);

    if (kind != KIND_OTHER && has_hidden_cable(other))
        return WORD_JMICRON_NEXT;
    switch (kind) {
    case KIND_AHCI:
        return seen->only_ahci ? WORD_AHCI_NEXT_CARD : WORD_AHCI_NEXT;
    case KIND_RAID:
        return WORD_AHCI_NEXT;
    default:
        return WORD_OTHER_NEXT;
    }
}

static void other_title(const struct pci_function *other, char *text, size_t size)
{
    text_format(text, size, WORD_CONTROLLER_TITLE, words_vendor(other->vendor_id), other->vendor_id,
                other->device_id, other->bus, other->device, other->function);
}

/* Who is at the ports of an AHCI controller, in one line. */
static void ports_text(const struct ahci_seen *seen, char *text, size_t size)
{
    char optical[24], others[24], unknown[24];

    numbers_or_none(seen->with_packet, optical, sizeof optical);
    numbers_or_none(seen->with_device & ~seen->with_packet & ~seen->unknown, others, sizeof others);
    port_numbers(seen->unknown, unknown, sizeof unknown);
    if (!seen->readable)
        text_copy(text, size, WORD_AHCI_UNREADABLE);
    else if (seen->unknown)
        text_format(text, size, WORD_AHCI_UNASKED, optical, others, unknown);
    else
        text_format(text, size, WORD_AHCI_PORTS, optical, others);
}

/* Meaning and next step from `row` to before `end`. */
static void draw_text(struct app *app, unsigned row, unsigned end, const char *meaning,
                      const char *next)
{
    struct cells *cells = &app->cells;

    row += menu_wrap(cells, row, PANEL_COLUMN, PANEL_WIDTH, end - row, STYLE_TEXT, meaning);
    cells_text(cells, row, PANEL_COLUMN, 6, STYLE_STRONG, WORD_MAIN_NEXT);
    menu_wrap(cells, row, PANEL_COLUMN + 6, PANEL_WIDTH - 6, end - row, STYLE_STRONG, next);
}

static void draw_hidden(struct app *app, const struct chipset_hidden *hidden, unsigned row,
                        unsigned rows)
{
    char text[320];

    text_format(text, sizeof text, WORD_HIDDEN_MEANING, hidden->bridge.vendor_id,
                hidden->bridge.device_id, hidden->bridge.bus, hidden->bridge.device,
                hidden->bridge.function, hidden->where);
    menu_frame(&app->cells, row, rows, hidden->what);
    draw_text(app, row + 1, row + rows - 1, text, WORD_HIDDEN_NEXT);
}

void screen_controller_draw_panel(struct app *app, unsigned index, unsigned row, unsigned rows)
{
    const struct pci_function *other = other_of(app, index);
    const struct chipset_hidden *hidden = hidden_of(app, index);
    char text[PANEL_WIDTH + 1];
    unsigned line = row + 1;
    enum kind kind;

    if (hidden)
        draw_hidden(app, hidden, row, rows);
    if (!other)
        return;
    kind = kind_of(other);
    other_title(other, text, sizeof text);
    menu_frame(&app->cells, row, rows, text);
    if (kind == KIND_AHCI || app->ahci[index].readable) {
        ports_text(&app->ahci[index], text, sizeof text);
        cells_text(&app->cells, line++, PANEL_COLUMN, PANEL_WIDTH, STYLE_TEXT, text);
    }
    draw_text(app, line, row + rows - 1, other_meaning(kind), other_next(other, &app->ahci[index]));
}
