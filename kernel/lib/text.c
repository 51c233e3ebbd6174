/* Formatting and reading of small texts. */
#include "kernel/lib/text.h"

#include "kernel/lib/string.h"

/* Where formatted characters go; counts all of them, stores what fits. */
struct text_out {
    char *buffer;
    size_t size;
    size_t length;
};

/* One conversion: what stood between '%' and its letter. */
struct text_spec {
    bool left, zero;
    bool has_precision;
    size_t width;
    size_t precision;
    enum {
        LENGTH_CHAR,
        LENGTH_SHORT,
        LENGTH_INT,
        LENGTH_LONG,
        LENGTH_LONG_LONG,
        LENGTH_SIZE
    } length;
};

static void put_character(struct text_out *out, char c)
{
    if (out->length + 1 < out->size)
        out->buffer[out->length] = c;
    out->length++;
}

static void put_repeated(struct text_out *out, char c, size_t count)
{
    while (count-- > 0)
        put_character(out, c);
}

/* `prefix` ("-" or "") and `length` characters of `body`, padded to the width. */
static void put_field(struct text_out *out, const struct text_spec *spec, const char *prefix,
                      const char *body, size_t length, size_t zeroes)
{
    size_t used = strlen(prefix) + zeroes + length;
    size_t pad = spec->width > used ? spec->width - used : 0;

    if (!spec->left)
        put_repeated(out, ' ', pad);
    while (*prefix != '\0')
        put_character(out, *prefix++);
    put_repeated(out, '0', zeroes);
    for (size_t i = 0; i < length; i++)
        put_character(out, body[i]);
    if (spec->left)
        put_repeated(out, ' ', pad);
}

static void put_number(struct text_out *out, const struct text_spec *spec, const char *prefix,
                       uint64_t value, unsigned base, const char *digits)
{
    char body[20]; /* UINT64_MAX has 20 digits */
    size_t length = 0;
    size_t zeroes = 0;

    while (value != 0) {
        length++;
        body[sizeof(body) - length] = digits[value % base];
        value /= base;
    }
    if (spec->has_precision)
        zeroes = spec->precision > length ? spec->precision - length : 0;
    else if (length == 0)
        zeroes = 1;
    if (spec->zero && !spec->left && !spec->has_precision) {
        size_t used = strlen(prefix) + zeroes + length;

        zeroes += spec->width > used ? spec->width - used : 0;
    }
    put_field(out, spec, prefix, body + sizeof(body) - length, length, zeroes);
}

static void put_string(struct text_out *out, const struct text_spec *spec, const char *text)
{
    size_t length = 0;

    while ((!spec->has_precision || length < spec->precision) && text[length] != '\0')
        length++;
    put_field(out, spec, "", text, length, 0);
}

/* va_list may be an array type: a struct lets functions share its progress. */
struct text_arguments {
    va_list list;
};

static uint64_t take_unsigned(struct text_arguments *arguments, const struct text_spec *spec)
{
    switch (spec->length) {
    case LENGTH_CHAR:
        return (unsigned char)va_arg(arguments->list, unsigned);
    case LENGTH_SHORT:
        return (unsigned short)va_arg(arguments->list, unsigned);
    case LENGTH_LONG:
        return va_arg(arguments->list, unsigned long);
    case LENGTH_LONG_LONG:
        return va_arg(arguments->list, unsigned long long);
    case LENGTH_SIZE:
        return va_arg(arguments->list, size_t);
    default:
        return va_arg(arguments->list, unsigned);
    }
}

static int64_t take_signed(struct text_arguments *arguments, const struct text_spec *spec)
{
    switch (spec->length) {
    case LENGTH_CHAR:
        return (signed char)va_arg(arguments->list, int);
    case LENGTH_SHORT:
        return (short)va_arg(arguments->list, int);
    case LENGTH_LONG:
        return va_arg(arguments->list, long);
    case LENGTH_LONG_LONG:
        return va_arg(arguments->list, long long);
    case LENGTH_SIZE:
        return va_arg(arguments->list, ptrdiff_t);
    default:
        return va_arg(arguments->list, int);
    }
}

/* A decimal number or '*' in a conversion. A negative '*' stays negative. */
static int read_count(const char **format, struct text_arguments *arguments)
{
    enum { COUNT_MAX = 4096 };
    int count = 0;

    if (**format == '*') {
        (*format)++;
        count = va_arg(arguments->list, int);
        return count > COUNT_MAX ? COUNT_MAX : count < -COUNT_MAX ? -COUNT_MAX : count;
    }
    while (**format >= '0' && **format <= '9') {
        if (count < COUNT_MAX)
            count = count * 10 + (**format - '0');
        (*format)++;
    }
    return count;
}

static void read_length(struct text_spec *spec, const char **format)
{
    char letter = **format;
    bool twice;

    spec->length = LENGTH_INT;
    if (letter != 'h' && letter != 'l' && letter != 'z')
        return;
    (*format)++;
    twice = letter != 'z' && **format == letter;
    if (twice)
        (*format)++;
    if (letter == 'h')
        spec->length = twice ? LENGTH_CHAR : LENGTH_SHORT;
    else if (letter == 'l')
        spec->length = twice ? LENGTH_LONG_LONG : LENGTH_LONG;
    else
        spec->length = LENGTH_SIZE;
}

