"""Invent a hall, its applicants and their cases, and seal them into chains for the tests."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from random import Random

from app.domain.case_events import (
    ApplicantIdentified,
    CaseAccepted,
    CaseOpened,
    ItemChosen,
    MaterialReceived,
)
from app.domain.clock import uuid7
from app.domain.event import Event
from app.domain.hall import Business, Hall, HallHead, Kiosk, Role, StaffMember, Window
from app.domain.journal import GENESIS, Entry, entry_hash, seal
from app.domain.person import Applicant, DocumentKind, Person, ValueSource

HALL = Hall(
    code="SL",
    region="990100",
    head=HallHead(name="示例市政务服务大厅"),
    windows=tuple(
        Window(id=f"W0{n}", number=str(n), name="综合窗口", ticket_prefix=letter)
        for n, letter in enumerate("XYZUVRSTQ", 1)
    ),
    staff=(StaffMember(id="9001", name="督导甲", role=Role.SUPERVISOR, password_hash=""),),
    kiosks=(Kiosk(id="K1", name="东门取号机", ticket_prefix="K"),),
    businesses=(
        Business(id="general", name="综合业务", prefix="A"),
        Business(id="estate", name="不动产", prefix="B"),
    ),
)
START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


class TestClock:
    """The machine's own time."""

    __test__ = False

    def now(self) -> datetime:
        return datetime.now(UTC)


def number_of(serial: int) -> str:
    return HALL.case_number.format(region=HALL.region, date="20261120", serial=serial)


def accepted_case(serial: int, window: str = "W01", name: str = "张示例") -> list[Event]:
    """A whole case, from opening to acceptance."""
    person = Person(name=name, number="990100199001010014")
    return [
        CaseOpened(window=window, ticket=""),
        ApplicantIdentified(
            applicant=Applicant(
                document=DocumentKind.RESIDENT, person=person, source=ValueSource.CARD
            )
        ),
        ItemChosen(
            item="SL-0001", name="示例事项", department="示例局", version=1, list_hash="0" * 64
        ),
        MaterialReceived(material="M1", originals=1, copies=0),
        CaseAccepted(number=number_of(serial), check="ABC234", promise_due=date(2026, 12, 1)),
    ]


class SealedChain:
    """A device's chain, sealed as a client does it, kept in memory."""

    def __init__(self, device: str = "W01", install: str = "i1", seed: int = 1) -> None:
        self.device, self.install = device, install
        self.entries: list[Entry] = []
        self._random = Random(f"{device}{install}{seed}")

    @property
    def head(self) -> str:
        return self.entries[-1].hash if self.entries else GENESIS

    def new_id(self) -> str:
        at = START + timedelta(seconds=len(self.entries))
        return uuid7(at, self._random.randbytes(10))

    def add(self, event: Event, subject: str, id: str = "") -> Entry:
        at = START + timedelta(seconds=len(self.entries))
        entry = seal(
            event, previous=self.head, id=id or self.new_id(), device=self.device,
            install=self.install, seq=len(self.entries) + 1, at=at,
            hlc=f"{len(self.entries):012x}-000000", actor="C01", subject=subject,
        )  # fmt: skip
        self.entries.append(entry)
        return entry

    def add_raw(self, *, kind: str, version: int, body: str, subject: str) -> Entry:
        """An entry whose body no event of this program would give; its hashes hold."""
        body_hash = hashlib.sha256(body.encode()).hexdigest()
        model = self.add(CaseOpened(window="W01", ticket=""), subject)
        self.entries.pop()
        digest = entry_hash(
            self.head, id=model.id, device=model.device, install=model.install, seq=model.seq,
            at=model.at, hlc=model.hlc, actor=model.actor, subject=subject, kind=kind,
            version=version, body_hash=body_hash,
        )  # fmt: skip
        made = Entry(
            id=model.id, device=model.device, install=model.install, seq=model.seq, at=model.at,
            hlc=model.hlc, actor=model.actor, subject=subject, kind=kind, version=version,
            body=body, body_hash=body_hash, hash=digest,
        )  # fmt: skip
        self.entries.append(made)
        return made

    def add_case(self, case_id: str, serial: int, name: str = "张示例") -> list[Entry]:
        return [
            self.add(event, f"case:{case_id}") for event in accepted_case(serial, self.device, name)
        ]
