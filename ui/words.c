#include "ui/words.h"

#include <stddef.h>

/* A table row may be missing for a value that came from outside. */
#define ENTRY(table, index)                                                                        \
    ((size_t)(index) < sizeof(table) / sizeof(table)[0] && (table)[index] ? (table)[index] : "?")

const char *words_verdict(enum verdict verdict)
{
    static const char *const words[VERDICT_COUNT] = {
        [VERDICT_PROBING] = "looking",
        [VERDICT_NOTHING] = "nothing there",
        [VERDICT_CHANNEL_OFF] = "channel off",
        [VERDICT_DISK] = "disk, protected",
        [VERDICT_HEALTHY] = "healthy",
        [VERDICT_IDENTITY_DAMAGED] = "identity damaged",
        [VERDICT_BOOT_CODE] = "boot code only",
        [VERDICT_VENDOR_MODE] = "vendor mode, ready",
        [VERDICT_STUCK_BUSY] = "firmware hangs",
        [VERDICT_NO_IDENTITY] = "answers, no identity",
        [VERDICT_TWO_DRIVES] = "two on one cable",
        [VERDICT_CHANNEL_FLOATS] = "channel let go",
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
        [VERDICT_TWO_DRIVES] = "two-drives",   [VERDICT_CHANNEL_FLOATS] = "channel-floats",
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
        [VERDICT_HEALTHY] = "An optical drive that says who it is: its firmware runs. Flashing "
                            "does not cure a problem of the operating system. If it came out of "
                            "an external box, the box is what broke.",
        [VERDICT_IDENTITY_DAMAGED] = "The drive answers, but its name is garbage. The part of its "
                                     "firmware that holds the name is gone.",
        [VERDICT_BOOT_CODE] = "Only the drive's boot code answers: its main firmware is gone, the "
                              "boot block lives. That is the easiest case.",
        [VERDICT_VENDOR_MODE] = "The chip has stopped its firmware and listens to flash commands.",
        [VERDICT_STUCK_BUSY] = "Busy for longer than a healthy drive ever is. Its firmware starts "
                               "and hangs: typical after a flash of the wrong file.",
        [VERDICT_NO_IDENTITY] = "The registers work, but nobody answers behind them: the firmware "
                                "is dead. The chip itself will probably listen.",
        [VERDICT_TWO_DRIVES] = "Something else is on the same cable. In the mode that a rescue "
                               "needs, it hears every command, too: people have lost both drives "
                               "that way.",
        [VERDICT_CHANNEL_FLOATS] = "The controller has let go of this cable's wires, as it does "
                                   "before a bay drive is taken out. Whatever is on it looks dead.",
        [VERDICT_UNKNOWN] = "Unknown: what was seen fits no known picture. D shows it; that may "
                            "tell a helper more than it tells this program.",
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
        return "a slim drive with serial flash (52)";
    case 0x7F:
        return "nothing on the cable, or no power";
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
        [ERR_GOOD_DRIVE] = "It is the good drive that helped the PC start: never flashed",
        [ERR_OTHER_DRIVE] = "Another drive is on the cable now; nothing written to it",
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
        [RESULT_UNCHANGED] = "the chip holds what it held before.",
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
        [PHASE_CONFIRM] = "one more look at it",
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
        [ASK_SAME_DRIVE] =
            {"Is it still the same drive?",
             "Nobody answered on the cable for a while: a plug was moved, or the drive was "
             "switched off. Now somebody is there again, but neither its name nor its flash chip "
             "tells that it is the drive that you confirmed.\n\nFollow the cable with your eyes: "
             "does it end in that very drive?",
             "Yes, I looked: it is the same drive", "No, or I am not sure: stop"},
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
            "W        bring a drive in while the PC runs\n"
            "Everywhere else Enter or F10 goes on, Esc or Backspace goes back.\n\n"
            "Nothing that you did not confirm changes a drive. Hard disks never get a vendor "
            "command. One drive per cable: unplug the others before you flash.",
        [HELP_EVIDENCE] =
            "These are the facts behind the verdict, for you and for whoever helps you. They are "
            "in the log too.\n\n"
            "Status bits: 80 busy, 40 ready, 20 fault, 10 seek done, 08 wants data, 01 error. "
            "70, 72 and 73 without an error: the chip's vendor mode.\n\n"
            "Pages turn with the arrows, PgUp, PgDn or a digit: what speaks for the verdict; the "
            "status over time; what the drive answered, as text and bytes; all words of IDENTIFY; "
            "the cable and its controller.\n\n"
            "R looks again: the cable is reset (unless a drive on it listens to flash commands) "
            "and both places are asked once more.",
        [HELP_WAY_IN] =
            "What a dead drive listens to is its chip, not its firmware. The chip takes flash "
            "commands from power-on until the firmware shuts that door. Hence the ways in, "
            "gentlest first; N goes to the next one:\n\n"
            "1. Ask. Enough when the firmware is too dead to shut the door.\n"
            "2. Hold the eject button while the drive gets its power.\n"
            "3. Ask without a break while you switch the drive off and on.\n"
            "4.-7. Start the PC without the drive and bring it in afterwards.\n\n"
            "Status 70, 72 or 73 means that it listens. 80 and D0: busy. 50, 51: a firmware runs "
            "and refuses. 7F, FF: nobody there. Nothing is written to the chip here, however "
            "often you ask.",
        [HELP_EJECT] =
            "The firmware of many drives looks at the eject button when it starts, and leaves the "
            "chip's flash commands open when it is pressed. So the button must be down before "
            "the power comes, and stay down for ten seconds.\n\n"
            "With a power supply of its own the drive can be switched while this program runs; it "
            "asks all the time. Otherwise switch the PC off, hold the button, switch the PC on, "
            "and keep holding until this program is back.\n\n"
            "The signs: B busy, - off, + on again, 0 just switched on, r a firmware runs, F and V "
            "the chip listens, 5 status 52.",
        [HELP_CATCH] =
            "From the moment it gets its power until its firmware starts, the chip listens: for "
            "a tenth of a second, perhaps. It is asked 40 times a second, so that one of the "
            "knocks comes in time. The sign that it worked: the drive's motor does not start.\n\n"
            "When a drive comes back and is not busy, it is asked who it is first, because a hard "
            "disk must never get a knock.\n\n"
            "Off for two seconds, so that its power is really gone; later try shorter and longer "
            "times, the eject button, the tray half open. Ten minutes of patience are not much.\n\n"
            "The signs: B busy, - off, + on again, 0 just switched on, r a firmware runs, F and V "
            "the chip listens, 5 status 52.",
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
        [HELP_CHANNEL] =
            "An IDE controller has a switch for each of its cables. The PC's setup uses it for "
            "\"Disabled\" and \"None\"; a laptop also lets go of the pins of its drive bay. Either "
            "way a drive there looks as if it were not plugged in.\n\n"
            "The line after \"Found\" names the bit. Who wants to check it finds it in the chip's "
            "data sheet, and its sources in this program's drivers/PROTOCOL.md.\n\n"
            "What is changed here is put back when you leave this program, and gone when the PC is "
            "switched off.",
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
        [HELP_PLUGS] =
            "An IDE cable carries up to two devices, master and slave; their jumpers say which is "
            "which. For a rescue the sick drive is alone on its cable and set to master.\n\n"
            "Plugs and jumpers are touched with the PC switched off. The one exception is bringing "
            "a drive in while the PC runs (W on the main screen); it has its own screens, with "
            "what to touch and what never to touch.\n\n"
            "\"Look again\" resets the cable, unless a drive on it listens to flash commands, and "
            "asks both places once more.",
        [HELP_HISTORY] =
            "A drive that says its name has a firmware that runs. Most people who flash such a "
            "drive cure nothing, and some lose it.\n\n"
            "What you answer is remembered until the cable is seen empty, stands in the log, and "
            "changes what is recommended. Nothing is sent to the drive by it.",
        [HELP_SWAP] =
            "A dead drive can hold the PC at its start for ever. That is avoided by starting "
            "without it and bringing it in while this program runs.\n\n"
            "This program watches the raw status byte: 7F or FF is an empty cable, 80 to FF a "
            "busy drive, 50 a ready one; 00 can be both a drive that was just reset and nobody. "
            "When it sees nothing although the plug is in, Enter makes it look.\n\n"
            "Between the moment when it lets go of the cable and the reset nothing at all is sent "
            "to it, and nothing is ever sent to other cables. The good drive is known by its name "
            "and is never flashed.\n\n"
            "Esc stops, N leads to the next way; nothing on any drive is changed by this.",
        [HELP_END] = "Restarting or switching off is safe: nothing is running.",
    };
    return ENTRY(words, topic);
}

