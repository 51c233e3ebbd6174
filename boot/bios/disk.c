/* Disks by INT 13h. */
#define ERROR_MODULE MODULE_BOOT
#include "boot/bios/disk.h"

#include "boot/bios/layout.h"
#include "boot/bios/real.h"
#include "kernel/lib/string.h"
#include "kernel/lib/text.h"

enum {
    DISK_RESET = 0x00,
    DISK_READ = 0x02,
    DISK_WRITE = 0x03,
    DISK_PARAMETERS = 0x08,
    DISK_CHANGE_LINE = 0x16,
    EDD_CHECK = 0x41,
    EDD_READ = 0x42,
    EDD_WRITE = 0x43,
    EDD_PARAMETERS = 0x48
};

/* Status of INT 13h (IBM BIOS Interface Technical Reference; EDD for B0h and above, 31h). */
enum {
    STATUS_WRITE_PROTECTED = 0x03,
    STATUS_MEDIUM_CHANGED = 0x06,
    STATUS_MEDIUM_UNKNOWN = 0x0C,
    STATUS_CONTROLLER = 0x20,
    STATUS_NO_MEDIUM = 0x31,
    STATUS_NO_ANSWER = 0x80,
    STATUS_NOT_READY = 0xAA,
    STATUS_MEDIUM_NOT_SENSED = 0xC0
};

enum { FIRST_HARD_DISK = 0x80, HARD_DISKS_MAX = 16, FLOPPIES_MAX = 2 };

/* Three tries with a reset between them: a floppy motor may still be starting up at the first
 * (IBM BIOS Interface Technical Reference, INT 13h). */
enum { TRIES = 3 };

/* One call moves a buffer at most; some BIOSes take no more than 127 sectors (EDD). */
_Static_assert(LOW_BUFFER_SIZE / 512 <= 127, "too much for one call");

/* EDD: disk address packet. */
struct address_packet {
    uint8_t size, reserved;
    uint16_t count;
    uint16_t offset, segment;
    uint64_t lba;
} __attribute__((packed));

/* EDD: result buffer of function 48h, as far as it is used. */
struct drive_parameters {
    uint16_t size;
    uint16_t flags;
    uint32_t cylinders, heads, sectors;
    uint64_t total_sectors;
    uint16_t sector_bytes;
    uint32_t configuration;
    uint16_t path_key; /* BEDDh: the following fields are there */
    uint8_t path_length, reserved[3];
    char host_bus[4];
    char interface[8];
} __attribute__((packed));

enum { PARAMETERS_REMOVABLE = 0x0004, PARAMETERS_PATH_KEY = 0xBEDD };

/* Calls INT 13h AH=`function` for the disk; returns AH, 0 when carry is clear. */
static uint8_t call(const struct bios_disk *disk, uint8_t function,
                    struct real_registers *registers)
{
    registers->eax = (registers->eax & 0xFF) | (uint32_t)function << 8;
    registers->edx = (registers->edx & 0xFF00) | disk->number;
    real_int(0x13, registers);
    if ((registers->eflags & REAL_CARRY) == 0)
        return 0;
    return registers->eax >> 8 & 0xFF ? (uint8_t)(registers->eax >> 8) : 0xFF;
}

static bool is_floppy(const struct bios_disk *disk)
{
    return disk->number < FIRST_HARD_DISK;
}

/*
 * The class of a status. "Medium type not found" is what the search for the diskette's data rate
 * ends with when there is no diskette; other BIOSes time out. Of a hard disk it is "bad track".
 */
static enum error_class class_of(const struct bios_disk *disk, uint8_t status)
{
    switch (status) {
    case STATUS_WRITE_PROTECTED:
        return ERR_WRITE_PROTECTED;
    case STATUS_MEDIUM_CHANGED:
        return ERR_MEDIA_CHANGED;
    case STATUS_MEDIUM_UNKNOWN:
        return is_floppy(disk) ? ERR_NO_MEDIA : ERR_IO;
    case STATUS_NO_MEDIUM:
    case STATUS_NO_ANSWER:
    case STATUS_NOT_READY:
    case STATUS_MEDIUM_NOT_SENSED:
        return ERR_NO_MEDIA;
    default:
        return ERR_IO;
    }
}

