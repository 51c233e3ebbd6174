/* The memory map. */
#include "boot/bios/memory.h"

#include "boot/bios/layout.h"
#include "boot/bios/real.h"
#include "kernel/lib/string.h"

enum { E820_SIGNATURE = 0x534D4150, E820_USABLE = 1, E820_BYTES = 20, E820_CALLS = 128 };

#define KIB 1024u
#define MIB (1024u * 1024u)

/* ACPI specification, "INT 15h, E820h": one range as the BIOS writes it. */
struct e820_entry {
    uint64_t base, length;
    uint32_t type;
} __attribute__((packed));

void memory_add(struct memory_map *map, uint64_t start, uint64_t size, bool usable)
{
    if (size == 0 || map->count == MEMORY_PIECES)
        return;
    if (size > UINT64_MAX - start)
        size = UINT64_MAX - start;
    map->pieces[map->count++] = (struct memory_piece){start, start + size, usable};
}

static bool ask_e820(struct memory_map *map)
{
    struct real_registers registers;
    struct e820_entry *entry = real_memory(LOW_SCRATCH);
    uint32_t next = 0;

    for (unsigned calls = 0; calls < E820_CALLS; calls++) {
        registers = (struct real_registers){.eax = 0xE820,
                                            .ebx = next,
                                            .ecx = E820_BYTES,
                                            .edx = E820_SIGNATURE,
                                            .edi = LOW_SCRATCH};
        real_int(0x15, &registers);
        if ((registers.eflags & REAL_CARRY) || registers.eax != E820_SIGNATURE)
            break; /* some BIOSes tell the end by an error after the last entry */
        memory_add(map, entry->base, entry->length, entry->type == E820_USABLE);
        next = registers.ebx;
        if (next == 0)
            break;
    }
    return map->count > 0;
}

/* Memory from 1 to 16 MiB in KiB and above 16 MiB in 64 KiB units (RBIL, INT 15h AX=E801h: some
 * BIOSes answer in CX and DX only). */
static bool ask_e801(struct memory_map *map)
{
    struct real_registers registers = {.eax = 0xE801};
    uint32_t below, above;

    real_int(0x15, &registers);
    if (registers.eflags & REAL_CARRY)
        return false;
    below = registers.eax & 0xFFFF;
    above = registers.ebx & 0xFFFF;
    if (below == 0 && above == 0) {
        below = registers.ecx & 0xFFFF;
        above = registers.edx & 0xFFFF;
    }
    memory_add(map, MIB, (uint64_t)below * KIB, true);
    memory_add(map, 16 * MIB, (uint64_t)above * 64 * KIB, true);
    return map->count > 0;
}

void memory_ask_bios(struct memory_map *map)
{
    struct real_registers registers = {.eax = 0x8800};

    map->count = 0;
    if (ask_e820(map) || ask_e801(map))
        return;
    real_int(0x15, &registers); /* memory above 1 MiB in KiB (IBM PC/AT Technical Reference) */
    if ((registers.eflags & REAL_CARRY) == 0)
        memory_add(map, MIB, (uint64_t)(registers.eax & 0xFFFF) * KIB, true);
}

/* The first piece that is in the way in [start, end), or NULL. */
static const struct memory_piece *first_obstacle(const struct memory_map *map, uint64_t start,
                                                 uint64_t end)
{
    const struct memory_piece *first = NULL;

    for (unsigned i = 0; i < map->count; i++) {
        const struct memory_piece *piece = &map->pieces[i];

        if (!piece->usable && piece->end > start && piece->start < end &&
            (first == NULL || piece->start < first->start))
            first = piece;
    }
    return first;
}

uint32_t memory_largest(const struct memory_map *map, uint32_t from, uint32_t limit,
                        uint32_t *start)
{
    uint64_t best = 0;

    for (unsigned i = 0; i < map->count; i++) {
        uint64_t at = map->pieces[i].start > from ? map->pieces[i].start : from;
        uint64_t end = map->pieces[i].end < UINT32_MAX ? map->pieces[i].end : UINT32_MAX;

        if (!map->pieces[i].usable || at >= end)
            continue;
        for (at = (at + 15) & ~(uint64_t)15; at < end;) {
            const struct memory_piece *obstacle = first_obstacle(map, at, end);
            uint64_t free_end = obstacle != NULL ? obstacle->start : end;

            if (free_end > at && free_end - at > best) {
                best = free_end - at;
                *start = (uint32_t)at;
            }
            if (obstacle == NULL || obstacle->end >= end)
                break;
            at = (obstacle->end + 15) & ~(uint64_t)15;
        }
    }
    return (uint32_t)(best < limit ? best : limit) & ~15u;
}
