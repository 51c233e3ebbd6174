/* What hands do at the bench, with times; who fights whom on a cable; personalities by one word. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/drive/bench.h"
#include "tests/drive/disk.h"
#include "tests/drive/drive.h"

enum { DATA, ERROR, COUNT, LOW, MID, HIGH, DEVICE, STATUS, CONTROL };
enum { MS = 1000, MASTER = 0xA0, SLAVE = 0xB0 };

static struct bench *bench;
static char answer[8192];

static int setup(void **state)
{
    (void)state;
    bench = bench_new(7);
    return bench != NULL ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    bench_free(bench);
    return 0;
}

static bool command(const char *line)
{
    return bench_command(bench, line, answer, sizeof answer);
}

static void must(const char *line)
{
    if (!command(line)) {
        fail_msg("%s: %s", line, answer);
    }
}

static void says(const char *line, const char *text)
{
    must(line);
    if (strstr(answer, text) == NULL) {
        fail_msg("%s: %s\nis not in:\n%s", line, text, answer);
    }
}

static uint8_t in(unsigned channel, unsigned reg)
{
    bench_advance(bench, 1);
    return (uint8_t)bench_read(bench, channel, reg);
}

static void out(unsigned channel, unsigned reg, uint16_t value)
{
    bench_advance(bench, 1);
    bench_write(bench, channel, reg, value);
}

static void wait_ms(uint64_t ms)
{
    bench_advance(bench, ms * MS);
}

static uint8_t intro(unsigned channel, uint8_t select)
{
    out(channel, DEVICE, select);
    out(channel, LOW, 0x2A);
    out(channel, STATUS, 0x80);
    wait_ms(2);
    return in(channel, STATUS);
}

static void reset_by_host(unsigned channel)
{
    out(channel, CONTROL, 0x0C);
    out(channel, CONTROL, 0x08);
    wait_ms(10);
}

/* A data-in packet of `size` bytes; returns how many came. */
static size_t packet(unsigned channel, uint8_t select, const uint8_t *bytes, uint8_t *data,
                     size_t size)
{
    size_t got = 0;

    out(channel, DEVICE, select);
    out(channel, ERROR, 0);
    out(channel, MID, (uint8_t)size);
    out(channel, HIGH, 0);
    out(channel, STATUS, 0xA0);
    wait_ms(1);
    for (unsigned i = 0; i < 6; i++) {
        out(channel, DATA, (uint16_t)(bytes[2 * i] | bytes[2 * i + 1] << 8));
    }
    wait_ms(1);
    while ((in(channel, STATUS) & 0x88) == 0x08 && got + 2 <= size) {
        uint16_t word = bench_read(bench, channel, DATA);

        data[got++] = (uint8_t)word;
        data[got++] = (uint8_t)(word >> 8);
    }
    wait_ms(1);
    return got;
}

static void assert_inquiry(unsigned channel, uint8_t select, const char *text)
{
    static const uint8_t inquiry[12] = {0x12, 0, 0, 0, 36};
    uint8_t data[37] = {0};

    assert_int_equal(packet(channel, select, inquiry, data, 36), 36);
    assert_string_equal((char *)data + 8, text);
}

/* TEST UNIT READY until no unit attention comes, then its sense. */
static void assert_sense(unsigned channel, uint8_t key, uint8_t asc, uint8_t ascq)
{
    static const uint8_t ready[12] = {0};
    static const uint8_t request[12] = {0x03, 0, 0, 0, 18};
    uint8_t data[18];

    for (unsigned attempt = 0; attempt < 3; attempt++) {
        packet(channel, MASTER, ready, data, 2);
        assert_int_equal(packet(channel, MASTER, request, data, 18), 18);
        if (data[2] != 0x06) {
            break;
        }
    }
    assert_int_equal(data[2], key);
    assert_int_equal(data[12], asc);
    assert_int_equal(data[13], ascq);
}

/* ---- commands for later ---------------------------------------------------------------------- */

