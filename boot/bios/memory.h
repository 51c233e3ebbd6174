/* Which memory the machine has, and which of it is free. */
#ifndef BOOT_BIOS_MEMORY_H
#define BOOT_BIOS_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

enum { MEMORY_PIECES = 64 };

/* A piece of the physical address space. */
struct memory_piece {
    uint64_t start, end; /* bytes; `end` is the first byte behind it */
    bool usable;         /* memory; false: something in the way */
};

struct memory_map {
    struct memory_piece pieces[MEMORY_PIECES];
    unsigned count;
};

/*
 * Asks the BIOS: INT 15h E820h (ACPI specification, "System address map interfaces"), else E801h,
 * else 88h. Whatever is there, the map is filled.
 */
void memory_ask_bios(struct memory_map *map);

/* Adds a piece; an empty one and those beyond the table's end are left out. */
void memory_add(struct memory_map *map, uint64_t start, uint64_t size, bool usable);

/*
 * The largest piece between `from` and 4 GiB that is usable and in nobody's way, 16-byte aligned,
 * `limit` bytes at most; it ends at a smaller address when cut. Returns its size, 0 when none.
 */
uint32_t memory_largest(const struct memory_map *map, uint32_t from, uint32_t limit,
                        uint32_t *start);

#endif
