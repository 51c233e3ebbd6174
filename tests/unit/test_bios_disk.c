/*
 * boot/bios/disk.c against a BIOS of this test: INT 13h as the IBM BIOS Interface Technical
 * Reference and the EDD specification describe it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "tests/support/fake_bios.h"

#include "boot/bios/disk.c"

#include "kernel/volume.h"
#include "tests/support/fat_image.h"

enum { FAKE_DISKS = 3, FAKE_SECTORS = 4096, FAKE_BYTES = 512 * FAKE_SECTORS };

/* A disk of the fake BIOS. */
struct fake_disk {
    uint8_t number;
    bool enhanced, interface_usb, removable;
    unsigned cylinders, heads, sectors; /* as AH=08h tells; sectors 0 = refuses */
    unsigned medium_sectors;            /* per track, of a diskette: beyond it nothing is found */
    uint16_t sector_bytes;
    uint64_t total;
    uint8_t bytes[FAKE_BYTES];
    uint8_t fail_status; /* of the next `fail_count` transfers */
    unsigned fail_count;
    bool write_protected;
    uint64_t bad;       /* with every transfer that touches this sector... */
    unsigned bad_count; /* ... so many times */
    uint8_t bad_status;
    bool change_line;
    unsigned transfers, resets;
    uint32_t largest; /* sectors in one transfer */
};

static struct fake_disk fake[FAKE_DISKS];
static unsigned fake_count;
static struct bios_disks disks;

static struct fake_disk *find_fake(uint8_t number)
{
    for (unsigned i = 0; i < fake_count; i++) {
        if (fake[i].number == number)
            return &fake[i];
    }
    return NULL;
}

static void answer(struct real_registers *registers, uint8_t status)
{
    registers->eax = (registers->eax & 0xFFFF00FF) | (uint32_t)status << 8;
    registers->eflags = status != 0 ? REAL_CARRY : 0;
}

static unsigned count_of(uint8_t first)
{
    unsigned count = 0;

    for (unsigned i = 0; i < fake_count; i++)
        count += (fake[i].number & 0x80) == (first & 0x80);
    return count;
}

static uint8_t transfer_fake(struct fake_disk *disk, bool write, uint64_t lba, uint32_t count,
                             uint8_t *buffer)
{
    size_t size = (size_t)count * disk->sector_bytes;

    disk->transfers++;
    disk->largest = count > disk->largest ? count : disk->largest;
    if (disk->fail_count > 0) {
        disk->fail_count--;
        return disk->fail_status;
    }
    if (write && disk->write_protected)
        return 0x03;
    if (disk->bad_count > 0 && lba <= disk->bad && disk->bad - lba < count) {
        disk->bad_count--;
        memset(buffer, 0xEE, size); /* whatever a BIOS leaves there is not to be used */
        return disk->bad_status;
    }
    if (lba > disk->total || count > disk->total - lba)
        return 0x04; /* sector not found */
    if (write)
        memcpy(disk->bytes + lba * disk->sector_bytes, buffer, size);
    else
        memcpy(buffer, disk->bytes + lba * disk->sector_bytes, size);
    return 0;
}

/* "Last sector on track" of the diskette parameter table that interrupt 1Eh points to. */
static unsigned last_sector_of_table(void)
{
    uint32_t vector = real_read32(0x1E * 4);

    return low_memory[(vector >> 16) * 16 + (vector & 0xFFFF) + 4];
}

