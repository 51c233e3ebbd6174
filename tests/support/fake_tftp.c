/* A TFTP server and the network to it. */
#define ERROR_MODULE MODULE_BOOT

#include "tests/support/fake_tftp.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { RRQ = 1, WRQ, DATA, ACK, ERROR, OACK };
enum { RECEIVE_US = 20000, REPEATS = 6 };

static const uint8_t stranger[4] = {192, 168, 10, 77};

static uint32_t random_next(struct fake_tftp *fake)
{
    /* xorshift32 */
    uint32_t x = fake->seed ? fake->seed : 1;

    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return fake->seed = x;
}

static bool happens(struct fake_tftp *fake, unsigned rate)
{
    return rate && random_next(fake) % 1000 < rate;
}

/* ---- the cable to the client -------------------------------------------------------------------
 */

static void queue(struct fake_tftp *fake, uint16_t client_port, const uint8_t address[4],
                  uint16_t port, const uint8_t *bytes, uint16_t size, uint64_t delay_us)
{
    for (unsigned i = 0; i < FAKE_PACKETS; i++) {
        struct fake_packet *packet = &fake->packets[i];

        if (packet->used)
            continue;
        packet->used = true;
        packet->arrival_us = fake->now_us + fake->latency_us + delay_us;
        packet->order = fake->order++;
        packet->client_port = client_port;
        packet->port = port;
        packet->size = size;
        memcpy(packet->address, address, 4);
        memcpy(packet->bytes, bytes, size);
        fake->queued++;
        return;
    }
}

/* What may stand between the server and the client. */
static void send_to_client(struct fake_tftp *fake, uint16_t client_port, uint16_t port,
                           const uint8_t *bytes, uint16_t size)
{
    uint64_t delay_us = fake->stall_us;
    uint8_t noise[64], other[FAKE_PACKET_MAX];

    fake->packets_out++;
    if (happens(fake, fake->garbage)) {
        for (unsigned i = 0; i < sizeof noise; i++)
            noise[i] = (uint8_t)random_next(fake);
        /* Not an ERROR of the server: nobody could tell that from a real one. */
        noise[0] |= 0x80;
        queue(fake, client_port, fake->address, port, noise, random_next(fake) % sizeof noise, 0);
    }
    if (happens(fake, fake->foreign)) {
        /* Other bytes from another host, at once. */
        memcpy(other, bytes, size);
        other[size - 1] ^= 1;
        queue(fake, client_port, stranger, port, other, size, 0);
    }
    if (happens(fake, fake->loss))
        return;
    if (happens(fake, fake->cut) && size > 4)
        queue(fake, client_port, fake->address, port, bytes, 3, delay_us);
    if (happens(fake, fake->late))
        delay_us += random_next(fake) % 3000000;
    queue(fake, client_port, fake->address, port, bytes, size, delay_us);
    /* The same from another port. The first answer to a request is believed whatever its port is,
     * so that one is the server's. */
    if (happens(fake, fake->foreign))
        queue(fake, client_port, fake->address, (uint16_t)(port ^ 0x4000), bytes, size, delay_us);
    if (happens(fake, fake->twice))
        queue(fake, client_port, fake->address, port, bytes, size,
              delay_us + random_next(fake) % 700000);
}

/* Files grow by little blocks: their memory by much at once. */
static void make_room(struct fake_file *file, uint32_t size)
{
    if (file->bytes && size <= file->room)
        return;
    file->room = size * 2 + 1;
    file->bytes = realloc(file->bytes, file->room);
    if (!file->bytes)
        abort();
}

/* ---- the server --------------------------------------------------------------------------------
 */

static void send_error(struct fake_tftp *fake, uint16_t client_port, uint16_t tid, uint16_t code,
                       const char *words)
{
    uint8_t packet[200] = {0, ERROR, (uint8_t)(code >> 8), (uint8_t)code};

    snprintf((char *)packet + 4, sizeof packet - 4, "%s", words);
    send_to_client(fake, client_port, tid, packet, (uint16_t)(4 + strlen(words) + 1));
}

static void send_packet(struct fake_tftp *fake, struct fake_session *session)
{
    session->repeat_us = fake->now_us + session->interval_us;
    if (session->writing && session->finished && fake->loses_last_ack)
        return;
    send_to_client(fake, session->client_port, session->tid, session->packet, session->packet_size);
}

static void send_data(struct fake_tftp *fake, struct fake_session *session)
{
    uint64_t left = session->file->size - session->position;
    uint32_t length = left < session->block_size ? (uint32_t)left : session->block_size;

    session->last = length < session->block_size;
    session->packet[0] = 0;
    session->packet[1] = DATA;
    session->packet[2] = (uint8_t)(session->block >> 8);
    session->packet[3] = (uint8_t)session->block;
    if (length)
        memcpy(session->packet + 4, session->file->bytes + session->position, length);
    session->packet_size = (uint16_t)(4 + length);
    if (!session->last && happens(fake, fake->longer))
        /* More than the block size that was agreed to, before the right one. */
        queue(fake, session->client_port, fake->address, session->tid, session->packet,
              session->packet_size + 1, 0);
    session->repeats = 0;
    send_packet(fake, session);
}

