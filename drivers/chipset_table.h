/* Which bits a controller has, as data. PROTOCOL.md, "Chipsets". */
#ifndef DRIVERS_CHIPSET_TABLE_H
#define DRIVERS_CHIPSET_TABLE_H

#include <stdint.h>

#include "drivers/chipset.h"

enum { CHIPSET_CHANNELS = 2 };

/* Bits of one byte of configuration space. mask 0: there are none. */
struct chipset_bits {
    uint8_t offset, mask;
    uint8_t on; /* the value under the mask when the channel works */
};

struct chipset_rule {
    struct chipset_bits decode[CHIPSET_CHANNELS];
    struct chipset_bits join[CHIPSET_CHANNELS];    /* otherwise the pins are tri-stated */
    struct chipset_bits release[CHIPSET_CHANNELS]; /* otherwise the cable's reset is held; set with
                                                      `join` */
};

enum chipset_rule_name {
    RULE_NONE, /* no bits are known: NOT_KNOWN unless the programming interface tells */
    RULE_PIIX,
    RULE_PIIX_PRIMARY,
    RULE_ICH_BAY,
    RULE_WORD_40, /* bits 15 and 13 of one word */
    RULE_VIA,
    RULE_VIA_PRIMARY,
    RULE_CS5536, /* as VIA, but takes 32-bit writes only: not written */
    RULE_NVIDIA,
    RULE_ATI,
    RULE_SIS,
    RULE_ALI, /* the programming interface, behind a lock */
    RULE_CYRIX,
    RULE_NS87410,
    RULE_OPTI,
    RULE_OPTI_SECONDARY,
    RULE_TRIFLEX,
    RULE_SL82C105,
    RULE_CMD_SECONDARY,
    RULE_CMD,
    RULE_PROMISE_246,
    RULE_PROMISE_262,
    RULE_HPT366, /* function 0 */
    RULE_HPT366_SECOND,
    RULE_HPT370,
    RULE_HPT371,
    RULE_JMICRON,
    RULE_ARTOP,
    RULE_COUNT
};

struct chipset_row {
    uint16_t vendor_id, device_id;
    uint8_t rule;   /* enum chipset_rule_name */
    uint8_t report; /* enum chipset_report */
};

/* The row of a controller; NULL: none. */
const struct chipset_row *chipset_row(uint16_t vendor_id, uint16_t device_id);

/* The bits of a rule. */
const struct chipset_rule *chipset_rule(enum chipset_rule_name name);

#endif
