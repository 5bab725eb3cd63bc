"""Serve somebody at one window and again at another, as the counters save it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from app.domain.case import Case, CaseState
from app.domain.case_events import (
    ApplicantChecked,
    ApplicantIdentified,
    CaseAccepted,
    CaseOpened,
    CasePutBack,
    CaseReceived,
    CaseResumed,
    ItemChosen,
    MaterialReceived,
    NoticeIssued,
    NoticeLine,
    OrganisationIdentified,
)
from app.domain.event import Event
from app.domain.person import Applicant, DocumentKind, Organisation, Person, ValueSource
from app.ports import Access
from app.storage.projections import PROJECTIONS
from app.storage.store import Store
from sync.client.people import RemotePeople
from tests.sync.hall import number_of
from tests.sync.world import ClientWindow, Forked, enrolled, wait_until

PERSON = "379901198803040115"
FIRM = "91379901MA3YLCY07M"
ACTOR = "1001"


def noticed_case(window: str, number: str, *, person: str = PERSON, firm: str = "") -> list[Event]:
    """From opening to the notice of what is missing."""
    organisation = Organisation(
        name="示例县样例餐饮有限公司", credit_code=firm, representative="张示例",
        source=ValueSource.TYPED, typed_reason="营业执照",
    )  # fmt: skip
    return [
        CaseOpened(window=window, ticket=""),
        ApplicantIdentified(
            applicant=Applicant(
                document=DocumentKind.RESIDENT, source=ValueSource.CARD,
                person=Person(name="张示例", number=person),
            )
        ),
        *([OrganisationIdentified(organisation=organisation)] if firm else []),
        ApplicantChecked(published="2026-11-20"),
        ItemChosen(
            item="SL-0001", name="示例事项", department="示例局", version=1, list_hash="0" * 64
        ),
        MaterialReceived(material="M1", originals=1, copies=0),
        NoticeIssued(number=number, check="ABC234", lines=(wanting("M2"),)),
    ]  # fmt: skip


def wanting(material: str) -> NoticeLine:
    return NoticeLine(material=material, name="示例材料", problem="缺", because="基本材料")


def received(number: str) -> CaseReceived:
    return CaseReceived(number=number, check="ABC234", notice_due=date(2026, 11, 27))


def accepted(number: str) -> CaseAccepted:
    return CaseAccepted(number=number, check="ABC234", promise_due=date(2026, 12, 1))


def mended(window: str, number: str) -> list[Event]:
    """The applicant is back with what was missing."""
    return [
        CaseResumed(window=window, ticket=""),
        MaterialReceived(material="M2", originals=1, copies=0),
        accepted(number),
    ]


def put_back(window: str) -> list[Event]:
    """Back, but without it."""
    return [CaseResumed(window=window, ticket=""), CasePutBack()]


def save(store: Store, subject: str, *events: Event) -> None:
    with store.begin() as unit:
        for event in events:
            unit.append(event, subject=subject, actor=ACTOR)


def notice(window: ClientWindow, case_id: str, *, firm: str = "") -> str:
    """One noticed case at this window; returns its number."""
    number = number_of(window.next_serial())
    save(window.store, f"case:{case_id}", *noticed_case(window.store.device, number, firm=firm))
    return number


def state_at(store: Store, case_id: str) -> CaseState | None:
    case: Case | None = store.find_case(case_id)
    return case.state if case else None


def kept(store: Store) -> dict[str, list[tuple[object, ...]]]:
    with store.read() as connection:
        return {
            table: [
                tuple(row)
                for row in connection.exec_driver_sql(f"SELECT * FROM {table} ORDER BY 1")
            ]
            for table in PROJECTIONS
        }


def rebuilt_equals_kept(store: Store) -> bool:
    """Looked at while nothing is saved: a worker may lease a ticket meanwhile."""
    while True:
        last, before = store.verify(), kept(store)
        store.rebuild()
        after = kept(store)
        if store.verify() == last:
            return after == before


@contextmanager
def window_of(home: Path, office: Forked, device: str, port: int = 0) -> Iterator[ClientWindow]:
    """A window of that name, its worker not yet started."""
    url = f"http://127.0.0.1:{port or office.port}"
    window = ClientWindow(home / device, url, enrolled(office, device), device=device)
    try:
        yield window
    finally:
        window.close()


def started(window: ClientWindow) -> ClientWindow:
    window.worker.start()
    wait_until(lambda: window.outbox.numbers_left() > 0 and window.settled())
    return window


def people_of(office: Forked, token: str = "") -> RemotePeople:
    return RemotePeople(Access(url=office.url, token=token or enrolled(office, "W01")))
