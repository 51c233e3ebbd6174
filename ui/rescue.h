/* A person's rescue: from a port on the main screen to a result. */
#ifndef UI_RESCUE_H
#define UI_RESCUE_H

#include "kernel/session.h"
#include "ui/app.h"

/* Backs up, compares or flashes; asks for the file first when there is none. Ends on the main
 * screen. */
void rescue_run(struct app *app, struct port *port, enum session_job job);

/* The way-in screen, and on to a flash or a backup when the drive listens. */
void rescue_way_in(struct app *app, struct port *port);

#endif