static uint8_t classic(struct fake_disk *disk, const struct real_registers *registers)
{
    unsigned count = registers->eax & 0xFF;
    unsigned sector = registers->ecx & 0x3F;
    unsigned cylinder = (registers->ecx >> 8 & 0xFF) | (registers->ecx << 2 & 0x300);
    unsigned head = registers->edx >> 8 & 0xFF;
    unsigned sectors = disk->medium_sectors ? disk->medium_sectors : disk->sectors;
    uint32_t address = (uint32_t)registers->es * 16 + (registers->ebx & 0xFFFF);

    /* The DMA controller does not count beyond its 64 KiB page. */
    assert_int_equal(address >> 16, (address + count * 512 - 1) >> 16);
    if (disk->number < 0x80)
        assert_in_range(last_sector_of_table(), sector + count - 1, 255);

    if (sector == 0 || sector + count - 1 > sectors || head >= disk->heads ||
        cylinder >= disk->cylinders)
        return 0x04;
    return transfer_fake(disk, (registers->eax >> 8 & 0xFF) == 3,
                         ((uint64_t)cylinder * disk->heads + head) * sectors + sector - 1, count,
                         real_memory(address));
}

static uint8_t enhanced(struct fake_disk *disk, const struct real_registers *registers)
{
    const uint8_t *packet = real_memory((uint32_t)registers->ds * 16 + (registers->esi & 0xFFFF));
    uint16_t count, offset, segment;
    uint64_t lba;

    assert_int_equal(packet[0], 16);
    memcpy(&count, packet + 2, 2);
    memcpy(&offset, packet + 4, 2);
    memcpy(&segment, packet + 6, 2);
    memcpy(&lba, packet + 8, 8);
    assert_in_range(count, 1, 127);
    return transfer_fake(disk, (registers->eax >> 8 & 0xFF) == 0x43, lba, count,
                         real_memory((uint32_t)segment * 16 + offset));
}

static uint8_t parameters(const struct fake_disk *disk, const struct real_registers *registers)
{
    uint8_t *result = real_memory((uint32_t)registers->ds * 16 + (registers->esi & 0xFFFF));
    uint16_t flags = disk->removable ? 0x0004 : 0;
    uint16_t key = 0xBEDD;

    memcpy(result + 2, &flags, 2);
    memcpy(result + 16, &disk->total, 8);
    memcpy(result + 24, &disk->sector_bytes, 2);
    if (disk->interface_usb) {
        memcpy(result + 30, &key, 2);
        memcpy(result + 40, "USB     ", 8);
    }
    return 0;
}

static void answer_geometry(const struct fake_disk *disk, struct real_registers *registers)
{
    if (disk == NULL || disk->sectors == 0) {
        answer(registers, 0x07);
        return;
    }
    registers->ecx =
        ((disk->cylinders - 1) & 0xFF) << 8 | ((disk->cylinders - 1) >> 2 & 0xC0) | disk->sectors;
    registers->edx = (disk->heads - 1) << 8 | count_of(disk->number);
    answer(registers, 0);
}

static void real_int(uint8_t number, struct real_registers *registers)
{
    uint8_t function = (uint8_t)(registers->eax >> 8);
    struct fake_disk *disk = find_fake((uint8_t)registers->edx);

    assert_int_equal(number, 0x13);
    if (disk == NULL) {
        answer(registers, 0x01);
    } else if (function == 0x00) {
        disk->resets++;
        answer(registers, 0);
    } else if (function == 0x02 || function == 0x03) {
        answer(registers, classic(disk, registers));
    } else if (function == 0x16) {
        answer(registers, disk->change_line ? 0x06 : 0);
    } else if (function == 0x08) {
        answer_geometry(disk, registers);
    } else if (!disk->enhanced) {
        answer(registers, 0x01);
    } else if (function == 0x41) {
        assert_int_equal(registers->ebx & 0xFFFF, 0x55AA);
        registers->ebx = 0xAA55;
        registers->ecx = 0x0001;
        answer(registers, 0);
    } else if (function == 0x42 || function == 0x43) {
        answer(registers, enhanced(disk, registers));
    } else if (function == 0x48) {
        answer(registers, parameters(disk, registers));
    } else {
        answer(registers, 0x01);
    }
}

static struct fake_disk *add_disk(uint8_t number, bool with_edd)
{
    struct fake_disk *disk = &fake[fake_count++];

