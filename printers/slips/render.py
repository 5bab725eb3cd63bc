"""Draw the ESC/POS of our slips as a picture, for the preview and for the tests."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from PIL import Image

from printers.errors import BadSlip
from printers.slips.glyphs import CELL, HEIGHT, drawn_glyph

MARGIN = 24
MAX_ROWS = 20_000  # dots, about 2.5 m of paper: more is not a slip


@dataclass(slots=True)
class _Head:
    """The printer's state."""

    width: int = 576
    align: int = 0
    wide: int = 1
    high: int = 1
    bold: bool = False
    kanji: bool = False
    spacing: int = 30


@dataclass(frozen=True, slots=True)
class _Glyph:
    char: str
    half: bool
    wide: int
    high: int
    bold: bool

    @property
    def width(self) -> int:
        return CELL * self.wide * (1 if self.half else 2)


@dataclass(frozen=True, slots=True)
class _PrintedLine:
    glyphs: tuple[_Glyph, ...]
    align: int
    advance: int
    picture: Image.Image | None = None


@dataclass(frozen=True, slots=True)
class PrintedSlip:
    """What the printer understood: the text line by line, and the picture."""

    lines: tuple[str, ...]
    picture: Image.Image
    cut: bool

    def png(self) -> bytes:
        out = BytesIO()
        self.picture.save(out, "PNG", optimize=False)
        return out.getvalue()


def render_slip(data: bytes, font: Path) -> PrintedSlip:
    """Raises BadSlip, naming the byte, for a command that our slips do not use."""
    return _Renderer(data, font).run()


class _Renderer:
    def __init__(self, data: bytes, font: Path) -> None:
        self._data = data
        self._at = 0
        self._font = font
        self._head = _Head()
        self._row: list[_Glyph] = []
        self._lines: list[_PrintedLine] = []
        self._cut = False

    def run(self) -> PrintedSlip:
        while self._at < len(self._data):
            byte = self._data[self._at]
            if byte in (0x1B, 0x1C, 0x1D):
                self._command()
            elif byte == 0x0A:
                self._at += 1
                self._line_feed()
            elif byte < 0x20:
                raise BadSlip(at=self._at)
            else:
                self._character()
        if self._row:
            self._line_feed()
        texts = tuple("".join(glyph.char for glyph in line.glyphs) for line in self._lines)
        return PrintedSlip(texts, self._picture(), self._cut)

    def _take(self, count: int) -> bytes:
        taken = self._data[self._at : self._at + count]
        if len(taken) < count:
            raise BadSlip(at=self._at)
        self._at += count
        return taken

    def _command(self) -> None:
        start, head = self._at, self._head
        match self._take(2):
            case b"\x1b@":
                self._head = _Head()
            case b"\x1c&":
                head.kanji = True
            case b"\x1c.":
                head.kanji = False
            case b"\x1dW":
                low, high = self._take(2)
                head.width = low + 256 * high
                if not CELL * 2 <= head.width <= 2048:
                    raise BadSlip(at=start)
            case b"\x1ba":
                head.align = self._take(1)[0] % 48
            case b"\x1bE":
                head.bold = bool(self._take(1)[0] & 1)
            case b"\x1d!":
                size = self._take(1)[0]
                head.wide, head.high = (size >> 4 & 7) + 1, (size & 7) + 1
            case b"\x1b3":
                head.spacing = self._take(1)[0]
            case b"\x1bd":
                for _ in range(self._take(1)[0]):
                    self._line_feed()
            case b"\x1bp":  # drawer and buzzer leave nothing on the paper
                self._take(3)
            case b"\x1bB":
                self._take(2)
            case b"\x1dv":
                self._raster(start)
            case b"\x1dV":
                if self._take(1)[0] in (65, 66):
                    self._take(1)
                self._cut = True
            case _:
                raise BadSlip(at=start)

    def _raster(self, start: int) -> None:
        """GS v 0 m xL xH yL yH: rows of bits, black is 1. A row of text is printed first."""
        sign, mode, xl, xh, yl, yh = self._take(6)
        wide, high = xl + 256 * xh, yl + 256 * yh
        if sign != 0x30 or mode not in (0, 0x30) or not wide or not high:
            raise BadSlip(at=start)
        if wide * 8 > self._head.width + 7 or high > MAX_ROWS:
            raise BadSlip(at=start)
        bits = bytes(byte ^ 0xFF for byte in self._take(wide * high))
        if self._row:
            self._line_feed()
        picture = Image.frombytes("1", (wide * 8, high), bits).convert("L")
        self._lines.append(_PrintedLine((), self._head.align, high, picture))

    def _character(self) -> None:
        first = self._data[self._at]
        if first < 0x80:
            char, half = chr(self._take(1)[0]), True
        else:
            if not self._head.kanji:
                raise BadSlip(at=self._at)
            start = self._at
            try:
                char, half = self._take(2).decode("gb18030"), False
            except UnicodeDecodeError as why:
                raise BadSlip(at=start) from why
        head = self._head
        glyph = _Glyph(char, half, head.wide, head.high, head.bold)
        if sum(one.width for one in self._row) + glyph.width > head.width:
            self._line_feed()
        self._row.append(glyph)

    def _line_feed(self) -> None:
        tallest = max((HEIGHT * glyph.high for glyph in self._row), default=0)
        advance = max(self._head.spacing, tallest)
        self._lines.append(_PrintedLine(tuple(self._row), self._head.align, advance))
        self._row = []

    def _picture(self) -> Image.Image:
        rows = sum(line.advance for line in self._lines) + 2 * MARGIN
        if rows > MAX_ROWS:
            raise BadSlip(at=self._at)
        picture = Image.new("L", (self._head.width + 2 * MARGIN, rows), 255)
        y = MARGIN
        for line in self._lines:
            wide = line.picture.width if line.picture else sum(g.width for g in line.glyphs)
            free = max(self._head.width - wide, 0)
            x = MARGIN + (free // 2 if line.align == 1 else free if line.align == 2 else 0)
            if line.picture:
                picture.paste(line.picture, (x, y))
            for glyph in line.glyphs:
                picture.paste(self._drawn(glyph), (x, y))
                x += glyph.width
            y += line.advance
        return picture

    def _drawn(self, glyph: _Glyph) -> Image.Image:
        return drawn_glyph(
            glyph.char, self._font, glyph.width, HEIGHT * glyph.high, bold=glyph.bold
        )
