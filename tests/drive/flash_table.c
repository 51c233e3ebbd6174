/*
 * The chips. IDs, sizes and commands are those of the makers' data sheets; durations are the
 * typical values given there, rounded. "Typical of the family" marks a duration taken from a sister
 * part.
 */
#include <string.h>

#include "tests/drive/flash_parts.h"

#define KIB(n) ((n)*1024u)
#define MS(n)  ((n)*1000u)

/* The usual geometry of firmware: banks of an 8051's address space. */
#define BANK KIB(64)

/* SST 39SF/39VF: TBP 14 µs, TSE 18 ms, TSCE 70 ms, command addresses decoded by A14-A0. */
#define SST39(chip_name, kib, dev, ...)                                                            \
    {                                                                                              \
        .name = (chip_name), .bus = SIM_CHIP_PARALLEL, .size = KIB(kib), .bank_size = BANK,        \
        .manufacturer = 0xBF, .device = (dev), .unlock = 0x7FFF, .program = SIM_PROGRAM_BYTE,      \
        .page_size = 1, .program_us = 14, .single_reset = true, .erases = {                        \
            {0x30, KIB(4), MS(18)},                                                                \
            __VA_ARGS__{0x10, 0, MS(70)}                                                           \
        }                                                                                          \
    }

/*
 * AMD 29F, uniform 64 KiB sectors: 7 µs per byte, 1 s per sector; A10-A0 decoded, 50 µs time-out,
 * DQ5.
 */
#define AM29F(chip_name, kib, dev)                                                                 \
    {                                                                                              \
        .name = (chip_name), .bus = SIM_CHIP_PARALLEL, .size = KIB(kib), .bank_size = BANK,        \
        .manufacturer = 0x01, .device = (dev), .unlock = 0x07FF, .program = SIM_PROGRAM_BYTE,      \
        .page_size = 1, .program_us = 7, .window_us = 50, .single_reset = true, .dq5 = true,       \
        .erases = {                                                                                \
            {0x30, KIB(64), MS(1000)},                                                             \
            {0x10, 0, MS(1000) / 64 * (kib)}                                                       \
        }                                                                                          \
    }

/*
 * Page write parts with software data protection: 128 bytes, the write begins 200 µs after the last
 * load (TBLCO), 5 ms per page, ID mode is left only by the three-byte sequence.
 */
#define PAGE_LOAD(chip_name, kib, mfr, dev)                                                        \
    {                                                                                              \
        .name = (chip_name), .bus = SIM_CHIP_PARALLEL, .size = KIB(kib), .bank_size = BANK,        \
        .manufacturer = (mfr), .device = (dev), .unlock = 0x7FFF,                                  \
        .program = SIM_PROGRAM_PAGE_LOAD, .page_size = 128, .program_us = MS(5), .window_us = 200, \
        .erases = {                                                                                \
            {0x10, 0, MS(20)}                                                                      \
        }                                                                                          \
    }

/* Macronix MX25L: tPP 1.4 ms, tSE 60 ms, tBE 1 s, tW 5 ms; 52 and D8 both erase 64 KiB. */
#define MX25L(chip_name, kib, size_code, levels, chip_ms, ...)                                     \
    {                                                                                              \
        .name = (chip_name), .bus = SIM_CHIP_SPI, .size = KIB(kib), .bank_size = BANK,             \
        .manufacturer = 0xC2, .device = (size_code)-1, .program = SIM_PROGRAM_PAGE,                \
        .page_size = 256, .program_us = 1400, .rdid_opcode = 0x9F,                                 \
        .rdid = {0xC2, 0x20, (size_code)}, .rdid_length = 3, .rems = true, .res = (size_code)-1,   \
        .status_write = (levels) == 3 ? 0x9C : 0x8C, .protect_levels = (levels),                   \
        .status_us = MS(5), .erases = {                                                            \
            {0x20, KIB(4), MS(60)},                                                                \
            {0xD8, KIB(64), MS(1000)},                                                             \
            __VA_ARGS__{0x60, 0, MS(chip_ms)},                                                     \
            {0xC7, 0, MS(chip_ms)}                                                                 \
        }                                                                                          \
    }

