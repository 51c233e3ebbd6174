#include "tests/drive/disk.h"

#include <stdlib.h>
#include <string.h>

#include "tests/drive/drive_parts.h"

enum {
    COMMAND_READ = 0x20,
    COMMAND_READ_NO_RETRY = 0x21,
    COMMAND_WRITE = 0x30,
    COMMAND_WRITE_NO_RETRY = 0x31,
    COMMAND_VERIFY = 0x40,
    COMMAND_INITIALISE_PARAMETERS = 0x91,
    COMMAND_STANDBY_IMMEDIATE = 0xE0,
    COMMAND_IDLE_IMMEDIATE = 0xE1,
    COMMAND_CHECK_POWER = 0xE5,
    COMMAND_FLUSH = 0xE7,
    COMMAND_SET_FEATURES = 0xEF
};

enum { ERROR_IDNF = 0x10, DEVICE_LBA = 0x40, HEADS = 16, SECTORS_PER_TRACK = 63 };
enum { POWER_ON_US = 500000, RESET_US = 2000, SECTOR_US = 100 };

struct disk *sim_disk_new(const char *name, const char *model, const uint8_t *bytes,
                          uint32_t sectors)
{
    struct disk *disk = calloc(1, sizeof *disk);

    if (disk == NULL) {
        return NULL;
    }
    disk->bytes = calloc(sectors, SIM_DISK_SECTOR);
    if (disk->bytes == NULL) {
        free(disk);
        return NULL;
    }
    if (bytes != NULL) {
        memcpy(disk->bytes, bytes, (size_t)sectors * SIM_DISK_SECTOR);
    }
    disk->sectors = sectors;
    strncpy(disk->name, name, sizeof disk->name - 1);
    strncpy(disk->model, model, sizeof disk->model - 1);
    strcpy(disk->serial, "SIM00001");
    return disk;
}

void sim_disk_free(struct disk *disk)
{
    if (disk != NULL) {
        free(disk->bytes);
        free(disk);
    }
}

/* Register contents after a reset (ATA/ATAPI-6 9.12). */
static void set_signature(struct disk *disk)
{
    disk->error = 0x01;
    disk->count = 0x01;
    disk->low = 0x01;
    disk->mid = 0x00;
    disk->high = 0x00;
    disk->device = 0x00;
    disk->status = STATUS_READY;
    disk->reading = disk->writing = false;
}

void sim_disk_power(struct disk *disk, uint64_t now_us, bool on)
{
    if (on && !disk->powered) {
        set_signature(disk);
        disk->control = 0;
        disk->ready_us = now_us + POWER_ON_US;
    }
    disk->powered = on;
}

static void reset(struct disk *disk, uint64_t now_us)
{
    set_signature(disk);
    disk->ready_us = now_us + RESET_US;
}

void sim_disk_hard_reset(struct disk *disk, uint64_t now_us)
{
    disk->control = 0;
    reset(disk, now_us);
}

void sim_disk_use(struct disk *disk)
{
    disk->error = 0;
    disk->features = 0;
    disk->count = 0;
    disk->low = 0x3F;
    disk->mid = 0x00;
    disk->high = 0x00;
    disk->device = DEVICE_LBA | 0xA0;
    disk->status = STATUS_READY;
}

static void set_word(struct disk *disk, unsigned word, uint16_t value)
{
    disk->buffer[2 * word] = (uint8_t)value;
    disk->buffer[2 * word + 1] = (uint8_t)(value >> 8);
}

static void set_text(struct disk *disk, unsigned word, unsigned bytes, const char *text)
{
    size_t length = strlen(text);

    for (unsigned i = 0; i < bytes; i++) {
        disk->buffer[2 * word + (i ^ 1u)] = i < length ? (uint8_t)text[i] : ' ';
    }
}

