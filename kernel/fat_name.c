/* FAT: long names and short names. */
#include "kernel/fat.h"

#include "kernel/lib/little_endian.h"
#include "kernel/lib/code_page.h"
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
