/*
 * The exception screen. Its words stand here and not with the user interface's, because nothing of
 * the program may be trusted any more.
 */
#include "boot/bios/exceptions.h"

#include "boot/bios/layout.h"
#include "boot/bios/real.h"
#include "kernel/lib/string.h"
#include "kernel/lib/text.h"
#include "kernel/version.h"

enum { VECTORS = 32, ENTRY_BYTES = 16, STACK_MARK = 0x0DD5CAFE };

enum { INTERRUPT_GATE = 0x8E00 }; /* present, privilege 0, 32 bit */

struct interrupt_gate {
    uint16_t offset_low, selector, type, offset_high;
};

/* As boot/bios/exceptions_entry.S leaves it on the stack. */
struct exception_frame {
    uint32_t cr2;
    uint32_t edi, esi, ebp, esp, ebx, edx, ecx, eax;
    uint32_t vector, error_code;
    uint32_t eip, cs, eflags;
};

extern uint8_t exception_entries[];
extern uint32_t stack_limit[]; /* lowest word of the stack */
CALLED_WITH_EAX void exception_caught(struct exception_frame *frame);

/* One processor, one table. */
static struct interrupt_gate gates[VECTORS];
static const struct platform *screens;
static bool drawing;

enum { ATTRIBUTE_TEXT = 0x07, ATTRIBUTE_TITLE = 0x70, ATTRIBUTE_BRIGHT = 0x0F };

struct idt_pointer exceptions_idt(void)
{
    struct idt_pointer pointer = {sizeof(gates) - 1, (uint32_t)(uintptr_t)gates};

    return pointer;
}

void exceptions_open(const struct platform *platform)
{
    struct idt_pointer pointer = exceptions_idt();

    for (uint32_t i = 0; i < VECTORS; i++) {
        uint32_t entry = (uint32_t)(uintptr_t)exception_entries + i * ENTRY_BYTES;

        gates[i] = (struct interrupt_gate){(uint16_t)entry, SELECTOR_CODE32, INTERRUPT_GATE,
                                           (uint16_t)(entry >> 16)};
    }
    screens = platform;
    stack_limit[0] = STACK_MARK;
    __asm__ volatile("lidt %0" : : "m"(pointer) : "memory");
}

static const char *exception_name(uint32_t vector)
{
    static const char *const names[VECTORS] = {
        [0] = "division by zero",
        [1] = "debug trap",
        [2] = "hardware error signalled by the board (NMI), often bad memory",
        [3] = "breakpoint",
        [4] = "overflow",
        [5] = "bound exceeded",
        [6] = "invalid instruction",
        [7] = "no coprocessor",
        [8] = "double fault",
        [10] = "invalid task segment",
        [11] = "segment not present",
        [12] = "stack fault",
        [13] = "general protection fault",
        [14] = "page fault",
        [16] = "coprocessor error",
        [17] = "alignment fault",
        [18] = "machine check: the processor reports broken hardware",
    };

    return vector < VECTORS && names[vector] != NULL ? names[vector] : "unknown exception";
}

/* One whole row on every screen. */
static void draw_row(unsigned row, uint8_t attribute, const char *text)
{
    struct cell cells[SCREEN_COLUMNS];
    size_t length = strlen(text);

    for (unsigned column = 0; column < SCREEN_COLUMNS; column++) {
        cells[column].character = column < length ? (uint8_t)text[column] : ' ';
        cells[column].attribute = attribute;
    }
    for (unsigned i = 0; i < screens->sink_count && i < PLATFORM_SINKS; i++)
        screens->sinks[i].put(screens->sinks[i].context, row, 0, cells, SCREEN_COLUMNS);
}

