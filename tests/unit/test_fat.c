/* The FAT file system against images made, filled and judged by dosfstools and mtools. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernel/lib/arena.h"
#include "kernel/volume.h"
#include "tests/support/fat_image.h"
#include "tests/support/file_disk.h"

#define assert_class(error, class) assert_int_equal(error_class(error), class)

struct stick {
    struct fat_image image;
    struct file_disk disk;
    struct volume volume;
    struct arena arena;
    uint8_t *memory;
};

/* The kinds of volumes that most tests run on. */
static const struct kind {
    unsigned kib;
    const char *options;
    uint32_t sector_size;
    enum fat_type type;
} kinds[] = {
    {1440, "", 512, FAT12},
    {8192, "-F 16 -s 1", 512, FAT16},
    {36864, "-F 32 -s 1", 512, FAT32},
    {8192, "-F 12 -S 2048 -s 1", 2048, FAT12},
    {32768, "-F 16 -S 1024 -s 4", 1024, FAT16},
    {280000, "-F 32 -S 4096 -s 1 -f 1", 4096, FAT32},
};

enum { KINDS = sizeof kinds / sizeof kinds[0] };

static void date_of_test(void *context, struct calendar_time *time)
{
    (void)context;
    *time = (struct calendar_time){
        .year = 2004, .month = 2, .day = 29, .hour = 23, .minute = 59, .second = 58};
}

static err_t try_mount(struct stick *stick)
{
    struct partition whole = {.count = stick->disk.device.sector_count};

    stick->arena = (struct arena){.base = stick->memory, .size = VOLUME_MEMORY};
    memset(&stick->volume, 0, sizeof stick->volume);
    stick->volume.date = date_of_test;
    return volume_open(&stick->volume, &stick->disk.device, &whole, &stick->arena);
}

static void mount(struct stick *stick)
{
    assert_int_equal(try_mount(stick), 0);
}

static struct stick *open_stick(unsigned kib, const char *options, uint32_t sector_size)
{
    struct stick *stick = calloc(1, sizeof *stick);

    assert_non_null(stick);
    stick->memory = aligned_alloc(16, VOLUME_MEMORY);
    assert_non_null(stick->memory);
    fat_image_format(&stick->image, kib, options);
    file_disk_open(&stick->disk, stick->image.path, sector_size);
    return stick;
}

static struct stick *open_kind(const struct kind *kind)
{
    struct stick *stick = open_stick(kind->kib, kind->options, kind->sector_size);

    mount(stick);
    assert_int_equal(stick->volume.type, kind->type);
    return stick;
}

static void close_stick(struct stick *stick)
{
    file_disk_close(&stick->disk);
    fat_image_close(&stick->image);
    free(stick->memory);
    free(stick);
}

static uint8_t *random_bytes(uint32_t size, uint32_t seed)
{
    uint8_t *bytes = malloc(size + 1u);

    assert_non_null(bytes);
    fill_bytes(bytes, size, seed);
    return bytes;
}

static void poke8(struct stick *stick, uint64_t offset, uint8_t value)
{
    file_disk_poke(&stick->disk, offset, &value, 1);
}

static uint64_t byte_of_sector(const struct stick *stick, uint32_t sector)
{
    return (uint64_t)sector * stick->volume.sector_size;
}

static uint64_t byte_of_cluster(const struct stick *stick, uint32_t cluster)
{
    return byte_of_sector(stick, stick->volume.data_start +
                                     (cluster - 2) * stick->volume.sectors_per_cluster);
}

static uint64_t byte_of_root(const struct stick *stick)
{
    return stick->volume.type == FAT32 ? byte_of_cluster(stick, stick->volume.root_cluster)
                                       : byte_of_sector(stick, stick->volume.root_start);
}

/* Where the entry of an 8.3 name lies in the root folder's first sectors. */
static uint64_t byte_of_entry(struct stick *stick, const char *name11)
{
    uint8_t bytes[2048];
    uint64_t root = byte_of_root(stick);

    file_disk_peek(&stick->disk, root, bytes, sizeof bytes);
    for (unsigned i = 0; i < sizeof bytes; i += 32) {
        if (memcmp(bytes + i, name11, 11) == 0)
            return root + i;
    }
    fail_msg("no entry %s", name11);
    return 0;
}

/* Sets one FAT entry in all copies (FAT16 and FAT32). */
static void poke_fat(struct stick *stick, uint32_t cluster, uint32_t value)
{
    unsigned width = stick->volume.type == FAT32 ? 4 : 2;
    uint8_t bytes[4] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
                        (uint8_t)(value >> 24)};

    for (unsigned copy = 0; copy < stick->volume.fat_copies; copy++)
        file_disk_poke(
            &stick->disk,
            byte_of_sector(stick, stick->volume.fat_start + copy * stick->volume.fat_sectors) +
                (uint64_t)cluster * width,
            bytes, width);
}

static void reads(struct stick *stick, const char *path, const void *bytes, uint32_t size)
{
    uint8_t *buffer = malloc(size + 16u);
    uint32_t moved = 0;

    assert_non_null(buffer);
    assert_int_equal(volume_read(&stick->volume, path, 0, buffer, size + 16u, &moved, NULL, NULL),
                     0);
    assert_int_equal(moved, size);
    if (size)
        assert_memory_equal(buffer, bytes, size);
    free(buffer);
}

/* ---- reading ----------------------------------------------------------------------------------
 */

static void test_reads_what_mtools_wrote(void **state)
{
    static const uint32_t sizes[] = {0, 1, 511, 512, 513, 4096, 4097, 65536, 100001};

    (void)state;
    for (unsigned k = 0; k < KINDS; k++) {
        struct stick *stick = open_kind(&kinds[k]);

        fat_image_run(&stick->image, "mmd -i disk.img ::/DEEP ::/DEEP/DEEPER ::/DEEP/DEEPER/END");
        for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            uint8_t *bytes = random_bytes(sizes[i], i);
            char name[64];

            snprintf(name, sizeof name, "/DEEP/DEEPER/END/FILE%u.BIN", i);
            fat_image_put(&stick->image, name, bytes, sizes[i]);
            reads(stick, name, bytes, sizes[i]);
            snprintf(name, sizeof name, "deep\\.\\deeper\\..\\Deeper/END//file%u.bin", i);
            reads(stick, name, bytes, sizes[i]);
            free(bytes);
        }
        close_stick(stick);
    }
}

static void test_reads_any_part_of_a_fragmented_file(void **state)
{
    enum { SIZE = 60000 };
    uint8_t *bytes = random_bytes(SIZE, 5);

    (void)state;
    for (unsigned k = 0; k < KINDS; k++) {
        struct stick *stick = open_kind(&kinds[k]);
        uint8_t buffer[SIZE];
        uint32_t moved;

        /* Holes of one cluster each, so that the file lies in pieces. */
        for (unsigned i = 0; i < 24; i++) {
            char name[32];

            snprintf(name, sizeof name, "::/%u", i);
            fat_image_put(&stick->image, name + 2, bytes, 100);
        }
        for (unsigned i = 0; i < 24; i += 2)
            fat_image_run(&stick->image, "mdel -i disk.img ::/%u", i);
        mount(stick);
        assert_int_equal(volume_create(&stick->volume, "PIECES.BIN", bytes, SIZE), 0);
        fat_image_holds(&stick->image, "/PIECES.BIN", bytes, SIZE);
        for (uint32_t offset = 0; offset < SIZE; offset += 1237) {
            uint32_t size = offset % 4000 + 1;
            uint32_t left = SIZE - offset < size ? SIZE - offset : size;

            assert_int_equal(
                volume_read(&stick->volume, "PIECES.BIN", offset, buffer, size, &moved, NULL, NULL),
                0);
            assert_int_equal(moved, left);
            assert_memory_equal(buffer, bytes + offset, left);
        }
        assert_int_equal(
            volume_read(&stick->volume, "PIECES.BIN", SIZE, buffer, 1, &moved, NULL, NULL), 0);
        assert_int_equal(moved, 0);
        assert_int_equal(
            volume_read(&stick->volume, "PIECES.BIN", UINT32_MAX, buffer, 1, &moved, NULL, NULL),
            0);
        assert_int_equal(moved, 0);
        fat_image_is_clean(&stick->image);
        close_stick(stick);
    }
    free(bytes);
}

