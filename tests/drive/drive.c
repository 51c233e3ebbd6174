#include "tests/drive/drive.h"

#include <stdlib.h>
#include <string.h>

#include "tests/drive/drive_parts.h"

void sim_drive_setup_default(struct sim_drive_setup *setup)
{
    *setup = (struct sim_drive_setup){
        .chip = sim_chip_find("SST39SF020A"),
        .engine = 0x70,
        .busy = STATUS_BSY,
        .window_ms = 150,
        .start_ms = 300,
        .spin_up_ms = 1000,
        .face = SIM_FACE_SILENT,
        .crash = SIM_FACE_HANG,
        .vendor_us = 1,
        .boot_identity = "ODDTEST BOOT CODE       BOOT",
    };
}

/* Calibration values of a unit: any bytes, and a last one that makes the check come out (see
 * eeprom_good()). */
static void fill_eeprom(struct drive *drive)
{
    uint8_t sum = 0x5A;

    for (size_t i = 0; i < SIM_EEPROM_SIZE - 1; i++) {
        drive->eeprom[i] = sim_random_byte(&drive->random);
        sum ^= drive->eeprom[i];
    }
    drive->eeprom[SIM_EEPROM_SIZE - 1] = sum;
}

static bool eeprom_good(const struct drive *drive)
{
    uint8_t sum = 0x5A;

    for (size_t i = 0; i < SIM_EEPROM_SIZE; i++) {
        sum ^= drive->eeprom[i];
    }
    return sum == 0 && !sim_fault_on(&drive->faults, SIM_FAULT_EEPROM_BAD);
}

struct drive *sim_drive_new(const struct sim_drive_setup *setup, const char *name, uint64_t seed,
                            sim_chip_change_fn *change, void *change_context)
{
    struct drive *drive = calloc(1, sizeof *drive);

    if (drive == NULL) {
        return NULL;
    }
    drive->setup = *setup;
    drive->random.state = seed;
    strncpy(drive->name, name, sizeof drive->name - 1);
    strncpy(drive->boot_identity, setup->boot_identity, sizeof drive->boot_identity - 1);
    drive->setup.boot_identity = drive->boot_identity;
    if (setup->accepts != NULL) {
        strncpy(drive->accepts, setup->accepts, sizeof drive->accepts - 1);
        drive->setup.accepts = drive->accepts;
    }
    if (setup->serial != NULL) {
        strncpy(drive->serial, setup->serial, sizeof drive->serial - 1);
    }
    drive->chip = sim_chip_new(setup->chip, &drive->faults, &drive->random);
    if (drive->chip == NULL) {
        free(drive);
        return NULL;
    }
    drive->chip->change = change;
    drive->chip->change_context = change_context;
    drive->next_us = SIM_FOREVER;
    fill_eeprom(drive);
    return drive;
}

void sim_drive_free(struct drive *drive)
{
    if (drive != NULL) {
        sim_chip_free(drive->chip);
        free(drive->medium);
        free(drive);
    }
}

void sim_drive_signature(struct drive *drive)
{
    drive->count = 0x01;
    drive->low = 0x01;
    drive->mid = 0x14;
    drive->high = 0xEB;
    drive->device &= DEVICE_DEV;
}

static void stop_command(struct drive *drive)
{
    drive->pending = SIM_PENDING_NONE;
    drive->wants_packet = false;
    drive->data = NULL;
    drive->data_out = NULL;
    drive->data_left = 0;
    drive->burst_left = 0;
    drive->identify_phase = false;
}

void sim_drive_restart(struct drive *drive, uint64_t now_us)
{
    stop_command(drive);
    drive->phase = SIM_PHASE_WINDOW;
    drive->gate = true;
    drive->status = drive->setup.busy;
    drive->error = 0x01;
    drive->features = 0;
    drive->led = SIM_LED_ON;
    drive->unit_attention = true;
    drive->misfit = false;
    drive->sense_key = drive->asc = drive->ascq = 0;
    drive->next_us = now_us + drive->setup.window_ms * 1000ull;
}

void sim_drive_power(struct drive *drive, uint64_t now_us, bool on)
{
    sim_drive_settle(drive, now_us);
    if (on == (drive->phase != SIM_PHASE_OFF)) {
        return;
    }
    if (on) {
        sim_chip_power_on(drive->chip);
        drive->reset_hung = false;
        drive->control = 0;
        drive->device = 0;
        sim_drive_restart(drive, now_us);
    } else {
        sim_chip_power_off(drive->chip, now_us);
        stop_command(drive);
        drive->phase = SIM_PHASE_OFF;
        drive->next_us = SIM_FOREVER;
        drive->led = SIM_LED_OFF;
        drive->gate = false;
    }
}

