/*
 * Command packets of the running firmware: what firmware, BIOSes and Linux ask a CD-ROM drive
 * (SPC-2, MMC-3), and two reading vendor commands of Lite-On. Everything else ends with 05/20/00.
 */
#include <string.h>

#include "tests/drive/drive_parts.h"

enum {
    SCSI_TEST_UNIT_READY = 0x00,
    SCSI_REQUEST_SENSE = 0x03,
    SCSI_INQUIRY = 0x12,
    SCSI_START_STOP = 0x1B,
    SCSI_PREVENT_REMOVAL = 0x1E,
    SCSI_READ_CAPACITY = 0x25,
    SCSI_READ_10 = 0x28,
    SCSI_WRITE_BUFFER = 0x3B,
    SCSI_READ_BUFFER = 0x3C,
    SCSI_READ_TOC = 0x43,
    SCSI_GET_CONFIGURATION = 0x46,
    SCSI_GET_EVENT = 0x4A,
    SCSI_MODE_SELECT_10 = 0x55,
    SCSI_MODE_SENSE_10 = 0x5A,
    SCSI_READ_12 = 0xA8,
    LITEON_VENDOR = 0xDF
};

enum { NOT_READY = 2, ILLEGAL_REQUEST = 5, ATTENTION = 6 };
enum {
    BUFFER_ECHO = 0x0A,
    LITEON_READ_FLASH = 0x83,
    LITEON_READ_EEPROM = 0x89,
    LITEON_BLOCK = 128
};

static uint32_t get16(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 8 | bytes[1];
}

static uint32_t get24(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 16 | get16(bytes + 1);
}

static uint32_t get32(const uint8_t *bytes)
{
    return get16(bytes) << 16 | get16(bytes + 2);
}

static void put16(uint8_t *bytes, uint32_t value)
{
    bytes[0] = (uint8_t)(value >> 8);
    bytes[1] = (uint8_t)value;
}

static void put32(uint8_t *bytes, uint32_t value)
{
    put16(bytes, value >> 16);
    put16(bytes + 2, value);
}

static void fail(struct drive *drive, uint8_t key, uint8_t asc, uint8_t ascq)
{
    drive->sense_key = key;
    drive->asc = asc;
    drive->ascq = ascq;
    drive->error = (uint8_t)(key << 4 | (key == ILLEGAL_REQUEST ? ERROR_ABRT : 0));
    drive->data_left = 0;
}

/* Sends `length` bytes of drive->reply, at most as many as the host allotted. */
static void answer(struct drive *drive, uint32_t length, uint32_t allotted)
{
    drive->data = drive->reply;
    drive->data_left = length < allotted ? length : allotted;
}

static void inquiry(struct drive *drive)
{
    memset(drive->reply, 0, 96);
    if (drive->garbage) {
        memset(drive->reply, 0xFF, 96);
    } else if (drive->boot_code) {
        static const uint8_t header[8] = {0x05, 0x80, 0x00, 0x32, 0x1F, 0, 0, 0};

        memcpy(drive->reply, header, sizeof header);
        memcpy(drive->reply + 8, drive->boot_identity, 28);
        answer(drive, 36, drive->packet[4]);
        return;
    } else {
        memcpy(drive->reply, drive->identity.inquiry, sizeof drive->identity.inquiry);
    }
    answer(drive, 96, drive->packet[4]);
}

static void request_sense(struct drive *drive)
{
    memset(drive->reply, 0, 18);
    drive->reply[0] = 0x70;
    drive->reply[7] = 10;
    if (!sim_fault_on(&drive->faults, SIM_FAULT_SENSE_LOST)) {
        drive->reply[2] = drive->sense_key;
        drive->reply[12] = drive->asc;
        drive->reply[13] = drive->ascq;
    }
    drive->sense_key = drive->asc = drive->ascq = 0;
    answer(drive, 18, drive->packet[4]);
}

/* A drive that blinks, or whose firmware is another drive's, tries like any other and then sees no
 * disc. Boot code can't read any. */
static bool disc_known(const struct drive *drive, uint64_t now_us)
{
    bool blind = drive->led == SIM_LED_BLINK || drive->misfit || drive->boot_code;

    return drive->medium != NULL && !drive->tray_open && now_us >= drive->disc_known_us && !blind;
}

/* Whether there is a disc that can be used; otherwise the sense is set: no medium with the tray
 * closed or open, or becoming ready (MMC-3, sense codes). */
static bool medium_present(struct drive *drive, uint64_t now_us)
{
    bool tries = drive->medium != NULL && !drive->tray_open && now_us < drive->disc_known_us;

    if (sim_fault_first(&drive->faults, SIM_FAULT_NOT_READY_THEN_READY) || tries) {
        fail(drive, NOT_READY, 0x04, 0x01);
        return false;
    }
    if (!disc_known(drive, now_us)) {
        fail(drive, NOT_READY, 0x3A, drive->tray_open ? 0x02 : 0x01);
        return false;
    }
    return true;
}

