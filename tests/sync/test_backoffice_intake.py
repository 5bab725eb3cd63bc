"""Batches are decided together, and as if each event had come alone; over both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.case_events import (
    ApplicantIdentified,
    CaseAbandoned,
    CaseLeft,
    CaseOpened,
    CaseResumed,
    CaseReviewed,
    ConflictRecorded,
    DemandKind,
    DemandRefused,
    FieldFilled,
    ItemChosen,
    MaterialReceived,
    MaterialReturned,
    NoticeHanded,
)
from app.domain.event import Event
from app.domain.events import (
    BundleChosen,
    BundleDecided,
    CaseBundled,
    CaseNumbersLeased,
    ClerkSignedIn,
    DeviceReenrolled,
    OrderGiven,
)
from app.domain.hall import Kiosk, Role, StaffMember, Window
from app.domain.journal import Entry
from app.domain.ticket_events import (
    HallHalted,
    Hold,
    ServiceRated,
    TicketActUndone,
    TicketAssigned,
    TicketCalled,
    TicketFinished,
    TicketHandedOver,
    TicketHeld,
    TicketLeased,
    TicketPassed,
    TicketReleased,
    TicketReplaced,
    TicketReturned,
    TicketServed,
    TicketTaken,
    TicketWanted,
    WindowOpened,
    WindowPaused,
)
from sync.backoffice import intake, line, lineage
from sync.backoffice.batch import prepare
from sync.backoffice.cases import NumberPattern
from sync.backoffice.database import Database, Transaction
from sync.wire import LeaseRequest, PushAnswer
from tests.sync.hall import HALL, START, SealedChain, accepted_case, number_of

# Everybody here may do a supervisor's acts, and W03 also gives numbers out as a kiosk.
NUMBERS = NumberPattern(
    replace(
        HALL,
        windows=tuple(
            Window(id=f"W0{n}", number=str(n), name="x", ticket_prefix=f"X{n}") for n in (1, 2)
        ),
        staff=(StaffMember(id="C01", name="x", role=Role.SUPERVISOR, password_hash=""),),
        kiosks=(Kiosk(id="W03", name="x", ticket_prefix="X"),),
    )
)
TABLES = (
    "chains",
    "entries",
    "cases",
    "tickets",
    "bundles",
    "number_blocks",
    "case_pages",
    "queue_calls",
    "queue_windows",
    "queue_ratings",
    "queue_rated_cases",
)
SHA = "ab" * 32

Batches = list[list[Entry]]
Way = Callable[[Transaction, Batches], list[tuple[int, str, str, str]]]


def rows(reader: Transaction) -> dict[str, list[tuple[object, ...]]]:
    return {
        table: sorted(reader.execute(f"SELECT * FROM {table}").fetchall(), key=repr)
        for table in TABLES
    }


# -- the three ways that must decide alike --------------------------------------------------------


def _told(answers: Sequence[intake.Answer]) -> list[tuple[int, str, str, str]]:
    assert all(isinstance(answer, PushAnswer) for answer in answers), answers
    return [
        (one.seq, one.id, one.outcome, one.code)
        for answer in answers
        if isinstance(answer, PushAnswer)
        for one in answer.exceptions
    ]


def together(connection: Transaction, batches: Batches) -> list[tuple[int, str, str, str]]:
    return _told(intake.decide_all(connection, [prepare(one) for one in batches], START, NUMBERS))


def one_event_a_batch(connection: Transaction, batches: Batches) -> list[tuple[int, str, str, str]]:
    return _told(
        [
            intake.decide_all(connection, [prepare([entry])], START, NUMBERS)[0]
            for batch in batches
            for entry in batch
        ]
    )


def one_by_one(connection: Transaction, batches: Batches) -> list[tuple[int, str, str, str]]:
    """As where the tables refused the batch."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(intake, "take", intake.take_one_by_one)
        return together(connection, batches)


# -- random streams, good and bad ------------------------------------------------------------------


