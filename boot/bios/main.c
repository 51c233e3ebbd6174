/* The BIOS platform, put together and handed to the program. */
#include "boot/platform.h"

#include "boot/bios/clock.h"
#include "boot/bios/disk.h"
#include "boot/bios/display.h"
#include "boot/bios/exceptions.h"
#include "boot/bios/keyboard.h"
#include "boot/bios/layout.h"
#include "boot/bios/memory.h"
#include "boot/bios/parameters.h"
#include "boot/bios/power.h"
#include "boot/bios/pxe.h"
#include "boot/bios/real.h"
#include "drivers/ports_x86.h"
#include "kernel/lib/string.h"

/* Everything the machine has, for as long as it runs. */
struct machine {
    struct platform platform;
    struct boot_parameters parameters;
    struct arena arena;
    struct memory_map memory;
    struct vga vga;
    struct speaker speaker;
    struct bios_keyboard keyboard;
    struct bios_disks disks;
    struct pxe pxe;
    bool network_looked_for;
    struct network *network;
};

/* More would be of no use: two images of at most 1 MiB, their copies, a log. */
enum { ARENA_LIMIT = 64 * 1024 * 1024 };

extern uint8_t bss_end[];
CALLED_WITH_EAX void bios_main(uint32_t zero_page);

static void rescan_disks(void *context)
{
    struct machine *machine = context;

    disks_scan(&machine->disks);
    machine->platform.disk_count = machine->disks.count;
    for (unsigned i = 0; i < machine->disks.count; i++)
        machine->platform.disks[i] = &machine->disks.disk[i].block;
}

/* Whether `word` is one of the words of the command line. */
static bool has_word(const char *line, const char *word)
{
    size_t length = strlen(word);

    while (*line != '\0') {
        size_t end = 0;

        while (line[end] != '\0' && line[end] != ' ')
            end++;
        if (end == length && memcmp(line, word, length) == 0)
            return true;
        line += end + (line[end] == ' ');
    }
    return false;
}

/* Only where the loader's configuration says that it left the network card's driver alive. */
static struct network *find_network(void *context)
{
    struct machine *machine = context;
    const char *line = machine->platform.command_line;

    if (!machine->network_looked_for &&
        (has_word(line, "keeppxe") || has_word(line, "boot=network")))
        machine->network = pxe_open(&machine->pxe, line);
    machine->network_looked_for = true;
    return machine->network;
}

static void reboot(void *context)
{
    power_reboot(&((struct machine *)context)->platform);
}

/* The largest piece of memory above the kernel that the loader's ramdisk does not lie in. */
static void find_arena(struct machine *machine)
{
    uint32_t start = 0;

    memory_ask_bios(&machine->memory);
    memory_add(&machine->memory, machine->parameters.initrd, machine->parameters.initrd_size,
               false);
    machine->arena.size =
        memory_largest(&machine->memory, (uint32_t)(uintptr_t)bss_end, ARENA_LIMIT, &start);
    machine->arena.base = real_memory(start);
}

static void fill_platform(struct machine *machine)
{
    struct platform *platform = &machine->platform;

    platform->context = machine;
    platform->firmware_name = "BIOS";
    platform->arena = &machine->arena;
    platform->command_line = machine->parameters.command_line;
    platform->initrd_size = machine->parameters.initrd_size;
    platform->initrd =
        machine->parameters.initrd != 0 ? real_memory(machine->parameters.initrd) : NULL;
    platform->date = clock_date;
    platform->rescan_disks = rescan_disks;
    platform->find_network = find_network;
    platform->hold = NULL; /* Ctrl-Alt-Del is always caught, and nothing else can end us */
    platform->reboot = reboot;
    platform->power_off = power_off;
}

static void find_screen_and_keys(struct machine *machine)
{
    struct platform *platform = &machine->platform;

    if (display_open(&machine->vga, platform->ports)) {
        machine->vga.speaker = &machine->speaker;
        platform->sinks[platform->sink_count++] = vga_sink_open(&machine->vga);
    }
    keyboard_open(&machine->keyboard, platform, &machine->speaker);
    platform->keys[platform->key_source_count++] = keyboard_source(&machine->keyboard);
}

/* Called by boot/bios/start.S with the address of the loader's parameters. */
CALLED_WITH_EAX void bios_main(uint32_t zero_page)
{
    static struct machine machine;
    struct platform *platform = &machine.platform;

    parameters_take(&machine.parameters, zero_page);
    platform->ports = &ports_x86;
    platform->now_us = clock_now_us;
    platform->wait_us = clock_wait_us;
    machine.speaker.platform = platform;
    exceptions_open(platform);
    clock_open(platform->ports);
    real_open();
    find_arena(&machine);
    fill_platform(&machine);
    find_screen_and_keys(&machine);
    /* Disks are looked for when the program asks: the first screen does not wait for them. */
    if (has_word(platform->command_line, "crash=ud2"))
        __asm__ volatile("ud2"); /* shows the exception screen, so that it can be tested */
    rescue_main(platform);
    power_reboot(platform);
}
