"""Read the two clocks of a case: notice and promise, what pauses them, and their lights. Pure.

Notice clock: receipt + 5 working days; its expiry makes the case accepted from the date of receipt
(行政许可法 art. 32 (4)). Promise clock: from acceptance, with the statutory clock beside it;
hearings and special procedures do not count (art. 45); extended once, by the head of the agency, by
at most ten working days (art. 42).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import IntEnum, StrEnum

from app.domain.case_events import CaseDeemedAccepted
from app.domain.catalogue import Limit, LimitUnit
from app.domain.deadline import NOTICE_LIMIT, Due, WorkCalendar, due_after
from app.domain.errors import DomainError

EXTENSION_LIMIT = 10  # working days, 行政许可法 art. 42
# An arrangement that is not published yet may hide a break; the longest one took nine days.
HIDDEN_BREAK = timedelta(days=9)
GENERAL_LIMIT = Limit(count=20)  # art. 42, where the item's own list is not at hand
_DAY = timedelta(days=1)


class ClockStands(DomainError):
    """This procedure already pauses the clock, or does not pause it now."""

    code = "CLK-01"


class WrongPauseDay(DomainError):
    """A pause cannot end before it began, nor begin before the clock."""

    code = "CLK-02"


class ExtensionRefused(DomainError):
    """Extended before, by more than the law allows, or after the limit had passed."""

    code = "CLK-03"


class ClockName(StrEnum):
    NOTICE = "notice"
    PROMISE = "promise"
    STATUTORY = "statutory"


class Light(IntEnum):
    """In order of urgency."""

    GREEN = 0
    YELLOW = 1
    RED = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A special procedure (特别程序): it takes the days from ``begin`` up to, without, ``end``."""

    code: str
    name: str
    reason: str
    approver: str
    begin: date
    end: date | None = None  # None while it lasts


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """When a light turns: ``left`` at most so many units, or at most this share of the limit."""

    yellow_left: int = 1
    yellow_percent: int = 20
    red_left: int = -1  # -1: only when overdue


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockReading:
    """``left`` counts ``unit`` (months are told in days); below zero it is overdue."""

    name: ClockName
    due: date
    left: int
    unit: LimitUnit
    light: Light
    paused: bool
    provisional: bool  # crosses a year whose holidays are not published (放假安排未发布)

    @property
    def overdue(self) -> bool:
        return self.left < 0


def pause(
    pauses: tuple[Pause, ...], code: str, name: str, reason: str, approver: str, on: date
) -> tuple[Pause, ...]:
    """One more pause. Raises ClockStands where the same procedure lasts still."""
    if any(one.code == code and one.end is None for one in pauses):
        raise ClockStands(procedure=code)
    return (*pauses, Pause(code=code, name=name, reason=reason, approver=approver, begin=on))


def resume(pauses: tuple[Pause, ...], code: str, on: date) -> tuple[Pause, ...]:
    """The procedure is over. Raises ClockStands where it does not last, WrongPauseDay."""
    lasting = next((one for one in pauses if one.code == code and one.end is None), None)
    if lasting is None:
        raise ClockStands(procedure=code)
    if on < lasting.begin:
        raise WrongPauseDay(day=on.isoformat())
    return tuple(replace(one, end=on) if one is lasting else one for one in pauses)


def check_extension(former: int, days: int) -> None:
    """Raises ExtensionRefused for a second extension, and for more than the law allows."""
    if former or not 1 <= days <= EXTENSION_LIMIT:
        raise ExtensionRefused(most=EXTENSION_LIMIT)


def deemed_accepted(
    received_on: date, promised: Limit, *, today: date, work: WorkCalendar
) -> CaseDeemedAccepted | None:
    """What happened by itself where nothing was told in time, None while there is time.

    It cannot be taken back, so a year whose holidays are not published gets the benefit of the
    doubt; the day from which the case counts as accepted is the same.
    """
    notice = due_after(received_on, NOTICE_LIMIT, work)
    if today <= notice.day + (HIDDEN_BREAK if notice.provisional else timedelta()):
        return None
    promise = due_after(received_on, promised, work)
    return CaseDeemedAccepted(
        since=received_on, notice_due=notice.day, promise_due=promise.day,
        due_provisional=promise.provisional,
    )  # fmt: skip


def read_clock(
    name: ClockName,
    since: date,
    limit: Limit,
    *,
    today: date,
    work: WorkCalendar,
    thresholds: Thresholds,
    pauses: Iterable[Pause] = (),
    extension: int = 0,
) -> ClockReading:
    """The clock as it stands on ``today``: ``since`` itself is not counted.

    While a pause lasts, ``due`` is the day it would be if today were its last day.
    """
    pauses = tuple(pauses)
    still = _paused_days(pauses, since, today)
    due = _due(since, limit, work, still)
    if extension:
        further = _due(due.day, Limit(count=extension), work, still)
        due = Due(day=further.day, provisional=due.provisional or further.provisional)
    unit = LimitUnit.DAY if limit.unit is LimitUnit.MONTH else limit.unit
    whole = unit is LimitUnit.DAY

    def units(after: date, until: date) -> int:
        stood = sum(after < day <= until and (whole or work.works(day)) for day in still)
        return ((until - after).days if whole else _worked(after, until, work)) - stood

    left = units(today, due.day) if today <= due.day else -max(1, units(due.day, today))
    light = Light.GREEN
    if left <= thresholds.red_left or left < 0:
        light = Light.RED
    elif left <= thresholds.yellow_left or (
        left * 100 <= thresholds.yellow_percent * units(since, due.day)
    ):
        light = Light.YELLOW
    return ClockReading(
        name=name, due=due.day, left=left, unit=unit, light=light,
        paused=any(one.begin <= today < (one.end or date.max) for one in pauses),
        provisional=due.provisional,
    )  # fmt: skip


def _worked(after: date, until: date, work: WorkCalendar) -> int:
    """Days worked after the one and up to the other; a case years overdue is counted as fast."""
    count = _weekdays(until.toordinal()) - _weekdays(after.toordinal())
    count -= sum(after < day <= until and day.weekday() < 5 for day in work.holidays)
    return count + sum(
        after < day <= until and day.weekday() >= 5 and day not in work.holidays
        for day in work.workdays
    )


def _weekdays(ordinal: int) -> int:
    """Mondays to Fridays up to this day; day 1 was a Monday."""
    return ordinal // 7 * 5 + min(ordinal % 7, 5)


def _paused_days(pauses: tuple[Pause, ...], since: date, today: date) -> frozenset[date]:
    """Days that do not count, of those gone by. Two procedures at once take a day once."""
    first, stop = since.toordinal() + 1, today.toordinal() + 1
    return frozenset(
        date.fromordinal(day)
        for one in pauses
        for day in range(
            max(one.begin.toordinal(), first),
            min(one.end.toordinal(), stop) if one.end else stop,
        )
    )


def _due(start: date, limit: Limit, work: WorkCalendar, still: frozenset[date]) -> Due:
    """As ``due_after``, and the days of ``still`` do not count."""
    due = due_after(start, limit, work)
    if not still:
        return due
    if limit.unit is LimitUnit.WORKING_DAY:
        day, left = start, limit.count
        while left:
            day += _DAY
            left -= day not in still and work.works(day)
        years = range(start.year, day.year + 1)
        return Due(day=day, provisional=any(year not in work.published_years for year in years))
    # Days and months run through: each day that stood still puts the last day off by one.
    day, left = due.day, sum(start < stood <= due.day for stood in still)
    while left:
        day += _DAY
        left -= day not in still
    return Due(day=day, provisional=False)