static void commands_for_later_come_at_their_time(void **state)
{
    (void)state;
    must("attach pm drive");
    wait_ms(1000);
    must("at 3000 power pm on"); /* given in any order */
    must("at 1000 power pm off");
    says("queue", "1000 ms: power pm off\n3000 ms: power pm on\nok waiting=2 failed=0");
    wait_ms(999);
    assert_int_equal(in(0, STATUS), 0x50);
    wait_ms(1);
    assert_int_equal(in(0, STATUS), 0x7F);
    says("status", "waiting=1");
    wait_ms(2140); /* nobody looked: the window of 150 ms began at 3000, not now */
    assert_int_equal(in(0, STATUS), 0x80);
    wait_ms(10);
    assert_int_equal(in(0, STATUS), 0x50);
    says("status", "waiting=0 failed=0");
}

static void commands_for_later_can_be_scripted_in_one_go(void **state)
{
    (void)state;
    must("attach pm drive personality=hangs power=off");
    must("at 100 eject pm hold");
    must("at 200 power pm on");
    must("at 900 eject pm release");
    must("at 1000 at 50 unplug pm");
    wait_ms(1020);
    assert_int_equal(intro(0, MASTER), 0x70);
    wait_ms(100);
    assert_int_equal(in(0, STATUS), 0x7F);
}

static void commands_for_later_that_fail_are_remembered(void **state)
{
    (void)state;
    must("at 10 power pm off");
    must("at 20 dance");
    wait_ms(30);
    says("status", "waiting=0 failed=2");
    says("queue", "failed: power pm off: error nothing there\nok waiting=0 failed=2");
    must("at 10 dance");
    says("queue clear", "ok waiting=0 failed=0");
    wait_ms(20);
    says("queue", "ok waiting=0 failed=0");
    assert_false(command("at soon power pm off"));
    assert_false(command("at 10"));
    assert_false(command("queue now"));
    for (unsigned i = 0; i < 64; i++) {
        must("at 10 status");
    }
    assert_false(command("at 10 status"));
}

/* ---- contacts -------------------------------------------------------------------------------- */

/* What 400 looks, 1 ms apart, saw of status 50 while the contacts bounced. */
static void watch_bounce(uint8_t *seen)
{
    must("bounce pm ms=200");
    for (unsigned i = 0; i < 400; i++) {
        wait_ms(1);
        seen[i] = (uint8_t)bench_read(bench, 0, STATUS);
    }
}

static void contacts_bounce_for_a_time(void **state)
{
    uint8_t seen[400], again[400];
    unsigned made = 0, open = 0, one_line = 0;

    (void)state;
    must("attach pm drive");
    wait_ms(1000);
    watch_bounce(seen);
    for (unsigned i = 0; i < 200; i++) {
        uint8_t wrong = seen[i] ^ 0x50;

        made += wrong == 0;
        open += seen[i] == 0x7F;
        one_line += wrong != 0 && (wrong & (wrong - 1)) == 0; /* one bit of the floating bus */
    }
    assert_true(made > 30 && open > 30 && one_line > 10);
    assert_int_equal(made + open + one_line, 200);
    for (unsigned i = 200; i < 400; i++) {
        assert_int_equal(seen[i], 0x50);
    }
    bench_free(bench);
    bench = bench_new(7);
    must("attach pm drive");
    wait_ms(1000);
    watch_bounce(again);
    assert_memory_equal(seen, again, sizeof seen);
}

static void a_plug_bounces_when_it_goes_in(void **state)
{
    unsigned wrong = 0;

    (void)state;
    must("attach pm drive plugged=no name=one");
    must("attach shelf drive name=two");
    wait_ms(1000);
    static const char *const lines[] = {"plug pm bounce=100", "swap pm two bounce=100",
                                        "move two ss bounce=100"};
    for (unsigned i = 0; i < 3; i++) {
        unsigned channel = i == 2 ? 1 : 0;

        must(lines[i]);
        out(channel, DEVICE, i == 2 ? SLAVE : MASTER);
        wrong = 0;
        for (unsigned look = 0; look < 100; look++) {
            wait_ms(1);
            wrong += bench_read(bench, channel, STATUS) != 0x50;
        }
        assert_true(wrong > 20);
        out(channel, DEVICE, i == 2 ? SLAVE : MASTER);
        assert_int_equal(in(channel, STATUS), 0x50);
    }
}

