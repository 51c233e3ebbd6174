"""What a VT100 terminal shows: the serial mirror of the 80x25 screen, as a grid of characters."""

import codecs
import re

ROWS, COLUMNS = 25, 80

# DEC special graphics (VT100 User Guide, table 3-9), shifted in by ESC ( 0 or SO.
LINE_DRAWING = dict(zip("`afgjklmnopqrstuvwxyz{|}~",
                        "◆▒°±┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·"))

_CSI = re.compile(r"\x1b\[([?>=]?)([0-9;]*)([ -/]*)([@-~])")


class Terminal:
    """Feed it bytes; look at `lines()`. Knows what text user interfaces send, no more."""

    def __init__(self, rows=ROWS, columns=COLUMNS):
        self.rows, self.columns = rows, columns
        self.cells = [[" "] * columns for _ in range(rows)]
        self.row = self.column = 0
        self.cursor_shown = True
        self.bells = 0
        self.drawing = False
        self._pending = ""
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def feed(self, data):
        self._pending += self._decoder.decode(data)
        while self._pending:
            used = self._step(self._pending)
            if used == 0:
                return
            self._pending = self._pending[used:]

    def lines(self):
        return ["".join(row).rstrip() for row in self.cells]

    def text(self):
        return "\n".join(self.lines()).rstrip("\n")

    def _step(self, text):
        """Obeys what stands first in `text`; returns its length, 0 when it is not complete."""
        if text[0] != "\x1b":
            self._plain(text[0])
            return 1
        if len(text) == 1:
            return 0
        if text[1] == "[":
            return self._control_sequence(text)
        if text[1] in "()":
            if len(text) < 3:
                return 0
            if text[1] == "(":
                self.drawing = text[2] == "0"
            return 3
        if text[1] == "c":
            self.__init__(self.rows, self.columns)
        return 2

    def _control_sequence(self, text):
        match = _CSI.match(text)
        if not match:
            return 0 if len(text) < 32 else 1
        private, numbers, _, final = match.groups()
        values = [int(n) if n else 0 for n in numbers.split(";")] if numbers else []
        first = values[0] if values else 0
        if private == "?" and final in "hl":
            if 25 in values:
                self.cursor_shown = final == "h"
        elif final in "Hf":
            self._go(first - 1 if first else 0, values[1] - 1 if len(values) > 1 else 0)
        elif final == "J":
            self._erase_screen(first)
        elif final == "K":
            self._erase_line(first)
        elif final == "G":
            self._go(self.row, max(first, 1) - 1)
        elif final == "d":
            self._go(max(first, 1) - 1, self.column)
        elif final in "ABCD":
            down, right = {"A": (-1, 0), "B": (1, 0), "C": (0, 1), "D": (0, -1)}[final]
            count = max(first, 1)
            self._go(self.row + down * count, self.column + right * count)
        return match.end()

    def _go(self, row, column):
        self.row = min(max(row, 0), self.rows - 1)
        self.column = min(max(column, 0), self.columns - 1)

    def _erase_line(self, how):
        first = 0 if how else self.column
        last = self.column + 1 if how == 1 else self.columns
        self.cells[self.row][first:last] = [" "] * (last - first)

    def _erase_screen(self, how):
        for row in range(self.rows):
            if how == 2 or (how == 0 and row > self.row) or (how == 1 and row < self.row):
                self.cells[row] = [" "] * self.columns
        if how != 2:
            self._erase_line(how)

    def _plain(self, sign):
        if sign == "\r":
            self.column = 0
        elif sign == "\n":
            if self.row == self.rows - 1:
                self.cells = self.cells[1:] + [[" "] * self.columns]
            else:
                self.row += 1
        elif sign == "\b":
            self.column = max(self.column - 1, 0)
        elif sign == "\a":
            self.bells += 1
        elif sign in "\x0e\x0f":
            self.drawing = sign == "\x0e"
        elif sign >= " ":
            self._print(LINE_DRAWING.get(sign, sign) if self.drawing else sign)

    def _print(self, sign):
        if self.column >= self.columns:
            self._plain("\r")
            self._plain("\n")
        self.cells[self.row][self.column] = sign
        self.column += 1
