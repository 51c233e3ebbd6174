#include "tests/support/fat_image.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* A test that fails never comes to fat_image_close(). */
static char folder_to_remove[sizeof((struct fat_image *)0)->folder];

static void remove_folder(void)
{
    char command[128];

    if (!folder_to_remove[0])
        return;
    snprintf(command, sizeof command, "rm -r %s", folder_to_remove);
    if (system(command) != 0)
        print_error("can't remove %s\n", folder_to_remove);
    folder_to_remove[0] = '\0';
}

void fat_image_open(struct fat_image *image, unsigned kib)
{
    static bool registered;
    int file;

    remove_folder();
    if (!registered)
        assert_int_equal(atexit(remove_folder), 0);
    registered = true;
    strcpy(image->folder, "/tmp/oddrescue-fat-XXXXXX");
    assert_non_null(mkdtemp(image->folder));
    strcpy(folder_to_remove, image->folder);
    snprintf(image->path, sizeof image->path, "%s/disk.img", image->folder);
    file = open(image->path, O_RDWR | O_CREAT, 0600);
    assert_true(file >= 0);
    assert_int_equal(ftruncate(file, (off_t)kib * 1024), 0);
    assert_int_equal(close(file), 0);
}

void fat_image_format(struct fat_image *image, unsigned kib, const char *options)
{
    fat_image_open(image, kib);
    fat_image_run(image, "mkfs.fat %s disk.img", options);
}

void fat_image_close(struct fat_image *image)
{
    assert_string_equal(image->folder, folder_to_remove);
    remove_folder();
}

static int run_list(struct fat_image *image, const char *format, va_list arguments)
{
    char what[1024], command[1280];
    size_t size;
    FILE *pipe;
    int status;

    vsnprintf(what, sizeof what, format, arguments);
    /* mtools: no opinion of its own on geometry; names in UTF-8. */
    snprintf(command, sizeof command,
             "exec 2>&1 </dev/null; export LC_ALL=C.UTF-8 MTOOLS_SKIP_CHECK=1 "
             "PATH=$PATH:/usr/sbin:/sbin; cd %s && %s",
             image->folder, what);
    pipe = popen(command, "r");
    assert_non_null(pipe);
    size = fread(image->output, 1, sizeof image->output - 1, pipe);
    image->output[size] = '\0';
    status = pclose(pipe);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

int fat_image_try(struct fat_image *image, const char *format, ...)
{
    va_list arguments;
    int status;

    va_start(arguments, format);
    status = run_list(image, format, arguments);
    va_end(arguments);
    return status;
}

void fat_image_run(struct fat_image *image, const char *format, ...)
{
    va_list arguments;
    int status;

    va_start(arguments, format);
    status = run_list(image, format, arguments);
    va_end(arguments);
    if (status != 0)
        fail_msg("\"%s\" ended with %d: %s", format, status, image->output);
}

void fat_image_host_file(struct fat_image *image, const char *name, const void *bytes,
                         uint32_t size)
{
    char path[512];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", image->folder, name);
    file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

void fat_image_put(struct fat_image *image, const char *name, const void *bytes, uint32_t size)
{
    fat_image_host_file(image, "input.tmp", bytes, size);
    fat_image_run(image, "mcopy -i disk.img -o input.tmp '::%s'", name);
}

uint8_t *fat_image_host_read(struct fat_image *image, const char *name, uint32_t *size)
{
    char path[512];
    struct stat status;
    uint8_t *bytes;
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", image->folder, name);
    file = fopen(path, "rb");
    if (!file)
        return NULL;
    assert_int_equal(fstat(fileno(file), &status), 0);
    *size = (uint32_t)status.st_size;
    bytes = malloc(*size + 1u);
    assert_non_null(bytes);
    assert_int_equal(fread(bytes, 1, *size, file), *size);
    assert_int_equal(fclose(file), 0);
    return bytes;
}

uint8_t *fat_image_get(struct fat_image *image, const char *name, uint32_t *size)
{
    fat_image_try(image, "rm -f output.tmp; mcopy -i disk.img -n '::%s' output.tmp", name);
    return fat_image_host_read(image, "output.tmp", size);
}

void fat_image_holds(struct fat_image *image, const char *name, const void *bytes, uint32_t size)
{
    uint32_t there = 0;
    uint8_t *found = fat_image_get(image, name, &there);

    if (!found)
        fail_msg("mcopy finds no %s: %s", name, image->output);
    assert_int_equal(there, size);
    if (size)
        assert_memory_equal(found, bytes, size);
    free(found);
}

void fat_image_is_clean(struct fat_image *image)
{
    unsigned lines = 0;

    fat_image_run(image, "fsck.fat -n disk.img");
    for (const char *c = image->output; *c; c++)
        lines += *c == '\n';
    /* Its version, and how full the volume is. */
    if (lines != 2)
        fail_msg("fsck.fat: %s", image->output);
}

static bool line_is_harmless(const struct fat_image *image, const char *line)
{
    static const char *const harmless[] = {
        "fsck.fat 4",
        "FATs differ",
        "1) Use first FAT",
        "2) Use second FAT",
        "  Using first FAT",
        "Reclaimed ",
        "Reclaiming unconnected clusters",
        "Free cluster summary wrong",
        "  Auto-correcting",
        "Leaving filesystem unchanged",
        "Using first FAT",
        "Using second FAT",
    };

    for (unsigned i = 0; i < sizeof harmless / sizeof harmless[0]; i++) {
        if (strncmp(line, harmless[i], strlen(harmless[i])) == 0)
            return true;
    }
    if (image->reserved_values_allowed && strstr(line, "out of range") &&
        strstr(line, "Setting to EOF"))
        return true;
    return line[0] == '\0';
}

/* The boot sector's count of FATs. */
static int count_of_fats(const struct fat_image *image)
{
    FILE *file = fopen(image->path, "rb");
    int copies;

    assert_non_null(file);
    assert_int_equal(fseek(file, 16, SEEK_SET), 0);
    copies = fgetc(file);
    assert_int_equal(fclose(file), 0);
    assert_true(copies == 1 || copies == 2);
    return copies;
}

void fat_image_is_safe(struct fat_image *image)
{
    int copies = count_of_fats(image);
    char text[sizeof image->output];
    char *rest = text;
    char *line;

    fat_image_try(image, "fsck.fat -n -F 1 disk.img%s",
                  copies == 2 ? "; fsck.fat -n -F 2 disk.img" : "");
    strcpy(text, image->output);
    while ((line = strsep(&rest, "\n"))) {
        if (strncmp(line, "disk.img: ", 10) == 0)
            copies--;
        else if (!line_is_harmless(image, line))
            fail_msg("fsck.fat: %s", image->output);
    }
    assert_int_equal(copies, 0); /* each run ended with its summary */
}

void fill_bytes(void *bytes, uint32_t size, uint32_t seed)
{
    uint8_t *to = bytes;
    uint32_t state = seed * 2654435761u + 1;

    for (uint32_t i = 0; i < size; i++) {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        to[i] = (uint8_t)state;
    }
}
