/* What a file is: size, sum, the drive's name inside, damage. */
#include "ui/screens.h"

#include "kernel/drivedb.h"
#include "kernel/lib/text.h"

enum { COLUMN = 3, TEXT_WIDTH = 74 };

static void draw_identity(struct cells *cells, unsigned row, const struct firmware *firmware)
{
    const struct drive_family *family =
        drivedb_family(firmware->product, firmware->internal_revision);
    char text[64];

    text_copy(text, sizeof text, WORD_FILE_NO_NAME);
    if (firmware->has_identity)
        text_format(text, sizeof text, "%s %s  %s", firmware->vendor, firmware->product,
                    firmware->revision);
    menu_field(cells, row, COLUMN, WORD_FILE_SAYS, text);
    menu_field(cells, row + 1, COLUMN, WORD_FILE_BUILT, firmware->date[0] ? firmware->date : "-");
    menu_field(cells, row + 2, COLUMN, WORD_FILE_INSIDE,
               firmware->internal_revision[0] ? firmware->internal_revision : "-");
    text_format(text, sizeof text, "%s%s", words_class(firmware->kind),
                firmware->rebanked ? ", " WORD_FILE_REBANKED : "");
    menu_field(cells, row + 3, COLUMN, WORD_FILE_KIND, text);
    menu_field(cells, row + 4, COLUMN, WORD_FILE_FAMILY, family ? family->name : "-");
}

static void draw_verdict(struct cells *cells, unsigned row, const struct firmware *firmware)
{
    if (firmware->damage == FIRMWARE_SOUND) {
        row += menu_wrap(cells, row, COLUMN, TEXT_WIDTH, 2, STYLE_GOOD, WORD_FILE_SOUND);
        if (firmware->crossflash_patched)
            menu_wrap(cells, row, COLUMN, TEXT_WIDTH, 2, STYLE_WARN, WORD_FILE_PATCHED);
        return;
    }
    cells_text(cells, row, COLUMN, TEXT_WIDTH, STYLE_BAD, " " WORD_FILE_REFUSED " ");
    row += 1 + menu_wrap(cells, row + 1, COLUMN, TEXT_WIDTH, 3, STYLE_STRONG,
                         words_damage(firmware->damage));
    if (firmware->damage > FIRMWARE_FIRST_BYTE)
        cells_format(cells, row, COLUMN, TEXT_WIDTH, STYLE_TEXT, WORD_FILE_AT,
                     (unsigned)firmware->bad_offset);
}

void screen_file_draw(struct app *app, const struct chosen_file *file)
{
    struct cells *cells = &app->cells;
    const struct firmware *firmware = &file->firmware;
    bool sound = firmware->damage == FIRMWARE_SOUND;
    char text[64];

    app_page(app, WORD_FILE_TITLE, sound ? WORD_FILE_FOOTER : WORD_FILE_BAD_FOOTER);
    menu_frame(cells, 2, 12, "");
    menu_field(cells, 3, COLUMN, WORD_FILE_NAME, firmware->path);
    text_format(text, sizeof text, WORD_FILE_BYTES, (unsigned)firmware->size);
    menu_field(cells, 4, COLUMN, WORD_FILE_SIZE, text);
    text_copy(text, sizeof text, "-"); /* a server tells none */
    if (file->time.year)
        text_format(text, sizeof text, "%04u-%02u-%02u %02u:%02u", file->time.year,
                    file->time.month, file->time.day, file->time.hour, file->time.minute);
    menu_field(cells, 5, COLUMN, WORD_FILE_DATE, text);
    text_copy(text, sizeof text, "-");
    if (firmware->bytes)
        text_format(text, sizeof text, "%08X", (unsigned)firmware->crc32);
    menu_field(cells, 6, COLUMN, WORD_FILE_SUM, text);
    draw_identity(cells, 8, firmware);
    draw_verdict(cells, 15, firmware);
}

bool screen_file(struct app *app, const struct chosen_file *file)
{
    bool sound = file->firmware.damage == FIRMWARE_SOUND;

    for (;;) {
        uint16_t key;

        screen_file_draw(app, file);
        cells_refresh(&app->cells);
        key = app_action(app, HELP_FILE, APP_TICK_US);
        if (key == KEY_ESC || (keys_is_ok(key) && !sound))
            return false;
        if (keys_is_ok(key))
            return true;
    }
}
