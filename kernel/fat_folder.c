/* FAT: folder entries and paths. */
#define ERROR_MODULE MODULE_FAT_FOLDER

#include "kernel/fat.h"

#include "kernel/lib/little_endian.h"
#include "kernel/lib/string.h"
#include "kernel/lib/text.h"

uint32_t fat_root(const struct volume *volume)
{
    return volume->type == FAT32 ? volume->root_cluster : 0;
}

err_t fat_walk_start(struct volume *volume, uint32_t folder, struct fat_walk *walk)
{
    bool fixed_root = folder == 0 && volume->type != FAT32;

    memset(walk, 0, sizeof *walk);
    if (!fixed_root && !fat_is_cluster(volume, folder))
        return ERR(ERR_BAD_VOLUME);
    walk->cluster = folder;
    walk->sector = fixed_root ? volume->root_start : fat_cluster_sector(volume, folder);
    return 0;
}

err_t fat_walk_slot(struct volume *volume, const struct fat_walk *walk, uint8_t **slot)
{
    err_t error;

    *slot = NULL;
    if (walk->ended)
        return 0;
    error = fat_window(volume, walk->sector);
    if (!error)
        *slot = volume->window + walk->offset;
    return error;
}

/* To the next sector of the folder; the walk ends on the folder's last cluster. */
static err_t next_sector(struct volume *volume, struct fat_walk *walk)
{
    uint32_t next;
    err_t error;

    walk->sector++;
    if (walk->cluster == 0) {
        walk->ended = walk->sector >= volume->root_start + volume->root_sectors;
        return 0;
    }
    if ((walk->sector - volume->data_start) % volume->sectors_per_cluster != 0)
        return 0;
    error = fat_next(volume, walk->cluster, &next);
    if (error)
        return error;
    if (next == 0) {
        walk->ended = true;
        return 0;
    }
    walk->cluster = next;
    walk->sector = fat_cluster_sector(volume, next);
    return 0;
}

err_t fat_walk_step(struct volume *volume, struct fat_walk *walk)
{
    walk->number++;
    walk->offset += ENTRY_SIZE;
    if (walk->offset < volume->sector_size)
        return 0;
    walk->offset = 0;
    /* A chain that runs in a circle ends here, too. */
    if (walk->number >= FOLDER_ENTRIES_MOST) {
        walk->ended = true;
        return 0;
    }
    return next_sector(volume, walk);
}

static void read_time(const uint8_t *entry, struct calendar_time *time)
{
    uint16_t date = little16(entry + ENTRY_WRITE_DATE);
    uint16_t clock = little16(entry + ENTRY_WRITE_TIME);

    memset(time, 0, sizeof *time);
    if (date == 0)
        return;
    time->year = (uint16_t)(1980 + (date >> 9));
    time->month = date >> 5 & 15;
    time->day = date & 31;
    time->hour = (uint8_t)(clock >> 11);
    time->minute = clock >> 5 & 63;
    time->second = (uint8_t)((clock & 31) * 2);
}

/* Fills all but the long name. */
static void read_entry(const struct volume *volume, const uint8_t *slot, struct fat_entry *entry)
{
    uint8_t attributes = slot[ENTRY_ATTRIBUTES];

    fat_short_text(slot, false, entry->info.short_name);
    fat_short_text(slot, true, entry->info.name);
    entry->info.folder = attributes & ATTRIBUTE_FOLDER;
    entry->info.read_only = attributes & ATTRIBUTE_READ_ONLY;
    entry->info.hidden = attributes & ATTRIBUTE_HIDDEN;
    entry->info.size = entry->info.folder ? 0 : little32(slot + ENTRY_FILE_SIZE);
    read_time(slot, &entry->info.time);
    entry->cluster = little16(slot + ENTRY_CLUSTER_LOW);
    if (volume->type == FAT32)
        entry->cluster |= (uint32_t)little16(slot + ENTRY_CLUSTER_HIGH) << 16;
}

err_t fat_walk_entry(struct volume *volume, struct fat_walk *walk, struct fat_entry *entry,
                     bool *found)
{
    struct fat_long_name name = {.started = false};

    for (*found = false; !*found;) {
        uint8_t *slot;
        uint8_t attributes;
        err_t error = fat_walk_slot(volume, walk, &slot);

        if (error || !slot || slot[ENTRY_NAME] == ENTRY_END)
            return error;
        attributes = slot[ENTRY_ATTRIBUTES] & ATTRIBUTE_MASK;
        if (slot[ENTRY_NAME] == ENTRY_DELETED) {
            name.started = false;
        } else if (attributes == ATTRIBUTE_LONG_NAME) {
            fat_long_name_add(&name, slot);
        } else if (attributes & ATTRIBUTE_LABEL) {
            name.started = false;
        } else {
            read_entry(volume, slot, entry);
            entry->sector = walk->sector;
            entry->offset = walk->offset;
            if (fat_long_name_fits(&name, slot))
                text_copy(entry->info.name, sizeof entry->info.name, name.text);
            *found = true;
        }
        error = fat_walk_step(volume, walk);
        if (error)
            return error;
    }
    return 0;
}

