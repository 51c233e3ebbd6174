#define ERROR_MODULE MODULE_UI
#include "ui/places.h"

#include "kernel/lib/string.h"
#include "kernel/lib/text.h"
#include "ui/words.h"

enum {
    /* FAT32 with more clusters is not counted through for the title line: reading its table
     * through the BIOS would take seconds. */
    COUNTED_CLUSTERS = 0x20000,
    DISK_PLACES = PLACES - 2,
    /* The biggest floppy ever made has 2.88 MB; no stick is that small. */
    FLOPPY_SECTORS = 5760,
    SERVER_NAME_SIZE = 24
};

err_t places_open(struct places *places, struct platform *platform, const struct job *job,
                  struct log *log, const struct places_waiting *waiting)
{
    memset(places, 0, sizeof *places);
    places->platform = platform;
    places->job = job;
    places->log = log;
    places->waiting = *waiting;
    places->target = PLACES_NONE;
    places->memory.size = PLACES * VOLUME_MEMORY;
    places->memory.base = arena_take(platform->arena, places->memory.size);
    if (platform->initrd)
        ram_disk_open(&places->image, platform->initrd, platform->initrd_size);
    return places->memory.base ? 0 : ERR(ERR_NO_MEMORY);
}

static void tell(struct places *places, const char *what)
{
    if (places->waiting.tell)
        places->waiting.tell(places->waiting.context, what);
}

/* ---- which one is ours ---- */

static bool is_floppy(const struct block_device *disk)
{
    return disk->removable && disk->sector_count - 1 < FLOPPY_SECTORS;
}

enum place_kind places_kind(const struct places *places, const struct volume *volume)
{
    if (volume->network)
        return PLACE_SERVER;
    if (volume->disk == &places->image.device)
        return PLACE_MEMORY;
    return is_floppy(volume->disk) ? PLACE_FLOPPY : PLACE_DISK;
}

bool places_keeps(const struct places *places, const struct volume *volume)
{
    return places_kind(places, volume) != PLACE_MEMORY;
}

/* Whether the volume holds this program: its kernel, its configuration or its loader's. */
static bool holds_our_files(struct volume *volume)
{
    static const char *const names[] = {"ODDRESCUE.KRN", "ODDRESC.KRN", "ODDRESC.CFG",
                                        "SYSLINUX.CFG"};
    struct file_info info;

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (volume_stat(volume, names[i], &info) == 0 && !info.folder)
            return true;
    }
    return false;
}

/*
 * How sure it is that we came from there; 0 = we did not. Firmware that knows the disk (UEFI) is
 * believed first, then the loader's word boot=, then files that look like ours. A floppy may have
 * been exchanged since: it must have the files in any case.
 */
static unsigned rank(const struct places *places, struct volume *volume)
{
    enum { NOT_OURS, OUR_FILES, NETWORK_THERE, OUR_DISK, OUR_FILES_ON_OUR_DISK, SAID_NETWORK };
    enum place_kind kind = places_kind(places, volume);
    enum job_boot said = places->job->boot;
    bool files;

    if (kind == PLACE_SERVER)
        return said == BOOT_NETWORK ? SAID_NETWORK : NETWORK_THERE;
    if (kind == PLACE_MEMORY)
        return NOT_OURS;
    files = holds_our_files(volume);
    if (volume->disk->boot && (files || kind != PLACE_FLOPPY))
        return files ? OUR_FILES_ON_OUR_DISK : OUR_DISK;
    if (said != BOOT_UNKNOWN && said != (kind == PLACE_FLOPPY ? BOOT_FLOPPY : BOOT_DISK))
        return NOT_OURS;
    return files ? OUR_FILES : NOT_OURS;
}

/* Puts the newest volume first when it is more likely ours than the one that is. Windows are
 * reached through pointers, so volumes may be moved. */
static void prefer_ours(struct places *places)
{
    struct volume newest = places->volumes[places->count - 1];
    unsigned newest_rank = rank(places, &places->volumes[places->count - 1]);

    if (newest_rank <= places->rank)
        return;
    for (unsigned i = places->count - 1; i > 0; i--)
        places->volumes[i] = places->volumes[i - 1];
    places->volumes[0] = newest;
    places->rank = newest_rank;
    places->ours = true;
}

