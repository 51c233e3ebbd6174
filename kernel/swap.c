#include "kernel/swap.h"

#include "kernel/lib/string.h"

/* PROTOCOL.md, "Bringing a drive in". */
enum {
    OTHERS_EVERY_US = 100000,
    RESTLESS_CHANGES = 8, /* within 32 looks */
    VENDOR_ALI = 0x10B9,
    IN_FLIGHT = ATA_STATUS_BSY | ATA_STATUS_DRQ
};

static const struct ide_channel *cable_of(const struct swap *swap)
{
    return swap->port->channel;
}

static uint64_t now_us(const struct swap *swap)
{
    return cable_of(swap)->ops->now_us(cable_of(swap)->bus);
}

/* Reads nothing but alternate status, and writes nothing. */
static uint8_t look_at(const struct ide_channel *channel)
{
    return channel->ops->read(channel->bus, ATA_REG_ALT_STATUS);
}

static bool is_ali(const struct ide_channel *channel)
{
    return channel->has_pci && channel->controller.vendor_id == VENDOR_ALI;
}

/* A bus that keeps what the host wrote last (probe.c, is_undriven()). */
static bool is_select(uint8_t status)
{
    return status == ATA_DEVICE_MASTER || status == ATA_DEVICE_SLAVE;
}

/* No drive changes its status all the time: noise, or contacts that move. */
static bool is_restless(const struct swap *swap)
{
    unsigned changes = 0;

    for (uint32_t bits = swap->restless; bits != 0; bits &= bits - 1)
        changes++;
    return changes >= RESTLESS_CHANGES;
}

static bool is_empty(const struct swap *swap)
{
    uint8_t status = swap->status;

    return ata_status_is_open(status) || is_restless(swap) || status == swap->empty_status ||
           (is_select(status) && is_select(swap->empty_status));
}

/* The same while it is not known yet what the empty cable reads. A drive that showed 00 and nobody
 * look the same. */
static bool looks_gone(const struct swap *swap)
{
    uint8_t status = swap->status, parked = swap->parked_status;

    return ata_status_is_open(status) || is_restless(swap) || (status == 0x00 && parked != 0x00) ||
           (is_select(status) && !is_select(parked));
}

/* ---- may this cable be used? ----------------------------------------------------------------- */

static bool cable_is(const struct port *port, enum verdict verdict)
{
    return port->verdict == verdict ||
           (port->neighbour != NULL && port->neighbour->verdict == verdict);
}

static bool cable_has_disk(const struct port *port)
{
    return cable_is(port, VERDICT_DISK) || port->disk_forever ||
           (port->neighbour != NULL && port->neighbour->disk_forever);
}

/* Nobody there, or nothing but noise: it neither keeps what is written nor ever answered. */
static bool is_nobody(const struct port *port)
{
    const struct evidence *evidence = &port->evidence;

    return port->verdict == VERDICT_NOTHING ||
           (port->verdict == VERDICT_UNKNOWN && !evidence->constant && !evidence->echo &&
            !evidence_is_named(evidence));
}

static bool cable_is_empty(const struct port *port)
{
    return is_nobody(port) && (port->neighbour == NULL || is_nobody(port->neighbour));
}

/* The position of the good drive, NULL: there is none. */
static const struct port *donor_port(const struct port *port)
{
    struct drive_name name;

    if (port->verdict != VERDICT_HEALTHY && port->neighbour != NULL)
        port = port->neighbour;
    return port->verdict == VERDICT_HEALTHY && drive_name_of(port, &name) ? port : NULL;
}

enum swap_refusal swap_allowed(const struct port *port, enum swap_variant variant)
{
    const struct port *donor;

    if (cable_is(port, VERDICT_PROBING))
        return SWAP_STILL_PROBING;
    if (cable_is(port, VERDICT_CHANNEL_OFF) || cable_is(port, VERDICT_CHANNEL_FLOATS))
        return SWAP_CHANNEL_OFF;
    if (cable_has_disk(port))
        return SWAP_HAS_DISK;
    if (variant != SWAP_CABLE)
        return cable_is_empty(port) ? SWAP_ALLOWED : SWAP_NOT_EMPTY;
    if (cable_is_empty(port))
        return SWAP_NO_DONOR;
    donor = donor_port(port);
    if (donor == NULL)
        return SWAP_DONOR_SICK;
    return port_alone(donor) == ALONE_YES ? SWAP_ALLOWED : SWAP_SECOND;
}

