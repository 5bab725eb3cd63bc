"""A day's figures come from its tickets alone, and an empty day has none."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from app.domain.day_figures import (
    DayTicket,
    by_hour,
    by_window,
    of_line,
    shifts_of,
    spread,
    told,
    visitors_of,
)
from app.domain.ticket import TicketState

NINE = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # 09:00 in the hall


def served(
    at: float, wait: float, service: float, window: str = "W01", *, least: int = -1, most: int = -1
) -> DayTicket:
    taken = NINE + timedelta(minutes=at)
    called = taken + timedelta(minutes=wait)
    return DayTicket(
        business="a", taken_at=taken, state=TicketState.FINISHED, waited=int(wait * 60),
        handled=int(service * 60), window=window, called_at=called, served_at=called,
        ended_at=called + timedelta(minutes=service), least=least, most=most,
    )  # fmt: skip


def test_half_and_nine_of_ten() -> None:
    assert spread([]).n == 0
    some = spread(range(1, 12))
    assert (some.n, some.middle, some.high) == (11, 6, 10)


def test_hours_without_anybody_stand_between_others() -> None:
    hours = by_hour([served(5, 2, 3), served(130, 8, 3)])
    assert [(one.hour, one.taken) for one in hours] == [(9, 1), (10, 0), (11, 1)]
    assert hours[2].waits.middle == 8
    assert by_hour([]) == []


def test_load_of_windows() -> None:
    loads = by_window([served(0, 1, 10), served(1, 70, 5), served(2, 1, 4, "W02")])
    assert [(one.window, one.served, one.busy) for one in loads] == [
        ("W01", 2, 15.0), ("W02", 1, 4.0),
    ]  # fmt: skip
    assert loads[0].by_hour == {9: 1, 10: 1}


def test_what_was_said_is_held_against_what_happened_a_minute_either_way() -> None:
    day = [
        served(0, 4.5, 3, least=5, most=9), served(0, 10, 3, least=5, most=9),
        served(0, 12, 3, least=5, most=9), served(0, 1, 3, least=5, most=9), served(0, 1, 3),
    ]  # fmt: skip
    found = told(day)
    assert (found.within, found.later, found.sooner, found.all) == (2, 1, 1, 4)
    assert found.pairs[0] == (7.0, 4.5)


def test_who_is_not_done_is_in_no_replay() -> None:
    waiting = DayTicket(business="b", taken_at=NINE, state=TicketState.WAITING)
    gone = DayTicket(business="b", taken_at=NINE, state=TicketState.PASSED, waited=60)
    visitors, waits = visitors_of([served(5, 2, 3), waiting, gone])
    assert [one.service for one in visitors] == [None, 3.0]
    assert waits == [2.0]
    assert visitors[1].arrives == 9 * 60 + 5
    assert of_line([waiting, served(0, 1, 1)], "b") == [waiting]


def test_a_window_works_from_its_first_call_to_its_last_end() -> None:
    (shift,) = shifts_of([served(5, 2, 3), served(60, 2, 10)])
    assert (shift.window, shift.opens) == ("W01", 9 * 60 + 7)
    assert shift.closes >= 10 * 60 + 12
