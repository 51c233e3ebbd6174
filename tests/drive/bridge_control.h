/*
 * The hands at the bench while QEMU runs: a UNIX socket that takes bench_command() lines.
 *
 * Each line is one command. Its answer comes back as the lines that the bench gives, ended by an
 * empty line. Several clients may be connected. Two commands are the bridge's own: "quit" ends it,
 * "config [OFFSET[=VALUE]]" shows the controller's configuration space (hexadecimal, 16 bytes a
 * line) or one byte of it, or changes one as the PC's firmware could have.
 */
#ifndef TESTS_DRIVE_BRIDGE_CONTROL_H
#define TESTS_DRIVE_BRIDGE_CONTROL_H

#include <stdbool.h>
#include <stddef.h>

#include "tests/drive/bench.h"
#include "tests/drive/bridge_pci.h"

enum { BRIDGE_CLIENTS = 4, BRIDGE_LINE_SIZE = 1024 };

struct bridge_client {
    int fd; /* -1: free */
    size_t used;
    char line[BRIDGE_LINE_SIZE];
};

struct bridge_control {
    struct bench *bench;
    struct bridge_pci *pci;
    int listener; /* -1: no control socket */
    struct bridge_client clients[BRIDGE_CLIENTS];
    bool quit;
};

/* Listens at `path` (NULL: no control socket). Returns false with a message on stderr. */
bool bridge_control_open(struct bridge_control *control, struct bench *bench,
                         struct bridge_pci *pci, const char *path);
void bridge_control_close(struct bridge_control *control);

/* Serves whatever is there; never waits. */
void bridge_control_serve(struct bridge_control *control);

#endif
