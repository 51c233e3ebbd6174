/* Partition tables made by sfdisk (util-linux) and spoilt by hand. */
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

enum { KIB = 65536, SECTORS = KIB * 2 };

struct bench {
    struct fat_image image;
    struct file_disk disk;
    struct partition found[VOLUMES_PER_DISK];
    unsigned count;
    err_t error;
};

static struct bench *open_bench(void)
{
    struct bench *bench = calloc(1, sizeof *bench);

    assert_non_null(bench);
    fat_image_open(&bench->image, KIB);
    file_disk_open(&bench->disk, bench->image.path, 512);
    return bench;
}

static void close_bench(struct bench *bench)
{
    file_disk_close(&bench->disk);
    fat_image_close(&bench->image);
    free(bench);
}

/* Gives sfdisk its script, one line per argument of the list. */
static void make_table(struct bench *bench, const char *script)
{
    fat_image_host_file(&bench->image, "script", script, (uint32_t)strlen(script));
    fat_image_run(&bench->image, "sfdisk -q disk.img < script");
}

/* Formats a part of the disk and puts a file into it that tells which one it is. */
static void format(struct bench *bench, unsigned start, unsigned count, const char *mark)
{
    fat_image_host_file(&bench->image, "mark", mark, (uint32_t)strlen(mark));
    fat_image_run(&bench->image,
                  "truncate -s %u part && mkfs.fat -s 1 part && mcopy -i part mark ::MARK.TXT && "
                  "dd if=part of=disk.img bs=512 seek=%u conv=notrunc && rm part",
                  count * 512, start);
}

static void look(struct bench *bench)
{
    memset(bench->found, 0, sizeof bench->found);
    bench->error = 1;
    bench->count =
        partition_list(&bench->disk.device, bench->found, VOLUMES_PER_DISK, &bench->error);
}

/* Asserts where the next found partition lies and, with a mark, that its volume can be opened. */
static void is_found(struct bench *bench, unsigned index, uint64_t start, uint64_t count,
                     uint8_t type, const char *mark)
{
    static uint8_t memory[VOLUME_MEMORY] __attribute__((aligned(16)));
    struct arena arena = {.base = memory, .size = sizeof memory};
    struct volume volume = {.date = NULL};
    char text[64] = "";
    uint32_t moved;

    assert_true(index < bench->count);
    assert_int_equal(bench->found[index].start, start);
    assert_int_equal(bench->found[index].count, count);
    assert_int_equal(bench->found[index].type, type);
    if (!mark)
        return;
    assert_int_equal(volume_open(&volume, &bench->disk.device, &bench->found[index], &arena), 0);
    assert_int_equal(volume_read(&volume, "MARK.TXT", 0, text, sizeof text - 1, &moved, NULL, NULL),
                     0);
    assert_string_equal(text, mark);
}

static void poke(struct bench *bench, uint64_t offset, const char *hex)
{
    for (; *hex; hex += 2, offset++) {
        char digits[3] = {hex[0], hex[1], 0};
        uint8_t byte = (uint8_t)strtoul(digits, NULL, 16);

        file_disk_poke(&bench->disk, offset, &byte, 1);
    }
}

/* ---- MBR --------------------------------------------------------------------------------------
 */

static void test_primary_partitions(void **state)
{
    struct bench *bench = open_bench();

    (void)state;
    make_table(bench, "label: dos\n"
                      "start=2048, size=8192, type=6\n"
                      "start=10240, size=8192, type=83\n"
                      "start=18432, size=8192, type=c, bootable\n"
                      "start=26624, size=8192, type=7\n");
    format(bench, 2048, 8192, "one");
    format(bench, 18432, 8192, "three");
    format(bench, 26624, 8192, "four: an odd type, but FAT inside");
    look(bench);
    assert_int_equal(bench->error, 0);
    assert_int_equal(bench->count, 3);
    is_found(bench, 0, 2048, 8192, 0x06, "one");
    is_found(bench, 1, 18432, 8192, 0x0C, "three");
    is_found(bench, 2, 26624, 8192, 0x07, "four: an odd type, but FAT inside");
    assert_false(bench->found[0].active);
    assert_true(bench->found[1].active);
    close_bench(bench);
}

