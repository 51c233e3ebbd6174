#include "kernel/drivedb.h"

#include "kernel/lib/string.h"
#include "kernel/lib/text.h"

enum { PRODUCT_SIZE = 17, WRITER_SIZE = 0x100000, COMBO_SIZE = 0x80000 };

const struct boot_code boot_codes[] = {
    {NULL, NULL, "BOOT", "boot code of a MediaTek MT19xx chip or of a Samsung drive",
     "coastermelt doc/bootloader.txt; readme of Samsung SD-608"},
    {"PIONEER", NULL, "0000", "kernel (update) mode", "DVRFlash 2.2b DVRFlash.cpp"},
    {"_NEC", NULL, "0", "safe mode", "binflash necinterface.cpp"},
    {"NEC", NULL, "0", "safe mode", "binflash necinterface.cpp"},
    {"Optiarc", NULL, "0", "safe mode", "binflash necinterface.cpp"},
    {"OPTIARC", NULL, "0", "safe mode", "binflash necinterface.cpp"},
    {NULL, "LTR-BOOT", NULL, "boot code of a Lite-On LTR",
     "cdrinfo.com and nickles.de forums, LTR-12101B"},
    {"ATAPI", "DD DW 1600", "FS02", "boot code of a BenQ/Philips drive", "club.myce.com 157604"},
    {"MATSHITA", "CD98Q4 DOWNLOAD", "GS0N", "download mode of a CR-589",
     "MAME src/devices/bus/ata/cr589.cpp"},
};
const size_t boot_code_count = sizeof boot_codes / sizeof boot_codes[0];

#define OMNIPATCHER "OmniPatcher fw_specs.pl"
#define ARCHIVE     "file names in rpc1dev/archive"

