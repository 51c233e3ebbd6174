#include "kernel/diagnose.h"

#include <stddef.h>

#include "kernel/lib/string.h"

/* A status that changed so often within so short a time, and did not rest since, is not that of a
 * drive at rest. A plug that is moved changes it, too, but that ends. */
enum { UNSTEADY_US = 20000000, RESTED_US = 3000000 };

/* 7F and FF, what empty cables show, with bits 0, 1 and 3 grounded. */
enum { GROUNDED_D7_LOW = 0x74, GROUNDED_FLOATS = 0xF4 };

/* Sense keys of SPC-2, table 107. */
enum { SENSE_NOT_READY = 0x02, SENSE_MEDIUM = 0x03, SENSE_HARDWARE = 0x04 };

static const struct history no_history;

/* ---- what is there --------------------------------------------------------------------------- */

static bool is_somebody(enum verdict verdict)
{
    switch (verdict) {
    case VERDICT_PROBING:
    case VERDICT_NOTHING:
    case VERDICT_CHANNEL_OFF:
    case VERDICT_CHANNEL_FLOATS:
        return false;
    default:
        return true;
    }
}

static bool is_disk(const struct port *port)
{
    return port != NULL && (port->verdict == VERDICT_DISK || port->disk_forever);
}

/* ---- findings -------------------------------------------------------------------------------- */

static bool is_slave_alone(const struct port *port)
{
    return port->neighbour != NULL && port->device.select == ATA_DEVICE_SLAVE &&
           port->neighbour->verdict == VERDICT_NOTHING && is_somebody(port->verdict);
}

/* Both positions show one status for ever, and it is that of an empty cable whose data lines 0, 1
 * and 3 are grounded: PROTOCOL.md, "Findings". */
static bool is_plug_reversed(const struct port *port)
{
    const struct evidence *evidence = &port->evidence;
    uint8_t status = evidence->status;

    return (status == GROUNDED_D7_LOW || status == GROUNDED_FLOATS) &&
           evidence->first_status == status && !evidence->echo && port->neighbour != NULL &&
           port->neighbour->evidence.status == status;
}

/* The newest looks all differ: contacts, power, or two drives that drive the same wires. */
static bool is_unsteady(const struct trail *trail)
{
    const struct trail_entry *newest = trail_newest(trail);

    return trail->count == TRAIL_MAX && newest->until_us - newest->from_us < RESTED_US &&
           newest->until_us - trail->entries[0].from_us < UNSTEADY_US;
}

static bool may_be_two_masters(const struct port *port)
{
    const struct evidence *evidence = &port->evidence;
    bool named = evidence->asked_inquiry && evidence->inquiry_error == 0 &&
                 inquiry_is_sane(&evidence->inquiry);

    if (!is_somebody(port->verdict) || port->verdict == VERDICT_VENDOR_MODE)
        return false;
    return evidence->identify_unstable || is_unsteady(&port->trail) ||
           evidence_is_sum_wrong(evidence) || evidence_is_mixed(evidence) ||
           (named && evidence_is_garbled(evidence));
}

/* Both positions say the same name: two of a kind, or one drive that answers for both. */
static bool is_same_name(const struct port *port)
{
    return port->name[0] != '\0' && strcmp(port->name, port->neighbour->name) == 0;
}

static uint32_t cable_findings(const struct port *port)
{
    uint32_t findings = 0;

    if (!is_somebody(port->verdict))
        return port->verdict == VERDICT_CHANNEL_FLOATS ? FINDING_CHANNEL_FLOATS : 0;
    if (is_plug_reversed(port))
        return FINDING_PLUG_REVERSED;
    if (is_slave_alone(port))
        findings |= FINDING_SLAVE_ALONE;
    if (may_be_two_masters(port))
        findings |= FINDING_TWO_MASTERS;
    if (is_disk(port->neighbour))
        findings |= FINDING_BESIDE_DISK;
    else if (port_alone(port) == ALONE_NO)
        findings |= FINDING_TWO_DRIVES | (is_same_name(port) ? FINDING_MAY_BE_OTHER : 0);
    else if (port_alone(port) == ALONE_UNSURE && !is_disk(port))
        findings |= FINDING_MAY_BE_OTHER;
    return findings;
}

static uint32_t controller_findings(const struct port *port)
{
    switch (port->evidence.report) {
    case REPORT_WORKS:
        return FINDING_CONTROLLER_WORKS;
    case REPORT_FAILS:
        return FINDING_BAD_CONTROLLER;
    case REPORT_TAKES_NO_PACKETS:
        return FINDING_NO_PACKETS;
    default:
        return 0;
    }
}

