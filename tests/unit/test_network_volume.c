/* The boot server as a volume, against a TFTP server that was written from the RFCs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernel/lib/arena.h"
#include "kernel/network_volume.h"
#include "tests/support/fake_tftp.h"

#define assert_class(error, class) assert_int_equal(error_class(error), class)

#define UPLOAD "oddrescue/upload/525400123456-"

enum { LARGEST = 200000 };

struct bench {
    struct fake_tftp fake;
    struct volume volume;
    struct arena arena;
    struct log log;
    char log_text[65536];
    uint8_t bytes[LARGEST]; /* what is written */
    uint8_t got[LARGEST];
};

static void date(void *context, struct calendar_time *time)
{
    (void)context;
    *time = (struct calendar_time){2026, 11, 21, 11, 2, 1};
}

static struct bench *new_bench(void)
{
    struct bench *bench = calloc(1, sizeof *bench);

    assert_non_null(bench);
    fake_tftp_open(&bench->fake);
    bench->arena.size = NETWORK_VOLUME_MEMORY;
    bench->arena.base = aligned_alloc(16, NETWORK_VOLUME_MEMORY);
    assert_non_null(bench->arena.base);
    log_open(&bench->log, bench->log_text, sizeof bench->log_text - 1, bench->fake.platform.now_us,
             &bench->fake);
    bench->volume.date = date;
    srand(11);
    for (unsigned i = 0; i < LARGEST; i++)
        bench->bytes[i] = (uint8_t)(rand() >> 7);
    return bench;
}

static err_t open_volume(struct bench *bench, const char *upload)
{
    return network_volume_open(&bench->volume, &bench->fake.network, &bench->fake.platform, upload,
                               &bench->arena, &bench->log);
}

/* A server with an index. */
static struct bench *open_bench(const char *index)
{
    struct bench *bench = new_bench();

    if (index)
        fake_tftp_text(&bench->fake, "oddrescue/index.txt", index);
    assert_int_equal(open_volume(bench, ""), 0);
    return bench;
}

static void close_bench(struct bench *bench)
{
    fake_tftp_close(&bench->fake);
    free(bench->arena.base);
    free(bench);
}

static bool logged(const struct bench *bench, const char *text)
{
    return strstr(bench->log_text, text) != NULL;
}

/* ---- opening ----------------------------------------------------------------------------------
 */

static void test_open(void **state)
{
    struct bench *bench = open_bench("a.bin\n");

    (void)state;
    assert_null(bench->volume.disk);
    assert_non_null(bench->volume.network);
    assert_int_equal(bench->volume.type, FAT_NONE);
    assert_string_equal(bench->volume.label, "192.168.10.1");
    assert_int_not_equal(bench->volume.serial, 0);
    assert_ptr_equal(bench->volume.date, date);
    assert_int_equal(bench->volume.network->index_error, 0);
    assert_int_equal(bench->volume.network->file_count, 1);
    close_bench(bench);
}

static bool never(void *context)
{
    (void)context;
    return false;
}

static void test_open_fails_and_takes_nothing(void **state)
{
    struct bench *bench = new_bench();

    (void)state;
    bench->fake.silent = true;
    assert_class(open_volume(bench, ""), ERR_NO_ANSWER);
    assert_int_equal(bench->arena.used, 0);
    bench->volume.keep_waiting = never;
    assert_class(open_volume(bench, ""), ERR_ABORTED);
    assert_int_equal(bench->arena.used, 0);
    bench->volume.keep_waiting = NULL;
    assert_class(open_volume(bench, "nonsense"), ERR_ARGUMENT);
    bench->fake.send_error = (err_t)(ERR_IO << 24);
    assert_class(open_volume(bench, ""), ERR_IO);
    memset(bench->fake.network.server, 0, 4);
    assert_class(open_volume(bench, ""), ERR_NO_DEVICE);
    assert_int_equal(bench->arena.used, 0);
    for (size_t size = 0; size < NETWORK_VOLUME_MEMORY - 8192; size += 7777) {
        struct arena small = {.base = bench->arena.base, .size = size};

        memcpy(bench->fake.network.server, bench->fake.address, 4);
        assert_class(network_volume_open(&bench->volume, &bench->fake.network,
                                         &bench->fake.platform, "", &small, &bench->log),
                     ERR_NO_MEMORY);
        assert_int_equal(small.used, 0);
    }
    close_bench(bench);
}

static void test_without_an_index(void **state)
{
    struct bench *bench = new_bench();
    struct file_info info;
    uint32_t moved;

    (void)state;
    fake_tftp_text(&bench->fake, "oddrescue/FW.BIN", "firmware");
    assert_int_equal(open_volume(bench, ""), 0);
    assert_class(bench->volume.network->index_error, ERR_NOT_FOUND);
    assert_int_equal(volume_stat(&bench->volume, "FW.BIN", &info), 0);
    assert_int_equal(info.size, 8);
    assert_int_equal(volume_read(&bench->volume, "\\FW.BIN", 0, bench->got, 99, &moved, NULL, NULL),
                     0);
    assert_int_equal(moved, 8);
    assert_class(volume_stat(&bench->volume, "fw.bin", &info), ERR_NOT_FOUND);
    close_bench(bench);
}

