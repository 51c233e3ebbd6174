#include "drivers/chipset_table.h"

/* One bit that must be set; one that must be clear. */
#define SET(offset, mask)                                                                          \
    {                                                                                              \
        offset, mask, mask                                                                         \
    }
#define CLEAR(offset, mask)                                                                        \
    {                                                                                              \
        offset, mask, 0                                                                            \
    }
#define NO_BITS                                                                                    \
    {                                                                                              \
        0, 0, 0                                                                                    \
    }

static const struct chipset_rule rules[RULE_COUNT] = {
    [RULE_PIIX] = {.decode = {SET(0x41, 0x80), SET(0x43, 0x80)}},
    [RULE_PIIX_PRIMARY] = {.decode = {SET(0x41, 0x80), NO_BITS}},
    [RULE_ICH_BAY] = {.decode = {SET(0x41, 0x80), SET(0x43, 0x80)},
                      .join = {CLEAR(0x56, 0x03), CLEAR(0x56, 0x0C)}},
    [RULE_WORD_40] = {.decode = {SET(0x41, 0x80), SET(0x41, 0x20)}},
    [RULE_VIA] = {.decode = {SET(0x40, 0x02), SET(0x40, 0x01)}},
    [RULE_VIA_PRIMARY] = {.decode = {SET(0x40, 0x02), NO_BITS}},
    [RULE_CS5536] = {.decode = {SET(0x40, 0x02), NO_BITS}},
    [RULE_NVIDIA] = {.decode = {SET(0x50, 0x02), SET(0x50, 0x01)}},
    [RULE_ATI] = {.decode = {CLEAR(0x48, 0x01), CLEAR(0x48, 0x08)}},
    [RULE_SIS] = {.decode = {SET(0x4A, 0x02), SET(0x4A, 0x04)}},
    [RULE_CYRIX] = {.decode = {SET(0x60, 0x01), SET(0x60, 0x02)}},
    [RULE_NS87410] = {.decode = {SET(0x43, 0x08), SET(0x47, 0x08)}},
    [RULE_OPTI] = {.decode = {CLEAR(0x45, 0x80), CLEAR(0x40, 0x08)}},
    [RULE_OPTI_SECONDARY] = {.decode = {NO_BITS, CLEAR(0x40, 0x08)}},
    [RULE_TRIFLEX] = {.decode = {SET(0x80, 0x01), SET(0x80, 0x02)}},
    [RULE_SL82C105] = {.decode = {SET(0x40, 0x01), SET(0x40, 0x10)}},
    [RULE_CMD_SECONDARY] = {.decode = {NO_BITS, SET(0x51, 0x08)}},
    [RULE_CMD] = {.decode = {SET(0x51, 0x04), SET(0x51, 0x08)}},
    [RULE_PROMISE_246] = {.decode = {SET(0x50, 0x02), SET(0x50, 0x04)}},
    [RULE_PROMISE_262] = {.decode = {SET(0x51, 0x10), SET(0x51, 0x20)}},
    [RULE_HPT366] = {.decode = {SET(0x50, 0x10), NO_BITS}},
    [RULE_HPT366_SECOND] = {.decode = {SET(0x50, 0x20), NO_BITS}},
    [RULE_HPT370] = {.decode = {SET(0x50, 0x04), SET(0x54, 0x04)},
                     .join = {CLEAR(0x53, 0x80), CLEAR(0x57, 0x80)},
                     .release = {CLEAR(0x59, 0x40), CLEAR(0x59, 0x80)}},
    [RULE_HPT371] = {.decode = {NO_BITS, SET(0x54, 0x04)},
                     .join = {NO_BITS, CLEAR(0x57, 0x80)},
                     .release = {NO_BITS, CLEAR(0x59, 0x80)}},
    [RULE_JMICRON] = {.decode = {SET(0x40, 0x01), SET(0x40, 0x10)}},
    [RULE_ARTOP] = {.decode = {SET(0x4A, 0x02), SET(0x4A, 0x04)}},
};

