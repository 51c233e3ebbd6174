/* Cells on the firmware's text console. */
#include "boot/efi/display.h"

#include "kernel/lib/code_page.h"

enum { BEEP_HERTZ = 1000, BEEP_MS = 60 };
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
        text[i] = code_page_sign(cells[i].character);
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
