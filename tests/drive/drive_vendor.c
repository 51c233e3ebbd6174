/*
 * Vendor mode of the MediaTek controller, legacy command set.
 *
 * Intro: 2A in the LBA low register, command 80. From then on the status register shows 70
 * (parallel flash), 72 or 73 (SPI flash, two engines) after every command, the same with BSY while
 * a command runs.
 *
 * - 00 reads a byte, 01 writes one: address in LBA mid and high, in parallel mode bits 19..16 in
 *   the low nibble of the device register; the byte is in LBA low. Parallel mode: a real bus cycle
 *   of the flash. SPI modes: the buffer.
 * - 04 and 05, SPI transfer: 04 takes the lengths from features, count, mid and high (F, C, L, H),
 *   05 runs it. Engine 72 sends F + 256 C bytes and receives L + 256 H; engine 73 sends C + 256 F
 *   and receives H + 256 L. The bytes received follow those sent in the buffer. Engine 73 also
 *   keeps what the flash drives while it is still sending, which is why the odd lengths
 *   01 00 03 00 work there for opcode 90.
 * - 81 is the outro. After it, or without it, 08 (DEVICE RESET) starts the processor again from
 *   the flash.
 * - 80 with 2E in LBA low erases the whole flash. No tool may ever send it; it works here in every
 *   state, even behind a closed gate, so that tests can tell.
 *
 * Command 02 (32-bit read) is not modelled: what it covers on a real chip is not known.
 * Bits 15 and 11 of a buffer address are not decoded; what lies behind the 1 KiB is not modelled
 * and reads 00.
 */
#include <string.h>

#include "tests/drive/drive_parts.h"

enum {
    VENDOR_READ = 0x00,
    VENDOR_WRITE = 0x01,
    VENDOR_TRANSFER_SETUP = 0x04,
    VENDOR_TRANSFER = 0x05,
    VENDOR_INTRO = 0x80,
    VENDOR_OUTRO = 0x81
};

enum { INTRO_KEY = 0x2A, DESTROY_KEY = 0x2E };

/* How long the intro shows BSY; tools wait 2 ms for it. */
enum { INTRO_US = 500 };

enum { BUFFER_DECODE = 0x77FF, STATUS_SLIM = 0x52 };

uint8_t sim_vendor_status(struct drive *drive, uint64_t now_us)
{
    if (now_us >= drive->vendor_until_us) {
        drive->vendor_entering = false;
        return drive->vendor_status;
    }
    return drive->vendor_entering ? STATUS_BSY : drive->vendor_status | STATUS_BSY;
}

/* What can be wrong with the flash ID for a while after the intro. */
static void prepare_id(struct drive *drive, uint64_t now_us)
{
    const struct sim_fault_state *late = &drive->faults.state[SIM_FAULT_ID_LATE];

    drive->chip->id_ready_us = late->on ? now_us + late->value[0] * 1000ull : 0;
    drive->chip->id_garbled = sim_fault_first(&drive->faults, SIM_FAULT_ID_GARBLED);
}

static void enter(struct drive *drive, uint64_t now_us)
{
    drive->intros++;
    if (sim_fault_first(&drive->faults, SIM_FAULT_INTRO_IGNORED)) {
        return;
    }
    if (drive->phase != SIM_PHASE_VENDOR) {
        prepare_id(drive, now_us);
        drive->vendor_status = drive->setup.engine;
        if (sim_fault_first(&drive->faults, SIM_FAULT_INTRO_F2)) {
            drive->vendor_status |= STATUS_BSY;
        } else if (sim_fault_on(&drive->faults, SIM_FAULT_INTRO_52)) {
            drive->vendor_status = STATUS_SLIM;
        }
    }
    drive->phase = SIM_PHASE_VENDOR;
    drive->next_us = SIM_FOREVER;
    drive->wants_packet = false;
    drive->burst_left = 0;
    drive->engine_armed = false;
    drive->error = 0;
    drive->vendor_entering = true;
    drive->vendor_until_us = now_us + INTRO_US;
}

static void destroy(struct drive *drive, uint64_t now_us)
{
    drive->destroyed++;
    sim_chip_erase_all(drive->chip, now_us);
    if (drive->gate) {
        enter(drive, now_us);
    }
}

static uint32_t bus_address(const struct drive *drive)
{
    return drive->mid | (uint32_t)drive->high << 8 | (uint32_t)(drive->device & 0x0F) << 16;
}

/* The buffer byte that the address registers point to, NULL outside. */
static uint8_t *buffer_byte(struct drive *drive)
{
    uint32_t index = (drive->mid | (uint32_t)drive->high << 8) & BUFFER_DECODE;

    return index < SIM_VENDOR_BUFFER ? &drive->buffer[index] : NULL;
}

static void read_byte(struct drive *drive, uint64_t now_us)
{
    if (drive->setup.engine == 0x70) {
        drive->low = sim_chip_read(drive->chip, now_us, bus_address(drive));
    } else {
        const uint8_t *byte = buffer_byte(drive);

        drive->low = byte != NULL ? *byte : 0x00;
    }
}

