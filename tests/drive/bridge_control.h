/*
 * The hands at the bench while QEMU runs: a UNIX socket that takes bench_command() lines.
 *
 * Each line is one command. Its answer comes back as the lines that the bench gives, ended by an
 * empty line. "quit" ends the bridge. Several clients may be connected.
 */
#ifndef TESTS_DRIVE_BRIDGE_CONTROL_H
#define TESTS_DRIVE_BRIDGE_CONTROL_H

#include <stdbool.h>
#include <stddef.h>

#include "tests/drive/bench.h"

enum { BRIDGE_CLIENTS = 4, BRIDGE_LINE_SIZE = 1024 };

struct bridge_client {
    int fd; /* -1: free */
    size_t used;
    char line[BRIDGE_LINE_SIZE];
};

struct bridge_control {
    struct bench *bench;
    int listener; /* -1: no control socket */
    struct bridge_client clients[BRIDGE_CLIENTS];
    bool quit;
};

/* Listens at `path` (NULL: no control socket). Returns false with a message on stderr. */
bool bridge_control_open(struct bridge_control *control, struct bench *bench, const char *path);
void bridge_control_close(struct bridge_control *control);

/* Serves whatever is there; never waits. */
void bridge_control_serve(struct bridge_control *control);

#endif
