/*
 * All that the kernel ever sees of its machine. boot/bios or boot/efi fills these structs and calls
 * rescue_main(); the kernel never asks what kind of firmware it runs on.
 */
#ifndef BOOT_PLATFORM_H
#define BOOT_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/block.h"
#include "kernel/lib/arena.h"
#include "kernel/network.h"

enum { SCREEN_COLUMNS = 80, SCREEN_ROWS = 25 };

/* One character cell: code page 437 and a VGA text attribute (foreground 0-3, background 4-6). */
struct cell {
    uint8_t character;
    uint8_t attribute;
};

/* Where cells are shown: VGA text memory, a serial VT100, the UEFI text console. */
struct screen_sink {
    void *context;
    uint8_t rows; /* that it can show: 25, or 24 on some terminals */

    /* Shows `count` cells from row/column on; the screen sends only what changed. */
    void (*put)(void *context, unsigned row, unsigned column, const struct cell *cells,
                unsigned count);
    /* Called once after all puts of one refresh; (row, column) is where the cursor shall stand, row
     * >= 25 hides it. */
    void (*flush)(void *context, unsigned row, unsigned column);
    void (*beep)(void *context); /* may be NULL */
};

/* Keys beyond ASCII. Enter is '\r', Esc 0x1B, Backspace 0x08, Tab '\t'. */
enum key {
    KEY_NONE = 0,
    KEY_ENTER = '\r',
    KEY_ESC = 0x1B,
    KEY_BACKSPACE = 0x08,
    KEY_TAB = '\t',
    KEY_UP = 0x100,
    KEY_DOWN,
    KEY_LEFT,
    KEY_RIGHT,
    KEY_HOME,
    KEY_END,
    KEY_PAGE_UP,
    KEY_PAGE_DOWN,
    KEY_INSERT,
    KEY_DELETE,
    KEY_F1, /* F2..F12 follow */
    KEY_F12 = KEY_F1 + 11,
    KEY_CTRL_ALT_DEL = 0x200 /* the three-finger reset, caught instead of obeyed */
};

/* A source of keys that never waits: returns KEY_NONE when nothing was pressed. */
struct key_source {
    void *context;
    uint16_t (*read)(void *context);
};

/* The processor's ports. Real ones in drivers/ports_x86.c, simulated ones in tests. */
struct ports {
    void *context;
    uint8_t (*in8)(void *context, uint16_t port);
    uint16_t (*in16)(void *context, uint16_t port);
    uint32_t (*in32)(void *context, uint16_t port);
    void (*out8)(void *context, uint16_t port, uint8_t value);
    void (*out16)(void *context, uint16_t port, uint16_t value);
    void (*out32)(void *context, uint16_t port, uint32_t value);
    void (*in16_block)(void *context, uint16_t port, uint16_t *words, size_t count);
    void (*out16_block)(void *context, uint16_t port, const uint16_t *words, size_t count);
    /* One aligned read of a device's memory (a PCI memory BAR). NULL: memory can't be reached. */
    uint32_t (*memory32)(void *context, uint64_t address);
};

struct calendar_time {
    uint16_t year; /* 1980..2107, 0 = unknown */
    uint8_t month, day, hour, minute, second;
};

enum {
    PLATFORM_SINKS = 3,
    PLATFORM_KEY_SOURCES = 3,
    PLATFORM_DISKS = 16,
    PLATFORM_SERIAL_PORTS = 2
};

struct platform {
    void *context;
    const char *firmware_name; /* "BIOS", "UEFI" */
    const struct ports *ports;
    struct arena *arena;
    const char *command_line; /* of the kernel, NUL-terminated, never NULL */
    const char *notes;        /* lines about the hand-over, for the log; may be NULL */
    uint8_t *initrd;          /* NULL when none was loaded; ours to write to */
    size_t initrd_size;

    uint64_t (*now_us)(void *context); /* monotone, starts near 0 */
    void (*wait_us)(void *context, uint32_t us);
    void (*date)(void *context, struct calendar_time *time);

    struct screen_sink sinks[PLATFORM_SINKS]; /* the machine's own screen; serial is added by ui */
    unsigned sink_count;
    struct key_source keys[PLATFORM_KEY_SOURCES];
    unsigned key_source_count;

    struct block_device *disks[PLATFORM_DISKS]; /* none before rescan_disks(), where there is one */
    unsigned disk_count;
    void (*rescan_disks)(void *context); /* fills `disks`; may be NULL */
    /* Looks for the network that this machine was booted from. NULL, or returns NULL: none. */
    struct network *(*find_network)(void *context);
    /* The speed at which the firmware's own console used COM1 and COM2; 0 = it did not. */
    uint32_t serial_baud[PLATFORM_SERIAL_PORTS];

    /*
     * Between hold(true) and hold(false) the firmware must not end the program by itself
     * (Ctrl-Alt-Del, timers). Keys and time keep working. May be NULL.
     */
    void (*hold)(void *context, bool hold);
    void (*reboot)(void *context);    /* does not return */
    void (*power_off)(void *context); /* returns when the machine can't switch itself off */
};

/* The program. Returns when the user left it and the machine shall be restarted by its boot code.
 */
void rescue_main(struct platform *platform);

#endif
