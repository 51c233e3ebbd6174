/* port_verdict(), port_alone(), port_vendor_allowed(): pure functions, fed by evidence only. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define ERROR_MODULE MODULE_PROBE
#include "kernel/port.h"

/* ---- evidence -------------------------------------------------------------------------------- */

static struct evidence nothing(uint8_t status)
{
    struct evidence evidence = {.decoding = true};

    evidence_clear(&evidence);
    evidence.status = evidence.first_status = status;
    evidence.echo_tested = true;
    return evidence;
}

static struct evidence silent(uint8_t status)
{
    struct evidence evidence = nothing(status);

    evidence.constant = false;
    evidence.echo = true;
    evidence.asked_device = evidence.asked_packet = true;
    evidence.identify_device = evidence.identify_packet = ERR(ERR_TIMEOUT);
    return evidence;
}

static struct evidence optical(const char *name28)
{
    struct evidence evidence = silent(0x50);

    evidence.signature = ATA_SIGNATURE_PACKET;
    evidence.identify_packet = 0;
    evidence.identify_packet_valid = true;
    evidence.asked_inquiry = true;
    evidence.inquiry_error = 0;
    evidence.inquiry.raw[0] = 0x05;
    evidence.inquiry.length = 96;
    memcpy(evidence.inquiry.raw + 8, name28, 28);
    inquiry_parse(&evidence.inquiry);
    return evidence;
}

static struct evidence disk(void)
{
    struct evidence evidence = silent(0x50);

    evidence.signature = ATA_SIGNATURE_DISK;
    evidence.identify_device = 0;
    evidence.identify_device_valid = true;
    evidence.asked_packet = false;
    return evidence;
}

/* ---- verdicts -------------------------------------------------------------------------------- */

static void test_nothing_there(void **state)
{
    static const uint8_t constants[] = {0x00, 0x7F, 0xFF};

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        struct evidence evidence = nothing(constants[i]);

        assert_int_equal(port_verdict(&evidence), VERDICT_NOTHING);
        evidence.constant = false;
        assert_int_equal(port_verdict(&evidence), VERDICT_UNKNOWN);
    }
}

static void test_the_other_device_answers_for_a_missing_one(void **state)
{
    struct evidence evidence = silent(0x00);

    (void)state;
    assert_int_equal(port_verdict(&evidence), VERDICT_NO_IDENTITY);
    evidence.answered_for = true;
    assert_int_equal(port_verdict(&evidence), VERDICT_NOTHING);
    evidence.signature = ATA_SIGNATURE_DISK; /* a disk's, and none is beside it: its own */
    assert_int_equal(port_verdict(&evidence), VERDICT_DISK);
    evidence.answered_by_disk = true;
    assert_int_equal(port_verdict(&evidence), VERDICT_NOTHING);
}

static void test_channel_off(void **state)
{
    struct evidence evidence = nothing(0xFF);

    (void)state;
    evidence.decoding = false;
    assert_int_equal(port_verdict(&evidence), VERDICT_CHANNEL_OFF);
}

static void test_what_the_chipset_says_of_the_channel(void **state)
{
    struct evidence evidence = nothing(0xFF);

    (void)state;
    evidence.chipset = CHIPSET_OFF;
    assert_int_equal(port_verdict(&evidence), VERDICT_CHANNEL_OFF);
    evidence.chipset = CHIPSET_FLOATING;
    assert_int_equal(port_verdict(&evidence), VERDICT_CHANNEL_FLOATS);
    evidence.chipset = CHIPSET_ON;
    assert_int_equal(port_verdict(&evidence), VERDICT_NOTHING);
    evidence = optical("SONY    DVD RW DRU-710A BYX3");
    evidence.chipset = CHIPSET_OFF; /* another controller decodes the same ports */
    assert_int_equal(port_verdict(&evidence), VERDICT_HEALTHY);
    evidence = nothing(0x70); /* what floats may show anything */
    evidence.constant = false;
    evidence.chipset = CHIPSET_FLOATING;
    assert_int_equal(port_verdict(&evidence), VERDICT_CHANNEL_FLOATS);
    evidence = disk();
    evidence.chipset = CHIPSET_FLOATING;
    assert_int_equal(port_verdict(&evidence), VERDICT_DISK);
    evidence_clear(&evidence);
    assert_int_equal(evidence.chipset, CHIPSET_FLOATING);
}

