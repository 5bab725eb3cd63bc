"""The two clocks of a case: vectors of the published calendar, and what holds for any case."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.domain.catalogue import Limit, LimitUnit
from app.domain.clocks import (
    EXTENSION_LIMIT,
    HIDDEN_BREAK,
    ClockName,
    ClockReading,
    ClockStands,
    ExtensionRefused,
    Light,
    Pause,
    Thresholds,
    WrongPauseDay,
    check_extension,
    deemed_accepted,
    pause,
    read_clock,
    resume,
)
from app.domain.deadline import NOTICE_LIMIT, WorkCalendar, due_after
from app.services.calendar import load_calendar

WORK = load_calendar(Path(__file__).parents[2] / "resources" / "calendar" / "workdays.json")
PLAIN = Thresholds()
DAY = timedelta(days=1)


def read(
    since: date,
    limit: Limit,
    today: date,
    *,
    pauses: tuple[Pause, ...] = (),
    extension: int = 0,
    work: WorkCalendar = WORK,
    thresholds: Thresholds = PLAIN,
) -> ClockReading:
    return read_clock(
        ClockName.PROMISE, since, limit, today=today, work=work, thresholds=thresholds,
        pauses=pauses, extension=extension,
    )  # fmt: skip


def hearing(begin: date, end: date | None = None, code: str = "hearing") -> Pause:
    return Pause(
        code=code, name="听证", reason="利害关系人申请", approver="王示例", begin=begin, end=end
    )


# -- vectors ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("received", "due"),
    [
        # both count a make-up Saturday; the day of receipt is not counted
        (date(2026, 9, 28), date(2026, 10, 10)),
        (date(2026, 2, 13), date(2026, 2, 27)),
    ],
)
def test_notice_clock_follows_the_published_arrangement(received: date, due: date) -> None:
    on_the_day = read(received, NOTICE_LIMIT, received)
    assert (on_the_day.due, on_the_day.left, on_the_day.light) == (due, 5, Light.GREEN)
    last = read(received, NOTICE_LIMIT, due)
    assert (last.left, last.overdue, last.light) == (0, False, Light.YELLOW)
    after = read(received, NOTICE_LIMIT, due + DAY)
    assert (after.overdue, after.light) == (True, Light.RED)
    promised = Limit(count=10)
    assert deemed_accepted(received, promised, today=due, work=WORK) is None
    event = deemed_accepted(received, promised, today=due + DAY, work=WORK)
    assert event is not None
    assert (event.since, event.notice_due) == (received, due)
    assert event.promise_due == due_after(received, promised, WORK).day
    assert not event.due_provisional


def test_a_year_not_published_gets_the_benefit_of_the_doubt() -> None:
    received = date(2026, 12, 30)
    due = due_after(received, NOTICE_LIMIT, WORK)
    assert due.provisional
    limit = Limit(count=20)
    last = due.day + HIDDEN_BREAK
    assert deemed_accepted(received, limit, today=last, work=WORK) is None
    event = deemed_accepted(received, limit, today=last + DAY, work=WORK)
    assert event is not None
    assert (event.since, event.due_provisional) == (received, True)
    assert read(received, NOTICE_LIMIT, received).provisional


def test_a_hearing_takes_its_days_and_the_extension_adds_ten() -> None:
    since, limit = date(2026, 11, 2), Limit(count=10)
    assert read(since, limit, since).due == date(2026, 11, 16)
    held = (hearing(date(2026, 11, 4), date(2026, 11, 9)),)  # Wednesday to Friday
    assert read(since, limit, date(2026, 11, 9), pauses=held).due == date(2026, 11, 19)
    further = read(since, limit, date(2026, 11, 9), pauses=held, extension=10)
    assert further.due == date(2026, 12, 3)
    lasting = read(since, limit, date(2026, 11, 10), pauses=(hearing(date(2026, 11, 4)),))
    assert (lasting.paused, lasting.left) == (True, 9)
    months = read(since, Limit(count=1, unit=LimitUnit.MONTH), since + 10 * DAY, pauses=held)
    assert (months.due, months.unit) == (date(2026, 12, 7), LimitUnit.DAY)


@pytest.mark.parametrize(
    ("thresholds", "left", "light"),
    [
        (Thresholds(yellow_left=1, yellow_percent=0), 1, Light.YELLOW),
        (Thresholds(yellow_left=1, yellow_percent=0), 2, Light.GREEN),
        (Thresholds(yellow_left=0, yellow_percent=20), 4, Light.YELLOW),
        (Thresholds(yellow_left=0, yellow_percent=20), 5, Light.GREEN),
        (Thresholds(yellow_left=5, yellow_percent=0, red_left=2), 2, Light.RED),
        (Thresholds(yellow_left=5, yellow_percent=0, red_left=2), 3, Light.YELLOW),
    ],
)
def test_lights_turn_where_the_thresholds_say(
    thresholds: Thresholds, left: int, light: Light
) -> None:
    since = date(2026, 3, 2)
    today = due_after(since, Limit(count=20 - left), WORK).day
    reading = read(since, Limit(count=20), today, thresholds=thresholds)
    assert (reading.left, reading.light) == (left, light)


def test_pauses_and_extensions_that_make_no_sense_are_refused() -> None:
    on = date(2026, 11, 4)
    lasting = pause((), "hearing", "听证", "申请", "王示例", on)
    with pytest.raises(ClockStands):
        pause(lasting, "hearing", "听证", "申请", "王示例", on)
    with pytest.raises(ClockStands):
        resume(lasting, "auction", on)
    with pytest.raises(WrongPauseDay):
        resume(lasting, "hearing", on - DAY)
    over = resume(lasting, "hearing", on + DAY)
    assert len(pause(over, "hearing", "听证", "再次", "王示例", on + 3 * DAY)) == 2
    for former, days in ((5, 5), (0, 0), (0, -1), (0, EXTENSION_LIMIT + 1)):
        with pytest.raises(ExtensionRefused):
            check_extension(former, days)
    check_extension(0, EXTENSION_LIMIT)


# -- what holds for any case --------------------------------------------------------------------

sinces = st.dates(date(2024, 1, 1), date(2027, 6, 30))
limits = st.builds(Limit, count=st.integers(0, 60), unit=st.sampled_from(LimitUnit))
extensions = st.integers(0, 10)


@st.composite
def pauses_around(draw: st.DrawFn, since: date) -> tuple[Pause, ...]:
    """Any procedures: before, after and over each other, lasting and over."""
    made = []
    for _ in range(draw(st.integers(0, 4))):
        begin = since + draw(st.integers(-5, 90)) * DAY
        length = draw(st.none() | st.integers(-3, 60))
        made.append(hearing(begin, None if length is None else begin + length * DAY))
    return tuple(made)


cases = sinces.flatmap(lambda since: st.tuples(st.just(since), pauses_around(since)))


@given(case=cases, limit=limits, extension=extensions, days=st.integers(0, 200))
def test_left_and_overdue_say_the_same_as_the_day(
    case: tuple[date, tuple[Pause, ...]], limit: Limit, extension: int, days: int
) -> None:
    since, pauses = case
    today = since + days * DAY
    reading = read(since, limit, today, pauses=pauses, extension=extension)
    assert reading.overdue == (today > reading.due)
    assert (reading.light is Light.RED) == reading.overdue
    assert reading.left <= (reading.due - today).days or reading.overdue


@given(since=sinces, count=st.integers(0, 60), days=st.integers(0, 1500))
def test_what_is_left_agrees_with_counting_each_day(since: date, count: int, days: int) -> None:
    today = since + days * DAY
    reading = read(since, Limit(count=count), today)
    first, last = min(today, reading.due), max(today, reading.due)
    worked = sum(WORK.works(first + n * DAY) for n in range(1, (last - first).days + 1))
    assert reading.left == (-max(1, worked) if reading.overdue else worked)


@given(case=cases, limit=limits, days=st.integers(0, 200), extension=extensions, data=st.data())
def test_a_pause_and_an_extension_never_make_a_case_due_earlier(
    case: tuple[date, tuple[Pause, ...]],
    limit: Limit,
    days: int,
    extension: int,
    data: st.DataObject,
) -> None:
    since, pauses = case
    today = since + days * DAY
    plain = read(since, limit, today, pauses=pauses, extension=extension)
    more = pauses + data.draw(pauses_around(since))
    assert read(since, limit, today, pauses=more, extension=extension).due >= plain.due
    assert read(since, limit, today, pauses=pauses).due <= plain.due


@given(case=cases, limit=limits, days=st.integers(0, 120), off=st.integers(1, 120))
def test_one_more_holiday_never_makes_a_case_due_earlier(
    case: tuple[date, tuple[Pause, ...]], limit: Limit, days: int, off: int
) -> None:
    since, pauses = case
    day = since + off * DAY
    assume(day not in WORK.workdays)
    with_one = replace(WORK, holidays=WORK.holidays | {day})
    today = since + days * DAY
    former = read(since, limit, today, pauses=pauses)
    assert read(since, limit, today, pauses=pauses, work=with_one).due >= former.due


@given(case=cases, limit=limits, days=st.integers(0, 90), later=st.integers(0, 90))
def test_resumed_the_same_day_changes_nothing(
    case: tuple[date, tuple[Pause, ...]], limit: Limit, days: int, later: int
) -> None:
    since, others = case
    on = since + days * DAY
    begun = pause(others, "auction", "拍卖", "依法拍卖", "王示例", on)
    both = resume(begun, "auction", on)
    today = on + later * DAY
    assert read(since, limit, today, pauses=both) == read(since, limit, today, pauses=others)


@given(case=cases, limit=limits, days=st.integers(0, 90))
def test_a_pause_that_starts_after_the_limit_cannot_heal_it(
    case: tuple[date, tuple[Pause, ...]], limit: Limit, days: int
) -> None:
    since, pauses = case
    over = tuple(one for one in pauses if one.end is not None)  # one that lasts has no limit
    today = read(since, limit, since + 4000 * DAY, pauses=over).due + (1 + days) * DAY
    reading = read(since, limit, today, pauses=over)
    assert reading.overdue
    late = (*over, hearing(reading.due + DAY))
    assert read(since, limit, today, pauses=late).due == reading.due


@given(case=cases, limit=limits, days=st.integers(0, 120))
def test_two_procedures_at_once_take_a_day_once(
    case: tuple[date, tuple[Pause, ...]], limit: Limit, days: int
) -> None:
    since, pauses = case
    today = since + days * DAY
    doubled = pauses + tuple(replace(one, code="auction") for one in pauses)
    assert read(since, limit, today, pauses=doubled) == read(since, limit, today, pauses=pauses)


@given(case=cases, limit=limits, days=st.integers(0, 120))
def test_a_day_that_goes_by_takes_at_most_one_from_what_is_left(
    case: tuple[date, tuple[Pause, ...]], limit: Limit, days: int
) -> None:
    since, pauses = case
    today = since + days * DAY
    now = read(since, limit, today, pauses=pauses)
    next_day = read(since, limit, today + DAY, pauses=pauses)
    assume(not next_day.overdue)
    assert 0 <= now.left - next_day.left <= 1


@given(received=sinces, limit=limits, days=st.integers(0, 40))
def test_deemed_acceptance_comes_only_after_the_notice_limit_and_stays(
    received: date, limit: Limit, days: int
) -> None:
    today = received + days * DAY
    event = deemed_accepted(received, limit, today=today, work=WORK)
    notice = read(received, NOTICE_LIMIT, today)
    if event is None:
        assert not notice.overdue or notice.provisional
    else:
        assert notice.overdue
        assert event.since == received
        assert deemed_accepted(received, limit, today=today + DAY, work=WORK) == event


def test_pauses_of_a_lifetime_are_read_at_once() -> None:
    """Hostile dates cost no more than the days that have gone by."""
    pauses = (hearing(date.min, date.min), hearing(date.min, date.max), hearing(date.max))
    since = date(2026, 11, 2)
    reading = read(since, Limit(count=5), since + 3 * DAY, pauses=pauses)
    assert (reading.paused, reading.left) == (True, 5)
