/* One command line being carried out; what the files with commands share. */
#ifndef TESTS_DRIVE_BENCH_REQUEST_H
#define TESTS_DRIVE_BENCH_REQUEST_H

#include "tests/drive/bench_parts.h"

enum { BENCH_WORDS = 32 };

struct bench_request {
    struct bench *bench;
    const char *line;         /* as it was given */
    char *words[BENCH_WORDS]; /* words[0] is the command */
    size_t count;
    struct bench_place *place; /* of the POS word, NULL when it names a device on the shelf */
    struct bench_device *device;
    char *answer;
    size_t answer_size;
    size_t used;
};

/* Adds to the answer. */
__attribute__((format(printf, 2, 3))) void bench_say(struct bench_request *request,
                                                     const char *format, ...);

/* "ok"; true. */
bool bench_done(struct bench_request *request);

/* "error ...", instead of all that was said; false. */
bool bench_refuse(struct bench_request *request, const char *reason);

/* A connector by its name (pm, ps, sm, ss), a device by its name, where a device is. NULL: none. */
struct bench_place *bench_find_place(struct bench *bench, const char *word);
struct bench_device *bench_find_device(struct bench *bench, const char *name);
struct bench_place *bench_place_of(struct bench *bench, const struct bench_device *device);
const char *bench_place_name(struct bench *bench, const struct bench_device *device);

/* Puts a device at a connector; it leaves the one where it was. */
void bench_put(struct bench *bench, struct bench_place *place, struct bench_device *device,
               bool plugged);

/* What the word after the command must be. */
enum bench_target { BENCH_NOTHING, BENCH_DEVICE, BENCH_DRIVE };

struct bench_command_entry {
    const char *name;
    bool (*run)(struct bench_request *request);
    size_t words; /* at least, with the command itself */
    enum bench_target target;
};

/* bench_hands.c: what hands do at plugs, switches and drives; ends with a name of NULL. */
extern const struct bench_command_entry bench_hands[];

#endif
