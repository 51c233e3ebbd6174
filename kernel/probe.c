#define ERROR_MODULE MODULE_PROBE
#include "kernel/probe.h"

#include "drivers/mtk.h"
#include "kernel/lib/crc32.h"
#include "kernel/lib/string.h"
#include "kernel/lib/text.h"

/* PROTOCOL.md, "Times" and "Looking at a cable". */
enum {
    LOOK_US = 800000,            /* that long an undriven bus is given to come alive */
    INQUIRY_BOUND_US = 15000000, /* INQUIRY, its sense and its repetitions */
    READY_BOUND_US = 10000000,   /* TEST UNIT READY and its repetitions */
    REFRESH_US = 100000,
    PACE_US = 20,     /* between two steps of a probe that somebody stands and waits for */
    EMPTY_EVERY = 10, /* refreshes between looks at an empty position beside a drive */
    GONE_US = 1000000,
    CHANGED_US = 500000,
    RESTARTS = 20,         /* probes in a row that nobody asked for */
    RESTLESS_CHANGES = 32, /* in LOOK_US: no drive changes its status so often by itself */
    VENDOR_LOOKS = 4,      /* equal ones that make vendor mode */

    VENDOR_ALI = 0x10B9
};

static uint64_t now_us(const struct probe *probe)
{
    const struct ide_channel *channel = probe->ports[0]->channel;

    return channel->ops->now_us(channel->bus);
}

static bool is_busy(uint8_t status)
{
    return (status & ATA_STATUS_BSY) != 0;
}

/* What a bus reads that nobody drives: a constant, or the byte that the host wrote last to select
 * the position (both positions then follow it). */
static bool is_undriven(const struct port *port)
{
    uint8_t status = port->evidence.status;

    if (status == 0x00 || ata_status_is_open(status))
        return true;
    return status == port->device.select && port->neighbour != NULL &&
           port->neighbour->evidence.status == port->neighbour->device.select;
}

/* ---- looking --------------------------------------------------------------------------------- */

/* The status that was just read. A drive in vendor mode shows the same one at every look
 * (PROTOCOL.md, "Status"); noise on a bus that nobody drives does so once. */
static uint8_t believed_status(struct port *port)
{
    uint8_t status = port->device.last_status;

    for (unsigned look = 1; look < VENDOR_LOOKS && mtk_mode_of_status(status) != MTK_NONE; look++)
        status = ata_alt_status(&port->device);
    return status;
}

/* Keeps the status that was just read. */
static void note_status(struct probe *probe, unsigned position)
{
    struct port *port = probe->ports[position];
    struct probe_place *place = &probe->places[position];
    uint8_t status = believed_status(port);

    if (!place->looked)
        port->evidence.first_status = status;
    else if (status != port->evidence.status)
        place->changed = true;
    place->looked = true;
    port->evidence.status = status;
    port->evidence.constant = !place->changed && is_undriven(port);
    if (!is_busy(status) || status == 0xFF)
        port->busy_since_us = 0;
    else if (port->busy_since_us == 0)
        port->busy_since_us = now_us(probe);
    if (mtk_mode_of_status(status) != MTK_NONE)
        probe->hands_off = true;
}

/* The trail holds what a place shows by itself, and how it is left by a command; the steps of a
 * command would push everything else out of it. */
static void note_trail(struct probe *probe, unsigned position)
{
    struct port *port = probe->ports[position];

    trail_note(&port->trail, now_us(probe), port->evidence.status);
}

static void look(struct probe *probe, unsigned position)
{
    ata_select(&probe->ports[position]->device);
    note_status(probe, position);
    note_trail(probe, position);
}

/* Nothing is written before both positions were looked at in this pass: one may be in vendor mode,
 * and both would take the write, signatures gone. */
static bool all_seen(const struct probe *probe)
{
    return probe->places[0].seen && (probe->ports[1] == NULL || probe->places[1].seen);
}

/* Once per pass, with BSY = 0. Later in it, and without a reset in a later pass, the registers hold
 * what our own tests left there. */
