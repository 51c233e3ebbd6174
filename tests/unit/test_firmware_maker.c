/* The generator of synthetic firmware images: landmarks, layouts, damage, and the integrity word of
 * the simulation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/firmware/firmware_maker.h"

static uint8_t image[SIM_FIRMWARE_MAX];

static const uint32_t sizes[] = {0x2000, 0x20000, 0x40000, 0x80000, 0x100000, 0x200000};

enum { SIZES = sizeof sizes / sizeof sizes[0] };

static bool contains(const uint8_t *bytes, size_t size, const void *what, size_t length)
{
    for (size_t i = 0; i + length <= size; i++) {
        if (memcmp(bytes + i, what, length) == 0) {
            return true;
        }
    }
    return false;
}

/* CRC-32 bit by bit, written apart from the maker's table. */
static uint32_t crc32_slowly(const uint8_t *bytes, size_t size)
{
    uint32_t crc = 0xFFFFFFFFu;

    for (size_t i = 0; i < size; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = (crc & 1) != 0 ? (crc >> 1) ^ 0xEDB88320u : crc >> 1;
        }
    }
    return ~crc;
}

static void every_size_has_its_landmarks(void **state)
{
    (void)state;
    for (unsigned i = 0; i < SIZES; i++) {
        struct sim_firmware_recipe recipe;

        sim_firmware_recipe(&recipe, sizes[i]);
        assert_int_equal(sim_firmware_make(&recipe, image, sizeof image), sizes[i]);
        for (size_t bank = 0; bank < sizes[i]; bank += recipe.bank_size) {
            assert_int_equal(image[bank], 0x02);
        }
        uint8_t trampoline[6] = {0xE5, 0x90, 0x54, (uint8_t)(sizes[i] / recipe.bank_size - 1),
                                 0xB4, 0x00};
        size_t boot = recipe.bank_size / 4;

        assert_memory_equal(&image[boot + 0x40], trampoline, 6);
        assert_memory_equal(&image[boot + 0xB4], "\x05\x80\x00\x32\x5B\x00\x00\x00ODDTEST ", 16);
        assert_memory_equal(&image[boot + 0xB4 + 32], "SY012004/11/26      ", 20);
        assert_true(sim_firmware_valid(image, sizes[i], recipe.bank_size));
    }
}

static void template_sits_where_btc_images_have_it(void **state)
{
    struct sim_firmware_recipe recipe;

    (void)state;
    sim_firmware_recipe(&recipe, 0x100000);
    assert_int_equal(sim_firmware_make(&recipe, image, sizeof image), 0x100000);
    assert_memory_equal(&image[0x40BC], "ODDTEST DVDRW SYNTH-1M  SY01", 28);
}

static void integrity_word_is_the_crc_of_the_rest(void **state)
{
    struct sim_firmware_recipe recipe;
    uint8_t word[4];

    (void)state;
    sim_firmware_recipe(&recipe, 0x20000);
    assert_int_equal(sim_firmware_make(&recipe, image, sizeof image), 0x20000);
    memcpy(word, &image[0x4108], 4);
    memset(&image[0x4108], 0, 4);
    uint32_t crc = crc32_slowly(image, 0x20000);
    uint8_t expected[4] = {(uint8_t)crc, (uint8_t)(crc >> 8), (uint8_t)(crc >> 16),
                           (uint8_t)(crc >> 24)};

    assert_memory_equal(word, expected, 4);
}

static void any_changed_byte_makes_it_invalid(void **state)
{
    struct sim_firmware_recipe recipe;

    (void)state;
    sim_firmware_recipe(&recipe, 0x2000);
    assert_int_equal(sim_firmware_make(&recipe, image, sizeof image), 0x2000);
    for (size_t i = 0; i < 0x2000; i++) {
        image[i] ^= (uint8_t)(1u << (i % 8));
        assert_false(sim_firmware_valid(image, 0x2000, recipe.bank_size));
        image[i] ^= (uint8_t)(1u << (i % 8));
    }
    assert_true(sim_firmware_valid(image, 0x2000, recipe.bank_size));
    image[0x1234] ^= 0x55;
    sim_firmware_seal(image, 0x2000, recipe.bank_size);
    assert_true(sim_firmware_valid(image, 0x2000, recipe.bank_size));
}