static void identify(struct disk *disk)
{
    memset(disk->buffer, 0, sizeof disk->buffer);
    set_word(disk, 0, 0x0040);
    set_word(disk, 1, (uint16_t)(disk->sectors / (HEADS * SECTORS_PER_TRACK)));
    set_word(disk, 3, HEADS);
    set_word(disk, 6, SECTORS_PER_TRACK);
    set_text(disk, 10, 20, disk->serial);
    set_text(disk, 23, 8, "1.0");
    set_text(disk, 27, 40, disk->model);
    set_word(disk, 49, 0x0200);
    set_word(disk, 60, (uint16_t)disk->sectors);
    set_word(disk, 61, (uint16_t)(disk->sectors >> 16));
    set_word(disk, 80, 0x001E);
    set_word(disk, 83, 0x4000);
    set_word(disk, 87, 0x4000);
    disk->reading = true;
    disk->left = 0;
}

static void end_command(struct disk *disk, uint8_t error)
{
    disk->error = error;
    disk->status = error != 0 ? STATUS_READY | STATUS_ERR : STATUS_READY;
    disk->reading = disk->writing = false;
}

/* The address in the task file, LBA or cylinder/head/sector. */
static uint32_t address(const struct disk *disk)
{
    uint32_t head = disk->device & 0x0F;
    uint32_t cylinder = disk->mid | (uint32_t)disk->high << 8;

    if ((disk->device & DEVICE_LBA) != 0) {
        return disk->low | cylinder << 8 | head << 24;
    }
    return (cylinder * HEADS + head) * SECTORS_PER_TRACK + disk->low - 1u;
}

static void start_sector(struct disk *disk, uint64_t now_us)
{
    if (disk->lba >= disk->sectors) {
        end_command(disk, ERROR_IDNF);
        return;
    }
    if (disk->reading) {
        memcpy(disk->buffer, &disk->bytes[(size_t)disk->lba * SIM_DISK_SECTOR], SIM_DISK_SECTOR);
    }
    disk->position = 0;
    disk->status = STATUS_READY | STATUS_DRQ;
    disk->ready_us = now_us + SECTOR_US;
}

static void start_transfer(struct disk *disk, uint64_t now_us, bool write)
{
    disk->lba = address(disk);
    disk->left = disk->count != 0 ? disk->count : 256;
    disk->reading = !write;
    disk->writing = write;
    start_sector(disk, now_us);
}

static void end_sector(struct disk *disk, uint64_t now_us)
{
    if (disk->writing) {
        memcpy(&disk->bytes[(size_t)disk->lba * SIM_DISK_SECTOR], disk->buffer, SIM_DISK_SECTOR);
        disk->writes++;
    }
    disk->lba++;
    if (disk->left <= 1) {
        end_command(disk, 0);
        return;
    }
    disk->left--;
    start_sector(disk, now_us);
}

static void take_command(struct disk *disk, uint64_t now_us, uint8_t command)
{
    disk->error = 0;
    disk->ready_us = now_us + SECTOR_US;
    switch (command) {
    case COMMAND_IDENTIFY:
        identify(disk);
        disk->position = 0;
        disk->status = STATUS_READY | STATUS_DRQ;
        break;
    case COMMAND_READ:
    case COMMAND_READ_NO_RETRY:
        start_transfer(disk, now_us, false);
        break;
    case COMMAND_WRITE:
    case COMMAND_WRITE_NO_RETRY:
        start_transfer(disk, now_us, true);
        break;
    case COMMAND_DIAGNOSTIC:
        reset(disk, now_us);
        break;
    case COMMAND_VERIFY:
    case COMMAND_INITIALISE_PARAMETERS:
    case COMMAND_STANDBY_IMMEDIATE:
    case COMMAND_IDLE_IMMEDIATE:
    case COMMAND_CHECK_POWER:
    case COMMAND_FLUSH:
    case COMMAND_SET_FEATURES:
        end_command(disk, 0);
        break;
    default:
        end_command(disk, ERROR_ABRT);
        break;
    }
}

/* Remembers what only a MediaTek drive should get. What another device on the cable was given stays
 * in the registers of both; transfers put an address there, IDENTIFY does not look at it. */
