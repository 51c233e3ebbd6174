/*
 * Every word that the user reads. Plain words; a term that a forum would ask for (status, port,
 * CRC-32) stays as it is. {Braces} mark keys. Formats are used with text_format().
 */
#ifndef UI_WORDS_H
#define UI_WORDS_H

#include "kernel/catch.h"
#include "kernel/diagnose.h"
#include "kernel/error.h"
#include "kernel/firmware.h"
#include "kernel/plan.h"
#include "kernel/port.h"
#include "kernel/session.h"
#include "kernel/swap.h"
#include "kernel/version.h"

/* ---- tables (words.c) ---- */

/* What is there, for the list: at most 24 characters. */
const char *words_verdict(enum verdict verdict);
/* The same as one word without blanks, for the log. */
const char *words_verdict_key(enum verdict verdict);
/* What that means, at most 3 lines of 74 characters. */
const char *words_verdict_meaning(enum verdict verdict);

/* What else is to be said, for one bit: at most 62 characters. "" for an unused bit. */
const char *words_finding(uint32_t bit);
/* The same as one word without blanks, for the log. */
const char *words_finding_key(uint32_t bit);
/* The one thing to do next, at most 68 characters; as one word; what Enter does, 24. */
const char *words_step(enum next_step step);
const char *words_step_key(enum next_step step);
const char *words_step_enter(enum next_step step);
/* What that may do to drive, PC or person, at most 68 characters. */
const char *words_risk(enum step_risk risk);

/* A page that a step leads to: its title and its text. Steps without a page: NULL. */
struct step_words {
    const char *title;
    const char *text; /* at most 16 lines of 74 */
};
const struct step_words *words_step_page(enum next_step step);

/* What the drive says in answer to TEST UNIT READY, at most 38 characters. */
const char *words_sense(uint8_t key, uint8_t asc, uint8_t ascq);

/* What the chipset's bits say of a channel; what is told of a controller. At most 38 characters. */
const char *words_chipset(uint8_t state);
const char *words_report(uint8_t report);

/* What a raw status byte means, at most 52 characters. PROTOCOL.md, "Status". */
const char *words_status(uint8_t status);

/* What went wrong: one sentence for every class of errors. */
const char *words_error(err_t error);

/* What a file is, and why it is refused ("" for a sound one). */
const char *words_class(enum firmware_class kind);
const char *words_damage(enum firmware_damage damage);

/* What a result says about the chip, and what to do. */
const char *words_result_meaning(enum session_result result);
const char *words_result_next(enum session_result result);

/* One line for a bit of session->warnings; "" for an unused bit. */
const char *words_warning(uint32_t bit);

const char *words_phase(enum session_phase phase);
const char *words_signature(enum ata_signature signature);

/* The pages of F1. */
enum help_topic {
    HELP_MAIN,
    HELP_EVIDENCE,
    HELP_WAY_IN,
    HELP_EJECT,
    HELP_CATCH,
    HELP_FILES,
    HELP_FILE,
    HELP_CONFIRM,
    HELP_PROGRESS,
    HELP_RESULT,
    HELP_QUESTION,
    HELP_CHIP,
    HELP_CHANNEL,
    HELP_LOG,
    HELP_SAVING,
    HELP_END,
    HELP_PLUGS,
    HELP_HISTORY,
    HELP_SWAP,
    HELP_COUNT
};
const char *words_help(enum help_topic topic);

/* A question of the session: its title, its text, its answers. */
struct question_words {
    const char *title;
    const char *text;
    const char *yes, *no;
};
const struct question_words *words_question(enum session_question question);

/* An answer, for the log. */
const char *words_answer(enum session_answer answer);

/* ---- words in place ---- */

#define WORD_PRODUCT        "ODDRescue " ODDRESCUE_VERSION
#define WORD_NO_STICK       "no stick"
#define WORD_PLACE_LOOKING  "looking for the stick"
#define WORD_PLACE_STICK    "stick: %s"
#define WORD_PLACE_FREE     "%s, %s free"
#define WORD_PLACE_SIZE     "%s, %s"
#define WORD_PLACE_SILENT   "%s does not answer"
#define WORD_SERVER         "server %u.%u.%u.%u"
#define WORD_THE_STICK      "the stick"
#define WORD_OTHER_VOLUMES  "%u volumes, none of them ours"
#define WORD_OTHER_VOLUME   "a volume that is not ours"
#define WORD_NO_PLACE       "nowhere to save yet"
#define WORD_NO_FLOPPY      "%s: nothing to save to"
#define WORD_PORT           "port %u"
#define WORD_VOLUME_UNNAMED "no name"

/* What went wrong at a place: %s is its name. At most 79 characters with a name of 24. */
#define WORD_AT_READ             "sector %u of %s can't be read"
#define WORD_AT_WRITE            "sector %u of %s can't be read or written"
#define WORD_AT_CARD             "the network card reports an error (%s)"
#define WORD_AT_GONE             "%s is gone"
#define WORD_AT_EMPTY            "no floppy is in the drive (%s)"
#define WORD_AT_CHANGED          "%s was exchanged"
#define WORD_AT_PROTECTED        "%s is write-protected"
#define WORD_AT_PROTECTED_FLOPPY "%s is write-protected: close its small window"
#define WORD_AT_FULL             "there is no room left on %s"
#define WORD_AT_BAD_VOLUME       "%s is not formatted with FAT, or damaged"
#define WORD_AT_NO_ANSWER        "%s does not answer"
#define WORD_AT_REFUSED          "%s refused it: is there a folder \"upload\", writable?"
#define WORD_AT_REFUSED_READ     "%s refused it; its words stand in the log"
#define WORD_AT_DIFFERS          "%s does not hold what was written to it"
#define WORD_AT_NOWHERE          "no stick, floppy or server to save to was found"
#define WORD_SAME_FLOPPY         "It is the same floppy again, with %u KiB free; %u KiB are needed"
#define WORD_FULL_FLOPPY         "This floppy has only %u KiB free; %u KiB are needed"

/* What takes a while. */
#define WORD_BUSY_DISKS         "Looking at the disks ..."
#define WORD_BUSY_NETWORK       "Looking for the network that this PC was started from ..."
#define WORD_BUSY_SERVER        "Asking %s for its list of files ..."
#define WORD_BUSY_FOLDER        "Reading the folder ..."
#define WORD_BUSY_READING       "Reading %s ..."
#define WORD_BUSY_READING_SHARE "Reading %s  %u %%"
#define WORD_BUSY_BACKUP        "the backup"
#define WORD_BUSY_LOG           "the log"
#define WORD_BUSY_SAVING        "Saving %s on %s ..."
#define WORD_BUSY_SAVING_FLOPPY "Saving %s on %s: leave it in ..."
#define WORD_BUSY_SECONDS       "%s  %u s, Esc gives up"

