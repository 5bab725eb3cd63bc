"""Draw what every document of a case shares: codes, title, facts, materials, signatures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from app.domain.papers import CaseHead, MaterialLine
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
    CELL,
    HEIGHT,
    INNER,
    LEFT,
    NOTE,
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
SEAL_GREY = 0.62

QR_SIDE = 24 * mm
BAR_HEIGHT = 11 * mm
TITLE_WIDTH = WIDTH - 2 * (LEFT + QR_SIDE + 5 * mm)
LABEL_WIDTH = 22 * mm
NOTHING = "—"
TABLE_GAP = 3 * mm
SIGN_HEIGHT = 40 * mm

# What a paper about a case cannot go out without; the rest shows a dash.
REQUIRED = ("number", "progress_url", "window", "clerk", "applicant", "item", "department")


def check_head(head: CaseHead, paper: str) -> None:
    """Raises FieldMissing for the first required field that shows nothing."""
    if not clean(head.hall.name).strip():
        raise FieldMissing(field="hall.name", paper=paper)
    for name in REQUIRED:
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
    """Bar code left, QR right, hall and title between; the cursor goes below the double rule."""
    shape = code128(head.number)
    if shape.modules * BAR > INNER - QR_SIDE - QUIET_BARS * BAR:
        raise BadCaseNumber(length=len(head.number))
    qr_rows(head.progress_url)  # refuse before anything is drawn
    top = HEIGHT - TOP
    bars_at, qr_left, qr_at = top - BAR_HEIGHT, LEFT + INNER - QR_SIDE, top - QR_SIDE
    sheets.draw(lambda canvas: draw_code128(canvas, shape, LEFT, bars_at, BAR_HEIGHT))
    number = sheets.type.line(head.number, NUMBER)
    sheets.put(number, LEFT, bars_at - NUMBER.leading, NUMBER)
    sheets.draw(lambda canvas: draw_qr(canvas, head.progress_url, qr_left, qr_at, QR_SIDE))
    caption = sheets.type.fit(common.say("qr_caption"), CAPTION, QR_SIDE + 10 * mm)
    under = qr_left + (QR_SIDE - caption.width) / 2
    sheets.put(caption, min(under, LEFT + INNER - caption.width), qr_at - CAPTION.leading, CAPTION)

    sheets.y = bars_at - NUMBER.leading - 2 * mm
    sheets.centred(head.hall.name, HALL, width=TITLE_WIDTH)
    sheets.centred(title, TITLE, width=TITLE_WIDTH)
    if under_title:
        sheets.centred(under_title, HALL, width=TITLE_WIDTH)
    if reprint:
        _draw_mark(sheets, common.say("reprint", count=reprint))
    sheets.y = min(sheets.y, qr_at - CAPTION.leading) - 3 * mm
    sheets.rule(sheets.y, thickness=1.6)
    sheets.rule(sheets.y - 2.2, thickness=0.5)
    sheets.skip(4.5 * mm)


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


def draw_facts(sheets: Sheets, head: CaseHead, extra: Sequence[tuple[str, str]] = ()) -> None:
    """The grid of who, what and where, the answered questions, and ``extra`` rows below."""
    document = " ".join(part for part in (head.applicant_document, head.applicant_number) if part)
    issued = f"{chinese_date(head.issued_at.date())} {head.issued_at:%H:%M}"
    rows = [
        _pair("申请人", head.applicant, "证件", document),
        _pair("联系电话", head.phone, "办理时间", issued),
        _pair("受理窗口", head.window, "窗口人员", head.clerk),
        _wide("事项名称", head.item),
        _wide("事项编码", f"{head.item_code or NOTHING}（材料清单第 {head.list_version} 版）"),
        _pair("承办部门", head.department, "部门电话", head.department_phone),
        *(
            _wide("办理情形", f"{question.rstrip('？?：: ')}：{answer}")
            for question, answer in head.situation
        ),
        *(_wide(name, value) for name, value in extra),
    ]
    draw_table(sheets, rows)
    sheets.skip(3 * mm)


def _pair(first: str, value: str, second: str, other: str) -> Row:
    right = 62 * mm  # a document's name and masked number on one line
    return (
        label(first, LABEL_WIDTH),
        Cell(value or NOTHING, INNER - 2 * LABEL_WIDTH - right),
        label(second, LABEL_WIDTH),
        Cell(other or NOTHING, right),
    )


def _wide(name: str, value: str) -> Row:
    return (label(name, LABEL_WIDTH), Cell(value or NOTHING, INNER - LABEL_WIDTH))


def draw_body(sheets: Sheets, paper: Sentences, key: str, **holes: str | int) -> None:
    for sentence in paper.list(key, **holes):
        sheets.paragraph(sentence)


def draw_salutation(sheets: Sheets, paper: Sentences, head: CaseHead) -> None:
    text = paper.say("salutation", applicant=head.applicant)
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
            Cell(_count(line.originals), widths[2], Align.CENTRE),
            Cell(_count(line.copies), widths[3], Align.CENTRE),
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


def _count(number: int) -> str:
    return f"{number} 份" if number else NOTHING


def draw_notes(sheets: Sheets, sentences: Sequence[str]) -> None:
    """Small numbered sentences, or one without a number."""
    for sentence in _numbered(sentences):
        sheets.paragraph(sentence, NOTE, indent_chars=0)


def _numbered(sentences: Sequence[str]) -> list[str]:
    if len(sentences) == 1:
        return list(sentences)
    return [f"{at}. {sentence}" for at, sentence in enumerate(sentences, start=1)]


def closing_height(
    sheets: Sheets, head: CaseHead, paper: Sentences, common: Sentences, notes: Sequence[str] = ()
) -> float:
    """What stands below the last table: notes, signatures, seal and where the copies go."""
    notes_height = sum(sheets.height_of(text, NOTE, indent_chars=0) for text in _numbered(notes))
    return notes_height + _signatures_height(sheets, _tail(sheets, head, paper, common))


def _signatures_height(sheets: Sheets, tail: Sequence[str]) -> float:
    height = sum(sheets.height_of(text, NOTE, indent_chars=0) for text in tail)
    return SIGN_HEIGHT + height + 2 * mm


def _tail(sheets: Sheets, head: CaseHead, paper: Sentences, common: Sentences) -> list[str]:
    """Where the copies go, where to complain and where to ask."""
    hall = head.hall
    lines = [paper.say("copies")]
    if hall.complaint_phone:
        complaint = common.say("complaint", phone=hall.complaint_phone)
        together = f"{lines[0]}　{complaint}"
        if sheets.type.width(together, NOTE) <= INNER:
            lines = [together]
        else:
            lines.append(complaint)
    if hall.address and hall.phone:
        contact = {"hall": hall.name, "address": hall.address, "phone": hall.phone}
        lines.append(common.say("contact", **contact))
    return lines


def draw_signatures(
    sheets: Sheets, head: CaseHead, paper: Sentences, common: Sentences, agency: str
) -> None:
    """Who signs left, seal and date right, then copies and complaint line: kept together."""
    tail = _tail(sheets, head, paper, common)
    sheets.need(_signatures_height(sheets, tail))
    top = sheets.y - 4 * mm
    _draw_signing_lines(sheets, head, paper.say("signature"), top)
    _draw_seal(sheets, agency, paper.say("seal"), chinese_date(head.issued_at.date()), top)
    sheets.y = top - SIGN_HEIGHT + 4 * mm
    sheets.rule(sheets.y, thickness=0.4)
    sheets.skip(1.5 * mm)
    for text in tail:
        sheets.paragraph(text, NOTE, indent_chars=0)


def _draw_signing_lines(sheets: Sheets, head: CaseHead, signer: str, top: float) -> None:
    y = top - CELL.leading
    for name, given in ((signer, ""), ("窗口人员", head.clerk), ("日　　期", "")):
        text = sheets.type.fit(f"{name}：{given}", CELL, 78 * mm)
        sheets.put(text, LEFT, y, CELL)
        if not given:
            start = LEFT + text.width + 1 * mm
            sheets.rule(y - 2, thickness=0.5, left=start, width=max(78 * mm - text.width, 20 * mm))
        y -= 11 * mm


def _draw_seal(sheets: Sheets, agency: str, seal: str, day: str, top: float) -> None:
    """Agency and date as the seal is set over them, and a faint circle where it belongs."""
    radius = 17.5 * mm
    centre_x, centre_y = LEFT + INNER - 36 * mm, top - radius + 2 * mm

    def circle(canvas: Canvas) -> None:
        canvas.saveState()
        canvas.setStrokeGray(SEAL_GREY)
        canvas.setLineWidth(0.5)
        canvas.setDash(2, 2)
        canvas.circle(centre_x, centre_y, radius, stroke=1, fill=0)
        canvas.restoreState()

    sheets.draw(circle)
    lines = [(text, BODY) for text in sheets.type.wrap(agency, BODY, 66 * mm)[:2]]
    faint = TextStyle(size=8.5, leading=13, grey=0.45)
    lines.append((sheets.type.fit(f"（{seal}）", faint, 60 * mm), faint))
    lines.append((sheets.type.line(day, BODY), BODY))
    y = centre_y + sum(style.leading for _, style in lines) / 2
    for line, style in lines:
        y -= style.leading
        sheets.put(line, centre_x - line.width / 2, y + base(style), style)
