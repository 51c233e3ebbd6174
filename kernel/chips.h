/* The table of flash chips: ids, sizes, erase geometry, how they are programmed. Data with its
 * source, no code but the lookups. */
#ifndef KERNEL_CHIPS_H
#define KERNEL_CHIPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum __attribute__((packed)) chip_bus { CHIP_PARALLEL, CHIP_SPI };

enum __attribute__((packed)) chip_program {
    CHIP_PROGRAM_BYTE, /* one byte per command (JEDEC A0; SPI 02 with one byte) */
    CHIP_PROGRAM_PAGE  /* parallel: page load that erases by itself (29EE, 29C); SPI: 02 with up to
                          page_size bytes */
};

/* How an SPI chip tells who it is; a chip may be listed under several. */
enum __attribute__((packed)) chip_id_command {
    CHIP_ID_JEDEC_90,
    CHIP_ID_REMS_90,
    CHIP_ID_RDID_9F,
    CHIP_ID_RES_AB,
    CHIP_ID_RDID_15
};

/* Where a row's numbers are from: PROTOCOL.md, "Flash chips". */
enum chip_source {
    CHIP_FROM_DATA_SHEET,
    CHIP_FROM_FLASHROM,     /* its tables; conservative times */
    CHIP_FROM_JUNGLEFLASHER /* its ids; conservative times */
} __attribute__((packed));

/* A run of equal erase blocks; a uniform chip has one, a boot-block chip several. Packed, like the
 * enums above: the table is the largest single thing in the kernel file. */
struct chip_region {
    uint32_t sector_size : 20; /* bytes */
    uint32_t count : 12;
};

enum { CHIP_REGIONS = 4 };

struct chip {
    const char *vendor;
    const char *name;
    uint32_t size;            /* bytes */
    uint32_t chip_erase_ms;   /* data sheet maximum */
    uint16_t sector_erase_ms; /* data sheet maximum */
    uint16_t program_us;      /* bound for one byte / page, data sheet maximum */
    uint16_t page_size;       /* bytes of one page program; 1 for byte programming */
    uint16_t manufacturer;    /* may hold the 7F continuation: 7F1C */
    uint16_t device;
    enum chip_bus bus;
    enum chip_id_command id_command;
    struct chip_region
        regions[CHIP_REGIONS]; /* sector erase; count 0 ends; none: chip erase only */
    enum chip_program program;
    uint8_t sector_opcode; /* SPI: 20/52/D8/D7; parallel: 30 (or 50); 0 without sectors */
    uint8_t chip_opcode;   /* SPI: C7/60/62; parallel: 10 */
    uint8_t protect_mask;  /* SPI: block-protect bits of the status register */
    bool enable_by_ewsr;   /* SPI: 50 before WRSR instead of 06 (SST) */
    bool auto_increment;   /* SPI: AF programs byte after byte (SST25) */
    enum chip_source source;
};

extern const struct chip chips[];
extern const size_t chip_count;

/*
 * Table rows whose id as given by `command` is manufacturer/device; at most `room` of them into
 * `found`. Returns how many were put there. A row with a 7F continuation byte fits both readings of
 * a chip: 7F and the byte after it (PROTOCOL.md, "Continuation codes"); `exact` (may be NULL)
 * becomes false when a 7F was read, because then the maker is not known for sure.
 */
unsigned chips_by_id(enum chip_id_command command, uint16_t manufacturer, uint16_t device,
                     const struct chip **found, unsigned room, bool *exact);

/* The erase block that holds `address`: its first byte and size. False when the chip has no sectors
 * or is smaller. */
bool chip_sector(const struct chip *chip, uint32_t address, uint32_t *start, uint32_t *size);

#endif
