/* Cells in memory, sinks that get only what changed, keys of all sources, widgets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/text_screen.h"
#include "ui/cells.h"
#include "ui/keys.h"
#include "ui/menu.h"

struct fixture {
    struct cells cells;
    struct text_screen screen;
};

static int set_up(void **state)
{
    static struct fixture fixture;
    struct screen_sink sink;

    text_screen_open(&fixture.screen, SCREEN_ROWS);
    sink = text_screen_sink(&fixture.screen);
    cells_open(&fixture.cells);
    assert_true(cells_add_sink(&fixture.cells, &sink));
    *state = &fixture;
    return 0;
}

static void first_refresh_sends_everything(void **state)
{
    struct fixture *fixture = *state;

    cells_refresh(&fixture->cells);
    assert_int_equal(fixture->screen.cells_sent, SCREEN_ROWS * SCREEN_COLUMNS);
    assert_int_equal(fixture->screen.flushes, 1);
    assert_int_equal(fixture->screen.cursor_row, CELLS_CURSOR_HIDDEN);
}

static void later_refreshes_send_only_changes(void **state)
{
    struct fixture *fixture = *state;

    cells_refresh(&fixture->cells);
    fixture->screen.puts = fixture->screen.cells_sent = fixture->screen.flushes = 0;
    cells_refresh(&fixture->cells);
    assert_int_equal(fixture->screen.puts, 0);
    assert_int_equal(fixture->screen.flushes, 0);

    cells_text(&fixture->cells, 3, 10, 20, 0x0F, "abc");
    cells_text(&fixture->cells, 3, 60, 20, 0x0F, "xyz");
    cells_refresh(&fixture->cells);
    assert_int_equal(fixture->screen.puts, 2);
    assert_int_equal(fixture->screen.cells_sent, 6);
    assert_int_equal(fixture->screen.flushes, 1);
    assert_int_equal(fixture->screen.cells[3][11].character, 'b');
    assert_int_equal(fixture->screen.cells[3][62].attribute, 0x0F);
}

static void near_changes_are_one_run(void **state)
{
    struct fixture *fixture = *state;

    cells_refresh(&fixture->cells);
    fixture->screen.puts = fixture->screen.cells_sent = 0;
    cells_text(&fixture->cells, 5, 10, 1, 0x07, "a");
    cells_text(&fixture->cells, 5, 14, 1, 0x07, "b");
    cells_refresh(&fixture->cells);
    assert_int_equal(fixture->screen.puts, 1);
    assert_int_equal(fixture->screen.cells_sent, 5);
}

static void attribute_alone_is_a_change(void **state)
{
    struct fixture *fixture = *state;

    cells_text(&fixture->cells, 1, 1, 5, 0x07, "hello");
    cells_refresh(&fixture->cells);
    fixture->screen.cells_sent = 0;
    cells_text(&fixture->cells, 1, 1, 5, 0x70, "hello");
    cells_refresh(&fixture->cells);
    assert_int_equal(fixture->screen.cells_sent, 5);
    assert_int_equal(fixture->screen.cells[1][5].attribute, 0x70);
    assert_int_equal(fixture->screen.cells[1][5].character, 'o');
}

static void nothing_leaves_the_screen(void **state)
{
    struct fixture *fixture = *state;

    cells_text(&fixture->cells, 0, 78, 20, 0x07, "longer than the row");
    cells_fill(&fixture->cells, SCREEN_ROWS, 0, 80, 'X', 0x07);
    cells_fill(&fixture->cells, 4, SCREEN_COLUMNS, 80, 'X', 0x07);
    cells_fill(&fixture->cells, 4, 79, UINT32_MAX, 'Y', 0x07);
    cells_refresh(&fixture->cells);
    assert_int_equal(fixture->screen.outside, 0);
    assert_int_equal(fixture->screen.cells[4][79].character, 'Y');
    assert_int_equal(fixture->screen.cells[5][0].character, ' ');
    assert_int_equal(fixture->screen.cells[1][0].character, ' ');
}

static void short_terminal_gets_no_last_row(void **state)
{
    struct fixture *fixture = *state;
    struct text_screen terminal;
    struct screen_sink sink;

    text_screen_open(&terminal, 24);
    sink = text_screen_sink(&terminal);
    assert_true(cells_add_sink(&fixture->cells, &sink));
    cells_text(&fixture->cells, 24, 0, 10, 0x07, "last");
    cells_refresh(&fixture->cells);
    assert_int_equal(terminal.outside, 0);
    assert_int_equal(terminal.cells_sent, 24 * SCREEN_COLUMNS);
    assert_int_equal(fixture->screen.cells[24][0].character, 'l');
}

static void late_sink_gets_all_and_others_nothing(void **state)
{
    struct fixture *fixture = *state;
    struct text_screen late;
    struct screen_sink sink;

    cells_text(&fixture->cells, 2, 2, 10, 0x07, "before");
    cells_refresh(&fixture->cells);
    fixture->screen.cells_sent = 0;
    text_screen_open(&late, SCREEN_ROWS);
    sink = text_screen_sink(&late);
    assert_true(cells_add_sink(&fixture->cells, &sink));
    cells_refresh(&fixture->cells);
    assert_int_equal(fixture->screen.cells_sent, 0);
    assert_int_equal(late.cells[2][2].character, 'b');

    cells_remove_sink(&fixture->cells, &late);
    cells_text(&fixture->cells, 2, 2, 10, 0x07, "after!");
    cells_refresh(&fixture->cells);
    assert_int_equal(late.cells[2][2].character, 'b');
    assert_int_equal(fixture->screen.cells[2][2].character, 'a');
}

static void sinks_are_bounded(void **state)
{
    struct fixture *fixture = *state;
    struct screen_sink sink = text_screen_sink(&fixture->screen);

    for (unsigned i = 1; i < CELLS_SINKS; i++)
        assert_true(cells_add_sink(&fixture->cells, &sink));
    assert_false(cells_add_sink(&fixture->cells, &sink));
}

static void cursor_alone_is_flushed(void **state)
{
    struct fixture *fixture = *state;

    cells_refresh(&fixture->cells);
    fixture->screen.flushes = 0;
    cells_cursor(&fixture->cells, 7, 9);
    cells_refresh(&fixture->cells);
    assert_int_equal(fixture->screen.flushes, 1);
    assert_int_equal(fixture->screen.cursor_row, 7);
    assert_int_equal(fixture->screen.cursor_column, 9);
}

/* ---- keys ---- */

