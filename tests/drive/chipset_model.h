/*
 * What single IDE controllers keep in configuration space: the bits that switch a channel off and
 * on, and those that float its pins. One table for the bridge and for the simulated ports of host
 * tests. Every row is from what drivers of two or more systems do; the rows' comments name one that
 * is easy to look up.
 */
#ifndef TESTS_DRIVE_CHIPSET_MODEL_H
#define TESTS_DRIVE_CHIPSET_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SIM_CHIPSET_CHANNELS = 2, SIM_CONFIG_SIZE = 256 };

enum sim_channel_state {
    SIM_CHANNEL_ON,
    SIM_CHANNEL_OFF,     /* its ports are nobody's */
    SIM_CHANNEL_FLOATING /* its ports are decoded, its pins are not driven */
};

/* One field of a byte of configuration space; `mask` 0: there is none. */
struct sim_chipset_field {
    uint8_t offset, mask, value;
};

struct sim_chipset {
    const char *name;
    uint16_t vendor, device;
    uint8_t revision;
    struct sim_chipset_field on[SIM_CHIPSET_CHANNELS];     /* the field has this value: on */
    struct sim_chipset_field drive[SIM_CHIPSET_CHANNELS];  /* ... any other value: floating */
    struct sim_chipset_field floats[SIM_CHIPSET_CHANNELS]; /* what "float" puts there */
    bool flags_locked; /* ALi M5229: the flags in prog-if are read-only behind three locks */
};

/*
 * Sets a function up by words, e.g. "via", "ich,secondary=float", "piix,primary=off,command=off" or
 * "cmd646,51=08" (any byte from 40 on, in hexadecimal): ids, revision, the table's bits and what
 * can be written from 40 on. The caller gives class code and command register before. Returns the
 * chipset, NULL when the words are not understood. Channels are on unless told otherwise.
 */
const struct sim_chipset *sim_chipset_setup(const char *words, uint8_t config[SIM_CONFIG_SIZE],
                                            uint8_t writable[SIM_CONFIG_SIZE]);

enum sim_channel_state sim_chipset_state(const struct sim_chipset *chipset, const uint8_t *config,
                                         unsigned channel);

/* What `writable` has to be just now: locks open and close it. Before every write. */
void sim_chipset_unlock(const struct sim_chipset *chipset, const uint8_t *config,
                        uint8_t writable[SIM_CONFIG_SIZE]);

/* The table's names, for messages and for tests; NULL behind the last. */
const char *sim_chipset_name(size_t index);

#endif
