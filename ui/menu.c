#include "ui/menu.h"

#include "kernel/lib/string.h"
#include "kernel/lib/text.h"

enum {
    LINE_HORIZONTAL = 0xC4,
    LINE_VERTICAL = 0xB3,
    CORNER_TOP_LEFT = 0xDA,
    CORNER_TOP_RIGHT = 0xBF,
    CORNER_BOTTOM_LEFT = 0xC0,
    CORNER_BOTTOM_RIGHT = 0xD9
};

enum { FRAME_COLUMN = 1, FRAME_WIDTH = MENU_WIDTH, FIELD_LABEL = 12 };

void menu_page(struct cells *cells, const char *title, const char *right, const char *footer)
{
    unsigned length = (unsigned)strlen(right);

    cells_clear(cells);
    cells_fill(cells, 0, 0, SCREEN_COLUMNS, ' ', STYLE_TITLE);
    cells_text(cells, 0, 1, MENU_WIDTH, STYLE_TITLE, title);
    if (length < MENU_WIDTH)
        cells_text(cells, 0, SCREEN_COLUMNS - 1 - length, length, STYLE_FOOTER, right);
    cells_fill(cells, MENU_FOOTER_ROW, 0, SCREEN_COLUMNS, ' ', STYLE_FOOTER);
    menu_keys_text(cells, MENU_FOOTER_ROW, 1, STYLE_FOOTER, STYLE_KEY, footer);
}

unsigned menu_keys_text(struct cells *cells, unsigned row, unsigned column, uint8_t style,
                        uint8_t key, const char *text)
{
    unsigned start = column;
    uint8_t attribute = style;

    for (; *text; text++) {
        if (*text == '{')
            attribute = key;
        else if (*text == '}')
            attribute = style;
        else
            cells_fill(cells, row, column++, 1, (uint8_t)*text, attribute);
    }
    return column - start;
}

void menu_box(struct cells *cells, unsigned row, unsigned column, unsigned rows, unsigned width,
              uint8_t style)
{
    unsigned last = column + width - 1, bottom = row + rows - 1;

    cells_fill(cells, row, column, width, LINE_HORIZONTAL, style);
    cells_fill(cells, row, column, 1, CORNER_TOP_LEFT, style);
    cells_fill(cells, row, last, 1, CORNER_TOP_RIGHT, style);
    for (unsigned i = row + 1; i < bottom; i++) {
        cells_fill(cells, i, column, 1, LINE_VERTICAL, style);
        cells_fill(cells, i, last, 1, LINE_VERTICAL, style);
    }
    cells_fill(cells, bottom, column, width, LINE_HORIZONTAL, style);
    cells_fill(cells, bottom, column, 1, CORNER_BOTTOM_LEFT, style);
    cells_fill(cells, bottom, last, 1, CORNER_BOTTOM_RIGHT, style);
}

void menu_frame(struct cells *cells, unsigned row, unsigned rows, const char *title)
{
    menu_box(cells, row, FRAME_COLUMN, rows, FRAME_WIDTH, STYLE_FRAME);
    if (title[0])
        cells_format(cells, row, FRAME_COLUMN + 2, FRAME_WIDTH - 4, STYLE_HEADING, " %s ", title);
}

/* How much of `text` goes into a line of `width`; `*next` gets where the next line starts. */
static unsigned line_length(const char *text, unsigned width, const char **next)
{
    unsigned length = 0, blank = 0;

    while (text[length] && text[length] != '\n' && length < width) {
        if (text[length] == ' ')
            blank = length;
        length++;
    }
    if (text[length] == '\0' || text[length] == '\n' || text[length] == ' ') {
        *next = text + length + (text[length] != '\0');
        return length;
    }
    if (blank == 0)
        blank = length;
    *next = text + blank + (text[blank] == ' ');
    return blank;
}