/* ---- diagnosis ---- */

/* A row of a table by its bit. */
static unsigned bit_index(uint32_t bit)
{
    unsigned index = 0;

    while (index < 32 && bit != 1u << index)
        index++;
    return index;
}

const char *words_finding(uint32_t bit)
{
    static const char *const words[FINDING_COUNT] = {
        "It is the good drive of the hot swap: it is never flashed.",
        "A hard disk is on the same cable: unplug it before a flash.",
        "Another drive answers on the same cable.",
        "It looks like a data plug that is in the wrong way round.",
        "Its answers change: two masters, or a plug that is half in?",
        "The controller's RAID firmware keeps commands from the drive.",
        "Rescues are reported to fail at this controller.",
        "The controller has let go of this cable's wires.",
        "You said: it came out of an external box.",
        "You said: its light blinks and it refuses every disc.",
        "It says that it can't read the disc that is in it.",
        "It reports a defect, or did not answer a simple question.",
        "It is set to slave, and there is no master on its cable.",
        "Another drive than before is here: the name changed.",
        "Registers can't tell whether it is alone on its cable: look.",
        "Rescues are reported to work at this controller.",
    };
    unsigned index = bit_index(bit);

    return index < FINDING_COUNT ? words[index] : "";
}

const char *words_finding_key(uint32_t bit)
{
    static const char *const words[FINDING_COUNT] = {
        "donor",       "beside-disk", "two-drives",     "plug-reversed",
        "two-masters", "no-packets",  "bad-controller", "channel-floats",
        "from-a-box",  "blinks",      "refuses-disc",   "trouble",
        "slave-alone", "other-name",  "may-be-other",   "controller-works",
    };
    unsigned index = bit_index(bit);

    return index < FINDING_COUNT ? words[index] : "";
}

