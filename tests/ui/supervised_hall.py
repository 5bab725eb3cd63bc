"""A large hall as the back office would tell it, and a back office that stands where it was put."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from heapq import heapify, heappop, heappush
from random import Random
from threading import Event as Signal

from app.domain.day_figures import DayTicket, DayTotal, total
from app.domain.errors import AppError
from app.domain.hall import HALL_ZONE, Hall
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


@dataclass
class StillDays:
    """Days as they were put."""

    kept: dict[date, tuple[DayTicket, ...]]
    fault: AppError | None = None

    def days(self) -> tuple[DayTotal, ...]:
        if self.fault is not None:
            raise self.fault
        return tuple(
            total(day.isoformat(), tickets) for day, tickets in sorted(self.kept.items())[::-1]
        )

    def day(self, day: date) -> tuple[DayTicket, ...]:
        return self.kept.get(day, ())


def worked_day(
    hall: Hall, day: date, *, windows: int = 60, tickets: int = 1450, seed: int = 1
) -> tuple[DayTicket, ...]:
    """People come most at 9 and 14 h and are served in their order; some go away."""
    chance = Random(f"{day}{seed}")
    midnight = datetime.combine(day, datetime.min.time(), HALL_ZONE)
    peaks = [chance.choice((9.3, 9.3, 14.2)) for _ in range(tickets)]
    arrivals = sorted(min(16.8, max(8.5, chance.gauss(peak, 0.9))) * 60 for peak in peaks)
    free = [(8.5 * 60, f"W{n:02d}") for n in range(1, windows + 1)]
    heapify(free)
    mean = 0.4 * windows * 8.5 * 60 / tickets  # so that the windows are busy two hours of three
    done = []
    for at in arrivals:
        ready, window = heappop(free)
        called = max(at, ready) + 0.2
        gone = chance.random() < 0.05
        lasts = 1.0 if gone else max(1.0, chance.lognormvariate(0, 0.5) * mean)
        heappush(free, (called + lasts, window))
        taken = midnight + timedelta(minutes=at)
        said = max(1, round((called - at) * chance.uniform(0.6, 1.5)))
        done.append(
            DayTicket(
                business=chance.choice(hall.businesses).id, taken_at=taken,
                state=TicketState.PASSED if gone else TicketState.FINISHED,
                waited=int((called - at) * 60), handled=-1 if gone else int(lasts * 60),
                window=window, called_at=midnight + timedelta(minutes=called),
                served_at=None if gone else midnight + timedelta(minutes=called),
                ended_at=None if gone else midnight + timedelta(minutes=called + lasts),
                least=int(said * 0.65), most=round(said * 1.35) + 1,
            )
        )  # fmt: skip
    return tuple(done)


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
    closed = state is WindowState.CLOSED
    busy = state in {WindowState.SERVING, WindowState.CALLING}
    business = businesses[n % len(businesses)]
    since = NOW - timedelta(
        minutes=chance.randint(0, 24) if state is not WindowState.CALLING else 1
    )
    return WindowView(
        id=f"W{n:02d}", number=str(n), name=f"{n} 号综合窗口", state=state,
        clerk="" if closed else f"{1000 + n}", clerk_name="" if closed else _CLERKS[n % 8],
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
