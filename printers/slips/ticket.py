"""Lay the queue ticket (排队号票) out as ESC/POS for 58 and 80 mm paper."""

from __future__ import annotations

from enum import IntEnum

from app.domain.papers import TicketSlipContent
from printers.errors import FieldMissing
from printers.slips.escpos import Slip, printable
from printers.wording import Sentences


class SlipWidth(IntEnum):
    """Paper width in mm; the value is what such heads print across, in dots at 203 dpi."""

    MM_58 = 384
    MM_80 = 576


NUMBER_MAGNIFIED = 6  # 24 dots x 6: 18 mm high, read at arm's length


def make_ticket_slip(
    content: TicketSlipContent, words: Sentences, width: SlipWidth, *, reprint: int = 0
) -> bytes:
    """Raises FieldMissing where the number or the hall's name shows nothing."""
    number = printable(content.number).strip()
    hall = printable(content.hall.name).strip()
    if not number or not hall:
        raise FieldMissing(field="number" if hall else "hall.name", paper=content.paper.value)
    slip = Slip(width)
    slip.centre()
    slip.text(hall, bold=True, times=slip.largest(hall, 2))
    slip.text(words.say("title"))
    slip.feed(1)
    slip.text(number, bold=True, times=slip.largest(number, NUMBER_MAGNIFIED))
    slip.feed(1)
    if reprint:
        slip.text(f"【{words.say('reprint', count=reprint)}】", bold=True)
    business = printable(content.business).strip()
    if business:
        slip.text(business, bold=True, times=slip.largest(business, 2))
    if content.priority.strip():
        slip.text(words.say("priority", reason=content.priority), bold=True)
    if content.ahead > 0:
        slip.text(words.say("ahead", count=content.ahead))
    else:
        slip.text(words.say("next" if content.ahead == 0 else "kept"))
    slip.rule()
    slip.left()
    for notice in words.list("notices"):
        slip.text(notice)
    slip.text(words.say("taken", at=f"{content.taken_at:%Y-%m-%d %H:%M}"))
    return slip.cut()
