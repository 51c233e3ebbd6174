/*
 * Is it still the drive that was confirmed? Ribbons are moved and power is switched while a session
 * waits for its user, and contacts bounce while it works. A vendor command that reaches a disk, or
 * an erase that reaches the good drive beside it, can't be taken back: whenever the bus was empty,
 * was not watched for a while, or does not show the mode any more, the drive is recognised before
 * anything else is sent. PROTOCOL.md, "Still the same drive".
 */
#define ERROR_MODULE MODULE_SESSION_GUARD
#include "kernel/session_work.h"

#include "drivers/mtk.h"
#include "kernel/lib/crc32.h"
#include "kernel/lib/string.h"
#include "kernel/lib/text.h"

enum {
    UNWATCHED_US = 500000, /* no ribbon is moved to another drive in less */
    APPEAR_US = 2000000,   /* somebody must drive the bus by then ... */
    STEADY_US = 100000,    /* ... and without a break for so long: contacts bounce */
    LOOK_US = 5000,
    SEARCHES = 6, /* how often the drive is looked for in one run of writing */
    ROUNDS = 4,   /* of one search, the bus going empty meanwhile */
    ENTER_ATTEMPTS = 3,
    SAMPLES = 16, /* pages that are compared as long as nothing was written */
    READS = 4,    /* of one page, until it is what it must be */
    TICK_PAGES = 16,
    TELLING_CHANGES = 8 /* a page tells drives apart when neighbours differ this often */
};

enum who {
    WHO_INSIDE,   /* a drive that shows vendor mode */
    WHO_BUSY,     /* can't be asked: BSY for longer than any healthy device takes, or DRQ, which
                     only a command of our own leaves behind */
    WHO_NAMELESS, /* no sane answer to IDENTIFY [PACKET] DEVICE */
    WHO_NAMED,    /* an optical drive that says its name */
    WHO_DISK
};

/* ---- what the chip must hold ---- */

void session_forget(struct session *session, uint32_t address, uint32_t size)
{
    const struct session_work *work = session->work;
    uint32_t end = (address + size + work->page_size - 1) / work->page_size;

    for (uint32_t page = address / work->page_size; page < end && page < work->page_count; page++) {
        work->sums[page] = 0;
    }
}

void session_know(struct session *session, uint32_t address, const uint8_t *bytes)
{
    const struct session_work *work = session->work;

    if (work->sums[address / work->page_size] == 0) {
        work->sums[address / work->page_size] = crc32_update(0, bytes, work->page_size);
    }
}

static bool telling(const uint8_t *bytes, uint32_t size)
{
    unsigned changes = 0;

    for (uint32_t i = 1; i < size; i++) {
        changes += bytes[i] != bytes[i - 1];
    }
    return changes >= TELLING_CHANGES;
}

/* Reads a page until it is what it must be; a read may fail or lie now and then. */
static err_t compare_page(struct session *session, uint32_t page, bool *equal)
{
    struct session_work *work = session->work;
    struct flash_method *method = session->method;
    err_t error = 0;

    *equal = false;
    for (unsigned i = 0; i < READS && !*equal; i++) {
        error = method->ops->read(method, page * work->page_size, work->page, work->page_size,
                                  i > 0 || !session->lean);
        if (error_class(error) == ERR_VENDOR_LOST || error_class(error) == ERR_ABORTED) {
            return error;
        }
        *equal = error == 0 && crc32_update(0, work->page, work->page_size) == work->sums[page];
    }
    return error;
}

/* The smallest range that an erase of ours could have hit. */
static void range_of(const struct session *session, uint32_t page, uint32_t *start, uint32_t *size)
{
    *start = page * session->work->page_size;
    *size = session->work->page_size;
    if (session->work->sectors) {
        (void)chip_sector(session->chip, *start, start, size);
    }
}

/* A command whose address the bouncing contacts garbled may have hit one sector of our own drive;
 * bank 0's first page is never taken for that: it tells who has a firmware that could start. */
