"""Draw what ends a document: notes, who signs, the place of the seal, where the copies go."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from io import BytesIO

from PIL import Image
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from app.domain.papers import CaseHead
from app.domain.signature import HEIGHT, WIDTH
from printers.documents.codes import draw_qr, qr_rows
from printers.documents.parts import chinese_date
from printers.documents.sheet import BODY, CELL, INNER, LEFT, NOTE, Sheets, base
from printers.documents.text import Line, TextStyle
from printers.errors import FieldMissing
from printers.wording import Sentences

SEAL_GREY = 0.62
SIGN_HEIGHT = 40 * mm
SIGN_WIDTH = 66 * mm
PROOF_SIDE = 26 * mm
PROOF_LEFT = LEFT + SIGN_WIDTH + 2.5 * mm  # between who signs and the longest agency
PROOF_CAPTION = TextStyle(size=7.5, leading=10)
SIGN_GAP = 11 * mm  # from one line to sign on to the next, closer where there are more than three
AGENCY_LINES = 4
SIGNATURE_WIDTH = 40 * mm
SIGNATURE_RATIO = WIDTH / HEIGHT
SHOWN_DIGITS = 16  # of the document's digest; the record has all 64
_INK = re.compile(rb"[\x80-\xff]+")
GIVEN_LINES = 6  # more than the longest name needs

Signing = Sequence[tuple[str, str]]  # (what, given): where nothing is given, a line to sign on


def draw_notes(sheets: Sheets, sentences: Sequence[str]) -> None:
    """Small numbered sentences, or one without a number."""
    for sentence in _numbered(sentences):
        sheets.paragraph(sentence, NOTE, indent_chars=0)


def _numbered(sentences: Sequence[str]) -> list[str]:
    if len(sentences) == 1:
        return list(sentences)
    return [f"{at}. {sentence}" for at, sentence in enumerate(sentences, start=1)]


def closing_height(
    sheets: Sheets,
    head: CaseHead,
    paper: Sentences,
    common: Sentences,
    signing: Signing,
    notes: Sequence[str] = (),
) -> float:
    """What stands below the last table: notes, signatures, seal and where the copies go."""
    notes_height = sum(sheets.height_of(text, NOTE, indent_chars=0) for text in _numbered(notes))
    return notes_height + _signatures_height(sheets, signing, _tail(sheets, head, paper, common))


def _signatures_height(sheets: Sheets, signing: Signing, tail: Sequence[str]) -> float:
    height = sum(sheets.height_of(text, NOTE, indent_chars=0) for text in tail)
    return signing_height(sheets, signing) + height + 2 * mm


def signing_height(sheets: Sheets, signing: Signing) -> float:
    """The seal's own height, unless long names of who signs need more."""
    lines = [len(_signing_lines(sheets, name, given)) for name, given in signing]
    more = (sum(lines) - len(lines)) * CELL.leading
    return max(SIGN_HEIGHT, 8 * mm + len(lines) * _signing_gap(signing) + more)


def _signing_lines(sheets: Sheets, name: str, given: str) -> Sequence[Line]:
    return sheets.type.wrap(f"{name}：{given}", CELL, SIGN_WIDTH)[:GIVEN_LINES]


def _signing_gap(signing: Signing) -> float:
    return SIGN_GAP if len(signing) <= 3 else 8.5 * mm


def _tail(sheets: Sheets, head: CaseHead, paper: Sentences, common: Sentences) -> list[str]:
    """Where the copies go, where to complain and where to ask; first, what a signature is bound
    to."""
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
    if head.signature is not None:
        digest, at = head.signature.document[:SHOWN_DIGITS], head.signature.at
        time = f"{chinese_date(at.date())} {at:%H:%M}"
        lines.insert(0, common.say("screen_signature", time=time, digest=digest))
    return lines


def usual_signing(head: CaseHead, paper: Sentences) -> Signing:
    return ((paper.say("signature"), ""), ("窗口人员", head.clerk), ("日　　期", ""))


