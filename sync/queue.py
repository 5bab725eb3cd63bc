"""Say what boards, kiosks and supervisors ask about the hall's line, and what is answered: both
sides.

What the rules of the line refuse is an answer, not a failed request: it has its code, and the
details that its sentence names.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from app.domain.day_figures import DayTicket, DayTotal
from app.domain.queue_view import HallView, NumberWish, TakenTicket

VIEW_PATH = "/queue/view"
TAKE_PATH = "/queue/take"
RETURN_PATH = "/queue/return"
REPRINT_PATH = "/queue/reprint"
DAYS_PATH = "/queue/days"
BOOKINGS_PATH = "/api/bookings"
FOLLOW_PATH = "/ticket/{number}"

MAX_VIEW = 8 * 1024 * 1024  # bytes of a view with all tickets of a day
MAX_VIEW_WAIT = 15  # seconds that a view may be put off while nothing changes
MAX_DAYS = 92  # that totals are given of
MAX_ASKED = 4096  # bytes of a request
MAX_BOOKINGS = 5000  # of one request
MAX_BOOKINGS_BYTES = 2 * 1024 * 1024


class ViewAnswer(msgspec.Struct, frozen=True, kw_only=True):
    view: HallView


class DaysAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``tickets`` of the day that was asked for; totals of all where none was."""

    days: tuple[DayTotal, ...] = ()
    tickets: tuple[DayTicket, ...] = ()


class TakeAsked(msgspec.Struct, frozen=True, kw_only=True):
    wish: NumberWish


class TicketAsked(msgspec.Struct, frozen=True, kw_only=True):
    """A ticket of today, by its number."""

    number: str


class TakenAnswer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``code`` says what the line's rules refuse; then there is no ticket."""

    taken: TakenTicket | None = None
    code: str = ""
    details: dict[str, str] = {}


class Booking(msgspec.Struct, frozen=True, kw_only=True):
    """``code`` is what its QR or message holds. ``digest``: SHA-256, in hex, of the code, a colon
    and the identity number in capitals; "" where anybody with the code may check in."""

    code: str
    starts_at: datetime
    business: str = ""  # "" for the item's
    item: str = ""
    priority: str = ""
    digest: str = ""


class BookingsBrought(msgspec.Struct, frozen=True, kw_only=True):
    """Replaces those of the same codes that nobody has checked in with."""

    bookings: tuple[Booking, ...]


class BookingsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    kept: int
    refused: dict[str, str] = {}  # by code of the booking: what is wrong
