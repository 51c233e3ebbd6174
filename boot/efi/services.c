/* Handles, protocols, lines. */
#include "boot/efi/services.h"

#include <stdarg.h>

#include "kernel/lib/string.h"
#include "kernel/lib/text.h"

enum { LINE_MAX = 160 };

EFI_GUID guid_loaded_image = EFI_LOADED_IMAGE_PROTOCOL_GUID;
EFI_GUID guid_device_path = EFI_DEVICE_PATH_PROTOCOL_GUID;
EFI_GUID guid_pci_io = EFI_PCI_IO_PROTOCOL_GUID;
EFI_GUID guid_block_io = EFI_BLOCK_IO_PROTOCOL_GUID;
EFI_GUID guid_serial_io = EFI_SERIAL_IO_PROTOCOL_GUID;
EFI_GUID guid_text_input_ex = EFI_SIMPLE_TEXT_INPUT_EX_PROTOCOL_GUID;

void *services_protocol(const struct services *services, EFI_HANDLE handle, EFI_GUID *protocol)
{
    void *interface = NULL;

    if (handle == NULL || EFI_ERROR(services->boot->HandleProtocol(handle, protocol, &interface)))
        return NULL;
    return interface;
}

EFI_HANDLE *services_handles(const struct services *services, EFI_GUID *protocol, UINTN *count)
{
    EFI_HANDLE *handles = NULL;

    *count = 0;
    if (EFI_ERROR(
            services->boot->LocateHandleBuffer(ByProtocol, protocol, NULL, count, &handles))) {
        *count = 0;
        return NULL;
    }
    return handles;
}

struct device_path services_path(const struct services *services, EFI_HANDLE handle)
{
    return device_path_at(services_protocol(services, handle, &guid_device_path), DEVICE_PATH_MAX);
}

bool services_in_use(const struct services *services, EFI_HANDLE handle, EFI_GUID *protocol)
{
    EFI_OPEN_PROTOCOL_INFORMATION_ENTRY *entries = NULL;
    UINTN count = 0;
    bool used = false;

    if (EFI_ERROR(services->boot->OpenProtocolInformation(handle, protocol, &entries, &count)))
        return false;
    for (UINTN i = 0; i < count; i++)
        used = used || (entries[i].Attributes & EFI_OPEN_PROTOCOL_BY_DRIVER) != 0;
    services->boot->FreePool(entries);
    return used;
}

static void note(struct notes *notes, const char *text)
{
    text_copy(notes->text + notes->length, sizeof notes->text - notes->length, text);
    notes->length += strlen(notes->text + notes->length);
}

static void show(SIMPLE_TEXT_OUTPUT_INTERFACE *console, const char *text)
{
    CHAR16 wide[2 * LINE_MAX];
    size_t length = 0;

    for (; *text != '\0'; text++) {
        if (*text == '\n')
            wide[length++] = '\r';
        wide[length++] = (CHAR16)(unsigned char)*text;
    }
    wide[length] = 0;
    console->OutputString(console, wide);
}

void services_say(const struct services *services, const char *format, ...)
{
    char text[LINE_MAX];
    va_list arguments;

    va_start(arguments, format);
    text_format_list(text, sizeof text, format, arguments);
    va_end(arguments);
    note(services->notes, text);
    if (services->table->ConOut != NULL)
        show(services->table->ConOut, text);
}