    memset(disk, 0, sizeof(*disk));
    disk->number = number;
    disk->enhanced = with_edd;
    disk->cylinders = 8;
    disk->heads = 16;
    disk->sectors = 32;
    disk->sector_bytes = 512;
    disk->total = FAKE_SECTORS;
    for (unsigned i = 0; i < FAKE_BYTES; i++)
        disk->bytes[i] = (uint8_t)(i / 512 * 7 + i);
    return disk;
}

/* A 1.44 MB drive; its image is shorter, which no test minds. */
static struct fake_disk *add_floppy(void)
{
    struct fake_disk *disk = add_disk(0x00, false);

    disk->cylinders = 80;
    disk->heads = 2;
    disk->sectors = 18;
    disk->total = 2880;
    return disk;
}

static int reset_fakes(void **state)
{
    static const uint8_t table[] = {0xDF, 0x02, 0x25, 0x02, 9, 0x2A, 0xFF, 0x50, 0xF6, 0x0F, 0x08};

    (void)state;
    fake_count = 0;
    memset(low_memory, 0, sizeof(low_memory));
    low_memory[BDA_EQUIPMENT] = 0x01;
    /* A diskette parameter table in the ROM's place, which allows nine sectors (360 KB). */
    memcpy(low_memory + 0x9000, table, sizeof(table));
    real_write32(0x1E * 4, 0x09000000);
    return 0;
}

static struct block_device *first(void)
{
    disks_scan(&disks);
    assert_true(disks.count > 0);
    return &disks.disk[0].block;
}

static void assert_reads(struct block_device *block, const struct fake_disk *disk, uint64_t lba,
                         uint32_t count)
{
    uint8_t *bytes = malloc((size_t)count * block->sector_size);

    assert_int_equal(block->read(block->context, lba, count, bytes), 0);
    assert_memory_equal(bytes, disk->bytes + lba * block->sector_size,
                        (size_t)count * block->sector_size);
    free(bytes);
}

/* Both ways, odd starts and lengths, across tracks, cylinders and the transfer buffer's end. */
static void test_reads_and_writes_the_right_sectors(void **state)
{
    (void)state;
    for (int with_edd = 0; with_edd <= 1; with_edd++) {
        static const uint32_t places[][2] = {{0, 1},     {31, 2},     {32, 33},  {511, 300},
                                             {1023, 64}, {3967, 129}, {4095, 1}, {0, 4096}};
        struct fake_disk *disk;
        struct block_device *block;

        reset_fakes(state);
        disk = add_disk(0x80, with_edd != 0);
        block = first();
        assert_int_equal(block->sector_count, FAKE_SECTORS);
        for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
            uint32_t lba = places[i][0], count = places[i][1];
            uint8_t *bytes = malloc(count * 512);
            uint8_t *expected = malloc(FAKE_BYTES);

            assert_reads(block, disk, lba, count);
            memcpy(expected, disk->bytes, FAKE_BYTES);
            for (uint32_t k = 0; k < count * 512; k++)
                expected[lba * 512 + k] = bytes[k] = (uint8_t)(k * 13 + i);
            assert_int_equal(block->write(block->context, lba, count, bytes), 0);
            assert_memory_equal(disk->bytes, expected, FAKE_BYTES);
            free(bytes);
            free(expected);
        }
        assert_in_range(disk->largest, 1, 64);
    }
}

static void test_outside_the_disk_is_refused_before_the_bios_is_asked(void **state)
{
    struct fake_disk *disk = add_disk(0x80, true);
    struct block_device *block = first();
    uint8_t bytes[1024];

    (void)state;
    assert_int_equal(error_class(block->read(block->context, 4096, 1, bytes)), ERR_ARGUMENT);
    assert_int_equal(error_class(block->read(block->context, 4095, 2, bytes)), ERR_ARGUMENT);
    assert_int_equal(error_class(block->write(block->context, UINT64_MAX, 2, bytes)), ERR_ARGUMENT);
    assert_int_equal(disk->transfers, 0);
}

