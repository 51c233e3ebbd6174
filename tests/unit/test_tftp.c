/* TFTP against a server that was written from the RFCs, with everything that can go wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernel/tftp.h"
#include "tests/support/fake_tftp.h"

#define assert_class(error, class) assert_int_equal(error_class(error), class)

enum { LARGEST = 1 << 20 };

struct bench {
    struct fake_tftp fake;
    struct tftp tftp;
    struct tftp_server server;
    const uint8_t *bytes; /* what is sent */
    uint8_t *got;
    uint32_t got_size;
    unsigned takes;
};

static struct bench *open_bench(void)
{
    static uint8_t bytes[LARGEST], got[LARGEST]; /* made once: there are hundreds of benches */
    struct bench *bench = calloc(1, sizeof *bench);

    assert_non_null(bench);
    bench->bytes = bytes;
    bench->got = got;
    fake_tftp_open(&bench->fake);
    bench->tftp.network = &bench->fake.network;
    bench->tftp.now_us = bench->fake.platform.now_us;
    bench->tftp.clock_context = &bench->fake;
    memcpy(bench->server.address, bench->fake.address, 4);
    bench->server.port = 69;
    srand(7);
    for (unsigned i = 0; i < LARGEST && !bytes[LARGEST - 1]; i++)
        bytes[i] = (uint8_t)(rand() >> 7);
    return bench;
}

static void close_bench(struct bench *bench)
{
    fake_tftp_close(&bench->fake);
    free(bench);
}

static err_t take(void *context, const uint8_t *bytes, uint32_t size)
{
    struct bench *bench = context;

    bench->takes++;
    assert_true(size <= LARGEST - bench->got_size);
    memcpy(bench->got + bench->got_size, bytes, size);
    bench->got_size += size;
    return 0;
}

static err_t get(struct bench *bench, const char *name, uint32_t limit)
{
    uint32_t size = 12345;
    err_t error;

    bench->got_size = 0;
    bench->takes = 0;
    error = tftp_get(&bench->tftp, &bench->server, name, limit, take, bench, &size);
    assert_int_equal(size, bench->got_size);
    return error;
}

static err_t put(struct bench *bench, const char *name, uint32_t size)
{
    bool sent;

    return tftp_put(&bench->tftp, &bench->server, name, bench->bytes, size, &sent);
}

static bool got_all(const struct bench *bench, uint32_t size)
{
    return bench->got_size == size && memcmp(bench->got, bench->bytes, size) == 0;
}

/* Reads, measures and writes a file of this size. */
static void move_both_ways(struct bench *bench, uint32_t size)
{
    uint32_t told;

    fake_tftp_file(&bench->fake, "file", bench->bytes, size);
    assert_int_equal(get(bench, "file", LARGEST), 0);
    assert_true(got_all(bench, size));
    assert_int_equal(tftp_size(&bench->tftp, &bench->server, "file", &told), 0);
    if (bench->fake.no_tsize || bench->server.no_options || bench->fake.knows_no_options)
        assert_int_equal(told, size < 512 ? size : TFTP_SIZE_UNKNOWN);
    else
        assert_int_equal(told, size);
    assert_int_equal(put(bench, "new", size), 0);
    assert_true(fake_tftp_holds(&bench->fake, "new", bench->bytes, size));
}

static const uint32_t sizes[] = {0,    1,    511,  512,  513,   1024,  1407,
                                 1408, 1409, 2816, 9000, 65536, 131072};

static void test_every_size_with_options(void **state)
{
    struct bench *bench = open_bench();

    (void)state;
    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++)
        move_both_ways(bench, sizes[i]);
    move_both_ways(bench, LARGEST);
    /* One packet for every block and one for the request: nothing is sent twice. */
    bench->fake.packets_in = 0;
    assert_int_equal(get(bench, "file", LARGEST), 0);
    assert_int_equal(bench->fake.packets_in, 2 + LARGEST / 1408 + 1);
    close_bench(bench);
}

static void test_every_size_with_a_server_of_rfc_1350(void **state)
{
    struct bench *bench = open_bench();

    (void)state;
    bench->fake.knows_no_options = true;
    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++)
        move_both_ways(bench, sizes[i]);
    close_bench(bench);
}

