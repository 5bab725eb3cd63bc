"""Numbers: one after another, once for each request, one open one for each person and business."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import time, timedelta
from pathlib import Path

import pytest

from app.domain.booking import booking_digest
from app.domain.queue_errors import (
    BookingNotNow,
    LineClosed,
    NoSuchBooking,
    NoSuchLine,
    NoSuchTicket,
    QuotaSpent,
    UnknownPriority,
)
from app.domain.queue_policy import Hours, LineRule, QueuePolicy, Quota
from app.domain.queue_view import Taking
from app.domain.ticket_events import TicketSource
from app.ports import Access
from sync.backoffice.queue.bookings import keep_bookings
from sync.client.queue import RemoteQueue
from sync.queue import Booking
from tests.sync.queue_world import Line, at, hall_with
from tests.sync.world import Nursery, enrolled

_PERSON = "990100199001010014"


@pytest.fixture
def line(new_database: Callable[[], Path | str]) -> Iterator[Line]:
    made = Line(new_database())
    yield made
    made.database.close()


def test_numbers_rise_in_each_line_and_begin_anew_each_day(line: Line) -> None:
    given = [line.take(business).ticket.number for business in ("general", "estate", "general")]
    assert given == ["A001", "B001", "A002"]
    line.again()
    assert line.take().ticket.number == "A003"
    line.now = at("00:00") + timedelta(days=1)
    assert line.take().ticket.number == "A001"
    assert [one.number for one in line.view().tickets] == ["A001"]


def test_a_thousand_numbers_take_a_fourth_digit(line: Line) -> None:
    line.take()
    with line.database.write() as connection:
        connection.execute("UPDATE tickets SET serial = 999, number = 'A999'")
    assert line.take().ticket.number == "A1000"
    assert line.take().ticket.number == "A1001"


def test_the_same_request_gets_the_same_number_also_after_a_restart(line: Line) -> None:
    wish = line.wish()
    first = line.ask(wish)
    line.again()
    line.later(minutes=1)
    again = line.ask(wish)
    assert (again.ticket.id, again.outcome) == (first.ticket.id, Taking.TAKEN)
    assert len(line.view().tickets) == 1
    # Another device's request of the same name is its own.
    assert line.ask(wish, "K2").ticket.number == "A002"


def test_a_person_has_one_open_ticket_in_a_business(line: Line) -> None:
    first = line.take(id_number=_PERSON)
    again = line.take(id_number=f" {_PERSON.lower()}")
    assert again.outcome is Taking.ALREADY
    assert again.ticket.id == first.ticket.id
    assert line.take("estate", id_number=_PERSON).outcome is Taking.TAKEN
    assert line.take(id_number="990100199001010022").outcome is Taking.TAKEN


def test_no_identity_number_is_kept_and_no_key_outlives_its_day(line: Line, tmp_path: Path) -> None:
    line.take(id_number=_PERSON)

    def all_text() -> str:
        with line.database.read() as reader:
            rows = [
                reader.execute(f"SELECT * FROM {table}").fetchall()
                for table in (
                    "entries", "tickets", "queue_requests", "queue_persons", "queue_day_keys"
                )
            ]  # fmt: skip
        return str(rows)

    assert _PERSON not in all_text()
    with line.database.read() as reader:
        (old,) = reader.execute("SELECT secret FROM queue_day_keys").fetchone()
    line.now += timedelta(days=1)
    assert line.take(id_number=_PERSON).outcome is Taking.TAKEN
    assert old not in all_text()
    with line.database.read() as reader:
        assert reader.execute("SELECT count(*) FROM queue_persons").fetchone()[0] == 1


def test_an_item_finds_its_line_and_who_knows_nothing_the_common_one(line: Line) -> None:
    assert line.take("", item="BD-0007").ticket.business == "estate"
    assert line.take("", item="SL-0001").ticket.business == "general"
    assert line.take("", item="XX").ticket.business == "general"
    assert line.take("").ticket.business == "general"
    with pytest.raises(NoSuchLine):
        line.take("nowhere")
    with pytest.raises(UnknownPriority):
        line.take(priority="friend")


def test_hours_and_quotas_hold_and_a_refusal_takes_no_number(
    new_database: Callable[[], Path | str],
) -> None:
    rule = LineRule(
        business="general", hours=(Hours(start=time(8, 30), end=time(12)),),
        quotas=(Quota(start=time(8), end=time(10), most=2),),
    )  # fmt: skip
    line = Line(new_database(), hall_with(QueuePolicy(lines=(rule,))), "08:00")
    with pytest.raises(LineClosed) as closed:
        line.take()
    assert closed.value.details["opens"] == "08:30"
    line.now = at("09:00")
    line.take()
    assert line.view().lines[0].left == 1
    line.take()
    with pytest.raises(QuotaSpent):
        line.take()
    line.now = at("10:00")
    assert line.take().ticket.number == "A003"
    line.database.close()


def test_a_booking_is_checked_in_once_in_its_time_and_by_its_person(line: Line) -> None:
    booked = Booking(
        code="YY-1", starts_at=at("10:00"), business="estate",
        digest=booking_digest("YY-1", _PERSON),
    )  # fmt: skip
    bad = Booking(code="YY-2", starts_at=at("10:00"), business="nowhere")
    with line.database.write() as connection:
        assert keep_bookings(connection, line.hall, [booked, bad]) == (1, {"YY-2": "business"})
    with pytest.raises(BookingNotNow) as early:
        line.take("", booking="YY-1")
    assert early.value.details == {"opens": "11-20 09:30", "ends": "10:30"}
    line.now = at("09:40")
    with pytest.raises(NoSuchBooking):
        line.take("", booking="YY-9")
    with pytest.raises(NoSuchBooking):
        line.take("", booking="YY-1", id_number="990100199001010022")
    walked_in = line.take("estate")
    taken = line.take("", booking="YY-1", id_number=_PERSON)
    assert taken.ticket.source is TicketSource.BOOKING
    assert taken.ticket.place == at("10:00")
    assert (walked_in.ahead, taken.ahead) == (0, 1)
    line.later(minutes=1)
    assert line.take("", booking="YY-1").outcome is Taking.ALREADY


def test_a_slip_says_its_address_and_its_reprints(line: Line) -> None:
    taken = line.take()
    assert taken.follow.startswith("http")
    assert taken.ticket.number in taken.follow
    assert line.reprint("A001").reprint == 1
    again = line.reprint("A001")
    assert (again.reprint, again.follow) == (2, taken.follow)
    with pytest.raises(NoSuchTicket):
        line.reprint("A777")


def test_over_the_wire_a_kiosk_takes_waits_and_hears_refusals(
    nursery: Nursery, tmp_path: Path
) -> None:
    with nursery.served(tmp_path / "data") as server:
        access = Access(url=server.url, token=enrolled(server, "K1"))
        queue = RemoteQueue(lambda: access)
        before = queue.view()
        line = Line(tmp_path / "unused.db")
        taken = queue.take(line.wish())
        assert taken.outcome is Taking.TAKEN
        after = queue.view(before.version, 20, tickets=True)
        assert after.version > before.version
        assert [one.number for one in after.tickets] == [taken.ticket.number]
        assert [one.waiting for one in after.lines] == [1, 0]
        with pytest.raises(NoSuchTicket):
            queue.bring_back("A009")
        assert queue.view(after.version, 0).version == after.version
        line.database.close()