static void test_logical_partitions(void **state)
{
    struct bench *bench = open_bench();

    (void)state;
    make_table(bench, "label: dos\n"
                      "1: start=2048, size=8192, type=e\n"
                      "2: start=10240, size=90000, type=f\n"
                      "5: start=12288, size=8192, type=b\n"
                      "6: start=24576, size=8192, type=82\n"
                      "7: start=36864, size=8192, type=6\n");
    format(bench, 2048, 8192, "one");
    format(bench, 12288, 8192, "five");
    format(bench, 36864, 8192, "seven");
    look(bench);
    assert_int_equal(bench->error, 0);
    assert_int_equal(bench->count, 3);
    is_found(bench, 0, 2048, 8192, 0x0E, "one");
    is_found(bench, 1, 12288, 8192, 0x0B, "five");
    is_found(bench, 2, 36864, 8192, 0x06, "seven");
    close_bench(bench);
}

static void test_more_partitions_than_room(void **state)
{
    struct bench *bench = open_bench();
    char script[2048] = "label: dos\n1: start=2048, size=120000, type=f\n";

    (void)state;
    for (unsigned i = 0; i < 12; i++)
        snprintf(script + strlen(script), sizeof script - strlen(script),
                 "%u: start=%u, size=2048, type=1\n", i + 5, 4096 + i * 4096);
    make_table(bench, script);
    look(bench);
    assert_int_equal(bench->error, 0);
    assert_int_equal(bench->count, VOLUMES_PER_DISK);
    is_found(bench, 7, 4096 + 7 * 4096, 2048, 0x01, NULL);
    bench->count = partition_list(&bench->disk.device, bench->found, 0, &bench->error);
    assert_int_equal(bench->count, 0);
    close_bench(bench);
}

static void test_a_broken_volume_is_listed_by_its_type(void **state)
{
    struct bench *bench = open_bench();
    static uint8_t memory[VOLUME_MEMORY] __attribute__((aligned(16)));
    struct arena arena = {.base = memory, .size = sizeof memory};
    struct volume volume = {.date = NULL};

    (void)state;
    make_table(bench, "label: dos\nstart=2048, size=8192, type=6\n");
    look(bench);
    assert_int_equal(bench->error, 0);
    assert_int_equal(bench->count, 1);
    is_found(bench, 0, 2048, 8192, 0x06, NULL);
    assert_class(volume_open(&volume, &bench->disk.device, &bench->found[0], &arena),
                 ERR_BAD_VOLUME);
    /* Not even readable. */
    bench->disk.bad_lba = 2048;
    look(bench);
    assert_int_equal(bench->error, 0);
    assert_int_equal(bench->count, 1);
    assert_class(volume_open(&volume, &bench->disk.device, &bench->found[0], &arena), ERR_IO);
    close_bench(bench);
}

static void test_links_in_a_circle_end(void **state)
{
    struct bench *bench = open_bench();

    (void)state;
    make_table(bench, "label: dos\n"
                      "1: start=2048, size=90000, type=5\n"
                      "5: start=4096, size=4096, type=6\n"
                      "6: start=12288, size=4096, type=6\n");
    look(bench);
    assert_int_equal(bench->count, 2);
    /* The second link (at 10240 = 2048 + 8192) now leads to itself. */
    poke(bench, 10240 * 512 + 446 + 16 + 4, "05");
    poke(bench, 10240 * 512 + 446 + 16 + 8, "0020000001000000");
    look(bench);
    assert_int_equal(bench->error, 0);
    assert_int_equal(bench->count, VOLUMES_PER_DISK);
    assert_true(bench->disk.read_calls < 1000);
    /* The same with links that hold no volumes. */
    poke(bench, 10240 * 512 + 446 + 4, "00");
    file_disk_settle(&bench->disk);
    look(bench);
    assert_int_equal(bench->error, 0);
    assert_int_equal(bench->count, 1);
    assert_true(bench->disk.read_calls < 200);
    close_bench(bench);
}

