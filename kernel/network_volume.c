/* The boot server as a volume. */
#define ERROR_MODULE MODULE_NETWORK_VOLUME

#include "kernel/network_volume.h"

#include "kernel/lib/arena.h"
#include "kernel/lib/little_endian.h"
#include "kernel/lib/string.h"
#include "kernel/lib/text.h"

enum {
    COUNTED_MAX = 4 << 20, /* a file that is read only to know its size */
    PROGRESS_STEP = 32 * 1024,
    BACKUP_LAST = 999999,
    BACKUPS_SHOWN = 16
};

/* ---- names ------------------------------------------------------------------------------------
 */

static bool is_separator(char letter)
{
    return letter == '/' || letter == '\\';
}

/*
 * Copies a path as we send it: '/' between its parts, no empty ones, no "."; `to` may be `path`
 * itself. False: it has a part "..", a control character, a part that is too long, or is too long.
 */
static bool clean_path(const char *path, char to[TFTP_NAME_MAX + 1])
{
    size_t length = 0;

    while (*path) {
        const char *part = path;
        size_t size = 0;

        while (part[size] && !is_separator(part[size])) {
            if ((uint8_t)part[size] < 0x20 || part[size] == 0x7F)
                return false;
            size++;
        }
        path += size + (part[size] != '\0');
        if (size == 2 && part[0] == '.' && part[1] == '.')
            return false;
        if (size == 0 || (size == 1 && part[0] == '.'))
            continue;
        if (size > VOLUME_KEY_MAX || size + 1 > TFTP_NAME_MAX - length)
            return false;
        if (length)
            to[length++] = '/';
        memmove(to + length, part, size);
        length += size;
    }
    to[length] = '\0';
    return true;
}

static bool has_folder(const char *path)
{
    while (*path && *path != '/')
        path++;
    return *path == '/';
}

/* A file that stick and job code write by themselves. */
static bool is_backup(const char *name)
{
    if (strlen(name) != 12 || text_upper(name[0]) != 'B' || text_upper(name[1]) != 'K' ||
        !text_equal_ignoring_case(name + 8, ".BIN"))
        return false;
    for (unsigned i = 2; i < 8; i++) {
        if (name[i] < '0' || name[i] > '9')
            return false;
    }
    return true;
}

static bool is_our_upload(const char *path)
{
    return is_backup(path) || text_equal_ignoring_case(path, "ODDRESC.LOG");
}

/* `before` and `name` in one. ERR_BAD_NAME when that is too long. */
static err_t server_name(const char *before, const char *name, char whole[TFTP_NAME_MAX + 1])
{
    if (text_format(whole, TFTP_NAME_MAX + 1, "%s%s", before, name) > TFTP_NAME_MAX)
        return ERR(ERR_BAD_NAME);
    return 0;
}

/*
 * Where we write when existing files can't be seen: date, time and a number behind the name make it
 * one that nobody has used.
 */
static err_t own_name(struct volume *volume, const char *name, char whole[TFTP_NAME_MAX + 1])
{
    struct network_volume *network = volume->network;
    struct calendar_time time = {0};
    size_t stem = strlen(name), end = stem;

    while (stem > 0 && name[stem] != '.')
        stem--;
    if (stem == 0)
        stem = end;
    if (volume->date)
        volume->date(volume->date_context, &time);
    if (text_format(whole, TFTP_NAME_MAX + 1, "%s%.*s-%04u%02u%02u-%02u%02u%02u-%u%s",
                    network->uploads, (int)stem, name, time.year, time.month, time.day, time.hour,
                    time.minute, time.second, ++network->own_names, name + stem) > TFTP_NAME_MAX)
        return ERR(ERR_BAD_NAME);
    return 0;
}

/* ---- the server, with a line in the log for what went wrong -----------------------------------
 */

/* Whether the server itself said no, as opposed to saying nothing. */
static bool was_refused(err_t error)
{
    enum error_class class = error_class(error);

    return class == ERR_SERVER_REFUSED || class == ERR_EXISTS || class == ERR_FULL;
}

