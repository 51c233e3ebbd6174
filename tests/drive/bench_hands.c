/* What hands do at the bench: plugs, jumpers, switches, buttons, trays and discs. */
#include <stdlib.h>
#include <string.h>

#include "tests/drive/bench_request.h"

/* "NAME=number" among the words from `from` on; `standard` when it is not there. */
static unsigned long number_word(const struct bench_request *request, size_t from, const char *name,
                                 unsigned long standard)
{
    size_t length = strlen(name);

    for (size_t i = from; i < request->count; i++) {
        if (strncmp(request->words[i], name, length) == 0 && request->words[i][length] == '=') {
            return strtoul(request->words[i] + length + 1, NULL, 0);
        }
    }
    return standard;
}

/* A plug goes in: "bounce=MS" makes its contacts bounce for so long. */
static void plugged_in(struct bench_request *request, struct bench_place *place, size_t from)
{
    bench_cable_bounce(request->bench, place, 0, number_word(request, from, "bounce", 0) * 1000ull);
}

/* RESET- of one cable goes active and inactive: a plug that grounded it is pulled. */
static void reset_cable_of(struct bench *bench, const struct bench_place *place)
{
    for (unsigned channel = 0; channel < BENCH_CHANNELS; channel++) {
        if (place == &bench->places[channel][0] || place == &bench->places[channel][1]) {
            bench_cable_reset(bench, channel);
        }
    }
}

static bool do_plug(struct bench_request *request)
{
    struct bench_place *place = request->place;
    bool in = strcmp(request->words[0], "plug") == 0;

    if (place == NULL) {
        return bench_refuse(request, "not at a cable");
    }
    bool was_reversed = place->plugged && place->reversed;

    place->plugged = true;
    place->reversed = in && request->count > 2 && strcmp(request->words[2], "reversed") == 0;
    if (was_reversed && !place->reversed) {
        bench_cable_moved(request->bench);
        reset_cable_of(request->bench, place);
    }
    place->plugged = in;
    plugged_in(request, place, 2);
    return bench_done(request);
}

static bool do_bounce(struct bench_request *request)
{
    if (request->place == NULL) {
        return bench_refuse(request, "not at a cable");
    }
    bench_cable_bounce(request->bench, request->place,
                       (uint32_t)strtoul(request->words[2], NULL, 0),
                       number_word(request, 2, "ms", 0) * 1000ull);
    return bench_done(request);
}

static bool do_power(struct bench_request *request)
{
    bool on = strcmp(request->words[2], "on") == 0;

    if (!on && strcmp(request->words[2], "off") != 0) {
        return bench_refuse(request, "on or off");
    }
    bench_power(request->bench, request->device, on);
    return bench_done(request);
}

static bool do_jumper(struct bench_request *request)
{
    static const char *const names[] = {"cable", "master", "slave"};

    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(request->words[2], names[i]) == 0) {
            request->device->jumper = (enum bench_jumper)i;
            return bench_done(request);
        }
    }
    return bench_refuse(request, "cable, master or slave");
}

static bool do_eject(struct bench_request *request)
{
    struct drive *drive = request->device->drive;
    bool hold = strcmp(request->words[2], "hold") == 0;

    if (!hold && strcmp(request->words[2], "release") != 0) {
        return bench_refuse(request, "hold or release");
    }
    /* a running firmware moves the tray when the button is pressed, not when it is held from
     * power-on */
    if (hold && !drive->eject_held && sim_drive_tray_works(drive)) {
        sim_drive_tray(drive, request->bench->now_us, !drive->tray_open);
    }
    drive->eject_held = hold;
    return bench_done(request);
}

static bool do_tray(struct bench_request *request)
{
    bool open = strcmp(request->words[2], "open") == 0;

    if (!open && strcmp(request->words[2], "closed") != 0) {
        return bench_refuse(request, "open or closed");
    }
    sim_drive_tray(request->device->drive, request->bench->now_us, open);
    return bench_done(request);
}

static bool do_insert(struct bench_request *request)
{
    struct drive *drive = request->device->drive;
    const char *what = request->words[2];
    size_t size = 0;
    uint8_t *bytes = NULL;

    if (strcmp(what, "none") == 0) {
        sim_drive_remove_disc(drive);
        return bench_done(request);
    }
    if (strcmp(what, "blank") != 0) {
        bytes = bench_load_file(what, &size);
        if (bytes == NULL) {
            return bench_refuse(request, "can't read the file");
        }
    }
    bool good = sim_drive_insert(drive, request->bench->now_us, bytes, size);

    free(bytes);
    return good ? bench_done(request) : bench_refuse(request, "no memory");
}

/* Another device is put in the place of the one that is there, which goes to the shelf as it is. */
static bool do_swap(struct bench_request *request)
{
    struct bench_place *place = bench_find_place(request->bench, request->words[1]);
    struct bench_device *device = bench_find_device(request->bench, request->words[2]);

    if (place == NULL || device == NULL) {
        return bench_refuse(request, place == NULL ? "no such position" : "no such device");
    }
    bench_put(request->bench, place, device, true);
    plugged_in(request, place, 3);
    return bench_done(request);
}

/* A device is carried to a free connector, or to the shelf. */
static bool do_move(struct bench_request *request)
{
    struct bench_place *place = bench_find_place(request->bench, request->words[2]);

    if (place == NULL && strcmp(request->words[2], "shelf") != 0) {
        return bench_refuse(request, "no such position");
    }
    if (place != NULL && place->device != NULL && place->device != request->device) {
        return bench_refuse(request, "position is taken");
    }
    if (place != NULL) {
        bench_put(request->bench, place, request->device, true);
        plugged_in(request, place, 3);
    } else if (request->place != NULL) {
        request->place->device = NULL;
    }
    return bench_done(request);
}

const struct bench_command_entry bench_hands[] = {
    {"plug", do_plug, 2, BENCH_DEVICE},     {"unplug", do_plug, 2, BENCH_DEVICE},
    {"bounce", do_bounce, 3, BENCH_DEVICE}, {"power", do_power, 3, BENCH_DEVICE},
    {"jumper", do_jumper, 3, BENCH_DEVICE}, {"eject", do_eject, 3, BENCH_DRIVE},
    {"tray", do_tray, 3, BENCH_DRIVE},      {"insert", do_insert, 3, BENCH_DRIVE},
    {"swap", do_swap, 3, BENCH_NOTHING},    {"move", do_move, 3, BENCH_DEVICE},
    {NULL, NULL, 0, BENCH_NOTHING},
};
