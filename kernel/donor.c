#include "kernel/donor.h"

#include "kernel/lib/string.h"
#include "kernel/lib/text.h"

/* Words of IDENTIFY [PACKET] DEVICE that hold texts (ATA/ATAPI-6, 8.15 and 8.16). */
enum {
    SERIAL_WORD = 10,
    SERIAL_BYTES = 20,
    FIRMWARE_WORD = 23,
    FIRMWARE_BYTES = 8,
    MODEL_WORD = 27,
    MODEL_BYTES = 40
};

/* A text of IDENTIFY without blanks around it; one that holds anything unprintable says nothing. */
static void take_text(const uint16_t words[256], unsigned word, unsigned bytes, char *to)
{
    char text[MODEL_BYTES + 1];
    unsigned first = 0;

    for (unsigned i = 0; i < bytes; i++) {
        uint16_t pair = words[word + i / 2];
        uint8_t byte = (uint8_t)(i % 2 == 0 ? pair >> 8 : pair);

        if (byte != 0 && (byte < 0x20 || byte > 0x7E)) {
            to[0] = '\0';
            return;
        }
        text[i] = byte != 0 ? (char)byte : ' ';
    }
    while (first < bytes && text[first] == ' ')
        first++;
    text_field(to, bytes + 1, (const uint8_t *)text + first, bytes - first);
}

bool drive_name_of(const struct port *port, struct drive_name *name)
{
    const struct evidence *evidence = &port->evidence;

    memset(name, 0, sizeof *name);
    if (evidence->asked_inquiry && evidence->inquiry_error == 0 &&
        inquiry_is_sane(&evidence->inquiry)) {
        text_copy(name->vendor, sizeof name->vendor, evidence->inquiry.vendor);
        text_copy(name->product, sizeof name->product, evidence->inquiry.product);
        text_copy(name->revision, sizeof name->revision, evidence->inquiry.revision);
    }
    if (evidence->identify_packet_valid || evidence->identify_device_valid) {
        take_text(evidence->identify, MODEL_WORD, MODEL_BYTES, name->model);
        take_text(evidence->identify, SERIAL_WORD, SERIAL_BYTES, name->serial);
        take_text(evidence->identify, FIRMWARE_WORD, FIRMWARE_BYTES, name->firmware);
    }
    return name->product[0] || name->model[0];
}

/* Both say it, and not the same. */
static bool contradicts(const char *a, const char *b)
{
    return a[0] && b[0] && strcmp(a, b) != 0;
}

bool drive_name_equal(const struct drive_name *a, const struct drive_name *b)
{
    bool both_say = (a->product[0] && b->product[0]) || (a->model[0] && b->model[0]);

    return both_say && !contradicts(a->vendor, b->vendor) && !contradicts(a->product, b->product) &&
           !contradicts(a->revision, b->revision) && !contradicts(a->model, b->model) &&
           !contradicts(a->serial, b->serial) && !contradicts(a->firmware, b->firmware);
}

static bool holds_name(const struct donors *donors, const struct drive_name *name)
{
    for (unsigned i = 0; i < donors->count; i++) {
        if (drive_name_equal(&donors->names[i], name))
            return true;
    }
    return false;
}

bool donors_add(struct donors *donors, const struct drive_name *name)
{
    if (!name->product[0] && !name->model[0])
        return false;
    if (holds_name(donors, name))
        return true;
    if (donors->count == DONORS)
        return false;
    donors->names[donors->count++] = *name;
    return true;
}

bool donors_have(const struct donors *donors, const struct port *port)
{
    struct drive_name name;

    return drive_name_of(port, &name) && holds_name(donors, &name);
}

/* The product by INQUIRY, or at the end of IDENTIFY's model, which begins with the vendor. */
static bool names_product(const struct drive_name *name, const char *product)
{
    size_t length = strlen(product), model = strlen(name->model);

    if (name->product[0])
        return text_equal_ignoring_case(name->product, product);
    return length <= model && text_equal_ignoring_case(name->model + model - length, product);
}

static bool names_revision(const struct drive_name *name, const char *revision)
{
    const char *own = name->revision[0] ? name->revision : name->firmware;

    return text_equal_ignoring_case(own, revision);
}

bool donors_hold(const struct donors *donors, const struct firmware *content)
{
    if (!content->has_identity || !content->product[0] || content->damage == FIRMWARE_FIRST_BYTE)
        return false;
    for (unsigned i = 0; i < donors->count; i++) {
        if (names_product(&donors->names[i], content->product) &&
            names_revision(&donors->names[i], content->revision))
            return true;
    }
    return false;
}
