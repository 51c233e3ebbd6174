/*
 * The table of flash chips. Where ids, sizes and erase commands come from, and which bounds are
 * conservative: drivers/PROTOCOL.md, "Flash chips".
 *
 * Chips that answer with the same id and are handled alike share a row, their names joined by a
 * slash; an id in several rows means that the user must choose.
 */
#include "kernel/chips.h"

/* One row is one line: a table is read by columns. */
/* clang-format off */

#define SHEET  CHIP_FROM_DATA_SHEET
#define TABLE  CHIP_FROM_FLASHROM
#define JUNGLE CHIP_FROM_JUNGLEFLASHER

/* ---- parallel ------------------------------------------------------------------------------- */

#define TIMES(program, sector, whole) \
    .program_us = program, .sector_erase_ms = sector, .chip_erase_ms = whole

#define SST39_TIMES  TIMES(20, 25, 100)         /* SST39SF0x0A, SST39VF0x0 data sheets */
#define F040_TIMES   TIMES(300, 8000, 64000)    /* Am29F040B data sheet */
#define SLOW_TIMES   TIMES(1000, 15000, 128000) /* above all maxima of the 29F, 29LV, 49F families */
#define WRITER_TIMES TIMES(10000, 0, 1000)      /* write cycle 10 ms, erase 20..50 ms */

#define SECTORS(kib, number) .regions = {{(kib) * 1024u, (number)}}
#define BOTTOM(big) .regions = {{16384u, 1}, {8192u, 2}, {32768u, 1}, {65536u, (big)}}
#define TOP(big) .regions = {{65536u, (big)}, {32768u, 1}, {8192u, 2}, {16384u, 1}}

#define JEDEC(maker, type, mfr, dev, kib) \
    .vendor = maker, .name = type, .bus = CHIP_PARALLEL, .id_command = CHIP_ID_JEDEC_90, \
    .manufacturer = mfr, .device = dev, .size = (kib) * 1024u, .chip_opcode = 0x10

/* Byte-programmed, with sectors / with chip erase only; page-write parts. */
#define BYTES(maker, type, mfr, dev, kib, map, times, from) \
    {JEDEC(maker, type, mfr, dev, kib), .program = CHIP_PROGRAM_BYTE, .page_size = 1, map, \
     .sector_opcode = 0x30, times, .source = from}
#define WHOLE(maker, type, mfr, dev, kib) \
    {JEDEC(maker, type, mfr, dev, kib), .program = CHIP_PROGRAM_BYTE, .page_size = 1, SLOW_TIMES, \
     .source = TABLE}
#define WRITER(maker, type, mfr, dev, kib, page) \
    {JEDEC(maker, type, mfr, dev, kib), .program = CHIP_PROGRAM_PAGE, .page_size = page, \
     WRITER_TIMES, .source = SHEET}

/* ---- SPI ------------------------------------------------------------------------------------ */

/* Above all maxima of the families: AT25F page 15 ms, M25P sector 3 s, 2 MiB chips 64 s. */
#define SPI_TIMES   TIMES(15000, 5000, 80000)
#define SST25_TIMES TIMES(20, 25, 100) /* SST25VF0x0, SST25LF0x0A data sheets */

#define RDID CHIP_ID_RDID_9F
#define REMS CHIP_ID_REMS_90
#define RES  CHIP_ID_RES_AB
#define R15  CHIP_ID_RDID_15

#define SPI(maker, type, command, mfr, dev, kib, mask) \
    .vendor = maker, .name = type, .bus = CHIP_SPI, .id_command = command, .manufacturer = mfr, \
    .device = dev, .size = (kib) * 1024u, .protect_mask = mask

/* Pages of 256 bytes. Sectors as given; 4 KiB by 20; 64 KiB by D8; chip erase only. */
#define SPI_MAP(maker, type, command, mfr, dev, kib, map, opcode, whole, mask, from) \
    {SPI(maker, type, command, mfr, dev, kib, mask), .program = CHIP_PROGRAM_PAGE, \
     .page_size = 256, map, .sector_opcode = opcode, .chip_opcode = whole, SPI_TIMES, \
     .source = from}
#define SPI_20(maker, type, command, mfr, dev, kib, mask) \
    SPI_MAP(maker, type, command, mfr, dev, kib, SECTORS(4, (kib) / 4), 0x20, 0xC7, mask, TABLE)
