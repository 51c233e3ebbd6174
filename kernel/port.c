#define ERROR_MODULE MODULE_PROBE
#include "kernel/port.h"

#include "drivers/mtk.h"
#include "kernel/drivedb.h"
#include "kernel/lib/string.h"
#include "kernel/lib/text.h"

enum {
    INQUIRY_TYPE_MASK = 0x1F, /* SPC-2 7.3.2 */
    INQUIRY_TYPE_CD = 0x05,
    INQUIRY_TYPE_NONE = 0x1F,
    MIXED_LETTERS = 4 /* fewer may stand in noise by chance */
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

/* The model number of IDENTIFY data, words 27-46, first letter in the high byte. */
enum { MODEL_FIRST = 27, MODEL_BYTES = 40 };

static uint8_t model_byte(const uint16_t words[256], unsigned i)
{
    return (uint8_t)(words[MODEL_FIRST + i / 2] >> (i % 2 ? 0 : 8));
}

static bool is_printable(uint8_t byte)
{
    return byte >= 0x20 && byte <= 0x7E;
}

/* Old drives fill the end with 00 instead of blanks. */
static bool is_model_garbled(const uint16_t words[256])
{
    unsigned length = MODEL_BYTES;

    while (length > 0 && model_byte(words, length - 1) == 0x00)
        length--;
    for (unsigned i = 0; i < length; i++) {
        if (!is_printable(model_byte(words, i)))
            return true;
    }
    return length == 0;
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

static bool has_inquiry(const struct evidence *evidence)
{
    return evidence->asked_inquiry && evidence->inquiry_error == 0;
}

/* Letters and nonsense in one field. 00 up to its end is how old drives write blanks. */
struct mixture {
    unsigned letters, nonsense;
    bool ended; /* 00 came */
};

static void mix(struct mixture *mixture, uint8_t byte)
{
    char c = text_upper((char)byte);

    if (byte == 0x00) {
        mixture->ended = true;
        return;
    }
    mixture->letters += (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    mixture->nonsense += mixture->ended || !is_printable(byte);
}

static bool is_mixed(const struct mixture *mixture)
{
    return mixture->letters >= MIXED_LETTERS && mixture->nonsense > 0;
}

static bool is_model_mixed(const uint16_t words[256])
{
    struct mixture model = {0};

    for (unsigned i = 0; i < MODEL_BYTES; i++)
        mix(&model, model_byte(words, i));
    return is_mixed(&model);
}

/* Vendor and product of INQUIRY (SPC-2, 7.3.2): bytes 8..15 and 16..31. */
static bool is_inquiry_mixed(const struct inquiry *inquiry)
{
    struct mixture vendor = {0}, product = {0};

    for (unsigned i = 8; i < 32 && i < inquiry->length; i++)
        mix(i < 16 ? &vendor : &product, inquiry->raw[i]);
    return is_mixed(&vendor) || is_mixed(&product);
}

bool evidence_is_mixed(const struct evidence *evidence)
{
    return (is_identified(evidence) && is_model_mixed(evidence->identify)) ||
           (has_inquiry(evidence) && is_inquiry_mixed(&evidence->inquiry));
}

void evidence_note_inquiry(struct evidence *evidence)
{
    evidence->asked_inquiry = true;
    evidence->inquiry_error = evidence->inquiry_result.error;
    evidence->inquiry.length = (uint8_t)evidence->inquiry_result.moved;
    inquiry_parse(&evidence->inquiry);
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
           !has_inquiry(evidence) && !evidence->answered_by_disk;
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
    if (evidence->restless && !evidence->echo)
        return VERDICT_UNKNOWN;
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

/* Nonsense is not worth its place in the list. */
static bool is_nonsense(const char *name)
{
    for (; *name; name++) {
        if (*name != '.' && *name != ' ')
            return false;
    }
    return true;
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
    if (is_nonsense(port->name))
        port->name[0] = '\0';
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
