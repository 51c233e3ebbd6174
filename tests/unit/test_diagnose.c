/* diagnose(): a pure function, fed by evidence alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define ERROR_MODULE MODULE_PROBE
#include "kernel/diagnose.h"

/* ---- a cable with two positions -------------------------------------------------------------- */

struct cable {
    struct port master, slave;
};

static void place(struct port *port, struct port *neighbour, uint8_t select)
{
    memset(port, 0, sizeof *port);
    port->device.select = select;
    port->neighbour = neighbour;
    port->evidence.decoding = true;
    evidence_clear(&port->evidence);
    port->evidence.status = port->evidence.first_status = 0x7F;
    port->evidence.echo_tested = true;
    port_judge(port);
}

static void empty(struct cable *cable)
{
    place(&cable->master, &cable->slave, ATA_DEVICE_MASTER);
    place(&cable->slave, &cable->master, ATA_DEVICE_SLAVE);
    assert_int_equal(cable->master.verdict, VERDICT_NOTHING);
}

static void answers(struct port *port, uint8_t status)
{
    struct evidence *evidence = &port->evidence;

    evidence->status = evidence->first_status = status;
    evidence->constant = false;
    evidence->echo = true;
}

static void silent(struct port *port, uint8_t status)
{
    struct evidence *evidence = &port->evidence;

    answers(port, status);
    evidence->asked_device = evidence->asked_packet = true;
    evidence->identify_device = evidence->identify_packet = ERR(ERR_TIMEOUT);
    port_judge(port);
}

/* Model number of IDENTIFY data, in pairs of letters; blank-padded. */
static void set_model(uint16_t words[256], const char *model)
{
    size_t length = strlen(model);

    for (unsigned i = 0; i < 20; i++) {
        uint8_t first = i * 2 < length ? (uint8_t)model[i * 2] : ' ';
        uint8_t second = i * 2 + 1 < length ? (uint8_t)model[i * 2 + 1] : ' ';

        words[27 + i] = (uint16_t)(first << 8 | second);
    }
}

static void optical(struct port *port, const char *name28)
{
    struct evidence *evidence = &port->evidence;

    silent(port, 0x50);
    evidence->signature = ATA_SIGNATURE_PACKET;
    evidence->asked_device = false;
    evidence->identify[0] = 0x8580;
    set_model(evidence->identify, "A DRIVE");
    evidence_note_identify(evidence, ATA_IDENTIFY_PACKET_DEVICE, 0);
    evidence->inquiry.raw[0] = 0x05;
    memcpy(evidence->inquiry.raw + 8, name28, 28);
    evidence->inquiry_result.moved = 96;
    evidence_note_inquiry(evidence);
    port_judge(port);
}

static void healthy(struct port *port)
{
    optical(port, "SONY    DVD RW DRU-710A BYX3");
    assert_int_equal(port->verdict, VERDICT_HEALTHY);
}

static void disk(struct port *port)
{
    silent(port, 0x50);
    port->evidence.identify[0] = 0x0040;
    set_model(port->evidence.identify, "ST340014A");
    evidence_note_identify(&port->evidence, ATA_IDENTIFY_DEVICE, 0);
    port_judge(port);
    assert_int_equal(port->verdict, VERDICT_DISK);
}

static void stuck(struct port *port)
{
    port->evidence.status = port->evidence.first_status = 0x80;
    port->evidence.constant = false;
    port->evidence.busy_out = true;
    port_judge(port);
    assert_int_equal(port->verdict, VERDICT_STUCK_BUSY);
}

static void boot_code(struct port *port)
{
    optical(port, "HL-DT-STBD-RE  WH16NS40 BOOT");
    assert_int_equal(port->verdict, VERDICT_BOOT_CODE);
}

static void vendor_mode(struct port *port)
{
    port->evidence.status = port->evidence.first_status = 0x70;
    port->evidence.constant = false;
    port_judge(port);
    assert_int_equal(port->verdict, VERDICT_VENDOR_MODE);
}

