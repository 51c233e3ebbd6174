/* USB I/O Protocol (17.2.4), which gnu-efi's headers lack. */
#include "boot/efi/usb.h"

enum { CLASS_MASS_STORAGE = 0x08 };

/* A device answers a standard request without data within 50 ms, with data within 500 ms (USB 2.0,
 * 9.2.6.4). */
enum { ANSWER_MS = 500, ERROR_STALL = 0x0002 };

/* An interface descriptor (USB 2.0, 9.6.5). */
struct interface_descriptor {
    UINT8 length, type, number, alternate, endpoints;
    UINT8 class, subclass, protocol, text;
};

/* A setup packet (USB 2.0, 9.3). */
struct setup_packet {
    UINT8 type, request;
    UINT16 value, index, length;
};

/* As far as it is used. */
struct usb_io {
    EFI_STATUS(EFIAPI *control)
    (struct usb_io *usb, struct setup_packet *setup, UINT32 direction, UINT32 timeout_ms,
     void *data, UINTN length, UINT32 *status);
    void *others[7];
    EFI_STATUS(EFIAPI *get_interface)(struct usb_io *usb, struct interface_descriptor *descriptor);
};

static EFI_GUID guid_usb_io = {
    0x2B2F68D6, 0x0CD2, 0x44CF, {0x8E, 0x8B, 0xBB, 0xA2, 0x0B, 0x1B, 0x5B, 0x75}};

static bool is_disk(struct usb_io *usb)
{
    struct interface_descriptor descriptor = {.class = 0};

    return usb != NULL && !EFI_ERROR(usb->get_interface(usb, &descriptor)) &&
           descriptor.class == CLASS_MASS_STORAGE;
}

bool usb_answers(const struct services *services, EFI_HANDLE handle)
{
    enum { DEVICE_TO_HOST = 0x80, GET_DESCRIPTOR = 0x06, DEVICE = 0x0100, DIRECTION_IN = 0 };
    struct usb_io *usb = services_protocol(services, handle, &guid_usb_io);
    UINT8 descriptor[18];
    struct setup_packet setup = {.type = DEVICE_TO_HOST,
                                 .request = GET_DESCRIPTOR,
                                 .value = DEVICE,
                                 .length = sizeof descriptor};
    UINT32 status = 0;

    return usb == NULL ||
           !EFI_ERROR(usb->control(usb, &setup, DIRECTION_IN, ANSWER_MS, descriptor,
                                   sizeof descriptor, &status)) ||
           (status & ERROR_STALL) != 0; /* it refused, so it is there */
}

void usb_connect_disks(const struct services *services)
{
    UINTN count;
    EFI_HANDLE *handles = services_handles(services, &guid_usb_io, &count);

    for (UINTN i = 0; i < count; i++) {
        if (is_disk(services_protocol(services, handles[i], &guid_usb_io)) &&
            !services_in_use(services, handles[i], &guid_usb_io))
            services->boot->ConnectController(handles[i], NULL, NULL, FALSE);
    }
    if (handles != NULL)
        services->boot->FreePool(handles);
}
