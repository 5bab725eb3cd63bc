"""What was refused is answered by a fact: it leaves the open list, and a rebuilt store agrees."""

from __future__ import annotations

from datetime import date

from app.domain.case_events import CaseAccepted
from app.domain.events import CaseNumbersLeased, SetAsideAnswered
from app.storage.outbox import Outbox, Refusal
from app.storage.projections import PROJECTIONS
from app.storage.set_aside_table import (
    all_parked,
    answered_refusals,
    open_refusals,
    open_refusals_about,
    open_refusals_of,
)
from app.storage.store import Store
from tests.storage.conftest import SettableClock
from tests.storage.test_take_in import noticed, save


def kept(store: Store) -> dict[str, list[tuple[object, ...]]]:
    tables = (*PROJECTIONS, "set_aside", "parked", "closed_blocks", "journal")
    with store.read() as connection:
        return {
            table: connection.exec_driver_sql(f"SELECT * FROM {table}").all() for table in tables
        }


def rebuilt_equals_kept(store: Store) -> bool:
    before = kept(store)
    store.rebuild()
    return kept(store) == before


def answer(store: Store, seq: int, what: str, note: str = "") -> None:
    fact = SetAsideAnswered(install=store.install, seq=seq, answer=what, note=note)
    save(store, "device", fact)


def test_an_answer_closes_what_was_refused_and_stays_in_the_history(
    store: Store, clock: SettableClock
) -> None:
    save(store, "case:k1", *noticed())
    outbox = Outbox(store)
    refused = [Refusal(seq=seq, code="SYNC-CASE-ELSEWHERE", detail="window=W02") for seq in (5, 4)]
    outbox.acknowledge(5, refused)
    outbox.acknowledge(5, refused)  # the same again, after a lost answer
    assert outbox.counts() == (0, 2)
    with store.read() as connection:
        waiting = open_refusals(connection)
        assert [one.entry.kind for one in waiting] == ["MaterialReceived", "NoticeIssued"]
        assert {one.detail for one in waiting} == {"window=W02"}
        assert open_refusals_about(connection, ["case:k1", "bundle:b"]) == 2
        assert open_refusals_about(connection, ["case:k2"]) == 0
    clock.move(minutes=5)
    answer(store, 4, "dropped", "申请人已在二号窗口补交")
    answer(store, 4, "again")  # too late: the first answer counts
    assert outbox.counts() == (2, 1)
    with store.read() as connection:
        (gone,) = answered_refusals(connection)
        assert (gone.answer, gone.note, gone.answered_by) == (
            "dropped", "申请人已在二号窗口补交", "1001",
        )  # fmt: skip
        assert gone.answered_at == clock.now()
        (left,) = open_refusals_of(connection, [(store.install, 4), (store.install, 5)])
        assert left.entry.seq == 5
    assert rebuilt_equals_kept(store)
    assert outbox.counts() == (2, 1)


def test_what_is_parked_counts_here_and_is_no_task(store: Store) -> None:
    save(store, "case:k1", *noticed())
    outbox = Outbox(store)
    outbox.acknowledge(5, [Refusal(seq=5, code="SYNC-PARKED", parked=True)])
    assert outbox.counts() == (0, 0)
    with store.read() as connection:
        (parked,) = all_parked(connection)
    assert (parked.entry.seq, parked.code) == (5, "SYNC-PARKED")
    case = store.find_case("k1")
    assert case is not None
    assert case.number
    assert rebuilt_equals_kept(store)


def decide(store: Store, case_id: str, serial: int) -> None:
    accepted = CaseAccepted(number=f"N{serial}", check="ABC234", promise_due=date(2026, 12, 1))
    save(store, f"case:{case_id}", *noticed()[:4], accepted)


def next_number(store: Store) -> int:
    with store.read() as connection:
        return int(
            connection.exec_driver_sql(
                "SELECT next FROM number_blocks WHERE next <= last "
                "AND first NOT IN (SELECT first FROM closed_blocks) ORDER BY first LIMIT 1"
            ).scalar_one()
        )


def test_a_block_that_is_not_ours_is_used_no_more(store: Store) -> None:
    """The back office was restored from a copy: it has forgotten the lease."""
    outbox = Outbox(store)
    outbox.lease_numbers(1, 10)
    decide(store, "k1", 1)
    decide(store, "k2", 2)
    outbox.lease_numbers(11, 20)
    first = next(e.seq for e in store.entries() if e.kind == CaseNumbersLeased.__name__)
    outbox.acknowledge(1, [Refusal(seq=first, code="SYNC-NUMBER-NOT-LEASED")])
    assert outbox.counts()[1] == 0  # nothing that a person could answer
    with store.read() as connection:
        (dropped,) = answered_refusals(connection)
    assert (dropped.entry.kind, dropped.answered_by) == ("CaseNumbersLeased", "system")
    assert outbox.numbers_left() == 10
    assert next_number(store) == 11
    decide(store, "k3", 11)
    assert outbox.numbers_left() == 9
    assert rebuilt_equals_kept(store)
    # Given again, it goes on after what was used of it.
    outbox.lease_numbers(1, 10)
    assert next_number(store) == 3
    assert outbox.numbers_left() == 17
    decide(store, "k4", 3)
    assert rebuilt_equals_kept(store)
    assert next_number(store) == 4


def test_a_rebuild_never_gives_a_number_twice(store: Store) -> None:
    """Also where the tables were damaged before it, and a later lease begins lower."""
    outbox = Outbox(store)
    outbox.lease_numbers(101, 110)
    decide(store, "k1", 101)
    outbox.lease_numbers(1, 10)
    decide(store, "k2", 1)
    assert rebuilt_equals_kept(store)
    with store.begin() as unit:
        unit.connection.exec_driver_sql("UPDATE number_blocks SET next = next + 1 WHERE first = 1")
    store.rebuild()
    with store.read() as connection:
        blocks = connection.exec_driver_sql("SELECT first, next FROM number_blocks").all()
    assert dict(blocks) == {1: 3, 101: 102}