static bool stop_at_64k(void *context, uint32_t done)
{
    *(uint32_t *)context = done;
    return done < 65536;
}

static void test_contiguous_files_are_read_in_long_runs(void **state)
{
    enum { SIZE = 1 << 20 };
    uint8_t *bytes = random_bytes(SIZE, 9);
    uint8_t *buffer = malloc(SIZE);
    struct stick *stick = open_kind(&kinds[2]);
    uint32_t done = 0, moved;

    (void)state;
    fat_image_put(&stick->image, "/FLASH.BIN", bytes, SIZE);
    file_disk_settle(&stick->disk);
    reads(stick, "FLASH.BIN", bytes, SIZE);
    assert_int_equal(stick->disk.largest_read, 65536 / 512);
    /* 16 runs, 2 pieces of the FAT, boot sector, folder: no sector twice. */
    assert_true(stick->disk.read_calls <= 16 + 4);
    assert_true(stick->disk.sectors_read <= SIZE / 512 + 2 * 16 + 2);
    assert_class(
        volume_read(&stick->volume, "FLASH.BIN", 0, buffer, SIZE, &moved, stop_at_64k, &done),
        ERR_ABORTED);
    assert_int_equal(done, 65536);
    assert_int_equal(moved, 65536);
    assert_memory_equal(buffer, bytes, moved);
    free(buffer);
    free(bytes);
    close_stick(stick);
}

static void test_a_3_gib_file(void **state)
{
    enum { CLUSTER = 32768, CLUSTERS = 98304 /* 3 GiB */ };
    struct stick *stick = open_stick(4u << 20, "-F 32 -s 64", 512);
    uint8_t entry[4];
    struct file_info info;
    char buffer[16];
    uint32_t moved, start = 100;

    (void)state;
    mount(stick);
    fat_image_put(&stick->image, "/MOVIE.ISO", "", 0);
    for (uint32_t i = 0; i < CLUSTERS; i++)
        poke_fat(stick, start + i, i + 1 < CLUSTERS ? start + i + 1 : 0x0FFFFFFF);
    entry[0] = (uint8_t)start;
    entry[1] = 0;
    file_disk_poke(&stick->disk, byte_of_entry(stick, "MOVIE   ISO") + 26, entry, 2);
    memcpy(entry, "\x00\x00\x00\xC0", 4); /* size */
    file_disk_poke(&stick->disk, byte_of_entry(stick, "MOVIE   ISO") + 28, entry, 4);
    file_disk_poke(&stick->disk, byte_of_cluster(stick, start + CLUSTERS - 1) + CLUSTER - 5,
                   "tail!", 5);
    file_disk_poke(&stick->disk, byte_of_cluster(stick, start + 65536) + 3, "middle", 6);
    fat_image_is_safe(&stick->image); /* the free count is off, the chain is right */

    assert_int_equal(volume_stat(&stick->volume, "movie.iso", &info), 0);
    assert_true(info.size == 0xC0000000u);
    assert_int_equal(
        volume_read(&stick->volume, "movie.iso", 0xC0000000u - 5, buffer, 16, &moved, NULL, NULL),
        0);
    assert_int_equal(moved, 5);
    assert_memory_equal(buffer, "tail!", 5);
    assert_int_equal(
        volume_read(&stick->volume, "movie.iso", 0x80000003u, buffer, 6, &moved, NULL, NULL), 0);
    assert_int_equal(moved, 6);
    assert_memory_equal(buffer, "middle", 6);
    assert_class(volume_append(&stick->volume, "movie.iso", "x", 1), ERR_FULL);
    assert_class(volume_append(&stick->volume, "movie.iso", buffer, 0x40000000u), ERR_TOO_BIG);
    assert_int_equal(stick->disk.write_count, 0);
    close_stick(stick);
}

/* ---- names ------------------------------------------------------------------------------------
 */

struct names {
    char text[4096];
    unsigned count;
};

static bool collect(void *context, const struct file_info *info)
{
    struct names *names = context;

    names->count++;
    snprintf(names->text + strlen(names->text), sizeof names->text - strlen(names->text),
             "%s|%s|%u%s%s%s\n", info->name, info->short_name, (unsigned)info->size,
             info->folder ? " folder" : "", info->read_only ? " read-only" : "",
             info->hidden ? " hidden" : "");
    return true;
}

static void lists(struct stick *stick, const char *path, const char *expected)
{
    struct names names = {.count = 0};

    assert_int_equal(volume_list(&stick->volume, path, collect, &names), 0);
    assert_string_equal(names.text, expected);
}

static void test_names_are_shown(void **state)
{
    (void)state;
    for (unsigned k = 0; k < KINDS; k++) {
        struct stick *stick = open_kind(&kinds[k]);
        struct fat_image *image = &stick->image;

        fat_image_run(image, "mlabel -i disk.img ::RESCUE");
        fat_image_put(image, "/PLAIN.BIN", "12345", 5);
        fat_image_put(image, "/lower.cfg", "1", 1);
        fat_image_put(image, "/A file with a long name.firmware", "1234", 4);
        fat_image_put(image, "/exactly 26 letters long.AB", "x", 1);
        fat_image_put(image, "/Müller ½.bin", "12", 2);
        fat_image_put(image, "/GONE.TXT", "x", 1);
        fat_image_put(image, "/Gone too, with a long name", "x", 1);
        fat_image_run(image, "mdel -i disk.img ::/GONE.TXT '::/Gone too, with a long name'");
        fat_image_run(image, "mmd -i disk.img ::/SUB '::/A long folder name'");
        fat_image_run(image, "mattrib -i disk.img +r +h ::/PLAIN.BIN");
        mount(stick);
        assert_string_equal(stick->volume.label, "RESCUE");
        lists(stick, "",
              "PLAIN.BIN|PLAIN.BIN|5 read-only hidden\n"
              "lower.cfg|LOWER.CFG|1\n"
              "A file with a long name.firmware|AFILEW~1.FIR|4\n"
              "exactly 26 letters long.AB|EXACTL~1.AB|1\n"
              "M\x81ller \xAB.bin|M\x9ALLER~1.BIN|2\n"
              "SUB|SUB|0 folder\n"
              "A long folder name|ALONGF~1|0 folder\n");
        lists(stick, "\\SUB\\", "");
        lists(stick, "/A LONG FOLDER NAME", "");
        reads(stick, "a FILE with a long name.FIRMWARE", "1234", 4);
        reads(stick, "m\x81ller \xAB.bin", "12", 2);
        close_stick(stick);
    }
}

static void test_a_name_of_255_letters(void **state)
{
    struct stick *stick = open_kind(&kinds[1]);
    char path[300] = "/";
    struct file_info info;

    (void)state;
    for (unsigned i = 1; i <= 255; i++)
        path[i] = (char)('a' + i % 26);
    path[256] = '\0';
    fat_image_put(&stick->image, path, "255", 3);
    assert_int_equal(volume_stat(&stick->volume, path, &info), 0);
    assert_string_equal(info.name, path + 1);
    path[256] = 'x';
    path[257] = '\0';
    assert_class(volume_stat(&stick->volume, path, &info), ERR_BAD_NAME);
    close_stick(stick);
}

