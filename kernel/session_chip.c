/* The drive and its chip as the session sees them: getting in, staying in, reading what is there.
 */
#define ERROR_MODULE MODULE_SESSION_CHIP
#include "kernel/session_work.h"

#include "kernel/lib/string.h"

enum {
    CALL_ATTEMPTS = 3, /* of one call of the method, before its error counts */
    GO_ON_LIMIT = 64,  /* how often one call may be cut short by a key and go on */
    ENTER_ATTEMPTS = 3,
    EQUAL_READS = 2,    /* full reads that must show equality after a difference was seen */
    COMPARE_READS = 6,  /* full reads of one page at most */
    LEAN_PLACES = 16,   /* pages all over the chip, so that the bank bits are tried too */
    TELLING_CHANGES = 8 /* a page proves a reading sequence when neighbours differ this often */
};

enum call_kind { CALL_READ, CALL_PROGRAM, CALL_ERASE_SECTOR, CALL_ERASE_CHIP, CALL_UNPROTECT };

struct call {
    enum call_kind kind;
    uint32_t address;
    void *read;
    const void *programmed;
    uint32_t size;
    bool full;
};

static const char *const call_names[] = {"read", "program", "erase sector", "erase chip",
                                         "unprotect"};

static void forget_sector(struct session *session, uint32_t address)
{
    uint32_t start = 0;
    uint32_t size = session->chip->size;

    (void)chip_sector(session->chip, address, &start, &size);
    session_forget(session, start, size);
}

static err_t send(struct session *session, const struct call *call)
{
    struct flash_method *method = session->method;
    const struct flash_method_ops *ops = method->ops;

    switch (call->kind) {
    case CALL_READ:
        return ops->read(method, call->address, call->read, call->size, call->full);
    case CALL_PROGRAM:
        session->changed = true;
        session_forget(session, call->address, call->size);
        return ops->program(method, call->address, call->programmed, call->size, call->full);
    case CALL_ERASE_SECTOR:
        session->changed = true;
        forget_sector(session, call->address);
        return ops->erase_sector(method, call->address);
    case CALL_ERASE_CHIP:
        session->changed = true;
        session_forget(session, 0, session->chip->size);
        return ops->erase_chip(method);
    case CALL_UNPROTECT:
        session->changed = true;
        return ops->unprotect(method);
    }
    return ERR(ERR_ARGUMENT);
}

/* Nothing goes to a drive that is not known to be ours. */
static err_t send_to_ours(struct session *session, const struct call *call)
{
    err_t error = 0;

    if (session->work->lost) {
        return ERR(ERR_VENDOR_LOST);
    }
    if (session->work->unwatched || session->method->emptied) {
        error = session_recognise(session);
    }
    return error != 0 ? error : send(session, call);
}

static err_t make_call(struct session *session, const struct call *call)
{
    struct flash_method *method = session->method;
    unsigned failures = 0;
    unsigned cut_short = 0;

    for (;;) {
        err_t error = send_to_ours(session, call);

        session->progress.status = method->status;
        if (error == 0 || session->work->lost) {
            return error;
        }
        if (error_class(error) == ERR_ABORTED) {
            if (session_wants_stop(session) || ++cut_short == GO_ON_LIMIT) {
                return error;
            }
            continue;
        }
        log_line(session->log, "flash", "%s at %06x: status %02x, err %08x", call_names[call->kind],
                 (unsigned)call->address, method->status, (unsigned)error);
        if (call->kind == CALL_READ) {
            session->progress.read_errors++;
        }
        if (++failures == CALL_ATTEMPTS) {
            return error;
        }
        if (error_class(error) == ERR_VENDOR_LOST || method->ops->check(method) != 0) {
            err_t lost = session_recognise(session);

            if (lost != 0) {
                return lost;
            }
        } else if (error_class(error) != ERR_TIMEOUT) {
            return error;
        }
    }
}

err_t session_read(struct session *session, uint32_t address, void *bytes, uint32_t size, bool full)
{
    struct call call = {
        .kind = CALL_READ, .address = address, .read = bytes, .size = size, .full = full};

    return make_call(session, &call);
}

