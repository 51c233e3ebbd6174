/*
 * drivers/vt100.c: a small terminal (ECMA-48 and DEC private modes, as xterm documents them) reads
 * what the driver sends over a simulated UART, and must show what was put; and keys are decoded.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "drivers/vt100.h"
#include "tests/support/sim_uart.h"

/* What one place of the terminal shows. */
struct place {
    uint32_t sign; /* Unicode */
    uint8_t foreground, background;
    bool bold, reverse;
};

struct terminal {
    unsigned rows;
    struct place place[SCREEN_ROWS][SCREEN_COLUMNS];
    struct place pen;
    unsigned row, column;
    bool wrap, cursor;
    unsigned bells;
    size_t read; /* of the bytes sent */
};

static struct sim_uart uart;
static struct serial serial;
static struct vt100 vt100;
static struct terminal terminal;
static struct screen_sink sink;
static struct key_source keys;

static void plain_pen(struct place *pen)
{
    *pen = (struct place){' ', 7, 0, false, false};
}

static void erase(unsigned row, unsigned column)
{
    for (; column < SCREEN_COLUMNS; column++)
        plain_pen(&terminal.place[row][column]);
}

static void select_rendition(const unsigned *parameter, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        unsigned p = parameter[i];

        if (p == 0)
            plain_pen(&terminal.pen);
        else if (p == 1)
            terminal.pen.bold = true;
        else if (p == 7)
            terminal.pen.reverse = true;
        else if (p >= 30 && p <= 37)
            terminal.pen.foreground = (uint8_t)(p - 30);
        else if (p >= 40 && p <= 47)
            terminal.pen.background = (uint8_t)(p - 40);
        else
            fail_msg("SGR %u", p);
    }
}

static void report_cursor(void)
{
    char report[16];
    unsigned row = terminal.row + 1;

    report[0] = 0x1B;
    report[1] = '[';
    report[2] = (char)('0' + row / 10);
    report[3] = (char)('0' + row % 10);
    strcpy(report + 4, ";80R");
    sim_uart_type(&uart, report);
}

static void control_sequence(bool private, const unsigned *parameter, unsigned count, char last)
{
    unsigned first = count > 0 ? parameter[0] : 0;

    if (last == 'm') {
        select_rendition(parameter, count);
    } else if (last == 'H') {
        assert_int_equal(count, 2);
        assert_in_range(parameter[0], 1, SCREEN_ROWS);
        assert_in_range(parameter[1], 1, SCREEN_COLUMNS);
        terminal.row = parameter[0] - 1 < terminal.rows ? parameter[0] - 1 : terminal.rows - 1;
        terminal.column = parameter[1] - 1;
    } else if (last == 'J') {
        assert_int_equal(first, 2);
        for (unsigned row = 0; row < terminal.rows; row++)
            erase(row, 0);
    } else if (last == 'K') {
        assert_int_equal(terminal.pen.background, 0);
        erase(terminal.row, terminal.column);
    } else if (last == 'n') {
        assert_int_equal(first, 6);
        report_cursor();
    } else if (private && first == 7) {
        terminal.wrap = last == 'h';
    } else if (private && first == 25) {
        terminal.cursor = last == 'h';
    } else {
        fail_msg("control sequence %u %c", first, last);
    }
}

static uint8_t next_byte(void)
{
    assert_true(terminal.read < uart.sent_count);
    return uart.sent[terminal.read++];
}

static void escape_sequence(void)
{
    unsigned parameter[8] = {0};
    unsigned count = 0;
    bool private = false;
    uint8_t byte = next_byte();

    if (byte == '%') {
        assert_int_equal(next_byte(), 'G');
        return;
    }
    assert_int_equal(byte, '[');
    for (;;) {
        byte = next_byte();
        if (byte == '?') {
            private = true;
        } else if (byte >= '0' && byte <= '9') {
            count += count == 0;
            parameter[count - 1] = parameter[count - 1] * 10 + (byte - '0');
        } else if (byte == ';') {
            count++;
            assert_true(count < 8);
        } else {
            break;
        }
    }
    control_sequence(private, parameter, count, (char)byte);
}

static void print(uint32_t sign)
{
    struct place *place = &terminal.place[terminal.row][terminal.column];

    assert_false(terminal.wrap);
    *place = terminal.pen;
    place->sign = sign;
    if (terminal.column + 1 < SCREEN_COLUMNS)
        terminal.column++;
}

