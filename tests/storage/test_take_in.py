"""Facts of other windows are kept as they were sealed, all of them or none."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from app.domain.case import CaseState
from app.domain.case_events import (
    ApplicantIdentified,
    CaseAccepted,
    CaseOpened,
    CasePutBack,
    CaseResumed,
    ItemChosen,
    MaterialReceived,
    NoticeIssued,
    NoticeLine,
)
from app.domain.errors import AppError, BadEntry, CaseClosed, NotReady
from app.domain.event import Event
from app.domain.events import (
    BundleChosen,
    BundleDecided,
    CaseNumbersLeased,
    ClerkSignedIn,
)
from app.domain.journal import GENESIS, Entry, encode_body, seal
from app.domain.person import Applicant, DocumentKind, Person, ValueSource
from app.domain.ticket_events import TicketTaken
from app.storage.inbox import FeedPage, Inbox
from app.storage.outbox import Outbox
from app.storage.projections import PROJECTIONS
from app.storage.store import Store
from tests.storage.conftest import SettableClock

NUMBER = "37019920261123000001"
LINE = NoticeLine(material="M2", name="示例材料", problem="缺", because="基本材料")


def noticed() -> list[Event]:
    person = Person(name="张示例", number="379901198803040115")
    applicant = Applicant(document=DocumentKind.RESIDENT, person=person, source=ValueSource.CARD)
    return [
        CaseOpened(window="W01", ticket="t1"), ApplicantIdentified(applicant=applicant),
        ItemChosen(item="I1", name="示例事项", department="示例局", version=1, list_hash="0" * 64),
        MaterialReceived(material="M1", originals=1, copies=0),
        NoticeIssued(number=NUMBER, check="ABC234", lines=(LINE,)),
    ]  # fmt: skip


def save(store: Store, subject: str, *events: Event) -> None:
    with store.begin() as unit:
        for event in events:
            unit.append(event, subject=subject, actor="1001")


def kept(store: Store) -> dict[str, list[tuple[object, ...]]]:
    tables = (*PROJECTIONS, "journal", "chain")
    with store.read() as connection:
        return {
            table: [tuple(r) for r in connection.exec_driver_sql(f"SELECT * FROM {table}").all()]
            for table in tables
        }


def state(store: Store, case_id: str) -> CaseState | None:
    case = store.find_case(case_id)
    return case.state if case else None


@pytest.fixture
def other(tmp_path: Path, clock: SettableClock, key: bytes) -> Iterator[Store]:
    opened = Store.open(tmp_path / "w02", key, device="W02", clock=clock, random=os.urandom)
    yield opened
    opened.close()


@pytest.fixture
def history(other: Store) -> list[Entry]:
    """What W02 saved of a case that it noticed."""
    save(other, "case:k1", *noticed())
    return other.entries()


def test_another_windows_case_is_here_as_it_is_there(
    store: Store, other: Store, history: list[Entry]
) -> None:
    store.take_in(history)
    assert store.find_case("k1") == other.find_case("k1")
    assert store.entries(install=other.install) == history
    before = kept(store)
    store.rebuild()
    assert kept(store) == before
    assert store.verify() == (0, "0" * 64)  # its own chain is untouched
    assert Outbox(store).counts() == (0, 0)  # and nothing of it is sent as its own


def test_it_is_found_by_its_person_and_goes_on_here_under_its_number(
    store: Store, history: list[Entry]
) -> None:
    save(store, "device", CaseNumbersLeased(first=1, last=9))
    store.take_in(history)
    save(
        store, "case:k1", CaseResumed(window="W01", ticket=""),
        MaterialReceived(material="M2", originals=1, copies=0),
        CaseAccepted(number=NUMBER, check="ABC234", promise_due=date(2026, 12, 1)),
    )  # fmt: skip
    with store.read() as connection:
        row = connection.exec_driver_sql(
            "SELECT id, number, state, window FROM cases WHERE person = '379901198803040115'"
        ).all()
    assert [tuple(one) for one in row] == [("k1", NUMBER, "accepted", "W01")]
    assert Outbox(store).numbers_left() == 9
    before = kept(store)
    store.rebuild()
    assert kept(store) == before


def test_its_own_facts_come_after_what_it_heard(
    store: Store, clock: SettableClock, other: Store
) -> None:
    """Also where this machine's clock is an hour behind."""
    clock.move(hours=1)
    save(other, "case:k1", *noticed())
    clock.move(hours=-1)
    store.take_in(other.entries())
    save(store, "case:k1", CaseResumed(window="W01", ticket=""), CasePutBack())
    assert store.entries()[0].hlc > other.entries()[-1].hlc
    assert state(store, "k1") is CaseState.NOTICED
    before = kept(store)
    store.rebuild()
    assert kept(store) == before