#define SPI_D8(maker, type, command, mfr, dev, kib, mask) \
    SPI_MAP(maker, type, command, mfr, dev, kib, SECTORS(64, (kib) / 64), 0xD8, 0xC7, mask, TABLE)
#define SPI_WHOLE(maker, type, command, mfr, dev, kib, page, mask, from) \
    {SPI(maker, type, command, mfr, dev, kib, mask), .program = CHIP_PROGRAM_PAGE, \
     .page_size = page, .chip_opcode = 0xC7, SPI_TIMES, .source = from}

/* SST: byte-programmed; the B types without, the others with the AF command. */
#define SST_ROW(type, command, mfr, dev, kib, mask, af) \
    {SPI("SST", type, command, mfr, dev, kib, mask), .program = CHIP_PROGRAM_BYTE, .page_size = 1, \
     SECTORS(4, (kib) / 4), .sector_opcode = 0x20, .chip_opcode = 0x60, .enable_by_ewsr = true, \
     .auto_increment = af, SST25_TIMES, .source = SHEET}
#define SST_B(type, command, mfr, dev, kib) SST_ROW(type, command, mfr, dev, kib, 0x3C, false)
#define SST_AF(type, command, mfr, dev, kib) SST_ROW(type, command, mfr, dev, kib, 0x0C, true)

