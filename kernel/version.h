/* The version that screens, logs and crash reports name. */
#ifndef KERNEL_VERSION_H
#define KERNEL_VERSION_H

#define ODDRESCUE_VERSION "0.1"

#endif