static uint32_t utf8(uint8_t first)
{
    unsigned more = first >= 0xE0 ? 2 : 1;
    uint32_t sign = first & (first >= 0xE0 ? 0x0F : 0x1F);

    assert_true(first >= 0xC2 && first < 0xF0);
    while (more-- > 0) {
        uint8_t next = next_byte();

        assert_int_equal(next & 0xC0, 0x80);
        sign = sign << 6 | (next & 0x3F);
    }
    return sign;
}

static void terminal_reads(void)
{
    sim_uart_pass(&uart, 20000); /* what is in the FIFO comes through */
    while (terminal.read < uart.sent_count) {
        uint8_t byte = next_byte();

        if (byte == 0x1B)
            escape_sequence();
        else if (byte == '\a')
            terminal.bells++;
        else if (byte < 0x80) {
            assert_true(byte >= 0x20 && byte < 0x7F);
            print(byte);
        } else {
            print(utf8(byte));
        }
    }
    uart.sent_count = terminal.read = 0;
}

static void start(unsigned rows, enum vt100_charset charset)
{
    sim_uart_open(&uart, SIM_UART_16550A, SERIAL_COM1);
    assert_true(serial_open(&serial, &uart.platform, SERIAL_COM1, 115200));
    memset(&terminal, 0, sizeof(terminal));
    terminal.rows = rows;
    terminal.wrap = true;
    vt100_open(&vt100, &serial, &uart.platform, charset);
    sink = vt100_sink(&vt100);
    keys = vt100_keys(&vt100);
}

static void settle(void)
{
    assert_true(vt100_drain(&vt100, 2000000));
    terminal_reads();
}

static void put_text(unsigned row, unsigned column, uint8_t attribute, const char *text)
{
    struct cell cells[SCREEN_COLUMNS];
    unsigned count = 0;

    for (; text[count] != '\0'; count++)
        cells[count] = (struct cell){(uint8_t)text[count], attribute};
    sink.put(sink.context, row, column, cells, count);
}

static void assert_shows(unsigned row, unsigned column, const char *text)
{
    for (unsigned i = 0; text[i] != '\0'; i++)
        assert_int_equal(terminal.place[row][column + i].sign, (uint8_t)text[i]);
}

static void test_shows_text_in_its_place(void **state)
{
    (void)state;
    start(24, VT100_UTF8);
    put_text(0, 0, 0x07, "top left");
    put_text(23, 72, 0x1F, "bottom!!");
    sink.flush(sink.context, 5, 6);
    settle();
    assert_shows(0, 0, "top left");
    assert_shows(23, 72, "bottom!!");
    assert_false(terminal.wrap);
    assert_true(terminal.cursor);
    assert_int_equal(terminal.row, 5);
    assert_int_equal(terminal.column, 6);
    assert_int_equal(terminal.place[23][72].foreground, 7);
    assert_true(terminal.place[23][72].bold);
    assert_int_equal(terminal.place[23][72].background, 4); /* VGA blue is ECMA-48 colour 4 */
    sink.flush(sink.context, SCREEN_ROWS, 0);
    settle();
    assert_false(terminal.cursor);
}

static void test_reverse_is_seen_without_colour(void **state)
{
    (void)state;
    start(24, VT100_UTF8);
    put_text(1, 0, 0x70, "chosen");
    put_text(2, 0, 0x04, "red");
    sink.flush(sink.context, SCREEN_ROWS, 0);
    settle();
    assert_true(terminal.place[1][0].reverse);
    assert_false(terminal.place[2][0].reverse);
    assert_int_equal(terminal.place[2][0].foreground, 1); /* VGA red */
}

static void test_frames_become_unicode_or_ascii(void **state)
{
    (void)state;
    start(24, VT100_UTF8);
    put_text(0, 0, 0x07, "\xDA\xC4\xBF\x18\x10\xFB\xFF");
    sink.flush(sink.context, SCREEN_ROWS, 0);
    settle();
    assert_int_equal(terminal.place[0][0].sign, 0x250C);
    assert_int_equal(terminal.place[0][1].sign, 0x2500);
    assert_int_equal(terminal.place[0][2].sign, 0x2510);
    assert_int_equal(terminal.place[0][3].sign, 0x2191);
    assert_int_equal(terminal.place[0][4].sign, 0x25BA);
    assert_int_equal(terminal.place[0][5].sign, 0x221A);
    assert_int_equal(terminal.place[0][6].sign, ' ');
    start(24, VT100_ASCII);
    put_text(0, 0, 0x07, "\xDA\xC4\xBF\xB3\xCD\xDB\x18\x19\x10\xE1\x82\xAF\xFA\xFB\xFE");
    sink.flush(sink.context, SCREEN_ROWS, 0);
    settle();
    assert_shows(0, 0, "+-+|=#^v>?e>.*#");
}

