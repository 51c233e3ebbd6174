#include "tests/drive/bridge_link.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

enum { HEADER_SIZE = 16, HEADER_PAYLOAD_SIZE = 8, MESSAGE_FDS = 8 };

/* Payloads as QEMU lays them out; memcpy'd, so alignment in the buffer does not matter. */
struct config_payload {
    uint32_t address, value;
    int32_t size;
};

struct bar_payload {
    uint64_t address, value;
    uint32_t size;
    uint8_t memory; /* memory space instead of I/O space */
    uint8_t padding[3];
};

void bridge_link_open(struct bridge_link *link, int fd, uint32_t patience_us)
{
    memset(link, 0, sizeof *link);
    link->fd = fd;
    struct timeval patience = {.tv_sec = patience_us / 1000000, .tv_usec = patience_us % 1000000};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
}

static enum bridge_link_state bad(struct bridge_link *link, const char *error)
{
    link->error = error;
    return BRIDGE_LINK_BAD;
}

static void close_received(struct msghdr *header)
{
    for (struct cmsghdr *part = CMSG_FIRSTHDR(header); part; part = CMSG_NXTHDR(header, part)) {
        if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS)
            continue;
        size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < count; i++) {
            int fd;
            memcpy(&fd, CMSG_DATA(part) + i * sizeof fd, sizeof fd);
            close(fd);
        }
    }
}

/* Adds what has arrived to the buffer. */
static enum bridge_link_state fill(struct bridge_link *link)
{
    union {
        struct cmsghdr align;
        uint8_t bytes[CMSG_SPACE(MESSAGE_FDS * sizeof(int))];
    } control;
    struct iovec vector = {link->buffer + link->used, sizeof link->buffer - link->used};
    struct msghdr header = {.msg_iov = &vector,
                            .msg_iovlen = 1,
                            .msg_control = control.bytes,
                            .msg_controllen = sizeof control.bytes};
    ssize_t got = recvmsg(link->fd, &header, 0);
    if (got < 0) {
        if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
            return BRIDGE_LINK_NOTHING;
        return errno == ECONNRESET ? BRIDGE_LINK_CLOSED : bad(link, strerror(errno));
    }
    close_received(&header);
    if (header.msg_flags & MSG_CTRUNC)
        return bad(link, "more file descriptors than a message may carry");
    if (got == 0)
        return link->used ? bad(link, "the connection ended inside a message") : BRIDGE_LINK_CLOSED;
    link->used += (size_t)got;
    return BRIDGE_LINK_MESSAGE;
}

static enum bridge_link_state decode_config(struct bridge_link *link, const uint8_t *payload,
                                            uint64_t size, struct bridge_message *message)
{
    struct config_payload config;
    if (size != sizeof config)
        return bad(link, "a configuration access of an unknown layout");
    memcpy(&config, payload, sizeof config);
    if (config.size != 1 && config.size != 2 && config.size != 4)
        return bad(link, "a configuration access that is not 1, 2 or 4 bytes wide");
    if (config.address > 256 - (uint32_t)config.size)
        return bad(link, "a configuration access beyond 256 bytes");
    message->address = config.address;
    message->value = config.value;
    message->size = (uint32_t)config.size;
    return BRIDGE_LINK_MESSAGE;
}

static enum bridge_link_state decode_bar(struct bridge_link *link, const uint8_t *payload,
                                         uint64_t size, struct bridge_message *message)
{
    struct bar_payload bar;
    if (size != sizeof bar)
        return bad(link, "a port access of an unknown layout");
    memcpy(&bar, payload, sizeof bar);
    if (bar.memory)
        return bad(link, "a memory access, but the device has only ports");
    if (bar.size != 1 && bar.size != 2 && bar.size != 4 && bar.size != 8)
        return bad(link, "a port access that is not 1, 2, 4 or 8 bytes wide");
    message->address = bar.address;
    message->value = bar.value;
    message->size = bar.size;
    return BRIDGE_LINK_MESSAGE;
}

static enum bridge_link_state decode(struct bridge_link *link, int32_t command,
                                     const uint8_t *payload, uint64_t size,
                                     struct bridge_message *message)
{
    memset(message, 0, sizeof *message);
    message->command = (enum bridge_command)command;
    switch (command) {
    case BRIDGE_CONFIG_READ:
    case BRIDGE_CONFIG_WRITE:
        return decode_config(link, payload, size, message);
    case BRIDGE_BAR_READ:
    case BRIDGE_BAR_WRITE:
        return decode_bar(link, payload, size, message);
    case BRIDGE_SYNC_SYSMEM:
    case BRIDGE_SET_IRQFD:
    case BRIDGE_DEVICE_RESET:
        return BRIDGE_LINK_MESSAGE;
    default:
        return bad(link, "an unknown command");
    }
}

/* Takes one whole message out of the buffer. */
static enum bridge_link_state take(struct bridge_link *link, struct bridge_message *message)
{
    if (link->used < HEADER_SIZE)
        return BRIDGE_LINK_NOTHING;
    int32_t command;
    uint64_t size;
    memcpy(&command, link->buffer, sizeof command);
    memcpy(&size, link->buffer + HEADER_PAYLOAD_SIZE, sizeof size);
    if (size > sizeof link->buffer - HEADER_SIZE)
        return bad(link, "a message longer than any of this protocol");
    if (link->used < HEADER_SIZE + size)
        return BRIDGE_LINK_NOTHING;
    enum bridge_link_state state = decode(link, command, link->buffer + HEADER_SIZE, size, message);
    link->used -= HEADER_SIZE + size;
    memmove(link->buffer, link->buffer + HEADER_SIZE + size, link->used);
    return state;
}

enum bridge_link_state bridge_link_receive(struct bridge_link *link, struct bridge_message *message)
{
    enum bridge_link_state state = take(link, message);
    if (state != BRIDGE_LINK_NOTHING)
        return state;
    state = fill(link);
    return state == BRIDGE_LINK_MESSAGE ? take(link, message) : state;
}

bool bridge_link_wants_answer(enum bridge_command command)
{
    return command != BRIDGE_SYNC_SYSMEM && command != BRIDGE_SET_IRQFD && command != BRIDGE_RET;
}

bool bridge_link_answer(struct bridge_link *link, uint64_t value)
{
    uint8_t message[HEADER_SIZE + sizeof value] = {0};
    const int32_t command = BRIDGE_RET;
    const uint64_t size = sizeof value;
    memcpy(message, &command, sizeof command);
    memcpy(message + HEADER_PAYLOAD_SIZE, &size, sizeof size);
    memcpy(message + HEADER_SIZE, &value, sizeof value);
    for (size_t sent = 0; sent < sizeof message;) {
        ssize_t now = send(link->fd, message + sent, sizeof message - sent, MSG_NOSIGNAL);
        if (now < 0 && errno == EINTR)
            continue;
        if (now <= 0)
            return false;
        sent += (size_t)now;
    }
    return true;
}
