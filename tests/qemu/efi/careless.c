/* A program that does what ours must not: it leaves the watchdog armed, and waits. */
#include <efi.h>

#include "tests/qemu/efi/debug_port.h"

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table);

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table)
{
    (void)image;
    debug_text("careless\n");
    for (;;)
        table->BootServices->Stall(1000000);
}
