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

void play_run(struct play *play, const char *command_line, const struct play_step *steps,
              unsigned count)
{
    play->steps = steps;
    play->step_count = count;
    play->step = play->typed = 0;
    play->step_started_us = bench_now_us(play->bench);
    play->platform.command_line = command_line;
    play->arena.used = 0;
    rescan(&play->ports);
    rescue_main(&play->platform);
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
    if (play->has_stick) {
        file_disk_close(&play->disk);
        fat_image_close(&play->stick);
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

bool play_stick_file_holds(struct play *play, const char *name, const char *text)
{
    uint32_t size;
    uint8_t *bytes = fat_image_get(&play->stick, name, &size);
    bool found = false;

    if (!bytes)
        return false;
    for (uint32_t i = 0; !found && i + strlen(text) <= size; i++)
        found = memcmp(bytes + i, text, strlen(text)) == 0;
    free(bytes);
    return found;
}