static void test_letters_we_lack_never_open_another_file(void **state)
{
    struct stick *stick = open_kind(&kinds[1]);
    struct file_info info;

    (void)state;
    fat_image_put(&stick->image, "/Ж firmware.bin", "first", 5);
    mount(stick);
    assert_int_equal(volume_stat(&stick->volume, "_ firmware.bin", &info), 0);
    fat_image_put(&stick->image, "/Ш firmware.bin", "other", 5);
    mount(stick);
    assert_class(volume_stat(&stick->volume, "_ firmware.bin", &info), ERR_NOT_FOUND);
    close_stick(stick);
}

static void test_broken_long_names_fall_back_to_short_ones(void **state)
{
    /* Byte of the first (last part) or second long entry that is changed, and to what. */
    static const struct {
        unsigned entry, offset;
        uint8_t value;
    } changes[] = {{0, 13, 0x5A}, {1, 13, 0x5A}, {0, 0, 0x43}, {0, 0, 0x02}, {1, 0, 0x02},
                   {0, 0, 0x7F},  {0, 0, 0xE5},  {1, 0, 0xE5}, {1, 12, 1},   {0, 0, 0x40}};

    (void)state;
    for (unsigned i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        struct stick *stick = open_kind(&kinds[1]);

        fat_image_put(&stick->image, "/Two entries long.bin", "x", 1);
        poke8(stick, byte_of_root(stick) + changes[i].entry * 32 + changes[i].offset,
              changes[i].value);
        lists(stick, "", "TWOENT~1.BIN|TWOENT~1.BIN|1\n");
        close_stick(stick);
    }
}

/* A system that knows no long names renamed the file, or all parts have the same wrong sum. */
static void test_a_long_name_of_another_short_name(void **state)
{
    struct stick *stick = open_kind(&kinds[1]);

    (void)state;
    fat_image_put(&stick->image, "/Two entries long.bin", "x", 1);
    poke8(stick, byte_of_root(stick) + 2 * 32, 'Z');
    lists(stick, "", "ZWOENT~1.BIN|ZWOENT~1.BIN|1\n");
    poke8(stick, byte_of_root(stick) + 2 * 32, 'T');
    lists(stick, "", "Two entries long.bin|TWOENT~1.BIN|1\n");
    poke8(stick, byte_of_root(stick) + 13, 0x5A);
    poke8(stick, byte_of_root(stick) + 32 + 13, 0x5A);
    lists(stick, "", "TWOENT~1.BIN|TWOENT~1.BIN|1\n");
    close_stick(stick);
}

static void test_orphaned_long_name_is_not_the_next_files(void **state)
{
    struct stick *stick = open_kind(&kinds[1]);

    (void)state;
    fat_image_put(&stick->image, "/Orphan.bin (old)", "x", 1);
    fat_image_put(&stick->image, "/NEXT.BIN", "next", 4);
    /* Its short entry is deleted by a system that knows no long names; mcopy used two long ones. */
    poke8(stick, byte_of_root(stick) + 2 * 32, 0xE5);
    lists(stick, "", "NEXT.BIN|NEXT.BIN|4\n");
    close_stick(stick);
}

static void test_a_name_that_starts_with_e5(void **state)
{
    struct stick *stick = open_kind(&kinds[1]);

    (void)state;
    fat_image_put(&stick->image, "/XBC.BIN", "e5", 2);
    poke8(stick, byte_of_entry(stick, "XBC     BIN"), 0x05);
    lists(stick, "",
          "\xE5"
          "BC.BIN|\xE5"
          "BC.BIN|2\n");
    reads(stick,
          "\xE5"
          "BC.BIN",
          "e5", 2);
    close_stick(stick);
}

static bool stop_after_three(void *context, const struct file_info *info)
{
    (void)info;
    return ++*(unsigned *)context < 3;
}

static void test_lists_stop_when_told(void **state)
{
    struct stick *stick = open_kind(&kinds[1]);
    unsigned count = 0;

    (void)state;
    for (char name[] = "/A"; name[1] <= 'E'; name[1]++)
        fat_image_put(&stick->image, name, "", 0);
    assert_int_equal(volume_list(&stick->volume, "", stop_after_three, &count), 0);
    assert_int_equal(count, 3);
    close_stick(stick);
}

static bool read_each(void *context, const struct file_info *info)
{
    struct stick *stick = context;
    char byte = 0;
    uint32_t moved;

    assert_int_equal(volume_read(&stick->volume, info->short_name, 0, &byte, 1, &moved, NULL, NULL),
                     0);
    assert_int_equal(byte, info->short_name[0]);
    stick->volume.serial++;
    return true;
}

static void test_files_may_be_read_while_listed(void **state)
{
    struct stick *stick = open_kind(&kinds[2]);
    char name[] = "/A";

    (void)state;
    for (; name[1] <= 'Z'; name[1]++)
        fat_image_put(&stick->image, name, name + 1, 1);
    stick->volume.serial = 0;
    assert_int_equal(volume_list(&stick->volume, "", read_each, stick), 0);
    assert_int_equal(stick->volume.serial, 26);
    close_stick(stick);
}

static void test_what_is_not_there(void **state)
{
    struct stick *stick = open_kind(&kinds[1]);
    char byte, longest[VOLUME_PATH_MAX + 2];
    struct file_info info;
    struct names names = {.count = 0};
    uint32_t moved;

    (void)state;
    fat_image_put(&stick->image, "/FILE", "x", 1);
    fat_image_run(&stick->image, "mmd -i disk.img ::/SUB");
    assert_class(volume_stat(&stick->volume, "NONE", &info), ERR_NOT_FOUND);
    assert_class(volume_stat(&stick->volume, "FILE/FILE", &info), ERR_NOT_FOUND);
    assert_class(volume_stat(&stick->volume, "NONE/FILE", &info), ERR_NOT_FOUND);
    assert_class(volume_list(&stick->volume, "FILE", collect, &names), ERR_NOT_FOUND);
    assert_class(volume_list(&stick->volume, "NONE", collect, &names), ERR_NOT_FOUND);
    assert_class(volume_read(&stick->volume, "SUB", 0, &byte, 1, &moved, NULL, NULL),
                 ERR_NOT_FOUND);
    assert_class(volume_read(&stick->volume, "", 0, &byte, 1, &moved, NULL, NULL), ERR_NOT_FOUND);
    assert_int_equal(volume_stat(&stick->volume, "/", &info), 0);
    assert_true(info.folder);
    memset(longest, '/', sizeof longest);
    longest[VOLUME_PATH_MAX + 1] = '\0';
    assert_class(volume_stat(&stick->volume, longest, &info), ERR_BAD_NAME);
    close_stick(stick);
}

/* ---- writing ----------------------------------------------------------------------------------
 */

