/*
 * Every screen with made-up data: nothing is cut off, frames are whole, footers name the keys, the
 * words that matter are there. The screens are kept as text in build/screens/ for people to look
 * at.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "kernel/lib/text.h"
#include "tests/support/text_screen.h"
#include "ui/drawing_drive.h"
#include "ui/screens.h"
#include "ui/way.h"

static struct app app;
static struct platform platform;
static struct block_device disk = {.name = "USB disk 80"};
static struct session session;
static char log_text[8192];
static uint64_t clock_us;
static const uint8_t some_bytes[16];

static uint64_t fake_now(void *context)
{
    (void)context;
    return clock_us;
}

static uint64_t log_now(void *context)
{
    (void)context;
    return clock_us;
}

static void fake_channel(unsigned index, const char *where, uint16_t base, uint16_t control)
{
    struct ide_channel *channel = &app.machine.ide.channels[index];

    text_copy(channel->where, sizeof channel->where, where);
    channel->command_base = base;
    channel->control_base = control;
    channel->legacy = channel->decoding = true;
}

static struct port *fake_port(unsigned index, const char *where, uint8_t status,
                              enum verdict verdict, const char *name)
{
    struct port *port = &app.machine.ports[index];

    port->number = (uint8_t)(index + 1);
    port->channel = &app.machine.ide.channels[index / 2];
    port->neighbour = &app.machine.ports[index ^ 1];
    text_copy(port->where, sizeof port->where, where);
    port->evidence.status = port->evidence.first_status = status;
    port->evidence.decoding = true;
    port->verdict = verdict;
    text_copy(port->name, sizeof port->name, name);
    if (app.machine.port_count <= index)
        app.machine.port_count = index + 1;
    return port;
}

static void fake_machine(void)
{
    struct port *busy;

    fake_channel(0, "Primary", 0x1F0, 0x3F6);
    fake_channel(1, "Secondary", 0x170, 0x376);
    fake_channel(2, "1106:3249/0", 0xC000, 0xC402);
    app.machine.ide.channel_count = 3;
    fake_port(0, "Primary master", 0x50, VERDICT_DISK, "ST340014A 3.06");
    fake_port(1, "Primary slave", 0x00, VERDICT_NOTHING, "");
    busy = fake_port(2, "Secondary master", 0x80, VERDICT_STUCK_BUSY, "");
    busy->busy_since_us = 1000000;
    busy->evidence.busy_out = true;
    fake_port(3, "Secondary slave", 0x80, VERDICT_NOTHING, "");
    fake_port(4, "1106:3249/0 master", 0x50, VERDICT_HEALTHY, "PLEXTOR DVDR PX-716A 1.11");
    app.machine.ide.other[0] = (struct pci_function){.bus = 0,
                                                     .device = 0x1F,
                                                     .function = 2,
                                                     .vendor_id = 0x8086,
                                                     .device_id = 0x2922,
                                                     .class_code = 1,
                                                     .subclass = 6,
                                                     .prog_if = 1};
    app.machine.ide.other_count = 1;
}

static void fake_stick(void)
{
    struct volume *volume = &app.places.volumes[0];

    app.places.platform = &platform;
    app.places.count = 1;
    app.places.scanned = app.places.ours = true;
    app.places.target = 0;
    app.places.free_known = true;
    app.places.free_bytes = 61u << 20;
    app.places.job = &app.job;
    app.saves.places = &app.places;
    app.saves.checked = true;
    text_copy(app.saves.backup_where, sizeof app.saves.backup_where, "the stick");
    text_copy(app.saves.log_where, sizeof app.saves.log_where, "the stick");
    volume->disk = &disk;
    volume->type = FAT16;
    volume->sector_size = 512;
    volume->sectors_per_cluster = 4;
    volume->cluster_count = 32000;
    text_copy(volume->label, sizeof volume->label, "ODDRESCUE");
}

static void fake_session(void)
{
    static const struct chip chip = {
        .vendor = "SST", .name = "SST39VF080", .size = 0x100000, .regions = {{0x1000, 256}}};
    struct firmware *file = &session.file;

    memset(&session, 0, sizeof session);
    session.job = SESSION_FLASH;
    session.port = &app.machine.ports[2];
    session.chip = &chip;
    file->bytes = some_bytes;
    file->size = 0x100000;
    file->crc32 = 0x0F3A99C1;
    file->has_identity = true;
    text_copy(file->path, sizeof file->path, "FIRMWARE\\710A_BYX3.BIN");
    text_copy(file->vendor, sizeof file->vendor, "SONY");
    text_copy(file->product, sizeof file->product, "DVD RW DRU-710A");
    text_copy(file->revision, sizeof file->revision, "BYX3");
    text_copy(file->date, sizeof file->date, "2004/12/03 17:10");
    session.backup = (uint8_t *)(uintptr_t)some_bytes;
    session.backup_size = 0x100000;
    session.backup_crc32 = 0x77AB0C12;
    session.backup_equal = true;
    text_copy(session.backup_name, sizeof session.backup_name, "BK000001.BIN");
    session.progress.status = 0x70;
}

static int set_up(void **state)
{
    (void)state;
    memset(&app, 0, sizeof app);
    memset(&platform, 0, sizeof platform);
    clock_us = 42000000;
    platform.firmware_name = "BIOS";
    platform.now_us = fake_now;
    app.platform = &platform;
    app.probing = true;
    cells_open(&app.cells);
    log_open(&app.log, log_text, sizeof log_text, log_now, NULL);
    fake_machine();
    fake_stick();
    fake_session();
    return 0;
}

/* ---- what every screen must keep to ---- */

static void row_of(unsigned row, char line[SCREEN_COLUMNS + 1])
{
    text_screen_row(app.cells.wanted, row, line);
}

static bool shows(const char *text)
{
    return text_screen_find(app.cells.wanted, text) >= 0;
}

