"""Say how a line, a ticket and a window stand against what the hall wants of them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import median

from app.domain.queue_policy import QueuePolicy
from app.domain.queue_view import LineView, TicketView, WindowState, WindowView
from app.domain.ticket import TicketState

NEARLY = 0.7  # of the target
LONG_CALL = timedelta(minutes=3)  # called, and nobody comes
LONG_PAUSE = timedelta(minutes=30)
LONG_SERVICE = 2.0  # times what is usual in this line today
_LEAST_SERVICES = 5  # to call anything usual


class Light(StrEnum):
    OFF = "off"  # nothing to compare
    GOOD = "good"
    NEAR = "near"
    OVER = "over"


def line_light(line: LineView, policy: QueuePolicy) -> Light:
    """By the person who has waited longest, and by how many wait."""
    rule = policy.line(line.business)
    if not line.waiting:
        return Light.OFF
    if rule.alarm_at and line.waiting >= rule.alarm_at:
        return Light.OVER
    return _against(line.longest, rule.target_minutes)


def ticket_light(ticket: TicketView, policy: QueuePolicy, now: datetime) -> Light:
    """While it waits: against the target of its line."""
    if ticket.state is not TicketState.WAITING:
        return Light.OFF
    target = policy.line(ticket.business).target_minutes
    return _against((now - ticket.taken_at).total_seconds() / 60, target)


def window_light(
    window: WindowView, usual: Mapping[str, timedelta], now: datetime
) -> Light:  # fmt: skip
    """By how long it has been as it is. ``usual``: handling time of each business."""
    if window.state is WindowState.LOST:
        return Light.OVER
    if window.since is None or window.state is WindowState.CLOSED:
        return Light.OFF
    lasted = now - window.since
    match window.state:
        case WindowState.CALLING:
            return Light.NEAR if lasted > LONG_CALL else Light.GOOD
        case WindowState.PAUSED:
            return Light.OVER if lasted > LONG_PAUSE else Light.NEAR
        case WindowState.SERVING:
            common = usual.get(window.business)
            return Light.NEAR if common and lasted > LONG_SERVICE * common else Light.GOOD
        case _:
            return Light.GOOD


def usual_services(tickets: Iterable[TicketView]) -> dict[str, timedelta]:
    """The median handling time of each business that was finished often enough today."""
    times: dict[str, list[float]] = {}
    for one in tickets:
        if one.state is TicketState.FINISHED and one.served_at and one.ended_at:
            lasted = (one.ended_at - one.served_at).total_seconds()
            times.setdefault(one.business, []).append(max(0.0, lasted))
    return {
        business: timedelta(seconds=median(found))
        for business, found in times.items()
        if len(found) >= _LEAST_SERVICES
    }


def _against(minutes: float, target: int) -> Light:
    if minutes > target:
        return Light.OVER
    return Light.NEAR if minutes > NEARLY * target else Light.GOOD
