/*
 * Command packets over an IDE channel, PIO (ATA/ATAPI-6 9.11, PACKET command protocol; MMC-3/SPC-2
 * for the packets). The host decides the direction of a data phase, never the device.
 */
#ifndef DRIVERS_ATAPI_H
#define DRIVERS_ATAPI_H

#include "drivers/ata_bus.h"
#include "drivers/packet.h"

/* Makes `packet` send its packets through `device`. Both must live as long as packet is used. */
void atapi_open(struct packet_device *packet, struct ata_device *device);

enum atapi_phase {
    ATAPI_BEFORE,  /* waiting for BSY = 0 and DRQ = 0 to send the command */
    ATAPI_COMMAND, /* command sent, waiting for the request of the packet */
    ATAPI_DATA     /* packet sent: data requests, then the end */
};

/* One packet under way, for callers that can't stand still (kernel/probe.c). */
struct atapi_transfer {
    struct ata_device *device;
    struct packet_result *result;
    enum atapi_phase phase;
    uint8_t packet[12];
    enum packet_direction direction;
    uint8_t *data;
    uint32_t size;    /* bytes at `data` */
    uint32_t surplus; /* bytes the device sent beyond `size` */
    uint64_t start_us;
    uint64_t late_us; /* since when a request is not valid yet; 0 = not so */
    uint32_t timeout_us;
    uint8_t reason;     /* interrupt reason register, read last */
    bool sense_running; /* the packet is our own REQUEST SENSE */
    uint8_t sense[18];
    uint32_t sense_moved;
};

/* Prepares a transfer (see struct packet_ops.packet) and fills `result` with the beginnings. */
void atapi_begin(struct atapi_transfer *transfer, struct ata_device *device,
                 const uint8_t packet[12], enum packet_direction direction, void *data,
                 uint32_t size, uint32_t timeout_us, struct packet_result *result);

/* Looks once and does what there is to do, at most one data request. True: over, the result is
 * complete. */
bool atapi_step(struct atapi_transfer *transfer);

/* Standard INQUIRY data (SPC-2 7.3.2), the parts that matter here. Texts are printable, blanks at
 * the end cut. */
struct inquiry {
    uint8_t raw[96];
    uint8_t length; /* bytes of raw that came */
    char vendor[9];
    char product[17];
    char revision[5];
    char date[21]; /* vendor specific bytes 36..55 as text */
};

enum {
    INQUIRY_TIMEOUT_US = 5000000, /* for one command; PROTOCOL.md, "Times" */
    READY_TIMEOUT_US = 10000000,
    ATTENTION_RETRIES = 5 /* a unit attention is reported once per cause; a few causes may queue */
};

/* The INQUIRY packet that packet_inquiry() sends (96 bytes of answer). */
void inquiry_packet(uint8_t packet[12]);

/*
 * INQUIRY / TEST UNIT READY on any transport. Sent again up to ATTENTION_RETRIES times while the
 * answer is UNIT ATTENTION (SPC-2: reported once after a reset or a change of medium).
 */
void packet_inquiry(struct packet_device *device, struct inquiry *inquiry,
                    struct packet_result *result);
void packet_test_unit_ready(struct packet_device *device, struct packet_result *result);

/* Fills the texts from raw and length; split off for tests and fuzzing. */
void inquiry_parse(struct inquiry *inquiry);

/* Whether the texts name a drive: 36 bytes came, vendor, product and revision hold printable ASCII
 * only, and the product is not blank. */
bool inquiry_is_sane(const struct inquiry *inquiry);

#endif
