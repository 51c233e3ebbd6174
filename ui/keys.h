/* All keyboards at once: the machine's own, a serial terminal's, ... */
#ifndef UI_KEYS_H
#define UI_KEYS_H

#include <stdbool.h>
#include <stdint.h>

#include "boot/platform.h"

enum { KEYS_SOURCES = PLATFORM_KEY_SOURCES + 1 };

struct keys {
    struct key_source sources[KEYS_SOURCES];
    unsigned count;
};

/* Adds a copy of `source`. False: no room for it. */
bool keys_add(struct keys *keys, const struct key_source *source);

/* Takes the source with this context out again. */
void keys_remove(struct keys *keys, const void *context);

/* The next key of any source, KEY_NONE when there is none. Never waits. */
uint16_t keys_read(struct keys *keys);

/*
 * The key that `key` stands for where nothing is typed: letters for terminals without function
 * keys (? or H = F1, B = F5, F = F6, C = F7, L = F8, V = F9, Q = F10), Backspace = Esc. Other
 * letters become upper case.
 */
uint16_t keys_action(uint16_t key);

/* Enter or F10: "go on" on every screen but the main one, where F10 ends. */
bool keys_is_ok(uint16_t key);

#endif