static void test_mtools_reads_what_we_wrote(void **state)
{
    static const uint32_t sizes[] = {0, 1, 511, 512, 513, 4096, 4097, 16384, 16385, 100001};

    (void)state;
    for (unsigned k = 0; k < KINDS; k++) {
        struct stick *stick = open_kind(&kinds[k]);
        uint64_t before, after;

        fat_image_run(&stick->image, "mmd -i disk.img ::/SUB");
        mount(stick);
        assert_int_equal(volume_free_bytes(&stick->volume, &before), 0);
        for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            uint8_t *bytes = random_bytes(sizes[i], i + 50);
            char name[64];

            snprintf(name, sizeof name, "%s/bk%06u.bin", i & 1 ? "sub" : "", i);
            assert_int_equal(volume_create(&stick->volume, name, bytes, sizes[i]), 0);
            assert_class(volume_create(&stick->volume, name, bytes, sizes[i]), ERR_EXISTS);
            fat_image_holds(&stick->image, name, bytes, sizes[i]);
            reads(stick, name, bytes, sizes[i]);
            free(bytes);
        }
        fat_image_is_clean(&stick->image);
        assert_int_equal(volume_free_bytes(&stick->volume, &after), 0);
        for (unsigned i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
            uint32_t cluster = stick->volume.sectors_per_cluster * stick->volume.sector_size;

            after += (sizes[i] + cluster - 1) / cluster * cluster;
        }
        assert_true(before == after);
        fat_image_run(&stick->image, "mdir -i disk.img ::/BK000000.BIN");
        assert_non_null(strstr(stick->image.output, "2004-02-29  23:59"));
        close_stick(stick);
    }
}

static void test_replace_and_append(void **state)
{
    /* From what size to what size. */
    static const uint32_t steps[] = {0, 1, 0, 40000, 39999, 100, 512, 512, 20000, 0, 7};
    uint8_t *bytes = random_bytes(120000, 3);

    (void)state;
    for (unsigned k = 0; k < KINDS; k++) {
        struct stick *stick = open_kind(&kinds[k]);
        uint32_t size = 0;

        fat_image_put(&stick->image, "/Neighbour with a long name", bytes, 3000);
        fat_image_put(&stick->image, "/Replace me, too.bin", bytes, 30000);
        mount(stick);
        for (unsigned i = 0; i < sizeof steps / sizeof steps[0]; i++) {
            assert_int_equal(volume_replace(&stick->volume, "RE.BIN", bytes + i, steps[i]), 0);
            fat_image_holds(&stick->image, "/RE.BIN", bytes + i, steps[i]);
            fat_image_is_clean(&stick->image);
        }
        for (unsigned i = 0; i < sizeof steps / sizeof steps[0]; i++) {
            assert_int_equal(volume_append(&stick->volume, "LOG.TXT", bytes + size, steps[i]), 0);
            size += steps[i];
            fat_image_holds(&stick->image, "/LOG.TXT", bytes, size);
            fat_image_is_clean(&stick->image);
        }
        assert_int_equal(volume_replace(&stick->volume, "replace me, TOO.bin", "new", 3), 0);
        fat_image_holds(&stick->image, "/Replace me, too.bin", "new", 3);
        fat_image_holds(&stick->image, "/Neighbour with a long name", bytes, 3000);
        assert_int_equal(volume_append(&stick->volume, "LOG.TXT", NULL, 0), 0);
        fat_image_holds(&stick->image, "/LOG.TXT", bytes, size);
        fat_image_is_clean(&stick->image);
        close_stick(stick);
    }
    free(bytes);
}

static void test_folders_grow(void **state)
{
    (void)state;
    for (unsigned k = 0; k < KINDS; k++) {
        struct stick *stick = open_kind(&kinds[k]);
        unsigned count = 2 * 4096 / 32 + 3;
        struct names names = {.count = 0};

        fat_image_run(&stick->image, "mmd -i disk.img ::/SUB");
        mount(stick);
        for (unsigned i = 0; i < count; i++) {
            char name[32];

            snprintf(name, sizeof name, "SUB/%u.X", i);
            assert_int_equal(volume_create(&stick->volume, name, name, i % 3), 0);
        }
        assert_int_equal(volume_list(&stick->volume, "SUB", collect, &names), 0);
        assert_int_equal(names.count, count);
        fat_image_is_clean(&stick->image);
        fat_image_holds(&stick->image, "/SUB/200.X", "SUB", 200 % 3);
        close_stick(stick);
    }
}

static void test_the_root_of_fat32_grows(void **state)
{
    struct stick *stick = open_kind(&kinds[2]);

    (void)state;
    for (unsigned i = 0; i < 40; i++) {
        char name[32];

        snprintf(name, sizeof name, "%u.X", i);
        assert_int_equal(volume_create(&stick->volume, name, name, 2), 0);
        fat_image_is_clean(&stick->image);
        fat_image_holds(&stick->image, name, name, 2);
    }
    close_stick(stick);
}

static void test_a_full_root_folder(void **state)
{
    struct stick *stick = open_stick(1440, "-r 112", 512);
    unsigned made = 0;
    err_t error = 0;

    (void)state;
    mount(stick);
    for (; !error && made < 1000; made++) {
        char name[32];

        snprintf(name, sizeof name, "%u.X", made);
        file_disk_settle(&stick->disk);
        error = volume_create(&stick->volume, name, "1234", 4);
    }
    assert_class(error, ERR_FULL);
    assert_int_equal(made - 1, 112);
    assert_int_equal(stick->disk.write_count, 0);
    fat_image_is_clean(&stick->image);
    fat_image_run(&stick->image, "mdel -i disk.img ::/50.X");
    assert_int_equal(volume_create(&stick->volume, "AGAIN.X", "5", 1), 0);
    fat_image_is_clean(&stick->image);
    close_stick(stick);
}

static void test_a_full_volume(void **state)
{
    (void)state;
    for (unsigned k = 0; k < 4; k++) {
        struct stick *stick = open_kind(&kinds[k]);
        uint32_t cluster = stick->volume.sectors_per_cluster * stick->volume.sector_size;
        uint64_t left;
        uint8_t *bytes;
        uint32_t size, kept;

        assert_int_equal(volume_create(&stick->volume, "OLD.TXT", "old", 3), 0);
        assert_int_equal(volume_free_bytes(&stick->volume, &left), 0);
        /* All of it; on FAT12 but for the clusters whose FAT entry lies in two sectors. */
        kept = stick->volume.type == FAT12 ? 8 * cluster : 0;
        size = (uint32_t)left;
        bytes = random_bytes(size, 8);
        file_disk_settle(&stick->disk);
        assert_class(volume_create(&stick->volume, "BIG.BIN", bytes, size + 1), ERR_FULL);
        assert_int_equal(stick->disk.write_count, 0);
        assert_int_equal(volume_create(&stick->volume, "BIG.BIN", bytes, size - kept), 0);
        fat_image_is_clean(&stick->image);
        fat_image_holds(&stick->image, "/BIG.BIN", bytes, size - kept);
        file_disk_settle(&stick->disk);
        assert_class(volume_append(&stick->volume, "OLD.TXT", bytes, kept + 512), ERR_FULL);
        assert_class(volume_replace(&stick->volume, "OLD.TXT", bytes, kept + 512), ERR_FULL);
        assert_int_equal(stick->disk.write_count, 0);
        fat_image_holds(&stick->image, "/OLD.TXT", "old", 3);
        free(bytes);
        close_stick(stick);
    }
}

static void test_full_free_search_is_not_quadratic(void **state)
{
    enum { SIZE = 1 << 20 };
    struct stick *stick = open_kind(&kinds[2]);
    uint8_t *bytes = random_bytes(32 << 20, 8);

    (void)state;
    /* The only room is at the volume's end, and the hint says so to nobody. */
    assert_int_equal(volume_create(&stick->volume, "BIG.BIN", bytes, 32 << 20), 0);
    poke8(stick, byte_of_sector(stick, stick->volume.info_sector) + 492, 2);
    poke8(stick, byte_of_sector(stick, stick->volume.info_sector) + 493, 0);
    poke8(stick, byte_of_sector(stick, stick->volume.info_sector) + 494, 0);
    file_disk_settle(&stick->disk);
    assert_int_equal(volume_create(&stick->volume, "FLASH.BIN", bytes, SIZE), 0);
    /* The FAT at most twice, the data once, each written FAT sector back; and little else. */
    assert_true(stick->disk.sectors_read <
                2 * stick->volume.fat_sectors + SIZE / 512 + 4 * (SIZE / 512 / 128) + 200);
    assert_true(stick->disk.sectors_written < SIZE / 512 + 2 * (SIZE / 512 / 128 + 2) + 4);
    fat_image_is_clean(&stick->image);
    free(bytes);
    close_stick(stick);
}

