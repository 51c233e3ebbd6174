/* Words of unattended jobs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "kernel/job.h"

static struct job parse(const char *text)
{
    struct job job;

    job_defaults(&job);
    job_parse(&job, text, (uint32_t)strlen(text), false);
    return job;
}

static void test_defaults(void **state)
{
    struct job job = parse("");

    (void)state;
    assert_int_equal(job.serial, LINE_DEFAULT);
    assert_int_equal(job.baud, 0);
    assert_false(job.ascii);
    assert_int_equal(job.boot, BOOT_UNKNOWN);
    assert_string_equal(job.upload, "");
    assert_int_equal(job.log, LINE_OFF);
    assert_int_equal(job.kind, JOB_NONE);
    assert_int_equal(job.port, 0);
    assert_true(job.backup);
    assert_int_equal(job.after, AFTER_MENU);
    assert_int_equal(job.set, 0);
    assert_string_equal(job.bad_word, "");
}

static void test_all_keys(void **state)
{
    struct job job = parse("serial=com2,9600 log=0xE9 job=flash port=3 file=FW\\A#1.BIN "
                           "identity=\"DVD RW DRU-710A\" backup=no after=poweroff "
                           "boot=network upload=192.168.10.2:6969/odd");

    (void)state;
    assert_int_equal(job.serial, LINE_COM2);
    assert_int_equal(job.baud, 9600);
    assert_int_equal(job.log, LINE_PORT);
    assert_int_equal(job.log_port, 0xE9);
    assert_int_equal(job.kind, JOB_FLASH);
    assert_int_equal(job.port, 3);
    assert_string_equal(job.file, "FW\\A#1.BIN");
    assert_string_equal(job.identity, "DVD RW DRU-710A");
    assert_false(job.backup);
    assert_int_equal(job.after, AFTER_POWEROFF);
    assert_string_equal(job.bad_word, "");
    assert_int_equal(job.boot, BOOT_NETWORK);
    assert_string_equal(job.upload, "192.168.10.2:6969/odd");
    assert_int_equal(job.set, 0x3FF);
    assert_int_equal(job_check(&job), 0);
}

static void test_every_value(void **state)
{
    (void)state;
    assert_int_equal(parse("job=probe").kind, JOB_PROBE);
    assert_int_equal(parse("job=backup").kind, JOB_BACKUP);
    assert_int_equal(parse("job=verify").kind, JOB_VERIFY);
    assert_int_equal(parse("job=restore").kind, JOB_RESTORE);
    assert_int_equal(parse("JOB=Flash").kind, JOB_FLASH);
    assert_int_equal(parse("after=menu").after, AFTER_MENU);
    assert_int_equal(parse("after=reboot").after, AFTER_REBOOT);
    assert_int_equal(parse("serial=off").serial, LINE_OFF);
    assert_int_equal(parse("serial=com1").serial, LINE_COM1);
    assert_int_equal(parse("boot=floppy").boot, BOOT_FLOPPY);
    assert_int_equal(parse("boot=Disk").boot, BOOT_DISK);
    assert_true(parse("serial=com1,ascii").ascii);
    assert_int_equal(parse("serial=com1,ascii").baud, 0);
    assert_true(parse("serial=com2,9600,ascii").ascii);
    assert_int_equal(parse("serial=com2,9600,ascii").baud, 9600);
    assert_int_equal(parse("log=com2").log, LINE_COM2);
    assert_int_equal(parse("port=16").port, 16);
}

static void test_bad_values_are_named(void **state)
{
    static const char *const bad[] = {"job=flesh",
                                      "port=0",
                                      "port=x",
                                      "port=256",
                                      "port=3x",
                                      "serial=com3",
                                      "serial=com1,",
                                      "serial=com1,0",
                                      "serial=com1,999999999",
                                      "log=0x10000",
                                      "log=",
                                      "backup=maybe",
                                      "after=",
                                      "file=",
                                      "identity=",
                                      "serial=com1x,96",
                                      "serial=comport1",
                                      "serial=com1,9600,9600",
                                      "serial=com1,ascii,ascii",
                                      "serial=com1,utf9",
                                      "serial=com1,ascii,",
                                      "serial=com1,ascii,9600",
                                      "boot=usb",
                                      "boot=",
                                      "upload="};
    struct job job;

    (void)state;
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        job = parse(bad[i]);
        assert_string_equal(job.bad_word, bad[i]);
        assert_int_equal(job.set, 0);
        job.kind = JOB_PROBE;
        assert_int_equal(error_class(job_check(&job)), ERR_ARGUMENT);
    }
    /* The first one is kept; the rest is read all the same. */
    job = parse("port=x after=never job=probe");
    assert_string_equal(job.bad_word, "port=x");
    assert_int_equal(job.kind, JOB_PROBE);
}

