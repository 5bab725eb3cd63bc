"""A card that says otherwise than what is recorded: show both, and let the clerk choose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.masking import mask_number
from app.domain.verification import (
    Difference,
    Part,
    differences,
    typed_differences,
)
from app.services.party_desk import of_card
from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.viewmodels.counter_state import Form
from ui.viewmodels.viewmodel import Note

if TYPE_CHECKING:
    from app.domain.person import CardRead
    from app.services.matter import Matter
    from ui.viewmodels.case import CaseModel
    from ui.viewmodels.counter import CounterModel

_MOST_DIGITS = 3  # so many wrong digits are a slip of the hand; more are another number


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceView:
    label: str
    known: str
    card: str


class CardCheck:
    """``title`` and ``rows`` are what the form shows while it is open."""

    def __init__(self, counter: CounterModel, case: CaseModel) -> None:
        self._counter = counter
        self._case = case
        self._card: CardRead | None = None
        self._authority: str | None = None  # of the agent, whose card it is then
        self.title = ""
        self.rows: tuple[DifferenceView, ...] = ()

    def take(self, card: CardRead, authority: str | None) -> None:
        """``authority`` is None for the applicant's card."""
        matter = self._case.matter
        found = _found(matter, card, authority is not None) if matter is not None else ()
        if not found:
            if matter is not None and _known(matter, authority is not None):
                words = say("卡上的就是已登记的这个人。")
                self._counter.card.tell(Note(tone=Tone.GOOD, message=words))
            self._record(card, authority, replacing=False)
            return
        self._card, self._authority = card, authority
        self.title = _title(found)
        self.rows = tuple(_view(one) for one in found)
        self._counter.open_form(Form.DIFFERENCE)

    def keep(self) -> None:
        self.forget()
        self._counter.close_form()

    def replace(self) -> None:
        """The card's, in place of what is recorded."""
        card, authority = self._card, self._authority
        self.keep()
        if card is not None:
            self._record(card, authority, replacing=True)

    def forget(self) -> None:
        """Nothing of a card that was not taken stays here."""
        self._card, self._authority, self.title, self.rows = None, None, "", ()

    def _record(self, card: CardRead, authority: str | None, *, replacing: bool) -> None:
        parties = self._case.parties
        if authority is None:
            self._counter.card.show_photo(card)
            parties.identify(card, replacing=replacing)
        else:
            parties.identify_agent(card, authority, replacing=replacing)


def _known(matter: Matter, agents: bool) -> bool:
    return (matter.case.agent if agents else matter.case.applicant) is not None


def _found(matter: Matter, card: CardRead, agents: bool) -> tuple[Difference, ...]:
    case = matter.case
    if agents:
        return differences(case.agent, card)
    agent, known = case.agent, case.applicant
    if agent is not None and known is not None and agent.person.number == known.person.number:
        known = None  # the agent was read first, in the applicant's place
    fields = matter.item.fields if matter.item is not None else ()
    return (*differences(known, card), *typed_differences(fields, case, of_card(card)))


def _title(found: tuple[Difference, ...]) -> str:
    parts = {one.part for one in found}
    if Part.NUMBER in parts and Part.NAME in parts:
        return say("卡上是另一个人")
    if Part.NUMBER in parts:
        return say("卡上的号码与已登记的不同")
    if Part.NAME in parts:
        return say("卡上的姓名与已登记的不同")
    return say("卡上的内容与手录的不同")


def _view(one: Difference) -> DifferenceView:
    if one.part is Part.NUMBER:
        known, card = numbers_beside(one.known, one.card)
        return DifferenceView(label=say("号码"), known=known, card=card)
    words = say("姓名") if one.part is Part.NAME else one.label
    return DifferenceView(label=words, known=one.known, card=one.card or say("（卡上没有）"))


def numbers_beside(one: str, other: str) -> tuple[str, str]:
    """Masked, but for the few digits in which they differ."""
    places = [n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b]
    few = len(one) == len(other) and len(places) <= _MOST_DIGITS
    return _shown(one, places if few else ()), _shown(other, places if few else ())


def _shown(number: str, places: list[int] | tuple[()]) -> str:
    masked = list(mask_number(number))
    for place in places:
        masked[place] = number[place]
    return "".join(masked)