static void test_a_bad_read_is_tried_again_after_a_reset(void **state)
{
    struct fake_disk *disk = add_disk(0x80, true);
    struct block_device *block = first();
    uint8_t bytes[512];

    (void)state;
    disk->fail_status = 0x10;
    disk->fail_count = 2;
    assert_int_equal(block->read(block->context, 5, 1, bytes), 0);
    assert_int_equal(disk->resets, 2);
    disk->fail_count = 100;
    disk->transfers = 0;
    assert_int_equal(error_class(block->read(block->context, 5, 1, bytes)), ERR_IO);
    assert_int_equal(disk->transfers, 3);
}

static void test_errors_are_told_apart(void **state)
{
    static const struct {
        uint8_t status;
        enum error_class expected;
        unsigned transfers;
    } cases[] = {
        {0x31, ERR_NO_MEDIA, 1}, {0x80, ERR_NO_MEDIA, 3},      {0xAA, ERR_NO_MEDIA, 3},
        {0x04, ERR_IO, 3},       {0x06, ERR_MEDIA_CHANGED, 1}, {0x03, ERR_WRITE_PROTECTED, 1},
        {0x20, ERR_NO_MEDIA, 4}, {0x0C, ERR_NO_MEDIA, 4},
    };
    struct fake_disk *disk = add_disk(0x80, true);
    struct block_device *block = first();
    uint8_t bytes[512] = {0};

    (void)state;
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        disk->fail_status = cases[i].status;
        disk->fail_count = 100;
        disk->transfers = 0;
        assert_int_equal(error_class(block->write(block->context, 1, 1, bytes)), cases[i].expected);
        assert_int_equal(disk->transfers, cases[i].transfers);
    }
}

/* What can't be read is narrowed down to its first sector; what can be read around it, is. */
static void check_bad_sector(struct fake_disk *disk, bool write)
{
    static const uint32_t starts[] = {100, 150, 170, 177};
    uint8_t *bytes = malloc(300 * 512), *before = malloc(FAKE_BYTES);

    for (unsigned i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
        struct block_device *block = first();
        uint32_t good = 177 - starts[i];
        err_t error;

        disk->bad = 177;
        disk->bad_count = UINT32_MAX;
        disk->bad_status = 0x10;
        memcpy(before, disk->bytes, FAKE_BYTES);
        memset(bytes, 0x5A, 300 * 512);
        error = write ? block->write(block->context, starts[i], 300, bytes)
                      : block->read(block->context, starts[i], 300, bytes);
        assert_int_equal(error_class(error), ERR_IO);
        assert_int_equal(block->bad_lba, 177);
        if (write)
            memset(before + starts[i] * 512, 0x5A, good * 512);
        else
            assert_memory_equal(bytes, before + starts[i] * 512, good * 512);
        assert_memory_equal(disk->bytes, before, FAKE_BYTES);
        disk->bad_count = 0;
        assert_reads(block, disk, 0, 400);
    }
    free(bytes);
    free(before);
}

static void test_the_first_bad_sector_is_named(void **state)
{
    for (int write = 0; write <= 1; write++) {
        reset_fakes(state);
        check_bad_sector(add_disk(0x80, true), write != 0);
        reset_fakes(state);
        check_bad_sector(add_disk(0x80, false), write != 0);
        reset_fakes(state);
        check_bad_sector(add_floppy(), write != 0);
    }
}

/* Sectors that come only when tried again are read, and counted. */
static void test_weak_sectors_are_counted(void **state)
{
    struct fake_disk *disk = add_floppy();
    struct block_device *block = first();

    (void)state;
    disk->bad = 177;
    disk->bad_status = 0x10;
    for (unsigned fails = 1; fails <= 8; fails++) {
        unsigned before = block->weak_count;

        disk->bad_count = fails > 5 ? fails - 5 : fails;
        /* First alone, then among many. */
        assert_reads(block, disk, fails > 5 ? 177 : 100, fails > 5 ? 1 : 300);
        assert_int_equal(disk->bad_count, 0);
        assert_true(block->weak_count > before);
        assert_in_range(block->weak_lba, 100, 177);
    }
    assert_reads(block, disk, 0, 1);
    disk->fail_count = 0;
    disk->resets = block->weak_count = 0;
    assert_reads(block, disk, 0, 500);
    assert_int_equal(block->weak_count, 0);
    assert_int_equal(disk->resets, 0);
}

