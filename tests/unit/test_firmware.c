/* What a firmware file is, against synthetic images. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernel/firmware.h"
#include "tests/firmware/firmware_maker.h"

static uint8_t image[SIM_FIRMWARE_MAX];

static uint32_t make(const struct sim_firmware_recipe *recipe)
{
    size_t size = sim_firmware_make(recipe, image, sizeof image);

    assert_true(size > 0);
    return (uint32_t)size;
}

static struct firmware inspect(uint32_t size)
{
    struct firmware firmware = {.path = "A:\\FW.BIN"};

    firmware_inspect(&firmware, image, size);
    assert_ptr_equal(firmware.bytes, image);
    assert_int_equal(firmware.size, size);
    assert_string_equal(firmware.path, "A:\\FW.BIN");
    return firmware;
}

static struct sim_firmware_recipe recipe_of(uint32_t size)
{
    struct sim_firmware_recipe recipe;

    sim_firmware_recipe(&recipe, size);
    recipe.vendor = "SONY";
    recipe.product = "DVD RW DRU-710A";
    recipe.revision = "BYX3";
    recipe.date = "Nov26 ,2004";
    recipe.seed = size;
    return recipe;
}

static void test_sound_files_of_every_size(void **state)
{
    static const struct {
        uint32_t size;
        enum sim_firmware_class class;
        enum firmware_class kind;
    } cases[] = {{0x20000, SIM_CLASS_CD, FIRMWARE_CD_RW},
                 {0x20000, SIM_CLASS_DVD_ROM, FIRMWARE_DVD_ROM},
                 {0x40000, SIM_CLASS_CD, FIRMWARE_CD_RW},
                 {0x40000, SIM_CLASS_DVD_ROM, FIRMWARE_DVD_ROM},
                 {0x80000, SIM_CLASS_COMBO, FIRMWARE_COMBO},
                 {0x80000, SIM_CLASS_CD, FIRMWARE_CD_RW},
                 {0x100000, SIM_CLASS_DVD_WRITER, FIRMWARE_DVD_RW}};

    (void)state;
    for (unsigned i = 0; i < 2 * sizeof cases / sizeof cases[0]; i++) {
        struct sim_firmware_recipe recipe = recipe_of(cases[i / 2].size);
        struct firmware firmware;

        recipe.class = cases[i / 2].class;
        recipe.sparse = i % 2 != 0;
        firmware = inspect(make(&recipe));
        assert_int_equal(firmware.damage, FIRMWARE_SOUND);
        assert_int_equal(firmware.kind, cases[i / 2].kind);
        assert_true(firmware.has_identity);
        assert_int_equal(firmware.identity_level, 1);
        assert_int_equal(firmware.identity_offset, 0x40B4);
        assert_string_equal(firmware.vendor, "SONY");
        assert_string_equal(firmware.product, "DVD RW DRU-710A");
        assert_string_equal(firmware.revision, "BYX3");
        assert_string_equal(firmware.date, "Nov26 ,2004");
        assert_true(firmware.trampoline);
        assert_false(firmware.rebanked);
        assert_false(firmware.crossflash_patched);
        assert_int_equal(firmware.bank_size, 0x10000);
    }
}

static void test_rebanked_and_slim_files(void **state)
{
    struct sim_firmware_recipe recipe = recipe_of(0x100000);
    struct firmware firmware;

    (void)state;
    recipe.layout = SIM_LAYOUT_REBANKED;
    firmware = inspect(make(&recipe));
    assert_int_equal(firmware.damage, FIRMWARE_SOUND);
    assert_true(firmware.rebanked);

    image[0xFFF8] ^= 0x20;
    firmware = inspect(0x100000);
    assert_int_equal(firmware.damage, FIRMWARE_REBANKED);
    assert_int_equal(firmware.bad_offset, 0xFFF8);

    recipe.layout = SIM_LAYOUT_SLIM;
    recipe.internal = "UX01234567";
    firmware = inspect(make(&recipe));
    assert_int_equal(firmware.damage, FIRMWARE_SOUND);
    assert_true(firmware.rebanked);
    assert_string_equal(firmware.internal_revision, "UX01234567");

    recipe.damage = SIM_DAMAGE_SLIM_TAIL;
    firmware = inspect(make(&recipe));
    assert_int_equal(firmware.damage, FIRMWARE_SLIM_TAIL);
    assert_int_equal(firmware.bad_offset, 0x100000 - 16);

    recipe.damage = SIM_DAMAGE_BANK_VECTOR;
    firmware = inspect(make(&recipe));
    assert_int_equal(firmware.damage, FIRMWARE_REBANKED);
    assert_int_equal(firmware.bad_offset, 0x4000);
}

static void test_the_internal_revision(void **state)
{
    struct sim_firmware_recipe recipe = recipe_of(0x100000);
    struct firmware firmware;

    (void)state;
    recipe.internal = "BYX3A00012";
    firmware = inspect(make(&recipe));
    assert_string_equal(firmware.internal_revision, "BYX3A00012");

    recipe = recipe_of(0x40000);
    recipe.internal = "LS0A0012";
    firmware = inspect(make(&recipe));
    assert_string_equal(firmware.internal_revision, "LS0A0012");
}

static void test_every_damage_is_named(void **state)
{
    static const uint32_t sizes[] = {0x20000, 0x40000, 0x80000, 0x100000};
    static const struct {
        enum sim_firmware_damage made;
        enum firmware_damage found;
    } cases[] = {{SIM_DAMAGE_BAD_FIRST_BYTE, FIRMWARE_FIRST_BYTE},
                 {SIM_DAMAGE_BANK_VECTOR, FIRMWARE_BANK_START},
                 {SIM_DAMAGE_TRUNCATED, FIRMWARE_SIZE},
                 {SIM_DAMAGE_ALL_FF, FIRMWARE_BLANK},
                 {SIM_DAMAGE_ALL_ZERO, FIRMWARE_BLANK},
                 {SIM_DAMAGE_HALF_ERASED, FIRMWARE_BANK_START},
                 {SIM_DAMAGE_NO_TEMPLATE, FIRMWARE_SOUND},
                 {SIM_DAMAGE_NO_TRAMPOLINE, FIRMWARE_SOUND}};

    (void)state;
    for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        for (unsigned k = 0; k < sizeof cases / sizeof cases[0]; k++) {
            struct sim_firmware_recipe recipe = recipe_of(sizes[i]);
            struct firmware firmware;

            recipe.damage = cases[k].made;
            firmware = inspect(make(&recipe));
            assert_int_equal(firmware.damage, cases[k].found);
            assert_int_equal(firmware.has_identity, firmware.damage != FIRMWARE_BLANK &&
                                                        recipe.damage != SIM_DAMAGE_NO_TEMPLATE);
            assert_int_equal(firmware.trampoline, firmware.damage != FIRMWARE_BLANK &&
                                                      recipe.damage != SIM_DAMAGE_NO_TRAMPOLINE);
        }
    }
}

static void test_every_wrong_size_is_refused(void **state)
{
    static const uint32_t sizes[] = {1,       2,       0xFFFF,   0x10000,  0x1FFFF, 0x20001,
                                     0x3FFFF, 0x40001, 0x7FFFF,  0x80001,  0xC0000, 0xFFFFF,
                                     0x30000, 0x60000, 0x100001, 0x200000, 0x1FFFFF};
    struct sim_firmware_recipe recipe = recipe_of(0x100000);
    struct firmware firmware = {.path = ""};

    (void)state;
    make(&recipe);
    for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        assert_int_equal(inspect(sizes[i]).damage, FIRMWARE_SIZE);
    }
    assert_int_equal(inspect(0).damage, FIRMWARE_EMPTY);
    /* A file of 3 GiB is judged by its size; there are no bytes to look at. */
    firmware_inspect(&firmware, NULL, 0xC0000000u);
    assert_int_equal(firmware.damage, FIRMWARE_SIZE);
    firmware_inspect(&firmware, NULL, 0);
    assert_int_equal(firmware.damage, FIRMWARE_EMPTY);
}

