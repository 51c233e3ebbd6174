#include "tests/drive/bench_attach.h"

#include <stdlib.h>
#include <string.h>

/* What the options say, before the device exists. */
struct plan {
    struct sim_drive_setup setup;
    const char *name;
    const char *file; /* flash or disk contents */
    const char *model;
    char boot_identity[29];
    char accepts[17];
    char disk_model[41];
    char serial[21];
    uint64_t seed;
    uint32_t sectors;
    uint32_t protect;
    char firmware[40]; /* "vendor/product/revision" of a whole image */
    enum bench_jumper jumper;
    bool engine_given, wp_low, powered, plugged, eject_held, eeprom_bad, hung, used;
};

typedef bool option_fn(struct plan *plan, const char *value);

static bool parse_number(const char *text, int base, uint32_t limit, uint32_t *number)
{
    char *end = NULL;
    unsigned long value = strtoul(text, &end, base);

    if (end == text || *end != '\0' || value > limit) {
        return false;
    }
    *number = (uint32_t)value;
    return true;
}

/* Copies a text in which "_" stands for a blank, padded to `width` when `pad` is set. */
static void copy_text(char *to, size_t size, const char *from, bool pad)
{
    size_t length = strlen(from);

    memset(to, 0, size);
    for (size_t i = 0; i + 1 < size; i++) {
        if (i < length) {
            to[i] = from[i] == '_' ? ' ' : from[i];
        } else if (pad) {
            to[i] = ' ';
        }
    }
}

static bool one_of(const char *value, const char *yes, const char *no, bool *result)
{
    *result = strcmp(value, yes) == 0;
    return *result || strcmp(value, no) == 0;
}

static bool parse_face(const char *value, enum sim_face *face)
{
    static const char *const names[] = {"silent", "abort", "hang", "garbage", "zero", "boot"};

    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i], value) == 0) {
            *face = (enum sim_face)i;
            return true;
        }
    }
    return false;
}

static bool option_chip(struct plan *plan, const char *value)
{
    plan->setup.chip = sim_chip_find(value);
    return plan->setup.chip != NULL;
}

static bool option_engine(struct plan *plan, const char *value)
{
    uint32_t number = 0;

    plan->engine_given = true;
    if (!parse_number(value, 16, 0xFF, &number)) {
        return false;
    }
    plan->setup.engine = (uint8_t)number;
    return number == 0x70 || number == 0x72 || number == 0x73;
}

static bool option_flash(struct plan *plan, const char *value)
{
    plan->file = value;
    return strlen(value) < BENCH_PATH;
}

static bool option_name(struct plan *plan, const char *value)
{
    plan->name = value;
    return value[0] != '\0' && strlen(value) < sizeof((struct bench_device *)NULL)->name;
}

static bool option_face(struct plan *plan, const char *value)
{
    return parse_face(value, &plan->setup.face);
}

static bool option_crash(struct plan *plan, const char *value)
{
    return parse_face(value, &plan->setup.crash);
}

static bool option_gate(struct plan *plan, const char *value)
{
    return one_of(value, "open", "closed", &plan->setup.crash_gate_open);
}

static bool option_signature(struct plan *plan, const char *value)
{
    return one_of(value, "no", "yes", &plan->setup.no_signature);
}

static bool option_window(struct plan *plan, const char *value)
{
    return parse_number(value, 10, 3600000, &plan->setup.window_ms);
}

static bool option_start(struct plan *plan, const char *value)
{
    return parse_number(value, 10, 3600000, &plan->setup.start_ms);
}

static bool option_latency(struct plan *plan, const char *value)
{
    return parse_number(value, 10, 1000000, &plan->setup.vendor_us);
}

static bool option_boot(struct plan *plan, const char *value)
{
    copy_text(plan->boot_identity, sizeof plan->boot_identity, value, true);
    plan->setup.boot_identity = plan->boot_identity;
    return strlen(value) <= 28;
}