static void test_a_server_that_knows_some_options(void **state)
{
    struct bench *bench = open_bench();

    (void)state;
    bench->fake.no_blksize = true;
    move_both_ways(bench, 5000);
    bench->fake.no_tsize = true;
    move_both_ways(bench, 5000);
    bench->fake.no_blksize = false;
    bench->fake.blksize = 100;
    move_both_ways(bench, 5000);
    close_bench(bench);
}

/* 8 bytes a block: the 16 bits of the block's number run over. */
static void test_block_numbers_wrap(void **state)
{
    struct bench *bench = open_bench();

    (void)state;
    bench->fake.blksize = 8;
    bench->fake.latency_us = 10;
    move_both_ways(bench, 8 * 66000 + 3);
    close_bench(bench);
}

static void test_refused_options(void **state)
{
    static const uint16_t numbers[] = {8, 0, 4};

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        struct bench *bench = open_bench();
        unsigned before;

        bench->fake.option_error = numbers[i];
        bench->fake.refuses_options = true;
        move_both_ways(bench, 3000);
        assert_true(bench->server.no_options);
        /* From then on options are not asked for. */
        before = bench->fake.requests;
        move_both_ways(bench, 3000);
        assert_int_equal(bench->fake.requests, before + 3);
        close_bench(bench);
    }
}

/* A refusal that has nothing to do with options does not cost them. */
static void test_other_refusals_keep_the_options(void **state)
{
    struct bench *bench = open_bench();

    (void)state;
    assert_class(get(bench, "missing", LARGEST), ERR_NOT_FOUND);
    bench->fake.writes_refused = true;
    assert_class(put(bench, "new", 100), ERR_SERVER_REFUSED);
    assert_false(bench->server.no_options);
    assert_int_equal(bench->fake.requests, 2);
    close_bench(bench);
}

/* The same number as for bad options, but it was the file: asked again, and options stay. */
static void test_a_refusal_that_looks_like_bad_options(void **state)
{
    struct bench *bench = open_bench();

    (void)state;
    bench->fake.missing_error = 0x100; /* no number that there is */
    assert_class(get(bench, "missing", LARGEST), ERR_SERVER_REFUSED);
    assert_int_equal(bench->fake.requests, 1);
    bench->fake.missing_error = 4;
    assert_class(get(bench, "missing", LARGEST), ERR_SERVER_REFUSED);
    assert_int_equal(bench->fake.requests, 3);
    assert_false(bench->server.no_options);
    close_bench(bench);
}

/* A server behind one port of a firewall. */
static void test_a_server_that_answers_from_port_69(void **state)
{
    struct bench *bench = open_bench();

    (void)state;
    bench->fake.single_port = true;
    for (unsigned i = 0; i < sizeof sizes / sizeof *sizes; i++)
        move_both_ways(bench, sizes[i]);
    close_bench(bench);
}

static void test_odd_answers_to_options(void **state)
{
#define ODD(text)                                                                                  \
    {                                                                                              \
        (const uint8_t *)"\0\6" text, sizeof text + 2                                              \
    }
    static const struct {
        const uint8_t *bytes;
        uint16_t size;
    } odd[] = {ODD("blksize\0"
                   "1409"),
               ODD("blksize\0"
                   "7"),
               ODD("blksize\0"
                   "many"),
               ODD("blksize\0"),
               ODD("blksize"),
               ODD("windowsize\0"
                   "4"),
               ODD("timeout\0"
                   "9"),
               ODD("tsize\0"
                   "-5"),
               ODD("tsize\0"
                   "99999999999"),
               ODD("\0"),
               ODD("blksize\0"
                   "512 "),
               {(const uint8_t *)"\0\6bl", 4},
               {(const uint8_t *)"\0\6tsize\0"
                                 "12",
                10}};

    (void)state;
    for (unsigned i = 0; i < sizeof odd / sizeof *odd; i++) {
        struct bench *bench = open_bench();

        bench->fake.options = odd[i].bytes;
        bench->fake.options_size = odd[i].size;
        fake_tftp_file(&bench->fake, "file", bench->bytes, 3000);
        assert_int_equal(get(bench, "file", LARGEST), 0);
        assert_true(got_all(bench, 3000));
        assert_true(bench->server.no_options);
        assert_int_equal(bench->fake.last_error_in, 8);
        assert_int_equal(put(bench, "new", 3000), 0);
        assert_true(fake_tftp_holds(&bench->fake, "new", bench->bytes, 3000));
        close_bench(bench);
    }
#undef ODD
}

