#include "tests/support/bench_script.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "tests/firmware/firmware_maker.h"

enum { FIRMWARE_SIZE = 0x40000, POWER_ON_US = 1000000 };

void bench_do(struct bench *bench, const char *format, ...)
{
    char line[512], answer[512];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (!bench_command(bench, line, answer, sizeof answer))
        fail_msg("bench: %s: %s", line, answer);
}

/* Writes a valid image with this identity into a new temporary file. */
static void write_firmware(const char *vendor, const char *product, const char *revision,
                           char *path)
{
    static uint8_t image[FIRMWARE_SIZE];
    struct sim_firmware_recipe recipe;
    int file = mkstemp(path);

    assert_true(file >= 0);
    sim_firmware_recipe(&recipe, FIRMWARE_SIZE);
    recipe.vendor = vendor;
    recipe.product = product;
    recipe.revision = revision;
    assert_int_equal(sim_firmware_make(&recipe, image, sizeof image), FIRMWARE_SIZE);
    assert_int_equal(write(file, image, sizeof image), FIRMWARE_SIZE);
    close(file);
}

void bench_attach_healthy(struct bench *bench, const char *position, const char *vendor,
                          const char *product, const char *revision, const char *options)
{
    char path[] = "/tmp/oddrescue-firmware-XXXXXX";

    write_firmware(vendor, product, revision, path);
    bench_do(bench, "attach %s drive power=off %s", position, options);
    bench_do(bench, "load %s %s", position, path);
    unlink(path);
    bench_do(bench, "power %s on", position);
    bench_advance(bench, POWER_ON_US);
}

void bench_attach_dead(struct bench *bench, const char *position, const char *face,
                       const char *options)
{
    bench_do(bench, "attach %s drive face=%s %s", position, face, options);
    bench_advance(bench, POWER_ON_US);
}