unsigned menu_wrap(struct cells *cells, unsigned row, unsigned column, unsigned width,
                   unsigned rows, uint8_t style, const char *text)
{
    unsigned used = 0;

    while (*text && used < rows) {
        const char *next;
        unsigned length = line_length(text, width, &next);

        cells_text(cells, row + used, column, length, style, text);
        text = next;
        used++;
    }
    return used;
}

void menu_field(struct cells *cells, unsigned row, unsigned column, const char *label,
                const char *value)
{
    cells_text(cells, row, column, FIELD_LABEL - 1, STYLE_TEXT, label);
    cells_text(cells, row, column + FIELD_LABEL, MENU_WIDTH - column - FIELD_LABEL, STYLE_STRONG,
               value);
}

void menu_list_settle(struct menu_list *list)
{
    if (list->rows == 0)
        list->rows = 1;
    if (list->chosen >= list->count)
        list->chosen = list->count ? list->count - 1 : 0;
    if (list->top > list->chosen)
        list->top = list->chosen;
    if (list->chosen >= list->top + list->rows)
        list->top = list->chosen - list->rows + 1;
    if (list->top + list->rows > list->count)
        list->top = list->count > list->rows ? list->count - list->rows : 0;
}

bool menu_list_key(struct menu_list *list, uint16_t key)
{
    unsigned last = list->count ? list->count - 1 : 0;

    if (key == KEY_UP)
        list->chosen -= list->chosen > 0;
    else if (key == KEY_DOWN)
        list->chosen += list->chosen < last;
    else if (key == KEY_PAGE_UP)
        list->chosen -= list->chosen > list->rows ? list->rows : list->chosen;
    else if (key == KEY_PAGE_DOWN)
        list->chosen += list->rows < last - list->chosen ? list->rows : last - list->chosen;
    else if (key == KEY_HOME)
        list->chosen = 0;
    else if (key == KEY_END)
        list->chosen = last;
    else if (key >= '1' && key <= '9' && key - (unsigned)'1' < list->count)
        list->chosen = key - (unsigned)'1';
    else
        return false;
    menu_list_settle(list);
    return true;
}

uint8_t menu_list_bar(struct cells *cells, const struct menu_list *list, unsigned index,
                      unsigned row, unsigned column, unsigned width)
{
    if (index != list->chosen)
        return STYLE_TEXT;
    cells_fill(cells, row, column, width, ' ', STYLE_CHOSEN);
    cells_fill(cells, row, column, 1, SIGN_CHOSEN, STYLE_CHOSEN);
    return STYLE_CHOSEN;
}

bool menu_input_key(struct menu_input *input, uint16_t key)
{
    if (key == KEY_BACKSPACE || key == 0x7F) {
        input->length -= input->length > 0;
    } else if (key >= ' ' && key < 0x7F) {
        if (input->length >= sizeof input->text - 1)
            return true;
        input->text[input->length++] = (char)key;
    } else {
        return false;
    }
    input->text[input->length] = '\0';
    return true;
}

void menu_input_draw(struct cells *cells, const struct menu_input *input, unsigned row,
                     unsigned column, unsigned width)
{
    cells_fill(cells, row, column, width, '_', STYLE_STRONG);
    cells_text(cells, row, column, width, STYLE_STRONG, input->text);
    cells_cursor(cells, row, column + (input->length < width ? input->length : width - 1));
}

void menu_bar(struct cells *cells, unsigned row, unsigned column, unsigned width, uint32_t done,
              uint32_t total)
{
    uint32_t filled = 0, percent = 0;

    if (done > total)
        done = total;
    if (total > 0) {
        filled = (uint32_t)((uint64_t)done * width / total);
        percent = (uint32_t)((uint64_t)done * 100 / total);
    }
    cells_fill(cells, row, column, width, SIGN_SHADE, STYLE_FRAME);
    cells_fill(cells, row, column, filled, SIGN_BLOCK, STYLE_HEADING);
    cells_format(cells, row, column + width + 1, 6, STYLE_STRONG, "%3u %%", (unsigned)percent);
}
