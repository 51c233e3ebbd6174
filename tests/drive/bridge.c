/*
 * drive-bridge: the bench as a PCI IDE controller of stock QEMU.
 *
 *   qemu-system-x86_64 ... -device x-pci-proxy-dev,id=ide,fd=N
 *   drive-bridge --fd M --channels secondary --attach "attach sm drive chip=SST39SF010A ..."
 *
 * N and M are the two ends of one socketpair(AF_UNIX, SOCK_STREAM). Ports only: no DMA, and no
 * interrupts (QEMU forwards them only with KVM), so the guest has to poll.
 *
 * Time on the bench is the host's monotonic clock, or with --slow N one that runs N times slower. A
 * port access takes about 15 µs here and about 1 µs on a PC: while a flash chip collects the bytes
 * of a page, an access therefore never counts as more than a few µs.
 */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/drive/bench.h"
#include "tests/drive/bridge_control.h"
#include "tests/drive/bridge_link.h"
#include "tests/drive/bridge_pci.h"

enum { EXIT_USAGE = 2 };

/* The 40 port accesses at most between two bytes of a page must together stay below the 200 µs in
 * which the next byte has to come. */
enum { PAGE_PAUSE_US = 5 };

/* How long a client of the control socket waits at most, whether the guest is busy or quiet. */
enum { SERVE_US = 10000 };

enum { ATTACH_COMMANDS = 32, ANSWER_SIZE = 4096 };

struct options {
    int fd;
    const char *control;
    const char *chipset;
    const char *commands[ATTACH_COMMANDS];
    size_t command_count;
    bool primary, secondary;
    enum bridge_mode mode;
    uint64_t seed;
    uint64_t slowness; /* host µs per bench µs */
};

struct bridge {
    struct bench *bench;
    struct bridge_link link;
    struct bridge_pci pci;
    struct bridge_control control;
    uint64_t slowness;
    uint64_t last_us; /* host's clock, up to which the bench has lived */
};

static volatile sig_atomic_t stopped;

static void stop(int signal_number)
{
    (void)signal_number;
    stopped = 1;
}

static int usage(const char *problem)
{
    fprintf(
        stderr,
        "drive-bridge: %s\n"
        "usage: drive-bridge --fd N [--control SOCKET] [--attach COMMAND]...\n"
        "                    [--channels primary|secondary|both] [--native | --native-at-once]\n"
        "                    [--chipset NAME[,primary|secondary=on|off|float][,XX=XX]...]\n"
        "                    [--seed N] [--slow N]\n",
        problem);
    return EXIT_USAGE;
}

static bool set_channels(struct options *options, const char *name)
{
    bool both = strcmp(name, "both") == 0;
    options->primary = both || strcmp(name, "primary") == 0;
    options->secondary = both || strcmp(name, "secondary") == 0;
    return options->primary || options->secondary;
}

/* Returns NULL, or what is wrong. */
static const char *read_options(struct options *options, int count, char **words)
{
    static const struct option names[] = {
        {"fd", required_argument, NULL, 'f'},       {"control", required_argument, NULL, 'c'},
        {"attach", required_argument, NULL, 'a'},   {"chipset", required_argument, NULL, 'C'},
        {"channels", required_argument, NULL, 'n'}, {"native", no_argument, NULL, 'N'},
        {"native-at-once", no_argument, NULL, 'O'}, {"seed", required_argument, NULL, 's'},
        {"slow", required_argument, NULL, 'S'},     {NULL, 0, NULL, 0}};
    *options =
        (struct options){.fd = -1, .primary = true, .secondary = true, .seed = 1, .slowness = 1};
    for (int option; (option = getopt_long(count, words, "", names, NULL)) != -1;) {
        if (option == 'f')
            options->fd = atoi(optarg);
        else if (option == 'c')
            options->control = optarg;
        else if (option == 'C')
            options->chipset = optarg;
        else if (option == 'N')
            options->mode = BRIDGE_NATIVE;
        else if (option == 'O')
            options->mode = BRIDGE_NATIVE_AT_ONCE;
        else if (option == 's')
            options->seed = strtoull(optarg, NULL, 0);
        else if (option == 'S')
            options->slowness = strtoull(optarg, NULL, 0);
        else if (option == 'n' && !set_channels(options, optarg))
            return "--channels is primary, secondary or both";
        else if (option == 'a' && options->command_count == ATTACH_COMMANDS)
            return "too many --attach";
        else if (option == 'a')
            options->commands[options->command_count++] = optarg;
        else if (option == '?')
            return "unknown option";
    }
    if (optind != count)
        return "a word that is no option";
    if (options->slowness == 0)
        return "--slow is at least 1";
    return options->fd < 0 ? "--fd is missing" : NULL;
}

