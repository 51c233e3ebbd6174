/*
 * Simulated flash chips, each one described by data: JEDEC parallel parts (unlock cycles, ID mode,
 * erase, byte program or page load, data polling) and serial (SPI) parts.
 *
 * A chip sees bus cycles and the time in µs. What it is busy with is not scheduled anywhere: an
 * operation stores its deadline, and the next cycle compares that with the time. While busy a
 * parallel part shows its polling bits and ignores commands, a serial part answers only "read
 * status".
 *
 * Power that fails while an operation runs leaves it torn, by chance (seeded):
 *
 * - byte program: any subset of the bits that were to be cleared is cleared;
 * - page program: a prefix, or any subset, of the bytes is done and one more byte is torn;
 * - erase: every byte is old, or old with some more bits set, or FF;
 * - page load parts, which erase and program in one go: one of the two, for the whole page.
 */
#ifndef TESTS_DRIVE_FLASH_CHIP_H
#define TESTS_DRIVE_FLASH_CHIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/drive/fault.h"
#include "tests/drive/random.h"

enum sim_chip_bus { SIM_CHIP_PARALLEL, SIM_CHIP_SPI };

enum sim_chip_program {
    SIM_PROGRAM_BYTE,      /* parallel: A0 and one byte */
    SIM_PROGRAM_PAGE_LOAD, /* parallel: A0 and up to a page, which is erased by itself; others than
                              loaded become FF */
    SIM_PROGRAM_PAGE,      /* serial: 02 with up to a page, wraps inside the page */
    SIM_PROGRAM_BYTE_AAI   /* serial: 02 with one byte, AF with automatic address increment */
};

enum {
    SIM_CHIP_ERASES = 6,
    SIM_CHIP_ERASE_LIST = 64, /* sectors that one multi-sector erase can collect */
    SIM_CHIP_PAGE_MAX = 256
};

/* One erase command. `size` 0 means the whole chip. */
struct sim_erase {
    uint8_t opcode; /* serial: the opcode; parallel: 30 sector, 50 block, 10 chip */
    uint32_t size;  /* bytes */
    uint32_t us;    /* how long it takes */
};

struct sim_chip_type {
    const char *name;
    enum sim_chip_bus bus;
    uint32_t size;      /* bytes */
    uint32_t bank_size; /* bytes; how the firmware on it divides it: 64 KiB but for the toys */
    uint8_t manufacturer;
    uint8_t device;    /* parallel: at address 1; serial: second byte of REMS, 0 without REMS */
    bool continuation; /* address 0 reads 7F, the manufacturer is at 100 (parallel); 7F first
                          (serial) */
    uint16_t unlock;   /* parallel: mask of the address bits compared with 5555/2AAA */
    enum sim_chip_program program;
    uint16_t page_size;  /* bytes; 1 for byte program */
    uint32_t program_us; /* per byte, or per page for page parts */
    uint16_t
        window_us; /* parallel: sector erase time-out, or the byte load time-out of page loads */
    bool single_reset;   /* parallel: one F0 cycle leaves ID mode */
    bool dq5;            /* parallel: shows DQ5 when an operation takes too long */
    uint8_t rdid_opcode; /* serial: 9F, 15 or 0 */
    uint8_t rdid[3];
    uint8_t rdid_length;
    bool rems;              /* serial: answers 90 */
    uint8_t res;            /* serial: byte after AB and three dummies, 0 = no answer */
    bool res_is_rems;       /* serial: AB answers as 90 */
    uint8_t status_write;   /* serial: status bits that WRSR can change */
    uint8_t protect_levels; /* serial: block protect bits, 2 or 3, from bit 2 on */
    bool status_volatile;   /* serial: status bits are set to status_power_on at power-on (SST) */
    uint8_t status_power_on;
    uint32_t status_us; /* serial: duration of WRSR */
    struct sim_erase erases[SIM_CHIP_ERASES];
};

/*
 * Called when an operation that changes cells (or the status register) starts. Returning true means
 * that power fails at this very moment: the operation stays unfinished until sim_chip_power_off()
 * tears it.
 */
