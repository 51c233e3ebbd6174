#include "tests/drive/fault.h"

#include <stdlib.h>
#include <string.h>

struct parameter {
    const char *name;
    uint32_t standard; /* the value when it is not given */
};

struct description {
    const char *name;
    struct parameter parameters[SIM_FAULT_PARAMETERS];
};

static const struct description descriptions[SIM_FAULT_COUNT] = {
    [SIM_FAULT_NO_DRIVE_00] = {"no_drive_00", {{0}}},
    [SIM_FAULT_NO_DRIVE_7F] = {"no_drive_7f", {{0}}},
    [SIM_FAULT_NO_DRIVE_FF] = {"no_drive_ff", {{0}}},
    [SIM_FAULT_BSY_FOREVER] = {"bsy_forever", {{0}}},
    [SIM_FAULT_SLAVE_ANSWERS_FOR_MASTER] = {"slave_answers_for_master", {{0}}},
    [SIM_FAULT_RESET_HANGS] = {"reset_hangs", {{0}}},
    [SIM_FAULT_DRQ_NEVER] = {"drq_never", {{"busy", 0}}},
    [SIM_FAULT_WRONG_IREASON_DIR] = {"wrong_ireason_dir", {{0}}},
    [SIM_FAULT_SHORT_BURST] = {"short_burst", {{"bytes", 8}}},
    [SIM_FAULT_ODD_BYTE_COUNT] = {"odd_byte_count", {{"bytes", 35}}},
    [SIM_FAULT_IDENTIFY_GARBAGE] = {"identify_garbage", {{"fill", 0x100}}},
    [SIM_FAULT_IDENTIFY_ABORTED_BUT_PACKET_WORKS] = {"identify_aborted_but_packet_works", {{0}}},
    [SIM_FAULT_UNIT_ATTENTION_FIRST] = {"unit_attention_first", {{"times", 2}}},
    [SIM_FAULT_NOT_READY_THEN_READY] = {"not_ready_then_ready", {{"times", 5}}},
    [SIM_FAULT_SENSE_LOST] = {"sense_lost", {{0}}},
    [SIM_FAULT_COMES_BACK_AS_OTHER_MODEL] = {"comes_back_as_other_model", {{0}}},
    [SIM_FAULT_VERSION_UNCHANGED_AFTER_OK] = {"version_unchanged_after_ok", {{0}}},
    [SIM_FAULT_EEPROM_BAD] = {"eeprom_bad", {{0}}},
    [SIM_FAULT_VENDOR_MODE_LOST] = {"vendor_mode_lost",
                                    {{"after", 1000}, {"status", 0x51}, {"gate", 1}}},
    [SIM_FAULT_INTRO_F2] = {"intro_f2", {{"times", 1}}},
    [SIM_FAULT_INTRO_52] = {"intro_52", {{0}}},
    [SIM_FAULT_INTRO_IGNORED] = {"intro_ignored", {{"times", 1}}},
    [SIM_FAULT_GREEDY] = {"greedy", {{0}}},
    [SIM_FAULT_ADDRESS_LOST] = {"address_lost", {{"after", 0}}},
    [SIM_FAULT_ID_0000_ONCE] = {"id_0000_once", {{"times", 1}}},
    [SIM_FAULT_ID_FFFF_ONCE] = {"id_ffff_once", {{"times", 1}}},
    [SIM_FAULT_ID_LATE] = {"id_late", {{"ms", 1000}}},
    [SIM_FAULT_ID_GARBLED] = {"id_garbled", {{"times", 1}}},
    [SIM_FAULT_WRITE_ERROR_AT] = {"write_error_at", {{"n", 1}, {"on", 0}}},
    [SIM_FAULT_WRITE_LIES_AT] = {"write_lies_at", {{"n", 1}, {"on", 0}}},
    [SIM_FAULT_WRITE_TORN_AT] = {"write_torn_at", {{"n", 1}, {"on", 0}}},
    [SIM_FAULT_ERASE_PARTIAL] = {"erase_partial", {{"n", 1}, {"on", 0}}},
    [SIM_FAULT_STUCK_BIT] = {"stuck_bit", {{"address", 0}, {"bit", 0}, {"value", 0}}},
    [SIM_FAULT_WORN_SECTOR] = {"worn_sector", {{"address", 0}, {"never", 1}}},
    [SIM_FAULT_SLOW_ERASE] = {"slow_erase", {{"factor", 10}}},
    [SIM_FAULT_VERIFY_FLIP] = {"verify_flip", {{"seed", 1}, {"every", 5000}}},
};

