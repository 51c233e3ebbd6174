/*
 * VGA (also EGA, CGA, MDA) text memory, 80x25 (IBM VGA Technical Reference, "Video memory
 * organization", CRT controller registers).
 */
#ifndef DRIVERS_VGA_H
#define DRIVERS_VGA_H

#include <stdbool.h>
#include <stdint.h>

#include "boot/platform.h"
#include "drivers/speaker.h"

struct vga {
    const struct ports *ports;
    volatile uint16_t *memory; /* 80x25 words: attribute in the high byte, character in the low */
    uint16_t crtc;             /* index port of the CRT controller: 3D4, or 3B4 on monochrome */
    bool monochrome;
    struct speaker *speaker; /* for beeps, NULL = silent */
    uint16_t cursor;         /* last position written, 0xFFFF = hidden, 0xFFFE = not known */
};

/*
 * Takes the text memory at `memory` (B8000, or B0000 for `monochrome`) after a write and read test
 * of it. Returns false when no memory answers there.
 */
bool vga_open(struct vga *vga, const struct ports *ports, volatile uint16_t *memory,
              bool monochrome);

/* The text memory as a screen. */
struct screen_sink vga_sink_open(struct vga *vga);

#endif
