#include "tests/firmware/firmware_maker.h"

#include <string.h>

#include "tests/drive/random.h"

enum {
    LJMP = 0x02,
    REVISION_CODES = 16, /* characters of the internal revision that are assembled by code */
    SLIM_TAIL = 16
};

/* Offsets from the end of the boot code area, see the header. */
enum {
    AT_TRAMPOLINE = 0x040,
    AT_TEMPLATE = 0x0B4,
    AT_INTEGRITY = 0x100,
    AT_IDENTIFY = 0x110,
    AT_INTERNAL = 0x140,
    AT_VIDEO_TS = 0x300,
    AT_PLUS_MEDIA = 0x320,
    AT_DASH_MEDIA = 0x340,
    AT_EEPROM_CHECK = 0x380,
    AT_EJECT_CODE = 0x3A0
};

static const uint8_t template_header[8] = {0x05, 0x80, 0x00, 0x32, 0x5B, 0x00, 0x00, 0x00};
static const char integrity_magic[8] = {'S', 'I', 'M', 'D', 'R', 'I', 'V', 'E'};

static const char *const damage_names[SIM_DAMAGE_COUNT] = {
    "none",          "bad_first_byte", "bank_vector", "truncated",   "no_template", "slim_tail",
    "no_trampoline", "all_ff",         "all_zero",    "half_erased", "content",
};

static const char *const class_names[] = {"cd", "dvd-rom", "combo", "writer"};

static size_t boot_size(size_t bank_size)
{
    return bank_size / 4;
}

/* CRC-32 (ISO 3309, reflected, polynomial EDB88320), four zero bytes standing for those at `hole`.
 */
static uint32_t crc32_with_hole(const uint8_t *bytes, size_t size, size_t hole)
{
    uint32_t table[256];
    uint32_t crc = 0xFFFFFFFFu;

    for (uint32_t i = 0; i < 256; i++) {
        uint32_t value = i;

        for (int bit = 0; bit < 8; bit++) {
            value = (value >> 1) ^ ((value & 1) != 0 ? 0xEDB88320u : 0);
        }
        table[i] = value;
    }
    for (size_t i = 0; i < size; i++) {
        uint8_t byte = i >= hole && i < hole + 4 ? 0 : bytes[i];

        crc = (crc >> 8) ^ table[(crc ^ byte) & 0xFF];
    }
    return ~crc;
}

void sim_firmware_recipe(struct sim_firmware_recipe *recipe, uint32_t size)
{
    memset(recipe, 0, sizeof *recipe);
    recipe->size = size;
    recipe->bank_size = size < 0x20000 ? 0x800 : SIM_FIRMWARE_BANK;
    recipe->vendor = "ODDTEST";
    recipe->revision = "SY01";
    recipe->internal = "SY01000001";
    recipe->date = "2004/11/26";
    recipe->seed = 1;
    if (size >= 0x100000) {
        recipe->class = SIM_CLASS_DVD_WRITER;
        recipe->product = "DVDRW SYNTH-1M";
    } else if (size == 0x80000) {
        recipe->class = SIM_CLASS_COMBO;
        recipe->product = "COMBO SYNTH-512";
    } else if (size == 0x40000) {
        recipe->class = SIM_CLASS_DVD_ROM;
        recipe->product = "DVD-ROM SYNTH256";
    } else {
        recipe->class = SIM_CLASS_CD;
        recipe->product = "CD-ROM SYNTH-128";
    }
}

/* Copies a text into a field of `width` blanks. */
static void put_text(uint8_t *field, size_t width, const char *text)
{
    size_t length = strlen(text);

    memset(field, ' ', width);
    memcpy(field, text, length < width ? length : width);
}

static void fill(const struct sim_firmware_recipe *recipe, uint8_t *image)
{
    struct sim_random random = {recipe->seed};

    memset(image, 0xFF, recipe->size);
    for (size_t i = 0; i < recipe->size; i += 8) {
        uint64_t word = sim_random_next(&random);
        bool keep = !recipe->sparse || (i % recipe->bank_size) < 0x40;

        for (size_t byte = 0; keep && byte < 8; byte++) {
            image[i + byte] = (uint8_t)(word >> (8 * byte));
        }
    }
}

static void put_plain_vectors(const struct sim_firmware_recipe *recipe, uint8_t *image)
{
    for (size_t bank = 0; bank < recipe->size; bank += recipe->bank_size) {
        uint8_t *start = &image[bank];

        start[0] = LJMP;
        start[1] = (uint8_t)(boot_size(recipe->bank_size) >> 8);
        start[2] = (uint8_t)(0x10 + bank / recipe->bank_size);
    }
}

/* The boot code and the common area have a vector; the beginnings of later 64 KiB blocks are not
 * special. */