/* Rows 0..23 hold everything, frames are closed, the footer is there. */
static void check_screen(const char *name)
{
    char line[SCREEN_COLUMNS + 1];

    text_screen_save(app.cells.wanted, name);
    row_of(24, line);
    assert_string_equal(line, "");
    row_of(MENU_FOOTER_ROW, line);
    assert_true(strlen(line) > 3);
    assert_true(strlen(line) < SCREEN_COLUMNS);
    row_of(0, line);
    assert_true(strlen(line) > 3);
    for (unsigned row = 0; row < 24; row++) {
        row_of(row, line);
        if (line[1] == '|' || line[1] == '+') {
            if (strlen(line) != 79 || line[78] != line[1])
                print_error("%s, row %u: %s\n", name, row, line);
            assert_int_equal(strlen(line), 79);
            assert_int_equal(line[78], line[1]);
        }
    }
}

static unsigned visible_length(const char *text)
{
    unsigned length = 0;

    for (; *text; text++)
        length += *text != '{' && *text != '}';
    return length;
}

/* Lines that `text` takes at `width`, however many. */
static unsigned lines_of(const char *text, unsigned width)
{
    static struct cells scratch;

    cells_open(&scratch);
    return menu_wrap(&scratch, 0, 0, width, 100, 0x07, text);
}

static void footers_fit_and_name_keys(void **state)
{
    static const char *const footers[] = {WORD_MAIN_FOOTER,
                                          WORD_EVIDENCE_FOOTER,

                                          WORD_OK_FOOTER,
                                          WORD_CHOICE_FOOTER,
                                          WORD_FILES_FOOTER,
                                          WORD_VOLUMES_FOOTER,
                                          WORD_FILE_FOOTER,
                                          WORD_FILE_BAD_FOOTER,
                                          WORD_CONFIRM_FOOTER,
                                          WORD_PROGRESS_FOOTER,
                                          WORD_PROGRESS_FOOTER_CRITICAL,
                                          WORD_PROGRESS_FOOTER_VIEW,
                                          WORD_RESULT_FOOTER,
                                          WORD_RESULT_FOOTER_UNSAVED,
                                          WORD_SAVE_FOOTER,
                                          WORD_CHIP_FOOTER,
                                          WORD_LOG_FOOTER,
                                          WORD_HELP_FOOTER,
                                          WORD_SWAP_FOOTER_NEEDS,
                                          WORD_SWAP_FOOTER_SAFE,
                                          WORD_SWAP_FOOTER_REFUSED,
                                          WORD_SWAP_FOOTER_READY,
                                          WORD_SWAP_FOOTER_HANDS,
                                          WORD_SWAP_FOOTER_WAIT,
                                          WORD_SWAP_FOOTER_ASKS,
                                          WORD_SWAP_FOOTER_CAME,
                                          WORD_SWAP_FOOTER_FAILED};

    (void)state;
    for (size_t i = 0; i < sizeof footers / sizeof footers[0]; i++) {
        if (visible_length(footers[i]) > MENU_WIDTH)
            print_error("%u: %s\n", visible_length(footers[i]), footers[i]);
        assert_true(visible_length(footers[i]) <= MENU_WIDTH);
        assert_non_null(strchr(footers[i], '{'));
    }
}

static void table_texts_fit(void **state)
{
    (void)state;
    for (unsigned i = 0; i < VERDICT_COUNT; i++) {
        assert_true(strlen(words_verdict(i)) <= 24);
        assert_null(strchr(words_verdict_key(i), ' '));
        assert_true(lines_of(words_verdict_meaning(i), 74) <= 3);
        assert_string_not_equal(words_verdict(i), "?");
        assert_string_not_equal(words_verdict_key(i), "?");
        assert_string_not_equal(words_verdict_meaning(i), "?");
    }
    for (unsigned i = 0; i < 256; i++)
        assert_in_range(strlen(words_status((uint8_t)i)), 3, 52);
    for (unsigned i = 0; i < ERR_CLASS_COUNT; i++) {
        assert_in_range(strlen(words_error((err_t)i << 24)), 5, 66);
    }
    for (unsigned i = 0; i < RESULT_COUNT; i++) {
        assert_in_range(strlen(words_result_meaning(i)), 10, 99);
        assert_true(lines_of(words_result_next(i), 74) <= 4);
    }
    for (unsigned i = FIRMWARE_EMPTY; i <= FIRMWARE_REBANKED; i++)
        assert_in_range(lines_of(words_damage(i), 74), 1, 3);
    for (unsigned i = 0; i < PHASE_COUNT; i++)
        assert_in_range(strlen(words_phase(i)), 3, 20);
}

/* Every step, risk and finding has its words, and they fit where they stand. */
static void diagnosis_texts_fit(void **state)
{
    (void)state;
    for (unsigned i = 0; i < STEP_COUNT; i++) {
        const struct step_words *page = words_step_page(i);

        assert_in_range(strlen(words_step(i)), 10, 68);
        assert_in_range(strlen(words_step_enter(i)), 4, 24);
        assert_string_not_equal(words_step_key(i), "?");
        assert_null(strchr(words_step_key(i), ' '));
        if (page) {
            assert_in_range(strlen(page->title), 5, 40);
            if (lines_of(page->text, 74) > 16)
                print_error("%u lines: %s\n", lines_of(page->text, 74), page->title);
            assert_in_range(lines_of(page->text, 74), 3, 16);
        }
    }
    for (unsigned i = 0; i < RISK_COUNT; i++)
        assert_in_range(strlen(words_risk(i)), 10, 68);
    for (unsigned i = 0; i < FINDING_COUNT; i++) {
        assert_in_range(strlen(words_finding(1u << i)), 10, 62);
        assert_in_range(strlen(words_finding_key(1u << i)), 4, 20);
        assert_null(strchr(words_finding_key(1u << i), ' '));
    }
    for (unsigned key = 0; key < 16; key++) {
        for (unsigned asc = 0; asc < 256; asc++)
            assert_in_range(strlen(words_sense((uint8_t)key, (uint8_t)asc, 0)), 5, 38);
    }
    assert_true(lines_of(WORD_SYSTEM_TEXT, 74) <= 16);
    for (unsigned i = 0; i <= CHIPSET_FLOATING; i++)
        assert_in_range(strlen(words_chipset((uint8_t)i)), 2, 38);
    for (unsigned i = 0; i <= REPORT_TAKES_NO_PACKETS; i++)
        assert_in_range(strlen(words_report((uint8_t)i)), 5, 38);
}

