/* What a drive answered, byte by byte: what a helper asks for. */
#include "ui/evidence.h"

#include "kernel/lib/text.h"

enum { WORDS_PER_ROW = 8, BYTES_PER_ROW = 16, WORDS_PER_PAGE = 128 };

static bool has_identify(const struct evidence *seen)
{
    return (seen->asked_device && seen->identify_device == 0) ||
           (seen->asked_packet && seen->identify_packet == 0);
}

static void none(struct cells *cells, unsigned row, const char *what)
{
    cells_format(cells, row, EVIDENCE_COLUMN, EVIDENCE_WIDTH, STYLE_TEXT, WORD_EV_NO_DATA, what);
}

/* ---- IDENTIFY -------------------------------------------------------------------------------- */

/* Word 93 of a device on a cable (ATA/ATAPI-6, 8.15.45): how it learned its position. Valid with
 * bits 15, 14 = 01; bits 2, 1 for device 0, bits 10, 9 for device 1. */
static const char *set_by(const struct port *port)
{
    uint16_t word = port->evidence.identify[93];
    unsigned how = port->device.select == ATA_DEVICE_SLAVE ? word >> 9 & 3 : word >> 1 & 3;

    if (word >> 14 != 1)
        return WORD_EV_SET_UNSAID;
    return how == 1 ? WORD_EV_SET_JUMPER : how == 2 ? WORD_EV_SET_CABLE : WORD_EV_SET_UNSAID;
}

static const char *sum_word(const struct evidence *seen)
{
    if ((seen->identify[255] & 0xFF) != 0xA5)
        return WORD_EV_SUM_NONE;
    return evidence_is_sum_wrong(seen) ? WORD_EV_SUM_WRONG : WORD_EV_SUM_RIGHT;
}

static void fact_text(struct cells *cells, unsigned *row, const char *label,
                      const uint16_t words[256], unsigned first, unsigned bytes)
{
    char text[41];

    ata_identify_text(words, first, bytes, text);
    evidence_fact(cells, row, label, text);
}

static void draw_identify(struct cells *cells, unsigned *row, const struct port *port)
{
    const struct evidence *seen = &port->evidence;

    if (!has_identify(seen)) {
        none(cells, (*row)++, WORD_EV_IDENTIFY);
        return;
    }
    fact_text(cells, row, WORD_EV_MODEL, seen->identify, 27, 40);
    fact_text(cells, row, WORD_EV_FIRMWARE, seen->identify, 23, 8);
    fact_text(cells, row, WORD_EV_SERIAL, seen->identify, 10, 20);
    evidence_fact(cells, row, WORD_EV_SET_BY, set_by(port));
    evidence_fact(cells, row, WORD_EV_SUM, sum_word(seen));
    if (evidence_is_garbled(seen) || seen->identify_unstable)
        evidence_fact(cells, row, WORD_EV_TWICE,
                      seen->identify_unstable ? WORD_EV_DIFFERENT : WORD_EV_EQUAL);
}

static void draw_words(struct cells *cells, const struct port *port, unsigned first)
{
    const uint16_t *words = port->evidence.identify;
    unsigned row = EVIDENCE_FIRST_ROW + 1;

    if (!has_identify(&port->evidence)) {
        none(cells, EVIDENCE_FIRST_ROW, WORD_EV_IDENTIFY);
        return;
    }
    for (unsigned i = first; i < first + WORDS_PER_PAGE; i += WORDS_PER_ROW, row++) {
        char text[2 * WORDS_PER_ROW + 1];

        cells_format(cells, row, EVIDENCE_COLUMN, EVIDENCE_WIDTH, STYLE_FRAME, "%3u:", i);
        for (unsigned j = 0; j < WORDS_PER_ROW; j++)
            cells_format(cells, row, EVIDENCE_COLUMN + 5 + j * 5, 4, STYLE_STRONG, "%04X",
                         words[i + j]);
        ata_identify_text(words, i, 2 * WORDS_PER_ROW, text);
        cells_text(cells, row, EVIDENCE_COLUMN + 48, 2 * WORDS_PER_ROW, STYLE_TEXT, text);
    }
}

void evidence_words_low(struct app *app, const struct port *port)
{
    draw_words(&app->cells, port, 0);
}

void evidence_words_high(struct app *app, const struct port *port)
{
    draw_words(&app->cells, port, WORDS_PER_PAGE);
}

/* ---- packets --------------------------------------------------------------------------------- */

static void draw_result(struct cells *cells, unsigned *row, const char *label,
                        const struct packet_result *result)
{
    char text[40];

    text_format(text, sizeof text, WORD_EV_RESULT, result->status, result->error_register,
                (unsigned)(result->time_us / 1000));
    evidence_fact(cells, row, label, text);
    if (!result->sense_valid)
        return;
    text_format(text, sizeof text, "%X/%02X/%02X %s", result->sense_key, result->asc, result->ascq,
                words_sense(result->sense_key, result->asc, result->ascq));
    evidence_fact(cells, row, WORD_EV_SENSE, text);
}

static void draw_inquiry(struct cells *cells, unsigned *row, const struct inquiry *inquiry)
{
    for (unsigned i = 0; i < inquiry->length && i < sizeof inquiry->raw; i += BYTES_PER_ROW) {
        unsigned count = inquiry->length - i < BYTES_PER_ROW ? inquiry->length - i : BYTES_PER_ROW;
        char text[BYTES_PER_ROW + 1];

        if (*row > EVIDENCE_LAST_ROW)
            return;
        cells_format(cells, *row, EVIDENCE_COLUMN, EVIDENCE_WIDTH, STYLE_FRAME, "%02X:", i);
        for (unsigned j = 0; j < count; j++)
            cells_format(cells, *row, EVIDENCE_COLUMN + 4 + j * 3, 2, STYLE_STRONG, "%02X",
                         inquiry->raw[i + j]);
        text_field(text, sizeof text, inquiry->raw + i, count);
        cells_text(cells, *row, EVIDENCE_COLUMN + 53, BYTES_PER_ROW, STYLE_TEXT, text);
        (*row)++;
    }
}

void evidence_answers(struct app *app, const struct port *port)
{
    const struct evidence *seen = &port->evidence;
    struct cells *cells = &app->cells;
    unsigned row = EVIDENCE_FIRST_ROW;

    draw_identify(cells, &row, port);
    row++;
    if (seen->asked_inquiry) {
        draw_result(cells, &row, WORD_EV_INQUIRY_SHORT, &seen->inquiry_result);
        draw_inquiry(cells, &row, &seen->inquiry);
    } else {
        none(cells, row++, WORD_EV_INQUIRY_SHORT);
    }
    row++;
    if (seen->asked_ready)
        draw_result(cells, &row, WORD_EV_READY_SHORT, &seen->ready_result);
    else
        none(cells, row, WORD_EV_READY_SHORT);
}
