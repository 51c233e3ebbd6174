/*
 * Ten thousand workbenches: a robot goes for a rescue by random ways, while random hands pull and
 * plug the ribbon, bounce it, switch drives off and on, hold eject buttons, and plug the wrong
 * drive. Whatever they do: nothing is written to any drive but the one that was on the cable when
 * the flash was confirmed, no disk gets a vendor command, nothing hangs longer than it says, and no
 * result claims more than is true.
 *
 *     sim_hands              all sequences (ODDRESCUE_SEQUENCES: fewer)
 *     sim_hands SEED         one of them, with what hands did and the log
 */
#define ERROR_MODULE MODULE_NONE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernel/catch.h"
#include "kernel/swap.h"
#include "tests/drive/disk.h"
#include "tests/drive/drive.h"
#include "tests/drive/random.h"
#include "tests/support/bench_script.h"
#include "tests/support/rescue.h"

enum { SIZE = 0x2000, BANK = 0x800, SEQUENCES = 10000 };

/* What a person's hands can't undercut: a ribbon moves from one drive to another. */
enum { MOVE_RIBBON_US = 600000 };

/* Bounds, µs. */
enum {
    SIGN_OF_LIFE_US = 200000,    /* between two calls of progress or idle in a session */
    SESSION_BOUND_US = 900000000 /* of a session with three failures, thinking not counted */
};

enum { PATIENT, TWIN, DONOR, RUNNER, DRIVES };

static const char *const names[DRIVES] = {"patient", "twin", "donor", "runner"};

/* ---- the world ------------------------------------------------------------------------------- */

/* Ways in that the robot goes before its session. */
enum way_in { WAY_PLAIN, WAY_CATCH, WAY_SWAP };

struct world {
    uint64_t seed;
    enum way_in way;
    enum swap_variant variant;
    bool loud;
    struct sim_random random;
    struct bench *bench;
    struct rescue rescue;
    struct session *session;
    struct donors donors;
    struct drive *drives[DRIVES];
    struct disk *disk, *other_disk;
    uint8_t file[SIZE], other_file[SIZE];

    /* hands */
    unsigned moves_left;
    uint64_t next_move_us;
    bool ribbon_off;
    uint64_t pull_us, plug_us; /* what the screen asked for; 0: nothing */
    uint64_t ribbon_off_us;

    /* the session */
    uint8_t before[DRIVES][SIZE]; /* when it began */
    struct drive *confirmed;      /* in this session */
    enum session_phase trigger_phase;
    unsigned trigger_tick; /* hands begin at that call of progress in that phase; 0: they began */
    uint64_t sign_us, longest_us, thought_us;
    unsigned failures;
    uint64_t parked_writes; /* written to a cable that was parked */
    bool parked;
};

static uint32_t below(struct world *world, uint32_t limit)
{
    return sim_random_below(&world->random, limit);
}

static bool chance(struct world *world, uint32_t percent)
{
    return below(world, 100) < percent;
}

/* A time of any order of magnitude up to 40 s. */
static uint64_t some_us(struct world *world)
{
    static const uint32_t scales[] = {1000, 20000, 500000, 5000000, 40000000};

    return 1 + below(world, scales[below(world, sizeof scales / sizeof scales[0])]);
}

