/* UDP by the PXE API. */
#define ERROR_MODULE MODULE_BOOT
#include "boot/bios/pxe.h"

#include "boot/bios/layout.h"
#include "boot/bios/real.h"
#include "kernel/lib/string.h"
#include "kernel/lib/text.h"

enum function {
    UDP_OPEN = 0x30,
    UDP_CLOSE = 0x31,
    UDP_READ = 0x32,
    UDP_WRITE = 0x33,
    GET_CACHED_INFO = 0x71
};

enum { STATUS_ARP_TIMEOUT = 0x11 };

/* Packets that the boot program keeps: the address, and what names the boot file (of a proxy DHCP
 * or boot server, else the first one again). */
enum { PACKET_DHCP_ACK = 2, PACKET_CACHED_REPLY = 3 };

/* INT 1Ah AX=5650h: "VP"; its answer "VN", ES:BX = PXENV+. */
enum { INSTALLATION_CHECK = 0x5650, INSTALLED = 0x564E };

/* PXENV+, and where a version that has !PXE points to it. */
enum {
    PXENV_VERSION = 6,
    PXENV_LENGTH = 8,
    PXENV_ENTRY = 10,
    PXENV_PXE = 40,
    PXENV_SIZE = 44,
    VERSION_WITH_PXE = 0x0201
};
/* !PXE */
enum { PXE_LENGTH = 4, PXE_ENTRY = 16, PXE_SIZE = 0x58 };

enum { BDA_MEMORY_KIB = 0x413, VIDEO_MEMORY = 0xA0000, SCAN_STEP = 16 };

/* Parameter blocks. Addresses and ports in network order, as everything in a packet. */
struct udp_open {
    uint16_t status;
    uint8_t address[4];
} __attribute__((packed));

struct udp_write {
    uint16_t status;
    uint8_t address[4], gateway[4];
    uint8_t source_port[2], port[2];
    uint16_t size;
    uint16_t offset, segment;
} __attribute__((packed));

struct udp_read {
    uint16_t status;
    uint8_t source[4], destination[4];
    uint8_t source_port[2], port[2];
    uint16_t size;
    uint16_t offset, segment;
} __attribute__((packed));

struct cached_info {
    uint16_t status;
    uint16_t packet_type;
    uint16_t size;
    uint16_t offset, segment;
    uint16_t limit;
} __attribute__((packed));

/* In conventional memory: parameters first, then what they point to. */
enum { BUFFER = LOW_SCRATCH + 0x40, BUFFER_SIZE = 2048 };

_Static_assert(BUFFER + BUFFER_SIZE <= LOW_SCRATCH + LOW_SCRATCH_SIZE, "scratch is too small");
_Static_assert(BUFFER_SIZE >= (int)DHCP_PACKET_MAX, "a packet does not fit the buffer");
_Static_assert(BUFFER_SIZE >= (int)NETWORK_PAYLOAD_MAX, "a datagram does not fit the buffer");

/*
 * Calls the API. `block` is the parameter block, which gets what the API wrote into it. Returns its
 * status, 0 when all is well. The stack holds what !PXE takes, the registers what PXENV+ takes.
 */
static uint16_t call(const struct pxe *pxe, enum function function, void *block, size_t size)
{
    const uint16_t arguments[] = {(uint16_t)function, LOW_SCRATCH, 0};
    struct real_registers registers = {.ebx = function, .edi = LOW_SCRATCH};
    uint16_t status;

    memcpy(real_memory(LOW_SCRATCH), block, size);
    real_call(pxe->entry, arguments, 3, &registers);
    memcpy(block, real_memory(LOW_SCRATCH), size);
    status = real_read16(LOW_SCRATCH);
    if ((registers.eax & 0xFFFF) != 0 && status == 0)
        return UINT16_MAX; /* failed, and does not say why */
    return (registers.eax & 0xFFFF) != 0 ? status : 0;
}

static uint32_t linear(uint32_t far_pointer)
{
    return (far_pointer >> 16 << 4) + (far_pointer & 0xFFFF);
}

/* Whether the bytes of a structure at `at` that begins with `signature` add up to 0. */
static bool is_structure(uint32_t at, const char *signature, unsigned length_at, unsigned least)
{
    size_t signature_size = strlen(signature);
    uint32_t length;
    uint8_t sum = 0;

    if (at > VIDEO_MEMORY - least || memcmp(real_memory(at), signature, signature_size) != 0)
        return false;
    length = real_read8(at + length_at);
    if (length < least || length > VIDEO_MEMORY - at)
        return false;
    for (uint32_t i = 0; i < length; i++)
        sum = (uint8_t)(sum + real_read8(at + i));
    return sum == 0;
}

static bool is_pxe(uint32_t at)
{
    return is_structure(at, "!PXE", PXE_LENGTH, PXE_SIZE);
}

/* The entry that INT 1Ah leads to, 0 when it leads nowhere. */
static uint32_t entry_by_interrupt(void)
{
    struct real_registers registers = {.eax = INSTALLATION_CHECK};
    uint32_t pxenv, pxe;

    real_int(0x1A, &registers);
    if ((registers.eflags & REAL_CARRY) || (registers.eax & 0xFFFF) != INSTALLED)
        return 0;
    pxenv = linear((uint32_t)registers.es << 16 | (registers.ebx & 0xFFFF));
    if (!is_structure(pxenv, "PXENV+", PXENV_LENGTH, PXENV_PXE))
        return 0;
    if (real_read16(pxenv + PXENV_VERSION) < VERSION_WITH_PXE ||
        real_read8(pxenv + PXENV_LENGTH) < PXENV_SIZE)
        return real_read32(pxenv + PXENV_ENTRY);
    pxe = linear(real_read32(pxenv + PXENV_PXE));
    return is_pxe(pxe) ? real_read32(pxe + PXE_ENTRY) : 0;
}