/* One transfer between the disk and its buffer by logical block. */
static uint8_t transfer_enhanced(const struct bios_disk *disk, bool write, uint64_t lba,
                                 uint32_t count)
{
    struct address_packet *packet = real_memory(LOW_SCRATCH);
    struct real_registers registers = {.esi = LOW_SCRATCH};

    *packet = (struct address_packet){.size = sizeof(*packet),
                                      .count = (uint16_t)count,
                                      .segment = (uint16_t)(disk->buffer >> 4),
                                      .lba = lba};
    return call(disk, write ? EDD_WRITE : EDD_READ, &registers);
}

/* The same by cylinder, head and sector; the caller keeps within one track. */
static uint8_t transfer_classic(const struct bios_disk *disk, bool write, uint64_t lba,
                                uint32_t count)
{
    uint32_t track = (uint32_t)(lba / disk->sectors);
    uint32_t sector = (uint32_t)(lba % disk->sectors) + 1;
    uint32_t cylinder = track / disk->heads;
    struct real_registers registers = {
        .eax = count,
        .ecx = (cylinder & 0xFF) << 8 | (cylinder >> 2 & 0xC0) | sector,
        .edx = (track % disk->heads) << 8,
        .es = (uint16_t)(disk->buffer >> 4),
    };

    return call(disk, write ? DISK_WRITE : DISK_READ, &registers);
}

/* Notes that sectors at `lba` had to be tried again. */
static void note_weak(struct bios_disk *disk, uint64_t lba)
{
    disk->block.weak_lba = lba;
    disk->block.weak_count++;
}

/*
 * `tries` calls at most, with a reset after each that failed. Returns the last status. A floppy
 * drive that is empty, or is there only in the PC's setup, times out, and each time takes seconds:
 * one more try serves a motor that was slow.
 */
static uint8_t transfer(struct bios_disk *disk, bool write, uint64_t lba, uint32_t count,
                        unsigned tries)
{
    uint8_t status = 0;

    for (unsigned attempt = 0; attempt < tries; attempt++) {
        struct real_registers registers = {.eax = 0};

        status = disk->enhanced ? transfer_enhanced(disk, write, lba, count)
                                : transfer_classic(disk, write, lba, count);
        if (status == 0 && attempt > 0)
            note_weak(disk, lba);
        if (status == 0 || status == STATUS_WRITE_PROTECTED || status == STATUS_MEDIUM_CHANGED ||
            status == STATUS_NO_MEDIUM)
            break;
        call(disk, DISK_RESET, &registers);
        if (status == STATUS_NO_ANSWER && is_floppy(disk) && attempt > 0)
            break;
    }
    return status;
}

static uint32_t track_left(const struct bios_disk *disk, uint64_t lba)
{
    return disk->sectors - (uint32_t)(lba % disk->sectors);
}

/* How many sectors the next transfer may move: what fits the buffer, and the rest of the track. */
static uint32_t most_sectors(const struct bios_disk *disk, uint64_t lba)
{
    uint32_t count = disk->buffer_size / disk->block.sector_size;

    return !disk->enhanced && track_left(disk, lba) < count ? track_left(disk, lba) : count;
}

/*
 * The geometry of the diskette in a floppy drive can be smaller than the drive's: the boot sector
 * says so (Microsoft FAT specification, BPB_SecPerTrk and BPB_NumHeads at 18h and 1Ah,
 * BPB_TotSec16 at 13h). Anything else keeps the drive's own geometry.
 */
static void learn_diskette(struct bios_disk *disk, const uint8_t *sector)
{
    uint16_t sectors = (uint16_t)(sector[0x18] | sector[0x19] << 8);
    uint16_t heads = (uint16_t)(sector[0x1A] | sector[0x1B] << 8);
    uint16_t total = (uint16_t)(sector[0x13] | sector[0x14] << 8);

    if (sector[510] != 0x55 || sector[511] != 0xAA || sectors == 0 || sectors > disk->sectors ||
        heads == 0 || heads > disk->heads || total % (sectors * heads) != 0 || total == 0 ||
        total / (sectors * heads) > disk->cylinders)
        return;
    disk->sectors = sectors;
    disk->heads = heads;
    disk->cylinders = (uint16_t)(total / (sectors * heads));
    disk->block.sector_count = total;
}

static void ask_geometry(struct bios_disk *disk);

