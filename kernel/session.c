/* The flash session from its first question to its last word. */
#define ERROR_MODULE MODULE_SESSION
#include "kernel/session.h"

#include "kernel/drivedb.h"
#include "kernel/lib/string.h"
#include "kernel/lib/text.h"
#include "kernel/session_work.h"

enum { IDENTIFY_ATTEMPTS = 3 };

static bool writes(const struct session *session)
{
    return session->job == SESSION_FLASH || session->job == SESSION_RESTORE;
}

static bool needs_file(const struct session *session)
{
    return session->job != SESSION_BACKUP;
}

/* ---- before anything is sent ---- */

/* The drive said by itself that it takes packets: no hung disk does that. */
static bool identified_as_optical(const struct port *port)
{
    return port->evidence.signature == ATA_SIGNATURE_PACKET ||
           port->evidence.identify_packet_valid ||
           (port->evidence.inquiry_error == 0 && port->evidence.inquiry.length != 0);
}

static err_t precheck(struct session *session)
{
    const struct port *port = session->port;
    enum alone alone;
    err_t error;

    session_phase(session, PHASE_PRECHECK, 0);
    if (port == NULL) {
        return 0;
    }
    alone = port_alone(port);
    log_line(session->log, "flash", "port %u, %s, status %02x, alone %u", port->number, port->where,
             port->evidence.status, alone);
    if (session->donors != NULL && donors_have(session->donors, port)) {
        return ERR(ERR_GOOD_DRIVE);
    }
    /* Disks, empty positions, a second device on the cable: no answer could allow those. */
    error = port_vendor_allowed(port);
    if (error != 0) {
        return error;
    }
    if (alone == ALONE_UNSURE && session_ask(session, ASK_ALONE) != ANSWER_YES) {
        return ERR(ERR_REFUSED);
    }
    if (!identified_as_optical(port) && session_ask(session, ASK_IS_OPTICAL) != ANSWER_YES) {
        return ERR(ERR_REFUSED);
    }
    return 0;
}

static err_t check_identity(const struct session *session)
{
    if (!session->identity_required || !writes(session) ||
        text_equal_ignoring_case(session->identity, "any")) {
        return 0;
    }
    if (!session->file.has_identity ||
        !text_equal_ignoring_case(session->identity, session->file.product)) {
        return ERR(ERR_MISMATCH);
    }
    return 0;
}

err_t session_check_file(struct session *session)
{
    const struct firmware *file = &session->file;

    session->refused = FIRMWARE_SOUND;
    if (file->size == 0) {
        session->refused = FIRMWARE_EMPTY;
        return ERR(ERR_BAD_FILE);
    }
    if (file->size > FIRMWARE_LARGEST ||
        (session->chip != NULL && file->size != session->chip->size)) {
        session->refused = FIRMWARE_SIZE;
        return ERR(ERR_WRONG_SIZE);
    }
    if (file->bytes == NULL || file->bank_size == 0) {
        return ERR(ERR_ARGUMENT);
    }
    if (session->job == SESSION_FLASH && file->damage != FIRMWARE_SOUND) {
        session->refused = file->damage;
        return file->damage == FIRMWARE_SIZE ? ERR(ERR_WRONG_SIZE) : ERR(ERR_BAD_FILE);
    }
    return check_identity(session);
}

static err_t load(struct session *session)
{
    err_t error = 0;

    session_phase(session, PHASE_LOAD, 0);
    if (needs_file(session)) {
        error = session_check_file(session);
        log_line(session->log, "flash", "file %s: %u bytes, crc32 %08x, '%s' '%s', damage %u, %08x",
                 session->file.path, (unsigned)session->file.size, (unsigned)session->file.crc32,
                 session->file.product, session->file.revision, session->file.damage,
                 (unsigned)error);
        if (error != 0) {
            return error;
        }
        session->work->target = &session->file;
        session->work->accepted = session->file;
    }
    if (session->port != NULL) {
        error = session_meet(session);
    }
    if (error == 0) {
        error = session_enter(session);
    }
    if (error == 0 && needs_file(session)) {
        /* The chip's size is known now. */
        error = session_check_file(session);
    }
    if (error == 0) {
        error = session_try_lean(session);
    }
    return error;
}