const struct drive_family drive_families[] = {
    /* DVD writers */
    {"LDW-401S", "LDW-401S|DRW-1S40", "", "E", DRIVE_DVD_WRITER, WRITER_SIZE, false, OMNIPATCHER},
    {"LDW-411S", "LDW-411S|DRW-1S41", "", "F", DRIVE_DVD_WRITER, WRITER_SIZE, false, OMNIPATCHER},
    {"LDW-811S", "LDW-811S|DRW-1S81|IMWDVRW8I|8412AJ|DV-W58G", "", "H", DRIVE_DVD_WRITER,
     WRITER_SIZE, false, OMNIPATCHER},
    {"LDW-451S", "LDW-451S|DRW-1S45", "", "G", DRIVE_DVD_WRITER, WRITER_SIZE, false, OMNIPATCHER},
    {"LDW-851S", "LDW-851S|DRW-1S85|GO-W0804A", "", "G", DRIVE_DVD_WRITER, WRITER_SIZE, false,
     OMNIPATCHER},
    {"SOHW-812S", "SOHW-812S|SOHW-802S|DW-U18A|DRW-2S81|DV-W58G-A|GO-W0808A|8440E2D-B", "", "U",
     DRIVE_DVD_WRITER, WRITER_SIZE, false, OMNIPATCHER},
    {"SOHW-832S", "SOHW-832S|SOHW-822S|DRU-700A|DW-D18A|ED8DVDRW|DRW-2S83", "", "V|CG",
     DRIVE_DVD_WRITER, WRITER_SIZE, false, OMNIPATCHER},
    {"SOHW-1213S", "SOHW-1213S|DW-U20A|DRW-3S121|1280B|DV-W512G|12448IND-B", "", "T",
     DRIVE_DVD_WRITER, WRITER_SIZE, false, OMNIPATCHER},
    {"SOHW-1613S", "SOHW-1613S|DW-U21A|DRW-3S161", "", "A", DRIVE_DVD_WRITER, WRITER_SIZE, false,
     OMNIPATCHER},
    {"SOHW-1633S", "SOHW-1633S|DRU-710A|DW-D22A|GO-W1608A|ED16DVDR|DV-W516G", "", "B",
     DRIVE_DVD_WRITER, WRITER_SIZE, false, OMNIPATCHER},
    {"SOHW-1633S-Enh.", "SOHW-1633S|DRU-710A", "", "BS4|BYX|B8S3+", DRIVE_DVD_WRITER, WRITER_SIZE,
     false, OMNIPATCHER},
    {"SOHW-1653S", "SOHW-1653S|DRU-710A|DW-D23A|1612DLB|DV-W516GA", "", "C", DRIVE_DVD_WRITER,
     WRITER_SIZE, false, OMNIPATCHER},
    {"SOHW-1673S", "SOHW-1673S|DRU-720A|DW-D26A|IMWDVRW16DLE|DV-W516GB", "", "J", DRIVE_DVD_WRITER,
     WRITER_SIZE, false, OMNIPATCHER},
    {"SOHW-1693S", "SOHW-1693S|DRU-800A|DW-Q28A|DRW-3S169", "", "K", DRIVE_DVD_WRITER, WRITER_SIZE,
     false, OMNIPATCHER},
    {"SHW-1635S", "SHW-1635S|DW-Q30A", "", "Y", DRIVE_DVD_WRITER, WRITER_SIZE, false, OMNIPATCHER},
    {"SHW-16H5S", "SHW-16H5S|DW-Q31A", "", "L", DRIVE_DVD_WRITER, WRITER_SIZE, false, OMNIPATCHER},
    /* slim DVD writers */
    {"SDW-421S", "SDW-421S", "", "L", DRIVE_DVD_WRITER, WRITER_SIZE, true, OMNIPATCHER},
    {"SDW-431S", "SDW-431S", "", "M", DRIVE_DVD_WRITER, WRITER_SIZE, true, OMNIPATCHER},
    {"SOSW-852S", "SOSW-852S|DW-D56A", "", "P|6", DRIVE_DVD_WRITER, WRITER_SIZE, true, OMNIPATCHER},
    {"SOSW-862S", "SOSW-862S|DW-R56A", "", "Q", DRIVE_DVD_WRITER, WRITER_SIZE, true, OMNIPATCHER},
    {"SOSW-813S", "SOSW-813S|DW-Q58A", "", "U", DRIVE_DVD_WRITER, WRITER_SIZE, true, OMNIPATCHER},
    {"SOSW-833S", "SOSW-833S", "DW-Q60A", "V", DRIVE_DVD_WRITER, WRITER_SIZE, true, OMNIPATCHER},
    /* combos: DVD-ROM and CD writer */
    {"LTC-48161H", "LTC-48161H|CRX300E|482448BC|DW-548D|244816AJ", "", "K", DRIVE_COMBO, COMBO_SIZE,
     false, OMNIPATCHER},
    {"SOHC-5232K", "SOHC-5232K|CRX320E", "", "N", DRIVE_COMBO, COMBO_SIZE, false, OMNIPATCHER},
    {"SOHC-4832K", "SOHC-4832K", "", "O", DRIVE_COMBO, COMBO_SIZE, false, OMNIPATCHER},
    {"SOHC-5235K", "SOHC-5235K|CRX320ED", "", "L", DRIVE_COMBO, COMBO_SIZE, false, OMNIPATCHER},
    {"SOHC-4835K", "SOHC-4835K", "", "M", DRIVE_COMBO, COMBO_SIZE, false, OMNIPATCHER},
    {"SOHC-5236K", "SOHC-5236K|CRX320EE", "", "R", DRIVE_COMBO, COMBO_SIZE, false, OMNIPATCHER},
    {"SOHC-5236V", "SOHC-5236V", "", "R", DRIVE_COMBO, COMBO_SIZE, false, OMNIPATCHER},
    /* DVD-ROMs */
    {"LTD-122", "LTD-122|DDU1211|LTD122|DVD1243E", "", "I", DRIVE_DVD_ROM, 0, false, OMNIPATCHER},
    {"LTD-163", "LTD-163|LTD-163D|SHD-16P1S|XJ-HD163|XJ-HD163D|DDU1611|LTD163|DVD1640E|DV-5800B",
     "", "G", DRIVE_DVD_ROM, 0, false, OMNIPATCHER},
    {"LTD-165H", "LTD-165H|XJ-HD165H", "", "C", DRIVE_DVD_ROM, 0, false, OMNIPATCHER},
    {"LTD-166S", "LTD-166S|XJ-HD166S|DDU1612|DV-5800C|DVD1648/LKY", "", "D", DRIVE_DVD_ROM, 0,
     false, OMNIPATCHER},
    {"SOHD-167T", "SOHD-167T|DDU1613", "", "9", DRIVE_DVD_ROM, 0, false, OMNIPATCHER},
    {"SOHD-16P9S", "SOHD-16P9S|DDU1615|DV-5800D|DV-516G", "", "F", DRIVE_DVD_ROM, 0, false,
     OMNIPATCHER},
    /* CD writers */
    {"LTR-12101B", "LTR-12101B", "", "LS", DRIVE_CD_WRITER, 0, false, ARCHIVE},
    {"LTR-12102B", "LTR-12102B", "", "NS", DRIVE_CD_WRITER, 0, false, ARCHIVE},
    {"LTR-12102C", "LTR-12102C", "", "RS", DRIVE_CD_WRITER, 0, false, ARCHIVE},
    {"LTR-16101B", "LTR-16101B", "", "TS", DRIVE_CD_WRITER, 0, false, ARCHIVE},
    {"LTR-16102B", "LTR-16102B", "", "OS", DRIVE_CD_WRITER, 0, false, ARCHIVE},
    {"LTR-24102B", "LTR-24102B", "CRX175A1", "5S|5YS", DRIVE_CD_WRITER, 0, false, ARCHIVE},
    {"LTR-32123S", "LTR-32123S", "CRX185E1", "XS|XYS", DRIVE_CD_WRITER, 0, false, ARCHIVE},
    {"LTR-40125S", "LTR-40125S", "CRX195E1", "ZS|ZYS", DRIVE_CD_WRITER, 0, false, ARCHIVE},
    {"LTR-40125W", "LTR-40125W", "", "WS", DRIVE_CD_WRITER, 0, false, ARCHIVE},
    {"LTR-48125W", "LTR-48125W", "", "VS", DRIVE_CD_WRITER, 0, false, ARCHIVE},
    {"LTR-48125S", "LTR-48125S", "", "1S", DRIVE_CD_WRITER, 0, false, ARCHIVE},
    {"LTR-48126S", "LTR-48126S", "CRX210", "2S|2YS", DRIVE_CD_WRITER, 0, false, ARCHIVE},
    {"LTR-48246S", "LTR-48246S", "CRX215", "SS|SYS", DRIVE_CD_WRITER, 0, false, ARCHIVE},
    {"LTR-52246S", "LTR-52246S", "CRX220", "6S", DRIVE_CD_WRITER, 0, false, ARCHIVE},
    {"LTR-52327S", "LTR-52327S", "CRX225E|CRX230E", "QS|QY", DRIVE_CD_WRITER, 0, false, ARCHIVE},
};
const size_t drive_family_count = sizeof drive_families / sizeof drive_families[0];

