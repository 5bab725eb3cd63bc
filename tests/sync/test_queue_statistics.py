"""What days were like, as the back office tells it: figures, and nobody in them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest

from app.domain.day_figures import by_hour, by_window, total
from app.domain.ticket import TicketState
from app.domain.ticket_events import TicketCalled, TicketFinished, TicketPassed, TicketServed
from app.ports import Access
from sync.backoffice.queue.statistics import read_day, read_days
from sync.client.queue import RemoteQueue
from sync.errors import RecordsUnavailable
from tests.sync.queue_world import DAY, Device, Line
from tests.sync.world import Nursery, enrolled


@pytest.fixture
def line(new_database: Callable[[], Path | str]) -> Iterator[Line]:
    made = Line(new_database())
    yield made
    made.database.close()


def serve_two_and_miss_one(line: Line) -> None:
    """Waits of 4, 10 and 16 minutes; the second never comes."""
    for _ in range(3):
        line.take()
    window = Device(line, "W01")
    first, second, third = window.lease(3)
    line.later(minutes=4)
    window.act(first, TicketCalled(window="W01"))
    window.act(first, TicketServed())
    line.later(minutes=6)
    window.act(first, TicketFinished())
    window.act(second, TicketCalled(window="W01"))
    line.later(minutes=1)
    window.act(second, TicketPassed())
    line.later(minutes=5)
    window.act(third, TicketCalled(window="W01"))
    window.act(third, TicketServed())
    line.later(minutes=9)
    window.act(third, TicketFinished())


def test_a_day_is_told_by_its_tickets(line: Line) -> None:
    serve_two_and_miss_one(line)
    with line.database.read() as reader:
        told = sorted(read_day(reader, DAY.isoformat()), key=lambda one: one.waited)
    assert [one.state for one in told] == [
        TicketState.FINISHED, TicketState.PASSED, TicketState.FINISHED,
    ]  # fmt: skip
    assert [one.waited for one in told] == [240, 600, 960]
    assert [one.handled for one in told] == [360, -1, 540]
    assert {one.window for one in told} == {"W01"}
    (hour,) = by_hour(told)
    assert (hour.hour, hour.taken, hour.gone, hour.waits.n) == (9, 3, 1, 3)
    (load,) = by_window(told)
    assert (load.served, load.busy, load.by_hour) == (2, 15.0, {9: 2})


def test_totals_of_days_the_newest_first(line: Line) -> None:
    serve_two_and_miss_one(line)
    line.now += timedelta(days=1)
    line.take()
    with line.database.read() as reader:
        days = read_days(reader, line.now.date())
        told = read_day(reader, DAY.isoformat())
    assert [(one.day, one.taken, one.finished, one.passed) for one in days] == [
        ("2026-11-21", 1, 0, 0), ("2026-11-20", 3, 2, 1),
    ]  # fmt: skip
    assert days[0].waited == -1
    assert days[1] == total("2026-11-20", told)
    with line.database.read() as reader:
        assert read_days(reader, line.now.date() + timedelta(days=200)) == []


def test_nobody_is_named(line: Line) -> None:
    line.take(id_number="990100199001010014")
    with line.database.read() as reader:
        text = msgspec.json.encode(read_day(reader, DAY.isoformat())).decode()
    ticket = line.view().tickets[0]
    for secret in (ticket.id, ticket.number, "9901001990", "1001"):
        assert secret not in text


def test_over_the_wire_and_only_for_devices_of_the_hall(nursery: Nursery, tmp_path: Path) -> None:
    with nursery.served(tmp_path / "data") as server:
        access = Access(url=server.url, token=enrolled(server, "W01"))
        queue = RemoteQueue(lambda: access)
        assert queue.days() == ()
        line = Line(tmp_path / "unused.db")
        queue.take(line.wish())
        (today,) = queue.days()
        assert (today.taken, today.finished) == (1, 0)
        (ticket,) = queue.day(date.fromisoformat(today.day))
        assert (ticket.business, ticket.state) == ("general", TicketState.WAITING)
        assert queue.day(date(2020, 1, 1)) == ()
        stranger = RemoteQueue(lambda: Access(url=server.url, token="x" * 43))
        with pytest.raises(RecordsUnavailable):
            stranger.days()
        line.database.close()