void sim_drive_hard_reset(struct drive *drive, uint64_t now_us)
{
    sim_drive_settle(drive, now_us);
    if (drive->phase != SIM_PHASE_OFF) {
        drive->device = 0;
        drive->control = 0;
        sim_drive_restart(drive, now_us);
    }
}

void sim_drive_busy(struct drive *drive, uint64_t now_us, uint32_t us, enum sim_pending pending)
{
    drive->status = STATUS_BSY;
    drive->pending = pending;
    drive->next_us = now_us + us;
}

/* Whatever lies in the drive is looked at. */
static void spin_up(struct drive *drive, uint64_t now_us)
{
    if (drive->medium != NULL && !drive->tray_open) {
        drive->disc_known_us = now_us + drive->setup.spin_up_ms * 1000ull;
        drive->new_disc = true;
    }
}

/* The firmware (or boot code) answers from now on. */
static void become_ready(struct drive *drive, uint64_t now_us)
{
    drive->phase = SIM_PHASE_READY;
    drive->next_us = SIM_FOREVER;
    sim_drive_signature(drive);
    drive->error = 0x01;
    drive->status = 0x00;
    drive->led = eeprom_good(drive) || drive->any_eeprom || drive->boot_code || drive->garbage
                     ? SIM_LED_OFF
                     : SIM_LED_BLINK;
    spin_up(drive, now_us);
}

static void show_face(struct drive *drive, uint64_t now_us, enum sim_face face)
{
    drive->next_us = SIM_FOREVER;
    drive->boot_code = face == SIM_FACE_BOOT;
    drive->garbage = face == SIM_FACE_GARBAGE;
    if (drive->boot_code || drive->garbage) {
        become_ready(drive, now_us);
        return;
    }
    drive->phase = SIM_PHASE_FACE;
    drive->shown = face;
    drive->error = 0;
    drive->status = face == SIM_FACE_HANG ? drive->setup.busy : STATUS_READY;
    if (face == SIM_FACE_ZERO) {
        drive->status = 0x00;
    }
}

/* Which identity the running firmware shows. */
static void take_identity(struct drive *drive, const struct sim_firmware_identity *found)
{
    drive->identity = *found;
    if (!drive->had_identity) {
        drive->first_identity = *found;
        drive->had_identity = true;
    }
    if (sim_fault_on(&drive->faults, SIM_FAULT_VERSION_UNCHANGED_AFTER_OK)) {
        bool same = memcmp(&drive->first_identity, found, sizeof *found) == 0;

        drive->identity = drive->first_identity;
        if (same) { /* nothing older is known: a revision that is certainly not the file's */
            memcpy(&drive->identity.inquiry[32], "OLD0", 4);
            memcpy(drive->identity.revision, "OLD0", 4);
        }
    }
    if (sim_fault_on(&drive->faults, SIM_FAULT_COMES_BACK_AS_OTHER_MODEL)) {
        memcpy(&drive->identity.inquiry[16], "ANOTHER MODEL   ", 16);
        memcpy(drive->identity.product, "ANOTHER MODEL   ", 16);
    }
}

/* The window is over: the processor leaves reset and fetches from the flash. */
static void boot(struct drive *drive, uint64_t now_us)
{
    const struct sim_chip_type *type = drive->chip->type;
    const uint8_t *cells = drive->chip->cells;
    struct sim_firmware_identity found;
    bool garbled = sim_chip_busy(drive->chip, now_us) || drive->chip->id_mode;

    drive->boot_code = false;
    drive->garbage = false;
    if ((cells[0] != 0x02 && !drive->setup.code_runs) || garbled) {
        show_face(drive, now_us, drive->setup.face);
        return;
    }
    bool whole = sim_firmware_valid(cells, type->size, type->bank_size) &&
                 sim_firmware_identity(cells, type->size, type->bank_size, &found);

    drive->any_eeprom = whole && sim_firmware_takes_any_eeprom(cells, type->bank_size);
    drive->misfit = whole && drive->setup.accepts != NULL &&
                    strstr(found.product, drive->setup.accepts) == NULL;
    if (!whole || (drive->misfit && !drive->setup.runs_misfit)) {
        drive->gate = drive->eject_held || drive->setup.crash_gate_open;
        show_face(drive, now_us, drive->setup.crash);
        return;
    }
    drive->gate = drive->eject_held;
    take_identity(drive, &found);
    drive->phase = SIM_PHASE_LOADING;
    drive->next_us = now_us + drive->setup.start_ms * 1000ull;
}