static void read_signature(struct probe *probe, unsigned position)
{
    struct port *port = probe->ports[position];
    struct evidence *evidence = &port->evidence;
    enum ata_signature signature;
    uint8_t raw[4];

    probe->places[position].has_signature = true;
    signature = ata_signature(&port->device, raw);
    if (probe->reset_done || evidence->signature == ATA_SIGNATURE_NONE) {
        evidence->signature = signature;
        memcpy(evidence->signature_raw, raw, sizeof raw);
    }
}

/* Signature and echo of a position that is not busy (any more). */
static void test_registers(struct probe *probe, unsigned position, bool again)
{
    struct probe_place *place = &probe->places[position];
    struct port *port = probe->ports[position];

    if (!place->has_signature)
        read_signature(probe, position);
    if (!all_seen(probe) || (place->tested && !again))
        return;
    place->tested = true;
    port->evidence.echo_tested = true;
    port->evidence.echo = ata_registers_echo(&port->device);
}

/* An ALi controller is not to be asked again when nobody is there (PROTOCOL.md, "ALi"). */
static bool is_ali_nothing(const struct probe *probe, const struct port *port)
{
    const struct ide_channel *channel = probe->ports[0]->channel;

    return channel->has_pci && channel->controller.vendor_id == VENDOR_ALI &&
           port->evidence.status == 0xFF;
}

/* One look at one position, and what it decides. `late`: the bus had its time. */
static void look_at_place(struct probe *probe, unsigned position, bool late)
{
    struct probe_place *place = &probe->places[position];
    struct port *port = probe->ports[position];
    uint8_t before = port->evidence.status;

    look(probe, position);
    place->changes += place->seen && port->evidence.status != before;
    place->seen = true;
    if (is_ali_nothing(probe, port))
        place->state = PLACE_ABSENT;
    if (probe->hands_off || place->state == PLACE_ABSENT)
        return;
    if (!is_busy(port->evidence.status))
        test_registers(probe, position, late);
    if (!all_seen(probe))
        return;
    if (port->evidence.echo && !is_busy(port->evidence.status))
        place->state = PLACE_READY;
    else if (is_undriven(port) && (late || probe->reset_done))
        place->state = PLACE_ABSENT;
    else if (late && place->changes >= RESTLESS_CHANGES) {
        port->evidence.restless = true;
        place->state = PLACE_ABSENT;
    } else if (late)
        place->state = is_busy(port->evidence.status) ? PLACE_BUSY : PLACE_READY;
    if (place->state == PLACE_BUSY && place->busy_from_us == 0)
        place->busy_from_us = now_us(probe);
}

static void begin_pass(struct probe *probe, enum probe_state state)
{
    probe->state = state;
    probe->step = 0;
    probe->pass_us = now_us(probe);
    for (unsigned i = 0; i < 2; i++) {
        if (probe->ports[i] == NULL)
            continue;
        probe->places[i].state = PLACE_OPEN;
        probe->places[i].seen = false;
        probe->places[i].has_signature = false;
        probe->places[i].tested = false;
        probe->places[i].changes = 0;
        probe->ports[i]->probe_bound_us = probe->pass_us + LOOK_US;
    }
}

static bool any_place(const struct probe *probe, enum place_state state)
{
    return probe->places[0].state == state || probe->places[1].state == state;
}

/* ---- the end --------------------------------------------------------------------------------- */

/* Constant 00 with registers behind it that never reacted to a command. */
static bool is_silent_zero(const struct evidence *evidence)
{
    return evidence->constant && evidence->status == 0x00 && evidence->echo &&
           evidence->asked_packet && evidence->identify_packet != 0 &&
           evidence->identify_device != 0;
}

/* Whether anybody drives the bus there: registers echo, or the status was ever something else than
 * an undriven bus reads (a busy device does not echo). */
static bool is_present(const struct evidence *evidence)
{
    return (evidence->echo || !evidence->constant) && !evidence->answered_for;
}