static void expect(const struct port *port, const struct history *history, enum verdict verdict,
                   uint32_t findings, enum next_step step, enum step_risk risk)
{
    struct diagnosis diagnosis;

    diagnose(port, history, &diagnosis);
    assert_int_equal(diagnosis.verdict, verdict);
    assert_int_equal(diagnosis.findings, findings);
    assert_int_equal(diagnosis.step, step);
    assert_int_equal(diagnosis.risk, risk);
}

/* ---- each verdict by itself ------------------------------------------------------------------ */

static void test_nobody_yet(void **state)
{
    struct cable cable;

    (void)state;
    empty(&cable);
    expect(&cable.master, NULL, VERDICT_NOTHING, 0, STEP_CHECK_PLUGS, RISK_POWER);
    cable.master.verdict = VERDICT_PROBING;
    expect(&cable.master, NULL, VERDICT_PROBING, 0, STEP_WAIT, RISK_NONE);
}

static void test_the_channel(void **state)
{
    struct cable cable;

    (void)state;
    empty(&cable);
    cable.master.evidence.decoding = false;
    port_judge(&cable.master);
    expect(&cable.master, NULL, VERDICT_CHANNEL_OFF, 0, STEP_SWITCH_ON, RISK_NONE);
    cable.master.evidence.decoding = true;
    cable.master.evidence.chipset = CHIPSET_OFF;
    port_judge(&cable.master);
    expect(&cable.master, NULL, VERDICT_CHANNEL_OFF, 0, STEP_SWITCH_ON, RISK_NONE);
    cable.master.evidence.chipset = CHIPSET_FLOATING;
    port_judge(&cable.master);
    expect(&cable.master, NULL, VERDICT_CHANNEL_FLOATS, FINDING_CHANNEL_FLOATS, STEP_SWITCH_ON,
           RISK_NONE);
}

static void test_a_disk_is_left_alone_whatever_it_shows(void **state)
{
    struct history history = {.from_a_box = true, .blinks = true, .is_donor = true};
    struct cable cable;

    (void)state;
    empty(&cable);
    disk(&cable.master);
    expect(&cable.master, &history, VERDICT_DISK, 0, STEP_LEAVE_IT, RISK_NONE);
    cable.master.verdict = VERDICT_STUCK_BUSY; /* it was a disk: it is one */
    cable.master.disk_forever = true;
    expect(&cable.master, NULL, VERDICT_DISK, 0, STEP_LEAVE_IT, RISK_NONE);
}

static void test_a_healthy_drive_is_never_sent_to_the_guide(void **state)
{
    struct history history = {0};
    struct cable cable;

    (void)state;
    empty(&cable);
    healthy(&cable.master);
    expect(&cable.master, &history, VERDICT_HEALTHY, 0, STEP_ASK_HISTORY, RISK_NONE);
    history.from_a_box = true;
    expect(&cable.master, &history, VERDICT_HEALTHY, FINDING_FROM_A_BOX, STEP_BOX_IS_BROKEN,
           RISK_NONE);
    history = (struct history){.blinks = true};
    expect(&cable.master, &history, VERDICT_HEALTHY, FINDING_BLINKS, STEP_CURE_BLINK, RISK_NONE);
}

