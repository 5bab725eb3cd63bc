"""Lay out what says that something changed hands, or a limit: 材料转移单, 送达回证, 领取凭证 and
特别程序/延期告知书."""

from __future__ import annotations

from collections.abc import Sequence

from reportlab.lib.units import mm

from app.domain.delivery import DeliveryMode
from app.domain.papers import (
    CollectionContent,
    DeliveryReturnContent,
    HandedOver,
    LimitChange,
    LimitNoticeContent,
    TransferContent,
)
from printers.documents.frame import Frame
from printers.documents.parts import (
    NOTHING,
    chinese_date,
    draw_body,
    draw_facts,
    draw_salutation,
    draw_titled_table,
    ticks,
)
from printers.documents.sheet import BODY, INNER
from printers.documents.signing import Signing, usual_signing
from printers.documents.table import Align, Cell, Row, draw_table, label
from printers.documents.text import clean
from printers.errors import FieldMissing

LABEL = 34 * mm
ROW = 8.5 * mm
LINE = 11 * mm  # high enough for a hand
PLACE, NAME, APPROVER, TIME = 12 * mm, 38 * mm, 28 * mm, 42 * mm


def way_ticks(way: str) -> str:
    known = [(one.value, one == way, "") for one in DeliveryMode]
    if way and way not in set(DeliveryMode):
        known.append((way, True, ""))
    return ticks(known)


def moment(handed: HandedOver) -> str:
    return f"{chinese_date(handed.at.date())} {handed.at:%H:%M}"


def lay_out_transfer(frame: Frame, paper: TransferContent, reprint: int) -> bytes:
    """Raises FieldMissing where nothing says how it was taken in."""
    words, head = frame.wording.of("transfer"), paper.head
    title = words.say("title")
    sheets = frame.open(head, words, title, reprint)
    draw_facts(sheets, head)
    draw_body(
        sheets, words, "body",
        item=head.item, department=head.department, outcome=paper.outcome,
        due=chinese_date(paper.due),
    )  # fmt: skip
    frame.provisional(sheets, paper.due_provisional)
    sheets.skip(2 * mm)
    signing: Signing = (
        (words.say("signature"), head.clerk), (words.say("receiver"), ""), ("接收日期", ""),
    )  # fmt: skip
    return frame.close(sheets, head, words, title, signing, "转移的申请材料")


def lay_out_limit_notice(frame: Frame, paper: LimitNoticeContent, reprint: int) -> bytes:
    """Raises FieldMissing where nothing changed, or a change lacks its reason or who allowed it."""
    if not paper.changes:
        raise FieldMissing(field="changes", paper=paper.paper.value)
    for change in paper.changes:
        for field in ("reason", "approver"):
            if not clean(str(getattr(change, field))).strip():
                raise FieldMissing(field=field, paper=paper.paper.value)
    words, head = frame.wording.of("limit_notice"), paper.head
    title = words.say("title_extended" if paper.changes[-1].days else "title_special")
    sheets = frame.open(head, words, title, reprint)
    draw_facts(sheets, head)
    draw_salutation(sheets, words, head)
    if any(not change.days for change in paper.changes):
        draw_body(sheets, words, "special", item=head.item)
    if days := sum(change.days for change in paper.changes):
        draw_body(sheets, words, "extended", item=head.item, days=days)
    sheets.skip(1 * mm)
    reason = INNER - PLACE - NAME - TIME - APPROVER
    header = (
        label("序号", PLACE), label("程序", NAME), label("理由", reason), label("时间", TIME),
        label("批准人", APPROVER),
    )  # fmt: skip
    rows: list[Row] = [
        (
            Cell(str(at), PLACE, Align.CENTRE), Cell(change.name or NOTHING, NAME),
            Cell(change.reason, reason), Cell(_time(change), TIME), Cell(change.approver, APPROVER),
        )
        for at, change in enumerate(paper.changes, start=1)
    ]  # fmt: skip
    signing = usual_signing(head, words)
    after = sum(sheets.height_of(text, BODY) for text in words.list("after"))
    tail = after + frame.tail(sheets, head, words, signing)
    draw_titled_table(sheets, "办理期限的变更", header, rows, tail=tail)
    draw_body(sheets, words, "after")
    return frame.end(sheets, head, words, title, signing)


