/*
 * Keeping the firmware from ending or disturbing the program.
 *
 * Its keyboard drivers answer Ctrl-Alt-Del with ResetSystem(): as long as the program runs that
 * entry of the runtime table leads here, and only counts. While a drive is half flashed the task
 * priority level is raised as well, so that the firmware's timers do not run between two accesses
 * to a drive's registers (chapter 7.1; which call is allowed at which level: table 7.3).
 */
#ifndef BOOT_EFI_HOLD_H
#define BOOT_EFI_HOLD_H

#include <stdbool.h>

#include "boot/efi/services.h"

struct hold {
    const struct services *services;
    EFI_RESET_SYSTEM reset_system; /* the firmware's own */
    EFI_TPL level_before;
    bool held, paused;
    unsigned resets_seen;
};

/* Takes ResetSystem() over. */
void hold_open(struct hold *hold, const struct services *services);

/* Raises the priority level, or lowers it to what it was. */
void hold_set(struct hold *hold, bool held);

/* Around calls of the firmware for keys, screen, time and disks, which need a low level: pending
 * timers run then, at a moment when no register sequence is under way. */
void hold_pause(struct hold *hold);
void hold_resume(struct hold *hold);

/* Whether the firmware was asked for a reset since the last call. */
bool hold_reset_asked(struct hold *hold);

/* Resets or switches off for real. Returns when the firmware can't. */
void hold_reset(struct hold *hold, EFI_RESET_TYPE type);

#endif
