#define ERROR_MODULE MODULE_BOOT

#include "tests/support/file_disk.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static err_t fault_of_call(struct file_disk *disk, uint64_t lba, uint32_t count)
{
    if (disk->writes_left == 0 && disk->cut_error)
        return disk->cut_error;
    if (disk->removed)
        return ERR(ERR_NO_MEDIA);
    if (disk->changed) {
        disk->changed = false;
        return ERR(ERR_MEDIA_CHANGED);
    }
    if (lba > disk->device.sector_count || count > disk->device.sector_count - lba)
        return ERR(ERR_ARGUMENT);
    if (disk->bad_lba >= (int64_t)lba && disk->bad_lba < (int64_t)(lba + count)) {
        disk->device.bad_lba = (uint64_t)disk->bad_lba;
        return ERR(ERR_IO);
    }
    return 0;
}

static err_t disk_read(void *context, uint64_t lba, uint32_t count, void *buffer)
{
    struct file_disk *disk = context;
    size_t size = (size_t)count * disk->device.sector_size;
    err_t error = fault_of_call(disk, lba, count);

    if (error)
        return error;
    disk->read_calls++;
    disk->sectors_read += count;
    if (count > disk->largest_read)
        disk->largest_read = count;
    assert_int_equal(pread(disk->file, buffer, size, (off_t)(lba * disk->device.sector_size)),
                     size);
    return 0;
}

static void remember(struct file_disk *disk, uint64_t lba)
{
    struct file_disk_write *write;

    if (disk->write_count == disk->write_room) {
        disk->write_room = disk->write_room ? disk->write_room * 2 : 64;
        disk->writes = realloc(disk->writes, disk->write_room * sizeof *disk->writes);
        assert_non_null(disk->writes);
    }
    write = &disk->writes[disk->write_count++];
    write->lba = lba;
    write->before = malloc(disk->device.sector_size);
    assert_non_null(write->before);
    file_disk_peek(disk, lba * disk->device.sector_size, write->before, disk->device.sector_size);
}

static err_t write_sector(struct file_disk *disk, uint64_t lba, const uint8_t *bytes)
{
    if (disk->bad_write_lba == (int64_t)lba)
        return ERR(ERR_IO);
    if (disk->writes_left == 0) {
        if (!disk->cut_error)
            disk->cut_error = ERR(ERR_IO);
        return disk->cut_error;
    }
    if (disk->writes_left > 0)
        disk->writes_left--;
    disk->sectors_written++;
    if (disk->forgets_writes)
        return 0;
    remember(disk, lba);
    file_disk_poke(disk, lba * disk->device.sector_size, bytes, disk->device.sector_size);
    return 0;
}

static err_t disk_write(void *context, uint64_t lba, uint32_t count, const void *buffer)
{
    struct file_disk *disk = context;
    const uint8_t *bytes = buffer;
    err_t error = fault_of_call(disk, lba, count);

    if (!error && disk->write_protected)
        error = ERR(ERR_WRITE_PROTECTED);
    if (error)
        return error;
    disk->write_calls++;
    for (uint32_t i = 0; !error && i < count; i++)
        error = write_sector(disk, lba + i, bytes + (size_t)i * disk->device.sector_size);
    return error;
}

void file_disk_open(struct file_disk *disk, const char *path, uint32_t sector_size)
{
    struct stat status;

    memset(disk, 0, sizeof *disk);
    disk->file = open(path, O_RDWR);
    assert_true(disk->file >= 0);
    assert_int_equal(fstat(disk->file, &status), 0);
    disk->device.context = disk;
    strcpy(disk->device.name, "test disk");
    disk->device.sector_size = sector_size;
    disk->device.sector_count = (uint64_t)status.st_size / sector_size;
    disk->device.removable = true;
    disk->device.read = disk_read;
    disk->device.write = disk_write;
    file_disk_settle(disk);
}

void file_disk_close(struct file_disk *disk)
{
    file_disk_settle(disk);
    free(disk->writes);
    disk->writes = NULL;
    assert_int_equal(close(disk->file), 0);
}

void file_disk_settle(struct file_disk *disk)
{
    while (disk->write_count > 0)
        free(disk->writes[--disk->write_count].before);
    disk->writes_left = FILE_DISK_NEVER;
    disk->cut_error = 0;
    disk->write_protected = disk->removed = disk->changed = disk->forgets_writes = false;
    disk->bad_lba = disk->bad_write_lba = FILE_DISK_NEVER;
    disk->read_calls = disk->write_calls = disk->sectors_read = disk->sectors_written = 0;
    disk->largest_read = 0;
}

void file_disk_undo(struct file_disk *disk)
{
    for (unsigned long i = disk->write_count; i-- > 0;)
        file_disk_poke(disk, disk->writes[i].lba * disk->device.sector_size, disk->writes[i].before,
                       disk->device.sector_size);
    file_disk_settle(disk);
}

void file_disk_peek(struct file_disk *disk, uint64_t offset, void *bytes, uint32_t size)
{
    assert_int_equal(pread(disk->file, bytes, size, (off_t)offset), size);
}

void file_disk_poke(struct file_disk *disk, uint64_t offset, const void *bytes, uint32_t size)
{
    assert_int_equal(pwrite(disk->file, bytes, size, (off_t)offset), size);
}
