"""Give numbers of the hall's line: one after another in each line and day, once for each request,
and one for each person and business. Take back whom was passed over, and print a slip again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import quote

from app.domain.clock import uuid7
from app.domain.errors import TicketNotOpen
from app.domain.event import Event
from app.domain.hall import Hall
from app.domain.queue_errors import (
    HallIsHalted,
    NoSuchLine,
    NoSuchTicket,
    UnknownPriority,
)
from app.domain.queue_view import NumberWish, TakenTicket, Taking
from app.domain.queueing import Wait, check_taking, place_on_return
from app.domain.ticket import OPEN_STATES, TicketState
from app.domain.ticket_events import TicketReturned, TicketSource, TicketTaken
from sync.backoffice import own
from sync.backoffice.database import Transaction
from sync.backoffice.queue import persons
from sync.backoffice.queue.bookings import check_in, find_booking, note_check_in
from sync.backoffice.queue.leasing import want
from sync.backoffice.queue.rows import TicketRow, find_number, find_row, hall_day
from sync.backoffice.queue.rules import read_rules
from sync.backoffice.queue.view import (
    Standing,
    read_standing,
    taken_between,
    ticket_view,
    wait_of,
    window_of,
)

CHECK_SIGNS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_CHECK_LENGTH = 6
_DIGITS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where a number is asked for, and what is needed to give it. ``device`` asks."""

    hall: Hall
    now: datetime
    random: Callable[[int], bytes]
    device: str


def take(connection: Transaction, desk: Desk, wish: NumberWish) -> TakenTicket:
    """Raises HallIsHalted, UnknownPriority, NoSuchLine, NoSuchBooking, BookingNotNow, LineClosed,
    QuotaSpent; then nothing was given."""
    # Whose turn it is, hundreds of rows, is read once: after the number was given.
    bare = Standing(
        rules=read_rules(connection, desk.hall, desk.now), day=hall_day(desk.now), now=desk.now,
        waiting=(), serving=(), ahead={},
    )  # fmt: skip
    before = connection.execute(
        "SELECT ticket, outcome FROM queue_requests WHERE request = ? AND device = ?",
        (wish.request, desk.device),
    ).fetchone()
    if before is not None and (row := find_row(connection, before[0])) is not None:
        standing = read_standing(connection, desk.hall, desk.now)
        return _taken(connection, desk, standing, row, Taking(before[1]))
    if bare.rules.halted:
        raise HallIsHalted(reason=bare.rules.halted)
    ready = _checked(connection, desk, bare, wish)
    outcome, row = Taking.ALREADY, _has_already(connection, desk, bare, ready)
    if row is None:
        outcome, row = Taking.TAKEN, _give(connection, desk, bare, ready)
    standing = read_standing(connection, desk.hall, desk.now)
    if outcome is Taking.TAKEN:
        row = _said(connection, standing, row)
    connection.execute(
        "INSERT INTO queue_requests (request, device, ticket, outcome, at) VALUES (?,?,?,?,?)"
        " ON CONFLICT (device, request) DO NOTHING",
        (wish.request, desk.device, row.ticket.id, outcome.value, desk.now.isoformat()),
    )
    if ready.booking and outcome is Taking.TAKEN:
        note_check_in(connection, ready.booking, row.ticket.id)
    return _taken(connection, desk, standing, row, outcome)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ready:
    """A wish that the rules allow. ``digest``: of the person and business, "" unknown. ``name``: ""
    unless the rules show names."""

    taken: TicketTaken
    digest: str
    booking: str
    name: str


def _checked(connection: Transaction, desk: Desk, standing: Standing, wish: NumberWish) -> _Ready:
    policy = standing.rules.policy
    business, item, priority, source, place = (
        wish.business, wish.item, wish.priority, wish.source, None,
    )  # fmt: skip
    if wish.booking:
        booked = find_booking(connection, wish.booking, wish.id_number)
        place = check_in(policy, booked, desk.now)
        business, item = booked.business or business, booked.item or item
        priority, source = priority or booked.priority, TicketSource.BOOKING
    hall = replace(desk.hall, queue=policy)
    try:
        business = hall.line_of(item, business)
    except KeyError:
        raise NoSuchLine(business=business[:40]) from None
    if priority and policy.priority(priority) is None:
        raise UnknownPriority(priority=priority[:40])
    digest = ""
    if wish.id_number:
        digest = persons.digest_of(connection, standing.day, wish.id_number, business, desk.random)
    taken = TicketTaken(
        number="", business=business, priority=priority, source=source, item=item,
        booking=wish.booking, place=place,
    )  # fmt: skip
    name = wish.name.strip() if policy.names_on_board else ""
    return _Ready(taken=taken, digest=digest, booking=wish.booking, name=name)


def _has_already(
    connection: Transaction, desk: Desk, standing: Standing, ready: _Ready
) -> TicketRow | None:
    """The open ticket of the same person and business, or of the same booking."""
    if ready.digest and (row := persons.find_open(connection, ready.digest)) is not None:
        return row
    if ready.booking:
        found = connection.execute(
            "SELECT ticket FROM queue_bookings WHERE code = ?", (ready.booking,)
        ).fetchone()
        row = find_row(connection, found[0]) if found and found[0] else None
        if row is not None and row.ticket.state in OPEN_STATES:
            return row
    if not ready.booking:  # who is booked has a place in any part of the day
        business = ready.taken.business
        check_taking(
            standing.rules.policy, business, desk.now,
            lambda start, end: taken_between(connection, business, standing.day, start, end),
        )  # fmt: skip
    return None


