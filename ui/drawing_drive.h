/* A drive drawn in text: its front with the eject button, its back with the plugs. */
#ifndef UI_DRAWING_DRIVE_H
#define UI_DRAWING_DRIVE_H

#include "ui/cells.h"

enum { DRAWING_DRIVE_WIDTH = 40, DRAWING_DRIVE_HEIGHT = 8 };

/* Which plug at the back is to be touched. */
enum drawing_drive_plug { DRAWING_DRIVE_DATA, DRAWING_DRIVE_POWER };

/* The front; an arrow points to the eject button. */
void drawing_drive_front(struct cells *cells, unsigned row, unsigned column);

/* The back; an arrow points to `plug`, the others are marked as to be left alone. */
void drawing_drive_back(struct cells *cells, unsigned row, unsigned column,
                        enum drawing_drive_plug plug);

#endif
