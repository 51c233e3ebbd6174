/*
 * Drawings of connectors, made of characters that every screen has (boot/efi/display.c lists the
 * fewest): which plug is meant, where it goes, and what is to be left alone. They read without
 * colours, too.
 */
#ifndef UI_DRAWING_H
#define UI_DRAWING_H

#include <stdbool.h>

#include "ui/cells.h"

/* Where the drive's end of the data cable is. */
enum drawing_end { DRAWING_AT_GOOD, DRAWING_OFF, DRAWING_AT_DEAD };

/* What the hand shall do now. */
enum drawing_hand {
    DRAWING_NOTHING,
    DRAWING_PULL,      /* the data plug off the drive that it is in */
    DRAWING_PLUG,      /* the data plug into the dead drive */
    DRAWING_PLUG_POWER /* the power plug into the dead drive */
};

struct drawing_cables {
    const char *good; /* the good drive's name; NULL: there is none */
    enum drawing_end end;
    enum drawing_hand hand;
    bool power; /* the dead drive has its power plug in */
    bool sata;  /* the plugs are those of SATA */
};

enum { DRAWING_ROWS = 8, DRAWING_COLUMNS = 74 };

/* The PC, one data cable, the good drive (if any) and the dead one; DRAWING_ROWS high. */
void drawing_cables(struct cells *cells, unsigned row, unsigned column,
                    const struct drawing_cables *what);

/* The back of a drive with its plugs, DRAWING_BACK_ROWS high; which one is meant: data or power. */
enum { DRAWING_BACK_ROWS = 6 };
void drawing_back(struct cells *cells, unsigned row, unsigned column, bool power, bool sata);

#endif