static void test_dead_drives(void **state)
{
    struct cable cable;

    (void)state;
    empty(&cable);
    stuck(&cable.master);
    expect(&cable.master, NULL, VERDICT_STUCK_BUSY, 0, STEP_GUIDE, RISK_NONE);
    empty(&cable);
    silent(&cable.master, 0x51);
    expect(&cable.master, NULL, VERDICT_NO_IDENTITY, 0, STEP_GUIDE, RISK_NONE);
    empty(&cable);
    optical(&cable.master, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
                           "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF");
    expect(&cable.master, NULL, VERDICT_IDENTITY_DAMAGED, 0, STEP_GUIDE, RISK_NONE);
    empty(&cable);
    boot_code(&cable.master);
    expect(&cable.master, NULL, VERDICT_BOOT_CODE, 0, STEP_BACK_UP_FLASH, RISK_WRITE);
    empty(&cable);
    vendor_mode(&cable.master);
    expect(&cable.master, NULL, VERDICT_VENDOR_MODE, 0, STEP_BACK_UP_FLASH, RISK_WRITE);
    empty(&cable);
    answers(&cable.master, 0x23);
    cable.master.evidence.echo = false;
    port_judge(&cable.master);
    expect(&cable.master, NULL, VERDICT_UNKNOWN, 0, STEP_LOOK_CLOSER, RISK_NONE);
}

/* ---- the cable ------------------------------------------------------------------------------- */

static void test_a_sick_drive_beside_another_one_is_unplugged_first(void **state)
{
    static void (*const patients[])(struct port *) = {stuck, boot_code, vendor_mode};
    struct cable cable;

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        empty(&cable);
        healthy(&cable.slave);
        patients[i](&cable.master);
        expect(&cable.master, NULL, VERDICT_TWO_DRIVES, FINDING_TWO_DRIVES, STEP_UNPLUG_ONE,
               RISK_POWER);
        empty(&cable);
        disk(&cable.slave);
        patients[i](&cable.master);
        expect(&cable.master, NULL, VERDICT_TWO_DRIVES, FINDING_BESIDE_DISK, STEP_UNPLUG_ONE,
               RISK_POWER);
    }
}

static void test_a_healthy_drive_beside_another_one_stays_healthy(void **state)
{
    struct cable cable;

    (void)state;
    empty(&cable);
    healthy(&cable.master);
    disk(&cable.slave);
    expect(&cable.master, NULL, VERDICT_HEALTHY, FINDING_BESIDE_DISK, STEP_ASK_HISTORY, RISK_NONE);
    expect(&cable.slave, NULL, VERDICT_DISK, FINDING_TWO_DRIVES, STEP_LEAVE_IT, RISK_NONE);
    empty(&cable);
    healthy(&cable.master);
    optical(&cable.slave, "PLEXTOR CD-R   PX-W4012A1.07");
    expect(&cable.master, NULL, VERDICT_HEALTHY, FINDING_TWO_DRIVES, STEP_ASK_HISTORY, RISK_NONE);
    healthy(&cable.slave); /* two of a kind, or one that answers for both */
    expect(&cable.master, NULL, VERDICT_HEALTHY, FINDING_TWO_DRIVES | FINDING_MAY_BE_OTHER,
           STEP_ASK_HISTORY, RISK_NONE);
}

static void test_a_slave_without_a_master(void **state)
{
    struct cable cable;

    (void)state;
    empty(&cable);
    healthy(&cable.slave);
    expect(&cable.slave, NULL, VERDICT_HEALTHY, FINDING_SLAVE_ALONE, STEP_ASK_HISTORY, RISK_NONE);
    empty(&cable);
    silent(&cable.slave, 0x51);
    expect(&cable.slave, NULL, VERDICT_NO_IDENTITY, FINDING_SLAVE_ALONE, STEP_SET_JUMPER,
           RISK_POWER);
    empty(&cable);
    stuck(&cable.slave); /* no jumper makes a firmware hang; rescued as a lone slave before */
    expect(&cable.slave, NULL, VERDICT_STUCK_BUSY, FINDING_SLAVE_ALONE, STEP_GUIDE, RISK_NONE);
}

static void test_one_drive_may_answer_for_both_positions(void **state)
{
    struct cable cable;

    (void)state;
    empty(&cable);
    stuck(&cable.master);
    stuck(&cable.slave);
    expect(&cable.master, NULL, VERDICT_STUCK_BUSY, FINDING_MAY_BE_OTHER, STEP_GUIDE, RISK_NONE);
    expect(&cable.slave, NULL, VERDICT_STUCK_BUSY, FINDING_MAY_BE_OTHER, STEP_GUIDE, RISK_NONE);
}