/* Winbond W25X: tPP 1.5 ms, tSE 150 ms, tBE 1 s, tW 10 ms; no 60. */
#define W25X(chip_name, kib, size_code, chip_ms)                                                   \
    {                                                                                              \
        .name = (chip_name), .bus = SIM_CHIP_SPI, .size = KIB(kib), .bank_size = BANK,             \
        .manufacturer = 0xEF, .device = (size_code)-1, .program = SIM_PROGRAM_PAGE,                \
        .page_size = 256, .program_us = 1500, .rdid_opcode = 0x9F,                                 \
        .rdid = {0xEF, 0x30, (size_code)}, .rdid_length = 3, .rems = true, .res = (size_code)-1,   \
        .status_write = 0xAC, .protect_levels = 2, .status_us = MS(10), .erases = {                \
            {0x20, KIB(4), MS(150)},                                                               \
            {0xD8, KIB(64), MS(1000)},                                                             \
            {0xC7, 0, MS(chip_ms)}                                                                 \
        }                                                                                          \
    }

/*
 * SST 25VF/25LF: byte program and AAI 14 µs, sector and block erase 18 ms, chip erase 70 ms. Block
 * protect bits are set at power-on; the status register is written at once after EWSR. No 9F; AB
 * answers like 90.
 */
#define SST25VF(chip_name, kib, dev)                                                               \
    {                                                                                              \
        .name = (chip_name), .bus = SIM_CHIP_SPI, .size = KIB(kib), .bank_size = BANK,             \
        .manufacturer = 0xBF, .device = (dev), .program = SIM_PROGRAM_BYTE_AAI, .page_size = 1,    \
        .program_us = 14, .rems = true, .res_is_rems = true, .status_write = 0x8C,                 \
        .protect_levels = 2, .status_volatile = true, .status_power_on = 0x0C, .erases = {         \
            {0x20, KIB(4), MS(18)},                                                                \
            {0x52, KIB(32), MS(18)},                                                               \
            {0x60, 0, MS(70)}                                                                      \
        }                                                                                          \
    }

/*
 * Atmel AT25F: ID by 15, two bytes; sector erase 52, chip erase 62; no 90, 9F, AB. Page program of
 * up to 256 bytes, about 30 µs per byte, 1 s per sector: the data sheet's self-timed figures, of
 * which only maxima are certain.
 */
#define AT25F(chip_name, kib, dev, sector_kib)                                                     \
    {                                                                                              \
        .name = (chip_name), .bus = SIM_CHIP_SPI, .size = KIB(kib), .bank_size = BANK,             \
        .manufacturer = 0x1F, .program = SIM_PROGRAM_PAGE, .page_size = 256, .program_us = 7680,   \
        .rdid_opcode = 0x15, .rdid = {0x1F, (dev)}, .rdid_length = 2, .status_write = 0x8C,        \
        .protect_levels = 2, .status_us = MS(5), .erases = {                                       \
            {0x52, KIB(sector_kib), MS(1000)},                                                     \
            {0x62, 0, MS(1750)}                                                                    \
        }                                                                                          \
    }