static void writes_through_bouncing_contacts_go_wrong(void **state)
{
    unsigned right = 0, lost = 0, other = 0;

    (void)state;
    must("attach pm drive");
    wait_ms(1000);
    must("bounce pm ms=1000");
    for (unsigned i = 0; i < 500; i++) {
        struct drive *drive = bench_drive(bench, 0, 0);

        drive->mid = 0x00;
        bench_write(bench, 0, MID, 0x11);
        right += drive->mid == 0x11;
        lost += drive->mid == 0x00;
        other += drive->mid != 0x11 && drive->mid != 0x00;
        wait_ms(2);
    }
    assert_true(right > 100 && lost > 100 && other > 50);
}

/* ---- cables ---------------------------------------------------------------------------------- */

static void a_drive_is_moved_to_the_other_cable(void **state)
{
    (void)state;
    must("attach pm drive name=one");
    must("attach ss drive name=two chip=MX25L2005");
    wait_ms(1000);
    assert_int_equal(intro(0, MASTER), 0x70);
    assert_false(command("move one ss"));
    must("move one sm");
    assert_int_equal(in(0, STATUS), 0x7F);
    out(1, DEVICE, MASTER);
    assert_int_equal(in(1, STATUS), 0x70); /* nobody took its power */
    must("move one shelf");
    assert_int_equal(in(1, STATUS), 0x7F);
    says("status", "shelf drive one power=on");
    must("power one off");
    must("move one pm");
    assert_int_equal(in(0, STATUS), 0x7F);
    must("power one on");
    wait_ms(1000);
    out(0, DEVICE, MASTER);
    assert_int_equal(in(0, STATUS), 0x50);
    assert_false(command("move one xx"));
    assert_false(command("move nobody pm"));
}

static void two_masters_fight(void **state)
{
    (void)state;
    must("attach pm drive");
    must("attach ps drive chip=MX25L2005 jumper=master");
    wait_ms(1000);
    out(0, DEVICE, MASTER);
    out(0, MID, 0x5A);
    assert_int_equal(in(0, MID), 0x5A);
    bench_drive(bench, 0, 0)->low = 0xF3;
    bench_drive(bench, 0, 1)->low = 0x3F;
    assert_int_equal(in(0, LOW), 0x33); /* a 0 wins */
    out(0, DEVICE, SLAVE);
    assert_int_equal(in(0, STATUS), 0x00); /* both answer for the absent slave */
    assert_int_equal(intro(0, MASTER), 0x70 & 0x72);
    assert_int_equal(bench_drive(bench, 0, 0)->intros, 1);
    assert_int_equal(bench_drive(bench, 0, 1)->intros, 1);
    says("status", "cable=plugged jumper=master");
    must("jumper ps slave");
    must("reset");
    wait_ms(1000);
    out(0, DEVICE, SLAVE);
    assert_int_equal(in(0, STATUS), 0x50);
    assert_false(command("jumper ps both"));
}

static void two_slaves_leave_the_master_empty(void **state)
{
    (void)state;
    must("attach pm drive jumper=slave");
    must("attach ps drive");
    wait_ms(1000);
    out(0, DEVICE, MASTER);
    assert_int_equal(in(0, STATUS), 0x7F);
    out(0, DEVICE, SLAVE);
    assert_int_equal(in(0, STATUS), 0x50);
}

/* ATA/ATAPI-6 9.1: device 0 looks for device 1 after power-on and RESET- only. */
static void a_slave_plugged_late_is_talked_over(void **state)
{
    (void)state;
    must("attach pm drive firmware=A/B/1");
    must("attach shelf drive name=late");
    wait_ms(1000);
    must("move late ps");
    out(0, DEVICE, SLAVE);
    assert_int_equal(in(0, STATUS), 0x00);
    reset_by_host(0);
    out(0, DEVICE, SLAVE);
    assert_int_equal(in(0, STATUS), 0x00);
    must("reset");
    wait_ms(1000);
    out(0, DEVICE, SLAVE);
    assert_int_equal(in(0, STATUS), 0x50);
    must("unplug ps"); /* and it does not notice that the slave has gone */
    out(0, DEVICE, SLAVE);
    assert_int_equal(in(0, STATUS), 0x7F);
}

static void a_dead_master_does_not_talk_over_a_late_slave(void **state)
{
    (void)state;
    must("attach pm drive personality=hangs");
    must("attach shelf drive name=late");
    wait_ms(1000);
    out(0, DEVICE, SLAVE);
    assert_int_equal(in(0, STATUS), 0x00);
    must("move late ps");
    out(0, DEVICE, SLAVE);
    assert_int_equal(in(0, STATUS), 0x50);
}

