"""How the hall's line stands at a moment, as boards, kiosks and supervisors see it. Pure.

The back office makes it from the tickets' and windows' facts; the same values go over the wire. No
person is in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.domain.queue_policy import QueuePolicy
from app.domain.queueing import Wait
from app.domain.ticket import TicketState
from app.domain.ticket_events import Hold, TicketSource


class WindowState(StrEnum):
    """``LOST``: opened, and nothing was heard of it for a while."""

    CLOSED = "closed"
    FREE = "free"
    CALLING = "calling"
    SERVING = "serving"
    PAUSED = "paused"
    LOST = "lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketView:
    """``holder``: id of the window that holds or serves it, "" in the hall's line. ``wanted``: it
    was asked back. ``window``: where alone it may be called, "" for any. ``ahead``: so many are
    called before it, -1 where it does not wait."""

    id: str
    number: str
    business: str
    taken_at: datetime
    place: datetime
    state: TicketState
    priority: str = ""
    source: TicketSource = TicketSource.KIOSK
    window: str = ""
    holder: str = ""
    wanted: bool = False
    calls: int = 0
    called_at: datetime | None = None
    served_at: datetime | None = None
    ended_at: datetime | None = None
    hold: Hold | None = None
    ahead: int = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """Of one business. ``longest``: minutes that the first has waited."""

    business: str
    name: str
    prefix: str
    waiting: int = 0
    longest: int = 0
    served: int = 0  # today
    passed: int = 0
    dropped: int = 0
    wait: Wait | None = None  # for who takes a number now
    opens: str = ""  # "08:30" where it is closed now and opens today
    open: bool = True
    left: int = -1  # numbers of this part of the day, -1 for no limit


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowView:
    """``ticket``: number called or served there. ``since``: in this state. ``holds``: waiting
    tickets leased to it."""

    id: str
    number: str
    name: str
    state: WindowState
    clerk: str = ""  # staff number
    clerk_name: str = ""
    ticket: str = ""
    ticket_id: str = ""
    business: str = ""
    since: datetime | None = None
    reason: str = ""  # of a pause
    holds: int = 0
    served: int = 0  # today
    seen_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallView:
    """A call as it is shown and spoken. ``id`` is the fact's: the same call is never spoken
    twice."""

    id: str
    number: str
    window: str  # its number, as it is said
    window_id: str
    business: str
    count: int  # 1 first, more where repeated
    at: datetime
    name: str = ""  # masked; "" unless the hall turned names on


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatesKept:
    """How long people waited today, against what they were told when they took their number."""

    within: int = 0
    sooner: int = 0
    later: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class HallView:
    """``version`` rises with every change: who has it waits for a later one. ``calls``: newest
    first, of the last minutes. ``tickets``: of today, only for those who may see them all."""

    version: int
    at: datetime
    hall: str
    lines: tuple[LineView, ...]
    windows: tuple[WindowView, ...]
    calls: tuple[CallView, ...] = ()
    tickets: tuple[TicketView, ...] = ()
    notices: tuple[str, ...] = ()
    halted: str = ""  # the reason, "" while the hall works
    policy: QueuePolicy = field(default_factory=QueuePolicy)
    policy_until: str = ""  # its last day, "" where it holds until it is changed
    estimates: EstimatesKept = EstimatesKept()


class Taking(StrEnum):
    TAKEN = "taken"
    ALREADY = "already"  # this person has an open ticket in this business: offer a reprint


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenTicket:
    """Answer to who asked for a number, or for a reprint. ``follow``: address behind the slip's
    QR, "" where the hall has none."""

    outcome: Taking
    ticket: TicketView
    business_name: str
    ahead: int
    wait: Wait | None = None
    follow: str = ""
    reprint: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberWish:
    """What a kiosk or greeter asks for. ``request`` makes it safe to ask again. ``id_number`` is
    sent for the digest of the day and kept nowhere; "" where no card was read. ``booking``: code of
    a booking to check in with."""

    request: str
    business: str = ""  # "" for the common line, or the item's, or the booking's
    item: str = ""
    priority: str = ""
    id_number: str = ""
    booking: str = ""
    source: TicketSource = TicketSource.KIOSK
    name: str = ""  # as on the card; kept masked, and only where the hall's board shows names