static uint16_t one_key(void *context)
{
    uint16_t *key = context, value = *key;

    *key = KEY_NONE;
    return value;
}

static void keys_come_from_all_sources(void **state)
{
    uint16_t first = KEY_NONE, second = KEY_UP;
    struct keys keys = {.count = 0};
    struct key_source a = {&first, one_key}, b = {&second, one_key};

    (void)state;
    assert_true(keys_add(&keys, &a));
    assert_true(keys_add(&keys, &b));
    assert_int_equal(keys_read(&keys), KEY_UP);
    assert_int_equal(keys_read(&keys), KEY_NONE);
    first = 'x';
    second = 'y';
    assert_int_equal(keys_read(&keys), 'x');
    assert_int_equal(keys_read(&keys), 'y');
    keys_remove(&keys, &first);
    first = 'x';
    assert_int_equal(keys_read(&keys), KEY_NONE);
}

static void letters_stand_for_function_keys(void **state)
{
    (void)state;
    assert_int_equal(keys_action('?'), KEY_F1);
    assert_int_equal(keys_action('b'), KEY_F1 + 4);
    assert_int_equal(keys_action('F'), KEY_F1 + 5);
    assert_int_equal(keys_action('c'), KEY_F1 + 6);
    assert_int_equal(keys_action('l'), KEY_F1 + 7);
    assert_int_equal(keys_action('v'), KEY_F1 + 8);
    assert_int_equal(keys_action('Q'), KEY_F1 + 9);
    assert_int_equal(keys_action(KEY_BACKSPACE), KEY_ESC);
    assert_int_equal(keys_action(0x7F), KEY_ESC);
    assert_int_equal(keys_action('d'), 'D');
    assert_int_equal(keys_action('3'), '3');
    assert_int_equal(keys_action(KEY_DOWN), KEY_DOWN);
    assert_true(keys_is_ok(KEY_ENTER));
    assert_true(keys_is_ok(KEY_F1 + 9));
    assert_false(keys_is_ok(KEY_ESC));
}

/* ---- widgets ---- */

static void row_text(struct fixture *fixture, unsigned row, char line[SCREEN_COLUMNS + 1])
{
    text_screen_row(fixture->cells.wanted, row, line);
}

static void text_wraps_at_blanks(void **state)
{
    struct fixture *fixture = *state;
    char line[SCREEN_COLUMNS + 1];

    assert_int_equal(menu_wrap(&fixture->cells, 0, 0, 10, 9, 0x07, "one two three\n\nfour"), 4);
    row_text(fixture, 0, line);
    assert_string_equal(line, "one two");
    row_text(fixture, 1, line);
    assert_string_equal(line, "three");
    row_text(fixture, 2, line);
    assert_string_equal(line, "");
    row_text(fixture, 3, line);
    assert_string_equal(line, "four");
}

static void long_words_and_exact_lines_wrap(void **state)
{
    struct fixture *fixture = *state;
    char line[SCREEN_COLUMNS + 1];

    assert_int_equal(menu_wrap(&fixture->cells, 0, 0, 5, 9, 0x07, "abcdefgh ij"), 3);
    row_text(fixture, 1, line);
    assert_string_equal(line, "fgh");
    assert_int_equal(menu_wrap(&fixture->cells, 10, 0, 5, 9, 0x07, "12345 6789"), 2);
    row_text(fixture, 10, line);
    assert_string_equal(line, "12345");
    assert_int_equal(menu_wrap(&fixture->cells, 15, 0, 5, 2, 0x07, "a\nb\nc"), 2);
}