const char *words_step(enum next_step step)
{
    static const char *const words[STEP_COUNT] = {
        [STEP_WAIT] = "wait, or choose another port.",
        [STEP_CHECK_PLUGS] = "check power, cable and jumper; or bring the drive in now.",
        [STEP_SWITCH_ON] = "switch the channel on here, without the PC's setup.",
        [STEP_LEAVE_IT] = "nothing: it is protected. Choose another port.",
        [STEP_ASK_HISTORY] = "tell what is wrong with it; it does not look like a flash.",
        [STEP_BOX_IS_BROKEN] = "don't flash it. Another box, or inside a PC.",
        [STEP_CURE_BLINK] = "read what cures the blinking, before any flash.",
        [STEP_BACK_UP_FLASH] = "choose the file; the chip is backed up before it is flashed.",
        [STEP_GUIDE] = "get its chip to listen. You are guided, step by step.",
        [STEP_UNPLUG_ONE] = "PC off, unplug the other one from this cable, start again.",
        [STEP_SET_JUMPER] = "PC off, set the jumper to master, start again.",
        [STEP_OTHER_PORT] = "connect it to another controller.",
        [STEP_DONOR] = "nothing: leave the good drive as it is.",
        [STEP_LOOK_CLOSER] = "see what was seen, look again, then ask the chip to listen.",
    };
    return ENTRY(words, step);
}

const char *words_step_key(enum next_step step)
{
    static const char *const words[STEP_COUNT] = {
        [STEP_WAIT] = "wait",
        [STEP_CHECK_PLUGS] = "check-plugs",
        [STEP_SWITCH_ON] = "switch-on",
        [STEP_LEAVE_IT] = "leave-it",
        [STEP_ASK_HISTORY] = "ask-history",
        [STEP_BOX_IS_BROKEN] = "box-is-broken",
        [STEP_CURE_BLINK] = "cure-blink",
        [STEP_BACK_UP_FLASH] = "back-up-flash",
        [STEP_GUIDE] = "guide",
        [STEP_UNPLUG_ONE] = "unplug-one",
        [STEP_SET_JUMPER] = "set-jumper",
        [STEP_OTHER_PORT] = "other-port",
        [STEP_DONOR] = "donor",
        [STEP_LOOK_CLOSER] = "look-closer",
    };
    return ENTRY(words, step);
}