#define WORD_MAIN_FRAME   "Drives"
#define WORD_MAIN_COLUMNS "   # Where              Base  Status What is there"
#define WORD_MAIN_PANEL   "Port %u: what it looks like, and what to do next"
#define WORD_MAIN_NEXT    "Next:"
#define WORD_MAIN_RISK    "Risk:"
#define WORD_MAIN_ALSO    "%s ({D}: %u more)"
#define WORD_MAIN_FOOTER                                                                           \
    "{\x18\x19} choose  {Enter} next  {F5} back up  {F6} flash  {F7} file  {F8} log  {F1} help  "  \
    "{F10} end"
#define WORD_MAIN_KEYS        "{Enter} %s   {D} Why?   {R} Look again   {W} Bring in"
#define WORD_MAIN_MORE        "%u more below"
#define WORD_MAIN_LOOKING     "looking, at most %u s more"
#define WORD_MAIN_BUSY_FOR    "busy for %u s"
#define WORD_MAIN_START_TITLE "A moment"
#define WORD_MAIN_START       "Looking for controllers, then drives. Nothing is written to a drive."
#define WORD_MAIN_NO_PORTS    "No IDE channel was found in this machine."
#define WORD_MAIN_FILE        "File: %s"
#define WORD_MAIN_NO_FILE     "File: none chosen ({F7})"
#define WORD_MAIN_PLACE       "{S} where to save"

#define WORD_EVIDENCE_TITLE "Why do you think so?"
#define WORD_EVIDENCE_FRAME "Port %u: %s (page %u of %u)"
#define WORD_EVIDENCE_FOOTER                                                                       \
    "{PgUp} {PgDn} pages   {Esc} back   {R} look again   {F8} log   {F1} help"
#define WORD_STATUS "status"

#define WORD_REFUSED_TITLE "This can't be done here"
#define WORD_REFUSED_TWO                                                                           \
    "Two drives answer on this cable. In this mode the neighbour hears every command too; people " \
    "have lost both drives that way. Switch off, unplug the other drive, start again."
#define WORD_REFUSED_DISK                                                                          \
    "This is a disk, or was one until its cable was seen empty. It gets no vendor command, ever."
#define WORD_REFUSED_PROBING                                                                       \
    "This port and its neighbour on the cable are still being looked at. Wait until the list "     \
    "says what is there, then try again."
#define WORD_REFUSED_PORT                                                                          \
    "Nothing that could be rescued answers on this port. Choose another one, or look again (R)."

#define WORD_OK_FOOTER     "{Enter} go on   {Esc} back"
#define WORD_CHOICE_FOOTER "{\x18\x19} choose   {Enter} take it   {Esc} back   {F8} log   {F1} help"

#define WORD_FILES_TITLE   "Choose the firmware file"
#define WORD_FILES_COLUMNS "  Name                                             Size  Date"
#define WORD_FILES_FOLDER  "folder"
#define WORD_FILES_UP      ".. (back)"
#define WORD_FILES_LIKELY  "\xFB = size of a firmware"
#define WORD_FILES_EMPTY                                                                           \
    "Nothing in this folder. Put the firmware file on the stick, then press F5."
#define WORD_FILES_EMPTY_SERVER                                                                    \
    "The server tells no files. They must stand in index.txt beside the boot file, one path in "   \
    "each line. Mend it there, then press F5."
#define WORD_FILES_MORE "only the first %u entries are shown"
#define WORD_FILES_FOOTER                                                                          \
    "{\x18\x19} choose   {Enter} open   {Esc} back   {F5} look again   {F8} log   {F1} help"
#define WORD_VOLUMES_TITLE   "Where is the file?"
#define WORD_VOLUMES_COLUMNS "  Place                  Size      Disk"
#define WORD_VOLUMES_OURS    "where we came from"
#define WORD_VOLUMES_TARGET  "is saved to now"
#define WORD_VOLUMES_NETWORK "network, TFTP"
#define WORD_VOLUMES_BOOT_FLOPPY                                                                   \
    "Are the files on the boot floppy? Put it back into its drive, then press F5."
#define WORD_VOLUMES_NONE                                                                          \
    "There is no volume that can be read: no stick, or none with a FAT file system.\n\nPut the "   \
    "stick in (again), wait for its light, then press F5. A stick must be FAT12, FAT16 or FAT32; " \
    "NTFS and exFAT are not read."
#define WORD_VOLUMES_FOOTER                                                                        \
    "{\x18\x19} choose   {Enter} open   {Esc} back   {F5} look again   {F1} help"

#define WORD_FILE_TITLE   "The file"
#define WORD_FILE_NAME    "file"
#define WORD_FILE_SIZE    "size"
#define WORD_FILE_BYTES   "%u bytes"
#define WORD_FILE_SUM     "CRC-32"
#define WORD_FILE_DATE    "date"
#define WORD_FILE_KIND    "kind"
#define WORD_FILE_SAYS    "says it is"
#define WORD_FILE_BUILT   "built"
#define WORD_FILE_INSIDE  "inside"
#define WORD_FILE_FAMILY  "family"
#define WORD_FILE_NO_NAME "no drive's name was found in it"
#define WORD_FILE_SOUND                                                                            \
    "Nothing in it looks damaged. It has no check sum of its own, so that is all that can be "     \
    "told."
#define WORD_FILE_PATCHED    "Its dead-drive blink check is switched off: made for cross-flashing."
#define WORD_FILE_REBANKED   "rebanked image"
#define WORD_FILE_REFUSED    "This file is refused:"
#define WORD_FILE_AT         "at byte %06X"
#define WORD_FILE_FOOTER     "{Enter} take this file   {Esc} choose another   {F1} help"
#define WORD_FILE_BAD_FOOTER "{Esc} choose another   {F1} help"

#define WORD_CONFIRM_PAGE       "Flash: look once more, port %u"
#define WORD_CONFIRM_TITLE      "Flash: look once more"
#define WORD_CONFIRM_DRIVE      "Drive"
#define WORD_CONFIRM_FILE       "File"
#define WORD_CONFIRM_WHERE      "where"
#define WORD_CONFIRM_NAMELESS   "did not say who it is"
#define WORD_CONFIRM_CHIP       "chip"
#define WORD_CONFIRM_SAVED      "saved"
#define WORD_CONFIRM_OLD        "holds now"
#define WORD_CONFIRM_READ_TWICE "read twice: equal"
#define WORD_CONFIRM_BACKUP     "%s, CRC-32 %08X, on %s, checked"
#define WORD_CONFIRM_UNCHECKED  "%s, CRC-32 %08X, sent to %s"
#define WORD_CONFIRM_IN_MEMORY  "CRC-32 %08X, only in this PC's memory"
#define WORD_CONFIRM_NO_BACKUP  "nothing"
#define WORD_CONFIRM_AGREES     "No warning: nothing that was seen speaks against it."
#define WORD_CONFIRM_LAST                                                                          \
    "From here to the end: do not switch off, do not touch the cable. If the power fails all the " \
    "same: start again here, the drive stays flashable."
