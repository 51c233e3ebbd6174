/* The simulated drive: power-on, firmware that runs from the flash, vendor mode step by step,
 * packets, faults. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/drive/drive.h"

enum { DATA, ERROR, COUNT, LOW, MID, HIGH, DEVICE, STATUS, CONTROL };
enum { MS = 1000, SELECT = 0xA0 };

static struct drive *drive;
static uint64_t now;
static uint8_t image[0x100000];

/* ---- helpers --------------------------------------------------------------------------------- */

static void build(const char *chip, uint8_t engine)
{
    struct sim_drive_setup setup;

    sim_drive_setup_default(&setup);
    setup.chip = sim_chip_find(chip);
    setup.engine = engine;
    drive = sim_drive_new(&setup, "test", 42, NULL, NULL);
    assert_non_null(drive);
    now = 1000;
}

/* Puts a synthetic firmware into the flash. */
static void flash_firmware(enum sim_firmware_damage damage)
{
    struct sim_firmware_recipe recipe;
    const struct sim_chip_type *type = drive->chip->type;

    sim_firmware_recipe(&recipe, type->size);
    recipe.bank_size = type->bank_size;
    recipe.damage = damage;
    recipe.vendor = "SYNTH";
    recipe.product = "TEST DRIVE";
    recipe.revision = "1.23";
    assert_true(sim_firmware_make(&recipe, image, sizeof image) != 0);
    memcpy(drive->chip->cells, image, type->size);
}

static uint8_t in(unsigned reg)
{
    now++;
    return (uint8_t)sim_drive_read(drive, now, reg);
}

static uint16_t in16(void)
{
    now++;
    return sim_drive_read(drive, now, DATA);
}

static void out(unsigned reg, uint16_t value)
{
    now++;
    sim_drive_write(drive, now, reg, value, true);
}

static void power(bool on)
{
    sim_drive_power(drive, now, on);
}

static int teardown(void **state)
{
    (void)state;
    sim_drive_free(drive);
    drive = NULL;
    return 0;
}

/* The legacy intro; returns the status. */
static uint8_t intro(void)
{
    out(DEVICE, SELECT);
    out(LOW, 0x2A);
    out(STATUS, 0x80);
    now += 2 * MS;
    out(DEVICE, SELECT);
    return in(STATUS);
}

static void vendor_wait(void)
{
    for (unsigned i = 0; i < 100000 && in(STATUS) != drive->setup.engine; i++) {
    }
    assert_int_equal(in(STATUS), drive->setup.engine);
}

static uint8_t flash_read(uint32_t address)
{
    out(DEVICE, SELECT);
    out(MID, address & 0xFF);
    out(HIGH, address >> 8 & 0xFF);
    out(DEVICE, (uint16_t)(SELECT | address >> 16));
    out(STATUS, 0x00);
    out(DEVICE, SELECT);
    vendor_wait();
    return in(LOW);
}

static void flash_write(uint32_t address, uint8_t data)
{
    out(DEVICE, SELECT);
    out(MID, address & 0xFF);
    out(HIGH, address >> 8 & 0xFF);
    out(DEVICE, (uint16_t)(SELECT | address >> 16));
    out(LOW, data);
    out(STATUS, 0x01);
    out(DEVICE, SELECT);
    vendor_wait();
}

static void flash_command(uint8_t command)
{
    flash_write(0x5555, 0xAA);
    flash_write(0x2AAA, 0x55);
    flash_write(0x5555, command);
}

/* Primitives of the SPI modes: 16-bit address. */
static void buffer_write(uint16_t address, uint8_t data)
{
    out(DEVICE, SELECT);
    out(MID, address & 0xFF);
    out(HIGH, address >> 8);
    out(LOW, data);
    out(STATUS, 0x01);
    out(DEVICE, SELECT);
    vendor_wait();
}

static uint8_t buffer_read(uint16_t address)
{
    out(DEVICE, SELECT);
    out(MID, address & 0xFF);
    out(HIGH, address >> 8);
    out(STATUS, 0x00);
    out(DEVICE, SELECT);
    vendor_wait();
    return in(LOW);
}

static void transfer(uint8_t f, uint8_t c, uint8_t l, uint8_t h)
{
    out(DEVICE, SELECT);
    out(ERROR, f);
    out(COUNT, c);
    out(LOW, 0);
    out(MID, l);
    out(HIGH, h);
    out(STATUS, 0x04);
    out(DEVICE, SELECT);
    vendor_wait();
    out(DEVICE, SELECT);
    out(STATUS, 0x05);
    vendor_wait();
}

/* A lone opcode through engine 72 or 73. */
static void spi_opcode(uint8_t opcode)
{
    bool a = drive->setup.engine == 0x72;

    buffer_write(a ? 0x8800 : 0x0000, opcode);
    transfer(a ? 1 : 0, a ? 0 : 1, 0, 0);
}

static uint8_t spi_status(void)
{
    bool a = drive->setup.engine == 0x72;

    buffer_write(a ? 0x8800 : 0x0000, 0x05);
    transfer(a ? 1 : 0, a ? 0 : 1, a ? 1 : 0, a ? 0 : 1);
    return buffer_read(0x0001);
}

/* Waits while BSY; returns the status. */
static uint8_t not_busy(void)
{
    for (unsigned i = 0; i < 100000; i++) {
        uint8_t status = in(STATUS);

        if ((status & 0x80) == 0) {
            return status;
        }
    }
    return 0x80;
}

/* Sends a packet; `limit` is the byte count the host offers. Returns the status before the data
 * phase. */
static uint8_t packet(const uint8_t bytes[12], uint16_t limit)
{
    out(DEVICE, SELECT);
    out(ERROR, 0);
    out(MID, limit & 0xFF);
    out(HIGH, limit >> 8);
    out(STATUS, 0xA0);
    assert_int_equal(not_busy(), 0x58);
    assert_int_equal(in(COUNT)&3, 1);
    for (unsigned i = 0; i < 12; i += 2) {
        out(DATA, (uint16_t)(bytes[i] | bytes[i + 1] << 8));
    }
    return not_busy();
}

static uint32_t bursts;

/* Packet with data to the host; returns the bytes received. The status at the end is in *status. */
static size_t packet_in(const uint8_t bytes[12], uint16_t limit, uint8_t *data, size_t size,
                        uint8_t *status)
{
    size_t got = 0;

    bursts = 0;
    *status = packet(bytes, limit);
    while ((*status & 0x08) != 0) {
        size_t burst = (size_t)in(MID) | (size_t)in(HIGH) << 8;

        assert_int_equal(in(COUNT)&3, 2);
        assert_true(burst != 0 && burst <= limit);
        bursts++;
        for (size_t i = 0; i < burst; i += 2) {
            uint16_t word = in16();

            assert_true(got < size);
            data[got++] = (uint8_t)word;
            if (i + 1 < burst) {
                assert_true(got < size);
                data[got++] = (uint8_t)(word >> 8);
            }
        }
        *status = not_busy();
    }
    assert_int_equal(in(COUNT)&3, 3);
    return got;
}