#define MUST(world, condition)                                                                     \
    do {                                                                                           \
        if (!(condition))                                                                          \
            broken(world, #condition, __LINE__);                                                   \
    } while (0)

static void broken(struct world *world, const char *what, int line)
{
    fprintf(stderr, "%.*s", (int)world->rescue.host.log.used, world->rescue.host.log.text);
    fail_msg("line %d: not true: %s\nreplay: sim_hands %llu", line, what,
             (unsigned long long)world->seed);
}

/* ---- hands ----------------------------------------------------------------------------------- */

__attribute__((format(printf, 2, 3))) static void hand(struct world *world, const char *format, ...)
{
    char line[100], answer[200];
    va_list arguments;
    bool good;

    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    good = bench_command(world->bench, line, answer, sizeof answer);
    if (world->loud) {
        log_line(&world->rescue.host.log, "hand", "%s%s", line, good ? "" : ": can't");
    }
}

static void plug_in(struct world *world)
{
    uint64_t off_us = bench_now_us(world->bench) - world->ribbon_off_us;
    char bounce[40] = "";

    if (chance(world, 70)) {
        snprintf(bounce, sizeof bounce, " bounce=%u", 1 + below(world, 80));
    }
    if (off_us < MOVE_RIBBON_US || chance(world, 25)) {
        hand(world, "plug pm%s", bounce);
    } else if (chance(world, 35)) {
        hand(world, "swap pm patient%s", bounce);
    } else {
        static const char *const wrong[] = {"twin", "twin", "donor", "runner", "disk", "disk"};

        hand(world, "swap pm %s%s", wrong[below(world, 6)], bounce);
    }
    world->ribbon_off = false;
}

static const char *any_drive(struct world *world)
{
    static const char *const devices[] = {"patient", "twin", "donor", "runner", "disk"};

    return chance(world, 60) ? "pm" : devices[below(world, sizeof devices / sizeof devices[0])];
}

/* A second device comes onto the ribbon's other connector, or leaves it. */
static void move_second(struct world *world)
{
    if (bench_drive(world->bench, 0, 1) != NULL || bench_disk(world->bench, 0, 1) != NULL) {
        hand(world, "move ps shelf");
    } else if (bench_disk(world->bench, 0, 0) == NULL && chance(world, 60)) {
        hand(world, "move disk ps bounce=%u", 1 + below(world, 50));
    } else if (bench_drive(world->bench, 0, 0) != world->drives[RUNNER]) {
        hand(world, "move runner ps bounce=%u", 1 + below(world, 50));
    }
}

static bool is_alone(const struct world *world)
{
    return bench_drive(world->bench, 0, 1) == NULL && bench_disk(world->bench, 0, 1) == NULL;
}

static void move(struct world *world)
{
    unsigned what = below(world, 100);

    if (chance(world, 4)) {
        move_second(world);
    } else if (world->ribbon_off && what < 70) {
        plug_in(world);
    } else if (!world->ribbon_off && what < 40) {
        hand(world, "unplug pm");
        world->ribbon_off = true;
        world->ribbon_off_us = bench_now_us(world->bench);
    } else if (what < 50) {
        hand(world, "bounce pm %u", 1 + below(world, 60));
    } else if (what < 58) {
        hand(world, "bounce pm ms=%u", 1 + below(world, 200));
    } else if (what < 88) {
        hand(world, "power %s %s", any_drive(world), chance(world, 60) ? "on" : "off");
    } else {
        hand(world, "eject %s %s", any_drive(world), chance(world, 50) ? "hold" : "release");
    }
}

/* What the screen asks for: the good drive's plug is pulled, the patient's plugged; or the patient
 * gets its power. */
static void obey(struct world *world)
{
    uint64_t now = bench_now_us(world->bench);

    if (world->pull_us != 0 && now >= world->pull_us) {
        world->pull_us = 0;
        hand(world, "unplug pm");
        world->ribbon_off = true;
        world->ribbon_off_us = now;
    }
    if (world->plug_us != 0 && now >= world->plug_us) {
        world->plug_us = 0;
        hand(world, "power patient on");
        hand(world, "swap pm patient bounce=%u", 1 + below(world, 80));
        world->ribbon_off = false;
    }
}

/* Called whenever time has passed. */
static void hands(void *context)
{
    struct world *world = context;

    obey(world);

    while (world->moves_left != 0 && bench_now_us(world->bench) >= world->next_move_us) {
        world->moves_left--;
        move(world);
        world->next_move_us = bench_now_us(world->bench) + some_us(world);
    }
}

static void hands_begin(struct world *world)
{
    world->moves_left = 1 + below(world, 12);
    world->next_move_us = bench_now_us(world->bench) + (chance(world, 50) ? 0 : some_us(world));
}

static void pass(struct world *world, uint64_t us)
{
    uint64_t end = bench_now_us(world->bench) + us;

    while (bench_now_us(world->bench) < end) {
        bench_advance(world->bench, 1000);
        hands(world);
    }
}

/* While nobody looks: another drive hangs on the ribbon than before. */
static void exchange(struct world *world)
{
    hand(world, "unplug pm");
    world->ribbon_off = true;
    world->ribbon_off_us = bench_now_us(world->bench);
    pass(world, MOVE_RIBBON_US + below(world, 500000));
    if (world->ribbon_off) {
        plug_in(world);
    }
}

/* ---- what the robot sees with its eyes ------------------------------------------------------- */

static struct drive *drive_on_cable(const struct world *world)
{
    return world->ribbon_off ? NULL : bench_drive(world->bench, 0, 0);
}

static int index_of(const struct world *world, const struct drive *drive)
{
    for (int i = 0; i < DRIVES; i++) {
        if (drive != NULL && world->drives[i] == drive) {
            return i;
        }
    }
    return -1;
}

/* ---- the bench ------------------------------------------------------------------------------- */

static const char *chip_options(const struct world *world)
{
    static const char *const options[] = {"chip=TESTP8K engine=70", "chip=TESTS8K engine=72",
                                          "chip=TESTS8K engine=73"};

    return options[world->seed % 3];
}

static void make_image(uint8_t *image, const char *product, const char *revision, uint64_t seed,
                       bool sparse)
{
    rescue_image(image, SIZE, sparse, product, revision, seed);
}

static struct drive *attach(struct world *world, unsigned drive, const uint8_t *content,
                            const char *options)
{
    bench_do(world->bench, "attach pm drive name=%s power=off %s %s", names[drive],
             chip_options(world), options);
    world->drives[drive] = bench_drive(world->bench, 0, 0);
    memcpy(world->drives[drive]->chip->cells, content, SIZE);
    return world->drives[drive];
}

static void clear_table(struct world *world)
{
    bench_do(world->bench, "attach shelf disk name=spare");
    bench_do(world->bench, "swap pm spare");
    bench_do(world->bench, "detach spare");
}

/* Dead in one of the ways in which drives are dead. */
static void make_dead(struct world *world, uint8_t *content)
{
    switch (below(world, 5)) {
    case 0:
        memset(content, 0xFF, SIZE);
        break;
    case 1: /* starts and crashes */
        content[SIZE / 2 + 3] ^= 0x10;
        break;
    case 2:
        memset(content, 0xFF, BANK);
        break;
    default:
        content[0] = 0xFF;
        break;
    }
}

static const char *some_face(struct world *world)
{
    static const char *const faces[] = {"silent", "abort", "hang", "garbage", "boot"};

    return faces[below(world, sizeof faces / sizeof faces[0])];
}

/* Failures that end in a question, while hands go on. */
static void add_fault(struct world *world, const uint8_t *old)
{
    unsigned address = below(world, SIZE), bit = below(world, 8);

    switch (below(world, 5)) {
    case 0:
        /* Stuck as it is: the chip is not changed by it. */
        bench_do(world->bench, "fault patient stuck_bit address=%u bit=%u value=%u", address, bit,
                 old[address] >> bit & 1);
        break;
    case 1:
        bench_do(world->bench, "fault patient vendor_mode_lost after=%u gate=%u",
                 1 + below(world, 60000), below(world, 2));
        break;
    case 2:
        bench_do(world->bench, "fault patient write_lies_at n=%u on=%u", 1 + below(world, 30),
                 below(world, 2));
        break;
    case 3:
        bench_do(world->bench, "fault patient erase_partial n=%u on=%u", 1 + below(world, 4),
                 below(world, 2));
        break;
    default:
        bench_do(world->bench, "fault patient worn_sector address=%u never=0", address);
        break;
    }
}

static void attach_patient(struct world *world, const uint8_t *old)
{
    char options[120];

    snprintf(options, sizeof options, "face=%s crash=%s gate=%s signature=%s", some_face(world),
             some_face(world), chance(world, 50) ? "open" : "closed",
             chance(world, 70) ? "yes" : "no");
    (void)attach(world, PATIENT, old, options);
    if (chance(world, 30)) {
        add_fault(world, old);
    }
}

/* The drive that is easiest to take for the patient: the same chip, and a content that is the
 * patient's, the file, blank, or something else; its vendor mode may be open already. */
static void attach_twin(struct world *world, const uint8_t *old)
{
    uint8_t content[SIZE];

    switch (below(world, 5)) {
    case 0:
        memcpy(content, old, SIZE);
        content[BANK + below(world, SIZE - BANK)] ^= 0x04;
        break;
    case 1:
        memcpy(content, world->file, SIZE);
        break;
    case 2:
        memset(content, 0xFF, SIZE);
        break;
    case 3:
        make_image(content, "DVD TEST", "SIB3", 3, true);
        break;
    default:
        make_image(content, "DVD TEST", "SIB3", 3, false);
        make_dead(world, content);
        break;
    }
    (void)attach(world, TWIN, content, "");
    bench_do(world->bench, "eject twin hold");
    bench_do(world->bench, "power twin on");
    bench_advance(world->bench, 2000000);
    bench_do(world->bench, "eject twin release");
    if (chance(world, 60)) {
        bench_write(world->bench, 0, ATA_REG_DEVICE, ATA_DEVICE_MASTER);
        bench_write(world->bench, 0, ATA_REG_LBA_LOW, 0x2A);
        bench_write(world->bench, 0, ATA_REG_COMMAND, 0x80);
        bench_advance(world->bench, 100000);
    }
    clear_table(world);
}

static void attach_running(struct world *world, unsigned drive, const char *product)
{
    uint8_t content[SIZE];

    make_image(content, product, "RUN4", 4 + drive, chance(world, 50));
    (void)attach(world, drive, content, "");
    bench_do(world->bench, "power %s %s", names[drive], chance(world, 80) ? "on" : "off");
    bench_advance(world->bench, 2000000);
    clear_table(world);
}

static void set_bench(struct world *world)
{
    uint8_t old[SIZE];

    make_image(world->file, "DVD TEST", "NEW2", 2, chance(world, 50));
    make_image(world->other_file, "DVD TEST", "NEW3", 7, chance(world, 50));
    make_image(old, "DVD TEST", "OLD1", 1, chance(world, 50));
    make_dead(world, old);
    attach_twin(world, old);
    attach_running(world, RUNNER, "CD OTHER");
    attach_running(world, DONOR, "GOOD DRIVE");
    bench_do(world->bench, "attach pm disk name=disk");
    world->disk = bench_disk(world->bench, 0, 0);
    bench_advance(world->bench, 2000000);
    clear_table(world);
    attach_patient(world, old);
    bench_do(world->bench, "eject patient %s", chance(world, 40) ? "hold" : "release");
    bench_do(world->bench, "power patient %s", chance(world, 85) ? "on" : "off");
    if (world->way == WAY_SWAP && world->variant == SWAP_CABLE) {
        bench_do(world->bench, "swap pm donor");
        bench_do(world->bench, "power donor on");
    } else if (world->way == WAY_SWAP && world->variant == SWAP_LATE_POWER) {
        bench_do(world->bench, "power patient off");
    } else if (world->way == WAY_SWAP || chance(world, 5)) {
        bench_do(world->bench, "unplug pm");
        world->ribbon_off = true;
    }
    if (chance(world, 50)) {
        bench_do(world->bench, "attach sm disk name=bystander");
        world->other_disk = bench_disk(world->bench, 1, 0);
    }
    bench_advance(world->bench, 2000000);
}

/* ---- what must hold -------------------------------------------------------------------------- */

static void check_disk(struct world *world, const struct disk *disk)
{
    MUST(world, disk->vendor_commands == 0);
    MUST(world, disk->vendor_keys == 0);
    MUST(world, disk->writes == 0);
}

static const uint8_t *cells(const struct world *world, unsigned drive)
{
    return world->drives[drive]->chip->cells;
}

static bool same(const struct world *world, unsigned drive)
{
    return memcmp(cells(world, drive), world->before[drive], SIZE) == 0;
}

static void check_world(struct world *world)
{
    check_disk(world, world->disk);
    if (world->other_disk != NULL) {
        check_disk(world, world->other_disk);
    }
    for (unsigned i = 0; i < DRIVES; i++) {
        MUST(world, world->drives[i]->destroyed == 0);
    }
    MUST(world, world->parked_writes == 0);
}

/* Flash chips at the end of a session, against what it says. */
static void check_result(struct world *world)
{
    const struct session *session = world->session;
    int confirmed = index_of(world, world->confirmed);

    for (unsigned i = 0; i < DRIVES; i++) {
        MUST(world, (int)i == confirmed || same(world, i));
    }
    switch (session->result) {
    case RESULT_VERIFIED:
        MUST(world, confirmed >= 0 || session->error == 0);
        if (confirmed >= 0) {
            MUST(world, memcmp(cells(world, (unsigned)confirmed), session->file.bytes, SIZE) == 0);
        }
        break;
    case RESULT_NOT_STARTED:
    case RESULT_UNCHANGED:
        for (unsigned i = 0; i < DRIVES; i++) {
            MUST(world, same(world, i));
        }
        break;
    default:
        MUST(world, session->error != 0);
        break;
    }
    if (confirmed >= 0 && session->backup_equal && session->changed) {
        MUST(world, memcmp(session->backup, world->before[confirmed], SIZE) == 0);
    }
    MUST(world, !world->rescue.host.held);
}

/* ---- a session ------------------------------------------------------------------------------- */

static struct world *world_of(void *context)
{
    return (struct world *)((char *)context - offsetof(struct world, rescue));
}

static void sign_of_life(struct world *world)
{
    uint64_t now = bench_now_us(world->bench);

    if (now - world->sign_us > world->longest_us) {
        world->longest_us = now - world->sign_us;
    }
    world->sign_us = now;
}

static bool on_idle(void *context, uint8_t status)
{
    struct world *world = context;

    (void)status;
    sign_of_life(world);
    return false;
}

static void on_tick(void *context)
{
    struct world *world = world_of(context);

    sign_of_life(world);
    if (world->trigger_tick != 0 && world->session->phase == world->trigger_phase &&
        --world->trigger_tick == 0) {
        hands_begin(world);
    }
}

static void say(struct world *world, enum session_question question, enum session_answer answer)
{
    struct test_host *host = &world->rescue.host;

    host->answer_count[question] = 1;
    host->answers[question][0] = answer;
}

static enum session_answer answer_failed(struct world *world)
{
    static const enum session_answer answers[] = {ANSWER_RETRY, ANSWER_RETRY_FAILED,
                                                  ANSWER_RESTORE_BACKUP, ANSWER_OTHER_FILE,
                                                  ANSWER_SAVE_LOG};
    enum session_answer answer = answers[below(world, sizeof answers / sizeof answers[0])];

    if (world->failures++ >= 3) {
        return ANSWER_STOP;
    }
    if (answer == ANSWER_OTHER_FILE) {
        rescue_file(&world->rescue, world->other_file, SIZE, BANK);
    }
    return answer;
}

/* The robot looks at the cable and says what is true at the moment of the answer. */
static void on_question(void *context, enum session_question question)
{
    struct world *world = world_of(context);
    uint64_t asked_us = bench_now_us(world->bench);
    struct drive *drive;

    sign_of_life(world);
    pass(world, chance(world, 50) ? 1000 : some_us(world));
    if (chance(world, question == ASK_FAILED ? 40 : 4)) {
        exchange(world);
    }
    drive = drive_on_cable(world);
    switch (question) {
    case ASK_IS_OPTICAL:
        say(world, question, drive != NULL ? ANSWER_YES : ANSWER_NO);
        break;
    case ASK_ALONE:
        say(world, question, is_alone(world) ? ANSWER_YES : ANSWER_NO);
        break;
    case ASK_CONFIRM:
        say(world, question, chance(world, 95) ? ANSWER_YES : ANSWER_NO);
        /* Off for a moment: the one that the screen was about. */
        if (world->confirmed == NULL) {
            world->confirmed = bench_drive(world->bench, 0, 0);
        }
        break;
    case ASK_SAME_DRIVE:
        say(world, question, drive != NULL && drive == world->confirmed ? ANSWER_YES : ANSWER_NO);
        break;
    case ASK_FAILED:
        say(world, question, answer_failed(world));
        break;
    case ASK_STOP:
        say(world, question, chance(world, 30) ? ANSWER_YES : ANSWER_NO);
        break;
    default:
        break;
    }
    world->sign_us = bench_now_us(world->bench);
    world->thought_us += world->sign_us - asked_us;
}

/* The probe once more, as the program does it after a restart. */
static err_t identify(void *context, struct inquiry *inquiry)
{
    struct world *world = world_of(context);
    struct port *port = world->session->port;
    err_t error;

    probe_start(&world->rescue.machine, port, true);
    error = probe_finish(&world->rescue.machine, port);
    *inquiry = port->evidence.inquiry;
    return error != 0 ? error : port->evidence.inquiry_error;
}

static void open_session(struct world *world, struct port *port)
{
    struct rescue *rescue = &world->rescue;
    struct test_host *host = &rescue->host;

    memset(world->session, 0, sizeof *world->session);
    host->arena.used = 0;
    world->session->job = chance(world, 90)   ? SESSION_FLASH
                          : chance(world, 50) ? SESSION_BACKUP
                                              : SESSION_VERIFY;
    world->session->port = port;
    world->session->method = &rescue->method;
    world->session->host = &host->host;
    world->session->log = &host->log;
    world->session->arena = &host->arena;
    world->session->want_backup = chance(world, 85);
    world->session->donors = &world->donors;
    mtk_open(&rescue->mtk, &rescue->method, &port->device);
    rescue_file(rescue, world->file, SIZE, BANK);
    rescue_chip(rescue, world->seed % 3 == 0 ? &rescue_toy_parallel : &rescue_toy_spi);
    host->escape_tick = chance(world, 10) ? 1 + below(world, 40) : 0;
    host->escape_phase = (enum session_phase)below(world, PHASE_DONE);
    memset(host->ticks, 0, sizeof host->ticks);
    memset(&host->last, 0, sizeof host->last);
    memset(host->answer_count, 0, sizeof host->answer_count);
    memset(host->asked, 0, sizeof host->asked);
    world->confirmed = NULL;
    world->failures = 0;
}

static void run_session(struct world *world, struct port *port)
{
    struct rescue *rescue = &world->rescue;
    struct ata_device *device = &port->device;
    uint64_t began_us;

    open_session(world, port);
    for (unsigned i = 0; i < DRIVES; i++) {
        memcpy(world->before[i], cells(world, i), SIZE);
    }
    device->idle = on_idle;
    device->idle_context = world;
    began_us = world->sign_us = bench_now_us(world->bench);
    world->thought_us = world->longest_us = 0;
    (void)rescue_run(rescue);
    sign_of_life(world);
    device->idle = NULL;
    MUST(world, world->longest_us <= SIGN_OF_LIFE_US);
    MUST(world, bench_now_us(world->bench) - began_us - world->thought_us <= SESSION_BOUND_US);
    check_result(world);
}

/* ---- the ways in ----------------------------------------------------------------------------- */

/* What came of them all: hands that never let anything succeed would prove little. */
static struct {
    unsigned results[RESULT_COUNT];
    unsigned sessions, confirmed, caught, arrived, asked_same;
} tally;

/* The main screen, for a while: ports are looked at in the background. */
static void watch_ports(struct world *world, uint64_t us)
{
    uint64_t end = bench_now_us(world->bench) + us;

    while (bench_now_us(world->bench) < end) {
        (void)probe_step(&world->rescue.machine);
        pass(world, 2000);
    }
}

/* Until the probe of the port is over; the bound is the one that is shown. */
static void finish_probe(struct world *world, struct port *port)
{
    uint64_t began_us = bench_now_us(world->bench);

    MUST(world, probe_finish(&world->rescue.machine, port) == 0);
    MUST(world, bench_now_us(world->bench) - began_us <= PROBE_LONGEST_US + 20000);
}

/* True: it listens. */
static bool run_catch(struct world *world, struct port *port)
{
    static struct catch catch;
    uint64_t patience_us = bench_now_us(world->bench) + 1000000 + some_us(world);
    uint64_t asking_since_us = 0;
    enum catch_state state = CATCH_TRYING;

    if (port_vendor_allowed(port) != 0) {
        return false;
    }
    catch_open(&catch, port, &world->donors, &world->rescue.host.log);
    while (bench_now_us(world->bench) < patience_us &&
           (state == CATCH_TRYING || state == CATCH_ASKING || state == CATCH_SETTLING)) {
        state = catch_step(&catch);
        if (state != CATCH_ASKING) {
            asking_since_us = 0;
        } else if (asking_since_us == 0) {
            asking_since_us = bench_now_us(world->bench);
        }
        MUST(world, asking_since_us == 0 ||
                        bench_now_us(world->bench) - asking_since_us <= 2 * CATCH_ASK_US + 20000);
        pass(world, 1000);
    }
    probe_start(&world->rescue.machine, port, false);
    finish_probe(world, port);
    tally.caught += state == CATCH_CAUGHT;
    return state == CATCH_CAUGHT;
}

/* Nothing may be written to a cable that is parked. */
static void watch_writes(void *context, uint64_t now_us, unsigned channel, unsigned reg, bool write,
                         uint16_t value)
{
    struct world *world = context;

    (void)now_us, (void)channel, (void)reg, (void)value;
    world->parked_writes += write && world->parked;
}

/* The port that somebody arrived at, or NULL. */
static struct port *run_swap(struct world *world, struct port *port)
{
    static struct swap swap;
    enum swap_variant variant = world->variant;
    uint64_t patience_us = bench_now_us(world->bench) + 2000000 + some_us(world);
    bool told = chance(world, 20);

    if (swap_allowed(port, variant) != SWAP_ALLOWED ||
        !swap_open(&swap, &world->rescue.machine, port, variant, &world->donors,
                   &world->rescue.host.log) ||
        !swap_park(&swap)) {
        return NULL;
    }
    if (chance(world, 80)) {
        world->pull_us = bench_now_us(world->bench) + 1 + below(world, 3000000);
        world->plug_us = world->pull_us + MOVE_RIBBON_US + below(world, 5000000);
        patience_us += 12000000;
    }
    while (swap.state != SWAP_OVER) {
        uint64_t now = bench_now_us(world->bench);
        uint64_t deadline_us = swap.deadline_us;
        enum swap_state state = swap.state;

        world->parked = state != SWAP_PROBING;
        if (state != SWAP_PROBING && now >= patience_us) {
            world->parked = false;
            if (!told) {
                swap_stop(&swap);
                break;
            }
            told = false;
            patience_us = now + 10000000;
            swap_look_now(&swap);
            continue;
        }
        (void)swap_step(&swap);
        world->parked = false;
        if (deadline_us != 0 && swap.state == state && swap.deadline_us == deadline_us) {
            MUST(world, now <= deadline_us + 20000);
        }
        pass(world, 5000);
    }
    tally.arrived += swap.outcome == SWAP_ARRIVED;
    return swap.outcome == SWAP_ARRIVED ? swap.port : NULL;
}

static void rescue_world(struct world *world, struct port *port)
{
    watch_ports(world, chance(world, 70) ? 2000 : some_us(world) / 4);
    if (world->way == WAY_CATCH) {
        (void)run_catch(world, port);
    } else if (world->way == WAY_SWAP) {
        struct port *arrived = run_swap(world, port);

        world->pull_us = world->plug_us = 0;
        finish_probe(world, port);
        port = arrived != NULL ? arrived : port;
    }
    if (chance(world, 30)) {
        watch_ports(world, some_us(world) / 4);
    }
    if (chance(world, 8)) {
        exchange(world);
    }
    run_session(world, port);
}

/* ---- one sequence ---------------------------------------------------------------------------- */

static void begin_hands_somewhere(struct world *world)
{
    static const enum session_phase phases[] = {PHASE_LOAD,    PHASE_BACKUP,  PHASE_CONFIRM,
                                                PHASE_ERASE,   PHASE_PROGRAM, PHASE_PROGRAM,
                                                PHASE_PROGRAM, PHASE_VERIFY,  PHASE_RESTART};

    world->trigger_tick = 0;
    if (chance(world, 20)) {
        hands_begin(world);
        return;
    }
    world->trigger_phase = phases[below(world, sizeof phases / sizeof phases[0])];
    world->trigger_tick = 1 + below(world, chance(world, 50) ? 3 : 40);
}

static struct world *open_world(uint64_t seed, bool loud)
{
    struct world *world = calloc(1, sizeof *world);
    struct rescue *rescue;

    assert_non_null(world);
    world->seed = seed;
    world->loud = loud;
    world->random.state = seed * 0x2545F4914F6CDD1Du;
    world->bench = bench_new(seed);
    assert_non_null(world->bench);
    rescue = &world->rescue;
    rescue_open(rescue, world->bench, 0);
    world->session = rescue->session;
    rescue->host.on_tick = on_tick;
    rescue->host.on_question = on_question;
    rescue->host.identify = identify;
    world->way = chance(world, 40) ? WAY_PLAIN : chance(world, 50) ? WAY_CATCH : WAY_SWAP;
    world->variant = (enum swap_variant)below(world, 3);
    set_bench(world);
    bench_set_trace(world->bench, watch_writes, world);
    rescue_probe(rescue);
    for (unsigned i = 0; i < BENCH_CHANNELS; i++) {
        rescue->cables[i].hands = hands;
        rescue->cables[i].hands_context = world;
    }
    return world;
}

static void close_world(struct world *world)
{
    rescue_close(&world->rescue);
    bench_free(world->bench);
    free(world);
}

static void play(uint64_t seed, bool loud)
{
    struct world *world = open_world(seed, loud);
    unsigned rounds = chance(world, 20) ? 2 : 1;

    begin_hands_somewhere(world);
    for (unsigned i = 0; i < rounds; i++) {
        rescue_world(world, world->session->port);
        tally.results[world->session->result]++;
        tally.confirmed += world->confirmed != NULL;
        tally.asked_same += world->rescue.host.asked[ASK_SAME_DRIVE] != 0;
        tally.sessions++;
    }
    check_world(world);
    if (loud) {
        printf("%.*s", (int)world->rescue.host.log.used, world->rescue.host.log.text);
    }
    close_world(world);
}

static unsigned sequences(void)
{
    const char *fewer = getenv("ODDRESCUE_SEQUENCES");

    return fewer != NULL ? (unsigned)strtoul(fewer, NULL, 10) : SEQUENCES;
}

static void test_no_hands_harm_another_drive(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= sequences(); seed++) {
        play(seed, false);
    }
    printf(
        "%u sequences, %u sessions, %u confirmed, %u caught, %u brought in, %u asked for the same "
        "drive\n",
        sequences(), tally.sessions, tally.confirmed, tally.caught, tally.arrived,
        tally.asked_same);
    for (unsigned i = 0; i < RESULT_COUNT; i++) {
        printf("%s %u%c", session_result_word((enum session_result)i), tally.results[i],
               i + 1 < RESULT_COUNT ? ' ' : '\n');
    }
    /* Neither nothing nor all of it went well, and all ways were gone. */
    assert_true(tally.results[RESULT_VERIFIED] > tally.sessions / 20);
    assert_true(tally.results[RESULT_VERIFIED] < tally.sessions * 19 / 20);
    assert_true(tally.results[RESULT_UNKNOWN] > tally.sessions / 100);
    assert_true(tally.results[RESULT_PARTIAL] > tally.sessions / 200);
    assert_true(tally.caught > tally.sessions / 100);
    assert_true(tally.arrived > tally.sessions / 100);
    assert_true(tally.asked_same > tally.sessions / 200);
}

static uint64_t replayed;

static void test_one_sequence(void **state)
{
    (void)state;
    play(replayed, true);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest all[] = {cmocka_unit_test(test_no_hands_harm_another_drive)};
    const struct CMUnitTest one[] = {cmocka_unit_test(test_one_sequence)};

    if (argc > 1) {
        replayed = strtoull(argv[1], NULL, 10);
        return cmocka_run_group_tests(one, NULL, NULL);
    }
    return cmocka_run_group_tests(all, NULL, NULL);
}
