/* The backup is in memory and could not be saved: where to now? */
#include "ui/screens.h"

#include "kernel/lib/string.h"
#include "kernel/lib/text.h"

enum { AGAIN, ELSEWHERE, GO_ON, STOP, CHOICES };

/* Whether the floppy that is in the drive now can take the backup; if not, why. */
static bool floppy_fits(struct app *app, uint32_t size)
{
    struct places *places = &app->places;
    struct saves *saves = &app->saves;
    unsigned index;
    uint64_t free_bytes = 0;
    struct volume *volume;

    places_scan(places, SCAN_DISKS);
    index = places_on_floppy(places, saves->floppy);
    if (index == PLACES_NONE) {
        places_floppy_text(places, saves->floppy, saves->why, sizeof saves->why);
        return false;
    }
    volume = &places->volumes[index];
    if (volume_free_bytes(volume, &free_bytes) == 0 && free_bytes < size) {
        bool same =
            volume->serial == saves->floppy_serial && volume->boot_crc32 == saves->floppy_crc32;

        text_format(saves->why, sizeof saves->why, same ? WORD_SAME_FLOPPY : WORD_FULL_FLOPPY,
                    (unsigned)(free_bytes >> 10), (unsigned)(size >> 10));
        return false;
    }
    places_choose(places, index);
    return true;
}

/* `error`: what saves->why is about, 0 = a floppy that was looked at since. */
static unsigned ask(struct app *app, err_t error)
{
    const struct question_words *words = words_question(ASK_BACKUP_UNSAVED);
    const struct saves *saves = &app->saves;
    bool floppy = saves->floppy[0] != '\0';
    const char *const answers[CHOICES] = {[AGAIN] =
                                              floppy ? WORD_UNSAVED_FLOPPY_IN : WORD_UNSAVED_AGAIN,
                                          [ELSEWHERE] = WORD_SAVE_ELSEWHERE,
                                          [GO_ON] = words->yes,
                                          [STOP] = words->no};
    char text[640], next[200] = "";
    size_t length = text_format(text, sizeof text, error ? WORD_RESULT_CODE : "%s", saves->why,
                                (unsigned)error);

    if (floppy)
        text_format(next, sizeof next, WORD_UNSAVED_FLOPPY, saves->floppy);
    text_format(text + length, sizeof text - length, ".\n\n%s%s", words->text, next);
    return screen_choice_at(app, words->title, text, answers, CHOICES, STOP, AGAIN, HELP_SAVING);
}

enum session_answer screen_unsaved(struct app *app, struct session *session)
{
    err_t error = session->save_error;

    for (;;) {
        switch (ask(app, error)) {
        case AGAIN:
            if (app->saves.floppy[0] == '\0') {
                places_scan(&app->places, SCAN_DISKS);
                return ANSWER_RETRY;
            }
            if (floppy_fits(app, session->backup_size))
                return ANSWER_RETRY;
            error = 0;
            break;
        case ELSEWHERE:
            if (screen_place_to_save(app))
                return ANSWER_RETRY;
            break;
        case GO_ON:
            return ANSWER_YES;
        default:
            return ANSWER_NO;
        }
    }
}
