#define ERROR_MODULE MODULE_ATA
#include "drivers/ata.h"

#include "kernel/lib/text.h"

enum {
    IDLE_EVERY_US = 20000,
    LONGEST_PACE_US = 1000,
    PAUSE_SLICE_US = 10000,
    SRST_PULSE_US = 20, /* 9.2 asks for 5 µs; PROTOCOL.md, "Times" */
    SETTLE_READS = 4,   /* of 100 ns and more each */
    SILENT_US = 500000, /* a device sets BSY or DRQ 400 ns after a command; this one never will */
    IDENTIFY_WORDS = 256
};

static bool idle_stops(struct ata_device *device)
{
    return device->idle != NULL && device->idle(device->idle_context, device->last_status);
}

void ata_watch_start(struct ata_device *device, struct ata_watch *watch, uint32_t timeout_us)
{
    watch->start_us = ata_now_us(device);
    watch->idle_us = watch->start_us;
    watch->timeout_us = timeout_us;
    watch->expired = false;
}

err_t ata_watch_turn(struct ata_device *device, struct ata_watch *watch)
{
    uint64_t elapsed = ata_now_us(device) - watch->start_us;
    uint32_t pace;

    if (watch->expired)
        return ERR(ERR_TIMEOUT);
    /* A 64th of the time waited so far: quick for short waits, light on the bus in long ones. */
    pace = elapsed / 64 > LONGEST_PACE_US ? LONGEST_PACE_US : (uint32_t)elapsed / 64;
    if (pace > 0)
        device->ops->wait_us(device->bus, pace);
    if (ata_now_us(device) - watch->idle_us >= IDLE_EVERY_US - LONGEST_PACE_US) {
        if (idle_stops(device))
            return ERR(ERR_ABORTED);
        watch->idle_us = ata_now_us(device);
    }
    watch->expired = elapsed >= watch->timeout_us;
    return 0;
}

err_t ata_wait(struct ata_device *device, enum ata_reg reg, uint8_t mask, uint8_t value,
               uint32_t timeout_us)
{
    struct ata_watch watch;

    ata_watch_start(device, &watch, timeout_us);
    for (;;) {
        err_t error;

        device->last_status = ata_read(device, reg);
        if ((device->last_status & mask) == value)
            return 0;
        error = ata_watch_turn(device, &watch);
        if (error != 0)
            return error;
    }
}

err_t ata_pause(struct ata_device *device, uint32_t us)
{
    while (us > 0) {
        uint32_t slice = us < PAUSE_SLICE_US ? us : PAUSE_SLICE_US;

        device->ops->wait_us(device->bus, slice);
        us -= slice;
        ata_alt_status(device);
        if (idle_stops(device))
            return ERR(ERR_ABORTED);
    }
    return 0;
}

uint8_t ata_alt_status(struct ata_device *device)
{
    device->last_status = ata_read(device, ATA_REG_ALT_STATUS);
    return device->last_status;
}

void ata_settle(struct ata_device *device)
{
    for (unsigned i = 0; i < SETTLE_READS; i++) {
        if (ata_alt_status(device) == 0xFF) {
            device->ops->wait_us(device->bus, 1);
            return;
        }
    }
}

void ata_select(struct ata_device *device)
{
    ata_write(device, ATA_REG_DEVICE, device->select);
    ata_settle(device);
}

void ata_quiet(struct ata_device *device)
{
    ata_write(device, ATA_REG_DEVICE_CONTROL, ATA_CONTROL_ALWAYS | ATA_CONTROL_NIEN);
    ata_select(device);
    if (device->last_status != 0xFF)
        device->last_status = ata_read(device, ATA_REG_STATUS);
}

static bool echoes(struct ata_device *device, uint8_t mid, uint8_t high)
{
    ata_write(device, ATA_REG_LBA_MID, mid);
    ata_write(device, ATA_REG_LBA_HIGH, high);
    return ata_read(device, ATA_REG_LBA_MID) == mid && ata_read(device, ATA_REG_LBA_HIGH) == high;
}

bool ata_registers_echo(struct ata_device *device)
{
    ata_select(device);
    if ((device->last_status & ATA_STATUS_BSY) != 0)
        return false;
    return echoes(device, 0x55, 0xAA) && echoes(device, 0xAA, 0x55);
}

static bool all_equal(const uint8_t raw[4], uint8_t value)
{
    return raw[0] == value && raw[1] == value && raw[2] == value && raw[3] == value;
}

