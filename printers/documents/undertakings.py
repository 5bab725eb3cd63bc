"""Lay out what an applicant undertakes in writing: 告知承诺书 and 容缺受理承诺书."""

from __future__ import annotations

from reportlab.lib.units import mm

from app.domain.papers import DeferralPromiseContent, PromiseContent
from printers.documents.frame import Frame
from printers.documents.parts import (
    NOTHING,
    chinese_date,
    draw_body,
    draw_facts,
    draw_salutation,
    draw_titled_table,
)
from printers.documents.sheet import BODY, INNER, Sheets
from printers.documents.signing import Signing, usual_signing
from printers.documents.table import Align, Cell, Row, label
from printers.errors import FieldMissing
from printers.wording import Sentences

PLACE = 12 * mm
PROVES, BASIS = 46 * mm, 52 * mm
FORM, UNTIL = 46 * mm, 40 * mm


def lay_out_promise(frame: Frame, paper: PromiseContent, reprint: int) -> bytes:
    """Told first, promised then. Raises FieldMissing where no material is named."""
    if not paper.materials:
        raise FieldMissing(field="materials", paper=paper.paper.value)
    words, head = frame.wording.of("promise"), paper.head
    title = words.say("title")
    mark = "" if head.number else words.say("unnumbered")
    sheets = frame.open(head, words, title, reprint, under_title=mark)
    draw_facts(sheets, head)
    draw_salutation(sheets, words, head)
    draw_body(sheets, words, "told", item=head.item)
    sheets.skip(1 * mm)
    name = INNER - PLACE - PROVES - BASIS
    header = (
        label("序号", PLACE), label("可以承诺代替的材料", name),
        label("应当符合的条件、标准", PROVES), label("设定依据", BASIS),
    )  # fmt: skip
    rows: list[Row] = [
        (
            Cell(str(at), PLACE, Align.CENTRE), Cell(one.name or NOTHING, name),
            Cell(one.proves or NOTHING, PROVES), Cell(one.basis or NOTHING, BASIS),
        )
        for at, one in enumerate(paper.materials, start=1)
    ]  # fmt: skip
    draw_titled_table(sheets, "行政机关告知的内容", header, rows)
    draw_body(sheets, words, "consequences")
    return _promised(frame, sheets, words, title, usual_signing(head, words), paper)


def lay_out_deferral_promise(frame: Frame, paper: DeferralPromiseContent, reprint: int) -> bytes:
    """Raises FieldMissing where no material is to follow."""
    if not paper.materials:
        raise FieldMissing(field="materials", paper=paper.paper.value)
    words, head = frame.wording.of("deferral_promise"), paper.head
    title = words.say("title")
    sheets = frame.open(head, words, title, reprint)
    draw_facts(sheets, head)
    count = len(paper.materials)
    draw_body(sheets, words, "body", item=head.item, count=count, department=head.department)
    sheets.skip(1 * mm)
    name = INNER - PLACE - FORM - UNTIL
    header = (
        label("序号", PLACE), label("所缺材料", name), label("补正形式", FORM),
        label("补正期限", UNTIL),
    )  # fmt: skip
    rows: list[Row] = [
        (
            Cell(str(at), PLACE, Align.CENTRE), Cell(one.name or NOTHING, name),
            Cell(one.form or NOTHING, FORM),
            Cell(f"{chinese_date(one.until)}前", UNTIL, Align.CENTRE),
        )
        for at, one in enumerate(paper.materials, start=1)
    ]  # fmt: skip
    draw_titled_table(sheets, "所缺材料及补正要求", header, rows)
    return _promised(frame, sheets, words, title, usual_signing(head, words), paper)


def _promised(
    frame: Frame,
    sheets: Sheets,
    words: Sentences,
    title: str,
    signing: Signing,
    paper: PromiseContent | DeferralPromiseContent,
) -> bytes:
    """What is undertaken stands on the sheet that is signed."""
    promised = sum(sheets.height_of(text, BODY) for text in words.list("promised"))
    tail = frame.tail(sheets, paper.head, words, signing)
    sheets.heading("申请人承诺", keep=promised + tail)
    draw_body(sheets, words, "promised")
    return frame.end(sheets, paper.head, words, title, signing)