static void send_ack(struct fake_tftp *fake, struct fake_session *session)
{
    const uint8_t packet[4] = {0, ACK, (uint8_t)(session->block >> 8), (uint8_t)session->block};

    memcpy(session->packet, packet, sizeof packet);
    session->packet_size = sizeof packet;
    session->repeats = 0;
    send_packet(fake, session);
}

static uint16_t new_tid(struct fake_tftp *fake)
{
    return fake->single_port ? fake->port : fake->next_tid++;
}

static struct fake_session *new_session(struct fake_tftp *fake, uint16_t client_port)
{
    struct fake_session *oldest = &fake->sessions[0];

    for (unsigned i = 0; i < FAKE_SESSIONS; i++) {
        if (!fake->sessions[i].used) {
            oldest = &fake->sessions[i];
            break;
        }
        if (fake->sessions[i].tid < oldest->tid)
            oldest = &fake->sessions[i];
    }
    *oldest = (struct fake_session){.used = true,
                                    .client_port = client_port,
                                    .tid = new_tid(fake),
                                    .block_size = 512,
                                    .interval_us = 2000000};
    return oldest;
}

/* The strings of a request; false when they are not as the RFC wants them. */
static bool words_of(const uint8_t *bytes, uint16_t size, const char *words[], unsigned *count)
{
    *count = 0;
    for (uint16_t i = 2; i < size;) {
        const uint8_t *end = memchr(bytes + i, 0, size - i);

        if (!end || *count >= 16)
            return false;
        words[(*count)++] = (const char *)bytes + i;
        i = (uint16_t)(end - bytes + 1);
    }
    return *count >= 2 && *count % 2 == 0 && strcasecmp(words[1], "octet") == 0;
}

/* Makes the OACK of the options that this server knows. Its size, 0 = none is known. */
static uint16_t agree(struct fake_tftp *fake, struct fake_session *session,
                      const char *const words[], unsigned count, uint8_t *answer)
{
    uint16_t size = 2;

    if (fake->options && count > 2) {
        memcpy(answer, fake->options, fake->options_size);
        return fake->options_size;
    }
    answer[0] = 0;
    answer[1] = OACK;
    for (unsigned i = 2; i < count; i += 2) {
        long value = atol(words[i + 1]);

        if (strcasecmp(words[i], "blksize") == 0 && !fake->no_blksize) {
            if (fake->blksize && value > (long)fake->blksize)
                value = fake->blksize;
            session->block_size = (uint32_t)value;
        } else if (strcasecmp(words[i], "tsize") == 0 && !fake->no_tsize) {
            if (!session->writing)
                value = (long)session->file->size + fake->tsize_lie;
        } else if (strcasecmp(words[i], "timeout") == 0) {
            session->interval_us = (uint64_t)value * 1000000;
        } else {
            continue;
        }
        size = (uint16_t)(size + 1 + sprintf((char *)answer + size, "%s", words[i]));
        size = (uint16_t)(size + 1 + sprintf((char *)answer + size, "%ld", value));
    }
    return size > 2 ? size : 0;
}

/* Whether the request may be granted; says no otherwise. */
static bool granted(struct fake_tftp *fake, uint16_t client_port, const char *name, bool writing,
                    bool options)
{
    struct fake_file *file = fake_tftp_find(fake, name);
    uint16_t tid = new_tid(fake);
    bool known = file && !(fake->reads_hidden && strstr(name, "upload/"));

    if (options && (fake->refuses_options || fake->option_error))
        send_error(fake, client_port, tid, fake->option_error ? fake->option_error : 8,
                   "no options here");
    else if (!writing && (fake->reads_refused || (file && file->unreadable)))
        send_error(fake, client_port, tid, 2, "Access violation");
    else if (!writing && !known)
        send_error(fake, client_port, tid, fake->missing_error ? fake->missing_error : 1,
                   "File not found");
    else if (writing && fake->no_upload_folder)
        send_error(fake, client_port, tid, 1, "No such folder");
    else if (writing && fake->writes_refused)
        send_error(fake, client_port, tid, 2, "Writes \x1B[31mare not\r\nallowed");
    else if (writing && file && fake->no_overwriting)
        send_error(fake, client_port, tid, 6, "File already exists");
    else
        return true;
    return false;
}