static bool may_be_damage(const struct session *session, uint32_t page, uint32_t *damaged,
                          uint32_t *damaged_size)
{
    uint32_t start, size;

    range_of(session, page, &start, &size);
    if (!session->changed || page == 0 || (*damaged_size != 0 && *damaged != start)) {
        return false;
    }
    *damaged = start;
    *damaged_size = size;
    return true;
}

/* Lets screen and keys live during the comparison. */
static err_t breathe(struct session *session)
{
    session->progress.status = session->method->status;
    if (session->host->progress(session->host->context, session) && session_wants_stop(session)) {
        return ERR(ERR_ABORTED);
    }
    return 0;
}

/* What the pages that were compared tell about the drive. */
struct content {
    bool telling; /* not all of it is blank or a pattern */
    bool all_old; /* any drive with the old firmware ... */
    bool all_new; /* ... or with the one that was written last looks like that */
};

static void note_page(const struct session *session, uint32_t page, struct content *content)
{
    const struct session_work *work = session->work;
    uint32_t at = page * work->page_size;
    const uint8_t *old = session->backup, *written = work->written_bytes;

    content->telling = content->telling || telling(work->page, work->page_size);
    content->all_old =
        content->all_old && old != NULL && memcmp(old + at, work->page, work->page_size) == 0;
    content->all_new = content->all_new && written != NULL &&
                       memcmp(written + at, work->page, work->page_size) == 0;
}

/* Whether the chip holds what it must, wherever that is known. `*told`: no other drive than ours
 * may hold just that. */
static err_t compare_content(struct session *session, bool everything, bool *told)
{
    struct session_work *work = session->work;
    uint32_t step = everything ? 1 : work->page_count / SAMPLES;
    uint32_t damaged = 0, damaged_size = 0;
    struct content content = {.all_old = true, .all_new = true};

    for (uint32_t page = 0; page < work->page_count; page += step != 0 ? step : 1) {
        bool equal;
        err_t error = page % TICK_PAGES == 0 ? breathe(session) : 0;

        if (error == 0 && work->sums[page] == 0) {
            continue;
        }
        if (error == 0) {
            error = compare_page(session, page, &equal);
        }
        if (error != 0) {
            return error;
        }
        if (equal) {
            note_page(session, page, &content);
        } else if (!may_be_damage(session, page, &damaged, &damaged_size)) {
            log_line(session->log, "guard", "%06x: not what our drive holds",
                     (unsigned)(page * work->page_size));
            return ERR(ERR_OTHER_DRIVE);
        }
    }
    /* Only now: what does not fit another drive must go on speaking against it. */
    session_forget(session, damaged, damaged_size);
    *told = content.telling && !content.all_old && !content.all_new;
    return 0;
}

/* ---- who is there ---- */

/* Until somebody drives the bus without a break. Writes nothing but the selection. */
static err_t wait_for_somebody(struct ata_device *device, bool *emptied)
{
    uint64_t start = ata_now_us(device);
    uint64_t since = start;
    uint64_t now = start;

    while (now - start < APPEAR_US) {
        err_t error;

        ata_select(device);
        now = ata_now_us(device);
        if (ata_status_is_undriven(device, device->last_status)) {
            *emptied = true;
            since = now;
        } else if (now - since >= STEADY_US) {
            return 0;
        }
        error = ata_pause(device, LOOK_US);
        if (error != 0) {
            return error;
        }
        if (ata_status_is_undriven(device, device->last_status)) {
            *emptied = true;
            since = ata_now_us(device);
        }
    }
    return ERR(ERR_NO_DEVICE);
}

/* A device that starts is busy and can't be asked yet. ERR_TIMEOUT: longer than any may take. */
static err_t wait_while_busy(struct ata_device *device)
{
    struct ata_watch watch;

    ata_watch_start(device, &watch, ATA_RESET_BOUND_US);
    for (;;) {
        err_t error;

        if ((ata_alt_status(device) & ATA_STATUS_BSY) == 0 ||
            ata_status_is_undriven(device, device->last_status)) {
            return ata_status_is_undriven(device, device->last_status) ? ERR(ERR_NO_DEVICE) : 0;
        }
        error = ata_watch_turn(device, &watch);
        if (error != 0) {
            return error;
        }
    }
}