/* PROTOCOL.md, "The other position": a device answers for one that is missing. */
static void note_answered_for(struct probe *probe)
{
    for (unsigned i = 2; i-- > 0;) {
        struct port *port = probe->ports[i];

        if (port == NULL || port->neighbour == NULL)
            continue;
        port->evidence.answered_for =
            is_silent_zero(&port->evidence) && is_present(&port->neighbour->evidence);
        port->evidence.answered_by_disk =
            port->evidence.answered_for && port->neighbour->evidence.identify_device_valid;
    }
}

/* "not sent", or the error code in hexadecimal. */
static const char *answer(char text[9], bool asked, err_t error)
{
    if (asked)
        text_format(text, 9, "%08x", (unsigned)error);
    else
        text_copy(text, 9, "not sent");
    return text;
}

static void log_port(const struct probe *probe, const struct port *port)
{
    const struct evidence *evidence = &port->evidence;
    const uint8_t *raw = evidence->signature_raw;
    char device[9], packet[9], inquiry[9];

    log_line(probe->log, "probe",
             "port %u: status %02X first %02X, registers %s, signature %02X %02X %02X %02X",
             port->number, evidence->status, evidence->first_status,
             evidence->echo ? "echo" : "do not echo", raw[0], raw[1], raw[2], raw[3]);
    log_line(probe->log, "probe", "port %u: EC %s, A1 %s, INQUIRY %s, name \"%s\"", port->number,
             answer(device, evidence->asked_device, evidence->identify_device),
             answer(packet, evidence->asked_packet, evidence->identify_packet),
             answer(inquiry, evidence->asked_inquiry, evidence->inquiry_error), port->name);
    if (evidence->asked_ready)
        log_line(probe->log, "probe",
                 "port %u: TEST UNIT READY %08x status %02X error %02X sense %X/%02X/%02X",
                 port->number, (unsigned)evidence->ready_result.error,
                 evidence->ready_result.status, evidence->ready_result.error_register,
                 evidence->ready_result.sense_key, evidence->ready_result.asc,
                 evidence->ready_result.ascq);
    if (evidence->identify_unstable)
        log_line(probe->log, "probe", "port %u: IDENTIFY asked twice, two different answers",
                 port->number);
}

/* Beside a drive in vendor mode nothing is tried; what was tried before and looks the same counts.
 */
static void note_absent_before(const struct probe_place *place, struct evidence *evidence)
{
    if (place->was_absent && evidence->constant && evidence->status == place->absent_status)
        evidence->echo_tested = true;
}

/* Another drive than before, as far as names tell. An empty end of the cable ends the memory. */
static void note_name(struct port *port)
{
    if (port->verdict == VERDICT_NOTHING)
        port->name_before[0] = '\0';
    if (port->name[0] == '\0')
        return;
    port->evidence.other_name =
        port->name_before[0] != '\0' && strcmp(port->name, port->name_before) != 0;
    if (!port->evidence.other_name)
        text_copy(port->name_before, sizeof port->name_before, port->name);
}

static void finish(struct probe *probe)
{
    bool empty = true;

    note_answered_for(probe);
    for (unsigned i = 0; i < 2; i++) {
        struct port *port = probe->ports[i];

        if (port == NULL)
            continue;
        note_absent_before(&probe->places[i], &port->evidence);
        port_judge(port);
        note_name(port);
        port->probe_bound_us = 0;
        probe->places[i].state = PLACE_DONE;
        probe->places[i].judged_status = port->evidence.status;
        probe->places[i].odd_since_us = 0;
        empty = empty && port->verdict == VERDICT_NOTHING;
        log_port(probe, port);
    }
    if (empty) {
        probe->ports[0]->disk_forever = false;
        if (probe->ports[1] != NULL)
            probe->ports[1]->disk_forever = false;
    }
    probe->state = PROBE_FINISHED;
    probe->refreshed_us = now_us(probe);
}

/* ---- the order of things --------------------------------------------------------------------- */

static void begin_busy(struct probe *probe)
{
    probe->state = PROBE_BUSY;
    for (unsigned i = 0; i < 2; i++) {
        if (probe->places[i].state == PLACE_BUSY)
            probe->ports[i]->probe_bound_us = probe->places[i].busy_from_us + ATA_RESET_BOUND_US;
    }
}

