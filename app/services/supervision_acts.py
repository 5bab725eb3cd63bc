"""Read back what a supervisor did at this device: each act with its parts, and how far each came.

An act is known by the facts that bear its id; what the back office would not take stands beside the
part that it refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.errors import BadEntry
from app.domain.event import Event
from app.domain.journal import Entry, decode_event
from app.domain.ticket_events import (
    HallHalted,
    HallResumed,
    QueuePolicyChanged,
    TicketAssigned,
    TicketReplaced,
    WindowOrder,
    WindowOrdered,
)
from app.storage.database import Statements
from app.storage.journal_table import SELECT, entry_of

# A window's busiest day has far fewer facts; older acts are history, to be found in the journal.
_LOOKED_THROUGH = 20_000


class ActKind(StrEnum):
    ASSIGN = "assign"
    REPLACE = "replace"
    ORDER = "order"
    POLICY = "policy"
    HALT = "halt"
    RESUME = "resume"


_KINDS: dict[type[Event], ActKind] = {
    TicketAssigned: ActKind.ASSIGN,
    TicketReplaced: ActKind.REPLACE,
    WindowOrdered: ActKind.ORDER,
    QueuePolicyChanged: ActKind.POLICY,
    HallHalted: ActKind.HALT,
    HallResumed: ActKind.RESUME,
}
_UNDOABLE_ORDERS = frozenset({WindowOrder.PAUSE, WindowOrder.CLOSE})


@dataclass(frozen=True, slots=True, kw_only=True)
class ActPart:
    """One fact of an act. ``refused`` is the code with which the back office would not take it,
    "" where it did or has not answered; ``sent`` says that it has. ``read``: she knows of it."""

    seq: int
    subject: str
    event: Event
    sent: bool
    refused: str = ""
    read: bool = False

    @property
    def about(self) -> str:
        """Id of the ticket or window, "" for the hall."""
        return self.subject.partition(":")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisorAct:
    """``undone_by`` is the act that took it back, ``undoes`` the one that this one takes back."""

    id: str
    kind: ActKind
    at: datetime
    actor: str
    reason: str
    parts: tuple[ActPart, ...]
    undoes: str = ""
    undone_by: str = ""

    @property
    def unread(self) -> tuple[ActPart, ...]:
        """Refused, and she has not said that she knows."""
        return tuple(part for part in self.parts if part.refused and not part.read)

    @property
    def undoable(self) -> bool:
        if self.undone_by or all(part.refused for part in self.parts):
            return False
        event = self.parts[0].event
        match event:
            case WindowOrdered():
                return event.order in _UNDOABLE_ORDERS
            case QueuePolicyChanged():
                return event.former is not None
            case TicketAssigned() | HallHalted():
                return True
        return False


def read_acts(connection: Statements, install: str, limit: int) -> tuple[SupervisorAct, ...]:
    """Of this chain, the newest first."""
    holes = ", ".join("?" * len(_KINDS))
    rows = connection.exec_driver_sql(
        f"{SELECT} WHERE install = ? AND kind IN ({holes})"  # noqa: S608 - holes alone
        " AND seq > (SELECT max(seq) FROM journal WHERE install = ?) - ? ORDER BY seq DESC",
        (install, *(kind.__name__ for kind in _KINDS), install, _LOOKED_THROUGH),
    ).all()
    (told,) = connection.exec_driver_sql("SELECT acknowledged FROM chain").one()
    refused = {
        int(seq): (str(code), bool(answer))
        for seq, code, answer in connection.exec_driver_sql(
            "SELECT seq, code, answer FROM set_aside WHERE install = ?", (install,)
        ).all()
    }
    parts: dict[str, list[tuple[Entry, ActPart]]] = {}
    for row in rows:
        entry = entry_of(row)
        try:
            event = decode_event(entry.kind, entry.version, entry.body)
        except BadEntry:
            continue  # of a later program, that was here before this one
        code, read = refused.get(entry.seq, ("", False))
        part = ActPart(
            seq=entry.seq, subject=entry.subject, event=event, sent=entry.seq <= told,
            refused=code, read=read,
        )  # fmt: skip
        parts.setdefault(str(getattr(event, "act", "")), []).append((entry, part))
    undone = {
        str(getattr(found[0][1].event, "undoes", "")): act
        for act, found in parts.items()
        if not all(part.refused for _, part in found)
    } | _resumed(parts)
    return tuple(
        _act(act, found, undone.get(act, "")) for act, found in list(parts.items())[:limit]
    )


def _act(act: str, found: list[tuple[Entry, ActPart]], undone_by: str) -> SupervisorAct:
    entry, part = found[-1]  # they were read backwards
    event = part.event
    said = event.text if isinstance(event, WindowOrdered) else getattr(event, "reason", "")
    return SupervisorAct(
        id=act, kind=_KINDS[type(event)], at=entry.at, actor=entry.actor,
        reason=str(said),
        parts=tuple(part for _, part in reversed(found)),
        undoes=str(getattr(event, "undoes", "")), undone_by=undone_by,
    )  # fmt: skip


def _resumed(parts: dict[str, list[tuple[Entry, ActPart]]]) -> dict[str, str]:
    """A halt is taken back by the first reopening after it."""
    found, latest = {}, ""
    for act, listed in parts.items():  # the newest first
        event = listed[0][1].event
        if isinstance(event, HallResumed):
            latest = act
        elif isinstance(event, HallHalted) and latest:
            found[act] = latest
    return found
