/*
 * A person in front of the whole program, on the host: rescue_main() runs over simulated ports, a
 * simulated bench, a disk image and a text screen, while a script waits for texts on the screen and
 * presses keys. Time is the bench's virtual time.
 */
#ifndef TESTS_SUPPORT_PLAY_H
#define TESTS_SUPPORT_PLAY_H

#include <stdbool.h>
#include <stdint.h>

#include "boot/platform.h"
#include "tests/drive/bench.h"
#include "tests/support/fake_tftp.h"
#include "tests/support/fat_image.h"
#include "tests/support/file_disk.h"
#include "tests/support/sim_ports.h"
#include "tests/support/text_screen.h"

struct play;

/* Waits until `wait` is on the screen (NULL: at once), calls `act`, types `text`, presses `key`. */
struct play_step {
    const char *wait;
    uint16_t key;
    const char *text;
    void (*act)(struct play *play);
};

enum { KEY_F5 = KEY_F1 + 4, KEY_F6, KEY_F7, KEY_F8, KEY_F9, KEY_F10 };

/* From the main screen: restart. */
#define STEPS_END                                                                                  \
    {"F10 end", KEY_F10, NULL, NULL}, {"Restart the PC", '2', NULL, NULL},                         \
    {                                                                                              \
        NULL, KEY_ENTER, NULL, NULL                                                                \
    }

/* From the main screen, with GOOD.BIN first in the list, until the drive in port 3 is worked on. */
#define STEPS_TO_WORK                                                                              \
    {"answers, no identity", '3', NULL, NULL}, {"Port 3: what", KEY_F6, NULL, NULL},               \
        {"GOOD.BIN", KEY_ENTER, NULL, NULL}, {"Enter take this file", KEY_ENTER, NULL, NULL},      \
        {"Is it alone on its cable?", '2', NULL, NULL}, {NULL, KEY_ENTER, NULL, NULL},             \
        {"Is it an optical drive?", '2', NULL, NULL},                                              \
    {                                                                                              \
        NULL, KEY_ENTER, NULL, NULL                                                                \
    }

enum { PLAY_ARENA = 5 * 1024 * 1024, PLAY_DRIVES = 3 };

/* A further drive: a floppy drive, or a stick beside the first. */
struct play_drive {
    struct file_disk disk;
    bool there;
};

struct play {
    struct bench *bench;
    struct sim_ports ports;
    struct platform platform;
    struct arena arena;
    struct text_screen screen;
    struct fat_image stick;
    struct file_disk disk;
    bool has_stick, stick_pulled, has_folder;
    struct play_drive drives[PLAY_DRIVES];
    struct fake_tftp *server; /* NULL: no network */
    struct network network;   /* to it; its time is the bench's */
    bool rebooted, powered_off, can_power_off;
    unsigned holds;                /* hold(true) calls minus hold(false) calls, must end at 0 */
    unsigned first_access_flushes; /* screen refreshes before the first port access */
    bool accessed;

    const struct play_step *steps;
    unsigned step, step_count, typed;
    uint64_t step_started_us;
    const char *failure; /* what the script waited for in vain */
};

/* A machine with an empty bench, 5 MiB of arena, and no stick. */
void play_open(struct play *play);
void play_close(struct play *play);

/* A FAT16 stick of 16 MiB; `ours`: with this program's files on it. */
void play_insert_stick(struct play *play, bool ours);

/* What happens to the stick while the program runs. */
void play_pull_stick(struct play *play);
void play_put_stick_back(struct play *play);

/* An image in the play's folder, made by mkfs.fat -C with these options; `ours` as above. */
void play_make_image(struct play *play, const char *image, unsigned kib, const char *options,
                     bool ours);

/* Puts an image into drive `index`, which has this name for the user. A drive that was there before
 * tells its next reader that the medium was changed. `image` NULL: nothing is in it. */
void play_insert(struct play *play, unsigned index, const char *name, const char *image);

/* The machine was booted from a server, where boot_file came from. */
struct fake_tftp *play_connect(struct play *play, const char *boot_file);

/* Attaches a drive to `position` with the chip SST39SF020A unless `options` say otherwise; its
 * flash is erased, and it shows no signature that would tell it from a hung disk. */
void play_attach_dead(struct play *play, const char *position, const char *options);

/* A valid sparse image of `size` bytes for a drive of that name. Free it. */
uint8_t *play_firmware(uint32_t size, const char *vendor, const char *product,
                       const char *revision);

/*
 * Runs the program with this command line until it returns. The test fails with the screen printed
 * when a step's text does not appear within 200 s of virtual time.
 */
void play_run(struct play *play, const char *command_line, const struct play_step *steps,
              unsigned count);
#define PLAY(play, command_line, steps)                                                            \
    play_run(play, command_line, steps, sizeof(steps) / sizeof(steps)[0])

/* The same for a part of the program: `part` is called instead of it. */
void play_part(struct play *play, void (*part)(struct play *play), const struct play_step *steps,
               unsigned count);

/* Whether the file of that name on the stick holds the text. */
bool play_stick_file_holds(struct play *play, const char *name, const char *text);

/* The same of a file in an image in the play's folder. */
bool play_image_file_holds(struct play *play, const char *image, const char *name,
                           const char *text);

/* The same of a file on the server. */
bool play_server_file_holds(struct play *play, const char *name, const char *text);

#endif