static void test_entries_outside_the_disk(void **state)
{
    struct bench *bench = open_bench();

    (void)state;
    make_table(bench, "label: dos\n"
                      "1: start=2048, size=8192, type=6\n"
                      "2: start=10240, size=8192, type=5\n"
                      "5: start=12288, size=4096, type=6\n");
    /* Start past the end; start 0; size 0; extended past the end; link past the end. */
    poke(bench, 446 + 8, "FFFFFFFF");
    look(bench);
    assert_int_equal(bench->error, 0);
    assert_int_equal(bench->count, 1);
    is_found(bench, 0, 12288, 4096, 0x06, NULL);
    poke(bench, 446 + 8, "00000000");
    look(bench);
    assert_int_equal(bench->count, 1);
    poke(bench, 446 + 8, "0008000000000000");
    look(bench);
    assert_int_equal(bench->count, 1);
    poke(bench, 10240 * 512 + 446 + 16 + 4, "05");
    poke(bench, 10240 * 512 + 446 + 16 + 8, "FFFFFFFF01000000");
    look(bench);
    assert_int_equal(bench->error, 0);
    assert_int_equal(bench->count, 1);
    poke(bench, 446 + 16 + 8, "FFFFFFFF");
    look(bench);
    assert_int_equal(bench->error, 0);
    assert_int_equal(bench->count, 0);
    close_bench(bench);
}

/* Firmware without EDD shows the start of a large disk only. */
static void test_a_partition_that_ends_behind_the_disk(void **state)
{
    struct bench *bench = open_bench();

    (void)state;
    make_table(bench, "label: dos\nstart=2048, size=65536, type=6\n");
    format(bench, 2048, 65536, "reachable");
    bench->disk.device.sector_count = 20000;
    look(bench);
    assert_int_equal(bench->count, 1);
    is_found(bench, 0, 2048, 65536, 0x06, "reachable");
    close_bench(bench);
}

/* ---- no table ---------------------------------------------------------------------------------
 */

static void test_superfloppies(void **state)
{
    static const char *const options[] = {"-F 12 -s 64", "-F 16 -s 2", "-F 32 -s 1",
                                          "-s 4 --mbr=n"};

    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        struct bench *bench = open_bench();

        fat_image_run(&bench->image,
                      "mkfs.fat %s disk.img && printf super > m && "
                      "mcopy -i disk.img m ::MARK.TXT",
                      options[i]);
        look(bench);
        assert_int_equal(bench->error, 0);
        assert_int_equal(bench->count, 1);
        is_found(bench, 0, 0, SECTORS, PARTITION_SUPERFLOPPY, "super");
        close_bench(bench);
    }
}

/* A boot sector whose boot code looks like a table: nothing is found through it. */
static void test_a_superfloppy_with_a_table_of_rubbish(void **state)
{
    struct bench *bench = open_bench();

    (void)state;
    fat_image_run(&bench->image, "mkfs.fat -F 16 -s 2 disk.img && printf super > m && "
                                 "mcopy -i disk.img m ::MARK.TXT");
    poke(bench, 446, "80010100060FFFFF3F000000C1FF0000");
    look(bench);
    assert_int_equal(bench->count, 1);
    is_found(bench, 0, 0, SECTORS, PARTITION_SUPERFLOPPY, "super");
    poke(bench, 446, "4D697373696E67206F7065726174696E");
    look(bench);
    assert_int_equal(bench->count, 1);
    is_found(bench, 0, 0, SECTORS, PARTITION_SUPERFLOPPY, "super");
    close_bench(bench);
}