static void request_sense(uint8_t sense[3])
{
    static const uint8_t bytes[12] = {0x03, 0, 0, 0, 18};
    uint8_t data[18], status;

    assert_int_equal(packet_in(bytes, 18, data, sizeof data, &status), 18);
    assert_int_equal(status, 0x50);
    assert_int_equal(data[0], 0x70);
    sense[0] = data[2];
    sense[1] = data[12];
    sense[2] = data[13];
}

static void assert_sense(uint8_t key, uint8_t asc, uint8_t ascq)
{
    uint8_t sense[3];

    request_sense(sense);
    assert_int_equal(sense[0], key);
    assert_int_equal(sense[1], asc);
    assert_int_equal(sense[2], ascq);
}

static uint8_t test_unit_ready(void)
{
    static const uint8_t bytes[12] = {0x00};

    return packet(bytes, 0);
}

static const uint8_t inquiry_packet[12] = {0x12, 0, 0, 0, 96};

/* INQUIRY's vendor, product and revision begin with `text`. */
static void assert_inquiry(const char *text)
{
    uint8_t data[96], status;

    assert_int_equal(packet_in(inquiry_packet, 0xFFFE, data, sizeof data, &status), 96);
    assert_int_equal(status, 0x50);
    assert_memory_equal(data + 8, text, strlen(text));
}

/* A drive with whole firmware that is up. */
static void start_healthy(const char *chip, uint8_t engine)
{
    build(chip, engine);
    flash_firmware(SIM_DAMAGE_NONE);
    power(true);
    now += 1000 * MS;
}

/* ---- power-on -------------------------------------------------------------------------------- */

static void power_on_takes_window_and_start(void **state)
{
    (void)state;
    build("SST39SF020A", 0x70);
    flash_firmware(SIM_DAMAGE_NONE);
    power(true);
    assert_int_equal(in(STATUS), 0x80);
    now = 1000 + 149 * MS;
    assert_int_equal(in(STATUS), 0x80);
    assert_true(drive->gate);
    now = 1000 + 150 * MS;
    assert_int_equal(in(STATUS), 0x80);
    assert_false(drive->gate);
    now = 1000 + 449 * MS;
    assert_int_equal(in(STATUS), 0x80);
    now = 1000 + 450 * MS;
    assert_int_equal(in(STATUS), 0x00); /* packet device after reset */
    assert_int_equal(in(COUNT), 0x01);
    assert_int_equal(in(LOW), 0x01);
    assert_int_equal(in(MID), 0x14);
    assert_int_equal(in(HIGH), 0xEB);
    assert_int_equal(drive->led, SIM_LED_OFF);
}

static void whole_firmware_answers_with_its_identity(void **state)
{
    uint8_t words[512];

    (void)state;
    start_healthy("SST39SF020A", 0x70);
    assert_inquiry("SYNTH   TEST DRIVE      1.23");
    out(STATUS, 0xA1);
    assert_int_equal(not_busy(), 0x58);
    for (unsigned i = 0; i < 512; i += 2) {
        uint16_t word = in16();

        words[i] = (uint8_t)(word >> 8); /* strings have the first character high */
        words[i + 1] = (uint8_t)word;
    }
    assert_int_equal(in(STATUS), 0x50);
    assert_int_equal(words[0], 0x85);
    assert_int_equal(words[1], 0xC0);
    assert_memory_equal(words + 46, "1.23    ", 8);
    assert_memory_equal(words + 54, "SYNTH   TEST DRIVE                      ", 40);
    out(STATUS, 0xEC);
    assert_int_equal(not_busy(), 0x51);
    assert_int_equal(in(ERROR), 0x04);
    assert_int_equal(in(MID), 0x14);
    assert_int_equal(in(HIGH), 0xEB);
}

static void running_firmware_refuses_the_intro(void **state)
{
    (void)state;
    start_healthy("SST39SF020A", 0x70);
    assert_int_equal(intro(), 0x51);
    assert_int_equal(drive->phase, SIM_PHASE_READY);
    assert_int_equal(drive->intros, 0);
}

static void erased_flash_leaves_the_gate_open_for_ever(void **state)
{
    (void)state;
    build("SST39SF020A", 0x70);
    power(true);
    now += 3600 * 1000ull * MS;
    assert_int_equal(in(STATUS), 0x50);
    out(MID, 0x55);
    out(HIGH, 0xAA);
    assert_int_equal(in(MID), 0x55); /* registers echo */
    assert_int_equal(in(HIGH), 0xAA);
    out(STATUS, 0xA1);
    now += 10000 * MS;
    assert_int_equal(in(STATUS), 0x50); /* no identity */
    assert_int_equal(intro(), 0x70);
}

static void crashed_firmware_hangs_with_the_gate_closed(void **state)
{
    (void)state;
    build("SST39SF020A", 0x70);
    flash_firmware(SIM_DAMAGE_CONTENT);
    power(true);
    now += 60000 * MS;
    assert_int_equal(in(STATUS), 0x80);
    assert_int_equal(in(MID), 0x80);
    assert_int_equal(intro(), 0x80);
    assert_int_equal(drive->intros, 0);
}

static void crashed_firmware_with_open_gate_is_entered_while_busy(void **state)
{
    struct sim_drive_setup setup;

    (void)state;
    sim_drive_setup_default(&setup);
    setup.crash_gate_open = true;
    drive = sim_drive_new(&setup, "test", 1, NULL, NULL);
    assert_non_null(drive);
    flash_firmware(SIM_DAMAGE_CONTENT);
    power(true);
    now += 60000 * MS;
    assert_int_equal(in(STATUS), 0x80);
    assert_int_equal(intro(), 0x70);
}

static void eject_at_power_on_keeps_the_gate_open(void **state)
{
    static const enum sim_firmware_damage contents[] = {SIM_DAMAGE_NONE, SIM_DAMAGE_CONTENT,
                                                        SIM_DAMAGE_ALL_FF};

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        build("SST39SF020A", 0x70);
        flash_firmware(contents[i]);
        drive->eject_held = true;
        power(true);
        now += 2000 * MS;
        assert_int_equal(in(STATUS), i == 0 ? 0x00 : (i == 1 ? 0x80 : 0x50));
        drive->eject_held = false;
        assert_int_equal(intro(), 0x70);
        sim_drive_free(drive);
        drive = NULL;
    }
}

static void eject_pressed_after_the_firmware_started_is_too_late(void **state)
{
    (void)state;
    build("SST39SF020A", 0x70);
    flash_firmware(SIM_DAMAGE_CONTENT);
    power(true);
    now += 151 * MS;
    sim_drive_settle(drive, now);
    drive->eject_held = true;
    assert_int_equal(intro(), 0x80);
}

static void intro_in_the_window_catches_any_drive(void **state)
{
    (void)state;
    build("SST39SF020A", 0x70);
    flash_firmware(SIM_DAMAGE_NONE);
    power(true);
    now += 147 * MS;
    assert_int_equal(in(STATUS), 0x80);
    assert_int_equal(intro(), 0x70);
    now += 10000 * MS; /* the processor is stopped */
    assert_int_equal(in(STATUS), 0x70);
    power(false);
    power(true);
    now += 151 * MS;
    assert_int_equal(intro(), 0x80);
    assert_int_equal(drive->phase, SIM_PHASE_LOADING);
}

