#include "ui/words.h"

#include <stddef.h>

/* A table row may be missing for a value that came from outside. */
#define ENTRY(table, index)                                                                        \
    ((size_t)(index) < sizeof(table) / sizeof(table)[0] && (table)[index] ? (table)[index] : "?")

const char *words_verdict(enum verdict verdict)
{
    static const char *const words[VERDICT_COUNT] = {
        [VERDICT_PROBING] = "looking",           [VERDICT_NOTHING] = "nothing there",
        [VERDICT_CHANNEL_OFF] = "channel off",   [VERDICT_DISK] = "disk, protected",
        [VERDICT_HEALTHY] = "healthy",           [VERDICT_IDENTITY_DAMAGED] = "identity damaged",
        [VERDICT_BOOT_CODE] = "boot code only",  [VERDICT_VENDOR_MODE] = "vendor mode, ready",
        [VERDICT_STUCK_BUSY] = "firmware hangs", [VERDICT_NO_IDENTITY] = "answers, no identity",
        [VERDICT_UNKNOWN] = "unclear",
    };
    return ENTRY(words, verdict);
}

const char *words_verdict_key(enum verdict verdict)
{
    static const char *const words[VERDICT_COUNT] = {
        [VERDICT_PROBING] = "probing",         [VERDICT_NOTHING] = "nothing",
        [VERDICT_CHANNEL_OFF] = "channel-off", [VERDICT_DISK] = "disk",
        [VERDICT_HEALTHY] = "healthy",         [VERDICT_IDENTITY_DAMAGED] = "identity-damaged",
        [VERDICT_BOOT_CODE] = "boot-code",     [VERDICT_VENDOR_MODE] = "vendor-mode",
        [VERDICT_STUCK_BUSY] = "stuck-busy",   [VERDICT_NO_IDENTITY] = "no-identity",
        [VERDICT_UNKNOWN] = "unknown",
    };
    return ENTRY(words, verdict);
}

const char *words_verdict_meaning(enum verdict verdict)
{
    static const char *const words[VERDICT_COUNT] = {
        [VERDICT_PROBING] = "Still looking. Other ports can be used meanwhile.",
        [VERDICT_NOTHING] = "Nothing drives this end of the cable. If a drive is plugged in here: "
                            "its power, its cable or its jumper is at fault, or the channel is "
                            "switched off in the PC's setup.",
        [VERDICT_CHANNEL_OFF] = "The controller is there, but its ports are switched off. The PC's "
                                "setup does that when the channel is set to \"None\".",
        [VERDICT_DISK] = "A hard disk. It is protected: this program never sends it anything but "
                         "questions.",
        [VERDICT_HEALTHY] = "An optical drive that says who it is. Flashing does not cure a "
                            "problem of the operating system. If the drive came out of an "
                            "external box, the box is what broke.",
        [VERDICT_IDENTITY_DAMAGED] = "The drive answers, but its name is garbage. The part of its "
                                     "firmware that holds the name is gone.",
        [VERDICT_BOOT_CODE] = "Only the drive's boot code answers: its main firmware is gone, the "
                              "boot block lives. That is the easiest case.",
        [VERDICT_VENDOR_MODE] = "The chip has stopped its firmware and listens to flash commands.",
        [VERDICT_STUCK_BUSY] = "Busy for longer than a healthy drive ever is. Its firmware starts "
                               "and hangs: typical after a flash of the wrong file.",
        [VERDICT_NO_IDENTITY] = "The registers work, but nobody answers behind them: the firmware "
                                "is dead. The chip itself will probably listen.",
        [VERDICT_UNKNOWN] = "What was seen fits no known picture. The details may tell a helper "
                            "more than they tell this program.",
    };
    return ENTRY(words, verdict);
}

const char *words_verdict_next(enum verdict verdict)
{
    static const char *const words[VERDICT_COUNT] = {
        [VERDICT_PROBING] = "wait, or choose another port.",
        [VERDICT_NOTHING] = "check the plugs (red edge = pin 1), then look again.",
        [VERDICT_CHANNEL_OFF] = "switch the channel on here, without the PC's setup.",
        [VERDICT_DISK] = "choose another port.",
        [VERDICT_HEALTHY] = "nothing, or back it up.",
        [VERDICT_IDENTITY_DAMAGED] = "back it up, then flash its own firmware.",
        [VERDICT_BOOT_CODE] = "back it up, then flash its own firmware.",
        [VERDICT_VENDOR_MODE] = "choose the file; it is backed up before it is flashed.",
        [VERDICT_STUCK_BUSY] = "get it to listen before the firmware starts.",
        [VERDICT_NO_IDENTITY] = "ask the chip to listen. Nothing is written by that.",
        [VERDICT_UNKNOWN] = "look again; then ask the chip to listen.",
    };
    return ENTRY(words, verdict);
}