/* A bad sector behind those that were asked for is nobody's business. */
static void test_reading_ahead_may_fail(void **state)
{
    struct fake_disk *disk = add_floppy();
    struct block_device *block = first();

    (void)state;
    disk->bad = 177;
    disk->bad_status = 0x10;
    disk->bad_count = UINT32_MAX;
    assert_reads(block, disk, 165, 5);
    assert_reads(block, disk, 170, 7);
}

static void test_write_protected(void **state)
{
    struct fake_disk *disk = add_disk(0x80, true);
    struct block_device *block = first();
    uint8_t bytes[512] = {0};

    (void)state;
    disk->write_protected = true;
    assert_int_equal(error_class(block->write(block->context, 1, 1, bytes)), ERR_WRITE_PROTECTED);
    assert_reads(block, disk, 1, 1);
}

static void test_big_sectors(void **state)
{
    struct fake_disk *disk = add_disk(0x80, true);
    struct block_device *block;

    (void)state;
    disk->sector_bytes = 4096;
    disk->total = FAKE_BYTES / 4096;
    block = first();
    assert_int_equal(block->sector_size, 4096);
    assert_int_equal(block->sector_count, FAKE_BYTES / 4096);
    assert_reads(block, disk, 3, 50);
    disk->sector_bytes = 520;
    disks_scan(&disks);
    assert_int_equal(disks.count, 0);
}

static void test_names_and_order(void **state)
{
    struct fake_disk *hard = add_disk(0x80, true);
    struct fake_disk *usb = add_disk(0x81, true);

    (void)state;
    add_floppy();
    usb->interface_usb = true;
    usb->removable = true;
    hard->total = 7800000000ull / 512;
    disks_scan(&disks);
    assert_int_equal(disks.count, 3);
    assert_string_equal(disks.disk[0].block.name, "hard disk 80, 7.8 GB");
    assert_string_equal(disks.disk[1].block.name, "USB disk 81, 2 MB");
    assert_string_equal(disks.disk[2].block.name, "floppy disk A");
    assert_false(disks.disk[0].block.removable);
    assert_true(disks.disk[1].block.removable);
    assert_true(disks.disk[2].block.removable);
    low_memory[BDA_EQUIPMENT] = 0;
    disks_scan(&disks);
    assert_int_equal(disks.count, 2);
}

static void test_no_disks(void **state)
{
    (void)state;
    disks_scan(&disks);
    assert_int_equal(disks.count, 0);
}

/* The change line is active from power-on; only later changes are changes. */
static void test_floppy_changes(void **state)
{
    struct fake_disk *disk = add_floppy();
    struct block_device *block = first();
    uint8_t bytes[512];

    (void)state;
    assert_int_equal(disk->transfers, 0);
    disk->fail_status = 0x06;
    disk->fail_count = 1;
    assert_reads(block, disk, 0, 40);
    disk->fail_count = 1;
    assert_int_equal(error_class(block->read(block->context, 9, 1, bytes)), ERR_MEDIA_CHANGED);
    assert_reads(block, disk, 9, 1);
}