static void window_opens_again_at_every_power_on(void **state)
{
    (void)state;
    build("SST39SF020A", 0x70);
    flash_firmware(SIM_DAMAGE_CONTENT);
    for (unsigned i = 0; i < 3; i++) {
        power(true);
        now += 50 * MS;
        sim_drive_settle(drive, now);
        assert_true(drive->gate);
        now += 200 * MS;
        sim_drive_settle(drive, now);
        assert_false(drive->gate);
        power(false);
        now += 1000 * MS;
    }
}

static void dead_faces(void **state)
{
    static const struct {
        enum sim_face face;
        uint8_t status;
        bool echo;
    } cases[] = {{SIM_FACE_SILENT, 0x50, true},
                 {SIM_FACE_ABORT, 0x50, true},
                 {SIM_FACE_HANG, 0x80, false},
                 {SIM_FACE_ZERO, 0x00, false}};

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        struct sim_drive_setup setup;

        sim_drive_setup_default(&setup);
        setup.face = cases[i].face;
        drive = sim_drive_new(&setup, "test", 1, NULL, NULL);
        assert_non_null(drive);
        power(true);
        now += 1000 * MS;
        assert_int_equal(in(STATUS), cases[i].status);
        out(MID, 0x55);
        assert_int_equal(in(MID) == 0x55, cases[i].echo);
        out(STATUS, 0xA1);
        now += 100 * MS;
        assert_int_equal(in(STATUS), cases[i].face == SIM_FACE_ABORT ? 0x51 : cases[i].status);
        teardown(NULL);
    }
}

static void boot_code_answers_under_its_own_name(void **state)
{
    struct sim_drive_setup setup;
    uint8_t data[96], status;

    (void)state;
    sim_drive_setup_default(&setup);
    setup.crash = SIM_FACE_BOOT;
    setup.crash_gate_open = true;
    setup.boot_identity = "LITE-ON LTR-BOOT        0024";
    drive = sim_drive_new(&setup, "test", 1, NULL, NULL);
    assert_non_null(drive);
    flash_firmware(SIM_DAMAGE_HALF_ERASED);
    power(true);
    now += 1000 * MS;
    assert_int_equal(packet_in(inquiry_packet, 0xFFFE, data, sizeof data, &status), 36);
    assert_memory_equal(data + 8, "LITE-ON LTR-BOOT        0024", 28);
    static const uint8_t start_stop[12] = {0x1B, 0, 0, 0, 2};
    assert_int_equal(packet(start_stop, 0), 0x51);
    assert_sense(5, 0x20, 0x00);
    assert_int_equal(intro(), 0x70);
}

static void foreign_firmware_crashes(void **state)
{
    struct sim_drive_setup setup;

    (void)state;
    sim_drive_setup_default(&setup);
    setup.accepts = "OTHER";
    drive = sim_drive_new(&setup, "test", 1, NULL, NULL);
    assert_non_null(drive);
    flash_firmware(SIM_DAMAGE_NONE);
    power(true);
    now += 1000 * MS;
    assert_int_equal(in(STATUS), 0x80);
    assert_int_equal(drive->phase, SIM_PHASE_FACE);
}

static void assert_not_ready(uint8_t key, uint8_t asc, uint8_t ascq)
{
    assert_int_equal(test_unit_ready(), 0x51);
    assert_sense(key, asc, ascq);
}

/* A disc that has spun up, with everything reported that there is to report. */
static void use_disc(const uint8_t *bytes, size_t size)
{
    assert_true(sim_drive_insert(drive, now, bytes, size));
    now += 1000 * MS;
    assert_not_ready(6, 0x29, 0x00);
    assert_not_ready(6, 0x28, 0x00);
    assert_int_equal(test_unit_ready(), 0x50);
}

static void a_disc_becomes_ready(void **state)
{
    static const uint8_t disc[2048] = {1};
    static const uint8_t event[12] = {0x4A, 1, 0, 0, 0x10, 0, 0, 0, 8};
    uint8_t data[8], status;

    (void)state;
    start_healthy("SST39SF020A", 0x70);
    assert_not_ready(6, 0x29, 0x00);
    assert_not_ready(2, 0x3A, 0x01);
    sim_drive_tray(drive, now, true);
    assert_not_ready(2, 0x3A, 0x02);
    assert_true(sim_drive_insert(drive, now, disc, sizeof disc));
    assert_not_ready(2, 0x04, 0x01);
    assert_int_equal(packet_in(event, 8, data, sizeof data, &status), 8);
    assert_int_equal(data[5], 0x00); /* neither open nor a disc yet */
    now += 1000 * MS;
    assert_not_ready(6, 0x28, 0x00);
    assert_int_equal(test_unit_ready(), 0x50);
    assert_int_equal(packet_in(event, 8, data, sizeof data, &status), 8);
    assert_int_equal(data[5], 0x02);
    sim_drive_tray(drive, now, true);
    assert_not_ready(2, 0x3A, 0x02);
    sim_drive_tray(drive, now, false); /* the same disc again */
    assert_not_ready(2, 0x04, 0x01);
    now += 1000 * MS;
    assert_not_ready(6, 0x28, 0x00);
    sim_drive_remove_disc(drive);
    assert_not_ready(2, 0x3A, 0x01);
}

static void bad_eeprom_blinks_and_sees_no_disc(void **state)
{
    static const uint8_t disc[2048] = {1};

    (void)state;
    build("SST39SF020A", 0x70);
    flash_firmware(SIM_DAMAGE_NONE);
    drive->eeprom[17] ^= 1;
    assert_true(sim_drive_insert(drive, now, disc, sizeof disc));
    power(true);
    now += 1000 * MS;
    assert_inquiry("SYNTH   TEST DRIVE      1.23");
    assert_int_equal(drive->led, SIM_LED_BLINK);
    assert_not_ready(6, 0x29, 0x00);
    assert_not_ready(2, 0x04, 0x01); /* it tries */
    now += 1000 * MS;
    for (unsigned i = 0; i < 3; i++) {
        assert_not_ready(2, 0x3A, 0x01); /* and finds nothing */
    }
}

/* ---- vendor mode ----------------------------------------------------------------------------- */

static void intro_needs_its_parameter(void **state)
{
    (void)state;
    build("SST39SF020A", 0x70);
    power(true);
    now += 1000 * MS;
    for (unsigned key = 0; key < 256; key++) {
        if (key != 0x2A && key != 0x2E) {
            out(LOW, (uint16_t)key);
            out(STATUS, 0x80);
            now += 2 * MS;
            assert_int_equal(in(STATUS), 0x50);
        }
    }
    assert_int_equal(drive->intros, 0);
    out(LOW, 0x2A);
    out(STATUS, 0x80);
    assert_int_equal(in(STATUS), 0x80); /* not at once */
    now += 2 * MS;
    assert_int_equal(in(STATUS), 0x70);
    assert_int_equal(in(CONTROL), 0x70);
}

static void parameter_2e_erases_the_chip(void **state)
{
    (void)state;
    build("SST39SF020A", 0x70);
    flash_firmware(SIM_DAMAGE_CONTENT);
    power(true);
    now += 1000 * MS;
    out(LOW, 0x2E);
    out(STATUS, 0x80);
    now += 1000 * MS;
    assert_int_equal(drive->destroyed, 1);
    for (uint32_t i = 0; i < drive->chip->type->size; i++) {
        assert_int_equal(drive->chip->cells[i], 0xFF);
    }
}

