"""Figures of a day at the hall, from its tickets: waits, handling times, no-shows, load of windows,
and how far the wait that people were told came true. Pure; no person is in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from app.domain.day_replay import Shift, Visitor
from app.domain.hall import HALL_ZONE
from app.domain.ticket import TicketState

_LATE_WITHOUT_END = 5.0  # minutes that a window is taken to stay after its last service began
_SAID_WITHIN = 60  # seconds either way that still count as what was said


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTicket:
    """One ticket of a day, without its number. ``waited`` and ``handled`` in seconds, -1 before;
    ``least`` and ``most``: minutes that were said when it was taken, -1 for nothing."""

    business: str
    taken_at: datetime
    state: TicketState
    waited: int = -1
    handled: int = -1
    window: str = ""  # id of the one that called it last
    called_at: datetime | None = None
    served_at: datetime | None = None
    ended_at: datetime | None = None
    priority: str = ""
    least: int = -1
    most: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTotal:
    """``day`` as 2026-11-23. ``waited``: mean seconds to the first call, -1 where nobody was."""

    day: str
    taken: int
    finished: int
    passed: int  # and not served
    dropped: int
    waited: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """Of some durations, in minutes."""

    n: int = 0
    middle: float = 0.0
    high: float = 0.0  # nine of ten are shorter


@dataclass(frozen=True, slots=True, kw_only=True)
class Hour:
    """What began in this hour of the day: numbers taken, waits of those, services of those."""

    hour: int
    taken: int
    waits: Spread
    services: Spread
    gone: int  # called in vain, or went away


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowLoad:
    """``by_hour``: people served that were called in that hour. ``busy``: minutes of service."""

    window: str
    served: int
    busy: float
    services: Spread
    by_hour: dict[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """``pairs``: (minutes in the middle of what was said, minutes waited)."""

    within: int = 0
    sooner: int = 0
    later: int = 0
    pairs: tuple[tuple[float, float], ...] = ()

    @property
    def all(self) -> int:
        return self.within + self.sooner + self.later


def spread(minutes: Iterable[float]) -> Spread:
    ordered = sorted(minutes)
    if not ordered:
        return Spread()
    high = ordered[min(len(ordered) - 1, int(0.9 * len(ordered)))]
    return Spread(n=len(ordered), middle=median(ordered), high=high)


def of_line(tickets: Iterable[DayTicket], business: str) -> list[DayTicket]:
    """Those of one line, or all where it is ""."""
    return [one for one in tickets if not business or one.business == business]


def by_hour(tickets: Sequence[DayTicket]) -> list[Hour]:
    """From the first hour in which a number was taken to the last."""
    hours: dict[int, list[DayTicket]] = {}
    for one in tickets:
        hours.setdefault(one.taken_at.astimezone(HALL_ZONE).hour, []).append(one)
    return [
        Hour(
            hour=hour, taken=len(found := hours.get(hour, [])),
            waits=spread(one.waited / 60 for one in found if one.waited >= 0),
            services=spread(one.handled / 60 for one in found if one.handled >= 0),
            gone=sum(one.state in {TicketState.PASSED, TicketState.DROPPED} for one in found),
        )
        for hour in range(min(hours, default=0), max(hours, default=-1) + 1)
    ]  # fmt: skip


def by_window(tickets: Iterable[DayTicket]) -> list[WindowLoad]:
    """Windows that served somebody, in the order of their ids."""
    served: dict[str, list[DayTicket]] = {}
    for one in tickets:
        if one.window and one.state is TicketState.FINISHED:
            served.setdefault(one.window, []).append(one)
    return [
        WindowLoad(
            window=window, served=len(found),
            busy=sum(one.handled for one in found if one.handled > 0) / 60,
            services=spread(one.handled / 60 for one in found if one.handled >= 0),
            by_hour=dict(
                Counter(one.called_at.astimezone(HALL_ZONE).hour for one in found if one.called_at)
            ),
        )
        for window, found in sorted(served.items())
    ]  # fmt: skip


def told(tickets: Iterable[DayTicket]) -> Told:
    """What was said of the wait, against what happened; a minute either way is kept."""
    known = [one for one in tickets if one.most >= 0 and one.waited >= 0]
    sooner = sum(one.waited < 60 * one.least - _SAID_WITHIN for one in known)
    later = sum(one.waited > 60 * one.most + _SAID_WITHIN for one in known)
    return Told(
        within=len(known) - sooner - later, sooner=sooner, later=later,
        pairs=tuple(((one.least + one.most) / 2, one.waited / 60) for one in known),
    )  # fmt: skip


def total(day: str, tickets: Sequence[DayTicket]) -> DayTotal:
    states = Counter(one.state for one in tickets)
    waits = [one.waited for one in tickets if one.waited >= 0]
    return DayTotal(
        day=day, taken=len(tickets), finished=states[TicketState.FINISHED],
        passed=states[TicketState.PASSED], dropped=states[TicketState.DROPPED],
        waited=round(sum(waits) / len(waits)) if waits else -1,
    )  # fmt: skip


# -- for a replay -------------------------------------------------------------------------------


def visitors_of(tickets: Iterable[DayTicket]) -> tuple[list[Visitor], list[float]]:
    """Who came, and the minutes that those who were served really waited. Who is still waiting or
    at a window is left out: how it ends is not known yet."""
    found, waits = [], []
    ended = {TicketState.FINISHED, TicketState.PASSED, TicketState.DROPPED}
    for one in sorted(tickets, key=lambda one: one.taken_at):
        if one.state not in ended:
            continue
        served = one.state is TicketState.FINISHED and one.handled >= 0
        found.append(
            Visitor(
                arrives=minute_of_day(one.taken_at), business=one.business,
                service=one.handled / 60 if served else None, priority=one.priority,
            )
        )  # fmt: skip
        if served and one.waited >= 0:
            waits.append(one.waited / 60)
    return found, waits


def shifts_of(tickets: Iterable[DayTicket]) -> list[Shift]:
    """Each window from its first call to the end of its last service: pauses are not known from
    the tickets, and count as if somebody could have been called."""
    spans: dict[str, list[float]] = {}
    for one in tickets:
        if one.window and one.called_at is not None:
            spans.setdefault(one.window, []).append(minute_of_day(one.called_at))
            if one.ended_at is not None:
                spans[one.window].append(minute_of_day(one.ended_at))
    return [
        Shift(window=window, opens=min(times), closes=max(times) + _LATE_WITHOUT_END)
        for window, times in sorted(spans.items())
    ]


def minute_of_day(at: datetime) -> float:
    local = at.astimezone(HALL_ZONE)
    return local.hour * 60 + local.minute + local.second / 60
