/* Text commands of the bench; tests/drive/README.md is their manual. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "tests/drive/bench_attach.h"
#include "tests/drive/bench_parts.h"

enum { WORDS = 32, LINE = 2048 };

/* One command being carried out. */
struct request {
    struct bench *bench;
    char *words[WORDS]; /* words[0] is the command */
    size_t count;
    struct bench_place *place; /* of the POS word, NULL when it names a device on the shelf */
    struct bench_device *device;
    char *answer;
    size_t answer_size;
    size_t used;
};

__attribute__((format(printf, 2, 3))) static void say(struct request *request, const char *format,
                                                      ...)
{
    va_list arguments;

    if (request->used + 1 >= request->answer_size) {
        return;
    }
    va_start(arguments, format);
    int length = vsnprintf(request->answer + request->used, request->answer_size - request->used,
                           format, arguments);
    va_end(arguments);
    if (length > 0) {
        size_t room = request->answer_size - request->used - 1;

        request->used += (size_t)length < room ? (size_t)length : room;
    }
}

/* "error ...": every refusal goes through here. */
static bool refuse(struct request *request, const char *reason)
{
    request->used = 0;
    say(request, "error %s", reason);
    return false;
}

static const char *const place_names[BENCH_CHANNELS][BENCH_POSITIONS] = {{"pm", "ps"},
                                                                         {"sm", "ss"}};

static struct bench_place *find_place(struct bench *bench, const char *word)
{
    for (unsigned channel = 0; channel < BENCH_CHANNELS; channel++) {
        for (unsigned i = 0; i < BENCH_POSITIONS; i++) {
            if (strcmp(place_names[channel][i], word) == 0) {
                return &bench->places[channel][i];
            }
        }
    }
    return NULL;
}

static struct bench_device *find_device(struct bench *bench, const char *name)
{
    for (unsigned i = 0; i < BENCH_DEVICES; i++) {
        if (bench->devices[i].used && strcmp(bench->devices[i].name, name) == 0) {
            return &bench->devices[i];
        }
    }
    return NULL;
}

static struct bench_place *place_of(struct bench *bench, const struct bench_device *device)
{
    for (unsigned channel = 0; channel < BENCH_CHANNELS; channel++) {
        for (unsigned i = 0; i < BENCH_POSITIONS; i++) {
            if (bench->places[channel][i].device == device) {
                return &bench->places[channel][i];
            }
        }
    }
    return NULL;
}

/* Puts the device on the cable; position and DEV bit follow the jumper, which is always right. */
static void put(struct bench *bench, struct bench_place *place, struct bench_device *device,
                bool plugged)
{
    struct bench_place *before = place_of(bench, device);

    if (before != NULL) {
        before->device = NULL;
    }
    place->device = device;
    place->plugged = plugged;
    place->bounces = 0;
}

static bool do_attach(struct request *request)
{
    struct bench *bench = request->bench;
    struct bench_place *place = find_place(bench, request->words[1]);
    char problem[BENCH_ANSWER] = "";
    bool plugged = true;

    if (place == NULL && strcmp(request->words[1], "shelf") != 0) {
        return refuse(request, "no such position");
    }
    if (place != NULL && place->device != NULL) {
        return refuse(request, "position is taken");
    }
    for (unsigned i = 0; i < BENCH_DEVICES; i++) {
        struct bench_device *device = &bench->devices[i];

        if (device->used) {
            continue;
        }
        if (!bench_build(bench, device, &request->words[2], request->count - 2, problem,
                         &plugged)) {
            return refuse(request, problem);
        }
        if (place != NULL) {
            put(bench, place, device, plugged);
        }
        say(request, "ok %s", device->name);
        return true;
    }
    return refuse(request, "the bench is full");
}

static bool do_detach(struct request *request)
{
    if (request->place != NULL) {
        request->place->device = NULL;
    }
    bench_flush_device(request->bench, request->device);
    sim_drive_free(request->device->drive);
    sim_disk_free(request->device->disk);
    memset(request->device, 0, sizeof *request->device);
    say(request, "ok");
    return true;
}