static void take_request(struct fake_tftp *fake, uint16_t client_port, const uint8_t *bytes,
                         uint16_t size)
{
    const char *words[16];
    unsigned count;
    bool writing = bytes[1] == WRQ;
    struct fake_session *session;

    fake->requests++;
    fake->last_local = client_port;
    if (!words_of(bytes, size, words, &count)) {
        send_error(fake, client_port, new_tid(fake), 4, "illegal request");
        return;
    }
    if (fake->knows_no_options)
        count = 2;
    if (!granted(fake, client_port, words[0], writing, count > 2))
        return;
    session = new_session(fake, client_port);
    session->writing = writing;
    session->file =
        writing ? fake_tftp_file(fake, words[0], "", 0) : fake_tftp_find(fake, words[0]);
    session->packet_size = agree(fake, session, words, count, session->packet);
    if (session->packet_size) {
        send_packet(fake, session);
    } else if (writing) {
        send_ack(fake, session);
    } else {
        session->block = 1;
        send_data(fake, session);
    }
}

static void take_ack(struct fake_tftp *fake, struct fake_session *session, uint16_t block)
{
    if (session->writing)
        return;
    if (block != session->block) {
        if (fake->sorcerer && block == (uint16_t)(session->block - 1) && session->block != 1)
            send_packet(fake, session);
        return;
    }
    if (session->packet[1] == DATA) {
        if (session->last) {
            session->used = false;
            return;
        }
        session->position += session->block_size;
    }
    session->block++;
    send_data(fake, session);
}

static void take_data(struct fake_tftp *fake, struct fake_session *session, uint16_t block,
                      const uint8_t *bytes, uint32_t size)
{
    struct fake_file *file = session->file;

    if (!session->writing || size > session->block_size)
        return;
    if (block == session->block) { /* our acknowledgement was lost */
        send_packet(fake, session);
        return;
    }
    if (block != (uint16_t)(session->block + 1) || session->finished)
        return;
    if (fake->room && file->size + size > fake->room) {
        send_error(fake, session->client_port, session->tid, 3, "Disk full");
        session->used = false;
        return;
    }
    make_room(file, file->size + size);
    memcpy(file->bytes + file->size, bytes, size);
    file->size += size;
    if (fake->keeps_wrong && size)
        file->bytes[file->size - 1] ^= 4;
    session->block = block;
    session->finished = size < session->block_size;
    if (session->finished && fake->keeps_more) {
        file->size += (uint32_t)fake->keeps_more;
        make_room(file, file->size);
    }
    send_ack(fake, session);
}

static struct fake_session *find_session(struct fake_tftp *fake, uint16_t client_port, uint16_t tid)
{
    for (unsigned i = 0; i < FAKE_SESSIONS; i++) {
        struct fake_session *session = &fake->sessions[i];

        if (session->used && session->client_port == client_port && session->tid == tid)
            return session;
    }
    return NULL;
}

static void arrive(struct fake_tftp *fake, uint16_t client_port, uint16_t port,
                   const uint8_t *bytes, uint16_t size)
{
    struct fake_session *session = find_session(fake, client_port, port);
    uint16_t number = size >= 4 ? (uint16_t)(bytes[2] << 8 | bytes[3]) : 0;

    if (size < 4 || bytes[0] != 0)
        return;
    if (bytes[1] == ERROR) {
        fake->errors_in++;
        fake->last_error_in = number;
        fake->wrong_tid_errors += number == 5;
        if (session)
            session->used = false;
    } else if (port == fake->port && (bytes[1] == RRQ || bytes[1] == WRQ)) {
        take_request(fake, client_port, bytes, size);
    } else if (!session) {
        if (port != fake->port)
            send_error(fake, client_port, port, 5, "Unknown transfer ID");
    } else if (bytes[1] == ACK) {
        take_ack(fake, session, number);
    } else if (bytes[1] == DATA) {
        take_data(fake, session, number, bytes + 4, size - 4u);
    }
}

/* Packets that nobody acknowledged are sent again. */
static void repeat(struct fake_tftp *fake)
{
    for (unsigned i = 0; i < FAKE_SESSIONS; i++) {
        struct fake_session *session = &fake->sessions[i];

        if (!session->used || session->finished || fake->stall_us ||
            fake->now_us < session->repeat_us)
            continue;
        if (++session->repeats > REPEATS)
            session->used = false;
        else
            send_packet(fake, session);
    }
}

/* ---- the client's card -------------------------------------------------------------------------
 */

static bool is_dead(const struct fake_tftp *fake)
{
    return fake->silent || (fake->dies_after && fake->packets_in > fake->dies_after);
}