static void test_disk(void **state)
{
    struct evidence evidence = disk();

    (void)state;
    assert_int_equal(port_verdict(&evidence), VERDICT_DISK);
    evidence.status = 0x70; /* a disk with a device fault is no drive in vendor mode */
    assert_int_equal(port_verdict(&evidence), VERDICT_DISK);
    evidence = silent(0x50); /* a disk that hangs: its signature still tells */
    evidence.signature = ATA_SIGNATURE_DISK;
    assert_int_equal(port_verdict(&evidence), VERDICT_DISK);
    evidence.busy_out = true;
    assert_int_equal(port_verdict(&evidence), VERDICT_DISK);
}

static void test_packet_devices_that_are_no_optical_drives_are_protected_like_disks(void **state)
{
    struct evidence evidence = optical("IOMEGA  ZIP 100         13.A");

    (void)state;
    evidence.inquiry.raw[0] = 0x00;
    assert_int_equal(port_verdict(&evidence), VERDICT_DISK);
    evidence.inquiry.raw[0] = 0x01; /* tape */
    assert_int_equal(port_verdict(&evidence), VERDICT_DISK);
}

static void test_old_drive_with_a_disk_signature_is_optical(void **state)
{
    struct evidence evidence = optical("NEC     CD-ROM DRIVE:260 1.0");

    (void)state;
    evidence.signature = ATA_SIGNATURE_DISK;
    assert_int_equal(port_verdict(&evidence), VERDICT_HEALTHY);
}

static void test_healthy(void **state)
{
    struct evidence evidence = optical("SONY    DVD RW DRU-710A BYX3");

    (void)state;
    assert_int_equal(port_verdict(&evidence), VERDICT_HEALTHY);
    evidence.asked_packet = true; /* IDENTIFY refused, packets work */
    evidence.identify_packet = ERR(ERR_DEVICE);
    evidence.identify_packet_valid = false;
    assert_int_equal(port_verdict(&evidence), VERDICT_HEALTHY);
}

static void test_identity_damaged(void **state)
{
    static const uint8_t fills[] = {0xFF, 0x00, 0x20, 0x1B};

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        struct evidence evidence = optical("SONY    DVD RW DRU-710A BYX3");

        memset(evidence.inquiry.raw, fills[i], sizeof evidence.inquiry.raw);
        inquiry_parse(&evidence.inquiry);
        assert_int_equal(port_verdict(&evidence), VERDICT_IDENTITY_DAMAGED);
    }
    struct evidence garbage = silent(0x50);
    garbage.identify_packet = 0; /* answered, but with nothing that makes sense */
    assert_int_equal(port_verdict(&garbage), VERDICT_IDENTITY_DAMAGED);
}

static void test_boot_code(void **state)
{
    struct evidence evidence = optical("HL-DT-STBD-RE  WH16NS60 BOOT");

    (void)state;
    assert_int_equal(port_verdict(&evidence), VERDICT_BOOT_CODE);
}

static void test_vendor_mode(void **state)
{
    static const uint8_t modes[] = {0x70, 0x72, 0x73};

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        struct evidence evidence = nothing(modes[i]);

        evidence.constant = false;
        assert_int_equal(port_verdict(&evidence), VERDICT_VENDOR_MODE);
    }
    struct evidence other = nothing(0x71);
    other.constant = false;
    assert_int_equal(port_verdict(&other), VERDICT_UNKNOWN);
}

static void test_stuck_busy(void **state)
{
    struct evidence evidence = nothing(0x80);

    (void)state;
    evidence.constant = false;
    evidence.busy_out = true;
    assert_int_equal(port_verdict(&evidence), VERDICT_STUCK_BUSY);
    evidence.echo = true;
    assert_int_equal(port_verdict(&evidence), VERDICT_STUCK_BUSY);
}

static void test_no_identity(void **state)
{
    struct evidence evidence = silent(0x50);

    (void)state;
    assert_int_equal(port_verdict(&evidence), VERDICT_NO_IDENTITY);
    evidence.identify_device = evidence.identify_packet = ERR(ERR_DEVICE);
    evidence.signature = ATA_SIGNATURE_PACKET;
    assert_int_equal(port_verdict(&evidence), VERDICT_NO_IDENTITY);
    evidence.asked_inquiry = true;
    evidence.inquiry_error = ERR(ERR_DEVICE);
    assert_int_equal(port_verdict(&evidence), VERDICT_NO_IDENTITY);
}

static void test_identify_good_but_inquiry_bad_is_unknown(void **state)
{
    struct evidence evidence = optical("SONY    DVD RW DRU-710A BYX3");

    (void)state;
    evidence.inquiry_error = ERR(ERR_TIMEOUT);
    assert_int_equal(port_verdict(&evidence), VERDICT_UNKNOWN);
}

