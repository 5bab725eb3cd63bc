"""Decide which facts about a case count at this window, and in which order.

First those that the back office has applied, in its order of arrival; then this window's own that
wait for it. What it set aside does not count, nor an own fact that no longer fits what came before:
until it is decided it simply does not count. So a window to which nothing is new sees every case as
the back office does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from heapq import merge
from typing import Any

import sqlcipher3

from app.domain import case as cases
from app.domain.case import Case
from app.domain.case_events import Numbered
from app.domain.errors import AppError, BadEntry
from app.domain.event import Event
from app.domain.events import KINDS, BundleChosen, BundleDecided, DeviceReenrolled
from app.domain.journal import Entry, decode_event
from app.storage.case_table import use_number
from app.storage.database import Statements
from app.storage.journal_table import COLUMNS, IS_OWN, SELECT, WIDTH, entry_of
from app.storage.line_facts import heard, was_heard
from app.storage.page_table import forget_pages
from app.storage.projections import PROJECTIONS, project
from app.storage.set_aside_table import forget_answers, lay_blocks, lift_blocks

NEWER = "FEED-NEWER"  # a fact of a kind that a later program knows
UNFIT = "FEED-UNFIT"  # a fact that does not fit those before it
CLASH = "FEED-CLASH"  # its number or id is another's here
DAMAGED = "FEED-DAMAGED"  # a fact that could not be kept, for it is not what was sealed

# The terms of the partial indexes, word for word.
_IS_CASE = "substr(subject, 1, 5) = 'case:'"
_IS_BUNDLE = "substr(subject, 1, 7) = 'bundle:'"
_SET_ASIDE = (
    "EXISTS (SELECT 1 FROM set_aside WHERE set_aside.install = journal.install "
    "AND set_aside.seq = journal.seq)"
)
_NUMBERED = ", ".join(
    f"'{name}'" for name, kind in KINDS.items() if issubclass(kind, Numbered | BundleDecided)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """The facts that count. ``unfit`` is the code of the first applied one that cannot be folded
    here, "" where all can."""

    facts: tuple[tuple[Entry, Event], ...]
    unfit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    entry: Entry
    applied: bool


def fold_case(connection: Statements, case_id: str) -> Case | None:
    return cases.fold(case_id, events_about(connection, case_id))


def events_about(connection: Statements, case_id: str) -> Iterable[Event]:
    """All events of one case that count, in order."""
    rows = connection.exec_driver_sql(
        f"SELECT kind, version, body, NOT {IS_OWN} OR "  # noqa: S608 - constants
        f"{_SET_ASIDE} FROM journal WHERE subject = ? AND {_IS_CASE} ORDER BY hlc",
        (f"case:{case_id}",),
    ).all()
    # Nearly always all facts are this window's and none is set aside: every act folds its case.
    if not any(row[3] for row in rows):
        return [decode_event(kind, version, body) for kind, version, body, _ in rows]
    return [event for _, event in facts_about(connection, case_id)]


def facts_about(connection: Statements, case_id: str) -> tuple[tuple[Entry, Event], ...]:
    """The facts about a case that count, in order."""
    return facts_of(connection, f"case:{case_id}").facts


def facts_of(connection: Statements, subject: str) -> Folded:
    """Of a case or a bundle. Raises BadEntry for facts of this window alone that it cannot read."""
    rows = _rows_of(connection, subject)
    epoch, whole = connection.exec_driver_sql("SELECT epoch, whole FROM feed").one()
    if all(row[-1] and not row[-2] for row in rows):
        entries = [entry_of(row) for row in rows]
        return Folded(facts=tuple((e, decode_event(e.kind, e.version, e.body)) for e in entries))
    applied: list[tuple[int, Entry]] = []
    waiting: list[Entry] = []
    for row in rows:
        arrival, told, refused, own = row[WIDTH:]
        if refused:
            continue
        if arrival and (told == epoch or not whole):
            applied.append((arrival, entry_of(row)))
        elif own or not whole:
            waiting.append(entry_of(row))
        # What the back office no longer knows since it was restored is here, and does not count.
    applied.sort(key=lambda one: one[0])
    known = [_Known(entry=entry, applied=True) for _, entry in applied]
    known += [_Known(entry=entry, applied=False) for entry in waiting]
    return _fold(subject, known)


def check_fit(connection: Statements, subject: str, told: frozenset[str]) -> None:
    """Fold the facts that are not this window's own alone: others' and those with the ids
    ``told``. Raises what the fold raises."""
    about, _, key = subject.partition(":")
    rows = [row for row in _rows_of(connection, subject) if not row[-1] or row[2] in told]
    # What was sealed a second time here, after a restored disk, counts once: as it is told.
    others = {row[2] for row in rows if not row[-1]}
    rows = [row for row in rows if not (row[-1] and row[2] in others)]
    rows.sort(key=lambda row: row[WIDTH])
    case: Case | None = None
    facts: list[tuple[Entry, Event]] = []
    for entry in map(entry_of, rows):
        event = decode_event(entry.kind, entry.version, entry.body)
        if about == "case":
            case = cases.apply(case, key, event)
        else:
            _check_bundle(facts, event)
        facts.append((entry, event))


def _rows_of(connection: Statements, subject: str) -> list[tuple[Any, ...]]:
    """Entries, with where they stand in the order, whether they are set aside, whether own."""
    term = _IS_CASE if subject.startswith("case:") else _IS_BUNDLE
    aside = _SET_ASIDE if subject.startswith("case:") else "0"
    return connection.exec_driver_sql(
        f"SELECT {COLUMNS}, arrival, epoch, {aside}, {IS_OWN} FROM journal "  # noqa: S608 - constants
        f"WHERE subject = ? AND {term} ORDER BY hlc, install, seq",
        (subject,),
    ).all()


def _fold(subject: str, known: Iterable[_Known]) -> Folded:
    about, _, key = subject.partition(":")
    case: Case | None = None
    facts: list[tuple[Entry, Event]] = []
    seen: set[str] = set()
    unfit = ""
    for one in known:
        entry = one.entry
        if entry.id in seen:  # sealed a second time, after a restored disk
            continue
        try:
            event = decode_event(entry.kind, entry.version, entry.body)
            if about == "case":
                case = cases.apply(case, key, event)
            else:
                _check_bundle(facts, event)
        except AppError:
            if one.applied and not unfit:
                unfit = NEWER if _is_newer(entry) else UNFIT
            continue
        seen.add(entry.id)
        facts.append((entry, event))
    return Folded(facts=tuple(facts), unfit=unfit)


def _check_bundle(facts: list[tuple[Entry, Event]], event: Event) -> None:
    """Chosen once and first. Raises BadEntry."""
    if not isinstance(event, BundleChosen | BundleDecided) or (
        isinstance(event, BundleChosen) is bool(facts)
    ):
        raise BadEntry(kind=type(event).__name__)


def _is_newer(entry: Entry) -> bool:
    kind = KINDS.get(entry.kind)
    return kind is None or entry.version > kind.VERSION


# -- the tables that screens read -----------------------------------------------------------------


def project_again(connection: Statements, subject: str) -> str:
    """The rows of a case or bundle from the facts that count, in order. Returns ``unfit``."""
    folded = facts_of(connection, subject)
    forget_rows(connection, subject)
    _project(connection, folded.facts)
    return folded.unfit


def forget_rows(connection: Statements, subject: str) -> None:
    about, _, key = subject.partition(":")
    connection.exec_driver_sql(f"DELETE FROM {about}s WHERE id = ?", (key,))  # noqa: S608 - case or bundle
    if about == "case":
        connection.exec_driver_sql("DELETE FROM results WHERE id = ?", (key,))
        forget_pages(connection, key)


def _project(connection: Statements, facts: Iterable[tuple[Entry, Event]]) -> None:
    here = connection.exec_driver_sql("SELECT device, install FROM chain").one()
    formers = set(connection.exec_driver_sql("SELECT install FROM former_chains").all())
    for entry, event in facts:
        own = entry.device == here[0] or entry.install == here[1] or (entry.install,) in formers
        project(connection, entry, event, own=own, saving=False)


def refill(connection: Statements) -> None:
    """Fold the whole journal into empty projections. Raises BadEntry for facts of this window
    that it cannot read; what another's cannot be folded is left out, as it was."""
    blocks = lift_blocks(connection)
    for table in PROJECTIONS:
        connection.exec_driver_sql(f"DELETE FROM {table}")  # noqa: S608 - names are constants
    forget_answers(connection)
    for entry in _others(connection):
        event = decode_event(entry.kind, entry.version, entry.body)
        project(connection, entry, event, own=not was_heard(entry))
    _use_numbers(connection)
    lay_blocks(connection, blocks)
    clashing = clashes(connection)
    for term in (_IS_CASE, _IS_BUNDLE):
        for (subject,) in connection.exec_driver_sql(
            f"SELECT DISTINCT subject FROM journal WHERE {term} ORDER BY subject"  # noqa: S608 - constants
        ):
            if subject not in clashing:
                _project(connection, facts_of(connection, subject).facts)
    for subject in clashing:
        try_project(connection, subject)


