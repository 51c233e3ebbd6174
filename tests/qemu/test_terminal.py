"""The harness's own VT100 screen: what these tests see is what a terminal would show."""

import unittest

from terminal import Terminal


def shown(*parts):
    terminal = Terminal(rows=4, columns=10)
    for part in parts:
        terminal.feed(part)
    return terminal


class TerminalTest(unittest.TestCase):
    def test_cursor_position_counts_from_one(self):
        self.assertEqual(shown(b"\x1b[2;3Hab").lines(), ["", "  ab", "", ""])

    def test_home_and_erase(self):
        self.assertEqual(shown(b"hello\x1b[H\x1b[2J", b"x").lines(), ["x", "", "", ""])

    def test_erase_to_end_of_line(self):
        self.assertEqual(shown(b"hello\x1b[1;3H\x1b[K").lines()[0], "he")

    def test_erase_below_leaves_what_is_above(self):
        terminal = shown(b"one\r\ntwo\r\nthree\x1b[2;2H\x1b[J")
        self.assertEqual(terminal.lines(), ["one", "t", "", ""])

    def test_sequences_may_arrive_in_pieces(self):
        whole = b"\x1b[1;31m\x1b[3;4H\xe2\x94\x80z"
        for cut in range(len(whole)):
            self.assertEqual(shown(whole[:cut], whole[cut:]).lines()[2], "   ─z", cut)

    def test_what_uefi_firmware_sends_first(self):
        """Its console driver asks for a mode that a VT100 does not have (TerminalDxe of edk2)."""
        self.assertEqual(shown(b"\x1b[2J\x1b[01;01H\x1b[=3h\x1b[0m\x1b[37m\x1b[40mBds").lines()[0],
                         "Bds")

    def test_line_drawing_set(self):
        self.assertEqual(shown(b"\x1b(0lqk\x1b(Bq").lines()[0], "┌─┐q")

    def test_last_column_wraps_only_for_the_next_sign(self):
        terminal = shown(b"0123456789")
        self.assertEqual(terminal.lines(), ["0123456789", "", "", ""])
        terminal.feed(b"x")
        self.assertEqual(terminal.lines()[1], "x")

    def test_line_feed_in_the_last_row_scrolls(self):
        self.assertEqual(shown(b"a\x1b[4;1Hb\nc").lines(), ["", "", "b", " c"])

    def test_cursor_can_be_hidden(self):
        self.assertFalse(shown(b"\x1b[?25l").cursor_shown)
        self.assertTrue(shown(b"\x1b[?25l\x1b[?25h").cursor_shown)

    def test_bell_is_counted_and_not_shown(self):
        terminal = shown(b"\a")
        self.assertEqual((terminal.bells, terminal.text()), (1, ""))


if __name__ == "__main__":
    unittest.main()
