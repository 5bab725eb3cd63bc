"""Lights: what is late, what will be, and what nobody can say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from app.domain.hall_lights import (
    Light,
    line_light,
    ticket_light,
    usual_services,
    window_light,
)
from app.domain.queue_policy import LineRule, QueuePolicy
from app.domain.queue_view import LineView, TicketView, WindowState, WindowView
from app.domain.ticket import TicketState

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
POLICY = QueuePolicy(lines=(LineRule(business="a", target_minutes=10, alarm_at=30),))


@pytest.mark.parametrize(
    ("waiting", "longest", "light"),
    [(0, 0, "off"), (1, 7, "good"), (1, 8, "near"), (1, 10, "near"), (1, 11, "over"),
     (29, 1, "good"), (30, 1, "over")],
)  # fmt: skip
def test_a_line_by_its_longest_wait_and_its_alarm(waiting: int, longest: int, light: str) -> None:
    line = LineView(business="a", name="甲", prefix="A", waiting=waiting, longest=longest)
    assert line_light(line, POLICY) == light


def test_a_ticket_only_while_it_waits() -> None:
    ticket = TicketView(
        id="t", number="A1", business="a", taken_at=NOW - timedelta(minutes=11), place=NOW,
        state=TicketState.WAITING,
    )  # fmt: skip
    assert ticket_light(ticket, POLICY, NOW) is Light.OVER
    assert ticket_light(ticket, POLICY, NOW - timedelta(minutes=5)) is Light.GOOD
    assert ticket_light(replace(ticket, state=TicketState.SERVING), POLICY, NOW) is Light.OFF


@pytest.mark.parametrize(
    ("state", "minutes", "light"),
    [("lost", 0, "over"), ("closed", 600, "off"), ("free", 600, "good"), ("calling", 3, "good"),
     ("calling", 4, "near"), ("paused", 1, "near"), ("paused", 31, "over"), ("serving", 20, "good"),
     ("serving", 21, "near")],
)  # fmt: skip
def test_a_window_by_how_long_it_has_been_so(state: str, minutes: int, light: str) -> None:
    window = WindowView(
        id="W01", number="1", name="1 号", state=WindowState(state), business="a",
        since=NOW - timedelta(minutes=minutes),
    )  # fmt: skip
    assert window_light(window, {"a": timedelta(minutes=10)}, NOW) == light


def test_nothing_is_usual_after_four_services() -> None:
    def served(minutes: int) -> TicketView:
        return TicketView(
            id=str(minutes), number="A", business="a", taken_at=NOW, place=NOW,
            state=TicketState.FINISHED, served_at=NOW, ended_at=NOW + timedelta(minutes=minutes),
        )  # fmt: skip

    four = [served(n) for n in (1, 2, 30, 40)]
    assert usual_services(four) == {}
    assert usual_services([*four, served(9)]) == {"a": timedelta(minutes=9)}
    window = WindowView(
        id="W01", number="1", name="1 号", state=WindowState.SERVING, business="a",
        since=NOW - timedelta(hours=2),
    )  # fmt: skip
    assert window_light(window, {}, NOW) is Light.GOOD  # nobody can say
