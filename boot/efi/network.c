/* UDP by the PXE Base Code Protocol. */
#define ERROR_MODULE MODULE_BOOT
#include "boot/efi/network.h"

#include "kernel/lib/string.h"

static EFI_GUID guid_base_code = EFI_PXE_BASE_CODE_PROTOCOL_GUID;

static EFI_IP_ADDRESS ip_address(const uint8_t address[4])
{
    EFI_IP_ADDRESS ip = {.Addr = {0}};

    memcpy(&ip.v4, address, 4);
    return ip;
}

static err_t error_of(EFI_STATUS status)
{
    switch (status) {
    case EFI_SUCCESS:
        return 0;
    case EFI_TIMEOUT:
    case EFI_NO_RESPONSE:
    case EFI_NO_MAPPING: /* ARP unanswered */
    case EFI_NO_MEDIA:   /* no cable */
        return ERR(ERR_NO_ANSWER);
    default:
        return ERR(ERR_IO);
    }
}

/* The gateway is left to the firmware, which got it from the same DHCP server. */
static err_t send(void *context, uint16_t from, const uint8_t address[4], uint16_t port,
                  const void *bytes, uint16_t size)
{
    struct efi_network *card = context;
    EFI_IP_ADDRESS destination = ip_address(address);
    EFI_PXE_BASE_CODE_UDP_PORT destination_port = port, source_port = from;
    UINTN length = size;
    EFI_STATUS status;

    if (size > NETWORK_PAYLOAD_MAX)
        return ERR(ERR_ARGUMENT);
    hold_pause(card->hold);
    status = card->base_code->UdpWrite(card->base_code, 0, &destination, &destination_port, NULL,
                                       NULL, &source_port, NULL, NULL, &length, (void *)bytes);
    hold_resume(card->hold);
    return error_of(status);
}

/*
 * Firmware built from edk2 waits up to 3 s when nothing arrives (UefiPxeBcDxe, PXEBC_UDP_TIMEOUT),
 * iPXE does not wait. While a server answers neither is felt.
 */
static err_t receive(void *context, uint16_t to, uint8_t address[4], uint16_t *port, void *bytes,
                     uint16_t limit, uint16_t *size)
{
    struct efi_network *card = context;
    EFI_IP_ADDRESS destination = ip_address(card->network.address), source = {.Addr = {0}};
    EFI_PXE_BASE_CODE_UDP_PORT destination_port = to, source_port = 0;
    uint8_t datagram[NETWORK_PAYLOAD_MAX]; /* one that is longer than the caller's would be lost */
    UINTN length = sizeof(datagram);
    EFI_STATUS status;

    hold_pause(card->hold);
    status = card->base_code->UdpRead(
        card->base_code,
        EFI_PXE_BASE_CODE_UDP_OPFLAGS_ANY_SRC_IP | EFI_PXE_BASE_CODE_UDP_OPFLAGS_ANY_SRC_PORT,
        &destination, &destination_port, &source, &source_port, NULL, NULL, &length, datagram);
    hold_resume(card->hold);
    if (EFI_ERROR(status) || length > sizeof(datagram))
        return ERR(ERR_TIMEOUT);
    memcpy(address, &source.v4, 4);
    *port = source_port;
    *size = length < limit ? (uint16_t)length : limit;
    memcpy(bytes, datagram, *size);
    return 0;
}

/* Whether a boot went on through it. */
static bool is_used(EFI_PXE_BASE_CODE_PROTOCOL *base_code)
{
    return base_code != NULL && base_code->Mode != NULL && base_code->Mode->Started &&
           (base_code->Mode->UsingIpv6 || base_code->Mode->DhcpAckReceived);
}

/*
 * The protocol of the handle that the firmware or iPXE loaded us through; else, as loaders between
 * may name another handle or none, the only one that a boot went on through.
 */
static EFI_PXE_BASE_CODE_PROTOCOL *find_base_code(const struct services *services)
{
    EFI_LOADED_IMAGE *image = services_protocol(services, services->image, &guid_loaded_image);
    EFI_PXE_BASE_CODE_PROTOCOL *found = NULL;
    EFI_HANDLE *handles;
    UINTN count;

    if (image != NULL)
        found = services_protocol(services, image->DeviceHandle, &guid_base_code);
    if (is_used(found))
        return found;
    if (image != NULL && services_protocol(services, image->DeviceHandle, &guid_block_io) != NULL)
        return NULL; /* from a disk: a boot from the network that was tried before it failed */
    found = NULL;
    handles = services_handles(services, &guid_base_code, &count);
    for (UINTN i = 0; i < count && found == NULL; i++) {
        found = services_protocol(services, handles[i], &guid_base_code);
        if (!is_used(found))
            found = NULL;
    }
    if (handles != NULL)
        services->boot->FreePool(handles);
    return found;
}

/* The later packets are there only when someone else than the DHCP server named the boot file. */
static bool read_packets(struct dhcp_lease *lease, const EFI_PXE_BASE_CODE_MODE *mode)
{
    if (!dhcp_read(lease, mode->DhcpAck.Raw, sizeof(mode->DhcpAck.Raw)))
        return false;
    if (mode->ProxyOfferReceived)
        dhcp_read(lease, mode->ProxyOffer.Raw, sizeof(mode->ProxyOffer.Raw));
    if (mode->PxeReplyReceived)
        dhcp_read(lease, mode->PxeReply.Raw, sizeof(mode->PxeReply.Raw));
    return true;
}

struct network *network_find(struct efi_network *found, const struct services *services,
                             struct hold *hold)
{
    struct network *network = &found->network;
    const EFI_PXE_BASE_CODE_MODE *mode;

    *found = (struct efi_network){.hold = hold, .base_code = find_base_code(services)};
    if (found->base_code == NULL)
        return NULL;
    mode = found->base_code->Mode;
    if (mode->UsingIpv6) {
        services_say(services, "Booted by IPv6: the server can't be used, only IPv4 is known.\n");
        return NULL;
    }
    if (!read_packets(&found->lease, mode))
        return NULL;
    network->context = found;
    network->send = send;
    network->receive = receive;
    memcpy(network->mac, found->lease.mac, sizeof(network->mac));
    memcpy(network->address, &mode->StationIp.v4, sizeof(network->address));
    memcpy(network->server, found->lease.server, sizeof(network->server));
    memcpy(network->boot_file, found->lease.boot_file, sizeof(network->boot_file));
    return network;
}
