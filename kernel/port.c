#define ERROR_MODULE MODULE_PROBE
#include "kernel/port.h"

#include "drivers/mtk.h"
#include "kernel/drivedb.h"
#include "kernel/lib/string.h"
#include "kernel/lib/text.h"

enum {
    INQUIRY_TYPE_MASK = 0x1F, /* SPC-2 7.3.2 */
    INQUIRY_TYPE_CD = 0x05,
    INQUIRY_TYPE_NONE = 0x1F
};

void evidence_clear(struct evidence *evidence)
{
    bool decoding = evidence->decoding;
    uint8_t chipset = evidence->chipset, report = evidence->report;

    memset(evidence, 0, sizeof *evidence);
    evidence->decoding = decoding;
    evidence->chipset = chipset;
    evidence->report = report;
    evidence->constant = true;
    evidence->identify_device = ERR(ERR_NOT_FOUND);
    evidence->identify_packet = ERR(ERR_NOT_FOUND);
    evidence->inquiry_error = ERR(ERR_NOT_FOUND);
}

static bool all_words_equal(const uint16_t words[256])
{
    for (unsigned i = 1; i < 256; i++) {
        if (words[i] != words[0])
            return false;
    }
    return true;
}

/* Word 0 of IDENTIFY PACKET DEVICE begins with 10 (8.16), but that of a CompactFlash card, 848A,
 * does too. */
static bool is_packet_data(const uint16_t words[256])
{
    return words[0] >> 14 == 2 && words[0] != 0x848A && !all_words_equal(words);
}

static bool is_disk_data(const uint16_t words[256])
{
    return !is_packet_data(words) && !all_words_equal(words);
}

void evidence_note_identify(struct evidence *evidence, uint8_t command, err_t error)
{
    bool packet = error == 0 && is_packet_data(evidence->identify);

    if (command == ATA_IDENTIFY_DEVICE) {
        evidence->asked_device = true;
        evidence->identify_device = error;
        evidence->identify_device_valid = error == 0 && is_disk_data(evidence->identify);
        if (packet) /* a packet device that answers the disks' command as well */
            evidence->identify_packet_valid = true;
    } else {
        evidence->asked_packet = true;
        evidence->identify_packet = error;
        evidence->identify_packet_valid = packet;
    }
}

/* Words 27-46, the model number: bytes that are no text. */
static bool is_model_garbled(const uint16_t words[256])
{
    for (unsigned i = 27; i < 47; i++) {
        uint8_t high = (uint8_t)(words[i] >> 8), low = (uint8_t)words[i];

        if (high < 0x20 || high > 0x7E || low < 0x20 || low > 0x7E)
            return true;
    }
    return false;
}

/* Word 255: with A5 in the low byte, the sum of all 512 bytes is 0. Older drives leave it out. */
static bool is_sum_wrong(const uint16_t words[256])
{
    uint8_t sum = 0;

    if ((words[255] & 0xFF) != 0xA5)
        return false;
    for (unsigned i = 0; i < 256; i++)
        sum = (uint8_t)(sum + words[i] + (words[i] >> 8));
    return sum != 0;
}

static bool is_identified(const struct evidence *evidence)
{
    return (evidence->asked_device && evidence->identify_device == 0) ||
           (evidence->asked_packet && evidence->identify_packet == 0);
}

bool evidence_is_sum_wrong(const struct evidence *evidence)
{
    return is_identified(evidence) && is_sum_wrong(evidence->identify);
}

bool evidence_is_garbled(const struct evidence *evidence)
{
    return is_identified(evidence) &&
           (is_model_garbled(evidence->identify) || is_sum_wrong(evidence->identify));
}

void evidence_note_inquiry(struct evidence *evidence)
{
    evidence->asked_inquiry = true;
    evidence->inquiry_error = evidence->inquiry_result.error;
    evidence->inquiry.length = (uint8_t)evidence->inquiry_result.moved;
    inquiry_parse(&evidence->inquiry);
}

static bool has_inquiry(const struct evidence *evidence)
{
    return evidence->asked_inquiry && evidence->inquiry_error == 0;
}

/* A device that packets reach but that is no CD or DVD drive (ZIP, LS-120, tape): as protected as a
 * disk. */
static bool is_other_packet_device(const struct evidence *evidence)
{
    uint8_t type = evidence->inquiry.raw[0] & INQUIRY_TYPE_MASK;

    return has_inquiry(evidence) && inquiry_is_sane(&evidence->inquiry) &&
           type != INQUIRY_TYPE_CD && type != INQUIRY_TYPE_NONE;
}

static bool is_disk(const struct evidence *evidence)
{
    if (evidence->identify_device_valid || is_other_packet_device(evidence))
        return true;
    return evidence->signature == ATA_SIGNATURE_DISK && !evidence->identify_packet_valid &&
           !has_inquiry(evidence);
}

/* Anybody at all behind the ports. */
static bool somebody_answers(const struct evidence *evidence)
{
    return evidence->echo || evidence_is_named(evidence) ||
           mtk_mode_of_status(evidence->status) != MTK_NONE;
}

