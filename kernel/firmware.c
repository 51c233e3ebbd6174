/*
 * What a firmware file is. The layout is known only from what tools look for in such files; every
 * pattern here stands in drivers/PROTOCOL.md, "Firmware files".
 */
#include "kernel/firmware.h"

#include <stddef.h>

#include "kernel/lib/crc32.h"
#include "kernel/lib/string.h"
#include "kernel/lib/text.h"

enum {
    BANK = 0x10000,      /* code window of the 8051 */
    BOOT_CODE = 0x4000,  /* the boot code's size; it holds old copies of the names */
    SLIM_TAIL = 16,      /* bytes at the end of a slim drive's image */
    LJMP = 0x02,         /* 8051: long jump, what the reset vector holds */
    SJMP = 0x80,         /* 8051: short jump, seen at the start of banks other than the first */
    TEMPLATE_HEAD = 8,   /* INQUIRY data before the names */
    TEMPLATE_SIZE = 36,  /* ... up to the end of the revision */
    TIMESTAMP_SIZE = 16, /* follows the revision */
    CODE_REPEATS = 16    /* letters of the internal revision's code */
};

/* First place of `pattern` in bytes [start, end), or `end`. */
static uint32_t find(const uint8_t *bytes, uint32_t start, uint32_t end, const void *pattern,
                     uint32_t length)
{
    const uint8_t *first = pattern;

    if (end < length || start > end - length) {
        return end;
    }
    for (uint32_t at = start; at <= end - length; at++) {
        if (bytes[at] == first[0] && memcmp(bytes + at, pattern, length) == 0) {
            return at;
        }
    }
    return end;
}

static bool contains(const struct firmware *firmware, const void *pattern, uint32_t length)
{
    return find(firmware->bytes, 0, firmware->size, pattern, length) < firmware->size;
}

static bool standard_size(uint32_t size)
{
    return size == 0x20000 || size == 0x40000 || size == 0x80000 || size == FIRMWARE_LARGEST;
}

static enum firmware_class classify(const struct firmware *firmware)
{
    if (!standard_size(firmware->size)) {
        return FIRMWARE_UNKNOWN;
    }
    if (firmware->size == FIRMWARE_LARGEST) {
        return FIRMWARE_DVD_RW;
    }
    if (!contains(firmware, "VIDEO_TS", 8) && !contains(firmware, "NOSMARTX", 8)) {
        return FIRMWARE_CD_RW;
    }
    return firmware->size == 0x80000 ? FIRMWARE_COMBO : FIRMWARE_DVD_ROM;
}

/*
 * The routine that calls code in another bank: MOV A,P1; ANL A,#mask; CJNE A,#0. The mask tells how
 * banks are laid out: 1F = rebanked, 0F = 16 plain banks, 07 = 8. Smaller images: no mask is known,
 * any counts.
 */
static void find_trampoline(struct firmware *firmware)
{
    static const uint8_t call[] = {0xE5, 0x90, 0x54};
    uint32_t end = firmware->size < BANK ? firmware->size : BANK;

    for (uint32_t at = find(firmware->bytes, BOOT_CODE, end, call, sizeof call); at + 6 <= end;
         at = find(firmware->bytes, at + 1, end, call, sizeof call)) {
        uint8_t mask = firmware->bytes[at + 3];

        if (firmware->bytes[at + 4] != 0xB4 || firmware->bytes[at + 5] != 0x00) {
            continue;
        }
        if (firmware->size == FIRMWARE_LARGEST ? mask != 0x0F && mask != 0x1F
                                               : firmware->size == 0x80000 && mask != 0x07) {
            continue;
        }
        firmware->trampoline = true;
        firmware->rebanked = firmware->size == FIRMWARE_LARGEST && mask == 0x1F;
        return;
    }
}

/* Copies a field of the template as text; NUL counts as a blank, blanks at the end are cut. False
 * when a byte is no text. */
static bool copy_field(char *to, const uint8_t *from, uint32_t length)
{
    uint32_t used = 0;

    for (uint32_t i = 0; i < length; i++) {
        uint8_t c = from[i] == 0 ? ' ' : from[i];

        if (c < ' ' || c > '~') {
            return false;
        }
        to[i] = (char)c;
        if (c != ' ') {
            used = i + 1;
        }
    }
    to[used] = '\0';
    return true;
}

/* A timestamp counts only when it names a year between 1990 and 2019. */
static bool names_a_year(const char *text)
{
    for (; text[0] != '\0' && text[1] != '\0' && text[2] != '\0' && text[3] != '\0'; text++) {
        bool century = memcmp(text, "199", 3) == 0 || memcmp(text, "200", 3) == 0 ||
                       memcmp(text, "201", 3) == 0;

        if (century && text[3] >= '0' && text[3] <= '9') {
            return true;
        }
    }
    return false;
}