static void test_two_masters_show_as_data_that_change(void **state)
{
    struct cable cable;

    (void)state;
    empty(&cable);
    silent(&cable.master, 0x51);
    cable.master.evidence.identify_unstable = true;
    expect(&cable.master, NULL, VERDICT_NO_IDENTITY, FINDING_TWO_MASTERS, STEP_SET_JUMPER,
           RISK_POWER);
    healthy(&cable.master);
    expect(&cable.master, NULL, VERDICT_HEALTHY, FINDING_TWO_MASTERS, STEP_ASK_HISTORY, RISK_NONE);
    empty(&cable);
    vendor_mode(&cable.master); /* it listens: whatever was read before does not matter any more */
    cable.master.evidence.identify_unstable = true;
    expect(&cable.master, NULL, VERDICT_VENDOR_MODE, 0, STEP_BACK_UP_FLASH, RISK_WRITE);
}

static void test_two_masters_show_as_a_wrong_sum(void **state)
{
    struct cable cable;
    uint16_t *words = cable.master.evidence.identify;
    uint8_t sum = 0;

    (void)state;
    empty(&cable);
    healthy(&cable.master);
    words[255] = 0x00A5;
    for (unsigned i = 0; i < 256; i++)
        sum = (uint8_t)(sum + words[i] + (words[i] >> 8));
    words[255] = (uint16_t)((uint8_t)-sum << 8 | 0xA5);
    expect(&cable.master, NULL, VERDICT_HEALTHY, 0, STEP_ASK_HISTORY, RISK_NONE);
    words[100] ^= 0x0400;
    expect(&cable.master, NULL, VERDICT_HEALTHY, FINDING_TWO_MASTERS, STEP_ASK_HISTORY, RISK_NONE);
    words[255] = 0; /* an older drive that has no sum */
    expect(&cable.master, NULL, VERDICT_HEALTHY, 0, STEP_ASK_HISTORY, RISK_NONE);
    words[30] = 0x8080; /* the model's letters went wrong, INQUIRY's did not */
    expect(&cable.master, NULL, VERDICT_HEALTHY, FINDING_TWO_MASTERS, STEP_ASK_HISTORY, RISK_NONE);
}

static void test_two_masters_show_as_a_name_that_is_half_a_name(void **state)
{
    struct cable cable;

    (void)state;
    empty(&cable);
    optical(&cable.master, "SYNTH   SYNTH-DFE\0\0\0    0.00"); /* two names, ANDed */
    expect(&cable.master, NULL, VERDICT_IDENTITY_DAMAGED, FINDING_TWO_MASTERS, STEP_SET_JUMPER,
           RISK_POWER);
    empty(&cable);
    optical(&cable.master, "OLD\0\0\0\0\0CD-ROM 4X\0\0\0\0\0\0\0"
                           "1.0\0"); /* 00 for blanks */
    expect(&cable.master, NULL, VERDICT_IDENTITY_DAMAGED, 0, STEP_GUIDE, RISK_NONE);
    set_model(cable.master.evidence.identify, "SY\x1BNTH-ONE");
    expect(&cable.master, NULL, VERDICT_IDENTITY_DAMAGED, FINDING_TWO_MASTERS, STEP_SET_JUMPER,
           RISK_POWER);
}

