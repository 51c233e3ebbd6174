/* Disks by Block I/O. */
#define ERROR_MODULE MODULE_BOOT
#include "boot/efi/disk.h"

#include "boot/efi/memory.h"
#include "boot/efi/usb.h"
#include "kernel/lib/string.h"
#include "kernel/lib/text.h"

/* All transfers go through a buffer on a page boundary: it satisfies every IoAlign, and one call
 * never moves more than some USB sticks bear (64 KiB). */
enum { BUFFER_BYTES = 0x10000 };

enum { SECTOR_OF_CD = 2048 };

static err_t error_of(EFI_STATUS status)
{
    switch (status) {
    case EFI_SUCCESS:
        return 0;
    case EFI_NO_MEDIA:
        return ERR(ERR_NO_MEDIA);
    case EFI_MEDIA_CHANGED:
        return ERR(ERR_MEDIA_CHANGED);
    case EFI_WRITE_PROTECTED:
        return ERR(ERR_WRITE_PROTECTED);
    default:
        return ERR(ERR_IO);
    }
}

/* Takes over what the firmware says of the medium. */
static void meet_medium(struct disk *disk, const EFI_BLOCK_IO_MEDIA *media)
{
    disk->media_id = media->MediaId;
    disk->block.sector_size = media->BlockSize;
    disk->block.sector_count = media->LastBlock + 1;
    disk->block.removable = media->RemovableMedia;
}

/* Whether the medium is the one that we know; if not, it is known from now on. */
static EFI_STATUS check_medium(struct disk *disk, const EFI_BLOCK_IO_MEDIA *media)
{
    if (!media->MediaPresent)
        return EFI_NO_MEDIA;
    if (media->MediaId == disk->media_id && media->BlockSize == disk->block.sector_size)
        return EFI_SUCCESS;
    if (!block_size_known(media->BlockSize))
        return EFI_NO_MEDIA;
    meet_medium(disk, media);
    return EFI_MEDIA_CHANGED;
}

static EFI_STATUS move(struct disk *disk, EFI_BLOCK_IO_PROTOCOL *block, bool write, uint64_t lba,
                       uint32_t count)
{
    UINTN size = (UINTN)count * disk->block.sector_size;
    EFI_STATUS status = check_medium(disk, block->Media);

    if (EFI_ERROR(status))
        return status;
    status = write ? block->WriteBlocks(block, disk->media_id, lba, size, disk->disks->buffer)
                   : block->ReadBlocks(block, disk->media_id, lba, size, disk->disks->buffer);
    if (status == EFI_MEDIA_CHANGED)
        check_medium(disk, block->Media);
    if (!EFI_ERROR(status) && write && block->Media->WriteCaching)
        status = block->FlushBlocks(block);
    return status;
}

/* Transfers that follow each other at once need not ask each time; before a person can act, more
 * time passes. */
enum { FRESH_US = 10000 };

static bool is_there(const struct disk *disk)
{
    const struct disks *disks = disk->disks;

    return (disk->answered_us != 0 && clock_now_us(disks->clock) - disk->answered_us < FRESH_US) ||
           usb_answers(disks->services, disk->handle);
}

/*
 * One transfer between the disk and the buffer. The protocol is looked up each time, at a level at
 * which the firmware can't take a pulled stick away in between: a handle that is gone is told, a
 * stale pointer would crash.
 */
static EFI_STATUS transfer(struct disk *disk, bool write, uint64_t lba, uint32_t count)
{
    const struct services *services = disk->disks->services;
    EFI_TPL level = services->boot->RaiseTPL(TPL_CALLBACK);
    EFI_BLOCK_IO_PROTOCOL *block = services_protocol(services, disk->handle, &guid_block_io);
    EFI_STATUS status = EFI_NO_MEDIA;

    if (block != NULL && is_there(disk))
        status = move(disk, block, write, lba, count);
    if (!EFI_ERROR(status))
        disk->answered_us = clock_now_us(disk->disks->clock);

    services->boot->RestoreTPL(level);
    return status;
}

/* How many sectors the next transfer moves: what fits the buffer; one while a bad one is sought. */
static uint32_t next_count(const struct disk *disk, uint32_t wanted, uint32_t singly)
{
    uint32_t fits = singly > 0 ? 1 : BUFFER_BYTES / disk->block.sector_size;

    return wanted < fits ? wanted : fits;
}