def draw_signatures(
    sheets: Sheets,
    head: CaseHead,
    paper: Sentences,
    common: Sentences,
    signing: Signing,
    signed: str = "",
) -> None:
    """Who signs left, the code that proves it beside, seal and date right, then copies and
    complaint line: kept together. Raises BadProgressAddress where ``signed`` is too long."""
    tail = _tail(sheets, head, paper, common)
    sheets.need(_signatures_height(sheets, signing, tail))
    top = sheets.y - 4 * mm
    if head.signature is not None:
        _draw_signature(sheets, head.signature.image, signing, top)
    draw_signing(sheets, signing, top)
    if signed:
        _draw_proof(sheets, signed, common.say("proof_caption"), top)
    day = chinese_date(head.issued_at.date())
    _draw_seal(sheets, head.department, paper.say("seal"), day, top)
    sheets.y = top - signing_height(sheets, signing) + 4 * mm
    sheets.rule(sheets.y, thickness=0.4)
    sheets.skip(1.5 * mm)
    for text in tail:
        sheets.paragraph(text, NOTE, indent_chars=0)


def draw_signing(sheets: Sheets, signing: Signing, top: float, left: float = LEFT) -> None:
    """Each on its line from ``top`` down; what is not given is to be written."""
    y = top - CELL.leading
    for name, given in signing:
        lines = _signing_lines(sheets, name, given)
        for line in lines:
            sheets.put(line, left, y, CELL)
            y -= CELL.leading
        if not given:
            room = max(SIGN_WIDTH - lines[-1].width, 20 * mm)
            start = left + lines[-1].width + 1 * mm
            sheets.rule(y + CELL.leading - 2, thickness=0.5, left=start, width=room)
        y -= _signing_gap(signing) - CELL.leading


def _draw_signature(sheets: Sheets, image: bytes, signing: Signing, top: float) -> None:
    """On the first line that is to be signed: each run of the picture's dots as it is. An archive
    takes no soft mask, and a white ground would hide the line."""
    y, start = top - CELL.leading, 0.0
    for name, given in signing:
        lines = _signing_lines(sheets, name, given)
        y -= (len(lines) - 1) * CELL.leading
        start = lines[-1].width
        if not given:
            break
        y -= _signing_gap(signing)
    width = min(max(SIGN_WIDTH - start, 20 * mm), SIGNATURE_WIDTH)
    height = width / SIGNATURE_RATIO
    left, top_edge = LEFT + start + 1 * mm, y - 1.2 * mm + height
    dot = width / WIDTH

    def draw(canvas: Canvas) -> None:
        path = canvas.beginPath()
        for row, begin, end in ink_runs(image):
            edge = top_edge - (row + 1) * dot
            # A little higher than a row, so that no seam is seen between two.
            path.rect(left + begin * dot, edge, (end - begin) * dot, 1.2 * dot)
        canvas.drawPath(path, stroke=0, fill=1)

    sheets.draw(draw)


def ink_runs(image: bytes) -> Iterator[tuple[int, int, int]]:
    """The ink of a signature's picture: row, and from and before which column. Raises
    FieldMissing where it is none."""
    try:
        with Image.open(BytesIO(image), formats=["PNG"]) as opened:
            ink = opened.convert("RGBA").getchannel("A")
            ink.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise FieldMissing(field="signature", paper="signature") from None
    if ink.size != (WIDTH, HEIGHT):
        raise FieldMissing(field="signature", paper="signature")
    rows = ink.tobytes()
    for row in range(HEIGHT):
        line = rows[row * WIDTH : (row + 1) * WIDTH]
        yield from ((row, run.start(), run.end()) for run in _INK.finditer(line))


def _draw_proof(sheets: Sheets, signed: str, caption: str, top: float) -> None:
    qr_rows(signed)  # refuse before anything is drawn
    foot = top - PROOF_SIDE
    sheets.draw(lambda canvas: draw_qr(canvas, signed, PROOF_LEFT, foot, PROOF_SIDE))
    line = sheets.type.fit(caption, PROOF_CAPTION, PROOF_SIDE)
    under = PROOF_LEFT + (PROOF_SIDE - line.width) / 2
    sheets.put(line, under, foot - PROOF_CAPTION.leading - 2, PROOF_CAPTION)


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
    lines = [(text, BODY) for text in sheets.type.wrap(agency, BODY, 66 * mm)[:AGENCY_LINES]]
    faint = TextStyle(size=8.5, leading=13, grey=0.45)
    lines.append((sheets.type.fit(f"（{seal}）", faint, 60 * mm), faint))
    lines.append((sheets.type.line(day, BODY), BODY))
    y = centre_y + sum(style.leading for _, style in lines) / 2
    for line, style in lines:
        y -= style.leading
        sheets.put(line, centre_x - line.width / 2, y + base(style), style)