const char *words_step_enter(enum next_step step)
{
    static const char *const words[STEP_COUNT] = {
        [STEP_WAIT] = "Details",
        [STEP_CHECK_PLUGS] = "What to check",
        [STEP_SWITCH_ON] = "Switch the channel on",
        [STEP_LEAVE_IT] = "Details",
        [STEP_ASK_HISTORY] = "What is wrong with it?",
        [STEP_BOX_IS_BROKEN] = "Why not to flash",
        [STEP_CURE_BLINK] = "What cures it",
        [STEP_BACK_UP_FLASH] = "Back up and flash",
        [STEP_GUIDE] = "Guide me",
        [STEP_UNPLUG_ONE] = "What to unplug",
        [STEP_SET_JUMPER] = "What to set",
        [STEP_OTHER_PORT] = "Which one",
        [STEP_DONOR] = "Why not to flash",
        [STEP_LOOK_CLOSER] = "What was seen",
    };
    return ENTRY(words, step);
}

const char *words_risk(enum step_risk risk)
{
    static const char *const words[RISK_COUNT] = {
        [RISK_NONE] = "none. Nothing is written; no plug is moved before a page warns you.",
        [RISK_POWER] = "none, if plugs and jumpers are touched with the PC off only.",
        [RISK_LIVE] = "a plug is moved while the PC runs. Read the safety words.",
        [RISK_WRITE] = "the chip gets new content, after a backup and your word.",
    };
    return ENTRY(words, risk);
}

