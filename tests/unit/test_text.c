/* text_format() and friends. The C library's snprintf is the oracle. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "kernel/lib/text.h"

/* Formats with both and compares text, length and the cut version in a small buffer. */
#define assert_same_as_libc(...)                                                                   \
    do {                                                                                           \
        char ours[256], libc[256], cut_ours[8], cut_libc[8];                                       \
        size_t length = text_format(ours, sizeof(ours), __VA_ARGS__);                              \
        assert_int_equal(length, snprintf(libc, sizeof(libc), __VA_ARGS__));                       \
        assert_string_equal(ours, libc);                                                           \
        text_format(cut_ours, sizeof(cut_ours), __VA_ARGS__);                                      \
        (void)!snprintf(cut_libc, sizeof(cut_libc), __VA_ARGS__);                                  \
        assert_string_equal(cut_ours, cut_libc);                                                   \
    } while (0)

#pragma GCC diagnostic ignored "-Wformat"
#pragma GCC diagnostic ignored "-Wformat-truncation"

static void test_format_agrees_with_libc(void **state)
{
    (void)state;
    assert_same_as_libc("plain");
    assert_same_as_libc("%d %i %u", -5, 7, 4000000000u);
    assert_same_as_libc("%d %d", INT32_MIN, INT32_MAX);
    assert_same_as_libc("%x %X %08x %-8x|", 0xdeadbeef, 0xDEADBEEF, 0x1f, 0x1f);
    assert_same_as_libc("%5d|%-5d|%05d|%5d", 42, 42, 42, -42);
    assert_same_as_libc("%05d %.3d %8.3d %-8.3d|", -42, 7, 7, -7);
    assert_same_as_libc("%.0d|%.0u|%u", 0, 0u, 0u);
    assert_same_as_libc("%s|%10s|%-10s|%.2s|%*.*s", "abc", "abc", "abc", "abc", 6, 1, "abc");
    assert_same_as_libc("%c%c %3c|%-3c|", 'a', 'b', 'c', 'd');
    assert_same_as_libc("%*d|%-*d|%*d", 6, 1, 6, 2, -6, 3);
    assert_same_as_libc("%.*s|%.*d", -1, "negative precision", -3, 5);
    assert_same_as_libc("%hhd %hhu %hd %hu", 300, 300, 70000, 70000);
    assert_same_as_libc("%ld %lu %lx", -123456789L, 123456789UL, 0xABCDEFUL);
    assert_same_as_libc("%lld %llu %llx", INT64_MIN, UINT64_MAX, 0x123456789ABCDEFull);
    assert_same_as_libc("%zu %zx", (size_t)123456, (size_t)0xFEDCBA);
    assert_same_as_libc("100%% %d%%", 50);
    assert_same_as_libc("%p", (void *)(uintptr_t)0xB8000);
    assert_same_as_libc("%020llu|%20lld", 18446744073709551615ull, -1ll);
}

static void test_random_numbers_agree_with_libc(void **state)
{
    uint64_t seed = 1;

    (void)state;
    for (int i = 0; i < 2000; i++) {
        seed = seed * 6364136223846793005ull + 1442695040888963407ull;
        uint64_t value = seed >> (i % 64);
        int width = (int)(seed >> 40) % 24;

        assert_same_as_libc("%llu %lld %llx %0*llX", value, (long long)value, value, width, value);
        assert_same_as_libc("%*d|%-*u|", width, (int)value, width, (unsigned)value);
    }
}

static void test_nothing_is_written_into_no_room(void **state)
{
    char guard[4] = {'x', 'x', 'x', 'x'};

    (void)state;
    assert_int_equal(text_format(guard, 0, "hello"), 5);
    assert_memory_equal(guard, "xxxx", 4);
    assert_int_equal(text_format(guard, 1, "hello"), 5);
    assert_memory_equal(guard, "\0xxx", 4);
    assert_int_equal(text_format(guard, 4, "hello"), 5);
    assert_memory_equal(guard, "hel", 4);
}

static void test_lone_percent_at_the_end(void **state)
{
    char buffer[8];
    const char *format = "ab%";

    (void)state;
    assert_int_equal(text_format(buffer, sizeof(buffer), format), 2);
    assert_string_equal(buffer, "ab");
}

static void test_copy_cuts(void **state)
{
    char buffer[4] = "???";

    (void)state;
    text_copy(buffer, sizeof(buffer), "hello");
    assert_string_equal(buffer, "hel");
    text_copy(buffer, sizeof(buffer), "");
    assert_string_equal(buffer, "");
    buffer[0] = 'k';
    text_copy(buffer, 0, "hello");
    assert_int_equal(buffer[0], 'k');
}

static void test_equal_ignoring_case(void **state)
{
    (void)state;
    assert_true(text_equal_ignoring_case("OddResc.cfg", "ODDRESC.CFG"));
    assert_true(text_equal_ignoring_case("", ""));
    assert_false(text_equal_ignoring_case("a", "ab"));
    assert_false(text_equal_ignoring_case("ab", "a"));
    assert_false(text_equal_ignoring_case("[", "{"));
    assert_int_equal(text_upper('z'), 'Z');
    assert_int_equal(text_upper('{'), '{');
}

static void test_field_of_a_drive(void **state)
{
    char text[12];
    const uint8_t padded[8] = "SONY    ";
    const uint8_t broken[6] = {0xFF, 'A', 0x00, 0x7F, 'b', ' '};
    const uint8_t blank[4] = "    ";

    (void)state;
    text_field(text, sizeof(text), padded, sizeof(padded));
    assert_string_equal(text, "SONY");
    text_field(text, sizeof(text), broken, sizeof(broken));
    assert_string_equal(text, ".A..b");
    text_field(text, sizeof(text), blank, sizeof(blank));
    assert_string_equal(text, "");
    text_field(text, 3, padded, sizeof(padded));
    assert_string_equal(text, "SO");
}

static void test_number(void **state)
{
    uint32_t value = 77;
    const char *end;

    (void)state;
    assert_true(text_number("4294967295,x", &value, &end));
    assert_int_equal(value, UINT32_MAX);
    assert_string_equal(end, ",x");
    assert_true(text_number("0x1F0 ", &value, &end));
    assert_int_equal(value, 0x1F0);
    assert_string_equal(end, " ");
    assert_true(text_number("0xffffFFFF", &value, NULL));
    assert_int_equal(value, UINT32_MAX);
    assert_true(text_number("0xg", &value, &end));
    assert_int_equal(value, 0);
    assert_string_equal(end, "xg");
    value = 77;
    assert_false(text_number("4294967296", &value, &end));
    assert_false(text_number("99999999999999999999", &value, NULL));
    assert_false(text_number("0x100000000", &value, NULL));
    assert_false(text_number("", &value, NULL));
    assert_false(text_number("-1", &value, NULL));
    assert_int_equal(value, 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_format_agrees_with_libc),
        cmocka_unit_test(test_random_numbers_agree_with_libc),
        cmocka_unit_test(test_nothing_is_written_into_no_room),
        cmocka_unit_test(test_lone_percent_at_the_end),
        cmocka_unit_test(test_copy_cuts),
        cmocka_unit_test(test_equal_ignoring_case),
        cmocka_unit_test(test_field_of_a_drive),
        cmocka_unit_test(test_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
