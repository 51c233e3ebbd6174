/* The bench: cables with two positions, disks, the commands for a user's hands, power cuts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/drive/bench.h"
#include "tests/drive/disk.h"
#include "tests/drive/drive.h"

enum { DATA, ERROR, COUNT, LOW, MID, HIGH, DEVICE, STATUS, CONTROL };
enum { MS = 1000, MASTER = 0xA0, SLAVE = 0xB0 };

static struct bench *bench;
static char answer[4096];
static char folder[] = "/tmp/bench-test-XXXXXX";

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

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) != NULL ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

static bool command(const char *line)
{
    bool good = bench_command(bench, line, answer, sizeof answer);

    assert_int_equal(strncmp(answer, "error", 5) != 0, good);
    return good;
}

static void must(const char *line)
{
    if (!command(line)) {
        fail_msg("%s: %s", line, answer);
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
    out(channel, DEVICE, select);
    return in(channel, STATUS);
}

/* Synthetic firmware straight into the cells of the drive at a position. */
static void flash_firmware(unsigned channel, unsigned position)
{
    static uint8_t image[0x100000];
    struct sim_chip *chip = bench_drive(bench, channel, position)->chip;
    struct sim_firmware_recipe recipe;

    sim_firmware_recipe(&recipe, chip->type->size);
    assert_int_equal(sim_firmware_make(&recipe, image, sizeof image), chip->type->size);
    memcpy(chip->cells, image, chip->type->size);
}

/* ---- the cable ------------------------------------------------------------------------------- */

static void empty_cable_floats(void **state)
{
    (void)state;
    out(0, MID, 0x55);
    for (unsigned reg = ERROR; reg <= CONTROL; reg++) {
        assert_int_equal(in(0, reg), 0x7F);
    }
    assert_int_equal(bench_read(bench, 0, DATA), 0x7F7F);
    must("float 1 FF");
    assert_int_equal(in(1, STATUS), 0xFF);
    assert_int_equal(bench_read(bench, 1, DATA), 0xFFFF);
    assert_int_equal(in(0, STATUS), 0x7F);
}

static void lone_master_answers_for_the_absent_slave(void **state)
{
    (void)state;
    must("attach pm drive");
    wait_ms(1000);
    assert_int_equal(in(0, STATUS), 0x50);
    out(0, DEVICE, SLAVE);
    assert_int_equal(in(0, STATUS), 0x00);
    assert_int_equal(in(0, CONTROL), 0x00);
    out(0, MID, 0x5A);
    assert_int_equal(in(0, MID), 0x5A); /* its registers are there */
    out(0, LOW, 0x2A);
    out(0, STATUS, 0x80); /* but commands for the slave are not for it */
    wait_ms(10);
    out(0, DEVICE, MASTER);
    assert_int_equal(in(0, STATUS), 0x50);
    assert_int_equal(bench_drive(bench, 0, 0)->intros, 0);
}

static void nobody_answers_for_an_absent_master(void **state)
{
    (void)state;
    must("attach ss drive");
    wait_ms(1000);
    assert_int_equal(in(1, STATUS), 0x7F);
    out(1, DEVICE, SLAVE);
    assert_int_equal(in(1, STATUS), 0x50);
    out(1, DEVICE, MASTER);
    assert_int_equal(in(1, STATUS), 0x7F);
    must("fault ss slave_answers_for_master");
    assert_int_equal(in(1, STATUS), 0x50);
}

static void only_the_selected_drive_obeys(void **state)
{
    (void)state;
    must("attach pm drive chip=SST39SF020A");
    must("attach ps drive chip=MX25L2005");
    wait_ms(1000);
    assert_int_equal(intro(0, SLAVE), 0x72);
    assert_int_equal(bench_drive(bench, 0, 0)->phase, SIM_PHASE_FACE);
    assert_int_equal(bench_drive(bench, 0, 1)->phase, SIM_PHASE_VENDOR);
}

static void vendor_mode_disturbs_the_other_position(void **state)
{
    (void)state;
    must("attach pm drive");
    must("attach ps drive chip=MX25L2005");
    wait_ms(1000);
    assert_int_equal(intro(0, SLAVE), 0x72);
    out(0, DEVICE, MASTER);
    assert_int_equal(in(0, STATUS), 0x50 & 0x72);
}

