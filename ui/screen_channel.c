/* A channel that the chipset switched off, or whose pins it floats: what was found, what switching
 * it on means, and the question. */
#define ERROR_MODULE MODULE_UI
#include "ui/screens.h"

#include "kernel/lib/text.h"

/* Why it did not work, in words. */
static const char *failure(err_t error)
{
    switch (error_class(error)) {
    case ERR_UNSUPPORTED:
        return WORD_CHANNEL_NO_BIT;
    case ERR_REFUSED:
        return WORD_CHANNEL_TAKEN;
    case ERR_FULL:
        return WORD_CHANNEL_TOO_MANY;
    default:
        return WORD_CHANNEL_OFF_FAILED;
    }
}

static bool ask(struct app *app, const struct ide_channel *channel, bool floats, const char *bits)
{
    const char *const answers[] = {floats ? WORD_CHANNEL_JOIN_YES : WORD_CHANNEL_OFF_YES,
                                   floats ? WORD_CHANNEL_JOIN_NO : WORD_CHANNEL_OFF_NO};
    char text[800];

    text_format(text, sizeof text, floats ? WORD_CHANNEL_FLOATS_TEXT : WORD_CHANNEL_OFF_TEXT,
                channel->where, bits);
    return screen_choice(app, floats ? WORD_CHANNEL_FLOATS_TITLE : WORD_CHANNEL_OFF_TITLE, text,
                         answers, 2, 1, HELP_CHANNEL) == 0;
}

bool screen_channel(struct app *app, struct port *port)
{
    const struct ports *ports = app->platform->ports;
    struct ide_channel *channel = port->channel;
    bool floats = channel->decoding;
    char bits[128];
    err_t error;

    chipset_describe(ports, channel, bits, sizeof bits);
    log_line(&app->log, "chipset", "%s: %s", channel->where, bits);
    if (!ask(app, channel, floats, bits)) {
        log_line(&app->log, "chipset", "%s: left as it is", channel->where);
        return false;
    }
    error = chipset_switch_on(ports, &app->machine.ide, channel, &app->chipset);
    chipset_describe(ports, channel, bits, sizeof bits);
    log_line(&app->log, "chipset", "%s: %s, error %08X: %s", channel->where,
             floats ? "pins joined" : "switched on", (unsigned)error, bits);
    if (error) {
        screen_message(app, floats ? WORD_CHANNEL_FLOATS_TITLE : WORD_CHANNEL_OFF_TITLE,
                       failure(error));
        return false;
    }
    app_look_again(app, port);
    return true;
}