err_t session_program(struct session *session, uint32_t address, const void *bytes, uint32_t size)
{
    struct call call = {.kind = CALL_PROGRAM,
                        .address = address,
                        .programmed = bytes,
                        .size = size,
                        .full = !session->lean};

    return make_call(session, &call);
}

err_t session_erase_sector(struct session *session, uint32_t address)
{
    struct call call = {.kind = CALL_ERASE_SECTOR, .address = address};

    return make_call(session, &call);
}

err_t session_erase_chip(struct session *session)
{
    struct call call = {.kind = CALL_ERASE_CHIP};

    return make_call(session, &call);
}

err_t session_unprotect(struct session *session)
{
    struct call call = {.kind = CALL_UNPROTECT};

    return make_call(session, &call);
}

/* Whether two table rows are worked on in the same way, whichever of them is the chip. */
static bool alike(const struct chip *a, const struct chip *b)
{
    return a->bus == b->bus && a->size == b->size && a->program == b->program &&
           a->page_size == b->page_size && a->sector_opcode == b->sector_opcode &&
           a->chip_opcode == b->chip_opcode &&
           memcmp(a->regions, b->regions, sizeof a->regions) == 0;
}

/* Takes the one row that fits, or asks. */
static err_t choose_chip(struct session *session)
{
    const struct flash_identity *identity = &session->identity_of_chip;
    bool one = identity->candidate_count != 0;

    for (unsigned i = 1; i < identity->candidate_count; i++) {
        one = one && alike(identity->candidates[0], identity->candidates[i]);
    }
    if (one) {
        session->chip = identity->candidates[0];
        return 0;
    }
    if (session_ask(session, ASK_CHIP) != ANSWER_YES || session->chip == NULL) {
        return ERR(ERR_CHIP_UNKNOWN);
    }
    session->chip_by_hand = true;
    return 0;
}

/* Sizes and places that the work relies on; tables and a hand-made choice are both held to it. */
static err_t set_geometry(struct session *session)
{
    const struct chip *chip = session->chip;
    struct session_work *work = session->work;
    uint32_t start, size;
    bool by_page = chip->program == CHIP_PROGRAM_PAGE && chip->page_size > 1;

    work->page_size = by_page ? chip->page_size : 256;
    work->self_erasing = by_page && chip->bus == CHIP_PARALLEL;
    if (chip->size == 0 || chip->size > FIRMWARE_LARGEST || work->page_size > SESSION_PAGE_MAX ||
        chip->size % work->page_size != 0) {
        return ERR(ERR_UNSUPPORTED);
    }
    work->page_count = chip->size / work->page_size;
    work->sectors = chip_sector(chip, 0, &start, &size) && size % work->page_size == 0;
    work->pages = arena_take(session->arena, work->page_count);
    work->sums = arena_take(session->arena, work->page_count * sizeof *work->sums);
    return work->pages != NULL && work->sums != NULL ? 0 : ERR(ERR_NO_MEMORY);
}

/* The plain way in. Some drives let the first intro pass unnoticed. */
static err_t enter_first(struct session *session)
{
    struct flash_method *method = session->method;
    err_t error = 0;

    for (unsigned i = 0; i < ENTER_ATTEMPTS; i++) {
        err_t stop;

        error = method->ops->enter(method);
        log_line(session->log, "flash", "%s: status %02x, err %08x", method->ops->name,
                 method->status, (unsigned)error);
        stop = session_tick(session, 0, 0);
        if (stop != 0) {
            return stop;
        }
        if (error_class(error) != ERR_VENDOR_REFUSED) {
            break;
        }
    }
    return error;
}

err_t session_enter(struct session *session)
{
    struct flash_method *method = session->method;
    struct flash_identity *identity = &session->identity_of_chip;
    err_t error = enter_first(session);

    if (error != 0) {
        return error;
    }
    session->work->entered = true;
    error = method->ops->identify(method, identity);
    log_line(session->log, "flash", "chip id %04x %04x, rdid %06x, res %02x, %u rows, err %08x",
             identity->jedec_manufacturer, identity->jedec_device, (unsigned)identity->rdid,
             identity->res, identity->candidate_count, (unsigned)error);
    if (error != 0 && error_class(error) != ERR_CHIP_UNKNOWN) {
        return error;
    }
    error = session->chip != NULL ? 0 : choose_chip(session);
    if (error == 0) {
        error = set_geometry(session);
    }
    if (error == 0) {
        error = method->ops->use_chip(method, session->chip);
    }
    if (error == 0) {
        log_line(session->log, "flash", "chip %s %s, %u bytes%s", session->chip->vendor,
                 session->chip->name, (unsigned)session->chip->size,
                 session->chip_by_hand ? ", chosen by hand" : "");
    }
    return error;
}