/* PROTOCOL.md, "Status"; the bits are those of ATA/ATAPI-6 7.15. */
const char *words_status(uint8_t status)
{
    switch (status) {
    case 0x70:
        return "vendor mode, parallel flash";
    case 0x72:
    case 0x73:
        return "vendor mode, serial flash";
    case 0xF2:
        return "vendor mode (72), still busy";
    case 0x52:
        return "52: reported from slim drives with serial flash";
    case 0x7F:
        return "cable end is empty, or the drive has no power";
    case 0xFF:
        return "port is empty or switched off";
    case 0x00:
        return "just reset, or nothing there";
    case 0x50:
        return "ready";
    case 0x51:
        return "ready, refused the last command";
    case 0xD0:
    case 0xD1:
        return "busy: a firmware is starting";
    }
    if (status & ATA_STATUS_BSY)
        return "busy: starting, or the firmware hangs";
    if (status & ATA_STATUS_DRQ)
        return "wants to move data";
    if (status & ATA_STATUS_ERR)
        return "refused the last command";
    return status & ATA_STATUS_DRDY ? "ready" : "idle";
}

const char *words_error(err_t error)
{
    static const char *const words[ERR_CLASS_COUNT] = {
        [ERR_NONE] = "No error",
        [ERR_TIMEOUT] = "The drive did not answer in time",
        [ERR_ABORTED] = "You stopped it",
        [ERR_NO_DEVICE] = "Nothing is connected there",
        [ERR_DEVICE] = "The drive reported an error",
        [ERR_PROTOCOL] = "The drive does not keep to the rules of the bus",
        [ERR_VENDOR_REFUSED] = "The drive's chip does not listen (no vendor mode)",
        [ERR_VENDOR_LOST] = "The drive left vendor mode in the middle of the work",
        [ERR_CHIP_UNKNOWN] = "The flash chip's id is in no table, or changes from read to read",
        [ERR_UNSTABLE] = "Two reads of the same bytes differ",
        [ERR_ERASE] = "The flash chip could not be erased",
        [ERR_PROGRAM] = "The flash chip did not take a byte",
        [ERR_VERIFY] = "The chip and the file differ",
        [ERR_PROTECTED] = "The flash chip is write-protected",
        [ERR_IO] = "The disk or floppy reports an error",
        [ERR_MEDIA_CHANGED] = "The stick or floppy was exchanged",
        [ERR_NO_MEDIA] = "The stick or floppy is gone",
        [ERR_WRITE_PROTECTED] = "The stick or floppy is write-protected",
        [ERR_FULL] = "There is no room left",
        [ERR_NOT_FOUND] = "It was not found",
        [ERR_EXISTS] = "A file of that name exists already",
        [ERR_BAD_VOLUME] = "No FAT file system is there, or it is damaged",
        [ERR_BAD_NAME] = "That file name can't be used",
        [ERR_BAD_FILE] = "This is not a firmware image, or a damaged one",
        [ERR_WRONG_SIZE] = "The file's size does not fit the flash chip",
        [ERR_MISMATCH] = "File and drive do not belong together",
        [ERR_TOO_BIG] = "The file is too big to be a firmware",
        [ERR_REFUSED] = "Refused: it would break a promise of this program",
        [ERR_NO_MEMORY] = "Not enough memory",
        [ERR_ARGUMENT] = "Something that is needed was not given",
        [ERR_UNSUPPORTED] = "This program can't do that",
        [ERR_NO_ANSWER] = "The server does not answer",
        [ERR_SERVER_REFUSED] = "The server refused it",
        [ERR_GOOD_DRIVE] =
            "It is the good drive that helped the PC start: never flashed in this run",
    };
    return ENTRY(words, error_class(error));
}

const char *words_class(enum firmware_class kind)
{
    static const char *const words[] = {
        [FIRMWARE_UNKNOWN] = "unknown",
        [FIRMWARE_CD_RW] = "CD drive or CD writer",
        [FIRMWARE_DVD_ROM] = "DVD-ROM drive",
        [FIRMWARE_COMBO] = "combo drive (DVD-ROM and CD writer)",
        [FIRMWARE_DVD_RW] = "DVD writer",
    };
    return ENTRY(words, kind);
}