static void a_slave_that_gets_power_soon_after_the_master_is_seen(void **state)
{
    (void)state;
    must("attach pm drive power=off firmware=A/B/1");
    must("attach shelf drive power=off name=late");
    must("move late ps");
    must("power pm on");
    must("at 300 power ps on");
    wait_ms(1000);
    out(0, DEVICE, SLAVE);
    assert_int_equal(in(0, STATUS), 0x50);
    must("power pm off");
    must("power ps off");
    must("power pm on");
    must("at 600 power ps on");
    wait_ms(1500);
    out(0, DEVICE, SLAVE);
    assert_int_equal(in(0, STATUS), 0x00);
}

/* Pins 1 and 40 change places: RESET- meets ground, so do DD0, DD1 and DD3. */
static void a_plug_the_wrong_way_round(void **state)
{
    (void)state;
    must("attach pm drive");
    must("attach ps drive chip=MX25L2005");
    wait_ms(1000);
    assert_int_equal(intro(0, SLAVE), 0x72);
    must("unplug pm");
    must("plug pm reversed");
    assert_int_equal(in(0, STATUS), 0x74);
    assert_int_equal(bench_read(bench, 0, DATA), 0x7F74);
    assert_int_equal(in(1, STATUS), 0x7F);
    says("status", "cable=reversed");
    must("float 0 FF");
    assert_int_equal(in(0, STATUS), 0xF4);
    must("unplug pm"); /* RESET- was active all the time: the other one starts again */
    out(0, DEVICE, SLAVE);
    assert_int_equal(in(0, STATUS), 0x80);
    must("plug pm");
    wait_ms(1000);
    assert_int_equal(in(0, STATUS), 0x50);
}

static void a_host_that_floats_its_pins(void **state)
{
    (void)state;
    must("attach sm drive");
    wait_ms(1000);
    bench_isolate(bench, 1, true);
    assert_int_equal(in(1, STATUS), 0x7F);
    out(1, MID, 0x5A);
    bench_isolate(bench, 1, false);
    assert_int_equal(in(1, STATUS), 0x50);
    assert_int_equal(in(1, MID), 0x00);
}

static void an_empty_cable_may_echo_or_be_noisy(void **state)
{
    unsigned ones = 0;

    (void)state;
    must("float 0 echo");
    out(0, DEVICE, 0xA0);
    assert_int_equal(in(0, STATUS), 0xA0);
    assert_int_equal(in(0, MID), 0xA0);
    out(0, CONTROL, 0x0A);
    assert_int_equal(in(0, STATUS), 0x0A);
    assert_int_equal(in(1, STATUS), 0x7F);
    must("attach pm drive");
    wait_ms(1000);
    assert_int_equal(in(0, STATUS), 0x50);
    must("float 1 noise");
    for (unsigned i = 0; i < 1000; i++) {
        for (uint8_t status = in(1, STATUS); status != 0; status &= (uint8_t)(status - 1)) {
            ones++;
        }
    }
    assert_true(ones > 3500 && ones < 4500);
    must("float 1 FF");
    assert_int_equal(in(1, STATUS), 0xFF);
    assert_false(command("float 1 often"));
}

static void a_drive_may_show_more_than_bsy_while_it_starts(void **state)
{
    (void)state;
    must("attach pm drive busy=D0 firmware=A/B/1");
    assert_int_equal(in(0, STATUS), 0xD0);
    wait_ms(300);
    assert_int_equal(in(0, STATUS), 0xD0);
    wait_ms(200);
    assert_int_equal(in(0, STATUS), 0x00);
    must("attach sm drive busy=D1 personality=hangs");
    wait_ms(35000);
    assert_int_equal(in(1, STATUS), 0xD1);
    assert_false(command("attach ss drive busy=50"));
}

/* ---- personalities --------------------------------------------------------------------------- */

