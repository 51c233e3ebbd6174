/* The running firmware's side of the task file: commands, and the PACKET protocol in PIO
 * (ATA/ATAPI-6 9.11). */
#include <string.h>

#include "tests/drive/drive_parts.h"

enum { COMMAND_SET_FEATURES = 0xEF, PACKET_WORDS = 6, IDENTIFY_BYTES = 512, BURST_MAX = 0xFFFE };

static void end_command(struct drive *drive)
{
    drive->data = NULL;
    drive->data_out = NULL;
    drive->data_left = 0;
    drive->burst_left = 0;
    if (drive->identify_phase || drive->packet_words == 0) {
        drive->identify_phase = false;
    } else {
        drive->count = REASON_COD | REASON_IO;
        drive->packet_words = 0;
    }
    drive->status = drive->error != 0 ? STATUS_READY | STATUS_ERR : STATUS_READY;
}

static void start_burst(struct drive *drive)
{
    uint32_t size = drive->data_left < drive->burst_limit ? drive->data_left : drive->burst_limit;
    const struct sim_fault_state *small = &drive->faults.state[SIM_FAULT_SHORT_BURST];
    const struct sim_fault_state *odd = &drive->faults.state[SIM_FAULT_ODD_BYTE_COUNT];

    drive->status = STATUS_READY | STATUS_DRQ;
    drive->burst_left = size;
    if (drive->identify_phase) {
        return;
    }
    if (small->on && size > small->value[0]) {
        size = small->value[0];
    }
    if (odd->on && size > (odd->value[0] | 1)) {
        size = odd->value[0] | 1;
    }
    drive->burst_left = size;
    drive->mid = (uint8_t)size;
    drive->high = (uint8_t)(size >> 8);
    drive->count = drive->data != NULL ? REASON_IO : 0;
    if (sim_fault_on(&drive->faults, SIM_FAULT_WRONG_IREASON_DIR)) {
        drive->count ^= REASON_IO;
    }
}

void sim_packet_resume(struct drive *drive, uint64_t now_us)
{
    enum sim_pending pending = drive->pending;
    const struct sim_fault_state *never = &drive->faults.state[SIM_FAULT_DRQ_NEVER];

    (void)now_us;
    drive->pending = SIM_PENDING_NONE;
    switch (pending) {
    case SIM_PENDING_PACKET:
        if (never->on) {
            drive->status = never->value[0] != 0 ? STATUS_BSY : STATUS_READY;
            break;
        }
        drive->wants_packet = true;
        drive->packet_words = 0;
        drive->count = REASON_COD;
        drive->status = STATUS_READY | STATUS_DRQ;
        break;
    case SIM_PENDING_BURST:
        start_burst(drive);
        break;
    case SIM_PENDING_STATUS:
        end_command(drive);
        break;
    case SIM_PENDING_NONE: /* a reset is over */
        drive->status = 0x00;
        break;
    }
}

static void abort_command(struct drive *drive, uint64_t now_us)
{
    drive->error = ERROR_ABRT;
    drive->packet_words = 0;
    sim_drive_busy(drive, now_us, DELAY_COMMAND_US, SIM_PENDING_STATUS);
}

static void identify_packet(struct drive *drive, uint64_t now_us)
{
    if (sim_fault_on(&drive->faults, SIM_FAULT_IDENTIFY_ABORTED_BUT_PACKET_WORKS)) {
        abort_command(drive, now_us);
        return;
    }
    sim_identify(drive);
    drive->data = drive->reply;
    drive->data_left = IDENTIFY_BYTES;
    drive->burst_limit = IDENTIFY_BYTES;
    drive->identify_phase = true;
    sim_drive_busy(drive, now_us, DELAY_COMMAND_US, SIM_PENDING_BURST);
}

static void packet_command(struct drive *drive, uint64_t now_us)
{
    uint32_t limit = drive->mid | (uint32_t)drive->high << 8;

    if ((drive->features & 0x03) != 0) { /* DMA and overlap are not there */
        abort_command(drive, now_us);
        return;
    }
    if (limit == 0 || limit > BURST_MAX) {
        limit = BURST_MAX;
    }
    drive->burst_limit = limit > 1 ? limit & ~1u : limit;
    sim_drive_busy(drive, now_us, DELAY_COMMAND_US, SIM_PENDING_PACKET);
}

