#define ERROR_MODULE MODULE_ATAPI
#include "drivers/atapi.h"

#include "drivers/ata.h"
#include "kernel/lib/string.h"
#include "kernel/lib/text.h"

enum {
    COMMAND_PACKET = 0xA0,
    REASON_PACKET = 0x01,  /* CoD: the device wants the packet, or the command is over */
    REASON_TO_HOST = 0x02, /* IO */
    BYTE_COUNT = 0xFFFE,   /* limit per data request: even, below 64 KiB (9.11) */
    CHUNK_WORDS = 128,
    SURPLUS_BOUND = 0x10000, /* bytes thrown away before the device counts as run wild */
    LATE_REQUEST_US = 10000, /* PROTOCOL.md, "Late request" */
    PACKET_SIZE = 12,
    SENSE_SIZE = 18,
    SENSE_TIMEOUT_US = 5000000
};

void atapi_begin(struct atapi_transfer *transfer, struct ata_device *device,
                 const uint8_t packet[12], enum packet_direction direction, void *data,
                 uint32_t size, uint32_t timeout_us, struct packet_result *result)
{
    memset(transfer, 0, sizeof *transfer);
    memset(result, 0, sizeof *result);
    transfer->device = device;
    transfer->result = result;
    memcpy(transfer->packet, packet, PACKET_SIZE);
    transfer->direction = direction;
    transfer->data = data;
    transfer->size = direction == PACKET_NONE ? 0 : size;
    transfer->timeout_us = timeout_us;
    transfer->start_us = ata_now_us(device);
    ata_write(device, ATA_REG_DEVICE, device->select);
    ata_settle(device);
}

/* Bytes of the running packet's data phase that were moved so far. */
static uint32_t *moved(struct atapi_transfer *transfer)
{
    return transfer->sense_running ? &transfer->sense_moved : &transfer->result->moved;
}

/* Ends the user's packet with `error`, or the sense that was fetched for it. */
static bool finish(struct atapi_transfer *transfer, err_t error)
{
    struct packet_result *result = transfer->result;

    if (!transfer->sense_running) {
        result->error = error;
        result->status = transfer->device->last_status;
        result->interrupt_reason = transfer->reason;
        result->error_register = ata_read(transfer->device, ATA_REG_ERROR);
        result->time_us = (uint32_t)(ata_now_us(transfer->device) - transfer->start_us);
    } else if (error == 0 && transfer->sense_moved >= 14 && (transfer->sense[0] & 0x7E) == 0x70) {
        result->sense_valid = true; /* fixed format, SPC-2 7.20.2 */
        result->sense_key = transfer->sense[2] & 0x0F;
        result->asc = transfer->sense[12];
        result->ascq = transfer->sense[13];
    }
    return true;
}

/* CHECK CONDITION: keeps the first command's result and goes on with REQUEST SENSE. */
static bool check_condition(struct atapi_transfer *transfer)
{
    static const uint8_t request_sense[PACKET_SIZE] = {0x03, 0, 0, 0, SENSE_SIZE};

    finish(transfer, ERR(ERR_DEVICE));
    if (transfer->sense_running)
        return true;
    transfer->sense_running = true;
    transfer->result->sense_key =
        transfer->result->error_register >> 4; /* 9.11, until sense came */
    transfer->timeout_us = transfer->result->time_us + SENSE_TIMEOUT_US;
    memcpy(transfer->packet, request_sense, PACKET_SIZE);
    transfer->direction = PACKET_IN;
    transfer->data = transfer->sense;
    transfer->size = SENSE_SIZE;
    transfer->surplus = 0;
    transfer->late_us = 0;
    transfer->phase = ATAPI_BEFORE;
    return false;
}

static bool send_command(struct atapi_transfer *transfer)
{
    struct ata_device *device = transfer->device;

    ata_write(device, ATA_REG_FEATURES, 0); /* no overlap, no DMA */
    ata_write(device, ATA_REG_SECTOR_COUNT, 0);
    ata_write(device, ATA_REG_LBA_MID, BYTE_COUNT & 0xFF);
    ata_write(device, ATA_REG_LBA_HIGH, BYTE_COUNT >> 8);
    ata_write(device, ATA_REG_DEVICE, device->select);
    ata_write(device, ATA_REG_COMMAND, COMMAND_PACKET);
    ata_settle(device);
    transfer->phase = ATAPI_COMMAND;
    return false;
}

static bool send_packet(struct atapi_transfer *transfer)
{
    struct ata_device *device = transfer->device;
    uint16_t words[PACKET_SIZE / 2];

    memcpy(words, transfer->packet, PACKET_SIZE);
    device->ops->write_data(device->bus, words, PACKET_SIZE / 2);
    ata_settle(device);
    transfer->phase = ATAPI_DATA;
    return false;
}