/* Whole firmware into the cells, as after a flash; `crossflash`: one that takes any EEPROM. */
static void flash(unsigned channel, bool crossflash)
{
    struct sim_chip *chip = bench_drive(bench, channel, 0)->chip;
    static uint8_t image[0x100000];
    struct sim_firmware_recipe recipe;

    sim_firmware_recipe(&recipe, chip->type->size);
    recipe.crossflash = crossflash;
    assert_int_equal(sim_firmware_make(&recipe, image, sizeof image), chip->type->size);
    memcpy(chip->cells, image, chip->type->size);
    must(channel == 0 ? "power pm off" : "power sm off");
    must(channel == 0 ? "power pm on" : "power sm on");
    wait_ms(1000);
}

static void revive(unsigned channel)
{
    flash(channel, false);
}

static void personality_hangs(void **state)
{
    (void)state;
    must("attach pm drive personality=hangs");
    wait_ms(149);
    assert_int_equal(in(0, STATUS), 0x80);
    wait_ms(35000);
    assert_int_equal(in(0, STATUS), 0x80);
    reset_by_host(0);
    assert_int_equal(in(0, STATUS), 0x80);
    assert_int_equal(intro(0, MASTER), 0x80); /* the door is closed */
    assert_int_equal(bench_drive(bench, 0, 0)->intros, 0);
    must("power pm off");
    must("power pm on");
    wait_ms(100);
    assert_int_equal(intro(0, MASTER), 0x70); /* but for the window */
    must("power pm off");
    must("eject pm hold");
    must("power pm on");
    wait_ms(1000);
    assert_int_equal(in(0, STATUS), 0x80);
    assert_int_equal(intro(0, MASTER), 0x70);
    must("eject pm release");
    revive(0);
    assert_inquiry(0, MASTER, "ODDTEST DVD-ROM SYNTH256SY01");
}

static void personality_silent(void **state)
{
    (void)state;
    must("attach pm drive personality=silent");
    wait_ms(1000);
    assert_int_equal(in(0, STATUS), 0x50);
    out(0, STATUS, 0xA1);
    wait_ms(5000);
    assert_int_equal(in(0, STATUS), 0x50);
    assert_int_equal(intro(0, MASTER), 0x70);
    revive(0);
    assert_inquiry(0, MASTER, "ODDTEST DVD-ROM SYNTH256SY01");
}

static void personality_garbage(void **state)
{
    static const uint8_t inquiry[12] = {0x12, 0, 0, 0, 36};
    uint8_t data[36];

    (void)state;
    must("attach pm drive personality=garbage");
    wait_ms(1000);
    assert_int_equal(packet(0, MASTER, inquiry, data, 36), 36);
    for (unsigned i = 0; i < 36; i++) {
        assert_int_equal(data[i], 0xFF);
    }
    assert_int_equal(intro(0, MASTER) & 0xF0, 0x50); /* its firmware runs: the door is closed */
    revive(0);
    assert_inquiry(0, MASTER, "ODDTEST DVD-ROM SYNTH256SY01");
}

static void personality_wrong(void **state)
{
    (void)state;
    must("attach pm drive personality=wrong");
    wait_ms(1000);
    assert_inquiry(0, MASTER, "OTHER   WRONG MODEL     W001");
    must("insert pm blank");
    assert_sense(0, 2, 0x04, 0x01);
    wait_ms(2000);
    assert_sense(0, 2, 0x3A, 0x01);
    must("eject pm hold"); /* the button moves nothing */
    assert_false(bench_drive(bench, 0, 0)->tray_open);
    assert_int_equal(intro(0, MASTER), 0x51);
    must("power pm off");
    must("power pm on"); /* held now */
    wait_ms(1000);
    must("eject pm release");
    assert_int_equal(intro(0, MASTER), 0x70);
    revive(0);
    assert_inquiry(0, MASTER, "ODDTEST DVD-ROM SYNTH256SY01");
    wait_ms(2000);
    assert_sense(0, 0, 0x00, 0x00);
    must("eject pm hold");
    assert_true(bench_drive(bench, 0, 0)->tray_open);
}

/* Firmware so quick that no power-cycle catches it: only the button is left. */
static void a_window_of_nothing_leaves_the_eject_button(void **state)
{
    (void)state;
    must("attach pm drive personality=wrong window=0 power=off");
    must("power pm on");
    for (unsigned ms = 0; ms < 500; ms++) {
        out(0, LOW, 0x2A);
        out(0, STATUS, 0x80);
        wait_ms(1);
    }
    assert_int_equal(bench_drive(bench, 0, 0)->intros, 0);
    must("power pm off");
    must("eject pm hold");
    must("power pm on");
    wait_ms(1000);
    assert_int_equal(intro(0, MASTER), 0x70);
}

