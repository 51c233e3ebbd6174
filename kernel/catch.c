#define ERROR_MODULE MODULE_CATCH
#include "kernel/catch.h"

#include <stddef.h>

#include "kernel/error.h"
#include "kernel/lib/string.h"

/* PROTOCOL.md, "When the door is open", says why each of them is what it is. */
enum {
    FULL_QUIET_US = 250000,  /* select until the intro: the full sequence */
    UNSEEN_US = 500000,      /* not looked for so long: plugs may have been moved */
    STILL_US = 100000,       /* a drive that gets power may show 00 before BSY: not asked earlier */
    REACTION_US = 5000,      /* BSY later than that is not the reaction to a command */
    EMPTY_PACE_US = 5000,    /* between looks at an empty bus (PROTOCOL.md, "ALi") */
    BESIDE_PACE_US = 250000, /* between looks at the other position */
    BESIDE_LOOKS = 3,        /* alike in a row, until somebody there is believed */
    MODE_LOOKS = 3           /* the same for a status of vendor mode: an empty cable shows noise */
};

/* What commands and their refusal change in the status of one and the same drive. */
enum { STATUS_OF_COMMANDS = ATA_STATUS_DRQ | ATA_STATUS_ERR };

/* A running firmware took the intro for a command and works on it. PROTOCOL.md, "Status". */
enum { STATUS_CHEWING = 0xD1 };

#define LOG(catch, ...) log_line((catch)->log, "catch", __VA_ARGS__)

static uint64_t now_us(const struct catch *catch)
{
    return mtk_now_us(&catch->mtk);
}

static bool is_busy(uint8_t status)
{
    return (status & ATA_STATUS_BSY) != 0;
}

bool catch_is_empty(const struct catch *catch)
{
    return ata_status_is_undriven(&catch->port->device, catch->status);
}

void catch_open(struct catch *catch, struct port *port, const struct donors *donors,
                struct log *log)
{
    memset(catch, 0, sizeof *catch);
    catch->port = port;
    catch->donors = donors;
    catch->log = log;
    mtk_open(&catch->mtk, &catch->method, &port->device);
    catch->status = port->evidence.status;
    catch->stranger = true;
    catch->looked_us = now_us(catch);
    catch->next_us = catch->looked_us + FULL_QUIET_US;
}

/* ---- looking --------------------------------------------------------------------------------- */

static void note(struct catch *catch, uint8_t status)
{
    uint8_t before = catch->status;
    const struct ata_device *device = &catch->port->device;
    uint64_t now = now_us(catch);

    /* An empty bus may float at anything, or show noise: who shows something new is unknown. */
    if (ata_status_is_undriven(device, status) || now - catch->looked_us > UNSEEN_US ||
        (!is_busy(status) && ((status ^ catch->calm) & ~STATUS_OF_COMMANDS) != 0)) {
        catch->stranger = true;
        catch->chewing = false;
    } else if (status == STATUS_CHEWING && before == STATUS_CHEWING) {
        catch->chewing = true;
    }
    if (!is_busy(status))
        catch->calm = status;
    /* The door opens with the power: this is the moment. */
    if (ata_status_is_undriven(device, before) && !ata_status_is_undriven(device, status))
        catch->next_us = now;
    if (is_busy(status) || ata_status_is_undriven(device, status))
        catch->still_us = 0;
    else if (catch->still_us == 0)
        catch->still_us = now;
    catch->status = status;
    catch->looked_us = now;
    trail_note(&catch->trail, now, status);
    trail_note(&catch->port->trail, now, status);
    strip_note(&catch->strip, now, status);
}

static enum catch_state stop(struct catch *catch, enum catch_state state, const char *why)
{
    LOG(catch, "port %u: stopped after %u tries: %s", catch->port->number, (unsigned)catch->tries,
        why);
    return state;
}

/* ---- who is it? ------------------------------------------------------------------------------ */

static void send_question(struct catch *catch, struct ata_device *device, uint8_t command)
{
    struct catch_question *question = &catch->question;
    uint64_t now = now_us(catch);

    question->command = command;
    question->asked_us = now;
    ata_identify_begin(&question->identify, device, command, question->who.evidence.identify,
                       (uint32_t)(catch->deadline_us - now));
    question->reacted = is_busy(device->last_status);
}

/* Begins with one position of the cable; it shows no BSY. */
static void question_position(struct catch *catch, struct port *port, bool beside, uint8_t status)
{
    struct catch_question *question = &catch->question;
    struct evidence *evidence = &question->who.evidence;

    question->beside = beside;
    question->who = *port;
    evidence_clear(evidence);
    evidence->constant = false;
    evidence->status = status;
    evidence->signature = ata_signature(&port->device, evidence->signature_raw);
    send_question(catch, &port->device, ATA_IDENTIFY_DEVICE);
}