static bool do_plug(struct request *request)
{
    if (request->place == NULL) {
        return refuse(request, "not at a cable");
    }
    request->place->plugged = strcmp(request->words[0], "plug") == 0;
    say(request, "ok");
    return true;
}

static bool do_bounce(struct request *request)
{
    if (request->place == NULL) {
        return refuse(request, "not at a cable");
    }
    request->place->bounces = (uint32_t)strtoul(request->words[2], NULL, 0);
    say(request, "ok");
    return true;
}

static bool do_power(struct request *request)
{
    bool on = strcmp(request->words[2], "on") == 0;

    if (!on && strcmp(request->words[2], "off") != 0) {
        return refuse(request, "on or off");
    }
    bench_power(request->bench, request->device, on);
    say(request, "ok");
    return true;
}

static bool do_eject(struct request *request)
{
    struct drive *drive = request->device->drive;
    bool hold = strcmp(request->words[2], "hold") == 0;

    if (!hold && strcmp(request->words[2], "release") != 0) {
        return refuse(request, "hold or release");
    }
    /* a running firmware moves the tray when the button is pressed, not when it is held from
     * power-on */
    if (hold && !drive->eject_held && drive->phase == SIM_PHASE_READY && !drive->boot_code &&
        !drive->garbage) {
        drive->tray_open = !drive->tray_open;
    }
    drive->eject_held = hold;
    say(request, "ok");
    return true;
}

static bool do_tray(struct request *request)
{
    bool open = strcmp(request->words[2], "open") == 0;

    if (!open && strcmp(request->words[2], "closed") != 0) {
        return refuse(request, "open or closed");
    }
    request->device->drive->tray_open = open;
    say(request, "ok");
    return true;
}

static bool do_insert(struct request *request)
{
    struct drive *drive = request->device->drive;
    const char *what = request->words[2];
    size_t size = 0;
    uint8_t *bytes = NULL;

    if (strcmp(what, "none") == 0) {
        sim_drive_remove_disc(drive);
        say(request, "ok");
        return true;
    }
    if (strcmp(what, "blank") != 0) {
        bytes = bench_load_file(what, &size);
        if (bytes == NULL) {
            return refuse(request, "can't read the file");
        }
    }
    bool good = sim_drive_insert(drive, bytes, size);

    free(bytes);
    if (!good) {
        return refuse(request, "no memory");
    }
    say(request, "ok");
    return true;
}

/* Another device is put in the place of the one that is there, which goes to the shelf as it is. */
static bool do_swap(struct request *request)
{
    struct bench_place *place = find_place(request->bench, request->words[1]);
    struct bench_device *device = find_device(request->bench, request->words[2]);

    if (place == NULL || device == NULL) {
        return refuse(request, place == NULL ? "no such position" : "no such device");
    }
    put(request->bench, place, device, true);
    say(request, "ok");
    return true;
}

/* power_cut_at belongs to the bench: the n-th flash change from now on. */
static bool set_power_cut(struct request *request, const char *text)
{
    const char *value = strchr(text, '=');
    unsigned long n = strtoul(value != NULL ? value + 1 : "1", NULL, 0);

    if (n == 0) {
        return refuse(request, "bad parameter");
    }
    request->bench->cut_at = request->bench->changes + n;
    say(request, "ok");
    return true;
}

static bool do_fault(struct request *request)
{
    const char *name = request->words[2];

    if (strncmp(name, "power_cut_at", 12) == 0) {
        return set_power_cut(request, request->count > 3 ? request->words[3] : name);
    }
    if (!sim_fault_set_by_name(&request->device->drive->faults, name, &request->words[3],
                               request->count - 3)) {
        return refuse(request, "no such fault or parameter");
    }
    say(request, "ok");
    return true;
}

static bool do_clear(struct request *request)
{
    sim_fault_clear(&request->device->drive->faults);
    say(request, "ok");
    return true;
}

