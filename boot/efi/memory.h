/* Memory from the firmware. */
#ifndef BOOT_EFI_MEMORY_H
#define BOOT_EFI_MEMORY_H

#include "boot/efi/services.h"
#include "kernel/lib/arena.h"

/* `size` bytes on a page boundary, below 4 GiB: USB and network controllers of some firmware reach
 * no further. NULL when there is not as much. It is never given back: the program ends by a reset.
 */
void *memory_pages(const struct services *services, size_t size);

/* The largest arena of at most 64 MiB that the firmware gives. `size` 0: none. */
struct arena memory_arena(const struct services *services);

#endif