/* Every way has its words, and they fit where they stand. */
static void guide_texts_fit(void **state)
{
    static const char *const pages[] = {WORD_EJECT_TEXT, WORD_EJECT_WITH_PC, WORD_POWER_TEXT,
                                        WORD_GUIDE_REMAINS, WORD_GUIDE_LISTENS};
    static const char *const hands[] = {WORD_EJECT_OFF,    WORD_EJECT_HOLD, WORD_EJECT_KEEP,
                                        WORD_EJECT_AGAIN,  WORD_CATCH_OFF,  WORD_CATCH_ON,
                                        WORD_WAY_HANDS_OFF};

    (void)state;
    for (enum way way = WAY_INTRO; way < WAY_COUNT; way++) {
        assert_in_range(strlen(words_way(way)), 5, 40);
        assert_true(visible_length(words_way_footer(way)) <= MENU_WIDTH);
        assert_non_null(strchr(words_way_footer(way), '{'));
        if (way > WAY_CATCH)
            assert_in_range(lines_of(words_way_at_start(way), 74), 5, 16);
    }
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++)
        assert_in_range(lines_of(pages[i], 74), 3, 16);
    for (size_t i = 0; i < sizeof hands / sizeof hands[0]; i++)
        assert_in_range(strlen(hands[i]), 10, WAY_WIDTH);
    assert_true(lines_of(WORD_INTRO_TEXT, WAY_WIDTH) <= 5);
    assert_true(lines_of(WORD_EJECT_STEPS, WAY_WIDTH - DRAWING_DRIVE_WIDTH - 2) <= 9);
    assert_true(lines_of(WORD_CATCH_STEPS, WAY_WIDTH - DRAWING_DRIVE_WIDTH - 2) <= 9);
    assert_true(strlen(WORD_WAY_STRIP) <= WAY_WIDTH + 1);
    for (unsigned status = 0; status < 256; status++) {
        struct port port = {.device = {.select = ATA_DEVICE_MASTER}};
        struct catch catch = {.port = &port, .status = (uint8_t)status, .settles = status % 2};

        assert_in_range(lines_of(words_way_now(&catch), WAY_WIDTH), 1, 2);
        assert_in_range(lines_of(words_intro_refused(&catch), WAY_WIDTH), 1, 2);
    }
}

static void out_of_range_values_have_a_word(void **state)
{
    (void)state;
    assert_string_equal(words_verdict(VERDICT_COUNT), "?");
    assert_string_equal(words_error(0xFF000000), "?");
    assert_string_equal(words_damage(99), "?");
    assert_string_equal(words_warning(1u << 30), "");
    assert_string_equal(words_finding(1u << 30), "");
    assert_string_equal(words_finding(0), "");
    assert_string_equal(words_step(STEP_COUNT), "?");
    assert_null(words_step_page(STEP_COUNT));
}

static void every_warning_has_a_line(void **state)
{
    static const uint32_t bits[] = {
        WARN_NO_FILE_IDENTITY,    WARN_OTHER_MODEL,  WARN_DRIVE_UNKNOWN, WARN_NO_BACKUP,
        WARN_OLD_DIFFERENT_MODEL, WARN_CHIP_BY_HAND, WARN_NO_TRAMPOLINE, WARN_REVERTS};

    (void)state;
    for (size_t i = 0; i < sizeof bits / sizeof bits[0]; i++)
        assert_in_range(strlen(words_warning(bits[i])), 10, 70);
}

static void help_pages_fit(void **state)
{
    (void)state;
    for (unsigned i = 0; i < HELP_COUNT; i++) {
        assert_string_not_equal(words_help(i), "?");
        assert_in_range(lines_of(words_help(i), 74), 1, MENU_LAST_ROW - 1);
    }
}

static void help_of_the_main_screen_names_both_ways(void **state)
{
    const char *help = words_help(HELP_MAIN);

    (void)state;
    assert_non_null(strstr(help, "F5 or B"));
    assert_non_null(strstr(help, "F6 or F"));
    assert_non_null(strstr(help, "F7 or C"));
    assert_non_null(strstr(help, "F8 or L"));
    assert_non_null(strstr(help, "F9 or V"));
    assert_non_null(strstr(help, "F1 or ?"));
    assert_non_null(strstr(help, "F10 or Q"));
    assert_non_null(strstr(help, "Esc or Backspace"));
}

/* ---- the screens ---- */

static void main_screen_shows_ports(void **state)
{
    (void)state;
    app.ports.chosen = 2;
    screen_main_draw(&app);
    check_screen("main");
    assert_true(shows("ST340014A 3.06"));
    assert_true(shows("disk, protected"));
    assert_true(shows("80 BSY"));
    assert_true(shows("firmware hangs, busy for 41 s"));
    assert_true(shows("PLEXTOR DVDR PX-716A"));
    assert_true(shows("Port 3: what it looks like"));
    assert_true(shows("Guide me"));
    assert_true(shows("stick: ODDRESCUE, 61 MiB free"));
    assert_true(shows("8086:2922"));
    assert_true(shows("F5 back up"));
    assert_true(shows("F10 end"));
    assert_true(shows("busy: starting, or the firmware hangs"));
}

static void main_screen_explains_ahci(void **state)
{
    (void)state;
    app.ports.chosen = 5;
    screen_main_draw(&app);
    check_screen("main-ahci");
    assert_true(shows("AHCI mode"));
    assert_true(shows("VT6421"));
    assert_null(app_port(&app));
}

