/* FAT: reading files. */
#define ERROR_MODULE MODULE_FAT_FILE

#include "kernel/fat.h"

#include "kernel/lib/string.h"

/* Brings stream->cluster to the one that holds the position. Chains are as long as the file at
 * least, so the number of steps is bounded by the file's size. */
static err_t seek(struct volume *volume, struct fat_stream *stream)
{
    uint32_t wanted = stream->position / fat_cluster_bytes(volume);

    if (stream->cluster == 0 || stream->index > wanted) {
        stream->cluster = stream->first;
        stream->index = 0;
    }
    for (; stream->index < wanted; stream->index++) {
        err_t error = fat_next(volume, stream->cluster, &stream->cluster);

        if (error)
            return error;
    }
    return fat_is_cluster(volume, stream->cluster) ? 0 : ERR(ERR_BAD_VOLUME);
}

/* How many sectors from the position on lie behind each other on the disk, `wanted` at most. */
static err_t run_length(struct volume *volume, const struct fat_stream *stream, uint32_t wanted,
                        uint32_t *length)
{
    uint32_t inside = stream->position % fat_cluster_bytes(volume) / volume->sector_size;
    uint32_t cluster = stream->cluster;

    *length = volume->sectors_per_cluster - inside;
    while (*length < wanted) {
        uint32_t next;
        err_t error = fat_next(volume, cluster, &next);

        if (error)
            return error;
        if (next != cluster + 1)
            return 0;
        cluster = next;
        *length += volume->sectors_per_cluster;
    }
    *length = wanted;
    return 0;
}

/* The part of one sector, through the window. */
static err_t read_part(struct volume *volume, uint32_t sector, uint32_t offset, void *bytes,
                       uint32_t size, uint32_t *moved)
{
    err_t error = fat_window(volume, sector);

    if (error)
        return error;
    *moved = volume->sector_size - offset < size ? volume->sector_size - offset : size;
    memcpy(bytes, volume->window + offset, *moved);
    return 0;
}

err_t fat_stream_read(struct volume *volume, struct fat_stream *stream, void *bytes, uint32_t size,
                      uint32_t *moved)
{
    uint32_t inside = stream->position % fat_cluster_bytes(volume);
    uint32_t offset = inside % volume->sector_size;
    uint32_t sectors = (size < FAT_RUN_BYTES ? size : FAT_RUN_BYTES) / volume->sector_size;
    uint32_t start;
    err_t error = seek(volume, stream);

    if (error)
        return error;
    start = fat_cluster_sector(volume, stream->cluster) + inside / volume->sector_size;
    if (offset || sectors == 0) {
        error = read_part(volume, start, offset, bytes, size, moved);
    } else {
        error = run_length(volume, stream, sectors, &sectors);
        if (!error)
            error = fat_read(volume, start, sectors, bytes);
        *moved = sectors * volume->sector_size;
    }
    if (!error)
        stream->position += *moved;
    return error;
}

err_t fat_read_file(struct volume *volume, const char *path, uint32_t offset, void *bytes,
                    uint32_t size, uint32_t *moved, bool (*progress)(void *context, uint32_t done),
                    void *context)
{
    struct fat_entry entry;
    struct fat_stream stream = {.position = offset};
    uint32_t wanted;
    err_t error = fat_begin(volume);

    *moved = 0;
    if (!error)
        error = fat_lookup(volume, path, &entry);
    if (error)
        return error;
    if (entry.info.folder)
        return ERR(ERR_NOT_FOUND);
    if (entry.info.size > (uint64_t)volume->cluster_count * fat_cluster_bytes(volume))
        return ERR(ERR_BAD_VOLUME);
    stream.first = entry.cluster;
    wanted = offset < entry.info.size ? entry.info.size - offset : 0;
    if (wanted > size)
        wanted = size;
    while (*moved < wanted) {
        uint32_t part;

        error = fat_stream_read(volume, &stream, (uint8_t *)bytes + *moved, wanted - *moved, &part);
        if (error)
            return error;
        *moved += part;
        if (progress && !progress(context, *moved))
            return ERR(ERR_ABORTED);
    }
    return 0;
}