/* Whoever can be asked is asked first, whoever is busy is waited for, then it is over. */
static void go_on(struct probe *probe)
{
    if (probe->hands_off) {
        finish(probe);
        return;
    }
    for (unsigned i = 0; i < 2; i++) {
        if (probe->places[i].state == PLACE_READY) {
            probe->position = i;
            probe->state = PROBE_IDENTIFY;
            probe->step = 0;
            return;
        }
    }
    if (any_place(probe, PLACE_BUSY))
        begin_busy(probe);
    else
        finish(probe);
}

static void done_with_place(struct probe *probe)
{
    probe->places[probe->position].state = PLACE_DONE;
    go_on(probe);
}

static void begin_reset(struct probe *probe)
{
    probe->reset_done = true;
    ata_soft_reset(&probe->ports[0]->device);
    begin_pass(probe, PROBE_RESET);
    probe->pass_us += ATA_RESET_SETTLE_US;
    log_line(probe->log, "probe", "%s: reset", probe->ports[0]->channel->where);
}

/* After a first look at both positions. */
static bool wants_reset(const struct probe *probe)
{
    if (!probe->reset_allowed || probe->reset_done || probe->hands_off)
        return false;
    if (probe->reset_forced)
        return true;
    return any_place(probe, PLACE_READY) && !any_place(probe, PLACE_BUSY);
}

/* One look per step, the positions in turn, until all are decided. */
static void step_look(struct probe *probe)
{
    bool late = now_us(probe) - probe->pass_us >= LOOK_US;
    unsigned position = probe->step++ % 2;

    if (probe->ports[position] != NULL && probe->places[position].state == PLACE_OPEN)
        look_at_place(probe, position, late);
    if (!all_seen(probe))
        return;
    if (probe->hands_off || (probe->reset_forced && wants_reset(probe))) {
        if (probe->hands_off)
            finish(probe);
        else
            begin_reset(probe);
        return;
    }
    if (any_place(probe, PLACE_OPEN))
        return;
    if (wants_reset(probe))
        begin_reset(probe);
    else
        go_on(probe);
}

static void step_reset(struct probe *probe)
{
    if (now_us(probe) >= probe->pass_us)
        step_look(probe);
}

/* ---- IDENTIFY -------------------------------------------------------------------------------- */

/* The command to send next to this position; 0: none. */
static uint8_t next_identify(const struct evidence *evidence)
{
    uint8_t first = ATA_IDENTIFY_PACKET_DEVICE, second = ATA_IDENTIFY_DEVICE;

    if (evidence->signature == ATA_SIGNATURE_DISK) {
        first = ATA_IDENTIFY_DEVICE;
        second = ATA_IDENTIFY_PACKET_DEVICE;
    }
    if (!evidence->asked_device && !evidence->asked_packet)
        return first;
    if (evidence->asked_device && evidence->asked_packet)
        return 0;
    if (evidence->identify_packet_valid || evidence->identify_device_valid)
        return 0;
    if (evidence->asked_packet && evidence->identify_packet == 0)
        return 0; /* it answers packets' questions, with garbage: ask INQUIRY */
    return second;
}

/* A device that packets may be sent to: it said so, or shows the signature and refuses commands
 * (boot code knows fewer of them). */
static bool takes_packets(const struct evidence *evidence)
{
    if (evidence->identify_device_valid)
        return false;
    if (evidence->identify_packet_valid ||
        (evidence->asked_packet && evidence->identify_packet == 0))
        return true;
    return evidence->signature == ATA_SIGNATURE_PACKET &&
           error_class(evidence->identify_packet) == ERR_DEVICE;
}

static void begin_inquiry(struct probe *probe)
{
    probe->state = PROBE_INQUIRY;
    probe->step = 0;
    probe->retries = 0;
    probe->deadline_us = now_us(probe) + INQUIRY_BOUND_US;
    probe->ports[probe->position]->probe_bound_us = probe->deadline_us;
}