/* Whatever the evidence is, there is a verdict, and a disk's own words always lock it away. */
static void test_every_evidence_has_a_verdict(void **state)
{
    static const uint8_t statuses[] = {0x00, 0x50, 0x51, 0x58, 0x70, 0x72, 0x73, 0x7F, 0x80, 0xFF};

    (void)state;
    for (unsigned bits = 0; bits < 1u << 9; bits++) {
        for (unsigned i = 0; i < sizeof statuses; i++) {
            struct evidence evidence = nothing(statuses[i]);
            enum verdict verdict;

            evidence.constant = (bits & 1) != 0;
            evidence.echo = (bits & 2) != 0;
            evidence.busy_out = (bits & 4) != 0;
            evidence.asked_packet = evidence.asked_device = (bits & 8) != 0;
            evidence.identify_packet = (bits & 16) != 0 ? 0 : ERR(ERR_DEVICE);
            evidence.identify_packet_valid = (bits & 32) != 0;
            evidence.identify_device_valid = (bits & 64) != 0;
            evidence.asked_inquiry = (bits & 128) != 0;
            evidence.inquiry_error = (bits & 256) != 0 ? 0 : ERR(ERR_DEVICE);
            verdict = port_verdict(&evidence);
            assert_true(verdict > VERDICT_PROBING && verdict < VERDICT_COUNT);
            if (evidence.identify_device_valid)
                assert_int_equal(verdict, VERDICT_DISK);
        }
    }
}

/* ---- names ----------------------------------------------------------------------------------- */

static void test_names_for_the_list(void **state)
{
    struct port port = {.evidence = optical("SONY    DVD RW DRU-710A BYX3")};

    (void)state;
    port_judge(&port);
    assert_string_equal(port.name, "DVD RW DRU-710A BYX3");
    assert_false(port.disk_forever);
    port.evidence = disk();
    memset(&port.evidence.identify[27], 0x20, 40);
    memcpy(&port.evidence.identify[27], "AMTXRO6 ", 8);
    port_judge(&port);
    assert_string_equal(port.name, "MAXTOR 6");
    assert_true(port.disk_forever);
    port.evidence = nothing(0x7F);
    port_judge(&port);
    assert_string_equal(port.name, "");
    assert_true(port.disk_forever); /* only an empty cable takes that back: kernel/probe.c */
}

/* ---- two on one cable ------------------------------------------------------------------------ */

struct cable {
    struct port master, slave;
};

static void couple(struct cable *cable, const struct evidence *master, const struct evidence *slave)
{
    memset(cable, 0, sizeof *cable);
    cable->master.neighbour = &cable->slave;
    cable->slave.neighbour = &cable->master;
    cable->master.evidence = *master;
    cable->slave.evidence = *slave;
    port_judge(&cable->master);
    port_judge(&cable->slave);
}

static enum alone alone(struct evidence own, struct evidence other)
{
    struct cable cable;

    couple(&cable, &own, &other);
    return port_alone(&cable.master);
}

static void test_alone(void **state)
{
    struct evidence healthy = optical("SONY    DVD RW DRU-710A BYX3");
    struct evidence answered_for = silent(0x00);
    struct evidence mode = nothing(0x70), beside_mode = nothing(0x50);
    struct evidence untested = nothing(0x00);
    struct port single = {.evidence = healthy};

    (void)state;
    answered_for.answered_for = true;
    mode.constant = beside_mode.constant = false;
    untested.echo_tested = false;
    assert_int_equal(port_alone(&single), ALONE_YES);
    assert_int_equal(alone(silent(0x50), nothing(0x7F)), ALONE_YES);
    assert_int_equal(alone(silent(0x50), nothing(0xFF)), ALONE_YES);
    assert_int_equal(alone(silent(0x50), nothing(0x00)), ALONE_YES);
    assert_int_equal(alone(healthy, answered_for), ALONE_YES);
    assert_int_equal(alone(silent(0x50), answered_for), ALONE_UNSURE);

    assert_int_equal(alone(silent(0x50), healthy), ALONE_NO);
    assert_int_equal(alone(healthy, healthy), ALONE_NO);
    assert_int_equal(alone(silent(0x50), disk()), ALONE_NO);
    assert_int_equal(alone(silent(0x50), silent(0x51)), ALONE_NO);
    assert_int_equal(alone(healthy, mode), ALONE_NO);
    assert_int_equal(alone(mode, beside_mode), ALONE_NO);

    assert_int_equal(alone(mode, nothing(0x7F)), ALONE_YES);
    assert_int_equal(alone(mode, nothing(0x00)), ALONE_YES);
    assert_int_equal(alone(mode, untested), ALONE_UNSURE); /* or a drive fresh from reset */
    assert_int_equal(alone(silent(0x50), silent(0x50)), ALONE_UNSURE);
    assert_int_equal(alone(mode, mode), ALONE_UNSURE);
}

