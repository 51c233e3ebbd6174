#include "tests/support/play.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tests/firmware/firmware_maker.h"
#include "tests/support/bench_script.h"

enum { PATIENCE_US = 200000000, STICK_KIB = 16384 };

/* ---- the machine ---- */

/* platform->context is the struct sim_ports inside the play. */
static struct play *play_of(void *context)
{
    return (struct play *)((char *)context - offsetof(struct play, ports));
}

static void date(void *context, struct calendar_time *time)
{
    (void)context;
    *time = (struct calendar_time){2026, 11, 20, 12, 34, 56};
}

static void rescan(void *context)
{
    struct play *play = play_of(context);

    play->platform.disk_count = play->has_stick && !play->stick_pulled;
    play->platform.disks[0] = &play->disk.device;
    for (unsigned i = 0; i < PLAY_DRIVES; i++) {
        if (play->drives[i].there)
            play->platform.disks[play->platform.disk_count++] = &play->drives[i].disk.device;
    }
}

/* ---- the network: its time is the bench's ---- */

static err_t server_send(void *context, uint16_t from, const uint8_t address[4], uint16_t port,
                         const void *bytes, uint16_t size)
{
    struct play *play = context;
    struct network *network = &play->server->network;

    play->server->now_us = bench_now_us(play->bench);
    return network->send(network->context, from, address, port, bytes, size);
}

static err_t server_receive(void *context, uint16_t to, uint8_t address[4], uint16_t *port,
                            void *bytes, uint16_t limit, uint16_t *size)
{
    struct play *play = context;
    struct network *network = &play->server->network;
    uint64_t before_us = bench_now_us(play->bench);
    err_t error;

    play->server->now_us = before_us;
    error = network->receive(network->context, to, address, port, bytes, limit, size);
    bench_advance(play->bench, play->server->now_us - before_us);
    return error;
}

static struct network *find_network(void *context)
{
    struct play *play = play_of(context);

    return play->server ? &play->network : NULL;
}

static void hold(void *context, bool on)
{
    play_of(context)->holds += on ? 1u : -1u;
}

static void reboot(void *context)
{
    play_of(context)->rebooted = true;
}

static void power_off(void *context)
{
    play_of(context)->powered_off = true;
}

/* ---- the script ---- */

static void show_screen(const struct play *play)
{
    char line[SCREEN_COLUMNS + 1];

    for (unsigned row = 0; row < SCREEN_ROWS; row++) {
        text_screen_row(play->screen.cells, row, line);
        print_error("%s\n", line);
    }
}

static uint16_t next_key(void *context)
{
    struct play *play = context;
    const struct play_step *step;
    uint64_t now_us = bench_now_us(play->bench);

    if (play->step >= play->step_count) {
        if (now_us - play->step_started_us > PATIENCE_US) {
            show_screen(play);
            fail_msg("the program does not end after the last key");
        }
        return KEY_NONE;
    }
    step = &play->steps[play->step];
    if (play->typed == 0) {
        if (step->wait && text_screen_find(play->screen.cells, step->wait) < 0) {
            if (now_us - play->step_started_us > PATIENCE_US) {
                show_screen(play);
                fail_msg("step %u: \"%s\" does not appear", play->step, step->wait);
            }
            return KEY_NONE;
        }
        if (step->act)
            step->act(play);
    }
    if (step->text && step->text[play->typed])
        return (uint8_t)step->text[play->typed++];
    play->typed = 0;
    play->step++;
    play->step_started_us = now_us;
    return step->key;
}

static void run_program(struct play *play)
{
    rescue_main(&play->platform);
}

void play_run(struct play *play, const char *command_line, const struct play_step *steps,
              unsigned count)
{
    play->platform.command_line = command_line;
    play_part(play, run_program, steps, count);
}

void play_part(struct play *play, void (*part)(struct play *play), const struct play_step *steps,
               unsigned count)
{
    play->steps = steps;
    play->step_count = count;
    play->step = play->typed = 0;
    play->step_started_us = bench_now_us(play->bench);
    play->arena.used = 0;
    rescan(&play->ports);
    part(play);
    if (play->step != play->step_count) {
        show_screen(play);
        fail_msg("the program ended at step %u of %u", play->step, play->step_count);
    }
    assert_int_equal(play->holds, 0);
    assert_int_equal(play->screen.outside, 0);
}

/* ---- setting up ---- */

static uint8_t (*real_in8)(void *context, uint16_t port);

static uint8_t watched_in8(void *context, uint16_t port)
{
    struct play *play = play_of(context);

    if (!play->accessed)
        play->first_access_flushes = play->screen.flushes;
    play->accessed = true;
    return real_in8(context, port);
}

void play_open(struct play *play)
{
    memset(play, 0, sizeof *play);
    play->bench = bench_new(1);
    assert_non_null(play->bench);
    sim_ports_open(&play->ports, play->bench);
    sim_ports_platform(&play->ports, &play->platform);
    real_in8 = play->ports.ports.in8;
    play->ports.ports.in8 = watched_in8;
    play->platform.firmware_name = "BIOS";
    play->arena.base = aligned_alloc(16, PLAY_ARENA);
    play->arena.size = PLAY_ARENA;
    play->platform.arena = &play->arena;
    play->platform.date = date;
    play->platform.rescan_disks = rescan;
    play->platform.find_network = find_network;
    play->platform.hold = hold;
    play->platform.reboot = reboot;
    play->platform.power_off = power_off;
    text_screen_open(&play->screen, SCREEN_ROWS);
    play->platform.sinks[0] = text_screen_sink(&play->screen);
    play->platform.sink_count = 1;
    play->platform.keys[0] = (struct key_source){.context = play, .read = next_key};
    play->platform.key_source_count = 1;
}