class Stream:
    """What some windows send, as a seed says: mostly sound, with bad records of every sort."""

    def __init__(self, seed: int) -> None:
        self.chance = Random(seed)
        self.chains = [SealedChain(f"W0{n}") for n in range(1, 4)]
        self.sent: list[Entry] = []
        self.chains.append(SealedChain("W03", "i0"))
        self.subjects = [f"case:c{n}" for n in range(4)]

    def batches(self) -> Batches:
        marks = [len(chain.entries) for chain in self.chains]
        for _ in range(self.chance.randrange(1, 30)):
            self._add(self.chance.choice(self.chains))
        made = [chain.entries[mark:] for chain, mark in zip(self.chains, marks, strict=True)]
        found = [batch for batch in made if batch]
        self.sent += [entry for batch in found for entry in batch]
        return found

    def _add(self, chain: SealedChain) -> None:
        chance = self.chance
        fate = chance.random()
        if fate < 0.05:
            body = chance.choice(["{", '{"window":1}', "", '{"window":"a\\u0000","ticket":""}'])
            chain.add_raw(kind="CaseOpened", version=1, body=body, subject=self._case())
        elif fate < 0.08:
            kind, version = chance.choice([("CaseBlessed", 1), ("CaseAbandoned", 9)])
            chain.add_raw(kind=kind, version=version, body="{}", subject=self._case())
        elif fate < 0.12 and self.sent:
            former = chance.choice(self.sent)  # a re-chained fact, or an id used twice
            event: Event = CaseOpened(window=chain.device, ticket="")
            subject = former.subject if chance.random() < 0.5 else self._case()
            chain.add(event, subject, id=former.id)
        elif fate < 0.3:
            self._add_whole(chain)
        else:
            event, subject = self._any(chain)
            chain.add(event, subject)

    def _add_whole(self, chain: SealedChain) -> None:
        subject = f"case:n{self.chance.randrange(10**6)}"
        self.subjects.append(subject)
        for event in accepted_case(self.chance.randrange(1, 80), chain.device):
            chain.add(event, subject)

    def _case(self) -> str:
        return self.chance.choice(self.subjects)

    def _any(self, chain: SealedChain) -> tuple[Event, str]:
        chance, device = self.chance, chain.device
        ticket, bundle = f"ticket:t{chance.randrange(3)}", f"bundle:b{chance.randrange(2)}"
        number = number_of(chance.randrange(1, 80))
        applied = accepted_case(1)[1]
        assert isinstance(applied, ApplicantIdentified)
        found: list[tuple[Event, str]] = [
            (CaseOpened(window=device, ticket=""), self._case()),
            (CaseOpened(window=device, ticket=""), chance.choice(["case", "case:", "ticket:x"])),
            (applied, self._case()),
            (FieldFilled(field="a", value="\\u0000 is text"), self._case()),
            (CaseAbandoned(), self._case()),
            (CaseLeft(reason="x"), self._case()),
            (CaseResumed(window=device, ticket=""), self._case()),
            (CaseReviewed(granted=True, opinion="x", reviewer="r"), self._case()),
            (DemandRefused(kind=DemandKind.BEYOND_LIST, materials=("x",)), self._case()),
            (ItemChosen(item="i", name="n", department="d", version=1, list_hash="0"),
             self._case()),
            (MaterialReceived(material="M1", originals=1, copies=0, scans=(SHA,)), self._case()),
            (MaterialReturned(material="M1"), self._case()),
            (accepted_case(chance.randrange(1, 80))[-1], self._case()),
            (CaseBundled(bundle="b0"), self._case()),
            (BundleChosen(code="B", name="b", version=1, list_hash="0", cases=("c0", "c1")),
             bundle),
            (BundleDecided(number=number, check="C"), bundle),
            (TicketTaken(number="X001", business="general"), ticket),
            (TicketLeased(number="X001", business="general", taken_at=START), ticket),
            (TicketCalled(window=device), ticket),
            (TicketServed(), ticket),
            (TicketFinished(), ticket),
            (TicketPassed(), ticket),
            (TicketHeld(hold=chance.choice(list(Hold))), ticket),
            (TicketReturned(place=START), ticket),
            (TicketReleased(reason="x"), ticket),
            (TicketHandedOver(reason="x", window=chance.choice(["", "W01", "W09"])), ticket),
            (TicketActUndone(act=chance.choice(["TicketCalled", "TicketHeld"])), ticket),
            (TicketAssigned(act="a", reason="x", window=chance.choice(["", "W02"])), ticket),
            (TicketReplaced(act="a", reason="x", by="t9", number="X1"), ticket),
            (TicketWanted(window="W01", reason="x"), ticket),
            (WindowOpened(clerk="C01"), "window:W01"),
            (WindowPaused(clerk="C01", reason="x"), "window:W02"),
            (HallHalted(act="h", reason="x"), "hall"),
            (ServiceRated(ticket="t1", cases=("c1",), clerk="C01", window="W01", score=5),
             f"rating:r{chance.randrange(3)}"),
            (DeviceReenrolled(former="i0", acknowledged=0), "device"),
            (ClerkSignedIn(clerk="C01", window=device), "session"),
            (CaseNumbersLeased(first=1, last=25), "device"),
            (OrderGiven(order="o", text="t"), "hall"),
        ]  # fmt: skip
        return chance.choice(found)


