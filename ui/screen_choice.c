/* Questions with a few answers, and messages. */
#include "ui/screens.h"

#include "kernel/lib/string.h"

enum { TEXT_ROW = 2, TEXT_ROWS = 16, TEXT_COLUMN = 3, TEXT_WIDTH = 74 };

void screen_choice_draw(struct app *app, const char *title, const char *text,
                        const char *const answers[], const struct menu_list *list)
{
    struct cells *cells = &app->cells;
    unsigned row;

    app_page(app, title, WORD_CHOICE_FOOTER);
    row = TEXT_ROW +
          menu_wrap(cells, TEXT_ROW, TEXT_COLUMN, TEXT_WIDTH, TEXT_ROWS, STYLE_TEXT, text) + 1;
    for (unsigned i = 0; i < list->count; i++) {
        uint8_t style = menu_list_bar(cells, list, i, row + i, TEXT_COLUMN, TEXT_WIDTH);

        cells_format(cells, row + i, TEXT_COLUMN + 2, TEXT_WIDTH - 2, style, "%u  %s", i + 1,
                     answers[i]);
    }
}

unsigned screen_choice(struct app *app, const char *title, const char *text,
                       const char *const answers[], unsigned count, unsigned careful,
                       enum help_topic topic)
{
    return screen_choice_at(app, title, text, answers, count, careful, careful, topic);
}

/* Which answer is what N means on all screens of the guide; `count` when none is. */
static unsigned next_way(const char *const answers[], unsigned count)
{
    unsigned i = 0;

    while (i < count && strcmp(answers[i], WORD_GUIDE_NEXT_WAY) != 0 &&
           strcmp(answers[i], WORD_POWER_NO) != 0)
        i++;
    return i;
}

unsigned screen_choice_at(struct app *app, const char *title, const char *text,
                          const char *const answers[], unsigned count, unsigned careful,
                          unsigned first, enum help_topic topic)
{
    struct menu_list list = {.count = count, .chosen = first, .rows = count};
    uint64_t started_us = app_now_us(app);

    for (;;) {
        uint16_t key;

        screen_choice_draw(app, title, text, answers, &list);
        cells_refresh(&app->cells);
        key = app_action(app, topic, APP_TICK_US);
        if (keys_is_ok(key))
            return list.chosen;
        if (key == KEY_ESC)
            return careful;
        if (key == 'N' && next_way(answers, count) < count)
            return next_way(answers, count);
        if (menu_list_key(&list, key))
            started_us = app_now_us(app);
        if (app->patience_us && app_now_us(app) - started_us > app->patience_us)
            return careful;
    }
}

void screen_message(struct app *app, const char *title, const char *text)
{
    uint64_t started_us = app_now_us(app);

    for (;;) {
        uint16_t key;

        app_page(app, title, WORD_OK_FOOTER);
        menu_wrap(&app->cells, TEXT_ROW, TEXT_COLUMN, TEXT_WIDTH, TEXT_ROWS, STYLE_TEXT, text);
        cells_refresh(&app->cells);
        key = app_action(app, HELP_QUESTION, APP_TICK_US);
        if (keys_is_ok(key) || key == KEY_ESC)
            return;
        if (app->patience_us && app_now_us(app) - started_us > app->patience_us)
            return;
    }
}
