/* Unattended jobs: what the command line or ODDRESC.CFG asks for, without a person. */
#ifndef UI_JOB_RUNNER_H
#define UI_JOB_RUNNER_H

#include "ui/app.h"

/*
 * Carries app->job out, shows and saves its RESULT line, and does what after= says. Returns for the
 * menu (after=menu, or a machine that can't switch itself off), or with app->ended set.
 */
void job_run(struct app *app);

#endif
