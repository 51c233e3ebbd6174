/* Code page 437, the letters of the PC's text screen and of names on the stick, in Unicode. */
#ifndef KERNEL_LIB_CODE_PAGE_H
#define KERNEL_LIB_CODE_PAGE_H

#include <stdint.h>

/* 80..FF in Unicode (the Unicode Consortium's mapping table CP437.TXT); 00..7F are ASCII. */
extern const uint16_t code_page_437[128];

/* What the PC's text screen shows for a character, in Unicode: 00..1F are signs there; 7F and FF,
 * which few fonts have, are blanks. */
uint16_t code_page_sign(uint8_t character);

/* The nearest ASCII sign, '?' where none is near. */
char code_page_ascii(uint8_t character);

#endif