/* Whether an INQUIRY template stands at `at`, by the rule of `level` (1 strict .. 4 loose). Fills
 * the names. */
static bool read_template(struct firmware *firmware, uint32_t at, unsigned level)
{
    const uint8_t *bytes = firmware->bytes + at;
    uint32_t size = TEMPLATE_SIZE + (level <= 2 ? TIMESTAMP_SIZE : 0);

    if (firmware->size < size || at > firmware->size - size) {
        return false;
    }
    if (bytes[3] != 0x32 && (level <= 2 || bytes[3] != 0x31)) {
        return false;
    }
    if (bytes[4] != 0x5B && (level == 1 || bytes[4] != 0x1F)) {
        return false;
    }
    if (bytes[5] != 0 || bytes[6] != 0 || bytes[7] != 0) {
        return false;
    }
    if (!copy_field(firmware->vendor, bytes + TEMPLATE_HEAD, 8) ||
        !copy_field(firmware->product, bytes + TEMPLATE_HEAD + 8, 16) ||
        !copy_field(firmware->revision, bytes + TEMPLATE_HEAD + 24, 4) ||
        firmware->product[0] == '\0') {
        return false;
    }
    if (level > 2 || !copy_field(firmware->date, bytes + TEMPLATE_SIZE, TIMESTAMP_SIZE) ||
        !names_a_year(firmware->date)) {
        firmware->date[0] = '\0';
    }
    return true;
}

/* Searches the INQUIRY template, the strictest rule first. Images of DVD writers know only the two
 * strict ones. */
static void find_identity(struct firmware *firmware)
{
    static const uint8_t head[] = {0x05, 0x80, 0x00};
    unsigned last_level = firmware->kind == FIRMWARE_DVD_RW ? 2 : 4;

    for (unsigned level = 1; level <= last_level; level++) {
        uint32_t at =
            find(firmware->bytes, level == 4 ? 0 : BOOT_CODE, firmware->size, head, sizeof head);

        while (at < firmware->size) {
            if (read_template(firmware, at, level)) {
                firmware->has_identity = true;
                firmware->identity_level = (uint8_t)level;
                firmware->identity_offset = at;
                return;
            }
            at = find(firmware->bytes, at + 1, firmware->size, head, sizeof head);
        }
    }
    firmware->vendor[0] = firmware->product[0] = firmware->revision[0] = '\0';
}

/* One form of the code that puts a letter of the internal revision into a register: MOV Rn,#letter,
 * then another instruction, then a gap until the next letter. */
struct letter_code {
    uint8_t first, third;
    uint8_t gap_least, gap_most;
};

static bool letter_at(const struct firmware *firmware, uint32_t at, const struct letter_code *code)
{
    const uint8_t *bytes = firmware->bytes + at;

    return firmware->size >= 3 && at <= firmware->size - 3 && bytes[0] == code->first &&
           bytes[2] == code->third && bytes[1] >= ' ' && bytes[1] <= '~';
}

/* Follows the letters that start at `at`; true when all of them are there. */
static bool read_letters(const struct firmware *firmware, uint32_t at,
                         const struct letter_code *code, char letters[CODE_REPEATS])
{
    for (unsigned i = 0; i < CODE_REPEATS; i++) {
        if (!letter_at(firmware, at, code)) {
            return false;
        }
        letters[i] = (char)firmware->bytes[at + 1];
        for (unsigned gap = code->gap_least; i + 1 < CODE_REPEATS; gap++) {
            if (gap > code->gap_most) {
                return false;
            }
            if (letter_at(firmware, at + 3 + gap, code)) {
                at += 3 + gap;
                break;
            }
        }
    }
    return true;
}

/* The "internal" revision is no string in the file: code puts it together letter by letter. */
static void find_internal_revision(struct firmware *firmware)
{
    static const struct letter_code codes[] = {
        {0x7D, 0x90, 19, 23}, {0x7B, 0x7D, 10, 12}, {0x7D, 0x7F, 5, 8}};
    uint32_t length = firmware->kind == FIRMWARE_DVD_RW ? 10 : 8;
    char letters[CODE_REPEATS];

    for (unsigned i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        for (uint32_t at = 0; at < firmware->size; at++) {
            if (firmware->bytes[at] == codes[i].first &&
                read_letters(firmware, at, &codes[i], letters)) {
                (void)copy_field(firmware->internal_revision, (const uint8_t *)letters, length);
                return;
            }
        }
    }
}