const struct chip chips[] = {
    /* 128 KiB parallel */
    BYTES("AMD", "Am29F010/A/B", 0x01, 0x20, 128, SECTORS(16, 8), SLOW_TIMES, TABLE),
    WHOLE("AMD", "Am29LV001BB", 0x01, 0x6D, 128),
    WHOLE("AMD", "Am29LV001BT", 0x01, 0xED, 128),
    WRITER("Atmel", "AT29C010A", 0x1F, 0xD5, 128, 128),
    BYTES("Eon", "EN29F010", 0x7F1C, 0x20, 128, SECTORS(16, 8), SLOW_TIMES, TABLE),
    WHOLE("Macronix", "MX29F001B", 0xC2, 0x19, 128),
    WHOLE("Macronix", "MX29F001T", 0xC2, 0x18, 128),
    BYTES("PMC", "Pm39LV010", 0x9D, 0x1C, 128, SECTORS(4, 32), SLOW_TIMES, TABLE),
    WRITER("SST", "SST29EE010", 0xBF, 0x07, 128, 128),
    BYTES("SST", "SST39SF010A", 0xBF, 0xB5, 128, SECTORS(4, 32), SST39_TIMES, SHEET),
    BYTES("SST", "SST39VF010", 0xBF, 0xD5, 128, SECTORS(4, 32), SST39_TIMES, SHEET),
    BYTES("ST", "M29W010B", 0x20, 0x23, 128, SECTORS(16, 8), SLOW_TIMES, TABLE),
    WHOLE("SyncMOS", "{F,S,V}29C51001B", 0x40, 0xA1, 128),
    WHOLE("SyncMOS", "{F,S,V}29C51001T", 0x40, 0x01, 128),
    WRITER("Winbond", "W29C010/C011A/EE011/EE012", 0xDA, 0xC1, 128, 128),
    WHOLE("Winbond", "W39F010", 0xDA, 0xA1, 128),
    WHOLE("Winbond", "W39L010", 0xDA, 0x31, 128),

    /* 256 KiB parallel */
    BYTES("AMD/TI", "Am29F002BB/TMS29F002RB", 0x01, 0x34, 256, BOTTOM(3), SLOW_TIMES, TABLE),
    BYTES("AMD/TI", "Am29F002BT/TMS29F002RT", 0x01, 0xB0, 256, TOP(3), SLOW_TIMES, TABLE),
    BYTES("AMD", "Am29LV002BB", 0x01, 0xC2, 256, BOTTOM(3), SLOW_TIMES, TABLE),
    BYTES("AMD", "Am29LV002BT", 0x01, 0x40, 256, TOP(3), SLOW_TIMES, TABLE),
    BYTES("AMIC", "A29002B", 0x37, 0x0D, 256, BOTTOM(3), SLOW_TIMES, TABLE),
    BYTES("AMIC", "A29002T", 0x37, 0x8C, 256, TOP(3), SLOW_TIMES, TABLE),
    WRITER("Atmel", "AT29C020", 0x1F, 0xDA, 256, 256),
    WHOLE("Atmel", "AT49F002(N)", 0x1F, 0x07, 256),
    WHOLE("Atmel", "AT49F002(N)T", 0x1F, 0x08, 256),
    WHOLE("Atmel", "AT49F020", 0x1F, 0x0B, 256),
    WHOLE("ESMT", "F49B002UA", 0x8C, 0x00, 256),
    BYTES("Eon", "EN29F002(A)(N)B", 0x7F1C, 0x7F97, 256, BOTTOM(3), SLOW_TIMES, TABLE),
    BYTES("Eon", "EN29F002(A)(N)T", 0x7F1C, 0x7F92, 256, TOP(3), SLOW_TIMES, TABLE),
    BYTES("Hyundai", "HY29F002B", 0xAD, 0x34, 256, BOTTOM(3), SLOW_TIMES, TABLE),
    BYTES("Hyundai", "HY29F002T", 0xAD, 0xB0, 256, TOP(3), SLOW_TIMES, TABLE),
    BYTES("Macronix", "MX29F002(N)B", 0xC2, 0x34, 256, BOTTOM(3), SLOW_TIMES, TABLE),
    BYTES("Macronix", "MX29F002(N)T", 0xC2, 0xB0, 256, TOP(3), SLOW_TIMES, TABLE),
    WHOLE("Macronix", "MX29F022(N)B", 0xC2, 0x37, 256),
    WHOLE("Macronix", "MX29F022(N)T", 0xC2, 0x36, 256),
    WHOLE("PMC", "Pm29F002B", 0x9D, 0x2D, 256),
    WHOLE("PMC", "Pm29F002T", 0x9D, 0x1D, 256),
    BYTES("PMC", "Pm39LV020", 0x9D, 0x3D, 256, SECTORS(4, 64), SLOW_TIMES, TABLE),
    WRITER("SST", "SST29EE020A", 0xBF, 0x10, 256, 128),
    BYTES("SST", "SST39SF020A", 0xBF, 0xB6, 256, SECTORS(4, 64), SST39_TIMES, SHEET),
    BYTES("SST", "SST39VF020", 0xBF, 0xD6, 256, SECTORS(4, 64), SST39_TIMES, SHEET),
    BYTES("ST", "M29F002B", 0x20, 0x34, 256, BOTTOM(3), SLOW_TIMES, TABLE),
    BYTES("ST", "M29F002T/NT", 0x20, 0xB0, 256, TOP(3), SLOW_TIMES, TABLE),
    WHOLE("SyncMOS", "{F,S,V}29C51002B", 0x40, 0xA2, 256),
    WHOLE("SyncMOS", "{F,S,V}29C51002T", 0x40, 0x02, 256),
    WRITER("Winbond", "W29C020(C)/W29C022", 0xDA, 0x45, 256, 128),
    BYTES("Winbond", "W39L020", 0xDA, 0xB5, 256, SECTORS(4, 64), SLOW_TIMES, TABLE),
    WHOLE("Winbond", "W49F002U/N", 0xDA, 0x0B, 256),
    WHOLE("Winbond", "W49F020", 0xDA, 0x8C, 256),

    /* 512 KiB parallel */
    BYTES("AMD", "Am29F040/B", 0x01, 0xA4, 512, SECTORS(64, 8), F040_TIMES, SHEET),
    BYTES("AMD", "Am29LV004BB", 0x01, 0xB6, 512, BOTTOM(7), SLOW_TIMES, TABLE),
    BYTES("AMD", "Am29LV004BT", 0x01, 0xB5, 512, TOP(7), SLOW_TIMES, TABLE),
    BYTES("AMD", "Am29LV040B", 0x01, 0x4F, 512, SECTORS(64, 8), SLOW_TIMES, TABLE),
    BYTES("AMIC", "A29040B", 0x37, 0x86, 512, SECTORS(64, 8), SLOW_TIMES, TABLE),
    WRITER("Atmel", "AT29C040A", 0x1F, 0xA4, 512, 256),
    WHOLE("Atmel", "AT49F040", 0x1F, 0x13, 512),
    BYTES("Bright", "BM29F040", 0xAD, 0x40, 512, SECTORS(64, 8), SLOW_TIMES, TABLE),
    BYTES("Eon", "EN29LV040(A)", 0x7F1C, 0x4F, 512, SECTORS(64, 8), SLOW_TIMES, TABLE),
    WHOLE("Fujitsu", "MBM29F004BC", 0x04, 0x7B, 512),
    WHOLE("Fujitsu", "MBM29F004TC", 0x04, 0x77, 512),
    BYTES("Hyundai", "HY29F040A", 0xAD, 0xA4, 512, SECTORS(64, 8), SLOW_TIMES, TABLE),
    BYTES("Macronix", "MX29F040", 0xC2, 0xA4, 512, SECTORS(64, 8), SLOW_TIMES, TABLE),
    BYTES("Macronix", "MX29LV040", 0xC2, 0x4F, 512, SECTORS(64, 8), SLOW_TIMES, TABLE),
    WHOLE("MoselVitelic", "V29C51400B", 0x40, 0xB3, 512),
    WHOLE("MoselVitelic", "V29C51400T", 0x40, 0x13, 512),
    BYTES("PMC", "Pm39LV040", 0x9D, 0x3E, 512, SECTORS(4, 128), SLOW_TIMES, TABLE),
    BYTES("SST", "SST39SF040", 0xBF, 0xB7, 512, SECTORS(4, 128), SST39_TIMES, SHEET),
    BYTES("SST", "SST39VF040", 0xBF, 0xD7, 512, SECTORS(4, 128), SST39_TIMES, SHEET),
    BYTES("ST", "M29F040B", 0x20, 0xE2, 512, SECTORS(64, 8), SLOW_TIMES, TABLE),
    BYTES("ST", "M29W040B", 0x20, 0xE3, 512, SECTORS(64, 8), SLOW_TIMES, TABLE),
    WHOLE("SyncMOS", "{F,S,V}29C51004B", 0x40, 0xA3, 512),
    WHOLE("SyncMOS", "{F,S,V}29C51004T", 0x40, 0x03, 512),
    WHOLE("SyncMOS", "{S,V}29C31004B", 0x40, 0x73, 512),
    WHOLE("SyncMOS", "{S,V}29C31004T", 0x40, 0x63, 512),
    WRITER("Winbond", "W29C040/P", 0xDA, 0x46, 512, 256),
    BYTES("Winbond", "W39L040", 0xDA, 0xB6, 512, SECTORS(4, 128), SLOW_TIMES, TABLE),

    /* 1 MiB parallel */
    BYTES("AMD", "Am29F080/B", 0x01, 0xD5, 1024, SECTORS(64, 16), SLOW_TIMES, TABLE),
    BYTES("AMD", "Am29LV008BB", 0x01, 0x37, 1024, BOTTOM(15), SLOW_TIMES, TABLE),
    BYTES("AMD", "Am29LV008BT", 0x01, 0x3E, 1024, TOP(15), SLOW_TIMES, TABLE),
    BYTES("AMD", "Am29LV081B", 0x01, 0x38, 1024, SECTORS(64, 16), SLOW_TIMES, TABLE),
    WHOLE("Atmel", "AT49F080", 0x1F, 0x23, 1024),
    WHOLE("Atmel", "AT49F080T", 0x1F, 0x27, 1024),
    BYTES("SST", "SST39VF080", 0xBF, 0xD8, 1024, SECTORS(4, 256), SST39_TIMES, SHEET),

    /* SPI */
    SPI_20("AMIC", "A25L010", RDID, 0x37, 0x3011, 128, 0x1C),
    SPI_WHOLE("AMIC", "A25L10PT", RDID, 0x7F37, 0x2021, 128, 256, 0x1C, TABLE),
    SPI_WHOLE("AMIC", "A25L10PU", RDID, 0x7F37, 0x2011, 128, 256, 0x1C, TABLE),
    SPI_20("AMIC", "A25L020", RDID, 0x37, 0x3012, 256, 0x1C),
    SPI_WHOLE("AMIC", "A25L20PT", RDID, 0x7F37, 0x2022, 256, 256, 0x1C, TABLE),
    SPI_WHOLE("AMIC", "A25L20PU", RDID, 0x7F37, 0x2012, 256, 256, 0x1C, TABLE),
    SPI_WHOLE("AMIC", "A25L20P", REMS, 0x37, 0x11, 256, 256, 0x1C, JUNGLE),
    SPI_20("AMIC", "A25L040", RDID, 0x37, 0x3013, 512, 0x1C),
    SPI_WHOLE("AMIC", "A25L40PT/PU", RDID, 0x7F37, 0x2013, 512, 256, 0x1C, TABLE),
    SPI_20("AMIC", "A25L080", RDID, 0x37, 0x3014, 1024, 0x1C),
    SPI_WHOLE("AMIC", "A25L80P", RDID, 0x7F37, 0x2014, 1024, 256, 0x1C, TABLE),
    SPI_20("AMIC", "A25L016", RDID, 0x37, 0x3015, 2048, 0x1C),
    SPI_WHOLE("AMIC", "A25L16PT", RDID, 0x7F37, 0x2025, 2048, 256, 0x1C, TABLE),
    SPI_WHOLE("AMIC", "A25L16PU", RDID, 0x7F37, 0x2015, 2048, 256, 0x1C, TABLE),
    SPI_20("AMIC", "A25LQ16", RDID, 0x37, 0x4015, 2048, 0x1C),

    SPI_MAP("Atmel", "AT25F1024(A)", R15, 0x1F, 0x60, 128, SECTORS(32, 4), 0x52, 0x62, 0x0C, TABLE),
    SPI_MAP("Atmel", "AT25F2048", R15, 0x1F, 0x63, 256, SECTORS(64, 4), 0x52, 0x62, 0x0C, TABLE),
    SPI_MAP("Atmel", "AT25F4096", R15, 0x1F, 0x64, 512, SECTORS(64, 8), 0x52, 0x62, 0x1C, TABLE),
    SPI_20("Atmel", "AT25DF021", RDID, 0x1F, 0x4300, 256, 0x0C),
    SPI_20("Atmel", "AT25DF021A", RDID, 0x1F, 0x4301, 256, 0x0C),
    SPI_20("Atmel", "AT25DF041A", RDID, 0x1F, 0x4401, 512, 0x0C),
    SPI_20("Atmel", "AT25DF081", RDID, 0x1F, 0x4502, 1024, 0x0C),
    SPI_20("Atmel", "AT25DF081A", RDID, 0x1F, 0x4501, 1024, 0x0C),

    SPI_D8("ESI", "ES25P40", RDID, 0x4A, 0x2013, 512, 0x1C),
    SPI_D8("ESI", "ES25P80", RDID, 0x4A, 0x2014, 1024, 0x1C),
    SPI_D8("ESI", "ES25P16", RDID, 0x4A, 0x2015, 2048, 0x1C),
    {SPI("ESMT", "F25L008A", RDID, 0x8C, 0x2014, 1024, 0x1C), .program = CHIP_PROGRAM_BYTE,
     .page_size = 1, SECTORS(4, 256), .sector_opcode = 0x20, .chip_opcode = 0xC7,
     .enable_by_ewsr = true, SPI_TIMES, .source = TABLE},

    /* The B types have small sectors at one end, the P types have not: one id, chip erase for all. */
    SPI_WHOLE("Eon", "EN25B10/B10T/P10", RDID, 0x1C, 0x2011, 128, 256, 0x1C, TABLE),
    SPI_WHOLE("Eon", "EN25B20/B20T/P20", RDID, 0x1C, 0x2012, 256, 256, 0x1C, TABLE),
    SPI_WHOLE("Eon", "EN25B40/B40T/P40", RDID, 0x1C, 0x2013, 512, 256, 0x1C, TABLE),
    SPI_WHOLE("Eon", "EN25B80/B80T/P80", RDID, 0x1C, 0x2014, 1024, 256, 0x1C, TABLE),
    SPI_WHOLE("Eon", "EN25B16/B16T/P16", RDID, 0x1C, 0x2015, 2048, 256, 0x1C, TABLE),
    SPI_WHOLE("Eon", "EN25P80", REMS, 0x1C, 0x13, 1024, 256, 0x1C, JUNGLE),
    SPI_WHOLE("Eon", "EN25P16", REMS, 0x1C, 0x14, 2048, 256, 0x1C, JUNGLE),
    SPI_20("Eon", "EN25F10", RDID, 0x1C, 0x3111, 128, 0x1C),
    SPI_20("Eon", "EN25F20", RDID, 0x1C, 0x3112, 256, 0x1C),
    SPI_20("Eon", "EN25F40", RDID, 0x1C, 0x3113, 512, 0x1C),
    SPI_20("Eon", "EN25Q40", RDID, 0x1C, 0x3013, 512, 0x3C),
    SPI_20("Eon", "EN25F80", RDID, 0x1C, 0x3114, 1024, 0x1C),
    SPI_20("Eon", "EN25Q80(A)", RDID, 0x1C, 0x3014, 1024, 0x3C),
    SPI_20("Eon", "EN25F16", RDID, 0x1C, 0x3115, 2048, 0x1C),
    SPI_20("Eon", "EN25Q16", RDID, 0x1C, 0x3015, 2048, 0x3C),

    SPI_20("GigaDevice", "GD25Q20(B)", RDID, 0xC8, 0x4012, 256, 0x7C),
    SPI_20("GigaDevice", "GD25Q40(B)", RDID, 0xC8, 0x4013, 512, 0x7C),
    SPI_20("GigaDevice", "GD25Q80(B)", RDID, 0xC8, 0x4014, 1024, 0x7C),
    SPI_20("GigaDevice", "GD25Q16(B)", RDID, 0xC8, 0x4015, 2048, 0x7C),

    SPI_20("Macronix", "MX25L1005(C)/1006E", RDID, 0xC2, 0x2011, 128, 0x3C),
    SPI_20("Macronix", "MX25L2005(C)/2006E", RDID, 0xC2, 0x2012, 256, 0x3C),
    SPI_20("Macronix", "MX25L4005(A/C)/4006E", RDID, 0xC2, 0x2013, 512, 0x3C),
    SPI_20("Macronix", "MX25L8005/8006E/8008E/V8005", RDID, 0xC2, 0x2014, 1024, 0x3C),
    SPI_20("Macronix", "MX25L1605/A/D/1606E/1608E", RDID, 0xC2, 0x2015, 2048, 0x3C),
    SPI_20("Macronix", "MX25L1633E/1635D", RDID, 0xC2, 0x2415, 2048, 0x3C),
    SPI_20("Macronix", "MX25L1635E/1636E", RDID, 0xC2, 0x2515, 2048, 0x3C),
    SPI_WHOLE("Macronix", "MX25L1005", REMS, 0xC2, 0x10, 128, 256, 0x3C, JUNGLE),
    SPI_WHOLE("Macronix", "MX25L2005", REMS, 0xC2, 0x11, 256, 256, 0x3C, JUNGLE),
    SPI_WHOLE("Macronix", "MX25L4005", REMS, 0xC2, 0x12, 512, 256, 0x3C, JUNGLE),
    SPI_WHOLE("Macronix", "MX25L8005", REMS, 0xC2, 0x13, 1024, 256, 0x3C, JUNGLE),
    SPI_WHOLE("Macronix", "MX25L1605D", REMS, 0xC2, 0x14, 2048, 256, 0x3C, JUNGLE),

    /* Old types without 9F; M25P10 has pages of 128 bytes, which fit the others too. M25PE: the
     * 4 KiB erase came with a later process, D8 is on all. */
    SPI_WHOLE("Micron/Numonyx/ST", "M25P10", RES, 0x00, 0x10, 128, 128, 0x1C, TABLE),
    SPI_WHOLE("Micron/Numonyx/ST", "M25P20-old", RES, 0x00, 0x11, 256, 128, 0x1C, TABLE),
    SPI_WHOLE("Micron/Numonyx/ST", "M25P40-old", RES, 0x00, 0x12, 512, 128, 0x1C, TABLE),
    SPI_MAP("Micron/Numonyx/ST", "M25P10-A", RDID, 0x20, 0x2011, 128, SECTORS(32, 4), 0xD8, 0xC7,
            0x1C, SHEET),
    SPI_D8("Micron/Numonyx/ST", "M25P20", RDID, 0x20, 0x2012, 256, 0x1C),
    SPI_D8("Micron/Numonyx/ST", "M25P40", RDID, 0x20, 0x2013, 512, 0x1C),
    SPI_D8("Micron/Numonyx/ST", "M25P80", RDID, 0x20, 0x2014, 1024, 0x1C),
    SPI_D8("Micron/Numonyx/ST", "M25P16", RDID, 0x20, 0x2015, 2048, 0x1C),
    SPI_D8("Micron/Numonyx/ST", "M25PE10", RDID, 0x20, 0x8011, 128, 0x1C),
    SPI_D8("Micron/Numonyx/ST", "M25PE20", RDID, 0x20, 0x8012, 256, 0x1C),
    SPI_D8("Micron/Numonyx/ST", "M25PE40", RDID, 0x20, 0x8013, 512, 0x1C),
    SPI_D8("Micron/Numonyx/ST", "M25PE80", RDID, 0x20, 0x8014, 1024, 0x1C),
    SPI_D8("Micron/Numonyx/ST", "M25PE16", RDID, 0x20, 0x8015, 2048, 0x1C),
    SPI_D8("Micron/Numonyx/ST", "M25PX80", RDID, 0x20, 0x7114, 1024, 0x1C),
    SPI_D8("Micron/Numonyx/ST", "M25PX16", RDID, 0x20, 0x7115, 2048, 0x1C),

    SPI_MAP("PMC", "Pm25LD010(C)", RDID, 0x7F9D, 0x21, 128, SECTORS(4, 32), 0xD7, 0xC7, 0x1C, TABLE),
    SPI_MAP("PMC", "Pm25LV010", RES, 0x9D, 0x7C, 128, SECTORS(4, 32), 0xD7, 0xC7, 0x1C, TABLE),
    SPI_MAP("PMC", "Pm25LV010A", RDID, 0x7F9D, 0x7C, 128, SECTORS(4, 32), 0xD7, 0xC7, 0x1C, TABLE),
    SPI_MAP("PMC", "Pm25LD020(C)", RDID, 0x7F9D, 0x22, 256, SECTORS(4, 64), 0xD7, 0xC7, 0x1C, TABLE),
    SPI_MAP("PMC", "Pm25LV020", RDID, 0x7F9D, 0x7D, 256, SECTORS(4, 64), 0xD7, 0xC7, 0x1C, TABLE),
    SPI_MAP("PMC", "Pm25LV020", REMS, 0x9D, 0x7D, 256, SECTORS(4, 64), 0xD7, 0xC7, 0x1C, JUNGLE),
    SPI_MAP("PMC", "Pm25LV040/LD040(C)", RDID, 0x7F9D, 0x7E, 512, SECTORS(4, 128), 0xD7, 0xC7, 0x1C,
            TABLE),
    SPI_MAP("PMC", "Pm25LV080B", RDID, 0x7F9D, 0x13, 1024, SECTORS(4, 256), 0xD7, 0xC7, 0x1C, TABLE),
    SPI_MAP("PMC", "Pm25LV016B", RDID, 0x7F9D, 0x14, 2048, SECTORS(4, 512), 0xD7, 0xC7, 0x1C, TABLE),

    SST_AF("SST25VF010(A)", REMS, 0xBF, 0x49, 128),
    SST_AF("SST25VF020/LF020A", REMS, 0xBF, 0x43, 256),
    SST_AF("SST25VF040/LF040A", REMS, 0xBF, 0x44, 512),
    SST_AF("SST25LF040A", RES, 0xBF, 0x44, 512),
    SST_AF("SST25LF080(A)", RES, 0xBF, 0x80, 1024),
    SST_B("SST25VF020B", RDID, 0xBF, 0x258C, 256),
    SST_B("SST25VF040B", RDID, 0xBF, 0x258D, 512),
    SST_B("SST25VF040B", REMS, 0xBF, 0x8D, 512),
    SST_B("SST25VF080B", RDID, 0xBF, 0x258E, 1024),
    SST_B("SST25VF016B", RDID, 0xBF, 0x2541, 2048),

    SPI_D8("Spansion", "S25FL004A", RDID, 0x01, 0x0212, 512, 0x1C),
    SPI_D8("Spansion", "S25FL008A", RDID, 0x01, 0x0213, 1024, 0x1C),
    SPI_WHOLE("Spansion", "S25FL002D", REMS, 0x10, 0x00, 256, 256, 0x1C, JUNGLE),

    SPI_20("Winbond", "W25X10", RDID, 0xEF, 0x3011, 128, 0x1C),
    SPI_20("Winbond", "W25X20", RDID, 0xEF, 0x3012, 256, 0x1C),
    SPI_20("Winbond", "W25X40", RDID, 0xEF, 0x3013, 512, 0x1C),
    SPI_20("Winbond", "W25X80", RDID, 0xEF, 0x3014, 1024, 0x1C),
    SPI_20("Winbond", "W25X16", RDID, 0xEF, 0x3015, 2048, 0x1C),
    SPI_D8("Winbond", "W25P80", RDID, 0xEF, 0x2014, 1024, 0x1C),
    SPI_D8("Winbond", "W25P16", RDID, 0xEF, 0x2015, 2048, 0x1C),
    SPI_20("Winbond", "W25Q40.V", RDID, 0xEF, 0x4013, 512, 0x1C),
    SPI_20("Winbond", "W25Q80BV/DV", RDID, 0xEF, 0x4014, 1024, 0x1C),
    SPI_20("Winbond", "W25Q16.V", RDID, 0xEF, 0x4015, 2048, 0x1C),
    SPI_20("Winbond", "W25Q16.W", RDID, 0xEF, 0x6015, 2048, 0x1C),
    /* One REMS id for W25P, NX25P and W25X: chip erase and 256-byte pages are common to them. */
    SPI_WHOLE("Winbond", "W25X10", REMS, 0xEF, 0x10, 128, 256, 0x1C, JUNGLE),
    SPI_WHOLE("Winbond", "W25P20/NX25P20/W25X20", REMS, 0xEF, 0x11, 256, 256, 0x1C, JUNGLE),
    SPI_WHOLE("Winbond", "W25B20/NX25B20", REMS, 0xEF, 0x31, 256, 256, 0x1C, JUNGLE),
    SPI_WHOLE("Winbond", "W25X40", REMS, 0xEF, 0x12, 512, 256, 0x1C, JUNGLE),
    SPI_WHOLE("Winbond", "W25P80/W25X80", REMS, 0xEF, 0x13, 1024, 256, 0x1C, JUNGLE),
    SPI_WHOLE("Winbond", "W25P16/W25X16", REMS, 0xEF, 0x14, 2048, 256, 0x1C, JUNGLE),
};
/* clang-format on */

