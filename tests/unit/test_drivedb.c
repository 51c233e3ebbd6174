/* Names of drives: the tables check themselves, the lookups are asked what users ask. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "kernel/drivedb.h"

static struct inquiry named(const char *text28)
{
    struct inquiry inquiry = {.length = 36};

    assert_int_equal(strlen(text28), 28);
    memcpy(inquiry.raw + 8, text28, 28);
    inquiry_parse(&inquiry);
    return inquiry;
}

static bool is_boot_code(const char *text28)
{
    struct inquiry inquiry = named(text28);

    return drivedb_is_boot_code(&inquiry);
}

static void test_boot_code_names(void **state)
{
    (void)state;
    assert_true(is_boot_code("TSSTcorpBDDVDW SE-506CB BOOT"));
    assert_true(is_boot_code("HL-DT-STBD-RE  WH16NS60 BOOT"));
    assert_true(is_boot_code("PIONEER DVD-RW  DVR-108 0000"));
    assert_true(is_boot_code("_NEC    DVD_RW ND-3520A 0.15"));
    assert_true(is_boot_code("Optiarc DVD RW AD-7200S 0.03"));
    assert_true(is_boot_code("LITE-ON LTR-BOOT        1.00"));
    assert_true(is_boot_code("ATAPI   DD DW 1600      FS02"));
    assert_true(is_boot_code("MATSHITACD98Q4 DOWNLOAD GS0N"));
}

static void test_running_firmware_is_not_boot_code(void **state)
{
    (void)state;
    assert_false(is_boot_code("SONY    DVD RW DRU-710A BYX3"));
    assert_false(is_boot_code("PIONEER DVD-RW  DVR-108 1.20"));
    assert_false(is_boot_code("_NEC    DVD_RW ND-3520A 3.07"));
    assert_false(is_boot_code("SIMCORP DVD TEST 1234   0000")); /* not Pioneer's */
    assert_false(is_boot_code("ATAPI   DD DW 1600      FS03"));
    assert_false(is_boot_code("MATSHITACR-589          GS0N"));
}

static void expect_printable(const char *text)
{
    assert_non_null(text);
    for (size_t i = 0; text[i] != '\0'; i++)
        assert_true(text[i] >= 0x20 && text[i] <= 0x7E);
}

static void test_boot_code_table(void **state)
{
    (void)state;
    assert_true(boot_code_count >= 9);
    for (size_t i = 0; i < boot_code_count; i++) {
        const struct boot_code *row = &boot_codes[i];

        assert_true(row->product != NULL || row->revision != NULL);
        assert_true(row->vendor == NULL || strlen(row->vendor) <= 8);
        assert_true(row->product == NULL || strlen(row->product) <= 16);
        assert_true(row->revision == NULL || strlen(row->revision) <= 4);
        expect_printable(row->meaning);
        assert_true(row->meaning[0] != '\0');
        expect_printable(row->source);
        assert_true(row->source[0] != '\0');
    }
}

/* Splits a list and hands each item to `visit`. */
static void each(const char *list, void (*visit)(const char *item, void *context), void *context)
{
    char copy[256];
    char *rest = copy, *item;

    assert_true(strlen(list) < sizeof copy);
    strcpy(copy, list);
    while (copy[0] != '\0' && (item = strsep(&rest, "|")) != NULL) {
        assert_true(item[0] != '\0');
        visit(item, context);
    }
}

static void check_model(const char *item, void *context)
{
    const struct drive_family *family = context;

    assert_true(strlen(item) >= 5 && strlen(item) <= 16); /* fits an INQUIRY product */
    for (size_t i = 0; i < drive_family_count; i++) {
        /* SOHW-1633S-Enh. drives call themselves SOHW-1633S */
        if (&drive_families[i] != family && strcmp(drive_families[i].name, item) == 0 &&
            strcmp(item, "SOHW-1633S") != 0)
            fail_msg("%s is another family's own name", item);
    }
}

static void count_item(const char *item, void *context)
{
    (void)item;
    ++*(unsigned *)context;
}

static void check_revision(const char *item, void *context)
{
    (void)context;
    assert_true(strlen(item) <= 5);
    for (size_t i = 0; item[i] != '\0'; i++)
        assert_true((item[i] >= 'A' && item[i] <= 'Z') || (item[i] >= '0' && item[i] <= '9') ||
                    (item[i] == '+' && item[i + 1] == '\0' && i > 0));
}

static void test_family_table(void **state)
{
    (void)state;
    for (size_t i = 0; i < drive_family_count; i++) {
        const struct drive_family *row = &drive_families[i];
        unsigned models = 0, revisions = 0;

        expect_printable(row->name);
        expect_printable(row->models);
        expect_printable(row->inferred);
        expect_printable(row->source);
        assert_true(row->source[0] != '\0');
        each(row->models, check_model, (void *)row);
        each(row->inferred, check_model, (void *)row);
        each(row->models, count_item, &models);
        assert_true(models > 0);
        each(row->revisions, check_revision, NULL);
        each(row->revisions, count_item, &revisions);
        assert_true(revisions > 0);
        assert_true(row->image_size == 0 || row->image_size == 0x80000 ||
                    row->image_size == 0x100000);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(row->name, drive_families[j].name);
    }
}

