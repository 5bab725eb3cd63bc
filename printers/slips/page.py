"""Lay the queue ticket (排队号票) out as a page of 58 or 80 mm paper, as long as it needs: for a
queue of CUPS or Windows that draws pages itself, and for a folder of PDFs.

The same sentences in the same order as the ESC/POS slip; the number as Code 128 below.
"""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from typing import Any

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from app.domain.papers import TicketSlipContent
from printers.documents.archive import describe
from printers.documents.codes import code128, draw_code128, draw_qr, qr_rows
from printers.documents.fonts import FontBook
from printers.documents.sheet import Draw, base, draw_line
from printers.documents.text import TextStyle, Typesetter, clean
from printers.errors import BadProgressAddress, FieldMissing
from printers.slips.lines import Code, Gap, Weight, Words, slip_lines
from printers.slips.profile import SlipWidth
from printers.wording import Sentences

_PAPER = {SlipWidth.MM_58: 58 * mm, SlipWidth.MM_80: 80 * mm}
_EDGE = 5 * mm  # what such heads cannot print, left and right
_QR = 26 * mm
_BAR, _BAR_HIGH = 0.25 * mm, 9 * mm  # two dots at 203 dpi: read by any hand scanner

_STYLES = {
    Weight.NUMBER: TextStyle(size=46, leading=52, bold=True),
    Weight.LARGE: TextStyle(size=15, leading=20, bold=True),
    Weight.BOLD: TextStyle(size=10.5, leading=15, bold=True),
    Weight.PLAIN: TextStyle(size=10, leading=14),
    Weight.FOOT: TextStyle(size=9, leading=12.5),
}


_SMALLER = frozenset({Weight.PLAIN, Weight.FOOT})  # where a line has little room


class _Strip:
    """Marks from the top down, until the length is known."""

    def __init__(self, width: float, typesetter: Typesetter) -> None:
        self.width, self.high = width, _EDGE
        self._type = typesetter
        self._marks: list[tuple[float, Draw]] = []  # how far below the top its foot is

    def _mark(self, height: float, mark: Draw) -> None:
        self.high += height
        self._marks.append((self.high, mark))

    def feed(self, height: float) -> None:
        self.high += height

    def text(self, words: str, weight: Weight) -> None:
        style, centred = _STYLES[weight], weight is not Weight.FOOT
        if self.width < 60 * mm and weight in _SMALLER:
            style = replace(style, size=style.size * 0.88)
        room = self.width - 2 * _EDGE
        for line in self._type.wrap(words, style, room):
            x = (self.width - line.width) / 2 if centred else _EDGE

            def mark(canvas: Canvas, line: Any = line, x: float = x) -> None:
                draw_line(canvas, line, x, base(style), style)

            self._mark(style.leading, mark)

    def rule(self) -> None:
        def mark(canvas: Canvas) -> None:
            canvas.setLineWidth(0.5)
            canvas.setDash(2, 2)
            canvas.line(_EDGE, 3 * mm, self.width - _EDGE, 3 * mm)

        self._mark(6 * mm, mark)

    def qr(self, text: str) -> bool:
        """Whether there is room in such a code for so long an address."""
        try:
            qr_rows(text)
        except BadProgressAddress:
            return False
        left = (self.width - _QR) / 2
        self._mark(_QR + 3 * mm, lambda canvas: draw_qr(canvas, text, left, 1 * mm, _QR))
        return True

    def bars(self, number: str) -> None:
        shape = code128(number)
        left = (self.width - shape.modules * _BAR) / 2

        def mark(canvas: Canvas) -> None:
            draw_code128(canvas, shape, left, 2 * mm, _BAR_HIGH, _BAR)

        self._mark(_BAR_HIGH + 4 * mm, mark)

    def drawn(self, title: str) -> bytes:
        out, height = BytesIO(), self.high + _EDGE
        first: Any = self._type.line("1", _STYLES[Weight.PLAIN]).runs[0].font
        canvas = Canvas(
            out, pagesize=(self.width, height), invariant=1, pageCompression=1,
            initialFontName=first, pdfVersion=(1, 7),
        )  # fmt: skip
        describe(canvas, title=title, author="OneWindow", keywords="")
        for foot, mark in self._marks:
            canvas.saveState()
            canvas.translate(0, height - foot)
            mark(canvas)
            canvas.restoreState()
        canvas.showPage()
        canvas.save()
        return out.getvalue()


def make_slip_page(
    content: TicketSlipContent, words: Sentences, fonts: FontBook, width: SlipWidth, *,
    reprint: int = 0,
) -> bytes:  # fmt: skip
    """A PDF of one page. Raises FieldMissing where the number or the hall's name shows nothing,
    FontsMissing."""
    fonts.check()
    for value, field in ((content.number, "number"), (content.hall.name, "hall.name")):
        if not clean(value).strip():
            raise FieldMissing(field=field, paper=content.paper.value)
    strip = _Strip(_PAPER[width], Typesetter(fonts))
    for line in slip_lines(content, words, reprint):
        match line:
            case Gap(rule=True):
                strip.rule()
            case Gap():
                strip.feed(2 * mm)
            case Code():
                if strip.qr(line.address):
                    strip.text(line.below, Weight.PLAIN)
            case Words() if clean(line.text).strip():
                strip.text(clean(line.text), line.weight)
    if content.number.isascii() and content.number.isalnum():
        strip.bars(content.number)
    return strip.drawn(words.say("title"))