static void greedy_drives_are_both_caught(void **state)
{
    (void)state;
    must("attach pm drive");
    must("attach ps drive");
    must("fault ps greedy");
    wait_ms(1000);
    intro(0, MASTER);
    assert_int_equal(bench_drive(bench, 0, 0)->phase, SIM_PHASE_VENDOR);
    assert_int_equal(bench_drive(bench, 0, 1)->phase, SIM_PHASE_VENDOR);
}

static void channels_are_separate(void **state)
{
    (void)state;
    must("attach pm drive");
    must("attach sm drive chip=MX25L2005");
    wait_ms(1000);
    assert_int_equal(intro(0, MASTER), 0x70);
    assert_int_equal(in(1, STATUS), 0x50);
    assert_int_equal(intro(1, MASTER), 0x72);
}

static void reset_line_reaches_every_device(void **state)
{
    (void)state;
    must("attach pm drive");
    must("attach sm disk");
    wait_ms(1000);
    assert_int_equal(intro(0, MASTER), 0x70);
    must("reset");
    assert_int_equal(in(0, STATUS), 0x80);
    assert_int_equal(in(1, STATUS), 0x80);
    wait_ms(1000);
    assert_int_equal(in(0, STATUS), 0x50);
    assert_int_equal(in(1, STATUS), 0x50);
}

/* ---- disks ----------------------------------------------------------------------------------- */

static void disk_identifies_and_keeps_data(void **state)
{
    uint16_t words[256];

    (void)state;
    must("attach pm disk model=A_DISK sectors=100");
    wait_ms(1000);
    assert_int_equal(in(0, MID), 0x00);
    assert_int_equal(in(0, HIGH), 0x00);
    out(0, STATUS, 0xA1);
    wait_ms(1);
    assert_int_equal(in(0, STATUS), 0x51);
    out(0, STATUS, 0xEC);
    wait_ms(1);
    assert_int_equal(in(0, STATUS), 0x58);
    for (unsigned i = 0; i < 256; i++) {
        words[i] = bench_read(bench, 0, DATA);
    }
    assert_int_equal(in(0, STATUS), 0x50);
    assert_int_equal(words[0] & 0x8000, 0);
    assert_int_equal(words[60], 100);
    assert_int_equal(words[27], 'A' << 8 | ' ');
    for (unsigned write = 0; write < 2; write++) {
        out(0, DEVICE, 0xE0);
        out(0, COUNT, 2);
        out(0, LOW, 98);
        out(0, MID, 0);
        out(0, HIGH, 0);
        out(0, STATUS, write == 0 ? 0x30 : 0x20);
        for (unsigned i = 0; i < 512; i++) {
            wait_ms(i % 256 == 0 ? 1 : 0);
            if (write == 0) {
                bench_write(bench, 0, DATA, (uint16_t)(i * 3));
            } else {
                assert_int_equal(bench_read(bench, 0, DATA), (uint16_t)(i * 3));
            }
        }
        wait_ms(1);
        assert_int_equal(in(0, STATUS), 0x50);
    }
    assert_int_equal(bench_disk(bench, 0, 0)->writes, 2);
    out(0, LOW, 99); /* two sectors from the last one on */
    out(0, STATUS, 0x20);
    wait_ms(1);
    for (unsigned i = 0; i < 256; i++) {
        bench_read(bench, 0, DATA);
    }
    wait_ms(1);
    assert_int_equal(in(0, STATUS), 0x51);
    assert_int_equal(bench_disk(bench, 0, 0)->vendor_commands, 0);
    assert_int_equal(bench_disk(bench, 0, 0)->vendor_keys, 0);
}

static void disk_remembers_vendor_commands(void **state)
{
    (void)state;
    must("attach pm disk");
    wait_ms(1000);
    assert_null(bench_drive(bench, 0, 0));
    assert_int_equal(intro(0, MASTER), 0x51);
    assert_int_equal(bench_disk(bench, 0, 0)->vendor_commands, 1);
    assert_int_equal(bench_disk(bench, 0, 0)->vendor_keys, 1);
    must("status");
    assert_non_null(strstr(answer, "pm disk device0 power=on cable=plugged vendor=1 keys=1"));
}

