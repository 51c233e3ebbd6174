/*
 * Makes synthetic firmware images for tests: files with the landmarks by which tools recognise
 * MediaTek (8051) firmware and nothing else. All other bytes come from our own number generator; no
 * byte of anybody's firmware is in them.
 *
 * Positions inside bank 0, from the end of the boot code area on (a quarter of a bank: 0x4000 for
 * 64 KiB banks):
 *
 * - 0x040 bank call trampoline
 * - 0x0B4 INQUIRY template
 * - 0x100 integrity word of the simulation: "SIMDRIVE" and a CRC-32 (little-endian) of the whole
 *   image, taken with the CRC's four bytes as zero. The simulated firmware refuses to run when it
 *   is wrong. It exists only here: no real firmware has it and no tool may use it.
 * - 0x110 copy of the IDENTIFY strings
 * - 0x140 internal revision, as code
 * - 0x300 VIDEO_TS (not in CD-ROM images)
 * - 0x320 and 0x340 media table landmarks (DVD writers)
 * - 0x380 EEPROM checksum compare
 * - 0x3A0 eject button code
 *
 * Layouts:
 *
 * - plain: every bank begins with an 8051 LJMP (02); all sizes
 * - rebanked: 1 MiB of boot code, a common area of 0x4000 bytes and the upper parts of the banks;
 *   LITEONIT at 0xFFF8
 * - slim: the same with a common area of 0x3000, internal revision U... or V..., and a tail of 16
 *   characters [A-Z ]
 */
#ifndef TESTS_FIRMWARE_FIRMWARE_MAKER_H
#define TESTS_FIRMWARE_FIRMWARE_MAKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sim_firmware_layout { SIM_LAYOUT_PLAIN, SIM_LAYOUT_REBANKED, SIM_LAYOUT_SLIM };

enum sim_firmware_damage {
    SIM_DAMAGE_NONE,
    SIM_DAMAGE_BAD_FIRST_BYTE, /* byte 0 is not 02 */
    SIM_DAMAGE_BANK_VECTOR,    /* a later bank's first byte is not 02 (rebanked: byte 0x4000) */
    SIM_DAMAGE_TRUNCATED,      /* a part of the last bank is missing */
    SIM_DAMAGE_NO_TEMPLATE,    /* no INQUIRY template */
    SIM_DAMAGE_SLIM_TAIL,      /* the last 16 bytes are not [A-Z ] */
    SIM_DAMAGE_NO_TRAMPOLINE,  /* no bank call trampoline */
    SIM_DAMAGE_ALL_FF,
    SIM_DAMAGE_ALL_ZERO,
    SIM_DAMAGE_HALF_ERASED, /* second half FF */
    SIM_DAMAGE_CONTENT, /* one bit in the fill: everything looks right, but the integrity word is
                           not */
    SIM_DAMAGE_COUNT
};

enum sim_firmware_class { SIM_CLASS_CD, SIM_CLASS_DVD_ROM, SIM_CLASS_COMBO, SIM_CLASS_DVD_WRITER };

struct sim_firmware_recipe {
    uint32_t size;      /* bytes; a multiple of bank_size, at most 16 banks */
    uint32_t bank_size; /* bytes, a power of two from 2 KiB on; 0x10000 but for toys */
    enum sim_firmware_layout layout;
    enum sim_firmware_class class;
    const char *vendor;   /* up to 8 characters */
    const char *product;  /* up to 16 */
    const char *revision; /* up to 4 */
    const char *internal; /* internal revision, up to 10 */
    const char *date;     /* up to 16, e.g. "2004/11/26" or "Nov26 ,2004" */
    bool sparse;          /* mostly FF */
    bool crossflash;      /* EEPROM checksum compare patched away */
    enum sim_firmware_damage damage;
    uint64_t seed;
};

/* What the simulated firmware finds in its own image. Texts are NUL-terminated, blanks kept. */
struct sim_firmware_identity {
    uint8_t inquiry[52]; /* the template: header, vendor, product, revision, date */
    char vendor[9];
    char product[17];
    char revision[5];
    char date[17];
};

enum { SIM_FIRMWARE_BANK = 0x10000, SIM_FIRMWARE_MAX = 0x200000 };

/* A plausible recipe for an image of `size` bytes: 8 KiB means a toy with 2 KiB banks. */
void sim_firmware_recipe(struct sim_firmware_recipe *recipe, uint32_t size);

/*
 * Makes the image in `image`, which has room for `capacity` bytes. Returns its length in bytes
 * (shorter than recipe->size when it is truncated), 0 when the recipe is impossible or does not
 * fit.
 */
size_t sim_firmware_make(const struct sim_firmware_recipe *recipe, uint8_t *image, size_t capacity);

/* Writes the integrity word over an image that was changed by hand. */
void sim_firmware_seal(uint8_t *image, size_t size, size_t bank_size);

/* Whether the simulated firmware in a flash chip would run: byte 0 is 02, template and integrity
 * word are right. */
bool sim_firmware_valid(const uint8_t *image, size_t size, size_t bank_size);

/* Finds the INQUIRY template. False when there is none. */
bool sim_firmware_identity(const uint8_t *image, size_t size, size_t bank_size,
                           struct sim_firmware_identity *identity);

/* Whether the firmware in a valid image accepts an EEPROM whose check fails (recipe->crossflash).
 */
bool sim_firmware_takes_any_eeprom(const uint8_t *image, size_t bank_size);

/* Names as on the command line; false for an unknown one. */
bool sim_firmware_damage_by_name(const char *name, enum sim_firmware_damage *damage);
const char *sim_firmware_damage_name(enum sim_firmware_damage damage);
bool sim_firmware_class_by_name(const char *name, enum sim_firmware_class *class);

#endif