bool sim_fault_at(struct sim_faults *faults, enum sim_fault fault)
{
    struct sim_fault_state *state = &faults->state[fault];

    if (!state->on) {
        return false;
    }
    state->seen++;
    return state->seen == state->value[0] ||
           (state->value[1] != 0 && state->seen > state->value[0]);
}

bool sim_fault_first(struct sim_faults *faults, enum sim_fault fault)
{
    struct sim_fault_state *state = &faults->state[fault];

    if (!state->on || state->seen >= state->value[0]) {
        return false;
    }
    state->seen++;
    return true;
}

void sim_fault_set(struct sim_faults *faults, enum sim_fault fault)
{
    struct sim_fault_state *state = &faults->state[fault];

    state->on = true;
    state->seen = 0;
    for (size_t i = 0; i < SIM_FAULT_PARAMETERS; i++) {
        state->value[i] = descriptions[fault].parameters[i].standard;
    }
}

/* The enum value for the first `length` characters of `name`, SIM_FAULT_COUNT when there is none.
 */
static enum sim_fault find(const char *name, size_t length)
{
    for (unsigned i = 0; i < SIM_FAULT_COUNT; i++) {
        if (strlen(descriptions[i].name) == length &&
            strncmp(descriptions[i].name, name, length) == 0) {
            return (enum sim_fault)i;
        }
    }
    return SIM_FAULT_COUNT;
}

static bool parse_number(const char *text, uint32_t *number)
{
    char *end = NULL;
    unsigned long value = strtoul(text, &end, 0);

    if (end == text || *end != '\0' || value > UINT32_MAX) {
        return false;
    }
    *number = (uint32_t)value;
    return true;
}

static bool parse_parameter(const struct description *description, struct sim_fault_state *state,
                            const char *text)
{
    const char *equals = strchr(text, '=');

    if (equals == NULL) {
        return false;
    }
    for (size_t i = 0; i < SIM_FAULT_PARAMETERS; i++) {
        const char *name = description->parameters[i].name;

        if (name != NULL && strlen(name) == (size_t)(equals - text) &&
            strncmp(name, text, (size_t)(equals - text)) == 0) {
            return parse_number(equals + 1, &state->value[i]);
        }
    }
    return false;
}

bool sim_fault_set_by_name(struct sim_faults *faults, const char *name, char *const *parameters,
                           size_t count)
{
    const char *equals = strchr(name, '=');
    size_t length = equals != NULL ? (size_t)(equals - name) : strlen(name);
    enum sim_fault fault = find(name, length);
    struct sim_fault_state saved;

    if (fault == SIM_FAULT_COUNT) {
        return false;
    }
    saved = faults->state[fault];
    sim_fault_set(faults, fault);
    bool good = equals == NULL || (descriptions[fault].parameters[0].name != NULL &&
                                   parse_number(equals + 1, &faults->state[fault].value[0]));
    for (size_t i = 0; i < count && good; i++) {
        good = parse_parameter(&descriptions[fault], &faults->state[fault], parameters[i]);
    }
    if (!good) {
        faults->state[fault] = saved;
    }
    return good;
}

void sim_fault_clear(struct sim_faults *faults)
{
    memset(faults, 0, sizeof *faults);
}

const char *sim_fault_name(enum sim_fault fault)
{
    return descriptions[fault].name;
}
