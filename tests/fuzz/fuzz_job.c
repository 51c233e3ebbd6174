/* Any bytes as a command line (up to the first FF) and as a job file (after it). */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/job.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct job *job)
{
    if (memchr(job->file, '\0', sizeof job->file) == NULL ||
        memchr(job->identity, '\0', sizeof job->identity) == NULL ||
        memchr(job->upload, '\0', sizeof job->upload) == NULL ||
        memchr(job->bad_word, '\0', sizeof job->bad_word) == NULL) {
        abort();
    }
    if (job->kind > JOB_RESTORE || job->after > AFTER_POWEROFF || job->serial > LINE_PORT ||
        job->log > LINE_PORT || job->boot > BOOT_NETWORK) {
        abort();
    }
    /* A flash that may start unattended names its port, its file and what must be inside. */
    if (job_check(job) == 0 && job->kind == JOB_FLASH &&
        (job->port == 0 || job->file[0] == '\0' || job->identity[0] == '\0')) {
        abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = memchr(data, 0xFF, size);
    size_t first = end != NULL ? (size_t)(end - data) : size;
    struct job job, before;

    job_defaults(&job);
    job_parse(&job, (const char *)data, (uint32_t)first, false);
    check(&job);
    before = job;
    if (first < size) {
        job_parse(&job, (const char *)data + first + 1, (uint32_t)(size - first - 1), true);
        check(&job);
    }
    if (((before.set & 1u << 3) != 0 && before.port != job.port) ||
        (job.set & before.set) != before.set) {
        abort(); /* the weaker source changed what the stronger one said */
    }
    return 0;
}