const struct sim_chip_type sim_chip_types[] = {
    /* SST data sheets SST39SF010A/020A/040 and SST39VF080 */
    SST39("SST39SF010A", 128, 0xB5, ),
    SST39("SST39SF020A", 256, 0xB6, ),
    SST39("SST39SF040", 512, 0xB7, ),
    SST39("SST39VF080", 1024, 0xD8, {0x50, KIB(64), MS(18)}, ),
    /* AMD data sheets Am29F040B and Am29F080B */
    AM29F("Am29F040B", 512, 0xA4),
    AM29F("Am29F080B", 1024, 0xD5),
    /* Winbond W49F020: byte program 35 µs, chip erase 100 ms, no sectors */
    {
        .name = "W49F020",
        .bus = SIM_CHIP_PARALLEL,
        .size = KIB(256),
        .bank_size = BANK,
        .manufacturer = 0xDA,
        .device = 0x8C,
        .unlock = 0x7FFF,
        .program = SIM_PROGRAM_BYTE,
        .page_size = 1,
        .program_us = 35,
        .single_reset = true,
        .erases = {{0x10, 0, MS(100)}},
    },
    /* Eon EN29F010: 16 KiB sectors, ID behind the continuation code; 7 µs and 300 ms, typical of
       the family */
    {
        .name = "EN29F010",
        .bus = SIM_CHIP_PARALLEL,
        .size = KIB(128),
        .bank_size = BANK,
        .manufacturer = 0x1C,
        .device = 0x20,
        .continuation = true,
        .unlock = 0x07FF,
        .program = SIM_PROGRAM_BYTE,
        .page_size = 1,
        .program_us = 7,
        .window_us = 50,
        .single_reset = true,
        .dq5 = true,
        .erases = {{0x30, KIB(16), MS(300)}, {0x10, 0, MS(2400)}},
    },
    /* SST data sheets SST29EE020A and SST29EE010; Winbond W29C020 has the same page and commands,
     * durations typical of the family */
    PAGE_LOAD("SST29EE020A", 256, 0xBF, 0x10),
    PAGE_LOAD("SST29EE010", 128, 0xBF, 0x07),
    PAGE_LOAD("W29C020", 256, 0xDA, 0x45),
    /* Macronix data sheets MX25L1005, MX25L2005, MX25L8005 */
    MX25L("MX25L1005", 128, 0x11, 2, 1000, ),
    MX25L("MX25L2005", 256, 0x12, 2, 1800, {0x52, KIB(64), MS(1000)}, ),
    MX25L("MX25L8005", 1024, 0x14, 3, 7000, {0x52, KIB(64), MS(1000)}, ),
    /* Winbond data sheet W25X10/20/40/80 */
    W25X("W25X10", 128, 0x11, 1000),
    W25X("W25X20", 256, 0x12, 2000),
    W25X("W25X40", 512, 0x13, 4000),
    /* SST data sheets SST25VF020 and SST25VF040 */
    SST25VF("SST25VF020", 256, 0x43),
    SST25VF("SST25VF040", 512, 0x44),
    /* Atmel data sheet AT25F1024/2048 */
    AT25F("AT25F1024", 128, 0x60, 32),
    AT25F("AT25F2048", 256, 0x63, 64),
    /*
     * PMC Pm25LV010A: 9F answers 7F first, then 9D and the device; D7 erases 4 KiB, D8 32 KiB.
     * Durations typical of the family.
     */
    {
        .name = "Pm25LV010A",
        .bus = SIM_CHIP_SPI,
        .size = KIB(128),
        .bank_size = BANK,
        .manufacturer = 0x9D,
        .device = 0x7C,
        .continuation = true,
        .program = SIM_PROGRAM_PAGE,
        .page_size = 256,
        .program_us = MS(2),
        .rdid_opcode = 0x9F,
        .rdid = {0x7F, 0x9D, 0x7C},
        .rdid_length = 3,
        .status_write = 0x8C,
        .protect_levels = 2,
        .status_us = MS(10),
        .erases = {{0xD7, KIB(4), MS(60)}, {0xD8, KIB(32), MS(60)}, {0xC7, 0, MS(60)}},
    },
    /*
     * Two parts that nobody ever made, small enough for tests that go through every single access:
     * 8 KiB, sectors of 1 KiB, firmware banks of 2 KiB. Manufacturer 54 is not a JEDEC code (its
     * parity is even).
     */
    {
        .name = "TESTP8K",
        .bus = SIM_CHIP_PARALLEL,
        .size = KIB(8),
        .bank_size = KIB(2),
        .manufacturer = 0x54,
        .device = 0x08,
        .unlock = 0x07FF,
        .program = SIM_PROGRAM_BYTE,
        .page_size = 1,
        .program_us = 14,
        .single_reset = true,
        .erases = {{0x30, KIB(1), MS(18)}, {0x10, 0, MS(70)}},
    },
    {
        .name = "TESTS8K",
        .bus = SIM_CHIP_SPI,
        .size = KIB(8),
        .bank_size = KIB(2),
        .manufacturer = 0x54,
        .device = 0x08,
        .program = SIM_PROGRAM_PAGE,
        .page_size = 256,
        .program_us = 1400,
        .rdid_opcode = 0x9F,
        .rdid = {0x54, 0x53, 0x0D},
        .rdid_length = 3,
        .rems = true,
        .res = 0x08,
        .status_write = 0x8C,
        .protect_levels = 2,
        .status_us = MS(5),
        .erases = {{0x20, KIB(1), MS(60)}, {0xC7, 0, MS(200)}},
    },
};

const size_t sim_chip_type_count = sizeof sim_chip_types / sizeof sim_chip_types[0];

const struct sim_chip_type *sim_chip_find(const char *name)
{
    for (size_t i = 0; i < sim_chip_type_count; i++) {
        if (strcmp(sim_chip_types[i].name, name) == 0) {
            return &sim_chip_types[i];
        }
    }
    return NULL;
}

const struct sim_chip_type *sim_chip_list(size_t *count)
{
    *count = sim_chip_type_count;
    return sim_chip_types;
}
