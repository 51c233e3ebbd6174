/* USB I/O Protocol (17.2.4), which gnu-efi's headers lack. */
#include "boot/efi/usb.h"

enum { CLASS_MASS_STORAGE = 0x08 };

/* An interface descriptor (USB 2.0, 9.6.5). */
struct interface_descriptor {
    UINT8 length, type, number, alternate, endpoints;
    UINT8 class, subclass, protocol, text;
};

/* As far as it is used: eight other functions stand in front. */
struct usb_io {
    void *others[8];
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
