"""The store keeps facts whole: chained, encrypted, all of a transaction or none of it."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.case_events import (
    CaseAbandoned,
    CaseAccepted,
    CaseDeemedAccepted,
    CaseOpened,
    CaseReceived,
    ClockPaused,
    ClockResumed,
    LimitExtended,
)
from app.domain.errors import ChainBroken, TicketNotOpen
from app.domain.events import (
    CaseNumbersLeased,
    PaperFailed,
    PaperKind,
    PaperQueued,
    PaperSent,
)
from app.domain.ticket_events import TicketCalled, TicketFinished, TicketTaken
from app.storage.errors import DiskFull, KeyRefused, StoreTooNew
from app.storage.outbox import Outbox, Refusal
from app.storage.projections import PROJECTIONS
from app.storage.store import Store
from tests.storage.conftest import SettableClock


def opened(store: Store, case_id: str) -> None:
    with store.begin() as unit:
        unit.append(CaseOpened(window="W01", ticket=""), subject=f"case:{case_id}", actor="1001")


def kept(store: Store) -> dict[str, list[tuple[object, ...]]]:
    with store.read() as connection:
        return {
            table: [
                tuple(row)
                for row in connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY 1")
            ]
            for table in PROJECTIONS
        }


def test_an_event_is_chained_and_survives_reopening(
    store: Store, tmp_path: Path, clock: SettableClock, key: bytes
) -> None:
    for number in range(5):
        opened(store, str(number))
    head = store.verify()
    store.close()
    again = Store.open(tmp_path, key, device="other name", clock=clock, random=os.urandom)
    assert again.device == "W01"
    assert again.install == store.install
    assert again.verify() == head
    assert head[0] == 5
    again.close()


def test_a_failing_act_leaves_no_trace(store: Store) -> None:
    opened(store, "a")
    before = (store.verify(), kept(store))
    with pytest.raises(TicketNotOpen), store.begin() as unit:
        unit.append(CaseOpened(window="W01", ticket=""), subject="case:b", actor="1001")
        unit.append(TicketCalled(window="W01"), subject="ticket:nobody", actor="1001")
    assert (store.verify(), kept(store)) == before


def test_nobody_is_told_before_the_commit_and_never_of_a_failure(store: Store) -> None:
    heard: list[int] = []
    store.subscribe(lambda saved: heard.append(len(saved)))
    with pytest.raises(TicketNotOpen), store.begin() as unit:
        unit.append(TicketCalled(window="W01"), subject="ticket:nobody", actor="1001")
    assert heard == []
    opened(store, "a")
    assert heard == [1]


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE journal SET body = replace(body, 'W01', 'W02') WHERE seq = 2",
        "UPDATE journal SET actor = 'nobody' WHERE seq = 2",
        "UPDATE journal SET at = '2026-11-23T02:00:00+00:00' WHERE seq = 2",
        "DELETE FROM journal WHERE seq = 2",
        "UPDATE journal SET seq = 9 WHERE seq = 3",
    ],
)
def test_tampering_breaks_the_chain(store: Store, damage: str) -> None:
    for number in range(3):
        opened(store, str(number))
    with store.begin() as unit:
        unit.connection.exec_driver_sql(damage)
    with pytest.raises(ChainBroken) as caught:
        store.verify()
    assert caught.value.details["seq"] in {2, 3}


def test_a_body_can_be_erased_and_the_chain_still_verifies(store: Store) -> None:
    opened(store, "a")
    head = store.verify()
    with store.begin() as unit:
        unit.connection.exec_driver_sql("UPDATE journal SET body = ''")
    assert store.verify() == head


def test_a_wrong_key_and_a_stranger_file_are_refused(
    store: Store, tmp_path: Path, clock: SettableClock
) -> None:
    store.close()
    with pytest.raises(KeyRefused):
        Store.open(tmp_path, b"x" * 32, device="W01", clock=clock, random=os.urandom)
    other = tmp_path / "other"
    other.mkdir()
    (other / "onewindow.db").write_bytes(
        b"not a database, but long enough to be taken for one" * 99
    )
    with pytest.raises(KeyRefused):
        Store.open(other, b"x" * 32, device="W01", clock=clock, random=os.urandom)


def test_nothing_is_readable_on_the_disk(store: Store, tmp_path: Path) -> None:
    with store.begin() as unit:
        unit.append(
            CaseOpened(window="W01", ticket="plainly-visible"), subject="case:x", actor="1001"
        )
    store.close()
    for file in tmp_path.rglob("*"):
        if file.is_file():
            assert b"plainly-visible" not in file.read_bytes(), file
            assert b"CREATE TABLE" not in file.read_bytes(), file


def test_a_newer_database_is_left_alone(
    store: Store, tmp_path: Path, clock: SettableClock, key: bytes
) -> None:
    with store.begin() as unit:
        unit.connection.exec_driver_sql("PRAGMA user_version = 9999")
    store.close()
    with pytest.raises(StoreTooNew):
        Store.open(tmp_path, key, device="W01", clock=clock, random=os.urandom)


def test_a_migration_copies_the_database_aside_first(
    tmp_path: Path, clock: SettableClock, key: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.storage import database

    steps = database.migrations()
    monkeypatch.setattr(database, "migrations", lambda: steps[:1])
    engine = database.open_engine(tmp_path / "onewindow.db", key)
    assert database.migrate(engine, tmp_path / "backups", clock.now()) == []
    engine.dispose()
    monkeypatch.undo()
    store = Store.open(tmp_path, key, device="W01", clock=clock, random=os.urandom)
    copies = sorted((tmp_path / "backups").iterdir())
    assert len(copies) == len(steps) - 1
    copy = database.open_engine(copies[0], key)
    with database.reading(copy) as connection:
        assert connection.exec_driver_sql("PRAGMA user_version").scalar_one() == 1
    copy.dispose()
    store.close()


def test_a_store_of_an_earlier_program_gets_its_new_columns_filled(
    tmp_path: Path, clock: SettableClock, key: bytes
) -> None:
    store = Store.open(tmp_path, key, device="W01", clock=clock, random=os.urandom)
    Outbox(store).lease_numbers(1, 5)
    opened(store, "a")
    due = clock.at.date()
    with store.begin() as unit:
        received = CaseReceived(number="n1", check="c", notice_due=due)
        unit.append(received, subject="case:a", actor="1001")
    whole = kept(store)
    with store.begin() as unit:  # as a kill right after the migration would leave it
        unit.connection.exec_driver_sql("UPDATE cases SET since = '', due = ''")
        unit.connection.exec_driver_sql("UPDATE chain SET filled = 2")
    assert kept(store) != whole
    store.close()
    again = Store.open(tmp_path, key, device="W01", clock=clock, random=os.urandom)
    assert kept(again) == whole
    again.close()


def test_a_clock_set_back_changes_no_order(store: Store, clock: SettableClock) -> None:
    opened(store, "a")
    clock.move(days=-400)
    with store.begin() as unit:
        unit.append(CaseAbandoned(), subject="case:a", actor="1001")
    entries = store.entries()
    assert [entry.kind for entry in sorted(entries, key=lambda e: e.hlc)] == [
        "CaseOpened",
        "CaseAbandoned",
    ]
    case = store.find_case("a")
    assert case is not None
    assert case.state == "abandoned"


def test_threads_share_one_chain_without_gaps(store: Store) -> None:
    def work(name: str) -> None:
        for number in range(20):
            opened(store, f"{name}{number}")

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.verify()[0] == 80


ACTS = st.lists(
    st.tuples(
        st.sampled_from(["take", "call", "finish", "open", "abandon", "number", "queue", "fail",
                         "accept", "deem", "pause", "resume", "extend"]),
        st.integers(0, 3),
    ),
    max_size=25,
)  # fmt: skip


@settings(max_examples=30, deadline=None)
@given(acts=ACTS)
def test_rebuilt_projections_equal_the_kept_ones(
    tmp_path_factory: pytest.TempPathFactory, acts: list[tuple[str, int]]
) -> None:
    store = Store.open(
        tmp_path_factory.mktemp("store"), b"k" * 32, device="W01", clock=SettableClock(),
        random=os.urandom,
    )  # fmt: skip
    Outbox(store).lease_numbers(1, 50)
    used = 0
    for act, n in acts:
        event = {
            "take": TicketTaken(number=f"C{n}", business="a"),
            "call": TicketCalled(window="W01"),
            "finish": TicketFinished(),
            "open": CaseOpened(window="W01", ticket=""),
            "abandon": CaseAbandoned(),
            "number": CaseReceived(
                number=f"n{used}", check="c", notice_due=SettableClock().at.date()
            ),
            "accept": CaseAccepted(
                number=f"n{used}", check="c", promise_due=SettableClock().at.date()
            ),
            "deem": CaseDeemedAccepted(
                since=SettableClock().at.date(), notice_due=SettableClock().at.date(),
                promise_due=SettableClock().at.date(),
            ),
            "pause": ClockPaused(
                code=str(n), name="听证", reason="r", approver="a", on=SettableClock().at.date()
            ),
            "resume": ClockResumed(code=str(n), on=SettableClock().at.date()),
            "extend": LimitExtended(
                days=n, reason="r", approver="a", on=SettableClock().at.date()
            ),
            "queue": PaperQueued(paper=PaperKind.RECEIPT, about=f"case:{n}", printer="p"),
            "fail": PaperFailed(code="PRN-OFFLINE"),
        }[act]  # fmt: skip
        kind = {
            "take": "ticket",
            "call": "ticket",
            "finish": "ticket",
            "queue": "job",
            "fail": "job",
        }
        used += 1
        try:
            with store.begin() as unit:
                unit.append(event, subject=f"{kind.get(act, 'case')}:{n}", actor="1001")
        except Exception:  # noqa: BLE001 - an act refused by state or key leaves no trace
            continue
    before = kept(store)
    store.rebuild()
    assert kept(store) == before
    store.close()


def test_a_full_disk_refuses_the_act_and_keeps_what_was(
    tmp_path: Path, clock: SettableClock, key: bytes
) -> None:
    store = Store.open(tmp_path, key, device="W01", clock=clock, random=os.urandom)
    opened(store, "first")
    head = store.verify()
    # A file size limit is the one full disk that a test may make: SQLite gets the same refusal.
    former = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, former[1]))
    try:
        with pytest.raises(DiskFull):
            for number in range(2000):
                opened(store, f"many{number}")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, former)
        signal.signal(signal.SIGXFSZ, handler)
    seq, _ = store.verify()
    assert seq >= head[0]
    opened(store, "after")
    assert store.verify()[0] == seq + 1
    store.close()


WRITER = """
import os, sys
from datetime import UTC, datetime
from pathlib import Path
from app.storage.store import Store
from app.domain.case_events import CaseOpened
class Clock:
    def now(self): return datetime.now(UTC)