const size_t chip_count = sizeof chips / sizeof chips[0];

enum { CONTINUATION = 0x7F };

/*
 * One id number of a row against what was read. A row's 7Fxx fits xx and 7F alone too: whether a
 * chip gives the continuation byte depends on the address that is read.
 */
static bool id_fits(uint16_t row, uint16_t read, bool *exact)
{
    if (row == read)
        return true;
    if (row >> 8 != CONTINUATION)
        return false;
    if (read == CONTINUATION)
        *exact = false;
    return read == CONTINUATION || read == (row & 0xFF);
}

unsigned chips_by_id(enum chip_id_command command, uint16_t manufacturer, uint16_t device,
                     const struct chip **found, unsigned room, bool *exact)
{
    unsigned count = 0;
    bool all_exact = true;
    size_t i;

    for (i = 0; i < chip_count && count < room; i++) {
        bool row_exact = true;

        if (chips[i].id_command != command ||
            !id_fits(chips[i].manufacturer, manufacturer, &row_exact) ||
            !id_fits(chips[i].device, device, &row_exact))
            continue;
        found[count++] = &chips[i];
        all_exact = all_exact && row_exact;
    }
    if (exact != NULL)
        *exact = all_exact;
    return count;
}

bool chip_sector(const struct chip *chip, uint32_t address, uint32_t *start, uint32_t *size)
{
    uint32_t base = 0;
    int i;

    if (address >= chip->size)
        return false;
    for (i = 0; i < CHIP_REGIONS && chip->regions[i].count > 0; i++) {
        const struct chip_region *region = &chip->regions[i];
        uint32_t length = region->sector_size * region->count;

        if (address - base < length) {
            *size = region->sector_size;
            *start = address - (address - base) % region->sector_size;
            return true;
        }
        base += length;
    }
    return false;
}