static enum catch_state question_ends(struct catch *catch)
{
    /* The status that asked for the data of the answer is over. */
    ata_select(&catch->port->device);
    note(catch, catch->port->device.last_status);
    if (catch_is_empty(catch))
        return CATCH_TRYING;
    catch->stranger = false;
    catch->next_us = now_us(catch);
    return CATCH_TRYING;
}

/* The other position, if somebody seems to be there who can be asked. */
static enum catch_state question_neighbour(struct catch *catch)
{
    struct port *neighbour = catch->port->neighbour;
    uint8_t status;

    if (neighbour == NULL)
        return question_ends(catch);
    ata_select(&neighbour->device);
    status = neighbour->device.last_status;
    if (status == 0x00 || ata_status_is_undriven(&neighbour->device, status) || is_busy(status))
        return question_ends(catch);
    question_position(catch, neighbour, true, status);
    return CATCH_ASKING;
}

/* What both kinds of IDENTIFY brought from this drive. */
static enum catch_state judge_own(struct catch *catch)
{
    struct catch_question *question = &catch->question;
    struct port *who = &question->who;

    port_judge(who);
    LOG(catch, "port %u: status %02X, signature %02X %02X %02X %02X, it is: %s",
        catch->port->number, catch->status, who->evidence.signature_raw[0],
        who->evidence.signature_raw[1], who->evidence.signature_raw[2],
        who->evidence.signature_raw[3],
        who->verdict == VERDICT_DISK ? "a disk"
        : who->name[0]               ? who->name
                                     : "nameless");
    if (who->verdict == VERDICT_DISK) {
        catch->port->disk_forever = true;
        return stop(catch, CATCH_DISK, "a disk is on the cable");
    }
    if (catch->donors != NULL && donors_have(catch->donors, who))
        return stop(catch, CATCH_DONOR, "the good drive is back");
    memcpy(question->words, who->evidence.identify, sizeof question->words);
    return question_neighbour(catch);
}

static enum catch_state judge_neighbour(struct catch *catch)
{
    const struct catch_question *question = &catch->question;
    const struct evidence *evidence = &question->who.evidence;

    if (port_verdict(evidence) == VERDICT_DISK) {
        catch->port->neighbour->disk_forever = true;
        return stop(catch, CATCH_DISK, "a disk is at the other end of the cable");
    }
    /* The same words: one drive answers for both positions. */
    if (evidence->identify_packet_valid &&
        memcmp(question->words, evidence->identify, sizeof question->words) != 0)
        return stop(catch, CATCH_SECOND, "a second drive is on the cable");
    return question_ends(catch);
}

/* One IDENTIFY is over. */
static enum catch_state question_answered(struct catch *catch, err_t error)
{
    struct catch_question *question = &catch->question;
    struct evidence *evidence = &question->who.evidence;
    bool named;

    evidence_note_identify(evidence, question->command, error);
    named = evidence->identify_device_valid || evidence->identify_packet_valid;
    if (!named && question->command == ATA_IDENTIFY_DEVICE && !is_busy(catch->status) &&
        now_us(catch) < catch->deadline_us) {
        send_question(catch, question->identify.device, ATA_IDENTIFY_PACKET_DEVICE);
        return CATCH_ASKING;
    }
    return question->beside ? judge_neighbour(catch) : judge_own(catch);
}

static enum catch_state ask(struct catch *catch)
{
    struct catch_question *question = &catch->question;
    uint8_t status = ata_alt_status(question->identify.device);
    uint64_t now = now_us(catch);

    if (!question->beside)
        note(catch, status);
    /* It went, or listens after all, or got its power just now: the question is void. */
    if (ata_status_is_undriven(question->identify.device, status) ||
        mtk_mode_of_status(status) != MTK_NONE ||
        (is_busy(status) && !question->reacted && now - question->asked_us > REACTION_US)) {
        catch->next_us = now;
        return CATCH_TRYING;
    }
    question->reacted |= is_busy(status);
    if (now >= catch->deadline_us)
        return question_answered(catch, ERR(ERR_TIMEOUT));
    return ata_identify_step(&question->identify)
               ? question_answered(catch, question->identify.error)
               : CATCH_ASKING;
}

static enum catch_state begin_question(struct catch *catch)
{
    catch->deadline_us = now_us(catch) + CATCH_ASK_US;
    question_position(catch, catch->port, false, catch->status);
    return CATCH_ASKING;
}

/* ---- the other position ---------------------------------------------------------------------- */

