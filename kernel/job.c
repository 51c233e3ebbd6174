/* Words of unattended jobs. */
#define ERROR_MODULE MODULE_JOB
#include "kernel/job.h"

#include "kernel/lib/string.h"
#include "kernel/lib/text.h"

enum { WORD_LIMIT = 192 };

/* A word as it stands in the text, without its quotes: "key=value" split at the first '='. */
struct word {
    char text[WORD_LIMIT];
    const char *value; /* after '=', NULL without one */
    bool cut;          /* longer than WORD_LIMIT */
};

/* One of the words that a key allows. */
struct choice {
    const char *word;
    int value;
};

static const struct choice kinds[] = {{"probe", JOB_PROBE},     {"backup", JOB_BACKUP},
                                      {"verify", JOB_VERIFY},   {"flash", JOB_FLASH},
                                      {"restore", JOB_RESTORE}, {NULL, 0}};
static const struct choice afters[] = {
    {"menu", AFTER_MENU}, {"reboot", AFTER_REBOOT}, {"poweroff", AFTER_POWEROFF}, {NULL, 0}};
static const struct choice answers[] = {{"yes", true}, {"no", false}, {NULL, 0}};
static const struct choice lines[] = {
    {"com1", LINE_COM1}, {"com2", LINE_COM2}, {"off", LINE_OFF}, {NULL, 0}};
static const struct choice letters[] = {{"ascii", true}, {NULL, 0}};
static const struct choice doors[] = {
    {"floppy", BOOT_FLOPPY}, {"disk", BOOT_DISK}, {"network", BOOT_NETWORK}, {NULL, 0}};

static bool choose(const struct choice *choices, const char *text, int *value)
{
    for (; choices->word != NULL; choices++) {
        if (text_equal_ignoring_case(choices->word, text)) {
            *value = choices->value;
            return true;
        }
    }
    return false;
}

/* A whole text that is one number up to `limit`. */
static bool number(const char *text, uint32_t limit, uint32_t *value)
{
    const char *end;

    return text_number(text, value, &end) && *end == '\0' && *value <= limit;
}

/* Cuts the part before the next comma out of `*text`. False: it is longer than any word. */
static bool next_part(const char **text, char part[8])
{
    size_t length = 0;

    while ((*text)[length] != '\0' && (*text)[length] != ',') {
        if (length == 7) {
            return false;
        }
        part[length] = (*text)[length];
        length++;
    }
    part[length] = '\0';
    *text += length;
    return true;
}

/* com1|com2|off[,baud][,ascii] */
static bool set_serial(struct job *job, const char *text)
{
    char part[8];
    uint32_t baud = 0;
    int line, ascii = false;

    if (!next_part(&text, part) || !choose(lines, part, &line)) {
        return false;
    }
    while (*text == ',') {
        text++;
        if (!next_part(&text, part) || ascii) {
            return false;
        }
        if (choose(letters, part, &ascii)) {
            continue;
        }
        if (baud != 0 || !number(part, 115200, &baud) || baud == 0) {
            return false;
        }
    }
    job->serial = (enum job_line)line;
    job->baud = baud;
    job->ascii = ascii != 0;
    return true;
}

static bool set_log(struct job *job, const char *text)
{
    uint32_t port;
    int value;

    if (choose(lines, text, &value)) {
        job->log = (enum job_line)value;
        return true;
    }
    if (!number(text, 0xFFFF, &port) || port == 0) {
        return false;
    }
    job->log = LINE_PORT;
    job->log_port = (uint16_t)port;
    return true;
}

static bool set_kind(struct job *job, const char *text)
{
    int value;

    if (!choose(kinds, text, &value)) {
        return false;
    }
    job->kind = (enum job_kind)value;
    return true;
}

static bool set_port(struct job *job, const char *text)
{
    uint32_t value;

    if (!number(text, 255, &value) || value == 0) {
        return false;
    }
    job->port = (uint8_t)value;
    return true;
}

static bool set_text(char *to, size_t size, const char *text)
{
    if (text[0] == '\0' || strlen(text) >= size) {
        return false;
    }
    text_copy(to, size, text);
    return true;
}

static bool set_file(struct job *job, const char *text)
{
    return set_text(job->file, sizeof job->file, text);
}

static bool set_identity(struct job *job, const char *text)
{
    return set_text(job->identity, sizeof job->identity, text);
}

