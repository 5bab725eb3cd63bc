"""A ticket that a copied disk had as well reaches the window that goes on with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.event import Event
from app.domain.events import DeviceReenrolled
from app.domain.journal import GENESIS, Entry, seal
from app.domain.ticket_events import TicketCalled, TicketLeased, TicketPassed, TicketReturned
from sync.backoffice import intake, line, lineage
from sync.backoffice.cases import NumberPattern
from sync.backoffice.database import Database
from sync.wire import LeaseAnswer, LeasedTicket, LeaseRequest, PushAnswer
from tests.sync.hall import HALL, START


class Line:
    def __init__(self, database: Database) -> None:
        self._database = database
        with database.write() as tables:
            line.fill_demo_line(tables, HALL, START, 1, bytes)

    def lease(self, install: str, request: str) -> tuple[LeasedTicket, ...]:
        asked = LeaseRequest(request=request, device="W01", install=install, tickets=1)
        with self._database.write() as tables:
            answer = line.lease(tables, HALL, asked, START, 20)
        assert isinstance(answer, LeaseAnswer)
        return answer.tickets

    def take(self, *entries: Entry) -> None:
        with self._database.write() as tables:
            answer = intake.receive(tables, entries, START, NumberPattern(HALL))
        assert isinstance(answer, PushAnswer)
        assert answer.exceptions == ()

    def go_on(self, install: str, former: str) -> None:
        with self._database.write() as tables:
            lineage.note_succession(tables, ("W01", install), ("W01", former), START)


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Line]:
    database = Database.open(tmp_path / "backoffice.db", START)
    yield Line(database)
    database.close()


def sealed(event: Event, install: str, seq: int, previous: str, hlc: int, subject: str) -> Entry:
    return seal(
        event, previous=previous, id=f"{install}-{seq}", device="W01", install=install, seq=seq,
        at=START, hlc=f"{hlc:012x}-000000", actor="system", subject=subject,
    )  # fmt: skip


def test_a_lease_from_before_the_copy_went_on_confirms_nothing(hall: Line) -> None:
    (ticket,) = hall.lease("i1", "a")
    leased = TicketLeased(
        number=ticket.number, business=ticket.business, taken_at=ticket.taken_at, priority=""
    )
    # The disk and its copy were both given it; the disk said so first.
    hall.take(sealed(leased, "i1", 1, GENESIS, 5, f"ticket:{ticket.id}"))
    # Then the copy goes on: of what it was leased before, its window keeps nothing.
    hall.go_on("i2", "i1")
    opening = sealed(DeviceReenrolled(former="i1", acknowledged=0), "i2", 1, GENESIS, 9, "device")
    before = sealed(leased, "i2", 2, opening.hash, 6, f"ticket:{ticket.id}")
    hall.take(opening, before)
    assert hall.lease("i2", "b") == (ticket,)
    hall.take(sealed(leased, "i2", 3, before.hash, 10, f"ticket:{ticket.id}"))
    assert hall.lease("i2", "c") == ()


def test_who_came_back_before_the_copy_went_on_is_given_to_it_again(hall: Line) -> None:
    (ticket,) = hall.lease("i1", "a")
    about = f"ticket:{ticket.id}"
    leased = TicketLeased(
        number=ticket.number, business=ticket.business, taken_at=ticket.taken_at, priority=""
    )
    previous = GENESIS
    for seq, event in enumerate((leased, TicketCalled(window="W01"), TicketPassed()), start=1):
        entry = sealed(event, "i1", seq, previous, 4 + seq, about)
        hall.take(entry)
        previous = entry.hash
    hall.go_on("i2", "i1")
    # Its window drops what waits there when it is enrolled anew, and says only then that this did.
    opening = sealed(DeviceReenrolled(former="i1", acknowledged=3), "i2", 1, GENESIS, 9, "device")
    returned = sealed(TicketReturned(place=START), "i2", 2, opening.hash, 8, about)
    hall.take(opening, returned)
    (again,) = hall.lease("i2", "b")
    assert again.id == ticket.id
    hall.take(sealed(leased, "i2", 3, returned.hash, 10, about))
    assert hall.lease("i2", "c") == ()
