/*
 * Serial lines: the screen's mirror and keyboard on one (serial=), plain log lines on another
 * (log=), or on an I/O port for a debugger.
 */
#ifndef UI_CONSOLE_H
#define UI_CONSOLE_H

#include <stdbool.h>
#include <stdint.h>

#include "drivers/serial.h"
#include "drivers/vt100.h"
#include "kernel/job.h"
#include "kernel/log.h"
#include "ui/cells.h"
#include "ui/keys.h"

struct console {
    struct platform *platform;
    struct serial screen_line, log_line;
    struct vt100 terminal;
    enum job_line screen_at, log_at; /* what is open now: LINE_OFF = nothing */
    uint32_t baud;
    bool ascii;
    uint16_t log_port;
};

/* Nothing is open yet. */
void console_open(struct console *console, struct platform *platform);

/*
 * Opens, moves or closes both lines so that they are as `job` wants them. A log line that is opened
 * gets all that is in the log so far. The log and the screen never share a line: the log wins.
 */
void console_apply(struct console *console, const struct job *job, struct cells *cells,
                   struct keys *keys, struct log *log);

/* Sends what is outstanding: before a reboot. Bounded. */
void console_drain(struct console *console);

#endif
