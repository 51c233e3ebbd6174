#include "tests/qemu/efi/recorder.h"

#include <stddef.h>

#include "tests/qemu/efi/debug_port.h"

/* UEFI 2.10, 4.4: the services stand behind the header, one pointer each. */
enum {
    SERVICES = (sizeof(EFI_BOOT_SERVICES) - sizeof(EFI_TABLE_HEADER)) / sizeof(void *),
    THUNKS = 44
};

_Static_assert(SERVICES == THUNKS, "a thunk for every service");

/* Read by the thunks below. */
__attribute__((visibility("hidden"))) void *recorder_original[THUNKS];
__attribute__((visibility("hidden"))) uint64_t recorder_base, recorder_size;
extern const char recorder_thunks[] __attribute__((visibility("hidden")));

enum { THUNK_SIZE = 64 };

/* No register of the caller changes on the way to the service. */
__asm__(".text\n"
        ".balign 64\n"
        "recorder_thunks:\n"
        ".set place, 0\n"
        ".rept 44\n"
        "   .balign 64\n"
        "   pushfq\n"
        "   push %rax\n"
        "   push %rdx\n"
        "   mov 24(%rsp), %rax\n" /* where the caller goes on */
        "   sub recorder_base(%rip), %rax\n"
        "   cmp recorder_size(%rip), %rax\n"
        "   jae 1f\n"
        "   mov $0x402, %dx\n"
        "   mov $(0x80 + place), %al\n"
        "   out %al, %dx\n"
        "1: pop %rdx\n"
        "   pop %rax\n"
        "   popfq\n"
        "   jmp *(recorder_original + 8 * place)(%rip)\n"
        "   .set place, place + 1\n"
        ".endr\n");

static EFI_BOOT_SERVICES *services; /* calls from here are not recorded */
static EFI_SET_WATCHDOG_TIMER set_watchdog_timer;
static EFI_DISCONNECT_CONTROLLER disconnect_controller;

static EFI_STATUS EFIAPI watchdog(UINTN seconds, UINT64 code, UINTN size, CHAR16 *data)
{
    debug_text("watchdog ");
    debug_number(seconds);
    debug_text("\n");
    return set_watchdog_timer(seconds, code, size, data);
}

/* How many drivers work on a PCI function; its id is left in `id`. */
static unsigned drivers_on(EFI_HANDLE controller, UINT32 *id)
{
    static EFI_GUID pci_io = EFI_PCI_IO_PROTOCOL_GUID;
    EFI_OPEN_PROTOCOL_INFORMATION_ENTRY *entries;
    EFI_PCI_IO_PROTOCOL *io;
    UINTN count;
    unsigned drivers = 0;
    if (EFI_ERROR(services->HandleProtocol(controller, &pci_io, (void **)&io)) ||
        EFI_ERROR(services->OpenProtocolInformation(controller, &pci_io, &entries, &count)))
        return 0;
    io->Pci.Read(io, EfiPciIoWidthUint32, 0, 1, id);
    for (UINTN i = 0; i < count; i++)
        drivers += (entries[i].Attributes & EFI_OPEN_PROTOCOL_BY_DRIVER) != 0;
    services->FreePool(entries);
    return drivers;
}

static EFI_STATUS EFIAPI disconnect(EFI_HANDLE controller, EFI_HANDLE driver, EFI_HANDLE child)
{
    UINT32 id = 0;
    unsigned before = drivers_on(controller, &id);
    EFI_STATUS status = disconnect_controller(controller, driver, child);
    if (id != 0) {
        debug_text("disconnect ");
        debug_number(id & 0xFFFF);
        debug_text(":");
        debug_number(id >> 16);
        debug_text(" drivers ");
        debug_number(before);
        debug_text(" to ");
        debug_number(drivers_on(controller, &id));
        debug_text("\n");
    }
    return status;
}

static void tell_place(const char *name, size_t offset)
{
    debug_text("service ");
    debug_text(name);
    debug_text(" ");
    debug_number((offset - sizeof(EFI_TABLE_HEADER)) / sizeof(void *));
    debug_text("\n");
}

void recorder_install(EFI_BOOT_SERVICES *table_of_services, const void *base, uint64_t size)
{
    services = table_of_services;
    void **table = (void **)((char *)services + sizeof(EFI_TABLE_HEADER));
    const size_t reserved = offsetof(EFI_BOOT_SERVICES, PCHandleProtocol);

    tell_place("SetWatchdogTimer", offsetof(EFI_BOOT_SERVICES, SetWatchdogTimer));
    tell_place("RaiseTPL", offsetof(EFI_BOOT_SERVICES, RaiseTPL));
    tell_place("RestoreTPL", offsetof(EFI_BOOT_SERVICES, RestoreTPL));
    tell_place("Stall", offsetof(EFI_BOOT_SERVICES, Stall));
    tell_place("CheckEvent", offsetof(EFI_BOOT_SERVICES, CheckEvent));
    tell_place("ConnectController", offsetof(EFI_BOOT_SERVICES, ConnectController));
    tell_place("DisconnectController", offsetof(EFI_BOOT_SERVICES, DisconnectController));
    recorder_base = (uint64_t)base;
    recorder_size = size;
    set_watchdog_timer = services->SetWatchdogTimer;
    disconnect_controller = services->DisconnectController;
    services->DisconnectController = disconnect;
    services->SetWatchdogTimer = watchdog;
    for (unsigned i = 0; i < THUNKS; i++) {
        recorder_original[i] = table[i];
        if (sizeof(EFI_TABLE_HEADER) + i * sizeof(void *) != reserved)
            table[i] = (void *)(recorder_thunks + i * THUNK_SIZE);
    }
    services->Hdr.CRC32 = 0;
    services->CalculateCrc32(services, services->Hdr.HeaderSize, &services->Hdr.CRC32);
}
