"""The one door to the local facts: append events and update projections in one transaction."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from app.domain.case import Case
from app.domain.clock import Hlc, tick, uuid7
from app.domain.errors import ChainBroken
from app.domain.event import Event
from app.domain.journal import GENESIS, Entry, check_chain, decode_event, seal
from app.ports import Clock
from app.storage.database import Statements, migrate, open_engine, reading, writing
from app.storage.folding import check_fit, fold_case, fold_late, note_fit, project_again, refill
from app.storage.journal_table import INSERT, SELECT, entry_of, hear, keep_foreign, row_of
from app.storage.projections import project

Saved = Sequence[tuple[Entry, Event]]


_HEAD = (
    "SELECT c.device, c.install, c.heard, j.seq, j.hash, j.hlc FROM chain c "
    "LEFT JOIN journal j ON j.install = c.install "
    "AND j.seq = (SELECT max(seq) FROM journal WHERE install = c.install)"
)


class Unit:
    """One transaction: what is appended here is saved together or not at all."""

    def __init__(self, store: Store, connection: Statements) -> None:
        self._store = store
        self.connection = connection
        self.saved: list[tuple[Entry, Event]] = []
        # The chain is named in the file: another program may have enrolled this device anew.
        device, install, heard, seq, head, hlc = connection.exec_driver_sql(_HEAD).one()
        store.adopt(device, install)
        self._seq, self._head = seq or 0, head or GENESIS
        # The chain's first fact may follow what was heard.
        self._hlc = max((Hlc.parse(text) for text in (heard, hlc) if text), default=Hlc())

    def append(self, event: Event, *, subject: str, actor: str) -> Entry:
        """Add one fact to the chain and to the projections."""
        at = self._store.clock.now()
        self._hlc = tick(self._hlc, at)
        entry = seal(
            event, previous=self._head, id=self._store.new_id(), device=self._store.device,
            install=self._store.install, seq=self._seq + 1, at=at, hlc=self._hlc.text(),
            actor=actor, subject=subject,
        )  # fmt: skip
        self.connection.exec_driver_sql(INSERT, row_of(entry))
        project(self.connection, entry, event, own=True)
        self._seq, self._head = entry.seq, entry.hash
        self.saved.append((entry, event))
        return entry

    def find_case(self, case_id: str) -> Case | None:
        return fold_case(self.connection, case_id)


class Store:
    """The journal and its projections in one SQLCipher file. Safe to use from several threads."""

    def __init__(
        self, engine: Engine, *, device: str, install: str, clock: Clock,
        random: Callable[[int], bytes],
    ) -> None:  # fmt: skip
        self.engine = engine
        self.device = device
        self.install = install
        self.clock = clock
        self._random = random
        self._listeners: list[Callable[[Saved], None]] = []

    @classmethod
    def open(
        cls, home: Path, key: bytes, *, device: str, clock: Clock, random: Callable[[int], bytes]
    ) -> Store:
        """Open or create ``home/onewindow.db``.

        ``device`` names a new chain only; an existing store keeps the name it was made with.
        Raises StoreError and its subclasses.
        """
        path = home / "onewindow.db"
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        engine = open_engine(path, key)
        migrate(engine, home / "backups", clock.now())
        with writing(engine) as connection:
            connection.exec_driver_sql(
                "INSERT INTO chain (one, device, install) VALUES (1, ?, ?) ON CONFLICT DO NOTHING",
                (device, random(8).hex()),
            )
            row = connection.exec_driver_sql("SELECT device, install, filled FROM chain").one()
            schema = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
            if row[2] < schema:
                # A migration may have added columns; together with the mark, so that a kill
                # between the two leaves nothing half filled.
                refill(connection)
                connection.exec_driver_sql("UPDATE chain SET filled = ?", (schema,))
            fold_late(connection)
        return cls(engine, device=row[0], install=row[1], clock=clock, random=random)

    def close(self) -> None:
        self.engine.dispose()

    def adopt(self, device: str, install: str) -> None:
        """The chain that is written from now on."""
        self.device, self.install = device, install

    def identity(self) -> tuple[str, str]:
        """(device, install) as the file says now."""
        with self.read() as connection:
            device, install = connection.exec_driver_sql("SELECT device, install FROM chain").one()
        self.adopt(device, install)
        return device, install

    def new_id(self) -> str:
        return uuid7(self.clock.now(), self._random(10))

    def check_code(self) -> str:
        """Six characters without look-alikes, for the progress page."""
        alphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
        return "".join(alphabet[byte % len(alphabet)] for byte in self._random(6))

    def subscribe(self, listener: Callable[[Saved], None]) -> None:
        """``listener`` hears what was saved, after the commit, in the thread that saved it."""
        self._listeners.append(listener)

    @contextmanager
    def begin(self) -> Iterator[Unit]:
        """One writing transaction. Raises StoreError; then nothing of it is saved."""
        with writing(self.engine) as connection:
            unit = Unit(self, connection)
            yield unit
        self.tell(unit)

    def tell(self, unit: Unit) -> None:
        """After its commit."""
        if unit.saved:
            for listener in self._listeners:
                listener(unit.saved)

    @contextmanager
    def read(self) -> Iterator[Statements]:
        """One reading transaction: a steady view of the tables."""
        with reading(self.engine) as connection:
            yield connection

    def find_case(self, case_id: str) -> Case | None:
        with self.read() as connection:
            return fold_case(connection, case_id)

    def entries(self, after: int = 0, limit: int = -1, install: str = "") -> list[Entry]:
        """Entries of one chain in order, from ``after`` (exclusive)."""
        with self.read() as connection:
            rows = connection.exec_driver_sql(
                f"{SELECT} WHERE install = ? AND seq > ? ORDER BY seq LIMIT ?",
                (install or self.install, after, limit),
            ).all()
        return [entry_of(row) for row in rows]

    def take_in(self, entries: Sequence[Entry], arrivals: Sequence[int] = ()) -> None:
        """Keep facts that other windows saved about cases, as the back office knows them.

        ``arrivals`` are their places in its order, where it said them. What is here already is
        left as it is; this window's own facts that wait follow, as far as they fit. Raises BadEntry
        where a body does not fit its hash, is no fact about a case, bears a time that nobody can
        read back, or claims to be this store's own without being here; and what the fold raises
        where they do not fit together. Then nothing of it is kept.
        """
        places = arrivals if len(arrivals) == len(entries) else [0] * len(entries)
        with writing(self.engine) as connection:
            for entry, arrival in zip(entries, places, strict=True):
                decode_event(entry.kind, entry.version, entry.body)
                keep_foreign(connection, entry, own=self.install, arrival=arrival)
            told = frozenset(entry.id for entry in entries)
            for subject in {entry.subject for entry in entries}:
                check_fit(connection, subject, told)
                note_fit(connection, subject, project_again(connection, subject))
            said = connection.exec_driver_sql("SELECT said FROM feed").scalar_one()
            now = self.clock.now()
            if said:
                now = max(now, datetime.fromisoformat(said))
            hear(connection, (entry.hlc for entry in entries), now)

    def verify(self, page: int = 2000) -> tuple[int, str]:
        """Check the whole chain, and the former ones as far as they were written here.

        Returns (last seq, head) of the present one. Raises ChainBroken.
        """
        with self.read() as connection:
            formers = connection.exec_driver_sql(
                "SELECT install, acknowledged FROM former_chains"
            ).all()
        for install, last in formers:
            seq, _ = self._verify(install, last, page)
            if seq != last:
                raise ChainBroken(seq=seq + 1)
        return self._verify(self.install, sys.maxsize, page)

    def _verify(self, install: str, last: int, page: int) -> tuple[int, str]:
        seq, head = 0, GENESIS
        while entries := self.entries(after=seq, limit=min(page, last - seq), install=install):
            seq, head = check_chain(entries, head, seq)
        return seq, head

    def rebuild(self) -> None:
        """Empty all projections and fold the journal again, in one transaction."""
        with writing(self.engine) as connection:
            refill(connection)