static void parallel_read_uses_the_bank_nibble(void **state)
{
    (void)state;
    build("SST39VF080", 0x70);
    for (uint32_t bank = 0; bank < 16; bank++) {
        drive->chip->cells[bank * 0x10000 + 0x1234] = (uint8_t)(0x30 + bank);
    }
    power(true);
    now += 1000 * MS;
    assert_int_equal(intro(), 0x70);
    for (uint32_t bank = 0; bank < 16; bank++) {
        assert_int_equal(flash_read(bank * 0x10000 + 0x1234), 0x30 + bank);
    }
}

static void parallel_id_program_and_erase(void **state)
{
    (void)state;
    build("SST39SF020A", 0x70);
    drive->chip->cells[0x20010] = 0x00;
    power(true);
    now += 1000 * MS;
    intro();
    flash_command(0x90);
    assert_int_equal(flash_read(0), 0xBF);
    assert_int_equal(flash_read(1), 0xB6);
    flash_command(0xF0);
    flash_command(0x80);
    flash_write(0x5555, 0xAA);
    flash_write(0x2AAA, 0x55);
    flash_write(0x20000, 0x30);
    assert_int_equal(flash_read(0x20010) & 0x80, 0);
    now += 18 * MS;
    assert_int_equal(flash_read(0x20010), 0xFF);
    flash_command(0xA0);
    flash_write(0x20010, 0x5C);
    now += 14;
    assert_int_equal(flash_read(0x20010), 0x5C);
    assert_int_equal(drive->chip->cells[0x20010], 0x5C);
}

static void data_byte_is_not_there_before_the_status(void **state)
{
    struct sim_drive_setup setup;

    (void)state;
    sim_drive_setup_default(&setup);
    setup.vendor_us = 50;
    drive = sim_drive_new(&setup, "test", 1, NULL, NULL);
    assert_non_null(drive);
    drive->chip->cells[0] = 0x77;
    power(true);
    now += 1000 * MS;
    intro();
    out(MID, 0);
    out(HIGH, 0);
    out(STATUS, 0x00);
    assert_int_equal(in(STATUS), 0xF0);
    assert_int_not_equal(in(LOW), 0x77);
    out(MID, 1); /* ignored while busy */
    out(STATUS, 0x00);
    now += 50;
    assert_int_equal(in(STATUS), 0x70);
    assert_int_equal(in(LOW), 0x77);
    assert_int_equal(in(MID), 0);
}

static void rems_on_engine(uint8_t engine, uint16_t buffer, const uint8_t fclh[4])
{
    build("MX25L2005", engine);
    power(true);
    now += 1000 * MS;
    assert_int_equal(intro(), engine);
    for (uint16_t i = 0; i < 4; i++) {
        buffer_write((uint16_t)(buffer + i), i == 0 ? 0x90 : 0x00);
    }
    transfer(fclh[0], fclh[1], fclh[2], fclh[3]);
    assert_int_equal(buffer_read((uint16_t)(buffer + 4)), 0xC2);
    assert_int_equal(buffer_read((uint16_t)(buffer + 5)), 0x11);
    teardown(NULL);
}

static void rems_through_both_engines(void **state)
{
    (void)state;
    rems_on_engine(0x72, 0x8800, (const uint8_t[]){0x04, 0x00, 0x02, 0x00});
    rems_on_engine(0x73, 0x0000, (const uint8_t[]){0x01, 0x00, 0x03, 0x00}); /* the odd ones */
    rems_on_engine(0x73, 0x0000, (const uint8_t[]){0x00, 0x04, 0x00, 0x02}); /* by the rule */
}

static void wrong_byte_order_does_not_work(void **state)
{
    (void)state;
    build("MX25L2005", 0x72);
    power(true);
    now += 1000 * MS;
    intro();
    for (uint16_t i = 0; i < 6; i++) {
        buffer_write((uint16_t)(0x8800 + i), i == 0 ? 0x90 : 0x00);
    }
    transfer(0x00, 0x04, 0x00, 0x02);
    assert_int_not_equal(buffer_read(0x8804), 0xC2);
}

static void serial_session_on_engine(uint8_t engine)
{
    bool a = engine == 0x72;
    uint16_t buffer = a ? 0x8800 : 0x0000;

    build("MX25L2005", engine);
    memset(drive->chip->cells + 0x12300, 0x11, 0x200);
    power(true);
    now += 1000 * MS;
    assert_int_equal(intro(), engine);
    assert_int_equal(spi_status(), 0x00);
    spi_opcode(0x06);
    assert_int_equal(spi_status(), 0x02);
    spi_opcode(0xC7);
    assert_int_equal(spi_status(), 0x01);
    now += 1800 * MS;
    assert_int_equal(spi_status(), 0x00);
    spi_opcode(0x06);
    buffer_write(buffer, 0x02);
    buffer_write((uint16_t)(buffer + 1), 0x01);
    buffer_write((uint16_t)(buffer + 2), 0x23);
    buffer_write((uint16_t)(buffer + 3), 0x00);
    for (uint16_t i = 0; i < 256; i++) {
        buffer_write((uint16_t)(buffer + 4 + i), (uint8_t)(i ^ 0x5A));
    }
    transfer(a ? 0x04 : 0x01, a ? 0x01 : 0x04, 0, 0);
    now += 1400;
    assert_int_equal(spi_status(), 0x00);
    buffer_write(buffer, 0x03);
    buffer_write((uint16_t)(buffer + 1), 0x01);
    buffer_write((uint16_t)(buffer + 2), 0x23);
    buffer_write((uint16_t)(buffer + 3), 0x00);
    transfer(a ? 0x04 : 0x00, a ? 0x00 : 0x04, a ? 0x00 : 0x01, a ? 0x01 : 0x00);
    for (uint16_t i = 0; i < 256; i++) {
        assert_int_equal(buffer_read((uint16_t)(buffer + 4 + i)), (uint8_t)(i ^ 0x5A));
        assert_int_equal(drive->chip->cells[0x12300 + i], (uint8_t)(i ^ 0x5A));
    }
    assert_int_equal(drive->chip->cells[0x12400], 0xFF);
    teardown(NULL);
}

static void serial_session_through_both_engines(void **state)
{
    (void)state;
    serial_session_on_engine(0x72);
    serial_session_on_engine(0x73);
}

static void transfer_needs_both_commands(void **state)
{
    (void)state;
    build("MX25L2005", 0x72);
    power(true);
    now += 1000 * MS;
    intro();
    buffer_write(0x8800, 0x06);
    out(ERROR, 1);
    out(COUNT, 0);
    out(MID, 0);
    out(HIGH, 0);
    out(STATUS, 0x04);
    vendor_wait();
    assert_false(drive->chip->write_enabled);
    out(STATUS, 0x05);
    vendor_wait();
    assert_true(drive->chip->write_enabled);
    drive->chip->write_enabled = false;
    out(STATUS, 0x05);
    vendor_wait();
    assert_false(drive->chip->write_enabled);
}

static void oversized_transfers_are_ignored(void **state)
{
    (void)state;
    build("MX25L2005", 0x72);
    power(true);
    now += 1000 * MS;
    intro();
    buffer_write(0x8800, 0x06);
    transfer(0xFF, 0xFF, 0xFF, 0xFF);
    transfer(0x01, 0x00, 0x00, 0x04);
    assert_false(drive->chip->write_enabled);
    assert_int_equal(buffer_read(0x1234), 0x00); /* nothing behind the buffer */
}