/* What a drive with a name says of its disc and of itself (TEST UNIT READY). */
static uint32_t drive_findings(const struct evidence *evidence)
{
    const struct packet_result *ready = &evidence->ready_result;

    if (!evidence->asked_ready || ready->error == 0)
        return 0;
    if (!ready->sense_valid)
        return FINDING_TROUBLE;
    if (ready->sense_key == SENSE_HARDWARE)
        return FINDING_TROUBLE;
    if (ready->sense_key == SENSE_MEDIUM ||
        (ready->sense_key == SENSE_NOT_READY && ready->asc == 0x30)) /* MMC-3: can't read medium */
        return FINDING_REFUSES_DISC;
    return 0;
}

static uint32_t told_findings(const struct port *port, const struct history *history)
{
    uint32_t findings = 0;

    if (!is_somebody(port->verdict) || is_disk(port))
        return 0;
    if (history->from_a_box)
        findings |= FINDING_FROM_A_BOX;
    if (history->blinks)
        findings |= FINDING_BLINKS;
    if (history->is_donor)
        findings |= FINDING_IS_DONOR;
    if (port->evidence.other_name)
        findings |= FINDING_OTHER_NAME;
    return findings;
}

/* ---- the next step --------------------------------------------------------------------------- */

static enum next_step step_of_healthy(uint32_t findings)
{
    if (findings & FINDING_FROM_A_BOX)
        return STEP_BOX_IS_BROKEN;
    if (findings & FINDING_BLINKS)
        return STEP_CURE_BLINK;
    return STEP_ASK_HISTORY;
}

/* What is wrong around the drive is set right before the drive is treated. */
static enum next_step step_of_patient(enum verdict verdict, uint32_t findings)
{
    bool unclear = verdict == VERDICT_NO_IDENTITY || verdict == VERDICT_UNKNOWN;

    if (findings & FINDING_PLUG_REVERSED)
        return STEP_CHECK_PLUGS;
    if (findings & (FINDING_TWO_DRIVES | FINDING_BESIDE_DISK))
        return STEP_UNPLUG_ONE;
    if (verdict == VERDICT_VENDOR_MODE)
        return STEP_BACK_UP_FLASH;
    if (findings & FINDING_TWO_MASTERS)
        return STEP_SET_JUMPER;
    if (findings & (FINDING_BAD_CONTROLLER | FINDING_NO_PACKETS))
        return STEP_OTHER_PORT;
    if (unclear && (findings & FINDING_SLAVE_ALONE))
        return STEP_SET_JUMPER;
    if (verdict == VERDICT_UNKNOWN)
        return STEP_LOOK_CLOSER;
    return verdict == VERDICT_BOOT_CODE ? STEP_BACK_UP_FLASH : STEP_GUIDE;
}

static enum next_step next_step(enum verdict verdict, uint32_t findings)
{
    switch (verdict) {
    case VERDICT_PROBING:
        return STEP_WAIT;
    case VERDICT_NOTHING:
        return STEP_CHECK_PLUGS;
    case VERDICT_CHANNEL_OFF:
    case VERDICT_CHANNEL_FLOATS:
        return STEP_SWITCH_ON;
    case VERDICT_DISK:
        return STEP_LEAVE_IT;
    default:
        break;
    }
    if (findings & FINDING_IS_DONOR)
        return STEP_DONOR;
    return verdict == VERDICT_HEALTHY ? step_of_healthy(findings)
                                      : step_of_patient(verdict, findings);
}

static enum step_risk risk_of(enum next_step step)
{
    static const uint8_t risks[STEP_COUNT] = {
        [STEP_CHECK_PLUGS] = RISK_POWER,   [STEP_UNPLUG_ONE] = RISK_POWER,
        [STEP_SET_JUMPER] = RISK_POWER,    [STEP_OTHER_PORT] = RISK_POWER,
        [STEP_BACK_UP_FLASH] = RISK_WRITE,
    };
    return risks[step];
}

void diagnose(const struct port *port, const struct history *history, struct diagnosis *diagnosis)
{
    enum verdict verdict =
        is_disk(port) && is_somebody(port->verdict) ? VERDICT_DISK : port->verdict;
    uint32_t findings;

    if (history == NULL)
        history = &no_history;
    findings = cable_findings(port) | told_findings(port, history);
    if (is_somebody(verdict) && verdict != VERDICT_DISK)
        findings |= controller_findings(port) | drive_findings(&port->evidence);
    diagnosis->findings = findings;
    diagnosis->step = next_step(verdict, findings);
    diagnosis->risk = risk_of(diagnosis->step);
    if (diagnosis->step == STEP_UNPLUG_ONE)
        verdict = VERDICT_TWO_DRIVES;
    diagnosis->verdict = verdict;
}
