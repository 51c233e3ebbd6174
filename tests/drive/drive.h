/*
 * A simulated optical drive: a MediaTek-like controller chip, its flash, its firmware, tray, LED
 * and EEPROM.
 *
 * What happens when it gets power (or RESET-):
 *
 * 1. For `window_ms` the status is BSY and the chip's own vendor commands are open (the gate).
 * 2. Then the processor starts from the flash contents.
 *    - Byte 0 is not 02: it never runs; the gate stays open; the drive shows its `face`.
 *    - The image is valid: BSY for `start_ms`, then it answers ATAPI with the identity found in the
 *      image; the gate closes unless eject is held at that moment.
 *    - Anything else: the firmware crashes; the drive shows its `crash` face; the gate closes
 *      unless `crash_gate_open` or eject is held. With `code_runs` this also holds for flash that
 *      does not begin with 02.
 * 3. The intro is accepted whenever the gate is open, also while BSY is shown. It stops the
 *    processor; only a reset (usually after the outro) or power starts it again.
 *
 * Registers and protocols: ATA/ATAPI-6 (T13/1410D); packets: SPC-2, MMC-3. Vendor mode:
 * drive_vendor.c.
 */
#ifndef TESTS_DRIVE_DRIVE_H
#define TESTS_DRIVE_DRIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/drive/fault.h"
#include "tests/drive/flash_chip.h"
#include "tests/drive/random.h"
#include "tests/firmware/firmware_maker.h"

/* What a drive without running firmware shows on the bus. */
enum sim_face {
    SIM_FACE_SILENT,  /* registers can be written and read back, status 50, commands do nothing */
    SIM_FACE_ABORT,   /* the same, but every command ends with ERR and ABRT */
    SIM_FACE_HANG,    /* BSY for ever */
    SIM_FACE_GARBAGE, /* answers IDENTIFY and INQUIRY with FF */
    SIM_FACE_ZERO,    /* every register reads 00, nothing echoes */
    SIM_FACE_BOOT /* boot code: answers ATAPI under the name of `boot_identity`, everything else is
                     refused */
};

enum sim_phase {
    SIM_PHASE_OFF,
    SIM_PHASE_WINDOW,  /* just powered or reset: BSY, gate open */
    SIM_PHASE_FACE,    /* no firmware runs */
    SIM_PHASE_LOADING, /* firmware runs, BSY */
    SIM_PHASE_READY,   /* firmware (or boot code) answers */
    SIM_PHASE_VENDOR,  /* vendor mode */
    SIM_PHASE_LEFT     /* after the outro, before a reset */
};

enum sim_led { SIM_LED_OFF, SIM_LED_ON, SIM_LED_BLINK };

/* What follows when BSY of a running command ends. */
enum sim_pending {
    SIM_PENDING_NONE,
    SIM_PENDING_PACKET, /* ask for the command packet */
    SIM_PENDING_BURST,  /* next part of the data phase */
    SIM_PENDING_STATUS  /* command over */
};

enum {
    SIM_EEPROM_SIZE = 1024,
    SIM_VENDOR_BUFFER =
        1024, /* SPI engine; 260 bytes are known to work, 1024 the parameters of engine 73 need */
    SIM_REPLY_SIZE = 2048,
    SIM_SECTOR = 2048
};

/* How a drive is built and what is wrong with its firmware; set once, before power. */
struct sim_drive_setup {
    const struct sim_chip_type *chip;
    uint8_t engine; /* status of vendor mode: 70, 72 or 73 */
    uint32_t window_ms, start_ms;
    uint8_t busy; /* status while it starts or hangs: 80, or BSY with others */
    enum sim_face face, crash;
    bool crash_gate_open;
    bool code_runs;    /* also flash that does not begin with 02 counts as firmware that starts and
                          crashes */
    bool runs_misfit;  /* firmware that `accepts` does not fit runs: it talks, but moves nothing and
                          sees no disc */
    bool answers_both; /* answers for the other position, when nobody is there */
    uint32_t spin_up_ms;       /* from a new disc until it is recognised, or not */
    bool no_signature;         /* without firmware a reset leaves no packet device signature */
    uint32_t vendor_us;        /* duration of one vendor command */
    const char *boot_identity; /* 28 characters: vendor 8, product 16, revision 4 */
    const char *serial;        /* number in IDENTIFY PACKET DEVICE; NULL: blank, as most drives */
    const char *accepts; /* firmware whose product does not contain this does not fit; NULL: any */
};

struct drive {
    struct sim_drive_setup setup;
    char name[24];
    char boot_identity[29];
    char accepts[17];
    char serial[21];
    struct sim_random random;
    struct sim_faults faults;
    struct sim_chip *chip;
    sim_chip_change_fn *change;
    void *change_context;

