/*
 * The network volume (kernel/network_volume.c) on this machine's real UDP sockets, to be tried
 * against servers that others wrote:
 *
 *   tftp-client SERVER BOOTFILE UPLOAD DROP COMMAND [ARGUMENT...]
 *
 * as a machine with the MAC 52:54:00:12:34:56 that was booted from SERVER by BOOTFILE, with the
 * word upload=UPLOAD ("" = none). DROP of 1000 packets are lost, in both directions. Commands:
 *
 *   list PATH           stat PATH           get PATH LOCAL        config LOCAL
 *   create NAME LOCAL   replace NAME LOCAL  append NAME LOCAL     (several may follow each other)
 *
 * Prints the volume's log, what was asked for, and for each command "error CCMMLLLL". The status
 * is 0 whenever the commands were understood.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ERROR_MODULE MODULE_BOOT

#include "kernel/lib/arena.h"
#include "kernel/network_volume.h"

enum { FILE_MAX = 8 << 20, RECEIVE_MS = 20 };

/* One socket at a time: every transfer has a port of its own. */
struct card {
    int socket;
    uint16_t port;
    unsigned drop; /* of 1000 packets */
    unsigned seed;
};

static bool is_dropped(struct card *card)
{
    return (unsigned)rand_r(&card->seed) % 1000 < card->drop;
}

static err_t open_port(struct card *card, uint16_t port)
{
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons(port)};

    if (card->socket >= 0 && card->port == port)
        return 0;
    if (card->socket >= 0)
        close(card->socket);
    card->port = port;
    card->socket = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
    if (card->socket < 0 || bind(card->socket, (struct sockaddr *)&here, sizeof here) != 0)
        return ERR(ERR_IO);
    return 0;
}

static err_t card_send(void *context, uint16_t from, const uint8_t address[4], uint16_t port,
                       const void *bytes, uint16_t size)
{
    struct card *card = context;
    struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons(port)};
    err_t error = open_port(card, from);

    memcpy(&there.sin_addr, address, 4);
    if (!error && !is_dropped(card) &&
        sendto(card->socket, bytes, size, 0, (struct sockaddr *)&there, sizeof there) != size)
        error = errno == EHOSTUNREACH ? ERR(ERR_NO_ANSWER) : ERR(ERR_IO);
    return error;
}

static err_t card_receive(void *context, uint16_t to, uint8_t address[4], uint16_t *port,
                          void *bytes, uint16_t limit, uint16_t *size)
{
    struct card *card = context;
    struct sockaddr_in there;
    socklen_t length = sizeof there;
    struct pollfd ready = {.events = POLLIN};
    err_t error = open_port(card, to);
    ssize_t got;

    if (error)
        return error;
    ready.fd = card->socket;
    poll(&ready, 1, RECEIVE_MS);
    got = recvfrom(card->socket, bytes, limit, 0, (struct sockaddr *)&there, &length);
    if (got < 0 || is_dropped(card))
        return ERR(ERR_TIMEOUT);
    memcpy(address, &there.sin_addr, 4);
    *port = ntohs(there.sin_port);
    *size = (uint16_t)got;
    return 0;
}

static uint64_t now_us(void *context)
{
    struct timespec time;

    (void)context;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_nsec / 1000;
}

static void date(void *context, struct calendar_time *time)
{
    (void)context;
    *time = (struct calendar_time){2026, 11, 21, 11, 2, 1};
}

static void print_line(void *context, const char *line, size_t length)
{
    (void)context;
    fwrite(line, 1, length, stdout);
}

static bool print_file(void *context, const struct file_info *info)
{
    (void)context;
    printf("%s %s %d\n", info->folder ? "folder" : "file", info->short_name, (int)info->size);
    return true;
}

static void fail(const char *what)
{
    fprintf(stderr, "tftp-client: %s\n", what);
    exit(2);
}

static uint32_t load(const char *path, uint8_t *bytes)
{
    FILE *file = fopen(path, "rb");
    size_t size;

    if (!file)
        fail(path);
    size = fread(bytes, 1, FILE_MAX, file);
    fclose(file);
    return (uint32_t)size;
}

static void store(const char *path, const uint8_t *bytes, uint32_t size)
{
    FILE *file = fopen(path, "wb");

    if (!file || fwrite(bytes, 1, size, file) != size || fclose(file) != 0)
        fail(path);
}

static err_t stat_file(struct volume *volume, const char *path)
{
    struct file_info info;
    err_t error = volume_stat(volume, path, &info);

    if (!error)
        print_file(NULL, &info);
    return error;
}

static err_t get_file(struct volume *volume, const char *path, const char *local, uint8_t *bytes)
{
    uint32_t moved;
    err_t error = volume_read(volume, path, 0, bytes, FILE_MAX, &moved, NULL, NULL);

    if (!error)
        store(local, bytes, moved);
    return error;
}

/* Carries out the command at `words`; returns how many words it had. */
static int command(struct volume *volume, char **words, int count, uint8_t *bytes)
{
    static const struct {
        const char *name;
        err_t (*write)(struct volume *volume, const char *path, const void *bytes, uint32_t size);
    } writes[] = {
        {"create", volume_create}, {"replace", volume_replace}, {"append", volume_append}};
    err_t error = 0;
    int used = 2;

    if (count >= 2 && strcmp(words[0], "list") == 0) {
        error = volume_list(volume, words[1], print_file, NULL);
    } else if (count >= 2 && strcmp(words[0], "stat") == 0) {
        error = stat_file(volume, words[1]);
    } else if (count >= 2 && strcmp(words[0], "config") == 0) {
        uint32_t size;

        error = network_config(volume, (char *)bytes, 4096, &size);
        if (!error)
            store(words[1], bytes, size);
    } else if (count >= 3 && strcmp(words[0], "get") == 0) {
        used = 3;
        error = get_file(volume, words[1], words[2], bytes);
    } else {
        used = 0;
        for (unsigned i = 0; count >= 3 && i < 3; i++) {
            if (strcmp(words[0], writes[i].name) == 0) {
                used = 3;
                error = writes[i].write(volume, words[1], bytes, load(words[2], bytes));
            }
        }
        if (!used)
            fail(words[0]);
    }
    printf("error %08X\n", (unsigned)error);
    return used;
}

int main(int count, char **words)
{
    static uint8_t memory[NETWORK_VOLUME_MEMORY] __attribute__((aligned(16)));
    static uint8_t bytes[FILE_MAX];
    static char log_text[65536];
    struct arena arena = {.base = memory, .size = sizeof memory};
    struct card card = {.socket = -1};
    struct network network = {.context = &card,
                              .mac = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56},
                              .address = {192, 168, 10, 5},
                              .send = card_send,
                              .receive = card_receive};
    struct platform platform = {.now_us = now_us};
    struct volume volume = {.date = date};
    struct log log;
    err_t error;

    if (count < 6 || inet_pton(AF_INET, words[1], network.server) != 1 ||
        strlen(words[2]) > NETWORK_BOOT_FILE_MAX)
        fail("SERVER BOOTFILE UPLOAD DROP COMMAND [ARGUMENT...]");
    strcpy(network.boot_file, words[2]);
    card.drop = (unsigned)atoi(words[4]);
    card.seed = 20261121;
    log_open(&log, log_text, sizeof log_text, now_us, NULL);
    log.out = print_line;
    error = network_volume_open(&volume, &network, &platform, words[3], &arena, &log);
    printf("error %08X\n", (unsigned)error);
    for (int i = 5; !error && i < count;)
        i += command(&volume, words + i, count - i, bytes);
    return 0;
}
