/* The pages of the steps that a person does with his hands, or leaves undone. */
#include "ui/screens.h"

#include "ui/guide.h"

/* What can be done from a page. */
enum deed { DO_NOTHING, DO_LOOK, DO_BRING_IN, DO_GUIDE, DO_FLASH, DO_ASK, DO_SHOW };

struct offer {
    const char *words;
    enum deed deed;
};

enum { OFFERS = 4 };

/* The careful answer is the last one. */
static const struct offer offers[STEP_COUNT][OFFERS] = {
    [STEP_CHECK_PLUGS] = {{WORD_LOOK_AGAIN, DO_LOOK},
                          {WORD_BRING_IN, DO_BRING_IN},
                          {WORD_BACK, DO_NOTHING}},
    [STEP_UNPLUG_ONE] = {{WORD_LOOK_AGAIN, DO_LOOK}, {WORD_BACK, DO_NOTHING}},
    [STEP_SET_JUMPER] = {{WORD_LOOK_AGAIN, DO_LOOK},
                         {WORD_GO_ON_ALL, DO_GUIDE},
                         {WORD_BACK, DO_NOTHING}},
    [STEP_OTHER_PORT] = {{WORD_GO_ON_ALL, DO_GUIDE}, {WORD_BACK, DO_NOTHING}},
    [STEP_BOX_IS_BROKEN] = {{WORD_BACK, DO_NOTHING}, {WORD_HISTORY_OTHER, DO_ASK}},
    [STEP_CURE_BLINK] = {{WORD_BLINK_FLASH, DO_FLASH},
                         {WORD_HISTORY_OTHER, DO_ASK},
                         {WORD_BACK, DO_NOTHING}},
    [STEP_DONOR] = {{WORD_BACK, DO_NOTHING}},
    [STEP_LOOK_CLOSER] = {{WORD_SHOW_SEEN, DO_SHOW},
                          {WORD_LOOK_AGAIN, DO_LOOK},
                          {WORD_GO_ON_ALL, DO_GUIDE},
                          {WORD_BACK, DO_NOTHING}},
};

static unsigned count_offers(enum next_step step)
{
    unsigned count = 0;

    while (count < OFFERS && offers[step][count].words)
        count++;
    return count;
}

static void do_it(struct app *app, struct port *port, enum deed deed)
{
    switch (deed) {
    case DO_NOTHING:
        break;
    case DO_LOOK:
        app_look_again(app, port);
        break;
    case DO_BRING_IN:
        guide_bring_in(app, port);
        break;
    case DO_GUIDE:
        guide_run(app, port);
        break;
    case DO_FLASH:
        screen_history_flash(app, port);
        break;
    case DO_ASK:
        screen_history(app, port);
        break;
    case DO_SHOW:
        screen_evidence(app, port);
        break;
    }
}

void screen_step(struct app *app, struct port *port, enum next_step step)
{
    const struct step_words *page = words_step_page(step);
    const char *answers[OFFERS];
    unsigned count = count_offers(step), first, chosen;

    if (!page || count == 0)
        return;
    for (unsigned i = 0; i < count; i++)
        answers[i] = offers[step][i].words;
    /* The bar begins on nothing that goes against the page's advice. */
    first = offers[step][0].deed == DO_FLASH || offers[step][0].deed == DO_GUIDE ? count - 1 : 0;
    chosen =
        screen_choice_at(app, page->title, page->text, answers, count, count, first, HELP_PLUGS);
    if (chosen < count)
        do_it(app, port, offers[step][chosen].deed);
}
