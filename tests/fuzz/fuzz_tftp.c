/*
 * Any bytes as the answers of a server, behind the network volume. Each answer is a record:
 *
 *   how     bits 0-1: the server's port, bit 2: another host, bit 3: nothing arrives for 20 ms,
 *           bit 4: the card fails, bit 7: `length` bytes of the block (or the acknowledgement) that
 *           the client waits for, else the bytes are the whole packet
 *   length  of what follows, in units of bit 6: 1 or 8 bytes
 *
 * The first byte chooses what is done after opening.
 */
#define ERROR_MODULE MODULE_BOOT

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/lib/arena.h"
#include "kernel/network_volume.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { READ_MAX = 5000 };

static const uint8_t server[4] = {192, 168, 10, 1}, stranger[4] = {192, 168, 10, 2};

static struct {
    const uint8_t *bytes;
    size_t left;
    uint64_t now_us;
    uint8_t opcode; /* of the client's last packet */
    uint16_t block;
} input;

static uint8_t next_byte(void)
{
    if (input.left == 0)
        return 0x08; /* silence */
    input.left--;
    return *input.bytes++;
}

static err_t card_send(void *context, uint16_t from, const uint8_t address[4], uint16_t port,
                       const void *bytes, uint16_t size)
{
    const uint8_t *packet = bytes;

    (void)context;
    if (size < 4 || size > NETWORK_PAYLOAD_MAX || from < 1024 || port == 0 ||
        memcmp(address, server, 4) != 0)
        abort();
    if (packet[1] != 5) {
        input.opcode = packet[1];
        input.block = packet[1] > 2 ? (uint16_t)(packet[2] << 8 | packet[3]) : 0;
    }
    return 0;
}

/* The header of the packet that the client waits for; 0: it waits for nothing that we know. */
static uint16_t right_header(uint8_t *packet)
{
    bool reading = input.opcode == 1 || input.opcode == 4;
    uint16_t block = (uint16_t)(input.block + reading);

    packet[0] = 0;
    packet[1] = reading ? 3 : 4;
    packet[2] = (uint8_t)(block >> 8);
    packet[3] = (uint8_t)block;
    return 4;
}

static err_t card_receive(void *context, uint16_t to, uint8_t address[4], uint16_t *port,
                          void *bytes, uint16_t limit, uint16_t *size)
{
    uint8_t packet[4 + 255 * 8];
    uint8_t how = next_byte();
    uint16_t length = 0, wanted;

    (void)context;
    (void)to;
    input.now_us += 100;
    if (how & 0x18) {
        input.now_us += 20000;
        return how & 0x08 ? ERR(ERR_TIMEOUT) : ERR(ERR_IO);
    }
    wanted = (uint16_t)(next_byte() * (how & 0x40 ? 8 : 1));
    if (how & 0x80)
        length = right_header(packet);
    if (wanted > input.left)
        wanted = (uint16_t)input.left;
    memcpy(packet + length, input.bytes, wanted);
    input.bytes += wanted;
    input.left -= wanted;
    length += wanted;
    memcpy(address, how & 0x04 ? stranger : server, 4);
    *port = (uint16_t)((how & 3) * 1000);
    *size = length < limit ? length : limit;
    memcpy(bytes, packet, *size);
    return 0;
}

static uint64_t now_us(void *context)
{
    (void)context;
    return input.now_us += 1;
}

static bool check_entry(void *context, const struct file_info *info)
{
    (void)context;
    if (!memchr(info->name, '\0', sizeof info->name) ||
        !memchr(info->short_name, '\0', sizeof info->short_name) || !info->short_name[0] ||
        strchr(info->short_name, '/') || strchr(info->short_name, '\\'))
        abort();
    return true;
}

static void work(struct volume *volume, uint8_t choice)
{
    static const uint8_t written[3000];
    static uint8_t bytes[READ_MAX];
    struct file_info info;
    uint32_t moved = 0;

    switch (choice % 8) {
    case 0:
        volume_list(volume, "", check_entry, NULL);
        break;
    case 1:
        volume_list(volume, "FW", check_entry, NULL);
        break;
    case 2:
        volume_stat(volume, "FW/A.BIN", &info);
        break;
    case 3:
        volume_read(volume, "BK000001.BIN", choice * 16u, bytes, READ_MAX - 1, &moved, NULL, NULL);
        break;
    case 4:
        volume_create(volume, "BK000001.BIN", written, sizeof written);
        break;
    case 5:
        volume_append(volume, "ODDRESC.LOG", written, 100);
        volume_append(volume, "ODDRESC.LOG", written, 100);
        break;
    case 6:
        network_config(volume, (char *)bytes, READ_MAX - 1, &moved);
        break;
    default:
        volume_replace(volume, "A", written, 1408);
        break;
    }
    if (moved > READ_MAX - 1)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t memory[NETWORK_VOLUME_MEMORY] __attribute__((aligned(16)));
    static char log_text[4096];
    struct arena arena = {.base = memory, .size = sizeof memory};
    struct network network = {.mac = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56},
                              .address = {192, 168, 10, 5},
                              .server = {192, 168, 10, 1},
                              .boot_file = "pxelinux.0",
                              .send = card_send,
                              .receive = card_receive};
    struct platform platform = {.now_us = now_us};
    struct volume volume = {.date = NULL};
    struct log log;
    uint8_t choice;

    memset(&input, 0, sizeof input);
    input.bytes = data;
    input.left = size;
    choice = next_byte();
    log_open(&log, log_text, sizeof log_text, now_us, NULL);
    if (network_volume_open(&volume, &network, &platform, "", &arena, &log))
        return 0;
    work(&volume, choice);
    /* Ten transfers may be needed, and none of them waits longer than it is allowed to. */
    if (input.now_us > 60 * (TFTP_SILENCE_MS + 1000) * 1000ull + size * 20000ull)
        abort();
    for (const char *c = volume.network->tftp.said; *c; c++) {
        if (*c < 0x20 || *c > 0x7E)
            abort();
    }
    return 0;
}
