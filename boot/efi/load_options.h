/* The command line that a shell, boot entry or loader gave to the program. */
#ifndef BOOT_EFI_LOAD_OPTIONS_H
#define BOOT_EFI_LOAD_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

enum { COMMAND_LINE_MAX = 2047 /* characters, as under BIOS */ };

/*
 * Turns load options (UEFI 2.10, 9.1: `size` bytes, by custom a text in UTF-16) into `line` of
 * COMMAND_LINE_MAX + 1 bytes in code page 437. The name of the program that shells put in front is
 * left out: a first word without '='. Options that are no text, as boot entries of some firmware
 * have them, give an empty line.
 */
void load_options_read(const void *options, size_t size, char *line);

#endif
