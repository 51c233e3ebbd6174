/* Cells on the firmware's text console. */
#include "boot/efi/display.h"

#include "kernel/lib/code_page.h"

enum { BEEP_HERTZ = 1000, BEEP_MS = 60 };
enum { ARROW_LEFT = 0x2190, ARROW_RIGHT = 0x2192 }; /* missing in gnu-efi */
enum { MEDIUM_SHADE = 0xB1, DARK_SHADE = 0xB2 };
enum { MODE_80X25 = 0 /* every console has it (12.4.1) */, PLAIN = EFI_LIGHTGRAY };

static SIMPLE_TEXT_OUTPUT_INTERFACE *console_of(const struct display *display)
{
    return display->services->table->ConOut;
}

static void set_attribute(struct display *display, UINTN attribute)
{
    if (attribute == display->attribute)
        return;
    display->attribute = attribute;
    console_of(display)->SetAttribute(console_of(display), attribute);
}

/* Cells of one attribute. UEFI counts the colours as VGA does (12.4.3), but has no blinking. */
static void put_run(struct display *display, const struct cell *cells, unsigned count)
{
    CHAR16 text[SCREEN_COLUMNS + 1];

    for (unsigned i = 0; i < count; i++)
        text[i] = display->signs[cells[i].character];
    text[count] = 0;
    set_attribute(display, cells[0].attribute & 0x7F);
    console_of(display)->OutputString(console_of(display), text);
}

static void display_put(void *context, unsigned row, unsigned column, const struct cell *cells,
                        unsigned count)
{
    struct display *display = context;
    unsigned limit = display->columns;

    if (row + 1 == display->rows)
        limit--; /* the console scrolls when its last cell is written */
    if (row >= display->rows || column >= limit)
        return;
    if (count > limit - column)
        count = limit - column;
    hold_pause(display->hold);
    console_of(display)->SetCursorPosition(console_of(display), column, row);
    for (unsigned start = 0, end; start < count; start = end) {
        for (end = start + 1; end < count && cells[end].attribute == cells[start].attribute; end++)
            ;
        put_run(display, cells + start, end - start);
    }
    hold_resume(display->hold);
}

static void display_flush(void *context, unsigned row, unsigned column)
{
    struct display *display = context;
    bool visible = row < display->rows && column < display->columns;

    if (!visible && !display->cursor_visible)
        return;
    hold_pause(display->hold);
    if (visible)
        console_of(display)->SetCursorPosition(console_of(display), column, row);
    if (visible != display->cursor_visible)
        console_of(display)->EnableCursor(console_of(display), visible);
    hold_resume(display->hold);
    display->cursor_visible = visible;
}

static void display_beep(void *context)
{
    speaker_start(((struct display *)context)->speaker, BEEP_HERTZ, BEEP_MS);
}

/* The signs beside ASCII that every console must have (12.4.3, "Unicode drawing characters"). Not
 * asked for by TestString(): edk2's says yes to all. */
static bool is_required(CHAR16 sign)
{
    static const CHAR16 required[] = {BOXDRAW_HORIZONTAL,
                                      BOXDRAW_VERTICAL,
                                      BOXDRAW_DOWN_RIGHT,
                                      BOXDRAW_DOWN_LEFT,
                                      BOXDRAW_UP_RIGHT,
                                      BOXDRAW_UP_LEFT,
                                      BOXDRAW_VERTICAL_RIGHT,
                                      BOXDRAW_VERTICAL_LEFT,
                                      BOXDRAW_DOWN_HORIZONTAL,
                                      BOXDRAW_UP_HORIZONTAL,
                                      BOXDRAW_VERTICAL_HORIZONTAL,
                                      BLOCKELEMENT_FULL_BLOCK,
                                      BLOCKELEMENT_LIGHT_SHADE,
                                      GEOMETRICSHAPE_UP_TRIANGLE,
                                      GEOMETRICSHAPE_RIGHT_TRIANGLE,
                                      GEOMETRICSHAPE_DOWN_TRIANGLE,
                                      GEOMETRICSHAPE_LEFT_TRIANGLE,
                                      ARROW_UP,
                                      ARROW_DOWN,
                                      ARROW_LEFT,
                                      ARROW_RIGHT};

    for (unsigned i = 0; i < sizeof(required) / sizeof(required[0]); i++) {
        if (required[i] == sign)
            return true;
    }
    return sign >= BOXDRAW_DOUBLE_HORIZONTAL && sign <= BOXDRAW_DOUBLE_VERTICAL_HORIZONTAL;
}

/* Of a sign that they don't have, consoles draw nothing and leave what stood there before. */
static void choose_signs(CHAR16 *signs, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        uint8_t character = (uint8_t)i;
        CHAR16 sign = code_page_sign(character);

        if (is_required(sign))
            signs[i] = sign;
        else if (character == MEDIUM_SHADE || character == DARK_SHADE)
            signs[i] = BLOCKELEMENT_LIGHT_SHADE;
        else
            signs[i] = (CHAR16)code_page_ascii(character);
    }
}

bool display_open(struct display *display, const struct services *services, struct hold *hold,
                  struct speaker *speaker)
{
    SIMPLE_TEXT_OUTPUT_INTERFACE *console = services->table->ConOut;
    UINTN columns = 0, rows = 0;

    *display = (struct display){
        .services = services, .hold = hold, .speaker = speaker, .attribute = PLAIN};
    if (console == NULL)
        return false;
    console->SetMode(console, MODE_80X25);
    if (EFI_ERROR(console->QueryMode(console, (UINTN)console->Mode->Mode, &columns, &rows)))
        return false;
    choose_signs(display->signs, sizeof(display->signs) / sizeof(display->signs[0]));
    console->SetAttribute(console, PLAIN);
    console->ClearScreen(console);
    console->EnableCursor(console, FALSE);
    display->columns = columns < SCREEN_COLUMNS ? (unsigned)columns : SCREEN_COLUMNS;
    display->rows = (unsigned)rows;
    return columns > 0 && rows > 0;
}

struct screen_sink display_sink(struct display *display)
{
    struct screen_sink sink = {.context = display,
                               .rows = SCREEN_ROWS,
                               .put = display_put,
                               .flush = display_flush,
                               .beep = display_beep};

    if (display->rows < SCREEN_ROWS)
        sink.rows = (uint8_t)display->rows;
    return sink;
}