/* A table that was put over a superfloppy's boot sector, whose fields are still there. */
static void test_a_table_over_an_old_superfloppy(void **state)
{
    struct bench *bench = open_bench();
    uint8_t old[446];

    (void)state;
    fat_image_run(&bench->image, "mkfs.fat -F 16 -s 2 disk.img");
    file_disk_peek(&bench->disk, 0, old, sizeof old);
    make_table(bench, "label: dos\nstart=2048, size=32768, type=6\n");
    format(bench, 2048, 32768, "new");
    file_disk_poke(&bench->disk, 0, old, sizeof old);
    look(bench);
    assert_int_equal(bench->count, 1);
    is_found(bench, 0, 2048, 32768, 0x06, "new");
    close_bench(bench);
}

static void test_nothing_to_find(void **state)
{
    struct bench *bench = open_bench();

    (void)state;
    look(bench); /* all zeros */
    assert_int_equal(bench->error, 0);
    assert_int_equal(bench->count, 0);
    make_table(bench, "label: dos\n"); /* an empty table */
    look(bench);
    assert_int_equal(bench->error, 0);
    assert_int_equal(bench->count, 0);
    bench->disk.removed = true;
    look(bench);
    assert_class(bench->error, ERR_NO_MEDIA);
    assert_int_equal(bench->count, 0);
    bench->disk.removed = false;
    bench->disk.bad_lba = 0;
    look(bench);
    assert_class(bench->error, ERR_IO);
    bench->disk.bad_lba = FILE_DISK_NEVER;
    bench->disk.device.sector_size = 300;
    look(bench);
    assert_class(bench->error, ERR_UNSUPPORTED);
    bench->disk.device.sector_size = 8192;
    look(bench);
    assert_class(bench->error, ERR_UNSUPPORTED);
    bench->disk.device.sector_size = 512;
    bench->disk.device.sector_count = 0;
    look(bench);
    close_bench(bench);
}

static void test_a_reported_change_is_only_the_first_access(void **state)
{
    struct bench *bench = open_bench();

    (void)state;
    make_table(bench, "label: dos\nstart=2048, size=8192, type=6\n");
    bench->disk.changed = true;
    look(bench);
    assert_int_equal(bench->error, 0);
    assert_int_equal(bench->count, 1);
    close_bench(bench);
}

/* ---- GPT --------------------------------------------------------------------------------------
 */

static struct bench *open_gpt(void)
{
    struct bench *bench = open_bench();

    make_table(bench, "label: gpt\n"
                      "start=2048, size=8192, type=uefi\n"
                      "start=10240, size=8192, type=linux\n"
                      "start=18432, size=8192, "
                      "type=EBD0A0A2-B9E5-4433-87C0-68B6B72699C7, attrs=LegacyBIOSBootable\n");
    format(bench, 2048, 8192, "esp");
    format(bench, 18432, 8192, "data");
    return bench;
}

static void both_gpt_volumes(struct bench *bench)
{
    look(bench);
    assert_int_equal(bench->error, 0);
    assert_int_equal(bench->count, 2);
    is_found(bench, 0, 2048, 8192, PARTITION_GPT, "esp");
    is_found(bench, 1, 18432, 8192, PARTITION_GPT, "data");
    assert_false(bench->found[0].active);
    assert_true(bench->found[1].active);
}

/* Bytes that a checksum covers: in the header, and in the entries' last byte. */
static const struct {
    unsigned primary, backup; /* sector */
    unsigned offset;
    const char *hex;
} damages[] = {
    {1, SECTORS - 1, 0, "00"},                /* signature */
    {1, SECTORS - 1, 12, "00000000"},         /* header size */
    {1, SECTORS - 1, 12, "FFFFFFFF"},         /* ... */
    {1, SECTORS - 1, 16, "00000000"},         /* checksum */
    {1, SECTORS - 1, 24, "0200000000000000"}, /* its own place */
    {1, SECTORS - 1, 56, "12345678"},         /* the disk's GUID */
    {1, SECTORS - 1, 72, "FFFFFFFFFFFFFF7F"}, /* entries' place */
    {1, SECTORS - 1, 80, "FFFFFFFF"},         /* count of entries */
    {1, SECTORS - 1, 84, "00000000"},         /* size of one */
    {1, SECTORS - 1, 88, "12345678"},         /* checksum of the entries */
    {2, SECTORS - 33, 40, "FE"},              /* an entry's end */
    {33, SECTORS - 2, 511, "01"},             /* the last, empty entry */
};