/* Another server to write to may work though the boot server does not. */
static void test_another_server_to_write_to(void **state)
{
    static const uint8_t gone[4] = {192, 168, 10, 9};
    struct bench *bench = new_bench();

    (void)state;
    memcpy(bench->fake.network.server, gone, 4);
    bench->fake.port = 6969;
    assert_int_equal(open_volume(bench, "192.168.10.1:6969/lab/drives"), 0);
    assert_class(bench->volume.network->index_error, ERR_NO_ANSWER);
    assert_int_equal(volume_create(&bench->volume, "BK000001.BIN", bench->bytes, 5000), 0);
    assert_true(
        fake_tftp_holds(&bench->fake, "lab/drives/525400123456-BK000001.BIN", bench->bytes, 5000));
    assert_int_equal(fake_tftp_count(&bench->fake, ""), 1);
    close_bench(bench);
}

static void test_the_word_upload(void **state)
{
    static const struct {
        const char *text, *name; /* NULL = refused */
        uint16_t port;
    } words[] = {
        {"192.168.10.1", "upload/525400123456-", 69},
        {"192.168.10.1/", "525400123456-", 69},
        {"192.168.10.1:1/a", "a/525400123456-", 1},
        {"192.168.10.1:65535/a/b/", "a/b/525400123456-", 65535},
        {"1.2.3.4\\a", NULL, 0},
        {"192.168.10.1//srv/tftp", "/srv/tftp/525400123456-", 69},
        {"192.168.10.1/a\\b", "a/b/525400123456-", 69},
        {"223.255.255.254", "upload/525400123456-", 69},
        {"192.168.10.1:", NULL, 0},
        {"192.168.10.1:0", NULL, 0},
        {"192.168.10.1:65536", NULL, 0},
        {"192.168.10.1:4294967365", NULL, 0},
        {"192.168.10.1:69x", NULL, 0},
        {"192.168.10.1 ", NULL, 0},
        {" 192.168.10.1", NULL, 0},
        {"192.168.10", NULL, 0},
        {"192.168.10.", NULL, 0},
        {"192.168.10.256", NULL, 0},
        {"192.168.10.4294967297", NULL, 0},
        {"192.168.10.1.1", NULL, 0},
        {"192.168.+10.1", NULL, 0},
        {"192.168.0x10.1", NULL, 0},
        {"192,168,10,1", NULL, 0},
        {"0.0.0.0", NULL, 0},
        {"224.0.0.1", NULL, 0},
        {"255.255.255.255", NULL, 0},
        {"192.168.10.1/../etc", NULL, 0},
        {"192.168.10.1/a\x01", NULL, 0},
        {"server", NULL, 0},
        {"-", NULL, 0},
    };
    char longest[400] = "192.168.10.1/";
    struct bench *bench;

    (void)state;
    for (unsigned i = 0; i < sizeof words / sizeof *words; i++) {
        err_t error;

        bench = new_bench();
        error = open_volume(bench, words[i].text);

        if (words[i].name) {
            assert_int_equal(error, 0);
            assert_string_equal(bench->volume.network->uploads, words[i].name);
            assert_int_equal(bench->volume.network->upload.port, words[i].port);
        } else {
            assert_class(error, ERR_ARGUMENT);
            assert_int_equal(bench->fake.packets_in, 0);
        }
        close_bench(bench);
    }
    for (unsigned i = 13; i < sizeof longest - 1; i++)
        longest[i] = i % 2 ? 'x' : '/';
    bench = new_bench();
    assert_class(open_volume(bench, longest), ERR_ARGUMENT);
    close_bench(bench);
}

static void test_the_folder_of_the_boot_file(void **state)
{
    static const struct {
        const char *file, *folder;
    } files[] = {
        {"", ""},
        {"pxelinux.0", ""},
        {"/tftpboot/oddrescue/pxelinux.0", "/tftpboot/oddrescue/"},
        {"oddrescue/oddx64.efi", "oddrescue/"},
        {"/pxelinux.0", "/"},
        {"boot\\x64\\pxelinux.0", "boot/x64/"},
        {"tftp://192.168.10.1/lab/oddrescue.krn", "lab/"},
        {"tftp://192.168.10.1/oddrescue.krn", ""},
        {"http://server", ""},
    };

    (void)state;
    for (unsigned i = 0; i < sizeof files / sizeof *files; i++) {
        struct bench *bench = new_bench();
        char name[200];

        strcpy(bench->fake.network.boot_file, files[i].file);
        snprintf(name, sizeof name, "%sindex.txt", files[i].folder);
        fake_tftp_text(&bench->fake, name, "one\n");
        assert_int_equal(open_volume(bench, ""), 0);
        assert_string_equal(bench->volume.network->folder, files[i].folder);
        assert_int_equal(bench->volume.network->file_count, 1);
        snprintf(name, sizeof name, "%supload/525400123456-A.BIN", files[i].folder);
        assert_int_equal(volume_create(&bench->volume, "A.BIN", "x", 1), 0);
        assert_true(fake_tftp_holds(&bench->fake, name, "x", 1));
        close_bench(bench);
    }
}

