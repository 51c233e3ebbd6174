/*
 * ATA task file: select, wait, reset, IDENTIFY. Clauses are those of ATA/ATAPI-6 (T13/1410D);
 * times and quirks: PROTOCOL.md, "ATA, packets, probing".
 */
#ifndef DRIVERS_ATA_H
#define DRIVERS_ATA_H

#include <stdbool.h>
#include <stdint.h>

#include "drivers/ata_bus.h"
#include "kernel/error.h"

/* Bounds of PROTOCOL.md, "Times". */
enum {
    ATA_RESET_BOUND_US = 31000000,   /* BSY after SRST, DEVICE RESET or power-on */
    ATA_RESET_SETTLE_US = 150000,    /* from the end of SRST to the first look at status */
    ATA_IDENTIFY_BOUND_US = 10000000 /* BSY while IDENTIFY is carried out */
};

/* A wait that is under way: when it began, when it ends. Used by ata_wait() and by every other loop
 * that looks at a device again and again. */
struct ata_watch {
    uint64_t start_us, idle_us;
    uint32_t timeout_us;
    bool expired;
};

void ata_watch_start(struct ata_device *device, struct ata_watch *watch, uint32_t timeout_us);

/*
 * To be called after each look that did not find what was waited for: lets a little time pass (more
 * the longer the wait lasts, at most 1 ms) and calls device->idle at least every 20 ms. Returns 0:
 * look again. Errors: ERR_TIMEOUT once the time is up (after one more look than that, so that a
 * slow idle function can't make a ready device late), ERR_ABORTED when idle asked for it.
 */
err_t ata_watch_turn(struct ata_device *device, struct ata_watch *watch);

/*
 * The one wait: reads register `reg` (ATA_REG_STATUS or ATA_REG_ALT_STATUS) until (status & mask)
 * == value. Stores what it read last in device->last_status. Calls device->idle at least every 20
 * ms. Errors: ERR_TIMEOUT after timeout_us, ERR_ABORTED when idle asked for it.
 */
err_t ata_wait(struct ata_device *device, enum ata_reg reg, uint8_t mask, uint8_t value,
               uint32_t timeout_us);

/* Waits `us` µs in slices, idle being called with the status as it is. Error: ERR_ABORTED. */
err_t ata_pause(struct ata_device *device, uint32_t us);

/*
 * Lets the 400 ns pass that a device may take to show a status after a select or a command (9.2):
 * four reads of alternate status, or a wait when the first one reads FF (see "ALi" in PROTOCOL.md).
 */
void ata_settle(struct ata_device *device);

/* Selects the position and waits 400 ns. Sends nothing else. */
void ata_select(struct ata_device *device);

/* Raw status without side effects (alternate status register); kept in device->last_status. */
uint8_t ata_alt_status(struct ata_device *device);

/* Sets nIEN (no interrupts: this program polls), selects the position again and reads status once:
 * see "Device control" in PROTOCOL.md. */
void ata_quiet(struct ata_device *device);

/* Writes 55/AA to LBA mid/high and AA/55, reading back each time: does anything decode registers?
 * Legal while BSY = 0; returns false without a write when BSY is set. Selects first. */
bool ata_registers_echo(struct ata_device *device);

/* The task file after reset (9.12 / table of signatures). */
enum ata_signature {
    ATA_SIGNATURE_NONE, /* constant 00, 7F or FF: no registers */
    ATA_SIGNATURE_DISK,
    ATA_SIGNATURE_PACKET,
    ATA_SIGNATURE_OTHER
};

/* Selects and reads sector count, LBA low, mid, high into `raw`; says what they mean. */
enum ata_signature ata_signature(struct ata_device *device, uint8_t raw[4]);

/* Starts SRST on the cable (both positions) and ends it; does not wait for BSY to clear (9.2, SRST
 * >= 5 µs). nIEN stays set; the device is selected again afterwards. */
void ata_soft_reset(struct ata_device *device);

/* DEVICE RESET (8.7), packet devices only. Does not wait. */
void ata_device_reset(struct ata_device *device);

enum { ATA_IDENTIFY_DEVICE = 0xEC, ATA_IDENTIFY_PACKET_DEVICE = 0xA1 };

/* An IDENTIFY command that is under way, for callers that can't stand still (kernel/probe.c). */
struct ata_identify {
    struct ata_device *device;
    uint16_t *words;
    uint64_t start_us;
    uint32_t timeout_us;
    err_t error;
};

/* Sends IDENTIFY [PACKET] DEVICE. The device must be selected and not busy. */
void ata_identify_begin(struct ata_identify *identify, struct ata_device *device, uint8_t command,
                        uint16_t words[256], uint32_t timeout_us);

/* Looks once. True: over, identify->error says how (see ata_identify()). */
bool ata_identify_step(struct ata_identify *identify);

/*
 * IDENTIFY [PACKET] DEVICE: 256 words into `words`; selects first. Errors: ERR_TIMEOUT (busy for
 * timeout_us, or no reaction at all), ERR_DEVICE (aborted), ERR_ABORTED (user), ERR_NO_DEVICE
 * (nothing drives the bus), ERR_PROTOCOL (busy or asking for data before the command).
 */
err_t ata_identify(struct ata_device *device, uint8_t command, uint16_t words[256],
                   uint32_t timeout_us);

/* Strings inside IDENTIFY data: first word, bytes (even); bytes swapped, cut, printable. `to` needs
 * bytes + 1. Returns nothing useful for a range outside the 256 words: the text is "" then. */
void ata_identify_text(const uint16_t words[256], unsigned first_word, unsigned bytes, char *to);

#endif