static void intro_for_the_neighbour_is_not_for_the_disk(void **state)
{
    (void)state;
    must("attach pm disk");
    must("attach ps drive");
    wait_ms(1000);
    assert_int_equal(intro(0, SLAVE), 0x70);
    assert_int_equal(bench_disk(bench, 0, 0)->vendor_commands, 0);
    out(0, DEVICE, MASTER);
    out(0, STATUS, 0x00);
    assert_int_equal(bench_disk(bench, 0, 0)->vendor_keys, 1);
}

/* ---- hands ----------------------------------------------------------------------------------- */

static void power_switch_and_data_cable(void **state)
{
    (void)state;
    must("attach sm drive power=off");
    assert_int_equal(in(1, STATUS), 0x7F);
    must("power sm on");
    assert_int_equal(in(1, STATUS), 0x80);
    wait_ms(1000);
    assert_int_equal(in(1, STATUS), 0x50);
    must("unplug sm");
    assert_int_equal(in(1, STATUS), 0x7F);
    out(1, LOW, 0x2A);
    out(1, STATUS, 0x80);
    wait_ms(10);
    must("plug sm");
    assert_int_equal(in(1, STATUS), 0x50);
    assert_int_equal(bench_drive(bench, 1, 0)->intros, 0);
    must("power sm off");
    assert_int_equal(in(1, STATUS), 0x7F);
}

static void eject_held_over_power_on(void **state)
{
    (void)state;
    must("attach pm drive power=off");
    flash_firmware(0, 0);
    must("eject pm hold");
    must("power pm on");
    wait_ms(1000);
    must("eject pm release");
    assert_int_equal(intro(0, MASTER), 0x70);
    assert_false(bench_drive(bench, 0, 0)->tray_open);
}

static void eject_is_sampled_when_it_happened(void **state)
{
    (void)state;
    must("attach pm drive power=off");
    flash_firmware(0, 0);
    must("power pm on");
    wait_ms(1000); /* nobody looked at the drive meanwhile */
    must("eject pm hold");
    assert_true(bench_drive(bench, 0, 0)->tray_open); /* running firmware obeys the button */
    assert_int_equal(intro(0, MASTER), 0x51);
}

static void bouncing_contacts_lose_accesses(void **state)
{
    unsigned lost = 0;

    (void)state;
    must("attach pm drive");
    wait_ms(1000);
    must("bounce pm 200");
    for (unsigned i = 0; i < 200; i++) {
        uint8_t status = in(0, STATUS);

        assert_true(status == 0x50 || status == 0x7F);
        lost += status == 0x7F;
    }
    assert_true(lost > 50 && lost < 150);
    for (unsigned i = 0; i < 200; i++) {
        assert_int_equal(in(0, STATUS), 0x50);
    }
}

static void drives_are_swapped(void **state)
{
    (void)state;
    must("attach pm drive name=good");
    flash_firmware(0, 0);
    must("attach shelf drive name=dead chip=MX25L2005");
    wait_ms(1000);
    assert_int_equal(intro(0, MASTER), 0x51);
    must("swap pm dead");
    out(0, DEVICE, MASTER);
    assert_int_equal(in(0, STATUS), 0x50);
    assert_int_equal(intro(0, MASTER), 0x72);
    must("power good off"); /* devices on the shelf answer to their names */
    must("status");
    assert_non_null(strstr(answer, "shelf drive good power=off"));
    assert_non_null(strstr(answer, "pm drive dead power=on"));
    must("swap pm good");
    assert_int_equal(in(0, STATUS), 0x7F);
}

static void discs(void **state)
{
    (void)state;
    must("attach pm drive");
    must("insert pm blank");
    must("status");
    assert_non_null(strstr(answer, "disc=blank"));
    must("tray pm open");
    assert_true(bench_drive(bench, 0, 0)->tray_open);
    must("insert pm none");
    must("status");
    assert_non_null(strstr(answer, "disc=none"));
    assert_false(command("insert pm /nowhere/disc.iso"));
}

