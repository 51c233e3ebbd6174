/* The words and the line that tell a session's outcome. */
#include "kernel/session.h"

#include "kernel/lib/text.h"

const char *session_result_word(enum session_result result)
{
    static const char *const words[RESULT_COUNT] = {[RESULT_UNKNOWN] = "UNKNOWN",
                                                    [RESULT_NOT_STARTED] = "NOT_STARTED",
                                                    [RESULT_UNCHANGED] = "UNCHANGED",
                                                    [RESULT_PARTIAL] = "PARTIAL",
                                                    [RESULT_WRITTEN_UNVERIFIED] =
                                                        "WRITTEN_UNVERIFIED",
                                                    [RESULT_VERIFIED] = "VERIFIED"};

    return (unsigned)result < RESULT_COUNT ? words[result] : words[RESULT_UNKNOWN];
}

static const char *job_word(enum session_job job)
{
    switch (job) {
    case SESSION_BACKUP:
        return "backup";
    case SESSION_VERIFY:
        return "verify";
    case SESSION_FLASH:
        return "flash";
    case SESSION_RESTORE:
        return "restore";
    }
    return "unknown";
}

void session_result_line(const struct session *session, char *line, uint32_t size)
{
    uint32_t crc32 = session->job == SESSION_BACKUP ? session->backup_crc32 : session->file.crc32;
    uint64_t ms = (session->ended_us - session->started_us) / 1000;

    text_format(line, size, "RESULT job=%s port=%u state=%s bytes=%u crc32=%08x ms=%u err=%08x",
                job_word(session->job), session->port != NULL ? session->port->number : 0u,
                session_result_word(session->result), (unsigned)session->bytes, (unsigned)crc32,
                (unsigned)ms, (unsigned)session->error);
}