def _time(change: LimitChange) -> str:
    if change.days:
        return f"{chinese_date(change.since)}决定，延长 {change.days} 个工作日"
    if change.until is None:
        return f"自{chinese_date(change.since)}起"
    return f"{chinese_date(change.since)}至{chinese_date(change.until)}"


def lay_out_delivery_return(frame: Frame, paper: DeliveryReturnContent, reprint: int) -> bytes:
    """Raises FieldMissing where it names no document."""
    if not clean(paper.document).strip():
        raise FieldMissing(field="document", paper=paper.paper.value)
    words, head, handed = frame.wording.of("delivery_return"), paper.head, paper.handed
    title = words.say("title")
    sheets = frame.open(head, words, title, reprint)
    own, other, at = _signers(handed)
    place = handed.place if handed else ""
    if handed and handed.way == DeliveryMode.DIRECT:
        place = place or head.window
    half = (INNER - 2 * LABEL) / 2
    rows: list[Row] = [
        _line("送达文书", paper.document),
        _line("文书编号", paper.document_number or NOTHING),
        _line("案　　由", head.item),
        _line("受送达人", head.addressee),
        _line("送达机关", head.department),
        _line("送达方式", way_ticks(handed.way if handed else "")),
        _line("送达地点", place, written=True),
        _line("受送达人签收", own, written=True),
        _line("签收日期", at, written=True),
        (
            label("代收人", LABEL), Cell(other, half, height=LINE),
            label("与受送达人关系", LABEL),
            Cell(handed.relation if handed else "", half, height=LINE),
        ),
        (
            label("送达人", LABEL), Cell(handed.by if handed else "", half, height=LINE),
            label("见证人", LABEL), Cell(handed.witness if handed else "", half, height=LINE),
        ),
        _line("备　　注", handed.remark if handed else "", written=True),
    ]  # fmt: skip
    draw_table(sheets, rows)
    sheets.skip(4 * mm)
    signing: Signing = (("填发人", head.clerk), ("日　期", ""))
    if head.signature is not None:
        signing = (("签收人（签名）", ""), ("填发人", head.clerk))
    return frame.end(sheets, head, words, title, signing, words.list("notes"))


def _signers(handed: HandedOver | None) -> tuple[str, str, str]:
    """(受送达人, 代收人, date) as far as they are known. What the post delivers is dated by its
    own slip."""
    if handed is None:
        return "", "", ""
    if handed.way == DeliveryMode.POST and handed.remark:
        return "", "", ""
    if handed.way == DeliveryMode.ELECTRONIC and handed.place:
        return "", "", moment(handed)
    to = handed.to if handed.signed else f"{handed.to}（未签收）"
    own, other = ("", to) if handed.relation else (to, "")
    return own, other, moment(handed)


def lay_out_collection(frame: Frame, paper: CollectionContent, reprint: int) -> bytes:
    """Raises FieldMissing where it names no result."""
    if not clean(paper.result).strip():
        raise FieldMissing(field="result", paper=paper.paper.value)
    words, head, handed = frame.wording.of("collection"), paper.head, paper.handed
    title = words.say("title")
    sheets = frame.open(head, words, title, reprint)
    draw_facts(sheets, head)
    draw_body(sheets, words, "body", item=head.item, result=paper.result)
    sheets.skip(1 * mm)
    document = " ".join(part for part in (paper.collector_document, paper.collector_number) if part)
    rows: Sequence[Row] = [
        _line("结果名称", paper.result),
        _line("结果编号", paper.result_number or NOTHING),
        _line("领取人", paper.collector, written=True),
        _line("证件类型和号码", document, written=True),
        _line(
            "领取人身份",
            ticks([("申请人本人", bool(paper.collector) and not paper.for_another, ""),
                   ("代领", paper.for_another, paper.relation)]),
        ),
        _line("领取方式", handed.way if handed else "", written=True),
        _line("领取时间", moment(handed) if handed else "", written=True),
    ]  # fmt: skip
    draw_table(sheets, rows)
    sheets.skip(3 * mm)
    draw_body(sheets, words, "another")
    clerk = handed.by if handed else head.clerk
    signing: Signing = ((words.say("signature"), ""), ("出件人员", clerk), ("日　　期", ""))
    return frame.end(sheets, head, words, title, signing)


def _line(name: str, value: str, *, written: bool = False) -> Row:
    """``written``: where there is no value, room to write one."""
    blank = written and not clean(value).strip()
    return (label(name, LABEL), Cell(value, INNER - LABEL, height=LINE if blank else ROW))