static void read_sectors(struct drive *drive, uint64_t now_us, uint32_t lba, uint32_t count)
{
    if (!medium_present(drive, now_us)) {
        return;
    }
    if (lba > drive->medium_sectors || count > drive->medium_sectors - lba) {
        fail(drive, ILLEGAL_REQUEST, 0x21, 0x00);
        return;
    }
    drive->data = drive->medium + (size_t)lba * SIM_SECTOR;
    drive->data_left = count * SIM_SECTOR;
}

static void read_capacity(struct drive *drive, uint64_t now_us)
{
    if (!medium_present(drive, now_us)) {
        return;
    }
    put32(drive->reply, drive->medium_sectors != 0 ? drive->medium_sectors - 1 : 0);
    put32(drive->reply + 4, SIM_SECTOR);
    answer(drive, 8, 8);
}

/* One data track and the lead-out, format 0. */
static void read_toc(struct drive *drive, uint64_t now_us)
{
    if (!medium_present(drive, now_us)) {
        return;
    }
    memset(drive->reply, 0, 20);
    put16(drive->reply, 18);
    drive->reply[2] = drive->reply[3] = 1;
    drive->reply[5] = drive->reply[13] = 0x14;
    drive->reply[6] = 1;
    drive->reply[14] = 0xAA;
    put32(drive->reply + 16, drive->medium_sectors);
    answer(drive, 20, get16(drive->packet + 7));
}

/* Feature header and the profile list with CD-ROM and DVD-ROM. */
static void get_configuration(struct drive *drive, uint64_t now_us)
{
    memset(drive->reply, 0, 20);
    put32(drive->reply, 16);
    put16(drive->reply + 6, disc_known(drive, now_us) ? 0x0008 : 0x0000);
    drive->reply[10] = 0x03; /* persistent, current */
    drive->reply[11] = 8;
    put16(drive->reply + 12, 0x0010);
    put16(drive->reply + 16, 0x0008);
    answer(drive, 20, get16(drive->packet + 7));
}

static void get_event(struct drive *drive, uint64_t now_us)
{
    memset(drive->reply, 0, 8);
    if ((drive->packet[1] & 1) == 0) {
        fail(drive, ILLEGAL_REQUEST, 0x24, 0x00);
        return;
    }
    if ((drive->packet[4] & 0x10) == 0) {
        put16(drive->reply, 2);
        drive->reply[2] = 0x80; /* no such event class */
        drive->reply[3] = 0x10;
        answer(drive, 4, get16(drive->packet + 7));
        return;
    }
    put16(drive->reply, 6);
    drive->reply[2] = 0x04;
    drive->reply[3] = 0x10;
    drive->reply[5] = (uint8_t)((drive->tray_open ? 1 : 0) | (disc_known(drive, now_us) ? 2 : 0));
    answer(drive, 8, get16(drive->packet + 7));
}

/* The capabilities page (MMC-3 5.5.10), for 2A and "all". */
static void mode_sense(struct drive *drive)
{
    uint8_t page = drive->packet[2] & 0x3F;

    if (page != 0x2A && page != 0x3F) {
        fail(drive, ILLEGAL_REQUEST, 0x24, 0x00);
        return;
    }
    memset(drive->reply, 0, 28);
    put16(drive->reply, 26);
    drive->reply[2] = 0x70; /* no disc */
    drive->reply[8] = 0x2A;
    drive->reply[9] = 18;
    drive->reply[10] = 0x08;        /* reads DVD-ROM */
    drive->reply[14] = 0x29;        /* tray, eject, lock */
    put16(drive->reply + 16, 7056); /* 40x, KB/s */
    put16(drive->reply + 22, 7056);
    answer(drive, 28, get16(drive->packet + 7));
}

static void start_stop(struct drive *drive, uint64_t now_us)
{
    if ((drive->packet[4] & 2) != 0 && sim_drive_tray_works(drive)) {
        sim_drive_tray(drive, now_us, (drive->packet[4] & 1) == 0);
    }
}

/* The echo buffer, the harmless mode of READ and WRITE BUFFER (SPC-2 7.31). */
static void echo_buffer(struct drive *drive, bool write)
{
    uint32_t length = get24(drive->packet + 6);

    if ((drive->packet[1] & 0x1F) != BUFFER_ECHO || length > sizeof drive->echo) {
        fail(drive, ILLEGAL_REQUEST, 0x24, 0x00);
        return;
    }
    if (write) {
        drive->data_out = drive->echo;
    } else {
        drive->data = drive->echo;
    }
    drive->data_left = length;
}

