/*
 * What runs first at 1 MiB: it makes sure that the file arrived whole, unpacks the kernel behind
 * itself and makes sure of that too. Its words stand here and not with the user interface's, which
 * are in the packed part.
 */
#include "boot/bios/layout.h"
#include "boot/bios/parameters.h"
#include "boot/bios/unpack/inflate.h"
#include "drivers/ports_x86.h"
#include "drivers/serial.h"
#include "kernel/lib/crc32.h"
#include "kernel/lib/little_endian.h"
#include "kernel/lib/string.h"

/* From loaded.ld, kernel.ld and start.S. */
extern uint8_t loaded_start[], payload_start[], payload_end[], loaded_sum[];
extern uint8_t kernel_base[], bss_start[], bss_end[];
extern uint8_t failure_code[], failure_code_end[];
_Noreturn void failure_enter(void);
CALLED_WITH_EAX void unpack(uint32_t zero_page);

/* What can have gone wrong; only the first is in the user's file. */
static const char damaged[] =
    "ODDRescue can't start: the kernel was damaged while it was loaded.\r\n"
    "\r\n"
    "What it was loaded from is bad, or was written badly: a worn floppy, a stick\r\n"
    "that loses bytes, a download that broke off. Nothing was sent to any drive.\r\n"
    "\r\n"
    "Write the image again, best to another floppy or stick, and try once more.\r\n"
    "If the message stays, the memory of this PC may be faulty.\r\n"
    "\r\n"
    "Ctrl-Alt-Del restarts this PC.\r\n";
static const char bad_memory[] =
    "ODDRescue can't start: the kernel arrived whole, but is damaged in memory.\r\n"
    "\r\n"
    "This PC has less than the 8 MiB of memory that are needed, or its memory is\r\n"
    "faulty. Don't flash a drive on it before a memory test (memtest86+) passed.\r\n"
    "Nothing was sent to any drive.\r\n"
    "\r\n"
    "Ctrl-Alt-Del restarts this PC.\r\n";
static const char in_the_way[] =
    "ODDRescue can't start: the boot loader left something where the kernel must go.\r\n"
    "\r\n"
    "Use another boot loader, or a smaller file for its \"initrd\".\r\n"
    "Nothing was sent to any drive.\r\n"
    "\r\n"
    "Ctrl-Alt-Del restarts this PC.\r\n";

static const char no_bios[] =
    "ODDRescue can't start: this file needs a BIOS, and this PC runs UEFI.\r\n"
    "\r\n"
    "Start oddx64.efi instead (oddia32.efi where the UEFI has 32 bits). In GRUB:\r\n"
    "chainloader /oddx64.efi\r\n"
    "Nothing was sent to any drive. Switch this PC off and on.\r\n";

/* On COM1, as the program itself would: some machines have no other screen. */
static void say_on_serial(const char *text)
{
    /* Looks at a transmitter that stands still, which take 1 us each on a PC's bus and a tenth of
     * it in a virtual machine; the other side of a virtual port may be slow to take what was sent.
     */
    enum { BAUD = 115200, PATIENCE = 10000000 };
    struct platform platform = {.ports = &ports_x86};
    struct serial serial;
    unsigned patience = PATIENCE;

    if (!serial_open(&serial, &platform, SERIAL_COM1, BAUD))
        return;
    while (*text != '\0' && patience > 0) {
        if (serial_try_write(&serial, (uint8_t)*text)) {
            text++;
            patience = PATIENCE;
        } else {
            patience--;
        }
    }
}

static _Noreturn void fail(const char *text)
{
    say_on_serial(text);
    memcpy((void *)FAILURE_CODE, failure_code, (size_t)(failure_code_end - failure_code));
    memcpy((void *)FAILURE_TEXT, text, strlen(text) + 1);
    failure_enter();
}

/* Loaders that run under UEFI (GRUB's "linux") say so in the zero page: efi_loader_signature. There
 * is nothing behind the interrupt vectors then, and no text screen. */
static bool started_by_uefi(uint32_t zero_page)
{
    enum { EFI_LOADER_SIGNATURE = 0x1C0 };
    const uint8_t *signature = (const uint8_t *)zero_page + EFI_LOADER_SIGNATURE;

    return memcmp(signature, "EL64", 4) == 0 || memcmp(signature, "EL32", 4) == 0;
}

static _Noreturn void fail_without_bios(const char *text)
{
    say_on_serial(text);
    for (;;)
        __asm__ volatile("cli\n\thlt");
}

/* Whether something of the loader's lies where the file was loaded or the kernel runs. */
static bool overlaps_kernel(uint32_t start, uint32_t size)
{
    uint32_t from = (uint32_t)(uintptr_t)loaded_start, to = (uint32_t)(uintptr_t)bss_end;

    return size != 0 && start < to && (start >= from || size > from - start);
}

static bool parameters_safe(uint32_t zero_page)
{
    enum { ZERO_PAGE_SIZE = 0x1000 };
    const uint8_t *fields = (const uint8_t *)zero_page;
    uint32_t command_line = little32(fields + COMMAND_LINE_POINTER);

    return !overlaps_kernel(zero_page, ZERO_PAGE_SIZE) &&
           !overlaps_kernel(little32(fields + RAMDISK_IMAGE), little32(fields + RAMDISK_SIZE)) &&
           !(command_line != 0 && overlaps_kernel(command_line, COMMAND_LINE_MAX + 1));
}

/* RFC 1952: the ten bytes that zopfli writes in front, the stream, CRC-32 and size. */
static bool unpack_gzip(const uint8_t *file, size_t file_size, uint8_t *bytes, size_t limit)
{
    enum { HEADER = 10, TRAILER = 8 };
    const uint8_t *trailer = file + file_size - TRAILER;
    size_t size;

    return inflate_stream(file + HEADER, file_size - HEADER - TRAILER, bytes, limit, &size) &&
           size == little32(trailer + 4) && crc32_update(0, bytes, size) == little32(trailer);
}

/* Called by start.S with the address of the loader's parameters; returns when the kernel is in its
 * place. */
CALLED_WITH_EAX void unpack(uint32_t zero_page)
{
    size_t loaded = (size_t)(loaded_sum - loaded_start);

    if (crc32_update(0, loaded_start, loaded) != little32(loaded_sum))
        fail(damaged);
    if (started_by_uefi(zero_page))
        fail_without_bios(no_bios);
    if (!parameters_safe(zero_page))
        fail(in_the_way);
    if (!unpack_gzip(payload_start, (size_t)(payload_end - payload_start), kernel_base,
                     (size_t)(bss_start - kernel_base)))
        fail(bad_memory);
}
