"""Invent a day of a hall in the shape of real ones: 850 to 1,450 people, most at 9 and at 14 h."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import ceil, log
from random import Random

from app.domain.day_replay import Shift, Visitor
from app.domain.queue_policy import QueuePolicy, Skill

OPENS, CLOSES = 8.5 * 60, 17 * 60  # minutes after midnight
_LAST = CLOSES - 30  # no numbers after
_BUSY = 0.66  # of the windows' time, over the day
_EVEN = 0.3  # of the people come at no special time
_NO_SHOW = 0.05
_PRIORITY = 0.06
_SCATTER = 0.55  # sigma of the lognormal handling times

# Share of the people, minutes of a service, and how much of it comes before noon: tax and social
# insurance are many and short, property and licences few and long; papers for the day are wanted in
# the morning, firms come after lunch.
_BUSINESSES = {
    "social": (0.22, 7.0, 0.60),
    "tax": (0.17, 8.0, 0.40),
    "household": (0.16, 9.0, 0.65),
    "medical": (0.12, 7.0, 0.60),
    "property": (0.11, 19.0, 0.50),
    "licences": (0.10, 17.0, 0.40),
    "civil": (0.07, 11.0, 0.65),
    "fund": (0.05, 12.0, 0.50),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class HallDay:
    visitors: tuple[Visitor, ...]
    windows: tuple[str, ...]


def invent_day(rng: Random) -> HallDay:
    """With so many windows as the day's work needs."""
    count = rng.randint(850, 1450)
    names = list(_BUSINESSES)
    # What is much asked for differs from day to day.
    shares = [share * rng.uniform(0.8, 1.2) for share, _, _ in _BUSINESSES.values()]
    visitors = []
    for _ in range(count):
        business = rng.choices(names, shares)[0]
        _, mean, early = _BUSINESSES[business]
        service = rng.lognormvariate(log(mean) - _SCATTER**2 / 2, _SCATTER)
        visitors.append(
            Visitor(
                arrives=_arrival(rng, early), business=business,
                service=None if rng.random() < _NO_SHOW else service,
                priority="elderly" if rng.random() < _PRIORITY else "",
            )
        )  # fmt: skip
    work = sum(one.service or 0.0 for one in visitors)
    needed = ceil(work / (_BUSY * (CLOSES - OPENS)))
    return HallDay(
        visitors=tuple(visitors), windows=tuple(f"W{n:02d}" for n in range(1, needed + 1))
    )


def _arrival(rng: Random, early: float) -> float:
    while True:
        if rng.random() < _EVEN:
            minute = rng.uniform(OPENS, _LAST)
        else:
            peak = 9.25 if rng.random() < early else 14.25
            minute = rng.gauss(peak * 60, 60)
        if OPENS <= minute < _LAST:
            return minute


def slower(day: HallDay, times: float) -> HallDay:
    """The same people, each service so many times as long."""
    return replace(
        day,
        visitors=tuple(
            one if one.service is None else replace(one, service=one.service * times)
            for one in day.visitors
        ),
    )


def shifts_of(day: HallDay) -> list[Shift]:
    return [Shift(window=one, opens=OPENS, closes=CLOSES + 240) for one in day.windows]


def departments(day: HallDay) -> QueuePolicy:
    """Each window for one department alone, as many for each as its work on a usual day needs."""
    work = {name: share * minutes for name, (share, minutes, _) in _BUSINESSES.items()}
    given = dict.fromkeys(work, 1)
    for _ in range(len(day.windows) - len(work)):
        needs_most = max(work, key=lambda name: work[name] / given[name])
        given[needs_most] += 1
    names = [name for name, many in sorted(given.items()) for _ in range(many)]
    return QueuePolicy(
        skills=tuple(
            Skill(window=window, businesses=(name,))
            for window, name in zip(day.windows, names, strict=True)
        )
    )
