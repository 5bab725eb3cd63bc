"""Take in what the back office's feed brings, and how far it was taken, in one transaction.

What cannot be folded sets its own case aside and never holds up the rest. Facts of other windows
about cases at rest are forgotten after their time; this window's own chain is never touched.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from app.domain.case_events import CaseFinished, CaseLeft, ConflictRecorded, SupplementAsked
from app.domain.errors import BadEntry
from app.domain.event import Event
from app.domain.events import OrderGiven
from app.domain.journal import Entry, check_body, decode_event
from app.storage.database import Statements, reading, writing
from app.storage.folding import DAMAGED, clashes, note_fit, try_project
from app.storage.forgetting import forget_cases, forget_facts, forget_news, note_rest
from app.storage.journal_table import IS_OWN, hear, keep_foreign
from app.storage.line_inbox import concerns_line, take_line
from app.storage.set_aside_table import set_aside, unpark
from app.storage.store import Store, Unit

_HEADS = {"case": "CaseOpened", "bundle": "BundleChosen"}
_BATCH = 100  # cases looked through in one transaction
_CLASHES = 20  # tried again with each page


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A fact of this window that had been parked is decided: ``code`` is "" where it applies,
    ``install`` where it is in the present chain."""

    seq: int
    id: str
    arrival: int
    code: str = ""
    detail: str = ""
    install: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedPage:
    """What came for the cursor ``asked``. ``entries`` are (arrival, entry) and ``own`` (seq,
    arrival) of this window's facts that the back office has applied, both in order of arrival.
    ``damaged`` are subjects of facts that cannot be. ``reset``: the feed begins anew. ``said`` is
    the back office's time."""

    asked: str
    cursor: str
    said: datetime
    reset: bool = False
    more: bool = False
    entries: Sequence[tuple[int, Entry]] = ()
    own: Sequence[tuple[int, int]] = ()
    verdicts: Sequence[Verdict] = ()
    damaged: Sequence[str] = ()


@dataclass(slots=True)
class _Page:
    """What one page has touched."""

    at: str
    install: str
    device: str
    subjects: dict[str, None] = field(default_factory=dict)  # in order
    damaged: set[str] = field(default_factory=set)  # a fact about them could not be kept
    times: list[str] = field(default_factory=list)
    latest: dict[str, datetime] = field(default_factory=dict)
    news: list[tuple[Entry, Event]] = field(default_factory=list)
    line: list[Entry] = field(default_factory=list)  # of tickets, windows and the hall's rules