static void write_byte(struct drive *drive, uint64_t now_us)
{
    if (drive->setup.engine == 0x70) {
        sim_chip_write(drive->chip, now_us, bus_address(drive), drive->low);
    } else {
        uint8_t *byte = buffer_byte(drive);

        if (byte != NULL) {
            *byte = drive->low;
        }
    }
}

static void setup_transfer(struct drive *drive)
{
    if (drive->setup.engine == 0x72) {
        drive->engine_send = drive->features | (uint32_t)drive->count << 8;
        drive->engine_receive = drive->mid | (uint32_t)drive->high << 8;
    } else {
        drive->engine_send = drive->count | (uint32_t)drive->features << 8;
        drive->engine_receive = drive->high | (uint32_t)drive->mid << 8;
    }
    drive->engine_armed = drive->setup.engine != 0x70;
}

/* Runs the transfer that was set up; returns its duration in µs. */
static uint32_t run_transfer(struct drive *drive, uint64_t now_us)
{
    uint32_t total = drive->engine_send + drive->engine_receive;
    uint8_t miso[SIM_VENDOR_BUFFER];

    if (!drive->engine_armed || drive->engine_send > SIM_VENDOR_BUFFER ||
        total > SIM_VENDOR_BUFFER) {
        return 0;
    }
    drive->engine_armed = false;
    memcpy(drive->tx, drive->buffer, drive->engine_send);
    memset(drive->tx + drive->engine_send, 0, drive->engine_receive);
    memset(miso, 0xFF, total);
    size_t driven = sim_chip_transfer(drive->chip, now_us, drive->tx, total, miso);
    size_t kept = drive->engine_send;

    if (drive->setup.engine == 0x73 && driven < kept) {
        kept = driven;
    }
    memcpy(&drive->buffer[kept], &miso[kept], total - kept);
    return total / 2;
}

/* The fault that ends vendor mode in the middle of the work. */
static bool lost(struct drive *drive)
{
    struct sim_fault_state *fault = &drive->faults.state[SIM_FAULT_VENDOR_MODE_LOST];

    if (!fault->on || ++fault->seen <= fault->value[0]) {
        return false;
    }
    fault->on = false;
    drive->phase = SIM_PHASE_FACE;
    drive->shown = (fault->value[1] & STATUS_BSY) != 0 ? SIM_FACE_HANG : SIM_FACE_SILENT;
    drive->status = (uint8_t)fault->value[1];
    drive->gate = fault->value[2] != 0;
    return true;
}

/* A controller that does not keep its address registers: repeated commands need them written again.
 */
static void lose_address(struct drive *drive)
{
    struct sim_fault_state *fault = &drive->faults.state[SIM_FAULT_ADDRESS_LOST];

    if (fault->on && ++fault->seen > fault->value[0]) {
        drive->mid = 0;
        drive->high = 0;
    }
}

static void vendor_mode_command(struct drive *drive, uint64_t now_us, uint8_t command)
{
    uint32_t duration = drive->setup.vendor_us;
    bool usable = drive->vendor_status == drive->setup.engine;

    drive->vendor_commands++;
    if (lost(drive)) {
        return;
    }
    switch (command) {
    case VENDOR_READ:
        if (usable) {
            read_byte(drive, now_us);
        }
        break;
    case VENDOR_WRITE:
        if (usable) {
            write_byte(drive, now_us);
        }
        break;
    case VENDOR_TRANSFER_SETUP:
        setup_transfer(drive);
        break;
    case VENDOR_TRANSFER:
        if (usable) {
            duration += run_transfer(drive, now_us);
        }
        break;
    case VENDOR_OUTRO:
        drive->phase = SIM_PHASE_LEFT;
        drive->status = STATUS_READY;
        break;
    default:
        break;
    }
    lose_address(drive);
    drive->vendor_until_us = now_us + duration;
}

/* DEVICE RESET in vendor mode, or after the outro. */
static void reset_command(struct drive *drive, uint64_t now_us)
{
    if (sim_fault_on(&drive->faults, SIM_FAULT_RESET_HANGS)) {
        drive->reset_hung = true;
    }
    sim_drive_restart(drive, now_us);
}

bool sim_vendor_command(struct drive *drive, uint64_t now_us, uint8_t command)
{
    bool inside = drive->phase == SIM_PHASE_VENDOR;

    if (command == VENDOR_INTRO && drive->low_written == DESTROY_KEY) {
        destroy(drive, now_us);
        return true;
    }
    if (command == VENDOR_INTRO && drive->low == INTRO_KEY && (inside || drive->gate)) {
        enter(drive, now_us);
        return true;
    }
    if (command == COMMAND_DEVICE_RESET && (inside || drive->phase == SIM_PHASE_LEFT)) {
        reset_command(drive, now_us);
        return true;
    }
    if (inside && now_us >= drive->vendor_until_us) {
        vendor_mode_command(drive, now_us, command);
    }
    return inside;
}