static void options_of_a_drive(void **state)
{
    struct drive *drive;

    (void)state;
    must("attach pm drive face=hang crash=boot gate=open window=200 start=400 latency=7 "
         "boot=MAKER___DRIVE_ONE_______BOOT accepts=SYNTH signature=no eject=hold seed=5 name=one");
    drive = bench_drive(bench, 0, 0);
    assert_string_equal(drive->name, "one");
    assert_int_equal(drive->setup.face, SIM_FACE_HANG);
    assert_int_equal(drive->setup.crash, SIM_FACE_BOOT);
    assert_true(drive->setup.crash_gate_open);
    assert_int_equal(drive->setup.window_ms, 200);
    assert_int_equal(drive->setup.start_ms, 400);
    assert_int_equal(drive->setup.vendor_us, 7);
    assert_string_equal(drive->boot_identity, "MAKER   DRIVE ONE       BOOT");
    assert_string_equal(drive->setup.accepts, "SYNTH");
    assert_true(drive->setup.no_signature);
    assert_true(drive->eject_held);
    must("attach ps drive chip=MX25L2005 engine=73 protect=8C wp=low plugged=no personality=slow");
    drive = bench_drive(bench, 0, 1);
    assert_int_equal(drive->setup.engine, 0x73);
    assert_int_equal(drive->chip->status, 0x8C);
    assert_true(drive->chip->wp_low);
    assert_int_equal(drive->setup.start_ms, 30000);
    must("status");
    assert_non_null(strstr(answer, "ps drive device1 power=on cable=unplugged"));
    must("attach sm drive personality=blinker");
    assert_true(sim_fault_on(&bench_drive(bench, 1, 0)->faults, SIM_FAULT_EEPROM_BAD));
    must("status");
    assert_non_null(strstr(answer, "fault=eeprom_bad"));
}

static void slow_drive_is_busy_for_thirty_seconds(void **state)
{
    (void)state;
    must("attach pm drive personality=slow power=off");
    flash_firmware(0, 0);
    must("power pm on");
    wait_ms(30000);
    assert_int_equal(in(0, STATUS), 0x80);
    wait_ms(150);
    assert_int_equal(in(0, STATUS), 0x00);
}

static void signature_of_dead_drives(void **state)
{
    (void)state;
    must("attach pm drive");
    must("attach sm drive signature=no");
    wait_ms(1000);
    for (unsigned channel = 0; channel < 2; channel++) {
        out(channel, CONTROL, 0x0C);
        out(channel, CONTROL, 0x08);
        wait_ms(10);
        assert_int_equal(in(channel, MID), channel == 0 ? 0x14 : 0x00);
        assert_int_equal(in(channel, HIGH), channel == 0 ? 0xEB : 0x00);
    }
}

static void bad_commands_are_refused(void **state)
{
    static const char *const lines[] = {
        "",
        "dance",
        "power",
        "power pm on",
        "attach xx drive",
        "attach pm toaster",
        "attach pm drive chip=NONE",
        "attach pm drive engine=72",
        "attach pm drive chip=MX25L2005 engine=70",
        "attach pm drive window=long",
        "attach pm drive colour=red",
        "attach pm disk chip=MX25L2005",
        "swap pm nobody",
        "float 2 FF",
        "float 0 100",
        "trace on /nowhere/file",
    };

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        assert_false(command(lines[i]));
    }
    must("attach pm drive");
    static const char *const more[] = {"attach pm drive",         "power pm maybe",
                                       "eject pm bite",           "fault pm no_such_fault",
                                       "load pm /nowhere",        "dump pm /nowhere/f",
                                       "fault pm power_cut_at=0", "fault pm stuck_bit address=x"};
    for (size_t i = 0; i < sizeof more / sizeof more[0]; i++) {
        assert_false(command(more[i]));
    }
    must("attach ps disk");
    assert_false(command("eject ps hold"));
    must("detach pm");
    assert_false(command("power pm on"));
    assert_null(bench_drive(bench, 0, 0));
}

