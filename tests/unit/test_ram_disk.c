/* A disk in memory, with a FAT image that mkfs.fat made. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "kernel/lib/arena.h"
#include "kernel/ram_disk.h"
#include "kernel/volume.h"
#include "tests/support/fat_image.h"

#define assert_class(error, class) assert_int_equal(error_class(error), class)

static void test_sectors(void **state)
{
    uint8_t memory[5 * 512 + 300], sectors[1024];
    struct ram_disk disk;
    struct block_device *device = &disk.device;

    (void)state;
    for (unsigned i = 0; i < sizeof memory; i++)
        memory[i] = (uint8_t)(i / 512 + 1);
    ram_disk_open(&disk, memory, sizeof memory);
    assert_int_equal(device->sector_size, 512);
    assert_int_equal(device->sector_count, 5);
    assert_string_equal(device->name, "FAT image in memory");
    assert_int_equal(device->read(device->context, 3, 2, sectors), 0);
    assert_int_equal(sectors[0], 4);
    assert_int_equal(sectors[1023], 5);
    memset(sectors, 0xAA, sizeof sectors);
    assert_int_equal(device->write(device->context, 1, 1, sectors), 0);
    assert_int_equal(memory[511], 1);
    assert_int_equal(memory[512], 0xAA);
    assert_int_equal(memory[1023], 0xAA);
    assert_int_equal(memory[1024], 3);
    /* Outside, with every kind of sum that could run over. */
    assert_class(device->read(device->context, 5, 1, sectors), ERR_ARGUMENT);
    assert_class(device->read(device->context, 4, 2, sectors), ERR_ARGUMENT);
    assert_class(device->read(device->context, UINT64_MAX, 2, sectors), ERR_ARGUMENT);
    assert_class(device->write(device->context, 4, UINT32_MAX, sectors), ERR_ARGUMENT);
    assert_class(device->write(device->context, 6, 0, sectors), ERR_ARGUMENT);
    assert_int_equal(memory[4 * 512], 5);
}

static void test_nothing_is_a_disk_without_sectors(void **state)
{
    struct partition found[VOLUMES_PER_DISK];
    struct ram_disk disk;
    uint8_t memory[511];
    err_t error;

    (void)state;
    ram_disk_open(&disk, memory, sizeof memory);
    assert_int_equal(disk.device.sector_count, 0);
    assert_int_equal(partition_list(&disk.device, found, VOLUMES_PER_DISK, &error), 0);
    assert_int_not_equal(error, 0);
}

static void test_a_fat_image(void **state)
{
    static uint8_t memory[VOLUME_MEMORY] __attribute__((aligned(16)));
    struct arena arena = {.base = memory, .size = sizeof memory};
    struct partition found[VOLUMES_PER_DISK];
    struct volume volume = {.date = NULL};
    struct fat_image image;
    struct ram_disk disk;
    uint32_t size, moved;
    uint8_t *bytes;
    char text[16];
    err_t error;

    (void)state;
    fat_image_format(&image, 1440, "-F 12");
    fat_image_put(&image, "FW.BIN", "firmware", 8);
    bytes = fat_image_host_read(&image, "disk.img", &size);
    ram_disk_open(&disk, bytes, size);
    assert_int_equal(partition_list(&disk.device, found, VOLUMES_PER_DISK, &error), 1);
    assert_int_equal(volume_open(&volume, &disk.device, &found[0], &arena), 0);
    assert_int_equal(volume_read(&volume, "FW.BIN", 0, text, sizeof text, &moved, NULL, NULL), 0);
    assert_int_equal(moved, 8);
    assert_memory_equal(text, "firmware", 8);
    assert_int_equal(volume_create(&volume, "NEW.BIN", "written", 7), 0);
    fat_image_host_file(&image, "disk.img", bytes, size);
    fat_image_holds(&image, "NEW.BIN", "written", 7);
    fat_image_is_clean(&image);
    free(bytes);
    fat_image_close(&image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sectors),
        cmocka_unit_test(test_nothing_is_a_disk_without_sectors),
        cmocka_unit_test(test_a_fat_image),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
