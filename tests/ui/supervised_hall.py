"""A large hall as the back office would tell it, and a back office that stands where it was put."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from random import Random
from threading import Event as Signal

from app.domain.errors import AppError
from app.domain.hall import Hall
from app.domain.queue_policy import LineRule
from app.domain.queue_view import (
    HallView,
    LineView,
    NumberWish,
    TakenTicket,
    TicketView,
    WindowState,
    WindowView,
)
from app.domain.queueing import Wait
from app.domain.ticket import TicketState
from app.domain.ticket_events import Hold, TicketSource

NOW = datetime(2026, 11, 23, 2, 24, tzinfo=UTC)  # 10:24 in the hall
_ENDED = (TicketState.FINISHED,) * 17 + (TicketState.DROPPED, TicketState.PASSED)


@dataclass
class StillLine:
    """The hall's line as it was put; ``fault`` is raised instead of an answer."""

    now: HallView
    fault: AppError | None = None
    asked: int = 0
    changed: Signal = field(default_factory=Signal)

    def put(self, view: HallView) -> None:
        self.now = replace(view, version=self.now.version + 1)
        self.changed.set()

    def view(self, after: int = -1, wait: float = 0.0, *, tickets: bool = False) -> HallView:
        self.asked += 1
        if self.fault is not None:
            raise self.fault
        if self.now.version <= after and wait:
            self.changed.wait(min(wait, 0.2))
            self.changed.clear()
        return self.now if tickets else replace(self.now, tickets=())

    def take(self, wish: NumberWish) -> TakenTicket:
        raise NotImplementedError

    def bring_back(self, number: str) -> TakenTicket:
        raise NotImplementedError

    def reprint(self, number: str) -> TakenTicket:
        raise NotImplementedError


def large_hall_view(
    hall: Hall, windows: int = 60, tickets: int = 1450, *, seed: int = 1, lost: Iterable[int] = (3,)
) -> HallView:
    """A working morning: most windows serve, some are paused, one cannot be reached."""
    chance = Random(seed)
    businesses = hall.businesses
    shown = [_window(n, businesses, chance, set(lost), windows) for n in range(1, windows + 1)]
    busy = [one for one in shown if one.ticket]
    taken = [
        _ticket(n, businesses, chance, windows, tickets) for n in range(1, tickets - len(busy) + 1)
    ]
    for one in busy:
        at = (one.since or NOW) - timedelta(minutes=chance.randint(3, 25))
        serving = one.state is WindowState.SERVING
        taken.append(
            TicketView(
                id=one.ticket_id, number=one.ticket, business=one.business, taken_at=at, place=at,
                state=TicketState.SERVING if serving else TicketState.CALLED, holder=one.id,
                calls=1, called_at=one.since, served_at=one.since if serving else None,
            )
        )  # fmt: skip
    waiting = sorted(
        (one for one in taken if one.state is TicketState.WAITING), key=lambda one: one.place
    )
    ahead = {one.id: place for place, one in enumerate(waiting)}
    final = tuple(replace(one, ahead=ahead.get(one.id, -1)) for one in taken)
    lines = tuple(_line(one.id, one.name, one.prefix, final) for one in businesses)
    rules = tuple(LineRule(business=one.id, target_minutes=15) for one in businesses)
    return HallView(
        version=1, at=NOW, hall=hall.head.name, lines=lines, windows=tuple(shown), tickets=final,
        policy=replace(hall.queue, lines=rules),
    )  # fmt: skip


_CLERKS = ("李样例", "王示例", "赵样例", "钱示例", "孙样例", "周示例", "吴样例", "郑示例")


def _window(
    n: int, businesses: object, chance: Random, lost: set[int], windows: int
) -> WindowView:  # fmt: skip
    assert isinstance(businesses, tuple)
    state = WindowState.SERVING
    if n % 11 == 0:
        state = WindowState.PAUSED
    elif n % 13 == 0:
        state = WindowState.FREE
    elif n % 7 == 0:
        state = WindowState.CALLING
    elif n > windows - 4:
        state = WindowState.CLOSED
    if n in lost:
        state = WindowState.LOST
    busy = state in {WindowState.SERVING, WindowState.CALLING}
    business = businesses[n % len(businesses)]
    since = NOW - timedelta(
        minutes=chance.randint(0, 24) if state is not WindowState.CALLING else 1
    )
    return WindowView(
        id=f"W{n:02d}", number=str(n), name=f"{n} 号综合窗口", state=state,
        clerk=f"{1000 + n}", clerk_name="" if state is WindowState.CLOSED else _CLERKS[n % 8],
        ticket=f"{business.prefix}{200 + n:03d}" if busy else "",
        ticket_id=f"now-{n}" if busy else "", business=business.id if busy else "", since=since,
        reason="用餐" if state is WindowState.PAUSED else "", holds=0 if n % 5 else 2,
        served=chance.randint(4, 18),
        seen_at=NOW - timedelta(minutes=12) if state is WindowState.LOST else NOW,
    )  # fmt: skip


def _ticket(
    n: int, businesses: object, chance: Random, windows: int, tickets: int
) -> TicketView:  # fmt: skip
    assert isinstance(businesses, tuple)
    business = businesses[chance.randrange(len(businesses))]
    waits = n > tickets - 170
    at = NOW - timedelta(minutes=(tickets - n) * 150 / tickets)
    shown = TicketView(
        id=f"t{n}", number=f"{business.prefix}{n:03d}", business=business.id, taken_at=at, place=at,
        state=TicketState.WAITING, source=chance.choice(list(TicketSource)),
        priority="elderly" if n % 23 == 0 else "",
    )  # fmt: skip
    if waits:
        held = n % 9 == 0
        return replace(
            shown, holder=f"W{1 + n // 9 % windows:02d}" if held else "", wanted=n % 54 == 0
        )  # fmt: skip
    if n % 97 == 0:
        return replace(
            shown, state=TicketState.HELD, hold=Hold.WITH_PAPERS, called_at=at, served_at=at,
            holder=f"W{1 + n % windows:02d}",
        )  # fmt: skip
    called = at + timedelta(minutes=chance.uniform(1, 22))
    served = called + timedelta(minutes=1)
    return replace(
        shown, state=chance.choice(_ENDED), called_at=called, served_at=served,
        ended_at=served + timedelta(minutes=chance.lognormvariate(2.1, 0.5)), calls=1,
        holder=f"W{1 + n % windows:02d}",
    )  # fmt: skip


def _line(
    business: str, name: str, prefix: str, tickets: tuple[TicketView, ...]
) -> LineView:  # fmt: skip
    mine = [one for one in tickets if one.business == business]
    waiting = [one for one in mine if one.state is TicketState.WAITING]
    longest = max((int((NOW - one.taken_at).total_seconds() // 60) for one in waiting), default=0)

    def count(state: TicketState) -> int:
        return sum(one.state is state for one in mine)

    return LineView(
        business=business, name=name, prefix=prefix, waiting=len(waiting), longest=longest,
        served=count(TicketState.FINISHED), passed=count(TicketState.PASSED),
        dropped=count(TicketState.DROPPED), wait=Wait(least=8, most=15),
    )  # fmt: skip
