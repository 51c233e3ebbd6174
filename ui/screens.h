/* The screens. Each has its own file, screen_NAME.c; a *_draw() function only draws. */
#ifndef UI_SCREENS_H
#define UI_SCREENS_H

#include "kernel/session.h"
#include "kernel/swap.h"
#include "ui/app.h"

/* The main screen: runs until the user ends the program. */
void screen_main(struct app *app);
void screen_main_draw(struct app *app);

/* Why the verdict is what it is: pages of what was seen. */
void screen_evidence(struct app *app, struct port *port);
void screen_evidence_draw(struct app *app, const struct port *port, unsigned page);
unsigned screen_evidence_pages(void);

/* What to do about it: the page of a step that words_step_page() knows, and what can be done from
 * there. */
void screen_step(struct app *app, struct port *port, enum next_step step);

/* A healthy drive: what is wrong with it? Then what that means, and what helps. */
void screen_history(struct app *app, struct port *port);

/* Back up and flash; a healthy drive out of a broken box only after another question. */
void screen_history_flash(struct app *app, struct port *port);

/* A channel that is switched off or floats: shows why, asks, switches it on and looks again.
 * Returns whether it was switched on. */
bool screen_channel(struct app *app, struct port *port);

/* Bringing a drive in (ui/guide.h, screen_swap()): its pages, in their order. */
enum swap_page {
    SWAP_PAGE_NEEDS,
    SWAP_PAGE_SAFETY,
    SWAP_PAGE_READY, /* or why not */
    SWAP_PAGE_HANDS,
    SWAP_PAGE_OVER
};
struct swap_view {
    struct cells *cells;
    struct port *port;
    enum swap_variant variant;
    enum swap_page page;
    enum swap_refusal refusal;
    const char *note;  /* why the cable was not let go; NULL: nothing to say */
    bool again;        /* after an outcome that did not bring the drive */
    struct swap *swap; /* from SWAP_PAGE_HANDS on */
};
void screen_swap_draw(struct app *app, const struct swap_view *view);

/* The list of places: where a file is, or where files shall be saved. False: back; else `*index` is
 * the place, before that the one to start at. */
enum places_purpose { PLACES_READ, PLACES_SAVE };
bool screen_places(struct app *app, enum places_purpose purpose, unsigned *index);
void screen_places_draw(struct app *app, enum places_purpose purpose, const struct menu_list *list);

/* Looks for places and lets the user choose one to save to. False: nothing was chosen. */
bool screen_place_to_save(struct app *app);

/* Chooses a file; true when app->file is a new one that may be used. */
bool screen_files(struct app *app);

/* Shows a file; true when the user takes it. */
bool screen_file(struct app *app, const struct chosen_file *file);
void screen_file_draw(struct app *app, const struct chosen_file *file);

/* The last look before the flash: ANSWER_YES only after the right word was typed. */
enum session_answer screen_confirm(struct app *app, const struct session *session);
void screen_confirm_draw(struct app *app, const struct session *session,
                         const struct menu_input *input, bool wrong);
/* The word to be typed: YES, or the drive's name when a warning asks for it. */
void screen_confirm_word(const struct session *session, char *word, size_t size);

/* A running session. Help and log share the screen with its bar: the work goes on meanwhile. */
enum progress_view { VIEW_WORK, VIEW_LOG, VIEW_HELP };
void screen_progress_draw(struct app *app, const struct session *session, enum progress_view view);

/* How a session ended. `before` is what the port looked like before it. */
void screen_result(struct app *app, struct session *session, const char *before);
void screen_result_draw(struct app *app, const struct session *session, const char *before);

/* After a failure: what now? */
enum session_answer screen_failed(struct app *app, struct session *session);

/* The backup could not be saved: try again, elsewhere, go on without, stop. */
enum session_answer screen_unsaved(struct app *app, struct session *session);

/* Which flash chip is it? Sets session->chip. */
enum session_answer screen_chip(struct app *app, struct session *session);

/*
 * A title, a text, some answers. Returns the answer's index; `careful` when the user pressed Esc
 * (or nobody answered an unattended job in time).
 */
unsigned screen_choice(struct app *app, const char *title, const char *text,
                       const char *const answers[], unsigned count, unsigned careful,
                       enum help_topic topic);
/* The same with the bar on answer `first` at the beginning. */
unsigned screen_choice_at(struct app *app, const char *title, const char *text,
                          const char *const answers[], unsigned count, unsigned careful,
                          unsigned first, enum help_topic topic);
void screen_choice_draw(struct app *app, const char *title, const char *text,
                        const char *const answers[], const struct menu_list *list);

/* A title and a text, until a key. */
void screen_message(struct app *app, const char *title, const char *text);

void screen_log(struct app *app);
void screen_help(struct app *app, enum help_topic topic);

/* The end menu; sets app->ended when the machine shall restart. */
void screen_end(struct app *app);

#endif
