/* Decoding of a terminal's keys. */
#include "drivers/vt100_input.h"

enum { ESCAPE_US = 100000, SEQUENCE_US = 1000000, BYTES_PER_READ = 64, PARAMETER_MAX = 999 };
enum { ASCII_ESC = 0x1B, ASCII_FORM_FEED = 0x0C, ASCII_DEL = 0x7F };

/* One sign of a sequence and its key. */
struct sign_key {
    char sign;
    uint16_t key;
};

/* Last letter of CSI and SS3 sequences. */
static const struct sign_key final_keys[] = {
    {'A', KEY_UP},     {'B', KEY_DOWN},   {'C', KEY_RIGHT}, {'D', KEY_LEFT},
    {'H', KEY_HOME},   {'F', KEY_END},    {'P', KEY_F1},    {'Q', KEY_F1 + 1},
    {'R', KEY_F1 + 2}, {'S', KEY_F1 + 3}, {'M', KEY_ENTER}, /* SS3 M: Enter of the keypad */
};

/* After ESC alone, VT-UTF8 and VT100+. */
static const struct sign_key escape_keys[] = {
    {'1', KEY_F1},      {'2', KEY_F1 + 1},    {'3', KEY_F1 + 2},  {'4', KEY_F1 + 3},
    {'5', KEY_F1 + 4},  {'6', KEY_F1 + 5},    {'7', KEY_F1 + 6},  {'8', KEY_F1 + 7},
    {'9', KEY_F1 + 8},  {'0', KEY_F1 + 9},    {'!', KEY_F1 + 10}, {'@', KEY_F12},
    {'h', KEY_HOME},    {'k', KEY_END},       {'+', KEY_INSERT},  {'-', KEY_DELETE},
    {'?', KEY_PAGE_UP}, {'/', KEY_PAGE_DOWN},
};

/* Parameter of "CSI n ~" (VT220; 1, 4, 7, 8 by xterm and rxvt), index = n. */
static const uint16_t tilde_keys[] = {
    [1] = KEY_HOME,    [2] = KEY_INSERT,    [3] = KEY_DELETE,   [4] = KEY_END,
    [5] = KEY_PAGE_UP, [6] = KEY_PAGE_DOWN, [7] = KEY_HOME,     [8] = KEY_END,
    [11] = KEY_F1,     [12] = KEY_F1 + 1,   [13] = KEY_F1 + 2,  [14] = KEY_F1 + 3,
    [15] = KEY_F1 + 4, [17] = KEY_F1 + 5,   [18] = KEY_F1 + 6,  [19] = KEY_F1 + 7,
    [20] = KEY_F1 + 8, [21] = KEY_F1 + 9,   [23] = KEY_F1 + 10, [24] = KEY_F12,
};

static uint16_t find_key(const struct sign_key *keys, unsigned count, int sign)
{
    for (unsigned i = 0; i < count; i++) {
        if (keys[i].sign == sign)
            return keys[i].key;
    }
    return KEY_NONE;
}

#define FIND_KEY(keys, sign) find_key(keys, sizeof(keys) / sizeof(keys[0]), sign)

static uint16_t ground(struct vt100_input *input, int byte)
{
    bool after_cr = input->after_cr;

    input->after_cr = byte == '\r';
    if (byte == '\r' || (byte == '\n' && !after_cr))
        return KEY_ENTER;
    if (byte == ASCII_DEL || byte == KEY_BACKSPACE)
        return KEY_BACKSPACE;
    if (byte == ASCII_FORM_FEED)
        return VT100_INPUT_REDRAW;
    return byte == KEY_TAB || (byte >= 0x20 && byte < ASCII_DEL) ? (uint16_t)byte : KEY_NONE;
}

static void begin_csi(struct vt100_input *input)
{
    input->state = VT100_CSI;
    input->parameter_count = 0;
    for (unsigned i = 0; i < VT100_PARAMETERS; i++)
        input->parameter[i] = 0;
}