/* The FAT specification's fields for a 720 KB diskette in a 1.44 MB drive. */
static void test_smaller_diskette(void **state)
{
    struct fake_disk *disk = add_floppy();
    struct block_device *block = first();

    (void)state;
    disk->medium_sectors = 9;
    disk->total = 1440;
    disk->bytes[0x13] = 1440 & 0xFF;
    disk->bytes[0x14] = 1440 >> 8;
    disk->bytes[0x18] = 9;
    disk->bytes[0x1A] = 2;
    disk->bytes[0x19] = disk->bytes[0x1B] = 0;
    disk->bytes[510] = 0x55;
    disk->bytes[511] = 0xAA;
    assert_reads(block, disk, 0, 100);
    assert_int_equal(block->sector_count, 1440);
    /* Another diskette: full size again. */
    disk->medium_sectors = 0;
    disk->total = 2880;
    disk->bytes[0x18] = 18;
    disk->bytes[0x13] = 2880 & 0xFF;
    disk->bytes[0x14] = 2880 >> 8;
    disk->fail_status = 0x06;
    disk->fail_count = 1;
    assert_int_equal(error_class(block->read(block->context, 9, 1, disk->bytes + FAKE_BYTES - 512)),
                     ERR_MEDIA_CHANGED);
    assert_reads(block, disk, 0, 100);
    assert_int_equal(block->sector_count, 2880);
}

/* Nonsense in a boot sector must not become a geometry. */
static void test_boot_sector_that_lies(void **state)
{
    static const uint16_t lies[][3] = {
        {0, 2, 1440}, {19, 2, 1444}, {9, 3, 1431},  {9, 0, 1440},
        {9, 2, 1441}, {9, 2, 0},     {18, 2, 5760}, {0xFFFF, 0xFFFF, 0xFFFF}};
    struct fake_disk *disk = add_floppy();

    (void)state;
    for (unsigned i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        struct block_device *block = first();

        disk->bytes[510] = 0x55;
        disk->bytes[511] = 0xAA;
        disk->bytes[0x18] = (uint8_t)lies[i][0];
        disk->bytes[0x19] = (uint8_t)(lies[i][0] >> 8);
        disk->bytes[0x1A] = (uint8_t)lies[i][1];
        disk->bytes[0x1B] = (uint8_t)(lies[i][1] >> 8);
        disk->bytes[0x13] = (uint8_t)lies[i][2];
        disk->bytes[0x14] = (uint8_t)(lies[i][2] >> 8);
        assert_reads(block, disk, 0, 40);
        assert_int_equal(block->sector_count, 2880);
    }
}

/* By time-out, by an unknown medium, or with a change line that stays active. */
static void test_empty_floppy_drive(void **state)
{
    static const uint8_t statuses[] = {0x80, 0x0C, 0x06, 0x31, 0x20};

    for (unsigned i = 0; i < sizeof(statuses); i++) {
        struct fake_disk *disk;
        struct block_device *block;
        uint8_t bytes[512];

        reset_fakes(state);
        disk = add_floppy();
        block = first();
        disk->fail_status = statuses[i];
        disk->fail_count = UINT32_MAX;
        disk->change_line = true;
        assert_int_equal(error_class(block->read(block->context, 0, 1, bytes)), ERR_NO_MEDIA);
        assert_in_range(disk->transfers, 1, statuses[i] == 0x80 ? 2 : 4);
        assert_int_equal(error_class(block->write(block->context, 0, 1, bytes)), ERR_NO_MEDIA);
        disk->fail_count = 0;
        assert_reads(block, disk, 0, 1); /* a diskette was put in */
    }
}

/* A BIOS that knows only one error, and one that takes every diskette for a new one. */
static void test_unreadable_diskette_in_the_drive(void **state)
{
    struct fake_disk *disk = add_floppy();
    struct block_device *block = first();
    uint8_t bytes[512];

    (void)state;
    disk->bad_status = 0x20;
    disk->bad_count = UINT32_MAX;
    assert_int_equal(error_class(block->read(block->context, 0, 1, bytes)), ERR_IO);
    disk->bad = 5;
    disk->change_line = true;
    assert_int_equal(error_class(block->read(block->context, 5, 1, bytes)), ERR_IO);
    assert_int_equal(block->bad_lba, 5);
}

