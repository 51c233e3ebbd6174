/*
 * Any bytes as the word upload=, the boot file's name (each up to the next FF), and index.txt (the
 * rest), given by a server that has nothing else.
 */
#define ERROR_MODULE MODULE_BOOT

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/lib/arena.h"
#include "kernel/network_volume.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct {
    const uint8_t *index;
    size_t size;
    uint64_t now_us;
    uint8_t answer[4 + 512];
    uint16_t answer_size; /* 0 = none waits */
    uint8_t address[4];
    const char *boot_file;
} server;

static void answer(uint8_t opcode, unsigned number, const void *bytes, size_t size)
{
    const uint8_t header[4] = {0, opcode, (uint8_t)(number >> 8), (uint8_t)number};

    memcpy(server.answer, header, 4);
    memcpy(server.answer + 4, bytes, size);
    server.answer_size = (uint16_t)(4 + size);
}

static void answer_block(unsigned number)
{
    size_t start = (number - 1) * (size_t)512;
    size_t left = start < server.size ? server.size - start : 0;

    answer(3, number, server.index + (start < server.size ? start : 0), left < 512 ? left : 512);
}

/* What is asked for has a sane name, and lies in no folder outside, unless the boot file does. */
static void check_name(const char *name)
{
    size_t length = strlen(name);

    if (length == 0 || length > TFTP_NAME_MAX || strchr(name, '\\'))
        abort();
    if (!strstr(server.boot_file, "..") && (strstr(name, "/../") || strncmp(name, "../", 3) == 0))
        abort();
}

static err_t card_send(void *context, uint16_t from, const uint8_t address[4], uint16_t port,
                       const void *bytes, uint16_t size)
{
    const uint8_t *packet = bytes;
    const char *name = (const char *)packet + 2;
    size_t length;

    (void)context;
    (void)from;
    (void)port;
    memcpy(server.address, address, 4);
    if (size < 4 || size > NETWORK_PAYLOAD_MAX)
        abort();
    if (packet[1] == 1 || packet[1] == 2) {
        if (!memchr(name, '\0', size - 2u))
            abort();
        check_name(name);
        length = strlen(name);
        if (packet[1] == 1 && length >= 9 && strcmp(name + length - 9, "index.txt") == 0)
            answer_block(1);
        else
            answer(5, 1, "none", 5);
    } else if (packet[1] == 4) {
        answer_block((packet[2] << 8 | packet[3]) + 1u);
    }
    return 0;
}

static err_t card_receive(void *context, uint16_t to, uint8_t address[4], uint16_t *port,
                          void *bytes, uint16_t limit, uint16_t *size)
{
    (void)context;
    (void)to;
    server.now_us += 1000;
    if (!server.answer_size)
        return ERR(ERR_TIMEOUT);
    memcpy(address, server.address, 4);
    *port = 2000;
    *size = server.answer_size < limit ? server.answer_size : limit;
    memcpy(bytes, server.answer, *size);
    server.answer_size = 0;
    return 0;
}

static uint64_t now_us(void *context)
{
    (void)context;
    return server.now_us += 1;
}

struct visit {
    struct volume *volume;
    char path[400];
    unsigned depth, budget;
};

static bool visit_entry(void *context, const struct file_info *info)
{
    struct visit *visit = context;
    struct visit below = {.volume = visit->volume, .depth = visit->depth + 1};
    struct file_info again;

    if (!info->short_name[0] || strcmp(info->short_name, "..") == 0 ||
        strlen(info->short_name) > VOLUME_KEY_MAX)
        abort();
    for (const char *c = info->short_name; *c; c++) {
        if ((uint8_t)*c < 0x20 || *c == 0x7F || *c == '/' || *c == '\\')
            abort();
    }
    if (visit->budget == 0 || visit->depth > 8)
        return false;
    visit->budget--;
    snprintf(below.path, sizeof below.path, "%s\\%s", visit->path, info->short_name);
    /* What is shown as a folder can be opened. */
    if (volume_stat(visit->volume, below.path, &again) == 0 && info->folder && !again.folder)
        abort();
    if (info->folder) {
        below.budget = visit->budget / 2;
        if (volume_list(visit->volume, below.path, visit_entry, &below))
            abort();
    }
    return true;
}

/* Copies up to the next FF; returns what follows it. */
static const uint8_t *take_text(const uint8_t *data, size_t *size, char *text, size_t limit)
{
    const uint8_t *end = memchr(data, 0xFF, *size);
    size_t length = end ? (size_t)(end - data) : *size;

    snprintf(text, limit, "%.*s", (int)length, (const char *)data);
    data += length + (end != NULL);
    *size -= length + (end != NULL);
    return data;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t memory[NETWORK_VOLUME_MEMORY] __attribute__((aligned(16)));
    static char log_text[4096];
    struct arena arena = {.base = memory, .size = sizeof memory};
    struct network network = {.mac = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56},
                              .address = {192, 168, 10, 5},
                              .server = {192, 168, 10, 1},
                              .send = card_send,
                              .receive = card_receive};
    struct platform platform = {.now_us = now_us};
    struct volume volume = {.date = NULL};
    struct visit visit = {.volume = &volume, .budget = 40};
    struct log log;
    char upload[300];
    uint32_t got;
    err_t error;

    memset(&server, 0, sizeof server);
    data = take_text(data, &size, upload, sizeof upload);
    data = take_text(data, &size, network.boot_file, sizeof network.boot_file);
    server.index = data;
    server.size = size;
    server.boot_file = network.boot_file;
    log_open(&log, log_text, sizeof log_text, now_us, NULL);
    error = network_volume_open(&volume, &network, &platform, upload, &arena, &log);
    if (error) {
        if (error_class(error) != ERR_ARGUMENT || arena.used)
            abort();
        return 0;
    }
    if (!memchr(volume.network->uploads, '\0', sizeof volume.network->uploads) ||
        volume.network->file_count > NETWORK_FILES_MAX)
        abort();
    volume_list(&volume, "", visit_entry, &visit);
    network_config(&volume, log_text, sizeof log_text, &got);
    volume_create(&volume, "BK000001.BIN", "x", 1);
    return 0;
}