static void test_names_we_do_not_make(void **state)
{
    static const char *const bad[] = {
        "",      ".",      "..",      "TOOLONGNAME.X", "A.LONG", "A B.TXT",  "A.B.C", ".TXT",
        "NAME.", "A*.TXT", "A\x81.X", "A+B.X",         "\"A\"",  "A:B",      "A,B.X", "A;B.X",
        "A=B.X", "[A].X",  "A\t.X",   "A|B",           "A?B",    "SUB/A<.X", "SUB/"};
    static const char *const good[] = {"A", "12345678.123", "$%'-_@~.!`", "(){}^#&", "SUB/x.y"};
    struct stick *stick = open_kind(&kinds[1]);

    (void)state;
    fat_image_run(&stick->image, "mmd -i disk.img ::/SUB");
    file_disk_settle(&stick->disk);
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        err_t error = volume_create(&stick->volume, bad[i], "x", 1);

        if (error_class(error) != ERR_BAD_NAME && error_class(error) != ERR_EXISTS)
            fail_msg("\"%s\": %08X", bad[i], error);
    }
    assert_class(volume_create(&stick->volume, "NONE/A.X", "x", 1), ERR_NOT_FOUND);
    assert_class(volume_replace(&stick->volume, "SUB", "x", 1), ERR_EXISTS);
    assert_class(volume_append(&stick->volume, "SUB", "x", 1), ERR_EXISTS);
    assert_int_equal(stick->disk.write_count, 0);
    for (unsigned i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_int_equal(volume_create(&stick->volume, good[i], "x", 1), 0);
    fat_image_is_clean(&stick->image);
    close_stick(stick);
}

static void test_read_only_files_stay(void **state)
{
    struct stick *stick = open_kind(&kinds[1]);

    (void)state;
    fat_image_put(&stick->image, "/KEEP.BIN", "keep", 4);
    fat_image_run(&stick->image, "mattrib -i disk.img +r ::/KEEP.BIN");
    file_disk_settle(&stick->disk);
    assert_class(volume_replace(&stick->volume, "KEEP.BIN", "x", 1), ERR_REFUSED);
    assert_class(volume_append(&stick->volume, "KEEP.BIN", "x", 1), ERR_REFUSED);
    assert_int_equal(stick->disk.write_count, 0);
    close_stick(stick);
}

static void test_old_bytes_behind_a_folders_end(void **state)
{
    /* The end mark as the first entry, in the middle, and as the last one of a sector. */
    static const unsigned entries[] = {0, 3, 15};

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        struct stick *stick = open_kind(&kinds[1]);
        struct names names = {.count = 0};

        for (unsigned n = 0; n < entries[i]; n++) {
            char name[32];

            snprintf(name, sizeof name, "%u.X", n);
            assert_int_equal(volume_create(&stick->volume, name, "", 0), 0);
        }
        file_disk_poke(&stick->disk, byte_of_root(stick) + (entries[i] + 1) * 32, "GHOST   BIN\x20",
                       12);
        assert_int_equal(volume_create(&stick->volume, "NEW.X", "new", 3), 0);
        assert_int_equal(volume_list(&stick->volume, "", collect, &names), 0);
        assert_int_equal(names.count, entries[i] + 1);
        fat_image_is_clean(&stick->image);
        close_stick(stick);
    }
}

static void test_an_unknown_date(void **state)
{
    struct stick *stick = open_kind(&kinds[1]);

    (void)state;
    stick->volume.date = NULL;
    assert_int_equal(volume_create(&stick->volume, "A", "x", 1), 0);
    fat_image_run(&stick->image, "mdir -i disk.img ::/A");
    assert_non_null(strstr(stick->image.output, "1980-01-01"));
    close_stick(stick);
}

/* ---- sticks that fail -------------------------------------------------------------------------
 */

/* A stick with files that must stay as they are. */
static struct stick *open_filled(const struct kind *kind)
{
    struct stick *stick = open_kind(kind);
    uint8_t *bytes = random_bytes(30000, 77);

    fat_image_put(&stick->image, "/OLD.BIN", bytes, 30000);
    fat_image_put(&stick->image, "/LOG.TXT", bytes, 1000);
    free(bytes);
    mount(stick);
    file_disk_settle(&stick->disk);
    return stick;
}

static void nothing_lost(struct stick *stick)
{
    uint8_t *bytes = random_bytes(30000, 77);

    fat_image_is_safe(&stick->image);
    fat_image_holds(&stick->image, "/OLD.BIN", bytes, 30000);
    fat_image_holds(&stick->image, "/LOG.TXT", bytes, 1000);
    free(bytes);
}

static void all_writes_fail(struct stick *stick, enum error_class class)
{
    uint8_t *bytes = random_bytes(30000, 78);

    assert_class(volume_create(&stick->volume, "NEW.BIN", bytes, 30000), class);
    assert_class(volume_replace(&stick->volume, "OLD.BIN", bytes, 30000), class);
    assert_class(volume_append(&stick->volume, "LOG.TXT", bytes, 30000), class);
    assert_class(volume_create(&stick->volume, "EMPTY.BIN", bytes, 0), class);
    free(bytes);
    nothing_lost(stick);
}

static void test_write_protected(void **state)
{
    (void)state;
    for (unsigned k = 0; k < KINDS; k++) {
        struct stick *stick = open_filled(&kinds[k]);

        stick->disk.write_protected = true;
        all_writes_fail(stick, ERR_WRITE_PROTECTED);
        assert_int_equal(stick->disk.write_count, 0);
        close_stick(stick);
    }
}

static void test_a_stick_that_forgets(void **state)
{
    (void)state;
    for (unsigned k = 0; k < KINDS; k++) {
        struct stick *stick = open_filled(&kinds[k]);

        stick->disk.forgets_writes = true;
        all_writes_fail(stick, ERR_VERIFY);
        close_stick(stick);
    }
}

static void test_pulled_out_before(void **state)
{
    struct stick *stick = open_filled(&kinds[1]);
    struct file_info info;
    uint64_t bytes;

    (void)state;
    stick->disk.removed = true;
    all_writes_fail(stick, ERR_NO_MEDIA);
    assert_class(volume_stat(&stick->volume, "OLD.BIN", &info), ERR_NO_MEDIA);
    assert_class(volume_free_bytes(&stick->volume, &bytes), ERR_NO_MEDIA);
    assert_class(try_mount(stick), ERR_NO_MEDIA);
    assert_int_equal(stick->arena.used, 0);
    close_stick(stick);
}

static void test_pulled_out_in_mid_write(void **state)
{
    uint8_t *bytes = random_bytes(30000, 78);

    (void)state;
    for (unsigned k = 0; k < 3; k++) {
        struct stick *stick = open_filled(&kinds[k]);

        for (long writes = 1; writes < 60; writes += 3) {
            stick->disk.writes_left = writes;
            stick->disk.cut_error = (err_t)ERR_NO_MEDIA << 24;
            assert_class(volume_create(&stick->volume, "NEW.BIN", bytes, 30000), ERR_NO_MEDIA);
            nothing_lost(stick);
            file_disk_undo(&stick->disk);
        }
        close_stick(stick);
    }
    free(bytes);
}