static void log_failure(struct network_volume *network, const char *name, err_t error)
{
    if (!error || error_class(error) == ERR_NOT_FOUND)
        return;
    if (was_refused(error))
        log_line(network->log, "network", "%s: error %08X, the server says %u \"%s\"", name,
                 (unsigned)error, network->tftp.said_code, network->tftp.said);
    else
        log_line(network->log, "network", "%s: error %08X", name, (unsigned)error);
}

static err_t ask_size(struct network_volume *network, struct tftp_server *server, const char *name,
                      uint32_t *size)
{
    err_t error = tftp_size(&network->tftp, server, name, size);

    log_failure(network, name, error);
    return error;
}

static err_t get(struct network_volume *network, struct tftp_server *server, const char *name,
                 uint32_t limit, tftp_take *take, void *context, uint32_t *size)
{
    err_t error = tftp_get(&network->tftp, server, name, limit, take, context, size);

    log_failure(network, name, error);
    return error;
}

/* Where bytes of a file go one behind the other; the limit of tftp_get() is their room. */
static err_t take_into(void *context, const uint8_t *bytes, uint32_t size)
{
    uint8_t **to = context;

    memcpy(*to, bytes, size);
    *to += size;
    return 0;
}

static err_t take_nothing(void *context, const uint8_t *bytes, uint32_t size)
{
    (void)context;
    (void)bytes;
    (void)size;
    return 0;
}

static err_t take_equal(void *context, const uint8_t *bytes, uint32_t size)
{
    const uint8_t **expected = context;

    if (size && memcmp(*expected, bytes, size) != 0) /* an empty file may have no bytes at all */
        return ERR(ERR_VERIFY);
    *expected += size;
    return 0;
}

/* Who is asked whether to go on may have changed since the volume was opened. */
static struct network_volume *begin(struct volume *volume)
{
    struct network_volume *network = volume->network;

    network->tftp.keep_waiting = volume->keep_waiting;
    network->tftp.waiting_context = volume->waiting_context;
    return network;
}

/* ---- the index --------------------------------------------------------------------------------
 */

/* Takes one line of index.txt; its end is already a NUL. */
static void take_line(struct network_volume *network, char *line)
{
    size_t end = strlen(line);

    while (end > 0 && (uint8_t)line[end - 1] <= ' ')
        line[--end] = '\0';
    while (*line == ' ' || *line == '\t')
        line++;
    if (!*line || *line == '#' || network->file_count >= NETWORK_FILES_MAX)
        return;
    if (!clean_path(line, line)) {
        log_line(network->log, "network", "index.txt: \"%.100s\" is no path that can be used",
                 line);
        return;
    }
    if (*line)
        network->files[network->file_count++] =
            (struct network_file){.path = line, .size = VOLUME_SIZE_UNKNOWN};
}

static void take_index(struct network_volume *network, uint32_t size)
{
    char *line = network->text;

    network->text[size] = '\0';
    /* Windows' editors put a byte order mark before UTF-8. */
    if (size >= 3 && memcmp(line, "\xEF\xBB\xBF", 3) == 0)
        line += 3;
    for (char *end = line; end <= network->text + size; end++) {
        if (*end == '\n' || end == network->text + size) {
            *end = '\0';
            take_line(network, line);
            line = end + 1;
        }
    }
    log_line(network->log, "network", "index.txt: %u files%s", network->file_count,
             network->file_count < NETWORK_FILES_MAX ? "" : ", no more can be kept");
}

static err_t read_index(struct network_volume *network)
{
    char name[TFTP_NAME_MAX + 1];
    uint8_t *to = (uint8_t *)network->text;
    uint32_t size = 0;
    err_t error = server_name(network->folder, "index.txt", name);

    if (!error)
        error = get(network, &network->server, name, NETWORK_INDEX_MAX, take_into, &to, &size);
    network->index_error = error;
    if (!error)
        take_index(network, size);
    return error;
}