#define WORD_CONFIRM_TYPE  "Type  %s  and press Enter to flash:"
#define WORD_CONFIRM_YES   "YES"
#define WORD_CONFIRM_WRONG "That is not it. Nothing was sent."
#define WORD_CONFIRM_FOOTER                                                                        \
    "type, then {Enter} flash   {Esc} back, nothing is changed   {F8} log   {F1} help"

#define WORD_PROGRESS_FLASH    "Flashing"
#define WORD_PROGRESS_BACKUP   "Backing up"
#define WORD_PROGRESS_VERIFY   "Comparing"
#define WORD_PROGRESS_RESTORE  "Restoring"
#define WORD_PROGRESS_PORT     "port %u   do not switch off"
#define WORD_STEP_CHECK        "look first"
#define WORD_STEP_FILE         "check the file"
#define WORD_STEP_BACKUP       "back up"
#define WORD_STEP_ERASE        "erase"
#define WORD_STEP_PROGRAM      "program"
#define WORD_STEP_VERIFY       "compare"
#define WORD_STEP_RESTART      "restart"
#define WORD_PROGRESS_GONE     "%s gone"
#define WORD_PROGRESS_LEFT     "%s left"
#define WORD_PROGRESS_BANK     "bank %u of %u"
#define WORD_PROGRESS_NUMBERS  "written again %u   read errors %u"
#define WORD_PROGRESS_LOG      "Log"
#define WORD_PROGRESS_CRITICAL "The chip is being changed now: leave the power on."
#define WORD_PROGRESS_CALM     "Nothing on the drive has been changed so far."
#define WORD_PROGRESS_FOOTER   "{Esc} stop here, nothing is changed   {F8} log   {F1} help"
#define WORD_PROGRESS_FOOTER_CRITICAL                                                              \
    "{Esc} asks before it stops, the drive stays flashable   {F8} log   {F1} help"
#define WORD_PROGRESS_FOOTER_VIEW "{Esc} back; the work goes on   {F8} log   {F1} help"

#define WORD_RESULT_TITLE       "Result, port %u"
#define WORD_RESULT_PROOF       "Proof"
#define WORD_RESULT_BEFORE      "before"
#define WORD_RESULT_AFTER       "after"
#define WORD_RESULT_SILENT      "it has not said who it is yet"
#define WORD_RESULT_BYTES       "bytes"
#define WORD_RESULT_TIME        "time"
#define WORD_RESULT_AGAIN       "written again"
#define WORD_RESULT_BACKUP_ROW  "backup"
#define WORD_RESULT_LOG_ROW     "log"
#define WORD_RESULT_ON          "%s on %s"
#define WORD_RESULT_NOT_SAVED   "not saved; in memory until you leave"
#define WORD_RESULT_LOG_NAME    "ODDRESC.LOG"
#define WORD_RESULT_LOG_UNSAVED "not saved: %s"
#define WORD_RESULT_REASON      "why"
#define WORD_RESULT_OTHER_CHIP                                                                     \
    "The file has %u KiB, the drive's flash chip %u KiB: this firmware is for another drive."
#define WORD_RESULT_SAME "The chip held exactly this file already: nothing was written."
#define WORD_RESULT_RIGHT                                                                          \
    "Switch the PC off and on before you use the drive. If a system still does not show it, the "  \
    "drive is not the reason: remove the IDE channel in its device manager, or use its standard "  \
    "IDE driver."
#define WORD_RESULT_SILENT_NEXT                                                                    \
    "Every byte is in place. Switch the PC off and on: the drive should then say its name. If it " \
    "does not, this file may not be for this drive."
#define WORD_RESULT_OTHER_NAME_NEXT                                                                \
    "Every byte is in place, but the drive still gives another name than the file. Switch the PC " \
    "off and on and look again. If it stays so, this file may not be for this drive."
#define WORD_RESULT_BACKUP      "SAVED"
#define WORD_RESULT_BACKUP_TEXT "read twice, both times equal, and saved."
#define WORD_RESULT_KEPT        "READ"
#define WORD_RESULT_KEPT_TEXT   "read twice, both times equal, but not saved yet."
#define WORD_RESULT_BACKUP_NEXT                                                                    \
    "Keep that file: it holds what no other drive has. The drive was not changed."
#define WORD_RESULT_DIFFERS      "DIFFERENT"
#define WORD_RESULT_DIFFERS_TEXT "chip and file differ in %u bytes, the first at %06X."
#define WORD_RESULT_FOOTER                                                                         \
    "{Enter} main screen   {F8} log   {S} save the log   {F1} help   {F10} end"
#define WORD_RESULT_FOOTER_UNSAVED                                                                 \
    "{Enter} main screen   {S} save again   {O} other place   {F8} log   {F1} help"
#define WORD_LEAVE_TITLE "The backup is only in memory"
#define WORD_LEAVE_TEXT                                                                            \
    "The old content of the chip was read, but it is saved nowhere. When you leave this "          \
    "screen it is gone, and no other drive has the same."
#define WORD_LEAVE_STAY  "Stay here"
#define WORD_LEAVE_SAVE  "Save it now"
#define WORD_LEAVE_GO    "Leave; I don't need it"
#define WORD_RESULT_CODE "%s (code %08X)"

#define WORD_FAILED_TITLE        "It stopped"
#define WORD_FAILED_CHIP         "The chip now"
#define WORD_FAILED_RETRY_FAILED "Try again, only what is not right yet"
#define WORD_FAILED_RETRY        "Try again, everything"
#define WORD_FAILED_OTHER        "Choose another file"
#define WORD_FAILED_RESTORE      "Write the backup back"
#define WORD_FAILED_SAVE_LOG     "Save the log"
#define WORD_FAILED_STOP         "Stop here, and leave the drive as it is"

#define WORD_FAILED_NEXT                                                                           \
    "The drive still has its power and listens. Do not switch anything off before you chose. "     \
    "Trying again is safe; if it keeps failing, another controller or a shorter cable may help."