static void answers_are_cut_not_overrun(void **state)
{
    char small[8];

    (void)state;
    memset(small, 'x', sizeof small);
    assert_true(bench_command(bench, "attach pm drive", small, 5));
    assert_string_equal(small, "ok d");
    assert_int_equal(small[5], 'x');
    assert_true(bench_command(bench, "status", small, sizeof small));
    assert_int_equal(strlen(small), sizeof small - 1);
    assert_false(bench_command(bench, "dance", small, 0));
}

static void bench_has_room_for_sixteen_devices(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 16; i++) {
        must("attach shelf drive chip=TESTP8K");
    }
    assert_false(command("attach shelf drive chip=TESTP8K"));
    must("detach device3");
    must("attach shelf drive chip=TESTP8K");
}

/* ---- files ----------------------------------------------------------------------------------- */

static void path_in_folder(char *path, size_t size, const char *name)
{
    snprintf(path, size, "%s/%s", folder, name);
}

static size_t file_size(const char *path, uint8_t *first)
{
    FILE *file = fopen(path, "rb");
    size_t size = 0;
    int byte;

    if (file == NULL) {
        return 0;
    }
    while ((byte = fgetc(file)) != EOF) {
        if (size == 0) {
            *first = (uint8_t)byte;
        }
        size++;
    }
    fclose(file);
    return size;
}

static void flash_file_is_written_back(void **state)
{
    char path[64], other[64], line[160];
    uint8_t first = 0;

    (void)state;
    path_in_folder(path, sizeof path, "flash.bin");
    path_in_folder(other, sizeof other, "copy.bin");
    snprintf(line, sizeof line, "attach pm drive chip=TESTP8K flash=%s", path);
    must(line);
    assert_int_equal(file_size(path, &first), 0);
    bench_drive(bench, 0, 0)->chip->cells[0] = 0x12;
    must("power pm off");
    assert_int_equal(file_size(path, &first), 8192);
    assert_int_equal(first, 0x12);
    bench_drive(bench, 0, 0)->chip->cells[0] = 0x34;
    assert_true(bench_flush(bench));
    file_size(path, &first);
    assert_int_equal(first, 0x34);
    bench_drive(bench, 0, 0)->chip->cells[0] = 0x56;
    snprintf(line, sizeof line, "dump pm %s", other);
    must(line);
    file_size(other, &first);
    assert_int_equal(first, 0x56);
    bench_drive(bench, 0, 0)->chip->cells[0] = 0x78;
    snprintf(line, sizeof line, "load pm %s", other);
    must(line);
    assert_int_equal(bench_drive(bench, 0, 0)->chip->cells[0], 0x56);
    must("detach pm");
    snprintf(line, sizeof line, "attach pm drive chip=TESTP8K flash=%s", path);
    must(line); /* an existing file is what the flash holds */
    assert_int_equal(bench_drive(bench, 0, 0)->chip->cells[0], 0x56);
    snprintf(line, sizeof line, "attach ps drive chip=TESTP8K flash=%s", "/nowhere/f");
    must(line);
    assert_false(bench_flush(bench));
    must("detach ps");
    unlink(path);
    unlink(other);
}

static void file_larger_than_the_flash_is_refused(void **state)
{
    char path[64], line[160];

    (void)state;
    path_in_folder(path, sizeof path, "big.bin");
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    for (unsigned i = 0; i < 8193; i++) {
        fputc(0, file);
    }
    fclose(file);
    snprintf(line, sizeof line, "attach pm drive chip=TESTP8K flash=%s", path);
    assert_false(command(line));
    must("attach pm drive chip=TESTP8K");
    snprintf(line, sizeof line, "load pm %s", path);
    assert_false(command(line));
    unlink(path);
}

