/* What speaks for a verdict, the raw status over time, the cable with its controller. */
#include "ui/evidence.h"

#include "kernel/lib/text.h"

enum { VALUE_COLUMN = 35, VALUE_WIDTH = 42 };

void evidence_fact(struct cells *cells, unsigned *row, const char *label, const char *value)
{
    if (*row > EVIDENCE_LAST_ROW)
        return;
    cells_text(cells, *row, EVIDENCE_COLUMN, VALUE_COLUMN - EVIDENCE_COLUMN - 1, STYLE_TEXT, label);
    cells_text(cells, *row, VALUE_COLUMN, VALUE_WIDTH, STYLE_STRONG, value);
    (*row)++;
}

/* ---- summary --------------------------------------------------------------------------------- */

static void fact_status(struct cells *cells, unsigned *row, const char *label, uint8_t status)
{
    char text[VALUE_WIDTH + 1];

    text_format(text, sizeof text, "%02X  %s", status, words_status(status));
    evidence_fact(cells, row, label, text);
}

/* A question that was put to the drive. */
struct question {
    const char *label;
    bool asked, valid;
    err_t error;
    const char *name; /* what it answered */
};

static void fact_answer(struct cells *cells, unsigned *row, const struct question *question)
{
    char text[VALUE_WIDTH + 1];

    if (!question->asked)
        text_copy(text, sizeof text, WORD_NOT_ASKED);
    else if (question->error)
        text_format(text, sizeof text, "%.28s %08X", words_error(question->error),
                    (unsigned)question->error);
    else
        text_copy(text, sizeof text,
                  !question->valid    ? WORD_ANSWERED_GARBAGE
                  : question->name[0] ? question->name
                                      : WORD_ANSWERED);
    evidence_fact(cells, row, question->label, text);
}

static void fact_ready(struct cells *cells, unsigned *row, const struct evidence *seen)
{
    const struct packet_result *ready = &seen->ready_result;
    char text[VALUE_WIDTH + 1];

    if (!seen->asked_ready)
        text_copy(text, sizeof text, WORD_NOT_ASKED);
    else if (ready->error == 0)
        text_copy(text, sizeof text, WORD_EV_DISC_READS);
    else if (ready->sense_valid)
        text_copy(text, sizeof text, words_sense(ready->sense_key, ready->asc, ready->ascq));
    else
        text_copy(text, sizeof text, words_error(ready->error));
    evidence_fact(cells, row, WORD_EV_READY, text);
}

static void draw_questions(struct cells *cells, unsigned *row, const struct port *port)
{
    const struct evidence *seen = &port->evidence;
    char inquiry[40];
    const struct question questions[] = {
        {WORD_EV_DISK, seen->asked_device, seen->identify_device_valid, seen->identify_device,
         port->name},
        {WORD_EV_PACKET, seen->asked_packet, seen->identify_packet_valid, seen->identify_packet,
         port->name},
        {WORD_EV_INQUIRY, seen->asked_inquiry, true, seen->inquiry_error, inquiry}};

    text_format(inquiry, sizeof inquiry, "%s %s %s", seen->inquiry.vendor, seen->inquiry.product,
                seen->inquiry.revision);
    for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++)
        fact_answer(cells, row, &questions[i]);
    fact_ready(cells, row, seen);
}

static void draw_registers(struct cells *cells, unsigned *row, const struct evidence *seen)
{
    char text[VALUE_WIDTH + 1];

    fact_status(cells, row, WORD_EV_NOW, seen->status);
    fact_status(cells, row, WORD_EV_FIRST, seen->first_status);
    evidence_fact(cells, row, WORD_EV_CONSTANT, seen->constant ? WORD_YES : WORD_NO);
    evidence_fact(cells, row, WORD_EV_ECHO,
                  seen->echo          ? WORD_YES
                  : seen->echo_tested ? WORD_NO
                                      : WORD_EV_NOT_TRIED);
    if (seen->answered_for)
        evidence_fact(cells, row, WORD_EV_ANSWERED_FOR, WORD_YES);
    evidence_fact(cells, row, WORD_EV_BUSY, seen->busy_out ? WORD_YES : WORD_NO);
    text_format(text, sizeof text, "%02X %02X %02X %02X, %s", seen->signature_raw[0],
                seen->signature_raw[1], seen->signature_raw[2], seen->signature_raw[3],
                words_signature(seen->signature));
    evidence_fact(cells, row, WORD_EV_SIGNATURE, text);
}

static void draw_findings(struct cells *cells, unsigned row, uint32_t findings)
{
    for (unsigned i = 0; i < FINDING_COUNT && row <= EVIDENCE_LAST_ROW; i++) {
        if (findings & 1u << i)
            cells_format(cells, row++, EVIDENCE_COLUMN, EVIDENCE_WIDTH, STYLE_WARN, "%c %s",
                         SIGN_DOT, words_finding(1u << i));
    }
}

void evidence_summary(struct app *app, const struct port *port)
{
    struct cells *cells = &app->cells;
    struct diagnosis diagnosis;
    unsigned row = EVIDENCE_FIRST_ROW;

    app_diagnose(app, port, &diagnosis);
    cells_format(cells, row++, EVIDENCE_COLUMN, EVIDENCE_WIDTH, STYLE_HEADING, "%s: %s",
                 port->where, words_verdict(port->verdict));
    draw_registers(cells, &row, &port->evidence);
    draw_questions(cells, &row, port);
    row += 1 + menu_wrap(cells, row + 1, EVIDENCE_COLUMN, EVIDENCE_WIDTH, 3, STYLE_TEXT,
                         words_verdict_meaning(diagnosis.verdict));
    draw_findings(cells, row, diagnosis.findings);
}