void sim_drive_settle(struct drive *drive, uint64_t now_us)
{
    while (now_us >= drive->next_us) {
        uint64_t at = drive->next_us;

        drive->next_us = SIM_FOREVER;
        if (drive->phase == SIM_PHASE_WINDOW) {
            boot(drive, at);
        } else if (drive->phase == SIM_PHASE_LOADING) {
            become_ready(drive, at);
        } else if (drive->phase == SIM_PHASE_READY) {
            sim_packet_resume(drive, at);
        }
    }
}

/* The constant that a drive without life leaves on the bus; false when no such fault is on. */
static bool dead_bus(const struct drive *drive, uint8_t *value)
{
    if (sim_fault_on(&drive->faults, SIM_FAULT_NO_DRIVE_00)) {
        *value = 0x00;
    } else if (sim_fault_on(&drive->faults, SIM_FAULT_NO_DRIVE_7F)) {
        *value = 0x7F;
    } else if (sim_fault_on(&drive->faults, SIM_FAULT_NO_DRIVE_FF)) {
        *value = 0xFF;
    } else if (drive->phase == SIM_PHASE_FACE && drive->shown == SIM_FACE_ZERO) {
        *value = 0x00;
    } else {
        return false;
    }
    return true;
}

static uint8_t visible_status(struct drive *drive, uint64_t now_us)
{
    if (drive->phase == SIM_PHASE_VENDOR) {
        return sim_vendor_status(drive, now_us);
    }
    if (drive->phase == SIM_PHASE_LOADING || drive->reset_hung ||
        sim_fault_on(&drive->faults, SIM_FAULT_BSY_FOREVER)) {
        return drive->setup.busy;
    }
    return drive->status;
}

static uint8_t read_byte(struct drive *drive, uint64_t now_us, unsigned reg)
{
    bool vendor = drive->phase == SIM_PHASE_VENDOR;
    uint8_t status = visible_status(drive, now_us);

    /* With BSY set the command block shows the status (ATA/ATAPI-6 7.15.6.1 leaves it open; many
     * chips do this). */
    if (reg == REG_STATUS || reg == REG_CONTROL || (!vendor && (status & STATUS_BSY) != 0)) {
        return status;
    }
    switch (reg) {
    case REG_ERROR:
        return drive->error;
    case REG_COUNT:
        return drive->count;
    case REG_LOW:
        /* the flash data byte is only there when the command is done */
        return vendor && now_us < drive->vendor_until_us ? (uint8_t)~drive->low : drive->low;
    case REG_MID:
        return drive->mid;
    case REG_HIGH:
        return drive->high;
    default:
        return drive->device;
    }
}

uint16_t sim_drive_read(struct drive *drive, uint64_t now_us, unsigned reg)
{
    uint8_t constant;

    sim_drive_settle(drive, now_us);
    if (dead_bus(drive, &constant)) {
        return reg == REG_DATA ? (uint16_t)(constant * 0x0101u) : constant;
    }
    if (reg == REG_DATA) {
        return drive->phase == SIM_PHASE_READY ? sim_packet_read_data(drive, now_us) : 0;
    }
    return read_byte(drive, now_us, reg);
}

/* Reset by the bus: the firmware does it when it runs; otherwise the chip restarts the processor.
 */
static void bus_reset(struct drive *drive, uint64_t now_us)
{
    if (sim_fault_on(&drive->faults, SIM_FAULT_RESET_HANGS)) {
        drive->reset_hung = true;
    }
    if (drive->phase == SIM_PHASE_READY) {
        stop_command(drive);
        sim_drive_signature(drive);
        drive->error = 0x01;
        sim_drive_busy(drive, now_us, DELAY_RESET_US, SIM_PENDING_NONE);
    } else if (drive->phase == SIM_PHASE_VENDOR || drive->phase == SIM_PHASE_LEFT) {
        sim_drive_restart(drive, now_us);
    } else if (drive->phase == SIM_PHASE_FACE && drive->shown != SIM_FACE_HANG &&
               !drive->setup.no_signature) {
        sim_drive_signature(drive);
        drive->error = 0x01;
    }
}

/* Device control: both positions obey SRST; the firmware stays in reset as long as it is set. */
static void write_control(struct drive *drive, uint64_t now_us, uint8_t value)
{
    bool was_set = (drive->control & CONTROL_SRST) != 0;
    bool set = (value & CONTROL_SRST) != 0;

    drive->control = value;
    if (set && !was_set) {
        drive->device = 0;
        bus_reset(drive, now_us);
        if (drive->phase == SIM_PHASE_READY) {
            drive->next_us = SIM_FOREVER;
        }
    } else if (!set && was_set && drive->phase == SIM_PHASE_READY) {
        drive->next_us = now_us + DELAY_RESET_US;
    }
}