const char *words_damage(enum firmware_damage damage)
{
    static const char *const words[] = {
        [FIRMWARE_SOUND] = "",
        [FIRMWARE_EMPTY] = "It is empty.",
        [FIRMWARE_SIZE] = "A raw firmware image has exactly 128, 256, 512 or 1024 KiB. This file "
                          "has not. An updater program (.EXE) or a .HEX file is not a raw image: "
                          "the image must be taken out of it first.",
        [FIRMWARE_BLANK] = "It holds nothing but the same byte: a dump of an erased chip.",
        [FIRMWARE_FIRST_BYTE] = "Its first byte is not 02. The drive's processor could not start "
                                "from it.",
        [FIRMWARE_BANK_START] = "One of its banks does not start the way a bank must. Part of the "
                                "file is missing or was overwritten.",
        [FIRMWARE_SLIM_TAIL] = "Its last 16 bytes are not letters: a slim drive's image that was "
                               "dumped by the wrong tool.",
        [FIRMWARE_REBANKED] = "Its banks are laid out in the newer way, but the marks of that "
                              "layout are missing.",
    };
    return ENTRY(words, damage);
}

const char *words_result_meaning(enum session_result result)
{
    static const char *const words[RESULT_COUNT] = {
        [RESULT_UNKNOWN] = "the drive stopped answering: what the chip holds is not known.",
        [RESULT_NOT_STARTED] = "nothing was written to the drive.",
        [RESULT_UNCHANGED] = "the chip was read back and holds what it held before.",
        [RESULT_PARTIAL] = "some of the chip is new and some is not.",
        [RESULT_WRITTEN_UNVERIFIED] = "everything was written, but could not be read back.",
        [RESULT_VERIFIED] = "every byte of the chip was read back and equals the file.",
    };
    return ENTRY(words, result);
}

const char *words_result_next(enum session_result result)
{
    static const char *const words[RESULT_COUNT] = {
        [RESULT_UNKNOWN] = "Leave the power on and try again from the main screen. If the power "
                           "was off meanwhile: start again as with a dead drive.",
        [RESULT_NOT_STARTED] = "Nothing is lost. The reason stands above; the log has the details.",
        [RESULT_UNCHANGED] = "Nothing is lost. Try again, or show the log to a helper.",
        [RESULT_PARTIAL] = "Leave the power on and try again from the main screen, or write the "
                           "backup back. After a power cut: start again, the drive stays "
                           "flashable.",
        [RESULT_WRITTEN_UNVERIFIED] = "Leave the power on and compare again (V on the main "
                                      "screen).",
        [RESULT_VERIFIED] = WORD_RESULT_RIGHT,
    };
    return ENTRY(words, result);
}

const char *words_warning(uint32_t bit)
{
    switch (bit) {
    case WARN_NO_FILE_IDENTITY:
        return "No drive's name was found in the file: nobody can tell whose it is.";
    case WARN_OTHER_MODEL:
        return "The file is of ANOTHER MODEL than the drive says it is.";
    case WARN_DRIVE_UNKNOWN:
        return "The drive did not say who it is: compare the file with its label.";
    case WARN_NO_BACKUP:
        return "There is no backup of what the chip holds now.";
    case WARN_OLD_DIFFERENT_MODEL:
        return "The chip holds the firmware of ANOTHER MODEL than the file's.";
    case WARN_CHIP_BY_HAND:
        return "The chip type was chosen by hand.";
    case WARN_NO_TRAMPOLINE:
        return "The usual code that switches banks was not found in the file.";
    case WARN_REVERTS:
        return "The chip holds exactly this file already.";
    }
    return "";
}

const char *words_phase(enum session_phase phase)
{
    static const char *const words[PHASE_COUNT] = {
        [PHASE_PRECHECK] = "looking first",
        [PHASE_LOAD] = "checking the file",
        [PHASE_BACKUP] = "backing up",
        [PHASE_CONFIRM] = "waiting for you",
        [PHASE_ERASE] = "erasing",
        [PHASE_PROGRAM] = "programming",
        [PHASE_VERIFY] = "comparing",
        [PHASE_RESTART] = "restarting the drive",
        [PHASE_IDENTIFY] = "asking its name",
        [PHASE_DONE] = "done",
    };
    return ENTRY(words, phase);
}

const char *words_signature(enum ata_signature signature)
{
    static const char *const words[] = {
        [ATA_SIGNATURE_NONE] = "none",
        [ATA_SIGNATURE_DISK] = "a disk's",
        [ATA_SIGNATURE_PACKET] = "an optical drive's",
        [ATA_SIGNATURE_OTHER] = "unusual",
    };
    return ENTRY(words, signature);
}

