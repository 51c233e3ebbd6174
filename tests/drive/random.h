/* Seeded pseudo-random numbers for everything in the simulation that is left to chance (splitmix64,
 * public domain). */
#ifndef TESTS_DRIVE_RANDOM_H
#define TESTS_DRIVE_RANDOM_H

#include <stdint.h>

struct sim_random {
    uint64_t state;
};

static inline uint64_t sim_random_next(struct sim_random *random)
{
    uint64_t z = (random->state += 0x9E3779B97F4A7C15u);

    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

/* A number in 0 .. limit - 1; limit must not be 0. */
static inline uint32_t sim_random_below(struct sim_random *random, uint32_t limit)
{
    return (uint32_t)((sim_random_next(random) >> 32) * limit >> 32);
}

static inline uint8_t sim_random_byte(struct sim_random *random)
{
    return (uint8_t)(sim_random_next(random) >> 56);
}

#endif
