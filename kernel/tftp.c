/* TFTP. Section numbers are those of RFC 1350 where no other is named. */
#define ERROR_MODULE MODULE_TFTP

#include "kernel/tftp.h"

#include "kernel/lib/string.h"
#include "kernel/lib/text.h"

/* Section 5. */
enum opcode {
    OPCODE_READ = 1,
    OPCODE_WRITE = 2,
    OPCODE_DATA = 3,
    OPCODE_ACK = 4,
    OPCODE_ERROR = 5,
    OPCODE_OPTIONS = 6 /* RFC 2347: OACK */
};

/* Appendix, "Error Codes". */
enum error_code {
    CODE_SEE_TEXT = 0,
    CODE_NOT_FOUND = 1,
    CODE_FULL = 3,
    CODE_ILLEGAL = 4,
    CODE_UNKNOWN_TID = 5,
    CODE_EXISTS = 6,
    CODE_OPTIONS = 8 /* RFC 2347 */
};

enum {
    HEADER_SIZE = 4,
    FIRST_PORT = 49152, /* RFC 6335, 6: ports that nobody owns begin here */
    ERROR_PACKET_MAX = HEADER_SIZE + 24
};

/* How often a server shall repeat, in seconds (RFC 2349). */
#define REPEAT_SECONDS "1"

static const uint16_t wait_ms[TFTP_SENDS] = {500, 1000, 2000, 4000, 4000, 4000};

/* One transfer. */
struct transfer {
    struct tftp *tftp;
    struct tftp_server *server;
    uint16_t local; /* our port, section 4: TID */
    uint16_t peer;  /* the server's, 0 = it has not answered yet */
    bool reading;
    bool opening;        /* the request is not answered yet */
    uint16_t block;      /* whose DATA or ACK is awaited */
    uint16_t block_size; /* bytes */
    uint32_t total;      /* what the server said, or TFTP_SIZE_UNKNOWN */
    uint64_t end_us;
    err_t card_error; /* the last one of the network card */
};

/* What an arrived packet is for a transfer. */
enum meaning { MEANS_NOTHING, MEANS_NEXT, MEANS_ERROR };

