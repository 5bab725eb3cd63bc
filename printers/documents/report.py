"""Lay out a report of the day: facts, ruled tables over as many pages as it takes, who signs."""

from __future__ import annotations

from reportlab.lib.units import mm

from app.domain.sheet_papers import ReportContent
from printers.documents.frame import Frame
from printers.documents.parts import NOTHING, draw_titled_table, wide
from printers.documents.sheet import INNER
from printers.documents.signing import draw_signing, signing_height
from printers.documents.table import Align, Cell, Row, draw_table, label
from printers.documents.text import clean
from printers.errors import FieldMissing

PLACE = 0.08  # of the sheet


def lay_out_report(frame: Frame, paper: ReportContent) -> bytes:
    """Raises FieldMissing where it has no hall or title."""
    for field, value in (("hall.name", paper.hall.name), ("title", paper.title)):
        if not clean(value).strip():
            raise FieldMissing(field=field, paper="report")
    words = frame.wording.of("report")
    sheets = frame.open_bare(paper.hall.name, words, paper.title, 0)
    draw_table(sheets, [wide(name, value) for name, value in paper.facts])
    sheets.skip(3 * mm)
    signing = tuple((name, "") for name in paper.signers)
    for table in paper.tables:
        if not table.rows:
            sheets.heading(table.title, keep=20 * mm)
            sheets.paragraph(words.say("nothing"), indent_chars=0, after=2 * mm)
            continue
        last = table is paper.tables[-1]
        widths = [share * (1 - PLACE) * INNER for share in table.widths]
        place = PLACE * INNER
        header = (
            label("序号", place),
            *(label(name, width) for name, width in zip(table.columns, widths, strict=True)),
        )
        rows: list[Row] = [
            (
                Cell(str(at), place, Align.CENTRE),
                *(Cell(text or NOTHING, width) for text, width in zip(row, widths, strict=True)),
            )
            for at, row in enumerate(table.rows, start=1)
        ]
        tail = signing_height(sheets, signing) if last and signing else 0.0
        draw_titled_table(sheets, table.title, header, rows, tail=tail)
    if signing:
        sheets.need(signing_height(sheets, signing))
        draw_signing(sheets, signing, sheets.y - 2 * mm)
        sheets.y -= signing_height(sheets, signing)
    return frame.finish_bare(sheets, paper.title, paper.hall.name)