/* A stick of a BIOS that has one status for a bad sector and for a stick that was pulled. */
static void test_bad_sector_or_no_stick(void **state)
{
    static const uint8_t vague[] = {0x0C, 0x20};

    for (unsigned i = 0; i < sizeof(vague); i++) {
        struct fake_disk *disk;
        struct block_device *block;
        uint8_t bytes[40 * 512];

        reset_fakes(state);
        disk = add_disk(0x80, true);
        block = first();
        disk->bad = 120;
        disk->bad_count = UINT32_MAX;
        disk->bad_status = vague[i];
        assert_int_equal(error_class(block->read(block->context, 100, 40, bytes)), ERR_IO);
        assert_int_equal(block->bad_lba, 120);
        disk->fail_count = UINT32_MAX;
        disk->fail_status = vague[i];
        assert_int_equal(error_class(block->read(block->context, 100, 40, bytes)), ERR_NO_MEDIA);
    }
}

/* Taken out while it was read: not "bad sectors". */
static void test_floppy_taken_out(void **state)
{
    struct fake_disk *disk = add_floppy();
    struct block_device *block = first();
    uint8_t bytes[40 * 512];

    (void)state;
    assert_reads(block, disk, 0, 40);
    disk->fail_status = 0x80;
    disk->fail_count = UINT32_MAX;
    assert_int_equal(error_class(block->read(block->context, 100, 40, bytes)), ERR_NO_MEDIA);
    disk->fail_count = 0;
    assert_reads(block, disk, 100, 40);
}

/* Two drives at once: what was read ahead from one is not given out for the other. */
static void test_two_floppy_drives(void **state)
{
    struct fake_disk *a = add_floppy();
    struct fake_disk *b = add_floppy();

    (void)state;
    b->number = 0x01;
    for (unsigned i = 0; i < FAKE_BYTES; i++)
        b->bytes[i] ^= 0xA5;
    disks_scan(&disks);
    assert_int_equal(disks.count, 2);
    assert_string_equal(disks.disk[1].block.name, "floppy disk B");
    for (unsigned lba = 36; lba < 90; lba += 3) {
        assert_reads(&disks.disk[0].block, a, lba, 3);
        assert_reads(&disks.disk[1].block, b, lba, 3);
    }
}

/* What was read ahead is not older than what is asked for. */
static void test_nothing_stale_is_given_out(void **state)
{
    struct fake_disk *disk = add_floppy();
    struct block_device *block = first();
    uint8_t bytes[2 * 512];

    (void)state;
    assert_reads(block, disk, 0, 3);
    /* Written by us. */
    memset(bytes, 0x11, sizeof(bytes));
    assert_int_equal(block->write(block->context, 4, 2, bytes), 0);
    assert_reads(block, disk, 3, 4);
    /* Another diskette without any notice: whoever looks from the start sees it. */
    memset(disk->bytes, 0x77, FAKE_BYTES);
    assert_reads(block, disk, 0, 1);
    assert_reads(block, disk, 1, 30);
}

/* Each call costs a turn of the diskette: a whole file of 1 MiB takes one call for each track. */
static void test_tracks_are_read_whole(void **state)
{
    struct fake_disk *disk = add_floppy();
    struct block_device *block = first();
    enum { FIRST = 33 + 192, COUNT = 2048, RUN = 128 };

    (void)state;
    assert_reads(block, disk, 0, 1);
    disk->transfers = 0;
    for (uint32_t done = 0; done < COUNT; done += RUN)
        assert_reads(block, disk, FIRST + done, RUN);
    assert_in_range(disk->transfers, COUNT / 18, COUNT / 18 + 2);
    /* The root folder, sector by sector. */
    disk->transfers = 0;
    for (uint32_t sector = 19; sector < 33; sector++)
        assert_reads(block, disk, sector, 1);
    assert_int_equal(disk->transfers, 1);
}

/* The medium of the fake floppy drive becomes this image. */
static void insert_image(struct fake_disk *disk, struct fat_image *image)
{
    uint32_t size;
    uint8_t *bytes;

    bytes = fat_image_host_read(image, "disk.img", &size);
    assert_int_equal(size, 2880 * 512);
    memcpy(disk->bytes, bytes, size);
    free(bytes);
}