static void disk_image_and_eeprom_files(void **state)
{
    char path[64], line[160];
    uint8_t first = 0;

    (void)state;
    path_in_folder(path, sizeof path, "eeprom.bin");
    must("attach pm drive chip=TESTP8K");
    snprintf(line, sizeof line, "eeprom pm %s", path);
    must(line);
    assert_int_equal(file_size(path, &first), 1024);
    assert_int_equal(first, bench_drive(bench, 0, 0)->eeprom[0]);
    snprintf(line, sizeof line, "attach ps disk image=%s", path); /* any file can be a disk */
    must(line);
    assert_int_equal(bench_disk(bench, 0, 1)->sectors, 2);
    assert_int_equal(bench_disk(bench, 0, 1)->bytes[0], first);
    bench_disk(bench, 0, 1)->bytes[0] ^= 0xFF;
    assert_true(bench_flush(bench));
    uint8_t changed = 0;
    assert_int_equal(file_size(path, &changed), 1024);
    assert_int_equal(changed, first ^ 0xFF);
    must("detach ps");
    unlink(path);
    assert_false(command("eeprom pm /nowhere/e"));
}

static void trace_file_lists_accesses(void **state)
{
    char path[64], line[160], text[64];

    (void)state;
    path_in_folder(path, sizeof path, "trace.txt");
    snprintf(line, sizeof line, "trace on %s", path);
    must(line);
    bench_write(bench, 1, MID, 0x5A);
    bench_read(bench, 0, STATUS);
    must("trace off");
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_non_null(fgets(text, sizeof text, file));
    assert_string_equal(text, "0 1 w4 5A\n");
    assert_non_null(fgets(text, sizeof text, file));
    assert_string_equal(text, "0 0 r7 7F\n");
    assert_null(fgets(text, sizeof text, file));
    fclose(file);
    unlink(path);
}

/* ---- watching and cutting -------------------------------------------------------------------- */

struct seen {
    unsigned writes;
    unsigned reg;
    uint16_t value;
    uint8_t before; /* the drive's register when the write was announced */
};

static void on_write(void *context, uint64_t now_us, unsigned channel, unsigned reg, bool write,
                     uint16_t value)
{
    struct seen *seen = context;

    assert_int_equal(channel, 0);
    assert_int_equal(now_us, bench_now_us(bench));
    assert_true(write);
    seen->writes++;
    seen->reg = reg;
    seen->value = value;
    seen->before = bench_drive(bench, 0, 0)->mid;
}

static void trace_function_sees_writes_before_the_drive(void **state)
{
    struct seen seen = {0};

    (void)state;
    must("attach pm drive");
    wait_ms(1000);
    out(0, MID, 0x11);
    bench_set_trace(bench, on_write, &seen);
    out(0, MID, 0x22);
    in(0, MID);
    assert_int_equal(seen.writes, 1);
    assert_int_equal(seen.reg, MID);
    assert_int_equal(seen.value, 0x22);
    assert_int_equal(seen.before, 0x11);
    bench_set_trace(bench, NULL, NULL);
    out(0, MID, 0x33);
    assert_int_equal(seen.writes, 1);
    assert_int_equal(bench_accesses(bench), 4);
}

static void flash_write(uint32_t address, uint8_t data)
{
    out(0, DEVICE, (uint16_t)(MASTER | address >> 16));
    out(0, MID, address & 0xFF);
    out(0, HIGH, address >> 8 & 0xFF);
    out(0, LOW, data);
    out(0, STATUS, 0x01);
    bench_advance(bench, 2);
}

static void program(uint32_t address, uint8_t data)
{
    flash_write(0x5555, 0xAA);
    flash_write(0x2AAA, 0x55);
    flash_write(0x5555, 0xA0);
    flash_write(address, data);
    bench_advance(bench, 20);
}

static jmp_buf cut_point;
static unsigned cuts;

static void on_cut(void *context)
{
    (void)context;
    cuts++;
    longjmp(cut_point, 1);
}