/* Sends the next IDENTIFY; false: none is left. */
static bool begin_identify(struct probe *probe)
{
    struct port *port = probe->ports[probe->position];
    uint8_t command = next_identify(&port->evidence);

    if (command == 0)
        return false;
    probe->asked_again = false;
    ata_identify_begin(&probe->identify, &port->device, command, port->evidence.identify,
                       ATA_IDENTIFY_BOUND_US);
    probe->step = command;
    port->probe_bound_us = now_us(probe) + ATA_IDENTIFY_BOUND_US;
    return true;
}

/* Selects the position, and makes sure that it can be asked. */
static bool prepare_identify(struct probe *probe)
{
    struct probe_place *place = &probe->places[probe->position];

    look(probe, probe->position);
    if (probe->hands_off)
        return false;
    if (is_busy(probe->ports[probe->position]->evidence.status)) {
        place->state = PLACE_BUSY;
        place->busy_from_us = now_us(probe);
        return false;
    }
    ata_quiet(&probe->ports[probe->position]->device);
    return true;
}

/* One doubtful answer is asked for again: what the wires spoil comes out differently each time. */
static bool asks_again(struct probe *probe)
{
    struct port *port = probe->ports[probe->position];
    struct evidence *evidence = &port->evidence;

    if (probe->asked_again || probe->identify.error != 0 || !evidence_is_garbled(evidence))
        return false;
    probe->asked_again = true;
    probe->first_crc32 = crc32_update(0, evidence->identify, sizeof evidence->identify);
    ata_identify_begin(&probe->identify, &port->device, probe->step, evidence->identify,
                       ATA_IDENTIFY_BOUND_US);
    port->probe_bound_us = now_us(probe) + ATA_IDENTIFY_BOUND_US;
    return true;
}

/* How the second answer compares with the first one, which was taken note of already. */
static void compare_answers(struct probe *probe)
{
    struct evidence *evidence = &probe->ports[probe->position]->evidence;

    evidence->identify_unstable =
        probe->identify.error != 0 ||
        crc32_update(0, evidence->identify, sizeof evidence->identify) != probe->first_crc32;
}

static void note_identify(struct probe *probe)
{
    struct port *port = probe->ports[probe->position];

    if (probe->asked_again)
        compare_answers(probe);
    if (!probe->asked_again || probe->identify.error == 0)
        evidence_note_identify(&port->evidence, probe->step, probe->identify.error);
}

/* An answer came, or none will: what to ask next. */
static void after_identify(struct probe *probe)
{
    struct evidence *evidence = &probe->ports[probe->position]->evidence;

    if (is_busy(evidence->status)) {
        evidence->busy_out = true;
        done_with_place(probe);
    } else if (asks_again(probe) || begin_identify(probe)) {
        return;
    } else if (takes_packets(evidence)) {
        begin_inquiry(probe);
    } else {
        done_with_place(probe);
    }
}

static void step_identify(struct probe *probe)
{
    bool over;

    if (probe->step == 0) {
        if (!prepare_identify(probe))
            go_on(probe);
        else if (!begin_identify(probe))
            done_with_place(probe);
        return;
    }
    over = ata_identify_step(&probe->identify);
    note_status(probe, probe->position);
    if (!over)
        return;
    note_trail(probe, probe->position);
    note_identify(probe);
    after_identify(probe);
}

/* ---- INQUIRY --------------------------------------------------------------------------------- */

static void send_inquiry(struct probe *probe)
{
    struct port *port = probe->ports[probe->position];
    struct evidence *evidence = &port->evidence;
    uint8_t packet[12];

    inquiry_packet(packet);
    memset(&evidence->inquiry, 0, sizeof evidence->inquiry);
    atapi_begin(&probe->transfer, &port->device, packet, PACKET_IN, evidence->inquiry.raw,
                sizeof evidence->inquiry.raw, INQUIRY_TIMEOUT_US, &evidence->inquiry_result);
    probe->step = 1;
}

static bool wants_repetition(const struct probe *probe, const struct packet_result *result)
{
    return result->error != 0 && result->sense_valid && result->sense_key == 0x06 &&
           probe->retries < ATTENTION_RETRIES && now_us(probe) < probe->deadline_us;
}

