/* Names of drives: who is who when plugs move. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define ERROR_MODULE MODULE_PROBE
#include "kernel/donor.h"
#include "tests/drive/drive.h"
#include "tests/support/bench_script.h"
#include "tests/support/rescue.h"

/* Writes `text` into IDENTIFY words as drives do: first character in the high byte, blanks behind.
 */
static void put_text(uint16_t *words, unsigned word, unsigned bytes, const char *text)
{
    size_t length = strlen(text);

    for (unsigned i = 0; i < bytes; i++) {
        uint8_t byte = i < length ? (uint8_t)text[i] : ' ';

        words[word + i / 2] = (uint16_t)(i % 2 == 0 ? byte << 8 : words[word + i / 2] | byte);
    }
}

static void say_inquiry(struct port *port, const char *name28)
{
    struct evidence *evidence = &port->evidence;

    evidence->asked_inquiry = true;
    evidence->inquiry_error = 0;
    evidence->inquiry.raw[0] = 0x05;
    evidence->inquiry.length = 96;
    memcpy(evidence->inquiry.raw + 8, name28, 28);
    inquiry_parse(&evidence->inquiry);
}

static void say_identify(struct port *port, const char *model, const char *serial,
                         const char *firmware)
{
    struct evidence *evidence = &port->evidence;

    evidence->asked_packet = true;
    evidence->identify_packet = 0;
    evidence->identify_packet_valid = true;
    evidence->identify[0] = 0x85C0;
    put_text(evidence->identify, 27, 40, model);
    put_text(evidence->identify, 10, 20, serial);
    put_text(evidence->identify, 23, 8, firmware);
}

static struct port silent_port(void)
{
    struct port port = {.number = 3};

    evidence_clear(&port.evidence);
    return port;
}

static struct port sony(const char *serial)
{
    struct port port = silent_port();

    say_inquiry(&port, "SONY    CD-RW  CRX225E  QYS1");
    say_identify(&port, "SONY    CD-RW  CRX225E", serial, "QYS1");
    return port;
}

static struct drive_name name_of(const struct port *port)
{
    struct drive_name name;

    assert_true(drive_name_of(port, &name));
    return name;
}

static void a_name_is_all_that_the_drive_says(void **state)
{
    struct port port = sony("  A0012");
    struct drive_name name = name_of(&port);

    (void)state;
    assert_string_equal(name.vendor, "SONY");
    assert_string_equal(name.product, "CD-RW  CRX225E");
    assert_string_equal(name.revision, "QYS1");
    assert_string_equal(name.model, "SONY    CD-RW  CRX225E");
    assert_string_equal(name.serial, "A0012");
    assert_string_equal(name.firmware, "QYS1");
}

static void who_says_nothing_sane_has_no_name(void **state)
{
    struct port port = silent_port();
    struct drive_name name;

    (void)state;
    assert_false(drive_name_of(&port, &name));
    say_inquiry(&port,
                "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"
                "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF");
    assert_false(drive_name_of(&port, &name));
    say_identify(&port, "\xFF\xFF\xFF\xFF", "\xFF\xFF", "\xFF\xFF");
    assert_false(drive_name_of(&port, &name));
    say_identify(&port, "", "123", "1.0");
    assert_false(drive_name_of(&port, &name));
    say_identify(&port, "ATAPI CDROM", "", "");
    assert_true(drive_name_of(&port, &name));
    assert_string_equal(name.product, "");
    assert_string_equal(name.model, "ATAPI CDROM");
}

static void an_answer_that_failed_is_no_name(void **state)
{
    struct port port = sony("");
    struct drive_name name;

    (void)state;
    port.evidence.inquiry_error = ERR(ERR_TIMEOUT);
    port.evidence.identify_packet_valid = false;
    assert_false(drive_name_of(&port, &name));
}