    enum sim_phase phase;
    enum sim_face shown; /* in SIM_PHASE_FACE */
    uint64_t next_us;    /* when sim_drive_settle() has something to do; UINT64_MAX: never */
    bool gate;           /* vendor commands open */
    bool reset_hung;

    /* task file */
    bool slave; /* position on the cable */
    uint8_t features, count, low, mid, high, device, error, status, control;

    uint8_t low_written; /* LBA low as last written, even while BSY */

    /* running command */
    enum sim_pending pending;
    bool wants_packet;
    const uint8_t *data; /* data phase, device to host */
    uint8_t *data_out;   /* data phase, host to device */
    uint32_t data_left;  /* bytes of the whole phase */
    uint32_t burst_left; /* bytes of this DRQ */
    uint32_t burst_limit;
    bool identify_phase; /* the data phase belongs to IDENTIFY, not to a packet */
    uint8_t packet[12];
    unsigned packet_words;
    uint8_t reply[SIM_REPLY_SIZE];
    uint8_t echo[SIM_REPLY_SIZE]; /* WRITE/READ BUFFER mode 0A */
    uint8_t sense_key, asc, ascq;
    bool unit_attention; /* power or reset, to be reported */
    bool new_disc;       /* the same of a disc, once it has spun up */

    /* firmware */
    struct sim_firmware_identity identity;
    struct sim_firmware_identity
        first_identity; /* the first one that ran, for version_unchanged_after_ok */
    bool had_identity;
    bool boot_code;
    bool garbage;
    bool any_eeprom; /* ... takes an EEPROM whose check fails */
    bool misfit;     /* the running firmware is another drive's */

    /* vendor mode */
    uint8_t vendor_status;
    uint64_t vendor_until_us;
    bool vendor_entering;
    uint8_t buffer[SIM_VENDOR_BUFFER];
    uint32_t engine_send, engine_receive;
    bool engine_armed;
    uint8_t tx[SIM_VENDOR_BUFFER];

    /* mechanics */
    bool eject_held;
    bool tray_open;
    enum sim_led led;
    uint8_t eeprom[SIM_EEPROM_SIZE];
    uint8_t *medium; /* NULL: no disc */
    uint32_t medium_sectors;
    bool medium_blank;
    uint64_t disc_known_us; /* when the disc has spun up */

    /* what tests ask about */
    uint64_t intros, vendor_commands, destroyed; /* destroyed: vendor parameter 2E */
    uint64_t packets;
};

/* Fills the ordinary values: SST39SF020A on engine 70, 150 ms window, 300 ms start, silent face,
 * crash = hang. */
void sim_drive_setup_default(struct sim_drive_setup *setup);

/* A drive without power. `change` is told about every flash change, see flash_chip.h. NULL without
 * memory. */
struct drive *sim_drive_new(const struct sim_drive_setup *setup, const char *name, uint64_t seed,
                            sim_chip_change_fn *change, void *change_context);
void sim_drive_free(struct drive *drive);

/* Power switch, RESET- line, and the firmware's restart. */
void sim_drive_power(struct drive *drive, uint64_t now_us, bool on);
void sim_drive_hard_reset(struct drive *drive, uint64_t now_us);

/* Lets time-dependent state catch up; must precede every look at or change of the drive from
 * outside. */
void sim_drive_settle(struct drive *drive, uint64_t now_us);

/*
 * Registers 0..8 as in bench.h. Writes are seen whichever position is selected; `selected` tells
 * whether the drive's own position is. sim_drive_read() is only for the selected one.
 */
uint16_t sim_drive_read(struct drive *drive, uint64_t now_us, unsigned reg);
void sim_drive_write(struct drive *drive, uint64_t now_us, unsigned reg, uint16_t value,
                     bool selected);

/* Whether the drive pulls the bus although the other position is selected (vendor mode does). */
bool sim_drive_disturbs(const struct drive *drive);

/* Disc: `bytes` are copied; 0 bytes mean a blank disc. NULL takes the disc out. False without
 * memory. */
bool sim_drive_insert(struct drive *drive, uint64_t now_us, const uint8_t *bytes, size_t size);
void sim_drive_remove_disc(struct drive *drive);

/* Moves the tray, whoever does it; a disc that goes in spins up. */
void sim_drive_tray(struct drive *drive, uint64_t now_us, bool open);

/* Whether its firmware is up. */
bool sim_drive_runs(const struct drive *drive);

/* Whether the tray obeys the button: firmware runs, and it is this drive's. */
bool sim_drive_tray_works(const struct drive *drive);

/* Whether the drive also answers for the other position when nobody is there. */
bool sim_drive_answers_both(const struct drive *drive);

const char *sim_phase_name(enum sim_phase phase);

#endif