/*
 * For BIOSes that have one error for everything: whether there is something at all, asked when
 * sector `lba` could not be moved. Something is there when its first sector can be read. The change
 * line of an empty drive is active whatever is done; some BIOSes say so of every drive, so it is
 * asked last.
 */
static bool medium_is_in(struct bios_disk *disk, uint64_t lba)
{
    struct real_registers registers = {.eax = 0};

    if (!is_floppy(disk) && lba == 0)
        return true;
    if (transfer(disk, false, 0, 1, 1) == 0)
        return true;
    return is_floppy(disk) && call(disk, DISK_CHANGE_LINE, &registers) != STATUS_MEDIUM_CHANGED;
}

/* What is left to do after a transfer that failed for good at `lba`. */
static err_t give_up(struct bios_disk *disk, uint64_t lba, uint8_t status)
{
    enum error_class class = class_of(disk, status);
    bool vague = status == STATUS_CONTROLLER || status == STATUS_MEDIUM_UNKNOWN;

    if (class == ERR_IO && vague && !medium_is_in(disk, lba))
        class = ERR_NO_MEDIA;
    if (class == ERR_MEDIA_CHANGED || class == ERR_NO_MEDIA)
        disk->medium_known = false;
    disk->block.bad_lba = lba;
    return ERR(class);
}

/*
 * Before the first transfer from a floppy's medium. The change line of a floppy drive stays active
 * until the first access, also for the diskette that was in it all the time: this first change is
 * not one. In an empty drive it stays active for ever.
 */
static err_t meet_medium(struct bios_disk *disk)
{
    uint8_t status;

    if (disk->medium_known || !is_floppy(disk))
        return 0;
    disk->ahead_count = 0;
    ask_geometry(disk);
    if (disk->sectors == 0 || disk->heads == 0)
        return ERR(ERR_NO_MEDIA);
    status = transfer(disk, false, 0, 1, TRIES);
    if (status == STATUS_MEDIUM_CHANGED)
        status = transfer(disk, false, 0, 1, TRIES);
    if (status == STATUS_MEDIUM_CHANGED)
        status = STATUS_NO_MEDIUM;
    if (status != 0)
        return give_up(disk, 0, status);
    learn_diskette(disk, real_memory(disk->buffer));
    disk->block.track_sectors = disk->sectors;
    disk->medium_known = true;
    return 0;
}

/* Gives sectors that were read ahead to who asks for them now; returns how many. */
static uint32_t take_ahead(struct bios_disk *disk, uint64_t lba, uint32_t count, uint8_t *bytes)
{
    uint32_t now = count < disk->ahead_count ? count : disk->ahead_count;
    uint32_t size = now * disk->block.sector_size;

    if (lba != disk->ahead_lba)
        now = 0;
    if (now == 0)
        return 0;
    memcpy(bytes, real_memory(disk->ahead_at), size);
    disk->ahead_at += size;
    disk->ahead_lba += now;
    disk->ahead_count -= now;
    return now;
}

/*
 * One try to read the rest of the track, because the next sector passes under the head now and not
 * again before a whole turn (200 ms). What was not asked for serves only a read that goes on
 * exactly there: a look at the boot sector, by which a change of diskettes is noticed, always
 * reaches the diskette. Returns the status.
 */
static uint8_t read_ahead(struct bios_disk *disk, uint64_t lba, uint32_t now, uint32_t all)
{
    uint8_t status = transfer(disk, false, lba, all, 1);

    if (status != 0)
        return status;
    disk->ahead_lba = lba + now;
    disk->ahead_count = all - now;
    disk->ahead_at = disk->buffer + now * disk->block.sector_size;
    return 0;
}

/* Reads `count` sectors into the disk's buffer, from a floppy also those behind them. */
static uint8_t read_buffer(struct bios_disk *disk, uint64_t lba, uint32_t count, bool alone)
{
    uint32_t all = most_sectors(disk, lba);
    uint8_t status;

    if (alone || !is_floppy(disk) || all <= count)
        return transfer(disk, false, lba, count, TRIES);
    status = read_ahead(disk, lba, count, all);
    if (status == 0 || status == STATUS_MEDIUM_CHANGED)
        return status;
    status = transfer(disk, false, lba, count, TRIES);
    if (status == 0)
        note_weak(disk, lba);
    return status;
}