/* Whether somebody at the other position shows something else than the drive in question, time
 * after time. A dead drive may answer for both; it shows the same then. */
static bool second_drive(struct catch *catch)
{
    struct port *neighbour = catch->port->neighbour;
    uint8_t status, before = catch->beside_status, own = catch->beside_own;

    if (neighbour == NULL || now_us(catch) < catch->beside_us)
        return false;
    catch->beside_us = now_us(catch) + BESIDE_PACE_US;
    ata_select(&neighbour->device);
    status = neighbour->device.last_status;
    catch->beside_status = status;
    catch->beside_own = catch->status;
    ata_select(&catch->port->device);
    if (status == 0x00 || ata_status_is_undriven(&neighbour->device, status)) {
        catch->beside_odd = 0;
        return false;
    }
    if (before == 0x00 || ata_status_is_undriven(&neighbour->device, before))
        catch->stranger = true;
    /* Noise of an empty cable never looks the same twice. */
    if (status != before || own != catch->status || status == catch->status ||
        status == catch->port->device.last_status)
        catch->beside_odd = 0;
    else
        catch->beside_odd++;
    return catch->beside_odd >= BESIDE_LOOKS;
}

/* ---- the intro ------------------------------------------------------------------------------- */

static void begin_settling(struct catch *catch)
{
    LOG(catch, "port %u: status %02X after %u tries, switched on %u times", catch->port->number,
        catch->status, (unsigned)catch->tries, (unsigned)catch->strip.returns);
    catch->settled_us = now_us(catch) + CATCH_SETTLE_US;
}

static void knock(struct catch *catch)
{
    bool sent;

    (void)mtk_intro_quick(&catch->mtk, &sent);
    catch->next_us =
        now_us(catch) + (catch->slow || catch->chewing ? CATCH_SLOW_US : CATCH_PACE_US);
    catch->tries += sent;
}

/* F2 is 72 with BSY: outro and another intro cure it. The outro starts the drive anew, so that the
 * door opens again: the next intro comes at the usual pace. */
static void leave_f2(struct catch *catch)
{
    LOG(catch, "port %u: status F2, outro and a new intro", catch->port->number);
    mtk_outro_begin(&catch->mtk);
    catch->next_us = now_us(catch) + CATCH_PACE_US;
}

static enum catch_state try(struct catch *catch)
{
    uint8_t before = catch->status;

    if (catch_is_empty(catch) && now_us(catch) - catch->looked_us < EMPTY_PACE_US)
        return CATCH_TRYING;
    note(catch, mtk_look(&catch->mtk));
    catch->mode_looks = catch->mtk.mode == MTK_NONE ? 0 : catch->mode_looks + 1;
    if (catch->mode_looks >= MODE_LOOKS) {
        begin_settling(catch);
        return CATCH_SETTLING;
    }
    if (catch->mode_looks > 0)
        return CATCH_TRYING;
    if (catch_is_empty(catch))
        return CATCH_TRYING;
    if (catch->quiet)
        return CATCH_TRYING;
    if (second_drive(catch))
        return stop(catch, CATCH_SECOND, "somebody is at the other end of the cable");
    if (!is_busy(catch->status) && catch->stranger)
        return now_us(catch) - catch->still_us < STILL_US ? CATCH_TRYING : begin_question(catch);
    if (now_us(catch) < catch->next_us)
        return CATCH_TRYING;
    /* Twice: a single odd byte may be a contact that bounces. */
    if (catch->status == MTK_STATUS_BUSY_72 && before == MTK_STATUS_BUSY_72)
        leave_f2(catch);
    else
        knock(catch);
    return CATCH_TRYING;
}

static enum catch_state settle(struct catch *catch)
{
    note(catch, mtk_look(&catch->mtk));
    if (catch->mtk.mode == MTK_NONE) {
        LOG(catch, "port %u: it left the mode again, status %02X", catch->port->number,
            catch->status);
        catch->settles++;
        /* The full sequence: the drive is selected and left alone for a while first. */
        catch->next_us = now_us(catch) + FULL_QUIET_US;
        return CATCH_TRYING;
    }
    if (now_us(catch) < catch->settled_us)
        return CATCH_SETTLING;
    LOG(catch, "port %u: it listens, status %02X", catch->port->number, catch->status);
    return CATCH_CAUGHT;
}

enum catch_state catch_step(struct catch *catch)
{
    switch (catch->state) {
    case CATCH_TRYING:
        catch->state = try(catch);
        break;
    case CATCH_ASKING:
        catch->state = ask(catch);
        break;
    case CATCH_SETTLING:
        catch->state = settle(catch);
        break;
    default:
        break;
    }
    return catch->state;
}
