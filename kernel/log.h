/*
 * The log: lines of the form "[seconds.millis] module: text", kept in memory, shown on screen, sent
 * to a port, saved.
 */
#ifndef KERNEL_LOG_H
#define KERNEL_LOG_H

#include <stddef.h>
#include <stdint.h>

struct log {
    char *text; /* whole lines, each ended by '\n' */
    size_t size, used;
    size_t
        dropped; /* bytes that did not fit (the middle is dropped: first and newest lines stay) */
    size_t kept_head;
    uint32_t line_count;
    uint64_t (*now_us)(void *context);
    void *clock_context;
    void (*out)(void *context, const char *line,
                size_t length); /* e.g. a serial port; may be NULL */
    void *out_context;
};

void log_open(struct log *log, char *buffer, size_t size, uint64_t (*now_us)(void *),
              void *clock_context);

/* One line; cut at 160 characters. `log` may be NULL (nothing happens). */
void log_line(struct log *log, const char *module, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