#define WORD_FAILED_GONE                                                                           \
    "The drive does not listen any more: its power or its cable may have gone. Leave the PC on, "  \
    "bring both back as they were, then try again: the drive is asked to listen, and who it is "   \
    "is "                                                                                          \
    "looked at before anything is written."

#define WORD_UNSAVED_AGAIN     "Try again (put the stick back first, or mend the server)"
#define WORD_UNSAVED_FLOPPY_IN "The other floppy is in the drive: save on it"
#define WORD_UNSAVED_FLOPPY                                                                        \
    "\n\nTake the floppy out of the drive (%s), put an empty, formatted one in, and press Enter. " \
    "The boot floppy is not needed again in this job."

#define WORD_CHIP_TITLE "Which flash chip is it?"
#define WORD_CHIP_SEVERAL                                                                          \
    "Its id %04X/%04X fits these chips. The label on the chip tells which one it is."
#define WORD_CHIP_NONE                                                                             \
    "Its id %04X/%04X (9F: %06X) is in no table. If you can read the chip's label, choose it; "    \
    "the size must be right."
#define WORD_CHIP_COLUMNS "  Chip                       Maker          Size      Bus"
#define WORD_CHIP_WHOLE   "%u KiB, erased as a whole"
#define WORD_CHIP_SECTORS "%u KiB, %u KiB sectors"
#define WORD_CHIP_FOOTER                                                                           \
    "{\x18\x19} choose   {Enter} take it   {Esc} stop, nothing is changed   {F1} help"

#define WORD_SAVE_TITLE "Where to save?"
#define WORD_SAVE_FOOTER                                                                           \
    "{\x18\x19} choose   {Enter} save here   {Esc} back   {F5} look again   {F1} help"
#define WORD_SAVE_TEXT                                                                             \
    "Backups and the log are saved at the place that you choose here, until you choose another "   \
    "one. Nothing on it is overwritten; the log is added to."
#define WORD_SAVE_FAILED    "It could not be saved"
#define WORD_SAVE_RETRY     "Try again"
#define WORD_SAVE_STICK     "Try again (put the stick back first)"
#define WORD_SAVE_ELSEWHERE "Save somewhere else: choose the place"
#define WORD_SAVE_LATER     "Not now: it stays in memory"
#define WORD_SAVED_LOG      "saved as ODDRESC.LOG"

#define WORD_LOG_TITLE "Log"
#define WORD_LOG_RIGHT "lines %u to %u of %u"
#define WORD_LOG_FOOTER                                                                            \
    "{\x18\x19} {PgUp} {PgDn} {Home} {End} scroll   {S} save   {Esc} back   {F1} help"

#define WORD_HELP_TITLE  "Help"
#define WORD_HELP_FOOTER "{Esc} back"

#define WORD_END_TITLE     "End"
#define WORD_END_TEXT      "Nothing is running. What shall the PC do?"
#define WORD_END_BACK      "Back to the main screen"
#define WORD_END_REBOOT    "Restart the PC"
#define WORD_END_POWER_OFF "Switch the PC off"
#define WORD_END_SAVE      "Save the log first"
#define WORD_END_ELSEWHERE "Save the log somewhere else first"
#define WORD_END_UNSAVED   "The log of what was done is not saved: %s."
#define WORD_END_STAYS     "This PC can't switch itself off. You may do it now."

#define WORD_RESET_TITLE "Ctrl-Alt-Del"
#define WORD_RESET_TEXT  "Nothing is running on a drive. Restart the PC?"
#define WORD_RESET_BACKUP                                                                          \
    "The backup is only in memory and will be gone. Restart the PC all the same?"

#define WORD_NO_MEMORY "This machine has too little memory for this."

#define WORD_JOB_BAD_WORD "job: this word was not understood: %s"

#define WORD_JOB_UNSAVED                                                                           \
    "the backup was not saved, so nothing is written (backup=no would write without one)"

#define WORD_JOB_LOG_UNSAVED "  The log is not saved: F8, then S."

#define WORD_YES       "yes"
#define WORD_NO        "no"
#define WORD_NOT_ASKED "not asked"
#define WORD_ANSWERED  "answered"

#define WORD_ANSWERED_GARBAGE "answered, but not sensibly"
/* ---- diagnosis ---- */

#define WORD_EV_PAGE_SUMMARY "what speaks for it"
#define WORD_EV_PAGE_TRAIL   "status over time"
#define WORD_EV_PAGE_ANSWERS "what it answered"
#define WORD_EV_PAGE_LOW     "IDENTIFY, words 0 to 127"
#define WORD_EV_PAGE_HIGH    "IDENTIFY, words 128 to 255"
#define WORD_EV_PAGE_CABLE   "cable and controller"

#define WORD_EV_FIRST        "status at first"
#define WORD_EV_NOW          "status now"
#define WORD_EV_ECHO         "registers hold what is written"
#define WORD_EV_ANSWERED_FOR "the other one answers for it"
#define WORD_EV_NOT_TRIED    "not tried"
#define WORD_EV_CONSTANT     "looked like an empty bus only"
#define WORD_EV_BUSY         "busy all the time we waited"
#define WORD_EV_SIGNATURE    "signature after reset"
#define WORD_EV_DISK         "asked as a disk (IDENTIFY)"
#define WORD_EV_PACKET       "asked as an optical drive"
#define WORD_EV_INQUIRY      "asked for its name (INQUIRY)"
#define WORD_EV_READY        "asked for its disc"
#define WORD_EV_DISC_READS   "a disc is in it, and it reads"

#define WORD_EV_TRAIL_COLUMNS "   at s   for s  looks  status"
#define WORD_EV_TRAIL_EMPTY   "Nobody looked yet."
#define WORD_EV_TRAIL_CHANGES "Changes in all: %u. Times as in the log, since this program started."

#define WORD_EV_IDENTIFY      "IDENTIFY"
#define WORD_EV_NO_DATA       "%s: no answer came, or it was not asked."
#define WORD_EV_MODEL         "model"
#define WORD_EV_FIRMWARE      "firmware"
#define WORD_EV_SERIAL        "serial number"
#define WORD_EV_SET_BY        "master or slave set by"
#define WORD_EV_SET_JUMPER    "jumper"
#define WORD_EV_SET_CABLE     "cable select"
#define WORD_EV_SET_UNSAID    "it does not say"
#define WORD_EV_SUM           "check sum (word 255)"
#define WORD_EV_SUM_NONE      "none"
#define WORD_EV_SUM_RIGHT     "right"
#define WORD_EV_SUM_WRONG     "wrong"
#define WORD_EV_TWICE         "looked garbled, asked twice"
#define WORD_EV_DIFFERENT     "two different answers"
#define WORD_EV_EQUAL         "the same again"
#define WORD_EV_INQUIRY_SHORT "INQUIRY"
#define WORD_EV_READY_SHORT   "TEST UNIT READY"
#define WORD_EV_RESULT        "status %02X, error %02X, %u ms"
#define WORD_EV_SENSE         "   sense"

