/*
 * What drives are called: names of boot code, families of MediaTek-based Lite-On drives and the
 * names under which other makers sold them. Tables with their sources, and lookups without side
 * effects. Sources: PROTOCOL.md, "Names of drives".
 */
#ifndef KERNEL_DRIVEDB_H
#define KERNEL_DRIVEDB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drivers/atapi.h"

/* An INQUIRY answer that only boot code gives: the main firmware is gone, the boot block lives. */
struct boot_code {
    const char *vendor;   /* the field begins with it, NULL = any */
    const char *product;  /* the field begins with it, NULL = any */
    const char *revision; /* the field begins with it, NULL = any */
    const char *meaning;
    const char *source;
};

extern const struct boot_code boot_codes[];
extern const size_t boot_code_count;

/* The row that fits, NULL when the drive is not in its boot code (as far as names tell). */
const struct boot_code *drivedb_boot_code(const struct inquiry *inquiry);

bool drivedb_is_boot_code(const struct inquiry *inquiry);

enum drive_class { DRIVE_DVD_WRITER, DRIVE_COMBO, DRIVE_DVD_ROM, DRIVE_CD_WRITER };

/* One design of hardware and firmware. Lists are parted by '|'. */
struct drive_family {
    const char *name;      /* Lite-On's model, the family's name */
    const char *models;    /* model names that stand in the INQUIRY product of such drives */
    const char *inferred;  /* more of them, somebody's conclusion and not a fact: never used to
                              silence a warning; "" = none */
    const char *revisions; /* internal revisions begin like that; '+' at the end: with the character
                              before it or a higher one */
    enum drive_class kind;
    uint32_t image_size; /* bytes; 0 = not known */
    bool slim;
    const char *source;
};

extern const struct drive_family drive_families[];
extern const size_t drive_family_count;

/*
 * The family that INQUIRY product and internal revision point at. The product decides; among
 * several families of one product the internal revision does ("" = unknown). NULL: unknown or still
 * several. The revision alone never decides: its letters were used again for other drives.
 */
const struct drive_family *drivedb_family(const char *product, const char *internal_revision);

/*
 * Whether two INQUIRY products mean the same drive: the same text (case and number of blanks do not
 * matter), the same model name in it, or two names that belong to one and the same single family.
 * When in doubt: no.
 */
bool drivedb_same_model(const char *product_a, const char *product_b);

#endif
