"""The one door to the local facts: append events and update projections in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from app.domain import case as cases
from app.domain.case import Case
from app.domain.case_events import Numbered
from app.domain.clock import Hlc, tick, uuid7
from app.domain.errors import AppError, BadEntry
from app.domain.event import Event
from app.domain.journal import GENESIS, Entry, check_body, check_chain, decode_event, seal
from app.ports import Clock
from app.storage.case_table import use_number
from app.storage.database import Statements, migrate, open_engine, reading, writing
from app.storage.page_table import forget_pages
from app.storage.projections import PROJECTIONS, project

Saved = Sequence[tuple[Entry, Event]]

_COLUMNS = "install, seq, id, device, at, hlc, actor, subject, kind, version, body, body_hash, hash"
_INSERT = f"INSERT INTO journal ({_COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)"  # noqa: S608
_SELECT = f"SELECT {_COLUMNS} FROM journal"  # noqa: S608


def _row(entry: Entry) -> tuple[str | int, ...]:
    return (
        entry.install, entry.seq, entry.id, entry.device, entry.at.isoformat(), entry.hlc,
        entry.actor, entry.subject, entry.kind, entry.version, entry.body, entry.body_hash,
        entry.hash,
    )  # fmt: skip


def _entry(row: Sequence[str | int]) -> Entry:
    return Entry(
        install=str(row[0]), seq=int(row[1]), id=str(row[2]), device=str(row[3]),
        at=datetime.fromisoformat(str(row[4])), hlc=str(row[5]), actor=str(row[6]),
        subject=str(row[7]), kind=str(row[8]), version=int(row[9]), body=str(row[10]),
        body_hash=str(row[11]), hash=str(row[12]),
    )  # fmt: skip


def _readable(hlc: str) -> bool:
    try:
        return Hlc.parse(hlc).text() == hlc
    except ValueError:
        return False


class Unit:
    """One transaction: what is appended here is saved together or not at all."""

    def __init__(self, store: Store, connection: Statements) -> None:
        self._store = store
        self.connection = connection
        self.saved: list[tuple[Entry, Event]] = []
        head = connection.exec_driver_sql(
            "SELECT seq, hash, hlc, (SELECT heard FROM chain) FROM journal WHERE install = ? "
            "ORDER BY seq DESC LIMIT 1",
            (store.install,),
        ).one_or_none()
        if head is None:  # the chain's first fact may follow what was heard
            heard = connection.exec_driver_sql("SELECT heard FROM chain").scalar_one()
            head = (0, GENESIS, "", heard)
        self._seq, self._head = int(head[0]), str(head[1])
        self._hlc = max((Hlc.parse(text) for text in head[2:] if text), default=Hlc())

    def append(self, event: Event, *, subject: str, actor: str) -> Entry:
        """Add one fact to the chain and to the projections."""
        at = self._store.clock.now()
        self._hlc = tick(self._hlc, at)
        entry = seal(
            event, previous=self._head, id=self._store.new_id(), device=self._store.device,
            install=self._store.install, seq=self._seq + 1, at=at, hlc=self._hlc.text(),
            actor=actor, subject=subject,
        )  # fmt: skip
        self.connection.exec_driver_sql(_INSERT, _row(entry))
        project(self.connection, entry, event, own=True)
        self._seq, self._head = entry.seq, entry.hash
        self.saved.append((entry, event))
        return entry

    def find_case(self, case_id: str) -> Case | None:
        return fold_case(self.connection, case_id)


_ABOUT = (
    f"SELECT {_COLUMNS}, (SELECT 1 FROM set_aside WHERE set_aside.install = journal.install "  # noqa: S608
    "AND set_aside.seq = journal.seq) FROM journal "
    "WHERE subject = ? AND substr(subject, 1, 5) = 'case:' ORDER BY hlc"
)


def fold_case(connection: Statements, case_id: str) -> Case | None:
    return cases.fold(case_id, events_about(connection, case_id))


def events_about(connection: Statements, case_id: str) -> Iterator[Event]:
    """All events of one case that count, in order."""
    # Nearly always nothing is set aside: every act folds its case, and reads no more than that.
    if connection.exec_driver_sql("SELECT 1 FROM set_aside LIMIT 1").one_or_none():
        yield from (event for _, event in facts_about(connection, case_id))
        return
    rows = connection.exec_driver_sql(
        "SELECT kind, version, body FROM journal "
        "WHERE subject = ? AND substr(subject, 1, 5) = 'case:' ORDER BY hlc",
        (f"case:{case_id}",),
    )
    for kind, version, body in rows:
        yield decode_event(kind, version, body)


def facts_about(connection: Statements, case_id: str) -> list[tuple[Entry, Event]]:
    """The facts about a case that count: what the back office set aside does not, nor what this
    window added to it before it knew."""
    rows = [tuple(row) for row in connection.exec_driver_sql(_ABOUT, (f"case:{case_id}",))]
    facts = []
    refused = any(row[-1] for row in rows)
    case: Case | None = None
    for row in rows:
        entry = _entry(row)
        event = decode_event(entry.kind, entry.version, entry.body)
        if refused:
            if row[-1]:
                continue
            try:
                case = cases.apply(case, case_id, event)
            except AppError:
                continue
        facts.append((entry, event))
    return facts


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
        return cls(engine, device=row[0], install=row[1], clock=clock, random=random)

    def close(self) -> None:
        self.engine.dispose()

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
                f"{_SELECT} WHERE install = ? AND seq > ? ORDER BY seq LIMIT ?",
                (install or self.install, after, limit),
            ).all()
        return [_entry(tuple(row)) for row in rows]

    def take_in(self, entries: Sequence[Entry]) -> None:
        """Keep facts that other windows saved about cases, as the back office knows them.

        What is here already is left as it is. Raises BadEntry where a body does not fit its hash,
        is no fact about a case, bears a time that nobody can read back, or claims to be this
        store's own without being here; and what the fold raises where they do not fit together.
        Then nothing of it is kept.
        """
        with writing(self.engine) as connection:
            for entry in entries:
                self._keep(connection, entry)
            for subject in {entry.subject for entry in entries}:
                project_again(connection, subject)
            latest = max((entry.hlc for entry in entries), default="")
            connection.exec_driver_sql("UPDATE chain SET heard = max(heard, ?)", (latest,))

    def _keep(self, connection: Statements, entry: Entry) -> None:
        check_body(entry)
        decode_event(entry.kind, entry.version, entry.body)
        if not entry.subject.startswith(("case:", "bundle:")) or not _readable(entry.hlc):
            raise BadEntry(kind=entry.kind, version=entry.version)
        new = connection.exec_driver_sql(
            f"{_INSERT} ON CONFLICT DO NOTHING RETURNING 1", _row(entry)
        ).one_or_none()
        if new and entry.install == self.install:  # never sealed here: its chain would break
            raise BadEntry(kind=entry.kind, version=entry.version)

    def verify(self, page: int = 2000) -> tuple[int, str]:
        """Check the whole chain. Returns (last seq, head). Raises ChainBroken."""
        seq, head = 0, GENESIS
        while entries := self.entries(after=seq, limit=page):
            seq, head = check_chain(entries, head, seq)
        return seq, head

    def rebuild(self) -> None:
        """Empty all projections and fold the journal again, in one transaction."""
        with writing(self.engine) as connection:
            refill(connection)


def refill(connection: Statements) -> None:
    """Fold the whole journal into empty projections. Raises BadEntry."""
    for table in PROJECTIONS:
        connection.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608 - names are constants
    install = connection.exec_driver_sql("SELECT install FROM chain").scalar_one()
    rows: Iterable[Sequence[str | int]] = connection.exec_driver_sql(
        f"{_SELECT} ORDER BY hlc, install, seq"
    ).all()
    refused = set(connection.exec_driver_sql("SELECT install, seq FROM set_aside").all())
    subjects = set()
    for row in rows:
        entry = _entry(tuple(row))
        event = decode_event(entry.kind, entry.version, entry.body)
        own = entry.install == install
        if (entry.install, entry.seq) in refused and entry.subject.startswith("case:"):
            subjects.add(entry.subject)
            if own and isinstance(event, Numbered):  # it used its number up, and does no more
                use_number(connection, entry.subject.removeprefix("case:"))
            continue
        project(connection, entry, event, own=own)
    for subject in subjects:
        project_again(connection, subject)


def project_again(connection: Statements, subject: str) -> None:
    """The rows of a case or bundle from the journal in order: what came in may be older than what
    was here, and what was refused no longer counts. Raises what the fold raises."""
    about, _, key = subject.partition(":")
    if about == "case":
        facts = facts_about(connection, key)
        cases.fold(key, (event for _, event in facts))
    else:
        rows = connection.exec_driver_sql(
            f"{_SELECT} WHERE subject = ? ORDER BY hlc, install, seq", (subject,)
        ).all()
        entries = [_entry(tuple(row)) for row in rows]
        facts = [(one, decode_event(one.kind, one.version, one.body)) for one in entries]
    connection.exec_driver_sql(f"DELETE FROM {about}s WHERE id = ?", (key,))  # noqa: S608 - a constant
    if about == "case":
        forget_pages(connection, key)
    for entry, event in facts:
        project(connection, entry, event, own=False)  # numbers were used up when it was saved
