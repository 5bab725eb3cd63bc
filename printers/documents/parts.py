"""Draw what every document of a case shares: codes, title, facts, materials, signatures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from app.domain.papers import CaseHead, DeliveryLine, MaterialLine
from printers.documents.codes import (
    BAR,
    QUIET_BARS,
    code128,
    draw_code128,
    draw_qr,
    qr_rows,
)
from printers.documents.sheet import (
    BODY,
    BODY_BOLD,
    HEIGHT,
    INNER,
    LEFT,
    TOP,
    WIDTH,
    Sheets,
    base,
)
from printers.documents.table import Align, Cell, Row, draw_table, kept_with_heading, label
from printers.documents.text import TextStyle, clean
from printers.errors import BadCaseNumber, FieldMissing
from printers.wording import Sentences

TITLE = TextStyle(size=20, leading=29, bold=True)
HALL = TextStyle(size=13, leading=19)
NUMBER = TextStyle(size=9.5, leading=12)
MARK = TextStyle(size=10, leading=14, bold=True)
CAPTION = TextStyle(size=7.5, leading=10)

QR_SIDE = 24 * mm
BAR_HEIGHT = 11 * mm
TITLE_WIDTH = WIDTH - 2 * (LEFT + QR_SIDE + 5 * mm)
LABEL_WIDTH = 24 * mm  # 法定代表人 on one line
NOTHING = "—"
TABLE_GAP = 3 * mm
TICKED, UNTICKED = "■", "□"

# What a paper about a case cannot go out without; the rest shows a dash.
_CODES = ("number", "progress_url")
_REQUIRED = ("window", "clerk", "applicant", "item", "department")


def check_head(head: CaseHead, paper: str, *, codes: bool = True) -> None:
    """Raises FieldMissing for the first required field that shows nothing; ``codes`` says whether
    the paper bears a number."""
    if not clean(head.hall.name).strip():
        raise FieldMissing(field="hall.name", paper=paper)
    for name in (*_CODES, *_REQUIRED) if codes else _REQUIRED:
        if not clean(str(getattr(head, name))).strip():
            raise FieldMissing(field=name, paper=paper)


def chinese_date(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def draw_opening(
    sheets: Sheets,
    head: CaseHead,
    title: str,
    common: Sentences,
    *,
    reprint: int,
    under_title: str = "",
) -> None:
    """Bar code left, QR right (of what has a number), hall and title between; the cursor goes below
    the double rule."""
    codes_end = _draw_codes(sheets, head, common) if head.number else HEIGHT - TOP
    sheets.centred(head.hall.name, HALL, width=TITLE_WIDTH)
    sheets.centred(title, TITLE, width=TITLE_WIDTH)
    if under_title:
        sheets.centred(under_title, HALL, width=TITLE_WIDTH)
    if reprint:
        _draw_mark(sheets, common.say("reprint", count=reprint))
    if head.replaces:
        _draw_mark(sheets, common.say("replaces", number=head.replaces))
    sheets.y = min(sheets.y, codes_end)
    _draw_double_rule(sheets)


def draw_bare_opening(
    sheets: Sheets, hall: str, title: str, common: Sentences, *, reprint: int
) -> None:
    """Hall and title alone, over the whole width."""
    sheets.centred(hall, HALL)
    sheets.centred(title, TITLE)
    if reprint:
        _draw_mark(sheets, common.say("reprint", count=reprint))
    _draw_double_rule(sheets)


def _draw_double_rule(sheets: Sheets) -> None:
    sheets.skip(3 * mm)
    sheets.rule(sheets.y, thickness=1.6)
    sheets.rule(sheets.y - 2.2, thickness=0.5)
    sheets.skip(4.5 * mm)


def _draw_codes(sheets: Sheets, head: CaseHead, common: Sentences) -> float:
    """Moves the cursor below the bar code. Returns where the QR code's caption ends."""
    shape = code128(head.number)
    if shape.modules * BAR > INNER - QR_SIDE - QUIET_BARS * BAR:
        raise BadCaseNumber(length=len(head.number))
    qr_rows(head.progress_url)  # refuse before anything is drawn
    top = HEIGHT - TOP
    bars_at, qr_left, qr_at = top - BAR_HEIGHT, LEFT + INNER - QR_SIDE, top - QR_SIDE
    # A scanner wants its bars as wide on a smaller sheet, where there is room for that.
    bar = BAR / sheets.scale
    if shape.modules * bar > INNER - QR_SIDE - QUIET_BARS * bar:
        bar = BAR
    sheets.draw(lambda canvas: draw_code128(canvas, shape, LEFT, bars_at, BAR_HEIGHT, bar))
    number = sheets.type.line(head.number, NUMBER)
    sheets.put(number, LEFT, bars_at - NUMBER.leading, NUMBER)
    sheets.draw(lambda canvas: draw_qr(canvas, head.progress_url, qr_left, qr_at, QR_SIDE))
    caption = sheets.type.fit(common.say("qr_caption"), CAPTION, QR_SIDE + 10 * mm)
    under = qr_left + (QR_SIDE - caption.width) / 2
    sheets.put(caption, min(under, LEFT + INNER - caption.width), qr_at - CAPTION.leading, CAPTION)
    sheets.y = bars_at - NUMBER.leading - 2 * mm
    return qr_at - CAPTION.leading


