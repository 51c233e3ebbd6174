/*
 * Faults by name. A drive carries one struct sim_faults; its registers, its firmware and its flash
 * chip look up in it what they shall do wrong. tests/drive/README.md describes each one for the
 * people who write scenarios.
 */
#ifndef TESTS_DRIVE_FAULT_H
#define TESTS_DRIVE_FAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sim_fault {
    /* what the registers show */
    SIM_FAULT_NO_DRIVE_00,
    SIM_FAULT_NO_DRIVE_7F,
    SIM_FAULT_NO_DRIVE_FF,
    SIM_FAULT_BSY_FOREVER,
    SIM_FAULT_SLAVE_ANSWERS_FOR_MASTER,
    SIM_FAULT_RESET_HANGS,
    /* what the packet interface does */
    SIM_FAULT_DRQ_NEVER,
    SIM_FAULT_WRONG_IREASON_DIR,
    SIM_FAULT_SHORT_BURST,
    SIM_FAULT_ODD_BYTE_COUNT,
    SIM_FAULT_IDENTIFY_GARBAGE,
    SIM_FAULT_IDENTIFY_ABORTED_BUT_PACKET_WORKS,
    SIM_FAULT_UNIT_ATTENTION_FIRST,
    SIM_FAULT_NOT_READY_THEN_READY,
    SIM_FAULT_SENSE_LOST,
    SIM_FAULT_COMES_BACK_AS_OTHER_MODEL,
    SIM_FAULT_VERSION_UNCHANGED_AFTER_OK,
    SIM_FAULT_EEPROM_BAD,
    /* vendor mode */
    SIM_FAULT_VENDOR_MODE_LOST,
    SIM_FAULT_INTRO_F2,
    SIM_FAULT_INTRO_52,
    SIM_FAULT_INTRO_IGNORED,
    SIM_FAULT_GREEDY,
    SIM_FAULT_ADDRESS_LOST,
    /* the flash chip */
    SIM_FAULT_ID_0000_ONCE,
    SIM_FAULT_ID_FFFF_ONCE,
    SIM_FAULT_ID_LATE,
    SIM_FAULT_ID_GARBLED,
    SIM_FAULT_WRITE_ERROR_AT,
    SIM_FAULT_WRITE_LIES_AT,
    SIM_FAULT_WRITE_TORN_AT,
    SIM_FAULT_ERASE_PARTIAL,
    SIM_FAULT_STUCK_BIT,
    SIM_FAULT_WORN_SECTOR,
    SIM_FAULT_SLOW_ERASE,
    SIM_FAULT_VERIFY_FLIP,
    SIM_FAULT_COUNT
};

enum { SIM_FAULT_PARAMETERS = 3 };

struct sim_fault_state {
    bool on;
    uint32_t value[SIM_FAULT_PARAMETERS];
    uint32_t seen; /* how often the place of the fault was passed since it was switched on */
};

struct sim_faults {
    struct sim_fault_state state[SIM_FAULT_COUNT];
};

/* Whether a fault is on; the hot paths ask this. */
static inline bool sim_fault_on(const struct sim_faults *faults, enum sim_fault fault)
{
    return faults->state[fault].on;
}

/*
 * For faults "at the n-th time": counts one more passage and says whether this is the one
 * (value[0], 1-based). A fault whose value[1] is not 0 goes on from there.
 */
bool sim_fault_at(struct sim_faults *faults, enum sim_fault fault);

/* For faults "the first n times": true while fewer than value[0] passages were counted. */
bool sim_fault_first(struct sim_faults *faults, enum sim_fault fault);

/* Switches on with the parameters' default values. */
void sim_fault_set(struct sim_faults *faults, enum sim_fault fault);

/*
 * Switches a fault on by its name. `parameters` are words "key=number" (C notation) or "key=word"
 * where the fault knows words; "name=number" is short for its first parameter. False when name or a
 * parameter is unknown.
 */
bool sim_fault_set_by_name(struct sim_faults *faults, const char *name, char *const *parameters,
                           size_t count);

/* All off. */
void sim_fault_clear(struct sim_faults *faults);

/* The name of a fault, as in commands. */
const char *sim_fault_name(enum sim_fault fault);

#endif