static void read_spec(struct text_spec *spec, const char **format, struct text_arguments *arguments)
{
    int count;

    memset(spec, 0, sizeof(*spec));
    for (; **format == '-' || **format == '0'; (*format)++) {
        if (**format == '-')
            spec->left = true;
        else
            spec->zero = true;
    }
    count = read_count(format, arguments);
    if (count < 0)
        spec->left = true;
    spec->width = (size_t)(count < 0 ? -count : count);
    if (**format == '.') {
        (*format)++;
        count = read_count(format, arguments);
        spec->has_precision = count >= 0;
        spec->precision = count >= 0 ? (size_t)count : 0;
    }
    read_length(spec, format);
}

static void put_signed(struct text_out *out, const struct text_spec *spec, int64_t value)
{
    bool negative = value < 0;
    uint64_t magnitude = negative ? 0 - (uint64_t)value : (uint64_t)value;

    put_number(out, spec, negative ? "-" : "", magnitude, 10, "0123456789");
}

static void put_conversion(struct text_out *out, struct text_spec *spec, char letter,
                           struct text_arguments *arguments)
{
    char c;

    switch (letter) {
    case 'c':
        c = (char)va_arg(arguments->list, int);
        put_field(out, spec, "", &c, 1, 0);
        break;
    case 's':
        put_string(out, spec, va_arg(arguments->list, const char *));
        break;
    case 'd':
    case 'i':
        put_signed(out, spec, take_signed(arguments, spec));
        break;
    case 'u':
        put_number(out, spec, "", take_unsigned(arguments, spec), 10, "0123456789");
        break;
    case 'x':
        put_number(out, spec, "", take_unsigned(arguments, spec), 16, "0123456789abcdef");
        break;
    case 'X':
        put_number(out, spec, "", take_unsigned(arguments, spec), 16, "0123456789ABCDEF");
        break;
    case 'p':
        put_number(out, spec, "0x", (uintptr_t)va_arg(arguments->list, void *), 16,
                   "0123456789abcdef");
        break;
    default: /* "%%", and letters that are not known show themselves */
        put_character(out, letter);
        break;
    }
}

size_t text_format_list(char *buffer, size_t size, const char *format, va_list arguments)
{
    struct text_out out = {buffer, size, 0};
    struct text_arguments shared;
    struct text_spec spec;

    va_copy(shared.list, arguments);
    while (*format != '\0') {
        if (*format != '%') {
            put_character(&out, *format++);
            continue;
        }
        format++;
        read_spec(&spec, &format, &shared);
        if (*format == '\0')
            break;
        put_conversion(&out, &spec, *format++, &shared);
    }
    va_end(shared.list);
    if (size > 0)
        buffer[out.length < size ? out.length : size - 1] = '\0';
    return out.length;
}

size_t text_format(char *buffer, size_t size, const char *format, ...)
{
    va_list arguments;
    size_t length;

    va_start(arguments, format);
    length = text_format_list(buffer, size, format, arguments);
    va_end(arguments);
    return length;
}

void text_copy(char *to, size_t size, const char *from)
{
    size_t i = 0;

    if (size == 0)
        return;
    for (; i + 1 < size && from[i] != '\0'; i++)
        to[i] = from[i];
    to[i] = '\0';
}

char text_upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

bool text_equal_ignoring_case(const char *a, const char *b)
{
    for (; *a != '\0' && *b != '\0'; a++, b++) {
        if (text_upper(*a) != text_upper(*b))
            return false;
    }
    return *a == *b;
}

void text_field(char *to, size_t size, const uint8_t *field, size_t length)
{
    if (size == 0)
        return;
    if (length > size - 1)
        length = size - 1;
    while (length > 0 && field[length - 1] == ' ')
        length--;
    for (size_t i = 0; i < length; i++)
        to[i] = field[i] >= 0x20 && field[i] <= 0x7E ? (char)field[i] : '.';
    to[length] = '\0';
}

/* The value of a digit, or 255. */
static unsigned digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    c = text_upper(c);
    return c >= 'A' && c <= 'F' ? (unsigned)(c - 'A' + 10) : 255;
}

bool text_number(const char *text, uint32_t *value, const char **end)
{
    unsigned base = 10;
    uint32_t number = 0;
    bool any = false;
    bool fits = true;

    if (text[0] == '0' && text_upper(text[1]) == 'X' && digit_value(text[2]) < 16) {
        base = 16;
        text += 2;
    }
    for (; digit_value(*text) < base; text++) {
        unsigned digit = digit_value(*text);

        fits = fits && number <= (UINT32_MAX - digit) / base;
        number = number * base + digit;
        any = true;
    }
    if (end != NULL)
        *end = text;
    if (!any || !fits)
        return false;
    *value = number;
    return true;
}