static void test_other_peoples_words_are_passed_over(void **state)
{
    struct job job = parse("BOOT_IMAGE=oddrescue.krn initrd=x.img quiet vga=normal job port");

    (void)state;
    assert_int_equal(job.set, 0);
    assert_string_equal(job.bad_word, "");
}

static void test_lines_comments_and_quotes(void **state)
{
    struct job job = parse("# job=flash\r\n\tjob=verify # port=9\r\nport=2\nfile=\"A B.BIN\"\n"
                           "\"identity=X Y\" after=\"reboot\nbackup=no");

    (void)state;
    assert_int_equal(job.kind, JOB_VERIFY);
    assert_int_equal(job.port, 2);
    assert_string_equal(job.file, "A B.BIN");
    assert_string_equal(job.identity, "X Y");
    assert_int_equal(job.after, AFTER_REBOOT); /* a quote ends with its line */
    assert_false(job.backup);
}

static void test_the_command_line_wins(void **state)
{
    static const char file[] = "port=4 file=B.BIN port=5 after=wrong";
    struct job job = parse("port=1 after=reboot");

    (void)state;
    job_parse(&job, file, sizeof file - 1, true);
    assert_int_equal(job.port, 1);
    assert_string_equal(job.file, "B.BIN");
    assert_int_equal(job.after, AFTER_REBOOT);
    assert_string_equal(job.bad_word, "");

    /* Inside one source the later word counts. */
    assert_int_equal(parse("port=1 port=2").port, 2);
}

static void test_long_words(void **state)
{
    char text[600];
    struct job job;

    (void)state;
    memset(text, 'A', sizeof text);
    memcpy(text, "file=", 5);
    text[5 + 127] = '\0';
    job = parse(text);
    assert_int_equal(strlen(job.file), 127);
    memset(text, 'A', sizeof text);
    memcpy(text, "file=", 5);
    text[5 + 128] = '\0';
    job = parse(text);
    assert_int_equal(job.set, 0);
    assert_memory_equal(job.bad_word, "file=AAA", 8);
    text[5 + 128] = 'A';
    text[sizeof text - 1] = '\0';
    job = parse(text);
    assert_int_equal(job.set, 0);
    assert_int_equal(strlen(job.bad_word), sizeof job.bad_word - 1);
}

static void test_what_a_job_needs(void **state)
{
    static const struct {
        const char *words;
        bool complete;
    } cases[] = {{"", false},
                 {"job=probe", true},
                 {"job=backup", false},
                 {"job=backup port=1", true},
                 {"job=verify port=1", false},
                 {"job=verify port=1 file=A", true},
                 {"job=restore port=1 file=A", true},
                 {"job=restore file=A", false},
                 {"job=flash port=1 file=A", false},
                 {"job=flash port=1 identity=any", false},
                 {"job=flash port=1 file=A identity=any", true},
                 {"job=flash file=A identity=any", false}};

    (void)state;
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct job job = parse(cases[i].words);

        assert_int_equal(job_check(&job) == 0, cases[i].complete);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_all_keys),
        cmocka_unit_test(test_every_value),
        cmocka_unit_test(test_bad_values_are_named),
        cmocka_unit_test(test_other_peoples_words_are_passed_over),
        cmocka_unit_test(test_lines_comments_and_quotes),
        cmocka_unit_test(test_the_command_line_wins),
        cmocka_unit_test(test_long_words),
        cmocka_unit_test(test_what_a_job_needs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
