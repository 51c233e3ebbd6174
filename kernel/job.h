/* Unattended jobs: key=value words from the kernel command line and from ODDRESC.CFG; the command
 * line wins. */
#ifndef KERNEL_JOB_H
#define KERNEL_JOB_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/error.h"

enum job_kind { JOB_NONE, JOB_PROBE, JOB_BACKUP, JOB_VERIFY, JOB_FLASH, JOB_RESTORE };
enum job_after { AFTER_MENU, AFTER_REBOOT, AFTER_POWEROFF };
enum job_line {
    LINE_DEFAULT,
    LINE_COM1,
    LINE_COM2,
    LINE_OFF,
    LINE_PORT /* log=0xE9: bytes to a port */
};
/* The door that the machine was booted through, where its firmware can't tell (BIOS). */
enum job_boot { BOOT_UNKNOWN, BOOT_FLOPPY, BOOT_DISK, BOOT_NETWORK };

struct job {
    enum job_line serial;
    uint32_t baud;     /* of the serial screen, 0 = not given */
    bool ascii;        /* frames on it from + - | */
    enum job_line log; /* LINE_OFF unless asked for */
    uint16_t log_port; /* LINE_PORT */
    enum job_kind kind;
    uint8_t port; /* 0 = not given */
    char file[128];
    char identity[32]; /* "" = not given, "any" = any */
    bool backup;       /* default yes */
    enum job_after after;
    enum job_boot boot; /* said by the loader's configuration */
    char upload[64];    /* ADDRESS[:PORT][/FOLDER] of another server for uploads, "" = none */
    uint32_t set;       /* one bit per key that was given */
    char bad_word[48];  /* first word that was not understood, "" = none */
};

void job_defaults(struct job *job);

/*
 * Reads words out of `text` (`size` bytes, not NUL-terminated): blanks and line ends part them,
 * "double quotes" keep blanks, '#' starts a comment to the line's end. Keys already set by a
 * stronger source are kept when `weaker` is true. Unknown keys (the loader's own BOOT_IMAGE=,
 * initrd=) are passed over unless they look like ours with a bad value: then bad_word gets it.
 */
void job_parse(struct job *job, const char *text, uint32_t size, bool weaker);

/* Whether the job can be started at all: what is missing. Errors: ERR_ARGUMENT. */
err_t job_check(const struct job *job);

#endif
