/* The display adapter that the BIOS set up. */
#ifndef BOOT_BIOS_DISPLAY_H
#define BOOT_BIOS_DISPLAY_H

#include <stdbool.h>

#include "drivers/vga.h"

/* Finds the text screen, puts it into 80x25 if it is in another mode. Returns false without one. */
bool display_open(struct vga *vga, const struct ports *ports);

#endif
