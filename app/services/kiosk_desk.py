"""Give numbers at a kiosk or a greeter's desk, and print their slips and what an item needs.

The back office gives the numbers. Where it cannot be reached the kiosk gives its own, under its
own letter, and cannot know of an open ticket that somebody took elsewhere: nobody is sent away.
What a slip says is saved with its print job in one transaction, before a byte leaves.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.domain.errors import AppError, DomainError
from app.domain.events import PaperKind, SlipPrepared
from app.domain.hall import Hall, Kiosk
from app.domain.queue_errors import NoSuchLine, UnknownPriority
from app.domain.queue_view import HallView, NumberWish, TakenTicket, Taking
from app.domain.queueing import Wait, check_taking
from app.domain.ticket_events import TicketReleased, TicketSource, TicketTaken
from app.ports import QueueOffice
from app.services.line_standing import read_standing
from app.services.print_setup import PrintRoutes
from app.services.slip_content import SLIP, find_slip
from app.storage.database import Statements
from app.storage.store import Store, Unit
from app.storage.ticket_table import hall_day, next_number


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A number, as the kiosk shows it. ``ticket`` is its id. ``alone``: given without the back
    office. ``job`` is the slip's print job, "" where none was ordered."""

    number: str
    business: str
    ticket: str
    ahead: int = -1
    wait: Wait | None = None
    already: bool = False
    alone: bool = False
    reprint: int = 0
    job: str = ""


