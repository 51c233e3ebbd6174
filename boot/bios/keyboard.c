/* Keys by INT 16h (IBM PS/2 and Personal Computer BIOS Interface Technical Reference). */
#include "boot/bios/keyboard.h"

#include "boot/bios/layout.h"
#include "boot/bios/real.h"
#include "kernel/lib/string.h"

enum { KEYBOARD_101_KEYS = 0x10, EXTENDED_FUNCTIONS = 0x10 };
enum { FUNCTION_READ = 0x00, FUNCTION_STATUS = 0x01 };

/* Programs look for ESC in their innermost loops. Real mode and back costs more than a port access,
 * and nobody types faster than this. */
enum { LOOK_INTERVAL_US = 5000 };

/* Scan codes of keys that have no ASCII. */
static const struct {
    uint8_t scan;
    uint16_t key;
} scan_keys[] = {
    {0x47, KEY_HOME},   {0x48, KEY_UP},     {0x49, KEY_PAGE_UP}, {0x4B, KEY_LEFT},
    {0x4D, KEY_RIGHT},  {0x4F, KEY_END},    {0x50, KEY_DOWN},    {0x51, KEY_PAGE_DOWN},
    {0x52, KEY_INSERT}, {0x53, KEY_DELETE}, {0x85, KEY_F1 + 10}, {0x86, KEY_F12},
};

enum { SCAN_F1 = 0x3B, SCAN_F10 = 0x44 };

uint16_t keyboard_translate(uint16_t ax)
{
    uint8_t scan = (uint8_t)(ax >> 8);
    uint8_t ascii = (uint8_t)ax;

    if (ascii != 0 && ascii != 0xE0) /* E0h: the grey keys of 101-key keyboards */
        return ascii < 0x7F ? ascii : ascii == 0x7F ? KEY_BACKSPACE : KEY_NONE;
    if (scan >= SCAN_F1 && scan <= SCAN_F10)
        return (uint16_t)(KEY_F1 + (scan - SCAN_F1));
    for (unsigned i = 0; i < sizeof(scan_keys) / sizeof(scan_keys[0]); i++) {
        if (scan_keys[i].scan == scan)
            return scan_keys[i].key;
    }
    return KEY_NONE;
}

static uint16_t keyboard_read(void *context)
{
    struct bios_keyboard *keyboard = context;
    uint64_t now = keyboard->platform->now_us(keyboard->platform->context);
    struct real_registers registers = {.eax = (uint32_t)(keyboard->function + FUNCTION_STATUS)
                                              << 8};

    speaker_poll(keyboard->speaker);
    if (now < keyboard->next_look_us)
        return KEY_NONE;
    real_int(0x16, &registers);
    if (real_resets_pressed() > 0)
        return KEY_CTRL_ALT_DEL;
    if (registers.eflags & REAL_ZERO) {
        keyboard->next_look_us = now + LOOK_INTERVAL_US;
        return KEY_NONE;
    }
    registers = (struct real_registers){.eax = (uint32_t)(keyboard->function + FUNCTION_READ) << 8};
    real_int(0x16, &registers);
    return keyboard_translate((uint16_t)registers.eax);
}

void keyboard_open(struct bios_keyboard *keyboard, const struct platform *platform,
                   struct speaker *speaker)
{
    bool extended = (real_read8(BDA_KEYBOARD_TYPE) & KEYBOARD_101_KEYS) != 0;

    *keyboard = (struct bios_keyboard){
        .platform = platform, .speaker = speaker, .function = extended ? EXTENDED_FUNCTIONS : 0};
}

struct key_source keyboard_source(struct bios_keyboard *keyboard)
{
    struct key_source source = {.context = keyboard, .read = keyboard_read};

    return source;
}