/* Takes `count` bytes off the device: what has room is kept, the rest thrown away. */
static void receive(struct atapi_transfer *transfer, uint32_t count)
{
    struct ata_device *device = transfer->device;
    uint32_t *done = moved(transfer);
    uint16_t words[CHUNK_WORDS];

    while (count > 0) {
        uint32_t chunk = count < sizeof words ? count : (uint32_t)sizeof words;
        uint32_t room = transfer->size - *done;
        uint32_t kept = chunk < room ? chunk : room;

        device->ops->read_data(device->bus, words, (chunk + 1) / 2);
        if (kept > 0)
            memcpy(transfer->data + *done, words, kept);
        *done += kept;
        transfer->surplus += chunk - kept;
        count -= chunk;
    }
}

/* Gives the device `count` bytes; the caller has checked that there are as many. */
static void send(struct atapi_transfer *transfer, uint32_t count)
{
    struct ata_device *device = transfer->device;
    uint32_t *done = moved(transfer);
    uint16_t words[CHUNK_WORDS];

    while (count > 0) {
        uint32_t chunk = count < sizeof words ? count : (uint32_t)sizeof words;

        words[(chunk - 1) / 2] = 0; /* the odd byte at the very end travels in a full word */
        memcpy(words, transfer->data + *done, chunk);
        device->ops->write_data(device->bus, words, (chunk + 1) / 2);
        *done += chunk;
        count -= chunk;
    }
}

/* A request of the wrong kind: valid a little later (true: wait), or the device breaks the rules.
 */
static bool may_come_later(struct atapi_transfer *transfer)
{
    uint64_t now = ata_now_us(transfer->device);

    if (transfer->late_us == 0)
        transfer->late_us = now;
    return now - transfer->late_us < LATE_REQUEST_US;
}

/* DRQ = 1 after the packet: one part of the data phase. */
static bool data_request(struct atapi_transfer *transfer)
{
    struct ata_device *device = transfer->device;
    uint8_t reason = transfer->reason;
    uint8_t expected = transfer->direction == PACKET_IN ? REASON_TO_HOST : 0;
    uint32_t count =
        ata_read(device, ATA_REG_LBA_MID) | (uint32_t)ata_read(device, ATA_REG_LBA_HIGH) << 8;

    if (transfer->direction == PACKET_NONE || count == 0 ||
        (reason & (REASON_PACKET | REASON_TO_HOST)) != expected) {
        if (may_come_later(transfer))
            return false;
        return finish(transfer, ERR(ERR_PROTOCOL));
    }
    if (transfer->direction == PACKET_OUT) {
        if (count > transfer->size - *moved(transfer))
            return finish(transfer, ERR(ERR_PROTOCOL)); /* it wants bytes that we do not have */
        send(transfer, count);
    } else {
        receive(transfer, count);
        if (transfer->surplus > SURPLUS_BOUND)
            return finish(transfer, ERR(ERR_PROTOCOL));
    }
    transfer->late_us = 0;
    ata_settle(device);
    return false;
}

/* DRQ = 1 after the command: the packet is wanted, if the interrupt reason says so. */
static bool packet_request(struct atapi_transfer *transfer)
{
    uint8_t reason = transfer->reason;

    if ((reason & (REASON_PACKET | REASON_TO_HOST)) == REASON_PACKET) {
        transfer->late_us = 0;
        return send_packet(transfer);
    }
    if (may_come_later(transfer))
        return false;
    return finish(transfer, ERR(ERR_PROTOCOL));
}

/* BSY = 0 and DRQ = 0: where the transfer stands decides what that means. */
static bool nothing_requested(struct atapi_transfer *transfer)
{
    struct ata_device *device = transfer->device;

    if (transfer->phase == ATAPI_BEFORE)
        return send_command(transfer);
    if ((device->last_status & ATA_STATUS_ERR) != 0)
        return check_condition(transfer);
    if (transfer->phase == ATAPI_COMMAND)
        return false; /* the request may come a little later than BSY = 0 */
    /* Status may show the end before a data request becomes valid: look twice. */
    if (transfer->direction != PACKET_NONE && *moved(transfer) == 0 && may_come_later(transfer) &&
        (transfer->reason & (REASON_PACKET | REASON_TO_HOST)) != (REASON_PACKET | REASON_TO_HOST))
        return false;
    device->last_status = ata_read(device, ATA_REG_STATUS);
    return finish(transfer, 0);
}

