/*
 * The flash session: from a drive, a file and a host to a result that is true.
 *
 * PRECHECK -> LOAD -> BACKUP -> CONFIRM -> ERASE -> PROGRAM -> VERIFY -> RESTART -> IDENTIFY ->
 * DONE
 *
 * The session knows drives only as a flash_method, files only as a firmware, people only as a
 * session_host: a menu, an unattended job or a test.
 *
 * What the caller of the method owes: the drive's wait hook (ata_device.idle) should not give a
 * wait up while session->critical is set, but hand the key to host->progress. If it does all the
 * same, the session asks (ASK_STOP) and repeats what was cut short.
 */
#ifndef KERNEL_SESSION_H
#define KERNEL_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "boot/platform.h"
#include "drivers/atapi.h"
#include "kernel/donor.h"
#include "kernel/firmware.h"
#include "kernel/flash.h"
#include "kernel/log.h"
#include "kernel/port.h"

enum session_job { SESSION_BACKUP, SESSION_VERIFY, SESSION_FLASH, SESSION_RESTORE };

enum session_phase {
    PHASE_PRECHECK,
    PHASE_LOAD,
    PHASE_BACKUP,
    PHASE_CONFIRM,
    PHASE_ERASE,
    PHASE_PROGRAM,
    PHASE_VERIFY,
    PHASE_RESTART,
    PHASE_IDENTIFY,
    PHASE_DONE,
    PHASE_COUNT
};

/* What is known of the chip's content. Starts as RESULT_UNKNOWN; only session_verified() may say
 * RESULT_VERIFIED. */
enum session_result {
    RESULT_UNKNOWN,
    RESULT_NOT_STARTED,
    RESULT_UNCHANGED,
    RESULT_PARTIAL,
    RESULT_WRITTEN_UNVERIFIED,
    RESULT_VERIFIED,
    RESULT_COUNT
};

enum { SESSION_OVERALL = 10000 };

struct session_progress {
    enum session_phase phase;
    uint32_t done, total;                 /* bytes in this phase, monotone */
    uint32_t overall_done, overall_total; /* of SESSION_OVERALL, monotone over the whole session */
    uint32_t bytes_per_second;
    uint32_t elapsed_ms, left_ms; /* left_ms = UINT32_MAX: not known yet */
    uint8_t status;               /* raw */
    uint32_t bank, banks;
    uint32_t pages_again, read_errors;
    bool critical; /* between first erase and last verify */
};

/* ANSWER_NO always means: stop here (ASK_STOP: go on). */
enum session_question {
    ASK_IS_OPTICAL,     /* the device never identified itself: is it an optical drive? */
    ASK_ALONE,          /* registers can't tell whether a second drive is on the cable */
    ASK_CHIP,           /* several table rows fit, or none: choose (answer sets session->chip) */
    ASK_NO_BACKUP,      /* the drive can't be read twice alike: go on without a backup? */
    ASK_BACKUP_UNSAVED, /* the copy is in memory but could not be saved (session->save_error):
                           go on? ANSWER_RETRY saves again */
    ASK_CONFIRM,        /* everything shown; a mismatch needs the drive's name typed */
    ASK_STOP,           /* ESC or Ctrl-Alt-Del in a critical phase: really stop? */
    ASK_SAME_DRIVE, /* the drive was away and nothing on its chip tells it from others: is it the
                       one that was confirmed? */
    ASK_FAILED      /* after a failure: what now? (answers below) */
};

enum session_answer {
    ANSWER_NO,
    ANSWER_YES,
    ANSWER_RETRY,        /* the whole program + verify again */
    ANSWER_RETRY_FAILED, /* only sectors that differ */
    ANSWER_OTHER_FILE,   /* session->file was changed by the host; the bytes of the file before
                            it stay where they are, it counts again when the new one is refused */
    ANSWER_RESTORE_BACKUP,
    ANSWER_SAVE_LOG, /* asked again afterwards */
    ANSWER_STOP
};

/* Warnings on the confirm screen; any of WARN_NEEDS_NAME demands the typed name. */
enum session_warning {
    WARN_NO_FILE_IDENTITY = 1u << 0, /* no INQUIRY template in the file */
    WARN_OTHER_MODEL = 1u << 1,      /* drive said who it is, and the file is of another model */
    WARN_DRIVE_UNKNOWN = 1u << 2,    /* drive did not say who it is */
    WARN_NO_BACKUP = 1u << 3,
    WARN_OLD_DIFFERENT_MODEL = 1u << 4, /* the image read from the chip names another model */
    WARN_CHIP_BY_HAND = 1u << 5,
    WARN_NO_TRAMPOLINE = 1u << 6, /* 512 KiB and more without the code that changes banks */
    WARN_REVERTS = 1u << 7,       /* same content as on the chip: nothing to do, nobody is asked */
    WARN_NEEDS_NAME =
        WARN_NO_FILE_IDENTITY | WARN_OTHER_MODEL | WARN_OLD_DIFFERENT_MODEL | WARN_CHIP_BY_HAND
};

