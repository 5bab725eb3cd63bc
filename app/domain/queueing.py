"""Who is next, when somebody passed over comes back, whether a number may be taken, and how long
the wait will be. Pure: the back office and a window on its own decide by the same functions."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil, floor

from app.domain.hall import HALL_ZONE
from app.domain.queue_errors import LineClosed, QuotaSpent, ReturnTooLate
from app.domain.queue_policy import Order, QueuePolicy
from app.domain.ticket import Ticket, TicketState

_RECENT = 10  # calls over which the share of priority is kept
_LEAST_SERVICES = 5  # in the last hour, to say anything of the wait
_SPREAD = 0.35  # of the mean, either way: what a day's services scatter round it


def may_call(policy: QueuePolicy, window: str, ticket: Ticket) -> bool:
    """Whether this window may ever call it: a ticket moved here is called whatever its line is."""
    if ticket.state is not TicketState.WAITING:
        return False
    if ticket.window:
        return ticket.window == window
    return policy.serves(window, ticket.business)


def choose(
    policy: QueuePolicy, window: str, waiting: Sequence[Ticket], recent: Sequence[bool],
    draw: Callable[[int], int],
) -> Ticket | None:  # fmt: skip
    """The next for this window, None where nobody waits for it.

    ``recent``: whether the last calls were to somebody with priority, newest last. ``draw(n)``
    gives 0..n-1 by chance. Who was moved to this very window goes first, then 绿色通道, then
    priority as far as its share goes, then the order of the hall.
    """
    may = [one for one in waiting if may_call(policy, window, one)]
    if not may:
        return None
    mine = [one for one in may if one.window]
    if mine:
        return min(mine, key=_longest)
    greens = {line.business for line in policy.lines if line.green}
    green = [one for one in may if one.business in greens] if greens else []
    if green:
        return min(green, key=_longest)
    first = [one for one in may if one.priority]
    others = [one for one in may if not one.priority]
    spent = sum(list(recent)[-(_RECENT - 1) :]) >= policy.priority_share
    some = others if others and (not first or spent) else first
    if policy.order is Order.RANDOM and not some[0].priority:
        return sorted(some, key=_longest)[draw(len(some))]
    return min(some, key=_longest)


def in_order(
    policy: QueuePolicy, window: str, waiting: Sequence[Ticket], recent: Sequence[bool] = ()
) -> list[Ticket]:
    """All that wait for this window, as they would be called if nobody else came or called. Where
    chance decides, the longest waiting stand for it."""
    may = [one for one in waiting if may_call(policy, window, one)]
    mine = sorted((one for one in may if one.window), key=_longest)
    left = [one for one in may if not one.window]
    past = [*recent, *(bool(one.priority) for one in mine)]
    return mine + line_order(policy, left, past)


def line_order(
    policy: QueuePolicy, waiting: Sequence[Ticket], recent: Sequence[bool] = ()
) -> list[Ticket]:
    """The same for a window that serves everything, and to which nobody was moved."""
    left = sorted(waiting, key=_longest)
    green = {line.business for line in policy.lines if line.green}
    found = [one for one in left if one.business in green]
    rest = [one for one in left if one.business not in green]
    first = deque(one for one in rest if one.priority)
    others = deque(one for one in rest if not one.priority)
    past = deque([*recent, *(bool(one.priority) for one in found)], maxlen=_RECENT - 1)
    while first or others:
        spent = sum(past) >= policy.priority_share
        ticket = (others if others and (not first or spent) else first).popleft()
        found.append(ticket)
        past.append(bool(ticket.priority))
    return found


def ahead_of(
    policy: QueuePolicy, windows: Sequence[str], waiting: Sequence[Ticket]
) -> dict[str, int]:
    """How many are called before each ticket that waits, by its id; ``windows`` are those that
    serve now. Before somebody are those whose turn comes first at any window that may call her."""
    ahead: dict[str, int] = {}
    lines = {one.business for one in waiting}
    for business in lines:
        where = {one for one in windows if policy.serves(one, business)}
        same = {one for one in lines if any(policy.serves(window, one) for window in where)}
        same.add(business)
        order = line_order(
            policy,
            [
                one
                for one in waiting
                if (one.window in where if one.window else one.business in same)
            ],
        )
        for place, one in enumerate(order):
            if one.business == business and not one.window:
                ahead[one.id] = place
    for window in {one.window for one in waiting if one.window}:
        moved = sorted((one for one in waiting if one.window == window), key=_longest)
        ahead |= {one.id: place for place, one in enumerate(moved)}
    return ahead


def _longest(ticket: Ticket) -> tuple[datetime, str]:
    return ticket.place, ticket.number


# -- coming back --------------------------------------------------------------------------------


def place_on_return(
    policy: QueuePolicy, ticket: Ticket, waiting: Sequence[Ticket], now: datetime
) -> datetime:
    """From when it counts in the line again. Raises ReturnTooLate, where a new number is needed.

    After a hold it has its old place; passed over, it stands behind some that wait now.
    """
    if ticket.state is TicketState.HELD:
        return ticket.place
    rule = policy.returns
    called = ticket.called_at or ticket.taken_at
    if ticket.returns >= rule.times or now - called > timedelta(minutes=rule.minutes):
        raise ReturnTooLate(ticket=ticket.number)
    line = sorted(
        one.place
        for one in waiting
        if one.state is TicketState.WAITING and one.business == ticket.business
    )
    if not rule.after or not line:
        return ticket.place
    behind = line[min(rule.after, len(line)) - 1]
    return max(ticket.place, behind + timedelta(microseconds=1))


# -- taking a number ----------------------------------------------------------------------------


def check_taking(
    policy: QueuePolicy, business: str, now: datetime, taken: Callable[[datetime, datetime], int]
) -> None:
    """``taken(start, end)``: numbers of this line taken in that span. Raises LineClosed, QuotaSpent
    (a free window may still serve: nobody is sent home)."""
    rule = policy.line(business)
    local = now.astimezone(HALL_ZONE)
    clock = local.time()
    if not rule.open or (rule.hours and not any(h.start <= clock < h.end for h in rule.hours)):
        later = [h.start for h in rule.hours if h.start > clock] if rule.open else []
        raise LineClosed(business=business, opens=f"{min(later):%H:%M}" if later else "")
    for quota in rule.quotas:
        if quota.start <= clock < quota.end:
            start, end = (
                datetime.combine(local.date(), edge, HALL_ZONE) for edge in (quota.start, quota.end)
            )
            if taken(start, end) >= quota.most:
                raise QuotaSpent(business=business, most=quota.most)


# -- the wait -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """Minutes, from the shorter to the longer."""

    least: int
    most: int


def estimate(ahead: int, windows: int, services: Sequence[timedelta]) -> Wait | None:
    """How long somebody with ``ahead`` before them waits, where ``windows`` serve their line and
    ``services`` are the handling times of the last hour. None where that would be a guess.

    Each window ends a service every mean time; the one that becomes free first does so after a
    windows-th part of it.
    """
    if windows < 1 or len(services) < _LEAST_SERVICES:
        return None
    mean = sum((one.total_seconds() for one in services), 0.0) / len(services) / 60
    wait = (ahead + 1) * mean / windows
    return Wait(least=max(0, floor(wait * (1 - _SPREAD))), most=max(1, ceil(wait * (1 + _SPREAD))))
