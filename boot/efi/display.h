/* The firmware's text console (12.4, Simple Text Output Protocol) as a screen of cells. */
#ifndef BOOT_EFI_DISPLAY_H
#define BOOT_EFI_DISPLAY_H

#include <stdbool.h>

#include "boot/efi/hold.h"
#include "boot/platform.h"
#include "drivers/speaker.h"

struct display {
    const struct services *services;
    struct hold *hold;
    struct speaker *speaker;
    unsigned columns, rows; /* of the console */
    UINTN attribute;        /* set last */
    bool cursor_visible;
    CHAR16 signs[256]; /* how the console shows each character */
};

/* Clears the console and puts it into 80x25 if it can. False: there is none. */
bool display_open(struct display *display, const struct services *services, struct hold *hold,
                  struct speaker *speaker);

/* The console as a sink. */
struct screen_sink display_sink(struct display *display);

#endif