/* No option agreed to, and the letters' case is free (RFC 2347). */
static void test_harmless_answers_to_options(void **state)
{
    static const uint8_t none[] = {0, 6};
    static const uint8_t capitals[] = "\0\6BLKSIZE\0"
                                      "512\0"
                                      "TSize\0"
                                      "3000";
    struct bench *bench = open_bench();

    (void)state;
    fake_tftp_file(&bench->fake, "file", bench->bytes, 3000);
    bench->fake.options = none;
    bench->fake.options_size = 2;
    assert_int_equal(get(bench, "file", LARGEST), 0);
    assert_true(got_all(bench, 3000));
    bench->fake.options = capitals;
    bench->fake.options_size = sizeof capitals;
    assert_int_equal(get(bench, "file", LARGEST), 0);
    assert_true(got_all(bench, 3000));
    assert_class(get(bench, "file", 2999), ERR_TOO_BIG);
    assert_int_equal(bench->takes, 0);
    assert_false(bench->server.no_options);
    close_bench(bench);
}

static void test_errors_of_the_server(void **state)
{
    struct bench *bench = open_bench();
    uint32_t size;

    (void)state;
    assert_class(get(bench, "missing", LARGEST), ERR_NOT_FOUND);
    assert_int_equal(bench->tftp.said_code, 1);
    assert_string_equal(bench->tftp.said, "File not found");
    assert_class(tftp_size(&bench->tftp, &bench->server, "missing", &size), ERR_NOT_FOUND);
    bench->fake.writes_refused = true;
    assert_class(put(bench, "new", 100), ERR_SERVER_REFUSED);
    assert_int_equal(bench->tftp.said_code, 2);
    /* The server's words can't play with the screen. */
    assert_string_equal(bench->tftp.said, "Writes .[31mare not..allowed");
    bench->fake.writes_refused = false;
    bench->fake.no_overwriting = true;
    assert_int_equal(put(bench, "new", 100), 0);
    assert_string_equal(bench->tftp.said, "");
    assert_class(put(bench, "new", 100), ERR_EXISTS);
    bench->fake.room = 5000;
    assert_class(put(bench, "large", 9000), ERR_FULL);
    assert_string_equal(bench->tftp.said, "Disk full");
    close_bench(bench);
}

static void test_names(void **state)
{
    struct bench *bench = open_bench();
    char name[TFTP_NAME_MAX + 2];

    (void)state;
    memset(name, 'n', sizeof name);
    name[TFTP_NAME_MAX + 1] = '\0';
    assert_class(get(bench, name, LARGEST), ERR_ARGUMENT);
    assert_class(put(bench, "", 1), ERR_ARGUMENT);
    assert_int_equal(bench->fake.packets_in, 0);
    name[TFTP_NAME_MAX] = '\0';
    assert_int_equal(put(bench, name, 2000), 0);
    assert_true(fake_tftp_holds(&bench->fake, name, bench->bytes, 2000));
    close_bench(bench);
}

static void test_too_big(void **state)
{
    struct bench *bench = open_bench();

    (void)state;
    fake_tftp_file(&bench->fake, "file", bench->bytes, 70000);
    assert_class(get(bench, "file", 69999), ERR_TOO_BIG);
    assert_int_equal(bench->takes, 0);
    assert_int_equal(bench->fake.errors_in, 1);
    assert_int_equal(get(bench, "file", 70000), 0);
    bench->fake.no_tsize = true;
    assert_class(get(bench, "file", 69999), ERR_TOO_BIG);
    assert_true(bench->got_size <= 69999);
    assert_int_equal(bench->fake.errors_in, 2);
    close_bench(bench);
}