static const char *family(const char *product, const char *revision)
{
    const struct drive_family *found = drivedb_family(product, revision);

    return found == NULL ? "" : found->name;
}

static void test_families(void **state)
{
    (void)state;
    assert_string_equal(family("DVD RW DRU-720A", ""), "SOHW-1673S");
    assert_string_equal(family("DVDRW SOHW-832S", "VS08"), "SOHW-832S");
    assert_string_equal(family("dvd rw dru-700a", "VY08"), "SOHW-832S");
    /* one product name, three designs: the internal revision tells */
    assert_string_equal(family("DVD RW DRU-710A", ""), "");
    assert_string_equal(family("DVD RW DRU-710A", "BY01"), "SOHW-1633S");
    assert_string_equal(family("DVD RW DRU-710A", "BYX3"), "SOHW-1633S-Enh.");
    assert_string_equal(family("DVDRW SOHW-1633S", "B8S2"), "SOHW-1633S");
    assert_string_equal(family("DVDRW SOHW-1633S", "B8S3"), "SOHW-1633S-Enh.");
    assert_string_equal(family("DVDRW SOHW-1633S", "B8SQ"), "SOHW-1633S-Enh.");
    assert_string_equal(family("DVDRW SOHW-1633S", "B8S"), "SOHW-1633S");
    assert_string_equal(family("DVD RW DRU-710A", "CYS1"), "SOHW-1653S");
    assert_string_equal(family("DVD RW DRU-710A", "ZZ99"), "");
    /* longer model names are other models */
    assert_string_equal(family("TEAC DV-W58G", ""), "LDW-811S");
    assert_string_equal(family("TEAC DV-W58G-A", ""), "SOHW-812S");
    /* letters alone never decide */
    assert_string_equal(family("", "BYX3"), "");
    assert_string_equal(family("UNHEARD-OF", "VS08"), "");
    assert_string_equal(family("CD-RW  CRX220", ""), "LTR-52246S");
}

static void test_same_model(void **state)
{
    (void)state;
    assert_true(drivedb_same_model("DVD RW DRU-710A", "DVD RW DRU-710A "));
    assert_true(drivedb_same_model("DVD RW  DRU-710A", "dvd rw dru-710a"));
    assert_true(drivedb_same_model("DVD RW DRU-710A", "DVD-RW DRU-710A"));  /* the same name */
    assert_true(drivedb_same_model("DVD RW DRU-720A", "DVDRW SOHW-1673S")); /* sold as */
    assert_true(drivedb_same_model("UNHEARD-OF 1", "UNHEARD-OF 1"));
    assert_false(drivedb_same_model("DVD RW DRU-720A", "DVD RW DRU-710A"));
    assert_false(drivedb_same_model("DVD RW DRU-710A", "DVDRW SOHW-1653S")); /* may be: ask */
    assert_false(drivedb_same_model("CD-RW  CRX220", "LTR-52246S"));         /* inferred only */
    assert_false(drivedb_same_model("UNHEARD-OF 1", "UNHEARD-OF 2"));
    assert_false(drivedb_same_model("DV-W58G", "DV-W58G-A"));
    assert_false(drivedb_same_model("", ""));
    assert_false(drivedb_same_model("   ", ""));
    assert_false(drivedb_same_model("", "DVD RW DRU-710A"));
}

static void test_same_model_is_symmetric(void **state)
{
    static const char *const products[] = {
        "DVD RW DRU-710A", "SOHW-1633S", "SOHW-1653S",  "DRU-720A", "XJ-HD163", "LTD-163D",
        "CRX320E",         "CRX320ED",   "DVD1648/LKY", "LTD-166S", "CRX230E",  "OTHER"};
    enum { COUNT = sizeof products / sizeof products[0] };

    (void)state;
    for (unsigned i = 0; i < COUNT; i++) {
        assert_true(drivedb_same_model(products[i], products[i]));
        for (unsigned j = 0; j < COUNT; j++)
            assert_int_equal(drivedb_same_model(products[i], products[j]),
                             drivedb_same_model(products[j], products[i]));
    }
    assert_true(drivedb_same_model("DVD1648/LKY", "LTD-166S"));
    assert_false(drivedb_same_model("CRX320E", "CRX320ED"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_boot_code_names),
        cmocka_unit_test(test_running_firmware_is_not_boot_code),
        cmocka_unit_test(test_boot_code_table),
        cmocka_unit_test(test_family_table),
        cmocka_unit_test(test_families),
        cmocka_unit_test(test_same_model),
        cmocka_unit_test(test_same_model_is_symmetric),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