/* IDENTIFY in the order of the probe, into work->visitor. */
static err_t ask_name(struct session *session)
{
    struct port *visitor = &session->work->visitor;
    struct ata_device *device = &visitor->device;
    struct evidence *evidence = &visitor->evidence;
    uint8_t commands[2] = {ATA_IDENTIFY_PACKET_DEVICE, ATA_IDENTIFY_DEVICE};

    memset(visitor, 0, sizeof *visitor);
    *device = session->port->device;
    evidence->decoding = true;
    evidence_clear(evidence);
    evidence->constant = false;
    evidence->echo = true;
    evidence->signature = ata_signature(device, evidence->signature_raw);
    if (evidence->signature == ATA_SIGNATURE_DISK) {
        commands[0] = ATA_IDENTIFY_DEVICE;
        commands[1] = ATA_IDENTIFY_PACKET_DEVICE;
    }
    ata_quiet(device);
    for (unsigned i = 0; i < 2 && !evidence_is_named(evidence); i++) {
        err_t error = ata_identify(device, commands[i], evidence->identify, ATA_IDENTIFY_BOUND_US);

        if (error_class(error) == ERR_ABORTED || error_class(error) == ERR_NO_DEVICE) {
            return error;
        }
        evidence_note_identify(evidence, commands[i], error);
    }
    evidence->status = device->last_status;
    port_judge(visitor);
    return 0;
}

/* Asks who is there; no vendor command is sent. `patient`: a device that is busy is waited for. */
static err_t ask_who(struct session *session, bool patient, enum who *who)
{
    struct ata_device *device = &session->port->device;
    struct drive_name name;
    err_t error = wait_for_somebody(device, &session->method->emptied);

    *who = WHO_INSIDE;
    if (error != 0 || mtk_mode_of_status(device->last_status) != MTK_NONE) {
        return error;
    }
    *who = WHO_BUSY;
    error = patient ? wait_while_busy(device) : 0;
    if (error_class(error) == ERR_TIMEOUT) {
        return 0;
    }
    if (error != 0 || (device->last_status & (ATA_STATUS_BSY | ATA_STATUS_DRQ)) != 0) {
        return error;
    }
    error = ask_name(session);
    if (error != 0) {
        return error;
    }
    *who = session->work->visitor.verdict == VERDICT_DISK  ? WHO_DISK
           : drive_name_of(&session->work->visitor, &name) ? WHO_NAMED
                                                           : WHO_NAMELESS;
    return 0;
}

/* ---- may it be ours? ---- */

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);

    return tail != 0 && tail <= length && text_equal_ignoring_case(text + length - tail, end);
}

/* It says its name. Ours says the one that the probe heard; after a change also that of the old or
 * the new firmware (IDENTIFY's model ends with INQUIRY's product). */
static bool is_our_name(const struct session *session, const struct drive_name *name)
{
    struct drive_name expected;

    if (drive_name_of(session->port, &expected) && strcmp(expected.model, name->model) == 0 &&
        strcmp(expected.serial, name->serial) == 0) {
        return true;
    }
    return session->changed && (ends_with(name->model, session->old.product) ||
                                ends_with(name->model, session->work->accepted.product));
}

/* By what it says of itself. */
static err_t check_visitor(struct session *session, enum who who)
{
    const struct port *visitor = &session->work->visitor;
    struct drive_name name;

    if (who == WHO_DISK) {
        session->port->disk_forever = true;
        log_line(session->log, "guard", "a disk is on the cable now: %s", visitor->name);
        return ERR(ERR_REFUSED);
    }
    if (who != WHO_NAMED) {
        return 0;
    }
    if (session->donors != NULL && donors_have(session->donors, visitor)) {
        log_line(session->log, "guard", "the good drive is on the cable now: %s", visitor->name);
        return ERR(ERR_GOOD_DRIVE);
    }
    (void)drive_name_of(visitor, &name);
    if (!is_our_name(session, &name)) {
        log_line(session->log, "guard", "another drive is on the cable now: %s", visitor->name);
        return ERR(ERR_OTHER_DRIVE);
    }
    return 0;
}

