/* Volumes: hands each call to the kind of volume that it is for. */
#include "kernel/volume.h"

err_t volume_list(struct volume *volume, const char *path,
                  bool (*each)(void *context, const struct file_info *info), void *context)
{
    return volume->ops->list(volume, path, each, context);
}

err_t volume_stat(struct volume *volume, const char *path, struct file_info *info)
{
    return volume->ops->stat(volume, path, info);
}

err_t volume_read(struct volume *volume, const char *path, uint32_t offset, void *bytes,
                  uint32_t size, uint32_t *moved, bool (*progress)(void *context, uint32_t done),
                  void *context)
{
    return volume->ops->read(volume, path, offset, bytes, size, moved, progress, context);
}

err_t volume_create(struct volume *volume, const char *path, const void *bytes, uint32_t size)
{
    return volume->ops->write(volume, path, VOLUME_CREATE, bytes, size);
}

err_t volume_replace(struct volume *volume, const char *path, const void *bytes, uint32_t size)
{
    return volume->ops->write(volume, path, VOLUME_REPLACE, bytes, size);
}

err_t volume_append(struct volume *volume, const char *path, const void *bytes, uint32_t size)
{
    return volume->ops->write(volume, path, VOLUME_APPEND, bytes, size);
}

err_t volume_free_bytes(struct volume *volume, uint64_t *bytes)
{
    return volume->ops->free_bytes(volume, bytes);
}
