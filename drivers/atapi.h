/* Command packets over an IDE channel, PIO (ATA/ATAPI-6 9.11, PACKET command protocol; MMC-3/SPC-2
 * for the packets). */
#ifndef DRIVERS_ATAPI_H
#define DRIVERS_ATAPI_H

#include "drivers/ata_bus.h"
#include "drivers/packet.h"

/* Makes `packet` send its packets through `device`. Both must live as long as packet is used. */
void atapi_open(struct packet_device *packet, struct ata_device *device);

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

/* INQUIRY / TEST UNIT READY on any transport. */
void packet_inquiry(struct packet_device *device, struct inquiry *inquiry,
                    struct packet_result *result);
void packet_test_unit_ready(struct packet_device *device, struct packet_result *result);

/* Fills the texts from raw and length; split off for tests and fuzzing. */
void inquiry_parse(struct inquiry *inquiry);

#endif