static void put_rebanked_vectors(const struct sim_firmware_recipe *recipe, uint8_t *image)
{
    for (size_t bank = recipe->bank_size; bank < recipe->size; bank += recipe->bank_size) {
        image[bank] = 0x74;
    }
    image[0] = LJMP;
    image[boot_size(recipe->bank_size)] = LJMP;
    memcpy(&image[recipe->bank_size - 8], "LITEONIT", 8);
    if (recipe->layout == SIM_LAYOUT_SLIM) {
        put_text(&image[recipe->size - SLIM_TAIL], SLIM_TAIL, "SYNTHETIC SLIM");
    }
}

static void put_trampoline(const struct sim_firmware_recipe *recipe, uint8_t *boot_end)
{
    uint8_t banks = (uint8_t)(recipe->size / recipe->bank_size);
    uint8_t mask = recipe->layout == SIM_LAYOUT_PLAIN ? (uint8_t)(banks - 1) : 0x1F;
    const uint8_t code[6] = {0xE5, 0x90, 0x54, mask, 0xB4, 0x00};

    memcpy(&boot_end[AT_TRAMPOLINE], code, sizeof code);
}

static void put_identity(const struct sim_firmware_recipe *recipe, uint8_t *boot_end)
{
    uint8_t *inquiry = &boot_end[AT_TEMPLATE];
    uint8_t *identify = &boot_end[AT_IDENTIFY];

    memcpy(inquiry, template_header, sizeof template_header);
    put_text(inquiry + 8, 8, recipe->vendor);
    put_text(inquiry + 16, 16, recipe->product);
    put_text(inquiry + 32, 4, recipe->revision);
    put_text(inquiry + 36, 16, recipe->date);
    put_text(identify, 8, recipe->revision);
    put_text(identify + 8, 8, recipe->vendor);
    put_text(identify + 16, 16, recipe->product);
    for (size_t i = 0; i < 32; i += 2) {
        uint8_t first = identify[i];

        identify[i] = identify[i + 1];
        identify[i + 1] = first;
    }
}

/* MOV R5,#c / MOV DPTR,#.. and 19 bytes (DVD writers) or MOV R5,#c / MOV R7,#.. and 5 bytes, 16
 * times. */
static void put_internal_revision(const struct sim_firmware_recipe *recipe, uint8_t *boot_end)
{
    uint8_t text[REVISION_CODES];
    bool writer = recipe->class == SIM_CLASS_DVD_WRITER;
    size_t stride = writer ? 22 : 8;

    put_text(text, sizeof text, recipe->internal);
    for (size_t i = 0; i < REVISION_CODES; i++) {
        uint8_t *code = &boot_end[AT_INTERNAL + i * stride];

        memset(code, 0x00, stride);
        code[0] = 0x7D;
        code[1] = text[i];
        code[2] = writer ? 0x90 : 0x7F;
    }
}

static const uint8_t eeprom_check[7] = {0xFF, 0xEE, 0x6F, 0x60, 0x02, 0xC3, 0x22};
static const uint8_t eeprom_check_patched[7] = {0xFF, 0xEE, 0x6F, 0x00, 0x00, 0xD3, 0x22};

static void put_landmarks(const struct sim_firmware_recipe *recipe, uint8_t *boot_end)
{
    static const uint8_t eject[20] = {0x90, 0x12, 0x34, 0xE0, 0x78, 0x56, 0x30, 0xE4, 0x06, 0xE2,
                                      0x54, 0xFD, 0xF2, 0x80, 0x04, 0xE2, 0x44, 0x02, 0xF2, 0x22};

    if (recipe->class != SIM_CLASS_CD) {
        memcpy(&boot_end[AT_VIDEO_TS], "VIDEO_TS", 8);
    }
    if (recipe->class == SIM_CLASS_DVD_WRITER) {
        memcpy(&boot_end[AT_PLUS_MEDIA], "RICOHJPNR00", 11);
        memcpy(&boot_end[AT_DASH_MEDIA], "RITEKG03", 8);
    }
    memcpy(&boot_end[AT_EEPROM_CHECK], recipe->crossflash ? eeprom_check_patched : eeprom_check,
           sizeof eeprom_check);
    memcpy(&boot_end[AT_EJECT_CODE], eject, sizeof eject);
}

void sim_firmware_seal(uint8_t *image, size_t size, size_t bank_size)
{
    size_t at = boot_size(bank_size) + AT_INTEGRITY;

    memcpy(&image[at], integrity_magic, sizeof integrity_magic);
    uint32_t crc = crc32_with_hole(image, size, at + sizeof integrity_magic);

    for (unsigned i = 0; i < 4; i++) {
        image[at + sizeof integrity_magic + i] = (uint8_t)(crc >> (8 * i));
    }
}

