"""Keep what is newest about this window and the hall's line, and what the feed told of both.

What others did is no fact of this window's chain. It is kept as it was heard, with its place
between this window's own facts, so that folding all again gives the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from app.domain.event import Event
from app.domain.journal import Entry
from app.domain.ticket_events import (
    HallHalted,
    HallResumed,
    QueuePolicyChanged,
    WindowClosed,
    WindowOpened,
    WindowOrder,
    WindowOrdered,
    WindowPaused,
)
from app.storage.database import Statements

LINE_EVENTS = (
    WindowOpened, WindowPaused, WindowClosed, WindowOrdered, QueuePolicyChanged, HallHalted,
    HallResumed,
)  # fmt: skip
_HEARD = "id, after, device, at, actor, subject, kind, version, body"


def keep_latest(connection: Statements, entry: Entry, event: Event) -> None:
    """Of each name the newest counts. What concerns another window is none of ours."""
    elsewhere = entry.subject != f"window:{entry.device}" and not was_heard(entry)
    if isinstance(event, WindowOrdered) and elsewhere:
        return
    connection.exec_driver_sql(
        "INSERT INTO line_latest (name, id, hlc, at, actor, kind, version, body) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name) DO UPDATE SET id = excluded.id, "
        "hlc = excluded.hlc, at = excluded.at, actor = excluded.actor, kind = excluded.kind, "
        "version = excluded.version, body = excluded.body",
        (_name(event), entry.id, entry.hlc, entry.at.isoformat(), entry.actor, entry.kind,
         entry.version, entry.body),
    )  # fmt: skip


def _name(event: Event) -> str:
    match event:
        case WindowOrdered(order=WindowOrder.MESSAGE):
            return "message"
        case WindowOrdered():
            return "order"
        case QueuePolicyChanged(until=None):
            return "policy"
        case QueuePolicyChanged():
            return "policy for now"
        case HallHalted() | HallResumed():
            return "hall"
    return "window"


# -- what was heard -----------------------------------------------------------------------------


def keep_heard(connection: Statements, entry: Entry) -> Entry | None:
    """The entry with its place between this window's own; None where it was heard before."""
    row = connection.exec_driver_sql(
        f"INSERT INTO heard_acts ({_HEARD}) "  # noqa: S608 - a constant
        "VALUES (?, coalesce((SELECT j.hlc FROM journal j, chain c WHERE j.install = c.install "
        "ORDER BY j.seq DESC LIMIT 1), ''), ?, ?, ?, ?, ?, ?, ?) "
        f"ON CONFLICT DO NOTHING RETURNING {_HEARD}, place",
        (entry.id, entry.device, entry.at.isoformat(), entry.actor, entry.subject, entry.kind,
         entry.version, entry.body),
    ).one_or_none()  # fmt: skip
    return _entry(row) if row else None


def heard(connection: Statements) -> Iterator[Entry]:
    """All that was heard, as it came. Their ``hlc`` sorts them between this window's own."""
    rows = connection.exec_driver_sql(
        f"SELECT {_HEARD}, place FROM heard_acts ORDER BY after, place"  # noqa: S608 - a constant
    )
    return map(_entry, rows)


def was_heard(entry: Entry) -> bool:
    return entry.install == ""


def _entry(row: tuple[object, ...]) -> Entry:
    id_, after, device, at, actor, subject, kind, version, body, place = row
    return Entry(
        id=str(id_), device=str(device), install="", seq=int(str(place)),
        at=datetime.fromisoformat(str(at)), hlc=f"{after} {int(str(place)):012d}",
        actor=str(actor), subject=str(subject), kind=str(kind), version=int(str(version)),
        body=str(body), body_hash="", hash="",
    )  # fmt: skip
