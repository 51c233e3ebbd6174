/* A session that runs: steps, bar, figures, the newest lines of the log. */
#include "ui/screens.h"

#include "kernel/lib/string.h"
#include "kernel/lib/text.h"

enum {
    COLUMN = 3,
    STEP_WIDTH = 22,
    BAR_WIDTH = 64,
    LOG_ROW = 13,
    LOG_LINES = 6,
    /* the other views */
    VIEW_ROW = 5,
    VIEW_LINES = 15
};

/* The steps that a user follows, in their order. */
static const struct step {
    enum session_phase phase;
    const char *word;
} steps[] = {{PHASE_PRECHECK, WORD_STEP_CHECK},  {PHASE_LOAD, WORD_STEP_FILE},
             {PHASE_BACKUP, WORD_STEP_BACKUP},   {PHASE_ERASE, WORD_STEP_ERASE},
             {PHASE_PROGRAM, WORD_STEP_PROGRAM}, {PHASE_VERIFY, WORD_STEP_VERIFY},
             {PHASE_RESTART, WORD_STEP_RESTART}};

/* Which steps a job has at all. */
static bool has_step(enum session_job job, enum session_phase phase)
{
    switch (job) {
    case SESSION_BACKUP:
        return phase == PHASE_PRECHECK || phase == PHASE_BACKUP;
    case SESSION_VERIFY:
        return phase == PHASE_PRECHECK || phase == PHASE_LOAD || phase == PHASE_VERIFY;
    default:
        return true;
    }
}

/* A session that stops leaves steps out, and the one it stopped in undone. */
static bool is_finished(const struct session *session, enum session_phase step)
{
    unsigned before_done = (1u << PHASE_DONE) - 1, later = before_done & ~((2u << step) - 1);

    if (step >= session->phase || !(session->phases >> step & 1))
        return false;
    return session->error == 0 || session->phases & later;
}

static void draw_steps(struct cells *cells, const struct session *session)
{
    unsigned shown = 0;

    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        enum session_phase now = session->phase, step = steps[i].phase;
        bool running = step == now || (step == PHASE_RESTART && now == PHASE_IDENTIFY);
        uint8_t sign = SIGN_DOT, style = STYLE_TEXT;
        unsigned row, column;

        if (!has_step(session->job, step))
            continue;
        row = 2 + shown / 3;
        column = COLUMN + shown % 3 * STEP_WIDTH;
        shown++;
        if (running) {
            sign = SIGN_CHOSEN;
            style = STYLE_STRONG;
        } else if (is_finished(session, step)) {
            sign = SIGN_CHECK;
            style = STYLE_GOOD;
        }
        cells_fill(cells, row, column, 1, sign, style);
        cells_text(cells, row, column + 2, STEP_WIDTH - 2, style, steps[i].word);
    }
}

static void duration(uint32_t ms, char *text, size_t size)
{
    uint32_t seconds = ms / 1000;

    text_format(text, size, "%02u:%02u:%02u", (unsigned)(seconds / 3600),
                (unsigned)(seconds / 60 % 60), (unsigned)(seconds % 60));
}

static void draw_figures(struct cells *cells, const struct session *session)
{
    const struct session_progress *progress = &session->progress;
    char rate[24] = "", gone[16], left[16], bank[24] = "";
    uint32_t tenths = (uint32_t)((uint64_t)progress->bytes_per_second * 10 / 1024);

    if (tenths)
        text_format(rate, sizeof rate, "%u.%u KiB/s", (unsigned)(tenths / 10),
                    (unsigned)(tenths % 10));
    duration(progress->elapsed_ms, gone, sizeof gone);
    duration(progress->left_ms, left, sizeof left);
    if (progress->banks)
        text_format(bank, sizeof bank, WORD_PROGRESS_BANK, (unsigned)progress->bank + 1,
                    (unsigned)progress->banks);
    cells_format(cells, 8, COLUMN, 74, STYLE_TEXT, "%-20.20s %-14s%-12s" WORD_PROGRESS_GONE,
                 words_phase(session->phase), bank, rate, gone);
    if (progress->left_ms != UINT32_MAX)
        cells_format(cells, 8, COLUMN + 62, 13, STYLE_TEXT, WORD_PROGRESS_LEFT, left);
    cells_format(cells, 10, COLUMN, 44, STYLE_TEXT, "%s %02X %s", WORD_STATUS, progress->status,
                 words_status(progress->status));
    cells_format(cells, 10, COLUMN + 44, 32, STYLE_TEXT, WORD_PROGRESS_NUMBERS,
                 (unsigned)progress->pages_again, (unsigned)progress->read_errors);
}