static void test_a_status_that_never_rests(void **state)
{
    struct cable cable;

    (void)state;
    empty(&cable);
    silent(&cable.master, 0x51);
    for (unsigned i = 0; i < TRAIL_MAX; i++)
        trail_note(&cable.master.trail, 1000000 * (i + 1), i % 2 ? 0x51 : 0x11);
    expect(&cable.master, NULL, VERDICT_NO_IDENTITY, FINDING_TWO_MASTERS, STEP_SET_JUMPER,
           RISK_POWER);
    for (unsigned i = 0; i < 4; i++) /* it rests now */
        trail_note(&cable.master.trail, 17000000 + i * 1000000, 0x51);
    expect(&cable.master, NULL, VERDICT_NO_IDENTITY, 0, STEP_GUIDE, RISK_NONE);
}

/* ---- the controller -------------------------------------------------------------------------- */

static void test_what_is_reported_of_the_controller(void **state)
{
    struct cable cable;

    (void)state;
    empty(&cable);
    stuck(&cable.master);
    cable.master.evidence.report = REPORT_FAILS;
    expect(&cable.master, NULL, VERDICT_STUCK_BUSY, FINDING_BAD_CONTROLLER, STEP_OTHER_PORT,
           RISK_POWER);
    cable.master.evidence.report = REPORT_TAKES_NO_PACKETS;
    expect(&cable.master, NULL, VERDICT_STUCK_BUSY, FINDING_NO_PACKETS, STEP_OTHER_PORT,
           RISK_POWER);
    cable.master.evidence.report = REPORT_WORKS;
    expect(&cable.master, NULL, VERDICT_STUCK_BUSY, FINDING_CONTROLLER_WORKS, STEP_GUIDE,
           RISK_NONE);
    cable.master.evidence.report = REPORT_MIXED;
    expect(&cable.master, NULL, VERDICT_STUCK_BUSY, 0, STEP_GUIDE, RISK_NONE);
    empty(&cable);
    cable.master.evidence.report = REPORT_FAILS; /* nobody is there: the plugs come first */
    expect(&cable.master, NULL, VERDICT_NOTHING, 0, STEP_CHECK_PLUGS, RISK_POWER);
    vendor_mode(&cable.master); /* it works all the same */
    expect(&cable.master, NULL, VERDICT_VENDOR_MODE, FINDING_BAD_CONTROLLER, STEP_BACK_UP_FLASH,
           RISK_WRITE);
}

static void test_the_neighbour_goes_before_jumper_and_controller(void **state)
{
    struct cable cable;

    (void)state;
    empty(&cable);
    healthy(&cable.slave);
    silent(&cable.master, 0x11);
    cable.master.evidence.identify_unstable = true;
    cable.master.evidence.report = REPORT_FAILS;
    expect(&cable.master, NULL, VERDICT_TWO_DRIVES,
           FINDING_TWO_DRIVES | FINDING_TWO_MASTERS | FINDING_BAD_CONTROLLER, STEP_UNPLUG_ONE,
           RISK_POWER);
    empty(&cable);
    silent(&cable.master, 0x11);
    cable.master.evidence.identify_unstable = true;
    cable.master.evidence.report = REPORT_FAILS;
    expect(&cable.master, NULL, VERDICT_NO_IDENTITY, FINDING_TWO_MASTERS | FINDING_BAD_CONTROLLER,
           STEP_SET_JUMPER, RISK_POWER);
}

/* ---- the drive's own words, and its history -------------------------------------------------- */

static void sense(struct port *port, uint8_t key, uint8_t asc, uint8_t ascq)
{
    port->evidence.asked_ready = true;
    port->evidence.ready_result = (struct packet_result){
        .error = ERR(ERR_DEVICE), .sense_valid = true, .sense_key = key, .asc = asc, .ascq = ascq};
}