/* ---- over time ------------------------------------------------------------------------------- */

/* Seconds and tenths since the program started, as the log counts them. */
static unsigned tenths(uint64_t us)
{
    return (unsigned)(us / 100000);
}

static void draw_entry(struct cells *cells, unsigned row, const struct trail_entry *entry)
{
    unsigned from = tenths(entry->from_us), lasted = tenths(entry->until_us - entry->from_us);

    cells_format(cells, row, EVIDENCE_COLUMN, EVIDENCE_WIDTH, STYLE_TEXT,
                 "%5u.%u %5u.%u %6u  %02X  %s", from / 10, from % 10, lasted / 10, lasted % 10,
                 (unsigned)entry->looks, entry->status, words_status(entry->status));
}

void evidence_trail(struct app *app, const struct port *port)
{
    const struct trail *trail = &port->trail;
    unsigned row = EVIDENCE_FIRST_ROW;

    cells_text(&app->cells, row++, EVIDENCE_COLUMN, EVIDENCE_WIDTH, STYLE_FRAME,
               WORD_EV_TRAIL_COLUMNS);
    for (unsigned i = 0; i < trail->count; i++)
        draw_entry(&app->cells, row++, &trail->entries[i]);
    if (trail->count == 0)
        cells_text(&app->cells, row, EVIDENCE_COLUMN, EVIDENCE_WIDTH, STYLE_TEXT,
                   WORD_EV_TRAIL_EMPTY);
    else
        cells_format(&app->cells, EVIDENCE_LAST_ROW, EVIDENCE_COLUMN, EVIDENCE_WIDTH, STYLE_TEXT,
                     WORD_EV_TRAIL_CHANGES, (unsigned)trail->changes);
}

/* ---- the cable ------------------------------------------------------------------------------- */

static void fact_position(struct cells *cells, unsigned *row, const struct port *port)
{
    char text[VALUE_WIDTH + 1];

    text_format(text, sizeof text, "%02X  %s  %s", port->evidence.status,
                words_verdict(port->verdict), port->name);
    evidence_fact(cells, row, port->where, text);
}

static void draw_controller(struct app *app, unsigned *row, const struct ide_channel *channel)
{
    struct cells *cells = &app->cells;
    char text[EVIDENCE_WIDTH + 1];

    text_format(text, sizeof text, "%04X, %04X  %s", channel->command_base, channel->control_base,
                channel->legacy ? WORD_EV_LEGACY : WORD_EV_NATIVE);
    evidence_fact(cells, row, WORD_EV_PORTS, text);
    text_copy(text, sizeof text, WORD_EV_NO_PCI);
    if (channel->has_pci)
        text_format(text, sizeof text, "%04X:%04X at %02X:%02X.%u", channel->controller.vendor_id,
                    channel->controller.device_id, channel->controller.bus,
                    channel->controller.device, channel->controller.function);
    evidence_fact(cells, row, WORD_EV_CONTROLLER, text);
    evidence_fact(cells, row, WORD_EV_RESCUES, words_report(channel->report));
    evidence_fact(cells, row, WORD_EV_DECODING, channel->decoding ? WORD_YES : WORD_NO);
    evidence_fact(cells, row, WORD_EV_CHIPSET, words_chipset(channel->chipset));
    chipset_describe(app->platform->ports, channel, text, sizeof text);
    *row += menu_wrap(cells, *row, EVIDENCE_COLUMN + 2, EVIDENCE_WIDTH - 2, 2, STYLE_STRONG, text);
}

void evidence_cable(struct app *app, const struct port *port)
{
    static const char *const alone[] = {[ALONE_YES] = WORD_EV_ALONE,
                                        [ALONE_NO] = WORD_EV_NOT_ALONE,
                                        [ALONE_UNSURE] = WORD_EV_UNSURE};
    struct cells *cells = &app->cells;
    uint32_t bit = app_port_bit(port);
    unsigned row = EVIDENCE_FIRST_ROW;

    fact_position(cells, &row, port);
    if (port->neighbour)
        fact_position(cells, &row, port->neighbour);
    evidence_fact(cells, &row, WORD_EV_NEIGHBOUR, alone[port_alone(port)]);
    evidence_fact(cells, &row, WORD_EV_DISK_EVER, port->disk_forever ? WORD_YES : WORD_NO);
    if (port->evidence.other_name)
        evidence_fact(cells, &row, WORD_EV_NAME_BEFORE, port->name_before);
    row++;
    draw_controller(app, &row, port->channel);
    row++;
    evidence_fact(cells, &row, WORD_EV_SAID_BOX, app->said_box & bit ? WORD_YES : WORD_NO);
    evidence_fact(cells, &row, WORD_EV_SAID_BLINKS, app->said_blinks & bit ? WORD_YES : WORD_NO);
    evidence_fact(cells, &row, WORD_EV_SAID_ALONE, app->said_alone & bit ? WORD_YES : WORD_NO);
    evidence_fact(cells, &row, WORD_EV_SAID_OPTICAL, app->said_optical & bit ? WORD_YES : WORD_NO);
}
