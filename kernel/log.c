/* The log in memory: the first quarter stays for good, after that the oldest lines go first. */
#include "kernel/log.h"

#include "kernel/lib/string.h"
#include "kernel/lib/text.h"

enum { LINE_LIMIT = 160 };

static const char gap[] = "(lines were dropped here: the log was full)\n";
enum { GAP_SIZE = sizeof gap - 1 };

void log_open(struct log *log, char *buffer, size_t size, uint64_t (*now_us)(void *),
              void *clock_context)
{
    memset(log, 0, sizeof *log);
    log->text = buffer;
    log->size = size;
    log->now_us = now_us;
    log->clock_context = clock_context;
}

/* First byte of the line after the one that holds `offset`. */
static size_t next_line(const struct log *log, size_t offset)
{
    while (offset < log->used && log->text[offset] != '\n') {
        offset++;
    }
    return offset < log->used ? offset + 1 : log->used;
}

/* The first lines say what the machine is: they stay, and a line after them tells of the gap. The
 * room for that line was kept free until now. */
static void close_head(struct log *log)
{
    size_t end = 0;

    while (end < log->used && next_line(log, end) <= log->size / 4) {
        end = next_line(log, end);
    }
    memmove(log->text + end + GAP_SIZE, log->text + end, log->used - end);
    memcpy(log->text + end, gap, GAP_SIZE);
    log->used += GAP_SIZE;
    log->kept_head = end + GAP_SIZE;
}

/* Drops the oldest lines after the head until `room` bytes are free; an eighth of the buffer at
 * least, so that not every new line moves the whole log. */
static void make_room(struct log *log, size_t room)
{
    size_t wanted = room > log->size / 8 ? room : log->size / 8;
    size_t end;

    if (log->kept_head == 0) {
        close_head(log);
    }
    end = log->kept_head;
    while (end < log->used && log->size - log->used + (end - log->kept_head) < wanted) {
        end = next_line(log, end);
    }
    log->dropped += end - log->kept_head;
    memmove(log->text + log->kept_head, log->text + end, log->used - end);
    log->used -= end - log->kept_head;
}

static void keep(struct log *log, const char *line, size_t length)
{
    size_t reserved = log->kept_head == 0 ? GAP_SIZE : 0;

    if (log->size / 2 < length + GAP_SIZE) {
        log->dropped += length;
        return;
    }
    if (log->size - log->used < length + reserved) {
        make_room(log, length);
    }
    memcpy(log->text + log->used, line, length);
    log->used += length;
    log->line_count++;
}

void log_line(struct log *log, const char *module, const char *format, ...)
{
    char line[LINE_LIMIT + 2];
    uint64_t now_us;
    size_t length;
    va_list arguments;

    if (log == NULL) {
        return;
    }
    now_us = log->now_us != NULL ? log->now_us(log->clock_context) : 0;
    length = text_format(line, LINE_LIMIT + 1, "[%u.%03u] %s: ", (unsigned)(now_us / 1000000),
                         (unsigned)(now_us / 1000 % 1000), module);
    if (length < LINE_LIMIT) {
        va_start(arguments, format);
        length += text_format_list(line + length, LINE_LIMIT + 1 - length, format, arguments);
        va_end(arguments);
    }
    if (length > LINE_LIMIT) {
        length = LINE_LIMIT;
    }
    for (size_t i = 0; i < length; i++) {
        /* One call is one line, whatever a drive's name holds. */
        if ((unsigned char)line[i] < ' ') {
            line[i] = '.';
        }
    }
    line[length] = '\n';
    keep(log, line, length + 1);
    if (log->out != NULL) {
        log->out(log->out_context, line, length + 1);
    }
}
