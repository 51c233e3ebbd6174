/* Simple Text Input (12.3) and Simple Text Input Ex (12.2). */
#include "boot/efi/keyboard.h"

#include "boot/efi/key_map.h"

/* Programs look for ESC in their innermost loops. Asking the firmware costs more than a port
 * access, and nobody types faster than this. */
enum { LOOK_INTERVAL_US = 5000 };

enum {
    CONTROL_PRESSED = EFI_RIGHT_CONTROL_PRESSED | EFI_LEFT_CONTROL_PRESSED,
    ALT_PRESSED = EFI_RIGHT_ALT_PRESSED | EFI_LEFT_ALT_PRESSED
};

/* Ctrl with a letter is no letter; Ctrl and Alt together are how some layouts reach signs. */
static bool is_control(const EFI_KEY_DATA *data)
{
    UINT32 shift = data->KeyState.KeyShiftState;

    return (shift & EFI_SHIFT_STATE_VALID) != 0 && (shift & CONTROL_PRESSED) != 0 &&
           (shift & ALT_PRESSED) == 0;
}

static uint16_t read_extended(EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL *input)
{
    EFI_KEY_DATA data = {.Key = {0}};

    if (EFI_ERROR(input->ReadKeyStrokeEx(input, &data)) || is_control(&data))
        return KEY_NONE;
    return key_map(data.Key.ScanCode, data.Key.UnicodeChar);
}

static uint16_t read_simple(SIMPLE_INPUT_INTERFACE *input)
{
    EFI_INPUT_KEY key = {0};

    if (input == NULL || EFI_ERROR(input->ReadKeyStroke(input, &key)))
        return KEY_NONE;
    return key_map(key.ScanCode, key.UnicodeChar);
}

static uint16_t keyboard_read(void *context)
{
    struct keyboard *keyboard = context;
    const struct platform *platform = keyboard->speaker->platform;
    uint64_t now = platform->now_us(platform->context);
    uint16_t key;

    speaker_poll(keyboard->speaker);
    if (now < keyboard->next_look_us)
        return KEY_NONE;
    hold_pause(keyboard->hold);
    key = keyboard->extended != NULL ? read_extended(keyboard->extended)
                                     : read_simple(keyboard->services->table->ConIn);
    hold_resume(keyboard->hold);
    if (hold_reset_asked(keyboard->hold))
        return KEY_CTRL_ALT_DEL;
    if (key == KEY_NONE)
        keyboard->next_look_us = now + LOOK_INTERVAL_US;
    return key;
}

void keyboard_open(struct keyboard *keyboard, const struct services *services, struct hold *hold,
                   struct speaker *speaker)
{
    *keyboard = (struct keyboard){.services = services, .hold = hold, .speaker = speaker};
    keyboard->extended =
        services_protocol(services, services->table->ConsoleInHandle, &guid_text_input_ex);
}

struct key_source keyboard_source(struct keyboard *keyboard)
{
    struct key_source source = {.context = keyboard, .read = keyboard_read};

    return source;
}