def _lease(connection: Transaction) -> None:
    for n in range(1, 4):
        asked = LeaseRequest(request=f"r{n}", device=f"W0{n}", install="i1", numbers=True)
        line.lease(connection, HALL, asked, START, 25)
    # W01 goes on with what its former install holds, and with W03's, which speaks no more.
    for former in (("W01", "i0"), ("W03", "i0")):
        lineage.note_succession(connection, ("W01", "i1"), former, START)


def _empty(connection: Transaction) -> None:
    for table in (*TABLES[::-1], "lease_answers", "successions"):
        connection.execute(f"DELETE FROM {table}")
    _lease(connection)


@pytest.fixture
def scratch(new_database: Callable[[], Path | str]) -> Iterator[Database]:
    opened = Database.open(new_database(), START)
    yield opened
    opened.close()


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(seed=st.integers(0, 2**32))
def test_batches_decide_as_single_events_do(scratch: Database, seed: int) -> None:
    ways: tuple[Way, ...] = (together, one_event_a_batch, one_by_one)
    kept, told = [], []
    for way in ways:
        stream, said = Stream(seed), []
        with scratch.write() as connection:
            _empty(connection)
        for _ in range(3):
            with scratch.write() as connection:
                said.append(sorted(way(connection, stream.batches())))
        with scratch.read() as reader:
            kept.append(rows(reader))
        told.append(said)
    assert told[0] == told[1] == told[2]
    assert kept[0] == kept[1] == kept[2]


def test_the_streams_meet_every_outcome(tmp_path: Path) -> None:
    """Else the test above would show little."""
    database = Database.open(tmp_path / "b.db", START)
    seen: set[tuple[str, str]] = set()
    for seed in range(120):
        stream = Stream(seed)
        with database.write() as connection:
            _empty(connection)
            for _ in range(3):
                together(connection, stream.batches())
            found = connection.execute("SELECT DISTINCT outcome, code FROM entries")
            seen |= set(found.fetchall())
    database.close()
    assert {outcome for outcome, _ in seen} == {"applied", "refused", "parked", "repeated"}
    assert {code for _, code in seen} >= {
        "", "JRN-01", "DOM-04", "DOM-05", "DOM-07", "DOM-15", "SYNC-ID-REUSED", "SYNC-PARKED",
        "SYNC-NUMBER-NOT-LEASED", "SYNC-NUMBER-USED", "SYNC-CASE-ELSEWHERE",
        "SYNC-TICKET-ELSEWHERE",
    }  # fmt: skip


# -- single rules ---------------------------------------------------------------------------------


@pytest.fixture
def database(new_database: Callable[[], Path | str]) -> Iterator[Database]:
    opened = Database.open(new_database(), START)
    with opened.write() as connection:
        _lease(connection)
    yield opened
    opened.close()


def push(database: Database, *chains: Sequence[Entry]) -> list[intake.Answer]:
    with database.write() as connection:
        return intake.receive_all(connection, [prepare(one) for one in chains], START, NUMBERS)


def exceptions(answer: intake.Answer) -> list[tuple[int, str]]:
    assert isinstance(answer, PushAnswer)
    return [(one.seq, one.code) for one in answer.exceptions]


def test_one_chain_twice_in_a_group_is_one_after_the_other(database: Database) -> None:
    chain, other = SealedChain("W01"), SealedChain("W02")
    chain.add_case("c1", 1)
    other.add_case("c2", 26)
    first, second, third, again = push(
        database, chain.entries[:3], other.entries, chain.entries[3:], chain.entries
    )
    assert exceptions(first) == exceptions(second) == exceptions(third) == []
    assert isinstance(again, PushAnswer)
    assert (again.acknowledged, again.head) == (5, chain.head)
    with database.read() as reader:
        states = reader.execute("SELECT id, state FROM cases ORDER BY id").fetchall()
        assert states == [("c1", "accepted"), ("c2", "accepted")]
        arrivals = [row[0] for row in reader.execute("SELECT arrival FROM entries ORDER BY 1")]
        assert arrivals == list(range(1, 11))


