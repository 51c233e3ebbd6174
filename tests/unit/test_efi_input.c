/* What comes from outside as numbers: boot/efi/load_options.c and boot/efi/key_map.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "boot/efi/key_map.c"
#include "boot/efi/load_options.c"

#include "boot/platform.h"

static char line[COMMAND_LINE_MAX + 1];

/* Reads options given as a UTF-16 text; `nul`: with its final NUL. */
static const char *read_text(const uint16_t *text, bool nul)
{
    size_t characters = 0;
    uint8_t *copy;

    while (text[characters] != 0)
        characters++;
    characters += nul;
    copy = malloc(2 * characters + 1);
    assert_non_null(copy);
    memcpy(copy, text, 2 * characters);
    memset(line, 'x', sizeof line);
    load_options_read(copy, 2 * characters, line);
    free(copy);
    return line;
}

static void test_text_becomes_the_command_line(void **state)
{
    (void)state;
    assert_string_equal(read_text(u"job=probe port=3", true), "job=probe port=3");
    assert_string_equal(read_text(u"job=probe port=3", false), "job=probe port=3");
    assert_string_equal(read_text(u"file=a.bin\tlog=com2\r\n", true), "file=a.bin log=com2  ");
    assert_string_equal(read_text(u"", true), "");
    assert_string_equal(read_text(u"file=GR\u00DCN.BIN", true), "file=GR\x9AN.BIN");
}

static void test_the_name_of_the_program_is_left_out(void **state)
{
    (void)state;
    assert_string_equal(read_text(u"FS0:\\EFI\\BOOT\\BOOTX64.EFI job=probe", true), "job=probe");
    assert_string_equal(read_text(u"\"FS0:\\My Files\\odd=x64.efi\"  job=probe", true),
                        "job=probe");
    assert_string_equal(read_text(u"oddx64.efi", true), "");
    assert_string_equal(read_text(u"oddx64.efi ", true), "");
    assert_string_equal(read_text(u"  job=probe", true), "  job=probe");
    assert_string_equal(read_text(u"identity=\"A B\" job=probe", true),
                        "identity=\"A B\" job=probe");
}

static void test_what_is_no_text_is_ignored(void **state)
{
    static const uint8_t guid[] = {0x87, 0xA5, 0x12, 0x01, 0x44, 0x9C, 0x4B, 0x1A,
                                   0x00, 0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06};

    (void)state;
    load_options_read(guid, sizeof guid, line);
    assert_string_equal(line, "");
    strcpy(line, "before");
    load_options_read(NULL, 12, line);
    assert_string_equal(line, "");
    strcpy(line, "before");
    load_options_read("j\0o\0b", 5, line);
    assert_string_equal(line, "");
    assert_string_equal(read_text(u"job=probe \x0001", true), "");
    assert_string_equal(read_text(u"file=\u4E2D.BIN", true), "");
}

static void test_bytes_behind_the_text_do_not_count(void **state)
{
    static const uint16_t text[] = u"job=probe\0\x0007\xFFFF";

    (void)state;
    load_options_read(text, sizeof text, line);
    assert_string_equal(line, "job=probe");
}

static void test_length_is_bounded(void **state)
{
    static uint16_t text[COMMAND_LINE_MAX + 2];

    (void)state;
    text[0] = '=';
    for (size_t i = 1; i < COMMAND_LINE_MAX; i++)
        text[i] = 'a';
    assert_int_equal(strlen(read_text(text, true)), COMMAND_LINE_MAX);
    assert_int_equal(strlen(read_text(text, false)), COMMAND_LINE_MAX);
    text[COMMAND_LINE_MAX] = 'a';
    assert_string_equal(read_text(text, true), "");
    assert_string_equal(read_text(text, false), "");
}

/* UEFI 2.10, table 12.2. */
static void test_scan_codes(void **state)
{
    static const uint16_t keys[] = {KEY_NONE,      KEY_UP,      KEY_DOWN,   KEY_RIGHT,  KEY_LEFT,
                                    KEY_HOME,      KEY_END,     KEY_INSERT, KEY_DELETE, KEY_PAGE_UP,
                                    KEY_PAGE_DOWN, KEY_F1,      KEY_F1 + 1, KEY_F1 + 2, KEY_F1 + 3,
                                    KEY_F1 + 4,    KEY_F1 + 5,  KEY_F1 + 6, KEY_F1 + 7, KEY_F1 + 8,
                                    KEY_F1 + 9,    KEY_F1 + 10, KEY_F12,    KEY_ESC,    KEY_NONE};

    (void)state;
    for (uint16_t scan = 0; scan < sizeof keys / sizeof keys[0]; scan++)
        assert_int_equal(key_map(scan, 0), keys[scan]);
    assert_int_equal(key_map(0x80, 0), KEY_NONE);
    assert_int_equal(key_map(0xFFFF, 'a'), KEY_NONE);
}

static void test_characters(void **state)
{
    (void)state;
    assert_int_equal(key_map(0, '\r'), KEY_ENTER);
    assert_int_equal(key_map(0, '\t'), KEY_TAB);
    assert_int_equal(key_map(0, 0x08), KEY_BACKSPACE);
    assert_int_equal(key_map(0, 0x7F), KEY_BACKSPACE);
    assert_int_equal(key_map(0, 'a'), 'a');
    assert_int_equal(key_map(0, '~'), '~');
    assert_int_equal(key_map(0, 0xE4), KEY_NONE);
    assert_int_equal(key_map(0, 0x0100), KEY_NONE);
    assert_int_equal(key_map(0, 0xFFFF), KEY_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_becomes_the_command_line),
        cmocka_unit_test(test_the_name_of_the_program_is_left_out),
        cmocka_unit_test(test_what_is_no_text_is_ignored),
        cmocka_unit_test(test_bytes_behind_the_text_do_not_count),
        cmocka_unit_test(test_length_is_bounded),
        cmocka_unit_test(test_scan_codes),
        cmocka_unit_test(test_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