static void power_cut_comes_at_the_counted_change(void **state)
{
    volatile unsigned done = 0;

    (void)state;
    cuts = 0;
    must("attach pm drive");
    must("attach sm disk");
    wait_ms(1000);
    assert_int_equal(intro(0, MASTER), 0x70);
    assert_int_equal(bench_flash_changes(bench), 0);
    bench_set_power_cut(bench, 6, on_cut, NULL);
    if (setjmp(cut_point) == 0) {
        for (uint32_t i = 0; i < 10; i++) {
            program(i, 0x00);
            done++;
        }
        fail();
    }
    assert_int_equal(done, 5);
    assert_int_equal(cuts, 1);
    assert_int_equal(bench_flash_changes(bench), 6);
    assert_int_equal(in(0, STATUS), 0x7F);
    assert_int_equal(in(1, STATUS), 0x7F); /* the machine's disk is off as well */
    for (unsigned i = 0; i < 5; i++) {
        assert_int_equal(bench_drive(bench, 0, 0)->chip->cells[i], 0x00);
    }
    assert_int_equal(bench_drive(bench, 0, 0)->chip->cells[6], 0xFF);
    must("power pm on");
    must("power sm on");
    wait_ms(1000);
    assert_int_equal(intro(0, MASTER), 0x70);
    for (uint32_t i = 0; i < 10; i++) { /* one cut only */
        program(i, 0x00);
    }
    assert_int_equal(cuts, 1);
}

static void power_cut_as_a_command(void **state)
{
    (void)state;
    must("attach pm drive");
    wait_ms(1000);
    intro(0, MASTER);
    program(0, 0x00);
    must("fault pm power_cut_at n=2");
    program(1, 0x00);
    assert_int_equal(in(0, STATUS), 0x70);
    program(2, 0x00);
    assert_int_equal(in(0, STATUS), 0x7F);
}

static void page_loads_count_when_they_are_committed(void **state)
{
    (void)state;
    must("attach pm drive chip=SST29EE020A");
    wait_ms(1000);
    intro(0, MASTER);
    flash_write(0x5555, 0xAA);
    flash_write(0x2AAA, 0x55);
    flash_write(0x5555, 0xA0);
    assert_false(bench_loads_page(bench));
    for (uint32_t i = 0; i < 128; i++) {
        flash_write(0x1000 + i, (uint8_t)i);
        assert_true(bench_loads_page(bench));
    }
    assert_int_equal(bench_flash_changes(bench), 0);
    size_t size = 0;
    assert_int_equal(bench_flash(bench, 0, 0, &size)[0x1001], 0xFF);
    assert_int_equal(bench_flash_changes(bench), 0);
    wait_ms(1);
    assert_false(bench_loads_page(bench)); /* 200 µs are over: it is being written */
    wait_ms(5);
    assert_int_equal(bench_flash(bench, 0, 0, &size)[0x1001], 1); /* without another access */
    assert_int_equal(size, 0x40000);
    assert_null(bench_flash(bench, 1, 0, &size));
    assert_int_equal(bench_flash_changes(bench), 1);
}

static void same_seed_same_tears(void **state)
{
    uint8_t first[4096];

    (void)state;
    for (unsigned run = 0; run < 2; run++) {
        struct bench *again = bench_new(99);
        struct bench *saved = bench;

        assert_non_null(again);
        bench = again;
        must("attach pm drive");
        memset(bench_drive(bench, 0, 0)->chip->cells, 0x21, 4096);
        wait_ms(1000);
        intro(0, MASTER);
        must("fault pm power_cut_at=1");
        flash_write(0x5555, 0xAA);
        flash_write(0x2AAA, 0x55);
        flash_write(0x5555, 0x80);
        flash_write(0x5555, 0xAA);
        flash_write(0x2AAA, 0x55);
        flash_write(0x0000, 0x30);
        assert_int_equal(in(0, STATUS), 0x7F);
        if (run == 0) {
            memcpy(first, bench_drive(bench, 0, 0)->chip->cells, sizeof first);
        } else {
            assert_memory_equal(first, bench_drive(bench, 0, 0)->chip->cells, sizeof first);
        }
        bench_free(again);
        bench = saved;
    }
}

/* ---- a storm --------------------------------------------------------------------------------- */

static uint32_t random_state;

static uint32_t chance(uint32_t limit)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (random_state >> 8) % limit;
}