def test_the_same_again_and_more_of_it(store: Store, other: Store, history: list[Entry]) -> None:
    store.take_in(history[:3])
    store.take_in(history)
    once = kept(store)
    store.take_in(history)
    assert kept(store) == once
    save(other, "case:k1", CaseResumed(window="W02", ticket=""))
    store.take_in(other.entries())
    assert state(store, "k1") is CaseState.OPEN
    store.take_in([])


def test_its_own_facts_come_back_unchanged(store: Store, other: Store) -> None:
    save(store, "case:k1", *noticed())
    other.take_in(store.entries())
    save(other, "case:k1", CaseResumed(window="W02", ticket=""), CasePutBack())
    own = store.entries()
    store.take_in([*own, *other.entries()])
    assert store.entries() == own
    assert store.find_case("k1") == other.find_case("k1")


def test_a_bundles_facts_come_with_it(store: Store, other: Store) -> None:
    chosen = BundleChosen(
        code="B", name="示例一件事", version=1, list_hash="0" * 64, cases=("k1", "k2")
    )
    save(other, "bundle:b1", chosen, BundleDecided(number="YJS1", check="CCC222"))
    save(store, "device", CaseNumbersLeased(first=1, last=9))
    store.take_in(other.entries())
    with store.read() as connection:
        row = connection.exec_driver_sql("SELECT id, number FROM bundles").one()
    assert tuple(row) == ("b1", "YJS1")
    assert Outbox(store).numbers_left() == 9
    before = kept(store)
    store.rebuild()
    assert kept(store) == before


# -- what is not believed --------------------------------------------------------------------------


def _sealed(event: Event, subject: str, like: Entry) -> Entry:
    return seal(
        event, previous=like.hash, id=like.id + "x", device=like.device, install=like.install,
        seq=like.seq + 1, at=like.at + timedelta(seconds=1), hlc=like.hlc, actor=like.actor,
        subject=subject,
    )  # fmt: skip


Alter = Callable[[list[Entry]], list[Entry]]

LIES: dict[str, tuple[Alter, type[AppError]]] = {
    "body of the last": (
        lambda h: [*h[:-1], replace(h[-1], body=h[-1].body.replace(NUMBER, NUMBER[:-1] + "9"))],
        BadEntry,
    ),
    "body of the first": (
        lambda h: [replace(h[0], body='{"ticket":"","window":"W9"}'), *h[1:]],
        BadEntry,
    ),
    "no json": (lambda h: [*h[:-1], _other_body(h[-1], "{")], BadEntry),
    "another kind": (lambda h: [*h[:-1], replace(h[-1], kind="CaseOpened")], BadEntry),
    "unknown kind": (
        lambda h: [*h, replace(_sealed(CasePutBack(), "case:k1", h[-1]), kind="CaseBlessed")],
        BadEntry,
    ),
    "newer version": (lambda h: [*h[:-1], replace(h[-1], version=2)], BadEntry),
    "erased": (lambda h: [*h[:-1], replace(h[-1], body="")], BadEntry),
    "of a ticket": (
        lambda h: [*h, _sealed(TicketTaken(number="A001", business="general"), "ticket:t1", h[-1])],
        BadEntry,
    ),
    "of a device": (
        lambda h: [*h, _sealed(CaseNumbersLeased(first=1, last=9), "device", h[-1])],
        BadEntry,
    ),
    "of a session": (
        lambda h: [*h, _sealed(ClerkSignedIn(clerk="1001", window="W01"), "session", h[-1])],
        BadEntry,
    ),
    "unreadable time": (lambda h: [*h[:-1], replace(h[-1], hlc="zzzz")], BadEntry),
    "opened again": (
        lambda h: [*h, _sealed(CaseOpened(window="W9", ticket=""), "case:k1", h[-1])],
        CaseClosed,
    ),
    "without its beginning": (lambda h: h[1:], NotReady),
    "put back before": (lambda h: [*h, _sealed(CasePutBack(), "case:k1", h[-1])], CaseClosed),
}  # fmt: skip


def _other_body(entry: Entry, body: str) -> Entry:
    import hashlib

    return replace(entry, body=body, body_hash=hashlib.sha256(body.encode()).hexdigest())