void play_close(struct play *play)
{
    if (play->has_stick)
        file_disk_close(&play->disk);
    for (unsigned i = 0; i < PLAY_DRIVES; i++) {
        if (play->drives[i].disk.device.context)
            file_disk_close(&play->drives[i].disk);
    }
    if (play->has_stick || play->has_folder)
        fat_image_close(&play->stick);
    if (play->server) {
        fake_tftp_close(play->server);
        free(play->server);
    }
    bench_free(play->bench);
    free(play->arena.base);
}

void play_insert_stick(struct play *play, bool ours)
{
    fat_image_format(&play->stick, STICK_KIB, "-F 16 -n RESCUE");
    if (ours)
        fat_image_put(&play->stick, "SYSLINUX.CFG", "DEFAULT oddrescue\n", 18);
    file_disk_open(&play->disk, play->stick.path, 512);
    play->has_stick = true;
}

void play_make_image(struct play *play, const char *image, unsigned kib, const char *options,
                     bool ours)
{
    static const char loader[] = "DEFAULT oddrescue\n";

    if (!play->has_stick && !play->has_folder) {
        fat_image_open(&play->stick, 1);
        play->has_folder = true;
    }
    fat_image_run(&play->stick, "mkfs.fat %s -C %s %u", options, image, kib);
    if (!ours)
        return;
    fat_image_host_file(&play->stick, "syslinux.cfg", loader, sizeof loader - 1);
    fat_image_run(&play->stick, "mcopy -i %s syslinux.cfg ::", image);
}

void play_insert(struct play *play, unsigned index, const char *name, const char *image)
{
    struct play_drive *drive = &play->drives[index];
    bool before = drive->there;
    char path[160];

    if (drive->disk.device.context)
        file_disk_close(&drive->disk);
    snprintf(path, sizeof path, "%s/%s", play->stick.folder, image ? image : "disk.img");
    file_disk_open(&drive->disk, path, 512);
    snprintf(drive->disk.device.name, sizeof drive->disk.device.name, "%s", name);
    if (!image) {
        drive->disk.removed = true;
        drive->disk.device.sector_count = 2880;
    }
    drive->disk.changed = before && image;
    drive->there = true;
}

struct fake_tftp *play_connect(struct play *play, const char *boot_file)
{
    play->server = calloc(1, sizeof *play->server);
    assert_non_null(play->server);
    fake_tftp_open(play->server);
    play->network = play->server->network;
    play->network.context = play;
    play->network.send = server_send;
    play->network.receive = server_receive;
    snprintf(play->network.boot_file, sizeof play->network.boot_file, "%s", boot_file);
    return play->server;
}

void play_pull_stick(struct play *play)
{
    play->stick_pulled = true;
    play->disk.removed = true;
}

void play_put_stick_back(struct play *play)
{
    play->stick_pulled = false;
    play->disk.removed = false;
}

void play_attach_dead(struct play *play, const char *position, const char *options)
{
    char words[256];

    snprintf(words, sizeof words, "signature=no %s", options);
    bench_attach_dead(play->bench, position, "silent", words);
}

uint8_t *play_firmware(uint32_t size, const char *vendor, const char *product, const char *revision)
{
    struct sim_firmware_recipe recipe;
    uint8_t *image = malloc(size);

    assert_non_null(image);
    sim_firmware_recipe(&recipe, size);
    recipe.vendor = vendor;
    recipe.product = product;
    recipe.revision = revision;
    recipe.sparse = true;
    assert_int_equal(sim_firmware_make(&recipe, image, size), size);
    return image;
}

static bool holds(const uint8_t *bytes, uint32_t size, const char *text)
{
    size_t length = strlen(text);

    for (uint32_t i = 0; i + length <= size; i++) {
        if (memcmp(bytes + i, text, length) == 0)
            return true;
    }
    return false;
}

bool play_stick_file_holds(struct play *play, const char *name, const char *text)
{
    uint32_t size;
    uint8_t *bytes = fat_image_get(&play->stick, name, &size);
    bool found = bytes && holds(bytes, size, text);

    free(bytes);
    return found;
}

bool play_image_file_holds(struct play *play, const char *image, const char *name, const char *text)
{
    uint32_t size;
    uint8_t *bytes;
    bool found;

    if (fat_image_try(&play->stick, "mcopy -n -i %s ::%s taken.out", image, name) != 0)
        return false;
    bytes = fat_image_host_read(&play->stick, "taken.out", &size);
    found = bytes && holds(bytes, size, text);
    free(bytes);
    fat_image_run(&play->stick, "rm taken.out");
    return found;
}

bool play_server_file_holds(struct play *play, const char *name, const char *text)
{
    const struct fake_file *file = fake_tftp_find(play->server, name);

    return file && holds(file->bytes, file->size, text);
}
