/*
 * Probing, in small steps: each call of probe_step() does a few register accesses and returns, so
 * that a drive that is silent for ever on one cable leaves screen, keys and the other cables alive.
 * Order and reasons: drivers/PROTOCOL.md, "Looking at a cable".
 */
#ifndef KERNEL_PROBE_H
#define KERNEL_PROBE_H

#include "kernel/log.h"
#include "kernel/port.h"

enum { PORTS_MAX = IDE_CHANNELS * 2 };

/* No probe of a cable takes longer, whatever sits on it: the sum of all bounds. */
enum { PROBE_LONGEST_US = 180000000 };

enum probe_state {
    PROBE_IDLE,
    PROBE_LOOK,     /* raw status of both positions, undriven bus, signature, echo */
    PROBE_RESET,    /* SRST was sent; what comes after it is another look */
    PROBE_IDENTIFY, /* IDENTIFY [PACKET] DEVICE to one position */
    PROBE_INQUIRY,
    PROBE_READY, /* TEST UNIT READY to a drive that said a sane name */
    PROBE_BUSY,  /* only positions that show BSY are left: waiting for it to clear */
    PROBE_FINISHED
};

enum place_state {
    PLACE_OPEN,   /* not decided */
    PLACE_ABSENT, /* nothing there */
    PLACE_READY,  /* can be asked */
    PLACE_BUSY,   /* BSY; waited for when the other position is done */
    PLACE_DONE
};

/* One position of the cable that is being probed. */
struct probe_place {
    enum place_state state;
    bool looked, changed; /* status was read; more than one value was seen */
    /* in this pass: status was read, signature was read, echo was tested */
    bool seen, has_signature, tested;
    uint64_t busy_from_us;
    bool was_absent; /* the probe before found nobody, with this status */
    uint8_t absent_status;
    /* after the probe: watching for changes */
    uint8_t judged_status;
    uint64_t odd_since_us; /* status differs from what was judged since then; 0 = it does not */
    uint32_t changes;      /* of its status in this pass, before anything was sent */
};

/* One cable's probe. */
struct probe {
    struct port *ports[2]; /* the second is NULL when the cable has one position */
    struct probe_place places[2];
    enum probe_state state;
    unsigned position; /* that is asked now */
    uint8_t step;      /* inside the state */
    uint64_t started_us;
    uint64_t pass_us; /* start of the running look; after a reset it may lie ahead */
    uint64_t deadline_us;
    bool reset_allowed, reset_forced, reset_done;
    bool hands_off; /* a status of vendor mode was seen: nothing but looks */
    unsigned retries;
    bool asked_again;     /* IDENTIFY was sent a second time: the first answer looked garbled */
    uint32_t first_crc32; /* of the first answer */
    struct ata_identify identify;
    struct atapi_transfer transfer;
    uint64_t refreshed_us;
    unsigned turn;     /* counts refreshes */
    unsigned restarts; /* probes started because something changed by itself */
    struct log *log;
};

/* All ports of the machine. */
struct machine {
    struct ide_found ide;
    struct port ports[PORTS_MAX];
    unsigned port_count;
    struct probe probes[IDE_CHANNELS];
    struct log *log;
};

/* Turns the channels found by ide_find() into numbered ports and starts a probe on each channel. */
void probe_open(struct machine *machine, struct log *log);

/*
 * (Re)starts the probe of the cable that `port` is on. `reset` allows one SRST. It is never sent
 * when a status of vendor mode is seen, nor while a position shows BSY, unless that position was
 * already judged VERDICT_STUCK_BUSY.
 */
void probe_start(struct machine *machine, struct port *port, bool reset);

/*
 * Does a little on every running probe and refreshes every other port's raw status. A drive that
 * comes, goes, or wakes up is noticed: its cable is probed again, without a reset. Returns true
 * while a probe is running.
 */
bool probe_step(struct machine *machine);

/* The same for the cable of `port` alone: others are not touched. Nothing is refreshed when its
 * probe is over. Returns true while it is running. */
bool probe_step_cable(struct machine *machine, const struct port *port);

/* The user does not want to wait for a busy drive any longer: the probe of its cable ends without
 * saying that it hangs. Nothing happens when BSY is not what is waited for. */
void probe_skip_busy(struct machine *machine, const struct port *port);

/*
 * Runs one cable's probe to its end (unattended jobs), other cables going on beside it. Bounded by
 * PROBE_LONGEST_US. `idle` as in ata_device. Errors: ERR_ABORTED, ERR_TIMEOUT.
 */
err_t probe_finish(struct machine *machine, struct port *port);

/* NULL: there is no port of that number. */
struct port *probe_port(struct machine *machine, unsigned number);

#endif
