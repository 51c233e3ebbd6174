/*
 * Probing, in small steps: each call of probe_step() does a few register accesses and returns, so
 * that a drive that is silent for ever on one port leaves screen, keys and the other ports alive.
 * Both positions of one cable are probed in turn.
 */
#ifndef KERNEL_PROBE_H
#define KERNEL_PROBE_H

#include "kernel/log.h"
#include "kernel/port.h"

enum { PORTS_MAX = IDE_CHANNELS * 2 };

enum probe_state {
    PROBE_IDLE,
    PROBE_LOOK,  /* raw status of both positions, floating bus, echo */
    PROBE_RESET, /* SRST sent when it is safe (no vendor mode status): waiting for BSY to clear */
    PROBE_SIGNATURE,
    PROBE_IDENTIFY, /* command sent, waiting */
    PROBE_INQUIRY,
    PROBE_FINISHED
};

/* One cable's running probe. */
struct probe {
    struct port *ports[2];
    unsigned position;
    enum probe_state state;
    uint64_t started_us, deadline_us;
    uint8_t step; /* inside the state */
    uint8_t command;
    bool reset_done;
    struct packet_device packet;
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

/* (Re)starts the probe of the cable that `port` is on. `reset` allows SRST (never when a status of
 * vendor mode was seen). */
void probe_start(struct machine *machine, struct port *port, bool reset);

/* Does a little on every running probe and refreshes every idle port's raw status. Returns true
 * while a probe is running. */
bool probe_step(struct machine *machine);

/* Runs one cable's probe to its end (unattended jobs). Bounded. `idle` as in ata_device. */
err_t probe_finish(struct machine *machine, struct port *port);

struct port *probe_port(struct machine *machine, unsigned number);

#endif