static void main_screen_before_anything_is_known(void **state)
{
    (void)state;
    app.machine.port_count = app.machine.ide.other_count = 0;
    app.probing = false;
    app.places.scanned = false;
    screen_main_draw(&app);
    check_screen("main-first");
    assert_true(shows("looking for the stick"));
    app.probing = true;
    screen_main_draw(&app);
    assert_true(shows("No IDE channel"));
}

static void main_screen_every_verdict(void **state)
{
    struct diagnosis diagnosis;
    char name[24];

    (void)state;
    for (unsigned i = 0; i < VERDICT_COUNT; i++) {
        app.machine.ports[2].verdict = i;
        app.machine.ports[2].probe_bound_us = clock_us + 31000000;
        app.ports.chosen = 2;
        screen_main_draw(&app);
        snprintf(name, sizeof name, "main-verdict-%02u", i);
        check_screen(name);
        app_diagnose(&app, &app.machine.ports[2], &diagnosis);
        assert_true(shows(words_step(diagnosis.step)));
        assert_true(shows(words_risk(diagnosis.risk)));
    }
    app.machine.ports[2].verdict = VERDICT_PROBING;
    screen_main_draw(&app);
    assert_true(shows("looking, at most 32 s more"));
}

static void main_screen_tells_the_finding_that_matters_most(void **state)
{
    (void)state;
    app.machine.ports[4].neighbour = &app.machine.ports[0];
    app.machine.ports[4].evidence.report = REPORT_WORKS;
    app.ports.chosen = 4;
    screen_main_draw(&app);
    check_screen("main-finding");
    assert_true(shows("A hard disk is on the same cable"));
    assert_true(shows("(D: 1 more)"));
    assert_true(shows("tell what is wrong with it"));
}

static void main_screen_scrolls_many_ports(void **state)
{
    (void)state;
    for (unsigned i = 0; i < PORTS_MAX; i++)
        fake_port(i, "10DE:0265/1 slave", 0x7F, VERDICT_NOTHING, "");
    app.ports.chosen = PORTS_MAX - 1;
    screen_main_draw(&app);
    check_screen("main-many");
    assert_true(shows("> 32 10DE:0265"));
    assert_true(shows("1 more below"));
}

static struct volume *fake_volume(unsigned index, struct block_device *device, const char *label,
                                  uint32_t clusters)
{
    struct volume *volume = &app.places.volumes[index];

    *volume = app.places.volumes[0];
    volume->disk = device;
    volume->cluster_count = clusters;
    text_copy(volume->label, sizeof volume->label, label);
    if (app.places.count <= index)
        app.places.count = index + 1;
    return volume;
}

/* A stick that is ours, a foreign one, a floppy, an image in memory, a server. */
static void fake_places(void)
{
    static struct block_device foreign = {.name = "USB disk 81, 8.0 GB"};
    static struct block_device floppy = {
        .name = "floppy disk A", .removable = true, .sector_count = 2880, .bad_lba = 1234};
    static struct network_volume server = {.upload = {.address = {192, 168, 110, 201}}};
    static const struct volume_ops no_ops = {.list = NULL};
    static struct network network = {.server = {192, 168, 110, 201}};
    struct volume *volume;

    fake_volume(1, &foreign, "HOLIDAYS 2003", 1 << 20);
    fake_volume(2, &floppy, "", 700);
    text_copy(app.places.image.device.name, sizeof app.places.image.device.name,
              "FAT image in memory");
    fake_volume(3, &app.places.image.device, "", 700);
    volume = fake_volume(4, NULL, "192.168.110.201", 0);
    volume->network = &server;
    app.places.server = *volume;
    app.places.server.ops = &no_ops;
    app.places.network = &network;
}

static void main_screen_without_stick(void **state)
{
    (void)state;
    app.places.count = 0;
    app.places.ours = false;
    app.places.target = PLACES_NONE;
    screen_main_draw(&app);
    check_screen("main-no-stick");
    assert_true(shows("no stick"));
    fake_places();
    app.places.network = NULL;
    app.places.count = 2;
    screen_main_draw(&app);
    assert_true(shows("2 volumes, none of them ours"));
    app.places.count = 1;
    screen_main_draw(&app);
    assert_true(shows("a volume that is not ours"));
    app.places.volumes[0] = app.places.volumes[3];
    screen_main_draw(&app);
    assert_true(shows("nowhere to save yet"));
}

static void places_are_listed(void **state)
{
    struct menu_list list = {.count = 5, .rows = 8};

    (void)state;
    fake_places();
    screen_places_draw(&app, PLACES_READ, &list);
    check_screen("places-read");
    assert_true(shows("ODDRESCUE"));
    assert_true(shows("where we came from"));
    assert_true(shows("HOLIDAYS 2003"));
    assert_true(shows("floppy disk A"));
    assert_true(shows("FAT image in memory"));
    assert_true(shows("server 192.168.110.201"));
    list.count = 4;
    screen_places_draw(&app, PLACES_SAVE, &list);
    check_screen("places-save");
    assert_true(shows("is saved to now"));
    assert_true(shows("Nothing on it is overwritten"));
    assert_false(shows("FAT image in memory"));
}

static void places_that_are_missing_are_told(void **state)
{
    struct menu_list list = {.count = 0, .rows = 8};

    (void)state;
    fake_places();
    app.places.count = 0;
    app.places.ours = false;
    app.places.server.ops = NULL;
    app.places.server_error = (err_t)ERR_NO_ANSWER << 24;
    app.job.boot = BOOT_FLOPPY;
    screen_places_draw(&app, PLACES_READ, &list);
    check_screen("places-none");
    assert_true(shows("Server 192.168.110.201 does not answer (code"));
    assert_true(shows("Are the files on the boot floppy?"));
    screen_places_draw(&app, PLACES_SAVE, &list);
    check_screen("places-none-save");
    assert_true(shows("There is no volume"));
}