static uint16_t after_escape(struct vt100_input *input, int byte)
{
    uint16_t key = FIND_KEY(escape_keys, byte);

    input->state = VT100_GROUND;
    if (byte == '[') {
        begin_csi(input);
    } else if (byte == 'O') {
        input->state = VT100_SS3;
    } else if (key == KEY_NONE) {
        input->held = byte + 1; /* the ESC key, and then this one */
        return KEY_ESC;
    }
    return key;
}

/* The last byte of a CSI sequence. Modifiers (second parameter) are not told apart. */
static uint16_t finish_csi(struct vt100_input *input, int byte)
{
    uint16_t first = input->parameter[0];

    input->state = VT100_GROUND;
    if (byte == '~')
        return first < sizeof(tilde_keys) / sizeof(tilde_keys[0]) ? tilde_keys[first] : KEY_NONE;
    if (byte == 'R' && first > 1) { /* cursor position report; "CSI 1 ; n R" is F3 */
        input->rows = (uint8_t)(first < 255 ? first : 255);
        return KEY_NONE;
    }
    return FIND_KEY(final_keys, byte);
}

static uint16_t in_csi(struct vt100_input *input, int byte)
{
    if (byte >= '0' && byte <= '9') {
        if (input->parameter_count < VT100_PARAMETERS) {
            uint16_t *value = &input->parameter[input->parameter_count];

            *value = (uint16_t)(*value * 10 + (byte - '0'));
            *value = *value > PARAMETER_MAX ? PARAMETER_MAX : *value;
        }
        return KEY_NONE;
    }
    if (byte == ';') {
        if (input->parameter_count < VT100_PARAMETERS)
            input->parameter_count++;
        return KEY_NONE;
    }
    if (byte == '[') {
        input->state = VT100_CSI_LINUX;
        return KEY_NONE;
    }
    if (byte >= 0x40 && byte < ASCII_DEL)
        return finish_csi(input, byte);
    if (byte < 0x20 || byte >= ASCII_DEL)
        input->state = VT100_GROUND; /* not a sequence at all */
    return KEY_NONE;
}

static uint16_t decode(struct vt100_input *input, int byte, uint64_t now_us)
{
    uint16_t key = KEY_NONE;

    input->byte_us = now_us;
    if (byte == ASCII_ESC) {
        if (input->state == VT100_ESCAPE)
            key = KEY_ESC;
        input->state = VT100_ESCAPE;
        return key;
    }
    switch (input->state) {
    case VT100_GROUND:
        return ground(input, byte);
    case VT100_ESCAPE:
        return after_escape(input, byte);
    case VT100_CSI:
        return in_csi(input, byte);
    case VT100_CSI_LINUX:
        input->state = VT100_GROUND;
        return byte >= 'A' && byte <= 'E' ? (uint16_t)(KEY_F1 + (byte - 'A')) : KEY_NONE;
    case VT100_SS3:
        input->state = VT100_GROUND;
        return FIND_KEY(final_keys, byte);
    }
    return KEY_NONE;
}

/* Ends a sequence that was cut off. */
static uint16_t give_up(struct vt100_input *input, uint64_t now_us)
{
    bool lone = input->state == VT100_ESCAPE;

    if (input->state == VT100_GROUND ||
        now_us - input->byte_us < (lone ? (uint64_t)ESCAPE_US : SEQUENCE_US))
        return KEY_NONE;
    input->state = VT100_GROUND;
    return lone ? KEY_ESC : KEY_NONE;
}

uint16_t vt100_input_read(struct vt100_input *input, struct serial *serial, uint64_t now_us)
{
    for (unsigned i = 0; i < BYTES_PER_READ; i++) {
        int byte = input->held != 0 ? input->held - 1 : serial_read(serial);
        uint16_t key;

        input->held = 0;
        if (byte < 0)
            break;
        key = decode(input, byte, now_us);
        if (key != KEY_NONE)
            return key;
    }
    return give_up(input, now_us);
}
