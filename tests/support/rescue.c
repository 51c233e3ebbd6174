/* One whole rescue against the simulated bench. */
#define ERROR_MODULE MODULE_NONE
#include "tests/support/rescue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "drivers/ata.h"
#include "drivers/atapi.h"
#include "tests/drive/drive.h"
#include "tests/firmware/firmware_maker.h"

const struct chip rescue_toy_parallel = {.vendor = "Test",
                                         .name = "TESTP8K",
                                         .bus = CHIP_PARALLEL,
                                         .id_command = CHIP_ID_JEDEC_90,
                                         .size = 0x2000,
                                         .program = CHIP_PROGRAM_BYTE,
                                         .page_size = 1,
                                         .regions = {{.sector_size = 0x400, .count = 8}},
                                         .sector_opcode = 0x30,
                                         .chip_opcode = 0x10,
                                         .program_us = 20,
                                         .sector_erase_ms = 25,
                                         .chip_erase_ms = 250};

const struct chip rescue_toy_spi = {.vendor = "Test",
                                    .name = "TESTS8K",
                                    .bus = CHIP_SPI,
                                    .id_command = CHIP_ID_RDID_9F,
                                    .size = 0x2000,
                                    .program = CHIP_PROGRAM_PAGE,
                                    .page_size = 256,
                                    .regions = {{.sector_size = 0x400, .count = 8}},
                                    .sector_opcode = 0x20,
                                    .chip_opcode = 0xC7,
                                    .protect_mask = 0x0C,
                                    .program_us = 5000,
                                    .sector_erase_ms = 250,
                                    .chip_erase_ms = 2500};

static uint64_t now_us(void *context)
{
    const struct rescue *rescue = context;

    return bench_now_us(rescue->bench);
}

/* Who is it now? Asks until the restarted drive answers, for ten seconds at most. */
static err_t identify(void *context, struct inquiry *inquiry)
{
    struct rescue *rescue = context;
    struct packet_device packet;
    struct packet_result result = {.error = ERR(ERR_TIMEOUT)};
    uint64_t start_us = now_us(rescue);

    atapi_open(&packet, &rescue->device);
    while (result.error != 0 && now_us(rescue) - start_us < 10000000) {
        bench_advance(rescue->bench, 100000);
        if ((ata_alt_status(&rescue->device) & ATA_STATUS_BSY) == 0) {
            packet_inquiry(&packet, inquiry, &result);
        }
    }
    return result.error;
}

void rescue_open(struct rescue *rescue, struct bench *bench, unsigned position)
{
    memset(rescue, 0, sizeof *rescue);
    rescue->bench = bench;
    rescue->position = position;
    bench_bus_open(&rescue->bus, bench, 0);
    bench_bus_device(&rescue->bus, position, &rescue->device);
    rescue->method.ops = &mtk_flash_ops;
    mtk_open(&rescue->mtk, &rescue->method, &rescue->device);
    test_host_open(&rescue->host, now_us, rescue);
    rescue->host.identify = identify;
    rescue->session = &rescue->host.session;
    rescue->session->job = SESSION_FLASH;
    rescue->session->method = &rescue->method;
}

void rescue_close(struct rescue *rescue)
{
    test_host_close(&rescue->host);
}

void rescue_file(struct rescue *rescue, const uint8_t *bytes, uint32_t size, uint32_t bank_size)
{
    struct firmware *file = &rescue->session->file;

    firmware_inspect(file, bytes, size);
    if (bank_size != file->bank_size) {
        file->bank_size = bank_size;
        file->damage = FIRMWARE_SOUND;
    }
}

void rescue_chip(struct rescue *rescue, const struct chip *chip)
{
    rescue->session->chip = chip;
    rescue->session->chip_by_hand = true;
    /* The toys' maker is in no table: the method would restart the drive once for a better id. */
    rescue->mtk.restarted_for_id = true;
}

void rescue_probe(struct rescue *rescue)
{
    struct ide_found *ide = &rescue->machine.ide;

    memset(&rescue->machine, 0, sizeof rescue->machine);
    ide->channel_count = BENCH_CHANNELS;
    for (unsigned i = 0; i < BENCH_CHANNELS; i++) {
        bench_bus_open(&rescue->cables[i], rescue->bench, i);
        ide->channels[i] = (struct ide_channel){.command_base = i == 0 ? 0x1F0 : 0x170,
                                                .control_base = i == 0 ? 0x3F6 : 0x376,
                                                .legacy = true,
                                                .decoding = true,
                                                .ops = &bench_bus_ops,
                                                .bus = &rescue->cables[i]};
        snprintf(ide->channels[i].where, sizeof ide->channels[i].where, "%s",
                 i == 0 ? "Primary" : "Secondary");
    }
    probe_open(&rescue->machine, &rescue->host.log);
    for (unsigned i = 0; i < BENCH_CHANNELS; i++) {
        (void)probe_finish(&rescue->machine, &rescue->machine.ports[2 * i]);
    }
    rescue->session->port = probe_port(&rescue->machine, rescue->position + 1);
}

enum session_result rescue_run(struct rescue *rescue)
{
    (void)session_run(rescue->session);
    return rescue->session->result;
}

const uint8_t *rescue_cells(const struct rescue *rescue, uint32_t *size)
{
    const struct drive *drive = bench_drive(rescue->bench, 0, rescue->position);

    *size = drive->chip->type->size;
    return drive->chip->cells;
}

void rescue_image(uint8_t *image, uint32_t size, bool sparse, const char *product,
                  const char *revision, uint64_t seed)
{
    struct sim_firmware_recipe recipe;

    sim_firmware_recipe(&recipe, size);
    recipe.product = product;
    recipe.revision = revision;
    recipe.sparse = sparse;
    recipe.seed = seed;
    if (sim_firmware_make(&recipe, image, size) != size) {
        fprintf(stderr, "rescue_image: impossible recipe for %u bytes\n", (unsigned)size);
        abort();
    }
}
