/* ATA task file: select, wait, reset, IDENTIFY. ATA/ATAPI-6 (T13/1410D) unless another source is
 * named. */
#ifndef DRIVERS_ATA_H
#define DRIVERS_ATA_H

#include <stdbool.h>
#include <stdint.h>

#include "drivers/ata_bus.h"
#include "kernel/error.h"

/*
 * The one wait: reads register `reg` (ATA_REG_STATUS or ATA_REG_ALT_STATUS) until (status & mask)
 * == value. Stores what it read last in device->last_status. Calls device->idle at least every 20
 * ms. Errors: ERR_TIMEOUT after timeout_us, ERR_ABORTED when idle asked for it.
 */
err_t ata_wait(struct ata_device *device, enum ata_reg reg, uint8_t mask, uint8_t value,
               uint32_t timeout_us);

/* Waits `us` µs in slices, idle being called. Error: ERR_ABORTED. */
err_t ata_pause(struct ata_device *device, uint32_t us);

/* Selects the position and waits 400 ns (9.2: four reads of alternate status). Sends nothing else.
 */
void ata_select(struct ata_device *device);

/* Raw status without side effects (alternate status register). */
uint8_t ata_alt_status(struct ata_device *device);

/* Selects, then writes 55/AA and AA/55 to LBA mid/high and reads them back: does anything decode
 * registers? Only legal while BSY = 0. */
bool ata_registers_echo(struct ata_device *device);

/* The task file after reset (9.12 / table of signatures). */
enum ata_signature {
    ATA_SIGNATURE_NONE,
    ATA_SIGNATURE_DISK,
    ATA_SIGNATURE_PACKET,
    ATA_SIGNATURE_OTHER
};
enum ata_signature ata_signature(struct ata_device *device, uint8_t raw[4]);

/* Starts SRST on the cable (both positions) and ends it; does not wait for BSY to clear (9.2, SRST
 * >= 5 µs). nIEN stays set. */
void ata_soft_reset(struct ata_device *device);

/* DEVICE RESET (8.7), packet devices only. Does not wait. */
void ata_device_reset(struct ata_device *device);

enum { ATA_IDENTIFY_DEVICE = 0xEC, ATA_IDENTIFY_PACKET_DEVICE = 0xA1 };

/*
 * IDENTIFY [PACKET] DEVICE: 256 words into `words`. Errors: ERR_TIMEOUT, ERR_DEVICE (aborted),
 * ERR_ABORTED, ERR_NO_DEVICE, ERR_PROTOCOL.
 */
err_t ata_identify(struct ata_device *device, uint8_t command, uint16_t words[256],
                   uint32_t timeout_us);

/* Strings inside IDENTIFY data: first word, bytes (even); bytes swapped, cut, printable. `to` needs
 * bytes + 1. */
void ata_identify_text(const uint16_t words[256], unsigned first_word, unsigned bytes, char *to);

#endif
