/* The chip table checks itself: every row must be one that the drivers can work with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "kernel/chips.h"

static uint32_t sector_sum(const struct chip *chip)
{
    uint32_t sum = 0;

    for (int i = 0; i < CHIP_REGIONS && chip->regions[i].count > 0; i++)
        sum += chip->regions[i].sector_size * chip->regions[i].count;
    return sum;
}

static bool is_power_of_two(uint32_t value)
{
    return value != 0 && (value & (value - 1)) == 0;
}

static void check_text(const char *text)
{
    assert_non_null(text);
    assert_true(text[0] != '\0' && strlen(text) <= 40);
    for (; *text != '\0'; text++)
        assert_in_range(*text, 0x20, 0x7E);
}

static void check_row(const struct chip *chip)
{
    const bool spi = chip->bus == CHIP_SPI;

    check_text(chip->vendor);
    check_text(chip->name);
    assert_in_range(chip->source, CHIP_FROM_DATA_SHEET, CHIP_FROM_JUNGLEFLASHER);
    assert_true(spi || chip->bus == CHIP_PARALLEL);
    assert_int_equal(chip->id_command == CHIP_ID_JEDEC_90, !spi);
    assert_true(is_power_of_two(chip->size));
    assert_in_range(chip->size, 128 * 1024, (spi ? 2048 : 1024) * 1024);

    /* A sector map covers the whole chip or is not there; opcodes go with it. */
    assert_true(sector_sum(chip) == chip->size || sector_sum(chip) == 0);
    assert_int_equal(chip->sector_opcode != 0, sector_sum(chip) != 0);
    assert_true(chip->sector_opcode == 0 || chip->sector_erase_ms != 0);
    assert_true(chip->chip_opcode != 0 && chip->chip_erase_ms != 0);
    assert_true(chip->program_us != 0);
    if (spi) {
        assert_true(strchr("\x20\x52\xD7\xD8", chip->sector_opcode) != NULL);
        assert_true(strchr("\xC7\x60\x62", chip->chip_opcode) != NULL);
    } else {
        assert_true(chip->sector_opcode == 0 || chip->sector_opcode == 0x30);
        assert_int_equal(chip->chip_opcode, 0x10);
    }

    assert_true(is_power_of_two(chip->page_size) && chip->page_size <= 256);
    assert_int_equal(chip->page_size == 1, chip->program == CHIP_PROGRAM_BYTE);

    /* WIP and WEL are no protect bits, and only SPI chips have a status register. */
    assert_int_equal(chip->protect_mask & 0x03, 0);
    assert_int_equal(chip->protect_mask != 0, spi);
    assert_true(!chip->enable_by_ewsr || spi);
    assert_true(!chip->auto_increment || (spi && chip->program == CHIP_PROGRAM_BYTE));
}

static void test_every_row_is_usable(void **state)
{
    (void)state;
    assert_true(chip_count > 150);
    for (size_t i = 0; i < chip_count; i++)
        check_row(&chips[i]);
}

/* Rows with the same id must differ in something that matters, and be found together. */
static bool handled_alike(const struct chip *a, const struct chip *b)
{
    return a->size == b->size && a->program == b->program && a->page_size == b->page_size &&
           memcmp(a->regions, b->regions, sizeof a->regions) == 0 &&
           a->sector_opcode == b->sector_opcode && a->chip_opcode == b->chip_opcode &&
           a->protect_mask == b->protect_mask && a->auto_increment == b->auto_increment;
}

static void test_no_row_twice(void **state)
{
    (void)state;
    for (size_t i = 0; i < chip_count; i++) {
        for (size_t j = i + 1; j < chip_count; j++) {
            bool same_id = chips[i].id_command == chips[j].id_command &&
                           chips[i].manufacturer == chips[j].manufacturer &&
                           chips[i].device == chips[j].device;

            if (same_id && handled_alike(&chips[i], &chips[j]))
                fail_msg("%s and %s are one row", chips[i].name, chips[j].name);
        }
    }
}

static void test_every_row_is_found_by_its_id(void **state)
{
    const struct chip *found[8];

    (void)state;
    for (size_t i = 0; i < chip_count; i++) {
        bool exact = false, seen = false;
        unsigned count = chips_by_id(chips[i].id_command, chips[i].manufacturer, chips[i].device,
                                     found, 8, &exact);

        for (unsigned j = 0; j < count; j++)
            seen = seen || found[j] == &chips[i];
        assert_true(seen);
        assert_true(exact);
    }
}

static void assert_found(enum chip_id_command command, uint16_t manufacturer, uint16_t device,
                         const char *name, uint32_t kib)
{
    const struct chip *found[8];
    unsigned count = chips_by_id(command, manufacturer, device, found, 8, NULL);

    assert_int_equal(count, 1);
    assert_string_equal(found[0]->name, name);
    assert_int_equal(found[0]->size, kib * 1024);
}