static void dead_firmware_command(struct drive *drive, uint64_t now_us, uint8_t command)
{
    if (command == COMMAND_DEVICE_RESET) {
        bus_reset(drive, now_us);
    } else if (drive->shown == SIM_FACE_ABORT) {
        drive->error = ERROR_ABRT;
        drive->status = STATUS_READY | STATUS_ERR;
    }
}

static void write_command(struct drive *drive, uint64_t now_us, uint8_t command)
{
    bool deaf = drive->reset_hung || sim_fault_on(&drive->faults, SIM_FAULT_BSY_FOREVER);

    if (sim_vendor_command(drive, now_us, command) || deaf) {
        return;
    }
    if (drive->phase == SIM_PHASE_FACE) {
        dead_firmware_command(drive, now_us, command);
    } else if (drive->phase == SIM_PHASE_READY) {
        if (command == COMMAND_DEVICE_RESET) {
            bus_reset(drive, now_us);
        } else if ((drive->status & (STATUS_BSY | STATUS_DRQ)) == 0) {
            sim_packet_command(drive, now_us, command);
        }
    }
}

/* The registers take what is written, except while BSY; the open gate's hardware listens even then.
 */
static void write_register(struct drive *drive, uint64_t now_us, unsigned reg, uint8_t value)
{
    bool busy = drive->phase == SIM_PHASE_VENDOR
                    ? now_us < drive->vendor_until_us
                    : (visible_status(drive, now_us) & STATUS_BSY) != 0 && !drive->gate;

    if (reg == REG_LOW) {
        drive->low_written = value;
    }
    if (busy) {
        return;
    }
    switch (reg) {
    case REG_ERROR:
        drive->features = value;
        break;
    case REG_COUNT:
        drive->count = value;
        break;
    case REG_LOW:
        drive->low = value;
        break;
    case REG_MID:
        drive->mid = value;
        break;
    default:
        drive->high = value;
        break;
    }
}

void sim_drive_write(struct drive *drive, uint64_t now_us, unsigned reg, uint16_t value,
                     bool selected)
{
    uint8_t byte = (uint8_t)value;
    uint8_t constant;

    sim_drive_settle(drive, now_us);
    if (drive->phase == SIM_PHASE_OFF || dead_bus(drive, &constant)) {
        return;
    }
    switch (reg) {
    case REG_DATA:
        if (selected && drive->phase == SIM_PHASE_READY) {
            sim_packet_write_data(drive, now_us, value);
        }
        break;
    case REG_DEVICE:
        drive->device = byte;
        break;
    case REG_STATUS:
        if (selected || byte == COMMAND_DIAGNOSTIC ||
            sim_fault_on(&drive->faults, SIM_FAULT_GREEDY)) {
            write_command(drive, now_us, byte);
        }
        break;
    case REG_CONTROL:
        write_control(drive, now_us, byte);
        break;
    default:
        write_register(drive, now_us, reg, byte);
        break;
    }
}

bool sim_drive_disturbs(const struct drive *drive)
{
    return drive->phase == SIM_PHASE_VENDOR;
}

bool sim_drive_answers_both(const struct drive *drive)
{
    return drive->setup.answers_both ||
           sim_fault_on(&drive->faults, SIM_FAULT_SLAVE_ANSWERS_FOR_MASTER);
}

bool sim_drive_runs(const struct drive *drive)
{
    return drive->phase == SIM_PHASE_READY && !drive->boot_code && !drive->garbage;
}

bool sim_drive_tray_works(const struct drive *drive)
{
    return sim_drive_runs(drive) && !drive->misfit;
}

void sim_drive_tray(struct drive *drive, uint64_t now_us, bool open)
{
    bool was_open = drive->tray_open;

    drive->tray_open = open;
    if (was_open && !open) {
        spin_up(drive, now_us);
    }
}

void sim_drive_remove_disc(struct drive *drive)
{
    free(drive->medium);
    drive->medium = NULL;
    drive->medium_sectors = 0;
    drive->medium_blank = false;
    drive->new_disc = false;
}

bool sim_drive_insert(struct drive *drive, uint64_t now_us, const uint8_t *bytes, size_t size)
{
    size_t sectors = (size + SIM_SECTOR - 1) / SIM_SECTOR;
    uint8_t *medium = calloc(sectors + 1, SIM_SECTOR);

    if (medium == NULL) {
        return false;
    }
    if (size != 0) {
        memcpy(medium, bytes, size);
    }
    sim_drive_remove_disc(drive);
    drive->medium = medium;
    drive->medium_sectors = (uint32_t)sectors;
    drive->medium_blank = size == 0;
    drive->tray_open = false;
    spin_up(drive, now_us);
    return true;
}

const char *sim_phase_name(enum sim_phase phase)
{
    static const char *const names[] = {"off",   "window", "no-firmware", "loading",
                                        "ready", "vendor", "left-vendor"};

    return names[phase];
}