/* Else !PXE stands on a paragraph of the memory that the BIOS took away from programs. */
static uint32_t entry_by_scan(void)
{
    for (uint32_t at = (uint32_t)real_read16(BDA_MEMORY_KIB) * 1024; at < VIDEO_MEMORY;
         at += SCAN_STEP) {
        if (is_pxe(at))
            return real_read32(at + PXE_ENTRY);
    }
    return 0;
}

/* Adds a packet that the boot program kept. */
static bool read_packet(struct pxe *pxe, uint16_t type)
{
    struct cached_info info = {.packet_type = type, .size = BUFFER_SIZE, .offset = BUFFER};

    if (call(pxe, GET_CACHED_INFO, &info, sizeof(info)) != 0 || info.size > BUFFER_SIZE)
        return false;
    return dhcp_read(&pxe->lease, real_memory(BUFFER), info.size);
}

static err_t send(void *context, uint16_t from, const uint8_t address[4], uint16_t port,
                  const void *bytes, uint16_t size)
{
    struct pxe *pxe = context;
    struct udp_write block = {.source_port = {(uint8_t)(from >> 8), (uint8_t)from},
                              .port = {(uint8_t)(port >> 8), (uint8_t)port},
                              .size = size,
                              .offset = BUFFER};
    uint16_t status;

    if (size > NETWORK_PAYLOAD_MAX)
        return ERR(ERR_ARGUMENT);
    memcpy(block.address, address, sizeof(block.address));
    memcpy(block.gateway, dhcp_route(&pxe->lease, address), sizeof(block.gateway));
    memcpy(real_memory(BUFFER), bytes, size);
    status = call(pxe, UDP_WRITE, &block, sizeof(block));
    if (status == STATUS_ARP_TIMEOUT)
        return ERR(ERR_NO_ANSWER);
    return status != 0 ? ERR(ERR_IO) : 0;
}

/* One look: the API takes a datagram that is there, or says that there is none. */
static err_t receive(void *context, uint16_t to, uint8_t address[4], uint16_t *port, void *bytes,
                     uint16_t limit, uint16_t *size)
{
    struct pxe *pxe = context;
    struct udp_read block = {
        .port = {(uint8_t)(to >> 8), (uint8_t)to}, .size = BUFFER_SIZE, .offset = BUFFER};

    memcpy(block.destination, pxe->lease.address, sizeof(block.destination));
    if (call(pxe, UDP_READ, &block, sizeof(block)) != 0 || block.size > BUFFER_SIZE)
        return ERR(ERR_TIMEOUT);
    memcpy(address, block.source, sizeof(block.source));
    *port = (uint16_t)(block.source_port[0] << 8 | block.source_port[1]);
    *size = block.size < limit ? block.size : limit;
    memcpy(bytes, real_memory(BUFFER), *size);
    return 0;
}

/* The loader may have left its own connection open, and there is only one. */
static bool open_udp(struct pxe *pxe)
{
    struct udp_open block = {.status = 0};

    call(pxe, UDP_CLOSE, &block, sizeof(block.status));
    block.status = 0;
    memcpy(block.address, pxe->lease.address, sizeof(block.address));
    return call(pxe, UDP_OPEN, &block, sizeof(block)) == 0;
}

/* Replaces the loader's name by that of our own file, which PXELINUX took from the same folder or
 * one below: what belongs to us lies beside us. */
static void name_own_file(char boot_file[NETWORK_BOOT_FILE_MAX + 1], const char *command_line)
{
    static const char word[] = "BOOT_IMAGE=";
    size_t folder = 0, length = 0;

    if (strncmp(command_line, word, sizeof(word) - 1) != 0)
        return;
    command_line += sizeof(word) - 1;
    for (size_t i = 0; boot_file[i] != '\0'; i++) {
        if (boot_file[i] == '/' || boot_file[i] == '\\')
            folder = i + 1;
    }
    while (command_line[length] > ' ' && command_line[length] != ':')
        length++;
    if (length == 0 || command_line[length] == ':' || command_line[0] == '/' ||
        folder + length > NETWORK_BOOT_FILE_MAX)
        return; /* not below that folder (PXELINUX: SERVER::FILE, URLs) */
    memcpy(boot_file + folder, command_line, length);
    boot_file[folder + length] = '\0';
}

struct network *pxe_open(struct pxe *pxe, const char *command_line)
{
    struct network *network = &pxe->network;
    static const uint8_t none[4];

    *pxe = (struct pxe){.entry = entry_by_interrupt()};
    if (pxe->entry == 0)
        pxe->entry = entry_by_scan();
    if (pxe->entry == 0 || !read_packet(pxe, PACKET_DHCP_ACK))
        return NULL;
    read_packet(pxe, PACKET_CACHED_REPLY);
    if (memcmp(pxe->lease.address, none, sizeof(none)) == 0 || !open_udp(pxe))
        return NULL;
    network->context = pxe;
    network->send = send;
    network->receive = receive;
    memcpy(network->mac, pxe->lease.mac, sizeof(network->mac));
    memcpy(network->address, pxe->lease.address, sizeof(network->address));
    memcpy(network->server, pxe->lease.server, sizeof(network->server));
    text_copy(network->boot_file, sizeof(network->boot_file), pxe->lease.boot_file);
    name_own_file(network->boot_file, command_line);
    return network;
}