static void test_sectors_that_can_not_be_written(void **state)
{
    uint8_t *bytes = random_bytes(30000, 78);

    (void)state;
    for (unsigned k = 0; k < 3; k++) {
        struct stick *stick = open_filled(&kinds[k]);
        unsigned long count;
        uint64_t *places;

        assert_int_equal(volume_create(&stick->volume, "NEW.BIN", bytes, 30000), 0);
        count = stick->disk.write_count;
        places = calloc(count, sizeof *places);
        assert_non_null(places);
        for (unsigned long i = 0; i < count; i++)
            places[i] = stick->disk.writes[i].lba;
        file_disk_undo(&stick->disk);
        for (unsigned long i = 0; i < count; i++) {
            mount(stick); /* its hint where to look for free clusters is of the last run */
            stick->disk.bad_write_lba = (int64_t)places[i];
            assert_class(volume_create(&stick->volume, "NEW.BIN", bytes, 30000), ERR_IO);
            nothing_lost(stick);
            file_disk_undo(&stick->disk);
        }
        free(places);
        close_stick(stick);
    }
    free(bytes);
}

static void test_another_stick(void **state)
{
    struct stick *stick = open_filled(&kinds[1]);
    struct file_info info;

    (void)state;
    /* Reported, but it is the same one. */
    stick->disk.changed = true;
    assert_int_equal(volume_stat(&stick->volume, "OLD.BIN", &info), 0);
    stick->disk.changed = true;
    mount(stick);
    assert_int_equal(volume_create(&stick->volume, "NEW.BIN", "x", 1), 0);
    /* Another one, and nobody says so. */
    fat_image_run(&stick->image, "mkfs.fat -F 16 -s 1 -i 12345678 disk.img");
    file_disk_settle(&stick->disk);
    assert_class(volume_create(&stick->volume, "NEW2.BIN", "x", 1), ERR_MEDIA_CHANGED);
    assert_class(volume_stat(&stick->volume, "OLD.BIN", &info), ERR_MEDIA_CHANGED);
    assert_int_equal(stick->disk.write_count, 0);
    mount(stick);
    assert_int_equal(volume_create(&stick->volume, "NEW2.BIN", "x", 1), 0);
    fat_image_is_clean(&stick->image);
    close_stick(stick);
}

static void test_an_unreadable_first_fat(void **state)
{
    (void)state;
    for (unsigned k = 0; k < KINDS; k++) {
        struct stick *stick = open_filled(&kinds[k]);
        uint8_t *bytes = random_bytes(30000, 77);

        stick->disk.bad_lba = stick->volume.fat_start;
        if (stick->volume.fat_copies > 1) {
            reads(stick, "OLD.BIN", bytes, 30000);
            mount(stick);
        } else {
            assert_class(try_mount(stick), ERR_IO);
        }
        free(bytes);
        close_stick(stick);
    }
}

static void test_an_unreadable_fsinfo(void **state)
{
    struct stick *stick = open_filled(&kinds[2]);

    (void)state;
    stick->disk.bad_lba = stick->volume.info_sector;
    mount(stick);
    assert_int_equal(volume_create(&stick->volume, "NEW.BIN", "new", 3), 0);
    nothing_lost(stick);
    fat_image_holds(&stick->image, "/NEW.BIN", "new", 3);
    close_stick(stick);
}

/* ---- volumes that are odd or broken -----------------------------------------------------------
 */

static void test_mirroring_off(void **state)
{
    struct stick *stick = open_kind(&kinds[2]);
    uint8_t before[512], after[512];
    uint64_t first = byte_of_sector(stick, stick->volume.fat_start);

    (void)state;
    poke8(stick, 40, 0x81);
    mount(stick);
    file_disk_peek(&stick->disk, first, before, sizeof before);
    assert_int_equal(volume_create(&stick->volume, "A", "only in the second FAT", 22), 0);
    file_disk_peek(&stick->disk, first, after, sizeof after);
    assert_memory_equal(before, after, sizeof before);
    file_disk_peek(&stick->disk, first + byte_of_sector(stick, stick->volume.fat_sectors), after,
                   sizeof after);
    assert_memory_not_equal(before, after, sizeof before);
    reads(stick, "A", "only in the second FAT", 22);
    close_stick(stick);
}

/* [FAT] "FAT Data Structure": the four high bits of a FAT32 entry are not ours. */
static void test_the_high_bits_of_fat32_stay(void **state)
{
    struct stick *stick = open_kind(&kinds[2]);
    uint8_t entry[4];
    uint64_t offset = byte_of_sector(stick, stick->volume.fat_start) + 3 * 4;

    (void)state;
    poke_fat(stick, 3, 0xA0000000);
    assert_int_equal(volume_create(&stick->volume, "A", "x", 1), 0);
    file_disk_peek(&stick->disk, offset, entry, 4);
    assert_memory_equal(entry, "\xFF\xFF\xFF\xAF", 4);
    reads(stick, "A", "x", 1);
    assert_int_equal(volume_replace(&stick->volume, "A", "", 0), 0);
    file_disk_peek(&stick->disk, offset, entry, 4);
    assert_memory_equal(entry, "\x00\x00\x00\xA0", 4);
    fat_image_is_clean(&stick->image);
    close_stick(stick);
}

static void test_large_sectors_on_a_disk_with_small_ones(void **state)
{
    struct stick *stick = open_stick(280000, "-F 32 -S 4096 -s 1", 512);
    uint8_t *bytes = random_bytes(30000, 1);

    (void)state;
    mount(stick);
    assert_int_equal(stick->volume.disk_sectors, 8);
    fat_image_put(&stick->image, "/A", bytes, 30000);
    reads(stick, "A", bytes, 30000);
    assert_int_equal(volume_create(&stick->volume, "B", bytes, 30000), 0);
    fat_image_holds(&stick->image, "/B", bytes, 30000);
    fat_image_is_clean(&stick->image);
    free(bytes);
    close_stick(stick);
}

static void test_dirty_volumes_are_used_and_shown(void **state)
{
    struct stick *stick;

    (void)state;
    for (unsigned k = 0; k < 3; k++) {
        uint64_t flags = kinds[k].type == FAT32 ? 65 : 37;

        stick = open_kind(&kinds[k]);
        assert_false(stick->volume.dirty);
        poke8(stick, flags, 1);
        mount(stick);
        assert_true(stick->volume.dirty);
        assert_int_equal(volume_create(&stick->volume, "A", "x", 1), 0);
        close_stick(stick);
    }
    stick = open_kind(&kinds[1]);
    poke_fat(stick, 1, 0x7FFF);
    mount(stick);
    assert_true(stick->volume.dirty);
    close_stick(stick);
    stick = open_kind(&kinds[2]);
    poke_fat(stick, 1, 0x07FFFFFF);
    mount(stick);
    assert_true(stick->volume.dirty);
    close_stick(stick);
}

/* Some formatters leave nothing in the second FAT entry: it is no free cluster all the same. */
static void test_cluster_1_is_never_used(void **state)
{
    (void)state;
    for (unsigned k = 1; k < 3; k++) {
        struct stick *stick = open_stick(kinds[k].kib, kinds[k].options, 512);

        mount(stick);
        poke_fat(stick, 1, 0);
        stick->volume.next_free = 0;
        for (unsigned i = 0; i < 4 && stick->volume.info_sector; i++)
            poke8(stick, byte_of_sector(stick, stick->volume.info_sector) + 492 + i, 0);
        assert_int_equal(volume_create(&stick->volume, "A", "not before the first", 20), 0);
        reads(stick, "A", "not before the first", 20);
        fat_image_holds(&stick->image, "/A", "not before the first", 20);
        close_stick(stick);
    }
}

