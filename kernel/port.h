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
#include "drivers/chipset.h"
#include "drivers/ide.h"
#include "kernel/error.h"
#include "kernel/trail.h"

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
    VERDICT_TWO_DRIVES, /* two on one cable: only from diagnose(), not from one position's evidence
                         */
    VERDICT_CHANNEL_FLOATS, /* the chipset floats the pins */
    VERDICT_UNKNOWN,
    VERDICT_COUNT
};

/* All that was seen; the verdict is computed from this alone (port_verdict()). */
struct evidence {
    uint8_t status;       /* raw, read last */
    uint8_t first_status; /* raw, read first */
    bool constant;        /* never changed, and only what an undriven bus reads: 00, 7F, FF (or the
                             device register's own A0/B0) */
    bool restless;     /* it changed all the time before anything was sent: noise, loose contacts */
    bool echo;         /* registers hold what is written */
    bool echo_tested;  /* somebody tried, now or before the drive beside it was in vendor mode */
    bool answered_for; /* 00 and no reaction to commands, while the other position is there: the
                          other device answers for a missing one (ATA/ATAPI-6, 9.16.1) */
    bool answered_by_disk; /* and that one is a disk, whose signature shows here, too */
    bool decoding;
    uint8_t chipset; /* enum chipset_state: what the controller's own bits say */
    uint8_t report;  /* enum chipset_report: what is told of vendor mode behind the controller */
    bool busy_out;   /* BSY lasted to the bound */
    enum ata_signature signature;
    uint8_t signature_raw[4];                              /* sector count, LBA low, mid, high */
    bool asked_device, asked_packet, asked_inquiry;        /* the command was sent */
    err_t identify_device, identify_packet, inquiry_error; /* 0 = answered; if it was sent */
    bool identify_device_valid, identify_packet_valid;     /* data of the right kind came */
    uint16_t identify[256];
    bool identify_unstable; /* asked twice because it looked garbled: two different answers */
    bool other_name;        /* another name than at the look before, the cable never seen empty */
    struct inquiry inquiry;
    struct packet_result inquiry_result;
    bool asked_ready; /* TEST UNIT READY, of a drive that answered INQUIRY */
    struct packet_result ready_result;
};

/* Evidence of a place that nobody has looked at: all errors set, nothing asked. */
void evidence_clear(struct evidence *evidence);

/* Notes how IDENTIFY [PACKET] DEVICE ended; the words that came are in evidence->identify. */
void evidence_note_identify(struct evidence *evidence, uint8_t command, err_t error);

/* Whether IDENTIFY was answered with something that the wires may have spoilt: a model name that is
 * no text, or a check sum (ATA/ATAPI-6, 8.15, word 255) that is wrong. */
bool evidence_is_garbled(const struct evidence *evidence);

/* Whether a name came that is part letters and part nonsense: a name that is gone is all of one
 * kind. */
bool evidence_is_mixed(const struct evidence *evidence);

/* The check sum alone: a drive with a spoilt name still adds up its own bytes right. */
bool evidence_is_sum_wrong(const struct evidence *evidence);

/* Notes how INQUIRY ended: inquiry_result is filled, the bytes that came are in inquiry.raw. */
void evidence_note_inquiry(struct evidence *evidence);

struct port {
    uint8_t number; /* 1 primary master .. 4 secondary slave, add-on controllers from 5 */
    enum transport transport;
    struct ide_channel *channel;
    struct ata_device device;
    char where[36];         /* "Primary master" */
    struct port *neighbour; /* the other position of the cable, NULL: there is none */
    enum verdict verdict;
    struct evidence evidence;
    bool disk_forever;  /* once recognised as a disk a port never gets a vendor command until its
                           cable was seen empty */
    struct trail trail; /* its raw status over time */
    uint64_t busy_since_us;  /* BSY seen without a break since then; 0 = not busy */
    uint64_t probe_bound_us; /* when the wait that the probe is in ends at the latest (a device that
                                answers in time is then asked for more) */
    char name[28];           /* model and revision for the list, "" = unknown */
    char name_before[28];    /* the newest name before a look that found none or another one */
};

/* The verdict that the evidence supports. Pure; never VERDICT_PROBING. */
enum verdict port_verdict(const struct evidence *evidence);

/* Whether somebody answered under a name: IDENTIFY or INQUIRY with sane content. */
bool evidence_is_named(const struct evidence *evidence);

/* Sets verdict, name and disk_forever from the evidence. */
void port_judge(struct port *port);

/* Whether both positions of the cable answer: 0 no, 1 yes, 2 can't be told from registers (ask). */
enum alone { ALONE_YES, ALONE_NO, ALONE_UNSURE };

/*
 * ALONE_NO: the neighbour answered under its own name, or shows another status than this port and
 * the registers echo. ALONE_UNSURE: both positions show the same without a name (one dead drive may
 * answer for both), the neighbour is not probed yet, or only a nameless drive vouches for the
 * neighbour's absence. What is not there reads as an undriven bus, or is answered for by a drive
 * whose firmware runs: ALONE_YES.
 */
enum alone port_alone(const struct port *port);

/*
 * Whether vendor commands may be sent to this port at all. ERR_REFUSED: a disk (ever seen here or
 * on the other position), a second device on the cable, not probed yet. ERR_NO_DEVICE: nothing
 * there, or the channel is off or floats.
 */
err_t port_vendor_allowed(const struct port *port);

#endif