static void personality_boot(void **state)
{
    (void)state;
    must("attach pm drive personality=boot");
    wait_ms(1000);
    assert_inquiry(0, MASTER, "ODDTEST BOOT CODE       BOOT");
    assert_sense(0, 2, 0x3A, 0x01);
    assert_int_equal(intro(0, MASTER), 0x70);
    revive(0);
    assert_inquiry(0, MASTER, "ODDTEST DVD-ROM SYNTH256SY01");
}

static void personality_answers_for_master(void **state)
{
    (void)state;
    must("attach ps drive personality=answers_for_master firmware=ONE/DRIVE/1.00");
    wait_ms(1000);
    assert_inquiry(0, MASTER, "ONE     DRIVE           1.00");
    assert_inquiry(0, SLAVE, "ONE     DRIVE           1.00");
    must("attach pm drive firmware=TWO/DRIVE/2.00");
    wait_ms(1000);
    assert_inquiry(0, MASTER, "TWO     DRIVE           2.00");
    assert_inquiry(0, SLAVE, "ONE     DRIVE           1.00");
}

static void personality_blinker(void **state)
{
    (void)state;
    must("attach pm drive personality=blinker firmware=LITE-ON/DVDRW_LDW-811S/HS0K");
    wait_ms(1000);
    must("insert pm blank");
    wait_ms(2000);
    assert_inquiry(0, MASTER, "LITE-ON DVDRW LDW-811S  HS0K");
    assert_sense(0, 2, 0x3A, 0x01);
    says("status", "led=blink");
    must("eject pm hold"); /* the tray works */
    assert_true(bench_drive(bench, 0, 0)->tray_open);
    assert_sense(0, 2, 0x3A, 0x02);
    must("eject pm release");
    must("tray pm closed");
    revive(0); /* another firmware that checks the EEPROM is no cure */
    wait_ms(2000);
    says("status", "led=blink");
    assert_sense(0, 2, 0x3A, 0x01);
    flash(0, true); /* one that does not check it is */
    wait_ms(2000);
    says("status", "led=off");
    assert_sense(0, 0, 0x00, 0x00);
}

static void firmware_by_its_name(void **state)
{
    (void)state;
    must("attach pm drive chip=SST39SF010A firmware=SONY/DVD-ROM_DDU1621/S1.6 name=donor");
    wait_ms(1000);
    assert_inquiry(0, MASTER, "SONY    DVD-ROM DDU1621 S1.6");
    assert_false(command("attach ps drive firmware=SONY"));
    assert_false(command("attach ps drive firmware=MANUFACTURER/X/1"));
    assert_false(command("attach ps drive personality=moody"));
    assert_false(command("attach ps disk personality=silent"));
}

static void assert_serial(unsigned channel, uint8_t command, const char *text)
{
    uint8_t data[512];

    out(channel, DEVICE, MASTER);
    out(channel, STATUS, command);
    wait_ms(1);
    assert_int_equal(in(channel, STATUS) & 0x89, 0x08);
    for (unsigned i = 0; i < 512; i += 2) {
        uint16_t word = bench_read(bench, channel, DATA);

        data[i] = (uint8_t)(word >> 8);
        data[i + 1] = (uint8_t)word;
    }
    assert_memory_equal(data + 20, text, 20);
}

static void serial_numbers(void **state)
{
    (void)state;
    must("attach pm drive firmware=A/B/1");
    must("attach sm disk");
    wait_ms(1000);
    assert_serial(0, 0xA1, "                    ");
    assert_serial(1, 0xEC, "SIM00001            ");
    must("detach pm");
    must("detach sm");
    must("attach pm drive firmware=A/B/1 serial=NUMBER_2");
    must("attach sm disk serial=OTHER");
    wait_ms(1000);
    assert_serial(0, 0xA1, "NUMBER 2            ");
    assert_serial(1, 0xEC, "OTHER               ");
    assert_false(command("attach ps drive serial=123456789012345678901"));
}

/* ---- disks ----------------------------------------------------------------------------------- */

