/*
 * A workbench with IDE cables: the simulated world that a rescue talks to.
 *
 * A bench has up to two channels (cables), each with up to two positions. On a position sits
 * nothing, a simulated optical drive (drive.h) or a small IDE disk. The bench is plain C: host
 * tests link it and move its virtual time forward themselves; the bridge puts the same bench behind
 * a PCI IDE controller inside QEMU and lets time be real.
 *
 * Everything that a user's hands do (plugs, power switch, eject button) is a text command, see
 * bench_command().
 */
#ifndef TESTS_DRIVE_BENCH_H
#define TESTS_DRIVE_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Register numbers of one channel: 0..7 command block, 8 = alternate status (read) / device control
 * (write). */
enum { BENCH_REG_DATA = 0, BENCH_REG_STATUS = 7, BENCH_REG_ALT_STATUS = 8 };

enum { BENCH_CHANNELS = 2, BENCH_POSITIONS = 2 };

struct bench;

/* A new bench with empty cables; `seed` drives everything that is random. Returns NULL without
 * memory. */
struct bench *bench_new(uint64_t seed);
void bench_free(struct bench *bench);

/* Writes every drive's flash contents and every disk back to the file they were attached with.
 * Returns false when one of the files could not be written. */
bool bench_flush(struct bench *bench);

/* Virtual time in µs. bench_advance() moves it; accesses do not move it by themselves. Commands
 * that were given for later ("at") are carried out at their time on the way. */
uint64_t bench_now_us(const struct bench *bench);
void bench_advance(struct bench *bench, uint64_t us);

/* Whether a flash chip is collecting the bytes of a page: it closes the page when the next byte
 * does not come in time. */
bool bench_loads_page(struct bench *bench);

/*
 * One register access on cable `channel` (0 primary, 1 secondary). Register 0 is 16 bits wide, the
 * others 8. A cable on which nothing drives the bus reads as the cable's float value (command
 * "float", default 7F; the data register then reads 7F7F).
 */
uint16_t bench_read(struct bench *bench, unsigned channel, unsigned reg);
void bench_write(struct bench *bench, unsigned channel, unsigned reg, uint16_t value);

/* A cable whose host tri-states its pins: it floats and nothing that is written arrives. */
void bench_isolate(struct bench *bench, unsigned channel, bool isolated);

/* RESET- line of the cable (what a machine's reset does to both channels). */
void bench_hard_reset(struct bench *bench);

/*
 * Carries out one command line, e.g. "power sm off". Writes a one-line answer ("ok ..." or "error
 * ...") or, for "status"/"dump", several lines, into `answer` (always NUL-terminated, cut at
 * `answer_size`). Returns true for ok. The commands are listed in tests/drive/README.md.
 */
bool bench_command(struct bench *bench, const char *line, char *answer, size_t answer_size);

/*
 * Direct access for assertions in host tests (drive.h, disk.h). NULL when there is no such device
 * at that position.
 */
struct drive;
struct disk;
struct drive *bench_drive(struct bench *bench, unsigned channel, unsigned position);
struct disk *bench_disk(struct bench *bench, unsigned channel, unsigned position);

/*
 * What the flash chip of the drive at that position holds now, `size` bytes; NULL without a drive.
 * Valid until the next call for this bench.
 */
const uint8_t *bench_flash(struct bench *bench, unsigned channel, unsigned position, size_t *size);

/* Register accesses since bench_new(), reads and writes. */
uint64_t bench_accesses(const struct bench *bench);

/*
 * Watches every command-block/control write before it reaches the cable (traces, "nothing that
 * changes a drive was sent" assertions). NULL switches it off.
 */
typedef void bench_trace_fn(void *context, uint64_t now_us, unsigned channel, unsigned reg,
                            bool write, uint16_t value);
void bench_set_trace(struct bench *bench, bench_trace_fn *trace, void *context);

/*
 * Power cuts. Every access that changes the state of a flash chip's cells or starts such a change
 * (program cycle, erase start, page load commit, SPI program/erase/status write) is counted from
 * bench_new() on. When the counter reaches `access` (1-based) the machine and the drive lose power
 * at that very access: what it started is left torn (see flash_chip.h), and `cut` is called; after
 * that every read returns the float value until "power ... on". 0 switches the cut off. The
 * callback may longjmp out of the code under test.
 */
typedef void bench_cut_fn(void *context);
uint64_t bench_flash_changes(const struct bench *bench);
void bench_set_power_cut(struct bench *bench, uint64_t access, bench_cut_fn *cut, void *context);

#endif
