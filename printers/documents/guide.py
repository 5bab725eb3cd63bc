"""Lay out the 办事指南 of an item, in the order in which halls post it."""

from __future__ import annotations

from reportlab.lib.units import mm

from app.domain.sheet_papers import GuideContent
from printers.documents.frame import Frame
from printers.documents.parts import NOTHING, chinese_date, draw_titled_table
from printers.documents.sheet import INNER, NOTE, Sheets
from printers.documents.table import Align, Cell, Row, draw_table, label
from printers.documents.text import clean
from printers.errors import FieldMissing
from printers.wording import Sentences

LABEL = 28 * mm
PLACE, WANTED, NECESSITY, STANDARD = 12 * mm, 30 * mm, 30 * mm, 52 * mm
FIELD = 52 * mm


def lay_out_guide(frame: Frame, paper: GuideContent, reprint: int) -> bytes:
    """Raises FieldMissing where it lacks the hall, the item or the department."""
    needed = {
        "hall.name": paper.hall.name, "item": paper.item, "department": paper.department,
    }  # fmt: skip
    for field, value in needed.items():
        if not clean(value).strip():
            raise FieldMissing(field=field, paper=paper.paper.value)
    words = frame.wording.of("guide")
    title = words.say("title")
    sheets = frame.open_bare(paper.hall.name, words, f"{paper.item}　{title}", reprint)
    phones = "；".join(
        f"{name} {phone}"
        for name, phone in ((paper.department, paper.department_phone), ("大厅", paper.hall.phone))
        if phone
    )
    limits = f"法定 {paper.statutory_limit}；承诺 {paper.promised_limit}"
    rows: list[Row] = [
        _fact("事项名称", paper.item),
        _fact("事项编码", f"{paper.item_code or NOTHING}（材料清单第 {paper.list_version} 版）"),
        _fact("办理机构", paper.department),
        _fact("办理地点", f"{paper.hall.name}　{paper.hall.address}".strip()),
        _fact("办理时间", words.say("hours")),
        _fact("服务对象", paper.served),
        _fact("办件类型", f"{paper.kind}；到现场 {paper.visits} 次；{paper.channels}办理"),
        _fact("办理时限", limits),
        _fact("收费标准", _fees(paper)),
        _fact("受理条件", "；".join(paper.conditions)),
        _fact("办理依据", "；".join(paper.basis)),
        _fact("办理结果", f"{paper.result or NOTHING}（{paper.delivery or NOTHING}）"),
        _fact("咨询电话", phones),
        _fact("投诉电话", paper.hall.complaint_phone),
    ]  # fmt: skip
    if paper.situation:
        told = "；".join(
            f"{asked.rstrip('？?：: ')}：{answer}" for asked, answer in paper.situation
        )
        rows.append(_fact("您的情形", told))
    draw_table(sheets, rows)
    sheets.skip(3 * mm)
    if paper.unanswered:
        asked = "；".join(question.rstrip("？?：: ") for question in paper.unanswered)
        sheets.paragraph(words.say("unanswered", questions=asked), NOTE, indent_chars=0)
    _materials(sheets, words, paper)
    steps = words.list("steps")
    sheets.heading("办理流程", keep=2 * NOTE.leading)
    sheets.paragraph(" → ".join(steps), indent_chars=0, after=1 * mm)
    if paper.fields:
        header = (
            label("序号", PLACE), label("申请表栏目", FIELD),
            label("填写示例", INNER - PLACE - FIELD),
        )  # fmt: skip
        examples: list[Row] = [
            (Cell(str(at), PLACE, Align.CENTRE), Cell(name, FIELD),
             Cell(example, INNER - PLACE - FIELD))
            for at, (name, example) in enumerate(paper.fields, start=1)
        ]  # fmt: skip
        draw_titled_table(sheets, "填写示例（均为虚构）", header, examples)
    if clean(paper.remark).strip():
        sheets.heading("其他说明", keep=2 * NOTE.leading)
        sheets.paragraph(paper.remark, NOTE)
    notes = words.list("notes", day=chinese_date(paper.as_of))
    for note in notes:
        sheets.paragraph(note, NOTE, indent_chars=0)
    return frame.finish_bare(sheets, f"{title} {paper.item}", paper.hall.name)


def _materials(sheets: Sheets, words: Sentences, paper: GuideContent) -> None:
    if not paper.materials:
        sheets.paragraph(words.say("no_materials"), indent_chars=0)
        return
    name = INNER - PLACE - WANTED - NECESSITY - STANDARD
    header = (
        label("序号", PLACE), label("材料名称", name), label("形式和份数", WANTED),
        label("必要性", NECESSITY), label("受理标准和依据", STANDARD),
    )  # fmt: skip
    rows: list[Row] = [
        (
            Cell(str(at), PLACE, Align.CENTRE),
            Cell(one.name or NOTHING, name, under=(f"（{one.source}）",) if one.source else ()),
            Cell(one.wanted or NOTHING, WANTED), Cell(one.necessity or NOTHING, NECESSITY),
            Cell(one.standard or NOTHING, STANDARD),
        )
        for at, one in enumerate(paper.materials, start=1)
    ]  # fmt: skip
    title = f"申请材料（共 {len(rows)} 项）"
    draw_titled_table(sheets, title, header, rows)


def _fees(paper: GuideContent) -> str:
    if not paper.fees:
        return "不收费"
    return "；".join(
        f"{name} {amount} 元" + (f"（{basis}）" if basis else "")
        for name, amount, basis in paper.fees
    )


def _fact(name: str, value: str) -> Row:
    return (label(name, LABEL), Cell(value or NOTHING, INNER - LABEL))