#define WORD_EV_NEIGHBOUR    "second drive on the cable"
#define WORD_EV_ALONE        "no"
#define WORD_EV_NOT_ALONE    "yes"
#define WORD_EV_UNSURE       "can't be told from the registers"
#define WORD_EV_DISK_EVER    "protected: a disk was seen here"
#define WORD_EV_NAME_BEFORE  "name before"
#define WORD_EV_PORTS        "ports"
#define WORD_EV_LEGACY       "legacy"
#define WORD_EV_NATIVE       "native"
#define WORD_EV_CONTROLLER   "controller"
#define WORD_EV_NO_PCI       "legacy, not found on PCI"
#define WORD_EV_RESCUES      "rescues at this controller"
#define WORD_EV_DECODING     "decodes its ports"
#define WORD_EV_CHIPSET      "the chipset's own switch"
#define WORD_EV_SAID_BOX     "you said: out of a box"
#define WORD_EV_SAID_BLINKS  "you said: blinks, takes no disc"
#define WORD_EV_SAID_ALONE   "you said: alone on its cable"
#define WORD_EV_SAID_OPTICAL "you said: a CD or DVD drive"

#define WORD_LOOK_AGAIN "Look again"
#define WORD_BACK       "Back"
#define WORD_BRING_IN   "The PC hangs when this drive is attached: bring it in now"
#define WORD_GO_ON_ALL  "Go on here all the same"
#define WORD_SHOW_SEEN  "Show what was seen"

#define WORD_HISTORY_TITLE "What is wrong with it?"
#define WORD_HISTORY_TEXT                                                                          \
    "This drive says who it is: %s.\n\nIts firmware runs. Flashing is not the first thing to "     \
    "think of, and no flash is without risk. What brings you here?"
#define WORD_HISTORY_BOX    "It came out of an external USB or FireWire box that died"
#define WORD_HISTORY_BLINKS "Its light blinks and it refuses every disc"
#define WORD_HISTORY_SYSTEM "An operating system does not show it"
#define WORD_HISTORY_LOOK   "Nothing, I am just looking: show what was seen"
#define WORD_HISTORY_FLASH  "It has the wrong firmware, or I want another one on it"
#define WORD_HISTORY_OTHER  "No, that was not it: ask me again"
#define WORD_BLINK_FLASH    "Choose the file and flash"

#define WORD_SYSTEM_TITLE "The drive is not the reason"
#define WORD_SYSTEM_TEXT                                                                           \
    "The drive answers and says its name, without any operating system. What hides it is on the "  \
    "system's side. Flashing cures none of this:\n\n"                                              \
    "Windows shows it with a yellow sign, or not at all: filters that burning software left "      \
    "behind. Delete the values UpperFilters and LowerFilters of the class "                        \
    "{4D36E965-E325-11CE-BFC1-08002BE10318} in the registry, restart.\n"                           \
    "Or: remove the IDE channel in the device manager, restart; or use the system's standard IDE " \
    "driver instead of the one of the board's maker.\n"                                            \
    "The PC's setup: the channel must be on, and RAID off for it.\n"                               \
    "Jumper: a slave without a master is often not found. Alone on the cable: master.\n"           \
    "An old bridge or box: see the question before."

#define WORD_BOX_FLASH_TITLE "The box is broken, not the drive"
#define WORD_BOX_FLASH_TEXT                                                                        \
    "You said that this drive came out of a box that died, and it is healthy here. A flash can "   \
    "cure nothing, and every flash can fail.\n\nFlash it all the same?"
#define WORD_BOX_FLASH_NO  "No: leave the healthy drive as it is"
#define WORD_BOX_FLASH_YES "Yes, I want another firmware on it"

/* ---- controllers ---- */

/* Who made a PCI device, "unknown maker" for a number that is in no table. */
const char *words_vendor(uint16_t vendor_id);

#define WORD_AND              "and"
#define WORD_CONTROLLER_TITLE "Controller: %s %04X:%04X, PCI %02X:%02X.%u"

#define WORD_SEEN_NO_REGISTERS "no IDE registers"
#define WORD_SEEN_ONE          "optical drive at its port %s"
#define WORD_SEEN_MANY         "optical drives at ports %s"
#define WORD_SEEN_UNKNOWN      "unknown device at its port %s"
#define WORD_SEEN_UNKNOWNS     "unknown devices, ports %s"
#define WORD_SEEN_OTHERS       "no optical drive seen"
#define WORD_SEEN_NOBODY       "nobody we can see"
#define WORD_AHCI_PORTS                                                                            \
    "Ports with an optical drive: %s. With another device: %s. (The first is 0.)"
#define WORD_AHCI_UNASKED    "Ports with an optical drive: %s. Other devices: %s. Not asked yet: %s."
#define WORD_AHCI_NONE       "none"
#define WORD_AHCI_UNREADABLE "Its ports can't be looked at from here."
#define WORD_AHCI_MEANING                                                                          \
    "It works in AHCI mode: the registers that a dead drive listens to can't be reached through "  \
    "it. This program only looks; it sends nothing to the drives there."
#define WORD_AHCI_NEXT                                                                             \
    "In the PC's setup, switch SATA from AHCI or RAID to \"IDE\", \"Native IDE\", "                \
    "\"Compatible\" or \"Legacy\", then start this program again. If there is no such choice: "    \
    "an add-in card with VIA's VT6421 works."
#define WORD_AHCI_NEXT_CARD                                                                        \
    "This controller says that it has no IDE mode at all. Move the drive to an add-in card with "  \
    "IDE registers: VIA's VT6421 works (a PCI card; with an adapter it runs in a PCI Express "     \
    "slot). AHCI and RAID cards don't help."
#define WORD_JMICRON_NEXT                                                                          \
    "This JMicron chip also has a port for an IDE cable and hides it in this mode. In the PC's "   \
    "setup or the card's, switch it to \"IDE\". Without such a choice only its maker's driver "    \
    "can."
#define WORD_RAID_MEANING                                                                          \
    "It works in RAID mode: the registers that a dead drive listens to can't be reached through "  \
    "it."
#define WORD_OTHER_LIST    "other storage controller"
#define WORD_OTHER_MEANING "It has no IDE registers that this program knows."
#define WORD_OTHER_NEXT    "Connect the drive to an IDE port instead."

