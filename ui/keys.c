#include "ui/keys.h"

#include <stddef.h>

#include "kernel/lib/text.h"

bool keys_add(struct keys *keys, const struct key_source *source)
{
    if (keys->count >= KEYS_SOURCES)
        return false;
    keys->sources[keys->count++] = *source;
    return true;
}

void keys_remove(struct keys *keys, const void *context)
{
    unsigned kept = 0;

    for (unsigned i = 0; i < keys->count; i++) {
        if (keys->sources[i].context != context)
            keys->sources[kept++] = keys->sources[i];
    }
    keys->count = kept;
}

uint16_t keys_read(struct keys *keys)
{
    for (unsigned i = 0; i < keys->count; i++) {
        uint16_t key = keys->sources[i].read(keys->sources[i].context);

        if (key != KEY_NONE)
            return key;
    }
    return KEY_NONE;
}

uint16_t keys_action(uint16_t key)
{
    static const struct {
        char letter;
        uint16_t key;
    } letters[] = {{'?', KEY_F1},     {'H', KEY_F1},     {'B', KEY_F1 + 4}, {'F', KEY_F1 + 5},
                   {'C', KEY_F1 + 6}, {'L', KEY_F1 + 7}, {'V', KEY_F1 + 8}, {'Q', KEY_F1 + 9}};

    if (key == KEY_BACKSPACE || key == 0x7F)
        return KEY_ESC;
    if (key == '\n')
        return KEY_ENTER;
    if (key > 0x7F)
        return key;
    key = (uint16_t)text_upper((char)key);
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++) {
        if (key == (uint16_t)letters[i].letter)
            return letters[i].key;
    }
    return key;
}

bool keys_is_ok(uint16_t key)
{
    return key == KEY_ENTER || key == KEY_F1 + 9;
}
