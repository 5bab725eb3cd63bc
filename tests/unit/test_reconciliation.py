"""What came in and what went out on a day closes, follows on, and names each difference."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.case import Case, apply
from app.domain.case_events import (
    CaseAbandoned,
    CaseAccepted,
    CaseReceived,
    ConflictRecorded,
    NoticeIssued,
    ResultHanded,
    ResultReturned,
)
from app.domain.delivery import ReturnKind
from app.domain.errors import AppError
from app.domain.event import Event
from app.domain.hall import HALL_ZONE
from app.domain.reconciliation import CaseDay, Place, balance, day_of
from tests.unit.test_case_departments import _ANY, BEGUN, RESUMED

DAY = date(2026, 11, 23)
MIDNIGHT = datetime(2026, 11, 23, tzinfo=HALL_ZONE)


def handed(way: str, at: datetime) -> ResultHanded:
    return ResultHanded(by="1001", to="张示例", way=way, at=at, signed=way == "直接")


_MORE: tuple[Event, ...] = (
    *_ANY,
    *(handed(way, MIDNIGHT) for way in ("邮寄", "留置", "电子", "托人")),
    ResultReturned(kind=ReturnKind.UNDELIVERED, reason="查无此人", by="1001", at=MIDNIGHT),
    CaseAccepted(number="1", check="ABCDEF", promise_due=DAY),  # done at the counter
)
_STEPS = st.lists(
    st.tuples(st.sampled_from(_MORE), st.integers(min_value=0, max_value=30)), max_size=20
)


def history(steps: list[tuple[Event, int]]) -> list[tuple[datetime, Event]]:
    """What may follow of these, each some hours after the one before, from two days before DAY."""
    at = MIDNIGHT - timedelta(days=2)
    case: Case | None = None
    facts: list[tuple[datetime, Event]] = []
    for event, hours in [(one, 0) for one in BEGUN] + steps:
        at += timedelta(hours=hours)
        try:
            case = apply(case, "c", event)
        except AppError:
            continue
        facts.append((at.astimezone(UTC), event))
    return facts


@settings(max_examples=300, deadline=None)
@given(st.lists(_STEPS, max_size=5))
def test_every_sum_closes_and_each_day_follows_on_the_one_before(
    cases: list[list[tuple[Event, int]]],
) -> None:
    histories = [history(one) for one in cases]
    carried: dict[Place, int] | None = None
    for ahead in range(-2, 5):
        on = DAY + timedelta(days=ahead)
        days = [day_of("c", facts, on) for facts in histories]
        found = balance(days)
        assert found.unclosed() == ()
        held, waits = found.total_in_hand(), found.total_at_hall()
        if carried is not None:
            assert held.brought == carried[Place.IN_HAND]
            assert waits.brought == carried[Place.WAITING]
        stand = Counter(day.after for day in days)
        assert (held.carried, waits.carried) == (stand[Place.IN_HAND], stand[Place.WAITING])
        carried = dict(stand) | {
            Place.IN_HAND: stand[Place.IN_HAND], Place.WAITING: stand[Place.WAITING]
        }  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(st.lists(_STEPS, max_size=5))
def test_what_stood_still_counts_as_if_it_were_folded(
    cases: list[list[tuple[Event, int]]],
) -> None:
    days = [day_of("c", history(one), DAY) for one in cases]
    still = [day for day in days if not day.moves]
    counted = Counter((day.item, day.after) for day in still)
    moved = [day for day in days if day.moves]
    assert balance(moved, counted) == balance(days)


def one(*facts: tuple[timedelta, Event]) -> CaseDay:
    begun = [(MIDNIGHT - timedelta(days=1), event) for event in BEGUN]
    return day_of("c", [*begun, *((MIDNIGHT + after, event) for after, event in facts)], DAY)


HOUR = timedelta(hours=1)
ACCEPTED = CaseAccepted(number="1", check="ABCDEF", promise_due=DAY + timedelta(days=9))


def test_a_day_is_the_halls_from_midnight_to_midnight() -> None:
    assert one((-HOUR / 60, ACCEPTED)).before is Place.IN_HAND
    last = one((23.99 * HOUR, ACCEPTED))
    assert (last.before, last.after) == (Place.OUTSIDE, Place.IN_HAND)
    assert one((24 * HOUR, ACCEPTED)).after is Place.OUTSIDE


def test_what_is_given_back_or_refused_leaves_the_hall() -> None:
    received = CaseReceived(number="1", check="ABCDEF", notice_due=DAY)
    notice = NoticeIssued(number="1", check="ABCDEF", lines=())
    left = balance([one((HOUR, received), (2 * HOUR, RESUMED), (2 * HOUR, notice))]).total_in_hand()
    assert (left.taken_in, left.left, left.carried) == (1, 1, 0)
    nothing = balance([one((HOUR, CaseAbandoned()))])
    assert (dict(nothing.in_hand), dict(nothing.at_hall)) == ({}, {})


def test_a_fact_dated_before_its_cause_counts_on_the_later_day_and_is_told() -> None:
    received = CaseReceived(number="1", check="ABCDEF", notice_due=DAY)
    day = one((HOUR, received), (2 * HOUR, RESUMED), (-5 * HOUR, ACCEPTED))
    assert (day.before, day.after, day.late_clock) == (Place.OUTSIDE, Place.IN_HAND, True)


def test_a_second_hand_over_is_told() -> None:
    second = ConflictRecorded(window="W07", kinds=("ResultHanded",), code="SYNC-CASE-ELSEWHERE")
    assert one((HOUR, ACCEPTED), (2 * HOUR, second)).twice
    assert not one((-HOUR, second), (HOUR, ACCEPTED)).twice
