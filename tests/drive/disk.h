/*
 * A small ATA disk (ATA/ATAPI-6, PIO, LBA28) that sits beside drives on a bench: something that
 * must never be harmed. It remembers whether it ever took something that only a MediaTek drive
 * should get. While BSY is set it takes nothing (ATA/ATAPI-6 7.15.6.1) but the DEV bit, by which
 * two devices on a cable are told apart.
 */
#ifndef TESTS_DRIVE_DISK_H
#define TESTS_DRIVE_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SIM_DISK_SECTOR = 512 };

struct disk {
    char name[24];
    char model[41];
    char serial[21];
    uint8_t *bytes;
    uint32_t sectors;

    bool powered;
    uint64_t ready_us; /* BSY until then */
    uint8_t features, count, low, mid, high, device, error, status, control;
    uint8_t buffer[SIM_DISK_SECTOR];
    unsigned position; /* inside buffer */
    bool reading, writing;
    uint32_t lba, left; /* of the running command, sectors */

    bool hung; /* BSY for ever, whatever comes */

    uint64_t vendor_commands; /* 80..8F taken */
    uint64_t vendor_keys;     /* taken with 2A or 2E in LBA low; not transfers, not IDENTIFY */
    uint64_t deaf;            /* commands that came while BSY: not taken */
    uint64_t resets;          /* SRST and DEVICE RESET that were sent */
    uint64_t writes;          /* sectors written */
};

/* A disk of `sectors` sectors without power; `bytes` may be NULL (zeros) or its contents. NULL
 * without memory. */
struct disk *sim_disk_new(const char *name, const char *model, const uint8_t *bytes,
                          uint32_t sectors);
void sim_disk_free(struct disk *disk);

void sim_disk_power(struct disk *disk, uint64_t now_us, bool on);
void sim_disk_hard_reset(struct disk *disk, uint64_t now_us);

/* Leaves the registers as after a read of the first sectors: no signature, status 50. */
void sim_disk_use(struct disk *disk);

/* Registers as in bench.h; see sim_drive_read() and sim_drive_write(). */
uint16_t sim_disk_read(struct disk *disk, uint64_t now_us, unsigned reg);
void sim_disk_write(struct disk *disk, uint64_t now_us, unsigned reg, uint16_t value,
                    bool selected);

#endif
