/* BIOS calls: the C side of boot/bios/real_entry.S. */
#include "boot/bios/real.h"

#include "boot/bios/clock.h"
#include "boot/bios/exceptions.h"
#include "boot/bios/layout.h"
#include "kernel/lib/string.h"

/* From kernel.ld and real_entry.S. */
extern uint8_t low_load[], low_start[], low_end[];
extern uint8_t keyboard_hook[];
extern volatile uint32_t keyboard_old;
extern volatile uint8_t keyboard_resets;
extern volatile uint32_t real_target, real_stack;
extern volatile uint16_t real_how;
extern uint8_t real_interrupt[], real_far_call[];
extern struct real_registers real_block;
extern struct real_registers *volatile real_result;
extern struct idt_pointer real_return_idt;
void real_transfer(void);

/* Arithmetic flags stay, interrupts and trap are off: real_entry.S switches interrupts on itself.
 */
enum { REAL_FLAGS_ALWAYS = 0x0002 };

enum { VECTOR_BYTES = 4, SYSTEM_SERVICES = 0x15 };

void real_open(void)
{
    memcpy(low_start, low_load, (size_t)(low_end - low_start));
    real_return_idt = exceptions_idt();
    keyboard_old = real_read32(SYSTEM_SERVICES * VECTOR_BYTES);
    real_write32(SYSTEM_SERVICES * VECTOR_BYTES, (uint32_t)(uintptr_t)keyboard_hook);
    /* "Print screen is running": the BIOS then ignores the key instead of waiting for a printer. */
    real_write8(BDA_PRINT_SCREEN, 1);
}

/* Calls `target` as `how` tells, with everything in its place but registers and clock. */
static void transfer(uint32_t target, const uint8_t *how, struct real_registers *registers)
{
    exceptions_check_stack();
    clock_before_bios();
    real_block = *registers;
    real_block.eflags = (registers->eflags & REAL_CARRY) | REAL_FLAGS_ALWAYS;
    real_target = target;
    real_how = (uint16_t)(uintptr_t)how;
    real_transfer();
    *registers = *real_result;
    clock_after_bios();
}

void real_int(uint8_t number, struct real_registers *registers)
{
    real_stack = LOW_STACK_TOP;
    transfer(real_read32((uint32_t)number * VECTOR_BYTES), real_interrupt, registers);
}

void real_call(uint32_t target, const uint16_t *arguments, unsigned count,
               struct real_registers *registers)
{
    real_stack = LOW_STACK_TOP - count * sizeof(*arguments);
    memcpy(real_memory(real_stack), arguments, count * sizeof(*arguments));
    transfer(target, real_far_call, registers);
}

unsigned real_resets_pressed(void)
{
    unsigned pressed = keyboard_resets;

    keyboard_resets = 0;
    return pressed;
}