static struct network_file *find_file(const struct network_volume *network, const char *path)
{
    struct network_file *found = NULL;

    for (unsigned i = 0; i < network->file_count; i++) {
        if (strcmp(network->files[i].path, path) == 0)
            return &network->files[i];
        if (!found && text_equal_ignoring_case(network->files[i].path, path))
            found = &network->files[i];
    }
    return found;
}

/* What stands behind the folder's name in a path; NULL when the path is not in the folder. */
static const char *inside(const char *path, const char *folder)
{
    if (!*folder)
        return path;
    for (; *folder; folder++, path++) {
        if (text_upper(*folder) != text_upper(*path))
            return NULL;
    }
    return *path == '/' ? path + 1 : NULL;
}

static bool is_folder(const struct network_volume *network, const char *path)
{
    bool found = !*path;

    for (unsigned i = 0; !found && i < network->file_count; i++)
        found = inside(network->files[i].path, path) != NULL;
    return found;
}

/* Whether two paths begin with the same part. */
static bool same_part(const char *a, const char *b)
{
    while (*a && *a != '/' && text_upper(*a) == text_upper(*b)) {
        a++;
        b++;
    }
    return *a == *b && *a == '/';
}

/* Whether a file before this one lies in the same folder of `folder`, so that it was shown. */
static bool was_shown(const struct network_volume *network, unsigned index, const char *folder,
                      const char *part)
{
    for (unsigned i = 0; i < index; i++) {
        const char *other = inside(network->files[i].path, folder);

        if (other && same_part(part, other))
            return true;
    }
    return false;
}

/* Fills in a file or folder: `name` ends at a '/' or NUL. */
static void make_info(struct file_info *info, const char *name, bool folder, uint32_t size)
{
    size_t length = 0;
    size_t shown = 0;

    memset(info, 0, sizeof *info);
    for (; name[length] && name[length] != '/' && length < VOLUME_KEY_MAX; length++) {
        uint8_t letter = (uint8_t)name[length];

        info->short_name[length] = name[length];
        /* A letter beyond ASCII is several bytes in UTF-8, all but the first are 10xxxxxx. */
        if ((letter & 0xC0) != 0x80)
            info->name[shown++] = letter < 0x80 ? (char)letter : '_';
    }
    info->folder = folder;
    info->size = folder ? 0 : size;
}

/* ---- what a volume does -----------------------------------------------------------------------
 */

/* Asks for a file's size once. The folder is shown when a size is not to be had. */
static err_t learn_size(struct network_volume *network, struct network_file *file)
{
    char name[TFTP_NAME_MAX + 1];
    err_t error = 0;

    if (!file->asked && !server_name(network->folder, file->path, name)) {
        error = ask_size(network, &network->server, name, &file->size);
        if (error_class(error) == ERR_NOT_FOUND)
            log_line(network->log, "network", "%s stands in index.txt but is not there", name);
        if (error_class(error) == ERR_NOT_FOUND || was_refused(error))
            error = 0;
        file->asked = !error;
    }
    return error;
}

static err_t backup_size(struct network_volume *network, uint32_t number, char key[13],
                         uint32_t *size)
{
    char name[TFTP_NAME_MAX + 1];
    err_t error;

    text_format(key, 13, "BK%06u.BIN", (unsigned)number);
    error = server_name(network->uploads, key, name);
    return error ? error : ask_size(network, &network->upload, name, size);
}

/* The highest number of this machine's backups on the server, 0 = none. By doubling and halving: a
 * workbench may have left thousands. */
