/* PCI I/O, Serial I/O and DisconnectController(). */
#include "boot/efi/claim.h"

#include <stdbool.h>

#include "drivers/pci.h"

enum { CLASS_BYTES = 3, CLASS_IDE = 0x01, CLASS_STORAGE = 0x01 };

/* One PCI function of class 01/01. */
struct controller {
    const struct services *services;
    EFI_HANDLE handle;
    EFI_PCI_IO_PROTOCOL *pci;
    UINT64 attributes_before; /* with which the firmware's driver worked */
};

static bool is_ide(EFI_PCI_IO_PROTOCOL *pci)
{
    UINT8 class[CLASS_BYTES]; /* prog-if, subclass, class */

    return !EFI_ERROR(
               pci->Pci.Read(pci, EfiPciIoWidthUint8, PCI_REVISION + 1, CLASS_BYTES, class)) &&
           class[1] == CLASS_IDE && class[2] == CLASS_STORAGE;
}

static UINT64 attributes(const struct controller *controller,
                         EFI_PCI_IO_PROTOCOL_ATTRIBUTE_OPERATION operation)
{
    UINT64 result = 0;

    if (EFI_ERROR(controller->pci->Attributes(controller->pci, operation, 0, &result)))
        return 0;
    return result;
}

/* Returns false when a driver stays. Nothing to disconnect is fine (7.3.13: EFI_NOT_FOUND). */
static bool disconnect(const struct services *services, EFI_HANDLE handle)
{
    EFI_STATUS status = services->boot->DisconnectController(handle, NULL, NULL);

    if (!EFI_ERROR(status) || status == EFI_NOT_FOUND)
        return true;
    services_say(services, " refused (%x);", (unsigned)(status & 0xFF));
    return false;
}

/*
 * Drivers that stop restore what they found at start, which can be "off". What the firmware's own
 * driver worked with is right for the controller; legacy ports are added to it. Bus mastering goes
 * off: a transfer left running would write into our memory.
 */
static void enable_io(const struct controller *controller)
{
    EFI_PCI_IO_PROTOCOL *pci = controller->pci;
    UINT64 supported = attributes(controller, EfiPciIoAttributeOperationSupported);
    UINT64 wanted = (controller->attributes_before | EFI_PCI_IO_ATTRIBUTE_IO |
                     EFI_PCI_IO_ATTRIBUTE_IDE_PRIMARY_IO | EFI_PCI_IO_ATTRIBUTE_IDE_SECONDARY_IO) &
                    supported & ~(UINT64)EFI_PCI_IO_ATTRIBUTE_BUS_MASTER;
    EFI_STATUS status = pci->Attributes(pci, EfiPciIoAttributeOperationEnable, wanted, NULL);

    if (EFI_ERROR(status))
        services_say(controller->services, " can't be switched on (%x);",
                     (unsigned)(status & 0xFF));
    if (supported & EFI_PCI_IO_ATTRIBUTE_BUS_MASTER)
        pci->Attributes(pci, EfiPciIoAttributeOperationDisable, EFI_PCI_IO_ATTRIBUTE_BUS_MASTER,
                        NULL);
}

static void say_command(const struct controller *controller)
{
    UINT16 command = 0;

    controller->pci->Pci.Read(controller->pci, EfiPciIoWidthUint16, PCI_COMMAND, 1, &command);
    services_say(controller->services, " ports %s (%04X).\n",
                 command & PCI_COMMAND_IO ? "on" : "OFF", command);
}

/* Opens PCI I/O as a driver that shares it with nobody: the firmware's drivers can't start on this
 * handle again, whoever connects it (7.3.9). */
static void keep_drivers_away(const struct controller *controller)
{
    const struct services *services = controller->services;
    void *interface;
    EFI_STATUS status = services->boot->OpenProtocol(
        controller->handle, &guid_pci_io, &interface, services->image, controller->handle,
        EFI_OPEN_PROTOCOL_BY_DRIVER | EFI_OPEN_PROTOCOL_EXCLUSIVE);

    if (EFI_ERROR(status))
        services_say(services, " drivers may come back (%x);", (unsigned)(status & 0xFF));
}

static void claim_controller(struct controller *controller, struct device_path boot)
{
    const struct services *services = controller->services;
    UINTN segment = 0, bus = 0, device = 0, function = 0;

    controller->pci->GetLocation(controller->pci, &segment, &bus, &device, &function);
    services_say(services, "IDE controller %02x:%02x.%u:", (unsigned)bus, (unsigned)device,
                 (unsigned)function);
    if (device_path_starts_with(boot, services_path(services, controller->handle))) {
        services_say(services, " we were started from it, the firmware keeps it.\n");
        return;
    }
    controller->attributes_before = attributes(controller, EfiPciIoAttributeOperationGet);
    services_say(services, " asking the firmware to let go...");
    disconnect(services, controller->handle);
    keep_drivers_away(controller);
    enable_io(controller);
    say_command(controller);
}

void claim_ide(const struct services *services, struct device_path boot)
{
    UINTN count;
    EFI_HANDLE *handles = services_handles(services, &guid_pci_io, &count);

    for (UINTN i = 0; i < count; i++) {
        struct controller controller = {.services = services, .handle = handles[i]};

        controller.pci = services_protocol(services, handles[i], &guid_pci_io);
        if (controller.pci != NULL && is_ide(controller.pci))
            claim_controller(&controller, boot);
    }
    if (handles != NULL)
        services->boot->FreePool(handles);
}

void claim_serial(const struct services *services, uint32_t *baud, unsigned count)
{
    UINTN handle_count;
    EFI_HANDLE *handles = services_handles(services, &guid_serial_io, &handle_count);

    for (UINTN i = 0; i < handle_count; i++) {
        int port = device_path_serial_port(services_path(services, handles[i]));
        EFI_SERIAL_IO_PROTOCOL *serial = services_protocol(services, handles[i], &guid_serial_io);

        if (port < 0 || (unsigned)port >= count || serial == NULL ||
            !services_in_use(services, handles[i], &guid_serial_io))
            continue;
        baud[port] = (uint32_t)serial->Mode->BaudRate;
        services_say(services, "COM%d, %u baud: asking the firmware to let go...\n", port + 1,
                     (unsigned)baud[port]);
        disconnect(services, handles[i]);
    }
    if (handles != NULL)
        services->boot->FreePool(handles);
}
