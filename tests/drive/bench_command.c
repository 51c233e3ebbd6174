/* Text commands of the bench; tests/drive/README.md is their manual. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "tests/drive/bench_attach.h"
#include "tests/drive/bench_request.h"

enum { LINE = 2048 };

void bench_say(struct bench_request *request, const char *format, ...)
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

bool bench_done(struct bench_request *request)
{
    bench_say(request, "ok");
    return true;
}

bool bench_refuse(struct bench_request *request, const char *reason)
{
    request->used = 0;
    bench_say(request, "error %s", reason);
    return false;
}

static const char *const place_names[BENCH_CHANNELS][BENCH_POSITIONS] = {{"pm", "ps"},
                                                                         {"sm", "ss"}};

struct bench_place *bench_find_place(struct bench *bench, const char *word)
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

struct bench_device *bench_find_device(struct bench *bench, const char *name)
{
    for (unsigned i = 0; i < BENCH_DEVICES; i++) {
        if (bench->devices[i].used && strcmp(bench->devices[i].name, name) == 0) {
            return &bench->devices[i];
        }
    }
    return NULL;
}

struct bench_place *bench_place_of(struct bench *bench, const struct bench_device *device)
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

void bench_put(struct bench *bench, struct bench_place *place, struct bench_device *device,
               bool plugged)
{
    struct bench_place *before = bench_place_of(bench, device);

    if (before != NULL) {
        before->device = NULL;
    }
    *place = (struct bench_place){.device = device, .plugged = plugged};
}

/* What is attached was there before the PC was switched on: the master on that cable knows it. */
static void introduce(struct bench *bench, const struct bench_place *place)
{
    for (unsigned channel = 0; channel < BENCH_CHANNELS; channel++) {
        const struct bench_place *master = &bench->places[channel][0];

        if (place == &bench->places[channel][1] && place->plugged && master->device != NULL) {
            master->device->sees_slave = true;
        }
    }
}

static bool do_attach(struct bench_request *request)
{
    struct bench *bench = request->bench;
    struct bench_place *place = bench_find_place(bench, request->words[1]);
    char problem[BENCH_ANSWER] = "";
    bool plugged = true;

    if (place == NULL && strcmp(request->words[1], "shelf") != 0) {
        return bench_refuse(request, "no such position");
    }
    if (place != NULL && place->device != NULL) {
        return bench_refuse(request, "position is taken");
    }
    for (unsigned i = 0; i < BENCH_DEVICES; i++) {
        struct bench_device *device = &bench->devices[i];

        if (device->used) {
            continue;
        }
        if (!bench_build(bench, device, &request->words[2], request->count - 2, problem,
                         &plugged)) {
            return bench_refuse(request, problem);
        }
        if (place != NULL) {
            bench_put(bench, place, device, plugged);
            introduce(bench, place);
        }
        bench_say(request, "ok %s", device->name);
        return true;
    }
    return bench_refuse(request, "the bench is full");
}

static bool do_detach(struct bench_request *request)
{
    if (request->place != NULL) {
        request->place->device = NULL;
    }
    bench_flush_device(request->bench, request->device);
    sim_drive_free(request->device->drive);
    sim_disk_free(request->device->disk);
    memset(request->device, 0, sizeof *request->device);
    return bench_done(request);
}

/* power_cut_at belongs to the bench: the n-th flash change from now on. */
static bool set_power_cut(struct bench_request *request, const char *text)
{
    const char *value = strchr(text, '=');
    unsigned long n = strtoul(value != NULL ? value + 1 : "1", NULL, 0);

    if (n == 0) {
        return bench_refuse(request, "bad parameter");
    }
    request->bench->cut_at = request->bench->changes + n;
    return bench_done(request);
}

