"""Lay the queue ticket (排队号票) out as ESC/POS for 58 and 80 mm paper."""

from __future__ import annotations

from app.domain.papers import TicketSlipContent
from printers.documents.fonts import FontBook
from printers.errors import FieldMissing
from printers.slips.escpos import Slip
from printers.slips.lines import Code, Gap, SlipLine, Weight, Words, slip_lines
from printers.slips.profile import SlipProfile
from printers.wording import Sentences

NUMBER_MAGNIFIED = 6  # 24 dots x 6: 18 mm high, read at arm's length
_TIMES = {Weight.NUMBER: NUMBER_MAGNIFIED, Weight.LARGE: 2}
_BOLD = frozenset({Weight.NUMBER, Weight.LARGE, Weight.BOLD})


def make_ticket_slip(
    content: TicketSlipContent, words: Sentences, fonts: FontBook, profile: SlipProfile, *,
    reprint: int = 0,
) -> bytes:  # fmt: skip
    """Raises FieldMissing where the number or the hall's name shows nothing."""
    slip = Slip(profile.width, fonts, raster=profile.raster)
    number = slip.shown(content.number)
    hall = slip.shown(content.hall.name)
    if not number or not hall:
        raise FieldMissing(field="number" if hall else "hall.name", paper=content.paper.value)
    slip.centre()
    for line in slip_lines(content, words, reprint):
        _put(slip, line)
    if profile.drawer:
        slip.open_drawer()
    if profile.buzzer:
        slip.buzz()
    return slip.end(cut=profile.cut)


def _put(slip: Slip, line: SlipLine) -> None:
    match line:
        case Gap(rule=True):
            slip.rule()
        case Gap():
            slip.feed(1)
        case Code():
            if slip.qr(line.address):
                slip.text(line.below)
        case Words():
            shown = slip.shown(line.text)
            if line.weight is Weight.FOOT:
                slip.left()
            if shown:
                bold = line.weight in _BOLD
                slip.text(shown, bold=bold, times=slip.largest(shown, _TIMES.get(line.weight, 1)))
