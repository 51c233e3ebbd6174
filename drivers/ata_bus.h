/*
 * The seam below every register-level method: one ATA channel (cable) as a struct of operations,
 * including the clock. Implemented over real ports (drivers/ata_port.c) and over the simulated
 * bench (tests/support).
 *
 * Register names and addresses: ATA/ATAPI-6, clause 7 and table 19 (CS0/CS1 decode).
 */
#ifndef DRIVERS_ATA_BUS_H
#define DRIVERS_ATA_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ata_reg {
    ATA_REG_DATA = 0,
    ATA_REG_ERROR = 1,    /* read */
    ATA_REG_FEATURES = 1, /* write */
    ATA_REG_SECTOR_COUNT = 2,
    ATA_REG_INTERRUPT_REASON = 2, /* packet devices */
    ATA_REG_LBA_LOW = 3,
    ATA_REG_LBA_MID = 4,  /* packet devices: byte count low */
    ATA_REG_LBA_HIGH = 5, /* packet devices: byte count high */
    ATA_REG_DEVICE = 6,
    ATA_REG_STATUS = 7,         /* read */
    ATA_REG_COMMAND = 7,        /* write */
    ATA_REG_ALT_STATUS = 8,     /* read */
    ATA_REG_DEVICE_CONTROL = 8, /* write */
    ATA_REG_COUNT = 9
};

enum {
    ATA_STATUS_ERR = 0x01,
    ATA_STATUS_DRQ = 0x08,
    ATA_STATUS_DF = 0x20,
    ATA_STATUS_DRDY = 0x40,
    ATA_STATUS_BSY = 0x80,

    ATA_CONTROL_NIEN = 0x02,
    ATA_CONTROL_SRST = 0x04,
    ATA_CONTROL_ALWAYS = 0x08, /* obsolete bit that old hosts always set */

    ATA_DEVICE_MASTER = 0xA0,
    ATA_DEVICE_SLAVE = 0xB0
};

struct ata_bus_ops {
    uint8_t (*read)(void *bus, enum ata_reg reg);
    void (*write)(void *bus, enum ata_reg reg, uint8_t value);
    void (*read_data)(void *bus, uint16_t *words, size_t count);
    void (*write_data)(void *bus, const uint16_t *words, size_t count);
    uint64_t (*now_us)(void *bus);
    void (*wait_us)(void *bus, uint32_t us);
};

/*
 * One position of one cable, as a driver talks to it. `idle` is called again and again while a wait
 * lasts, with the raw status seen last; it keeps screen and keys alive and returns true to give the
 * wait up (ESC). It may be NULL.
 */
struct ata_device {
    const struct ata_bus_ops *ops;
    void *bus;
    uint8_t select; /* ATA_DEVICE_MASTER or ATA_DEVICE_SLAVE */
    bool (*idle)(void *idle_context, uint8_t status);
    void *idle_context;
    uint8_t last_status; /* the raw status read last, for the user */
};

/* One register access, and the time, of the cable that `device` is on. */
static inline uint8_t ata_read(struct ata_device *device, enum ata_reg reg)
{
    return device->ops->read(device->bus, reg);
}

static inline void ata_write(struct ata_device *device, enum ata_reg reg, uint8_t value)
{
    device->ops->write(device->bus, reg, value);
}

static inline uint64_t ata_now_us(struct ata_device *device)
{
    return device->ops->now_us(device->bus);
}

/* A status that is read where nobody drives the bus: D7 pulled down, or no pull-down. PROTOCOL.md,
 * "Looking at a cable". (00 may be an empty bus, too, but also a device after its reset.) */
static inline bool ata_status_is_open(uint8_t status)
{
    return status == 0x7F || status == 0xFF;
}

/* The same, or the byte that the host wrote last to select the position: some buses keep it. */
static inline bool ata_status_is_undriven(const struct ata_device *device, uint8_t status)
{
    return ata_status_is_open(status) || status == device->select;
}

#endif