def test_a_bad_chain_in_a_group_costs_the_others_nothing(database: Database) -> None:
    good, gap, broken = SealedChain("W01"), SealedChain("W02"), SealedChain("W03")
    for serial, chain in enumerate((good, gap, broken)):
        chain.add_case(f"c{serial}", serial * 25 + 1)
    broken.entries[2] = broken.entries[3]
    answers = push(database, gap.entries[1:], good.entries, broken.entries)
    codes = [getattr(answer, "code", "") for answer in answers]
    assert codes == ["SYNC-GAP", "", "SYNC-GAP"]
    with database.read() as reader:
        faults = reader.execute("SELECT device, acknowledged, fault FROM chains ORDER BY device")
        assert faults.fetchall() == [("W01", 5, ""), ("W02", 0, "SYNC-GAP"), ("W03", 0, "SYNC-GAP")]


def test_what_a_column_cannot_hold_is_refused_alone(database: Database) -> None:
    """An effect that breaks a rule of the tables: here one that only a later version may make."""
    chain = SealedChain("W01")
    chain.add_case("c1", 1)
    with database.write() as connection:
        connection.execute(
            "CREATE UNIQUE INDEX one_item ON cases (item_name) WHERE item_name <> ''"
        )
    chain.add_case("c2", 2)
    (answer,) = push(database, chain.entries)
    assert exceptions(answer) == [
        (8, "SYNC-NOT-APPLIED"), (9, "DOM-05"), (10, "DOM-05"),
    ]  # fmt: skip
    with database.read() as reader:
        known = reader.execute("SELECT id, state FROM cases ORDER BY id").fetchall()
    assert known == [("c1", "accepted"), ("c2", "open")]


def test_no_fact_holds_what_text_cannot(database: Database) -> None:
    chain = SealedChain("W01")
    chain.add_raw(
        kind="CaseOpened", version=1, body='{"ticket":"","window":"a\\u0000b"}', subject="case:c1"
    )
    chain.add(CaseOpened(window="W\\u0000", ticket=""), "case:c2")  # a backslash and letters
    (answer,) = push(database, chain.entries)
    assert exceptions(answer) == [(1, "JRN-01")]


def test_a_window_cannot_speak_for_a_department_or_a_supervisor(database: Database) -> None:
    chain = SealedChain("W01")
    chain.add_case("c1", 1)
    chain.add(CaseReviewed(granted=True, opinion="同意", reviewer="r1"), "case:c1")
    chain.add(OrderGiven(order="o1", text="全部关窗"), "hall")
    chain.add(ConflictRecorded(window="W02", kinds=("CaseOpened",), code="x"), "case:c1")
    (answer,) = push(database, chain.entries)
    assert exceptions(answer) == [(6, "JRN-01"), (7, "JRN-01"), (8, "JRN-01")]


def test_what_one_device_has_parked_holds_up_no_other(database: Database) -> None:
    """``device`` and ``session`` are every device's own subjects."""
    newer, older = SealedChain("W01"), SealedChain("W02")
    newer.add_raw(kind="DeviceBlessed", version=1, body="{}", subject="device")
    newer.add(CaseNumbersLeased(first=1, last=25), "device")
    older.add(CaseNumbersLeased(first=26, last=50), "device")
    first, second = push(database, newer.entries, older.entries)
    assert exceptions(first) == [(1, "SYNC-PARKED"), (2, "SYNC-PARKED")]
    assert exceptions(second) == []


def test_what_is_taken_up_arrives_anew_and_late(database: Database) -> None:
    chain = SealedChain("W01")
    chain.add_case("c1", 1)
    chain.add(NoticeHanded(by="C01", to="张示例", way="直接", at=START, signed=True), "case:c1")
    push(database, chain.entries)
    with database.write() as connection:
        connection.execute(
            "UPDATE entries SET outcome = 'parked', code = 'SYNC-PARKED' WHERE seq > 3"
        )
        connection.execute("UPDATE entries SET kind = 'CaseBlessed' WHERE seq = 6")
    with database.write() as connection:
        left = intake.take_up_parked(connection, START + timedelta(days=1), NUMBERS)
    with database.read() as reader:
        found = reader.execute("SELECT seq, arrival, late, outcome FROM entries ORDER BY seq")
        assert found.fetchall()[2:] == [
            (3, 3, 0, "applied"), (4, 7, 1, "applied"), (5, 8, 1, "applied"), (6, 6, 0, "parked"),
        ]  # fmt: skip
        assert reader.execute("SELECT state, changed FROM cases").fetchall() == [("accepted", 8)]
    assert left == 1