typedef bool sim_chip_change_fn(void *context);

enum sim_operation {
    SIM_OPERATION_NONE,
    SIM_OPERATION_PROGRAM,   /* one byte */
    SIM_OPERATION_PAGE,      /* a page, bits only cleared */
    SIM_OPERATION_PAGE_LOAD, /* a page, erased and programmed */
    SIM_OPERATION_ERASE,
    SIM_OPERATION_STATUS /* serial: status register */
};

struct sim_range {
    uint32_t start, length;
};

struct sim_chip {
    const struct sim_chip_type *type;
    uint8_t *cells;
    uint8_t *old; /* what `cells` held before the running operation */
    struct sim_faults *faults;
    struct sim_random *random;
    sim_chip_change_fn *change; /* may be NULL */
    void *change_context;

    /* the running operation; `cells` already hold its result */
    enum sim_operation operation;
    uint64_t started_us, until_us, window_until_us;
    struct sim_range ranges[SIM_CHIP_ERASE_LIST];
    unsigned range_count;
    uint8_t last_data; /* for data polling */
    uint8_t toggle;
    bool stuck; /* does not end by itself */

    /* parallel command decoder */
    uint8_t step;
    bool id_mode;
    bool id_wrong;             /* this ID session reads the wrong ID of a fault */
    uint8_t id_wrong_bytes[2]; /* manufacturer and device instead of the right ones */
    uint64_t id_ready_us;      /* before that the ID reads 0000 (set by the drive) */
    bool id_garbled;           /* the ID reads 021C until the drive says otherwise */
    bool program_next;
    bool loading; /* page load: bytes are being collected */
    uint32_t load_page;
    uint8_t load[SIM_CHIP_PAGE_MAX];
    bool load_given[SIM_CHIP_PAGE_MAX];
    uint64_t load_until_us;

    /* serial */
    uint8_t status; /* block protect and SRP bits */
    uint8_t old_status;
    bool write_enabled;
    bool status_enabled; /* EWSR was the last command */
    bool aai;
    uint32_t aai_address;
    bool wp_low; /* the WP# pin: with SRP set, status writes are refused */

    uint64_t reads, programs, erases; /* for assertions and benchmarks */
};

/* The chips that can be attached; NULL when there is none of that name. */
const struct sim_chip_type *sim_chip_find(const char *name);
const struct sim_chip_type *sim_chip_list(size_t *count);

/* A chip full of FF. `faults` and `random` belong to the caller and must live as long. NULL without
 * memory. */
struct sim_chip *sim_chip_new(const struct sim_chip_type *type, struct sim_faults *faults,
                              struct sim_random *random);
void sim_chip_free(struct sim_chip *chip);

/* Supply. Power off tears a running operation; power on resets the decoder and the volatile status
 * bits. */
void sim_chip_power_off(struct sim_chip *chip, uint64_t now_us);
void sim_chip_power_on(struct sim_chip *chip);

/* Lets an operation end whose time is over. The bus functions do this by themselves. */
void sim_chip_settle(struct sim_chip *chip, uint64_t now_us);
bool sim_chip_busy(struct sim_chip *chip, uint64_t now_us);

/* Erases the whole chip as its own chip erase would; used for the destructive vendor parameter. */
void sim_chip_erase_all(struct sim_chip *chip, uint64_t now_us);

/* Bus cycles of a parallel part; addresses beyond its size wrap. */
uint8_t sim_chip_read(struct sim_chip *chip, uint64_t now_us, uint32_t address);
void sim_chip_write(struct sim_chip *chip, uint64_t now_us, uint32_t address, uint8_t data);

/*
 * One transaction of a serial part, CS# low for `count` bytes. Writes what the part drives on its
 * output into `miso` and leaves bytes alone where it does not drive. Returns the index of the first
 * driven byte, `count` if none.
 */
size_t sim_chip_transfer(struct sim_chip *chip, uint64_t now_us, const uint8_t *mosi, size_t count,
                         uint8_t *miso);

#endif
