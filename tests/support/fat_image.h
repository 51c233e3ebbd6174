/*
 * FAT images made and judged by programs that others wrote: mkfs.fat and fsck.fat (dosfstools),
 * mcopy, mdir, ... (mtools), sfdisk. Everything lies in a folder of its own under /tmp; what a tool
 * said is shown when a test fails on it. One image at a time.
 */
#ifndef TESTS_SUPPORT_FAT_IMAGE_H
#define TESTS_SUPPORT_FAT_IMAGE_H

#include <stdbool.h>
#include <stdint.h>

struct fat_image {
    char folder[64];
    char path[96];                /* the image */
    char output[65536];           /* of the last tool */
    bool reserved_values_allowed; /* fat_image_is_safe(): the FAT may hold values out of range */
};

/* Makes the folder (removed when the program ends, at the latest), and in it an image of `kib` KiB
 * (zeros). */
void fat_image_open(struct fat_image *image, unsigned kib);

/* The same, formatted: `options` as for mkfs.fat. */
void fat_image_format(struct fat_image *image, unsigned kib, const char *options);

/* Removes the folder. */
void fat_image_close(struct fat_image *image);

/* Runs a shell command in the folder ("disk.img" is the image); fills image->output; returns the
 * exit status. */
int fat_image_try(struct fat_image *image, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same, and it must succeed. */
void fat_image_run(struct fat_image *image, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Writes a file into the folder / into the image (by mcopy). */
void fat_image_host_file(struct fat_image *image, const char *name, const void *bytes,
                         uint32_t size);
void fat_image_put(struct fat_image *image, const char *name, const void *bytes, uint32_t size);

/* Reads a file in the folder: its bytes (free them) and size; NULL when there is none. */
uint8_t *fat_image_host_read(struct fat_image *image, const char *name, uint32_t *size);

/* Reads a file of the image (by mcopy): its bytes (free them) and size; NULL when mcopy finds none.
 */
uint8_t *fat_image_get(struct fat_image *image, const char *name, uint32_t *size);

/* Asserts that mcopy reads exactly these bytes. */
void fat_image_holds(struct fat_image *image, const char *name, const void *bytes, uint32_t size);

/* Asserts that fsck.fat finds nothing at all to say. */
void fat_image_is_clean(struct fat_image *image);

/*
 * Asserts that fsck.fat says nothing but what a power cut may leave: lost clusters, copies of the
 * FAT that differ, a wrong free count; whichever copy of the FAT is believed.
 */
void fat_image_is_safe(struct fat_image *image);

/* Bytes that look random, the same for the same seed. */
void fill_bytes(void *bytes, uint32_t size, uint32_t seed);

#endif