static bool set_backup(struct job *job, const char *text)
{
    int value;

    if (!choose(answers, text, &value)) {
        return false;
    }
    job->backup = value != 0;
    return true;
}

static bool set_after(struct job *job, const char *text)
{
    int value;

    if (!choose(afters, text, &value)) {
        return false;
    }
    job->after = (enum job_after)value;
    return true;
}

static bool set_boot(struct job *job, const char *text)
{
    int value;

    if (!choose(doors, text, &value)) {
        return false;
    }
    job->boot = (enum job_boot)value;
    return true;
}

static bool set_upload(struct job *job, const char *text)
{
    return set_text(job->upload, sizeof job->upload, text);
}

/* All keys; the place in this table is the key's bit in job->set. */
static const struct {
    const char *key;
    bool (*set)(struct job *job, const char *value);
} keys[] = {{"serial", set_serial}, {"log", set_log},     {"job", set_kind},
            {"port", set_port},     {"file", set_file},   {"identity", set_identity},
            {"backup", set_backup}, {"after", set_after}, {"boot", set_boot},
            {"upload", set_upload}};

void job_defaults(struct job *job)
{
    memset(job, 0, sizeof *job);
    job->serial = LINE_DEFAULT;
    job->log = LINE_OFF;
    job->backup = true;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\0';
}

static bool is_line_end(char c)
{
    return c == '\n' || c == '\r';
}

/* Passes blanks and comments. '#' starts a comment at the start of a word only: names may hold it.
 */
static uint32_t skip_blanks(const char *text, uint32_t size, uint32_t i)
{
    for (; i < size && (is_blank(text[i]) || text[i] == '#'); i++) {
        if (text[i] == '#') {
            while (i + 1 < size && !is_line_end(text[i + 1])) {
                i++;
            }
        }
    }
    return i;
}

/* Reads the next word from `*at` on. False at the end of the text. */
static bool next_word(const char *text, uint32_t size, uint32_t *at, struct word *word)
{
    uint32_t i = skip_blanks(text, size, *at);
    size_t length = 0;
    bool quoted = false;

    memset(word, 0, sizeof *word);
    if (i == size) {
        *at = i;
        return false;
    }
    for (; i < size && !is_line_end(text[i]) && (quoted || !is_blank(text[i])); i++) {
        if (text[i] == '"') {
            quoted = !quoted;
        } else if (length < WORD_LIMIT - 1) {
            word->text[length++] = text[i];
        } else {
            word->cut = true;
        }
    }
    *at = i;
    for (size_t k = 0; k < length; k++) {
        if (word->text[k] == '=') {
            word->text[k] = '\0';
            word->value = word->text + k + 1;
            break;
        }
    }
    return true;
}

static void note_bad_word(struct job *job, const struct word *word)
{
    if (job->bad_word[0] != '\0') {
        return;
    }
    text_format(job->bad_word, sizeof job->bad_word, "%s=%s", word->text, word->value);
}

void job_parse(struct job *job, const char *text, uint32_t size, bool weaker)
{
    uint32_t kept = weaker ? job->set : 0;
    uint32_t at = 0;
    struct word word;

    while (next_word(text, size, &at, &word)) {
        for (unsigned i = 0; i < sizeof keys / sizeof keys[0] && word.value != NULL; i++) {
            if (!text_equal_ignoring_case(keys[i].key, word.text) || (kept & 1u << i) != 0) {
                continue;
            }
            if (word.cut || !keys[i].set(job, word.value)) {
                note_bad_word(job, &word);
            } else {
                job->set |= 1u << i;
            }
        }
    }
}

err_t job_check(const struct job *job)
{
    bool needs_file = job->kind == JOB_VERIFY || job->kind == JOB_FLASH || job->kind == JOB_RESTORE;

    if (job->kind == JOB_NONE) {
        return ERR(ERR_ARGUMENT);
    }
    /* A word that was not understood may be the one that would have said "not this drive". */
    if (job->bad_word[0] != '\0') {
        return ERR(ERR_ARGUMENT);
    }
    if (job->kind != JOB_PROBE && job->port == 0) {
        return ERR(ERR_ARGUMENT);
    }
    if (needs_file && job->file[0] == '\0') {
        return ERR(ERR_ARGUMENT);
    }
    if (job->kind == JOB_FLASH && job->identity[0] == '\0') {
        return ERR(ERR_ARGUMENT);
    }
    return 0;
}
