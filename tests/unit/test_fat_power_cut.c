/*
 * Power cuts: every way of writing is cut before every single sector write. After each cut fsck.fat
 * may find lost clusters and nothing worse, whichever copy of the FAT it believes; mtools reads all
 * old files as they were, and the written one as it was or as it shall be; and the same job done
 * again succeeds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernel/volume.h"
#include "tests/support/fat_image.h"
#include "tests/support/file_disk.h"

enum { BYTES = 20000, CLUSTERS_MOST = 80000 };

/* A volume nearly full, whose free clusters are holes that lie far apart in the FAT. */
struct bench {
    struct fat_image image;
    struct file_disk disk;
    struct volume volume;
    struct arena arena;
    uint8_t memory[VOLUME_MEMORY] __attribute__((aligned(16)));
    uint8_t bytes[BYTES]; /* what old files hold */
    uint8_t news[BYTES];
    bool is_head[CLUSTERS_MOST]; /* taken clusters that none led to before the job */
    bool heads_known;
    bool keeps_two; /* replacing loses two clusters: see test_fat12_entries_in_two_sectors */
};

static const struct kind {
    const char *name;
    unsigned kib;
    const char *options;
    uint32_t sector_size;
    unsigned hole;   /* bytes of a hole */
    unsigned filler; /* bytes between two holes: more than a FAT sector has entries for */
    unsigned holes;
} kinds[] = {
    {"FAT12", 1440, "", 512, 3 * 512, 300 * 512, 8},
    {"FAT12 with a cluster F00", 2048, "-F 12 -s 1", 512, 3 * 512, 430 * 512, 9},
    {"FAT16", 4096, "-F 16 -s 1", 512, 3 * 512, 300 * 512, 8},
    {"FAT16, sectors of 1 KiB", 16384, "-F 16 -S 1024 -s 2", 1024, 4096, 600 * 2048, 6},
    {"FAT32", 34000, "-F 32 -s 1", 512, 3 * 512, 200 * 512, 8},
    {"FAT32, sectors of 4 KiB", 280000, "-F 32 -S 4096 -s 1", 4096, 2 * 4096, 1100 * 4096, 5},
};

enum { KINDS = sizeof kinds / sizeof kinds[0] };

static const struct job {
    const char *name, *path;
    err_t (*write)(struct volume *volume, const char *path, const void *bytes, uint32_t size);
    uint32_t before; /* size of the file, UINT32_MAX = there is none */
    uint32_t size;
} jobs[] = {
    {"create", "/NEW.BIN", volume_create, UINT32_MAX, 2500},
    {"create in a folder that grows", "/FULL/NEW.BIN", volume_create, UINT32_MAX, 1200},
    {"replace by more", "/OLD.BIN", volume_replace, 1500, 2500},
    {"append more", "/OLD.BIN", volume_append, 1536, 1500},
    {"create an empty file", "/NEW.BIN", volume_create, UINT32_MAX, 0},
    {"create an empty file in a folder that grows", "/FULL/NEW.BIN", volume_create, UINT32_MAX, 0},
    {"replace by less", "/OLD.BIN", volume_replace, 2500, 700},
    {"replace by nothing", "/OLD.BIN", volume_replace, 2500, 0},
    {"replace nothing", "/OLD.BIN", volume_replace, 0, 1500},
    {"append a little", "/OLD.BIN", volume_append, 1500, 60},
    {"append to nothing", "/OLD.BIN", volume_append, 0, 600},
    {"append to a new file", "/NEW.BIN", volume_append, UINT32_MAX, 600},
};

enum { ALL_JOBS = sizeof jobs / sizeof jobs[0], MAIN_JOBS = 4 };

static void mount(struct bench *bench)
{
    struct partition whole = {.count = bench->disk.device.sector_count};

    bench->arena = (struct arena){.base = bench->memory, .size = sizeof bench->memory};
    memset(&bench->volume, 0, sizeof bench->volume);
    assert_int_equal(volume_open(&bench->volume, &bench->disk.device, &whole, &bench->arena), 0);
}

/* Fills /FULL to the last entry of its cluster with empty files; two entries are '.' and '..'. */
static void fill_folder(struct bench *bench, unsigned cluster_bytes)
{
    char names[8192] = "";

    fat_image_run(&bench->image, "mmd -i disk.img ::/FULL");
    for (unsigned i = 0; i < cluster_bytes / 32 - 2; i++)
        snprintf(names + strlen(names), sizeof names - strlen(names), " F%u", i);
    fat_image_run(&bench->image,
                  "mkdir f && cd f && touch %s && mcopy -i ../disk.img * ::/FULL && rm -r ../f",
                  names);
}

