#include "tests/drive/bridge_control.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

enum { ANSWER_SIZE = 16384 };

bool bridge_control_open(struct bridge_control *control, struct bench *bench,
                         struct bridge_pci *pci, const char *path)
{
    memset(control, 0, sizeof *control);
    control->bench = bench;
    control->pci = pci;
    control->listener = -1;
    for (size_t i = 0; i < BRIDGE_CLIENTS; i++)
        control->clients[i].fd = -1;
    if (!path)
        return true;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        fprintf(stderr, "drive-bridge: the control socket's path is too long: %s\n", path);
        return false;
    }
    strcpy(address.sun_path, path);
    unlink(path);
    control->listener = socket(AF_UNIX, SOCK_STREAM, 0);
    if (control->listener < 0 ||
        bind(control->listener, (struct sockaddr *)&address, sizeof address) < 0 ||
        listen(control->listener, BRIDGE_CLIENTS) < 0) {
        fprintf(stderr, "drive-bridge: %s: %s\n", path, strerror(errno));
        return false;
    }
    return true;
}

static void hang_up(struct bridge_client *client)
{
    close(client->fd);
    client->fd = -1;
    client->used = 0;
}

void bridge_control_close(struct bridge_control *control)
{
    for (size_t i = 0; i < BRIDGE_CLIENTS; i++)
        if (control->clients[i].fd >= 0)
            hang_up(&control->clients[i]);
    if (control->listener >= 0)
        close(control->listener);
    control->listener = -1;
}

static bool reply(struct bridge_client *client, const char *text)
{
    for (size_t sent = 0, size = strlen(text); sent < size;) {
        ssize_t now = send(client->fd, text + sent, size - sent, MSG_NOSIGNAL);
        if (now < 0 && errno == EINTR)
            continue;
        if (now <= 0)
            return false;
        sent += (size_t)now;
    }
    return true;
}

static void show_config(const struct bridge_pci *pci, char *answer)
{
    for (unsigned i = 0; i < sizeof pci->config; i++)
        answer += sprintf(answer, "%s%02X%s", i % 16 ? " " : "", pci->config[i],
                          i % 16 == 15 ? "\n" : "");
    strcpy(answer, "ok");
}

/* "config", "config OFFSET", "config OFFSET=VALUE"; `words` is what follows "config". */
static void do_config(struct bridge_pci *pci, const char *words, char *answer)
{
    char *end;
    unsigned long offset = strtoul(words, &end, 16);
    unsigned long value;
    if (*words == 0) {
        show_config(pci, answer);
        return;
    }
    if (end == words || offset >= sizeof pci->config || (*end != '=' && *end != 0)) {
        strcpy(answer, "error config [OFFSET[=VALUE]]");
        return;
    }
    if (*end == '=') {
        words = end + 1;
        value = strtoul(words, &end, 16);
        if (end == words || *end != 0 || value > 0xFF) {
            strcpy(answer, "error a byte in hexadecimal");
            return;
        }
        bridge_pci_config_set(pci, (uint8_t)offset, (uint8_t)value);
    }
    sprintf(answer, "ok %02X", pci->config[offset]);
}

/* One command line to the bench, its answer and an empty line to the client. */
static void obey(struct bridge_control *control, struct bridge_client *client, const char *line)
{
    char answer[ANSWER_SIZE];
    if (strcmp(line, "quit") == 0) {
        control->quit = true;
        strcpy(answer, "ok");
    } else if (strncmp(line, "config", 6) == 0) {
        do_config(control->pci, line + strspn(line + 6, " ") + 6, answer);
    } else {
        bench_command(control->bench, line, answer, sizeof answer - 2);
    }
    size_t length = strlen(answer);
    if (length == 0 || answer[length - 1] != '\n')
        answer[length++] = '\n';
    answer[length++] = '\n';
    answer[length] = 0;
    if (!reply(client, answer))
        hang_up(client);
}

/* Carries out the whole lines received so far. */
static void take_lines(struct bridge_control *control, struct bridge_client *client)
{
    char *end;
    while (client->fd >= 0 && (end = memchr(client->line, '\n', client->used))) {
        *end = 0;
        obey(control, client, client->line);
        size_t length = (size_t)(end - client->line) + 1;
        if (client->fd >= 0) {
            client->used -= length;
            memmove(client->line, client->line + length, client->used);
        }
    }
    if (client->fd >= 0 && client->used == sizeof client->line) {
        reply(client, "error the line is too long\n\n");
        hang_up(client);
    }
}

static void serve_client(struct bridge_control *control, struct bridge_client *client)
{
    ssize_t got = recv(client->fd, client->line + client->used, sizeof client->line - client->used,
                       MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        hang_up(client);
        return;
    }
    client->used += (size_t)got;
    take_lines(control, client);
}

static void accept_client(struct bridge_control *control)
{
    int fd = accept(control->listener, NULL, NULL);
    if (fd < 0)
        return;
    for (size_t i = 0; i < BRIDGE_CLIENTS; i++) {
        if (control->clients[i].fd < 0) {
            control->clients[i].fd = fd;
            return;
        }
    }
    close(fd);
}

void bridge_control_serve(struct bridge_control *control)
{
    struct pollfd listener = {.fd = control->listener, .events = POLLIN};
    if (control->listener >= 0 && poll(&listener, 1, 0) > 0)
        accept_client(control);
    for (size_t i = 0; i < BRIDGE_CLIENTS; i++)
        if (control->clients[i].fd >= 0)
            serve_client(control, &control->clients[i]);
}