static err_t newest_backup(struct network_volume *network, uint32_t *number)
{
    uint32_t missing = 1, size;
    char key[13];
    err_t error = 0;

    *number = 0;
    while (missing <= BACKUP_LAST) {
        error = backup_size(network, missing, key, &size);
        if (error)
            break;
        *number = missing;
        missing = missing * 2;
    }
    if (missing > BACKUP_LAST)
        missing = BACKUP_LAST + 1;
    while (missing - *number > 1 && (!error || error_class(error) == ERR_NOT_FOUND)) {
        uint32_t middle = *number + (missing - *number) / 2;

        error = backup_size(network, middle, key, &size);
        if (error)
            missing = middle;
        else
            *number = middle;
    }
    return error_class(error) == ERR_NOT_FOUND ? 0 : error;
}

/*
 * Shows the newest backups in the root. That they can't be seen is no reason to show nothing else,
 * and a silent server is not waited for twice.
 */
static err_t list_backups(struct network_volume *network, bool *go_on,
                          bool (*each)(void *context, const struct file_info *info), void *context)
{
    struct file_info info;
    uint32_t number = 0, size;
    char key[13];
    err_t error = network->silent ? 0 : newest_backup(network, &number);

    for (uint32_t shown = 0; !error && *go_on && number > 0 && shown < BACKUPS_SHOWN; shown++) {
        error = backup_size(network, number--, key, &size);
        if (!error) {
            make_info(&info, key, false, size);
            *go_on = each(context, &info);
        }
    }
    network->silent |= error_class(error) == ERR_NO_ANSWER;
    return error_class(error) == ERR_ABORTED ? error : 0;
}

static err_t list_folder(struct volume *volume, const char *path,
                         bool (*each)(void *context, const struct file_info *info), void *context)
{
    struct network_volume *network = begin(volume);
    char folder[TFTP_NAME_MAX + 1];
    struct file_info info;
    bool go_on = true;
    err_t error = 0;

    if (!clean_path(path, folder))
        return ERR(ERR_BAD_NAME);
    if (!is_folder(network, folder))
        return ERR(ERR_NOT_FOUND);
    for (unsigned i = 0; i < network->file_count && go_on; i++) {
        struct network_file *file = &network->files[i];
        const char *name = inside(file->path, folder);
        bool deeper = name && has_folder(name);

        if (!name || (deeper && was_shown(network, i, folder, name)))
            continue;
        error = deeper ? 0 : learn_size(network, file);
        if (error)
            return error;
        make_info(&info, name, deeper, file->size);
        go_on = each(context, &info);
    }
    return *folder || !go_on ? 0 : list_backups(network, &go_on, each, context);
}

/*
 * Calls `use` for the places where a file may be, until one has it: what the index calls it, or the
 * name as it is; then for a file of our own what we wrote.
 */
static err_t find_and(struct network_volume *network, const char *path,
                      err_t (*use)(struct network_volume *network, struct tftp_server *server,
                                   const char *name, void *context),
                      void *context)
{
    const struct network_file *file = find_file(network, path);
    char name[TFTP_NAME_MAX + 1];
    err_t error = server_name(network->folder, file ? file->path : path, name);

    if (!error)
        error = use(network, &network->server, name, context);
    if (error_class(error) != ERR_NOT_FOUND || !is_our_upload(path))
        return error;
    error = server_name(network->uploads, path, name);
    return error ? error : use(network, &network->upload, name, context);
}

/* How long the file is; one of a server that tells no sizes is read to its end. */
static err_t use_size(struct network_volume *network, struct tftp_server *server, const char *name,
                      void *context)
{
    uint32_t *size = context;
    err_t error = ask_size(network, server, name, size);

    if (!error && *size == TFTP_SIZE_UNKNOWN)
        error = get(network, server, name, COUNTED_MAX, take_nothing, NULL, size);
    return error;
}

static err_t stat_path(struct volume *volume, const char *path, struct file_info *info)
{
    struct network_volume *network = begin(volume);
    const struct network_file *file;
    char cleaned[TFTP_NAME_MAX + 1];
    const char *name;
    bool folder;
    uint32_t size = 0;
    err_t error;

    if (!clean_path(path, cleaned))
        return ERR(ERR_BAD_NAME);
    folder = is_folder(network, cleaned);
    error = folder ? 0 : find_and(network, cleaned, use_size, &size);
    file = find_file(network, cleaned);
    name = file ? file->path : cleaned;
    for (const char *at = name; *at; at++) {
        if (*at == '/')
            name = at + 1;
    }
    make_info(info, name, folder, size);
    return error;
}

