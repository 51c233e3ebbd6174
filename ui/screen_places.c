/* The list of places: where a file is, or where files shall be saved. */
#include "ui/screens.h"

#include "kernel/lib/text.h"

enum { COLUMN = 1, WIDTH = 78, LIST_ROW = 3, LIST_ROWS = PLACES, NOTE_ROW = LIST_ROW + PLACES + 1 };

/* Which of the places the list offers. */
struct offer {
    unsigned index[PLACES];
    unsigned count;
};

static void make_offer(const struct places *places, enum places_purpose purpose,
                       struct offer *offer)
{
    offer->count = 0;
    for (unsigned i = 0; i < places->count; i++) {
        if (purpose == PLACES_READ || places_keeps(places, &places->volumes[i]))
            offer->index[offer->count++] = i;
    }
}

/* What stands beside the place's own name. */
static const char *disk_text(const struct places *places, const struct volume *volume)
{
    switch (places_kind(places, volume)) {
    case PLACE_SERVER:
        return WORD_VOLUMES_NETWORK;
    case PLACE_DISK:
        return volume->disk->name;
    default:
        return volume->label;
    }
}

static void draw_place(struct app *app, const struct menu_list *list, unsigned item, unsigned index,
                       enum places_purpose purpose)
{
    struct cells *cells = &app->cells;
    const struct places *places = &app->places;
    const struct volume *volume = &places->volumes[index];
    uint8_t style = menu_list_bar(cells, list, item, LIST_ROW + item, COLUMN, WIDTH);
    char label[32], size[16];
    const char *note = places->ours && index == 0 ? WORD_VOLUMES_OURS : "";

    if (purpose == PLACES_SAVE && index == places->target)
        note = WORD_VOLUMES_TARGET;
    places_label(places, volume, label, sizeof label);
    places_volume_size(volume, size, sizeof size);
    cells_format(cells, LIST_ROW + item, COLUMN + 2, WIDTH - 2, style, "%-22.22s %-9s %-20.20s %s",
                 label, size, disk_text(places, volume), note);
}

/* What is missing from the list, and why. */
static void draw_notes(struct app *app, unsigned row)
{
    const struct places *places = &app->places;
    char text[SAVES_TEXT];

    if (places->network && places->server_error) {
        places_error_text(places, NULL, places->server_error, false, text, sizeof text);
        cells_format(&app->cells, row++, 3, 74, STYLE_WARN, WORD_RESULT_CODE, text,
                     (unsigned)places->server_error);
    }
    if (places->error) {
        places_disk_text(places, text, sizeof text);
        cells_format(&app->cells, row++, 3, 74, STYLE_WARN, WORD_RESULT_CODE, text,
                     (unsigned)places->error);
    }
    if (app->job.boot == BOOT_FLOPPY && !places->ours)
        menu_wrap(&app->cells, row, 3, 74, 2, STYLE_TEXT, WORD_VOLUMES_BOOT_FLOPPY);
}

void screen_places_draw(struct app *app, enum places_purpose purpose, const struct menu_list *list)
{
    struct cells *cells = &app->cells;
    struct offer offer;

    make_offer(&app->places, purpose, &offer);
    app_page(app, purpose == PLACES_SAVE ? WORD_SAVE_TITLE : WORD_VOLUMES_TITLE,
             purpose == PLACES_SAVE ? WORD_SAVE_FOOTER : WORD_VOLUMES_FOOTER);
    if (offer.count == 0) {
        menu_wrap(cells, 3, 3, 74, 8, STYLE_TEXT, WORD_VOLUMES_NONE);
    } else {
        cells_text(cells, 2, COLUMN, WIDTH, STYLE_FRAME, WORD_VOLUMES_COLUMNS);
        for (unsigned i = 0; i < offer.count; i++)
            draw_place(app, list, i, offer.index[i], purpose);
    }
    draw_notes(app, NOTE_ROW);
    if (purpose == PLACES_SAVE)
        menu_wrap(cells, NOTE_ROW + 3, 3, 74, 4, STYLE_TEXT, WORD_SAVE_TEXT);
}

/* The item of the list that shows place `index`. */
static unsigned item_of(const struct offer *offer, unsigned index)
{
    for (unsigned i = 0; i < offer->count; i++) {
        if (offer->index[i] == index)
            return i;
    }
    return 0;
}

bool screen_places(struct app *app, enum places_purpose purpose, unsigned *index)
{
    struct menu_list list = {.rows = LIST_ROWS};
    struct offer offer;

    make_offer(&app->places, purpose, &offer);
    list.chosen = item_of(&offer, *index);
    for (;;) {
        uint16_t key;

        list.count = offer.count;
        menu_list_settle(&list);
        screen_places_draw(app, purpose, &list);
        cells_refresh(&app->cells);
        key = app_action(app, purpose == PLACES_SAVE ? HELP_SAVING : HELP_FILES, APP_TICK_US);
        if (key == KEY_ESC)
            return false;
        if (key == KEY_F1 + 4 || key == 'R' || (keys_is_ok(key) && list.count == 0)) {
            places_scan(&app->places, SCAN_ALL);
            make_offer(&app->places, purpose, &offer);
            *index = list.chosen = 0;
            if (purpose == PLACES_READ && offer.count == 1)
                return true;
        } else if (keys_is_ok(key)) {
            *index = offer.index[list.chosen];
            return true;
        }
        menu_list_key(&list, key);
    }
}

bool screen_place_to_save(struct app *app)
{
    unsigned index = app->places.target;

    places_scan(&app->places, SCAN_DISKS);
    if (!screen_places(app, PLACES_SAVE, &index))
        return false;
    places_choose(&app->places, index);
    return true;
}
