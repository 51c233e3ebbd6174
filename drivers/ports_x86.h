/* The processor's real ports. */
#ifndef DRIVERS_PORTS_X86_H
#define DRIVERS_PORTS_X86_H

#include "boot/platform.h"

extern const struct ports ports_x86; /* its `context` is not used */

#endif
