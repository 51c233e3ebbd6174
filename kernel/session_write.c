/*
 * Erasing and programming, in the order that decides what a power cut leaves behind.
 *
 * The drive's processor starts at byte 0 of bank 0 when that byte is 02 (LJMP). A chip that is only
 * half written must not look as if it could start, or the drive closes its vendor mode and hangs:
 * so bank 0's first sector is erased before anything else, and its first byte is the very last one
 * to be programmed (drivers/PROTOCOL.md, "Parallel flash").
 */
#define ERROR_MODULE MODULE_SESSION_WRITE
#include "kernel/session_work.h"

#include "kernel/lib/string.h"

enum {
    RUN_PAGES = 8,       /* handed to the method at once: it may fill one page's buffer meanwhile */
    CHECK_PAGES = 128,   /* one page in so many is read once more where program() reads back */
    PAGE_ATTEMPTS = 3,   /* of programming one page */
    ERASE_ATTEMPTS = 6,  /* a worn sector may take some times its data sheet's maximum: each
                            attempt waits for one that still runs */
    SECTOR_AGAIN = 2,    /* how often a sector is erased again because a page in it fails */
    BANK_STARTS = 0x4000 /* more than any image has */
};

static enum page_state state_of(const struct session_work *work, uint32_t page)
{
    return (enum page_state)(work->pages[page] & PAGE_STATE_MASK);
}

static void set_state(struct session_work *work, uint32_t page, enum page_state state)
{
    if (state == PAGE_DONE) {
        work->pages_left--;
    }
    work->pages[page] = (uint8_t)((work->pages[page] & ~PAGE_STATE_MASK) | state);
}

static bool bank_page(const struct session *session, unsigned index, uint32_t *page)
{
    uint32_t address;

    if (index >= BANK_STARTS || !firmware_bank_start(session->work->target, index, &address) ||
        address >= session->chip->size) {
        return false;
    }
    *page = address / session->work->page_size;
    return true;
}

static bool is_bank_page(const struct session *session, uint32_t page)
{
    uint32_t start;

    for (unsigned i = 0; bank_page(session, i, &start) && start <= page; i++) {
        if (start == page) {
            return true;
        }
    }
    return false;
}

/* Pages [first, end) of the sector that holds `page`. */
static void sector_pages(const struct session *session, uint32_t page, uint32_t *first,
                         uint32_t *end)
{
    const struct session_work *work = session->work;
    uint32_t start = 0;
    uint32_t size = session->chip->size;

    if (work->sectors) {
        (void)chip_sector(session->chip, page * work->page_size, &start, &size);
    }
    *first = start / work->page_size;
    *end = (start + size) / work->page_size;
}

void session_plan_all(struct session *session)
{
    session->work->written = false;
    memset(session->work->pages, PAGE_WAITING, session->work->page_count);
}

static void plan_sector(struct session *session, uint32_t page)
{
    uint32_t first, end;

    sector_pages(session, page, &first, &end);
    memset(session->work->pages + first, PAGE_WAITING, end - first);
}

err_t session_plan_differences(struct session *session)
{
    struct session_work *work = session->work;

    if (!work->sectors) {
        session_plan_all(session);
        return 0;
    }
    work->written = false;
    memset(work->pages, PAGE_DONE, work->page_count);
    session_phase(session, PHASE_VERIFY, session->chip->size);
    for (uint32_t page = 0; page < work->page_count; page++) {
        uint32_t at = page * work->page_size;
        uint32_t differences;
        err_t error;

        if (state_of(work, page) != PAGE_WAITING) {
            error = session_compare(session, at, work->target->bytes + at, work->page_size,
                                    &differences);
            if (error != 0) {
                return error;
            }
            if (differences != 0) {
                plan_sector(session, page);
            }
        }
        error = session_tick(session, at + work->page_size, at);
        if (error != 0) {
            return error;
        }
    }
    /* What makes the drive start goes first and comes back last, here too. */
    plan_sector(session, 0);
    return 0;
}

/* ---- erasing ---- */

static uint32_t count_blank(const uint8_t *bytes, uint32_t size)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < size; i++) {
        count += bytes[i] == 0xFF;
    }
    return count;
}