static void test_what_the_drive_says_of_disc_and_defects(void **state)
{
    static const struct {
        uint8_t key, asc, ascq;
        uint32_t finding;
    } rows[] = {{0x02, 0x3A, 0x00, 0},                    /* no disc */
                {0x02, 0x04, 0x01, 0},                    /* becoming ready */
                {0x06, 0x28, 0x00, 0},                    /* a disc was put in */
                {0x02, 0x30, 0x00, FINDING_REFUSES_DISC}, /* can't read the medium */
                {0x03, 0x11, 0x00, FINDING_REFUSES_DISC},
                {0x04, 0x09, 0x00, FINDING_TROUBLE}};
    struct cable cable;

    (void)state;
    empty(&cable);
    healthy(&cable.master);
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        sense(&cable.master, rows[i].key, rows[i].asc, rows[i].ascq);
        expect(&cable.master, NULL, VERDICT_HEALTHY, rows[i].finding, STEP_ASK_HISTORY, RISK_NONE);
    }
    cable.master.evidence.ready_result = (struct packet_result){.error = ERR(ERR_TIMEOUT)};
    expect(&cable.master, NULL, VERDICT_HEALTHY, FINDING_TROUBLE, STEP_ASK_HISTORY, RISK_NONE);
    cable.master.evidence.ready_result.error = 0;
    expect(&cable.master, NULL, VERDICT_HEALTHY, 0, STEP_ASK_HISTORY, RISK_NONE);
}

static void test_history(void **state)
{
    struct history history = {.from_a_box = true};
    struct cable cable;

    (void)state;
    empty(&cable);
    stuck(&cable.master); /* a box does not make a firmware hang: it is treated */
    expect(&cable.master, &history, VERDICT_STUCK_BUSY, FINDING_FROM_A_BOX, STEP_GUIDE, RISK_NONE);
    empty(&cable);
    expect(&cable.master, &history, VERDICT_NOTHING, 0, STEP_CHECK_PLUGS, RISK_POWER);
    healthy(&cable.master);
    history = (struct history){.is_donor = true};
    expect(&cable.master, &history, VERDICT_HEALTHY, FINDING_IS_DONOR, STEP_DONOR, RISK_NONE);
    empty(&cable);
    vendor_mode(&cable.master);
    expect(&cable.master, &history, VERDICT_VENDOR_MODE, FINDING_IS_DONOR, STEP_DONOR, RISK_NONE);
    empty(&cable);
    healthy(&cable.master);
    cable.master.evidence.other_name = true;
    expect(&cable.master, NULL, VERDICT_HEALTHY, FINDING_OTHER_NAME, STEP_ASK_HISTORY, RISK_NONE);
}

/* ---- whatever the evidence ------------------------------------------------------------------- */

static uint64_t random_state = 1;

/* xorshift64 */
static unsigned pick(unsigned count)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (unsigned)(random_state >> 32) % count;
}

static void random_evidence(struct port *port)
{
    static const uint8_t statuses[] = {0x00, 0x50, 0x51, 0x70, 0x72, 0x7F,
                                       0x80, 0xD0, 0xF2, 0xFF, 0x52, 0xA0};
    static const char *const names[] = {"SONY    DVD RW DRU-710A BYX3",
                                        "HL-DT-STBD-RE  WH16NS40 BOOT",
                                        "SYNTH   SYNTH-DFE\0\0\0    0.00"};
    struct evidence *evidence = &port->evidence;

    evidence->decoding = pick(8) != 0;
    evidence->chipset = (uint8_t)(pick(4) == 0 ? pick(CHIPSET_FLOATING + 1) : CHIPSET_ON);
    evidence->report = (uint8_t)pick(REPORT_TAKES_NO_PACKETS + 1);
    evidence_clear(evidence);
    evidence->status = statuses[pick(sizeof statuses)];
    evidence->first_status = statuses[pick(sizeof statuses)];
    evidence->constant = pick(2);
    evidence->echo_tested = pick(2);
    evidence->echo = evidence->echo_tested && pick(2);
    evidence->busy_out = pick(4) == 0;
    evidence->answered_for = pick(8) == 0;
    evidence->signature = (enum ata_signature)pick(ATA_SIGNATURE_OTHER + 1);
    if (pick(3) == 0) {
        evidence->identify[0] = pick(2) ? 0x0040 : 0x8580;
        set_model(evidence->identify, "A DRIVE");
        evidence_note_identify(evidence, pick(2) ? ATA_IDENTIFY_DEVICE : ATA_IDENTIFY_PACKET_DEVICE,
                               pick(4) ? 0 : ERR(ERR_TIMEOUT));
    }
    if (pick(3) == 0) {
        evidence->inquiry.raw[0] = (uint8_t)(pick(3) ? 0x05 : pick(32));
        memcpy(evidence->inquiry.raw + 8, names[pick(3)], 28);
        evidence->inquiry_result.moved = 96;
        evidence->inquiry_result.error = pick(4) ? 0 : ERR(ERR_DEVICE);
        evidence_note_inquiry(evidence);
    }
    evidence->identify_unstable = pick(8) == 0;
    port_judge(port);
    if (pick(16) == 0)
        port->verdict = VERDICT_PROBING;
}