/* A piece of a file on its way to the caller. */
struct reading {
    uint8_t *bytes;
    uint32_t skip; /* bytes of the file before the piece */
    uint32_t room, moved, told;
    bool beyond; /* more came than was wanted: the rest need not come */
    bool (*progress)(void *context, uint32_t done);
    void *context;
};

static err_t take_piece(void *context, const uint8_t *bytes, uint32_t size)
{
    struct reading *reading = context;
    uint32_t skipped = reading->skip < size ? reading->skip : size;
    uint32_t wanted = reading->room - reading->moved;

    reading->skip -= skipped;
    size -= skipped;
    reading->beyond = size > wanted;
    if (reading->beyond)
        size = wanted;
    if (size) /* a caller that wants nothing may have no room at all */
        memcpy(reading->bytes + reading->moved, bytes + skipped, size);
    reading->moved += size;
    if (reading->progress && (reading->moved - reading->told >= PROGRESS_STEP || reading->beyond)) {
        reading->told = reading->moved;
        if (!reading->progress(reading->context, reading->moved))
            return ERR(ERR_ABORTED);
    }
    return reading->beyond ? ERR(ERR_TOO_BIG) : 0;
}

static err_t use_bytes(struct network_volume *network, struct tftp_server *server, const char *name,
                       void *context)
{
    struct reading *reading = context;
    uint32_t size;
    err_t error = tftp_get(&network->tftp, server, name, UINT32_MAX, take_piece, reading, &size);

    if (reading->beyond && error_class(error) == ERR_TOO_BIG)
        error = 0;
    log_failure(network, name, error);
    return error;
}

static err_t read_bytes(struct volume *volume, const char *path, uint32_t offset, void *bytes,
                        uint32_t size, uint32_t *moved,
                        bool (*progress)(void *context, uint32_t done), void *context)
{
    struct network_volume *network = begin(volume);
    struct reading reading = {
        .bytes = bytes, .skip = offset, .room = size, .progress = progress, .context = context};
    char cleaned[TFTP_NAME_MAX + 1];
    err_t error;

    *moved = 0;
    if (!clean_path(path, cleaned))
        return ERR(ERR_BAD_NAME);
    if (is_folder(network, cleaned))
        return ERR(ERR_NOT_FOUND);
    error = find_and(network, cleaned, use_bytes, &reading);
    *moved = reading.moved;
    return error;
}

/*
 * Reads back what was written. A server that gives the file to nobody has promised to keep it by
 * its last acknowledgement; one that does not answer has promised nothing that we heard.
 */
static err_t read_back(struct network_volume *network, const char *name, const void *bytes,
                       uint32_t size, bool acknowledged)
{
    const uint8_t *expected = bytes;
    uint32_t got;
    err_t error = get(network, &network->upload, name, size, take_equal, &expected, &got);

    switch (error_class(error)) {
    case ERR_NONE:
        if (got != size)
            return ERR(ERR_VERIFY);
        log_line(network->log, "network", "%s: %u bytes written, read back and equal", name,
                 (unsigned)size);
        return 0;
    case ERR_TOO_BIG:
    case ERR_UNSTABLE:
        return ERR(ERR_VERIFY);
    case ERR_NOT_FOUND:
    case ERR_SERVER_REFUSED:
        if (!acknowledged)
            return error;
        network->unreadable = true;
        log_line(network->log, "network",
                 "%s: %u bytes written; the server acknowledged them and lets nobody read them",
                 name, (unsigned)size);
        return 0;
    default:
        return error;
    }
}

