#include "tests/drive/chipset_model.h"

#include <stdlib.h>
#include <string.h>

enum { CONFIG_COMMAND = 0x04, CONFIG_PROGRAMMING_INTERFACE = 0x09, CONFIG_PRIVATE = 0x40 };
enum { WORDS_SIZE = 128 };

/* ALi M5229: prog-if flags can be written while 50 bit 1 is set and 43 bits 6..4 and 4D bit 7 are
 * clear (NetBSD aceride.c). */
enum { ALI_LOCK_1 = 0x43, ALI_LOCK_2 = 0x4D, ALI_OPEN = 0x50, FLAGS_VALID = 0x40, FLAGS = 0x70 };

static const struct sim_chipset table[] = {
    /* Linux: "enable bits" of ata_piix.c; tri-state: SIG_MODE of coreboot's i82801gx */
    {.name = "piix",
     .vendor = 0x8086,
     .device = 0x7111,
     .revision = 1,
     .on = {{0x41, 0x80, 0x80}, {0x43, 0x80, 0x80}}},
    {.name = "piix3",
     .vendor = 0x8086,
     .device = 0x7010,
     .on = {{0x41, 0x80, 0x80}, {0x43, 0x80, 0x80}}},
    {.name = "ich",
     .vendor = 0x8086,
     .device = 0x24CB,
     .revision = 1,
     .on = {{0x41, 0x80, 0x80}, {0x43, 0x80, 0x80}},
     .drive = {{0x56, 0x03, 0x00}, {0x56, 0x0C, 0x00}},
     .floats = {{0x56, 0x03, 0x01}, {0x56, 0x0C, 0x04}}},
    /* pata_via.c */
    {.name = "via",
     .vendor = 0x1106,
     .device = 0x0571,
     .revision = 6,
     .on = {{0x40, 0x02, 0x02}, {0x40, 0x01, 0x01}}},
    /* pata_amd.c, both */
    {.name = "amd",
     .vendor = 0x1022,
     .device = 0x7441,
     .on = {{0x40, 0x02, 0x02}, {0x40, 0x01, 0x01}}},
    {.name = "nvidia",
     .vendor = 0x10DE,
     .device = 0x0065,
     .on = {{0x50, 0x02, 0x02}, {0x50, 0x01, 0x01}}},
    /* pata_atiixp.c */
    {.name = "ati",
     .vendor = 0x1002,
     .device = 0x4376,
     .on = {{0x48, 0x01, 0x00}, {0x48, 0x08, 0x00}}},
    /* pata_sis.c */
    {.name = "sis",
     .vendor = 0x1039,
     .device = 0x5513,
     .on = {{0x4A, 0x02, 0x02}, {0x4A, 0x04, 0x04}}},
    /* aceride.c */
    {.name = "ali",
     .vendor = 0x10B9,
     .device = 0x5229,
     .revision = 0xC1,
     .on = {{CONFIG_PROGRAMMING_INTERFACE, 0x60, 0x60}, {CONFIG_PROGRAMMING_INTERFACE, 0x50, 0x50}},
     .flags_locked = true},
    /* cmd640.c, cmd64x.c */
    {.name = "cmd640",
     .vendor = 0x1095,
     .device = 0x0640,
     .revision = 2,
     .on = {{0, 0, 0}, {0x51, 0x08, 0x08}}},
    {.name = "cmd646",
     .vendor = 0x1095,
     .device = 0x0646,
     .revision = 5,
     .on = {{0x51, 0x04, 0x04}, {0x51, 0x08, 0x08}}},
    /* pata_hpt37x.c; tri-state: hpt370_busproc() of old hpt366.c */
    {.name = "hpt370",
     .vendor = 0x1103,
     .device = 0x0004,
     .revision = 3,
     .on = {{0x50, 0x04, 0x04}, {0x54, 0x04, 0x04}},
     .drive = {{0x53, 0x80, 0x00}, {0x57, 0x80, 0x00}},
     .floats = {{0x53, 0x80, 0x80}, {0x57, 0x80, 0x80}}},
    /* pciide_pdc202xx_reg.h */
    {.name = "pdc20262",
     .vendor = 0x105A,
     .device = 0x4D38,
     .revision = 1,
     .on = {{0x51, 0x10, 0x10}, {0x51, 0x20, 0x20}}},
    /* pciide_ite_reg.h */
    {.name = "it8212",
     .vendor = 0x1283,
     .device = 0x8212,
     .revision = 0x11,
     .on = {{0x41, 0x80, 0x80}, {0x41, 0x20, 0x20}}},
    /* pata_opti.c, pata_triflex.c, pata_artop.c, pata_ns87410.c, sl82c105 */
    {.name = "opti",
     .vendor = 0x1045,
     .device = 0xC621,
     .on = {{0x45, 0x80, 0x00}, {0x40, 0x08, 0x00}}},
    {.name = "triflex",
     .vendor = 0x0E11,
     .device = 0xAE33,
     .on = {{0x80, 0x01, 0x01}, {0x80, 0x02, 0x02}}},
    {.name = "artop",
     .vendor = 0x1191,
     .device = 0x0005,
     .on = {{0x4A, 0x02, 0x02}, {0x4A, 0x04, 0x04}}},
    {.name = "ns87410",
     .vendor = 0x100B,
     .device = 0xD001,
     .on = {{0x43, 0x08, 0x08}, {0x47, 0x08, 0x08}}},
    {.name = "sl82c105",
     .vendor = 0x10AD,
     .device = 0x0105,
     .on = {{0x40, 0x01, 0x01}, {0x40, 0x10, 0x10}}},
    /* no bit in any driver: pata_serverworks.c */
    {.name = "serverworks", .vendor = 0x1166, .device = 0x0212},
};

