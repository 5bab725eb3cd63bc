"""Count limits in working days, calendar days and months. Pure.

行政许可法 art. 82: limits of ten days and less, and those of that law, are counted in working
days; the day itself is not counted. Which days work is published year by year (国务院办公厅
节假日安排), so it is data; a year not yet published falls back to Monday-Friday and says so.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from app.domain.catalogue import Limit, LimitUnit


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkCalendar:
    """Deviations from Monday-Friday: ``holidays`` on weekdays, ``workdays`` on weekends (调休)."""

    published_years: frozenset[int]
    holidays: frozenset[date]
    workdays: frozenset[date]

    def works(self, day: date) -> bool:
        if day in self.holidays:
            return False
        return day.weekday() < 5 or day in self.workdays


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A last day; ``provisional`` where it crosses a year whose arrangement is not published."""

    day: date
    provisional: bool


def months_after(start: date, count: int) -> date:
    """The same day ``count`` months later, or the last day of that month."""
    month = start.month - 1 + count
    year, month = start.year + month // 12, month % 12 + 1
    return date(year, month, min(start.day, calendar.monthrange(year, month)[1]))


def due_after(start: date, limit: Limit, work: WorkCalendar) -> Due:
    """The last day of ``limit`` counted from the day after ``start``."""
    if limit.unit is LimitUnit.MONTH:
        day = months_after(start, limit.count)
    elif limit.unit is LimitUnit.DAY:
        day = start + timedelta(days=limit.count)
    else:
        day, left = start, limit.count
        while left:
            day += timedelta(days=1)
            left -= work.works(day)
    years = range(start.year, day.year + 1)
    provisional = limit.unit is LimitUnit.WORKING_DAY and any(
        year not in work.published_years for year in years
    )
    return Due(day=day, provisional=provisional)


_SATURDAY = 5
_MOST_DAYS = 60  # a year has had at most 31 weekdays off and 9 weekend days worked


def arrangement_faults(
    year: str, holidays: Sequence[date], workdays: Sequence[date]
) -> Iterator[str]:
    """What cannot be the published arrangement of a year, each with its place."""
    if len(year) != 4 or not year.isascii() or not year.isdigit() or not year.startswith("20"):
        yield f"year {year[:8]!r}"
        return
    for part, days, weekend in (("holidays", holidays, False), ("workdays", workdays, True)):
        if len(days) > _MOST_DAYS or (not days and not weekend):
            yield f"{year}.{part}: {len(days)} days"
        seen: set[date] = set()
        for at, day in enumerate(days):
            place = f"{year}.{part}[{at}] {day}"
            if day.year != int(year):
                yield f"{place}: another year"
            elif (day.weekday() >= _SATURDAY) is not weekend:
                yield f"{place}: {'a weekday' if weekend else 'a weekend day'}"
            elif day in seen:
                yield f"{place}: twice"
            seen.add(day)


NOTICE_LIMIT = Limit(count=5)  # 行政许可法 art. 32 (4): on the spot or within five working days
