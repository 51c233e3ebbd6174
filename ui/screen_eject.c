/* The second way in: many firmwares leave the door open when the eject button is held while the
 * drive gets its power. */
#include "ui/way.h"

#include "kernel/lib/text.h"
#include "ui/drawing_drive.h"
#include "ui/screens.h"

/* Ten seconds: PROTOCOL.md, "When the door is open". */
enum { HOLD_US = 10000000, SECOND_US = 1000000 };

enum { POWER_APART, POWER_WITH_PC, POWER_NOT };

/* What the hands are to do now. */
static void draw_hands(const struct way_view *view)
{
    uint64_t held_us = app_now_us(view->app) - view->returned_us;
    char text[WAY_WIDTH];

    if (view->catch.state == CATCH_SETTLING)
        text_copy(text, sizeof text, WORD_WAY_HANDS_OFF);
    else if (view->was_empty)
        text_copy(text, sizeof text, WORD_EJECT_HOLD);
    else if (view->returned_us == 0)
        text_copy(text, sizeof text, WORD_EJECT_OFF);
    else if (held_us < HOLD_US)
        text_format(text, sizeof text, WORD_EJECT_KEEP,
                    (unsigned)((HOLD_US - held_us) / SECOND_US + 1));
    else
        text_copy(text, sizeof text, WORD_EJECT_AGAIN);
    way_draw_hands(view, text);
}

static void draw(const struct way_view *view)
{
    draw_hands(view);
    drawing_drive_front(&view->app->cells, 4, WAY_COLUMN);
    menu_wrap(&view->app->cells, 4, WAY_COLUMN + DRAWING_DRIVE_WIDTH + 2,
              WAY_WIDTH - DRAWING_DRIVE_WIDTH - 2, 9, STYLE_TEXT, WORD_EJECT_STEPS);
}

enum way_result screen_eject(struct app *app, struct port *port)
{
    static const char *const answers[] = {WORD_EJECT_APART, WORD_EJECT_TOGETHER,
                                          WORD_GUIDE_NEXT_WAY};

    switch (screen_choice_at(app, words_way(WAY_EJECT), WORD_EJECT_TEXT, answers, 3, GUIDE_ESC, 0,
                             HELP_EJECT)) {
    case POWER_APART:
        return way_switch_power(app, port, WAY_EJECT, HELP_EJECT, draw);
    case POWER_WITH_PC:
        return way_at_start(app, words_way(WAY_EJECT), WORD_EJECT_WITH_PC, 0, HELP_EJECT);
    case POWER_NOT:
        return WAY_NEXT;
    default:
        return WAY_STOPPED;
    }
}
