/* Reading DHCP packets. */
#include "kernel/dhcp.h"

#include "kernel/lib/string.h"

/* RFC 2131, figure 1. */
enum {
    AT_OPERATION = 0,
    AT_HARDWARE_TYPE = 1,
    AT_HARDWARE_LENGTH = 2,
    AT_YOUR_ADDRESS = 16,
    AT_CLIENT_ADDRESS = 12,
    AT_SERVER_ADDRESS = 20,
    AT_HARDWARE_ADDRESS = 28,
    AT_SERVER_NAME = 44,
    SERVER_NAME_SIZE = 64,
    AT_FILE = 108,
    FILE_SIZE = 128,
    AT_COOKIE = 236,
    AT_OPTIONS = 240,
    HEADER_SIZE = AT_COOKIE /* a BOOTP server may send no options */
};
enum { BOOT_REPLY = 2, ETHERNET = 1, ETHERNET_ADDRESS = 6 };

enum option {
    OPTION_PAD = 0,
    OPTION_MASK = 1,
    OPTION_ROUTER = 3,
    OPTION_OVERLOAD = 52,
    OPTION_SERVER_IDENTIFIER = 54,
    OPTION_TFTP_SERVER_NAME = 66,
    OPTION_BOOT_FILE = 67,
    OPTION_TFTP_SERVER_ADDRESS = 150,
    OPTION_END = 255
};

/* Which of the fields hold more options instead of names. */
enum { OVERLOAD_FILE = 1, OVERLOAD_SERVER_NAME = 2 };

/* A piece of the packet. */
struct bytes {
    const uint8_t *at;
    size_t size;
};

static const uint8_t magic_cookie[4] = {99, 130, 83, 99};

/* The first option `code` with at least `least` bytes in one field of options. */
static bool find_in(struct bytes field, enum option code, size_t least, struct bytes *found)
{
    size_t at = 0;

    while (at < field.size && field.at[at] != OPTION_END) {
        size_t length;

        if (field.at[at] == OPTION_PAD) {
            at++;
            continue;
        }
        if (field.size - at < 2)
            return false;
        length = field.at[at + 1];
        if (length > field.size - at - 2)
            return false;
        if (field.at[at] == code && length >= least) {
            *found = (struct bytes){field.at + at + 2, length};
            return true;
        }
        at += 2 + length;
    }
    return false;
}

static bool has_options(struct bytes packet)
{
    return packet.size >= AT_OPTIONS &&
           memcmp(packet.at + AT_COOKIE, magic_cookie, sizeof(magic_cookie)) == 0;
}

static unsigned overload(struct bytes packet)
{
    struct bytes found;

    if (!has_options(packet) ||
        !find_in((struct bytes){packet.at + AT_OPTIONS, packet.size - AT_OPTIONS}, OPTION_OVERLOAD,
                 1, &found))
        return 0;
    return found.at[0];
}

/* An option, wherever in the packet it stands (RFC 2131, 4.1: options, then `file`, `sname`). */
static bool find(struct bytes packet, enum option code, size_t least, struct bytes *found)
{
    unsigned more = overload(packet);

    if (!has_options(packet))
        return false;
    return find_in((struct bytes){packet.at + AT_OPTIONS, packet.size - AT_OPTIONS}, code, least,
                   found) ||
           ((more & OVERLOAD_FILE) != 0 &&
            find_in((struct bytes){packet.at + AT_FILE, FILE_SIZE}, code, least, found)) ||
           ((more & OVERLOAD_SERVER_NAME) != 0 &&
            find_in((struct bytes){packet.at + AT_SERVER_NAME, SERVER_NAME_SIZE}, code, least,
                    found));
}

static bool is_zero(const uint8_t address[4])
{
    return (address[0] | address[1] | address[2] | address[3]) == 0;
}

static bool take_address(uint8_t to[4], const uint8_t *from)
{
    if (is_zero(from))
        return false;
    memcpy(to, from, 4);
    return true;
}