enum { DAMAGES = sizeof damages / sizeof damages[0] };

static void test_gpt(void **state)
{
    struct bench *bench = open_gpt();

    (void)state;
    both_gpt_volumes(bench);
    close_bench(bench);
}

static void test_the_backup_gpt_serves(void **state)
{
    (void)state;
    for (unsigned i = 0; i < DAMAGES; i++) {
        struct bench *bench = open_gpt();

        poke(bench, damages[i].primary * 512u + damages[i].offset, damages[i].hex);
        both_gpt_volumes(bench);
        /* Only the primary one was bad. */
        file_disk_settle(&bench->disk);
        bench->disk.bad_lba = 1;
        both_gpt_volumes(bench);
        bench->disk.bad_lba = FILE_DISK_NEVER;
        poke(bench, damages[i].backup * 512u + damages[i].offset, damages[i].hex);
        look(bench);
        assert_int_equal(bench->error, 0);
        if (bench->count)
            fail_msg("damage %u of both tables leaves %u volumes", i, bench->count);
        close_bench(bench);
    }
}

/* Fields that sums can't show to be wrong: the table is made whole again around them. */
static void test_gpt_fields_that_lie(void **state)
{
    /* Where in the header (0) or the first entry (1), what, and how many volumes are left. */
    static const struct {
        unsigned where, offset;
        const char *bytes;
        unsigned left;
    } lies[] = {
        {0, 40, "FFFFFFFFFFFFFFFF", 0},                /* first usable sector */
        {0, 48, "0000000000000000", 0},                /* last usable sector */
        {0, 80, "FFFFFFFF", 0},                        /* count of entries */
        {0, 80, "00000000", 0},                        /* ... */
        {0, 84, "7F000000", 0},                        /* size of one */
        {0, 84, "00000080", 0},                        /* ... */
        {0, 72, "FFFFFFFFFFFFFFFF", 0},                /* their place */
        {0, 72, "0000000000000000", 0},                /* ... */
        {1, 32, "FFFFFFFFFFFFFFFF", 1},                /* an entry's start */
        {1, 32, "0000000000000000", 1},                /* ... */
        {1, 40, "0000000000000000", 1},                /* end before its start */
        {1, 40, "FFFFFFFFFFFFFFFF", 1},                /* end behind the disk */
        {1, 0, "00000000000000000000000000000000", 1}, /* unused */
        {1, 48, "FFFFFFFFFFFFFFFF", 2}, /* attributes are not looked at, but for one */
    };
    static const char whole[] =
        "import struct, zlib, sys\n"
        "f = open('disk.img', 'r+b')\n"
        "f.seek(512); h = bytearray(f.read(512))\n"
        "f.seek(1024); e = bytearray(f.read(128 * 128))\n"
        "where, offset, data = int(sys.argv[1]), int(sys.argv[2]), bytes.fromhex(sys.argv[3])\n"
        "t = e if where else h\n"
        "t[offset:offset + len(data)] = data\n"
        "h[88:92] = struct.pack('<I', zlib.crc32(e))\n"
        "h[16:20] = bytes(4); h[16:20] = struct.pack('<I', zlib.crc32(h[:92]))\n"
        "f.seek(512); f.write(h); f.write(e)\n"
        "f.seek(-512, 2); f.write(bytes(512))\n";

    (void)state;
    for (unsigned i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        struct bench *bench = open_gpt();

        fat_image_host_file(&bench->image, "whole.py", whole, sizeof whole - 1);
        fat_image_run(&bench->image, "/usr/bin/python3 whole.py %u %u %s", lies[i].where,
                      lies[i].offset, lies[i].bytes);
        look(bench);
        assert_int_equal(bench->error, 0);
        if (bench->count != lies[i].left)
            fail_msg("lie %u leaves %u volumes", i, bench->count);
        assert_true(bench->disk.read_calls < 500);
        close_bench(bench);
    }
}

