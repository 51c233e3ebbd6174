/*
 * The socket between QEMU's x-pci-proxy-dev and a device that lives in another process.
 *
 * QEMU 7.2 sends messages of the form
 *     int32 command, 4 bytes padding, uint64 payload size, payload
 * in the host's byte order, over a stream socket (hw/remote/mpqemu-link.c and docs/system/
 * multi-process.rst of QEMU describe it). Memory tables and interrupt descriptors travel as file
 * descriptors beside a message; a device that neither does DMA nor raises interrupts only closes
 * them. All other commands wait for an answer.
 */
#ifndef TESTS_DRIVE_BRIDGE_LINK_H
#define TESTS_DRIVE_BRIDGE_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum bridge_command {
    BRIDGE_SYNC_SYSMEM, /* where the guest's memory is: no answer */
    BRIDGE_RET,         /* the answer itself */
    BRIDGE_CONFIG_WRITE,
    BRIDGE_CONFIG_READ,
    BRIDGE_BAR_WRITE,
    BRIDGE_BAR_READ,
    BRIDGE_SET_IRQFD, /* interrupt descriptors: no answer */
    BRIDGE_DEVICE_RESET
};

struct bridge_message {
    enum bridge_command command;
    uint64_t address; /* configuration register, or absolute port */
    uint64_t value;   /* of writes */
    uint32_t size;    /* bytes: 1, 2, 4 or 8 */
};

enum { BRIDGE_BUFFER_SIZE = 1024 };

struct bridge_link {
    int fd;
    uint8_t buffer[BRIDGE_BUFFER_SIZE];
    size_t used;
    const char *error; /* why the last BRIDGE_LINK_BAD came */
};

enum bridge_link_state {
    BRIDGE_LINK_MESSAGE, /* `message` was filled */
    BRIDGE_LINK_NOTHING, /* nothing complete has arrived yet */
    BRIDGE_LINK_CLOSED,  /* QEMU has gone */
    BRIDGE_LINK_BAD      /* not a message of this protocol, or the socket failed: link->error */
};

/* Takes over QEMU's socket. `patience_us` is how long bridge_link_receive() waits. */
void bridge_link_open(struct bridge_link *link, int fd, uint32_t patience_us);

/*
 * Takes the next message, or returns BRIDGE_LINK_NOTHING when none came within the link's patience.
 * It sleeps in the very call that receives: whoever asks first whether a message is there pays for
 * two calls more per port access. File descriptors received are closed.
 */
enum bridge_link_state bridge_link_receive(struct bridge_link *link,
                                           struct bridge_message *message);

/* Whether QEMU waits for bridge_link_answer() after this command. */
bool bridge_link_wants_answer(enum bridge_command command);

/* Answers the last message. Returns false when QEMU has gone. */
bool bridge_link_answer(struct bridge_link *link, uint64_t value);

#endif
