/* The log on the screen: scrolling, saving. */
#include "ui/screens.h"

#include "kernel/lib/string.h"
#include "kernel/lib/text.h"

enum { FIRST_ROW = 2, ROWS = MENU_LAST_ROW - FIRST_ROW + 1, LINE_WIDTH = SCREEN_COLUMNS - 2 };

static uint32_t line_count(const struct log *log)
{
    uint32_t count = 0;

    for (size_t i = 0; i < log->used; i++)
        count += log->text[i] == '\n';
    return count;
}

/* Start of line `index`. */
static size_t line_start(const struct log *log, uint32_t index)
{
    size_t i = 0;

    while (index > 0 && i < log->used) {
        if (log->text[i++] == '\n')
            index--;
    }
    return i;
}

static void draw(struct app *app, uint32_t top, uint32_t count, const char *note)
{
    const struct log *log = &app->log;
    size_t i = line_start(log, top);
    char line[LINE_WIDTH + 1];

    app_page(app, WORD_LOG_TITLE, WORD_LOG_FOOTER);
    cells_format(&app->cells, 1, 1, LINE_WIDTH, STYLE_FRAME, WORD_LOG_RIGHT,
                 (unsigned)(count ? top + 1 : 0),
                 (unsigned)(top + ROWS < count ? top + ROWS : count), (unsigned)count);
    cells_text(&app->cells, 1, 40, 38, STYLE_STRONG, note);
    for (unsigned row = 0; row < ROWS && i < log->used; row++) {
        size_t length = 0;

        for (; i < log->used && log->text[i] != '\n'; i++) {
            if (length < LINE_WIDTH)
                line[length++] = log->text[i];
        }
        line[length] = '\0';
        cells_text(&app->cells, FIRST_ROW + row, 1, LINE_WIDTH, STYLE_TEXT, line);
        i++;
    }
}

static uint32_t scroll(uint16_t key, uint32_t top, uint32_t last)
{
    switch (key) {
    case KEY_UP:
        return top - (top > 0);
    case KEY_DOWN:
        return top + (top < last);
    case KEY_PAGE_UP:
        return top > ROWS ? top - ROWS : 0;
    case KEY_PAGE_DOWN:
        return last - top > ROWS ? top + ROWS : last;
    case KEY_HOME:
        return 0;
    case KEY_END:
        return last;
    }
    return top;
}

void screen_log(struct app *app)
{
    uint32_t count = line_count(&app->log), last = count > ROWS ? count - ROWS : 0, top = last;
    char note[40] = "";

    app->reading_log = true;
    for (;;) {
        bool newest = top == last;
        uint16_t key;

        count = line_count(&app->log);
        last = count > ROWS ? count - ROWS : 0;
        if (newest || top > last)
            top = last;
        draw(app, top, count, note);
        cells_refresh(&app->cells);
        key = app_action(app, HELP_LOG, APP_TICK_US);
        if (key == KEY_ESC || keys_is_ok(key))
            break;
        if (key == 'S' && !app->working) {
            text_copy(note, sizeof note, app_save_log(app, "by hand") ? WORD_SAVED_LOG : "");
        }
        top = scroll(key, top, last);
    }
    app->reading_log = false;
}