/* The user looks at the ribbon and says so, once per search. While he looked plugs may have been
 * moved: then the search begins anew, without the question. */
static err_t ask_same_drive(struct session *session)
{
    struct session_work *work = session->work;

    if (work->vouched) {
        return 0;
    }
    work->vouched = session_ask(session, ASK_SAME_DRIVE) == ANSWER_YES;
    if (!work->vouched) {
        return ERR(ERR_OTHER_DRIVE);
    }
    return work->unwatched ? ERR(ERR_VENDOR_LOST) : 0;
}

/* Busy without a break for longer than a device that starts, and looked at all the time. */
static bool is_still_stuck(struct port *port)
{
    const struct trail_entry *newest = trail_newest(&port->trail);
    uint64_t now = ata_now_us(&port->device);

    return port->verdict == VERDICT_STUCK_BUSY && newest != NULL &&
           now - newest->until_us < UNWATCHED_US && port->busy_since_us != 0 &&
           now - port->busy_since_us >= ATA_RESET_BOUND_US;
}

err_t session_meet(struct session *session)
{
    const struct port *port = session->port;
    struct drive_name expected;
    enum who who;
    err_t error = ask_who(session, !is_still_stuck(session->port), &who);

    if (error != 0) {
        return error;
    }
    log_line(session->log, "guard", "status %02x, who %u", port->device.last_status, who);
    error = check_visitor(session, who);
    if (error == 0 && who == WHO_NAMELESS && drive_name_of(port, &expected) &&
        expected.model[0] != '\0') {
        error = ERR(ERR_OTHER_DRIVE);
    }
    session->method->emptied = false;
    return error;
}

/* ---- finding it again ---- */

static uint64_t now_us(const struct session *session)
{
    return session->host->now_us(session->host->context);
}

static err_t enter(struct session *session)
{
    struct flash_method *method = session->method;
    err_t error = ERR(ERR_VENDOR_LOST);

    for (unsigned i = 0; i < ENTER_ATTEMPTS && error != 0; i++) {
        err_t stop;

        error = method->ops->enter(method);
        stop = error != 0 ? breathe(session) : 0;
        if (stop != 0 || error_class(error) == ERR_NO_DEVICE) {
            return stop != 0 ? stop : error;
        }
    }
    return error;
}

/* Into vendor mode again, whoever is there having been asked. `away`: the bus was empty, or not
 * looked at; `*intro`: it did not show the mode by itself. */
static err_t enter_again(struct session *session, bool away, bool *intro)
{
    struct flash_method *method = session->method;
    enum who who = WHO_INSIDE;
    err_t error = 0;

    if (session->port != NULL) {
        /* Without a break a busy drive in the mode is ours, in the middle of a command. */
        error = ask_who(session, away, &who);
        if (error == 0) {
            error = check_visitor(session, who);
        }
        if (error == 0 && who == WHO_NAMELESS && away &&
            session->work->visitor.evidence.signature != ATA_SIGNATURE_PACKET) {
            error = ask_same_drive(session);
        }
    }
    if (error == 0 && !method->emptied && method->ops->check(method) != 0 && !method->emptied) {
        *intro = true;
        error = enter(session);
    }
    return error == 0 && method->emptied ? ERR(ERR_VENDOR_LOST) : error;
}

static bool same_chip(const struct flash_identity *a, const struct flash_identity *b)
{
    return a->bus == b->bus && a->jedec_manufacturer == b->jedec_manufacturer &&
           a->jedec_device == b->jedec_device && a->rdid == b->rdid && a->res == b->res &&
           a->res_pair == b->res_pair && a->rdid_15 == b->rdid_15;
}