home, key = Path(sys.argv[1]), bytes(range(32))
store = Store.open(home, key, device="W01", clock=Clock(), random=os.urandom)
while True:
    with store.begin() as unit:
        event, subject = CaseOpened(window="W01", ticket=""), f"case:{store.new_id()}"
        entry = unit.append(event, subject=subject, actor="1")
    print(entry.seq, flush=True)
"""


def test_what_was_said_saved_survives_a_kill(
    tmp_path: Path, clock: SettableClock, key: bytes
) -> None:
    said = 0
    for _ in range(5):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        for _ in range(40):
            said = int(process.stdout.readline())
        process.kill()
        rest = process.stdout.read().split("\n")
        said = max([said, *(int(line) for line in rest[:-1] if line)])
        process.wait()
        process.stdout.close()
        store = Store.open(tmp_path, key, device="W01", clock=clock, random=os.urandom)
        assert store.verify()[0] >= said
        store.close()


def test_the_outbox_knows_what_waits_and_what_was_refused(store: Store) -> None:
    outbox = Outbox(store)
    for number in range(4):
        opened(store, str(number))
    assert outbox.counts() == (4, 0)
    assert [entry.seq for entry in outbox.pending(after=1, limit=2, max_bytes=10**6)] == [2, 3]
    assert len(outbox.pending(after=0, limit=9, max_bytes=1)) == 1
    outbox.acknowledge(3, [Refusal(seq=2, code="CASE-CLOSED")])
    outbox.acknowledge(2, [Refusal(seq=2, code="CASE-CLOSED")])
    assert outbox.acknowledged() == 3
    assert outbox.counts() == (1, 1)


def test_a_lease_taken_twice_is_one_lease(store: Store, clock: SettableClock) -> None:
    outbox = Outbox(store)
    for _ in range(2):
        outbox.lease_numbers(201, 400)
        outbox.lease_ticket("t1", "A001", "a", clock.now(), "")
    assert outbox.numbers_left() == 200
    assert outbox.tickets_left() == 1
    assert [entry.kind for entry in store.entries()] == [CaseNumbersLeased.__name__, "TicketLeased"]


def test_tickets_of_yesterday_no_longer_count(store: Store, clock: SettableClock) -> None:
    outbox = Outbox(store)
    outbox.lease_ticket("t1", "A001", "a", clock.now(), "")
    clock.move(days=1)
    assert outbox.tickets_left() == 0
    outbox.lease_ticket("t2", "A001", "a", clock.now(), "")
    assert outbox.tickets_left() == 1


def test_print_job_states_follow_their_events(store: Store) -> None:
    with store.begin() as unit:
        unit.append(
            PaperQueued(paper=PaperKind.RECEIPT, about="case:a", printer="p"),
            subject="job:1",
            actor="1001",
        )
        unit.append(PaperSent(), subject="job:1", actor="system")
    assert kept(store)["jobs"][0][5] == "sent"
