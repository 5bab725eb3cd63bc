"""Limits in working days, days and months, against the published calendar and a naive count."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.catalogue import Limit, LimitUnit
from app.domain.deadline import WorkCalendar, due_after
from app.services.calendar import load_calendar

WORK = load_calendar(Path(__file__).parents[2] / "resources" / "calendar" / "workdays.json")
NOTHING_PUBLISHED = WorkCalendar(
    published_years=frozenset(), holidays=frozenset(), workdays=frozenset()
)


@pytest.mark.parametrize(
    ("start", "count", "due"),
    [
        # both count a make-up Saturday; the day itself is not counted
        (date(2026, 9, 28), 5, date(2026, 10, 10)),
        (date(2026, 2, 13), 5, date(2026, 2, 27)),
        (date(2026, 11, 20), 1, date(2026, 11, 23)),  # over a weekend
        (date(2026, 11, 21), 1, date(2026, 11, 23)),  # from a Saturday
        (date(2026, 11, 20), 0, date(2026, 11, 20)),
    ],
)
def test_working_days_follow_the_published_arrangement(start: date, count: int, due: date) -> None:
    found = due_after(start, Limit(count=count), WORK)
    assert (found.day, found.provisional) == (due, False)


@pytest.mark.parametrize(
    ("start", "months", "due"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 12, 5), 12, date(2027, 12, 5)),
    ],
)
def test_months_end_on_the_same_day_or_the_months_last(start: date, months: int, due: date) -> None:
    limit = Limit(count=months, unit=LimitUnit.MONTH)
    assert due_after(start, limit, WORK).day == due


def test_a_year_not_yet_published_makes_the_day_provisional() -> None:
    crossing = due_after(date(2026, 12, 30), Limit(count=5), WORK)
    assert crossing.provisional
    assert crossing.day == date(2027, 1, 6)
    calendar_days = Limit(count=30, unit=LimitUnit.DAY)
    assert not due_after(date(2026, 12, 30), calendar_days, WORK).provisional


@given(
    start=st.dates(date(2024, 1, 1), date(2026, 6, 30)),
    count=st.integers(0, 60),
    work=st.sampled_from([WORK, NOTHING_PUBLISHED]),
)
def test_working_days_agree_with_counting_each_day(
    start: date, count: int, work: WorkCalendar
) -> None:
    due = due_after(start, Limit(count=count), work).day
    after = [start + timedelta(days=n) for n in range(1, (due - start).days + 1)]
    worked = [
        day
        for day in after
        if day in work.workdays or (day.weekday() < 5 and day not in work.holidays)
    ]
    assert len(worked) == count
    assert due == (worked[-1] if worked else start)


@given(start=st.dates(date(2024, 1, 1), date(2027, 1, 1)), count=st.integers(0, 400))
def test_calendar_days_are_simply_added(start: date, count: int) -> None:
    limit = Limit(count=count, unit=LimitUnit.DAY)
    assert (due_after(start, limit, WORK).day - start).days == count


@given(start=st.dates(date(2024, 1, 1), date(2026, 12, 31)), count=st.integers(0, 40))
def test_a_longer_limit_never_ends_earlier(start: date, count: int) -> None:
    for unit in LimitUnit:
        shorter = due_after(start, Limit(count=count, unit=unit), WORK).day
        longer = due_after(start, Limit(count=count + 1, unit=unit), WORK).day
        assert shorter < longer
