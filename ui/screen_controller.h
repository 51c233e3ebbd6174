/*
 * Controllers that no drive can be rescued behind: AHCI, RAID, hidden ones. They stand in the main
 * screen's list after the ports, with what was seen and what to switch.
 */
#ifndef UI_SCREEN_CONTROLLER_H
#define UI_SCREEN_CONTROLLER_H

#include "ui/app.h"

/* Looks at them (reads only) and logs what is new. After ide_find(), and when the user asks. */
void screen_controller_look(struct app *app);

/* How many rows they have in the list. */
unsigned screen_controller_count(const struct app *app);

/* Row `index` of theirs in the list; `style` as menu_list_bar() returned it. */
void screen_controller_draw_item(struct app *app, unsigned index, unsigned row, unsigned column,
                                 uint8_t style);

/* The panel under the list, `rows` high. */
void screen_controller_draw_panel(struct app *app, unsigned index, unsigned row, unsigned rows);

#endif
