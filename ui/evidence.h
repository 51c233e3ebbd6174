/* The pages of "Why do you think so?" (ui/screen_evidence.c): each draws into the same frame. */
#ifndef UI_EVIDENCE_H
#define UI_EVIDENCE_H

#include "ui/app.h"

enum { EVIDENCE_FIRST_ROW = 3, EVIDENCE_LAST_ROW = 21, EVIDENCE_COLUMN = 3, EVIDENCE_WIDTH = 74 };

typedef void evidence_page_fn(struct app *app, const struct port *port);

/* What speaks for the verdict, and what else was found. */
evidence_page_fn evidence_summary;
/* Raw status over time. */
evidence_page_fn evidence_trail;
/* What IDENTIFY, INQUIRY and TEST UNIT READY brought, as text and bytes. */
evidence_page_fn evidence_answers;
/* IDENTIFY words 0-127 and 128-255. */
evidence_page_fn evidence_words_low;
evidence_page_fn evidence_words_high;
/* Both positions of the cable, the controller behind it, what the user said. */
evidence_page_fn evidence_cable;

/* A line of a page: what, and what it is. Moves *row on. Lines below the frame are left out. */
void evidence_fact(struct cells *cells, unsigned *row, const char *label, const char *value);

#endif