static void outro_and_reset_restart_the_firmware(void **state)
{
    (void)state;
    build("SST39SF020A", 0x70);
    power(true);
    now += 1000 * MS;
    assert_int_equal(intro(), 0x70);
    flash_firmware(SIM_DAMAGE_NONE);
    out(DEVICE, SELECT);
    out(STATUS, 0x81);
    now += 5;
    assert_int_equal(in(STATUS), 0x50);
    now += 10000 * MS;
    assert_int_equal(drive->phase, SIM_PHASE_LEFT); /* the processor still stands */
    out(DEVICE, SELECT);
    out(STATUS, 0x08);
    assert_int_equal(in(STATUS), 0x80);
    now += (350 + 1500) * MS;
    assert_inquiry("SYNTH   TEST DRIVE      1.23");
    assert_int_equal(intro(), 0x51);
}

static void bus_resets_end_vendor_mode(void **state)
{
    (void)state;
    build("SST39SF020A", 0x70);
    flash_firmware(SIM_DAMAGE_NONE);
    power(true);
    now += MS;
    assert_int_equal(intro(), 0x70);
    out(CONTROL, 0x0C);
    out(CONTROL, 0x08);
    now += 1000 * MS;
    assert_inquiry("SYNTH   TEST DRIVE      1.23");
    power(false);
    power(true);
    now += MS;
    assert_int_equal(intro(), 0x70);
    sim_drive_hard_reset(drive, now);
    now += 1000 * MS;
    assert_inquiry("SYNTH   TEST DRIVE      1.23");
}

static void half_written_firmware_does_not_run(void **state)
{
    (void)state;
    build("SST39SF020A", 0x70);
    flash_firmware(SIM_DAMAGE_NONE);
    memset(drive->chip->cells, 0xFF, 256); /* bank start page not yet written: stays open */
    power(true);
    now += 1000 * MS;
    assert_int_equal(in(STATUS), 0x50);
    assert_int_equal(intro(), 0x70);
    power(false);
    memcpy(drive->chip->cells, image, 256);
    drive->chip->cells[0x30000] = 0xFF; /* written in the wrong order: the worst case */
    power(true);
    now += 1000 * MS;
    assert_int_equal(intro(), 0x80);
}

static void vendor_mode_faults(void **state)
{
    char *gate[2] = {"status=0x80", "gate=0"};

    (void)state;
    build("MX25L2005", 0x72);
    assert_true(sim_fault_set_by_name(&drive->faults, "intro_f2", NULL, 0));
    power(true);
    now += 1000 * MS;
    assert_int_equal(intro(), 0xF2);
    assert_int_equal(intro(), 0xF2); /* helps only after the outro */
    out(STATUS, 0x81);
    now += 10;
    assert_int_equal(intro(), 0x72);

    assert_true(sim_fault_set_by_name(&drive->faults, "vendor_mode_lost=10", NULL, 0));
    for (unsigned i = 0; i < 11; i++) {
        out(STATUS, 0x00);
        now += 2;
        assert_int_equal(in(STATUS), i < 10 ? 0x72 : 0x51);
    }
    assert_int_equal(intro(), 0x72);
    assert_true(sim_fault_set_by_name(&drive->faults, "vendor_mode_lost=0", gate, 2));
    out(STATUS, 0x00);
    now += 2;
    assert_int_equal(in(STATUS), 0x80);
    assert_int_equal(intro(), 0x80);

    power(false);
    power(true);
    now += 1000 * MS;
    assert_true(sim_fault_set_by_name(&drive->faults, "intro_ignored=2", NULL, 0));
    assert_int_equal(intro(), 0x50);
    assert_int_equal(intro(), 0x50);
    assert_int_equal(intro(), 0x72);
    out(STATUS, 0x81);
    now += 10;
    assert_true(sim_fault_set_by_name(&drive->faults, "intro_52", NULL, 0));
    assert_int_equal(intro(), 0x52);
}

static uint8_t read_manufacturer(void)
{
    uint8_t id;

    flash_command(0x90);
    id = flash_read(0);
    flash_command(0xF0);
    return id;
}

static void flash_id_faults(void **state)
{
    (void)state;
    build("SST39SF020A", 0x70);
    assert_true(sim_fault_set_by_name(&drive->faults, "id_late=500", NULL, 0));
    power(true);
    now += 1000 * MS;
    intro();
    assert_int_equal(read_manufacturer(), 0x00);
    now += 500 * MS;
    assert_int_equal(read_manufacturer(), 0xBF);
    sim_fault_clear(&drive->faults);
    assert_true(sim_fault_set_by_name(&drive->faults, "id_garbled", NULL, 0));
    out(STATUS, 0x81);
    now += 10;
    intro();
    assert_int_equal(read_manufacturer(), 0x02);
    intro(); /* helps only after the outro */
    assert_int_equal(read_manufacturer(), 0x02);
    out(STATUS, 0x81);
    now += 10;
    intro();
    assert_int_equal(read_manufacturer(), 0xBF);
}

static void address_registers_are_kept_unless_told_otherwise(void **state)
{
    (void)state;
    build("SST39SF020A", 0x70);
    drive->chip->cells[0] = 0x11;
    drive->chip->cells[0x1234] = 0x22;
    power(true);
    now += 1000 * MS;
    intro();
    for (unsigned broken = 0; broken < 2; broken++) {
        assert_int_equal(flash_read(0x1234), 0x22);
        out(STATUS, 0x00); /* the same address again, nothing else written */
        vendor_wait();
        assert_int_equal(in(LOW), broken == 0 ? 0x22 : 0x11);
        assert_true(sim_fault_set_by_name(&drive->faults, "address_lost", NULL, 0));
    }
}

/* ---- a rescue by hand, for every chip -------------------------------------------------------- */

static void rescue_parallel(const struct sim_chip_type *type)
{
    flash_command(0x80);
    flash_write(0x5555, 0xAA);
    flash_write(0x2AAA, 0x55);
    flash_write(0x5555, 0x10);
    now += 20000 * MS;
    for (uint32_t page = 0; page < type->size; page += type->page_size) {
        bool blank = true;

        for (uint32_t i = page; i < page + type->page_size; i++) {
            blank = blank && image[i] == 0xFF;
        }
        if (blank) {
            continue;
        }
        flash_command(0xA0);
        for (uint32_t i = page; i < page + type->page_size; i++) {
            flash_write(i, image[i]);
        }
        now += type->window_us + type->program_us;
    }
}

static void spi_wait(void)
{
    for (unsigned i = 0; i < 100000 && (spi_status() & 1) != 0; i++) {
        now += MS;
    }
    assert_int_equal(spi_status() & 1, 0);
}

/* Sends up to 260 bytes with nothing to receive. */
static void spi_send(const uint8_t *bytes, uint16_t count)
{
    bool a = drive->setup.engine == 0x72;
    uint8_t low = count & 0xFF, high = (uint8_t)(count >> 8);

    for (uint16_t i = 0; i < count; i++) {
        buffer_write((uint16_t)((a ? 0x8800 : 0x0000) + i), bytes[i]);
    }
    transfer(a ? low : high, a ? high : low, 0, 0);
}