const struct question_words *words_question(enum session_question question)
{
    static const struct question_words words[] = {
        [ASK_IS_OPTICAL] =
            {"Is it an optical drive?",
             "This device never said what it is. It could also be a hard disk that hangs, and a "
             "disk must not get the commands that come next.\n\nFollow the cable with your eyes: "
             "is the device at its end a CD or DVD drive, and nothing else?",
             "Yes, I looked: it is a CD or DVD drive", "No, or I am not sure: stop"},
        [ASK_ALONE] =
            {"Is it alone on its cable?",
             "A dead drive may answer for both positions of a cable, so the registers can't tell "
             "whether a second drive is connected. In this mode a second drive on the same cable "
             "hears every command too, and people have lost both drives that way.\n\nLook at the "
             "cable: is this drive the only one on it?",
             "Yes, I looked: it is alone", "No, or I am not sure: stop"},
        [ASK_CHIP] = {WORD_CHIP_TITLE, "", "", ""},
        [ASK_NO_BACKUP] =
            {"The old content can't be read",
             "The chip could not be read twice with the same result, so there is no backup to go "
             "back to. What makes this drive different from others (if any of it is left) may be "
             "lost for good.\n\nIf the chip is erased or half written anyway, nothing is lost by "
             "going on.",
             "Go on without a backup", "Stop here: nothing is changed"},
        [ASK_BACKUP_UNSAVED] =
            {"The backup is not saved yet",
             "The old content was read twice and both reads are equal, but it is only in this PC's "
             "memory and is gone when the PC is switched off.",
             "Go on; keep it in memory and offer it again", "Stop here: nothing is changed"},
        [ASK_CONFIRM] = {WORD_CONFIRM_TITLE, "", "", ""},
        [ASK_STOP] =
            {"Really stop?",
             "The chip is half written now. If you stop, the drive does not work until it is "
             "flashed again; it stays flashable. Going on is the safe way.",
             "Stop here, half written", "Go on"},
        [ASK_FAILED] = {WORD_FAILED_TITLE, "", "", ""},
    };
    return &words[(size_t)question < sizeof words / sizeof words[0] ? question : ASK_STOP];
}

const char *words_answer(enum session_answer answer)
{
    static const char *const words[] = {
        [ANSWER_NO] = "no",
        [ANSWER_YES] = "yes",
        [ANSWER_RETRY] = "try again",
        [ANSWER_RETRY_FAILED] = "try again what is not right",
        [ANSWER_OTHER_FILE] = "another file",
        [ANSWER_RESTORE_BACKUP] = "write the backup back",
        [ANSWER_SAVE_LOG] = "save the log",
        [ANSWER_STOP] = "stop",
    };
    return ENTRY(words, answer);
}

