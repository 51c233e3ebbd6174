/* FAT: long names and short names. */
#include "kernel/fat.h"

#include "kernel/lib/little_endian.h"
#include "kernel/lib/string.h"
#include "kernel/lib/text.h"

/* A long name's entry ([FAT] "FAT Long Directory Entries"). */
enum {
    LONG_ORDER = 0,
    LONG_TYPE = 12,
    LONG_CHECKSUM = 13,
    LONG_LETTERS = 13,      /* in one entry */
    LONG_ENTRIES_MOST = 20, /* 255 letters */
    LONG_LAST = 0x40        /* in the order: the name's last part, which comes first */
};

/* Where the 13 letters lie. */
static const uint8_t letter_offsets[LONG_LETTERS] = {1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30};

/* Code page 437, 80..FF, in Unicode (the Unicode Consortium's mapping table CP437.TXT). */
static const uint16_t code_page_437[128] = {
    0x00C7, 0x00FC, 0x00E9, 0x00E2, 0x00E4, 0x00E0, 0x00E5, 0x00E7, 0x00EA, 0x00EB, 0x00E8, 0x00EF,
    0x00EE, 0x00EC, 0x00C4, 0x00C5, 0x00C9, 0x00E6, 0x00C6, 0x00F4, 0x00F6, 0x00F2, 0x00FB, 0x00F9,
    0x00FF, 0x00D6, 0x00DC, 0x00A2, 0x00A3, 0x00A5, 0x20A7, 0x0192, 0x00E1, 0x00ED, 0x00F3, 0x00FA,
    0x00F1, 0x00D1, 0x00AA, 0x00BA, 0x00BF, 0x2310, 0x00AC, 0x00BD, 0x00BC, 0x00A1, 0x00AB, 0x00BB,
    0x2591, 0x2592, 0x2593, 0x2502, 0x2524, 0x2561, 0x2562, 0x2556, 0x2555, 0x2563, 0x2551, 0x2557,
    0x255D, 0x255C, 0x255B, 0x2510, 0x2514, 0x2534, 0x252C, 0x251C, 0x2500, 0x253C, 0x255E, 0x255F,
    0x255A, 0x2554, 0x2569, 0x2566, 0x2560, 0x2550, 0x256C, 0x2567, 0x2568, 0x2564, 0x2565, 0x2559,
    0x2558, 0x2552, 0x2553, 0x256B, 0x256A, 0x2518, 0x250C, 0x2588, 0x2584, 0x258C, 0x2590, 0x2580,
    0x03B1, 0x00DF, 0x0393, 0x03C0, 0x03A3, 0x03C3, 0x00B5, 0x03C4, 0x03A6, 0x0398, 0x03A9, 0x03B4,
    0x221E, 0x03C6, 0x03B5, 0x2229, 0x2261, 0x00B1, 0x2265, 0x2264, 0x2320, 0x2321, 0x00F7, 0x2248,
    0x00B0, 0x2219, 0x00B7, 0x221A, 0x207F, 0x00B2, 0x25A0, 0x00A0,
};

/* A letter of a name as we can show it; what would be taken for a part of a path is not shown. */
static char letter_437(uint16_t unicode)
{
    if (unicode < 0x20 || unicode == '/' || unicode == '\\' || unicode == 0x7F)
        return '_';
    if (unicode < 0x80)
        return (char)unicode;
    for (unsigned i = 0; i < 128; i++) {
        if (code_page_437[i] == unicode)
            return (char)(0x80 + i);
    }
    return '_';
}

static uint8_t short_checksum(const uint8_t *name)
{
    uint8_t sum = 0;

    for (unsigned i = 0; i < 11; i++)
        sum = (uint8_t)((sum >> 1 | sum << 7) + name[i]);
    return sum;
}

/* Takes one entry's letters. False when they run past the longest name. */
static bool take_letters(struct fat_long_name *name, const uint8_t *entry, unsigned start)
{
    for (unsigned i = 0; i < LONG_LETTERS; i++) {
        uint16_t letter = little16(entry + letter_offsets[i]);

        if (letter == 0)
            return true; /* the text was all zeros before */
        if (start + i >= VOLUME_NAME_MAX)
            return false;
        name->text[start + i] = letter_437(letter);
    }
    return true;
}

void fat_long_name_add(struct fat_long_name *name, const uint8_t *entry)
{
    uint8_t order = entry[LONG_ORDER];

    if (order & LONG_LAST) {
        order &= LONG_LAST - 1;
        memset(name->text, 0, sizeof name->text);
        name->checksum = entry[LONG_CHECKSUM];
        name->missing = order;
        name->started = order > 0 && order <= LONG_ENTRIES_MOST;
    }
    if (!name->started || order != name->missing || name->checksum != entry[LONG_CHECKSUM] ||
        entry[LONG_TYPE] != 0 || !take_letters(name, entry, (order - 1u) * LONG_LETTERS)) {
        name->started = false;
        return;
    }
    name->missing--;
}

bool fat_long_name_fits(const struct fat_long_name *name, const uint8_t *entry)
{
    return name->started && name->missing == 0 && name->text[0] != '\0' &&
           name->checksum == short_checksum(entry);
}

static char lower(uint8_t letter)
{
    return (char)(letter >= 'A' && letter <= 'Z' ? letter - 'A' + 'a' : letter);
}

/* Copies a blank-padded field; returns its length. */
static size_t copy_part(char *to, const uint8_t *from, size_t length, bool lower_case)
{
    while (length > 0 && from[length - 1] == ' ')
        length--;
    for (size_t i = 0; i < length; i++) {
        uint8_t letter = from[i];

        if (letter < 0x20 || letter == '/' || letter == '\\' || letter == 0x7F)
            letter = '_';
        to[i] = lower_case ? lower(letter) : (char)letter;
    }
    return length;
}

void fat_short_text(const uint8_t *entry, bool cased, char text[13])
{
    uint8_t name[11];
    uint8_t lower_case = cased ? entry[ENTRY_CASE] : 0;
    size_t length;

    memcpy(name, entry, sizeof name);
    if (name[0] == ENTRY_IS_E5)
        name[0] = 0xE5;
    length = copy_part(text, name, 8, lower_case & 0x08);
    if (name[8] != ' ') {
        text[length++] = '.';
        length += copy_part(text + length, name + 8, 3, lower_case & 0x10);
    }
    text[length] = '\0';
}

/* [FAT] "FAT Directory Structure": what may stand in a short name; we make ASCII names only. */
static bool is_short_letter(char letter)
{
    static const char others[] = "$%'-_@~`!(){}^#&";

    if ((letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9'))
        return true;
    for (unsigned i = 0; others[i]; i++) {
        if (others[i] == letter)
            return true;
    }
    return false;
}

bool fat_short_name(const char *text, uint8_t name[11])
{
    unsigned place = 0, end = 8;

    memset(name, ' ', 11);
    for (; *text; text++) {
        char letter = text_upper(*text);

        if (letter == '.' && end == 8 && place > 0) {
            place = 8;
            end = 11;
        } else if (is_short_letter(letter) && place < end) {
            name[place++] = (uint8_t)letter;
        } else {
            return false;
        }
    }
    return end == 8 ? place > 0 : place > 8;
}
