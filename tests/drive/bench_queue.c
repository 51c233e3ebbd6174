/* Commands for later: hands whose movements have times. */
#include <string.h>

#include "tests/drive/bench_parts.h"

bool bench_queue_add(struct bench *bench, uint64_t at_us, const char *line)
{
    size_t place = bench->later_count;

    if (place == BENCH_QUEUE || strlen(line) >= BENCH_QUEUE_LINE) {
        return false;
    }
    while (place > 0 && bench->later[place - 1].at_us > at_us) {
        bench->later[place] = bench->later[place - 1];
        place--;
    }
    bench->later[place].at_us = at_us;
    strcpy(bench->later[place].line, line);
    bench->later_count++;
    return true;
}

/* Nobody waits for the answer: a command that fails is remembered for "status" and "queue". */
static void carry_out(struct bench *bench, const char *line)
{
    char answer[BENCH_QUEUE_LINE];

    if (bench_command(bench, line, answer, sizeof answer)) {
        return;
    }
    if (bench->later_failed++ == 0) {
        snprintf(bench->later_error, sizeof bench->later_error, "%.200s: %.200s", line, answer);
    }
}

void bench_queue_run(struct bench *bench, uint64_t now_us)
{
    while (bench->later_count != 0 && bench->later[0].at_us <= now_us) {
        struct bench_later due = bench->later[0];

        bench->later_count--;
        memmove(&bench->later[0], &bench->later[1], bench->later_count * sizeof bench->later[0]);
        if (due.at_us > bench->now_us) {
            bench->now_us = due.at_us;
        }
        carry_out(bench, due.line);
    }
}