const struct step_words *words_step_page(enum next_step step)
{
    static const struct step_words words[STEP_COUNT] = {
        [STEP_CHECK_PLUGS] =
            {"Nothing answers here",
             "If a drive should be here: switch the PC off, then look at three things.\n\n"
             "1. Power: the four-pin plug sits fully in the drive. With power its light comes on "
             "for a moment, or its tray opens at the button.\n"
             "2. Cable: all pins in, red edge towards the power plug (pin 1). On a cable with "
             "colours: blue at the board, black at the drive.\n"
             "3. Jumper, at the back of the drive. Alone on its cable: master.\n"
             "        CS SL MA\n"
             "        :  :  #     # = the jumper stands on MA (also M, or DS0)\n"
             "   Slave (SL) needs a master on the same cable. Cable select (CS) needs the black "
             "end of a cable with colours.\n\n"
             "A PC that hangs while it starts, and does not without the drive: the drive's "
             "firmware is dead, not the PC. It can be brought in now, while the PC runs."},
        [STEP_UNPLUG_ONE] =
            {"Two on one cable",
             "To be rescued, a drive must be alone on its cable: the other one hears every command "
             "that is meant for this one. People have lost both drives that way.\n\n"
             "1. Switch the PC off.\n"
             "2. Pull the flat cable off the other device: only the sick drive stays on it. "
             "Its jumper: master.\n"
             "3. Switch the PC on and start this program again.\n\n"
             "Nothing else is on the cable? Then this drive answers for both places: set its "
             "jumper to master.\n\n"
             "Is the other one the disk that the PC starts from? This program starts from a "
             "stick or a floppy; the disk is not needed meanwhile."},
        [STEP_SET_JUMPER] =
            {"Look at the jumpers",
             "Who is set to what can be told only by looking.\n\n"
             "Two drives that are both set to master (or both to slave) answer at the same time; "
             "what is read then is a mixture that changes from look to look. So does a cable that "
             "is not fully in. A slave without a master may answer only half.\n\n"
             "1. Switch the PC off.\n"
             "2. Leave only the sick drive on the cable.\n"
             "3. Set its jumper to master:\n"
             "        CS SL MA\n"
             "        :  :  #     # = the jumper stands on MA (also M, or DS0)\n"
             "4. Press both ends of the cable in. Switch on, start this program again.\n\n"
             "If it is the only one on its cable and you are sure of that, go on here."},
        [STEP_OTHER_PORT] =
            {"Try another controller",
             "This controller is one at which rescues are reported to fail, or whose own RAID "
             "firmware keeps commands from the drive. Whether it fails here is not sure.\n\n"
             "Reported to work: the IDE ports of boards with Intel PIIX to ICH10, nForce 2 to 4 "
             "and VIA 8237 chips; cards with a VIA VT6421 chip.\n\n"
             "In the PC's setup: RAID off, SATA as \"IDE\", \"legacy\" or \"compatible\".\n\n"
             "Nothing is lost by trying here first: the drive is only asked to listen."},
        [STEP_BOX_IS_BROKEN] =
            {"The box is broken, not the drive",
             "The drive answers at its own connector, says its name and runs its firmware. What "
             "died is the box: the small board between USB or FireWire and the drive (the "
             "bridge), or the box's power supply.\n\n"
             "Don't flash it: there is nothing to cure, and every flash can fail.\n\n"
             "Put the drive into another box, or use it inside a PC: jumper to master, four-pin "
             "power plug, flat cable. Everything that it knew it still knows."},
        [STEP_CURE_BLINK] =
            {"It blinks and refuses every disc",
             "At power-on the firmware adds up a part of the drive's EEPROM and compares the sum "
             "with a stored one. If they differ it blinks, often orange, and takes no disc. The "
             "laser is mostly fine. Two things do that:\n\n"
             "1. Firmware of another family was flashed (cross-flash): each family adds up "
             "differently. Cure: firmware of its own family again, the one its label names; or a "
             "file that is patched for cross-flashing. The file's page tells whether one is.\n"
             "2. A tool wrote to its EEPROM that was not made for it. Cure: the EEPROM utility "
             "for this family repairs the sum, under an operating system; this program writes no "
             "EEPROM. A patched firmware only stops it from looking.\n\n"
             "Never write another unit's EEPROM: it holds that unit's laser calibration.\n\n"
             "Nothing was flashed before it began? Then dirt or a worn laser is more likely, and "
             "no firmware helps. Another firmware at random makes it worse."},
        [STEP_LOOK_CLOSER] =
            {"Unknown: here is what I saw",
             "What was read here fits no picture that this program knows: it is no empty cable, no "
             "disk, no drive that runs and none that is known to be dead.\n\n"
             "Often it is a drive that starts or stops just now, a plug that is half in, or a "
             "cable that is damaged or too long. Look again first; then press both ends of the "
             "cable in, with the PC off.\n\n"
             "All facts stand on the pages of \"what was seen\", and in the log: show them to "
             "somebody who helps you.\n\n"
             "To ask the chip to listen writes nothing. Before that you are asked whether it is a "
             "CD or DVD drive, and alone on its cable."},
        [STEP_DONOR] =
            {"This is the good drive",
             "This drive helped the PC through its start, so that the sick one could be brought "
             "in. It is healthy and is never flashed in this run, whatever is asked for.\n\n"
             "To flash it all the same: restart this program, without a hot swap."},
    };
    size_t index = (size_t)step;

    return index < STEP_COUNT && words[index].title ? &words[index] : NULL;
}