static err_t move_sectors(struct disk *disk, bool write, uint64_t lba, uint32_t count,
                          uint8_t *bytes)
{
    uint8_t *buffer = disk->disks->buffer;
    uint32_t singly = 0; /* so many sectors are moved one by one, after an error among them */

    if (buffer == NULL || lba > disk->block.sector_count || count > disk->block.sector_count - lba)
        return ERR(ERR_ARGUMENT);
    while (count > 0) {
        uint32_t now = next_count(disk, count, singly);
        size_t size = (size_t)now * disk->block.sector_size;
        EFI_STATUS status;

        if (write)
            memcpy(buffer, bytes, size);
        status = transfer(disk, write, lba, now);
        if (error_class(error_of(status)) == ERR_IO && now > 1) {
            singly = now;
            continue;
        }
        if (EFI_ERROR(status)) {
            disk->block.bad_lba = lba;
            return error_of(status);
        }
        if (!write)
            memcpy(bytes, buffer, size);
        singly -= singly > 0;
        bytes += size;
        lba += now;
        count -= now;
    }
    return 0;
}

static err_t disk_read(void *context, uint64_t lba, uint32_t count, void *buffer)
{
    struct disk *disk = context;
    err_t error;

    hold_pause(disk->disks->hold);
    error = move_sectors(disk, false, lba, count, buffer);
    hold_resume(disk->disks->hold);
    return error;
}

static err_t disk_write(void *context, uint64_t lba, uint32_t count, const void *buffer)
{
    struct disk *disk = context;
    err_t error;

    hold_pause(disk->disks->hold);
    error = move_sectors(disk, true, lba, count, (uint8_t *)(uintptr_t)buffer);
    hold_resume(disk->disks->hold);
    return error;
}

/* Names a disk by what it hangs on, its place in the list and its size. */
static void name_disk(struct disk *disk, enum device_kind kind, unsigned number)
{
    static const char *const kinds[] = {[DEVICE_HARD_DISK] = "hard disk",
                                        [DEVICE_USB_DISK] = "USB disk",
                                        [DEVICE_FLOPPY] = "floppy disk"};
    char what[24];

    text_format(what, sizeof what, "%s %u", kinds[kind], number);
    block_name(&disk->block, what);
}

/* Fills one entry; false when it is no disk of ours or can't be used. */
static bool open_disk(struct disks *disks, struct disk *disk, EFI_HANDLE handle)
{
    EFI_BLOCK_IO_PROTOCOL *block = services_protocol(disks->services, handle, &guid_block_io);
    struct device_path path = services_path(disks->services, handle);
    enum device_kind kind = device_path_kind(path);
    const EFI_BLOCK_IO_MEDIA *media;

    if (block == NULL || kind == DEVICE_CD)
        return false;
    media = block->Media;
    if (media->LogicalPartition || !media->MediaPresent || !block_size_known(media->BlockSize) ||
        (media->BlockSize == SECTOR_OF_CD && media->ReadOnly))
        return false;
    *disk = (struct disk){.disks = disks, .handle = handle};
    disk->block.context = disk;
    disk->block.read = disk_read;
    disk->block.write = disk_write;
    disk->block.boot = device_path_starts_with(disks->boot, path);
    meet_medium(disk, media);
    name_disk(disk, kind, disks->count + 1);
    return true;
}

void disks_open(struct disks *disks, const struct services *services, struct hold *hold,
                struct clock *clock, struct device_path boot)
{
    *disks = (struct disks){.services = services, .hold = hold, .clock = clock, .boot = boot};
    disks->buffer = memory_pages(services, BUFFER_BYTES);
}

void disks_scan(struct disks *disks)
{
    UINTN count;
    EFI_HANDLE *handles;

    if (!disks->hold->held)
        usb_connect_disks(disks->services);
    handles = services_handles(disks->services, &guid_block_io, &count);

    disks->count = 0;
    for (UINTN i = 0; i < count && disks->count < PLATFORM_DISKS; i++) {
        if (open_disk(disks, &disks->disk[disks->count], handles[i]))
            disks->count++;
    }
    if (handles != NULL)
        disks->services->boot->FreePool(handles);
}
