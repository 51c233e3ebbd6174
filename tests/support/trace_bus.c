#include "tests/support/trace_bus.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static void append(struct trace_bus *bus, const char *word)
{
    size_t length = strlen(word);

    if (bus->quiet)
        return;
    if (length >= TRACE_TEXT - bus->used)
        fail_msg("trace too long");
    memcpy(bus->text + bus->used, word, length + 1);
    bus->used += length;
}

static void flush_wait(struct trace_bus *bus)
{
    char word[32];

    if (bus->waited_us == 0)
        return;
    snprintf(word, sizeof word, "~%u ", (unsigned)bus->waited_us);
    bus->waited_us = 0;
    append(bus, word);
}

static void note(struct trace_bus *bus, enum ata_reg reg, char how, uint8_t value)
{
    char word[16];

    bus->accesses++;
    bus->now_us++;
    if (bus->quiet)
        return;
    flush_wait(bus);
    snprintf(word, sizeof word, "%d%c%02X ", (int)reg, how, value);
    append(bus, word);
}

static uint8_t peek_status(const struct trace_bus *bus)
{
    return bus->status_next < bus->status_count ? bus->statuses[bus->status_next] : bus->status;
}

static uint8_t next_status(struct trace_bus *bus)
{
    return bus->status_next < bus->status_count ? bus->statuses[bus->status_next++] : bus->status;
}

static uint8_t trace_read(void *context, enum ata_reg reg)
{
    struct trace_bus *bus = context;
    uint8_t value = 0;

    if (reg == ATA_REG_ALT_STATUS) {
        bus->accesses++;
        bus->now_us++;
        return peek_status(bus);
    }
    if (reg == ATA_REG_STATUS)
        value = next_status(bus);
    else if (reg == ATA_REG_LBA_LOW)
        value = bus->lba_low;
    note(bus, reg, '?', value);
    return value;
}

static void trace_write(void *context, enum ata_reg reg, uint8_t value)
{
    struct trace_bus *bus = context;

    if (reg == ATA_REG_LBA_LOW)
        bus->lba_low = value;
    if (reg == ATA_REG_COMMAND && value == 0x80 && bus->lba_low != 0x2A)
        fail_msg("command 80 with %02X", bus->lba_low);
    if (reg == ATA_REG_COMMAND && value == 0x00)
        bus->lba_low = bus->data_next < bus->data_count ? bus->data[bus->data_next++] : 0xFF;
    note(bus, reg, '=', value);
}

static void trace_read_data(void *context, uint16_t *words, size_t count)
{
    (void)context;
    (void)words;
    fail_msg("data register read, %u words", (unsigned)count);
}

static void trace_write_data(void *context, const uint16_t *words, size_t count)
{
    (void)context;
    (void)words;
    fail_msg("data register written, %u words", (unsigned)count);
}

static uint64_t trace_now(void *context)
{
    return ((struct trace_bus *)context)->now_us;
}

static void trace_wait(void *context, uint32_t us)
{
    struct trace_bus *bus = context;

    bus->now_us += us;
    bus->waited_us += us;
}

const struct ata_bus_ops trace_bus_ops = {
    .read = trace_read,
    .write = trace_write,
    .read_data = trace_read_data,
    .write_data = trace_write_data,
    .now_us = trace_now,
    .wait_us = trace_wait,
};

static bool trace_idle(void *context, uint8_t status)
{
    struct trace_bus *bus = context;

    (void)status;
    bus->idle_calls++;
    return bus->idle_calls == bus->idle_stop_at;
}

void trace_bus_open(struct trace_bus *bus, struct ata_device *device, uint8_t select,
                    uint8_t status)
{
    memset(bus, 0, sizeof *bus);
    bus->status = status;
    *device = (struct ata_device){.ops = &trace_bus_ops,
                                  .bus = bus,
                                  .select = select,
                                  .idle = trace_idle,
                                  .idle_context = bus};
}

void trace_bus_clear(struct trace_bus *bus)
{
    bus->used = 0;
    bus->text[0] = '\0';
    bus->waited_us = 0;
    bus->accesses = 0;
    bus->idle_calls = 0;
}

const char *trace_bus_text(struct trace_bus *bus)
{
    flush_wait(bus);
    return bus->text;
}

void trace_bus_statuses(struct trace_bus *bus, const uint8_t *statuses, unsigned count)
{
    assert_true(count <= TRACE_SCRIPT);
    memcpy(bus->statuses, statuses, count);
    bus->status_count = count;
    bus->status_next = 0;
}

void trace_bus_data(struct trace_bus *bus, const uint8_t *data, unsigned count)
{
    assert_true(count <= TRACE_SCRIPT);
    memcpy(bus->data, data, count);
    bus->data_count = count;
    bus->data_next = 0;
}