/* One transfer of `count` sectors in a disk's buffer. */
static uint8_t move_some(struct bios_disk *disk, bool write, uint64_t lba, uint32_t count,
                         uint8_t *bytes, bool alone)
{
    uint8_t *buffer = real_memory(disk->buffer);
    size_t size = (size_t)count * disk->block.sector_size;
    uint8_t status;

    disk->ahead_count = 0;
    if (write) {
        memcpy(buffer, bytes, size);
        return transfer(disk, true, lba, count, TRIES);
    }
    status = read_buffer(disk, lba, count, alone);
    if (status == 0)
        memcpy(bytes, buffer, size);
    return status;
}

/*
 * Moves all sectors. When several together fail, they are moved one by one: that brings what can be
 * had, and finds the first that can't.
 */
static err_t move_all(struct bios_disk *disk, bool write, uint64_t lba, uint32_t count,
                      uint8_t *bytes)
{
    uint32_t singly = 0;

    while (count > 0) {
        uint32_t most = singly > 0 ? 1 : most_sectors(disk, lba);
        uint32_t now = write ? 0 : take_ahead(disk, lba, count, bytes);

        if (now == 0) {
            uint8_t status;

            now = count < most ? count : most;
            status = move_some(disk, write, lba, now, bytes, singly > 0);
            if (status != 0 && class_of(disk, status) == ERR_IO && now > 1) {
                note_weak(disk, lba);
                singly = now;
                continue;
            }
            if (status != 0)
                return give_up(disk, lba, status);
            singly -= singly > 0;
        }
        bytes += (size_t)now * disk->block.sector_size;
        lba += now;
        count -= now;
    }
    return 0;
}

static err_t move_sectors(struct bios_disk *disk, bool write, uint64_t lba, uint32_t count,
                          uint8_t *bytes)
{
    uint64_t end;
    err_t error = meet_medium(disk);

    if (error != 0)
        return error;
    end = disk->block.sector_count;
    if (end != 0 && (lba > end || count > end - lba))
        return ERR(ERR_ARGUMENT);
    return move_all(disk, write, lba, count, bytes);
}

static err_t disk_read(void *context, uint64_t lba, uint32_t count, void *buffer)
{
    return move_sectors(context, false, lba, count, buffer);
}

static err_t disk_write(void *context, uint64_t lba, uint32_t count, const void *buffer)
{
    return move_sectors(context, true, lba, count, (uint8_t *)(uintptr_t)buffer);
}

/* Function 08h: geometry. Without an answer the disk has none, and can't be used without EDD. */
static void ask_geometry(struct bios_disk *disk)
{
    struct real_registers registers = {.eax = 0};

    disk->cylinders = disk->heads = disk->sectors = 0;
    if (call(disk, DISK_PARAMETERS, &registers) != 0 || (registers.ecx & 0x3F) == 0)
        return;
    disk->cylinders = (uint16_t)(((registers.ecx >> 8 & 0xFF) | (registers.ecx << 2 & 0x300)) + 1);
    disk->heads = (uint16_t)((registers.edx >> 8 & 0xFF) + 1);
    disk->sectors = registers.ecx & 0x3F;
    disk->block.sector_count = (uint64_t)disk->cylinders * disk->heads * disk->sectors;
}

/* Functions 41h and 48h. Returns the parameters in the scratch memory, or NULL without EDD. */
static const struct drive_parameters *ask_enhanced(struct bios_disk *disk)
{
    enum { SIGNATURE_IN = 0x55AA, SIGNATURE_OUT = 0xAA55, PACKET_ACCESS = 0x0001 };
    struct drive_parameters *parameters = real_memory(LOW_SCRATCH);
    struct real_registers registers = {.ebx = SIGNATURE_IN};

    if (call(disk, EDD_CHECK, &registers) != 0 || (registers.ebx & 0xFFFF) != SIGNATURE_OUT ||
        (registers.ecx & PACKET_ACCESS) == 0)
        return NULL;
    memset(parameters, 0, sizeof(*parameters));
    parameters->size = sizeof(*parameters);
    registers = (struct real_registers){.esi = LOW_SCRATCH};
    if (call(disk, EDD_PARAMETERS, &registers) != 0)
        return NULL;
    disk->enhanced = true;
    return parameters;
}

