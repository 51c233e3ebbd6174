/*
 * What a flash session needs of the world around it: a screen that moves, keys that are heard, a
 * stick to save to, a drive to be asked its name. Who answers its questions - a person or an
 * unattended job - is a function.
 */
#ifndef UI_SESSION_HOST_H
#define UI_SESSION_HOST_H

#include "drivers/mtk.h"
#include "kernel/session.h"
#include "ui/app.h"
#include "ui/screens.h"

enum { SESSION_BEFORE = 64 };

struct session_run {
    struct app *app;
    struct session session;
    struct session_host host;
    struct flash_method method;
    struct mtk mtk;
    /* Answers a question; the app's screens are free to be used. */
    enum session_answer (*answer)(struct session_run *run, enum session_question question);
    /* Of an unattended job: how often ASK_FAILED was asked, and how often a backup was not saved.
     */
    unsigned failures, unsaved;
    bool stopped; /* of an unattended job: a person said "stop" */
    uint64_t drawn_us;
    enum session_phase drawn_phase;
    enum progress_view view;
    bool escape;                 /* Esc or Ctrl-Alt-Del was pressed and not handed on yet */
    char before[SESSION_BEFORE]; /* what the port looked like */
};

/* What a port looks like: name, verdict, raw status. */
void session_describe_port(const struct port *port, char *text, size_t size);

/*
 * Makes a session for `port` in the app's arena, to be released by the caller with arena_mark() and
 * arena_release(). NULL: not enough memory. The caller sets what session.h asks for beyond job,
 * port, method, host, log and arena.
 */
struct session_run *session_run_open(struct app *app, struct port *port, enum session_job job,
                                     enum session_answer (*answer)(struct session_run *run,
                                                                   enum session_question question));

/* Runs it, writes the RESULT line into the log, and lets the port be probed again. */
void session_run_go(struct session_run *run);

#endif
