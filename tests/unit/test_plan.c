/* Which ways in a place is offered, and in which order: from what is known of it alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "kernel/plan.h"

enum {
    ASKING = 1 << WAY_INTRO | 1 << WAY_EJECT | 1 << WAY_CATCH,
    BRINGING = 1 << WAY_LATE_CABLE | 1 << WAY_LATE_POWER | 1 << WAY_HOT_SWAP,
    SWITCHING = 1 << WAY_SWITCH_ON
};

static struct ide_channel channel;
static struct port ports[2];

/* A place with this verdict, whose neighbour is absent for sure. */
static struct port *place(enum verdict verdict, bool pci)
{
    memset(ports, 0, sizeof ports);
    channel = (struct ide_channel){.decoding = true, .has_pci = pci};
    for (unsigned i = 0; i < 2; i++) {
        ports[i] = (struct port){.number = (uint8_t)(i + 1), .channel = &channel};
        evidence_clear(&ports[i].evidence);
        ports[i].neighbour = &ports[1 - i];
        ports[i].verdict = VERDICT_NOTHING;
        ports[i].evidence.status = 0x7F;
    }
    ports[0].verdict = verdict;
    if (verdict != VERDICT_NOTHING)
        ports[0].evidence.status = 0x80;
    return &ports[0];
}

static uint32_t fitting(const struct port *port, const struct plan *plan)
{
    uint32_t ways = 0;

    for (enum way way = WAY_INTRO; way < WAY_COUNT; way++)
        ways |= plan_fits(way, port, plan) ? 1u << way : 0;
    return ways;
}

static void verdict_decides(void **state)
{
    static const struct {
        enum verdict verdict;
        uint32_t fresh, brought_in;
    } rows[] = {
        {VERDICT_PROBING, 0, 0},
        {VERDICT_NOTHING, BRINGING | SWITCHING, 0},
        {VERDICT_CHANNEL_OFF, SWITCHING, 0},
        {VERDICT_CHANNEL_FLOATS, SWITCHING, 0},
        {VERDICT_DISK, 0, 0},
        {VERDICT_HEALTHY, ASKING | BRINGING | SWITCHING, ASKING},
        {VERDICT_IDENTITY_DAMAGED, ASKING | BRINGING | SWITCHING, ASKING},
        {VERDICT_BOOT_CODE, ASKING | BRINGING | SWITCHING, ASKING},
        {VERDICT_VENDOR_MODE, ASKING | BRINGING | SWITCHING, ASKING},
        {VERDICT_STUCK_BUSY, ASKING | BRINGING | SWITCHING, ASKING},
        {VERDICT_NO_IDENTITY, ASKING | BRINGING | SWITCHING, ASKING},
        {VERDICT_UNKNOWN, ASKING | BRINGING | SWITCHING, ASKING},
    };
    const struct plan fresh = {0}, brought_in = {.brought_in = true};

    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(fitting(place(rows[i].verdict, true), &fresh), rows[i].fresh);
        assert_int_equal(fitting(place(rows[i].verdict, true), &brought_in), rows[i].brought_in);
    }
}

static void without_pci_no_channel_is_switched_on(void **state)
{
    const struct plan plan = {0};

    (void)state;
    assert_int_equal(fitting(place(VERDICT_STUCK_BUSY, false), &plan), ASKING | BRINGING);
    assert_int_equal(fitting(place(VERDICT_CHANNEL_OFF, false), &plan), 0);
}

/* A disk or a second drive on the cable: nothing at all. */
static void company_forbids_everything(void **state)
{
    const struct plan plan = {0};
    struct port *port = place(VERDICT_STUCK_BUSY, false);

    (void)state;
    ports[1].verdict = VERDICT_DISK;
    assert_int_equal(fitting(port, &plan), 0);

    port = place(VERDICT_STUCK_BUSY, false);
    ports[1].verdict = VERDICT_HEALTHY;
    ports[1].evidence.identify_packet_valid = true;
    assert_int_equal(fitting(port, &plan), 0);

    port = place(VERDICT_NOTHING, false);
    port->disk_forever = true;
    assert_int_equal(fitting(port, &plan), 0);
}

/* One after the other, each once, the gentle ones first. */
static void order_is_that_of_the_list(void **state)
{
    static const enum way sick[] = {WAY_INTRO,    WAY_EJECT,      WAY_CATCH,     WAY_LATE_CABLE,
                                    WAY_HOT_SWAP, WAY_LATE_POWER, WAY_SWITCH_ON, WAY_COUNT};
    static const enum way empty[] = {WAY_LATE_CABLE, WAY_HOT_SWAP, WAY_LATE_POWER, WAY_SWITCH_ON,
                                     WAY_COUNT};
    static const enum way arrived[] = {WAY_INTRO, WAY_EJECT, WAY_CATCH, WAY_COUNT};
    static const struct {
        enum verdict verdict;
        bool brought_in;
        const enum way *ways;
    } rows[] = {{VERDICT_STUCK_BUSY, false, sick},
                {VERDICT_NOTHING, false, empty},
                {VERDICT_STUCK_BUSY, true, arrived}};

    (void)state;
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct plan plan = {.brought_in = rows[i].brought_in};
        const struct port *port = place(rows[i].verdict, true);
        const enum way *expected = rows[i].ways;

        for (;; expected++) {
            enum way way = plan_next(port, &plan);

            assert_int_equal(way, *expected);
            if (way == WAY_COUNT)
                break;
            plan.tried |= 1u << way;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verdict_decides),
        cmocka_unit_test(without_pci_no_channel_is_switched_on),
        cmocka_unit_test(company_forbids_everything),
        cmocka_unit_test(order_is_that_of_the_list),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