/* ---- old content ---- */

static err_t back_up(struct session *session)
{
    bool unreadable;
    err_t error;

    if (session->job != SESSION_BACKUP && !session->want_backup) {
        return 0;
    }
    error = session_backup(session);
    unreadable = error_class(error) == ERR_UNSTABLE || error_class(error) == ERR_TIMEOUT ||
                 error_class(error) == ERR_DEVICE;
    if (session->job == SESSION_BACKUP || session->backup != NULL || !unreadable) {
        return error;
    }
    return session_ask(session, ASK_NO_BACKUP) == ANSWER_YES ? 0 : error;
}

/* A donor in vendor mode has no name but the one in its chip. It runs again after this. */
static err_t refuse_donor(struct session *session)
{
    if (session->donors == NULL || session->backup == NULL ||
        !donors_hold(session->donors, &session->old)) {
        return 0;
    }
    log_line(session->log, "flash", "the chip names the good drive, '%s' '%s'",
             session->old.product, session->old.revision);
    session_leave(session);
    return ERR(ERR_GOOD_DRIVE);
}

/* ---- confirmation ---- */

static bool drive_named_itself(const struct session *session)
{
    return session->port != NULL && session->port->verdict == VERDICT_HEALTHY;
}

static uint32_t warnings_of(const struct session *session)
{
    const struct firmware *file = &session->file;
    const struct firmware *old = &session->old;
    uint32_t warnings = 0;

    if (!file->has_identity) {
        warnings |= WARN_NO_FILE_IDENTITY;
    }
    if (!drive_named_itself(session)) {
        warnings |= WARN_DRIVE_UNKNOWN;
    } else if (file->has_identity &&
               !drivedb_same_model(session->port->evidence.inquiry.product, file->product)) {
        warnings |= WARN_OTHER_MODEL;
    }
    if (!session->backup_equal) {
        warnings |= WARN_NO_BACKUP;
    } else if (old->has_identity && file->has_identity &&
               !drivedb_same_model(old->product, file->product)) {
        warnings |= WARN_OLD_DIFFERENT_MODEL;
    }
    if (session->chip_by_hand) {
        warnings |= WARN_CHIP_BY_HAND;
    }
    if (file->size >= 0x80000 && !file->trampoline) {
        warnings |= WARN_NO_TRAMPOLINE;
    }
    return warnings;
}

err_t session_confirm(struct session *session)
{
    session->warnings = warnings_of(session);
    log_line(session->log, "flash", "asking for confirmation, warnings %02x",
             (unsigned)session->warnings);
    if (session_ask(session, ASK_CONFIRM) != ANSWER_YES) {
        return ERR(ERR_ABORTED);
    }
    return 0;
}

/* ---- the end ---- */

/* Vendor mode is ended when a firmware was running before, so that it runs again; a dead drive
 * stays in it. */
static void leave_as_found(struct session *session)
{
    const struct port *port = session->port;
    bool ran = port == NULL || port->verdict == VERDICT_HEALTHY ||
               port->verdict == VERDICT_IDENTITY_DAMAGED || port->verdict == VERDICT_BOOT_CODE;

    if (session->work->entered && ran && !session->left) {
        session_leave(session);
    }
}

static void restart(struct session *session)
{
    session_phase(session, PHASE_RESTART, 0);
    session_leave(session);
    log_line(session->log, "flash", "%s, status %02x",
             session->left ? "restarted" : "not restarted", session->method->status);
}

