/*
 * Stands in for the firmware's boot manager: BOOTX64.EFI on a test's stick. Does what the words in
 * \STANDIN.CFG say, in this order, then starts \PROGRAM.EFI from the same stick.
 *
 *   legacy        puts the bridge's secondary channel at 170/374, as in a PC with legacy ports
 *   connect       lets the firmware's drivers take every device, as a slow boot does
 *   alphabet      shows all signs of code page 437 on the firmware's console, and stops there
 *   watchdog=N    arms the watchdog with N seconds, as the boot manager does with 300
 *   record        tells every boot service that the program calls (recorder.h)
 */
#include <efi.h>
#include <efilib.h>
#include <stdbool.h>

#include "kernel/lib/code_page.h"
#include "tests/qemu/efi/debug_port.h"
#include "tests/qemu/efi/recorder.h"

enum {
    CONFIG_MAX = 512,
    PCI_ID = 0x01DE1234, /* tests/drive/bridge_pci.c */
    PCI_BASE_ADDRESS_2 = 0x18,
    PCI_BASE_ADDRESS_3 = 0x1C,
    LEGACY_SECONDARY = 0x170,
    LEGACY_SECONDARY_CONTROL = 0x374,
    PCI_IO_SPACE = 1,
    ALPHABET_COLUMNS = 32
};

/* A boot manager that can't go on says so and stays. */
static void stop(const char *why)
{
    debug_text(why);
    debug_text("\n");
    for (;;)
        BS->Stall(1000000);
}

static void check(EFI_STATUS status, const char *what)
{
    if (EFI_ERROR(status))
        stop(what);
}

/* What stands behind `word`, or NULL when it is not in the file. */
static const char *find_word(const char *config, const char *word)
{
    for (; *config; config++) {
        unsigned i = 0;
        while (word[i] && config[i] == word[i])
            i++;
        if (word[i] == '\0')
            return config + i;
    }
    return NULL;
}

static void read_config(EFI_HANDLE volume, char config[CONFIG_MAX + 1])
{
    EFI_FILE_HANDLE root = LibOpenRoot(volume), file;
    UINTN size = CONFIG_MAX;
    if (root == NULL)
        stop("no volume");
    check(root->Open(root, &file, L"\\STANDIN.CFG", EFI_FILE_MODE_READ, 0), "no STANDIN.CFG");
    check(file->Read(file, &size, config), "STANDIN.CFG can't be read");
    config[size] = '\0';
    file->Close(file);
    root->Close(root);
}

static void place_at_legacy_ports(void)
{
    EFI_HANDLE *handles;
    UINTN count;
    check(BS->LocateHandleBuffer(ByProtocol, &gEfiPciIoProtocolGuid, NULL, &count, &handles),
          "no PCI");
    for (UINTN i = 0; i < count; i++) {
        EFI_PCI_IO_PROTOCOL *io;
        UINT32 id = 0, command = LEGACY_SECONDARY | PCI_IO_SPACE,
               control = LEGACY_SECONDARY_CONTROL | PCI_IO_SPACE;
        check(BS->HandleProtocol(handles[i], &gEfiPciIoProtocolGuid, (void **)&io), "no PciIo");
        io->Pci.Read(io, EfiPciIoWidthUint32, 0, 1, &id);
        if (id != PCI_ID)
            continue;
        io->Pci.Write(io, EfiPciIoWidthUint32, PCI_BASE_ADDRESS_2, 1, &command);
        io->Pci.Write(io, EfiPciIoWidthUint32, PCI_BASE_ADDRESS_3, 1, &control);
        debug_text("placed\n");
    }
}

static void connect_all(void)
{
    EFI_HANDLE *handles;
    UINTN count;
    check(BS->LocateHandleBuffer(AllHandles, NULL, NULL, &count, &handles), "no handles");
    for (UINTN i = 0; i < count; i++)
        BS->ConnectController(handles[i], NULL, NULL, TRUE);
    debug_text("connected\n");
}

/* Sign N stands at column 2 * (N % 32), row 2 * (N / 32) + 2; full blocks mark row 0, column 0 and
 * row 20, column 70. Of signs that it does not have the firmware draws nothing. */
static void show_alphabet(EFI_SYSTEM_TABLE *table)
{
    SIMPLE_TEXT_OUTPUT_INTERFACE *out = table->ConOut;
    CHAR16 text[2] = {0x2588, 0};
    out->SetMode(out, 0);
    out->SetAttribute(out, EFI_LIGHTGRAY);
    out->ClearScreen(out);
    out->EnableCursor(out, FALSE);
    out->OutputString(out, text);
    out->SetCursorPosition(out, 70, 20);
    out->OutputString(out, text);
    for (unsigned sign = 1; sign < 256; sign++) {
        text[0] = code_page_sign((uint8_t)sign);
        out->SetCursorPosition(out, 2 * (sign % ALPHABET_COLUMNS),
                               2 * (sign / ALPHABET_COLUMNS) + 2);
        out->OutputString(out, text);
    }
    stop("alphabet shown");
}

static void start_program(EFI_HANDLE image, EFI_HANDLE volume, const char *config)
{
    EFI_HANDLE program;
    EFI_LOADED_IMAGE *loaded;
    const char *seconds = find_word(config, "watchdog=");
    check(BS->LoadImage(FALSE, image, FileDevicePath(volume, L"\\PROGRAM.EFI"), NULL, 0, &program),
          "no PROGRAM.EFI");
    check(BS->HandleProtocol(program, &gEfiLoadedImageProtocolGuid, (void **)&loaded),
          "no loaded image");
    if (find_word(config, "record"))
        recorder_install(BS, loaded->ImageBase, loaded->ImageSize);
    if (seconds) {
        UINTN value = 0;
        for (; *seconds >= '0' && *seconds <= '9'; seconds++)
            value = value * 10 + (UINTN)(*seconds - '0');
        check(BS->SetWatchdogTimer(value, 0x10000, 0, NULL), "no watchdog");
    }
    debug_text("starting\n");
    BS->StartImage(program, NULL, NULL);
    stop("the program returned");
}

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table);

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table)
{
    EFI_LOADED_IMAGE *self;
    char config[CONFIG_MAX + 1];
    InitializeLib(image, table);
    check(BS->HandleProtocol(image, &gEfiLoadedImageProtocolGuid, (void **)&self), "no image");
    read_config(self->DeviceHandle, config);
    if (find_word(config, "legacy"))
        place_at_legacy_ports();
    if (find_word(config, "connect"))
        connect_all();
    if (find_word(config, "alphabet"))
        show_alphabet(table);
    start_program(image, self->DeviceHandle, config);
    return EFI_ABORTED;
}