/* ---- listing ----------------------------------------------------------------------------------
 */

struct names {
    char text[4096];
};

static bool collect(void *context, const struct file_info *info)
{
    struct names *names = context;
    size_t used = strlen(names->text);

    assert_true(strlen(info->short_name) <= VOLUME_KEY_MAX);
    snprintf(names->text + used, sizeof names->text - used, "%s|%s|%d%s\n", info->name,
             strcmp(info->name, info->short_name) ? info->short_name : "", (int)info->size,
             info->folder ? "|folder" : "");
    return true;
}

static void assert_list(struct bench *bench, const char *path, const char *expected)
{
    struct names names = {""};

    assert_int_equal(volume_list(&bench->volume, path, collect, &names), 0);
    assert_string_equal(names.text, expected);
}

static void test_list(void **state)
{
    struct bench *bench = open_bench("\xEF\xBB\xBF# firmware of the lab\r\n"
                                     "\r\n"
                                     "FIRMWARE/SONY/720A.BIN\r\n"
                                     "  ./readme.txt  \r\n"
                                     "FIRMWARE\\sony\\710A.BIN\r\n"
                                     "/firmware/Lite-On.bin\n"
                                     "../secret.bin\n"
                                     "FIRMWARE/../../secret.bin\n"
                                     "..\n"
                                     "gone.bin\n"
                                     "TDK/\n"
                                     "123456789012345678901234567890123456789012345678901234567890"
                                     "1234\n"
                                     "123456789012345678901234567890123456789012345678901234567890"
                                     "123\n"
                                     "b\x01"
                                     "d.bin\n"
                                     "M\xC3\xBCller.bin");

    (void)state;
    fake_tftp_text(&bench->fake,
                   "oddrescue/123456789012345678901234567890123456789012345678901234567890123",
                   "12");
    fake_tftp_text(&bench->fake, "oddrescue/readme.txt", "12345");
    fake_tftp_text(&bench->fake, "oddrescue/FIRMWARE/SONY/720A.BIN", "123456");
    fake_tftp_text(&bench->fake, "oddrescue/firmware/Lite-On.bin", "1234567");
    fake_tftp_text(&bench->fake, "oddrescue/M\xC3\xBCller.bin", "1");
    assert_list(bench, "",
                "FIRMWARE||0|folder\nreadme.txt||5\ngone.bin||-1\nTDK||-1\n"
                "123456789012345678901234567890123456789012345678901234567890123||2\n"
                "M_ller.bin|M\xC3\xBCller.bin|1\n");
    assert_list(bench, "\\firmware", "SONY||0|folder\nLite-On.bin||7\n");
    assert_list(bench, "FIRMWARE/SONY/", "720A.BIN||6\n710A.BIN||-1\n");
    assert_true(logged(bench, "\"../secret.bin\" is no path"));
    assert_true(logged(bench, "gone.bin stands in index.txt but is not there"));
    close_bench(bench);
}

static void test_list_asks_for_sizes_once(void **state)
{
    struct bench *bench = open_bench("a\nb\nc\n");
    unsigned before;

    (void)state;
    fake_tftp_text(&bench->fake, "oddrescue/a", "1");
    fake_tftp_text(&bench->fake, "oddrescue/b", "12");
    assert_list(bench, "", "a||1\nb||2\nc||-1\n");
    before = bench->fake.requests;
    assert_list(bench, "", "a||1\nb||2\nc||-1\n");
    assert_int_equal(bench->fake.requests, before + 1); /* for a backup */
    close_bench(bench);
}

static void test_list_of_a_server_that_tells_no_sizes(void **state)
{
    struct bench *bench = open_bench("small\nlarge\n");
    struct file_info info;

    (void)state;
    bench->fake.knows_no_options = true;
    fake_tftp_text(&bench->fake, "oddrescue/small", "12");
    fake_tftp_file(&bench->fake, "oddrescue/large", bench->bytes, 70000);
    assert_list(bench, "", "small||2\nlarge||-1\n");
    assert_int_equal(volume_stat(&bench->volume, "large", &info), 0);
    assert_int_equal(info.size, 70000);
    close_bench(bench);
}

static void test_list_errors(void **state)
{
    struct bench *bench = open_bench("sub/a\nb\n");
    struct names names = {""};

    (void)state;
    assert_class(volume_list(&bench->volume, "none", collect, &names), ERR_NOT_FOUND);
    assert_class(volume_list(&bench->volume, "b", collect, &names), ERR_NOT_FOUND);
    assert_class(volume_list(&bench->volume, "su", collect, &names), ERR_NOT_FOUND);
    assert_class(volume_list(&bench->volume, "..", collect, &names), ERR_BAD_NAME);
    assert_class(volume_list(&bench->volume, "sub/..", collect, &names), ERR_BAD_NAME);
    bench->fake.silent = true;
    assert_class(volume_list(&bench->volume, "", collect, &names), ERR_NO_ANSWER);
    bench->volume.keep_waiting = never;
    assert_class(volume_list(&bench->volume, "", collect, &names), ERR_ABORTED);
    close_bench(bench);
}

