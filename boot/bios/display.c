/* Text mode by INT 10h (IBM BIOS Interface Technical Reference, video). */
#include "boot/bios/display.h"

#include "boot/bios/layout.h"
#include "boot/bios/real.h"

enum { MODE_TEXT_80_GREY = 2, MODE_TEXT_80 = 3, MODE_TEXT_MONOCHROME = 7, MODE_NONE = 0xFF };
enum { EQUIPMENT_VIDEO = 0x30, EQUIPMENT_MONOCHROME = 0x30 };
enum { TEXT_COLOUR = 0xB8000, TEXT_MONOCHROME = 0xB0000 };

/* The present mode when it has 80 columns, MODE_NONE when there is no video BIOS or another width.
 */
static uint8_t present_mode(void)
{
    struct real_registers registers = {.eax = 0x0F5A}; /* AL stays 5Ah when nobody answers */

    real_int(0x10, &registers);
    if ((registers.eax >> 8 & 0xFF) != SCREEN_COLUMNS || (registers.eax & 0x7F) == 0x5A)
        return MODE_NONE;
    return registers.eax & 0x7F;
}

static bool is_80x25(uint8_t mode)
{
    uint8_t last_row = real_read8(BDA_LAST_ROW);

    /* Adapters before EGA leave the number of rows 0. */
    return (mode == MODE_TEXT_80_GREY || mode == MODE_TEXT_80 || mode == MODE_TEXT_MONOCHROME) &&
           (last_row == SCREEN_ROWS - 1 || last_row == 0);
}

bool display_open(struct vga *vga, const struct ports *ports)
{
    bool monochrome = (real_read8(BDA_EQUIPMENT) & EQUIPMENT_VIDEO) == EQUIPMENT_MONOCHROME;
    uint8_t mode = present_mode();

    if (!is_80x25(mode)) {
        struct real_registers registers = {.eax = monochrome ? MODE_TEXT_MONOCHROME : MODE_TEXT_80};

        real_int(0x10, &registers);
        mode = present_mode();
    }
    monochrome = mode == MODE_TEXT_MONOCHROME || (mode == MODE_NONE && monochrome);
    return vga_open(vga, ports, real_memory(monochrome ? TEXT_MONOCHROME : TEXT_COLOUR),
                    monochrome);
}
