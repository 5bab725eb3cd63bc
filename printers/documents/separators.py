"""Draw separator sheets for scanning: one barcode twice, and in large letters what it does."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from printers.documents.codes import draw_qr
from printers.documents.fonts import FontBook

_SIDE = 42 * mm
_EDGE = 22 * mm


def separator_sheets(codes: Sequence[tuple[str, int]], fonts: Sequence[Path] = ()) -> bytes:
    """A PDF with a page for each (text of the barcode, number of the material; 0 for the next).

    Raises FontsMissing.
    """
    book = FontBook.from_folders(fonts)
    book.check()
    made = io.BytesIO()
    canvas = Canvas(made, pagesize=A4, invariant=1)
    width, height = A4
    for code, number in codes:
        # Twice, so that a folded corner or a finger hides one at most.
        draw_qr(canvas, code, _EDGE, height - _EDGE - _SIDE, _SIDE)
        draw_qr(canvas, code, width - _EDGE - _SIDE, _EDGE, _SIDE)
        _middle(canvas, book, "扫描分隔页", height - 110 * mm, 22)
        _middle(canvas, book, f"材料 {number}" if number else "下一份材料", height / 2, 76)
        what = f"清单第 {number} 项材料" if number else "清单里的下一份材料"
        _middle(canvas, book, f"夹在材料之间一起扫，后面的页归入{what}。", height / 2 - 32 * mm, 15)
        _middle(canvas, book, "这一页自己不会归档，可以反复用。", height / 2 - 41 * mm, 15)
        canvas.showPage()
    canvas.save()
    return made.getvalue()


def _middle(canvas: Canvas, book: FontBook, text: str, y: float, size: float) -> None:
    glyphs = [(char, book.glyph(char, bold=size > 20)) for char in text]
    x = (A4[0] - sum(size * found[1] for _, found in glyphs if found)) / 2
    for char, found in glyphs:
        if found is None:
            continue
        face, wide = found
        canvas.setFont(face.name, size)
        canvas.drawString(x, y, char)
        x += size * wide
