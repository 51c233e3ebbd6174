/* Keys from the firmware: all keyboards that it drives, and its own remote consoles. */
#ifndef BOOT_EFI_KEYBOARD_H
#define BOOT_EFI_KEYBOARD_H

#include "boot/efi/hold.h"
#include "boot/platform.h"
#include "drivers/speaker.h"

struct keyboard {
    const struct services *services;
    struct hold *hold;
    struct speaker *speaker; /* switched off in time, as this is called often */
    EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL
    *extended; /* NULL: the firmware has the simple protocol only */
    uint64_t next_look_us;
};

/* Prepares the keyboard. Without one no key will come. */
void keyboard_open(struct keyboard *keyboard, const struct services *services, struct hold *hold,
                   struct speaker *speaker);

/* The keyboard as a source of keys; a reset that the firmware was asked for comes as
 * KEY_CTRL_ALT_DEL. */
struct key_source keyboard_source(struct keyboard *keyboard);

#endif