err_t fat_find(struct volume *volume, uint32_t folder, const char *name, struct fat_entry *entry)
{
    struct fat_walk walk;
    struct fat_entry here;
    unsigned long_matches = 0;
    err_t error = fat_walk_start(volume, folder, &walk);

    while (!error) {
        bool found;

        error = fat_walk_entry(volume, &walk, &here, &found);
        if (error || !found)
            break;
        if (text_equal_ignoring_case(here.info.short_name, name)) {
            *entry = here;
            return 0;
        }
        if (text_equal_ignoring_case(here.info.name, name)) {
            *entry = here;
            long_matches++;
        }
    }
    if (!error && long_matches != 1)
        error = ERR(ERR_NOT_FOUND);
    return error;
}

static bool is_separator(char letter)
{
    return letter == '\\' || letter == '/';
}

/* Copies the path's next part and moves behind it and the separators that follow. */
static err_t next_part(const char **path, char name[VOLUME_NAME_MAX + 1])
{
    size_t length = 0;

    for (; **path && !is_separator(**path); (*path)++) {
        if (length >= VOLUME_NAME_MAX)
            return ERR(ERR_BAD_NAME);
        name[length++] = **path;
    }
    name[length] = '\0';
    while (is_separator(**path))
        (*path)++;
    return 0;
}

static err_t enter_folder(struct volume *volume, uint32_t *folder, const char *name)
{
    struct fat_entry entry;
    err_t error = fat_find(volume, *folder, name, &entry);

    if (error)
        return error;
    if (!entry.info.folder)
        return ERR(ERR_NOT_FOUND);
    if (entry.cluster == 0 && strcmp(entry.info.short_name, "..") != 0)
        return ERR(ERR_BAD_VOLUME);
    /* '..' in a folder of the root says 0 even on FAT32 ([FAT] "FAT Directory Structure"). */
    *folder = entry.cluster ? entry.cluster : fat_root(volume);
    return 0;
}

err_t fat_path(struct volume *volume, const char *path, uint32_t *folder,
               char name[VOLUME_NAME_MAX + 1])
{
    const char *rest = path;
    err_t error;

    if (strlen(path) > VOLUME_PATH_MAX)
        return ERR(ERR_BAD_NAME);
    while (is_separator(*rest))
        rest++;
    *folder = fat_root(volume);
    error = next_part(&rest, name);
    while (!error && *rest) {
        error = enter_folder(volume, folder, name);
        if (!error)
            error = next_part(&rest, name);
    }
    return error;
}

err_t fat_lookup(struct volume *volume, const char *path, struct fat_entry *entry)
{
    char name[VOLUME_NAME_MAX + 1];
    uint32_t folder;
    err_t error = fat_path(volume, path, &folder, name);

    if (error)
        return error;
    if (name[0])
        return fat_find(volume, folder, name, entry);
    memset(entry, 0, sizeof *entry);
    entry->info.folder = true;
    entry->cluster = folder;
    return 0;
}

err_t fat_stat(struct volume *volume, const char *path, struct file_info *info)
{
    struct fat_entry entry;
    err_t error = fat_begin(volume);

    if (!error)
        error = fat_lookup(volume, path, &entry);
    if (!error)
        *info = entry.info;
    return error;
}

static bool is_dots(const struct file_info *info)
{
    return strcmp(info->short_name, ".") == 0 || strcmp(info->short_name, "..") == 0;
}

err_t fat_list(struct volume *volume, const char *path,
               bool (*each)(void *context, const struct file_info *info), void *context)
{
    char name[VOLUME_NAME_MAX + 1];
    struct fat_walk walk;
    struct fat_entry entry;
    uint32_t folder;
    bool found = true;
    err_t error = fat_begin(volume);

    if (!error)
        error = fat_path(volume, path, &folder, name);
    if (!error && name[0])
        error = enter_folder(volume, &folder, name);
    if (!error)
        error = fat_walk_start(volume, folder, &walk);
    while (!error && found) {
        error = fat_walk_entry(volume, &walk, &entry, &found);
        if (!error && found && !is_dots(&entry.info) && !each(context, &entry.info))
            break;
    }
    return error;
}
