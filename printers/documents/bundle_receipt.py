"""Lay out the one receipt of a bundle: every item with its outcome, every material once."""

from __future__ import annotations

from reportlab.lib.units import mm

from app.domain.bundle_merge import Saving
from app.domain.papers import BundleItemLine, BundleMaterialLine, BundleReceiptContent
from printers.documents.frame import Frame
from printers.documents.parts import (
    NOTHING,
    chinese_date,
    count_words,
    delivery_rows,
    draw_body,
    draw_facts,
    draw_salutation,
    draw_titled_table,
)
from printers.documents.sheet import INNER
from printers.documents.signing import usual_signing
from printers.documents.table import Align, Cell, Row, label
from printers.errors import FieldMissing
from printers.wording import Sentences

PLACE = 12 * mm
# A number of 20 digits, four characters and a date on one line each; items take what is left.
NUMBER, OUTCOME, DUE = 49 * mm, 19 * mm, 34 * mm
ITEM = INNER - PLACE - NUMBER - OUTCOME - DUE
USED_BY, ORIGINALS, COPIES, STATE = 21 * mm, 14 * mm, 15 * mm, 42 * mm
NAME = INNER - PLACE - USED_BY - ORIGINALS - COPIES - STATE


def lay_out_bundle_receipt(frame: Frame, paper: BundleReceiptContent, reprint: int) -> bytes:
    """Raises FieldMissing where it names no item."""
    if not paper.items:
        raise FieldMissing(field="items", paper=paper.paper.value)
    words, head = frame.wording.of("bundle_receipt"), paper.head
    title = words.say("title")
    sheets = frame.open(head, words, title, reprint)
    draw_facts(sheets, head, delivery_rows(head.delivery), names=BUNDLENAMES)
    draw_salutation(sheets, words, head)
    draw_body(sheets, words, "body", item=head.item, count=len(paper.items))
    sheets.skip(1 * mm)
    header = (
        label("序号", PLACE), label("事项（承办部门）", ITEM), label("办件编号", NUMBER),
        label("结果", OUTCOME), label("承诺办结日期", DUE),
    )  # fmt: skip
    rows = [_item_row(at, line) for at, line in enumerate(paper.items, start=1)]
    draw_titled_table(sheets, "各事项办理情况", header, rows)
    frame.provisional(sheets, any(line.due_provisional for line in paper.items))
    for said, key in ((paper.deferred, "deferred"), (paper.promised, "promised")):
        if said:
            draw_body(sheets, words, key)
    if saved := saving_sentence(words, paper.saving):
        sheets.paragraph(saved)
    signing, notes = usual_signing(head, words), words.list("notes")
    tail = frame.tail(sheets, head, words, signing, notes)
    count = len(paper.items)
    materials = [_material_row(at, one, count) for at, one in enumerate(paper.materials, start=1)]
    if materials:
        sheets.skip(2 * mm)
        draw_titled_table(
            sheets, "合并后的申请材料（每种只交一次）", _material_header(), materials, tail=tail
        )
    return frame.end(sheets, head, words, title, signing, notes)


# What the head's item, code and department are called for a bundle.
BUNDLENAMES = ("“一件事”", "编　　码", "牵头部门")


def saving_sentence(words: Sentences, saving: Saving) -> str:
    """What was spared, "" where nothing was."""
    counts = (
        ("saving_materials", saving.materials_apart, saving.materials_together),
        ("saving_forms", saving.forms_apart, saving.forms_together),
        ("saving_fields", saving.fields_apart, saving.fields_together),
    )
    parts = [
        words.say(key, apart=apart, together=together)
        for key, apart, together in counts
        if together < apart
    ]
    return "，".join(parts) + "。" if parts else ""


def _item_row(at: int, line: BundleItemLine) -> Row:
    due, under = line.remark or NOTHING, ""
    if line.due is not None:
        due = chinese_date(line.due)
        under = f"前{line.remark}" if line.remark else ""
        under += "（暂定）" if line.due_provisional else ""
    department = (f"（{line.department}）",) if line.department else ()
    return (
        Cell(str(at), PLACE, Align.CENTRE),
        Cell(line.item or NOTHING, ITEM, under=department),
        Cell(line.number or NOTHING, NUMBER),
        Cell(line.outcome or NOTHING, OUTCOME, Align.CENTRE),
        Cell(due, DUE, under=(under,) if under else ()),
    )


def _material_header() -> Row:
    return (
        label("序号", PLACE), label("申请材料", NAME), label("用于事项", USED_BY),
        label("原件", ORIGINALS), label("复印件", COPIES), label("状态", STATE),
    )  # fmt: skip


def _material_row(at: int, line: BundleMaterialLine, items: int) -> Row:
    every = items > 2 and len(set(line.used_by)) == items
    used_by = "全部" if every else "、".join(map(str, line.used_by))
    return (
        Cell(str(at), PLACE, Align.CENTRE),
        Cell(line.name or NOTHING, NAME),
        Cell(used_by or NOTHING, USED_BY, Align.CENTRE),
        Cell(count_words(line.originals), ORIGINALS, Align.CENTRE),
        Cell(count_words(line.copies), COPIES, Align.CENTRE),
        Cell(line.state or NOTHING, STATE),
    )
