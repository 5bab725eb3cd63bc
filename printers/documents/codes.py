"""Draw a Code 128 and a QR code as vector rectangles, at sizes that a desk scanner still reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

import segno
from barcode.codex import Code128
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.pathobject import PDFPathObject

from printers.errors import BadCaseNumber, BadProgressAddress

BAR = 0.34 * mm  # 0.33 mm decodes at 150 dpi; a little above it
QUIET_BARS = 10
MAX_QR_MODULES = 77  # version 15: at 26 mm a module is still 0.33 mm


@dataclass(frozen=True, slots=True)
class BarcodeShape:
    """Dark bars as (offset, width) in modules."""

    bars: tuple[tuple[int, int], ...]
    modules: int

    @property
    def width(self) -> float:
        """Points, quiet zones included."""
        return (self.modules + 2 * QUIET_BARS) * BAR


@lru_cache(maxsize=64)
def code128(number: str) -> BarcodeShape:
    """Raises BadCaseNumber for anything but printable ASCII, and for what no scanner would take."""
    if not 1 <= len(number) <= 48 or not all("!" <= char <= "~" for char in number):
        raise BadCaseNumber(length=len(number))
    pattern: str = Code128(number).build()[0]
    return BarcodeShape(tuple(_dark(pattern, "1")), len(pattern))


@lru_cache(maxsize=64)
def qr_rows(text: str) -> tuple[tuple[tuple[int, int], ...], ...]:
    """Dark runs of each row, top first, as (offset, width) in modules.

    Raises BadProgressAddress where the address is empty or makes the modules too small.
    """
    try:
        code = segno.make(text, error="m", micro=False, boost_error=False)
    except (ValueError, UnicodeError, segno.DataOverflowError) as why:
        raise BadProgressAddress(length=len(text)) from why
    rows = tuple(tuple(_dark(bytes(row), 1)) for row in code.matrix)
    if len(rows) > MAX_QR_MODULES:
        raise BadProgressAddress(length=len(text))
    return rows


def _dark(line: str | bytes, dark: str | int) -> Iterator[tuple[int, int]]:
    at = 0
    for value, group in groupby(line):
        length = len(list(group))
        if value == dark:
            yield at, length
        at += length


class _Modules(PDFPathObject):
    """Rectangles of whole modules in one piece: reportlab formats numbers one by one, slowly."""

    def __init__(self, rectangles: Iterable[tuple[int, int, int, int]]) -> None:
        super().__init__()
        self._text = " ".join(f"{x} {y} {w} {h} re" for x, y, w, h in rectangles)

    def getCode(self) -> str:
        return self._text


def _draw(canvas: Canvas, modules: _Modules, x: float, y: float, wide: float, high: float) -> None:
    canvas.saveState()
    canvas.translate(x, y)
    canvas.scale(wide, high)
    canvas.drawPath(modules, stroke=0, fill=1)
    canvas.restoreState()


def draw_code128(
    canvas: Canvas, shape: BarcodeShape, x: float, y: float, height: float, bar: float = BAR
) -> None:
    """``x`` is the left edge of the first bar, ``y`` the foot of the bars."""
    bars = _Modules((offset, 0, width, 1) for offset, width in shape.bars)
    _draw(canvas, bars, x, y, bar, height)


def draw_qr(canvas: Canvas, text: str, x: float, y: float, size: float) -> None:
    """``x``, ``y`` is the lower left corner, ``size`` the side without the quiet zone."""
    rows = qr_rows(text)
    side = len(rows)
    modules = _Modules(
        (offset, side - row - 1, width, 1)
        for row, runs in enumerate(rows)
        for offset, width in runs
    )
    _draw(canvas, modules, x, y, size / side, size / side)
