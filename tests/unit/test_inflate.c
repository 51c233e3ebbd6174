/*
 * boot/bios/unpack/inflate.c against zlib: whatever zlib packs is unpacked to the same bytes, and
 * whatever zlib refuses is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <cmocka.h>

#include "boot/bios/unpack/inflate.c"

enum { SIZE = 70000 }; /* more than one stored block, more than the farthest repetition */

static uint32_t random_state;

static uint32_t next_random(void)
{
    random_state = random_state * 1664525 + 1013904223;
    return random_state >> 8;
}

/* Noise, one byte, text-like, machine-code-like: what needs each kind of block and code. */
static void make_content(uint8_t *bytes, size_t size, unsigned kind)
{
    static const char words[] = "drive flash erase sector program verify ";

    random_state = kind + 1;
    for (size_t i = 0; i < size; i++) {
        if (kind == 0)
            bytes[i] = (uint8_t)next_random();
        else if (kind == 1)
            bytes[i] = 0xFF;
        else if (kind == 2)
            bytes[i] = (uint8_t)words[(i + next_random() % 3) % (sizeof(words) - 1)];
        else
            bytes[i] = i >= 40000 && next_random() % 8 ? bytes[i - 32768 - next_random() % 4]
                                                       : (uint8_t)(next_random() % 40);
    }
}

static size_t pack(const uint8_t *bytes, size_t size, uint8_t *packed, size_t limit, int level,
                   int strategy)
{
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)bytes,
                       .avail_in = (uInt)size,
                       .next_out = packed,
                       .avail_out = (uInt)limit};

    assert_int_equal(deflateInit2(&stream, level, Z_DEFLATED, -15, 9, strategy), Z_OK);
    assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
    assert_int_equal(deflateEnd(&stream), Z_OK);
    return stream.total_out;
}

/* What zlib makes of it; false when it refuses, or the stream does not end. */
static bool unpack_by_zlib(const uint8_t *packed, size_t packed_size, uint8_t *bytes, size_t limit,
                           size_t *size)
{
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)packed,
                       .avail_in = (uInt)packed_size,
                       .next_out = bytes,
                       .avail_out = (uInt)limit};
    int status;

    assert_int_equal(inflateInit2(&stream, -15), Z_OK);
    status = inflate(&stream, Z_FINISH);
    *size = stream.total_out;
    assert_int_equal(inflateEnd(&stream), Z_OK);
    return status == Z_STREAM_END;
}

/* Both must refuse, or both must say the same. Returns whether they unpacked it. */
static bool compare(const uint8_t *packed, size_t packed_size, size_t limit)
{
    /* Exactly as big as they may be: the sanitizer sees a byte too many. */
    uint8_t *input = malloc(packed_size), *ours = malloc(limit), *theirs = malloc(limit);
    size_t our_size = 0, their_size = 0;
    bool good, expected;

    memcpy(input, packed, packed_size);
    expected = unpack_by_zlib(input, packed_size, theirs, limit, &their_size);
    good = inflate_stream(input, packed_size, ours, limit, &our_size);
    assert_int_equal(good, expected);
    if (good) {
        assert_int_equal(our_size, their_size);
        assert_memory_equal(ours, theirs, our_size);
    }
    free(input);
    free(ours);
    free(theirs);
    return good;
}

static void test_every_kind_of_block(void **state)
{
    static const struct {
        int level, strategy;
    } ways[] = {{0, Z_DEFAULT_STRATEGY},
                {1, Z_DEFAULT_STRATEGY},
                {6, Z_DEFAULT_STRATEGY},
                {9, Z_DEFAULT_STRATEGY},
                {9, Z_FIXED},
                {9, Z_HUFFMAN_ONLY},
                {9, Z_RLE},
                {9, Z_FILTERED}};
    static const size_t sizes[] = {1, 2, 3, 257, 258, 259, 4096, 65535, 65536, SIZE};
    static uint8_t bytes[SIZE], packed[SIZE + SIZE / 8 + 1000], unpacked[SIZE];

    (void)state;
    for (unsigned kind = 0; kind < 4; kind++) {
        make_content(bytes, SIZE, kind);
        for (unsigned way = 0; way < sizeof(ways) / sizeof(ways[0]); way++) {
            for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
                size_t size = 0, packed_size = pack(bytes, sizes[i], packed, sizeof(packed),
                                                    ways[way].level, ways[way].strategy);

                assert_true(inflate_stream(packed, packed_size, unpacked, sizes[i], &size));
                assert_int_equal(size, sizes[i]);
                assert_memory_equal(unpacked, bytes, size);
                assert_false(inflate_stream(packed, packed_size, unpacked, sizes[i] - 1, &size));
                assert_false(inflate_stream(packed, packed_size - 1, unpacked, sizes[i], &size));
            }
        }
    }
}