static void test_short_jumps_at_later_banks_are_sound(void **state)
{
    struct sim_firmware_recipe recipe = recipe_of(0x40000);

    (void)state;
    make(&recipe);
    image[0x20000] = 0x80;
    assert_int_equal(inspect(0x40000).damage, FIRMWARE_SOUND);
    image[0] = 0x80;
    assert_int_equal(inspect(0x40000).damage, FIRMWARE_FIRST_BYTE);
}

static void test_levels_of_the_identity(void **state)
{
    struct sim_firmware_recipe recipe = recipe_of(0x40000);
    struct firmware firmware;
    uint8_t template[52];

    (void)state;
    make(&recipe);
    image[0x40B4 + 4] = 0x1F;
    assert_int_equal(inspect(0x40000).identity_level, 2);
    image[0x40B4 + 3] = 0x31;
    firmware = inspect(0x40000);
    assert_int_equal(firmware.identity_level, 3);
    assert_string_equal(firmware.product, "DVD RW DRU-710A");
    assert_string_equal(firmware.date, "");

    /* In the boot code only the loosest rule looks, and not at all in a writer's image. */
    memcpy(template, image + 0x40B4, sizeof template);
    memset(image + 0x40B4, 0xFF, sizeof template);
    memcpy(image + 0x1000, template, sizeof template);
    firmware = inspect(0x40000);
    assert_int_equal(firmware.identity_level, 4);
    assert_int_equal(firmware.identity_offset, 0x1000);

    recipe = recipe_of(0x100000);
    make(&recipe);
    memcpy(template, image + 0x40B4, sizeof template);
    memset(image + 0x40B4, 0xFF, sizeof template);
    memcpy(image + 0x1000, template, sizeof template);
    assert_false(inspect(0x100000).has_identity);
}