#define WORD_HIDDEN_LIST "hidden by the PC's setup"
#define WORD_HIDDEN_MEANING                                                                        \
    "The PC's setup hides this controller from every program; only the bridge %04X:%04X at PCI "   \
    "%02X:%02X.%u tells that it exists (%s). It has no addresses, so this program leaves it "      \
    "hidden."
#define WORD_HIDDEN_NEXT                                                                           \
    "If your drive is on it: switch the controller on in the PC's setup (\"On-board IDE\", "       \
    "\"SATA controller\", often under \"Integrated Peripherals\")."

#define WORD_CHANNEL_NOT_READ  "status not read: nobody listens at these ports"
#define WORD_CHANNEL_OFF_TITLE "The channel is switched off"
#define WORD_CHANNEL_OFF_TEXT                                                                      \
    "%s: the chipset does not listen at this cable's ports.\n"                                     \
    "Found: %s.\n\n"                                                                               \
    "The PC's setup did this, perhaps on purpose: \"None\" or \"Disabled\" is the gentlest way "   \
    "past a PC that hangs while it starts. Switching the channel on here leads to the drive "      \
    "without a plug being moved.\n\n"                                                              \
    "Only the bits above are changed, and put back when this program ends. Nothing is sent to a "  \
    "drive by that; then the cable is looked at as usual. If an old card answers at the same "     \
    "ports, the channel is left off."
#define WORD_CHANNEL_OFF_YES      "Switch it on and look"
#define WORD_CHANNEL_OFF_NO       "Leave it off"
#define WORD_CHANNEL_FLOATS_TITLE "The chipset has let go of the drive's pins"
#define WORD_CHANNEL_FLOATS_TEXT                                                                   \
    "%s: the chipset lets go of this cable's pins, as laptops do while a drive bay is open. A "    \
    "good drive looks dead then.\n"                                                                \
    "Found: %s.\n\n"                                                                               \
    "BEFORE you answer: the pins may be joined only to a drive that HAS POWER and has finished "   \
    "starting. Close the bay, see that the drive's light came on and went out, and count to "      \
    "three. Pins that move while a drive gets its power can throw it into a test mode of its "     \
    "maker, and may damage drive or board. If you can't see that the drive has power, leave it.\n" \
    "\nOnly the bits above are changed, and put back when this program ends."
#define WORD_CHANNEL_JOIN_YES "The drive has power and has started: join the pins and look"
#define WORD_CHANNEL_JOIN_NO  "Leave them floating"
#define WORD_CHANNEL_OFF_FAILED                                                                    \
    "The controller did not take it; everything is as it was. Switch the channel on in the PC's "  \
    "setup."
#define WORD_CHANNEL_NO_BIT                                                                        \
    "Nobody has published how this controller is told that, so nothing was changed. Switch the "   \
    "channel on in the PC's setup."
#define WORD_CHANNEL_TAKEN                                                                         \
    "Another controller answers at the same ports. Both at once would spoil what is sent and "     \
    "what is read, so the channel stays off. Switch the other controller off or take its card "    \
    "out, then try again."
#define WORD_CHANNEL_TOO_MANY                                                                      \
    "Too many controllers were changed since the PC was started. Restart it and try again."

/* ---- the guide: intro, eject, catch ---- */

/* A way in: its name (the title of its screen), its keys. */
const char *words_way(enum way way);
const char *words_way_footer(enum way way);
/* Ways that begin with the PC's next start: what they are, and what to do, at most 12 lines. */
const char *words_way_at_start(enum way way);
/* What the catch sees now, and what that means: at most 2 lines of 74 characters. */
const char *words_way_now(const struct catch *catch);
/* The answer to the plain intro that did not lead to vendor mode: as long. */
const char *words_intro_refused(const struct catch *catch);

#define WORD_WAY_RIGHT         "way %u of %u   port %u"
#define WORD_WAY_FRAME         "What I see"
#define WORD_WAY_TRIES         "asked %u times"
#define WORD_WAY_RETURNS       "switched on %u times"
#define WORD_WAY_STRIP         "A sign a second, two minutes:  B busy  - off  + on  r runs  V listens"
#define WORD_WAY_SETTLING      "It listens! Touch nothing: it is watched for %u.%u s more."
#define WORD_WAY_ASKING        "Somebody is there and not busy: asking who it is, %u s at most."
#define WORD_WAY_HANDS_OFF     "It listens: hands off, touch nothing"
#define WORD_WAY_STOPPED_TITLE "Stopped"
#define WORD_WAY_DISK                                                                              \
    "A hard disk is on this cable now. It got questions only, and it gets nothing else.\n\n"       \
    "Switch off, take the disk off this cable, and start again."
#define WORD_WAY_DONOR                                                                             \
    "The good drive is on this cable again. It is left as it is: a drive that helped another one " \
    "in is never flashed in the same run.\n\nPut the dead drive back on the cable."

#define WORD_INTRO_DO "Press Enter: the chip is asked to listen."
#define WORD_INTRO_TEXT                                                                            \
    "A MediaTek chip can stop its firmware and take flash commands instead. It is asked for that " \
    "by a short knock, the intro. Nothing is written by it, and nothing is moved.\n"               \
    "It is enough when the firmware is too dead to shut the door. If the drive does not listen, "  \
    "press N: there are other ways."
#define WORD_INTRO_NOW "Asking three times: two seconds ..."

#define WORD_EJECT_TEXT                                                                            \
    "Many firmwares leave the door open when the EJECT button is held down while the drive gets "  \
    "its power, and for ten seconds after that.\n\n"                                               \
    "Can you switch the power of the drive alone, while the PC stays on?"
#define WORD_EJECT_APART    "Yes: by a switch, a power supply of its own, or its power plug"
#define WORD_EJECT_TOGETHER "No: it gets its power together with the PC"
#define WORD_EJECT_WITH_PC                                                                         \
    "1. End this program and switch the PC off.\n"                                                 \
    "2. Press the drive's EJECT button and hold it down.\n"                                        \
    "3. Switch the PC on. Keep holding until this program is on the screen again.\n"               \
    "4. Let go. Choose the drive, press Enter, and ask it to listen (way 1).\n\n"                  \
    "A helper for the other button makes it easier. If the tray comes out, push it back by its "   \
    "motor or leave it: only the button counts. Some drives keep quiet as well when their tray "   \
    "stands half open at power-on: try that next."
#define WORD_EJECT_OFF   "1. Switch the drive OFF. The PC stays on."
#define WORD_EJECT_HOLD  "2. Press EJECT and hold it.   3. Switch the drive ON, keep holding."
#define WORD_EJECT_KEEP  "Keep holding EJECT: %u s"
#define WORD_EJECT_AGAIN "Let go. It did not listen: once more, switch it OFF, or N."
#define WORD_EJECT_STEPS                                                                           \
    "I keep asking meanwhile and beep when the power goes, when it comes, and three times when "   \
    "the drive listens.\nNothing is written.\nAlso worth a try: the tray half open at power-on."