/* Asks the drive who it is now. What it says changes nothing of what the bytes proved. */
static void identify(struct session *session)
{
    const struct session_host *host = session->host;
    const struct firmware *file = &session->file;
    err_t error = ERR(ERR_NO_DEVICE);

    session_phase(session, PHASE_IDENTIFY, 0);
    for (unsigned i = 0; i < IDENTIFY_ATTEMPTS && error != 0; i++) {
        error = host->identify(host->context, session, &session->after);
        if (error_class(error) == ERR_ABORTED) {
            break;
        }
    }
    session->identified_after = error == 0;
    session->after_matches = error == 0 && file->has_identity &&
                             strcmp(session->after.product, file->product) == 0 &&
                             strcmp(session->after.revision, file->revision) == 0;
    log_line(session->log, "flash", "the drive says it is '%s' '%s' '%s', err %08x",
             session->after.vendor, session->after.product, session->after.revision,
             (unsigned)error);
}

static err_t end_of_reading(struct session *session, err_t error)
{
    if (session->result == RESULT_UNKNOWN) {
        session->result = RESULT_UNCHANGED;
    }
    leave_as_found(session);
    return error;
}

static bool same_content(const struct session *session)
{
    return session->backup_equal &&
           memcmp(session->backup, session->file.bytes, session->chip->size) == 0;
}

/* Everything behind the first change. */
static err_t change(struct session *session)
{
    err_t error;

    session_phase(session, PHASE_CONFIRM, 0);
    if (same_content(session)) {
        session->warnings = warnings_of(session) | WARN_REVERTS;
        log_line(session->log, "flash", "the chip holds this file already");
        error = session_verified(session);
        if (error != 0) {
            return end_of_reading(session, error);
        }
    } else {
        error = session_confirm(session);
        if (error != 0) {
            session->result = RESULT_NOT_STARTED;
            leave_as_found(session);
            return error;
        }
        error = session_flash(session);
        if (error != 0) {
            return error;
        }
    }
    restart(session);
    identify(session);
    return 0;
}

static err_t run(struct session *session)
{
    err_t error = precheck(session);

    if (error == 0) {
        error = load(session);
    }
    if (error == 0) {
        error = back_up(session);
    }
    if (error == 0) {
        error = refuse_donor(session);
    }
    if (error != 0) {
        session->result = RESULT_NOT_STARTED;
        leave_as_found(session);
        return error;
    }
    if (session->job == SESSION_BACKUP) {
        return end_of_reading(session, 0);
    }
    if (session->job == SESSION_VERIFY) {
        return end_of_reading(session, session_verified(session));
    }
    return change(session);
}

/* Clears all that the session fills. */
static void begin(struct session *session)
{
    session->result = RESULT_UNKNOWN;
    session->error = 0;
    session->refused = FIRMWARE_SOUND;
    memset(&session->progress, 0, sizeof session->progress);
    session->progress.status = session->method->status;
    memset(&session->identity_of_chip, 0, sizeof session->identity_of_chip);
    memset(&session->old, 0, sizeof session->old);
    memset(&session->after, 0, sizeof session->after);
    session->lean = session->backup_equal = session->critical = session->changed = false;
    session->left = session->identified_after = session->after_matches = false;
    session->backup = NULL;
    session->backup_size = session->backup_crc32 = 0;
    session->backup_name[0] = '\0';
    session->save_error = 0;
    session->warnings = session->first_difference = session->differences = 0;
    session->bytes = session->again = 0;
    session->progress.left_ms = UINT32_MAX;
    session->started_us = session->ended_us = session->host->now_us(session->host->context);
    session->work = arena_take(session->arena, sizeof *session->work);
}

err_t session_run(struct session *session)
{
    char line[160];

    begin(session);
    if (session->work == NULL) {
        session->result = RESULT_NOT_STARTED;
        session->error = ERR(ERR_NO_MEMORY);
        return session->error;
    }
    session->error = run(session);
    session->ended_us = session->host->now_us(session->host->context);
    session_phase(session, PHASE_DONE, 0);
    session_result_line(session, line, sizeof line);
    log_line(session->log, "session", "%s", line);
    session->work = NULL;
    return session->error;
}