static void mode_select(struct drive *drive)
{
    uint32_t length = get16(drive->packet + 7);

    if (length > sizeof drive->reply) {
        fail(drive, ILLEGAL_REQUEST, 0x24, 0x00);
        return;
    }
    drive->data_out = drive->reply;
    drive->data_left = length;
}

/* DF 83 .. tt .. bb hh ll: 128 bytes of the flash; DF 89 .. hh ll: 128 bytes of the EEPROM. */
static void liteon(struct drive *drive)
{
    uint32_t offset = get16(drive->packet + 7);
    const uint8_t *source = drive->eeprom;
    uint32_t size = SIM_EEPROM_SIZE;

    if (drive->packet[1] == LITEON_READ_FLASH) {
        offset += drive->packet[6] * drive->chip->type->bank_size;
        source = drive->chip->cells;
        size = drive->chip->type->size;
    } else if (drive->packet[1] != LITEON_READ_EEPROM) {
        fail(drive, ILLEGAL_REQUEST, 0x20, 0x00);
        return;
    }
    if (offset > size || LITEON_BLOCK > size - offset) {
        fail(drive, ILLEGAL_REQUEST, 0x24, 0x00);
        return;
    }
    memcpy(drive->reply, source + offset, LITEON_BLOCK);
    answer(drive, LITEON_BLOCK, LITEON_BLOCK);
}

static void execute_with_medium(struct drive *drive, uint64_t now_us)
{
    switch (drive->packet[0]) {
    case SCSI_READ_CAPACITY:
        read_capacity(drive, now_us);
        break;
    case SCSI_READ_10:
        read_sectors(drive, now_us, get32(drive->packet + 2), get16(drive->packet + 7));
        break;
    case SCSI_READ_12:
        read_sectors(drive, now_us, get32(drive->packet + 2), get32(drive->packet + 6));
        break;
    case SCSI_READ_TOC:
        read_toc(drive, now_us);
        break;
    default:
        (void)medium_present(drive, now_us);
        break;
    }
}

static void execute_device(struct drive *drive, uint64_t now_us)
{
    switch (drive->packet[0]) {
    case SCSI_START_STOP:
        start_stop(drive, now_us);
        break;
    case SCSI_PREVENT_REMOVAL:
        break;
    case SCSI_WRITE_BUFFER:
    case SCSI_READ_BUFFER:
        echo_buffer(drive, drive->packet[0] == SCSI_WRITE_BUFFER);
        break;
    case SCSI_MODE_SELECT_10:
        mode_select(drive);
        break;
    case SCSI_MODE_SENSE_10:
        mode_sense(drive);
        break;
    case LITEON_VENDOR:
        liteon(drive);
        break;
    case SCSI_TEST_UNIT_READY:
    case SCSI_READ_CAPACITY:
    case SCSI_READ_10:
    case SCSI_READ_12:
    case SCSI_READ_TOC:
        execute_with_medium(drive, now_us);
        break;
    default:
        fail(drive, ILLEGAL_REQUEST, 0x20, 0x00);
        break;
    }
}

/*
 * Power on or reset is reported once, before anything else happens (SPC-2 5.9.4): 29/00. So is a
 * disc that has become ready (MMC-3, "not ready to ready change": 28/00); a drive that sees no disc
 * has nothing to report.
 */
static bool attention(struct drive *drive, uint64_t now_us)
{
    bool more = sim_fault_first(&drive->faults, SIM_FAULT_UNIT_ATTENTION_FIRST);

    if (drive->unit_attention || more) {
        drive->unit_attention = false;
        fail(drive, ATTENTION, 0x29, 0x00);
        return true;
    }
    if (drive->new_disc && disc_known(drive, now_us)) {
        drive->new_disc = false;
        fail(drive, ATTENTION, 0x28, 0x00);
        return true;
    }
    return false;
}

void sim_scsi_execute(struct drive *drive, uint64_t now_us)
{
    drive->error = 0;
    drive->data = NULL;
    drive->data_out = NULL;
    drive->data_left = 0;
    if (drive->packet[0] == SCSI_REQUEST_SENSE) {
        request_sense(drive);
        return;
    }
    drive->sense_key = drive->asc = drive->ascq = 0;
    if (drive->packet[0] == SCSI_INQUIRY) {
        inquiry(drive);
    } else if (drive->garbage || (drive->boot_code && drive->packet[0] != SCSI_TEST_UNIT_READY)) {
        fail(drive, ILLEGAL_REQUEST, 0x20, 0x00);
    } else if (drive->packet[0] == SCSI_GET_CONFIGURATION) {
        get_configuration(drive, now_us);
    } else if (drive->packet[0] == SCSI_GET_EVENT) {
        get_event(drive, now_us);
    } else if (!attention(drive, now_us)) {
        execute_device(drive, now_us);
    }
}
