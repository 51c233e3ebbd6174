/*
 * The freestanding string and division functions, compiled here under other names beside the C
 * library and the compiler's own division, which are the oracles; and arena and CRC-32.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "kernel/lib/arena.h"
#include "kernel/lib/crc32.h"

#define memcpy       our_memcpy
#define memmove      our_memmove
#define memset       our_memset
#define memcmp       our_memcmp
#define strlen       our_strlen
#define strcmp       our_strcmp
#define strncmp      our_strncmp
#define __udivmoddi4 our_udivmoddi4
#define __udivdi3    our_udivdi3
#define __umoddi3    our_umoddi3
#define __divmoddi4  our_divmoddi4
#define __divdi3     our_divdi3
#define __moddi3     our_moddi3
#include "kernel/lib/string.c"
#include "kernel/lib/division.c"
#undef memcpy
#undef memmove
#undef memset
#undef memcmp
#undef strlen
#undef strcmp
#undef strncmp

static int sign(int value)
{
    return (value > 0) - (value < 0);
}

static void fill(uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = (uint8_t)(i * 31 + 7);
}

/* Every size and offset of a small window, overlapping both ways. */
static void test_copies_agree_with_libc(void **state)
{
    enum { WINDOW = 40 };
    uint8_t ours[WINDOW], libc[WINDOW];

    (void)state;
    for (size_t from = 0; from < WINDOW; from++) {
        for (size_t to = 0; to < WINDOW; to++) {
            for (size_t size = 0; size + (from > to ? from : to) <= WINDOW; size++) {
                fill(ours, WINDOW);
                fill(libc, WINDOW);
                assert_ptr_equal(our_memmove(ours + to, ours + from, size), ours + to);
                memmove(libc + to, libc + from, size);
                assert_memory_equal(ours, libc, WINDOW);
            }
        }
    }
    for (size_t size = 0; size <= WINDOW - 3; size++) {
        uint8_t source[WINDOW];

        fill(source, WINDOW);
        memset(ours, 0xEE, WINDOW);
        memset(libc, 0xEE, WINDOW);
        assert_ptr_equal(our_memcpy(ours + 1, source + 2, size), ours + 1);
        memcpy(libc + 1, source + 2, size);
        assert_memory_equal(ours, libc, WINDOW);
        assert_ptr_equal(our_memset(ours + 3, 0x1A5, size), ours + 3);
        memset(libc + 3, 0x1A5, size);
        assert_memory_equal(ours, libc, WINDOW);
    }
}

static void test_comparisons_agree_with_libc(void **state)
{
    static const char *const words[] = {"", "a", "ab", "abc", "abd", "b", "\x80", "a\xFF", "A"};
    enum { WORDS = sizeof(words) / sizeof(words[0]) };

    (void)state;
    for (size_t i = 0; i < WORDS; i++) {
        assert_int_equal(our_strlen(words[i]), strlen(words[i]));
        for (size_t j = 0; j < WORDS; j++) {
            assert_int_equal(sign(our_strcmp(words[i], words[j])),
                             sign(strcmp(words[i], words[j])));
            for (size_t n = 0; n < 5; n++)
                assert_int_equal(sign(our_strncmp(words[i], words[j], n)),
                                 sign(strncmp(words[i], words[j], n)));
        }
    }
    assert_int_equal(sign(our_memcmp("a\0b", "a\0c", 3)), -1);
    assert_int_equal(sign(our_memcmp("\xFF", "\x01", 1)), 1);
    assert_int_equal(our_memcmp("a\0c", "a\0b", 2), 0);
}

