/* Reading the boot loader's parameters. */
#include "boot/bios/parameters.h"

#include "boot/bios/real.h"
#include "kernel/lib/text.h"

void parameters_take(struct boot_parameters *parameters, uint32_t zero_page)
{
    uint32_t command_line = real_read32(zero_page + COMMAND_LINE_POINTER);

    parameters->initrd_size = real_read32(zero_page + RAMDISK_SIZE);
    parameters->initrd = parameters->initrd_size != 0 ? real_read32(zero_page + RAMDISK_IMAGE) : 0;
    parameters->command_line[0] = '\0';
    if (command_line != 0)
        text_copy(parameters->command_line, sizeof(parameters->command_line),
                  real_memory(command_line));
}