static void test_gpt_of_an_unknown_disk_size(void **state)
{
    struct bench *bench = open_gpt();

    (void)state;
    bench->disk.device.sector_count = 0;
    look(bench);
    /* The test disk itself refuses all reads then; the list must say so and not run away. */
    assert_class(bench->error, ERR_ARGUMENT);
    assert_int_equal(bench->count, 0);
    close_bench(bench);
}

/* sfdisk has no way to choose the sector size of a file. */
static void test_gpt_with_sectors_of_4_kib(void **state)
{
    static const char table[] =
        "import struct, uuid, zlib\n"
        "S = 4096\n"
        "f = open('disk.img', 'r+b'); f.seek(0, 2); last = f.tell() // S - 1\n"
        "esp = uuid.UUID('C12A7328-F81F-11D2-BA4B-00A0C93EC93B').bytes_le\n"
        "e = (esp + bytes(range(16)) + struct.pack('<QQQ', 256, 256 + 8191, 0)).ljust(16384, "
        "b'\\0')\n"
        "h = lambda c: struct.pack('<8sIIIIQQQQ16sQIII', b'EFI PART', 0x10000, 92, c, 0, 1, last, "
        "6, last - 5, bytes(16), 2, 128, 128, zlib.crc32(e))\n"
        "f.seek(446); f.write(struct.pack('<8BII', 0, 0, 2, 0, 0xEE, 255, 255, 255, 1, last))\n"
        "f.seek(510); f.write(b'\\x55\\xAA')\n"
        "f.seek(S); f.write(h(zlib.crc32(h(0)))); f.seek(2 * S); f.write(e)\n";
    struct bench *bench = open_bench();

    (void)state;
    bench->disk.device.sector_size = 4096;
    bench->disk.device.sector_count = KIB / 4;
    fat_image_host_file(&bench->image, "table.py", table, sizeof table - 1);
    fat_image_run(&bench->image,
                  "/usr/bin/python3 table.py && truncate -s 32M part && "
                  "mkfs.fat -S 4096 -s 1 part && printf 4k > m && mcopy -i part m ::MARK.TXT && "
                  "dd if=part of=disk.img bs=4096 seek=256 conv=notrunc");
    look(bench);
    assert_int_equal(bench->error, 0);
    assert_int_equal(bench->count, 1);
    is_found(bench, 0, 256, 8192, PARTITION_GPT, "4k");
    close_bench(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_primary_partitions),
        cmocka_unit_test(test_logical_partitions),
        cmocka_unit_test(test_more_partitions_than_room),
        cmocka_unit_test(test_a_broken_volume_is_listed_by_its_type),
        cmocka_unit_test(test_links_in_a_circle_end),
        cmocka_unit_test(test_entries_outside_the_disk),
        cmocka_unit_test(test_a_partition_that_ends_behind_the_disk),
        cmocka_unit_test(test_superfloppies),
        cmocka_unit_test(test_a_superfloppy_with_a_table_of_rubbish),
        cmocka_unit_test(test_a_table_over_an_old_superfloppy),
        cmocka_unit_test(test_nothing_to_find),
        cmocka_unit_test(test_a_reported_change_is_only_the_first_access),
        cmocka_unit_test(test_gpt),
        cmocka_unit_test(test_the_backup_gpt_serves),
        cmocka_unit_test(test_gpt_fields_that_lie),
        cmocka_unit_test(test_gpt_of_an_unknown_disk_size),
        cmocka_unit_test(test_gpt_with_sectors_of_4_kib),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