def fold_late(connection: Statements) -> None:
    """An updated program may fold what its former could not."""
    for (subject,) in connection.exec_driver_sql("SELECT subject FROM unfit").all():
        note_fit(connection, subject, try_project(connection, subject))


def note_fit(connection: Statements, subject: str, code: str, at: str = "") -> bool:
    """Remember that a subject cannot be folded, or can again. Whether ``code`` is news."""
    if not code:
        connection.exec_driver_sql("DELETE FROM unfit WHERE subject = ?", (subject,))
        return False
    row = connection.exec_driver_sql(
        "SELECT code FROM unfit WHERE subject = ?", (subject,)
    ).one_or_none()
    connection.exec_driver_sql(
        "INSERT INTO unfit (subject, code, at) VALUES (?, ?, ?) "
        "ON CONFLICT (subject) DO UPDATE SET code = excluded.code",
        (subject, code, at),
    )
    return row is None or row[0] != code


def clashes(connection: Statements) -> list[str]:
    """Subjects whose rows the tables did not take beside those of others."""
    rows = connection.exec_driver_sql(
        "SELECT subject FROM unfit WHERE code = ? ORDER BY subject", (CLASH,)
    )
    return [str(row[0]) for row in rows.all()]


def try_project(connection: Statements, subject: str) -> str:
    """As ``project_again``, but what the tables do not take leaves no rows. Returns ``unfit``."""
    connection.exec_driver_sql("SAVEPOINT subject")
    try:
        unfit = project_again(connection, subject)
    except (AppError, sqlcipher3.IntegrityError):
        connection.exec_driver_sql("ROLLBACK TO subject")
        forget_rows(connection, subject)
        unfit = CLASH
    connection.exec_driver_sql("RELEASE subject")
    return unfit


