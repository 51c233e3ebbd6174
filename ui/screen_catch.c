/* The third way in: the intro without a break, while the user switches the drive off and on. */
#include "ui/way.h"

#include "ui/drawing_drive.h"
#include "ui/screens.h"

static void draw(const struct way_view *view)
{
    struct cells *cells = &view->app->cells;

    way_draw_hands(view, view->catch.state == CATCH_SETTLING ? WORD_WAY_HANDS_OFF
                         : view->was_empty                   ? WORD_CATCH_ON
                                                             : WORD_CATCH_OFF);
    drawing_drive_back(cells, 4, WAY_COLUMN, DRAWING_DRIVE_POWER);
    menu_wrap(cells, 4, WAY_COLUMN + DRAWING_DRIVE_WIDTH + 2, WAY_WIDTH - DRAWING_DRIVE_WIDTH - 2,
              9, STYLE_TEXT, WORD_CATCH_STEPS);
}

enum way_result screen_catch(struct app *app, struct port *port)
{
    return way_switch_power(app, port, WAY_CATCH, HELP_CATCH, draw);
}
