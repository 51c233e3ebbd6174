/*
 * TFTP: files from and to a server, over the network card's UDP (kernel/network.h).
 *
 * RFC 1350 (the protocol, "octet" mode) with the options of RFC 2347 (negotiation), RFC 2348
 * (blksize) and RFC 2349 (timeout, tsize). A server that refuses options or answers them with
 * something else than it was asked for is asked again without, and from then on at once.
 *
 * Every transfer has its own port on our side. A packet is sent TFTP_SENDS times at most, with a
 * growing wait after each (0.5, 1, 2, 4, 4, 4 seconds); so a server that says nothing is given up
 * after TFTP_SILENCE_MS. However slow a server is, a transfer ends after TFTP_TRANSFER_MS and what
 * the network's last send and receive take.
 */
#ifndef KERNEL_TFTP_H
#define KERNEL_TFTP_H

#include <stdbool.h>
#include <stdint.h>

#include "kernel/error.h"
#include "kernel/network.h"

enum {
    TFTP_PORT = 69,
    TFTP_NAME_MAX = 255,   /* of a file on the server */
    TFTP_BLOCK_MAX = 1408, /* what is asked for: fits Ethernet, and tunnels through it */
    TFTP_BLOCK_MIN = 8,    /* RFC 2348 */
    TFTP_BLOCK = 512,      /* without options */
    TFTP_SENDS = 6,
    TFTP_SILENCE_MS = 15500,
    TFTP_TRANSFER_MS = 600000,
    TFTP_SAID_MAX = 79
};

#define TFTP_SIZE_UNKNOWN UINT32_MAX

/* Who is asked, and what was learned of it. */
struct tftp_server {
    uint8_t address[4];
    uint16_t port;   /* TFTP_PORT */
    bool no_options; /* refused them: is not asked for any */
};

/* Our side. The caller fills what stands before `next_port` and keeps the rest as it is: zeros
 * before the first transfer. */
struct tftp {
    struct network *network;
    uint64_t (*now_us)(void *context);
    void *clock_context;
    /* Called many times in a second; false ends the transfer with ERR_ABORTED. May be NULL. */
    bool (*keep_waiting)(void *context);
    void *waiting_context;

    uint16_t next_port;
    uint16_t said_code;           /* number of the server's last ERROR packet */
    char said[TFTP_SAID_MAX + 1]; /* its words, printable ASCII; "" = there was none */
    uint16_t out_size, in_size;
    uint8_t out[TFTP_BLOCK_MAX + 4];
    uint8_t in[TFTP_BLOCK_MAX + 5]; /* one more, to see that a packet is too long */
};

/* Takes the next bytes of a file that is read; an error ends the transfer and is returned by it. */
typedef err_t tftp_take(void *context, const uint8_t *bytes, uint32_t size);

/*
 * The three transfers. `name` is the file on the server, TFTP_NAME_MAX bytes at most.
 *
 * Errors of all: ERR_NOT_FOUND (server's error 1), ERR_EXISTS (6), ERR_FULL (3),
 * ERR_SERVER_REFUSED (any other; tftp->said tells), ERR_NO_ANSWER (TFTP_SILENCE_MS without an
 * answer), ERR_TIMEOUT (TFTP_TRANSFER_MS are over), ERR_ABORTED, ERR_IO (the network card),
 * ERR_ARGUMENT (name).
 */

/*
 * Reads a whole file of `limit` bytes at most and gives it to `take` piece by piece, in order,
 * never a byte twice; `*size` gets how many bytes that were, after an error too. Errors:
 * ERR_TOO_BIG (before the first byte when the server tells sizes), ERR_UNSTABLE (the file is not
 * as long as the server said), those of `take`.
 */
err_t tftp_get(struct tftp *tftp, struct tftp_server *server, const char *name, uint32_t limit,
               tftp_take *take, void *context, uint32_t *size);

/* Asks how long a file is, without reading it. TFTP_SIZE_UNKNOWN: it is there, but the server does
 * not tell. */
err_t tftp_size(struct tftp *tftp, struct tftp_server *server, const char *name, uint32_t *size);

/*
 * Writes a whole file. Success: the server acknowledged every block; TFTP knows no better promise
 * (kernel/network_volume.h reads back). `*sent` tells after an error whether the last block had
 * been sent, so that the file may be complete on the server all the same.
 */
err_t tftp_put(struct tftp *tftp, struct tftp_server *server, const char *name, const void *bytes,
               uint32_t size, bool *sent);

#endif
