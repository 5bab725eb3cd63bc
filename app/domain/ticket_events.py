"""The facts about tickets, windows and the hall's line: what was taken, called, kept waiting, moved
and closed, by whom and why. Frozen and in the past tense."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from app.domain.event import Event
from app.domain.queue_policy import QueuePolicy

NO_PRIORITY = "-"  # given for a priority: takes away the one there is


class TicketSource(StrEnum):
    """Where a number was taken."""

    WINDOW = "window"
    KIOSK = "kiosk"  # 取号机
    GREETER = "greeter"  # 导办
    BOOKING = "booking"  # 预约签到


class Hold(StrEnum):
    """Three kinds of 挂起, by where the papers and the person are meanwhile."""

    WITHOUT_PAPERS = "without_papers"  # 不持件: takes everything along, may return to any window
    WITH_PAPERS = "with_papers"  # 持件: papers stay, so back to the same window
    WAITING = "waiting"  # 等待: waits beside the window until something else is done


# -- one ticket (subject ``ticket:<id>``) -------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketTaken(Event):
    """``item`` is the code of what the person came for, where it is known. ``place``: from when it
    counts in the line, where that is not when it was taken (a booking's time)."""

    number: str
    business: str
    priority: str = ""  # id of the reason, "" for none
    source: TicketSource = TicketSource.WINDOW
    item: str = ""
    booking: str = ""  # id of the booking, "" for none
    place: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketLeased(Event):
    """The back office gave this ticket of the hall's line to this window alone. ``place`` as in the
    line, ``window`` where it was moved to this one."""

    number: str
    business: str
    taken_at: datetime
    priority: str = ""
    place: datetime | None = None
    window: str = ""
    item: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketReleased(Event):
    """A window gave a ticket back to the hall's line, where it waits, and calls it no more."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketCalled(Event):
    """Called to the window, or called again."""

    window: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketServed(Event):
    """The person is at the window; service began, or goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketPassed(Event):
    """过号: called and not there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketReturned(Event):
    """Somebody passed over or kept on hold is back; waits from ``place`` on."""

    place: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketHeld(Event):
    """挂起. Without papers the ticket leaves the window for the hall's line."""

    hold: Hold
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketHandedOver(Event):
    """转移 by the window that had it: waits on for ``window`` or for a line, keeping its place."""

    reason: str
    business: str = ""  # "" leaves it
    window: str = ""  # "" for any


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFinished(Event):
    """Service ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketDropped(Event):
    """弃号: the person went away, or does without."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketActUndone(Event):
    """The last act at this window was a slip: the ticket is as before it."""

    act: str  # kind of the fact that is undone


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketAssigned(Event):
    """A supervisor moved a waiting ticket; ``act`` is common to all that one act moved. ``was_…``:
    where it stood as she saw it. ``undoes``: the act that this one takes back, "" for none."""

    act: str
    reason: str
    business: str = ""  # "" leaves it
    window: str = ""  # "" for any
    priority: str = ""  # "" leaves it, NO_PRIORITY takes it away
    was_business: str = ""
    was_window: str = ""
    was_priority: str = ""
    undoes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketReplaced(Event):
    """换号 by a supervisor, because the window that holds it cannot be reached: nobody calls it any
    more; the person goes on under ``number`` of the ticket ``by``, with the same place. The rest is
    what the new slip says: as the old ticket was."""

    act: str
    reason: str
    by: str
    number: str
    business: str = ""
    priority: str = ""
    taken_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketWanted(Event):
    """The back office asks the window that holds a ticket to give it back. ``after``: id of that
    window's last fact about the ticket, as far as the back office knows. Where the window has done
    something since, that counts, and this asks for nothing."""

    window: str  # that holds it
    reason: str
    after: str = ""


# -- one window (subject ``window:<id>``) -------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowOpened(Event):
    """Serves; also after a pause."""

    clerk: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowPaused(Event):
    """暂停服务, seen on the board."""

    clerk: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowClosed(Event):
    clerk: str
    reason: str = ""


class WindowOrder(StrEnum):
    """What a supervisor may tell a window to do."""

    OPEN = "open"
    PAUSE = "pause"
    CLOSE = "close"
    MESSAGE = "message"


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowOrdered(Event):
    """By a supervisor, to this window; ``text`` is the reason or the message."""

    act: str
    order: WindowOrder
    text: str
    undoes: str = ""  # act that this one takes back


# -- the hall (subject ``hall``) ----------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePolicyChanged(Event):
    """By a supervisor: the whole policy as it is from now on. ``until``: its last day, None until
    it is changed again. ``former``: the one it was laid over."""

    act: str
    reason: str
    policy: QueuePolicy
    until: date | None = None
    former: QueuePolicy | None = None
    undoes: str = ""  # act that this one takes back


@dataclass(frozen=True, slots=True, kw_only=True)
class HallHalted(Event):
    """Emergency: no number is given and none called until ``HallResumed``; all keep their place."""

    act: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HallResumed(Event):
    act: str
    reason: str


# -- what people thought of it (subject ``rating:<id>``) ----------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRated(Event):
    """好差评, given by the applicant alone: one for each service occasion (一次一评). The fields
    that the national platform wants beside it are read from the case and the ticket (国办发〔2019〕
    51 号)."""

    ticket: str  # id, "" for someone served without one
    cases: tuple[str, ...]  # ids served in this occasion
    clerk: str
    window: str
    score: int  # 5 非常满意 … 1 非常不满意
    reasons: tuple[str, ...] = ()  # ids of the chosen reasons
    text: str = ""
    channel: str = "window"  # GB/T 39046: 大厅平板


class RatingStep(StrEnum):
    """What is owed for a 差评: a call to the applicant, and that it is set right."""

    CALLED_BACK = "called_back"  # 回访
    RECTIFIED = "rectified"  # 整改


@dataclass(frozen=True, slots=True, kw_only=True)
class RatingAnswered(Event):
    """A supervisor did what a 差评 asks for; ``text`` says what came of it."""

    step: RatingStep
    text: str


TICKET_EVENTS: tuple[type[Event], ...] = (
    TicketTaken, TicketLeased, TicketReleased, TicketCalled, TicketServed, TicketPassed,
    TicketReturned, TicketHeld, TicketHandedOver, TicketFinished, TicketDropped, TicketActUndone,
    TicketAssigned, TicketReplaced, TicketWanted,
)  # fmt: skip

QUEUE_EVENTS: tuple[type[Event], ...] = (
    *TICKET_EVENTS, WindowOpened, WindowPaused, WindowClosed, WindowOrdered,
    QueuePolicyChanged, HallHalted, HallResumed, ServiceRated,
    RatingAnswered,
)  # fmt: skip
