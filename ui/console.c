#include "ui/console.h"

#include "kernel/lib/string.h"

/* A full screen at 9600 baud takes two seconds; longer waits mean a line that is stuck. */
enum { DRAIN_US = 2000000 };

enum { DEFAULT_BAUD = 115200 };

void console_open(struct console *console, struct platform *platform)
{
    memset(console, 0, sizeof *console);
    console->platform = platform;
    console->screen_at = console->log_at = LINE_OFF;
}

static uint16_t base_of(enum job_line line)
{
    return line == LINE_COM2 ? SERIAL_COM2 : SERIAL_COM1;
}

/* Asked for, or that of the firmware's own console, or the usual one. */
static uint32_t baud_of(const struct console *console, const struct job *job, enum job_line line)
{
    uint32_t firmware = console->platform->serial_baud[line == LINE_COM2];

    return job->baud ? job->baud : firmware ? firmware : DEFAULT_BAUD;
}

static void log_to_line(void *context, const char *line, size_t length)
{
    struct console *console = context;

    /* Terminals want CR LF; a log line ends with one LF. */
    serial_write(&console->log_line, line, length - 1);
    serial_write(&console->log_line, "\r\n", 2);
}

static void log_to_port(void *context, const char *line, size_t length)
{
    struct console *console = context;
    const struct ports *ports = console->platform->ports;

    for (size_t i = 0; i < length; i++)
        ports->out8(ports->context, console->log_port, (uint8_t)line[i]);
}

/* Sends the lines that were written before the line was open. */
static void replay(struct log *log)
{
    size_t start = 0;

    for (size_t i = 0; i < log->used; i++) {
        if (log->text[i] == '\n') {
            log->out(log->out_context, log->text + start, i + 1 - start);
            start = i + 1;
        }
    }
}

static void apply_log(struct console *console, const struct job *job, struct log *log)
{
    enum job_line line = job->log;

    if (line == console->log_at && (line != LINE_PORT || job->log_port == console->log_port))
        return;
    console->log_at = LINE_OFF;
    log->out = NULL;
    if (line == LINE_PORT) {
        console->log_port = job->log_port;
        log->out = log_to_port;
    } else if ((line == LINE_COM1 || line == LINE_COM2) &&
               serial_open(&console->log_line, console->platform, base_of(line),
                           baud_of(console, job, line))) {
        log->out = log_to_line;
    }
    if (!log->out)
        return;
    log->out_context = console;
    console->log_at = line;
    replay(log);
}

/* A processor exception is shown on all screens of the platform: it must know this one too. */
static void tell_platform(struct platform *platform, const struct screen_sink *sink)
{
    if (platform->sink_count < PLATFORM_SINKS)
        platform->sinks[platform->sink_count++] = *sink;
}

/* Only the last one was added by us. */
static void forget_at_platform(struct platform *platform, const void *context)
{
    if (platform->sink_count > 0 && platform->sinks[platform->sink_count - 1].context == context)
        platform->sink_count--;
}

static void apply_screen(struct console *console, const struct job *job, struct cells *cells,
                         struct keys *keys, struct log *log)
{
    enum job_line line = job->serial == LINE_DEFAULT ? LINE_COM1 : job->serial;
    uint32_t baud = baud_of(console, job, line);
    struct screen_sink sink;
    struct key_source source;

    if (line == console->log_at)
        line = LINE_OFF;
    if (line == console->screen_at &&
        (line == LINE_OFF || (baud == console->baud && job->ascii == console->ascii)))
        return;
    if (console->screen_at != LINE_OFF) {
        cells_remove_sink(cells, &console->terminal);
        forget_at_platform(console->platform, &console->terminal);
        keys_remove(keys, &console->terminal);
    }
    console->screen_at = LINE_OFF;
    console->baud = baud;
    console->ascii = job->ascii;
    if (line == LINE_OFF)
        return;
    if (!serial_open(&console->screen_line, console->platform, base_of(line), baud)) {
        log_line(log, "ui", "no serial port answers at %03X", base_of(line));
        return;
    }
    vt100_open(&console->terminal, &console->screen_line, console->platform,
               job->ascii ? VT100_ASCII : VT100_UTF8);
    sink = vt100_sink(&console->terminal);
    source = vt100_keys(&console->terminal);
    cells_add_sink(cells, &sink);
    tell_platform(console->platform, &sink);
    keys_add(keys, &source);
    console->screen_at = line;
    log_line(log, "ui", "screen on the serial port at %03X, %u baud", base_of(line),
             (unsigned)baud);
}

void console_apply(struct console *console, const struct job *job, struct cells *cells,
                   struct keys *keys, struct log *log)
{
    apply_log(console, job, log);
    apply_screen(console, job, cells, keys, log);
}

void console_drain(struct console *console)
{
    if (console->screen_at != LINE_OFF)
        vt100_drain(&console->terminal, DRAIN_US);
}