/* ---- looking ---- */

static void prepare(struct places *places, struct volume *volume)
{
    memset(volume, 0, sizeof *volume);
    volume->date = places->platform->date;
    volume->date_context = places->platform->context;
    volume->keep_waiting = places->waiting.keep_waiting;
    volume->waiting_context = places->waiting.context;
}

static void scan_disk(struct places *places, struct block_device *disk, unsigned limit)
{
    struct partition partitions[VOLUMES_PER_DISK];
    err_t error = 0;
    unsigned count = partition_list(disk, partitions, VOLUMES_PER_DISK, &error);

    if (error) {
        log_line(places->log, "places", "%s: error %08X", disk->name, (unsigned)error);
        places->error = error;
        places->error_disk = disk;
    }
    for (unsigned i = 0; i < count && places->count < limit; i++) {
        struct volume *volume = &places->volumes[places->count];
        size_t mark = arena_mark(&places->memory);

        prepare(places, volume);
        error = volume_open(volume, disk, &partitions[i], &places->memory);
        if (error) {
            arena_release(&places->memory, mark);
            continue;
        }
        places->count++;
        log_line(places->log, "places", "%s: partition at %u, FAT%u \"%s\"", disk->name,
                 (unsigned)partitions[i].start, (unsigned)volume->type, volume->label);
        prefer_ours(places);
    }
}

static void open_server(struct places *places)
{
    const char *upload = places->bad_upload ? "" : places->job->upload;
    char name[SERVER_NAME_SIZE], text[64];

    memset(&places->server, 0, sizeof places->server);
    if (!places->server_memory.base) {
        places->server_memory.base = arena_take(places->platform->arena, NETWORK_VOLUME_MEMORY);
        places->server_memory.size = NETWORK_VOLUME_MEMORY;
    }
    places->server_error = ERR(ERR_NO_MEMORY);
    if (!places->server_memory.base)
        return;
    places_server_name(places, name, sizeof name);
    text_format(text, sizeof text, WORD_BUSY_SERVER, name);
    tell(places, text);
    arena_release(&places->server_memory, 0);
    prepare(places, &places->server);
    places->server_error = network_volume_open(&places->server, places->network, places->platform,
                                               upload, &places->server_memory, places->log);
    if (error_class(places->server_error) == ERR_ARGUMENT && !places->bad_upload) {
        places->bad_upload = true;
        open_server(places);
        return;
    }
    if (places->server_error)
        places->server.ops = NULL;
    log_line(places->log, "places", "%s: error %08X", name, (unsigned)places->server_error);
}

/* The network is looked for once; a loader that knows better saves the time. */
static void find_network(struct places *places)
{
    const struct platform *platform = places->platform;

    if (places->network_asked || !platform->find_network || places->job->boot == BOOT_FLOPPY ||
        places->job->boot == BOOT_DISK)
        return;
    places->network_asked = true;
    tell(places, WORD_BUSY_NETWORK);
    places->network = platform->find_network(platform->context);
    if (!places->network)
        log_line(places->log, "places", "not started from a network");
}

static void scan_server(struct places *places, enum places_scan scan)
{
    find_network(places);
    if (!places->network)
        return;
    if (!places->server.ops || scan == SCAN_ALL)
        open_server(places);
    if (!places->server.ops)
        return;
    places->volumes[places->count++] = places->server;
    prefer_ours(places);
}

void places_log_weak_sectors(struct places *places)
{
    for (unsigned i = 0; i < places->platform->disk_count; i++) {
        struct block_device *disk = places->platform->disks[i];

        if (disk->weak_count > 0)
            log_line(places->log, "places", "%s: tried again %u times, the last at sector %u",
                     disk->name, (unsigned)disk->weak_count, (unsigned)disk->weak_lba);
        disk->weak_count = 0;
    }
}

const char *places_disk_name(const struct volume *volume)
{
    return volume->disk ? volume->disk->name : "";
}

/*
 * The volume that the user chose, as far as its id tells. Sticks that were written with the same
 * image share theirs: of those, the one on the same disk.
 */