static bool first_only(void *context, const struct file_info *info)
{
    (void)info;
    ++*(unsigned *)context;
    return false;
}

static void test_list_ends_when_told(void **state)
{
    struct bench *bench = open_bench("a\nb\nc\n");
    unsigned count = 0;

    (void)state;
    assert_int_equal(volume_list(&bench->volume, "", first_only, &count), 0);
    assert_int_equal(count, 1);
    close_bench(bench);
}

static void test_a_large_index(void **state)
{
    struct bench *bench = new_bench();
    char *index = calloc(1, NETWORK_INDEX_MAX + 100);
    char *end = index;

    (void)state;
    for (unsigned i = 0; i < NETWORK_FILES_MAX + 20; i++)
        end += sprintf(end, "folder/file%u\n", i);
    fake_tftp_text(&bench->fake, "oddrescue/index.txt", index);
    assert_int_equal(open_volume(bench, ""), 0);
    assert_int_equal(bench->volume.network->file_count, NETWORK_FILES_MAX);
    assert_true(logged(bench, "no more can be kept"));
    bench->arena.used = 0;
    memset(index, '#', NETWORK_INDEX_MAX + 1);
    fake_tftp_text(&bench->fake, "oddrescue/index.txt", index);
    assert_int_equal(open_volume(bench, ""), 0);
    assert_class(bench->volume.network->index_error, ERR_TOO_BIG);
    assert_int_equal(bench->volume.network->file_count, 0);
    bench->arena.used = 0;
    index[NETWORK_INDEX_MAX] = '\0';
    index[NETWORK_INDEX_MAX - 2] = '\n';
    fake_tftp_text(&bench->fake, "oddrescue/index.txt", index);
    assert_int_equal(open_volume(bench, ""), 0);
    assert_int_equal(bench->volume.network->index_error, 0);
    assert_int_equal(bench->volume.network->file_count, 0);
    free(index);
    close_bench(bench);
}

/* The newest of this machine's backups, found by few questions. */
static void test_backups_are_listed(void **state)
{
    static const unsigned counts[] = {0, 1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 33, 50};

    (void)state;
    for (unsigned i = 0; i < sizeof counts / sizeof *counts; i++) {
        struct bench *bench = open_bench("");
        char expected[4096] = "", *end = expected;
        unsigned shown = 0;

        for (unsigned number = 1; number <= counts[i]; number++) {
            char name[64];

            snprintf(name, sizeof name, UPLOAD "BK%06u.BIN", number);
            fake_tftp_file(&bench->fake, name, bench->bytes, 100 + number);
        }
        for (unsigned number = counts[i]; number > 0 && shown < 16; number--, shown++)
            end += sprintf(end, "BK%06u.BIN||%u\n", number, 100 + number);
        bench->fake.requests = 0;
        assert_list(bench, "", expected);
        assert_true(bench->fake.requests <= 16 + 13);
        close_bench(bench);
    }
}

/* Where the uploads go nobody answers: the files are listed all the same, and soon. */
static void test_backups_of_a_silent_server(void **state)
{
    struct bench *bench = new_bench();
    uint64_t start;

    (void)state;
    fake_tftp_text(&bench->fake, "oddrescue/index.txt", "a\n");
    fake_tftp_text(&bench->fake, "oddrescue/a", "1");
    assert_int_equal(open_volume(bench, "192.168.10.2"), 0);
    assert_list(bench, "", "a||1\n");
    start = bench->fake.now_us;
    assert_list(bench, "", "a||1\n");
    assert_true(bench->fake.now_us - start < 1000000);
    close_bench(bench);
}

/* ---- reading ----------------------------------------------------------------------------------
 */

static void test_stat(void **state)
{
    struct bench *bench = open_bench("FW/Sony.bin\n");
    struct file_info info;
    char longest[400] = "";

    (void)state;
    fake_tftp_text(&bench->fake, "oddrescue/FW/Sony.bin", "123");
    assert_int_equal(volume_stat(&bench->volume, "fw\\SONY.BIN", &info), 0);
    assert_int_equal(info.size, 3);
    assert_false(info.folder);
    assert_string_equal(info.short_name, "Sony.bin"); /* as it is on the server */
    assert_int_equal(volume_stat(&bench->volume, "\\fw\\", &info), 0);
    assert_true(info.folder);
    assert_string_equal(info.short_name, "fw");
    assert_int_equal(volume_stat(&bench->volume, "", &info), 0);
    assert_true(info.folder);
    assert_string_equal(info.name, "");
    assert_class(volume_stat(&bench->volume, "none", &info), ERR_NOT_FOUND);
    assert_class(volume_stat(&bench->volume, "fw/../../etc", &info), ERR_BAD_NAME);
    assert_class(volume_stat(&bench->volume, "a\nb", &info), ERR_BAD_NAME);
    for (unsigned i = 0; i < sizeof longest - 1; i++)
        longest[i] = i % 2 ? '/' : 'x';
    assert_class(volume_stat(&bench->volume, longest, &info), ERR_BAD_NAME);
    longest[250] = '\0'; /* too long behind the folder's name only */
    assert_class(volume_stat(&bench->volume, longest, &info), ERR_BAD_NAME);
    bench->fake.reads_refused = true;
    assert_class(volume_stat(&bench->volume, "fw/sony.bin", &info), ERR_SERVER_REFUSED);
    assert_true(logged(bench, "the server says 2 \"Access violation\""));
    close_bench(bench);
}