/* Goes on with the packet under way. True: it is over, and not to be repeated. */
static bool step_packet(struct probe *probe, const struct packet_result *result)
{
    bool over = atapi_step(&probe->transfer);

    note_status(probe, probe->position);
    if (!over)
        return false;
    note_trail(probe, probe->position);
    if (!wants_repetition(probe, result))
        return true;
    probe->retries++;
    probe->step = 0;
    return false;
}

/* Only a drive that runs is asked for its disc: boot code knows few commands. */
static bool wants_ready(const struct evidence *evidence)
{
    return evidence->inquiry_error == 0 && port_verdict(evidence) == VERDICT_HEALTHY;
}

static void begin_ready(struct probe *probe)
{
    probe->state = PROBE_READY;
    probe->step = 0;
    probe->retries = 0;
    probe->deadline_us = now_us(probe) + READY_BOUND_US;
    probe->ports[probe->position]->probe_bound_us = probe->deadline_us;
}

static void step_inquiry(struct probe *probe)
{
    struct evidence *evidence = &probe->ports[probe->position]->evidence;

    if (probe->step == 0) {
        send_inquiry(probe);
        return;
    }
    if (!step_packet(probe, &evidence->inquiry_result))
        return;
    evidence_note_inquiry(evidence);
    evidence->busy_out = evidence->inquiry_error != 0 && is_busy(evidence->status);
    if (wants_ready(evidence))
        begin_ready(probe);
    else
        done_with_place(probe);
}

/* ---- TEST UNIT READY ------------------------------------------------------------------------- */

static void send_ready(struct probe *probe)
{
    struct port *port = probe->ports[probe->position];
    uint64_t now = now_us(probe);
    uint32_t left_us = now < probe->deadline_us ? (uint32_t)(probe->deadline_us - now) : 0;
    static const uint8_t packet[12] = {0x00};

    port->evidence.asked_ready = true;
    atapi_begin(&probe->transfer, &port->device, packet, PACKET_NONE, NULL, 0, left_us,
                &port->evidence.ready_result);
    probe->step = 1;
}

/* The answer is a finding; whatever it is, the drive said its name and is what it was. */
static void step_ready(struct probe *probe)
{
    if (probe->step == 0)
        send_ready(probe);
    else if (step_packet(probe, &probe->ports[probe->position]->evidence.ready_result))
        done_with_place(probe);
}

/* ---- BSY ------------------------------------------------------------------------------------- */

static void step_busy(struct probe *probe)
{
    unsigned position = probe->turn++ % 2;
    struct probe_place *place = &probe->places[position];

    if (place->state != PLACE_BUSY)
        return;
    look(probe, position);
    if (probe->hands_off) {
        finish(probe);
        return;
    }
    if (!is_busy(probe->ports[position]->evidence.status)) {
        test_registers(probe, position, true);
        place->state = PLACE_READY;
        place->busy_from_us = 0;
        go_on(probe);
    } else if (now_us(probe) - place->busy_from_us >= ATA_RESET_BOUND_US) {
        probe->ports[position]->evidence.busy_out = true;
        place->state = PLACE_DONE;
        go_on(probe);
    }
}

/* ---- after the probe ------------------------------------------------------------------------- */

/* The position to look at now; 2: none. Looks select a position, and that is spared where it could
 * disturb: beside a drive in vendor mode, and beside a busy one. */
static unsigned refresh_position(struct probe *probe)
{
    struct port *const *ports = probe->ports;
    bool empty[2] = {ports[0]->verdict == VERDICT_NOTHING,
                     ports[1] == NULL || ports[1]->verdict == VERDICT_NOTHING};
    unsigned position = probe->turn++ % 2;

    if (ports[1] == NULL)
        return 0;
    if (ports[0]->verdict == VERDICT_VENDOR_MODE)
        return 0;
    if (ports[1]->verdict == VERDICT_VENDOR_MODE)
        return 1;
    if (empty[0] == empty[1])
        return position;
    if (probe->turn % EMPTY_EVERY == 0 && !is_busy(ports[empty[0] ? 1 : 0]->evidence.status))
        return empty[0] ? 0 : 1;
    return empty[0] ? 1 : 0;
}

