/* All memory there is: one block handed over by boot/, given out in order, never given back
 * piecemeal. */
#ifndef KERNEL_LIB_ARENA_H
#define KERNEL_LIB_ARENA_H

#include <stddef.h>
#include <stdint.h>

struct arena {
    uint8_t *base;
    size_t size; /* bytes */
    size_t used; /* bytes */
};

/* `size` bytes, 16-byte aligned, zeroed; NULL when there is not enough left. */
void *arena_take(struct arena *arena, size_t size);

/* Remembers / goes back to a filling level: everything taken since `mark` is free again. */
size_t arena_mark(const struct arena *arena);
void arena_release(struct arena *arena, size_t mark);

#endif