static void lists_scroll_and_take_digits(void **state)
{
    struct menu_list list = {.count = 12, .rows = 5};

    (void)state;
    assert_true(menu_list_key(&list, '9'));
    assert_int_equal(list.chosen, 8);
    assert_int_equal(list.top, 4);
    assert_true(menu_list_key(&list, KEY_END));
    assert_int_equal(list.chosen, 11);
    assert_int_equal(list.top, 7);
    assert_true(menu_list_key(&list, KEY_DOWN));
    assert_int_equal(list.chosen, 11);
    assert_true(menu_list_key(&list, KEY_PAGE_UP));
    assert_int_equal(list.chosen, 6);
    assert_true(menu_list_key(&list, KEY_HOME));
    assert_true(menu_list_key(&list, KEY_UP));
    assert_int_equal(list.chosen, 0);
    assert_int_equal(list.top, 0);
    assert_true(menu_list_key(&list, KEY_PAGE_DOWN));
    assert_int_equal(list.chosen, 5);
    assert_false(menu_list_key(&list, 'x'));
    list.count = 2;
    menu_list_settle(&list);
    assert_int_equal(list.chosen, 1);
    list.count = 0;
    menu_list_settle(&list);
    assert_true(menu_list_key(&list, KEY_DOWN));
    assert_int_equal(list.chosen, 0);
}

static void digit_beyond_the_list_is_no_choice(void **state)
{
    struct menu_list list = {.count = 3, .rows = 5, .chosen = 1};

    (void)state;
    assert_false(menu_list_key(&list, '4'));
    assert_int_equal(list.chosen, 1);
}

static void input_is_bounded(void **state)
{
    struct menu_input input = {.length = 0};

    (void)state;
    for (unsigned i = 0; i < 100; i++)
        assert_true(menu_input_key(&input, 'a'));
    assert_int_equal(strlen(input.text), sizeof input.text - 1);
    for (unsigned i = 0; i < 100; i++)
        assert_true(menu_input_key(&input, KEY_BACKSPACE));
    assert_string_equal(input.text, "");
    assert_false(menu_input_key(&input, KEY_ENTER));
    assert_false(menu_input_key(&input, KEY_UP));
}

static void bar_fills_to_the_end(void **state)
{
    struct fixture *fixture = *state;
    unsigned filled = 0;

    menu_bar(&fixture->cells, 2, 0, 60, 0xFFFFFFFFu, 0xFFFFFFFFu);
    for (unsigned i = 0; i < 60; i++)
        filled += fixture->cells.wanted[2][i].character == SIGN_BLOCK;
    assert_int_equal(filled, 60);
    assert_int_equal(text_screen_find(fixture->cells.wanted, "100 %"), 2);
    menu_bar(&fixture->cells, 3, 0, 60, 5, 0);
    assert_int_equal(text_screen_find(fixture->cells.wanted, "  0 %"), 3);
    menu_bar(&fixture->cells, 4, 0, 60, 30, 20);
    assert_int_equal(fixture->cells.wanted[4][59].character, SIGN_BLOCK);
}

static void footer_marks_its_keys(void **state)
{
    struct fixture *fixture = *state;

    menu_page(&fixture->cells, "Title", "right", "{F1} help");
    assert_int_equal(text_screen_find(fixture->cells.wanted, "F1 help"), MENU_FOOTER_ROW);
    assert_int_equal(fixture->cells.wanted[MENU_FOOTER_ROW][1].attribute, STYLE_KEY);
    assert_int_equal(fixture->cells.wanted[MENU_FOOTER_ROW][4].attribute, STYLE_FOOTER);
    assert_int_equal(text_screen_find(fixture->cells.wanted, "right"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(first_refresh_sends_everything, set_up),
        cmocka_unit_test_setup(later_refreshes_send_only_changes, set_up),
        cmocka_unit_test_setup(near_changes_are_one_run, set_up),
        cmocka_unit_test_setup(attribute_alone_is_a_change, set_up),
        cmocka_unit_test_setup(nothing_leaves_the_screen, set_up),
        cmocka_unit_test_setup(short_terminal_gets_no_last_row, set_up),
        cmocka_unit_test_setup(late_sink_gets_all_and_others_nothing, set_up),
        cmocka_unit_test_setup(sinks_are_bounded, set_up),
        cmocka_unit_test_setup(cursor_alone_is_flushed, set_up),
        cmocka_unit_test_setup(keys_come_from_all_sources, set_up),
        cmocka_unit_test_setup(letters_stand_for_function_keys, set_up),
        cmocka_unit_test_setup(text_wraps_at_blanks, set_up),
        cmocka_unit_test_setup(long_words_and_exact_lines_wrap, set_up),
        cmocka_unit_test_setup(lists_scroll_and_take_digits, set_up),
        cmocka_unit_test_setup(digit_beyond_the_list_is_no_choice, set_up),
        cmocka_unit_test_setup(input_is_bounded, set_up),
        cmocka_unit_test_setup(bar_fills_to_the_end, set_up),
        cmocka_unit_test_setup(footer_marks_its_keys, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