/* Every sentence about a place fits where it is shown, with names as long as they get. */
static void errors_name_their_place(void **state)
{
    static const enum error_class classes[] = {
        ERR_IO,         ERR_NO_MEDIA,  ERR_MEDIA_CHANGED,  ERR_WRITE_PROTECTED, ERR_FULL,
        ERR_BAD_VOLUME, ERR_NO_ANSWER, ERR_SERVER_REFUSED, ERR_NOT_FOUND,       ERR_VERIFY};
    char text[200];

    (void)state;
    fake_places();
    for (unsigned place = 0; place < 5; place++) {
        for (size_t i = 0; i < sizeof classes / sizeof classes[0]; i++) {
            for (unsigned writing = 0; writing < 2; writing++) {
                places_error_text(&app.places, &app.places.volumes[place], (err_t)classes[i] << 24,
                                  writing, text, sizeof text);
                assert_in_range(strlen(text), 10, SAVES_TEXT - 1);
                assert_true(text[0] >= 'A' && text[0] <= 'Z');
            }
        }
    }
    places_error_text(&app.places, &app.places.volumes[2], (err_t)ERR_IO << 24, false, text,
                      sizeof text);
    assert_string_equal(text, "Sector 1234 of floppy disk A can't be read");
    places_error_text(&app.places, &app.places.volumes[0], (err_t)ERR_NO_MEDIA << 24, true, text,
                      sizeof text);
    assert_string_equal(text, "The stick is gone");
}

static void title_names_the_place(void **state)
{
    char line[SCREEN_COLUMNS + 1];

    (void)state;
    fake_places();
    for (unsigned place = 0; place < 5; place++) {
        static const char *const words[] = {
            "stick: ODDRESCUE, 61 MiB free", "stick: HOLIDAYS 2003, 61 MiB free",
            "floppy disk A, 61 MiB free", "", "server 192.168.110.201"};

        app.places.target = place;
        screen_main_draw(&app);
        row_of(0, line);
        assert_non_null(strstr(line, words[place]));
    }
}

static void what_takes_a_while_is_said(void **state)
{
    (void)state;
    screen_main_draw(&app);
    app_busy(&app, "Saving the backup on floppy disk A: leave it in ...");
    check_screen("busy");
    assert_true(shows("leave it in ..."));
}

static void evidence_shows_facts(void **state)
{
    struct port *port = &app.machine.ports[4];

    (void)state;
    port->evidence.identify_packet_valid = true;
    port->evidence.asked_packet = port->evidence.asked_device = true;
    port->evidence.identify_device = 0x04000000;
    port->evidence.signature = ATA_SIGNATURE_PACKET;
    memcpy(port->evidence.signature_raw, (uint8_t[]){1, 1, 0x14, 0xEB}, 4);
    port->neighbour = &app.machine.ports[0]; /* a disk */
    screen_evidence_draw(&app, port, 0);
    check_screen("evidence");
    assert_false(shows("the other one answers for it"));
    assert_true(shows("Port 5: what speaks for it (page 1 of 6)"));
    app.machine.ports[3].evidence.answered_for = true;
    screen_evidence_draw(&app, &app.machine.ports[3], 0);
    assert_true(shows("the other one answers for it    yes"));
    screen_evidence_draw(&app, port, 0);
    assert_true(shows("01 01 14 EB, an optical drive's"));
    assert_true(shows("not asked"));
    assert_true(shows("The drive reported an error"));
    assert_true(shows("A hard disk is on the same cable"));
}

static void evidence_shows_the_status_over_time(void **state)
{
    struct port *port = &app.machine.ports[2];

    (void)state;
    screen_evidence_draw(&app, port, 1);
    assert_true(shows("Nobody looked yet"));
    for (unsigned i = 0; i < TRAIL_MAX + 3; i++)
        trail_note(&port->trail, 2000000 + i * 1500000, i % 2 ? 0x80 : 0x7F);
    trail_note(&port->trail, 60000000, 0x7F);
    screen_evidence_draw(&app, port, 1);
    check_screen("evidence-trail");
    assert_true(shows("29.0    31.0      2  7F  nothing on the cable, or no power"));
    assert_true(shows("Changes in all: 18."));
}

static void evidence_shows_every_byte_that_was_answered(void **state)
{
    struct port *port = &app.machine.ports[4];
    struct evidence *seen = &port->evidence;

    (void)state;
    for (unsigned page = 2; page < 5; page++) {
        screen_evidence_draw(&app, &app.machine.ports[2], page);
        assert_true(shows("IDENTIFY: no answer came"));
    }
    seen->asked_packet = true;
    seen->identify_packet = 0;
    for (unsigned i = 0; i < 256; i++)
        seen->identify[i] = (uint16_t)(0x4100 + i);
    seen->identify[93] = 0x4000 | 2 << 1; /* device 0, by cable select */
    seen->identify[255] = 0x12A5;
    seen->identify_unstable = true;
    seen->asked_inquiry = seen->asked_ready = true;
    memcpy(seen->inquiry.raw, "\x05\x80\x00\x32\x5B\0\0\0PLEXTOR DVDR   PX-716A 1.11", 36);
    seen->inquiry_result = (struct packet_result){.status = 0x50, .moved = 96, .time_us = 12345};
    evidence_note_inquiry(seen);
    seen->ready_result = (struct packet_result){.error = 0x04000000,
                                                .status = 0x51,
                                                .error_register = 0x20,
                                                .sense_valid = true,
                                                .sense_key = 2,
                                                .asc = 0x3A,
                                                .ascq = 1,
                                                .time_us = 3000};
    screen_evidence_draw(&app, port, 2);
    check_screen("evidence-answers");
    assert_true(shows("cable select"));
    assert_true(shows("two different answers"));
    assert_true(shows("wrong"));
    assert_true(shows("status 50, error 00, 12 ms"));
    assert_true(shows("00: 05 80 00 32 5B"));
    assert_true(shows("50: 00 00"));
    assert_true(shows("status 51, error 20, 3 ms"));
    assert_true(shows("2/3A/01 no disc is in it"));
    screen_evidence_draw(&app, port, 3);
    check_screen("evidence-low");
    assert_true(shows("  0: 4100 4101"));
    assert_true(shows("120: 4178"));
    assert_true(shows("417F"));
    screen_evidence_draw(&app, port, 4);
    check_screen("evidence-high");
    assert_true(shows("128: 4180"));
    assert_true(shows("12A5"));
}