static bool all_blank(const uint8_t *bytes, uint32_t size)
{
    return count_blank(bytes, size) == size;
}

static err_t erase_one(struct session *session, uint32_t page)
{
    struct session_work *work = session->work;
    uint32_t first, end;
    err_t error = 0;

    sector_pages(session, page, &first, &end);
    for (unsigned i = 0; i < ERASE_ATTEMPTS; i++) {
        error = session_erase_sector(session, first * work->page_size);
        if (error == 0 || error_class(error) != ERR_ERASE) {
            break;
        }
    }
    for (uint32_t i = first; i < end; i++) {
        work->pages[i] |= PAGE_ERASED;
    }
    return error;
}

static bool needs_erase(const struct session_work *work, uint32_t page)
{
    return state_of(work, page) == PAGE_WAITING && (work->pages[page] & PAGE_ERASED) == 0;
}

/* A bank's first page that reads blank after an erase is known from here on: no drive with a
 * firmware in it looks like that. */
static err_t note_blank(struct session *session, uint32_t page)
{
    struct session_work *work = session->work;
    uint32_t at = page * work->page_size;
    err_t error = session_read(session, at, work->page, work->page_size, !session->lean);

    if (error == 0 && all_blank(work->page, work->page_size)) {
        session_know(session, at, work->page);
    }
    return error;
}

static err_t note_blank_banks(struct session *session)
{
    uint32_t page;
    err_t error = 0;

    for (unsigned i = 0; error == 0 && bank_page(session, i, &page); i++) {
        error = note_blank(session, page);
    }
    return error;
}

/* Sectors where banks start, bank 0's first of all. */
static err_t erase_bank_starts(struct session *session)
{
    uint32_t page;

    for (unsigned i = 0; bank_page(session, i, &page); i++) {
        if (needs_erase(session->work, page)) {
            err_t error = erase_one(session, page);

            if (error == 0) {
                error = note_blank(session, page);
            }
            if (error != 0) {
                return error;
            }
        }
    }
    return 0;
}

/* With all bank starts gone, one command for the rest is as safe as many, and often faster. */
static bool chip_erase_pays(const struct session *session)
{
    const struct session_work *work = session->work;
    uint32_t sectors = 0;

    for (uint32_t page = 0; page < work->page_count;) {
        uint32_t first, end;

        if (state_of(work, page) != PAGE_WAITING) {
            return false;
        }
        sector_pages(session, page, &first, &end);
        sectors += needs_erase(work, page);
        page = end > page ? end : page + 1;
    }
    return session->chip->chip_opcode != 0 && sectors > 1 &&
           session->chip->chip_erase_ms < (uint64_t)sectors * session->chip->sector_erase_ms;
}

static err_t erase_whole(struct session *session)
{
    err_t error = 0;

    for (unsigned i = 0; i < ERASE_ATTEMPTS; i++) {
        error = session_erase_chip(session);
        if (error == 0 || error_class(error) != ERR_ERASE) {
            break;
        }
    }
    return error == 0 ? note_blank_banks(session) : error;
}

static err_t erase_rest(struct session *session)
{
    struct session_work *work = session->work;

    for (uint32_t page = 0; page < work->page_count; page++) {
        err_t error = 0;

        if (needs_erase(work, page)) {
            error = erase_one(session, page);
        }
        if (error == 0) {
            error = session_tick(session, (page + 1) * work->page_size, page * work->page_size);
        }
        if (error != 0) {
            return error;
        }
    }
    return 0;
}

err_t session_erase(struct session *session)
{
    struct session_work *work = session->work;
    err_t error;

    session_phase(session, PHASE_ERASE, session->chip->size);
    error = session_unprotect(session);
    if (error == 0 && work->sectors) {
        error = erase_bank_starts(session);
        if (error == 0) {
            error = chip_erase_pays(session) ? erase_whole(session) : erase_rest(session);
        }
    } else if (error == 0 && session->chip->chip_opcode != 0) {
        /* Self-erasing pages could do without, but this leaves nothing that could start. */
        error = erase_whole(session);
    }
    log_line(session->log, "flash", "erased, err %08x", (unsigned)error);
    return error;
}

/* ---- programming ---- */