@pytest.mark.parametrize("lie", LIES)
def test_what_does_not_hold_is_refused_whole(store: Store, history: list[Entry], lie: str) -> None:
    save(store, "case:own", *noticed()[:2])
    before = kept(store)
    alter, error = LIES[lie]
    with pytest.raises(error):
        store.take_in(alter(history))
    assert kept(store) == before
    save(store, "case:own2", *noticed()[:2])  # and the store goes on
    store.take_in(history)
    assert state(store, "k1") is CaseState.NOTICED


def test_nothing_gets_into_its_own_chain(store: Store, history: list[Entry]) -> None:
    """Facts under this store's own name that it never sealed would break its chain."""
    save(store, "case:own", *noticed()[:2])
    head = store.verify()
    for shift in (2, 9):
        forged = [replace(one, install=store.install, seq=one.seq + shift) for one in history]
        with pytest.raises(BadEntry):
            store.take_in(forged)
    assert store.verify() == head


def test_older_facts_do_not_overwrite_newer_ones(
    store: Store, other: Store, history: list[Entry], clock: SettableClock
) -> None:
    """The other window looked in and put it back, before it was resumed here unheard."""
    store.take_in(history)
    clock.move(minutes=1)
    save(other, "case:k1", CaseResumed(window="W02", ticket=""), CasePutBack())
    clock.move(minutes=1)
    save(store, "case:k1", CaseResumed(window="W01", ticket=""))
    store.take_in(other.entries())
    assert state(store, "k1") is CaseState.OPEN
    before = kept(store)
    assert any(row[2] == "open" for row in before["cases"]), before["cases"]
    store.rebuild()
    assert kept(store) == before


def test_of_two_windows_that_both_went_on_the_one_that_arrived_counts(
    store: Store, other: Store, history: list[Entry], clock: SettableClock
) -> None:
    store.take_in(history)
    clock.move(minutes=1)
    save(store, "case:k1", CaseResumed(window="W01", ticket=""))
    clock.move(minutes=1)  # later by every clock, and yet it arrived first
    save(other, "case:k1", CaseResumed(window="W02", ticket=""), CasePutBack())
    there = other.entries()
    store.take_in(there, range(1, 1 + len(there)))
    assert state(store, "k1") is CaseState.OPEN  # put back, and now waits for its own resumption
    clock.move(minutes=1)
    save(other, "case:k1", CaseResumed(window="W02", ticket=""))
    there = other.entries()
    store.take_in(there, range(1, 1 + len(there)))
    case = store.find_case("k1")
    assert case is not None
    assert (case.state, case.window) == (CaseState.OPEN, "W02")  # its own does not count now
    assert len(store.entries()) == 1  # and is not lost
    before = kept(store)
    store.rebuild()
    assert kept(store) == before


def test_a_body_is_canonical(history: list[Entry]) -> None:
    """What is taken in can be sealed again to the same hash."""
    assert history[0].body == encode_body(CaseOpened(window="W01", ticket="t1"))


def test_a_number_is_used_up_once_whatever_the_clocks_said(
    store: Store, clock: SettableClock
) -> None:
    """The window that gave it was a year ahead: by the times, this one's decision comes first."""
    lease = CaseNumbersLeased(first=1, last=20)
    save(store, "device", lease)
    clock.move(days=400)
    theirs = []
    previous = GENESIS
    for seq, event in enumerate(noticed(), 1):
        entry = seal(
            event, previous=previous, id=f"theirs-{seq}", device="W09", install="i9", seq=seq,
            at=clock.now(), hlc=f"{int(clock.now().timestamp() * 1000):012x}-{seq:06x}",
            actor="1002", subject="case:k1",
        )  # fmt: skip
        previous = entry.hash
        theirs.append((seq, entry))
    clock.move(days=-400)
    inbox = Inbox(store)
    page = FeedPage(
        asked=inbox.cursor(), cursor=f"{'0' * 16}.{len(theirs)}", said=clock.now(), reset=False,
        more=False, entries=theirs, own=[], verdicts=[], damaged=[],
    )  # fmt: skip
    assert inbox.take(page)
    save(
        store, "case:k1", CaseResumed(window="W01", ticket=""),
        MaterialReceived(material="M2", originals=1, copies=0),
        CaseAccepted(number=NUMBER, check="ABC234", promise_due=date(2026, 12, 1)),
    )  # fmt: skip
    assert Outbox(store).numbers_left() == 20
    store.rebuild()
    assert Outbox(store).numbers_left() == 20