static void rescue_serial(const struct sim_chip_type *type)
{
    uint8_t whole = 0;

    for (unsigned i = 0; i < SIM_CHIP_ERASES; i++) {
        whole = type->erases[i].size == 0 && whole == 0 ? type->erases[i].opcode : whole;
    }
    spi_opcode(type->status_volatile ? 0x50 : 0x06);
    spi_send((const uint8_t[]){0x01, 0x00}, 2);
    spi_wait();
    spi_opcode(0x06);
    spi_opcode(whole);
    spi_wait();
    for (uint32_t page = 0; page < type->size; page += type->page_size) {
        uint8_t bytes[4 + SIM_CHIP_PAGE_MAX] = {0x02, (uint8_t)(page >> 16), (uint8_t)(page >> 8),
                                                (uint8_t)page};
        bool blank = true;

        for (uint32_t i = 0; i < type->page_size; i++) {
            bytes[4 + i] = image[page + i];
            blank = blank && image[page + i] == 0xFF;
        }
        if (!blank) {
            spi_opcode(0x06);
            spi_send(bytes, (uint16_t)(4 + type->page_size));
            spi_wait();
        }
    }
}

static void rescue(const struct sim_chip_type *type, uint8_t engine)
{
    struct sim_firmware_recipe recipe;

    build(type->name, engine);
    memset(drive->chip->cells, 0x00, type->size);
    drive->chip->status |= 0x0C & type->status_write;
    power(true);
    now += 1000 * MS;
    assert_int_equal(intro(), engine);
    sim_firmware_recipe(&recipe, type->size);
    recipe.bank_size = type->bank_size;
    recipe.sparse = true;
    assert_int_equal(sim_firmware_make(&recipe, image, sizeof image), type->size);
    if (engine == 0x70) {
        rescue_parallel(type);
    } else {
        rescue_serial(type);
    }
    sim_chip_settle(drive->chip, now);
    assert_memory_equal(drive->chip->cells, image, type->size);
    out(STATUS, 0x81);
    now += MS;
    out(STATUS, 0x08);
    now += 1850 * MS;
    assert_inquiry("ODDTEST ");
    teardown(NULL);
}

static void every_chip_can_be_rescued(void **state)
{
    size_t count = 0;
    const struct sim_chip_type *types = sim_chip_list(&count);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        if (types[i].bus == SIM_CHIP_PARALLEL) {
            rescue(&types[i], 0x70);
        } else {
            rescue(&types[i], 0x72);
            rescue(&types[i], 0x73);
        }
    }
}

/* ---- packets --------------------------------------------------------------------------------- */

static void unit_attention_comes_once(void **state)
{
    (void)state;
    start_healthy("SST39SF020A", 0x70);
    assert_inquiry("SYNTH   TEST DRIVE      1.23"); /* not for INQUIRY */
    assert_int_equal(test_unit_ready(), 0x51);
    assert_int_equal(in(ERROR) >> 4, 6);
    assert_sense(6, 0x29, 0x00);
    assert_int_equal(test_unit_ready(), 0x51);
    assert_sense(2, 0x3A, 0x01);
    assert_sense(0, 0, 0);
}

static void disc_can_be_read(void **state)
{
    static const uint8_t read_10[12] = {0x28, 0, 0, 0, 0, 1, 0, 0, 2};
    static const uint8_t beyond[12] = {0x28, 0, 0, 0, 0, 2, 0, 0, 2};
    static const uint8_t capacity[12] = {0x25};
    static uint8_t disc[3 * 2048], data[3 * 2048];
    uint8_t status;

    (void)state;
    for (size_t i = 0; i < sizeof disc; i++) {
        disc[i] = (uint8_t)(i * 7 + i / 2048);
    }
    start_healthy("SST39SF020A", 0x70);
    use_disc(disc, sizeof disc);
    assert_int_equal(test_unit_ready(), 0x50);
    assert_int_equal(packet_in(read_10, 2048, data, sizeof data, &status), 4096);
    assert_int_equal(bursts, 2);
    assert_memory_equal(data, disc + 2048, 4096);
    assert_int_equal(packet_in(capacity, 8, data, sizeof data, &status), 8);
    assert_memory_equal(data, "\0\0\0\2\0\0\10\0", 8);
    assert_int_equal(packet(beyond, 2048), 0x51);
    assert_sense(5, 0x21, 0x00);
}

static void data_out_reaches_the_drive(void **state)
{
    static const uint8_t write_buffer[12] = {0x3B, 0x0A, 0, 0, 0, 0, 0, 0, 100};
    static const uint8_t read_buffer[12] = {0x3C, 0x0A, 0, 0, 0, 0, 0, 0, 100};
    uint8_t data[100], status;

    (void)state;
    start_healthy("SST39SF020A", 0x70);
    test_unit_ready();
    status = packet(write_buffer, 40);
    size_t sent = 0;
    while ((status & 0x08) != 0) {
        size_t burst = in(MID);

        assert_int_equal(in(COUNT)&3, 0);
        for (size_t i = 0; i < burst; i += 2, sent += 2) {
            out(DATA, (uint16_t)(sent | (sent + 1) << 8));
        }
        status = not_busy();
    }
    assert_int_equal(status, 0x50);
    assert_int_equal(sent, 100);
    assert_int_equal(packet_in(read_buffer, 0xFFFE, data, sizeof data, &status), 100);
    for (unsigned i = 0; i < 100; i++) {
        assert_int_equal(data[i], i);
    }
}

static void vendor_packets_read_flash_and_eeprom(void **state)
{
    static const uint8_t eeprom[12] = {0xDF, 0x89, 0, 0, 0, 0, 0, 0x01, 0x80};
    static const uint8_t flash[12] = {0xDF, 0x83, 0, 0, 0xFF, 0, 2, 0x12, 0x80};
    static const uint8_t beyond[12] = {0xDF, 0x89, 0, 0, 0, 0, 0, 0x03, 0x81};
    uint8_t data[128], status;

    (void)state;
    start_healthy("SST39SF020A", 0x70);
    test_unit_ready();
    assert_int_equal(packet_in(eeprom, 128, data, sizeof data, &status), 128);
    assert_memory_equal(data, drive->eeprom + 0x180, 128);
    assert_int_equal(packet_in(flash, 128, data, sizeof data, &status), 128);
    assert_memory_equal(data, image + 0x21280, 128);
    assert_int_equal(packet(beyond, 128), 0x51);
    assert_sense(5, 0x24, 0x00);
}

static void unknown_packets_and_commands_are_refused(void **state)
{
    static const uint8_t mechanism_status[12] = {0xBD};

    (void)state;
    start_healthy("SST39SF020A", 0x70);
    test_unit_ready();
    assert_int_equal(packet(mechanism_status, 8), 0x51);
    assert_sense(5, 0x20, 0x00);
    out(STATUS, 0x25);
    assert_int_equal(not_busy(), 0x51);
    assert_int_equal(in(ERROR), 0x04);
    out(ERROR, 1); /* DMA */
    out(STATUS, 0xA0);
    assert_int_equal(not_busy(), 0x51);
}