static void test_boot_sectors_that_are_none(void **state)
{
    static const struct {
        unsigned kind, offset, size;
        uint32_t value;
        enum error_class class;
    } changes[] = {
        {1, 510, 2, 0, ERR_BAD_VOLUME},         /* no signature */
        {1, 0, 1, 0x33, ERR_BAD_VOLUME},        /* no jump */
        {1, 11, 2, 0, ERR_BAD_VOLUME},          /* bytes per sector */
        {1, 11, 2, 256, ERR_BAD_VOLUME},        /* ... */
        {1, 11, 2, 513, ERR_BAD_VOLUME},        /* ... */
        {1, 11, 2, 8192, ERR_BAD_VOLUME},       /* ... */
        {4, 11, 2, 512, ERR_BAD_VOLUME},        /* smaller than the disk's */
        {1, 13, 1, 0, ERR_BAD_VOLUME},          /* sectors per cluster */
        {1, 13, 1, 3, ERR_BAD_VOLUME},          /* ... */
        {1, 14, 2, 0, ERR_BAD_VOLUME},          /* reserved sectors */
        {1, 14, 2, 0xFFFF, ERR_BAD_VOLUME},     /* more than there are */
        {1, 16, 1, 0, ERR_BAD_VOLUME},          /* FATs */
        {1, 16, 1, 255, ERR_NONE},              /* odd, but possible */
        {1, 17, 2, 0, ERR_BAD_VOLUME},          /* root entries of FAT16 */
        {1, 17, 2, 0xFFFF, ERR_NONE},           /* odd, but possible */
        {1, 22, 2, 0xFFFF, ERR_BAD_VOLUME},     /* FAT larger than the volume */
        {1, 19, 2, 0xFFFF, ERR_BAD_VOLUME},     /* volume larger than the disk */
        {1, 19, 2, 1, ERR_BAD_VOLUME},          /* smaller than its FATs */
        {2, 32, 4, 0xFFFFFFFF, ERR_BAD_VOLUME}, /* volume larger than the disk */
        {2, 36, 4, 0xFFFFFFFF, ERR_BAD_VOLUME}, /* FAT larger than the volume */
        {2, 36, 4, 0x80000000, ERR_BAD_VOLUME}, /* two of them are 0 in 32 bits */
        {2, 42, 2, 1, ERR_BAD_VOLUME},          /* a later version of FAT32 */
        {2, 44, 4, 0, ERR_BAD_VOLUME},          /* root cluster */
        {2, 44, 4, 1, ERR_BAD_VOLUME},          /* ... */
        {2, 44, 4, 0x0FFFFFFF, ERR_BAD_VOLUME}, /* ... */
        {2, 40, 2, 0x82, ERR_BAD_VOLUME},       /* active FAT that is not there */
        {2, 48, 2, 0xFFFF, ERR_NONE},           /* no FSInfo */
        {2, 48, 2, 3, ERR_NONE},                /* FSInfo that is none */
        {2, 36, 4, 8, ERR_NONE},                /* FAT too short for all clusters */
    };

    (void)state;
    for (unsigned i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        struct stick *stick = open_kind(&kinds[changes[i].kind]);
        uint8_t bytes[4];
        err_t error;

        for (unsigned b = 0; b < 4; b++)
            bytes[b] = (uint8_t)(changes[i].value >> 8 * b);
        file_disk_poke(&stick->disk, changes[i].offset, bytes, changes[i].size);
        error = try_mount(stick);
        if (error_class(error) != changes[i].class)
            fail_msg("change %u gives %08X", i, error);
        if (error)
            assert_int_equal(stick->arena.used, 0);
        close_stick(stick);
    }
}

static void test_a_fat_that_is_too_short_is_never_overrun(void **state)
{
    struct stick *stick = open_kind(&kinds[2]);
    uint8_t *bytes = random_bytes(2 << 20, 1);
    struct names names = {.count = 0};

    (void)state;
    poke8(stick, 36, 8);
    poke8(stick, 37, 0);
    /* Both FATs moved; give the second one a root folder. */
    mount(stick);
    assert_int_equal(stick->volume.cluster_count, 8 * 128 - 2);
    poke_fat(stick, 2, 0x0FFFFFFF);
    assert_class(volume_create(&stick->volume, "A", bytes, 2 << 20), ERR_FULL);
    assert_int_equal(volume_create(&stick->volume, "A", bytes, 400 << 10), 0);
    reads(stick, "A", bytes, 400 << 10);
    assert_int_equal(volume_list(&stick->volume, "", collect, &names), 0);
    for (unsigned long i = 0; i < stick->disk.write_count; i++)
        assert_true(stick->disk.writes[i].lba < stick->volume.data_start + 8 * 128);
    free(bytes);
    close_stick(stick);
}

/* Chains of /OLD.BIN that are broken in all ways. */
static void test_broken_chains(void **state)
{
    (void)state;
    for (unsigned k = 1; k < 3; k++) {
        uint32_t end = kinds[k].type == FAT32 ? 0x0FFFFFFF : 0xFFFF;
        const uint32_t values[] = {
            0, 1, end - 8 /* bad */, end - 9, 0x8000 /* outside FAT16 */, 5, end /* too short */,
            4 /* itself */};

        for (unsigned i = 0; i < sizeof values / sizeof values[0]; i++) {
            struct stick *stick = open_filled(&kinds[k]);
            uint8_t *bytes = random_bytes(30000, 77);
            uint8_t start[2];
            uint8_t buffer[30000];
            uint32_t first, moved;

            file_disk_peek(&stick->disk, byte_of_entry(stick, "OLD     BIN") + 26, start, 2);
            first = start[0] + 256u * start[1];
            poke_fat(stick, first + 10,
                     values[i] == 5   ? first
                     : values[i] == 4 ? first + 10
                                      : values[i]);
            if (values[i] == 0x8000 && kinds[k].type == FAT32)
                poke_fat(stick, first + 10, 0x08000000);
            if (values[i] > 5) {
                assert_class(
                    volume_read(&stick->volume, "OLD.BIN", 0, buffer, 30000, &moved, NULL, NULL),
                    ERR_BAD_VOLUME);
                /* What came before the break was told to be there. */
                assert_true(moved <= 11 * 512);
                assert_memory_equal(buffer, bytes, moved);
            }
            assert_class(volume_replace(&stick->volume, "OLD.BIN", bytes, 10), ERR_BAD_VOLUME);
            assert_class(volume_append(&stick->volume, "OLD.BIN", bytes, 10), ERR_BAD_VOLUME);
            assert_int_equal(stick->disk.write_count, 0);
            free(bytes);
            close_stick(stick);
        }
    }
}

static void test_files_larger_than_the_volume(void **state)
{
    struct stick *stick = open_filled(&kinds[1]);
    uint8_t byte;
    uint32_t moved;

    (void)state;
    poke8(stick, byte_of_entry(stick, "OLD     BIN") + 31, 0xFF);
    assert_class(volume_read(&stick->volume, "OLD.BIN", 0, &byte, 1, &moved, NULL, NULL),
                 ERR_BAD_VOLUME);
    assert_class(volume_append(&stick->volume, "OLD.BIN", "x", 1), ERR_BAD_VOLUME);
    assert_int_equal(stick->disk.write_count, 0);
    close_stick(stick);
}

