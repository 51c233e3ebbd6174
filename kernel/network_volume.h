/*
 * The server that this machine was booted from, as a volume (kernel/volume.h): files by TFTP.
 *
 * All names on the server are relative to the folder of the boot file ("oddrescue/pxelinux.0":
 * "oddrescue/"):
 *
 *   index.txt     TFTP can't list: one path of a file per line, '#' starts a comment. Folders are
 *                 those that stand in the paths. Without it files are found by their name only.
 *   oddresc.cfg/  job files, by machine (network_config())
 *   upload/       what this machine writes: upload/525400123456-BK000001.BIN. The folder must
 *                 exist, and the server must let us write there.
 *
 * Paths: case of ASCII letters is ignored for files that stand in the index. Parts named "..",
 * control characters and parts longer than VOLUME_KEY_MAX are ERR_BAD_NAME.
 *
 * volume_list(): sizes are asked for, once. The root also shows this machine's newest backups in
 * upload/ (BK######.BIN, numbers without a gap taken for granted).
 *
 * volume_stat(), volume_read(): a BK######.BIN or ODDRESC.LOG in the root that the server does not
 * have is looked for in upload/.
 *
 * Writing: the path is a name in the root, written to upload/. After a write the file is read back:
 * ERR_VERIFY when it differs; when the server lets nobody read it, its last acknowledgement counts,
 * and the log says so. A broken transfer may leave a part of the file on the server.
 *   VOLUME_CREATE   asks for the file first: only when the server says that it is not there it is
 *                   written, else ERR_EXISTS.
 *   VOLUME_APPEND   gets what is there, adds, and writes it whole. When that is too long for
 *                   memory, or can't be read, the new part is written as a file of its own.
 *   Where the server lets nobody read, existing files can't be seen: the name then gets date and
 *   time behind it (525400123456-BK000001-20261121-110201-1.BIN), and the log tells it.
 *
 * Errors beyond those of kernel/volume.h: ERR_NO_ANSWER, ERR_SERVER_REFUSED (the log has the
 * server's words), ERR_ABORTED (volume->keep_waiting).
 */
#ifndef KERNEL_NETWORK_VOLUME_H
#define KERNEL_NETWORK_VOLUME_H

#include "boot/platform.h"
#include "kernel/log.h"
#include "kernel/tftp.h"
#include "kernel/volume.h"

enum {
    NETWORK_INDEX_MAX = 32 * 1024,  /* bytes of index.txt */
    NETWORK_FILES_MAX = 512,        /* lines of it */
    NETWORK_APPEND_MAX = 96 * 1024, /* a file that grows */
    /* Bytes that network_volume_open() takes from the arena, at most. */
    NETWORK_VOLUME_MEMORY = 144 * 1024
};

struct network_file {
    const char *path; /* in the index's text */
    uint32_t size;    /* bytes, VOLUME_SIZE_UNKNOWN */
    bool asked;       /* `size` is what the server said */
};

/* What stands behind volume->network. */
struct network_volume {
    struct tftp tftp;
    struct tftp_server server;       /* to read from */
    struct tftp_server upload;       /* to write to */
    char folder[TFTP_NAME_MAX + 1];  /* of the boot file: "" or ending with '/' */
    char uploads[TFTP_NAME_MAX + 1]; /* what stands before the name of a file that we write */
    struct log *log;
    err_t index_error; /* why there is no list of files; class ERR_NOT_FOUND: no index.txt */
    char *text;        /* of index.txt */
    struct network_file *files;
    unsigned file_count;
    uint8_t *growing; /* NETWORK_APPEND_MAX bytes: the file that was appended to, as it should be */
    uint32_t growing_size;
    char growing_name[VOLUME_KEY_MAX + 1];
    bool unreadable;    /* the server does not give back what we wrote */
    bool silent;        /* where we write to was asked for backups and did not answer */
    unsigned own_names; /* files that got a name with date and time */
};

/*
 * Opens the server as a volume: reads its index.txt. `upload` says where to write to, "" = to the
 * same server, otherwise ADDRESS[:PORT][/FOLDER]: 192.168.1.9 (its folder upload/),
 * 192.168.1.9:6969/lab/drives, 192.168.1.9/ (its root).
 *
 * `platform` gives the time. The caller's fields at the end of `volume` stay as they are and should
 * be set; all others are filled. Takes at most NETWORK_VOLUME_MEMORY bytes of the arena, nothing
 * when it fails. Errors: ERR_ARGUMENT (`upload` is not of that form), ERR_NO_DEVICE (no server is
 * known), ERR_NO_ANSWER and ERR_ABORTED (with the same server to write to), ERR_NO_MEMORY.
 */
err_t network_volume_open(struct volume *volume, struct network *network,
                          const struct platform *platform, const char *upload, struct arena *arena,
                          struct log *log);

/*
 * Reads this machine's job file: the first that there is of oddresc.cfg/01-52-54-00-12-34-56 (MAC),
 * oddresc.cfg/C0A80A05 (IP address, hexadecimal), the same with fewer and fewer digits, and
 * oddresc.cfg/default. `limit` bytes at most into `text`, not terminated; `*size` gets how many.
 * Errors: ERR_NOT_FOUND, ERR_TOO_BIG, ERR_NO_ANSWER, ERR_ABORTED and others of TFTP.
 */
err_t network_config(struct volume *volume, char *text, uint32_t limit, uint32_t *size);

#endif