#define WORD_CATCH_OFF "Switch the drive OFF. The PC stays on."
#define WORD_CATCH_ON  "It is off. Count to two, then switch it ON."
#define WORD_CATCH_STEPS                                                                           \
    "Off, count to two, on: as often as you like. Then a few times quickly. Then with EJECT held " \
    "for ten seconds.\nI ask 40 times a second and beep when the power goes, when it comes, and "  \
    "three times when the drive listens.\nNothing is written."

#define WORD_POWER_TITLE "Before you touch the drive's power"
#define WORD_POWER_TEXT                                                                            \
    "Best: a second power supply with its own switch, for this drive alone (that of an external "  \
    "box or a USB adapter does). Move the switch and leave all plugs alone.\n\n"                   \
    "Moving the 4-wire power plug while the PC runs is at your own risk: a plug that goes in "     \
    "crooked can make a short circuit and kill the drive, the board or the supply. People do it "  \
    "and it mostly works. If you do: only the plug at this drive, held by its body, straight out " \
    "and straight in. Dry hands, no rings, nothing of metal nearby.\n\n"                           \
    "Never open a power supply, never touch mains. No other plug is moved, least of all a disk's."
#define WORD_POWER_YES "I have read it: go on"
#define WORD_POWER_NO  "I leave the power alone: next way (N)"

#define WORD_GUIDE_LISTENS_TITLE "It listens"
#define WORD_GUIDE_LISTENS                                                                         \
    "It listens: status %02X. The drive can be backed up and flashed now.\n\nFrom here to the "    \
    "end the drive must keep its power and its cable. Nothing on it has been changed so far."
#define WORD_GUIDE_LOST                                                                            \
    "It listened, but it does not any more: its power or its cable went meanwhile, if only for a " \
    "moment. Nothing was written.\n\nWait until the list says again what it looks like, then "     \
    "press Enter there: the same way works once more."
#define WORD_GUIDE_FLASH       "Back up and flash"
#define WORD_GUIDE_BACK_UP     "Only back up"
#define WORD_GUIDE_LATER       "Back to the list; it goes on listening until its power goes"
#define WORD_GUIDE_NEXT_WAY    "Next way (N)"
#define WORD_GUIDE_END_PROGRAM "I do that: end this program"
#define WORD_GUIDE_NO_MORE     "These were all ways that this program has"
#define WORD_GUIDE_REMAINS                                                                         \
    "Nothing was written to the drive, so nothing is lost. What people still do:\n\n"              \
    "- The same ways once more: the eject button and the catch need luck and patience.\n"          \
    "- Another PC or another controller. A PCI card with a VIA VT6421 chip is often reported to "  \
    "work where others fail.\n"                                                                    \
    "- The flash chip itself: with its power pin lifted, or with a clip and a programmer, it is "  \
    "written without the drive's help. That needs a soldering iron and a backup.\n"                \
    "- Save the log and show it in a forum for drives: it holds every status that was seen."
#define WORD_GUIDE_AGAIN    "Begin again with the first way"
#define WORD_GUIDE_SAVE_LOG "Save the log"
#define WORD_GUIDE_BACK     "Back to the list"

#define WORD_BRING_TITLE "Bring the drive in while the PC runs"
#define WORD_BRING_TEXT                                                                            \
    "A PC may hang or wait for minutes at its start when a dead drive is attached. So it starts "  \
    "without the drive, and the drive joins now.\n\n"                                              \
    "How is the drive connected just now? Each way begins with what must be there and with what "  \
    "is dangerous; the upper ones are the safer ones."
#define WORD_BRING_LATE_CABLE "It has power. I plug its flat data cable in now"
#define WORD_BRING_LATE_POWER "Its flat data cable is in. I give it power now"
#define WORD_BRING_HOT_SWAP   "A good drive is there in its place. I move the flat data cable now"
#define WORD_BRING_SWITCH_ON  "Its channel is switched off in the PC's setup"

#define WORD_DRIVE_TRAY   "tray"
#define WORD_DRIVE_PHONES "phones"
#define WORD_DRIVE_LED    "light"
#define WORD_DRIVE_EJECT  "eject"
#define WORD_DRIVE_HOLD   "hold this one"
#define WORD_DRIVE_BACK   "audio jumper  flat data    power"
#define WORD_DRIVE_THIS   "THIS ONE"
#define WORD_DRIVE_LEAVE  "leave it"

/* ---- bringing a drive in ---- */

/* What must be there before the plug is moved, at most 12 lines of 74 characters. */
const char *words_swap_needs(enum swap_variant variant);
/* What the hand shall do now, at most 2 lines of 74 characters. `again`: after an outcome that did
 * not bring the drive. */
const char *words_swap_doing(enum swap_variant variant, enum swap_state state, bool again);
/* Why this cable can't be used, and what to do. */
const char *words_swap_refusal(enum swap_refusal refusal);
/* Who came, and what to do. */
const char *words_swap_outcome(enum swap_outcome outcome);

#define WORD_SWAP_TITLE      "Bring the drive in while the PC runs"
#define WORD_SWAP_STEP       "step %u of 5   port %u"
#define WORD_SWAP_SAFE_TITLE "Read this first. It is your decision, and your risk."
#define WORD_SWAP_SAFE_YOU   "You"
#define WORD_SWAP_SAFE_PERSON                                                                      \
    "The PC is open and runs: touch nothing but the plug that is named. Mains voltage is inside "  \
    "the power supply: never reach or poke into it. Dry hands, no rings, no bracelet, nothing "    \
    "made of metal that could drop in; mind the fans. Never open a drive: its laser can't be "     \
    "seen and can blind."
#define WORD_SWAP_SAFE_PARTS "Drive and PC"
#define WORD_SWAP_SAFE_HARDWARE                                                                    \
    "- IDE was not made for this: plugging a cable into a running PC can damage the drive or the " \
    "motherboard for good. People do it, and it mostly works.\n"                                   \
    "- Static kills chips: touch bare metal of the PC's case first; hold drives by their metal. "  \
    "Lay them on cardboard, not on metal or on a circuit board.\n"                                 \
    "- Hold a plug by its body, never by the wires: straight off, straight on, all 40 pins. One "  \
    "row off is a short circuit. The red edge is pin 1, on most drives beside the power plug.\n"   \
    "- A smell, a spark, a fan that stops: PC off at once, at its supply."