/* Writes a file whole and reads it back. */
static err_t put(struct network_volume *network, const char *name, const void *bytes, uint32_t size)
{
    bool sent;
    err_t error = tftp_put(&network->tftp, &network->upload, name, bytes, size, &sent);
    err_t check;

    /* For the user a file that he saves can't be "not found": a folder is missing. */
    if (error_class(error) == ERR_NOT_FOUND)
        error = ERR(ERR_SERVER_REFUSED);
    log_failure(network, name, error);
    if (error && !(sent && error_class(error) == ERR_NO_ANSWER))
        return error;
    /* The last acknowledgement may be all that was lost. */
    check = read_back(network, name, bytes, size, !error);
    if (error_class(check) == ERR_VERIFY)
        log_line(network->log, "network", "%s: the server does not hold what was written", name);
    if (error && check)
        return error;
    network->silent = false;
    return check;
}

/*
 * Sees to it that nothing is overwritten: `name` becomes one of our own where the server lets
 * nobody see what there is. ERR_EXISTS.
 */
static err_t make_free(struct volume *volume, const char *key, char name[TFTP_NAME_MAX + 1])
{
    struct network_volume *network = volume->network;
    uint32_t size;
    err_t error = ask_size(network, &network->upload, name, &size);

    if (!error)
        return ERR(ERR_EXISTS);
    if (error_class(error) == ERR_NOT_FOUND)
        return network->unreadable ? own_name(volume, key, name) : 0;
    if (!was_refused(error))
        return error;
    /* Is it this file that nobody may read, or any? */
    error = own_name(volume, key, name);
    if (!error)
        error = ask_size(network, &network->upload, name, &size);
    if (!error || error_class(error) == ERR_NOT_FOUND)
        return ERR(ERR_EXISTS);
    return was_refused(error) ? 0 : error;
}

/* Gets what a file holds, to add to it. ERR_TOO_BIG and refusals: a file of its own is needed. */
static err_t load_growing(struct network_volume *network, const char *key, const char *name)
{
    uint8_t *to = network->growing;
    err_t error;

    if (strcmp(network->growing_name, key) == 0)
        return 0;
    network->growing_name[0] = '\0';
    error = get(network, &network->upload, name, NETWORK_APPEND_MAX, take_into, &to,
                &network->growing_size);
    if (error_class(error) == ERR_NOT_FOUND) {
        network->growing_size = 0;
        error = 0;
    }
    if (!error)
        text_copy(network->growing_name, sizeof network->growing_name, key);
    return error;
}

/* What the file held stays in memory, so a transfer that broke is made good by the next one. */
static err_t append(struct volume *volume, const char *key, char name[TFTP_NAME_MAX + 1],
                    const void *bytes, uint32_t size)
{
    struct network_volume *network = volume->network;
    err_t error = load_growing(network, key, name);

    if (was_refused(error) || error_class(error) == ERR_TOO_BIG ||
        (!error && size > NETWORK_APPEND_MAX - network->growing_size)) {
        error = own_name(volume, key, name);
        return error ? error : put(network, name, bytes, size);
    }
    if (error)
        return error;
    if (size) /* a caller may have no bytes at all */
        memcpy(network->growing + network->growing_size, bytes, size);
    error = put(network, name, network->growing, network->growing_size + size);
    if (!error)
        network->growing_size += size;
    return error;
}

static err_t write_bytes(struct volume *volume, const char *path, enum volume_write_mode mode,
                         const void *bytes, uint32_t size)
{
    struct network_volume *network = begin(volume);
    char key[TFTP_NAME_MAX + 1], name[TFTP_NAME_MAX + 1];
    err_t error;

    if (!clean_path(path, key) || !*key || has_folder(key))
        return ERR(ERR_BAD_NAME);
    error = server_name(network->uploads, key, name);
    if (!error && mode == VOLUME_CREATE)
        error = make_free(volume, key, name);
    if (error)
        return error;
    if (mode == VOLUME_APPEND)
        return append(volume, key, name, bytes, size);
    return put(network, name, bytes, size);
}