static uint64_t clock_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/*
 * A PC writes the bytes of a page one right after the other. Here the host's scheduler may take the
 * processor away for some ms in between, and the chip would close the page half full: such pauses
 * do not count.
 */
static void let_time_pass(struct bridge *bridge)
{
    uint64_t passed = (clock_us() - bridge->last_us) / bridge->slowness;
    bridge->last_us += passed * bridge->slowness;
    if (passed > PAGE_PAUSE_US && bench_loads_page(bridge->bench))
        passed = PAGE_PAUSE_US;
    bench_advance(bridge->bench, passed);
}

/* Carries out one message. Returns false when the answer found nobody. */
static bool handle(struct bridge *bridge, const struct bridge_message *message)
{
    uint64_t value = 0;
    let_time_pass(bridge);
    switch (message->command) {
    case BRIDGE_CONFIG_READ:
        value = bridge_pci_config_read(&bridge->pci, (uint32_t)message->address, message->size);
        break;
    case BRIDGE_CONFIG_WRITE:
        bridge_pci_config_write(&bridge->pci, (uint32_t)message->address, message->size,
                                (uint32_t)message->value);
        break;
    case BRIDGE_BAR_READ:
        value = bridge_pci_port_read(&bridge->pci, message->address, message->size);
        break;
    case BRIDGE_BAR_WRITE:
        bridge_pci_port_write(&bridge->pci, message->address, message->size, message->value);
        break;
    case BRIDGE_DEVICE_RESET:
        bridge_pci_reset(&bridge->pci);
        break;
    case BRIDGE_SYNC_SYSMEM:
    case BRIDGE_SET_IRQFD:
    case BRIDGE_RET:
        break;
    }
    return !bridge_link_wants_answer(message->command) || bridge_link_answer(&bridge->link, value);
}

static void serve_control(struct bridge *bridge)
{
    let_time_pass(bridge);
    bridge_control_serve(&bridge->control);
}

static int run(struct bridge *bridge)
{
    uint64_t served = clock_us();
    while (!stopped && !bridge->control.quit) {
        struct bridge_message message;
        enum bridge_link_state state = bridge_link_receive(&bridge->link, &message);
        if (state == BRIDGE_LINK_BAD) {
            fprintf(stderr, "drive-bridge: QEMU sent %s\n", bridge->link.error);
            return EXIT_FAILURE;
        }
        if (state == BRIDGE_LINK_CLOSED)
            break;
        if (state == BRIDGE_LINK_MESSAGE && !handle(bridge, &message))
            break;
        if (clock_us() - served >= SERVE_US) {
            serve_control(bridge);
            served = clock_us();
        }
    }
    fprintf(stderr, "drive-bridge: %llu register reads, %llu writes\n",
            (unsigned long long)bridge->pci.reads, (unsigned long long)bridge->pci.writes);
    return EXIT_SUCCESS;
}

static bool furnish(struct bench *bench, const struct options *options)
{
    for (size_t i = 0; i < options->command_count; i++) {
        char answer[ANSWER_SIZE];
        if (!bench_command(bench, options->commands[i], answer, sizeof answer)) {
            fprintf(stderr, "drive-bridge: %s: %s\n", options->commands[i], answer);
            return false;
        }
    }
    return true;
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = stop};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
}

int main(int count, char **words)
{
    struct options options;
    const char *problem = read_options(&options, count, words);
    if (problem)
        return usage(problem);
    struct bridge bridge = {
        .bench = bench_new(options.seed), .slowness = options.slowness, .last_us = clock_us()};
    if (!bridge.bench) {
        fprintf(stderr, "drive-bridge: no memory\n");
        return EXIT_FAILURE;
    }
    catch_signals();
    int result = EXIT_FAILURE;
    if (!bridge_pci_open(&bridge.pci, bridge.bench, options.mode, options.primary,
                         options.secondary, options.chipset)) {
        result = usage("no such chipset, or it has no such bit");
    } else if (furnish(bridge.bench, &options) &&
               bridge_control_open(&bridge.control, bridge.bench, &bridge.pci, options.control)) {
        bridge_link_open(&bridge.link, options.fd, SERVE_US);
        result = run(&bridge);
        bridge_control_close(&bridge.control);
    }
    if (!bench_flush(bridge.bench)) {
        fprintf(stderr, "drive-bridge: a flash file could not be written\n");
        result = EXIT_FAILURE;
    }
    bench_free(bridge.bench);
    return result;
}