/* Nobody is sent where the port then refuses him, and nothing protected is sent anywhere. */
static void test_no_evidence_at_all_leads_to_a_wrong_step(void **state)
{
    unsigned steps[STEP_COUNT] = {0};

    (void)state;
    for (unsigned i = 0; i < 200000; i++) {
        struct history history = {
            .from_a_box = pick(4) == 0, .blinks = pick(4) == 0, .is_donor = pick(8) == 0};
        struct cable cable;
        struct port *port = pick(2) ? &cable.master : &cable.slave;
        struct diagnosis diagnosis;

        empty(&cable);
        random_evidence(&cable.master);
        random_evidence(&cable.slave);
        diagnose(port, &history, &diagnosis);
        assert_in_range(diagnosis.step, 0, STEP_COUNT - 1);
        assert_in_range(diagnosis.risk, 0, RISK_COUNT - 1);
        assert_in_range(diagnosis.verdict, 0, VERDICT_COUNT - 1);
        assert_true(diagnosis.findings < 1u << FINDING_COUNT);
        steps[diagnosis.step]++;
        if (diagnosis.step == STEP_GUIDE || diagnosis.step == STEP_BACK_UP_FLASH) {
            assert_int_equal(port_vendor_allowed(port), 0);
            assert_int_not_equal(port->verdict, VERDICT_HEALTHY);
            assert_false(history.is_donor);
            assert_false(port->disk_forever || port->neighbour->disk_forever);
        }
        if (port->verdict == VERDICT_DISK)
            assert_int_equal(diagnosis.step, STEP_LEAVE_IT);
    }
    for (unsigned i = 0; i < STEP_COUNT; i++)
        assert_true(steps[i] > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nobody_yet),
        cmocka_unit_test(test_the_channel),
        cmocka_unit_test(test_a_disk_is_left_alone_whatever_it_shows),
        cmocka_unit_test(test_a_healthy_drive_is_never_sent_to_the_guide),
        cmocka_unit_test(test_dead_drives),
        cmocka_unit_test(test_a_sick_drive_beside_another_one_is_unplugged_first),
        cmocka_unit_test(test_a_healthy_drive_beside_another_one_stays_healthy),
        cmocka_unit_test(test_a_slave_without_a_master),
        cmocka_unit_test(test_one_drive_may_answer_for_both_positions),
        cmocka_unit_test(test_two_masters_show_as_data_that_change),
        cmocka_unit_test(test_two_masters_show_as_a_wrong_sum),
        cmocka_unit_test(test_two_masters_show_as_a_name_that_is_half_a_name),
        cmocka_unit_test(test_a_status_that_never_rests),
        cmocka_unit_test(test_what_is_reported_of_the_controller),
        cmocka_unit_test(test_the_neighbour_goes_before_jumper_and_controller),
        cmocka_unit_test(test_what_the_drive_says_of_disc_and_defects),
        cmocka_unit_test(test_history),
        cmocka_unit_test(test_no_evidence_at_all_leads_to_a_wrong_step),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
