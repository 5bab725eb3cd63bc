"""Own the hall's line of tickets and its case numbers: lease each to one device only, ever."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime, timedelta

import msgspec

from app.domain.decoding import decode
from app.domain.hall import Hall
from app.domain.ticket_events import TicketTaken
from sync.backoffice.cases import OFFICE
from sync.backoffice.database import Transaction
from sync.backoffice.queue.bookings import forget_old_bookings
from sync.backoffice.queue.leasing import lease_tickets
from sync.backoffice.queue.numbers import give
from sync.backoffice.queue.persons import forget_other_days
from sync.backoffice.queue.rows import hall_day
from sync.backoffice.queue.rules import read_rules
from sync.errors import BadRequest
from sync.wire import (
    MAX_BLOCK,
    MAX_TICKETS,
    ErrorAnswer,
    LeaseAnswer,
    LeasedTicket,
    LeaseRequest,
    NumberBlock,
    is_name,
)

# -- leases ---------------------------------------------------------------------------------------


def lease(
    connection: Transaction, hall: Hall, asked: LeaseRequest, now: datetime, block_size: int,
    random: Callable[[int], bytes] = os.urandom,
) -> LeaseAnswer | ErrorAnswer:  # fmt: skip
    """Answer a lease request; the same request again gets the same answer.

    What was given before and never confirmed by the device's own lease event is given again: the
    device may have died between the answer and its save, and a ticket must not hang between two.
    Raises BadRequest.
    """
    names = (asked.request, asked.device, asked.install)
    if not all(is_name(name) for name in names) or not 0 <= asked.tickets <= MAX_TICKETS:
        raise BadRequest
    if not 0 <= asked.serials <= MAX_BLOCK:
        raise BadRequest
    chain = connection.execute(
        "SELECT set_aside, acknowledged, head FROM chains WHERE device = ? AND install = ?",
        (asked.device, asked.install),
    ).fetchone()
    if chain is not None and chain[0]:
        return ErrorAnswer(code=chain[0], acknowledged=chain[1], head=chain[2])
    stored = connection.execute(
        "SELECT device, install, answer FROM lease_answers WHERE request = ?", (asked.request,)
    ).fetchone()
    if stored is not None:
        if (stored[0], stored[1]) != (asked.device, asked.install):
            raise BadRequest
        return decode(stored[2], LeaseAnswer)
    forget_other_days(connection, hall_day(now))  # windows ask all the time, also at midnight
    tickets = lease_tickets(
        connection, hall, (asked.device, asked.install), asked.tickets, now, random
    )
    answer = LeaseAnswer(
        request=asked.request,
        block=_lease_block(connection, asked, now, max(block_size, asked.serials))
        if asked.numbers
        else None,
        tickets=tuple(
            LeasedTicket(
                id=one.id, number=one.number, business=one.business, taken_at=one.taken_at,
                priority=one.priority, place=one.place, window=one.window, item=one.item,
            )
            for one in tickets
        ),
        aim=read_rules(connection, hall, now).policy.lease,
    )  # fmt: skip
    if answer.block or answer.tickets:
        connection.execute(
            "INSERT INTO lease_answers (request, device, install, answer, at) VALUES (?,?,?,?,?)",
            (*names, msgspec.json.encode(answer).decode(), now.isoformat()),
        )
    return answer


def _lease_block(
    connection: Transaction, asked: LeaseRequest, now: datetime, size: int
) -> NumberBlock:
    given = connection.execute(
        "SELECT first, last FROM number_blocks"
        " WHERE device = ? AND install = ? AND confirmed = 0 ORDER BY first LIMIT 1",
        (asked.device, asked.install),
    ).fetchone()
    if given is not None:
        return NumberBlock(first=given[0], last=given[1])
    # The blocks themselves are the hall-wide counter: one never given is after the last given.
    first = connection.execute("SELECT coalesce(max(last), 0) + 1 FROM number_blocks").fetchone()[0]
    block = NumberBlock(first=first, last=first + size - 1)
    connection.execute(
        "INSERT INTO number_blocks (first, last, device, install, given_at) VALUES (?,?,?,?,?)",
        (block.first, block.last, asked.device, asked.install, now.isoformat()),
    )
    return block


def forget_old_answers(connection: Transaction, now: datetime) -> None:
    """A request is repeated within seconds; what was leased is safe in its own table."""
    week = (now - timedelta(days=7)).isoformat()
    connection.execute("DELETE FROM lease_answers WHERE at < ?", (week,))
    connection.execute("DELETE FROM queue_requests WHERE at < ?", (week,))
    forget_old_bookings(connection, now)
    forget_other_days(connection, hall_day(now))


# -- the demo hall's line -------------------------------------------------------------------------


def fill_demo_line(
    connection: Transaction, hall: Hall, now: datetime, count: int, random: Callable[[int], bytes]
) -> int:
    """Put ``count`` people in today's line, spread over the hall's businesses; once a day.

    Returns how many were added.
    """
    day = hall_day(now)
    there = connection.execute(
        "SELECT 1 FROM tickets WHERE origin = 'hall' AND day = ?", (day,)
    ).fetchone()
    if there is not None or not hall.businesses or not count:
        return 0
    facts = []
    for place in range(count):
        business = hall.businesses[place % len(hall.businesses)]
        since = now - timedelta(seconds=45 * (count - place))
        facts.append(TicketTaken(number="", business=business.id, place=since))
    give(connection, hall, facts, now=now, random=random, actor=OFFICE)
    return count