static void test_names_that_are_no_text_are_no_identity(void **state)
{
    struct sim_firmware_recipe recipe = recipe_of(0x40000);

    (void)state;
    make(&recipe);
    image[0x40B4 + 8 + 8 + 3] = 0xC3;
    assert_false(inspect(0x40000).has_identity);
    image[0x40B4 + 8 + 8 + 3] = 0x00; /* shown as a blank */
    assert_string_equal(inspect(0x40000).product, "DVD RW DRU-710A");
}

static void test_a_template_at_the_very_end(void **state)
{
    struct sim_firmware_recipe recipe = recipe_of(0x40000);
    uint8_t template[52];
    struct firmware firmware;

    (void)state;
    make(&recipe);
    memcpy(template, image + 0x40B4, sizeof template);
    memset(image + 0x40B4, 0xFF, sizeof template);
    memcpy(image + 0x40000 - 36, template, 36);
    firmware = inspect(0x40000);
    assert_int_equal(firmware.identity_level, 3);
    memset(image + 0x40000 - 36, 0xFF, 36);
    memcpy(image + 0x40000 - 35, template, 35);
    assert_false(inspect(0x40000).has_identity);
}

static void test_crossflash_patch(void **state)
{
    struct sim_firmware_recipe recipe = recipe_of(0x100000);

    (void)state;
    recipe.crossflash = true;
    make(&recipe);
    assert_true(inspect(0x100000).crossflash_patched);
}

static void test_bank_starts(void **state)
{
    struct firmware firmware = {.size = 0x40000, .bank_size = 0x10000};
    uint32_t address;

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        assert_true(firmware_bank_start(&firmware, i, &address));
        assert_int_equal(address, i * 0x10000);
    }
    assert_false(firmware_bank_start(&firmware, 4, &address));
    assert_false(firmware_bank_start(&firmware, UINT32_MAX, &address));

    firmware.size = 0x2000;
    firmware.bank_size = 0x800;
    assert_true(firmware_bank_start(&firmware, 3, &address));
    assert_int_equal(address, 0x1800);
    assert_false(firmware_bank_start(&firmware, 4, &address));

    firmware.size = 0x100000;
    firmware.rebanked = true;
    assert_true(firmware_bank_start(&firmware, 0, &address));
    assert_int_equal(address, 0);
    assert_true(firmware_bank_start(&firmware, 1, &address));
    assert_int_equal(address, 0x4000);
    assert_false(firmware_bank_start(&firmware, 2, &address));

    firmware.rebanked = false;
    firmware.bank_size = 0;
    assert_false(firmware_bank_start(&firmware, 0, &address));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sound_files_of_every_size),
        cmocka_unit_test(test_rebanked_and_slim_files),
        cmocka_unit_test(test_the_internal_revision),
        cmocka_unit_test(test_every_damage_is_named),
        cmocka_unit_test(test_every_wrong_size_is_refused),
        cmocka_unit_test(test_short_jumps_at_later_banks_are_sound),
        cmocka_unit_test(test_levels_of_the_identity),
        cmocka_unit_test(test_names_that_are_no_text_are_no_identity),
        cmocka_unit_test(test_a_template_at_the_very_end),
        cmocka_unit_test(test_crossflash_patch),
        cmocka_unit_test(test_bank_starts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
