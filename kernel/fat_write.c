/*
 * FAT: writing files.
 *
 * One way for creating, replacing and appending: a whole new chain, then one sector write that
 * makes the folder entry point to it, then the old chain is freed. kernel/volume.h tells what a
 * power cut can leave.
 */
#define ERROR_MODULE MODULE_FAT_WRITE

#include "kernel/fat.h"

#include "kernel/lib/little_endian.h"
#include "kernel/lib/string.h"

/* What a file is going to hold: `old_left` bytes of a chain, then `left` new ones. */
struct content {
    struct fat_stream old;
    uint32_t old_left;
    const uint8_t *bytes;
    uint32_t left;
};

/* One call's work. */
struct job_of_writing {
    uint32_t folder;
    bool exists;
    struct fat_entry old; /* when it exists */
    uint8_t name[11];     /* when it doesn't */
    uint32_t slot_sector, slot_offset;
    uint32_t grow_cluster; /* last cluster of a full folder, 0 = there was a free slot */
    struct content content;
    uint32_t size;
    uint32_t file_clusters;
    struct fat_plan plan; /* the file's clusters, and behind them one for the folder */
    uint32_t first;       /* first cluster of the new chain, 0 for an empty file */
};

/* Sectors that are written by one call. */
struct batch {
    uint32_t sector, count;
};

static err_t take_content(struct volume *volume, struct content *content, uint8_t *to,
                          uint32_t size)
{
    while (content->old_left && size) {
        uint32_t part = content->old_left < size ? content->old_left : size;
        err_t error = fat_stream_read(volume, &content->old, to, part, &part);

        if (error)
            return error;
        content->old_left -= part;
        to += part;
        size -= part;
    }
    if (size) { /* a caller may have no bytes at all */
        memcpy(to, content->bytes, size);
        content->bytes += size;
        content->left -= size;
    }
    return 0;
}

static uint32_t content_left(const struct content *content)
{
    return content->old_left + content->left;
}

/* Writes the batch with the next bytes of the content, zeros behind its end. */
static err_t write_batch(struct volume *volume, struct content *content, struct batch *batch)
{
    uint32_t size = batch->count * volume->sector_size;
    uint32_t used = content_left(content) < size ? content_left(content) : size;
    uint32_t count = batch->count;
    err_t error;

    batch->count = 0;
    if (count == 0)
        return 0;
    /* Nothing points to the data yet: to stop here leaves everything as it was. */
    if (volume->keep_waiting && !volume->keep_waiting(volume->waiting_context))
        return ERR(ERR_ABORTED);
    error = take_content(volume, content, volume->chunk, used);
    if (error)
        return error;
    memset(volume->chunk + used, 0, size - used);
    return fat_write(volume, batch->sector, count, volume->chunk);
}

/*
 * Whether the batch shall be written before `sector` is added: the sector starts a track that does
 * not fit any more as a whole, and on a floppy each part of a track costs a whole turn.
 */
static bool ends_with_track(const struct volume *volume, const struct batch *batch, uint32_t sector)
{
    uint32_t track = volume->disk->track_sectors;
    uint64_t place = volume->partition.start + (uint64_t)sector * volume->disk_sectors;

    return track != 0 && place % track == 0 &&
           batch->count * volume->disk_sectors + track >
               FAT_CHUNK_BYTES / volume->disk->sector_size;
}

/* Adds a sector to the batch, after writing those that it does not follow. */
static err_t add_sector(struct volume *volume, struct content *content, struct batch *batch,
                        uint32_t sector)
{
    if (batch->count == 0 || batch->sector + batch->count != sector ||
        batch->count >= FAT_CHUNK_BYTES / volume->sector_size ||
        ends_with_track(volume, batch, sector)) {
        err_t error = write_batch(volume, content, batch);

        if (error)
            return error;
        batch->sector = sector;
    }
    batch->count++;
    return 0;
}

/* Writes the file's data into the planned clusters; nothing points to them yet. */
static err_t write_data(struct volume *volume, struct job_of_writing *job)
{
    uint32_t sectors = job->size / volume->sector_size + (job->size % volume->sector_size ? 1 : 0);
    uint32_t cluster = job->plan.first;
    struct batch batch = {0, 0};

    while (sectors > 0) {
        uint32_t start = fat_cluster_sector(volume, cluster);
        err_t error = 0;

        for (uint32_t i = 0; !error && i < volume->sectors_per_cluster && sectors > 0; i++) {
            error = add_sector(volume, &job->content, &batch, start + i);
            sectors--;
        }
        if (!error && sectors > 0)
            error = fat_next_free(volume, &cluster, true);
        if (error)
            return error;
    }
    return write_batch(volume, &job->content, &batch);
}

