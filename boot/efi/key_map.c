/* Scan codes of UEFI to keys. */
#include "boot/efi/key_map.h"

#include "boot/platform.h"

enum { SCAN_F1 = 0x0B, SCAN_F12 = 0x16 };

/* In the order of their scan codes, from 1 on. */
static const uint16_t first_keys[] = {KEY_UP,  KEY_DOWN,   KEY_RIGHT,  KEY_LEFT,    KEY_HOME,
                                      KEY_END, KEY_INSERT, KEY_DELETE, KEY_PAGE_UP, KEY_PAGE_DOWN};

enum { FIRST_KEYS = sizeof first_keys / sizeof first_keys[0], SCAN_ESC = 0x17 };

uint16_t key_map(uint16_t scan, uint16_t character)
{
    if (scan >= 1 && scan <= FIRST_KEYS)
        return first_keys[scan - 1];
    if (scan >= SCAN_F1 && scan <= SCAN_F12)
        return (uint16_t)(KEY_F1 + (scan - SCAN_F1));
    if (scan == SCAN_ESC)
        return KEY_ESC;
    if (scan != 0)
        return KEY_NONE;
    if (character == 0x7F)
        return KEY_BACKSPACE;
    return character < 0x7F ? character : KEY_NONE;
}