static bool count_progress(void *context, uint32_t done)
{
    unsigned *left = context;

    (void)done;
    return (*left)-- > 1;
}

static void test_read(void **state)
{
    struct bench *bench = open_bench("FW.BIN\n");
    uint32_t moved;
    unsigned left = 2;

    (void)state;
    for (unsigned blocks = 0; blocks < 2; blocks++) {
        static const uint32_t pieces[][2] = {{0, 140800}, {0, 150000},    {0, 1},    {0, 0},
                                             {1, 5000},   {1408, 1408},   {1407, 2}, {140799, 9},
                                             {140800, 9}, {UINT32_MAX, 1}};

        bench->fake.knows_no_options = blocks;
        fake_tftp_file(&bench->fake, "oddrescue/FW.BIN", bench->bytes, 140800);
        for (unsigned i = 0; i < sizeof pieces / sizeof *pieces; i++) {
            uint32_t offset = pieces[i][0], size = pieces[i][1];
            uint32_t there = offset < 140800 ? 140800 - offset : 0;

            memset(bench->got, 0, LARGEST);
            assert_int_equal(
                volume_read(&bench->volume, "fw.bin", offset, bench->got, size, &moved, NULL, NULL),
                0);
            assert_int_equal(moved, size < there ? size : there);
            assert_memory_equal(bench->got, bench->bytes + (offset < 140800 ? offset : 0), moved);
            assert_int_equal(bench->got[moved], 0);
        }
    }
    assert_class(volume_read(&bench->volume, "fw.bin", 0, bench->got, LARGEST, &moved,
                             count_progress, &left),
                 ERR_ABORTED);
    assert_true(moved >= 65536 && moved < 80000);
    assert_class(volume_read(&bench->volume, "", 0, bench->got, 9, &moved, NULL, NULL),
                 ERR_NOT_FOUND);
    assert_class(volume_read(&bench->volume, "no", 0, bench->got, 9, &moved, NULL, NULL),
                 ERR_NOT_FOUND);
    assert_int_equal(moved, 0);
    close_bench(bench);
}

static void test_own_uploads_are_read(void **state)
{
    struct bench *bench = open_bench("");
    struct file_info info;
    uint32_t moved;

    (void)state;
    fake_tftp_text(&bench->fake, UPLOAD "BK000003.BIN", "backup");
    fake_tftp_text(&bench->fake, UPLOAD "ODDRESC.LOG", "log");
    fake_tftp_text(&bench->fake, UPLOAD "ODDRESC.CFG", "job=flash");
    assert_int_equal(volume_stat(&bench->volume, "\\BK000003.BIN", &info), 0);
    assert_int_equal(info.size, 6);
    assert_int_equal(
        volume_read(&bench->volume, "BK000003.BIN", 0, bench->got, 9, &moved, NULL, NULL), 0);
    assert_memory_equal(bench->got, "backup", 6);
    assert_int_equal(volume_stat(&bench->volume, "ODDRESC.LOG", &info), 0);
    /* Anybody may write to such a server: nothing else is taken from there. */
    assert_class(volume_stat(&bench->volume, "ODDRESC.CFG", &info), ERR_NOT_FOUND);
    fake_tftp_text(&bench->fake, "oddrescue/BK000003.BIN", "of the administrator");
    assert_int_equal(volume_stat(&bench->volume, "BK000003.BIN", &info), 0);
    assert_int_equal(info.size, 20);
    close_bench(bench);
}

/* ---- writing ----------------------------------------------------------------------------------
 */

static void test_create(void **state)
{
    struct bench *bench = open_bench(NULL);
    uint64_t free_bytes;

    (void)state;
    assert_int_equal(volume_create(&bench->volume, "BK000001.BIN", bench->bytes, 131072), 0);
    assert_true(fake_tftp_holds(&bench->fake, UPLOAD "BK000001.BIN", bench->bytes, 131072));
    assert_true(logged(bench, "BK000001.BIN: 131072 bytes written, read back and equal"));
    assert_class(volume_create(&bench->volume, "BK000001.BIN", "x", 1), ERR_EXISTS);
    assert_true(fake_tftp_holds(&bench->fake, UPLOAD "BK000001.BIN", bench->bytes, 131072));
    assert_int_equal(volume_create(&bench->volume, "EMPTY.BIN", NULL, 0), 0);
    assert_true(fake_tftp_holds(&bench->fake, UPLOAD "EMPTY.BIN", "", 0));
    assert_int_equal(volume_replace(&bench->volume, "BK000001.BIN", "new", 3), 0);
    assert_true(fake_tftp_holds(&bench->fake, UPLOAD "BK000001.BIN", "new", 3));
    assert_class(volume_create(&bench->volume, "SUB/BK000001.BIN", "x", 1), ERR_BAD_NAME);
    assert_class(volume_create(&bench->volume, "", "x", 1), ERR_BAD_NAME);
    assert_class(volume_create(&bench->volume, "..", "x", 1), ERR_BAD_NAME);
    assert_class(volume_free_bytes(&bench->volume, &free_bytes), ERR_UNSUPPORTED);
    close_bench(bench);
}