/* The check of the EEPROM's sum that makes a drive blink "dead" was switched off in this image. */
static bool crossflash_patched(const struct firmware *firmware)
{
    static const uint8_t forms[][7] = {{0xFF, 0xEE, 0x6F, 0x00, 0x00, 0xD3, 0x22},
                                       {0xFF, 0xEE, 0x6F, 0xD3, 0xD3, 0xD3, 0x22},
                                       {0xFF, 0xEE, 0x6F, 0x60, 0x00, 0xD3, 0x22}};
    static const uint8_t ldw411s[] = {0xEF, 0x64, 0xFE, 0x60, 0x02, 0xD3, 0x22, 0xD3, 0x22};

    for (unsigned i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (contains(firmware, forms[i], sizeof forms[i])) {
            return true;
        }
    }
    return contains(firmware, ldw411s, sizeof ldw411s);
}

static bool blank(const struct firmware *firmware)
{
    uint8_t first = firmware->bytes[0];

    if (first != 0x00 && first != 0xFF) {
        return false;
    }
    for (uint32_t i = 1; i < firmware->size; i++) {
        if (firmware->bytes[i] != first) {
            return false;
        }
    }
    return true;
}

/* Every plain bank starts with its own copy of the common code, so with a jump. */
static bool plain_banks_sound(struct firmware *firmware)
{
    for (uint32_t at = BANK; at < firmware->size; at += BANK) {
        if (firmware->bytes[at] != LJMP && firmware->bytes[at] != SJMP) {
            firmware->bad_offset = at;
            return false;
        }
    }
    return true;
}

/* Images of slim drives end in 16 letters or blanks; dumps made by the wrong tool don't. */
static bool slim_tail_sound(const struct firmware *firmware)
{
    const uint8_t *tail = firmware->bytes + firmware->size - SLIM_TAIL;

    if (firmware->internal_revision[0] != 'U' && firmware->internal_revision[0] != 'V') {
        return true;
    }
    for (unsigned i = 0; i < SLIM_TAIL; i++) {
        if (tail[i] != ' ' && (tail[i] < 'A' || tail[i] > 'Z')) {
            return false;
        }
    }
    return true;
}

static bool rebanked_sound(struct firmware *firmware)
{
    if (firmware->bytes[BOOT_CODE] != LJMP) {
        firmware->bad_offset = BOOT_CODE;
        return false;
    }
    if (memcmp(firmware->bytes + BANK - 8, "LITEONIT", 8) != 0) {
        firmware->bad_offset = BANK - 8;
        return false;
    }
    return true;
}

static enum firmware_damage examine(struct firmware *firmware)
{
    if (firmware->size == 0) {
        return FIRMWARE_EMPTY;
    }
    if (!standard_size(firmware->size)) {
        return FIRMWARE_SIZE;
    }
    if (blank(firmware)) {
        return FIRMWARE_BLANK;
    }
    if (firmware->bytes[0] != LJMP) {
        return FIRMWARE_FIRST_BYTE;
    }
    if (!firmware->rebanked) {
        return plain_banks_sound(firmware) ? FIRMWARE_SOUND : FIRMWARE_BANK_START;
    }
    if (!slim_tail_sound(firmware)) {
        firmware->bad_offset = firmware->size - SLIM_TAIL;
        return FIRMWARE_SLIM_TAIL;
    }
    return rebanked_sound(firmware) ? FIRMWARE_SOUND : FIRMWARE_REBANKED;
}

void firmware_inspect(struct firmware *firmware, const uint8_t *bytes, uint32_t size)
{
    char path[sizeof firmware->path];

    memcpy(path, firmware->path, sizeof path);
    memset(firmware, 0, sizeof *firmware);
    memcpy(firmware->path, path, sizeof path);
    firmware->bytes = bytes;
    firmware->size = size;
    firmware->bank_size = BANK;
    if (size != 0 && size <= FIRMWARE_LARGEST) {
        firmware->crc32 = crc32_update(0, bytes, size);
        firmware->kind = classify(firmware);
        find_trampoline(firmware);
        find_identity(firmware);
        find_internal_revision(firmware);
        firmware->crossflash_patched = crossflash_patched(firmware);
    }
    firmware->damage = examine(firmware);
}

bool firmware_bank_start(const struct firmware *firmware, unsigned index, uint32_t *address)
{
    uint32_t step = firmware->rebanked ? BOOT_CODE : firmware->bank_size;

    /* Rebanked: boot code and common area, nothing else is where a bank starts to run. */
    if (step == 0 || (firmware->rebanked && index > 1) || index >= firmware->size / step + 1) {
        return false;
    }
    *address = index * step;
    return *address < firmware->size;
}