/* ---- other cables ---------------------------------------------------------------------------- */

static void begin_others(struct swap *swap)
{
    const struct ide_found *ide = &swap->machine->ide;

    for (unsigned i = 0; i < ide->channel_count; i++) {
        const struct ide_channel *channel = &ide->channels[i];
        struct swap_other *other = &swap->others[i];

        *other = (struct swap_other){.watched = channel != cable_of(swap) && channel->decoding};
        if (other->watched)
            other->before = other->now = look_at(channel);
    }
    swap->other = NULL;
    swap->others_us = now_us(swap);
}

/* Three kinds of status are told apart: nobody, somebody, and 00, which may be both. A drive that
 * works for itself changes its status, but not its kind. */
static unsigned kind_of(uint8_t status)
{
    return ata_status_is_open(status) ? 0 : status == 0x00 ? 1 : 2;
}

static struct port *port_on(const struct swap *swap, const struct ide_channel *channel)
{
    for (unsigned i = 0; i < swap->machine->port_count; i++) {
        if (swap->machine->ports[i].channel == channel)
            return &swap->machine->ports[i];
    }
    return NULL;
}

/* Something on another cable came or went, and stays so; or all is again as it was. */
static void judge_other(struct swap *swap, const struct ide_channel *channel,
                        struct swap_other *other)
{
    struct port *port = port_on(swap, channel);

    if (kind_of(other->now) == kind_of(other->before)) {
        other->odd_since_us = 0;
        if (swap->other == port)
            swap->other = NULL;
        return;
    }
    if (other->odd_since_us == 0)
        other->odd_since_us = now_us(swap);
    if (now_us(swap) - other->odd_since_us < SWAP_GONE_US || swap->other == port)
        return;
    swap->other = port;
    swap->other_status = other->now;
    log_line(swap->log, "swap", "%s changed from %02X to %02X: wrong cable?", channel->where,
             other->before, other->now);
}

static void look_at_others(struct swap *swap)
{
    const struct ide_found *ide = &swap->machine->ide;

    if (now_us(swap) - swap->others_us < OTHERS_EVERY_US)
        return;
    swap->others_us = now_us(swap);
    for (unsigned i = 0; i < ide->channel_count; i++) {
        const struct ide_channel *channel = &ide->channels[i];
        struct swap_other *other = &swap->others[i];

        if (!other->watched)
            continue;
        if (!is_ali(channel) || other->now != 0xFF)
            other->now = look_at(channel);
        judge_other(swap, channel, other);
    }
}

/* ---- what the cable shows -------------------------------------------------------------------- */

bool swap_is_blind(const struct swap *swap)
{
    return is_ali(cable_of(swap)) && swap->status == 0xFF;
}

/* Takes entry `index` out; if the ones around it show the same, they become one. */
static void take_out(struct trail *trail, unsigned index)
{
    struct trail_entry *entry = &trail->entries[index];
    bool same = index > 0 && entry[-1].status == entry[1].status;

    if (same) {
        entry[-1].until_us = entry[1].until_us;
        entry[-1].looks += entry[1].looks;
    }
    trail->count -= same ? 2 : 1;
    memmove(entry, entry + (same ? 2 : 1), (trail->count - index) * sizeof *entry);
}

/* Contacts that bounce would push everything else out of the trail. */
static void note(struct swap *swap, uint8_t status)
{
    struct trail *trail = &swap->trail;
    unsigned last;

    swap->status = status;
    trail_note(trail, now_us(swap), status);
    last = trail->count - 1;
    if (last > 0 &&
        trail->entries[last - 1].until_us - trail->entries[last - 1].from_us < SWAP_LASTS_US)
        take_out(trail, last - 1);
    strip_note(&swap->strip, now_us(swap), status);
}

static void look(struct swap *swap)
{
    uint8_t before = swap->status;

    if (swap_is_blind(swap))
        return;
    note(swap, look_at(cable_of(swap)));
    swap->restless = swap->restless << 1 | (swap->status != before);
}

