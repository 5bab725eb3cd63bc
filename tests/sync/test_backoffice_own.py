"""What the back office itself records goes into its own chain, and the way of every fact."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from app.domain.case_events import CaseDispatched, CaseFinished, CaseReviewed, SupplementAsked
from app.domain.errors import AppError, BadEntry, CaseClosed, NotReady, ReasonNeeded
from app.domain.event import Event
from app.domain.events import CaseNumbersLeased, OrderGiven
from app.domain.journal import Entry, check_chain
from sync.backoffice import intake, line, own
from sync.backoffice.cases import NumberPattern
from sync.backoffice.database import Database
from sync.backoffice.deciding import last_arrival
from sync.errors import Parked
from sync.wire import LeaseRequest, PushAnswer, is_hlc
from tests.sync.hall import HALL, START, SealedChain, accepted_case

NUMBERS = NumberPattern(HALL)
NOW = START + timedelta(minutes=5)


@pytest.fixture
def database(new_database: Callable[[], Path | str]) -> Iterator[Database]:
    opened = Database.open(new_database(), START)
    yield opened
    opened.close()


@pytest.fixture
def window(database: Database) -> SealedChain:
    """A window that has one accepted case, c1, and one that is open, c2."""
    chain = SealedChain()
    chain.add_case("c1", 1)
    chain.add(accepted_case(2)[0], "case:c2")
    with database.write() as connection:
        asked = LeaseRequest(request="r", device="W01", install="i1", numbers=True)
        line.lease(connection, HALL, asked, START, 10)
        answer = intake.receive(connection, chain.entries, START, NUMBERS)
    assert isinstance(answer, PushAnswer)
    assert answer.exceptions == ()
    return chain


def record(database: Database, event: Event, subject: str = "case:c1") -> Entry:
    with database.write() as connection:
        return own.record(connection, event, subject=subject, actor="R01", now=NOW)


def reviewed() -> CaseReviewed:
    return CaseReviewed(granted=True, opinion="同意", reviewer="R01")


def test_facts_are_sealed_applied_and_arrive_next(database: Database, window: SealedChain) -> None:
    entries = [
        record(database, CaseDispatched(department="示例局", reviewer="R01")),
        record(database, reviewed()),
        record(database, OrderGiven(order="o1", text="全部窗口暂停"), "hall"),
    ]
    assert check_chain(entries)[0] == 3
    assert {entry.device for entry in entries} == {"backoffice"}
    assert len({entry.install for entry in entries}) == 1
    assert len({entry.id for entry in entries}) == 3
    assert all(is_hlc(entry.hlc) for entry in entries)
    assert window.entries[4].hlc < entries[0].hlc < entries[1].hlc < entries[2].hlc
    with database.read() as reader:
        rows = reader.execute(
            "SELECT e.arrival, e.id, e.outcome, c.acknowledged, c.head FROM entries e"
            " JOIN chains c ON c.id = e.chain WHERE c.device = 'backoffice' ORDER BY e.arrival"
        ).fetchall()
        head = entries[-1].hash
        assert rows == [(7 + n, one.id, "applied", 3, head) for n, one in enumerate(entries)]
        assert reader.execute("SELECT changed FROM cases WHERE id = 'c1'").fetchone() == (8,)


@pytest.mark.parametrize(
    ("event", "subject", "failure"),
    [
        (CaseReviewed(granted=True, opinion=" ", reviewer="R01"), "case:c1", ReasonNeeded),
        (reviewed(), "case:c2", CaseClosed),
        (reviewed(), "case:nobody's", NotReady),
        (SupplementAsked(lines=(), reviewer="R01"), "case:c1", ReasonNeeded),
        (reviewed(), "ticket:t1", BadEntry),
        (CaseNumbersLeased(first=1, last=9), "device", BadEntry),
        (accepted_case(3)[-1], "case:c1", BadEntry),
    ],
)
def test_what_the_fold_refuses_is_not_kept(
    database: Database, window: SealedChain, event: Event, subject: str, failure: type[AppError]
) -> None:
    with pytest.raises(failure):
        record(database, event, subject)
    with database.write() as connection:  # also where the caller goes on after it
        with pytest.raises(failure):
            own.record(connection, event, subject=subject, actor="R01", now=NOW)
        kept = own.record(connection, reviewed(), subject="case:c1", actor="R01", now=NOW)
    assert kept.seq == 1
    with database.read() as reader:
        assert last_arrival(reader) == len(window.entries) + 1


def test_it_waits_where_a_newer_window_has_parked_something(
    database: Database, window: SealedChain
) -> None:
    window.add_raw(kind="CaseBlessed", version=1, body="{}", subject="case:c1")
    with database.write() as connection:
        intake.receive(connection, window.entries[-1:], START, NUMBERS)
    with pytest.raises(Parked):
        record(database, reviewed())


def test_a_clock_set_far_ahead_is_not_followed(database: Database, window: SealedChain) -> None:
    ahead = f"{int((NOW + timedelta(days=400)).timestamp() * 1000):012x}-000000"
    with database.write() as connection:
        connection.execute("UPDATE entries SET hlc = ? WHERE subject = 'case:c1'", (ahead,))
    first = record(database, reviewed())
    second = record(
        database, CaseFinished(name="许可证", number="示许可〔2026〕1号", reviewer="R01")
    )
    assert first.hlc < second.hlc < ahead


def test_the_counter_of_a_millisecond_does_not_run_over(
    database: Database, window: SealedChain
) -> None:
    with database.write() as connection:
        full = f"{int(NOW.timestamp() * 1000):012x}-7fffff"
        connection.execute("UPDATE entries SET hlc = ? WHERE arrival = 5", (full,))
    entry = record(database, reviewed())
    assert is_hlc(entry.hlc)
    assert entry.hlc > full


def test_several_are_recorded_together_or_not_at_all(
    database: Database, window: SealedChain
) -> None:
    given = [
        (CaseDispatched(department="示例局", reviewer="R01"), "case:c1"),
        (reviewed(), "case:c1"),
        (OrderGiven(order="o1", text="全部窗口暂停"), "hall"),
    ]
    with database.write() as connection:
        entries = own.record_all(connection, given, actor="R01", now=NOW)
    assert check_chain(entries)[0] == 3
    assert entries[0].hlc < entries[1].hlc < entries[2].hlc
    refused = [
        (OrderGiven(order="o2", text="继续"), "hall"),
        (reviewed(), "case:c1"),  # a second time
        (OrderGiven(order="o3", text="继续"), "hall"),
    ]
    with database.write() as connection:
        before = last_arrival(connection)
        with pytest.raises(CaseClosed):
            own.record_all(connection, refused, actor="R01", now=NOW)
        assert last_arrival(connection) == before
    after = record(database, OrderGiven(order="o4", text="继续"), "hall")
    assert check_chain([*entries, after])[0] == 4
