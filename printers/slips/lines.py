"""What stands on a queue ticket (排队号票), line by line, whatever prints it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from app.domain.papers import TicketSlipContent
from printers.wording import Sentences


class Weight(Enum):
    NUMBER = auto()  # read at arm's length
    LARGE = auto()
    BOLD = auto()
    PLAIN = auto()
    FOOT = auto()  # plain, from the left edge


@dataclass(frozen=True, slots=True)
class Words:
    text: str
    weight: Weight = Weight.PLAIN


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code with its address, and what stands below it if it was drawn."""

    address: str
    below: str


@dataclass(frozen=True, slots=True)
class Gap:
    """``rule``: with a line across."""

    rule: bool = False


SlipLine = Words | Code | Gap


def slip_lines(content: TicketSlipContent, words: Sentences, reprint: int) -> Iterator[SlipLine]:
    yield Words(content.hall.name, Weight.LARGE)
    yield Words(words.say("title"))
    yield Words(words.say("title_en"))
    yield Gap()
    yield Words(content.number, Weight.NUMBER)
    yield Gap()
    if reprint:
        yield Words(f"【{words.say('reprint', count=reprint)}】", Weight.BOLD)
    yield Words(content.business, Weight.LARGE)
    if content.priority.strip():
        yield Words(words.say("priority", reason=content.priority), Weight.BOLD)
    if content.booked:
        yield Words(f"【{words.say('booked')}】", Weight.BOLD)
    yield from (Words(one) for one in _place(content, words))
    if content.follow_url:
        yield Code(content.follow_url, words.say("follow"))
    yield Gap(rule=True)
    for notice in words.list("notices"):
        yield Words(notice, Weight.FOOT)
    yield Words(words.say("taken", at=f"{content.taken_at:%Y-%m-%d %H:%M}"), Weight.FOOT)


def _place(content: TicketSlipContent, words: Sentences) -> Iterator[str]:
    if content.ahead < 0:
        yield words.say("alone" if content.alone else "kept")
        return
    if content.ahead == 0:
        yield words.say("next")
        yield words.say("next_en")
        return
    yield words.say("ahead", count=content.ahead)
    yield words.say("ahead_en", count=content.ahead)
    if content.wait_minutes:
        least, most = content.wait_minutes
        yield words.say("wait", least=least, most=most)
        yield words.say("wait_en", least=least, most=most)