static bool begins_with(const char *text, const char *start)
{
    return start == NULL || strncmp(text, start, strlen(start)) == 0;
}

const struct boot_code *drivedb_boot_code(const struct inquiry *inquiry)
{
    for (size_t i = 0; i < boot_code_count; i++) {
        if (begins_with(inquiry->vendor, boot_codes[i].vendor) &&
            begins_with(inquiry->product, boot_codes[i].product) &&
            begins_with(inquiry->revision, boot_codes[i].revision))
            return &boot_codes[i];
    }
    return NULL;
}

bool drivedb_is_boot_code(const struct inquiry *inquiry)
{
    return drivedb_boot_code(inquiry) != NULL;
}

/* Length of the list item at `item`; the item after it starts behind the '|', if there is one. */
static size_t item_length(const char *item)
{
    size_t length = 0;

    while (item[length] != '\0' && item[length] != '|')
        length++;
    return length;
}

static const char *next_item(const char *item)
{
    size_t length = item_length(item);

    return item + length + (item[length] == '|' ? 1 : 0);
}

/* What can stand inside a model name: a match must not be part of a longer one. */
static bool is_model_character(char c)
{
    c = text_upper(c);
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '/';
}

static bool same_letters(const char *a, const char *b, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (a[i] == '\0' || text_upper(a[i]) != text_upper(b[i]))
            return false;
    }
    return true;
}