static bool do_fault(struct bench_request *request)
{
    const char *name = request->words[2];

    if (strncmp(name, "power_cut_at", 12) == 0) {
        return set_power_cut(request, request->count > 3 ? request->words[3] : name);
    }
    if (request->device->disk != NULL) {
        request->device->disk->hung = strcmp(name, "bsy_forever") == 0;
        return request->device->disk->hung ? bench_done(request)
                                           : bench_refuse(request, "a disk only has bsy_forever");
    }
    if (!sim_fault_set_by_name(&request->device->drive->faults, name, &request->words[3],
                               request->count - 3)) {
        return bench_refuse(request, "no such fault or parameter");
    }
    return bench_done(request);
}

static bool do_clear(struct bench_request *request)
{
    if (request->device->disk != NULL) {
        request->device->disk->hung = false;
    } else {
        sim_fault_clear(&request->device->drive->faults);
    }
    return bench_done(request);
}

static bool do_load(struct bench_request *request)
{
    struct sim_chip *chip = request->device->drive->chip;
    size_t size = 0;
    uint8_t *bytes = bench_load_file(request->words[2], &size);

    if (bytes == NULL || size > chip->type->size) {
        free(bytes);
        return bench_refuse(request,
                            bytes == NULL ? "can't read the file" : "larger than the flash");
    }
    memset(chip->cells, 0xFF, chip->type->size);
    memcpy(chip->cells, bytes, size);
    free(bytes);
    bench_say(request, "ok %zu", size);
    return true;
}

static bool do_dump(struct bench_request *request)
{
    struct sim_chip *chip = request->device->drive->chip;

    if (!bench_save_file(request->words[2], chip->cells, chip->type->size) ||
        !bench_flush_device(request->bench, request->device)) {
        return bench_refuse(request, "can't write the file");
    }
    bench_say(request, "ok %u", (unsigned)chip->type->size);
    return true;
}

static bool do_eeprom(struct bench_request *request)
{
    struct drive *drive = request->device->drive;

    if (!bench_save_file(request->words[2], drive->eeprom, sizeof drive->eeprom)) {
        return bench_refuse(request, "can't write the file");
    }
    bench_say(request, "ok %u", (unsigned)sizeof drive->eeprom);
    return true;
}

const char *bench_place_name(struct bench *bench, const struct bench_device *device)
{
    struct bench_place *place = bench_place_of(bench, device);

    for (unsigned channel = 0; channel < BENCH_CHANNELS && place != NULL; channel++) {
        for (unsigned i = 0; i < BENCH_POSITIONS; i++) {
            if (place == &bench->places[channel][i]) {
                return place_names[channel][i];
            }
        }
    }
    return "shelf";
}

static void say_drive(struct bench_request *request, const struct drive *drive)
{
    static const char *const leds[] = {"off", "on", "blink"};

    bench_say(request, " chip=%s phase=%s gate=%s eject=%s led=%s tray=%s disc=%s",
              drive->chip->type->name, sim_phase_name(drive->phase),
              drive->gate ? "open" : "closed", drive->eject_held ? "held" : "released",
              leds[drive->led], drive->tray_open ? "open" : "closed",
              drive->medium == NULL ? "none" : (drive->medium_blank ? "blank" : "data"));
    bench_say(request,
              " intros=%llu commands=%llu destroyed=%llu packets=%llu programs=%llu erases=%llu",
              (unsigned long long)drive->intros, (unsigned long long)drive->vendor_commands,
              (unsigned long long)drive->destroyed, (unsigned long long)drive->packets,
              (unsigned long long)drive->chip->programs, (unsigned long long)drive->chip->erases);
    for (unsigned i = 0; i < SIM_FAULT_COUNT; i++) {
        if (drive->faults.state[i].on) {
            bench_say(request, " fault=%s", sim_fault_name((enum sim_fault)i));
        }
    }
}

static void say_disk(struct bench_request *request, const struct disk *disk)
{
    bench_say(request, " vendor=%llu keys=%llu writes=%llu resets=%llu deaf=%llu%s",
              (unsigned long long)disk->vendor_commands, (unsigned long long)disk->vendor_keys,
              (unsigned long long)disk->writes, (unsigned long long)disk->resets,
              (unsigned long long)disk->deaf, disk->hung ? " fault=bsy_forever" : "");
}