/* Names a hard disk by what it hangs on, its number and its size. */
static void name_disk(struct bios_disk *disk, bool usb)
{
    char what[16];

    if (is_floppy(disk)) {
        text_format(disk->block.name, sizeof(disk->block.name), "floppy disk %c",
                    'A' + disk->number);
        return;
    }
    text_format(what, sizeof(what), "%s disk %02X", usb ? "USB" : "hard", disk->number);
    block_name(&disk->block, what);
}

/* Fills one entry; false when there is no such disk or it can't be used. */
static bool open_disk(struct bios_disk *disk, uint8_t number)
{
    const struct drive_parameters *parameters = NULL;
    bool usb = false;

    *disk = (struct bios_disk){.number = number};
    disk->block.context = disk;
    disk->block.read = disk_read;
    disk->block.write = disk_write;
    disk->block.sector_size = 512;
    disk->buffer = LOW_BUFFER;
    disk->buffer_size = LOW_BUFFER_SIZE;
    ask_geometry(disk);
    if (number >= FIRST_HARD_DISK) {
        parameters = ask_enhanced(disk);
    } else {
        disk->block.removable = true;
        disk->buffer = LOW_FLOPPY_BUFFERS + number * LOW_FLOPPY_BUFFER_SIZE;
        disk->buffer_size = LOW_FLOPPY_BUFFER_SIZE;
    }
    if (parameters != NULL && parameters->total_sectors != 0)
        disk->block.sector_count = parameters->total_sectors;
    if (parameters != NULL && parameters->sector_bytes != 0) {
        if (!block_size_known(parameters->sector_bytes))
            return false;
        disk->block.sector_size = parameters->sector_bytes;
    }
    if (parameters != NULL) {
        disk->block.removable = (parameters->flags & PARAMETERS_REMOVABLE) != 0;
        usb = parameters->path_key == PARAMETERS_PATH_KEY &&
              memcmp(parameters->interface, "USB", 3) == 0;
    }
    name_disk(disk, usb);
    return disk->enhanced || (disk->sectors != 0 && disk->heads != 0);
}

/* How many drives the BIOS has from `first` on: function 08h returns it in DL. */
static unsigned drive_count(uint8_t first, unsigned limit)
{
    struct bios_disk any = {.number = first};
    struct real_registers registers = {.eax = 0};
    unsigned count;

    if (call(&any, DISK_PARAMETERS, &registers) != 0)
        return 0;
    count = registers.edx & 0xFF;
    return count < limit ? count : limit;
}

static void scan_from(struct bios_disks *disks, uint8_t first, unsigned count)
{
    for (unsigned i = 0; i < count && disks->count < PLATFORM_DISKS; i++) {
        if (open_disk(&disks->disk[disks->count], (uint8_t)(first + i)))
            disks->count++;
    }
}

/*
 * Some BIOSes stop a transfer at the last sector that their diskette parameter table names, which
 * may be the ninth of a track. They get a copy of it that names the last sector of the densest
 * diskettes (IBM BIOS Interface Technical Reference, "Diskette parameters"; interrupt 1Eh).
 */
static void allow_whole_tracks(void)
{
    enum { TABLE_SIZE = 11, TABLE_LAST_SECTOR = 4, LAST_SECTOR_EVER = 36 };
    uint32_t vector = real_read32(VECTOR_DISKETTE_TABLE);
    uint8_t *table = real_memory(LOW_DISKETTE_TABLE);

    if (vector == (uint32_t)LOW_DISKETTE_TABLE >> 4 << 16)
        return;
    memcpy(table, real_memory((vector >> 16 << 4) + (vector & 0xFFFF)), TABLE_SIZE);
    table[TABLE_LAST_SECTOR] = LAST_SECTOR_EVER;
    real_write32(VECTOR_DISKETTE_TABLE, (uint32_t)LOW_DISKETTE_TABLE >> 4 << 16);
}

void disks_scan(struct bios_disks *disks)
{
    enum { EQUIPMENT_FLOPPIES = 0x01 };
    bool floppies = (real_read8(BDA_EQUIPMENT) & EQUIPMENT_FLOPPIES) != 0;

    disks->count = 0;
    scan_from(disks, FIRST_HARD_DISK, drive_count(FIRST_HARD_DISK, HARD_DISKS_MAX));
    if (floppies) {
        allow_whole_tracks();
        scan_from(disks, 0, drive_count(0, FLOPPIES_MAX));
    }
}
