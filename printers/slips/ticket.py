"""Lay the queue ticket (排队号票) out as ESC/POS for 58 and 80 mm paper."""

from __future__ import annotations

from app.domain.papers import TicketSlipContent
from printers.documents.fonts import FontBook
from printers.errors import FieldMissing
from printers.slips.escpos import Slip
from printers.slips.profile import SlipProfile
from printers.wording import Sentences

NUMBER_MAGNIFIED = 6  # 24 dots x 6: 18 mm high, read at arm's length


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
    slip.text(hall, bold=True, times=slip.largest(hall, 2))
    slip.text(words.say("title"))
    slip.text(words.say("title_en"))
    slip.feed(1)
    slip.text(number, bold=True, times=slip.largest(number, NUMBER_MAGNIFIED))
    slip.feed(1)
    if reprint:
        slip.text(f"【{words.say('reprint', count=reprint)}】", bold=True)
    business = slip.shown(content.business)
    if business:
        slip.text(business, bold=True, times=slip.largest(business, 2))
    if content.priority.strip():
        slip.text(words.say("priority", reason=content.priority), bold=True)
    if content.booked:
        slip.text(f"【{words.say('booked')}】", bold=True)
    if content.ahead > 0:
        slip.text(words.say("ahead", count=content.ahead))
        slip.text(words.say("ahead_en", count=content.ahead))
    elif content.ahead == 0:
        slip.text(words.say("next"))
        slip.text(words.say("next_en"))
    else:
        slip.text(words.say("alone" if content.alone else "kept"))
    if content.wait_minutes and content.ahead > 0:
        least, most = content.wait_minutes
        slip.text(words.say("wait", least=least, most=most))
        slip.text(words.say("wait_en", least=least, most=most))
    if content.follow_url and slip.qr(content.follow_url):
        slip.text(words.say("follow"))
    slip.rule()
    slip.left()
    for notice in words.list("notices"):
        slip.text(notice)
    slip.text(words.say("taken", at=f"{content.taken_at:%Y-%m-%d %H:%M}"))
    if profile.drawer:
        slip.open_drawer()
    if profile.buzzer:
        slip.buzz()
    return slip.end(cut=profile.cut)