static void enter(struct swap *swap, enum swap_state state)
{
    static const char *const names[] = {
        "ready", "waiting for it to go", "waiting for somebody", "settling", "probing", "over"};

    swap->state = state;
    swap->since_us = 0;
    swap->deadline_us = 0;
    log_line(swap->log, "swap", "port %u: %s, status %02X, bounces %u", swap->port->number,
             names[state], swap->status, (unsigned)swap->bounces);
}

/* Keeps `since_us`; returns how long `condition` has been true without a break. */
static uint64_t lasts(struct swap *swap, bool condition)
{
    uint64_t now = now_us(swap);

    if (!condition) {
        swap->bounces += swap->since_us != 0;
        swap->since_us = 0;
        return 0;
    }
    if (swap->since_us == 0)
        swap->since_us = now;
    return now - swap->since_us;
}

/* Another drive may come. Only a bus that reads as nobody's for sure ends a disk's protection: a
 * plug that wobbles does not. */
static void forget(const struct swap *swap, struct port *port)
{
    port->name_before[0] = '\0';
    if (ata_status_is_open(swap->status) && !is_restless(swap))
        port->disk_forever = false;
}

static void gone(struct swap *swap)
{
    swap->empty_status = is_restless(swap) ? 0xFF : swap->status;
    forget(swap, swap->port);
    if (swap->port->neighbour != NULL)
        forget(swap, swap->port->neighbour);
    enter(swap, SWAP_COMING);
}

static void step_going(struct swap *swap)
{
    if (lasts(swap, looks_gone(swap)) >= SWAP_GONE_US || swap_is_blind(swap))
        gone(swap);
}

static void step_coming(struct swap *swap)
{
    bool empty = is_empty(swap);

    /* A bus that reads 7F or FF when nobody is there shows somebody by 00, too. */
    if (ata_status_is_open(swap->status))
        swap->empty_status = swap->status;
    if (lasts(swap, !empty) < SWAP_BACK_US)
        return;
    enter(swap, SWAP_SETTLING);
    swap->deadline_us = now_us(swap) + SWAP_SETTLE_US;
}

/* ---- who came -------------------------------------------------------------------------------- */

static void begin_probe(struct swap *swap)
{
    struct port *port = swap->port;

    /* Another drive, perhaps another ribbon: nothing that was seen before counts. */
    port->verdict = VERDICT_PROBING;
    if (port->neighbour != NULL)
        port->neighbour->verdict = VERDICT_PROBING;
    enter(swap, SWAP_PROBING);
    swap->deadline_us = now_us(swap) + SWAP_PROBE_US;
    probe_start(swap->machine, port, true);
}

static void step_settling(struct swap *swap)
{
    if (!swap->told && is_empty(swap)) {
        swap->bounces++;
        enter(swap, SWAP_COMING);
        return;
    }
    if (now_us(swap) >= swap->deadline_us)
        begin_probe(swap);
}

static bool is_there(const struct port *port)
{
    return port != NULL && port->verdict != VERDICT_NOTHING &&
           port->verdict != VERDICT_CHANNEL_OFF && port->verdict != VERDICT_CHANNEL_FLOATS;
}

static enum swap_outcome outcome_of(struct swap *swap)
{
    struct port *port = swap->port, *neighbour = port->neighbour;

    if (cable_has_disk(port))
        return SWAP_DISK;
    if (!is_there(port) && !is_there(neighbour))
        return SWAP_NOBODY;
    if (!is_there(port))
        swap->port = port = neighbour;
    /* It may have gone while it was asked. */
    ata_select(&port->device);
    if (ata_status_is_open(port->device.last_status))
        return SWAP_NOBODY;
    if (donors_have(swap->donors, port) ||
        (port->neighbour != NULL && donors_have(swap->donors, port->neighbour)))
        return SWAP_SAME_DRIVE;
    return is_there(port->neighbour) && port_alone(port) == ALONE_NO ? SWAP_TWO : SWAP_ARRIVED;
}

static void step_probing(struct swap *swap)
{
    static const char *const names[] = {"undecided", "arrived", "same drive", "a disk",
                                        "two",       "nobody",  "stopped"};

    bool running = probe_step_cable(swap->machine, swap->port);

    if (!running)
        swap->outcome = outcome_of(swap);
    note(swap, swap->port->evidence.status);
    if (running)
        return;
    enter(swap, SWAP_OVER);
    log_line(swap->log, "swap", "port %u: %s", swap->port->number, names[swap->outcome]);
}