/* Busy for longer than any drive that runs. */
static bool is_hung(const struct port *port, uint64_t now)
{
    return port->busy_since_us != 0 && now - port->busy_since_us >= ATA_RESET_BOUND_US;
}

/* Whether the status differs from what was judged in a way that makes the verdict doubtful. */
static bool is_odd(const struct port *port, const struct probe_place *place, uint64_t now)
{
    uint8_t status = port->evidence.status;

    switch (port->verdict) {
    case VERDICT_DISK:
    case VERDICT_HEALTHY:
    case VERDICT_BOOT_CODE:
    case VERDICT_IDENTITY_DAMAGED:
        /* They change their status as they work; only an undriven bus, vendor mode and BSY
         * without an end are odd. */
        return mtk_mode_of_status(status) != MTK_NONE ||
               (is_undriven(port) && status != place->judged_status) ||
               (port->verdict != VERDICT_DISK && is_hung(port, now));
    case VERDICT_STUCK_BUSY:
        return !is_busy(status);
    default:
        return status != place->judged_status;
    }
}

/* Something changed by itself and stayed so: the cable is looked at again. An undriven bus is
 * waited for a little longer, contacts bounce. */
static bool is_changed_for_good(const struct probe *probe, const struct port *port,
                                struct probe_place *place)
{
    uint64_t now = now_us(probe);

    if (!is_odd(port, place, now)) {
        place->odd_since_us = 0;
        return false;
    }
    if (place->odd_since_us == 0)
        place->odd_since_us = now;
    return now - place->odd_since_us >= (is_undriven(port) ? GONE_US : CHANGED_US);
}

static void restart(struct probe *probe, bool reset);

static void refresh(struct probe *probe)
{
    unsigned position;
    unsigned restarts = probe->restarts;

    if (!probe->ports[0]->channel->decoding || is_ali_nothing(probe, probe->ports[0]) ||
        now_us(probe) - probe->refreshed_us < REFRESH_US)
        return;
    probe->refreshed_us = now_us(probe);
    position = refresh_position(probe);
    look(probe, position);
    if (is_changed_for_good(probe, probe->ports[position], &probe->places[position]) &&
        restarts < RESTARTS) {
        restart(probe, false);
        probe->restarts = restarts + 1;
    }
}

/* ---- from outside ---------------------------------------------------------------------------- */

static void reset_port(struct port *port)
{
    port->evidence.decoding = port->channel->decoding;
    port->evidence.chipset = port->channel->chipset;
    port->evidence.report = port->channel->report;
    evidence_clear(&port->evidence);
    port->verdict = VERDICT_PROBING;
    port->busy_since_us = 0;
    port->name[0] = '\0';
}

/* A place as the next probe finds it. */
static void reset_place(struct probe_place *place, const struct port *port)
{
    const struct evidence *evidence = &port->evidence;

    *place = (struct probe_place){.was_absent = port->verdict == VERDICT_NOTHING &&
                                                evidence->echo_tested && !evidence->answered_for,
                                  .absent_status = evidence->status};
}

static void restart(struct probe *probe, bool reset)
{
    struct port *first = probe->ports[0];

    probe->reset_allowed = reset;
    probe->reset_forced = false;
    probe->places[1].state = PLACE_DONE;
    for (unsigned i = 0; i < 2; i++) {
        if (probe->ports[i] == NULL)
            continue;
        if (reset && probe->ports[i]->verdict == VERDICT_STUCK_BUSY)
            probe->reset_forced = true;
        reset_place(&probe->places[i], probe->ports[i]);
        reset_port(probe->ports[i]);
    }
    probe->reset_done = false;
    probe->hands_off = false;
    probe->restarts = 0;
    probe->turn = 0;
    if (!first->channel->decoding) {
        finish(probe);
        return;
    }
    probe->started_us = now_us(probe);
    begin_pass(probe, PROBE_LOOK);
}

