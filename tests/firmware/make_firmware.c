/*
 * Command line of the firmware maker: make-firmware [option=value]... FILE
 *
 * - size=128K, 256K (standard), 512K, 1M, 2M, 8K or any number of bytes; bank=bytes
 * - layout=plain, rebanked, slim
 * - class=cd, dvd-rom, combo, writer
 * - vendor= product= revision= internal= date= with texts
 * - fill=dense, sparse; seed=number
 * - crossflash=no, yes
 * - damage=none or a name from firmware_maker.c
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/firmware/firmware_maker.h"

static bool parse_size(const char *text, uint32_t *size)
{
    char *end = NULL;
    unsigned long value = strtoul(text, &end, 0);

    if (end == text) {
        return false;
    }
    if (*end == 'K') {
        value *= 1024;
        end++;
    } else if (*end == 'M') {
        value *= 1024 * 1024;
        end++;
    }
    if (*end != '\0' || value > SIM_FIRMWARE_MAX) {
        return false;
    }
    *size = (uint32_t)value;
    return true;
}

static bool parse_layout(const char *text, enum sim_firmware_layout *layout)
{
    static const char *const names[] = {"plain", "rebanked", "slim"};

    for (unsigned i = 0; i < 3; i++) {
        if (strcmp(names[i], text) == 0) {
            *layout = (enum sim_firmware_layout)i;
            return true;
        }
    }
    return false;
}

static bool parse_text_option(struct sim_firmware_recipe *recipe, const char *key,
                              const char *value)
{
    const struct {
        const char *name;
        const char **field;
    } texts[] = {
        {"vendor", &recipe->vendor},     {"product", &recipe->product},
        {"revision", &recipe->revision}, {"internal", &recipe->internal},
        {"date", &recipe->date},
    };

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (strcmp(texts[i].name, key) == 0) {
            *texts[i].field = value;
            return true;
        }
    }
    return false;
}

static bool parse_option(struct sim_firmware_recipe *recipe, const char *key, const char *value)
{
    if (strcmp(key, "size") == 0) {
        return true; /* taken first, in main() */
    }
    if (strcmp(key, "bank") == 0) {
        return parse_size(value, &recipe->bank_size);
    }
    if (strcmp(key, "layout") == 0) {
        return parse_layout(value, &recipe->layout);
    }
    if (strcmp(key, "class") == 0) {
        return sim_firmware_class_by_name(value, &recipe->class);
    }
    if (strcmp(key, "damage") == 0) {
        return sim_firmware_damage_by_name(value, &recipe->damage);
    }
    if (strcmp(key, "fill") == 0) {
        recipe->sparse = strcmp(value, "sparse") == 0;
        return recipe->sparse || strcmp(value, "dense") == 0;
    }
    if (strcmp(key, "crossflash") == 0) {
        recipe->crossflash = strcmp(value, "yes") == 0;
        return recipe->crossflash || strcmp(value, "no") == 0;
    }
    if (strcmp(key, "seed") == 0) {
        recipe->seed = strtoull(value, NULL, 0);
        return true;
    }
    return parse_text_option(recipe, key, value);
}

/* Splits "key=value" in place. */
static bool apply_word(struct sim_firmware_recipe *recipe, char *word)
{
    char *equals = strchr(word, '=');

    if (equals == NULL) {
        return false;
    }
    *equals = '\0';
    bool good = parse_option(recipe, word, equals + 1);

    *equals = '=';
    return good;
}

static int write_file(const char *name, const uint8_t *bytes, size_t size)
{
    FILE *file = fopen(name, "wb");

    if (file == NULL || fwrite(bytes, 1, size, file) != size || fclose(file) != 0) {
        fprintf(stderr, "make-firmware: %s: %s\n", name, strerror(errno));
        return 1;
    }
    return 0;
}

int main(int argc, char **argv)
{
    static uint8_t image[SIM_FIRMWARE_MAX];
    struct sim_firmware_recipe recipe;
    uint32_t size = 0x40000;

    if (argc < 2) {
        fprintf(stderr, "usage: make-firmware [option=value]... FILE\n");
        return 2;
    }
    for (int i = 1; i < argc - 1; i++) {
        if (strncmp(argv[i], "size=", 5) == 0 && !parse_size(argv[i] + 5, &size)) {
            fprintf(stderr, "make-firmware: bad %s\n", argv[i]);
            return 2;
        }
    }
    sim_firmware_recipe(&recipe, size);
    for (int i = 1; i < argc - 1; i++) {
        if (!apply_word(&recipe, argv[i])) {
            fprintf(stderr, "make-firmware: bad %s\n", argv[i]);
            return 2;
        }
    }
    size_t length = sim_firmware_make(&recipe, image, sizeof image);

    if (length == 0) {
        fprintf(stderr, "make-firmware: impossible recipe\n");
        return 2;
    }
    return write_file(argv[argc - 1], image, length);
}