static unsigned chosen_volume(const struct places *places)
{
    unsigned found = PLACES_NONE;

    for (unsigned i = 0; i < places->count && places->chosen; i++) {
        const struct volume *volume = &places->volumes[i];
        bool same_disk = strcmp(places_disk_name(volume), places->chosen_disk) == 0;

        if (volume->serial == places->chosen && places_keeps(places, volume) &&
            (found == PLACES_NONE || same_disk))
            found = i;
    }
    return found;
}

/* What the user chose comes first, as long as it is there; then ours. */
static void choose_target(struct places *places)
{
    places->target = chosen_volume(places);
    if (places->target == PLACES_NONE && places->chosen_floppy[0])
        places->target = places_on_floppy(places, places->chosen_floppy);
    if (places->target == PLACES_NONE && places->ours)
        places->target = 0;
}

void places_scan(struct places *places, enum places_scan scan)
{
    struct platform *platform = places->platform;

    places_log_weak_sectors(places);
    tell(places, WORD_BUSY_DISKS);
    if (scan != SCAN_KNOWN && platform->rescan_disks)
        platform->rescan_disks(platform->context);
    places->count = 0;
    places->rank = 0;
    places->ours = places->nowhere = false;
    places->error = 0;
    arena_release(&places->memory, 0);
    /* Disks that we came from first: a full list must not lack them. */
    for (unsigned i = 0; i < 2 * platform->disk_count; i++) {
        struct block_device *disk = platform->disks[i % platform->disk_count];

        if (disk->boot == (i < platform->disk_count))
            scan_disk(places, disk, DISK_PLACES);
    }
    if (places->image.bytes)
        scan_disk(places, &places->image.device, places->count + 1);
    scan_server(places, scan);
    choose_target(places);
    places_count_free(places);
    places->scanned = true;
    log_line(places->log, "places", "%u volumes, %s", places->count,
             places->ours ? "the first is ours" : "none of them is ours");
}

void places_upload_changed(struct places *places)
{
    if (!places->network)
        return;
    places->server.ops = NULL;
    places_scan(places, SCAN_KNOWN);
}

/* ---- where to save ---- */

struct volume *places_target(struct places *places)
{
    return places->target < places->count ? &places->volumes[places->target] : NULL;
}

void places_choose(struct places *places, unsigned index)
{
    const struct volume *volume = &places->volumes[index];

    if (index >= places->count || !places_keeps(places, volume))
        return;
    places->target = index;
    places->nowhere = false;
    places->chosen = volume->serial;
    text_copy(places->chosen_disk, sizeof places->chosen_disk, places_disk_name(volume));
    places->chosen_floppy[0] = '\0';
    if (places_kind(places, volume) == PLACE_FLOPPY) {
        places->chosen = 0;
        text_copy(places->chosen_floppy, sizeof places->chosen_floppy, volume->disk->name);
    }
    places_count_free(places);
}

void places_count_free(struct places *places)
{
    struct volume *volume = places_target(places);

    places->free_known = volume && !volume->network && volume->cluster_count <= COUNTED_CLUSTERS &&
                         volume_free_bytes(volume, &places->free_bytes) == 0;
}

unsigned places_on_floppy(const struct places *places, const char *drive)
{
    for (unsigned i = 0; i < places->count; i++) {
        const struct volume *volume = &places->volumes[i];

        if (places_kind(places, volume) == PLACE_FLOPPY && strcmp(volume->disk->name, drive) == 0)
            return i;
    }
    return PLACES_NONE;
}

/* ---- words ---- */

void places_server_name(const struct places *places, char *text, size_t size)
{
    const uint8_t *address =
        places->server.ops ? places->server.network->upload.address : places->network->server;

    text_format(text, size, WORD_SERVER, address[0], address[1], address[2], address[3]);
}

void places_label(const struct places *places, const struct volume *volume, char *text, size_t size)
{
    const char *name;

    switch (places_kind(places, volume)) {
    case PLACE_SERVER:
        places_server_name(places, text, size);
        return;
    case PLACE_FLOPPY:
    case PLACE_MEMORY:
        name = volume->disk->name;
        break;
    default:
        name = volume->label[0] ? volume->label : volume->disk->name;
    }
    text_copy(text, size, name[0] ? name : WORD_VOLUME_UNNAMED);
}