enum ata_signature ata_signature(struct ata_device *device, uint8_t raw[4])
{
    ata_select(device);
    raw[0] = ata_read(device, ATA_REG_SECTOR_COUNT);
    raw[1] = ata_read(device, ATA_REG_LBA_LOW);
    raw[2] = ata_read(device, ATA_REG_LBA_MID);
    raw[3] = ata_read(device, ATA_REG_LBA_HIGH);
    if (all_equal(raw, 0x00) || all_equal(raw, 0x7F) || all_equal(raw, 0xFF))
        return ATA_SIGNATURE_NONE;
    if (raw[2] == 0x14 && raw[3] == 0xEB)
        return ATA_SIGNATURE_PACKET;
    if (raw[0] == 0x01 && raw[1] == 0x01 &&
        ((raw[2] == 0x00 && raw[3] == 0x00) || (raw[2] == 0x3C && raw[3] == 0xC3)))
        return ATA_SIGNATURE_DISK;
    return ATA_SIGNATURE_OTHER;
}

void ata_soft_reset(struct ata_device *device)
{
    uint8_t control = ATA_CONTROL_ALWAYS | ATA_CONTROL_NIEN;

    ata_write(device, ATA_REG_DEVICE_CONTROL, control | ATA_CONTROL_SRST);
    device->ops->wait_us(device->bus, SRST_PULSE_US);
    ata_write(device, ATA_REG_DEVICE_CONTROL, control);
    ata_write(device, ATA_REG_DEVICE, device->select);
}

void ata_device_reset(struct ata_device *device)
{
    ata_write(device, ATA_REG_DEVICE, device->select);
    ata_settle(device);
    ata_write(device, ATA_REG_COMMAND, 0x08);
    ata_settle(device);
}

void ata_identify_begin(struct ata_identify *identify, struct ata_device *device, uint8_t command,
                        uint16_t words[256], uint32_t timeout_us)
{
    identify->device = device;
    identify->words = words;
    identify->start_us = ata_now_us(device);
    identify->timeout_us = timeout_us;
    identify->error = 0;
    ata_write(device, ATA_REG_FEATURES, 0);
    ata_write(device, ATA_REG_DEVICE, device->select);
    ata_write(device, ATA_REG_COMMAND, command);
    ata_settle(device);
}

bool ata_identify_step(struct ata_identify *identify)
{
    struct ata_device *device = identify->device;
    uint64_t elapsed = ata_now_us(device) - identify->start_us;
    uint8_t status = ata_alt_status(device);

    if (ata_status_is_open(status)) {
        identify->error = ERR(ERR_NO_DEVICE);
        return true;
    }
    if ((status & ATA_STATUS_BSY) != 0) {
        if (elapsed < identify->timeout_us)
            return false;
        identify->error = ERR(ERR_TIMEOUT);
        return true;
    }
    if ((status & ATA_STATUS_DRQ) != 0) {
        device->ops->read_data(device->bus, identify->words, IDENTIFY_WORDS);
        device->last_status = ata_read(device, ATA_REG_STATUS);
        return true;
    }
    if ((status & ATA_STATUS_ERR) != 0) {
        identify->error = ERR(ERR_DEVICE);
        return true;
    }
    if (elapsed < SILENT_US && elapsed < identify->timeout_us)
        return false;
    identify->error = ERR(ERR_TIMEOUT);
    return true;
}

err_t ata_identify(struct ata_device *device, uint8_t command, uint16_t words[256],
                   uint32_t timeout_us)
{
    struct ata_identify identify;
    struct ata_watch watch;

    ata_select(device);
    if (ata_status_is_open(device->last_status))
        return ERR(ERR_NO_DEVICE);
    if ((device->last_status & (ATA_STATUS_BSY | ATA_STATUS_DRQ)) != 0)
        return ERR(ERR_PROTOCOL);
    ata_identify_begin(&identify, device, command, words, timeout_us);
    ata_watch_start(device, &watch, timeout_us);
    while (!ata_identify_step(&identify)) {
        err_t error = ata_watch_turn(device, &watch);

        if (error != 0)
            return error;
    }
    return identify.error;
}

void ata_identify_text(const uint16_t words[256], unsigned first_word, unsigned bytes, char *to)
{
    uint8_t field[64];

    if (bytes > sizeof field || first_word > IDENTIFY_WORDS ||
        bytes / 2 > IDENTIFY_WORDS - first_word) {
        to[0] = '\0';
        return;
    }
    for (unsigned i = 0; i < bytes; i++) {
        uint16_t word = words[first_word + i / 2];

        field[i] = (uint8_t)(i % 2 == 0 ? word >> 8 : word);
    }
    text_field(to, bytes + 1, field, bytes);
}