static uint16_t big16(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

static void put_big16(uint8_t *bytes, unsigned value)
{
    bytes[0] = (uint8_t)(value >> 8);
    bytes[1] = (uint8_t)value;
}

static uint64_t now_us(const struct transfer *transfer)
{
    return transfer->tftp->now_us(transfer->tftp->clock_context);
}

static void send_to(struct transfer *transfer, uint16_t port, const void *bytes, uint16_t size)
{
    struct network *network = transfer->tftp->network;
    err_t error = network->send(network->context, transfer->local, transfer->server->address, port,
                                bytes, size);

    if (error)
        transfer->card_error = error; /* as good as lost: it is sent again */
}

/* Sends what is in tftp->out, for the first time or again. */
static void send_out(struct transfer *transfer)
{
    send_to(transfer, transfer->peer ? transfer->peer : transfer->server->port, transfer->tftp->out,
            transfer->tftp->out_size);
}

static void send_error(struct transfer *transfer, uint16_t port, enum error_code code,
                       const char *words)
{
    uint8_t packet[ERROR_PACKET_MAX];
    uint16_t size = (uint16_t)(strlen(words) + 1);

    put_big16(packet, OPCODE_ERROR);
    put_big16(packet + 2, code);
    memcpy(packet + HEADER_SIZE, words, size);
    send_to(transfer, port, packet, HEADER_SIZE + size);
}

/* Tells the server that we don't go on, and returns why. */
static err_t stop(struct transfer *transfer, err_t error)
{
    if (transfer->peer)
        send_error(transfer, transfer->peer, CODE_SEE_TEXT, "stopped by the client");
    return error;
}

/* Keeps the words of the server's ERROR packet, and makes an error of its number. */
static err_t server_error(struct tftp *tftp)
{
    const uint8_t *words = tftp->in + HEADER_SIZE;
    size_t length = 0;

    tftp->said_code = big16(tftp->in + 2);
    while (length < (size_t)(tftp->in_size - HEADER_SIZE) && words[length])
        length++;
    text_field(tftp->said, sizeof tftp->said, words, length);
    switch (tftp->said_code) {
    case CODE_NOT_FOUND:
        return ERR(ERR_NOT_FOUND);
    case CODE_FULL:
        return ERR(ERR_FULL);
    case CODE_EXISTS:
        return ERR(ERR_EXISTS);
    default:
        return ERR(ERR_SERVER_REFUSED);
    }
}

/*
 * An older packet that comes again is not answered: our own clock sends the answer again. Two sides
 * that answer all they see send everything twice from there on (RFC 1123, 4.2.3.1, "Sorcerer's
 * Apprentice").
 */
static enum meaning meaning_of(const struct transfer *transfer)
{
    const struct tftp *tftp = transfer->tftp;
    uint16_t data = transfer->reading ? OPCODE_DATA : OPCODE_ACK;

    if (tftp->in_size >= 2 && big16(tftp->in) == OPCODE_OPTIONS)
        return transfer->opening ? MEANS_NEXT : MEANS_NOTHING;
    if (tftp->in_size < HEADER_SIZE)
        return MEANS_NOTHING;
    if (big16(tftp->in) == OPCODE_ERROR)
        return MEANS_ERROR;
    if (big16(tftp->in) == data && big16(tftp->in + 2) == transfer->block &&
        tftp->in_size - HEADER_SIZE <= transfer->block_size)
        return MEANS_NEXT;
    return MEANS_NOTHING;
}

/* Takes a packet, if one came: what it is, coming from whom it comes. */
static enum meaning receive(struct transfer *transfer)
{
    struct tftp *tftp = transfer->tftp;
    struct network *network = tftp->network;
    uint8_t address[4];
    uint16_t port = 0, size = 0;
    enum meaning meaning;
    err_t error = network->receive(network->context, transfer->local, address, &port, tftp->in,
                                   sizeof tftp->in, &size);

    if (error) {
        if (error_class(error) != ERR_TIMEOUT)
            transfer->card_error = error;
        return MEANS_NOTHING;
    }
    tftp->in_size = size;
    if (size > sizeof tftp->in || memcmp(address, transfer->server->address, 4) != 0 || !port)
        return MEANS_NOTHING;
    meaning = meaning_of(transfer);
    if (!transfer->peer && meaning != MEANS_NOTHING)
        transfer->peer = port;
    if (port == transfer->peer)
        return meaning;
    /* Section 4: somebody else's packet is told so, and the transfer goes on. */
    if (transfer->peer && meaning != MEANS_ERROR)
        send_error(transfer, port, CODE_UNKNOWN_TID, "unknown transfer");
    return MEANS_NOTHING;
}

/* Waits for the next packet until a time. ERR_TIMEOUT. */
static err_t await(struct transfer *transfer, uint64_t until_us)
{
    struct tftp *tftp = transfer->tftp;

    do {
        if (tftp->keep_waiting && !tftp->keep_waiting(tftp->waiting_context))
            return stop(transfer, ERR(ERR_ABORTED));
        switch (receive(transfer)) {
        case MEANS_NEXT:
            return 0;
        case MEANS_ERROR:
            return server_error(tftp);
        case MEANS_NOTHING:
            break;
        }
    } while (now_us(transfer) < until_us);
    return ERR(ERR_TIMEOUT);
}

/* Sends tftp->out until the server's next packet is in tftp->in. */
static err_t exchange(struct transfer *transfer)
{
    for (unsigned i = 0; i < TFTP_SENDS; i++) {
        uint64_t start_us = now_us(transfer);
        uint64_t until_us = start_us + wait_ms[i] * 1000u;
        err_t error;

        if (start_us >= transfer->end_us)
            return stop(transfer, ERR(ERR_TIMEOUT));
        send_out(transfer);
        error = await(transfer, until_us < transfer->end_us ? until_us : transfer->end_us);
        if (error_class(error) != ERR_TIMEOUT)
            return error;
    }
    return stop(transfer, transfer->card_error ? transfer->card_error : ERR(ERR_NO_ANSWER));
}

/* One NUL-terminated string of a request. */
static void add_word(struct tftp *tftp, const char *word)
{
    size_t size = strlen(word) + 1;

    memcpy(tftp->out + tftp->out_size, word, size);
    tftp->out_size = (uint16_t)(tftp->out_size + size);
}

static void make_request(struct transfer *transfer, const char *name, uint32_t size)
{
    struct tftp *tftp = transfer->tftp;
    char number[12];

    put_big16(tftp->out, transfer->reading ? OPCODE_READ : OPCODE_WRITE);
    tftp->out_size = 2;
    add_word(tftp, name);
    add_word(tftp, "octet");
    if (transfer->server->no_options)
        return;
    add_word(tftp, "blksize");
    text_format(number, sizeof number, "%u", (unsigned)TFTP_BLOCK_MAX);
    add_word(tftp, number);
    add_word(tftp, "tsize");
    text_format(number, sizeof number, "%u", (unsigned)size);
    add_word(tftp, number);
    add_word(tftp, "timeout");
    add_word(tftp, REPEAT_SECONDS);
}

/* One option of the server's answer. False: not asked for, or not as it was asked for. */
static bool take_option(struct transfer *transfer, const char *name, const char *value)
{
    uint32_t number;
    const char *end;

    if (transfer->server->no_options || !text_number(value, &number, &end) || *end)
        return false;
    if (text_equal_ignoring_case(name, "blksize")) {
        transfer->block_size = (uint16_t)number;
        return number >= TFTP_BLOCK_MIN && number <= TFTP_BLOCK_MAX;
    }
    if (text_equal_ignoring_case(name, "tsize")) {
        transfer->total = number;
        return true;
    }
    return text_equal_ignoring_case(name, "timeout") && strcmp(value, REPEAT_SECONDS) == 0;
}

/* The string at `*place` of the packet, and moves behind it. NULL: it does not end. */
static const char *next_word(const struct tftp *tftp, unsigned *place)
{
    const char *word = (const char *)tftp->in + *place;

    for (unsigned i = *place; i < tftp->in_size; i++) {
        if (!tftp->in[i]) {
            *place = i + 1;
            return word;
        }
    }
    return NULL;
}

static bool take_options(struct transfer *transfer)
{
    unsigned place = 2;

    while (place < transfer->tftp->in_size) {
        const char *name = next_word(transfer->tftp, &place);
        const char *value = name ? next_word(transfer->tftp, &place) : NULL;

        if (!value || !take_option(transfer, name, value))
            return false;
    }
    return true;
}

static bool got_options(const struct tftp *tftp)
{
    return big16(tftp->in) == OPCODE_OPTIONS;
}

/* A port that no older packet can be for: each transfer has its own (section 4). */
static uint16_t new_port(struct tftp *tftp)
{
    if (tftp->next_port < FIRST_PORT)
        tftp->next_port =
            (uint16_t)(FIRST_PORT + (tftp->now_us(tftp->clock_context) >> 4 & 0x3FFF));
    return tftp->next_port++;
}

/* Sends the request once; tftp->in is the answer. `*bad_options`: it may help to ask without. */
static err_t ask(struct transfer *transfer, const char *name, uint32_t size, bool *bad_options)
{
    struct tftp *tftp = transfer->tftp;
    err_t error;

    transfer->local = new_port(tftp);
    transfer->peer = 0;
    transfer->opening = true;
    transfer->block = transfer->reading ? 1 : 0;
    transfer->block_size = TFTP_BLOCK;
    transfer->total = TFTP_SIZE_UNKNOWN;
    transfer->card_error = 0;
    tftp->said[0] = '\0';
    tftp->said_code = 0;
    make_request(transfer, name, size);
    error = exchange(transfer);
    *bad_options = error_class(error) == ERR_SERVER_REFUSED &&
                   (tftp->said_code == CODE_OPTIONS || tftp->said_code == CODE_SEE_TEXT ||
                    tftp->said_code == CODE_ILLEGAL);
    if (!error && got_options(tftp) && !take_options(transfer)) {
        send_error(transfer, transfer->peer, CODE_OPTIONS, "not what was asked for");
        *bad_options = true;
        error = ERR(ERR_SERVER_REFUSED);
    }
    transfer->opening = false;
    return error;
}

/* Opens a transfer: the server's first answer is in tftp->in. */
static err_t open_transfer(struct transfer *transfer, const char *name, uint32_t size)
{
    bool bad_options;
    size_t length = strlen(name);
    err_t error;

    if (length == 0 || length > TFTP_NAME_MAX)
        return ERR(ERR_ARGUMENT);
    transfer->end_us = now_us(transfer) + TFTP_TRANSFER_MS * (uint64_t)1000;
    error = ask(transfer, name, size, &bad_options);
    if (!error || !bad_options || transfer->server->no_options)
        return error;
    transfer->server->no_options = true;
    error = ask(transfer, name, size, &bad_options);
    /* It was not the options, so they may be asked for again. */
    if (error)
        transfer->server->no_options = false;
    return error;
}

static void make_ack(struct transfer *transfer, uint16_t block)
{
    put_big16(transfer->tftp->out, OPCODE_ACK);
    put_big16(transfer->tftp->out + 2, block);
    transfer->tftp->out_size = HEADER_SIZE;
}

/* Takes the block that is in tftp->in; `*last` when it is the file's last. */
static err_t take_block(struct transfer *transfer, uint32_t limit, tftp_take *take, void *context,
                        uint32_t *size, bool *last)
{
    struct tftp *tftp = transfer->tftp;
    uint32_t length = (uint32_t)tftp->in_size - HEADER_SIZE;
    err_t error;

    if (length > limit - *size)
        return stop(transfer, ERR(ERR_TOO_BIG));
    error = take(context, tftp->in + HEADER_SIZE, length);
    if (error)
        return stop(transfer, error);
    *size += length;
    *last = length < transfer->block_size;
    make_ack(transfer, transfer->block++);
    return 0;
}

err_t tftp_get(struct tftp *tftp, struct tftp_server *server, const char *name, uint32_t limit,
               tftp_take *take, void *context, uint32_t *size)
{
    struct transfer transfer = {.tftp = tftp, .server = server, .reading = true};
    bool last = false;
    err_t error = open_transfer(&transfer, name, 0);

    *size = 0;
    if (error)
        return error;
    if (transfer.total != TFTP_SIZE_UNKNOWN && transfer.total > limit)
        return stop(&transfer, ERR(ERR_TOO_BIG));
    if (got_options(tftp)) {
        make_ack(&transfer, 0); /* RFC 2347: that is how options are agreed to */
        error = exchange(&transfer);
    }
    while (!error) {
        error = take_block(&transfer, limit, take, context, size, &last);
        if (error || last)
            break;
        error = exchange(&transfer);
    }
    if (error)
        return error;
    send_out(&transfer);
    if (transfer.total != TFTP_SIZE_UNKNOWN && transfer.total != *size)
        return ERR(ERR_UNSTABLE);
    return 0;
}

err_t tftp_size(struct tftp *tftp, struct tftp_server *server, const char *name, uint32_t *size)
{
    struct transfer transfer = {.tftp = tftp, .server = server, .reading = true};
    err_t error = open_transfer(&transfer, name, 0);

    *size = TFTP_SIZE_UNKNOWN;
    if (error)
        return error;
    if (got_options(tftp)) {
        *size = transfer.total;
    } else if (tftp->in_size - HEADER_SIZE < TFTP_BLOCK) {
        *size = (uint32_t)tftp->in_size - HEADER_SIZE;
        make_ack(&transfer, 1);
        send_out(&transfer);
        return 0;
    }
    return stop(&transfer, 0);
}

err_t tftp_put(struct tftp *tftp, struct tftp_server *server, const char *name, const void *bytes,
               uint32_t size, bool *sent)
{
    struct transfer transfer = {.tftp = tftp, .server = server};
    const uint8_t *place = bytes;
    uint32_t left = size;
    err_t error = open_transfer(&transfer, name, size);

    *sent = false;
    while (!error && !*sent) {
        uint16_t length = left < transfer.block_size ? (uint16_t)left : transfer.block_size;

        put_big16(tftp->out, OPCODE_DATA);
        put_big16(tftp->out + 2, ++transfer.block);
        if (length) /* an empty file may have no bytes at all */
            memcpy(tftp->out + HEADER_SIZE, place, length);
        tftp->out_size = (uint16_t)(HEADER_SIZE + length);
        place += length;
        left -= length;
        *sent = length < transfer.block_size;
        error = exchange(&transfer);
    }
    return error;
}