static void the_same_drive_is_known_by_what_both_times_said(void **state)
{
    struct port before = sony("A0012"), after = sony("A0012"), half = silent_port();
    struct drive_name a = name_of(&before), b = name_of(&after), c;

    (void)state;
    assert_true(drive_name_equal(&a, &b));
    say_identify(&half, "SONY    CD-RW  CRX225E", "A0012", "QYS1");
    c = name_of(&half);
    assert_true(drive_name_equal(&a, &c));
    half = silent_port();
    say_inquiry(&half, "SONY    CD-RW  CRX225E  QYS1");
    c = name_of(&half);
    assert_true(drive_name_equal(&a, &c));
}

static void another_drive_differs_in_anything(void **state)
{
    struct port donor = sony("A0012"), other;
    struct drive_name a = name_of(&donor), b;

    (void)state;
    other = sony("A0013");
    b = name_of(&other);
    assert_false(drive_name_equal(&a, &b));
    other = silent_port();
    say_inquiry(&other, "SONY    CD-RW  CRX225E  QYS2");
    b = name_of(&other);
    assert_false(drive_name_equal(&a, &b));
    other = silent_port();
    say_inquiry(&other, "SONY    CD-RW  CRX220E1 QYS1");
    b = name_of(&other);
    assert_false(drive_name_equal(&a, &b));
    other = silent_port();
    say_inquiry(&other, "LITE-ON CD-RW  CRX225E  QYS1");
    b = name_of(&other);
    assert_false(drive_name_equal(&a, &b));
    memset(&b, 0, sizeof b);
    assert_false(drive_name_equal(&a, &b));
    assert_false(drive_name_equal(&b, &b));
}

static void donors_are_remembered_once_and_only_with_a_name(void **state)
{
    struct donors donors = {0};
    struct drive_name nobody = {0};
    struct port port;
    char serial[] = "A";

    (void)state;
    assert_false(donors_add(&donors, &nobody));
    for (unsigned i = 0; i < DONORS; i++) {
        struct drive_name name;

        serial[0] = (char)('A' + i);
        port = sony(serial);
        name = name_of(&port);
        assert_true(donors_add(&donors, &name));
        assert_true(donors_add(&donors, &name));
        assert_int_equal(donors.count, i + 1);
        assert_true(donors_have(&donors, &port));
    }
    port = sony("Z");
    nobody = name_of(&port);
    assert_false(donors_add(&donors, &nobody));
    assert_false(donors_have(&donors, &port));
    port = silent_port();
    assert_false(donors_have(&donors, &port));
}

static void a_chip_that_names_the_donor_is_known(void **state)
{
    struct donors donors = {0};
    struct port port = sony("A0012"), other = silent_port();
    struct drive_name name = name_of(&port);
    struct firmware content = {
        .has_identity = true, .vendor = "SONY", .product = "CD-RW  CRX225E", .revision = "QYS1"};

    (void)state;
    assert_false(donors_hold(&donors, &content));
    assert_true(donors_add(&donors, &name));
    assert_true(donors_hold(&donors, &content));
    content.has_identity = false;
    assert_false(donors_hold(&donors, &content));
    content.has_identity = true;
    strcpy(content.revision, "QYS2");
    assert_false(donors_hold(&donors, &content));
    strcpy(content.revision, "QYS1");
    strcpy(content.product, "CD-RW  CRX220E1");
    assert_false(donors_hold(&donors, &content));
    content.product[0] = '\0';
    assert_false(donors_hold(&donors, &content));
    /* Half written, by the same names: no firmware runs from that, so it never was a good drive. */
    strcpy(content.product, "CD-RW  CRX225E");
    assert_true(donors_hold(&donors, &content));
    content.damage = FIRMWARE_BANK_START;
    assert_true(donors_hold(&donors, &content));
    content.damage = FIRMWARE_FIRST_BYTE;
    assert_false(donors_hold(&donors, &content));
    content.damage = FIRMWARE_SOUND;

    /* A donor that only IDENTIFY was answered by. */
    memset(&donors, 0, sizeof donors);
    say_identify(&other, "LITE-ON LTR-48125S", "", "1S07");
    name = name_of(&other);
    assert_true(donors_add(&donors, &name));
    strcpy(content.product, "LTR-48125S");
    strcpy(content.revision, "1S07");
    assert_true(donors_hold(&donors, &content));
    strcpy(content.revision, "1S06");
    assert_false(donors_hold(&donors, &content));
}