static const char *cable_word(const struct bench_place *place)
{
    if (place == NULL || !place->plugged) {
        return "unplugged";
    }
    return place->reversed ? "reversed" : "plugged";
}

static bool do_status(struct bench_request *request)
{
    struct bench *bench = request->bench;

    for (unsigned i = 0; i < BENCH_DEVICES; i++) {
        struct bench_device *device = &bench->devices[i];

        if (!device->used) {
            continue;
        }
        struct bench_place *place = bench_place_of(bench, device);

        if (device->drive != NULL) {
            sim_drive_settle(device->drive, bench->now_us);
        }
        bench_say(request, "%s %s %s power=%s cable=%s", bench_place_name(bench, device),
                  device->drive != NULL ? "drive" : "disk", device->name,
                  bench_powered(device) ? "on" : "off", cable_word(place));
        if (device->jumper != BENCH_JUMPER_CABLE) {
            bench_say(request, " jumper=%s",
                      device->jumper == BENCH_JUMPER_MASTER ? "master" : "slave");
        }
        if (device->drive != NULL) {
            say_drive(request, device->drive);
        } else {
            say_disk(request, device->disk);
        }
        bench_say(request, "\n");
    }
    bench_say(request, "ok accesses=%llu changes=%llu now=%llu waiting=%u failed=%u",
              (unsigned long long)bench->accesses, (unsigned long long)bench->changes,
              (unsigned long long)(bench->now_us / 1000), (unsigned)bench->later_count,
              bench->later_failed);
    return true;
}

static bool do_float(struct bench_request *request)
{
    struct bench *bench = request->bench;
    unsigned long channel = strtoul(request->words[1], NULL, 0);
    char *end = NULL;
    unsigned long value = strtoul(request->words[2], &end, 16);
    enum bench_floating floating = BENCH_FLOATS_AT;

    if (strcmp(request->words[2], "echo") == 0) {
        floating = BENCH_FLOATS_ECHO;
    } else if (strcmp(request->words[2], "noise") == 0) {
        floating = BENCH_FLOATS_NOISE;
    } else if (*end != '\0' || value > 0xFF) {
        return bench_refuse(request, "float CHANNEL HEX, echo or noise");
    }
    if (channel >= BENCH_CHANNELS) {
        return bench_refuse(request, "channel 0 or 1");
    }
    bench->floating[channel] = floating;
    bench->float_value[channel] = floating == BENCH_FLOATS_AT ? (uint8_t)value : 0x7F;
    return bench_done(request);
}

static bool do_trace(struct bench_request *request)
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
        return bench_refuse(request, "can't write the file");
    }
    return bench_done(request);
}

/* The rest of the line after its first `skip` words. */
static const char *after_words(const char *line, size_t skip)
{
    static const char blanks[] = " \t\r\n";

    line += strspn(line, blanks);
    while (skip-- != 0) {
        line += strcspn(line, blanks);
        line += strspn(line, blanks);
    }
    return line;
}

static bool do_at(struct bench_request *request)
{
    char *end = NULL;
    unsigned long ms = strtoul(request->words[1], &end, 10);

    if (end == request->words[1] || *end != '\0' || ms > 86400000) {
        return bench_refuse(request, "at MS COMMAND");
    }
    if (!bench_queue_add(request->bench, request->bench->now_us + ms * 1000ull,
                         after_words(request->line, 2))) {
        return bench_refuse(request, "too many commands wait, or this one is too long");
    }
    return bench_done(request);
}

/* What waits and what went wrong; "queue clear" forgets both. */
static bool do_queue(struct bench_request *request)
{
    struct bench *bench = request->bench;

    if (request->count > 1 && strcmp(request->words[1], "clear") != 0) {
        return bench_refuse(request, "queue, or queue clear");
    }
    if (request->count > 1) {
        bench->later_count = 0;
        bench->later_failed = 0;
        bench->later_error[0] = '\0';
    }
    for (size_t i = 0; i < bench->later_count; i++) {
        bench_say(request, "%llu ms: %s\n",
                  (unsigned long long)((bench->later[i].at_us - bench->now_us) / 1000),
                  bench->later[i].line);
    }
    if (bench->later_failed != 0) {
        bench_say(request, "failed: %s\n", bench->later_error);
    }
    bench_say(request, "ok waiting=%u failed=%u", (unsigned)bench->later_count,
              bench->later_failed);
    return true;
}