void places_name(const struct places *places, const struct volume *volume, char *text, size_t size)
{
    if (places->ours && volume == &places->volumes[0] && places_kind(places, volume) == PLACE_DISK)
        text_copy(text, size, WORD_THE_STICK);
    else
        places_label(places, volume, text, size);
}

void places_size_text(uint64_t bytes, char *text, size_t size)
{
    uint32_t kib = (uint32_t)(bytes >> 10);

    if (bytes >> 10 > UINT32_MAX || kib >= 10u << 20)
        text_format(text, size, "%u GiB", (unsigned)(bytes >> 30));
    else if (kib >= 1u << 20)
        text_format(text, size, "%u.%u GiB", (unsigned)(kib >> 20),
                    (unsigned)((kib & 0xFFFFF) * 10 >> 20));
    else if (kib >= 10u << 10)
        text_format(text, size, "%u MiB", (unsigned)(kib >> 10));
    else
        text_format(text, size, "%u KiB", (unsigned)kib);
}

void places_volume_size(const struct volume *volume, char *text, size_t size)
{
    text[0] = '\0';
    if (!volume->network)
        places_size_text((uint64_t)volume->cluster_count * volume->sectors_per_cluster *
                             volume->sector_size,
                         text, size);
}

static struct block_device *floppy_drive(const struct places *places, const char *name)
{
    const struct platform *platform = places->platform;

    for (unsigned i = 0; i < platform->disk_count; i++) {
        struct block_device *disk = platform->disks[i];

        if (is_floppy(disk) && (!name[0] || strcmp(disk->name, name) == 0))
            return disk;
    }
    return NULL;
}

const char *places_floppy_drive(const struct places *places)
{
    const struct block_device *disk = NULL;

    if (places->chosen_floppy[0] || places->job->boot == BOOT_FLOPPY)
        disk = floppy_drive(places, places->chosen_floppy);
    return disk ? disk->name : "";
}

static void target_title(const struct places *places, char *text, size_t size)
{
    const struct volume *volume = &places->volumes[places->target];
    enum place_kind kind = places_kind(places, volume);
    char label[28], name[40], room[16];

    places_label(places, volume, label, sizeof label);
    text_format(name, sizeof name, kind == PLACE_DISK ? WORD_PLACE_STICK : "%s", label);
    if (kind == PLACE_SERVER) {
        text_copy(text, size, name);
        return;
    }
    if (places->free_known)
        places_size_text(places->free_bytes, room, sizeof room);
    else
        places_volume_size(volume, room, sizeof room);
    text_format(text, size, places->free_known ? WORD_PLACE_FREE : WORD_PLACE_SIZE, name, room);
}

/* Nothing is ours: how many places there are that could be chosen. */
static void foreign_title(const struct places *places, char *text, size_t size)
{
    unsigned count = 0;

    for (unsigned i = 0; i < places->count; i++)
        count += places_keeps(places, &places->volumes[i]);
    text_format(text, size,
                count > 1       ? WORD_OTHER_VOLUMES
                : count == 1    ? WORD_OTHER_VOLUME
                : places->count ? WORD_NO_PLACE
                                : WORD_NO_STICK,
                count);
}

void places_title(const struct places *places, char *text, size_t size)
{
    char name[SERVER_NAME_SIZE];

    if (!places->scanned) {
        text_copy(text, size, WORD_PLACE_LOOKING);
    } else if (places->target < places->count) {
        target_title(places, text, size);
    } else if (places->network && !places->server.ops) {
        places_server_name(places, name, sizeof name);
        text_format(text, size, WORD_PLACE_SILENT, name);
    } else if (places_floppy_drive(places)[0]) {
        text_format(text, size, WORD_NO_FLOPPY, places_floppy_drive(places));
    } else {
        foreign_title(places, text, size);
    }
}

