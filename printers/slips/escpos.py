"""Build ESC/POS bytes: GB18030 text in Chinese mode, magnified lines, a cut at the end.

Only the two-byte part of GB18030 (the GBK repertoire) is sent: slip printers carry no glyphs for
four-byte codes and print them as garbage, so such a character becomes 〓.
"""

from __future__ import annotations

import unicodedata

from printers.documents.fonts import GETA

ESC_INIT = b"\x1b@"
KANJI_ON = b"\x1c&"
KANJI_OFF = b"\x1c."
CELL = 12  # dots of a half-width character (font A is 12 x 24); a han character takes two
HEIGHT = 24
GAP = 8  # dots between lines
CUT = b"\x1dVB\x00"  # GS V 66 0: feed to the knife, partial cut


def printable(text: str) -> str:
    """What a slip printer can print of it: no controls, 〓 for what its case has not."""
    return "".join(_printable(char) for char in text)


def _printable(char: str) -> str:
    category = unicodedata.category(char)
    if char in "\t\n\v\f\r\x85" or category in ("Zl", "Zp", "Zs"):
        return "\u3000" if char == "\u3000" else " "
    if category in ("Cc", "Cf", "Mn"):
        return ""
    if category in ("Co", "Cs", "Cn"):
        return GETA
    size = len(char.encode("gb18030"))
    return char if size <= 2 else GETA


def columns(text: str) -> int:
    """Half-width columns at normal size."""
    return sum(len(char.encode("gb18030")) for char in text)


class Slip:
    """One slip under way, ``width`` dots wide."""

    def __init__(self, width: int) -> None:
        self._width = width
        area = bytes((width & 0xFF, width >> 8))
        self._parts = [ESC_INIT, b"\x1dW", area, KANJI_ON]
        self._spacing(1)

    @property
    def line_columns(self) -> int:
        return self._width // CELL

    def largest(self, text: str, most: int) -> int:
        """The greatest magnification up to ``most`` at which ``text`` stays on one line."""
        taken = max(columns(printable(text)), 1)
        return max(1, min(most, 8, self.line_columns // taken))

    def centre(self) -> None:
        self._parts.append(b"\x1ba\x01")

    def left(self) -> None:
        self._parts.append(b"\x1ba\x00")

    def feed(self, lines: int) -> None:
        self._parts.append(b"\x1bd" + bytes((lines,)))

    def text(self, text: str, *, bold: bool = False, times: int = 1) -> None:
        """Lines of text, broken here so that no printer breaks inside a two-byte character."""
        self._parts.append(b"\x1bE" + bytes((bold,)))
        self._parts.append(b"\x1d!" + bytes(((times - 1) << 4 | (times - 1),)))
        self._spacing(times)
        for line in _wrap(printable(text).strip(), self.line_columns // times):
            self._parts += (line.encode("gb18030"), b"\n")
        if times > 1:
            self._parts.append(b"\x1d!\x00")
            self._spacing(1)
        if bold:
            self._parts.append(b"\x1bE\x00")

    def rule(self) -> None:
        self.text("-" * self.line_columns)

    def cut(self) -> bytes:
        return b"".join([*self._parts, KANJI_OFF, CUT])

    def _spacing(self, times: int) -> None:
        self._parts.append(b"\x1b3" + bytes((min(HEIGHT * times + GAP, 255),)))


def _wrap(text: str, room: int) -> list[str]:
    lines, line, used = [], "", 0
    for char in text:
        width = columns(char)
        # A closing mark hangs on to its line's last character: both go to the next line.
        if used + width > room:
            carry = line[-1] if char in "，。、；：？！）》”" and len(line) > 1 else ""
            lines.append(line[: len(line) - len(carry)].rstrip(" "))
            line, used = carry, columns(carry)
        if line or char != " ":
            line, used = line + char, used + width
    return [*lines, line] if line else lines