static bool option_accepts(struct plan *plan, const char *value)
{
    copy_text(plan->accepts, sizeof plan->accepts, value, false);
    plan->setup.accepts = plan->accepts;
    return strlen(value) <= 16;
}

/* The firmware starts, whatever stands in the flash, and shows `face` when it is not whole. */
static void always_crashes(struct plan *plan, enum sim_face face)
{
    plan->setup.face = plan->setup.crash = face;
    plan->setup.code_runs = true;
}

static void personality_wrong(struct plan *plan)
{
    plan->setup.runs_misfit = true;
    if (plan->setup.accepts == NULL) {
        option_accepts(plan, "SYNTH");
    }
    if (plan->firmware[0] == '\0') {
        copy_text(plan->firmware, sizeof plan->firmware, "OTHER/WRONG MODEL/W001", false);
    }
}

static bool option_personality(struct plan *plan, const char *value)
{
    if (strcmp(value, "slow") == 0) {
        plan->setup.start_ms = 30000;
    } else if (strcmp(value, "blinker") == 0) {
        plan->eeprom_bad = true;
    } else if (strcmp(value, "hangs") == 0) {
        always_crashes(plan, SIM_FACE_HANG);
    } else if (strcmp(value, "garbage") == 0) {
        always_crashes(plan, SIM_FACE_GARBAGE);
    } else if (strcmp(value, "silent") == 0) {
        plan->setup.face = plan->setup.crash = SIM_FACE_SILENT;
        plan->setup.crash_gate_open = true;
    } else if (strcmp(value, "boot") == 0) {
        plan->setup.face = plan->setup.crash = SIM_FACE_BOOT;
        plan->setup.crash_gate_open = true;
    } else if (strcmp(value, "wrong") == 0) {
        personality_wrong(plan);
    } else if (strcmp(value, "answers_for_master") == 0) {
        plan->setup.answers_both = true;
    } else {
        return strcmp(value, "normal") == 0;
    }
    return true;
}

static bool option_disk_personality(struct plan *plan, const char *value)
{
    plan->hung = strcmp(value, "hangs") == 0;
    plan->used = strcmp(value, "used") == 0;
    return plan->hung || plan->used || strcmp(value, "normal") == 0;
}

static bool option_firmware(struct plan *plan, const char *value)
{
    const char *slash = strchr(value, '/');

    copy_text(plan->firmware, sizeof plan->firmware, value, false);
    return strlen(value) < sizeof plan->firmware && slash != NULL && strchr(slash + 1, '/') != NULL;
}

static bool option_jumper(struct plan *plan, const char *value)
{
    bool master;

    if (strcmp(value, "cable") == 0) {
        plan->jumper = BENCH_JUMPER_CABLE;
        return true;
    }
    if (!one_of(value, "master", "slave", &master)) {
        return false;
    }
    plan->jumper = master ? BENCH_JUMPER_MASTER : BENCH_JUMPER_SLAVE;
    return true;
}

static bool option_busy(struct plan *plan, const char *value)
{
    uint32_t number = 0;
    bool good = parse_number(value, 16, 0xFF, &number) && number >= 0x80;

    plan->setup.busy = (uint8_t)number;
    return good;
}

static bool option_spin_up(struct plan *plan, const char *value)
{
    return parse_number(value, 10, 3600000, &plan->setup.spin_up_ms);
}

static bool option_seed(struct plan *plan, const char *value)
{
    char *end = NULL;

    plan->seed = strtoull(value, &end, 0);
    return end != value && *end == '\0';
}

static bool option_protect(struct plan *plan, const char *value)
{
    return parse_number(value, 16, 0xFF, &plan->protect);
}

static bool option_wp(struct plan *plan, const char *value)
{
    return one_of(value, "low", "high", &plan->wp_low);
}

static bool option_power(struct plan *plan, const char *value)
{
    return one_of(value, "on", "off", &plan->powered);
}

static bool option_plugged(struct plan *plan, const char *value)
{
    return one_of(value, "yes", "no", &plan->plugged);
}

static bool option_eject(struct plan *plan, const char *value)
{
    return one_of(value, "hold", "release", &plan->eject_held);
}