static err_t compare_chip(struct session *session)
{
    struct flash_method *method = session->method;
    struct flash_identity identity;
    err_t error;

    memset(&identity, 0, sizeof identity);
    error = method->ops->identify(method, &identity);
    if (method->emptied || error_class(error) == ERR_ABORTED) {
        return error != 0 ? error : ERR(ERR_VENDOR_LOST);
    }
    if (session->identity_of_chip.candidate_count != 0 &&
        (error != 0 || !same_chip(&identity, &session->identity_of_chip))) {
        log_line(session->log, "guard", "another chip answers, err %08x", (unsigned)error);
        return ERR(ERR_MISMATCH);
    }
    return method->ops->use_chip(method, session->chip);
}

static err_t recognise_once(struct session *session, bool gone, bool brief)
{
    bool told = false;
    bool intro = false;
    bool away = gone || session->work->unwatched;
    err_t error;

    session->work->unwatched = false;
    error = enter_again(session, away, &intro);
    brief = brief && !intro && now_us(session) - session->work->search_us < UNWATCHED_US;

    if (error == 0) {
        error = compare_chip(session);
    }
    if (error == 0) {
        error = compare_content(session, session->changed || away, &told);
    }
    /* A glitch of the contacts is too short for another drive. Before the first change the user's
     * "yes" is quite fresh, unless somebody was unplugged after it. */
    if (error == 0 && !told && !brief && session->critical &&
        (gone || (away && session->changed))) {
        error = ask_same_drive(session);
    }
    return error;
}

/* Looks until BSY is over; a drive that lost the mode has lost it by then. */
static bool shows_mode(const struct session *session)
{
    struct flash_method *method = session->method;

    return method->ops->check(method) == 0 ||
           mtk_mode_of_status(method->status & ~ATA_STATUS_BSY) != MTK_NONE;
}

/* Another look would not help, whatever the bus did meanwhile. */
static bool is_final(err_t error)
{
    switch (error_class(error)) {
    case ERR_ABORTED:
    case ERR_NO_DEVICE:
    case ERR_REFUSED:
    case ERR_GOOD_DRIVE:
    case ERR_OTHER_DRIVE:
        return true;
    default:
        return false;
    }
}

err_t session_recognise(struct session *session)
{
    struct session_work *work = session->work;
    struct flash_method *method = session->method;
    /* An empty bus may pick up noise: whoever does not show the mode may be anybody. */
    bool gone = work->lost || !shows_mode(session);
    bool brief = !work->lost && !work->unwatched;
    err_t error = ERR(ERR_VENDOR_LOST);

    work->lost = true;
    work->vouched = false;
    work->search_us = now_us(session);
    if (++work->entries > SEARCHES) {
        return error;
    }
    for (unsigned round = 0; round < ROUNDS; round++) {
        gone = gone || method->emptied;
        method->emptied = false;
        error = recognise_once(session, gone, brief);
        if ((!method->emptied && !work->unwatched) || is_final(error)) {
            break;
        }
        error = error != 0 ? error : ERR(ERR_VENDOR_LOST);
    }
    session->progress.status = method->status;
    log_line(session->log, "guard", "%s, status %02x, err %08x",
             error == 0 ? "the same drive" : "not found again", method->status, (unsigned)error);
    if (error == 0) {
        work->lost = false;
        work->meetings++;
    }
    return error;
}

err_t session_stay(struct session *session)
{
    const struct session_work *work = session->work;
    const struct flash_method *method = session->method;

    if (!work->lost && !work->unwatched && method->ops->check(session->method) == 0 &&
        !method->emptied) {
        return 0;
    }
    return session_recognise(session);
}

void session_leave(struct session *session)
{
    struct flash_method *method = session->method;

    if (!session->work->lost && method->ops->check(method) == 0 && !method->emptied) {
        session->left = method->ops->leave(method) == 0;
    }
    session->progress.status = method->status;
}

void session_looked_away(struct session *session, uint64_t us)
{
    session->work->unwatched = session->work->unwatched || us >= UNWATCHED_US;
}