static void test_a_file_that_is_not_as_long_as_was_said(void **state)
{
    struct bench *bench = open_bench();

    (void)state;
    fake_tftp_file(&bench->fake, "file", bench->bytes, 5000);
    bench->fake.tsize_lie = 1;
    assert_class(get(bench, "file", LARGEST), ERR_UNSTABLE);
    bench->fake.tsize_lie = -1;
    assert_class(get(bench, "file", LARGEST), ERR_UNSTABLE);
    close_bench(bench);
}

static err_t refuse_second(void *context, const uint8_t *bytes, uint32_t size)
{
    unsigned *calls = context;

    (void)bytes;
    (void)size;
    return ++*calls == 2 ? (err_t)(ERR_VERIFY << 24) : 0;
}

static void test_who_takes_may_end_it(void **state)
{
    struct bench *bench = open_bench();
    unsigned calls = 0;
    uint32_t size;

    (void)state;
    fake_tftp_file(&bench->fake, "file", bench->bytes, 5000);
    assert_class(
        tftp_get(&bench->tftp, &bench->server, "file", LARGEST, refuse_second, &calls, &size),
        ERR_VERIFY);
    assert_int_equal(calls, 2);
    assert_int_equal(size, 1408);
    assert_int_equal(bench->fake.errors_in, 1);
    close_bench(bench);
}

static void test_a_silent_server(void **state)
{
    struct bench *bench = open_bench();
    uint64_t start;

    (void)state;
    bench->fake.silent = true;
    start = bench->fake.now_us;
    assert_class(get(bench, "file", LARGEST), ERR_NO_ANSWER);
    assert_int_equal(bench->fake.packets_in, TFTP_SENDS);
    assert_in_range(bench->fake.now_us - start, TFTP_SILENCE_MS * 1000u,
                    TFTP_SILENCE_MS * 1000u + TFTP_SENDS * 25000u);
    start = bench->fake.now_us;
    assert_class(put(bench, "file", 1000), ERR_NO_ANSWER);
    assert_in_range(bench->fake.now_us - start, TFTP_SILENCE_MS * 1000u,
                    TFTP_SILENCE_MS * 1000u + TFTP_SENDS * 25000u);
    close_bench(bench);
}

static void test_a_server_that_dies(void **state)
{
    (void)state;
    for (unsigned packets = 1; packets < 12; packets++) {
        struct bench *bench = open_bench();

        fake_tftp_file(&bench->fake, "file", bench->bytes, 1408 * 11);
        bench->fake.dies_after = packets;
        assert_class(get(bench, "file", LARGEST), ERR_NO_ANSWER);
        assert_true(bench->fake.now_us < (TFTP_SILENCE_MS + 1000) * 1000ull);
        bench->fake.packets_in = 0;
        assert_class(put(bench, "new", 1408 * 11), ERR_NO_ANSWER);
        assert_true(bench->fake.now_us < 2 * (TFTP_SILENCE_MS + 1000) * 1000ull);
        close_bench(bench);
    }
}

/* A server that takes long for every packet, but never too long. */
static void test_a_slow_server_is_ended_in_time(void **state)
{
    struct bench *bench = open_bench();
    uint64_t start;

    (void)state;
    fake_tftp_file(&bench->fake, "file", bench->bytes, LARGEST);
    bench->fake.stall_us = 9000000;
    start = bench->fake.now_us;
    assert_class(get(bench, "file", LARGEST), ERR_TIMEOUT);
    assert_in_range(bench->fake.now_us - start, TFTP_TRANSFER_MS * 1000ull,
                    TFTP_TRANSFER_MS * 1000ull + 50000);
    start = bench->fake.now_us;
    assert_class(put(bench, "new", LARGEST), ERR_TIMEOUT);
    assert_in_range(bench->fake.now_us - start, TFTP_TRANSFER_MS * 1000ull,
                    TFTP_TRANSFER_MS * 1000ull + 50000);
    close_bench(bench);
}