/*
 * Through the file system: reading a file of 1 MiB costs few turns more than its 114 tracks, and
 * writing one, which is read back and compared, twice as many.
 */
static void test_calls_for_a_whole_file(void **state)
{
    enum { FILE_SIZE = 1 << 20, TRACKS = FILE_SIZE / 512 / 18 + 1 };
    static uint8_t memory[VOLUME_MEMORY];
    static uint8_t content[FILE_SIZE], bytes[FILE_SIZE];
    struct arena arena = {.base = memory, .size = sizeof(memory)};
    struct fake_disk *disk = add_floppy();
    struct block_device *block = first();
    struct partition whole = {.count = 2880};
    struct volume volume = {.date = NULL};
    struct fat_image image;
    uint32_t moved;

    (void)state;
    fill_bytes(content, FILE_SIZE, 1);
    fat_image_format(&image, 1440, "-F 12");
    insert_image(disk, &image);
    assert_int_equal(volume_open(&volume, block, &whole, &arena), 0);
    disk->transfers = 0;
    assert_int_equal(volume_create(&volume, "NEW.BIN", content, FILE_SIZE), 0);
    assert_in_range(disk->transfers, 2 * TRACKS, 2 * TRACKS + 48);
    fat_image_host_file(&image, "disk.img", disk->bytes, 2880 * 512);
    fat_image_is_clean(&image);
    fat_image_holds(&image, "NEW.BIN", content, FILE_SIZE);
    disk->transfers = 0;
    assert_int_equal(volume_read(&volume, "NEW.BIN", 0, bytes, FILE_SIZE, &moved, NULL, NULL), 0);
    assert_int_equal(moved, FILE_SIZE);
    assert_memory_equal(bytes, content, FILE_SIZE);
    assert_in_range(disk->transfers, TRACKS, TRACKS + 10);
    fat_image_close(&image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_reads_and_writes_the_right_sectors, reset_fakes),
        cmocka_unit_test_setup(test_outside_the_disk_is_refused_before_the_bios_is_asked,
                               reset_fakes),
        cmocka_unit_test_setup(test_a_bad_read_is_tried_again_after_a_reset, reset_fakes),
        cmocka_unit_test_setup(test_errors_are_told_apart, reset_fakes),
        cmocka_unit_test_setup(test_write_protected, reset_fakes),
        cmocka_unit_test_setup(test_big_sectors, reset_fakes),
        cmocka_unit_test_setup(test_names_and_order, reset_fakes),
        cmocka_unit_test_setup(test_no_disks, reset_fakes),
        cmocka_unit_test_setup(test_floppy_changes, reset_fakes),
        cmocka_unit_test_setup(test_smaller_diskette, reset_fakes),
        cmocka_unit_test_setup(test_boot_sector_that_lies, reset_fakes),
        cmocka_unit_test_setup(test_empty_floppy_drive, reset_fakes),
        cmocka_unit_test_setup(test_the_first_bad_sector_is_named, reset_fakes),
        cmocka_unit_test_setup(test_weak_sectors_are_counted, reset_fakes),
        cmocka_unit_test_setup(test_reading_ahead_may_fail, reset_fakes),
        cmocka_unit_test_setup(test_unreadable_diskette_in_the_drive, reset_fakes),
        cmocka_unit_test_setup(test_bad_sector_or_no_stick, reset_fakes),
        cmocka_unit_test_setup(test_floppy_taken_out, reset_fakes),
        cmocka_unit_test_setup(test_two_floppy_drives, reset_fakes),
        cmocka_unit_test_setup(test_nothing_stale_is_given_out, reset_fakes),
        cmocka_unit_test_setup(test_tracks_are_read_whole, reset_fakes),
        cmocka_unit_test_setup(test_calls_for_a_whole_file, reset_fakes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
