/*
 * A port: a place where a drive may be. Its transport is an attribute; today only IDE channels have
 * one.
 */
#ifndef KERNEL_PORT_H
#define KERNEL_PORT_H

#include <stdbool.h>
#include <stdint.h>

#include "drivers/ata.h"
#include "drivers/atapi.h"
#include "drivers/ide.h"
#include "kernel/error.h"

enum transport { TRANSPORT_IDE };

/* What a port looks like. The text for the user is ui/words.c. */
enum verdict {
    VERDICT_PROBING,          /* not finished yet */
    VERDICT_NOTHING,          /* nothing there */
    VERDICT_CHANNEL_OFF,      /* the controller does not decode the channel's ports */
    VERDICT_DISK,             /* protected, never touched */
    VERDICT_HEALTHY,          /* optical drive that says who it is */
    VERDICT_IDENTITY_DAMAGED, /* answers, but its name is garbage */
    VERDICT_BOOT_CODE,        /* boot code only */
    VERDICT_VENDOR_MODE,      /* 70, 72 or 73: ready to flash */
    VERDICT_STUCK_BUSY,       /* BSY longer than a healthy drive ever takes */
    VERDICT_NO_IDENTITY,      /* registers echo, IDENTIFY silent or aborted */
    VERDICT_UNKNOWN,
    VERDICT_COUNT
};

/* All that was seen; the verdict is computed from this alone (port_verdict()). */
struct evidence {
    uint8_t status;       /* raw, read last */
    uint8_t first_status; /* raw, read first */
    bool constant;        /* never changed, only 00, 7F or FF was read */
    bool echo;            /* registers hold what is written */
    bool decoding;
    bool busy_out; /* BSY lasted to the bound */
    enum ata_signature signature;
    uint8_t signature_raw[4];                              /* sector count, LBA low, mid, high */
    err_t identify_device, identify_packet, inquiry_error; /* 0 = answered */
    bool identify_device_valid, identify_packet_valid;     /* data of the right kind came */
    uint16_t identify[256];
    struct inquiry inquiry;
    struct packet_result inquiry_result;
};

struct port {
    uint8_t number; /* 1 primary master .. 4 secondary slave, add-on controllers from 5 */
    enum transport transport;
    struct ide_channel *channel;
    struct ata_device device;
    char where[36];         /* "Primary master" */
    struct port *neighbour; /* the other position of the cable */
    enum verdict verdict;
    struct evidence evidence;
    bool disk_forever; /* once recognised as a disk a port never gets a vendor command until its
                          cable was seen empty */
    uint64_t busy_since_us;  /* BSY seen without a break since then; 0 = not busy */
    uint64_t probe_bound_us; /* when the running probe ends at the latest */
    char name[28];           /* model and revision for the list, "" = unknown */
};

/* The verdict that the evidence supports. Pure. */
enum verdict port_verdict(const struct evidence *evidence);

/* Whether both positions of the cable answer: 0 no, 1 yes, 2 can't be told from registers (ask). */
enum alone { ALONE_YES, ALONE_NO, ALONE_UNSURE };
enum alone port_alone(const struct port *port);

/* Whether vendor commands may be sent to this port at all (never to a disk, a healthy neighbour on
 * the cable, nothing). */
err_t port_vendor_allowed(const struct port *port);

#endif
