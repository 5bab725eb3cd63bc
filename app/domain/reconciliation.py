"""Balance what came in against what went out on a day (进/出对账). Pure.

Two ledgers, each by item: cases in hand (收件 against 即办, 办结 and what left), and results at the
hall (办结 and what came back against what was handed out, by way). What is carried to the next day
is counted from where each case stands, not from the moves, so a ledger that does not close is an
error that shows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from app.domain import case as cases
from app.domain.case import ACCEPTED_STATES, Case, CaseState
from app.domain.case_events import ConflictRecorded, Numbered, ResultHanded
from app.domain.delivery import DeliveryMode
from app.domain.event import Event
from app.domain.hall import HALL_ZONE


class Place(StrEnum):
    """Where a case stands between applicant and hall."""

    OUTSIDE = "outside"  # not taken in, given back, refused
    IN_HAND = "in_hand"  # 在办
    DONE = "done"  # 即办: finished at the counter
    WAITING = "waiting"  # 待领: its result is at the hall
    OUT = "out"  # 已出件


_PLACES: dict[CaseState, Place] = {
    **dict.fromkeys(ACCEPTED_STATES, Place.IN_HAND),
    CaseState.RECEIVED: Place.IN_HAND,
    CaseState.SUPPLEMENT: Place.IN_HAND,
    CaseState.FINISHED: Place.WAITING,
    CaseState.HANDED_OUT: Place.OUT,
}


def place_of(case: Case | None, since: date) -> Place:
    """``since``: the hall day of its last decision."""
    if case is None:
        return Place.OUTSIDE
    state = case.resumed if case.state is CaseState.OPEN and case.resumed else case.state
    due = getattr(case.decision, "promise_due", None)
    return place_at(state, instant=due is not None and due <= since)


def place_at(state: CaseState, *, instant: bool) -> Place:
    """``instant``: what was accepted is due on the day itself; it was done at the counter."""
    if instant and state in ACCEPTED_STATES and state is not CaseState.DEEMED_ACCEPTED:
        return Place.DONE
    return _PLACES.get(state, Place.OUTSIDE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """``way`` of a hand-over, "" else."""

    before: Place
    after: Place
    way: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseDay:
    """One case on one day: where it stood before, what moved, where it stands after. ``twice``: a
    second hand-over of its result was told of; ``late_clock``: a fact was dated before one that it
    follows, and counts on the later day."""

    number: str
    item: str
    before: Place
    after: Place
    moves: tuple[Move, ...] = ()
    handed: tuple[ResultHanded, ...] = ()
    twice: bool = False
    late_clock: bool = False


def day_of(case_id: str, facts: Iterable[tuple[datetime, Event]], on: date) -> CaseDay:
    """``facts`` in the order in which they count. Raises what the fold raises."""
    case: Case | None = None
    since = date.min
    before = after = Place.OUTSIDE
    moves: list[Move] = []
    handed: list[ResultHanded] = []
    today = date.min
    twice = late_clock = False
    for at, event in facts:
        day = at.astimezone(HALL_ZONE).date()
        late_clock = late_clock or (day < today and today == on)
        today = max(today, day)
        if today > on:
            break
        stood = after
        case = cases.apply(case, case_id, event)
        since = day if isinstance(event, Numbered) else since
        after = place_of(case, since)
        if today < on:
            before = after
            continue
        if stood is not after:
            way = event.way if isinstance(event, ResultHanded) else ""
            moves.append(Move(before=stood, after=after, way=way))
        if isinstance(event, ResultHanded):
            handed.append(event)
        if isinstance(event, ConflictRecorded) and ResultHanded.__name__ in event.kinds:
            twice = True
    return CaseDay(
        number=case.number if case else "", item=case.item_name if case else "", before=before,
        after=after, moves=tuple(moves), handed=tuple(handed), twice=twice, late_clock=late_clock,
    )  # fmt: skip


@dataclass(slots=True, kw_only=True)
class InHand:
    """收件 of a day against what was done with it, in cases."""

    brought: int = 0
    taken_in: int = 0
    instant: int = 0
    finished: int = 0
    left: int = 0
    carried: int = 0

    @property
    def closes(self) -> bool:
        return self.brought + self.taken_in - self.instant - self.finished - self.left == (
            self.carried
        )


@dataclass(slots=True, kw_only=True)
class AtHall:
    """Results that came against those that went. ``out`` by way of delivery."""

    brought: int = 0
    finished: int = 0
    returned: int = 0
    out: Counter[str] = field(default_factory=Counter)
    carried: int = 0

    @property
    def closes(self) -> bool:
        return self.brought + self.finished + self.returned - self.out.total() == self.carried


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """By item, in the order of their names."""

    in_hand: Mapping[str, InHand]
    at_hall: Mapping[str, AtHall]

    def unclosed(self) -> tuple[str, ...]:
        """Items whose sums do not close: the facts or their table are wrong."""
        open_ = {item for item, line in self.in_hand.items() if not line.closes}
        open_ |= {item for item, line in self.at_hall.items() if not line.closes}
        return tuple(sorted(open_))

    def total_in_hand(self) -> InHand:
        total = InHand()
        for one in self.in_hand.values():
            for name in ("brought", "taken_in", "instant", "finished", "left", "carried"):
                setattr(total, name, getattr(total, name) + getattr(one, name))
        return total

    def total_at_hall(self) -> AtHall:
        total = AtHall()
        for one in self.at_hall.values():
            for name in ("brought", "finished", "returned", "carried"):
                setattr(total, name, getattr(total, name) + getattr(one, name))
            total.out.update(one.out)
        return total


def balance(
    days: Iterable[CaseDay], unmoved: Mapping[tuple[str, Place], int] | None = None
) -> Balance:
    """``unmoved``: how many cases of an item stand somewhere to which nothing happened since the
    day began."""
    in_hand: dict[str, InHand] = {}
    at_hall: dict[str, AtHall] = {}
    for (item, place), many in (unmoved or {}).items():
        if place is Place.IN_HAND:
            held = in_hand.setdefault(item, InHand())
            held.brought += many
            held.carried += many
        elif place is Place.WAITING:
            waits = at_hall.setdefault(item, AtHall())
            waits.brought += many
            waits.carried += many
    for day in days:
        if _is_in_hand(day):
            _count_in_hand(in_hand.setdefault(day.item, InHand()), day)
        if _is_at_hall(day):
            _count_at_hall(at_hall.setdefault(day.item, AtHall()), day)
    return Balance(in_hand=dict(sorted(in_hand.items())), at_hall=dict(sorted(at_hall.items())))


_BEFORE_RESULT = frozenset({Place.IN_HAND, Place.DONE})
_RESULT = frozenset({Place.WAITING, Place.OUT})


def _is_in_hand(day: CaseDay) -> bool:
    places = {day.before, day.after, *(move.after for move in day.moves)}
    return Place.IN_HAND in places or any(move.after is Place.DONE for move in day.moves)


def _is_at_hall(day: CaseDay) -> bool:
    return Place.WAITING in {day.before, day.after, *(move.after for move in day.moves)}


def _count_in_hand(line: InHand, day: CaseDay) -> None:
    line.brought += day.before is Place.IN_HAND
    line.carried += day.after is Place.IN_HAND
    for move in day.moves:
        if move.before not in _BEFORE_RESULT and move.after in _BEFORE_RESULT:
            line.taken_in += 1
        if move.after is Place.DONE:
            line.instant += 1
        if move.before is Place.DONE and move.after is Place.IN_HAND:
            line.taken_in += 1  # a department has it after all
        if move.before is Place.IN_HAND and move.after is Place.WAITING:
            line.finished += 1
        if move.before is Place.IN_HAND and move.after in {Place.OUTSIDE, Place.OUT}:
            line.left += 1


def _count_at_hall(line: AtHall, day: CaseDay) -> None:
    line.brought += day.before is Place.WAITING
    line.carried += day.after is Place.WAITING
    for move in day.moves:
        if move.after is Place.WAITING:
            if move.before is Place.OUT:
                line.returned += 1
            else:
                line.finished += 1
        if move.before is Place.WAITING:
            line.out[move.way if move.way in set(DeliveryMode) else ""] += 1