static void test_alone_beside_a_neighbour_that_is_not_probed_yet(void **state)
{
    struct evidence own = silent(0x50), other = nothing(0x7F);
    struct cable cable;

    (void)state;
    couple(&cable, &own, &other);
    cable.slave.verdict = VERDICT_PROBING;
    assert_int_equal(port_alone(&cable.master), ALONE_UNSURE);
}

static err_t allowed(struct evidence own, struct evidence other)
{
    struct cable cable;

    couple(&cable, &own, &other);
    return port_vendor_allowed(&cable.master);
}

static void test_vendor_commands_are_refused(void **state)
{
    struct evidence healthy = optical("SONY    DVD RW DRU-710A BYX3");
    struct evidence off = nothing(0xFF);

    (void)state;
    off.decoding = false;
    assert_int_equal(error_class(allowed(disk(), nothing(0x7F))), ERR_REFUSED);
    assert_int_equal(error_class(allowed(silent(0x50), disk())), ERR_REFUSED);
    assert_int_equal(error_class(allowed(silent(0x50), healthy)), ERR_REFUSED);
    assert_int_equal(error_class(allowed(silent(0x50), silent(0x51))), ERR_REFUSED);
    assert_int_equal(error_class(allowed(nothing(0x7F), nothing(0x7F))), ERR_NO_DEVICE);
    assert_int_equal(error_class(allowed(off, off)), ERR_NO_DEVICE);
}

static void test_vendor_commands_are_allowed(void **state)
{
    struct evidence mode = nothing(0x72), busy = nothing(0xD0);

    (void)state;
    mode.constant = busy.constant = false;
    busy.busy_out = true;
    assert_int_equal(allowed(silent(0x50), nothing(0x7F)), 0);
    assert_int_equal(allowed(optical("SONY    DVD RW DRU-710A BYX3"), nothing(0x00)), 0);
    assert_int_equal(allowed(mode, nothing(0x00)), 0);
    assert_int_equal(allowed(busy, nothing(0x7F)), 0);
    assert_int_equal(allowed(busy, busy), 0); /* perhaps one drive: port_alone() says ask */
}

static void test_a_disk_stays_a_disk(void **state)
{
    struct evidence own = disk(), other = nothing(0x7F);
    struct cable cable;

    (void)state;
    couple(&cable, &own, &other);
    cable.master.evidence = silent(0x50); /* later it hangs */
    port_judge(&cable.master);
    assert_int_equal(cable.master.verdict, VERDICT_NO_IDENTITY);
    assert_int_equal(error_class(port_vendor_allowed(&cable.master)), ERR_REFUSED);
    assert_int_equal(error_class(port_vendor_allowed(&cable.slave)), ERR_NO_DEVICE);
    cable.slave.evidence = silent(0x50);
    port_judge(&cable.slave);
    assert_int_equal(error_class(port_vendor_allowed(&cable.slave)), ERR_REFUSED);
    cable.slave.verdict = VERDICT_PROBING;
    assert_int_equal(error_class(port_vendor_allowed(&cable.slave)), ERR_REFUSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_there),
        cmocka_unit_test(test_the_other_device_answers_for_a_missing_one),
        cmocka_unit_test(test_channel_off),
        cmocka_unit_test(test_what_the_chipset_says_of_the_channel),
        cmocka_unit_test(test_disk),
        cmocka_unit_test(test_packet_devices_that_are_no_optical_drives_are_protected_like_disks),
        cmocka_unit_test(test_old_drive_with_a_disk_signature_is_optical),
        cmocka_unit_test(test_healthy),
        cmocka_unit_test(test_identity_damaged),
        cmocka_unit_test(test_boot_code),
        cmocka_unit_test(test_vendor_mode),
        cmocka_unit_test(test_stuck_busy),
        cmocka_unit_test(test_no_identity),
        cmocka_unit_test(test_identify_good_but_inquiry_bad_is_unknown),
        cmocka_unit_test(test_every_evidence_has_a_verdict),
        cmocka_unit_test(test_names_for_the_list),
        cmocka_unit_test(test_alone),
        cmocka_unit_test(test_alone_beside_a_neighbour_that_is_not_probed_yet),
        cmocka_unit_test(test_vendor_commands_are_refused),
        cmocka_unit_test(test_vendor_commands_are_allowed),
        cmocka_unit_test(test_a_disk_stays_a_disk),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