/* Ids that logs of real drives show. */
static void test_well_known_ids(void **state)
{
    const struct chip *found[8];

    (void)state;
    assert_found(CHIP_ID_JEDEC_90, 0xBF, 0xB6, "SST39SF020A", 256);
    assert_found(CHIP_ID_JEDEC_90, 0xBF, 0xD8, "SST39VF080", 1024);
    assert_found(CHIP_ID_JEDEC_90, 0x01, 0xA4, "Am29F040/B", 512);
    assert_found(CHIP_ID_JEDEC_90, 0xDA, 0x8C, "W49F020", 256);
    assert_found(CHIP_ID_JEDEC_90, 0xBF, 0x10, "SST29EE020A", 256);
    assert_found(CHIP_ID_REMS_90, 0xBF, 0x43, "SST25VF020/LF020A", 256);
    assert_found(CHIP_ID_REMS_90, 0xEF, 0x11, "W25P20/NX25P20/W25X20", 256);
    assert_found(CHIP_ID_RDID_9F, 0xC2, 0x2012, "MX25L2005(C)/2006E", 256);
    assert_found(CHIP_ID_RDID_15, 0x1F, 0x63, "AT25F2048", 256);
    assert_int_equal(chips_by_id(CHIP_ID_JEDEC_90, 0x02, 0x1C, found, 8, NULL), 0);
    assert_int_equal(chips_by_id(CHIP_ID_JEDEC_90, 0x00, 0x00, found, 8, NULL), 0);
    assert_int_equal(chips_by_id(CHIP_ID_JEDEC_90, 0xFF, 0xFF, found, 8, NULL), 0);
}

static void test_continuation_code_leaves_the_maker_open(void **state)
{
    const struct chip *found[8];
    bool exact = false;

    (void)state;
    assert_int_equal(chips_by_id(CHIP_ID_JEDEC_90, 0x1C, 0x20, found, 8, &exact), 1);
    assert_true(exact);
    assert_string_equal(found[0]->name, "EN29F010");
    assert_int_equal(chips_by_id(CHIP_ID_JEDEC_90, 0x7F, 0x20, found, 8, &exact), 1);
    assert_false(exact);
    /* 7F 7F: both EN29F002. */
    assert_true(chips_by_id(CHIP_ID_JEDEC_90, 0x7F, 0x7F, found, 8, &exact) >= 2);
    assert_false(exact);
}

static void test_room_is_respected(void **state)
{
    const struct chip *found[2] = {NULL, NULL};

    (void)state;
    assert_int_equal(chips_by_id(CHIP_ID_JEDEC_90, 0x7F, 0x7F, found, 1, NULL), 1);
    assert_non_null(found[0]);
    assert_null(found[1]);
}

/* Walking from sector to sector covers each byte once. */
static void test_sectors_tile_the_chip(void **state)
{
    uint32_t start, size;

    (void)state;
    for (size_t i = 0; i < chip_count; i++) {
        uint32_t at = 0;

        assert_false(chip_sector(&chips[i], chips[i].size, &start, &size));
        if (chips[i].sector_opcode == 0) {
            assert_false(chip_sector(&chips[i], 0, &start, &size));
            continue;
        }
        while (at < chips[i].size) {
            assert_true(chip_sector(&chips[i], at + 1, &start, &size));
            assert_int_equal(start, at);
            assert_true(chip_sector(&chips[i], at + size - 1, &start, &size));
            assert_int_equal(start, at);
            at += size;
        }
        assert_int_equal(at, chips[i].size);
    }
}

static void assert_sector(const char *name, uint32_t address, uint32_t start, uint32_t size)
{
    uint32_t found_start, found_size;

    for (size_t i = 0; i < chip_count; i++) {
        if (strcmp(chips[i].name, name) != 0)
            continue;
        assert_true(chip_sector(&chips[i], address, &found_start, &found_size));
        assert_int_equal(found_start, start);
        assert_int_equal(found_size, size);
        return;
    }
    fail_msg("no %s", name);
}

static void test_boot_block_maps(void **state)
{
    (void)state;
    assert_sector("MX29F002(N)B", 0x03FFF, 0x00000, 0x4000);
    assert_sector("MX29F002(N)B", 0x04000, 0x04000, 0x2000);
    assert_sector("MX29F002(N)B", 0x07FFF, 0x06000, 0x2000);
    assert_sector("MX29F002(N)B", 0x08000, 0x08000, 0x8000);
    assert_sector("MX29F002(N)B", 0x3FFFF, 0x30000, 0x10000);
    assert_sector("MX29F002(N)T", 0x3C000, 0x3C000, 0x4000);
    assert_sector("MX29F002(N)T", 0x30000, 0x30000, 0x8000);
    assert_sector("MX29F002(N)T", 0x00000, 0x00000, 0x10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_row_is_usable),
        cmocka_unit_test(test_no_row_twice),
        cmocka_unit_test(test_every_row_is_found_by_its_id),
        cmocka_unit_test(test_well_known_ids),
        cmocka_unit_test(test_continuation_code_leaves_the_maker_open),
        cmocka_unit_test(test_room_is_respected),
        cmocka_unit_test(test_sectors_tile_the_chip),
        cmocka_unit_test(test_boot_block_maps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