static uint16_t dos_date(const struct calendar_time *time)
{
    if (time->year < 1980 || time->year > 2107)
        return 1 << 5 | 1; /* the first day there is: a date is required, a zero is no date */
    return (uint16_t)((time->year - 1980) << 9 | time->month << 5 | time->day);
}

static uint16_t dos_time(const struct calendar_time *time)
{
    return (uint16_t)(time->hour << 11 | time->minute << 5 | time->second / 2);
}

/* Fills in or brings up to date an entry's 32 bytes. */
static void make_entry(const struct volume *volume, const struct job_of_writing *job,
                       uint8_t *entry)
{
    struct calendar_time time = {0};

    if (volume->date)
        volume->date(volume->date_context, &time);
    if (!job->exists) {
        memset(entry, 0, ENTRY_SIZE);
        memcpy(entry, job->name, sizeof job->name);
        put_little16(entry + ENTRY_CREATED_TIME, dos_time(&time));
        put_little16(entry + ENTRY_CREATED_DATE, dos_date(&time));
    }
    entry[ENTRY_ATTRIBUTES] |= ATTRIBUTE_ARCHIVE;
    put_little16(entry + ENTRY_ACCESS_DATE, dos_date(&time));
    put_little16(entry + ENTRY_WRITE_TIME, dos_time(&time));
    put_little16(entry + ENTRY_WRITE_DATE, dos_date(&time));
    put_little16(entry + ENTRY_CLUSTER_LOW, (uint16_t)job->first);
    if (volume->type == FAT32)
        put_little16(entry + ENTRY_CLUSTER_HIGH, (uint16_t)(job->first >> 16));
    put_little32(entry + ENTRY_FILE_SIZE, job->size);
}

/* The folder's new cluster: the file's entry, then free ones. Nothing points to it yet. */
static err_t write_folder_cluster(struct volume *volume, const struct job_of_writing *job)
{
    uint32_t sector = fat_cluster_sector(volume, job->plan.last);
    err_t error = 0;

    memset(volume->chunk, 0, volume->sector_size);
    make_entry(volume, job, volume->chunk);
    for (uint32_t i = 0; !error && i < volume->sectors_per_cluster; i++) {
        error = fat_write(volume, sector + i, 1, volume->chunk);
        memset(volume->chunk, 0, ENTRY_SIZE);
    }
    return error;
}

/*
 * Writes the chain into the FAT, its end first: whatever part of it a power cut leaves on the disk
 * is a chain of taken clusters with an end, not one that leads into clusters that others may get.
 */
static err_t write_chain(struct volume *volume, const struct job_of_writing *job)
{
    uint32_t cluster = job->plan.last;
    uint32_t next = FAT_END;

    for (uint32_t left = job->plan.count; left > 0; left--) {
        err_t error = fat_set(volume, cluster, next);

        next = left > job->file_clusters ? FAT_END : cluster;
        if (!error && left > 1)
            error = fat_next_free(volume, &cluster, false);
        if (error)
            return error;
    }
    volume->next_free = job->plan.count ? job->plan.last : volume->next_free;
    if (volume->free_count != UINT32_MAX)
        volume->free_count = volume->free_count < job->plan.count
                                 ? UINT32_MAX
                                 : volume->free_count - job->plan.count;
    return fat_flush(volume);
}

/* The write that makes the new content the file's content. */
static err_t switch_entry(struct volume *volume, const struct job_of_writing *job)
{
    err_t error;

    if (job->grow_cluster) {
        error = fat_set(volume, job->grow_cluster, job->plan.last);
        return error ? error : fat_flush(volume);
    }
    error = fat_window(volume, job->slot_sector);
    if (error)
        return error;
    make_entry(volume, job, volume->window + job->slot_offset);
    error = fat_write(volume, job->slot_sector, 1, volume->window);
    volume->window_valid = !error;
    return error;
}

/*
 * Entries behind the folder's end mark should all be zeros, yet some formatters leave old bytes
 * there. When the mark is about to be used, the next entry must be one.
 */
static err_t move_end_mark(struct volume *volume, struct fat_walk walk)
{
    uint8_t *slot;
    err_t error = fat_walk_step(volume, &walk);

    if (!error)
        error = fat_walk_slot(volume, &walk, &slot);
    if (error || !slot || slot[ENTRY_NAME] == ENTRY_END)
        return error;
    slot[ENTRY_NAME] = ENTRY_END;
    error = fat_write(volume, walk.sector, 1, volume->window);
    volume->window_valid = !error;
    return error;
}

/*
 * Finds room for one entry, or where the folder can grow. The root of FAT12/16 can't; nor can a
 * folder whose last FAT entry lies in two sectors (FAT12), because its end can't be moved in one
 * write.
 */
