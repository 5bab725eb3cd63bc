"""Keep the bookings (预约) that were imported, and check in who comes with one."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.domain.booking import booking_digest
from app.domain.hall import HALL_ZONE, Hall
from app.domain.queue_errors import BookingNotNow, NoSuchBooking
from app.domain.queue_policy import QueuePolicy
from sync.backoffice.database import Transaction
from sync.queue import Booking
from sync.wire import is_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    code: str
    business: str
    item: str
    priority: str
    starts_at: datetime


def find_booking(reader: Transaction, code: str, id_number: str) -> Booked:
    """Raises NoSuchBooking, also where the card read is another person's: nobody is told which."""
    row = reader.execute(
        "SELECT business, item, priority, starts_at, digest FROM queue_bookings WHERE code = ?",
        (code,),
    ).fetchone()
    if row is None:
        raise NoSuchBooking
    *about, starts_at, digest = row
    if digest and id_number and not hmac.compare_digest(digest, booking_digest(code, id_number)):
        raise NoSuchBooking
    business, item, priority = about
    return Booked(
        code=code, business=business, item=item, priority=priority,
        starts_at=datetime.fromisoformat(starts_at),
    )  # fmt: skip


def check_in(policy: QueuePolicy, booked: Booked, now: datetime) -> datetime:
    """From when the ticket counts in the line: the time that was booked. Raises BookingNotNow."""
    around = timedelta(minutes=policy.booked_minutes)
    opens, ends = booked.starts_at - around, booked.starts_at + around
    if not opens <= now <= ends:
        first, last = opens.astimezone(HALL_ZONE), ends.astimezone(HALL_ZONE)
        raise BookingNotNow(opens=f"{first:%m-%d %H:%M}", ends=f"{last:%H:%M}")
    return booked.starts_at


def note_check_in(connection: Transaction, code: str, ticket_id: str) -> None:
    connection.execute("UPDATE queue_bookings SET ticket = ? WHERE code = ?", (ticket_id, code))


def keep_bookings(
    connection: Transaction, hall: Hall, brought: Iterable[Booking]
) -> tuple[int, dict[str, str]]:
    """How many were kept, and what is wrong with the others, by their code."""
    kept, wrong = 0, {}
    for one in brought:
        if fault := _fault(hall, one):
            wrong[one.code[:64]] = fault
            continue
        kept += 1
        connection.execute(
            "INSERT INTO queue_bookings (code, business, item, priority, starts_at, digest)"
            " VALUES (?,?,?,?,?,?) ON CONFLICT (code) DO UPDATE SET business = excluded.business,"
            " item = excluded.item, priority = excluded.priority,"
            " starts_at = excluded.starts_at, digest = excluded.digest"
            " WHERE queue_bookings.ticket = ''",
            (
                one.code, one.business, one.item, one.priority,
                one.starts_at.astimezone(UTC).isoformat(), one.digest,
            ),
        )  # fmt: skip
    return kept, wrong


def _fault(hall: Hall, one: Booking) -> str:
    if not is_name(one.code, 64):
        return "code"
    if one.starts_at.utcoffset() is None:
        return "starts_at"
    if one.business and one.business not in {line.id for line in hall.businesses}:
        return "business"
    if one.item and not is_name(one.item):
        return "item"
    if one.priority and hall.queue.priority(one.priority) is None:
        return "priority"
    if one.digest and not (len(one.digest) == 64 and set(one.digest) <= set("0123456789abcdef")):
        return "digest"
    return ""


def forget_old_bookings(connection: Transaction, now: datetime) -> None:
    week = (now - timedelta(days=7)).astimezone(UTC).isoformat()
    connection.execute("DELETE FROM queue_bookings WHERE starts_at < ?", (week,))