class KioskDesk:
    """``random(n)`` gives n bytes; ``check_room`` raises RoomLow while nothing may be begun."""

    def __init__(
        self, store: Store, hall: Hall, routes: PrintRoutes, office: QueueOffice,
        random: Callable[[int], bytes], check_room: Callable[[], object] = lambda: None,
    ) -> None:  # fmt: skip
        """Raises KeyError where the hall has no such kiosk."""
        self._kiosk: Kiosk = {one.id: one for one in hall.kiosks}[store.device]
        self._store, self._hall, self._routes, self._office = store, hall, routes, office
        self._check_room = check_room
        # Who got a number without the back office, for the life of this program: no more is known.
        self._secret = random(32)
        self._alone: dict[bytes, tuple[str, str]] = {}  # day, slip's subject

    @property
    def hall(self) -> Hall:
        return self._hall

    def view(self, after: int, wait: float) -> HallView:
        """Raises AppError where the back office cannot be reached."""
        return self._office.view(after, wait)

    def new_request(self) -> str:
        return self._store.new_id()

    # -- numbers --------------------------------------------------------------------------------

    def take(self, wish: NumberWish) -> Given:
        """Raises RoomLow, and what the hall's rules refuse (LineClosed, QuotaSpent, HallIsHalted,
        NoSuchBooking, BookingNotNow, …); a booking can only be checked in at the back office."""
        self._check_room()
        try:
            taken = self._office.take(wish)
        except DomainError:
            raise
        except AppError:
            if wish.booking:
                raise
            return self._take_alone(wish)
        if taken.outcome is Taking.ALREADY:
            return _given(taken, already=True)
        return self._print(taken)

    def bring_back(self, number: str) -> Given:
        """过号报到. Raises NoSuchTicket, ReturnTooLate, TicketNotOpen, AppError unreachable."""
        return _given(self._office.bring_back(number))

    def reprint(self, number: str) -> Given:
        """Once more, counted and marked. Without the back office only what this kiosk printed
        today. Raises NoSuchTicket, AppError."""
        try:
            return self._print(self._office.reprint(number))
        except DomainError:
            raise
        except AppError:
            again = self._print_again(number)
            if again is None:
                raise
            return again

    def _print(self, taken: TakenTicket) -> Given:
        ticket, policy = taken.ticket, self._policy_names()
        slip = SlipPrepared(
            number=ticket.number, business=taken.business_name, taken_at=ticket.taken_at,
            ahead=taken.ahead, wait=(taken.wait.least, taken.wait.most) if taken.wait else None,
            priority=policy.get(ticket.priority, ticket.priority),
            booked=ticket.source is TicketSource.BOOKING, follow=taken.follow,
        )  # fmt: skip
        with self._store.begin() as unit:
            job = self._order(unit, f"{SLIP}{ticket.id}", slip, taken.reprint)
        return _given(taken, job=job)

    def _order(self, unit: Unit, about: str, slip: SlipPrepared, reprint: int = 0) -> str:
        unit.append(slip, subject=about, actor=self._kiosk.id)
        return self._queue(unit, PaperKind.TICKET_SLIP, about, reprint)

    def _queue(self, unit: Unit, paper: PaperKind, about: str, reprint: int = 0) -> str:
        job = self._store.new_id()
        queued = self._routes.queued(paper, about, reprint=reprint, reason="取号机" * bool(reprint))
        unit.append(queued, subject=f"job:{job}", actor=self._kiosk.id)
        return job

    def _policy_names(self) -> dict[str, str]:
        with self._store.read() as connection:
            policy = read_standing(connection, self._hall, self._store.clock.now()).policy
        return {one.id: one.name for one in policy.priorities}

    # -- without the back office ----------------------------------------------------------------

    def _take_alone(self, wish: NumberWish) -> Given:
        now = self._store.clock.now()
        day, ticket_id = hall_day(now), self._store.new_id()
        try:
            business = self._hall.line_of(wish.item, wish.business)
        except KeyError:
            raise NoSuchLine(business=wish.business[:40]) from None
        name = next(one.name for one in self._hall.businesses if one.id == business)
        person = self._person(wish.id_number, business)
        if person and (before := self._alone.get(person)) and before[0] == day:
            return self._already(before[1], name)
        with self._store.begin() as unit:
            standing = read_standing(unit.connection, self._hall, now)
            # The hall's numbers are not known here; its hours are.
            check_taking(standing.policy, business, now, lambda _start, _end: 0)
            priority = standing.policy.priority(wish.priority) if wish.priority else None
            if wish.priority and priority is None:
                raise UnknownPriority(priority=wish.priority[:40])
            number = next_number(unit.connection, self._kiosk.ticket_prefix, day)
            taken = TicketTaken(
                number=number, business=business, priority=wish.priority, source=wish.source,
                item=wish.item,
            )  # fmt: skip
            subject = f"ticket:{ticket_id}"
            unit.append(taken, subject=subject, actor=self._kiosk.id)
            # It waits in the hall, not here.
            unit.append(TicketReleased(reason="kiosk"), subject=subject, actor=self._kiosk.id)
            slip = SlipPrepared(
                number=number,
                business=name,
                taken_at=now,
                priority=priority.name if priority else "",
            )
            job = self._order(unit, f"{SLIP}{ticket_id}", slip)
        if person:
            self._alone[person] = (day, f"{SLIP}{ticket_id}")
        return Given(number=number, business=name, ticket=ticket_id, alone=True, job=job)

    def _person(self, id_number: str, business: str) -> bytes:
        if not id_number:
            return b""
        said = f"{id_number.strip().upper()}\n{business}".encode()
        return hmac.new(self._secret, said, hashlib.sha256).digest()

    def _already(self, about: str, business: str) -> Given:
        with self._store.read() as connection:
            slip = find_slip(connection, about)
        number = slip.number if slip else ""
        ticket = about.removeprefix(SLIP)
        return Given(number=number, business=business, ticket=ticket, already=True, alone=True)

    def _print_again(self, number: str) -> Given | None:
        now = self._store.clock.now()
        with self._store.begin() as unit:
            found = _find(unit.connection, number, now)
            if found is None:
                return None
            about, slip = found
            (count,) = unit.connection.exec_driver_sql(
                "SELECT coalesce(max(reprint), 0) + 1 FROM jobs WHERE about = ?", (about,)
            ).one()
            # Who was ahead then is not known now.
            later = SlipPrepared(
                number=slip.number,
                business=slip.business,
                taken_at=slip.taken_at,
                priority=slip.priority,
                booked=slip.booked,
                follow=slip.follow,
            )
            job = self._order(unit, about, later, int(count))
        return Given(
            number=slip.number,
            business=slip.business,
            ticket=about.removeprefix(SLIP),
            alone=True,
            reprint=int(count),
            job=job,
        )

    # -- 办事指南 ---------------------------------------------------------------------------------

    def print_guide(self, item: str) -> str:
        """What an item needs, to take home. Returns the print job."""
        with self._store.begin() as unit:
            return self._queue(unit, PaperKind.GUIDE, f"item:{item}")


def _find(connection: Statements, number: str, now: datetime) -> tuple[str, SlipPrepared] | None:
    """Of today: numbers begin anew each day."""
    rows = connection.exec_driver_sql(
        "SELECT DISTINCT subject FROM journal WHERE kind = ? AND at >= ?",
        # A bound that no fact of today is before.
        (SlipPrepared.__name__, (now - timedelta(days=2)).astimezone(UTC).isoformat()),
    ).all()
    for (about,) in rows:
        slip = find_slip(connection, about)
        if slip and slip.number == number and hall_day(slip.taken_at) == hall_day(now):
            return about, slip
    return None


def _given(taken: TakenTicket, *, already: bool = False, job: str = "") -> Given:
    return Given(
        number=taken.ticket.number, business=taken.business_name, ticket=taken.ticket.id,
        ahead=taken.ahead,
        wait=taken.wait, already=already, reprint=taken.reprint, job=job,
    )  # fmt: skip
