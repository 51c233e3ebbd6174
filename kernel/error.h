/*
 * Errors that name their place.
 *
 * An err_t is 0 for "good" or CCMMLLLL in hexadecimal: class, module, line of the source file. The
 * class chooses the text that the user reads (ui/words.c), the whole code stands in the log and
 * leads a developer to the line.
 *
 * A source file that returns errors defines ERROR_MODULE before it includes this header.
 */
#ifndef KERNEL_ERROR_H
#define KERNEL_ERROR_H

#include <stdint.h>

typedef uint32_t err_t;

enum error_module {
    MODULE_NONE,
    MODULE_BOOT,      /* boot/ */
    MODULE_VOLUME,    /* kernel/partition.c */
    MODULE_FAT,       /* kernel/fat_volume.c */
    MODULE_FIRMWARE,  /* kernel/firmware.c */
    MODULE_SESSION,   /* kernel/session.c */
    MODULE_JOB,       /* kernel/job.c */
    MODULE_LOG,       /* kernel/log.c */
    MODULE_PROBE,     /* kernel/probe.c */
    MODULE_ATA,       /* drivers/ata.c */
    MODULE_ATAPI,     /* drivers/atapi.c */
    MODULE_PCI,       /* drivers/pci.c */
    MODULE_IDE,       /* drivers/ide.c */
    MODULE_MTK,       /* drivers/mtk.c */
    MODULE_PARALLEL,  /* drivers/parallel.c */
    MODULE_SPI,       /* drivers/spi.c */
    MODULE_UI,        /* ui/ */
    MODULE_MTK_FLASH, /* drivers/mtk_flash.c */
    MODULE_SESSION_CHIP,
    MODULE_SESSION_BACKUP,
    MODULE_SESSION_WRITE,
    MODULE_SESSION_VERIFY,
    MODULE_SESSION_FAILURE,
    MODULE_FAT_TABLE,
    MODULE_FAT_FOLDER,
    MODULE_FAT_FILE,
    MODULE_FAT_WRITE,
    MODULE_TFTP,           /* kernel/tftp.c */
    MODULE_NETWORK_VOLUME, /* kernel/network_volume.c */
    MODULE_RAM_DISK,       /* kernel/ram_disk.c */
    MODULE_CHIPSET,        /* drivers/chipset.c */
    MODULE_CATCH,          /* kernel/catch.c */
    MODULE_SWAP,           /* kernel/swap.c */
    MODULE_SESSION_GUARD,
    MODULE_COUNT
};

enum error_class {
    ERR_NONE,
    ERR_TIMEOUT,         /* a wait reached its bound */
    ERR_ABORTED,         /* the user asked to stop */
    ERR_NO_DEVICE,       /* nothing drives the bus */
    ERR_DEVICE,          /* the device reported an error (status ERR, sense) */
    ERR_PROTOCOL,        /* the device broke the protocol (direction, byte count) */
    ERR_VENDOR_REFUSED,  /* the drive does not enter vendor mode */
    ERR_VENDOR_LOST,     /* vendor mode ended in mid-work */
    ERR_CHIP_UNKNOWN,    /* the flash chip's id is in no table or unstable */
    ERR_UNSTABLE,        /* two reads of the same bytes differ */
    ERR_ERASE,           /* flash did not become FF */
    ERR_PROGRAM,         /* flash did not take the byte */
    ERR_VERIFY,          /* chip and file differ */
    ERR_PROTECTED,       /* flash chip is write-protected */
    ERR_IO,              /* boot medium: read or write error */
    ERR_MEDIA_CHANGED,   /* boot medium was exchanged */
    ERR_NO_MEDIA,        /* boot medium is gone */
    ERR_WRITE_PROTECTED, /* boot medium is write-protected */
    ERR_FULL,            /* no room on the volume or in its root folder */
    ERR_NOT_FOUND,
    ERR_EXISTS,
    ERR_BAD_VOLUME, /* no file system that we know, or a broken one */
    ERR_BAD_NAME,
    ERR_BAD_FILE,   /* not a firmware image, or a damaged one */
    ERR_WRONG_SIZE, /* file does not fit the chip */
    ERR_MISMATCH,   /* file and drive do not belong together */
    ERR_TOO_BIG,
    ERR_REFUSED, /* a promise forbids it */
    ERR_NO_MEMORY,
    ERR_ARGUMENT,
    ERR_UNSUPPORTED,
    ERR_NO_ANSWER,      /* network: the server does not answer */
    ERR_SERVER_REFUSED, /* network: the server said no; its words stand in the log */
    ERR_GOOD_DRIVE,     /* it is a donor (kernel/donor.h): never flashed in this run */
    ERR_OTHER_DRIVE,    /* another drive is on the cable than the one that was confirmed */
    ERR_CLASS_COUNT
};

#define ERR(class)                                                                                 \
    ((err_t)(((uint32_t)(class) << 24) | ((uint32_t)(ERROR_MODULE) << 16) | (__LINE__ & 0xFFFFu)))

static inline enum error_class error_class(err_t error)
{
    return (enum error_class)(error >> 24);
}

static inline enum error_module error_module(err_t error)
{
    return (enum error_module)((error >> 16) & 0xFFu);
}

#endif