/* Every character in every attribute that is shown; the driver must send nothing unprintable. */
static void test_all_characters_can_be_sent(void **state)
{
    (void)state;
    for (int charset = VT100_UTF8; charset <= VT100_ASCII; charset++) {
        start(24, (enum vt100_charset)charset);
        for (unsigned i = 0; i < 256; i++) {
            struct cell cell = {(uint8_t)i, (uint8_t)i};

            sink.put(sink.context, i / 64, i % 64, &cell, 1);
        }
        sink.flush(sink.context, SCREEN_ROWS, 0);
        settle();
        assert_int_equal(terminal.place[1][1].sign, 'A');
    }
}

static void test_row_25_only_on_terminals_that_have_it(void **state)
{
    (void)state;
    start(24, VT100_UTF8);
    put_text(23, 0, 0x07, "row 24");
    put_text(24, 0, 0x07, "row 25");
    sink.flush(sink.context, SCREEN_ROWS, 0);
    settle();
    assert_int_equal(keys.read(keys.context), KEY_NONE);
    settle();
    assert_shows(23, 0, "row 24");

    start(25, VT100_UTF8);
    put_text(24, 0, 0x07, "row 25");
    sink.flush(sink.context, SCREEN_ROWS, 0);
    settle();
    assert_int_equal(keys.read(keys.context), KEY_NONE); /* takes the terminal's answer */
    settle();
    assert_shows(24, 0, "row 25");
}

/* Random puts and refreshes, many of them faster than the line; at the end all must agree. */
static void test_random_screens_arrive(void **state)
{
    static struct cell model[SCREEN_ROWS][SCREEN_COLUMNS];
    unsigned seed = 5;

    (void)state;
    for (int round = 0; round < 30; round++) {
        start(25, VT100_UTF8);
        for (unsigned i = 0; i < SCREEN_ROWS * SCREEN_COLUMNS; i++)
            model[i / SCREEN_COLUMNS][i % SCREEN_COLUMNS] = (struct cell){' ', 0x07};
        for (int i = 0; i < 60; i++) {
            struct cell run[SCREEN_COLUMNS];
            unsigned row, column, count;

            seed = seed * 1103515245 + 12345;
            row = seed >> 16 & 0xFF;
            row %= SCREEN_ROWS;
            column = (seed >> 8) % SCREEN_COLUMNS;
            count = 1 + (seed >> 20) % (SCREEN_COLUMNS - column);
            for (unsigned k = 0; k < count; k++) {
                bool blank = (seed & 0x40) != 0;

                run[k] = (struct cell){blank ? ' ' : (uint8_t)('a' + (seed >> 10) % 26),
                                       blank ? 0x07 : (seed & 0x80 ? 0x70 : 0x1E)};
            }
            sink.put(sink.context, row, column, run, count);
            memcpy(&model[row][column], run, count * sizeof(run[0]));
            if (i % 5 == 0)
                sink.flush(sink.context, SCREEN_ROWS, 0);
            if (i % 7 == 0)
                keys.read(keys.context);
            sim_uart_pass(&uart, seed >> 24);
        }
        sink.flush(sink.context, SCREEN_ROWS, 0);
        settle();
        keys.read(keys.context);
        settle();
        for (unsigned i = 0; i < SCREEN_ROWS * SCREEN_COLUMNS; i++) {
            const struct cell *cell = &model[i / SCREEN_COLUMNS][i % SCREEN_COLUMNS];
            const struct place *place = &terminal.place[i / SCREEN_COLUMNS][i % SCREEN_COLUMNS];

            assert_int_equal(place->sign, cell->character);
            assert_int_equal(place->reverse, cell->attribute == 0x70);
            assert_int_equal(place->background, cell->attribute == 0x1E ? 4 : 0);
        }
        assert_int_equal(uart.overruns, 0);
    }
}

static void test_only_differences_are_sent(void **state)
{
    (void)state;
    start(24, VT100_UTF8);
    put_text(3, 3, 0x07, "12 per cent");
    sink.flush(sink.context, SCREEN_ROWS, 0);
    settle();
    put_text(3, 3, 0x07, "13 per cent");
    sink.flush(sink.context, SCREEN_ROWS, 0);
    assert_true(vt100_drain(&vt100, 1000000));
    sim_uart_pass(&uart, 20000);
    assert_in_range(uart.sent_count, 1, 8); /* a move and a digit */
    terminal_reads();
    assert_shows(3, 3, "13 per cent");
    sink.flush(sink.context, SCREEN_ROWS, 0);
    settle();
    assert_int_equal(uart.sent_count, 0);
}