/* Makes holes: small files between large ones, then the small ones are deleted, and the rest of the
 * volume is filled. */
static void make_holes(struct bench *bench, const struct kind *kind)
{
    uint8_t *filler = calloc(1, kind->filler);
    uint64_t left;
    char name[32];

    assert_non_null(filler);
    for (unsigned i = 0; i < kind->holes; i++) {
        snprintf(name, sizeof name, "/HOLE%u", i);
        fat_image_put(&bench->image, name, bench->bytes, kind->hole);
        snprintf(name, sizeof name, "/FILLER%u", i);
        fat_image_put(&bench->image, name, filler, kind->filler);
    }
    free(filler);
    mount(bench);
    assert_int_equal(volume_free_bytes(&bench->volume, &left), 0);
    filler = calloc(1, left);
    fat_image_put(&bench->image, "/REST", filler, (uint32_t)left);
    free(filler);
    fat_image_run(&bench->image, "mdel -i disk.img '::/HOLE*'");
}

static struct bench *open_bench(const struct kind *kind, uint32_t before)
{
    struct bench *bench = calloc(1, sizeof *bench);

    assert_non_null(bench);
    fill_bytes(bench->bytes, BYTES, 1);
    fill_bytes(bench->news, BYTES, 2);
    fat_image_format(&bench->image, kind->kib, kind->options);
    file_disk_open(&bench->disk, bench->image.path, kind->sector_size);
    mount(bench);
    fat_image_put(&bench->image, "/A file with a long name.bin", bench->bytes, BYTES);
    fill_folder(bench, bench->volume.sectors_per_cluster * kind->sector_size);
    make_holes(bench, kind);
    if (before != UINT32_MAX)
        fat_image_put(&bench->image, "/OLD.BIN", bench->bytes, before);
    fat_image_put(&bench->image, "/FULL/F1", bench->bytes, 100);
    fat_image_is_clean(&bench->image);
    file_disk_settle(&bench->disk);
    return bench;
}

static void close_bench(struct bench *bench)
{
    file_disk_close(&bench->disk);
    fat_image_close(&bench->image);
    free(bench);
}

/* One entry of a FAT that was read into memory. */
static uint32_t value_of(const struct bench *bench, const uint8_t *fat, uint32_t cluster)
{
    const uint8_t *pair = fat + cluster / 2 * 3;

    if (bench->volume.type == FAT12)
        return cluster % 2 ? pair[1] / 16u + pair[2] * 16u : pair[0] + pair[1] % 16u * 256u;
    if (bench->volume.type == FAT16)
        return fat[cluster * 2] + fat[cluster * 2 + 1] * 256u;
    return fat[cluster * 4] + fat[cluster * 4 + 1] * 256u + fat[cluster * 4 + 2] * 65536u +
           fat[cluster * 4 + 3] % 16u * 16777216u;
}

static void look_at_links(struct bench *bench, const uint8_t *fat, uint8_t *led_to)
{
    uint32_t end = bench->volume.cluster_count + 2;

    memset(led_to, 0, CLUSTERS_MOST);
    for (uint32_t cluster = 2; cluster < end; cluster++) {
        uint32_t next = value_of(bench, fat, cluster);

        if (next < 2 || next >= end)
            continue;
        if (led_to[next]++)
            fail_msg("two clusters lead to %u", next);
        if (bench->is_head[next])
            fail_msg("cluster %u leads to %u, where a file begins", cluster, next);
        if (value_of(bench, fat, next) == 0)
            fail_msg("cluster %u leads to %u, which is free", cluster, next);
    }
}

/*
 * What fsck.fat does not look at: where lost clusters lead to. In each copy of the FAT no cluster
 * has two before it, none leads to a free one, and none to a cluster where a file begins: that
 * would be a cross-link as soon as somebody saves the lost clusters, or uses the free one.
 */
static void no_cross_links(struct bench *bench)
{
    const struct volume *volume = &bench->volume;
    uint32_t size = volume->fat_sectors * volume->sector_size;
    uint8_t *fat = malloc(size + 2u);
    uint8_t *led_to = malloc(CLUSTERS_MOST);

    assert_non_null(fat);
    assert_non_null(led_to);
    assert_true(volume->cluster_count + 2 <= CLUSTERS_MOST);
    for (uint32_t copy = 0; copy < volume->fat_copies; copy++) {
        uint32_t sector = volume->fat_start + copy * volume->fat_sectors;

        file_disk_peek(&bench->disk, (uint64_t)sector * volume->sector_size, fat, size);
        look_at_links(bench, fat, led_to);
    }
    /* The first look, before the job, finds where files begin. */
    for (uint32_t cluster = 2; !bench->heads_known && cluster < volume->cluster_count + 2;
         cluster++)
        bench->is_head[cluster] = !led_to[cluster] && value_of(bench, fat, cluster);
    bench->heads_known = true;
    free(led_to);
    free(fat);
}