static void draw_registers(unsigned row, const struct exception_frame *frame)
{
    char line[SCREEN_COLUMNS + 1];

    text_format(line, sizeof(line), "  EAX %08X   EBX %08X   ECX %08X   EDX %08X", frame->eax,
                frame->ebx, frame->ecx, frame->edx);
    draw_row(row, ATTRIBUTE_TEXT, line);
    text_format(line, sizeof(line), "  ESI %08X   EDI %08X   EBP %08X   ESP %08X", frame->esi,
                frame->edi, frame->ebp, frame->esp);
    draw_row(row + 1, ATTRIBUTE_TEXT, line);
    text_format(line, sizeof(line), "  EIP %08X   CS  %04X       EFLAGS %08X   CR2 %08X",
                frame->eip, frame->cs & 0xFFFF, frame->eflags, frame->cr2);
    draw_row(row + 2, ATTRIBUTE_BRIGHT, line);
}

/* The words on the stack above the frame, eight to a row, as far as there is a stack. */
static void draw_stack(unsigned row, unsigned rows, const uint32_t *word)
{
    const uint32_t *end = stack_limit + KERNEL_STACK_SIZE / sizeof(uint32_t);
    char line[SCREEN_COLUMNS + 1];

    for (unsigned i = 0; i < rows; i++) {
        size_t length = text_format(line, sizeof(line), "  ");

        for (unsigned column = 0; column < 8 && word >= stack_limit && word < end; column++)
            length += text_format(line + length, sizeof(line) - length, "%08X ", *word++);
        draw_row(row + i, ATTRIBUTE_TEXT, line);
    }
}

/* Refreshes the screens for long enough that a terminal at 9600 baud gets everything. */
static void show(void)
{
    enum { PATIENCE_US = 3000000 };
    uint64_t start_us = screens->now_us(screens->context);

    do {
        for (unsigned i = 0; i < screens->sink_count && i < PLATFORM_SINKS; i++)
            screens->sinks[i].flush(screens->sinks[i].context, SCREEN_ROWS, 0);
    } while (screens->now_us(screens->context) - start_us < PATIENCE_US);
}

static void draw_screen(const struct exception_frame *frame, const char *what)
{
    char line[SCREEN_COLUMNS + 1];

    for (unsigned row = 0; row < SCREEN_ROWS; row++)
        draw_row(row, ATTRIBUTE_TEXT, "");
    draw_row(0, ATTRIBUTE_TITLE,
             "  ODDRescue " ODDRESCUE_VERSION " stopped because of an error in itself "
             "or in this PC");
    text_format(line, sizeof(line), "  What happened: %s", what);
    draw_row(2, ATTRIBUTE_BRIGHT, line);
    draw_row(4, ATTRIBUTE_TEXT,
             "  Please take a photograph of this whole screen before anything else.");
    draw_row(5, ATTRIBUTE_TEXT,
             "  If a drive was being flashed: it is not lost. Leave it as it is, switch");
    draw_row(6, ATTRIBUTE_TEXT,
             "  the PC off and on, start ODDRescue again and flash the drive once more.");
    draw_row(7, ATTRIBUTE_TEXT,
             "  Keys do nothing now; this PC stays as it is until you switch it off.");
    text_format(line, sizeof(line), "  exception %02X   error code %08X", frame->vector,
                frame->error_code);
    draw_row(9, ATTRIBUTE_BRIGHT, line);
    draw_registers(10, frame);
    draw_row(14, ATTRIBUTE_TEXT, "  Stack:");
    draw_stack(15, 8, (const uint32_t *)(frame + 1));
    draw_row(23, ATTRIBUTE_TEXT, "  End of the report.");
    show();
}

static _Noreturn void stop(void)
{
    for (;;)
        __asm__ volatile("cli\n\thlt");
}

CALLED_WITH_EAX void exception_caught(struct exception_frame *frame)
{
    if (drawing)
        stop(); /* drawing itself failed: what is on the screen is the first error, keep it */
    drawing = true;
    frame->esp += 5 * sizeof(uint32_t); /* as it was before the processor and we pushed */
    draw_screen(frame, exception_name(frame->vector));
    stop();
}

void exceptions_check_stack(void)
{
    struct exception_frame frame = {.vector = VECTORS};

    if (stack_limit[0] == STACK_MARK)
        return;
    drawing = true;
    frame.esp = (uint32_t)(uintptr_t)&frame;
    frame.eip = (uint32_t)(uintptr_t)__builtin_return_address(0);
    draw_screen(&frame, "the program's stack ran over");
    stop();
}