/* A drive that packets reach: what its name tells. */
static enum verdict verdict_of_name(const struct evidence *evidence)
{
    if (drivedb_is_boot_code(&evidence->inquiry))
        return VERDICT_BOOT_CODE;
    if (!inquiry_is_sane(&evidence->inquiry))
        return VERDICT_IDENTITY_DAMAGED;
    return VERDICT_HEALTHY;
}

enum verdict port_verdict(const struct evidence *evidence)
{
    if (!evidence->decoding)
        return VERDICT_CHANNEL_OFF;
    if (is_disk(evidence))
        return VERDICT_DISK;
    if (evidence->chipset == CHIPSET_FLOATING)
        return VERDICT_CHANNEL_FLOATS;
    /* Another controller may decode the same ports: whoever answers is there. */
    if (evidence->chipset == CHIPSET_OFF && !somebody_answers(evidence))
        return VERDICT_CHANNEL_OFF;
    if (mtk_mode_of_status(evidence->status) != MTK_NONE)
        return VERDICT_VENDOR_MODE;
    if ((evidence->constant && !evidence->echo) || evidence->answered_for)
        return VERDICT_NOTHING;
    if (evidence->busy_out)
        return VERDICT_STUCK_BUSY;
    if (has_inquiry(evidence))
        return verdict_of_name(evidence);
    if (evidence->asked_packet && evidence->identify_packet == 0)
        return evidence->identify_packet_valid ? VERDICT_UNKNOWN : VERDICT_IDENTITY_DAMAGED;
    if (evidence->echo)
        return VERDICT_NO_IDENTITY;
    return VERDICT_UNKNOWN;
}

bool evidence_is_named(const struct evidence *evidence)
{
    return evidence->identify_device_valid || evidence->identify_packet_valid ||
           (has_inquiry(evidence) && inquiry_is_sane(&evidence->inquiry));
}

static void name_port(struct port *port)
{
    const struct evidence *evidence = &port->evidence;

    port->name[0] = '\0';
    if (has_inquiry(evidence))
        text_format(port->name, sizeof port->name, "%s%s%s", evidence->inquiry.product,
                    evidence->inquiry.product[0] != '\0' ? " " : "", evidence->inquiry.revision);
    else if (evidence->identify_device_valid || evidence->identify_packet_valid) {
        char model[41];

        ata_identify_text(evidence->identify, 27, 40, model); /* words 27-46: model number */
        text_copy(port->name, sizeof port->name, model);
    }
}

void port_judge(struct port *port)
{
    port->verdict = port_verdict(&port->evidence);
    if (port->verdict == VERDICT_DISK)
        port->disk_forever = true;
    name_port(port);
}

/* What the neighbour shows could be this port's own drive, answering for both positions. */
static bool may_be_the_same_drive(const struct evidence *a, const struct evidence *b)
{
    return a->status == b->status || a->first_status == b->first_status;
}

/* port_alone() for a neighbour that shows something and never said a name. */
static enum alone alone_beside_nameless(const struct port *port)
{
    const struct port *neighbour = port->neighbour;

    /* Without a test of its registers, noise can't be told from a device; but a drive in vendor
     * mode answers for the other position with its own status or not at all. */
    if (neighbour->verdict == VERDICT_UNKNOWN && port->verdict != VERDICT_VENDOR_MODE)
        return ALONE_UNSURE;
    return may_be_the_same_drive(&port->evidence, &neighbour->evidence) ? ALONE_UNSURE : ALONE_NO;
}

/* port_alone() for a neighbour that looks absent. */
static enum alone alone_beside_nothing(const struct port *port)
{
    const struct evidence *other = &port->neighbour->evidence;

    /* A packet device that was just reset shows 00 like an absent one, until it is tried. */
    if (other->status == 0x00 && !other->echo_tested)
        return ALONE_UNSURE;
    if (other->answered_for && !evidence_is_named(&port->evidence))
        return ALONE_UNSURE;
    return ALONE_YES;
}

enum alone port_alone(const struct port *port)
{
    const struct port *neighbour = port->neighbour;

    if (neighbour == NULL)
        return ALONE_YES;
    if (neighbour->disk_forever || neighbour->verdict == VERDICT_DISK ||
        evidence_is_named(&neighbour->evidence))
        return ALONE_NO;
    switch (neighbour->verdict) {
    case VERDICT_NOTHING:
        return alone_beside_nothing(port);
    case VERDICT_CHANNEL_OFF:
    case VERDICT_CHANNEL_FLOATS:
    case VERDICT_PROBING:
        return ALONE_UNSURE;
    default:
        return alone_beside_nameless(port);
    }
}

err_t port_vendor_allowed(const struct port *port)
{
    if (port->verdict == VERDICT_PROBING)
        return ERR(ERR_REFUSED);
    if (port->disk_forever || port->verdict == VERDICT_DISK)
        return ERR(ERR_REFUSED);
    if (port->verdict == VERDICT_NOTHING || port->verdict == VERDICT_CHANNEL_OFF ||
        port->verdict == VERDICT_CHANNEL_FLOATS)
        return ERR(ERR_NO_DEVICE);
    if (port_alone(port) == ALONE_NO)
        return ERR(ERR_REFUSED);
    return 0;
}
