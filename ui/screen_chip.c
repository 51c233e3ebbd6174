/* Which flash chip is it? Its own candidates, or the whole table. */
#include "ui/screens.h"

#include "kernel/lib/text.h"

enum { COLUMN = 3, WIDTH = 74, LIST_ROW = 7, LIST_ROWS = MENU_LAST_ROW - LIST_ROW };

/* What is offered: rows that fit the id, else every row of the same bus. */
struct offer {
    const struct flash_identity *identity;
    unsigned count;
};

static const struct chip *offered(const struct offer *offer, unsigned index)
{
    const struct flash_identity *identity = offer->identity;

    if (identity->candidate_count)
        return index < identity->candidate_count ? identity->candidates[index] : NULL;
    for (size_t i = 0; i < chip_count; i++) {
        if (chips[i].bus != identity->bus || chips[i].size > FIRMWARE_LARGEST)
            continue;
        if (index-- == 0)
            return &chips[i];
    }
    return NULL;
}

static unsigned count_offered(const struct offer *offer)
{
    unsigned count = 0;

    while (count < chip_count + 8 && offered(offer, count))
        count++;
    return count;
}

static void draw_chip(struct cells *cells, const struct menu_list *list, unsigned index,
                      const struct chip *chip)
{
    unsigned row = LIST_ROW + index - list->top;
    uint8_t style = menu_list_bar(cells, list, index, row, COLUMN, WIDTH);
    char geometry[40];

    if (chip->regions[0].count)
        text_format(geometry, sizeof geometry, WORD_CHIP_SECTORS, (unsigned)(chip->size >> 10),
                    (unsigned)(chip->regions[0].sector_size >> 10));
    else
        text_format(geometry, sizeof geometry, WORD_CHIP_WHOLE, (unsigned)(chip->size >> 10));
    cells_format(cells, row, COLUMN + 2, WIDTH - 2, style, "%-28.28s %-16.16s %s", chip->name,
                 chip->vendor, geometry);
}

static void draw(struct app *app, const struct offer *offer, const struct menu_list *list)
{
    const struct flash_identity *identity = offer->identity;
    struct cells *cells = &app->cells;
    char text[200];

    app_page(app, WORD_CHIP_TITLE, WORD_CHIP_FOOTER);
    if (identity->candidate_count)
        text_format(text, sizeof text, WORD_CHIP_SEVERAL, identity->jedec_manufacturer,
                    identity->jedec_device);
    else
        text_format(text, sizeof text, WORD_CHIP_NONE, identity->jedec_manufacturer,
                    identity->jedec_device, (unsigned)identity->rdid);
    menu_wrap(cells, 2, COLUMN, WIDTH, 3, STYLE_TEXT, text);
    cells_text(cells, LIST_ROW - 1, COLUMN, WIDTH, STYLE_FRAME, WORD_CHIP_COLUMNS);
    for (unsigned i = list->top; i < list->count && i < list->top + list->rows; i++) {
        const struct chip *chip = offered(offer, i);

        if (chip)
            draw_chip(cells, list, i, chip);
    }
}

enum session_answer screen_chip(struct app *app, struct session *session)
{
    struct offer offer = {.identity = &session->identity_of_chip};
    struct menu_list list = {.rows = LIST_ROWS};

    offer.count = count_offered(&offer);
    list.count = offer.count;
    for (;;) {
        uint16_t key;

        draw(app, &offer, &list);
        cells_refresh(&app->cells);
        key = app_action(app, HELP_CHIP, APP_TICK_US);
        if (key == KEY_ESC || list.count == 0)
            return ANSWER_NO;
        if (keys_is_ok(key)) {
            session->chip = offered(&offer, list.chosen);
            return ANSWER_YES;
        }
        menu_list_key(&list, key);
    }
}