static void evidence_shows_cable_and_controller(void **state)
{
    struct port *port = &app.machine.ports[2];

    (void)state;
    port->evidence.other_name = true;
    text_copy(port->name_before, sizeof port->name_before, "CD-ROM OLD 1.0");
    port->channel->chipset = CHIPSET_FLOATING;
    port->channel->report = REPORT_FAILS;
    app.said_box = app_port_bit(port);
    screen_evidence_draw(&app, port, 5);
    check_screen("evidence-cable");
    assert_true(shows("80  firmware hangs"));
    assert_true(shows("80  nothing there"));
    assert_true(shows("CD-ROM OLD 1.0"));
    assert_true(shows("0170, 0376  legacy"));
    assert_true(shows("wires let go by the chipset"));
    assert_true(shows("reported to fail"));
    assert_true(shows("you said: out of a box          yes"));
    assert_true(shows("you said: alone on its cable    no"));
}

static void every_page_of_evidence_of_every_verdict(void **state)
{
    (void)state;
    for (unsigned verdict = 0; verdict < VERDICT_COUNT; verdict++) {
        app.machine.ports[2].verdict = verdict;
        for (unsigned page = 0; page < screen_evidence_pages(); page++) {
            screen_evidence_draw(&app, &app.machine.ports[2], page);
            check_screen("evidence-any");
        }
    }
}

static void file_screen_tells_what_it_is(void **state)
{
    struct chosen_file file = {.time = {.year = 2004, .month = 12, .day = 3}};

    (void)state;
    file.firmware = session.file;
    file.firmware.kind = FIRMWARE_DVD_RW;
    file.firmware.crossflash_patched = true;
    screen_file_draw(&app, &file);
    check_screen("file");
    assert_true(shows("1048576 bytes"));
    assert_true(shows("0F3A99C1"));
    assert_true(shows("SONY DVD RW DRU-710A  BYX3"));
    assert_true(shows("DVD writer"));
    assert_true(shows("2004-12-03"));
    assert_true(shows("Enter take this file"));
}

static void file_screen_refuses_with_the_reason(void **state)
{
    struct chosen_file file = {.time = {.year = 2004, .month = 12, .day = 3}};

    (void)state;
    file.firmware.size = 0xC0000000;
    file.firmware.damage = FIRMWARE_SIZE;
    screen_file_draw(&app, &file);
    check_screen("file-size");
    assert_true(shows("3221225472 bytes"));
    assert_true(shows("This file is refused"));
    assert_true(shows(".EXE"));
    assert_false(shows("take this file"));
    file.firmware = session.file;
    file.firmware.damage = FIRMWARE_BANK_START;
    file.firmware.bad_offset = 0x30000;
    screen_file_draw(&app, &file);
    check_screen("file-bank");
    assert_true(shows("at byte 030000"));
}

static void confirm_names_everything(void **state)
{
    struct menu_input input = {.length = 0};
    char word[33];

    (void)state;
    session.warnings = WARN_DRIVE_UNKNOWN;
    app.file.time = (struct calendar_time){.year = 2004, .month = 12, .day = 3};
    screen_confirm_draw(&app, &session, &input, false);
    check_screen("confirm");
    assert_true(shows("Flash: look once more, port 3"));
    assert_true(shows("Secondary master, 0170"));
    assert_true(shows("SST SST39VF080, 1024 KiB"));
    assert_true(shows("read twice: equal"));
    assert_true(shows("BK000001.BIN, CRC-32 77AB0C12, on the stick, checked"));
    assert_true(shows("FIRMWARE\\710A_BYX3.BIN"));
    assert_true(shows("1048576 bytes, CRC-32 0F3A99C1"));
    assert_true(shows("SONY DVD RW DRU-710A  BYX3"));
    assert_true(shows("did not say who it is"));
    assert_true(shows("Type  YES  and press Enter to flash"));
    screen_confirm_word(&session, word, sizeof word);
    assert_string_equal(word, "YES");
}

static void confirm_asks_for_the_name(void **state)
{
    struct menu_input input = {.text = "DRU-7", .length = 5};
    char word[33];

    (void)state;
    session.warnings = WARN_NEEDS_NAME | WARN_NO_BACKUP | WARN_DRIVE_UNKNOWN;
    screen_confirm_draw(&app, &session, &input, true);
    check_screen("confirm-name");
    assert_true(shows("ANOTHER MODEL than the drive"));
    assert_true(shows("Type  DRU-710A  and press Enter"));
    assert_true(shows("That is not it"));

    session.port->verdict = VERDICT_HEALTHY;
    session.port->evidence.inquiry.length = 36;
    text_copy(session.port->evidence.inquiry.product, 17, "DVDRAM GSA-4163B");
    screen_confirm_word(&session, word, sizeof word);
    assert_string_equal(word, "GSA-4163B");
    session.port->evidence.inquiry.length = 0;
    session.old.has_identity = true;
    text_copy(session.old.product, 17, "DVD-ROM SD-616 E");
    screen_confirm_word(&session, word, sizeof word);
    assert_string_equal(word, "DVD-ROM SD-616 E");
    session.old.has_identity = session.file.has_identity = false;
    screen_confirm_word(&session, word, sizeof word);
    assert_string_equal(word, "SST39VF080");
}

