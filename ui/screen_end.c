/* Leaving the program. */
#include "ui/screens.h"

#include "kernel/lib/text.h"

static void power_off(struct app *app)
{
    struct platform *platform = app->platform;

    app_leave(app);
    if (platform->power_off)
        platform->power_off(platform->context);
    screen_message(app, WORD_END_TITLE, WORD_END_STAYS);
}

void screen_end(struct app *app)
{
    static const char *const answers[] = {WORD_END_BACK, WORD_END_REBOOT, WORD_END_POWER_OFF,
                                          WORD_END_SAVE, WORD_END_ELSEWHERE};
    bool unsaved = app->saves.log_error != 0;
    char text[240] = WORD_END_TEXT;

    if (unsaved)
        text_format(text, sizeof text, WORD_END_TEXT "\n\n" WORD_END_UNSAVED, app->saves.why);
    switch (screen_choice(app, WORD_END_TITLE, text, answers, unsaved ? 5 : 3, 0, HELP_END)) {
    case 1:
        app->ended = true;
        break;
    case 2:
        power_off(app);
        break;
    case 3:
        (void)app_save_log(app, "before the end");
        break;
    case 4:
        if (screen_place_to_save(app))
            (void)app_save_log(app, "before the end");
        break;
    }
}