static void test_a_server_that_refuses_writes(void **state)
{
    struct bench *bench = open_bench(NULL);

    (void)state;
    bench->fake.writes_refused = true;
    assert_class(volume_create(&bench->volume, "BK000001.BIN", bench->bytes, 100),
                 ERR_SERVER_REFUSED);
    assert_true(logged(bench, "the server says 2 \"Writes .[31mare not..allowed\""));
    bench->fake.writes_refused = false;
    bench->fake.no_upload_folder = true;
    assert_class(volume_create(&bench->volume, "BK000001.BIN", bench->bytes, 100),
                 ERR_SERVER_REFUSED);
    assert_true(logged(bench, "the server says 1 \"No such folder\""));
    bench->fake.no_upload_folder = false;
    bench->fake.room = 50000;
    assert_class(volume_create(&bench->volume, "BK000001.BIN", bench->bytes, 100000), ERR_FULL);
    bench->fake.room = 0;
    /* What the broken transfer left is not overwritten. */
    assert_class(volume_create(&bench->volume, "BK000001.BIN", bench->bytes, 100000), ERR_EXISTS);
    assert_int_equal(volume_create(&bench->volume, "BK000002.BIN", bench->bytes, 100000), 0);
    assert_true(fake_tftp_holds(&bench->fake, UPLOAD "BK000002.BIN", bench->bytes, 100000));
    close_bench(bench);
}

static void test_a_server_that_keeps_it_wrong(void **state)
{
    struct bench *bench = open_bench(NULL);

    (void)state;
    static const int more[] = {-1, 1, 1408};

    bench->fake.keeps_wrong = true;
    assert_class(volume_create(&bench->volume, "BK000001.BIN", bench->bytes, 5000), ERR_VERIFY);
    bench->fake.keeps_wrong = false;
    for (unsigned options = 0; options < 2; options++) {
        bench->fake.knows_no_options = !options;
        for (unsigned i = 0; i < 3; i++) {
            bench->fake.keeps_more = more[i];
            assert_class(volume_replace(&bench->volume, "BK000001.BIN", bench->bytes, 5000),
                         ERR_VERIFY);
        }
    }
    bench->fake.keeps_more = 0;
    bench->fake.tsize_lie = -1;
    bench->fake.knows_no_options = false;
    assert_class(volume_replace(&bench->volume, "BK000001.BIN", bench->bytes, 5000), ERR_VERIFY);
    assert_true(logged(bench, "the server does not hold what was written"));
    close_bench(bench);
}

/* The file is complete, only the server's last word is lost: read back, it counts as saved. */
static void test_a_lost_last_acknowledgement(void **state)
{
    struct bench *bench = open_bench(NULL);

    (void)state;
    bench->fake.loses_last_ack = true;
    assert_int_equal(volume_create(&bench->volume, "BK000001.BIN", bench->bytes, 5000), 0);
    assert_true(fake_tftp_holds(&bench->fake, UPLOAD "BK000001.BIN", bench->bytes, 5000));
    /* Without the possibility to read it nothing is promised. */
    bench->fake.reads_hidden = true;
    assert_class(volume_create(&bench->volume, "BK000002.BIN", bench->bytes, 5000), ERR_NO_ANSWER);
    close_bench(bench);
}

/* The server lets nobody read: names with date and time, so that nothing is overwritten. */
static void test_a_server_that_lets_nobody_read(void **state)
{
    struct bench *bench = open_bench(NULL);

    (void)state;
    fake_tftp_text(&bench->fake, UPLOAD "BK000001.BIN", "older backup");
    bench->fake.reads_refused = true;
    assert_int_equal(volume_create(&bench->volume, "BK000001.BIN", bench->bytes, 5000), 0);
    assert_true(fake_tftp_holds(&bench->fake, UPLOAD "BK000001.BIN", "older backup", 12));
    assert_true(
        fake_tftp_holds(&bench->fake, UPLOAD "BK000001-20261121-110201-1.BIN", bench->bytes, 5000));
    assert_true(logged(bench, "BK000001-20261121-110201-1.BIN: 5000 bytes written; the server "
                              "acknowledged them and lets nobody read them"));
    assert_int_equal(volume_create(&bench->volume, "NAME", "x", 1), 0);
    assert_true(fake_tftp_holds(&bench->fake, UPLOAD "NAME-20261121-110201-2", "x", 1));
    assert_int_equal(volume_append(&bench->volume, "ODDRESC.LOG", "line\n", 5), 0);
    assert_int_equal(volume_append(&bench->volume, "ODDRESC.LOG", "more\n", 5), 0);
    assert_true(fake_tftp_holds(&bench->fake, UPLOAD "ODDRESC-20261121-110201-3.LOG", "line\n", 5));
    assert_true(fake_tftp_holds(&bench->fake, UPLOAD "ODDRESC-20261121-110201-4.LOG", "more\n", 5));
    close_bench(bench);
}