static err_t find_slot(struct volume *volume, struct job_of_writing *job)
{
    struct fat_walk walk;
    uint8_t *slot;
    err_t error = fat_walk_start(volume, job->folder, &walk);

    while (!error) {
        error = fat_walk_slot(volume, &walk, &slot);
        if (error)
            break;
        if (!slot) {
            if (walk.cluster == 0 || walk.number >= FOLDER_ENTRIES_MOST ||
                fat_straddles(volume, walk.cluster))
                return ERR(ERR_FULL);
            job->grow_cluster = walk.cluster;
            return 0;
        }
        job->slot_sector = walk.sector;
        job->slot_offset = walk.offset;
        if (slot[ENTRY_NAME] == ENTRY_END)
            return move_end_mark(volume, walk);
        if (slot[ENTRY_NAME] == ENTRY_DELETED)
            return 0;
        error = fat_walk_step(volume, &walk);
    }
    return error;
}

/*
 * Whether the FAT can be trusted with our data: its first entry is what every formatter puts there
 * ([FAT] "FAT Data Structure": all ones but for the media byte), and it knows the root folder and
 * the file's folder as taken. Otherwise "free" clusters may be other people's files.
 */
static err_t check_fat(struct volume *volume, uint32_t folder)
{
    uint32_t least = volume->type == FAT32 ? 0x0FFFFF00 : volume->type == FAT16 ? 0xFF00 : 0xF00;
    uint32_t value;
    err_t error = fat_get(volume, 0, &value);

    if (!error && value < least)
        error = ERR(ERR_BAD_VOLUME);
    if (!error)
        error = fat_check_chain(volume, fat_root(volume), 0);
    return error ? error : fat_check_chain(volume, folder, 0);
}

/* What there is under this name, and whether this way of writing may touch it. */
static err_t look_up(struct volume *volume, struct job_of_writing *job, const char *path,
                     enum volume_write_mode mode)
{
    char name[VOLUME_NAME_MAX + 1];
    err_t error = fat_path(volume, path, &job->folder, name);

    if (!error)
        error = check_fat(volume, job->folder);
    if (error)
        return error;
    error = fat_find(volume, job->folder, name, &job->old);
    if (error_class(error) == ERR_NOT_FOUND)
        return fat_short_name(name, job->name) ? find_slot(volume, job) : ERR(ERR_BAD_NAME);
    if (error)
        return error;
    if (mode == VOLUME_CREATE || job->old.info.folder)
        return ERR(ERR_EXISTS);
    if (job->old.info.read_only)
        return ERR(ERR_REFUSED);
    job->exists = true;
    job->slot_sector = job->old.sector;
    job->slot_offset = job->old.offset;
    return fat_check_chain(volume, job->old.cluster, job->old.info.size);
}

static err_t plan_clusters(struct volume *volume, struct job_of_writing *job)
{
    uint32_t bytes = fat_cluster_bytes(volume);

    job->file_clusters = job->size / bytes + (job->size % bytes ? 1 : 0);
    job->plan.count = job->file_clusters + (job->grow_cluster ? 1 : 0);
    if (job->plan.count) {
        err_t error = fat_plan(volume, job->plan.count, &job->plan);

        if (error)
            return error;
    }
    job->first = job->file_clusters ? job->plan.first : 0;
    return 0;
}

static err_t carry_out(struct volume *volume, struct job_of_writing *job)
{
    err_t error = plan_clusters(volume, job);

    if (!error)
        error = write_data(volume, job);
    if (!error && job->grow_cluster)
        error = write_folder_cluster(volume, job);
    if (!error)
        error = write_chain(volume, job);
    if (!error)
        error = switch_entry(volume, job);
    if (!error && job->exists && job->old.cluster)
        error = fat_free_chain(volume, job->old.cluster);
    if (!error)
        error = fat_info_write(volume);
    return error;
}

err_t fat_write_file(struct volume *volume, const char *path, enum volume_write_mode mode,
                     const void *bytes, uint32_t size)
{
    struct job_of_writing job = {.exists = false};
    err_t error = fat_begin(volume);

    if (!error)
        error = fat_info_read(volume);
    if (!error)
        error = look_up(volume, &job, path, mode);
    if (error)
        return error;
    job.content.bytes = bytes;
    job.content.left = size;
    job.size = size;
    if (mode == VOLUME_APPEND && job.exists) {
        if (size > UINT32_MAX - job.old.info.size)
            return ERR(ERR_TOO_BIG);
        job.content.old.first = job.old.cluster;
        job.content.old_left = job.old.info.size;
        job.size += job.old.info.size;
    }
    return carry_out(volume, &job);
}