void sim_packet_command(struct drive *drive, uint64_t now_us, uint8_t command)
{
    drive->error = 0;
    drive->packet_words = 0;
    switch (command) {
    case COMMAND_IDENTIFY_PACKET:
        identify_packet(drive, now_us);
        break;
    case COMMAND_PACKET:
        packet_command(drive, now_us);
        break;
    case COMMAND_IDENTIFY: /* 8.16: aborted, with the signature in the registers */
        sim_drive_signature(drive);
        abort_command(drive, now_us);
        break;
    case COMMAND_DIAGNOSTIC:
        sim_drive_signature(drive);
        drive->error = 0x01;
        sim_drive_busy(drive, now_us, DELAY_RESET_US, SIM_PENDING_NONE);
        break;
    case COMMAND_SET_FEATURES:
    case 0xE0: /* STANDBY IMMEDIATE */
    case 0xE1: /* IDLE IMMEDIATE */
    case 0xE5: /* CHECK POWER MODE */
        sim_drive_busy(drive, now_us, DELAY_COMMAND_US, SIM_PENDING_STATUS);
        break;
    default:
        abort_command(drive, now_us);
        break;
    }
}

/* After the last byte of a burst. */
static void burst_done(struct drive *drive, uint64_t now_us)
{
    if (drive->data_left != 0) {
        sim_drive_busy(drive, now_us, DELAY_COMMAND_US, SIM_PENDING_BURST);
    } else if (drive->identify_phase) {
        end_command(drive);
    } else {
        sim_drive_busy(drive, now_us, DELAY_COMMAND_US, SIM_PENDING_STATUS);
    }
}

static bool data_requested(const struct drive *drive)
{
    return (drive->status & (STATUS_BSY | STATUS_DRQ)) == STATUS_DRQ;
}

uint16_t sim_packet_read_data(struct drive *drive, uint64_t now_us)
{
    if (!data_requested(drive) || drive->data == NULL || drive->burst_left == 0) {
        return 0xFFFF;
    }
    uint32_t bytes = drive->burst_left >= 2 ? 2 : 1;
    uint16_t word = drive->data[0];

    if (bytes == 2) {
        word |= (uint16_t)(drive->data[1] << 8);
    }
    drive->data += bytes;
    drive->data_left -= bytes;
    drive->burst_left -= bytes;
    if (drive->burst_left == 0) {
        burst_done(drive, now_us);
    }
    return word;
}

static void take_packet_word(struct drive *drive, uint64_t now_us, uint16_t word)
{
    drive->packet[2 * drive->packet_words] = (uint8_t)word;
    drive->packet[2 * drive->packet_words + 1] = (uint8_t)(word >> 8);
    drive->packet_words++;
    if (drive->packet_words < PACKET_WORDS) {
        return;
    }
    drive->wants_packet = false;
    drive->packets++;
    sim_scsi_execute(drive, now_us);
    sim_drive_busy(drive, now_us, DELAY_COMMAND_US,
                   drive->data_left != 0 ? SIM_PENDING_BURST : SIM_PENDING_STATUS);
}

void sim_packet_write_data(struct drive *drive, uint64_t now_us, uint16_t word)
{
    if (!data_requested(drive)) {
        return;
    }
    if (drive->wants_packet) {
        take_packet_word(drive, now_us, word);
        return;
    }
    if (drive->data_out == NULL || drive->burst_left == 0) {
        return;
    }
    uint32_t bytes = drive->burst_left >= 2 ? 2 : 1;

    *drive->data_out++ = (uint8_t)word;
    if (bytes == 2) {
        *drive->data_out++ = (uint8_t)(word >> 8);
    }
    drive->data_left -= bytes;
    drive->burst_left -= bytes;
    if (drive->burst_left == 0) {
        burst_done(drive, now_us);
    }
}