struct session;
struct session_work; /* kernel/session_work.h */

struct session_host {
    void *context;
    /* Called often (at least every 100 ms of drive time). Returns true when the user pressed ESC.
     */
    bool (*progress)(void *context, const struct session *session);
    enum session_answer (*ask)(void *context, struct session *session,
                               enum session_question question);
    /*
     * Saves the old content under a new name (BK######.BIN, never an existing one); name[13] gets
     * it.
     */
    err_t (*save_backup)(void *context, const uint8_t *bytes, uint32_t size, char name[13]);
    /* After the restart: asks the drive who it is now, on the same port. */
    err_t (*identify)(void *context, struct session *session, struct inquiry *inquiry);
    /* hold/release of the machine's own reset keys (struct platform); may be NULL. */
    void (*hold)(void *context, bool hold);
    uint64_t (*now_us)(void *context);
};

struct session {
    /* Set by the caller before session_run(). */
    enum session_job job;
    struct port *port; /* may be NULL in tests of the flash side */
    struct flash_method *method;
    const struct session_host *host;
    /*
     * SESSION_FLASH, _VERIFY, _RESTORE; bytes stay valid for the whole session. A file that is
     * damaged is refused for SESSION_FLASH; a restored backup is what the chip once held, sound or
     * not.
     */
    struct firmware file;
    /* Good drives: refused by name before anything is sent, and by what the chip holds once that
     * was read, before the confirmation. NULL: none. */
    const struct donors *donors;
    struct log *log;
    struct arena *arena;     /* for the backup and work buffers; never released by the session */
    bool want_backup;        /* job's backup=; a person's session always wants one */
    bool identity_required;  /* unattended: file must name this product or it is refused */
    char identity[32];       /* the product, case ignored; "any" allows each */
    const struct chip *chip; /* NULL: ask the chip; set: chosen by hand, chip_by_hand too */
    bool chip_by_hand;

    /* Filled by the session, shown by the host. */
    enum session_phase phase;
    uint16_t phases; /* entered so far, bit = enum session_phase */
    enum session_result result;
    err_t error; /* first failure, 0 = none */
    enum firmware_damage refused;
    struct session_progress progress;
    struct flash_identity identity_of_chip;
    bool lean;       /* the lean register sequence was proven on this drive */
    uint8_t *backup; /* old content, NULL = none */
    uint32_t backup_size, backup_crc32;
    bool backup_equal;    /* read twice, equal */
    char backup_name[13]; /* "" = not saved */
    err_t save_error;     /* why it could not be saved */
    struct firmware old;  /* what the backup is */
    uint32_t warnings;
    uint32_t first_difference; /* address, after a failed verify */
    uint32_t differences;      /* bytes */
    bool critical;
    bool changed; /* something that changes the chip was sent */
    bool left;    /* vendor mode was ended, the drive's firmware restarted */
    bool identified_after;
    bool after_matches; /* it names the product and revision that the file names */
    struct inquiry after;
    uint32_t bytes; /* read (backup) or compared (the others), for the RESULT line */
    uint64_t started_us, ended_us;
    uint32_t again; /* run counter of retries */
    struct session_work *work;
};

/*
 * Runs the whole session. All that is to say about the outcome is in `session`; the return value is
 * session->error: the failure that stopped it, 0 when the result is what the job asked for.
 *
 * Results: a backup that only read says UNCHANGED; so does a comparison that found differences
 * (ERR_VERIFY). After a failure the drive stays in vendor mode. Vendor mode is also kept when
 * nothing was written and the drive was dead before: getting in may have been hard.
 */
err_t session_run(struct session *session);

/* "VERIFIED", "NOT_STARTED", ...: the words of the RESULT line. */
const char *session_result_word(enum session_result result);

/*
 * The RESULT line of a job:
 * RESULT job=flash port=1 state=VERIFIED bytes=131072 crc32=0f3a99c1 ms=10432 err=00000000
 */
void session_result_line(const struct session *session, char *line, uint32_t size);

#endif
