/* What the flash chip's own files share. */
#ifndef TESTS_DRIVE_FLASH_PARTS_H
#define TESTS_DRIVE_FLASH_PARTS_H

#include "tests/drive/flash_chip.h"

extern const struct sim_chip_type sim_chip_types[];
extern const size_t sim_chip_type_count;

/* A deadline that never comes. */
#define SIM_NEVER UINT64_MAX

/* Programs one byte (bits are only cleared) and starts the time of it. */
void sim_chip_start_program(struct sim_chip *chip, uint64_t now_us, uint32_t address, uint8_t data);

/*
 * Programs `data` where `given` says so into the page at `page`. With `erase` the page is erased
 * first. `start_us` is when it began, which can be earlier than the cycle that noticed it.
 */
void sim_chip_start_page(struct sim_chip *chip, uint64_t start_us, uint32_t page,
                         const uint8_t *data, const bool *given, bool erase);

/* Erases by a command of the table; `address` is any address inside. `add` joins a running
 * multi-sector erase. */
void sim_chip_start_erase(struct sim_chip *chip, uint64_t now_us, const struct sim_erase *erase,
                          uint32_t address, bool add);

/* Takes an erase back that never began (parallel: other data than 30 within the sector time-out).
 */
void sim_chip_cancel_erase(struct sim_chip *chip);

/* Whether an ID that is asked for now shall be wrong, and the two bytes it reads then. */
bool sim_chip_id_wrong(struct sim_chip *chip, uint64_t now_us, uint8_t wrong[2]);

/* A cell as the outside sees it: flipped by chance when the fault asks for it. */
uint8_t sim_chip_sense(struct sim_chip *chip, uint32_t address);

/* Tells the owner about a change; when power fails the operation is kept unfinished. */
void sim_chip_changed(struct sim_chip *chip);

#endif
