/* Keys from the BIOS (INT 16h): AT, PS/2 and, as far as the BIOS supports them, USB keyboards. */
#ifndef BOOT_BIOS_KEYBOARD_H
#define BOOT_BIOS_KEYBOARD_H

#include <stdint.h>

#include "boot/platform.h"
#include "drivers/speaker.h"

struct bios_keyboard {
    const struct platform *platform; /* clock */
    struct speaker *speaker;         /* switched off in time, as this is called often */
    uint8_t function;                /* added to the function numbers: 10h for 101 keys, else 0 */
    uint64_t next_look_us;
};

/* Prepares the keyboard. */
void keyboard_open(struct bios_keyboard *keyboard, const struct platform *platform,
                   struct speaker *speaker);

/* The keyboard as a source of keys. */
struct key_source keyboard_source(struct bios_keyboard *keyboard);

/* The key for what INT 16h returned in AX (scan code, ASCII); KEY_NONE when we have no use for it.
 */
uint16_t keyboard_translate(uint16_t ax);

#endif