static void a_busy_disk_takes_nothing(void **state)
{
    struct disk *disk;

    (void)state;
    must("attach pm disk");
    disk = bench_disk(bench, 0, 0);
    wait_ms(100); /* it spins up for 500 ms */
    assert_int_equal(intro(0, MASTER), 0x80);
    assert_int_equal(disk->deaf, 1);
    wait_ms(1000);
    assert_int_equal(in(0, STATUS), 0x50);
    assert_int_equal(in(0, LOW), 0x01); /* not 2A */
    assert_int_equal(disk->vendor_commands, 0);
    assert_int_equal(disk->vendor_keys, 0);
    assert_int_equal(intro(0, MASTER), 0x51);
    says("status", "vendor=1 keys=1 writes=0 resets=0 deaf=1");
}

static void a_disk_that_hangs(void **state)
{
    struct disk *disk;

    (void)state;
    must("attach pm disk personality=hangs");
    disk = bench_disk(bench, 0, 0);
    wait_ms(35000);
    assert_int_equal(in(0, STATUS), 0x80);
    reset_by_host(0);
    assert_int_equal(in(0, STATUS), 0x80);
    assert_int_equal(intro(0, MASTER), 0x80);
    assert_int_equal(disk->vendor_commands, 0);
    assert_int_equal(disk->resets, 1);
    says("status", "resets=1 deaf=1 fault=bsy_forever");
    must("clear pm");
    assert_int_equal(in(0, STATUS), 0x50);
    must("fault pm bsy_forever");
    assert_int_equal(in(0, STATUS), 0x80);
    assert_false(command("fault pm drq_never"));
}

static void a_disk_that_was_in_use(void **state)
{
    (void)state;
    must("attach shelf disk personality=used name=disk");
    wait_ms(1000);
    must("move disk sm");
    assert_int_equal(in(1, STATUS), 0x50);
    assert_int_equal(in(1, COUNT), 0x00); /* no signature */
    assert_int_equal(in(1, LOW), 0x3F);
    reset_by_host(1);
    assert_int_equal(in(1, COUNT), 0x01);
    assert_int_equal(in(1, LOW), 0x01);
}

static void a_busy_disk_still_lets_the_other_one_be_selected(void **state)
{
    (void)state;
    must("attach pm disk");
    must("attach ps drive");
    wait_ms(300); /* the drive is ready, the disk is not */
    out(0, DEVICE, SLAVE);
    assert_int_equal(in(0, STATUS), 0x50);
    assert_int_equal(bench_disk(bench, 0, 0)->device & 0x10, 0x10);
    out(0, DEVICE, MASTER);
    assert_int_equal(in(0, STATUS), 0x80);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    static const struct CMUnitTest tests[] = {
        TEST(commands_for_later_come_at_their_time),
        TEST(commands_for_later_can_be_scripted_in_one_go),
        TEST(commands_for_later_that_fail_are_remembered),
        TEST(contacts_bounce_for_a_time),
        TEST(a_plug_bounces_when_it_goes_in),
        TEST(writes_through_bouncing_contacts_go_wrong),
        TEST(a_drive_is_moved_to_the_other_cable),
        TEST(two_masters_fight),
        TEST(two_slaves_leave_the_master_empty),
        TEST(a_slave_plugged_late_is_talked_over),
        TEST(a_dead_master_does_not_talk_over_a_late_slave),
        TEST(a_slave_that_gets_power_soon_after_the_master_is_seen),
        TEST(a_plug_the_wrong_way_round),
        TEST(a_host_that_floats_its_pins),
        TEST(an_empty_cable_may_echo_or_be_noisy),
        TEST(a_drive_may_show_more_than_bsy_while_it_starts),
        TEST(personality_hangs),
        TEST(personality_silent),
        TEST(personality_garbage),
        TEST(personality_wrong),
        TEST(a_window_of_nothing_leaves_the_eject_button),
        TEST(personality_boot),
        TEST(personality_answers_for_master),
        TEST(personality_blinker),
        TEST(firmware_by_its_name),
        TEST(serial_numbers),
        TEST(a_busy_disk_takes_nothing),
        TEST(a_disk_that_hangs),
        TEST(a_disk_that_was_in_use),
        TEST(a_busy_disk_still_lets_the_other_one_be_selected),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
