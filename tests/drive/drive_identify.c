/* IDENTIFY PACKET DEVICE data (ATA/ATAPI-6 8.17) of the running firmware. */
#include <stdio.h>
#include <string.h>

#include "tests/drive/drive_parts.h"

static void set_word(struct drive *drive, unsigned word, uint16_t value)
{
    drive->reply[2 * word] = (uint8_t)value;
    drive->reply[2 * word + 1] = (uint8_t)(value >> 8);
}

/* ATA strings have the first character in the high byte of the word. */
static void set_text(struct drive *drive, unsigned word, unsigned bytes, const char *text)
{
    size_t length = strlen(text);

    for (unsigned i = 0; i < bytes; i++) {
        drive->reply[2 * word + (i ^ 1u)] = i < length ? (uint8_t)text[i] : ' ';
    }
}

static void fill_garbage(struct drive *drive, uint32_t fill)
{
    for (unsigned i = 0; i < 512; i++) {
        drive->reply[i] = fill < 0x100 ? (uint8_t)fill : sim_random_byte(&drive->random);
    }
}

void sim_identify(struct drive *drive)
{
    const struct sim_fault_state *fault = &drive->faults.state[SIM_FAULT_IDENTIFY_GARBAGE];
    char model[41];
    char revision[9];

    if (drive->garbage || fault->on) {
        fill_garbage(drive, drive->garbage ? 0xFF : fault->value[0]);
        return;
    }
    memset(drive->reply, 0, 512);
    if (drive->boot_code) {
        snprintf(model, sizeof model, "%.8s%.16s", drive->boot_identity, drive->boot_identity + 8);
        snprintf(revision, sizeof revision, "%.4s", drive->boot_identity + 24);
    } else {
        snprintf(model, sizeof model, "%-8s%-16s", drive->identity.vendor, drive->identity.product);
        snprintf(revision, sizeof revision, "%s", drive->identity.revision);
    }
    set_word(drive, 0,
             0x85C0); /* packet device, CD-ROM, removable, DRQ within 50 µs, 12-byte packets */
    set_text(drive, 10, 20, drive->boot_code ? "" : drive->serial);
    set_text(drive, 23, 8, revision);
    set_text(drive, 27, 40, model);
    set_word(drive, 49, 0x0A00); /* LBA, IORDY; no DMA */
    set_word(drive, 51, 0x0200);
    set_word(drive, 53, 0x0002); /* words 64-70 valid */
    set_word(drive, 64, 0x0003); /* PIO modes 3 and 4 */
    set_word(drive, 67, 120);
    set_word(drive, 68, 120);
    set_word(drive, 80, 0x001E); /* up to ATA/ATAPI-4 */
    set_word(drive, 82, 0x0210); /* DEVICE RESET, PACKET */
    set_word(drive, 83, 0x4000);
    set_word(drive, 85, 0x0210);
    set_word(drive, 87, 0x4000);
}