static void watch(struct disk *disk, uint8_t command)
{
    bool transfer = (command >= COMMAND_READ && command <= COMMAND_WRITE_NO_RETRY) ||
                    command == COMMAND_VERIFY || command == COMMAND_IDENTIFY ||
                    command == COMMAND_IDENTIFY_PACKET;

    if (command >= 0x80 && command <= 0x8F) {
        disk->vendor_commands++;
    }
    if (!transfer && (disk->low == 0x2A || disk->low == 0x2E)) {
        disk->vendor_keys++;
    }
}

static bool is_busy(const struct disk *disk, uint64_t now_us)
{
    return disk->hung || now_us < disk->ready_us;
}

uint16_t sim_disk_read(struct disk *disk, uint64_t now_us, unsigned reg)
{
    bool busy = is_busy(disk, now_us);

    if (reg == REG_DATA) {
        if (busy || !disk->reading || (disk->status & STATUS_DRQ) == 0) {
            return 0xFFFF;
        }
        uint16_t word =
            (uint16_t)(disk->buffer[disk->position] | disk->buffer[disk->position + 1] << 8);

        disk->position += 2;
        if (disk->position == SIM_DISK_SECTOR) {
            end_sector(disk, now_us);
        }
        return word;
    }
    if (busy) {
        return STATUS_BSY;
    }
    switch (reg) {
    case REG_ERROR:
        return disk->error;
    case REG_COUNT:
        return disk->count;
    case REG_LOW:
        return disk->low;
    case REG_MID:
        return disk->mid;
    case REG_HIGH:
        return disk->high;
    case REG_DEVICE:
        return disk->device;
    default:
        return disk->status;
    }
}

static void write_data(struct disk *disk, uint64_t now_us, uint16_t value)
{
    if (!disk->writing || (disk->status & STATUS_DRQ) == 0) {
        return;
    }
    disk->buffer[disk->position] = (uint8_t)value;
    disk->buffer[disk->position + 1] = (uint8_t)(value >> 8);
    disk->position += 2;
    if (disk->position == SIM_DISK_SECTOR) {
        end_sector(disk, now_us);
    }
}

static void write_control(struct disk *disk, uint64_t now_us, uint8_t value)
{
    if ((value & CONTROL_SRST) != 0 && (disk->control & CONTROL_SRST) == 0) {
        disk->resets++;
        reset(disk, now_us);
    }
    disk->control = value;
}

static void write_register(struct disk *disk, unsigned reg, uint8_t value)
{
    switch (reg) {
    case REG_ERROR:
        disk->features = value;
        break;
    case REG_COUNT:
        disk->count = value;
        break;
    case REG_LOW:
        disk->low = value;
        break;
    case REG_MID:
        disk->mid = value;
        break;
    case REG_HIGH:
        disk->high = value;
        break;
    default:
        disk->device = value;
        break;
    }
}

static void write_command(struct disk *disk, uint64_t now_us, uint8_t command)
{
    if (command == COMMAND_DEVICE_RESET) { /* for packet devices: here it is an unknown command */
        disk->resets++;
    }
    if (is_busy(disk, now_us)) {
        disk->deaf++;
        return;
    }
    watch(disk, command);
    take_command(disk, now_us, command);
}

void sim_disk_write(struct disk *disk, uint64_t now_us, unsigned reg, uint16_t value, bool selected)
{
    bool busy = is_busy(disk, now_us);
    uint8_t byte = (uint8_t)value;

    if (reg == REG_CONTROL) {
        write_control(disk, now_us, byte);
    } else if (reg == REG_DATA) {
        if (selected && !busy) {
            write_data(disk, now_us, value);
        }
    } else if (reg == REG_STATUS) {
        if (selected || byte == COMMAND_DIAGNOSTIC) {
            write_command(disk, now_us, byte);
        }
    } else if (!busy) {
        write_register(disk, reg, byte);
    } else if (reg == REG_DEVICE) {
        disk->device = (uint8_t)((disk->device & ~DEVICE_DEV) | (byte & DEVICE_DEV));
    }
}
