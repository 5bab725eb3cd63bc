"""A window with its own secrets that is enrolled as the product does it; copies of its disk."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import requests

from app.ports import Clock
from app.services.enrolment import Enrolment, EnrolmentDone
from app.storage.secrets import FileSecrets
from app.storage.store import Saved, Store
from sync.client.enrol import ask_enrolment
from sync.client.round import LeaseAims
from sync.devices import CODES_PATH
from tests.sync.world import Answering, ClientWindow, wait_until


def new_code(office: Answering, device: str) -> str:
    made = requests.post(
        office.url + CODES_PATH, json={"device": device}, headers=office.headers(), timeout=10
    )
    assert made.status_code == 200, made.text
    return str(made.json()["code"])


class EnrolledWindow(ClientWindow):
    """``saved`` remembers the ids of all that it ever saved."""

    def __init__(
        self, home: Path, url: str, *, device: str = "W01", aims: LeaseAims | None = None,
        clock: Clock | None = None,
    ) -> None:  # fmt: skip
        self.home = home
        home.mkdir(exist_ok=True)
        self.enrolment = enrolment_of(home, lambda: self.store)
        self._url = url
        super().__init__(
            home, url, "", device=device, access=self.enrolment.access, aims=aims, clock=clock
        )
        self.saved: list[str] = []
        self.store.subscribe(self._remember)

    def _remember(self, saved: Saved) -> None:
        self.saved += [entry.id for entry, _ in saved]

    def enrol(self, code: str) -> EnrolmentDone:
        return self.enrolment.enrol(self._url, code)

    def start(self) -> EnrolledWindow:
        self.worker.start()
        wait_until(lambda: self.outbox.numbers_left() > 0 and self.settled())
        return self


def enrolment_of(home: Path, store: Callable[[], Store]) -> Enrolment:
    return Enrolment(store, FileSecrets(home), ask_enrolment, random=os.urandom)


@contextmanager
def enrolled_window(
    home: Path, office: Answering, code: str = "", *, device: str = "W01",
    aims: LeaseAims | None = None, clock: Clock | None = None, port: int = 0,
) -> Iterator[EnrolledWindow]:  # fmt: skip
    """With a code it is enrolled first."""
    url = f"http://127.0.0.1:{port or office.port}"
    window = EnrolledWindow(home, url, device=device, aims=aims, clock=clock)
    try:
        if code:
            window.enrol(code)
        yield window
    finally:
        if not window.worker._thread.ident:
            window.worker._stopping.set()
        window.close()


def copy_disk(home: Path, to: Path) -> None:
    """The files as they lie there, while no program has them open."""
    shutil.copytree(home, to)


def facts_at(office: Answering) -> Counter[str]:
    """How often each fact has been taken at the back office, by its id; stop it first."""
    with closing(sqlite3.connect(office.data / "backoffice.db")) as raw:
        rows = raw.execute("SELECT id FROM entries WHERE first = 1").fetchall()
    return Counter(str(row[0]) for row in rows)


def refused_at(office: Answering) -> dict[str, str]:
    """Codes of refused facts by their ids."""
    with closing(sqlite3.connect(office.data / "backoffice.db")) as raw:
        rows = raw.execute("SELECT id, code FROM entries WHERE outcome = 'refused'").fetchall()
    return {str(row[0]): str(row[1]) for row in rows}


def all_ids(store: Store) -> set[str]:
    with store.read() as connection:
        return {row[0] for row in connection.exec_driver_sql("SELECT id FROM journal").all()}
