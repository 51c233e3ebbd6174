/* Load File 2 and files beside our own. */
#include "boot/efi/initrd.h"

#include "boot/efi/memory.h"
#include "kernel/lib/string.h"

enum { FILE_NAME_MAX = 255, SIZE_MAX_MIB = 512 };

#define SIZE_LIMIT  ((uint64_t)SIZE_MAX_MIB << 20)
#define END_OF_FILE UINT64_MAX /* 13.5, EFI_FILE_PROTOCOL.SetPosition() */

static EFI_GUID guid_load_file_2 = {
    0x4006C0C1, 0xFCB3, 0x403E, {0x99, 0x6D, 0x4A, 0x6C, 0x87, 0x24, 0xE0, 0x6D}};
static EFI_GUID guid_file_system = EFI_SIMPLE_FILE_SYSTEM_PROTOCOL_GUID;

/* 10.3.5.3, Vendor-Defined Media: LINUX_EFI_INITRD_MEDIA_GUID, and the end of the path. */
static const uint8_t initrd_path[] = {0x04, 0x03, 20,   0,    0x27, 0xE4, 0x68, 0x55,
                                      0xFC, 0x68, 0x3D, 0x4F, 0xAC, 0x74, 0xCA, 0x55,
                                      0x52, 0x31, 0xCC, 0x68, 0x7F, 0xFF, 4,    0};

static uint8_t *memory_for(const struct services *services, uint64_t size)
{
    uint8_t *bytes = NULL;

    if (size <= SIZE_LIMIT)
        bytes = memory_pages(services, (size_t)size);
    if (bytes == NULL)
        services_say(services, "The initial ramdisk does not fit the memory: left out.\n");
    return bytes;
}

static uint8_t *from_loader(const struct services *services, size_t *size)
{
    EFI_DEVICE_PATH *path = (EFI_DEVICE_PATH *)initrd_path;
    EFI_LOAD_FILE_PROTOCOL *file;
    EFI_HANDLE handle;
    UINTN length = 0;
    uint8_t *bytes;

    if (EFI_ERROR(services->boot->LocateDevicePath(&guid_load_file_2, &path, &handle)))
        return NULL;
    file = services_protocol(services, handle, &guid_load_file_2);
    if (file == NULL || file->LoadFile(file, path, FALSE, &length, NULL) != EFI_BUFFER_TOO_SMALL)
        return NULL;
    services_say(services, "Taking the initial ramdisk from the boot loader...\n");
    bytes = memory_for(services, length);
    if (bytes == NULL)
        return NULL;
    if (EFI_ERROR(file->LoadFile(file, path, FALSE, &length, bytes))) {
        services_say(services, "The boot loader does not hand it over: left out.\n");
        return NULL;
    }
    *size = length;
    return bytes;
}

/* The name behind the word initrd= in UTF-16, with the separators of UEFI; false without one. */
static bool find_name(const char *line, CHAR16 name[FILE_NAME_MAX + 1])
{
    static const char word[] = "initrd=";
    size_t length = 0;

    while (strncmp(line, word, sizeof(word) - 1) != 0) {
        while (*line != '\0' && *line != ' ')
            line++;
        if (*line == '\0')
            return false;
        line++;
    }
    line += sizeof(word) - 1;
    for (; length < FILE_NAME_MAX && *line != '\0' && *line != ' '; line++)
        name[length++] = *line == '/' ? '\\' : (CHAR16)(unsigned char)*line;
    name[length] = 0;
    return length > 0;
}

static EFI_FILE_HANDLE open_file(const struct services *services, CHAR16 *name)
{
    EFI_LOADED_IMAGE *image = services_protocol(services, services->image, &guid_loaded_image);
    EFI_SIMPLE_FILE_SYSTEM_PROTOCOL *system = NULL;
    EFI_FILE_HANDLE root, file = NULL;

    if (image != NULL)
        system = services_protocol(services, image->DeviceHandle, &guid_file_system);
    if (system == NULL || EFI_ERROR(system->OpenVolume(system, &root)))
        return NULL;
    if (EFI_ERROR(root->Open(root, &file, name, EFI_FILE_MODE_READ, 0)))
        file = NULL;
    root->Close(root);
    return file;
}

/* The whole open file; NULL when it can't be read or does not fit. */
static uint8_t *read_file(const struct services *services, EFI_FILE_HANDLE file, size_t *size)
{
    UINT64 length = 0;
    UINTN count;
    uint8_t *bytes;

    if (EFI_ERROR(file->SetPosition(file, END_OF_FILE)) ||
        EFI_ERROR(file->GetPosition(file, &length)) || EFI_ERROR(file->SetPosition(file, 0)) ||
        length == 0) {
        services_say(services, "The file of initrd= can't be read: left out.\n");
        return NULL;
    }
    bytes = memory_for(services, length);
    if (bytes == NULL)
        return NULL;
    count = (UINTN)length;
    if (EFI_ERROR(file->Read(file, &count, bytes)) || count != length) {
        services_say(services, "The file of initrd= can't be read: left out.\n");
        return NULL;
    }
    *size = (size_t)length;
    return bytes;
}

uint8_t *initrd_load(const struct services *services, const char *command_line, size_t *size)
{
    uint8_t *bytes = from_loader(services, size);
    CHAR16 name[FILE_NAME_MAX + 1];
    EFI_FILE_HANDLE file;

    if (bytes != NULL || !find_name(command_line, name))
        return bytes;
    services_say(services, "Reading the file of initrd=...\n");
    file = open_file(services, name);
    if (file == NULL) {
        services_say(services, "The file of initrd= is not on the boot device: left out.\n");
        return NULL;
    }
    bytes = read_file(services, file, size);
    file->Close(file);
    return bytes;
}
