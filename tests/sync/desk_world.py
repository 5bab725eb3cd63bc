"""A real back office of the demo hall with its departments, a window that brings cases to it, and
the browsers of its reviewers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import requests

from app.bootstrap import Client
from app.domain.case_events import (
    ApplicantIdentified,
    CaseAccepted,
    CaseOpened,
    CaseResumed,
    CaseSupplemented,
    ItemChosen,
    MaterialReceived,
    QuestionAnswered,
)
from app.domain.catalogue import Item, list_hash
from app.domain.clock import Hlc, tick, uuid7
from app.domain.event import Event
from app.domain.events import CaseNumbersLeased
from app.domain.journal import Entry, seal
from app.domain.person import Applicant, DocumentKind, Person, ValueSource
from tests.desk_browser import Browser
from tests.sync.hall import SealedChain
from tests.sync.world import Answering, wait_until

ITEM = "法律援助申请"  # of a department with two reviewers; weeks to decide
REVIEWERS = ("7001", "7002")
CHIEF = "9001"
_ROOT = Path(__file__).parents[2]


class DeskOffice(Answering):
    """The product's own command, over a file or over a PostgreSQL database."""

    def __init__(self, home: Path, *, database: str = "", processes: int = 1) -> None:
        self.data = home / "data"
        self.data.mkdir(parents=True, exist_ok=True)
        self.database = database
        with (home / "backoffice.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "app.cli", "backoffice", "--home", str(home / "office"),
                 "--data", str(self.data), "--port", "0", "--processes", str(processes)],
                stdout=subprocess.PIPE, stderr=log, cwd=_ROOT,
                env=os.environ | {"ONEWINDOW_DATABASE": database},
            )  # fmt: skip
        assert self.process.stdout
        self.port = int(json.loads(self.process.stdout.readline())["port"])
        wait_until(self._answers, what="the back office answers")
        hall = Client(home / "office")
        self.hall, self.items = hall.hall, {one.name: one for one in hall.catalogue.items()}

    def _answers(self) -> bool:
        try:
            return requests.get(self.url + "/desk/sign-in", timeout=10).ok
        except requests.RequestException:
            return False

    def stop(self) -> None:
        self.process.terminate()
        assert self.process.wait(30) == 0
        assert self.process.stdout
        self.process.stdout.close()

    def workers(self) -> list[int]:
        pid = self.process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
        return [int(child) for child in children]

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Read beside the running server."""
        if self.database:
            import psycopg

            with psycopg.connect(self.database) as reader:
                return reader.execute(sql.encode()).fetchall()
        import sqlite3
        from contextlib import closing

        path = f"file:{self.data / 'backoffice.db'}?mode=ro"
        with closing(sqlite3.connect(path, uri=True, timeout=20)) as connection:
            return connection.execute(sql).fetchall()

    def kinds(self, case_id: str) -> list[str]:
        """What is on record about the case, in order."""
        found = self.rows(
            f"SELECT kind FROM entries WHERE subject = 'case:{case_id}' AND outcome = 'applied'"
            " ORDER BY arrival"
        )
        return [row[0] for row in found]

    def reviewer_of(self, case_id: str) -> str:
        """Who was drawn."""

        def has() -> str:
            found = self.rows(f"SELECT reviewer FROM desk_cases WHERE case_id = '{case_id}'")
            return str(found[0][0]) if found else ""

        wait_until(lambda: bool(has()), 30, "drawn")
        return has()


@contextmanager
def desk_office(home: Path, *, database: str = "", processes: int = 1) -> Iterator[DeskOffice]:
    office = DeskOffice(home, database=database, processes=processes)
    try:
        yield office
    finally:
        if office.process.poll() is None:
            office.stop()


@dataclass(frozen=True)
class Brought:
    """An accepted case."""

    id: str
    number: str

    @property
    def address(self) -> str:
        return f"/desk/cases/{self.id}"


class NowChain(SealedChain):
    """A chain of the present: what it records comes after all that anybody recorded before."""

    def add(self, event: Event, subject: str, id: str = "") -> Entry:
        now = datetime.now(UTC)
        last = Hlc.parse(self.entries[-1].hlc) if self.entries else Hlc()
        entry = seal(
            event, previous=self.head, id=id or uuid7(now, self._random.randbytes(10)),
            device=self.device, install=self.install, seq=len(self.entries) + 1, at=now,
            hlc=tick(last, now).text(), actor="1001", subject=subject,
        )  # fmt: skip
        self.entries.append(entry)
        return entry


class DeskWindow:
    """A window as the wire sees it."""

    def __init__(self, office: DeskOffice, device: str = "W01") -> None:
        self._office = office
        self.chain = NowChain(device, f"install-{device}")
        answer = office.lease(
            request=f"lease-{device}", device=device, install=self.chain.install, numbers=True
        )
        assert answer.status_code == 200, answer.text
        block = answer.json()["block"]
        self._next = int(block["first"])
        self.push([self.chain.add(CaseNumbersLeased(**_two(block)), "device")])

    def push(self, entries: Sequence[Entry]) -> None:
        answer = self._office.push(entries)
        assert answer.status_code == 200, answer.text
        assert answer.json()["exceptions"] == []

    def made(
        self, name: str = "张示例", *, item: str = ITEM, scans: tuple[str, ...] = ()
    ) -> tuple[Brought, list[Entry]]:
        """A whole case, sealed and not yet pushed."""
        serial, hall = self._next, self._office.hall
        self._next += 1
        day = f"{datetime.now(UTC):%Y%m%d}"
        number = hall.case_number.format(region=hall.region, date=day, serial=serial)
        case = Brought(id=f"{self.chain.device.lower()}-{serial}", number=number)
        chosen = self._office.items[item]
        events = accepted_events(chosen, name, number, self.chain.device, scans)
        return case, [self.chain.add(event, f"case:{case.id}") for event in events]

    def bring(
        self, name: str = "张示例", *, item: str = ITEM, scans: tuple[str, ...] = ()
    ) -> Brought:
        case, entries = self.made(name, item=item, scans=scans)
        self.push(entries)
        return case

    def supplement(self, case: Brought, material: str) -> None:
        """What the department asked for is brought to this window."""
        events: list[Event] = [
            CaseResumed(window=self.chain.device, ticket=""),
            MaterialReceived(material=material, originals=1, copies=1),
            CaseSupplemented(),
        ]
        self.push([self.chain.add(event, f"case:{case.id}") for event in events])


def _two(block: dict[str, Any]) -> dict[str, int]:
    return {"first": int(block["first"]), "last": int(block["last"])}


def accepted_events(
    item: Item, name: str, number: str, window: str, scans: tuple[str, ...]
) -> Iterator[Event]:
    person = Person(name=name, number="370199199001010011")
    applicant = Applicant(document=DocumentKind.RESIDENT, person=person, source=ValueSource.CARD)
    yield CaseOpened(window=window, ticket="")
    yield ApplicantIdentified(applicant=applicant)
    yield ItemChosen(
        item=item.code, name=item.name, department=item.department.name, version=item.version,
        list_hash=list_hash(item),
    )  # fmt: skip
    for question in item.questions:
        chosen = (question.options[0].id,)
        yield QuestionAnswered(question=question.id, options=chosen)
    for material in item.materials:
        yield MaterialReceived(
            material=material.id, originals=material.originals, copies=material.copies, scans=scans
        )
        scans = ()
    yield CaseAccepted(number=number, check="ABC234", promise_due=date(2099, 12, 1))


def browsers(office: DeskOffice) -> dict[str, Browser]:
    return {staff: Browser(office, staff) for staff in REVIEWERS}