/* ---- from outside ---------------------------------------------------------------------------- */

bool swap_open(struct swap *swap, struct machine *machine, struct port *port,
               enum swap_variant variant, struct donors *donors, struct log *log)
{
    const struct port *donor = variant == SWAP_CABLE ? donor_port(port) : NULL;

    memset(swap, 0, sizeof *swap);
    swap->machine = machine;
    swap->port = port;
    swap->donors = donors;
    swap->log = log;
    swap->variant = variant;
    swap->status = port->evidence.status;
    if (donor == NULL)
        return true;
    if (donor != port)
        swap->port = port->neighbour;
    (void)drive_name_of(donor, &swap->donor);
    log_line(log, "swap", "port %u: good drive '%s' '%s' '%s' '%s'", swap->port->number,
             swap->donor.vendor, swap->donor.product, swap->donor.revision, swap->donor.serial);
    return donors_add(donors, &swap->donor);
}

/* Selects the drive and sets nIEN. False: it is busy with a command, or not there. */
static bool make_quiet(struct swap *swap)
{
    struct ata_device *device = &swap->port->device;

    ata_select(device);
    if (ata_status_is_open(device->last_status) || (device->last_status & IN_FLIGHT) != 0)
        return false;
    ata_quiet(device);
    look(swap);
    return !ata_status_is_open(swap->status) && (swap->status & IN_FLIGHT) == 0;
}

/* From here on nothing is written to the cable. */
static void watch(struct swap *swap)
{
    swap->outcome = SWAP_UNDECIDED;
    swap->bounces = 0;
    swap->told = false;
    swap->restless = 0;
    swap->parked_status = swap->status;
    begin_others(swap);
}

/* Waits for somebody. The probe found the cable empty: what it read counts, the plug may be in by
 * now. */
static void watch_late(struct swap *swap)
{
    swap->empty_status = swap->status;
    enter(swap, SWAP_COMING);
}

bool swap_park(struct swap *swap)
{
    if (swap->variant != SWAP_CABLE) {
        watch(swap);
        watch_late(swap);
        return true;
    }
    if (!make_quiet(swap))
        return false;
    watch(swap);
    enter(swap, SWAP_GOING);
    return true;
}

enum swap_state swap_step(struct swap *swap)
{
    if (swap->state == SWAP_GOING || swap->state == SWAP_COMING || swap->state == SWAP_SETTLING) {
        look(swap);
        look_at_others(swap);
    }
    switch (swap->state) {
    case SWAP_GOING:
        step_going(swap);
        break;
    case SWAP_COMING:
        step_coming(swap);
        break;
    case SWAP_SETTLING:
        step_settling(swap);
        break;
    case SWAP_PROBING:
        step_probing(swap);
        break;
    case SWAP_READY:
    case SWAP_OVER:
        break;
    }
    return swap->state;
}

void swap_look_now(struct swap *swap)
{
    if (swap->state != SWAP_GOING && swap->state != SWAP_COMING)
        return;
    swap->told = true;
    enter(swap, SWAP_SETTLING);
    swap->deadline_us = now_us(swap) + SWAP_SETTLE_US;
}

void swap_skip_busy(struct swap *swap)
{
    if (swap->state == SWAP_PROBING)
        probe_skip_busy(swap->machine, swap->port);
}

void swap_again(struct swap *swap)
{
    swap->left = swap->outcome;
    if (swap->outcome == SWAP_NOBODY) {
        watch(swap);
        watch_late(swap);
        return;
    }
    (void)make_quiet(swap);
    look(swap);
    watch(swap);
    enter(swap, SWAP_GOING);
}

void swap_stop(struct swap *swap)
{
    enum swap_state state = swap->state;

    if (state == SWAP_OVER)
        return;
    swap->outcome = SWAP_STOPPED;
    enter(swap, SWAP_OVER);
    /* A probe that runs already goes on by itself, and nothing was changed before the parking. */
    if (state != SWAP_PROBING && state != SWAP_READY)
        probe_start(swap->machine, swap->port, false);
}