static void classes_have_their_media_landmarks(void **state)
{
    static const struct {
        uint32_t size;
        bool video, media;
    } cases[] = {{0x20000, false, false},
                 {0x40000, true, false},
                 {0x80000, true, false},
                 {0x100000, true, true}};

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        struct sim_firmware_recipe recipe;

        sim_firmware_recipe(&recipe, cases[i].size);
        sim_firmware_make(&recipe, image, sizeof image);
        assert_int_equal(contains(image, cases[i].size, "VIDEO_TS", 8), cases[i].video);
        assert_int_equal(contains(image, cases[i].size, "RICOHJPNR00", 11), cases[i].media);
        assert_int_equal(contains(image, cases[i].size, "RITEKG03", 8), cases[i].media);
    }
}

static void identify_copy_is_byte_swapped(void **state)
{
    struct sim_firmware_recipe recipe;

    (void)state;
    sim_firmware_recipe(&recipe, 0x100000);
    sim_firmware_make(&recipe, image, sizeof image);
    /* "SY01    ODDTEST DVDRW SYNTH-1M  " */
    assert_memory_equal(&image[0x4110], "YS10    DOTDSE TVDRD WYSTN-HM1  ", 32);
}

static void internal_revision_is_code(void **state)
{
    struct sim_firmware_recipe recipe;

    (void)state;
    sim_firmware_recipe(&recipe, 0x100000);
    recipe.internal = "JY02ABCDEF";
    sim_firmware_make(&recipe, image, sizeof image);
    for (unsigned i = 0; i < 16; i++) {
        const uint8_t *code = &image[0x4140 + i * 22];

        assert_int_equal(code[0], 0x7D);
        assert_int_equal(code[1], i < 10 ? recipe.internal[i] : ' ');
        assert_int_equal(code[2], 0x90);
    }
}

static void crossflash_patch_changes_the_checksum_compare(void **state)
{
    static const uint8_t off[7] = {0xFF, 0xEE, 0x6F, 0x60, 0x02, 0xC3, 0x22};
    static const uint8_t on[7] = {0xFF, 0xEE, 0x6F, 0x00, 0x00, 0xD3, 0x22};
    struct sim_firmware_recipe recipe;

    (void)state;
    sim_firmware_recipe(&recipe, 0x20000);
    sim_firmware_make(&recipe, image, sizeof image);
    assert_true(contains(image, 0x20000, off, 7));
    assert_false(contains(image, 0x20000, on, 7));
    recipe.crossflash = true;
    sim_firmware_make(&recipe, image, sizeof image);
    assert_true(contains(image, 0x20000, on, 7));
    assert_false(contains(image, 0x20000, off, 7));
}

static void rebanked_and_slim_layouts(void **state)
{
    struct sim_firmware_recipe recipe;

    (void)state;
    for (unsigned slim = 0; slim < 2; slim++) {
        sim_firmware_recipe(&recipe, 0x100000);
        recipe.layout = slim != 0 ? SIM_LAYOUT_SLIM : SIM_LAYOUT_REBANKED;
        recipe.internal = slim != 0 ? "UY01" : "JY01";
        assert_int_equal(sim_firmware_make(&recipe, image, sizeof image), 0x100000);
        assert_int_equal(image[0], 0x02);
        assert_int_equal(image[0x4000], 0x02);
        assert_memory_equal(&image[0xFFF8], "LITEONIT", 8);
        assert_int_equal(image[0x4043], 0x1F);
        for (size_t bank = 0x10000; bank < 0x100000; bank += 0x10000) {
            assert_int_not_equal(image[bank], 0x02);
        }
        assert_true(sim_firmware_valid(image, 0x100000, recipe.bank_size));
    }
    for (size_t i = 0x100000 - 16; i < 0x100000; i++) {
        assert_true(image[i] == ' ' || (image[i] >= 'A' && image[i] <= 'Z'));
    }
}

static void every_damage_is_seen(void **state)
{
    (void)state;
    for (unsigned damage = SIM_DAMAGE_NONE + 1; damage < SIM_DAMAGE_COUNT; damage++) {
        struct sim_firmware_recipe recipe;
        enum sim_firmware_damage by_name = SIM_DAMAGE_NONE;

        sim_firmware_recipe(&recipe, 0x40000);
        recipe.damage = (enum sim_firmware_damage)damage;
        size_t size = sim_firmware_make(&recipe, image, sizeof image);

        assert_false(sim_firmware_valid(image, size, recipe.bank_size));
        assert_int_equal(size == 0x40000, damage != SIM_DAMAGE_TRUNCATED);
        assert_true(sim_firmware_damage_by_name(sim_firmware_damage_name(recipe.damage), &by_name));
        assert_int_equal(by_name, damage);
    }
}