static void what_operating_systems_ask(void **state)
{
    static const uint8_t toc[12] = {0x43, 0, 0, 0, 0, 0, 0, 0, 20};
    static const uint8_t configuration[12] = {0x46, 0, 0, 0, 0, 0, 0, 0, 8};
    static const uint8_t event[12] = {0x4A, 1, 0, 0, 0x10, 0, 0, 0, 8};
    static const uint8_t other_event[12] = {0x4A, 1, 0, 0, 0x04, 0, 0, 0, 8};
    static const uint8_t queued_event[12] = {0x4A, 0, 0, 0, 0x10, 0, 0, 0, 8};
    static const uint8_t capabilities[12] = {0x5A, 0, 0x2A, 0, 0, 0, 0, 0, 28};
    static const uint8_t other_page[12] = {0x5A, 0, 0x0E, 0, 0, 0, 0, 0, 28};
    static const uint8_t select[12] = {0x55, 0x10, 0, 0, 0, 0, 0, 0, 4};
    static const uint8_t lock[12] = {0x1E, 0, 0, 0, 1};
    static const uint8_t disc[2 * 2048] = {1};
    uint8_t data[64], status;

    (void)state;
    start_healthy("SST39SF020A", 0x70);
    use_disc(disc, sizeof disc);
    assert_int_equal(packet_in(toc, 64, data, sizeof data, &status), 20);
    assert_memory_equal(data, "\0\x12\1\1\0\x14\1", 7);
    assert_int_equal(data[14], 0xAA);
    assert_int_equal(data[19], 2); /* lead-out */
    assert_int_equal(packet_in(configuration, 64, data, sizeof data, &status), 8);
    assert_memory_equal(data, "\0\0\0\x10\0\0\0\x08", 8);
    assert_int_equal(packet_in(event, 64, data, sizeof data, &status), 8);
    assert_memory_equal(data, "\0\6\4\x10\0\2", 6);
    assert_int_equal(packet_in(other_event, 64, data, sizeof data, &status), 4);
    assert_int_equal(data[2], 0x80);
    assert_int_equal(packet(queued_event, 8), 0x51);
    assert_sense(5, 0x24, 0x00);
    assert_int_equal(packet_in(capabilities, 64, data, sizeof data, &status), 28);
    assert_int_equal(data[8], 0x2A);
    assert_int_equal(packet(other_page, 28), 0x51);
    assert_int_equal(packet(lock, 0), 0x50);
    assert_int_equal(packet(select, 64), 0x58);
    out(DATA, 0);
    out(DATA, 0);
    assert_int_equal(not_busy(), 0x50);
    assert_int_equal(packet(inquiry_packet, 0xFFFE), 0x58); /* a packet given up by a reset */
    out(STATUS, 0x08);
    now += 3 * MS;
    assert_inquiry("SYNTH   TEST DRIVE      1.23");
}

static void garbage_face_answers_with_ff(void **state)
{
    struct sim_drive_setup setup;
    uint8_t data[96], status;

    (void)state;
    sim_drive_setup_default(&setup);
    setup.crash = SIM_FACE_GARBAGE;
    drive = sim_drive_new(&setup, "test", 1, NULL, NULL);
    assert_non_null(drive);
    flash_firmware(SIM_DAMAGE_CONTENT);
    power(true);
    now += 1000 * MS;
    assert_int_equal(packet_in(inquiry_packet, 0xFFFE, data, sizeof data, &status), 96);
    for (unsigned i = 0; i < 96; i++) {
        assert_int_equal(data[i], 0xFF);
    }
    out(STATUS, 0xA1);
    assert_int_equal(not_busy(), 0x58);
    assert_int_equal(in16(), 0xFFFF);
}

static void boot_code_identifies_itself(void **state)
{
    struct sim_drive_setup setup;
    uint8_t text[48];

    (void)state;
    sim_drive_setup_default(&setup);
    setup.face = SIM_FACE_BOOT;
    setup.boot_identity = "HL-DT-STDVDRAM          BOOT";
    drive = sim_drive_new(&setup, "test", 1, NULL, NULL);
    assert_non_null(drive);
    power(true);
    now += 1000 * MS;
    out(STATUS, 0xA1);
    assert_int_equal(not_busy(), 0x58);
    for (unsigned i = 0; i < 256; i++) {
        uint16_t word = in16();

        if (i >= 23 && i < 47) {
            text[2 * (i - 23)] = (uint8_t)(word >> 8);
            text[2 * (i - 23) + 1] = (uint8_t)word;
        }
    }
    assert_memory_equal(text, "BOOT    HL-DT-STDVDRAM          ", 32);
}

static void tray_moves(void **state)
{
    static const uint8_t open[12] = {0x1B, 0, 0, 0, 2}, close[12] = {0x1B, 0, 0, 0, 3};

    (void)state;
    start_healthy("SST39SF020A", 0x70);
    test_unit_ready();
    assert_int_equal(packet(open, 0), 0x50);
    assert_true(drive->tray_open);
    assert_int_equal(test_unit_ready(), 0x51);
    assert_sense(2, 0x3A, 0x02);
    assert_int_equal(packet(close, 0), 0x50);
    assert_false(drive->tray_open);
}

static void resets_of_a_running_drive(void **state)
{
    (void)state;
    start_healthy("SST39SF020A", 0x70);
    out(CONTROL, 0x0C);
    now += 100 * MS;
    assert_int_equal(in(STATUS), 0x80); /* as long as SRST is set */
    out(CONTROL, 0x08);
    now += 3 * MS;
    assert_int_equal(in(STATUS), 0x00);
    assert_int_equal(in(MID), 0x14);
    out(STATUS, 0xA0); /* in the middle of a packet command */
    assert_int_equal(not_busy(), 0x58);
    out(STATUS, 0x08);
    now += 3 * MS;
    assert_int_equal(in(STATUS), 0x00);
    assert_int_equal(in(HIGH), 0xEB);
    out(STATUS, 0x90);
    now += 3 * MS;
    assert_int_equal(in(ERROR), 0x01);
    assert_inquiry("SYNTH   TEST DRIVE      1.23");
}

/* ---- faults of registers and packets --------------------------------------------------------- */

static void fault(const char *name)
{
    sim_fault_clear(&drive->faults);
    assert_true(sim_fault_set_by_name(&drive->faults, name, NULL, 0));
}

static void constant_registers(void **state)
{
    static const struct {
        const char *name;
        uint8_t value;
    } cases[] = {{"no_drive_00", 0x00}, {"no_drive_7f", 0x7F}, {"no_drive_ff", 0xFF}};

    (void)state;
    start_healthy("SST39SF020A", 0x70);
    for (unsigned i = 0; i < 3; i++) {
        fault(cases[i].name);
        out(MID, 0x55);
        for (unsigned reg = ERROR; reg <= CONTROL; reg++) {
            assert_int_equal(in(reg), cases[i].value);
        }
        assert_int_equal(in16(), cases[i].value * 0x101);
    }
}