/* One file that nobody may read is there. */
static void test_one_unreadable_file(void **state)
{
    struct bench *bench = open_bench(NULL);

    (void)state;
    fake_tftp_text(&bench->fake, UPLOAD "BK000001.BIN", "older backup")->unreadable = true;
    assert_class(volume_create(&bench->volume, "BK000001.BIN", bench->bytes, 50), ERR_EXISTS);
    assert_int_equal(volume_create(&bench->volume, "BK000002.BIN", bench->bytes, 50), 0);
    assert_true(fake_tftp_holds(&bench->fake, UPLOAD "BK000001.BIN", "older backup", 12));
    close_bench(bench);
}

/* A server that says of uploads that they are not there: seen after the first. */
static void test_a_server_that_hides_uploads(void **state)
{
    struct bench *bench = open_bench(NULL);

    (void)state;
    bench->fake.reads_hidden = true;
    assert_int_equal(volume_create(&bench->volume, "BK000001.BIN", "first", 5), 0);
    assert_int_equal(volume_create(&bench->volume, "BK000001.BIN", "second", 6), 0);
    assert_true(fake_tftp_holds(&bench->fake, UPLOAD "BK000001.BIN", "first", 5));
    assert_true(
        fake_tftp_holds(&bench->fake, UPLOAD "BK000001-20261121-110201-1.BIN", "second", 6));
    close_bench(bench);
}

static void test_append(void **state)
{
    struct bench *bench = open_bench(NULL);

    (void)state;
    fake_tftp_text(&bench->fake, UPLOAD "ODDRESC.LOG", "yesterday\n");
    assert_int_equal(volume_append(&bench->volume, "ODDRESC.LOG", "one\n", 4), 0);
    assert_true(fake_tftp_holds(&bench->fake, UPLOAD "ODDRESC.LOG", "yesterday\none\n", 14));
    assert_int_equal(volume_append(&bench->volume, "ODDRESC.LOG", "two\n", 4), 0);
    assert_int_equal(volume_append(&bench->volume, "ODDRESC.LOG", NULL, 0), 0);
    assert_true(fake_tftp_holds(&bench->fake, UPLOAD "ODDRESC.LOG", "yesterday\none\ntwo\n", 18));
    assert_int_equal(volume_append(&bench->volume, "OTHER.LOG", "new\n", 4), 0);
    assert_true(fake_tftp_holds(&bench->fake, UPLOAD "OTHER.LOG", "new\n", 4));
    close_bench(bench);
}

/* A transfer that broke leaves a torn file: the next one makes it good, nothing is lost. */
static void test_append_after_a_broken_transfer(void **state)
{
    struct bench *bench = open_bench(NULL);
    const struct fake_file *file;

    (void)state;
    file = fake_tftp_file(&bench->fake, UPLOAD "ODDRESC.LOG", bench->bytes, 30000);
    bench->fake.room = 10000;
    assert_class(volume_append(&bench->volume, "ODDRESC.LOG", "one\n", 4), ERR_FULL);
    assert_true(file->size < 30000);
    bench->fake.room = 0;
    assert_int_equal(volume_append(&bench->volume, "ODDRESC.LOG", "one\ntwo\n", 8), 0);
    assert_int_equal(file->size, 30008);
    assert_memory_equal(file->bytes, bench->bytes, 30000);
    assert_memory_equal(file->bytes + 30000, "one\ntwo\n", 8);
    close_bench(bench);
}

static void test_append_to_what_is_too_long(void **state)
{
    struct bench *bench = open_bench(NULL);

    (void)state;
    fake_tftp_file(&bench->fake, UPLOAD "ODDRESC.LOG", bench->bytes, NETWORK_APPEND_MAX + 1);
    assert_int_equal(volume_append(&bench->volume, "ODDRESC.LOG", "one\n", 4), 0);
    assert_true(fake_tftp_holds(&bench->fake, UPLOAD "ODDRESC-20261121-110201-1.LOG", "one\n", 4));
    fake_tftp_file(&bench->fake, UPLOAD "ODDRESC.LOG", bench->bytes, NETWORK_APPEND_MAX - 3);
    assert_int_equal(volume_append(&bench->volume, "ODDRESC.LOG", "two\n", 4), 0);
    assert_true(fake_tftp_holds(&bench->fake, UPLOAD "ODDRESC-20261121-110201-2.LOG", "two\n", 4));
    assert_true(
        fake_tftp_holds(&bench->fake, UPLOAD "ODDRESC.LOG", bench->bytes, NETWORK_APPEND_MAX - 3));
    assert_int_equal(volume_append(&bench->volume, "ODDRESC.LOG", "3\n", 2), 0);
    assert_int_equal(fake_tftp_find(&bench->fake, UPLOAD "ODDRESC.LOG")->size,
                     NETWORK_APPEND_MAX - 1);
    close_bench(bench);
}

