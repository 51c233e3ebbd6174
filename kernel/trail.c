#include "kernel/trail.h"

#include <stddef.h>

#include "drivers/mtk.h"
#include "kernel/lib/string.h"

enum { SECOND_US = 1000000 };

/* ---- trail ----------------------------------------------------------------------------------- */

const struct trail_entry *trail_newest(const struct trail *trail)
{
    return trail->count ? &trail->entries[trail->count - 1] : NULL;
}

void trail_note(struct trail *trail, uint64_t now_us, uint8_t status)
{
    struct trail_entry *newest = trail->count ? &trail->entries[trail->count - 1] : NULL;

    if (newest && newest->status == status) {
        newest->until_us = now_us;
        newest->looks++;
        return;
    }
    trail->changes += newest != NULL;
    if (trail->count == TRAIL_MAX) {
        memmove(trail->entries, trail->entries + 1, sizeof trail->entries - sizeof *newest);
        trail->count--;
    }
    trail->entries[trail->count++] =
        (struct trail_entry){.status = status, .from_us = now_us, .until_us = now_us, .looks = 1};
}

/* ---- strip ----------------------------------------------------------------------------------- */

enum strip_sign strip_sign(uint8_t status)
{
    if (mtk_mode_of_status(status) != MTK_NONE)
        return STRIP_CAUGHT;
    if (status == MTK_STATUS_BUSY_72)
        return STRIP_AGAIN;
    if (status == MTK_STATUS_SLIM_52)
        return STRIP_SLIM;
    if (ata_status_is_open(status))
        return STRIP_EMPTY;
    if (status & ATA_STATUS_BSY)
        return STRIP_BUSY;
    return status == 0x00 ? STRIP_ZERO : STRIP_RUNNING;
}

/* Signs in their order of importance; the smaller, the more important. */
static size_t rank(char sign)
{
    static const char order[] = {STRIP_CAUGHT, STRIP_AGAIN, STRIP_SLIM,    STRIP_BACK,  STRIP_EMPTY,
                                 STRIP_BUSY,   STRIP_ZERO,  STRIP_RUNNING, STRIP_UNSEEN};
    size_t i = 0;

    while (i < sizeof order - 1 && order[i] != sign)
        i++;
    return i;
}

static void append(struct strip *strip, char sign)
{
    if (strip->length == STRIP_SECONDS) {
        memmove(strip->signs, strip->signs + 1, STRIP_SECONDS - 1);
        strip->length--;
    }
    strip->signs[strip->length++] = sign;
}

/* Opens the second that `now_us` lies in; those that were missed stay blank. */
static void turn_seconds(struct strip *strip, uint64_t now_us)
{
    uint64_t seconds = (now_us - strip->second_us) / SECOND_US;

    strip->second_us += seconds * SECOND_US;
    for (unsigned i = 0; i < seconds && i < STRIP_SECONDS; i++)
        append(strip, STRIP_UNSEEN);
}

void strip_note(struct strip *strip, uint64_t now_us, uint8_t status)
{
    char sign = (char)strip_sign(status);

    if (strip->length == 0) {
        strip->second_us = now_us;
        strip->status = status;
        append(strip, sign);
        return;
    }
    if (ata_status_is_open(strip->status) && !ata_status_is_open(status)) {
        strip->returns++;
        if (rank(STRIP_BACK) < rank(sign))
            sign = STRIP_BACK;
    }
    strip->status = status;
    if (now_us > strip->second_us)
        turn_seconds(strip, now_us);
    if (rank(sign) < rank(strip->signs[strip->length - 1]))
        strip->signs[strip->length - 1] = sign;
}
