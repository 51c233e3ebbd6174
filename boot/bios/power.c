/* Restart ladder and APM. */
#include "boot/bios/power.h"

#include "boot/bios/exceptions.h"
#include "boot/bios/layout.h"
#include "boot/bios/real.h"
#include "boot/platform.h"

enum { KEYBOARD_STATUS = 0x64, KEYBOARD_COMMAND = 0x64, KEYBOARD_INPUT_FULL = 0x02 };
enum { KEYBOARD_PULSE_RESET = 0xFE }; /* IBM PC/AT Technical Reference, 8042 */
enum { SYSTEM_CONTROL_A = 0x92, SYSTEM_CONTROL_RESET = 0x01 }; /* IBM PS/2 Technical Reference */
enum { RESET_PATIENCE_US = 100000 };

void power_reboot(void *context)
{
    const struct platform *platform = context;
    const struct ports *ports = platform->ports;
    struct idt_pointer nothing = {0, 0};
    uint8_t control;

    real_write16(BDA_RESET_FLAG, 0); /* with power-on test: drives are found anew */
    for (uint32_t i = 0; i < 0x10000; i++) {
        if ((ports->in8(ports->context, KEYBOARD_STATUS) & KEYBOARD_INPUT_FULL) == 0)
            break;
    }
    ports->out8(ports->context, KEYBOARD_COMMAND, KEYBOARD_PULSE_RESET);
    platform->wait_us(platform->context, RESET_PATIENCE_US);
    control = ports->in8(ports->context, SYSTEM_CONTROL_A) & (uint8_t)~SYSTEM_CONTROL_RESET;
    ports->out8(ports->context, SYSTEM_CONTROL_A, control);
    ports->out8(ports->context, SYSTEM_CONTROL_A, control | SYSTEM_CONTROL_RESET);
    platform->wait_us(platform->context, RESET_PATIENCE_US);
    /* An exception without a table shuts the processor down, which every board answers by a reset.
     */
    __asm__ volatile("lidt %0\n\tint3" : : "m"(nothing) : "memory");
    for (;;)
        ;
}

/* INT 15h AH=53h (Advanced Power Management BIOS Interface Specification 1.2). */
static bool apm(uint16_t function, uint16_t ebx, uint16_t ecx)
{
    struct real_registers registers = {.eax = function, .ebx = ebx, .ecx = ecx};

    real_int(0x15, &registers);
    return (registers.eflags & REAL_CARRY) == 0;
}

void power_off(void *context)
{
    enum { SYSTEM_BIOS = 0, ALL_DEVICES = 1, VERSION_1_2 = 0x0102, STATE_OFF = 3 };

    (void)context;
    if (!apm(0x5300, SYSTEM_BIOS, 0)) /* installation check */
        return;
    apm(0x5304, SYSTEM_BIOS, 0);      /* somebody before us may have connected */
    if (!apm(0x5301, SYSTEM_BIOS, 0)) /* real-mode interface connect */
        return;
    apm(0x530E, SYSTEM_BIOS, VERSION_1_2); /* else the oldest version knows no "off" */
    apm(0x5308, ALL_DEVICES, 1);           /* enable power management */
    apm(0x5307, ALL_DEVICES, STATE_OFF);
}