/* The newest lines, cut to the frame. */
static void draw_log(struct cells *cells, const struct log *log, unsigned row, unsigned lines)
{
    size_t end = log->used;

    menu_frame(cells, row, lines + 2, WORD_PROGRESS_LOG);
    for (unsigned i = lines; i > 0 && end > 0; i--) {
        size_t start = end - 1, length;
        char line[75];

        while (start > 0 && log->text[start - 1] != '\n')
            start--;
        length = end - 1 - start < sizeof line - 1 ? end - 1 - start : sizeof line - 1;
        memcpy(line, log->text + start, length);
        line[length] = '\0';
        cells_text(cells, row + i, COLUMN, 74, STYLE_TEXT, line);
        end = start;
    }
}

static void draw_bar(struct cells *cells, unsigned row, const struct session *session)
{
    const struct session_progress *progress = &session->progress;

    menu_bar(cells, row, COLUMN, BAR_WIDTH, progress->overall_done,
             progress->overall_total ? progress->overall_total : SESSION_OVERALL);
}

static void draw_safety(struct cells *cells, unsigned row, const struct session *session)
{
    if (session->critical)
        cells_text(cells, row, COLUMN, 74, STYLE_WARN, WORD_PROGRESS_CRITICAL);
    else if (!session->changed)
        cells_text(cells, row, COLUMN, 74, STYLE_GOOD, WORD_PROGRESS_CALM);
}

static void draw_page(struct cells *cells, const struct session *session, enum progress_view view)
{
    static const char *const titles[] = {[SESSION_BACKUP] = WORD_PROGRESS_BACKUP,
                                         [SESSION_VERIFY] = WORD_PROGRESS_VERIFY,
                                         [SESSION_FLASH] = WORD_PROGRESS_FLASH,
                                         [SESSION_RESTORE] = WORD_PROGRESS_RESTORE};
    char title[64], right[40];

    text_format(title, sizeof title, "%s  %s", titles[session->job],
                session->job == SESSION_BACKUP ? "" : session->file.path);
    text_format(right, sizeof right, session->critical ? WORD_PROGRESS_PORT : WORD_PORT,
                session->port ? session->port->number : 0u);
    menu_page(cells, title, right,
              view != VIEW_WORK   ? WORD_PROGRESS_FOOTER_VIEW
              : session->critical ? WORD_PROGRESS_FOOTER_CRITICAL
                                  : WORD_PROGRESS_FOOTER);
}

void screen_progress_draw(struct app *app, const struct session *session, enum progress_view view)
{
    struct cells *cells = &app->cells;

    draw_page(cells, session, view);
    if (view == VIEW_WORK) {
        draw_steps(cells, session);
        draw_bar(cells, 6, session);
        draw_figures(cells, session);
        draw_safety(cells, 11, session);
        draw_log(cells, &app->log, LOG_ROW, LOG_LINES);
        return;
    }
    draw_bar(cells, 2, session);
    draw_safety(cells, 3, session);
    if (view == VIEW_LOG)
        draw_log(cells, &app->log, VIEW_ROW, VIEW_LINES);
    else
        menu_wrap(cells, VIEW_ROW, COLUMN, 74, VIEW_LINES, STYLE_TEXT, words_help(HELP_PROGRESS));
}