/* Reads the old files and the job's by one run of mcopy. Asserts that the old ones are as they
 * were; returns the job's (free it) or NULL. */
static uint8_t *read_files(struct bench *bench, const struct job *job, uint32_t *size)
{
    uint8_t *bytes;
    uint32_t there;

    fat_image_try(&bench->image,
                  "rm -f A* F1 *.BIN; mcopy -i disk.img -n '::/A file with a long name.bin' "
                  "::/FULL/F1 '::%s' .",
                  job->path);
    bytes = fat_image_host_read(&bench->image, "A file with a long name.bin", &there);
    assert_non_null(bytes);
    assert_int_equal(there, BYTES);
    assert_memory_equal(bytes, bench->bytes, BYTES);
    free(bytes);
    bytes = fat_image_host_read(&bench->image, "F1", &there);
    assert_non_null(bytes);
    assert_int_equal(there, 100);
    assert_memory_equal(bytes, bench->bytes, 100);
    free(bytes);
    return fat_image_host_read(&bench->image, strrchr(job->path, '/') + 1, size);
}

/* What the file holds after the job was done `times` times. */
static uint32_t expected(const struct bench *bench, const struct job *job, unsigned times,
                         uint8_t *bytes)
{
    uint32_t size = job->before == UINT32_MAX ? 0 : job->before;

    memcpy(bytes, bench->bytes, size);
    for (unsigned i = 0; i < times; i++) {
        if (job->write != volume_append)
            size = 0;
        memcpy(bytes + size, bench->news, job->size);
        size += job->size;
    }
    return size;
}

static bool same(const struct bench *bench, const struct job *job, unsigned times,
                 const uint8_t *found, uint32_t there)
{
    uint8_t bytes[2 * BYTES];
    uint32_t size = expected(bench, job, times, bytes);

    if (times == 0 && job->before == UINT32_MAX)
        return found == NULL;
    return found && there == size && memcmp(found, bytes, size) == 0;
}

/* How often the job's work is in the file: `least` or `most` times. */
static unsigned times_done(struct bench *bench, const struct job *job, unsigned least,
                           unsigned most)
{
    uint32_t size = 0;
    uint8_t *bytes = read_files(bench, job, &size);
    unsigned times = least;

    while (times < most && !same(bench, job, times, bytes, size))
        times++;
    if (!same(bench, job, times, bytes, size))
        fail_msg("%s is neither as it was nor as it shall be", job->path);
    free(bytes);
    return times;
}

/* After the cut: looks, then does the job again as the user would. Returns whether the cut job's
 * work was there. */
static bool look_and_repeat(struct bench *bench, const struct job *job)
{
    unsigned done = times_done(bench, job, 0, 1);
    unsigned goal = done && job->write == volume_append ? 2 : 1;
    err_t error;

    fat_image_is_safe(&bench->image);
    no_cross_links(bench);
    bench->disk.writes_left = FILE_DISK_NEVER;
    bench->disk.cut_error = 0;
    mount(bench);
    error = job->write(&bench->volume, job->path, bench->news, job->size);
    if (done && job->write == volume_create)
        assert_int_equal(error_class(error), ERR_EXISTS);
    else
        assert_int_equal(error, 0);
    fat_image_is_safe(&bench->image);
    no_cross_links(bench);
    times_done(bench, job, goal, goal);
    return done;
}

static void cut_everywhere(struct bench *bench, const struct job *job)
{
    bool was_done = false;
    unsigned long writes;

    /* Uncut: how many sector writes there are, and that nothing is lost. */
    mount(bench);
    no_cross_links(bench);
    assert_int_equal(job->write(&bench->volume, job->path, bench->news, job->size), 0);
    writes = bench->disk.write_count;
    assert_true(writes > 0);
    times_done(bench, job, 1, 1);
    if (bench->keeps_two)
        fat_image_is_safe(&bench->image);
    else
        fat_image_is_clean(&bench->image);
    file_disk_undo(&bench->disk);
    for (unsigned long i = 0; i < writes; i++) {
        bool done;

        mount(bench);
        bench->disk.writes_left = (long)i;
        assert_int_not_equal(job->write(&bench->volume, job->path, bench->news, job->size), 0);
        assert_int_equal(bench->disk.write_count, i);
        done = look_and_repeat(bench, job);
        /* Once it is there, it stays. */
        assert_true(done || !was_done);
        was_done = done;
        file_disk_undo(&bench->disk);
    }
    /* FSInfo, at least, comes behind the switch on FAT32; elsewhere the switch may be the last. */
    assert_true(was_done || bench->volume.type != FAT32);
    times_done(bench, job, 0, 0);
    fat_image_is_clean(&bench->image);
}