/* One that answers at once, block after tiny block, is ended too. */
static void test_a_server_without_end(void **state)
{
    struct bench *bench = open_bench();
    uint32_t size;

    (void)state;
    fake_tftp_file(&bench->fake, "file", bench->bytes, LARGEST);
    bench->fake.blksize = 8;
    bench->fake.latency_us = 19000;
    assert_class(tftp_get(&bench->tftp, &bench->server, "file", UINT32_MAX, take, bench, &size),
                 ERR_TIMEOUT);
    assert_in_range(bench->fake.now_us, TFTP_TRANSFER_MS * 1000ull,
                    TFTP_TRANSFER_MS * 1000ull + 50000);
    close_bench(bench);
}

static bool stop_later(void *context)
{
    unsigned *left = context;

    return (*left)-- > 0;
}

static void test_the_user_stops(void **state)
{
    struct bench *bench = open_bench();
    unsigned left = 3;

    (void)state;
    fake_tftp_file(&bench->fake, "file", bench->bytes, LARGEST);
    bench->tftp.keep_waiting = stop_later;
    bench->tftp.waiting_context = &left;
    assert_class(get(bench, "file", LARGEST), ERR_ABORTED);
    assert_int_equal(bench->fake.errors_in, 1);
    left = 100;
    assert_class(put(bench, "new", LARGEST), ERR_ABORTED);
    assert_int_equal(bench->fake.errors_in, 2);
    bench->fake.silent = true;
    left = 20;
    assert_class(get(bench, "file", LARGEST), ERR_ABORTED);
    close_bench(bench);
}

static void test_the_card_fails(void **state)
{
    struct bench *bench = open_bench();

    (void)state;
    bench->fake.send_error = (err_t)(ERR_IO << 24);
    assert_class(get(bench, "file", LARGEST), ERR_IO);
    bench->fake.send_error = (err_t)(ERR_NO_ANSWER << 24);
    assert_class(get(bench, "file", LARGEST), ERR_NO_ANSWER);
    bench->fake.send_error = 0;
    bench->fake.receive_error = (err_t)(ERR_IO << 24);
    assert_class(put(bench, "file", 100), ERR_IO);
    assert_true(bench->fake.now_us < 3 * (TFTP_SILENCE_MS + 1000) * 1000ull);
    close_bench(bench);
}

/* Packets of another port or host: told so (RFC 1350, 4), and the transfer goes on. */
static void test_packets_of_strangers(void **state)
{
    struct bench *bench = open_bench();

    (void)state;
    bench->fake.foreign = 1000;
    fake_tftp_file(&bench->fake, "file", bench->bytes, 20000);
    assert_int_equal(get(bench, "file", LARGEST), 0);
    assert_true(got_all(bench, 20000));
    assert_int_equal(put(bench, "new", 20000), 0);
    assert_true(fake_tftp_holds(&bench->fake, "new", bench->bytes, 20000));
    assert_true(bench->fake.wrong_tid_errors > 0);
    close_bench(bench);
}

/* A block of more bytes than was agreed to is none, even when it comes first. */
static void test_blocks_that_are_too_long(void **state)
{
    struct bench *bench = open_bench();

    (void)state;
    bench->fake.longer = 1000;
    for (unsigned i = 0; i < 2; i++) {
        bench->fake.knows_no_options = i;
        fake_tftp_file(&bench->fake, "file", bench->bytes, 1408 * 9);
        assert_int_equal(get(bench, "file", LARGEST), 0);
        assert_true(got_all(bench, 1408 * 9));
    }
    close_bench(bench);
}

/* Every packet comes twice. What comes twice is not answered twice (RFC 1123, 4.2.3.1). */
static void test_the_sorcerers_apprentice(void **state)
{
    struct bench *bench = open_bench();

    (void)state;
    bench->fake.twice = 1000;
    bench->fake.seed = 5;
    assert_int_equal(put(bench, "new", 1408 * 100), 0);
    assert_true(fake_tftp_holds(&bench->fake, "new", bench->bytes, 1408 * 100));
    /* The second answer to the request is another transfer's, which is told so. */
    assert_int_equal(bench->fake.packets_in - bench->fake.errors_in / 2, 1 + 101);
    bench->fake.errors_in = 0;
    bench->fake.packets_in = 0;
    bench->fake.sorcerer = true;
    assert_int_equal(get(bench, "new", LARGEST), 0);
    assert_true(got_all(bench, 1408 * 100));
    assert_int_equal(bench->fake.packets_in - bench->fake.errors_in / 2, 2 + 101);
    close_bench(bench);
}

