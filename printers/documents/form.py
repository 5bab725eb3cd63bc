"""Lay out an application form: values in full as far as known, room to write for the rest."""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.lib.units import mm

from app.domain.papers import ApplicationFormContent, FormLine
from printers.documents.frame import Frame
from printers.documents.parts import draw_body, issued_words, pair, ticks, wide
from printers.documents.sheet import BODY, CELL, INNER, LEFT, NOTE, Sheets
from printers.documents.signing import Signing, draw_signing, signing_height
from printers.documents.table import PAD_X, Cell, Row, draw_table, label, last_rows_height
from printers.documents.text import clean
from printers.errors import FieldMissing
from printers.wording import Sentences

LABEL = 46 * mm
ROW = 9 * mm
BLANK_ROW = 11 * mm  # high enough for a hand


def lay_out_form(frame: Frame, paper: ApplicationFormContent, reprint: int) -> bytes:
    """Raises FieldMissing where it has no title or no field."""
    for name in ("title", "lines"):
        value = getattr(paper, name)
        if not value or (name == "title" and not clean(value).strip()):
            raise FieldMissing(field=name, paper=paper.paper.value)
    words, head = frame.wording.of("application_form"), paper.head
    sheets = frame.open(head, words, paper.title, reprint)
    items = paper.items or ((head.item, head.department),)
    draw_table(
        sheets,
        [
            *(
                wide("申请事项" if len(items) == 1 else f"申请事项{at}", f"{item}（{department}）")
                for at, (item, department) in enumerate(items, start=1)
            ),
            wide("编　　号", head.number or words.say("unnumbered")),
            pair("受理窗口", head.window, "填表时间", issued_words(head)),
        ],
    )
    sheets.skip(2 * mm)
    for sentence in words.list("filled"):
        sheets.paragraph(sentence, NOTE, indent_chars=0)
    sheets.skip(2 * mm)
    rows = [_row(sheets, line) for line in paper.lines]
    signing = _signing(paper, words)
    declared = sum(sheets.height_of(text, BODY) for text in words.list("declaration"))
    tail = declared + signing_height(sheets, signing) + 8 * mm
    sheets.need(last_rows_height(sheets, rows, tail) if len(rows) <= 2 else 0)
    draw_table(sheets, rows, tail=tail)
    sheets.skip(4 * mm)
    sheets.need(tail - 4 * mm)
    draw_body(sheets, words, "declaration")
    draw_signing(sheets, signing, sheets.y - 4 * mm, left=LEFT + INNER - SIGNING_WIDTH)
    sheets.y -= signing_height(sheets, signing)
    return frame.finish(sheets, head, paper.title)


SIGNING_WIDTH = 80 * mm


def _signing(paper: ApplicationFormContent, words: Sentences) -> Signing:
    agent = ((words.say("agent_signature"), ""),) if paper.head.agent else ()
    return ((words.say("signature"), ""), *agent, ("日　　期", ""))


def _row(sheets: Sheets, line: FormLine) -> Row:
    value, width = line.value, INNER - LABEL
    if line.choices:
        known = [(choice, choice == value, "") for choice in line.choices]
        if value and value not in line.choices:
            known.append((value, True, ""))
        first, *rest = _boxes(sheets, [ticks([one]) for one in known], width - 2 * PAD_X)
        return (label(line.label, LABEL), Cell(first, width, height=ROW, under=tuple(rest)))
    blank = not clean(value).strip()
    height = BLANK_ROW if blank else ROW
    return (label(line.label, LABEL), Cell(value, width, height=height, blank=blank))


def _boxes(sheets: Sheets, boxes: Sequence[str], width: float) -> list[str]:
    """As many on a line as go there whole: a box to tick is never far from its words."""
    lines = [boxes[0]]
    for box in boxes[1:]:
        longer = f"{lines[-1]}　{box}"
        if sheets.type.width(longer, CELL) <= width:
            lines[-1] = longer
        else:
            lines.append(box)
    return lines
