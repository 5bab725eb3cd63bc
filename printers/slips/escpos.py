"""Build ESC/POS bytes: GB18030 text in Chinese mode, magnified lines, a cut at the end.

Only the two-byte part of GB18030 (the GBK repertoire) is sent as text: slip printers carry no
glyphs for four-byte codes and print them as garbage. A line with such a character goes as a picture
drawn with this machine's fonts; what no font has becomes 〓.
"""

from __future__ import annotations

import unicodedata

from PIL import Image

from printers.documents.codes import qr_rows
from printers.documents.fonts import GETA, FontBook
from printers.errors import BadProgressAddress
from printers.slips.glyphs import CELL, HEIGHT, drawn_glyph

ESC_INIT = b"\x1b@"
KANJI_ON = b"\x1c&"
KANJI_OFF = b"\x1c."
GAP = 8  # dots between lines
BAND = 256  # rows of one raster command: small printers keep no more
QR_DOTS = 200  # 25 mm with its quiet zone, read from a hand's breadth
QUIET = 4  # modules
CUT = b"\x1dVB\x00"  # GS V 66 0: feed to the knife, partial cut


def printable(text: str, fonts: FontBook | None = None) -> str:
    """What can come out on a slip: no controls, 〓 for what neither printer nor fonts have."""
    return "".join(_printable(char, fonts) for char in text)


def _printable(char: str, fonts: FontBook | None) -> str:
    category = unicodedata.category(char)
    if char in "\t\n\v\f\r\x85" or category in ("Zl", "Zp", "Zs"):
        return "\u3000" if char == "\u3000" else " "
    if category in ("Cc", "Cf", "Mn"):
        return ""
    if category in ("Co", "Cs", "Cn"):
        return GETA
    if _in_code_page(char) or (fonts and fonts.path_for(char)):
        return char
    return GETA


def _in_code_page(char: str) -> bool:
    return len(char.encode("gb18030")) <= 2


def columns(text: str) -> int:
    """Half-width columns at normal size."""
    return sum(min(len(char.encode("gb18030")), 2) for char in text)


class Slip:
    """One slip under way, ``width`` dots wide; ``raster`` draws every line, for a printer without
    Chinese characters. Without ``fonts`` everything is text."""

    def __init__(self, width: int, fonts: FontBook | None = None, *, raster: bool = False) -> None:
        self._width = width
        self._fonts = fonts
        self._raster = raster
        self._centred = False
        area = bytes((width & 0xFF, width >> 8))
        self._parts = [ESC_INIT, b"\x1dW", area, KANJI_ON]
        self._spacing(1)

    @property
    def line_columns(self) -> int:
        return self._width // CELL

    def largest(self, text: str, most: int) -> int:
        """The greatest magnification up to ``most`` at which ``text`` stays on one line."""
        taken = max(columns(self.shown(text)), 1)
        return max(1, min(most, 8, self.line_columns // taken))

    def shown(self, text: str) -> str:
        return printable(text, self._fonts).strip()

    def centre(self) -> None:
        self._centred = True
        self._parts.append(b"\x1ba\x01")

    def left(self) -> None:
        self._centred = False
        self._parts.append(b"\x1ba\x00")

    def feed(self, lines: int) -> None:
        self._parts.append(b"\x1bd" + bytes((lines,)))

    def text(self, text: str, *, bold: bool = False, times: int = 1) -> None:
        """Lines of text, broken here so that no printer breaks inside a two-byte character."""
        self._parts.append(b"\x1bE" + bytes((bold,)))
        self._parts.append(b"\x1d!" + bytes(((times - 1) << 4 | (times - 1),)))
        self._spacing(times)
        for line in _wrap(self.shown(text), self.line_columns // times):
            if self._fonts and (self._raster or not all(map(_in_code_page, line))):
                self._picture(self._drawn(line, self._fonts, times, bold=bold))
            else:
                self._parts += (line.encode("gb18030"), b"\n")
        if times > 1:
            self._parts.append(b"\x1d!\x00")
            self._spacing(1)
        if bold:
            self._parts.append(b"\x1bE\x00")

    def rule(self) -> None:
        self.text("-" * self.line_columns)

    def qr(self, text: str) -> bool:
        """In the middle, as a picture: every printer prints it. False where it cannot be drawn."""
        try:
            rows = qr_rows(text)
        except BadProgressAddress:
            return False
        side = len(rows) + 2 * QUIET
        dots = max(QR_DOTS // side, 3)
        code = Image.new("1", (side, side), 1)
        for y, runs in enumerate(rows):
            for offset, length in runs:
                code.paste(0, (QUIET + offset, QUIET + y, QUIET + offset + length, QUIET + y + 1))
        page = Image.new("1", (self._width, side * dots), 1)
        page.paste(code.resize((side * dots, side * dots)), ((self._width - side * dots) // 2, 0))
        self._picture(page)
        return True

    def _drawn(self, line: str, fonts: FontBook, times: int, *, bold: bool) -> Image.Image:
        """The line as wide as the paper, for not every printer centres pictures."""
        page = Image.new("L", (self._width, HEIGHT * times + GAP), 255)
        room = self._width - columns(line) * CELL * times
        x = room // 2 if self._centred else 0
        for char in line:
            wide = CELL * times * columns(char)
            font = fonts.path_for(char) or fonts.path_for(GETA)
            if font and not char.isspace():
                cell = drawn_glyph(char, font, wide, HEIGHT * times, bold=bold)
                page.paste(cell, (x, 0))
            x += wide
        return page.point(lambda value: 255 * (value > 140)).convert("1")

    def _picture(self, page: Image.Image) -> None:
        """GS v 0, in bands; black is 1."""
        wide = (page.width + 7) // 8
        for top in range(0, page.height, BAND):
            high = min(BAND, page.height - top)
            band = page.crop((0, top, page.width, top + high)).tobytes()
            size = bytes((wide & 255, wide >> 8, high & 255, high >> 8))
            self._parts += (b"\x1dv0\x00", size, bytes(byte ^ 0xFF for byte in band))

    def open_drawer(self) -> None:
        """ESC p 0: the first drawer, 50 ms on, 500 ms off."""
        self._parts.append(b"\x1bp\x00\x19\xfa")

    def buzz(self) -> None:
        """ESC B: twice 200 ms, as most Chinese slip printers understand it."""
        self._parts.append(b"\x1bB\x02\x04")

    def end(self, *, cut: bool) -> bytes:
        """Cut, or fed far enough to be torn off."""
        return b"".join([*self._parts, KANJI_OFF, CUT if cut else b"\x1bd\x04"])

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