static bool take_option(uint8_t to[4], struct bytes packet, enum option code)
{
    struct bytes found;

    return find(packet, code, 4, &found) && take_address(to, found.at);
}

/* "192.168.1.5" of exactly that form; a name would have to be asked of a name server. */
static bool read_dotted(uint8_t to[4], struct bytes text)
{
    uint8_t address[4];
    size_t at = 0;

    while (text.size > 0 && text.at[text.size - 1] == '\0')
        text.size--; /* some servers count the end of the string */
    for (unsigned part = 0; part < 4; part++) {
        unsigned value = 0;
        size_t first = at;

        while (at < text.size && at - first < 3 && text.at[at] >= '0' && text.at[at] <= '9')
            value = value * 10 + (unsigned)(text.at[at++] - '0');
        if (at == first || value > 255)
            return false;
        address[part] = (uint8_t)value;
        if (part < 3 && (at == text.size || text.at[at++] != '.'))
            return false;
    }
    return at == text.size && take_address(to, address);
}

/* siaddr; the options for it; at last the DHCP server itself, which often serves the files too. */
static void take_server(struct dhcp_lease *lease, struct bytes packet)
{
    struct bytes name;

    if (take_address(lease->server, packet.at + AT_SERVER_ADDRESS) ||
        (find(packet, OPTION_TFTP_SERVER_NAME, 1, &name) && read_dotted(lease->server, name)) ||
        take_option(lease->server, packet, OPTION_TFTP_SERVER_ADDRESS))
        return;
    take_option(lease->server, packet, OPTION_SERVER_IDENTIFIER);
}

/* Up to the first NUL; a name that does not fit or holds control characters is none. */
static bool take_name(char *to, struct bytes from)
{
    size_t length = 0;

    while (length < from.size && from.at[length] != '\0') {
        if (from.at[length] < ' ' || from.at[length] == 0x7F)
            return false;
        length++;
    }
    if (length == 0 || length > NETWORK_BOOT_FILE_MAX)
        return false;
    memcpy(to, from.at, length);
    to[length] = '\0';
    return true;
}

static bool take_boot_file(struct dhcp_lease *lease, struct bytes packet)
{
    struct bytes name = {packet.at + AT_FILE, FILE_SIZE};

    if ((overload(packet) & OVERLOAD_FILE) == 0 && take_name(lease->boot_file, name))
        return true;
    return find(packet, OPTION_BOOT_FILE, 1, &name) && take_name(lease->boot_file, name);
}

bool dhcp_read(struct dhcp_lease *lease, const uint8_t *packet, size_t size)
{
    struct bytes all = {packet, size};

    if (size < HEADER_SIZE || packet[AT_OPERATION] != BOOT_REPLY ||
        packet[AT_HARDWARE_TYPE] != ETHERNET || packet[AT_HARDWARE_LENGTH] != ETHERNET_ADDRESS)
        return false;
    memcpy(lease->mac, packet + AT_HARDWARE_ADDRESS, sizeof(lease->mac));
    if (!take_address(lease->address, packet + AT_YOUR_ADDRESS))
        take_address(lease->address, packet + AT_CLIENT_ADDRESS);
    take_option(lease->mask, all, OPTION_MASK);
    take_option(lease->router, all, OPTION_ROUTER);
    /* Who names the file also says where it is; a router's DHCP server beside a proxy DHCP server
     * often names itself, without a file. */
    if (take_boot_file(lease, all) || is_zero(lease->server))
        take_server(lease, all);
    return true;
}

const uint8_t *dhcp_route(const struct dhcp_lease *lease, const uint8_t address[4])
{
    static const uint8_t direct[4];

    for (unsigned i = 0; i < 4; i++) {
        if (((lease->address[i] ^ address[i]) & lease->mask[i]) != 0)
            return lease->router;
    }
    return direct;
}