def _draw_mark(sheets: Sheets, text: str) -> None:
    """A small frame that nobody overlooks, under the title."""
    line = sheets.type.fit(text, MARK, TITLE_WIDTH)
    width, height = line.width + 4 * mm, MARK.leading + 2
    sheets.skip(height + 2)
    x, y = (WIDTH - width) / 2, sheets.y

    def frame(canvas: Canvas) -> None:
        canvas.setLineWidth(0.8)
        canvas.rect(x, y, width, height, stroke=1, fill=0)

    sheets.draw(frame)
    sheets.put(line, x + 2 * mm, y + 1 + base(MARK), MARK)


def draw_facts(
    sheets: Sheets,
    head: CaseHead,
    extra: Sequence[tuple[str, str]] = (),
    *,
    names: tuple[str, str, str] = ("事项名称", "事项编码", "承办部门"),
) -> None:
    """The grid of who, what and where, the answered questions, and ``extra`` rows below. ``names``
    are what the item, its code and its department are called."""
    item, code, department = names
    situation = "；".join(
        f"{asked.rstrip('？?：: ')}：{answer}" for asked, answer in head.situation
    )
    rows = [
        *_people(head),
        pair("联系电话", head.phone, "办理时间", issued_words(head)),
        pair("受理窗口", head.window, "窗口人员", head.clerk),
        wide(item, head.item),
        wide(code, f"{head.item_code or NOTHING}（材料清单第 {head.list_version} 版）"),
        pair(department, head.department, "部门电话", head.department_phone),
        *([wide("办理情形", situation)] if situation else []),
        *(wide(name, value) for name, value in extra),
    ]
    draw_table(sheets, rows)
    sheets.skip(3 * mm)


def _people(head: CaseHead) -> list[Row]:
    """In whose name, by whom, and who came instead: both identities stand on the paper."""
    document = _document(head.applicant_document, head.applicant_number)
    rows = []
    if head.organisation:
        rows = [
            wide("申请单位", head.organisation),
            pair("法定代表人", head.representative, "信用代码", head.credit_code),
        ]
    rows.append(pair("经办人" if rows else "申请人", head.applicant, "证件", document))
    if head.agent:
        document = _document(head.agent_document, head.agent_number)
        rows.append(pair("代理人", head.agent, "证件", document))
        rows.append(wide("授权文书", head.authority))
    return rows


def _document(name: str, number: str) -> str:
    return " ".join(part for part in (name, number) if part)


def issued_words(head: CaseHead) -> str:
    return f"{chinese_date(head.issued_at.date())} {head.issued_at:%H:%M}"


def delivery_rows(lines: Sequence[DeliveryLine]) -> list[tuple[str, str]]:
    """How the result reaches the applicant, ticked where it was chosen; none where none is left."""
    if not lines:
        return []
    return [("领取方式", ticks([(one.way, one.chosen, one.to) for one in lines]))]


def ticks(options: Sequence[tuple[str, bool, str]]) -> str:
    """``■甲：说明　□乙`` from (text, whether it is so, what more is known)."""
    return "　".join(
        f"{TICKED if chosen else UNTICKED}{text}" + (f"：{more}" if more else "")
        for text, chosen, more in options
    )


def pair(first: str, value: str, second: str, other: str) -> Row:
    right = 62 * mm  # a document's name and masked number on one line
    return (
        label(first, LABEL_WIDTH),
        Cell(value or NOTHING, INNER - 2 * LABEL_WIDTH - right),
        label(second, LABEL_WIDTH),
        Cell(other or NOTHING, right),
    )


def wide(name: str, value: str) -> Row:
    return (label(name, LABEL_WIDTH), Cell(value or NOTHING, INNER - LABEL_WIDTH))


def draw_body(sheets: Sheets, paper: Sentences, key: str, **holes: str | int) -> None:
    for sentence in paper.list(key, **holes):
        sheets.paragraph(sentence)


def draw_salutation(sheets: Sheets, paper: Sentences, head: CaseHead) -> None:
    text = paper.say("salutation", applicant=head.addressee)
    sheets.need(sheets.height_of(text, BODY_BOLD, indent_chars=0) + 2 * BODY.leading)
    sheets.paragraph(text, BODY_BOLD, indent_chars=0)


def draw_materials(
    sheets: Sheets, title: str, lines: Sequence[MaterialLine], *, tail: float = 0.0
) -> None:
    widths = (12 * mm, 0.0, 15 * mm, 15 * mm, 42 * mm)
    name_width = INNER - sum(widths)
    header = (
        label("序号", widths[0]),
        label("申请材料", name_width),
        label("原件", widths[2]),
        label("复印件", widths[3]),
        label("状态", widths[4]),
    )
    rows: list[Row] = [
        (
            Cell(str(at), widths[0], Align.CENTRE),
            Cell(line.name or NOTHING, name_width),
            Cell(count_words(line.originals), widths[2], Align.CENTRE),
            Cell(count_words(line.copies), widths[3], Align.CENTRE),
            Cell(line.state or NOTHING, widths[4]),
        )
        for at, line in enumerate(lines, start=1)
    ]
    if rows:
        draw_titled_table(sheets, title, header, rows, tail=tail)


def draw_titled_table(
    sheets: Sheets, title: str, header: Row, rows: Sequence[Row], *, tail: float = 0.0
) -> None:
    tail = tail + TABLE_GAP if tail else 0.0
    sheets.heading(title, keep=kept_with_heading(sheets, header, rows, tail))
    draw_table(sheets, rows, header, tail=tail)
    sheets.skip(TABLE_GAP)


def count_words(number: int) -> str:
    return f"{number} 份" if number else NOTHING