static void damage_is_where_its_name_says(void **state)
{
    struct sim_firmware_recipe recipe;

    (void)state;
    sim_firmware_recipe(&recipe, 0x100000);
    recipe.damage = SIM_DAMAGE_BANK_VECTOR;
    sim_firmware_make(&recipe, image, sizeof image);
    assert_int_equal(image[0], 0x02);
    assert_int_not_equal(image[0xF0000], 0x02);

    recipe.layout = SIM_LAYOUT_SLIM;
    sim_firmware_make(&recipe, image, sizeof image);
    assert_int_not_equal(image[0x4000], 0x02);
    recipe.damage = SIM_DAMAGE_SLIM_TAIL;
    sim_firmware_make(&recipe, image, sizeof image);
    assert_int_equal(image[0xFFFFF], 0xA5);

    recipe.layout = SIM_LAYOUT_PLAIN;
    recipe.damage = SIM_DAMAGE_HALF_ERASED;
    sim_firmware_make(&recipe, image, sizeof image);
    assert_int_equal(image[0], 0x02);
    assert_int_equal(image[0x80000], 0xFF);
    assert_int_equal(image[0xFFFFF], 0xFF);

    recipe.damage = SIM_DAMAGE_NO_TEMPLATE;
    sim_firmware_make(&recipe, image, sizeof image);
    struct sim_firmware_identity identity;
    assert_false(sim_firmware_identity(image, 0x100000, 0x10000, &identity));
}

static void identity_is_read_back(void **state)
{
    struct sim_firmware_recipe recipe;
    struct sim_firmware_identity identity;

    (void)state;
    sim_firmware_recipe(&recipe, 0x2000);
    recipe.vendor = "SONY";
    recipe.product = "DVD RW DRU-720A";
    recipe.revision = "JY02";
    recipe.date = "Nov26 ,2004";
    sim_firmware_make(&recipe, image, sizeof image);
    assert_true(sim_firmware_identity(image, 0x2000, 0x800, &identity));
    assert_string_equal(identity.vendor, "SONY    ");
    assert_string_equal(identity.product, "DVD RW DRU-720A ");
    assert_string_equal(identity.revision, "JY02");
    assert_string_equal(identity.date, "Nov26 ,2004     ");
}

static void impossible_recipes_are_refused(void **state)
{
    struct sim_firmware_recipe recipe;

    (void)state;
    sim_firmware_recipe(&recipe, 0x40000);
    assert_int_equal(sim_firmware_make(&recipe, image, 0x3FFFF), 0);
    recipe.layout = SIM_LAYOUT_SLIM;
    assert_int_equal(sim_firmware_make(&recipe, image, sizeof image), 0);
    sim_firmware_recipe(&recipe, 0x40001);
    assert_int_equal(sim_firmware_make(&recipe, image, sizeof image), 0);
    sim_firmware_recipe(&recipe, 0x40000);
    recipe.bank_size = 0x400;
    assert_int_equal(sim_firmware_make(&recipe, image, sizeof image), 0);
}

static void fill_depends_on_seed_and_density(void **state)
{
    static uint8_t other[0x20000];
    struct sim_firmware_recipe recipe;
    size_t blank = 0;

    (void)state;
    sim_firmware_recipe(&recipe, 0x20000);
    sim_firmware_make(&recipe, image, sizeof image);
    sim_firmware_make(&recipe, other, sizeof other);
    assert_memory_equal(image, other, sizeof other);
    recipe.seed = 2;
    sim_firmware_make(&recipe, other, sizeof other);
    assert_memory_not_equal(image, other, sizeof other);
    recipe.sparse = true;
    sim_firmware_make(&recipe, other, sizeof other);
    for (size_t i = 0; i < sizeof other; i++) {
        blank += other[i] == 0xFF;
    }
    assert_true(blank > sizeof other - 2048);
    assert_true(sim_firmware_valid(other, sizeof other, 0x10000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_size_has_its_landmarks),
        cmocka_unit_test(template_sits_where_btc_images_have_it),
        cmocka_unit_test(integrity_word_is_the_crc_of_the_rest),
        cmocka_unit_test(any_changed_byte_makes_it_invalid),
        cmocka_unit_test(classes_have_their_media_landmarks),
        cmocka_unit_test(identify_copy_is_byte_swapped),
        cmocka_unit_test(internal_revision_is_code),
        cmocka_unit_test(crossflash_patch_changes_the_checksum_compare),
        cmocka_unit_test(rebanked_and_slim_layouts),
        cmocka_unit_test(every_damage_is_seen),
        cmocka_unit_test(damage_is_where_its_name_says),
        cmocka_unit_test(identity_is_read_back),
        cmocka_unit_test(impossible_recipes_are_refused),
        cmocka_unit_test(fill_depends_on_seed_and_density),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
