/* A person's rescue: from a port on the main screen to a result. */
#ifndef UI_RESCUE_H
#define UI_RESCUE_H

#include "kernel/session.h"
#include "ui/app.h"

/* Backs up, compares or flashes; asks for the file first when there is none. Ends on the main
 * screen. */
void rescue_run(struct app *app, struct port *port, enum session_job job);

/* What can't be done to a port is refused with the reason, before anything is sent to it. */
bool rescue_allowed(struct app *app, const struct port *port);

/* What only eyes can tell is asked before the first vendor command, once per port: is it alone on
 * its cable, is it an optical drive? False: no, or not sure. */
bool rescue_ask_eyes(struct app *app, struct port *port);

/* For a drive that listens. `before`: what the port looked like before the way in changed it. */
void rescue_listening(struct app *app, struct port *port, enum session_job job, const char *before);

#endif