const char *words_help(enum help_topic topic)
{
    static const char *const words[HELP_COUNT] = {
        [HELP_MAIN] =
            "The list shows every place where a drive may be. 1 to 4 are the places that every PC "
            "has (1 primary master, 2 primary slave, 3 secondary master, 4 secondary slave); cards "
            "go on from 5. \"Status\" is the raw byte that the place answers, live.\n\n"
            "Choose a drive with the arrows or its digit. The panel says what it looks like. "
            "Enter does the next sensible thing for that drive.\n\n"
            "F5 or B  back up the chip                  F8 or L  log\n"
            "F6 or F  back up, then flash               F9 or V  compare chip and file\n"
            "F7 or C  choose the firmware file          F1 or ?  help\n"
            "D        why do you think so?              F10 or Q end\n"
            "R        look again                        S        where to save\n"
            "Everywhere else Enter or F10 goes on, Esc or Backspace goes back.\n\n"
            "Nothing that you did not confirm changes a drive. Hard disks never get a vendor "
            "command. One drive per cable: unplug the others before you flash.",
        [HELP_EVIDENCE] =
            "These are the facts behind the verdict, for you and for whoever helps you. They are "
            "in the log too.\n\n"
            "Status bits: 80 busy, 40 ready, 20 fault, 10 seek done, 08 wants data, 01 error. "
            "70, 72 and 73 without an error: the chip's vendor mode.\n\n"
            "R looks again: the cable is reset (unless a drive on it listens to flash commands) "
            "and both places are asked once more.",
        [HELP_WAY_IN] =
            "What a dead drive listens to is its chip, not its firmware. The chip takes flash "
            "commands from power-on until the firmware closes that door. So there are three ways, "
            "gentlest first:\n\n"
            "1. Ask (Enter). Enough when the firmware is too dead to close the door.\n"
            "2. Switch the drive off, hold its eject button, switch it on, keep holding for ten "
            "seconds, ask again. Many firmwares leave the door open then.\n"
            "3. Keep asking (A) while you switch the drive off and on: one of the knocks may come "
            "before the firmware does.\n\n"
            "Status 70, 72 or 73 means that it listens. Nothing is written to the chip here, "
            "however often you ask.",
        [HELP_FILES] =
            "Choose the raw firmware image (.BIN) that belongs to your drive. Its size is exactly "
            "128, 256, 512 or 1024 KiB; such files are marked. A backup that this program made "
            "(BK000001.BIN) is such a file too.\n\n"
            "An updater program (.EXE) or a .HEX file is not a raw image.\n\n"
            "F5 (or B) looks again, for example after you put a stick in. Esc in the first folder "
            "leads to the list of places when there are several.",
        [HELP_FILE] =
            "What the file says of itself: the name that a drive with this firmware shows. It "
            "should be the name on your drive's label, or that of the drive's maker for a drive "
            "that was sold under another brand.\n\n"
            "The CRC-32 is what archive programs and forums show for a file: compare it with what "
            "the file's source says. Firmware of these drives has no check sum inside, so a file "
            "can look sound and still be wrong.",
        [HELP_CONFIRM] =
            "Up to now nothing that can change the drive was sent to it. Look at every line: the "
            "port, the chip, the file, the name.\n\n"
            "When something does not agree, or can't be known, type the name that the screen asks "
            "for. Otherwise type YES. A single key does nothing here, on purpose.\n\n"
            "After Enter the stick, floppy or server is not needed any more until the end.",
        [HELP_PROGRESS] =
            "The bar is the whole job. First the chip is read twice and saved, then erased, "
            "programmed and compared byte by byte, then the drive is restarted.\n\n"
            "The bytes that let the drive's processor start are erased first and written last: "
            "should the power fail in the middle, the drive stays quiet and listens again. Start "
            "this program again then and flash once more.\n\n"
            "Esc stops before anything was changed; later it asks first. F8 (or L) shows more of "
            "the log.",
        [HELP_RESULT] =
            "VERIFIED: every byte was read back and equals the file.\n"
            "UNCHANGED: something failed; the chip holds what it held before.\n"
            "PARTIAL: some is new, some is not. WRITTEN_UNVERIFIED: could not be read back.\n"
            "NOT_STARTED: nothing was written. UNKNOWN: the drive stopped answering.\n\n"
            "After a failure the drive keeps its power and its mode, so that you can try again. "
            "A drive with a half-written chip stays flashable, even after a power cut.\n\n"
            "The eight-digit code leads a developer to the line of the program.",
        [HELP_QUESTION] = "Choose with the arrows or a digit, take it with Enter. Esc takes the "
                          "careful answer.",
        [HELP_CHIP] =
            "The flash chip did not say clearly enough which one it is. Its type decides how it is "
            "erased and programmed, and how big it is. A wrong size would spoil the backup and the "
            "flash.\n\n"
            "The label on the chip has the name (a 32-pin chip, or one with 8 pins). If you can't "
            "read it, stop: nothing has been changed.",
        [HELP_LOG] =
            "Everything that happened, newest line last. S saves it as ODDRESC.LOG (new lines are "
            "added at its end). Show it to whoever helps you.",
        [HELP_SAVING] =
            "Backups (BK000001.BIN and so on) and the log (ODDRESC.LOG) are saved where this "
            "program came from: the stick, the floppy, or the server, there in its folder "
            "\"upload\". S on the main screen chooses another place.\n\n"
            "A floppy has 1.4 MB: a backup of up to 1 MiB fits on an empty one, not beside this "
            "program. Format it in any PC, or take any FAT floppy with enough room.\n\n"
            "A server must let this PC write: a folder \"upload\" beside the boot file, and a "
            "TFTP server that creates files. Its refusals stand in the log, word by word.\n\n"
            "What could not be saved stays in memory and is offered again until you leave. A "
            "stick or floppy that you put in later can be chosen too: F5 in the list of places.",
        [HELP_END] = "Restarting or switching off is safe: nothing is running.",
    };
    return ENTRY(words, topic);
}

/* ---- diagnosis ---- */

/* ---- controllers ---- */

/* ---- the guide: intro, eject, catch ---- */

/* ---- bringing a drive in ---- */
