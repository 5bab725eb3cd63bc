"""A hall's line over a real database: numbers are taken, windows lease and push."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from itertools import count
from pathlib import Path
from random import Random

from app.domain.clock import uuid7
from app.domain.event import Event
from app.domain.hall import HALL_ZONE, Business, Hall, Kiosk, Role, StaffMember, Window
from app.domain.journal import GENESIS, Entry, seal
from app.domain.queue_policy import QueuePolicy
from app.domain.queue_view import HallView, NumberWish, TakenTicket
from app.domain.ticket_events import TicketLeased
from sync.backoffice import intake, line
from sync.backoffice.cases import NumberPattern
from sync.backoffice.database import Database
from sync.backoffice.queue import numbers
from sync.backoffice.queue.numbers import Desk
from sync.backoffice.queue.view import read_view
from sync.wire import LeaseAnswer, LeasedTicket, LeaseRequest, PushAnswer
from tests.sync.hall import HALL

DAY = date(2026, 11, 20)


def at(clock: str, day: date = DAY) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), HALL_ZONE)


def hall_with(policy: QueuePolicy | None = None, windows: int = 3) -> Hall:
    return replace(
        HALL,
        windows=tuple(
            Window(id=f"W{n:02d}", number=str(n), name=f"{n} 号窗口", ticket_prefix=f"X{n}")
            for n in range(1, windows + 1)
        ),
        kiosks=(Kiosk(id="K1", name="东门", ticket_prefix="Z"),),
        businesses=(
            Business(id="general", name="综合业务", prefix="A", items=("SL-0001",)),
            Business(id="estate", name="不动产", prefix="B", items=("BD-*",)),
        ),
        staff=(
            StaffMember(id="9001", name="陈样例", role=Role.SUPERVISOR, password_hash=""),
            StaffMember(id="1001", name="李样例", role=Role.CLERK, password_hash=""),
        ),
        queue=policy or QueuePolicy(),
    )


class Line:
    """The back office at a moment of its own: ``now`` is what the test says."""

    def __init__(self, place: Path | str, hall: Hall | None = None, now: str = "09:00") -> None:
        self.hall = hall or hall_with()
        self.now = at(now)
        self.place = place
        self.random = Random(7).randbytes
        self.database = Database.open(place, self.now)
        self._requests = count(1)

    def again(self) -> None:
        """The process dies and starts anew over the same tables."""
        self.database.close()
        self.database = Database.open(self.place, self.now)

    def later(self, minutes: float = 0, seconds: float = 0) -> None:
        self.now += timedelta(minutes=minutes, seconds=seconds)

    def desk(self, device: str = "K1") -> Desk:
        return Desk(hall=self.hall, now=self.now, random=self.random, device=device)

    def wish(self, business: str = "general", **more: str) -> NumberWish:
        return NumberWish(request=f"r{next(self._requests)}", business=business, **more)  # type: ignore[arg-type]

    def take(self, business: str = "general", **more: str) -> TakenTicket:
        return self.ask(self.wish(business, **more))

    def ask(self, wish: NumberWish, device: str = "K1") -> TakenTicket:
        with self.database.write() as connection:
            return numbers.take(connection, self.desk(device), wish)

    def bring_back(self, number: str) -> TakenTicket:
        with self.database.write() as connection:
            return numbers.bring_back(connection, self.desk(), number)

    def reprint(self, number: str) -> TakenTicket:
        with self.database.write() as connection:
            return numbers.reprint(connection, self.desk(), number)

    def view(self) -> HallView:
        with self.database.read() as reader:
            return read_view(reader, self.hall, self.now, tickets=True)

    def state(self, number: str) -> str:
        found = [one for one in self.view().tickets if one.number == number]
        return found[-1].state.value

    def holder(self, number: str) -> str:
        return next(one.holder for one in self.view().tickets if one.number == number)


class Device:
    """One chain that pushes at once, and keeps what it holds."""

    def __init__(self, line_: Line, name: str, install: str = "i1", actor: str = "1001") -> None:
        self.line, self.name, self.install, self.actor = line_, name, install, actor
        self.held: dict[str, str] = {}  # ids by number
        self.sealed: list[Entry] = []
        self._pushed = 0
        self._random = Random(f"{name}{install}")
        self._leases = count(1)

    def record(self, event: Event, subject: str, *, push: bool = True) -> list[str]:
        """Codes of what was refused of all that is pushed now."""
        entry = seal(
            event, previous=self.sealed[-1].hash if self.sealed else GENESIS,
            id=uuid7(self.line.now, self._random.randbytes(10)), device=self.name,
            install=self.install, seq=len(self.sealed) + 1, at=self.line.now,
            hlc=f"{len(self.sealed) + 1:012x}-000000", actor=self.actor, subject=subject,
        )  # fmt: skip
        self.sealed.append(entry)
        return self.push() if push else []

    def push(self) -> list[str]:
        left = self.sealed[self._pushed :]
        with self.line.database.write() as connection:
            answer = intake.receive(connection, left, self.line.now, NumberPattern(self.line.hall))
        assert isinstance(answer, PushAnswer), answer
        self._pushed = len(self.sealed)
        return [one.code for one in answer.exceptions]

    def act(self, number: str, event: Event, *, push: bool = True) -> list[str]:
        return self.record(event, f"ticket:{self.held[number]}", push=push)

    def ask(self, tickets: int = 1, request: str = "") -> Sequence[LeasedTicket]:
        asked = LeaseRequest(
            request=request or f"{self.name}-{self.install}-{next(self._leases)}",
            device=self.name, install=self.install, tickets=tickets,
        )  # fmt: skip
        with self.line.database.write() as connection:
            answer = line.lease(
                connection, self.line.hall, asked, self.line.now, 20, self.line.random
            )
        assert isinstance(answer, LeaseAnswer)
        return answer.tickets

    def lease(self, tickets: int = 1) -> list[str]:
        """Numbers that are held anew, as the window records them."""
        new = self.ask(tickets)
        for one in new:
            self.held[one.number] = one.id
            leased = TicketLeased(
                number=one.number, business=one.business, taken_at=one.taken_at,
                priority=one.priority,
            )  # fmt: skip
            assert self.record(leased, f"ticket:{one.id}") == []
        return [one.number for one in new]
