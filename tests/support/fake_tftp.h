/*
 * A TFTP server and the network to it, for tests: written from RFC 1350, 2347, 2348 and 2349, not
 * from the client. Time is virtual: it passes while the client waits for packets. Everything that
 * can go wrong is chosen by rate and seed, or by a switch.
 */
#ifndef TESTS_SUPPORT_FAKE_TFTP_H
#define TESTS_SUPPORT_FAKE_TFTP_H

#include <stdbool.h>
#include <stdint.h>

#include "boot/platform.h"
#include "kernel/network.h"

enum { FAKE_FILES = 64, FAKE_SESSIONS = 16, FAKE_PACKETS = 256, FAKE_PACKET_MAX = 1500 };

struct fake_file {
    char name[256]; /* "" = none */
    uint8_t *bytes;
    uint32_t size, room; /* bytes */
    bool unreadable;
};

/* One transfer, as the server sees it. */
struct fake_session {
    bool used, writing, finished;
    uint16_t client_port, tid;
    struct fake_file *file;
    uint16_t block; /* last one sent, or last one taken */
    uint32_t block_size;
    uint64_t position; /* of the block that was sent */
    bool last;         /* the block that was sent is the last */
    uint8_t packet[FAKE_PACKET_MAX];
    uint16_t packet_size; /* to be sent again */
    uint64_t repeat_us, interval_us;
    unsigned repeats;
};

struct fake_packet {
    bool used;
    uint64_t arrival_us;
    uint64_t order;
    uint16_t client_port, port;
    uint8_t address[4];
    uint8_t bytes[FAKE_PACKET_MAX];
    uint16_t size;
};

struct fake_tftp {
    struct network network;   /* to be given to the product; address 192.168.10.5 */
    struct platform platform; /* gives the virtual time, nothing else */
    uint64_t now_us;
    uint32_t latency_us;

    struct fake_file files[FAKE_FILES];
    struct fake_session sessions[FAKE_SESSIONS];
    struct fake_packet packets[FAKE_PACKETS];
    unsigned queued; /* packets on their way */
    uint64_t order;
    uint16_t next_tid;

    /* What kind of server it is. */
    uint8_t address[4]; /* 192.168.10.1 */
    uint16_t port;
    bool silent;           /* says nothing at all */
    bool knows_no_options; /* as RFC 1350 alone: looks only at name and mode */
    bool refuses_options;  /* with error 8 */
    uint16_t option_error; /* refuses them with this number instead */
    bool no_tsize, no_blksize;
    uint32_t blksize;       /* largest that it agrees to; 0 = what is asked for */
    int32_t tsize_lie;      /* added to what is told */
    const uint8_t *options; /* answer to options, whatever is asked; NULL = a right one */
    uint16_t options_size;
    bool single_port;       /* answers from the port that it was asked at */
    uint16_t missing_error; /* says that a file is not there by this number; 0 = 1 */
    bool reads_refused;     /* error 2 */
    bool reads_hidden;      /* says of every file in upload/ that it is not there */
    bool writes_refused;    /* error 2 */
    bool no_upload_folder;  /* error 1 to writes */
    bool no_overwriting;    /* error 6 */
    uint32_t room;          /* bytes that a written file may have; error 3 */
    bool sorcerer;       /* answers every acknowledgement that it sees again with data (RFC 1123) */
    int keeps_more;      /* bytes that a written file has too many (or too few) */
    bool keeps_wrong;    /* turns a bit of what is written */
    bool loses_last_ack; /* the last acknowledgement of a written file is never sent */
    unsigned dies_after; /* packets of the client, after which it is silent; 0 = never */
    uint32_t stall_us;   /* waits that long before every packet */

    /* What the network does: of 1000 packets, in both directions. */
    uint32_t seed;
    unsigned loss, twice, late, cut, longer, garbage, foreign;
    err_t send_error, receive_error; /* of the card, for ever */

    /* What was seen. */
    unsigned requests, packets_in, packets_out, errors_in;
    uint16_t last_error_in; /* number of the client's last ERROR packet */
    uint16_t last_local;    /* the client's port of the last request */
    unsigned wrong_tid_errors;
};

/* A right server on a perfect network, without files. */
void fake_tftp_open(struct fake_tftp *fake);
void fake_tftp_close(struct fake_tftp *fake);

/* Puts a file on the server (replaces it); `bytes` is copied. */
struct fake_file *fake_tftp_file(struct fake_tftp *fake, const char *name, const void *bytes,
                                 uint32_t size);
struct fake_file *fake_tftp_text(struct fake_tftp *fake, const char *name, const char *text);

/* The file of that name, NULL = none. */
struct fake_file *fake_tftp_find(struct fake_tftp *fake, const char *name);

/* Whether the server holds exactly these bytes under that name. */
bool fake_tftp_holds(struct fake_tftp *fake, const char *name, const void *bytes, uint32_t size);

/* How many files begin with these letters. */
unsigned fake_tftp_count(struct fake_tftp *fake, const char *start);

#endif