static void cut_jobs(const struct kind *kind, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        struct bench *bench = open_bench(kind, jobs[i].before);

        print_message("    %s: %s\n", kind->name, jobs[i].name);
        cut_everywhere(bench, &jobs[i]);
        close_bench(bench);
    }
}

static void test_fat12(void **state)
{
    (void)state;
    cut_jobs(&kinds[0], ALL_JOBS);
}

static void test_fat12_with_cluster_f00(void **state)
{
    (void)state;
    cut_jobs(&kinds[1], MAIN_JOBS);
}

static void test_fat16(void **state)
{
    (void)state;
    cut_jobs(&kinds[2], ALL_JOBS);
}

static void test_fat16_sectors_of_1_kib(void **state)
{
    (void)state;
    cut_jobs(&kinds[3], MAIN_JOBS);
}

static void test_fat32(void **state)
{
    (void)state;
    cut_jobs(&kinds[4], ALL_JOBS);
}

static void test_fat32_sectors_of_4_kib(void **state)
{
    (void)state;
    cut_jobs(&kinds[5], MAIN_JOBS);
}

/*
 * Files of other systems may use the clusters whose FAT12 entry lies in two sectors: 341 (odd) and
 * 682 (even). On the way to "free", such an entry holds a reserved value for a moment, which
 * fsck.fat calls out of range; where cluster F00 exists, 682 and its successor stay taken. New
 * files never get these two clusters.
 */
static void test_fat12_entries_in_two_sectors(void **state)
{
    static const struct job two_sectors[] = {
        {"replace", "/OLD.BIN", volume_replace, 8192, 3000},
        {"append", "/OLD.BIN", volume_append, 8192, 300},
        {"create", "/NEW.BIN", volume_create, UINT32_MAX, 8192},
    };

    (void)state;
    for (unsigned i = 0; i < 6; i++) {
        const struct kind *kind = &kinds[i / 3];
        const struct job *job = &two_sectors[i % 3];
        struct bench *bench = calloc(1, sizeof *bench);
        struct fat_image *image = &bench->image;
        uint8_t filler[334 * 512] = {0};
        uint64_t left = 0;

        print_message("    %s: %s\n", kind->name, job->name);
        fill_bytes(bench->bytes, BYTES, 1);
        fill_bytes(bench->news, BYTES, 2);
        fat_image_format(image, kind->kib, kind->options);
        file_disk_open(&bench->disk, image->path, kind->sector_size);
        bench->keeps_two = i / 3 == 1 && job->before != UINT32_MAX;
        /* 2..41, 42, 43; 44..337; 338..345; 346..678; 679..686; the rest from 687 on. */
        fat_image_put(image, "/A file with a long name.bin", bench->bytes, BYTES);
        fat_image_run(image, "mmd -i disk.img ::/FULL");
        fat_image_put(image, "/FULL/F1", bench->bytes, 100);
        fat_image_put(image, "/PAD1", filler, 294 * 512);
        fat_image_put(image, "/HOLE1", filler, 8 * 512);
        fat_image_put(image, "/PAD2", filler, 333 * 512);
        fat_image_put(image, "/HOLE2", filler, 8 * 512);
        fat_image_put(image, "/ROOM", filler, 60 * 512);
        mount(bench);
        assert_int_equal(volume_free_bytes(&bench->volume, &left), 0);
        fat_image_host_file(image, "rest", filler, 0);
        fat_image_run(image, "truncate -s %u rest && mcopy -i disk.img rest ::", (unsigned)left);
        fat_image_run(image, "mdel -i disk.img ::/HOLE1 ::/HOLE2");
        fat_image_put(image, "/OLD.BIN", bench->bytes, 8192);
        fat_image_run(image, "mshowfat -i disk.img ::/OLD.BIN");
        assert_non_null(strstr(image->output, "<338-345> <679-686>"));
        fat_image_run(image, "mdel -i disk.img ::/ROOM%s",
                      job->before == UINT32_MAX ? " ::/OLD.BIN" : "");
        fat_image_is_clean(image);
        image->reserved_values_allowed = true;
        file_disk_settle(&bench->disk);
        cut_everywhere(bench, job);
        close_bench(bench);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fat12),
        cmocka_unit_test(test_fat12_with_cluster_f00),
        cmocka_unit_test(test_fat12_entries_in_two_sectors),
        cmocka_unit_test(test_fat16),
        cmocka_unit_test(test_fat16_sectors_of_1_kib),
        cmocka_unit_test(test_fat32),
        cmocka_unit_test(test_fat32_sectors_of_4_kib),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