/* By vendor, then as the families came. */
static const struct chipset_row rows[] = {
    /* Intel PIIX to ICH10. Those without a rule are SATA ports with an IDE face. */
    {0x8086, 0x1230, RULE_PIIX, REPORT_WORKS},
    {0x8086, 0x7010, RULE_PIIX, REPORT_WORKS},
    {0x8086, 0x7111, RULE_PIIX, REPORT_WORKS},
    {0x8086, 0x7199, RULE_PIIX, REPORT_WORKS},
    {0x8086, 0x7601, RULE_PIIX, REPORT_WORKS},
    {0x8086, 0x84CA, RULE_PIIX, REPORT_WORKS},
    {0x8086, 0x2411, RULE_PIIX, REPORT_WORKS},
    {0x8086, 0x2421, RULE_PIIX, REPORT_WORKS},
    {0x8086, 0x244B, RULE_PIIX, REPORT_WORKS},
    {0x8086, 0x245B, RULE_PIIX, REPORT_WORKS},
    {0x8086, 0x244A, RULE_ICH_BAY, REPORT_WORKS},
    {0x8086, 0x248A, RULE_ICH_BAY, REPORT_WORKS},
    {0x8086, 0x248B, RULE_ICH_BAY, REPORT_WORKS},
    {0x8086, 0x24C1, RULE_ICH_BAY, REPORT_WORKS},
    {0x8086, 0x24CA, RULE_ICH_BAY, REPORT_WORKS},
    {0x8086, 0x24CB, RULE_ICH_BAY, REPORT_WORKS},
    {0x8086, 0x24DB, RULE_ICH_BAY, REPORT_WORKS},
    {0x8086, 0x25A2, RULE_ICH_BAY, REPORT_WORKS},
    {0x8086, 0x266F, RULE_ICH_BAY, REPORT_WORKS},
    {0x8086, 0x269E, RULE_ICH_BAY, REPORT_WORKS},
    {0x8086, 0x27DF, RULE_ICH_BAY, REPORT_WORKS},
    {0x8086, 0x2850, RULE_ICH_BAY, REPORT_WORKS},
    {0x8086, 0x24D1, RULE_PIIX, REPORT_WORKS},
    {0x8086, 0x24DF, RULE_PIIX, REPORT_WORKS},
    {0x8086, 0x25A3, RULE_PIIX, REPORT_WORKS},
    {0x8086, 0x25B0, RULE_PIIX, REPORT_WORKS},
    {0x8086, 0x2651, RULE_NONE, REPORT_WORKS},
    {0x8086, 0x2652, RULE_NONE, REPORT_WORKS},
    {0x8086, 0x2653, RULE_NONE, REPORT_WORKS},
    {0x8086, 0x2680, RULE_NONE, REPORT_WORKS},
    {0x8086, 0x27C0, RULE_NONE, REPORT_WORKS},
    {0x8086, 0x27C4, RULE_NONE, REPORT_WORKS},
    {0x8086, 0x2820, RULE_NONE, REPORT_WORKS},
    {0x8086, 0x2825, RULE_NONE, REPORT_WORKS},
    {0x8086, 0x2828, RULE_NONE, REPORT_WORKS},
    {0x8086, 0x2920, RULE_NONE, REPORT_WORKS},
    {0x8086, 0x2921, RULE_NONE, REPORT_WORKS},
    {0x8086, 0x2926, RULE_NONE, REPORT_WORKS},
    {0x8086, 0x2928, RULE_NONE, REPORT_WORKS},
    {0x8086, 0x292D, RULE_NONE, REPORT_WORKS},
    {0x8086, 0x292E, RULE_NONE, REPORT_WORKS},
    {0x8086, 0x3A00, RULE_NONE, REPORT_WORKS},
    {0x8086, 0x3A06, RULE_NONE, REPORT_WORKS},
    {0x8086, 0x3A20, RULE_NONE, REPORT_MIXED},
    {0x8086, 0x3A26, RULE_NONE, REPORT_MIXED},
    /* SMSC, RDC (whose 1010 is an IT821x clone), ITE */
    {0x1055, 0x9130, RULE_PIIX, REPORT_NONE},
    {0x17F3, 0x1010, RULE_WORD_40, REPORT_NONE},
    {0x17F3, 0x1011, RULE_PIIX, REPORT_NONE},
    {0x17F3, 0x1012, RULE_PIIX, REPORT_NONE},
    {0x1283, 0x8213, RULE_PIIX_PRIMARY, REPORT_NONE},
    {0x1283, 0x8172, RULE_PIIX_PRIMARY, REPORT_NONE},
    {0x1283, 0x8211, RULE_WORD_40, REPORT_NONE},
    {0x1283, 0x8212, RULE_WORD_40, REPORT_NONE},
    /* VIA: on the board, cards, SATA. The VT6421 has no bits; CX700's sources disagree. */
    {0x1106, 0x0571, RULE_VIA, REPORT_NONE},
    {0x1106, 0x1571, RULE_VIA, REPORT_NONE},
    {0x1106, 0xC409, RULE_VIA_PRIMARY, REPORT_NONE},
    {0x1106, 0x3164, RULE_VIA, REPORT_NONE},
    {0x1106, 0x4149, RULE_VIA_PRIMARY, REPORT_WORKS},
    {0x1106, 0x3149, RULE_VIA, REPORT_WORKS},
    {0x1106, 0x0591, RULE_VIA, REPORT_NONE},
    {0x1106, 0x5337, RULE_VIA, REPORT_NONE},
    {0x1106, 0x5372, RULE_VIA, REPORT_NONE},
    {0x1106, 0x7372, RULE_VIA, REPORT_NONE},
    {0x1106, 0x3249, RULE_NONE, REPORT_WORKS},
    /* AMD */
    {0x1022, 0x7401, RULE_VIA, REPORT_NONE},
    {0x1022, 0x7409, RULE_VIA, REPORT_NONE},
    {0x1022, 0x7411, RULE_VIA, REPORT_NONE},
    {0x1022, 0x7441, RULE_VIA, REPORT_NONE},
    {0x1022, 0x7469, RULE_VIA, REPORT_NONE},
    {0x1022, 0x2092, RULE_CS5536, REPORT_NONE},
    {0x1022, 0x209A, RULE_CS5536, REPORT_NONE},
    /* nVidia: PATA, then SATA */
    {0x10DE, 0x01BC, RULE_NVIDIA, REPORT_NONE},
    {0x10DE, 0x0065, RULE_NVIDIA, REPORT_WORKS},
    {0x10DE, 0x0085, RULE_NVIDIA, REPORT_WORKS},
    {0x10DE, 0x00D5, RULE_NVIDIA, REPORT_WORKS},
    {0x10DE, 0x00E5, RULE_NVIDIA, REPORT_WORKS},
    {0x10DE, 0x0053, RULE_NVIDIA, REPORT_WORKS},
    {0x10DE, 0x0035, RULE_NVIDIA, REPORT_WORKS},
    {0x10DE, 0x0265, RULE_NVIDIA, REPORT_WORKS},
    {0x10DE, 0x036E, RULE_NVIDIA, REPORT_WORKS},
    {0x10DE, 0x03EC, RULE_NVIDIA, REPORT_WORKS},
    {0x10DE, 0x0448, RULE_NVIDIA, REPORT_NONE},
    {0x10DE, 0x0560, RULE_NVIDIA, REPORT_NONE},
    {0x10DE, 0x056C, RULE_NVIDIA, REPORT_WORKS},
    {0x10DE, 0x0759, RULE_NVIDIA, REPORT_FAILS},
    {0x10DE, 0x008E, RULE_NVIDIA, REPORT_WORKS},
    {0x10DE, 0x00E3, RULE_NVIDIA, REPORT_WORKS},
    {0x10DE, 0x00EE, RULE_NVIDIA, REPORT_WORKS},
    {0x10DE, 0x0054, RULE_NVIDIA, REPORT_WORKS},
    {0x10DE, 0x0055, RULE_NVIDIA, REPORT_WORKS},
    {0x10DE, 0x0036, RULE_NVIDIA, REPORT_WORKS},
    {0x10DE, 0x003E, RULE_NVIDIA, REPORT_WORKS},
    {0x10DE, 0x0266, RULE_NVIDIA, REPORT_WORKS},
    {0x10DE, 0x0267, RULE_NVIDIA, REPORT_WORKS},
    {0x10DE, 0x037E, RULE_NVIDIA, REPORT_WORKS},
    {0x10DE, 0x037F, RULE_NVIDIA, REPORT_WORKS},
    {0x10DE, 0x03E7, RULE_NVIDIA, REPORT_WORKS},
    {0x10DE, 0x03F6, RULE_NVIDIA, REPORT_WORKS},
    {0x10DE, 0x03F7, RULE_NVIDIA, REPORT_WORKS},
    /* ATI and what became of it */
    {0x1002, 0x4349, RULE_ATI, REPORT_NONE},
    {0x1002, 0x4369, RULE_ATI, REPORT_NONE},
    {0x1002, 0x4376, RULE_ATI, REPORT_NONE},
    {0x1002, 0x438C, RULE_ATI, REPORT_WORKS},
    {0x1002, 0x439C, RULE_ATI, REPORT_NONE},
    {0x1022, 0x780C, RULE_ATI, REPORT_NONE},
    {0x1002, 0x4379, RULE_NONE, REPORT_MIXED},
    {0x1002, 0x4380, RULE_NONE, REPORT_WORKS},
    /* SiS, ALi */
    {0x1039, 0x5513, RULE_SIS, REPORT_NONE},
    {0x1039, 0x5518, RULE_SIS, REPORT_NONE},
    {0x1039, 0x1180, RULE_SIS, REPORT_NONE},
    {0x10B9, 0x5228, RULE_ALI, REPORT_NONE},
    {0x10B9, 0x5229, RULE_ALI, REPORT_NONE},
    /* Cyrix, National, Opti, Compaq, Winbond */
    {0x1078, 0x0000, RULE_CYRIX, REPORT_NONE},
    {0x1078, 0x0002, RULE_CYRIX, REPORT_NONE},
    {0x100B, 0xD001, RULE_NS87410, REPORT_NONE},
    {0x1045, 0xC621, RULE_OPTI, REPORT_NONE},
    {0x1045, 0xC558, RULE_OPTI, REPORT_NONE},
    {0x1045, 0xD568, RULE_OPTI_SECONDARY, REPORT_NONE},
    {0x0E11, 0xAE33, RULE_TRIFLEX, REPORT_NONE},
    {0x10AD, 0x0105, RULE_SL82C105, REPORT_NONE},
    /* CMD, later Silicon Image */
    {0x1095, 0x0640, RULE_CMD_SECONDARY, REPORT_NONE},
    {0x1095, 0x0643, RULE_CMD_SECONDARY, REPORT_NONE},
    {0x1095, 0x0646, RULE_CMD, REPORT_NONE},
    {0x1095, 0x0648, RULE_CMD, REPORT_NONE},
    {0x1095, 0x0649, RULE_CMD, REPORT_NONE},
    {0x1095, 0x3112, RULE_NONE, REPORT_FAILS},
    {0x1095, 0x3114, RULE_NONE, REPORT_FAILS},
    {0x1095, 0x3512, RULE_NONE, REPORT_MIXED},
    /* Promise, HighPoint, JMicron, Artop */
    {0x105A, 0x4D33, RULE_PROMISE_246, REPORT_NONE},
    {0x105A, 0x4D38, RULE_PROMISE_262, REPORT_NONE},
    {0x105A, 0x0D38, RULE_PROMISE_262, REPORT_NONE},
    {0x105A, 0x0D30, RULE_PROMISE_262, REPORT_NONE},
    {0x105A, 0x4D30, RULE_PROMISE_262, REPORT_NONE},
    {0x1103, 0x0004, RULE_HPT370, REPORT_NONE},
    {0x1103, 0x0005, RULE_HPT370, REPORT_WORKS},
    {0x1103, 0x0006, RULE_HPT370, REPORT_NONE},
    {0x1103, 0x0007, RULE_HPT371, REPORT_NONE},
    {0x1103, 0x0008, RULE_HPT370, REPORT_NONE},
    {0x1103, 0x0009, RULE_HPT370, REPORT_WORKS},
    {0x197B, 0x2361, RULE_JMICRON, REPORT_NONE},
    {0x197B, 0x2363, RULE_JMICRON, REPORT_NONE},
    {0x197B, 0x2365, RULE_JMICRON, REPORT_NONE},
    {0x197B, 0x2366, RULE_JMICRON, REPORT_NONE},
    {0x197B, 0x2368, RULE_JMICRON, REPORT_NONE},
    {0x197B, 0x2369, RULE_JMICRON, REPORT_NONE},
    {0x1191, 0x0005, RULE_ARTOP, REPORT_NONE},
    {0x1191, 0x0007, RULE_ARTOP, REPORT_NONE},
    {0x1191, 0x0009, RULE_ARTOP, REPORT_NONE},
};

const struct chipset_row *chipset_row(uint16_t vendor_id, uint16_t device_id)
{
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].vendor_id == vendor_id && rows[i].device_id == device_id)
            return &rows[i];
    }
    return NULL;
}

const struct chipset_rule *chipset_rule(enum chipset_rule_name name)
{
    return &rules[name];
}
