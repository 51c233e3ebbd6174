/* AllocatePages() (7.2). */
#include "boot/efi/memory.h"

enum { PAGE = 4096 };

/* More would be of no use: two images of at most 1 MiB, their copies, a log. */
enum { ARENA_LARGEST = 64 * 1024 * 1024, ARENA_SMALLEST = 1024 * 1024 };

void *memory_pages(const struct services *services, size_t size)
{
    EFI_PHYSICAL_ADDRESS address = UINT32_MAX;

    if (EFI_ERROR(services->boot->AllocatePages(AllocateMaxAddress, EfiLoaderData,
                                                (size + PAGE - 1) / PAGE, &address)))
        return NULL;
    return (void *)(UINTN)address;
}

struct arena memory_arena(const struct services *services)
{
    struct arena arena = {.base = NULL};

    for (size_t size = ARENA_LARGEST; size >= ARENA_SMALLEST && arena.base == NULL; size /= 2) {
        arena.base = memory_pages(services, size);
        arena.size = size;
    }
    if (arena.base == NULL)
        arena.size = 0;
    return arena;
}
