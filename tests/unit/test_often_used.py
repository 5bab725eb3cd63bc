"""What this window does often comes first, counted from its own cases of the last 90 days."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from app.bootstrap import Client
from app.config import Settings
from tests.journey.hall import begin, read_card, sign_in


class MovableClock:
    def __init__(self) -> None:
        self.at = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


def test_cases_of_the_last_ninety_days_are_counted_twice_an_hour(tmp_path: Path) -> None:
    clock = MovableClock()
    client = Client(tmp_path, Settings(), clock=clock)
    session, card = sign_in(client), read_card(client)
    often, seldom = (item.code for item in client.catalogue.items()[:2])

    def open_one(code: str) -> None:
        begin(client, session, card, code)

    finder = client.finder
    habits = finder._often
    assert habits.counts() == {}
    for code in (often, often, seldom):
        open_one(code)
    assert habits.counts() == {}, "not counted anew at every keystroke"
    clock.at += timedelta(minutes=31)
    assert habits.counts() == {often: 2, seldom: 1}
    clock.at += timedelta(days=91)
    open_one(seldom)
    clock.at += timedelta(minutes=31)
    assert habits.counts() == {seldom: 1}
    # A clock set back by a year counts anew and breaks nothing.
    clock.at -= timedelta(days=365)
    assert sum(habits.counts().values()) == 4
    client.store.close()