static err_t free_bytes(struct volume *volume, uint64_t *bytes)
{
    (void)volume;
    (void)bytes;
    return ERR(ERR_UNSUPPORTED);
}

static const struct volume_ops network_ops = {.list = list_folder,
                                              .stat = stat_path,
                                              .read = read_bytes,
                                              .write = write_bytes,
                                              .free_bytes = free_bytes};

/* ---- opening ----------------------------------------------------------------------------------
 */

/* Reads a decimal number of `most` at most. */
static bool take_number(const char **text, uint32_t most, uint32_t *number)
{
    const char *start = *text;

    for (*number = 0; **text >= '0' && **text <= '9' && *number <= most; (*text)++)
        *number = *number * 10 + (uint32_t)(**text - '0');
    return *text > start && *number <= most;
}

static bool take_address(const char **text, uint8_t address[4])
{
    for (unsigned i = 0; i < 4; i++) {
        uint32_t number;

        if (i > 0 && *(*text)++ != '.')
            return false;
        if (!take_number(text, 255, &number))
            return false;
        address[i] = (uint8_t)number;
    }
    /* RFC 1122, 3.2.1.3: no single host has one of the others. */
    return address[0] > 0 && address[0] < 224;
}

/* Reads "ADDRESS[:PORT][/FOLDER]"; `folder` gets "" or FOLDER with a '/' at its end. */
static bool take_upload(const char *text, struct tftp_server *server,
                        char folder[TFTP_NAME_MAX + 1])
{
    uint32_t port = TFTP_PORT;
    char *start = folder;
    size_t length;

    if (!take_address(&text, server->address))
        return false;
    if (*text == ':') {
        text++;
        if (!take_number(&text, 65535, &port) || port == 0)
            return false;
    }
    server->port = (uint16_t)port;
    if (*text == '\0') {
        text_copy(folder, TFTP_NAME_MAX + 1, "upload/");
        return true;
    }
    if (*text++ != '/')
        return false;
    if (*text == '/')
        *start++ = '/';
    length = strlen(text);
    if (length > NETWORK_BOOT_FILE_MAX || !clean_path(text, start))
        return false;
    length = strlen(start);
    text_copy(start + length, 2, length ? "/" : "");
    return true;
}

/* The boot file's folder. The name may be that of a URL (iPXE); then its server is left out. */
static void boot_folder(const char *file, char folder[TFTP_NAME_MAX + 1])
{
    size_t length = 0;

    for (const char *at = file; *at; at++) {
        if (at[0] == ':' && at[1] == '/' && at[2] == '/') {
            at += 3;
            while (*at && *at != '/')
                at++;
            file = *at ? at + 1 : at;
            break;
        }
    }
    for (size_t i = 0; file[i] && i < NETWORK_BOOT_FILE_MAX; i++) {
        folder[i] = is_separator(file[i]) ? '/' : file[i];
        if (folder[i] == '/')
            length = i + 1;
    }
    folder[length] = '\0';
}

/* Fills in who is read from and written to. */
static err_t find_servers(struct network_volume *network, const struct network *card,
                          const char *upload)
{
    static const uint8_t nobody[4];
    char folder[TFTP_NAME_MAX + 1];

    memcpy(network->server.address, card->server, 4);
    network->server.port = TFTP_PORT;
    boot_folder(card->boot_file, network->folder);
    if (*upload) {
        if (!take_upload(upload, &network->upload, folder))
            return ERR(ERR_ARGUMENT);
    } else {
        network->upload = network->server;
        text_format(folder, sizeof folder, "%supload/", network->folder);
    }
    text_format(network->uploads, sizeof network->uploads, "%s%02x%02x%02x%02x%02x%02x-", folder,
                card->mac[0], card->mac[1], card->mac[2], card->mac[3], card->mac[4], card->mac[5]);
    return memcmp(network->server.address, nobody, 4) == 0 ? ERR(ERR_NO_DEVICE) : 0;
}

