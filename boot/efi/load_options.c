/* UTF-16 to the command line. */
#include "boot/efi/load_options.h"

#include <stdbool.h>

#include "kernel/lib/code_page.h"
#include "kernel/lib/little_endian.h"
#include "kernel/lib/string.h"

/* A character of the command line; 0 when code page 437 does not have it or it is a control code.
 */
static char to_code_page(uint16_t unicode)
{
    if (unicode == '\t' || unicode == '\r' || unicode == '\n')
        return ' ';
    if (unicode >= 0x20 && unicode < 0x7F)
        return (char)unicode;
    for (unsigned i = 0; i < 128 && unicode >= 0x80; i++) {
        if (code_page_437[i] == unicode)
            return (char)(0x80 + i);
    }
    return 0;
}

/* Converts up to the first NUL. False: not a text, or too long to be one. */
static bool convert(const uint8_t *options, size_t characters, char *line)
{
    for (size_t i = 0; i < characters; i++) {
        uint16_t unicode = little16(options + 2 * i);

        if (unicode == 0) {
            line[i] = '\0';
            return true;
        }
        if (i == COMMAND_LINE_MAX)
            return false;
        line[i] = to_code_page(unicode);
        if (line[i] == '\0')
            return false;
    }
    line[characters < COMMAND_LINE_MAX ? characters : COMMAND_LINE_MAX] = '\0';
    return characters <= COMMAND_LINE_MAX;
}

/* Length of the program's name and the blanks around it; 0 when the line starts with an option. */
static size_t name_length(const char *line)
{
    bool quoted = false;
    size_t end = 0;

    while (line[end] == ' ')
        end++;
    for (; line[end] != '\0' && (quoted || line[end] != ' '); end++) {
        if (line[end] == '"')
            quoted = !quoted;
        else if (line[end] == '=' && !quoted)
            return 0;
    }
    while (line[end] == ' ')
        end++;
    return end;
}

void load_options_read(const void *options, size_t size, char *line)
{
    line[0] = '\0';
    if (options == NULL || size % 2 != 0)
        return;
    if (!convert(options, size / 2, line)) {
        line[0] = '\0';
        return;
    }
    memmove(line, line + name_length(line), strlen(line + name_length(line)) + 1);
}
