"""Say how the line stands for this window: the policy in force, whether the hall is halted, whether
the window serves, what a supervisor ordered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.domain.errors import BadEntry
from app.domain.event import Event
from app.domain.hall import HALL_ZONE, Hall
from app.domain.journal import decode_event
from app.domain.queue_policy import QueuePolicy
from app.domain.ticket_events import (
    HallHalted,
    QueuePolicyChanged,
    WindowClosed,
    WindowOpened,
    WindowOrder,
    WindowOrdered,
    WindowPaused,
)
from app.storage.database import Statements


class Service(StrEnum):
    """Whether a window serves."""

    OPEN = "open"
    PAUSED = "paused"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordered:
    """A supervisor's order or message to this window; ``id`` is the fact's."""

    id: str
    order: WindowOrder
    text: str
    at: datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineStanding:
    """``halted`` is the reason, "" while the hall works. ``order`` waits to be carried out."""

    policy: QueuePolicy
    halted: str = ""
    service: Service = Service.CLOSED
    clerk: str = ""
    reason: str = ""
    since: datetime | None = None
    order: Ordered | None = None
    message: Ordered | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Latest:
    id: str
    hlc: str
    at: datetime
    actor: str
    event: Event


def read_standing(connection: Statements, hall: Hall, now: datetime) -> LineStanding:
    """A policy for some days counts until the end of its last one, over the one that was laid for
    good, unless that is newer."""
    latest = _read(connection)
    today = now.astimezone(HALL_ZONE).date()
    policy = hall.queue
    for_good, for_now = latest.get("policy"), latest.get("policy for now")
    match for_good:
        case _Latest(event=QueuePolicyChanged() as laid):
            policy = laid.policy
    newer = for_good is None or (for_now is not None and for_now.hlc > for_good.hlc)
    match for_now:
        case _Latest(event=QueuePolicyChanged(until=until) as laid) if newer and until:
            policy = laid.policy if today <= until else policy
    halted = ""
    match latest.get("hall"):
        case _Latest(event=HallHalted() as halt):
            halted = halt.reason
    window = latest.get("window")
    service, clerk, reason = _service(window)
    order = latest.get("order")
    if order is not None and window is not None and order.hlc < window.hlc:
        order = None  # the window acted since
    return LineStanding(
        policy=policy, halted=halted, service=service, clerk=clerk, reason=reason,
        since=window.at if window else None, order=_ordered(order),
        message=_ordered(latest.get("message")),
    )  # fmt: skip


def _service(window: _Latest | None) -> tuple[Service, str, str]:
    match window:
        case _Latest(event=WindowOpened() as event):
            return Service.OPEN, event.clerk, ""
        case _Latest(event=WindowPaused() as event):
            return Service.PAUSED, event.clerk, event.reason
        case _Latest(event=WindowClosed() as event):
            return Service.CLOSED, event.clerk, event.reason
    return Service.CLOSED, "", ""


def _ordered(latest: _Latest | None) -> Ordered | None:
    match latest:
        case _Latest(event=WindowOrdered() as event):
            return Ordered(
                id=latest.id, order=event.order, text=event.text, at=latest.at, by=latest.actor
            )
    return None


def _read(connection: Statements) -> dict[str, _Latest]:
    rows = connection.exec_driver_sql(
        "SELECT name, id, hlc, at, actor, kind, version, body FROM line_latest"
    )
    found = {}
    for name, id_, hlc, at, actor, kind, version, body in rows:
        try:
            event = decode_event(kind, version, body)
        except BadEntry:
            continue  # of a later program, that was here before this one
        found[name] = _Latest(
            id=id_, hlc=hlc, at=datetime.fromisoformat(at), actor=actor, event=event
        )
    return found