/* A screen at 1200 baud takes 20 s on the line; whoever refreshes must not wait for it. */
static void test_a_slow_line_takes_an_eighth_of_the_time_at_most(void **state)
{
    uint64_t spent = 0;
    uint64_t begin;
    char text[SCREEN_COLUMNS + 1];

    (void)state;
    start(24, VT100_UTF8);
    assert_true(serial_open(&serial, &uart.platform, SERIAL_COM1, 1200));
    begin = uart.now_us;
    for (int frame = 0; frame < 50; frame++) {
        uint64_t before;

        memset(text, 'a' + frame % 26, SCREEN_COLUMNS);
        text[SCREEN_COLUMNS] = '\0';
        for (unsigned row = 0; row < 24; row++)
            put_text(row, 0, 0x07, text);
        before = uart.now_us;
        sink.flush(sink.context, SCREEN_ROWS, 0);
        spent += uart.now_us - before;
        sim_uart_pass(&uart, 100000);
    }
    assert_true(spent <= (uart.now_us - begin) / 8 + 10000);
    assert_int_equal(uart.overruns, 0);
}

static void test_a_dead_line_holds_nobody_up(void **state)
{
    (void)state;
    start(24, VT100_UTF8);
    uart.frozen = true;
    put_text(0, 0, 0x07, "nobody listens");
    sink.flush(sink.context, SCREEN_ROWS, 0);
    assert_int_equal(keys.read(keys.context), KEY_NONE);
    assert_false(vt100_drain(&vt100, 50000));
    assert_in_range(uart.now_us, 0, 100000);
}

static void test_bell(void **state)
{
    (void)state;
    start(24, VT100_UTF8);
    sink.beep(sink.context);
    settle();
    assert_int_equal(terminal.bells, 1);
    sink.flush(sink.context, SCREEN_ROWS, 0);
    settle();
    assert_int_equal(terminal.bells, 1);
}

static void test_ctrl_l_draws_everything_again(void **state)
{
    (void)state;
    start(24, VT100_UTF8);
    put_text(7, 7, 0x07, "still here");
    sink.flush(sink.context, SCREEN_ROWS, 0);
    settle();
    memset(terminal.place, 0, sizeof(terminal.place)); /* another terminal was plugged in */
    sim_uart_type(&uart, "\f");
    assert_int_equal(keys.read(keys.context), KEY_NONE);
    settle();
    assert_shows(7, 7, "still here");
    assert_shows(8, 7, "          ");
}

static void assert_keys(const char *bytes, const uint16_t *expected, unsigned count)
{
    unsigned found = 0;

    sim_uart_type(&uart, bytes);
    for (int look = 0; look < 100; look++) {
        uint16_t key = keys.read(keys.context);

        if (key != KEY_NONE) {
            assert_true(found < count);
            assert_int_equal(key, expected[found]);
            found++;
        }
        sim_uart_pass(&uart, 5000);
    }
    assert_int_equal(found, count);
}

static void test_keys_of_many_terminals(void **state)
{
    static const struct {
        const char *bytes;
        uint16_t key;
    } cases[] = {
        {"a", 'a'},
        {"~", '~'},
        {"\t", KEY_TAB},
        {"\r", KEY_ENTER},
        {"\b", KEY_BACKSPACE},
        {"\n", KEY_ENTER},
        {"\r\n", KEY_ENTER},
        {"\x7F", KEY_BACKSPACE},
        {"\x1B[A", KEY_UP},
        {"\x1BOB", KEY_DOWN},
        {"\x1B[C", KEY_RIGHT},
        {"\x1B[1;5D", KEY_LEFT},
        {"\x1B[H", KEY_HOME},
        {"\x1B[1~", KEY_HOME},
        {"\x1B[7~", KEY_HOME},
        {"\x1BOF", KEY_END},
        {"\x1B[4~", KEY_END},
        {"\x1B[5~", KEY_PAGE_UP},
        {"\x1B[6~", KEY_PAGE_DOWN},
        {"\x1B[2~", KEY_INSERT},
        {"\x1B[3~", KEY_DELETE},
        {"\x1BOP", KEY_F1},
        {"\x1B[11~", KEY_F1},
        {"\x1B[[A", KEY_F1},
        {"\x1B[[E", KEY_F1 + 4},
        {"\x1B[15~", KEY_F1 + 4},
        {"\x1B[17~", KEY_F1 + 5},
        {"\x1B[21~", KEY_F1 + 9},
        {"\x1B[23~", KEY_F1 + 10},
        {"\x1B[24~", KEY_F12},
        {"\x1B[24;2~", KEY_F12},
        {"\x1B[1;2R", KEY_F1 + 2},
        {"\x1B"
         "8",
         KEY_F1 + 7},
        {"\x1B@", KEY_F12},
        {"\x1B?", KEY_PAGE_UP},
        {"\x1B", KEY_ESC},
        {"\x1BOM", KEY_ENTER},
    };

    (void)state;
    start(24, VT100_UTF8);
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_keys(cases[i].bytes, &cases[i].key, 1);
}