static err_t card_send(void *context, uint16_t from, const uint8_t address[4], uint16_t port,
                       const void *bytes, uint16_t size)
{
    struct fake_tftp *fake = context;
    uint8_t copy[NETWORK_PAYLOAD_MAX];

    if (size > NETWORK_PAYLOAD_MAX)
        abort();
    if (fake->send_error)
        return fake->send_error;
    fake->packets_in++;
    if (memcmp(address, fake->address, 4) != 0 || is_dead(fake) || happens(fake, fake->loss))
        return 0;
    memcpy(copy, bytes, size);
    arrive(fake, from, port, copy, size);
    if (happens(fake, fake->twice))
        arrive(fake, from, port, copy, size);
    return 0;
}

/* The packet for this port that has been on its way longest. */
static struct fake_packet *first_packet(struct fake_tftp *fake, uint16_t to)
{
    struct fake_packet *first = NULL;

    for (unsigned i = 0; fake->queued && i < FAKE_PACKETS; i++) {
        struct fake_packet *packet = &fake->packets[i];

        if (packet->used && packet->client_port == to && packet->arrival_us <= fake->now_us &&
            (!first || packet->arrival_us < first->arrival_us ||
             (packet->arrival_us == first->arrival_us && packet->order < first->order)))
            first = packet;
    }
    return first;
}

static err_t card_receive(void *context, uint16_t to, uint8_t address[4], uint16_t *port,
                          void *bytes, uint16_t limit, uint16_t *size)
{
    struct fake_tftp *fake = context;
    struct fake_packet *packet;

    for (unsigned waited = 0; waited < RECEIVE_US; waited += 500) {
        if (fake->receive_error)
            break;
        if (!is_dead(fake))
            repeat(fake);
        packet = first_packet(fake, to);
        if (packet) {
            memcpy(address, packet->address, 4);
            *port = packet->port;
            *size = packet->size < limit ? packet->size : limit;
            memcpy(bytes, packet->bytes, *size);
            packet->used = false;
            fake->queued--;
            fake->now_us += 10;
            return 0;
        }
        fake->now_us += 500;
    }
    if (fake->receive_error) {
        fake->now_us += 1000;
        return fake->receive_error;
    }
    return ERR(ERR_TIMEOUT);
}

static uint64_t clock_us(void *context)
{
    struct fake_tftp *fake = context;

    return fake->now_us += 1;
}

/* ---- for the test ------------------------------------------------------------------------------
 */

void fake_tftp_open(struct fake_tftp *fake)
{
    static const uint8_t mac[6] = {0x52, 0x54, 0x00, 0x12, 0x34, 0x56};
    static const uint8_t client[4] = {192, 168, 10, 5}, server[4] = {192, 168, 10, 1};

    memset(fake, 0, sizeof *fake);
    memcpy(fake->address, server, 4);
    fake->port = 69;
    fake->next_tid = 1024;
    fake->latency_us = 300;
    fake->network.context = fake;
    memcpy(fake->network.mac, mac, 6);
    memcpy(fake->network.address, client, 4);
    memcpy(fake->network.server, server, 4);
    strcpy(fake->network.boot_file, "oddrescue/pxelinux.0");
    fake->network.send = card_send;
    fake->network.receive = card_receive;
    fake->platform.context = fake;
    fake->platform.now_us = clock_us;
}

void fake_tftp_close(struct fake_tftp *fake)
{
    for (unsigned i = 0; i < FAKE_FILES; i++)
        free(fake->files[i].bytes);
}

struct fake_file *fake_tftp_find(struct fake_tftp *fake, const char *name)
{
    for (unsigned i = 0; i < FAKE_FILES; i++) {
        if (fake->files[i].name[0] && strcmp(fake->files[i].name, name) == 0)
            return &fake->files[i];
    }
    return NULL;
}

struct fake_file *fake_tftp_file(struct fake_tftp *fake, const char *name, const void *bytes,
                                 uint32_t size)
{
    struct fake_file *file = fake_tftp_find(fake, name);

    for (unsigned i = 0; !file && i < FAKE_FILES; i++) {
        if (!fake->files[i].name[0])
            file = &fake->files[i];
    }
    if (!file)
        abort();
    snprintf(file->name, sizeof file->name, "%s", name);
    make_room(file, size);
    memcpy(file->bytes, bytes, size);
    file->size = size;
    return file;
}

struct fake_file *fake_tftp_text(struct fake_tftp *fake, const char *name, const char *text)
{
    return fake_tftp_file(fake, name, text, (uint32_t)strlen(text));
}

bool fake_tftp_holds(struct fake_tftp *fake, const char *name, const void *bytes, uint32_t size)
{
    const struct fake_file *file = fake_tftp_find(fake, name);

    return file && file->size == size && memcmp(file->bytes, bytes, size) == 0;
}

unsigned fake_tftp_count(struct fake_tftp *fake, const char *start)
{
    unsigned count = 0;

    for (unsigned i = 0; i < FAKE_FILES; i++)
        count += fake->files[i].name[0] && strncmp(fake->files[i].name, start, strlen(start)) == 0;
    return count;
}
