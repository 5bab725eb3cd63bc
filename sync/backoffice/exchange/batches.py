"""Make batches of what changed, keep them as they were given, and give them again.

A case stands in the batch up to its last change: new rows, changed ones, and those that are no
more. What cannot go as the tables want it is kept in a list, and tried again with every batch. The
rows are worked out from a steady view while the server goes on; only keeping them takes the one
place of a writer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import msgspec

from app.domain import case as cases
from app.domain.case import ACCEPTED_STATES, Case, CaseState
from app.domain.decoding import decode
from app.domain.errors import AppError
from app.domain.hall import Hall
from sync.backoffice.database import Database, Transaction
from sync.backoffice.departments.facts import facts_about
from sync.backoffice.departments.lists import FrozenLists, Lists
from sync.backoffice.exchange.dictionary import Dictionary, Fault
from sync.backoffice.exchange.errors import NoSuchBatch
from sync.backoffice.exchange.rows import ACCEPT, ExchangeRow, Told, case_rows

MOST_CASES = 500  # in one batch
TRANSPORT = frozenset({"cd_time", "cd_operation", "cd_batch", "data_source"})
_TO_BE_GIVEN = ACCEPTED_STATES | {CaseState.SUPPLEMENT, CaseState.FINISHED, CaseState.HANDED_OUT}
_INSERT, _UPDATE, _DELETE = "insert", "update", "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lacking:
    """An accepted case that cannot go, with what keeps it."""

    case_id: str
    number: str
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenRow:
    table: str
    guid: str
    operation: str
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What arrived after ``after`` and up to ``through``."""

    number: int
    after: int
    through: int
    made_at: datetime
    rows: tuple[GivenRow, ...]


@dataclass(slots=True)
class _Draft:
    number: int
    after: int
    through: int
    rows: list[tuple[str, GivenRow]]  # with their case
    seen: list[str]  # cases that were looked at
    lacking: list[Lacking]


class Exchange:
    """One run: what lacks something is tried once in it."""

    def __init__(
        self, database: Database, dictionary: Dictionary, lists: Lists, hall: Hall,
        now: Callable[[], datetime], *, most: int = MOST_CASES,
    ) -> None:  # fmt: skip
        self._database = database
        self._dictionary = dictionary
        self._frozen = FrozenLists(lists)
        self._names = {one.id: one.name for one in hall.staff}
        self._procedures = {one.code: one.exchange for one in lists.procedures()}
        self._now = now
        self._most = most
        self._tried: set[str] = set()

    def make(self) -> Batch | None:
        """The next batch; None where nothing is left to be given."""
        while True:
            with self._database.read() as reader:
                draft = self._draft(reader)
            with self._database.write() as writer:
                if _last(writer)[0] != draft.number - 1:
                    continue  # somebody else made one meanwhile
                now = self._now()
                self._keep_lacking(writer, draft, now)
                if draft.rows:
                    _keep(writer, draft, now)
            self._tried.update(one.case_id for one in draft.lacking)
            return self.get(draft.number) if draft.rows else None

    def get(self, number: int) -> Batch:
        """As it was made. Raises NoSuchBatch."""
        with self._database.read() as reader:
            row = reader.execute(
                "SELECT after, through, made_at FROM exchange_batches WHERE batch = ?", (number,)
            ).fetchone()
            if row is None:
                raise NoSuchBatch(batch=number)
            rows = tuple(
                GivenRow(table=one[0], guid=one[1], operation=one[2], values=_values(one[3]))
                for one in reader.execute(
                    "SELECT sheet, guid, operation, body FROM exchange_rows WHERE batch = ?"
                    " ORDER BY place",
                    (number,),
                )
            )
        return Batch(
            number=number, after=row[0], through=row[1], made_at=datetime.fromisoformat(row[2]),
            rows=rows,
        )  # fmt: skip

    def unwritten(self) -> list[int]:
        """Batches that were made and whose files nobody has finished."""
        with self._database.read() as reader:
            rows = reader.execute(
                "SELECT batch FROM exchange_batches WHERE written = 0 ORDER BY batch"
            ).fetchall()
        return [int(row[0]) for row in rows]

    def note_written(self, number: int) -> None:
        with self._database.write() as writer:
            writer.execute("UPDATE exchange_batches SET written = 1 WHERE batch = ?", (number,))

    def lacking(self) -> list[Lacking]:
        with self._database.read() as reader:
            rows = reader.execute(
                "SELECT case_id, number, faults FROM exchange_lacking ORDER BY number, case_id"
            ).fetchall()
        return [
            Lacking(
                case_id=row[0], number=row[1],
                faults=decode(row[2], tuple[Fault, ...]),
            )
            for row in rows
        ]  # fmt: skip

    # -- how ----------------------------------------------------------------------------------

    def _draft(self, reader: Transaction) -> _Draft:
        last, after = _last(reader)
        draft = _Draft(last + 1, after, after, [], [], [])
        lacking = {row[0] for row in reader.execute("SELECT case_id FROM exchange_lacking")}
        waiting = lacking - self._tried
        for case_id in sorted(waiting):
            self._look(reader, case_id, draft)
        given = 0
        while given < self._most:
            rows = reader.execute(
                "SELECT id, changed FROM cases WHERE changed > ? ORDER BY changed LIMIT ?",
                (draft.through, self._most - given),
            ).fetchall()
            if not rows:
                break
            for case_id, changed in rows:
                if case_id not in waiting:
                    given += self._look(reader, case_id, draft)
                draft.through = changed
        return draft

    def _look(self, reader: Transaction, case_id: str, draft: _Draft) -> bool:
        """Whether it has anything to give."""
        draft.seen.append(case_id)
        known = _given(reader, case_id)
        case, rows = self._rows(reader, case_id)
        if case is None:
            if not known and (number := _accepted_number(reader, case_id)):
                unreadable = Fault(table=ACCEPT, column="project_no", why="form")
                draft.lacking.append(Lacking(case_id=case_id, number=number, faults=(unreadable,)))
            return False
        faults = tuple(
            fault for row in rows for fault in self._dictionary.faults(row.table, row.values)
            if fault.column not in TRANSPORT
        )  # fmt: skip
        if faults:
            once = tuple(dict.fromkeys(faults))
            draft.lacking.append(Lacking(case_id=case_id, number=case.number, faults=once))
            return False
        changes = list(_changes(known, rows))
        draft.rows += [(case_id, change) for change in changes]
        return bool(changes)

    def _rows(self, reader: Transaction, case_id: str) -> tuple[Case | None, list[ExchangeRow]]:
        try:
            facts = facts_about(reader, case_id)
            case = cases.fold(case_id, (fact.event for fact in facts))
        except AppError:  # erased after its time, or written by a newer program
            return None, []
        if case is None:
            return None, []
        told = Told(
            case=case, facts=facts, item=self._frozen.find(case), names=self._name,
            procedures=self._procedures,
        )  # fmt: skip
        return case, [
            ExchangeRow(
                table=row.table, guid=row.guid,
                values=self._dictionary.tidy(row.table, row.values),
            )
            for row in case_rows(told, self._dictionary)
        ]  # fmt: skip

    def _name(self, actor: str) -> str:
        return self._names.get(actor, actor)

    def _keep_lacking(self, writer: Transaction, draft: _Draft, now: datetime) -> None:
        still = {one.case_id for one in draft.lacking}
        for case_id in draft.seen:
            if case_id not in still:
                writer.execute("DELETE FROM exchange_lacking WHERE case_id = ?", (case_id,))
        for one in draft.lacking:
            writer.execute(
                "INSERT INTO exchange_lacking (case_id, number, faults, since) VALUES (?,?,?,?)"
                " ON CONFLICT (case_id) DO UPDATE SET number = excluded.number,"
                " faults = excluded.faults",
                (one.case_id, one.number, _json(one.faults), now.isoformat()),
            )


