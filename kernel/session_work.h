/* The session's own state and the steps that its files share. Nobody else includes this. */
#ifndef KERNEL_SESSION_WORK_H
#define KERNEL_SESSION_WORK_H

#include "kernel/session.h"

enum { SESSION_PAGE_MAX = 512 };

/* One page of the chip on its way from "what the chip holds does not count" to "compared, equal".
 * Kept in one byte per page; the bits above count how often the sector that starts here was erased
 * again. */
enum page_state {
    PAGE_DONE,
    PAGE_WAITING, /* to be written */
    PAGE_HEADED,  /* bank start: written but for its first byte */
    PAGE_STATE_MASK = 0x03,
    PAGE_ERASED = 0x04,
    PAGE_AGAIN_STEP = 0x10
};

struct session_work {
    const struct firmware *target; /* what is being written: the file, or the old content */
    struct firmware accepted;      /* the file that was checked and confirmed last */
    uint8_t *pages;
    uint32_t page_size, page_count;
    uint32_t pages_left; /* not yet done, while programming */
    bool sectors;        /* the chip can erase less than everything */
    bool self_erasing;   /* pages erase themselves and are written whole */
    bool entered;        /* vendor mode was reached at least once */
    bool lean_refuted;   /* never again in this session */
    bool written;        /* everything was programmed and compared; the whole chip not yet */
    uint32_t *sums;      /* CRC-32 of what each page must hold now; 0 = not known */
    bool unwatched;      /* nobody looked at the bus for so long that plugs may have been moved */
    bool lost;           /* nobody or another drive is there: nothing is sent until session_stay()
                            has found ours again */
    uint64_t search_us;  /* when the search began */
    const uint8_t *written_bytes;   /* of the target that was written last; NULL: none yet */
    bool vouched;                   /* the user said that it is ours, in this search */
    unsigned meetings;              /* how often it was found again */
    struct port visitor;            /* who is there now, when that had to be asked */
    bool escape;                    /* ESC was pressed and not looked at yet */
    unsigned entries;               /* how often it was looked for */
    uint8_t page[SESSION_PAGE_MAX]; /* what was read last */

    uint64_t phase_started_us;
    uint64_t asking_us; /* time that questions took: not the drive's */
    uint32_t overall_base, overall_span;
};

/* ---- session_progress.c: phases, progress, questions ---- */

/* Starts a phase of `total` bytes (0: no figure). */
void session_phase(struct session *session, enum session_phase phase, uint32_t total);
/* `done` bytes of the phase are behind us, the work is at `address`. ERR_ABORTED when the user
 * wants to stop and, in a critical phase, said so twice. */
err_t session_tick(struct session *session, uint32_t done, uint32_t address);
enum session_answer session_ask(struct session *session, enum session_question question);
/* ESC was pressed: ends at once before the first change, asks after it. True = stop. */
bool session_wants_stop(struct session *session);
/* Begins and ends the time in which nothing but the user may stop the session. */
void session_critical(struct session *session, bool critical);

/* ---- session_chip.c: the drive and its chip ---- */

/* Into vendor mode, chip asked for and chosen. */
err_t session_enter(struct session *session);
/* The calls of the method with the session's patience: a lost vendor mode is entered again, a
 * time-out tried again, both bounded. */
err_t session_read(struct session *session, uint32_t address, void *bytes, uint32_t size,
                   bool full);
err_t session_program(struct session *session, uint32_t address, const void *bytes, uint32_t size);
err_t session_erase_sector(struct session *session, uint32_t address);
err_t session_erase_chip(struct session *session);
err_t session_unprotect(struct session *session);
/* Reads one page both ways and allows the lean sequence when they agree and the page could have
 * told the difference. */
err_t session_prove_lean(struct session *session, uint32_t address);
/* The same at places all over the chip: all that can tell must agree, one at least. */
err_t session_try_lean(struct session *session);
void session_refute_lean(struct session *session, uint32_t address);
/*
 * Compares chip and `wanted`. A difference counts only when the full sequence shows it too, and an
 * equality after a difference only when seen twice. work->page holds what was read last;
 * `differences` gets the count of bytes.
 */
err_t session_compare(struct session *session, uint32_t address, const uint8_t *wanted,
                      uint32_t size, uint32_t *differences);

/* ---- session_guard.c: is it still the drive that was confirmed? ---- */

/*
 * Before the first vendor command of the session: whoever is there now must be who the probe found.
 * Sends at most IDENTIFY commands. Errors: ERR_NO_DEVICE, ERR_REFUSED (a disk), ERR_GOOD_DRIVE,
 * ERR_OTHER_DRIVE, ERR_ABORTED. Bounded: 2 s until somebody drives the bus, 31 s
 * while it is busy, 10 s for each of two questions.
 */
err_t session_meet(struct session *session);
/* Still the same drive, in vendor mode? When the bus was empty, was not looked at, or the mode is
 * lost: session_recognise(). */
err_t session_stay(struct session *session);
/*
 * Finds the drive again: asks who is there before any vendor command, enters the mode if need be,
 * and takes only the same chip with the content that it must have. Nothing is written. Errors: as
 * session_meet(), ERR_MISMATCH (another chip), ERR_VENDOR_REFUSED, ERR_VENDOR_LOST (tried too
 * often).
 */
err_t session_recognise(struct session *session);
/* What a whole page holds, proven by a comparison. */
void session_know(struct session *session, uint32_t address, const uint8_t *bytes);
/* What the pages in this range hold is not known from here on: they are about to be changed. */
void session_forget(struct session *session, uint32_t address, uint32_t size);
/* Ends vendor mode, session->left says whether; only a drive that still shows the mode is told. */
void session_leave(struct session *session);
/* To be called with the time in which nobody looked at the bus. */
void session_looked_away(struct session *session, uint64_t us);

/* ---- session_backup.c ---- */

/* Reads everything twice and saves it. ERR_UNSTABLE when the two stay different. */
err_t session_backup(struct session *session);

/* ---- session_write.c ---- */

/* All pages are to be written. */
void session_plan_all(struct session *session);
/* Only sectors that differ from the target, and the one that makes the drive start. */
err_t session_plan_differences(struct session *session);
err_t session_erase(struct session *session);
err_t session_write(struct session *session);

/* ---- session_verify.c ---- */

/* Compares every byte of the chip with the target. The only place that says RESULT_VERIFIED (when
 * the target is the file). ERR_VERIFY when they differ. */
err_t session_verified(struct session *session);
/* After a failure: reads the chip again and chooses the word. */
void session_assess(struct session *session);

/* ---- session_failure.c ---- */

/* Erase, program, verify; on failure asks what to do until it works or the user stops. */
err_t session_flash(struct session *session);

/* ---- session.c ---- */

/* May this file go onto the chip? Errors: ERR_BAD_FILE, ERR_WRONG_SIZE, ERR_MISMATCH. */
err_t session_check_file(struct session *session);
/* Works out the warnings and asks for the confirmation. ERR_ABORTED. */
err_t session_confirm(struct session *session);

#endif