static bool do_load(struct request *request)
{
    struct sim_chip *chip = request->device->drive->chip;
    size_t size = 0;
    uint8_t *bytes = bench_load_file(request->words[2], &size);

    if (bytes == NULL || size > chip->type->size) {
        free(bytes);
        return refuse(request, bytes == NULL ? "can't read the file" : "larger than the flash");
    }
    memset(chip->cells, 0xFF, chip->type->size);
    memcpy(chip->cells, bytes, size);
    free(bytes);
    say(request, "ok %zu", size);
    return true;
}

static bool do_dump(struct request *request)
{
    struct sim_chip *chip = request->device->drive->chip;

    if (!bench_save_file(request->words[2], chip->cells, chip->type->size) ||
        !bench_flush_device(request->bench, request->device)) {
        return refuse(request, "can't write the file");
    }
    say(request, "ok %u", (unsigned)chip->type->size);
    return true;
}

static bool do_eeprom(struct request *request)
{
    struct drive *drive = request->device->drive;

    if (!bench_save_file(request->words[2], drive->eeprom, sizeof drive->eeprom)) {
        return refuse(request, "can't write the file");
    }
    say(request, "ok %u", (unsigned)sizeof drive->eeprom);
    return true;
}

static const char *place_name(struct bench *bench, const struct bench_device *device)
{
    struct bench_place *place = place_of(bench, device);

    for (unsigned channel = 0; channel < BENCH_CHANNELS && place != NULL; channel++) {
        for (unsigned i = 0; i < BENCH_POSITIONS; i++) {
            if (place == &bench->places[channel][i]) {
                return place_names[channel][i];
            }
        }
    }
    return "shelf";
}

static void say_drive(struct request *request, const struct drive *drive)
{
    static const char *const leds[] = {"off", "on", "blink"};

    say(request, " chip=%s phase=%s gate=%s eject=%s led=%s tray=%s disc=%s",
        drive->chip->type->name, sim_phase_name(drive->phase), drive->gate ? "open" : "closed",
        drive->eject_held ? "held" : "released", leds[drive->led],
        drive->tray_open ? "open" : "closed",
        drive->medium == NULL ? "none" : (drive->medium_blank ? "blank" : "data"));
    say(request, " intros=%llu commands=%llu destroyed=%llu packets=%llu programs=%llu erases=%llu",
        (unsigned long long)drive->intros, (unsigned long long)drive->vendor_commands,
        (unsigned long long)drive->destroyed, (unsigned long long)drive->packets,
        (unsigned long long)drive->chip->programs, (unsigned long long)drive->chip->erases);
    for (unsigned i = 0; i < SIM_FAULT_COUNT; i++) {
        if (drive->faults.state[i].on) {
            say(request, " fault=%s", sim_fault_name((enum sim_fault)i));
        }
    }
}

static bool do_status(struct request *request)
{
    struct bench *bench = request->bench;

    for (unsigned i = 0; i < BENCH_DEVICES; i++) {
        struct bench_device *device = &bench->devices[i];

        if (!device->used) {
            continue;
        }
        struct bench_place *place = place_of(bench, device);

        if (device->drive != NULL) {
            sim_drive_settle(device->drive, bench->now_us);
        }
        say(request, "%s %s %s power=%s cable=%s", place_name(bench, device),
            device->drive != NULL ? "drive" : "disk", device->name,
            bench_powered(device) ? "on" : "off",
            place != NULL && place->plugged ? "plugged" : "unplugged");
        if (device->drive != NULL) {
            say_drive(request, device->drive);
        } else {
            say(request, " vendor=%llu keys=%llu writes=%llu",
                (unsigned long long)device->disk->vendor_commands,
                (unsigned long long)device->disk->vendor_keys,
                (unsigned long long)device->disk->writes);
        }
        say(request, "\n");
    }
    say(request, "ok accesses=%llu changes=%llu", (unsigned long long)bench->accesses,
        (unsigned long long)bench->changes);
    return true;
}

