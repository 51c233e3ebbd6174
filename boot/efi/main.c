/* The UEFI platform, put together and handed to the program. */
#include "boot/efi/claim.h"
#include "boot/efi/clock.h"
#include "boot/efi/disk.h"
#include "boot/efi/display.h"
#include "boot/efi/hold.h"
#include "boot/efi/initrd.h"
#include "boot/efi/keyboard.h"
#include "boot/efi/load_options.h"
#include "boot/efi/memory.h"
#include "boot/efi/network.h"
#include "boot/platform.h"
#include "drivers/ports_x86.h"
#include "kernel/lib/string.h"
#include "kernel/version.h"

/* Everything the machine has, for as long as it runs. */
struct machine {
    struct platform platform;
    struct services services;
    struct notes notes;
    struct hold hold;
    struct clock clock;
    struct arena arena;
    struct display display;
    struct speaker speaker;
    struct keyboard keyboard;
    struct disks disks;
    uint8_t boot_path[DEVICE_PATH_MAX];
    struct device_path boot; /* in boot_path */
    char command_line[COMMAND_LINE_MAX + 1];
    struct efi_network card;
    struct network *network; /* in `card`, or NULL */
};

EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table);

static uint64_t now_us(void *context)
{
    return clock_now_us(&((struct machine *)context)->clock);
}

static void wait_us(void *context, uint32_t us)
{
    clock_wait_us(&((struct machine *)context)->clock, us);
}

static void date(void *context, struct calendar_time *time)
{
    clock_date(&((struct machine *)context)->hold, time);
}

static void rescan_disks(void *context)
{
    struct machine *machine = context;

    disks_scan(&machine->disks);
    machine->platform.disk_count = machine->disks.count;
    for (unsigned i = 0; i < machine->disks.count; i++)
        machine->platform.disks[i] = &machine->disks.disk[i].block;
}

static struct network *find_network(void *context)
{
    return ((struct machine *)context)->network;
}

static void hold(void *context, bool held)
{
    hold_set(&((struct machine *)context)->hold, held);
}

static void reboot(void *context)
{
    hold_reset(&((struct machine *)context)->hold, EfiResetCold);
}

static void power_off(void *context)
{
    hold_reset(&((struct machine *)context)->hold, EfiResetShutdown);
}

/* What started us (9.1): the command line, and the disk, whose path is copied because the firmware
 * may free its own. */
static void take_parameters(struct machine *machine)
{
    const struct services *services = &machine->services;
    EFI_LOADED_IMAGE *image = services_protocol(services, services->image, &guid_loaded_image);
    struct device_path boot;

    if (image == NULL)
        return;
    load_options_read(image->LoadOptions, image->LoadOptionsSize, machine->command_line);
    boot = services_path(services, image->DeviceHandle);
    memcpy(machine->boot_path, boot.nodes, boot.size);
    machine->boot = (struct device_path){machine->boot_path, boot.size};
}

static void fill_platform(struct machine *machine)
{
    struct platform *platform = &machine->platform;

    platform->context = machine;
    platform->firmware_name = "UEFI";
    platform->ports = &ports_x86;
    platform->arena = &machine->arena;
    platform->command_line = machine->command_line;
    platform->notes = machine->notes.text;
    platform->now_us = now_us;
    platform->wait_us = wait_us;
    platform->date = date;
    platform->rescan_disks = rescan_disks;
    platform->find_network = find_network;
    platform->hold = hold;
    platform->reboot = reboot;
    platform->power_off = power_off;
}

/* Last of all: from here on the firmware's console belongs to the screens. */
static void find_screen_and_keys(struct machine *machine)
{
    struct platform *platform = &machine->platform;

    machine->speaker.platform = platform;
    if (display_open(&machine->display, &machine->services, &machine->hold, &machine->speaker))
        platform->sinks[platform->sink_count++] = display_sink(&machine->display);
    keyboard_open(&machine->keyboard, &machine->services, &machine->hold, &machine->speaker);
    platform->keys[platform->key_source_count++] = keyboard_source(&machine->keyboard);
}

/*
 * Called by gnu-efi's start code. The watchdog comes first: the firmware set it to five minutes and
 * would reset the machine in the middle of a flash (7.5, SetWatchdogTimer()).
 */
EFI_STATUS efi_main(EFI_HANDLE image, EFI_SYSTEM_TABLE *table)
{
    static struct machine machine;
    struct services *services = &machine.services;

    table->BootServices->SetWatchdogTimer(0, 0, 0, NULL);
    *services = (struct services){
        .notes = &machine.notes, .image = image, .table = table, .boot = table->BootServices};
    services_say(services, "ODDRescue %s\n", ODDRESCUE_VERSION);
    machine.arena = memory_arena(services);
    if (machine.arena.base == NULL) {
        services_say(services, "The firmware gives no memory to work in.\n");
        return EFI_OUT_OF_RESOURCES;
    }
    services_say(services, "Measuring the clock...\n");
    clock_open(&machine.clock, services);
    take_parameters(&machine);
    fill_platform(&machine);
    machine.platform.initrd =
        initrd_load(services, machine.command_line, &machine.platform.initrd_size);
    claim_ide(services, machine.boot);
    claim_serial(services, machine.platform.serial_baud, PLATFORM_SERIAL_PORTS);
    hold_open(&machine.hold, services);
    disks_open(&machine.disks, services, &machine.hold, &machine.clock, machine.boot);
    machine.network = network_find(&machine.card, services, &machine.hold);
    find_screen_and_keys(&machine);
    rescue_main(&machine.platform);
    reboot(&machine);
    return EFI_ABORTED;
}