#define WORD_SWAP_SAFE_POWER                                                                       \
    "A POWER plug that goes in live can spark or pull the whole PC down: the last of all ways. A " \
    "second supply with a switch is better."
#define WORD_SWAP_FOOTER_SAFE                                                                      \
    "{Enter} I understand the risk   {Esc} back   {N} another way   {F1} help"
#define WORD_SWAP_FOOTER_NEEDS "{Enter} it is so   {Esc} back   {N} another way   {F1} help"
#define WORD_SWAP_FOOTER_REFUSED                                                                   \
    "{Enter} look again   {Esc} back   {N} another way   {F8} log   {F1} help"
#define WORD_SWAP_FOOTER_READY                                                                     \
    "{Enter} my hands are ready   {Esc} back   {N} another way   {F1} help"
#define WORD_SWAP_FOOTER_HANDS                                                                     \
    "{Enter} it is done, look now   {N} it does not work   {Esc} stop   {F1} help"
#define WORD_SWAP_FOOTER_WAIT "{N} it does not work   {Esc} stop   {F8} log   {F1} help"
#define WORD_SWAP_FOOTER_ASKS                                                                      \
    "{Enter} it hangs, don't wait   {N} it does not work   {Esc} stop   {F1} help"
#define WORD_SWAP_FOOTER_CAME   "{Enter} go on with this drive   {A} it is the wrong one   {Esc} stop"
#define WORD_SWAP_FOOTER_FAILED "{Enter} try again   {N} another way   {Esc} stop   {F8} log"
#define WORD_SWAP_REFUSED       "This cable can't be used as it is"
#define WORD_SWAP_LOOKING       "The cable is being looked at. This page goes on by itself."
#define WORD_SWAP_GOOD          "The good drive is there: %s. It answers at port %u (%s)."
#define WORD_SWAP_GOOD_SAFE                                                                        \
    "From now on it is never flashed in this run, whatever is asked for. When you press Enter, "   \
    "this program lets go of the cable: nothing is sent to it until the dead drive is on it."
#define WORD_SWAP_EMPTY "The cable of port %u (%s) is empty, as it should be."
#define WORD_SWAP_EMPTY_SAFE                                                                       \
    "When you press Enter, this program only looks at the cable: nothing is sent to it until the " \
    "dead drive is on it."
#define WORD_SWAP_FULL                                                                             \
    "There were four good drives in this run already. Restart the PC to use another one."
#define WORD_SWAP_BUSY                                                                             \
    "The good drive is busy just now. Wait until its light is out, then press Enter."
#define WORD_SWAP_LEAVE_POWER                                                                      \
    "Leave alone: both POWER plugs, the cable's end in the PC, other cables."
#define WORD_SWAP_LEAVE_CABLE                                                                      \
    "Leave alone: the DATA cable, other drives' power plugs, all the rest."
#define WORD_SWAP_NO_CHANGE "It is done, and nothing changes below? Press Enter."
#define WORD_SWAP_BLIND     "An ALi controller must not be asked now. Press Enter when the plug is in."
#define WORD_SWAP_OTHER                                                                            \
    "Port %u (%s) changed, it shows %02X now: wrong cable? Put it back as it was."
#define WORD_SWAP_SETTLES "hands off: the reset comes in %u s"
#define WORD_SWAP_PROBES  "this answer within %u s, all of them within %u s"
#define WORD_SWAP_SEEN    "What I see on the cable"
#define WORD_SWAP_ENTRY   "%5u.%u s  %02X  %-48s"
#define WORD_SWAP_LASTED  "for %u.%u s"
#define WORD_SWAP_BOUNCES "contacts bounced: %u"
#define WORD_SWAP_LOOKS   "Port %u is asked who it is; that takes at most %u s more."
#define WORD_SWAP_IS      "Port %u says: %s%s%s"
#define WORD_SWAP_ALIVE                                                                            \
    "It answers like a healthy drive. If that is not the dead one's name, the cable went to a "    \
    "wrong drive: A."
#define WORD_SWAP_SKIPPED                                                                          \
    "It was busy all the time, and you did not wait longer: its firmware hangs, or it starts "     \
    "slowly. Nothing is lost by going on: the ways in begin with a question to its chip."
#define WORD_REFUSED_DONOR                                                                         \
    "This is the good drive (%s) that helped the PC through its start. It is never flashed, read " \
    "or asked to listen in this run, so that it can't be mistaken for the dead one.\n\nIf you "    \
    "really want to work on it: restart the PC, then it is a drive like any other."

#define WORD_DRAWING_PC           "PC"
#define WORD_DRAWING_SOCKET       "IDE socket"
#define WORD_DRAWING_LEAVE        "(stays in)"
#define WORD_DRAWING_CABLE        " flat DATA cable "
#define WORD_DRAWING_DEAD         "DEAD drive"
#define WORD_DRAWING_GOOD         "GOOD: %s"
#define WORD_DRAWING_GOOD_HERE    "GOOD drive"
#define WORD_DRAWING_WRONG        "what is on it now"
#define WORD_DRAWING_DATA         "DATA, 40 pins"
#define WORD_DRAWING_POWER        "POWER, 4 pins"
#define WORD_DRAWING_STAYS        ": stays in"
#define WORD_DRAWING_SOCKET_SATA  "SATA port"
#define WORD_DRAWING_DATA_SATA    "DATA, small, 7 contacts"
#define WORD_DRAWING_POWER_SATA   "POWER, wide"
#define WORD_DRAWING_PULL         "PULL"
#define WORD_DRAWING_PLUG         "PLUG IN"
#define WORD_BACK_TITLE           "The back of a drive"
#define WORD_BACK_1               " sound   jumper        flat DATA cable, 40 pins             POWER"
#define WORD_BACK_2               " [::::]   [:::]    [ : : : : : : : : : : : : : : : : : ]  ( o o o o )"
#define WORD_BACK_3               "                                        red edge, pin 1 ^"
#define WORD_BACK_MOVE_DATA       " leave    leave     MOVE THIS ONE, nothing else          leave it in"
#define WORD_BACK_MOVE_POWER      " leave    leave     leave it in                          THIS ONE"
#define WORD_BACK_SATA_1          "     DATA, small, 7 contacts        POWER, wide, 15 contacts"
#define WORD_BACK_SATA_2          "     [ | | | | | | | L ]            [ | | | | | | | | | | | | | | L ]"
#define WORD_BACK_SATA_3          "     the L lets it go in only one way; some snap: press the spring"
#define WORD_BACK_SATA_MOVE_DATA  "     MOVE THIS ONE, nothing else    leave it in"
#define WORD_BACK_SATA_MOVE_POWER "     leave it in                    THIS ONE"

#endif