static void set_field(uint8_t *config, const struct sim_chipset_field *field, bool as_said)
{
    uint8_t value = as_said ? field->value : (uint8_t)(field->value ^ field->mask);

    config[field->offset] = (uint8_t)((config[field->offset] & ~field->mask) | value);
}

static bool has_value(const uint8_t *config, const struct sim_chipset_field *field)
{
    return (config[field->offset] & field->mask) == field->value;
}

static void switch_on(const struct sim_chipset *chipset, uint8_t *config, unsigned channel, bool on)
{
    if (chipset->flags_locked && !on) { /* the flag, not the one that says that flags are valid */
        config[CONFIG_PROGRAMMING_INTERFACE] |= FLAGS_VALID;
        config[CONFIG_PROGRAMMING_INTERFACE] &=
            (uint8_t) ~(chipset->on[channel].mask & ~FLAGS_VALID);
        return;
    }
    set_field(config, &chipset->on[channel], on);
}

static bool set_channel(const struct sim_chipset *chipset, uint8_t *config, unsigned channel,
                        const char *value)
{
    bool off = strcmp(value, "off") == 0;
    bool floating = strcmp(value, "float") == 0;

    if ((off && chipset->on[channel].mask == 0) ||
        (floating && chipset->floats[channel].mask == 0)) {
        return false;
    }
    switch_on(chipset, config, channel, !off);
    if (floating) {
        set_field(config, &chipset->floats[channel], true);
    }
    return off || floating || strcmp(value, "on") == 0;
}

/* "HEX=HEX" from 40 on. */
static bool set_byte(uint8_t *config, const char *name, const char *value)
{
    char *name_end, *value_end;
    unsigned long offset = strtoul(name, &name_end, 16);
    unsigned long byte = strtoul(value, &value_end, 16);

    if (*name_end != '\0' || *value_end != '\0' || offset < CONFIG_PRIVATE ||
        offset >= SIM_CONFIG_SIZE || byte > 0xFF) {
        return false;
    }
    config[offset] = (uint8_t)byte;
    return true;
}

static bool set_word(const struct sim_chipset *chipset, uint8_t *config, char *word)
{
    char *value = strchr(word, '=');

    if (value == NULL) {
        return false;
    }
    *value++ = '\0';
    if (strcmp(word, "primary") == 0 || strcmp(word, "secondary") == 0) {
        return set_channel(chipset, config, word[0] == 's', value);
    }
    if (strcmp(word, "command") == 0) {
        config[CONFIG_COMMAND] &= (uint8_t)~1;
        return strcmp(value, "off") == 0;
    }
    return set_byte(config, word, value);
}

static const struct sim_chipset *find(const char *name)
{
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (strcmp(table[i].name, name) == 0) {
            return &table[i];
        }
    }
    return NULL;
}

const struct sim_chipset *sim_chipset_setup(const char *words, uint8_t config[SIM_CONFIG_SIZE],
                                            uint8_t writable[SIM_CONFIG_SIZE])
{
    char copy[WORDS_SIZE], *rest = NULL;
    const struct sim_chipset *chipset;

    if (strlen(words) >= sizeof copy) {
        return NULL;
    }
    strcpy(copy, words);
    char *name = strtok_r(copy, ",", &rest);

    chipset = name != NULL ? find(name) : NULL;
    if (chipset == NULL) {
        return NULL;
    }
    config[0x00] = (uint8_t)chipset->vendor;
    config[0x01] = (uint8_t)(chipset->vendor >> 8);
    config[0x02] = (uint8_t)chipset->device;
    config[0x03] = (uint8_t)(chipset->device >> 8);
    config[0x08] = chipset->revision;
    memset(config + CONFIG_PRIVATE, 0, SIM_CONFIG_SIZE - CONFIG_PRIVATE);
    memset(writable + CONFIG_PRIVATE, 0xFF, SIM_CONFIG_SIZE - CONFIG_PRIVATE);
    if (chipset->flags_locked) {
        config[ALI_LOCK_1] = 0x70;
        config[ALI_LOCK_2] = 0x80;
    }
    for (unsigned channel = 0; channel < SIM_CHIPSET_CHANNELS; channel++) {
        switch_on(chipset, config, channel, true);
    }
    for (char *word; (word = strtok_r(NULL, ",", &rest)) != NULL;) {
        if (!set_word(chipset, config, word)) {
            return NULL;
        }
    }
    return chipset;
}

enum sim_channel_state sim_chipset_state(const struct sim_chipset *chipset, const uint8_t *config,
                                         unsigned channel)
{
    if (!has_value(config, &chipset->on[channel])) {
        return SIM_CHANNEL_OFF;
    }
    return has_value(config, &chipset->drive[channel]) ? SIM_CHANNEL_ON : SIM_CHANNEL_FLOATING;
}

void sim_chipset_unlock(const struct sim_chipset *chipset, const uint8_t *config,
                        uint8_t writable[SIM_CONFIG_SIZE])
{
    if (chipset->flags_locked) {
        bool open = (config[ALI_OPEN] & 0x02) != 0 && (config[ALI_LOCK_1] & 0x70) == 0 &&
                    (config[ALI_LOCK_2] & 0x80) == 0;

        writable[CONFIG_PROGRAMMING_INTERFACE] = open ? FLAGS : 0x00;
    }
}

const char *sim_chipset_name(size_t index)
{
    return index < sizeof table / sizeof table[0] ? table[index].name : NULL;
}
