"""Fill sheets from the top down: a cursor and page breaks; drawn once the count is known.

Lengths are points; ``y`` is measured from the foot of the page, as PDF has it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from io import BytesIO
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from printers.documents.archive import describe
from printers.documents.text import Line, TextStyle, Typesetter

WIDTH, HEIGHT = A4
LEFT = RIGHT = 22 * mm
TOP = 14 * mm
FOOT = 19 * mm  # the footer stands below this line
INNER = WIDTH - LEFT - RIGHT
CONTINUED_TOP = 25 * mm  # where the body of a second page begins, below its running head

BODY = TextStyle(size=12, leading=18.5)
BODY_BOLD = TextStyle(size=12, leading=18.5, bold=True)
HEADING = TextStyle(size=12, leading=18, bold=True)
CELL = TextStyle(size=10.5, leading=14)
CELL_BOLD = TextStyle(size=10.5, leading=14, bold=True)
NOTE = TextStyle(size=9.5, leading=13.5)
SMALL = TextStyle(size=8.5, leading=11, grey=0.25)
COPY = TextStyle(size=9.5, leading=11, bold=True)

Draw = Callable[[Canvas], None]


class Sheets:
    """The pages of one document under way."""

    def __init__(
        self,
        typesetter: Typesetter,
        *,
        running: str,
        version: str,
        copies: Sequence[str] = ("",),
        half: bool = False,
    ) -> None:
        """``copies`` are the names of those to be made, one after another; ``half`` sheets are A5:
        everything as on A4, and smaller by the root of a half."""
        self.scale = 0.5**0.5 if half else 1.0
        self._copies = copies
        self.type = typesetter
        self._running = running
        self._version = version
        self._pages: list[list[Draw]] = [[]]
        self.y = HEIGHT - TOP

    # -- space --

    @property
    def room(self) -> float:
        """What is left above the footer."""
        return self.y - FOOT

    @property
    def page_room(self) -> float:
        """What a fresh page offers."""
        return HEIGHT - CONTINUED_TOP - FOOT

    def need(self, height: float) -> None:
        """Begin a new page unless ``height`` fits here (or would fit nowhere)."""
        if height > self.room + 0.01 and height <= self.page_room:
            self.new_page()

    def new_page(self) -> None:
        self._pages.append([])
        head = self.type.fit(self._running, SMALL, INNER)
        self.y = HEIGHT - TOP
        self.put(head, LEFT, HEIGHT - 17 * mm, SMALL)
        self.rule(HEIGHT - 19 * mm, thickness=0.4)
        self.y = HEIGHT - CONTINUED_TOP

    def skip(self, height: float) -> None:
        self.y -= height

    # -- marks --

    def draw(self, mark: Draw) -> None:
        self._pages[-1].append(mark)

    def rule(self, y: float, *, thickness: float, left: float = LEFT, width: float = INNER) -> None:
        def mark(canvas: Canvas) -> None:
            canvas.setLineWidth(thickness)
            canvas.line(left, y, left + width, y)

        self.draw(mark)

    def put(
        self, line: Line, x: float, y: float, style: TextStyle, *, justify: float = 0.0
    ) -> None:
        """Draw one set line with its base at ``y``; ``justify`` is the width to stretch it to."""
        self.draw(lambda canvas: draw_line(canvas, line, x, y, style, justify))

    def centred(self, text: str, style: TextStyle, *, width: float = INNER) -> None:
        """Lines in the middle of the page; the cursor goes below them."""
        for line in self.type.wrap(text, style, width):
            self.need(style.leading)
            self.y -= style.leading
            self.put(line, (WIDTH - line.width) / 2, self.y + base(style), style)

    # -- paragraphs --

    def paragraph(
        self,
        text: str,
        style: TextStyle = BODY,
        *,
        indent_chars: int = 2,
        left: float = LEFT,
        width: float = INNER,
        after: float = 0.0,
    ) -> None:
        """Justified text; never one line alone at the foot or the head of a page."""
        lines = self.type.wrap(text, style, width, first_indent=indent_chars * style.size)
        self._lines(lines, style, left, width)
        self.y -= after

    def _lines(self, lines: Sequence[Line], style: TextStyle, left: float, width: float) -> None:
        if len(lines) <= 3:
            self.need(len(lines) * style.leading)
        for at, line in enumerate(lines):
            last_pair = at == len(lines) - 2
            first = at == 0 and len(lines) > 1
            if self.room < style.leading * (2 if first or last_pair else 1):
                self.new_page()
            self.y -= style.leading
            self.put(
                line, left + line.indent, self.y + base(style), style,
                justify=0.0 if line.ends else width - line.indent,
            )  # fmt: skip

    def heading(self, text: str, *, keep: float) -> None:
        """A heading that takes at least ``keep`` points of what follows along."""
        lines = self.type.wrap(text, HEADING, INNER)
        self.need(4 + len(lines) * HEADING.leading + 3 + keep)
        self.y -= 4
        self._lines(lines, HEADING, LEFT, INNER)
        self.y -= 3

    def height_of(
        self, text: str, style: TextStyle, *, width: float = INNER, indent_chars: int = 2
    ) -> float:
        lines = self.type.wrap(text, style, width, first_indent=indent_chars * style.size)
        return len(lines) * style.leading

    # -- finish --

    def finish(self, *, title: str, author: str, keywords: str = "") -> bytes:
        """The PDF: same marks, same bytes (no clock, no random id)."""
        out = BytesIO()
        # Without a first font of ours reportlab names Helvetica, which is not embedded.
        first: Any = self.type.line("1", BODY).runs[0].font  # the stubs want a number here
        canvas = Canvas(
            out, pagesize=(WIDTH * self.scale, HEIGHT * self.scale), invariant=1, pageCompression=1,
            initialFontName=first, pdfVersion=(1, 7),
        )  # fmt: skip
        describe(
            canvas, title=_encodable(title), author=_encodable(author),
            keywords=_encodable(keywords),
        )  # fmt: skip
        for copy in self._copies:
            for number, marks in enumerate(self._pages, start=1):
                if self.scale != 1:
                    canvas.scale(self.scale, self.scale)
                for mark in marks:
                    mark(canvas)
                self._footer(canvas, number, copy)
                canvas.showPage()
        canvas.save()
        return out.getvalue()

    def _footer(self, canvas: Canvas, number: int, copy: str) -> None:
        y = 12 * mm
        canvas.setLineWidth(0.4)
        canvas.line(LEFT, y + 11, LEFT + INNER, y + 11)
        page = self.type.line(f"第 {number} 页 / 共 {len(self._pages)} 页", SMALL)
        draw_line(canvas, page, (WIDTH - page.width) / 2, y, SMALL)
        if copy:
            draw_line(canvas, self.type.fit(copy, COPY, INNER / 3), LEFT, y, COPY)
        version = self.type.fit(self._version, SMALL, INNER / 3)
        draw_line(canvas, version, LEFT + INNER - version.width, y, SMALL)


def _encodable(text: str) -> str:
    """Half of a surrogate pair, from a broken input method, has no encoding."""
    return text.encode("utf-8", "replace").decode()


def base(style: TextStyle) -> float:
    """From the foot of a line's box up to its base line: han glyphs sit in the middle."""
    return (style.leading - style.size) / 2 + style.size * 0.14


def draw_line(
    canvas: Canvas, line: Line, x: float, y: float, style: TextStyle, justify: float = 0.0
) -> None:
    slack = justify - line.width
    space = slack / (line.glyphs - 1) if justify and slack > 0 and line.glyphs > 1 else 0.0
    if space > 0.25 * style.size:  # a long word went to the next line: better ragged than torn
        space = 0.0
    text = canvas.beginText(x, y)
    if style.grey:
        text.setFillGray(style.grey)
    if space:
        text.setCharSpace(space)
    for run in line.runs:
        text.setFont(run.font, style.size)
        text.textOut(run.text)
    if space:
        text.setCharSpace(0)
    if style.grey:
        text.setFillGray(0)
    canvas.drawText(text)