static void progress_of_every_phase(void **state)
{
    char name[32];

    (void)state;
    for (unsigned i = 0; i < 20; i++)
        log_line(&app.log, "flash", "bank %u programmed, compared, equal", i);
    for (unsigned phase = 0; phase < PHASE_COUNT; phase++) {
        session.phase = phase;
        session.phases = (uint16_t)((2u << phase) - 1);
        session.critical = phase >= PHASE_ERASE && phase <= PHASE_VERIFY;
        session.changed = phase >= PHASE_ERASE;
        session.progress = (struct session_progress){.phase = phase,
                                                     .overall_done = 4800,
                                                     .overall_total = SESSION_OVERALL,
                                                     .bytes_per_second = 24678,
                                                     .elapsed_ms = 21000,
                                                     .left_ms = phase ? 23000 : UINT32_MAX,
                                                     .status = 0x70,
                                                     .bank = 6,
                                                     .banks = 16};
        screen_progress_draw(&app, &session, VIEW_WORK);
        snprintf(name, sizeof name, "progress-%u", phase);
        check_screen(name);
        assert_true(shows("48 %"));
        assert_true(shows("bank 7 of 16"));
        assert_true(shows("24.0 KiB/s"));
        assert_true(shows("00:00:21 gone"));
        assert_int_equal(shows("00:00:23 left"), phase != 0);
        assert_true(shows("status 70 vendor mode, parallel flash"));
        assert_true(shows("bank 19 programmed"));
        assert_int_equal(shows("do not switch off"), session.critical);
        assert_int_equal(shows("asks before it stops"), session.critical);
    }
}

/* Whether the step on the progress screen has the sign of a finished one. */
static bool is_ticked(const char *step)
{
    char line[SCREEN_COLUMNS + 1];
    int row;

    screen_progress_draw(&app, &session, VIEW_WORK);
    row = text_screen_find(app.cells.wanted, step);
    assert_true(row >= 0);
    row_of((unsigned)row, line);
    return app.cells.wanted[row][strstr(line, step) - line - 2].character == SIGN_CHECK;
}

static void progress_of_a_session_that_stopped(void **state)
{
    (void)state;
    session.phase = PHASE_DONE;
    session.phases = 1u << PHASE_PRECHECK | 1u << PHASE_LOAD | 1u << PHASE_BACKUP |
                     1u << PHASE_CONFIRM | 1u << PHASE_DONE;
    session.error = (err_t)ERR_ABORTED << 24;
    assert_true(is_ticked(WORD_STEP_BACKUP));
    assert_false(is_ticked(WORD_STEP_ERASE));
    assert_false(is_ticked(WORD_STEP_RESTART));

    session.phases |= 1u << PHASE_ERASE | 1u << PHASE_PROGRAM;
    assert_true(is_ticked(WORD_STEP_ERASE));
    assert_false(is_ticked(WORD_STEP_PROGRAM));

    session.phases |= 1u << PHASE_VERIFY | 1u << PHASE_RESTART | 1u << PHASE_IDENTIFY;
    session.error = 0;
    assert_true(is_ticked(WORD_STEP_PROGRAM));
    assert_true(is_ticked(WORD_STEP_RESTART));
}

static void progress_with_log_and_help(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 20; i++)
        log_line(&app.log, "flash", "bank %u programmed, compared, equal", i);
    session.critical = session.changed = true;
    session.progress.overall_done = 4800;
    session.progress.overall_total = SESSION_OVERALL;
    screen_progress_draw(&app, &session, VIEW_LOG);
    check_screen("progress-log");
    assert_true(shows("bank 19 programmed"));
    assert_true(shows("bank 5 programmed"));
    assert_true(shows("48 %"));
    assert_true(shows("leave the power on"));
    assert_true(shows("the work goes on"));
    screen_progress_draw(&app, &session, VIEW_HELP);
    check_screen("progress-help");
    assert_true(shows("48 %"));
    assert_true(shows("The bar is the whole job."));
    assert_true(shows("shows more of the log"));
}

static void result_verified_with_proof(void **state)
{
    (void)state;
    session.result = RESULT_VERIFIED;
    session.changed = session.identified_after = session.after_matches = true;
    session.bytes = 0x100000;
    session.ended_us = 44900000;
    text_copy(session.after.vendor, sizeof session.after.vendor, "SONY");
    text_copy(session.after.product, sizeof session.after.product, "DVD RW DRU-710A");
    text_copy(session.after.revision, sizeof session.after.revision, "BYX3");
    screen_result_draw(&app, &session, "no identity, busy");
    check_screen("result-verified");
    assert_true(shows("VERIFIED  every byte of the chip was read back"));
    assert_true(shows("SONY DVD RW DRU-710A  BYX3"));
    assert_true(shows("44.9 s"));
    assert_true(shows("RESULT job=flash port=3 state=VERIFIED bytes=1048576 crc32=0f3a99c1"));
    assert_true(shows("err=00000000"));
    assert_true(shows("ODDRESC.LOG on the stick"));
    assert_true(shows("Switch the PC off and on"));
    assert_false(shows("another name"));
}

/* Every byte is right, and yet the drive says what it said before: that must not look finished. */
static void result_tells_when_the_drive_says_another_name(void **state)
{
    (void)state;
    session.result = RESULT_VERIFIED;
    session.changed = session.identified_after = true;
    session.file.has_identity = true;
    text_copy(session.after.product, sizeof session.after.product, "DVD RW DRU-700A");
    screen_result_draw(&app, &session, "no identity, busy");
    check_screen("result-other-name");
    assert_true(shows("another name"));
    assert_false(shows("the drive is not the reason"));
}

static void result_of_every_kind(void **state)
{
    char name[32];

    (void)state;
    app.saves.log_error = (err_t)ERR_FULL << 24;
    places_error_text(&app.places, &app.places.volumes[0], app.saves.log_error, true, app.saves.why,
                      sizeof app.saves.why);
    for (unsigned result = 0; result < RESULT_COUNT; result++) {
        session.result = result;
        session.changed = result >= RESULT_UNCHANGED;
        session.error = result == RESULT_VERIFIED ? 0 : 0x01050123;
        screen_result_draw(&app, &session, "vendor mode, status 70");
        snprintf(name, sizeof name, "result-%u", result);
        check_screen(name);
        assert_true(shows(session_result_word(result)));
        assert_true(shows("not saved: There is no room left on the stick"));
        if (session.error)
            assert_true(shows("code 01050123"));
    }
}