static void test_keys_in_a_row_and_rubbish(void **state)
{
    static const uint16_t esc_x[] = {KEY_ESC, 'x'};
    static const uint16_t esc_esc[] = {KEY_ESC, KEY_ESC};
    static const uint16_t esc_up[] = {KEY_ESC, KEY_UP};
    static const uint16_t typed[] = {'o', 'k', KEY_ENTER, KEY_F1, 'q'};
    static const uint16_t only_b[] = {'b'};

    (void)state;
    start(24, VT100_UTF8);
    assert_keys("\x1Bx", esc_x, 2);
    assert_keys("\x1B\x1B", esc_esc, 2);
    assert_keys("\x1B\x1B[A", esc_up, 2);
    assert_keys("ok\r\x1BOPq", typed, 5);
    assert_keys("\x1B[999999999999999~b", only_b, 1);
    assert_keys("\x1B[1;2;3;4;5;6;7;8zb", only_b, 1);
    assert_keys("\x1B[\x01"
                "b",
                only_b, 1);
    assert_keys("\xC3\xA4\x01\x02\x1C"
                "b",
                only_b, 1);
    assert_keys("\x1B[", NULL, 0); /* cut off: forgotten after a second */
    sim_uart_pass(&uart, 600000);
    assert_int_equal(keys.read(keys.context), KEY_NONE);
    assert_keys("b", only_b, 1);
}

/* The bytes of one key may come with pauses that a slow line makes. */
static void test_sequence_in_pieces(void **state)
{
    (void)state;
    start(24, VT100_UTF8);
    sim_uart_type(&uart, "\x1B");
    assert_int_equal(keys.read(keys.context), KEY_NONE);
    sim_uart_pass(&uart, 40000);
    sim_uart_type(&uart, "[");
    assert_int_equal(keys.read(keys.context), KEY_NONE);
    sim_uart_pass(&uart, 40000);
    sim_uart_type(&uart, "A");
    assert_int_equal(keys.read(keys.context), KEY_UP);
}

/* Drawing a screen may take the program longer than ESC waits; a virtual machine may hand over one
 * byte per look. The rest of a sequence must never be taken for typed signs. */
static void test_sequence_that_is_read_late(void **state)
{
    static const char *const pieces[] = {"\x1B", "[", "1", "8", "~"};

    (void)state;
    start(24, VT100_UTF8);
    for (unsigned i = 0; i < 5; i++) {
        sim_uart_type(&uart, pieces[i]);
        assert_int_equal(keys.read(keys.context), i < 4 ? KEY_NONE : KEY_F1 + 6);
        sim_uart_pass(&uart, i == 0 ? 90000 : 400000);
    }
    assert_keys("\x1B[1", NULL, 0);
    sim_uart_pass(&uart, 600000);
    assert_int_equal(keys.read(keys.context), KEY_NONE);
    sim_uart_type(&uart, "8"); /* the sequence was cut off long ago: somebody typed this */
    assert_int_equal(keys.read(keys.context), '8');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shows_text_in_its_place),
        cmocka_unit_test(test_reverse_is_seen_without_colour),
        cmocka_unit_test(test_frames_become_unicode_or_ascii),
        cmocka_unit_test(test_all_characters_can_be_sent),
        cmocka_unit_test(test_row_25_only_on_terminals_that_have_it),
        cmocka_unit_test(test_random_screens_arrive),
        cmocka_unit_test(test_only_differences_are_sent),
        cmocka_unit_test(test_a_slow_line_takes_an_eighth_of_the_time_at_most),
        cmocka_unit_test(test_a_dead_line_holds_nobody_up),
        cmocka_unit_test(test_bell),
        cmocka_unit_test(test_ctrl_l_draws_everything_again),
        cmocka_unit_test(test_keys_of_many_terminals),
        cmocka_unit_test(test_keys_in_a_row_and_rubbish),
        cmocka_unit_test(test_sequence_in_pieces),
        cmocka_unit_test(test_sequence_that_is_read_late),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