static bool do_reset(struct bench_request *request)
{
    bench_hard_reset(request->bench);
    return bench_done(request);
}

static const struct bench_command_entry commands[] = {
    {"attach", do_attach, 3, BENCH_NOTHING}, {"detach", do_detach, 2, BENCH_DEVICE},
    {"fault", do_fault, 3, BENCH_DEVICE},    {"clear", do_clear, 2, BENCH_DEVICE},
    {"load", do_load, 3, BENCH_DRIVE},       {"dump", do_dump, 3, BENCH_DRIVE},
    {"eeprom", do_eeprom, 3, BENCH_DRIVE},   {"status", do_status, 1, BENCH_NOTHING},
    {"float", do_float, 3, BENCH_NOTHING},   {"trace", do_trace, 2, BENCH_NOTHING},
    {"reset", do_reset, 1, BENCH_NOTHING},   {"at", do_at, 3, BENCH_NOTHING},
    {"queue", do_queue, 1, BENCH_NOTHING},   {NULL, NULL, 0, BENCH_NOTHING},
};

static void split(struct bench_request *request, char *line)
{
    char *rest = NULL;

    for (char *word = strtok_r(line, " \t\r\n", &rest);
         word != NULL && request->count < BENCH_WORDS; word = strtok_r(NULL, " \t\r\n", &rest)) {
        request->words[request->count++] = word;
    }
}

/* Finds the device that words[1] means, by position or by name. */
static bool find_target(struct bench_request *request, enum bench_target target)
{
    if (target == BENCH_NOTHING) {
        return true;
    }
    request->place = bench_find_place(request->bench, request->words[1]);
    request->device = request->place != NULL ? request->place->device
                                             : bench_find_device(request->bench, request->words[1]);
    if (request->device == NULL) {
        return bench_refuse(request, "nothing there");
    }
    if (request->place == NULL) {
        request->place = bench_place_of(request->bench, request->device);
    }
    if (target == BENCH_DRIVE) {
        if (request->device->drive == NULL) {
            return bench_refuse(request, "not a drive");
        }
        sim_drive_settle(request->device->drive, request->bench->now_us);
        sim_chip_settle(request->device->drive->chip, request->bench->now_us);
    }
    return true;
}

static const struct bench_command_entry *find_command(const struct bench_command_entry *table,
                                                      const char *name)
{
    for (; table->name != NULL; table++) {
        if (strcmp(table->name, name) == 0) {
            return table;
        }
    }
    return NULL;
}

static bool run(struct bench_request *request)
{
    const struct bench_command_entry *command = find_command(commands, request->words[0]);

    if (command == NULL) {
        command = find_command(bench_hands, request->words[0]);
    }
    if (command == NULL) {
        return bench_refuse(request, "unknown command");
    }
    if (request->count < command->words) {
        return bench_refuse(request, "too few words");
    }
    return find_target(request, command->target) && command->run(request);
}

bool bench_command(struct bench *bench, const char *line, char *answer, size_t answer_size)
{
    char copy[LINE];
    struct bench_request request = {
        .bench = bench, .line = line, .answer = answer, .answer_size = answer_size};

    if (answer_size != 0) {
        answer[0] = '\0';
    }
    if (strlen(line) >= sizeof copy) {
        return bench_refuse(&request, "line too long");
    }
    strcpy(copy, line);
    split(&request, copy);
    bool good = request.count != 0 ? run(&request) : bench_refuse(&request, "empty command");

    bench_cable_moved(bench);
    bench_cable_look(bench);
    bench_check_power(bench);
    return good;
}