static void result_of_a_backup(void **state)
{
    (void)state;
    session.job = SESSION_BACKUP;
    session.result = RESULT_UNCHANGED;
    screen_result_draw(&app, &session, "vendor mode, status 70");
    check_screen("result-backup");
    assert_true(shows("SAVED"));
    assert_true(shows("BK000001.BIN"));
    session.backup_name[0] = '\0';
    screen_result_draw(&app, &session, "vendor mode, status 70");
    check_screen("result-backup-unsaved");
    assert_true(shows("but not saved yet"));
    assert_true(shows("S save again"));
}

static void result_of_a_comparison(void **state)
{
    (void)state;
    session.job = SESSION_VERIFY;
    session.result = RESULT_UNCHANGED;
    session.error = (err_t)ERR_VERIFY << 24;
    session.differences = 3;
    session.first_difference = 0x1234;
    screen_result_draw(&app, &session, "vendor mode, status 70");
    check_screen("result-different");
    assert_true(shows("DIFFERENT"));
    assert_true(shows("differ in 3 bytes, the first at 001234"));
}

static void result_of_a_refused_file(void **state)
{
    (void)state;
    session.result = RESULT_NOT_STARTED;
    session.refused = FIRMWARE_SIZE;
    session.error = (err_t)ERR_WRONG_SIZE << 24;
    screen_result_draw(&app, &session, "vendor mode, status 70");
    check_screen("result-refused");
    assert_true(shows("NOT_STARTED"));
    assert_true(shows("128, 256, 512 or 1024 KiB"));
}

/* A sound file for another chip: the rule about image sizes would send the user the wrong way. */
static void result_of_a_file_for_another_chip(void **state)
{
    (void)state;
    session.result = RESULT_NOT_STARTED;
    session.refused = FIRMWARE_SIZE;
    session.file.damage = FIRMWARE_SOUND;
    session.file.size = 0x40000;
    session.error = (err_t)ERR_WRONG_SIZE << 24;
    screen_result_draw(&app, &session, "vendor mode, status 70");
    check_screen("result-other-chip");
    assert_true(shows("The file has 256 KiB, the drive's flash chip 1024 KiB"));
    assert_false(shows("128, 256, 512 or 1024 KiB"));
}

static void questions_fit(void **state)
{
    static const enum session_question questions[] = {
        ASK_IS_OPTICAL, ASK_ALONE, ASK_NO_BACKUP, ASK_BACKUP_UNSAVED, ASK_STOP, ASK_SAME_DRIVE};
    struct menu_list list = {.count = 2, .rows = 2};
    char name[32];

    (void)state;
    for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++) {
        const struct question_words *words = words_question(questions[i]);
        const char *const answers[] = {words->no, words->yes};

        assert_true(lines_of(words->text, 74) <= 12);
        screen_choice_draw(&app, words->title, words->text, answers, &list);
        snprintf(name, sizeof name, "question-%u", questions[i]);
        check_screen(name);
        assert_true(shows(words->title));
        assert_true(shows(words->yes));
        assert_true(shows(words->no));
        assert_true(shows("Enter take it"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(footers_fit_and_name_keys),
        cmocka_unit_test(table_texts_fit),
        cmocka_unit_test(diagnosis_texts_fit),
        cmocka_unit_test(guide_texts_fit),
        cmocka_unit_test(out_of_range_values_have_a_word),
        cmocka_unit_test(every_warning_has_a_line),
        cmocka_unit_test(help_pages_fit),
        cmocka_unit_test(help_of_the_main_screen_names_both_ways),
        cmocka_unit_test_setup(main_screen_shows_ports, set_up),
        cmocka_unit_test_setup(main_screen_explains_ahci, set_up),
        cmocka_unit_test_setup(main_screen_before_anything_is_known, set_up),
        cmocka_unit_test_setup(main_screen_every_verdict, set_up),
        cmocka_unit_test_setup(main_screen_tells_the_finding_that_matters_most, set_up),
        cmocka_unit_test_setup(main_screen_scrolls_many_ports, set_up),
        cmocka_unit_test_setup(main_screen_without_stick, set_up),
        cmocka_unit_test_setup(places_are_listed, set_up),
        cmocka_unit_test_setup(places_that_are_missing_are_told, set_up),
        cmocka_unit_test_setup(errors_name_their_place, set_up),
        cmocka_unit_test_setup(title_names_the_place, set_up),
        cmocka_unit_test_setup(what_takes_a_while_is_said, set_up),
        cmocka_unit_test_setup(evidence_shows_facts, set_up),
        cmocka_unit_test_setup(evidence_shows_the_status_over_time, set_up),
        cmocka_unit_test_setup(evidence_shows_every_byte_that_was_answered, set_up),
        cmocka_unit_test_setup(evidence_shows_cable_and_controller, set_up),
        cmocka_unit_test_setup(every_page_of_evidence_of_every_verdict, set_up),
        cmocka_unit_test_setup(file_screen_tells_what_it_is, set_up),
        cmocka_unit_test_setup(file_screen_refuses_with_the_reason, set_up),
        cmocka_unit_test_setup(confirm_names_everything, set_up),
        cmocka_unit_test_setup(confirm_asks_for_the_name, set_up),
        cmocka_unit_test_setup(progress_of_every_phase, set_up),
        cmocka_unit_test_setup(progress_of_a_session_that_stopped, set_up),
        cmocka_unit_test_setup(progress_with_log_and_help, set_up),
        cmocka_unit_test_setup(result_verified_with_proof, set_up),
        cmocka_unit_test_setup(result_tells_when_the_drive_says_another_name, set_up),
        cmocka_unit_test_setup(result_of_every_kind, set_up),
        cmocka_unit_test_setup(result_of_a_backup, set_up),
        cmocka_unit_test_setup(result_of_a_comparison, set_up),
        cmocka_unit_test_setup(result_of_a_refused_file, set_up),
        cmocka_unit_test_setup(result_of_a_file_for_another_chip, set_up),
        cmocka_unit_test_setup(questions_fit, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