/* ---- the session ----------------------------------------------------------------------------- */

enum { CHIP_SIZE = 0x40000 };

/* A good drive, and a session that is told to flash it. Its eject button is held, so that nothing
 * but the session's own care protects it. */
static void open_session(struct rescue *rescue, struct donors *donors, uint8_t *file)
{
    struct bench *bench = bench_new(1);

    bench_attach_healthy(bench, "pm", "SONY", "CD-RW  CRX225E", "QYS1", "");
    bench_do(bench, "eject pm hold");
    bench_do(bench, "power pm off");
    bench_do(bench, "power pm on");
    bench_advance(bench, 2000000);
    rescue_open(rescue, bench, 0);
    rescue_image(file, CHIP_SIZE, true, "CD-RW  CRX225E", "QYS2", 7);
    rescue_file(rescue, file, CHIP_SIZE, 0x10000);
    rescue->session->donors = donors;
}

static void close_session(struct rescue *rescue)
{
    rescue_close(rescue);
    bench_free(rescue->bench);
}

static void a_donor_gets_no_vendor_command(void **state)
{
    static uint8_t file[CHIP_SIZE];
    static const enum session_job jobs[] = {SESSION_FLASH, SESSION_BACKUP, SESSION_RESTORE,
                                            SESSION_VERIFY};

    (void)state;
    for (unsigned i = 0; i < sizeof jobs / sizeof jobs[0]; i++) {
        struct rescue rescue;
        struct donors donors = {0};
        struct drive_name name;

        open_session(&rescue, &donors, file);
        rescue_probe(&rescue);
        rescue.session->job = jobs[i];
        assert_true(drive_name_of(rescue.session->port, &name));
        assert_true(donors_add(&donors, &name));
        assert_int_equal(rescue_run(&rescue), RESULT_NOT_STARTED);
        assert_int_equal(error_class(rescue.session->error), ERR_GOOD_DRIVE);
        assert_int_equal(bench_drive(rescue.bench, 0, 0)->intros, 0);
        close_session(&rescue);
    }
}

static void a_donor_without_a_name_is_known_by_its_chip_and_runs_again(void **state)
{
    static uint8_t file[CHIP_SIZE];
    struct rescue rescue;
    struct donors donors = {
        .count = 1,
        .names[0] = {.vendor = "SONY", .product = "CD-RW  CRX225E", .revision = "QYS1"}};

    (void)state;
    open_session(&rescue, &donors, file);
    assert_int_equal(rescue_run(&rescue), RESULT_NOT_STARTED);
    assert_int_equal(error_class(rescue.session->error), ERR_GOOD_DRIVE);
    assert_int_equal(rescue.host.asked[ASK_CONFIRM], 0);
    assert_int_equal(bench_flash_changes(rescue.bench), 0);
    assert_true(rescue.session->left);
    bench_advance(rescue.bench, 3000000);
    bench_do(rescue.bench, "status"); /* lets the drive catch up with the time */
    assert_int_equal(bench_drive(rescue.bench, 0, 0)->phase, SIM_PHASE_READY);
    close_session(&rescue);

    /* The same drive when it is nobody's donor: what was refused above works. */
    donors.count = 0;
    open_session(&rescue, &donors, file);
    assert_int_equal(rescue_run(&rescue), RESULT_VERIFIED);
    close_session(&rescue);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_is_all_that_the_drive_says),
        cmocka_unit_test(who_says_nothing_sane_has_no_name),
        cmocka_unit_test(an_answer_that_failed_is_no_name),
        cmocka_unit_test(the_same_drive_is_known_by_what_both_times_said),
        cmocka_unit_test(another_drive_differs_in_anything),
        cmocka_unit_test(donors_are_remembered_once_and_only_with_a_name),
        cmocka_unit_test(a_chip_that_names_the_donor_is_known),
        cmocka_unit_test(a_donor_gets_no_vendor_command),
        cmocka_unit_test(a_donor_without_a_name_is_known_by_its_chip_and_runs_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