static struct probe *probe_of(struct machine *machine, const struct port *port)
{
    return &machine->probes[port->channel - machine->ide.channels];
}

void probe_start(struct machine *machine, struct port *port, bool reset)
{
    restart(probe_of(machine, port), reset);
}

static void step(struct probe *probe)
{
    /* Every wait has its own bound; this one is for a drive that dances between them. */
    if (probe->state != PROBE_FINISHED && now_us(probe) - probe->started_us >= PROBE_LONGEST_US) {
        finish(probe);
        return;
    }
    switch (probe->state) {
    case PROBE_LOOK:
        step_look(probe);
        break;
    case PROBE_RESET:
        step_reset(probe);
        break;
    case PROBE_IDENTIFY:
        step_identify(probe);
        break;
    case PROBE_INQUIRY:
        step_inquiry(probe);
        break;
    case PROBE_READY:
        step_ready(probe);
        break;
    case PROBE_BUSY:
        step_busy(probe);
        break;
    case PROBE_FINISHED:
        refresh(probe);
        break;
    case PROBE_IDLE:
        break;
    }
}

bool probe_step(struct machine *machine)
{
    bool running = false;

    for (unsigned i = 0; i < machine->ide.channel_count; i++) {
        struct probe *probe = &machine->probes[i];

        step(probe);
        running = running || probe->state != PROBE_FINISHED;
    }
    return running;
}

bool probe_step_cable(struct machine *machine, const struct port *port)
{
    struct probe *probe = probe_of(machine, port);

    if (probe->state != PROBE_FINISHED)
        step(probe);
    return probe->state != PROBE_FINISHED;
}

void probe_skip_busy(struct machine *machine, const struct port *port)
{
    struct probe *probe = probe_of(machine, port);

    if (probe->state == PROBE_BUSY)
        finish(probe);
}

err_t probe_finish(struct machine *machine, struct port *port)
{
    struct probe *probe = probe_of(machine, port);
    struct ata_watch watch;

    ata_watch_start(&port->device, &watch, PROBE_LONGEST_US);
    while (probe->state != PROBE_FINISHED) {
        err_t error = ata_watch_turn(&port->device, &watch);

        if (error != 0)
            return error;
        /* A step that only waits touches no register: the clock of a simulated bus, which counts
         * accesses, would stand still. */
        port->device.ops->wait_us(port->device.bus, PACE_US);
        probe_step(machine);
    }
    return 0;
}

static struct port *add_port(struct machine *machine, struct ide_channel *channel,
                             unsigned position)
{
    struct port *port = &machine->ports[machine->port_count++];

    memset(port, 0, sizeof *port);
    port->number = (uint8_t)machine->port_count;
    port->transport = TRANSPORT_IDE;
    port->channel = channel;
    port->device.ops = channel->ops;
    port->device.bus = channel->bus;
    port->device.select = position == 0 ? ATA_DEVICE_MASTER : ATA_DEVICE_SLAVE;
    if (channel->single)
        text_copy(port->where, sizeof port->where, channel->where);
    else
        text_format(port->where, sizeof port->where, "%s %s", channel->where,
                    position == 0 ? "master" : "slave");
    return port;
}

void probe_open(struct machine *machine, struct log *log)
{
    machine->log = log;
    machine->port_count = 0;
    for (unsigned i = 0; i < machine->ide.channel_count; i++) {
        struct ide_channel *channel = &machine->ide.channels[i];
        struct probe *probe = &machine->probes[i];

        memset(probe, 0, sizeof *probe);
        probe->log = log;
        probe->ports[0] = add_port(machine, channel, 0);
        if (!channel->single) {
            probe->ports[1] = add_port(machine, channel, 1);
            probe->ports[0]->neighbour = probe->ports[1];
            probe->ports[1]->neighbour = probe->ports[0];
        }
        restart(probe, true);
    }
}

struct port *probe_port(struct machine *machine, unsigned number)
{
    if (number == 0 || number > machine->port_count)
        return NULL;
    return &machine->ports[number - 1];
}
