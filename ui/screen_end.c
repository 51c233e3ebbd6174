/* Leaving the program. */
#include "ui/screens.h"

void screen_end(struct app *app)
{
    static const char *const answers[] = {WORD_END_BACK, WORD_END_REBOOT, WORD_END_POWER_OFF};
    struct platform *platform = app->platform;

    switch (screen_choice(app, WORD_END_TITLE, WORD_END_TEXT, answers, 3, 0, HELP_END)) {
    case 1:
        app->ended = true;
        break;
    case 2:
        if (platform->power_off)
            platform->power_off(platform->context);
        screen_message(app, WORD_END_TITLE, WORD_END_STAYS);
        break;
    }
}