def _others(connection: Statements) -> Iterator[Entry]:
    """Facts of this device that are about no case and no bundle, in the order in which they
    happened: that of each chain, but for what opened it, which came after all that it took over.
    Between them, what was heard of the line.
    """
    term = f"NOT {_IS_CASE} AND NOT {_IS_BUNDLE}"
    installs = connection.exec_driver_sql(
        f"SELECT DISTINCT install FROM journal WHERE {term}"  # noqa: S608 - constants
    ).all()

    def facts(tail: str, *values: str) -> Iterator[Entry]:
        return map(
            entry_of, connection.exec_driver_sql(f"{SELECT} WHERE {term} AND {tail}", values)
        )

    chains = [
        facts("install = ? AND kind <> ? ORDER BY seq", install, DeviceReenrolled.__name__)
        for (install,) in installs
    ]
    openings = facts("kind = ? ORDER BY hlc", DeviceReenrolled.__name__)
    return merge(*chains, openings, heard(connection), key=lambda entry: entry.hlc)


def _use_numbers(connection: Statements) -> None:
    """A number is used up by the fact that gave it first, whatever became of that fact: in the
    order of the back office where it is known, as a window's clock may have been far ahead."""
    for term in (_IS_CASE, _IS_BUNDLE):
        rows = connection.exec_driver_sql(
            f"SELECT {IS_OWN}, subject, kind, version, body "  # noqa: S608 - constants
            f"FROM journal WHERE {term} AND kind IN ({_NUMBERED}) "
            "ORDER BY subject, arrival = 0, arrival, hlc, seq"
        )
        about, given = "", set[str]()
        for own, subject, kind, version, body in rows:
            if subject != about:
                about, given = subject, set()
            try:
                number = getattr(decode_event(kind, version, body), "number", "")
            except BadEntry:
                if own:
                    raise
                continue
            if own and number not in given:
                use_number(connection, None)
            given.add(number)
