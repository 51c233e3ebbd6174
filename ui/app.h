/*
 * The program: everything that is alive while it runs, and what all screens share. rescue_main()
 * (boot/platform.h) puts it together.
 */
#ifndef UI_APP_H
#define UI_APP_H

#include <stdbool.h>
#include <stdint.h>

#include "boot/platform.h"
#include "drivers/ahci.h"
#include "drivers/ata_port.h"
#include "drivers/chipset.h"
#include "kernel/diagnose.h"
#include "kernel/donor.h"
#include "kernel/firmware.h"
#include "kernel/job.h"
#include "kernel/log.h"
#include "kernel/probe.h"
#include "ui/cells.h"
#include "ui/console.h"
#include "ui/keys.h"
#include "ui/menu.h"
#include "ui/places.h"
#include "ui/saves.h"
#include "ui/words.h"

/* A wait for a key is this long between two redraws of what is live on a screen. */
enum { APP_TICK_US = 200000 };

/* The file that was chosen, and when it was made. */
struct chosen_file {
    struct firmware firmware; /* bytes NULL: none chosen, or too big to be one */
    struct calendar_time time;
};

struct app {
    struct platform *platform;
    struct cells cells;
    struct keys keys;
    struct log log;
    struct job job;
    struct console console;
    struct machine machine;
    struct ata_port_bus buses[IDE_CHANNELS];
    struct places places;
    struct saves saves;
    struct chosen_file file;
    uint8_t *file_buffers[2]; /* the chosen file is in one, the next one is read into the other */
    unsigned file_buffer;
    struct menu_list ports; /* the main screen's list: ports, then controllers without registers */
    bool probing;           /* ports were found and may be probed in the background */
    /* Called while a key is waited for, under help and log too; NULL: nothing goes on. */
    void (*attend)(void *context);
    void *attended;
    bool working;              /* a session or a way in has the drive: no probing meanwhile */
    bool reading_log;          /* the log is on the screen */
    bool ended;                /* the user left: the machine shall restart */
    char busy[SCREEN_COLUMNS]; /* what takes a while just now */
    uint64_t busy_since_us;
    uint32_t busy_shown;  /* seconds that stand behind it */
    char note[128];       /* a job's last line, on the main screen until a key is pressed */
    uint32_t patience_us; /* an unattended job's questions take the careful answer after that; 0 =
                             they wait */
    /* What the user said of ports (bit = number): forgotten when the port is looked at again or
     * seen empty. */
    uint32_t said_optical, said_alone;
    /* History of the drive there: forgotten when the port is seen empty or another name shows. */
    uint32_t said_box, said_blinks;
    char said_of[PORTS_MAX][28];            /* the name of the drive that it was said of */
    struct diagnosis told[PORTS_MAX];       /* what the log says of each port */
    bool read_power_words;                  /* what moving a drive's power may do was read */
    struct donors donors;                   /* good drives of hot swaps: never flashed */
    struct chipset_changes chipset;         /* to be put back when the program ends */
    struct ahci_seen ahci[IDE_CONTROLLERS]; /* behind machine.ide.other */
    struct chipset_hidden hidden[CHIPSET_HIDDEN];
    unsigned hidden_count;
};

/*
 * Waits at most `wait_us` for a key; probing goes on meanwhile. Returns KEY_NONE when none came. At
 * least one round is done even with wait_us = 0.
 */
uint16_t app_key(struct app *app, uint32_t wait_us);

/*
 * The same for screens where nothing is typed: letters stand for function keys; F1 (with the page
 * `topic`), F8 and Ctrl-Alt-Del are served here and come back as KEY_NONE (Ctrl-Alt-Del while a
 * drive is worked on: as Esc).
 */
uint16_t app_action(struct app *app, enum help_topic topic, uint32_t wait_us);

/* The same for screens where something is typed: letters and Backspace stay what they are. */
uint16_t app_typed(struct app *app, enum help_topic topic, uint32_t wait_us);

uint64_t app_now_us(const struct app *app);

/* Draws the title bar with the place that is saved to on the right, and the footer. */
void app_page(struct app *app, const char *title, const char *footer);

/* Says on the screen, at once, that something begins that takes a while: disks, floppies and
 * servers are waited for inside one call. It stands until the next page is drawn. */
void app_busy(struct app *app, const char *what);

/* The chosen row of the main list as a port; NULL for a controller without registers. */
struct port *app_port(struct app *app);

/* Probes the cable of `port` again. What the user said of it is forgotten. */
void app_look_again(struct app *app, struct port *port);

/* What the user said of a port is forgotten: another drive may be there. */
void app_forget(struct app *app, const struct port *port);

/* Where the bits of `said_optical` and the others are kept for a port. */
uint32_t app_port_bit(const struct port *port);

/* Keeps what the user says of the drive's past; it replaces what he said before. */
void app_say_history(struct app *app, const struct port *port, bool from_a_box, bool blinks);

/* What the port looks like, with what the user said of it and the donors of this run. */
void app_diagnose(const struct app *app, const struct port *port, struct diagnosis *diagnosis);

/* Verdict, findings and step as `key=word` for the log; at most 160 characters. */
void app_diagnosis_line(const struct diagnosis *diagnosis, char *text, size_t size);

/*
 * Loads a file with its progress on the screen; Esc gives up (ERR_ABORTED). `name` is what the
 * screen says. The rest as places_load().
 */
err_t app_load(struct app *app, struct volume *volume, const char *path, const char *name,
               uint8_t *bytes, uint32_t limit, uint32_t *size);

/* Saves a backup; the rest as saves_backup(). */
err_t app_save_backup(struct app *app, const uint8_t *bytes, uint32_t size, char name[13]);

/* Saves the log once; `what` stands in the log. Errors: ERR_NO_MEDIA (nowhere to save to), those of
 * saves_log(). */
err_t app_save_log_once(struct app *app, const char *what);

/* The same, offering another try and another place after an error. Returns whether it was saved. */
bool app_save_log(struct app *app, const char *what);

/* Before the machine restarts or goes off: everything is shown, and what was changed in controllers
 * is put back. */
void app_leave(struct app *app);

/* Restarts the machine. Returns only where a test plays the machine. */
void app_reboot(struct app *app);

#endif
