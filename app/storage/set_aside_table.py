"""Keep what the back office refused or parked, and how it was answered.

What the back office said is this window's own state; an answer is a fact, so the columns that show
it are folded from the journal.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.domain.events import SetAsideAnswered
from app.domain.journal import Entry
from app.storage.database import Statements
from app.storage.journal_table import COLUMNS, WIDTH, entry_of

_JOURNAL = ", ".join(f"j.{column}" for column in COLUMNS.split(", "))


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """One fact that the back office would not take. ``answer`` is "" while it waits for a person.

    ``at`` is when it was refused, ``answered_at`` None while it waits.
    """

    entry: Entry
    code: str
    detail: str
    at: datetime
    answer: str = ""
    note: str = ""
    answered_by: str = ""
    answered_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """One fact that waits at the back office for its upgrade, since ``at``."""

    entry: Entry
    code: str
    at: datetime


# -- what the back office said --------------------------------------------------------------------


def set_aside(
    connection: Statements, install: str, seq: int, code: str, detail: str, at: datetime
) -> bool:
    """The same refusal twice is one. Whether it is new."""
    new = connection.exec_driver_sql(
        "INSERT INTO set_aside (install, seq, code, detail, at) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT DO NOTHING RETURNING 1",
        (install, seq, code, detail[:500], at.isoformat()),
    ).one_or_none()
    return new is not None


def park(connection: Statements, install: str, seqs: Iterable[int], code: str, at: str) -> None:
    for seq in seqs:
        connection.exec_driver_sql(
            "INSERT INTO parked (install, seq, code, at) VALUES (?, ?, ?, ?) "
            "ON CONFLICT DO NOTHING",
            (install, seq, code, at),
        )


def unpark(connection: Statements, install: str, seqs: Iterable[int]) -> None:
    """The back office has decided them."""
    for seq in seqs:
        connection.exec_driver_sql(
            "DELETE FROM parked WHERE install = ? AND seq = ?", (install, seq)
        )


def parked_seqs(connection: Statements, install: str, limit: int) -> list[int]:
    rows = connection.exec_driver_sql(
        "SELECT seq FROM parked WHERE install = ? ORDER BY seq LIMIT ?", (install, limit)
    )
    return [int(row[0]) for row in rows.all()]


# -- answers --------------------------------------------------------------------------------------


def project_answer(connection: Statements, entry: Entry, event: SetAsideAnswered) -> None:
    """The first answer counts."""
    connection.exec_driver_sql(
        "UPDATE set_aside SET answer = ?, note = ?, answered_by = ?, answered_at = ? "
        "WHERE install = ? AND seq = ? AND answer = ''",
        (event.answer, event.note, entry.actor, entry.at.isoformat(), event.install, event.seq),
    )


def forget_answers(connection: Statements) -> None:
    """Before the journal is folded again."""
    connection.exec_driver_sql(
        "UPDATE set_aside SET answer = '', note = '', answered_by = '', answered_at = '' "
        "WHERE answer <> ''"
    )


# -- what people see ------------------------------------------------------------------------------

_REFUSED = (
    f"SELECT {_JOURNAL}, s.code, s.detail, s.at, s.answer, s.note, s.answered_by, s.answered_at "  # noqa: S608 - constants
    "FROM set_aside s JOIN journal j ON j.install = s.install AND j.seq = s.seq "
)


def count_open(connection: Statements) -> int:
    return int(
        connection.exec_driver_sql(
            "SELECT count(*) FROM set_aside WHERE answer = ''"
        ).scalar_one()
    )  # fmt: skip


def open_refusals(connection: Statements, limit: int = 500) -> list[Refused]:
    """The longest waiting first; facts refused together in their own order."""
    return _refused(
        connection, "WHERE s.answer = '' ORDER BY s.at, s.install, s.seq LIMIT ?", limit
    )


def answered_refusals(connection: Statements, limit: int = 200) -> list[Refused]:
    """Last answered first."""
    return _refused(
        connection,
        "WHERE s.answer <> '' ORDER BY s.answered_at DESC, s.install, s.seq DESC LIMIT ?",
        limit,
    )


def open_refusals_of(connection: Statements, keys: Sequence[tuple[str, int]]) -> list[Refused]:
    """Of these (install, seq), those that still wait, in the order in which they were recorded."""
    found = [
        one
        for install, seq in dict.fromkeys(keys)
        for one in _refused(
            connection, "WHERE s.answer = '' AND s.install = ? AND s.seq = ?", install, seq
        )
    ]
    return sorted(found, key=lambda one: (one.entry.hlc, one.entry.seq))


def open_refusals_about(connection: Statements, subjects: Sequence[str]) -> int:
    """How many facts about these cases or bundles wait for a person."""
    holes = ", ".join("?" * len(subjects))
    return int(
        connection.exec_driver_sql(
            "SELECT count(*) FROM set_aside s JOIN journal j "  # noqa: S608 - holes alone
            "ON j.install = s.install AND j.seq = s.seq "
            f"WHERE s.answer = '' AND j.subject IN ({holes})",
            tuple(subjects),
        ).scalar_one()
    )


def recorded_again(connection: Statements, subject: str) -> list[Entry]:
    """The refused facts about a subject that were recorded anew, the last first."""
    rows = connection.exec_driver_sql(
        f"SELECT {_JOURNAL} FROM set_aside s "  # noqa: S608 - constants
        "JOIN journal j ON j.install = s.install AND j.seq = s.seq "
        "WHERE s.answer = 'again' AND j.subject = ? ORDER BY s.answered_at DESC, s.seq DESC",
        (subject,),
    ).all()
    return [entry_of(row) for row in rows]


def _refused(connection: Statements, tail: str, *params: str | int) -> list[Refused]:
    rows = connection.exec_driver_sql(_REFUSED + tail, params).all()
    return [
        Refused(
            entry=entry_of(row), code=row[WIDTH], detail=row[WIDTH + 1],
            at=datetime.fromisoformat(row[WIDTH + 2]), answer=row[WIDTH + 3],
            note=row[WIDTH + 4], answered_by=row[WIDTH + 5],
            answered_at=datetime.fromisoformat(row[WIDTH + 6]) if row[WIDTH + 6] else None,
        )
        for row in rows
    ]  # fmt: skip


def all_parked(connection: Statements, limit: int = 200) -> list[Parked]:
    """The longest waiting first."""
    rows = connection.exec_driver_sql(
        f"SELECT {_JOURNAL}, p.code, p.at FROM parked p "  # noqa: S608 - constants
        "JOIN journal j ON j.install = p.install AND j.seq = p.seq "
        "ORDER BY p.at, p.install, p.seq LIMIT ?",
        (limit,),
    ).all()
    return [
        Parked(entry=entry_of(row), code=row[WIDTH], at=datetime.fromisoformat(row[WIDTH + 1]))
        for row in rows
    ]


# -- blocks of numbers ----------------------------------------------------------------------------


def close_block(connection: Statements, first: int) -> None:
    """The back office does not know this block as ours: nothing more is taken from it."""
    connection.exec_driver_sql(
        "INSERT INTO closed_blocks (first) VALUES (?) ON CONFLICT DO NOTHING", (first,)
    )


def reopen_block(connection: Statements, first: int) -> None:
    """Given to this window anew: it goes on after what was used of it."""
    connection.exec_driver_sql("DELETE FROM closed_blocks WHERE first = ?", (first,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocks:
    """How far each block was used, by its first number, and which are closed."""

    reached: dict[int, int]
    closed: list[tuple[int]]


def lift_blocks(connection: Statements) -> Blocks:
    """Before the journal is folded again, and before the table of blocks is emptied for it."""
    reached = connection.exec_driver_sql("SELECT first, next FROM number_blocks").all()
    closed = connection.exec_driver_sql("DELETE FROM closed_blocks RETURNING first").all()
    return Blocks(reached=dict(reached), closed=[(int(row[0]),) for row in closed])


def lay_blocks(connection: Statements, former: Blocks) -> None:
    """After it. The facts say how many numbers were used, and not of which block: where as many
    were used as before, what was known stands; and never is a number given a second time."""
    folded = dict(connection.exec_driver_sql("SELECT first, next FROM number_blocks").all())
    same = sum(folded.values()) == sum(former.reached.values()) and folded.keys() == (
        former.reached.keys()
    )
    for first, reached in former.reached.items():
        connection.exec_driver_sql(
            "UPDATE number_blocks SET next = CASE WHEN ? THEN ? ELSE max(next, ?) END "
            "WHERE first = ?",
            (same, reached, reached, first),
        )
    for block in former.closed:
        connection.exec_driver_sql("INSERT INTO closed_blocks (first) VALUES (?)", block)