/* Bit patterns around the edges of 32 and 64 bits, each divided by each. */
static void test_division_agrees_with_the_compiler(void **state)
{
    uint64_t values[200];
    size_t count = 0;
    uint64_t rest;
    int64_t signed_rest;

    (void)state;
    for (unsigned bit = 0; bit < 64; bit++) {
        values[count++] = 1ull << bit;
        values[count++] = (1ull << bit) - 1;
        values[count++] = ~0ull << bit | 5;
    }
    values[count++] = 1193182;
    values[count++] = 0xFFFFFFFF00000000ull;
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < count; j++) {
            uint64_t a = values[i], b = values[j];

            if (b == 0)
                continue;
            assert_true(our_udivdi3(a, b) == a / b);
            assert_true(our_umoddi3(a, b) == a % b);
            assert_true(our_udivmoddi4(a, b, &rest) == a / b && rest == a % b);
            if ((int64_t)a == INT64_MIN && (int64_t)b == -1)
                continue;
            assert_true(our_divdi3((int64_t)a, (int64_t)b) == (int64_t)a / (int64_t)b);
            assert_true(our_moddi3((int64_t)a, (int64_t)b) == (int64_t)a % (int64_t)b);
            assert_true(our_divmoddi4((int64_t)a, (int64_t)b, &signed_rest) ==
                        (int64_t)a / (int64_t)b);
            assert_true(signed_rest == (int64_t)a % (int64_t)b);
        }
    }
}

/* "123456789" is the check value that catalogues of CRCs give for CRC-32/ISO-HDLC. */
static void test_crc32_check_value(void **state)
{
    (void)state;
    assert_int_equal(crc32_update(0, "123456789", 9), 0xCBF43926);
    assert_int_equal(crc32_update(0, "", 0), 0);
    assert_int_equal(crc32_update(crc32_update(0, "1234", 4), "56789", 5), 0xCBF43926);
}

/* The bitwise definition, for every byte value at several lengths. */
static void test_crc32_agrees_with_its_definition(void **state)
{
    uint8_t bytes[512];

    (void)state;
    fill(bytes, sizeof(bytes));
    for (size_t size = 0; size <= sizeof(bytes); size += 7) {
        uint32_t crc = 0xFFFFFFFF;

        for (size_t i = 0; i < size; i++) {
            crc ^= bytes[i];
            for (int bit = 0; bit < 8; bit++)
                crc = crc & 1 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
        }
        assert_int_equal(crc32_update(0, bytes, size), ~crc);
    }
}

static void test_arena_gives_aligned_zeroed_memory_until_it_is_full(void **state)
{
    uint8_t memory[256];
    struct arena arena = {memory + 3, 200, 0};
    uint8_t *first, *second;
    size_t mark;

    (void)state;
    memset(memory, 0xAA, sizeof(memory));
    first = arena_take(&arena, 5);
    mark = arena_mark(&arena);
    second = arena_take(&arena, 64);
    assert_non_null(first);
    assert_non_null(second);
    assert_int_equal((uintptr_t)first % 16, 0);
    assert_int_equal((uintptr_t)second % 16, 0);
    assert_true(second >= first + 5);
    for (int i = 0; i < 64; i++)
        assert_int_equal(second[i], 0);
    second[0] = 1;
    assert_null(arena_take(&arena, 200));
    assert_null(arena_take(&arena, SIZE_MAX));
    assert_null(arena_take(&arena, SIZE_MAX - 15));
    arena_release(&arena, mark);
    assert_ptr_equal(arena_take(&arena, 64), second);
    assert_int_equal(second[0], 0);
}

static void test_arena_never_reaches_past_its_end(void **state)
{
    uint8_t memory[64];
    struct arena arena = {memory, sizeof(memory), 0};
    uint8_t *taken;
    unsigned count = 0;

    (void)state;
    while ((taken = arena_take(&arena, 1)) != NULL) {
        assert_true(taken >= memory && taken < memory + sizeof(memory));
        count++;
    }
    assert_in_range(count, 3, 4);
    assert_true(arena.used <= arena.size);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_copies_agree_with_libc),
        cmocka_unit_test(test_comparisons_agree_with_libc),
        cmocka_unit_test(test_division_agrees_with_the_compiler),
        cmocka_unit_test(test_crc32_check_value),
        cmocka_unit_test(test_crc32_agrees_with_its_definition),
        cmocka_unit_test(test_arena_gives_aligned_zeroed_memory_until_it_is_full),
        cmocka_unit_test(test_arena_never_reaches_past_its_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