def give(
    connection: Transaction, hall: Hall, wanted: Sequence[TicketTaken], *, now: datetime,
    random: Callable[[int], bytes], actor: str,
) -> list[str]:  # fmt: skip
    """The next numbers of their lines, as facts in the back office's own chain. Returns the
    tickets' ids."""
    day, prefixes = hall_day(now), {one.id: one.prefix for one in hall.businesses}
    last: dict[str, int] = {}
    given: list[tuple[str, str, int]] = []
    facts: list[tuple[Event, str]] = []
    for one in wanted:
        prefix = prefixes[one.business]
        if prefix not in last:
            last[prefix] = int(
                connection.execute(
                    "SELECT coalesce(max(serial), 0) FROM tickets WHERE day = ? AND series = ?",
                    (day, prefix),
                ).fetchone()[0]
            )
        last[prefix] += 1
        ticket_id = uuid7(now, random(10))
        given.append((ticket_id, prefix, last[prefix]))
        number = f"{prefix}{last[prefix]:0{_DIGITS}d}"
        facts.append((replace(one, number=number), f"ticket:{ticket_id}"))
    own.record_all(connection, facts, actor=actor, now=now)
    connection.executemany(
        "UPDATE tickets SET series = ?, serial = ?, check_code = ? WHERE id = ?",
        [(prefix, serial, _check_code(random), name) for name, prefix, serial in given],
    )
    return [name for name, _, _ in given]


def _give(connection: Transaction, desk: Desk, standing: Standing, ready: _Ready) -> TicketRow:
    (ticket_id,) = give(
        connection, desk.hall, [ready.taken], now=desk.now, random=desk.random, actor=desk.device
    )
    if ready.digest:
        persons.remember(connection, ready.digest, standing.day, ticket_id)
    if ready.name:
        persons.remember_name(connection, ticket_id, standing.day, ready.name)
    return _get(connection, ticket_id)


def _said(connection: Transaction, standing: Standing, row: TicketRow) -> TicketRow:
    """What is said of the wait now is kept, to be measured against what happens."""
    ahead = standing.ahead.get(row.ticket.id, 0)
    wait = wait_of(connection, standing, row.ticket.business, ahead)
    connection.execute(
        "UPDATE tickets SET wait_least = ?, wait_most = ? WHERE id = ?",
        (wait.least if wait else -1, wait.most if wait else -1, row.ticket.id),
    )
    return row


def _check_code(random: Callable[[int], bytes]) -> str:
    """So that a slip's address cannot be guessed from the number."""
    left, signs = int.from_bytes(random(8)), ""
    for _ in range(_CHECK_LENGTH):
        left, sign = divmod(left, len(CHECK_SIGNS))
        signs += CHECK_SIGNS[sign]
    return signs


# -- back, and once more --------------------------------------------------------------------------


def bring_back(connection: Transaction, desk: Desk, number: str) -> TakenTicket:
    """Somebody passed over or on hold is back. Raises NoSuchTicket, ReturnTooLate, TicketNotOpen.

    Where a window still has the ticket, it is asked to give it back: until it does, the ticket
    waits there.
    """
    standing = read_standing(connection, desk.hall, desk.now)
    row = find_number(connection, number, standing.day)
    if row is None:
        raise NoSuchTicket(ticket=number[:40])
    ticket = row.ticket
    if ticket.state not in {TicketState.PASSED, TicketState.HELD}:
        raise TicketNotOpen(ticket=ticket.number)
    waiting = standing.waiting
    place = place_on_return(standing.rules.policy, ticket, waiting, desk.now)
    subject = f"ticket:{ticket.id}"
    own.record(
        connection, TicketReturned(place=place), subject=subject, actor=desk.device, now=desk.now
    )
    if row.owner[0]:
        want(connection, desk.hall, [(ticket.id, row.owner[0], "returned")], desk.now)
    standing = read_standing(connection, desk.hall, desk.now)
    return _taken(connection, desk, standing, _get(connection, ticket.id), Taking.TAKEN)


def reprint(connection: Transaction, desk: Desk, number: str) -> TakenTicket:
    """Raises NoSuchTicket."""
    standing = read_standing(connection, desk.hall, desk.now)
    row = find_number(connection, number, standing.day)
    if row is None:
        raise NoSuchTicket(ticket=number[:40])
    connection.execute("UPDATE tickets SET reprints = reprints + 1 WHERE id = ?", (row.ticket.id,))
    return _taken(connection, desk, standing, _get(connection, row.ticket.id), Taking.TAKEN)


def _get(connection: Transaction, ticket_id: str) -> TicketRow:
    row = find_row(connection, ticket_id)
    if row is None:
        raise NoSuchTicket(ticket=ticket_id)
    return row


def _taken(
    connection: Transaction, desk: Desk, standing: Standing, row: TicketRow, outcome: Taking
) -> TakenTicket:
    ticket = row.ticket
    ahead = standing.ahead.get(ticket.id, -1)
    names = {one.id: one.name for one in desk.hall.businesses}
    wait: Wait | None = None
    if ticket.state is TicketState.WAITING:
        wait = wait_of(connection, standing, ticket.business, max(0, ahead))
    device = row.owner[0]
    holders = {device: window_of(connection, desk.hall, device)}
    return TakenTicket(
        outcome=outcome, ticket=ticket_view(row, standing.ahead, holders),
        business_name=names.get(ticket.business, ticket.business), ahead=max(0, ahead), wait=wait,
        follow=follow_address(desk.hall, ticket.number, row.check), reprint=row.reprints,
    )  # fmt: skip


def follow_address(hall: Hall, number: str, check: str) -> str:
    """Behind the slip's QR."""
    if not hall.ticket_url or not check:
        return ""
    return hall.ticket_url.format(number=quote(number, safe=""), check=check)