bool atapi_step(struct atapi_transfer *transfer)
{
    struct ata_device *device = transfer->device;
    bool late = ata_now_us(device) - transfer->start_us >= transfer->timeout_us;
    uint8_t status = ata_alt_status(device);
    bool over = false;

    if (ata_status_is_open(status))
        return finish(transfer, ERR(ERR_NO_DEVICE));
    if ((status & ATA_STATUS_BSY) == 0) {
        transfer->reason = ata_read(device, ATA_REG_INTERRUPT_REASON);
        if ((status & ATA_STATUS_DRQ) == 0)
            over = nothing_requested(transfer);
        else if (transfer->phase == ATAPI_COMMAND)
            over = packet_request(transfer);
        else if (transfer->phase == ATAPI_DATA)
            over = data_request(transfer);
    }
    if (!over && late)
        return finish(transfer, ERR(ERR_TIMEOUT));
    return over;
}

static void atapi_packet(struct packet_device *packet_device, const uint8_t packet[12],
                         enum packet_direction direction, void *data, uint32_t size,
                         uint32_t timeout_us, struct packet_result *result)
{
    struct ata_device *device = packet_device->transport;
    struct atapi_transfer transfer;
    struct ata_watch watch;

    if (size > packet_device->transfer_limit) {
        memset(result, 0, sizeof *result);
        result->error = ERR(ERR_ARGUMENT);
        return;
    }
    atapi_begin(&transfer, device, packet, direction, data, size, timeout_us, result);
    ata_watch_start(device, &watch, UINT32_MAX); /* atapi_step() keeps the time */
    while (!atapi_step(&transfer)) {
        err_t error = ata_watch_turn(device, &watch);

        if (error != 0) {
            finish(&transfer, error);
            return;
        }
    }
}

static err_t atapi_reset(struct packet_device *packet_device)
{
    struct ata_device *device = packet_device->transport;

    ata_device_reset(device);
    return ata_wait(device, ATA_REG_ALT_STATUS, ATA_STATUS_BSY, 0, ATA_RESET_BOUND_US);
}

static const struct packet_ops atapi_ops = {.packet = atapi_packet, .reset = atapi_reset};

void atapi_open(struct packet_device *packet, struct ata_device *device)
{
    packet->ops = &atapi_ops;
    packet->transport = device;
    packet->transfer_limit = 0x10000; /* a PIO command has no limit of its own; more than any
                                         packet here moves */
}

void inquiry_packet(uint8_t packet[12])
{
    memset(packet, 0, PACKET_SIZE);
    packet[0] = 0x12;
    packet[4] = sizeof((struct inquiry *)0)->raw;
}

static bool is_attention(const struct packet_result *result)
{
    return result->error != 0 && result->sense_valid && result->sense_key == 0x06;
}

void packet_inquiry(struct packet_device *device, struct inquiry *inquiry,
                    struct packet_result *result)
{
    uint8_t packet[PACKET_SIZE];
    unsigned tries = 0;

    inquiry_packet(packet);
    do {
        memset(inquiry, 0, sizeof *inquiry);
        device->ops->packet(device, packet, PACKET_IN, inquiry->raw, sizeof inquiry->raw,
                            INQUIRY_TIMEOUT_US, result);
    } while (is_attention(result) && ++tries <= ATTENTION_RETRIES);
    inquiry->length = (uint8_t)result->moved;
    inquiry_parse(inquiry);
}

void packet_test_unit_ready(struct packet_device *device, struct packet_result *result)
{
    static const uint8_t packet[PACKET_SIZE] = {0x00};
    unsigned tries = 0;

    do {
        device->ops->packet(device, packet, PACKET_NONE, NULL, 0, READY_TIMEOUT_US, result);
    } while (is_attention(result) && ++tries <= ATTENTION_RETRIES);
}

/* Text of raw[from..from+length), as far as it came. */
static void field(const struct inquiry *inquiry, unsigned from, unsigned length, char *to,
                  size_t size)
{
    unsigned came =
        inquiry->length < sizeof inquiry->raw ? inquiry->length : (unsigned)sizeof inquiry->raw;

    if (came <= from)
        length = 0;
    else if (length > came - from)
        length = came - from;
    text_field(to, size, inquiry->raw + from, length);
}

void inquiry_parse(struct inquiry *inquiry)
{
    field(inquiry, 8, 8, inquiry->vendor, sizeof inquiry->vendor);
    field(inquiry, 16, 16, inquiry->product, sizeof inquiry->product);
    field(inquiry, 32, 4, inquiry->revision, sizeof inquiry->revision);
    field(inquiry, 36, 20, inquiry->date, sizeof inquiry->date);
}

bool inquiry_is_sane(const struct inquiry *inquiry)
{
    if (inquiry->length < 36)
        return false;
    for (unsigned i = 8; i < 36; i++) {
        if (inquiry->raw[i] < 0x20 || inquiry->raw[i] > 0x7E)
            return false;
    }
    return inquiry->product[0] != '\0';
}