static bool do_float(struct request *request)
{
    unsigned long channel = strtoul(request->words[1], NULL, 0);
    unsigned long value = strtoul(request->words[2], NULL, 16);

    if (channel >= BENCH_CHANNELS || value > 0xFF) {
        return refuse(request, "float CHANNEL HEX");
    }
    request->bench->float_value[channel] = (uint8_t)value;
    say(request, "ok");
    return true;
}

static bool do_trace(struct request *request)
{
    struct bench *bench = request->bench;
    bool on = strcmp(request->words[1], "on") == 0;

    if (bench->trace_file != NULL) {
        fclose(bench->trace_file);
        bench->trace_file = NULL;
    }
    if (on && request->count == 3) {
        bench->trace_file = fopen(request->words[2], "w");
    }
    if (on != (bench->trace_file != NULL)) {
        return refuse(request, "can't write the file");
    }
    say(request, "ok");
    return true;
}

static bool do_reset(struct request *request)
{
    bench_hard_reset(request->bench);
    say(request, "ok");
    return true;
}

/* What the word after the command must be. */
enum target { NOTHING, DEVICE, DRIVE };

struct command {
    const char *name;
    bool (*run)(struct request *request);
    size_t words; /* at least, with the command itself */
    enum target target;
};

static const struct command commands[] = {
    {"attach", do_attach, 3, NOTHING}, {"detach", do_detach, 2, DEVICE},
    {"plug", do_plug, 2, DEVICE},      {"unplug", do_plug, 2, DEVICE},
    {"bounce", do_bounce, 3, DEVICE},  {"power", do_power, 3, DEVICE},
    {"eject", do_eject, 3, DRIVE},     {"tray", do_tray, 3, DRIVE},
    {"insert", do_insert, 3, DRIVE},   {"swap", do_swap, 3, NOTHING},
    {"fault", do_fault, 3, DRIVE},     {"clear", do_clear, 2, DRIVE},
    {"load", do_load, 3, DRIVE},       {"dump", do_dump, 3, DRIVE},
    {"eeprom", do_eeprom, 3, DRIVE},   {"status", do_status, 1, NOTHING},
    {"float", do_float, 3, NOTHING},   {"trace", do_trace, 2, NOTHING},
    {"reset", do_reset, 1, NOTHING},
};

static void split(struct request *request, char *line)
{
    char *rest = NULL;

    for (char *word = strtok_r(line, " \t\r\n", &rest); word != NULL && request->count < WORDS;
         word = strtok_r(NULL, " \t\r\n", &rest)) {
        request->words[request->count++] = word;
    }
}

/* Finds the device that words[1] means, by position or by name. */
static bool find_target(struct request *request, enum target target)
{
    if (target == NOTHING) {
        return true;
    }
    request->place = find_place(request->bench, request->words[1]);
    request->device = request->place != NULL ? request->place->device
                                             : find_device(request->bench, request->words[1]);
    if (request->device == NULL) {
        return refuse(request, "nothing there");
    }
    if (request->place == NULL) {
        request->place = place_of(request->bench, request->device);
    }
    if (target == DRIVE) {
        if (request->device->drive == NULL) {
            return refuse(request, "not a drive");
        }
        sim_drive_settle(request->device->drive, request->bench->now_us);
        sim_chip_settle(request->device->drive->chip, request->bench->now_us);
    }
    return true;
}

static bool run(struct request *request)
{
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (strcmp(commands[i].name, request->words[0]) != 0) {
            continue;
        }
        if (request->count < commands[i].words) {
            return refuse(request, "too few words");
        }
        return find_target(request, commands[i].target) && commands[i].run(request);
    }
    return refuse(request, "unknown command");
}

bool bench_command(struct bench *bench, const char *line, char *answer, size_t answer_size)
{
    char copy[LINE];
    struct request request = {.bench = bench, .answer = answer, .answer_size = answer_size};

    if (answer_size != 0) {
        answer[0] = '\0';
    }
    if (strlen(line) >= sizeof copy) {
        return refuse(&request, "line too long");
    }
    strcpy(copy, line);
    split(&request, copy);
    bool good = request.count != 0 ? run(&request) : refuse(&request, "empty command");

    bench_check_power(bench);
    return good;
}
