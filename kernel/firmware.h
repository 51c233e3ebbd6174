/* What a firmware file is: size class, banks, identity inside, damage. drivers/PROTOCOL.md,
 * "Firmware files". */
#ifndef KERNEL_FIRMWARE_H
#define KERNEL_FIRMWARE_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/error.h"

enum { FIRMWARE_LARGEST = 0x100000 };

enum firmware_class {
    FIRMWARE_UNKNOWN,
    FIRMWARE_CD_RW,   /* "other" */
    FIRMWARE_DVD_ROM, /* VIDEO_TS or NOSMARTX inside, below 512 KiB */
    FIRMWARE_COMBO,   /* the same at 512 KiB */
    FIRMWARE_DVD_RW   /* 1 MiB */
};

/* Why a file is refused; FIRMWARE_SOUND = none of them. Order = order of the checks. */
enum firmware_damage {
    FIRMWARE_SOUND,
    FIRMWARE_EMPTY,
    FIRMWARE_SIZE,       /* not 128K, 256K, 512K, 1M */
    FIRMWARE_BLANK,      /* all FF or all 00 */
    FIRMWARE_FIRST_BYTE, /* byte 0 is not 02 */
    FIRMWARE_BANK_START, /* a bank does not start with 02 (bad_offset) */
    FIRMWARE_SLIM_TAIL,  /* rebanked U/V dump whose last 16 bytes are not [A-Z ] */
    FIRMWARE_REBANKED    /* rebanked image without 02 at 4000 or without LITEONIT at FFF8 */
};

struct firmware {
    const uint8_t *bytes; /* NULL: none loaded */
    uint32_t size;
    uint32_t crc32;
    char path[128];
    enum firmware_class kind;
    enum firmware_damage damage;
    uint32_t bad_offset;
    bool rebanked;
    uint32_t bank_size;     /* bytes; bank starts are written last */
    bool trampoline;        /* the bank-0 call trampoline was found */
    bool has_identity;      /* INQUIRY template found, at identity_offset */
    uint8_t identity_level; /* 1..4, how exact the match was */
    uint32_t identity_offset;
    char vendor[9], product[17], revision[5], date[17];
    char internal_revision[11]; /* "" when not found */
    bool crossflash_patched;    /* dead-drive-blink check disabled */
};

/*
 * Looks at `size` bytes. Fills everything; never fails: damage says what is wrong. The bytes must
 * stay.
 */
void firmware_inspect(struct firmware *firmware, const uint8_t *bytes, uint32_t size);

/* Addresses of the bytes that make a torn flash runnable: start of bank `index`. False past the
 * last one. */
bool firmware_bank_start(const struct firmware *firmware, unsigned index, uint32_t *address);

#endif
