/* Task priority level and ResetSystem(). */
#include "boot/efi/hold.h"

/* The firmware calls without a context, from a timer that may interrupt us anywhere. */
static volatile unsigned resets_asked;

static EFIAPI EFI_STATUS count_reset(EFI_RESET_TYPE type, EFI_STATUS status, UINTN size,
                                     CHAR16 *data)
{
    (void)type;
    (void)status;
    (void)size;
    (void)data;
    resets_asked++;
    return EFI_ABORTED; /* gnu-efi's type has a result; the firmware expects none */
}

/* Puts an entry into the table, whose header holds a CRC-32 of the whole (4.2). */
static void put_reset(const struct services *services, EFI_RESET_SYSTEM function)
{
    EFI_RUNTIME_SERVICES *runtime = services->table->RuntimeServices;
    UINT32 crc = 0;

    runtime->ResetSystem = function;
    runtime->Hdr.CRC32 = 0;
    services->boot->CalculateCrc32(runtime, runtime->Hdr.HeaderSize, &crc);
    runtime->Hdr.CRC32 = crc;
}

void hold_open(struct hold *hold, const struct services *services)
{
    *hold = (struct hold){.services = services,
                          .reset_system = services->table->RuntimeServices->ResetSystem};
    put_reset(services, count_reset);
}

void hold_set(struct hold *hold, bool held)
{
    if (hold->held == held)
        return;
    hold->held = held;
    if (held)
        hold->level_before = hold->services->boot->RaiseTPL(TPL_NOTIFY);
    else
        hold->services->boot->RestoreTPL(hold->level_before);
}

void hold_pause(struct hold *hold)
{
    if (!hold->held || hold->paused)
        return;
    hold->paused = true;
    hold->services->boot->RestoreTPL(hold->level_before);
}

void hold_resume(struct hold *hold)
{
    if (!hold->paused)
        return;
    hold->paused = false;
    hold->level_before = hold->services->boot->RaiseTPL(TPL_NOTIFY);
}

bool hold_reset_asked(struct hold *hold)
{
    if (resets_asked == hold->resets_seen)
        return false;
    hold->resets_seen = resets_asked;
    return true;
}

void hold_reset(struct hold *hold, EFI_RESET_TYPE type)
{
    hold_set(hold, false);
    put_reset(hold->services, hold->reset_system);
    hold->reset_system(type, EFI_SUCCESS, 0, NULL);
    put_reset(hold->services, count_reset);
}