void session_refute_lean(struct session *session, uint32_t address)
{
    if (!session->work->lean_refuted) {
        log_line(session->log, "flash", "lean access at %06x disagrees: full from here on",
                 (unsigned)address);
    }
    session->lean = false;
    session->work->lean_refuted = true;
}

/* Whether a wrong address or a stale byte would have shown in these bytes. */
static bool telling(const uint8_t *bytes, uint32_t size)
{
    unsigned changes = 0;

    for (uint32_t i = 1; i < size; i++) {
        changes += bytes[i] != bytes[i - 1];
    }
    return changes >= TELLING_CHANGES;
}

err_t session_prove_lean(struct session *session, uint32_t address)
{
    struct session_work *work = session->work;
    uint8_t lean[SESSION_PAGE_MAX];
    err_t error;

    if (work->lean_refuted) {
        return 0;
    }
    error = session_read(session, address, work->page, work->page_size, true);
    if (error != 0 || !telling(work->page, work->page_size)) {
        return error;
    }
    error = session_read(session, address, lean, work->page_size, false);
    if (error != 0 && error_class(error) == ERR_ABORTED) {
        return error;
    }
    if (error != 0 || memcmp(lean, work->page, work->page_size) != 0) {
        session_refute_lean(session, address);
        return 0;
    }
    if (!session->lean) {
        log_line(session->log, "flash", "lean access at %06x agrees with full", (unsigned)address);
    }
    session->lean = true;
    return 0;
}

err_t session_try_lean(struct session *session)
{
    uint32_t page = session->work->page_size;
    uint32_t step = session->chip->size / LEAN_PLACES / page * page;

    for (uint32_t at = 0; at < session->chip->size && step != 0; at += step) {
        err_t error = session_prove_lean(session, at);

        if (error != 0) {
            /* A page that can't be read proves nothing; whether it matters, the backup will say. */
            session->lean = false;
            return error_class(error) == ERR_ABORTED ? error : 0;
        }
    }
    return 0;
}

/* Full reads until `wanted` was seen twice running or the reads are used up. */
static err_t compare_again(struct session *session, uint32_t address, const uint8_t *wanted,
                           uint32_t size, bool *equal)
{
    struct session_work *work = session->work;
    unsigned equal_reads = 0;
    unsigned unequal_reads = 0;

    *equal = false;
    for (unsigned i = 0; i < COMPARE_READS && unequal_reads < EQUAL_READS; i++) {
        err_t error = session_read(session, address, work->page, size, true);

        if (error != 0) {
            return error;
        }
        if (memcmp(work->page, wanted, size) != 0) {
            equal_reads = 0;
            unequal_reads++;
        } else if (++equal_reads == EQUAL_READS) {
            *equal = true;
            return 0;
        }
    }
    return 0;
}

err_t session_compare(struct session *session, uint32_t address, const uint8_t *wanted,
                      uint32_t size, uint32_t *differences)
{
    struct session_work *work = session->work;
    err_t error = session_read(session, address, work->page, size, !session->lean);
    bool equal = error == 0 && memcmp(work->page, wanted, size) == 0;

    *differences = 0;
    if (equal && size == work->page_size) {
        session_know(session, address, wanted);
    }
    if (error != 0 || equal) {
        return error;
    }
    error = compare_again(session, address, wanted, size, &equal);
    if (error != 0) {
        return error;
    }
    if (equal) {
        session->progress.read_errors++;
        log_line(session->log, "flash", "%06x: read differed once", (unsigned)address);
        if (session->lean) {
            session_refute_lean(session, address);
        }
        return 0;
    }
    for (uint32_t i = 0; i < size; i++) {
        *differences += work->page[i] != wanted[i];
    }
    return 0;
}
