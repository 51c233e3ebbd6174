"""Reads the text on the PC's own graphics screen under UEFI: the firmware's console draws each cell
with a font of its own, which is learned from a picture of all signs (efi/stand_in.c, "alphabet")."""

import os
import time

from machine import Timeout

CELL_WIDTH, CELL_HEIGHT = 8, 19  # UEFI 2.10, 34.3.2: EFI_GLYPH_WIDTH, EFI_GLYPH_HEIGHT
ROWS, COLUMNS = 25, 80
ALPHABET_COLUMNS = 32
MARKS = ((0, 0), (20, 70))  # row and column of the full blocks

# Signs below space in code page 437 that the firmware's font has.
LOW_SIGNS = {0x10: "►", 0x11: "◄", 0x18: "↑", 0x19: "↓", 0x1A: "→", 0x1B: "←", 0x1E: "▲", 0x1F: "▼"}


def _pixels(pc):
    """The screen as (width, list of rows of RGB bytes)."""
    path = os.path.join(pc.directory, "picture.ppm")
    pc.qmp.execute("screendump", filename=path)
    with open(path, "rb") as file:
        magic, size, depth = (file.readline() for _ in range(3))
        assert (magic, depth) == (b"P6\n", b"255\n"), (magic, depth)
        width, height = map(int, size.split())
        return width, [file.read(3 * width) for _ in range(height)]


def _shape(cell):
    """Which of a cell's pixels are not background, as a number; cells of one colour are empty."""
    dots = [cell[i:i + 3] for i in range(0, len(cell), 3)]
    background = max(set(dots), key=dots.count)
    return sum(1 << i for i, dot in enumerate(dots) if dot != background)


class Font:
    """What the signs look like, and where the firmware puts the first cell."""

    def __init__(self, pc):
        """Learns from a screen that shows the alphabet."""
        _, rows = _pixels(pc)
        self.top = next(y for y, row in enumerate(rows) if any(row))
        self.left = next(i for i, value in enumerate(rows[self.top]) if value) // 3
        for row, column in MARKS:
            colours = self._cell(rows, row, column)
            assert set(colours) != {0} and len(set(colours)) == 1, "the picture shows no alphabet"
        self._signs = {}
        self._known_cells = {}
        for code in range(1, 256):
            shape = _shape(self._cell(rows, 2 * (code // ALPHABET_COLUMNS) + 2,
                                      2 * (code % ALPHABET_COLUMNS)))
            sign = LOW_SIGNS.get(code, bytes([code]).decode("cp437"))
            if shape:
                self._signs.setdefault(shape, sign)

    def _cell(self, rows, row, column):
        top, left = self.top + row * CELL_HEIGHT, 3 * (self.left + column * CELL_WIDTH)
        return b"".join(rows[top + y][left:left + 3 * CELL_WIDTH] for y in range(CELL_HEIGHT))

    def _sign(self, cell):
        if cell not in self._known_cells:
            shape = _shape(cell)
            self._known_cells[cell] = self._signs.get(shape, "?") if shape else " "
        return self._known_cells[cell]

    def read(self, pc):
        """The 25 lines on the screen; "?" is what the alphabet does not have."""
        _, rows = _pixels(pc)
        if len(rows) < self.top + ROWS * CELL_HEIGHT:
            return [""] * ROWS  # the firmware has not chosen its picture's size yet
        return ["".join(self._sign(self._cell(rows, row, column)) for column in range(COLUMNS))
                .rstrip() for row in range(ROWS)]

    def wait(self, pc, *texts, seconds=60, gone=()):
        """Waits until all of `texts`, and none of `gone`, stand on the screen; returns its lines."""
        deadline = time.monotonic() + seconds
        shown = []
        while time.monotonic() < deadline:
            shown = self.read(pc)
            text = "\n".join(shown)
            if all(t in text for t in texts) and not any(t in text for t in gone):
                return shown
        raise Timeout(f"{texts!r} not in the picture within {seconds} s, but:\n" + "\n".join(shown))