/* Programming only clears bits: is one clear that should be set? */
static bool lacks_bits(const uint8_t *found, const uint8_t *wanted, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++) {
        if ((wanted[i] & ~found[i]) != 0) {
            return true;
        }
    }
    return false;
}

/*
 * Where program() has read back what it wrote, that was the comparison. Read once more all the
 * same: bank starts, pages with more than a few blank bytes (those were not programmed), and now
 * and then a page, so that a drive that fools program() is found out soon.
 */
static bool compared_by_method(const struct session *session, uint32_t at, uint32_t size)
{
    const struct session_work *work = session->work;

    return session->method->reads_back && size == work->page_size &&
           at / size % CHECK_PAGES != CHECK_PAGES - 1 &&
           count_blank(work->target->bytes + at, size) <= size / 16;
}

/* Programs and compares a range inside one page; `programmed`: the first attempt was made already.
 * ERR_PROGRAM when only erasing could help. */
static err_t write_range(struct session *session, uint32_t at, uint32_t size, bool programmed)
{
    struct session_work *work = session->work;
    const uint8_t *wanted = work->target->bytes + at;
    bool blank = all_blank(wanted, size);

    for (unsigned attempt = 0; attempt < PAGE_ATTEMPTS; attempt++) {
        uint32_t differences = 1;
        err_t error = 0;

        /* What is blank after the erase needs no programming; self-erasing pages may. */
        if (attempt > 0 ? !blank || work->self_erasing : !blank && !programmed) {
            error = session_program(session, at, wanted, size);
            if (error == 0 && attempt == 0 && compared_by_method(session, at, size)) {
                return 0;
            }
        }
        if (error == 0 || error_class(error) == ERR_PROGRAM) {
            error = session_compare(session, at, wanted, size, &differences);
        }
        if (error != 0 || differences == 0) {
            return error;
        }
        session->progress.pages_again++;
        log_line(session->log, "flash", "%06x: %u bytes differ after programming", (unsigned)at,
                 (unsigned)differences);
        if (session->lean) {
            session_refute_lean(session, at);
        }
        if (!work->self_erasing && lacks_bits(work->page, wanted, size)) {
            break;
        }
    }
    return ERR(ERR_PROGRAM);
}

/*
 * The page to be written next, and so the order of programming: first all pages that no bank starts
 * in; then the bank starts without their first byte, the last bank first; then the first bytes, the
 * last bank first. Self-erasing pages go in one piece, bank 0's last. `*from` is where to look on.
 */
static bool next_page(const struct session *session, uint32_t *from, uint32_t *page)
{
    const struct session_work *work = session->work;
    unsigned banks = 0;

    for (; *from < work->page_count; (*from)++) {
        if (state_of(work, *from) == PAGE_WAITING && !is_bank_page(session, *from)) {
            *page = *from;
            return true;
        }
    }
    while (bank_page(session, banks, page)) {
        banks++;
    }
    for (int stage = PAGE_WAITING; stage <= PAGE_HEADED; stage++) {
        for (unsigned i = banks; i-- > 0;) {
            if (bank_page(session, i, page) && state_of(work, *page) == (enum page_state)stage) {
                return true;
            }
        }
    }
    return false;
}

/* How many pages from `page` on can be programmed in one call. */
static uint32_t run_length(const struct session *session, uint32_t page)
{
    const struct session_work *work = session->work;
    uint32_t limit = session->chip->bus == CHIP_SPI ? RUN_PAGES : 1;
    uint32_t count = 0;

    while (count < limit && page + count < work->page_count &&
           state_of(work, page + count) == PAGE_WAITING && !is_bank_page(session, page + count) &&
           !all_blank(work->target->bytes + (page + count) * work->page_size, work->page_size)) {
        count++;
    }
    return count;
}

/* A page that no bank starts in, together with those behind it that can go along. `*page` moves on
 * to the last one that was touched. */
