/* What the drive's own files share. */
#ifndef TESTS_DRIVE_DRIVE_PARTS_H
#define TESTS_DRIVE_DRIVE_PARTS_H

#include "tests/drive/drive.h"

enum {
    REG_DATA = 0,
    REG_ERROR = 1, /* read; features when written */
    REG_COUNT = 2, /* interrupt reason of packet commands */
    REG_LOW = 3,
    REG_MID = 4,  /* byte count low */
    REG_HIGH = 5, /* byte count high */
    REG_DEVICE = 6,
    REG_STATUS = 7, /* read; command when written */
    REG_CONTROL = 8 /* read: alternate status */
};

enum {
    STATUS_ERR = 0x01,
    STATUS_DRQ = 0x08,
    STATUS_DSC = 0x10,
    STATUS_DRDY = 0x40,
    STATUS_READY = STATUS_DRDY | STATUS_DSC,
    STATUS_BSY = 0x80
};

enum { ERROR_ABRT = 0x04 };
enum { REASON_COD = 0x01, REASON_IO = 0x02 };
enum { CONTROL_SRST = 0x04 };
enum { DEVICE_DEV = 0x10 };

enum {
    COMMAND_DEVICE_RESET = 0x08,
    COMMAND_DIAGNOSTIC = 0x90,
    COMMAND_PACKET = 0xA0,
    COMMAND_IDENTIFY_PACKET = 0xA1,
    COMMAND_IDENTIFY = 0xEC
};

#define SIM_FOREVER UINT64_MAX

/* Delays of the running firmware, µs. Real drives take between these and a hundred times as much.
 */
enum { DELAY_COMMAND_US = 100, DELAY_RESET_US = 2000 };

/* drive.c: starts BSY for `us`, then does what `pending` says. */
void sim_drive_busy(struct drive *drive, uint64_t now_us, uint32_t us, enum sim_pending pending);

/* drive.c: the packet device's register contents after a reset (ATA/ATAPI-6 9.12). */
void sim_drive_signature(struct drive *drive);

/* drive.c: the processor starts again from the flash, as after power-on. */
void sim_drive_restart(struct drive *drive, uint64_t now_us);

/* drive_vendor.c: true when the write was one for the vendor hardware and is done. */
bool sim_vendor_command(struct drive *drive, uint64_t now_us, uint8_t command);
uint8_t sim_vendor_status(struct drive *drive, uint64_t now_us);

/* drive_packet.c: packet interface of the running firmware. */
void sim_packet_command(struct drive *drive, uint64_t now_us, uint8_t command);
void sim_packet_resume(struct drive *drive, uint64_t now_us);
uint16_t sim_packet_read_data(struct drive *drive, uint64_t now_us);
void sim_packet_write_data(struct drive *drive, uint64_t now_us, uint16_t word);

/* drive_scsi.c: carries out drive->packet; prepares the data phase or the status. */
void sim_scsi_execute(struct drive *drive, uint64_t now_us);

/* drive_identify.c: 512 bytes of IDENTIFY PACKET DEVICE into drive->reply. */
void sim_identify(struct drive *drive);

#endif
