#include "kernel/block.h"

#include "kernel/lib/text.h"

bool block_size_known(uint32_t bytes)
{
    return bytes == 512 || bytes == 1024 || bytes == 2048 || bytes == 4096;
}

void block_name(struct block_device *disk, const char *what)
{
    uint64_t megabytes = disk->sector_count * disk->sector_size / 1000000;

    if (megabytes >= 1000)
        text_format(disk->name, sizeof disk->name, "%s, %u.%u GB", what,
                    (unsigned)(megabytes / 1000), (unsigned)(megabytes % 1000 / 100));
    else
        text_format(disk->name, sizeof disk->name, "%s, %u MB", what, (unsigned)megabytes);
}