/* One random thing that a confused program or a careless hand may do. */
static void one_accident(void)
{
    static const char *const accidents[] = {"power pm off",
                                            "power pm on",
                                            "unplug ps",
                                            "plug ps",
                                            "bounce pm 20",
                                            "eject ps hold",
                                            "eject ps release",
                                            "insert pm blank",
                                            "insert pm none",
                                            "fault pm short_burst",
                                            "clear pm",
                                            "fault ps vendor_mode_lost=9",
                                            "fault ps odd_byte_count",
                                            "clear ps",
                                            "reset",
                                            "fault pm worn_sector",
                                            "tray pm open",
                                            "power ps off",
                                            "power ps on",
                                            "fault ps id_ffff_once"};
    static const uint8_t commands[] = {0x00, 0x01, 0x04, 0x05, 0x08, 0x80, 0x81,
                                       0x90, 0xA0, 0xA1, 0xEC, 0xEF, 0x20, 0x30};
    unsigned channel = chance(2);
    uint32_t what = chance(1000);

    if (what < 3) {
        must(accidents[chance(sizeof accidents / sizeof accidents[0])]);
    } else if (what < 100) {
        out(channel, STATUS, commands[chance(sizeof commands)]);
    } else if (what < 130) {
        out(channel, LOW, 0x2A);
        out(channel, STATUS, 0x80);
    } else if (what < 150) {
        bench_advance(bench, chance(2000000));
    } else if (what < 400) {
        bench_write(bench, channel, chance(9), (uint16_t)chance(0x10000));
    } else if (what < 600) {
        bench_write(bench, channel, DATA, (uint16_t)chance(0x10000));
    } else {
        bench_read(bench, channel, chance(9));
    }
}

static void after_any_storm_a_drive_can_be_revived(void **state)
{
    (void)state;
    for (random_state = 1; random_state < 9; random_state++) {
        uint32_t seed = random_state;

        setup(NULL);
        must("attach pm drive chip=TESTP8K");
        must("attach ps drive chip=TESTS8K engine=73");
        must("attach sm disk sectors=64");
        must("attach ss drive chip=SST29EE020A crash=boot");
        flash_firmware(0, 0);
        flash_firmware(1, 1);
        for (unsigned i = 0; i < 60000; i++) {
            one_accident();
        }
        must("clear pm");
        must("power pm off");
        must("unplug ps");
        must("bounce pm 0");
        flash_firmware(0, 0);
        must("eject pm release");
        must("power pm on");
        wait_ms(1000);
        out(0, DEVICE, MASTER);
        assert_int_equal(in(0, STATUS), 0x00);
        assert_int_equal(in(0, MID), 0x14);
        assert_int_equal(bench_drive(bench, 0, 0)->phase, SIM_PHASE_READY);
        teardown(NULL);
        bench = NULL;
        random_state = seed;
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(empty_cable_floats),
        TEST(lone_master_answers_for_the_absent_slave),
        TEST(nobody_answers_for_an_absent_master),
        TEST(only_the_selected_drive_obeys),
        TEST(vendor_mode_disturbs_the_other_position),
        TEST(greedy_drives_are_both_caught),
        TEST(channels_are_separate),
        TEST(reset_line_reaches_every_device),
        TEST(disk_identifies_and_keeps_data),
        TEST(disk_remembers_vendor_commands),
        TEST(intro_for_the_neighbour_is_not_for_the_disk),
        TEST(power_switch_and_data_cable),
        TEST(eject_held_over_power_on),
        TEST(eject_is_sampled_when_it_happened),
        TEST(bouncing_contacts_lose_accesses),
        TEST(drives_are_swapped),
        TEST(discs),
        TEST(options_of_a_drive),
        TEST(slow_drive_is_busy_for_thirty_seconds),
        TEST(signature_of_dead_drives),
        TEST(bad_commands_are_refused),
        TEST(answers_are_cut_not_overrun),
        TEST(bench_has_room_for_sixteen_devices),
        TEST(flash_file_is_written_back),
        TEST(file_larger_than_the_flash_is_refused),
        TEST(disk_image_and_eeprom_files),
        TEST(trace_file_lists_accesses),
        TEST(trace_function_sees_writes_before_the_drive),
        TEST(power_cut_comes_at_the_counted_change),
        TEST(power_cut_as_a_command),
        TEST(page_loads_count_when_they_are_committed),
        TEST(same_seed_same_tears),
        cmocka_unit_test(after_any_storm_a_drive_can_be_revived),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
