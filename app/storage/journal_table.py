"""Say how an entry stands in the journal's table, and let those of other windows in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from app.domain.clock import Hlc, to_millis
from app.domain.errors import BadEntry
from app.domain.hall import HALL_ZONE
from app.domain.journal import Entry, check_body
from app.storage.database import Statements

COLUMNS = "install, seq, id, device, at, hlc, actor, subject, kind, version, body, body_hash, hash"
INSERT = f"INSERT INTO journal ({COLUMNS}) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)"  # noqa: S608 - constants
SELECT = f"SELECT {COLUMNS} FROM journal"  # noqa: S608 - constants
WIDTH = 13  # columns of an entry
# Sealed at this window: in its present chain, or in a former one before that ended.
IS_OWN = (
    "(install = (SELECT install FROM chain) OR EXISTS (SELECT 1 FROM former_chains f "
    "WHERE f.install = journal.install AND journal.seq <= f.acknowledged))"
)

_INSERT_TOLD = (
    f"INSERT INTO journal ({COLUMNS}, arrival, epoch) "  # noqa: S608 - constants
    "VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
)
_DAY_MILLIS = 24 * 3600 * 1000


def row_of(entry: Entry) -> tuple[str | int, ...]:
    return (
        entry.install, entry.seq, entry.id, entry.device, entry.at.isoformat(), entry.hlc,
        entry.actor, entry.subject, entry.kind, entry.version, entry.body, entry.body_hash,
        entry.hash,
    )  # fmt: skip


def entry_of(row: Sequence[Any]) -> Entry:
    """From the first columns of ``row``."""
    return Entry(
        install=str(row[0]), seq=int(row[1]), id=str(row[2]), device=str(row[3]),
        at=datetime.fromisoformat(str(row[4])), hlc=str(row[5]), actor=str(row[6]),
        subject=str(row[7]), kind=str(row[8]), version=int(row[9]), body=str(row[10]),
        body_hash=str(row[11]), hash=str(row[12]),
    )  # fmt: skip


def keep_foreign(connection: Statements, entry: Entry, *, own: str, arrival: int) -> bool:
    """Keep a fact as the back office has it, and where it stands there (0 where that is not said).

    Whether anything changed by it. Raises BadEntry where the body does not fit its hash, the fact
    is about no case or bundle, bears a time that nobody can read back, is another than the one
    that is here under its place, or claims to be of the chain ``own`` without being here.
    """
    check_body(entry)
    if not entry.subject.startswith(("case:", "bundle:")) or not _readable(entry.hlc):
        raise BadEntry(kind=entry.kind, version=entry.version)
    epoch = int(connection.exec_driver_sql("SELECT epoch FROM feed").scalar_one())
    here = connection.exec_driver_sql(
        "SELECT hash, arrival, epoch FROM journal WHERE install = ? AND seq = ?",
        (entry.install, entry.seq),
    ).one_or_none()
    if here is None:
        if entry.install == own:  # never sealed here: the chain would break
            raise BadEntry(kind=entry.kind, version=entry.version)
        connection.exec_driver_sql(_INSERT_TOLD, (*row_of(entry), arrival, epoch))
        return True
    if here[0] != entry.hash:
        raise BadEntry(kind=entry.kind, version=entry.version)
    if not arrival or here[1:] == (arrival, epoch):
        return False
    connection.exec_driver_sql(
        "UPDATE journal SET arrival = ?, epoch = ? WHERE install = ? AND seq = ?",
        (arrival, epoch, entry.install, entry.seq),
    )
    return True


def _readable(hlc: str) -> bool:
    try:
        return Hlc.parse(hlc).text() == hlc
    except ValueError:
        return False


def hear(connection: Statements, times: Iterable[str], said: datetime) -> None:
    """This window's next facts come after what it heard; but a time more than a day after the back
    office's own, as a wrong clock gives it, must not become this window's."""
    limit = Hlc(to_millis(said) + _DAY_MILLIS).text()
    latest = max((hlc for hlc in times if hlc <= limit), default="")
    connection.exec_driver_sql("UPDATE chain SET heard = max(heard, ?)", (latest,))


def day_span(on: date) -> tuple[str, str]:
    """A hall's day as the journal writes times: in UTC, from and before, compared as text."""
    first = datetime.combine(on, time(), HALL_ZONE).astimezone(UTC)
    last = first + timedelta(days=1)
    return first.strftime("%Y-%m-%dT%H:%M:%S"), last.strftime("%Y-%m-%dT%H:%M:%S")