static void busy_forever_and_hanging_reset(void **state)
{
    (void)state;
    start_healthy("SST39SF020A", 0x70);
    fault("bsy_forever");
    now += 60000 * MS;
    assert_int_equal(in(STATUS), 0x80);
    sim_fault_clear(&drive->faults);
    assert_int_equal(in(STATUS), 0x00);
    fault("reset_hangs");
    assert_inquiry("SYNTH   TEST DRIVE      1.23");
    out(STATUS, 0x08);
    now += 60000 * MS;
    assert_int_equal(in(STATUS), 0x80);
    power(false);
    sim_fault_clear(&drive->faults);
    power(true);
    now += 1000 * MS;
    assert_inquiry("SYNTH   TEST DRIVE      1.23");
}

static void drq_never_comes(void **state)
{
    (void)state;
    start_healthy("SST39SF020A", 0x70);
    fault("drq_never");
    out(STATUS, 0xA0);
    now += 10000 * MS;
    assert_int_equal(in(STATUS), 0x50);
    fault("drq_never=1");
    out(STATUS, 0xA0);
    now += 10000 * MS;
    assert_int_equal(in(STATUS), 0x80);
}

static void wrong_direction(void **state)
{
    (void)state;
    start_healthy("SST39SF020A", 0x70);
    fault("wrong_ireason_dir");
    assert_int_equal(packet(inquiry_packet, 0xFFFE), 0x58);
    assert_int_equal(in(COUNT)&3, 0);
}

static void burst_faults(void **state)
{
    (void)state;
    start_healthy("SST39SF020A", 0x70);
    fault("short_burst");
    assert_inquiry("SYNTH   TEST DRIVE      1.23");
    assert_int_equal(bursts, 12);
    fault("odd_byte_count");
    assert_inquiry("SYNTH   TEST DRIVE      1.23");
    assert_int_equal(bursts, 3);
}

static void identify_faults(void **state)
{
    (void)state;
    start_healthy("SST39SF020A", 0x70);
    fault("identify_aborted_but_packet_works");
    out(STATUS, 0xA1);
    assert_int_equal(not_busy(), 0x51);
    assert_inquiry("SYNTH   TEST DRIVE      1.23");
    fault("identify_garbage=0xFF");
    out(STATUS, 0xA1);
    assert_int_equal(not_busy(), 0x58);
    for (unsigned i = 0; i < 256; i++) {
        assert_int_equal(in16(), 0xFFFF);
    }
    assert_int_equal(in(STATUS), 0x50);
}

static void sense_faults(void **state)
{
    static const uint8_t disc[2048] = {1};

    (void)state;
    start_healthy("SST39SF020A", 0x70);
    use_disc(disc, sizeof disc);
    fault("unit_attention_first=2");
    for (unsigned i = 0; i < 2; i++) {
        assert_int_equal(test_unit_ready(), 0x51);
        assert_sense(6, 0x29, 0x00);
    }
    assert_int_equal(test_unit_ready(), 0x50);
    fault("not_ready_then_ready=3");
    for (unsigned i = 0; i < 3; i++) {
        assert_int_equal(test_unit_ready(), 0x51);
        assert_sense(2, 0x04, 0x01);
    }
    assert_int_equal(test_unit_ready(), 0x50);
    drive->tray_open = true;
    fault("sense_lost");
    assert_int_equal(test_unit_ready(), 0x51);
    assert_sense(0, 0, 0);
}

static void restart(void)
{
    power(false);
    power(true);
    now += 1000 * MS;
}

static void identity_faults(void **state)
{
    (void)state;
    start_healthy("SST39SF020A", 0x70);
    assert_inquiry("SYNTH   TEST DRIVE      1.23");
    fault("comes_back_as_other_model");
    restart();
    assert_inquiry("SYNTH   ANOTHER MODEL   1.23");
    fault("version_unchanged_after_ok");
    memcpy(&drive->chip->cells[0x40D4], "9.99", 4);
    sim_firmware_seal(drive->chip->cells, drive->chip->type->size, 0x10000);
    restart();
    assert_inquiry("SYNTH   TEST DRIVE      1.23");
    sim_fault_clear(&drive->faults);
    restart();
    assert_inquiry("SYNTH   TEST DRIVE      9.99");
}

static void version_is_old_also_for_a_drive_that_was_dead(void **state)
{
    (void)state;
    build("SST39SF020A", 0x70);
    power(true);
    now += 1000 * MS;
    flash_firmware(SIM_DAMAGE_NONE);
    fault("version_unchanged_after_ok");
    restart();
    assert_inquiry("SYNTH   TEST DRIVE      OLD0");
}

static void unselected_drive_keeps_quiet(void **state)
{
    (void)state;
    start_healthy("SST39SF020A", 0x70);
    sim_drive_write(drive, now, STATUS, 0xA1, false);
    now += 10 * MS;
    assert_int_equal(in(STATUS), 0x00);
    sim_drive_write(drive, now, MID, 0x5A, false);
    assert_int_equal(in(MID), 0x5A); /* but its registers take what is written */
}

#define TEST(name) cmocka_unit_test_teardown(name, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(power_on_takes_window_and_start),
        TEST(whole_firmware_answers_with_its_identity),
        TEST(running_firmware_refuses_the_intro),
        TEST(erased_flash_leaves_the_gate_open_for_ever),
        TEST(crashed_firmware_hangs_with_the_gate_closed),
        TEST(crashed_firmware_with_open_gate_is_entered_while_busy),
        TEST(eject_at_power_on_keeps_the_gate_open),
        TEST(eject_pressed_after_the_firmware_started_is_too_late),
        TEST(intro_in_the_window_catches_any_drive),
        TEST(window_opens_again_at_every_power_on),
        TEST(dead_faces),
        TEST(boot_code_answers_under_its_own_name),
        TEST(foreign_firmware_crashes),
        TEST(a_disc_becomes_ready),
        TEST(bad_eeprom_blinks_and_sees_no_disc),
        TEST(intro_needs_its_parameter),
        TEST(parameter_2e_erases_the_chip),
        TEST(parallel_read_uses_the_bank_nibble),
        TEST(parallel_id_program_and_erase),
        TEST(data_byte_is_not_there_before_the_status),
        TEST(rems_through_both_engines),
        TEST(wrong_byte_order_does_not_work),
        TEST(serial_session_through_both_engines),
        TEST(transfer_needs_both_commands),
        TEST(oversized_transfers_are_ignored),
        TEST(outro_and_reset_restart_the_firmware),
        TEST(bus_resets_end_vendor_mode),
        TEST(half_written_firmware_does_not_run),
        TEST(vendor_mode_faults),
        TEST(flash_id_faults),
        TEST(address_registers_are_kept_unless_told_otherwise),
        TEST(every_chip_can_be_rescued),
        TEST(unit_attention_comes_once),
        TEST(disc_can_be_read),
        TEST(data_out_reaches_the_drive),
        TEST(vendor_packets_read_flash_and_eeprom),
        TEST(unknown_packets_and_commands_are_refused),
        TEST(what_operating_systems_ask),
        TEST(garbage_face_answers_with_ff),
        TEST(boot_code_identifies_itself),
        TEST(tray_moves),
        TEST(resets_of_a_running_drive),
        TEST(constant_registers),
        TEST(busy_forever_and_hanging_reset),
        TEST(drq_never_comes),
        TEST(wrong_direction),
        TEST(burst_faults),
        TEST(identify_faults),
        TEST(sense_faults),
        TEST(identity_faults),
        TEST(version_is_old_also_for_a_drive_that_was_dead),
        TEST(unselected_drive_keeps_quiet),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
