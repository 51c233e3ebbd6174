/*
 * What devices say of themselves, from anything a device may say.
 *
 * First byte of the input even: the next ones are INQUIRY (length, 96 bytes), IDENTIFY data (512
 * bytes) and two product names; verdict and names are computed from them. Odd: the input plays a
 * device register by register, and a whole cable is probed.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/drivedb.h"
#include "kernel/probe.h"

enum { ACCESS_US = 20000, PRODUCT = 16 };

struct input {
    const uint8_t *bytes;
    size_t left;
};

static void require(bool holds)
{
    if (!holds)
        abort();
}

/* Takes `size` bytes; what is missing stays as it is. */
static void take(struct input *input, void *to, size_t size)
{
    if (size > input->left)
        size = input->left;
    memcpy(to, input->bytes, size);
    input->bytes += size;
    input->left -= size;
}

static uint8_t take_byte(struct input *input, uint8_t otherwise)
{
    take(input, &otherwise, 1);
    return otherwise;
}

static void require_text(const char *text, size_t size)
{
    size_t length = 0;

    while (length < size && text[length] != '\0') {
        require(text[length] >= 0x20 && text[length] <= 0x7E);
        length++;
    }
    require(length < size);
}

static void require_names(const struct port *port)
{
    const struct inquiry *inquiry = &port->evidence.inquiry;
    char text[41];

    require_text(port->name, sizeof port->name);
    require_text(inquiry->vendor, sizeof inquiry->vendor);
    require_text(inquiry->product, sizeof inquiry->product);
    require_text(inquiry->revision, sizeof inquiry->revision);
    require_text(inquiry->date, sizeof inquiry->date);
    for (unsigned word = 0; word < 260; word += 13) {
        ata_identify_text(port->evidence.identify, word, 40, text);
        require_text(text, sizeof text);
    }
}

static void require_verdict(const struct port *port)
{
    require(port->verdict > VERDICT_PROBING && port->verdict < VERDICT_COUNT);
    if (port->evidence.identify_device_valid && port->evidence.decoding)
        require(port->verdict == VERDICT_DISK);
    if (port->verdict == VERDICT_DISK)
        require(port->disk_forever && port_vendor_allowed(port) != 0);
    if (port->verdict == VERDICT_HEALTHY)
        require(inquiry_is_sane(&port->evidence.inquiry));
}

static void take_product(struct input *input, char product[PRODUCT + 1])
{
    memset(product, 0, PRODUCT + 1);
    take(input, product, PRODUCT);
}

static void compare_products(struct input *input, const struct inquiry *inquiry)
{
    char a[PRODUCT + 1], b[PRODUCT + 1];

    take_product(input, a);
    take_product(input, b);
    require(drivedb_same_model(a, b) == drivedb_same_model(b, a));
    (void)drivedb_family(inquiry->product, a);
    if (inquiry_is_sane(inquiry))
        require(drivedb_same_model(inquiry->product, inquiry->product));
}

static void parse(struct input *input)
{
    static struct port port;
    struct evidence *evidence = &port.evidence;
    uint8_t command =
        take_byte(input, 0) % 2 == 0 ? ATA_IDENTIFY_DEVICE : ATA_IDENTIFY_PACKET_DEVICE;

    memset(&port, 0, sizeof port);
    evidence->decoding = true;
    evidence_clear(evidence);
    evidence->status = take_byte(input, 0x50);
    evidence->constant = false;
    evidence->echo = true;
    evidence->signature = take_byte(input, 0) % 4;
    evidence->inquiry_result.moved = take_byte(input, 96);
    take(input, evidence->inquiry.raw, sizeof evidence->inquiry.raw);
    evidence_note_inquiry(evidence);
    take(input, evidence->identify, sizeof evidence->identify);
    evidence_note_identify(evidence, command, 0);
    port_judge(&port);
    require_verdict(&port);
    require_names(&port);
    compare_products(input, &evidence->inquiry);
}

/* ---- a device made of the input ------------------------------------------------------------- */

struct played {
    struct input input;
    uint64_t now;
    uint8_t last;
};

static uint8_t played_read(void *context, enum ata_reg reg)
{
    struct played *played = context;

    (void)reg;
    played->now += ACCESS_US;
    played->last = take_byte(&played->input, played->last);
    return played->last;
}

static void played_write(void *context, enum ata_reg reg, uint8_t value)
{
    ((struct played *)context)->now += ACCESS_US;
    if (reg == ATA_REG_COMMAND)
        require(value == ATA_IDENTIFY_DEVICE || value == ATA_IDENTIFY_PACKET_DEVICE ||
                value == 0xA0);
}

static void played_read_data(void *context, uint16_t *words, size_t count)
{
    struct played *played = context;

    memset(words, played->last, 2 * count);
    take(&played->input, words, 2 * count);
}

static void played_write_data(void *context, const uint16_t *words, size_t count)
{
    (void)context;
    (void)words;
    require(count == 6); /* a packet; nothing else is ever sent to a device by a probe */
}

static uint64_t played_now(void *context)
{
    return ((struct played *)context)->now;
}

static void played_wait(void *context, uint32_t us)
{
    ((struct played *)context)->now += us;
}

static const struct ata_bus_ops played_ops = {played_read,       played_write, played_read_data,
                                              played_write_data, played_now,   played_wait};

static void probe(struct input *input)
{
    static struct machine machine;
    struct played played = {.input = *input};

    memset(&machine, 0, sizeof machine);
    machine.ide.channel_count = 1;
    machine.ide.channels[0].decoding = true;
    machine.ide.channels[0].ops = &played_ops;
    machine.ide.channels[0].bus = &played;
    probe_open(&machine, NULL);
    while (probe_step(&machine)) {
        played.now += 1000;
        require(played.now < (uint64_t)PROBE_LONGEST_US + 10000000);
    }
    for (unsigned i = 0; i < machine.port_count; i++) {
        require_verdict(&machine.ports[i]);
        require_names(&machine.ports[i]);
        (void)port_alone(&machine.ports[i]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct input input = {bytes, size};

    if (take_byte(&input, 0) % 2 == 0)
        parse(&input);
    else
        probe(&input);
    return 0;
}