def _changes(known: Mapping[str, GivenRow], rows: list[ExchangeRow]) -> Iterator[GivenRow]:
    """From what the platform has to what is."""
    for row in rows:
        former = known.get(row.guid)
        if former is None or former.operation == _DELETE:
            operation = _INSERT
        elif dict(former.values) != dict(row.values):
            operation = _UPDATE
        else:
            continue
        yield GivenRow(table=row.table, guid=row.guid, operation=operation, values=row.values)
    here = {row.guid for row in rows}
    for guid, former in known.items():
        if guid not in here and former.operation != _DELETE:
            yield GivenRow(table=former.table, guid=guid, operation=_DELETE, values=former.values)


def _given(reader: Transaction, case_id: str) -> dict[str, GivenRow]:
    """Each row as it was given last."""
    found = {}
    for sheet, guid, operation, body in reader.execute(
        "SELECT sheet, guid, operation, body FROM exchange_rows WHERE case_id = ?"
        " ORDER BY batch, place",
        (case_id,),
    ):
        found[guid] = GivenRow(table=sheet, guid=guid, operation=operation, values=_values(body))
    return found


def _accepted_number(reader: Transaction, case_id: str) -> str:
    """ "" for a case that was not accepted."""
    number, state = reader.execute(
        "SELECT number, state FROM cases WHERE id = ?", (case_id,)
    ).fetchone()
    return str(number) if state in _TO_BE_GIVEN else ""


def _last(connection: Transaction) -> tuple[int, int]:
    """Number and end of the last batch."""
    row = connection.execute(
        "SELECT batch, through FROM exchange_batches ORDER BY batch DESC LIMIT 1"
    ).fetchone()
    return (0, 0) if row is None else (int(row[0]), int(row[1]))


def _keep(writer: Transaction, draft: _Draft, now: datetime) -> None:
    writer.execute(
        "INSERT INTO exchange_batches (batch, after, through, made_at) VALUES (?,?,?,?)",
        (draft.number, draft.after, draft.through, now.isoformat()),
    )
    writer.insert(
        "exchange_rows",
        ("batch", "place", "case_id", "sheet", "guid", "operation", "body"),
        [
            (draft.number, place, case_id, row.table, row.guid, row.operation, _json(row.values))
            for place, (case_id, row) in enumerate(draft.rows, start=1)
        ],
    )


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _values(body: str) -> dict[str, str]:
    return decode(body, dict[str, str])
