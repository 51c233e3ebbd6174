/* One block of memory, given out from its start. */
#include "kernel/lib/arena.h"

#include "kernel/lib/string.h"

enum { ARENA_ALIGNMENT = 16 };

void *arena_take(struct arena *arena, size_t size)
{
    uintptr_t at = (uintptr_t)arena->base + arena->used;
    size_t gap = (ARENA_ALIGNMENT - at % ARENA_ALIGNMENT) % ARENA_ALIGNMENT;
    size_t room = arena->size - arena->used;
    uint8_t *taken;

    if (gap > room || size > room - gap)
        return NULL;
    taken = arena->base + arena->used + gap;
    arena->used += gap + size;
    memset(taken, 0, size);
    return taken;
}

size_t arena_mark(const struct arena *arena)
{
    return arena->used;
}

void arena_release(struct arena *arena, size_t mark)
{
    if (mark < arena->used)
        arena->used = mark;
}