/* Whoever writes there would put data over a folder, or trust a FAT that is none. */
static void test_volumes_too_broken_to_be_written(void **state)
{
    (void)state;
    for (unsigned k = 1; k < 3; k++) {
        uint32_t end = kinds[k].type == FAT32 ? 0x0FFFFFFF : 0xFFFF;
        struct stick *stick = open_filled(&kinds[k]);
        uint8_t start[2];
        uint32_t folder;

        fat_image_run(&stick->image, "mmd -i disk.img ::/SUB");
        file_disk_peek(&stick->disk, byte_of_entry(stick, "SUB        ") + 26, start, 2);
        folder = start[0] + 256u * start[1];
        poke_fat(stick, folder, 0);
        assert_class(volume_create(&stick->volume, "SUB/A", "x", 1), ERR_BAD_VOLUME);
        poke_fat(stick, folder, folder);
        assert_class(volume_create(&stick->volume, "SUB/A", "x", 1), ERR_BAD_VOLUME);
        poke_fat(stick, folder, end);
        if (kinds[k].type == FAT32) {
            poke_fat(stick, stick->volume.root_cluster, 0);
            assert_class(volume_create(&stick->volume, "A", "x", 1), ERR_BAD_VOLUME);
            assert_class(volume_create(&stick->volume, "SUB/A", "x", 1), ERR_BAD_VOLUME);
            poke_fat(stick, stick->volume.root_cluster, end);
        }
        poke_fat(stick, 0, 0);
        assert_class(volume_create(&stick->volume, "A", "x", 1), ERR_BAD_VOLUME);
        assert_int_equal(stick->disk.write_count, 0);
        poke_fat(stick, 0, end - 7);
        assert_int_equal(volume_create(&stick->volume, "SUB/A", "x", 1), 0);
        fat_image_is_clean(&stick->image);
        close_stick(stick);
    }
}

static bool count_only(void *context, const struct file_info *info)
{
    (void)info;
    ++*(unsigned *)context;
    return true;
}

static void test_a_folder_in_a_circle_ends(void **state)
{
    struct stick *stick = open_kind(&kinds[2]);
    unsigned count = 0;
    struct file_info info;

    (void)state;
    for (unsigned i = 0; i < 16; i++) {
        char name[32];

        snprintf(name, sizeof name, "%u.X", i);
        assert_int_equal(volume_create(&stick->volume, name, "", 0), 0);
    }
    poke_fat(stick, stick->volume.root_cluster, stick->volume.root_cluster);
    assert_int_equal(volume_list(&stick->volume, "", count_only, &count), 0);
    assert_int_equal(count, 65536);
    assert_class(volume_stat(&stick->volume, "NONE", &info), ERR_NOT_FOUND);
    file_disk_settle(&stick->disk);
    assert_class(volume_create(&stick->volume, "NONE", "x", 1), ERR_BAD_VOLUME);
    assert_int_equal(stick->disk.write_count, 0);
    close_stick(stick);
}

static void test_too_little_memory(void **state)
{
    struct stick *stick = open_kind(&kinds[1]);
    struct partition whole = {.count = stick->disk.device.sector_count};

    (void)state;
    for (size_t size = 0; size < stick->arena.used; size += 1000) {
        struct arena arena = {.base = stick->memory, .size = size};

        assert_class(volume_open(&stick->volume, &stick->disk.device, &whole, &arena),
                     ERR_NO_MEMORY);
        assert_int_equal(arena.used, 0);
    }
    close_stick(stick);
}

static bool give_up(void *context)
{
    unsigned *left = context;

    return (*left)-- > 0;
}

/* Whoever gives a long write up gets a medium as it was, at whichever part he does. */
static void test_giving_a_write_up(void **state)
{
    enum { SIZE = 200000 };
    uint8_t *bytes = random_bytes(SIZE, 9);
    struct stick *stick = open_kind(&kinds[2]);

    (void)state;
    fat_image_put(&stick->image, "/OLD.BIN", bytes, 1000);
    for (unsigned parts = 0; parts < 3; parts++) {
        unsigned left = parts;
        uint32_t size;

        stick->volume.keep_waiting = give_up;
        stick->volume.waiting_context = &left;
        assert_class(volume_create(&stick->volume, "NEW.BIN", bytes, SIZE), ERR_ABORTED);
        left = parts;
        assert_class(volume_replace(&stick->volume, "OLD.BIN", bytes, SIZE), ERR_ABORTED);
        fat_image_holds(&stick->image, "/OLD.BIN", bytes, 1000);
        assert_null(fat_image_get(&stick->image, "/NEW.BIN", &size));
        fat_image_is_clean(&stick->image);
    }
    stick->volume.keep_waiting = NULL;
    assert_int_equal(volume_create(&stick->volume, "NEW.BIN", bytes, SIZE), 0);
    fat_image_holds(&stick->image, "/NEW.BIN", bytes, SIZE);
    free(bytes);
    close_stick(stick);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_what_mtools_wrote),
        cmocka_unit_test(test_reads_any_part_of_a_fragmented_file),
        cmocka_unit_test(test_contiguous_files_are_read_in_long_runs),
        cmocka_unit_test(test_a_3_gib_file),
        cmocka_unit_test(test_names_are_shown),
        cmocka_unit_test(test_a_name_of_255_letters),
        cmocka_unit_test(test_letters_we_lack_never_open_another_file),
        cmocka_unit_test(test_broken_long_names_fall_back_to_short_ones),
        cmocka_unit_test(test_a_long_name_of_another_short_name),
        cmocka_unit_test(test_orphaned_long_name_is_not_the_next_files),
        cmocka_unit_test(test_a_name_that_starts_with_e5),
        cmocka_unit_test(test_lists_stop_when_told),
        cmocka_unit_test(test_files_may_be_read_while_listed),
        cmocka_unit_test(test_what_is_not_there),
        cmocka_unit_test(test_mtools_reads_what_we_wrote),
        cmocka_unit_test(test_replace_and_append),
        cmocka_unit_test(test_folders_grow),
        cmocka_unit_test(test_the_root_of_fat32_grows),
        cmocka_unit_test(test_a_full_root_folder),
        cmocka_unit_test(test_a_full_volume),
        cmocka_unit_test(test_full_free_search_is_not_quadratic),
        cmocka_unit_test(test_names_we_do_not_make),
        cmocka_unit_test(test_read_only_files_stay),
        cmocka_unit_test(test_old_bytes_behind_a_folders_end),
        cmocka_unit_test(test_an_unknown_date),
        cmocka_unit_test(test_write_protected),
        cmocka_unit_test(test_a_stick_that_forgets),
        cmocka_unit_test(test_pulled_out_before),
        cmocka_unit_test(test_pulled_out_in_mid_write),
        cmocka_unit_test(test_sectors_that_can_not_be_written),
        cmocka_unit_test(test_another_stick),
        cmocka_unit_test(test_an_unreadable_first_fat),
        cmocka_unit_test(test_an_unreadable_fsinfo),
        cmocka_unit_test(test_mirroring_off),
        cmocka_unit_test(test_the_high_bits_of_fat32_stay),
        cmocka_unit_test(test_large_sectors_on_a_disk_with_small_ones),
        cmocka_unit_test(test_dirty_volumes_are_used_and_shown),
        cmocka_unit_test(test_cluster_1_is_never_used),
        cmocka_unit_test(test_boot_sectors_that_are_none),
        cmocka_unit_test(test_a_fat_that_is_too_short_is_never_overrun),
        cmocka_unit_test(test_broken_chains),
        cmocka_unit_test(test_files_larger_than_the_volume),
        cmocka_unit_test(test_volumes_too_broken_to_be_written),
        cmocka_unit_test(test_a_folder_in_a_circle_ends),
        cmocka_unit_test(test_giving_a_write_up),
        cmocka_unit_test(test_too_little_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
