"""Draw ruled tables that break across pages, with their header again on each page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from printers.documents.sheet import CELL, CELL_BOLD, LEFT, Sheets, base
from printers.documents.text import Line, TextStyle

PAD_X = 1.8 * mm
PAD_Y = 0.9 * mm
SHADE = 0.945
INNER_RULE = 0.45
FRAME_RULE = 0.9
BLANK_RULE = 0.5
BLANK_FOOT = 2 * mm
SHORT_TABLE = 4  # rows that are not worth tearing apart, unless
TOO_BLANK = 1 / 3  # more than this of a page would stay blank
TAIL_ROWS = 2


class Align(Enum):
    LEFT = 0.0
    CENTRE = 0.5
    RIGHT = 1.0


@dataclass(frozen=True, slots=True)
class Cell:
    """``width`` in points. A label is bold, centred and shaded. each of ``under`` begins a line of
    its own, ``height`` is the least that its row is high, ``blank`` a line to write on."""

    text: str
    width: float
    align: Align = Align.LEFT
    label: bool = False
    under: tuple[str, ...] = ()
    height: float = 0.0
    blank: bool = False

    @property
    def style(self) -> TextStyle:
        return CELL_BOLD if self.label else CELL


Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class _Set:
    """A row with its lines broken."""

    cells: Row
    lines: tuple[tuple[Line, ...], ...]

    @property
    def count(self) -> int:
        return max(len(lines) for lines in self.lines)

    @property
    def height(self) -> float:
        least = max(cell.height for cell in self.cells)
        return max(self.count * CELL.leading + 2 * PAD_Y, least)

    def split(self, count: int) -> tuple[_Set, _Set]:
        head = tuple(lines[:count] for lines in self.lines)
        tail = tuple(lines[count:] for lines in self.lines)
        return _Set(self.cells, head), _Set(self.cells, tail)


def label(text: str, width: float) -> Cell:
    return Cell(text, width, Align.CENTRE, label=True)


def draw_table(
    sheets: Sheets, rows: Sequence[Row], header: Row | None = None, *, tail: float = 0.0
) -> None:
    """Below the cursor, from the left margin. Rows stay whole unless they are most of a page.

    ``tail`` is the height of what follows and must not stand on a page alone: where it would, the
    last two rows go over with it.
    """
    together = last_rows_height(sheets, rows, tail)
    head = _set(sheets, header) if header else None
    top = _begin(sheets, head, _set(sheets, rows[0]) if rows else None)
    for at, row in enumerate(rows):
        rest = _set(sheets, row)
        if at and at == len(rows) - TAIL_ROWS and sheets.room < together <= sheets.page_room / 2:
            _frame(sheets, top, rest)
            sheets.new_page()
            top = _begin(sheets, head, None)
        while rest.height > sheets.room:
            fits = int((sheets.room - 2 * PAD_Y) // CELL.leading)
            if rest.height > sheets.page_room / 2 and fits >= 2:
                part, rest = rest.split(fits)
                _row(sheets, part)
            _frame(sheets, top, rest)
            sheets.new_page()
            top = _begin(sheets, head, None)
        _row(sheets, rest)
    last = rows[-1] if rows else header
    if last:
        _frame(sheets, top, _set(sheets, last))


def kept_with_heading(sheets: Sheets, header: Row, rows: Sequence[Row], tail: float = 0.0) -> float:
    """What a heading above must keep with itself: the header and the first row, or all of a short
    table and its ``tail`` where that leaves no great gap."""
    height = _set(sheets, header).height
    if len(rows) <= SHORT_TABLE:
        whole = height + tail + sum(_set(sheets, row).height for row in rows)
        blank = sheets.room > sheets.page_room * TOO_BLANK and len(rows) > TAIL_ROWS
        if whole <= sheets.page_room / 2 and not blank:
            return whole
    if tail and len(rows) <= TAIL_ROWS:
        return height + last_rows_height(sheets, rows, tail)
    return height + (_set(sheets, rows[0]).height if rows else 0)


def last_rows_height(sheets: Sheets, rows: Sequence[Row], tail: float = 0.0) -> float:
    """Of the rows that stay with what follows them, and of that."""
    return tail + sum(_set(sheets, row).height for row in rows[-TAIL_ROWS:])


def _begin(sheets: Sheets, head: _Set | None, first: _Set | None) -> float:
    keep = (head.height if head else 0.0) + (first.height if first else 0.0)
    if keep <= sheets.page_room / 2:
        sheets.need(keep)
    top = sheets.y
    if head:
        _row(sheets, head)
    return top


def _set(sheets: Sheets, row: Row) -> _Set:
    return _Set(row, tuple(_lines(sheets, cell) for cell in row))


def _lines(sheets: Sheets, cell: Cell) -> tuple[Line, ...]:
    width = cell.width - 2 * PAD_X
    lines = sheets.type.wrap(cell.text, cell.style, width)
    for text in cell.under:
        lines = (*lines, *sheets.type.wrap(text, cell.style, width))
    return lines


def _row(sheets: Sheets, row: _Set) -> None:
    height, top = row.height, sheets.y
    bottom = top - height
    x = LEFT
    edges = []
    for cell in row.cells:
        if cell.label:
            _shade(sheets, x, bottom, cell.width, height)
        x += cell.width
        edges.append(x)

    def rules(canvas: Canvas) -> None:
        canvas.setLineWidth(INNER_RULE)
        canvas.line(LEFT, bottom, edges[-1], bottom)
        canvas.line(LEFT, top, edges[-1], top)  # again, for this row's shade lies on it
        for edge in edges[:-1]:
            canvas.line(edge, top, edge, bottom)

    sheets.draw(rules)
    x = LEFT
    for cell, lines in zip(row.cells, row.lines, strict=True):
        slack = height - 2 * PAD_Y - len(lines) * cell.style.leading
        y = top - PAD_Y - slack / 2
        for line in lines:
            y -= cell.style.leading
            free = cell.width - 2 * PAD_X - line.width
            sheets.put(line, x + PAD_X + free * cell.align.value, y + base(cell.style), cell.style)
        if cell.blank:
            sheets.rule(
                bottom + BLANK_FOOT, thickness=BLANK_RULE, left=x + PAD_X,
                width=cell.width - 2 * PAD_X,
            )  # fmt: skip
        x += cell.width
    sheets.y = bottom


def _shade(sheets: Sheets, x: float, y: float, width: float, height: float) -> None:
    def mark(canvas: Canvas) -> None:
        canvas.setFillGray(SHADE)
        canvas.rect(x, y, width, height, stroke=0, fill=1)
        canvas.setFillGray(0)

    sheets.draw(mark)


def _frame(sheets: Sheets, top: float, row: _Set) -> None:
    width, bottom = sum(cell.width for cell in row.cells), sheets.y

    def mark(canvas: Canvas) -> None:
        canvas.setLineWidth(FRAME_RULE)
        canvas.rect(LEFT, bottom, width, top - bottom, stroke=1, fill=0)

    sheets.draw(mark)
