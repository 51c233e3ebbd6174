/* Text memory of the display adapter. */
#include "drivers/vga.h"

/* CRT controller registers: cursor location, high and low byte. */
enum { CRTC_COLOUR = 0x3D4, CRTC_MONOCHROME = 0x3B4, CRTC_CURSOR_HIGH = 0x0E };
enum { CRTC_CURSOR_LOW = 0x0F };

/* One cell past the visible page: hides the cursor on every adapter, the old ones included whose
 * cursor shape can't be read back. */
enum { CURSOR_HIDDEN = SCREEN_COLUMNS * SCREEN_ROWS, CURSOR_UNKNOWN = 0xFFFF };

/* Attributes that MDA knows (IBM MDA): 07 normal, 0F bright, 70 reverse. */
static uint8_t monochrome_attribute(uint8_t attribute)
{
    if ((attribute >> 4 & 7) == 7)
        return 0x70;
    return attribute & 0x08 ? 0x0F : 0x07;
}

static void vga_put(void *context, unsigned row, unsigned column, const struct cell *cells,
                    unsigned count)
{
    struct vga *vga = context;

    if (row >= SCREEN_ROWS || column >= SCREEN_COLUMNS)
        return;
    if (count > SCREEN_COLUMNS - column)
        count = SCREEN_COLUMNS - column;
    for (unsigned i = 0; i < count; i++) {
        uint8_t attribute = cells[i].attribute & 0x7F;

        if (vga->monochrome)
            attribute = monochrome_attribute(attribute);
        vga->memory[row * SCREEN_COLUMNS + column + i] =
            (uint16_t)(attribute << 8 | cells[i].character);
    }
}

static void write_crtc(const struct vga *vga, uint8_t index, uint8_t value)
{
    vga->ports->out8(vga->ports->context, vga->crtc, index);
    vga->ports->out8(vga->ports->context, (uint16_t)(vga->crtc + 1), value);
}

static void vga_flush(void *context, unsigned row, unsigned column)
{
    struct vga *vga = context;
    bool visible = row < SCREEN_ROWS && column < SCREEN_COLUMNS;
    uint16_t cursor = visible ? (uint16_t)(row * SCREEN_COLUMNS + column) : CURSOR_HIDDEN;

    if (cursor == vga->cursor)
        return;
    write_crtc(vga, CRTC_CURSOR_HIGH, (uint8_t)(cursor >> 8));
    write_crtc(vga, CRTC_CURSOR_LOW, (uint8_t)cursor);
    vga->cursor = cursor;
}

static void vga_beep(void *context)
{
    struct vga *vga = context;

    if (vga->speaker != NULL)
        speaker_start(vga->speaker, 1000, 60);
}

/* Whether two cells hold what is written; what stood there is put back. */
static bool memory_answers(volatile uint16_t *memory)
{
    uint16_t first = memory[0];
    uint16_t last = memory[SCREEN_COLUMNS * SCREEN_ROWS - 1];
    bool answers;

    memory[0] = 0x0755;
    memory[SCREEN_COLUMNS * SCREEN_ROWS - 1] = 0x07AA;
    answers = memory[0] == 0x0755 && memory[SCREEN_COLUMNS * SCREEN_ROWS - 1] == 0x07AA;
    memory[0] = first;
    memory[SCREEN_COLUMNS * SCREEN_ROWS - 1] = last;
    return answers;
}

bool vga_open(struct vga *vga, const struct ports *ports, volatile uint16_t *memory,
              bool monochrome)
{
    vga->ports = ports;
    vga->memory = memory;
    vga->monochrome = monochrome;
    vga->crtc = monochrome ? CRTC_MONOCHROME : CRTC_COLOUR;
    vga->speaker = NULL;
    vga->cursor = CURSOR_UNKNOWN;
    return memory_answers(memory);
}

struct screen_sink vga_sink_open(struct vga *vga)
{
    struct screen_sink sink = {
        .context = vga,
        .rows = SCREEN_ROWS,
        .put = vga_put,
        .flush = vga_flush,
        .beep = vga_beep,
    };

    return sink;
}