/* The sentence for an error of a medium or a server; NULL: the class's own words will do. */
static const char *sentence(enum place_kind kind, enum error_class class, bool writing)
{
    bool floppy = kind == PLACE_FLOPPY, server = kind == PLACE_SERVER;

    switch (class) {
    case ERR_IO:
        return server ? WORD_AT_CARD : writing ? WORD_AT_WRITE : WORD_AT_READ;
    case ERR_NO_MEDIA:
        return floppy ? WORD_AT_EMPTY : WORD_AT_GONE;
    case ERR_MEDIA_CHANGED:
        return WORD_AT_CHANGED;
    case ERR_WRITE_PROTECTED:
        return floppy ? WORD_AT_PROTECTED_FLOPPY : WORD_AT_PROTECTED;
    case ERR_FULL:
        return WORD_AT_FULL;
    case ERR_BAD_VOLUME:
        return WORD_AT_BAD_VOLUME;
    case ERR_NO_ANSWER:
        return WORD_AT_NO_ANSWER;
    case ERR_SERVER_REFUSED:
        return writing ? WORD_AT_REFUSED : WORD_AT_REFUSED_READ;
    case ERR_NOT_FOUND: /* of the folder upload/ */
        return server && writing ? WORD_AT_REFUSED : NULL;
    case ERR_VERIFY:
        return WORD_AT_DIFFERS;
    default:
        return NULL;
    }
}

/* Puts the place's name into a sentence, and the bad sector where the error is of a disk. */
static void fill_sentence(const char *format, const struct block_device *disk, const char *name,
                          err_t error, char *text, size_t size)
{
    if (!format)
        text_copy(text, size, words_error(error));
    else if (error_class(error) == ERR_IO && disk)
        text_format(text, size, format, (unsigned)disk->bad_lba, name);
    else
        text_format(text, size, format, name);
    text[0] = text_upper(text[0]);
}

void places_error_text(const struct places *places, const struct volume *volume, err_t error,
                       bool writing, char *text, size_t size)
{
    enum error_class class = error_class(error);
    const char *format = NULL;
    char name[40];

    if (volume) {
        places_name(places, volume, name, sizeof name);
        format = sentence(places_kind(places, volume), class, writing);
    } else if (places->network && !places->server.ops) {
        places_server_name(places, name, sizeof name);
        format = sentence(PLACE_SERVER, error_class(places->server_error), writing);
    } else if (class == ERR_NO_MEDIA) {
        text_copy(text, size, WORD_AT_NOWHERE);
        return;
    }
    fill_sentence(format, volume ? volume->disk : NULL, name, error, text, size);
}

static void disk_text(const struct block_device *disk, err_t error, char *text, size_t size)
{
    enum place_kind kind = is_floppy(disk) ? PLACE_FLOPPY : PLACE_DISK;

    fill_sentence(sentence(kind, error_class(error), false), disk, disk->name, error, text, size);
}

void places_disk_text(const struct places *places, char *text, size_t size)
{
    disk_text(places->error_disk, places->error, text, size);
}

void places_floppy_text(const struct places *places, const char *drive, char *text, size_t size)
{
    struct block_device *disk = floppy_drive(places, drive);
    struct partition partition;
    err_t error = 0;

    if (!disk) {
        text_format(text, size, WORD_AT_GONE, drive);
        return;
    }
    if (partition_list(disk, &partition, 1, &error) == 0 && !error)
        error = ERR(ERR_BAD_VOLUME);
    disk_text(disk, error, text, size);
}

/* ---- reading ---- */

err_t places_load(struct volume *volume, const char *path, uint8_t *bytes, uint32_t limit,
                  uint32_t *size, bool (*progress)(void *context, uint32_t done), void *context)
{
    struct file_info info;
    uint32_t moved = 0;
    err_t error = volume_stat(volume, path, &info);

    *size = 0;
    if (error)
        return error;
    if (info.folder)
        return ERR(ERR_NOT_FOUND);
    *size = info.size;
    if (info.size > limit)
        return ERR(ERR_TOO_BIG);
    error = volume_read(volume, path, 0, bytes, info.size, &moved, progress, context);
    if (!error && moved != info.size)
        error = ERR(ERR_IO);
    return error;
}
