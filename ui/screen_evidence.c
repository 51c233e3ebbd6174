/* Why do you think so? The facts behind a verdict. */
#include "ui/screens.h"

#include "kernel/lib/text.h"

enum { FIRST_ROW = 4, LABEL_COLUMN = 3, VALUE_COLUMN = 38, VALUE_WIDTH = 39 };

static void fact(struct cells *cells, unsigned *row, const char *label, const char *value)
{
    cells_text(cells, *row, LABEL_COLUMN, VALUE_COLUMN - LABEL_COLUMN - 1, STYLE_TEXT, label);
    cells_text(cells, *row, VALUE_COLUMN, VALUE_WIDTH, STYLE_STRONG, value);
    (*row)++;
}

static void fact_status(struct cells *cells, unsigned *row, const char *label, uint8_t status)
{
    char text[VALUE_WIDTH + 1];

    text_format(text, sizeof text, "%02X  %s", status, words_status(status));
    fact(cells, row, label, text);
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
    fact(cells, row, question->label, text);
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
}

static void draw_place(struct cells *cells, unsigned *row, const struct port *port)
{
    static const char *const alone[] = {[ALONE_YES] = WORD_EV_ALONE,
                                        [ALONE_NO] = WORD_EV_NOT_ALONE,
                                        [ALONE_UNSURE] = WORD_EV_UNSURE};
    const struct ide_channel *channel = port->channel;
    char text[VALUE_WIDTH + 1];

    fact(cells, row, WORD_EV_NEIGHBOUR, alone[port_alone(port)]);
    text_format(text, sizeof text, "%04X, %04X", channel->command_base, channel->control_base);
    fact(cells, row, WORD_EV_PORTS, text);
    text_copy(text, sizeof text, WORD_EV_NO_PCI);
    if (channel->has_pci)
        text_format(text, sizeof text, "%04X:%04X at %02X:%02X.%u", channel->controller.vendor_id,
                    channel->controller.device_id, channel->controller.bus,
                    channel->controller.device, channel->controller.function);
    fact(cells, row, WORD_EV_CONTROLLER, text);
}

void screen_evidence_draw(struct app *app, const struct port *port)
{
    struct cells *cells = &app->cells;
    const struct evidence *seen = &port->evidence;
    unsigned row = FIRST_ROW;
    char text[VALUE_WIDTH + 1];

    app_page(app, WORD_EVIDENCE_TITLE, WORD_EVIDENCE_FOOTER);
    text_format(text, sizeof text, WORD_EVIDENCE_FRAME, port->number);
    menu_frame(cells, FIRST_ROW - 2, 19, text);
    text_format(text, sizeof text, "%s, %s", port->where, words_verdict(port->verdict));
    cells_text(cells, FIRST_ROW - 1, LABEL_COLUMN, MENU_WIDTH - 4, STYLE_HEADING, text);
    fact_status(cells, &row, WORD_EV_NOW, seen->status);
    fact_status(cells, &row, WORD_EV_FIRST, seen->first_status);
    fact(cells, &row, WORD_EV_CONSTANT, seen->constant ? WORD_YES : WORD_NO);
    fact(cells, &row, WORD_EV_ECHO, seen->echo ? WORD_YES : WORD_NO);
    fact(cells, &row, WORD_EV_BUSY, seen->busy_out ? WORD_YES : WORD_NO);
    text_format(text, sizeof text, "%02X %02X %02X %02X, %s", seen->signature_raw[0],
                seen->signature_raw[1], seen->signature_raw[2], seen->signature_raw[3],
                words_signature(seen->signature));
    fact(cells, &row, WORD_EV_SIGNATURE, text);
    draw_questions(cells, &row, port);
    draw_place(cells, &row, port);
    row++;
    row += menu_wrap(cells, row, LABEL_COLUMN, 74, 3, STYLE_TEXT,
                     words_verdict_meaning(port->verdict));
}

void screen_evidence(struct app *app, struct port *port)
{
    for (;;) {
        uint16_t key;

        screen_evidence_draw(app, port);
        cells_refresh(&app->cells);
        key = app_action(app, HELP_EVIDENCE, APP_TICK_US);
        if (key == KEY_ESC || keys_is_ok(key))
            return;
        if (key == 'R')
            app_look_again(app, port);
    }
}
