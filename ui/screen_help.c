#include "ui/screens.h"

void screen_help(struct app *app, enum help_topic topic)
{
    for (;;) {
        uint16_t key;

        app_page(app, WORD_HELP_TITLE, WORD_HELP_FOOTER);
        menu_wrap(&app->cells, 2, 3, 74, MENU_LAST_ROW - 1, STYLE_TEXT, words_help(topic));
        cells_refresh(&app->cells);
        key = keys_action(app_key(app, APP_TICK_US));
        if (keys_is_ok(key) || key == KEY_ESC || key == KEY_F1 || key == KEY_CTRL_ALT_DEL)
            return;
    }
}