class Inbox:
    """Called from the feed's thread alone."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def identity(self) -> tuple[str, str]:
        """(device, install)."""
        return self._store.identity()

    def cursor(self) -> str:
        """How far the feed was taken, "" before its beginning. Raises StoreError."""
        with self._store.read() as connection:
            return str(connection.exec_driver_sql("SELECT cursor FROM feed").scalar_one())

    def take(self, page: FeedPage) -> bool:
        """Whether it was taken: not where another was taken meanwhile. Raises StoreError; then
        nothing of it is kept, and the cursor stands where it stood."""
        with writing(self._store.engine) as connection:
            cursor, epoch, install = connection.exec_driver_sql(
                "SELECT cursor, epoch, install FROM feed, chain"
            ).one()
            if cursor != page.asked or install != self._store.install:
                return False
            if page.reset:
                connection.exec_driver_sql(
                    "UPDATE feed SET epoch = ?, whole = 0, swept = 0", (epoch + 1,)
                )
                connection.exec_driver_sql("DELETE FROM unfit WHERE code = ?", (DAMAGED,))
            touched = _Page(
                at=self._store.clock.now().isoformat(), install=self._store.install,
                device=self._store.device,
            )  # fmt: skip
            for subject in page.damaged:
                _note_damage(touched, subject)
            for arrival, entry in page.entries:
                _take_entry(connection, touched, arrival, entry)
            _place_own(connection, touched, page.own)
            for verdict in page.verdicts:
                _take_verdict(connection, touched, verdict)
            for subject in touched.subjects:
                _settle(connection, touched, subject)
            _try_clashes(connection, touched)
            for entry, event in touched.news:
                if isinstance(event, OrderGiven) or _concerns(connection, touched, entry, event):
                    _tell(connection, entry, touched.at)
            hear(connection, touched.times, page.said)
            connection.exec_driver_sql(
                "UPDATE feed SET cursor = ?, said = ?, whole = max(whole, ?)",
                (page.cursor, page.said.isoformat(), not page.more and not page.reset),
            )
            answers = Unit(self._store, connection)  # after all that was heard
            take_line(answers, touched.line, touched.device)
        self._store.tell(answers)
        return True

    # -- afterwards ---------------------------------------------------------------------------

    def sweep(self) -> None:
        """Once a feed that began anew was taken whole: what only an earlier one had told no longer
        counts. Slow, and only after a beginning. Raises StoreError."""
        with reading(self._store.engine) as connection:
            epoch, whole, swept = connection.exec_driver_sql(
                "SELECT epoch, whole, swept FROM feed"
            ).one()
            if not whole or swept:
                return
            subjects = [
                str(row[0])
                for row in connection.exec_driver_sql(
                    "SELECT DISTINCT subject FROM journal WHERE install <> ? "
                    "AND (epoch <> ? OR arrival = 0) "
                    "AND (substr(subject, 1, 5) = 'case:' OR substr(subject, 1, 7) = 'bundle:')",
                    (self._store.install, epoch),
                )
            ]
        for start in range(0, len(subjects), _BATCH):
            with writing(self._store.engine) as connection:
                for subject in subjects[start : start + _BATCH]:
                    try_project(connection, subject)
        with writing(self._store.engine) as connection:
            connection.exec_driver_sql("UPDATE feed SET swept = 1 WHERE epoch = ?", (epoch,))

    def forget(self, days: int) -> int:
        """Forget what other windows recorded of cases at rest for so many days, and old news that
        was read. Returns how many cases. Raises StoreError."""
        before = (self._store.clock.now() - timedelta(days=days)).isoformat()
        forgotten = 0
        while True:
            with writing(self._store.engine) as connection:
                some = forget_cases(connection, before)
                if not some:
                    forget_news(connection, before)
                    return forgotten
            forgotten += some


def _take_entry(connection: Statements, touched: _Page, arrival: int, entry: Entry) -> None:
    about = entry.subject.partition(":")[0]
    if entry.subject in {"hall", f"device:{touched.device}"}:
        event = _decoded(entry)
        if isinstance(event, OrderGiven):
            touched.news.append((entry, event))
            return
    if concerns_line(entry.subject, touched.device):
        touched.line.append(entry)
        touched.times.append(entry.hlc)
        return
    if about not in _HEADS:
        return
    touched.subjects[entry.subject] = None
    try:
        keep_foreign(connection, entry, own=touched.install, arrival=arrival)
    except BadEntry:
        _note_damage(touched, entry.subject)
        return
    touched.times.append(entry.hlc)
    touched.latest[entry.subject] = entry.at
    event = _decoded(entry)
    if event is not None and _is_news(event):
        touched.news.append((entry, event))


def _note_damage(touched: _Page, subject: str) -> None:
    if subject.partition(":")[0] in _HEADS:
        touched.subjects[subject] = None
        touched.damaged.add(subject)


def _decoded(entry: Entry) -> Event | None:
    try:
        check_body(entry)
        return decode_event(entry.kind, entry.version, entry.body)
    except BadEntry:
        return None


def _place_own(connection: Statements, touched: _Page, own: Iterable[tuple[int, int]]) -> None:
    """An own fact now has its place in the order. A case of this window alone stays as it is."""
    for seq, arrival in own:
        row = connection.exec_driver_sql(
            "UPDATE journal SET arrival = ?, epoch = (SELECT epoch FROM feed) "
            "WHERE install = ? AND seq = ? AND (arrival <> ? OR epoch <> (SELECT epoch FROM feed)) "
            "RETURNING subject",
            (arrival, touched.install, seq, arrival),
        ).one_or_none()
        if row is None or row[0] in touched.subjects or not row[0].startswith("case:"):
            continue
        mixed = connection.exec_driver_sql(
            "SELECT 1 FROM journal WHERE subject = ? AND substr(subject, 1, 5) = 'case:' "
            "AND install <> ? LIMIT 1",
            (row[0], touched.install),
        ).one_or_none()
        if mixed is not None:
            touched.subjects[row[0]] = None


def _take_verdict(connection: Statements, touched: _Page, verdict: Verdict) -> None:
    """Of a fact that the back office had parked. One about a fact that is not here is none."""
    install = verdict.install or touched.install
    row = connection.exec_driver_sql(
        "SELECT subject FROM journal WHERE install = ? AND seq = ? AND id = ? "
        "AND (install = ? OR install IN (SELECT install FROM former_chains))",
        (install, verdict.seq, verdict.id, touched.install),
    ).one_or_none()
    if row is None:
        return
    unpark(connection, install, (verdict.seq,))
    if verdict.code:
        at = datetime.fromisoformat(touched.at)
        set_aside(connection, install, verdict.seq, verdict.code, verdict.detail, at)
    elif install == touched.install:  # one of a former chain comes as any fact of others
        _place_own(connection, touched, [(verdict.seq, verdict.arrival)])
    if str(row[0]).startswith("case:"):
        touched.subjects[str(row[0])] = None


def _settle(connection: Statements, touched: _Page, subject: str) -> None:
    """Fold a subject anew, and remember whether that went well and whether it is at rest."""
    about, _, key = subject.partition(":")
    kinds, own = _known_of(connection, touched, subject)
    if not own and _HEADS[about] not in kinds:
        # Its beginning was forgotten here, or never sent: who needs it fetches the whole.
        forget_facts(connection, subject)
        if subject in touched.damaged:
            _note(connection, touched, subject, DAMAGED)
        return
    code = try_project(connection, subject)
    if not code and (subject in touched.damaged or _is_damaged(connection, subject)):
        code = DAMAGED
    _note(connection, touched, subject, code)
    if about == "case":
        note_rest(connection, key, touched.latest.get(subject), touched.at, own=own)


def _is_damaged(connection: Statements, subject: str) -> bool:
    row = connection.exec_driver_sql(
        "SELECT 1 FROM unfit WHERE subject = ? AND code = ?", (subject, DAMAGED)
    )
    return row.one_or_none() is not None


def _note(connection: Statements, touched: _Page, subject: str, code: str) -> None:
    if note_fit(connection, subject, code, touched.at):
        connection.exec_driver_sql(
            "INSERT INTO news (id, kind, version, body, subject, device, at, heard) "
            "VALUES (?, 'CaseUnfit', 1, ?, ?, '', ?, ?) ON CONFLICT DO NOTHING",
            (f"unfit:{subject}:{code}"[:300], code, subject, touched.at, touched.at),
        )


def _known_of(connection: Statements, touched: _Page, subject: str) -> tuple[set[str], bool]:
    """The kinds of the facts that are here, and whether any of them is this window's."""
    term = "substr(subject, 1, 5) = 'case:'"
    if not subject.startswith("case:"):
        term = "substr(subject, 1, 7) = 'bundle:'"
    rows = connection.exec_driver_sql(
        f"SELECT DISTINCT kind, {IS_OWN} OR device = ? FROM journal "  # noqa: S608 - constants
        f"WHERE subject = ? AND {term}",
        (touched.device, subject),
    ).all()
    return {str(row[0]) for row in rows}, any(row[1] for row in rows)


def _try_clashes(connection: Statements, touched: _Page) -> None:
    for subject in clashes(connection)[:_CLASHES]:
        if subject not in touched.subjects:
            _note(connection, touched, subject, try_project(connection, subject))


# -- news -----------------------------------------------------------------------------------------


def _is_news(event: Event) -> bool:
    if isinstance(event, CaseLeft):
        return event.freed_by != ""
    return isinstance(event, ConflictRecorded | SupplementAsked | CaseFinished)


def _concerns(connection: Statements, touched: _Page, entry: Entry, event: Event) -> bool:
    """Whether this window has worked on the case, or wanted to."""
    if isinstance(event, ConflictRecorded) and event.window == touched.device:
        return True
    return _known_of(connection, touched, entry.subject)[1]


def _tell(connection: Statements, entry: Entry, at: str) -> None:
    connection.exec_driver_sql(
        "INSERT INTO news (id, kind, version, body, subject, device, at, heard) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        (entry.id, entry.kind, entry.version, entry.body, entry.subject, entry.device,
         entry.at.isoformat(), at),
    )  # fmt: skip