/* Spoils the finished image; returns its new length. */
static size_t damage(const struct sim_firmware_recipe *recipe, uint8_t *image)
{
    size_t size = recipe->size;
    size_t boot = boot_size(recipe->bank_size);

    switch (recipe->damage) {
    case SIM_DAMAGE_BAD_FIRST_BYTE:
        image[0] = 0x80;
        break;
    case SIM_DAMAGE_BANK_VECTOR:
        image[recipe->layout == SIM_LAYOUT_PLAIN ? size - recipe->bank_size : boot] = 0x00;
        break;
    case SIM_DAMAGE_TRUNCATED:
        return size - recipe->bank_size / 8 - 1;
    case SIM_DAMAGE_NO_TEMPLATE:
        memset(&image[boot + AT_TEMPLATE], 0xFF, 52);
        break;
    case SIM_DAMAGE_SLIM_TAIL:
        memset(&image[size - SLIM_TAIL], 0xA5, SLIM_TAIL);
        break;
    case SIM_DAMAGE_NO_TRAMPOLINE:
        memset(&image[boot + AT_TRAMPOLINE], 0xFF, 6);
        break;
    case SIM_DAMAGE_ALL_FF:
        memset(image, 0xFF, size);
        break;
    case SIM_DAMAGE_ALL_ZERO:
        memset(image, 0x00, size);
        break;
    case SIM_DAMAGE_HALF_ERASED:
        memset(&image[size / 2], 0xFF, size - size / 2);
        break;
    case SIM_DAMAGE_CONTENT:
        image[recipe->bank_size + 0x20] ^= 0x01;
        break;
    default:
        break;
    }
    return size;
}

static bool possible(const struct sim_firmware_recipe *recipe, size_t capacity)
{
    uint32_t bank = recipe->bank_size;

    return bank >= 0x800 && bank <= SIM_FIRMWARE_BANK && (bank & (bank - 1)) == 0 &&
           recipe->size <= capacity && recipe->size <= SIM_FIRMWARE_MAX &&
           recipe->size >= 2 * bank && recipe->size % bank == 0 &&
           (recipe->layout == SIM_LAYOUT_PLAIN || recipe->size == 0x100000);
}

size_t sim_firmware_make(const struct sim_firmware_recipe *recipe, uint8_t *image, size_t capacity)
{
    if (!possible(recipe, capacity)) {
        return 0;
    }
    uint8_t *boot_end = &image[boot_size(recipe->bank_size)];

    fill(recipe, image);
    if (recipe->layout == SIM_LAYOUT_PLAIN) {
        put_plain_vectors(recipe, image);
    } else {
        put_rebanked_vectors(recipe, image);
    }
    put_trampoline(recipe, boot_end);
    put_identity(recipe, boot_end);
    put_internal_revision(recipe, boot_end);
    put_landmarks(recipe, boot_end);
    sim_firmware_seal(image, recipe->size, recipe->bank_size);
    return damage(recipe, image);
}

bool sim_firmware_valid(const uint8_t *image, size_t size, size_t bank_size)
{
    size_t at = boot_size(bank_size) + AT_INTEGRITY;
    struct sim_firmware_identity identity;
    uint32_t stored = 0;

    if (size < 2 * bank_size || image[0] != LJMP ||
        memcmp(&image[at], integrity_magic, sizeof integrity_magic) != 0 ||
        !sim_firmware_identity(image, size, bank_size, &identity)) {
        return false;
    }
    at += sizeof integrity_magic;
    for (unsigned i = 0; i < 4; i++) {
        stored |= (uint32_t)image[at + i] << (8 * i);
    }
    return crc32_with_hole(image, size, at) == stored;
}

bool sim_firmware_identity(const uint8_t *image, size_t size, size_t bank_size,
                           struct sim_firmware_identity *identity)
{
    size_t last = size < bank_size ? size : bank_size;

    memset(identity, 0, sizeof *identity);
    for (size_t i = boot_size(bank_size); i + sizeof identity->inquiry <= last; i++) {
        const uint8_t *found = &image[i];

        if (memcmp(found, template_header, sizeof template_header) == 0) {
            memcpy(identity->inquiry, found, sizeof identity->inquiry);
            memcpy(identity->vendor, found + 8, 8);
            memcpy(identity->product, found + 16, 16);
            memcpy(identity->revision, found + 32, 4);
            memcpy(identity->date, found + 36, 16);
            return true;
        }
    }
    return false;
}

bool sim_firmware_takes_any_eeprom(const uint8_t *image, size_t bank_size)
{
    return memcmp(&image[boot_size(bank_size) + AT_EEPROM_CHECK], eeprom_check_patched,
                  sizeof eeprom_check_patched) == 0;
}

bool sim_firmware_damage_by_name(const char *name, enum sim_firmware_damage *damage_found)
{
    for (unsigned i = 0; i < SIM_DAMAGE_COUNT; i++) {
        if (strcmp(damage_names[i], name) == 0) {
            *damage_found = (enum sim_firmware_damage)i;
            return true;
        }
    }
    return false;
}

const char *sim_firmware_damage_name(enum sim_firmware_damage damage_wanted)
{
    return damage_names[damage_wanted];
}

bool sim_firmware_class_by_name(const char *name, enum sim_firmware_class *class)
{
    for (unsigned i = 0; i < sizeof class_names / sizeof class_names[0]; i++) {
        if (strcmp(class_names[i], name) == 0) {
            *class = (enum sim_firmware_class)i;
            return true;
        }
    }
    return false;
}