const char *words_sense(uint8_t key, uint8_t asc, uint8_t ascq)
{
    static const struct {
        uint8_t key, asc, ascq;
        const char *words;
    } rows[] = {
        /* MMC-3, annex of sense codes; FF: any */
        {0x02, 0x3A, 0xFF, "no disc is in it"},
        {0x02, 0x04, 0x01, "it is getting ready"},
        {0x02, 0x04, 0xFF, "it is not ready"},
        {0x02, 0x30, 0xFF, "it can't read the disc in it"},
        {0x02, 0x06, 0xFF, "it finds no start on the disc"},
        {0x02, 0xFF, 0xFF, "it is not ready"},
        {0x03, 0xFF, 0xFF, "it can't read the disc in it"},
        {0x04, 0x08, 0xFF, "defect: its parts can't talk"},
        {0x04, 0x09, 0xFF, "defect: its laser loses the track"},
        {0x04, 0x15, 0xFF, "defect: its laser can't be moved"},
        {0x04, 0x3E, 0xFF, "defect: its self-test failed"},
        {0x04, 0xFF, 0xFF, "it reports a defect of its own"},
        {0x05, 0x20, 0xFF, "it does not know the question"},
        {0x06, 0x28, 0xFF, "a disc was put in or taken out"},
        {0x06, 0x29, 0xFF, "it was just switched on or reset"},
        {0x06, 0xFF, 0xFF, "something changed"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (rows[i].key == key && (rows[i].asc == 0xFF || rows[i].asc == asc) &&
            (rows[i].ascq == 0xFF || rows[i].ascq == ascq))
            return rows[i].words;
    }
    return "it gave a reason that is rare";
}

const char *words_chipset(uint8_t state)
{
    static const char *const words[] = {
        [CHIPSET_NOT_KNOWN] = "its own switch is not known",
        [CHIPSET_ON] = "on",
        [CHIPSET_OFF] = "switched off in the chipset",
        [CHIPSET_FLOATING] = "wires let go by the chipset",
    };
    return ENTRY(words, state);
}

const char *words_report(uint8_t report)
{
    static const char *const words[] = {
        [REPORT_NONE] = "no report is known",
        [REPORT_WORKS] = "reported to work",
        [REPORT_MIXED] = "reported to work for some",
        [REPORT_FAILS] = "reported to fail",
        [REPORT_TAKES_NO_PACKETS] = "RAID firmware in between",
    };
    return ENTRY(words, report);
}

/* ---- controllers ---- */

const char *words_vendor(uint16_t vendor_id)
{
    static const struct {
        uint16_t vendor_id;
        const char *name;
    } vendors[] = {
        {0x8086, "Intel"},     {0x1106, "VIA"},           {0x1022, "AMD"},
        {0x1002, "ATI"},       {0x10DE, "nVidia"},        {0x1039, "SiS"},
        {0x10B9, "ALi"},       {0x1095, "Silicon Image"}, {0x105A, "Promise"},
        {0x1103, "HighPoint"}, {0x1283, "ITE"},           {0x197B, "JMicron"},
        {0x1191, "Acard"},     {0x11AB, "Marvell"},       {0x1B4B, "Marvell"},
        {0x1B21, "ASMedia"},   {0x1166, "ServerWorks"},   {0x9005, "Adaptec"},
        {0x1000, "LSI"},       {0x17F3, "RDC"},
    };

    for (size_t i = 0; i < sizeof vendors / sizeof vendors[0]; i++) {
        if (vendors[i].vendor_id == vendor_id)
            return vendors[i].name;
    }
    return "unknown maker";
}

/* ---- the guide: intro, eject, catch ---- */

const char *words_way(enum way way)
{
    static const char *const words[WAY_COUNT] = {
        [WAY_INTRO] = "Ask the chip to listen",
        [WAY_EJECT] = "Hold EJECT at power-on",
        [WAY_CATCH] = "Catch the drive at power-on",
        [WAY_LATE_CABLE] = "Plug the flat cable in later",
        [WAY_LATE_POWER] = "Give the drive its power later",
        [WAY_HOT_SWAP] = "Let a good drive start the PC",
        [WAY_SWITCH_ON] = "Hide the drive from the PC's start",
    };
    return ENTRY(words, way);
}

const char *words_way_footer(enum way way)
{
    return way == WAY_INTRO ? "{Enter} ask now   {N} it does not work: next way   {Esc} stop   "
                              "{F8} log   {F1} help"
                            : "{N} it does not work: next way   {Esc} stop, nothing is changed   "
                              "{F8} log   {F1} help";
}

const char *words_way_at_start(enum way way)
{
    static const char *const words[WAY_COUNT] = {
        [WAY_LATE_CABLE] =
            "The PC's start resets every drive that it finds. A drive whose flat data cable is "
            "plugged in afterwards is as it was after power-on, and can't stop the PC from "
            "starting.\n\n"
            "1. Switch the PC off. Pull the flat data cable off this drive; its power stays on "
            "it.\n"
            "2. Start the PC and this program again.\n"
            "3. Choose this port, now empty, and press W: you are led from there.",
        [WAY_LATE_POWER] =
            "As with the data cable plugged in later, but it is the power that comes later: the "
            "drive gets it while this program watches. A power plug in a running PC is a risk; a "
            "switch or a power supply of its own is better.\n\n"
            "1. Switch the PC off. Leave the flat data cable on, take the power off this drive.\n"
            "2. Start the PC and this program again.\n"
            "3. Choose this port, now empty, and press W: you are led from there.",
        [WAY_HOT_SWAP] =
            "For a PC that switches an empty cable off, or hangs without a drive on it: a good "
            "optical drive is there at the start, then the flat cable moves to the dead one.\n\n"
            "1. Switch the PC off. Put the good drive on the cable, jumper as on this one. Both "
            "drives get power.\n"
            "2. Start the PC and this program again.\n"
            "3. Choose the good drive's port and press W: you are led from there.",
        [WAY_SWITCH_ON] =
            "In the setup of many PCs the drives of a cable can be set to \"None\" or its "
            "channel to \"Disabled\". The PC then starts without a look at the drive, and this "
            "program switches the channel on.\n\n"
            "1. Restart the PC, open its setup, set this channel to None or Disabled.\n"
            "2. Start this program again, the drive connected.\n"
            "3. Its port says \"channel off\" or shows the drive as usual: press Enter there.",
    };
    return ENTRY(words, way);
}

const char *words_way_now(const struct catch *catch)
{
    uint8_t status = catch->status;

    if (catch->state == CATCH_CAUGHT)
        return "It listens.";
    if (catch_is_empty(catch))
        return "Off: no power, or no data cable. Nobody is asked.";
    if (status == MTK_STATUS_SLIM_52)
        return "52: seen on slim drives. No way on from there is known; another power-on may "
               "bring 72.";
    if (status == MTK_STATUS_BUSY_72)
        return "F2: almost. It is sent back and asked again.";
    if (catch->settles && status & ATA_STATUS_BSY)
        return "It listened for a moment and fell back. That is close: go on like this.";
    if (status & ATA_STATUS_BSY)
        return "A firmware starts, or hangs. One that hangs stays so until its power goes.";
    if (status == 0x00)
        return "Just switched on, or nobody. It is asked who it is before it is asked to listen.";
    return "A firmware runs, or the registers stand still. A running one has shut the door.";
}

const char *words_intro_refused(const struct catch *catch)
{
    uint8_t status = catch->status;

    if (catch_is_empty(catch))
        return "Nobody is there to be asked: is the drive's power on, and its data cable?";
    if (status == MTK_STATUS_SLIM_52)
        return "Asked: it answers 52. Seen on slim drives; no way on from there is known.";
    if (status & ATA_STATUS_BSY)
        return "Asked: it stays busy, it should be 70, 72 or 73. Its firmware was faster. N: next "
               "way.";
    return "Asked: it does not listen; it should be 70, 72 or 73. A firmware runs and refuses. N: "
           "next way.";
}

/* ---- bringing a drive in ---- */

const char *words_swap_needs(enum swap_variant variant)
{
    static const char *const words[] = {
        [SWAP_CABLE] =
            "The PC hangs at its start when the dead drive is on the cable. So it starts with a "
            "good one, and then the cable moves to the dead one.\n\n"
            "1. A good CD or DVD drive is on the data cable, alone, since the PC was switched on.\n"
            "2. The dead drive lies beside it, with its POWER plug in since then, and without a "
            "data cable.\n"
            "3. Both have the same jumper setting, best \"master\" (MA); SATA has none.\n"
            "4. The cable reaches both without pulling at it.\n\n"
            "Not so yet? Switch the PC off, arrange it, start this program again. What you booted "
            "from is not needed for this; the firmware file can be chosen before or afterwards.",
        [SWAP_LATE_CABLE] =
            "The PC hangs at its start when the dead drive is on the cable. So it was started "
            "without it, and the cable is plugged in now.\n\n"
            "1. The dead drive has its POWER plug in since the PC was switched on.\n"
            "2. The data cable is in the PC's socket; its other end is free.\n"
            "3. No other drive is on that cable. The dead drive's jumper says \"master\" (MA).\n"
            "4. The cable reaches the drive without pulling at it.\n\n"
            "Not so yet? Switch the PC off, arrange it, start this program again. What you booted "
            "from is not needed for this; the firmware file can be chosen before or afterwards.",
        [SWAP_LATE_POWER] =
            "The PC hangs at its start when the dead drive has power. So it was started without, "
            "and gets it now. People warn of this way: take it when the data cable can't be moved, "
            "and not before the two others.\n\n"
            "1. The data cable is in the PC and in the dead drive since before the start.\n"
            "2. The dead drive's POWER plug is free and reaches it; or the drive has a supply of "
            "its own, with a switch, that is off.\n"
            "3. No other drive is on that cable.\n\n"
            "Not so yet? Switch the PC off, arrange it, start this program again.",
    };
    return ENTRY(words, variant);
}

const char *words_swap_doing(enum swap_variant variant, enum swap_state state, bool again)
{
    switch (state) {
    case SWAP_GOING:
        return again ? "Pull the DATA plug off the drive that it is in now."
                     : "NOW pull the flat DATA cable off the GOOD drive.";
    case SWAP_COMING:
        if (variant == SWAP_LATE_POWER)
            return "NOW give the DEAD drive its power: its own 4-pin plug, or its switch.";
        return variant == SWAP_CABLE ? "It is off. Plug the flat DATA cable into the DEAD drive."
                                     : "NOW plug the flat DATA cable into the DEAD drive.";
    case SWAP_SETTLING:
        return "Somebody is there. Hands off now, plug and drive must lie still.";
    default:
        return "Asking who it is. A drive that hangs gets its 31 s before that is said.";
    }
}

const char *words_swap_refusal(enum swap_refusal refusal)
{
    static const char *const words[] = {
        [SWAP_ALLOWED] = "",
        [SWAP_NO_DONOR] =
            "Nobody is on this cable, so there is no good drive to move it from.\n\nThe PC did "
            "start with the empty cable: N leads to the easier way, plugging the dead drive's "
            "cable in now.\n\nIf your PC switches off a channel that was empty at its start: "
            "switch it off, put a good optical drive on the data cable, the dead drive only on "
            "its power plug, and start this program again.",
        [SWAP_DONOR_SICK] =
            "The drive on this cable is not a healthy one that says its name. It may be the dead "
            "drive itself: then it is here already, and nothing must be moved. Esc leads back.\n\n"
            "Otherwise: switch the PC off, put a good optical drive on the data cable, the dead "
            "drive only on its power plug, and start this program again.",
        [SWAP_SECOND] =
            "Two drives are on this cable, or one that answers for both places. The dead one must "
            "be alone: what is sent to it reaches the other one, too, and people have lost both "
            "that way.\n\nSwitch the PC off, leave only the good drive on this cable, jumpered as "
            "master, and start this program again.",
        [SWAP_HAS_DISK] =
            "A hard disk (or another drive that is no CD or DVD drive) is on this cable. It must "
            "not come near a flash command, and its plug must never be pulled while it runs.\n\n"
            "Switch the PC off, put the disk elsewhere or leave it out: this program needs none. "
            "Then start again.",
        [SWAP_NOT_EMPTY] =
            "Somebody answers on this cable already, so nothing can be plugged into it.\n\nIs it "
            "the dead drive? Then it is here: Esc until the list shows, and choose it there. Is it "
            "a good drive? Then N leads to the other way: moving the cable from it to the dead "
            "one.",
        [SWAP_CHANNEL_OFF] =
            ("This channel is switched off: its socket is dead, whatever is plugged in. Switch it "
             "on first (Enter on the main screen), then come back."),
        [SWAP_STILL_PROBING] = WORD_SWAP_LOOKING,
    };
    return ENTRY(words, refusal);
}

const char *words_swap_outcome(enum swap_outcome outcome)
{
    static const char *const words[] = {
        [SWAP_UNDECIDED] = "",
        [SWAP_ARRIVED] = "A drive arrived.",
        [SWAP_SAME_DRIVE] =
            "That is the good drive again. Nothing was done to it but asking for its name. "
            "Enter: once more, from its plug to the dead drive's.",
        [SWAP_DISK] =
            "A hard disk came, or something else that is no CD or DVD drive. Nothing was done to "
            "it and nothing will be. Enter: then unplug it, and plug in the dead drive.",
        [SWAP_TWO] =
            "Two drives answer. The dead one must be alone on the cable. Enter: then unplug the "
            "other one, and wait until only the dead drive is left.",
        [SWAP_NOBODY] =
            "Nobody answers. Is the plug straight and all the way in, red edge at pin 1? Has the "
            "drive power (does its tray open)? Does its jumper say \"master\"? Enter: then plug "
            "it in once more.",
        [SWAP_STOPPED] = "Stopped.",
    };
    return ENTRY(words, outcome);
}
