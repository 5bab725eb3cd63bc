"""Play a day of the hall again, the same people before other windows: how long they would wait.

``queueing.choose`` decides as on the day itself. From a real day it answers "what if there had been
one window more", and says how far that can be believed: how much chance alone moves the answer, and
how far the replay of the day as it was is from what happened. Pure; times in minutes
after the day's midnight.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from app.domain.queue_policy import QueuePolicy
from app.domain.queueing import choose
from app.domain.ticket import Ticket

_DAY = datetime(2000, 1, 1, tzinfo=UTC)  # any: only the order of times matters
_RECENT = 10
_CALLED_IN_VAIN = 1.0  # minutes until somebody who went away is passed over


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """``service`` is the handling time; None for somebody who went away and is called in vain."""

    arrives: float
    business: str
    service: float | None
    priority: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """A window and when it may call."""

    window: str
    opens: float
    closes: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """Of those who were called, by their place among the visitors. ``unserved`` waited in vain."""

    minutes: dict[int, float]
    unserved: int
    busy: dict[str, float]  # minutes of service by window

    @property
    def mean(self) -> float:
        return sum(self.minutes.values()) / len(self.minutes) if self.minutes else 0.0

    def quantile(self, part: float) -> float:
        ordered = sorted(self.minutes.values())
        return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else 0.0

    def share_over(self, target: float) -> float:
        over = sum(wait > target for wait in self.minutes.values())
        return over / len(self.minutes) if self.minutes else 0.0


def replay(
    visitors: Sequence[Visitor], shifts: Sequence[Shift], policy: QueuePolicy, rng: Random
) -> Waits:
    """Each free window calls the next that it may; a service begun is finished after closing."""
    coming = sorted(range(len(visitors)), key=lambda place: visitors[place].arrives)
    # (minute, order among equal minutes, window); a window is here when it may look for somebody
    free = [(shift.opens, order, shift) for order, shift in enumerate(shifts)]
    heapq.heapify(free)
    line: dict[str, Ticket] = {}
    idle: list[tuple[int, Shift]] = []
    recent: list[bool] = []
    minutes: dict[int, float] = {}
    busy = dict.fromkeys((shift.window for shift in shifts), 0.0)
    arrived = 0

    def call(now: float, order: int, shift: Shift) -> bool:
        ticket = choose(policy, shift.window, list(line.values()), recent, rng.randrange)
        if ticket is None:
            return False
        del line[ticket.id]
        place = int(ticket.id)
        visitor = visitors[place]
        recent.append(bool(visitor.priority))
        del recent[:-_RECENT]
        spent = _CALLED_IN_VAIN if visitor.service is None else visitor.service
        if visitor.service is not None:
            minutes[place] = now - visitor.arrives
            busy[shift.window] += visitor.service
        heapq.heappush(free, (now + spent, order, shift))
        return True

    while arrived < len(coming) or free:
        arrives = visitors[coming[arrived]].arrives if arrived < len(coming) else None
        if arrives is not None and (not free or arrives < free[0][0]):
            place = coming[arrived]
            arrived += 1
            line[str(place)] = _ticket(place, visitors[place])
            # Chance decides who of the idle is faster, as in a hall; not the window's number.
            rng.shuffle(idle)
            for one in idle:
                if one[1].closes > arrives and call(arrives, *one):
                    idle.remove(one)
                    break
            continue
        now, order, shift = heapq.heappop(free)
        if now < shift.closes and not call(now, order, shift):
            idle.append((order, shift))
    left = sum(visitors[int(name)].service is not None for name in line)
    return Waits(minutes=minutes, unserved=left, busy=busy)


def _ticket(place: int, visitor: Visitor) -> Ticket:
    at = _DAY + timedelta(minutes=visitor.arrives)
    return Ticket(
        id=str(place), number=f"{place:06d}", business=visitor.business, priority=visitor.priority,
        taken_at=at, place=at,
    )  # fmt: skip


# -- what if ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """Mean wait in minutes: the middle of the replays, and between what nine of ten of them lie."""

    middle: float
    least: float
    most: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """``happened``: the day's own mean wait. ``as_it_was``: what the replay says of the same
    windows; ``off`` is by how much it is wrong there, and so may be wrong of the others."""

    happened: float
    as_it_was: Guess
    otherwise: Guess

    @property
    def off(self) -> float:
        return self.as_it_was.middle - self.happened


def what_if(
    visitors: Sequence[Visitor], waits: Sequence[float], was: Sequence[Shift],
    otherwise: Sequence[Shift], policy: QueuePolicy, rng: Random, *, times: int = 40,
) -> WhatIf:  # fmt: skip
    """``waits``: minutes that people really waited on that day. Each replay draws the handling
    times anew from those of the same business on that day, the same for both sets of windows."""
    drawn = [_drawn_anew(visitors, rng) for _ in range(times)]
    seeds = [rng.getrandbits(32) for _ in range(times)]
    return WhatIf(
        happened=sum(waits) / len(waits) if waits else 0.0,
        as_it_was=_guess(drawn, was, policy, seeds),
        otherwise=_guess(drawn, otherwise, policy, seeds),
    )


def _guess(
    drawn: Sequence[Sequence[Visitor]], shifts: Sequence[Shift], policy: QueuePolicy,
    seeds: Sequence[int],
) -> Guess:  # fmt: skip
    means = sorted(
        replay(visitors, shifts, policy, Random(seed)).mean
        for visitors, seed in zip(drawn, seeds, strict=True)
    )
    last = len(means) - 1
    return Guess(
        middle=means[len(means) // 2],
        least=means[round(last * 0.05)],
        most=means[round(last * 0.95)],
    )


def _drawn_anew(visitors: Sequence[Visitor], rng: Random) -> list[Visitor]:
    known: dict[str, list[float]] = {}
    for one in visitors:
        if one.service is not None:
            known.setdefault(one.business, []).append(one.service)
    return [
        one
        if one.service is None
        else Visitor(
            arrives=one.arrives, business=one.business, service=rng.choice(known[one.business]),
            priority=one.priority,
        )
        for one in visitors
    ]  # fmt: skip