static bool option_model(struct plan *plan, const char *value)
{
    copy_text(plan->disk_model, sizeof plan->disk_model, value, false);
    return strlen(value) <= 40;
}

static bool option_serial(struct plan *plan, const char *value)
{
    copy_text(plan->serial, sizeof plan->serial, value, false);
    plan->setup.serial = plan->serial;
    return strlen(value) <= 20;
}

static bool option_sectors(struct plan *plan, const char *value)
{
    return parse_number(value, 10, 131072, &plan->sectors) && plan->sectors != 0;
}

struct option {
    const char *name;
    option_fn *apply;
};

static const struct option drive_options[] = {
    {"chip", option_chip},         {"flash", option_flash},
    {"engine", option_engine},     {"face", option_face},
    {"crash", option_crash},       {"gate", option_gate},
    {"window", option_window},     {"start", option_start},
    {"latency", option_latency},   {"boot", option_boot},
    {"accepts", option_accepts},   {"personality", option_personality},
    {"protect", option_protect},   {"wp", option_wp},
    {"eject", option_eject},       {"name", option_name},
    {"seed", option_seed},         {"power", option_power},
    {"plugged", option_plugged},   {"signature", option_signature},
    {"firmware", option_firmware}, {"jumper", option_jumper},
    {"spinup", option_spin_up},    {"busy", option_busy},
    {"serial", option_serial},     {NULL, NULL},
};

static const struct option disk_options[] = {
    {"image", option_flash},
    {"model", option_model},
    {"sectors", option_sectors},
    {"serial", option_serial},
    {"name", option_name},
    {"power", option_power},
    {"plugged", option_plugged},
    {"jumper", option_jumper},
    {"personality", option_disk_personality},
    {NULL, NULL},
};

static bool apply_option(struct plan *plan, const struct option *options, const char *word)
{
    const char *equals = strchr(word, '=');

    for (size_t i = 0; equals != NULL && options[i].name != NULL; i++) {
        if (strlen(options[i].name) == (size_t)(equals - word) &&
            strncmp(options[i].name, word, (size_t)(equals - word)) == 0) {
            return options[i].apply(plan, equals + 1);
        }
    }
    return false;
}

/* Contents of the backing file, if it exists already; a shorter file leaves the rest as it is. */
static bool load_backing(const char *path, uint8_t *cells, size_t size, char *problem)
{
    size_t length = 0;
    uint8_t *bytes = bench_load_file(path, &length);
    bool fits = bytes == NULL || length <= size;

    if (bytes != NULL && fits) {
        memcpy(cells, bytes, length);
    } else if (!fits) {
        snprintf(problem, BENCH_ANSWER, "%.300s is larger than the flash", path);
    }
    free(bytes);
    return fits;
}

/* Fills the flash with a whole synthetic image of that identity. */
static bool write_firmware(const struct plan *plan, uint8_t *cells, size_t size, char *problem)
{
    char texts[sizeof plan->firmware];
    struct sim_firmware_recipe recipe;
    char *rest = NULL;

    strcpy(texts, plan->firmware);
    sim_firmware_recipe(&recipe, (uint32_t)size);
    recipe.vendor = strtok_r(texts, "/", &rest);
    recipe.product = strtok_r(NULL, "/", &rest);
    recipe.revision = strtok_r(NULL, "/", &rest);
    recipe.sparse = true;
    if (recipe.revision == NULL || strlen(recipe.vendor) > 8 || strlen(recipe.product) > 16 ||
        strlen(recipe.revision) > 4 || sim_firmware_make(&recipe, cells, size) != size) {
        snprintf(problem, BENCH_ANSWER, "no firmware with the identity %s", plan->firmware);
        return false;
    }
    return true;
}

static bool fill_flash(const struct plan *plan, uint8_t *cells, size_t size, char *problem)
{
    return (plan->firmware[0] == '\0' || write_firmware(plan, cells, size, problem)) &&
           (plan->file == NULL || load_backing(plan->file, cells, size, problem));
}