static err_t write_run(struct session *session, uint32_t *page)
{
    struct session_work *work = session->work;
    uint32_t count = run_length(session, *page);
    uint32_t at = *page * work->page_size;
    bool programmed = false;
    err_t error = 0;

    if (count > 1) {
        error = session_program(session, at, work->target->bytes + at, count * work->page_size);
        if (error != 0 && error_class(error) != ERR_PROGRAM) {
            return error;
        }
        programmed = true;
    }
    for (uint32_t i = 0;; i++) {
        error = write_range(session, at + i * work->page_size, work->page_size, programmed);
        if (error != 0) {
            return error;
        }
        session_know(session, at + i * work->page_size,
                     work->target->bytes + at + i * work->page_size);
        set_state(work, *page, PAGE_DONE);
        if (i + 1 >= count) {
            return 0;
        }
        ++*page;
    }
}

/* Without its first byte, which comes last, or whole. */
static void know_bank_start(struct session *session, uint32_t at, bool head)
{
    struct session_work *work = session->work;

    memcpy(work->page, work->target->bytes + at, work->page_size);
    if (head) {
        work->page[0] = 0xFF;
    }
    session_know(session, at, work->page);
}

static err_t write_bank_start(struct session *session, uint32_t page)
{
    struct session_work *work = session->work;
    uint32_t at = page * work->page_size;
    bool head = !work->self_erasing && state_of(work, page) == PAGE_WAITING;
    err_t error;

    if (head) {
        error = write_range(session, at + 1, work->page_size - 1, false);
    } else {
        error = write_range(session, at, work->self_erasing ? work->page_size : 1, false);
    }
    if (error == 0) {
        know_bank_start(session, at, head);
        set_state(work, page, head ? PAGE_HEADED : PAGE_DONE);
    }
    return error;
}

static void count_pages_left(struct session_work *work)
{
    work->pages_left = 0;
    for (uint32_t page = 0; page < work->page_count; page++) {
        work->pages_left += state_of(work, page) != PAGE_DONE;
    }
}

/* A page fails: erases its sector and sends all of it round again. ERR_PROGRAM when that was tried
 * often enough or can't be done. */
static err_t start_sector_again(struct session *session, uint32_t page)
{
    struct session_work *work = session->work;
    uint32_t first, end;
    uint8_t again;

    if (!work->sectors) {
        return ERR(ERR_PROGRAM);
    }
    sector_pages(session, page, &first, &end);
    again = (uint8_t)(work->pages[first] / PAGE_AGAIN_STEP);
    if (again == SECTOR_AGAIN) {
        return ERR(ERR_PROGRAM);
    }
    log_line(session->log, "flash", "%06x: erasing the sector again",
             (unsigned)(first * work->page_size));
    memset(work->pages + first, PAGE_WAITING, end - first);
    work->pages[first] = (uint8_t)(PAGE_WAITING | (again + 1) * PAGE_AGAIN_STEP);
    count_pages_left(work);
    return erase_one(session, page);
}

/* A chip that was blank could not prove the lean sequence; a page just written can. */
static err_t prove_lean(struct session *session, uint32_t page)
{
    const struct session_work *work = session->work;
    uint32_t at = page * work->page_size;

    if (session->lean || work->lean_refuted ||
        all_blank(work->target->bytes + at, work->page_size)) {
        return 0;
    }
    return session_prove_lean(session, at);
}

err_t session_write(struct session *session)
{
    struct session_work *work = session->work;
    uint32_t from = 0;
    uint32_t total, page;

    count_pages_left(work);
    total = work->pages_left;
    session_phase(session, PHASE_PROGRAM, total * work->page_size);
    while (next_page(session, &from, &page)) {
        err_t error = is_bank_page(session, page) ? write_bank_start(session, page)
                                                  : write_run(session, &page);

        if (error == 0) {
            error = prove_lean(session, page);
        } else if (error_class(error) == ERR_PROGRAM) {
            error = start_sector_again(session, page);
            from = 0;
        }
        if (error == 0) {
            error = session_tick(session, (total - work->pages_left) * work->page_size,
                                 page * work->page_size);
        }
        if (error != 0) {
            log_line(session->log, "flash", "%06x: stopped, err %08x",
                     (unsigned)(page * work->page_size), (unsigned)error);
            return error;
        }
    }
    work->written = true;
    log_line(session->log, "flash", "programmed, %u pages again",
             (unsigned)session->progress.pages_again);
    return 0;
}
