/* Small text tools. Buffers are always NUL-terminated, never overrun. */
#ifndef KERNEL_LIB_TEXT_H
#define KERNEL_LIB_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Formats like snprintf into `buffer` of `size` bytes (size 0 writes nothing). Knows %c %s %d %i %u
 * %x %X %p %% with flags '-' and '0', width and precision (also '*'), length hh h l ll z. No
 * floating point. Returns the length that the whole text would have.
 */
size_t text_format(char *buffer, size_t size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
size_t text_format_list(char *buffer, size_t size, const char *format, va_list arguments);

/* Copies `from` into `to` of `size` bytes, cut if too long. */
void text_copy(char *to, size_t size, const char *from);

/* ASCII only. */
char text_upper(char c);
bool text_equal_ignoring_case(const char *a, const char *b);

/*
 * Copies `length` bytes of a fixed-width field (ATA, SCSI) as text: unprintable bytes become '.',
 * blanks at the end are cut. Needs size > length.
 */
void text_field(char *to, size_t size, const uint8_t *field, size_t length);

/*
 * Reads an unsigned number at `text`: decimal, or hexadecimal with 0x. Stops at the first other
 * character, whose place is put into `end` (may be NULL). Returns false without a digit or when it
 * is over UINT32_MAX.
 */
bool text_number(const char *text, uint32_t *value, const char **end);

#endif