static bool build_drive(struct bench *bench, struct bench_device *device, struct plan *plan,
                        char *problem)
{
    bool serial = plan->setup.chip->bus == SIM_CHIP_SPI;

    if (!plan->engine_given) {
        plan->setup.engine = serial ? 0x72 : 0x70;
    }
    if (serial != (plan->setup.engine != 0x70)) {
        snprintf(problem, BENCH_ANSWER, "engine and chip don't fit");
        return false;
    }
    struct drive *drive =
        sim_drive_new(&plan->setup, plan->name, plan->seed, bench_count_change, bench);

    if (drive == NULL) {
        snprintf(problem, BENCH_ANSWER, "no memory");
        return false;
    }
    if (!fill_flash(plan, drive->chip->cells, drive->chip->type->size, problem)) {
        sim_drive_free(drive);
        return false;
    }
    drive->chip->status = (uint8_t)plan->protect & plan->setup.chip->status_write;
    drive->chip->wp_low = plan->wp_low;
    drive->eject_held = plan->eject_held;
    if (plan->eeprom_bad) {
        sim_fault_set(&drive->faults, SIM_FAULT_EEPROM_BAD);
    }
    device->drive = drive;
    return true;
}

static bool build_disk(struct bench_device *device, struct plan *plan, char *problem)
{
    size_t length = 0;
    uint8_t *bytes = plan->file != NULL ? bench_load_file(plan->file, &length) : NULL;

    if (bytes != NULL && length >= SIM_DISK_SECTOR) {
        plan->sectors = (uint32_t)(length / SIM_DISK_SECTOR);
    } else {
        free(bytes);
        bytes = NULL;
    }
    device->disk = sim_disk_new(plan->name, plan->disk_model, bytes, plan->sectors);
    free(bytes);
    if (device->disk == NULL) {
        snprintf(problem, BENCH_ANSWER, "no memory");
        return false;
    }
    device->disk->hung = plan->hung;
    if (plan->serial[0] != '\0') {
        strcpy(device->disk->serial, plan->serial);
    }
    return true;
}

static void plan_default(struct bench *bench, struct plan *plan, const char *name)
{
    memset(plan, 0, sizeof *plan);
    sim_drive_setup_default(&plan->setup);
    plan->name = name;
    plan->seed = sim_random_next(&bench->random);
    plan->sectors = 2048;
    plan->powered = true;
    plan->plugged = true;
    copy_text(plan->disk_model, sizeof plan->disk_model, "SIMULATED_DISK", false);
}

bool bench_build(struct bench *bench, struct bench_device *device, char *const *words, size_t count,
                 char *problem, bool *plugged)
{
    struct plan plan;
    char name[24];
    bool is_drive = count > 0 && strcmp(words[0], "drive") == 0;

    if (!is_drive && (count == 0 || strcmp(words[0], "disk") != 0)) {
        snprintf(problem, BENCH_ANSWER, "attach what? drive or disk");
        return false;
    }
    snprintf(name, sizeof name, "device%u", (unsigned)(device - bench->devices));
    plan_default(bench, &plan, name);
    for (size_t i = 1; i < count; i++) {
        if (!apply_option(&plan, is_drive ? drive_options : disk_options, words[i])) {
            snprintf(problem, BENCH_ANSWER, "bad option %.300s", words[i]);
            return false;
        }
    }
    memset(device, 0, sizeof *device);
    if (!(is_drive ? build_drive(bench, device, &plan, problem)
                   : build_disk(device, &plan, problem))) {
        return false;
    }
    device->used = true;
    snprintf(device->name, sizeof device->name, "%s", plan.name);
    device->jumper = plan.jumper;
    if (plan.file != NULL) {
        snprintf(device->backing, sizeof device->backing, "%s", plan.file);
    }
    if (plan.powered) {
        bench_power(bench, device, true);
    }
    if (plan.used) {
        sim_disk_use(device->disk);
    }
    *plugged = plan.plugged;
    return true;
}