static void test_nothing(void **state)
{
    const uint8_t empty_fixed_block[] = {0x03, 0x00};
    uint8_t byte;
    size_t size = 1;

    (void)state;
    assert_true(inflate_stream(empty_fixed_block, 2, &byte, 0, &size));
    assert_int_equal(size, 0);
    assert_false(inflate_stream(empty_fixed_block, 0, &byte, 1, &size));
}

/* Every bit of a stream turned over, and every byte left out from the end. */
static void test_damaged_streams(void **state)
{
    static const int strategies[] = {Z_DEFAULT_STRATEGY, Z_FIXED, Z_HUFFMAN_ONLY};
    uint8_t bytes[1500], packed[2000];
    unsigned refused = 0, unpacked = 0;

    (void)state;
    make_content(bytes, sizeof(bytes), 2);
    for (unsigned i = 0; i < sizeof(strategies) / sizeof(strategies[0]); i++) {
        size_t size = pack(bytes, sizeof(bytes), packed, sizeof(packed), 9, strategies[i]);

        assert_true(compare(packed, size, sizeof(bytes)));
        for (size_t bit = 0; bit < size * 8; bit++) {
            packed[bit / 8] ^= (uint8_t)(1 << bit % 8);
            if (compare(packed, size, sizeof(bytes) + 300))
                unpacked++;
            else
                refused++;
            packed[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
        for (size_t shorter = 0; shorter < size; shorter++)
            assert_false(compare(packed, shorter, sizeof(bytes)));
    }
    assert_true(refused > 1000 && unpacked > 1000); /* there was something to compare */
}

static void test_noise(void **state)
{
    uint8_t noise[300];
    unsigned unpacked = 0;

    (void)state;
    random_state = 7;
    for (unsigned round = 0; round < 20000; round++) {
        size_t size = next_random() % sizeof(noise);

        for (size_t i = 0; i < size; i++)
            noise[i] = (uint8_t)next_random();
        unpacked += compare(noise, size, 5000);
    }
    assert_true(unpacked > 0);
}

/* Writes `count` bits of `value`, the lowest first, at bit `at` of `bytes`; returns the next bit.
 */
static size_t put(uint8_t *bytes, size_t at, unsigned value, unsigned count)
{
    for (unsigned i = 0; i < count; i++, at++) {
        bytes[at / 8] &= (uint8_t) ~(1 << at % 8);
        bytes[at / 8] |= (uint8_t)((value >> i & 1) << at % 8);
    }
    return at;
}

/* RFC 1951, 3.2.7: what a dynamic block may and may not say of its codes. */
static void test_codes_at_their_limits(void **state)
{
    enum { CODE_LENGTHS = 19 };
    unsigned accepted = 0;

    (void)state;
    random_state = 11;
    for (unsigned round = 0; round < 30000; round++) {
        uint8_t stream[400] = {0};
        unsigned literals = 257 + next_random() % 32, distances = 1 + next_random() % 32;
        size_t at = put(stream, 0, 1 | 2 << 1, 3);

        at = put(stream, at, literals - 257, 5);
        at = put(stream, at, distances - 1, 5);
        at = put(stream, at, CODE_LENGTHS - 4, 4);
        /* Order 16 17 18 0 8 7 9 6 10 5 11 4 12 3 13 2 14 1 15: here "0", "1", 16 and 18 get words
         * of two bits, sorted 0, 1, 16, 18. */
        for (unsigned i = 0; i < CODE_LENGTHS; i++)
            at = put(stream, at, i == 0 || i == 2 || i == 3 || i == 17 ? 2 : 0, 3);
        for (unsigned got = 0; got < literals + distances;) {
            unsigned what = next_random() % 16, times;

            if (what == 0 || got == 256) { /* a symbol; word 01, highest bit first */
                at = put(stream, at, 2, 2);
                got++;
            } else if (what == 1) { /* 16: once more what came before */
                at = put(stream, at, 1, 2);
                times = next_random() % 4;
                at = put(stream, at, times, 2);
                got += 3 + times;
            } else if (what < 4 || got > 256 - 11) {
                at = put(stream, at, 0, 2);
                got++;
            } else { /* 18: many zeros, up to the end-of-block symbol */
                times = next_random() % 128;
                if (got + 11 + times > 256)
                    times = 256 - 11 - got;
                at = put(stream, at, 3, 2);
                at = put(stream, at, times, 7);
                got += 11 + times;
            }
            if (at / 8 > sizeof(stream) - 8)
                break;
        }
        put(stream, at, next_random(), 24);
        accepted += compare(stream, at / 8 + 3, 1000);
    }
    assert_true(accepted > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_kind_of_block),   cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_damaged_streams),       cmocka_unit_test(test_noise),
        cmocka_unit_test(test_codes_at_their_limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