static void test_each_transfer_has_its_own_port(void **state)
{
    struct bench *bench = open_bench();
    uint16_t before = 0;

    (void)state;
    fake_tftp_text(&bench->fake, "file", "text");
    for (unsigned i = 0; i < 16500; i++) {
        assert_int_equal(get(bench, "file", 100), 0);
        assert_int_not_equal(bench->fake.last_local, before);
        assert_true(bench->fake.last_local >= 49152);
        before = bench->fake.last_local;
    }
    close_bench(bench);
}

/* All faults of a network at once, by seed. Whatever happens: nothing wrong is called right, and
 * every transfer ends in time. */
static void test_faults_by_seed(void **state)
{
    unsigned good = 0, bad = 0;

    (void)state;
    for (uint32_t seed = 1; seed <= 400; seed++) {
        struct bench *bench = open_bench();
        struct fake_tftp *fake = &bench->fake;
        uint32_t size = seed * 7919u % 40000u;
        uint64_t start = fake->now_us;
        err_t error;

        fake->seed = seed * 2654435761u;
        fake->loss = seed % 5 * 40;
        fake->twice = seed % 3 * 100;
        fake->late = seed % 4 * 50;
        fake->cut = seed % 7 * 20;
        fake->garbage = seed % 6 * 40;
        fake->foreign = seed % 11 == 0 ? 10 : 0;
        fake->knows_no_options = seed % 9 == 0;
        fake->sorcerer = seed % 13 == 0;
        fake_tftp_file(fake, "file", bench->bytes, size);
        error = get(bench, "file", LARGEST);
        if (!error)
            assert_true(got_all(bench, size));
        else
            assert_true(error_class(error) == ERR_NO_ANSWER ||
                        error_class(error) == ERR_SERVER_REFUSED);
        assert_true(fake->now_us - start < TFTP_TRANSFER_MS * 1000ull + 50000);
        start = fake->now_us;
        good += !error;
        bad += !!error;
        error = put(bench, "new", size);
        if (!error)
            assert_true(fake_tftp_holds(fake, "new", bench->bytes, size));
        else
            assert_true(error_class(error) == ERR_NO_ANSWER ||
                        error_class(error) == ERR_SERVER_REFUSED);
        assert_true(fake->now_us - start < TFTP_TRANSFER_MS * 1000ull + 50000);
        good += !error;
        bad += !!error;
        close_bench(bench);
    }
    print_message("%u transfers arrived, %u were given up\n", good, bad);
    assert_true(good > 700);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_size_with_options),
        cmocka_unit_test(test_every_size_with_a_server_of_rfc_1350),
        cmocka_unit_test(test_a_server_that_knows_some_options),
        cmocka_unit_test(test_block_numbers_wrap),
        cmocka_unit_test(test_refused_options),
        cmocka_unit_test(test_other_refusals_keep_the_options),
        cmocka_unit_test(test_a_refusal_that_looks_like_bad_options),
        cmocka_unit_test(test_a_server_that_answers_from_port_69),
        cmocka_unit_test(test_odd_answers_to_options),
        cmocka_unit_test(test_harmless_answers_to_options),
        cmocka_unit_test(test_errors_of_the_server),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_too_big),
        cmocka_unit_test(test_a_file_that_is_not_as_long_as_was_said),
        cmocka_unit_test(test_who_takes_may_end_it),
        cmocka_unit_test(test_a_silent_server),
        cmocka_unit_test(test_a_server_that_dies),
        cmocka_unit_test(test_a_slow_server_is_ended_in_time),
        cmocka_unit_test(test_a_server_without_end),
        cmocka_unit_test(test_the_user_stops),
        cmocka_unit_test(test_the_card_fails),
        cmocka_unit_test(test_packets_of_strangers),
        cmocka_unit_test(test_blocks_that_are_too_long),
        cmocka_unit_test(test_the_sorcerers_apprentice),
        cmocka_unit_test(test_each_transfer_has_its_own_port),
        cmocka_unit_test(test_faults_by_seed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