/* The server dies at every moment of a save: what is called saved is there, byte for byte. */
static void test_a_server_that_dies_while_saving(void **state)
{
    unsigned saved = 0;

    (void)state;
    for (unsigned packets = 1; packets < 30; packets++) {
        struct bench *bench = open_bench(NULL);
        err_t error;

        bench->fake.packets_in = 0;
        bench->fake.dies_after = packets;
        error = volume_create(&bench->volume, "BK000001.BIN", bench->bytes, 1408 * 5);
        if (!error) {
            saved++;
            assert_true(
                fake_tftp_holds(&bench->fake, UPLOAD "BK000001.BIN", bench->bytes, 1408 * 5));
        } else {
            assert_class(error, ERR_NO_ANSWER);
        }
        close_bench(bench);
    }
    assert_true(saved > 5 && saved < 25);
}

static void test_saving_through_faults(void **state)
{
    unsigned saved = 0;

    (void)state;
    for (uint32_t seed = 1; seed <= 150; seed++) {
        struct bench *bench = open_bench(NULL);
        struct fake_tftp *fake = &bench->fake;
        uint32_t size = seed * 7919u % 30000u;
        err_t error;

        fake->seed = seed * 2654435761u;
        fake->loss = seed % 5 * 40;
        fake->twice = seed % 3 * 100;
        fake->late = seed % 4 * 50;
        fake->garbage = seed % 6 * 40;
        fake->keeps_wrong = seed % 10 == 0;
        fake->loses_last_ack = seed % 7 == 0;
        error = volume_create(&bench->volume, "BK000001.BIN", bench->bytes, size);
        if (!error)
            assert_true(fake_tftp_holds(fake, UPLOAD "BK000001.BIN", bench->bytes, size));
        saved += !error;
        close_bench(bench);
    }
    assert_true(saved > 120);
}

/* ---- job files --------------------------------------------------------------------------------
 */

static void test_config(void **state)
{
    static const char *const names[] = {
        "default", "C",      "C0",      "C0A",      "C0A8",
        "C0A80",   "C0A80A", "C0A80A0", "C0A80A05", "01-52-54-00-12-34-56"};
    struct bench *bench = open_bench(NULL);
    char text[64];
    uint32_t size;

    (void)state;
    assert_class(network_config(&bench->volume, text, sizeof text, &size), ERR_NOT_FOUND);
    assert_int_equal(size, 0);
    assert_int_equal(bench->fake.requests, 1 + 10);
    /* Each of them wins over all before it. */
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++) {
        char name[64];

        snprintf(name, sizeof name, "oddrescue/oddresc.cfg/%s", names[i]);
        fake_tftp_text(&bench->fake, name, names[i]);
        assert_int_equal(network_config(&bench->volume, text, sizeof text, &size), 0);
        assert_int_equal(size, strlen(names[i]));
        assert_memory_equal(text, names[i], size);
    }
    assert_true(logged(bench, "job file oddrescue/oddresc.cfg/01-52-54-00-12-34-56, 20 bytes"));
    assert_class(network_config(&bench->volume, text, 19, &size), ERR_TOO_BIG);
    bench->fake.reads_refused = true;
    assert_class(network_config(&bench->volume, text, sizeof text, &size), ERR_SERVER_REFUSED);
    bench->fake.silent = true;
    bench->fake.packets_in = 0;
    assert_class(network_config(&bench->volume, text, sizeof text, &size), ERR_NO_ANSWER);
    assert_int_equal(bench->fake.packets_in, TFTP_SENDS);
    close_bench(bench);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_open),
        cmocka_unit_test(test_open_fails_and_takes_nothing),
        cmocka_unit_test(test_without_an_index),
        cmocka_unit_test(test_another_server_to_write_to),
        cmocka_unit_test(test_the_word_upload),
        cmocka_unit_test(test_the_folder_of_the_boot_file),
        cmocka_unit_test(test_list),
        cmocka_unit_test(test_list_asks_for_sizes_once),
        cmocka_unit_test(test_list_of_a_server_that_tells_no_sizes),
        cmocka_unit_test(test_list_errors),
        cmocka_unit_test(test_list_ends_when_told),
        cmocka_unit_test(test_a_large_index),
        cmocka_unit_test(test_backups_are_listed),
        cmocka_unit_test(test_backups_of_a_silent_server),
        cmocka_unit_test(test_stat),
        cmocka_unit_test(test_read),
        cmocka_unit_test(test_own_uploads_are_read),
        cmocka_unit_test(test_create),
        cmocka_unit_test(test_a_server_that_refuses_writes),
        cmocka_unit_test(test_a_server_that_keeps_it_wrong),
        cmocka_unit_test(test_a_lost_last_acknowledgement),
        cmocka_unit_test(test_a_server_that_lets_nobody_read),
        cmocka_unit_test(test_one_unreadable_file),
        cmocka_unit_test(test_a_server_that_hides_uploads),
        cmocka_unit_test(test_append),
        cmocka_unit_test(test_append_after_a_broken_transfer),
        cmocka_unit_test(test_append_to_what_is_too_long),
        cmocka_unit_test(test_a_server_that_dies_while_saving),
        cmocka_unit_test(test_saving_through_faults),
        cmocka_unit_test(test_config),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