static err_t open_network(struct volume *volume, struct network *card,
                          const struct platform *platform, const char *upload, struct arena *arena)
{
    struct network_volume *network = volume->network;
    const uint8_t *address = card->server;
    enum error_class class;
    err_t error = find_servers(network, card, upload);

    if (error)
        return error;
    network->text = arena_take(arena, NETWORK_INDEX_MAX + 1);
    network->files = arena_take(arena, NETWORK_FILES_MAX * sizeof *network->files);
    network->growing = arena_take(arena, NETWORK_APPEND_MAX);
    if (!network->text || !network->files || !network->growing)
        return ERR(ERR_NO_MEMORY);
    network->tftp.network = card;
    network->tftp.now_us = platform->now_us;
    network->tftp.clock_context = platform->context;
    text_format(volume->label, sizeof volume->label, "%u.%u.%u.%u", address[0], address[1],
                address[2], address[3]);
    volume->serial = little32(address);
    log_line(network->log, "network", "server %s, files in \"%s\", writing to %u.%u.%u.%u:%u %s",
             volume->label, network->folder, network->upload.address[0], network->upload.address[1],
             network->upload.address[2], network->upload.address[3], network->upload.port,
             network->uploads);
    error = read_index(begin(volume));
    /* Without the list the server is good for files whose names are known, if it answers. */
    class = error_class(error);
    if (class == ERR_ABORTED ||
        (!*upload && (class == ERR_NO_ANSWER || class == ERR_TIMEOUT || class == ERR_IO)))
        return error;
    return 0;
}

err_t network_volume_open(struct volume *volume, struct network *network,
                          const struct platform *platform, const char *upload, struct arena *arena,
                          struct log *log)
{
    size_t mark = arena_mark(arena);
    struct volume opened = {.ops = &network_ops,
                            .network = arena_take(arena, sizeof *opened.network),
                            .date = volume->date,
                            .date_context = volume->date_context,
                            .keep_waiting = volume->keep_waiting,
                            .waiting_context = volume->waiting_context};
    err_t error;

    *volume = opened;
    if (!volume->network)
        return ERR(ERR_NO_MEMORY);
    volume->network->log = log;
    error = open_network(volume, network, platform, upload, arena);
    if (error)
        arena_release(arena, mark);
    return error;
}

/* The names of a machine's job file, best first; false behind the last. */
static bool config_name(const struct network_volume *network, unsigned number, char *name,
                        size_t size)
{
    const struct network *card = network->tftp.network;
    const uint8_t *mac = card->mac, *address = card->address;
    char digits[9];

    if (number == 0) {
        /* 01: the hardware type Ethernet (RFC 1700, "Number Hardware Type") */
        text_format(name, size, "%soddresc.cfg/01-%02x-%02x-%02x-%02x-%02x-%02x", network->folder,
                    mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
    } else if (number <= 8) {
        text_format(digits, sizeof digits, "%02X%02X%02X%02X", address[0], address[1], address[2],
                    address[3]);
        text_format(name, size, "%soddresc.cfg/%.*s", network->folder, (int)(9 - number), digits);
    } else {
        text_format(name, size, "%soddresc.cfg/default", network->folder);
    }
    return number <= 9;
}

err_t network_config(struct volume *volume, char *text, uint32_t limit, uint32_t *size)
{
    struct network_volume *network = begin(volume);
    char name[TFTP_NAME_MAX + 1];
    err_t error = ERR(ERR_NOT_FOUND);

    *size = 0;
    for (unsigned i = 0; config_name(network, i, name, sizeof name); i++) {
        uint8_t *to = (uint8_t *)text;

        error = get(network, &network->server, name, limit, take_into, &to, size);
        if (!error)
            log_line(network->log, "network", "job file %s, %u bytes", name, (unsigned)*size);
        /* Some servers refuse what they don't have. */
        if (error_class(error) != ERR_NOT_FOUND && !was_refused(error))
            break;
    }
    return error;
}