/* Whether `product` contains the model name of `length` characters as a word of its own. */
static bool names_model(const char *product, const char *model, size_t length)
{
    for (size_t i = 0; length > 0 && product[i] != '\0'; i++) {
        if (same_letters(product + i, model, length) &&
            (i == 0 || !is_model_character(product[i - 1])) &&
            !is_model_character(product[i + length]))
            return true;
    }
    return false;
}

/* The item of `models` that `product` names, NULL: none. */
static const char *named_model(const char *product, const char *models)
{
    for (const char *item = models; *item != '\0'; item = next_item(item)) {
        if (names_model(product, item, item_length(item)))
            return item;
    }
    return NULL;
}

static bool fits(const struct drive_family *family, const char *product)
{
    return named_model(product, family->models) != NULL ||
           named_model(product, family->inferred) != NULL;
}

/* How many characters of `revision` the longest fitting item of the family's list explains. */
static size_t revision_fit(const struct drive_family *family, const char *revision)
{
    size_t best = 0;

    for (const char *item = family->revisions; *item != '\0'; item = next_item(item)) {
        size_t length = item_length(item);
        bool higher = item[length - 1] == '+';

        if (higher)
            length--;
        if (strncmp(revision, item, higher ? length - 1 : length) != 0)
            continue;
        if (higher && revision[length - 1] < item[length - 1])
            continue;
        if (length > best)
            best = length;
    }
    return best;
}

const struct drive_family *drivedb_family(const char *product, const char *internal_revision)
{
    const struct drive_family *found = NULL, *best = NULL;
    size_t best_fit = 0;
    unsigned count = 0, ties = 0;

    for (size_t i = 0; i < drive_family_count; i++) {
        const struct drive_family *family = &drive_families[i];
        size_t fit;

        if (!fits(family, product))
            continue;
        found = family;
        count++;
        fit = revision_fit(family, internal_revision);
        if (fit > best_fit) {
            best = family;
            best_fit = fit;
            ties = 1;
        } else if (fit == best_fit) {
            ties++;
        }
    }
    if (count == 1)
        return found;
    return ties == 1 ? best : NULL;
}

/* `product` in capitals, blanks at the ends cut and runs of them made one. */
static void normalise(const char *product, char to[PRODUCT_SIZE])
{
    size_t used = 0;

    for (size_t i = 0; product[i] != '\0' && used < PRODUCT_SIZE - 1; i++) {
        if (product[i] == ' ' && (used == 0 || to[used - 1] == ' '))
            continue;
        to[used++] = text_upper(product[i]);
    }
    if (used > 0 && to[used - 1] == ' ')
        used--;
    to[used] = '\0';
}

/* The only family that has a certain model name in `product`; NULL: none, or several. */
static const struct drive_family *certain_family(const char *product)
{
    const struct drive_family *found = NULL;

    for (size_t i = 0; i < drive_family_count; i++) {
        if (named_model(product, drive_families[i].models) == NULL)
            continue;
        if (found != NULL)
            return NULL;
        found = &drive_families[i];
    }
    return found;
}

/* Whether one and the same model name of the tables stands in both products. */
static bool share_model(const char *a, const char *b)
{
    for (size_t i = 0; i < drive_family_count; i++) {
        const char *model = named_model(a, drive_families[i].models);

        if (model != NULL && names_model(b, model, item_length(model)))
            return true;
    }
    return false;
}

bool drivedb_same_model(const char *product_a, const char *product_b)
{
    char a[PRODUCT_SIZE], b[PRODUCT_SIZE];
    const struct drive_family *family;

    normalise(product_a, a);
    normalise(product_b, b);
    if (a[0] == '\0' || b[0] == '\0')
        return false;
    if (strcmp(a, b) == 0 || share_model(a, b))
        return true;
    family = certain_family(a);
    return family != NULL && family == certain_family(b);
}
